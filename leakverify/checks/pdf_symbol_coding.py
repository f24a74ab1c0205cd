"""LV-IMG-013  A scan whose coder may have exchanged figures.

What it looks at: whether pictures in a PDF are coded with JBIG2, which may keep
one picture of a symbol and draw it wherever something looks alike.

Why it matters: copiers have exchanged figures in this way, in thousands of
documents, with nobody's intent.  A sum that does not add up, or a figure that
differs from another copy, says nothing in such a scan.

Innocent ways: the coder is the innocent way.  JBIG2 without symbols, and without
loss, exchanges nothing; which of the two was used is not read here.

Repeat by hand: ``pdfimages -list FILE`` (column enc).

Sources: D. Kriesel, on copiers that alter figures, 2013; ITU-T T.88; BSI TR-03138
(RESISCAN), which rules this coding out for scans that replace paper.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "symbols": "Pictures on {pages} pages are coded with JBIG2, which may draw one figure in place of "
    "another. Sums "
    "and figures of this scan prove nothing.",
    "other": "No picture is coded with JBIG2.",
}
INNOCENT = {"lossless": "The coding was used without symbols or without loss, and exchanged nothing."}

EXAMPLES = (
    Example(
        title="a scan of a copier",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.image.filter", "/JBIG2Decode", page=1),
            fact("pdf.image.filter", "/JBIG2Decode", page=2),
        ),
    ),
    Example(
        title="a scan coded otherwise",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("pdf",),
        facts=(fact("pdf.image.filter", "/DCTDecode", page=1),),
    ),
)


@check(
    "LV-IMG-013",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.image.filter",),
    cost=Cost.HOURS,
    reproduce="pdfimages -list FILE",
)
def symbols_exchanged(facts: Facts) -> Iterator[Answer]:
    coded = [o for o in facts.all("pdf.image.filter") if "JBIG2" in str(o.value)]
    if not coded:
        yield Answer(Outcome.NOT_APPLICABLE, "other", (), {})
        return
    pages = {o.where.page for o in coded if o.where.page is not None}
    yield neutral("symbols", rests_on=coded[:20], pages=len(pages) or 1)
