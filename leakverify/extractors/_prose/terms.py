"""Terms that nobody could write before a known day, and the day a document gives itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from leakverify.extractors._prose.dates import days
from leakverify.knowledge import table

_FIGURES = re.compile(
    r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)|(?<![\d./-])((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
#: words before the date of a letter or an invoice, in languages that write the day first
_DATELINE = re.compile(
    r"(?:\bdate (?:de (?:la )?)?(?:facture|facturation|d['’][ée]mission)|\bdate d['’][ée]mission|\bfait "
    r"[àa] [^\d\n]{2,40},? le"
    r"|^\s*[A-ZÀ-Ý][^\W\d_' -]*(?:[ '-][^\W\d_]+){0,4},? le|\binvoice date|\bdate of (?:invoice|issue)"
    r"|\bissue date|\brechnungsdatum"
    r"|\bfacture du|^\s*date)\s*:?\s*(?=\D{0,25}\d)(?P<day>[^\n]{4,40})",
    re.IGNORECASE,
)
#: longest line that is nothing but a day: mercredi 30 septembre 2015
_BARE = 32
_ANY = ("dat", " le", "fait", "facture du")
#: beside these words figures are read month first or in either way, so only years and words count
_EITHER = re.compile(r"invoice date|date of|issue date|^\s*date", re.IGNORECASE)


class Term(NamedTuple):
    name: str
    start: int
    words: str


@functools.cache
def _patterns(name: str, column: str) -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (row[column], tuple(row["anchor"].split("|")), re.compile(row["pattern"])) for row in table(name)
    )


def terms(text: str) -> Iterator[Term]:
    """The first place of each dated term."""
    yield from _found(text, "dated_terms", "term")


def mentions(text: str) -> Iterator[Term]:
    """The first place of each mention that invoices bear since a known day."""
    yield from _found(text, "invoice_mentions", "mention")


def _found(text: str, of: str, column: str) -> Iterator[Term]:
    lowered = text.lower()
    for name, anchors, pattern in _patterns(of, column):
        if any(anchor in lowered for anchor in anchors):
            match = pattern.search(text)
            if match:
                yield Term(name, match.start(), match[0])


def dateline(line: str) -> date | None:
    """The day that a line gives as that of the document; ``None`` where two readings differ."""
    if not _YEAR.search(line):
        return None
    bare = line.strip()
    if len(bare) <= _BARE:
        # a day in words that is a line of its own, as at the head of a memo
        alone = next(days(bare), None)
        if alone is not None and alone.start == 0 and alone.end == len(bare.rstrip(" .")):
            return alone.day
    lowered = line.lower()
    # one of these is in every line that may match
    match = _DATELINE.search(line) if any(word in lowered for word in _ANY) else None
    if match is None:
        return None
    words = match["day"]
    named = next(days(words), None)
    if named is not None and named.start <= 12:
        return named.day
    figures = _FIGURES.search(words)
    if figures is None or figures.start() > 12:
        return None
    try:
        if figures[5]:
            return date(int(figures[5]), int(figures[6]), int(figures[7]))
        day, month, year = int(figures[1]), int(figures[3]), int(figures[4])
        if _EITHER.search(match[0]) and day <= 12 and day != month:
            return None
        return date(year, month, day) if 1900 <= year <= 2099 else None
    except ValueError:
        return None
