"""LV-MAIL-001  The Date of a mail against its Received lines.

What it looks at: the Date header is written by the sender's program, each
Received line by the server that took the mail in, newest on top.  A Date that
lies certainly after the newest hop, a mail that was taken in long after its
Date, and hops in impossible order are reported; each only when it holds under
every reading of the zones and as the clocks showed it.

Why it matters: who changes the date of a mail in a mailbox rarely changes the
clocks of the servers it went through.

Innocent ways: a sender's clock that is wrong by hours or years; a mail written
days before it was sent, sent later on purpose, or held in a queue; greylisting
and laptops off the network; a mail sent again, which is only shown where it says
so itself in Resent-Date; newsletters and unwanted mail
with invented dates; a relay whose clock drifts. Delays of days are ordinary and only
shown. Clocks that the mail's programs hid in it are left to LV-MAIL-003, which does not
tell again what is told here, and mails between people to LV-MAIL-004. Beside a Date
that is reported stands what speaks for such a program: no zone, which 51 of 836
advertising mails leave out and 2 of 1,621 others; or the day and month of the delivery
in another year.

Repeat by hand: ``grep -inE -A2 '^(date|received|resent-date):' FILE`` and read
the hops from the bottom up.

Sources: RFC 5321 4.4 and 4.5.4.1, RFC 5322 3.6.1 and 3.6.7.  Measured on
public mail: of 1,539 wanted mails 1 is reported (its clock was 26 years ahead),
of 836 advertising mails 3 in 100, which invent their dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._mail_clients import BETWEEN, between_people
from leakverify.checks._mail_time import DECODED, FIRST_YEAR, FORMS, LATE, resent
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, Stated, lead, moments, span_text
from leakverify.checks.mail_hidden_clocks import author_clocks_apart
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "date-after": "Date says {date}, {by} after the newest server took the mail in ({received}).",
    "taken-in-late": "Date says {date}; the first server took the mail in at {received}, {by} later.",
    "late": "The first server took the mail in {by} after its Date ({date}, {received}).",
    "hops-reversed": "A server stamped {later} on a mail that the next one took in at {earlier}, {by} "
    "before.",
    "resent": "Date says {date}; the first server took the mail in at {received}, {by} later, and the mail "
    "says that it was sent again at {resent}.",
    "clocks-tell": "Date says {date}, {by} from when the servers had the mail; LV-MAIL-003 tells it by the "
    "clocks of the program that made it.",
    "people-tell": "Date says {date}, {by} from when the servers had the mail; LV-MAIL-004 tells it, since "
    "people wrote this mail to each other.",
    "no-zone": "Date states no zone: hardly any person's program leaves it out, and programs that send in "
    "bulk and invent dates often do.",
    "other-year": "Date has the day and month of the delivery, {received}, in another year, as a computer "
    "set to the wrong year writes it.",
    "no-year": "Date says {date}, a year that no mail can have: the sender's program wrote the year wrongly.",
    "no-hops": "The mail states no Received line: it was kept by its sender, exported, or never sent.",
    **ABSENT,
}
INNOCENT = {
    "clock": "The clock of the sender or of one relay was wrong.",
    "delayed": "The mail was written earlier and sent later, on purpose or because it lay in a queue.",
    "resent": "An old mail was sent again, or imported through a server that adds a line of its own.",
    "year": "The sender's computer was set to the wrong year.",
    "bulk": "The program of a newsletter or of unwanted mail invents dates.",
}

_YEAR = timedelta(days=365, hours=6)

_HOPS = (
    fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=2),
    fact("mail.received.when", "2016-05-12T08:31:05Z", line=5),
)

EXAMPLES = (
    Example(
        title="Date moved to two months after delivery",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.date", "2016-07-10T10:31:00+02:00", line=9), *_HOPS),
    ),
    Example(
        title="Date moved back by two years",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.date", "2014-05-12T10:31:00+02:00", line=9), *_HOPS),
    ),
    Example(
        title="Date moved back, which the clock of the sender's program tells as well",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2014-05-12T10:31:00+02:00", line=9),
            fact("mail.clock.identifier", "2016-05-12T08:30:58Z", line=11),
            fact("mail.clock.identifier.form", "mozilla-id", line=11),
            *_HOPS,
        ),
    ),
    Example(
        title="an old mail sent again, which says so",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2014-05-12T10:31:00+02:00", line=9),
            fact("mail.resent.when", "2016-05-12T10:30:00+02:00", line=8),
            *_HOPS,
        ),
    ),
    Example(
        title="unwanted mail with an invented date that has no zone",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.date", "2015-05-12T11:02:47", line=9), *_HOPS),
    ),
    Example(
        title="sender's zone is wrong by two hours",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.date", "2016-05-12T10:31:00Z", line=9), *_HOPS),
    ),
    Example(
        title="a program with a fault of the year 2000",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.date", "0102-08-27T23:35:10+07:00", line=9), *_HOPS),
    ),
    Example(
        title="a draft sent three days later",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.date", "2016-05-09T09:00:00+02:00", line=9), *_HOPS),
    ),
    Example(
        title="a mail from the folder of sent items",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("mail",),
        facts=(fact("mail.date", "2016-05-12T10:31:00+02:00", line=9),),
    ),
)


@check(
    "LV-MAIL-001",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("mail", "msg", "tnef"),
    reads=(
        "mail.date",
        "mail.date.zone",
        "mail.received.when",
        "mail.resent.when",
        *DECODED,
        *FORMS,
        *BETWEEN,
    ),
    cost=Cost.SECONDS,
    reproduce="grep -inE -A2 '^(date|received|resent-date):' FILE",
)
def date_against_hops(facts: Facts) -> Iterator[Answer]:
    date = facts.moment("mail.date")
    hops = moments(facts, ("mail.received.when",))
    if date is None and not hops:
        yield absent(facts, "mail.date", "mail.received.when")
        return
    if not hops:
        yield Answer(Outcome.NOT_APPLICABLE, "no-hops", (), {})
        return
    if date is not None and date[1].wall.year < FIRST_YEAR:
        yield neutral("no-year", rests_on=(date[0],), date=date[1].text)
    elif date is not None:
        for answer in _against(facts, date, hops):
            elsewhere = _told_elsewhere(facts, date, hops) if answer.outcome is Outcome.UNUSUAL else ""
            if elsewhere:
                said = {key: answer.params[key] for key in ("date", "by")}
                yield neutral(elsewhere, rests_on=answer.rests_on, **said)
            else:
                yield answer
    for newer, older in pairwise(hops):
        by = lead(older[1], newer[1])
        if by > DAY:
            yield unusual(
                "hops-reversed", rests_on=(newer[0], older[0]), by=span_text(by),
                later=older[1].text, earlier=newer[1].text,
            )  # fmt: skip
            return


def _told_elsewhere(facts: Facts, date: Stated, hops: list[Stated]) -> str:
    """The message that names the check which tells the same by more than the servers' times."""
    if author_clocks_apart(facts, date):
        return "clocks-tell"
    return "people-tell" if _agreed(hops) and between_people(facts) else ""


