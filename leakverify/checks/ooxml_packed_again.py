"""LV-OOX-004  Packed again by something other than Office.

What it looks at: the ZIP archive of an Office document shows the habits of the
program that packed it: version and system, flags, order of the entries, kind
of time stamps, extra fields, the compressor.  Reported is a document that names Microsoft
Office and was packed by an archive program or a script, or whose archive was
packed by two of them, so that single parts were put in later.

Why it matters: whoever changes a part by hand has to pack it again.  So does
whoever fills in a form letter: this tells that the bytes are not as Office
left them, and says nothing about what was changed or whether anything was.

Innocent ways: form letters and reports are filled in by programs that keep the
properties of their template; archives, repair tools and virus filters unpack
and pack again without changing a word; makers of test files trim them.  Server
software, labelling and signing tools pack with libraries of .NET and Java:
those are shown and not reported.  A layout that is merely not that of Office is
never reported.  That another program wrote the parts is the question of
LV-OOX-001.

Repeat by hand: ``zipinfo -v FILE | grep -E 'version|system|flag|modified|extra'``.

Sources: PKWARE APPNOTE 6.3.10; ECMA-376 part 2; habits of packers measured,
see ``zip_writers``.
Measured: 13 of 516 public Office files are reported, all of
them packed again by hand by people who make test files.  Of 60 others packed
again by a script and by Info-ZIP, 114 of 119 are; the rest are of Excel 2007,
whose version number XlsxWriter states, and are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._versions import (
    NAMES_WORD,
    WRITING,
    claims_microsoft,
    compressed_otherwise,
    dialect,
    packed_whole_by_office,
    patched,
    scripted_default,
    writer,
)
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "script": "The document names {application} and was packed by a script ({writer}), which kept what the "
    "parts say of Office.",
    "repacked": "The document names {application} and was packed by an archive program ({writer}): it was "
    "unpacked and packed again.",
    "patched": "The document names {application}; its archive was packed by more than one program "
    "({made_by}): single parts were put in later, {part} among them.",
    "imitated": "The document names {application} and every entry is marked as Office marks it, and {count} "
    "of {all} parts were compressed by zlib, which Office does not use: another program packed all of it and "
    "copied the marks.",
    "properties": "Every entry is marked as {application} marks it, and {part} was compressed by another "
    "program: what is said about the document was exchanged after it was saved.",
    "library": "The document names {application} and was packed by a program library ({writer}), as server "
    "software does.",
    "open-script": "The document names {application}, and its properties are the defaults of {library}, "
    "which always leaves that name.",
}
INNOCENT = {
    "template": "A program filled in a form letter or a report and kept the properties of its template.",
    "repacked": "An archive, a virus filter or a person unpacked and packed the document without changing "
    "a word.",
    "filed": "A filing system or a label put properties into the document.",
    "cleaned": "A service converted, labelled, repaired or cleaned the document.",
}


EXAMPLES = (
    Example(
        title="a form letter: a template made with Word, filled in by a script",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "3.20"),
            fact("zip.flags.first", "0x0"),
            fact("zip.times", "real"),
        ),
    ),
    Example(
        title="one part exchanged with an archive program",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.45"),
            fact("zip.made_by", "3.30", part="word/document.xml"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "mixed"),
        ),
    ),
    Example(
        title="other dates written into the properties, with the fields of the entry copied",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.45"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "all-1980"),
            fact("ooxml.parts_compared", 12),
            fact("ooxml.zlib_part", "docProps/core.xml", raw="level 6"),
        ),
    ),
    Example(
        title="packed again by a script that writes the marks of Office into the archive",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.45"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "all-1980"),
            fact("ooxml.parts_compared", 2),
            fact("ooxml.zlib_part", "word/document.xml", raw="level 6"),
            fact("ooxml.zlib_part", "docProps/core.xml", raw="level 6"),
        ),
    ),
    Example(
        title="unpacked and packed again with an archive program",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "3.30"),
            fact("zip.flags.first", "0x0"),
            fact("zip.times", "real"),
        ),
    ),
    Example(
        title="properties filled in by server software",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.45"),
            fact("zip.made_by", "0.20", part="docProps/custom.xml"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "mixed"),
        ),
    ),
    Example(
        title="as Office packs",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.45"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "all-1980"),
        ),
    ),
    Example(
        title="labelled by server software on .NET",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x806"),
            fact("zip.times", "all-1980"),
        ),
    ),
    Example(
        title="slides made by a script that is open about it",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.application", "Microsoft Macintosh PowerPoint"),
            fact("ooxml.core.last_modified_by", "Steve Canny"),
            fact("zip.made_by", "3.20"),
            fact("zip.flags.first", "0x0"),
            fact("zip.times", "real"),
        ),
    ),
)


@check(
    "LV-OOX-004",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("ooxml",),
    needs=("ooxml.app.application", "zip.made_by"),
    reads=(*WRITING, "ooxml.zlib_part", "ooxml.parts_compared"),
    cost=Cost.MINUTES,
    reproduce="zipinfo -v FILE | grep -E 'version|system|flag|modified|extra'",
)
def packed_again(facts: Facts) -> Iterator[Answer]:
    application = facts.last("ooxml.app.application")
    if application is None or not claims_microsoft(facts):
        return
    name = {"application": str(application.value)}
    packer = writer(facts)
    if packer is None:
        mixed = patched(facts)
        if mixed:
            made_by = ", ".join(dict.fromkeys(str(o.value) for o in mixed))
            part = mixed[-1].where.part or "some"
            yield unusual("patched", rests_on=(application, *mixed), made_by=made_by, part=part, **name)
        return
    rests_on = (application, *packer.marks)
    exchanged = [o for o in facts.all("ooxml.zlib_part") if str(o.value).startswith("docProps/")]
    if packed_whole_by_office(facts):
        if compressed_otherwise(facts):
            made = facts.all("ooxml.zlib_part")
            compared = int(facts.value("ooxml.parts_compared") or 0)
            yield unusual("imitated", rests_on=(*rests_on, *made[:10]), count=len(made), all=compared, **name)
        elif exchanged:
            part = ", ".join(str(o.value) for o in exchanged)
            yield unusual("properties", rests_on=(application, *exchanged), part=part, **name)
        return
    if packer.kind == "script":
        if dialect(facts) is not None:
            return  # the program that wrote the parts packed them, too: nothing was packed again
        default = scripted_default(facts)
        if default is None:
            yield unusual("script", rests_on=rests_on, writer=packer.name, **name)
        else:
            yield neutral("open-script", rests_on=(*rests_on, default[0]), library=default[1], **name)
    elif packer.kind == "archiver":
        yield unusual("repacked", rests_on=rests_on, writer=packer.name, **name)
    elif packer.kind == "library":
        yield neutral("library", rests_on=rests_on, writer=packer.name, **name)
