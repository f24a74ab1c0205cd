"""LV-PDF-051  A document of pictures of pages: what made them, and whether all are alike.

What it looks at: whether a picture covers every page whole, as scanners make
it; whether Producer, Creator, XMP or the EXIF of a picture name a scanner, a
copier or a program for scanning; and whether all pages have the same resolution,
colours and coding.

Why it matters: a scan of one stack of paper by one machine is uniform.  A page
that is not came from elsewhere or from another day.  A picture of a page that
names no scanner may have been made on a screen.

Innocent ways: most scanners name themselves nowhere, and programs that send or
file a scan put their own name there.  Machines choose colours and coding page by
page, and set text apart from pictures in layers.  Pages are scanned in again and
put in their place.  All of it is therefore only shown.

Repeat by hand: ``pdfimages -list FILE; pdfinfo FILE``.

Sources: D. Kriesel on layers and symbol coding of copiers, 2013; names of makers
in ``scanner_makers``.  Of 1,013 public genuine PDFs 80 are pictures of pages
alone; most are test files of codings, so nothing here was measured.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "scanner": "Pictures cover all {pages} pages, made in one way, and the document names {maker}: {name}.",
    "scanner-mixed": "Pictures cover all {pages} pages, and the document names {maker}: {name}.",
    "no-scanner": "Pictures cover all {pages} pages, and nothing in the document names a scanner.",
    "odd-page": "Pictures cover all {pages} pages; those of {odd} were made in another way ({made}) than the "
    "others ({usual}).",
}
INNOCENT = {
    "unnamed": "The scanner, or the program that filed the scan, names itself nowhere.",
    "page-by-page": "The machine chose colours and resolution page by page, or a page was scanned again.",
}

_NAMES = (
    "pdf.info.producer",
    "pdf.info.creator",
    "xmp.producer",
    "xmp.creator_tool",
    "pdf.picture.device",
    "pdf.picture.software",
)
#: pages named in a message
_NAMED = 8

EXAMPLES = (
    Example(
        title="three pages of one copier, which names itself",
        outcome=Outcome.SUPPORTS,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 3),
            fact("pdf.info.creator", "RICOH MP C6502", part="Info"),
            *(fact("pdf.raster.coding", "DCTDecode DeviceRGB 8", page=n) for n in (1, 2, 3)),
            *(fact("pdf.raster.dpi", 300, page=n) for n in (1, 2, 3)),
        ),
    ),
    Example(
        title="one page of four at another resolution",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 4),
            *(fact("pdf.raster.coding", "DCTDecode DeviceRGB 8", page=n) for n in (1, 2, 3, 4)),
            *(fact("pdf.raster.dpi", 150 if n == 3 else 300, page=n) for n in (1, 2, 3, 4)),
        ),
    ),
    Example(
        title="a text with one picture page",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 4), fact("pdf.raster.coding", "DCTDecode DeviceRGB 8", page=2)),
    ),
)


@check(
    "LV-PDF-051",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.raster.coding",),
    reads=("pdf.pages", "pdf.raster.dpi", *_NAMES),
    cost=Cost.MINUTES,
    reproduce="pdfimages -list FILE; pdfinfo FILE",
)
def scanned(facts: Facts) -> Iterator[Answer]:
    coded = {o.where.page: o for o in facts.all("pdf.raster.coding") if o.where.page}
    total = facts.value("pdf.pages")
    if not isinstance(total, int) or len(coded) < total:
        return
    named = _scanner(facts)
    first = coded[min(coded)]
    if named is None:
        yield neutral("no-scanner", rests_on=(first,), pages=total)
    else:
        stated, maker = named
        alike = total > 1 and len({o.value for o in coded.values()}) == 1
        answer, message = (supports, "scanner") if alike else (neutral, "scanner-mixed")
        yield answer(message, rests_on=(stated, first), pages=total, maker=maker, name=str(stated.value))
    yield from _odd(facts, coded, total)


def _scanner(facts: Facts) -> tuple[Observation, str] | None:
    for name in _NAMES:
        for observation in facts.all(name):
            for row in table("scanner_makers"):
                if re.search(row["claims"], str(observation.value), re.IGNORECASE):
                    return observation, row["maker"]
    return None


def _odd(facts: Facts, coded: dict[int, Observation], total: int) -> Iterator[Answer]:
    """Fewer than a third of the pages, made in another way than all others."""
    inches = {o.where.page: o.value for o in facts.all("pdf.raster.dpi")}
    made = {page: f"{inches.get(page, '?')} dpi, {o.value}" for page, o in sorted(coded.items())}
    counted = Counter(made.values())
    usual, most = counted.most_common(1)[0]
    odd = [page for page, how in made.items() if how != usual]
    if odd and 3 * len(odd) <= total and most + len(odd) == total:
        shown = ", ".join(f"page {page}" for page in odd[:_NAMED]) + (" …" if len(odd) > _NAMED else "")
        yield neutral(
            "odd-page",
            rests_on=tuple(coded[page] for page in odd[:_NAMED]),
            pages=total,
            odd=shown,
            made=made[odd[0]],
            usual=usual,
        )
