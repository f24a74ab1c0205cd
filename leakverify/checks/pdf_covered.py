"""LV-PDF-010  Text lies hidden under a box, and other text stands on the box.

What it looks at: the order in which a page is painted.  Text that was painted
first and then covered by a filled shape, a thick line, an image, a shading or an
annotation is still in the file.  The page is rendered with and without the text
and with and without the cover, so that opacity, blend modes, masks, clipping and
layers that are switched off are taken as a viewer takes them: only text that
makes no difference to the page as it is, and does once the cover is gone, is
reported.  What is written on the cover in its place is quoted beside it.

Why it matters: a box in the colour of the paper with other text on it is how a
page is changed with any PDF editor that cannot change text in place.  The old
wording survives every later rewriting of the file that keeps its text.  The
answer is strongest when both texts are of one kind, an amount on an amount or a
name on a name.  The covered text proves what the page said before; it does not
say who changed it, nor that the change was not agreed.

Innocent ways: the author corrected a word with a PDF editor; a translator or a
template program laid new wording over old; slides whose steps lie one on the
other.  Not reported as replaced are the same text painted again, fields of forms
laid over their hints, marks that let the text shine through, recognised text under
the scan it was read from, pages laid on stationery with a ground of their own, bits
of formulas, words cut by the edge of a drawing or note, and notes and stamps laid on
words.  Dark boxes without figures on
them are redactions, see LV-PDF-011.

Repeat by hand: ``pdftotext -layout -bbox FILE -`` lists the hidden words and
their places; ``pdftoppm -r 100 FILE page`` shows the page without them.

Sources: ISO 32000-2 8.2 (objects are painted in the order of the content stream),
11.3 (blending), 12.5.5 (appearances are drawn over the page).
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_pairs import (
    Covered,
    again,
    alike,
    covered,
    covered_facts,
    figures,
    letters,
    quoted,
    says,
)
from leakverify.checks._text import seen_in_part
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "replaced": "Page {page}: «{before}» is hidden under what was painted on it ({cover}), and «{after}» is "
    "written in its place.",
    "other-text": "Page {page}: «{before}» is hidden under what was painted on it ({cover}), and «{after}» "
    "is written over it.",
    "removed": "Page {page}: «{before}» is hidden under something in the colour of the page ({cover}).",
    "under": "Page {page}: «{before}» lies under what was painted on it ({cover}) and cannot be seen.",
    "field": "Page {page}: the form field over «{before}» shows «{after}».",
    "again": "Page {page}: «{before}» was painted, covered and painted again.",
    "more": "{count} more texts lie under something.",
    "seen-in-part": "No covered text was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "correction": "The author corrected the page in a PDF editor before it was sent or published.",
    "template": "A program or translator laid new wording over that of a template.",
    "slides": "Steps of a slide lie one on the other.",
    "figure": "A drawing hides the end of a label.",
}
#: covered texts reported one by one; the rest are counted
_MOST = 20
#: letters and figures from which a text that is only taken away is unusual
_WORD = 4
#: characters beyond which a page was repainted rather than a passage replaced
_PASSAGE = 300
#: share of the page from which a cover is the ground of a whole page
_PAGE = 0.5


EXAMPLES = (
    Example(
        title="an amount on a white box over another amount",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *covered_facts("1 200,00", "path", "as-ground #ffffff", "91 200,00"),
        ),
    ),
    Example(
        title="a note that shows another name than the one under it",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *covered_facts("Jeanne Martin", "annotation FreeText", "as-ground #ffffff", "Pierre Durand"),
        ),
    ),
    Example(
        title="a sentence under a white box",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("without notice", "path", "as-ground #ffffff", "")),
    ),
    Example(
        title="a table head painted again after its background",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("Total", "path", "plain #d0d0ff", "Total")),
    ),
    Example(
        title="a form field over its hint",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *covered_facts("Your name here", "annotation Widget", "as-ground #ffffff", "Jeanne Martin"),
        ),
    ),
    Example(
        title="the end of a label under the circle of a drawing",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("ello,", "path", "plain #d8f2ff", "", "Hello,")),
    ),
    Example(
        title="a remark whose box cuts a word",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *covered_facts(
                "ourna", "annotation FreeText", "as-ground #ffffff", "Bon à payer", "Journal officiel"
            ),
        ),
    ),
    Example(
        title="a stamp laid on words",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *covered_facts("our meeting of last week", "annotation Stamp", "plain #ffe0e0", "RECEIVED 5 May"),
        ),
    ),
    Example(
        title="bits of a formula under the boxes of a figure",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("1 0s", "path", "as-ground #ffffff", "c , 0")),
    ),
    Example(
        title="stationery under a page that brings its own white ground",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            fact("pdf.page.width", 595.0, page=1),
            fact("pdf.page.height", 842.0, page=1),
            fact(
                "pdf.covered.text", "Registered office 12 High Street", page=1, box=(50.0, 20.0, 300.0, 40.0)
            ),
            fact("pdf.covered.by", "path", page=1, box=(0.0, 0.0, 595.0, 842.0)),
            fact("pdf.covered.look", "as-ground #ffffff", page=1, box=(0.0, 0.0, 595.0, 842.0)),
            fact("pdf.covered.over", "", page=1, box=(50.0, 20.0, 300.0, 40.0)),
            fact("pdf.covered.line", "Registered office", page=1, box=(50.0, 20.0, 300.0, 40.0)),
        ),
    ),
    Example(
        title="a word blacked out, which LV-PDF-011 tells",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *covered_facts("Jeanne Martin", "path", "dark #000000", "")),
    ),
)


@check(
    "LV-PDF-010",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.pages",),
    reads=(
        "pdf.covered.text",
        "pdf.covered.by",
        "pdf.covered.look",
        "pdf.covered.over",
        "pdf.covered.line",
        "pdf.page.width",
        "pdf.page.height",
    ),
    cost=Cost.MINUTES,
    reproduce="pdftotext -bbox FILE -; pdftoppm -r 100 FILE page",
)
def covered_text(facts: Facts) -> Iterator[Answer]:
    groups = covered(facts)
    if not groups:
        partial = seen_in_part(facts)
        if partial is not None:
            yield partial
        return
    sizes = _sizes(facts)
    found = [answer for group in groups if (answer := _judge(group, sizes.get(group.page))) is not None]
    order = [Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.NEUTRAL]
    found.sort(key=lambda answer: order.index(answer.outcome))
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield neutral("more", rests_on=(), count=len(found) - _MOST)


def _judge(group: Covered, size: tuple[float, float] | None) -> Answer | None:
    old, new, how = group.old, group.new, group.how
    said: dict[str, str | int | float] = {"page": group.page, "before": quoted(old)}
    if new and again(old, new):
        return neutral("again", rests_on=group.rests_on, **said)
    if str(group.by.value) == "annotation Widget":
        return neutral("field", rests_on=group.rests_on, after=quoted(new), **said)
    if how == "dark" and not (figures(old) and figures(new)):
        return None
    said["cover"] = str(group.by.value)
    note = str(group.by.value).startswith("annotation")
    # comments and stamps are laid where there is room, and on words when there is none
    laid = note and not (figures(old) and figures(new)) and (how != "as-ground" or not alike(old, new))
    if not says(old, new) or _repainted(group, size) or laid or (group.cut and not figures(old)):
        return neutral("under", rests_on=group.rests_on, **said)
    if letters(new):
        said["after"] = quoted(new)
        # steps of a slide are laid one on the other
        slide = size is not None and size[0] > size[1] and how != "as-ground"
        if alike(old, new) and how != "picture" and not slide and len(old) <= _PASSAGE:
            return contradicts("replaced", rests_on=group.rests_on, **said)
        return unusual("other-text", rests_on=group.rests_on, **said)
    # pictures have margins in the colour of the page, which fall on words beside them
    if how == "as-ground" and letters(old) >= _WORD and group.by.value != "image":
        return unusual("removed", rests_on=group.rests_on, **said)
    return neutral("under", rests_on=group.rests_on, **said)


def _repainted(group: Covered, size: tuple[float, float] | None) -> bool:
    """Whether the cover is the ground of a page that was laid on another, as on stationery."""
    box = group.by.where.box
    if size is None or box is None:
        return False
    wide, high = min(box[2], size[0]) - max(box[0], 0), min(box[3], size[1]) - max(box[1], 0)
    return max(wide, 0) * max(high, 0) > _PAGE * size[0] * size[1]


def _sizes(facts: Facts) -> dict[int, tuple[float, float]]:
    """Width and height of each page."""
    widths = {o.where.page: o.value for o in facts.all("pdf.page.width")}
    heights = {o.where.page: o.value for o in facts.all("pdf.page.height")}
    found = {}
    for page, width in widths.items():
        height = heights.get(page)
        if page is not None and isinstance(width, int | float) and isinstance(height, int | float):
            found[page] = (float(width), float(height))
    return found
