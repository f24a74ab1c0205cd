"""ZIP and tar archives written field by field, so that each can be made to lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FIRST_DAY = (0x21, 0)
#: 5 May 2017, 10:20:30
MAY = ((2017 - 1980) << 9 | 5 << 5 | 5, 10 << 11 | 20 << 5 | 15)


@dataclass(kw_only=True)
class Part:
    """One ZIP entry. ``lies`` replaces fields of the local header by name."""

    name: str | bytes
    data: bytes = b""
    method: int = 8
    flags: int = 0
    system: int = 0
    made_by: int = 20
    stamp: tuple[int, int] = FIRST_DAY
    extra: bytes = b""
    local_extra: bytes = b""
    attributes: int = 0
    descriptor: str = ""  # "", "signed", "plain" or "wide"
    lies: Mapping[str, object] = field(default_factory=dict)
    before: bytes = b""
    packed: bytes | None = None
    size: int | None = None
    crc: int | None = None

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()


def extra_field(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, len(value)) + value


def unix_time_field(seconds: int) -> bytes:
    return extra_field(0x5455, b"\x01" + struct.pack("<i", seconds))


def deflated(data: bytes) -> bytes:
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


def build_zip(
    parts: Iterable[Part],
    *,
    comment: bytes = b"",
    leading: bytes = b"",
    trailing: bytes = b"",
    adjusted: bool = False,
    order: Iterable[int] | None = None,
    before_directory: bytes = b"",
    directory: bool = True,
    stated: int | None = None,
    zip64: bool = False,
) -> bytes:
    """The archive. ``adjusted``: offsets count from the leading bytes' first one.

    ``order`` lists the positions of the parts as the directory has them and may
    name one twice.  ``stated`` is the number of entries the end record states.
    """
    out = bytearray(leading)
    base = 0 if adjusted else len(leading)
    records = []
    for part in parts:
        out += part.before
        records.append(_central(part, len(out) - base, zip64))
        out += _local(part)
    out += before_directory
    if not directory:
        return bytes(out)
    listed = [records[n] for n in (range(len(records)) if order is None else order)]
    start, body = len(out) - base, b"".join(listed)
    out += body
    count = len(listed) if stated is None else stated
    if zip64:
        at = len(out) - base
        out += struct.pack(
            "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(body), start
        ) + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
        out += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, len(comment))
    else:
        out += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(body), start, len(comment))
    return bytes(out + comment + trailing)


def _facts(part: Part) -> tuple[bytes, int, int, int]:
    packed = part.packed
    if packed is None:
        packed = deflated(part.data) if part.method == 8 else part.data
    size = len(part.data) if part.size is None else part.size
    crc = zlib.crc32(part.data) if part.crc is None else part.crc
    return packed, len(packed), size, crc


def _local(part: Part) -> bytes:
    packed, length, size, crc = _facts(part)
    later = bool(part.descriptor)
    stated: dict[str, object] = {
        "flags": part.flags | (8 if later else 0), "method": part.method, "date": part.stamp[0],
        "time": part.stamp[1], "crc": 0 if later else crc, "packed": 0 if later else length,
        "size": 0 if later else size, "name": part.raw_name,
    }  # fmt: skip
    stated.update(part.lies)
    name = stated["name"]
    assert isinstance(name, bytes)
    head = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 20, stated["flags"], stated["method"], stated["time"], stated["date"],
        stated["crc"], stated["packed"], stated["size"], len(name), len(part.local_extra),
    )  # fmt: skip
    tail = {
        "": b"",
        "signed": b"PK\7\x08" + struct.pack("<3I", crc, length, size),
        "plain": struct.pack("<3I", crc, length, size),
        "wide": b"PK\7\x08" + struct.pack("<I2Q", crc, length, size),
    }[part.descriptor]
    return head + name + part.local_extra + packed + tail


def _central(part: Part, offset: int, zip64: bool) -> bytes:
    _, length, size, crc = _facts(part)
    extra = part.extra
    if zip64:
        extra = extra_field(1, struct.pack("<3Q", size, length, offset)) + extra
        length = size = offset = 0xFFFFFFFF
    return (
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\1\2",
            part.system << 8 | part.made_by,
            20,
            part.flags | (8 if part.descriptor else 0),
            part.method,
            part.stamp[1],
            part.stamp[0],
            crc,
            length,
            size,
            len(part.raw_name),
            len(extra),
            0,
            0,
            0,
            part.attributes,
            offset,
        )  # fmt: skip
        + part.raw_name
        + extra
    )


def tar_header(
    name: bytes,
    size: int = 0,
    *,
    kind: bytes = b"0",
    seconds: int = 1493972430,
    magic: bytes = b"ustar\x0000",
    user: bytes = b"",
    group: bytes = b"",
    prefix: bytes = b"",
    checksum: int | None = None,
    size_field: bytes | None = None,
) -> bytes:
    """One block of 512 bytes with a right checksum, unless another one is given."""
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:108] = b"0000644\x00"
    block[124:136] = b"%011o\x00" % size if size_field is None else size_field
    block[136:148] = b"%011o\x00" % seconds
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[257 : 257 + len(magic)] = magic
    block[265 : 265 + len(user)] = user
    block[297 : 297 + len(group)] = group
    block[345 : 345 + len(prefix)] = prefix
    block[148:156] = b"%06o\x00 " % (sum(block) if checksum is None else checksum)
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def pax_header(records: Mapping[str, str], kind: bytes = b"x") -> bytes:
    body = b""
    for key, value in records.items():
        line = f" {key}={value}\n".encode()
        length = len(line) + 1
        while len(str(length)) + len(line) != length:
            length += 1
        body += str(length).encode() + line
    return tar_header(b"PaxHeaders/x", len(body), kind=kind) + padded(body)


END_OF_TAR = bytes(1024)
