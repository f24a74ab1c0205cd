"""Font programs inside a PDF: their own dates, versions and notices, and the glyphs they hold.

fontTools reads the tables; nothing here raises for bad bytes.  Subsetting keeps
``head`` nearly always and ``name`` seldom, so each fact may be missing.
"""

from __future__ import annotations

import io
import re
import struct
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: bytes of one font program that are read
PROGRAM_BYTES = 4 * 1024 * 1024
#: glyphs of one program that are told apart
GLYPHS = 20_000
#: bytes of one table handed to a parser
_TABLE_BYTES = 1024 * 1024
#: name ids: copyright, unique identifier, version (OpenType 1.9, name table)
NAMES = {0: "copyright", 3: "identifier", 5: "version"}
_EPOCH = datetime(1904, 1, 1)
#: OpenType exists since 1996, TrueType fonts with sane clocks since about 1990
_FIRST = datetime(1989, 1, 1)
_LAST = datetime(2100, 1, 1)
_NOTICE = re.compile(
    rb"/(Notice|Copyright|version)[\x00\t\n\f\r ]{0,8}\(((?:[^()\\]|\\.|\([^()]{0,80}\)){0,500})\)"
)
_CREATED = re.compile(rb"%%CreationDate:[ \t]{0,8}([^\r\n]{1,80})")
_ENCODED = re.compile(rb"dup[\t\n\r ]{1,4}(\d{1,3})[\t\n\r ]{0,4}/([^\s/]{1,60})[\t\n\r ]{1,4}put")


@dataclass(slots=True)
class Program:
    """An embedded font program. Absent facts are empty."""

    kind: str = ""
    created: str = ""
    modified: str = ""
    vendor: str = ""
    units: int = 0
    names: dict[str, str] = field(default_factory=dict)
    #: how many glyphs the program holds, empty ones left out; 0 when not told
    glyphs: int = 0
    #: glyph ids that have an outline
    drawn: set[int] = field(default_factory=set)
    #: parts that composite glyphs are made of
    parts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    #: glyph name by glyph id, for CFF and fonts with a post table of names
    glyph_names: dict[int, str] = field(default_factory=dict)
    #: CFF with CIDs: glyph id by CID
    cids: dict[int, int] | None = None
    #: (platform, encoding) to code to glyph id
    maps: dict[tuple[int, int], dict[int, int]] = field(default_factory=dict)
    #: built-in encoding of Type 1 and CFF: code to glyph name
    encoding: dict[int, str] = field(default_factory=dict)
    #: what could not be read
    fault: str = ""


