"""LV-TXT-002  The text holds what was not there on the day it gives.

What it looks at: characters that Unicode did not have yet, hosts under top-level
domains that did not exist, and terms that nobody could write before a known day: the
name of a law, a body or a product, a form of number.  Each is compared with the
latest date that the document states of itself anywhere, and with the day that its
text gives as its own ("Paris, le 12 mars 2005").

Why it matters: a letter of 2005 cannot name a law of 2012.  A text that is younger
than every date of its file was saved, as it stands, later than it admits to; one
that is younger than its own date line was written later than it says.

Innocent ways: a computer whose clock stood years back; a form or letter sent again
with its old date; a converter that renewed addresses or signs and kept the dates;
a template that was brought up to date.  A document saved again later states a later
last change, so that only its own date line is in conflict, which is shown with less
weight.  Characters have a margin of a year: fonts and keyboards run ahead of the
standard.

Repeat by hand: ``pdftotext FILE -`` or any viewer; ``leakverify knowledge show
dated_terms``; the date of a domain: ``whois``.

Sources: tables ``dated_terms``, ``tlds`` and ``unicode_versions`` with a source for
each row; terms later than their document were proof in COPA v Wright [2024] EWHC
1198 (Ch).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import STATED, head_day, last_stated
from leakverify.checks._pdf_dates import unset
from leakverify.checks._time import span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table
from leakverify.when import When

MESSAGES = {
    "younger": "The text holds {what}, which nobody could write before {since}; the latest date the document "
    "states anywhere is {latest}, {by} before that.",
    "own-date": "The text holds {what}, which nobody could write before {since}, and gives {own} as its own "
    "day, {by} before that.",
    "unset": "The text holds {what}, of {since} or later; the latest date of the document, {latest}, is "
    "that of a "
    "clock that was never set.",
}
INNOCENT = {
    "clock": "The computer's clock stood years back.",
    "again": "An old letter or form was typed, converted or sent again with its old date.",
    "template": "The letterhead or the template was brought up to date and the text was not.",
    "namesake": "The word means something older here.",
}
#: signs, emoji and the capital sharp s; letters of other scripts also come of bytes read in the wrong code
_SIGNS = re.compile("[\u1e9e\u2010-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff]")
#: characters are drawn in fonts and proposals before the standard that holds them
_AHEAD = timedelta(days=365)
_DAY = timedelta(days=2)
_MOST = 5

EXAMPLES = (
    Example(
        title="a letter of 2005 with a law of 2012 in a file of 2005",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 200),
            fact("text.term", "recovery indemnity of 40 euros", raw="indemnité forfaitaire pour frais de "
                                                                    "recouvrement", page=1, line=40),
            fact("pdf.info.creation_date", "2005-03-12T10:00:00+01:00"),
            fact("text.dateline", "2005-03-12", page=1, line=2),
        ),
    ),
    Example(
        title="the same, typed into a file that says 2017",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 200),
            fact("text.term", "COVID-19", raw="Covid-19", page=1, line=4),
            fact("pdf.info.creation_date", "2021-03-12T10:00:00+01:00"),
            fact("text.dateline", "2005-03-12", page=1, line=2),
        ),
    ),
    Example(
        title="an address of mail that was made unusable on purpose",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("text.words", 200),
            fact("text.host", "time.life", raw="mail", line=4),
            fact("mail.date", "2002-11-28T10:53:19Z"),
        ),
    ),
    Example(
        title="an ornament of a page, which the reader maps to a later character",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 900),
            fact("text.character", "\u2768", page=2, line=4),
            fact("pdf.info.creation_date", "2000-03-12T10:00:00+01:00"),
        ),
    ),
    Example(
        title="a report of 2021 that annexes a letter of 2005",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 900),
            fact("text.term", "COVID-19", raw="Covid-19", page=1, line=4),
            fact("pdf.info.creation_date", "2021-03-12T10:00:00+01:00"),
            fact("text.dateline", "2005-03-12", page=6, line=2),
        ),
    ),
    Example(
        title="an address under .paris in 2016",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("text.words", 200),
            fact("text.host", "mairie.paris", raw="web", line=4),
            fact("mail.date", "2016-03-12T10:00:00+01:00"),
        ),
    ),
)  # fmt: skip


class _Young(NamedTuple):
    seen: Observation
    what: str
    since: When
    margin: timedelta


@check(
    "LV-TXT-002",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=(),
    needs=("text.words",),
    reads=("text.term", "text.host", "text.character", "text.dateline", *STATED),
    cost=Cost.MINUTES,
    reproduce="exiftool -a -G1 -time:all FILE; leakverify knowledge show dated_terms",
)
def text_anachronism(facts: Facts) -> Iterator[Answer]:
    last, own = last_stated(facts), head_day(facts)
    told = 0
    for young in _young(facts):
        if told >= _MOST:
            break
        for answer in _judge(young, last, own):
            told += 1
            yield answer


def _judge(
    young: _Young, last: tuple[Observation, When] | None, own: tuple[Observation, When] | None
) -> Iterator[Answer]:
    seen, what, since, margin = young
    said = {"what": what, "since": since.text}
    if last is not None and since.earliest - last[1].latest > margin:
        rests_on = (seen, last[0])
        if unset(last):
            yield neutral("unset", rests_on=rests_on, latest=last[1].text, **said)
        else:
            by = span_text(since.earliest - last[1].latest)
            yield unusual("younger", rests_on=rests_on, latest=last[1].text, by=by, **said)
    elif own is not None and since.earliest - own[1].latest > margin:
        by = span_text(since.earliest - own[1].latest)
        rests = (seen, own[0])
        yield unusual("own-date", rests_on=rests, own=own[1].text, by=by, **said)


def _young(facts: Facts) -> Iterator[_Young]:
    terms = _by("dated_terms", "term")
    for seen in facts.all("text.term"):
        row = terms.get(str(seen.value))
        if row is not None:
            yield _Young(seen, f"«{seen.raw}»", row.when, _DAY)
    domains = _by("tlds", "tld")
    for seen in facts.all("text.host"):
        # addresses of mail are also made unusable on purpose, by an ending that nobody has
        row = domains.get(str(seen.value).rpartition(".")[2]) if seen.raw == "web" else None
        if row is not None:
            yield _Young(seen, f"the address «{seen.value}»", row.when, _DAY)
    for seen in facts.all("text.character"):
        letter = str(seen.value)[:1]
        # the characters of a page are those its fonts map glyphs to when it is read, not what was typed
        typed = seen.where.page is None and _SIGNS.match(letter)
        row = _version_of(letter) if typed else None
        if row is not None:
            what = f"the character {letter} (U+{ord(letter):04X}, Unicode {row['version']})"
            yield _Young(seen, what, row.when, _AHEAD)


@functools.cache
def _by(name: str, column: str) -> dict[str, Row]:
    return {row[column]: row for row in table(name)}


@functools.cache
def _ranges() -> tuple[tuple[int, int, Row], ...]:
    found = []
    for row in table("unicode_versions"):
        for run in row["assigned"].split():
            first, _, last = run.partition("-")
            found.append((int(first, 16), int(last or first, 16), row))
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _version_of(letter: str) -> Row | None:
    """The version of Unicode that assigned a character first, when it is later than the first one."""
    if not letter:
        return None
    point = ord(letter)
    return next((row for first, last, row in _ranges() if first <= point <= last), None)
