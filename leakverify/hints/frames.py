"""A picture that shows where hints point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leakverify.pixels import png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leakverify.hints import Hint

#: longest side of the picture made
_SIDE = 1200
#: width of a frame in pixels of it
_FRAME = 3
#: red, green, blue of a frame by kind of hint; told apart also by those who do not see red
_COLOURS = {
    "other-grid": (230, 120, 0),
    "copied": (0, 130, 230),
    "saved-once": (200, 0, 160),
    "screen": (0, 150, 90),
}


def framed(grey: NDArray[np.uint8], hints: Sequence[Hint]) -> bytes:
    """A PNG of the picture in grey, at most 1,200 pixels long, with a frame around every place."""
    import numpy as np

    scale = -(-max(grey.shape) // _SIDE)
    rows, columns = grey.shape[0] // scale, grey.shape[1] // scale
    small = grey[: rows * scale, : columns * scale].reshape(rows, scale, columns, scale).mean(axis=(1, 3))
    # paler than the frames, so that they stand out
    shown = np.repeat((small * 0.7 + 70).astype(np.uint8)[:, :, None], 3, axis=2)
    for hint in hints:
        for left, top, width, height in hint.places:
            x, y = max(left // scale, 0), max(top // scale, 0)
            right, bottom = min((left + width) // scale, columns), min((top + height) // scale, rows)
            for part in (
                np.s_[y : y + _FRAME, x:right],
                np.s_[max(bottom - _FRAME, 0) : bottom, x:right],
                np.s_[y:bottom, x : x + _FRAME],
                np.s_[y:bottom, max(right - _FRAME, 0) : right],
            ):
                shown[part] = _COLOURS[hint.kind]
    return png(shown.tobytes(), columns, rows, 3)
