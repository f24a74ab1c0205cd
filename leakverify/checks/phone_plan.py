"""LV-TXT-005  A telephone number that nobody could have on the day the document gives.

What it looks at: telephone numbers of the text whose country is certain, because they
are written with a country code or because the language and the addresses of the
document leave no other.  Each is compared with the day from which such a number could
be known to anybody: the plan, the decision or the assignment of its code, which is
months or years before it could be dialled.  That day is held against the latest date
the document states anywhere, and against the day its text gives as its own at the head.

Why it matters: letterheads and signatures are filled in without a thought for the year.
A French number of ten figures that begins with 09 was not there in 2003, nor one with
07 in 2007, nor a London number beginning 020 in 1994.

Innocent ways: a letter was typed or an invoice printed again, with the letterhead of that
later day; a template or a signature that renews itself; a note added later; a computer
whose clock stood years back; a number that only looks like one.  So a number younger than
the day in the text is only shown where the file itself states a date from which the number
could be had.  A number of an old plan is never held against a document: it stays on
letterheads and in laws for years.  A number known and not yet in service, and one that fits
no plan of today, are only shown.

Repeat by hand: ``leakverify knowledge show number_plans``; for a number of today
``python -c "import phonenumbers as p; print(p.is_valid_number(p.parse('+33...')))"``.

Sources: table ``number_plans``, a source for each row: Arcep, Oftel and Ofcom, the
North American Numbering Plan Administrator, the ITU.  Measured over the 5,583 genuine
documents with text of the public corpus: of 668 numbers in 424 documents none is held
against its document; in 9 documents one or more fit no plan of today.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import STATED, head_day, last_stated
from leakverify.checks._pdf_dates import unset
from leakverify.checks._phones import fits_today, plans_version
from leakverify.checks._time import Stated, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table
from leakverify.when import parse_when

MESSAGES = {
    "younger": "The text holds {number}, a {what}, which nobody could have before {since}; the latest date "
    "the document states anywhere is {latest}, {by} before that.",
    "own-date": "The text holds {number}, a {what}, which nobody could have before {since}, and gives {own} "
    "as its own day, {by} before that.",
    "announced": "The text holds {number}, a {what}, in service from {service}; the document is of {latest}. "
    "Such numbers were known from {since} on.",
    "unset": "The text holds {number}, a {what}, of {since} or later; the latest date of the document, "
    "{latest}, is that of a clock that was never set.",
    "no-plan": "{bad} of {total} telephone numbers fit no plan of today (libphonenumber {version}), the "
    "first {first}. Plans change, and examples are made of such numbers.",
}
INNOCENT = {
    "again": "The letter was typed, converted or sent again, and its letterhead is that of today.",
    "template": "A template or a signature that renews itself brought the number.",
    "added": "The number stands in a note that was added later.",
    "clock": "The computer's clock stood years back.",
}
#: numbers are read days before a plan is published, and printed before they ring
_MARGIN = timedelta(days=90)
_MOST = 3
#: numbers of a document that are held against the plans of today
_LOOKED = 20

_OF_2003 = (fact("text.words", 200), fact("text.dateline", "2003-03-12", page=1, line=2))
EXAMPLES = (
    Example(
        title="a letter of 2003 with a number beginning 09",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_OF_2003,
            fact("text.phone", "09 72 12 34 56", raw="+33972123456 FR", page=1, line=1),
            fact("pdf.info.creation_date", "2003-03-12T10:00:00+01:00"),
        ),
    ),
    Example(
        title="the same text in a file that states no date",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(*_OF_2003, fact("text.phone", "09 72 12 34 56", raw="+33972123456 FR", page=1, line=1)),
    ),
    Example(
        title="the same, typed or printed again in 2019 with the letterhead of that day",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_OF_2003,
            fact("text.phone", "09 72 12 34 56", raw="+33972123456 FR", page=1, line=1),
            fact("pdf.info.creation_date", "2019-03-12T10:00:00+01:00"),
        ),
    ),
    Example(
        title="a letter of 2003 with numbers of its time, and one of the plan before",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_OF_2003,
            fact("text.phone", "01 42 12 34 56", raw="+33142123456 FR", page=1, line=1),
            fact("text.phone", "+33 1 42 12 34 56", raw="+33142123456 abroad", page=1, line=1),
            fact("text.phone", "+44 171 123 4567", raw="+441711234567 abroad", page=1, line=1),
        ),
    ),
    Example(
        title="a letter of 1995 from Paris, with the number for calls from abroad",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 200),
            fact("text.dateline", "1995-05-12", line=2),
            fact("text.phone", "+33 1 42 12 34 56", raw="+33142123456 abroad", line=1),
        ),
    ),
    Example(
        title="a number beginning 07, announced and not yet in service",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 200),
            fact("text.dateline", "2009-01-12", line=2),
            fact("text.phone", "07 52 12 34 56", raw="+33752123456 FR", line=1),
        ),
    ),
    Example(
        title="an old letter quoted far below in a text of today",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 2_000),
            fact("text.dateline", "1988-03-12", page=7, line=2),
            fact("text.phone", "09 72 12 34 56", raw="+33972123456 FR", page=1, line=1),
            fact("pdf.info.creation_date", "2019-03-12T10:00:00+01:00"),
        ),
    ),
)  # fmt: skip


@check(
    "LV-TXT-005",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=(),
    needs=("text.words",),
    reads=("text.phone", "text.dateline", *STATED),
    cost=Cost.MINUTES,
    reproduce="exiftool -a -G1 -time:all FILE; leakverify knowledge show number_plans",
)
def phone_plan(facts: Facts) -> Iterator[Answer]:
    phones = facts.all("text.phone")
    if not phones:
        return
    yield from _today(phones)
    last, own = last_stated(facts), head_day(facts)
    told: set[str] = set()
    for seen in phones:
        row = plan_of(seen.raw or "")
        if row is None or row["prefix"] in told or len(told) >= _MOST:
            continue
        for answer in _judge(seen, row, last, own):
            told.add(row["prefix"])
            yield answer


def _today(phones: Sequence[Observation]) -> Iterator[Answer]:
    looked = phones[:_LOOKED]
    bad = [seen for seen in looked if not fits_today((seen.raw or "").partition(" ")[0])]
    if bad:
        yield neutral(
            "no-plan", rests_on=bad[:_MOST], bad=len(bad), total=len(looked), first=str(bad[0].value),
            version=plans_version(),
        )  # fmt: skip


def _judge(seen: Observation, row: Row, last: Stated | None, own: Stated | None) -> Iterator[Answer]:
    since = row.when
    said = {"number": str(seen.value), "what": row["named"], "since": since.text}
    if last is not None and since.earliest - last[1].latest > _MARGIN:
        if unset(last):
            yield neutral("unset", rests_on=(seen, last[0]), latest=last[1].text, **said)
        else:
            by = span_text(since.earliest - last[1].latest)
            yield unusual("younger", rests_on=(seen, last[0]), latest=last[1].text, by=by, **said)
        return
    if own is not None and since.earliest - own[1].latest > _MARGIN:
        by = span_text(since.earliest - own[1].latest)
        if last is None:
            yield unusual("own-date", rests_on=(seen, own[0]), own=own[1].text, by=by, **said)
        else:  # the file says that it is later: its letterhead or template may be of that day
            yield neutral("own-date", rests_on=(seen, own[0], last[0]), own=own[1].text, by=by, **said)
        return
    service = parse_when(row["in_service"]) if row["in_service"] else None
    claimed = own or last
    if (
        service is not None
        and claimed is not None
        and service.earliest > claimed[1].latest
        and not unset(claimed)
    ):
        yield neutral(
            "announced", rests_on=(seen, claimed[0]), service=service.text, latest=claimed[1].text, **said
        )


@functools.lru_cache(maxsize=1024)
def plan_of(raw: str) -> Row | None:
    """The row of a number, as ``+33972123456 FR``: that of the longest prefix; ``None`` if none is listed."""
    number, _, form = raw.partition(" ")
    figures = number.removeprefix("+")
    plain = f"{form} 0{figures[2:]}" if form == "FR" else ""
    found: Row | None = None
    for row in table("number_plans"):
        prefix = row["prefix"]
        if not (figures.startswith(prefix) or (plain and plain.startswith(prefix))):
            continue
        fits = row["figures"] in ("0", str(len(figures)))
        # inside the country the younger rule holds, whatever its prefix is
        if fits and (found is None or prefix.startswith("FR") or len(prefix) > len(found["prefix"])):
            found = row
    return found
