"""LV-PDF-013  Live text is set on a page that is a picture.

What it looks at: pages covered by one picture on which visible text was set in the
body of the page, where the picture shows bare paper.  The page is rendered without
the text to see that.  Recognised text is invisible and is left aside; so are
numbers, stamps and fax headers at the edges, pictures behind slides and posters,
and the stencils that scanners lay over a coarse picture.  Small pictures pasted on
the picture of a page are shown when they are coded another way.

Why it matters: a letter that was printed and scanned is a picture as a whole.  A
picture of a letterhead with a text set on it was composed on a computer, and the
letterhead may have been taken from elsewhere.

Innocent ways: offices and invoice programs set their letters on a picture of their
stationery; a form was scanned empty and filled in on a computer; a program for
character recognition took the letters out of a scan and set them as text.  The answer
says how the page was made and not whether its sender made it.

Repeat by hand: ``pdfimages -list FILE`` lists the picture; ``pdftotext -layout FILE
-`` prints the text; ``pdffonts FILE`` the fonts it is set in.

Sources: reports on the "La Providence" agreement of May 2017, whose pages are a
picture of a letterhead under a layer of text; ISO 32000-2 9.3.6.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._pdf_pairs import quoted
from leakverify.checks._text import seen_in_part
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "live": "Page {page} is a picture of a sheet ({raster}) on which «{text}» is set as text.",
    "ground": "Page {page} is a picture ({raster}) with text on it.",
    "patch": "Page {page}: a picture was laid on the picture of the page ({patch}).",
    "more": "{count} more pages or pictures are like that.",
    "seen-in-part": "No page of that kind was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "stationery": "The office or its invoice program sets letters on a picture of its stationery.",
    "recognised": "A scan was recognised by a program that takes the letters out of the picture and sets "
    "them as text.",
    "form": "A form was scanned empty and filled in on a computer.",
}
#: pages and pictures reported one by one; the rest are counted
_MOST = 10
#: percent of the picture that is ink: a letterhead, and not a full page or an empty one
_INK = (0.01, 30.0)


def _page(paper: str, ink: float, wide: bool = False) -> tuple[Observation, ...]:
    size = (842.0, 595.0) if wide else (595.0, 842.0)
    return (
        fact("pdf.pages", 1),
        fact("pdf.page.width", size[0], page=1),
        fact("pdf.page.height", size[1], page=1),
        fact("pdf.layer.live", "The company undertakes to pay", page=1),
        fact("pdf.layer.paper", paper, page=1),
        fact("pdf.layer.ink", ink, page=1),
        fact("pdf.layer.raster", "DCTDecode 1240x1754 150 dpi", page=1),
    )


EXAMPLES = (
    Example(
        title="a letter set on the scan of a letterhead",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=_page("scan", 2.5),
    ),
    Example(
        title="a slide with a picture behind it",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=_page("picture", 40.0, wide=True),
    ),
    Example(
        title="a scan with recognised text",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), fact("pdf.layer.recognised", 1800, page=1)),
    ),
)


@check(
    "LV-PDF-013",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.pages",),
    reads=(
        "pdf.layer.live",
        "pdf.layer.paper",
        "pdf.layer.ink",
        "pdf.layer.raster",
        "pdf.layer.patch",
        "pdf.layer.recognised",
        "pdf.page.width",
        "pdf.page.height",
    ),
    cost=Cost.MINUTES,
    reproduce="pdfimages -list FILE; pdftotext -layout FILE -; pdffonts FILE",
)
def letterhead(facts: Facts) -> Iterator[Answer]:
    widths = {o.where.page: o.value for o in facts.all("pdf.page.width")}
    heights = {o.where.page: o.value for o in facts.all("pdf.page.height")}
    pages = list(
        zip(
            facts.all("pdf.layer.live"),
            facts.all("pdf.layer.paper"),
            facts.all("pdf.layer.ink"),
            facts.all("pdf.layer.raster"),
            strict=False,
        )
    )
    patches = facts.all("pdf.layer.patch")
    if not pages and not patches:
        partial = seen_in_part(facts)
        if partial is not None:
            yield partial
        return
    found: list[Answer] = []
    for live, paper, ink, raster in pages:
        width, height = widths.get(live.where.page), heights.get(live.where.page)
        upright = isinstance(width, int | float) and isinstance(height, int | float) and height > width
        sheet = paper.value in ("scan", "blank") and upright and _inked(ink)
        said: dict[str, str | int | float] = {"page": live.where.page or 0, "raster": str(raster.value)}
        rests_on = (live, paper, ink, raster)
        if sheet:
            found.append(unusual("live", rests_on=rests_on, text=quoted(str(live.value)), **said))
        else:
            found.append(neutral("ground", rests_on=rests_on, **said))
    for patch in patches:
        found.append(
            neutral("patch", rests_on=(patch,), page=patch.where.page or 0, patch=quoted(str(patch.value)))
        )
    found.sort(key=lambda answer: answer.outcome is not Outcome.UNUSUAL)
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield neutral("more", rests_on=(), count=len(found) - _MOST)


def _inked(ink: Observation) -> bool:
    return isinstance(ink.value, int | float) and _INK[0] <= ink.value <= _INK[1]
