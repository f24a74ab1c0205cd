"""Which ordinary workflow changes a page the way it was changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leakverify.extractors.pdf.diff import Span, normal, squashed
from leakverify.extractors.pdf.diff_covered import covered, covers_page, inside, overlap, thickness
from leakverify.extractors.pdf.text import Box, Shape, Word

#: parts of the height and width of a page where headers, footers and Bates numbers go
_MARGIN = 0.12
#: how much larger than the page's usual words a watermark is
_LARGE = 2.0
#: words on either side of a gap that must have kept their places
_NEIGHBOURS = 6
_NUMBER = re.compile(r"(?:page|seite|p\.?|of|/|-|\d|sur|de|von)*\Z", re.IGNORECASE)


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
    #: every word of the page before, and after
    words: Sequence[Word] = ()
    new_words: Sequence[Word] = ()


def hidden_by(span: Span, around: Surroundings) -> tuple[Word, ...]:
    """Old words that a new opaque area hides where the added text now stands."""
    return covered(span.added, around.words, around.new_words, around.shapes, around.old_shapes, around.size)


def explain(span: Span, around: Surroundings, hidden: tuple[Word, ...] | None = None) -> str:
    """The ordinary workflow that changes a page like this, or ``none``."""
    words = [*span.removed, *span.added]
    if all(word.invisible or _under_image(word, around) for word in words):
        return "ocr-layer"
    if around.signatures and all(inside(word.box, around.signatures) for word in words):
        return "signature-appearance"
    if around.widgets and all(inside(word.box, around.widgets) for word in words):
        return "form-fill"
    if around.notes and all(inside(word.box, around.notes) for word in words):
        return "annotation"
    if around.untouched:
        return (
            "signature-appearance" if around.signatures else "form-fill" if around.widgets else "annotation"
        )
    if hidden if hidden is not None else hidden_by(span, around):
        return "none"
    if span.removed:
        if around.pages and all(_is_page_number(word, around.pages) for word in words):
            return "page-added"
        if span.added:
            return "stamp-added" if around.appended and _run_together(span) else "none"
        return "redaction" if _left_a_gap(span, around) else "none"
    if any(_joins(new, old) for new in span.added for old in around.words):
        return "none"
    if around.appended or all(in_margin(word.box, around.size) for word in span.added):
        return "stamp-added"
    usual = _usual_height(around.words)
    if usual and all(word.box[3] - word.box[1] > _LARGE * usual for word in span.added):
        return "stamp-added"  # a watermark: large, or set across the page
    return "none"


def _run_together(span: Span) -> bool:
    """Old letters that are all still there, read as one word with text that was put near them.

    Not so when a figure grew by digits or when the new letters stand in the
    old line, so that a person reads them as one word too.
    """
    old, new = (squashed(normal(word.text) for word in words) for words in (span.removed, span.added))
    at = new.find(old)
    if not old or at < 0 or len(new) == len(old):
        return False
    neighbours = ((new[at - 1 : at], old[0]), (new[at + len(old) : at + len(old) + 1], old[-1]))
    if any(came.isdigit() and stood.isdigit() for came, stood in neighbours):
        return False
    height = max(word.box[3] - word.box[1] for word in span.removed)
    bottom = min(word.box[1] for word in span.removed)
    return any(
        abs((word.box[3] - word.box[1]) / max(height, 0.01) - 1) > 0.15
        or abs(word.box[1] - bottom) > 0.15 * height
        for word in span.added
    )


def _left_a_gap(span: Span, around: Surroundings) -> bool:
    """Words are gone in a way that everybody sees: blanked out, not written anew.

    What stood around them keeps its place, and either a box is painted where
    they stood or other words still follow on their line.  Words that are gone
    from the end of a line leave nothing to be seen.
    """
    gone = set(span.removed)
    stayed = {(word.text, round(word.box[0]), round(word.box[1])) for word in around.new_words}
    places = [at for at, word in enumerate(around.words) if word in gone]
    if not places:
        return False
    near = [
        *around.words[max(places[0] - _NEIGHBOURS, 0) : places[0]],
        *around.words[places[-1] + 1 : places[-1] + 1 + _NEIGHBOURS],
    ]
    kept = sum(
        any(
            (word.text, round(word.box[0]) + dx, round(word.box[1]) + dy) in stayed
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
        )
        for word in near
    )
    if kept < 0.8 * len(near):
        return False
    if all(any(overlap(word.box, shape.box) > 0.5 for shape in around.shapes) for word in span.removed):
        return True
    last = max(span.removed, key=lambda word: word.box[2])
    return any(
        word.box[0] >= last.box[2] - 1 and min(word.box[3], last.box[3]) > max(word.box[1], last.box[1])
        for word in around.words
        if word not in gone
    )


def _usual_height(words: Sequence[Word]) -> float:
    heights = sorted(word.box[3] - word.box[1] for word in words)
    return heights[len(heights) // 2] if heights else 0.0


def _under_image(word: Word, around: Surroundings) -> bool:
    """Painted before an image that covers the page: text of a scan, put behind its picture."""
    return any(
        shape.kind == "image" and shape.layer > word.layer >= 0 and covers_page(shape.box, around.size)
        for shape in around.shapes
    )


def in_margin(box: Box, size: tuple[float, float]) -> bool:
    """Whether a box lies where headers, footers and Bates numbers go."""
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


def _joins(new: Word, old: Word) -> bool:
    """Whether new text touches an old word on its line, so that both read as one."""
    size, old_size = thickness(new), thickness(old)
    height, old_height = new.box[3] - new.box[1], old.box[3] - old.box[1]
    if old.invisible or height <= 0 or old_height <= 0 or not 0.6 <= size / old_size <= 1.6:
        return False
    if not 0.6 <= height / old_height <= 1.6:
        return False
    if abs(new.box[1] - old.box[1]) > 0.25 * old_height and abs(new.box[3] - old.box[3]) > 0.25 * old_height:
        return False
    reach = 0.12 * old_height
    if -reach <= new.box[0] - old.box[2] <= reach:
        return old.text[-1:].isalnum() and new.text[:1].isalnum()
    if -reach <= old.box[0] - new.box[2] <= reach:
        return new.text[-1:].isalnum() and old.text[:1].isalnum()
    return False
