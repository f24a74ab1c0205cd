"""LV-MAIL-035  Fields that stand in a mail twice and say different things.

What it looks at: fields that may occur once (From, Sender, Reply-To, To, Cc,
Subject, Date, Message-ID) and occur more often.  Two From fields with different
authors, two different Subjects and two Dates more than a month apart are
reported; all others are shown.

Why it matters: programs differ in which of two they show, most of them the
upper one, while a DKIM signature covers the lower one: a line added on top
changes what is read and leaves the signature whole.

Innocent ways: a program that sends a mail again puts its own Date on top;
bulk senders and scripts write To and Cc twice; a list or a gateway adds a
Subject with its mark and keeps the first.

Repeat by hand: ``grep -inE '^(from|sender|reply-to|to|cc|subject|date|message-id):' FILE``.

Sources: RFC 5322 3.6; RFC 6376 5.4.2 (the lowest of several is signed first)
and 8.15; J. Chen, V. Paxson, J. Jiang, Composition Kills, USENIX Security 2020
(which one programs show).  Measured: none of 2,462 genuine mails is reported,
11 repeat a field; of 200 mails with a line added on top all are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._time import distance, moments, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "two-authors": "The mail has {count} From fields: the first names {first}, another {other}. Most "
    "programs show the first; a DKIM signature covers the last.",
    "two-subjects": "The mail has {count} Subject fields: the first says «{first}», another «{other}».",
    "two-dates": "The mail has {count} Date fields: the first says {first}, another {other}, {by} apart.",
    "repeated": "The mail has the field {name} {count} times.",
}
INNOCENT = {
    "resent": "A program that sends a mail again, or a list, put a field of its own on top.",
    "script": "A script wrote the field twice.",
}

_MONTH = timedelta(days=31)

_AUTHOR = fact("mail.from.address", "direction@horizon.example", line=1)
EXAMPLES = (
    Example(
        title="a second author put on top",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.header.order", "from:received:from:date:subject"),
            fact("mail.header.duplicate", "from"),
            _AUTHOR,
            fact("mail.from.other", "anna@autre.example", line=5),
        ),
    ),
    Example(
        title="a second subject put on top",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.header.order", "subject:received:from:date:subject"),
            fact("mail.header.duplicate", "subject"),
            _AUTHOR,
            fact("mail.subject", "Virement urgent", line=1),
            fact("mail.subject.other", "Réunion de jeudi", line=6),
        ),
    ),
    Example(
        title="two authors in one field, as the standard allows",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.header.order", "received:from:date:subject"),
            _AUTHOR,
            fact("mail.from.other", "anna@horizon.example", line=1),
        ),
    ),
    Example(
        title="sent again two weeks later, with a Date of its own on top",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.header.order", "date:received:from:date:subject"),
            fact("mail.header.duplicate", "date"),
            fact("mail.date", "2006-03-03T15:34:41Z", line=1),
            fact("mail.date.other", "2006-02-15T17:32:54-05:00", line=7),
        ),
    ),
    Example(
        title="a list that keeps the first subject under its own",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.header.order", "subject:from:date:subject"),
            fact("mail.header.duplicate", "subject"),
            fact("mail.subject", "[bureau] Réunion de jeudi", line=1),
            fact("mail.subject.other", "Réunion de jeudi", line=6),
        ),
    ),
)


@check(
    "LV-MAIL-035",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("mail",),
    needs=("mail.header.order",),
    reads=(
        "mail.header.duplicate",
        "mail.from.address",
        "mail.from.other",
        "mail.subject",
        "mail.subject.other",
        "mail.date",
        "mail.date.other",
    ),
    cost=Cost.SECONDS,
    reproduce="grep -inE '^(from|sender|reply-to|to|cc|subject|date|message-id):' FILE",
)
def fields_twice(facts: Facts) -> Iterator[Answer]:
    order = facts.text("mail.header.order").split(":")
    for repeated in facts.all("mail.header.duplicate"):
        name = str(repeated.value)
        count = order.count(name)
        found = None
        if name == "from":
            found = _differ(facts, "mail.from.address", "mail.from.other", "two-authors", count)
        elif name == "subject":
            found = _differ(facts, "mail.subject", "mail.subject.other", "two-subjects", count)
        elif name == "date":
            found = _dates(facts, count)
        yield found or neutral("repeated", rests_on=(repeated,), name=name, count=max(count, 2))


def _differ(facts: Facts, name: str, others: str, message: str, count: int) -> Answer | None:
    """Whether a further field says something that the first does not hold."""
    first = facts.first(name)
    if first is None:
        return None
    shown = " ".join(str(first.value).split())
    for other in facts.all(others):
        said = " ".join(str(other.value).split())
        if other.where.line != first.where.line and said.lower() not in shown.lower():
            return unusual(message, rests_on=(first, other), count=count, first=shown[:200], other=said[:200])
    return None


def _dates(facts: Facts, count: int) -> Answer | None:
    first = facts.moment("mail.date")
    if first is None:
        return None
    for other in moments(facts, ("mail.date.other",)):
        by = distance(first[1], other[1])
        if by > _MONTH:
            rests: tuple[Observation, ...] = (first[0], other[0])
            return unusual(
                "two-dates", rests_on=rests, count=count, first=first[1].text, other=other[1].text,
                by=span_text(by),
            )  # fmt: skip
    return None
