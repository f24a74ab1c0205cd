"""The PDFium calls about one painted object, and the boxes and matrices they answer with."""

from __future__ import annotations

import ctypes
from typing import Any

from leakverify.extractors.pdf.text import Box

#: paths of one clip and points of one path that are read
_CLIP_PATHS, _CLIP_POINTS = 20, 60

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int, int]


class Painter:
    """The PDFium calls, with the room for their answers made once."""

    def __init__(self, pdfium: Any) -> None:
        self.pdfium = pdfium
        #: pixels rendered so far, of all pages
        self.pixels = 0
        # the same function with plain addresses: it is asked for every few characters of every page
        self.object_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
            ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
        )
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._matrix = pdfium.FS_MATRIX()
        self._modes = (ctypes.c_int(), ctypes.c_int())
        self._one = ctypes.c_float()
        self._name = ctypes.create_string_buffer(256)

    def bounds(self, handle: Any) -> Box | None:
        edges = self._edges
        if not self.pdfium.FPDFPageObj_GetBounds(handle, *edges):
            return None
        left, bottom, right, top = (edge.value for edge in edges)
        if not all(-1e6 < edge < 1e6 for edge in (left, bottom, right, top)):
            return None  # also when not a number
        return (left, bottom, right, top)

    def matrix(self, handle: Any) -> Matrix:
        m = self._matrix
        if not self.pdfium.FPDFPageObj_GetMatrix(handle, m):
            return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        return (m.a, m.b, m.c, m.d, m.e, m.f)

    def colour(self, handle: Any, *, stroke: bool = False) -> Colour | None:
        ask = self.pdfium.FPDFPageObj_GetStrokeColor if stroke else self.pdfium.FPDFPageObj_GetFillColor
        if not ask(handle, *self._colour):
            return None
        red, green, blue, alpha = (part.value for part in self._colour)
        return (red, green, blue, alpha)

    def draws(self, handle: Any) -> tuple[bool, bool]:
        """Whether a path is (filled, stroked)."""
        fill, stroke = self._modes
        if not self.pdfium.FPDFPath_GetDrawMode(handle, fill, stroke):
            return (False, False)
        return (bool(fill.value), bool(stroke.value))

    def width(self, handle: Any) -> float:
        return self._one.value if self.pdfium.FPDFPageObj_GetStrokeWidth(handle, self._one) else 0.0

    def size(self, handle: Any) -> float:
        return self._one.value if self.pdfium.FPDFTextObj_GetFontSize(handle, self._one) else 0.0

    def font(self, handle: Any) -> str:
        font = self.pdfium.FPDFTextObj_GetFont(handle)
        if not font:
            return ""
        length = self.pdfium.FPDFFont_GetBaseFontName(font, self._name, 256)
        return self._name.raw[: min(max(length - 1, 0), 255)].decode("utf-8", "replace").split("\0")[0]

    def marks(self, handle: Any) -> tuple[str, ...]:
        pdfium = self.pdfium
        amount = min(max(pdfium.FPDFPageObj_CountMarks(handle), 0), 20)
        found = []
        wide = (ctypes.c_ushort * 64)()
        length = ctypes.c_ulong()
        for at in range(amount):
            mark = pdfium.FPDFPageObj_GetMark(handle, at)
            if mark and pdfium.FPDFPageObjMark_GetName(mark, wide, 128, length):
                raw = bytes(wide)[: max(min(length.value, 128) - 2, 0)]
                found.append(raw.decode("utf-16-le", "replace"))
        return tuple(found)

    def clip(self, handle: Any) -> Box | None:
        """The box that all clip paths of an object have in common; ``None`` without any."""
        pdfium = self.pdfium
        clip = pdfium.FPDFPageObj_GetClipPath(handle)
        paths = pdfium.FPDFClipPath_CountPaths(clip) if clip else 0
        common: Box | None = None
        x, y = ctypes.c_float(), ctypes.c_float()
        for path in range(min(paths, _CLIP_PATHS)):
            points = pdfium.FPDFClipPath_CountPathSegments(clip, path)
            if points > _CLIP_POINTS:
                continue  # a drawing; its box is not known here, so it hides nothing
            across, up = [], []
            for point in range(points):
                segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, point)
                if segment and pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                    across.append(x.value)
                    up.append(y.value)
            box = (min(across), min(up), max(across), max(up)) if across else (0.0, 0.0, 0.0, 0.0)
            common = box if common is None else common_box(common, box)
        return common


def address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def common_box(one: Box | None, other: Box | None) -> Box | None:
    """What two boxes share, with no width or height when they are apart; ``None`` is everywhere."""
    if one is None or other is None:
        return other if one is None else one
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    right, top = min(one[2], other[2]), min(one[3], other[3])
    return (left, bottom, max(left, right), max(bottom, top))


def product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def moved(box: Box, matrix: Matrix) -> Box:
    """The box around a box after a matrix."""
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    across = [a * x + c * y + e for x in (left, right) for y in (bottom, top)]
    up = [b * x + d * y + f for x in (left, right) for y in (bottom, top)]
    return (min(across), min(up), max(across), max(up))
