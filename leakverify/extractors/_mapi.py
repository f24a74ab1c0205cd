"""A message as MAPI properties: what .msg files, winmail.dat and Outlook stores have in common.

A property is a number of 16 bits, a type, and bytes (MS-OXCDATA 2.11, MS-OXPROPS).
The readers of the three carriers fill :class:`Item`; the facts are told in one
place, :mod:`leakverify.extractors._mapi_facts`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from leakverify.evidence import NOWHERE, Location
from leakverify.extractors._base import Fault
from leakverify.when import canonical

#: types of MS-OXCDATA 2.11.1 that are told apart here
INTEGER16, INTEGER32, BOOLEAN, OBJECT, INTEGER64 = 0x0002, 0x0003, 0x000B, 0x000D, 0x0014
STRING8, UNICODE, TIME, GUID, BINARY, MULTIPLE = 0x001E, 0x001F, 0x0040, 0x0048, 0x0102, 0x1000
#: bytes of a value of fixed length, by type
WIDTHS = {
    INTEGER16: 2, INTEGER32: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, BOOLEAN: 2,
    INTEGER64: 8, TIME: 8, GUID: 16,
}  # fmt: skip

#: properties kept of one message, recipient or attachment; genuine messages were not seen above 200
PROPERTIES = 4_000
#: recipients and attachments read of one message
RECIPIENTS, ATTACHMENTS = 2_000, 1_000

#: Windows code pages that Python names otherwise than cpNNN
_CODECS = {
    1200: "utf-16-le", 20127: "ascii", 20866: "koi8_r", 21866: "koi8_u", 20932: "euc_jp", 51932: "euc_jp",
    51949: "euc_kr", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp", 50225: "iso2022_kr",
    54936: "gb18030", 936: "gbk", 52936: "hz", 65000: "utf_7", 65001: "utf-8", 10000: "mac_roman",
}  # fmt: skip
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
#: nobody reads more of one string
_TEXT = 4 * 1024 * 1024


def codec(code_page: int | None) -> str:
    """Python's name of a code page; Western where it is unknown.

    >>> codec(28592), codec(1251), codec(0)
    ('iso8859_2', 'cp1251', 'cp1252')
    """
    if not code_page:
        return "cp1252"
    name = _CODECS.get(code_page, f"cp{code_page}")
    if 28591 <= code_page <= 28606:
        name = f"iso8859_{code_page - 28590}"
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


def file_time(ticks: int) -> str | None:
    """A FILETIME (100 ns since 1601, UTC) to the second; ``None`` when no time is meant."""
    if not 0 < ticks < 2_650_467_744_000_000_000:  # from the year 9999 on; Outlook writes 4501 for "none"
        return None
    moment = (_EPOCH + timedelta(microseconds=ticks // 10)).replace(microsecond=0)
    return None if moment.year in (1601, 4501) else canonical(moment)


class Value(NamedTuple):
    """A property's type and bytes; numbers are little-endian and of at least their width."""

    type: int
    data: bytes


@dataclass(slots=True)
class Bag:
    """Properties by number. ``codec`` is that of strings of 8 bits."""

    values: dict[int, Value] = field(default_factory=dict)
    codec: str = "cp1252"

    def put(self, number: int, kind: int, data: bytes) -> bool:
        """Keep the first value of a number. False when there are too many."""
        if len(self.values) >= PROPERTIES and number not in self.values:
            return False
        self.values.setdefault(number, Value(kind, data))
        return True

    def binary(self, number: int) -> bytes | None:
        value = self.values.get(number)
        return None if value is None else value.data

    def text(self, number: int) -> str:
        """The string, ``""`` when there is none."""
        value = self.values.get(number)
        if value is None or value.type not in (STRING8, UNICODE, BINARY):
            return ""
        data = value.data[:_TEXT]
        if value.type == UNICODE:
            read = data[: len(data) & ~1].decode("utf-16-le", "replace")
        else:
            read = data.decode(self.codec, "replace")
        return read.rstrip("\0")

    def number(self, number: int) -> int | None:
        value = self.values.get(number)
        if value is None or value.type not in (INTEGER16, INTEGER32, INTEGER64, BOOLEAN):
            return None
        width = 1 if value.type == BOOLEAN else WIDTHS[value.type]
        return int.from_bytes(value.data[:width], "little") if len(value.data) >= width else None

    def time(self, number: int) -> str | None:
        """A time in canonical form, ``None`` when there is none."""
        value = self.values.get(number)
        if value is None or value.type != TIME or len(value.data) < 8:
            return None
        ticks: int = struct.unpack_from("<Q", value.data)[0]
        return file_time(ticks)


@dataclass(slots=True)
class Attachment:
    """``data`` is the carried document, ``item`` a carried message; both absent when it is elsewhere.

    ``message``: the data are a message in the same form as the one that carries it.
    """

    bag: Bag
    data: bytes | None = None
    item: Item | None = None
    message: bool = False
    where: Location = NOWHERE


@dataclass(slots=True)
class Item:
    """A message. ``faults`` are what went wrong on the way, told where the facts are told."""

    bag: Bag = field(default_factory=Bag)
    recipients: list[Bag] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    #: what carried it and in which folder, when it was rebuilt from there
    rebuilt: str = ""
    folder: str = ""
    #: what its store could not give
    lost: list[str] = field(default_factory=list)

    def everything(self) -> Iterator[Bag]:
        yield self.bag
        yield from self.recipients
        for attachment in self.attachments:
            yield attachment.bag

    def choose_codec(self, fallback: int | None = None) -> None:
        """Strings of 8 bits are in the code page the message states (MS-OXMSG 2.1.3)."""
        stated = self.bag.number(0x3FFD) or fallback or self.bag.number(0x3FDE)
        for bag in self.everything():
            bag.codec = codec(stated)
