"""Documentation is executed: its commands run, its Python runs, its generated pages are up to date."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/examples/*.md")]
LEAK = ROOT / "docs" / "examples" / "leak"


def commands() -> list[tuple[str, str]]:
    """Every ``leakverify …`` line of a fenced block, with the page it stands on."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh)?\n(.*?)```", page.read_text("utf-8"), re.S):
            for line in block.splitlines():
                line = line.removeprefix("$ ").split("#")[0].strip()
                if line.startswith("leakverify ") and "|" not in line:
                    found.append((page.name, line))
    return found


def test_there_are_commands_to_try() -> None:
    assert len(commands()) >= 2


@pytest.mark.parametrize(("page", "line"), commands())
def test_documented_commands_run(page: str, line: str, tmp_path: Path) -> None:
    """As written, in a folder that looks like the one of the reader."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "leak").symlink_to(LEAK)
    words = shlex.split(line)[1:]
    done = subprocess.run(
        [sys.executable, "-m", "leakverify", *words],
        cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode in (0, 3), (page, line, done.stderr)


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memo.pdf").write_bytes((LEAK / "factures" / "F-2026-1011_delorme.pdf").read_bytes())
    (tmp_path / "photo.jpg").write_bytes((LEAK / "photos" / "IMG_0427.jpg").read_bytes())
    (tmp_path / "leak").mkdir()
    for path in sorted((LEAK / "contrats").iterdir())[:3]:
        (tmp_path / "leak" / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "leak.html").read_text("utf-8").casefold().startswith("<!doctype html>")


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT), "PATH": "", "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#][^)]*)\)", page.read_text("utf-8")):
            if not target.startswith(("http", "mailto")):
                assert (page.parent / target.split("#")[0]).exists(), f"{page.name}: {target}"
