"""Mail recipes: dates and attachments exchanged, senders that look alike, and what mail systems do on the way.

Everything works on lines of bytes, because a program that parses and writes a message anew changes far more
than the forger, or the gateway, would.
"""

from __future__ import annotations

import base64
import email
import email.policy
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from tests.forge.office import LOOKALIKES
from tests.forge.recipe import altered, benign
from tests.forge.tools import DoesNotApply


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One Received line: the server ``by`` accepted the message ``of`` (host, address) at ``when``."""

    of: tuple[str, str]
    by: str
    when: datetime
    how: str = "ESMTPS"
    recipient: str = ""


def deliver(message: bytes, hops: Sequence[Hop], *, sender: str, recipient: str, seed: object = 0) -> bytes:
    """Put the trace of a delivery on top, hops given oldest first (RFC 5321, 4.4: each server prepends)."""
    draw = random.Random(str(seed))
    eol = _eol(message)
    lines = [f"Return-Path: <{sender}>", f"Delivered-To: {recipient}"]
    for hop in reversed(hops):
        queue = "".join(draw.choice("0123456789ABCDEF") for _ in range(10))
        target = f" for <{hop.recipient}>;" if hop.recipient else ";"
        lines += [
            f"Received: from {hop.of[0]} ({hop.of[0]} [{hop.of[1]}])",
            f"\tby {hop.by} (Postfix) with {hop.how} id {queue}" + (target if hop.recipient else ";"),
            f"\t{_date(hop.when)}",
        ]
    return eol.join(line.encode("ascii") for line in lines) + eol + message


def compose(
    *,
    sender: tuple[str, str],
    to: Sequence[tuple[str, str]],
    subject: str,
    date: datetime,
    text: str,
    identity: str,
    cc: Sequence[tuple[str, str]] = (),
    html: str = "",
    reply_to: str = "",
    references: Sequence[str] = (),
    agent: str = "",
    attachments: Sequence[tuple[str, bytes, str]] = (),
    inline: Sequence[tuple[str, bytes, str]] = (),
    forwarded: bytes = b"",
    seed: object = 0,
) -> bytes:
    """A message as a mail program hands it to its server, CRLF line ends, fixed boundaries.

    ``attachments`` are (name, bytes, media type); ``inline`` are (content id, bytes, media type) shown by the
    HTML; ``identity`` is the Message-ID without its angle brackets, ``reply_to`` that of the mail answered.
    """
    from email.headerregistry import Address

    def people(listed: Sequence[tuple[str, str]]) -> list[Address]:
        return [Address(name, addr_spec=address) for name, address in listed]

    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = people([sender])
    message["To"] = people(to)
    if cc:
        message["Cc"] = people(cc)
    message["Subject"] = subject
    message["Date"] = date
    message["Message-ID"] = f"<{identity}>"
    if reply_to:
        message["In-Reply-To"] = f"<{reply_to}>"
        message["References"] = " ".join(f"<{known}>" for known in (*references, reply_to))
    if agent:
        message["User-Agent"] = agent
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        for name, data, media in inline:
            body: Any = message.get_payload(1)
            body.add_related(data, *media.split("/"), cid=f"<{name}>")
    for name, data, media in attachments:
        message.add_attachment(data, *media.split("/"), filename=name)  # type: ignore[arg-type]
    if forwarded:
        message.add_attachment(email.message_from_bytes(forwarded, policy=email.policy.SMTP))
    draw = random.Random(str(seed))
    for part in message.walk():
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary("=_" + "".join(draw.choice("0123456789abcdef") for _ in range(32)))
    return message.as_bytes()


def headers(data: bytes) -> Message:
    return email.message_from_bytes(data)


def _date(moment: datetime) -> str:
    named = {timedelta(hours=2): " (CEST)", timedelta(hours=1): " (CET)", timedelta(0): " (UTC)"}
    return format_datetime(moment) + named.get(moment.utcoffset() or timedelta(0), "")


def _eol(data: bytes) -> bytes:
    return b"\r\n" if b"\r\n" in data[:4096] else b"\n"


def _split(data: bytes) -> tuple[bytes, bytes]:
    """(header lines, the rest from the empty line on)."""
    found = re.search(rb"\r?\n\r?\n", data)
    if not found or not re.match(rb"[!-9;-~]+:", data):
        raise DoesNotApply("not a message")
    return data[: found.start()] + _eol(data), data[found.start() + len(_eol(data)) :]


def _set_header(data: bytes, name: str, value: str) -> bytes:
    """Exchange the whole value of the first header of that name, folds included."""
    head, rest = _split(data)
    pattern = re.compile(rb"(?im)^(" + re.escape(name.encode()) + rb":)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
    if not pattern.search(head):
        raise DoesNotApply(f"no header {name}")
    return pattern.sub(lambda m: m[1] + b" " + value.encode("ascii"), head, count=1) + rest


def stated(data: bytes) -> datetime:
    """The Date header as an aware time. Raises ``DoesNotApply``."""
    _split(data)
    try:
        moment = parsedate_to_datetime(str(headers(data)["Date"]))
    except (TypeError, ValueError) as error:
        raise DoesNotApply("no readable Date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def received(data: bytes) -> list[datetime]:
    """Times of the Received lines, newest (topmost) first, those that can be read."""
    found = []
    for line in headers(data).get_all("Received", []):
        try:
            moment = parsedate_to_datetime(str(line).rpartition(";")[2].strip())
        except (TypeError, ValueError):
            continue
        found.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return found


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-003", "LV-MAIL-004"))
def edit_date(data: bytes, *, moment: datetime | None = None, seed: int = 0) -> bytes:
    """Exchange the Date header and leave the trace of the delivery alone.

    The mail seems written weeks before or after.  An examiner reads the Received lines from the bottom:
    servers of two parties took it in at another time, minutes apart from each other.  A mail held back in an
    outbox also shows an early Date, by hours as a rule; one dated after its own delivery has only clocks to
    blame.
    """
    if not received(data):
        raise DoesNotApply("no Received line to contradict")
    if moment is None:
        draw = random.Random(seed)
        days = draw.randrange(20, 200) * draw.choice((-1, 1))
        moment = stated(data) + timedelta(days=days, minutes=draw.randrange(600))
    return _set_header(data, "Date", format_datetime(moment))


@altered("mail", question="origin", expects=("LV-MAIL-003",), trace="faint")
def edit_date_and_drop_trace(data: bytes, *, seed: int = 0) -> bytes:
    """Set Date back by weeks and take the trace of the delivery out.

    No server speaks against the Date any more, and three mails of four hold no other clock.  An examiner decodes what mail programs write the time into:
    separators of parts, Message-ID, Thread-Index, the time of a DKIM signature, and the weekday beside the date.
    """
    moved = stated(data) - timedelta(days=random.Random(seed).randrange(20, 200), minutes=seed % 50)
    head, eol, body = data.partition(_eol(data) * 2)
    kept = re.sub(
        rb"(?mi)^(?:received|x-received|return-path|delivered-to|x-original-to|arc-[a-z-]+):.*(?:\r?\n[ \t].*)*\r?\n?",
        b"",
        head,
    )
    return _set_header(kept + eol + body, "Date", format_datetime(moved))


@altered("mail", question="origin", expects=("LV-NAME-001",))
def look_alike_sender(data: bytes, *, name: str = "", seed: int = 0) -> bytes:
    """Write letters of the sender's name in Cyrillic letters that look the same.

    The reader sees the colleague's name; an examiner lists the code points of the decoded header.
    """
    from email.header import Header
    from email.utils import parseaddr

    parsed = email.message_from_bytes(data, policy=email.policy.default)
    known, address = parseaddr(str(parsed.get("From", "")))
    name = name or known
    places = [at for at, char in enumerate(name) if ord(char) in LOOKALIKES]
    plain = [
        at
        for at, char in enumerate(name)
        if char.isascii() and char.isalpha() and ord(char) not in LOOKALIKES
    ]
    if not address.isascii() or "@" not in address or not places or not plain:
        raise DoesNotApply("no sender whose name has letters of both kinds")
    chosen = random.Random(seed).sample(places, min(2, len(places)))
    mixed = "".join(char.translate(LOOKALIKES) if at in chosen else char for at, char in enumerate(name))
    return _set_header(data, "From", f"{Header(mixed, 'utf-8').encode()} <{address}>")


@dataclass(frozen=True, slots=True)
class _Attached:
    name: str
    data: bytes
    start: int
    end: int


def attachments(data: bytes) -> list[_Attached]:
    """Base64 parts that have a file name, with the byte span of their encoded body."""
    found = []
    for part in email.message_from_bytes(data).walk():
        name = part.get_filename()
        if not name or part.get("Content-Transfer-Encoding", "").lower() != "base64":
            continue
        encoded = str(part.get_payload()).encode("ascii", "replace").replace(b"\r\n", b"\n").strip()
        wanted = encoded.replace(b"\n", _eol(data))
        at = data.find(wanted)
        if at >= 0 and wanted:
            found.append(_Attached(name, part.get_payload(decode=True), at, at + len(wanted)))  # type: ignore[arg-type]
    return found


def _put_attachment(data: bytes, old: _Attached, new: bytes) -> bytes:
    encoded = base64.encodebytes(new).strip().replace(b"\n", _eol(data))
    return data[: old.start] + encoded + data[old.end :]


@altered("mail", question="content", expects=("LV-MAIL-002",))
def exchange_attachment(data: bytes, *, replacement: bytes = b"", seed: int = 0) -> bytes:
    """Exchange an attachment for a version of it that was made after the mail, in the same part.

    Headers, boundaries and trace stay.  An examiner reads the dates inside the attached document: a creation
    or a last save later than every Received line of the mail that is said to have carried it.  By default the
    attached document is given properties of some weeks later.
    """
    from tests.forge import office, pdf

    later = max([stated(data), *received(data)]) + timedelta(
        days=random.Random(seed).randrange(10, 90), hours=3
    )
    for held in attachments(data):
        new = replacement
        if not new and held.data[:2] == b"PK":
            try:
                utc = later.astimezone(UTC)
                new = office.set_dates(held.data, created=utc, modified=utc + timedelta(minutes=42))
            except DoesNotApply:
                continue
        elif not new and held.data[:5] == b"%PDF-":
            try:
                new = pdf.set_dates(held.data, created=later, modified=later + timedelta(minutes=42))
            except DoesNotApply:
                continue
        if new:
            return _put_attachment(data, held, new)
    raise DoesNotApply("no attached document whose inner dates could be later")


@altered("mail", question="content")
def edit_body(data: bytes, *, old: str = "", new: str = "", seed: int = 0) -> bytes:
    """Exchange an amount or a number in the text, and nothing else.

    Without a DKIM signature nothing in an unsigned mail contradicts it.  An examiner looks for the other
    copy: the sender's, the answer that quotes it, the backup.
    """
    head, rest = _split(data)
    if not old:
        found = re.findall(rb"(?<![\w=.%/-])\d{2,4}(?:[ .,]\d{2,3})?(?![\w=%/-])", rest[:20000])
        if not found:
            raise DoesNotApply("no number in the text")
        chosen = random.Random(seed).choice(found)
        raised = str((int(chosen[:1]) % 9) + 1).encode() + chosen[1:]
        return head + rest.replace(chosen, raised, 1)
    if old.encode() not in rest:
        raise DoesNotApply(f"{old!r} is not written like that in the body")
    return head + rest.replace(old.encode(), new.encode(), 1)


@altered("mail", question="origin")
def answer_from_nowhere(data: bytes, *, identity: str = "20260914.7731@nulle-part.example") -> bytes:
    """Claim to answer a mail that does not exist, by In-Reply-To and References.

    An examiner with the whole mailbox misses the parent.  In one file alone nothing contradicts it.
    """
    head, rest = _split(data)
    eol = _eol(data)
    kept = re.sub(rb"(?im)^(?:In-Reply-To|References):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*", b"", head)
    added = f"In-Reply-To: <{identity}>".encode() + eol + f"References: <{identity}>".encode() + eol
    return kept + added + rest


@benign("mail")
def to_lf(data: bytes) -> bytes:
    """Unix line ends, as mail stores on Unix keep messages."""
    _split(data)
    return data.replace(b"\r\n", b"\n")


@benign("mail")
def to_crlf(data: bytes) -> bytes:
    """Internet line ends, as mail programs export messages."""
    _split(data)
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def mbox(messages: Sequence[bytes]) -> bytes:
    """An mbox (RFC 4155, with ">" before "From " in bodies), the separator dated like the delivery, in UTC."""
    out = []
    for message in messages:
        sender = re.search(rb"(?im)^Return-Path: *<([^>]*)>", message)
        moment = (received(message) or [stated(message)])[0].astimezone(UTC)
        line = f"From {sender[1].decode() if sender else 'MAILER-DAEMON'} {moment.strftime('%a %b %e %H:%M:%S %Y')}\n"
        body = re.sub(rb"(?m)^(>*From )", rb">\1", message.replace(b"\r\n", b"\n"))
        out.append(line.encode("ascii") + body.rstrip(b"\n") + b"\n\n")
    return b"".join(out)


@benign("mail")
def through_mbox(data: bytes) -> bytes:
    """Into an mbox and out again, as exports and imports do: LF line ends, ">From " left quoted, last line ended."""
    _split(data)
    return mbox([data]).partition(b"\n")[2].rstrip(b"\n") + b"\n"


@benign("mail")
def refold(data: bytes) -> bytes:
    """Parsed and written again by a mail library: headers folded and encoded its own way, order kept."""
    _split(data)
    policy = email.policy.SMTP.clone(refold_source="all")
    try:
        return email.message_from_bytes(data, policy=policy).as_bytes()
    except Exception as error:  # the standard library fails on some malformed headers
        raise DoesNotApply(f"the library cannot write it again: {error}") from error


@benign("mail")
def through_gateway(data: bytes, *, host: str = "passerelle.example", seconds: int = 4) -> bytes:
    """One more server in front: a Received line and a spam score on top, seconds later."""
    last = (received(data) or [stated(data)])[0] + timedelta(seconds=seconds)
    eol = _eol(data)
    lines = (
        b"X-Spam-Score: -0.2",
        f"Received: from localhost (localhost [127.0.0.1]) by {host} with LMTP id 7f31;".encode(),
        b"\t" + _date(last).encode(),
    )
    return eol.join(lines) + eol + data


@benign("mail")
def list_footer(data: bytes) -> bytes:
    """Through a mailing list: subject tagged, list headers, a footer under the text of a plain mail."""
    head, rest = _split(data)
    eol = _eol(data)
    if b"multipart" in head.lower():
        raise DoesNotApply("only plain mails get a footer in place")
    head = re.sub(rb"(?im)^(Subject:) ", rb"\1 [bureau] ", head, count=1)
    listed = b"List-Id: <bureau.listes.example>" + eol + b"Precedence: list" + eol
    footer = b"_______________" + eol + b"Liste bureau" + eol
    return head + listed + rest.rstrip() + eol + footer


@benign("mail")
def deliver_late(data: bytes, *, hours: int = 9) -> bytes:
    """Written in the evening, sent in the morning: every server's time moved on, Date left as it was."""
    head, rest = _split(data)
    if not received(data):
        raise DoesNotApply("no Received line")

    def move(found: re.Match[bytes]) -> bytes:
        moment = parsedate_to_datetime(found[2].decode("ascii"))
        return found[1] + format_datetime(moment + timedelta(hours=hours)).encode()

    stamp = rb"(;\s+)(\w{3}, +\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})"
    moved = re.sub(
        rb"(?im)^Received:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", lambda m: re.sub(stamp, move, m[0]), head
    )
    if moved == head:
        raise DoesNotApply("no time in the usual form")
    return moved + rest


