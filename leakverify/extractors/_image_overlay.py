"""Two grey pictures laid over each other: how far apart, and whether one is a part of the other.

Works on small pictures only (32 by 32 points, 64 at most), in whole numbers
and without further libraries, so that the same bytes give the same answer on
every machine.  What the numbers mean is measured in :mod:`._image_thumbnail`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from operator import mul, sub
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 32
_POINTS = SIDE * SIDE
#: points of a patch along each side
_PATCH = 4
#: grey up to which a row belongs to a bar, after JPEG noise
_BAR = 40
#: standard deviation of grey under which a picture is too even to be compared by its pattern
_EVEN = 6
#: correlation under which the picture is looked for among the parts of the preview
_SEARCHED = 0.9
#: the search: longer side of the preview first and then, smallest part of it, step
_COARSE, _FINE, _LEAST, _STEP = 24, 64, 0.4, 0.94


class Laid(NamedTuple):
    """How a preview and a picture lie over each other; see :func:`compare`."""

    distance: float
    patch_distance: float
    fit: str
    aspect_error: float
    correlation: float | None
    patch_residual: float
    part_correlation: float | None


def compare(little: Image, large: Image, width: int, height: int) -> Laid:
    """Lay a grey preview over a grey picture in every ordinary way.

    Cameras fill a 4:3 preview of a wider picture with bars or cut it to fit, and
    programs turn the one without the other.  ``distance``, its worst patch and
    ``fit`` are those of the way that brings the two nearest, ``correlation``
    (-1 to 1) is the highest of all ways: both can only speak for sameness.
    ``patch_residual`` is the worst patch once the tones of the picture are
    matched to those of the preview, so that a change of brightness or contrast
    leaves little of it.  ``part_correlation`` is the highest correlation of the
    picture with any rectangle of the preview, as cutting leaves it; looked for
    only when the whole does not fit.  ``width`` and ``height`` are those of
    the picture before it was made smaller.
    """
    content = without_bars(little, width, height)
    ways = [("whole", content, large), ("cropped", content, _central(large, content.size))]
    if content is not little:
        ways.append(("barred", little, large))
    nearest, fit, apart = 256.0, "", b""
    alike, alike_pair = -2.0, (b"", b"")
    for name, one, other in ways:
        small, big = _square(one), _square(other)
        for turn in range(8):
            turned = _turned(small, turn)
            differences = bytes(map(abs, map(sub, turned, big)))
            distance = sum(differences) / _POINTS
            # an equal fit that needs more explaining does not replace a plain one
            if distance < nearest - 0.5:
                nearest, fit, apart = distance, f"{name} turned {turn}" if turn else name, differences
            likeness = correlation(turned, big)
            if likeness > alike + 0.01:
                alike, alike_pair = likeness, (turned, big)
    patterned = min(_deviation(_square(content)), _deviation(_square(large))) >= _EVEN
    part = None
    if patterned and alike < _SEARCHED:
        part = max(_part_correlation(content, large, width / height), alike)
    aspect = math.exp(abs(_aspect(content.size) - _aspect((width, height)))) - 1
    return Laid(
        distance=round(nearest, 2),
        patch_distance=round(_worst_patch(apart), 2),
        fit=fit,
        aspect_error=round(aspect, 4),
        correlation=round(alike, 3) if patterned else None,
        patch_residual=round(_worst_patch(_residual(*alike_pair)), 2),
        part_correlation=None if part is None else round(part, 3),
    )


def correlation(one: Sequence[int], other: Sequence[int]) -> float:
    """Pearson's correlation of two equally long rows of grey; 0 where one of them is even."""
    points = len(one)
    total, other_total = sum(one), sum(other)
    spread = points * sum(map(mul, one, one)) - total * total
    other_spread = points * sum(map(mul, other, other)) - other_total * other_total
    if not spread or not other_spread:
        return 0.0
    shared: int = points * sum(map(mul, one, other)) - total * other_total
    return shared / math.sqrt(spread * other_spread)


def without_bars(little: Image, width: int, height: int) -> Image:
    """The preview without the dark bars that fill a 4:3 preview of a wider picture."""
    grey = little.tobytes()
    across, down = little.size
    rows = [max(grey[y * across : (y + 1) * across]) for y in range(down)]
    columns = [max(grey[x::across]) for x in range(across)]
    top, bottom = _dark(rows), _dark(rows[::-1])
    left, right = _dark(columns), _dark(columns[::-1])
    if abs(top - bottom) > 2 or top + bottom >= down // 2:
        top = bottom = 0
    if abs(left - right) > 2 or left + right >= across // 2:
        left = right = 0
    if not (top or bottom or left or right):
        return little
    inner = little.crop((left, top, across - right, down - bottom))
    true = _aspect((width, height))
    return inner if abs(_aspect(inner.size) - true) < abs(_aspect(little.size) - true) else little


