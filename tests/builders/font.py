"""A tiny TrueType font that says of itself what a test wants: name, version, owner, dates."""

from __future__ import annotations

import calendar
import io
from datetime import date

#: seconds from 1904, where TrueType counts from, to 1970
_EPOCH = 2_082_844_800
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-/"


def font(family: str, version: str, owner: str, made: date) -> bytes:
    """Every letter is the same box; what matters is in the tables ``head`` and ``name``."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = {c: f"g{ord(c):02x}" for c in _LETTERS}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(c): name for c, name in names.items()})
    pen = TTGlyphPen(None)
    for step, corner in enumerate(((50, 0), (50, 700), (450, 700), (450, 0))):
        (pen.lineTo if step else pen.moveTo)(corner)
    pen.closePath()
    box = pen.glyph()
    builder.setupGlyf(dict.fromkeys((".notdef", *names.values()), box))
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", *names.values()), (500, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable(
        {
            "copyright": owner,
            "familyName": family,
            "styleName": "Regular",
            "uniqueFontIdentifier": f"{family} Regular {version}",
            "fullName": family,
            "version": f"Version {version}",
            "psName": family.replace(" ", ""),
        }
    )
    builder.setupOS2(sTypoAscender=800)
    builder.setupPost()
    seconds = calendar.timegm(made.timetuple()) + _EPOCH
    builder.font["head"].created = builder.font["head"].modified = seconds
    builder.font["head"].fontRevision = float(version.split()[0])
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def document(
    program: bytes,
    family: str,
    *,
    producer: str,
    created: str,
    modified: str = "",
    text: str = "Deed of trust",
) -> bytes:
    """One page set in the embedded font. Dates in PDF syntax (``D:20120101...``)."""
    import pikepdf

    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    name = pikepdf.Name(f"/{family.replace(' ', '')}")
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor, FontName=name, Flags=32, FontBBox=[0, -200, 500, 800], ItalicAngle=0,
        Ascent=800, Descent=-200, CapHeight=700, StemV=80,
        FontFile2=pdf.make_indirect(pikepdf.Stream(pdf, program, {"/Length1": len(program)})),
    )  # fmt: skip
    face = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=name, FirstChar=32, LastChar=122,
        Widths=[500] * 91, Encoding=pikepdf.Name.WinAnsiEncoding, FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(face)))
    lines = [text, "This deed is made on the second day of February", "between the parties named below."]
    shown = " ".join(f"1 0 0 1 72 {760 - 20 * n} Tm ({line}) Tj" for n, line in enumerate(lines))
    page.Contents = pdf.make_stream(f"BT /F1 12 Tf {shown} ET".encode())
    pdf.docinfo["/Producer"] = producer
    pdf.docinfo["/CreationDate"] = created
    pdf.docinfo["/ModDate"] = modified or created
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()
