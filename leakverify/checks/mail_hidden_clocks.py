"""LV-MAIL-003  The Date of a mail against the clocks its programs left in it.

What it looks at: mail programs write the time into places nobody reads:
separators of parts, the Message-ID, the Thread-Index of Outlook and Exchange,
names of pictures, dates of attached files, numbers of servers, signatures.  Some forty shapes are
decoded and compared with Date; so are the identifiers of the mails it refers
to, a copy of Date that a list keeps, and the weekday that Date names itself.

A program writes Date and its Message-ID by one clock and in one breath, so a
clock that was wrong moves both.  Where such a shape lies more than an hour
after Date, and not by whole half hours as a wrong zone makes it, that is
reported; where it lies before Date, only if servers took the mail in before
its Date too, or if two such clocks agree and lie weeks before.  Other shapes
count from a day after Date, servers' notes and signatures from a week after
or a day before, under every reading of the zones and as the clocks showed it.

Why it matters: whoever types another Date, and even takes the Received lines
out, leaves these places as they were.

Innocent ways: a sender's clock that was wrong for one program or one server;
a mailing list that signs an old mail again; a mail sent again; an archive or an
export that writes the separators anew, which do not count where no server's
line says that the mail was packed then and the identifier is of Date's day or
nothing else is as late; programs that write a Date of their own.
A mail written days before it was sent, a planned delivery or the answer in an
old thread have clocks before their Date: that is only shown.  A program that
writes the year wrongly, and a Date that the servers' own times speak against,
are left to LV-MAIL-001, unless the program that made the mail speaks against Date too: one
cause is told once.

Repeat by hand: ``grep -inE '^(date|message-id|references|thread-index|dkim-signature):|boundary=' FILE``;
``date -u -d @SECONDS`` reads the digits that count seconds since 1970; the table
``mail_clocks`` says how each shape is read.

Sources: RFC 5322 3.3, RFC 6376 3.5 (t=), MS-OXOMSG 2.2.1.3; Hopland and Gungor,
Metaspike 2020, on separators of Gmail; shapes in the table ``mail_clocks``.
Measured: of 1,574 wanted public mails none is reported, of 836 advertising mails 3,
whose identifiers are of other days.  Of the wanted ones 1,573 hold some such clock,
975 one that the sender's or the first program wrote, 484 one of a breath with Date;
of 490 of those 95 in 100 lie between 0 and 11 s of Date, the widest 13 minutes, two by
a zone written wrongly.  Of genuine mails that hold a clock, with their Date moved back
by days, or by weeks with the trace taken out, or with the weekday left as it was, all
of 60 each are reported; moved back by hours 54 of 56 and ahead by hours 35 of 38,
since whole half hours are a zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._mail_time import (
    BREATH,
    DECODED,
    FIRST_YEAR,
    FORMS,
    LATE,
    SIGNED,
    Clock,
    clocks,
    gap,
    resent,
    sure,
    told_by_hops,
)
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, Stated, distance, lead, moments, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "boundary": "Date says {date}; the separator of the mail's parts holds the time it was made, {clock}, "
    "{by} after that.",
    "identifier": "Date says {date}; the Message-ID holds the time it was made, {clock}, {by} after that.",
    "thread": "Date says {date}; Thread-Index holds the time the thread or this answer was begun, {clock}, "
    "{by} after that.",
    "content": "Date says {date}; the name of an inserted part holds the time it was made, {clock}, {by} "
    "after that.",
    "parent": "Date says {date}; the mail refers to one whose Message-ID was made at {clock}, {by} after "
    "that.",
    "attached": "Date says {date}; the mail states that an attachment was changed at {clock}, {by} after "
    "that.",
    "copy": "Date says {date}; the copy of it that a list kept ({field}) says {clock}.",
    "server-late": "Date says {date}; a server noted {clock} in {field}, {by} after that.",
    "server-early": "Date says {date}; a server noted {clock} in {field}, {by} before that.",
    "signed-late": "Date says {date}; a server states that it signed the mail at {clock}, {by} after that.",
    "signed-early": "Date says {date}; a server states that it signed the mail at {clock}, {by} before that.",
    "ahead": "Date says {date}; the mail's program made it at {clock}, {by} before that, and a server had it "
    "at {received}.",
    "two-before": "Date says {date}; two places in which the mail's programs note the time agree on {clock}, "
    "{by} before that.",
    "apart": "Date says {date}; the program that made the mail noted {clock}, and the servers had it then: "
    "Date alone stands apart, by {by}.",
    "told": "The mail's own clocks ({clock}) agree with the servers and not with Date.",
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

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: the same program's clocks agree within this span
_TOGETHER = timedelta(hours=1)
#: dates of files as the mail states them: before Date by 8 s at least in all of 37 cases
_FILES = ("mail.attachment.modified", "mail.attachment.created")
#: fields in which a list keeps the sender's Date: equal to it to the second in 363 of 363 public mails
_COPIES = frozenset(("x-original-date", "original-date"))
_COPY = timedelta(minutes=2)
#: fields that the servers of a transport write; others are notes of a mailbox
_TRANSPORT = frozenset(
    """x-originalarrivaltime x-ms-exchange-crosstenant-originalarrivaltime x-received x-apparently-to
    x-ms-exchange-organization-expirationstarttime x-google-dkim-signature""".split()
)
#: kinds of clocks in the order in which one is named for all, and the message that names it
_MADE = (
    ("mail.clock.identifier", "identifier"),
    ("mail.clock.boundary", "boundary"),
    ("mail.clock.answer", "thread"),
    ("mail.clock.thread", "thread"),
    ("mail.clock.content_id", "content"),
    ("mail.clock.parent", "parent"),
)

_DATE = fact("mail.date", "2016-05-12T10:31:00+02:00", line=9)
_BACK = fact("mail.date", "2014-05-12T10:31:00+02:00", line=9)
_AHEAD = fact("mail.date", "2016-08-12T10:31:00+02:00", line=9)


def _clock(kind: str, value: str, form: str, raw: str = "") -> tuple[Observation, Observation]:
    return (
        fact(f"mail.clock.{kind}", value, raw=raw or None),
        fact(f"mail.clock.{kind}.form", form),
    )


EXAMPLES = (
    Example(
        title="Date moved back by two years, separator of Gmail",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            _BACK,
            *_clock("boundary", "2016-05-12T08:31:00Z", "gmail-boundary", "0000000000005b59000532a0fa2c"),
        ),
    ),
    Example(
        title="Date moved back by some hours, Message-ID of JavaMail",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2016-05-12T07:17:41+02:00"),
            *_clock("identifier", "2016-05-12T08:31:00Z", "javamail-id", "17.4.1463041860000.JavaMail.app@h"),
        ),
    ),
    Example(
        title="Date moved ahead of its program and of the first server by five hours",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2016-05-12T15:48:21+02:00"),
            fact("mail.received.when", "2016-05-12T10:31:09+02:00"),
            *_clock("identifier", "2016-05-12T08:31:00Z", "mozilla-id", "57344104.3050206@host.example"),
        ),
    ),
    Example(
        title="Date moved three months ahead of the signature",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_AHEAD, fact("mail.dkim.time", "2016-05-12T08:31:02Z")),
    ),
    Example(
        title="an answer dated before the mail it answers was made",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            _BACK,
            *_clock("parent", "2016-05-11T16:02:00Z", "evolution-id", "1462982520.4264.62.camel@h"),
        ),
    ),
    Example(
        title="an attachment that the mail itself says was changed two years later",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_BACK, fact("mail.attachment.modified", "2016-05-11T16:02:00+02:00", part="2")),
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
            *_clock("identifier", "2016-05-12T08:30:58Z", "mutt-id", "20160512083058.GA17@host.example"),
            fact("mail.dkim.time", "2016-05-12T08:31:02Z"),
        ),
    ),
    Example(
        title="a sender's zone written wrongly",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2016-05-12T10:31:00+05:00"),
            *_clock("identifier", "2016-05-12T08:31:00Z", "mozilla-id", "57344104.3050206@host.example"),
        ),
    ),
    Example(
        title="the separator of Outlook, which counts local time",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            *_clock(
                "boundary", "2016-05-12T10:31:07", "outlook-boundary",
                "----=_NextPart_000_0019_01D1AC38.4ACCE9C0",
            ),
        ),
    ),
    Example(
        title="Date moved back under the Message-ID of its program and the servers' times",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            _BACK,
            fact("mail.received.when", "2016-05-12T10:31:09+02:00"),
            *_clock("identifier", "2016-05-12T08:31:00Z", "mozilla-id", "57344104.3050206@host.example"),
        ),
    ),
    Example(
        title="an old mail that a migration packed anew and handed in: its Message-ID is as old as its Date",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.date", "2014-05-12T10:31:00+02:00"),
            fact("mail.received.when", "2016-05-12T10:31:09+02:00"),
            *_clock("identifier", "2014-05-12T08:30:58Z", "mozilla-id", "537085F2.3050206@host.example"),
            *_clock(
                "boundary", "2016-05-12T08:31:05Z", "outlook-boundary",
                "----=_NextPart_000_0019_01D1AC28.4ACCE9C0",
            ),
        ),
    ),
    Example(
        title="an old mail of the folder of sent items, exported: new separators, old Message-ID",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BACK,
            *_clock("identifier", "2014-05-12T08:30:58Z", "outlook-id", "01cf6dbc$4a4ca9c0$a@h.example"),
            *_clock(
                "boundary", "2016-05-12T08:31:05Z", "outlook-boundary",
                "----=_NextPart_000_0019_01D1AC28.4ACCE9C0",
            ),
        ),
    ),
    Example(
        title="an old mail that somebody's archive exported, and no other clock in it",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BACK,
            *_clock("boundary", "2016-05-12T08:31:05Z", "javamail-boundary", "----=_Part_7_4.1463041865000"),
        ),
    ),
    Example(
        title="a mail without a Message-ID that lay at a relay for nine days; the last server gave it one",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            fact("mail.received.when", "2016-05-21T10:05:12+02:00", line=2),
            fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=5),
            *_clock("identifier", "2016-05-21T08:05Z", "sendmail-id", "201605210805.u4L85V1a012345@mx"),
        ),
    ),
    Example(
        title="a sender's clock eleven years ahead, which the servers tell",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BACK,
            fact("mail.received.when", "2016-05-12T10:31:09+02:00"),
            *_clock("identifier", "2016-05-12T08:31:00Z", "sendmail-id", "201605120831.u4C8V1aB012345@host"),
        ),
    ),
    Example(
        title="an answer in a thread begun a year before",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            *_clock("thread", "2015-05-12T08:30:00Z", "thread-outlook", "AdCMjfmfAAAAAAAAAAAAAAAAAAAAAA=="),
        ),
    ),
    Example(
        title="a draft of three weeks before",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            *_clock("identifier", "2016-04-21T08:31:00Z", "javamail-id", "17.4.1461227460000.JavaMail.app@h"),
        ),
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
)  # fmt: skip


@check(
    "LV-MAIL-003",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("mail", "msg", "tnef"),
    needs=("mail.date",),
    reads=("mail.date.weekday", *DECODED, *FORMS, *SIGNED, *_FILES, "mail.resent.when", "mail.received.when"),
    cost=Cost.SECONDS,
    reproduce="grep -inE '^(date|message-id|references|thread-index|dkim-signature):|boundary=' FILE",
)
def date_against_hidden_clocks(facts: Facts) -> Iterator[Answer]:
    date = facts.moment("mail.date")
    if date is None or date[1].wall.year < FIRST_YEAR:
        return
    found = [*_made(facts, date), *_attached(facts, date), *_served(facts, date)]
    own = author_clocks_apart(facts, date)
    if own and told_by_hops(facts, date):
        rests = tuple(dict.fromkeys(one for answer in own for one in answer.rests_on))
        yield unusual("apart", rests_on=rests, **{key: own[0].params[key] for key in ("date", "clock", "by")})
    elif found and told_by_hops(facts, date):
        rests = tuple(dict.fromkeys(one for answer in found for one in answer.rests_on))
        listed = ", ".join(dict.fromkeys(str(answer.params["clock"]) for answer in found))
        yield neutral("told", rests_on=rests, clock=listed)
    elif found:
        # one cause is told once: by the clock that says most, resting on all of them
        rests = tuple(dict.fromkeys(one for answer in found for one in answer.rests_on))
        yield unusual(found[0].message, rests_on=rests, **found[0].params)
    else:
        yield from _earlier(facts, date)
    if not any(facts.first(name) for name in ("mail.date.weekday", *DECODED, *SIGNED, *_FILES)):
        yield absent(facts, "mail.date.weekday", *DECODED, *SIGNED, *_FILES)
    named = facts.last("mail.date.weekday")
    if named is not None and named.value in _WEEKDAYS:
        true = _WEEKDAYS[date[1].wall.weekday()]
        if true != named.value:
            yield unusual(
                "weekday", rests_on=(date[0], named), date=date[1].text,
                named=str(named.value).capitalize(), true=true.capitalize(),
            )  # fmt: skip


def author_clocks_apart(facts: Facts, date: Stated) -> list[Answer]:
    """What the clocks of the program that made the mail say against its Date.

    A computer whose clock is wrong writes both alike; a server's number says nothing of the sender, so
    shapes that only servers write do not count.
    """
    own = {
        clock.observation: clock
        for name, message in _MADE
        if message != "parent"
        for clock in sure(clocks(facts, name))
        if clock.maker in ("author", "either")
    }
    if any(distance(clock.when, date[1]) <= DAY for clock in own.values()):
        return []  # an old mail that was packed and delivered anew keeps its identifier
    return [answer for answer in _made(facts, date) if answer.rests_on[1] in own]


def _made(facts: Facts, date: Stated) -> Iterator[Answer]:
    """Clocks of programs that lie after the Date, and of the sender's program that lie before delivery."""
    for name, message in _MADE:
        held = sure(clocks(facts, name))
        if not held:
            continue
        # a gateway may have packed the mail anew: the clock that is kindest to the Date
        # decides, but one mail that is answered and younger is enough
        choose = max if message == "parent" else min
        if message == "boundary" and _packed_anew(facts, date, held):
            continue
        clock = choose(held, key=lambda one: abs(gap(one, date[1]).after))
        if clock.maker == "server" and _given_on_arrival(facts, clock):
            continue
        apart = gap(clock, date[1])
        exact = clock.exact and clock.maker == "author" and message != "parent"
        said = {"date": date[1].text, "clock": clock.when.text}
        # an identifier that a server gave may be as late as the server
        most = BREATH if exact else DAY if clock.maker == "author" or message == "parent" else LATE
        if apart.beyond(most, exact=exact) and (exact or lead(clock.when, date[1]) > DAY):
            yield unusual(message, rests_on=(date[0], clock.observation), by=span_text(apart.after), **said)
        elif exact and apart.behind(BREATH, exact=True):
            taken = _taken_before(facts, date, apart.before)
            if taken is not None:
                yield unusual(
                    "ahead", rests_on=(date[0], clock.observation, taken[0]), by=span_text(apart.before),
                    received=taken[1].text, **said,
                )  # fmt: skip


