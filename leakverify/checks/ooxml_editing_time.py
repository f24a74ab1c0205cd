"""LV-OOX-003  More editing time than there was between creation and last save.

What it looks at: Office counts the minutes a document was open for editing and
states its creation and last save, both in UTC.  The count is compared with the
span between the two; a count that is negative, or was negative before it was
written as a large number, is read as minutes below zero.

Why it matters: in one continuous history a document cannot be edited longer
than it exists.  The count goes below zero when the clock is set back while the
document is open.

Innocent ways: saving under another name keeps the count and starts a new
creation, in most cases in the same minute as the last save; such documents are
only shown.  A session left open adds months, but never more than have passed.
Converters copy the count and set dates of their own, and other suites count in
their own way, which is only shown.  A clock put right while
the document is open moves the count by minutes.  A clock that lost its power begins
at the turn of a year: a count between two such times measures the clock, and is only shown.

Repeat by hand: ``unzip -p FILE docProps/app.xml | grep -o '<TotalTime>[^<]*'``
and ``unzip -p FILE docProps/core.xml``.

Sources: COPA v Wright [2024] EWHC 1198 (Ch) 386-389 and appendix: 83,165
minutes within 2,594, and 4,287,839,314 = -7,127,982 in 32 bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, lead, span_text, started_over
from leakverify.checks._versions import names_microsoft
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "exceeds": "The document counts {total} minutes of editing; between its creation ({created}) and its "
    "last save ({modified}) lie {span}, {by} less.",
    "unset": "The document counts {total} minutes of editing and {span} from creation to last save "
    "({modified}); both lie at the turn of a year, where clocks begin that lost their power.",
    "save-as": "The document counts {total} minutes of editing, and its creation is its last save "
    "({modified}), as saving under another name leaves it.",
    "other-suite": "The document counts {total} minutes of editing and {span} from creation to last save; "
    "it names {application}, which counts in its own way.",
    "below-zero": "The document counts {total} minutes of editing: the clock was set back by about {by} "
    "while it was open.",
    "negative": "The document counts {total} minutes of editing, {minutes} when read as a signed number: the "
    "clock was set back by about {by} while it was open.",
    **ABSENT,
    "slipped": "The document counts {total} minutes of editing, {minutes} when read as a signed number: a "
    "clock put right while it was open leaves that.",
}
INNOCENT = {
    "save-as": "The document was saved under another name, which keeps the count and starts a new creation.",
    "converter": "A converter copied the count and set dates of its own.",
    "template": "The document began as a copy of another one, with its count.",
    "clock": "The clock was put right while the document was open.",
}

#: minutes are rounded, and saving takes its time; measured, see the tests of this check
_MARGIN = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
#: the count is an unsigned number of 32 bits in the file and a signed one in the program
_SIGN, _RANGE = 2**31, 2**32
#: more minutes than a century has are no count of anything
_MOST = 100 * 525_949

#: per kind of document: the count, creation, last save, and the program that keeps them
_STORES = (
    ("ooxml.app.total_time", "ooxml.core.created", "ooxml.core.modified", "ooxml.app.application"),
    ("ole.summary.total_time", "ole.summary.created", "ole.summary.modified", "ole.summary.application"),
    ("odf.editing_time", "odf.created", "odf.modified", "odf.generator"),
)

EXAMPLES = (
    Example(
        title="83,165 minutes of editing within two days",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.total_time", 83165, part="docProps/app.xml"),
            fact("ooxml.core.created", "2016-03-14T16:20:00Z"),
            fact("ooxml.core.modified", "2016-03-16T11:34:00Z"),
        ),
    ),
    Example(
        title="a count below zero by thirteen years",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(fact("ooxml.app.total_time", 4287839314, part="docProps/app.xml"),),
    ),
    Example(
        title="a session left open for two months",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.total_time", 86000),
            fact("ooxml.core.created", "2016-03-14T16:20:00Z"),
            fact("ooxml.core.modified", "2016-05-14T11:34:00Z"),
        ),
    ),
    Example(
        title="LibreOffice, which keeps the count when saving under another name",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact(
                "ooxml.app.application", "LibreOffice/4.3.3.2$Linux_X86_64 LibreOffice_project/430m0$Build-2"
            ),
            fact("ooxml.app.total_time", 89),
            fact("ooxml.core.created", "2015-06-29T06:57:34Z"),
            fact("ooxml.core.modified", "2015-06-29T06:58:03Z"),
        ),
    ),
    Example(
        title="a computer whose clock started over, in the last hours of 2001",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.total_time", 1072),
            fact("ooxml.core.created", "2001-12-31T17:25:32Z"),
            fact("ooxml.core.modified", "2001-12-31T20:41:00Z"),
        ),
    ),
    Example(
        title="saved under another name",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.total_time", 267),
            fact("ooxml.core.created", "2012-09-04T15:01:00Z"),
            fact("ooxml.core.modified", "2012-09-04T15:01:00Z"),
        ),
    ),
)


@check(
    "LV-OOX-003",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("ooxml", "ole", "odf"),
    reads=tuple(name for names in _STORES for name in names),
    cost=Cost.SECONDS,
    reproduce="unzip -p FILE docProps/app.xml | grep -o '<TotalTime>[^<]*'; unzip -p FILE docProps/core.xml",
)
def editing_time(facts: Facts) -> Iterator[Answer]:
    for names in _STORES:
        stated = facts.last(names[0])
        if stated is not None:
            yield from _compare(facts, stated, *names[1:])
            return
    yield absent(facts, *(name for name, *_ in _STORES if name.startswith(facts.formats)))


def _compare(
    facts: Facts, stated: Observation, created_name: str, modified_name: str, application: str
) -> Iterator[Answer]:
    total = int(float(stated.value or 0))
    minutes = total - _RANGE if _SIGN <= total < _RANGE else total
    if minutes < 0:
        by = timedelta(minutes=min(-minutes, _MOST))
        said: dict[str, str | int] = {"total": total, "minutes": minutes}
        if by > DAY:
            key = "below-zero" if said["total"] == said["minutes"] else "negative"
            yield contradicts(key, rests_on=(stated,), by=span_text(by), **said)
        else:
            yield neutral("slipped", rests_on=(stated,), **said)
        return
    created, modified = facts.moment(created_name), facts.moment(modified_name)
    if created is None or modified is None or minutes > _MOST:
        return
    span = modified[1].wall_end - created[1].wall
    excess = timedelta(minutes=minutes) - span
    if excess <= _MARGIN or span < timedelta(0) or lead(created[1], modified[1]) > timedelta(0):
        return
    rests_on = (stated, created[0], modified[0])
    if abs(modified[1].wall - created[1].wall) <= _MINUTE:
        yield neutral("save-as", rests_on=rests_on, total=total, modified=modified[1].text)
    elif facts.text(application) and not names_microsoft(facts.text(application)):
        yield neutral(
            "other-suite", rests_on=rests_on, total=total, span=span_text(span),
            application=facts.text(application),
        )  # fmt: skip
    elif started_over(created[1]) and started_over(modified[1]):
        yield neutral(
            "unset", rests_on=rests_on, total=total, span=span_text(span), modified=modified[1].text
        )
    else:
        yield unusual(
            "exceeds", rests_on=rests_on, total=total, span=span_text(span), by=span_text(excess),
            created=created[1].text, modified=modified[1].text,
        )  # fmt: skip
