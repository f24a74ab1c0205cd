"""SpreadsheetML (ECMA-376 part 1, clause 18): who wrote the workbook, its strings, and its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.evidence import Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._formula_grid import Book, Sheet
from leakverify.extractors._ooxml_sheet_cells import Reading, read_cells
from leakverify.extractors._ooxml_sheet_kept import (
    format_facts,
    hidden_facts,
    link_facts,
    name_facts,
    pivot_facts,
    printer_facts,
)
from leakverify.extractors._ooxml_sheet_order import chain_facts, string_order
from leakverify.extractors._ooxml_sheet_recomputed import recomputed
from leakverify.extractors._ooxml_sheet_rows import may_hold_one, number_looks, sheet_rows
from leakverify.extractors._ooxml_sheet_table import sheet_arithmetic
from leakverify.extractors._ooxml_text import TextKeeper, stated_time, walk
from leakverify.extractors._opc import HEAD_BYTES, Package, Part
from leakverify.extractors._xml import XmlError, iterate_xml

_X15AC = "{http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac}"
#: sheets, authors and marks stated of one workbook
_SHEETS, _AUTHORS = 1_000, 1_000
#: cells read of one workbook, links and caches looked at
_CELLS, _LINKS = 400_000, 100
#: bytes of a part above which no tree of it is made, and bytes parsed at once
_TREE, _PIECE = 2 * 1024 * 1024, 256 * 1024
#: what makes a sheet more than numbers: strings, shared or its own, and formulas
_MORE_THAN_NUMBERS = re.compile(
    rb"""inlineStr|\bt\s*=\s*["']s(?:tr)?["']|<(?:\w{1,20}:)?f[\s>/]|^(?:\xff\xfe|\xfe\xff)"""
)
_VERSION = {
    "appName": "xlsx.app_name",
    "lastEdited": "xlsx.last_edited",
    "lowestEdited": "xlsx.lowest_edited",
    "rupBuild": "xlsx.build",
}
#: attribute and value of calcPr -> why results may lag behind
_LOOSE = {
    ("calcMode", "manual"): "manual",
    ("fullCalcOnLoad", "1"): "full-calculation-on-load",
    ("forceFullCalc", "1"): "full-calculation-on-load",
    ("fullPrecision", "0"): "precision-as-displayed",
    ("iterate", "1"): "iteration",
    ("calcCompleted", "0"): "not-completed",
}


def sheet_structure(package: Package, main: Part) -> Iterator[Observation | Fault]:
    """What the workbook part states: the program that saved it, its path, its sheets."""
    s, where = main.namespace, main.where
    version = main.root.find(f"{s}fileVersion")
    if version is not None:
        for attribute, label in _VERSION.items():
            stated = version.get(attribute)
            if stated is not None:
                yield Observation(name=label, value=clip(stated, 200), where=where)
    properties = main.root.find(f"{s}workbookPr")
    if properties is not None:
        if properties.get("codeName"):
            yield Observation(
                name="xlsx.code_name", value=clip(properties.get("codeName", ""), 200), where=where
            )
        yield Observation(name="xlsx.date_system", value=_date_system(main), where=where)
    calculation = main.root.find(f"{s}calcPr")
    if calculation is not None:
        if calculation.get("calcId"):
            calc_id = clip(calculation.get("calcId", ""), 100)
            yield Observation(name="xlsx.calc_id", value=calc_id, where=where)
        truths = {"true": "1", "false": "0"}
        said = {
            (key, truths.get(calculation.get(key, ""), calculation.get(key, "")))
            for key in (
                "calcMode",
                "fullCalcOnLoad",
                "forceFullCalc",
                "fullPrecision",
                "iterate",
                "calcCompleted",
            )
        }
        for reason in dict.fromkeys(reason for key, reason in _LOOSE.items() if key in said):
            yield Observation(name="xlsx.calc_loose", value=reason, where=where)
    for path in main.root.iter(f"{_X15AC}absPath"):
        yield Observation(name="xlsx.path", value=clip(path.get("url", "")), where=where)
        break
    hidden = 0
    for sheet in package.up_to(_SHEETS, "sheets", main.root.iterfind(f"{s}sheets/{s}sheet"), where):
        yield Observation(name="xlsx.sheet", value=clip(sheet.get("name", ""), 200), where=where)
        hidden += sheet.get("state", "visible") != "visible"
    yield Observation(name="xlsx.hidden_sheets", value=hidden, where=where)
    for name in package.related(main.name, "person"):
        part = package.parse(name)
        if part is not None:
            yield from _people(package, part)
    yield from package.drain()


