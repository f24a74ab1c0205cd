"""LV-MAIL-040  The time of a quoted mail against its weekday and against the mail that quotes it.

What it looks at: the line a mail program writes above what it quotes ("On Mon, 8 May 2017 at 10:12, X
wrote:", "Le lun. 8 mai 2017 à 10:12, X a écrit :", "Envoyé : lundi 8 mai 2017 10:12").  Its weekday has to be
that of its date, and its time cannot be later than the mail that quotes it.  Dates whose day and month
cannot be told apart are not judged; a time without a zone counts only where it is later under every zone.

Why it matters: programs write weekday and date from one clock, so that they always agree.  Who moves a
quoted date by hand has to think of the weekday, and of the clocks of the mail around it.

Innocent ways: an attribution typed or corrected by hand; text recognised from paper, where a figure is
misread; the clock of the quoted sender, or of the one who answers, set wrongly; a mail that lists
announcements of coming days in the form of a header.  Quotations inside a quotation that are later than it
are only shown: digests list mails in any order.

Repeat by hand: ``grep -nE 'wrote:|écrit|^(>|[ ])*(From|De|Sent|Envoyé|Date) ?:' FILE``, then
``cal MONTH YEAR``.

Sources: RFC 5322 3.3 (the weekday is that of the date).  Measured: all 2,864 weekdays in headers quoted
in 1,200 released and scanned mails agree, and all of 540 dated quotations in 2,410 public mails; 1 of these
is later than its mail, an unwanted one of 2001 that names a day in 2024.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._mail_quotes import QUOTE_FACTS, Quoted, quotations
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, Stated, lead, moments, newest, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "weekday": "The quotation says {literal}: {named}, but {date} was a {true}.",
    "later": "The mail quotes one of {quoted}, {by} after the newest clock of its own ({clock}).",
    "later-in-hours": "The mail quotes one of {quoted}, {by} after the newest clock of its own ({clock}): "
    "within what clocks differ.",
    "order": "Inside the quotation of a mail of {outer} stands one of {inner}, {by} later.",
    "agrees": "Quoted times that fit their weekdays and come before the mail: {count}.",
    **ABSENT,
}
INNOCENT = {
    "typed": "The line was typed, corrected or translated by hand.",
    "recognised": "The text was recognised from a scan, and a figure was misread.",
    "clock": "The clock of the quoted sender, or of the one who answered, was wrong.",
    "listed": "What looks like a quoted header is part of a list or an announcement.",
}

#: clocks of a mail that something quoted in it has to come before
_CLOCKS = ("mail.date", "mail.received.when", "mail.dkim.time")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _quote(line: int, when: str, weekday: str, literal: str, depth: int = 1) -> tuple[Observation, ...]:
    place: dict[str, Any] = {"part": "1", "line": line, "offset": 100 * line}
    return (
        fact("mail.quote.kind", "prefixed", **place),
        fact("mail.quote.depth", depth, **place),
        fact("mail.quote.when", when, raw=literal, **place),
        fact("mail.quote.weekday", weekday, raw=literal, **place),
    )


_DATE = fact("mail.date", "2017-05-08T11:02:00+02:00")

EXAMPLES = (
    Example(
        title="a quoted date moved by a day, its weekday left",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=(_DATE, *_quote(3, "2017-05-07T10:12", "mon", "lun. 7 mai 2017 à 10:12")),
    ),
    Example(
        title="a quoted mail of the week after",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=(_DATE, *_quote(3, "2017-05-15T10:12", "mon", "Mon, May 15, 2017 at 10:12 AM")),
    ),
    Example(
        title="an answer within the hour, quoted in the zone of another continent",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_DATE, *_quote(3, "2017-05-08T19:45", "mon", "Mon, May 8, 2017 at 7:45 PM")),
    ),
    Example(
        title="a digest whose second mail is later than its first",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _DATE,
            *_quote(3, "2017-05-01T10:12:00Z", "mon", "Mon, 1 May 2017 10:12:00 GMT"),
            *_quote(9, "2017-05-04T10:12:00Z", "thu", "Thu, 4 May 2017 10:12:00 GMT", 2),
        ),
    ),
    Example(title="nothing quoted", outcome=Outcome.NOT_APPLICABLE, formats=("mail",), facts=(_DATE,)),
)


@check(
    "LV-MAIL-040",
    question=Question.CONTENT,
    family=Family.CLOCK,
    formats=("mail",),
    reads=(*QUOTE_FACTS, *_CLOCKS),
    cost=Cost.SECONDS,
    reproduce="grep -nE 'wrote:|écrit|schrieb|(From|De|Von|Sent|Envoyé|Gesendet|Date) ?:' FILE; cal",
)
def quoted_time(facts: Facts) -> Iterator[Answer]:
    dated = [(block, block.when) for block in quotations(facts.extraction.observations)]
    stated = [(block, when) for block, when in dated if when is not None]
    if not stated:
        yield absent(facts, "mail.quote.when")
        return
    clock = newest(moments(facts, _CLOCKS))
    sound = 0
    above: list[tuple[Quoted, Stated]] = []
    for block, when in stated:
        seen: Stated = (block.facts["when"], when)
        answers = [*_weekday(block, seen), *_later(seen, clock), *_order(block, seen, above)]
        yield from answers
        sound += not answers
    if clock is not None and sound == len(stated) and any("weekday" in b.facts for b, _ in stated):
        yield neutral("agrees", rests_on=(*(b.facts["when"] for b, _ in stated[:20]), clock[0]), count=sound)


def _weekday(block: Quoted, seen: Stated) -> Iterator[Answer]:
    named = block.text("weekday")
    true = seen[1].wall.weekday()
    if named in _DAYS and named != _DAYS[true]:
        yield contradicts(
            "weekday", rests_on=(seen[0], block.facts["weekday"]), literal=seen[0].raw or seen[1].text,
            named=_NAMES[_DAYS.index(named)], date=seen[1].text[:10], true=_NAMES[true],
        )  # fmt: skip


def _later(seen: Stated, clock: Stated | None) -> Iterator[Answer]:
    if clock is None:
        return
    by = lead(seen[1], clock[1])
    if by.total_seconds() <= 0:
        return
    answer, message = (contradicts, "later") if by > DAY else (neutral, "later-in-hours")
    yield answer(
        message, rests_on=(seen[0], clock[0]), quoted=seen[1].text, by=span_text(by), clock=clock[1].text
    )


def _order(block: Quoted, seen: Stated, above: list[tuple[Quoted, Stated]]) -> Iterator[Answer]:
    """A quotation against the one it stands in; keeps ``above`` as the chain down to this one."""
    while above and (above[-1][0].depth >= block.depth or above[-1][0].where.part != block.where.part):
        above.pop()
    if above:
        by = lead(seen[1], above[-1][1][1])
        if by > DAY:
            outer = above[-1][1]
            yield neutral(
                "order",
                rests_on=(outer[0], seen[0]),
                outer=outer[1].text,
                inner=seen[1].text,
                by=span_text(by),
            )
    above.append((block, seen))
