"""The grey pixels of a picture, in tiles. Runs in the child, on hostile bytes, when it is asked for only.

Nothing is scaled or turned: what is looked for in the pixels (the grid of an
earlier compression, a copied place) would not survive it.  Of a JPEG the first
component is taken as it was coded, before any conversion of colour.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leakverify.box.wire import PIXELS, SIDE, Bitmap, End, Shot
from leakverify.extractors._base import LimitExceeded, Source

if TYPE_CHECKING:
    from PIL.Image import Image

#: pixels of a picture that is taken apart, which bounds what looking at them takes; its longest side
LARGEST, LONGEST = 26_000_000, 30_000
_PLAIN = (1.0, 0.0, 0.0, 1.0)


def tiles(source: Source, shots: Sequence[Shot]) -> Iterator[tuple[Bitmap | End, bytes]]:
    """A bitmap with its bytes, or why there is none, for each tile in turn.

    The ``clip`` of a shot is left, top, right, bottom in pixels, counted from
    the upper left corner of the picture as it is coded.
    """
    picture = _grey(source)
    for number, shot in enumerate(shots):
        if isinstance(picture, str):
            yield End(number, picture), b""
            continue
        left, top, right, bottom = (round(edge) for edge in shot.clip or (0.0, 0.0, *picture.size))
        width, height = right - left, bottom - top
        inside = 0 <= left < right <= picture.width and 0 <= top < bottom <= picture.height
        if not inside or width > min(shot.width, SIDE) or height > SIDE or width * height > PIXELS:
            yield End(number, "malformed"), b""
            continue
        placed = (*_PLAIN, float(-left), float(-top))
        yield (
            Bitmap(number, width, height, 1, placed),
            picture.crop((left, top, right, bottom)).tobytes(),
        )


def _grey(source: Source) -> Image | str:
    """The whole picture in grey, or the code of a problem."""
    from PIL import JpegImagePlugin, PngImagePlugin

    try:
        data = source.data
    except LimitExceeded as limit:
        return limit.code
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if data.startswith(b"\xff\xd8\xff"):
                picture: Image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
            elif data.startswith(b"\x89PNG\r\n\x1a\n"):
                picture = PngImagePlugin.PngImageFile(io.BytesIO(data))
            else:
                return "unsupported-feature"
            if picture.width * picture.height > LARGEST or max(picture.size) > LONGEST:
                return "limit-inflate"
            if picture.mode in ("RGB", "YCbCr"):
                picture.draft("L", picture.size)
            return picture if picture.mode == "L" and not picture.load() else picture.convert("L")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a library does with hostile bytes
        return "malformed"
