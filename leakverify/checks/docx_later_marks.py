"""LV-DOCX-002  Comments, tracked changes or a printing dated after the last save.

What it looks at: every comment and tracked change of a Word document carries
the date at which it was made, and the properties of any Office document that
was printed say when.  They are compared with the later of the dates at which
the document says that it was created and last saved.

Why it matters: what is in a document was there when it was last saved.  Who
moves the dates of the properties back has to find every mark in the text, the
notes and the comments as well.  The time of a printing is kept only by a save
that follows it.

Innocent ways: marks carry the clock of the machine they were made on, and one
reviewer's clock may be ahead; Word writes local time behind which it puts a Z,
so that a mark may seem up to 14 hours later than a save in UTC; programs that
compare or assemble documents date the marks they make, and keep the
properties, and so do scripts that put in remarks: marks of one person who is not
the last saver, in a package that Office did not write, are only shown; a
converter may keep the properties of the original.

Repeat by hand: ``unzip -p FILE word/document.xml word/comments.xml | grep -o
'w:date="[^"]*"' | sort | tail -3`` and ``unzip -p FILE docProps/core.xml``.

Sources: ECMA-376 part 1, 17.13; the inner stamps of COPA v Wright [2024] EWHC
1198 (Ch), which outran the dates of their files.
Measured: of 31 public documents with such marks 3 have one after the last save,
by 5 hours and 30 minutes each, the author's zone; of 25 that were printed none
says that it was after the last save.  None is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._time import ZONES, Stated, moments, newest, span_text
from leakverify.checks._versions import NAMES_WORD, WRITING, claims_microsoft, writer
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.when import parse_when

MESSAGES = {
    "later": "{late} of {all} comments and tracked changes are dated after the latest date the document "
    "states of itself, {latest}; the last is of {mark}, {by} later, by {author}. It was packed the way "
    "Microsoft Office does, so Office saved it later than it says.",
    "later-one": "{late} of {all} comments and tracked changes are dated after the latest date the document "
    "states of itself, {latest}; the last is of {mark}, {by} later, all of them by {author}.",
    "later-by-other": "{late} of {all} comments and tracked changes are dated after the latest date the "
    "document states of itself, {latest}; the last is of {mark}, {by} later, by {author}. It was not packed "
    "the way Microsoft Office does.",
    "printed": "The document says that it was last printed on {mark}, {by} after the latest date at which it "
    "says that it was saved, {latest}; only a save keeps that.",
    "zone": "{late} of {all} comments and tracked changes are up to {by} later than the last save, {latest}, "
    "as local time beside UTC is.",
}
INNOCENT = {
    "clock": "The clock of the machine on which the marks were made was ahead.",
    "compared": "A program compared or put together documents, dated its marks and kept the properties.",
    "dates-kept": "Software that converts, labels or cleans documents kept the dates of the original.",
}

_OWN = ("ooxml.core.modified", "ooxml.core.created")
_MARKS = ("docx.comment", "docx.revision")

_AS_OFFICE = (
    *NAMES_WORD,
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("zip.times", "all-1980"),
    fact("ooxml.core.modified", "2012-03-14T16:20:00Z"),
    fact("ooxml.core.last_modified_by", "Jeanne Martin"),
)


def _marked(author: str, date: str) -> tuple[Observation, ...]:
    return fact("docx.revision.author", author), fact("docx.revision.when", date, raw=f"{date}Z")


EXAMPLES = (
    Example(
        title="saved in 2012, with changes of 2016 by two people",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            *_marked("Paul Durand", "2016-05-02T10:00:00"),
            *_marked("Jeanne Martin", "2016-05-02T11:00:00"),
        ),
    ),
    Example(
        title="the person who saved last made changes after that",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(*_AS_OFFICE, *_marked("Jeanne Martin", "2016-05-02T11:00:00")),
    ),
    Example(
        title="a reviewer whose clock is a year ahead",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            *_marked("Jeanne Martin", "2012-03-12T11:00:00"),
            *_marked("Paul Durand", "2013-03-13T11:00:00"),
        ),
    ),
    Example(
        title="printed years after the last save",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(*_AS_OFFICE, fact("ooxml.core.last_printed", "2019-12-18T13:00:00Z")),
    ),
    Example(
        title="a comment in the author's own time, five and a half hours ahead of UTC",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(*_AS_OFFICE, *_marked("Jeanne Martin", "2012-03-14T21:49:00")),
    ),
    Example(
        title="changes made before the last save",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(*_AS_OFFICE, *_marked("Paul Durand", "2012-03-12T11:00:00")),
    ),
)


@check(
    "LV-DOCX-002",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("ooxml",),
    needs=("ooxml.core.modified",),
    reads=(
        *_OWN,
        "ooxml.core.last_printed",
        "docx.comment.when",
        "docx.comment.author",
        "docx.revision.when",
        "docx.revision.author",
        "ooxml.app.application",
        "zip.made_by",
        *WRITING,
    ),
    cost=Cost.MINUTES,
    reproduce="unzip -p FILE word/document.xml word/comments.xml | grep -o 'w:date=[^ ]*' | sort | tail -3",
)
def marks_after_save(facts: Facts) -> Iterator[Answer]:
    latest = newest(moments(facts, _OWN))
    if latest is None:
        return
    printed = facts.moment("ooxml.core.last_printed")
    if printed is not None and printed[1].wall - latest[1].wall_end > ZONES:
        yield unusual(
            "printed",
            rests_on=(latest[0], printed[0]),
            mark=printed[1].text,
            by=span_text(printed[1].wall - latest[1].wall_end),
            latest=latest[1].text,
        )
    yield from _marks_after(facts, latest)


def _marks_after(facts: Facts, latest: Stated) -> Iterator[Answer]:
    stated = list(_dated(facts))
    after = [(mark, author) for mark, author in stated if mark[1].wall > latest[1].wall_end]
    if not after:
        return
    last, author = max(after, key=lambda pair: pair[0][1].wall)
    by = last[1].wall - latest[1].wall_end
    said: dict[str, str | int] = {
        "all": len(stated),
        "latest": latest[1].text,
        "by": span_text(by),
    }
    # local time beside UTC explains up to a day's zones, whoever's clock it is
    late = [(mark, name) for mark, name in after if mark[1].wall - latest[1].wall_end > ZONES]
    if not late:
        yield neutral("zone", rests_on=(latest[0], last[0]), late=len(after), **said)
        return
    said |= {"late": len(late), "mark": last[1].text, "author": author or "an unnamed author"}
    rests_on = (latest[0], last[0], *(mark[0] for mark, _ in late[:20] if mark is not last))
    names = {name for _, name in late if name}
    packer = writer(facts)
    office = packer is not None and packer.kind == "office" and facts.text("zip.times") == "all-1980"
    several = len(names) > 1 or facts.text("ooxml.core.last_modified_by") in names
    if not (office and claims_microsoft(facts)):
        # a script for reviews puts in marks under one name and keeps the properties
        answer = unusual if several else neutral
        yield answer("later-by-other", rests_on=rests_on, **said)
    elif several:
        yield contradicts("later", rests_on=rests_on, **said)
    else:
        yield unusual("later-one", rests_on=rests_on, **said)


def _dated(facts: Facts) -> Iterator[tuple[Stated, str]]:
    """Marks with their author, who is stated right before the date."""
    author = ""
    for observation in facts.extraction.observations:
        kind, _, what = observation.name.rpartition(".")
        if kind not in _MARKS:
            continue
        if what == "author":
            author = str(observation.value)
        elif what == "when":
            read = parse_when(str(observation.value))
            if read is not None:
                yield (observation, read), author