def read_program(data: bytes) -> Program:
    """What a font program says, whichever kind it is by its first bytes."""
    program = Program()
    if data[:4] in (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf"):
        _guarded(program, _sfnt, data)
    elif data[:2] in (b"%!", b"\x80\x01"):
        _guarded(program, _type1, data)
    elif data[:1] == b"\x01" and len(data) > 4:
        program.kind = "CFF"
        _guarded(program, _cff, data)
    else:
        program.kind = "unknown"
    return program


def _guarded(program: Program, reader: Callable[[Program, Any], None], subject: Any) -> None:
    try:
        reader(program, subject)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
        program.fault = f"{type(error).__name__}: {error}"[:200]


def _sfnt(program: Program, data: bytes) -> None:
    from fontTools.ttLib import TTFont

    program.kind = "OpenType" if data[:4] == b"OTTO" else "TrueType"
    font = TTFont(io.BytesIO(data), lazy=True, fontNumber=0, recalcBBoxes=False, recalcTimestamp=False)
    tables = font.reader.tables if font.reader is not None else {}

    def has(tag: str) -> bool:
        return tag in tables and 0 < tables[tag].length <= _TABLE_BYTES

    for tag, reader in (
        ("head", _head),
        ("name", _name),
        ("OS/2", _vendor),
        ("post", _post),
        ("cmap", _cmap),
    ):
        if has(tag):
            _guarded(program, reader, font)
    if has("loca") and has("head") and "glyf" in tables and tables["glyf"].length <= PROGRAM_BYTES:
        _guarded(program, _outlines, font)
    if has("CFF ") and not program.drawn:
        _guarded(program, _cff, font.reader["CFF "])


def _head(program: Program, font: Any) -> None:
    head = font.reader["head"]
    created, modified = struct.unpack(">qq", head[20:36])
    program.created, program.modified = _moment(created), _moment(modified)
    program.units = struct.unpack(">H", head[18:20])[0]


def _moment(seconds: int) -> str:
    """Seconds since 1904 as a date in the canonical form, ``""`` for what no font maker meant."""
    if not 0 < seconds < 2**33:
        return ""
    moment = _EPOCH + timedelta(seconds=seconds)
    return moment.isoformat(timespec="seconds") if _FIRST <= moment < _LAST else ""


def _name(program: Program, font: Any) -> None:
    """The first readable record of each name wanted, Windows' before others."""
    records = sorted(font["name"].names[:200], key=lambda r: r.platformID != 3)
    for record in records:
        word = NAMES.get(record.nameID)
        if word and word not in program.names:
            wide = record.platformID in (0, 3)
            text = bytes(record.string[:1000]).decode("utf-16-be" if wide else "mac-roman", "replace")
            text = text.strip("\x00 \t\r\n")
            if text:
                program.names[word] = text


def _vendor(program: Program, font: Any) -> None:
    raw = font.reader["OS/2"]
    vendor = raw[58:62].decode("latin-1").strip("\x00 ")
    if len(raw) >= 62 and vendor.isprintable():
        program.vendor = vendor


def _post(program: Program, font: Any) -> None:
    raw = font.reader["post"]
    if raw[:4] != b"\x00\x02\x00\x00" or len(raw) < 34:
        return
    from fontTools.ttLib.standardGlyphOrder import standardGlyphOrder

    amount = min(struct.unpack(">H", raw[32:34])[0], GLYPHS)
    indices = struct.unpack(f">{amount}H", raw[34 : 34 + 2 * amount])
    given: list[str] = []
    at = 34 + 2 * amount
    while at < len(raw) and len(given) < GLYPHS:
        length = raw[at]
        given.append(raw[at + 1 : at + 1 + length].decode("latin-1"))
        at += 1 + length
    for glyph, index in enumerate(indices):
        if index < 258:
            program.glyph_names[glyph] = standardGlyphOrder[index]
        elif index - 258 < len(given):
            program.glyph_names[glyph] = given[index - 258]


def _cmap(program: Program, font: Any) -> None:
    """Character maps by platform; fontTools wants glyph names, which are numbers here."""
    amount = struct.unpack(">H", font.reader["maxp"][4:6])[0]
    font.setGlyphOrder([f"glyph{glyph:05d}" for glyph in range(amount)])
    for table in font["cmap"].tables[:8]:
        if table.format in (0, 2, 4, 6, 10, 12):
            codes = {code: int(glyph[5:]) for code, glyph in list(table.cmap.items())[:GLYPHS]}
            program.maps.setdefault((table.platformID, table.platEncID), codes)


def _outlines(program: Program, font: Any) -> None:
    """Which glyphs have an outline, and what composites are made of (OpenType, glyf table)."""
    raw = font.reader["loca"]
    long = struct.unpack(">h", font.reader["head"][50:52])[0] == 1
    places = array("I" if long else "H", raw[: len(raw) & ~3 if long else len(raw) & ~1])
    places.byteswap()
    glyf = font.reader["glyf"]
    scale = 1 if long else 2
    for glyph in range(min(len(places) - 1, GLYPHS)):
        start, end = places[glyph] * scale, places[glyph + 1] * scale
        if end > start and end <= len(glyf):
            program.drawn.add(glyph)
            if glyf[start] & 0x80:
                program.parts[glyph] = tuple(_parts(glyf[start:end]))
    program.glyphs = len(program.drawn)


def _parts(data: bytes) -> list[int]:
    """Glyph ids a composite refers to."""
    found: list[int] = []
    at = 10
    while at + 4 <= len(data) and len(found) < 64:
        flags, glyph = struct.unpack(">HH", data[at : at + 4])
        found.append(glyph)
        at += (
            4
            + (4 if flags & 1 else 2)
            + (2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0)
        )
        if not flags & 0x20:
            break
    return found


def _cff(program: Program, data: bytes) -> None:
    from fontTools.cffLib import CFFFontSet, cffISOAdobeStrings

    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    top = fonts[0]
    for word, key in (("copyright", "Copyright"), ("copyright", "Notice"), ("version", "version")):
        text = getattr(top, key, None)
        if isinstance(text, str) and text.strip() and word not in program.names:
            program.names[word] = text.strip()
    charset = list(getattr(top, "charset", None) or cffISOAdobeStrings[: top.numGlyphs])[:GLYPHS]
    program.drawn = set(range(len(charset)))
    program.glyphs = len(charset)
    if hasattr(top, "ROS"):
        program.cids = {int(name[3:]): glyph for glyph, name in enumerate(charset) if name[3:].isdigit()}
        return
    program.glyph_names = dict(enumerate(charset))
    encoding = top.Encoding
    if isinstance(encoding, list):
        program.encoding = {code: name for code, name in enumerate(encoding) if name != ".notdef"}
    elif encoding == "StandardEncoding":
        from fontTools.encodings.StandardEncoding import StandardEncoding

        program.encoding = {code: name for code, name in enumerate(StandardEncoding) if name != ".notdef"}


def _type1(program: Program, data: bytes) -> None:
    """The part of a Type 1 program that is not enciphered."""
    program.kind = "Type1"
    clear = data[: max(data.find(b"eexec"), 0) or 65536][:65536]
    for found in _NOTICE.finditer(clear):
        word = {b"version": "version"}.get(found[1], "copyright")
        program.names.setdefault(word, found[2].decode("latin-1").strip())
    made = _CREATED.search(clear)
    if made:
        program.names["created"] = made[1].decode("latin-1").strip()
    for found in _ENCODED.finditer(clear):
        program.encoding[int(found[1])] = found[2].decode("latin-1")
    if b"StandardEncoding def" in clear and not program.encoding:
        from fontTools.encodings.StandardEncoding import StandardEncoding

        program.encoding = {code: name for code, name in enumerate(StandardEncoding) if name != ".notdef"}