def _given_on_arrival(facts: Facts, clock: Clock) -> bool:
    """Whether a server's own line tells the same time.

    The identifier then says when that server had the mail, as the lines do themselves, and a mail may have
    lain for weeks at the server before.
    """
    hops = moments(facts, ("mail.received.when",))
    return any(distance(hop[1], clock.when) <= DAY for hop in hops)


def _packed_anew(facts: Facts, date: Stated, held: list[Clock]) -> bool:
    """Whether the separators may be those of an export and not of the mail.

    Without a line of a delivery nothing says when the mail was packed: Outlook and programs in Java write
    separators anew when they export.  They do not count where the identifier is of the day of Date; nor those
    that any of several programs writes, unless another clock of the mail is as late.
    """
    if moments(facts, ("mail.received.when",)):
        return False
    others = [
        clock
        for name in ("mail.clock.identifier", "mail.clock.answer", "mail.clock.content_id")
        for clock in sure(clocks(facts, name))
        if clock.maker in ("author", "either")
    ]
    if any(distance(clock.when, date[1]) <= DAY for clock in others):
        return True
    if any(clock.maker == "author" for clock in held):
        return False
    return not any(distance(clock.when, one.when) <= LATE for clock in others for one in held)


def _attached(facts: Facts, date: Stated) -> Iterator[Answer]:
    """The dates of its files that a mail states: what is sent was there before."""
    stated = moments(facts, _FILES)
    if not stated:
        return
    latest = max(stated, key=lambda one: lead(one[1], date[1]))
    after = lead(latest[1], date[1])
    if after > DAY:
        yield unusual(
            "attached", rests_on=(date[0], latest[0]), date=date[1].text, clock=latest[1].text,
            by=span_text(after),
        )  # fmt: skip


