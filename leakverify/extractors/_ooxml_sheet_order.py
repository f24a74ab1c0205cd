"""Order of the shared strings and of the calculation chain against the order of the cells.

Excel appends a string to the table when it is first typed and keeps the table's
order when it loads and saves; the calculation chain is put in the order in which
the formulas were last computed.  Both are traces of editing and weak ones: a
sort, a copy, a recalculation or another program changes them without a trace.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._formula import address, parse_address
from leakverify.extractors._formula_grid import Sheet
from leakverify.extractors._ooxml_sheet_cells import Reading
from leakverify.extractors._opc import Package, Part

#: strings and cells told one by one
_TOLD = 50
#: fewest strings that have an order, and the share out of it above which there is none
_LEAST, _FEW = 20, 0.05
#: cells of the calculation chain
_CHAIN = 300_000


def string_order(reading: Reading, where: Location, *, whole: bool) -> Iterator[Observation]:
    """Strings no cell shows, and those that stand later in the table than their cells in the sheets."""
    first_use: dict[int, tuple[Sheet, int, int]] = {}
    for sheet, row, column, index in reading.uses:
        first_use.setdefault(index, (sheet, row, column))
    if whole:
        unused = [t for i, t in enumerate(reading.strings) if i not in first_use and t.strip()]
        yield Observation(name="xlsx.strings.unused", value=len(unused), where=where)
        if unused:
            yield Observation(
                name="xlsx.leftover_text", value=clip("\n".join(unused[:_TOLD]), 4000), where=where
            )
    indexes = list(first_use)
    if len(indexes) < _LEAST:
        return
    kept = _rising(indexes)
    share = len(kept) / len(indexes)
    yield Observation(name="xlsx.strings.in_order", value=round(share, 4), where=where)
    if 1 - share > _FEW or len(kept) == len(indexes):
        return
    late = [index for index in indexes if index not in kept]
    for index in late[:_TOLD]:
        sheet, row, column = first_use[index]
        yield Observation(
            name="xlsx.string.moved",
            value=clip(reading.strings[index], 200),
            where=_cell(sheet, row, column),
            raw=f"{index + 1} of {len(reading.strings)}",
        )


def _rising(values: Sequence[int]) -> set[int]:
    """A longest rising subsequence of distinct numbers, in n log n steps."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for value in values:
        place = bisect_left(ends, value)
        before[value] = ends[place - 1] if place else None
        if place == len(ends):
            ends.append(value)
        else:
            ends[place] = value
    kept: set[int] = set()
    step: int | None = ends[-1] if ends else None
    while step is not None:
        kept.add(step)
        step = before[step]
    return kept


def chain_facts(package: Package, part: Part, sheets: dict[str, Sheet]) -> Iterator[Observation | Fault]:
    """The calculation chain: cells it lists that hold no formula, and formulas it does not list.

    ``sheets`` are by their ``sheetId``.  An entry without a sheet belongs to the
    one named before it (ECMA-376 part 1, 18.6.1).
    """
    listed: set[tuple[str, int, int]] = set()
    stale: list[tuple[Sheet, int, int]] = []
    number = ""
    for cell in package.up_to(_CHAIN, "cells in the chain", part.root.iter(f"{part.namespace}c"), part.where):
        number = cell.get("i", number)
        place = parse_address(cell.get("r", ""))
        sheet = sheets.get(number)
        if place is None or sheet is None:
            continue
        key = (sheet.part, *place)
        if key not in listed:
            listed.add(key)
            if sheet.whole and place not in sheet.formulas:
                stale.append((sheet, *place))
    yield Observation(name="xlsx.chain.cells", value=len(listed), where=part.where)
    missing = sum((sheet.part, *place) not in listed for sheet in sheets.values() for place in sheet.formulas)
    yield Observation(name="xlsx.chain.missing", value=missing, where=part.where)
    for sheet, row, column in stale[:_TOLD]:
        value = sheet.at(row, column)
        shown = "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)
        yield Observation(name="xlsx.chain.stale", value=clip(shown, 200), where=_cell(sheet, row, column))
    if len(stale) > _TOLD:
        yield Fault("limit-answer", f"{len(stale)} cells of the chain without a formula, {_TOLD} told")


def _cell(sheet: Sheet, row: int, column: int) -> Location:
    return Location(part=clip(sheet.part), cell=clip(f"{sheet.name}!{address(row, column)}", 200))
