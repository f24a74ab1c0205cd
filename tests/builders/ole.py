"""Compound files in code: old Word, Excel and PowerPoint documents, as little of them as is asked."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from leakverify.extractors.ole.warmup import SUMMARY_ID, compound, property_set

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def ticks(moment: str) -> int:
    """A FILETIME of an ISO time in UTC."""
    span = datetime.fromisoformat(moment).replace(tzinfo=UTC) - _EPOCH
    return (span.days * 86_400 + span.seconds) * 10_000_000


def packed(moment: str) -> int:
    """A DTTM of an ISO time."""
    m = datetime.fromisoformat(moment)
    return (m.year - 1900) << 20 | m.month << 16 | m.day << 11 | m.hour << 6 | m.minute


def summary(
    *,
    created: str = "2016-03-14T16:12:00",
    modified: str = "2016-03-14T16:14:00",
    author: str = "Jeanne Martin",
    application: str = "Microsoft Word 10.0",
    revision: int = 3,
    minutes: int = 2,
    code_page: int = 1252,
) -> bytes:
    """A SummaryInformation stream; times are UTC."""
    codec = {1252: "cp1252", 1251: "cp1251"}[code_page]
    return property_set(
        SUMMARY_ID,
        {
            1: (2, code_page),
            4: (30, author.encode(codec)),
            9: (30, str(revision).encode()),
            10: (64, minutes * 600_000_000),
            12: (64, ticks(created)),
            13: (64, ticks(modified)),
            18: (30, application.encode()),
        },
    )


def sttb(strings: Sequence[str]) -> bytes:
    """An extended string table (MS-DOC 2.2.4)."""
    body = b"".join(struct.pack("<H", len(s)) + s.encode("utf-16-le") for s in strings)
    return struct.pack("<HHH", 0xFFFF, len(strings), 0) + body


def word(
    text: str = "The amount is 1,200 euros.\r",
    *,
    leftover: str = "",
    created: str = "2016-03-14T17:12:00",
    revised: str = "2016-03-14T17:14:00",
    saves: Sequence[tuple[str, str]] = (),
    revision: int = 3,
    properties: Mapping[str, object] | None = None,
    modified: int = 0,
) -> bytes:
    """A Word 97 document; ``leftover`` lies in the text area and in no piece. Times are local."""
    old, new = leftover.encode("cp1252"), text.encode("cp1252")
    begin = 0x400
    dop = bytes(20) + struct.pack("<IIIHi", packed(created), packed(revised), 0, revision, 2) + bytes(40)
    clx = b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(text))
    clx += struct.pack("<HIH", 0, (begin + len(old)) * 2 | 0x40000000, 0)
    parts = {31: dop, 33: clx, 71: sttb([s for pair in saves for s in pair])}
    table, places = b"", {}
    for index, data in parts.items():
        places[index] = (len(table), len(data))
        table += data
    header = bytearray(begin)
    struct.pack_into("<HHHHHH", header, 0, 0xA5EC, 0xC1, 0, 0x40C, 0, 0x0204)
    struct.pack_into("<II", header, 0x18, begin, begin + len(old) + len(new))
    struct.pack_into("<HHH", header, 0x20, 14, 0x6A62, 0x6A62)
    struct.pack_into("<H", header, 0x98, 93)
    for index, place in places.items():
        struct.pack_into("<II", header, 0x9A + 8 * index, *place)
    return compound(
        {
            "\x05SummaryInformation": summary(**(properties or {})),  # type: ignore[arg-type]
            "1Table": table,
            "WordDocument": bytes(header) + old + new,
        },
        modified=modified,
    )


def record(kind: int, body: bytes) -> bytes:
    """A record of a workbook."""
    return struct.pack("<HH", kind, len(body)) + body


def workbook(
    strings: Sequence[str] = ("paid", "1,200"), *, shown: Sequence[int] = (0, 1), user: str = "jmartin"
) -> bytes:
    """An Excel 97 workbook with one sheet; cells show the strings of these numbers."""
    texts = b"".join(struct.pack("<HB", len(s), 1) + s.encode("utf-16-le") for s in strings)
    name = struct.pack("<HB", len(user), 0) + user.encode("latin-1")
    stream = record(0x809, struct.pack("<4HII", 0x600, 5, 0x1FAF, 0x7CD, 0, 6))
    stream += record(0x5C, name.ljust(112, b" ")) + record(0x42, struct.pack("<H", 1200))
    stream += record(0x22, b"\0\0") + record(0x8C, struct.pack("<HH", 1, 33))
    stream += record(0x85, struct.pack("<IBBBB", 0, 1, 0, 6, 0) + b"Ledger")
    stream += record(0xFC, struct.pack("<II", len(shown), len(strings)) + texts) + record(0x0A, b"")
    stream += record(0x809, struct.pack("<4HII", 0x600, 0x10, 0x1FAF, 0x7CD, 0, 6))
    stream += b"".join(record(0xFD, struct.pack("<HHHI", row, 0, 0, at)) for row, at in enumerate(shown))
    return compound({"Workbook": stream + record(0x0A, b"")})


def atom(kind: int, body: bytes, version: int = 0) -> bytes:
    """A record of a presentation."""
    return struct.pack("<HHI", version, kind, len(body)) + body


def slides(texts: Sequence[str], *, user: str = "Jeanne") -> bytes:
    """A presentation saved once per text, each save putting its slide in the place of the one before."""
    stream, edit = b"", 0
    for text in texts:
        place = len(stream)
        stream += atom(0x03EE, atom(0x0FA0, text.encode("utf-16-le")), version=15)
        directory = len(stream)
        stream += atom(0x1772, struct.pack("<II", 1 | 1 << 20, place))
        before, edit = edit, len(stream)
        stream += atom(0x0FF5, struct.pack("<IIIIIII", 0, 0, before, directory, 1, 2, 0))
    current = struct.pack("<IIIHHBBH", 20, 0xE391C05F, edit, len(user), 0x3F4, 3, 0, 0)
    body = atom(0x0FF6, current + user.encode() + struct.pack("<I", 8) + user.encode("utf-16-le"))
    return compound({"Current User": body, "PowerPoint Document": stream})


def word6(
    text: bytes, *, version: int = 0x65, created: str = "1997-12-12T11:31:00", author: bytes = b"J. Martin"
) -> bytes:
    """A document of Word 6: one stream, text in single bytes of the code page. Times are local."""
    begin = 0x300
    dop = bytes(20) + struct.pack("<IIIHi", packed(created), packed(created), 0, 3, 14) + bytes(40)
    strings = b"\0" * 6 + bytes([len(author)]) + author + b"\0" * 11
    associated = struct.pack("<H", 2 + len(strings)) + strings
    header = bytearray(begin)
    struct.pack_into("<HHHHHH", header, 0, 0xA5DC, version, 0, 0x409, 0, 0)
    struct.pack_into("<II", header, 0x18, begin, begin + len(text))
    struct.pack_into("<II", header, 0x150, begin + len(text), len(dop))
    struct.pack_into("<II", header, 0x158, begin + len(text) + len(dop), len(associated))
    return compound({"WordDocument": bytes(header) + text + dop + associated})


def with_program(document: bytes, *, magic: int, build: int) -> bytes:
    """A document of Word whose header names another program and build; found by its own magic number."""
    at = document.index(struct.pack("<HH", 0xA5EC, 0xC1))
    whole = bytearray(document)
    struct.pack_into("<HH", whole, at + 0x22, magic, magic)
    struct.pack_into("<II", whole, at + 0x44, build, build)
    return bytes(whole)


def with_lost_stream(document: bytes, name: str) -> bytes:
    """The same file, whose root no longer leads to the named stream nor to those behind it."""
    raw = name.encode("utf-16-le") + b"\0\0"
    at = document.index(raw)
    place = (at - document.index("Root Entry".encode("utf-16-le"))) // 128
    whole = bytearray(document)
    for entry in range(place):
        base = at - 128 * (place - entry)
        for pointer in (base + 72, base + 76):
            if struct.unpack_from("<I", whole, pointer)[0] == place:
                struct.pack_into("<I", whole, pointer, 0xFFFFFFFF)
    return bytes(whole)
