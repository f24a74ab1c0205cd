"""Images on the pages: as documents of their own, and how they were coded."""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.extractors._base import Event
from leakverify.extractors.pdf.state import Reading


def facts(reading: Reading) -> Iterator[Event]:
    yield from ()
