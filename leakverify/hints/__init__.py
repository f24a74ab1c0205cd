"""Places of a picture that a person should look at. Asked for by name; nothing here counts in a report.

A hint says that the pixels of a place differ in kind from those around it, or
equal those of another place.  It never says that somebody changed them: every
kind of hint has innocent causes, which go with it.  The picture is decoded in
the box; what comes back are bare grey pixels, which are looked at here.

How often each kind finds a change, and how often it points at a genuine
picture, is measured in ``docs/method-regions.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import msgspec

from leakverify.evidence import Isolation, Location, Problem, Report
from leakverify.picturing import drawing, opened_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leakverify.box.wire import Drawn, Shot
    from leakverify.limits import Limits

Kind = Literal["other-grid", "copied", "saved-once", "screen"]
#: left, top, width, height in pixels of the picture as it is coded
Place = tuple[int, int, int, int]

#: hints of one picture that are told
MOST = 20
#: a picture with a shorter side is not looked at: there is too little to compare
SMALLEST = 96
#: sides of a tile in which pixels are fetched
_TILE = 1024


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """A place to look at, or two that are alike.

    ``score`` orders hints of one kind: for ``other-grid`` it is minus log10 of
    a bound on the chance that votes thrown like dice agree so; for ``copied``
    the correlation of the grain of both places, 0 to 1; for ``saved-once`` how
    far the place is from the rest, in units of the rest's own spread; for
    ``screen``, which is about the whole picture, the natural logarithm by which
    the peaks of the spectrum stand out.
    """

    kind: Kind
    places: tuple[Place, ...]
    score: float

    def sentences(self, lang: str = "en") -> tuple[str, str]:
        """What was seen, and how it arises innocently."""
        from leakverify.report._words import words

        said = words(lang)
        at = "; ".join(said.term("hint", "place").format(x=p[0], y=p[1], w=p[2], h=p[3]) for p in self.places)
        return said.term("hint", self.kind).format(at=at), said.term("hint-innocent", self.kind)


class Regions(msgspec.Struct, frozen=True, kw_only=True):
    """What looking at the pixels of one picture gave.

    ``picture`` is a PNG of the picture in grey, made smaller, with a frame
    around every place; empty when there are no hints.  ``looked`` is false when
    the pixels could not be had, which ``problems`` explains.
    """

    path: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    looked: bool = False
    hints: tuple[Hint, ...] = ()
    problems: tuple[Problem, ...] = ()
    isolation: Isolation | None = None
    picture: bytes = b""


def regions(
    document: str | os.PathLike[str],
    *,
    report: Report | None = None,
    isolation: Literal["best", "required", "process", "none"] = "best",
    limits: Limits | None = None,
) -> Regions:
    """Look at the pixels of a JPEG or PNG for places that were made otherwise than the rest.

    Takes about a second of processor time for each million pixels.  ``report`` may be handed
    over when the file was verified before.  Raises ``UsageError`` when the file
    cannot be read or is another one than the report's, ``IsolationUnavailable``
    under ``isolation="required"``.  A bad file never raises.
    """
    from leakverify._api import verify
    from leakverify.limits import DEFAULT_LIMITS

    about = verify(document, isolation=isolation, limits=limits, model=None) if report is None else report
    found = {o.name: o.value for o in about.observations}
    width, height, kind = (found.get(f"image.{name}") for name in ("width", "height", "format"))
    answer = Regions(
        path=about.document.name, sha256=about.document.sha256, isolation=about.provenance.isolation
    )

    def without(code: str) -> Regions:
        return msgspec.structs.replace(answer, problems=(Problem(code=code, where=Location(part="pixels")),))

    if kind not in ("JPEG", "PNG"):
        return without("unsupported-feature")
    if not isinstance(width, int) or not isinstance(height, int) or min(width, height) < SMALLEST:
        return without("unsupported-feature")
    from leakverify.box.still import LARGEST, LONGEST

    if width * height > LARGEST or max(width, height) > LONGEST:
        return without("limit-inflate")
    shots = _tiles(about.document.size, width, height)
    with (
        opened_for(about, document) as file,
        drawing(file, shots, isolation, limits or DEFAULT_LIMITS) as (drawn, level),
    ):
        answer = msgspec.structs.replace(answer, width=width, height=height, isolation=level)
        grey = _together(drawn, width, height)
    if isinstance(grey, str):
        return without(grey)
    from leakverify.hints.frames import framed

    hints = look(grey, coded=kind == "JPEG")
    picture = framed(grey, hints) if hints else b""
    return msgspec.structs.replace(answer, looked=True, hints=hints, picture=picture)


def look(grey: NDArray[np.uint8], *, coded: bool) -> tuple[Hint, ...]:
    """The hints of a picture in grey, rows from the top; ``coded``: the pixels come out of a JPEG."""
    from leakverify.hints.copied import copies
    from leakverify.hints.grid import strange_parts
    from leakverify.hints.saves import once_saved
    from leakverify.hints.screens import pattern

    found = [Hint(kind="copied", places=(copy.one, copy.other), score=copy.likeness) for copy in copies(grey)]
    if coded:
        # its last save hides other grids, and those that show are mostly honest (docs/method-regions.md)
        found += [Hint(kind="saved-once", places=(part.place,), score=part.far) for part in once_saved(grey)]
    else:
        found += [
            Hint(kind="other-grid", places=(part.place,), score=round(-part.chance, 1))
            for part in strange_parts(grey)[1]
        ]
    if coded and (beat := pattern(grey)):  # drawings have peaks of their own
        height, width = grey.shape
        found.insert(0, Hint(kind="screen", places=((0, 0, width, height),), score=beat))
    return tuple(found[:MOST])


def _tiles(end: int, width: int, height: int) -> list[Shot]:
    from leakverify.box.wire import Shot

    return [
        Shot(end, 0, _TILE, (left, top, min(left + _TILE, width), min(top + _TILE, height)))
        for top in range(0, height, _TILE)
        for left in range(0, width, _TILE)
    ]


def _together(drawn: Iterable[Drawn], width: int, height: int) -> NDArray[np.uint8] | str:
    """The picture put together from its tiles, or the code of what kept them away."""
    import numpy as np

    grey = np.zeros((height, width), np.uint8)
    for tile in drawn:
        if tile.bitmap is None or tile.shot.clip is None:
            return tile.code
        left, top, right, bottom = (int(edge) for edge in tile.shot.clip)
        if (tile.bitmap.width, tile.bitmap.height, tile.bitmap.channels) != (right - left, bottom - top, 1):
            return "box-protocol"
        grey[top:bottom, left:right] = np.frombuffer(tile.pixels, np.uint8).reshape(bottom - top, -1)
    return grey
