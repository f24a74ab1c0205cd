"""What changed on a page between two saves.

A difference that is only the way text is stored must not become a difference
of content: words are compared after normalisation, as a bag first, and only
then in sequence; words that merely moved, were split, joined or hyphenated
otherwise are no change; where the file does not state which characters its
glyphs are, nothing is said unless nearly all of the page reads as before.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from leakverify.extractors.pdf.diff_covered import around, overlap
from leakverify.extractors.pdf.text import Box, Word

#: values of ``pdf.change.explained``
WORKFLOWS = (
    "form-fill",
    "signature-appearance",
    "annotation",
    "stamp-added",
    "page-added",
    "page-removed",
    "ocr-layer",
    "redaction",
    "none",
)
#: comparisons of two word lists that are still done in sequence (length times length)
_EFFORT = 4_000_000
#: differing places reported of one page
SPANS = 40
#: words of the surroundings that are shown on either side
CONTEXT = 4
#: share of a page's words that may differ where the file does not state its characters
_FEW = 0.1
_DROP = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFE, 0x0002, 0x001F])
_ALIKE = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−•·∙", "''''\"\"\"\"-------···")
_FILLING = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])|\.{2,}|_+")


class Span(NamedTuple):
    """One differing place: the words before and after the save, and their neighbours on the page."""

    removed: tuple[Word, ...]
    added: tuple[Word, ...]
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()

    @property
    def box(self) -> Box | None:
        return around(word.box for word in self.added or self.removed)

    def shown(self, words: Iterable[Word]) -> str:
        """The words between their neighbours; ``""`` when there are none."""
        texts = [word.text for word in words]
        return " ".join([*self.left, *texts, *self.right]) if texts else ""


class Differences(NamedTuple):
    """``unread``: the texts cannot be compared, or not all of them, and why."""

    spans: tuple[Span, ...] = ()
    unread: str = ""


def normal(text: str) -> str:
    """One spelling of a word for comparison: no ligatures, soft hyphens or typographic variants."""
    return unicodedata.normalize("NFKC", text.translate(_DROP)).translate(_ALIKE).translate(_DROP)


def squashed(words: Iterable[str]) -> str:
    """Characters in sequence, without blanks, leaders and the hyphens inside words.

    A point or a minus next to a digit stays: it may be all that was changed.
    """
    return _FILLING.sub("", "".join("".join(words).split()))


def compare_texts(before: str, after: str) -> bool:
    """Whether two page texts hold the same words in whatever order and with whatever line breaks."""
    one, other = normal(before).split(), normal(after).split()
    return one == other or Counter(one) == Counter(other) or squashed(one) == squashed(other)


def differences(before: Sequence[Word], after: Sequence[Word]) -> Differences:
    """Where the words of a page differ, without what is noise of storing text."""
    one, other = _spelled(before), _spelled(after)
    old, new = [text for text, _ in one], [text for text, _ in other]
    if Counter(old) == Counter(new) or squashed(old) == squashed(new):
        return Differences()
    unmapped = max(_share(word.unmapped for word in words) for words in (before, after)) > 0.2
    if unmapped and _differing(old, new) > max(_FEW * min(len(old), len(new)), 3):
        return Differences(unread="the file does not state which characters its glyphs are")
    if _turned(old, new):
        return Differences(unread="the text runs in another direction")
    if _recoded(before, after, old, new):
        return Differences(unread="the same glyphs at the same places stand for other characters")
    spans = []
    unread = ""
    blocks = _blocks(old, new)
    loose = _loose(blocks, old, new)
    for a0, a1, b0, b1 in blocks:
        if squashed(old[a0:a1]) == squashed(new[b0:b1]):
            continue
        removed = _without(one[a0:a1], loose[0])
        added = _without(other[b0:b1], loose[1])
        if not removed and not added:
            continue
        if squashed(text for text, _ in removed) == squashed(text for text, _ in added):
            continue
        if not unmapped and any(word.unmapped for _, word in [*removed, *added]):
            unread = "the file does not state which characters some of its glyphs are"
            removed = [(text, word) for text, word in removed if not word.unmapped]
            added = [(text, word) for text, word in added if not word.unmapped]
            if not removed and not added:
                continue
        side, start, end = (one, a0, a1) if removed else (other, b0, b1)
        spans.append(
            Span(
                tuple(word for _, word in removed),
                tuple(word for _, word in added),
                tuple(word.text for _, word in side[max(start - CONTEXT, 0) : start]),
                tuple(word.text for _, word in side[end : end + CONTEXT]),
            )
        )
    return Differences(tuple(_joined_by_place(spans)), unread)


def _spelled(words: Sequence[Word]) -> list[tuple[str, Word]]:
    return [(text, word) for word in words if (text := normal(word.text))]


def _share(flags: Iterable[bool]) -> float:
    seen = list(flags)
    return sum(seen) / len(seen) if seen else 0.0


def _differing(old: list[str], new: list[str]) -> int:
    """Words that one side has and the other has not."""
    one, other = Counter(old), Counter(new)
    return max(sum((one - other).values()), sum((other - one).values()))


def _recoded(before: Sequence[Word], after: Sequence[Word], old: list[str], new: list[str]) -> bool:
    """The same glyphs under other codes: words stand where words stood, one character for one.

    Nearly every letter must always have become the same other letter, which is
    what another encoding of a font does, and no change of content.
    """
    if min(len(old), len(new)) < 8:
        return False
    common = sum((Counter(old) & Counter(new)).values())
    if common > 0.3 * min(len(old), len(new)):
        return False
    places = {_cell(word.box): word.text for word in before}
    became: Counter[tuple[str, str]] = Counter()
    matched = 0
    for word in after:
        earlier = places.get(_cell(word.box))
        if earlier is not None and len(earlier) == len(word.text):
            matched += 1
            became.update(zip(earlier, word.text, strict=True))
    if matched < 0.8 * len(new):
        return False
    best: Counter[str] = Counter()
    for (was, _), times in became.items():
        best[was] = max(best[was], times)
    return len(best) >= 10 and sum(best.values()) >= 0.95 * sum(became.values())


def _turned(old: list[str], new: list[str]) -> bool:
    """The same letters in other words: a page that was turned is read in another order."""
    if min(len(old), len(new)) < 8:
        return False
    common = sum((Counter(old) & Counter(new)).values())
    if common > 0.5 * min(len(old), len(new)):
        return False
    one, other = Counter("".join(old)), Counter("".join(new))
    unlike = sum(((one - other) + (other - one)).values())
    return unlike <= 0.02 * max(sum(one.values()), sum(other.values()))


def _cell(box: Box) -> tuple[int, int]:
    return round(box[0] / 3), round(box[1] / 3)


def _blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """(from, to, from, to) of every stretch that differs, in order."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if not a or not b or len(a) * len(b) > _EFFORT:
        return [(start, len(old) - end, start, len(new) - end)]
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [
        (start + a0, start + a1, start + b0, start + b1)
        for tag, a0, a1, b0, b1 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _loose(
    blocks: list[tuple[int, int, int, int]], old: list[str], new: list[str]
) -> tuple[Counter[str], Counter[str]]:
    """Words that left one place and appear in another, to be taken out of both sides."""
    gone = Counter(word for a0, a1, _, _ in blocks for word in old[a0:a1])
    come = Counter(word for _, _, b0, b1 in blocks for word in new[b0:b1])
    moved = gone & come
    return moved, Counter(moved)


def _without(words: list[tuple[str, Word]], moved: Counter[str]) -> list[tuple[str, Word]]:
    kept = []
    for text, word in words:
        if moved[text] > 0:
            moved[text] -= 1
        else:
            kept.append((text, word))
    return kept


def _joined_by_place(spans: list[Span]) -> list[Span]:
    """Text put where other text was taken away is one replacement, though it is painted later."""
    taken = [span for span in spans if span.removed and not span.added]
    put = [word for span in spans if not span.removed for word in span.added]
    if not taken or not put or len(taken) * len(put) > _EFFORT // 25:
        return spans
    home: dict[Word, Span] = {}
    for span in taken:
        for word in put:
            if word not in home and any(overlap(word.box, gone.box) > 0.3 for gone in span.removed):
                home[word] = span
    joined = []
    for span in spans:
        if span.removed and not span.added:
            span = span._replace(added=tuple(word for word in put if home.get(word) is span))
        elif not span.removed:
            span = span._replace(added=tuple(word for word in span.added if word not in home))
        if span.removed or span.added:
            joined.append(span)
    return joined
