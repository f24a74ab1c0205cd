"""How each page was made; every value is told at the first page and where it differs from the page before."""

from __future__ import annotations

from leakverify.extractors._base import Declared, count, token

VOCABULARY: dict[str, Declared] = {
    "pdf.assembly.pages": count("pages that were compared"),
    "pdf.assembly.box": token("width, height and turning of the page as written", repeats=True),
    "pdf.assembly.keys": token("entries of the page that its content does not decide", repeats=True),
    "pdf.assembly.names": token("scheme by which resources are named, digits as #", repeats=True),
    "pdf.assembly.fonts": token(
        "kinds of font dictionaries: type, and digest of their entries", repeats=True
    ),
    "pdf.assembly.group": token("first page that shares a font object, also through others", repeats=True),
    "pdf.assembly.content": token("how the content is stored: parts and filters", repeats=True),
    "pdf.assembly.operators": token("ways of saying things that the first operators choose", repeats=True),
}
