r"""LV-RTF-001  An RTF file from a program younger than its dates.

What it looks at: the program an RTF file names as its generator, where the
RichEdit control of Windows counts the builds of Windows; the generation of Word
behind ``\vern``; groups that only Word 2007 and later write.  For each it is
known since when it was there.  The date is compared with the latest time of the
information group, and with the date of the mail that carried the file.

Why it matters: a file cannot have been written by a program that was not there.
Where the file states no date of its own, the generator still tells since when
it can exist as it stands, which is shown.

Innocent ways: a converter keeps the dates of its source and puts its own name
beside them, as LibreOffice does, whose files are only shown; a clock stood years
back; the file was saved again later by a program that leaves the information
group as it was.

Repeat by hand: ``grep -ao '\\\\generator [^;]*' FILE | head -1; grep -ao
'{.creatim[^}]*}\|{.revtim[^}]*}\|.vern[0-9]*' FILE``.

Sources: RTF 1.9.1; ``windows_builds``, ``office_generations`` and
``libreoffice_releases`` with a source per row; COPA v Wright [2024] EWHC 1198
(Ch) and appendix: Riched20 10.0.19041 in a document said to be of 2007.  Of 27
public files that tell their program none is reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._releases import (
    ends,
    last_stated,
    office_of_rtf,
    office_since,
    suite_since,
    windows_since,
)
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "younger": "The file has the marks of {program}, of {since} at the earliest; no time it states is "
    "later than "
    "{latest}.",
    "kept": "The file names {program}, of {since} at the earliest, which keeps the times of what it "
    "converts; none "
    "that it states is later than {latest}.",
    "carried": "The file has the marks of {program}, of {since} at the earliest; the mail that carried it "
    "is dated "
    "{latest}.",
    "since": "The file has the marks of {program}: as it stands it was written in {since} or later. It "
    "states no date.",
    **ABSENT,
}
INNOCENT = {
    "converter": "A converter kept the dates of its source and put its own name beside them.",
    "clock": "The clock of the machine stood years back.",
    "resaved": "A later program saved the file again and left the information group as it was.",
}
_TIMES = ("rtf.created", "rtf.revised", "rtf.printed", "rtf.backed_up")
#: groups of Word 2007 and later
_LATER = ("themedata", "datastore", "mmathPr", "colorschememapping")

EXAMPLES = (
    Example(
        title="a build of Windows of 2020 in a document of 2007",
        outcome=Outcome.CONTRADICTS,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "Riched20 10.0.19041", part="generator"),
            fact("rtf.created", "2007-09-14T11:06:00", part="info"),
            fact("rtf.revised", "2007-09-14T11:40:00", part="info"),
        ),
    ),
    Example(
        title="groups of Word 2007 in a document of 2003",
        outcome=Outcome.CONTRADICTS,
        formats=("rtf",),
        facts=(
            fact("rtf.group", "themedata", offset=4000),
            fact("rtf.revised", "2003-09-14T11:40:00", part="info"),
        ),
    ),
    Example(
        title="carried by a mail of its time",
        outcome=Outcome.NEUTRAL,
        formats=("rtf",),
        facts=(fact("rtf.generator", "Riched20 10.0.19041", part="generator"),),
        carrier=Example(
            title="a mail of 2021",
            outcome=Outcome.NEUTRAL,
            formats=("mail",),
            facts=(fact("mail.date", "2021-05-12T10:31:00Z"),),
        ),
    ),
    Example(
        title="carried by a mail of five years before",
        outcome=Outcome.CONTRADICTS,
        formats=("rtf",),
        facts=(fact("rtf.generator", "Riched20 10.0.19041", part="generator"),),
        carrier=Example(
            title="a mail of 2015",
            outcome=Outcome.NEUTRAL,
            formats=("mail",),
            facts=(fact("mail.date", "2015-05-12T10:31:00Z"),),
        ),
    ),
    Example(
        title="converted with LibreOffice, which keeps the times",
        outcome=Outcome.NEUTRAL,
        formats=("rtf",),
        facts=(
            fact("rtf.generator", "LibreOffice/7.4.7.2$Linux_X86_64", part="generator"),
            fact("rtf.revised", "2006-05-18T12:19:00", part="info"),
        ),
    ),
    Example(
        title="Word 2010, in its time",
        outcome=Outcome.NEUTRAL,
        formats=("rtf",),
        facts=(
            fact("rtf.internal_version", 49167, part="info"),
            fact("rtf.group", "themedata", offset=4000),
            fact("rtf.revised", "2014-04-02T07:56:00", part="info"),
        ),
    ),
)


@check(
    "LV-RTF-001",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("rtf",),
    reads=("rtf.generator", "rtf.internal_version", "rtf.group", *_TIMES, "mail.date"),
    cost=Cost.MINUTES,
    reproduce=r"grep -ao '.generator [^;]*\|{.creatim[^}]*}\|{.revtim[^}]*}\|.vern[0-9]*' FILE",
)
def rtf_generator(facts: Facts) -> Iterator[Answer]:
    known = list(_programs(facts))
    if not known:
        if facts.first("rtf.generator") is None:
            yield absent(facts, "rtf.generator", "rtf.internal_version", "rtf.group")
        return
    seen, program, since, text = max(known, key=lambda entry: entry[2])
    latest = last_stated(facts, _TIMES)
    if latest is not None and ends(latest) < since:
        # LibreOffice converts without a save of its own and leaves the times as they are
        kept = suite_since(program) is not None
        answer, key = (neutral, "kept") if kept else (contradicts, "younger")
        yield answer(key, rests_on=(seen, latest[0]), program=program, since=text, latest=latest[1].text)
    elif latest is None:
        yield neutral("since", rests_on=(seen,), program=program, since=text)
    mail = facts.carried_by("mail")
    sent = None if mail is None else mail.moment("mail.date")
    if sent is not None and ends(sent) < since:
        yield contradicts(
            "carried", rests_on=(seen, sent[0]), program=program, since=text, latest=sent[1].text
        )


def _programs(facts: Facts) -> Iterator[tuple[Observation, str, datetime, str]]:
    """(what was seen, program, earliest moment, that moment as its table states it)."""
    generator = facts.last("rtf.generator")
    if generator is not None:
        name = str(generator.value)[:300]
        windows, suite = windows_since(name), suite_since(name)
        if windows is not None:
            row = windows[1]
            yield generator, f"{name} ({row['name']})", windows[0], row.when.text
        if suite is not None:
            yield generator, name, suite[0], suite[1].when.text
    internal = facts.last("rtf.internal_version")
    # other programs count their own builds there
    if internal is not None and isinstance(internal.value, int) and _by_word(facts):
        office = office_since(office_of_rtf(internal.value))
        if office is not None:
            yield internal, f"{office[1]['product']} (vern {internal.value})", office[0], office[1].when.text
    for group in facts.all("rtf.group"):
        office = office_since(12)
        if group.value in _LATER and office is not None:
            yield group, f"{office[1]['product']} ({group.value})", office[0], office[1].when.text
            return


def _by_word(facts: Facts) -> bool:
    """Whether Word wrote it: session ids, and no other name."""
    named = facts.text("rtf.generator")
    return any(o.value == "rsidtbl" for o in facts.all("rtf.group")) and (
        not named or named.startswith("Microsoft Word")
    )