def _people(package: Package, part: Part) -> Iterator[Observation]:
    people = part.root.iter(f"{part.namespace}person")
    for person in package.up_to(_AUTHORS, "people", people, part.where):
        shown = clip(person.get("displayName", ""))
        yield Observation(name="ooxml.person.name", value=shown, where=part.where)
        if person.get("userId"):
            account = clip(person.get("userId", ""))
            yield Observation(name="ooxml.person.account", value=account, where=part.where)


def sheet_content(package: Package, main: Part, keeper: TextKeeper) -> Iterator[Observation | Fault]:
    """The shared strings, per sheet its own strings and comments, then what the cells tell together."""
    reading = Reading([], _CELLS)
    table: Part | None = None
    for name in package.related(main.name, "sharedStrings"):
        table = package.parse(name)
        yield from package.drain()
        if table is not None:
            text = _strings(table, "si")
            reading.strings = [*_items(table)]
            yield from keeper.keep("ooxml.text", text, table.where)
            break
    invoice = may_hold_one(reading)
    if invoice:
        for name in package.related(main.name, "styles"):
            styles = package.parse(name)
            reading.formats = {} if styles is None else number_looks(styles)
    book, by_number, in_order = _sheets(package, main)
    by_part = {sheet.part.lower(): sheet for sheet in in_order}
    numbers: list[tuple[Sheet, bytes]] = []
    for name in package.related(main.name, "worksheet"):
        sheet = by_part.get(name.lower()) or Sheet(name, name)
        data = package.load(name)
        if data is not None and len(data) > _TREE and _MORE_THAN_NUMBERS.search(data) is None:
            # numbers alone tell nothing yet; they are wanted once a formula may read them
            package.parse_data(name, data[:HEAD_BYTES], head=True)
            yield from package.drain()
            numbers.append((sheet, data))
        else:
            yield from _cells(package, name, data, sheet, reading)
        if reading.own and not keeper.full:
            yield from keeper.keep("ooxml.text", "\n".join(reading.own), package.where(name))
            reading.own = []
        for notes in package.related(name, "comments", "threadedComment"):
            noted = package.parse(notes)
            if noted is not None:
                yield from _comments(package, noted, keeper)
        yield from package.drain()
    for sheet, data in numbers if reading.formulas else ():
        yield from _cells(package, sheet.part, data, sheet, reading)
    if reading.left <= 0:
        yield Fault("limit-answer", f"more than {_CELLS} cells", main.where)
    yield from name_facts(package, main, in_order, book)
    for sheet in in_order:
        yield from hidden_facts(sheet)
        yield from sheet_arithmetic(sheet)
        if invoice:
            yield from sheet_rows(sheet, reading, _date_system(main))
    if table is not None:
        whole = table.whole and all(sheet.whole for sheet in in_order)
        yield from string_order(reading, table.where, whole=whole)
    yield from _around(package, main, in_order, book, by_number)
    if reading.formulas:
        yield from recomputed(book, reading.formulas)
    yield from package.drain()


def _sheets(package: Package, main: Part) -> tuple[Book, dict[str, Sheet], list[Sheet]]:
    """The worksheets as the workbook lists them: by name, by number, and in order."""
    s = main.namespace
    targets = {relation.id: relation.target for relation in package.relations(main.name)}
    book = Book()
    by_number: dict[str, Sheet] = {}
    in_order: list[Sheet] = []
    stated = list(main.root.iterfind(f"{s}sheets/{s}sheet"))
    for listed in stated[:_SHEETS]:
        link = next((value for key, value in listed.attrib.items() if str(key).endswith("}id")), "")
        part = package.find(targets.get(str(link), "")) or ""
        sheet = Sheet(listed.get("name", ""), part, state=listed.get("state", "visible"))
        # a sheet of charts, or one whose part is missing, has no cells to read
        sheet.whole = False
        book.sheets.setdefault(sheet.name.casefold(), sheet)
        by_number.setdefault(listed.get("sheetId", ""), sheet)
        in_order.append(sheet)
    return book, by_number, in_order


