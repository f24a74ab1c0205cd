"""LV-DATE-002  Zones that no place kept, or that do not go together.

What it looks at: every date of a PDF that states an offset from UTC.  Three
things are told: an offset that no place on Earth kept in that month; two dates
of the same weeks whose offsets are one hour apart, as if half of them knew of
summer time and half did not; and one moment written twice with the sign of the
zone turned round.  Two dates of opposite seasons that follow summer time are
told as well.

Why it matters: a date that is typed by hand seldom gets the zone right that the
clock of the place would have written in that season.

Innocent ways: writing programs get zones wrong more often than people do:
summer time left out, the sign lost, minutes miscounted; all three are found in
genuine files.  A traveller, a colleague, a server in another zone.  All of it is
therefore only shown, to be compared with other files of the same person.

Repeat by hand: ``exiftool -a -G1 -time:all FILE``.

Sources: tz database, see ``civil_offsets``; ISO 32000-2, 7.9.4; COPA v Wright
[2024] EWHC 1198 (Ch) and Ceglia v. Zuckerberg, 2013, where offsets did not fit
the season.  Measured on 1,013 public genuine PDFs: 12 of two sources state an
offset that no place kept, 8 have one of the other two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports
from leakverify.checks._pdf_dates import CLAIMED, INNER
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import Stated, moments
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import table
from leakverify.when import When

MESSAGES = {
    "nowhere": "{stated} is written with an offset from UTC that no place kept at that time.",
    "season": "{one} and {other} lie in the same season of the year and are written one hour apart from UTC.",
    "turned-sign": "{one} and {other} show the same time of the clock, with the sign of the zone turned.",
    "follows": "{one} and {other} lie in opposite seasons and follow the summer time of one place.",
    **ABSENT,
}
INNOCENT = {
    "writer": "The writing program gets zones wrong: it leaves out summer time, or loses the sign.",
    "travel": "Somebody travelled, or two people or machines in two zones took part.",
}

#: dates compared with each other; more are those of long histories
_MOST = 40
_HOUR = timedelta(hours=1)
#: the same season: summer time begins and ends half a year apart
_WEEKS = timedelta(days=21)
#: months in which no place changes its clocks
_WINTER, _SUMMER = frozenset([12, 1, 2]), frozenset([6, 7, 8])
_STABLE = _WINTER | _SUMMER
_YEARS = timedelta(days=730)

EXAMPLES = (
    Example(
        title="an offset of three hours and seventeen minutes",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.creation_date", "2016-07-29T17:40:11+03:17"),),
    ),
    Example(
        title="two dates of one July, one of them without summer time",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-07-12T17:40:11+01:00"),
            fact("pdf.info.mod_date", "2016-07-13T09:00:00+02:00"),
        ),
    ),
    Example(
        title="summer and winter of one place",
        outcome=Outcome.SUPPORTS,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-07-12T17:40:11+02:00"),
            fact("pdf.info.mod_date", "2016-12-13T09:00:00+01:00"),
        ),
    ),
)


@check(
    "LV-DATE-002",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("pdf",),
    reads=(*CLAIMED, *INNER),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -time:all FILE",
)
def zones_fit(facts: Facts) -> Iterator[Answer]:
    stated = moments(facts, (*CLAIMED, *INNER))
    if not stated:
        yield absent(facts, *CLAIMED)
        return
    zoned = [one for one in stated if one[1].offset is not None][:_MOST]
    told: set[str] = set()
    for one in zoned:
        if not _kept_somewhere(one[1]) and one[1].text not in told:
            told.add(one[1].text)
            yield neutral("nowhere", rests_on=(one[0],), stated=one[1].text)
    seen: set[str] = set()
    for one, other in combinations(zoned, 2):
        kind = _misfit(one, other)
        if kind and kind not in seen:
            seen.add(kind)
            answer = supports if kind == "follows" else neutral
            yield answer(kind, rests_on=(one[0], other[0]), one=one[1].text, other=other[1].text)


def _misfit(one: Stated, other: Stated) -> str:
    """The message for two dates that do not go together or do so visibly; ``""`` when neither."""
    first, second = one[1].offset, other[1].offset
    if first is None or second is None or not first or not second:
        return ""  # UTC goes with every zone
    if first == -second:
        return "turned-sign" if one[1].wall == other[1].wall else ""
    near = abs(one[1].wall - other[1].wall) <= _WEEKS
    stable = one[1].wall.month in _STABLE and other[1].wall.month in _STABLE
    if near and stable and abs(first - second) == _HOUR:
        return "season"
    return "follows" if _follows(one[1], other[1]) or _follows(other[1], one[1]) else ""


def _follows(winter: When, summer: When) -> bool:
    """Whether the first is of a northern winter, the second an hour ahead in a summer within two years.

    In the south both are turned round; those places are few, and not told.
    """
    if winter.offset is None or summer.offset is None:
        return False
    return (
        winter.wall.month in _WINTER
        and summer.wall.month in _SUMMER
        and abs(winter.wall - summer.wall) <= _YEARS
        and summer.offset - winter.offset == _HOUR
    )


def _kept_somewhere(when: When) -> bool:
    """Whether any place kept this offset in that month."""
    if when.offset is None:
        return True
    minutes = round(when.offset.total_seconds() / 60)
    if minutes % 60 == 0 and -11 * 60 <= minutes <= 14 * 60:
        return True
    written = when.text[-6:]
    month = f"{when.wall.year:04d}-{when.wall.month:02d}"
    return any(
        row["offset"] == written
        and row["from"] <= month
        and (not row["until"] or month <= row["until"])
        for row in table("civil_offsets")
    )  # fmt: skip
