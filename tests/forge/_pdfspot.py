"""A visible figure of a real page: where it stands, how it is set, on what colour."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.forge._pdfpages import AMOUNT, NUMBER, other_amount
from tests.forge.recipe import Truth
from tests.forge.tools import DoesNotApply

Box = tuple[float, float, float, float]

#: pages looked at, figures tried before a document is given up, and characters of a page that are read
_PAGES, _TRIES, _LENGTH = 8, 12, 20_000


@dataclass(frozen=True, slots=True)
class Spot:
    """One figure on a page. ``page`` from 0; ``box`` in points of user space; ``paper`` the colour round it."""

    page: int
    text: str
    box: Box
    font: str
    paper: tuple[float, float, float]
    #: the page shows these characters in this order nowhere else
    once: bool

    @property
    def size(self) -> float:
        """The size at which digits of common faces are as high as these (digits are 0.72 em high)."""
        return max(round((self.box[3] - self.box[1]) / 0.72, 1), 4.0)

    @property
    def alike(self) -> str:
        """The base font that looks most like the one of the figure, as a forger would choose."""
        name = self.font.lower()
        if any(part in name for part in ("mono", "courier", "consol", "cmtt")):
            return "Courier"
        bold = "-Bold" if "bold" in name or name.startswith("cmbx") else ""
        if any(part in name for part in ("times", "serif", "roman", "cmr", "cmbx", "garamond", "georgia")):
            return f"Times{bold or '-Roman'}"
        return f"Helvetica{bold}"

    def grown(self, by: float = 1.5) -> Box:
        left, bottom, right, top = self.box
        return left - by, bottom - by, right + by, top + by

    def truth(self, after: str, *, gone: bool = False) -> Truth:
        """What was done here; ``gone`` when the bytes no longer hold the figure."""
        return Truth(page=self.page + 1, before="" if gone else self.text, after=after, box=self.box)


def opened(data: bytes) -> Any:
    """The document in PDFium. Raises ``DoesNotApply``. Close it."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) == 0:
            raise DoesNotApply("no page")
    except pypdfium2.PdfiumError as error:
        raise DoesNotApply(f"not readable: {error}") from error
    return document


def spots(data: bytes, seed: int, *, most: int = _TRIES) -> Iterator[Spot]:
    """Visible figures of the first pages, amounts before other numbers, in an order drawn by ``seed``.

    Raises ``DoesNotApply`` when no page shows one.
    """
    document = opened(data)
    found = False
    try:
        for page, start, end in _figures(document, seed)[:most]:
            spot = _spot(document, page, start, end)
            if spot is not None:
                found = True
                yield spot
    finally:
        document.close()
    if not found:
        raise DoesNotApply("no visible figure on the first pages")


def spot(data: bytes, seed: int) -> tuple[Spot, str]:
    """The first such figure, and another one to put in its place."""
    chosen = next(spots(data, seed))
    return chosen, other_amount(chosen.text, seed)


def _figures(document: Any, seed: int) -> list[tuple[int, int, int]]:
    """(page, first character, character after the last) of amounts, or else of numbers."""
    pages = []
    for number in range(min(len(document), _PAGES)):
        try:
            pages.append(document[number].get_textpage().get_text_range()[:_LENGTH])
        except Exception:
            pages.append("")
    for pattern in (AMOUNT, NUMBER):
        shown = [(n, m.start(), m.end()) for n, text in enumerate(pages) for m in pattern.finditer(text)]
        if shown:
            random.Random(seed).shuffle(shown)
            return shown
    return []


def _spot(document: Any, page: int, start: int, end: int) -> Spot | None:
    """The figure, when it is set upright on one line, lies on the page and can be seen there."""
    shown = document[page]
    if shown.get_rotation():
        return None
    words = shown.get_textpage()
    text = words.get_text_range()[start:end]
    boxes = [box for box in (words.get_charbox(i) for i in range(start, end)) if box[2] > box[0]]
    if len(boxes) < sum(c.isdigit() for c in text) or not text.isprintable():
        return None
    box = (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
    height = box[3] - box[1]
    wide = 0.2 * len(text) < (box[2] - box[0]) / max(height, 0.1) < 1.6 * len(text) + 2
    crop = shown.get_cropbox()
    inside = crop[0] < box[0] and crop[1] < box[1] and crop[2] > box[2] and crop[3] > box[3]
    if not 3 < height < 60 or not wide or not inside:
        return None
    paper = _paper(shown, box, crop)
    if paper is None:
        return None
    solid = "".join(words.get_text_range()[:_LENGTH].split())
    return Spot(page, text, box, _font(words, start), paper, solid.count("".join(text.split())) == 1)


def _font(words: Any, index: int) -> str:
    import ctypes

    from pypdfium2 import raw

    name, flags = ctypes.create_string_buffer(96), ctypes.c_int()
    raw.FPDFText_GetFontInfo(words, index, name, 96, ctypes.byref(flags))
    return name.value.decode("latin-1")


def _paper(page: Any, box: Box, crop: Box) -> tuple[float, float, float] | None:
    """The colour just outside the box, ``None`` when nothing can be seen inside it."""
    import pypdfium2

    margins = (box[0] - 2 - crop[0], box[1] - 2 - crop[1], crop[2] - box[2] - 2, crop[3] - box[3] - 2)
    try:
        image = page.render(scale=2, crop=tuple(max(m, 0) for m in margins)).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, ValueError):
        return None
    colours = image.getcolors(1 << 20) or []
    if len(colours) < 2:
        return None
    edge = image.getpixel((0, 0))
    seen = sum(n for n, c in colours if sum(abs(a - b) for a, b in zip(c, edge, strict=True)) > 150)
    if seen < 0.02 * image.width * image.height:
        return None
    return edge[0] / 255, edge[1] / 255, edge[2] / 255


def bare_box(data: bytes, page: int, wanted: Box) -> Box:
    """A box of that size where the page shows nothing: ``wanted``, or another place near an edge.

    A note that hides words by accident is no ordinary note.  Raises ``DoesNotApply`` when there is no room.
    """
    width, height = wanted[2] - wanted[0], wanted[3] - wanted[1]
    document = opened(data)
    try:
        shown = document[page]
        if shown.get_rotation():
            return wanted
        left, bottom, right, top = shown.get_cropbox()
        columns = [wanted[0], left + 12, (left + right - width) / 2, right - width - 12]
        rows = [wanted[1], bottom + 8, top - height - 8, bottom + (top - bottom) * 0.35, (bottom + top) / 2]
        for low in rows:
            for start in columns:
                box = (start, low, start + width, low + height)
                if _bare(shown, box, (left, bottom, right, top)):
                    return box
    finally:
        document.close()
    raise DoesNotApply("no room on the page")


def _bare(page: Any, box: Box, crop: Box) -> bool:
    margins = (box[0] - crop[0], box[1] - crop[1], crop[2] - box[2], crop[3] - box[3])
    if min(margins) < 0:
        return False
    shades = page.render(scale=1, crop=margins, may_draw_forms=True).to_pil().convert("L").getextrema()
    unseen = page.get_textpage().get_text_bounded(*box).strip()
    return bool(shades[1] - shades[0] < 12 and not unseen)
