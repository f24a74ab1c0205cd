"""LV-XMP-001  The XMP toolkit is younger than every date the document states.

What it looks at: the XMP packet names the toolkit that wrote it.  Adobe's name
holds the day the toolkit was built; ExifTool's holds a version whose release
day is known.  It is compared with the latest of all dates the document states
anywhere: creation, last change, metadata date, history, Info, EXIF.

Why it matters: the packet cannot have been written before its writer was
built.  A document that states no date after that day was written later than
anything it admits to.

Innocent ways: a program that writes a keyword, a title or a place into an old
file with ExifTool and leaves the dates alone.  Photo managers do so by the
thousand, so for pictures it is only shown.  For PDFs it is only shown where
ExifTool appended its update and every date is that of the earlier revision,
which is still in the file: a title or an author was written, and no date.  A
converter
that copies dates of the source; a clock that stood years back.  When any date
has moved along, the metadata date above all, there is nothing to report.

Repeat by hand: ``exiftool -a -G1 -XMPToolkit -time:all FILE``.

Sources: the date is inside the string (Adobe XMP Core 5.6-c138 79.159824,
2016/09/14-01:09:01); releases of ExifTool from its own history of changes, see
``exiftool_releases``.  Measured on public PDFs: none of 279 packets of Adobe's
toolkit is younger than the latest date of its document.  A title, an author or
keywords written with ExifTool 12.57 into 18 others: none reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DRIFT, Stated, distance, moments, newest, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table
from leakverify.when import When, parse_when

MESSAGES = {
    "younger": "The XMP packet was written by a toolkit built on {built} ({toolkit}); the latest date the "
    "document states anywhere is {latest}, {by} before that.",
    "rewritten": "The XMP packet was written by {toolkit}, released on {built}; every date of the document "
    "is "
    "earlier, the latest is {latest}. The metadata were edited later than anything it states.",
    "metadata-added": "The XMP packet was written by {toolkit}, released on {built}, in a save that was "
    "appended; every date is that of the earlier revision, the latest is {latest}. Metadata were added "
    "later and no date was changed.",
    "rewritten-picture": "The XMP packet was written by {toolkit}, released on {built}; every date of the "
    "picture is earlier, the latest is {latest}. Photo managers that add keywords leave dates like that.",
    **ABSENT,
}
INNOCENT = {
    "keywords": "A later program wrote a title, keywords or a place and left the dates alone.",
    "dates-kept": "A later program wrote the metadata anew and kept every date of the source.",
    "clock": "The computer's clock stood years back.",
}

_DATES = (
    "xmp.create_date",
    "xmp.modify_date",
    "xmp.metadata_date",
    "xmp.history.when",
    "xmp.photoshop.date_created",
    "pdf.info.creation_date",
    "pdf.info.mod_date",
    "image.exif.datetime_original",
    "image.exif.datetime_digitized",
    "image.exif.datetime_modified",
)
#: a build is in use by its makers before the day in its name is over everywhere
_MARGIN = timedelta(days=2)
_BUILT = re.compile(r"(?<!\d)((?:19|20)\d\d)/([01]\d)/([0-3]\d)-\d\d:\d\d:\d\d")
_KIND = re.compile(r"(creat(?=e_date|ion_date)|mod(?=ify_date|_date))")
_EXIFTOOL = re.compile(r"Image::ExifTool\s+(\d{1,3}\.\d{2})")

_C138 = "Adobe XMP Core 5.6-c138 79.159824, 2016/09/14-01:09:01"

EXAMPLES = (
    Example(
        title="a contract of 2012 whose packet was written by a toolkit of 2016",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("xmp.toolkit", _C138, part="XMP"),
            fact("xmp.create_date", "2012-05-04T10:12:00+02:00"),
            fact("xmp.modify_date", "2012-05-04T10:12:30+02:00"),
            fact("xmp.metadata_date", "2012-05-04T10:12:30+02:00"),
            fact("pdf.info.mod_date", "2012-05-04T10:12:30+02:00"),
        ),
    ),
    Example(
        title="an old document re-saved later: the metadata date moved along",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("xmp.toolkit", _C138, part="XMP"),
            fact("xmp.create_date", "2012-05-04T10:12:00+02:00"),
            fact("xmp.modify_date", "2012-05-04T10:12:30+02:00"),
            fact("xmp.metadata_date", "2017-01-09T09:00:00+01:00"),
        ),
    ),
    Example(
        title="all dates of a PDF typed anew with ExifTool",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("xmp.toolkit", "Image::ExifTool 12.57"),
            fact("xmp.create_date", "2005-05-04T10:12:00+02:00"),
            fact("pdf.info.creation_date", "2005-05-04T10:12:00+02:00"),
        ),
    ),
    Example(
        title="a title written into an old PDF with ExifTool, dates untouched",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("xmp.toolkit", "Image::ExifTool 12.57", revision=2),
            fact("xmp.create_date", "2012-05-04T10:12:00+02:00", revision=1),
            fact("xmp.create_date", "2012-05-04T10:12:00+02:00", revision=2),
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+02:00", revision=1),
        ),
    ),
    Example(
        title="a photograph given keywords years later by a photo manager",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("xmp.toolkit", "Image::ExifTool 12.40"),
            fact("xmp.create_date", "2012-05-04T10:12:00"),
            fact("image.exif.datetime_original", "2012-05-04T10:12:00"),
        ),
    ),
)


@check(
    "LV-XMP-001",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("pdf", "image"),
    needs=("xmp.toolkit",),
    reads=_DATES,
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -XMPToolkit -time:all FILE",
)
def toolkit_younger(facts: Facts) -> Iterator[Answer]:
    stated = moments(facts, _DATES)
    last = newest(stated)
    if last is None:
        yield absent(facts, *_DATES)
        return
    for observation in facts.all("xmp.toolkit"):
        built, adobe = _built(str(observation.value))
        if built is None:
            continue
        by = built.earliest - last[1].latest
        if by <= _MARGIN:
            continue
        said = {"toolkit": str(observation.value), "built": built.text, "latest": last[1].text}
        rests_on = (observation, last[0])
        if adobe:
            yield contradicts("younger", rests_on=rests_on, by=span_text(by), **said)
        elif "pdf" in facts.formats and _only_repeats(stated, observation.where.revision):
            yield neutral("metadata-added", rests_on=rests_on, **said)
        elif "pdf" in facts.formats:
            yield unusual("rewritten", rests_on=rests_on, **said)
        else:
            yield neutral("rewritten-picture", rests_on=rests_on, **said)


def _only_repeats(stated: list[Stated], revision: int | None) -> bool:
    """Whether every date stated from that revision on is one that an earlier revision states."""
    if revision is None or revision < 2:
        return False
    before = [pair for pair in stated if (pair[0].where.revision or 1) < revision]
    return bool(before) and all(
        any(_kind(other) == _kind(one) and distance(read, known) <= DRIFT for other, known in before)
        for one, read in stated
        if (one.where.revision or 1) >= revision
    )


def _kind(observation: Observation) -> str:
    """``creat`` or ``mod``: what a date speaks of, whichever store it is in; other names as they are."""
    found = _KIND.search(observation.name)
    return found[1] if found else observation.name


def _built(toolkit: str) -> tuple[When | None, bool]:
    """The day a toolkit cannot be older than, and whether it is in the name itself."""
    found = _BUILT.search(toolkit)
    if found:
        return parse_when("-".join(found.groups())), True
    found = _EXIFTOOL.search(toolkit)
    if not found:
        return None, False
    version = tuple(int(n) for n in found.group(1).split("."))
    known = None
    for row in table("exiftool_releases"):
        if tuple(int(n) for n in row["version"].split(".")) <= version:
            known = row.when
    return known, False
