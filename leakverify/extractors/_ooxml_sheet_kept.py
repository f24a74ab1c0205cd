"""What a workbook keeps beside the cells in view: names, hidden cells, links, caches, printers, formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._formula import address, parse_area
from leakverify.extractors._formula_grid import Book, Sheet, Value
from leakverify.extractors._ooxml_sheet_cells import unescape
from leakverify.extractors._ooxml_text import stated_time
from leakverify.extractors._opc import Package, Part

#: defined names, formats, fields and values stated of one workbook
_NAMES, _FORMATS, _FIELDS, _VALUES = 1_000, 500, 1_000, 50
#: rows of a pivot cache that are compared with the sheet
_RECORDS = 50_000
#: differences told of one cache, and the share of rows above which it is of other data altogether
_TOLD, _OTHER = 50, 0.5
_DAY_ONE = datetime(1899, 12, 30)
#: locale of a number format: [$€-40C], [$-419], [$-F800] is the system's own
_LOCALE = re.compile(r"\[\$[^\]\-]{0,12}-([0-9A-Fa-f]{1,8})[^\]]{0,20}\]")
#: DEVMODEW (wingdi.h): 32 characters of a device name, then version numbers
_DEVICE, _DEVMODE = 64, 72


def name_facts(package: Package, main: Part, sheets: list[Sheet], book: Book) -> Iterator[Observation]:
    """Defined names: what they stand for, and whether they are hidden. Fills ``book.names``."""
    s = main.namespace
    stated = main.root.iterfind(f"{s}definedNames/{s}definedName")
    for defined in package.up_to(_NAMES, "defined names", stated, main.where):
        name, text = defined.get("name", ""), str(defined.text or "")
        local = defined.get("localSheetId", "")
        scope = ""
        if local.isdecimal() and len(local) < 6 and int(local) < len(sheets):
            scope = sheets[int(local)].name
        book.names.setdefault((scope.casefold(), name.casefold()), text)
        shown = f"{name} (hidden)" if defined.get("hidden") in ("1", "true") else name
        yield Observation(
            name="xlsx.name", value=clip(shown, 300), where=main.where, raw=clip(text, 300) or None
        )


def hidden_facts(sheet: Sheet) -> Iterator[Observation]:
    """What stands in sheets, rows and columns that are not shown."""
    where = Location(part=clip(sheet.part), cell=clip(sheet.name, 200))
    if sheet.state != "visible":
        yield Observation(name="xlsx.hidden_sheet", value=clip(sheet.name, 200), where=where, raw=sheet.state)
    hidden: list[tuple[int, int, Value]] = []
    amount = 0
    for number, column in sheet.between(1, 1 << 20):
        out = sheet.state != "visible" or any(a <= number <= b for a, b in sheet.hidden_columns[:1000])
        if not (out or sheet.hidden_rows):
            continue
        for row, value in zip(column.rows, column.values, strict=True):
            if value not in (None, "") and (out or row in sheet.hidden_rows):
                amount += 1
                if len(hidden) < _VALUES:
                    hidden.append((row, number, value))
    if amount:
        yield Observation(name="xlsx.hidden_cells", value=amount, where=where)
        told = "\n".join(f"{address(row, number)}\t{_shown(value)}" for row, number, value in sorted(
            hidden, key=lambda found: found[:2]
        ))  # fmt: skip
        yield Observation(name="xlsx.hidden_text", value=clip(told, 4000), where=where)


def _shown(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else clip(str(value), 200)


def link_facts(package: Package, name: str) -> Iterator[Observation | Fault]:
    """A link to another workbook: where it is, and the values of it that are kept here."""
    part = package.parse(name)
    yield from package.drain()
    if part is None:
        return
    for relation in package.relations(name)[:10]:
        if relation.external:
            yield Observation(name="xlsx.link.target", value=clip(relation.target), where=part.where)
    s = part.namespace
    kept: list[str] = []
    amount = 0
    for cell in part.root.iter(f"{s}cell"):
        value = cell.findtext(f"{s}v")
        if value:
            amount += 1
            if len(kept) < _VALUES:
                kept.append(f"{cell.get('r', '')}\t{clip(unescape(str(value)), 200)}")
    if amount:
        yield Observation(name="xlsx.link.values", value=amount, where=part.where)
        yield Observation(name="xlsx.link.text", value=clip("\n".join(kept), 4000), where=part.where)


def printer_facts(package: Package, name: str) -> Iterator[Observation]:
    """The printer a sheet was set up for: its name at the begin of a DEVMODE structure."""
    data = package.load(name, most=4096, prefix=True) or b""
    if len(data) < _DEVMODE or data[:5] == b"<?xml":
        return
    device = data[:_DEVICE].decode("utf-16-le", "replace").partition("\0")[0].strip()
    if len(device) > 1 and device.isprintable() and "\ufffd" not in device:
        yield Observation(name="xlsx.printer", value=device, where=package.where(name))


def format_facts(package: Package, part: Part) -> Iterator[Observation]:
    """Locales that number formats name: those of the machine they were chosen on."""
    s = part.namespace
    seen: dict[str, str] = {}
    for stated in islice(part.root.iterfind(f"{s}numFmts/{s}numFmt"), _FORMATS):
        code = stated.get("formatCode", "")[:1000]
        for found in _LOCALE.finditer(code):
            seen.setdefault(found[1].upper(), code)
    for locale, code in list(seen.items())[:_VALUES]:
        yield Observation(name="xlsx.locale", value=locale, where=part.where, raw=clip(code, 300))


# --- pivot caches --------------------------------------------------------------------------------------


def pivot_facts(package: Package, name: str, book: Book) -> Iterator[Observation | Fault]:
    """A pivot cache: whose data it keeps, since when, and where they differ from the sheet of today."""
    part = package.parse(name)
    yield from package.drain()
    if part is None:
        return
    s, where = part.namespace, part.where
    root = part.root
    by = root.get("refreshedBy", "")
    if by:
        yield Observation(name="xlsx.pivot.refreshed_by", value=clip(by, 300), where=where)
    serial = root.get("refreshedDate", "")
    if root.get("refreshedDateIso"):
        yield from stated_time("xlsx.pivot.refreshed", root.get("refreshedDateIso"), where)
    else:
        moment = _serial(serial)
        if moment:
            yield Observation(name="xlsx.pivot.refreshed", value=moment, where=where, raw=clip(serial, 40))
    source = root.find(f"{s}cacheSource/{s}worksheetSource")
    area = parse_area(source.get("ref", "")) if source is not None else None
    sheet = book.sheets.get(source.get("sheet", "").casefold()) if source is not None else None
    if source is not None:
        cited = source.get("name") or f"{source.get('sheet', '')}!{source.get('ref', '')}"
        yield Observation(name="xlsx.pivot.source", value=clip(cited, 300), where=where)
    fields = list(islice(root.iterfind(f"{s}cacheFields/{s}cacheField"), _FIELDS))
    shared = [
        [_item(item) for item in islice(field.iterfind(f"{s}sharedItems/*"), _RECORDS)] for field in fields
    ]
    records: list[list[object]] = []
    for related in package.related(name, "pivotCacheRecords"):
        kept = package.parse(related)
        yield from package.drain()
        if kept is not None:
            records = _records(kept, shared)
            yield Observation(name="xlsx.pivot.records", value=len(records), where=kept.where)
    if area is not None and sheet is not None and source is not None and source.get("{*}id") is None:
        yield from _against_sheet(records, sheet, area, where)


def _item(item: object) -> object:
    tag = str(getattr(item, "tag", "")).rpartition("}")[2]
    literal = str(item.get("v", ""))  # type: ignore[attr-defined]
    if tag == "n":
        try:
            return float(literal)
        except ValueError:
            return literal
    if tag == "m":
        return None
    return literal if tag == "s" else f"{tag}:{literal}"


def _records(part: Part, shared: list[list[object]]) -> list[list[object]]:
    s = part.namespace
    records: list[list[object]] = []
    for record in islice(part.root.iterfind(f"{s}r"), _RECORDS):
        row: list[object] = []
        for place, item in enumerate(record):
            if str(item.tag).endswith("}x"):
                index = str(item.get("v", ""))
                held = shared[place] if place < len(shared) else []
                known = index.isdecimal() and len(index) < 8 and int(index) < len(held)
                row.append(held[int(index)] if known else "x:")
            else:
                row.append(_item(item))
        records.append(row)
    return records


def _against_sheet(
    records: list[list[object]], sheet: Sheet, area: tuple[int, int, int, int], where: Location
) -> Iterator[Observation | Fault]:
    """Rows of the cache that the cited area does not hold (any more), with the row nearest to each."""
    top, left, bottom, right = area
    if not records or not sheet.whole or right - left + 1 != len(records[0]) or bottom - top > _RECORDS:
        return
    rows = [
        (row, [sheet.at(row, column) for column in range(left, right + 1)])
        for row in range(top + 1, bottom + 1)
    ]
    comparable = [
        place
        for place in range(right - left + 1)
        if all(
            not str(record[place]).startswith(("d:", "x:", "e:", "b:"))
            for record in records
            if place < len(record)
        )
    ]
    present = Counter(_key(values, comparable) for _, values in rows)
    gone = []
    for number, record in enumerate(records):
        key = _key(record, comparable)
        if present[key] > 0:
            present[key] -= 1
        else:
            gone.append((number, record))
    yield Observation(name="xlsx.pivot.other_rows", value=len(gone), where=where)
    if len(gone) > _OTHER * len(records):
        return
    for number, record in gone[:_TOLD]:
        row, values = rows[number] if number < len(rows) else (0, [])
        now = [_shown(v) if v is not None else "" for v in values]
        yield Observation(
            name="xlsx.pivot.other_row",
            value=clip("\t".join("" if v is None else _shown(v) for v in record), 500),
            where=Location(
                part=where.part, cell=clip(f"{sheet.name}!{address(row, left)}", 200) if row else ""
            ),
            raw=clip("\t".join(now), 500),
        )


def _key(values: list[object] | list[Value], comparable: list[int]) -> tuple[str, ...]:
    shown = []
    for place in comparable:
        value = values[place] if place < len(values) else None
        shown.append(
            f"{value:.12g}" if isinstance(value, float) else "" if value is None else str(value).strip()
        )
    return tuple(shown)


def _serial(text: str) -> str:
    """A day number as a local time, to the second; ``""`` when it is none."""
    try:
        days = float(text)
    except ValueError:
        return ""
    if not 20_000 < days < 80_000:
        return ""
    return (_DAY_ONE + timedelta(seconds=round(days * 86_400))).isoformat()
