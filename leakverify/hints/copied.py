"""Places of a picture that hold the same pixels as another place of it.

First, small blocks of the picture, made smaller, are sorted by what they show,
and equal ones vote for the distance between them.  Then each distance that
many chose is held against the picture in full: what is compared is the fine
grain that is left when the smooth part is taken away.  Two windows of a house
look alike; their grain does not, because noise never repeats.  A copied place
brings its grain along, and coding the picture again leaves most of it.

A picture in which many distances fit is a pattern or was drawn, and nothing is
said of it.  Copies that were turned, scaled or strongly compressed are not
found.  Sources: J. Fridrich, D. Soukal, J. Lukas, Detection of copy-move
forgery in digital images, DFRWS 2003, for sorting blocks; the comparison of the
grain and its thresholds are measured (docs/method-regions.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: longest side of the picture in which equal blocks are searched
_SEARCHED = 1200
#: side of a block there, cells across it, and steps of grey that count as equal
_BLOCK, _CELLS, _STEP = 16, 4, 10.0
#: least spread of a block's cells: a flat block equals any other
_TEXTURE = 4.0
#: more equal blocks than this are a pattern
_CROWD = 6
#: blocks that must choose a distance, and distances that are looked at
_CHOSEN, _DISTANCES = 6, 12
#: side of the window in which grain is compared, and the correlation from which it is the same
_WINDOW, _SAME = 16, 0.8
#: spread of grain below which there is nothing to compare
_GRAIN = 0.7
#: pixels around equal blocks that are held against each other
_AROUND = 200
#: pixels of a copied place, and its shorter side: words repeat in a printed page
_LEAST, _NARROWEST = 1500, 32
#: grain under which a pixel is still, and the share of such pixels in a picture that was drawn or is a page
_STILL, _DRAWN = 0.05, 0.5
#: distances that fit from which the picture is a pattern
_PATTERN = 4


#: left, top, width, height in pixels
Place = tuple[int, int, int, int]


class Copy(NamedTuple):
    """Two places with the same grain, and how much alike it is."""

    one: Place
    other: Place
    pixels: int
    likeness: float

    @property
    def shift(self) -> tuple[int, int]:
        """From one place to the other, across and down."""
        return self.other[0] - self.one[0], self.other[1] - self.one[1]

    @property
    def overlaps(self) -> bool:
        """Whether the two places share pixels: a pattern that goes on, such as a fence."""
        return _shared(self.one, self.other) > 0


def copies(grey: NDArray[np.uint8]) -> list[Copy]:
    """Pairs of places with the same pixels, the largest first; empty when the picture is a pattern."""
    import numpy as np

    height, width = grey.shape
    scale = -(-max(height, width) // _SEARCHED)
    if min(height, width) // scale < 3 * _BLOCK:
        return []
    grain = _grain(grey)
    if float((np.abs(grain) < _STILL).mean()) > _DRAWN:
        return []
    found: list[Copy] = []
    for shift, points in _distances(grey, scale):
        exact = _refined(grain, shift, points, scale)
        if exact is not None and all(
            max(abs(exact[1] - c.shift[0]), abs(exact[0] - c.shift[1])) > 2 for c in found
        ):
            found += _same_grain(grain, exact, points)
    once = [c for c in found if not c.overlaps and not any(_pattern(c, d) for d in found)]
    once.sort(key=lambda copy: -copy.pixels)
    return [] if len({copy.shift for copy in once}) >= _PATTERN else once


def _pattern(copy: Copy, beside: Copy) -> bool:
    """Whether one of the two places lies largely in a place that is also like a third."""
    if max(abs(a - b) for a, b in zip(copy.shift, beside.shift, strict=True)) <= 2:
        return False
    area = copy.one[2] * copy.one[3]
    return any(
        _shared(one, other) > area / 3
        for one in (copy.one, copy.other)
        for other in (beside.one, beside.other)
    )


def _shared(one: Place, other: Place) -> int:
    """Pixels that two places have in common."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(across, 0) * max(down, 0)


