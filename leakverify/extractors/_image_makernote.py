"""Maker notes: whose they are, and the few of their fields that can be held against the rest.

The block is private to each maker.  Its first bytes name it for most; what is
read here are fields whose meaning several independent decoders agree on: the
model as the camera's own firmware writes it, serial numbers, firmware, the zone
of the clock, a date of the picture kept a second time, and the day on which the
camera was made, which some makers put into the number of the body.  No picture
is older than its camera.

Nothing is followed further than one directory, and nothing outside of the note
and its EXIF block is looked at.  A note that was moved by a program that does
not know it has values that no longer lie where it says; that is stated, too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, count, text, token, when
from leakverify.extractors._image_ifd import ASCII, SIZES, Directories
from leakverify.when import parse_when

MAKER_NOTE = 0x927C

MAKER_NOTE_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.maker_note.family": token("whose private block it is, by its own first bytes and tags"),
        "image.maker_note.bytes": count("length of the private block of the maker", "bytes"),
        "image.maker_note.displaced": count(
            "values that the private block says to lie outside of the block they came in"
        ),
        "image.maker_note.model": text("model as the camera's firmware writes it into its private block"),
        "image.maker_note.serial": text("serial number in the private block"),
        "image.maker_note.firmware": text("version of the camera's program in the private block"),
        "image.maker_note.zone": token("zone of the camera's clock in the private block, such as +02:00"),
        "image.maker_note.taken": when("date of the picture in the private block"),
        "image.maker_note.built": when("day on which the camera was made, in the private block"),
    }
)

#: entries read of one note, bytes of one value
_ENTRIES, _VALUE = 400, 4096


class _Header(NamedTuple):
    """How a note begins: its first bytes, whose it is, where its directory starts.

    ``own`` says that offsets count from the start of the note and not of the EXIF
    block, ``order`` where two bytes name the byte order, -1 for that of the block.
    """

    start: bytes
    family: str
    directory: int = -1
    own: bool = False
    order: int = -1


_HEADERS = (
    _Header(b"Apple iOS\0", "Apple", 14, True, 12),
    _Header(b"Nikon\0\2", "Nikon"),
    _Header(b"Nikon\0\1", "Nikon", 8),
    _Header(b"OLYMPUS\0", "Olympus", 12, True, 8),
    _Header(b"OM SYSTEM\0", "Olympus", 16, True, 12),
    _Header(b"OLYMP\0", "Olympus", 8),
    _Header(b"EPSON\0", "Epson", 8),
    _Header(b"Panasonic\0", "Panasonic", 12),
    _Header(b"MKE", "Panasonic"),
    _Header(b"FUJIFILM", "Fujifilm"),
    _Header(b"GENERALE", "GE"),
    _Header(b"GE\0\0", "GE"),
    _Header(b"GENIC\0", "GE"),
    _Header(b"SONY DSC", "Sony", 12),
    _Header(b"SONY CAM", "Sony", 12),
    _Header(b"SONY MOBILE", "Sony", 12),
    _Header(b"SONY PI", "Sony"),
    _Header(b"\0\0SONY PIC\0", "Sony"),
    _Header(b"SEMC MS\0", "Sony Ericsson"),
    _Header(b"PENTAX \0", "Pentax", 10, True, 8),
    _Header(b"AOC\0", "Pentax", 6),
    _Header(b"QVC\0", "Casio", 6),
    _Header(b"DCI\0", "Casio", 6),
    _Header(b"KDK", "Kodak"),
    _Header(b"Eastman Kodak", "Kodak"),
    _Header(b"LEICA CAMERA AG\0", "Leica"),
    _Header(b"LEICA", "Leica"),
    _Header(b"SIGMA\0", "Sigma"),
    _Header(b"FOVEON\0", "Sigma"),
    _Header(b"SANYO\0", "Sanyo"),
    _Header(b"KYOCERA", "Kyocera"),
    _Header(b"RICOH", "Ricoh"),
    _Header(b"Ricoh", "Ricoh"),
    _Header(b"STMN", "Samsung"),
    _Header(b"HDRP", "Google"),
    _Header(b"HUAWEI\0", "Huawei"),
    _Header(b"MOT\0", "Motorola"),
    _Header(b"Hewlett-Packard", "HP"),
    _Header(b"Vivitar", "HP"),
    _Header(b"JVC ", "JVC"),
    _Header(b"[ae_dbg_info:", "DJI"),
    _Header(b"MINOL\0", "Minolta"),
    _Header(b"ISLMAKERNOTE", "Samsung"),
    _Header(b"RECONYX", "Reconyx"),
)


def maker_note_observations(walked: Directories, base: int) -> Iterator[Observation | Fault]:
    """What the private block of the maker states; ``base`` is the byte of the document of the EXIF block."""
    entry = walked.entry("Exif", MAKER_NOTE)
    if entry is None or not entry.size or entry.offset + entry.size > len(walked.block):
        return
    where = Location(part="MakerNote", offset=base + entry.offset, length=entry.size)
    yield Observation(name="image.maker_note.bytes", value=entry.size, where=where)
    note = _Note(walked, entry.offset, entry.size)
    if not note.family:
        return
    yield Observation(name="image.maker_note.family", value=note.family, where=where)
    if note.stated > _ENTRIES:
        yield Fault("limit-pages", f"the maker's private block states {note.stated} entries", where)
    if note.displaced:
        yield Observation(name="image.maker_note.displaced", value=note.displaced, where=where)
    for name, value in _stated(note):
        read = parse_when(value) if name in ("taken", "built") else value
        if read:
            yield Observation(name=f"image.maker_note.{name}", value=clip(value, 200), where=where)


class _Note:
    """One private block; ``tags`` maps number to type and bytes of the value."""

    def __init__(self, walked: Directories, at: int, size: int) -> None:
        self.block = walked.block
        self.at, self.end = at, at + size
        self.raw = walked.block[at : at + min(size, 65536)]
        self.order = walked.order
        self.tags: dict[int, tuple[int, bytes]] = {}
        self.displaced = self.stated = 0
        header = next((h for h in _HEADERS if self.raw.startswith(h.start)), None)
        if header is None:
            # without a name: a directory from the first byte on, as Canon, Minolta and Samsung write
            self._read(at, 0)
            self.family = self._unnamed()
            self.stated = 0
            return
        self.family = header.family
        if self.raw.startswith(b"Nikon\0\2"):
            self._nikon()
        elif header.start == b"FUJIFILM":
            self.order = "<"
            self._read(at + int.from_bytes(self.raw[8:12], "little"), at)
        elif header.directory >= 0:
            self.order = {b"MM": ">", b"II": "<"}.get(
                self.raw[header.order : header.order + 2] if header.order >= 0 else b"", self.order
            )
            if header.start == b"AOC\0":
                self.order = {b"MM": ">", b"II": "<"}.get(self.raw[4:6], self.order)
            self._read(at + header.directory, at if header.own else 0)

    def _nikon(self) -> None:
        """A TIFF block of its own after ten bytes."""
        inner = self.raw[10:18]
        if inner[:4] in (b"II*\0", b"MM\0*"):
            self.order = "<" if inner[:2] == b"II" else ">"
            start = int.from_bytes(inner[4:8], "little" if self.order == "<" else "big")
            self._read(self.at + 10 + start, self.at + 10)

    def _read(self, at: int, base: int) -> None:
        """The directory at a byte of the block, whose offsets count from ``base``."""
        if not self.at <= at <= self.end - 6:
            return
        (stated,) = struct.unpack_from(self.order + "H", self.block, at)
        self.stated = stated
        if not 0 < stated <= _ENTRIES or at + 2 + 12 * stated > self.end:
            return
        for number in range(stated):
            tag, kind, values, inline = struct.unpack_from(
                self.order + "HHI4s", self.block, at + 2 + 12 * number
            )
            size = SIZES.get(kind, 0) * values
            offset = at + 10 + 12 * number
            if size > 4:
                (start,) = struct.unpack(self.order + "I", inline)
                offset = base + start
            if self.at <= offset <= self.end - size:
                value = self.block[offset : offset + min(size, _VALUE)]
            else:
                # what lies there now is something else
                self.displaced += 1
                value = b""
            self.tags.setdefault(tag, (kind, value))

    def _unnamed(self) -> str:
        kinds = [self.tags.get(tag, (0, b""))[0] for tag in (1, 4, 6, 7)]
        if kinds == [3, 3, ASCII, ASCII]:
            return "Canon"
        if self.value(0).startswith(b"MLT"):
            return "Minolta"
        if self.value(1) == b"0100" and (0x21 in self.tags or 2 in self.tags):
            return "Samsung"
        return ""

    def value(self, tag: int) -> bytes:
        return self.tags.get(tag, (0, b""))[1]

    def ascii(self, tag: int) -> str:
        """Text of a tag when it is printable, else ``""``."""
        raw = self.value(tag).split(b"\0", 1)[0].strip()
        return raw.decode("ascii") if raw and raw.isascii() and raw.decode().isprintable() else ""

    def signed(self, raw: bytes, size: int) -> int:
        return int.from_bytes(raw[:size], "little" if self.order == "<" else "big", signed=True)


def _stated(note: _Note) -> Iterator[tuple[str, str]]:
    """(field, value) of what the family is known to keep; empty values are left out by the caller."""
    if note.family == "Canon":
        yield "model", note.ascii(6)
        yield "firmware", note.ascii(7)
        serial = note.tags.get(0x0C)
        if serial is not None and serial[0] == 4 and any(serial[1]):
            yield "serial", str(int.from_bytes(serial[1], "little" if note.order == "<" else "big"))
        clock = note.value(0x35)
        if len(clock) >= 16:
            yield "zone", _zone(note.signed(clock[4:8], 4))
    elif note.family == "Nikon":
        yield "serial", note.ascii(0x1D)
        clock = note.value(0x24)
        if len(clock) >= 3:
            yield "zone", _zone(note.signed(clock, 2) + (60 if clock[2] == 1 else 0))
    elif note.family == "Pentax":
        day, hour = note.value(6), note.value(7)
        if len(day) == 4 and len(hour) >= 2:
            taken = f"{day[0] << 8 | day[1]:04d}-{day[2]:02d}-{day[3]:02d}T{hour[0]:02d}:{hour[1]:02d}"
            yield "taken", taken + (f":{hour[2]:02d}" if len(hour) > 2 else "")
        # numbers: model, day of making as yyyymmdd, production codes
        made = note.value(0x0215)
        if len(made) >= 8:
            yield "built", _day(str(int.from_bytes(made[4:8], "little" if note.order == "<" else "big")))
    elif note.family == "Panasonic":
        yield "serial", note.ascii(0x25)
        found = re.match(r"[A-Z][0-9A-Z]{2}(\d{6})\d{4}", note.ascii(0x25))
        yield "built", _day(found[1]) if found else ""
    elif note.family == "Fujifilm":
        yield "serial", note.ascii(0x10)
        found = re.search(r"(\d{6})[0-9A-F]{12}$", note.ascii(0x10))
        yield "built", _day(found[1]) if found else ""
    elif note.family == "Kodak":
        yield from _kodak(note)


def _kodak(note: _Note) -> Iterator[tuple[str, str]]:
    """A fixed record behind eight bytes; numbers in an order that the length of the note tells."""
    record = note.raw[8:40]
    if len(record) < 0x18:
        return
    model = record[:8].split(b"\0", 1)[0].strip()
    if model and model.isascii() and model.decode().isprintable():
        yield "model", model.decode("ascii")
    year = max(
        (int.from_bytes(record[16:18], order) for order in ("big", "little")), key=lambda y: 1990 <= y <= 2030
    )
    month, day, hour, minute, second = record[18], record[19], record[20], record[21], record[22]
    yield "taken", f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def _day(digits: str) -> str:
    """``yymmdd`` or ``yyyymmdd`` as a date, ``""`` when it is none."""
    if len(digits) == 6:
        digits = ("20" if int(digits[:2]) < 70 else "19") + digits
    written = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    read = parse_when(written)
    return written if read is not None and 1995 <= read.wall.year <= 2060 else ""


def _zone(minutes: int) -> str:
    """Minutes east of UTC as a zone, ``""`` when no place keeps it."""
    if abs(minutes) > 14 * 60 or minutes % 15:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
