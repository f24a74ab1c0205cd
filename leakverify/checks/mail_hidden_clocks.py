"""LV-MAIL-003  The Date of a mail against the clocks its programs left in it.

What it looks at: mail programs write the time into places nobody reads.  The
separators of parts of Gmail and JavaMail, the Message-ID of several programs,
the Thread-Index of Outlook and the signing time of a DKIM signature are decoded
and compared with Date; so is the weekday that Date names itself.  Reported is a
Date that lies certainly more than a day before the mail was made, or more than
a day after it was signed, under every reading of the zones and as the clocks
showed it; and a weekday that its day was not.

Why it matters: whoever types another Date, and even takes the Received lines
out, leaves these places as they were.

Innocent ways: a sender's clock that was wrong for one program or one server;
a mailing list that signs an old mail again; a mail sent again; an archive or an
export that writes the separators anew; programs that write a Date of their own.
A mail written days before it was sent, a planned delivery or the answer in an
old thread have clocks before their Date: that is only shown.  A program that
writes the year wrongly is left to LV-MAIL-001.

Repeat by hand: ``grep -inE '^(date|message-id|thread-index|dkim-signature):|boundary=' FILE``;
``date -u -d @SECONDS`` reads the digits that count seconds since 1970.

Sources: RFC 5322 3.3, RFC 6376 3.5 (t=), MS-OXOMSG 2.2.1.3; Hopland and Gungor,
Metaspike 2020, on separators of Gmail.  Measured: 5 of
2,484 public mails are reported, an advertisement dated 1993 and made in 2002
and four test mails of a DKIM library, sent again with their first Date.
Of 1,621 wanted ones 428 hold such a clock; with their Date set back by weeks
all 428 are reported, and with the weekday left as it was, which those who type
a date often do, 1,371 of 1,621.

"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._mail_time import boundary_times, identifier_times, thread_times
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, Stated, distance, lead, moments, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "boundary": "Date says {date}; the separator of the mail's parts holds the time it was made, {clock}, "
    "{by} after that.",
    "identifier": "Date says {date}; the Message-ID holds the time it was made, {clock}, {by} after that.",
    "thread": "Date says {date}; Thread-Index holds the time the thread or this answer was begun, {clock}, "
    "{by} after that.",
    "signed-late": "Date says {date}; a server states that it signed the mail at {clock}, {by} after that.",
    "signed-early": "Date says {date}; a server states that it signed the mail at {clock}, {by} before that.",
    "weekday": "Date names {named} and says {date}, which was {true}.",
    **ABSENT,
    "draft": "Date says {date}; the mail's program noted {clock}, {by} before that, as in a mail written "
    "earlier and sent later.",
}
INNOCENT = {
    "clock": "The clock of the sender, or of the server that signed, was wrong.",
    "signed-again": "A mailing list or a gateway signed an old mail when it passed it on.",
    "exported": "An archive or an export wrote the mail anew, separators and Message-ID included.",
    "own-date": "A program that sends mail by itself writes a Date of its own.",
}

#: lists, greylisting and queues pass a mail on within this time (RFC 5321 4.5.4.1: servers give up)
_LATE = timedelta(days=7)
#: no mail is older (RFC 822 is of 1982)
_FIRST_YEAR = 1971
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOCKS = (
    "mail.date.weekday",
    "mail.mime.boundary",
    "mail.message_id",
    "mail.thread_index",
    "mail.dkim.time",
)

_DATE = fact("mail.date", "2016-05-12T10:31:00+02:00", line=9)
_BACK = fact("mail.date", "2014-05-12T10:31:00+02:00", line=9)
_AHEAD = fact("mail.date", "2016-08-12T10:31:00+02:00", line=9)

EXAMPLES = (
    Example(
        title="Date moved back by two years, separator of Gmail",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        # 2016-05-12T08:31:00Z
        facts=(_BACK, fact("mail.mime.boundary", "0000000000005b59000532a0fa2c", part="1")),
    ),
    Example(
        title="Date moved back by two years, Message-ID of JavaMail",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_BACK, fact("mail.message_id", "17.42.1463041860000.JavaMail.app@host.example")),
    ),
    Example(
        title="Date moved three months ahead of the signature",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_AHEAD, fact("mail.dkim.time", "2016-05-12T08:31:02Z")),
    ),
    Example(
        title="the day exchanged, the weekday left",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_BACK, fact("mail.date.weekday", "thu")),
    ),
    Example(
        title="every clock of one minute",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            fact("mail.date.weekday", "thu"),
            fact("mail.message_id", "20160512083058.GA17@host.example"),
            fact("mail.dkim.time", "2016-05-12T08:31:02Z"),
        ),
    ),
    Example(
        title="an answer in a thread begun a year before",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        # root 2015-05-12
        facts=(_DATE, fact("mail.thread_index", "AdCMjfmfAAAAAAAAAAAAAAAAAAAAAA==")),
    ),
    Example(
        title="a draft of three weeks before",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_DATE, fact("mail.message_id", "17.42.1461227460000.JavaMail.app@host.example")),
    ),
    Example(
        title="an old mail sent again, signed by the server that did",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BACK,
            fact("mail.resent.when", "2016-05-12T08:31:00Z"),
            fact("mail.dkim.time", "2016-05-12T08:31:02Z"),
        ),
    ),
)


@check(
    "LV-MAIL-003",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("mail",),
    needs=("mail.date",),
    reads=(*_CLOCKS, "mail.resent.when"),
    cost=Cost.SECONDS,
    reproduce="grep -inE '^(date|message-id|thread-index|dkim-signature):|boundary=' FILE",
)
def date_against_hidden_clocks(facts: Facts) -> Iterator[Answer]:
    date = facts.moment("mail.date")
    if date is None or date[1].wall.year < _FIRST_YEAR:
        return
    for message, clocks in (
        ("boundary", boundary_times(facts)),
        ("identifier", identifier_times(facts)),
        ("thread", thread_times(facts)),
    ):
        yield from _made(message, date, list(clocks))
    yield from _signed(facts, date)
    if not any(facts.first(name) for name in _CLOCKS):
        yield absent(facts, *_CLOCKS)
    named = facts.last("mail.date.weekday")
    if named is not None and named.value in _WEEKDAYS:
        true = _WEEKDAYS[date[1].wall.weekday()]
        if true != named.value:
            yield unusual(
                "weekday", rests_on=(date[0], named), date=date[1].text,
                named=str(named.value).capitalize(), true=true.capitalize(),
            )  # fmt: skip


def _made(message: str, date: Stated, clocks: list[Stated]) -> Iterator[Answer]:
    """The clock that is kindest to the Date against it: a gateway may have packed the mail anew."""
    if not clocks:
        return
    clock = min(clocks, key=lambda stated: distance(stated[1], date[1]))
    said = {"date": date[1].text, "clock": clock[1].text}
    after, before = lead(clock[1], date[1]), lead(date[1], clock[1])
    if after > DAY:
        yield unusual(message, rests_on=(date[0], clock[0]), by=span_text(after), **said)
    elif before > DAY and message != "thread":
        yield neutral("draft", rests_on=(date[0], clock[0]), by=span_text(before), **said)


def _signed(facts: Facts, date: Stated) -> Iterator[Answer]:
    signed = moments(facts, ("mail.dkim.time",))
    if not signed:
        return
    # whichever signature is kindest to the Date: each server signs anew
    nearest = min(signed, key=lambda stated: distance(stated[1], date[1]))
    said = {"date": date[1].text, "clock": nearest[1].text}
    after, before = lead(nearest[1], date[1]), lead(date[1], nearest[1])
    resent = moments(facts, ("mail.resent.when",))
    again = any(distance(nearest[1], one[1]) <= _LATE for one in resent)
    if after > _LATE and not again:
        yield unusual("signed-late", rests_on=(date[0], nearest[0]), by=span_text(after), **said)
    elif before > DAY:
        yield unusual("signed-early", rests_on=(date[0], nearest[0]), by=span_text(before), **said)
