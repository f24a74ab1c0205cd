"""An invoice written in Word as its reader sees it: the rows of its tables, words and amounts side by side.

The text of a document has a line for each cell.  Rows are laid out for documents that
name an invoice and hold a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from leakverify.evidence import Observation
from leakverify.extractors._ooxml_text import FALLBACK
from leakverify.extractors._opc import Part
from leakverify.extractors._prose.invoice import may_be_one

if TYPE_CHECKING:
    from lxml.etree import _Element

#: lines, cells of a row, characters of a cell, and elements that are looked at
_LINES, _CELLS, _CELL, _ELEMENTS = 2_000, 40, 400, 50_000


def word_rows(part: Part, text: str) -> Iterator[Observation]:
    """Paragraphs and rows of tables, line by line, tabs parting the cells of a row."""
    w = part.namespace
    if not may_be_one(text) or next(part.root.iter(f"{w}tbl"), None) is None:
        return
    lines: list[str] = []
    for element in islice(part.root.iter(f"{w}p", f"{w}tbl"), _ELEMENTS):
        if len(lines) >= _LINES:
            break
        if next(element.iterancestors(f"{w}tbl", FALLBACK), None) is not None:
            continue  # of a table, which is told row by row, or said again for older readers
        if element.tag == f"{w}p":
            lines.append(_said(element, w))
        else:
            lines.extend(_row(row, w) for row in islice(element.iterchildren(f"{w}tr"), _LINES))
    yield Observation(name="docx.rows", value="\n".join(lines[:_LINES]), where=part.where)


def _row(row: _Element, w: str) -> str:
    return "\t".join(_said(cell, w) for cell in islice(row.iterchildren(f"{w}tc"), _CELLS))


def _said(element: _Element, w: str) -> str:
    """The words of a paragraph or a cell on one line; text boxes in it have lines of their own."""
    said: list[str] = []
    for found in element.iter(f"{w}t", f"{w}tab", f"{w}br", f"{w}p"):
        if next(found.iterancestors(f"{w}txbxContent"), None) is None or element.tag != f"{w}p":
            said.append(str(found.text or "") if found.tag == f"{w}t" else " ")
    return "".join(said)[:_CELL].replace("\t", " ").replace("\n", " ").strip()
