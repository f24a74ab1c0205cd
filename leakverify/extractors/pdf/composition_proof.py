"""Which of the characters that may be hidden are, as rendering shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from leakverify.extractors.pdf.composition_covers import (
    UNPAINTED,
    Candidates,
    Character,
    Cover,
    extent,
    placed,
)
from leakverify.extractors.pdf.composition_render import Picture, Renderer, Rgb, differ
from leakverify.extractors.pdf.layers import Item, PaintedPage, common_box
from leakverify.extractors.pdf.text import Box

#: points outside a cover in which the ground is looked at
_RING = 2.5
#: difference of a colour channel within which two colours are one
_ALIKE = 12
#: share of a cover's pixels that have its colour when it is plain; what is written on it has another
_PLAIN = 0.6
#: share of one colour where nothing is to be seen
_EMPTY = 0.97


@dataclass(slots=True)
class Hidden:
    """Text under one cover, proved not to be seen."""

    text: str
    box: Box
    cover: Cover
    #: the colour most of the cover shows; ``None`` when it shows many
    colour: Rgb | None
    #: the colour around the cover; ``None`` when there are many
    ground: Rgb | None
    #: what was painted on the cover in the place of the hidden text
    over: str
    #: all text of the objects it is part of
    line: str

    @property
    def look(self) -> str:
        """How the cover shows: ``as-ground``, ``dark``, ``plain`` or ``picture``."""
        if self.colour is None:
            return "picture"
        if self.ground is not None and alike(self.colour, self.ground):
            return "as-ground"
        return "dark" if sum(self.colour) <= 3 * 90 else "plain"


def proved(page: PaintedPage, found: Candidates) -> list[Hidden]:
    """The candidates that no reader can see and that would be seen without what lies on them.

    The part of the page is painted at least four times: as it is, without the texts, without
    the covers, and without both.  A character is hidden when the first two are
    the same where it stands, and the last two are not.
    """
    letters = found.characters
    texts = list({letter.item.order: letter.item for letter in letters}.values())
    covers = [cover.item for cover in found.covers if cover.item is not None and cover.note is None]
    noted = any(cover.note is not None for cover in found.covers)
    places = [common_box(cover.box, page.visible) or cover.box for cover in found.covers]
    view = Renderer(page, around([letter.box for letter in letters if letter.cover is not None] + places))
    as_is, silent = view.paint(), view.paint(without=texts)
    bare = view.paint(without=covers, notes=not noted)
    both = view.paint(without=[*covers, *texts], notes=not noted)
    recognised = any(letter.item.mode in UNPAINTED for letter in letters)
    quiet = view.paint(without=[item for item in page.items if item.kind == "text"]) if recognised else as_is
    if as_is is None or silent is None or bare is None or both is None or quiet is None:
        return []
    groups: dict[int, tuple[Cover, list[int]]] = {}
    for at, letter in enumerate(letters):
        if letter.cover is None or letter.text.isspace():
            continue
        pixels = view.area(_within(letter.box, letter.cover.box))
        unpainted = letter.item.mode in UNPAINTED
        # a viewer draws an annotation that brings no appearance; PDFium does so for some kinds only
        drawn = letter.cover.item is not None
        if drawn and not unpainted and differ(as_is, silent, pixels):
            continue
        # recognised text is never seen itself: there the cover must hide what it was read from
        if not differ(bare, as_is if unpainted else both, pixels):
            continue
        # and it must show nothing of its own there: the stencils of a scanner show the letters
        if unpainted and _main(quiet.colours(pixels), _EMPTY) is None:
            continue
        groups.setdefault(letter.cover.order, (letter.cover, []))[1].append(at)
    hidden = []
    for order in sorted(groups):
        cover, hits = groups[order]
        if not any(letters[at].text.isalnum() for at in hits):
            continue
        hits = _closed(letters, hits, cover)
        box = around([letters[at].box for at in hits])
        hidden.append(
            Hidden(
                text=joined(letters, hits),
                box=box,
                cover=cover,
                colour=cover.interior or _main(as_is.colours(view.area(cover.box)), _PLAIN),
                ground=_ground(as_is, view, cover.box),
                over=_over(page, cover, box, [letters[at] for at in hits], (as_is, view)),
                line=joined(letters, _lines(letters, hits)),
            )
        )
    return hidden


def _closed(letters: Sequence[Character], hits: Sequence[int], cover: Cover) -> list[int]:
    """The hidden characters with the points and blanks between them, which are too thin to be proved."""
    out: list[int] = []
    for at in hits:
        between = range(out[-1] + 1, at) if out and at - out[-1] <= 4 else range(0)
        if all(letters[n].cover is cover and not letters[n].text.isalnum() for n in between):
            out += between
        out.append(at)
    return out


def _lines(letters: Sequence[Character], hits: Sequence[int]) -> list[int]:
    """All characters of the objects to which the hidden ones belong."""
    orders = {letters[at].item.order for at in hits}
    return [at for at, letter in enumerate(letters) if letter.item.order in orders]


def joined(letters: Sequence[Character], hits: Sequence[int]) -> str:
    """The hidden characters as text, with a blank where others or a gap lie between them."""
    out: list[str] = []
    last = -1
    for at in hits:
        if last >= 0 and (at != last + 1 or _gap(letters[last], letters[at])):
            out.append(" ")
        out.append(letters[at].text)
        last = at
    return "".join(out)


def _gap(one: Character, other: Character) -> bool:
    if one.item is other.item:
        return False
    high = max(one.box[3] - one.box[1], other.box[3] - other.box[1], 1.0)
    apart = max(other.box[0] - one.box[2], one.box[0] - other.box[2])
    lines = max(other.box[1] - one.box[3], one.box[1] - other.box[3])
    return apart > 0.25 * high or lines > 0


def _over(
    page: PaintedPage,
    cover: Cover,
    place: Box,
    hidden: Sequence[Character],
    shown: tuple[Picture, Renderer],
) -> str:
    """Visible text that was painted on the cover, where the hidden text stands."""
    near = (place[0] - 6, place[1] - 3, place[2] + 6, place[3] + 3)
    found = []
    for note in page.annotations:
        # one that brings text of its own, or that a viewer gives its text
        draws = any(item.kind == "text" for item in note.items)
        shows = draws or (not note.items and note.subtype == "FreeText")
        first = min((item.order for item in note.items), default=cover.order)
        if shows and note.said.strip() and first >= cover.order and extent(common_box(note.box, near)) > 0:
            found.append(note.said.strip())
    later = page.items[cover.order + 1 :] if cover.note is None else []
    follows: Box | None = None
    for item in later:
        size = extent(item.box) if item.kind == "text" else 0.0
        if size <= 0 or item.mode in UNPAINTED or extent(common_box(item.box, near)) <= 0:
            continue
        laid = extent(common_box(item.box, cover.box)) >= 0.4 * size
        if follows is not None and _next(follows, item.box):
            laid = True  # a letter of its own, of a text that is longer than the cover
        follows = item.box if laid else follows
        if laid or extent(common_box(item.box, place)) >= 0.3 * extent(place):
            text = _completed(page, item, hidden, shown).strip()
            if text:
                found.append(text)
    return " ".join(found)


def _next(one: Box, other: Box) -> bool:
    """Whether a box continues the line of another without a gap."""
    high = max(one[3] - one[1], other[3] - other[1])
    level = min(one[3], other[3]) - max(one[1], other[1]) > 0
    return level and -0.1 * high <= other[0] - one[2] <= 0.25 * high


def _completed(
    page: PaintedPage, item: Item, hidden: Sequence[Character], shown: tuple[Picture, Renderer]
) -> str:
    """The text of an object, with the characters that the text page holds once for two objects.

    PDFium takes a character that is painted again in the same font and place for a shadow, and leaves the
    second one out.  It is told by the ink that is seen where the hidden character stands.
    """
    twice = []
    if any(letter.item.font == item.font for letter in hidden):
        view = shown[1]
        own = list(placed(page, item))
        for letter in hidden:
            if letter.item.font != item.font or not letter.text.isalnum():
                continue
            if extent(common_box(letter.box, item.box)) < 0.5 * extent(letter.box):
                continue
            if any(extent(common_box(letter.box, other[1])) > 0.1 * extent(letter.box) for other in own):
                continue
            if _main(shown[0].colours(view.area(letter.box)), _EMPTY) is None:
                twice.append((letter.text, letter.box))
        if twice:
            both = sorted([*own, *twice], key=lambda one: one[1][0])
            return "".join(text for text, _ in both)
    return item.text


def _ground(picture: Picture, view: Renderer, box: Box) -> Rgb | None:
    left, bottom, right, top = box
    met: Counter[Rgb] = Counter()
    for strip in (
        (left - _RING, bottom, left - 0.6, top),
        (right + 0.6, bottom, right + _RING, top),
        (left, bottom - _RING, right, bottom - 0.6),
        (left, top + 0.6, right, top + _RING),
    ):
        met.update(picture.colours(view.area(strip)))
    return _main(met, 0.5)


def _main(met: Counter[Rgb], share: float) -> Rgb | None:
    """The colour that makes up at least a share of the pixels, with what is like it."""
    if not met:
        return None
    colour = min(met, key=lambda one: (-met[one], one))
    total = sum(met.values())
    return colour if sum(n for other, n in met.items() if alike(colour, other)) >= share * total else None


def alike(one: Rgb, other: Rgb) -> bool:
    return all(abs(first - second) <= _ALIKE for first, second in zip(one, other, strict=True))


def _within(box: Box, cover: Box) -> Box:
    """The part of a character under its cover, less the seam that is smoothed."""
    shared = common_box(box, cover) or box
    across = min(0.3, 0.15 * (shared[2] - shared[0]))
    up = min(0.3, 0.15 * (shared[3] - shared[1]))
    return (shared[0] + across, shared[1] + up, shared[2] - across, shared[3] - up)


def around(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
