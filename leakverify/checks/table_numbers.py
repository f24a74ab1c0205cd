"""LV-TAB-002  Numbers of a list: order, gaps, repeats, check digits, plans and clocks.

What it looks at: columns that count on by one, and where they do not; columns that
rise or fall, and where they do not; rows that repeat an earlier one; telephone
numbers against the numbering plans of today; IBANs, BICs, SIRENs, SIRETs and VAT
numbers against their check digits; time stamps against the summer time of the zone
the list states or keeps to.

Why it matters: a made-up number seldom fits its plan, a row put in or taken out
leaves a gap or a repeat, and a typed time may be one no clock showed.

Innocent ways: cancelled invoices leave gaps; two people share a number; numbers are
misread by whoever copied them; plans change, and a number of 2005 need not fit the
plan of today; a server keeps its clock on winter time.  All of it is only shown.

Repeat by hand: sort a copy of the list by the column; the check digit of an IBAN is
described in ISO 13616, that of a SIREN and SIRET is Luhn's.

Sources: ISO 13616 (IBAN), ISO 9362 (BIC), INSEE (SIREN, SIRET), as implemented by
python-stdnum; ITU-T E.164 and national plans, as collected by libphonenumber;
directive 2000/84/EC and the Energy Policy Act of 2005 for summer time.  Where these
libraries are not installed the numbers are not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib import import_module

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.checks._phones import fits_today, plans_version, region
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "sequence": "{column} counts on by one in {kept} steps; {gaps} gaps, {repeats} repeats and {back} "
    "steps back, the first in line {line}: {value} after {before}.",
    "order": "{column} through the list; {breaks} cells do not, the first in line {line}: {value} after "
    "{before}.",
    "repeated-rows": "{rows} rows repeat an earlier one, the first in line {line} that of line {earlier}.",
    "phones": "{bad} of {total} telephone numbers fit no plan of today (libphonenumber {version}), the "
    "first in line {line}: {first}; numbers without a country were read as of {region}.",
    "check-digits": "{bad} of {total} numbers ({kind}) have a wrong check digit or form, the first in "
    "line {line}: {first}.",
    "skipped-time": "{stamps} time stamps show a time no clock in a zone with {rule} summer time showed, "
    "the first in line {line}: {first}.",
    "other-offset": "{stamps} time stamps have another offset than the summer time ({rule}) the others "
    "follow, the first in line {line}: {first}, where {expected} was kept.",
}
INNOCENT = {
    "cancelled": "Cancelled or drafted numbers leave gaps, and several series run side by side.",
    "copied": "Whoever copied the numbers misread or shortened them.",
    "plan": "The plan was another when the list was made.",
    "clock": "The clock of the machine was kept on one offset all year.",
}
#: kind of number -> module of python-stdnum that checks it
_CHECKED = {
    "iban": "stdnum.iban",
    "bic": "stdnum.bic",
    "siren": "stdnum.fr.siren",
    "siret": "stdnum.fr.siret",
    "vat": "stdnum.eu.vat",
}
#: share of wrong numbers above which a column is something else
_OTHER = 0.5

EXAMPLES = (
    Example(
        title="a number that is missing in a series of invoices",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("table.rows", 200),
            fact("table.sequence", "column 1", raw="198 of 199", cell="column 1"),
            fact("table.sequence.break", "F-1078", raw="F-1076\tgap", line=78, cell="row 78 column 1"),
        ),
    ),
    Example(
        title="a time that was skipped when the clocks went forward",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("table.rows", 200),
            fact("table.clock", "EU +1", cell="column 2"),
            fact("table.clock.break", "2017-03-26 02:30", raw="never-shown", line=50, cell="row 50 column 2"),
        ),
    ),
)


@check(
    "LV-TAB-002",
    question=Question.HANDLING,
    family=Family.CONTENT,
    formats=("text",),
    needs=("table.rows",),
    reads=(
        "table.sequence", "table.sequence.break", "table.order", "table.order.break", "table.duplicate",
        "table.identifiers", "table.clock", "table.clock.break",
    ),
    cost=Cost.MINUTES,
    reproduce="cat -A FILE",
)  # fmt: skip
def table_numbers(facts: Facts) -> Iterator[Answer]:
    for counting in facts.all("table.sequence"):
        yield from _sequence(facts, counting)
    for order in facts.all("table.order"):
        breaks = _of_column(facts, "table.order.break", order)
        if breaks:
            yield neutral(
                "order", rests_on=[order, *breaks[:10]], column=str(order.value), breaks=len(breaks),
                line=breaks[0].where.line or 0, value=str(breaks[0].value), before=breaks[0].raw or "",
            )  # fmt: skip
    repeated = facts.all("table.duplicate")
    if repeated:
        line, earlier = repeated[0].where.line or 0, repeated[0].raw or ""
        yield neutral("repeated-rows", rests_on=repeated[:10], rows=len(repeated), line=line, earlier=earlier)
    for column in facts.all("table.identifiers"):
        yield from _phones(column) if column.raw == "phone" else _check_digits(column)
    for rule in facts.all("table.clock"):
        yield from _clock(facts, rule)


def _of_column(facts: Facts, name: str, column: Observation) -> list[Observation]:
    ending = f" {column.where.cell}"
    return [o for o in facts.all(name) if o.where.cell.endswith(ending) and o.where.part == column.where.part]


def _sequence(facts: Facts, counting: Observation) -> Iterator[Answer]:
    breaks = _of_column(facts, "table.sequence.break", counting)
    if not breaks:
        return
    kinds = Counter((found.raw or "").rpartition("\t")[2] for found in breaks)
    yield neutral(
        "sequence", rests_on=[counting, *breaks[:10]], column=str(counting.value), kept=counting.raw or "",
        gaps=kinds["gap"], repeats=kinds["repeat"], back=kinds["back"], line=breaks[0].where.line or 0,
        value=str(breaks[0].value), before=(breaks[0].raw or "").partition("\t")[0],
    )  # fmt: skip


def _clock(facts: Facts, rule: Observation) -> Iterator[Answer]:
    breaks = _of_column(facts, "table.clock.break", rule)
    skipped = [found for found in breaks if found.raw == "never-shown"]
    other = [found for found in breaks if found.raw != "never-shown"]
    if skipped:
        first = skipped[0]
        yield neutral(
            "skipped-time", rests_on=[rule, *skipped[:10]], stamps=len(skipped), rule=str(rule.value),
            line=first.where.line or 0, first=str(first.value),
        )  # fmt: skip
    if other:
        first = other[0]
        yield neutral(
            "other-offset", rests_on=[rule, *other[:10]], stamps=len(other), rule=str(rule.value),
            line=first.where.line or 0, first=str(first.value), expected=first.raw or "",
        )  # fmt: skip


def _cells(column: Observation) -> list[tuple[int, str]]:
    found = []
    for told in str(column.value).split("\n"):
        line, _, cell = told.partition("\t")
        if line.isdecimal():
            found.append((int(line), cell))
    return found


def _check_digits(column: Observation) -> Iterator[Answer]:
    if column.raw not in _CHECKED:
        return
    library = import_module(_CHECKED[column.raw])
    cells = _cells(column)
    bad = [(line, cell) for line, cell in cells if not library.is_valid(cell)]
    if bad and len(bad) <= _OTHER * len(cells):
        line, first = bad[0]
        kind = (column.raw or "").upper()
        yield neutral(
            "check-digits",
            rests_on=[column],
            bad=len(bad),
            total=len(cells),
            kind=kind,
            line=line,
            first=first,
        )


def _phones(column: Observation) -> Iterator[Answer]:
    """Numbers with a country of their own; the others in the country most of the first belong to."""
    cells = _cells(column)
    written = [(line, cell, "+" + cell[2:] if cell.startswith("00") else cell) for line, cell in cells]
    regions: Counter[str] = Counter()
    for _, _, number in written:
        if number.startswith("+"):
            regions[region(number)] += 1
    regions.pop("", None)
    home, times = regions.most_common(1)[0] if regions else ("", 0)
    home = home if times * 2 > sum(regions.values()) else ""
    looked = [(line, cell, number) for line, cell, number in written if number.startswith("+") or home]
    bad = [(line, cell) for line, cell, number in looked if not fits_today(number, home)]
    if bad and len(bad) <= _OTHER * len(looked):
        line, first = bad[0]
        yield neutral(
            "phones", rests_on=[column], bad=len(bad), total=len(looked), line=line, first=first,
            region=home or "-", version=plans_version(),
        )  # fmt: skip
