"""LV-TXT-007  Numbers written as in two countries in one document.

What it looks at: numbers in groups of three, by the marks between the groups and before
the decimals: 1 234,56 in France, 1.234,56 in Germany, Spain and Italy, 1,234.56 in
Britain and America, 1'234.56 in Switzerland.  Numbers that could be read in two ways are
left out.

Why it matters: a program or a person writes numbers in one way.  A figure put in by
somebody else, or taken from elsewhere, brings the marks of its own country along.

Innocent ways: tables copied from a foreign source, quotations, prices of two countries,
bilingual texts, number formats of a spreadsheet set cell by cell, a slip.  That is why
it is only shown.

Repeat by hand: ``pdftotext -layout FILE - | grep -nE "[0-9]([ .,'])[0-9]{3}"``.

Sources: Unicode CLDR, number symbols of fr, de, en and de-CH.  Measured over the 5,583
genuine documents with text of the public corpus: numbers in groups stand in 135, and are
written in two ways in 5 of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "mixed": "Numbers are written in two ways: {most} ({first}), and {fewest} ({other}).",
}
INNOCENT = {
    "source": "The numbers come from sources of several countries.",
    "slip": "A number was typed in another way than the others.",
}

EXAMPLES = (
    Example(
        title="five amounts with a comma for the cents and one with a point",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.figures", "1 234,56", raw="5 of 6: 1 250,00", line=3),
            fact("text.figures", "1,234.56", raw="1 of 6: 9,800.00", line=8),
        ),
    ),
    Example(
        title="amounts with cents and amounts in full, in one way",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.figures", "1,234.56", raw="5 of 6: 1,250.00", line=3),
            fact("text.figures", "1,234,567", raw="1 of 6: 9,800,000", line=8),
        ),
    ),
)


@check(
    "LV-TXT-007",
    question=Question.HANDLING,
    family=Family.CONTENT,
    formats=(),
    needs=("text.words",),
    reads=("text.figures",),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -",
)
def mixed_figures(facts: Facts) -> Iterator[Answer]:
    seen: dict[str, Observation] = {}
    for form in facts.all("text.figures"):
        # the mark between the groups, which amounts with and without cents share
        seen.setdefault(str(form.value)[1:2], form)
    if len(seen) > 1:
        first, other = list(seen.values())[:2]
        (most, _, one), (fewest, _, two) = ((f.raw or "").partition(": ") for f in (first, other))
        yield neutral("mixed", rests_on=(first, other), most=most, first=one, fewest=fewest, other=two)
