r"""LV-OOX-006  A font that is younger than every date of an Office document.

What it looks at: the fonts a Word document, a workbook or a presentation lists
in its table of fonts and its theme, against the later of the dates at which it
says that it was created and last saved.  Each family is known with the day on
which anybody outside its maker could first have it, previews included, and the
day on which it was sold.

Why it matters: a document that names a font nobody had yet was saved later than
it says.  Between preview and sale few people had it.

Innocent ways: a template or theme that was refreshed brings its own fonts, and
the last save moves with it; software that converts or cleans documents keeps
every date of the original, so a package that Office did not pack is called
unusual; a family of the same name from another maker.  A date at the turn of a
year may be that of a clock that started over, and a font named in a part that
another program wrote, which LV-OOX-001 tells, has that cause; both are only shown.

Repeat by hand: ``unzip -p FILE word/fontTable.xml word/theme/theme1.xml | grep -o
'w:name="[^"]*"\|typeface="[^"]*"' | sort -u`` and ``unzip -p FILE docProps/core.xml``.

Sources: COPA v Wright [2024] EWHC 1198 (Ch), appendix (Calibri Light and Nirmala
UI in a document of 2008); the deed of February 2006 in Calibri, Pakistan 2017;
table ``fonts``.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._time import DAY, moments, newest, span_text, started_over
from leakverify.checks._versions import (
    NAMES_WORD,
    PACKING,
    WRITING,
    begun_otherwise,
    claims_microsoft,
    packed_by_office,
    packed_whole_by_office,
)
from leakverify.checks.font_anachronism import family_row
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.when import parse_when

MESSAGES = {
    "younger": "The document names the font {font}; nobody could have {named} before {since}. The latest "
    "date it states of itself is {latest}, {by} before that.",
    "unset": "The document names the font {font}; nobody could have {named} before {since}. The latest date "
    "it states of itself, {latest}, lies at the turn of a year, where clocks begin that lost their power.",
    "other-hand": "The document names the font {font}, which is younger than {latest}, the latest date it "
    "states of itself, in {part}; another program wrote that part: LV-OOX-001 tells of it.",
    "preview": "The document names the font {font}; {named} was sold from {sold} and could be had in "
    "previews from {since}. The latest date it states of itself is {latest}.",
}
INNOCENT = {
    "dates-kept": "Software that converts or cleans documents kept every date of the original.",
    "namesake": "Another font bears the same name.",
    "preview": "The author tested a preview of the font.",
}

_OWN = ("ooxml.core.modified", "ooxml.core.created")
#: fonts told of one document
_MOST = 5

EXAMPLES = (
    Example(
        title="Calibri Light in a document of 2008",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.modified", "2008-10-27T09:30:00Z", part="docProps/core.xml"),
            fact("ooxml.font", "Calibri Light", part="word/fontTable.xml"),
        ),
    ),
    Example(
        title="Calibri in a document of February 2006, when previews could be had",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.modified", "2006-02-04T09:30:00Z", part="docProps/core.xml"),
            fact("ooxml.font", "Calibri", part="word/fontTable.xml"),
        ),
    ),
    Example(
        title="a workbook that a library packed with the dates of its model",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.modified", "2011-02-11T15:46:17Z", part="docProps/core.xml"),
            fact("ooxml.font", "Calibri Light", part="xl/theme/theme1.xml"),
            fact("zip.made_by", "1.22"),
        ),
    ),
    Example(
        title="a computer whose clock started over, in the last hours of 2001",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.created", "2001-12-31T17:25:32Z", part="docProps/core.xml"),
            fact("ooxml.core.modified", "2001-12-31T20:41:00Z", part="docProps/core.xml"),
            fact("ooxml.font", "Calibri", part="ppt/theme/theme1.xml"),
        ),
    ),
    Example(
        title="a document of 2006 whose theme another program wrote anew",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *NAMES_WORD,
            fact("zip.made_by", "0.45"),
            fact("zip.flags.first", "0x6"),
            fact("zip.times", "all-1980"),
            fact("ooxml.core.modified", "2006-07-13T13:48:56Z", part="docProps/core.xml"),
            fact("ooxml.font", "Calibri", part="word/theme/theme1.xml"),
            fact(
                "ooxml.other_declaration",
                '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
                part="word/theme/theme1.xml",
            ),
        ),
    ),
    Example(
        title="made in 2008, its template refreshed by a save in 2016",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.created", "2008-10-27T09:30:00Z", part="docProps/core.xml"),
            fact("ooxml.core.modified", "2016-03-01T09:30:00Z", part="docProps/core.xml"),
            fact("ooxml.font", "Calibri Light", part="word/fontTable.xml"),
        ),
    ),
)


@check(
    "LV-OOX-006",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("ooxml",),
    needs=("ooxml.core.modified",),
    reads=tuple(
        dict.fromkeys(
            (
                "ooxml.core.created",
                "ooxml.font",
                "ooxml.app.application",
                "ooxml.other_declaration",
                *WRITING,
                *PACKING,
            )
        )
    ),
    cost=Cost.MINUTES,
    reproduce="unzip -p FILE word/fontTable.xml word/theme/theme1.xml; unzip -p FILE docProps/core.xml",
)
def office_fonts(facts: Facts) -> Iterator[Answer]:
    latest = newest(moments(facts, _OWN))
    if latest is None:
        return
    foreign = begun_otherwise(facts) if claims_microsoft(facts) and packed_whole_by_office(facts) else []
    told: set[str] = set()
    for used in facts.all("ooxml.font"):
        row = family_row(str(used.value))
        if row is None or row["named"] in told or len(told) >= _MOST:
            continue
        said = {"font": str(used.value), "named": row["named"], "since": row.when.text}
        said["latest"] = latest[1].text
        ahead = row.when.earliest - latest[1].latest
        sold = parse_when(row["commercial"]) if row["commercial"] else None
        on_sale = sold is not None and sold.earliest - latest[1].latest > DAY
        written = next((o for o in foreign if o.where.part == used.where.part), None)
        if written is not None and (ahead > DAY or on_sale):
            told.add(row["named"])
            rests_on = (used, written, latest[0])
            yield neutral("other-hand", rests_on=rests_on, part=used.where.part, font=said["font"],
                          latest=said["latest"])  # fmt: skip
        elif ahead > DAY and started_over(latest[1]):
            told.add(row["named"])
            yield neutral("unset", rests_on=(used, latest[0]), **said)
        elif ahead > DAY:
            told.add(row["named"])
            # what a library or a converter packed may carry the dates of what it was made from
            answer = contradicts if packed_by_office(facts) else unusual
            yield answer("younger", rests_on=(used, latest[0]), by=span_text(ahead), **said)
        elif sold is not None and on_sale:
            told.add(row["named"])
            yield unusual("preview", rests_on=(used, latest[0]), sold=sold.text, **said)
