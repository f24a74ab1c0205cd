"""LV-OLE-006  An old Office file from a program younger than its dates.

What it looks at: Word up to 2010 writes the day on which it was built into every
document; property sets state the version of Windows; a workbook keeps the latest
generation of Excel that ever saved it; the properties state the version of
Office.  For each it is known since when it was there.  They are compared with the
latest of the dates that the file states: creation, last save, printing, and
Word's own record of the last save.

Why it matters: a file cannot have been saved by a program, or under a system,
that was not there.  Moving the dates back leaves all of this as it was.

Innocent ways: a clock stood years back; a program library writes a version of
its own with the dates of its source; rights management wraps an older document,
which is only shown.

Repeat by hand: ``exiftool -time:all -AppVersion FILE``; bytes 0x48 to 0x4B of the
stream WordDocument as a number read as month, day and year; bytes 4 to 7 of the
stream SummaryInformation (``oledump.py FILE``).

Sources: the Word 97 format description (lProductRevised: 10695 for 6 January
1995); MS-OLEPS 2.21 (SystemIdentifier); MS-XLS 2.4.21; ``office_generations``,
``windows_versions``.  Of 38 public Word files with such a day none was saved
before it; of 289 old Office files none is reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._ole_programs import (
    claims_office,
    excel_generation,
    stated_generation,
    system_since,
)
from leakverify.checks._releases import ends, last_stated, office_since
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import moments
from leakverify.checks._versions import released
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "built": "The Word that saved the document was built on {since}; no date the file states is later than "
    "{latest}.",
    "program": "The file was saved by {program}, of {since} at the earliest; no date it states is later than "
    "{latest}.",
    "wrapped": "{program}, of {since} at the earliest, wrapped a document that states no date after "
    "{latest}.",
    **ABSENT,
}
INNOCENT = {
    "clock": "The clock of the machine stood years back.",
    "library": "A program library wrote a version of its own with the dates of its source.",
}
_DATES = (
    "ole.summary.created", "ole.summary.modified", "ole.summary.last_printed", "doc.dop.created",
    "doc.dop.revised", "doc.dop.last_printed",
)  # fmt: skip

EXAMPLES = (
    Example(
        title="a document of 2004 saved by a Word built in 2010",
        outcome=Outcome.CONTRADICTS,
        formats=("ole",),
        facts=(
            fact("doc.fib.build_date", "2010-08-11", part="WordDocument"),
            fact("ole.summary.modified", "2004-03-14T16:14:00Z"),
            fact("doc.dop.revised", "2004-03-14T17:14:00"),
        ),
    ),
    Example(
        title="a workbook of 2006 whose properties were written under Windows 10",
        outcome=Outcome.CONTRADICTS,
        formats=("ole",),
        facts=(
            fact("ole.summary.system", "win32 10.0"),
            fact("ole.summary.application", "Microsoft Excel"),
            fact("ole.summary.modified", "2006-03-14T16:14:00Z"),
        ),
    ),
    Example(
        title="saved by the Word of its time",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("doc.fib.build_date", "2010-08-11", part="WordDocument"),
            fact("ole.summary.system", "win32 6.1"),
            fact("ole.document.version", "12.0"),
            fact("ole.summary.created", "2004-03-14T16:14:00Z"),
            fact("ole.summary.modified", "2011-03-14T16:14:00Z"),
        ),
    ),
)


@check(
    "LV-OLE-006",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("ole",),
    reads=(
        *_DATES, "doc.fib.build_date", "doc.fib.build", "ole.summary.system", "ole.document.version",
        "ole.summary.application", "xls.highest_saved", "xls.systems", "ole.stream",
    ),
    cost=Cost.HOURS,
    reproduce="exiftool -time:all -AppVersion FILE; oledump.py FILE",
)  # fmt: skip
def ole_younger(facts: Facts) -> Iterator[Answer]:
    latest = last_stated(facts, _DATES)
    if latest is None:
        yield absent(facts, *_DATES[:2])
        return
    wrapped = any(str(o.value).endswith("DRMContent") for o in facts.all("ole.stream"))
    end = ends(latest)
    for seen, program, since, text in _programs(facts):
        if end >= since:
            continue
        said = {"since": text, "latest": latest[1].text}
        if wrapped:
            yield neutral("wrapped", rests_on=(seen, latest[0]), program=program, **said)
        elif seen.name == "doc.fib.build_date":
            yield contradicts("built", rests_on=(seen, latest[0]), **said)
        else:
            yield contradicts("program", rests_on=(seen, latest[0]), program=program, **said)
        return


def _programs(facts: Facts) -> Iterator[tuple[Observation, str, datetime, str]]:
    """(what was seen, program, earliest moment, that moment as stated), the surest first."""
    for seen, built in moments(facts, ("doc.fib.build_date",)):
        yield seen, "Word", built.earliest.replace(tzinfo=None), built.text
    if claims_office(facts) is None:
        return  # imitators of Office write constants there
    stated, system = stated_generation(facts), system_since(facts)
    generations = [] if stated is None else [stated]
    build, highest = facts.last("doc.fib.build"), facts.last("xls.highest_saved")
    if build is not None and str(build.value).partition(".")[0] in ("15", "16"):
        generations.append((build, int(str(build.value)[:2])))
    # Excel for the Macintosh writes other numbers there
    windows = facts.text("ole.summary.system").startswith("win32") and "mac" not in facts.text("xls.systems")
    if highest is not None and isinstance(highest.value, int) and windows:
        ever = excel_generation(highest.value)
        if ever is not None:
            generations.append((highest, ever))
    for seen, generation in generations:
        found = office_since(generation)
        if found is not None:
            yield seen, found[1]["product"], found[0], found[1].when.text
        elif (later := released(str(generation))) is not None:
            yield seen, later[1], later[0].earliest.replace(tzinfo=None), later[0].text
    if system is not None:
        row = system[1]
        yield system[0], row["name"], row.when.earliest.replace(tzinfo=None), row.when.text
