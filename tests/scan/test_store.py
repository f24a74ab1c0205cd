"""The store: migrations, locks, and nothing lost to kill -9."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.errors import StoreError
from leakverify.store import VERSION, Store
from tests.scan.test_scan import mail, zipped

SCAN = "import sys, leakverify as lv\nfor _ in lv.scan(sys.argv[1], store=sys.argv[2]): pass"


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.lvs"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version={VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(lv.StoreTooNew):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one" * 40, b""])
def test_something_else_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.lvs"
    path.write_bytes(content)
    with pytest.raises(lv.StoreError):
        lv.Scan(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.lvs"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(lv.StoreError):
        Store(path)


def test_two_scans_cannot_share_a_store(tmp_path: Path) -> None:
    with Store(tmp_path / "s.lvs"), pytest.raises(lv.StoreError):
        Store(tmp_path / "s.lvs")
    Store(tmp_path / "s.lvs").close()


def test_a_store_belongs_to_one_folder(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.eml").write_bytes(mail(1))
    list(lv.scan(tmp_path / "a", store=tmp_path / "s.lvs"))
    with pytest.raises(lv.StoreError):
        list(lv.scan(tmp_path / "b", store=tmp_path / "s.lvs"))


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find the processes")
@pytest.mark.parametrize("victim", ["parent", "zygote", "child", "any"])
def test_kill_minus_nine_anywhere_loses_nothing(victim: str, tmp_path: Path) -> None:
    """Killed at random moments, run again: the result is that of an undisturbed run."""
    leak = tmp_path / "leak"
    leak.mkdir()
    for number in range(160):
        (leak / f"note-{number:03}.eml").write_bytes(mail(number, "x" * (number * 37)))
    (leak / "more.zip").write_bytes(zipped({f"{n}.eml": mail(1000 + n) for n in range(80)}))
    calm = [report.to_json() for report in lv.scan(leak)]
    store = tmp_path / "s.lvs"
    dice = random.Random(victim)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kills = 0
    for _ in range(60):
        run = subprocess.Popen([sys.executable, "-c", SCAN, str(leak), str(store)], env=environment)
        try:
            while run.poll() is None and kills < 6:
                time.sleep(dice.uniform(0.1, 0.7))
                kills += strike(run.pid, victim, dice)
            code = run.wait(60)
        finally:
            run.kill()
            run.wait()
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert kills >= 3, "the scan was over before it could be disturbed"
    with lv.Scan(store) as stored:
        assert stored.summary().complete
        disturbed = [report.to_json() for report in stored.reports()]
    # the first lines that differ, since the whole is too long to be printed
    assert list(islice(unified_diff(*map(_lines, (calm, disturbed)), n=0), 40)) == []


def _lines(reports: list[str]) -> list[str]:
    return "".join(reports).splitlines()


def strike(parent: int, victim: str, dice: random.Random) -> int:
    """Kill one process of the scan; 1 if there was one to kill."""
    zygotes = children_of(parent)
    units = [unit for zygote in zygotes for unit in children_of(zygote)]
    pools = {"parent": [parent], "zygote": zygotes, "child": units, "any": [parent, *zygotes, *units]}
    if not pools[victim]:
        return 0
    try:
        os.kill(dice.choice(pools[victim]), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def test_a_database_that_fails_on_the_way_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "a.lvs"
    with pytest.raises(StoreError, match="goes on from there"), Store(path) as store:
        store.begin()
        raise sqlite3.OperationalError("database or disk is full")
    assert not Path(f"{path}-lock").exists()
    with Store(path) as store:
        assert store.count_reports() == 0


def test_what_a_killed_scan_left_empty_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "a.lvs"
    path.touch()
    with pytest.raises(StoreError, match="empty file"):
        Store(path)
    Path(f"{path}-lock").touch()
    with Store(path) as store:
        assert store.count_reports() == 0
