"""LV-ODF-001  An OpenDocument file packed by another program than it names.

What it looks at: every program that writes OpenDocument packs it in its own
way: version and system of the packer, flags, kind of time stamps, extra fields,
the media type as first entry.  These are compared with the habits of the
program the file names as its generator.

Why it matters: whoever changes a part by hand has to pack it again.  So do
archives, filters and version control: this tells that the bytes are not as the
program left them, and says nothing about what was changed or whether anything
was.

Innocent ways: an archive, a repair tool or a virus filter unpacked and packed
the file without changing a word; a program fills in a form and keeps the name
of the one that made the template.

Repeat by hand: ``zipinfo -v FILE | grep -E 'version|system|flag|modified|extra'``
and ``unzip -p FILE meta.xml | grep -o '<meta:generator>[^<]*'``.

Sources: ODF 1.3 part 2, 3.3 (the media type first and stored); PKWARE APPNOTE
6.3.10; habits measured, see ``odf_writers``.  Of 34 public files that name a
generator 3 are reported, all packed again with an archive program or a library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table

MESSAGES = {
    "repacked": "The file names {generator}, and its archive is not packed as that program packs: {marks}.",
    "as-named": "The archive is packed as {generator} packs.",
    "unknown": "How {generator} packs is not known here.",
}
INNOCENT = {
    "repacked": "An archive, a filter or a person unpacked and packed the file without changing a word.",
    "template": "A program filled in a form and kept the name of the one that made it.",
}
_LIBRE = "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"

EXAMPLES = (
    Example(
        title="a part exchanged by a script that packed the file again",
        outcome=Outcome.UNUSUAL,
        formats=("odf",),
        facts=(
            fact("odf.generator", _LIBRE, part="meta.xml"),
            fact("zip.made_by", "3.20"),
            fact("zip.flags", "0x0"),
            fact("zip.times", "real"),
            fact("odf.mimetype.first", True),
        ),
    ),
    Example(
        title="as LibreOffice packs",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            fact("odf.generator", _LIBRE, part="meta.xml"),
            fact("zip.made_by", "0.20"),
            fact("zip.flags", "0x800"),
            fact("zip.flags", "0x808"),
            fact("zip.times", "real"),
            fact("odf.mimetype.first", True),
        ),
    ),
    Example(
        title="made by a program that names itself",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            fact("odf.generator", "Pandoc/3.1.1", part="meta.xml"),
            fact("zip.made_by", "0.0"),
            fact("zip.flags", "0x802"),
            fact("zip.times", "real"),
        ),
    ),
)


def habits(generator: str) -> Row | None:
    """How the program of that name packs and writes, where it is known."""
    return next((row for row in table("odf_writers") if re.search(row["claims"], generator[:300])), None)


@check(
    "LV-ODF-001",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("odf",),
    needs=("odf.generator", "zip.made_by"),
    reads=("zip.flags", "zip.times", "zip.extra_fields", "odf.mimetype.first"),
    cost=Cost.MINUTES,
    reproduce="zipinfo -v FILE; unzip -p FILE meta.xml",
)
def odf_package(facts: Facts) -> Iterator[Answer]:
    generator = facts.last("odf.generator")
    if generator is None:
        return
    said = {"generator": str(generator.value)}
    row = habits(str(generator.value))
    if row is None:
        yield neutral("unknown", rests_on=(generator,), **said)
        return
    strange = _strange(facts, row)
    if strange:
        marks = ", ".join(f"{o.name} = {o.value}" for o in strange)
        yield unusual("repacked", rests_on=(generator, *strange), marks=marks, **said)
    else:
        yield neutral("as-named", rests_on=(generator, *facts.all("zip.made_by")), **said)


def _strange(facts: Facts, row: Row) -> list[Observation]:
    """Marks that this program does not leave."""
    found = []
    for name, column in (("zip.made_by", "made_by"), ("zip.flags", "flags"), ("zip.times", "times")):
        found += [o for o in facts.all(name) if str(o.value) not in row[column].split()]
    # 0x0001 states sizes beyond 4 GB, which any packer may need to
    found += [o for o in facts.all("zip.extra_fields") if str(o.value) != "0x0001"]
    found += [o for o in facts.all("odf.mimetype.first") if o.value is False]
    return found
