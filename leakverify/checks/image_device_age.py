"""LV-IMG-004  The device is younger than the picture.

What it looks at: the phone or camera EXIF names, and when that model was first
sold or announced, against the moment at which the picture says it was taken.
Half a year is allowed for samples that makers and testers hold before.

Why it matters: no picture is taken with a camera that does not exist.  Dates
typed by hand, and names of devices typed by hand, collide here.

Innocent ways: the camera's clock stood years back, which happens to cameras
whose battery ran out and hardly to phones.  An old print was photographed and
given the date of its scene.  A clock never set, and a date before there were
such devices, are only shown.

Repeat by hand: ``exiftool -Make -Model -time:all FILE``, and look the model up.

Sources: see ``cameras``: first sales from endoflife.date, years of announcement
from lists kept after dpreview.com and Wikipedia, a year earlier where a list was not
seen to be exact.  Models that are not listed are not judged: of 44 public genuine
pictures that name a model 21 are judged, and none is reported.  Compact cameras
other than Nikon's, and phones other than iPhones and Pixels, are not listed.  A phone
and an earlier date typed into 38 pictures: all told.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._image import DIGITIZED, TAKEN, never_set, taken
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import span_text
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import Row, table

MESSAGES = {
    "younger": "EXIF names the {model}, which was not there before {since}; it says the picture was taken at "
    "{taken}, {by} before that.",
    "unset": "EXIF names the {model}, which was not there before {since}; its date, {taken}, is that of a "
    "clock "
    "never set, or older than any such device.",
    "not-listed": "When the device EXIF names was first sold is not known here.",
    **ABSENT,
}
INNOCENT = {
    "clock": "The camera's clock stood years back, as after a change of its battery.",
    "copy-photo": "An old print was photographed, and the picture was given the date of its scene.",
}

#: samples held by makers and testers
_AHEAD = timedelta(days=183)

EXAMPLES = (
    Example(
        title="an iPhone 13 Pro in the spring of 2017",
        outcome=Outcome.CONTRADICTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact("image.exif.model", "iPhone 13 Pro"),
            fact(TAKEN, "2017-05-05T20:47:00"),
        ),
    ),
    Example(
        title="a camera with a wrong clock, or a typed date",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact("image.exif.model", "Canon EOS 80D"),
            fact(TAKEN, "2012-03-14T10:00:00"),
        ),
    ),
    Example(
        title="the same camera after its battery was taken out",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact("image.exif.model", "Canon EOS 80D"),
            fact(TAKEN, "2011-01-01T00:02:00"),
        ),
    ),
    Example(
        title="a reviewer's sample two months before the sale",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact("image.exif.model", "iPhone 7"),
            fact(TAKEN, "2016-08-01T12:00:00"),
        ),
    ),
)


@check(
    "LV-IMG-004",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("image",),
    needs=("image.exif.model",),
    reads=("image.exif.make", TAKEN, DIGITIZED),
    cost=Cost.SECONDS,
    reproduce="exiftool -Make -Model -time:all FILE",
)
def device_is_old_enough(facts: Facts) -> Iterator[Answer]:
    stated = taken(facts)
    if stated is None:
        yield absent(facts, TAKEN, DIGITIZED)
        return
    row = _listed(facts.text("image.exif.make"), facts.text("image.exif.model"))
    if row is None:
        yield Answer(Outcome.NOT_APPLICABLE, "not-listed", (), {})
        return
    since = row.when.earliest
    early = since - stated[1].latest
    if early <= _AHEAD:
        return
    model = facts.last("image.exif.model")
    rests_on = (stated[0],) if model is None else (model, stated[0])
    said = {"model": row["model"], "since": row["date"], "taken": stated[1].text}
    if never_set(stated[1]):
        yield neutral("unset", rests_on=rests_on, **said)
    else:
        answer = contradicts if row["kind"] == "phone" else unusual
        yield answer("younger", rests_on=rests_on, by=span_text(early), **said)


def _listed(make: str, model: str) -> Row | None:
    row = _models().get(" ".join(model.casefold().split()))
    return row if row is not None and re.match(row["make"], make, re.IGNORECASE) else None


@functools.cache
def _models() -> dict[str, Row]:
    return {row["model"].casefold(): row for row in table("cameras")}
