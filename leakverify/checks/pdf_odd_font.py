"""LV-PDF-020  A figure is set otherwise than its line.

What it looks at: amounts, numbers and dates that stand on a line, or in a
column, of text set otherwise.  First those in a font that the whole document
uses for these few characters only.  Three cases are told apart.  The font is one of
those every reader has, and is not embedded, while all other fonts are.  The
font is of a family that nothing else in the document uses.  Or it is a second
copy of a font that is there already, defined anew for this figure alone.
Then those that a page paints after all its other text, though what stands beside
them was painted long before, or with a gap that they fill.  Such a figure is
compared with its neighbour in family of font, size, height of the baseline and
shade.  Two differences, or one and the gap, are unusual; one is only shown.
Elsewhere, a figure counts that is a little off in size and in height at once,
beside two texts that agree in both.

Why it matters: whoever changes an amount in a finished page seldom has its
font, or a program that adds to the font that is embedded.  The new figure then
comes with a font of its own, at the end of the page, in a size and at a height
that were matched by eye.  A program that sets a whole page uses one font and one
baseline for the words of a line and their figures, and paints them in a row.

Innocent ways: a total in bold or italics, which is of the same family and only
shown; a number put into a form letter, a date stamped by a service, a price in
a display type; figures that mathematical typesetting or an Asian font takes
from a second font, which are only shown; a correction made openly by the issuer.
A form or a ticket whose one number is printed onto a finished page.  Numbers of
pages, stamps set at an angle, values of form fields, recognised text and figures
beside words of their own font are not looked at.

Repeat by hand: ``pdffonts FILE`` lists the font; ``pdftotext -bbox FILE -``
gives the place; a viewer that shows the font of a selection names it.  For the
order of painting and for sizes, ``qpdf --qdf FILE -`` shows the end of the page's
content: the operators Tf, Tm and Td before the figure.

Sources: ISO 32000-2, 9.6.2.2 (standard fonts) and 9.9.2 (subsets); the tampered
figures of COPA v Wright [2024] EWHC 1198 (Ch) and of known forged dismissal
letters were told by the font of their digits.  Measured on public PDFs, see the
strengths.
"""

from __future__ import annotations

import re
from collections import Counter
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
    "in-gap": "Page {page} paints “{figure}” after all other text, into a gap inside “{beside}”. It is set "
    "in {font} at {size} pt, {colour}; that text in {beside_font} at {beside_size} pt, {beside_colour}. The "
    "baselines are {off} pt apart.",
    "added": "Page {page} paints “{figure}” after all other text, and it stands beside “{beside}”. It is set "
    "in {font} at {size} pt, {colour}; that text in {beside_font} at {beside_size} pt, {beside_colour}. The "
    "baselines are {off} pt apart.",
    "last": "Page {page} paints “{figure}” after all other text, in {font} at {size} pt, {colour}, beside "
    "“{beside}” in {beside_font} at {beside_size} pt, {beside_colour}; the baselines are {off} pt apart. So "
    "small a difference is ordinary.",
    "awry": "Page {page} shows “{figure}” slightly off its line: at {size} pt and {off} pt higher or lower, "
    "beside “{beside}” at {beside_size} pt.",
    "numbering": "Page {page} shows “{figure}” unlike the text beside it, and other pages show a number that "
    "grows with the page: it is the number of the page.",
    "seen-in-part": "Nothing was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "form": "A program put the figure into a form letter or a template.",
    "stamp": "A service or an office stamped a date or a number on the page.",
    "display": "A designer set a price or a number in a type of its own.",
    "overprint": "A number was printed onto a form or a ticket that was finished before.",
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
#: the same of a figure in another size, height or shade
_SET = tuple(
    f"pdf.figure.set.{name}"
    for name in (
        *("text", "font", "size", "colour"),
        *("beside", "beside_font", "beside_size", "beside_colour"),
        *("raised", "last", "gap", "apart"),
    )
)
#: what counts as another size: of 1, and what is set larger or smaller on purpose
_SIZE = (0.02, 0.4)
#: what counts as another baseline, in points
_BASELINE = 0.2
#: a figure that is so much smaller or larger and so much (of its size) off the line is an index, or has one
_INDEX_SIZE, _INDEX_OFF = 0.2, 0.1
#: two shades of one colour: the most that red, green or blue differ
_SHADE = 90
_NUMBER = re.compile(r"[0-9]{1,4}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
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

    @property
    def place(self) -> tuple[int | None, tuple[float, ...] | None]:
        """Page and box, the same for whoever tells of the figure."""
        where = self.rests_on[0].where
        return where.page, where.box

    def value(self, name: str) -> str:
        return str(next(o.value for o in self.rests_on if o.name == name))

    def number(self, name: str) -> float:
        value = next(o.value for o in self.rests_on if o.name == name)
        return float(value) if isinstance(value, int | float) else 0.0

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


def _set(
    figure: str,
    font: str,
    size: float,
    colour: str,
    raised: float,
    gap: bool,
    apart: int,
    *,
    last: bool = True,
    page: int = 1,
) -> tuple[Observation, ...]:
    beside = ("Total due on", "ABCDEE+Calibri", 10.0, "#231f20")
    values: tuple[Scalar, ...] = (figure, font, size, colour, *beside, raised, last, gap, apart)
    box = (400.0, 500.0, 440.0, 509.0)
    return tuple(fact(name, value, page=page, box=box) for name, value in zip(_SET, values, strict=True))


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
        title="one amount is painted at the end of the page, 4 % larger and 0.7 pt higher than its line",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(*_WORD, *_set("9 200,00", "ABCDEE+Calibri", 10.4, "#231f20", 0.7, False, 31)),
    ),
    Example(
        title="one date fills a gap in a line and is in another font",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(*_WORD, *_set("12.03.2019", "Helvetica", 10.0, "#231f20", 0.0, True, 31)),
    ),
    Example(
        title="one amount in the middle of a line is 6 % smaller and 0.4 pt lower",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(*_WORD, *_set("9 200,00", "ABCDEE+Calibri", 9.4, "#231f20", -0.4, False, 0, last=False)),
    ),
    Example(
        title="an index of a formula ends the page",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_WORD, *_set("12", "ABCDEE+Calibri", 6.5, "#231f20", -2.0, False, 4)),
    ),
    Example(
        title="the numbers of the pages stand beside the text and are painted last",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_WORD,
            *_set("163", "Gill", 12.0, "#231f20", -0.5, False, 44, page=2),
            *_set("164", "Gill", 12.0, "#231f20", -0.5, False, 58, page=3),
        ),
    ),
    Example(
        title="the total is painted last, in bold",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_WORD, *_set("9 200,00", "ABCDEE+Calibri,Bold", 10.0, "#231f20", 0.0, False, 12)),
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
    reads=(*_ROW, *_SET, "pdf.font.program", "pdf.font.characters"),
    cost=Cost.MINUTES,
    reproduce="pdffonts FILE; pdftotext -bbox FILE -",
)
def figure_in_a_font_of_its_own(facts: Facts) -> Iterator[Answer]:
    figures = _figures(facts, _ROW)
    rows = _figures(facts, _SET)
    numbers = _numbering(rows)
    compared = {row.place: _compare(row, numbers) for row in rows}
    fonts = _fonts(facts)
    for figure in figures:
        answer, other = _judge(figure, fonts), compared.get(figure.place)
        # a figure that both readings tell of gets one answer, the one that points
        if other is None or answer.outcome is not Outcome.NEUTRAL or other.outcome is Outcome.NEUTRAL:
            compared.pop(figure.place, None)
            yield answer
    yield from compared.values()
    blind = None if figures or compared else seen_in_part(facts)
    if blind is not None:
        yield blind


