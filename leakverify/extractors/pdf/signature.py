"""Signatures: what they cover, whether they hold, and what came after them."""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.extractors._base import Event
from leakverify.extractors.pdf.state import Reading


def facts(reading: Reading) -> Iterator[Event]:
    yield from ()
