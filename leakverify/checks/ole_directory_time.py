"""LV-OLE-002  The container was last written before the save it states.

What it looks at: the directory of a compound file keeps the time at which its
root was last changed, in UTC and outside the properties.  It is compared with
the last save that the properties state.

Why it matters: a document cannot state a save that lies after the last time its
container was written.  Only this direction is asked: copying programs write the
container again later and keep the properties, as ordinary handling does.  A
container that is younger by whole days to the second is reported as well: both
times come from one save, and moving the stated date back by days keeps the time
of day.

Innocent ways: a program that writes local time there, so that differences of
up to a day are no matter; a program that keeps the directory of the file it
started from.

Repeat by hand: ``oledir FILE`` or ``7z l -slt FILE`` shows the time of the root,
``exiftool -ModifyDate FILE`` that of the properties.

Sources: MS-CFB 2.6.1 (modified time of the root); MS-OLEPS 3.1; measured on 258
public files that state both: none lies more than a day before; 34 lie more than a
day after, none of them whole days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, unusual
from leakverify.checks._time import DAY, lead, moments, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "earlier": "The properties state a last save at {modified}; the container was last written at "
    "{written}, {by} before it.",
    "whole-days": "The properties state a last save at {modified}; the container was last written at "
    "{written}, "
    "{days} whole days later to the second.",
}
INNOCENT = {
    "kept": "A program wrote the properties and kept the directory of the file it started from.",
    "clock": "The clock of one of two machines was wrong.",
}
#: the container is closed this long after the properties are written (measured: under a minute)
_CLOSING = timedelta(seconds=40)

EXAMPLES = (
    Example(
        title="a last save moved back by a year",
        outcome=Outcome.UNUSUAL,
        formats=("ole",),
        facts=(
            fact("ole.modified", "2017-04-20T09:00:02Z", part="Root Entry"),
            fact("ole.summary.modified", "2016-04-20T09:00:00Z", part="SummaryInformation"),
        ),
    ),
    Example(
        title="properties moved forward past the last time the file was written",
        outcome=Outcome.CONTRADICTS,
        formats=("ole",),
        facts=(
            fact("ole.modified", "2016-03-14T16:14:00Z", part="Root Entry"),
            fact("ole.summary.modified", "2017-04-20T09:00:00Z", part="SummaryInformation"),
        ),
    ),
    Example(
        title="written again years later by a program that keeps the properties",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("ole.modified", "2020-03-14T16:14:00Z", part="Root Entry"),
            fact("ole.summary.modified", "2017-04-20T09:00:00Z", part="SummaryInformation"),
        ),
    ),
)


@check(
    "LV-OLE-002",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("ole",),
    needs=("ole.modified", "ole.summary.modified"),
    cost=Cost.MINUTES,
    reproduce="exiftool -ModifyDate FILE; 7z l -slt FILE",
)
def directory_time(facts: Facts) -> Iterator[Answer]:
    stated = facts.moment("ole.summary.modified")
    # the root is the first entry; storages inside it are embedded objects of their own age
    written = [pair for pair in moments(facts, ("ole.modified",)) if pair[0].where.part == "Root Entry"]
    if stated is None or not written:
        return
    by = lead(stated[1], written[0][1])
    if by > DAY:
        yield contradicts(
            "earlier", rests_on=(stated[0], written[0][0]), modified=stated[1].text,
            written=written[0][1].text, by=span_text(by),
        )  # fmt: skip
    later = written[0][1].earliest - stated[1].earliest
    if later >= DAY and later % DAY <= _CLOSING:
        yield unusual(
            "whole-days", rests_on=(stated[0], written[0][0]), modified=stated[1].text,
            written=written[0][1].text, days=later // DAY,
        )  # fmt: skip
