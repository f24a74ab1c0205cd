"""LV-OLE-004  The program the properties name against what the document itself keeps.

What it looks at: the properties of an old Office file name a program and its
version, and any program can set them.  A workbook keeps the generation of Excel
that saved it last, a Word document a number and a build of the program that
wrote it.  Both are written by the program into the document itself and are not
among the properties.

Why it matters: a document made with another program and labelled as Word or
Excel keeps the marks of the program that made it.

Innocent ways: a service converts a document and copies the properties of its
source; rights management and document servers put properties of their own over
a document they wrap, which is only shown.

Repeat by hand: ``exiftool -Software -AppVersion FILE; file FILE``; bytes 0x22 to
0x4B of the stream WordDocument, bytes 16 and 17 of the stream Workbook
(``oledump.py FILE``).

Sources: MS-XLS 2.4.21 (verLastXLSaved); MS-DOC 2.5.5 and the Word 97 format
description (lProductCreated); of 134 public files that state both all agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._ole_programs import OTHERS, claims_office, excel_generation, magic, stated_generation
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "excel": "The properties are of Office {stated}; the workbook itself was last saved by {own}.",
    "unlike-excel": "The properties name {application}; the workbook begins with build {build}, as "
    "{other} writes it.",
    "unlike-word": "The properties name {application}; the document itself was last saved by {other}.",
    "word": "The properties are of Office {stated}; the document itself was last saved by Word {own}.",
    "unlike-powerpoint": "The properties name {application}; the file calls itself {named}, as LibreOffice "
    "and "
    "OpenOffice do and PowerPoint does not.",
    "agrees": "Properties and document name the same generation of Office, {stated}.",
    **ABSENT,
}
INNOCENT = {
    "converter": "A converter copied the properties of its source.",
    "wrapped": "Rights management or a document server set properties of its own.",
}
#: builds that other programs write where Excel writes its own, which were those of Excel 97
_IMITATORS = {4307: "Apache POI", 3515: "LibreOffice"}
_SLIDES = "MS PowerPoint 97"

EXAMPLES = (
    Example(
        title="a workbook of another program labelled Excel 2003",
        outcome=Outcome.CONTRADICTS,
        formats=("ole",),
        facts=(
            fact("ole.kind", "xls"),
            fact("ole.summary.application", "Microsoft Excel"),
            fact("ole.document.version", "11.9999"),
            fact("xls.last_saved", 0, part="Workbook"),
            fact("xls.bof", "0x0600 0x0005 build 3515 year 1996", part="Workbook"),
        ),
    ),
    Example(
        title="a document of LibreOffice labelled Word",
        outcome=Outcome.CONTRADICTS,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("ole.summary.application", "Microsoft Office Word"),
            fact("ole.document.version", "11.8132"),
            fact("doc.fib.revised_by", "magic 0x6c6f build 0", part="WordDocument"),
        ),
    ),
    Example(
        title="Excel 2003 as it writes",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("ole.kind", "xls"),
            fact("ole.summary.application", "Microsoft Excel"),
            fact("ole.document.version", "11.9999"),
            fact("xls.last_saved", 3, part="Workbook"),
        ),
    ),
    Example(
        title="LibreOffice, open about itself",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("doc.fib.revised_by", "magic 0x6c6f build 0", part="WordDocument"),
        ),
    ),
)


@check(
    "LV-OLE-004",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("ole",),
    reads=(
        "ole.kind", "ole.stream", "ole.summary.application", "ole.document.version", "xls.last_saved",
        "xls.bof", "xls.systems", "ole.comp_obj", "doc.fib.revised_by", "doc.fib.build",
    ),
    cost=Cost.HOURS,
    reproduce="exiftool -Software -AppVersion FILE; oledump.py FILE",
)  # fmt: skip
def ole_program(facts: Facts) -> Iterator[Answer]:
    kind = facts.text("ole.kind")
    readers = {"doc": _word, "xls": _excel, "ppt": _powerpoint}
    if kind not in readers:
        if not kind:
            yield absent(facts, "ole.kind")
        return
    wrapped = any(str(o.value).endswith("DRMContent") for o in facts.all("ole.stream"))
    for answer in readers[kind](facts):
        if wrapped and answer.outcome is Outcome.CONTRADICTS:
            yield neutral(answer.message, rests_on=answer.rests_on, **answer.params)
        else:
            yield answer


def _excel(facts: Facts) -> Iterator[Answer]:
    stated, saved = stated_generation(facts), facts.last("xls.last_saved")
    application, begin = claims_office(facts), facts.last("xls.bof")
    own = excel_generation(saved.value) if saved is not None and isinstance(saved.value, int) else None
    if stated is not None and saved is not None and own is not None:
        if own != stated[1]:
            yield contradicts("excel", rests_on=(stated[0], saved), stated=stated[1], own=f"Excel {own}")
        else:
            yield neutral("agrees", rests_on=(stated[0], saved), stated=stated[1])
    elif application is not None and begin is not None and not facts.text("xls.systems"):
        # Excel of these builds, of 97, always states its version and its system
        for build, other in _IMITATORS.items():
            if f"build {build} year 1996" in str(begin.value):
                yield contradicts(
                    "unlike-excel", rests_on=(application, begin), application=str(application.value),
                    build=build, other=other,
                )  # fmt: skip


def _powerpoint(facts: Facts) -> Iterator[Answer]:
    application, named = claims_office(facts), facts.last("ole.comp_obj")
    if application is not None and named is not None and str(named.value).startswith(_SLIDES):
        yield contradicts(
            "unlike-powerpoint", rests_on=(application, named), application=str(application.value),
            named=str(named.value),
        )  # fmt: skip


def _word(facts: Facts) -> Iterator[Answer]:
    revised, application = facts.last("doc.fib.revised_by"), claims_office(facts)
    stated, build = stated_generation(facts), facts.last("doc.fib.build")
    program = None if revised is None else magic(revised)
    if revised is not None and program is not None and program[0] in OTHERS:
        if application is not None:
            yield contradicts(
                "unlike-word", rests_on=(application, revised), application=str(application.value),
                other=OTHERS[program[0]],
            )  # fmt: skip
        return
    if stated is None:
        return
    if build is not None:
        own = str(build.value).partition(".")[0]
        if own != str(stated[1]):
            yield contradicts("word", rests_on=(stated[0], build), stated=stated[1], own=own)
        else:
            yield neutral("agrees", rests_on=(stated[0], build), stated=stated[1])
