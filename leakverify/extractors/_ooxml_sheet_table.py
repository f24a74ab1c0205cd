"""The arithmetic of lists (``_table_numbers``) in worksheets: relations between columns of values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import clip
from leakverify.extractors._formula import address, column_letters
from leakverify.extractors._formula_grid import Sheet, Value
from leakverify.extractors._table_numbers import Line, arithmetic_facts

#: rows and columns of a sheet that are looked at; fewest rows that make a list
_ROWS, _COLUMNS, _LEAST = 20_000, 40, 20
#: columns of a list hold a value in at least this share of its rows
_FILLED = 0.5
_COLUMN = re.compile(r"column (\d+)")


def sheet_arithmetic(sheet: Sheet) -> Iterator[Observation]:
    """Relations between the columns of one sheet, and the cells that break them."""
    if not sheet.whole:
        return
    numbers = [(n, c) for n, c in sheet.between(1, 1 << 15) if len(c.numbers) >= _LEAST][:_COLUMNS]
    if len(numbers) < 2:
        return
    rows = sorted({row for _, column in numbers for row in column.number_rows[:_ROWS]})[:_ROWS]
    numbers = [(n, c) for n, c in numbers if len(c.numbers) >= _FILLED * len(rows)]
    place = {row: at for at, row in enumerate(rows)}
    cells = [[""] * len(numbers) for _ in rows]
    for index, (_, column) in enumerate(numbers):
        for row, value in zip(column.rows, column.values, strict=True):
            if row in place:
                cells[place[row]][index] = _shown(value)
    lines = [Line(row, held) for row, held in zip(rows, cells, strict=True)]
    names = [number for number, _ in numbers]

    def named(found: re.Match[str]) -> str:
        return f"column {column_letters(names[int(found[1]) - 1])}"

    for found in arithmetic_facts(lines, range(len(names))):
        stated = _COLUMN.search(found.where.cell)
        if stated is None:
            continue
        number = names[int(stated[1]) - 1]
        cell = f"column {column_letters(number)}"
        if found.where.line is not None:
            cell = address(found.where.line, number)
        value = found.value
        yield Observation(
            name=found.name,
            value=_COLUMN.sub(named, str(value)) if found.name == "table.arithmetic" else value,
            where=Location(part=clip(sheet.part), cell=clip(f"{sheet.name}!{cell}", 200)),
            raw=_COLUMN.sub(named, found.raw or ""),
        )


def _shown(value: Value) -> str:
    """A number as :func:`~leakverify.extractors._table_numbers.amount` reads it, to a ten-thousandth."""
    if not isinstance(value, float) or abs(value) >= 1e11:
        return ""
    return f"{value:.4f}"
