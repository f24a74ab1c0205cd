"""LV-PDF-023  Text was edited by hand on the page.

What it looks at: the tool of Acrobat that edits text on a finished page leaves
the mark TouchUp_TextEdit before the text object it has worked on.  Reported is
the page, the number of marks, and the text that stands behind them.  Private
data that drawing programs and editors leave in a page are named besides.

Why it matters: it shows that somebody worked on the text of the page after it
was made, and where.  It shows neither when, nor by whom, nor what stood there.

Innocent ways: the author corrected a slip; a line break or a font was mended;
a form was prepared; labels were translated.  About one public PDF in a hundred
has such a mark, so it never counts for the assessment.

Repeat by hand: ``qpdf --qdf FILE - | grep -a -A9 TouchUp_TextEdit``.

Sources: ISO 32000-2, 14.6 (marked content) and 14.5 (page-piece dictionaries);
measured: 11 of 991 public PDFs.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "marks": "Page {page} has {marks} mark(s) of Acrobat's text tool.",
    "marks-text": "Page {page} has {marks} mark(s) of Acrobat's text tool, before: {texts}.",
    "private": "A page or the document keeps private data of {program}.",
}
INNOCENT = {
    "correction": "The author corrected a slip on the finished page.",
    "setting": "A line break, a font or a label was mended.",
}

EXAMPLES = (
    Example(
        title="an amount edited in Acrobat",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 2),
            fact("pdf.touchup.marks", 1, page=2),
            fact("pdf.touchup.text", "EUR 1'000.00", page=2),
        ),
    ),
    Example(
        title="no mark",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1),),
    ),
)


@check(
    "LV-PDF-023",
    question=Question.HANDLING,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.pages",),
    reads=("pdf.touchup.marks", "pdf.touchup.text", "pdf.residue.program"),
    cost=Cost.SECONDS,
    reproduce="qpdf --qdf FILE - | grep -a -A9 TouchUp_TextEdit",
)
def edited_by_hand(facts: Facts) -> Iterator[Answer]:
    for marks in facts.all("pdf.touchup.marks"):
        texts = [o for o in facts.all("pdf.touchup.text") if o.where.page == marks.where.page]
        said: dict[str, str | int] = {"page": marks.where.page or "?", "marks": str(marks.value)}
        if texts:
            quoted = ", ".join(f"“{o.value}”" for o in texts)
            yield unusual("marks-text", rests_on=(marks, *texts), texts=quoted, **said)
        else:
            yield unusual("marks", rests_on=(marks,), **said)
    for program in facts.all("pdf.residue.program"):
        yield neutral("private", rests_on=(program,), program=str(program.value))
