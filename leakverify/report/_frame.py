"""Pictures with what is drawn over them, as a page of HTML shows them.

Outlines are drawn by the page, over the picture, so that they stay sharp when
it is enlarged or printed and the picture itself stays what was drawn.  The same
picture is written into a page once and referred to after that.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakverify.evidence import Evidence, Observation, Outcome, Question
from leakverify.report._visible import visible
from leakverify.report._words import Words

if TYPE_CHECKING:
    from leakverify.picturing import Box, Picture, Pictures, Plate
    from leakverify.pixels import Place

#: pixels between what an outline is about and its line: on a part of a page, and on a whole one
_MARGIN, _WIDE = 5.0, 9.0
#: characters of text that is not seen on the page, written over its place
_LABEL = 120
#: why a document has no pictures
_MISSING = {
    "inside": "pictures-inside",
    "not-there": "pictures-not-there",
    "other-file": "pictures-other-file",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A rectangle in pixels of the picture. ``kind``: found, differs or unseen."""

    x: str
    y: str
    width: str
    height: str
    kind: str
    label: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture.

    ``uri`` is empty when the page holds it already; ``trouble`` says why there
    is none; ``first``: it begins a row.
    """

    title: str
    alt: str = ""
    anchor: str = ""
    uri: str = ""
    width: int = 0
    height: int = 0
    outlines: tuple[Outline, ...] = ()
    trouble: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """The pictures of one page side by side, and what is to be known to read them."""

    shown: tuple[Shown, ...]
    note: str


class Frame:
    """Puts the pictures of one document into words and outlines."""

    def __init__(self, pictures: Pictures | None, words: Words, met: set[str] | None) -> None:
        self._pictures = pictures
        self._words = words
        self._met = set() if met is None else met
        #: pages shown under the answer at hand
        self._here: set[tuple[int | None, int]] = set()
        self._boxes: dict[tuple[int | None, int | None], list[Box]] = {}
        self._points = False

    def turn(self, evidence: Evidence) -> None:
        """Go on to the next answer: its places are what is outlined."""
        self._here.clear()
        self._boxes.clear()
        pointing = evidence.outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL)
        self._points = pointing and evidence.question is Question.CONTENT
        for observation in evidence.observations:
            where = observation.where
            if where.box is not None:
                boxes = self._boxes.setdefault((where.revision, where.page), [])
                if where.box not in boxes:
                    boxes.append(where.box)

    def change(self, later: Observation) -> tuple[tuple[Shown, Shown] | None, Shelf | None]:
        """The place of a change closer, and the page it is on; the latter once under an answer."""
        plate = self._plate(later)
        if plate is None:
            return None, None
        closer = None
        box, revision = later.where.box, plate.revision
        pair = None if box is None else plate.closer.get(box)
        if box is not None and pair is not None and revision is not None:
            one, other = (
                self._shown(picture, "", [box], number, plate.page, margin=_MARGIN)
                for picture, number in zip(pair, (revision - 1, revision), strict=True)
            )
            closer = (one, other)
        return closer, self._shelf(plate)

    def shelves(self, rest: Sequence[Observation]) -> tuple[Shelf, ...]:
        """The pages that the other facts of an answer name."""
        plates = (self._plate(observation) for observation in rest)
        found = (self._shelf(plate) for plate in plates if plate is not None)
        return tuple(shelf for shelf in found if shelf is not None)

    def notes(self) -> tuple[str, ...]:
        """What is to be known about all pictures of the document."""
        pictures = self._pictures
        if pictures is None:
            return ()
        if pictures.missing:
            return (self._words.ui(_MISSING[pictures.missing]),)
        said = [self._words.ui("pictures-how")] if pictures.plates else []
        if pictures.left:
            said.append(self._words.plural("pictures-left", pictures.left))
        return tuple(said)

    def provenance(self) -> tuple[tuple[str, str], ...]:
        """What drew the pictures, and how it was confined."""
        pictures = self._pictures
        if pictures is None or pictures.isolation is None or not pictures.plates:
            return ()
        level = pictures.isolation.level
        how = f"{self._words.ui('level', n=level)}, {self._words.term('isolation', str(level))}"
        return ((self._words.ui("pictures"), f"{visible(pictures.reader, limit=80)}, {how}"),)

    def _plate(self, observation: Observation) -> Plate | None:
        if self._pictures is None or not self._points:
            return None
        return self._pictures.of(observation.where)

    def _shelf(self, plate: Plate) -> Shelf | None:
        if (plate.revision, plate.page) in self._here:
            return None
        self._here.add((plate.revision, plate.page))
        boxes = self._boxes.get((plate.revision, plate.page), [])
        words = self._words
        if plate.revision is None:
            return Shelf(tuple(self._stands(plate, boxes)), "")
        before, after = (
            self._shown(
                picture,
                words.ui("pictures-page", page=plate.page if picture is None else picture.page, n=number),
                boxes,
                number,
                plate.page,
                differs=plate.differs or (),
            )
            for picture, number in ((plate.before, plate.revision - 1), (plate.after, plate.revision))
        )
        return Shelf((before, after), self._note(plate, boxes))

    def _stands(self, plate: Plate, boxes: Sequence[Box]) -> Iterator[Shown]:
        """The page as it stands, its parts first; beside each, what is in the file and not seen on it."""
        words = self._words
        title, unseen = words.ui("pictures-stands", page=plate.page), words.ui("pictures-unseen")
        parts: dict[int, tuple[Picture | None, list[Box]]] = {}
        for box in boxes:
            if box in plate.closer:
                picture = plate.closer[box][1]
                parts.setdefault(id(picture), (picture, []))[1].append(box)
        told: list[Box] = []
        for picture, outlined in parts.values():
            yield self._shown(picture, title, outlined, None, plate.page, margin=_MARGIN, first=True)
            hidden = [(box, text) for box, text in plate.unseen if box in outlined]
            told += outlined
            if hidden:
                yield self._shown(picture, unseen, [], None, plate.page, unseen=hidden)
        yield self._shown(plate.after, title, boxes, None, plate.page, first=True)
        hidden = [(box, text) for box, text in plate.unseen if box in boxes and box not in told]
        if hidden:
            yield self._shown(plate.after, unseen, [], None, plate.page, unseen=hidden)

    def _note(self, plate: Plate, boxes: Sequence[Box]) -> str:
        """How the two pictures of a page compare."""
        if plate.differs is None or plate.after is None:
            return ""
        if not plate.differs:
            return self._words.ui("pictures-same")
        found = [plate.after.place(box) for box in boxes]
        elsewhere = any(not _covered(place, found) for place in plate.differs)
        return self._words.ui("pictures-elsewhere") if elsewhere else ""

    def _shown(
        self,
        picture: Picture | None,
        title: str,
        boxes: Iterable[Box],
        revision: int | None,
        page: int,
        *,
        differs: Iterable[Place] = (),
        unseen: Iterable[tuple[Box, str]] = (),
        margin: float = _WIDE,
        first: bool = False,
    ) -> Shown:
        words = self._words
        if picture is None:
            return Shown(title, trouble=words.ui("pictures-no-page"))
        if not picture.png:
            code = "" if picture.problem is None else picture.problem.code
            return Shown(title, trouble=words.ui("pictures-undrawn", why=words.problem(code)))
        found = [picture.place(box) for box in boxes]
        outlines = [_outline(place, "found", margin) for place in found]
        outlines += [_outline(place, "differs", _MARGIN) for place in differs if not _covered(place, found)]
        outlines += [_labelled(picture.place(box), text) for box, text in unseen]
        digest = hashlib.sha256(picture.png).hexdigest()[:20]
        uri = ""
        if digest not in self._met:
            self._met.add(digest)
            uri = "data:image/png;base64," + base64.b64encode(picture.png).decode()
        which = words.ui("pictures-stands", page=page)
        if revision is not None:
            which = words.ui("pictures-page", page=picture.page, n=revision)
        alt = words.ui("pictures-alt", what=which)
        size = picture.width, picture.height
        return Shown(title, alt, f"p{digest}", uri, *size, tuple(outlines), first=first)


def _outline(place: Place, kind: str, margin: float) -> Outline:
    x, y, width, height = place
    return Outline(
        _number(x - margin), _number(y - margin), _number(width + 2 * margin), _number(height + 2 * margin),
        kind,
    )  # fmt: skip


def _labelled(place: Place, text: str) -> Outline:
    """Text that the page hides, written over its place as large as fits there."""
    x, y, width, height = place
    label = visible(text, limit=_LABEL)
    size = max(min(height * 0.8, 1.8 * width / max(len(label), 1)), 9.0)
    return Outline(
        _number(x - _MARGIN), _number(y - _MARGIN), _number(width + 2 * _MARGIN),
        _number(height + 2 * _MARGIN), "unseen", label, _number(size),
    )  # fmt: skip


def _covered(place: Place, by: Sequence[Place]) -> bool:
    """Whether a place lies inside one of others, give or take the margin of an outline."""
    x, y, width, height = place
    return any(
        x >= left - _MARGIN
        and y >= top - _MARGIN
        and x + width <= left + across + _MARGIN
        and y + height <= top + down + _MARGIN
        for left, top, across, down in by
    )


def _number(value: float) -> str:
    return f"{value:.1f}"