def _agreed(hops: list[Stated]) -> bool:
    """Whether no server's clock stands apart from the others'."""
    return max(hop[1].latest for hop in hops) - min(hop[1].earliest for hop in hops) <= LATE


def dates_apart(facts: Facts) -> Iterator[Answer]:
    """What servers that agree among each other say against Date; nothing where other clocks tell it."""
    date = facts.moment("mail.date")
    hops = moments(facts, ("mail.received.when",))
    if date is None or not hops or date[1].wall.year < FIRST_YEAR:
        return
    if _agreed(hops) and not author_clocks_apart(facts, date):
        yield from _against(facts, date, hops)


def _against(facts: Facts, date: Stated, hops: list[Stated]) -> Iterator[Answer]:
    zoned = facts.first("mail.date.zone") is not None or date[1].offset is not None
    # whichever hop is kindest to the Date: a single relay with a wrong clock must not accuse it
    last = max(hops, key=lambda hop: hop[1].latest)
    first = min(hops, key=lambda hop: hop[1].earliest)
    ahead = lead(date[1], last[1])
    if ahead > DAY:
        yield unusual(
            "date-after", rests_on=(date[0], last[0]), by=span_text(ahead),
            date=date[1].text, received=last[1].text,
        )  # fmt: skip
        yield from _invented(date, first, zoned)
    behind = lead(first[1], date[1])
    if behind > DAY:
        said = {"date": date[1].text, "received": first[1].text, "by": span_text(behind)}
        again = resent(facts, first[1])
        if again is not None:
            yield neutral("resent", rests_on=(date[0], first[0], again[0]), resent=again[1].text, **said)
        elif behind > LATE:
            yield unusual("taken-in-late", rests_on=(date[0], first[0]), **said)
            yield from _invented(date, first, zoned)
        else:
            yield neutral("late", rests_on=(date[0], first[0]), **said)


def _invented(date: Stated, first: Stated, zoned: bool) -> Iterator[Answer]:
    """What speaks for a Date nobody typed: no zone, or only the year is another."""
    stated, taken = date[1], first[1]
    if not zoned:
        yield neutral("no-zone", rests_on=(date[0],))
    years = round((taken.wall - stated.wall) / _YEAR)
    if years and abs(taken.wall - stated.wall - years * _YEAR) <= 2 * DAY:
        yield neutral("other-year", rests_on=(date[0], first[0]), received=taken.text)
