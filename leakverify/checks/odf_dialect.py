"""LV-ODF-003  An OpenDocument file not written as the program it names writes.

What it looks at: programs declare the same namespaces at the head of the content
in every file, whether they use them or not, and state the version of the format
they follow.  Both are compared with the generator the file names.

Why it matters: the name is one line of text; the head of every part is written
by the program.  A file made by a script or by another suite under a copied name
shows in it.

Innocent ways: a service that converts documents writes the content itself and
keeps the properties of its source, with the name of the program.

Repeat by hand: ``unzip -p FILE content.xml | head -c 4000`` and ``unzip -p FILE
meta.xml | grep -o '<meta:generator>[^<]*'``.

Sources: ODF 1.3 part 3; heads of content measured, see ``odf_writers``; versions
of the format in ``odf_versions``; Kaspersky on Olympic Destroyer, 2018, on
declared marks against structure.  Of 34 public files none is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._releases import suite_since
from leakverify.checks.odf_package import habits
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "lacks": "The file names {generator}, whose content always declares {namespaces}; this one does not.",
    "holds": "The file names {generator}, whose content never declares {namespaces}; this one does.",
    "version": "The file names {generator}, and follows version {version} of the format, which {family} "
    "writes "
    "from {since} on.",
    "as-named": "The content begins as {generator} begins it.",
}
INNOCENT = {
    "converter": "A service converted the document and kept the properties of its source.",
}
_DECLARED = (
    "http://www.w3.org/2003/g/data-view#",
    "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0",
    "http://www.w3.org/1999/xhtml",
    "http://openoffice.org/2009/table",
)
#: one namespace may go in a later version; several do not
_LEAST = 2

EXAMPLES = (
    Example(
        title="made with pandoc and named LibreOffice",
        outcome=Outcome.CONTRADICTS,
        formats=("odf",),
        facts=(
            fact("odf.generator", "LibreOffice/7.4.7.2$Linux_X86_64", part="meta.xml"),
            fact("odf.namespace", "http://openoffice.org/2004/office", part="content.xml"),
            fact("odf.version", "1.2"),
        ),
    ),
    Example(
        title="a version of the format that the suite named did not know",
        outcome=Outcome.CONTRADICTS,
        formats=("odf",),
        facts=(
            fact("odf.generator", "LibreOffice/5.1.6.2$Linux_X86_64", part="meta.xml"),
            *(fact("odf.namespace", uri, part="content.xml") for uri in _DECLARED),
            fact("odf.version", "1.3", part="content.xml"),
        ),
    ),
    Example(
        title="as LibreOffice writes",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            fact("odf.generator", "LibreOffice/7.4.7.2$Linux_X86_64", part="meta.xml"),
            *(fact("odf.namespace", uri, part="content.xml") for uri in _DECLARED),
            fact("odf.version", "1.3", part="content.xml"),
        ),
    ),
)


@check(
    "LV-ODF-003",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("odf",),
    needs=("odf.generator", "odf.namespace"),
    reads=("odf.version",),
    cost=Cost.MINUTES,
    reproduce="unzip -p FILE content.xml | head -c 4000; unzip -p FILE meta.xml",
)
def odf_dialect(facts: Facts) -> Iterator[Answer]:
    generator = facts.last("odf.generator")
    row = None if generator is None else habits(str(generator.value))
    if generator is None or row is None:
        return
    said = {"generator": str(generator.value)}
    declared = facts.all("odf.namespace")
    uris = {str(o.value) for o in declared}
    missing = [uri for uri in row["has"].split() if uri not in uris]
    strange = [o for o in declared if str(o.value) in row["lacks"].split()]
    if len(missing) >= _LEAST:
        yield contradicts("lacks", rests_on=(generator, *declared[:3]), namespaces=", ".join(missing), **said)
    elif strange:
        names = ", ".join(str(o.value) for o in strange)
        yield contradicts("holds", rests_on=(generator, *strange), namespaces=names, **said)
    else:
        late = _version(facts, generator)
        if late is not None:
            yield late
        else:
            yield neutral("as-named", rests_on=(generator,), **said)


def _version(facts: Facts, generator: Observation) -> Answer | None:
    """A version of the format younger than the suite that is named; other programs are not known."""
    if suite_since(str(generator.value)) is None:
        return None
    known = {row["version"]: row["suite"] for row in table("odf_versions")}
    for stated in facts.all("odf.version"):
        first = known.get(str(stated.value), "")
        if first and _numbers(_named(str(generator.value))) < _numbers(first):
            return contradicts(
                "version", rests_on=(generator, stated), generator=str(generator.value),
                version=str(stated.value), family="LibreOffice", since=first,
            )  # fmt: skip
    return None


def _named(generator: str) -> str:
    """The version behind the first slash: ``7.4`` of ``LibreOffice/7.4.7.2$Linux``."""
    digits = generator.partition("/")[2].split("$")[0].split(".")
    return ".".join(part for part in digits[:2] if part.isdecimal())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part[:9]) for part in version.split(".") if part.isdecimal())
