"""A fine regular pattern over the whole picture, as where a screen was photographed.

The dots of a screen and those of a camera's sensor beat against each other.  In
the spectrum of the picture that gives a few sharp peaks far above what lies
around them.  Peaks that blocks of 8 by 8 give are left out.

Thresholds are measured, on screens that were simulated (docs/method-regions.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: side of the squares whose spectra are taken
_SIDE = 512
#: natural logarithm by which the four highest peaks stand above their surroundings
_PEAK = 2.8
#: cycles a pixel below which pictures have peaks of their own, and the width of what blocks leave
_COARSE, _BLOCKS = 0.08, 0.006


def pattern(grey: NDArray[np.uint8]) -> float:
    """How far the peaks stand out in most squares; 0 when that is not enough or the picture is too small."""
    import numpy as np

    height, width = grey.shape
    if min(height, width) < _SIDE:
        return 0.0
    down, across = height - _SIDE, width - _SIDE
    squares = dict.fromkeys(((down // 2, across // 2), (0, 0), (down, across)))
    found = [_peaks(grey[y : y + _SIDE, x : x + _SIDE]) for y, x in squares]
    middle = float(np.median(found))
    return round(middle, 2) if middle > _PEAK else 0.0


def _peaks(square: NDArray[np.uint8]) -> float:
    """The mean of the four highest peaks of a spectrum, as logarithms above what lies around them."""
    import numpy as np
    from scipy import ndimage

    fine = square.astype(np.float32)
    fine -= ndimage.uniform_filter(fine, 9)
    window = np.hanning(_SIDE)
    spectrum = np.log(np.abs(np.fft.rfft2(fine * np.outer(window, window))) + 1e-3)
    spectrum -= ndimage.uniform_filter(spectrum, 9)
    down, across = np.fft.fftfreq(_SIDE)[:, None], np.fft.rfftfreq(_SIDE)[None, :]
    of_blocks = (np.abs(down - np.rint(down * 8) / 8) < _BLOCKS) & (np.abs(across) < 0.02)
    of_blocks |= (np.abs(across - np.rint(across * 8) / 8) < _BLOCKS) & (np.abs(down) < 0.02)
    spectrum[(np.hypot(down, across) < _COARSE) | of_blocks] = 0
    # lines that run straight through a picture, and the ends of a page
    spectrum[:, :4] = spectrum[:4] = spectrum[-4:] = 0
    return float(np.sort(spectrum, axis=None)[-4:].mean())
