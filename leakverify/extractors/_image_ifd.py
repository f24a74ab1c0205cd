"""Bounded walk over TIFF directories: the skeleton of TIFF files and EXIF blocks.

Two libraries read the tags (:mod:`._image_exif`).  Neither bounds what it reads
(a chain of a million directories, one tag of 256 MB), so this walk goes first:
it says what is there, what it would cost them, and where each entry lies, which
the libraries do not tell.  Layout: TIFF 6.0, section 2; BigTIFF as in the
libtiff design note; pointers to further directories: EXIF 2.32, 4.6.3.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

#: bytes of one value, by field type (TIFF 6.0 page 15; 13 is IFD; 16 to 18 are BigTIFF)
SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
#: entries looked at in one directory; the fullest genuine one seen while measuring had 70
ENTRIES = 5000
ASCII = 2
EXIF_POINTER, GPS_POINTER, INTEROP_POINTER = 0x8769, 0x8825, 0xA005
_WHOLE = {1: "B", 7: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}


class Entry(NamedTuple):
    """One tag: ``at`` is where its entry lies, ``offset`` where its value lies, in bytes of the block."""

    tag: int
    type: int
    values: int
    at: int
    offset: int
    size: int


class Directory(NamedTuple):
    """One list of tags. ``stated`` entries were announced, ``next_at`` is where the link onward lies."""

    name: str
    offset: int
    stated: int
    entries: tuple[Entry, ...]
    next: int
    next_at: int

    def find(self, tag: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.tag == tag), None)


class Damage(NamedTuple):
    """What was wrong: a problem code, words, and a byte of the block."""

    code: str
    detail: str
    offset: int


class Directories:
    """Everything a block links to, found in bounded time.

    ``named`` holds the directories that carry metadata: ``IFD0``, ``IFD1``,
    ``Exif``, ``GPS`` and ``Interop``.  ``pages`` counts the chain that starts
    at IFD0.  ``usable`` is false when the header is not that of a TIFF.
    """

    def __init__(self, block: bytes, most_pages: int = 2000) -> None:
        self.block = block
        self.named: dict[str, Directory] = {}
        self.damage: list[Damage] = []
        self.pages = 0
        mark = block[:4]
        self.usable = mark in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
        self.order = "<" if mark[:2] == b"II" else ">"
        self.big = b"+" in mark
        if self.usable:
            self._walk(most_pages)
        else:
            self.damage.append(Damage("malformed", "no TIFF header", 0))

    def _walk(self, most_pages: int) -> None:
        width = 8 if self.big else 4
        self._entry = struct.Struct(self.order + ("HHQ8s" if self.big else "HHI4s"))
        self._link = struct.Struct(self.order + ("Q" if self.big else "I"))
        self._count = struct.Struct(self.order + ("Q" if self.big else "H"))
        try:
            (at,) = self._link.unpack_from(self.block, width)
        except struct.error:
            self.damage.append(Damage("truncated", "ends inside the TIFF header", 0))
            return
        self._chain(at, most_pages)
        for name, home, tag in (
            ("Exif", "IFD0", EXIF_POINTER),
            ("GPS", "IFD0", GPS_POINTER),
            ("Interop", "Exif", INTEROP_POINTER),
        ):
            entry = self.entry(home, tag)
            target = self.whole(entry)
            if entry is not None and target:
                self._add(name, target[0])

    def _chain(self, at: int, most: int) -> None:
        met: set[int] = set()
        while at:
            if at in met:
                self.damage.append(Damage("malformed", "directories link in a circle", at))
                return
            if len(met) >= most:
                self.damage.append(Damage("limit-pages", f"more than {most} directories", at))
                return
            met.add(at)
            if len(met) <= 2:
                directory = self._add(f"IFD{len(met) - 1}", at)
                if directory is None:
                    return
                at = directory.next
            else:
                link_at = self._end(at)
                if link_at is None:
                    self.damage.append(Damage("malformed", f"link {len(met)} of the chain leads outside", at))
                    return
                (at,) = self._link.unpack_from(self.block, link_at)
            self.pages += 1

    def _end(self, at: int) -> int | None:
        """Where the link after the directory lies, or ``None`` when that is outside."""
        stated = self._stated(at)
        if stated is None:
            return None
        end = at + self._count.size + stated * self._entry.size
        return end if end + self._link.size <= len(self.block) else None

    def _stated(self, at: int) -> int | None:
        """How many entries the directory at that byte states, ``None`` when it lies outside."""
        if at + self._count.size > len(self.block):
            return None
        number: int = self._count.unpack_from(self.block, at)[0]
        return number

    def _add(self, name: str, at: int) -> Directory | None:
        directory = self.at(name, at)
        if directory is not None:
            self.named[name] = directory
        return directory

    def at(self, name: str, at: int) -> Directory | None:
        """The directory at a byte, whatever links there; its damage is noted under ``name``."""
        stated = self._stated(at)
        if stated is None:
            self.damage.append(Damage("malformed", f"the link to {name} leads outside", at))
            return None
        first = at + self._count.size
        size = self._entry.size
        held = min(stated, (len(self.block) - first) // size)
        if held < stated:
            self.damage.append(Damage("truncated", f"{name} has {held} of {stated} entries", at))
        if held > ENTRIES:
            self.damage.append(Damage("limit-pages", f"{name} has {stated} entries", at))
            held = ENTRIES
        entries = tuple(self._read(first + number * size) for number in range(held))
        outside = [e.tag for e in entries if e.size and e.offset + e.size > len(self.block)]
        if outside:
            tags = ", ".join(f"0x{tag:04X}" for tag in outside[:8])
            self.damage.append(Damage("truncated", f"{name}: values outside of the block: {tags}", at))
        next_at = first + stated * size
        onward = 0
        if next_at + self._link.size <= len(self.block):
            (onward,) = self._link.unpack_from(self.block, next_at)
        return Directory(name, at, stated, entries, onward, next_at)

    def _read(self, at: int) -> Entry:
        tag, kind, count, inline = self._entry.unpack_from(self.block, at)
        size = SIZES.get(kind, 0) * count
        offset = at + self._entry.size - len(inline)
        if size > len(inline):
            (offset,) = self._link.unpack(inline)
        return Entry(tag, kind, count, at, offset, size)

    def raw(self, entry: Entry | None, most: int = 1 << 20) -> bytes:
        """The bytes of a value, ``b""`` when it is absent, outside or larger than ``most``."""
        if entry is None or entry.size > most or entry.offset + entry.size > len(self.block):
            return b""
        return self.block[entry.offset : entry.offset + entry.size]

    def whole(self, entry: Entry | None, most: int = 64) -> tuple[int, ...]:
        """The first whole numbers of a value; empty when it holds none or lies outside."""
        if entry is None or entry.type not in _WHOLE:
            return ()
        count = min(entry.values, most)
        if entry.offset + count * SIZES[entry.type] > len(self.block):
            return ()
        return struct.unpack_from(f"{self.order}{count}{_WHOLE[entry.type]}", self.block, entry.offset)

    def first(self, directory: str, tag: int) -> int | None:
        """The first whole number of a tag, ``None`` when not stated."""
        numbers = self.whole(self.entry(directory, tag), 1)
        return numbers[0] if numbers else None

    def entry(self, directory: str, tag: int) -> Entry | None:
        """The first entry of a tag, ``None`` when the directory or the tag is not there."""
        home = self.named.get(directory)
        return None if home is None else home.find(tag)


def tag_numbers(entries: Sequence[Entry]) -> str:
    """Tag numbers in the order written, which tells writers apart: ``256 257 258``."""
    return " ".join(str(entry.tag) for entry in entries)
