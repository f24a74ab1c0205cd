"""Cells of a worksheet part as stored (ECMA-376 part 1, 18.3.1.4 and 18.3.1.40)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from leakverify.extractors._formula import COLUMNS, ROWS, parse_address
from leakverify.extractors._formula_grid import UNKNOWN, CellError, Sheet, Value

if TYPE_CHECKING:
    from lxml.etree import _Element

#: characters of one text that are kept for comparing
_TEXT = 32_767
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SUBTOTAL = re.compile(r"\b(?:SUBTOTAL|AGGREGATE)\(", re.IGNORECASE)
#: hidden rows and ranges of hidden columns that are kept
_HIDDEN = 100_000


class Stored(NamedTuple):
    """A formula and the result stored with it.

    ``down`` and ``right`` say how far the cell lies from the one the text was
    written for (shared formulas).  ``left_out`` says why it is not computed.
    """

    row: int
    column: int
    text: str
    down: int
    right: int
    result: Value
    left_out: str = ""


@dataclass(slots=True)
class Reading:
    """What the worksheets of one workbook hold; shared by all of them."""

    strings: list[str]
    #: cells that may still be read
    left: int
    cells: int = 0
    formulas: list[tuple[Sheet, Stored]] = field(default_factory=list)
    #: strings the sheets hold themselves, of the sheet being read
    own: list[str] = field(default_factory=list)
    #: sheet, cell and index of each use of a shared string, in the order of the cells
    uses: list[tuple[Sheet, int, int, int]] = field(default_factory=list)
    #: index of a cell format -> percent or day, where somebody will ask, and the numbers that have one, by
    #: sheet (its ``id``), row and column
    formats: dict[str, str] = field(default_factory=dict)
    looks: dict[tuple[int, int, int], str] = field(default_factory=dict)


def unescape(text: str) -> str:
    """Text with ``_x000D_`` read as the character it stands for (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def read_cells(elements: Iterable[_Element], s: str, sheet: Sheet, reading: Reading) -> None:
    """Put cells into their sheet, and its formulas, strings and uses of strings into the reading.

    ``elements`` are the ``col`` and ``row`` elements of the part in document
    order, whole or streamed; ``s`` is its namespace in braces.
    """
    sheet.whole = True
    reading.own = []
    shared: dict[str, tuple[str, int, int]] = {}
    row = 0
    for element in elements:
        if element.tag == f"{s}col":
            _column(element, sheet)
            continue
        row = _number(element.get("r")) or row + 1
        if not 1 <= row <= ROWS:
            sheet.whole = False
            break
        if element.get("hidden") in ("1", "true") and len(sheet.hidden_rows) < _HIDDEN:
            sheet.hidden_rows.add(row)
        column = 0
        for cell in element.iterchildren(f"{s}c"):
            if reading.left <= 0:
                sheet.whole = False
                break
            reading.left -= 1
            reading.cells += 1
            place = parse_address(cell.get("r", ""))
            column = place[1] if place is not None else column + 1
            if column > COLUMNS:
                break
            _cell(cell, s, sheet, row, column, reading, shared)
        if not sheet.whole:
            break
    sheet.close()


def _column(stated: _Element, sheet: Sheet) -> None:
    if stated.get("hidden") in ("1", "true") and len(sheet.hidden_columns) < _HIDDEN:
        first, last = _number(stated.get("min")), _number(stated.get("max"))
        if 1 <= first <= last <= COLUMNS:
            sheet.hidden_columns.append((first, last))


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) <= 8 else 0


def _cell(
    cell: _Element,
    s: str,
    sheet: Sheet,
    row: int,
    column: int,
    reading: Reading,
    shared: dict[str, tuple[str, int, int]],
) -> None:
    kind = cell.get("t", "n")
    literal = cell.findtext(f"{s}v")
    formula = cell.find(f"{s}f")
    value: Value
    if kind == "s":
        index = _number(literal)
        known = literal is not None and literal.strip().isdecimal() and index < len(reading.strings)
        value = reading.strings[index] if known else UNKNOWN
        if known:
            reading.uses.append((sheet, row, column, index))
    elif kind == "inlineStr":
        value = "".join(str(text.text or "") for text in cell.iter(f"{s}t"))[:_TEXT]
        reading.own.append(value)
    else:
        value = _plain(kind, literal, formula is not None)
        if kind == "str":
            reading.own.append(str(literal or ""))
    if formula is not None:
        sheet.formulas.add((row, column))
        stored = _formula(formula, row, column, value, shared)
        if _SUBTOTAL.search(stored.text):
            sheet.subtotals.add((row, column))
        reading.formulas.append((sheet, stored))
    if value is not None:
        sheet.add(row, column, value)
        if reading.formats and (look := reading.formats.get(cell.get("s", ""))):
            reading.looks[id(sheet), row, column] = look


def _plain(kind: str, literal: str | None, computed: bool) -> Value:
    if kind == "str":
        return unescape(str(literal or ""))[:_TEXT]
    if literal is None or not literal.strip():
        return UNKNOWN if computed else None
    if kind == "b":
        return literal.strip() in ("1", "true")
    if kind == "e":
        return CellError(str(literal).strip()[:20])
    if kind == "n":
        try:
            number = float(literal) if len(literal) <= 400 else float("nan")
        except ValueError:
            return UNKNOWN
        return number if number - number == 0 else UNKNOWN
    return UNKNOWN


def _formula(
    formula: _Element, row: int, column: int, value: Value, shared: dict[str, tuple[str, int, int]]
) -> Stored:
    text = str(formula.text or "")
    kind = formula.get("t", "normal")
    left_out = ""
    down = right = 0
    if kind == "shared":
        index = formula.get("si", "")
        if text:
            shared.setdefault(index, (text, row, column))
        elif index in shared:
            text, from_row, from_column = shared[index]
            down, right = row - from_row, column - from_column
        else:
            left_out = "the shared formula is missing"
    elif kind != "normal":
        left_out = "an array or a data table"
    if formula.get("ca") in ("1", "true"):
        left_out = "computed anew at every change"
    elif value is UNKNOWN:
        left_out = "no stored result"
    elif not text:
        left_out = left_out or "no text"
    return Stored(row, column, text, down, right, value, left_out)
