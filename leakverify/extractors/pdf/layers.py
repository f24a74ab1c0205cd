"""What one page paints: every object in the order of painting, with what PDFium tells of it.

Form XObjects are opened in place, so the objects inside one stand where the
form is drawn and their boxes are on the page.  Annotations are drawn after the
page and are kept apart.  Everything beyond kind and box is asked of PDFium when
it is used for the first time, because most objects of a page are never looked
at again.  Handles live as long as the page is open.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar, overload

from leakverify.extractors.pdf.painter import Colour, Matrix, Painter, address, common_box, moved, product
from leakverify.extractors.pdf.text import Box

__all__ = [
    "Annotation",
    "Colour",
    "Form",
    "Item",
    "Matrix",
    "PaintedPage",
    "Painter",
    "Run",
    "address",
    "common_box",
    "moved",
    "product",
]

#: objects of one page that are listed
OBJECTS = 20_000
#: forms inside forms that are opened
NESTED = 6
#: annotations of one page that are looked at
_NOTES = 300
#: characters of one page that are told apart by the object that paints them
_CHARACTERS = 60_000

#: flags of an annotation that keep it from the screen: Hidden and NoView (ISO 32000-2 table 167)
_UNSEEN = 2 | 32
_SUBTYPES = dict(
    enumerate(
        "unknown Text Link FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly "
        "StrikeOut Stamp Caret Ink Popup FileAttachment Sound Movie Widget Screen PrinterMark TrapNet "
        "Watermark 3D RichMedia XFAWidget Redact".split()
    )
)
_KINDS = {1: "text", 2: "path", 3: "image", 4: "shading"}
_FORM = 5


_Value = TypeVar("_Value")


class _lazy(Generic[_Value]):  # noqa: N801 - it is used as a decorator
    """An attribute that is computed once. ``functools.cached_property`` takes a lock each time."""

    def __init__(self, compute: Callable[[Any], _Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, _: Any = None) -> _lazy[_Value]: ...
    @overload
    def __get__(self, holder: object, _: Any = None) -> _Value: ...
    def __get__(self, holder: Any, _: Any = None) -> Any:
        if holder is None:
            return self
        value = holder.__dict__[self._name] = self._compute(holder)
        return value


class Run(NamedTuple):
    """Characters of the text page, one after the other, that one object paints."""

    start: int
    length: int


class Form:
    """A form XObject that is being drawn: how it is placed, and what it does to all inside."""

    __slots__ = ("_painter", "depth", "handle", "matrix", "parent")

    def __init__(self, painter: Painter, handle: Any, parent: Form | None, matrix: Matrix) -> None:
        self._painter = painter
        self.handle = handle
        self.parent = parent
        self.depth: int = 1 if parent is None else parent.depth + 1
        self.matrix = matrix

    @property
    def alpha(self) -> int:
        if not self.handle:
            return 255
        colour = self._painter.colour(self.handle)
        own = 255 if colour is None else colour[3]
        return own if self.parent is None else min(own, self.parent.alpha)

    @property
    def grouped(self) -> bool:
        """A transparency group, a soft mask or a blend mode: PDFium does not say which."""
        own = bool(self.handle) and bool(self._painter.pdfium.FPDFPageObj_HasTransparency(self.handle))
        return own or (self.parent is not None and self.parent.grouped)

    @property
    def clip(self) -> Box | None:
        own = self._painter.clip(self.handle) if self.handle else None
        if self.parent is None:
            return own
        if own is not None:
            own = moved(own, self.parent.matrix)
        return common_box(own, self.parent.clip)

    @property
    def marks(self) -> tuple[str, ...]:
        own = self._painter.marks(self.handle) if self.handle else ()
        return own if self.parent is None else (*self.parent.marks, *own)


class Item:
    """One object that is painted. Boxes in points of the page, before its rotation."""

    def __init__(
        self, page: PaintedPage, handle: Any, kind: str, order: int, box: Box, within: Form | None
    ) -> None:
        self._page = page
        self._painter = page.painter
        self.handle = handle
        #: ``text``, ``path``, ``image`` or ``shading``
        self.kind = kind
        #: place in the order of painting, from 0
        self.order = order
        #: left, bottom, right, top, after all matrices; not clipped
        self.box = box
        self.within = within

    @property
    def form(self) -> int:
        """How many form XObjects it is inside of."""
        return 0 if self.within is None else self.within.depth

    @property
    def run(self) -> Run | None:
        """Its characters on the text page; ``None`` when it has none, or they are out of order."""
        return self._page.runs.get(address(self.handle))

    @_lazy
    def text(self) -> str:
        run = self.run
        return "" if run is None else self._page.characters(run)

    @_lazy
    def font(self) -> str:
        """Base font as named in the file, with its subset tag."""
        return self._painter.font(self.handle) if self.kind == "text" else ""

    @_lazy
    def matrix(self) -> Matrix:
        own = self._painter.matrix(self.handle)
        return own if self.within is None else product(own, self.within.matrix)

    @_lazy
    def size(self) -> float:
        """Height of the font in points of the page."""
        if self.kind != "text":
            return 0.0
        matrix = self.matrix
        return abs(self._painter.size(self.handle)) * math.hypot(matrix[2], matrix[3])

    @_lazy
    def mode(self) -> int:
        """Text rendering mode (ISO 32000-2 table 104); 3 paints nothing."""
        return (
            int(self._painter.pdfium.FPDFTextObj_GetTextRenderMode(self.handle)) if self.kind == "text" else 0
        )

    @_lazy
    def fill(self) -> Colour | None:
        """Red, green, blue, alpha from 0 to 255; black when PDFium cannot tell a pattern's colour."""
        return self._painter.colour(self.handle)

    @_lazy
    def stroke(self) -> Colour | None:
        return self._painter.colour(self.handle, stroke=True)

    @_lazy
    def _draws(self) -> tuple[bool, bool]:
        return self._painter.draws(self.handle) if self.kind == "path" else (False, False)

    @property
    def filled(self) -> bool:
        return self._draws[0]

    @property
    def stroked(self) -> bool:
        return self._draws[1]

    @_lazy
    def points(self) -> int:
        """Points of the outline of a path."""
        return (
            max(int(self._painter.pdfium.FPDFPath_CountSegments(self.handle)), 0)
            if self.kind == "path"
            else 0
        )

    @_lazy
    def width(self) -> float:
        """Width of the line in points of the page."""
        matrix = self.matrix
        scale = abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])
        return self._painter.width(self.handle) * math.sqrt(scale)

    @_lazy
    def blend(self) -> bool:
        """Whether it lets through what is under it: a blend mode, a soft mask or an alpha of its own."""
        return bool(self._painter.pdfium.FPDFPageObj_HasTransparency(self.handle))

    @_lazy
    def clip(self) -> Box | None:
        """What all clip paths leave of it, forms' included; ``None`` when nothing clips it."""
        own = self._painter.clip(self.handle)
        if self.within is None:
            return own
        if own is not None:
            own = moved(own, self.within.matrix)
        return common_box(own, self.within.clip)

    @_lazy
    def marks(self) -> tuple[str, ...]:
        """Tags of the marked content around it, outermost first."""
        own = self._painter.marks(self.handle)
        return own if self.within is None else (*self.within.marks, *own)

    @property
    def seen(self) -> Box:
        """Its box after clipping; without width or height when nothing is left."""
        return self.box if self.clip is None else common_box(self.box, self.clip) or self.box


