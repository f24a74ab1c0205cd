"""Transport Neutral Encapsulation Format: winmail.dat, and messages rebuilt from a store (MS-OXTNEF).

A stream of attributes with a length and a sum each.  The properties of the
message stand in one of them, its recipients in another; every attachment
begins with an attribute of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import (
    Context,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    count,
    token,
    when,
)
from leakverify.extractors._mail_body import BODY_VOCABULARY
from leakverify.extractors._mail_clocks import CLOCK_VOCABULARY
from leakverify.extractors._mail_fields import FIELD_VOCABULARY
from leakverify.extractors._mapi import (
    ATTACHMENTS,
    BINARY,
    MULTIPLE,
    OBJECT,
    RECIPIENTS,
    STRING8,
    UNICODE,
    WIDTHS,
    Attachment,
    Bag,
    Item,
)
from leakverify.extractors._mapi_vocabulary import MAPI_VOCABULARY, SHARED
from leakverify.extractors._tnef_write import MESSAGE, OURS, SIGNATURE, checksum

_MAGIC = struct.pack("<I", SIGNATURE)
#: attributes read of one stream
_MOST = 20_000
#: values of one property that are counted over
_VALUES = 100_000
_PLAIN_TEXTS = {0x8008: 0x001A, 0x8004: 0x0037, 0x8009: 0x1035}


class _Attribute(NamedTuple):
    level: int
    number: int
    at: int
    data: bytes
    holds: bool


def sniff(ends: Probe) -> Fit:
    """The signature of MS-OXTNEF 2.1.1, and an attribute of a message after the key."""
    return Fit.STRONG if ends.head.startswith(_MAGIC) and ends.head[6:7] in (b"\1", b"\2", b"") else Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors._mapi_facts import item_events

    reader = _Reader()
    item = reader.stream(source.data)
    yield Observation(name="tnef.attributes", value=reader.attributes)
    yield Observation(name="tnef.key", value=reader.key)
    if reader.page:
        yield Observation(name="tnef.code_page", value=reader.page)
    for name, value, at in reader.dates:
        yield Observation(name=name, value=value, where=Location(offset=at))
    if reader.attributes_seen:
        yield Observation(name="tnef.order", value=":".join(reader.attributes_seen[:500]))
    yield from item_events(item, context)


class _Reader:
    """Reads one stream. Never raises for bytes; what is wrong goes into the item."""

    def __init__(self) -> None:
        self.attributes = 0
        self.key = 0
        self.page = 0
        self.dates: list[tuple[str, str, int]] = []
        self.attributes_seen: list[str] = []

    def stream(self, data: bytes) -> Item:
        item = Item()
        current: Attachment | None = None
        page = 0
        if len(data) >= 6:
            self.key = struct.unpack_from("<H", data, 4)[0]
        for found in self._split(data, item):
            number, body = found.number & 0xFFFF, found.data
            where = Location(part=f"attribute {number:04X}", offset=found.at, length=len(body))
            if not found.holds:
                item.faults.append(Fault("malformed", "the sum of an attribute does not fit", where))
            self.attributes_seen.append(f"{number:04x}")
            if number == 0x9007 and len(body) >= 4:
                page = struct.unpack_from("<I", body)[0]
            elif number == 0x9003:
                self._properties(body, 0, item.bag, item, where)
            elif number == 0x9004:
                self._recipients(body, item, where)
            elif number == 0x9002:
                if len(item.attachments) >= ATTACHMENTS:
                    item.faults.append(
                        Fault("limit-documents", f"more than {ATTACHMENTS} attachments", where)
                    )
                    break
                current = Attachment(Bag(), where=Location(part=f"attachment {len(item.attachments) + 1}"))
                item.attachments.append(current)
            elif found.level == 2 and current is not None:
                self._attached(number, body, current, item, where)
            else:
                self._legacy(number, body, item, where)
        item.choose_codec(page or None)
        self.page = page
        return item

    def _split(self, data: bytes, item: Item) -> Iterator[_Attribute]:
        at = 6
        while at < len(data):
            if at + 9 > len(data) or data[at] not in (1, 2):
                item.faults.append(
                    Fault("malformed", "no attribute where one should begin", Location(offset=at))
                )
                return
            level, number, length = struct.unpack_from("<BII", data, at)
            body = at + 9
            if length > len(data) - body:
                where = Location(part=f"attribute {number & 0xFFFF:04X}", offset=at)
                item.faults.append(
                    Fault("truncated", f"states {length} bytes, {len(data) - body} follow", where)
                )
                piece = data[body:]
                yield _Attribute(level, number, at, piece, True)
                return
            self.attributes += 1
            if self.attributes > _MOST:
                item.faults.append(Fault("limit-pages", f"more than {_MOST} attributes"))
                return
            piece = data[body : body + length]
            stated = data[body + length : body + length + 2]
            yield _Attribute(
                level,
                number,
                at,
                piece,
                len(stated) < 2 or checksum(piece) == int.from_bytes(stated, "little"),
            )
            at = body + length + 2

    def _legacy(self, number: int, body: bytes, item: Item, where: Location) -> None:
        """Attributes from before there were properties (MS-OXTNEF 2.1.3.3)."""
        if number in _PLAIN_TEXTS:
            item.bag.put(_PLAIN_TEXTS[number], STRING8, body)
        elif number == 0x800C:
            item.bag.put(0x1000, STRING8, body)
        elif number in (0x8005, 0x8006, 0x8020):
            name = {0x8005: "tnef.date_sent", 0x8006: "tnef.date_received", 0x8020: "tnef.date_modified"}[
                number
            ]
            read = _wall(body)
            if read and all(name != known for known, _, _ in self.dates):
                self.dates.append((name, read, where.offset or 0))

    def _recipients(self, body: bytes, item: Item, where: Location) -> None:
        if len(body) < 4:
            return
        rows, at = struct.unpack_from("<I", body)[0], 4
        for _ in range(min(rows, RECIPIENTS)):
            if at >= len(body):
                item.faults.append(Fault("truncated", f"{rows} recipients stated", where))
                return
            bag = Bag()
            at = self._properties(body, at, bag, item, where)
            item.recipients.append(bag)
            if at < 0:
                return
        if rows > RECIPIENTS:
            item.faults.append(Fault("limit-answer", f"more than {RECIPIENTS} recipients", where))

    def _attached(self, number: int, body: bytes, current: Attachment, item: Item, where: Location) -> None:
        if number == 0x800F:
            if current.data is None:
                current.data = body
        elif number == 0x8010:
            current.bag.put(0x3704, STRING8, body)
        elif number == 0x9005:
            self._properties(body, 0, current.bag, item, where)
            carried = current.bag.values.pop(0x3701, None)
            if carried is None:
                return
            if carried.type == OBJECT:
                # an interface, then a stream like this one for a message, anything for an object
                current.data = carried.data[16:]
                current.message = carried.data.startswith(MESSAGE + _MAGIC)
            else:
                current.data = carried.data

    def _properties(self, body: bytes, at: int, bag: Bag, item: Item, where: Location) -> int:
        """Read a list of properties (MS-OXTNEF 2.1.3.4); the offset after it, -1 when it broke off."""
        if at + 4 > len(body):
            return -1
        rows = struct.unpack_from("<I", body, at)[0]
        at += 4
        try:
            for _ in range(rows):
                kind, number = struct.unpack_from("<HH", body, at)
                at += 4
                name = ""
                if number >= 0x8000:
                    name, at = _name(body, at)
                data, at = _value(body, at, kind)
                if name:
                    said = data.decode("utf-16-le", "replace").rstrip("\0")
                    if name == "rebuilt" and said in ("store-item", "embedded-message"):
                        item.rebuilt = said
                    elif name == "folder":
                        item.folder = said
                    elif name == "lost":
                        item.faults.append(Fault("malformed", f"the store could not give: {said}"))
                elif number < 0x8000 and not bag.put(number, kind, data):
                    item.faults.append(Fault("limit-answer", "more properties than are read", where))
                    return -1
        except (struct.error, ValueError):
            item.faults.append(Fault("truncated", "properties reach past the end of their attribute", where))
            return -1
        return at


def _name(body: bytes, at: int) -> tuple[str, int]:
    """Skip the name of a named property; the name itself only when it is one of ours."""
    guid = body[at : at + 16]
    at += 16
    (kind,) = struct.unpack_from("<I", body, at)
    if kind == 0:
        return "", at + 8
    (length,) = struct.unpack_from("<I", body, at + 4)
    at += 8
    if length > len(body) - at:
        raise ValueError("name")
    name = body[at : at + min(length, 64)].decode("utf-16-le", "replace").rstrip("\0") if guid == OURS else ""
    return name, at + length + (-length % 4)


def _value(body: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """Bytes of a value and the offset after it. Of several values the first is kept."""
    simple = kind & ~MULTIPLE
    several = bool(kind & MULTIPLE)
    if simple in (STRING8, UNICODE, BINARY, OBJECT):
        (amount,) = struct.unpack_from("<I", body, at)
        at += 4
        if amount > _VALUES:
            raise ValueError("count")
        first = b""
        for position in range(amount):
            (length,) = struct.unpack_from("<I", body, at)
            at += 4
            if length > len(body) - at:
                raise ValueError("length")
            if not position:
                first = body[at : at + length]
            at += length + (-length % 4)
        return first, at
    width = WIDTHS.get(simple)
    if width is None:
        raise ValueError("type")
    width = max(width, 4)
    amount = 1
    if several:
        (amount,) = struct.unpack_from("<I", body, at)
        at += 4
    if amount * width > len(body) - at:
        raise ValueError("length")
    return body[at : at + width if amount else at], at + amount * width


def _wall(body: bytes) -> str:
    """A date of seven numbers (MS-OXTNEF 2.1.3.3.3), in a zone that is not stated."""
    if len(body) < 12:
        return ""
    year, month, day, hour, minute, second = struct.unpack_from("<6H", body)
    from datetime import datetime

    try:
        return datetime(year, month, day, hour, minute, second).isoformat() if year >= 1980 else ""
    except ValueError:
        return ""


def sample() -> bytes:
    """A message with a recipient, an attachment and a message in it."""
    from leakverify.extractors._mapi import TIME
    from leakverify.extractors._tnef_write import write

    bag = Bag()
    bag.put(0x001A, STRING8, b"IPM.Note\0")
    bag.put(0x0037, UNICODE, "Année\0".encode("utf-16-le"))
    bag.put(0x0039, TIME, struct.pack("<Q", 131_384_044_180_000_000))
    bag.put(
        0x007D,
        UNICODE,
        "From: a@a.example\r\nDate: Fri, 5 May 2017 20:46:58 +0200\r\n\r\n".encode("utf-16-le"),
    )
    bag.put(0x1013, BINARY, b"<html><body><p>caf\xe9</body></html>")
    rtf = b"{\\rtf1\\ansi hello\\par}"
    bag.put(0x1009, BINARY, struct.pack("<4I", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf)
    person = Bag()
    person.put(0x3003, UNICODE, "b@b.example\0".encode("utf-16-le"))
    file = Bag()
    file.put(0x3707, UNICODE, "a.txt\0".encode("utf-16-le"))
    inner = Item()
    inner.bag.put(0x1009, BINARY, struct.pack("<4I", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf)
    return write(
        Item(bag, [person], [Attachment(file, data=b"words of a file"), Attachment(Bag(), item=inner)])
    )


FORMAT = Format(
    name="tnef",
    title="Message as properties (TNEF, winmail.dat)",
    version=2,
    sniff=sniff,
    observes=MappingProxyType(
        {
            **FIELD_VOCABULARY,
            **MAPI_VOCABULARY,
            **CLOCK_VOCABULARY,
            "tnef.attributes": count("attributes"),
            "tnef.key": count("number by which the carrying mail refers to the stream"),
            "tnef.code_page": count("code page of the strings of 8 bits"),
            "tnef.order": token("numbers of the attributes in their order, hexadecimal"),
            "tnef.date_sent": when("when it was sent, in a zone that is not stated"),
            "tnef.date_received": when("when it was received, in a zone that is not stated"),
            "tnef.date_modified": when("when it was last changed, in a zone that is not stated"),
            **{name: BODY_VOCABULARY[name] for name in SHARED},
        }
    ),
    # winmail.dat is the usual name; many other things are called .dat, so no ending is claimed
    media_types=("application/ms-tnef", "application/vnd.ms-tnef"),
    imports=(
        "leakverify.extractors._mapi_facts",
        "leakverify.extractors._rtf",
        "leakverify.extractors._tnef_write",
        "lxml.etree",
    ),
    sample=sample,
    sources=("MS-OXTNEF 2.1", "MS-OXPROPS", "MS-OXCMSG 2.2.1", "MS-OXRTFCP 2.1"),
)
