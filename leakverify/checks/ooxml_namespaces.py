"""LV-OOX-002  Namespaces and program version younger than the claimed last save.

What it looks at: the XML namespaces of Microsoft Office carry in their URI the
year, at times the day, in which they were coined, and the properties name the
version of the program.  The youngest is compared with the latest date that the
document states about itself.  Less than half a year is only unusual: builds are
used by their makers before.

Why it matters: a program writes only what it knows.  A document that declares a
namespace of 2016 was saved in 2016 or later, whatever its properties say.

Innocent ways: converting an old document with another suite keeps its dates
and declares new namespaces: the application then names that suite, and nothing
is reported.  Server software that labels or cleans documents keeps dates too;
a computer's clock may stand years back, most often at the turn of a year, where
clocks begin that lost their power: that weakens the answer.  A document that was re-saved later
states so, and then there is no conflict.

Repeat by hand: ``unzip -p FILE word/document.xml | head -c 4000 | grep -o
'http://schemas.microsoft.com[^"]*'`` and ``unzip -p FILE docProps/core.xml``.

Sources: the date is in the URI; first uses and versions in ``ooxml_namespaces``
and ``office_versions``; of 505 public Office files 2 are reported, one of a clock
that had started over; that LibreOffice keeps dates when converting was
measured with LibreOffice 7.4.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._text import absent
from leakverify.checks._time import moments, newest, span_text, started_over
from leakverify.checks._versions import (
    MARGIN,
    Anachronism,
    claims_microsoft,
    coined,
    prefix_of,
    released,
    writer,
)
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "later": "The document holds {what}, which did not exist before {since}; the latest date it states is "
    "{latest}, {by} earlier. It was packed the way Microsoft Office does, so Office saved it later than "
    "it says.",
    "later-by-other": "The document holds {what}, which did not exist before {since}; the latest date it "
    "states is {latest}, {by} earlier. It was not packed the way Microsoft Office does.",
    "later-reset": "The document holds {what}, which did not exist before {since}; all its dates lie at the "
    "turn "
    "of a year, the latest is {latest}, {by} earlier: the clock may have started over from its default.",
    "preview": "The document holds {what}, which nobody outside its maker had before {since}; the latest "
    "date it states is {latest}, {by} earlier.",
    "converted": "The document holds {what}, younger than its latest date {latest}; it names {application}, "
    "which keeps the dates of what it converts.",
    "not-stated": "The document states none of: {names}.",
    "not-seen": "None of {names} was seen, and something hid part of the document: {problems}.",
}
INNOCENT = {
    "dates-kept": "Software that converts, labels or cleans documents kept the dates of the original.",
    "clock": "The computer's clock stood years back when the document was saved.",
    "preview": "It was saved with a build that was not yet sold, at Microsoft or by a tester.",
}

_DATES = (
    "ooxml.core.modified",
    "ooxml.core.created",
    "ooxml.core.last_printed",
    "docx.revision.when",
    "docx.comment.when",
)
#: parts that others than the writing program put into a document: content types, labels, add-ins
_FOREIGN_PARTS = ("customXml/", "docMetadata/", "_xmlsignatures/")


_WORD = "http://schemas.microsoft.com/office/word/"
_AS_OFFICE = (
    fact("ooxml.app.application", "Microsoft Office Word"),
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("zip.first_entry", "[Content_Types].xml"),
    fact("zip.times", "all-1980"),
)

EXAMPLES = (
    Example(
        title="last saved in 2008, with a namespace of 2016",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("ooxml.core.modified", "2008-03-14T16:20:00Z"),
            fact("ooxml.namespace", _WORD + "2016/wordml/cid", part="word/document.xml"),
        ),
    ),
    Example(
        title="a computer whose clock had started over from its default",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("ooxml.core.created", "2001-12-31T17:25:32Z"),
            fact("ooxml.core.modified", "2001-12-31T20:41:00Z"),
            fact("ooxml.app.app_version", "12.0000"),
        ),
    ),
    Example(
        title="template refresh: an old document re-saved, the last save moved along",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("ooxml.core.created", "2008-03-14T16:20:00Z"),
            fact("ooxml.core.modified", "2017-01-09T09:00:00Z"),
            fact("ooxml.namespace", _WORD + "2016/wordml/cid", part="word/document.xml"),
        ),
    ),
    Example(
        title="converted by LibreOffice, which keeps the dates and says so",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.app.application", "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"),
            fact("ooxml.core.modified", "2011-12-06T02:39:00Z"),
            fact("ooxml.namespace", _WORD + "2012/wordml", part="word/document.xml"),
        ),
    ),
    Example(
        title="a build shortly before the year of its namespace",
        outcome=Outcome.UNUSUAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("ooxml.core.modified", "2011-11-20T10:00:00Z"),
            fact("ooxml.namespace", _WORD + "2012/wordml", part="word/document.xml"),
        ),
    ),
    Example(
        title="a label put in by a server, in a part of its own",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("ooxml.core.modified", "2011-11-20T10:00:00Z"),
            fact("ooxml.namespace", "http://schemas.microsoft.com/office/2020/mipLabelMetadata",
                 part="docMetadata/LabelInfo.xml"),
        ),
    ),
)  # fmt: skip


@check(
    "LV-OOX-002",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("ooxml",),
    reads=(
        *_DATES,
        "ooxml.namespace",
        "ooxml.app.application",
        "ooxml.app.app_version",
        "zip.made_by",
        "zip.flags.first",
        "zip.first_entry",
        "zip.times",
        "zip.extra_fields",
        "ooxml.part",
    ),
    cost=Cost.SECONDS,
    reproduce="unzip -p FILE word/document.xml | head -c 4000; unzip -p FILE docProps/core.xml",
)
def younger_than_saved(facts: Facts) -> Iterator[Answer]:
    latest = newest(moments(facts, _DATES))
    if latest is None or "ooxml.core.modified" not in {o.name for o, _ in moments(facts, _DATES)}:
        yield absent(facts, "ooxml.core.modified")
        return
    youngest = max(_dated(facts), key=lambda found: found.since.earliest, default=None)
    if youngest is None:
        return
    by = youngest.since.earliest - latest[1].latest
    if by <= timedelta(0):
        return
    rests_on = (youngest.observation, latest[0])
    said = {"what": youngest.what, "latest": latest[1].text}
    application = facts.text("ooxml.app.application")
    if application and not claims_microsoft(facts):
        yield neutral("converted", rests_on=rests_on, application=application, **said)
        return
    packer = writer(facts)
    said |= {"since": youngest.since.text, "by": span_text(by)}
    if by <= MARGIN:
        yield unusual("preview", rests_on=rests_on, **said)
    elif started_over(latest[1]):
        yield unusual("later-reset", rests_on=rests_on, **said)
    elif packer is not None and packer.kind == "office" and application:
        yield contradicts("later", rests_on=(*rests_on, *packer.marks), **said)
    else:
        yield unusual("later-by-other", rests_on=rests_on, **said)


def _dated(facts: Facts) -> Iterator[Anachronism]:
    for observation in facts.all("ooxml.namespace"):
        if observation.where.part.startswith(_FOREIGN_PARTS):
            continue
        uri = str(observation.value)
        since = coined(uri)
        if since is not None:
            prefix = prefix_of(uri)
            what = f"the namespace {uri} ({prefix})" if prefix else f"the namespace {uri}"
            yield Anachronism(observation, what, since)
    version = facts.last("ooxml.app.app_version")
    if version is not None and claims_microsoft(facts):
        found = released(str(version.value))
        if found is not None:
            yield Anachronism(version, f"AppVersion {version.value} ({found[1]})", found[0])
