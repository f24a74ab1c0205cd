"""LV-PDF-021  Two subsets of one font share characters on a page.

What it looks at: when only the characters used are embedded, the font carries a
tag of six letters.  Reported are two subsets of one font and of one kind that
show the same letters or digits on one page.  A writer that has embedded a
letter once has no need to embed it again.

Why it matters: the second subset was embedded in another session than the
first: text was added to the page, or pages were put together.

Innocent ways: joined and imposed files; a drawing or a chart placed on the
page; programs that start a new subset for every block, layer or field.  It is
found in more than one genuine file of fifty, so it never counts for the assessment,
and letters alone are only shown.

Repeat by hand: ``pdffonts FILE``.

Sources: ISO 32000-2, 9.9.2; measured: 23 of 784 public PDFs with text.  Tags
that count on instead of being drawn by lot, as those of Word, LibreOffice,
Quartz and Skia, make no difference here.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "digits": "On page {page} two subsets of one font both show “{shared}”, digits among them: {subsets}.",
    "letters": "On page {page} two subsets of one font both show “{shared}”: {subsets}.",
}
INNOCENT = {
    "joined": "Pages were joined, or a drawing was placed on the page.",
    "blocks": "The program starts a new subset for every block or layer.",
}

EXAMPLES = (
    Example(
        title="a line added to a page brings its own subset of the same font",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.font.used", "KSWQXA+ArialMT", part="obj 9 0", page=1),
            fact("pdf.font.twin", "0248", raw="KSWQXA+ArialMT 7, HGYSXI+ArialMT 157", part="obj 9 0", page=1),
        ),
    ),
    Example(
        title="one subset per font",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.font.used", "HGYSXI+ArialMT", page=1),),
    ),
)


@check(
    "LV-PDF-021",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.font.used",),
    reads=("pdf.font.twin",),
    cost=Cost.MINUTES,
    reproduce="pdffonts FILE",
)
def shared_characters(facts: Facts) -> Iterator[Answer]:
    for twin in facts.all("pdf.font.twin"):
        said: dict[str, str | int] = {
            "page": twin.where.page or "?",
            "shared": str(twin.value),
            "subsets": str(twin.raw),
        }
        if any(letter.isdigit() for letter in str(twin.value)):
            yield unusual("digits", rests_on=(twin,), **said)
        else:
            yield neutral("letters", rests_on=(twin,), **said)
