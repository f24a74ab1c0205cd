"""LV-PDF-022  A font shows one character and gives another when it is copied.

What it looks at: a PDF font says of each code which glyph is drawn and, apart
from that, which character is meant (ToUnicode).  The program of the font names
its glyphs, or maps characters to them, on its own.  Compared are the codes
the pages use, and only digits with digits and Latin letters with Latin
letters.  Fonts in which many codes disagree are broken and not held against
the document.

Why it matters: with one digit exchanged in one of the two tables the page
shows 8 and every search, copy and machine reads 3.

Innocent ways: a program that numbers the glyphs of its subset and writes names
that belong to others; a font that gives small capitals or old digits the names
of other letters; a publisher who garbles a few characters against copying.

Repeat by hand: select the character in a viewer and paste it; ``pdffonts FILE``
and ``qpdf --qdf FILE -`` show the ToUnicode table of the font.

Sources: ISO 32000-2, 9.6.5 and 9.10; I. Markwood, D. Shen, Y. Liu, Z. Lu, PDF
Mirage: Content Masking Attack Against Information-Based Online Services, USENIX
Security 2017.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, unusual
from leakverify.checks._text import seen_in_part
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "digit": "In the font of {part}, first used on page {page}, a code shows the digit {shown} and gives "
    "{given} when it is copied or searched.",
    "letter": "In the font of {part}, first used on page {page}, a code shows the letter {shown} and gives "
    "{given} when it is copied or searched.",
    "seen-in-part": "Nothing was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "names": "The program that made the subset gave its glyphs names that belong to others.",
    "garbled": "The publisher garbled a few characters against copying.",
}


def _pair(shown: str, given: str) -> tuple[Observation, ...]:
    return (
        fact("pdf.font.used", "KSWQXA+ArialMT", part="obj 7 0", page=1),
        fact("pdf.font.glyph_shows", shown, part="obj 7 0", page=1),
        fact("pdf.font.map_gives", given, part="obj 7 0", page=1),
    )


EXAMPLES = (
    Example(
        title="the page shows 8 and gives 3",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=_pair("8", "3"),
    ),
    Example(
        title="the page shows e and gives W", outcome=Outcome.UNUSUAL, formats=("pdf",), facts=_pair("e", "W")
    ),
    Example(
        title="what is shown is what is given",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.font.used", "KSWQXA+ArialMT", part="obj 7 0", page=1),),
    ),
)


@check(
    "LV-PDF-022",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.font.used",),
    reads=("pdf.font.glyph_shows", "pdf.font.map_gives"),
    cost=Cost.MINUTES,
    reproduce="qpdf --qdf FILE -",
)
def shown_against_given(facts: Facts) -> Iterator[Answer]:
    pairs = list(zip(facts.all("pdf.font.glyph_shows"), facts.all("pdf.font.map_gives"), strict=False))
    for shown, given in pairs:
        said = {"shown": str(shown.value), "given": str(given.value)}
        place: dict[str, str | int] = {
            "part": shown.where.part or "the page",
            "page": shown.where.page or "?",
        }
        if str(shown.value).isdigit():
            yield contradicts("digit", rests_on=(shown, given), **said, **place)
        else:
            yield unusual("letter", rests_on=(shown, given), **said, **place)
    blind = None if pairs else seen_in_part(facts)
    if blind is not None:
        yield blind
