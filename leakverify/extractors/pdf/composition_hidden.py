"""Text that is painted so that nobody can see it, and what of it is a layer of recognised text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from leakverify.extractors.pdf.composition_covers import SCAN, UNPAINTED, extent, share
from leakverify.extractors.pdf.composition_proof import around
from leakverify.extractors.pdf.composition_render import Renderer, differ
from leakverify.extractors.pdf.layers import Colour, Item, PaintedPage, common_box
from leakverify.extractors.pdf.text import Box

#: height in points below which text cannot be read
TINY = 1.5
#: text of at least this value in every channel is white to the eye
_WHITE = 245
#: an alpha that shows nothing
_CLEAR = 8
#: ways of hiding that are proved by rendering
_RENDERED = ("clipped", "as-ground")
#: comparisons of text with what is under it, per page
_COMPARISONS = 200_000
#: texts of one page that are looked at for being hidden
_TEXTS = 5_000


@dataclass(slots=True)
class Unseen:
    """Text nobody sees. ``how``: unpainted, clear, tiny, off-page, clipped, as-ground."""

    how: str
    items: list[Item] = field(default_factory=list)

    @property
    def box(self) -> Box:
        return around([item.box for item in self.items])

    @property
    def text(self) -> str:
        return " ".join(filter(None, (item.text.strip() for item in self.items)))


def recognised(page: PaintedPage) -> int:
    """Characters of unpainted text laid on a picture of the page: what character recognition adds."""
    images = _images(page)
    if not images:
        return 0
    spread = _scan(page, images)
    total = 0
    for item in page.items:
        if item.kind == "text" and _clear(item) and (spread or _on(item, images)):
            run = item.run
            total += 0 if run is None else run.length
    return total


def suspects(page: PaintedPage) -> list[Unseen]:
    """Runs of text that should not be visible by their order, place, size and colour."""
    if "suspects" not in page.kept:
        page.kept["suspects"] = _suspects(page)
    kept: list[Unseen] = page.kept["suspects"]
    return kept


def _suspects(page: PaintedPage) -> list[Unseen]:
    found: list[Unseen] = []
    texts = [item for item in page.items if item.kind == "text"]
    if not texts:
        return []
    images = _images(page)
    spread = _scan(page, images)
    grounds = _Grounds(page)
    seen = 0
    for item in texts:
        how = _how(page, item, images, spread, grounds)
        if how is None or not any(letter.isalnum() for letter in item.text):
            continue
        seen += 1
        if seen > _TEXTS:
            break
        if found and found[-1].how == how and item.order - found[-1].items[-1].order <= 3:
            found[-1].items.append(item)
        else:
            found.append(Unseen(how, [item]))
    return found


def plain(page: PaintedPage) -> list[Unseen]:
    """Those that need no rendering: what is not painted, or not on the page, or too small to be read."""
    return [one for one in suspects(page) if one.how not in _RENDERED]


def doubtful(page: PaintedPage) -> list[Unseen]:
    """Those that only rendering can prove."""
    return [one for one in suspects(page) if one.how in _RENDERED]


def unseen(page: PaintedPage) -> Iterator[Unseen]:
    """The doubtful ones that make no difference to the rendered page."""
    found = doubtful(page)
    boxes = [item.box for one in found for item in one.items]
    if not boxes:
        return
    view = Renderer(page, around([common_box(box, page.visible) or box for box in boxes]))
    as_is = view.paint()
    silent = view.paint(without=[item for one in found for item in one.items])
    if as_is is None or silent is None:
        return
    for one in found:
        kept = [item for item in one.items if not differ(as_is, silent, view.area(item.box))]
        if kept:
            yield Unseen(one.how, kept)


def last(page: PaintedPage, one: Unseen) -> bool:
    """Whether no visible text is painted after it, as when it was added to a finished page."""
    order = one.items[0].order
    own = {item.order for item in one.items}
    return not any(
        item.kind == "text" and item.order not in own and not _clear(item) and item.text.strip()
        for item in page.items[order + 1 :]
    )


def instead(page: PaintedPage, one: Unseen) -> str:
    """Visible text that stands where the unseen text does."""
    found = []
    place = one.box
    own = {item.order for item in one.items}
    for item in page.items:
        if item.kind != "text" or item.order in own or extent(common_box(item.box, place)) <= 0:
            continue
        covered = sum(extent(common_box(item.box, hidden.box)) for hidden in one.items)
        if covered >= 0.3 * min(extent(item.box), extent(place)) and not _clear(item):
            text = item.text.strip()
            if text:
                found.append(text)
    return " ".join(found)


def _how(page: PaintedPage, item: Item, images: list[Box], spread: bool, grounds: _Grounds) -> str | None:
    box = item.box
    if _clear(item):
        if spread or _on(item, images):
            return None  # recognised text, laid on the picture it was read from
        return "unpainted" if item.mode in UNPAINTED else "clear"
    shown = page.visible
    if box[2] < shown[0] - 1 or box[0] > shown[2] + 1 or box[3] < shown[1] - 1 or box[1] > shown[3] + 1:
        return "off-page"
    if extent(box) > 0 and min(box[2] - box[0], box[3] - box[1]) < TINY and 0 < item.size < TINY:
        return "tiny"
    if grounds.hide(item):
        return "as-ground"
    clip = item.clip
    if clip is not None and extent(box) > 0 and extent(common_box(box, clip)) <= 0:
        return "clipped"
    return None


def _clear(item: Item) -> bool:
    if item.mode in UNPAINTED:
        return True
    fill = item.fill
    return item.mode == 0 and fill is not None and fill[3] <= _CLEAR


def _images(page: PaintedPage) -> list[Box]:
    """Pictures large enough to have been read by character recognition."""
    return [item.box for item in page.items if item.kind == "image" and extent(item.box) > 400]


def _scan(page: PaintedPage, images: list[Box]) -> bool:
    return share(page, images) >= SCAN


def _on(item: Item, images: list[Box]) -> bool:
    across, up = (item.box[0] + item.box[2]) / 2, (item.box[1] + item.box[3]) / 2
    return any(box[0] <= across <= box[2] and box[1] <= up <= box[3] for box in images[:200])


class _Grounds:
    """What lies under a text, by the shapes painted before it."""

    def __init__(self, page: PaintedPage) -> None:
        self._shapes: list[tuple[Item, Colour | None]] = []
        self._colours: set[tuple[int, int, int]] = set()
        self._left = _COMPARISONS
        for item in page.items:
            wide, high = item.box[2] - item.box[0], item.box[3] - item.box[1]
            if item.kind == "text" or wide < 4 or high < 4:
                continue
            if item.kind == "path" and not item.filled:
                continue
            colour = item.fill if item.kind == "path" else None
            self._shapes.append((item, colour))
            if colour is not None:
                self._colours.add(colour[:3])

    def hide(self, item: Item) -> bool:
        """Whether a text has the colour of what it is painted on."""
        fill = item.fill
        if item.mode not in (0, 4) or fill is None:
            return False
        white = min(fill[:3]) >= _WHITE
        if not white and fill[:3] not in self._colours:
            return False
        across, up = (item.box[0] + item.box[2]) / 2, (item.box[1] + item.box[3]) / 2
        under: Colour | None = (255, 255, 255, 255)
        for shape, colour in self._shapes:
            if shape.order > item.order:
                break
            self._left -= 1
            if self._left < 0:
                return False
            box = shape.box
            if box[0] <= across <= box[2] and box[1] <= up <= box[3]:
                under = colour
        return under is not None and all(abs(a - b) <= 10 for a, b in zip(fill[:3], under[:3], strict=True))
