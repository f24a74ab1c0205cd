"""Tar archives: ustar, GNU and pax (POSIX.1-2001, pax interchange format).

A bounded walk over the headers; nothing but headers and the names of long-named
entries is read.  Users' names in the headers are those of the packing machine.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

from leakverify.evidence import Location, Member, Observation
from leakverify.extractors._base import (
    Context,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    clip,
    count,
    text,
    token,
    when,
)
from leakverify.extractors._clock import unix_time

VOCABULARY = MappingProxyType(
    {
        "tar.entries": count("entries, folders and links included"),
        "tar.entry.name": text("names of the entries in the order of the file", repeats=True),
        "tar.dialect": token("distinct header dialects: ustar, gnu, pax, v7", repeats=True),
        "tar.user": text("distinct names of owners, as on the packing machine", repeats=True),
        "tar.group": text("distinct names of owning groups", repeats=True),
        "tar.time.earliest": when("earliest modification time of an entry, in UTC"),
        "tar.time.latest": when("latest modification time of an entry, in UTC"),
        "tar.trailing_bytes": count("bytes from the first other than zero after the end mark", "bytes"),
    }
)

_BLOCK = 512
_ZERO = bytes(_BLOCK)
#: bytes of one pax header or long name that are read
_EXTENDED = 1024 * 1024
_FOLDER, _BODILESS = b"5", (b"1", b"2", b"3", b"4", b"5", b"6")
#: headers looked at for each entry that may be listed: long name, long link, pax, itself
_HEADERS = 4
#: distinct owners stated
_OWNERS = 500
#: bytes after the end that are looked at
_TRAILING = 16 * 1024 * 1024
#: bytes of extended headers that are read of one archive
_EXTENDED_ALL = 64 * 1024 * 1024
#: entries that are no document of their own, and why
_KINDS = {
    b"1": ("link-not-followed", "a hard link"),
    b"2": ("link-not-followed", "a symbolic link"),
    b"3": ("not-a-file", "a character device"),
    b"4": ("not-a-file", "a block device"),
    b"6": ("not-a-file", "a pipe"),
    b"S": ("unsupported-feature", "a sparse file"),
    b"M": ("unsupported-feature", "continued from another volume"),
}


_READ_EXTENDED = (b"x", b"X", b"g", b"L", b"K", b"V")
_PAX = frozenset(("path", "size", "mtime", "uname", "gname"))
_SECONDS = re.compile(r"-?\d{1,15}(?=\.|\Z)", re.ASCII)


@dataclass(slots=True)
class _Walk:
    """What was gathered on the way."""

    dialects: dict[str, None] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)
    earliest: int | None = None
    latest: int | None = None
    entries: int = 0
    extended: int = 0
    #: pax records for all later entries, and those for the next one
    everywhere: dict[str, str] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)


def sniff(ends: Probe) -> Fit:
    head = ends.head[:_BLOCK]
    if len(head) < _BLOCK or not _checked(head):
        return Fit.NONE
    return Fit.STRONG if head[257:262] == b"ustar" else Fit.LOOSE


def _checked(header: bytes) -> bool:
    """Whether the checksum holds; some old packers summed the bytes as signed ones."""
    stated = _number(header[148:156])
    if stated is None or header == _ZERO:
        return False
    plain = sum(header) - sum(header[148:156]) + 8 * 32
    signed = plain - 256 * sum(byte > 127 for byte in header[:148] + header[156:])
    return stated in (plain, signed)


def _number(stated: bytes) -> int | None:
    """Octal text, or base 256 when the first bit says so (GNU, star)."""
    if stated[:1] in (b"\x80", b"\xff"):
        negative = stated[0] == 0xFF
        value = int.from_bytes(stated[1:], "big")
        return value - 256 ** (len(stated) - 1) if negative else value
    digits = stated.partition(b"\x00")[0].strip()
    if not digits:
        return 0
    if digits.strip(b"01234567"):
        return None
    return int(digits, 8)


def read(source: Source, context: Context) -> Iterator[Event]:
    walk = _Walk()
    at = 0
    most = context.limits.members
    for _ in range(most * _HEADERS):
        header = source.read_at(at, _BLOCK)
        if not header.strip(b"\x00"):
            if not header:
                yield Fault("truncated", "no end mark", Location(offset=source.size))
            yield from _trailing(source, at)
            break
        size = _number(header[124:136])
        if len(header) < _BLOCK:
            yield Fault("truncated", "a header is cut off", Location(offset=at))
            break
        if not _checked(header) or size is None or size < 0:
            yield Fault("malformed", "no header where one should be", Location(offset=at))
            break
        kind, body = header[156:157], at + _BLOCK
        if kind in _READ_EXTENDED:
            yield from _extended(source, walk, kind, body, size)
        elif walk.entries == most:
            yield Fault("limit-members", f"more than {most}")
            break
        else:
            size = _size_of_body(walk, kind, size)
            yield from _entry(source, walk, header, at, size)
            walk.pending = {}
        at = body + (size + _BLOCK - 1) // _BLOCK * _BLOCK
        if at > source.size + _BLOCK:
            break
    else:
        yield Fault("limit-members", "more headers than are read")
    yield from _summary(walk)


def _extended(source: Source, walk: _Walk, kind: bytes, body: int, size: int) -> Iterator[Event]:
    """Take in what an extended header says of the entries behind it."""
    where = Location(offset=body, length=size)
    if body + size > source.size:
        yield Fault("truncated", "an extended header is cut off", where)
    walk.extended += min(size, _EXTENDED)
    if size > _EXTENDED or walk.extended > _EXTENDED_ALL:
        yield Fault("limit-size", "extended headers", where)
        return
    data = source.read_at(body, size)
    if kind == b"L":
        walk.pending["path"] = _decoded(data)
        walk.dialects["gnu"] = None
    elif kind in (b"x", b"X", b"g"):
        walk.dialects["pax"] = None
        records = walk.everywhere if kind == b"g" else walk.pending
        if not _pax(data, records):
            yield Fault("malformed", "an extended header", where)


def _pax(data: bytes, records: dict[str, str]) -> bool:
    """Records of length, key and value, each on a line; false where one breaks the form."""
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 12)
        length = data[at:space] if space > 0 else b""
        if not length.isdigit() or int(length) <= space - at + 1 or at + int(length) > len(data):
            return False
        key, equals, value = data[space + 1 : at + int(length) - 1].partition(b"=")
        if not equals:
            return False
        name = key.decode("utf-8", "backslashreplace")
        if name in _PAX or name.startswith("GNU.sparse."):
            records[name] = value.decode("utf-8", "backslashreplace")
        at += int(length)
    return True


def _size_of_body(walk: _Walk, kind: bytes, size: int) -> int:
    if kind in _BODILESS:
        return 0
    stated = _pax_value(walk, "size")
    return int(stated) if _SECONDS.match(stated) and int(stated) >= 0 else size


def _pax_value(walk: _Walk, key: str) -> str:
    return walk.pending.get(key) or walk.everywhere.get(key, "")


def _entry(source: Source, walk: _Walk, header: bytes, at: int, size: int) -> Iterator[Event]:
    kind = header[156:157]
    body = at + _BLOCK
    magic = header[257:265]
    dialect = "gnu" if magic == b"ustar  \x00" else "ustar" if magic.startswith(b"ustar") else "v7"
    walk.dialects[dialect] = None
    name = _pax_value(walk, "path") or _decoded(header[:100])
    if dialect == "ustar" and header[345] and not _pax_value(walk, "path"):
        name = f"{_decoded(header[345:500])}/{name}"
    name = clip(name)
    where = Location(part=name, offset=at, length=_BLOCK + min(size, source.size - body))
    walk.entries += 1
    yield Observation(name="tar.entry.name", value=name, where=where)
    if dialect != "v7":
        _own(walk.users, _pax_value(walk, "uname") or _decoded(header[265:297]))
        _own(walk.groups, _pax_value(walk, "gname") or _decoded(header[297:329]))
    _date(walk, header)
    if kind == _FOLDER or (kind in (b"0", b"\x00") and name.endswith("/")):
        return
    sparse = any(key.startswith("GNU.sparse.") for key in (*walk.pending, *walk.everywhere))
    code, detail = _KINDS.get(b"S" if sparse else kind, ("", ""))
    if code:
        yield Fault(code, detail, where)
        return
    if body + size > source.size:
        yield Fault("truncated", "the file ends inside this entry", where)
    kept = max(min(size, source.size - body), 0)
    yield Member(name=name, offset=body, length=kept, size=size)


def _own(names: dict[str, None], name: str) -> None:
    if name and len(names) < _OWNERS:
        names[clip(name, 200)] = None


def _date(walk: _Walk, header: bytes) -> None:
    stated = _SECONDS.match(_pax_value(walk, "mtime"))
    seconds = int(stated[0]) if stated else _number(header[136:148])
    # 0 is what packers write that want the same bytes each time
    if not seconds or unix_time(seconds) is None:
        return
    walk.earliest = seconds if walk.earliest is None else min(walk.earliest, seconds)
    walk.latest = seconds if walk.latest is None else max(walk.latest, seconds)


def _decoded(field: bytes) -> str:
    return field.partition(b"\x00")[0].decode("utf-8", "backslashreplace")


def _summary(walk: _Walk) -> Iterator[Event]:
    yield Observation(name="tar.entries", value=walk.entries)
    for dialect in walk.dialects:
        yield Observation(name="tar.dialect", value=dialect)
    for user in walk.users:
        yield Observation(name="tar.user", value=user)
    for group in walk.groups:
        yield Observation(name="tar.group", value=group)
    for name, seconds in (("tar.time.earliest", walk.earliest), ("tar.time.latest", walk.latest)):
        if seconds is not None:
            yield Observation(name=name, value=unix_time(seconds), raw=str(seconds))


def _trailing(source: Source, at: int) -> Iterator[Event]:
    """Bytes behind the end mark; padding to a full record of zeros is how tar ends."""
    end = min(source.size, at + _TRAILING)
    while at < end:
        block = source.read_at(at, min(_EXTENDED, end - at))
        kept = block.lstrip(b"\x00")
        if kept:
            start = at + len(block) - len(kept)
            where = Location(offset=start)
            yield Observation(name="tar.trailing_bytes", value=source.size - start, where=where)
            return
        at += len(block)
    yield Observation(name="tar.trailing_bytes", value=0)


def sample() -> bytes:
    """One small entry with a pax header."""
    import tarfile

    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("caf\u00e9.txt")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"text"))
    return whole.getvalue()


FORMAT = Format(
    name="tar",
    title="tar archive",
    version=1,
    sniff=sniff,
    observes=VOCABULARY,
    extensions=("tar",),
    media_types=("application/x-tar",),
    sample=sample,
    container=True,
    sources=("POSIX.1-2017, pax: ustar and pax interchange formats", "GNU tar manual 1.35, Basic Tar Format"),
)
