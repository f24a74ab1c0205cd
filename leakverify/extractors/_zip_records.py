"""The records of a ZIP archive, byte by byte (PKWARE APPNOTE 6.3.10, section 4.3).

Reading one record costs a bounded time whatever its length fields say, so that
a directory is read in time linear in its size.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from leakverify.extractors._base import Source

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
END64_SIGNATURE = b"PK\x06\x06"
LOCATOR_SIGNATURE = b"PK\x06\x07"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
#: what a volume of a split archive, or one that was to be split, begins with (8.5.4)
SPLIT_SIGNATURES = (b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04")

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")

#: an end record lies at most its own size and a full comment before the end
END_REACH = END.size + 0xFFFF
#: how far back it is looked for behind foreign trailing bytes, and in how many places
_FAR, _PLACES = 16 * 1024 * 1024, 256
#: extra fields looked at in one record, and bytes of them read from a local header
_FIELDS, _LOCAL_EXTRA = 64, 4096
#: the largest number of 64 bits with a sign; a larger one states nothing that could be
_LARGEST = 2**63 - 1
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
#: seconds between the epochs of NTFS (1601) and Unix (1970)
_NTFS_EPOCH = 11_644_473_600


class Central(NamedTuple):
    """An entry as the central directory states it; ``end`` is where the next record begins."""

    made_by: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    attributes: int
    offset: int
    name: bytes
    extra: tuple[int, ...]
    modified: int | None
    end: int


class Local(NamedTuple):
    """An entry as its local header states it; ``data`` is the offset of its compressed bytes."""

    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    name: bytes
    extra: tuple[int, ...]
    modified: int | None
    data: int


class Ending(NamedTuple):
    """Where the directory lies, as the end record says and the bytes confirm.

    ``shifts`` are what is added to stated offsets, likeliest first: they count from
    the document's first byte or, where bytes stand before it, from the archive's.
    ``record`` is the first byte of the end records, ``end`` the byte after them.
    """

    start: int
    size: int
    entries: int
    shifts: tuple[int, ...]
    record: int
    end: int
    comment: bytes
    split: bool
    confirmed: bool


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_FIELDS):
        if at + 4 > len(extra):
            return
        kind, length = extra[at] | extra[at + 1] << 8, extra[at + 2] | extra[at + 3] << 8
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _modified(kind: int, value: bytes) -> int | None:
    """Unix seconds of last modification from an extended time field, which is in UTC."""
    if kind == 0x5455 and len(value) >= 5 and value[0] & 1:
        return int.from_bytes(value[1:5], "little", signed=True)
    if kind == 0x000A and len(value) >= 16 and value[4:8] == b"\x01\x00\x18\x00":
        ticks = int.from_bytes(value[8:16], "little")
        return ticks // 10_000_000 - _NTFS_EPOCH if ticks else None
    return None


def _unicode_name(value: bytes, name: bytes) -> bytes:
    """The name of an Info-ZIP Unicode path field, if it still belongs to the plain one (4.6.9)."""
    if value[:1] == b"\x01" and int.from_bytes(value[1:5], "little") == zlib.crc32(name):
        return value[5:]
    return name


def central_at(directory: bytes, at: int) -> Central | None:
    """The central record at ``at``; ``None`` when there is none or it is cut off."""
    if at + CENTRAL.size > len(directory):
        return None
    (
        signature, made_by, _, flags, method, time, date, crc, packed, size,
        name_length, extra_length, comment_length, _, _, attributes, offset,
    ) = CENTRAL.unpack_from(directory, at)  # fmt: skip
    begin = at + CENTRAL.size
    end = begin + name_length + extra_length + comment_length
    if signature != CENTRAL_SIGNATURE or end > len(directory):
        return None
    name = shown = directory[begin : begin + name_length]
    kinds: list[int] = []
    modified = None
    if extra_length:
        begin += name_length
        for kind, value in _fields(directory[begin : begin + extra_length]):
            kinds.append(kind)
            if kind == 1:
                wide = [value[i : i + 8] for i in range(0, 24, 8)]
                if size == _FULL32:
                    size = int.from_bytes(wide.pop(0), "little")
                if packed == _FULL32:
                    packed = int.from_bytes(wide.pop(0), "little")
                if offset == _FULL32:
                    offset = int.from_bytes(wide.pop(0), "little")
            elif kind == 0x7075:
                shown = _unicode_name(value, name)
            elif modified is None:
                modified = _modified(kind, value)
    size, packed, offset = min(size, _LARGEST), min(packed, _LARGEST), min(offset, _LARGEST)
    return Central(
        made_by, flags, method, time, date, crc, packed, size, attributes, offset, shown,
        tuple(dict.fromkeys(kinds)), modified, end,
    )  # fmt: skip


def local_at(source: Source, at: int, name_length: int | None) -> Local | None:
    """The local header at ``at``, or ``None``.

    The name is read only when it is as long as expected (``None``: whatever its
    length), because a crafted directory may point at overlapping long names.
    """
    head = source.read_at(at, LOCAL.size) if at >= 0 else b""
    if len(head) < LOCAL.size:
        return None
    signature, _, flags, method, time, date, crc, packed, size, named, extra_length = LOCAL.unpack(head)
    if signature != LOCAL_SIGNATURE:
        return None
    begin = at + LOCAL.size
    name = source.read_at(begin, named) if name_length is None or named == name_length else b""
    kinds: list[int] = []
    modified = None
    if extra_length:
        for kind, value in _fields(source.read_at(begin + named, min(extra_length, _LOCAL_EXTRA))):
            kinds.append(kind)
            if kind == 1 and len(value) >= 16 and _FULL32 in (packed, size):
                size = int.from_bytes(value[:8], "little")
                packed = int.from_bytes(value[8:16], "little")
            elif kind == 0x7075:
                name = _unicode_name(value, name)
            elif modified is None:
                modified = _modified(kind, value)
    size, packed = min(size, _LARGEST), min(packed, _LARGEST)
    return Local(
        flags, method, time, date, crc, packed, size, name, tuple(dict.fromkeys(kinds)), modified,
        begin + named + extra_length,
    )  # fmt: skip


def find_ending(source: Source) -> Ending | None:
    """The end record that readers will use, or ``None``.

    It is the last one whose directory is where it says; if the bytes of none
    confirm it, the last one at all.
    """
    for reach in (END_REACH, _FAR):
        start = max(source.size - reach, 0)
        tail = source.read_at(start, reach)
        unconfirmed = None
        at = len(tail)
        for _ in range(_PLACES):
            at = tail.rfind(END_SIGNATURE, 0, at + len(END_SIGNATURE) - 1)
            if at < 0:
                break
            ending = _ending_at(source, tail, at, start)
            if ending is not None and ending.confirmed:
                return ending
            unconfirmed = unconfirmed or ending
        if unconfirmed is not None:
            return unconfirmed
        if start == 0:
            break
    return None


def _ending_at(source: Source, tail: bytes, at: int, start: int) -> Ending | None:
    if at + END.size > len(tail):
        return None
    _, disk, first_disk, here, entries, size, offset, comment_length = END.unpack_from(tail, at)
    record = start + at
    end = record + END.size + comment_length
    comment = tail[at + END.size : at + END.size + comment_length]
    split = disk not in (0, _FULL16) or first_disk not in (0, _FULL16) or here != entries
    wide = source.read_at(record - LOCATOR.size, LOCATOR.size) if record >= LOCATOR.size else b""
    if wide.startswith(LOCATOR_SIGNATURE):
        stated = LOCATOR.unpack(wide)[2]
        # as stated, or right before its locator when bytes were put before the archive
        for place in (stated, record - LOCATOR.size - END64.size):
            found = source.read_at(place, END64.size)
            if place >= 0 and len(found) == END64.size and found.startswith(END64_SIGNATURE):
                _, _, _, _, disk, first_disk, here, entries, size, offset = END64.unpack(found)
                split = bool(disk or first_disk) or here != entries
                record = place
                break
    # the directory ends where the end records begin, unless something was put between
    for begin in (record - size, offset):
        if begin >= 0 and begin + size <= record:
            # an end record of nothing confirms itself only when it is the whole archive
            confirmed = source.read_at(begin, 4) == CENTRAL_SIGNATURE if entries or size else not record
            if confirmed:
                shifts = tuple(dict.fromkeys((begin - offset, 0)))
                entries = min(entries, _LARGEST)
                return Ending(begin, size, entries, shifts, record, end, comment, split, True)
    return Ending(min(offset, record), min(size, record), entries, (0,), record, end, comment, split, False)
