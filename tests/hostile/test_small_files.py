"""Small hostile files: each ends within its limits, named, and takes nothing with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import leakverify as lv
from tests.hostile import builders, office

FILES = {**builders.FILES, **office.FILES}

#: twice as tight as the shipped limits, so that what holds here holds there
LIMITS = lv.Limits(cpu_seconds=8, wall_seconds=40.0)


@pytest.mark.parametrize("name", FILES)
def test_hostile_file_ends_within_its_limits(name: str, tmp_path: Path) -> None:
    make, expected = FILES[name]
    data = make()
    assert len(data) < 12 << 20
    path = tmp_path / name
    path.write_bytes(data)
    start = time.monotonic()
    codes = {problem.code for report in lv.scan(path, limits=LIMITS, jobs=1) for problem in report.problems}
    assert not expected or codes & expected, f"{name}: {sorted(codes)}"
    assert not codes & {"box-lost", "box-protocol", "limit-time"}, f"{name}: {codes}"
    if not expected:  # what is claimed to cost nothing costs nothing
        assert time.monotonic() - start < LIMITS.wall_seconds / 2


def test_an_external_entity_is_not_resolved(tmp_path: Path) -> None:
    path = tmp_path / "external.docx"
    path.write_bytes(FILES["external.docx"][0]())
    assert "root:" not in lv.verify(path, isolation="process").to_json()


def test_the_whole_set_does_not_disturb_a_scan(tmp_path: Path) -> None:
    """A selection side by side, with an innocent mail between them."""
    innocent = b"From: a@example.org\r\nDate: Fri, 5 May 2017 10:00:00 +0200\r\nSubject: s\r\n\r\nbody\r\n"
    for name in ("tree.pdf", "laughs.docx", "loop.tif", "nested.docx", "far.xlsx", "comments.eml"):
        (tmp_path / name).write_bytes(FILES[name][0]())
    (tmp_path / "innocent.eml").write_bytes(innocent)
    found = {report.document.path: report for report in lv.scan(tmp_path, limits=LIMITS)}
    assert {"innocent.eml", "tree.pdf", "far.xlsx"} <= set(found)
    assert not found["innocent.eml"].problems
