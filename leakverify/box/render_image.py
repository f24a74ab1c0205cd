"""A picture file as pixels, decoded by Pillow. Runs in the child, on hostile bytes, when asked for only."""

from __future__ import annotations

import io
import math
import warnings

from leakverify.box.wire import PIXELS, SIDE, Bitmap, End, Shot

#: formats whose decoders Pillow carries in itself
_FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP")
#: pixels of a picture that is decoded at all
_MOST = 120_000_000


def drawn_image(data: bytes, number: int, shot: Shot) -> tuple[Bitmap | End, bytes]:
    """The first frame in grey, upright, or the code of a problem.

    ``shot.clip`` is in pixels of the upright picture from its upper left corner; a clip is cut, the whole is
    made smaller to what a picture may hold.
    """
    from PIL import Image, ImageOps

    if shot.page != 1:
        return End(number, "missing-part"), b""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            if image.width * image.height > _MOST:
                return End(number, "limit-size"), b""
            grey = ImageOps.exif_transpose(image).convert("L")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a decoder does with hostile bytes
        return End(number, "malformed"), b""
    box = (0, 0, grey.width, grey.height)
    if shot.clip is not None:
        left, top, right, bottom = (round(edge) for edge in shot.clip)
        box = (max(left, 0), max(top, 0), min(right, grey.width), min(bottom, grey.height))
        if box[0] >= box[2] or box[1] >= box[3]:
            return End(number, "missing-part"), b""
        grey = grey.crop(box)
    scale = min(1.0, shot.width / grey.width, SIDE / grey.height, SIDE / grey.width)
    scale = min(scale, math.sqrt(PIXELS / (grey.width * grey.height)) * 0.999)
    if scale < 1:
        size = (max(int(grey.width * scale), 1), max(int(grey.height * scale), 1))
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    x, y = grey.width / (box[2] - box[0]), grey.height / (box[3] - box[1])
    matrix = (x, 0.0, 0.0, y, -box[0] * x, -box[1] * y)
    return Bitmap(number, grey.width, grey.height, 1, matrix), grey.tobytes()
