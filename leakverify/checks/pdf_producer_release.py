"""LV-PDF-040  The program named is younger than every date the document states.

What it looks at: Producer and Creator name programs and their versions.  For
many of them the day is known on which a version was released; some names hold
a date of their own, such as the year of a copyright or of a build.  It is
compared with the latest of all dates the document states anywhere: creation,
last change, history, notes, signatures, pictures.  Versions handed to testers
carry their number earlier, which is allowed for.

Why it matters: a file cannot have been written by a program that was not
there.  A document that names one and states no date after its release was
written later than anything it admits to.

Innocent ways: a computer whose clock stood years back; a converter that keeps
the dates of its source and puts its own name beside them.  Dates that are the
zero of a clock are only shown.  A document made before and saved again later
states a later last change, and there is nothing to report.

Repeat by hand: ``pdfinfo FILE; exiftool -a -G1 -time:all -Producer -Creator FILE``.

Sources: dates of releases with a source each in ``pdf_releases``; COPA v Wright
[2024] EWHC 1198 (Ch) on programs younger than what they are said to have made.
Of 659 public genuine PDFs that name a program and a date none is reported; for
421 of them the program or its version is dated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._pdf_dates import CLAIMED, INNER, last_date, unset
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import span_text
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import releases
from leakverify.when import When, parse_when

MESSAGES = {
    "younger": "The document names {program}, which nobody could use before {since}; the latest date it "
    "states anywhere is {latest}, {by} before that.",
    "unset": "The document names {program}, which nobody could use before {since}; its latest date, "
    "{latest}, is that of a clock that was never set.",
    **ABSENT,
}
INNOCENT = {
    "dates-kept": "A converter kept every date of the source and put its own name beside them.",
    "clock": "The computer's clock stood years back.",
}

_NAMED = ("pdf.info.producer", "pdf.info.creator", "xmp.producer", "xmp.creator_tool")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
#: names that hold a date of their own; a build is dated on the day it was made
_SELF_DATED = (
    re.compile(r"(?:©|\(c\))\s?(?:19|20)\d\d\s?[-–]\s?(?P<y>20\d\d)(?!\d)", re.IGNORECASE),
    re.compile(r"\bTeX Live (?P<y>20\d\d)(?!\d)"),
    re.compile(r"\bImageMagick \S+ .{0,20}\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"\bx?dvipdfmx? \((?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)\)"),
    re.compile(r"\btiff2pdf - (?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)\b"),
    re.compile(r"\b(?:TeX output|ConTeXt -) (?P<y>(?:19|20)\d\d)\.(?P<m>\d\d)\.(?P<d>\d\d)[ :]"),
    re.compile(r"\((?P<mon>[A-Z][a-z]{2}) +(?P<d>\d{1,2}) (?P<y>20\d\d); \d\d:\d\d:\d\d\)"),
)
#: a build, and a year in a copyright, may be dated ahead by this much
_MARGIN = timedelta(days=2)
_YEAR_AHEAD = timedelta(days=120)

EXAMPLES = (
    Example(
        title="a letter of 2012 written by a browser of 2018",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "Skia/PDF m64", part="Info"),
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+00:00"),
            fact("pdf.info.mod_date", "2012-05-04T10:12:00+00:00"),
        ),
    ),
    Example(
        title="a contract of 2014 written by a library whose copyright ends in 2018",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "iText® 5.5.13 ©2000-2018 iText Group NV (AGPL-version)", part="Info"),
            fact("pdf.info.creation_date", "2014-05-04T10:12:00+02:00"),
        ),
    ),
    Example(
        title="made in 2012 and saved again with a later program, which moved the last change",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "GPL Ghostscript 9.26", part="Info"),
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+02:00"),
            fact("pdf.info.mod_date", "2019-02-01T09:00:00+01:00"),
        ),
    ),
    Example(
        title="an online service that runs weeks ahead of the browser",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "Skia/PDF m92 Google Docs Renderer", part="Info"),
            fact("pdf.info.creation_date", "2021-04-22T10:12:00+00:00"),
        ),
    ),
    Example(
        title="a server whose clock was never set",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "Qt 5.12.8", part="Info"),
            fact("pdf.info.creation_date", "1970-01-01T00:00:12Z"),
        ),
    ),
)


@check(
    "LV-PDF-040",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("pdf",),
    reads=(*_NAMED, *CLAIMED, *INNER),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -time:all -Producer -Creator FILE",
)
def program_younger(facts: Facts) -> Iterator[Answer]:
    last = last_date(facts)
    if last is None or not any(facts.all(name) for name in _NAMED):
        yield absent(facts, *_NAMED, *CLAIMED)
        return
    told: set[str] = set()
    for name in _NAMED:
        stated = facts.last(name)
        program = "" if stated is None else str(stated.value)
        since = _since(program)
        if stated is None or since is None or program in told:
            continue
        by = since - last[1].latest.replace(tzinfo=None)
        if by <= timedelta(0):
            continue
        told.add(program)
        said = {"program": program, "since": since.date().isoformat(), "latest": last[1].text}
        if unset(last):
            yield neutral("unset", rests_on=(stated, last[0]), **said)
        else:
            yield contradicts("younger", rests_on=(stated, last[0]), by=span_text(by), **said)


def _since(program: str) -> datetime | None:
    """The first moment at which anybody could use the program, ``None`` when that is not known."""
    bounds = [bound for bound in (_self_dated(program), *_released(program)) if bound is not None]
    return max(bounds, default=None)


def _self_dated(program: str) -> datetime | None:
    for pattern in _SELF_DATED:
        found = pattern.search(program)
        if found is None:
            continue
        part = found.groupdict()
        month = part.get("m")
        named = part.get("mon")
        if named is not None:
            month = f"{_MONTHS.index(named.lower()) + 1:02d}" if named.lower() in _MONTHS else None
        day = part.get("d")
        if month is None or day is None:
            return _bound(parse_when(part["y"] or ""), _YEAR_AHEAD)
        return _bound(parse_when(f"{part['y']}-{month}-{int(day):02d}"), _MARGIN)
    return None


def _bound(when: When | None, ahead: timedelta) -> datetime | None:
    return None if when is None else when.earliest.replace(tzinfo=None) - ahead


def _released(program: str) -> Iterator[datetime | None]:
    for row in releases("pdf_releases", program):
        yield _bound(row.when, timedelta(days=int(row["ahead"])))
