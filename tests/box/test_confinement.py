"""Whoever owns a parser gets nothing but the result of the document he came in with."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box.parent import Box, Unit
from leakverify.evidence import Extraction
from leakverify.limits import MIB, Limits
from tests.box import faulty

EXTRA = str(Path(faulty.__file__))
TIGHT = Limits(cpu_seconds=3, wall_seconds=10.0, address_space=600 * MIB, answer_rows=50_000)
#: what each fault may end as, beside what was read before it; "" is no problem at all
ENDS = {
    "exception": {"reader-error"},
    "exit-without-answer": {"reader-crash"},
    "sigkill-self": {"box-lost", "reader-error"},
    "sigsegv": {"reader-crash"},
    "sigabrt": {"reader-crash"},
    "sigstop-self": {"limit-time", "reader-error"},
    "sigstop-zygote": {"limit-time", "box-lost", "reader-error"},
    "sigkill-zygote": {"box-lost", "reader-error"},
    # the latter on a machine under load
    "endless-python": {"limit-cpu", "limit-time"},
    "endless-c": {"limit-cpu", "limit-time"},
    "sleep": {"limit-time"},
    "memory": {"limit-memory"},
    "answer-of-600-mb": {"limit-answer"},
    "half-an-answer": {"limit-time"},
    "forged-lines": {"box-protocol"},
    "not-json": {"box-protocol"},
    "after-the-end": {"box-protocol"},
    "stdout": {""},
    "fork-bomb": {""},
    "close-everything": {"reader-crash"},
    "million-rows": {"limit-answer"},
}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(jobs=1, limits=TIGHT, extra=(EXTRA,)) as opened:
        yield opened


def examine(box: Box, data: bytes, tmp_path: Path) -> Extraction:
    path = tmp_path / "hostile.fault"
    path.write_bytes(data)
    with path.open("rb") as handle:
        box.start(Unit(descriptor=handle.fileno(), size=len(data), sha256=hashlib.sha256(data).hexdigest()))
        while True:
            for finished in box.wait():
                return finished.result.extractions[0]


def value(extraction: Extraction, name: str) -> object:
    return next((o.value for o in extraction.observations if o.name == name), None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be locked to level 3")
def test_this_machine_reaches_level_three(box: Box) -> None:
    assert box.isolation.level == 3, box.isolation.why


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be locked to level 3")
@pytest.mark.parametrize("attempt", faulty.ATTEMPTS)
def test_the_locked_child_cannot(box: Box, attempt: str, tmp_path: Path) -> None:
    after = value(examine(box, faulty.MAGIC + attempt.encode() + b"\n", tmp_path), "faulty.after")
    assert str(after).startswith("denied"), f"{attempt}: {after}"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be locked to level 3")
def test_the_attempts_are_real(tmp_path: Path) -> None:
    """Unlocked, the harmless ones succeed: the test above does not pass by accident."""
    harmless = ("read-file", "list-folder", "stat-file", "udp", "unix-socket", "socket-pair", "fork")
    with Box(jobs=1, limits=Limits(), extra=(EXTRA,), isolation="process") as open_box:
        for attempt in harmless:
            if attempt == "fork" and os.getuid():
                continue  # RLIMIT_NPROC holds for everybody but root
            found = examine(open_box, faulty.MAGIC + attempt.encode() + b"\n", tmp_path)
            assert value(found, "faulty.after") == "succeeded", attempt


def test_the_forking_process_is_small(box: Box) -> None:
    # measured 96 MiB, of which signatures (pyHanko) take 25 and font programs (fontTools) 10
    assert 0 < box.resident_bytes <= 112 * MIB


def test_required_isolation_is_refused_where_there_is_less(monkeypatch: pytest.MonkeyPatch) -> None:
    from leakverify.box import parent, worker

    real = worker.Worker

    def weaker(wish: worker.IsolationWish, extra: tuple[str, ...]) -> worker.Worker:
        return real("process", extra)

    monkeypatch.setattr(parent, "Worker", weaker)
    with pytest.raises(lv.IsolationUnavailable):
        Box(jobs=1, isolation="required")


def innocent(number: int) -> bytes:
    return (
        f"From: a{number}@example.org\r\nTo: b@example.org\r\n"
        f"Date: Fri, 5 May 2017 10:{number % 60:02}:00 +0200\r\n"
        f"Subject: note {number}\r\nMessage-ID: <{number}@example.org>\r\n\r\nText of note {number}.\r\n"
    ).encode()


def reports(root: Path, isolation: str) -> dict[str, lv.Report]:
    found = lv.scan(root, jobs=2, isolation=isolation, limits=TIGHT, formats=(EXTRA,))  # type: ignore[arg-type]
    return {report.document.path: report for report in found}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("isolation", ["best", "process"])
def test_every_fault_costs_only_its_own_result(isolation: str, tmp_path: Path) -> None:
    """All faults among 200 files: the others come out byte for byte as without them."""
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    for folder in (calm, stormy):
        folder.mkdir()
        for number in range(200):
            (folder / f"note-{number:03}.eml").write_bytes(innocent(number))
    for number, fault in enumerate(ENDS):
        (stormy / f"note-{number * 9:03}-{fault}.fault").write_bytes(faulty.MAGIC + fault.encode() + b"\n")
    expected = reports(calm, isolation)
    found = reports(stormy, isolation)
    assert len(expected) == 200
    for name, report in expected.items():
        assert found.pop(name).to_json() == report.to_json(), name
    assert len(found) == len(ENDS)
    for name, report in found.items():
        fault = name.split("-", 2)[2].removesuffix(".fault")
        codes = {p.code for p in report.problems} or {""}
        assert codes & ENDS[fault], f"{fault} ended as {codes}"
        assert not any(o.value == "forged" for o in report.observations)


def test_a_child_cannot_answer_for_another_document(tmp_path: Path) -> None:
    (tmp_path / "a.fault").write_bytes(faulty.MAGIC + b"forged-lines\n")
    (tmp_path / "innocent.eml").write_bytes(innocent(1))
    found = reports(tmp_path, "best")
    assert set(found) == {"a.fault", "innocent.eml"}
    assert not found["innocent.eml"].problems
