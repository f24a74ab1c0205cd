"""Workbooks made in code: typed cells, formulas with their stored results, and what lies around them."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from tests.builders.office import S, pack, rels, xlsx_parts

#: a cell: a typed number or text, or (formula, stored result), the result ``None`` when there is none
Cell = float | str | tuple[str, float | str | None]


def rows(cells: Mapping[str, Cell], hidden: tuple[int, ...] = ()) -> str:
    """The XML of the rows that hold these cells, given by address."""
    by_row: dict[int, list[tuple[str, Cell]]] = {}
    for place, cell in cells.items():
        by_row.setdefault(int("".join(c for c in place if c.isdigit())), []).append((place, cell))
    lines = []
    for number, held in sorted(by_row.items()):
        mark = ' hidden="1"' if number in hidden else ""
        ordered = sorted(held, key=lambda one: (len(one[0]), one[0]))
        lines.append(f'<row r="{number}"{mark}>{"".join(_cell(*one) for one in ordered)}</row>')
    return "".join(lines)


def _cell(place: str, cell: Cell) -> str:
    formula = ""
    if isinstance(cell, tuple):
        formula, stored = f"<f>{escape(cell[0])}</f>", cell[1]
        if stored is None:
            return f'<c r="{place}">{formula}</c>'
        cell = stored
    if isinstance(cell, str) and not formula:
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    kind = ' t="str"' if isinstance(cell, str) else ""
    return f'<c r="{place}"{kind}>{formula}<v>{escape(str(cell))}</v></c>'


def invoices(**changed: Cell) -> dict[str, Cell]:
    """Ten invoices with tax, gross, and totals; ``B4=12000`` changes a cell and leaves the results."""
    cells: dict[str, Cell] = {"A1": "Number", "B1": "Net", "C1": "Tax", "D1": "Gross"}
    for n in range(2, 12):
        net = 1000.0 + 37 * n
        cells[f"A{n}"] = f"F-{n}"
        cells[f"B{n}"] = net
        cells[f"C{n}"] = (f"ROUND(B{n}*$F$1,2)", round(net * 0.2, 2))
        cells[f"D{n}"] = (f"B{n}+C{n}", round(net * 1.2, 2))
    cells["F1"] = 0.2
    net_total = sum(1000.0 + 37 * n for n in range(2, 12))
    cells["A12"] = "Total"
    cells["B12"] = ("SUM(B2:B11)", net_total)
    cells["C12"] = ("SUM(C2:C11)", round(net_total * 0.2, 2))
    cells["D12"] = ("SUM(D2:D11)", round(net_total * 1.2, 2))
    return {**cells, **changed}


def book(
    sheets: Mapping[str, Mapping[str, Cell] | str] | Mapping[str, Cell] | None = None,
    workbook: str = "",
    related: tuple[tuple[str, str, str], ...] = (),
    more: Mapping[str, str | bytes] | None = None,
    strings: tuple[str, ...] = (),
) -> bytes:
    """An XLSX in Excel's dress; ``related`` are further relationships of the workbook part."""
    held = {"Invoices": invoices()} if sheets is None else sheets
    made = {name: cells if isinstance(cells, str) else rows(cells) for name, cells in held.items()}  # type: ignore[arg-type]
    parts = xlsx_parts(strings=strings, sheets=made, workbook=workbook)
    listed = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(made) + 1)]
    table = ("rId90", "sharedStrings", "sharedStrings.xml")
    parts["xl/_rels/workbook.xml.rels"] = rels(*listed, table, *related)
    parts.update(more or {})
    return pack(parts)


def chain(*places: str, sheet: int = 1) -> str:
    """A calculation chain of these cells."""
    cells = "".join(f'<c r={quoteattr(place)} i="{sheet}"/>' for place in places)
    return f'<calcChain xmlns="{S}">{cells}</calcChain>'
