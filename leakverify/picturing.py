"""Pictures of the pages that a report's evidence speaks of, before and after a change.

A revision of a PDF is a beginning of the file, so both states can be drawn from
the document itself.  Pages are drawn in the box, on demand only: no scan ever
does.  What comes back is bare pixels of a size that was asked for; they are
compared, and coded as PNG, here, with the standard library.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import msgspec

from leakverify.document import display_name
from leakverify.errors import UsageError
from leakverify.evidence import Evidence, Isolation, Location, Outcome, Problem, Question, Report
from leakverify.limits import DEFAULT_LIMITS, Limits
from leakverify.pixels import Place, differences, png

if TYPE_CHECKING:
    from leakverify.box.wire import Drawn, Shot

#: pixels across the picture of a page, and of a part of one
WIDTH = 900
#: places with a picture of the page of their own, and parts of pages shown closer, of one document
PLACES, DETAILS = 12, 24
#: bytes of all pictures of one page of HTML before they are written as text, which takes a third more
ROOM = 15_000_000
#: points around a changed place that are shown with it, and the least that is shown, across and upright
_AROUND = (40.0, 22.0)
_LEAST = (230.0, 62.0)
#: a place that takes more of its page than this share is not shown closer
_MOST_OF_A_PAGE = 0.6
#: points from the origin beyond which nothing is placed
_FARTHEST = 1e7
#: observations of text that is in the file and not seen on the page
_UNSEEN = frozenset(("pdf.covered.text", "pdf.unseen.text"))

Box = tuple[float, float, float, float]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or a part of one, as PDFium draws it.

    ``revision`` is ``None`` for the document as it stands.  ``png`` is empty
    when the page could not be drawn; ``problem`` says why.
    """

    page: int
    revision: int | None = None
    width: int = 0
    height: int = 0
    png: bytes = b""
    #: takes points of the page to pixels: ax + cy + e, bx + dy + f
    matrix: tuple[float, float, float, float, float, float] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    problem: Problem | None = None

    def place(self, box: Box) -> Place:
        """Where a box of the page lies in the picture, cut at its edges."""
        a, b, c, d, e, f = self.matrix
        box = _bounded(box)
        across = [a * x + c * y + e for x in box[0::2] for y in box[1::2]]
        down = [b * x + d * y + f for x in box[0::2] for y in box[1::2]]
        left, right = (min(max(edge, 0.0), float(self.width)) for edge in (min(across), max(across)))
        top, bottom = (min(max(edge, 0.0), float(self.height)) for edge in (min(down), max(down)))
        return left, top, right - left, bottom - top


