"""LV-PDF-001  The dates in Info against those in the XMP packet and in earlier revisions.

What it looks at: a PDF may state its creation and modification twice, in the
Info dictionary and in the XMP packet.  The last statement of each is compared, and
both with what earlier revisions of the file state: a creation stays what it
was, and a last change does not go back.  A difference
counts only when it is larger than a day under every reading of
the zones and as the clocks showed it; smaller ones are listed as neutral.

Why it matters: whoever types another date with a tool that knows one of the
two stores leaves the other as it was, and who types it with one that appends
leaves the earlier date in the file.

Innocent ways: many programs write one store only, so a later step such as
stamping, merging, filling or compressing moves one date and not the other.  As
a rule such a step puts its own name into that store: when the two stores name
different producers the difference is only shown, and so is a date of Info in
words, which later programs cannot take over.  A save that was appended and moves
one last change forward is an ordinary update and only shown, and so is a last
change in Info that lies after that of XMP: whoever sets dates back leaves it
before.  A zone written by one program
and left out by the other shifts the clock by whole quarter hours.  A converter
may copy the dates of the source into one store.  A title, an author or keywords
written later, with ExifTool or by a filing system, change no date and are not
reported: that is handling.

Repeat by hand: ``exiftool -a -G1 -time:all -Producer FILE`` lists both stores.

Sources: ISO 32000-2 14.3.2 and 14.3.3; XMP specification part 2.  Measured on
307 public genuine PDFs that state both: 4 differ by more than a day, 3 of them
with different producers.  Of 62 that state a creation in several revisions none
states another one, and none goes back with its
last change.  A title, an author or keywords written with ExifTool into 18 of
them: none reported; each of five ways to set a date back: all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, DRIFT, Stated, distance, lead, moments, only_zone, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "differ": "Info says the document was {what} at {info}, its XMP packet says {xmp}: {apart} apart.",
    "moved": "{store} says the document was created at {later}; an earlier revision of the file, still in "
    "it, "
    "says {earlier}.",
    "turned-back": "{store} says the document was last changed at {later}; an earlier revision of the file, "
    "still in it, says {earlier}, {by} after that.",
    "appended": "Info says the document was {what} at {info}, its XMP packet says {xmp}, {apart} apart: a "
    "later save, appended, wrote only one of the two.",
    "forward": "Info says the document was {what} at {info}, its XMP packet says {xmp}, {apart} before it: a "
    "later step wrote a new last change into Info and left the packet as it was.",
    "one-store": "Info says the document was {what} at {info}, its XMP packet says {xmp}; they also name "
    "different producers ({info_tool}; {xmp_tool}), {apart} apart: a later step wrote only one of the two.",
    "old-form": "Info says the document was {what} at {info} in a form that only the first programs wrote; "
    "its XMP packet says {xmp}, {apart} apart: later programs cannot read that form and begin a new date.",
    "zone": "Info says the document was {what} at {info}, its XMP packet says {xmp}: they differ by whole "
    "quarter hours, as a wrong or missing zone does.",
    **ABSENT,
}
INNOCENT = {
    "one-store": "A program that stamps, merges, fills or compresses PDFs updated one of the two stores.",
    "conversion": "A converter copied the dates of the source document into one store and its own into "
    "the other.",
    "template": "A page layout program reused the packet of a template or an earlier issue.",
    "clock": "Two computers with different clocks took part.",
}

_PAIRS = (
    ("created", "pdf.info.creation_date", "xmp.create_date"),
    ("last changed", "pdf.info.mod_date", "xmp.modify_date"),
)
_TOOLS = ("pdf.info.producer", "xmp.producer")
_NAMES = tuple(name for _, *names in _PAIRS for name in names)

EXAMPLES = (
    Example(
        title="creation moved by four years in Info only",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+02:00"),
            fact("xmp.create_date", "2016-04-29T17:40:11+02:00"),
        ),
    ),
    Example(
        title="all dates typed anew with a program that appends",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-04-29T17:40:11+02:00", revision=1),
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+02:00", revision=2),
            fact("xmp.create_date", "2012-05-04T10:12:00+02:00", revision=2),
        ),
    ),
    Example(
        title="last change set back in an appended save",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.mod_date", "2016-04-29T17:40:11+02:00", revision=1),
            fact("pdf.info.mod_date", "2014-01-12T10:12:00+02:00", revision=2),
        ),
    ),
    Example(
        title="a title added by a filing system, which moves the last change of Info forward",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.mod_date", "2016-04-29T17:40:11+02:00", revision=1),
            fact("pdf.info.mod_date", "2019-02-01T09:00:00+02:00", revision=2),
            fact("xmp.modify_date", "2016-04-29T17:40:11+02:00", revision=1),
        ),
    ),
    Example(
        title="three revisions that all state the same creation",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=tuple(
            fact("pdf.info.creation_date", "2016-04-29T17:40:11+02:00", revision=n) for n in (1, 2, 3)
        ),
    ),
    Example(
        title="Info written without a zone, XMP in UTC",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-04-29T17:40:11"),
            fact("xmp.create_date", "2016-04-29T15:40:12Z"),
        ),
    ),
    Example(
        title="last change some seconds apart, and other than the creation",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-04-29T17:40:11+02:00"),
            fact("pdf.info.mod_date", "2016-05-03T09:00:05+02:00"),
            fact("xmp.create_date", "2016-04-29T17:40:11+02:00"),
            fact("xmp.modify_date", "2016-05-03T09:00:01+02:00"),
        ),
    ),
    Example(
        title="exported again by a program that writes a new last change into Info alone",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2016-04-29T17:40:11+02:00"),
            fact("pdf.info.mod_date", "2016-06-08T09:00:05+02:00"),
            fact("xmp.create_date", "2016-04-29T17:40:11+02:00"),
            fact("xmp.modify_date", "2016-04-29T17:40:11+02:00"),
        ),
    ),
    Example(
        title="a date in words, which a later program could not take over",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2001-01-22T12:41:33", raw="Monday, January 22, 2001 12:41:33 PM"),
            fact("xmp.create_date", "2008-11-24T17:01:17-05:00"),
        ),
    ),
    Example(
        title="compressed a year later by a program that leaves XMP alone and names itself in Info",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.producer", "pdfcpu v0.1.25"),
            fact("xmp.producer", "Adobe PDF Library 9.0"),
            fact("pdf.info.creation_date", "2016-04-29T17:40:11+02:00"),
            fact("pdf.info.mod_date", "2017-06-01T09:00:05+02:00"),
            fact("xmp.create_date", "2016-04-29T17:40:11+02:00"),
            fact("xmp.modify_date", "2016-04-29T17:40:11+02:00"),
        ),
    ),
)


@check(
    "LV-PDF-001",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("pdf",),
    reads=(*_NAMES, *_TOOLS),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -time:all FILE",
)
def info_against_xmp(facts: Facts) -> Iterator[Answer]:
    compared = False
    for what, info_name, xmp_name in _PAIRS:
        info, xmp = facts.moment(info_name), facts.moment(xmp_name)
        if info is None or xmp is None:
            continue
        compared = True
        apart = distance(info[1], xmp[1])
        said = {"info": info[1].text, "xmp": xmp[1].text}
        rests_on = (info[0], xmp[0])
        if apart <= DRIFT:
            continue
        if only_zone(info[1], xmp[1]):
            yield neutral("zone", rests_on=rests_on, what=what, **said)
            continue
        if apart <= DAY:
            continue
        said["apart"] = span_text(apart)
        if not (info[0].raw or "D:").startswith("D:"):
            yield neutral("old-form", rests_on=rests_on, what=what, **said)
            continue
        if what == "last changed" and _moved_forward(info, xmp):
            yield neutral("appended", rests_on=rests_on, what=what, **said)
            continue
        if what == "last changed" and lead(info[1], xmp[1]) > DAY and _same_creation(facts):
            yield neutral("forward", rests_on=rests_on, what=what, **said)
            continue
        tools = _other_tools(facts)
        if tools:
            yield neutral(
                "one-store", rests_on=(*rests_on, *tools), what=what, **said,
                info_tool=str(tools[0].value), xmp_tool=str(tools[1].value),
            )  # fmt: skip
        else:
            yield unusual("differ", rests_on=rests_on, what=what, **said)
    for store, name in (("Info", "pdf.info.creation_date"), ("XMP", "xmp.create_date")):
        stated = moments(facts, (name,))
        compared = compared or len(stated) > 1
        for before, after in pairwise(stated):
            if distance(before[1], after[1]) > DRIFT and not only_zone(before[1], after[1]):
                yield unusual(
                    "moved", rests_on=(before[0], after[0]), store=store,
                    earlier=before[1].text, later=after[1].text,
                )  # fmt: skip
                break
    for store, name in (("Info", "pdf.info.mod_date"), ("XMP", "xmp.modify_date")):
        for before, after in pairwise(moments(facts, (name,))):
            back = lead(before[1], after[1])
            if back > DAY:
                yield unusual(
                    "turned-back", rests_on=(before[0], after[0]), store=store,
                    earlier=before[1].text, later=after[1].text, by=span_text(back),
                )  # fmt: skip
                break
    if not compared:
        yield absent(facts, *_NAMES)


def _moved_forward(info: Stated, xmp: Stated) -> bool:
    """Whether the later of two times was also written later, by a save that was appended."""
    late, early = (info, xmp) if lead(info[1], xmp[1]) > lead(xmp[1], info[1]) else (xmp, info)
    return (late[0].where.revision or 1) > (early[0].where.revision or 1)


def _same_creation(facts: Facts) -> bool:
    """Whether the two stores state one creation, as they do when only the last change was written anew."""
    info, xmp = facts.moment("pdf.info.creation_date"), facts.moment("xmp.create_date")
    if info is None or xmp is None:
        return True
    return distance(info[1], xmp[1]) <= DRIFT or only_zone(info[1], xmp[1])


def _other_tools(facts: Facts) -> tuple[Observation, ...]:
    """The producers of Info and XMP when both are named and differ: openly two programs."""
    info, xmp = (facts.last(name) for name in _TOOLS)
    if info is None or xmp is None or _name(info) == _name(xmp):
        return ()
    return info, xmp


def _name(producer: Observation) -> str:
    return " ".join(str(producer.value).casefold().split())
