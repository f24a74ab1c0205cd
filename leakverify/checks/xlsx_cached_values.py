"""LV-XLSX-001  Stored results against the formulas of a workbook.

What it looks at: a workbook keeps with every formula the result the program
computed last.  Formulas of a stated subset (arithmetic, comparison, ``SUM``,
``SUMIF``, ``SUMPRODUCT``, ``AVERAGE``, ``MIN``, ``MAX``, ``COUNT``, ``ROUND`` and its
kin, ``IF``, ``AND``, ``OR``, ``IFERROR``, ``SUBTOTAL`` of sums, pieces of text, and
references in the same workbook) are computed again from the stored values of the
cells they read, in doubles as Excel does, and compared at one part in a thousand
million.  Where one other number in one typed cell makes every stored result
right again, that number is named.  The calculation chain, which lists the cells
that hold formulas, is held against the cells.

Why it matters: who changes a number in the XML, or with a tool that does not
calculate, leaves the results as they were.  They still tell what the number was.
Excel itself takes a cell out of the chain when its formula goes.

Innocent ways: the workbook was set to calculate by hand, or to calculate when it
is opened; a program that cannot calculate filled in the cells, and then most
results are old; volatile functions and links to other files (these are left
out).  Such workbooks are shown and not reported.

Repeat by hand: open a copy in LibreOffice, compute everything anew (Ctrl+Shift+F9)
and compare the named cells; ``unzip -p FILE xl/worksheets/sheet1.xml``.

Sources: ECMA-376 part 1, 18.3.1.40 (formula), 18.2.2 (calculation properties),
18.6 (calculation chain).  Measured on 34 genuine workbooks with formulas of
several versions of Excel: 795 of 1,625 formulas could be computed and agree, none
differs, no chain lists a cell without a formula; 61 workbooks that LibreOffice made
of older ones: 10,197 agree, none differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "cell-changed": "Cell {cell} holds {present}; {formulas} formulas that read it keep results computed "
    "with {earlier}, and with that number every one of them agrees. The first is {formula} in {at}: "
    "{stored} is stored, the cells give {computed}. {agree} other formulas agree.",
    "one-of-several": "{formulas} formulas do not give the results stored with them, the first {formula} "
    "in {at}: {stored} is stored, the cells give {computed}. It would agree if one of {cells} cells held "
    "another number, {cell} for one {earlier} in place of {present}. {agree} other formulas agree.",
    "result-differs": "{formulas} formulas do not give the results stored with them, the first {formula} "
    "in {at}: {stored} is stored, the cells give {computed}. {agree} other formulas agree.",
    "none-agrees": "No formula that could be computed gives the result stored with it; the first of "
    "{formulas} is {formula} in {at}: {stored} is stored, the cells give {computed}.",
    "not-calculated": "{formulas} of {total} formulas do not give the results stored with them, for more "
    "reasons than single changed cells: the program that wrote the cells last did not calculate.",
    "loose": "{formulas} formulas do not give the results stored with them, the first {formula} in {at}; "
    "the workbook says that results may lag behind ({why}).",
    "formula-gone": "The calculation chain lists {cells} cells that hold no formula, the first {cell} "
    "with the typed value {present}: a formula stood there, and what replaced it was not typed in Excel.",
    "agree": "All {agree} formulas that could be computed give the results stored with them, {left} "
    "others were left out.",
}
INNOCENT = {
    "filled-in": "A program that cannot calculate filled numbers into a finished workbook.",
    "manual": "Calculation was switched off in the program when the number was typed, and back on later.",
    "other-engine": "Another spreadsheet program computed the results, by rules of its own.",
}
#: causes beyond which a workbook was filled in rather than changed in places
_PLACES = 3
#: agreeing formulas that make an agreement worth a word
_MANY = 3


def _differs(formula: str, cell: str, stored: str, computed: str) -> Observation:
    return fact(
        "xlsx.formula.differs",
        formula,
        raw=f"{stored}\t{computed}",
        part="xl/worksheets/sheet1.xml",
        cell=cell,
    )


def _book(agree: int, differ: int, *more: Observation, empty: int = 0) -> tuple[Observation, ...]:
    return (
        fact("xlsx.formulas", agree + differ),
        fact("xlsx.formulas.agree", agree),
        fact("xlsx.formulas.differ", differ),
        fact("xlsx.formulas.empty", empty),
        *more,
    )


_TOTAL = _differs("=SUM(B2:B9)", "Invoices!B10", "9200", "17200")
_CAUSE = fact(
    "xlsx.formula.cause", "12000", raw="4000\t1\t1", part="xl/worksheets/sheet1.xml", cell="Invoices!B7"
)
EXAMPLES = (
    Example(
        title="an amount was changed and the total left",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=_book(40, 1, _TOTAL, _CAUSE, fact("xlsx.formulas.groups", 1)),
    ),
    Example(
        title="a formula was replaced by a number in the XML",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=_book(
            4, 0, fact("xlsx.chain.stale", "17200", part="xl/worksheets/sheet1.xml", cell="Invoices!B10")
        ),
    ),
    Example(
        title="a workbook set to calculate by hand",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=_book(40, 1, _TOTAL, fact("xlsx.calc_loose", "manual")),
    ),
    Example(
        title="a program that writes 0 for every result",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=_book(0, 1, _differs("=SUM(B2:B9)", "Sheet1!B10", "0", "17200"), empty=1),
    ),
    Example(
        title="a workbook that agrees with itself",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=_book(40, 0),
    ),
)


@check(
    "LV-XLSX-001",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("ooxml",),
    needs=("xlsx.formulas",),
    reads=(
        "xlsx.formulas.agree", "xlsx.formulas.differ", "xlsx.formulas.empty", "xlsx.formulas.groups",
        "xlsx.formulas.uncomputed", "xlsx.formula.differs", "xlsx.formula.cause", "xlsx.calc_loose",
        "xlsx.chain.stale",
    ),
    cost=Cost.MINUTES,
    reproduce="unzip -p FILE xl/worksheets/sheet1.xml",
)  # fmt: skip
def xlsx_cached_values(facts: Facts) -> Iterator[Answer]:
    yield from _chain(facts)
    agree, differ = _count(facts, "xlsx.formulas.agree"), _count(facts, "xlsx.formulas.differ")
    found = facts.all("xlsx.formula.differs")
    if not found:
        if agree >= _MANY:
            counted = facts.all("xlsx.formulas.agree")
            left = _count(facts, "xlsx.formulas") - agree
            yield neutral("agree", rests_on=counted, agree=agree, left=left)
        return
    first = found[0]
    stored, _, computed = (first.raw or "").partition("\t")
    named: dict[str, str | int] = {
        "formulas": differ,
        "formula": str(first.value),
        "at": first.where.cell,
        "stored": stored,
        "computed": computed,
    }
    loose = facts.all("xlsx.calc_loose")
    causes = [cause for cause in facts.all("xlsx.formula.cause") if cause.raw]
    groups = _count(facts, "xlsx.formulas.groups")
    if loose:
        why = ", ".join(str(reason.value) for reason in loose)
        yield neutral(
            "loose",
            rests_on=[*found[:5], *loose],
            formulas=differ,
            formula=str(first.value),
            at=first.where.cell,
            why=why,
        )
    elif _never_calculated(facts, found) or not 0 < groups <= _PLACES:
        yield neutral("not-calculated", rests_on=found[:5], formulas=differ, total=agree + differ)
    elif not agree:
        yield unusual("none-agrees", rests_on=[*found[:5], *causes[:3]], **named)
    else:
        yield from _in_places(found, causes, agree, differ, named)


def _in_places(
    found: Sequence[Observation],
    causes: list[Observation],
    agree: int,
    differ: int,
    named: dict[str, str | int],
) -> Iterator[Answer]:
    if not causes:
        yield contradicts("result-differs", rests_on=found[:10], agree=agree, **named)
        return
    cause = causes[0]
    earlier, formulas, cells = (*(cause.raw or "").split("\t"), "", "")[:3]
    more: dict[str, str | int] = {
        "cell": cause.where.cell,
        "present": str(cause.value),
        "earlier": earlier,
        "agree": agree,
    }
    rests_on = [*causes[:5], *found[:10]]
    if cells == "1":
        yield contradicts(
            "cell-changed", rests_on=rests_on, **{**named, "formulas": int(formulas or 0)}, **more
        )
    else:
        yield contradicts("one-of-several", rests_on=rests_on, cells=int(cells or 0), **named, **more)


def _chain(facts: Facts) -> Iterator[Answer]:
    stale = facts.all("xlsx.chain.stale")
    if stale:
        yield contradicts(
            "formula-gone",
            rests_on=stale[:20],
            cells=len(stale),
            cell=stale[0].where.cell,
            present=str(stale[0].value),
        )


def _never_calculated(facts: Facts, found: Sequence[Observation]) -> bool:
    """A writer that puts 0, or nothing, in the place of results it does not compute."""
    if _count(facts, "xlsx.formulas.uncomputed") > _count(facts, "xlsx.formulas.agree"):
        return True
    return all((differs.raw or "").partition("\t")[0] in ("0", "") for differs in found)


def _count(facts: Facts, name: str) -> int:
    value = facts.value(name)
    return value if isinstance(value, int) else 0