def _taken_before(facts: Facts, date: Stated, before: timedelta) -> Stated | None:
    """A server's time that lies certainly before the Date, and nearer to the program's clock than to it.

    A draft whose sender's clock runs fast has its servers a little before its Date, and long after the draft.
    """
    taken = [hop for hop in moments(facts, ("mail.received.when",)) if hop[1].offset is not None]
    taken += [
        (one.observation, one.when)
        for one in clocks(facts, "mail.clock.field")
        if one.form in _TRANSPORT and one.when.offset is not None
    ]
    if date[1].offset is None:
        return None
    early = [(date[1].earliest - one[1].latest, one) for one in taken]
    near = [pair for pair in early if pair[0] > BREATH and before / 2 < pair[0] < before * 1.5]
    return min(near, key=lambda pair: abs(pair[0] - before), default=(None, None))[1]


def _served(facts: Facts, date: Stated) -> Iterator[Answer]:
    """Servers' notes and signatures, and the copy that a list keeps of Date."""
    signed = moments(facts, SIGNED)
    if signed:
        yield from _against(facts, date, signed, "signed")
    fields = clocks(facts, "mail.clock.field")
    for clock in fields:
        if clock.form in _COPIES and distance(clock.when, date[1]) > _COPY:
            yield unusual(
                "copy", rests_on=(date[0], clock.observation), date=date[1].text, clock=clock.when.text,
                field=clock.form,
            )  # fmt: skip
            break
    noted = [(one.observation, one.when) for one in fields if one.form in _TRANSPORT]
    if noted:
        yield from _against(facts, date, noted, "server")


