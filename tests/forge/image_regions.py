"""Image recipes: a place covered with another place, or with a piece of another picture, and saved."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

from tests.forge import image
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply

if TYPE_CHECKING:
    from PIL import Image


def saved(picture: Image.Image, quality: int) -> bytes:
    """A JPEG of this quality, a PNG when it is 0."""
    if quality:
        return image.jpeg(picture, quality=quality)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _side(picture: Image.Image) -> int:
    side = min(picture.size) // 4
    if side < 64:
        raise DoesNotApply("too small for a place that could be covered")
    return side


def _done(data: bytes, picture: Image.Image, place: tuple[int, int], side: int, quality: int) -> Forged:
    made = saved(picture, quality)
    if quality and image.exif(data):
        made = image.with_exif(made, image.exif(data))
    box = (float(place[0]), float(place[1]), float(place[0] + side), float(place[1] + side))
    return Forged(made, Truth(box=box))


@altered("image", question="content", needs=("PIL",))
def cover_with_copy(data: bytes, *, quality: int = 90, seed: int = 0) -> Forged:
    """Cover a place with another place of the same picture; EXIF stays. ``quality`` 0 saves a PNG.

    ``Truth.box`` is left, top, right, bottom in pixels.  An examiner asks for places whose grain is the same
    (``leakverify regions``); no check of a report looks for it.
    """
    picture = image._opened(data)
    side = _side(picture)
    draw = random.Random(seed)
    for _ in range(200):
        source, target = (
            (draw.randrange(picture.width - side), draw.randrange(picture.height - side)) for _ in "ab"
        )
        if max(abs(source[0] - target[0]), abs(source[1] - target[1])) > side:
            picture.paste(picture.crop((*source, source[0] + side, source[1] + side)), target)
            return _done(data, picture, target, side, quality)
    raise DoesNotApply("no room for two places")


@altered("image", question="content", needs=("PIL", "numpy"))
def cover_with_other(
    data: bytes, *, other: Image.Image | None = None, quality: int = 90, seed: int = 0
) -> Forged:
    """Cover a place with a piece of another JPEG, whose blocks lie on another grid; EXIF stays.

    ``quality`` 0 saves a PNG.  An examiner asks for places whose blocks lie otherwise than the rest, or
    that show one save where the rest shows two (``leakverify regions``); no check of a report looks for it.
    """
    from PIL import Image

    picture = image._opened(data)
    side = _side(picture)
    if other is None:
        painted = image.jpeg(image.paint(image.Scene(seed=seed)), quality=80)
        other = Image.open(io.BytesIO(painted)).convert("RGB")
    if min(other.size) <= side + 8:
        raise DoesNotApply("the other picture is too small")
    draw = random.Random(seed)
    left, top = draw.randrange((other.width - side) // 8) * 8, draw.randrange((other.height - side) // 8) * 8
    target = (draw.randrange(picture.width - side), draw.randrange(picture.height - side))
    if target[0] % 8 == 0 and target[1] % 8 == 0:  # one in 64: the grids would agree
        target = (target[0] + 3, target[1])
    picture.paste(other.crop((left, top, left + side, top + side)), target)
    return _done(data, picture, target, side, quality)


@benign("image", needs=("PIL", "numpy"))
def photographed_screen(data: bytes, *, seed: int = 0) -> bytes:
    """A screen of stripes in red, green and blue that shows the picture, photographed a little askew."""
    import numpy as np
    from PIL import Image

    shown = np.asarray(image._opened(data).resize((400, 300)), np.float32)
    dots = np.repeat(np.repeat(shown, 6, 0), 6, 1)
    stripes = np.zeros_like(dots)
    for colour in range(3):
        stripes[:, colour * 2 :: 6, colour], stripes[:, colour * 2 + 1 :: 6, colour] = 1, 0.8
    stripes[5::6] *= 0.1
    lit = Image.fromarray(np.clip(dots * stripes * 2.2, 0, 255).astype(np.uint8))
    draw = np.random.default_rng(seed)
    askew = lit.rotate(draw.uniform(-6, 6), Image.Resampling.BICUBIC)
    share = draw.uniform(0.37, 0.52)
    taken = askew.resize((int(askew.width * share), int(askew.height * share)), Image.Resampling.BILINEAR)
    edge = (taken.width // 8, taken.height // 8)
    taken = taken.crop((*edge, taken.width - edge[0], taken.height - edge[1]))
    noisy = np.asarray(taken, np.float32) + draw.normal(0, 2, (taken.height, taken.width, 3))
    return image.jpeg(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), quality=90)


@benign("image", needs=("PIL",))
def cut_and_saved(data: bytes, *, quality: int = 90) -> bytes:
    """Cut at the upper left, which moves the grid of the earlier blocks, and saved again."""
    picture = image._opened(data)
    if min(picture.size) < 64:
        raise DoesNotApply("too small to be cut")
    return image.jpeg(picture.crop((5, 3, *picture.size)), quality=quality)


@benign("image", needs=("PIL",))
def saved_finer(data: bytes, *, quality: int = 95) -> bytes:
    """Opened and saved with finer steps by a viewer that copies EXIF."""
    return image.with_exif(image.jpeg(image._opened(data), quality=quality), image.exif(data))
