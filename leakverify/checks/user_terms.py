"""LV-TXT-004  The text holds a term of your own tables on a day when it could not.

What it looks at: words of a table that was handed over for this scan (``--table``):
an office-holder and the days of the term, a company and the day of its foundation,
an event.  They are looked for in the text, whole words in any case, and held against
the day that the text gives as its own, or else the latest date that the document
states.

Why it matters: a newsroom knows its field better than any table shipped here.  A
letter to a minister who took office three months later was written later.

Innocent ways: the table is wrong or speaks of somebody else of that name; the text
announces or remembers what it names; the day the text gives is not that of writing.

Repeat by hand: search the text; look up the row and its source in the table.

Sources: those of the table's rows.  Tables of office-holders told apart the Niger
letters of 2002 (a minister eleven years out of office) and the letter on a wire-tap
of 2017 (a named official who never held the post).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import STATED, head_day, last_stated
from leakverify.checks._time import Stated
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.references import Dated, References
from leakverify.when import parse_when

MESSAGES = {
    "not-yet": "The text names «{term}», which could not be written before {since} (table {table}); its "
    "own day is {day}.",
    "no-longer": "The text names «{term}», which ended on {until} (table {table}); its own day is {day}.",
    "undated": "The text names «{term}» (table {table}: since {since}); the document states no day to "
    "hold it against.",
}
INNOCENT = {
    "table": "The row of the table is wrong, or means another of that name.",
    "announced": "The text announces or remembers what it names.",
    "day": "The day it is held against is not that of writing.",
}
TEXTS = (
    "pdf.page.text", "ooxml.text", "odf.text", "ole.text", "rtf.text", "mail.text", "text.content",
)  # fmt: skip
_MOST = 10

_TABLE = References(
    terms=(Dated("Ministre Dupont", "2014-04-02", "2016-12-06", "official gazette", "ministers.tsv"),)
)

EXAMPLES = (
    Example(
        title="a letter to a minister who was not yet in office",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 20),
            fact("text.content", "Paris, le 12 mars 2013\nMonsieur le ministre Dupont, ..."),
            fact("text.dateline", "2013-03-12", line=1),
        ),
        references=_TABLE,
    ),
    Example(
        title="a letter within the term",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 20),
            fact("text.content", "Paris, le 12 mars 2015\nMonsieur le ministre Dupont, ..."),
            fact("text.dateline", "2015-03-12", line=1),
        ),
        references=_TABLE,
    ),
    Example(
        title="a letter that remembers the minister",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 20),
            fact("text.content", "Le ministre Dupont avait alors décidé ..."),
            fact("text.dateline", "2018-03-12", line=1),
        ),
        references=_TABLE,
    ),
)


@check(
    "LV-TXT-004",
    question=Question.CONTENT,
    family=Family.ANACHRONISM,
    formats=(),
    needs=("text.words",),
    reads=(*TEXTS, "text.dateline", *STATED),
    cost=Cost.MINUTES,
    reproduce="pdftotext -layout FILE -; grep TERM TABLE",
)
def user_terms(facts: Facts) -> Iterator[Answer]:
    terms = facts.references.terms
    if not terms:
        return
    day = head_day(facts) or last_stated(facts)
    told = 0
    for row in terms:
        seen = _seen(facts, row.term)
        if seen is not None and told < _MOST:
            for answer in _judge(row, seen, day):
                told += 1
                yield answer


def _seen(facts: Facts, term: str) -> Observation | None:
    """The first passage that holds the words of a term, whatever blanks lie between them."""
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, term.split())) + r"(?!\w)", re.IGNORECASE)
    first = term.split()[0].casefold()
    for name in TEXTS:
        for passage in facts.all(name):
            text = str(passage.value)
            if first in text.casefold() and pattern.search(text):
                return passage
    return None


def _judge(row: Dated, seen: Observation, day: Stated | None) -> Iterator[Answer]:
    said = {"term": row.term, "table": row.table}
    since, until = parse_when(row.since), parse_when(row.until)
    if day is None:
        yield neutral("undated", rests_on=(seen,), since=row.since, **said)
    elif since is not None and day[1].latest <= since.earliest:
        yield unusual("not-yet", rests_on=(seen, day[0]), since=row.since, day=day[1].text, **said)
    elif until is not None and until.latest <= day[1].earliest:
        yield neutral("no-longer", rests_on=(seen, day[0]), until=row.until, day=day[1].text, **said)