def _figures(facts: Facts, names: Sequence[str]) -> list[_Figure]:
    columns: Sequence[Sequence[Observation]] = [facts.all(name) for name in names]
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


def _numbering(rows: Sequence[_Figure]) -> set[int]:
    """How far numbers are ahead of their page, where two pages show such a number."""
    ahead = Counter(one for one in map(_ahead, rows) if one is not None)
    return {one for one, amount in ahead.items() if amount > 1}


def _ahead(figure: _Figure) -> int | None:
    """By how much a bare number is larger than that of its page."""
    text, page = figure.value("pdf.figure.set.text"), figure.rests_on[0].where.page
    return int(text) - page if page is not None and _NUMBER.fullmatch(text) else None


def _compare(figure: _Figure, numbers: set[int]) -> Answer:
    """What is said of a figure in another size, height or shade. ``numbers``: see :func:`_numbering`."""
    if _ahead(figure) in numbers:
        page, text = figure.rests_on[0].where.page or "?", figure.value("pdf.figure.set.text")
        return neutral("numbering", rests_on=figure.rests_on, page=page, figure=text)
    said: dict[str, str | int | float] = {
        name.rpartition(".")[2]: figure.value(name)
        for name in _SET
        if not name.endswith((".last", ".gap", ".apart"))
    }
    off = figure.number("pdf.figure.set.raised")
    size, beside = figure.number("pdf.figure.set.size"), figure.number("pdf.figure.set.beside_size")
    gap = figure.value("pdf.figure.set.gap") == "True"
    said |= {"page": figure.rests_on[0].where.page or "?", "figure": said.pop("text"), "off": abs(off)}
    said |= {"size": size, "beside_size": beside}
    del said["raised"]
    one, other = family_of(str(said["font"])), family_of(str(said["beside_font"]))
    tex = _TEX.search(one) or _TEX.search(other)
    differences = [
        bool(one and other) and one != other and not tex,
        _shades(str(said["colour"]), str(said["beside_colour"])),
    ]
    ratio = max(size, beside) / max(min(size, beside), 0.01) - 1
    if ratio > _INDEX_SIZE and abs(off) > _INDEX_OFF * max(size, beside):
        differences.append(True)  # both of them together say no more than one
    else:
        differences += [_SIZE[0] <= ratio <= _SIZE[1], abs(off) >= _BASELINE]
    if figure.value("pdf.figure.set.last") != "True":
        kept = ("page", "figure", "size", "off", "beside", "beside_size")
        return unusual("awry", rests_on=figure.rests_on, **{name: said[name] for name in kept})
    if sum(differences) + gap >= 2:
        return unusual("in-gap" if gap else "added", rests_on=figure.rests_on, **said)
    return neutral("last", rests_on=figure.rests_on, **said)


def _shades(one: str, other: str) -> bool:
    """Whether two colours are shades of one, as when a printed black is matched by eye."""
    if one == other or not (_COLOUR.fullmatch(one) and _COLOUR.fullmatch(other)):
        return False
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return max(abs(a - b) for a, b in pairs) <= _SHADE


def family_of(font: str) -> str:
    """What fonts of one family have in common in their names, in lower case.

    >>> family_of("ABCDEE+Arial-BoldMT") == family_of("ArialMT") == "arial"
    True
    """
    stem = re.split("[-,]", _TAG.sub("", font).lower())[0]
    return _STYLE.sub("", _MAKER.sub("", stem)) or stem
