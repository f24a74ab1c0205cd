"""Text that something painted later lies on: found by order and place, proved by rendering."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from leakverify.extractors.pdf.composition_render import Rgb
from leakverify.extractors.pdf.layers import Item, PaintedPage, common_box
from leakverify.extractors.pdf.text import Box

#: places a page is divided into, each way, to find what lies where
_GRID = 24
#: shapes entered in places, comparisons, and characters that are placed, per page
_ENTRIES, _COMPARISONS, _CHARACTERS = 200_000, 200_000, 20_000
#: least height and width, in points, of what can hide a character
_THIN = 2.0
#: points of an outline beyond which it is a drawing and no patch
_POINTS = 16
#: share of the page that images cover together from which the page is a scan
SCAN = 0.5
#: share of the page below which an image is no strip or tile of a scan
_PART = 0.03
#: share of the page from which one picture is the page
_WHOLE = 0.8
#: share of a character that must lie under a cover
_UNDER = 0.7

#: text rendering modes that paint nothing
UNPAINTED = (3, 7)


@dataclass(slots=True, eq=False)
class Cover:
    """Something that may hide what was painted before it."""

    order: int
    box: Box
    #: ``path``, ``line``, ``image``, ``shading``, or ``annotation`` and its subtype
    kind: str
    #: ``None`` for an annotation that brings no appearance
    item: Item | None
    note: int | None = None
    #: the colour of such an annotation
    interior: Rgb | None = None


class Character(NamedTuple):
    text: str
    box: Box
    item: Item
    cover: Cover | None


@dataclass(slots=True)
class Candidates:
    """What may be hidden on a page. ``characters`` are in the order of painting."""

    characters: list[Character] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    #: whether all was compared
    whole: bool = True


def possible(page: PaintedPage) -> list[Cover]:
    """Everything that could hide a character painted before it, in the order of painting."""
    items = page.items
    first = next((item.order for item in items if item.kind == "text"), None)
    if first is None:
        return []
    found = [cover for item in items[first:] if (cover := _cover(item)) is not None]
    # a scan is laid over the text that was read from it as often as under it
    images = [cover for cover in found if cover.kind == "image"]
    if images and share(page, (cover.box for cover in images)) >= SCAN:
        found = [cover for cover in found if cover.kind != "image" or share(page, (cover.box,)) < _PART]
    last = len(page.items)
    for note in page.annotations:
        last = max([last, *(item.order + 1 for item in note.items)])
        if note.interior is not None and note.interior[3] >= 250:
            kind = f"annotation {note.subtype}"
            found.append(Cover(last, note.box, kind, None, note.index, note.interior[:3]))
            last += 1
        for item in note.items:
            cover = _cover(item)
            if cover is not None:
                cover.kind, cover.note = f"annotation {note.subtype}", note.index
                found.append(cover)
    return found


def _cover(item: Item) -> Cover | None:
    """The item as a cover; ``None`` when it lets everything through or is too small."""
    kind = item.kind
    left, bottom, right, top = item.box
    if kind == "text" or right - left < _THIN or top - bottom < _THIN:
        return None
    if kind == "path":
        if item.filled:
            if (item.fill or (0, 0, 0, 255))[3] < 250:
                return None
        elif item.stroked and item.width >= _THIN and (item.stroke or (0, 0, 0, 255))[3] >= 250:
            # a line as thick as a box; a frame is open in the middle
            if min(right - left, top - bottom) > 3.2 * item.width:
                return None
            kind = "line"
        else:
            return None
    return Cover(item.order, item.box, kind, item)


def share(page: PaintedPage, boxes: Iterable[Box]) -> float:
    """Share of the page that the boxes take together, at most; overlaps count twice."""
    shown = page.visible
    whole = max((shown[2] - shown[0]) * (shown[3] - shown[1]), 1.0)
    return sum(extent(common_box(shown, box)) for box in boxes) / whole


def candidates(page: PaintedPage) -> Candidates:
    """Characters that lie under something painted later, with the topmost that hides them."""
    found = Candidates()
    covers = possible(page)
    if not covers:
        return found
    grid = _Grid(page.visible, covers)
    found.whole = grid.whole
    used: dict[int, Cover] = {}
    compared = 0
    scanned = raster(page)
    for item in page.items:
        if item.kind != "text" or item.order >= covers[-1].order:
            continue
        if extent(item.box) <= 0:
            continue
        over: list[Cover] = []
        for cover in grid.at(item.box):
            compared += 1
            if cover.order > item.order and _touches(item.box, cover):
                over.append(cover)
        if compared > _COMPARISONS:
            found.whole = False
            break
        if item.mode in UNPAINTED:
            # words recognised on a scan, of which a patch then hides the picture
            over = [cover for cover in over if scanned is not None and cover.order > scanned.order]
        over = [cover for cover in over if _solid(cover)]
        if not over:
            continue
        over.sort(key=lambda cover: cover.order)
        letters = [
            Character(text, box, item, next((one for one in reversed(over) if _under(box, one.box)), None))
            for text, box in placed(page, item)
        ]
        if any(letter.cover is not None and not letter.text.isspace() for letter in letters):
            found.characters += letters
            for letter in letters:
                if letter.cover is not None:
                    used[letter.cover.order] = letter.cover
            for cover in over:
                used[cover.order] = cover
        if len(found.characters) > _CHARACTERS:
            found.whole = False
            break
    if not any(letter.cover is not None and letter.text.isalnum() for letter in found.characters):
        found.characters.clear()
    found.covers = [used[order] for order in sorted(used)]
    return found


def raster(page: PaintedPage) -> Item | None:
    """The picture that is the page, if there is one."""
    shown = page.visible
    whole = max(extent(shown), 1.0)
    for item in page.items:
        if item.kind == "image" and extent(common_box(shown, item.box)) >= _WHOLE * whole:
            return item
    return None


def _solid(cover: Cover) -> bool:
    """What is dear to ask: whether it is clipped away, or drawn with many points."""
    item = cover.item
    if item is None:
        return True
    if item.filled and item.points > _POINTS:
        return False
    cover.box = item.seen
    return extent(cover.box) > 0 and not item.blend


def _touches(text: Box, cover: Cover) -> bool:
    """Whether a cover lies on enough of a text's height to hide a character of it."""
    shared = common_box(text, cover.box)
    if shared is None:
        return False
    wide, high = shared[2] - shared[0], shared[3] - shared[1]
    thick = min(text[2] - text[0], text[3] - text[1])
    return min(wide, high) >= 1.0 and min(wide, high) >= 0.3 * thick


