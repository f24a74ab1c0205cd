"""LV-PDF-012  A page holds text that no reader can see and that is no recognised text.

What it looks at: text that is painted with nothing (text rendering modes 3 and 7
or no opacity at all), in the colour of what lies under it, smaller than can be
read, outside of the page, or clipped away; the last four are rendered with and
without it.  Unpainted text laid on a picture of the page is what character
recognition adds to scans, and is not looked at.

Why it matters: hidden text may be the wording that stood on the page before.
When text in the colour of the paper stands where other text of the same kind is
visible, the old wording was hidden by its colour and new wording was set in its
place.

A sentence that cannot be seen and was painted after everything else on its page was
added to a finished page: programs that hide text on purpose, for search or for
reading aloud, paint it where it belongs in the flow.

Innocent ways: words kept for search or for reading aloud, marks of the program that
made the file, labels outside the trimmed page, white captions of templates,
texts of a page that was cropped.  All these are shown and point to nothing unless they
are a sentence painted last.

Repeat by hand: ``pdftotext -layout FILE -`` prints the text; ``pdftoppm -r 100 FILE
page`` shows the page without it.

Sources: ISO 32000-2 9.3.6 (text rendering mode), 14.11.2 (page boundaries).
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_pairs import again, alike, letters, quoted
from leakverify.checks._text import seen_in_part
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "replaced": "Page {page}: «{before}» is in the file in a colour that cannot be seen, and «{after}» "
    "stands in its place.",
    "added-tiny": "Page {page}: «{text}» is too small to be read and was painted after all other text.",
    "added-as-ground": "Page {page}: «{text}» has the colour of what lies under it and was painted after all "
    "other text.",
    "added-clear": "Page {page}: «{text}» is painted without any opacity, after all other text.",
    "added-off-page": "Page {page}: «{text}» stands far outside of the page and was painted after all other "
    "text.",
    "unpainted": "Page {page}: «{text}» is in the file and is not painted.",
    "clear": "Page {page}: «{text}» is painted without any opacity.",
    "tiny": "Page {page}: «{text}» is too small to be read.",
    "off-page": "Page {page}: «{text}» stands outside of the page.",
    "clipped": "Page {page}: «{text}» is clipped away.",
    "as-ground": "Page {page}: «{text}» has the colour of what lies under it.",
    "more": "{count} more texts cannot be seen.",
    "seen-in-part": "No hidden text was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "template": "A template holds old text in white under the new.",
    "correction": "The author hid a word in the colour of the paper before sending the file.",
}
#: texts reported one by one; the rest are counted
_MOST = 15
#: words and letters from which hidden text says something
_WORDS, _LETTERS = 4, 15
#: share of figures beyond which it is a line of codes
_FIGURES = 0.15

#: points beside a page beyond which nothing was trimmed off
_FAR = 200.0
#: kinds of hiding that programs do not use for search or for reading aloud
_ADDED = ("tiny", "as-ground", "clear", "off-page")


def _group(text: str, how: str, over: str, *, last: bool = False) -> tuple[Observation, ...]:
    where = (135.0, 678.0, 205.0, 692.0)
    return (
        fact("pdf.unseen.text", text, page=1, box=where),
        fact("pdf.unseen.how", how, page=1, box=where),
        fact("pdf.unseen.last", last, page=1, box=where),
        fact("pdf.unseen.over", over, page=1, box=where),
    )


EXAMPLES = (
    Example(
        title="an amount in white with another one in black on it",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *_group("1 200,00", "as-ground", "91 200,00")),
    ),
    Example(
        title="a sentence in white at the end of the page's content",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *_group("The undersigned accepts the amended conditions", "as-ground", "", last=True),
        ),
    ),
    Example(
        title="a hint for reading aloud, in white before the table it explains",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *_group("Table with row headers in column A and column headers in rows 4 to 6", "as-ground", ""),
        ),
    ),
    Example(
        title="the line of codes a government printer sets in white below each page",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.pages", 1),
            *_group("VerDate Sep<11>2014 16:21 Aug 05, 2020 Jkt 250001 PO 00000", "as-ground", "", last=True),
        ),
    ),
    Example(
        title="the mark of the program that made the file",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *_group("Powered by TCPDF (www.tcpdf.org)", "unpainted", "")),
    ),
    Example(
        title="a caption printed twice, once in white",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.pages", 1), *_group("Table 4", "as-ground", "Table 4")),
    ),
)


@check(
    "LV-PDF-012",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.pages",),
    reads=(
        "pdf.unseen.text",
        "pdf.unseen.how",
        "pdf.unseen.last",
        "pdf.unseen.over",
        "pdf.page.width",
        "pdf.page.height",
    ),
    cost=Cost.MINUTES,
    reproduce="pdftotext -layout FILE -; pdftoppm -r 100 FILE page",
)
def hidden_text(facts: Facts) -> Iterator[Answer]:
    groups = list(
        zip(
            facts.all("pdf.unseen.text"),
            facts.all("pdf.unseen.how"),
            facts.all("pdf.unseen.last"),
            facts.all("pdf.unseen.over"),
            strict=False,
        )
    )
    if not groups:
        partial = seen_in_part(facts)
        if partial is not None:
            yield partial
        return
    found = [_judge(facts, *group) for group in groups]
    order = [Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.NEUTRAL]
    found.sort(key=lambda answer: order.index(answer.outcome))
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield neutral("more", rests_on=(), count=len(found) - _MOST)


def _judge(facts: Facts, text: Observation, how: Observation, last: Observation, over: Observation) -> Answer:
    old, new, kind = str(text.value), str(over.value), str(how.value)
    page = text.where.page or 0
    if kind in ("as-ground", "clear") and letters(new) and not again(old, new) and alike(old, new):
        rests_on = (text, how, over)
        return contradicts("replaced", rests_on=rests_on, page=page, before=quoted(old), after=quoted(new))
    sentence = _sentence(old)
    if kind in _ADDED and last.value is True and sentence and (kind != "off-page" or _far(facts, text)):
        return unusual(f"added-{kind}", rests_on=(text, how, last), page=page, text=quoted(old))
    message = kind if kind in MESSAGES else "unpainted"
    return neutral(message, rests_on=(text, how), page=page, text=quoted(old))


def _sentence(text: str) -> bool:
    """Whether a text is words, and not a line of codes and times as printers set it for themselves."""
    words = [word for word in text.split() if sum(c.isalpha() for c in word) >= 2]
    figures = sum(c.isdigit() for c in text)
    return len(words) >= _WORDS and letters(text) >= _LETTERS and figures <= _FIGURES * letters(text)


def _far(facts: Facts, text: Observation) -> bool:
    """Whether a text is farther from its page than what trimming or cropping leaves outside."""
    box = text.where.box
    edges = []
    for name in ("pdf.page.width", "pdf.page.height"):
        sizes = [o.value for o in facts.all(name) if o.where.page == text.where.page]
        edges.append(float(sizes[0]) if sizes and isinstance(sizes[0], int | float) else 1000.0)
    if box is None:
        return False
    return box[2] < -_FAR or box[3] < -_FAR or box[0] > edges[0] + _FAR or box[1] > edges[1] + _FAR
