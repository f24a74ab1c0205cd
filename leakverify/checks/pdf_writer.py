"""LV-PDF-003  The declared Producer against the way the file is written.

What it looks at: a PDF names the program that produced it.  Programs differ in
what nobody sees: the bytes of the comment after the header, the order of the
keys of a page, and of those of the trailer, among them a checksum that one
family alone writes.  Two such marks together identify LibreOffice and
OpenOffice, Microsoft Office, Quartz, Ghostscript, TeX, Skia, cairo and
ReportLab.  Reported is a file that is positively of one of them and names
another known program.

Why it matters: the name of the program is one string and typed in seconds.  The
way a program writes its file has to be rebuilt on purpose.

Innocent ways: a program built on a library of another maker that puts its own
name there; a service that keeps the Producer of the source when it converts
anew.  Programs that only rewrite, like qpdf and PDFium, write a way of their
own and identify nobody here.  Those that append to files of others, like
Acrobat and iText, may name themselves in a file that somebody else wrote, and
are not held against it.  What merely does not look like the named program is
never reported.

Repeat by hand: ``pdfinfo FILE; head -c 40 FILE | xxd; tail -c 400 FILE``.

Sources: S. Adhatarao, C. Lauradoux, Robust PDF files forensics using coding
style, 2021; COPA v Wright [2024] EWHC 1198 (Ch), 560; marks measured, see
``pdf_writers`` and ``pdf_producers``.  Of 705 public PDFs with a Producer
198 are identified and agree with it, and none is reported.  With another one
written into 72 of such programs by ExifTool, 49 of 50 are reported that nobody
had written anew before; written anew by qpdf none is.

"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._pdf_pages import claimed as claimed_by
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table

MESSAGES = {
    "other-writer": "The document names {producer} and is written the way {family} writes.",
    "agree": "The document names {producer} and is written the way {family} writes.",
}
INNOCENT = {
    "library": "A program built on a library of another maker puts its own name there.",
    "kept": "A converter wrote the document anew and kept the name of the program it was made with.",
    "settings": "The name was set in the settings of the program that wrote it, as TeX allows.",
}

_MARKS = {"comment": "pdf.header.comment", "page": "pdf.page.keys", "trailer": "pdf.trailer.keys"}

_LIBRE = (
    fact("pdf.revision.count", 1),
    fact("pdf.header.comment", "c3a4c3bcc3b6c39f"),
    fact("pdf.page.keys", "Type Parent Resources MediaBox Group Contents", page=1),
    fact("pdf.trailer.keys", "Size Root Info ID DocChecksum"),
)
EXAMPLES = (
    Example(
        title="made with LibreOffice and named after Word",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(*_LIBRE, fact("pdf.info.producer", "Microsoft® Word 2010", part="Info")),
    ),
    Example(
        title="made with LibreOffice, which says so",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_LIBRE, fact("pdf.info.producer", "LibreOffice 7.4", part="Info")),
    ),
    Example(
        title="made with Word and written anew by qpdf",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 1),
            fact("pdf.header.comment", "bff7a2fe"),
            fact("pdf.page.keys", "Contents Group MediaBox Parent Resources Type", page=1),
            fact("pdf.trailer.keys", "ID Info Root Size"),
            fact("pdf.info.producer", "Microsoft® Word 2010", part="Info"),
        ),
    ),
    Example(
        title="made with LibreOffice, then stamped by a program that appends and names itself",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            *_LIBRE[1:],
            fact("pdf.info.producer", "LibreOffice 7.4", part="Info", revision=1),
            fact("pdf.info.producer", "iText 5.5.13", part="Info", revision=2),
        ),
    ),
)


@check(
    "LV-PDF-003",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("pdf",),
    needs=("pdf.info.producer",),
    reads=(*_MARKS.values(), "pdf.revision.count"),
    cost=Cost.MINUTES,
    reproduce="pdfinfo FILE; head -c 40 FILE | xxd; tail -c 400 FILE",
)
def producer_against_writer(facts: Facts) -> Iterator[Answer]:
    producer = facts.last("pdf.info.producer")
    claimed = claimed_by("" if producer is None else str(producer.value))
    if producer is None or claimed is None:
        return
    for row in table("pdf_writers"):
        marks = _fits(row, facts)
        if not marks:
            continue
        said = {"producer": str(producer.value), "family": row["family"]}
        if row["family"] == claimed["family"]:
            yield neutral("agree", rests_on=(producer, *marks), **said)
        elif claimed["appends"] != "yes" or facts.value("pdf.revision.count") == 1:
            yield unusual("other-writer", rests_on=(producer, *marks), **said)
        return


def _fits(row: Row, facts: Facts) -> tuple[Observation, ...]:
    """The observations that show the marks of a row; empty when one does not fit."""
    found = []
    for column, name in _MARKS.items():
        if not row[column]:
            continue
        stated = facts.first(name)
        if stated is None or not re.fullmatch(row[column], str(stated.value)):
            return ()
        found.append(stated)
    return tuple(found)
