"""The hands on a PDF by knowledge rather than by example: who drew the pages, and who wrote the bytes last.

A program that writes a file anew keeps the pages and mostly the name of the program that drew them, so the
two are told apart.  The rows are those the checks read (``pdf_page_writers``, ``pdf_container_writers``);
here they become words, by the names that statements of programs are read to.
"""

from __future__ import annotations

from leakverify.checks._base import Facts
from leakverify.checks._pdf_pages import LAST_WRITER, SHOWN, edited, habits, last_writer, mapped, tells
from leakverify.features._rules import Made, Rule, Seen

#: names of the tables of hands -> families of the table of programs
_FAMILY = {
    "LibreOffice or OpenOffice": "LibreOffice",
    "Adobe Acrobat": "Adobe",
    "TeX": "pdfTeX",
    "qpdf": "pikepdf or qpdf",
    "Apache PDFBox": "PDFBox",
    "FPDF or TCPDF": "TCPDF",
}
DRAWN, WRITTEN = "s.pdf.drawn", "s.pdf.written"
#: words where knowledge names no program, and where it names more than one
NONE, SEVERAL = "none", "several"
#: how a word begins when only the fonts of a page name the program
MAPS = "fonts of "


def _drawn(seen: Seen) -> Made:
    facts = Facts(seen.extraction)
    drawn = tells(facts)
    # a page that was edited no longer shows who drew it, but the maps of its fonts do
    found = sorted({_FAMILY.get(family, family) for family in drawn or mapped(facts)})
    if len(found) != 1:
        return [SEVERAL if found else NONE]
    return [found[0] if drawn else MAPS + found[0]]


def _habits(seen: Seen) -> Made:
    facts = Facts(seen.extraction)
    found = {_FAMILY.get(family, family) for family in habits(facts)}
    return found | {"edited"} if edited(facts) else found or [NONE]


def _written(seen: Seen) -> Made:
    found = last_writer(Facts(seen.extraction))
    return [NONE if found is None else _FAMILY.get(found[0]["family"], found[0]["family"])]


RULES: tuple[Rule, ...] = (
    Rule(DRAWN, "program whose way of drawing a page, or of mapping a font, is no other's", SHOWN, _drawn),
    Rule("s.pdf.habits", "programs whose habits a page, a form or a font shows", SHOWN, _habits),
    Rule(WRITTEN, "program whose marks the bytes bear", LAST_WRITER, _written),
)
#: features of the way the bytes are written, which changes when a program writes the file anew; every other
#: feature of structure is of the pages, which are kept
BYTES = frozenset(
    f"s.pdf.{name}"
    for name in """version comment line_ending xref revisions linearized encrypted object_streams leading
        trailing object stream endobj xref_layout trailer_layout eof id strings date_form numbering order zlib
        trailer_keys catalog_keys page_keys info_keys objects xmp written""".split()
)
