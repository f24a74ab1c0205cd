"""A sheet as its reader sees it: the rows of an invoice, words and numbers side by side.

The shared strings of a workbook hold words only, in an order of their own; what an
amount is stands in the cell beside it.  Rows are laid out for the sheets that name an
invoice, so that other workbooks, which may hold a million numbers, cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import clip
from leakverify.extractors._formula_grid import Sheet, Value
from leakverify.extractors._ooxml_sheet_cells import Reading
from leakverify.extractors._opc import Part
from leakverify.extractors._prose.invoice import may_be_one

#: rows, columns and characters of a sheet that are laid out, and characters of a cell
_ROWS, _COLUMNS, _CHARACTERS, _CELL = 1_500, 40, 100_000, 200
#: cell formats looked at; Excel has 65,490 at most
_FORMATS = 70_000
#: built-in number formats: percentages, and days without a time (ECMA-376 part 1, 18.8.30)
_PERCENT, _DAYS = frozenset((9, 10)), frozenset((14, 15, 16, 17, 22))
#: what stands in a format beside its own letters: texts in quotes, escaped characters, colours and locales
_ASIDE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DAY = re.compile(r"d|y", re.IGNORECASE)
_FIRST = {"1900": datetime(1899, 12, 30), "1904": datetime(1904, 1, 1)}
_GREATEST = 1e11


def number_looks(part: Part) -> dict[str, str]:
    """Index of a cell format -> ``percent`` or ``day``, for those that show a number as either."""
    s = part.namespace
    codes = {
        stated.get("numFmtId", ""): _ASIDE.sub("", stated.get("formatCode", "")[:500])
        for stated in islice(part.root.iterfind(f"{s}numFmts/{s}numFmt"), _FORMATS)
    }
    looks: dict[str, str] = {}
    for index, form in enumerate(islice(part.root.iterfind(f"{s}cellXfs/{s}xf"), _FORMATS)):
        number = form.get("numFmtId", "")
        code = codes.get(number, "")
        known = int(number) if number.isdecimal() and len(number) < 6 else 0
        if "%" in code or (not code and known in _PERCENT):
            looks[str(index)] = "percent"
        elif _DAY.search(code) or (not code and known in _DAYS):
            looks[str(index)] = "day"
    return looks


def may_hold_one(reading: Reading) -> bool:
    """Whether the strings name an invoice; a workbook without shared strings may, in its cells."""
    return not reading.strings or any(may_be_one(string) for string in reading.strings)


def sheet_rows(sheet: Sheet, reading: Reading, system: str) -> Iterator[Observation]:
    """The rows of a visible sheet that names an invoice; line ``n`` is row ``n``, tabs part cells."""
    columns = [column for _, column in islice(sheet.between(1, 1 << 15), _COLUMNS)]
    if sheet.state != "visible" or not any(
        isinstance(value, str) and may_be_one(value) for c in columns for value in c.values[:_ROWS]
    ):
        return
    rows: dict[int, list[str]] = {}
    for number, column in islice(sheet.between(1, 1 << 15), _COLUMNS):
        for row, value in zip(column.rows[:_ROWS], column.values[:_ROWS], strict=True):
            shown = _shown(value, reading.looks.get((id(sheet), row, number), ""), _FIRST[system])
            if shown and row <= _ROWS:
                rows.setdefault(row, []).append(shown)
    lines = ["\t".join(rows.get(row, ())) for row in range(1, max(rows, default=0) + 1)]
    text = "\n".join(lines)[:_CHARACTERS]
    if text:
        where = Location(part=clip(sheet.part), cell=clip(sheet.name, 100))
        yield Observation(name="xlsx.rows", value=text, where=where)


def _shown(value: Value, look: str, first: datetime) -> str:
    """A cell in one line: numbers with a point, to the ten-thousandth; days as year, month and day."""
    if isinstance(value, str):
        return " ".join(value[:_CELL].split())
    if not isinstance(value, float) or abs(value) >= _GREATEST:
        return ""
    if look == "percent":
        return f"{round(value * 100, 4):.4f}".rstrip("0").rstrip(".") + "%"
    if look == "day":
        return (first + timedelta(days=int(value))).date().isoformat() if 0 < value < 80_000 else ""
    if value == int(value):
        return str(int(value))
    # what a sum of cents comes to in binary is no finer price
    return f"{value:.2f}" if abs(value - round(value, 2)) < 1e-6 else f"{value:.4f}"
