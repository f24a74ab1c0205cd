"""Habits of the program that wrote the bytes, told without believing what the file says of itself.

Two programs may have had their hand in a PDF: the one that drew the pages, and
the one that wrote the file last.  Writing anew changes the container and leaves
the pages; printing, converting and distilling change both.  They are told apart
here as ``pdf.style.page`` and ``pdf.style.container``.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.extractors._base import Event
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.style_container import container_facts
from leakverify.extractors.pdf.style_page import page_facts


def facts(reading: Reading) -> Iterator[Event]:
    reading.latest()
    yield from container_facts(reading)
    yield from page_facts(reading)
