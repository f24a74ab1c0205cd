"""LV-MAIL-004  The Date of a mail between people against its Received lines.

What it looks at: the same two statements as LV-MAIL-001, in mails that a person
wrote to others: it answers a mail or belongs to a conversation (In-Reply-To,
References, Thread-Index), a discussion list passed it on, or Message-ID and name are those of a
program that bulk senders did not borrow.  Reported is a Date that lies certainly more
than a day after the newest server took the mail in, or more than a week before
the first one did, where all servers' times lie within a week of each other.

Why it matters: newsletters and unwanted mail invent dates, so LV-MAIL-001 alone
asks nobody to look.  The program of a person takes Date from the computer when the mail is sent, and
hardly anybody's computer is weeks off; who moves the date of a mail in a mailbox rarely
changes the clocks of the servers it went through.

Innocent ways: a computer whose battery was empty, which counts from some year of
its making; a mail that lay in an outbox for weeks; an old mail handed to a
server again by an import, without Resent-Date.

Repeat by hand: ``grep -inE -A2 '^(date|received|references|in-reply-to|list-post):' FILE``
and read the hops from the bottom up.

Sources: RFC 5322 3.6.1, 3.6.4 and 3.6.7; RFC 5321 4.4.  Measured on public mail: of
1,640 wanted mails 1,224 are of such a kind, and 1 is reported (its clock was 26
years ahead); of 836 advertising mails 175 are, and none is reported, while LV-MAIL-001
points at 26 of the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact
from leakverify.checks._mail_clients import BETWEEN, between_people
from leakverify.checks._mail_time import DECODED, FORMS
from leakverify.checks._time import moments
from leakverify.checks.mail_clock import dates_apart
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "date-after": "Date says {date}, {by} after the newest server took the mail in ({received}); the mail is "
    "one between people ({why}), whose programs take Date from the clock.",
    "taken-in-late": "Date says {date}; the first server took the mail in at {received}, {by} later; the "
    "mail is one between people ({why}), whose programs take Date from the clock.",
    "no-hops": "The mail states no Received line: it was kept by its sender, exported, or never sent.",
    "no-people": "Nothing shows that a person wrote this mail to others.",
}
INNOCENT = {
    "clock": "The sender's computer was set to another day or year.",
    "outbox": "The mail lay in an outbox for weeks.",
    "imported": "An old mail was handed to a server again by an import.",
}

_HOPS = (
    fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=2),
    fact("mail.received.when", "2016-05-12T08:31:05Z", line=5),
)
_ANSWER = fact("mail.in_reply_to", "20160511160200.17@horizon.example", line=11)
_BACK = fact("mail.date", "2014-05-14T10:31:00+02:00", line=9)

EXAMPLES = (
    Example(
        title="the Date of an answer moved back by two years",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_BACK, *_HOPS, _ANSWER),
    ),
    Example(
        title="the Date of a mail on a discussion list moved ahead by two months",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2016-07-10T10:31:00+02:00", line=9),
            *_HOPS,
            fact("mail.header.order", "received:received:date:from:list-id:list-post"),
        ),
    ),
    Example(
        title="unwanted mail with an invented Date",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("mail",),
        facts=(_BACK, *_HOPS, fact("mail.user_agent", "Microsoft Outlook Express 6.00.2600.0000")),
    ),
    Example(
        title="a relay whose own clock is years off",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_BACK, *_HOPS, fact("mail.received.when", "2014-05-14T08:31:02Z", line=8), _ANSWER),
    ),
    Example(
        title="an old answer sent again, which says so",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_BACK, fact("mail.resent.when", "2016-05-12T10:30:00+02:00", line=8), *_HOPS, _ANSWER),
    ),
    Example(
        title="an answer that lay in a queue for three days",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.date", "2016-05-09T09:00:00+02:00", line=9), *_HOPS, _ANSWER),
    ),
)


@check(
    "LV-MAIL-004",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("mail",),
    needs=("mail.date",),
    reads=(
        "mail.date",
        "mail.date.zone",
        "mail.received.when",
        "mail.resent.when",
        *DECODED,
        *FORMS,
        *BETWEEN,
    ),  # fmt: skip
    cost=Cost.SECONDS,
    reproduce="grep -inE -A2 '^(date|received|references|in-reply-to|list-post):' FILE",
)
def date_of_people_against_hops(facts: Facts) -> Iterator[Answer]:
    if not moments(facts, ("mail.received.when",)):
        yield Answer(Outcome.NOT_APPLICABLE, "no-hops", (), {})
        return
    people = between_people(facts)
    if people is None:
        yield Answer(Outcome.NOT_APPLICABLE, "no-people", (), {})
        return
    for answer in dates_apart(facts):
        if answer.outcome is Outcome.UNUSUAL:
            rests = (*answer.rests_on, people[1])
            yield Answer(Outcome.UNUSUAL, answer.message, rests, {**answer.params, "why": people[0]})
