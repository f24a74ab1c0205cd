"""Pages as pixels, drawn by PDFium. Runs in the child, on hostile bytes, when it is asked for only.

A revision of a PDF is a beginning of the file, so a page as it was is drawn
from the first so many bytes.  PDFium gets no font from the system (see
:mod:`leakverify.extractors.pdf.text`): a font the document does not embed is
drawn with one of the faces PDFium carries in itself, the same on every machine.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from leakverify.box.render_image import drawn_image
from leakverify.box.still import tiles
from leakverify.box.wire import PIXELS, SIDE, Bitmap, End, Shot
from leakverify.extractors._base import LimitExceeded, Source
from leakverify.extractors.pdf.text import library

_WHITE = 0xFFFFFFFF
_BGR = 2
_PASSWORD = 4
#: pixels per point of a part of a page; more shows nothing that is not on the page
_CLOSEST = 4.0
#: the device that PDFium is asked to place three points on, in its units
_DEVICE = 100_000

Matrix = tuple[float, float, float, float, float, float]


class _View(NamedTuple):
    """Where a page is put: its size in pixels, and the part of that which is kept."""

    size: tuple[int, int]
    left: int
    top: int
    width: int
    height: int


def draw(source: Source, shots: Sequence[Shot]) -> Iterator[tuple[Bitmap | End, bytes]]:
    """A bitmap with its bytes, or why there is none, for each picture in turn.

    Shots of the same revision should follow each other: it is opened once.
    A first shot of page 0 asks for tiles of a picture instead (:mod:`.still`).
    """
    if shots and shots[0].page == 0:
        yield from tiles(source, shots)
        return
    try:
        data = source.data
    except LimitExceeded as limit:
        yield from ((End(number, limit.code), b"") for number in range(len(shots)))
        return
    if b"%PDF" not in data[:1024]:
        yield from (drawn_image(data, number, shot) for number, shot in enumerate(shots))
        return
    at = 0
    while at < len(shots):
        last = at
        while last < len(shots) and shots[last].end == shots[at].end:
            last += 1
        with _opened(data, shots[at].end) as document:
            for number in range(at, last):
                if isinstance(document, str):
                    yield End(number, document), b""
                else:
                    yield _drawn(document, number, shots[number])
        at = last


class _Document(NamedTuple):
    pdfium: Any
    handle: Any
    form: Any


@contextmanager
def _opened(data: bytes, end: int) -> Iterator[_Document | str]:
    """The document ``data[:end]`` with its form fields, or a problem code."""
    pdfium, _ = library()
    if not 0 < end <= len(data):
        yield "truncated"
        return
    handle = pdfium.FPDF_LoadMemDocument64(data, end, None)
    if not handle:
        yield "encrypted" if pdfium.FPDF_GetLastError() == _PASSWORD else "malformed"
        return
    # fields are drawn by the form module alone; it calls nobody back and knows no script
    info = pdfium.FPDF_FORMFILLINFO()
    info.version = 2
    form = pdfium.FPDFDOC_InitFormFillEnvironment(handle, info)
    try:
        if form:
            pdfium.FPDF_SetFormFieldHighlightAlpha(form, 0)
        yield _Document(pdfium, handle, form)
    finally:
        if form:
            pdfium.FPDFDOC_ExitFormFillEnvironment(form)
        pdfium.FPDF_CloseDocument(handle)


def _drawn(document: _Document, number: int, shot: Shot) -> tuple[Bitmap | End, bytes]:
    pdfium = document.pdfium
    if not 1 <= shot.page <= pdfium.FPDF_GetPageCount(document.handle):
        return End(number, "missing-part"), b""
    page = pdfium.FPDF_LoadPage(document.handle, shot.page - 1)
    if not page:
        return End(number, "malformed"), b""
    try:
        if document.form:
            pdfium.FORM_OnAfterLoadPage(page, document.form)
        size = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        if not all(0.01 < edge < 1e6 for edge in size):
            return End(number, "malformed"), b""
        share = _shares(pdfium, page, max(size))
        view = _view(size, share, shot)
        return _bitmap(document, page, number, view, share)
    finally:
        if document.form:
            pdfium.FORM_OnBeforeClosePage(page, document.form)
        pdfium.FPDF_ClosePage(page)


def _bitmap(
    document: _Document, page: Any, number: int, view: _View, share: Matrix
) -> tuple[Bitmap | End, bytes]:
    pdfium = document.pdfium
    width, height = view.width, view.height
    stride = (3 * width + 3) // 4 * 4
    pixels = ctypes.create_string_buffer(stride * height)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, _BGR, pixels, stride)
    if not bitmap:
        return End(number, "limit-memory"), b""
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER | pdfium.FPDF_RENDER_LIMITEDIMAGECACHE
        place = (-view.left, -view.top, *view.size, 0, flags)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, *place)
        if document.form:
            pdfium.FPDF_FFLDraw(document.form, bitmap, page, *place)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    rows = memoryview(pixels)
    packed = b"".join(rows[at : at + 3 * width] for at in range(0, stride * height, stride))
    grey = packed[0::3]
    channels = 1 if grey == packed[1::3] == packed[2::3] else 3
    across, down = view.size
    a, b, c, d, e, f = share
    matrix = (a * across, b * down, c * across, d * down, e * across - view.left, f * down - view.top)
    return Bitmap(number, width, height, channels, matrix), grey if channels == 1 else packed


def _shares(pdfium: Any, page: Any, length: float) -> Matrix:
    """From points of the page to shares of its width and height from the upper left.

    PDFium is asked, so that boxes that begin elsewhere than at zero and turned
    pages are taken as it takes them.
    """
    placed = []
    for x, y in ((0.0, 0.0), (length, 0.0), (0.0, length)):
        left, top = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, x, y, left, top)
        placed.append((left.value / _DEVICE, top.value / _DEVICE))
    (e, f), (ax, bx), (cy, dy) = placed
    return ((ax - e) / length, (bx - f) / length, (cy - e) / length, (dy - f) / length, e, f)


def _view(size: tuple[float, float], share: Matrix, shot: Shot) -> _View:
    """How large to draw: as wide as asked, within the limits on pixels and sides."""
    left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    if shot.clip is not None:
        left, top, right, bottom = _inside(share, shot.clip)
    wide, high = (right - left) * size[0], (bottom - top) * size[1]
    scale = min(
        min(shot.width, SIDE) / wide, SIDE / high, math.sqrt(PIXELS / (wide * high)) * 0.999, _CLOSEST
    )
    across, down = (max(round(edge * scale), 1) for edge in size)
    width = min(max(round((right - left) * across), 1), shot.width, SIDE)
    height = min(max(round((bottom - top) * down), 1), SIDE, PIXELS // width)
    return _View((across, down), round(left * across), round(top * down), width, height)


def _inside(share: Matrix, clip: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The part of a page that is wanted, as shares; all of it when the part does not lie on the page."""
    a, b, c, d, e, f = share
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in clip[0::2] for y in clip[1::2]]
    left, right = (min(max(edge(x for x, _ in corners), 0.0), 1.0) for edge in (min, max))
    top, bottom = (min(max(edge(y for _, y in corners), 0.0), 1.0) for edge in (min, max))
    if right - left < 1e-4 or bottom - top < 1e-4:
        return 0.0, 0.0, 1.0, 1.0
    return left, top, right, bottom
