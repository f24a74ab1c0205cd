"""LV-OLE-001  Word's own record of a save against the document properties.

What it looks at: Word 97 to 2003 writes the time of creation and of the last
save twice: as local time among its own data, and as UTC among the properties
that any program can read and set.  It keeps the number of saves, the editing
time and the names twice as well.  The two must differ by the zone of the
machine, which is a whole number of quarter hours, and not at all in the rest.

Why it matters: whoever sets the properties with another program leaves Word's
own record as it was.  Both times in agreement also tell the zone of the machine
that saved, which is shown.

Innocent ways: rights management and document servers put properties of their
own over a document they wrap; a converter that imitates Word keeps one of the
two records; another suite writes no revision of its own.

Repeat by hand: ``exiftool -time:all FILE`` shows the properties, ``antiword -i
1 FILE`` or any program for MS-DOC the record in the table stream (Dop,
dttmCreated and dttmRevised).

Sources: MS-DOC 2.7.2 (DopBase) and 2.9.75 (DTTM); MS-OLEPS 3.1; A. Gungor,
Meridian Discovery, on such files in court.  Measured on 72 public Word files
that state both: the times differ by a civil zone in 71; the other is wrapped by
rights management, which is only shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DRIFT, QUARTER, ZONES, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.when import When

MESSAGES = {
    "clock": "{which}: Word's own record says {local}, local time; the properties say {universal}. They lie "
    "{by} apart, which no zone explains.",
    "count": "Word's own record counts {own} saves, the properties {stated}.",
    **ABSENT,
    "zone": "Both records of the last save agree: the machine that saved stood at {zone}.",
}
INNOCENT = {
    "wrapped": "Rights management or a document server set properties of its own.",
    "converter": "A converter wrote the file and kept one of the two records of its source.",
}
_PAIRS = (
    ("Creation", "doc.dop.created", "ole.summary.created"),
    ("Last save", "doc.dop.revised", "ole.summary.modified"),
)

EXAMPLES = (
    Example(
        title="properties moved back by two years",
        outcome=Outcome.CONTRADICTS,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("doc.dop.created", "2016-03-14T17:12:00", part="1Table"),
            fact("doc.dop.revised", "2016-03-14T17:14:00", part="1Table"),
            fact("ole.summary.created", "2014-03-14T16:12:00Z", part="SummaryInformation"),
            fact("ole.summary.modified", "2014-03-14T16:14:00Z", part="SummaryInformation"),
        ),
    ),
    Example(
        title="as Word leaves it in Paris in March",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("doc.dop.created", "2016-03-14T17:12:00", part="1Table"),
            fact("doc.dop.revised", "2016-03-14T17:14:00", part="1Table"),
            fact("ole.summary.created", "2016-03-14T16:12:00Z", part="SummaryInformation"),
            fact("ole.summary.modified", "2016-03-14T16:14:00Z", part="SummaryInformation"),
            fact("doc.utc_offset", "+01:00", part="1Table"),
        ),
    ),
    Example(
        title="written by another suite, which keeps no count of its own",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("doc.dop.created", "2016-03-14T17:12:00", part="1Table"),
            fact("ole.summary.created", "2016-03-14T16:12:20Z", part="SummaryInformation"),
            fact("doc.dop.revision", 1, part="1Table"),
            fact("ole.summary.revision", "18", part="SummaryInformation"),
        ),
    ),
)


@check(
    "LV-OLE-001",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("ole",),
    needs=("ole.kind",),
    reads=(
        "ole.stream",
        "doc.dop.created",
        "ole.summary.created",
        "doc.dop.revised",
        "ole.summary.modified",
        "doc.dop.revision",
        "ole.summary.revision",
        "ole.summary.application",
        "doc.utc_offset",
    ),
    cost=Cost.MINUTES,
    reproduce="exiftool -a -G1 -time:all FILE",
)
def word_clock(facts: Facts) -> Iterator[Answer]:
    if facts.text("ole.kind") != "doc":
        return
    if facts.first("doc.dop.created") is None:
        yield absent(facts, "doc.dop.created")
        return
    wrapped = any(str(o.value).endswith("DRMContent") for o in facts.all("ole.stream"))
    agree = True
    for which, own, stated in _PAIRS:
        local, universal = facts.moment(own), facts.moment(stated)
        if local is None or universal is None:
            continue
        by = _off_by(local[1], universal[1])
        if by is not None:
            agree = False
            answer = neutral if wrapped else contradicts
            yield answer(
                "clock", rests_on=(local[0], universal[0]), which=which, local=local[1].text,
                universal=universal[1].text, by=span_text(by),
            )  # fmt: skip
    if not wrapped:
        yield from _count(facts)
    zone = facts.last("doc.utc_offset")
    if agree and zone is not None:
        yield neutral("zone", rests_on=(zone,), zone=str(zone.value))


def _off_by(local: When, universal: When) -> timedelta | None:
    """How far apart the two are; ``None`` where a zone explains it."""
    apart = local.wall - universal.wall
    # the local time is cut to the minute
    rest = (apart + timedelta(minutes=1)) % QUARTER
    if abs(apart) <= ZONES / 2 + DRIFT and min(rest, QUARTER - rest) <= DRIFT:
        return None
    return abs(apart)


def _count(facts: Facts) -> Iterator[Answer]:
    """The number of saves, which Word alone writes twice."""
    own, stated = facts.last("doc.dop.revision"), facts.last("ole.summary.revision")
    if own is None or stated is None or not facts.text("ole.summary.application").startswith("Microsoft"):
        return
    text = str(stated.value)
    if text.isdecimal() and len(text) < 10 and int(text) != own.value and _number(own) > 0:
        yield unusual("count", rests_on=(own, stated), own=_number(own), stated=int(text))


def _number(observation: Observation) -> int:
    return observation.value if isinstance(observation.value, int) else 0
