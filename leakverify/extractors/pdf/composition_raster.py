"""Pages that are a picture: live text set on it, and smaller pictures pasted on it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from leakverify.extractors.pdf.composition_covers import extent, raster
from leakverify.extractors.pdf.composition_proof import alike, around
from leakverify.extractors.pdf.composition_render import Renderer, Rgb
from leakverify.extractors.pdf.layers import Item, PaintedPage, common_box
from leakverify.extractors.pdf.text import Box

#: share of the height, at top and bottom, where numbers, stamps and fax headers stand
_EDGE = 0.07
#: characters and lines of live text from which a letter may have been set on the picture
_CHARACTERS, _LINES = 60, 2
#: grey from which paper is light
_LIGHT = 200
#: value of the darkest channel below which a pixel is ink or colour
_INKED = 150
#: share of the page that a pasted picture may take
_SMALL = (0.0001, 0.1)
_PATCHES = 40


@dataclass(slots=True)
class Live:
    """Visible text set on a picture of a page."""

    raster: Item
    texts: list[Item]

    @property
    def box(self) -> Box:
        return around([item.box for item in self.texts])


@dataclass(slots=True)
class Paper:
    """The picture where the text stands. ``kind``: scan, blank or picture."""

    kind: str
    #: share of the picture that is dark or coloured, text left out
    ink: float


def live(page: PaintedPage) -> Live | None:
    """Visible text in the body of a page that is a picture, painted on that picture."""
    picture = raster(page)
    if picture is None:
        return None
    shown = page.visible
    high = shown[3] - shown[1]
    low, up = shown[1] + _EDGE * high, shown[3] - _EDGE * high
    texts = []
    lines: set[int] = set()
    total = 0
    for item in page.items[picture.order + 1 :]:
        if item.kind != "text" or item.mode not in (0, 1, 2) or (item.fill or (0, 0, 0, 255))[3] < 250:
            continue
        middle = (item.box[1] + item.box[3]) / 2
        run = item.run
        if run is None or not low <= middle <= up:
            continue
        texts.append(item)
        total += run.length
        lines.add(round(middle / 4))
    if total < _CHARACTERS or len(lines) < _LINES:
        return None
    return Live(picture, texts)


def paper(page: PaintedPage, found: Live) -> Paper | None:
    """What the picture shows under the text."""
    view = Renderer(page, page.visible)
    bare = view.paint(without=[item for item in page.items if item.kind == "text"])
    if bare is None:
        return None
    light = even = looked = 0
    for item in found.texts[:400]:
        met = bare.colours(view.area(item.box), 400)
        total = sum(met.values())
        if not total:
            continue
        looked += 1
        main = min(met, key=lambda one: (-met[one], one))
        near = sum(count for colour, count in met.items() if _close(colour, main, 24))
        light += min(main) >= _LIGHT and near >= 0.97 * total
        even += met[main] >= 0.97 * total
    every = bare.colours(view.area(page.visible), 200_000)
    total = max(sum(every.values()), 1)
    dark = sum(count for colour, count in every.items() if min(colour) < _INKED)
    if not looked or light < 0.9 * looked:
        return Paper("picture", dark / total)
    return Paper("blank" if even >= 0.6 * looked else "scan", dark / total)


def _close(one: Rgb, other: Rgb, by: int) -> bool:
    return alike(one, other) or all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def patches(page: PaintedPage) -> list[tuple[Item, Item]]:
    """(pasted picture, the page's picture) for small pictures on it that are coded another way."""
    ground = raster(page)
    if ground is None:
        return []
    whole = max(extent(page.visible), 1.0)
    base = coding(page, ground)
    found = []
    for item in page.items[ground.order + 1 :]:
        if item.kind != "image" or not _SMALL[0] <= extent(item.box) / whole <= _SMALL[1]:
            continue
        if extent(common_box(item.box, ground.box)) < 0.95 * extent(item.box) or item.blend:
            continue
        own = coding(page, item)
        if own[0] != "mask" and own != base:
            found.append((item, ground))
        if len(found) >= _PATCHES:
            break
    return found


def coding(page: PaintedPage, item: Item) -> tuple[str, int, int, int]:
    """(coding, width and height in pixels, pixels per inch across)."""
    pdfium = page.pdfium
    described = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(item.handle, page.handle, described):
        return ("unknown", 0, 0, 0)
    name = ctypes.create_string_buffer(64)
    amount = pdfium.FPDFImageObj_GetImageFilterCount(item.handle)
    length = pdfium.FPDFImageObj_GetImageFilter(item.handle, amount - 1, name, 64) if amount > 0 else 0
    coded = name.raw[: max(min(length, 64) - 1, 0)].decode("latin-1") or "none"
    if described.bits_per_pixel == 1:
        coded = "mask"
    across = max(item.box[2] - item.box[0], 0.01)
    return (coded, described.width, described.height, round(72 * described.width / across))
