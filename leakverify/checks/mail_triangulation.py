"""LV-MAIL-020  The clocks of a mail side by side.

What it looks at: Date, the time of every server, and every time that programs
and servers hid in the mail, as intervals: each with its zone or without, and
with the tolerance that its kind keeps on genuine mail.  Said is how many agree
with Date within ten minutes, written by how many different programs or hosts,
which stand apart, and by how much.

Why it matters: to move a mail in time, every one of these would have to be
moved, each in its own notation.  Three or more that agree, among them one that
was hidden and one that a server wrote, speak for the Date; the list also says
where to look when another check speaks against it.

Servers that took the mail in later, on its way, do not disagree with its Date.

Innocent ways: a mail can be sincere and have one clock only; agreement speaks
for the time of a mail, not for its text.  Clocks that begin with the mail and
not with its sending (drafts, threads, Pine, Eudora) lie before Date; hosts that
were hours off, greylisting and queues lie after it.

Repeat by hand: ``grep -inE -A2 '^(date|received|message-id|thread-index|x-original[a-z]+):|boundary=' FILE``
and read each with the table ``mail_clocks``.

Sources: shapes in the table ``mail_clocks``; RFC 5322 3.6.1, RFC 5321 4.4.
Measured on 1,574 wanted public mails: 933 hold such an agreement.  The first server's
time lies between 12 minutes before and 39 minutes after Date in nine of ten and
within ten seconds in half of them, identifiers and separators of the sender's program
between 0 and 11 s in 95 of 100, and those that note when a mail is begun up to 78
minutes before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports
from leakverify.checks._mail_time import (
    DECODED,
    FIRST_YEAR,
    FORMS,
    SIGNED,
    SIGNERS,
    Gap,
    clocks,
    gap,
    servers,
)
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import Stated, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.when import When

MESSAGES = {
    "agree": "{count} clocks agree with Date ({date}) within ten minutes, {hidden} of them hidden, written "
    "by {makers} programs or hosts: {listed}. To move the Date, each of them would have to be moved.",
    "mixed": "{count} clocks agree with Date ({date}) within ten minutes, {apart} do not: {listed}.",
    "alone": "Date ({date}) stands alone: {listed}.",
    "few": "Beside Date ({date}) the mail holds no clock that could be compared.",
    **ABSENT,
}
INNOCENT = {"clock": "The clock of the sender was wrong, and the servers' were right."}

#: what a sender's clock may be off, and a mail take to its first server: 87 of 100 wanted mails keep it
_AGREE = timedelta(minutes=10)
#: Pine, Eudora and Outlook note when a mail is begun, on genuine mail up to 78 minutes before it is sent
_BEGUN = timedelta(hours=2)
#: clocks that are listed by name
_LISTED = 12
#: begin with a conversation, a picture or another mail, and say nothing about this one's sending
_LOOSE = frozenset(("thread", "content_id", "parent"))


class _Row(NamedTuple):
    """One clock of the table: its place, who wrote it, its observation, and how far it is from Date."""

    place: str
    maker: str
    hidden: bool
    observation: Observation
    when: When
    apart: Gap

    @property
    def agrees(self) -> bool:
        return max(self.apart.after, self.apart.before) <= _AGREE

    @property
    def disagrees(self) -> bool:
        """Cannot be explained by the way a mail goes: servers come after Date, what is begun lies before."""
        if self.maker == "author":
            return self.apart.after > _AGREE or self.apart.before > _BEGUN
        return self.apart.before > _AGREE

    def shown(self) -> str:
        if self.agrees:
            return f"{self.place} {self.when.text}"
        late = self.apart.after >= self.apart.before
        by = span_text(max(self.apart.after, self.apart.before))
        return f"{self.place} {self.when.text} ({by} {'after' if late else 'before'})"


_DATE = fact("mail.date", "2016-05-12T10:31:00+02:00", line=9)
_HOP = (
    fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=2),
    fact("mail.received.by", "mx.example", line=2),
)
_IDENTIFIER = (
    fact("mail.clock.identifier", "2016-05-12T08:31:00Z", raw="57344104.3050206@host.example"),
    fact("mail.clock.identifier.form", "mozilla-id"),
)

EXAMPLES = (
    Example(
        title="Date, Message-ID, a server and its number agree",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        facts=(
            _DATE,
            *_HOP,
            *_IDENTIFIER,
            fact("mail.clock.hop", "2016-05-12T08:31:09Z", raw="u4C8V9aB012345", line=2),
            fact("mail.clock.hop.form", "sendmail-hop", line=2),
        ),
    ),
    Example(
        title="Date moved, the rest left",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.date", "2014-05-12T10:31:00+02:00"), *_HOP, *_IDENTIFIER),
    ),
    Example(
        title="greylisted for two hours",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            fact("mail.received.when", "2016-05-12T12:35:09+02:00", line=2),
            *_IDENTIFIER,
        ),
    ),
    Example(
        title="one server and nothing hidden",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_DATE, *_HOP),
    ),
)


@check(
    "LV-MAIL-020",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("mail", "msg", "tnef"),
    needs=("mail.date",),
    reads=("mail.received.when", "mail.received.by", *DECODED, *FORMS, *SIGNED, *SIGNERS),
    cost=Cost.HOURS,
    reproduce="grep -inE -A2 '^(date|received|message-id|thread-index|dkim-signature):|boundary=' FILE",
)
def clocks_side_by_side(facts: Facts) -> Iterator[Answer]:
    date = facts.moment("mail.date")
    if date is None or date[1].wall.year < FIRST_YEAR:
        yield absent(facts, "mail.date")
        return
    rows = list(_rows(facts, date))
    if not rows:
        yield neutral("few", rests_on=(date[0],), date=date[1].text)
        return
    agree = [row for row in rows if row.agrees]
    apart = [row for row in rows if not row.agrees]
    makers = {row.maker for row in agree}
    hidden = [row for row in agree if row.hidden]
    rests = (date[0], *(row.observation for row in (agree or apart)))
    said = {"date": date[1].text, "listed": _listed(agree, apart)}
    if not agree:
        yield neutral("alone", rests_on=rests, **said)
    elif hidden and len(makers) > 1 and not any(row.disagrees for row in apart):
        yield supports(
            "agree", rests_on=rests, count=len(agree), hidden=len(hidden), makers=len(makers), **said
        )
    else:
        yield neutral("mixed", rests_on=rests, count=len(agree), apart=len(apart), **said)


def _rows(facts: Facts, date: Stated) -> Iterator[_Row]:
    """Every clock that tells of the sending, servers' times first."""
    hosts = {one.where: _house(str(one.value)) for one in facts.all("mail.received.by")}
    for host, (observation, when) in servers(facts):
        hidden = observation.name != "mail.received.when"
        place = host or "a server"
        yield _Row(place, _house(host), hidden, observation, when, _plain(when, date[1]))
    for name in DECODED:
        kind = name.rpartition(".")[2]
        if kind in _LOOSE or kind == "field":
            continue
        seen: set[str] = set()
        for clock in clocks(facts, name):
            if clock.when.text in seen:
                continue
            seen.add(clock.when.text)
            if kind == "hop":  # by the hand that wrote the Received line
                maker = hosts.get(clock.observation.where, clock.form)
                place = f"number ({clock.form}) of {maker}"
            else:
                maker = clock.maker if clock.maker == "author" else clock.form
                place = f"{kind} ({clock.form})"
            row = _Row(place, maker, True, clock.observation, clock.when, gap(clock, date[1]))
            if clock.maker != "chance" or row.agrees:
                yield row


def _house(host: str) -> str:
    """The organisation a host belongs to: its last two labels."""
    return ".".join(host.lower().rstrip(".").split(".")[-2:])


def _plain(when: When, date: When) -> Gap:
    """How far a server's time is from Date; on the clocks' faces where a zone is missing."""
    if when.offset is None or date.offset is None:
        return Gap(when.wall - date.wall_end, date.wall - when.wall_end, certain=False)
    return Gap(when.earliest - date.latest, date.earliest - when.latest, certain=True)


def _listed(agree: list[_Row], apart: list[_Row]) -> str:
    rows = [*(row for row in apart if row.disagrees), *agree, *(row for row in apart if not row.disagrees)]
    text = "; ".join(row.shown() for row in rows[:_LISTED])
    return text if len(rows) <= _LISTED else f"{text}; {len(rows) - _LISTED} more"
