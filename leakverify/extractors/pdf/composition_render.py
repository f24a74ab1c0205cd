"""Proof by rendering: what a reader sees of a page with some of its objects switched off.

Geometry only says which text may be hidden.  Whether it is depends on blend
modes, soft masks, clipping, patterns and layers that are turned off, so the
page is painted, in memory and at a bounded size, with and without the text: where
no pixel differs, nobody can see it.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from leakverify.extractors.pdf.layers import Item, PaintedPage, common_box
from leakverify.extractors.pdf.text import Box

#: pixels of one rendering, and per point at most
_PIXELS = 3_000_000
_SCALE = 2.0
#: points around what is looked at that are rendered too, for the ground it stands on
MARGIN = 6.0
#: pixels of images on a page beyond which it is not rendered
_IMAGE_PIXELS = 60_000_000
#: difference of a colour channel that the eye does not see on paper or screen
FAINT = 10

Rgb = tuple[int, int, int]


class Picture:
    """A rendered part of a page: rows of four bytes per pixel, blue, green, red, nothing."""

    __slots__ = ("_rows", "height", "width")

    def __init__(self, raw: bytes, width: int, height: int, stride: int) -> None:
        self.width = width
        self.height = height
        self._rows = [raw[y * stride : y * stride + 4 * width] for y in range(height)]

    def part(self, area: tuple[int, int, int, int]) -> list[bytes]:
        left, top, right, bottom = area
        return [row[4 * left : 4 * right] for row in self._rows[top:bottom]]

    def colours(self, area: tuple[int, int, int, int], most: int = 20_000) -> Counter[Rgb]:
        """How often each colour is met; not every pixel of a large area is asked."""
        rows = self.part(area)
        size = sum(len(row) // 4 for row in rows)
        step = 4 * max(1, math.isqrt(max(size // most, 1)))
        found: Counter[Rgb] = Counter()
        for row in rows[:: step // 4]:
            found.update(zip(row[2::step], row[1::step], row[::step], strict=True))
        return found


class Renderer:
    """Paints one part of one page again and again."""

    def __init__(self, page: PaintedPage, region: Box) -> None:
        self._page = page
        self._pdfium: Any = page.pdfium
        width, height = page.size
        shown = common_box(page.visible, _grown(region, MARGIN)) or region
        area = max((shown[2] - shown[0]) * (shown[3] - shown[1]), 1.0)
        self.scale = min(_SCALE, math.sqrt(_PIXELS / area))
        self._across = max(1, min(round(width * self.scale), 30_000))
        self._up = max(1, min(round(height * self.scale), 30_000))
        self._start = (0, 0)
        self._affine = self._placed()
        left, top, right, bottom = self._device(shown)
        self._start = (-left, -top)
        self._affine = self._placed()
        self.width = max(1, min(right - left, 8_000))
        self.height = max(1, min(bottom - top, 8_000))

    def _placed(self) -> tuple[float, ...]:
        """What takes a point of the page to a pixel."""
        corners = [self._pixel(0, 0), self._pixel(1000, 0), self._pixel(0, 1000)]
        (x, y), (x1, y1), (x2, y2) = corners
        return ((x1 - x) / 1000, (y1 - y) / 1000, (x2 - x) / 1000, (y2 - y) / 1000, x, y)

    def _pixel(self, across: float, up: float) -> tuple[int, int]:
        x, y = ctypes.c_int(), ctypes.c_int()
        # thousands of points give the scale to a thousandth of a pixel although pixels are whole
        self._pdfium.FPDF_PageToDevice(
            self._page.handle, *self._start, self._across, self._up, 0, across, up, x, y
        )
        return (x.value, y.value)

    def _device(self, box: Box) -> tuple[int, int, int, int]:
        a, b, c, d, e, f = self._affine
        across = [a * x + c * y + e for x in (box[0], box[2]) for y in (box[1], box[3])]
        up = [b * x + d * y + f for x in (box[0], box[2]) for y in (box[1], box[3])]
        return (
            math.floor(min(across)),
            math.floor(min(up)),
            math.ceil(max(across)),
            math.ceil(max(up)),
        )

    def area(self, box: Box) -> tuple[int, int, int, int]:
        """The pixels of a box, as far as they are rendered: left, top, right, bottom."""
        left, top, right, bottom = self._device(box)
        left, right = max(left, 0), min(right, self.width)
        top, bottom = max(top, 0), min(bottom, self.height)
        return (left, top, max(left, right), max(top, bottom))

    def paint(self, *, without: Iterable[Item] = (), notes: bool = True) -> Picture | None:
        """The part of the page, some objects left out; ``notes``: with annotations."""
        pdfium = self._pdfium
        bitmap = pdfium.FPDFBitmap_Create(self.width, self.height, 0)
        if not bitmap:
            return None
        self._page.painter.pixels += self.width * self.height
        off: list[Item] = []
        try:
            for item in without:
                if pdfium.FPDFPageObj_SetIsActive(item.handle, False):
                    off.append(item)
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, self.width, self.height, 0xFFFFFFFF)
            flags = pdfium.FPDF_ANNOT if notes else 0
            pdfium.FPDF_RenderPageBitmap(
                bitmap, self._page.handle, *self._start, self._across, self._up, 0, flags
            )
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * self.height)
            return Picture(raw, self.width, self.height, stride)
        finally:
            for item in off:
                pdfium.FPDFPageObj_SetIsActive(item.handle, True)
            pdfium.FPDFBitmap_Destroy(bitmap)


def differ(one: Picture, other: Picture, area: tuple[int, int, int, int]) -> bool:
    """Whether more than a stray pixel in the area is not the same to the eye."""
    left, top, right, bottom = area
    size = (right - left) * (bottom - top)
    if size <= 0:
        return False
    allowed = size // 40
    met = 0
    for first, second in zip(one.part(area), other.part(area), strict=True):
        if first == second:
            continue
        for at in range(0, len(first), 4):
            if any(abs(first[at + n] - second[at + n]) > FAINT for n in range(3)):
                met += 1
                if met > allowed:
                    return True
    return False


def too_heavy(page: PaintedPage, items: Sequence[Item]) -> bool:
    """Whether the images of a page unpack to more than is worth a look."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pixels = 0
    for item in items:
        if item.kind != "image":
            continue
        if page.pdfium.FPDFImageObj_GetImagePixelSize(item.handle, width, height):
            pixels += width.value * height.value
            if pixels > _IMAGE_PIXELS:
                return True
    return False


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)