@benign("mail")
def forward_as_attachment(data: bytes) -> bytes:
    """Forwarded whole by somebody else a day later: the message becomes a part of another."""
    sent = max([stated(data), *received(data)]) + timedelta(days=1)
    outer = compose(
        sender=("Claire Vasseur", "claire.vasseur@horizon-commun.example"),
        to=[("Hélène Roussel", "h.roussel@cabinet-roussel.example")],
        subject="TR: pour votre dossier",
        date=sent,
        text="Pour votre dossier, bien à vous.\n",
        identity=f"{sent:%Y%m%d%H%M%S}.22@horizon-commun.example",
    )
    eol = b"\r\n"
    edge = b"=_forwarded0001"
    head, rest = _split(outer)
    head = re.sub(rb"(?im)^Content-[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*", b"", head)
    kept = re.sub(rb"\r?\n", eol, data)
    return (
        head + b'Content-Type: multipart/mixed; boundary="' + edge + b'"' + eol + eol
        + b"--" + edge + eol + b"Content-Type: text/plain; charset=utf-8" + eol
        + b"Content-Transfer-Encoding: quoted-printable" + eol + rest
        + b"--" + edge + eol + b"Content-Type: message/rfc822" + eol + b"Content-Disposition: attachment" + eol + eol
        + kept + eol + b"--" + edge + b"--" + eol
    )  # fmt: skip