def _against(facts: Facts, date: Stated, noted: list[Stated], stem: str) -> Iterator[Answer]:
    # whichever is kindest to the Date: each server notes anew
    nearest = min(noted, key=lambda stated: distance(stated[1], date[1]))
    said = {"date": date[1].text, "clock": nearest[1].text}
    if stem == "server":
        said["field"] = nearest[0].where.part or "a field of its own"
    after, before = lead(nearest[1], date[1]), lead(date[1], nearest[1])
    if after > LATE and resent(facts, nearest[1]) is None:
        yield unusual(f"{stem}-late", rests_on=(date[0], nearest[0]), by=span_text(after), **said)
    elif before > DAY:
        yield unusual(f"{stem}-early", rests_on=(date[0], nearest[0]), by=span_text(before), **said)


def _earlier(facts: Facts, date: Stated) -> Iterator[Answer]:
    """Clocks of the sender's program before its Date: a draft, unless two made at different steps agree."""
    before: list[tuple[Clock, timedelta]] = []
    for name in ("mail.clock.identifier", "mail.clock.boundary", "mail.clock.answer"):
        held = sure(clocks(facts, name))
        if held:
            clock = min(held, key=lambda one: abs(gap(one, date[1]).before))
            by = lead(date[1], clock.when)
            if by > DAY:
                before.append((clock, by))
    if not before:
        return
    clock, by = before[0]
    said = {"date": date[1].text, "clock": clock.when.text, "by": span_text(by)}
    for other, far in before[1:]:
        telling = "author" in (clock.maker, other.maker) and min(by, far) > LATE
        if telling and abs(by - far) <= _TOGETHER + timedelta(hours=26):
            yield unusual("two-before", rests_on=(date[0], clock.observation, other.observation), **said)
            return
    yield neutral("draft", rests_on=(date[0], clock.observation), **said)
