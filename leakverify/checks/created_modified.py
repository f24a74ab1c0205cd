"""LV-DATE-001  Created after it was last changed.

What it looks at: every pair of a creation and a last change that one store of
the document states: Info and XMP of a PDF, the properties of an Office
document of any kind, EXIF of a picture.  Only a creation that lies certainly later counts:
under every reading of the zones, as the clocks showed it, and by more than a
day.

Why it matters: a document cannot be changed before it exists, so one of the
two dates was not written by the clock of the moment it speaks of.

Innocent ways: a converter that stamps its own creation and keeps the source's
last change; a template with a date of its own; a computer with a dead battery
whose clock stood years back; a camera whose clock was never set, which is only
shown; a zone or a day and month written the wrong way
round.  A file copied or unzipped shows the same on the file system: those
times are not read here, only what the document itself states.

Repeat by hand: ``exiftool -a -G1 -time:all FILE`` and compare the pairs.

Sources: COPA v Wright [2024] EWHC 1198 (Ch), appendix (dates after copying and
unzipping are ordinary); the demand that both readings agree avoids the
reversal that a wrongly written zone feigns.  Measured on public genuine files:
reported in none of 541 PDFs and 503 Office documents, and in 1 of 50 pictures.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, lead, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "reversed": "{store} states a creation at {created}, {by} after the last change it states, {modified}.",
    "camera": "EXIF states a picture taken at {created}, {by} after the file was last changed, {modified}. "
    "The first is a camera's clock and the second a computer's: cameras' clocks are often wrong by years.",
    **ABSENT,
}
INNOCENT = {
    "conversion": "A converter wrote its own creation date and kept the last change of the source document.",
    "template": "The document was made from a template or by a program that carries a fixed date.",
    "clock": "One of the two dates was written by a computer whose clock was wrong.",
}

_PAIRS = (
    ("Info", "pdf.info.creation_date", "pdf.info.mod_date"),
    ("XMP", "xmp.create_date", "xmp.modify_date"),
    ("docProps/core.xml", "ooxml.core.created", "ooxml.core.modified"),
    ("SummaryInformation", "ole.summary.created", "ole.summary.modified"),
    ("meta.xml", "odf.created", "odf.modified"),
    ("info", "rtf.created", "rtf.revised"),
    ("EXIF", "image.exif.datetime_original", "image.exif.datetime_modified"),
)
_NAMES = tuple(name for _, *names in _PAIRS for name in names)

EXAMPLES = (
    Example(
        title="core properties with the creation moved past the last save",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.created", "2016-09-01T08:00:00Z", part="docProps/core.xml"),
            fact("ooxml.core.modified", "2016-03-14T16:20:00Z", part="docProps/core.xml"),
        ),
    ),
    Example(
        title="one program wrote local time as UTC",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-03-14T18:20:00Z"),
            fact("pdf.info.mod_date", "2016-03-14T16:20:05+00:00"),
        ),
    ),
    Example(
        title="unzipped or copied: only the file system's times are reversed",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.created", "2016-03-14T16:00:00Z"),
            fact("ooxml.core.modified", "2016-03-14T16:20:00Z"),
            fact("zip.time.latest", "2017-03-27T10:00:00"),
        ),
    ),
    Example(
        title="a camera whose clock was never set",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.datetime_original", "2026-11-24T14:41:16"),
            fact("image.exif.datetime_modified", "2008-07-31T17:32:06"),
        ),
    ),
    Example(
        title="changed long after it was created, as most documents are",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2015-03-14T18:20:00Z"),
            fact("pdf.info.mod_date", "2016-03-14T16:20:05Z"),
        ),
    ),
)


@check(
    "LV-DATE-001",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("pdf", "ooxml", "ole", "odf", "rtf", "image"),
    reads=_NAMES,
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -time:all FILE",
)
def created_after_modified(facts: Facts) -> Iterator[Answer]:
    compared = False
    for store, created_name, modified_name in _PAIRS:
        created, modified = facts.moment(created_name), facts.moment(modified_name)
        if created is None or modified is None:
            continue
        compared = True
        by = lead(created[1], modified[1])
        if by <= DAY:
            continue
        rests_on = (created[0], modified[0])
        said = {"created": created[1].text, "modified": modified[1].text, "by": span_text(by)}
        if store == "EXIF":
            yield neutral("camera", rests_on=rests_on, **said)
        else:
            yield unusual("reversed", rests_on=rests_on, store=store, **said)
    if not compared:
        rooms = tuple(f"{name}." for name in ("xmp", *facts.formats))
        yield absent(facts, *(name for name in _NAMES if name.startswith(rooms)))
