"""JPEG structure by a bounded walk over its segments (ITU-T T.81, annex B).

What programs leave in the order of segments, in the tables and behind the end
of the picture tells them apart better than what they state (Kee, Johnson and
Farid, IEEE TIFS 6(3), 2011: 99 % of header signatures belong to one maker).
Nothing is decoded here; the entropy-coded data is only searched for markers.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, count, digest, flag, text, token
from leakverify.extractors._image_ifd import Directories

JPEG_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "jpeg.markers": token("names of the markers in the order written, picture data left out"),
        "jpeg.app": token("application segments, number and identifier, each once", repeats=True),
        "jpeg.quantisation": digest(
            "SHA-256 of the quantisation tables; part says of which image", repeats=True
        ),
        "jpeg.huffman": digest("SHA-256 of the Huffman tables; part says of which image", repeats=True),
        "jpeg.ijg_quality": count(
            "quality at which the IJG library makes exactly these tables", "of 100", repeats=True
        ),
        "jpeg.subsampling": token("chroma subsampling, such as 4:2:0, or the literal factors"),
        "jpeg.components": token("numbers of the components in the frame header"),
        "jpeg.restart_interval": count("units between restart markers, stated only when there are any"),
        "jpeg.huffman_kind": token(
            "standard (the example tables of T.81, annex K.3) or made for this picture"
        ),
        "jpeg.table_layout": token("tables of each segment that defines some, such as DQT 0 1"),
        "jpeg.jfif": token("version, unit and density of the JFIF header, such as 1.1 1 72 72"),
        "jpeg.adobe": token("version and colour transform of the Adobe marker"),
        "jpeg.scans": count("scans of the picture"),
        "jpeg.progressive": flag("coded progressively (SOF2, SOF6, SOF10 or SOF14)"),
        "jpeg.mpf.images": count("pictures announced by the multi-picture directory (CIPA DC-007)"),
        "jpeg.trailing_bytes": count("bytes after the end of the picture", "bytes"),
        "jpeg.trailing_kind": token("what they look like: JPEG, MP4, ZIP, PDF, Samsung, zeros or other"),
        "jpeg.comment": text("comment segment", repeats=True),
    }
)

#: segments walked; progressive pictures with large profiles and depth maps stay under 1,000
SEGMENTS = 10_000
#: names listed, identifiers and comments kept
LISTED, KEPT, COMPLAINTS = 500, 64, 10
#: FF, then neither stuffing (00), a restart (D0 to D7) nor fill (FF): T.81 B.1.1.2
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FILL = re.compile(rb"\xff+")
_IDENTIFIER = re.compile(rb"[\x20-\x7e]{2,40}")
_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
SOI, EOI, SOS, DQT, DHT, DRI, COM, DNL = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE, 0xDC
_NAMES = {
    SOI: "SOI", EOI: "EOI", SOS: "SOS", DQT: "DQT", DHT: "DHT", DRI: "DRI", COM: "COM", DNL: "DNL",
    0xC8: "JPG", 0xCC: "DAC", 0xDE: "DHP", 0xDF: "EXP", 0x01: "TEM",
}  # fmt: skip

EXIF_HEADER = b"Exif\0\0"
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
ICC_HEADER = b"ICC_PROFILE\0"
PHOTOSHOP_HEADER = b"Photoshop 3.0\0"


class Segment(NamedTuple):
    """A marker and its payload, which runs from ``start`` to ``end``; ``at`` is the FF of the marker."""

    marker: int
    at: int
    start: int
    end: int


class Frame(NamedTuple):
    """The frame header.

    ``factors`` are the sampling factors of each component, across and down, ``numbers`` what they are called.
    """

    marker: int
    precision: int
    height: int
    width: int
    factors: tuple[tuple[int, int], ...]
    numbers: tuple[int, ...] = ()


@dataclass(slots=True)
class Structure:
    """All segments of the first picture in some bytes."""

    segments: list[Segment] = field(default_factory=list)
    frame: Frame | None = None
    #: just after the EOI marker, ``None`` when there is none
    end: int | None = None
    faults: list[Fault] = field(default_factory=list)

    def complain(self, code: str, detail: str, at: int) -> None:
        """Note damage; the first few of thousands say enough."""
        if len(self.faults) < COMPLAINTS:
            self.faults.append(Fault(code, detail, Location(offset=at)))

    def tables_of(self, data: bytes, marker: int) -> list[bytes]:
        """Payloads of the table segments that are in force at the first scan."""
        found = []
        for segment in self.segments:
            if segment.marker == SOS:
                break
            if segment.marker == marker:
                found.append(data[segment.start : segment.end])
        return found

    def application(self, data: bytes, marker: int, header: bytes) -> Iterator[Segment]:
        """Application segments that start with ``header``, which is cut off."""
        for segment in self.segments:
            if segment.marker == marker and data.startswith(header, segment.start, segment.end):
                yield segment._replace(start=segment.start + len(header))


def walk(data: bytes, most: int = SEGMENTS) -> Structure:
    """Find the segments of the picture that starts at byte 0. Never raises for bad bytes."""
    found = Structure()
    found.segments.append(Segment(SOI, 0, 2, 2))
    at = 2
    while True:
        if data[at : at + 1] != b"\xff" or data[at + 1 : at + 2] == b"\0":
            step = _MARKER.search(data, at)
            if step is None:
                break
            found.complain("malformed", f"{step.start() - at} bytes between segments", at)
            at = step.start()
        fill = _FILL.match(data, at)
        at = fill.end() - 1 if fill else at
        if at + 1 >= len(data):
            break
        if len(found.segments) >= most:
            found.faults.append(Fault("limit-pages", f"more than {most} segments", Location(offset=at)))
            return found
        marker = data[at + 1]
        if marker == EOI:
            found.segments.append(Segment(EOI, at, at + 2, at + 2))
            found.end = at + 2
            return found
        if marker in (SOI, 0x01) or 0xD0 <= marker <= 0xD7:
            found.segments.append(Segment(marker, at, at + 2, at + 2))
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(data):
            if length >= 2:
                break
            found.complain("malformed", f"{name_of(marker)} of length {length}", at)
            length = 2
        segment = Segment(marker, at, at + 4, at + 2 + length)
        found.segments.append(segment)
        at = segment.end
        if marker in _SOF and found.frame is None:
            found.frame = _frame(data, segment)
        if marker == SOS:
            step = _MARKER.search(data, at)
            if step is None:
                break
            at = step.start()
    found.faults.append(Fault("truncated", "no end-of-image marker", Location(offset=min(at, len(data)))))
    return found


def _frame(data: bytes, segment: Segment) -> Frame | None:
    """T.81 B.2.2; ``None`` when the header is cut short."""
    header = data[segment.start : segment.end]
    if len(header) < 6 or len(header) < 6 + 3 * header[5]:
        return None
    factors = tuple((header[7 + 3 * i] >> 4, header[7 + 3 * i] & 15) for i in range(header[5]))
    return Frame(
        segment.marker,
        header[0],
        int.from_bytes(header[1:3], "big"),
        int.from_bytes(header[3:5], "big"),
        factors,
        tuple(header[6 + 3 * i] for i in range(header[5])),
    )


def name_of(marker: int) -> str:
    """``APP1`` for 0xE1 and so on; ``0x02`` for the reserved ones."""
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    if marker in _SOF:
        return f"SOF{marker - 0xC0}"
    if 0xD0 <= marker <= 0xD7:
        return f"RST{marker - 0xD0}"
    return _NAMES.get(marker, f"0x{marker:02X}")


def mode_of(frame: Frame) -> str:
    """The kind of pixels, in the words of Pillow; ``""`` when it has no word for it."""
    return {1: "L", 3: "RGB", 4: "CMYK"}.get(len(frame.factors), "")


def jpeg_observations(data: bytes, found: Structure) -> Iterator[Observation | Fault]:
    """What the segments of a picture tell, besides the metadata they carry."""
    names = " ".join(name_of(segment.marker) for segment in found.segments[:LISTED])
    if len(found.segments) > LISTED:
        names += " …"
    yield Observation(name="jpeg.markers", value=names)
    yield from _applications(data, found)
    frame = found.frame
    if frame is not None:
        yield Observation(name="jpeg.progressive", value=frame.marker in _PROGRESSIVE)
        if len(frame.factors) > 1:
            yield Observation(name="jpeg.subsampling", value=subsampling(frame))
        yield Observation(name="jpeg.components", value=" ".join(map(str, frame.numbers[:8])))
    yield from _writing(data, found)
    yield from table_observations(data, found, "image")
    yield from _comments(data, found)
    if found.end is not None:
        yield Observation(name="jpeg.trailing_bytes", value=len(data) - found.end)
        if found.end < len(data):
            where = Location(offset=found.end, length=len(data) - found.end)
            yield Observation(name="jpeg.trailing_kind", value=_trailer(data, found.end), where=where)


def _writing(data: bytes, found: Structure) -> Iterator[Observation]:
    """Habits of the program that wrote the segments."""
    layout = []
    scans = sum(segment.marker == SOS for segment in found.segments)
    for segment in found.segments:
        payload = data[segment.start : segment.end]
        if segment.marker == SOS:
            break
        if segment.marker == DRI and len(payload) >= 2 and any(payload[:2]):
            yield Observation(name="jpeg.restart_interval", value=int.from_bytes(payload[:2], "big"))
        if segment.marker == DQT:
            layout.append("DQT " + " ".join(map(str, _numbers(payload, _quantisation_size))))
        elif segment.marker == DHT:
            layout.append("DHT " + " ".join(f"{n:02x}" for n in _numbers(payload, _huffman_size)))
    yield Observation(name="jpeg.scans", value=scans)
    if layout:
        yield Observation(name="jpeg.table_layout", value=clip("; ".join(layout), 400))
    codes = _huffman(found.tables_of(data, DHT))
    if codes:
        usual = all(_digest(code) in _STANDARD_CODES for code in codes.values())
        yield Observation(name="jpeg.huffman_kind", value="standard" if usual else "made for this picture")
    for segment in found.application(data, 0xE0, b"JFIF\0"):
        raw = data[segment.start : segment.end]
        if len(raw) >= 7:
            across, down = int.from_bytes(raw[3:5], "big"), int.from_bytes(raw[5:7], "big")
            stated = f"{raw[0]}.{raw[1]} {raw[2]} {across} {down}"
            yield Observation(name="jpeg.jfif", value=stated, where=Location(offset=segment.at))
        break
    for segment in found.application(data, 0xEE, b"Adobe"):
        raw = data[segment.start : segment.end]
        if len(raw) >= 7:
            stated = f"{int.from_bytes(raw[:2], 'big')} {raw[6]}"
            yield Observation(name="jpeg.adobe", value=stated, where=Location(offset=segment.at))
        break


def _quantisation_size(payload: bytes, at: int) -> int:
    return 129 if payload[at] >> 4 else 65


def _huffman_size(payload: bytes, at: int) -> int:
    return 17 + sum(payload[at + 1 : at + 17])


def _numbers(payload: bytes, size: Callable[[bytes, int], int]) -> list[int]:
    """The first byte of each table of a segment: its class or precision, and its number."""
    numbers: list[int] = []
    at = 0
    while at < len(payload) and len(numbers) < 16:
        numbers.append(payload[at])
        at += size(payload, at)
    return numbers


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


def subsampling(frame: Frame) -> str:
    """``4:2:0`` and its like (T.81 A.1.1), else the factors as written: ``2x2,1x1,1x2``."""
    if len(frame.factors) == 3 and frame.factors[1:] == ((1, 1), (1, 1)):
        usual = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}
        if frame.factors[0] in usual:
            return usual[frame.factors[0]]
    return ",".join(f"{across}x{down}" for across, down in frame.factors[:8])


def table_observations(data: bytes, found: Structure, part: str, base: int = 0) -> Iterator[Observation]:
    """Digests of the tables in force at the first scan.

    Quantisation: for each table, by number, the number as one byte and the 64
    values in zigzag order as 16-bit big-endian.  Huffman: for each table, by
    class and number, that byte, the 16 counts and the values.
    """
    tables = quantisation(found.tables_of(data, DQT))
    if tables:
        at = next(segment.at for segment in found.segments if segment.marker == DQT)
        where = Location(part=part, offset=base + at)
        whole = hashlib.sha256()
        for number, values in sorted(tables.items()):
            whole.update(bytes([number]) + b"".join(value.to_bytes(2, "big") for value in values))
        yield Observation(name="jpeg.quantisation", value=whole.hexdigest(), where=where)
        quality = ijg_quality(tables)
        if quality is not None:
            yield Observation(name="jpeg.ijg_quality", value=quality, where=where)
    codes = _huffman(found.tables_of(data, DHT))
    if codes:
        at = next(segment.at for segment in found.segments if segment.marker == DHT)
        whole = hashlib.sha256(b"".join(bytes([key]) + code for key, code in sorted(codes.items())))
        yield Observation(
            name="jpeg.huffman", value=whole.hexdigest(), where=Location(part=part, offset=base + at)
        )


def quantisation(payloads: list[bytes]) -> dict[int, tuple[int, ...]]:
    """Tables by number (T.81 B.2.4.1); a later definition replaces an earlier one."""
    tables: dict[int, tuple[int, ...]] = {}
    for payload in payloads:
        at = 0
        while at < len(payload):
            wide, number = payload[at] >> 4, payload[at] & 15
            size = 128 if wide else 64
            raw = payload[at + 1 : at + 1 + size]
            if len(raw) < size:
                break
            if wide:
                tables[number] = tuple(int.from_bytes(raw[i : i + 2], "big") for i in range(0, 128, 2))
            else:
                tables[number] = tuple(raw)
            at += 1 + size
    return tables


def _huffman(payloads: list[bytes]) -> dict[int, bytes]:
    """Tables by class and number (T.81 B.2.4.2)."""
    tables: dict[int, bytes] = {}
    for payload in payloads:
        at = 0
        while at + 17 <= len(payload):
            size = 16 + sum(payload[at + 1 : at + 17])
            tables[payload[at]] = payload[at + 1 : at + 1 + size]
            at += 1 + size
    return tables


# fmt: off
#: T.81 tables K.1 and K.2, in zigzag order
_LUMINANCE = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40,
    58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103,
    104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
)
_CHROMINANCE = (17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, *[99] * 50)
# fmt: on


#: SHA-256, cut short, of counts and values of the four example tables (T.81 tables K.3 to K.6)
_STANDARD_CODES = frozenset(("2f66814c875b5317", "602f734c8c12c1d9", "a6283a08f5d97906", "13f90e3c9dc476c6"))


@functools.cache
def _ijg() -> Mapping[tuple[int, ...], int]:
    """Luminance tables of the IJG library, to their quality (``jpeg_quality_scaling``)."""
    return {_scaled(_LUMINANCE, quality): quality for quality in range(1, 101)}


def _scaled(base: tuple[int, ...], quality: int) -> tuple[int, ...]:
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return tuple(min(max((value * scale + 50) // 100, 1), 255) for value in base)


def ijg_quality(tables: Mapping[int, tuple[int, ...]]) -> int | None:
    """The IJG quality that makes exactly these tables, ``None`` when none does."""
    quality = _ijg().get(tables.get(0, ()))
    if quality is None or tables.get(1, _scaled(_CHROMINANCE, quality)) != _scaled(_CHROMINANCE, quality):
        return None
    return quality


def _applications(data: bytes, found: Structure) -> Iterator[Observation]:
    seen: set[str] = set()
    for segment in found.segments:
        if not 0xE0 <= segment.marker <= 0xEF:
            continue
        known = _IDENTIFIER.match(data, segment.start, min(segment.start + 40, segment.end))
        named = name_of(segment.marker) + (f" {known.group().decode('ascii').rstrip()}" if known else "")
        if named not in seen and len(seen) < KEPT:
            seen.add(named)
            where = Location(offset=segment.at, length=segment.end - segment.at)
            yield Observation(name="jpeg.app", value=named, where=where)
    for segment in found.application(data, 0xE2, b"MPF\0"):
        pictures = Directories(data[segment.start : segment.end], 4).first("IFD0", 0xB001)
        if pictures is not None and pictures >= 0:
            yield Observation(name="jpeg.mpf.images", value=pictures, where=Location(offset=segment.at))
        break


def _comments(data: bytes, found: Structure) -> Iterator[Observation | Fault]:
    kept = 0
    for segment in found.segments:
        if segment.marker == COM:
            where = Location(part="COM", offset=segment.at, length=segment.end - segment.at)
            if kept == KEPT:
                yield Fault("limit-text", f"more than {KEPT} comments", where)
                return
            kept += 1
            said = plain(data[segment.start : segment.end])
            if said.strip():
                yield Observation(name="jpeg.comment", value=clip(said), where=where)


def plain(raw: bytes) -> str:
    """Bytes of no stated encoding as text: UTF-8 where they are, else Latin-1; trailing NULs go."""
    raw = raw.rstrip(b"\0")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _trailer(data: bytes, at: int) -> str:
    head = data[at : at + 4096].lstrip(b"\0")
    if not head:
        return "zeros" if not data[at:].strip(b"\0") else "other"
    for mark, kind in ((b"\xff\xd8\xff", "JPEG"), (b"PK\x03\x04", "ZIP"), (b"%PDF-", "PDF")):
        if head.startswith(mark):
            return kind
    # lstrip above takes the leading zeros of a box length, so the type is searched nearby
    if b"ftyp" in head[:8]:
        return "MP4"
    if data.endswith(b"SEFT"):  # Samsung's directory of trailing blocks
        return "Samsung"
    return "other"
