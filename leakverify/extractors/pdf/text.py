"""Text and positions of pages, through PDFium, from bytes in memory only.

PDFium looks for fonts in the file system when a document does not embed them.
Here it gets a font source that has none: no file is opened, and the text is the
same on every machine.  It is native code fed with hostile bytes, so it runs
after everything else has been said, and only inside the box.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

#: characters of one page whose positions are read
CHARACTERS = 60_000
#: graphic objects of one page that are looked at
_OBJECTS = 20_000
#: forms inside forms that are looked into
_NESTED = 6

_PATH, _IMAGE, _SHADING, _FORM = 2, 3, 4, 5
_INVISIBLE = 3
_PASSWORD = 4
Box = tuple[float, float, float, float]


class Word(NamedTuple):
    """A run of characters between blanks. ``box``: left, bottom, right, top in points.

    ``layer`` is the position of its text object in the order of painting, -1
    when it cannot be told.
    """

    text: str
    box: Box
    invisible: bool
    layer: int
    #: the file does not say which characters these glyphs are
    unmapped: bool


class Shape(NamedTuple):
    """A painted area that hides what lies under it."""

    box: Box
    layer: int
    kind: str


@functools.cache
def _library() -> Any:
    """The bindings, with a font source that never opens a file."""
    import pypdfium2.raw as pdfium

    fonts = pdfium.FPDF_SYSFONTINFO()
    fonts.version = 1
    pdfium.FPDF_SetSystemFontInfo(ctypes.byref(fonts))
    return pdfium, fonts  # the library keeps the pointer, so the struct must stay


class Document:
    """An open PDF. Use :func:`opened`."""

    def __init__(self, pdfium: Any, handle: Any) -> None:
        self._pdfium = pdfium
        self._handle = handle
        self.pages: int = max(pdfium.FPDF_GetPageCount(handle), 0)

    def text(self, page: int) -> str | None:
        """All characters of a page (from 0), in the order of painting; ``None`` if it cannot be loaded."""
        with self._text_page(page) as (_, text_page):
            if text_page is None:
                return None
            amount = self._pdfium.FPDFText_CountChars(text_page)
            if amount <= 0:
                return ""
            buffer = (ctypes.c_ushort * (amount + 1))()
            written = self._pdfium.FPDFText_GetText(text_page, 0, amount, buffer)
            return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")

    def words(self, page: int) -> list[Word]:
        """Words of a page with their places, in the order of painting."""
        with self._text_page(page) as (loaded, text_page):
            if text_page is None:
                return []
            layers: dict[int, int] = {}
            for layer, _, handle in self._objects(loaded):
                layers.setdefault(_address(handle), layer)
            return list(self._words(text_page, layers))

    def _words(self, text_page: Any, layers: dict[int, int]) -> Iterator[Word]:
        pdfium = self._pdfium
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        modes: dict[int, bool] = {}
        letters: list[str] = []
        edges: list[Box] = []
        hidden, layer, unmapped = True, -1, False
        amount = min(pdfium.FPDFText_CountChars(text_page), CHARACTERS)
        for at in range(amount + 1):
            code = pdfium.FPDFText_GetUnicode(text_page, at) if at < amount else 32
            if code in (0x20, 0x0A, 0x0D, 0x09, 0xA0, 0x2028, 0x3000):
                if letters:
                    yield Word(_joined(letters), _around(edges), hidden, layer, unmapped)
                    letters, edges, hidden, layer, unmapped = [], [], True, -1, False
                continue
            handle = pdfium.FPDFText_GetTextObject(text_page, at)
            if handle:
                address = _address(handle)
                if address not in modes:
                    modes[address] = pdfium.FPDFTextObj_GetTextRenderMode(handle) == _INVISIBLE
                hidden = hidden and modes[address]
                layer = max(layer, layers.get(address, -1))
            else:
                hidden = False
            if pdfium.FPDFText_HasUnicodeMapError(text_page, at) == 1 or code in (0, 0xFFFD):
                unmapped = True
            letters.append(chr(code) if 0 < code < 0x110000 else "\ufffd")
            if pdfium.FPDFText_GetCharBox(text_page, at, left, right, bottom, top):
                edges.append((left.value, bottom.value, right.value, top.value))

    def flatten(self, page: int) -> None:
        """Make the appearances of annotations and form fields part of a page, for what is read next.

        Changes this document in memory only.
        """
        loaded = self._pdfium.FPDF_LoadPage(self._handle, page)
        if loaded:
            self._pdfium.FPDFPage_Flatten(loaded, 0)
            self._pdfium.FPDF_ClosePage(loaded)

    def shapes(self, page: int) -> list[Shape]:
        """Images and opaque filled areas of a page, in the order of painting."""
        pdfium = self._pdfium
        loaded = pdfium.FPDF_LoadPage(self._handle, page)
        if not loaded:
            return []
        try:
            found: list[Shape] = []
            for layer, kind, handle in self._objects(loaded, nested=False):
                opaque = kind == _IMAGE or (kind == _PATH and self._filled(handle))
                if kind == _FORM:
                    opaque = any(
                        inner == _IMAGE or (inner == _PATH and self._filled(part))
                        for inner, part in self._inside(handle, 0)
                    )
                box = self._bounds(handle) if opaque else None
                if box is not None:
                    found.append(Shape(box, layer, {_IMAGE: "image", _PATH: "path"}.get(kind, "form")))
            return found
        finally:
            pdfium.FPDF_ClosePage(loaded)

    def _filled(self, handle: Any) -> bool:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not self._pdfium.FPDFPath_GetDrawMode(handle, fill, stroke) or not fill.value:
            return False
        colour = [ctypes.c_uint() for _ in range(4)]
        return bool(self._pdfium.FPDFPageObj_GetFillColor(handle, *colour)) and colour[3].value >= 250

    def _bounds(self, handle: Any) -> Box | None:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if not self._pdfium.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
            return None
        return (left.value, bottom.value, right.value, top.value)

    def _objects(self, page: Any, *, nested: bool = True) -> Iterator[tuple[int, int, Any]]:
        """(place in the order of painting, kind, handle); parts of a form have the place of the form."""
        pdfium = self._pdfium
        left = _OBJECTS
        amount = pdfium.FPDFPage_CountObjects(page)
        for layer in range(max(amount - _OBJECTS, 0), amount):  # what was added is painted last
            handle = pdfium.FPDFPage_GetObject(page, layer)
            if not handle:
                continue
            kind = pdfium.FPDFPageObj_GetType(handle)
            left -= 1
            yield layer, kind, handle
            if nested and kind == _FORM:
                for inner, part in self._inside(handle, 0):
                    left -= 1
                    yield layer, inner, part
                    if left <= 0:
                        return
            if left <= 0:
                return

    def _inside(self, form: Any, depth: int) -> Iterator[tuple[int, Any]]:
        pdfium = self._pdfium
        for at in range(min(pdfium.FPDFFormObj_CountObjects(form), _OBJECTS)):
            handle = pdfium.FPDFFormObj_GetObject(form, at)
            if not handle:
                continue
            kind = pdfium.FPDFPageObj_GetType(handle)
            yield kind, handle
            if kind == _FORM and depth < _NESTED:
                yield from self._inside(handle, depth + 1)

    @contextmanager
    def _text_page(self, page: int) -> Iterator[tuple[Any, Any]]:
        pdfium = self._pdfium
        loaded = pdfium.FPDF_LoadPage(self._handle, page)
        text_page = pdfium.FPDFText_LoadPage(loaded) if loaded else None
        try:
            yield loaded, text_page or None
        finally:
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)
            if loaded:
                pdfium.FPDF_ClosePage(loaded)


@contextmanager
def opened(data: bytes, end: int) -> Iterator[Document | str]:
    """The document ``data[:end]``, without copying it; or why it cannot be opened.

    The reason is a code of :data:`leakverify.problems.PROBLEMS`.
    """
    pdfium, _ = _library()
    handle = pdfium.FPDF_LoadMemDocument64(data, end, None)
    if not handle:
        yield "encrypted" if pdfium.FPDF_GetLastError() == _PASSWORD else "malformed"
        return
    try:
        yield Document(pdfium, handle)
    finally:
        pdfium.FPDF_CloseDocument(handle)


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _joined(letters: list[str]) -> str:
    text = "".join(letters)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _around(boxes: list[Box]) -> Box:
    if not boxes:
        return (0.0, 0.0, 0.0, 0.0)
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
