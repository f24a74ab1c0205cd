"""LV-OOX-001  The declared application against the way the file is written.

What it looks at: an Office document names the program that wrote it.  Other
programs leave habits of their own in the parts and in the ZIP archive around
them: the namespaces they declare, the identifiers of their built-in template,
the build they imitate, the order in which LibreOffice packs.  Reported is a
document that names Microsoft Office and was positively written by another
program, that lacks what every release of Word or Excel writes, whose Word is
younger than the version it states, or that is packed as Office packs while a
part of it begins as Office never begins one.

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
Measured: of 566 public Office files 3 are reported, all written by programs that
name Office, and all of 45 files of other programs whose application was changed
to Word or Excel.  In all of 394 files that were packed by Office alone each part
begins with one and the same declaration, but for styles of charts and ActiveX
controls, and in all of 260 of Word the namespaces are those of the stated
version.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._versions import (
    BEGINS,
    NAMES_WORD,
    WRITING,
    begun_otherwise,
    claims_microsoft,
    dialect,
    generation,
    is_word,
    packed_whole_by_office,
    scripted_default,
    writer,
)
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "dialect": "The document names {application}, and its parts are written as {suite} writes them.",
    "suite": "The document names {application} and was packed the way {writer} does.",
    "no-word": "The document names {application}, and its main part declares few namespaces ({prefixes}): "
    "every release of Word declares more. Another program wrote it.",
    "no-excel": "The document names {application}, and its workbook does not say that Excel wrote it "
    "(fileVersion), as every workbook of Excel does. Another program wrote it.",
    "version": "The document states AppVersion {version} of {application}, and its main part declares the "
    "namespaces of {product}, which is younger.",
    "declaration": "The document names {application} and is packed as Office packs; {part} begins with "
    "{declaration}, as no part that Office writes does: another program wrote that part.",
    "open-script": "The document names {application} and is written by {library}; its properties are the "
    "defaults of that program, which leaves the name of Office there.",
}
INNOCENT = {
    "converter": "A service converted or cleaned the document and left the name of the application.",
    "report": "A program made the document as a report or a form letter and names Office in all it makes.",
    "resaved": "The document was saved in another suite, which kept or imitated the name.",
    "assembled": "A program put the document together from pieces of several, or exchanged a part of it.",
}

_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_OWN = "00034616 0006063C 0015074B 0029639D 00326F90 00AA1D8D 00B47730 00CB0664 00FC693F"
_SCRIPT = (fact("zip.made_by", "3.20"), fact("zip.flags.first", "0x0"), fact("zip.times", "real"))
_PACKED_BY_OFFICE = (
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("zip.times", "all-1980"),
)
_WORD_2016 = "wpc cx cx1 mc o r m v wp14 wp w10 w w14 w15 w16se wpg wpi wne wps"

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
        title="saved by Word 2016, with the version changed to 2010",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_PACKED_BY_OFFICE,
            fact("ooxml.kind", "docx"),
            fact("ooxml.app.app_version", "14.0000"),
            fact("ooxml.root_prefixes", _WORD_2016, part="word/document.xml"),
        ),
    ),
    Example(
        title="a part rewritten by a script, in a package that was put together as it was",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_PACKED_BY_OFFICE,
            fact("ooxml.xml_declaration", BEGINS.strip(), raw=BEGINS, part="docProps/app.xml"),
            fact(
                "ooxml.xml_declaration",
                "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
                part="word/document.xml",
            ),
        ),
    ),
    Example(
        title="a text document of a Java program that names Word",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x808"),
            fact("zip.times", "real"),
            fact("ooxml.kind", "docx"),
            fact("ooxml.root_prefixes", "w r", part="word/document.xml"),
        ),
    ),
    Example(
        title="as Word 2016 writes and packs",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            *_PACKED_BY_OFFICE,
            fact("ooxml.kind", "docx"),
            fact("ooxml.app.app_version", "16.0000"),
            fact("ooxml.root_prefixes", _WORD_2016, part="word/document.xml"),
            fact("ooxml.xml_declaration", BEGINS.strip(), raw=BEGINS, part="word/document.xml"),
            fact("ooxml.other_declaration", "", part="word/charts/style1.xml"),
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
    reads=(*WRITING, "ooxml.other_declaration"),
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
        return
    whole = packed_whole_by_office(facts)
    yield from _release(facts, application, whole=whole)
    if whole:
        for odd in begun_otherwise(facts)[:1]:
            yield contradicts(
                "declaration",
                rests_on=(application, odd),
                part=odd.where.part,
                declaration=str(odd.raw or odd.value).strip() or "no declaration",
                **name,
            )


def _release(facts: Facts, application: Observation, *, whole: bool) -> Iterator[Answer]:
    """What the main part says of the release that wrote it; ``whole``: packed by Office alone."""
    name = {"application": str(application.value)}
    prefixes = facts.last("ooxml.root_prefixes")
    if prefixes is None:
        return
    if "Excel" in name["application"] and facts.text("ooxml.kind") in ("xlsx", "xlsm"):
        if facts.text("xlsx.app_name") != "xl":
            yield unusual("no-excel", rests_on=(application, prefixes), **name)
        return
    if not is_word(facts):
        return
    found = generation(str(prefixes.value))
    if found is None:
        said = str(prefixes.value) or "none"
        yield unusual("no-word", rests_on=(application, prefixes), prefixes=said, **name)
        return
    stated = facts.last("ooxml.app.app_version")
    major = "" if stated is None else str(stated.value).partition(".")[0]
    if stated is not None and major.isdigit() and int(major) < int(found[0]):
        say = contradicts if whole else unusual
        rests_on = (application, stated, prefixes)
        yield say("version", rests_on=rests_on, version=str(stated.value), product=found[1], **name)
