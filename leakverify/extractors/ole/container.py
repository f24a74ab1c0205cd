"""The container itself: directory, times, what no stream holds any more (MS-CFB)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault, LimitExceeded, clip
from leakverify.when import canonical

#: directory entries that are stated
_ENTRIES = 400
#: bytes of free sectors that are looked at
_FREE = 64 * 1024 * 1024
#: code pages that Python names otherwise
_CODECS = {
    10000: "mac_roman",
    65001: "utf-8",
    1200: "utf-16-le",
    936: "gbk",
    932: "cp932",
    949: "cp949",
    950: "cp950",
}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def file_time(ticks: int) -> str | None:
    """A FILETIME (100 ns since 1601, UTC) in canonical form to the second; ``None`` if it is no time.

    >>> file_time(126918944805870000)
    '2003-03-11T23:14:40Z'
    """
    if not 0 < ticks < 2_650_467_744_000_000_000:  # the year 9999
        return None
    return canonical((_EPOCH + timedelta(microseconds=ticks // 10)).replace(microsecond=0))


def codec(code_page: Any) -> str:
    """Python's name of a Windows code page; Western where it is unknown."""
    if not isinstance(code_page, int):
        return "cp1252"
    code_page &= 0xFFFF
    name = _CODECS.get(code_page, f"cp{code_page}")
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


class Compound:
    """An open compound file; streams are found whatever the case of their name."""

    def __init__(self, source: bytes, context: Context) -> None:
        import olefile

        self._context = context
        self.data = source
        _bounded(source)
        self.file = olefile.OleFileIO(source, raise_defects=olefile.DEFECT_FATAL)
        self.names = [tuple(path) for path in self.file.listdir(streams=True, storages=False)]
        self._by_name = {"/".join(path).lower(): path for path in reversed(self.names)}

    def has(self, name: str) -> bool:
        return name.lower() in self._by_name

    def stream(self, name: str, most: int = 256 * 1024 * 1024) -> bytes | None:
        """Its bytes, ``None`` when there is none or it is damaged. Spends the budget of the unit."""
        path = self._by_name.get(name.lower())
        if path is None:
            return None
        size = self.file.get_size(list(path))
        if size > most:
            raise LimitExceeded("limit-size", f"stream {name!r} of {size} bytes")
        self._context.budget.spend(size, size, size)
        try:
            data: bytes = self.file.openstream(list(path)).read()
        except (OSError, ValueError, IndexError):
            return None
        return data

    def kind(self) -> str:
        """What program the file belongs to, by its main stream."""
        for stream, kind in (
            ("WordDocument", "doc"),
            ("Workbook", "xls"),
            ("Book", "xls"),
            ("PowerPoint Document", "ppt"),
            ("__properties_version1.0", "msg"),
            ("EncryptedPackage", "encrypted"),
        ):
            if self.has(stream):
                return kind
        return "other"


def _bounded(data: bytes) -> None:
    """Raise where the header asks for more sectors of tables than the file can hold (MS-CFB 2.2)."""
    if len(data) < 512:
        raise OSError("shorter than a header")
    (shift,) = struct.unpack_from("<H", data, 30)
    if not 7 <= shift <= 16:
        raise OSError(f"sectors of 2^{shift} bytes")
    most = len(data) // (1 << shift) + 2
    for at, what in ((44, "FAT"), (64, "mini FAT"), (72, "DIFAT")):
        (amount,) = struct.unpack_from("<I", data, at)
        if amount > most:
            raise OSError(f"{amount} {what} sectors in a file of {most}")


