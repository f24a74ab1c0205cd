"""Figures set otherwise than the line or the column they stand in.

Who changes an amount or a date in a finished page seldom has its font at hand:
the new figure stands in a font of its own, on the line or in the column of
text set otherwise.  Which fonts show but a few figures is known from the
operators (:mod:`fonts`), so only pages with such a font are looked at.  Size,
height and colour are looked at in :mod:`glyphs_set`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event
from leakverify.extractors.pdf import glyphs_set
from leakverify.extractors.pdf.fonts import Known
from leakverify.extractors.pdf.glyphs_set import FIGURE, SAYING, SPELLED, distance, on_line
from leakverify.extractors.pdf.layers import Item, PaintedPage, address
from leakverify.extractors.pdf.pages import clean
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.text import Box

#: characters a font may show in all, to be used for a few figures only, and letters among them
FEW, LETTERS = 40, 4
#: such figures told per document
_TOLD = 20
#: figures a page may show in the font: an altered page has one or two, an axis has more
_PIECES = 3
#: text objects of one page that are compared
_ITEMS = 6_000
#: how far a neighbour on the line is looked for first, in heights of the font
_NEAR = 4.0
#: how much the sizes of one line may differ: display type is set larger on purpose
_SIZES = (0.75, 1.34)
#: figures above and below that make a column, and how far from the first, in heights
_COLUMN, _COLUMN_REACH = 2, 10
#: points at the upper and lower edge of a page in which a bare number is taken for that of the page
_MARGIN = 60

#: the number of a page, or a running number with the leading zeros of a stamp
_PAGE_NUMBER = re.compile(r"\d{1,4}(?:\s?/\s?\d{1,4})?|(?:[A-Z]{1,3})?(?:\d{1,4}-)?0\d{4,}")
_DIGITS = re.compile(r"\d")
_TAG = re.compile(r"[A-Z]{6}\+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands together on one line in one font, however many objects paint it."""

    text: str
    box: Box
    first: Item


@dataclass(frozen=True, slots=True)
class _Odd:
    """A font used for few figures. ``letters``: what it shows per page."""

    known: Known
    letters: dict[int, frozenset[str]]


def page(reading: Reading, painted: PaintedPage) -> Iterator[Event]:
    """Figures on this page that are set otherwise than the text beside them."""
    yield from _in_odd_fonts(reading, painted)
    told: int = reading.kept.get("glyphs.set", 0)
    if told < _TOLD:
        found = list(glyphs_set.page(painted))
        reading.kept["glyphs.set"] = told + sum(event.name == "pdf.figure.set.text" for event in found)
        yield from found


def _in_odd_fonts(reading: Reading, painted: PaintedPage) -> Iterator[Event]:
    """Figures on this page that stand in a font of their own, beside text in another one."""
    number = painted.index + 1
    odd = [one for one in _odd_fonts(reading) if number in one.letters]
    if not odd:
        return
    items = [item for item in painted.items if item.kind == "text"][:_ITEMS]
    groups: dict[int, list[Item]] = {}
    for item in items:
        font = painted.pdfium.FPDFTextObj_GetFont(item.handle)
        groups.setdefault(address(font) if font else 0, []).append(item)
    told: int = reading.kept.get("glyphs.told", 0)
    for one in odd:
        mine = _group(one, number, list(groups.values()), reading)
        pieces = _pieces(mine)
        if len(pieces) > _PIECES:
            continue  # the ticks of an axis, the cells of a form
        for piece in pieces:
            if told >= _TOLD:
                return
            if not _is_figure(painted, piece):
                continue
            companion = _companion(piece, mine, items)
            if companion is not None or not (one.known.held or _at_edge(painted, piece.box)):
                told += 1
                reading.kept["glyphs.told"] = told
                yield from _told(one.known, piece, companion, number)


def _odd_fonts(reading: Reading) -> list[_Odd]:
    """Fonts that show a few figures and nothing else, in a document that has text in others."""
    known: list[_Odd] | None = reading.kept.get("glyphs.odd")
    if known is not None:
        return known
    found: list[_Odd] = []
    fonts: list[Known] = reading.kept.get("fonts", [])
    total = sum(font.font.shown for font in fonts)
    for font in fonts:
        amount = font.font.shown
        if not 2 <= amount <= FEW or total < 5 * amount or font.font.noted or font.kind == "Type3":
            continue
        shown = {page: _texts(font, codes) for page, codes in font.font.pages.items()}
        letters = set().union(*shown.values())
        if any(c.isdigit() for c in letters) and sum(c.isalpha() for c in letters) <= LETTERS:
            found.append(_Odd(font, shown))
    reading.kept["glyphs.odd"] = found
    return found


def _texts(font: Known, codes: set[int]) -> frozenset[str]:
    """Characters of the codes, blanks left out; codes without a meaning of their own count as Latin."""
    simple = font.codes.names or font.font.wide or font.mapped
    given = (font.text(code) or ("" if simple else chr(code)) for code in codes)
    return frozenset("".join(given).translate(_BLANK))


