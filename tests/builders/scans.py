"""Documents that are pictures: lines of text painted as pixels, as a picture file and as a page of a PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_SIZE = (1240, 1754)


def painted(lines: Sequence[str], *, size: int = 30) -> Image.Image:
    """A page of A4 at 150 dpi with the lines in the font Pillow carries."""
    page = Image.new("L", _SIZE, 255)
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(size)
    for number, line in enumerate(lines):
        pen.text(
            (90, 120 + 52 * number),
            line.replace("\u00a0", " ").replace(" ", "  ").replace("€", "EUR"),
            font=font,
            fill=0,
        )
    return page


def as_png(lines: Sequence[str]) -> bytes:
    out = io.BytesIO()
    painted(lines).save(out, "PNG")
    return out.getvalue()


def as_scan(lines: Sequence[str]) -> bytes:
    """A PDF whose only page is a picture."""
    out = io.BytesIO()
    painted(lines).save(out, "PDF", resolution=150)
    return out.getvalue()
