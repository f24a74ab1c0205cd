"""What the properties of a message state, in the words of mail where they mean the same.

Transport headers, where they are kept, are read by the reader of mail; what
they leave out is filled from the properties, with the property named as the
place.  What the properties themselves say is told as ``mapi.*`` beside it, so
that the two can be held against each other.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Context, Event, Fault, LimitExceeded, Source, clip
from leakverify.extractors._mail_charset import codec_of, decode
from leakverify.extractors._mail_clocks import field_clocks, with_clocks
from leakverify.extractors._mail_fields import header_facts
from leakverify.extractors._mail_headers import FIELD_BYTES, read_headers
from leakverify.extractors._mail_html import declared_charset, html_text
from leakverify.extractors._mail_words import message_ids
from leakverify.extractors._mapi import ATTACHMENTS, Attachment, Bag, Item, codec
from leakverify.extractors._mapi_rtf import decompress

_HEADERS = 0x007D
#: irregularities told of one message
_FAULTS = 100
_RTF_BYTES = 32 * 1024 * 1024
#: line that Outlook of 1998 to 2007 sets before the headers
_MARK = re.compile(rb"Microsoft Mail Internet Headers[^\r\n]{0,80}(?:\r\n|\r|\n)")
_FLAGS = (
    "read", "unmodified", "submitted", "unsent", "has-attachments", "from-me", "associated", "resend",
    "", "", "", "", "", "internet", "untrusted",
)  # fmt: skip
_TEXTS = (
    (0x001A, "mapi.class"), (0x0C1A, "mapi.sender.name"), (0x0042, "mapi.representing.name"),
    (0x0040, "mapi.received_by.name"), (0x3FFA, "mapi.modifier"), (0x3FF8, "mapi.creator"),
    (0x0070, "mapi.conversation_topic"), (0x0E04, "mapi.display_to"), (0x0E03, "mapi.display_cc"),
)  # fmt: skip
_TIMES = (
    (0x0039, "mapi.submitted"), (0x0E06, "mapi.delivered"), (0x3007, "mapi.created"),
    (0x3008, "mapi.modified"), (0x0015, "mapi.expires"), (0x000F, "mapi.deferred_until"),
)  # fmt: skip
_NUMBERS = (
    (0x0E07, "mapi.flags"), (0x3FFD, "mapi.code_page"), (0x3FDE, "mapi.internet_code_page"),
    (0x3FF1, "mapi.locale"), (0x0017, "mapi.importance"), (0x0E08, "mapi.size"),
    (0x1016, "mapi.body.native"),
)  # fmt: skip
_KINDS = {0: "from", 1: "to", 2: "cc", 3: "bcc"}


def item_events(item: Item, context: Context) -> Iterator[Event]:
    """Everything a message says, cheap facts first, with the clocks that its identifiers hold."""
    return with_clocks(_item_events(item, context))


def _item_events(item: Item, context: Context) -> Iterator[Event]:
    """No name is told twice that may be told once."""
    bag = item.bag
    yield from item.faults[:_FAULTS]
    if len(item.faults) > _FAULTS:
        yield Fault("limit-answer", f"{len(item.faults)} irregularities, {_FAULTS} told")
    if item.rebuilt:
        yield Observation(name="mapi.rebuilt", value=item.rebuilt)
    if item.folder:
        yield Observation(name="mapi.folder", value=clip(item.folder))
    yield from _stated(bag)
    known: set[str] = set()
    for event in _headers(bag):
        if isinstance(event, Observation):
            known.add(event.name)
        yield event
    yield from _people(item, known)
    yield from _fill(bag, known)
    yield Observation(name="mapi.attachments", value=len(item.attachments))
    for number, attachment in enumerate(item.attachments[:ATTACHMENTS], 1):
        yield from _attached(number, attachment)
    yield from _bodies(bag, context)


def _at(number: int) -> Location:
    return Location(part=f"property {number:04X}")


def _stated(bag: Bag) -> Iterator[Event]:
    for number, name in _TEXTS:
        value = bag.text(number)
        if value:
            yield Observation(name=name, value=clip(value), where=_at(number))
    subject = _subject(bag)
    if subject:
        yield Observation(name="mapi.subject", value=clip(subject), where=_at(0x37))
    for name, candidates in (("sender", (0x5D01, 0x0C1F)), ("representing", (0x5D02, 0x0065))):
        for number in candidates:
            value = bag.text(number)
            if value:
                yield Observation(name=f"mapi.{name}.address", value=clip(value), where=_at(number))
                break
    for number, name in _TIMES:
        moment = bag.time(number)
        if moment is not None:
            yield Observation(name=name, value=moment, where=_at(number))
    for number, name in _NUMBERS:
        amount = bag.number(number)
        if amount is not None:
            yield Observation(name=name, value=amount & 0x7FFFFFFFFFFFFFFF, where=_at(number))
    flags = bag.number(0x0E07) or 0
    for bit, word in enumerate(_FLAGS):
        if word and flags >> bit & 1:
            yield Observation(name="mapi.flag", value=word, where=_at(0x0E07))
    for number, name in (
        (0x1035, "mapi.message_id"),
        (0x1042, "mapi.in_reply_to"),
        (0x1039, "mapi.references"),
    ):
        for kept, one in enumerate(message_ids(bag.text(number)[:FIELD_BYTES])):
            if kept >= (500 if number == 0x1039 else 1):
                break
            yield Observation(name=name, value=clip(one, 1000), where=_at(number))
    index = bag.binary(0x0071)
    if index:
        value = base64.b64encode(index[:6000]).decode("ascii")
        yield Observation(name="mapi.conversation_index", value=value, where=_at(0x71))
    for number, name in ((0x300B, "mapi.search_key"), (0x65E2, "mapi.change_key")):
        key = bag.binary(number)
        if key and len(key) <= 64:
            yield Observation(name=name, value=key.hex(), where=_at(number))
    if bag.values:
        numbers = ":".join(f"{number:04x}" for number in bag.values)
        yield Observation(name="mapi.properties", value=clip(numbers, 16_384))


def _subject(bag: Bag) -> str:
    """The subject without the two characters by which stores mark its prefix (MS-PST 2.5.3.1.1.1)."""
    value = bag.text(0x0037)
    return value[2:] if value.startswith("\x01") else value


def _headers(bag: Bag) -> Iterator[Event]:
    """Facts of the transport headers. Lines count in the property; there is no offset in the file."""
    kept = bag.text(_HEADERS)
    if not kept.strip():
        return
    data = kept.encode("utf-8", "replace")
    yield Observation(name="mapi.transport_headers", value=len(data), where=_at(_HEADERS))
    start, before = 0, 0
    mark = _MARK.match(data)
    if mark is not None:
        start, before = mark.end(), 1
        line = mark[0].decode("ascii", "replace").strip()
        yield Observation(name="mapi.transport_headers.mark", value=line, where=_at(_HEADERS))
    headers = read_headers(data, start, len(data), before=before)
    for event in (*header_facts(data, headers), *field_clocks(data, headers)):
        if not isinstance(event, Observation | Fault):
            continue
        part = f"property 007D, {event.where.part}" if event.where.part else "property 007D"
        where = Location(part=part, line=event.where.line)
        if isinstance(event, Fault):
            yield Fault(event.code, event.detail, where)
        else:
            yield Observation(name=event.name, value=event.value, where=where, raw=event.raw)


def _people(item: Item, known: set[str]) -> Iterator[Event]:
    """Recipients as the store keeps them, and as mail where no header names them."""
    yield Observation(name="mapi.recipients", value=len(item.recipients))
    headed = {kind for kind in ("to", "cc", "bcc") if f"mail.{kind}.address" in known}
    for bag in item.recipients:
        stated = bag.number(0x0C15)
        kind = "to" if stated is None else _KINDS.get(stated & 15, "to")
        where = Location(part=kind)
        name = bag.text(0x3001)
        address = bag.text(0x39FE) or bag.text(0x3003) or bag.text(0x403E)
        if name:
            yield Observation(name="mapi.recipient.name", value=clip(name), where=where)
        if address:
            yield Observation(name="mapi.recipient.address", value=clip(address), where=where)
        if kind in headed or kind == "from":
            continue
        if name and kind in ("to", "cc"):
            yield Observation(name=f"mail.{kind}.name", value=clip(name), where=where)
        if "@" in address:  # a name in the directory of an Exchange server is none of mail
            yield Observation(name=f"mail.{kind}.address", value=clip(address), where=where)


def _fill(bag: Bag, known: set[str]) -> Iterator[Event]:
    """What no transport header states, from the properties that mean the same (MS-OXCMAIL 2.1, 2.2)."""
    authors = [(0x0042, (0x5D02, 0x0065)), (0x0C1A, (0x5D01, 0x0C1F))]
    if not known & {"mail.from.name", "mail.from.address"}:
        for named, addressed in authors:
            name = bag.text(named)
            number = next((n for n in addressed if "@" in bag.text(n)), 0)
            if name:
                yield Observation(name="mail.from.name", value=clip(name), where=_at(named))
            if number:
                yield Observation(name="mail.from.address", value=clip(bag.text(number)), where=_at(number))
            if name or number:
                break
    subject = _subject(bag)
    if subject and "mail.subject" not in known:
        yield Observation(name="mail.subject", value=clip(subject), where=_at(0x37))
    submitted = bag.time(0x0039)
    if submitted and not known & {"mail.date", "mail.date_malformed"}:
        yield Observation(name="mail.date", value=submitted, where=_at(0x39))
    for number, name, most in (
        (0x1035, "mail.message_id", 1),
        (0x1042, "mail.in_reply_to", 1),
        (0x1039, "mail.references", 500),
    ):
        if name not in known:
            for kept, one in enumerate(message_ids(bag.text(number)[:FIELD_BYTES])):
                if kept >= most:
                    break
                yield Observation(name=name, value=clip(one, 1000), where=_at(number))
    index = bag.binary(0x0071)
    if index and "mail.thread_index" not in known:
        value = base64.b64encode(index[:3000]).decode("ascii")
        yield Observation(name="mail.thread_index", value=clip(value), where=_at(0x71))
    topic = bag.text(0x0070)
    if topic and "mail.thread_topic" not in known:
        yield Observation(name="mail.thread_topic", value=clip(topic), where=_at(0x70))


def _attached(number: int, attachment: Attachment) -> Iterator[Event]:
    bag = attachment.bag
    where = attachment.where if attachment.where.part else Location(part=f"attachment {number}")
    name = bag.text(0x3707) or bag.text(0x3704) or bag.text(0x3001)
    if name:
        yield Observation(name="mapi.attachment.name", value=clip(name), where=where)
        yield Observation(name="mail.attachment.name", value=clip(name), where=where)
    method = bag.number(0x3705)
    if method is not None:
        yield Observation(name="mapi.attachment.method", value=method, where=where)
    for prop, fact in ((0x3007, "mapi.attachment.created"), (0x3008, "mapi.attachment.modified")):
        moment = bag.time(prop)
        if moment is not None:
            yield Observation(name=fact, value=moment, where=where)
    path = bag.text(0x370D) or bag.text(0x3708)
    if path:
        yield Observation(name="mapi.attachment.path", value=clip(path), where=where)
    identity = bag.text(0x3712).strip("<> ")
    if attachment.item is not None:
        from leakverify.extractors._tnef_write import write

        attachment.item.rebuilt = "embedded-message"
        yield Child(
            name=clip(name) or f"message {number}", data=write(attachment.item), role="message", where=where
        )
    elif attachment.data:
        yield Observation(name="mail.attachment.size", value=len(attachment.data), where=where)
        role = "inline" if identity or bag.number(0x7FFE) else "attachment"
        if attachment.message:
            role = "message"
        yield Child(name=clip(name) or f"attachment {number}", data=attachment.data, role=role, where=where)
    elif attachment.data is None:
        yield Fault("missing-part", f"attachment by method {method or 0} whose bytes are not here", where)


def _bodies(bag: Bag, context: Context) -> Iterator[Event]:
    """Plain text, HTML and RTF. The RTF is read as text only where it is the only body."""
    left = context.limits.text_chars
    plain = bag.text(0x1000)
    raw = bag.binary(0x1013)
    rtf = bag.binary(0x1009)
    for present, kind in ((plain, "plain"), (raw, "html"), (rtf, "rtf")):
        if present:
            yield Observation(name="mapi.body", value=kind)
    if plain:
        if len(plain) > left:
            yield Fault("limit-text", f"more than {left} characters", _at(0x1000))
        yield Observation(name="mail.text", value=plain[:left], where=_at(0x1000))
        left -= len(plain[:left])
    if raw and left > 0:
        said, cut = html_text(_html(bag, raw[: 16 * 1024 * 1024]), left)
        if cut:
            yield Fault("limit-text", f"more than {left} characters", _at(0x1013))
        if said.strip():
            yield Observation(name="mail.text", value=said, where=_at(0x1013))
        if plain and not cut and len(plain) <= context.limits.text_chars:
            yield from compared(plain, said)
    if rtf:
        yield from _rich(rtf, context, shown=bool(plain or raw))


_LINK = re.compile(r"<[^<>]{1,4000}>|\[[^\[\]]{1,4000}\]|\b(?:https?|mailto|cid|file|tel):\S+|\bwww\.\S+")
_WORD = re.compile(r"[^\W_]{2,60}")


def compared(plain: str, html: str) -> Iterator[Observation]:
    """Words that only one of the two bodies has. Programs make one from the other when they save.

    Links are left out: they are written out in one and hidden in the other.
    """
    ours, theirs = ({w.casefold(): w for w in _WORD.findall(_LINK.sub(" ", said))} for said in (plain, html))
    if not ours or not theirs:
        return
    yield Observation(name="mapi.body.words", value=len(ours.keys() & theirs.keys()))
    for name, words, others, number in (
        ("plain", ours, theirs, 0x1000),
        ("html", theirs, ours, 0x1013),
    ):
        only = [word for key, word in words.items() if key not in others]
        yield Observation(name=f"mapi.body.only_{name}", value=len(only), where=_at(number))
        if only:
            listed = clip(" ".join(only[:20]), 1000)
            yield Observation(name=f"mapi.body.only_{name}_words", value=listed, where=_at(number))


def _html(bag: Bag, raw: bytes) -> str:
    """The HTML body: as it declares itself, else in the code page stated (MS-OXCMSG 2.2.1.56.9)."""
    if bag.values[0x1013].type in (0x001E, 0x001F):
        return bag.text(0x1013)
    declared = declared_charset(raw)
    if codec_of(declared):
        return decode(raw, declared)
    return raw.decode(codec(bag.number(0x3FDE)), "replace")


def _rich(rtf: bytes, context: Context, *, shown: bool) -> Iterator[Event]:
    from leakverify.extractors._rtf import read_rtf

    where = _at(0x1009)
    try:
        plain, wrong = decompress(rtf, context.budget, _RTF_BYTES)
    except LimitExceeded as limit:
        yield Fault(limit.code, limit.detail, where)
        return
    if wrong:
        yield Fault("malformed", wrong, where)
    wrapped = b"\\fromhtml" in plain[:512]
    yield Observation(name="mapi.body.html_in_rtf", value=wrapped, where=where)
    if shown or not plain.startswith(b"{\\rt"):
        return
    for event in read_rtf(Source(plain), context):
        if isinstance(event, Observation) and event.name == "rtf.text":
            yield Observation(name="mail.text", value=event.value, where=where)
        elif isinstance(event, Fault):
            yield Fault(event.code, event.detail, where)