def _dark(lines: list[int]) -> int:
    """How many lines from the start are dark all along."""
    return next((number for number, brightest in enumerate(lines) if brightest > _BAR), 0)


def _aspect(size: tuple[int, int]) -> float:
    """Logarithm of the longer over the shorter side."""
    return abs(math.log(size[0] / size[1]))


def _central(large: Image, size: tuple[int, int]) -> Image:
    """The central part of the picture that has the proportions of ``size``, upright or turned."""
    across, down = large.size
    want = size[0] / size[1]
    if (across > down) != (size[0] > size[1]):
        want = 1 / want
    if across / down > want:
        keep = max(round(down * want), 1)
        left = (across - keep) // 2
        return large.crop((left, 0, left + keep, down))
    keep = max(round(across / want), 1)
    top = (down - keep) // 2
    return large.crop((0, top, across, top + keep))


def _square(image: Image) -> bytes:
    return _scaled(image, SIDE, SIDE)


def _scaled(image: Image, across: int, down: int) -> bytes:
    from PIL.Image import Resampling

    return image.resize((across, down), Resampling.BOX).tobytes()


def _turned(grey: bytes, turn: int) -> bytes:
    """One of the eight ways to turn and mirror the square; 0 leaves it."""
    rows = [grey[i : i + SIDE] for i in range(0, _POINTS, SIDE)]
    if turn & 1:
        rows = rows[::-1]
    if turn & 2:
        rows = [row[::-1] for row in rows]
    if turn & 4:
        rows = [bytes(column) for column in zip(*rows, strict=True)]
    return b"".join(rows)


def _deviation(grey: bytes) -> float:
    mean = sum(grey) / len(grey)
    return math.sqrt(sum((point - mean) ** 2 for point in grey) / len(grey))


def _worst_patch(differences: bytes) -> float:
    across = SIDE // _PATCH
    patches = [0] * across**2
    for at, difference in enumerate(differences):
        row, column = divmod(at, SIDE)
        patches[row // _PATCH * across + column // _PATCH] += difference
    return max(patches) / _PATCH**2


def _residual(little: bytes, large: bytes) -> bytes:
    """What differs once each grey of the picture stands for the preview's grey of the same rank."""
    order = sorted(range(_POINTS), key=large.__getitem__)
    ranked = sorted(little)
    tones: dict[int, int] = {}
    start = 0
    while start < _POINTS:
        grey = large[order[start]]
        end = start + large.count(grey)
        tones[grey] = sum(ranked[start:end]) // (end - start)
        start = end
    return bytes(abs(point - tones[grey]) for point, grey in zip(little, large, strict=True))


def _part_correlation(little: Image, large: Image, aspect: float) -> float:
    """The highest correlation of the picture with any rectangle of its proportions in the preview.

    First over all places at a small scale, then closer around the best of them.
    """
    coarse = _Preview(little, _COARSE)
    shares = [_STEP**step for step in range(int(math.log(_LEAST) / math.log(_STEP)) + 1)]
    best, share, left, top = max(
        (place for share in shares for place in coarse.places(large, aspect, share)),
        default=(-1.0, 1.0, 0.0, 0.0),
    )
    fine = _Preview(little, _FINE)
    closer = [
        place[0]
        for step in (0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06)
        if share * step < 1.001
        for place in fine.places(large, aspect, share * step, (left, top))
    ]
    return max(best, *closer) if closer else best


class _Preview:
    """The preview at a small scale, on which a picture is slid about."""

    def __init__(self, image: Image, longer: int) -> None:
        from PIL.Image import Resampling

        across, down = image.size
        scale = longer / max(across, down)
        self.across, self.down = max(round(across * scale), 1), max(round(down * scale), 1)
        self.image = image.resize((self.across, self.down), Resampling.BOX)

    def places(
        self, large: Image, aspect: float, share: float, near: tuple[float, float] | None = None
    ) -> Iterator[tuple[float, float, float, float]]:
        """Correlation, share and upper left corner of each place of a picture of that share."""
        wide = min(self.across, self.down * aspect) * share
        across, down = round(wide), round(wide / aspect)
        if min(across, down) < 6 or across > self.across or down > self.down:
            return
        picture = _scaled(large, across, down)
        columns, rows = range(self.across - across + 1), range(self.down - down + 1)
        if near is not None:
            column, row = round(near[0] * self.across), round(near[1] * self.down)
            columns = range(max(column - 3, 0), min(column + 4, columns.stop))
            rows = range(max(row - 3, 0), min(row + 4, rows.stop))
        for row in rows:
            for column in columns:
                seen = self.image.crop((column, row, column + across, row + down)).tobytes()
                yield correlation(picture, seen), share, column / self.across, row / self.down
