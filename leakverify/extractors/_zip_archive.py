"""A ZIP archive as it lies in the file: entries, what is between them, where headers disagree.

The standard library's reader hides what matters here: where each entry begins,
whether the two headers of an entry agree, what lies between entries, who packed
them.  It also, before 3.11.8, follows overlapping entries (CVE-2024-0450).
Everything here is linear in the size of the directory and inflates nothing.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leakverify.evidence import Location
from leakverify.extractors._base import Fault, Source, clip
from leakverify.extractors._zip_records import (
    DESCRIPTOR_SIGNATURE,
    LOCAL,
    LOCAL_SIGNATURE,
    Central,
    Ending,
    Local,
    central_at,
    find_ending,
    local_at,
)
from leakverify.limits import Limits

ENCRYPTED, DESCRIBED, UTF8 = 0x1, 0x8, 0x800
#: the first day DOS time can say, which packers write instead of a time
FIRST_DAY = 0x21

#: bytes of a central directory that are read; a record takes about 130
DIRECTORY_BYTES = 64 * 1024 * 1024
#: bytes searched at once for the end of an entry of unstated length
_STEP = 1024 * 1024
_THREE_WORDS = struct.Struct("<3I")
#: bytes between entries that are searched for entries no directory lists
_SEARCHED = 4 * 1024 * 1024


@dataclass(slots=True)
class Entry:
    """One entry: what the central directory says, and where the local header puts it.

    ``offset`` is the local header, ``data`` the first compressed byte (-1 when
    there is no local header), ``end`` the byte after the data and its
    descriptor; all count from the first byte of the document.  ``made_by`` is
    -1 for an entry recovered without a directory.
    """

    name: str
    raw_name: bytes
    system: int
    made_by: int
    flags: int
    method: int
    date: int
    time: int
    crc: int
    packed: int
    size: int
    attributes: int
    offset: int
    data: int = -1
    end: int = -1
    extra: tuple[int, ...] = ()
    modified: int | None = None
    differs: tuple[str, ...] = ()
    overlaps: bool = False
    cut: bool = False

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & ENCRYPTED)

    @property
    def is_folder(self) -> bool:
        return self.name.endswith(("/", "\\"))

    @property
    def is_link(self) -> bool:
        """A symbolic link, as Unix packers mark it (upper half of the attributes)."""
        return self.system == 3 and (self.attributes >> 16) & 0o170000 == 0o120000

    @property
    def where(self) -> Location:
        """The entry with its local header, as far as it reaches in the document."""
        return Location(part=clip(self.name), offset=self.offset, length=max(self.end - self.offset, 0))

    def stamped(self) -> datetime | None:
        """The DOS time as a naive local one; ``None`` when it is no possible time."""
        try:
            return datetime(
                1980 + (self.date >> 9), self.date >> 5 & 15, self.date & 31,
                self.time >> 11, self.time >> 5 & 63, 2 * (self.time & 31),
            )  # fmt: skip
        except ValueError:
            return None


@dataclass(slots=True)
class Archive:
    """A ZIP as read: entries in the order of the directory and in that of the file."""

    entries: list[Entry] = field(default_factory=list)
    listed: list[Entry] = field(default_factory=list)
    stated: int = 0
    comment: bytes = b""
    leading: int = 0
    trailing: int = 0
    gaps: int = 0
    unlisted: int = 0
    duplicates: int = 0
    recovered: bool = False
    faults: list[Fault] = field(default_factory=list)


def open_archive(source: Source, limits: Limits) -> Archive:
    """Read the directory and every local header. Bad bytes become faults, never exceptions."""
    ending = find_ending(source)
    archive = Archive()
    if ending is not None:
        archive.comment = ending.comment
        archive.trailing = max(source.size - ending.end, 0)
        if ending.end > source.size:
            archive.faults.append(Fault("truncated", "the archive comment is cut off"))
        if ending.split:
            archive.faults.append(Fault("unsupported-feature", "one volume of a split archive"))
    if ending is not None and ending.confirmed:
        _list(source, archive, ending, limits)
        for entry in archive.listed:
            _locate(source, entry, ending.shifts)
    else:
        _recover(source, archive, limits, None if ending is None else ending.record)
        ending = None
    archive.entries = sorted(archive.listed, key=lambda entry: entry.offset)
    _survey(source, archive, ending)
    return archive


def _list(source: Source, archive: Archive, ending: Ending, limits: Limits) -> None:
    directory = source.read_at(ending.start, min(ending.size, DIRECTORY_BYTES))
    at = 0
    while len(archive.listed) < limits.members:
        central = central_at(directory, at)
        if central is None:
            break
        archive.listed.append(_entry(central))
        at = central.end
    archive.stated = ending.entries
    found = len(archive.listed)
    if found >= limits.members and central_at(directory, at) is not None:
        archive.stated = max(ending.entries, found + 1)
        archive.faults.append(Fault("limit-members", f"more than {limits.members}"))
    elif ending.size > DIRECTORY_BYTES:
        archive.faults.append(Fault("limit-size", f"{ending.size} bytes of directory"))
    elif at < ending.size:
        archive.faults.append(
            Fault("malformed", "the directory breaks off", Location(offset=ending.start + at))
        )
    # without ZIP64 the number of entries is kept modulo 65536
    elif found != ending.entries and found & 0xFFFF != ending.entries:
        archive.faults.append(Fault("malformed", f"states {ending.entries} entries and lists {found}"))
    if found < limits.members:
        archive.stated = found


def _entry(central: Central) -> Entry:
    return Entry(
        name=decoded(central.name, central.flags),
        raw_name=central.name,
        system=central.made_by >> 8,
        made_by=central.made_by & 0xFF,
        flags=central.flags,
        method=central.method,
        date=central.date,
        time=central.time,
        crc=central.crc,
        packed=central.packed,
        size=central.size,
        attributes=central.attributes,
        offset=central.offset,
        extra=central.extra,
        modified=central.modified,
    )


def decoded(name: bytes, flags: int) -> str:
    """The name as text: UTF-8 when flagged or when it can only be that, else code page 437.

    Packers on macOS and Linux write UTF-8 without saying so; a name in code
    page 437 that happens to be valid UTF-8 beyond ASCII does not occur in words.
    """
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "backslashreplace") if flags & UTF8 else name.decode("cp437")


def _locate(source: Source, entry: Entry, shifts: tuple[int, ...]) -> None:
    """Find the data of a listed entry and note where its local header tells another story."""
    stated = entry.offset
    for shift in shifts:
        entry.offset = min(max(stated + shift, 0), source.size)
        local = local_at(source, stated + shift, len(entry.raw_name))
        if local is not None:
            break
    else:
        return
    entry.differs = tuple(_differences(entry, local))
    entry.extra = tuple(dict.fromkeys((*entry.extra, *local.extra)))
    if entry.modified is None:
        entry.modified = local.modified
    entry.data = local.data
    entry.end = local.data + entry.packed
    if entry.flags & DESCRIBED:
        entry.end += _descriptor_length(source, entry)
    if entry.end > source.size:
        _cut_off(source, entry)


def _cut_off(source: Source, entry: Entry) -> None:
    """An entry that ends with the file instead of where it says."""
    entry.cut = True
    entry.data = min(entry.data, source.size)
    entry.packed = min(entry.packed, source.size - entry.data)
    entry.end = source.size


def _differences(entry: Entry, local: Local) -> Iterator[str]:
    if local.name != entry.raw_name:
        yield "name"
    if local.flags != entry.flags:
        yield "flags"
    if local.method != entry.method:
        yield "method"
    if (local.date, local.time) != (entry.date, entry.time):
        yield "time"
    # with a descriptor the local header is written before these are known (APPNOTE 4.4.4)
    written = not local.flags & DESCRIBED
    if local.crc != entry.crc and (written or local.crc):
        yield "crc"
    if local.packed != entry.packed and (written or local.packed):
        yield "packed-size"
    if local.size != entry.size and (written or local.size):
        yield "size"


def _descriptor_length(source: Source, entry: Entry) -> int:
    """Bytes of the data descriptor: its signature is optional, its sizes may be 8 bytes wide."""
    found = source.read_at(entry.end, 24)
    signed = 4 if found.startswith(DESCRIPTOR_SIGNATURE) else 0
    crc = entry.crc.to_bytes(4, "little")
    if found[signed : signed + 4] != crc:
        return 0
    packed, size = entry.packed, entry.size
    wide = packed.to_bytes(8, "little") + size.to_bytes(8, "little")
    if found[signed + 4 : signed + 20] == wide:
        return signed + 20
    return signed + 12


def _recover(source: Source, archive: Archive, limits: Limits, record: int | None) -> None:
    """Without a directory: walk the local headers from the first one on, while that is cheap."""
    archive.recovered = True
    if record is None:
        archive.faults.append(Fault("truncated", "no central directory; entries are found by their headers"))
    else:
        detail = "the central directory is not where it should be; entries are found by their headers"
        archive.faults.append(Fault("malformed", detail, Location(offset=record)))
    at = source.read_at(0, _SEARCHED).find(LOCAL_SIGNATURE)
    local = local_at(source, at, None)
    while local is not None and len(archive.listed) < limits.members:
        entry = _recovered(source, local, at)
        archive.listed.append(entry)
        at = entry.end
        local = None if entry.cut else local_at(source, at, None)
    if local is not None:
        archive.faults.append(Fault("limit-members", f"more than {limits.members}"))
    archive.stated = len(archive.listed)


def _recovered(source: Source, local: Local, at: int) -> Entry:
    entry = Entry(
        name=decoded(local.name, local.flags),
        raw_name=local.name,
        system=-1,
        made_by=-1,
        flags=local.flags,
        method=local.method,
        date=local.date,
        time=local.time,
        crc=local.crc,
        packed=local.packed,
        size=local.size,
        attributes=0,
        offset=at,
        data=local.data,
        end=local.data + local.packed,
        extra=local.extra,
        modified=local.modified,
    )
    if local.flags & DESCRIBED and not local.packed:
        _by_descriptor(source, entry)
    if entry.end > source.size or entry.cut:
        _cut_off(source, entry)
    return entry


def _by_descriptor(source: Source, entry: Entry) -> None:
    """Find the end of data whose length only the descriptor behind them states.

    A descriptor is believed when the packed size in it is the distance to it.
    Each byte is looked at once: the search of the next entry starts behind it.
    """
    at = entry.data
    carried = b""
    while block := source.read_at(at, _STEP):
        window, base = carried + block, at - len(carried)
        found = window.find(DESCRIPTOR_SIGNATURE)
        while 0 <= found <= len(window) - 16:
            crc, packed, size = (
                int.from_bytes(window[found + i : found + i + 4], "little") for i in (4, 8, 12)
            )
            if packed == base + found - entry.data:
                entry.crc, entry.packed, entry.size = crc, packed, size
                entry.end = base + found + 16
                if packed > 2 and not size:  # sizes of 8 bytes: this was the upper half of the first
                    entry.size = int.from_bytes(source.read_at(entry.end, 8), "little")
                    entry.end += 8
                return
            found = window.find(DESCRIPTOR_SIGNATURE, found + 1)
        at += len(block)
        carried = window[-15:]
    entry.packed = source.size - entry.data
    entry.cut = True


def _survey(source: Source, archive: Archive, ending: Ending | None) -> None:
    """What lies before, between and behind the entries, and which of them overlap."""
    names = Counter(entry.raw_name for entry in archive.listed)
    archive.duplicates = sum(names.values()) - len(names)
    reach = 0
    before: Entry | None = None
    placed = [entry for entry in archive.entries if entry.data >= 0]
    archive.leading = placed[0].offset if placed else (ending.start if ending else 0)
    for entry in placed:
        if before is not None:
            if entry.offset < reach:
                entry.overlaps = before.overlaps = True
            else:
                _look_into_gap(source, archive, reach, entry.offset)
        if before is None or entry.end > reach:
            reach, before = entry.end, entry
    if ending is not None and before is not None:
        if before.offset < ending.start < reach:
            before.overlaps = True
        elif reach <= ending.start:
            _look_into_gap(source, archive, reach, ending.start)
        archive.gaps += max(ending.record - ending.start - ending.size, 0)
    _complain(archive)


def _look_into_gap(source: Source, archive: Archive, start: int, end: int) -> None:
    if start == end:
        return
    archive.gaps += end - start
    found = source.read_at(start, min(end - start, _SEARCHED))
    at = found.find(LOCAL_SIGNATURE)
    while 0 <= at <= len(found) - LOCAL.size:
        length = LOCAL.unpack_from(found, at)[9]
        if 0 < length <= len(found) - at - LOCAL.size:
            archive.unlisted += 1
        at = found.find(LOCAL_SIGNATURE, at + LOCAL.size)


def _complain(archive: Archive) -> None:
    lost = [entry for entry in archive.entries if entry.data < 0]
    if lost:
        archive.faults.append(
            Fault("malformed", f"{len(lost)} entries without a local header", lost[0].where)
        )
    tangled = [entry for entry in archive.entries if entry.overlaps]
    if tangled:
        archive.faults.append(
            Fault("malformed", f"{len(tangled)} entries lie over each other", tangled[0].where)
        )
    beyond = [entry for entry in archive.entries if entry.cut]
    if beyond and not archive.recovered:
        archive.faults.append(
            Fault("truncated", f"{len(beyond)} entries reach past the end", beyond[0].where)
        )


def utc_offset(entry: Entry) -> str | None:
    """The zone of the packing machine's clock, when the entry states its time twice.

    The DOS time is local, the extended one UTC.  ``None`` unless they lie a
    whole number of quarter hours apart, as zones do, within -12 and +14 hours.
    """
    if entry.modified is None:
        return None
    local = entry.stamped()
    if local is None:
        return None
    seconds = int((local - datetime(1970, 1, 1)) / timedelta(seconds=1)) - entry.modified
    quarters = round(seconds / 900)
    # the DOS time counts in steps of two seconds, rounded either way
    if abs(seconds - 900 * quarters) > 2 or not -48 <= quarters <= 56:
        return None
    hours, rest = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{15 * rest:02d}"
