"""Features of the binary Office formats: container, property sets, marks of the program that saved."""

from __future__ import annotations

import re

from leakverify.features import _dates
from leakverify.features._programs import program
from leakverify.features._rules import (
    Made,
    Rule,
    Seen,
    any_of,
    flag,
    last,
    number,
    ordered,
    stating,
    tally,
)
from leakverify.features._shapes import part_shape

_DOC, _XLS, _PPT = ("doc",), ("xls",), ("ppt",)
_MAGIC = re.compile(r"(magic 0x[0-9a-f]{4}) build (\d{1,10})")
_BOF = re.compile(r"(0x\w+ 0x\w+) build (\d+) year (\d+)")


def _streams(seen: Seen) -> Made:
    """Streams in the order of the directory, macros' own names set aside."""
    row: list[str] = []
    for observation in seen.all("ole.stream")[:200]:
        shape = part_shape(str(observation.value))
        if not row or row[-1] != shape:
            row.append(shape)
    return [*ordered(row[:12]), *(f"has {shape}" for shape in row)]


def _hands(seen: Seen) -> Made:
    """Marks of the programs that made and saved a Word file, builds cut to how they are counted."""
    out = []
    for role in ("created_by", "revised_by"):
        for observation in seen.all(f"doc.fib.{role}")[:4]:
            found = _MAGIC.fullmatch(str(observation.value))
            out.append(f"{role} {found[1]} {_build(found[2])}" if found else f"{role} other")
    created, revised = seen.text("doc.fib.created_by"), seen.text("doc.fib.revised_by")
    if created and revised:
        out.append(f"same hand {created == revised}")
    return out


def _build(number: str) -> str:
    """Builds are dates as yymmdd in Word 97 to 2003 and after; only their length and year are a habit."""
    return (
        "0"
        if set(number) == {"0"}
        else f"{len(number)} digits {number[:-4] if len(number) in (5, 6) else ''}".rstrip()
    )


def _built(seen: Seen) -> Made:
    return {f"{str(o.value)[:4]}" for o in seen.all("doc.fib.build_date")[:4]}


def _version(seen: Seen) -> Made:
    return [".".join(seen.text("doc.fib.build").split(".")[:2])]


def _bof(seen: Seen) -> Made:
    found = _BOF.fullmatch(seen.text("xls.bof"))
    return [found[1], f"year {found[3]}", f"build {found[2]}"] if found else None


def _excel(seen: Seen) -> Made:
    out = [
        f"{name} {seen.text(f'xls.{name}')}"
        for name in ("highest_saved", "last_saved")
        if seen.says(f"xls.{name}")
    ]
    if seen.value("xls.systems") is not None:
        out.append(f"systems {seen.text('xls.systems') or 'none'}")
    return out


def _application(seen: Seen) -> Made:
    said = seen.text("ole.summary.application").strip()
    version = seen.text("ole.document.version")[:12]
    named = " ".join(part for part in program(said, "ole") if part) if said else ""
    return [named, f"version {version}" if version else ""]


_SUMMARY = {
    f"ole.{key}": key.rpartition(".")[2]
    for key in """summary.title summary.subject summary.author summary.keywords summary.comments
        summary.template summary.last_author summary.revision summary.total_time
        summary.last_printed summary.created summary.modified summary.pages summary.words
        summary.characters summary.application document.company document.manager
        document.category document.version custom.name comp_obj""".split()
}

RULES: tuple[Rule, ...] = (
    last("s.ole.kind", "kind of document", "ole.kind"),
    last("s.ole.version", "version of the container", "ole.version"),
    last("s.ole.class", "class of the program that owns the file", "ole.root.clsid"),
    Rule("s.ole.streams", "streams in the order of the directory", ("ole.stream",), _streams),
    last("s.ole.system", "system that wrote the property sets", "ole.summary.system"),
    any_of("s.ole.free", "free sectors hold earlier bytes", "ole.free_bytes"),
    any_of("s.ole.trailing", "bytes after the last sector", "ole.trailing_bytes"),
    any_of("s.ole.orphans", "entries nothing leads to", "ole.orphans"),
    tally("s.ole.oddities", "fields that are not as the rules say", "ole.oddity", "count"),
    tally("s.ole.created", "storages with a creation time", "ole.created", "count"),
    tally("s.ole.modified", "storages with a time of change", "ole.modified", "count"),
    flag("s.ole.macro", "macros are inside", "ole.macro"),
    last("s.ole.word_version", "format the header of Word names", "doc.fib.version", only=_DOC),
    Rule(
        "s.ole.hands",
        "marks of the programs that made and saved",
        ("doc.fib.created_by", "doc.fib.revised_by"),
        _hands,
        only=_DOC,
    ),  # fmt: skip
    Rule("s.ole.built", "year the program that saved was built", ("doc.fib.build_date",), _built, only=_DOC),
    Rule("s.ole.word_build", "version of Word 2013 and later", ("doc.fib.build",), _version, only=_DOC),
    number(
        "s.ole.quick_saves", "quick saves since the last full one", "doc.fib.quick_saves", "count", only=_DOC
    ),
    Rule("s.ole.bof", "how the workbook begins", ("xls.bof",), _bof, only=_XLS),
    Rule(
        "s.ole.excel",
        "generations of Excel that saved",
        ("xls.highest_saved", "xls.last_saved", "xls.systems"),
        _excel,
        only=_XLS,
    ),  # fmt: skip
    last("s.ole.workbook_code_page", "code page of the workbook", "xls.code_page", only=_XLS),
    stating("s.ole.user", "whether the workbook names its user", {"xls.written_by": "user"}, only=_XLS),
    number("s.ole.edits", "saves still in the file", "ppt.edits", "count", only=_PPT),
    stating("m.ole.properties", "what the property sets state", _SUMMARY),
    Rule(
        "m.ole.application",
        "program named",
        ("ole.summary.application", "ole.document.version"),
        _application,
    ),
    last("m.ole.code_page", "code page of the properties", "ole.summary.code_page"),
    last("m.ole.language", "language of the program", "doc.fib.language", only=_DOC),
    last("m.ole.country", "country of program and system", "xls.country", only=_XLS),
    last("m.ole.zone", "zone of the machine that saved", "doc.utc_offset", only=_DOC),
    _dates.same("m.ole.saved", "last save against creation", "ole.summary.created", "ole.summary.modified"),
    _dates.span("m.ole.age", "from creation to last save", "ole.summary.created", "ole.summary.modified"),
    number("m.ole.edit_time", "time spent editing", "ole.summary.total_time", "min"),
    last("m.ole.date_system", "first day of dates", "xls.date_system", only=_XLS),
    number("t.ole.pages", "pages as stated", "ole.summary.pages", "count"),
    number("t.ole.words", "words as stated", "ole.summary.words", "count"),
)
