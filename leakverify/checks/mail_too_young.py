"""LV-MAIL-023  A mail that holds what did not exist at its date.

What it looks at: header fields, identifiers and servers' numbers of a kind
whose first day is known, such as signatures of DKIM, seals of ARC, notes of
Exchange Online or identifiers of Amazon's mail service, against every time
that Date and the servers state.  Only a mail whose newest stated time lies more
than half a year before that first day is reported.

Why it matters: a mail written today under an old date, or one of which Date
and Received lines were moved by years, keeps the habits of its true time.

Innocent ways: an old mail that was signed or marked when it was imported or
sent again by a newer system that adds no Received line; a computer whose
clock stood years back and that keeps its own mail.

Repeat by hand: ``grep -inE -A2 '^(date|received|dkim-signature|arc-seal):' FILE``
and read the first day in the table ``mail_firsts``.

Sources: the table ``mail_firsts``, each row with its own.
Measured: of 1,574 wanted public mails and 836 advertising ones none is reported; of
36 other known-genuine ones with a Date one is, a test mail made in code under a date of 2003.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact
from leakverify.checks._mail_time import FIRST_YEAR, FORMS
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import lead, moments, newest, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table

MESSAGES = {
    "too-young": "The newest time the mail states is {newest}; it holds {what}, which did not exist before "
    "{first} ({source}), {by} later.",
    **ABSENT,
}
INNOCENT = {
    "imported": "A newer system marked or signed the old mail when it was imported or sent again.",
    "clock": "The computer that made and kept the mail had its clock years behind.",
}

#: how long something may have been in use before it was published
_BEFORE = timedelta(days=183)
_STATED = ("mail.date", "mail.received.when", "mail.resent.when", "mail.envelope.when")

EXAMPLES = (
    Example(
        title="a mail of 2003 with a DKIM signature",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=(
            fact("mail.date", "2003-05-12T10:31:00+02:00"),
            fact("mail.received.when", "2003-05-12T10:31:09+02:00"),
            fact("mail.header.order", "received:dkim-signature:date:from:to:subject"),
        ),
    ),
    Example(
        title="an old mail sent again and signed on that day",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2003-05-12T10:31:00+02:00"),
            fact("mail.resent.when", "2017-05-12T10:31:00+02:00"),
            fact("mail.header.order", "received:dkim-signature:date:from:to:subject"),
        ),
    ),
    Example(
        title="a signature of the months before the first draft",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2005-04-12T10:31:00+02:00"),
            fact("mail.header.order", "received:dkim-signature:date:from:to:subject"),
        ),
    ),
    Example(
        title="an identifier of Amazon's service in a mail of 2009",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=(
            fact("mail.date", "2009-05-12T10:31:00+02:00"),
            fact("mail.clock.identifier", "2016-05-12T08:31:00Z"),
            fact("mail.clock.identifier.form", "ses-id"),
        ),
    ),
)


@check(
    "LV-MAIL-023",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("mail", "msg", "tnef"),
    reads=(*_STATED, "mail.header.order", "mail.received.id", *FORMS),
    cost=Cost.SECONDS,
    reproduce="grep -inE -A2 '^(date|received|dkim-signature|arc-seal):' FILE",
)
def younger_than_its_date(facts: Facts) -> Iterator[Answer]:
    stated = newest(moments(facts, _STATED))
    if stated is None or stated[1].wall.year < FIRST_YEAR:
        yield absent(facts, *_STATED)
        return
    youngest: tuple[Row, Observation] | None = None
    for row, where in _held(facts):
        late = lead(row.when, stated[1]) > _BEFORE
        if late and (youngest is None or row.when.wall > youngest[0].when.wall):
            youngest = (row, where)
    if youngest is not None:
        row, where = youngest
        yield contradicts(
            "too-young", rests_on=(stated[0], where), newest=stated[1].text, what=row["shown"],
            first=row["date"], source=row.source, by=span_text(lead(row.when, stated[1])),
        )  # fmt: skip


def _held(facts: Facts) -> Iterator[tuple[Row, Observation]]:
    """Rows of the table that the mail holds, with where."""
    order = facts.first("mail.header.order")
    fields = frozenset(str(order.value).split(":")) if order is not None else frozenset()
    # parents may be older or younger than the mail, and are not its own
    forms = {str(one.value): one for name in FORMS if "parent" not in name for one in facts.all(name)}
    for row in table("mail_firsts"):
        kind, what = row["kind"], row["what"]
        if kind == "field" and what in fields and order is not None:
            yield row, order
        elif kind == "form" and what in forms:
            yield row, forms[what]
        elif kind == "number":
            for one in facts.all("mail.received.id"):
                if re.fullmatch(what, str(one.value)):
                    yield row, one
                    break
