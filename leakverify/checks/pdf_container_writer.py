"""LV-PDF-031  The declared program against the program that wrote the file last.

What it looks at: the bytes round the pages.  A program that writes a PDF anew
leaves its own comment after the header, its own spacing and numbering of
objects, and often the Producer of the program before it.  Named is the program
whose habits the bytes show, when Producer names another.

Why it matters: it says that the file in hand is not the one the named program
wrote, but a later copy of it; dates and identifiers of such a copy may be those
of the first file.  It says nothing about what the pages show.

Innocent ways: mail gateways, archives and portals write files anew to repair,
compress, join, stamp or linearise them; signing services and viewers do.  It is
shown as a fact and never scored.  A file of one save that is written the way
its Producer writes is said to be as it was made, as far as the bytes go.

Repeat by hand: ``pdfinfo FILE; head -c 40 FILE | xxd; tail -c 400 FILE``.

Sources: ISO 32000-2, 7.5; S. Adhatarao, C. Lauradoux, Robust PDF files forensics
using coding style, 2021; table ``pdf_container_writers``, measured with the
programs themselves and on public files.

"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports
from leakverify.checks._pdf_pages import pattern
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table

MESSAGES = {
    "rewritten": "The document names {producer}; the file was written last by {family}, going by its bytes.",
    "as-named": "The file is written the way {family} writes, which the document names.",
}
INNOCENT = {
    "rewritten": "A program that joins, compresses, repairs, signs or linearises wrote the file anew.",
    "library": "A program built on a library of another maker puts its own name there.",
}

_MARKS = {
    "comment": "pdf.header.comment",
    "ending": "pdf.line_ending",
    "object": "pdf.style.container.object",
    "trailer": "pdf.style.container.trailer",
    "order": "pdf.style.container.order",
}

_QPDF = (fact("pdf.header.comment", "bff7a2fe"), fact("pdf.style.container.object", "# # obj|<< /"))
EXAMPLES = (
    Example(
        title="made with Word and written anew by qpdf",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.info.producer", "Microsoft® Word 2010", part="Info"), *_QPDF),
    ),
    Example(
        title="made with pikepdf, which writes through qpdf",
        outcome=Outcome.SUPPORTS,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 1), fact("pdf.info.producer", "pikepdf 8.1", part="Info"), *_QPDF),
    ),
)


@check(
    "LV-PDF-031",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.info.producer",),
    reads=("pdf.revision.count", *_MARKS.values()),
    cost=Cost.SECONDS,
    reproduce="pdfinfo FILE; head -c 40 FILE | xxd; tail -c 400 FILE",
)
def producer_against_container(facts: Facts) -> Iterator[Answer]:
    producer = facts.last("pdf.info.producer")
    if producer is None or not str(producer.value).strip():
        return
    for row in table("pdf_container_writers"):
        marks = _fits(row, facts)
        if not marks:
            continue
        rests_on = (producer, *marks)
        if not pattern(row["claims"], re.IGNORECASE).search(str(producer.value)):
            said = {"producer": str(producer.value), "family": row["family"]}
            yield neutral("rewritten", rests_on=rests_on, **said)
        elif facts.value("pdf.revision.count") == 1:
            yield supports("as-named", rests_on=rests_on, family=row["family"])
        return


def _fits(row: Row, facts: Facts) -> tuple[Observation, ...]:
    """The observations that show the marks of a row; empty when one does not fit."""
    found = []
    for column, name in _MARKS.items():
        if not row[column]:
            continue
        stated = facts.first(name)
        if stated is None or not pattern(row[column]).match(str(stated.value)):
            return ()
        found.append(stated)
    return tuple(found)
