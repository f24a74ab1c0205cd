"""Old words that new opaque areas hide, and where boxes lie to one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from leakverify.extractors.pdf.text import Box, Shape, Word

#: share of a word's area, or of its thickness, that an area must lie on to hide it
_HIDDEN = 0.6
#: how much larger or smaller than the text it hides the text put on top may be set
_SMALLER, _LARGER = 0.3, 6.0
#: shapes times words of one page that are held against each other
_EFFORT = 2_000_000


def covered(
    added: Sequence[Word],
    old: Sequence[Word],
    new: Sequence[Word],
    shapes: Sequence[Shape],
    old_shapes: Sequence[Shape],
    size: tuple[float, float],
) -> tuple[Word, ...]:
    """Words of ``old`` that an area painted since then hides, where words of ``added`` stand on it.

    A part of a word counts when it is about a letter long: whoever covers the
    last digits of a number leaves the first ones to be seen.  Words that are
    painted after the area lie on it and are not hidden; a highlight goes behind
    its words that way.
    """
    before = Counter(_rounded(shape.box) for shape in old_shapes)
    fresh = [
        shape for shape in shapes if not before[_rounded(shape.box)] and not covers_page(shape.box, size)
    ]
    if not fresh or not added or len(fresh) * (len(old) + len(added)) > _EFFORT:
        return ()
    layers: dict[tuple[str, tuple[int, ...]], int] = {
        (word.text, _rounded(word.box)): word.layer for word in new
    }
    hidden: dict[Word, None] = {}
    for shape in fresh:
        here = [
            word
            for word in added
            if (word.layer >= shape.layer or word.layer < 0)
            and not word.invisible
            and (inside(word.box, [shape.box]) or _lies_on(word.box, shape.box))
        ]
        if not here:
            continue
        for word in old:
            if not _hides(shape.box, word):
                continue
            if layers.get((word.text, _rounded(word.box)), -1) > shape.layer:
                continue
            if any(
                _meets(top.box, word.box) and _SMALLER <= thickness(top) / thickness(word) <= _LARGER
                for top in here
            ):
                hidden[word] = None
    return tuple(hidden)


def _hides(area: Box, word: Word) -> bool:
    box = word.box
    if area[0] >= box[2] or box[0] >= area[2] or area[1] >= box[3] or box[1] >= area[3]:
        return False
    if overlap(box, area) > _HIDDEN:
        return True
    width, height = box[2] - box[0], box[3] - box[1]
    across = min(box[2], area[2]) - max(box[0], area[0])
    along = min(box[3], area[3]) - max(box[1], area[1])
    letters = max(len(word.text), 1)
    if width >= height:
        return along > _HIDDEN * height and across > _HIDDEN * width / letters
    return across > _HIDDEN * width and along > _HIDDEN * height / letters


def thickness(word: Word) -> float:
    """Size of a word across its line, whichever way the line runs; never zero."""
    sides = (word.box[2] - word.box[0], word.box[3] - word.box[1])
    return max(min(sides) if len(word.text) > 1 else max(sides), 0.01)


def covers_page(box: Box, size: tuple[float, float]) -> bool:
    """Whether a box takes up most of a page of that width and height."""
    width, height = size
    area = max(box[2] - box[0], 0) * max(box[3] - box[1], 0)
    return width * height > 0 and area >= 0.7 * width * height


def inside(box: Box, areas: Iterable[Box]) -> bool:
    """Whether the middle of a box lies in one of the areas, give or take two points."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return any(
        area[0] - 2 <= middle[0] <= area[2] + 2 and area[1] - 2 <= middle[1] <= area[3] + 2 for area in areas
    )


def overlap(inner: Box, outer: Box) -> float:
    """Share of ``inner`` that lies in ``outer``."""
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return 0.0 if width <= 0 or height <= 0 or area <= 0 else width * height / area


def around(boxes: Iterable[Box]) -> Box | None:
    """The smallest box that holds all of them; ``None`` of none."""
    held = list(boxes)
    if not held:
        return None
    return (
        min(box[0] for box in held),
        min(box[1] for box in held),
        max(box[2] for box in held),
        max(box[3] for box in held),
    )


def _lies_on(one: Box, other: Box) -> bool:
    """Whether a good part of the smaller of two boxes lies in the other."""
    return max(overlap(one, other), overlap(other, one)) > 0.25


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _rounded(box: Box) -> tuple[int, ...]:
    return tuple(round(edge) for edge in box)
