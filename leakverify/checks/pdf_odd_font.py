"""LV-PDF-020  A figure is set in a font that nothing else uses.

What it looks at: amounts, numbers and dates that stand on a line, or in a
column, of text of the same size, in a font that the whole document uses for
these few characters only.  Three cases are told apart.  The font is one of
those every reader has, and is not embedded, while all other fonts are.  The
font is of a family that nothing else in the document uses.  Or it is a second
copy of a font that is there already, defined anew for this figure alone.

Why it matters: whoever changes an amount in a finished page seldom has its
font, or a program that adds to the font that is embedded.  The new figure then
comes with a font of its own.  A program that sets a whole page uses one font
for its words and their figures.

Innocent ways: a total in bold or italics, which is of the same family and only
shown; a number put into a form letter, a date stamped by a service, a price in
a display type; figures that mathematical typesetting or an Asian font takes
from a second font, which are only shown; a correction made openly by the issuer.
Numbers of pages, stamps set at an angle and figures beside words of their own
font are not looked at.

Repeat by hand: ``pdffonts FILE`` lists the font; ``pdftotext -bbox FILE -``
gives the place; a viewer that shows the font of a selection names it.

Sources: ISO 32000-2, 9.6.2.2 (standard fonts) and 9.9.2 (subsets); the tampered
figures of COPA v Wright [2024] EWHC 1198 (Ch) and of known forged dismissal
letters were told by the font of their digits.  Measured on public PDFs, see the
strengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import seen_in_part
from leakverify.evidence import Cost, Family, Observation, Outcome, Question, Scalar

MESSAGES = {
    "base-font": "Page {page} shows “{figure}” in {font}, which is not embedded and shows only {amount} "
    "characters in the whole document; all other fonts are embedded. Beside it stands “{beside}” in "
    "{beside_font}.",
    "other-family": "Page {page} shows “{figure}” in {font}, a family that shows only these {amount} "
    "characters in the whole document. Beside it stands “{beside}” in {beside_font}.",
    "second-copy": "Page {page} shows “{figure}” in a second copy of {font} that was defined for these "
    "{amount} characters only. Beside it stands “{beside}” in {beside_font}.",
    "alone": "Page {page} shows “{figure}” in {font}, which is not embedded and shows only {amount} "
    "characters in the whole document; all other fonts are embedded.",
    "variant": "Page {page} shows “{figure}” in {font}, which shows only {amount} characters in the whole "
    "document, beside “{beside}” in {beside_font}; such a variant or supplement is ordinary.",
    "seen-in-part": "Nothing was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "form": "A program put the figure into a form letter or a template.",
    "stamp": "A service or an office stamped a date or a number on the page.",
    "display": "A designer set a price or a number in a type of its own.",
    "correction": "The issuer corrected the figure openly.",
}

#: names of the figure's facts in the order in which the reader yields them
_ROW = (
    "pdf.figure.text",
    "pdf.figure.font",
    "pdf.figure.font_characters",
    "pdf.figure.font_embedded",
    "pdf.figure.beside",
    "pdf.figure.beside_font",
)
_TAG = re.compile(r"^[A-Z]{6}\+")
_MAKER = re.compile(r"(?:ps)?(?:mt)?$")
_STYLE = re.compile(
    r"bold|italic|oblique|regular|book|medium|light|semi|demi|extra|black|heavy|thin|condensed|narrow|[_ ]"
)
#: families of TeX, which takes digits of formulas from a font of their own
_TEX = re.compile(
    r"(?:cm|lm|sf|ec|tc|ms|eu|px|tx|pxr|txr|ts1|stix|rsfs|mt)[a-z]{0,9}\d{1,4}$|latinmodern|^lm(?:roman|math|sans|mono)"
)
_DRAWN = re.compile(r"[A-Za-z\u00c0-\u024f0-9$£€¥]")
#: characters the first copy of a font shows at least, for a second one to be odd
_MUCH = 100
#: signs that a standard font shows in every encoding
_PLAIN = re.compile(r"[0-9.,:/' -]+")


@dataclass(frozen=True, slots=True)
class _Figure:
    rests_on: tuple[Observation, ...]

    def value(self, name: str) -> str:
        return str(next(o.value for o in self.rests_on if o.name == name))

    @property
    def embedded(self) -> bool:
        return any(o.name == "pdf.figure.font_embedded" and o.value is True for o in self.rests_on)


@dataclass(frozen=True, slots=True)
class _Font:
    name: str
    embedded: bool
    part: str
    characters: int


def _row(
    figure: str, font: str, amount: int, embedded: bool, beside: str, other: str
) -> tuple[Observation, ...]:
    values: tuple[Scalar, ...] = (figure, font, amount, embedded, beside, other)
    box = (400.0, 500.0, 440.0, 509.0)
    pairs = zip(_ROW, values, strict=True)
    return tuple(fact(name, value, part="obj 30 0", page=1, box=box) for name, value in pairs)


def _used(name: str, program: str, part: str, characters: int = 900) -> tuple[Observation, ...]:
    return (
        fact("pdf.font.used", name, part=part, page=1),
        fact("pdf.font.characters", characters, part=part, page=1),
        fact("pdf.font.program", program, part=part, page=1),
    )


_WORD = (
    *_used("ABCDEE+Calibri", "FontFile2 TrueType", "obj 5 0"),
    *_used("ABCDEE+Calibri,Bold", "FontFile2 TrueType", "obj 9 0"),
)

EXAMPLES = (
    Example(
        title="one amount of an invoice is in Helvetica, which is not embedded",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_WORD,
            *_used("Helvetica", "not embedded", "obj 30 0"),
            *_row("9 200,00", "Helvetica", 8, False, "Total TTC", "ABCDEE+Calibri"),
        ),
    ),
    Example(
        title="a document in Times whose one date is in a second Times of its own",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_used("Times-Roman", "not embedded", "obj 5 0"),
            *_used("Times-Roman", "not embedded", "obj 30 0"),
            *_row("12.03.2019", "Times-Roman", 10, False, "signed on", "Times-Roman"),
        ),
    ),
    Example(
        title="the total alone is in bold",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_WORD, *_row("9 200,00", "ABCDEE+Calibri,Bold", 8, True, "Total TTC", "ABCDEE+Calibri")),
    ),
    Example(
        title="digits of a formula come from Computer Modern",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_used("IWRXYP+CMR10", "FontFile Type1", "obj 30 0"),
            *_used("NimbusRomNo9L-Regu", "FontFile Type1", "obj 5 0"),
            *_row("100", "IWRXYP+CMR10", 12, True, "between", "NimbusRomNo9L-Regu"),
        ),
    ),
    Example(
        title="every font of the document shows words",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=_WORD,
    ),
)


@check(
    "LV-PDF-020",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("pdf",),
    needs=("pdf.font.used",),
    reads=(*_ROW, "pdf.font.program", "pdf.font.characters"),
    cost=Cost.MINUTES,
    reproduce="pdffonts FILE; pdftotext -bbox FILE -",
)
def figure_in_a_font_of_its_own(facts: Facts) -> Iterator[Answer]:
    figures = _figures(facts)
    fonts = _fonts(facts)
    for figure in figures:
        yield _judge(figure, fonts)
    blind = None if figures else seen_in_part(facts)
    if blind is not None:
        yield blind


def _figures(facts: Facts) -> list[_Figure]:
    columns: Sequence[Sequence[Observation]] = [facts.all(name) for name in _ROW]
    return [_Figure(row) for row in zip(*columns, strict=False) if len({o.where for o in row}) == 1]


def _fonts(facts: Facts) -> list[_Font]:
    """Every font that shows text."""
    programs = {(o.where.part, o.where.page): str(o.value) for o in facts.all("pdf.font.program")}
    amounts = {(o.where.part, o.where.page): o.value for o in facts.all("pdf.font.characters")}
    found = []
    for observation in facts.all("pdf.font.used"):
        place = (observation.where.part, observation.where.page)
        amount = amounts.get(place)
        embedded = programs.get(place, "") != "not embedded"
        name = str(observation.value)
        found.append(_Font(name, embedded, place[0], amount if isinstance(amount, int) else 0))
    return found


def _judge(figure: _Figure, fonts: list[_Font]) -> Answer:
    font, part = figure.value("pdf.figure.font"), figure.rests_on[0].where.part
    beside, beside_font = figure.value("pdf.figure.beside"), figure.value("pdf.figure.beside_font")
    others = [known for known in fonts if known.part != part or known.name != font]
    said: dict[str, str | int] = {
        "page": figure.rests_on[0].where.page or "?",
        "figure": figure.value("pdf.figure.text"),
        "font": font,
        "amount": figure.value("pdf.figure.font_characters"),
        "beside": beside,
        "beside_font": beside_font,
    }
    message = _case(font, figure, others, beside)
    if message == "variant":
        return neutral(message, rests_on=figure.rests_on, **said)
    return unusual(message, rests_on=figure.rests_on, **said)


def _case(font: str, figure: _Figure, others: list[_Font], beside: str) -> str:
    own = family_of(font)
    if not own or not others or _TEX.search(own):
        return "variant"
    if not beside and not figure.embedded and all(known.embedded for known in others):
        return "alone"
    if not _DRAWN.search(beside):
        return "variant"
    same = [known for known in others if family_of(known.name) == own]
    if not figure.embedded and all(known.embedded for known in others) and not same:
        return "base-font"
    if not same:
        return "other-family"
    first = [
        known for known in same if known.name == font and known.name == figure.value("pdf.figure.beside_font")
    ]
    plain = _PLAIN.fullmatch(figure.value("pdf.figure.text"))
    if not figure.embedded and plain and len(first) == 1 and first[0].characters >= _MUCH:
        return "second-copy"
    return "variant"


def family_of(font: str) -> str:
    """What fonts of one family have in common in their names, in lower case.

    >>> family_of("ABCDEE+Arial-BoldMT") == family_of("ArialMT") == "arial"
    True
    """
    stem = re.split("[-,]", _TAG.sub("", font).lower())[0]
    return _STYLE.sub("", _MAKER.sub("", stem)) or stem
