"""A message as a TNEF stream (MS-OXTNEF), so that what a store keeps in tables has bytes of its own.

Outlook stores and .msg files keep a message as properties.  Handed over as a
document it needs bytes, and TNEF is the published form of exactly these
properties; ``ytnef`` and other tools open it.  The same properties give the
same bytes.  Properties with names (8000 and above) are left out: their numbers
mean something only with the map of the store they came from.
"""

from __future__ import annotations

import struct

from leakverify.extractors._mapi import BINARY, BOOLEAN, MULTIPLE, OBJECT, STRING8, UNICODE, WIDTHS, Bag, Item

SIGNATURE = 0x223E9F78
#: attributes: level, then type and number (MS-OXTNEF 2.1.3)
VERSION, CODE_PAGE, PROPERTIES, RECIPIENTS = 0x00089006, 0x00069007, 0x00069003, 0x00069004
RENDERING, ATTACHMENT = 0x00069002, 0x00069005
#: set of the names that this reader gives to what is not in the message itself
OURS = bytes.fromhex("6c65616b766572696679206d61706931")
#: interface of an embedded message (MS-OXTNEF 2.1.3.4.2)
MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
#: messages inside messages that are written; what is deeper is left out and read nowhere
_LEVELS = 12
_VARIABLE = (STRING8, UNICODE, BINARY)


def write(item: Item, level: int = 0) -> bytes:
    """The message as a TNEF stream."""
    out = bytearray(struct.pack("<IH", SIGNATURE, 1))
    _attribute(out, 1, VERSION, struct.pack("<I", 0x00010000))
    page = item.bag.number(0x3FFD) or 1252
    _attribute(out, 1, CODE_PAGE, struct.pack("<II", page & 0xFFFFFFFF, 0))
    lost = ", ".join(dict.fromkeys(item.lost))
    marks = [("rebuilt", item.rebuilt), ("folder", item.folder), ("lost", lost[:1000])]
    _attribute(out, 1, PROPERTIES, _properties(item.bag, [(n, v) for n, v in marks if v]))
    if item.recipients:
        rows = b"".join(_properties(bag) for bag in item.recipients)
        _attribute(out, 1, RECIPIENTS, struct.pack("<I", len(item.recipients)) + rows)
    for attachment in item.attachments:
        _attribute(out, 2, RENDERING, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0))
        carried = b""
        if attachment.item is not None and level < _LEVELS:
            attachment.item.rebuilt = "embedded-message"
            inner = MESSAGE + write(attachment.item, level + 1)
            carried = struct.pack("<HHI", OBJECT, 0x3701, 1) + _counted(inner)
        elif attachment.data is not None:
            carried = struct.pack("<HHI", BINARY, 0x3701, 1) + _counted(attachment.data)
        _attribute(out, 2, ATTACHMENT, _properties(attachment.bag, (), carried))
    return bytes(out)


def _attribute(out: bytearray, level: int, number: int, data: bytes) -> None:
    out += struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", checksum(data))


def checksum(data: bytes) -> int:
    """Sum of the bytes, 16 bits (MS-OXTNEF 2.1.1)."""
    return sum(data) & 0xFFFF


def _properties(bag: Bag, marks: list[tuple[str, str]] | tuple[()] = (), carried: bytes = b"") -> bytes:
    rows = []
    for number, value in bag.values.items():
        if number >= 0x8000 or (number == 0x3701 and carried):
            continue
        if value.type in _VARIABLE:
            rows.append(struct.pack("<HHI", value.type, number, 1) + _counted(value.data))
        elif value.type in WIDTHS:
            width = max(WIDTHS[value.type], 4)
            data = value.data[:1] if value.type == BOOLEAN else value.data[:width]
            rows.append(struct.pack("<HH", value.type, number) + data.ljust(width, b"\0"))
        elif value.type & MULTIPLE:
            continue
    for mark, said in marks:
        name = (mark + "\0").encode("utf-16-le")
        rows.append(
            struct.pack("<HH", UNICODE, 0x8000) + OURS + struct.pack("<I", 1) + _counted(name)
            + struct.pack("<I", 1) + _counted((said + "\0").encode("utf-16-le", "replace"))
        )  # fmt: skip
    if carried:
        rows.append(carried)
    return struct.pack("<I", len(rows)) + b"".join(rows)


def _counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data + bytes(-len(data) % 4)
