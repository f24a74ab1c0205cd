"""What an owned renderer would do. Loaded by name, in tests only, and acts in the confined process alone.

Page 1 is drawn as usual; the others are faults, by their number.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterator

from leakverify.box import render, wire
from leakverify.box.render import draw
from leakverify.extractors._base import Context, Event, Fit, Format, Source

GOOD, CRASH, MEMORY, SPIN, SLEEP, WRONG_NUMBER, TOO_LARGE, SHORT, NOT_JSON, FILE, CODE, PLACE = range(1, 13)

FORMAT = Format(
    name="faulty-pages",
    title="Nothing; it is here to be loaded",
    version=1,
    sniff=lambda probe: Fit.NONE,
    observes={},
)


def read(source: Source, context: Context) -> Iterator[Event]:
    yield from ()


def _grow() -> None:
    hoard = []
    while True:
        # bytes of a size are never written to, so that address space is spent and no processor time
        hoard.append(bytes(32 << 20))


def _spin() -> None:
    while True:
        pass


_ACTS: dict[int, Callable[[], object]] = {
    CRASH: lambda: ctypes.string_at(0),
    MEMORY: _grow,
    SPIN: _spin,
    SLEEP: lambda: time.sleep(600),
}
_FLAT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _opens_a_file() -> bytes:
    try:
        os.close(os.open("/etc/passwd", os.O_RDONLY))
    except OSError:
        return b"\x00"
    return b"\xff"


def faulty(source: Source, shots: tuple[wire.Shot, ...]) -> Iterator[tuple[wire.Bitmap | wire.End, bytes]]:
    for number, shot in enumerate(shots):
        if shot.page in _ACTS:
            _ACTS[shot.page]()
        elif shot.page == WRONG_NUMBER:
            yield wire.Bitmap(number + 1, 1, 1, 1, _FLAT), b"x"
        elif shot.page == TOO_LARGE:
            yield wire.Bitmap(number, 900, 1_000_000, 3, _FLAT), b""
        elif shot.page == SHORT:
            yield wire.Bitmap(number, 20, 20, 1, _FLAT), b"short"
            os._exit(0)
        elif shot.page == NOT_JSON:
            yield wire.Bitmap(number, 1, 1, 1, _FLAT), b"x" * 100_000  # what is too much is the next line
        elif shot.page == FILE:
            yield wire.Bitmap(number, 1, 1, 1, _FLAT), _opens_a_file()
        elif shot.page == CODE:
            yield wire.End(number, "<script>"), b""
        elif shot.page == PLACE:
            yield wire.Bitmap(number, 1, 1, 1, (1e300, 0.0, 0.0, 1.0, 0.0, 0.0)), b"x"
        else:
            for message, pixels in draw(source, (shot,)):
                end = isinstance(message, wire.End)
                yield (wire.End(number, message.code) if end else _numbered(message, number)), pixels


def _numbered(bitmap: wire.Bitmap, number: int) -> wire.Bitmap:
    return wire.Bitmap(number, bitmap.width, bitmap.height, bitmap.channels, bitmap.matrix)


if "pytest" not in sys.modules:
    render.draw = faulty  # type: ignore[assignment]
