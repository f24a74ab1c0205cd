"""What the header section of a message states, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, count, text, token, when
from leakverify.extractors._mail_dates import MailDate, read_date, read_envelope
from leakverify.extractors._mail_headers import FIELD_BYTES, TOO_MANY, Field, Headers
from leakverify.extractors._mail_words import (
    Address,
    addresses,
    header_text,
    hop,
    literal_text,
    message_ids,
)

Facts = Iterator[Observation | Fault]

FIELD_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mail.envelope.from": text("sender in the mbox line before the first field"),
        "mail.envelope.when": when("date in the mbox line before the first field"),
        "mail.header.order": token("field names in the order written, lower case, joined by colons"),
        "mail.header.spelling": token("the same names as spelled in the file"),
        "mail.header.duplicate": token("a field that occurs more often than RFC 5322 allows", repeats=True),
        "mail.date": when("the Date field: when its author's program says it was sent"),
        "mail.date.zone": token("zone of the Date field as written"),
        "mail.date.weekday": token("weekday of the Date field as written, three letters, lower case"),
        "mail.date.other": when("a further Date field", repeats=True),
        "mail.resent.when": when("a Resent-Date field: when the mail was sent once more", repeats=True),
        "mail.date_malformed": text("a Date field that is no possible date"),
        "mail.from.name": text("name of the author, the first if several"),
        "mail.from.address": text("address of the author, the first if several"),
        "mail.from.other": text("address of a further author, or of a further From field", repeats=True),
        "mail.sender.address": text("address in the Sender field"),
        "mail.reply_to.address": text("address that answers are to go to", repeats=True),
        "mail.to.name": text("name of a recipient", repeats=True),
        "mail.to.address": text("address of a recipient", repeats=True),
        "mail.cc.name": text("name of a recipient of a copy", repeats=True),
        "mail.cc.address": text("address of a recipient of a copy", repeats=True),
        "mail.bcc.address": text("address of a recipient of a blind copy", repeats=True),
        "mail.subject": text("the Subject field, decoded"),
        "mail.subject.other": text("a further Subject field, decoded", repeats=True),
        "mail.message_id": text("the Message-ID, without its brackets"),
        "mail.in_reply_to": text("Message-ID of the mail this one answers"),
        "mail.references": text("Message-ID of an earlier mail of the thread", repeats=True),
        "mail.user_agent": text("program that wrote the mail, as it calls itself"),
        "mail.organization": text("the Organization field"),
        "mail.thread_index": token("the Thread-Index field of Outlook and Exchange, base64"),
        "mail.thread_topic": text("the Thread-Topic field of Outlook and Exchange"),
        "mail.noted.author_domain": text(
            "domain that stood in From as a server notes it (header.from of Authentication-Results)",
            repeats=True,
        ),
        "mail.noted.identifier": text(
            "Message-ID as Exchange repeats it (X-MS-TNEF-Correlator), without its brackets"
        ),
        "mail.return_path": text("address that the delivering server noted as the sender"),
        "mail.delivered_to": text("address that a server noted as the mailbox", repeats=True),
        "mail.list_id": text("the List-Id field"),
        "mail.originating_ip": token("address of the sender's machine as noted by webmail", repeats=True),
        "mail.mozilla_status": token("message flags of Mozilla programs; 0008 is deleted, not yet purged"),
        "mail.received.count": count("Received fields"),
        "mail.received.when": when("when a server took the mail; the first is the newest", repeats=True),
        "mail.received.date_malformed": text("a Received date that is no possible date", repeats=True),
        "mail.received.from": text(
            "host a server took the mail from, as that host named itself", repeats=True
        ),
        "mail.received.by": text("server that took the mail", repeats=True),
        "mail.received.with": token("protocol by which a server took the mail", repeats=True),
        "mail.received.id": token("number a server gave the mail", repeats=True),
    }
)

#: fields that may occur once (RFC 5322 3.6)
ONCE = frozenset(
    "date from sender reply-to to cc bcc message-id in-reply-to references subject".split()
)  # fmt: skip
#: facts kept of one kind of field
ADDRESSES, REFERENCES, HOPS, NOTES = 1_000, 500, 200, 50
_NAMES_LENGTH = 16_384
_RAW = 2_000
_ID_LENGTH = 1_000
_ADDRESS_LITERAL = re.compile(r"[0-9A-Fa-f:.]{3,45}")
#: the property of RFC 8601 2.3; some servers write an address, brackets or quotation marks
_HEADER_FROM = re.compile(r"\bheader\.from\s{0,5}=\s{0,5}[\"<]?([^\s;()\"<>\[\],]{1,300})", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21-\x7e]{1,400}")


def header_facts(data: bytes, headers: Headers) -> Facts:
    """Facts of the outermost header section, cheap ones first."""
    if headers.envelope is not None:
        yield from _envelope(data, headers.envelope)
    names = [field.name for field in headers.fields]
    if names:
        yield Observation(name="mail.header.order", value=clip(":".join(names).lower(), _NAMES_LENGTH))
        yield Observation(name="mail.header.spelling", value=clip(":".join(names), _NAMES_LENGTH))
    by_key: dict[str, list[Field]] = {}
    for field in headers.fields:
        by_key.setdefault(field.key, []).append(field)
    for key, found in by_key.items():
        if len(found) > 1 and key in ONCE:
            yield Observation(name="mail.header.duplicate", value=key, where=found[1].where())
    yield from _date(data, by_key.get("date", []))
    for field in by_key.get("resent-date", [])[:NOTES]:
        literal = header_text(field.value(data))
        again = read_date(literal)
        if again is not None:
            raw = clip(literal, _RAW)
            yield Observation(name="mail.resent.when", value=again.value, where=field.where(), raw=raw)
    yield from _people(data, by_key)
    yield from _subject(data, by_key.get("subject", []))
    yield from _ids(data, by_key)
    yield from _notes(data, by_key, headers)
    yield from _hops(data, by_key.get("received", []))
    for irregular in headers.irregular:
        yield Fault("limit-size" if irregular == TOO_MANY else "malformed", irregular)
    for field in headers.fields:
        if field.oversize:
            yield Fault("limit-size", f"more than {FIELD_BYTES} bytes in one field", field.where())


def _envelope(data: bytes, span: tuple[int, int]) -> Facts:
    line = data[span[0] : min(span[1], span[0] + 1000)]
    where = Location(offset=span[0], length=span[1] - span[0], line=1)
    read = read_envelope(line)
    if read is None:
        return
    if read.sender:
        yield Observation(name="mail.envelope.from", value=clip(read.sender), where=where)
    if read.date is not None:
        yield Observation(name="mail.envelope.when", value=read.date.value, where=where, raw=read.literal)


def _date(data: bytes, fields: list[Field]) -> Facts:
    for position, field in enumerate(fields[:NOTES]):
        literal = header_text(field.value(data))
        read = read_date(literal)
        raw, where = clip(literal, _RAW), field.where()
        if position:
            if read is not None:
                yield Observation(name="mail.date.other", value=read.value, where=where, raw=raw)
            continue
        if read is None:
            yield Observation(name="mail.date_malformed", value=raw, where=where)
            continue
        yield Observation(name="mail.date", value=read.value, where=where, raw=raw)
        if read.zone:
            yield Observation(name="mail.date.zone", value=read.zone, where=where)
        if read.weekday:
            yield Observation(name="mail.date.weekday", value=read.weekday, where=where)


def _people(data: bytes, by_key: Mapping[str, list[Field]]) -> Facts:
    for authors, (field, one) in enumerate(_addresses(data, by_key.get("from", [])), 1):
        if authors > ADDRESSES:
            yield Fault("limit-answer", f"more than {ADDRESSES} addresses", field.where())
            break
        if authors == 1:
            yield from _named("mail.from.name", one.name, one, field)
            yield from _named("mail.from.address", one.address, one, field)
        else:
            yield from _named("mail.from.other", one.address or one.name, one, field)
    for field, one in _addresses(data, by_key.get("sender", [])[:1]):
        if one.address:
            yield from _named("mail.sender.address", one.address, one, field)
            break
    for key in ("reply-to", "to", "cc", "bcc"):
        stem = "mail." + key.replace("-", "_")
        for kept, (field, one) in enumerate(_addresses(data, by_key.get(key, [])), 1):
            if kept > ADDRESSES:
                yield Fault("limit-answer", f"more than {ADDRESSES} addresses", field.where())
                break
            if key in ("to", "cc"):
                yield from _named(f"{stem}.name", one.name, one, field)
            yield from _named(f"{stem}.address", one.address, one, field)


def _addresses(data: bytes, fields: list[Field]) -> Iterator[tuple[Field, Address]]:
    for field in fields[:NOTES]:
        for one in addresses(literal_text(field.value(data))):
            yield field, one


def _named(name: str, value: str, one: Address, field: Field) -> Facts:
    if value:
        literal = None if value in one.raw else clip(one.raw, _RAW)
        yield Observation(name=name, value=clip(value), where=field.where(), raw=literal)


def _plain(name: str, data: bytes, field: Field) -> Facts:
    """The whole value as text; the literal text goes along when it had to be decoded."""
    raw = field.value(data)
    value = header_text(raw)
    if value:
        literal = literal_text(raw)
        yield Observation(
            name=name,
            value=clip(value),
            where=field.where(),
            raw=None if literal == value else clip(literal, _RAW),
        )


def _subject(data: bytes, fields: list[Field]) -> Facts:
    for position, field in enumerate(fields[:NOTES]):
        yield from _plain("mail.subject.other" if position else "mail.subject", data, field)


def _ids(data: bytes, by_key: Mapping[str, list[Field]]) -> Facts:
    for key, name, most in (
        ("message-id", "mail.message_id", 1),
        ("in-reply-to", "mail.in_reply_to", 1),
        ("references", "mail.references", REFERENCES),
    ):
        for field in by_key.get(key, [])[:1]:
            for kept, one in enumerate(message_ids(header_text(field.value(data)))):
                if kept >= most:
                    if most > 1:
                        yield Fault("limit-answer", f"more than {most} ids", field.where())
                    break
                yield Observation(name=name, value=clip(one, _ID_LENGTH), where=field.where())


def _notes(data: bytes, by_key: Mapping[str, list[Field]], headers: Headers) -> Facts:
    """Fields that programs and servers leave for one another."""
    for field in headers.fields:
        if field.key in ("x-mailer", "user-agent"):
            yield from _plain("mail.user_agent", data, field)
            break
    for key, name in (
        ("organization", "mail.organization"),
        ("thread-topic", "mail.thread_topic"),
        ("list-id", "mail.list_id"),
    ):
        for field in by_key.get(key, [])[:1]:
            yield from _plain(name, data, field)
    for key, name in (("thread-index", "mail.thread_index"), ("x-mozilla-status", "mail.mozilla_status")):
        for field in by_key.get(key, [])[:1]:
            value = "".join(header_text(field.value(data)).split())
            if value:
                yield Observation(name=name, value=clip(value), where=field.where())
    for field in by_key.get("return-path", [])[:1]:
        value = next((one for one in message_ids(header_text(field.value(data)))), "")
        if value:
            yield Observation(name="mail.return_path", value=clip(value), where=field.where())
    yield from _noted(data, by_key)
    for key in ("delivered-to", "x-original-to", "envelope-to"):
        for field in by_key.get(key, [])[:NOTES]:
            yield from _plain("mail.delivered_to", data, field)
    for field in by_key.get("x-originating-ip", [])[:NOTES]:
        found = _ADDRESS_LITERAL.search(header_text(field.value(data)))
        if found:
            yield Observation(name="mail.originating_ip", value=found[0], where=field.where())


def _noted(data: bytes, by_key: Mapping[str, list[Field]]) -> Facts:
    """What servers wrote down of the author and the identifier when they had the mail."""
    seen: dict[str, None] = {}
    for key in ("authentication-results", "arc-authentication-results"):
        for field in by_key.get(key, [])[:NOTES]:
            for found in _HEADER_FROM.finditer(literal_text(field.value(data))[:FIELD_BYTES]):
                domain = found[1].rpartition("@")[2].strip(".").lower()
                if "." in domain and domain not in seen and len(seen) < NOTES:
                    seen[domain] = None
                    yield Observation(
                        name="mail.noted.author_domain", value=clip(domain), where=field.where()
                    )
    for field in by_key.get("x-ms-tnef-correlator", [])[:1]:
        value = next((one for one in message_ids(header_text(field.value(data)))), "")
        if value:
            yield Observation(name="mail.noted.identifier", value=clip(value), where=field.where())


def _hops(data: bytes, fields: list[Field]) -> Facts:
    yield Observation(name="mail.received.count", value=len(fields))
    if len(fields) > HOPS:
        yield Fault("limit-answer", f"more than {HOPS} Received fields", fields[HOPS].where())
    for field in fields[:HOPS]:
        literal = header_text(field.value(data))
        where = field.where()
        read = hop(literal)
        dated, date = _hop_date(literal, read.date)
        if dated is not None:
            yield Observation(name="mail.received.when", value=dated.value, where=where, raw=clip(date, _RAW))
        elif date:
            yield Observation(name="mail.received.date_malformed", value=clip(date, _RAW), where=where)
        for name, value in (("mail.received.from", read.sender), ("mail.received.by", read.receiver)):
            if value:
                yield Observation(name=name, value=clip(value, _ID_LENGTH), where=where)
        for name, value in (("mail.received.with", read.protocol), ("mail.received.id", read.queue_id)):
            word = _TOKEN.match(value)
            if word:
                yield Observation(name=name, value=word[0], where=where)


def _hop_date(literal: str, stated: str) -> tuple[MailDate | None, str]:
    """The date of a hop; behind the last semicolon even if a bracket was never closed."""
    if stated:
        return read_date(stated), literal.rpartition(";")[2].strip() or stated
    tail = literal.rpartition(";")[2].strip() if ";" in literal else ""
    read = read_date(tail) if tail else None
    return (read, tail) if read is not None else (None, "")
