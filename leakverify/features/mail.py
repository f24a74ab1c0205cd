"""Features of mail: how the author's program writes fields and parts, what servers add left aside."""

from __future__ import annotations

import re

from leakverify.features._programs import program
from leakverify.features._rules import (
    Made,
    Rule,
    Seen,
    any_of,
    bucket,
    every,
    finite,
    last,
    number,
    ordered,
    stating,
)
from leakverify.features._shapes import id_shape, word

#: observations of style that any reader of mail may add; all of them are taken
STYLE = "mail.style."
#: fields that the author's program writes; others are added on the way or are somebody's own
_AUTHORS = frozenset(
    """from sender reply-to to cc bcc subject date message-id in-reply-to references mime-version content-
    type content-transfer-encoding content-disposition content-language content-class content-
    description x-mailer user-agent organization organisation importance priority x-priority x-msmail-
    priority x-mimeole thread-index thread-topic accept-language x-accept-language x-ms-has-attach x-ms-
    tnef-correlator x-originating-ip x-sender disposition-notification-to mail-followup-to x-face x-url
    x-operating-system x-uniform-type-identifier x-originalarrivaltime x-universally-unique-identifier
    x-mailer-version x-x-sender x-notes-item x-identity-key x-account-key x-mozilla-draft-info fcc
    x-enigmail-version x-antivirus x-evolution-source comments keywords x-oem x-mail-agent x-yahoo-
    newman-property""".split()
)
_DIGITS = re.compile(r"\d+")
_PREAMBLE = re.compile(
    r"this is a multi-?\s?part message in mime format\.{0,3}|this message is in mime format.*"
    r"|this is a cryptographically signed message.*|this is an? (?:openpgp/)?mime.*",
    re.IGNORECASE | re.DOTALL,
)


def preamble_shape(text: str) -> str:
    """What programs write before the first boundary, any other text as ``other``."""
    text = text.strip()
    return text[:48].rstrip() if _PREAMBLE.fullmatch(text) else "other" if text else ""


def _authored(seen: Seen, read: str) -> list[str]:
    return [name for name in seen.text(read).split(":") if name.lower() in _AUTHORS][:48]


def _order(seen: Seen) -> Made:
    """The author's fields in their order, each kind once."""
    return ordered(dict.fromkeys(_authored(seen, "mail.header.order")))


def _spelling(seen: Seen) -> Made:
    return set(_authored(seen, "mail.header.spelling"))


def _others(seen: Seen) -> Made:
    """Fields of servers, lists and others."""
    return {
        name for name in seen.text("mail.header.spelling").split(":")[:200] if name.lower() not in _AUTHORS
    }


def _message_id(seen: Seen) -> Made:
    said, at, _ = seen.text("mail.message_id").partition("@")
    local = id_shape(said)[1:]
    if not said:
        return None
    return [
        local,
        _DIGITS.sub("", local),
        f"runs {len(re.findall(r'[9fFw][0-9]', local))}",
        f"host {bool(at)}",
    ]


def _boundaries(seen: Seen) -> Made:
    out: set[str] = set()
    for text in seen.texts("mail.mime.boundary")[:12]:
        shape = id_shape(text)
        out.update((shape, _DIGITS.sub("", shape), "^" + shape[:12]))
    return out


def _types(seen: Seen) -> Made:
    """Media types of the parts in their order, with the depth at which they lie."""
    row = []
    for observation in seen.all("mail.mime.type")[:24]:
        part = observation.where.part.split(",")[0]
        depth = part.count(".") + 1 if re.fullmatch(r"[\d.]+", part) else 0
        row.append(f"{depth} {str(observation.value)[:48]}")
    return ordered(row)


def _charsets(seen: Seen) -> Made:
    return {text[:24] for text in seen.texts("mail.mime.charset")}


def _preambles(seen: Seen) -> Made:
    return {preamble_shape(text) for text in seen.texts("mail.mime.preamble")[:8]}


def _style(seen: Seen) -> Made:
    """Whatever a reader of mail says of style, each statement a word."""
    out: set[str] = set()
    for name in seen.names(STYLE):
        for observation in seen.all(name)[:24]:
            value = observation.value
            amount = None if isinstance(value, bool) else finite(value)
            said = str(value) if amount is None else bucket(amount)
            out.add(word(f"{name[len(STYLE) :]}={said}"))
    return out


def _agent(seen: Seen) -> Made:
    said = seen.text("mail.user_agent").strip()
    return [" ".join(part for part in program(said, "mail") if part)] if said else None


def _servers(seen: Seen) -> Made:
    """Protocols of the servers, the first of them nearest to the author."""
    return ordered(str(o.value)[:24] for o in list(seen.all("mail.received.with"))[::-1][:8])


_STATED = {
    "mail.date": "date", "mail.from.name": "name", "mail.sender.address": "sender",
    "mail.reply_to.address": "reply-to",
    "mail.cc.address": "cc", "mail.bcc.address": "bcc", "mail.subject": "subject",
    "mail.message_id": "message-id",
    "mail.in_reply_to": "in-reply-to", "mail.references": "references", "mail.user_agent": "program",
    "mail.organization": "organization", "mail.thread_index": "thread-index", "mail.list_id": "list",
    "mail.return_path": "return-path", "mail.envelope.from": "envelope",
    "mail.originating_ip": "originating-ip",
    "mail.dkim.domain": "dkim", "mail.arc.domain": "arc", "mail.attachment.size": "attachment",
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule("s.mail.order", "the author's fields in their order", ("mail.header.order",), _order),
    Rule("s.mail.spelling", "the author's fields as they are spelled", ("mail.header.spelling",), _spelling),
    Rule("s.mail.message_id", "how the Message-ID is made", ("mail.message_id",), _message_id),
    Rule("s.mail.boundary", "how boundaries are made", ("mail.mime.boundary",), _boundaries),
    Rule("s.mail.types", "media types in their order", ("mail.mime.type",), _types),
    Rule("s.mail.charsets", "charsets as they are spelled", ("mail.mime.charset",), _charsets),
    every("s.mail.encodings", "transfer encodings as they are spelled", "mail.mime.encoding"),
    Rule("s.mail.preamble", "text before the first boundary", ("mail.mime.preamble",), _preambles),
    Rule("s.mail.style", "further habits of writing", (f"{STYLE}*",), _style),
    last("s.mail.line_ending", "how lines end", "mail.line_ending"),
    every("s.mail.wrapper", "content wrapped once more", "mail.wrapper"),
    Rule("m.mail.program", "program named", ("mail.user_agent",), _agent),
    Rule("m.mail.others", "fields of servers, lists and others", ("mail.header.spelling",), _others),
    Rule("m.mail.servers", "protocols of the servers", ("mail.received.with",), _servers),
    number("m.mail.received", "servers that took the mail", "mail.received.count", "count"),
    last("m.mail.zone", "zone of the date as written", "mail.date.zone"),
    stating("m.mail.stated", "what is stated", _STATED),
    every("m.mail.dkim", "fields a signature covers", "mail.dkim.signed"),
    any_of("t.mail.further", "messages follow in the same file", "mail.further_messages"),
)
