"""Text of pages that are pictures, when it is asked for: drawn in the box, recognised, and read in the box.

Three processes see it in turn, none of which may open a file of the user or reach a
network: the box draws the page, tesseract reads bare pixels, the box reads the text.
Every fact drawn from it lies in :data:`~leakverify.evidence.RECOGNISED`, on which no
answer counts.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from leakverify.box.reading import ReadingError, Recogniser, confined, read_page, recogniser
from leakverify.errors import IsolationUnavailable, UsageError
from leakverify.evidence import RECOGNISED, Extraction, Location, Observation, Problem, UnitResult
from leakverify.limits import Limits

if TYPE_CHECKING:
    from leakverify.box.wire import Bitmap, Drawn, Shot

Isolations = Literal["best", "required", "process", "none"]
#: pages of a document that are read, and the parts each is drawn in: a picture holds 1.6 million pixels
_PAGES, _BANDS = 20, 3
#: pixels across the first look at a page and across the page as it is read; a point is at most four
_LOOK, _WIDTH = 60, 1_500
#: letters of a page that count as its text
_LETTERS = 12
#: facts drawn from words; what the text reader says of the bytes is not about this document
_DRAWN = (
    "text.date", "text.weekday", "text.dateline", "text.term", "text.host", "text.words", "text.language",
    "text.identifier", "text.amount", "text.representative", "invoice.",
)  # fmt: skip


def needs_tesseract() -> Recogniser:
    """The program. Raises ``UsageError`` where there is none."""
    found = recogniser()
    if found is None:
        raise UsageError(
            "text can be recognised only with tesseract and its French or English data installed"
        )
    return found


def recognised(result: UnitResult, descriptor: int, *, isolation: Isolations, limits: Limits) -> UnitResult:
    """The result with what the pages without text say; as it was where there are none.

    Raises ``UsageError`` without tesseract, ``IsolationUnavailable`` when it must be confined and cannot be.
    """
    found = needs_tesseract()
    if isolation == "required" and not confined():
        raise IsolationUnavailable("tesseract cannot be confined on this machine")
    first = result.extractions[0]
    pages = list(_without_text(first))
    if not pages:
        return result
    size = os.fstat(descriptor).st_size
    observations, problems = [*first.observations], [*first.problems]
    if len(pages) > _PAGES:
        beyond = Location(part=RECOGNISED)
        problems.append(
            Problem(code="limit-pages", detail=f"text of {_PAGES} pages is recognised", where=beyond)
        )
    named = {o.name for o in observations}
    for page in pages[:_PAGES]:
        where = Location(part=RECOGNISED, page=page)
        try:
            picture = _page(descriptor, size, page, isolation, limits)
            text = read_page(found, *picture, confine=isolation != "process" and confined())
        except ReadingError as error:
            problems.append(Problem(code=error.code, detail=error.detail, where=where))
            continue
        if text.strip():
            observations.append(Observation(name="text.recognised", value=text, where=where, raw=found.name))
            observations.extend(_facts(text, page, isolation, limits, named))
    read = msgspec.structs.replace(first, observations=tuple(observations), problems=tuple(problems))
    return msgspec.structs.replace(
        result,
        extractions=(read, *result.extractions[1:]),
        readers={**result.readers, "tesseract": found.version},
    )


def _without_text(extraction: Extraction) -> Iterator[int]:
    """Pages of a PDF that hold pictures and no text to speak of, or the only page of a picture."""
    if "image" in extraction.formats:
        yield 1
    if "pdf" not in extraction.formats:
        return
    counts = [o.value for o in extraction.observations if o.name == "pdf.pages"]
    letters: dict[int, int] = {}
    for o in extraction.observations:
        if o.name == "pdf.page.text" and o.where.page is not None:
            letters[o.where.page] = letters.get(o.where.page, 0) + len("".join(str(o.value).split()))
    pages = counts[0] if counts and isinstance(counts[0], int) else 0
    yield from (page for page in range(1, min(pages, 10_000) + 1) if letters.get(page, 0) < _LETTERS)


def _page(descriptor: int, size: int, page: int, isolation: str, limits: Limits) -> tuple[bytes, int, int]:
    """A page in grey: pixels, width, height. Drawn in bands one below another, and put together here."""
    from leakverify.box.wire import Shot

    (look,) = _drawn(descriptor, size, [Shot(size, page, _LOOK)], isolation, limits)
    if look.bitmap is None:
        raise ReadingError(look.code, "the page could not be drawn")
    back = _inverse(look.bitmap)
    shots = [Shot(size, page, _WIDTH, _band(back, look.bitmap, at)) for at in range(_BANDS)]
    rows: list[bytes] = []
    width = 0
    for drawn in _drawn(descriptor, size, shots, isolation, limits):
        if drawn.bitmap is None:
            raise ReadingError(drawn.code, "the page could not be drawn")
        pixels = drawn.pixels if drawn.bitmap.channels == 1 else _grey(drawn.pixels)
        width = width or drawn.bitmap.width
        rows.extend(_row(pixels, drawn.bitmap.width, at, width) for at in range(drawn.bitmap.height))
    return b"".join(rows), width, len(rows)


def _row(pixels: bytes, width: int, at: int, wanted: int) -> bytes:
    return pixels[at * width : (at + 1) * width][:wanted].ljust(wanted, b"\xff")


def _grey(pixels: bytes) -> bytes:
    """The green of each pixel, which is most of its light."""
    return pixels[1::3]


Matrix = tuple[float, float, float, float, float, float]


def _inverse(look: Bitmap) -> Matrix:
    """From pixels of the first look to coordinates of the page."""
    a, b, c, d, e, f = look.matrix
    whole = a * d - b * c
    if not math.isfinite(whole) or abs(whole) < 1e-12:
        raise ReadingError("malformed", "the page has no size")
    return d / whole, -b / whole, -c / whole, a / whole, (c * f - d * e) / whole, (b * e - a * f) / whole


def _band(back: Matrix, look: Bitmap, at: int) -> tuple[float, float, float, float]:
    """One of the bands of a page, in the coordinates of the page."""
    a, b, c, d, e, f = back
    height = look.height / _BANDS
    points = [(x, y) for x in (0.0, float(look.width)) for y in (at * height, (at + 1) * height)]
    across = [a * x + c * y + e for x, y in points]
    down = [b * x + d * y + f for x, y in points]
    return min(across), min(down), max(across), max(down)


def _drawn(descriptor: int, size: int, shots: Sequence[Shot], isolation: str, limits: Limits) -> list[Drawn]:
    if isolation == "none":
        from leakverify.box.inprocess import render_bytes

        return list(render_bytes(os.pread(descriptor, size, 0), shots, limits))
    from leakverify._api import lent_box

    with lent_box(isolation, limits) as box:
        return list(box.render(descriptor, size, shots))


def _facts(
    text: str, page: int, isolation: Isolations, limits: Limits, named: set[str]
) -> Iterator[Observation]:
    """What the text says, as the box reads it, moved to the page it was recognised on."""
    from leakverify._api import examined
    from leakverify.extractors import vocabulary

    declared = vocabulary()
    with tempfile.TemporaryFile() as file:
        # a mark of the byte order makes it a text, whatever its first words look like
        file.write(b"\xef\xbb\xbf" + text.encode("utf-8", "replace"))
        file.flush()
        read = examined(file.fileno(), "recognised.txt", isolation, limits)
    for o in read.extractions[0].observations:
        single = o.name in declared and not declared[o.name].repeats
        if not o.name.startswith(_DRAWN) or (single and o.name in named):
            continue
        named.add(o.name)
        where = Location(part=RECOGNISED, page=page, line=o.where.line)
        yield msgspec.structs.replace(o, where=where)