def container_facts(compound: Compound, code_page: int | None) -> Iterator[Event]:
    """Directory order, classes, times of storages, orphans and free space."""
    ole, data = compound.file, compound.data
    yield Observation(name="ole.kind", value=compound.kind())
    yield Observation(name="ole.version", value=str(ole.dll_version))
    root = ole.root
    if root.clsid:
        yield Observation(name="ole.root.clsid", value=clip(root.clsid, 100))
    entries = [entry for entry in ole.direntries if entry is not None]
    for entry in entries[:_ENTRIES]:
        where = Location(
            part=clip(entry.name, 200) or "?", length=entry.size if entry.entry_type == 2 else None
        )
        if entry.entry_type in (1, 2):
            yield Observation(name="ole.stream", value=clip(entry.name, 200), where=where)
        for ticks, name in ((entry.createTime, "ole.created"), (entry.modifyTime, "ole.modified")):
            read = file_time(ticks) if ticks and entry.entry_type in (1, 5) else None
            if read is not None:
                yield Observation(name=name, value=read, where=Location(part=where.part))
    if len(entries) > _ENTRIES:
        yield Fault("limit-answer", f"{len(entries)} directory entries, {_ENTRIES} stated")
    orphans = lost_entries(ole)
    yield Observation(name="ole.orphans", value=len(orphans))
    for lost in orphans[:_ENTRIES]:
        where = Location(part=clip(lost.name, 200), length=lost.size)
        yield Observation(name="ole.orphan", value=clip(lost.name, 200), where=where)
    yield Observation(
        name="ole.free_bytes", value=sum(len(b) - b.count(0) for _, b in free_sectors(compound))
    )
    sectors = (len(data) - ole.sector_size) // ole.sector_size
    yield Observation(
        name="ole.trailing_bytes", value=max(len(data) - (1 + max(sectors, 0)) * ole.sector_size, 0)
    )
    compobj = compound.stream("\x01CompObj", 65536)
    if compobj:
        named = _comp_obj(compobj, codec(code_page))
        if named:
            yield Observation(
                name="ole.comp_obj", value=clip(named, 300), where=Location(part="\\x01CompObj")
            )
    macro = any(
        name[0].lower() in ("macros", "_vba_project_cur") or name[-1].lower() == "_vba_project"
        for name in compound.names
    )
    yield Observation(name="ole.macro", value=macro)


class Lost(NamedTuple):
    """A directory entry that no storage leads to."""

    name: str
    start: int
    size: int


def lost_entries(ole: Any) -> list[Lost]:
    """Streams and storages of the directory that nothing leads to, in directory order.

    olefile reads only what the tree of the directory reaches; these are read from its bytes
    (MS-CFB 2.6.1).
    """
    ole.directory_fp.seek(0)
    raw = ole.directory_fp.read()
    found = []
    for sid in range(min(len(raw) // 128, len(ole.direntries))):
        entry = raw[128 * sid : 128 * sid + 128]
        if ole.direntries[sid] is not None or entry[66] not in (1, 2):
            continue
        length = min(struct.unpack_from("<H", entry, 64)[0], 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", entry, 116)
        found.append(Lost(name, start, size if entry[66] == 2 else 0))
    return found


def lost_bytes(compound: Compound, lost: Lost) -> bytes:
    """What is still there of a lost stream, as far as its chain leads; at most 1 MB."""
    ole = compound.file
    mini = lost.size < ole.minisectorcutoff
    if not lost.size or lost.size > len(compound.data):
        return b""
    try:
        if mini:
            ole.loadminifat()
        opened = ole._open(lost.start, min(lost.size, 1 << 20) if not mini else lost.size)
        data: bytes = opened.read()
    except (OSError, ValueError, IndexError, struct.error, AttributeError):
        return b""
    return data


def free_sectors(compound: Compound) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of runs of sectors that belong to nothing, up to 64 MB."""
    ole = compound.file
    size, looked, begin = ole.sector_size, 0, -1
    last = min(len(ole.fat), len(compound.data) // size)
    for sector in range(last + 1):
        free = sector < last and ole.fat[sector] == 0xFFFFFFFF
        if free and begin < 0:
            begin = sector
        elif not free and begin >= 0:
            block = compound.data[(begin + 1) * size : (sector + 1) * size]
            looked += len(block)
            if looked > _FREE:
                return
            if block:
                yield (begin + 1) * size, block
            begin = -1


def _comp_obj(data: bytes, named: str) -> str:
    """User type and program id (MS-OLEDS 2.3.8)."""
    found, at = [], 28
    for _ in range(3):
        if at + 4 > len(data):
            break
        (size,) = struct.unpack_from("<I", data, at)
        if size in (0xFFFFFFFF, 0xFFFFFFFE):
            at += 8
            continue
        if size > 400:
            break
        text = data[at + 4 : at + 4 + size].split(b"\0")[0].decode(named, "replace")
        if text:
            found.append(text)
        at += 4 + size
    return " | ".join(found)