class Plate(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of one place: the page as it was and as it became, or as it stands.

    ``differs`` are the places where the two pictures differ, ``None`` when they
    cannot be compared.  ``closer`` holds parts of the page by the boxes
    that are seen in them; several can be seen in one.
    """

    page: int
    revision: int | None
    after: Picture | None
    before: Picture | None = None
    differs: tuple[Place, ...] | None = None
    closer: dict[Box, tuple[Picture | None, Picture | None]] = {}
    #: text that is in the file and not seen on the page, and where
    unseen: tuple[tuple[Box, str], ...] = ()

    @property
    def pictures(self) -> Iterator[Picture]:
        """Every picture of the plate."""
        for pair in ((self.before, self.after), *self.closer.values()):
            yield from (picture for picture in pair if picture is not None)


Missing = Literal["", "inside", "not-there", "other-file"]


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """The pictures of one document. ``left``: places that have none because there were too many."""

    plates: tuple[Plate, ...] = ()
    left: int = 0
    isolation: Isolation | None = None
    reader: str = ""
    #: why there are none at all
    missing: Missing = ""

    def of(self, where: Location) -> Plate | None:
        """The plate that shows a place."""
        for plate in self.plates:
            if (plate.revision, plate.page) == (where.revision, where.page):
                return plate
        return None


def pictures(
    report: Report,
    document: str | os.PathLike[str] | bytes,
    *,
    isolation: Literal["best", "required", "process", "none"] = "best",
    limits: Limits | None = None,
    room: int = ROOM,
) -> Pictures:
    """Draw the pages that the evidence on a document's content speaks of, before and after.

    ``document`` is the file the report is on, as a path or as bytes; ``room``
    bounds the bytes of all pictures together.  A page that crashes its reader
    or takes too much has a problem in place of its picture.  Fonts the document
    does not embed are drawn with substitutes.

    Raises ``UsageError`` when it is another document than the report's, or
    cannot be read; ``IsolationUnavailable`` under ``isolation="required"``.
    """
    with opened_for(report, document) as file:
        wanted, left = _wanted(report)
        if not wanted:
            return Pictures(left=left)
        plates: list[Plate] = []
        coder = _Coder()
        shots = [shot for place in wanted for shot in place.shots]
        with drawing(file, shots, isolation, limits or DEFAULT_LIMITS) as (drawn, level):
            for place in wanted:
                plate = place.plate(list(itertools.islice(drawn, len(place.shots))), coder)
                if coder.written > room:
                    left += 1
                else:
                    plates.append(plate)
    return Pictures(plates=tuple(plates), left=left, isolation=level, reader=_reader())


class Album:
    """Pictures for the reports of one page of HTML, from the files they are on, within one room.

    ``source`` is the folder that was scanned, or the only file.  A document
    that came out of a mail or an archive has none: what carries it would have
    to be taken apart again.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        *,
        isolation: Literal["best", "required", "process", "none"] = "best",
        room: int = ROOM,
    ) -> None:
        self._source = Path(source)
        self._isolation: Literal["best", "required", "process", "none"] = isolation
        self._room = room

    def __call__(self, report: Report) -> Pictures | None:
        """The pictures of one document; ``None`` when its evidence speaks of no page."""
        if not _wanted(report)[0]:
            return None
        if report.document.lineage:
            return Pictures(missing="inside")
        path = self._path(report.document.name)
        return Pictures(missing="not-there") if path is None else self.show(report, path)

    def show(self, report: Report, path: str | os.PathLike[str]) -> Pictures | None:
        """The pictures of a document whose file is known."""
        if not _wanted(report)[0]:
            return None
        try:
            found = pictures(report, path, isolation=self._isolation, room=self._room)
        except UsageError:
            return Pictures(missing="other-file")
        self._room -= sum({p.png: len(p.png) for plate in found.plates for p in plate.pictures}.values())
        return found

    def _path(self, name: str) -> Path | None:
        """A file below the source; a name cannot lead out of it."""
        if self._source.is_file():
            return self._source
        path = self._source / name
        try:
            inside = path.resolve().is_relative_to(self._source.resolve())
            return path if inside and path.is_file() else None
        except (OSError, ValueError):
            return None


class _Wanted(msgspec.Struct):
    """A place to show: a page of a revision and of the one before."""

    page: int
    revision: int | None
    #: (bytes of the file, page) of the states to draw; ``None`` where the page was not there
    before: tuple[int, int] | None
    after: tuple[int, int] | None
    #: boxes shown closer, and in the picture of which of them each named box is seen
    boxes: list[Box] = []
    seen_in: dict[Box, Box] = {}
    unseen: list[tuple[Box, str]] = []

    @property
    def states(self) -> list[tuple[int, int]]:
        return [state for state in (self.before, self.after) if state is not None]

    @property
    def shots(self) -> list[Shot]:
        """The whole page, then its parts, of each state."""
        from leakverify.box.wire import Shot

        clips = [None, *map(_around, self.boxes)]
        return [Shot(end, page, WIDTH, clip) for end, page in self.states for clip in clips]

    def plate(self, drawn: Sequence[Drawn], coder: _Coder) -> Plate:
        """Put together what the shots gave."""
        size = 1 + len(self.boxes)
        sets = [drawn[at : at + size] for at in range(0, len(drawn), size)]
        old = sets.pop(0) if self.before is not None else None
        new = sets.pop(0) if self.after is not None else None
        earlier = None if self.revision is None else self.revision - 1
        before = [coder.picture(d, earlier) for d in old] if old else [None] * size
        after = [coder.picture(d, self.revision) for d in new] if new else [None] * size
        pairs = {
            box: pair
            for box, pair in zip(self.boxes, zip(before[1:], after[1:], strict=True), strict=True)
            if not any(_whole(box, picture) for picture in pair)
        }
        return Plate(
            page=self.page,
            revision=self.revision,
            before=before[0],
            after=after[0],
            differs=differences(old[0], new[0]) if old and new else None,
            closer={box: pairs[host] for box, host in self.seen_in.items() if host in pairs},
            unseen=tuple(self.unseen),
        )


