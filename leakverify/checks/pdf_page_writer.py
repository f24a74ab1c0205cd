"""LV-PDF-030  The declared program against the way the pages are drawn.

What it looks at: a PDF names the program that produced it.  Writing the file
anew changes the order and spacing of its objects, and leaves the drawing of its
pages: the operators a page begins with, the one that places a text, the names
of fonts and states, the ends of lines.  Those are compared with what the named
program draws, and with what other known programs alone draw.

Why it matters: a document that went through LibreOffice Draw, a printer driver
or a browser to be altered is drawn anew from end to end.  Producer, Creator and
dates are put back in seconds; the drawing stays that of the last program.

Innocent ways: a service that compresses or converts and keeps the Producer of
the source; a program built on a library of another maker.  Programs that take
over pages of others, such as iText, pdftk, qpdf and Acrobat, are not held to
them: that a page is drawn by a program nobody names is only shown, since 46 of 1,013
public files are like that.  A page edited in Acrobat is written in Acrobat's way under the old
Producer; that alone is said and not held against the file.

Repeat by hand: ``pdfinfo FILE; qpdf --qdf --object-streams=disable FILE - | less``
and look at the first lines of a page's content.

Sources: ISO 32000-2, 7.8.2 and 9.4; S. Adhatarao, C. Lauradoux, Robust PDF files
forensics using coding style, 2021; COPA v Wright [2024] EWHC 1198 (Ch), 560;
tables ``pdf_page_writers`` and ``pdf_producers``.  Of 1,013 public PDFs taken as
genuine none is reported; in 339 of them the pages agree with the named program.
With the name of the source put back, all of 123 files that went through
LibreOffice Draw, of 126 through Ghostscript and of 77 through a browser are
reported, and 391 of 432 built in six other ways under eight names.  The tables
were corrected on these very files: others may fare less well.

"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_pages import SHOWN, claimed, drawn_by, edited, owns, tells, told_pages
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "other-writer": "The document names {producer}; page {page} is drawn the way {family} draws, "
    "and no page the way {claimed} does.",
    "beside": "The document names {producer}; page {page} is drawn the way {family} draws, and page {other} "
    "holds no text by which its program could be told: a sheet put before a scan looks like this.",
    "unlike": "The document names {producer}; none of its pages is drawn the way {claimed} draws.",
    "xmp-names": "Info names {producer}, and no page is drawn the way {claimed} draws; XMP names {xmp}, and "
    "the pages are drawn the way that program draws.",
    "edited": "The document names {producer}; its pages are drawn the way Acrobat draws when it edits one.",
    "unnamed": "The document names {producer}, which may take over pages of other programs; page {page} is "
    "drawn the way {family} draws, which it does not name.",
    "agree": "The document names {producer}, and page {page} is drawn the way {family} draws.",
}
INNOCENT = {
    "kept": "A service compressed or converted the document and kept the name of the first program.",
    "library": "A program built on a library of another maker puts its own name there.",
    "settings": "The name was set in the settings of the program that wrote it, as TeX allows.",
}

#: operators on a page that holds a picture and nothing else
_OF_A_PICTURE = 20
#: what may name the program that drew the pages
_NAMES = ("pdf.info.producer", "pdf.info.creator", "xmp.producer", "xmp.creator_tool")

_LIBRE = (
    fact("pdf.style.page.opening", "0.1 w|q 0 r r r re|W* n|q 0 0 0 rg|BT|r r Td /F# i Tf[]TJ|ET|Q", page=1),
    fact("pdf.style.page.operators", "eol:lf text:Td+Tf+TJ show:TJ<> clip:W* fill:rg size:real", page=1),
    fact("pdf.style.page.resources", "Font=F# ProcSet=PDF,Text", page=1),
    fact("pdf.style.page.operator_count", 200, page=1),
)
_WORD = (
    fact("pdf.style.page.opening", "/P <</MCID #>> BDC BT|/F# r Tf|1 0 0 1 r r Tm|0 g|0 G|[] TJ|ET", page=1),
    fact("pdf.style.page.operators", "eol:crlf text:Tf+Tm+TJ show:TJ_() array:tight size:real", page=1),
    fact("pdf.style.page.resources", "Font=F# ProcSet=ImageB,ImageC,ImageI,PDF,Text", page=1),
)
EXAMPLES = (
    Example(
        title="went through LibreOffice Draw, and Word's name was put back",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "Microsoft® Word 2013", part="Info"), *_LIBRE),
    ),
    Example(
        title="built by a script under the name of Word",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "Microsoft® Word 2013", part="Info"),
            fact("pdf.style.page.opening", "BT /F# i Tf 1 0 0 1 i i Tm () Tj 1 0 0 1 i i Tm () Tj", page=1),
            fact("pdf.style.page.operators", "text:Tm+Tj show:Tj() size:real", page=1),
            fact("pdf.style.page.resources", "Font=F#", page=1),
            fact("pdf.style.page.operator_count", 90, page=1),
        ),
    ),
    Example(
        title="made with Word and written anew by qpdf",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "Microsoft® Word 2013", part="Info"), *_WORD),
    ),
    Example(
        title="a cover sheet drawn by LibreOffice before a scan",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "GPL Ghostscript 9.19", part="Info"),
            *_LIBRE,
            fact("pdf.style.page.shown_count", 3, page=1),
            fact("pdf.style.page.opening", "q|/GS# gs|r r r r r r cm|/Im# Do|Q", page=2),
            fact("pdf.style.page.operators", "eol:lf numbers:to7", page=2),
            fact("pdf.style.page.operator_count", 5, page=2),
            fact("pdf.style.page.shown_count", 0, page=2),
        ),
    ),
    Example(
        title="made with LibreOffice and stamped by iText, which names itself",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "iText 5.5.13", part="Info"), *_LIBRE),
    ),
)


@check(
    "LV-PDF-030",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.style.page.opening",),
    reads=(
        "pdf.info.producer",
        "pdf.info.creator",
        "xmp.producer",
        "xmp.creator_tool",
        "xmp.toolkit",
        "pdf.line_ending",
        "pdf.header.comment",
        *SHOWN,
        "pdf.style.page.operator_count",
        "pdf.style.page.shown_count",
    ),
    cost=Cost.MINUTES,
    reproduce="qpdf --qdf --object-streams=disable FILE - | less",
)
def producer_against_pages(facts: Facts) -> Iterator[Answer]:
    producer = _producer(facts)
    if producer is None:
        return
    row = drawn_by(str(producer.value), facts.text("pdf.info.creator"))
    shown = tells(facts)
    if row is None:
        for family, marks in shown.items():
            if not _named_anywhere(facts, family):
                page = marks[0].where.page or 1
                rests_on = (producer, *marks)
                yield neutral(
                    "unnamed", rests_on=rests_on, family=family, page=page, producer=str(producer.value)
                )
        return
    said = {"producer": str(producer.value), "claimed": row["family"]}
    own = shown.get(row["family"]) or owns(facts, row["family"])
    if own:
        page = next((o.where.page for o in own if o.where.page), 1)
        family = row["family"]
        yield neutral("agree", rests_on=(producer, *own), producer=said["producer"], family=family, page=page)
        return
    for family, marks in shown.items():
        if not _named_elsewhere(facts, family):
            page = marks[0].where.page or 1
            silent = _silent(facts)
            if silent:
                yield neutral(
                    "beside",
                    rests_on=(producer, *marks, silent[0]),
                    family=family, page=page, other=silent[0].where.page or 1, producer=said["producer"],
                )  # fmt: skip
                return
            yield contradicts("other-writer", rests_on=(producer, *marks), family=family, page=page, **said)
        return
    weight = _weight(facts, int(row["least"] or 0))
    if weight:
        yield _unlike(facts, producer, weight, said)


def _silent(facts: Facts) -> tuple[Observation, ...]:
    """Pages without a word, which show nobody's hand; empty unless there are as many as drawn by others.

    A cover sheet put before a scan is drawn by the program that made the cover.  A page with more operators
    than a picture takes may have its words further on than is looked at.
    """
    few = {
        o.where.page
        for o in facts.all("pdf.style.page.operator_count")
        if isinstance(o.value, int) and o.value <= _OF_A_PICTURE
    }
    shown = facts.all("pdf.style.page.shown_count")
    silent = tuple(o for o in shown if o.value == 0 and o.where.page in few)
    return silent if len(silent) >= len(told_pages(facts)) else ()


def _unlike(
    facts: Facts, producer: Observation, weight: tuple[Observation, ...], said: dict[str, str]
) -> Answer:
    """Pages that nobody known alone draws, under the name of a program that draws otherwise."""
    hand = edited(facts)
    packet = claimed(facts.text("xmp.producer"))
    if hand and packet is not None and packet["family"] == "Adobe":
        rests_on = (producer, *hand, *facts.all("xmp.producer")[-1:])
        return contradicts("xmp-names", rests_on=rests_on, xmp=facts.text("xmp.producer"), **said)
    saved = _saved_by_acrobat(facts)
    if hand and saved:
        return neutral("edited", rests_on=(producer, *hand, *saved), producer=said["producer"])
    return unusual("unlike", rests_on=(producer, *facts.all("pdf.style.page.opening")[:1], *weight), **said)


def _saved_by_acrobat(facts: Facts) -> tuple[Observation, ...]:
    """What else shows that Acrobat had the file: its metadata toolkit, or its header of a lone CR."""
    toolkit, ending, comment = (
        facts.last(name) for name in ("xmp.toolkit", "pdf.line_ending", "pdf.header.comment")
    )
    if toolkit is not None and "Adobe" in str(toolkit.value):
        return (toolkit,)
    if ending is not None and comment is not None and (ending.value, comment.value) == ("cr", "e2e3cfd3"):
        return ending, comment
    return ()


def _producer(facts: Facts) -> Observation | None:
    """What Info states, or XMP when Info does not."""
    for name in ("pdf.info.producer", "xmp.producer"):
        found = facts.last(name)
        if found is not None and str(found.value).strip():
            return found
    return None


def _named_elsewhere(facts: Facts, family: str) -> bool:
    """Whether the Creator is that program: the file says itself where its pages come from."""
    row = claimed(facts.text("pdf.info.creator"))
    return row is not None and row["family"] == family


def _named_anywhere(facts: Facts, family: str) -> bool:
    """Whether any revision, Info or XMP, names that program in any field of programs."""
    stated = (o for name in _NAMES for o in facts.all(name))
    return any((row := claimed(str(o.value))) is not None and row["family"] == family for o in stated)


def _weight(facts: Facts, least: int) -> tuple[Observation, ...]:
    """The count of the first page with enough on it to judge by; empty when none has, or none can."""
    for operators in facts.all("pdf.style.page.operator_count"):
        if least and isinstance(operators.value, int) and operators.value >= least:
            return (operators,)
    return ()