_BLANK = {ord(c): None for c in " \u00a0\r\n\t\u200b\ufffe\x00"}


def _group(one: _Odd, number: int, groups: list[list[Item]], reading: Reading) -> list[Item]:
    """The text objects of the page that are set in the font; empty when it cannot be told which."""
    fonts: list[Known] = reading.kept.get("fonts", [])
    here = [known for known in fonts if number in known.font.pages]
    base = one.known.base
    named = [group for group in groups if group[0].font == base]
    rivals = [known for known in here if known.base == base]
    if not named:  # PDFium names some embedded fonts without their tag
        family = _TAG.sub("", base)
        named = [group for group in groups if _TAG.sub("", group[0].font) == family]
        rivals = [known for known in here if _TAG.sub("", known.base) == family]
    if len(rivals) > 1:
        wanted = one.letters[number]
        named = [group for group in named if _shows(group) == wanted]
    return named[0] if len(named) == 1 and len(named[0]) <= FEW else []


def _shows(group: list[Item]) -> frozenset[str]:
    return frozenset("".join(item.text for item in group[: FEW + 1]).translate(_BLANK))


def _pieces(items: list[Item]) -> list[_Piece]:
    """Objects that follow each other without a gap on one line, joined."""
    found: list[_Piece] = []
    for item in sorted(items, key=lambda item: (round(-item.box[1] / 2), item.box[0], item.order)):
        text = item.text.replace("\r", "").replace("\n", "")
        if not text.strip():
            continue
        last = found[-1] if found else None
        if last and on_line(last.box, item.box) and -1 < item.box[0] - last.box[2] < 0.3 * item.size:
            box = (last.box[0], min(last.box[1], item.box[1]), item.box[2], max(last.box[3], item.box[3]))
            found[-1] = _Piece(last.text + text, box, last.first)
        else:
            found.append(_Piece(text, item.box, item))
    return found


def _is_figure(painted: PaintedPage, piece: _Piece) -> bool:
    """An upright, visible figure that is not the number of the page."""
    said, item = piece.text.strip(), piece.first
    if not FIGURE.fullmatch(said) or SPELLED.search(said) or item.mode in (3, 7):
        return False
    matrix = item.matrix
    if abs(matrix[1]) > 0.02 * abs(matrix[0]) or item.size <= 0:
        return False  # turned, as stamps at the edge are
    return not (_PAGE_NUMBER.fullmatch(said) and _at_edge(painted, piece.box))


def _at_edge(painted: PaintedPage, box: Box) -> bool:
    return box[1] < painted.visible[1] + _MARGIN or box[3] > painted.visible[3] - _MARGIN


def _companion(piece: _Piece, mine: list[Item], items: list[Item]) -> Item | None:
    """What else stands on the line or in the column of a figure; ``None`` when it stands alone."""
    own, item = {id(other) for other in mine}, piece.first
    others = [o for o in items if id(o) not in own and o.mode not in (3, 7) and _alike(item, o)]
    line = [o for o in others if on_line(piece.box, o.box) and o.text.strip()]
    near = [o for o in line if distance(piece.box, o.box) <= _NEAR * item.size]
    reach = _COLUMN_REACH * (piece.box[3] - piece.box[1])
    column = [o for o in others if _in_column(piece.box, o.box, reach) and _DIGITS.search(o.text)]
    if len(column) < _COLUMN:
        column = []
    for choice in (near, line, column):
        # a word or a number says more about the font of the line than a bracket does
        told = [o for o in choice if SAYING.search(o.text)]
        if told:
            return min(told, key=lambda o: (distance(piece.box, o.box), abs(o.box[1] - item.box[1]), o.order))
    return None


def _alike(item: Item, other: Item) -> bool:
    """Set in about the same size."""
    return other.size > 0 and _SIZES[0] <= item.size / other.size <= _SIZES[1]


def _in_column(one: Box, other: Box, reach: float) -> bool:
    """Whether one box stands above the other, not far from it."""
    return distance(one, other) == 0 and not on_line(one, other) and abs(one[1] - other[1]) <= reach


def _told(known: Known, piece: _Piece, companion: Item | None, number: int) -> Iterator[Event]:
    left, bottom, right, top = piece.box
    box = (round(left, 1), round(bottom, 1), round(right, 1), round(top, 1))
    where = Location(part=known.where.part, page=number, box=box)
    yield Observation(name="pdf.figure.text", value=clean(piece.text.strip()), where=where)
    yield Observation(name="pdf.figure.font", value=known.base, where=where)
    yield Observation(name="pdf.figure.font_characters", value=known.font.shown, where=where)
    yield Observation(name="pdf.figure.font_embedded", value=bool(known.held), where=where)
    beside = ("", "") if companion is None else (companion.text.strip(), companion.font)
    yield Observation(name="pdf.figure.beside", value=clean(beside[0])[:120], where=where)
    yield Observation(name="pdf.figure.beside_font", value=clean(beside[1])[:200], where=where)
