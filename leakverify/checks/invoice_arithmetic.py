"""LV-INV-001  The amounts of an invoice do not add up.

What it looks at: lines that name an amount as net, tax or gross, lines that give a
base, a rate and a tax, and lines of items in which quantity times price gives a
total.  Net and tax must make gross, or net alone where the text says why there is no tax
(reverse charge, small businesses); the rate on the base must give the tax; where most
items keep the product, the ones that do not are named; and the totals of the items must
make the net amount below them where no other amount stands in between; the sum in words
that closes the invoice must be an amount of it.  Words and
amounts stand on one line, in a column of each, or in the cells of a sheet.

Why it matters: who changes one amount must change all that hang on it, in the lines,
the base, the tax and the total.

Innocent ways: a discount, a deposit, postage or a rounding that stands between the
amounts: a difference that is itself an amount of the page, or the sum of two, is never
reported; an amount already paid; a price rounded for display; a mistake of whoever
wrote the invoice by hand.  Text that was recognised from a picture is not judged: one
misread figure breaks every sum, and coders of the kind JBIG2 exchange figures.

Repeat by hand: add the amounts named.

Sources: ordinary bookkeeping; EN 16931 BR-CO-10 to 17 (how totals of an invoice are
computed).  Measured on the invoices of the public corpus: one of them is reported, a
specimen whose total really is a hundred less than its net and tax.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "total": "Net and tax make {expected}; the line «{line}» says {stated}.",
    "rate": "The rate on the base gives {expected}; the line «{line}» says {stated}.",
    "words": "The sum in words is {expected} («{line}»); the total says {stated}.",
    "lines": "The lines of items make {expected}; the line «{line}» says {stated}.",
    "item": "Quantity times price gives {expected}; the line «{line}» says {stated}, while {kept} lines "
    "compute.",
    "recognised": "{relation} does not hold in the line «{line}»; the text was recognised from a picture, "
    "whose "
    "figures may be misread.",
    "adjusted": "{relation} does not hold in the line «{line}»: {expected} against {stated}; a "
    "{adjustment} is named.",
    "holds": "The amounts add up: {relations}.",
}
INNOCENT = {
    "adjustment": "A discount, deposit or rounding stands between the amounts and is not named beside them.",
    "by-hand": "Whoever wrote the invoice miscalculated.",
    "misread": "A figure was misread when the page was recognised or copied.",
}
_MESSAGE = {
    "net+tax=gross": "total",
    "base*rate=tax": "rate",
    "net*rate=tax": "rate",
    "quantity*price=total": "item",
    "lines=net": "lines",
    "words=total": "words",
}
#: relations between which no adjustment stands, or only one that was looked for where they were computed
_ALONE = frozenset(("quantity*price=total", "lines=net", "words=total"))
_MOST = 5
#: what is named between sums and total and can only make the total smaller
_LOWER = frozenset(("discount", "deposit"))


def _break(line: str, raw: str) -> Observation:
    return fact("invoice.relation.break", line, raw=raw, page=1, line=30)


EXAMPLES = (
    Example(
        title="a total that was raised",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.relation", "net+tax=gross", raw="0 of 1"),
            _break("Total TTC 9 200,00", "net+tax=gross 1200.00 9200.00"),
        ),
    ),
    Example(
        title="the same where a discount is named",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.adjustment", "discount", page=1, line=28),
            fact("invoice.relation", "net+tax=gross", raw="0 of 1"),
            _break("Total TTC 1 180,00", "net+tax=gross 1200.00 1180.00"),
        ),
    ),
    Example(
        title="a total above its sums, where a deposit is taken off",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.adjustment", "deposit", page=1, line=31),
            fact("invoice.relation", "net+tax=gross", raw="0 of 1"),
            _break("Total TTC 9 200,00", "net+tax=gross 1200.00 9200.00"),
        ),
    ),
    Example(
        title="a scan that was recognised",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("pdf.layer.recognised", 900, page=1),
            _break("Total TTC 9 200,00", "net+tax=gross 1200.00 9200.00"),
        ),
    ),
    Example(
        title="an invoice that adds up",
        outcome=Outcome.SUPPORTS,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.relation", "net+tax=gross", raw="1 of 1")),
    ),
)  # fmt: skip


@check(
    "LV-INV-001",
    question=Question.CONTENT,
    family=Family.CONTENT,
    slip=True,
    formats=(),
    needs=("text.words",),
    reads=("invoice.kind", "invoice.relation",
           "invoice.relation.break", "invoice.adjustment", "pdf.layer.recognised",
           "pdf.raster.coding"),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -",
)  # fmt: skip
def invoice_arithmetic(facts: Facts) -> Iterator[Answer]:
    pages = {o.where.page for name in ("pdf.layer.recognised", "pdf.raster.coding") for o in facts.all(name)}
    broken = facts.all("invoice.relation.break")
    for one in broken[:_MOST]:
        yield _broken(facts, one, recognised=one.where.page is not None and one.where.page in pages)
    relations = [o for o in facts.all("invoice.relation") if not (o.raw or "").startswith("0 ")]
    if relations and not broken:
        yield supports("holds", rests_on=relations, relations=", ".join(str(o.value) for o in relations))


def _broken(facts: Facts, one: Observation, *, recognised: bool) -> Answer:
    relation, expected, stated = [*(one.raw or "").split(" "), "", ""][:3]
    line = str(one.value)[:120]
    if recognised:
        return neutral("recognised", rests_on=(one,), relation=relation, line=line)
    between = _between(facts, expected, stated)
    said = {"line": line, "expected": expected, "stated": stated}
    if between is not None and relation not in _ALONE:
        return neutral(
            "adjusted", rests_on=(one, between), relation=relation, adjustment=str(between.value), **said
        )
    message = _MESSAGE.get(relation, "total")
    if message == "item":
        kept = next((o for o in facts.all("invoice.relation") if o.value == relation), None)
        return unusual(
            "item", rests_on=(one,), kept=(kept.raw or "").partition(" ")[0] if kept else "", **said
        )
    return unusual(message, rests_on=(one,), **said)


def _between(facts: Facts, expected: str, stated: str) -> Observation | None:
    """The first named adjustment that may stand between two amounts; a discount never raises a total."""
    try:
        raised = 0 < float(expected) < float(stated)
    except ValueError:
        raised = False
    named = facts.all("invoice.adjustment")
    return next((one for one in named if not (raised and one.value in _LOWER)), None)
