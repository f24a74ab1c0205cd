"""LV-TAB-001  Rows that break the habits of the rest of the table.

What it looks at: in a table written by one program nearly every row is written
alike: the same line end, the same quotation marks, the same decimal mark, form of
dates and shape of codes in a column.  Rows that break such a habit are named.
Reported are rows that break two or more at once in a table where at least 19 of 20
keep each; rows that break one and stand out of the order, the counting or the
arithmetic of the table as well; and few rows that alone among hundreds differ in
what only the writing program decides: line end, quotation marks, decimal mark, form
of dates.

Why it matters: rows put in by hand or from another source bring the habits of
that source.  It shows which rows came another way, not that they are wrong.

Innocent ways: two exports joined by an honest hand; a correction made in a
spreadsheet; a column that changed its form when a program was updated; a cell
whose content needs other marks.

Repeat by hand: open the file in a text editor that shows blanks and line ends,
and compare the named lines with their neighbours; ``cat -A FILE``.

Sources: RFC 4180; the insertion of names into a genuine listing in the
Clearstream affair, 2004.  Measured on the 35 public tables of the corpus: no row
of them is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "foreign-rows": "{count} of {rows} rows break {habits} habits that the others keep: line {lines} "
    "({first}).",
    "one-sign-more": "{count} of {rows} rows break a habit that the others keep, and stand out of the "
    "order, the counting or the arithmetic of the table as well: line {lines} ({first}).",
    "other-writer": "{count} of {rows} rows differ from all others in what the writing program decides: "
    "line {lines} ({first}).",
    "odd-cells": "{count} cells break a habit of their column or of the rows, none of them two at once; "
    "the first in line {line}: {first}.",
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
#: what a program decides for all rows alike and a person does not see, and the rows without another exception
_WRITTEN = frozenset({"line end", "quotation marks", "decimal mark", "form", "accents"})
_ALL, _ALONE = 150, 3
#: habits of a row as a whole
_WHOLE_ROW = frozenset({"cells", "line end", "quotation marks"})
#: facts that show a row in another light than how it is written
_SIGNS = ("table.order.break", "table.sequence.break", "table.arithmetic.break", "table.clock.break")


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
        title="a row of another date form whose number is out of order",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("table.rows", 60),
            fact(
                "table.odd.cell", "2017-03-02", raw="form\t9999-99-99\t99/99/9999\t59\t60", line=31, cell="x"
            ),
            fact("table.order.break", "31", raw="77", line=31, cell="row 31 column 1"),
        ),
    ),
    Example(
        title="one row of 400 that ends in a line feed alone",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("table.rows", 400),
            fact("table.odd.cell", "…", raw="line end\tlf\tcrlf\t399\t400", line=212, cell="row 212"),
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
    reads=("table.odd.cell", *_SIGNS),
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
    for seen in by_line.values():
        if "cells" in seen and len(seen) > 1:
            # cells too many or too few: the others stand under the wrong columns and say nothing
            for feature in set(seen) - _WHOLE_ROW:
                del seen[feature]
    foreign = {line: seen for line, seen in by_line.items() if len(seen) >= 2}
    signs = _signs(facts)
    signed = {line: {**seen, **signs[line]} for line, seen in by_line.items() if line in signs and seen}
    alone = {line: seen for line, seen in by_line.items() if any(_is_alone(o) for o in seen.values())}
    few = max(_FEW * total, 1)
    for message, lines in (("foreign-rows", foreign), ("one-sign-more", signed), ("other-writer", alone)):
        if lines and len(lines) <= few:
            yield _answer(message, lines, total)
            return
    yield neutral(
        "odd-cells", rests_on=odd[:20], count=len(odd), line=odd[0].where.line or 0, first=_said(odd[0])
    )


def _answer(message: str, lines: dict[int, dict[str, Observation]], total: int) -> Answer:
    rests_on = [found for seen in lines.values() for found in seen.values()][:20]
    named: dict[str, str | int] = {
        "count": len(lines), "rows": total, "lines": ", ".join(str(line) for line in list(lines)[:_NAMED]),
        "first": _said(rests_on[0]),
    }  # fmt: skip
    if message == "foreign-rows":
        named["habits"] = max(len(seen) for seen in lines.values())
    return unusual(message, rests_on=rests_on, **named)


def _signs(facts: Facts) -> dict[int, dict[str, Observation]]:
    """By line, what else sets a row apart."""
    found: dict[int, dict[str, Observation]] = {}
    for name in _SIGNS:
        for sign in facts.all(name):
            if sign.where.line is not None:
                found.setdefault(sign.where.line, {}).setdefault(name, sign)
    return found


def _is_alone(found: Observation) -> bool:
    """Written otherwise than every other row, or all but two, of many."""
    feature, _, _, sharing, total = (*(found.raw or "").split("\t"), "", "", "", "", "")[:5]
    if feature not in _WRITTEN or not (sharing.isdecimal() and total.isdecimal()):
        return False
    return int(total) >= _ALL and int(total) - int(sharing) < _ALONE


def _feature(found: Observation) -> str:
    """The habit that is broken: blanks before and after a cell, say, are one."""
    feature = (found.raw or "").split("\t")[0]
    return "blanks" if feature.startswith("blank") else feature


def _said(found: Observation) -> str:
    feature, own, usual, sharing, total = (*(found.raw or "").split("\t"), "", "", "", "", "")[:5]
    return f"{feature} {own}, where {sharing} of {total} have {usual}"
