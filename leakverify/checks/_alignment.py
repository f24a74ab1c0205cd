"""Two tellings of one text, word by word: what is the same, left out, added or different.

What mail programs do to a text that they quote or convert is not a difference: other white space and line
lengths, quoting marks, typographic quotation marks, case, accents lost with a charset, links rewritten or
written out beside their words, marks left for pictures.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from typing import NamedTuple

#: words of a text that are compared, and of a stretch that is compared pair by pair
WORDS, WINDOW = 40_000, 160
#: differences that are told
TOLD = 200

_LINKS = re.compile(
    r"<(?:https?|mailto|file|cid|tel|ftp):[^<>]{0,3000}>|\[(?:cid|image|bild|https?)[:\s][^\[\]]{0,3000}\]"
    r"|\b(?:https?|ftp|mailto|file)://?\S{1,3000}|\bwww\.\S{3,300}"
    r"|\[[\w ]{0,20}(?:image|picture)[^\[\]]{0,200}\]",
    re.IGNORECASE,
)
#: tags in what calls itself plain text
_TAGS = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,400})?/?>", re.IGNORECASE)
_TOKEN = re.compile(r"\S{1,400}")
#: marks that programs and habits put before quoted lines
_MARKS = re.compile(r"^[ \t]*(?:(?:>|\||--\]|\)|#|:|\w{1,3}>)[ \t]?){1,40}", re.MULTILINE)
_EDGES = re.compile(r"\A[^\w€$£%]+|[^\w€$£%]+\Z")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_DIGITS = re.compile(r"\d")
_LETTER = re.compile(r"[^\W_]")
_END = re.compile(r"[.!?:;…]['\")\]]*\Z")


class Word(NamedTuple):
    """One word: ``key`` is what is compared, ``start`` and ``end`` its place in the text."""

    key: str
    start: int
    end: int


def words_of(text: str, *, marks: bool = False) -> list[Word]:
    """Words of a text in order, at most :data:`WORDS`; links and bare marks are none.

    ``marks`` also takes quoting marks off the lines.
    """
    blank = _LINKS.sub(_blank, text)
    if "</" in blank or "<br" in blank:
        blank = _TAGS.sub(_blank, blank)
    if marks:
        blank = _MARKS.sub(_blank, blank)
    found = []
    for token in _TOKEN.finditer(blank):
        key = token[0]
        if not key.isalnum():
            key = unescape(key) if "&" in key else key
            if not key.isascii():
                key = _UNSEEN.sub("", key).replace("’", "'")
            key = _EDGES.sub("", key)
            if not (key.isalnum() or _LETTER.search(key)):
                continue
        key = key.casefold() if key.isascii() else unicodedata.normalize("NFKC", key).casefold()
        if key:
            found.append(Word(key, token.start(), token.end()))
            if len(found) >= WORDS:
                break
    return found


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


class Gap(NamedTuple):
    """Words ``a0`` to ``a1`` of the first text stand where ``b0`` to ``b1`` of the second do."""

    a0: int
    a1: int
    b0: int
    b1: int


def gaps(a: Sequence[str], b: Sequence[str]) -> list[Gap]:
    """Stretches in which two texts do not agree, in order; everything between them is the same.

    Runs of words that occur once in both texts are matched first, in an order both share (as in
    patience diff); only short stretches between them are compared pair by pair, so that
    time grows with the length of the texts and not with its square.
    """
    found: list[Gap] = []
    waiting = [(0, len(a), 0, len(b), 4)]
    while waiting:
        a0, a1, b0, b1, size = waiting.pop()
        while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
            a0, b0 = a0 + 1, b0 + 1
        while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
            a1, b1 = a1 - 1, b1 - 1
        if a0 == a1 or b0 == b1:
            if a0 < a1 or b0 < b1:
                found.append(Gap(a0, a1, b0, b1))
            continue
        if a1 - a0 <= WINDOW and b1 - b0 <= WINDOW:
            matcher = SequenceMatcher(None, a[a0:a1], b[b0:b1], autojunk=False)
            found.extend(
                Gap(a0 + i0, a0 + i1, b0 + j0, b0 + j1)
                for tag, i0, i1, j0, j1 in matcher.get_opcodes()
                if tag != "equal"
            )
            continue
        if size == 0:
            found.append(Gap(a0, a1, b0, b1))
            continue
        anchors = _anchors(a, b, a0, a1, b0, b1, size)
        if not anchors:
            waiting.append((a0, a1, b0, b1, size // 2))
            continue
        at_a, at_b = a0, b0
        for first, second in anchors:
            if first < at_a or second < at_b:
                continue
            waiting.append((at_a, first, at_b, second, size))
            length = size
            while first + length < a1 and second + length < b1 and a[first + length] == b[second + length]:
                length += 1
            at_a, at_b = first + length, second + length
        waiting.append((at_a, a1, at_b, b1, size))
    return sorted(found)


def _anchors(
    a: Sequence[str], b: Sequence[str], a0: int, a1: int, b0: int, b1: int, size: int
) -> list[tuple[int, int]]:
    """Where runs of ``size`` words begin that occur once on both sides, in an order both share."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(a0, a1 - size + 1):
        run = tuple(a[at : at + size])
        places[run] = -1 if run in places else at
    other: dict[tuple[str, ...], int] = {}
    for at in range(b0, b1 - size + 1):
        run = tuple(b[at : at + size])
        if places.get(run, -1) >= 0:
            other[run] = -1 if run in other else at
    pairs = sorted((places[run], at) for run, at in other.items() if at >= 0)
    # longest increasing run of places in the second text (patience sorting)
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, second) in enumerate(pairs):
        pile = bisect_left(tails, second)
        before.append(ends[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(second)
            ends.append(number)
        else:
            tails[pile], ends[pile] = second, number
    chain = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


class Change(NamedTuple):
    """A place where the second text says something else than the first.

    ``kind``: figure (digits differ), word, added (only in the second), omitted (a few words left out
    inside a sentence).  ``before`` and ``after`` are the literal texts, the numbers their places.
    """

    kind: str
    before: str
    after: str
    a_start: int
    a_end: int
    b_start: int
    b_end: int
    #: words on both sides of the place that agree without a break, the fewer of the two sides
    context: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``first`` and ``second`` count the words of the texts, ``same`` those on which they agree."""

    first: int
    second: int
    same: int
    trimmed: int
    changes: tuple[Change, ...]

    @property
    def agreement(self) -> str:
        """``identical``, ``trimmed`` (the second leaves words out), ``differs``, or ``none``."""
        if not self.same:
            return "none"
        if self.changes:
            return "differs"
        return "trimmed" if self.trimmed else "identical"


def compare(first: str, second: str, *, marks: bool = False) -> Comparison:
    """Compare an original with a quotation of it, or one part of a mail with another."""
    a, b = words_of(first), words_of(second, marks=marks)
    left, right = [w.key for w in a], [w.key for w in b]
    found = gaps(left, right)
    changes: list[Change] = []
    trimmed = lost = 0
    for number, gap in enumerate(found):
        left_out, replaced = gap.a1 - gap.a0, gap.b1 - gap.b0
        if replaced and left_out > 3 * replaced:
            # much was left out here, and something stands in its place: the end of a text, or a remark
            cut = gap.a0 + (replaced if gap.a1 == len(a) else 0)
            trimmed, lost = trimmed + gap.a1 - cut, lost + gap.a1 - cut
            gap = gap._replace(a1=cut)
        said, shown = left[gap.a0 : gap.a1], right[gap.b0 : gap.b1]
        lost += gap.a1 - gap.a0
        if _alike(said, shown):
            lost -= gap.a1 - gap.a0
            continue
        kind = _kind(said, shown)
        if not shown:
            trimmed += len(said)
            lost_letters = all(len(word) == 1 and not word.isascii() for word in said)
            if lost_letters or not _inside(first, a, gap, len(b)):
                continue
            kind = "omitted"
        if len(changes) < TOLD:
            changes.append(_change(kind, first, second, a, b, gap, _context(found, number, len(a), len(b))))
    return Comparison(len(a), len(b), len(a) - lost, trimmed, tuple(changes))


def _context(found: Sequence[Gap], number: int, a: int, b: int) -> int:
    gap = found[number]
    ahead = gap.b0 - (found[number - 1].b1 if number else 0)
    behind = (found[number + 1].b0 if number + 1 < len(found) else b) - gap.b1
    return min(ahead, behind)


def _change(
    kind: str, first: str, second: str, a: Sequence[Word], b: Sequence[Word], gap: Gap, context: int
) -> Change:
    a_start, a_end = _span(a, gap.a0, gap.a1)
    b_start, b_end = _span(b, gap.b0, gap.b1)
    return Change(kind, first[a_start:a_end], second[b_start:b_end], a_start, a_end, b_start, b_end, context)


def _span(words: Sequence[Word], first: int, after: int) -> tuple[int, int]:
    if first < after:
        return words[first].start, words[after - 1].end
    at = words[first].start if first < len(words) else words[-1].end if words else 0
    return at, at


def _inside(text: str, words: Sequence[Word], gap: Gap, shown: int) -> bool:
    """Whether at most three words were taken out of the middle of a sentence, on one line or two."""
    if gap.a1 - gap.a0 > 3 or gap.a0 == 0 or gap.a1 >= len(words) or gap.b0 in (0, shown):
        return False
    around = text[words[gap.a0 - 1].start : words[gap.a1].end]
    ends = [_END.search(text[word.start : word.end]) for word in words[gap.a0 - 1 : gap.a1]]
    return not any(ends) and "\n" not in around


def _alike(said: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether the words are the same but for breaks, accents, marks, and letters a charset lost."""
    if not said or not shown:
        return False
    one, other = "".join(said), "".join(shown)
    if _letters(one) == _letters(other):
        return True
    bare, bare_other = _plain(one), _plain(other)
    return bare == bare_other and bool(bare) and (one.isascii() != other.isascii() or not one.isascii())


def _letters(text: str) -> str:
    """Letters and digits without accents; a number keeps its points and signs, but for blanks."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    if _DIGITS.search(text):
        return re.sub(r"[^\w.,/:+-]", "", text)
    return re.sub(r"[\W_]", "", text)


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text)


def _kind(said: Sequence[str], shown: Sequence[str]) -> str:
    if not said:
        return "added"
    figures = sorted(w for w in said if _DIGITS.search(w)), sorted(w for w in shown if _DIGITS.search(w))
    return "figure" if figures[0] != figures[1] and figures[0] and figures[1] else "word"


_NAME = re.compile(r"[^\w]{0,3}[^\W\d_][\w'’-]{1,40}[^\w]{0,3}\Z")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)\Z")


def figures_differ(change: Change) -> bool:
    """Whether nothing but figures was exchanged, one for one, and their values are not the same."""
    before, after = change.before.split(), change.after.split()
    if change.kind != "figure" or len(before) != len(after) or len(before) > 4:
        return False
    other = [(x, y) for x, y in zip(before, after, strict=True) if _EDGES.sub("", x) != _EDGES.sub("", y)]
    return bool(other) and all(_figures(x, y) and not _same_value(x, y) for x, y in other)


def _figures(one: str, other: str) -> bool:
    """Whether two words are a figure each, with the same few letters and signs around the digits."""
    shapes = [re.sub(r"[\d.,'’]", "", word) for word in (one, other)]
    letters = sum(c.isalpha() for c in shapes[0])
    return shapes[0] == shapes[1] and letters <= 6 and max(len(one), len(other)) <= 24


def _same_value(one: str, other: str) -> bool:
    """Whether two figures are one value, written with other separators or another clock."""
    first, second = (re.sub(r"[^\d:.,]", "", x).strip(":.,") for x in (one, other))
    clocks = _CLOCK.match(first), _CLOCK.match(second)
    if clocks[0] and clocks[1]:
        return clocks[0][2] == clocks[1][2] and int(clocks[0][1]) % 12 == int(clocks[1][1]) % 12
    if _cents(first) == _cents(second):
        return True
    # one is the other with something typed on to it, as where a line break was lost
    one_digits, other_digits = (re.sub(r"\D", "", x) for x in (first, second))
    return one_digits == other_digits


def _cents(text: str) -> str:
    whole = re.sub(r"[.,]\d{1,2}\Z", "", text)
    rest = text[len(whole) + 1 :].ljust(2, "0") if len(whole) < len(text) else "00"
    return re.sub(r"\D", "", whole).lstrip("0") + "." + rest


def names_differ(change: Change) -> bool:
    """Whether one or two words were exchanged that begin with a capital, neither a form of the other."""
    before, after = change.before.split(), change.after.split()
    if change.kind != "word" or len(before) != len(after) or len(before) > 2:
        return False
    return all(_named(x, y) for x, y in zip(before, after, strict=True))


def _named(one: str, other: str) -> bool:
    if not (_NAME.match(one) and _NAME.match(other)):
        return False
    first, second = _EDGES.sub("", one), _EDGES.sub("", other)
    if not (first[:1].isupper() and second[:1].isupper()) or first.isupper() != second.isupper():
        return False
    low = sorted((_letters(first.casefold()), _letters(second.casefold())), key=len)
    return len(low[0]) > 2 and not low[1].startswith(low[0])
