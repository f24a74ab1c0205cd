"""Ordinals whose letters are small and raised, as word processors set them by themselves: 187th.

Looked for on the first pages only, and only where the text holds an ordinal at all.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event
from leakverify.extractors.pdf.layers import PaintedPage
from leakverify.extractors.pdf.state import Reading

#: an ordinal of English or French; its letters are the second group
_ORDINAL = re.compile(r"(?<!\d)(\d{1,4})\s{0,2}(st|nd|rd|th|er|re|[eè]me|nde?|e)(?![^\W_])")
#: pages, characters and ordinals of a page that are looked at
_PAGES, _CHARACTERS, _MOST = 3, 20_000, 12
#: how far the letters stand above the line, and how high they are, against the figure before them
_RAISED, _SMALL = 0.2, 0.8


def page(reading: Reading, painted: PaintedPage) -> Iterator[Event]:
    """``pdf.ordinal.raised``: each ordinal of the page whose letters are small and stand above the line."""
    if painted.index >= _PAGES or not painted.text_handle:
        return
    for number, match in enumerate(_ORDINAL.finditer(painted.kept.get("text", "")[:_CHARACTERS])):
        if number >= _MOST:
            return
        figure, letter = _span(painted, match.end(1) - 1), _span(painted, match.start(2))
        if figure is None or letter is None:
            continue
        height = figure[1] - figure[0]
        if letter[0] - figure[0] > _RAISED * height and letter[1] - letter[0] < _SMALL * height:
            where = Location(page=painted.index + 1)
            yield Observation(name="pdf.ordinal.raised", value=match[1] + match[2], where=where)


def _span(painted: PaintedPage, at: int) -> tuple[float, float] | None:
    """Lower and upper edge of a character of the page's text, in points; ``None`` where it has none."""
    edges = [ctypes.c_double() for _ in range(4)]
    at = painted.pdfium.FPDFText_GetCharIndexFromTextIndex(painted.text_handle, at)
    if at < 0 or not painted.pdfium.FPDFText_GetCharBox(painted.text_handle, at, *edges):
        return None
    bottom, top = edges[2].value, edges[3].value
    return (bottom, top) if top > bottom else None
