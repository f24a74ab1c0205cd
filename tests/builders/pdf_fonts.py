"""Fonts made in code and documents that embed them: every glyph is a box, and every table says what is asked for."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime

from fontTools.agl import UV2AGL
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

from tests.builders.pdf import FONT, document, literal, stream

_EPOCH = datetime(1904, 1, 1)
#: the tables PDF needs, and those that say something about the font
_NAMES = {
    "copyright": "© 2015 Example Foundry",
    "version": "Version 5.01",
    "uniqueFontIdentifier": "Example 2015",
}


def seconds(moment: str) -> int:
    """A date as fonts count it, from 1904."""
    return int((datetime.fromisoformat(moment) - _EPOCH).total_seconds())


def _box(pen: TTGlyphPen | T2CharStringPen) -> None:
    pen.moveTo((0, 0))
    pen.lineTo((0, 700))
    pen.lineTo((500, 700))
    pen.lineTo((500, 0))
    pen.closePath()


def truetype(
    letters: str,
    *,
    created: int = seconds("2005-03-04T05:06:07"),
    modified: int = seconds("2015-09-10T09:12:00"),
    names: Mapping[str, str] = _NAMES,
    composite: Mapping[str, str] | None = None,
) -> bytes:
    """A TrueType program with these letters; ``composite`` letters are drawn from the glyph of another."""
    order = [".notdef", *(UV2AGL[ord(letter)] for letter in letters)]
    built = FontBuilder(1000, isTTF=True)
    built.setupGlyphOrder(order)
    built.setupCharacterMap({ord(letter): UV2AGL[ord(letter)] for letter in letters})
    glyphs = {}
    for named in order:
        pen = TTGlyphPen(None)
        if named not in ("space",):
            _box(pen)
        glyphs[named] = pen.glyph()
    for letter, part in (composite or {}).items():
        pen = TTGlyphPen({UV2AGL[ord(part)]: None})
        pen.addComponent(UV2AGL[ord(part)], (1, 0, 0, 1, 10, 0))
        glyphs[UV2AGL[ord(letter)]] = pen.glyph()
    built.setupGlyf(glyphs)
    built.setupHorizontalMetrics(dict.fromkeys(order, (550, 0)))
    built.setupHorizontalHeader(ascent=800, descent=-200)
    built.setupNameTable({"familyName": "Example", "styleName": "Regular", **names})
    built.setupOS2(achVendID="EXMP")
    built.setupPost()
    return _saved(built, created, modified)


def _saved(built: FontBuilder, created: int, modified: int) -> bytes:
    built.font.recalcTimestamp = False
    built.updateHead(created=created, modified=modified)
    out = io.BytesIO()
    built.save(out)
    return out.getvalue()


def cff(letters: str) -> bytes:
    """The bare CFF program of a font with these letters."""
    order = [".notdef", *(UV2AGL[ord(letter)] for letter in letters)]
    built = FontBuilder(1000, isTTF=False)
    built.setupGlyphOrder(order)
    built.setupCharacterMap({ord(letter): UV2AGL[ord(letter)] for letter in letters})
    strings = {}
    for named in order:
        pen = T2CharStringPen(550, None)
        _box(pen)
        strings[named] = pen.getCharString()
    built.setupCFF("Example", {"Notice": "(c) 2009 Example Foundry", "version": "001.007"}, strings, {})
    built.setupHorizontalMetrics(dict.fromkeys(order, (550, 0)))
    built.setupHorizontalHeader(ascent=800, descent=-200)
    built.setupNameTable({"familyName": "Example", "styleName": "Regular"})
    built.setupOS2()
    built.setupPost()
    out = io.BytesIO()
    built.save(out)
    built.font = type(built.font)(io.BytesIO(out.getvalue()))
    return bytes(built.font.getTableData("CFF "))


def unicode_map(pairs: Mapping[int, str]) -> bytes:
    """A ToUnicode map of single-byte codes."""
    rows = "".join(f"<{code:02x}> <{text.encode('utf-16-be').hex()}>\n" for code, text in pairs.items())
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00> <ff> "
        f"endcodespacerange\n{len(pairs)} beginbfchar\n{rows}endbfchar\nendcmap end end"
    ).encode()


def embedded(
    number: int,
    base: str,
    program: bytes,
    *,
    key: str = "FontFile2",
    mapped: Mapping[int, str] | None = None,
    encoding: bytes = b"/WinAnsiEncoding",
) -> dict[int, bytes]:
    """Objects of a simple font: itself, descriptor, program and map, from ``number`` on."""
    kind, entries = ("TrueType", b"") if key == "FontFile2" else ("Type1", b"/Subtype/Type1C")
    made = {
        number: b"<</Type/Font/Subtype/%s/BaseFont/%s/FirstChar 0/LastChar 255/Widths[%s]/Encoding %s"
        b"/FontDescriptor %d 0 R%s>>"
        % (
            kind.encode(),
            base.encode(),
            b" ".join([b"550"] * 256),
            encoding,
            number + 1,
            b"/ToUnicode %d 0 R" % (number + 3) if mapped is not None else b"",
        ),
        number
        + 1: b"<</Type/FontDescriptor/FontName/%s/Flags 32/FontBBox[0 0 550 800]/ItalicAngle 0/Ascent 800"
        b"/Descent -200/CapHeight 700/StemV 80/%s %d 0 R>>" % (base.encode(), key.encode(), number + 2),
        number + 2: stream(program, b"/Length1 %d" % len(program) + entries, flate=True),
    }
    if mapped is not None:
        made[number + 3] = stream(unicode_map(mapped))
    return made


def at(font: str, x: float, y: float, text: str, *, size: float = 10, turn: str = "1 0 0 1") -> bytes:
    """One text object at a place."""
    return b"BT /%s %g Tf %s %g %g Tm %s Tj ET" % (font.encode(), size, turn.encode(), x, y, literal(text))


def page_of(content: bytes, fonts: Mapping[str, int], objects: Mapping[int, bytes], **more: bytes) -> bytes:
    """A document of one page with these fonts; ``more`` goes to the builder of documents."""
    named = b"".join(b"/%s %d 0 R" % (key.encode(), number) for key, number in fonts.items())
    leaf = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 11 0 R/Resources<</Font<<%s>>%s>>%s>>"
        % (named, more.pop("resources", b""), more.pop("leaf", b""))
    )
    return document(content, objects={10: leaf, **objects}, **more).data  # type: ignore[arg-type]


#: the object number of the plain Helvetica that every document of the builder has
HELVETICA = FONT
