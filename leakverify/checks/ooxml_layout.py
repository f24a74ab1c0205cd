"""LV-OOX-001  The declared application against the way the file is packed.

What it looks at: an Office document names the program that wrote it, and the
ZIP archive around it shows the habits of the program that packed it: version
and system of the packer, flags, order of the entries, kind of time stamps,
extra fields.  A document that names Microsoft Office and was positively packed
by something else is reported: a script, another office suite, an archive
program, or an archive into which single parts were put later.  So is one whose
main part declares namespaces the way another suite does.

Why it matters: the name of the application is one line of XML and typed in
seconds; the habits of the packer have to be rebuilt on purpose.

Innocent ways: unpacking and packing again keeps every word; test files and
templates are trimmed like that.  Reports and form letters are filled in by
programs, which keep the name found in their template.  Server software,
labelling and signing tools pack with libraries of .NET and Java: those are
shown and not held against the document.  A layout that is merely not that of
Office is never reported.

Repeat by hand: ``zipinfo -v FILE | grep -E 'version|system|flag|modified|extra'``
and ``unzip -p FILE docProps/app.xml``.

Sources: PKWARE APPNOTE 6.3.10; habits of packers measured, see ``zip_writers``
and ``word_dialects``; of 518 public Office files 13 are reported, all of them
packed again by hand by people who make test files;
the general rule, test the declared fingerprint against structure, after the
analysis of Olympic Destroyer, Kaspersky 2018.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._versions import Writer, claims_microsoft, dialect, patched, writer
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "script": "The document names {application} and was packed by a script ({writer}).",
    "suite": "The document names {application} and was packed the way {writer} does.",
    "dialect": "The document names {application}, and its main part declares the drawing shapes of Word 2010 "
    "and not its canvas, which {suite} does and Word does not.",
    "repacked": "The document names {application} and was packed by an archive program ({writer}): it was "
    "unpacked and packed again.",
    "patched": "The document names {application}; its archive was packed by more than one program "
    "({made_by}): "
    "single parts were put in later, {part} among them.",
    "library": "The document names {application} and was packed by a program library ({writer}), as server "
    "software does.",
    "open-script": "The document names {application}, and its properties are the defaults of {library}, "
    "which "
    "always leaves that name.",
}
INNOCENT = {
    "template": "A program filled in a template that was made with Microsoft Office and kept its properties.",
    "repacked": "Somebody unpacked and packed the document again without changing a word, e.g. to trim or "
    "repair it.",
    "converter": "A service converted, labelled or cleaned the document and left the name of the "
    "application.",
}

_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_OFFICE = (
    fact("ooxml.app.application", "Microsoft Office Word", part="docProps/app.xml"),
    fact("zip.first_entry", "[Content_Types].xml"),
)

EXAMPLES = (
    Example(
        title="made by a script with a person as author",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *_OFFICE,
            fact("ooxml.core.creator", "Jeanne Martin"),
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
            *_OFFICE,
            fact("zip.made_by", "0.45"),
            fact("zip.made_by", "3.30", part="word/document.xml"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "mixed"),
        ),
    ),
    Example(
        title="written by LibreOffice, then packed again as Office does, with the name changed",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *_OFFICE,
            fact("zip.made_by", "0.45"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "all-1980"),
            fact("ooxml.namespace", _SHAPE, part="word/document.xml"),
        ),
    ),
    Example(
        title="properties filled in by server software",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_OFFICE,
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
            *_OFFICE,
            fact("zip.made_by", "0.45"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "all-1980"),
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
        title="labelled by server software on .NET",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_OFFICE,
            fact("zip.made_by", "0.20"),
            fact("zip.flags.first", "0x806"),
            fact("zip.times", "all-1980"),
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
            fact("zip.times", "all-1980"),
        ),
    ),
)


@check(
    "LV-OOX-001",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("ooxml",),
    needs=("ooxml.app.application", "zip.made_by"),
    reads=(
        "zip.flags.first",
        "zip.first_entry",
        "zip.times",
        "zip.extra_fields",
        "ooxml.part",
        "ooxml.namespace",
        "ooxml.core.creator",
        "ooxml.core.last_modified_by",
        "ooxml.core.modified",
        "ooxml.app.app_version",
    ),
    cost=Cost.MINUTES,
    reproduce="zipinfo -v FILE | grep -E 'version|system|flag|extra'; unzip -p FILE docProps/app.xml",
)
def application_against_layout(facts: Facts) -> Iterator[Answer]:
    if not claims_microsoft(facts):
        return
    if (application := facts.last("ooxml.app.application")) is None:
        return
    name = {"application": str(application.value)}
    mixed = patched(facts)
    packer = writer(facts)
    if mixed and packer is None:
        made_by = ", ".join(dict.fromkeys(str(o.value) for o in mixed))
        part = mixed[-1].where.part or "some"
        yield unusual("patched", rests_on=(application, *mixed), made_by=made_by, part=part, **name)
    elif packer is not None:
        yield from _by_writer(facts, packer, application, name)
    spoken = dialect(facts)
    if spoken is not None:
        yield unusual("dialect", rests_on=(application, *spoken[1]), suite=spoken[0], **name)


def _by_writer(
    facts: Facts, packer: Writer, application: Observation, name: dict[str, str]
) -> Iterator[Answer]:
    rests_on = (application, *packer.marks)
    if packer.kind == "script":
        default = _scripted_default(facts)
        if default is not None:
            yield neutral("open-script", rests_on=(*rests_on, default[0]), library=default[1], **name)
        else:
            yield unusual("script", rests_on=rests_on, writer=packer.name, **name)
    elif packer.kind == "suite":
        yield unusual("suite", rests_on=rests_on, writer=packer.name, **name)
    elif packer.kind == "archiver":
        yield unusual("repacked", rests_on=rests_on, writer=packer.name, **name)
    elif packer.kind == "library":
        yield neutral("library", rests_on=rests_on, writer=packer.name, **name)


def _scripted_default(facts: Facts) -> tuple[Observation, str] | None:
    """A property left as a library sets it when nobody does, and the library."""
    for row in table("scripted_defaults"):
        found = facts.last(row["field"])
        if found is not None and str(found.value) == row["mark"]:
            return found, row["library"]
    return None
