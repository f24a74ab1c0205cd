"""LV-PDF-027  A page whose operators a programming library spelled anew.

What it looks at: a page is a list of operators, and every program that draws
pages has its way of spelling them: several in one line, brackets and operators
set close together.  A library that takes a page apart into operators, so that a
script can change one, puts them together in a way of its own: each on a line, a
space before it, a space inside each bracket.  Looked for is a page in that
spelling under the name of a program that never writes so, and one such page
among others that share its fonts.

Why it matters: to exchange a word inside a finished page, a script has to take
the page apart.  The old text is gone; the spelling of the page is not that of the
program that made the document.

Innocent ways: libraries stamp, number, join and scale pages by the same way.  A
page that draws a form, a font of another kind beside its own or a black box as high as a line,
and a document all of whose pages are spelled so are therefore only shown.  A word blanked out, or a mark
removed, by a script leaves the same.

Repeat by hand: ``mutool show -b FILE pages/1/Contents | head -40`` for each page.

Sources: ISO 32000-2, 7.8.2, leaves white space to the writer; the spelling is that of
pypdf (``ContentStream``) and qpdf (``pikepdf.unparse_content_stream``).  Measured
on 968 public genuine PDFs: of 566 pages with text that LibreOffice, OpenOffice, Quartz,
Ghostscript, Word, TeX, Skia, cairo, FOP, FPDF, Qt, ReportLab or Adobe's programs
drew by their own statement none is spelled so. Of all documents 4 are, written by
hand or without a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._pdf_pages import brought, drawn_by, drawn_whatever_spelled, shares_fonts, through
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "page": "The operators of page {page} are spelled by a programming library, those of the other pages, "
    "with which it shares its fonts, are not: it was taken apart and put together again.",
    "named": "The document names {producer}; the operators of page {page} are spelled by a programming "
    "library, as that program never does: the page was taken apart and put together again.",
    "drawn": "The document names {producer}; page {page} is drawn the way {family} draws, and its operators "
    "are spelled by a programming library, as that program never does: the page was taken apart and put "
    "together again.",
    "added": "The operators of page {page} are spelled by a programming library. The page also draws "
    "something that may have been added to it, a stamp, a number or a black box.",
    "all": "The document names {producer}; the operators of all {count} pages are spelled by a programming "
    "library: something was done to all of them.",
}
INNOCENT = {
    "stamped": "A program stamped, numbered, scaled or joined the page and wrote it anew as a whole.",
    "cleaned": "A word was blanked out, or a mark removed, openly.",
}

#: operators apart, set off from what they show, arrays with spaces inside
_LIBRARY = "apart set-off spaced"
#: programs that say openly that they wrote pages of others anew
_LIBRARIES = re.compile(
    r"pypdf|pikepdf|qpdf|pdfium|pdf-lib|pdfbox|mupdf|itext|pdftk|openpdf|aspose|pdfsharp|cpdf|pdfcpu",
    re.IGNORECASE,
)
#: other pages with text that must be spelled otherwise, both in lines and in what is glued
_OTHERS = 2

_WORD = fact("pdf.info.producer", "Microsoft® Word 2016", part="Info")
_ALL_SHARE = (fact("pdf.assembly.pages", 4), fact("pdf.assembly.group", "1", page=1))
EXAMPLES = (
    Example(
        title="a figure on page 2 exchanged by a script",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_ALL_SHARE,
            fact("pdf.packed.spelling", "joined glued tight", page=1),
            fact("pdf.packed.spelling", _LIBRARY, page=2),
            fact("pdf.packed.spelling", "joined glued tight", page=3),
        ),
    ),
    Example(
        title="a letter of one page made with Word, its text changed by a script",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(_WORD, fact("pdf.packed.spelling", _LIBRARY, page=1)),
    ),
    Example(
        title="an invoice drawn with LibreOffice inside another program, a figure exchanged by a script",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "Invoices 2.1", part="Info"),
            fact("pdf.style.page.opening", "0.1 w|q|0 0.1 r r re|W*|n|q|0 0 0 rg|BT", page=1),
            fact("pdf.packed.spelling", _LIBRARY, page=1),
        ),
    ),
    Example(
        title="a page of Word as it was written",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(_WORD, fact("pdf.packed.spelling", "joined set-off tight", page=1)),
    ),
    Example(
        title="a received stamp joined to a letter by a script",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            _WORD,
            fact("pdf.packed.spelling", _LIBRARY, page=1),
            fact("pdf.packed.brought", True, page=1),
        ),
    ),
    Example(
        title="pages scaled by a script, all of them",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(_WORD, *_ALL_SHARE, fact("pdf.packed.spelling", _LIBRARY, page=1)),
    ),
)


@check(
    "LV-PDF-027",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.packed.spelling",),
    reads=(
        "pdf.packed.brought",
        "pdf.packed.blackened",
        "pdf.style.page.opening",
        "pdf.assembly.pages",
        "pdf.assembly.group",
        "pdf.info.producer",
        "pdf.info.creator",
    ),
    cost=Cost.HOURS,
    reproduce="mutool show -b FILE pages/1/Contents | head -40",
)
def page_spelled_by_library(facts: Facts) -> Iterator[Answer]:
    stated = facts.value("pdf.assembly.pages")
    total = stated if isinstance(stated, int) else 1
    spelled = {
        page: o for page, o in through(facts, "pdf.packed.spelling", total).items() if o.value != "short"
    }
    anew = {page: o for page, o in spelled.items() if o.value == _LIBRARY}
    if not anew:
        return
    page, odd = next(iter(anew.items()))
    others = [o for o in spelled.values() if o.value != _LIBRARY]
    producer = facts.last("pdf.info.producer")
    named = "" if producer is None else str(producer.value)
    row = drawn_by(named, facts.text("pdf.info.creator"))
    added = brought(facts, page, total)
    if producer is not None and row is not None and total > 1 and not others:
        yield neutral("all", rests_on=(producer, odd), producer=named, count=total)
    elif added is not None:
        yield neutral("added", rests_on=(odd, added), page=page)
    elif producer is not None and row is not None:
        yield unusual("named", rests_on=(producer, odd), producer=named, page=page)
    elif producer is not None and (drawn := _drawn(facts, page, named, alone=not others)) is not None:
        family, opening = drawn
        rests_on = (producer, odd, opening)
        yield unusual("drawn", rests_on=rests_on, producer=named, page=page, family=family)
    elif len(anew) == 1 and len(others) >= _OTHERS and all(_otherwise(str(o.value)) for o in others):
        shared = shares_fonts(facts, page, total)
        if shared is not None:
            yield unusual("page", rests_on=(odd, others[0], shared), page=page)


def _drawn(facts: Facts, page: int, producer: str, *, alone: bool) -> tuple[str, Observation] | None:
    """The program that drew the page, unless the named one is a library itself and wrote all pages."""
    if not producer.strip() or (alone and _LIBRARIES.search(producer)):
        return None
    return drawn_whatever_spelled(facts, page)


def _otherwise(spelling: str) -> bool:
    """Unlike a library in two of the three habits: one alone may come of what a page shows."""
    return sum(one != other for one, other in zip(spelling.split(), _LIBRARY.split(), strict=False)) >= 2
