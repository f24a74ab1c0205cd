"""LV-PDF-025  A character before its turn in the codes of its font.

What it looks at: many programs embed of a font what the document needs, and
number the characters as they come to use them: the first character of the
document gets the first code, the next new one the next.  Read from the
beginning, new codes then rise one by one through the whole document.  Looked for
is a font that keeps this order in all but at most three characters.

Why it matters: whoever exchanges a figure on a finished page has only the codes
that are there.  A character that comes before its turn was not there when the
codes were handed out: the page was changed afterwards, however often the
file was written anew since.  No earlier copy of the file is needed.

Innocent ways: somebody corrected the page in an editor, which is a change as
well and says nothing about why.  A character that is missing where its turn was
may have been blanked out with care; it is pointed out only where another figure
stands at that place.  Taking out or moving whole pages disturbs many
characters at once, and is no order any more.

Repeat by hand: ``qpdf --qdf --object-streams=disable FILE - | less``, look up
the codes in the font's ``/ToUnicode``, and note each one when it is first shown.

Sources: ISO 32000-2, 9.6.5 and 9.10.3, leave the codes of a subset to the
writer.  Of 633 public genuine PDFs with fonts that show ten characters or more
100 have fonts in such an order, made by LibreOffice, OpenOffice, Quartz,
Ghostscript, cairo and others; in none of them a character is out of it.
A figure exchanged by its own codes and the file written anew by pikepdf shows in
3 of 14 of them: it must stand where a character had its turn, or come before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_pages import brought
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "early": "“{character}” is shown on page {page} before its turn: the {count} characters of this font "
    "have their codes in the order in which the document shows them, but for this one. It reads {text}. It "
    "was put there after the page was written.",
    "gone": "“{character}” is not shown on page {page} where its code had its turn: the {count} characters "
    "of this font have their codes in the order in which the document shows them, but for this one. There "
    "now stands {text}.",
}
INNOCENT = {
    "corrected": "The page was corrected in an editor, openly.",
    "blanked": "The character was blanked out with care.",
    "reordered": "A program changed the order in which the page is drawn.",
}

_FONT = (
    fact("pdf.font.used", "BAAAAA+LiberationSans", page=1, part="obj 7 0"),
    fact("pdf.font.order.length", 41, page=1, part="obj 7 0"),
)

EXAMPLES = (
    Example(
        title="a year exchanged for one with a figure that the document shows only later",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            *_FONT,
            fact("pdf.font.order.early", "6", page=2, part="obj 7 0", raw="see the report (6005). Further"),
        ),
    ),
    Example(
        title="another figure stands where the document first showed a one",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_FONT,
            fact("pdf.font.order.gone", "1", page=1, part="obj 7 0", raw="to be paid: 22345 by"),
            fact("pdf.font.order.between", " 2", page=1, part="obj 7 0"),
        ),
    ),
    Example(
        title="a figure blanked out with care",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_FONT,
            fact("pdf.font.order.gone", "1", page=1, part="obj 7 0", raw="to be paid:  by Friday"),
            fact("pdf.font.order.between", " by F", page=1, part="obj 7 0"),
        ),
    ),
    Example(
        title="a figure blacked out between others",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_FONT,
            fact("pdf.packed.blackened", True, page=1),
            fact("pdf.font.order.gone", "1", page=1, part="obj 7 0", raw="to be paid: 22345 by"),
            fact("pdf.font.order.between", " 2", page=1, part="obj 7 0"),
        ),
    ),
    Example(title="as it was written", outcome=Outcome.NEUTRAL, formats=("pdf",), facts=_FONT[:1]),
)


@check(
    "LV-PDF-025",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.font.used",),
    reads=(
        "pdf.font.order.length",
        "pdf.font.order.early",
        "pdf.font.order.gone",
        "pdf.font.order.between",
        "pdf.packed.brought",
        "pdf.packed.blackened",
        "pdf.assembly.pages",
    ),
    cost=Cost.HOURS,
    reproduce="qpdf --qdf --object-streams=disable FILE - | less",
)
def character_before_its_turn(facts: Facts) -> Iterator[Answer]:
    lengths = {o.where.part: o for o in facts.all("pdf.font.order.length")}
    for early in facts.all("pdf.font.order.early"):
        length = lengths.get(early.where.part)
        if length is not None:
            yield contradicts("early", rests_on=(early, length), **_said(early, length))
    stated = facts.value("pdf.assembly.pages")
    total = stated if isinstance(stated, int) else 1
    gone, there = facts.all("pdf.font.order.gone"), facts.all("pdf.font.order.between")
    for missing, between in zip(gone, there, strict=False):
        length = lengths.get(missing.where.part)
        if length is None:
            continue
        exchanged = str(missing.value).isdigit() and any(char.isdigit() for char in str(between.value))
        # what was blacked out for publication is gone as well
        say = unusual if exchanged and brought(facts, missing.where.page or 1, total) is None else neutral
        yield say("gone", rests_on=(missing, between, length), **_said(missing, length))


def _said(character: Observation, length: Observation) -> dict[str, str | int]:
    return {
        "character": str(character.value),
        "page": character.where.page or 1,
        "count": length.value if isinstance(length.value, int) else 0,
        "text": (character.raw or "").strip() or "nothing else",
    }
