"""LV-ODF-002  An OpenDocument file from a program younger than its dates.

What it looks at: the version of LibreOffice that the file names as its
generator, and the version of the format its parts follow.  For both it is known
since when they were there.  They are compared with the latest of the dates the
metadata state: creation, last save, printing, changes, comments.

Why it matters: a file cannot have been written by a program that was not there.
One that names it and states no later date was written later than it admits to.
Where the archive itself was packed after the program came out, the dates may
merely have been kept, and the file is only shown.

Innocent ways: conversions and saves without user data keep the dates of the
source; a clock stood years back; a program of a distribution carried the number
early, which is allowed for.

Repeat by hand: ``unzip -p FILE meta.xml``; ``zipinfo -T FILE`` for the times of
the archive, which LibreOffice writes in UTC.

Sources: ``libreoffice_releases`` and ``odf_versions``, with a source per row;
COPA v Wright [2024] EWHC 1198 (Ch) on programs younger than their documents.
Of 34 public files 2 are shown, both saved again with their dates kept; none is
reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._releases import ends, last_stated, suite_since
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "younger": "The file names {generator}, of {since} at the earliest; no date it states, and no time in "
    "its "
    "archive, is later than {latest}.",
    "kept": "The file names {generator}, of {since} at the earliest, and states no date after {latest}; its "
    "archive was packed at {packed}: it was saved again and kept its dates.",
    "format": "The parts follow version {version} of the format, of {since} at the earliest; no date the "
    "file "
    "states is later than {latest}.",
}
INNOCENT = {
    "kept": "A conversion or a save without user data kept the dates of the source.",
    "clock": "The clock of the machine stood years back.",
}
_DATES = (
    "odf.created", "odf.modified", "odf.printed", "odf.revision.when", "odf.comment.when",
)  # fmt: skip

EXAMPLES = (
    Example(
        title="a contract of 2015 from a program of 2022",
        outcome=Outcome.CONTRADICTS,
        formats=("odf",),
        facts=(
            fact("odf.generator", "LibreOffice/7.4.7.2$Linux_X86_64", part="meta.xml"),
            fact("odf.created", "2015-03-02T10:00:00", part="meta.xml"),
            fact("odf.modified", "2015-03-02T10:40:00", part="meta.xml"),
            fact("zip.time.latest", "2015-03-02T09:40:00"),
        ),
    ),
    Example(
        title="saved again by a later program, which kept the dates",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            fact("odf.generator", "LibreOffice/6.4.7.2$Linux_X86_64", part="meta.xml"),
            fact("odf.modified", "2008-01-04T11:55:20", part="meta.xml"),
            fact("zip.time.latest", "2021-03-15T10:05:42"),
        ),
    ),
    Example(
        title="saved by the program it names, in its time",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            fact("odf.generator", "LibreOffice/7.4.7.2$Linux_X86_64", part="meta.xml"),
            fact("odf.modified", "2023-06-02T10:40:00", part="meta.xml"),
            fact("zip.time.latest", "2023-06-02T08:40:00"),
        ),
    ),
)


@check(
    "LV-ODF-002",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("odf",),
    needs=("odf.generator",),
    reads=(*_DATES, "odf.version", "zip.time.latest"),
    cost=Cost.MINUTES,
    reproduce="unzip -p FILE meta.xml; zipinfo -T FILE",
)
def odf_dates(facts: Facts) -> Iterator[Answer]:
    generator, latest = facts.last("odf.generator"), last_stated(facts, _DATES)
    if generator is None or latest is None:
        return
    packed = last_stated(facts, ("zip.time.latest",))
    since = suite_since(str(generator.value))
    if since is not None and ends(latest) < since[0]:
        said = {"generator": str(generator.value), "since": since[1].when.text, "latest": latest[1].text}
        if packed is not None and ends(packed) >= since[0]:
            yield neutral("kept", rests_on=(generator, latest[0], packed[0]), packed=packed[1].text, **said)
        else:
            yield contradicts("younger", rests_on=(generator, latest[0]), **said)
        return
    for stated in facts.all("odf.version"):
        for row in table("odf_versions"):
            first = row.when.earliest.replace(tzinfo=None)
            if row["version"] == stated.value and ends(latest) < first:
                answer = neutral if packed is not None and ends(packed) >= first else contradicts
                yield answer(
                    "format", rests_on=(stated, latest[0]), version=str(stated.value), since=row.when.text,
                    latest=latest[1].text,
                )  # fmt: skip
                return
