"""Parts of a JPEG that show the steps of one save, where the rest shows those of two.

A JPEG keeps multiples of a step for each frequency.  When it is opened and
saved again with other steps, the multiples of the first fall unevenly on those
of the second: some values become frequent and others rare.  What was put in
between the two saves at another place, or comes from elsewhere, does not show
it.  For each frequency the values of the picture are compared with those that
the same picture gives when it is cut into blocks at a wrong place, which shows
what they would be without a first save.

Source of the idea: Z. Lin, J. He, X. Tang, C.-K. Tang, Fast, automatic and
fine-grained tampered JPEG image detection via DCT coefficient analysis, Pattern
Recognition 42 (2009); taken here without a model of the steps.  Thresholds are
measured (docs/method-regions.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: frequencies looked at, down and across; higher ones are nearly always zero
_FREQUENCIES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2), (0, 3), (3, 0))
#: values counted on either side of zero, and the largest step that is tried
_VALUES, _STEPS = 20, 40
#: how far rounding the pixels moves a number, nearly always
_ROUNDING = 0.75
#: blocks across a window, and values not zero it must hold
_WINDOW, _ENOUGH = 7, 80
#: nats by which the values must tell two saves from one, in the picture as a whole
_TOLD = 0.12
#: spreads between a window and the rest of the picture
_FAR = 10.0
#: windows in a part, and the share of the picture from which it is the picture
_LEAST, _MOST = 20, 0.4


class Part(NamedTuple):
    """A place in pixels, and how far it is from the rest, in units of the rest's spread."""

    place: tuple[int, int, int, int]
    far: float


def once_saved(grey: NDArray[np.uint8]) -> list[Part]:
    """Parts without the trace of a first save; empty when the picture as a whole shows none."""
    import numpy as np
    from scipy import ndimage

    rows, columns = grey.shape[0] // 8, grey.shape[1] // 8
    if min(rows, columns) < 2 * _WINDOW:
        return []
    here, beside = _numbers(grey, 0), _numbers(grey, 4)
    score = np.zeros((rows, columns), np.float32)
    count = np.zeros((rows, columns), np.float32)
    once = 0.0
    # where a pixel was cut at black or white the first save's multiples are lost
    blocks = grey[: rows * 8, : columns * 8].reshape(rows, 8, columns, 8)
    whole = (blocks.min(axis=(1, 3)) > 2) & (blocks.max(axis=(1, 3)) < 253)
    for number in range(len(_FREQUENCIES)):
        step = _step(here[number])
        values = np.rint(here[number] / step).astype(np.int64)
        usual = np.rint(beside[number] / step).astype(np.int64)
        seen = (values != 0) & (np.abs(values) <= _VALUES)
        seen &= whole
        mine = _shares(values[seen])
        other = _shares(usual[(usual != 0) & (np.abs(usual) <= _VALUES) & whole])
        told = np.log(mine / other)
        score += np.where(seen, told[np.clip(values, -_VALUES, _VALUES) + _VALUES], 0)
        count += seen
        once += float(-(other * told).sum()) * int(seen.sum())
    total = float(count.sum())
    if total < 20 * _ENOUGH or float(score.sum()) / total < _TOLD:
        return []
    twice, once = float(score.sum()) / total, once / total
    window = _WINDOW**2
    counted = ndimage.uniform_filter(count, _WINDOW, mode="constant") * window
    scored = ndimage.uniform_filter(score, _WINDOW, mode="constant") * window
    # how much the score of one value strays, from the blocks themselves
    spread = float(np.sqrt(((score - twice * count) ** 2).sum() / total))
    mean = scored / np.maximum(counted, 1)
    far = (twice - mean) * np.sqrt(counted) / max(spread, 1e-6)
    flagged = (counted >= _ENOUGH) & (far > _FAR) & (mean < -0.3 * once)
    names, _ = ndimage.label(flagged)
    found = []
    for number, place in enumerate(ndimage.find_objects(names), 1):
        inside = names[place] == number
        if not _LEAST <= int(inside.sum()) <= _MOST * rows * columns:
            continue
        y, x = place
        box = (x.start * 8, y.start * 8, (x.stop - x.start) * 8, (y.stop - y.start) * 8)
        found.append(Part(box, round(float(far[place][inside].max()), 1)))
    return sorted(found, key=lambda part: -part.far)


def _numbers(grey: NDArray[np.uint8], skip: int) -> NDArray[np.float32]:
    """The transform of every block at the frequencies looked at; the first block begins ``skip`` pixels in.

    Shape: frequencies, blocks down, blocks across, as many as without skipping: the last ones are repeated.
    """
    import numpy as np

    from leakverify.hints.grid import cosines

    rows, columns = grey.shape[0] // 8, grey.shape[1] // 8
    part = grey[skip:, skip:]
    high, wide = part.shape[0] // 8, part.shape[1] // 8
    blocks = part[: high * 8, : wide * 8].reshape(high, 8, wide, 8).astype(np.float32) - 128
    transform = cosines()
    found = np.stack(
        [
            np.einsum("ahbw,h,w->ab", blocks, transform[v], transform[u], optimize=True)
            for v, u in _FREQUENCIES
        ]
    )
    return np.pad(found, ((0, 0), (0, rows - high), (0, columns - wide)), mode="edge")


def _step(numbers: NDArray[np.float32]) -> int:
    """The step whose multiples the numbers are, but for the rounding of pixels; 1 when there is none."""
    import numpy as np

    sizes = np.abs(numbers[np.abs(numbers) > 1.5])
    if sizes.size < 200:
        return 1
    for step in range(_STEPS, 1, -1):
        if float((np.abs(sizes - step * np.rint(sizes / step)) < _ROUNDING).mean()) > 0.95:
            return step
    return 1


def _shares(values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each value from -20 to 20, with half a count more for each, so that none is zero."""
    import numpy as np

    counts = np.bincount(values + _VALUES, minlength=2 * _VALUES + 1) + 0.5
    counts[_VALUES] = 1e-9
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares
