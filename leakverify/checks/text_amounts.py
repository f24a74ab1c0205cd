"""LV-TXT-009  An amount in words is another than the figures beside it.

What it looks at: amounts of money written in words, in French or English, with the
figures in brackets beside them, as contracts, cheques and minutes have them: «mille
deux cents euros (1 200 €)».

Why it matters: an amount that is written twice has to be changed twice.

Innocent ways: whoever typed it changed one of the two while negotiating; a clause was
copied from another contract; figures that include a tax the words leave out; a page
that was recognised from a picture.  Words without cents are never held against the
cents of the figures.

Repeat by hand: read both.

Sources: Code civil, article 1376 (ordinance 2016-131): where the two differ, the words
count.  Not measured: the genuine texts of the public corpus hold 23 amounts in words,
none of them with figures beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import recognised_pages
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "differs": "The words «{words}» are {said}; the figures beside them say {stated}.",
    "recognised": "The words «{words}» are {said} and the figures beside them {stated}; the text was "
    "recognised from a picture.",
    "agree": "{count} amounts in words are the figures beside them.",
}
INNOCENT = {
    "half-edited": "One of the two was changed while the text was worked on, and the other forgotten.",
    "tax": "The figures include a tax or a cost that the words leave out.",
    "misread": "A figure was misread when the page was recognised or copied.",
}
_MOST = 5

EXAMPLES = (
    Example(
        title="an amount changed in figures only",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.amount.words", "mille deux cents euros", raw="1200.00 9200.00", line=3),
        ),
    ),
    Example(
        title="words without the cents",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.amount.words", "mille deux cents euros", raw="1200.00 1200.50", line=3),
        ),
    ),
    Example(
        title="a page recognised from a picture",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 90),
            fact("pdf.layer.recognised", 900, page=1),
            fact("text.amount.words", "mille deux cents euros", raw="1200.00 7200.00", page=1, line=3),
        ),
    ),
)


@check(
    "LV-TXT-009",
    question=Question.CONTENT,
    family=Family.CONTENT,
    slip=True,
    formats=(),
    needs=("text.words",),
    reads=("text.amount.words", "pdf.layer.recognised"),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -",
)
def text_amounts(facts: Facts) -> Iterator[Answer]:
    pages = recognised_pages(facts)
    found = facts.all("text.amount.words")
    apart = [one for one in found if not _same(one)]
    for one in apart[:_MOST]:
        said, _, stated = (one.raw or "").partition(" ")
        answer = neutral if one.where.page in pages else unusual
        message = "recognised" if answer is neutral else "differs"
        yield answer(message, rests_on=(one,), words=str(one.value), said=said, stated=stated)
    if found and not apart:
        yield neutral("agree", rests_on=found[:10], count=len(found))


def _same(amount: Observation) -> bool:
    """Whether both are one amount; words that name no cents say nothing of them."""
    said, _, stated = (amount.raw or "").partition(" ")
    return said == stated or (said.endswith(".00") and said.partition(".")[0] == stated.partition(".")[0])
