"""LV-PDF-026  The content of one page compressed by another program than the rest.

What it looks at: a program that writes a document compresses all its pages with
one library at one level.  Two bytes at the beginning of each stream name window
and level, and zlib, told the level, makes the same bytes of the same data
again.  Compared are the pages of one document that share their fonts, so were
written in one go; where there is only one page, its content is compared with
the fonts it is set in, if the named program is one that compresses both alike.

Why it matters: a script or an editor that changes a page compresses it again,
and copies pages, fonts and pictures it does not touch.  The old text is gone; that
this page was written anew and the others were not is not.

Innocent ways: a page is stamped, numbered or signed by a program that joins what
it adds to what was there; one that draws a form, a picture packed like the page, or
fonts of another kind is only shown.  Acrobat writes a page anew when it is edited
or a header is added, in a way of its own: only shown.  A tool that cleans or blanks out
one page does the same as an edit.

Repeat by hand: ``mutool show -b -e FILE pages/1/Contents | head -c 2 | xxd`` for each page, and
``qpdf --show-object=N --raw-stream-data FILE | head -c 2 | xxd`` for fonts.

Sources: RFC 1950, 2.2; ISO 32000-2, 7.4.4.  Measured on 924 public genuine PDFs:
of 56 that name Quartz 43 of 51 compressed pages begin with 7801, of 114 that name Adobe's
programs 65 of 68 with 4889 or 68de, of 48 that name TeX 39 of 42 with 78da; the other
programs and all scripting libraries use zlib as it comes, 789c.
Of 131 documents with three pages to compare, 15 have a page that differs; all are
pages edited in Acrobat, pages of another document that was joined, or pages too small to tell one
level from another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._pdf_pages import brought, drawn_by, shares_fonts, through
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "page": "The content of page {page} was compressed by another program ({how}) than that of the other "
    "pages ({usual}), with which it shares its fonts: it was written anew after the document was made.",
    "only-page": "The document names {producer}; its fonts are compressed the way that program does "
    "({usual}), and the content of its page is not ({how}): it was written anew after the document was made.",
    "added": "The content of page {page} was compressed by another program ({how}) than that of the other "
    "pages ({usual}); the page also draws something that may have been added to it, a stamp, a "
    "number or a black box.",
    "added-only": "The content of the page was compressed by another program ({how}) than its fonts "
    "({usual}); the page also draws something that may have been added to it, a stamp, a "
    "number or a black box.",
    "acrobat": "The content of page {page} was compressed the way Acrobat does ({how}), other than that "
    "of the other pages ({usual}): the page was edited, stamped or numbered there.",
    "apart": "The content of page {page} was compressed by another program ({how}) than that of the other "
    "pages ({usual}), and it shares no font with them.",
}
INNOCENT = {
    "stamped": "A program stamped, numbered or filled in this page and wrote it anew as a whole.",
    "cleaned": "A word was blanked out, or the page repaired, openly.",
    "joined": "Pages of several documents were joined.",
}

#: how streams of Acrobat and of Adobe's libraries begin
_ADOBE = ("4889 ", "68de ")
#: how the named program compresses pages and fonts alike
_ALIKE = {"Adobe": _ADOBE, "Quartz": ("7801 ",), "TeX": ("78da ",)}
#: what scripting libraries use, and nobody who writes as above
_PLAIN_ZLIB = ("789c zlib", "plain")
#: streams of fonts that must agree where there is one page only
_FONTS = 2
_COUNT = re.compile(r"\d{1,6}")
#: pages that must agree, for another one to differ from
_PAGES = 2

_ADOBE_PAGE = fact("pdf.packed.page", "4889 other", page=1)
_SHARED = fact("pdf.assembly.group", "1", page=1)

EXAMPLES = (
    Example(
        title="a figure on page 2 of a contract exchanged by a script",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 4),
            _SHARED,
            _ADOBE_PAGE,
            fact("pdf.packed.page", "789c zlib", page=2),
            fact("pdf.packed.page", "4889 other", page=3),
        ),
    ),
    Example(
        title="a letter of one page, printed on a Mac, with its text changed by a script",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "Mac OS X 10.10.5 Quartz PDFContext", part="Info"),
            fact("pdf.packed.page", "789c zlib", page=1),
            fact("pdf.packed.fonts", "7801 zlib", raw="3 streams"),
        ),
    ),
    Example(
        title="a received stamp joined to the first page",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 4),
            _SHARED,
            fact("pdf.packed.page", "789c zlib", page=1),
            fact("pdf.packed.brought", True, page=1),
            fact("pdf.packed.page", "4889 other", page=2),
            fact("pdf.packed.brought", False, page=2),
        ),
    ),
    Example(
        title="a page edited in Acrobat",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 4),
            _SHARED,
            fact("pdf.packed.page", "78da zlib", page=1),
            fact("pdf.packed.page", "4889 other", page=2),
            fact("pdf.packed.page", "78da zlib", page=3),
        ),
    ),
    Example(
        title="an annex of another program joined at the end",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.assembly.pages", 4),
            _SHARED,
            fact("pdf.assembly.group", "4", page=4),
            _ADOBE_PAGE,
            fact("pdf.packed.page", "789c zlib", page=4),
        ),
    ),
    Example(
        title="all pages written anew alike",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.assembly.pages", 4), _SHARED, fact("pdf.packed.page", "789c zlib", page=1)),
    ),
)


@check(
    "LV-PDF-026",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.packed.page",),
    reads=(
        "pdf.packed.fonts",
        "pdf.packed.brought",
        "pdf.packed.blackened",
        "pdf.assembly.pages",
        "pdf.assembly.group",
        "pdf.info.producer",
        "pdf.info.creator",
    ),
    cost=Cost.HOURS,
    reproduce="mutool show -b -e FILE pages/1/Contents | head -c 2 | xxd",
)
def page_packed_otherwise(facts: Facts) -> Iterator[Answer]:
    total = facts.value("pdf.assembly.pages")
    if isinstance(total, int) and total > 1:
        yield from _odd_page(facts, total)
    else:
        yield from _only_page(facts)


def _odd_page(facts: Facts, total: int) -> Iterator[Answer]:
    """One page unlike all others, which are alike."""
    known = {page: o for page, o in through(facts, "pdf.packed.page", total).items() if o.value != "short"}
    counted = Counter(str(o.value) for o in known.values())
    if len(counted) != 2 or len(known) <= _PAGES:
        return
    (usual, _), (how, few) = counted.most_common()
    if few != 1 or how.split()[0] == usual.split()[0]:
        return  # set alike, they may be one compressor that zlib follows on one page and not on another
    page, odd = next((page, o) for page, o in known.items() if o.value == how)
    other = next(o for o in known.values() if o.value == usual)
    said: dict[str, str | int] = {"page": page, "how": how, "usual": usual}
    shared = shares_fonts(facts, page, total)
    if shared is None:
        yield neutral("apart", rests_on=(odd, other), **said)
    elif how.startswith(_ADOBE):
        yield neutral("acrobat", rests_on=(odd, other), **said)
    elif added := brought(facts, page, total):
        rests_on = (odd, other, added)
        yield neutral("added", rests_on=rests_on, **said)
    else:
        yield unusual("page", rests_on=(odd, other, shared), **said)


def _only_page(facts: Facts) -> Iterator[Answer]:
    """A page compressed as scripts do, in fonts compressed as the named program does."""
    page, producer = facts.first("pdf.packed.page"), facts.last("pdf.info.producer")
    if page is None or producer is None or page.value not in _PLAIN_ZLIB:
        return
    row = drawn_by(str(producer.value), facts.text("pdf.info.creator"))
    fonts = facts.all("pdf.packed.fonts")
    alike = _ALIKE.get(row["family"], ()) if row is not None else ()
    if not alike or not all(str(o.value).startswith(alike) for o in fonts) or _streams(fonts) < _FONTS:
        return
    said: dict[str, str | int] = {"how": str(page.value), "usual": str(fonts[0].value)}
    added = brought(facts, 1, 1)
    if added is not None:
        rests_on = (page, *fonts, added)
        yield neutral("added-only", rests_on=rests_on, **said)
    else:
        yield unusual("only-page", rests_on=(producer, page, *fonts), producer=str(producer.value), **said)


def _streams(fonts: Sequence[Observation]) -> int:
    return sum(int(found[0]) for o in fonts if (found := _COUNT.match(o.raw or "")))
