"""LV-ODF-004  The clock of the archive against the last save an OpenDocument file states.

What it looks at: LibreOffice and OpenOffice write the last save as local time
into the metadata and as UTC into the archive, within a minute of one another.
The two must differ by the zone of the machine, and the archive cannot be older
than a save it holds.

Why it matters: whoever changes the stated date leaves the times of the archive,
or packs it again and leaves those of that day.  Both in agreement also tell the
zone of the machine that saved, which is shown.

Innocent ways: conversions keep the dates of the source and pack later, so only
an archive older than the save it states is reported, and one that is younger by
whole days and a zone to the second, as one of a hundred conversions would be by
chance.  A packer that writes
local time, or another program than the one named, shifts by hours.

Repeat by hand: ``zipinfo -T FILE``; ``unzip -p FILE meta.xml | grep -o
'<dc:date>[^<]*'``.

Sources: PKWARE APPNOTE 4.4.6; measured on 26 public files of these programs
that state both: 20 differ by a civil zone, 5 were packed later, none earlier.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._time import DAY, DRIFT, QUARTER, ZONES, lead, span_text
from leakverify.checks.odf_package import habits
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "earlier": "The file states a last save at {modified}; its archive was last packed at {packed}, {by} "
    "before.",
    "zone": "Save and archive agree: the machine that saved stood at UTC{zone}.",
    "whole-days": "The archive was packed at {packed}, {days} whole days and a zone after the last save "
    "the file "
    "states ({modified}), to the second: as a date moved back by days leaves it.",
    "later": "The archive was packed at {packed}, {by} after the last save the file states ({modified}): "
    "it was "
    "saved again or packed again later.",
}
INNOCENT = {
    "clock": "The clock of one of two machines was wrong.",
    "packer": "Another program packed the file and wrote times of its own.",
}
#: the two times of one save, of which the archive keeps every second second
_SECONDS = timedelta(seconds=3)
_LIBRE = fact("odf.generator", "LibreOffice/6.4.7.2$Linux_X86_64", part="meta.xml")

EXAMPLES = (
    Example(
        title="a last save moved to a year after the archive",
        outcome=Outcome.CONTRADICTS,
        formats=("odf",),
        facts=(
            _LIBRE,
            fact("odf.modified", "2023-04-03T19:30:31", part="meta.xml"),
            fact("zip.time.latest", "2022-04-03T17:30:30"),
        ),
    ),
    Example(
        title="a last save moved back by three hundred days",
        outcome=Outcome.UNUSUAL,
        formats=("odf",),
        facts=(
            _LIBRE,
            fact("odf.modified", "2021-06-07T19:30:31", part="meta.xml"),
            fact("zip.time.latest", "2022-04-03T17:30:30"),
        ),
    ),
    Example(
        title="converted a year later, with the date kept",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            _LIBRE,
            fact("odf.modified", "2021-06-07T19:30:31", part="meta.xml"),
            fact("zip.time.latest", "2022-04-03T11:42:58"),
        ),
    ),
    Example(
        title="as LibreOffice leaves it in Paris in April",
        outcome=Outcome.NEUTRAL,
        formats=("odf",),
        facts=(
            _LIBRE,
            fact("odf.modified", "2022-04-03T19:30:31", part="meta.xml"),
            fact("zip.time.latest", "2022-04-03T17:30:30"),
        ),
    ),
)


@check(
    "LV-ODF-004",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("odf",),
    needs=("odf.generator", "odf.modified", "zip.time.latest"),
    cost=Cost.MINUTES,
    reproduce="zipinfo -T FILE; unzip -p FILE meta.xml",
)
def odf_clock(facts: Facts) -> Iterator[Answer]:
    generator = facts.text("odf.generator")
    row = habits(generator)
    stated, packed = facts.moment("odf.modified"), facts.moment("zip.time.latest")
    # only these programs write real times there, and in UTC
    if stated is None or packed is None or row is None or "Office" not in row["family"]:
        return
    if row["times"] != "real":
        return
    rests_on = (stated[0], packed[0])
    by = lead(stated[1], packed[1])
    if by > DAY:
        yield contradicts(
            "earlier", rests_on=rests_on, modified=stated[1].text, packed=packed[1].text, by=span_text(by)
        )
        return
    apart = stated[1].wall - packed[1].wall
    # DOS times count in steps of two seconds
    steps = round((apart + timedelta(seconds=1)) / QUARTER)
    if abs(apart) <= ZONES / 2 + DRIFT and abs(apart - steps * QUARTER) <= DRIFT:
        sign = "-" if steps < 0 else "+"
        zone = f"{sign}{abs(steps) // 4:02d}:{abs(steps) % 4 * 15:02d}"
        yield neutral("zone", rests_on=rests_on, zone=zone)
    elif steps < 0 and abs(apart - steps * QUARTER) <= _SECONDS:
        days = round(-apart / DAY)
        yield unusual(
            "whole-days", rests_on=rests_on, modified=stated[1].text, packed=packed[1].text, days=days
        )
    elif lead(packed[1], stated[1]) > DAY:
        later = span_text(lead(packed[1], stated[1]))
        yield neutral("later", rests_on=rests_on, modified=stated[1].text, packed=packed[1].text, by=later)
