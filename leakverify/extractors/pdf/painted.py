"""What is painted on each page: the loop over the pages through PDFium, each loaded once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault
from leakverify.extractors.pdf import composition, glyphs, ordinals
from leakverify.extractors.pdf.frames import appearance_frame
from leakverify.extractors.pdf.layers import Annotation, Item, PaintedPage, Run
from leakverify.extractors.pdf.state import Reading, apart
from leakverify.extractors.pdf.text import Document, opened

__all__ = ["DETAILED", "PAGE_ROOMS", "Annotation", "Item", "PaintedPage", "Run", "page_contents"]

#: pages whose painting is looked at object by object
DETAILED = 200
#: objects of all pages that are looked at
_OBJECTS = 300_000

#: what is looked for on each page, in this order
PAGE_ROOMS: tuple[Callable[[Reading, PaintedPage], Iterator[Event]], ...] = (
    composition.page,
    glyphs.page,
    ordinals.page,
)


def page_contents(reading: Reading, doubtful: list[tuple[int, int]]) -> Iterator[Event]:
    """The text of every page as the document stands, and what its painting tells.

    ``doubtful`` is filled with (how much so, page from 0) for pages that could hide something.
    """
    context = reading.context
    left = context.limits.text_chars
    objects = _OBJECTS
    detailed = True
    with opened(reading.data, reading.end) as document:
        if not isinstance(document, Document):
            yield Fault(document, "could not be opened for its text")
            return
        for index in range(min(document.pages, context.limits.pages)):
            where = Location(page=index + 1)
            with document.painted(index) as page:
                if page is None:
                    yield Fault("malformed", "the page cannot be loaded for its text", where)
                    continue
                text = document.characters(page.text_handle)
                page.kept["text"] = text or ""
                if text is None:
                    yield Fault("malformed", "the page cannot be loaded for its text", where)
                elif text.strip() and left >= 0:
                    if len(text) > left:
                        yield Fault("limit-text", f"more than {context.limits.text_chars} characters")
                    if left:
                        yield Observation(name="pdf.page.text", value=text[:left], where=where)
                    left = left - len(text) if len(text) <= left else -1
                if detailed and (index >= DETAILED or objects <= 0):
                    detailed = False
                    yield Fault("limit-pages", f"what is painted was looked at on the first {index} pages")
                if detailed:
                    page.frame = functools.partial(appearance_frame, reading, index)
                    for room in PAGE_ROOMS:
                        yield from apart(room(reading, page), room.__module__.rpartition(".")[2])
                    yield from apart(_doubt(page, doubtful), "composition")
                    objects -= len(page.items)
                elif left < 0:
                    return
        if document.pages > context.limits.pages:
            yield Fault("limit-pages", f"text of the first {context.limits.pages} pages")


def _doubt(page: PaintedPage, doubtful: list[tuple[int, int]]) -> Iterator[Event]:
    """Note a page that is to be opened again."""
    worth = composition.possible(page)
    if worth:
        doubtful.append((worth, page.index))
    yield from ()
