"""LV-PDF-006  ExifTool changed the metadata.

What it looks at: an update that ExifTool appended to a PDF is framed by two
comments of its own, and what the metadata said before is still in the file.
Every entry that it changed is listed with both values.

Why it matters: ExifTool is the tool by which dates and names of PDFs are set by
hand, and its updates can be undone.  A date of creation or of last change that
it moved to an *earlier* time contradicts what the same file said before: a
document is not created a second time, and not last changed before it was
changed last.  Any other entry is handling, and only shown.

Innocent ways: an archive filed the document and set title, author or keywords;
somebody put the date of the paper original in place of that of the scan, or
repaired a clock that was wrong; a photographer's or publisher's workflow writes
all dates anew.

Repeat by hand: ``exiftool -a -G1 -PDF-update:all= FILE`` restores the original
on a copy; ``exiftool -a -G1 -time:all FILE`` before and after shows both.

Sources: ExifTool, documentation of the PDF tags (reversible edits); ISO 32000-2
14.3.3.  Of 1,030 public genuine PDFs 2 hold such an update, and neither moved a
date back.  Of 54 backdated by ExifTool 53 are told; the other states impossible
dates.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DRIFT, lead, only_zone, span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.when import parse_when

MESSAGES = {
    "moved-back": "ExifTool set {field} to {after} in revision {revision}; before, and still in the file, it "
    "was {before}, {by} later.",
    "changed": "ExifTool changed {field} in revision {revision}: «{before}» became «{after}».",
    "added": "ExifTool added {field} in revision {revision}: «{after}».",
    "taken-out": "ExifTool took {field} out in revision {revision}; it was «{before}».",
    "appended": "ExifTool appended an update in revision {revision} that changes none of the entries read.",
    "none": "No update of ExifTool is in the file.",
    **ABSENT,
}
INNOCENT = {
    "filing": "An archive or a filing system set the metadata.",
    "original": "The date of the paper original was put in place of that of the scan.",
    "clock": "A clock that had been wrong was put right.",
}
#: entries that say when the document was made or last changed
_DATES = frozenset(
    ("Info CreationDate", "Info ModDate", "XMP create_date", "XMP modify_date", "XMP metadata_date")
)

EXAMPLES = (
    Example(
        title="both dates set back by two years",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.exiftool.update", 5120, revision=2),
            fact("pdf.exiftool.field", "Info CreationDate", revision=2),
            fact("pdf.exiftool.before", "2017-04-27T10:02:11+02:00", revision=2),
            fact("pdf.exiftool.after", "2015-03-02T09:00:00+02:00", revision=2),
        ),
    ),
    Example(
        title="a title set on filing",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.exiftool.update", 5120, revision=2),
            fact("pdf.exiftool.field", "Info Title", revision=2),
            fact("pdf.exiftool.before", "", revision=2),
            fact("pdf.exiftool.after", "Rapport annuel", revision=2),
        ),
    ),
    Example(
        title="the last change moved forward",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.exiftool.update", 5120, revision=2),
            fact("pdf.exiftool.field", "Info ModDate", revision=2),
            fact("pdf.exiftool.before", "2017-04-27T10:02:11+02:00", revision=2),
            fact("pdf.exiftool.after", "2017-05-02T09:00:00+02:00", revision=2),
        ),
    ),
    Example(
        title="no update at all",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 1),),
    ),
)


@check(
    "LV-PDF-006",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("pdf",),
    reads=(
        "pdf.revision.count",
        "pdf.exiftool.update",
        "pdf.exiftool.field",
        "pdf.exiftool.before",
        "pdf.exiftool.after",
    ),
    cost=Cost.SECONDS,
    reproduce="grep -abo ExifToolUpdate FILE; cp FILE copy.pdf; exiftool -PDF-update:all= copy.pdf",
)
def exiftool_update(facts: Facts) -> Iterator[Answer]:
    updates = facts.all("pdf.exiftool.update")
    if not updates:
        if facts.first("pdf.revision.count") is None:
            yield absent(facts, "pdf.revision.count")
        else:
            yield neutral("none", rests_on=())
        return
    changed = _changed(facts)
    for field, before, after in changed:
        yield _judge(field, before, after)
    told = {field.where.revision for field, _, _ in changed}
    for update in updates:
        if update.where.revision not in told:
            yield neutral("appended", rests_on=(update,), revision=update.where.revision or "?")


def _changed(facts: Facts) -> list[tuple[Observation, Observation, Observation]]:
    """(entry, before, after) of every entry that an update changed."""
    found: list[tuple[Observation, Observation, Observation]] = []
    field: Observation | None = None
    before: Observation | None = None
    for observation in facts.extraction.observations:
        if observation.name == "pdf.exiftool.field":
            field, before = observation, None
        elif observation.name == "pdf.exiftool.before":
            before = observation
        elif observation.name == "pdf.exiftool.after" and field is not None and before is not None:
            found.append((field, before, observation))
            field = before = None
    return found


def _judge(field: Observation, before: Observation, after: Observation) -> Answer:
    was, now = str(before.value or ""), str(after.value or "")
    rests_on = (field, before, after)
    said: dict[str, str | int] = {"field": str(field.value), "revision": field.where.revision or "?"}
    if field.value in _DATES:
        earlier, later = parse_when(now), parse_when(was)
        if earlier is not None and later is not None and not only_zone(earlier, later):
            by = lead(later, earlier)
            if by > DRIFT:
                return contradicts(
                    "moved-back", rests_on=rests_on, before=was, after=now, by=span_text(by), **said
                )
    if not was:
        return neutral("added", rests_on=rests_on, after=now, **said)
    if not now:
        return neutral("taken-out", rests_on=rests_on, before=was, **said)
    return neutral("changed", rests_on=rests_on, before=was, after=now, **said)