def _wanted(report: Report) -> tuple[list[_Wanted], int]:
    """The places that pointing evidence on the content names, weightiest first; and how many are left out."""
    if "pdf" not in report.document.formats:
        return [], 0
    states = _States(report)
    found: dict[tuple[int | None, int], _Wanted] = {}
    left: set[tuple[int | None, int]] = set()
    closer = 0
    for evidence in _pointing(report.evidence):
        for observation in evidence.observations:
            where = observation.where
            if where.page is None or not 0 < where.page < 2**31:
                continue
            key = (where.revision, where.page)
            if key not in found:
                if len(found) >= PLACES:
                    left.add(key)
                    continue
                place = states.place(where.page, where.revision)
                if place is None:
                    continue
                found[key] = place
            place = found[key]
            if where.box is not None and where.box not in place.seen_in:
                host = next((other for other in place.boxes if _holds(_around(other), where.box)), None)
                if host is None and closer < DETAILS:
                    closer += 1
                    host = where.box
                    place.boxes.append(host)
                if host is not None:
                    place.seen_in[where.box] = host
            if where.box is not None and observation.name in _UNSEEN:
                entry = (where.box, str(observation.value))
                if entry not in place.unseen:
                    place.unseen.append(entry)
    return list(found.values()), len(left)


def _pointing(evidence: Iterable[Evidence]) -> list[Evidence]:
    pointed = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
    found = [e for e in evidence if e.outcome in pointed and e.question is Question.CONTENT]
    return sorted(found, key=lambda e: pointed.index(e.outcome))


class _States:
    """Which bytes of the file are which revision, and which page of one is which of the other."""

    def __init__(self, report: Report) -> None:
        self._ends: dict[int, int] = {}
        self._come: dict[int, list[int]] = {}
        self._gone: dict[int, list[int]] = {}
        for observation in report.observations:
            revision = observation.where.revision
            if revision is None or not 0 < revision < 2**31:
                continue
            if observation.name == "pdf.revision.end" and isinstance(observation.value, int):
                self._ends[revision] = observation.value
            elif observation.name == "pdf.change.kind" and observation.where.page is not None:
                if observation.value == "page-added":
                    self._come.setdefault(revision, []).append(observation.where.page)
                elif observation.value == "page-removed":
                    self._gone.setdefault(revision, []).append(observation.where.page)
        self._whole = max(self._ends.values(), default=report.document.size)

    def place(self, page: int, revision: int | None) -> _Wanted | None:
        """What to draw for a page of a revision; ``None`` when the revision's bytes are not known."""
        if revision is None:
            return _Wanted(page, None, None, (self._whole, page))
        end = self._ends.get(revision)
        if end is None:
            return None
        start = self._ends.get(revision - 1)
        gone, come = self._gone.get(revision, []), self._come.get(revision, [])
        if page in gone and page not in come:  # told by its number before
            return None if start is None else _Wanted(page, revision, (start, page), None)
        earlier = self._earlier(page, gone, come) if start is not None else None
        before = None if start is None or earlier is None else (start, earlier)
        return _Wanted(page, revision, before, (end, page))

    @staticmethod
    def _earlier(page: int, gone: list[int], come: list[int]) -> int | None:
        """The number a page had before, when others came or went; ``None`` when it was not there."""
        if page in come:  # one page that came for one that went
            return sorted(gone)[sorted(come).index(page)] if len(come) == len(gone) else None
        number = page - sum(other < page for other in come)
        for other in sorted(gone):
            number += other <= number
        return number


