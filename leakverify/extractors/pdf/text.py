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
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from leakverify.extractors.pdf.layers import PaintedPage, Painter

#: characters of one page whose positions are read
CHARACTERS = 60_000
#: graphic objects of one page that are looked at
_OBJECTS = 20_000
#: forms inside forms that are looked into
_NESTED = 6

_PATH, _IMAGE, _SHADING, _FORM = 2, 3, 4, 5
_SAME = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
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
def library() -> Any:
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
        self._painter: Painter | None = None
        self.pages: int = max(pdfium.FPDF_GetPageCount(handle), 0)

    def text(self, page: int) -> str | None:
        """All characters of a page (from 0), in the order of painting; ``None`` if it cannot be loaded."""
        with self._text_page(page) as (_, text_page):
            return self.characters(text_page)

    def characters(self, text_page: Any) -> str | None:
        """All characters of a loaded text page, in the order of painting."""
        if not text_page:
            return None
        amount = self._pdfium.FPDFText_CountChars(text_page)
        if amount <= 0:
            return ""
        buffer = (ctypes.c_ushort * (amount + 1))()
        written = self._pdfium.FPDFText_GetText(text_page, 0, amount, buffer)
        return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")

    @contextmanager
    def painted(self, page: int) -> Iterator[PaintedPage | None]:
        """A page (from 0) with all it paints, open until the block ends; ``None`` if it cannot be loaded."""
        from leakverify.extractors.pdf.layers import PaintedPage, Painter

        with self._text_page(page) as (loaded, text_page):
            if not loaded:
                yield None
                return
            if self._painter is None:
                self._painter = Painter(self._pdfium)
            opened_page = PaintedPage(self._painter, self._handle, page, loaded, text_page)
            try:
                yield opened_page
            finally:
                opened_page.close()

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
        owner = 0
        amount = min(pdfium.FPDFText_CountChars(text_page), CHARACTERS)
        for at in range(amount + 1):
            code = pdfium.FPDFText_GetUnicode(text_page, at) if at < amount else 32
            if code in (0x20, 0x0A, 0x0D, 0x09, 0xA0, 0x2028, 0x3000):
                if letters:
                    yield Word(_joined(letters), _around(edges), hidden, layer, unmapped)
                    letters, edges, hidden, layer, unmapped = [], [], True, -1, False
                continue
            handle = pdfium.FPDFText_GetTextObject(text_page, at)
            address = _address(handle) if handle else 0
            placed = pdfium.FPDFText_GetCharBox(text_page, at, left, right, bottom, top)
            edge = (left.value, bottom.value, right.value, top.value)
            apart = letters and edges and placed and address != owner
            if apart and (_far(edges[-1], edge) or _unlike(letters[-1], edges[-1], chr(code), edge)):
                # text painted by itself, which no blank tells from what was painted before
                yield Word(_joined(letters), _around(edges), hidden, layer, unmapped)
                letters, edges, hidden, layer, unmapped = [], [], True, -1, False
            owner = address
            if handle:
                if address not in modes:
                    modes[address] = pdfium.FPDFTextObj_GetTextRenderMode(handle) == _INVISIBLE
                hidden = hidden and modes[address]
                layer = max(layer, layers.get(address, -1))
            else:
                hidden = False
            if pdfium.FPDFText_HasUnicodeMapError(text_page, at) == 1 or code in (0, 0xFFFD):
                unmapped = True
            letters.append(chr(code) if 0 < code < 0x110000 else "\ufffd")
            if placed:
                edges.append(edge)

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
            left = [2 * _OBJECTS]
            for layer, kind, handle in self._objects(loaded, nested=False):
                self._areas(handle, kind, layer, _SAME, found, left)
            return found
        finally:
            pdfium.FPDF_ClosePage(loaded)

    def _areas(
        self,
        handle: Any,
        kind: int,
        layer: int,
        matrix: tuple[float, ...],
        found: list[Shape],
        left: list[int],
        depth: int = 0,
    ) -> None:
        """Collect the opaque areas of an object; those of a form lie where its matrices put them."""
        left[0] -= 1
        if left[0] < 0:
            return
        if kind == _FORM:
            own = self._pdfium.FS_MATRIX()
            if depth <= _NESTED and self._pdfium.FPDFPageObj_GetMatrix(handle, own):
                inner = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                for at in range(min(self._pdfium.FPDFFormObj_CountObjects(handle), _OBJECTS)):
                    part = self._pdfium.FPDFFormObj_GetObject(handle, at)
                    if part and left[0] > 0:
                        sort = self._pdfium.FPDFPageObj_GetType(part)
                        self._areas(part, sort, layer, inner, found, left, depth + 1)
        elif kind == _IMAGE or (kind == _PATH and self._filled(handle)):
            box = self._bounds(handle)
            if box is not None:
                sort = "form" if depth else "image" if kind == _IMAGE else "path"
                found.append(Shape(_moved(box, matrix), layer, sort))

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
    pdfium, _ = library()
    handle = pdfium.FPDF_LoadMemDocument64(data, end, None)
    if not handle:
        yield "encrypted" if pdfium.FPDF_GetLastError() == _PASSWORD else "malformed"
        return
    try:
        yield Document(pdfium, handle)
    finally:
        pdfium.FPDF_CloseDocument(handle)


def _product(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    """The matrix that does ``one`` and then ``other`` (ISO 32000-2, 8.3.4)."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(box: Box, matrix: tuple[float, ...]) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across, upwards = [x for x, _ in corners], [y for _, y in corners]
    return (min(across), min(upwards), max(across), max(upwards))


def _far(one: Box, other: Box) -> bool:
    """Whether two letters are further apart than the letters of a word are."""
    reach = max(one[2] - one[0], one[3] - one[1], other[2] - other[0], other[3] - other[1])
    return (
        other[0] - one[2] > reach
        or one[0] - other[2] > reach
        or other[1] - one[3] > reach
        or one[1] - other[3] > reach
    )


def _unlike(letter: str, box: Box, other: str, other_box: Box) -> bool:
    """Whether two capitals or digits are set in sizes too different for one word."""
    if not all(char.isdigit() or char.isupper() for char in (letter, other)):
        return False
    sizes = [max(edge[2] - edge[0], edge[3] - edge[1]) for edge in (box, other_box)]
    return max(sizes) > 1.4 * max(min(sizes), 0.01)


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
