"""What changed on a page between two saves, and which ordinary workflow does that.

A difference that is only the way text is stored must not become a difference
of content: words are compared after normalisation, as a bag first, and only
then in sequence; words that merely moved, were split, joined or hyphenated
otherwise are no change; text whose characters the file does not state is not
compared at all.  What is left is held against the workflows of
:data:`WORKFLOWS`, and called ``none`` only when none of them fits.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from leakverify.extractors.pdf.text import Box, Shape, Word

#: values of ``pdf.change.explained``
WORKFLOWS = (
    "form-fill",
    "signature-appearance",
    "annotation",
    "stamp-added",
    "page-added",
    "page-removed",
    "ocr-layer",
    "none",
)
#: comparisons of two word lists that are still done in sequence (length times length)
_EFFORT = 4_000_000
#: differing places reported of one page
SPANS = 40
#: words of the surroundings that are shown on either side
_CONTEXT = 4
#: parts of the height and width of a page where headers, footers and Bates numbers go
_MARGIN = 0.12

#: how much larger than the page's usual words a watermark is
_LARGE = 2.0

_DROP = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFE, 0x0002, 0x001F])
_ALIKE = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−•·∙", "''''\"\"\"\"-------···")
_FILLING = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])|\.{2,}|_+")
_NUMBER = re.compile(r"(?:page|seite|p\.?|of|/|-|\d|sur|de|von)*\Z", re.IGNORECASE)


class Span(NamedTuple):
    """One differing place: the words before and after the save, and their neighbours on the page."""

    removed: tuple[Word, ...]
    added: tuple[Word, ...]
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()

    @property
    def box(self) -> Box | None:
        words = self.added or self.removed
        if not words:
            return None
        return (
            min(word.box[0] for word in words),
            min(word.box[1] for word in words),
            max(word.box[2] for word in words),
            max(word.box[3] for word in words),
        )

    def shown(self, words: Iterable[Word]) -> str:
        """The words between their neighbours; ``""`` when there are none."""
        texts = [word.text for word in words]
        return " ".join([*self.left, *texts, *self.right]) if texts else ""


class Differences(NamedTuple):
    """``unread``: the texts cannot be compared, or not all of them, and why."""

    spans: tuple[Span, ...] = ()
    unread: str = ""


@dataclass(slots=True)
class Surroundings:
    """What else the same save did to the page."""

    size: tuple[float, float]
    #: the old content is still drawn as it was, and something was put before or behind it
    appended: bool = False
    #: the page's own content is as before; only annotations or fields changed
    untouched: bool = False
    #: pages before or after the save, whichever are more, when it added or removed some; else 0
    pages: int = 0
    widgets: list[Box] = field(default_factory=list)
    signatures: list[Box] = field(default_factory=list)
    notes: list[Box] = field(default_factory=list)
    #: opaque areas of the page after the save, and those that were there before
    shapes: list[Shape] = field(default_factory=list)
    old_shapes: list[Shape] = field(default_factory=list)
    #: every word of the page before
    words: Sequence[Word] = ()


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
    if _share(word.unmapped for word in before) > 0.2 or _share(word.unmapped for word in after) > 0.2:
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
        if any(word.unmapped for _, word in [*removed, *added]):
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
                tuple(word.text for _, word in side[max(start - _CONTEXT, 0) : start]),
                tuple(word.text for _, word in side[end : end + _CONTEXT]),
            )
        )
    return Differences(tuple(_joined_by_place(spans)), unread)


def _spelled(words: Sequence[Word]) -> list[tuple[str, Word]]:
    return [(text, word) for word in words if (text := normal(word.text))]


def _share(flags: Iterable[bool]) -> float:
    seen = list(flags)
    return sum(seen) / len(seen) if seen else 0.0


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
            if word not in home and any(_overlap(word.box, gone.box) > 0.3 for gone in span.removed):
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


# explanations


def explain(span: Span, around: Surroundings) -> str:
    """The ordinary workflow that changes a page like this, or ``none``."""
    words = [*span.removed, *span.added]
    if all(word.invisible or _under_image(word, around) for word in words):
        return "ocr-layer"
    if around.signatures and all(_inside(word.box, around.signatures) for word in words):
        return "signature-appearance"
    if around.widgets and all(_inside(word.box, around.widgets) for word in words):
        return "form-fill"
    if around.notes and all(_inside(word.box, around.notes) for word in words):
        return "annotation"
    if around.untouched:
        return (
            "signature-appearance" if around.signatures else "form-fill" if around.widgets else "annotation"
        )
    if span.removed:
        if around.pages and all(_is_page_number(word, around.pages) for word in words):
            return "page-added"
        return "none"
    if _replaces(span, around):
        return "none"
    if around.appended or all(_in_margin(word.box, around.size) for word in span.added):
        return "stamp-added"
    usual = _usual_height(around.words)
    if usual and all(word.box[3] - word.box[1] > _LARGE * usual for word in span.added):
        return "stamp-added"  # a watermark: large, or set across the page
    return "none"


def _usual_height(words: Sequence[Word]) -> float:
    heights = sorted(word.box[3] - word.box[1] for word in words)
    return heights[len(heights) // 2] if heights else 0.0


def _under_image(word: Word, around: Surroundings) -> bool:
    """Painted before an image that covers the page: text of a scan, put behind its picture."""
    return any(
        shape.kind == "image" and shape.layer > word.layer >= 0 and _covers_page(shape.box, around.size)
        for shape in around.shapes
    )


def _covers_page(box: Box, size: tuple[float, float]) -> bool:
    width, height = size
    area = max(box[2] - box[0], 0) * max(box[3] - box[1], 0)
    return width * height > 0 and area >= 0.7 * width * height


def _inside(box: Box, areas: Iterable[Box]) -> bool:
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return any(
        area[0] - 2 <= middle[0] <= area[2] + 2 and area[1] - 2 <= middle[1] <= area[3] + 2 for area in areas
    )


def _in_margin(box: Box, size: tuple[float, float]) -> bool:
    width, height = size
    return (
        box[3] >= height * (1 - _MARGIN)
        or box[1] <= height * _MARGIN
        or box[2] >= width * (1 - _MARGIN / 2)
        or box[0] <= width * _MARGIN / 2
    )


def _is_page_number(word: Word, most: int) -> bool:
    """Part of a page number, and no number larger than the pages there are."""
    text = normal(word.text)
    numbers = [int(digits) for digits in re.findall(r"\d{1,6}", text)]
    return bool(_NUMBER.match(text)) and all(number <= most for number in numbers)


def _replaces(span: Span, around: Surroundings) -> bool:
    """New text that is read instead of, or as part of, text that was there.

    Either it touches an old word on its line, so that both read as one, or it
    stands on a freshly painted area that hides old words of its size.
    """
    return any(_joins(new, old) for new in span.added for old in around.words) or bool(covered(span, around))


def _joins(new: Word, old: Word) -> bool:
    height, old_height = new.box[3] - new.box[1], old.box[3] - old.box[1]
    if old.invisible or height <= 0 or old_height <= 0 or not 0.6 <= height / old_height <= 1.6:
        return False
    if abs(new.box[1] - old.box[1]) > 0.25 * old_height and abs(new.box[3] - old.box[3]) > 0.25 * old_height:
        return False
    reach = 0.12 * old_height
    if -reach <= new.box[0] - old.box[2] <= reach:
        return old.text[-1:].isalnum() and new.text[:1].isalnum()
    if -reach <= old.box[0] - new.box[2] <= reach:
        return new.text[-1:].isalnum() and old.text[:1].isalnum()
    return False


def covered(span: Span, around: Surroundings) -> tuple[Word, ...]:
    """Old words that a new opaque area hides where the added text now stands."""
    before = Counter(_rounded(shape.box) for shape in around.old_shapes)
    hidden: list[Word] = []
    for shape in around.shapes:
        if before[_rounded(shape.box)] or _covers_page(shape.box, around.size):
            continue
        here = [word for word in span.added if _inside(word.box, [shape.box]) and word.layer >= shape.layer]
        if not here:
            continue
        hidden += [
            old
            for old in around.words
            if not old.invisible
            and _overlap(old.box, shape.box) > 0.6
            and any(0.5 <= _ratio(new.box, old.box) <= 2 and _same_line(new.box, old.box) for new in here)
        ]
    return tuple(dict.fromkeys(hidden))


def _rounded(box: Box) -> tuple[int, ...]:
    return tuple(round(edge) for edge in box)


def _ratio(one: Box, other: Box) -> float:
    height = other[3] - other[1]
    return (one[3] - one[1]) / height if height > 0 else 0.0


def _same_line(one: Box, other: Box) -> bool:
    return min(one[3], other[3]) - max(one[1], other[1]) > 0


def _overlap(inner: Box, outer: Box) -> float:
    """Share of ``inner`` that lies in ``outer``."""
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return 0.0 if width <= 0 or height <= 0 or area <= 0 else width * height / area