def _bounded(box: Box) -> Box:
    """A box without edges that no page reaches; a stored report can state any."""
    left, bottom, right, top = (min(max(edge, -_FARTHEST), _FARTHEST) for edge in box)
    return left, bottom, right, top


def _around(box: Box) -> Box:
    """A box with what stands around it, at least as large as is easy to read."""
    found = []
    box = _bounded(box)
    for low, high, more, least in zip(box[:2], box[2:], _AROUND, _LEAST, strict=True):
        margin = max(more, (least - (high - low)) / 2)
        found.append((low - margin, high + margin))
    return found[0][0], found[1][0], found[0][1], found[1][1]


def _holds(outer: Box, box: Box) -> bool:
    """Whether a box lies inside another."""
    return outer[0] <= box[0] and outer[1] <= box[1] and box[2] <= outer[2] and box[3] <= outer[3]


def _whole(box: Box, picture: Picture | None) -> bool:
    """Whether a part of a page is so large that it is no closer than the page, or does not lie on it."""
    if picture is None or not picture.png:
        return False
    _, _, width, height = picture.place(box)
    return not 0 < width * height <= _MOST_OF_A_PAGE * picture.width * picture.height


def _opened(document: str | os.PathLike[str] | bytes) -> IO[bytes]:
    """A file that can be handed to the box."""
    if isinstance(document, bytes):
        file = tempfile.TemporaryFile(prefix="leakverify-")  # noqa: SIM115 - the caller closes it
        file.write(document)
        file.flush()
        file.seek(0)
        return file
    path = Path(document)
    try:
        if not path.is_file():
            raise UsageError(f"{display_name(document)}: no such file")
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{display_name(document)}: {error.strerror}") from error


@contextlib.contextmanager
def opened_for(report: Report, document: str | os.PathLike[str] | bytes) -> Iterator[IO[bytes]]:
    """The file a report is on. Raises ``UsageError`` when it is another one, or cannot be read."""
    with _opened(document) as file:
        whole = hashlib.sha256()
        while block := file.read(1 << 20):
            whole.update(block)
        if whole.hexdigest() != report.document.sha256:
            shown = "the bytes given" if isinstance(document, bytes) else display_name(document)
            raise UsageError(f"{shown}: not the document of this report, whose SHA-256 is "
                             f"{report.document.sha256 or 'not known'}")  # fmt: skip
        yield file


@contextlib.contextmanager
def drawing(
    file: IO[bytes], shots: list[Shot], isolation: str, limits: Limits
) -> Iterator[tuple[Iterator[Drawn], Isolation]]:
    """The pictures in the order of the shots, and how their reader is confined."""
    if isolation == "none":
        from leakverify.box.inprocess import render_bytes

        file.seek(0)
        yield render_bytes(file.read(), shots, limits), Isolation(level=0, why="asked for by name")
        return
    from leakverify._api import lent_box

    size = os.fstat(file.fileno()).st_size
    with (
        lent_box(isolation, limits) as box,
        contextlib.closing(box.render(file.fileno(), size, shots)) as drawn,
    ):
        yield drawn, box.isolation


def _reader() -> str:
    from leakverify.extractors import reader_versions

    return f"pypdfium2 {reader_versions().get('pypdfium2', '')}".strip()


class _Coder:
    """Codes pictures as PNG, each once, and counts the bytes."""

    def __init__(self) -> None:
        self.written = 0
        self._coded: dict[bytes, bytes] = {}

    def picture(self, drawn: Drawn, revision: int | None) -> Picture:
        page, bitmap = drawn.shot.page, drawn.bitmap
        if bitmap is None:
            where = Location(page=page, revision=revision)
            return Picture(page=page, revision=revision, problem=Problem(code=drawn.code, where=where))
        shape = (bitmap.width, bitmap.height, bitmap.channels)
        key = hashlib.sha256(repr(shape).encode() + drawn.pixels).digest()
        if key not in self._coded:
            self._coded[key] = png(drawn.pixels, *shape)
            self.written += len(self._coded[key])
        return Picture(
            page=page,
            revision=revision,
            width=bitmap.width,
            height=bitmap.height,
            png=self._coded[key],
            matrix=bitmap.matrix,
        )
