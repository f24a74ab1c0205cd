"""Columns of numbers that carry a check digit or belong to a numbering plan, handed on as they stand.

Which country's plan holds a telephone number and whether a check digit is right
is looked up when the facts are judged: the tables for it are large, and inside the
box no file can be opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, clip, content
from leakverify.extractors._table_numbers import Line

IDENTIFIER_VOCABULARY: dict[str, Declared] = {
    "table.identifiers": content(
        "cells of a column of telephone numbers, IBANs, BICs, SIRENs, SIRETs or VAT numbers, one line for "
        "each: line of the file and cell; raw says which",
        repeats=True,
    ),
}
#: (kind, words of a heading, shape of a cell); the first whose shape fits, and whose heading, if it has words
_KINDS = (
    ("iban", "", re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\Z")),
    ("siret", "siret", re.compile(r"\d{3} ?\d{3} ?\d{3} ?\d{5}\Z")),
    ("siren", "siren", re.compile(r"\d{3} ?\d{3} ?\d{3}\Z")),
    ("vat", r"vat|tva|ust-?id|btw|nif|p\.? ?iva|intracom", re.compile(r"[A-Z]{2} ?(?:[A-Z0-9] ?){8,12}\Z")),
    ("bic", "bic|swift", re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\Z")),
)
_SHARE, _LEAST, _CELLS = 0.8, 5, 5_000


def identifier_facts(rows: Sequence[Line], index: int, heading: str, kind: str) -> Iterator[Observation]:
    """The cells of one column, when it is one of these; ``kind`` is what the column holds."""
    cells = [(row.line, row.cells[index].strip()) for row in rows if index < len(row.cells)]
    cells = [(line, cell) for line, cell in cells if cell and len(cell) <= 60]
    if len(cells) < _LEAST:
        return
    found = "phone" if kind == "phone" else _which([cell for _, cell in cells], heading)
    if found:
        told = "\n".join(f"{line}\t{clip(cell, 60)}" for line, cell in cells[:_CELLS])
        where = Location(cell=f"column {index + 1}")
        yield Observation(name="table.identifiers", value=told, where=where, raw=found)


def _which(cells: Sequence[str], heading: str) -> str:
    for kind, words, shape in _KINDS:
        if words and not re.search(words, heading[:200], re.IGNORECASE):
            continue
        if sum(shape.match(cell.upper()) is not None for cell in cells) >= _SHARE * len(cells):
            return kind
    return ""
