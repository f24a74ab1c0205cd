"""LV-PDF-043  A date inside the document is later than every date it states for itself.

What it looks at: a PDF states when it was made and last changed, in Info and in
the XMP packet.  Other dates lie deeper: the steps in the history of the packet,
when a page or the private data of a program was last changed, when an attached
file was made, when the camera took a picture on a page, and notes and
signatures.  The latest of them is compared with the latest that the file states
for itself.  An hour is allowed for, under every reading of the zones and as the
clocks showed it.

Why it matters: whoever sets the dates of a file back changes those that every
program shows.  The deeper ones stay.  The file as it stands was saved after
them.

Innocent ways: programs that add notes, form entries or signatures in an
appended save often leave Info as it was, so a later note or signature is only
shown, and so is a picture taken later, since clocks of cameras are often off.
A layout program that copies the dates of a template.

Repeat by hand: ``exiftool -a -G1 -ee -time:all FILE; qpdf --qdf FILE - | grep -a D:``.

Sources: ISO 32000-2, 14.3.3, 14.5, 7.11.4.2 and 12.5.2; XMP specification part
2, 1.2.4 (ResourceEvent).  Of 674 public genuine PDFs that state a date none is
pointed out; 8 have a later note or signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._pdf_dates import CLAIMED, INNER, unset
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import lead, moments, newest, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "later": "{what} is dated {inner}; the latest date the file states for itself is {latest}, {by} before "
    "that. The file as it stands was saved later than it says.",
    "picture": "A picture on the pages says it was taken at {inner}; the latest date the file states for "
    "itself is {latest}, {by} before that.",
    "noted": "{what} is dated {inner}; the latest date the file states for itself is {latest}, {by} before "
    "that. Programs that add one often leave the dates of the file as they were.",
    "unset": "{what} is dated {inner}; the latest date the file states for itself, {latest}, is that of a "
    "clock that was never set.",
    **ABSENT,
}
INNOCENT = {
    "appended": "A later program wrote this part and left the dates of the file as they were.",
    "clock": "The clock of the computer that saved the file stood back, or another one ran ahead.",
    "template": "A layout program copied the dates of a template.",
}

_WORDS = {
    "xmp.history.when": "A step in the history of the XMP packet",
    "pdf.annotation.when": "A note",
    "pdf.signature.when": "A signature",
    "pdf.page.last_modified": "The last change of a page",
    "pdf.piece.last_modified": "The private data of a program",
    "pdf.attachment.created": "The making of an attached file",
    "pdf.attachment.modified": "The last change of an attached file",
    "pdf.picture.taken": "A picture on the pages",
}
#: added by programs that do not touch the dates of the file
_ADDED = ("pdf.annotation.when", "pdf.signature.when")
#: the stamps of one save lie within minutes; clocks of two machines within an hour
_MARGIN = timedelta(hours=1)

EXAMPLES = (
    Example(
        title="set back to 2012 in Info and XMP, with the history of the packet left as it was",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+02:00"),
            fact("pdf.info.mod_date", "2012-05-04T10:12:00+02:00"),
            fact("xmp.modify_date", "2012-05-04T10:12:00+02:00"),
            fact("xmp.history.when", "2016-04-29T17:40:11+02:00"),
        ),
    ),
    Example(
        title="a picture taken after the document was last changed",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2012-05-04T10:12:00+02:00"),
            fact("pdf.picture.taken", "2012-05-05T18:00:00"),
        ),
    ),
    Example(
        title="signed in an appended save, which leaves Info as it was",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.info.creation_date", "2020-05-13T14:12:52+02:00"),
            fact("pdf.signature.when", "2021-06-29T15:12:38+02:00"),
        ),
    ),
    Example(
        title="the history ends with the last save",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("xmp.modify_date", "2016-04-29T17:40:11+02:00"),
            fact("xmp.history.when", "2016-04-29T17:40:12+02:00"),
        ),
    ),
)


@check(
    "LV-PDF-043",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("pdf",),
    reads=(*CLAIMED, *INNER),
    cost=Cost.MINUTES,
    reproduce="exiftool -a -G1 -ee -time:all FILE",
)
def inner_later(facts: Facts) -> Iterator[Answer]:
    last = newest(moments(facts, CLAIMED))
    if last is None:
        yield absent(facts, *CLAIMED)
        return
    late = [one for one in moments(facts, INNER) if lead(one[1], last[1]) > _MARGIN]
    own = [one for one in late if one[0].name not in (*_ADDED, "pdf.picture.taken")]
    for found, message in (
        (own, "later"),
        ([one for one in late if one[0].name == "pdf.picture.taken"], "picture"),
        ([one for one in late if one[0].name in _ADDED], "noted"),
    ):
        inner = newest(found)
        if inner is None:
            continue
        said = {"what": _WORDS[inner[0].name], "inner": inner[1].text, "latest": last[1].text}
        rests_on = (inner[0], last[0])
        if unset(last):
            yield neutral("unset", rests_on=rests_on, **said)
            continue
        by = span_text(lead(inner[1], last[1]))
        if message == "later":
            yield contradicts("later", rests_on=rests_on, by=by, **said)
        elif message == "picture":
            yield neutral("picture", rests_on=rests_on, by=by, inner=inner[1].text, latest=last[1].text)
        else:
            yield neutral("noted", rests_on=rests_on, by=by, **said)
