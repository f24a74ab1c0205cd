"""LV-PDF-024  An embedded font holds a digit that no page shows.

What it looks at: programs that embed only the characters used leave out all
others.  Reported are subsets in which everything is used but one or two digits.
It counts where the named program is one that was never seen to embed a
character more than it shows: LibreOffice, OpenOffice, Skia and cairo.

Why it matters: the page showed these digits when its font was embedded.
Whoever exchanges a digit inside the page leaves the old one behind in the font.

Innocent ways: a page was taken out, or the page was cut from a longer document;
a chart or a field was removed; text was trimmed by the author's own program.

Repeat by hand: ``pdffonts FILE``; extract the font with ``mutool extract FILE``
and list its glyphs with ``ttx -l -t cmap FONT``; ``pdftotext FILE -``.

Sources: ISO 32000-2, 9.9.2.  Measured on fonts of public PDFs: LibreOffice 39 of
39 subsets hold what is used and nothing else, OpenOffice 12 of 12, Skia 25 of
27, cairo 7 of 7, Ghostscript 131 of 135, Quartz 112 of 129, Word 1 of 36.  Of
documents of several pages, cut to one, one in thirteen would be reported if
every program counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "digit": "The font {font} was embedded by {producer}, which embeds what is shown and no more; it holds "
    "“{idle}”, which no page shows in it. It was shown when the font was embedded.",
    "shown-only": "The font {font} holds “{idle}”, which no page shows in it; everything else in it is "
    "shown.",
}
INNOCENT = {
    "pages-removed": "A page was taken out, or the pages were cut from a longer document.",
    "trimmed": "A chart, a field or a line was removed by the author's own program.",
}

#: programs whose subsets were measured to be exact
_EXACT = re.compile(r"LibreOffice|OpenOffice|Skia/PDF|\bcairo\b")
_MOST = 2


def _subset(idle: str) -> tuple[Observation, ...]:
    return (
        fact("pdf.font.used", "BAAAAA+LiberationSans", part="obj 9 0", page=1),
        fact("pdf.font.idle", idle, part="obj 9 0", page=1),
    )


EXAMPLES = (
    Example(
        title="an invoice made with LibreOffice whose font holds a 4 that is nowhere",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "LibreOffice 7.4", part="Info"), *_subset("4")),
    ),
    Example(
        title="a letter is left over: a page was cut from a longer document",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "LibreOffice 7.4", part="Info"), *_subset("QX")),
    ),
    Example(
        title="a program that embeds more than it shows",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "Microsoft® Word 2016", part="Info"), *_subset("4")),
    ),
)


@check(
    "LV-PDF-024",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.font.used",),
    reads=("pdf.font.idle", "pdf.info.producer"),
    cost=Cost.HOURS,
    reproduce="pdffonts FILE; pdftotext FILE -",
)
def idle_digit(facts: Facts) -> Iterator[Answer]:
    producer = facts.last("pdf.info.producer")
    for idle in facts.all("pdf.font.idle"):
        used = [o for o in facts.all("pdf.font.used") if o.where == idle.where]
        said = {"font": str(used[0].value) if used else "?", "idle": str(idle.value)}
        if producer and _EXACT.search(str(producer.value)) and _few_digits(str(idle.value)):
            rests_on = (producer, *used, idle)
            yield unusual("digit", rests_on=rests_on, producer=str(producer.value), **said)
        else:
            yield neutral("shown-only", rests_on=(*used, idle), **said)


def _few_digits(idle: str) -> bool:
    return idle.isdigit() and idle.isascii() and len(idle) <= _MOST
