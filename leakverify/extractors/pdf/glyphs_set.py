"""Figures set in another size, at another height or in another shade than the line they stand in.

A program that sets a page paints the words of a line one after the other, in
one size and on one baseline.  What is added to a finished page is painted at the
end: it comes back to a line that was left long ago, or fills a gap that a text
object leaves, and its size and height are matched by eye.  Most is compared for
the last text objects of a page.  Of the others, those count that are painted in
their place and are slightly off in size and in height at once.
"""

from __future__ import annotations

import ctypes
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leakverify.evidence import Location, Observation
from leakverify.extractors.pdf.layers import Colour, Item, PaintedPage
from leakverify.extractors.pdf.pages import clean
from leakverify.extractors.pdf.text import Box

#: figures at the end of a page that are looked at, and text objects that may paint them
_FIGURES, _OBJECTS = 6, 60
#: figures of a page that are off in their places: an altered page has one or two
_IN_PLACE = 3
#: text objects of other lines painted since the neighbour, for the figure to have come back to its line
_APART = 2
#: how far size (of 1) and baseline (points) are off when matched by eye; an index is off by more
_AWRY_SIZE, _AWRY_BASELINE = (0.02, 0.18), (0.2, 1.6)
#: how much the sizes of one line may differ: display type is set larger on purpose
_SIZES = (0.6, 1.7)
#: how far a neighbour on the line may be, in heights of the font
_NEAR = 4.0
#: figures above and below that make a column, how far away in heights, and how well aligned in points
_COLUMN, _COLUMN_REACH, _ALIGNED = 2, 10, 1.5
#: a figure is at most this wide, in sizes of its font
_WIDEST = 14.0
#: what rounding does to sizes (of 1) and to baselines (points)
_SAME_SIZE, _SAME_BASELINE = 0.01, 0.05
#: characters of a text object that is looked at for a gap, at most
_CHARACTERS = 2_000
#: an alpha that shows nothing
_CLEAR = 8
#: points at the upper and lower edge of a page, where numbers are stamped
_MARGIN = 60

