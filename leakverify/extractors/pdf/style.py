"""Habits of the program that wrote the bytes, told without believing what the file says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.extractors._base import Event
from leakverify.extractors.pdf.state import Reading


def facts(reading: Reading) -> Iterator[Event]:
    yield from ()
