"""LV-IMG-003  The clocks of a picture do not agree.

What it looks at: EXIF says when a picture was taken.  The same moment is often
kept elsewhere: satellites' time with the position, a date in the private block
of the maker, Samsung's trailer, XMP and the captions of news agencies.  The
day on which the camera was made, which Panasonic, Pentax and Fujifilm put into
the number of the body, is held against it, too.

Why it matters: programs that change the dates of EXIF leave the other clocks
alone.

Innocent ways: somebody set a wrong camera clock right, afterwards and in EXIF
only, as photo managers offer it.  A camera whose clock was wrong by months
keeps its own time beside that of the satellites.  A position out of a memory
of days before, or written in from a track.  A receiver that lost count of the
satellites' weeks shows a time 1,024 weeks early, which is told apart.  Scanned slides carry the date of
the scene and that of the scan.  Two days are allowed for zones and for cameras
that count the satellites' day wrongly.  Clocks never set are only shown.

Repeat by hand: ``exiftool -a -u -G1 -time:all -InternalSerialNumber FILE``.

Sources: CIPA DC-008 (EXIF 2.32) 4.6.5 and 4.6.6; ExifTool's tables of private
blocks; Metadata Working Group, Guidelines 2.0, 5.1 on which dates of the stores
mean the same.  Measured on 43 public genuine pictures with a date: none reported, in
six the satellites agree.  Dates moved with ExifTool beside the satellites' time:
5 of 5 told, beside their copies in XMP: 6 of 6.  In five genuine pictures of one Nikon model the day of the
satellites is one too late, which is why a day more than the zones is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import (
    Answer,
    Example,
    Facts,
    check,
    contradicts,
    fact,
    neutral,
    supports,
    unusual,
)
from leakverify.checks._image import (
    DIGITIZED,
    MODIFIED,
    TAKEN,
    is_phone,
    never_set,
    taken,
)
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DRIFT, Stated, distance, lead, moments, only_zone, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "satellites-later": "EXIF says the picture was taken at {taken}; the satellites' time kept with its "
    "position "
    "is {other}, {by} later.",
    "satellites-earlier": "EXIF says the picture was taken at {taken}; the satellites' time kept with its "
    "position "
    "is {other}, {by} earlier.",
    "own-clock": "EXIF says the picture was taken at {taken}; {store}, which the same device wrote, says "
    "{other}.",
    "shifted": "{count} dates of EXIF differ from their copies in XMP or in the captions by the same {by}.",
    "one-shifted": "EXIF says {taken}; the copy of this date in {store} says {other}.",
    "not-together": "The picture was taken at {taken} and became digital at {other}; a camera does both at "
    "once.",
    "built-later": "EXIF says the picture was taken at {taken}; its camera was made on {other}.",
    "unset": "One of the clocks was never set: the camera's shows {taken}, another {other}.",
    "rolled-over": "The picture was taken at {taken}, and the satellites' time kept with it is {other}: "
    "1,024 weeks "
    "apart, as receivers show it that lost count of the weeks.",
    "agree": "The clock of the device and that of the satellites agree on {taken}.",
    **ABSENT,
}
INNOCENT = {
    "corrected": "Somebody set a wrong camera clock right in EXIF, which a photo manager offers.",
    "wrong-clock": "The camera's clock stood wrong, the other one was right.",
    "old-fix": "The position is one the device remembered, or was added from a track.",
    "copy-photo": "A print or slide was photographed or scanned and given the date of its scene.",
}

_TWO_DAYS = timedelta(days=2)
_WEEK = timedelta(days=7)
#: programs that develop raw files
_DEVELOPERS = re.compile(
    r"photopro|silkypix|capture|\braw|converter|professional|viewnx|studio", re.IGNORECASE
)
#: after so many weeks the satellites' count of weeks is zero again
_TURN = timedelta(weeks=1024)
#: stores of the same device that are not part of what EXIF editors change
_OWN = (("image.maker_note.taken", "the maker's private block"), ("image.samsung.taken", "Samsung's trailer"))
#: date of EXIF, its copy, where that is kept
_COPIES = (
    (TAKEN, "xmp.photoshop.date_created", "XMP"),
    (TAKEN, "image.iptc.created", "the captions"),
    (DIGITIZED, "xmp.create_date", "XMP"),
    (MODIFIED, "xmp.modify_date", "XMP"),
)

EXAMPLES = (
    Example(
        title="a phone's picture moved back by thirty days, the satellites' time left",
        outcome=Outcome.CONTRADICTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact(TAKEN, "2016-08-29T18:18:05"),
            fact("image.exif.gps.when", "2016-09-28T16:18:05Z"),
        ),
    ),
    Example(
        title="a camera that counts the satellites' day one too far",
        outcome=Outcome.SUPPORTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "NIKON"),
            fact(TAKEN, "2008-10-22T16:28:39"),
            fact("image.exif.gps.when", "2008-10-23T14:28:17Z"),
        ),
    ),
    Example(
        title="dates of EXIF moved, XMP left as it was",
        outcome=Outcome.CONTRADICTS,
        formats=("image",),
        facts=(
            fact(TAKEN, "2011-06-30T15:41:25"),
            fact(DIGITIZED, "2011-06-30T15:41:25"),
            fact("xmp.photoshop.date_created", "2011-07-30T15:41:25"),
            fact("xmp.create_date", "2011-07-30T15:41:25"),
        ),
    ),
    Example(
        title="a camera whose clock was never set",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact(TAKEN, "2010-01-01T00:03:11"),
            fact("image.exif.gps.when", "2014-05-28T16:18:05Z"),
        ),
    ),
    Example(
        title="only the time of taking changed in a camera's picture",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.exif.exposure_time", 0.004),
            fact(TAKEN, "2007-06-27T10:52:55"),
            fact(DIGITIZED, "2007-08-27T13:52:55"),
        ),
    ),
    Example(
        title="a raw file developed months later by the maker's program",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.exposure_time", 0.004),
            fact("image.exif.software", "SIGMA PhotoPro 2.0.0.1586"),
            fact(MODIFIED, "2004-03-19T17:48:51"),
            fact(TAKEN, "2003-11-27T10:31:34"),
            fact(DIGITIZED, "2004-03-19T17:48:51"),
        ),
    ),
    Example(
        title="a receiver that lost count of the weeks in 2019",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "samsung"),
            fact(TAKEN, "2019-06-28T18:18:05"),
            fact("image.exif.gps.when", "1999-11-12T16:18:05Z"),
        ),
    ),
    Example(
        title="taken before the camera was made",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(fact(TAKEN, "2003-05-17T12:00:00"), fact("image.maker_note.built", "2004-07-19")),
    ),
    Example(
        title="the editor's stores agree, only the last change is new",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact(TAKEN, "2011-07-30T15:41:25"),
            fact(DIGITIZED, "2011-07-30T15:41:25"),
            fact(MODIFIED, "2022-05-24T10:51:58-07:00"),
            fact("xmp.photoshop.date_created", "2011-07-30T15:41:25.079"),
            fact("xmp.modify_date", "2022-05-24T10:51:58-07:00"),
        ),
    ),
)


@check(
    "LV-IMG-003",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("image",),
    reads=(
        TAKEN, DIGITIZED, MODIFIED, "image.exif.gps.when", "image.maker_note.taken", "image.maker_note.built",
        "image.exif.exposure_time", "image.samsung.taken", "xmp.photoshop.date_created", "image.iptc.created",
        "xmp.create_date", "xmp.modify_date", "image.exif.make", "image.exif.software",
    ),
    cost=Cost.MINUTES,
    reproduce="exiftool -a -u -G1 -time:all -InternalSerialNumber FILE",
)  # fmt: skip
def clocks_agree(facts: Facts) -> Iterator[Answer]:
    first = taken(facts)
    if first is None:
        yield absent(facts, TAKEN, DIGITIZED)
        return
    yield from _satellites(facts, first)
    for name, store in _OWN:
        for other in moments(facts, (name,))[:1]:
            if distance(first[1], other[1]) > _TWO_DAYS:
                yield contradicts(
                    "own-clock",
                    rests_on=(first[0], other[0]),
                    taken=first[1].text,
                    store=store,
                    other=other[1].text,
                )
    for built in moments(facts, ("image.maker_note.built",))[:1]:
        if lead(built[1], first[1]) > timedelta(0):
            answer = neutral if never_set(first[1]) else unusual
            message = "unset" if never_set(first[1]) else "built-later"
            yield answer(message, rests_on=(first[0], built[0]), taken=first[1].text, other=built[1].text)
    yield from _copies(facts)
    yield from _digital(facts, first)


def _digital(facts: Facts, first: Stated) -> Iterator[Answer]:
    """A camera writes both moments at once; a program that develops raw files may write its own second."""
    digital = moments(facts, (DIGITIZED,))
    if first[0].name != TAKEN or not digital or facts.first("image.exif.exposure_time") is None:
        return
    changed = moments(facts, (MODIFIED,))
    developed = bool(changed) and abs(changed[-1][1].wall - digital[-1][1].wall) <= DRIFT
    if developed and _DEVELOPERS.search(facts.text("image.exif.software")):
        return
    if distance(first[1], digital[-1][1]) > _TWO_DAYS:
        yield unusual(
            "not-together",
            rests_on=(first[0], digital[-1][0]),
            taken=first[1].text,
            other=digital[-1][1].text,
        )


def _satellites(facts: Facts, first: Stated) -> Iterator[Answer]:
    for other in moments(facts, ("image.exif.gps.when",))[:1]:
        said = {"taken": first[1].text, "other": other[1].text}
        later, earlier = lead(other[1], first[1]), lead(first[1], other[1])
        if max(later, earlier) > _TWO_DAYS and _rolled_over(first, other):
            yield neutral("rolled-over", rests_on=(first[0], other[0]), **said)
        elif max(later, earlier) > _TWO_DAYS and (never_set(first[1]) or never_set(other[1])):
            yield neutral("unset", rests_on=(first[0], other[0]), **said)
        elif later > _TWO_DAYS:
            # a phone's clock is set by the network; a camera's by whoever unpacked it
            answer = contradicts if is_phone(facts) else unusual
            yield answer("satellites-later", rests_on=(first[0], other[0]), by=span_text(later), **said)
        elif earlier > _TWO_DAYS:
            answer = unusual if earlier > _WEEK else neutral
            yield answer("satellites-earlier", rests_on=(first[0], other[0]), by=span_text(earlier), **said)
        elif only_zone(first[1], other[1]):
            yield supports("agree", rests_on=(first[0], other[0]), taken=first[1].text)


def _rolled_over(first: Stated, other: Stated) -> bool:
    """Whether the receiver lost count of the satellites' weeks, which start anew every 1,024 (IS-GPS-200)."""
    apart = first[1].wall - other[1].wall
    return any(abs(apart - turns * _TURN) <= _TWO_DAYS for turns in (1, 2))


def _copies(facts: Facts) -> Iterator[Answer]:
    """Dates of EXIF against what is a copy of them: the same shift of two of them is no accident."""
    apart: list[tuple[timedelta, Stated, Stated, str]] = []
    for name, copy, store in _COPIES:
        one, other = moments(facts, (name,)), moments(facts, (copy,))
        if one and other and distance(one[-1][1], other[-1][1]) > _TWO_DAYS:
            apart.append((one[-1][1].wall - other[-1][1].wall, one[-1], other[-1], store))
    for shift, one_date, its_copy, store in apart:
        alike = [entry for entry in apart if abs(entry[0] - shift) <= DRIFT]
        if len(alike) > 1:
            rests_on = [stated[0] for entry in alike for stated in entry[1:3]]
            yield contradicts("shifted", rests_on=rests_on, count=len(alike), by=span_text(shift))
            return
        if one_date[0].name == TAKEN:
            yield neutral(
                "one-shifted",
                rests_on=(one_date[0], its_copy[0]),
                taken=one_date[1].text,
                store=store,
                other=its_copy[1].text,
            )
