"""LV-TAB-003  Rows that break the arithmetic of a ledger.

What it looks at: columns of a list, or of a sheet whose numbers are typed, that
compute: a balance carried from row to row, a total of quantity and price, a sum of
net and tax, a row that calls itself a total.  The relation is not taken from
headings: it counts when at least 19 of 20 rows keep it, to the cent.  Rows that do
not are named with the number expected.

Why it matters: who changes an amount, or puts in or takes out a row, seldom
carries every number that follows from it.  The break is where it was done, or right
below.

Innocent ways: a correction booked by hand; a discount, a rounding or a fee that has
no column; an export that leaves out rows; opening balances.

Repeat by hand: in a spreadsheet, compute the relation beside the column and subtract.

Sources: ordinary bookkeeping.  Measured on the 35 public tables of the corpus: none of
them is reported; few are ledgers, so that the rate among ledgers is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "breaks": "{kept} of {total} rows keep {relation}; {breaks} do not: {first} has {value} where "
    "{expected} follows.",
    "many": "{kept} of {total} rows keep {relation}; {breaks} do not, the first {first}.",
    "total": "The {relation} does not come out: {first} has {value}, the rows above give {expected}.",
    "holds": "{kept} rows keep {relation}.",
}
INNOCENT = {
    "correction": "An entry was corrected by hand and what follows from it was not.",
    "no-column": "A discount, a fee or a rounding has no column of its own.",
    "left-out": "The export leaves out rows, and balances go on.",
}
#: rows that must keep a relation before a break is more than an exception, and breaks that are few
_HELD, _FEW, _SHARE = 30, 3, 0.02


def _break(line: int, value: str, expected: str, kept: int, total: int) -> Observation:
    raw = f"column 5 = column 5 above + column 4\t{expected}\t{kept}\t{total}"
    return fact("table.arithmetic.break", value, raw=raw, line=line, cell=f"row {line} column 5")


_BALANCE = fact("table.arithmetic", "column 5 = column 5 above + column 4", raw="198 of 199", cell="column 5")
EXAMPLES = (
    Example(
        title="an amount was changed and the balance left",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(_BALANCE, _break(77, "10 400,00", "19400.00", 198, 199)),
    ),
    Example(
        title="a ledger with many exceptions",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(_BALANCE, *(_break(line, "1,00", "2.00", 191, 199) for line in range(20, 28))),
    ),
    Example(
        title="a ledger without exceptions", outcome=Outcome.NEUTRAL, formats=("text",), facts=(_BALANCE,)
    ),
)


@check(
    "LV-TAB-003",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("text", "ooxml"),
    needs=("table.arithmetic",),
    reads=("table.arithmetic.break",),
    cost=Cost.MINUTES,
    reproduce="cat -A FILE",
)
def ledger_arithmetic(facts: Facts) -> Iterator[Answer]:
    broken: dict[tuple[str, str], list[Observation]] = {}
    for found in facts.all("table.arithmetic.break"):
        broken.setdefault((found.where.part, _parts(found)[0]), []).append(found)
    for held in facts.all("table.arithmetic"):
        breaks = broken.pop((held.where.part, str(held.value)), [])
        if not breaks:
            kept = int((held.raw or "0").partition(" ")[0] or 0)
            if kept >= _HELD:
                yield neutral("holds", rests_on=[held], kept=kept, relation=str(held.value))
            continue
        yield _answer(held, breaks)
    for (_, relation), breaks in broken.items():
        _, expected, *_ = _parts(breaks[0])
        yield neutral(
            "total", rests_on=breaks[:5], relation=relation, first=breaks[0].where.cell,
            value=str(breaks[0].value), expected=expected,
        )  # fmt: skip


def _answer(held: Observation, breaks: list[Observation]) -> Answer:
    relation, expected, kept, total = _parts(breaks[0])
    named: dict[str, str | int] = {
        "kept": kept, "total": total, "relation": relation, "breaks": len(breaks),
        "first": breaks[0].where.cell,
    }  # fmt: skip
    rests_on = [held, *breaks[:10]]
    if kept >= _HELD and len(breaks) <= max(_FEW, _SHARE * total):
        return unusual("breaks", rests_on=rests_on, value=str(breaks[0].value), expected=expected, **named)
    return neutral("many", rests_on=rests_on, **named)


def _parts(found: Observation) -> tuple[str, str, int, int]:
    """(relation, expected number, rows that keep it, rows it speaks of) of a break."""
    relation, expected, kept, total = (*(found.raw or "").split("\t"), "", "", "", "")[:4]
    return relation, expected, int(kept) if kept.isdecimal() else 0, int(total) if total.isdecimal() else 0