def _grain(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What is left of the picture without its smooth part, strong edges cut."""
    import numpy as np
    from scipy import ndimage

    plain = grey.astype(np.float32)
    fine: NDArray[np.float32] = plain - ndimage.uniform_filter(plain, 5)
    # an edge would weigh as much as thousands of pixels of grain
    spread = 3 * ndimage.uniform_filter(np.abs(fine), 32) + 0.5
    np.clip(fine, -spread, spread, out=fine)
    return fine


def _distances(grey: NDArray[np.uint8], scale: int) -> list[tuple[tuple[int, int], NDArray[np.int64]]]:
    """Distances (down, across) of many equal blocks in pixels, and the places of the first ones."""
    import numpy as np

    rows, columns = grey.shape[0] // scale, grey.shape[1] // scale
    small = grey[: rows * scale, : columns * scale].reshape(rows, scale, columns, scale).mean(axis=(1, 3))
    cell = _BLOCK // _CELLS
    total = np.zeros((rows + 1, columns + 1))
    total[1:, 1:] = small.cumsum(0).cumsum(1)
    means = (
        total[cell:, cell:] - total[:-cell, cell:] - total[cell:, :-cell] + total[:-cell, :-cell]
    ) / cell**2
    high, wide = rows - _BLOCK + 1, columns - _BLOCK + 1
    cells = np.stack(
        [
            means[y * cell : y * cell + high, x * cell : x * cell + wide]
            for y in range(_CELLS)
            for x in range(_CELLS)
        ],
        axis=-1,
    ).reshape(-1, _CELLS**2)
    kept = np.flatnonzero(cells.std(axis=1) > _TEXTURE)
    cells = cells[kept]
    draw = np.random.default_rng(0)  # the same numbers in every run
    ones, others = [], []
    for _ in range(3):
        bins = np.floor(cells / _STEP + draw.random(_CELLS**2)).astype(np.int64)
        mixed = bins @ draw.integers(1, 2**61, _CELLS**2)  # wraps around, as hashes do
        order = np.argsort(mixed, kind="stable")
        ordered = mixed[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
        sizes = np.diff(starts, append=len(ordered))
        few = np.repeat(sizes <= _CROWD, sizes)
        for step in range(1, _CROWD):
            equal = np.flatnonzero((ordered[step:] == ordered[:-step]) & few[step:])
            ones.append(kept[order[equal]])
            others.append(kept[order[equal + step]])
    one, other = np.concatenate(ones), np.concatenate(others)
    down, across = other // wide - one // wide, other % wide - one % wide
    far = np.maximum(np.abs(down), np.abs(across)) >= _BLOCK
    one, down, across = one[far], down[far], across[far]
    where = np.stack((one // wide, one % wide), axis=1)
    votes = np.zeros((rows + 2, 2 * columns + 2), np.int32)
    np.add.at(votes, (down + 1, across + columns), 1)
    chosen: list[tuple[tuple[int, int], NDArray[np.int64]]] = []
    while len(chosen) < _DISTANCES:
        best = int(votes.argmax())
        y, x = divmod(best, votes.shape[1])
        if votes[y, x] < _CHOSEN:
            break
        near = (np.abs(down + 1 - y) <= 1) & (np.abs(across + columns - x) <= 1)
        places = np.unique(where[near], axis=0)
        votes[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3] = 0
        chosen.append((((y - 1) * scale, (x - columns) * scale), places * scale))
    return chosen


def _refined(
    grain: NDArray[np.float32], shift: tuple[int, int], points: NDArray[np.int64], scale: int
) -> tuple[int, int] | None:
    """The distance to the pixel, at which the grain of the equal blocks is most alike."""
    import numpy as np

    side = min(_BLOCK * scale, 48)
    points = points[:: max(len(points) // 24, 1)][:24]
    best, at = 0.0, None
    reach = scale if scale > 1 else 1
    for y in range(-reach, reach + 1):
        for x in range(-reach, reach + 1):
            down, across = shift[0] + y, shift[1] + x
            likeness = []
            for top, left in points:
                one = _window(grain, top, left, side)
                other = _window(grain, top + down, left + across, side)
                if one is not None and other is not None:
                    likeness.append(_alike(one, other))
            if len(likeness) >= 3 and (mean := float(np.mean(sorted(likeness)[len(likeness) // 2 :]))) > best:
                best, at = mean, (down, across)
    return at if best > _SAME * 0.75 else None


def _window(grain: NDArray[np.float32], top: int, left: int, side: int) -> NDArray[np.float32] | None:
    if top < 0 or left < 0 or top + side > grain.shape[0] or left + side > grain.shape[1]:
        return None
    return grain[top : top + side, left : left + side]


def _alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    import numpy as np

    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size > one.size * _GRAIN**2 else 0.0


def _same_grain(grain: NDArray[np.float32], shift: tuple[int, int], points: NDArray[np.int64]) -> list[Copy]:
    """Places around the points whose grain is that of the place so far away."""
    import numpy as np
    from scipy import ndimage

    down, across = shift
    height, width = grain.shape
    (top, left), (bottom, right) = points.min(axis=0) - _AROUND, points.max(axis=0) + _AROUND
    top, bottom = max(int(top), -down, 0), min(int(bottom), height, height - down)
    left, right = max(int(left), -across, 0), min(int(right), width, width - across)
    one = grain[top:bottom, left:right]
    other = grain[top + down : bottom + down, left + across : right + across]
    if min(one.shape) < 2 * _WINDOW:
        return []

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        smooth: NDArray[np.float32] = ndimage.uniform_filter(values, _WINDOW)
        return smooth

    a, b = mean(one), mean(other)
    first, second = mean(one * one) - a * a, mean(other * other) - b * b
    both = mean(one * other) - a * b
    grained = (first > _GRAIN**2) & (second > _GRAIN**2)
    alike = np.where(grained, both / np.sqrt(np.maximum(first * second, 1e-6)), 0)
    names, _ = ndimage.label(ndimage.binary_closing(alike > _SAME, iterations=2))
    found = []
    for number, place in enumerate(ndimage.find_objects(names), 1):
        inside = names[place] == number
        pixels = int(inside.sum())
        y, x = place
        if pixels < _LEAST or min(y.stop - y.start, x.stop - x.start) < _NARROWEST:
            continue
        box = (x.start + left, y.start + top, x.stop - x.start, y.stop - y.start)
        moved = (box[0] + across, box[1] + down, box[2], box[3])
        found.append(Copy(box, moved, pixels, round(float(alike[place][inside].mean()), 3)))
    return found
