"""From codes to glyphs and to characters: the two ways a PDF font speaks of one code.

What is copied out of a PDF follows ``/ToUnicode``; what is seen follows the
encoding and the font program.  Here both are looked up for the same code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from leakverify.extractors.pdf.fonts_programs import Program
from leakverify.extractors.pdf.objects import Store
from leakverify.extractors.pdf.pages import name

#: bytes of a ToUnicode map and entries taken from it
MAP_BYTES = 1024 * 1024
ENTRIES = 20_000

_BLOCK = re.compile(rb"begin(bfchar|bfrange)\b(.*?)end\1", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]{1,16})>\s*<([0-9A-Fa-f\s]{0,80})>")
_RANGE = re.compile(
    rb"<([0-9A-Fa-f\s]{1,16})>\s*<([0-9A-Fa-f\s]{1,16})>\s*(?:<([0-9A-Fa-f\s]{0,80})>|\[([^\]]{0,20000})\])"
)
_TARGET = re.compile(rb"<([0-9A-Fa-f\s]{0,80})>")


def unicode_map(data: bytes) -> dict[int, str]:
    """Code to text of a ToUnicode map (ISO 32000-2, 9.10.3)."""
    found: dict[int, str] = {}
    for block in _BLOCK.finditer(data[:MAP_BYTES]):
        if block[1] == b"bfchar":
            for pair in _PAIR.finditer(block[2]):
                found[_number(pair[1])] = _text(pair[2])
        else:
            for span in _RANGE.finditer(block[2]):
                _spread(found, span)
        if len(found) > ENTRIES:
            break
    return found


def _spread(found: dict[int, str], span: re.Match[bytes]) -> None:
    first, last = _number(span[1]), _number(span[2])
    last = min(last, first + ENTRIES - len(found))
    if span[4] is not None:
        for code, target in zip(range(first, last + 1), _TARGET.finditer(span[4]), strict=False):
            found[code] = _text(target[1])
        return
    text = _text(span[3])
    if not text:
        return
    for step in range(last - first + 1):
        point = ord(text[-1]) + step
        if point < 0x110000:
            found[first + step] = text[:-1] + chr(point)


def _number(digits: bytes) -> int:
    return int(b"".join(digits.split()) or b"0", 16)


def _text(digits: bytes) -> str:
    joined = b"".join(digits.split())
    if len(joined) == 2:
        return chr(int(joined, 16))
    return bytes.fromhex(joined[: len(joined) & ~3].decode()).decode("utf-16-be", "replace")


@dataclass(slots=True)
class Codes:
    """How the codes of one font lead to glyphs. Empty where it cannot be told."""

    #: code to glyph id in the program
    glyphs: dict[int, int]
    #: code to glyph name, by the encoding
    names: dict[int, str]


def codes_of(store: Store, font: dict[Any, Any], program: Program, shown: set[int]) -> Codes:
    """The way of the ``shown`` codes to the glyphs of the program (ISO 32000-2, 9.6.5 and 9.7.4)."""
    if store.get(font, "/Subtype") == "/Type0":
        return Codes(_composite(store, font, program, shown), {})
    names = _encoding(store, font, program)
    if program.kind == "TrueType":
        return Codes(_truetype(store, font, program, names, shown), names)
    places = {named: glyph for glyph, named in program.glyph_names.items()}
    return Codes({code: places[n] for code in shown if (n := names.get(code)) in places and n}, names)


def _composite(store: Store, font: dict[Any, Any], program: Program, shown: set[int]) -> dict[int, int]:
    if store.get(font, "/Encoding") not in ("/Identity-H", "/Identity-V"):
        return {}
    descendants = store.array(font, "/DescendantFonts")
    inner = store.resolve(descendants[0]) if descendants else None
    if program.cids is not None:
        return {code: program.cids[code] for code in shown if code in program.cids}
    given = store.get(inner, "/CIDToGIDMap")
    if hasattr(given, "_data"):
        table = store.decode(given) or b""
        return {c: int.from_bytes(table[2 * c : 2 * c + 2], "big") for c in shown if 2 * c + 2 <= len(table)}
    return {code: code for code in shown}


def _encoding(store: Store, font: dict[Any, Any], program: Program) -> dict[int, str]:
    """Code to glyph name of a simple font."""
    given = store.get(font, "/Encoding")
    base = given if isinstance(given, str) else store.get(given, "/BaseEncoding")
    names = dict(program.encoding)
    table = _BASES.get(str(base))
    if table is not None:
        names = {code: _glyph_name(bytes([code]).decode(table, "ignore")) for code in range(32, 256)}
    elif not names and isinstance(given, dict) and program.kind == "TrueType":
        names = {}
    code = 0
    for entry in store.array(given, "/Differences")[:2000] if isinstance(given, dict) else ():
        value = store.resolve(entry)
        if isinstance(value, int) and not isinstance(value, bool):
            code = value
        else:
            names[code] = name(value)
            code += 1
    return names


_BASES = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}


def _glyph_name(letter: str) -> str:
    from fontTools.agl import UV2AGL

    return UV2AGL.get(ord(letter), "") if letter else ""


def _truetype(
    store: Store, font: dict[Any, Any], program: Program, names: dict[int, str], shown: set[int]
) -> dict[int, int]:
    """Codes of a simple TrueType font to glyph ids; only by the map that the standard leads to."""
    descriptor = store.dictionary(font, "/FontDescriptor")
    flags = store.get(descriptor, "/Flags")
    symbolic = isinstance(flags, int) and bool(flags & 4)
    windows, symbol, mac = (program.maps.get(kind) for kind in ((3, 1), (3, 0), (1, 0)))
    if names and not symbolic and windows is not None:
        found = {}
        for code in shown:
            letter = letters(names.get(code, ""))
            glyph = windows.get(ord(letter)) if len(letter) == 1 else None
            if glyph:
                found[code] = glyph
        return found
    if symbol is not None:
        found = {}
        for code in shown:
            glyph = symbol.get(0xF000 + code) or symbol.get(code) or symbol.get(0xF100 + code)
            if glyph:
                found[code] = glyph
        return found
    if mac is not None:
        return {code: glyph for code in shown if (glyph := mac.get(code))}
    return {}


def letters(glyph_name: str) -> str:
    """The text a glyph name stands for by the Adobe Glyph List, ``""`` when it is none of its names."""
    from fontTools.agl import toUnicode

    return toUnicode(glyph_name) if glyph_name else ""
