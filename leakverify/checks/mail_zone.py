"""LV-MAIL-022  Zones of a mail that nobody kept at that date.

What it looks at: the zones in Date and in the Received lines.  Told are the
name of a summer time beside a winter's day, a name beside an offset that is
not its own, an offset from UTC that no place kept at that time, and the offset
of Date against that of the first server when both are of one domain.

Why it matters: who types another month into a date seldom changes ``-0700
(PDT)`` into ``-0800 (PST)``, and servers take both from the same calendar.

Innocent ways: a machine that is told its zone by hand and never changes to
winter time; one whose rules are older than the last change of the law, which is
why weeks around each change are left out; a traveller; a program that invents
offsets, as unwanted mail does.  Standard time in summer is kept by whole
states (Arizona, Saskatchewan, Algeria) and is not told.

Repeat by hand: ``grep -inE -A2 '^(date|received):' FILE``; ``zdump -v America/Los_Angeles``
says when a place changed its clocks.

Sources: tz database (rules US, Canada, EU since 1990; ``civil_offsets``).
Measured: of 1,574 wanted public mails and 836 advertising ones none is reported.
Of 32 mails of summer whose dates were moved into January with their zones left all are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date as day_of
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import Stated, moments
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import table
from leakverify.when import When

MESSAGES = {
    "summer-in-winter": "{stated} names {name}, a summer time, on a day on which no place keeps it.",
    "wrong-name": "{stated} names {name}, which is another offset from UTC.",
    "nowhere": "{stated} is written with an offset from UTC that no place kept at that time.",
    "own-server": "Date is of {zone}, the first server of the same domain, {host}, of {other}.",
    **ABSENT,
}
INNOCENT = {
    "set-by-hand": "The zone of that machine was set by hand to one that never changes.",
    "rules": "The machine's rules of summer time are of another year.",
    "invented": "The program of a newsletter or of unwanted mail invents offsets.",
    "travel": "The sender was travelling.",
}

#: names of summer times, minutes east of UTC, and the first and last day on which some place could keep them,
#: widened by the earliest and latest change of any year since 1990
_SUMMER = {
    "PDT": (-420, (3, 8), (11, 7)), "MDT": (-360, (3, 8), (11, 7)), "CDT": (-300, (3, 8), (11, 7)),
    "EDT": (-240, (3, 8), (11, 7)), "ADT": (-180, (3, 8), (11, 7)),
    "CEST": (120, (3, 20), (11, 1)), "MEST": (120, (3, 20), (11, 1)), "MESZ": (120, (3, 20), (11, 1)),
    "EEST": (180, (3, 20), (11, 1)), "WEST": (60, (3, 20), (11, 1)), "BST": (60, (3, 20), (11, 1)),
}  # fmt: skip
#: names of standard times that mean one offset alone
_STANDARD = {"PST": -480, "MST": -420, "EST": -300, "CET": 60, "EET": 120, "GMT": 0, "UTC": 0}
#: a clock may still show yesterday
_SLACK = timedelta(days=2)
_NAME = re.compile(r"\(([A-Z]{3,4})\)|\s([A-Z]{3,4})\s*\Z")
_WIDEST = 14 * 60
_DATED = ("mail.date", "mail.received.when")

EXAMPLES = (
    Example(
        title="a mail of January whose server names summer time",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.received.when", "2016-01-12T10:31:09-07:00", raw="12 Jan 2016 10:31:09 -0700 (PDT)"),
        ),
    ),
    Example(
        title="the same in July",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.received.when", "2016-07-12T10:31:09-07:00", raw="12 Jul 2016 10:31:09 -0700 (PDT)"),
        ),
    ),
    Example(
        title="the first weeks of March, when rules of two laws differ",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.received.when", "2006-03-14T10:31:09-07:00", raw="14 Mar 2006 10:31:09 -0700 (PDT)"),
        ),
    ),
    Example(
        title="Arizona keeps standard time all summer",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2016-07-12T10:31:09-07:00", raw="12 Jul 2016 10:31:09 -0700 (MST)"),
        ),
    ),
    Example(
        title="an offset of three hours and seventeen minutes",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.date", "2016-07-12T10:31:09+03:17", raw="12 Jul 2016 10:31:09 +0317"),),
    ),
)  # fmt: skip


@check(
    "LV-MAIL-022",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("mail", "msg", "tnef"),
    reads=(*_DATED, "mail.received.by", "mail.from.address"),
    cost=Cost.SECONDS,
    reproduce="grep -inE -A2 '^(date|received):' FILE",
)
def zones_of_a_mail(facts: Facts) -> Iterator[Answer]:
    stated = moments(facts, _DATED)
    if not stated:
        yield absent(facts, *_DATED)
        return
    told: set[str] = set()
    for one in stated:
        kind, name = _misfit(one)
        if kind and kind not in told:
            told.add(kind)
            said = {"stated": one[0].raw or one[1].text}
            if kind != "nowhere":
                said["name"] = name
            answer = unusual if kind == "summer-in-winter" else neutral
            yield answer(kind, rests_on=(one[0],), **said)
    yield from _own_server(facts)


def _misfit(one: Stated) -> tuple[str, str]:
    """(message, name of the zone) when a zone does not fit its day; both empty otherwise."""
    when = one[1]
    if when.offset is None:
        return "", ""
    minutes = round(when.offset.total_seconds() / 60)
    found = _NAME.search(one[0].raw or "")
    name = "" if found is None else found[1] or found[2]
    if name in _SUMMER:
        offset, first, last = _SUMMER[name]
        if minutes == offset:
            return ("", "") if _in_season(when, first, last) else ("summer-in-winter", name)
        # BST and WEST name other zones elsewhere
        return ("wrong-name", name) if name not in ("BST", "WEST", "ADT") else ("", "")
    if name in _STANDARD and minutes != _STANDARD[name] and name not in ("MST", "EST"):
        return "wrong-name", name
    return ("", "") if kept_somewhere(when, minutes) else ("nowhere", "")


def _in_season(when: When, first: tuple[int, int], last: tuple[int, int]) -> bool:
    year = when.wall.year
    opens, closes = day_of(year, *first) - _SLACK, day_of(year, *last) + _SLACK
    return opens <= when.wall.date() <= closes


def kept_somewhere(when: When, minutes: int) -> bool:
    """Whether any place kept this offset in that month; whole hours are all in use."""
    if minutes % 60 == 0 and -11 * 60 <= minutes <= _WIDEST:
        return True
    if minutes == -12 * 60:  # the zone of ships at 180 degrees
        return True
    written = when.text[-6:]
    month = f"{when.wall.year:04d}-{when.wall.month:02d}"
    return any(
        row["offset"] == written
        and row["from"] <= month
        and (not row["until"] or month <= row["until"])
        for row in table("civil_offsets")
    )  # fmt: skip


def _own_server(facts: Facts) -> Iterator[Answer]:
    """The offset of Date against that of the first server of the sender's own domain."""
    date = facts.moment("mail.date")
    domain = facts.text("mail.from.address").rpartition("@")[2].lower()
    hops = moments(facts, ("mail.received.when",))
    if date is None or date[1].offset is None or not domain or not hops:
        return
    first = hops[-1]
    hosts = {one.where: str(one.value) for one in facts.all("mail.received.by")}
    host = hosts.get(first[0].where, "").lower()
    if not (host == domain or host.endswith("." + domain)) or not first[1].offset or not date[1].offset:
        return
    if first[1].offset != date[1].offset:
        yield neutral(
            "own-server", rests_on=(date[0], first[0]), zone=_offset(date[1]), other=_offset(first[1]),
            host=host,
        )  # fmt: skip


def _offset(when: When) -> str:
    return when.text[-6:] if when.offset else "UTC"
