"""Outlook messages made in code: a compound file with storages, and a message laid out in it (MS-CFB, MS-OXMSG)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Tree = Mapping[str, "bytes | Tree"]

SECTOR, MINI = 512, 64
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
CLASS = bytes.fromhex("0b0d020000000000c000000000000046")
STRING8, UNICODE, BINARY, TIME, LONG, BOOL = 0x1E, 0x1F, 0x102, 0x40, 3, 0xB


def compound(tree: Tree, clsid: bytes = CLASS) -> bytes:
    """A compound file of version 3 with these streams and storages."""
    entries: list[list[object]] = []  # name, kind, left, right, child, start, size
    mini, mini_fat, big = bytearray(), [], []

    def add(name: str, kind: int) -> int:
        entries.append([name, kind, FREE, FREE, FREE, 0 if kind == 1 else END, 0])
        return len(entries) - 1

    def link(kids: Sequence[int]) -> int:
        if not kids:
            return FREE
        middle = len(kids) // 2
        entries[kids[middle]][2:4] = link(kids[:middle]), link(kids[middle + 1 :])
        return kids[middle]

    def fill(owner: int, inside: Tree) -> None:
        kids = []
        for name, content in inside.items():
            one = add(name, 2 if isinstance(content, bytes) else 1)
            kids.append(one)
            if not isinstance(content, bytes):
                fill(one, content)
            elif 0 < len(content) < 4096:
                entries[one][5:7] = len(mini) // MINI, len(content)
                amount = -(-len(content) // MINI)
                start = len(mini_fat)
                mini_fat.extend([*range(start + 1, start + amount), END])
                mini.extend(content.ljust(amount * MINI, b"\0"))
            elif content:
                entries[one][6] = len(content)
                big.append((one, content))
        entries[owner][4] = link(kids)

    add("Root Entry", 5)
    fill(0, tree)
    entries[0][6] = len(mini)
    bodies = [(None, struct.pack(f"<{len(mini_fat)}I", *mini_fat)), (0, bytes(mini)), *big]
    directory = -(-len(entries) * 128 // SECTOR)
    needed = directory + sum(-(-len(content) // SECTOR) for _, content in bodies)
    tables = 1
    while tables * (SECTOR // 4) < needed + tables:
        tables += 1
    fat = [FAT] * tables

    def chain(length: int) -> int:
        amount = -(-length // SECTOR)
        if not amount:
            return END
        start = len(fat)
        fat.extend([*range(start + 1, start + amount), END])
        return start

    directory_at = chain(directory * SECTOR)
    mini_fat_at, data = END, b""
    for number, content in bodies:
        start = chain(len(content))
        if number is None:
            mini_fat_at = start
        else:
            entries[number][5] = start
        data += content + bytes(-len(content) % SECTOR)
    fat += [FREE] * (tables * (SECTOR // 4) - len(fat))
    rows = b"".join(_entry(*row, clsid if not n else bytes(16)) for n, row in enumerate(entries))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, tables, directory_at, 0, 4096, mini_fat_at, -(-len(mini_fat) * 4 // SECTOR), END, 0)
        + struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    )  # fmt: skip
    return header + struct.pack(f"<{len(fat)}I", *fat) + rows.ljust(directory * SECTOR, b"\0") + data


def _entry(name, kind, left, right, child, start, size, clsid) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    return (
        coded.ljust(64, b"\0") + struct.pack("<HBB3I", len(coded), kind, 1, left, right, child) + clsid
        + struct.pack("<IQQIQ", 0, 0, 0, start, size)
    )  # fmt: skip


@dataclass
class Message:
    """Properties by number: text, bytes, an int, or (type, value)."""

    properties: Mapping[int, object] = field(default_factory=dict)
    recipients: Sequence[Mapping[int, object]] = ()
    attachments: Sequence[Attached] = ()

    def tree(self, level: int = 0) -> dict[str, bytes | Tree]:
        out = storage(self.properties, 24 if level else 32)
        if not level:
            out["__nameid_version1.0"] = {}
        for number, one in enumerate(self.recipients):
            out[f"__recip_version1.0_#{number:08X}"] = storage(one, 8)
        for number, file in enumerate(self.attachments):
            inside = storage(file.properties, 8)
            if file.message is not None:
                inside["__substg1.0_3701000D"] = file.message.tree(level + 1)
            out[f"__attach_version1.0_#{number:08X}"] = inside
        return out

    def data(self) -> bytes:
        return compound(self.tree())


@dataclass
class Attached:
    properties: Mapping[int, object] = field(default_factory=dict)
    message: Message | None = None


def storage(properties: Mapping[int, object], skip: int) -> dict[str, bytes | Tree]:
    rows, streams = bytes(skip), {}
    for number, given in properties.items():
        kind, value = typed(given)
        if isinstance(value, int):
            rows += struct.pack("<HHIQ", kind, number, 6, value)
        else:
            rows += struct.pack("<HHIII", kind, number, 6, len(value), 0)
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = value
    return {"__properties_version1.0": rows, **streams}


def typed(given: object) -> tuple[int, int | bytes]:
    if isinstance(given, tuple):
        return given
    if isinstance(given, str):
        return UNICODE, given.encode("utf-16-le")
    return (BINARY, given) if isinstance(given, bytes) else (LONG, given)  # type: ignore[return-value]


def moment(text: str) -> tuple[int, int]:
    """A time as a property: ISO with zone to 100 ns since 1601."""
    from datetime import UTC, datetime

    span = datetime.fromisoformat(text) - datetime(1601, 1, 1, tzinfo=UTC)
    return TIME, (span.days * 86_400 + span.seconds) * 10_000_000


HEADERS = (
    "Received: from mail.a.example by mx.b.example with ESMTP id 4XyZ;\r\n\tThu, 12 May 2016 10:31:09 +0200\r\n"
    "Date: Thu, 12 May 2016 10:31:00 +0200\r\nFrom: Jeanne <jeanne@a.example>\r\nTo: b@b.example\r\n"
    "Subject: Contract\r\nMessage-ID: <1@a.example>\r\n\r\n"
)


def delivered(**changed: object) -> dict[int, object]:
    """Properties of a delivered message with its headers; ``p0037="x"`` sets or replaces one."""
    found: dict[int, object] = {
        0x001A: "IPM.Note", 0x0037: "Contract", 0x0042: "Jeanne", 0x0065: "jeanne@a.example",
        0x0039: moment("2016-05-12T08:31:00+00:00"), 0x0E06: moment("2016-05-12T08:31:09+00:00"),
        0x3007: moment("2016-05-12T08:31:10+00:00"), 0x3008: moment("2016-05-12T08:31:10+00:00"),
        0x0E07: 3, 0x007D: HEADERS, 0x1035: "<1@a.example>", 0x1000: "The amount is 1200 euros.\r\n",
        0x3FFD: 1252,
    }  # fmt: skip
    found.update({int(name[1:], 16): value for name, value in changed.items()})
    return found
