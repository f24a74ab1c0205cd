"""How a page is composed: text under shapes, images and annotations, and text that cannot be seen.

In a first reading every page is only asked whether its order of painting could
hide anything.  Pages that could are opened again at the very end, when
everything else has been said, and rendered in part to see whether it does.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault, clip
from leakverify.extractors.pdf.composition_covers import candidates
from leakverify.extractors.pdf.composition_hidden import (
    Unseen,
    doubtful,
    instead,
    last,
    plain,
    recognised,
    unseen,
)
from leakverify.extractors.pdf.composition_proof import Hidden, proved
from leakverify.extractors.pdf.composition_raster import coding, live, paper, patches
from leakverify.extractors.pdf.composition_render import too_heavy
from leakverify.extractors.pdf.frames import appearance_frame
from leakverify.extractors.pdf.layers import Item, PaintedPage
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.text import Box, Document, opened

#: pages of a document that are rendered
_RENDERED = 100
#: pixels of all renderings of a document
_PIXELS = 80_000_000
#: characters of one hidden text that are quoted
_QUOTED = 600
#: texts of one page that nobody sees and that are listed
_TOLD = 40


def page(reading: Reading, painted: PaintedPage) -> Iterator[Event]:
    """Recognised text, and text that nobody sees and that needs no rendering to tell."""
    amount = recognised(painted)
    if amount:
        where = Location(page=painted.index + 1)
        yield Observation(name="pdf.layer.recognised", value=amount, where=where)
    yield from _unseen(painted, plain(painted))


def possible(painted: PaintedPage) -> int:
    """How much a page is worth opening again: 2 when text may lie under something, 0 when not at all."""
    found = candidates(painted)
    if found.characters or not found.whole:
        return 2
    return int(bool(doubtful(painted)) or live(painted) is not None or bool(patches(painted)))


def page_compositions(reading: Reading, wanted: list[tuple[int, int]]) -> Iterator[Event]:
    """What rendering proves of the pages that could hide something.

    ``wanted``: (what :func:`possible` said, page from 0).
    """
    if not wanted:
        return
    first = sorted(wanted, key=lambda one: (-one[0], one[1]))[:_RENDERED]
    looked = 0
    with opened(reading.data, reading.end) as document:
        if not isinstance(document, Document):
            return
        for _, index in sorted(first, key=lambda one: one[1]):
            with document.painted(index) as page:
                if page is None:
                    continue
                if page.painter.pixels > _PIXELS:
                    break
                looked += 1
                page.frame = functools.partial(appearance_frame, reading, index)
                yield from _page(page)
    if looked < len(wanted):
        yield Fault("limit-pages", f"hidden text was looked for on {looked} of {len(wanted)} pages")


def _page(page: PaintedPage) -> Iterator[Event]:
    where = Location(page=page.index + 1)
    found = candidates(page)
    if not found.whole:
        yield Fault("limit-pages", "a page with too many objects to compare all", where)
    if too_heavy(page, page.items):
        yield Fault("limit-memory", "hidden text was not looked for under very large images", where)
        return
    if found.characters:
        for hidden in proved(page, found):
            yield from _covered(page, hidden)
    yield from _unseen(page, unseen(page))
    yield from _raster(page)


def _unseen(page: PaintedPage, found: Iterable[Unseen]) -> Iterator[Event]:
    for told, one in enumerate(found):
        if told >= _TOLD:
            yield Fault(
                "limit-text", "more text that cannot be seen than is listed", Location(page=page.index + 1)
            )
            return
        there = Location(page=page.index + 1, box=_rounded(one.box))
        yield Observation(name="pdf.unseen.text", value=clip(one.text, _QUOTED), where=there)
        yield Observation(name="pdf.unseen.how", value=one.how, where=there)
        yield Observation(name="pdf.unseen.last", value=last(page, one), where=there)
        yield Observation(name="pdf.unseen.over", value=clip(instead(page, one), _QUOTED), where=there)


def _raster(page: PaintedPage) -> Iterator[Event]:
    """Live text set on a page that is a picture, and pictures pasted on it."""
    found = live(page)
    ground = None if found is None else paper(page, found)
    if found is not None and ground is not None:
        where = Location(page=page.index + 1, box=_rounded(found.box))
        text = " ".join(filter(None, (item.text.strip() for item in found.texts)))
        yield Observation(name="pdf.layer.live", value=clip(text, _QUOTED), where=where)
        yield Observation(name="pdf.layer.paper", value=ground.kind, where=where)
        yield Observation(name="pdf.layer.ink", value=round(100 * ground.ink, 2), where=where)
        there = Location(page=page.index + 1, box=_rounded(found.raster.box))
        yield Observation(name="pdf.layer.raster", value=_coded(page, found.raster), where=there)
    for patch, under in patches(page):
        there = Location(page=page.index + 1, box=_rounded(patch.box))
        value = f"{_coded(page, patch)} on {_coded(page, under)}"
        yield Observation(name="pdf.layer.patch", value=value, where=there)


def _coded(page: PaintedPage, item: Item) -> str:
    coded, width, height, density = coding(page, item)
    return f"{coded} {width}x{height} {density} dpi"


def _covered(page: PaintedPage, hidden: Hidden) -> Iterator[Event]:
    where = Location(page=page.index + 1, box=_rounded(hidden.box))
    cover = Location(page=page.index + 1, box=_rounded(hidden.cover.box))
    shown = "" if hidden.colour is None else " #{:02x}{:02x}{:02x}".format(*hidden.colour)
    yield Observation(name="pdf.covered.text", value=clip(hidden.text, _QUOTED), where=where)
    yield Observation(name="pdf.covered.by", value=hidden.cover.kind, where=cover)
    yield Observation(name="pdf.covered.look", value=hidden.look + shown, where=cover)
    yield Observation(name="pdf.covered.over", value=clip(hidden.over, _QUOTED), where=where)
    yield Observation(name="pdf.covered.line", value=clip(hidden.line, _QUOTED), where=where)


def _rounded(box: Box) -> Box:
    left, bottom, right, top = (round(edge, 2) for edge in box)
    return (left, bottom, right, top)
