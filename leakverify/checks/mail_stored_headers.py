"""LV-MAIL-051  The stored properties of a mail against its transport headers.

What it looks at: Outlook and Exchange keep a mail as properties, and beside them
the transport headers as they came.  The rules of the conversion say which
property is made from which header: the time of sending from Date, the author
from From, the subject from Subject; the time of delivery is that of the newest
Received line.  The two are held against each other.

Why it matters: who changes one of the two rarely changes the other.  Where they
agree, two copies of the same statement do.

Innocent ways: converters that make a .msg from another file write the time of
conversion as the time of sending, which then is that of creation, and is only
shown; a subject edited in Outlook for one's own filing; a mailbox moved to a new
system, which rewrites addresses; delivery put off, downloaded late or imported,
which is only shown.

Repeat by hand: ``oxmsg dump FILE`` (python-oxmsg) for a .msg, ``pffexport`` (libpff)
for a store; in Outlook, File, Properties, Internet headers beside what the window
shows.

Sources: MS-OXCMAIL 2.1.3 and 2.2.3 (Date to 0039, From to 0042 and 0065, Subject
to 0037, delivery to 0E06); MS-OXOMSG 2.2.3.  Of 29 public messages
read from .msg files and a store 18 keep headers: 15 agree in all, 2 were written by a
converter, where a date moved afterwards cannot be told from that, 1 is damaged.
Of 33 with the date of the headers
moved 24 are reported, of 33 with the stored time of sending moved 30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.checks._time import DAY, Stated, distance, moments, only_zone, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "agree": "The stored properties agree with the transport headers: {what}.",
    "submitted": "The transport headers are dated {date}; the stored time of sending is {stored}, {by} "
    "apart.",
    "converted": "The transport headers are dated {date}; the stored time of sending is {stored}, which is "
    "that of the item's creation, as converters write it.",
    "delivered": "The newest server took the mail in at {received}; the stored time of delivery is {stored}, "
    "{by} apart.",
    "author": "The transport headers name {sender} as the author, the stored properties {stored}.",
    "subject": "The transport headers state the subject «{subject}», the stored properties «{stored}».",
}
INNOCENT = {
    "converter": "A converter, an import or a migration wrote the properties anew.",
    "edited": "The item was edited in Outlook, which leaves the transport headers as they are.",
    "address": "A migration rewrote addresses.",
}
#: what one and the same moment may be apart in two places
_SAME = timedelta(minutes=2)
_BLANKS = re.compile(r"\s+")

_HEADERS = (
    fact("mapi.transport_headers", 900, part="property 007D"),
    fact("mail.date", "2016-05-12T10:31:00+02:00", part="property 007D, Date", line=4),
    fact("mail.received.when", "2016-05-12T10:31:09+02:00", part="property 007D, Received", line=1),
    fact("mail.from.address", "jeanne@a.example", part="property 007D, From", line=5),
    fact("mail.subject", "Contract", part="property 007D, Subject", line=6),
    fact("mapi.representing.address", "jeanne@a.example", part="property 0065"),
    fact("mapi.subject", "Contract", part="property 0037"),
    fact("mapi.delivered", "2016-05-12T08:31:09Z", part="property 0E06"),
)

EXAMPLES = (
    Example(
        title="a message as it was delivered",
        outcome=Outcome.SUPPORTS,
        formats=("msg",),
        facts=(*_HEADERS, fact("mapi.submitted", "2016-05-12T08:31:00Z", part="property 0039")),
    ),
    Example(
        title="the date moved in the headers, and not in the properties",
        outcome=Outcome.UNUSUAL,
        formats=("msg",),
        facts=(
            *_HEADERS,
            fact("mapi.submitted", "2016-09-03T08:31:00Z", part="property 0039"),
            fact("mapi.created", "2016-09-03T14:00:00Z", part="property 3007"),
        ),
    ),
    Example(
        title="the date moved in the headers of a mail that arrived at once",
        outcome=Outcome.UNUSUAL,
        formats=("msg",),
        facts=(
            fact("mapi.transport_headers", 900, part="property 007D"),
            fact("mail.date", "2014-05-12T10:31:00+02:00", part="property 007D, Date", line=4),
            *_HEADERS[2:],
            fact("mapi.submitted", "2016-05-12T08:31:00Z", part="property 0039"),
            fact("mapi.created", "2016-05-12T08:31:10Z", part="property 3007"),
        ),
    ),
    Example(
        title="made from another file by a converter",
        outcome=Outcome.NEUTRAL,
        formats=("msg",),
        facts=(
            *_HEADERS,
            fact("mapi.submitted", "2018-02-01T12:00:00Z", part="property 0039"),
            fact("mapi.created", "2018-02-01T12:00:00Z", part="property 3007"),
        ),
    ),
    Example(
        title="a subject edited for filing",
        outcome=Outcome.NEUTRAL,
        formats=("tnef",),
        facts=(*_HEADERS[:6], fact("mapi.subject", "Contract (2016, signed)", part="property 0037")),
    ),
)


@check(
    "LV-MAIL-051",
    question=Question.ORIGIN,
    family=Family.HISTORY,
    formats=("msg", "tnef"),
    needs=("mapi.transport_headers",),
    reads=(
        "mail.date",
        "mail.received.when",
        "mail.from.address",
        "mail.subject",
        "mapi.submitted",
        "mapi.delivered",
        "mapi.created",
        "mapi.modified",
        "mapi.representing.address",
        "mapi.subject",
    ),
    cost=Cost.MINUTES,
    reproduce="oxmsg dump FILE",
)
def stored_against_headers(facts: Facts) -> Iterator[Answer]:
    agreed: list[str] = []
    yield from _submitted(facts, agreed)
    yield from _delivered(facts, agreed)
    yield from _author(facts, agreed)
    yield from _subject(facts, agreed)
    if "time of sending" in agreed and len(agreed) >= 3:
        names = ("mail.date", "mapi.submitted")
        rests = [one for one in (facts.first(name) for name in names) if one is not None]
        yield supports("agree", rests_on=rests, what=", ".join(agreed))


def _headed(facts: Facts, name: str) -> Stated | None:
    """The first statement of that name as a time, if it stands in the transport headers."""
    found = next(iter(moments(facts, (name,))), None)
    return found if found is not None and found[0].where.part.startswith("property 007D") else None


def _submitted(facts: Facts, agreed: list[str]) -> Iterator[Answer]:
    date, stored = _headed(facts, "mail.date"), facts.moment("mapi.submitted")
    if date is None or stored is None:
        return
    apart = distance(date[1], stored[1])
    if apart <= _SAME:
        agreed.append("time of sending")
        return
    if apart <= DAY or only_zone(date[1], stored[1]):
        return
    said = {"date": date[1].text, "stored": stored[1].text}
    for name in () if _delivery_agrees(facts, stored) else ("mapi.created", "mapi.modified"):
        made = facts.moment(name)
        if made is not None and distance(made[1], stored[1]) <= _SAME:
            yield neutral("converted", rests_on=(date[0], stored[0], made[0]), **said)
            return
    yield unusual("submitted", rests_on=(date[0], stored[0]), by=span_text(apart), **said)


def _delivery_agrees(facts: Facts, sent: Stated) -> bool:
    """A delivery that both the store and a server tell, on the day of the stored time of sending.

    A mail that arrives at once is sent, delivered and created within minutes: the three times of
    its store are then no sign of a converter, which had no such delivery to write.
    """
    newest, stored = _headed(facts, "mail.received.when"), facts.moment("mapi.delivered")
    return (
        newest is not None
        and stored is not None
        and distance(newest[1], stored[1]) <= _SAME
        and distance(stored[1], sent[1]) <= DAY
    )


def _delivered(facts: Facts, agreed: list[str]) -> Iterator[Answer]:
    newest, stored = _headed(facts, "mail.received.when"), facts.moment("mapi.delivered")
    if newest is None or stored is None:
        return
    apart = distance(newest[1], stored[1])
    if apart <= _SAME:
        agreed.append("time of delivery")
    elif apart > DAY and not only_zone(newest[1], stored[1]):
        yield neutral(
            "delivered", rests_on=(newest[0], stored[0]), received=newest[1].text, stored=stored[1].text,
            by=span_text(apart),
        )  # fmt: skip


def _author(facts: Facts, agreed: list[str]) -> Iterator[Answer]:
    header, stored = facts.first("mail.from.address"), facts.first("mapi.representing.address")
    if header is None or stored is None or not header.where.part.startswith("property 007D"):
        return
    one, other = str(header.value).strip().casefold(), str(stored.value).strip().casefold()
    if one == other:
        agreed.append("author")
    elif "@" in one and "@" in other and "/" not in other:
        yield unusual(
            "author", rests_on=(header, stored), sender=str(header.value), stored=str(stored.value)
        )  # fmt: skip


def _subject(facts: Facts, agreed: list[str]) -> Iterator[Answer]:
    header, stored = facts.first("mail.subject"), facts.first("mapi.subject")
    if header is None or stored is None or not header.where.part.startswith("property 007D"):
        return
    one, other = (_BLANKS.sub("", str(value.value)).casefold() for value in (header, stored))
    if one == other:
        agreed.append("subject")
    elif "\ufffd" not in one + other:
        yield neutral(
            "subject", rests_on=(header, stored),
            subject=str(header.value)[:300], stored=str(stored.value)[:300],
        )  # fmt: skip
