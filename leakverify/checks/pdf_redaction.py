"""LV-PDF-011  Text under a dark box can still be read.

What it looks at: text that a dark opaque box, or a mark for redaction that was
never applied, keeps from the eye and not from a program.  As for LV-PDF-010 the
page is rendered with and without the text, so text that shines through, or that
was really taken out, is not reported.

Why it matters: it is not a sign of forgery.  It tells the newsroom what whoever
blacked out the page meant to keep from it, and that publishing the file as it is
publishes that text too.  The answer never counts when documents are ranked.

Innocent ways: words were blacked out for publication with a drawing tool instead of
a redaction tool, which is common in public records; a dark bar of a chart lies on
a label.

Repeat by hand: ``pdftotext -layout FILE -`` prints the text under the box;
``pdftoppm -r 100 FILE page`` shows the box.

Sources: ISO 32000-2 12.5.6.23 (redaction annotations and their application);
T. B. Lee, "What Gets Redacted in Pacer?" (2011), on failed redactions in court
files.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._pdf_pairs import again, covered, covered_facts, figures, letters, quoted
from leakverify.checks._text import seen_in_part
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "readable": "Page {page}: «{text}» is blacked out and can be read in the file.",
    "labelled": "Page {page}: «{text}» is blacked out under «{label}» and can be read in the file.",
    "not-applied": "Page {page}: «{text}» is marked for redaction and was not taken out of the file.",
    "more": "{count} more texts under dark boxes can be read.",
    "seen-in-part": "No text under a dark box was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "drawn": "Words were blacked out for publication with a drawing tool.",
    "figure": "A dark part of a drawing lies on a label.",
}
#: texts reported one by one; the rest are counted
_MOST = 20


EXAMPLES = (
    Example(
        title="a name under a black box",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("Jeanne Martin", "path", "dark #000000", "")),
    ),
    Example(
        title="a mark for redaction that was never applied",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *covered_facts("Jeanne Martin", "annotation Redact", "plain #ff0000", ""),
        ),
    ),
    Example(
        title="white text painted again on a dark head of a table",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("Total", "path", "dark #000040", "Total")),
    ),
    Example(
        title="a white box, which LV-PDF-010 tells",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("without notice", "path", "as-ground #ffffff", "")),
    ),
)


@check(
    "LV-PDF-011",
    question=Question.HANDLING,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.pages",),
    reads=(
        "pdf.covered.text",
        "pdf.covered.by",
        "pdf.covered.look",
        "pdf.covered.over",
        "pdf.covered.line",
    ),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -; pdftoppm -r 100 FILE page",
)
def redacted_text(facts: Facts) -> Iterator[Answer]:
    groups = covered(facts)
    if not groups:
        partial = seen_in_part(facts)
        if partial is not None:
            yield partial
        return
    told = 0
    for group in groups:
        old, new = group.old, group.new
        redact = str(group.by.value) == "annotation Redact"
        if not redact and (group.how != "dark" or (figures(old) and figures(new))):
            continue
        if again(old, new) or letters(old) < 2 or group.cut:
            continue
        told += 1
        if told > _MOST:
            continue
        if redact:
            yield unusual("not-applied", rests_on=group.rests_on, page=group.page, text=quoted(old))
        elif letters(new):
            yield unusual(
                "labelled", rests_on=group.rests_on, page=group.page, text=quoted(old), label=quoted(new)
            )
        else:
            yield unusual("readable", rests_on=group.rests_on, page=group.page, text=quoted(old))
    if told > _MOST:
        yield neutral("more", rests_on=(), count=told - _MOST)
