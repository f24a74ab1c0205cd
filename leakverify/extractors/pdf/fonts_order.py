"""Characters whose codes are out of the order in which the writer of a font handed them out.

LibreOffice, OpenOffice, Quartz, cairo, Qt, Ghostscript for some fonts, and other
programs embed of a font what the document needs, and number the glyphs as they
come to use them: the first character of the document that is set in the font
gets the first code, the next new one the second.  Read from the beginning, codes
that are met for the first time then rise by one, each time.  Whoever exchanges a
character later can only take codes that are there, and breaks this row wherever
the new character comes before its turn or the old one first stood.

Of 1,755 fonts of public genuine files that show at least eight characters 192
keep such an order, all of them without an exception; none was found that nearly does, but
for fonts coded in the order of the alphabet or of the digits, which are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import clip
from leakverify.extractors.pdf.fonts import Known
from leakverify.extractors.pdf.fonts_shown import RUN_BYTES
from leakverify.extractors.pdf.pages import clean
from leakverify.extractors.pdf.state import Reading

#: distinct characters below which an order may be chance
_LEAST = 12
#: characters out of order that still leave an order, and how many there must be for each of them
_STRAYS, _FOR_EACH = 3, 6
#: codes of the row that the document may show nowhere
_ABSENT = 2
#: share of neighbours that rise in Unicode as well, from which the order is that of an alphabet
_ALPHABET = 0.75
#: share of the codes whose characters are known
_KNOWN = 0.8
#: characters before and behind a place that are told of it
_AROUND = 16


@dataclass(frozen=True, slots=True)
class Turn:
    """A character at the place in question: where it stands in the run, its code."""

    at: int
    code: int


def facts(reading: Reading) -> Iterator[Observation]:
    """Of every font the pages show, when all they show was read; needs what the room of fonts keeps."""
    for known in reading.kept.get("fonts", ()):
        if known.whole:
            yield from _out_of_order(known)


def _out_of_order(known: Known) -> Iterator[Observation]:
    """Characters of a font out of the order of their codes, each with its surroundings as ``raw``."""
    codes = _run(known)
    first = _first_uses(codes)
    if len(first) < _LEAST or not _told(known, first):
        return
    row = [turn.code for turn in first]
    absent = sorted(set(range(min(row), max(row) + 1)) - set(row)) if max(row) - min(row) < 65536 else row
    if len(absent) > _ABSENT or (absent and len(known.font.run) >= RUN_BYTES):
        return
    kept = set(longest_rise(row))
    strays = [turn for turn in first if turn.code not in kept]
    if not strays and not absent:
        return
    if len(strays) > _STRAYS or len(strays) * _FOR_EACH > len(first):
        return
    early = [turn for turn in strays if _early(turn, first, kept)]
    gone = [turn.code for turn in strays if turn not in early] + absent
    places = [place for code in gone if (place := _place(known, code, first, kept)) is not None]
    if not early and not places:
        return
    yield Observation(name="pdf.font.order.length", value=len(first), where=known.where)
    for turn in early:
        yield from _observed(known, "early", turn.code, turn.at, turn.at + 1, codes)
    for code, start, end in places:
        for told in _observed(known, "gone", code, start, end + 1, codes):
            between = _between(known, codes[start : end + 1])
            yield told
            yield Observation(name="pdf.font.order.between", value=between, where=told.where)


def _run(known: Known) -> Sequence[int]:
    run = known.font.run
    if not known.font.wide:
        return bytes(run)
    return [high << 8 | low for high, low in zip(run[::2], run[1::2], strict=False)]


def _first_uses(codes: Sequence[int]) -> list[Turn]:
    """Where each code is met for the first time, in the order met."""
    found: dict[int, int] = {}
    for at, code in enumerate(codes):
        found.setdefault(code, at)
    return [Turn(at, code) for code, at in found.items()]


def _told(known: Known, first: Sequence[Turn]) -> bool:
    """Whether the characters are known, and their order is not that of an alphabet or of their own codes."""
    texts = [known.text(turn.code) for turn in first]
    if sum(len(text) == 1 for text in texts) < _KNOWN * len(first):
        return False
    if sum(text == chr(turn.code) for text, turn in zip(texts, first, strict=True)) * 2 > len(first):
        return False
    letters = [text for text in texts if len(text) == 1]
    rising = sum(one < other for one, other in pairwise(letters))
    return rising < _ALPHABET * (len(letters) - 1)


def longest_rise(row: Sequence[int]) -> list[int]:
    """The longest part of a row of different numbers that rises; of two as long the one that ends lower."""
    tails: list[int] = []
    below: dict[int, int | None] = {}
    for number in row:
        at = bisect_left(tails, number)
        below[number] = tails[at - 1] if at else None
        tails[at : at + 1] = [number]
    found = []
    last: int | None = tails[-1] if tails else None
    while last is not None:
        found.append(last)
        last = below[last]
    return found[::-1]


def _early(stray: Turn, first: Sequence[Turn], kept: set[int]) -> bool:
    """Whether a lower code of the row is met for the first time only after this one."""
    return any(turn.at > stray.at and turn.code < stray.code for turn in first if turn.code in kept)


def _place(known: Known, code: int, first: Sequence[Turn], kept: set[int]) -> tuple[int, int, int] | None:
    """The code, and between which places of the run it had its turn, when both are on one page.

    A page that was taken out takes first uses with it; between two of one page nothing was.
    """
    before = max((turn for turn in first if turn.code in kept and turn.code < code), default=None, key=_code)
    after = min((turn for turn in first if turn.code in kept and turn.code > code), default=None, key=_code)
    if before is None or after is None or _page(known, before.at) != _page(known, after.at):
        return None
    return code, before.at + 1, after.at


def _code(turn: Turn) -> int:
    return turn.code


def _page(known: Known, at: int) -> int | None:
    step = 2 if known.font.wide else 1
    return max((page for page, begin in known.font.begins.items() if begin <= at * step), default=None)


def _observed(
    known: Known, word: str, code: int, start: int, end: int, codes: Sequence[int]
) -> Iterator[Observation]:
    text = known.text(code)
    if len(text) != 1 or text.isspace():
        return
    around = codes[max(start - _AROUND, 0) : min(end, start + 6 * _AROUND) + _AROUND]
    shown = clip(clean("".join(known.text(one) or "\ufffd" for one in around)), 160)
    where = Location(part=known.where.part, page=_page(known, start))
    yield Observation(name=f"pdf.font.order.{word}", value=text, raw=shown, where=where)


def _between(known: Known, codes: Sequence[int]) -> str:
    """What stands at the place now."""
    return clip(clean("".join(known.text(code) or "\ufffd" for code in codes[: 8 * _AROUND])), 160)
