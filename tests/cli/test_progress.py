"""Progress: done, total, rate, time left, problems; a line on a terminal, few lines in a log."""

from __future__ import annotations

import io
import time

import pytest

import leakverify as lv
from leakverify.cli._progress import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


def at(done: int, *, stage: str = "everything", total: int = 70_112) -> lv.Progress:
    return lv.Progress(stage=stage, done=done, total=total, documents=done + 5, problems=3, elapsed=1.0)


def play(file: io.StringIO, clock: Clock, *steps: tuple[float, lv.Progress], lang: str = "en") -> str:
    line = ProgressLine(lang, file)
    for seconds, progress in steps:
        clock.now += seconds
        line(progress)
    line.end()
    return file.getvalue()


def test_a_terminal_shows_one_line_with_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    written = play(Terminal(), clock, (1, at(0)), (2, at(80)), (8, at(400)))
    assert written.count("\n") == 1
    assert written.endswith("\n")
    last = written.strip().split("\r")[-1]
    assert last == (
        "Everything: 400 of 70,112 files, 405 documents, 3 with problems, 40 a second, about 29 min left"
    )


def test_what_was_known_already_does_not_spoil_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    written = play(Terminal(), clock, (1, at(0)), (1, at(60_000)), (40, at(60_400)), (10, at(60_500)))
    assert "10 a second, about 16 min left" in written


def test_a_shorter_line_covers_the_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    first, second = play(Terminal(), clock, (1, at(10)), (5, at(70_000)), (5, at(70_112))).split("\r")[2:]
    assert len(second.rstrip("\n")) >= len(first)


def test_a_log_gets_a_line_now_and_then_and_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    steps = [(1.0, at(n)) for n in range(100)]
    written = play(io.StringIO(), clock, *steps, (1.0, at(70_112)))
    assert 3 <= len(written.splitlines()) <= 5
    assert "70,112 of 70,112" in written.splitlines()[-1]
    assert "\r" not in written


def test_stages_have_lines_of_their_own_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    written = play(Terminal(), clock, (1, at(70_112, stage="structure")), (1, at(5)), lang="fr")
    lines = written.strip().split("\n")
    assert [line.strip().split("\xa0")[0] for line in lines] == ["Structure", "Contenu"]
    assert "70\u202f112 fichiers sur 70\u202f112" in written
