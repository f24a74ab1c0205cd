"""LV-INV-004  A mention that invoices of its day did not bear yet.

What it looks at: the mentions that law put on French invoices, one after another: the
indemnity of 40 euros, articles of the codes by their number, the words of VAT groups,
the numbers of producers.  Each is compared with the day the invoice gives as its own.
What an invoice of that day should bear, and where no such words were found, is shown.

Why it matters: who writes an invoice long after its day takes the foot of the page of
today.

Innocent ways: accounting programs print old invoices with the template of today, often
without a word; a day misread from figures; words that were used before any law asked
for them, for which nothing is ever reported.  A mention that is missing is ordinary:
many are left out, and most concern some businesses only.

Repeat by hand: ``pdftotext -layout FILE -``; ``leakverify knowledge show
invoice_mentions``; the laws are on legifrance.gouv.fr.

Sources: table ``invoice_mentions`` with a source for each row.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import own_day
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table
from leakverify.when import When, parse_when

MESSAGES = {
    "not-yet": "The invoice is dated {own} and bears «{words}» ({mention}), which nobody could write before "
    "{since}.",
    "copy": "The invoice is dated {own} and bears «{words}» ({mention}), of {since} or later; it says that "
    "it was printed again.",
    "missing": "Not found on an invoice of {own}: {mentions}. Between businesses they are due; many invoices "
    "leave them out.",
}
INNOCENT = {
    "printed-again": "The program printed the invoice again with the template of that day.",
    "day": "The day of the invoice was read wrongly, or is that of the order.",
}
_OF_FRANCE = frozenset(("siren", "siret"))
_INDEMNITY = "recovery indemnity of 40 euros"


def _invoice(day: str, *more: Observation) -> tuple[Observation, ...]:
    return (
        fact("text.words", 90),
        fact("invoice.kind", "invoice"),
        fact("text.dateline", day, page=1, line=2),
        fact("text.identifier", "FR 83 404 833 048", raw="vat", page=1, line=40),
        *more,
    )


_FORTY = fact("invoice.mention", _INDEMNITY, raw="indemnité de recouvrement : 40 €", page=1, line=41)
EXAMPLES = (
    Example(
        title="the indemnity of 2012 on an invoice of 2009",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=_invoice("2009-05-12", _FORTY),
    ),
    Example(
        title="the same on a duplicate",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=_invoice("2009-05-12", _FORTY, fact("invoice.copy", "duplicata", page=1, line=1)),
    ),
    Example(
        title="the indemnity on an invoice of 2012, written ahead of its day",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=_invoice("2012-11-12", _FORTY),
    ),
    Example(
        title="words that are older than the law",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=_invoice(
            "2009-05-12", fact("invoice.mention", "reverse charge", raw="Autoliquidation", page=1, line=41)
        ),
    ),
    Example(
        title="an invoice that leaves the indemnity out",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=_invoice("2019-05-12"),
    ),
)


@check(
    "LV-INV-004",
    question=Question.CONTENT,
    family=Family.ANACHRONISM,
    formats=(),
    needs=("text.words",),
    reads=("invoice.kind", "invoice.mention", "invoice.copy", "text.dateline", "text.identifier"),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -; leakverify knowledge show invoice_mentions",
)
def invoice_mentions(facts: Facts) -> Iterator[Answer]:
    own = own_day(facts)
    if own is None or facts.first("invoice.kind") is None:
        return
    rows = {row["mention"]: row for row in table("invoice_mentions")}
    copy = facts.first("invoice.copy")
    borne = facts.all("invoice.mention")
    for mention in borne:
        row = rows.get(str(mention.value))
        if row is None or row["kind"] != "strict" or own[1].wall_end >= row.when.wall:
            continue
        said = {"own": own[1].text, "mention": str(mention.value), "since": row.when.text}
        words = (mention.raw or "")[:120]
        if copy is None:
            yield unusual("not-yet", rests_on=(mention, own[0]), words=words, **said)
        else:
            yield neutral("copy", rests_on=(mention, own[0], copy), words=words, **said)
    if facts.text("invoice.kind") == "invoice" and _french(facts):
        named = {str(mention.value) for mention in borne}
        missing = [row for row in rows.values() if _due(row, own[1]) and row["mention"] not in named]
        if missing:
            told = ", ".join(f"{row['mention']} ({row['required']})" for row in missing)
            yield neutral("missing", rests_on=(own[0],), own=own[1].text, mentions=told)


def _french(facts: Facts) -> bool:
    """Whether the numbers of the text are those of French companies only."""
    numbers = [o for o in facts.all("text.identifier") if o.raw in ("vat", *_OF_FRANCE)]
    return bool(numbers) and all(o.raw in _OF_FRANCE or str(o.value)[:2].upper() == "FR" for o in numbers)


def _due(row: Row, day: When) -> bool:
    since = parse_when(row["required"]) if row["required"] else None
    return row["who"] == "all" and since is not None and day.wall >= since.wall
