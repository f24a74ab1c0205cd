"""A tiny compound file that takes the reader through every path it loads late."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes], *, clsid: bytes = bytes(16), modified: int = 0) -> bytes:
    """A compound file of version 3 with these streams in its root (MS-CFB 2). At most 16 MB.

    Streams shorter than 4096 bytes are filled up with zeros to that length, so that no mini stream is
    needed; their size is stated as it is only from there on.
    """
    bodies = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    entries = len(bodies) + 1
    directory_sectors = (entries * 128 + _SECTOR - 1) // _SECTOR
    lengths = [(len(data) + _SECTOR - 1) // _SECTOR for data in bodies.values()]
    others = directory_sectors + sum(lengths)
    fat_sectors = 1
    while fat_sectors * (_SECTOR // 4) < others + fat_sectors:
        fat_sectors += 1
    fat = [_FAT] * fat_sectors

    def chain(amount: int) -> int:
        first = len(fat)
        fat.extend(range(first + 1, first + amount))
        fat.append(_END)
        return first

    directory_start = chain(directory_sectors)
    directory = _entry(
        "Root Entry", 5, child=1 if bodies else _FREE, start=_END, size=0, clsid=clsid, modified=modified
    )
    for number, ((name, data), length) in enumerate(zip(bodies.items(), lengths, strict=True), 1):
        after = number + 1 if number < len(bodies) else _FREE
        directory += _entry(name, 2, right=after, start=chain(length), size=len(data))
    fat += [_FREE] * (fat_sectors * (_SECTOR // 4) - len(fat))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, fat_sectors, directory_start, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))
    )  # fmt: skip
    body = struct.pack(f"<{len(fat)}I", *fat) + directory.ljust(directory_sectors * _SECTOR, b"\0")
    for data in bodies.values():
        body += data + bytes(-len(data) % _SECTOR)
    return header + body


def _entry(
    name: str,
    kind: int,
    *,
    start: int,
    size: int,
    child: int = _FREE,
    right: int = _FREE,
    clsid: bytes = bytes(16),
    modified: int = 0,
) -> bytes:
    raw = name.encode("utf-16-le")
    return (
        raw.ljust(64, b"\0") + struct.pack("<HBB3I", len(raw) + 2, kind, 1, _FREE, right, child)
        + clsid + struct.pack("<IQQIQ", 0, 0, modified, start, size)
    )  # fmt: skip


def property_set(format_id: bytes, values: Mapping[int, tuple[int, object]]) -> bytes:
    """A property stream with one section: id -> (type, value) for types 2, 3, 30 and 64 (MS-OLEPS 2.21)."""
    index, body = b"", b""
    at = 8 + 8 * len(values)
    for key, (kind, value) in values.items():
        index += struct.pack("<II", key, at + len(body))
        body += struct.pack("<I", kind)
        if kind == 30:
            text = bytes(value) + b"\0"  # type: ignore[call-overload]
            body += struct.pack("<I", len(text)) + text + bytes(-len(text) % 4)
        elif kind == 64:
            body += struct.pack("<Q", value)
        else:
            body += struct.pack("<i", value)
    section = struct.pack("<II", at + len(body), len(values)) + index + body
    return struct.pack("<HHBBH16xI", 0xFFFE, 0, 5, 1, 2, 1) + format_id + struct.pack("<I", 48) + section


SUMMARY_ID = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")


def sample() -> bytes:
    summary = property_set(
        SUMMARY_ID, {1: (2, 1252), 4: (30, b"A"), 12: (64, 126918943200000000), 13: (64, 126918944400000000)}
    )
    book = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0x1FAF, 0x7CD, 0, 0) + struct.pack("<HH", 10, 0)
    return compound({"\x05SummaryInformation": summary, "Workbook": book})
