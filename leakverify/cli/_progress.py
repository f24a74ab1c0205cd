"""How a scan is getting on, on stderr."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TextIO

import leakverify as lv
from leakverify.report._words import Words, words

#: seconds between two updates of a line on a terminal, and between two lines of a log
_ON_TERMINAL, _IN_LOG = 0.2, 30.0
#: the rate is that of the last so many seconds: what a store already knew passes at once
_WINDOW = 30.0


class ProgressLine:
    """Called with :class:`leakverify.Progress`; one line on a terminal, now and then a line in a log."""

    def __init__(self, lang: str, file: TextIO | None = None) -> None:
        self._words: Words = words(lang)
        self._file = file or sys.stderr
        self._tty = self._file.isatty()
        self._last = 0.0
        self._shown = 0
        self._seen: deque[tuple[float, int]] = deque()
        self._stage = ""
        self._text = ""

    def __call__(self, progress: lv.Progress) -> None:
        now = time.monotonic()
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._seen.clear()
            self.end()
        self._seen.append((now, progress.done))
        while len(self._seen) > 2 and self._seen[0][0] < now - _WINDOW:
            self._seen.popleft()
        pause = _ON_TERMINAL if self._tty else _IN_LOG
        if now - self._last < pause and progress.done < progress.total:
            return
        if not self._tty and self._last == 0.0 and progress.done < progress.total:
            self._last = now  # a log starts with news, not with zero
            return
        self._last = now
        self._write(self.line(progress))

    def line(self, progress: lv.Progress) -> str:
        """Done, total, documents, problems, rate and time left."""
        said = self._words
        parts = [
            said.term("cli", "progress").format(
                stage=said.term("cli", progress.stage),
                done=said.number(progress.done),
                total=said.number(progress.total),
                documents=said.number(progress.documents),
                problems=said.number(progress.problems),
            )
        ]
        rate = self._rate()
        if rate > 0:
            parts.append(said.term("cli", "rate").format(rate=said.decimal(rate, 0 if rate >= 10 else 1)))
            left = (progress.total - progress.done) / rate
            if progress.done < progress.total:
                parts.append(said.term("cli", "left").format(time=_time(left)))
        return ", ".join(parts)

    def end(self) -> None:
        """Leave the line as it is and go on below it."""
        if self._shown:
            self._file.write("\n")
            self._file.flush()
            self._shown = 0

    def _rate(self) -> float:
        (start, before), (end, after) = self._seen[0], self._seen[-1]
        return (after - before) / (end - start) if end - start >= 1.0 else 0.0

    def _write(self, text: str) -> None:
        if self._tty:
            self._file.write("\r" + text + " " * (self._shown - len(text)))
            self._shown = len(text)
        elif text != self._text:
            self._file.write(text + "\n")
        self._text = text
        self._file.flush()


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
