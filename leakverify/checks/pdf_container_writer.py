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
from leakverify.checks._pdf_pages import LAST_WRITER, last_writer, pattern
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "rewritten": "The document names {producer}; the file was written last by {family}, going by its bytes.",
    "as-named": "The file is written the way {family} writes, which the document names.",
}
INNOCENT = {
    "rewritten": "A program that joins, compresses, repairs, signs or linearises wrote the file anew.",
    "library": "A program built on a library of another maker puts its own name there.",
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
    reads=("pdf.revision.count", *LAST_WRITER),
    cost=Cost.SECONDS,
    reproduce="pdfinfo FILE; head -c 40 FILE | xxd; tail -c 400 FILE",
)
def producer_against_container(facts: Facts) -> Iterator[Answer]:
    producer = facts.last("pdf.info.producer")
    if producer is None or not str(producer.value).strip():
        return
    written = last_writer(facts)
    if written is None:
        return
    row, marks = written
    rests_on = (producer, *marks)
    if not pattern(row["claims"], re.IGNORECASE).search(str(producer.value)):
        said = {"producer": str(producer.value), "family": row["family"]}
        yield neutral("rewritten", rests_on=rests_on, **said)
    elif facts.value("pdf.revision.count") == 1:
        yield supports("as-named", rests_on=rests_on, family=row["family"])
