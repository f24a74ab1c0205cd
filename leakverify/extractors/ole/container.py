"""The container itself: directory, times, what no stream holds any more (MS-CFB)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault, LimitExceeded, clip
from leakverify.when import canonical

#: directory entries that are stated
_ENTRIES = 400
#: bytes of free sectors that are looked at
_FREE = 64 * 1024 * 1024
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def file_time(ticks: int) -> str | None:
    """A FILETIME (100 ns since 1601, UTC) in canonical form to the second; ``None`` if it is no time.

    >>> file_time(126918944805870000)
    '2003-03-11T23:14:40Z'
    """
    if not 0 < ticks < 2_650_467_744_000_000_000:  # the year 9999
        return None
    return canonical((_EPOCH + timedelta(microseconds=ticks // 10)).replace(microsecond=0))


class Compound:
    """An open compound file; streams are found whatever the case of their name."""

    def __init__(self, source: Any, context: Context) -> None:
        import olefile

        self._context = context
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


def container_facts(compound: Compound, data: bytes) -> Iterator[Event]:
    """Directory order, classes, times of storages, orphans and free space."""
    ole = compound.file
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
    orphans, free = _unused(ole, data)
    yield Observation(name="ole.orphans", value=orphans)
    yield Observation(name="ole.free_bytes", value=free)
    sectors = (len(data) - ole.sector_size) // ole.sector_size
    yield Observation(
        name="ole.trailing_bytes", value=max(len(data) - (1 + max(sectors, 0)) * ole.sector_size, 0)
    )
    compobj = compound.stream("\x01CompObj", 65536)
    if compobj:
        named = _comp_obj(compobj)
        if named:
            yield Observation(
                name="ole.comp_obj", value=clip(named, 300), where=Location(part="\\x01CompObj")
            )
    macro = any(
        name[0].lower() in ("macros", "_vba_project_cur") or name[-1].lower() == "_vba_project"
        for name in compound.names
    )
    yield Observation(name="ole.macro", value=macro)


def _unused(ole: Any, data: bytes) -> tuple[int, int]:
    """(directory entries that nothing leads to, bytes other than zero in free sectors)."""
    reached: set[int] = set()
    stack = [ole.root]
    while stack:
        entry = stack.pop()
        if entry is None or entry.sid in reached:
            continue
        reached.add(entry.sid)
        stack.extend(entry.kids)
    used = sum(1 for entry in ole.direntries if entry is not None and entry.entry_type in (1, 2, 5))
    size, leftover, looked = ole.sector_size, 0, 0
    for sector, following in enumerate(ole.fat):
        if following != 0xFFFFFFFF:
            continue
        at = (sector + 1) * size
        block = data[at : at + size]
        looked += len(block)
        if not block or looked > _FREE:
            break
        leftover += len(block) - block.count(0)
    return max(used - len(reached), 0), leftover


def _comp_obj(data: bytes) -> str:
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
        text = data[at + 4 : at + 4 + size].split(b"\0")[0].decode("cp1252", "replace")
        if text:
            found.append(text)
        at += 4 + size
    return " | ".join(found)