@dataclass(slots=True)
class Annotation:
    """An annotation that is drawn on the page. ``items`` are the objects of its appearance."""

    index: int
    subtype: str
    box: Box
    #: colour of its inside when it has one and no appearance of its own
    interior: Colour | None
    #: its text; the text page does not hold what its appearance shows
    said: str = ""
    items: list[Item] = field(default_factory=list)


class PaintedPage:
    """One page while it is open. Get it from :func:`leakverify.extractors.pdf.painted.page_contents`."""

    def __init__(self, painter: Painter, document: Any, index: int, handle: Any, text: Any) -> None:
        pdfium = painter.pdfium
        self.painter = painter
        self.pdfium = pdfium
        self.document = document
        #: from 0
        self.index = index
        #: FPDF_PAGE and FPDF_TEXTPAGE; the latter is ``None`` when there is no text to be had
        self.handle = handle
        self.text_handle = text
        #: what a room found out about the page and asks for again
        self.kept: dict[str, Any] = {}
        #: whether all objects of the page were listed
        self.whole = True
        #: index of an annotation -> the box of its appearance, before it is fitted into its place
        self.frame: Callable[[int], Box | None] = lambda _: None
        self._notes: list[Any] = []

    def close(self) -> None:
        """Give back what was opened. Nothing of the page may be asked after this."""
        for note in self._notes:
            self.pdfium.FPDFPage_CloseAnnot(note)
        self._notes.clear()

    @_lazy
    def size(self) -> tuple[float, float]:
        """Width and height in points, as it is turned for the reader."""
        pdfium = self.pdfium
        return (pdfium.FPDF_GetPageWidthF(self.handle), pdfium.FPDF_GetPageHeightF(self.handle))

    @_lazy
    def rotation(self) -> int:
        """Degrees clockwise."""
        return 90 * (int(self.pdfium.FPDFPage_GetRotation(self.handle)) % 4)

    @_lazy
    def visible(self) -> Box:
        """The part of the page that is shown, in the coordinates of the items."""
        rectangle = self.pdfium.FS_RECTF()
        if self.pdfium.FPDF_GetPageBoundingBox(self.handle, rectangle):
            return (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        return (0.0, 0.0, *self.size)

    @_lazy
    def items(self) -> list[Item]:
        """What the page paints, in this order, annotations not included."""
        pdfium = self.pdfium
        found: list[Item] = []
        amount = pdfium.FPDFPage_CountObjects(self.handle)
        self._list((pdfium.FPDFPage_GetObject(self.handle, at) for at in range(amount)), None, found)
        return found

    def _list(self, handles: Iterator[Any], within: Form | None, found: list[Item]) -> None:
        pdfium, painter = self.pdfium, self.painter
        for handle in handles:
            if len(found) >= OBJECTS:
                self.whole = False
                return
            if not handle:
                continue
            number = pdfium.FPDFPageObj_GetType(handle)
            kind = _KINDS.get(number)
            if kind is not None:
                box = painter.bounds(handle)
                if box is not None:
                    if within is not None:
                        box = moved(box, within.matrix)
                    found.append(Item(self, handle, kind, len(found), box, within))
            elif number == _FORM:
                if within is not None and within.depth >= NESTED:
                    self.whole = False
                    continue
                matrix = painter.matrix(handle)
                if within is not None:
                    matrix = product(matrix, within.matrix)
                self._list(self._inside(handle), Form(painter, handle, within, matrix), found)

    @_lazy
    def annotations(self) -> list[Annotation]:
        """Annotations that are shown, links and pop-ups left out, in the order of drawing.

        Their objects follow those of the page in the order of painting.
        """
        pdfium = self.pdfium
        found: list[Annotation] = []
        order = len(self.items)
        amount = max(pdfium.FPDFPage_GetAnnotCount(self.handle), 0)
        if amount > _NOTES:
            self.whole = False
        for at in range(min(amount, _NOTES)):
            note = pdfium.FPDFPage_GetAnnot(self.handle, at)
            if not note:
                continue
            self._notes.append(note)
            subtype = _SUBTYPES.get(pdfium.FPDFAnnot_GetSubtype(note), "other")
            rectangle = pdfium.FS_RECTF()
            if subtype in ("Link", "Popup") or pdfium.FPDFAnnot_GetFlags(note) & _UNSEEN:
                continue
            if not pdfium.FPDFAnnot_GetRect(note, rectangle):
                continue
            across = sorted((rectangle.left, rectangle.right))
            up = sorted((rectangle.bottom, rectangle.top))
            box = (across[0], up[0], across[1], up[1])
            if not all(-1e6 < edge < 1e6 for edge in box):
                continue
            items: list[Item] = []
            parts = max(pdfium.FPDFAnnot_GetObjectCount(note), 0)
            self._list((pdfium.FPDFAnnot_GetObject(note, part) for part in range(parts)), None, items)
            said = self._said(note, subtype)
            if items:
                frame = self.frame(at) or _around([item.box for item in items])
                within = Form(self.painter, None, None, _fitted(frame, box))
                items = [self._placed(item, within, order + n) for n, item in enumerate(items)]
                order += len(items)
                found.append(Annotation(at, subtype, box, None, said, items))
            else:
                found.append(Annotation(at, subtype, box, self._interior(note, subtype), said))
        return found

    def _placed(self, item: Item, within: Form, order: int) -> Item:
        """An object of an appearance where the annotation puts it."""
        inner = item.within
        if inner is not None:
            within = Form(self.painter, inner.handle, within, product(inner.matrix, within.matrix))
        return Item(self, item.handle, item.kind, order, moved(item.box, within.matrix), within)

    def _interior(self, note: Any, subtype: str) -> Colour | None:
        """The colour a viewer fills an annotation with that brings no appearance."""
        pdfium = self.pdfium
        key = {"FreeText": b"C", "Square": b"IC", "Circle": b"IC", "Polygon": b"IC", "Redact": b"IC"}.get(
            subtype
        )
        if key is None or not pdfium.FPDFAnnot_HasKey(note, key):
            return None
        opacity = ctypes.c_float()
        if pdfium.FPDFAnnot_GetNumberValue(note, b"CA", opacity) and opacity.value < 0.98:
            return None
        kind = pdfium.FPDFANNOT_COLORTYPE_Color if key == b"C" else pdfium.FPDFANNOT_COLORTYPE_InteriorColor
        parts = [ctypes.c_uint() for _ in range(4)]
        if not pdfium.FPDFAnnot_GetColor(note, kind, *parts):
            return None
        red, green, blue, alpha = (part.value for part in parts)
        return (red, green, blue, alpha)

    def _said(self, note: Any, subtype: str) -> str:
        """The text of an annotation or the value of a field, as the file states it beside the drawing."""
        buffer = (ctypes.c_ushort * 1000)()
        key = b"V" if subtype == "Widget" else b"Contents"
        length = self.pdfium.FPDFAnnot_GetStringValue(note, key, buffer, 2000)
        return bytes(buffer)[: max(min(length, 2000) - 2, 0)].decode("utf-16-le", "replace")

    def _inside(self, form: Any) -> Iterator[Any]:
        for at in range(max(self.pdfium.FPDFFormObj_CountObjects(form), 0)):
            yield self.pdfium.FPDFFormObj_GetObject(form, at)

    @_lazy
    def runs(self) -> dict[int, Run]:
        """Address of a text object -> its characters.

        The text page keeps the characters of an object together, so it is
        enough to ask at the two ends of a stretch whether one object paints all of
        it.
        """
        if self.text_handle is None:
            return {}
        of = self.painter.object_of
        page = address(self.text_handle)
        amount = min(max(self.pdfium.FPDFText_CountChars(self.text_handle), 0), _CHARACTERS)
        found: dict[int, Run] = {}
        at, step = 0, 8
        while at < amount:
            here = of(page, at)
            if not here:  # a blank or line end that no object paints
                at += 1
                continue
            # the last character known to be of this object, and the first known not to be
            inside, outside = at, amount
            while True:
                probe = min(inside + step, amount - 1)
                if probe <= inside:
                    break
                if of(page, probe) == here:
                    inside, step = probe, step * 2
                else:
                    outside = probe
                    break
            while outside - inside > 1:
                middle = (inside + outside) // 2
                if of(page, middle) == here:
                    inside = middle
                else:
                    outside = middle
            if here not in found:
                found[here] = Run(at, inside + 1 - at)
            step = max((inside + 1 - at), 1)
            at = inside + 1
        return found

    def characters(self, run: Run) -> str:
        """The text of some characters of the text page."""
        buffer = (ctypes.c_ushort * (run.length + 1))()
        written = self.pdfium.FPDFText_GetText(self.text_handle, run.start, run.length, buffer)
        return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _fitted(frame: Box, place: Box) -> Matrix:
    """What scales and moves one box into another (ISO 32000-2 12.5.5, algorithm 8)."""
    wide, high = frame[2] - frame[0], frame[3] - frame[1]
    across = (place[2] - place[0]) / wide if wide > 1e-6 else 1.0
    up = (place[3] - place[1]) / high if high > 1e-6 else 1.0
    return (across, 0.0, 0.0, up, place[0] - across * frame[0], place[1] - up * frame[1])
