"""SpreadsheetML (ECMA-376 part 1, clause 18): who wrote the workbook, and its strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.evidence import Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._ooxml_text import TextKeeper, stated_time, walk
from leakverify.extractors._opc import HEAD_BYTES, Package, Part

_X15AC = "{http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac}"
#: sheets, authors and marks stated of one workbook
_SHEETS, _AUTHORS = 1_000, 1_000
#: a sheet that holds strings of its own: inline ones, or results of formulas
_OWN_STRINGS = re.compile(rb"""inlineStr|\bt\s*=\s*["']str["']|^(?:\xff\xfe|\xfe\xff)""")
_VERSION = {
    "appName": "xlsx.app_name",
    "lastEdited": "xlsx.last_edited",
    "lowestEdited": "xlsx.lowest_edited",
    "rupBuild": "xlsx.build",
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
    calculation = main.root.find(f"{s}calcPr")
    if calculation is not None and calculation.get("calcId"):
        yield Observation(name="xlsx.calc_id", value=clip(calculation.get("calcId", ""), 100), where=where)
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
    """The shared strings, then per sheet its own strings and comments."""
    for name in package.related(main.name, "sharedStrings"):
        part = package.parse(name)
        yield from package.drain()
        if part is not None:
            yield from keeper.keep("ooxml.text", _strings(part, "si"), part.where)
    for name in package.related(main.name, "worksheet"):
        yield from _sheet(package, name, keeper)
        for notes in package.related(name, "comments", "threadedComment"):
            part = package.parse(notes)
            if part is not None:
                yield from _comments(package, part, keeper)
        yield from package.drain()
        if keeper.full:
            break
    yield from package.drain()


def _sheet(package: Package, name: str, keeper: TextKeeper) -> Iterator[Observation | Fault]:
    data = package.load(name)
    if data is None:
        return
    if _OWN_STRINGS.search(data) is None:
        # numbers and references to shared strings only: its namespaces are all that is wanted
        package.parse_data(name, data[:HEAD_BYTES], head=True)
        yield from package.drain()
        return
    part = package.parse_data(name, data)
    yield from package.drain()
    if part is not None:
        yield from keeper.keep("ooxml.text", _own_strings(part), part.where)


def _own_strings(part: Part) -> str:
    s = part.namespace
    lines: list[str] = []
    for cell in part.root.iter(f"{s}c"):
        if cell.get("t") == "inlineStr":
            lines.append("".join(str(text.text or "") for text in cell.iter(f"{s}t")))
        elif cell.get("t") == "str":
            lines.append(str(cell.findtext(f"{s}v") or ""))
    return "\n".join(lines)


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