#: an amount, a number, a date or a time: two digits at least, no words
FIGURE = re.compile(
    r"(?=(?:\D*\d){2})[-+(]?\s?(?:[$£€¥]|[A-Z]{1,3})?\s?"
    r"\d{1,12}(?:[.,:/' \u00a0\u202f-]\s?\d{1,9}){0,6}\)?\s?(?:[$£€¥%]|[A-Z]{1,3})?-?"
)
#: a table of signs, not a figure
SPELLED = re.compile(r"(?:\d ){3,}")
#: letters, digits and signs of money
SAYING = re.compile(r"[^\W_]|[$£€¥]")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure, and what of the page's text is painted before it when it is one of the last."""

    text: str
    box: Box
    first: Item
    before: Sequence[Item]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a figure is compared with. ``baseline``: how much higher the figure stands, 0 in a column."""

    item: Item
    baseline: float
    #: the figure stands in a gap that the text object leaves
    gap: bool
    #: text objects of other lines that are painted between the two
    apart: int


def page(painted: PaintedPage) -> Iterator[Observation]:
    """The figures that stand in a line or a column of text set otherwise."""
    told: set[int] = set()
    for figure in _last(painted):
        beside = _compared(painted, figure)
        if beside is None:
            break  # what is painted before it belongs to the page
        told.add(figure.first.order)
        yield from _told(figure, beside, painted.index + 1, last=True)
    in_place = list(itertools.islice(_awry_in_place(painted), _IN_PLACE + 1))
    if len(in_place) > _IN_PLACE:
        return  # the program sets its figures so
    for figure, item in in_place:
        if figure.first.order not in told:
            beside = _Beside(item, figure.first.matrix[5] - item.matrix[5], gap=False, apart=0)
            yield from _told(figure, beside, painted.index + 1, last=False)


def _awry_in_place(painted: PaintedPage) -> Iterator[tuple[_Figure, Item]]:
    """Figures slightly off in size and in height, between or behind two texts that agree in both."""
    texts = [item for item in painted.items if item.kind == "text" and item.box[2] > item.box[0]]
    for at in range(1, len(texts)):
        item, one, box = texts[at], texts[at - 1], texts[at].box
        high = box[3] - box[1]
        if box[2] - box[0] > _WIDEST * high or not on_line(one.box, box):
            continue
        if distance(one.box, box) > 2 * high or min(item.size, one.size) <= 0:
            continue
        if not _awry(item.size / one.size, item.matrix[5] - one.matrix[5]):
            continue
        others = (*texts[max(at - 2, 0) : at - 1], *texts[at + 1 : at + 2])
        level = [o for o in others if on_line(one.box, o.box) and _same(one, o) and _level(one, o)]
        text = item.text.strip()
        if not level or not FIGURE.fullmatch(text) or not _plain(item) or _at_edge(painted, box):
            continue
        if all(_companion(item, other) for other in (one, level[0])):
            yield _Figure(text, box, item, ()), one


def _last(painted: PaintedPage) -> Iterator[_Figure]:
    """Figures at the end of the page, from the last one back, up to the first text that is none."""
    texts = [item for item in painted.items if item.kind == "text"]
    at, stop = len(texts), max(len(texts) - _OBJECTS, 0)
    for _ in range(_FIGURES):
        parts: list[Item] = []
        while at > stop:
            item = texts[at - 1]
            if item.box[2] - item.box[0] > _WIDEST * max(item.size, 1.0):
                break  # a line of words: there is no need to ask what it says
            if item.text.strip():
                if parts and not _goes_on(item, parts[-1]):
                    break
                parts.append(item)
            at -= 1
        if not parts or not at:
            return
        parts.reverse()
        text = "".join(item.text for item in parts).replace("\r", "").replace("\n", "").strip()
        if not FIGURE.fullmatch(text) or SPELLED.search(text) or not _plain(parts[0]):
            return
        box = (
            parts[0].box[0],
            min(item.box[1] for item in parts),
            parts[-1].box[2],
            max(item.box[3] for item in parts),
        )
        yield _Figure(text, box, parts[0], texts[:at])


def _goes_on(item: Item, following: Item) -> bool:
    """Whether two objects paint parts of one figure."""
    return (
        abs(item.size - following.size) < 0.01
        and abs(item.matrix[5] - following.matrix[5]) < 0.01
        and item.font == following.font
        and -1 < following.box[0] - item.box[2] < 0.3 * item.size
    )


def _plain(item: Item) -> bool:
    """Whether it is painted, stands upright and is not the value of a field that became part of the page."""
    fill, matrix = item.fill, item.matrix
    if item.mode in (3, 7) or (fill is not None and fill[3] <= _CLEAR) or "Tx" in item.marks:
        return False
    return matrix[0] > 0 and matrix[3] > 0 and abs(matrix[1]) <= 0.02 * matrix[0] and item.size > 0


def _compared(painted: PaintedPage, last: _Figure) -> _Beside | None:
    """What stands beside a figure, if the figure came back to it and nothing there is set as it is."""
    first, box = last.first, last.box
    line = [o for o in last.before if on_line(box, o.box) and _companion(first, o)]
    if any(_same(first, other) and _level(first, other) for other in line):
        return None
    near = [o for o in line if distance(box, o.box) <= _NEAR * first.size]
    if near:
        item = min(near, key=lambda o: (distance(box, o.box), -o.order))
        baseline = first.matrix[5] - item.matrix[5]
    else:  # what stands further off may be another block: so it is with numbers in a margin
        column = [o for o in last.before if _in_column(box, o.box) and _companion(first, o)]
        column = [o for o in column if _DIGITS.search(o.text)]
        if len(column) < _COLUMN or any(_same(first, other) for other in column):
            return None
        item = min(column, key=lambda o: (abs(o.box[1] - box[1]), -o.order))
        baseline = 0.0
    if not _own(first, last.before):
        return None
    gap = bool(near) and _in_gap(painted, item, box)
    apart = sum(o.order > item.order and not on_line(box, o.box) for o in last.before)
    came_back = apart >= _APART and not _at_edge(painted, box)
    awry = bool(near) and distance(box, item.box) <= first.size and _awry(first.size / item.size, baseline)
    return _Beside(item, baseline, gap, apart) if gap or came_back or awry else None


def _own(first: Item, before: Sequence[Item]) -> bool:
    """Whether nothing but a few other figures is set as it is: forms set all their values in one way."""
    alike = []
    for other in before:
        if abs(first.size - other.size) <= _SAME_SIZE * other.size and _same(first, other):
            alike.append(other)
            if len(alike) >= _FIGURES or not FIGURE.fullmatch(other.text.strip()):
                return False
    return True


def _in_gap(painted: PaintedPage, item: Item, box: Box) -> bool:
    """Whether a box lies inside a text object, where this has no characters."""
    run = item.run
    if run is None or run.length > _CHARACTERS or item.box[0] > box[0] - 0.5 or item.box[2] < box[2] + 0.5:
        return False
    edges = [ctypes.c_double() for _ in range(4)]
    inner, outer = box[0] + 0.1 * (box[2] - box[0]), box[2] - 0.1 * (box[2] - box[0])
    for at in range(run.start, run.start + run.length):
        if painted.pdfium.FPDFText_GetUnicode(painted.text_handle, at) in (0x20, 0xA0):
            continue
        if painted.pdfium.FPDFText_GetCharBox(painted.text_handle, at, *edges):
            left, right = edges[0].value, edges[1].value
            if left < outer and right > inner:
                return False
    return True


def _awry(size: float, baseline: float) -> bool:
    """Whether both are off by a little: fonts and programs set a line in one size and on one baseline."""
    off = max(size, 1 / size) - 1
    return _AWRY_SIZE[0] <= off <= _AWRY_SIZE[1] and _AWRY_BASELINE[0] <= abs(baseline) <= _AWRY_BASELINE[1]


def _companion(first: Item, other: Item) -> bool:
    """Text in about the same size, painted into the page by the same form as the figure."""
    if other.size <= 0 or not _SIZES[0] <= first.size / other.size <= _SIZES[1]:
        return False
    return other.within is first.within and _plain(other) and bool(SAYING.search(other.text))


def _same(one: Item, other: Item) -> bool:
    alike = one.font == other.font and one.fill == other.fill
    return alike and abs(one.size - other.size) <= _SAME_SIZE * other.size


def _level(one: Item, other: Item) -> bool:
    return abs(one.matrix[5] - other.matrix[5]) <= _SAME_BASELINE


def _at_edge(painted: PaintedPage, box: Box) -> bool:
    return box[1] < painted.visible[1] + _MARGIN or box[3] > painted.visible[3] - _MARGIN


def on_line(one: Box, other: Box) -> bool:
    """Whether two boxes share more than half of the lower one's height."""
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > 0.5 * min(one[3] - one[1], other[3] - other[1]) > 0


