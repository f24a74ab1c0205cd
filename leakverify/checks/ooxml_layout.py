"""LV-OOX-001  The declared application against the way the file is written.

What it looks at: an Office document names the program that wrote it.  Other
programs leave habits of their own in the parts and in the ZIP archive around
them: the namespaces they declare, the identifiers of their built-in template,
the build they imitate, the order in which LibreOffice packs.  A document that
names Microsoft Office and was positively written by another program is
reported.

Why it matters: the name of the application is one line of XML and typed in
seconds; the way a program writes its parts has to be rebuilt on purpose.

Innocent ways: a converter or a cleaning service wrote the document anew and
left the name of the application; reports are made by programs that set a
person as author and name Office, to look tidy.  A document that is open about
its maker, in properties no person sets, is only shown.  That somebody merely
packed a document of Office again is another question, that of LV-OOX-004.

Repeat by hand: ``unzip -p FILE docProps/app.xml word/document.xml | head -c 3000``
and ``zipinfo -v FILE | grep -E 'version|system|flag|modified|extra'``.

Sources: ECMA-376 parts 1 and 2; marks measured, see ``ooxml_dialects`` and
``zip_writers``; the general rule, test the declared fingerprint against
structure, after the analysis of Olympic Destroyer, Kaspersky 2018.
Measured: none of 516 public Office files is reported, and all of 22 public
files of LibreOffice whose application was changed to Word or Excel, as were 44
of 45 made with LibreOffice, python-docx, openpyxl, XlsxWriter and pandoc.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._versions import (
    NAMES_WORD,
    WRITING,
    claims_microsoft,
    dialect,
    scripted_default,
    writer,
)
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "dialect": "The document names {application}, and its parts are written as {suite} writes them.",
    "suite": "The document names {application} and was packed the way {writer} does.",
    "open-script": "The document names {application} and is written by {library}; its properties are the "
    "defaults of that program, which leaves the name of Office there.",
}
INNOCENT = {
    "converter": "A service converted or cleaned the document and left the name of the application.",
    "report": "A program made the document as a report or a form letter and names Office in all it makes.",
    "resaved": "The document was saved in another suite, which kept or imitated the name.",
}

_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_OWN = "00034616 0006063C 0015074B 0029639D 00326F90 00AA1D8D 00B47730 00CB0664 00FC693F"
_SCRIPT = (fact("zip.made_by", "3.20"), fact("zip.flags.first", "0x0"), fact("zip.times", "real"))
_PACKED_BY_OFFICE = (
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("zip.times", "all-1980"),
)

EXAMPLES = (
    Example(
        title="made by a script from the template of its library, with a person as author",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_SCRIPT,
            fact("ooxml.core.creator", "Jeanne Martin"),
            fact("docx.rsid.declared_values", _OWN, part="word/settings.xml"),
        ),
    ),
    Example(
        title="written by LibreOffice, then packed again as Office does, with the name changed",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_PACKED_BY_OFFICE,
            fact("ooxml.namespace", _SHAPE, part="word/document.xml"),
        ),
    ),
    Example(
        title="slides written by LibreOffice, with the name changed",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.application", "Microsoft Office PowerPoint", part="docProps/app.xml"),
            fact("zip.first_entry", "_rels/.rels"),
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x808"),
            fact("zip.times", "real"),
            fact("ooxml.part", "_rels/.rels"),
            fact("ooxml.part", "[Content_Types].xml"),
        ),
    ),
    Example(
        title="a form letter: a template made with Word, filled in by a script",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_SCRIPT,
            fact("ooxml.core.creator", "Jeanne Martin"),
            fact("docx.rsid.declared_values", "00A12F3C 00B81D22", part="word/settings.xml"),
        ),
    ),
    Example(
        title="made by a script from the template of its library, then edited in Word",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_PACKED_BY_OFFICE,
            fact("ooxml.core.creator", "Jeanne Martin"),
            fact("docx.rsid.declared_values", _OWN, part="word/settings.xml"),
        ),
    ),
    Example(
        title="re-saved with LibreOffice, which says so",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.application", "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"),
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x808"),
            fact("zip.first_entry", "_rels/.rels"),
            fact("ooxml.part", "_rels/.rels"),
            fact("ooxml.part", "[Content_Types].xml"),
            fact("zip.times", "real"),
        ),
    ),
    Example(
        title="a spreadsheet exported by a program on XlsxWriter",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.application", "Microsoft Excel"),
            fact("ooxml.app.app_version", "12.0000"),
            fact("zip.made_by", "3.20"),
            fact("zip.flags.first", "0x0"),
            fact("zip.times", "real"),
            fact("zip.time.latest", "1980-01-31T00:00:00"),
            fact("xlsx.build", "4505"),
            fact("xlsx.calc_id", "124519"),
        ),
    ),
)


@check(
    "LV-OOX-001",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("ooxml",),
    needs=("ooxml.app.application", "zip.made_by"),
    reads=WRITING,
    cost=Cost.MINUTES,
    reproduce="unzip -p FILE docProps/app.xml; zipinfo -v FILE | grep -E 'version|system|flag|extra'",
)
def application_against_writer(facts: Facts) -> Iterator[Answer]:
    application = facts.last("ooxml.app.application")
    if application is None or not claims_microsoft(facts):
        return
    name = {"application": str(application.value)}
    written = dialect(facts)
    if written is not None:
        suite, marks = written
        default = scripted_default(facts, suite)
        if default is None:
            yield unusual("dialect", rests_on=(application, *marks), suite=suite, **name)
        else:
            yield neutral("open-script", rests_on=(application, *marks, default[0]), library=suite, **name)
        return
    packer = writer(facts)
    if packer is not None and packer.kind == "suite":
        yield unusual("suite", rests_on=(application, *packer.marks), writer=packer.name, **name)
