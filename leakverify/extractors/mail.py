"""Single mail messages (RFC 5322, MIME), as saved by programs and servers.

Structure is that of the standard library's ``email`` under ``policy.compat32``,
read here from the raw bytes so that every fact keeps its place; header values
are decoded by bounded readers of our own.  Attachments and carried messages are
examined as documents of the same unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Context, Event, Fault, Fit, Format, Probe, Source, count, token
from leakverify.extractors._mail_body import BODY_VOCABULARY, body_events
from leakverify.extractors._mail_clocks import CLOCK_VOCABULARY, field_clocks, with_clocks
from leakverify.extractors._mail_dkim import DKIM_VOCABULARY, dkim_facts
from leakverify.extractors._mail_fields import FIELD_VOCABULARY, header_facts
from leakverify.extractors._mail_folder import Tally, separators
from leakverify.extractors._mail_headers import Headers, read_headers, skip_mark
from leakverify.extractors._mail_style import STYLE_VOCABULARY
from leakverify.extractors._maildir import MAILDIR_VOCABULARY

#: fields that programs write, hardly anybody else
_MACHINE = frozenset(
    """received return-path delivered-to message-id mime-version in-reply-to references dkim-signature
    domainkey-signature authentication-results arc-seal arc-message-signature arc-authentication-results
    received-spf x-received x-mailer user-agent thread-index thread-topic list-id list-unsubscribe
    content-transfer-encoding x-originating-ip x-mozilla-status newsgroups errors-to precedence
    x-originalarrivaltime x-ms-has-attach x-priority envelope-to resent-from resent-date resent-message-id
    x-spam-status x-apparently-to importance""".split()
)
#: fields that also stand at the top of memoranda and printed mail
_HUMAN = frozenset("from to cc bcc subject date reply-to sender organization".split())
#: fields of HTTP that mail does not have
_HTTP = frozenset("server set-cookie cookie etag cache-control accept-ranges host accept location".split())
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*([^\r\n]{0,400})[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FOLD = re.compile(rb"[ \t][^\r\n]*(?:\r\n|\r|\n|\Z)")
_ENVELOPE = re.compile(rb"From [^\r\n]*(?:\r\n|\r|\n)")
_CLOCK = re.compile(rb"\d{1,2} [A-Za-z]{3,9} \d{2,4},? \d{1,2}:\d\d")


def sniff(ends: Probe) -> Fit:
    """A mail begins with header fields, and enough of them are those of mail.

    Two known names are asked for, one when the name ends in ``.eml``.  Names
    that also head a memorandum count only with a field that programs write, an
    address or a clock time beside them; a list of From, Sent, To and Subject is
    a printed mail, which is text.
    """
    head = ends.head
    at = skip_mark(head)
    envelope = _ENVELOPE.match(head, at)
    if envelope:
        at = envelope.end()
    names: set[bytes] = set()
    telling = False
    while True:
        field = _FIELD.match(head, at)
        if field is None:
            fold = _FOLD.match(head, at) if names else None
            if fold is None or fold.end() == at:
                break
            at = fold.end()
            continue
        at = field.end()
        key = field[1].lower()
        names.add(key)
        spoken = field[2]
        telling = telling or bool(
            b"@" in spoken if key in _ADDRESSED else key == b"date" and _CLOCK.search(spoken)
        )
    known = {name.decode("ascii") for name in names}
    machine = known & _MACHINE
    human = known & _HUMAN
    shown = len(machine) + len(human) + ("content-type" in known)
    if known & _HTTP and not known & _MAIL_ONLY:
        return Fit.NONE
    if ends.extension == "eml":
        return Fit.LOOSE if machine or human or "content-type" in known else Fit.NONE
    ended = at >= len(head) or head[at : at + 1] in (b"\r", b"\n")
    if shown < 2 or (not ended and len(machine) < 2):
        return Fit.NONE
    if "sent" in known and not machine:
        return Fit.NONE
    return Fit.LOOSE if machine or telling else Fit.NONE


_ADDRESSED = frozenset({b"from", b"to", b"sender", b"reply-to", b"cc"})
_MAIL_ONLY = frozenset({"received", "message-id", "subject", "return-path", "from", "delivered-to"})


def read(source: Source, context: Context) -> Iterator[Event]:
    return with_clocks(_read(source, context))


def _read(source: Source, context: Context) -> Iterator[Event]:
    data = source.data
    start = skip_mark(data)
    if start:
        yield Observation(name="mail.leading_bytes", value=start, where=Location(offset=0, length=start))
    ending = _line_ending(data)
    if ending:
        yield Observation(name="mail.line_ending", value=ending)
    before = data.count(b"\n", 0, start)
    headers = read_headers(data, start, len(data), before=before)
    yield from header_facts(data, headers)
    yield from field_clocks(data, headers)
    ends = _message_ends(source, headers)
    yield from dkim_facts(data, headers, ends[0][1])
    yield from body_events(data, headers, start, ends[0][1], context)
    if len(ends) > 1:
        yield Observation(name="mail.further_messages", value=len(ends) - 1)
    for number, (first, last) in enumerate(ends[1 : context.limits.documents], 2):
        where = Location(part=f"message {number}", offset=first, length=last - first)
        yield Child(name=f"message {number}", data=data[first:last], role="message", where=where)
    if len(ends) > context.limits.documents:
        yield Fault("limit-documents", f"{len(ends)} messages")


def _line_ending(data: bytes) -> str:
    pairs, feeds = data.count(b"\r\n"), data.count(b"\n")
    if not feeds:
        return ""
    return "lf" if not pairs else "crlf" if pairs == feeds else "mixed"


def _message_ends(source: Source, headers: Headers) -> list[tuple[int, int]]:
    """Ranges of the messages of an mbox that was taken for one mail; usually just one.

    The probe of a large file shows both ends only, so that a mail saved with
    its mbox line cannot be told from an mbox before it is read.
    """
    start = headers.envelope[1] if headers.envelope else 0
    ends = [(start, source.size)]
    if headers.envelope is None:
        return ends
    for found in separators(source, headers.body, Tally()):
        if found.before:
            ends[-1] = (ends[-1][0], found.start - found.before)
            ends.append((found.end, source.size))
    return ends


def sample() -> bytes:
    """A small message that takes every late path: charsets, encodings, HTML, an attachment."""
    from leakverify.extractors import _mail_charset

    _mail_charset.warm_up()
    return "\r\n".join(
        (
            "Received: from a.example (a.example [192.0.2.1]) by b.example with ESMTP id 1;",
            " Fri, 5 May 2017 20:47:00 +0200 (CEST)",
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=a.example; s=k;",
            " t=1494010020; x=1494614820; h=from; bh=AAAA; b=AAAA",
            "DKIM-Signature: v=1; a=rsa-sha1; c=simple/relaxed; d=a.example; s=k; h=from; bh=AAAA; b=AAAA",
            "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=b.example; s=k; t=1494010020; b=AAAA",
            "ARC-Message-Signature: i=1; a=rsa-sha256; d=b.example; s=k; h=from; bh=AAAA; b=AAAA",
            "ARC-Authentication-Results: i=1; b.example; dmarc=pass header.from=a.example",
            "X-MS-TNEF-Correlator: <1@a.example>",
            "Date: Fri, 5 May 2017 20:46:58 +0200",
            "From: =?utf-8?q?Ren=C3=A9e?= <renee@a.example>",
            "To: =?iso-2022-jp?b?GyRCRnxLXBsoQg==?= <to@b.example>, (x) y@b.example",
            "Subject: =?koi8-r?b?9A==?=",
            "Message-ID: <1@a.example>",
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="=_b"',
            "",
            "--=_b",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "<!doctype html><html><head><style>p{}</style></head><p>n=C3=A9e &eacute;&#233;<br><!-- --><b>b",
            "--=_b",
            "Content-Type: application/octet-stream; name*0*=utf-8''%C3%A9; name*1=.bin",
            "Content-Transfer-Encoding: base64",
            'Content-Disposition: attachment; modification-date="Fri, 5 May 2017 20:00:00 +0200"',
            "",
            "AAECAw==",
            "--=_b--",
            "",
        )
    ).encode("ascii")


FORMAT = Format(
    name="mail",
    title="Mail message",
    version=3,
    sniff=sniff,
    observes={
        **FIELD_VOCABULARY,
        **BODY_VOCABULARY,
        **MAILDIR_VOCABULARY,
        **CLOCK_VOCABULARY,
        **DKIM_VOCABULARY,
        **STYLE_VOCABULARY,
        "mail.line_ending": token("how lines end: crlf, lf or mixed"),
        "mail.leading_bytes": count("byte order mark, blank lines or escaped mbox line in front", "bytes"),
        "mail.further_messages": count("messages that follow in the same file, as in an mbox"),
    },
    extensions=("eml", "txt", "mht", "mhtml"),
    media_types=("message/rfc822",),
    replaces=("text",),
    imports=(
        "asn1crypto.cms",
        "binascii",
        "encodings.aliases",
        "leakverify.extractors.pdf.signature_value",
        "lxml.etree",
    ),
    sample=sample,
    readers=("lxml",),
    sources=(
        "RFC 5322 sections 2.2, 3.3, 3.4, 3.6, 4",
        "RFC 2045, 2046, 2047, 2183, 2231",
        "RFC 6376 sections 3.2, 3.4, 3.5, 3.7, 5.4",
        "RFC 8617 sections 4.1, 5.1",
        "RFC 4155 appendix A",
    ),
)
