"""LV-FONT-001  A font is younger than every date the document states.

What it looks at: fonts embedded in a document hold dates of their own: when
they were last changed, and the years of their copyright.  Of some families it
is known besides when they could first be had, betas included, and when they
were sold.  Each is compared with the latest of all dates the document states
anywhere.  A notice of copyright may run ahead, so a year counts from the July
before it.

Why it matters: a page cannot have been set in a font that was not there.  A
document whose font is younger than its every date was saved, as it stands,
later than anything it admits to.

Innocent ways: a computer whose clock stood years back; a converter that
embedded the fonts it had and kept the dates of its source; a program that
appended to an older file and changed no date; a tester with a preview of the
font.  Dates that are the zero of a clock claim nothing and are only shown.
A document saved again later states a later last change, and there is nothing
to report.

Repeat by hand: ``pdffonts FILE``; extract the font with ``mutool extract FILE``
and run ``ttx -t head -t name -o - FONT``; ``exiftool -a -G1 -time:all FILE``.

Sources: OpenType 1.9, head and name tables; families with a source each in
``fonts``; the Calibri of 2015 in a "2012" file (COPA v Wright [2024] EWHC 1198
(Ch)) and that of 2006 (Panama papers case, Supreme Court of Pakistan, 2017).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_dates import CLAIMED, INNER, last_date, unset
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import Stated, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table
from leakverify.when import When, parse_when

MESSAGES = {
    "changed": "The embedded font {font} was last changed on {since}; the latest date the document states "
    "anywhere is {latest}, {by} before that.",
    "notice": "The embedded font {font} bears a copyright of {year}; the latest date the document states "
    "anywhere is {latest}.",
    "family": "The document embeds {font}; nobody could have {named} before {since}. The latest date it "
    "states anywhere is {latest}, {by} before that.",
    "preview": "The document embeds {font}; {named} was sold from {sold} and could be had in previews from "
    "{since}. The latest date it states anywhere is {latest}.",
    "appended": "The font {font} is of {since} or later, and every date of the document is earlier, the "
    "latest being {latest}; the file was appended to, which need not change a date.",
    "unset": "The font {font} is of {since} or later; the latest date of the document, {latest}, is that of "
    "a clock that was never set.",
    **ABSENT,
}
INNOCENT = {
    "dates-kept": "A converter embedded the fonts it had and kept every date of the source.",
    "clock": "The computer's clock stood years back.",
    "preview": "The author tested a preview of the font.",
}

#: dates in fonts have no zone, and a font may be installed by its makers on the day
_MARGIN = timedelta(days=2)
#: a font that says it is of a later year than this has a broken date
_LAST_YEAR = 2040
_YEAR = re.compile(r"(?<!\d)(19[89]\d|20\d\d)(?!\d)")

_CALIBRI = (
    fact("pdf.font.used", "ABCDEE+Calibri", part="obj 12 0", page=1),
    fact("pdf.font.program", "FontFile2 TrueType", part="obj 12 0", page=1),
)
EXAMPLES = (
    Example(
        title="a contract of 2012 whose Calibri was last changed in 2015",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 1),
            fact("pdf.info.creation_date", "2012-04-02T10:00:00+01:00"),
            *_CALIBRI,
            fact("pdf.font.modified", "2015-09-10T09:12:00", part="obj 12 0", page=1),
            fact("pdf.font.copyright", "© 2015 Microsoft Corporation.", part="obj 12 0", page=1),
        ),
    ),
    Example(
        title="a deed of February 2006 in Calibri, which testers had",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(fact("pdf.info.creation_date", "2006-02-02T10:00:00Z"), *_CALIBRI),
    ),
    Example(
        title="an old document saved again: the last change moved along",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2003-02-02T10:00:00Z"),
            fact("pdf.info.mod_date", "2016-02-02T10:00:00Z"),
            *_CALIBRI,
            fact("pdf.font.modified", "2015-09-10T09:12:00", part="obj 12 0", page=1),
        ),
    ),
    Example(
        title="a computer without a clock",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.creation_date", "1980-01-01T00:00:00Z"), *_CALIBRI),
    ),
)


@dataclass(frozen=True, slots=True)
class _Younger:
    """Why a font is younger than the document. ``since``: the first moment it could be there."""

    message: str
    since: When
    rests_on: tuple[Observation, ...]
    said: dict[str, str]


@check(
    "LV-FONT-001",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("pdf",),
    needs=("pdf.font.used",),
    reads=(
        "pdf.font.program",
        "pdf.font.modified",
        "pdf.font.copyright",
        "pdf.revision.count",
        *CLAIMED,
        *INNER,
    ),
    cost=Cost.MINUTES,
    reproduce="pdffonts FILE; exiftool -a -G1 -time:all FILE",
)
def font_younger(facts: Facts) -> Iterator[Answer]:
    last = last_date(facts)
    if last is None:
        yield absent(facts, *CLAIMED)
        return
    appended = facts.value("pdf.revision.count") != 1 and facts.first("pdf.revision.count") is not None
    for used in facts.all("pdf.font.used"):
        found = _younger(facts, used, last)
        if found is not None:
            yield _answer(used, found, last, appended)


def _answer(used: Observation, found: _Younger, last: Stated, appended: bool) -> Answer:
    rests_on = (used, *found.rests_on, last[0])
    said = {"font": str(used.value), "latest": last[1].text}
    if unset(last) or (appended and found.message != "preview"):
        message = "unset" if unset(last) else "appended"
        return neutral(message, rests_on=rests_on, since=found.since.text, **said)
    if found.message == "preview":
        return unusual("preview", rests_on=rests_on, **said, **found.said)
    return contradicts(found.message, rests_on=rests_on, **said, **found.said)


def _younger(facts: Facts, used: Observation, last: Stated) -> _Younger | None:
    """The strongest reason, in the order: its own date, its family, its copyright."""
    changed = _beside(facts, "pdf.font.modified", used)
    since = parse_when(str(changed.value)) if changed else None
    if changed and since and since.wall.year <= _LAST_YEAR and since.earliest - last[1].latest > _MARGIN:
        by = span_text(since.earliest - last[1].latest)
        return _Younger("changed", since, (changed,), {"since": since.text, "by": by})
    program = _beside(facts, "pdf.font.program", used)
    row = family_row(str(used.value)) if program and program.value != "not embedded" else None
    if row is not None and row.when.earliest - last[1].latest > _MARGIN:
        by = span_text(row.when.earliest - last[1].latest)
        return _Younger("family", row.when, (), {"named": row["named"], "since": row.when.text, "by": by})
    notice = _beside(facts, "pdf.font.copyright", used)
    years = [int(y) for y in _YEAR.findall(str(notice.value))] if notice else []
    year = max((y for y in years if y <= _LAST_YEAR), default=None)
    if notice and year:
        ahead = parse_when(f"{year - 1}-07")
        if ahead and ahead.earliest - last[1].latest > _MARGIN:
            return _Younger("notice", ahead, (notice,), {"year": str(year)})
    sold = parse_when(row["commercial"]) if row is not None and row["commercial"] else None
    if row is not None and sold and sold.earliest - last[1].latest > _MARGIN:
        said = {"named": row["named"], "since": row.when.text, "sold": sold.text}
        return _Younger("preview", row.when, (), said)
    return None


def _beside(facts: Facts, name: str, used: Observation) -> Observation | None:
    """The fact of that name on the same font."""
    return next((o for o in facts.all(name) if o.where == used.where), None)


@functools.lru_cache(maxsize=1024)
def family_row(font: str) -> Row | None:
    """The family's row in the table, by the name of the font."""
    return next((row for row in table("fonts") if row.names(font)), None)
