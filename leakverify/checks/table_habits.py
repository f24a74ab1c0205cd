"""LV-TAB-001  Rows that break the habits of the rest of the table.

What it looks at: in a table written by one program nearly every row is written
alike: the same line end, the same quotation marks, the same decimal mark and
form of dates in a column.  Rows that break such a habit are named; rows that
break two or more at once, in a table where at least 19 of 20 keep each, are
reported.

Why it matters: rows put in by hand or from another source bring the habits of
that source.  It shows which rows came another way, not that they are wrong.

Innocent ways: two exports joined by an honest hand; a correction made in a
spreadsheet; a column that changed its form when a program was updated; a cell
whose content needs other marks.

Repeat by hand: open the file in a text editor that shows blanks and line ends,
and compare the named lines with their neighbours; ``cat -A FILE``.

Sources: RFC 4180; the insertion of names into a genuine listing in the
Clearstream affair, 2004.  Measured on 36 public tables: none has a row that
breaks two habits.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "foreign-rows": "{count} of {rows} rows break {habits} habits that the others keep: line {lines} "
    "({first}).",
    "odd-cells": "{count} cells break a habit of their column or of the rows, none of them two at once; the "
    "first in line {line}: {first}.",
}
INNOCENT = {
    "joined": "Two exports of honest origin were joined.",
    "corrected": "Somebody corrected rows by hand or in a spreadsheet.",
    "update": "The program that wrote the list was updated in between.",
}
#: lines named in a sentence
_NAMED = 8
#: share of rows above which two habits live side by side and none is foreign
_FEW = 0.05


def _habit(feature: str, own: str, usual: str, line: int, column: int | None = None) -> Observation:
    cell = f"row {line}" if column is None else f"row {line} column {column}"
    return fact("table.odd.cell", "1200.50", raw=f"{feature}\t{own}\t{usual}\t398\t400", line=line, cell=cell)


EXAMPLES = (
    Example(
        title="two rows with another decimal mark and another form of date",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("table.rows", 400),
            _habit("decimal mark", ".", ",", 212, 3),
            _habit("form", "9999-99-99", "99/99/9999", 212, 1),
            _habit("decimal mark", ".", ",", 213, 3),
            _habit("form", "9999-99-99", "99/99/9999", 213, 1),
        ),
    ),
    Example(
        title="one cell with a blank too many",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(fact("table.rows", 400), _habit("blank after", "yes", "no", 77, 2)),
    ),
    Example(
        title="two exports joined, so that a large part differs",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("table.rows", 40),
            *(_habit("decimal mark", ".", ",", line, 3) for line in range(30, 34)),
            *(_habit("form", "9999-99-99", "99/99/9999", line, 1) for line in range(30, 34)),
        ),
    ),
)


@check(
    "LV-TAB-001",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("text",),
    needs=("table.rows",),
    reads=("table.odd.cell",),
    cost=Cost.MINUTES,
    reproduce="cat -A FILE",
)
def table_habits(facts: Facts) -> Iterator[Answer]:
    odd = facts.all("table.odd.cell")
    total = facts.value("table.rows")
    if not odd or not isinstance(total, int):
        return
    by_line: dict[int, dict[str, Observation]] = {}
    for found in odd:
        by_line.setdefault(found.where.line or 0, {}).setdefault(_feature(found), found)
    foreign = {line: seen for line, seen in by_line.items() if len(seen) >= 2}
    if foreign and len(foreign) <= max(_FEW * total, 1):
        rests_on = [found for seen in foreign.values() for found in seen.values()][:20]
        named = ", ".join(str(line) for line in list(foreign)[:_NAMED])
        yield unusual(
            "foreign-rows", rests_on=rests_on, count=len(foreign), rows=total,
            habits=max(len(seen) for seen in foreign.values()), lines=named, first=_said(rests_on[0]),
        )  # fmt: skip
    else:
        yield neutral(
            "odd-cells", rests_on=odd[:20], count=len(odd), line=odd[0].where.line or 0, first=_said(odd[0])
        )


def _feature(found: Observation) -> str:
    """The habit that is broken: blanks before and after a cell, say, are one."""
    feature = (found.raw or "").split("\t")[0]
    return "blanks" if feature.startswith("blank") else feature


def _said(found: Observation) -> str:
    feature, own, usual, sharing, total = ((found.raw or "").split("\t") + [""] * 5)[:5]
    return f"{feature} {own}, where {sharing} of {total} have {usual}"