def placed(page: PaintedPage, item: Item) -> Iterator[tuple[str, Box]]:
    """The characters of an object and where each stands."""
    run = item.run
    if run is None:
        return
    pdfium, text = page.pdfium, page.text_handle
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at in range(run.start, run.start + min(run.length, 2000)):
        code = pdfium.FPDFText_GetUnicode(text, at)
        letter = chr(code) if 0 < code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"
        if pdfium.FPDFText_GetCharBox(text, at, left, right, bottom, top):
            yield letter, (left.value, bottom.value, right.value, top.value)


def _under(box: Box, cover: Box) -> bool:
    size = extent(box)
    if size <= 0:
        return False
    return extent(common_box(box, cover)) >= _UNDER * size


class _Grid:
    """Which covers lie in which part of the page."""

    def __init__(self, shown: Box, covers: list[Cover]) -> None:
        self._left, self._bottom = shown[0], shown[1]
        self._wide = max(shown[2] - shown[0], 1.0) / _GRID
        self._high = max(shown[3] - shown[1], 1.0) / _GRID
        self._places: dict[tuple[int, int], list[Cover]] = {}
        self.whole = True
        entered = 0
        for cover in covers:
            for place in self._all(cover.box):
                self._places.setdefault(place, []).append(cover)
                entered += 1
            if entered > _ENTRIES:
                self.whole = False
                break

    def at(self, box: Box) -> Iterator[Cover]:
        """Covers that share a part of the page with a box, each once."""
        seen: set[int] = set()
        for place in self._all(box):
            for cover in self._places.get(place, ()):
                if cover.order not in seen:
                    seen.add(cover.order)
                    yield cover

    def _all(self, box: Box) -> Iterator[tuple[int, int]]:
        left, right = (self._index(edge - self._left, self._wide) for edge in (box[0], box[2]))
        bottom, top = (self._index(edge - self._bottom, self._high) for edge in (box[1], box[3]))
        for across in range(left, right + 1):
            for up in range(bottom, top + 1):
                yield across, up

    @staticmethod
    def _index(edge: float, step: float) -> int:
        return min(max(int(edge / step), 0), _GRID - 1)


def extent(box: Box | None) -> float:
    """Area of a box, 0 when it is turned inside out."""
    if box is None:
        return 0.0
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