def distance(one: Box, other: Box) -> float:
    return max(one[0] - other[2], other[0] - one[2], 0.0)


def _in_column(one: Box, other: Box) -> bool:
    """Whether a box stands above or below the other, not far from it, and begins or ends where it does."""
    if abs(one[1] - other[1]) > _COLUMN_REACH * (one[3] - one[1]) or on_line(one, other):
        return False
    return abs(one[2] - other[2]) <= _ALIGNED or abs(one[0] - other[0]) <= _ALIGNED


def _told(figure: _Figure, beside: _Beside, number: int, *, last: bool) -> Iterator[Observation]:
    left, bottom, right, top = figure.box
    box = (round(left, 1), round(bottom, 1), round(right, 1), round(top, 1))
    where = Location(page=number, box=box)
    first, other = figure.first, beside.item
    values = (
        ("text", clean(figure.text)),
        ("font", clean(first.font)[:200]),
        ("size", round(first.size, 2)),
        ("colour", _hex(first.fill)),
        ("beside", clean(other.text.strip())[:120]),
        ("beside_font", clean(other.font)[:200]),
        ("beside_size", round(other.size, 2)),
        ("beside_colour", _hex(other.fill)),
        ("raised", round(beside.baseline, 2)),
        ("last", last),
        ("gap", beside.gap),
        ("apart", beside.apart),
    )
    for name, value in values:
        yield Observation(name=f"pdf.figure.set.{name}", value=value, where=where)


def _hex(colour: Colour | None) -> str:
    return "" if colour is None else "#{:02x}{:02x}{:02x}".format(*colour[:3])