def _date_system(main: Part) -> str:
    """The day from which dates are counted: 1900 or 1904."""
    properties = main.root.find(f"{main.namespace}workbookPr")
    return "1904" if properties is not None and properties.get("date1904") in ("1", "true") else "1900"


def _around(
    package: Package, main: Part, sheets: list[Sheet], book: Book, by_number: dict[str, Sheet]
) -> Iterator[Observation | Fault]:
    """The calculation chain, links, caches, printers and formats."""
    for name in package.related(main.name, "calcChain"):
        part = package.parse(name)
        if part is not None:
            # where a part lists no sheets by this number, the chain counts them in order
            numbered = by_number or {str(place): sheet for place, sheet in enumerate(sheets, 1)}
            yield from chain_facts(package, part, numbered)
    for name in package.related(main.name, "styles"):
        part = package.parse(name)
        if part is not None:
            yield from format_facts(package, part)
    for name in list(package.related(main.name, "externalLink"))[:_LINKS]:
        yield from link_facts(package, name)
    for name in list(package.related(main.name, "pivotCacheDefinition"))[:_LINKS]:
        yield from pivot_facts(package, name, book)
    told: set[str] = set()
    for sheet in sheets:
        for name in list(package.related(sheet.part, "printerSettings"))[:10] if sheet.part else ():
            for found in printer_facts(package, name):
                if found.value not in told:
                    told.add(str(found.value))
                    yield found
    yield from package.drain()


def _cells(
    package: Package, name: str, data: bytes | None, sheet: Sheet, reading: Reading
) -> Iterator[Observation | Fault]:
    """Read the cells of one part; a large one is streamed, so that no tree of it has to be kept."""
    reading.own = []
    sheet.whole = False
    if data is None:
        return
    large = len(data) > _TREE
    part = package.parse_data(name, data[:HEAD_BYTES] if large else data, head=large)
    yield from package.drain()
    if part is None:
        return
    s = part.namespace
    tags = (f"{s}col", f"{s}row")
    if not large:
        read_cells(part.root.iter(*tags), s, sheet, reading)
        sheet.whole = sheet.whole and part.whole
        return
    pieces = (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
    try:
        read_cells(iterate_xml(pieces, tags, recover=True), s, sheet, reading)
    except XmlError as refused:
        sheet.close()
        sheet.whole = False
        package.complain(refused.code, refused.detail, part.where)
        yield from package.drain()


def _items(part: Part) -> Iterator[str]:
    """The shared strings one by one, without their phonetic readings."""
    s = part.namespace
    for item in part.root.iterchildren(f"{s}si"):
        yield "".join(
            str(text.text or "") for text in item.iterfind(f"{s}t") if text.text
        ) + "".join(str(text.text or "") for text in item.iterfind(f"{s}r/{s}t"))  # fmt: skip


def _strings(part: Part, item: str) -> str:
    """One line per item; phonetic readings repeat the text and are left out."""
    s = part.namespace
    lines: list[str] = []
    for begins, element in walk(part.root, (f"{s}{item}", f"{s}t"), skipped=f"{s}rPh"):
        if begins:
            lines.append(str(element.text or "") if element.tag == f"{s}t" else "\n")
    return "".join(lines)


def _comments(package: Package, part: Part, keeper: TextKeeper) -> Iterator[Observation | Fault]:
    s = part.namespace
    for author in package.up_to(_AUTHORS, "authors", part.root.iter(f"{s}author"), part.where):
        if author.text:
            value = clip(str(author.text))
            yield Observation(name="ooxml.comment.author", value=value, where=part.where)
    for comment in package.up_to(_AUTHORS, "comments", part.root.iter(f"{s}threadedComment"), part.where):
        yield from stated_time("ooxml.comment.when", comment.get("dT"), part.where)
    text = _strings(part, "comment")
    if part.kind == "ThreadedComments":
        text = "\n".join(str(body.text or "") for body in part.root.iter(f"{s}text"))
    yield from keeper.keep("ooxml.text", text, part.where)
