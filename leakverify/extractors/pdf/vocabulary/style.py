"""Habits of the two hands in a PDF: the one that drew the pages and the one that wrote the file last."""

from __future__ import annotations

from leakverify.extractors._base import Declared, count, token

VOCABULARY: dict[str, Declared] = {
    "pdf.style.page.opening": token(
        "first operators of a page as written: numbers i or r, line ends |; told where it changes",
        repeats=True,
    ),
    "pdf.style.page.operators": token(
        "how its operators are written: line ends, text, clipping, colours, digits; told where it changes",
        repeats=True,
    ),
    "pdf.style.page.resources": token(
        "kinds of a page's resources and how their names are made; told where it changes", repeats=True
    ),
    "pdf.style.page.coding": token(
        "filters of a page's content and first two bytes of it when deflated; told where it changes",
        repeats=True,
    ),
    "pdf.style.page.operator_count": count(
        "operators read at the start of one of the first pages", repeats=True
    ),
    "pdf.style.page.shown_count": count("operators among them that show text", repeats=True),
    "pdf.style.page.font": token("type, subset tag and set of keys of a font, each shape once", repeats=True),
    "pdf.style.page.cmap": token("layout of a map from glyphs to characters, each once", repeats=True),
    "pdf.style.page.image": token("set of keys of a picture, each once", repeats=True),
    "pdf.style.page.part_opening": token(
        "first operators of a page's later content streams, each once", repeats=True
    ),
    "pdf.style.page.form_opening": token("first operators of a form a page draws, each once", repeats=True),
    "pdf.style.page.form_operators": token("how the operators of such a form are written", repeats=True),
    "pdf.style.container.object": token("spacing of the first object"),
    "pdf.style.container.stream": token("spacing round the first stream keyword"),
    "pdf.style.container.endobj": token("spacing round the first endobj"),
    "pdf.style.container.xref": token("spacing of the last cross-reference table"),
    "pdf.style.container.trailer": token("spacing of the last trailer"),
    "pdf.style.container.eof": token("hex of the bytes after the last %%EOF, or none"),
    "pdf.style.container.id": token("whether both halves of the ID are equal, their length, and case of hex"),
    "pdf.style.container.strings": token(
        "how strings of Info are written: literal, hex, packed; wide for UTF-16"
    ),
    "pdf.style.container.date": token("how dates of Info are written, digits as 9"),
    "pdf.style.container.numbers": token("object numbers of root, Info and first page"),
    "pdf.style.container.order": token("whether object numbers rise through the file"),
    "pdf.style.container.zlib": token("first two bytes of compressed streams, most frequent first"),
}
