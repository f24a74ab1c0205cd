"""LV-PDF-005  An earlier text of a page is still in the file, unreferenced.

What it looks at: programs that write a PDF anew often carry along objects that
nothing refers to any longer.  Where such an object draws a page, its text is
read and held against the page of the document that it is most like, and where
most of the words are the same, the words that differ are told.

Why it matters: an editor that replaces the content of a page and saves the file
whole leaves no earlier revision, but may leave the earlier content.  The text
that was replaced can be read there again.

Innocent ways: the author corrected the text and saved with a program that does
not clean up; a template or a draft of the page was carried along; a header or
a watermark was put on with the content written anew.  An object that only lacks
words, or only has more of them, is shown and not scored: parts of pages, and
pages before a stamp, are left behind like that.

Repeat by hand: ``qpdf --qdf --object-streams=disable --preserve-unreferenced
FILE out.pdf`` writes all objects readably; look for the object named, and for
references to it.

Sources: ISO 32000-2 7.5.4 and 7.7.3; behaviour of pypdf, which keeps what it
does not use, as measured: of 60 public PDFs in which an amount was replaced and
which it wrote anew, the earlier amount is found in 54; in none of
1,030 public genuine PDFs another text was found.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._wording import differing, readable
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "replaced": "Page {page}: an unused object ({part}) holds another text of the page. It says «{before}» "
    "where the page says «{after}».",
    "more": "Page {page}: an unused object ({part}) holds a text of the page with «{before}», which the page "
    "does not have.",
    "less": "Page {page}: an unused object ({part}) holds a text of the page without «{after}».",
    "same": "Page {page}: an unused object ({part}) holds the same text, set in another way.",
    "none": "No earlier text of a page was found in unused objects.",
    **ABSENT,
}
INNOCENT = {
    "correction": "The author corrected the text and saved with a program that does not clean up.",
    "template": "A template or a draft of the page was carried along.",
    "rewritten": "A program that put something on the page wrote its content anew.",
}
#: places reported one by one
_MOST = 20
EXAMPLES = (
    Example(
        title="an amount that an editor replaced, its page content left behind",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.leftover.count", 1),
            fact("pdf.leftover.text_before", "Total due 1,200.00 within", page=2, part="obj 14 0"),
            fact("pdf.leftover.text_after", "Total due 9,200.00 within", page=2, part="obj 14 0"),
        ),
    ),
    Example(
        title="the page before its number was put on",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.leftover.count", 1),
            fact("pdf.leftover.text_before", "", page=2, part="obj 14 0"),
            fact("pdf.leftover.text_after", "EX-000123", page=2, part="obj 14 0"),
        ),
    ),
    Example(
        title="unused objects that are no text",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.leftover.count", 12), fact("pdf.leftover.kind", "font", part="obj 9 0")),
    ),
)


@check(
    "LV-PDF-005",
    question=Question.CONTENT,
    family=Family.HISTORY,
    formats=("pdf",),
    reads=("pdf.leftover.count", "pdf.leftover.text_before", "pdf.leftover.text_after"),
    cost=Cost.MINUTES,
    reproduce="qpdf --qdf --object-streams=disable --preserve-unreferenced FILE out.pdf",
)
def leftover_text(facts: Facts) -> Iterator[Answer]:
    if facts.first("pdf.leftover.count") is None:
        yield absent(facts, "pdf.leftover.count")
        return
    pairs = list(
        zip(facts.all("pdf.leftover.text_before"), facts.all("pdf.leftover.text_after"), strict=False)
    )
    if not pairs:
        yield neutral("none", rests_on=())
    found = [_judge(before, after) for before, after in pairs]
    found.sort(key=lambda answer: answer.outcome is not Outcome.UNUSUAL)
    yield from found[:_MOST]


def _judge(before: Observation, after: Observation) -> Answer:
    old, new = str(before.value or ""), str(after.value or "")
    where = after.where
    said: dict[str, str | int] = {"page": where.page or "?", "part": where.part or "?"}
    gone, come = differing(old, new)
    if sorted("".join(gone)) == sorted("".join(come)) or not readable(old + new):
        return neutral("same", rests_on=(before, after), **said)
    if not come:
        return neutral("more", rests_on=(before, after), before=old, **said)
    if not gone:
        return neutral("less", rests_on=(before, after), after=new, **said)
    return unusual("replaced", rests_on=(before, after), before=old, after=new, **said)
