"""ZIP archives entry by entry, with every field that tells which program wrote them.

Python's zipfile decides flags, versions and descriptors itself.  To change one part of an office file and
leave the marks of its writer alone, or to lay a package out as Word does, they are written here field by
field (APPNOTE 6.3, sections 4.3.7 to 4.3.16).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

#: 1980-01-01 00:00, the earliest time a ZIP can state
EPOCH = (0, 0x21)
#: a level that stands for Office's own compressor, which is not at hand: what it makes is at least not what
#: zlib makes when a program leaves it as it is
OFFICE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. ``stamp`` is (DOS time, DOS date); ``data`` is uncompressed, ``packed`` as it was found."""

    name: str
    data: bytes
    system: int = 0
    made_by: int = 20
    needed: int = 20
    flags: int = 0
    stamp: tuple[int, int] = EPOCH
    method: int = 8
    level: int = 6
    local_extra: bytes = b""
    central_extra: bytes = b""
    internal: int = 0
    external: int = 0
    packed: bytes = b""


def dos(moment: datetime) -> tuple[int, int]:
    """A time in DOS form, two seconds precise, as read on the wall clock."""
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (moment.year - 1980) << 9 | moment.month << 5 | moment.day


def read(data: bytes) -> list[Entry]:
    """The entries in the order of the central directory. Raises ``zipfile.BadZipFile``."""
    entries = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            head = data[info.header_offset : info.header_offset + 30]
            name_length, extra_length = struct.unpack("<HH", head[26:30])
            at = info.header_offset + 30 + name_length
            entries.append(
                Entry(
                    name=info.filename,
                    data=archive.read(info),
                    system=info.create_system,
                    made_by=info.create_version,
                    needed=info.extract_version,
                    flags=info.flag_bits,
                    stamp=struct.unpack("<HH", head[10:14]),
                    method=info.compress_type,
                    local_extra=data[at : at + extra_length],
                    central_extra=info.extra,
                    internal=info.internal_attr,
                    external=info.external_attr,
                    packed=data[at + extra_length : at + extra_length + info.compress_size],
                )
            )
    return entries


def write(entries: Iterable[Entry]) -> bytes:
    """The archive. Entries with flag bit 3 get a data descriptor, as writers of streams leave them."""
    out = bytearray()
    central = bytearray()
    count = 0
    for entry in entries:
        name = entry.name.encode("utf-8")
        body = entry.data if entry.method == 0 else entry.packed or _deflate(entry.data, entry.level)
        sums = (zlib.crc32(entry.data), len(body), len(entry.data))
        streamed = bool(entry.flags & 8)
        at = len(out)
        fixed = struct.pack("<HHHHH", entry.needed, entry.flags, entry.method, *entry.stamp)
        local = struct.pack("<III", *((0, 0, 0) if streamed else sums))
        out += b"PK\x03\x04" + fixed + local
        out += struct.pack("<HH", len(name), len(entry.local_extra)) + name + entry.local_extra + body
        if streamed:
            out += b"PK\x07\x08" + struct.pack("<III", *sums)
        central += b"PK\x01\x02" + struct.pack("<BB", entry.made_by, entry.system) + fixed
        central += struct.pack("<III", *sums)
        central += struct.pack("<HHHHH", len(name), len(entry.central_extra), 0, 0, entry.internal)
        central += struct.pack("<II", entry.external, at) + name + entry.central_extra
        count += 1
    end = struct.pack("<4H2IH", 0, 0, count, count, len(central), len(out), 0)
    return bytes(out + central + b"PK\x05\x06" + end)


def _deflate(data: bytes, level: int) -> bytes:
    if level == OFFICE:
        engine = zlib.compressobj(5, zlib.DEFLATED, -14, 9, zlib.Z_FILTERED)
    else:
        engine = zlib.compressobj(level, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def exchange(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same archive with the content of some parts exchanged, all else as it was, byte for byte."""
    return write(with_data(e, parts[e.name]) if e.name in parts else e for e in read(data))


def with_data(entry: Entry, data: bytes) -> Entry:
    """The entry with other content, compressed by zlib."""
    return replace(entry, data=data, packed=b"")


def saved_by_office(data: bytes) -> bytes:
    """The archive as a save in Office leaves it: every part compressed anew, by its own compressor."""
    return write(replace(entry, packed=b"", level=OFFICE) for entry in read(data))


def growth_hint(padding: int) -> bytes:
    """The extra field 0xA220 by which Microsoft's packager leaves room to grow in place (measured on its files)."""
    return struct.pack("<HHHH", 0xA220, padding + 4, 0xA028, padding) + bytes(padding)


#: room for growth that Office leaves behind parts of these names (measured on its files)
_ROOM = {"[Content_Types].xml": 512, "_rels/.rels": 512, "docProps/core.xml": 256, "docProps/app.xml": 256}


def office_layout(parts: Mapping[str, bytes]) -> bytes:
    """Parts packed as Microsoft Office packs: types and relations first, no times, flags 6, room for growth."""
    first = [name for name in ("[Content_Types].xml", "_rels/.rels") if name in parts]
    last = [name for name in ("docProps/core.xml", "docProps/app.xml") if name in parts]
    middle = [name for name in parts if name not in first and name not in last]
    return write(
        Entry(
            name=name,
            data=parts[name],
            made_by=45,
            flags=6,
            local_extra=growth_hint(_ROOM[name]) if name in _ROOM else b"",
        )
        for name in (*first, *middle, *last)
    )
