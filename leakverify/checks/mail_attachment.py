"""LV-MAIL-002  The attachment holds dates later than the mail that carried it.

What it looks at: the dates an attached document states about itself, against
the newest clock of the mail it came with: Received lines, signatures, Date, and
the times that its programs hid in it.  Where one of these is younger than the
attachment, the mail's own dates are in question and not the attachment, which
LV-MAIL-003 tells.  A difference counts from one day, under every reading of the zones and as the
clocks showed it.

Why it matters: what travelled with a mail existed when the mail was sent.  A
later date inside means that the attachment is not the one that was sent, or
that one of the clocks was wrong.  Earlier dates say nothing.

Innocent ways: the author's computer or camera had its clock ahead; the mail
states no server's time and its Date is that of a draft; an archive, a filter or
an export wrote the attachment anew, or followed a link to a newer copy.

Repeat by hand: save the attachment with ``munpack FILE`` or a mail program,
then ``exiftool -a -G1 -time:all ATTACHMENT``; read the hops of the mail with
``grep -inE -A2 '^(date|received):' FILE``.

Sources: RFC 5321 4.4.  Of public mail few with dated attachments were at hand:
none of 6 is reported; of 40 to which a later document was attached all are whose
document states a date.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, unusual
from leakverify.checks._mail_time import DECODED, SIGNED, SIGNERS, servers
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import DAY, lead, moments, newest, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "later": "The attachment states {inner} ({what}), {by} after the newest clock of the mail that carried "
    "it, {mail} ({clock}).",
    "later-unsent": "The attachment states {inner} ({what}), {by} after the mail's own Date, {mail}; no "
    "server's time is stated.",
    "later-camera": "The picture states {inner} ({what}), {by} after the newest clock of the mail that "
    "carried it, {mail} ({clock}).",
    "no-mail": "The document did not come out of a mail.",
    "mail-without-time": "The mail that carried the document states no time.",
    **ABSENT,
}
INNOCENT = {
    "clock": "The clock of the computer or camera that made the attachment was ahead.",
    "rewritten": "A filter, an archive or an export wrote the attachment anew after the mail was sent.",
    "draft": "The mail was kept as a draft: its Date is older than its last change.",
    "placeholder": "The document states an intended date, such as that of publication.",
}

#: a conversation, a picture or another mail is older than this one
_HIDDEN = tuple(name for name in DECODED if not name.endswith(("thread", "content_id", "parent")))
_FORMS = ("mail.received.by", "mail.clock.field.form", *SIGNERS)
_CLOCKS = ("mail.received.when", *SIGNED, "mail.date", *_HIDDEN)
_INNER = (
    "ooxml.core.modified",
    "ooxml.core.created",
    "ooxml.core.last_printed",
    "docx.comment.when",
    "docx.revision.when",
    "zip.time.latest",
    "pdf.info.mod_date",
    "pdf.info.creation_date",
    "xmp.metadata_date",
    "xmp.modify_date",
    "xmp.create_date",
    "xmp.history.when",
)
_CAMERA = ("image.exif.datetime_original", "image.exif.datetime_digitized", "image.exif.datetime_modified")

_MAIL = Example(
    title="a mail delivered on 12 May 2016",
    outcome=Outcome.NOT_APPLICABLE,
    formats=("mail",),
    facts=(
        fact("mail.date", "2016-05-12T10:31:00+02:00"),
        fact("mail.received.when", "2016-05-12T10:31:09+02:00", line=2),
    ),
)

EXAMPLES = (
    Example(
        title="a spreadsheet saved ten months after the mail that carries it",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        carrier=_MAIL,
        facts=(
            fact("ooxml.core.created", "2016-05-05T08:00:00Z"),
            fact("ooxml.core.modified", "2017-03-27T14:02:00Z"),
        ),
    ),
    Example(
        title="an old spreadsheet sent on",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        carrier=_MAIL,
        facts=(fact("ooxml.core.modified", "2009-01-02T08:00:00Z"),),
    ),
    Example(
        title="saved minutes before sending on a clock without a zone",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        carrier=_MAIL,
        facts=(fact("pdf.info.creation_date", "2016-05-12T18:29:00"),),
    ),
    Example(
        title="a camera whose clock is years ahead",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        carrier=_MAIL,
        facts=(fact("image.exif.datetime_original", "2020-01-01T00:03:00"),),
    ),
    Example(
        title="a mail whose dates were moved back: its Message-ID is of the day the spreadsheet was saved",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        carrier=Example(
            title="a mail of May 2016 whose Message-ID holds 28 March 2017",
            outcome=Outcome.NOT_APPLICABLE,
            formats=("mail",),
            facts=(
                *_MAIL.facts,
                fact("mail.clock.identifier", "2017-03-28T08:31:00Z"),
                fact("mail.clock.identifier.form", "mozilla-id"),
            ),
        ),
        facts=(fact("ooxml.core.modified", "2017-03-27T14:02:00Z"),),
    ),
    Example(
        title="a loose file",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("ooxml",),
        facts=(fact("ooxml.core.modified", "2017-03-27T14:02:00Z"),),
    ),
)


@check(
    "LV-MAIL-002",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("ooxml", "pdf", "image", "zip"),
    reads=(*_CLOCKS, *_FORMS, *_INNER, *_CAMERA),
    cost=Cost.SECONDS,
    reproduce="munpack FILE; exiftool -a -G1 -time:all ATTACHMENT",
)
def attachment_later_than_mail(facts: Facts) -> Iterator[Answer]:
    mail = facts.carried_by("mail")
    if mail is None:
        yield Answer(Outcome.NOT_APPLICABLE, "no-mail", (), {})
        return
    clock = newest(moments(mail, _CLOCKS))
    if clock is None:
        yield Answer(Outcome.NOT_APPLICABLE, "mail-without-time", (), {})
        return
    if not moments(facts, (*_INNER, *_CAMERA)):
        yield absent(facts, *_INNER, *_CAMERA)
        return
    served = next(servers(mail), None) is not None
    inner = newest([s for s in moments(facts, _INNER) if lead(s[1], clock[1]) > DAY])
    if inner is not None:
        answer, message = (contradicts, "later") if served else (unusual, "later-unsent")
    else:
        inner = newest([s for s in moments(facts, _CAMERA) if lead(s[1], clock[1]) > DAY])
        answer, message = unusual, "later-camera"
    if inner is not None:
        yield answer(
            message, rests_on=(inner[0], clock[0]), inner=inner[1].text, what=inner[0].name,
            by=span_text(lead(inner[1], clock[1])), mail=clock[1].text, clock=clock[0].name,
        )  # fmt: skip
