"""Pictures made in code: JPEG, PNG, TIFF and HEIC with chosen metadata and chosen damage."""

from __future__ import annotations

import functools
import io
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Union

from PIL import Image, ImageDraw

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Observation, Problem

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
MAKE, MODEL, SOFTWARE, DATETIME, ORIENTATION = 0x010F, 0x0110, 0x0131, 0x0132, 0x0112
ORIGINAL, DIGITIZED, OFFSET_ORIGINAL, MAKER_NOTE = 0x9003, 0x9004, 0x9011, 0x927C
EXIF_POINTER, GPS_POINTER, INTEROP_POINTER = 0x8769, 0x8825, 0xA005

Fraction = tuple[int, int]
Value = Union[str, bytes, int, Sequence[int], Sequence[Fraction]]
#: tag to (type, value); a list of such pairs may hold a tag twice
Tags = Union[Mapping[int, tuple[int, Value]], Sequence[tuple[int, tuple[int, Value]]]]


def scene(kind: int = 1, size: tuple[int, int] = (480, 320)) -> Image.Image:
    """A picture with something to see in it, another for each ``kind``."""
    across, down = size
    picture = Image.frombytes("RGB", size, _ground(kind, size))
    draw = ImageDraw.Draw(picture)
    for number in range(4):
        left = (37 * kind + 131 * number) * across // 480 % across
        top = (53 * kind + 71 * number) * down // 320 % down
        shade = (60 * number + 40 * kind) % 256
        draw.ellipse((left, top, left + across // 5, top + down // 4), fill=(shade, 255 - shade, shade // 2))
    return picture


@functools.cache
def _ground(kind: int, size: tuple[int, int]) -> bytes:
    across, down = size
    red = [int(128 + 90 * math.sin((3 + kind) * x / across + kind)) for x in range(across)]
    green = [int(128 + 90 * math.cos((2 + kind) * y / down + 2 * kind)) for y in range(down)]
    return b"".join(
        bytes((red[x], green[y], 255 * ((x * kind + y) % across) // across))
        for y in range(down)
        for x in range(across)
    )


def jpeg_of(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


def thumbnail_of(picture: Image.Image, size: tuple[int, int] = (160, 107)) -> bytes:
    return jpeg_of(picture.resize(size), quality=75)


def barred_thumbnail_of(picture: Image.Image, size: tuple[int, int] = (160, 120)) -> bytes:
    """As cameras do it: the whole picture within 4:3, the rest black."""
    small = Image.new("RGB", size)
    down = round(size[0] * picture.height / picture.width)
    small.paste(picture.resize((size[0], down)), (0, (size[1] - down) // 2))
    return jpeg_of(small, quality=75)


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def with_segments(jpeg: bytes, *segments: bytes, trailing: bytes = b"") -> bytes:
    """Put segments right behind the start marker and bytes behind the end."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:] + trailing


def exif_segment(block: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + block)


def xmp_segment(packet: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)


def xmp_packet(create: str = "2017-05-05T20:47:00+02:00", toolkit: str = "Adobe XMP Core 5.6") -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{toolkit}"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="{create}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def icc_profile(name: str = "Test Profile", year: int = 2009) -> bytes:
    raw = name.encode("ascii") + b"\0"
    tag = b"desc" + bytes(4) + struct.pack(">I", len(raw)) + raw
    header = bytearray(128)
    header[24:36] = struct.pack(">6H", year, 2, 25, 11, 26, 11)
    header[36:40] = b"acsp"
    return bytes(header) + struct.pack(">I", 1) + b"desc" + struct.pack(">II", 144, len(tag)) + tag


def _pairs(tags: Tags) -> list[tuple[int, tuple[int, Value]]]:
    return sorted(tags.items()) if isinstance(tags, Mapping) else list(tags)


def _packed(order: str, kind: int, value: Value) -> tuple[int, bytes]:
    """Number of values, and their bytes."""
    if isinstance(value, str):
        raw = value.encode("utf-8") + b"\0"
        return len(raw), raw
    if isinstance(value, bytes):
        return len(value), value
    items = [value] if isinstance(value, int) else list(value)
    letter = {BYTE: "B", SHORT: "H", LONG: "I", UNDEFINED: "B"}.get(kind)
    if letter:
        return len(items), struct.pack(f"{order}{len(items)}{letter}", *items)
    letter = "I" if kind == RATIONAL else "i"
    return len(items), b"".join(struct.pack(f"{order}2{letter}", *pair) for pair in items)  # type: ignore[misc]


def tiff(
    ifd0: Tags,
    *,
    exif: Tags = (),
    gps: Tags = (),
    interop: Tags = (),
    ifd1: Tags = (),
    thumbnail: bytes = b"",
    order: str = "<",
) -> bytes:
    """A TIFF block: IFD0 and what it links to, values behind their directory, the preview last."""
    block = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))

    def write(tags: Tags, **links: int) -> dict[str, int]:
        """Append a directory; returns where to patch each link."""
        entries = _pairs(tags) + [(number, (LONG, 0)) for number in links.values()]
        entries = sorted(entries, key=lambda entry: entry[0])
        start = len(block)
        tail = start + 2 + 12 * len(entries) + 4
        directory, values = struct.pack(order + "H", len(entries)), b""
        places = {"next": tail - 4}
        for number, (kind, value) in entries:
            count, raw = _packed(order, kind, value)
            for name, wanted in links.items():
                if wanted == number:
                    places[name] = start + len(directory) + 8
            if len(raw) > 4:
                place = struct.pack(order + "I", tail + len(values))
                values += raw + b"\0" * (len(raw) % 2)
            else:
                place = raw.ljust(4, b"\0")
            directory += struct.pack(order + "HHI", number, kind, count) + place
        block.extend(directory + bytes(4) + values)
        return places

    def patch(place: int) -> None:
        block[place : place + 4] = struct.pack(order + "I", len(block))

    links = {name: tag for name, tag, there in (
        ("exif", EXIF_POINTER, exif or interop), ("gps", GPS_POINTER, gps)) if there}  # fmt: skip
    main = write(ifd0, **links)
    if exif or interop:
        patch(main["exif"])
        inner = write(exif, **({"interop": INTEROP_POINTER} if interop else {}))
        if interop:
            patch(inner["interop"])
            write(interop)
    if gps:
        patch(main["gps"])
        write(gps)
    if ifd1 or thumbnail:
        patch(main["next"])
        preview = _pairs(ifd1)
        if thumbnail:
            preview += [(0x0103, (SHORT, 6)), (0x0202, (LONG, len(thumbnail)))]
        last = write(preview, **({"data": 0x0201} if thumbnail else {}))
        if thumbnail:
            patch(last["data"])
            block.extend(thumbnail)
    return bytes(block)


CAMERA: dict[int, tuple[int, Value]] = {
    MAKE: (ASCII, "Canon"),
    MODEL: (ASCII, "Canon EOS 40D"),
    SOFTWARE: (ASCII, "Firmware 1.1.1"),
    DATETIME: (ASCII, "2017:05:06 09:00:00"),
    ORIENTATION: (SHORT, 1),
}
TAKEN: dict[int, tuple[int, Value]] = {
    0x829A: (RATIONAL, [(1, 60)]),
    0x9000: (UNDEFINED, b"0231"),
    ORIGINAL: (ASCII, "2017:05:05 20:47:00"),
    DIGITIZED: (ASCII, "2017:05:05 20:47:00"),
    OFFSET_ORIGINAL: (ASCII, "+02:00"),
    0xA002: (LONG, 480),
    0xA003: (LONG, 320),
}
POSITION: dict[int, tuple[int, Value]] = {
    1: (ASCII, "N"),
    2: (RATIONAL, [(48, 1), (51, 1), (2952, 100)]),
    3: (ASCII, "W"),
    4: (RATIONAL, [(2, 1), (17, 1), (4026, 100)]),
    7: (RATIONAL, [(18, 1), (47, 1), (0, 1)]),
    29: (ASCII, "2017:05:05"),
}


def photo(kind: int = 1, *, order: str = "<", thumbnail: bytes | None = None) -> bytes:
    """What a camera writes: EXIF with dates, place and a preview of the same picture."""
    picture = scene(kind)
    preview = thumbnail_of(picture) if thumbnail is None else thumbnail
    block = tiff(CAMERA, exif=TAKEN, gps=POSITION, thumbnail=preview, order=order)
    return with_segments(jpeg_of(picture), exif_segment(block))


def chunk(kind: bytes, data: bytes = b"", *, crc: int | None = None) -> bytes:
    check = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png(
    *extra: bytes, size: tuple[int, int] = (8, 6), depth: int = 8, colour: int = 2, end: bool = True
) -> bytes:
    """A PNG whose further chunks stand between header and picture."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(3 * size[0])) * size[1])
    tail = chunk(b"IDAT", rows) + (chunk(b"IEND") if end else b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + tail


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def heic(
    *, exif: bytes = b"", xmp: bytes = b"", size: tuple[int, int] = (4032, 3024), brand: bytes = b"heic"
) -> bytes:
    """A HEIC container with a primary item of a size and metadata items, without pixels."""
    start = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    items = [(1, b"hvc1", b"", b"")]
    if exif:
        items.append((2, b"Exif", b"", struct.pack(">I", 6) + b"Exif\0\0" + exif))
    if xmp:
        items.append((3, b"mime", b"application/rdf+xml\0", xmp))

    def meta(at: int) -> bytes:
        infe = b"".join(
            box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + kind + b"\0" + media)
            for number, kind, media, _ in items
        )
        places = b""
        for number, _, _, data in items:
            places += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        shape = box(b"ispe", bytes(4) + struct.pack(">II", *size))
        link = box(b"ipma", bytes(4) + struct.pack(">IHBB", 1, 1, 1, 0x81))
        return box(
            b"meta",
            bytes(4)
            + box(b"pitm", bytes(4) + struct.pack(">H", 1))
            + box(b"iinf", bytes(4) + struct.pack(">H", len(items)) + infe)
            + box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", len(items)) + places)
            + box(b"iprp", box(b"ipco", shape) + link),
        )

    head = start + meta(0)
    return start + meta(len(head) + 8) + box(b"mdat", b"".join(data for *_, data in items))


class Seen:
    """What was stated of one picture: by name, and what was not seen."""

    def __init__(self, data: bytes, name: str = "picture", *, full: bool = True) -> None:
        self.extraction = examine_bytes(data, name, full=full).extractions[0]

    def all(self, name: str) -> list[Observation]:
        return [o for o in self.extraction.observations if o.name == name]

    def values(self, name: str) -> list[object]:
        return [o.value for o in self.all(name)]

    def __getitem__(self, name: str) -> object:
        """The only value of that name; ``None`` when not stated."""
        found = self.values(name)
        assert len(found) <= 1, found
        return found[0] if found else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.extraction.problems

    @property
    def codes(self) -> set[str]:
        return {problem.code for problem in self.problems}
