"""Parts of a picture whose blocks of 8 by 8 lie on another grid than the picture's own.

JPEG codes a picture in blocks of 8 by 8, and makes most of the 64 numbers of
each zero.  Cut into blocks at the right place a picture shows more of these
zeros than at any of the 63 wrong ones, also after it was decoded.  A part
pasted from another picture, or moved within one, brings its old blocks along,
which in 63 of 64 cases lie differently.

Each pixel votes for the grid of that block around it which has most zeros,
and for none where two have as many.  A part in which votes agree on a grid
that the picture does not have is told where votes thrown like dice would do so
in less than one of a thousand pictures.

Source: T. Nikoukhah, J. Anger, M. Colom, J.-M. Morel, R. Grompone von Gioi,
ZERO: a local JPEG grid origin detector, Image Processing On Line 11 (2021);
this is an implementation of its own, with counts over cells of 8 by 8 instead
of grown regions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: rows of pixels that are transformed at once, which bounds the memory taken
_STRIP = 64
#: no block around the pixel has most zeros
NONE = 255
#: share of a cell's pixels that must vote for the strange grid; chance gives 1 in 64
_AGREED = 0.4
#: cells of 8 by 8 a part must hold; smaller ones cannot be read
_LEAST = 16
#: a part larger than this share of the picture is what the picture was made of
_MOST = 0.4
#: log10 of the number of pictures of which one may hold such a part by chance
_SURE = -3.0


class Part(NamedTuple):
    """A place in pixels (left, top, width, height), where its blocks begin, and log10 of the chance of it."""

    left: int
    top: int
    width: int
    height: int
    grid: tuple[int, int]
    chance: float

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Left, top, width, height in pixels."""
        return self[:4]


def cosines() -> NDArray[np.float32]:
    """The transform of eight numbers that JPEG uses (T.81 A.3.3), one row a frequency."""
    import numpy as np

    at, frequency = np.meshgrid(np.arange(8), np.arange(8))
    made = np.cos((2 * at + 1) * frequency * np.pi / 16) / 2
    made[0] /= math.sqrt(2)
    return made.astype(np.float32)


def votes(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """For each pixel the grid it votes for, or :data:`NONE`: 8 y + x of a block's first pixel, modulo 8."""
    import numpy as np

    height, width = grey.shape
    ballots = np.full(grey.shape, NONE, np.uint8)
    if min(height, width) < 16:
        return ballots
    transform = cosines()
    columns = np.arange(width - 7) % 8
    for top in range(0, height - 7, _STRIP):
        # the 7 rows above reach into this strip's pixels with their blocks
        first, last = max(top - 7, 0), min(top + _STRIP, height)
        rows = min(last, height - 7) - first
        zeros = _zeros(grey[first : min(last + 7, height)], transform, rows)
        grid = ((first + np.arange(rows)) % 8 * 8)[:, None] + columns
        best = _most_around(zeros * 64 + grid)
        other = _most_around(zeros * 64 + (63 - grid))
        winner = best % 64
        clear = (winner == 63 - other % 64) & (best >= 64)
        ballot = np.where(clear, winner, NONE).astype(np.uint8)
        # row n of what is found lies at pixel row first + n; blocks begin up to 7 above and left of a pixel
        skip = top - first
        ballots[top:last] = ballot[skip : skip + last - top]
    return ballots


def _zeros(grey: NDArray[np.uint8], transform: NDArray[np.float32], rows: int) -> NDArray[np.int16]:
    """How many of its 64 numbers are zero when rounded, for the block that begins at each pixel.

    Blocks that do not change across or downwards are zero whichever grid they are cut by, and have none.
    """
    import numpy as np

    wide = grey.shape[1] - 7
    down = np.lib.stride_tricks.sliding_window_view(grey, 8, axis=0)[:rows].astype(np.float32) @ transform.T
    found = np.zeros((rows, wide), np.int16)
    across = np.zeros((rows, wide), bool)
    upright = np.zeros((rows, wide), bool)
    for frequency in range(8):
        window = np.lib.stride_tricks.sliding_window_view(down[:, :, frequency], 8, axis=1)
        small = np.abs(window @ transform.T) < 0.5
        found += small.sum(axis=2, dtype=np.int16)
        if frequency == 0:
            np.logical_not(small[:, :, 1:].all(axis=2), out=across)
        else:
            upright |= ~small[:, :, 0]
    found[~(across & upright)] = 0
    return found


def _most_around(values: NDArray[np.int16]) -> NDArray[np.int16]:
    """For each pixel the largest value of the blocks that hold it."""
    import numpy as np

    rows, columns = values.shape
    padded = np.zeros((rows + 14, columns + 14), values.dtype)
    padded[7 : 7 + rows, 7 : 7 + columns] = values
    for axis in (0, 1):
        for step in (1, 2, 4):
            size = padded.shape[axis]
            one = np.take(padded, range(size - step), axis)
            padded = np.maximum(one, np.take(padded, range(step, size), axis))
    return padded


def strange_parts(grey: NDArray[np.uint8]) -> tuple[tuple[int, int] | None, list[Part]]:
    """The grid of the picture as a whole, ``None`` when it has none, and the parts that lie on another."""
    import numpy as np
    from scipy import ndimage

    ballots = votes(grey)
    height, width = grey.shape
    if height < 64 or width < 64:
        return None, []
    counts = np.bincount(ballots[ballots != NONE], minlength=64)
    tests = 2 * math.log10(64.0) + 1.5 * math.log10(height * width)
    sure = [chance(int(n), height * width) + tests < _SURE for n in counts]
    own = int(counts.argmax()) if any(sure) else None
    found: list[Part] = []
    rows, columns = height // 8, width // 8
    for grid in range(64):
        # a grid that shows in the whole picture is that of an earlier save, before the picture was cut
        if grid == own or counts[grid] < _LEAST * 64 * _AGREED:
            continue
        held = (ballots[: rows * 8, : columns * 8] == grid).reshape(rows, 8, columns, 8).mean(axis=(1, 3))
        agreed = ndimage.uniform_filter(held.astype(np.float32), 3, mode="constant") > _AGREED
        names, _ = ndimage.label(agreed)
        for number, place in enumerate(ndimage.find_objects(names)[:200], 1):
            cells = int((names[place] == number).sum())
            if cells < _LEAST or cells > _MOST * rows * columns:
                continue
            inside = held[place]
            part = chance(int(inside.sum() * 64), inside.size * 64) + tests
            outside = counts[grid] - int(inside.sum() * 64)
            elsewhere = outside / max(height * width - inside.size * 64, 1)
            if part < _SURE and elsewhere < 0.1:
                y, x = place
                found.append(
                    Part(
                        x.start * 8, y.start * 8, (x.stop - x.start) * 8, (y.stop - y.start) * 8,
                        (grid // 8, grid % 8), part,
                    )
                )  # fmt: skip
    found.sort(key=lambda part: part.chance)
    return (None if own is None else (own // 8, own % 8)), found


def chance(agreeing: int, pixels: int) -> float:
    """log10 of an upper bound of the chance that so many of the pixels agree on one of 64 grids.

    Pixels of a block do not vote independently, so 64 of them count as one (Hoeffding's bound on the
    binomial tail).
    """
    drawn, hits = pixels // 64, agreeing // 64
    if not drawn or hits <= drawn / 64:
        return 0.0
    share, dice = min(hits / drawn, 1.0), 1 / 64
    away = share * math.log(share / dice)
    if share < 1:
        away += (1 - share) * math.log((1 - share) / (1 - dice))
    return -drawn * away / math.log(10)
