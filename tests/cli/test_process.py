"""The command as a process: fast to start, quiet on a closed pipe, clean when interrupted, real files."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import leakverify as lv

COMMAND = [sys.executable, "-m", "leakverify.cli"]
ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        **options,
    )  # type: ignore[call-overload, no-any-return]  # fmt: skip


def seconds(*command: str) -> float:
    """Processor time, best of five: wall time says how busy the machine is."""
    spans = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spans.append(after.ru_utime - before.ru_utime)
    return min(spans)


def test_the_version_comes_at_once() -> None:
    assert seconds(*COMMAND, "--version") - seconds(sys.executable, "-c", "pass") < 0.15


def test_short_answers_load_no_heavy_library() -> None:
    code = (
        "import sys; from leakverify.cli import main; main(['--help']);"
        "print(sorted({'rich', 'jinja2', 'sqlite3', 'lxml', 'PIL', 'pypdf', 'sklearn', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_real_file_in_the_box(tmp_path: Path) -> None:
    memo = tmp_path / "memo.txt"
    memo.write_text("Rien à signaler.\n", "utf-8")
    text = run("verify", memo)
    assert (text.returncode, text.stderr) == (0, "")
    assert text.stdout.startswith("memo.txt\n")
    assert "Unremarkable" in text.stdout
    report = json.loads(run("verify", memo, "--json").stdout)
    assert report["document"]["name"] == "memo.txt"


def test_a_scan_goes_on_and_is_shown_again(tmp_path: Path) -> None:
    leak = tmp_path / "leak"
    leak.mkdir()
    for number in range(5):
        (leak / f"{number}.txt").write_text(f"note {number}\n", "utf-8")
    (leak / "empty.bin").write_bytes(b"")
    first = run("scan", leak, "--store", tmp_path / "leak.lvs")
    again = run("scan", leak, "--store", tmp_path / "leak.lvs", "--html", tmp_path / "leak.html")
    assert (first.returncode, again.returncode) == (3, 3)
    assert first.stdout == again.stdout
    assert "6 documents" in first.stdout
    assert "empty" in (tmp_path / "leak.html").read_text("utf-8")
    assert run("report", tmp_path / "leak.lvs").stdout == first.stdout


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    leak = tmp_path / "leak"
    leak.mkdir()
    for number in range(60):
        (leak / f"{number}.txt").write_text("x" * 5000, "utf-8")
    process = subprocess.Popen(
        [*COMMAND, "scan", str(leak), "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 141
    assert b"Traceback" not in errors


@pytest.mark.slow
def test_ctrl_c_ends_the_whole_group_cleanly_and_the_same_command_goes_on(tmp_path: Path) -> None:
    leak, store = tmp_path / "leak", tmp_path / "leak.lvs"
    leak.mkdir()
    for number in range(300):
        (leak / f"{number:04}.txt").write_text(f"note {number}\n" * 200, "utf-8")
    command = [*COMMAND, "scan", str(leak), "--store", str(store)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=_heed_interrupts,
    )  # fmt: skip
    while not _documents(store) and process.poll() is None:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the group
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"the same command goes on" in errors
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert "300 documents" in done.stdout


def _heed_interrupts() -> None:
    """What a shell starts in the background, these tests among it, is told to ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _documents(store: Path) -> int:
    try:
        with lv.Scan(store) as scan:
            return scan.summary().documents
    except lv.StoreError:
        return 0


def short_of_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_is_said_and_the_same_command_goes_on(tmp_path: Path) -> None:
    leak, store = tmp_path / "leak", tmp_path / "leak.lvs"
    leak.mkdir()
    (leak / "a.txt").write_text("Rien à signaler.\n", "utf-8")
    failed = run("scan", leak, "--store", store, preexec_fn=short_of_room)
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"leakverify: cannot use {store}: ")
    assert "Traceback" not in failed.stderr
    done = run("scan", leak, "--store", store)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 document")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_no_room_for_the_output_is_no_error_of_ours(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "checks", "list"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "leakverify: cannot write: No space left on device\n")


def test_a_page_that_cannot_be_written_is_said_before_the_scan(tmp_path: Path) -> None:
    memo, store = tmp_path / "memo.txt", tmp_path / "leak.lvs"
    memo.write_text("Rien à signaler.\n", "utf-8")
    done = run("scan", memo, "--store", store, "--html", tmp_path / "nowhere" / "page.html")
    assert (done.returncode, done.stdout, store.exists()) == (1, "", False)
    assert "No such file or directory" in done.stderr


def test_an_empty_document_named_as_the_store_stays_as_it_is(tmp_path: Path) -> None:
    empty = tmp_path / "lettre.pdf"
    empty.touch()
    done = run("scan", empty, "--store", empty)
    assert (done.returncode, empty.stat().st_size) == (1, 0)
    assert "is an empty file and not a store" in done.stderr
