"""Objects that nothing leads to any more, and what they said."""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.extractors._base import Event
from leakverify.extractors.pdf.state import Reading


def facts(reading: Reading) -> Iterator[Event]:
    yield from ()
