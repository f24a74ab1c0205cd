"""LV-XLSX-002  What a workbook keeps beside the cells in view.

What it looks at: hidden sheets, rows and columns that hold values; strings in the
table that no cell shows any more; strings that stand elsewhere in the table than
their neighbours; values of other workbooks kept with links; caches of pivot tables
whose rows the cited cells do not hold; the printers the sheets were set up for; the
locales number formats name.

Why it matters: caches and leftovers may show what stood in the workbook earlier,
and a printer or a locale the machine it was set up on.  None of this is unusual, and
none of it says that something is wrong: it tells where to look and whom to ask.

Innocent ways: columns are hidden to make a print fit; a pivot table is not refreshed
after the last correction; a sort or a paste moves strings; a template brings its
printer and its formats from another office and another country.

Repeat by hand: ``unzip -p FILE xl/sharedStrings.xml``, ``xl/calcChain.xml``,
``xl/pivotCache/pivotCacheRecords1.xml``; in a spreadsheet program, show hidden sheets,
rows and columns.

Sources: ECMA-376 part 1, 18.4 (shared strings), 18.10 (pivot caches), 18.14 (links);
wingdi.h (DEVMODEW).  Order of strings as a trace of editing: own observation and the
notes of peers; a workbook sorted by its owner shows the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "pivot": "The cache of a pivot table, filled from {source} (refreshed: {refreshed}), holds {rows} "
    "rows that these cells do not hold, the first: {first}.",
    "link": "Formulas refer to the workbook {target}; {values} of its values are kept here.",
    "hidden": "{cells} cells with values are in hidden sheets, rows or columns, the first in {where}.",
    "unused": "{strings} strings are kept that no cell shows, the first: {first}.",
    "moved": "The texts of {strings} cells stand elsewhere in the table of strings than those of their "
    "neighbours, the first in {cell}: they may have been typed at another time, or the rows were sorted or "
    "pasted.",
    "set-up": "Set up for the printer {printer}.",
    "locales": "Number formats name the locales {locales}.",
}
INNOCENT = {
    "print": "Rows and columns are hidden to make a print fit, and sheets to keep lists for choosing from.",
    "refresh": "A pivot table or a link was not refreshed after the last correction.",
    "sorted": "Rows were sorted, pasted or taken out.",
    "template": "A template brought its printer and its formats along.",
}

EXAMPLES = (
    Example(
        title="a pivot table that was not refreshed",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("xlsx.sheet", "Data"),
            fact("xlsx.pivot.source", "Data!A1:C40", part="xl/pivotCache/pivotCacheDefinition1.xml"),
            fact("xlsx.pivot.other_rows", 1, part="xl/pivotCache/pivotCacheDefinition1.xml"),
            fact("xlsx.pivot.other_row", "17\tAcme\t1200", part="xl/pivotCache/pivotCacheDefinition1.xml"),
        ),
    ),
    Example(
        title="nothing beside the cells in view",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(fact("xlsx.sheet", "Data"), fact("xlsx.strings.unused", 0)),
    ),
)


@check(
    "LV-XLSX-002",
    question=Question.HANDLING,
    family=Family.HISTORY,
    formats=("ooxml",),
    needs=("xlsx.sheet",),
    reads=(
        "xlsx.pivot.source", "xlsx.pivot.refreshed", "xlsx.pivot.refreshed_by", "xlsx.pivot.other_rows",
        "xlsx.pivot.other_row", "xlsx.link.target", "xlsx.link.values", "xlsx.hidden_cells",
        "xlsx.strings.unused", "xlsx.leftover_text", "xlsx.string.moved", "xlsx.printer", "xlsx.locale",
    ),
    cost=Cost.SECONDS,
    reproduce="unzip -l FILE",
)  # fmt: skip
def xlsx_leftovers(facts: Facts) -> Iterator[Answer]:
    yield from _pivots(facts)
    kept = {found.where.part: found for found in facts.all("xlsx.link.values")}
    for target in facts.all("xlsx.link.target"):
        values = kept.get(target.where.part)
        if values is not None:
            rests_on = [target, values]
            yield neutral("link", rests_on=rests_on, target=str(target.value), values=_whole(values))
    hidden = facts.all("xlsx.hidden_cells")
    if hidden:
        cells = sum(_whole(found) for found in hidden)
        yield neutral("hidden", rests_on=hidden[:20], cells=cells, where=hidden[0].where.cell)
    unused, left = facts.value("xlsx.strings.unused"), facts.first("xlsx.leftover_text")
    if isinstance(unused, int) and left is not None:
        first = str(left.value).partition("\n")[0]
        yield neutral("unused", rests_on=[left], strings=unused, first=first[:200])
    moved = facts.all("xlsx.string.moved")
    if moved:
        yield neutral("moved", rests_on=moved[:20], strings=len(moved), cell=moved[0].where.cell)
    for printer in facts.all("xlsx.printer")[:5]:
        yield neutral("set-up", rests_on=[printer], printer=str(printer.value))
    locales = facts.all("xlsx.locale")
    if locales:
        named = ", ".join(dict.fromkeys(str(found.value) for found in locales))
        yield neutral("locales", rests_on=locales[:20], locales=named)


def _pivots(facts: Facts) -> Iterator[Answer]:
    """One answer for each cache with rows of its own."""
    for rows in facts.all("xlsx.pivot.other_rows"):
        own = [found for found in facts.all("xlsx.pivot.other_row") if found.where.part == rows.where.part]
        if not own:
            continue
        source = _of_part(facts, "xlsx.pivot.source", rows)
        stated = (_of_part(facts, f"xlsx.pivot.{what}", rows) for what in ("refreshed", "refreshed_by"))
        refreshed = ", ".join(filter(None, stated)) or "?"
        first = str(own[0].value).replace("\t", " | ")
        yield neutral(
            "pivot",
            rests_on=[rows, *own[:10]],
            source=source,
            refreshed=refreshed,
            rows=_whole(rows),
            first=first,
        )


def _of_part(facts: Facts, name: str, beside: Observation) -> str:
    for found in facts.all(name):
        if found.where.part == beside.where.part:
            return str(found.value)
    return ""


def _whole(found: Observation) -> int:
    return found.value if isinstance(found.value, int) else 0
