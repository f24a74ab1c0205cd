"""LV-IMG-005  A program or a standard is younger than everything the picture states.

What it looks at: programs and systems that EXIF, XMP and Photoshop's resources
name, with their versions, and the version of the EXIF standard the block was
written by.  Each is held against the latest date the picture states anywhere.

Why it matters: a block cannot have been written by a program, or by a standard,
that was not there.  A picture that names one and states no date after it was
written later than anything it admits to.

Innocent ways: a clock that stood years back; a program that wrote its name or a
new version of the block and left every date.  A picture edited later states a
later last change, and there is nothing to report.

Repeat by hand: ``exiftool -a -G1 -Software -CreatorTool -ExifVersion -time:all FILE``.

Sources: see ``image_programs`` and ``exif_versions``, with a source each.  A
year is allowed for devices that follow a draft of the standard.  Of 66 public
genuine pictures with a date none is reported; 38 moved to before the program
they were made to name: all told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._image import DIGITIZED, MODIFIED, TAKEN, is_phone, never_set
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import moments, newest, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "program": "The picture names {program}, which was not there before {since}; the latest date it states "
    "anywhere is {latest}, {by} before that.",
    "standard": "The EXIF block follows version {version} of the standard, published in {since}; the "
    "latest date "
    "the picture states anywhere is {latest}, {by} before that.",
    "profile": "The colour profile in the picture was made on {since}; the latest date the picture states "
    "anywhere is "
    "{latest}. Web sites and programs put profiles into old pictures.",
    "unset": "The picture names {program}, which was not there before {since}; its latest date, {latest}, "
    "is that "
    "of a clock that was never set.",
    **ABSENT,
}
INNOCENT = {
    "copy-photo": "An old print was photographed, and the picture was given the date of its scene.",
    "dates-kept": "A later program wrote its name or a new block and left every date as it was.",
    "clock": "The clock of the camera or computer stood years back.",
}

_DATES = (
    TAKEN, DIGITIZED, MODIFIED, "image.exif.gps.when", "xmp.create_date", "xmp.modify_date",
    "xmp.metadata_date",
    "xmp.history.when", "xmp.photoshop.date_created", "image.iptc.created", "image.iptc.digitized",
    "image.png.created", "image.png.modified", "c2pa.action.when",
)  # fmt: skip
#: when the picture or its metadata were last changed
_CHANGED = (MODIFIED, "xmp.modify_date", "xmp.metadata_date", "xmp.history.when")
_NAMED = ("image.exif.software", "xmp.creator_tool", "xmp.history.agent", "image.iptc.program")
#: from 2014 on Adobe puts the year of the product into its name; it is sold from the autumn before
_YEAR_IN_NAME = re.compile(r"photoshop (?:cc )?(20[12]\d)\b", re.IGNORECASE)
#: and since 2018 the first number of the version is that year less 1999
_VERSION_OF_YEAR = re.compile(r"photoshop (2\d)\.\d", re.IGNORECASE)
_DRAFT = timedelta(days=366)
_PROFILE = timedelta(days=2)

EXAMPLES = (
    Example(
        title="a picture of 2015 by a system of 2021",
        outcome=Outcome.CONTRADICTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact("image.exif.software", "15.1.1"),
            fact(TAKEN, "2015-06-30T15:41:25"),
            fact(MODIFIED, "2015-06-30T15:41:25"),
        ),
    ),
    Example(
        title="a published copy that kept the date of taking and the name of the program",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact("image.exif.software", "Adobe Photoshop CC 2019 (Windows)"),
            fact(TAKEN, "2009-08-29T13:18:08"),
        ),
    ),
    Example(
        title="edited years later, and saying so",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact("image.exif.software", "Adobe Photoshop 25.4 (Windows)"),
            fact(TAKEN, "2009-08-29T13:18:08"),
            fact(MODIFIED, "2024-08-06T13:35:53"),
        ),
    ),
    Example(
        title="a block of 2019 in a phone's picture of 2012",
        outcome=Outcome.CONTRADICTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact("image.exif.version", "0232"),
            fact(TAKEN, "2012-06-30T15:41:25"),
        ),
    ),
    Example(
        title="an old scan that was given the date of its scene with ExifTool",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.exif.version", "0232"), fact(TAKEN, "1998-06-30T12:00:00")),
    ),
    Example(
        title="a camera that was never set",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.exif.version", "0231"), fact(TAKEN, "2012-01-01T00:00:25")),
    ),
)


@check(
    "LV-IMG-005",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("image",),
    reads=(
        *_DATES,
        *_NAMED,
        "image.exif.version",
        "image.exif.make",
        "image.icc.created",
        "image.maker_note.family",
    ),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -Software -CreatorTool -ExifVersion -time:all FILE",
)
def programs_are_old_enough(facts: Facts) -> Iterator[Answer]:
    latest = newest(moments(facts, _DATES))
    if latest is None:
        yield absent(facts, TAKEN, DIGITIZED, MODIFIED)
        return
    end = latest[1].latest.replace(tzinfo=None)
    for named, program, since in _programs(facts):
        if end < since:
            said = {"program": program, "since": since.date().isoformat(), "latest": latest[1].text}
            if never_set(latest[1]):
                yield neutral("unset", rests_on=(named, latest[0]), **said)
            else:
                # programs that publish pictures keep some dates and leave that of the last change out
                answer = contradicts if moments(facts, _CHANGED) else unusual
                yield answer("program", rests_on=(named, latest[0]), by=span_text(since - end), **said)
    for profile in moments(facts, ("image.icc.created",))[:1]:
        if profile[1].earliest.replace(tzinfo=None) - end > _PROFILE:
            made = profile[1].wall.date().isoformat()
            yield neutral("profile", rests_on=(profile[0], latest[0]), since=made, latest=latest[1].text)
    version = facts.last("image.exif.version")
    for row in table("exif_versions"):
        since = row.when.earliest.replace(tzinfo=None)
        if version is None or row["version"] != version.value or since - end <= _DRAFT:
            continue
        said = {"since": row["date"], "latest": latest[1].text}
        if never_set(latest[1]):
            yield neutral("unset", rests_on=(version, latest[0]), program=f"EXIF {row['version']}", **said)
        else:
            # a phone's clock is set by the network; a camera's may stand years back; and a program that dates
            # an old scan makes a new block, which is honest
            own = facts.first("image.maker_note.family") is not None
            answer = contradicts if is_phone(facts) else unusual if own else neutral
            by = span_text(since - end)
            yield answer("standard", rests_on=(version, latest[0]), version=row["version"], by=by, **said)


def _programs(facts: Facts) -> Iterator[tuple[Observation, str, datetime]]:
    """(statement, program, since when it can have been there)"""
    make = facts.text("image.exif.make")
    for name in _NAMED:
        for named in facts.all(name):
            stated = str(named.value)
            since = [
                (row.when.earliest.replace(tzinfo=None) - timedelta(days=int(row["ahead"])), row["program"])
                for row in table("image_programs")
                if re.search(row["claims"], stated, re.IGNORECASE)
                and (not row["make"] or re.match(row["make"], make, re.IGNORECASE))
            ]
            if since:
                # a row of iOS 15 and one of iOS 15.4 both speak of 15.4: the narrower one says more
                floor, program = max(since)
                yield named, program, floor
            found = _YEAR_IN_NAME.search(stated)
            version = _VERSION_OF_YEAR.search(stated)
            year = int(found[1]) if found else 1999 + int(version[1]) if version else 0
            if year:
                yield named, f"Photoshop {year}", datetime(year - 1, 6, 1)
