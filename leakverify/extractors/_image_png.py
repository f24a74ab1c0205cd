"""PNG by a bounded walk over its chunks (PNG third edition, clauses 5 and 11)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import (
    Budget,
    Context,
    Declared,
    Fault,
    LimitExceeded,
    clip,
    count,
    text,
    token,
    when,
)
from leakverify.extractors._image_c2pa import LARGEST, c2pa_observations
from leakverify.extractors._image_exif import exif_date, exif_observations
from leakverify.extractors._image_icc import icc_observations
from leakverify.extractors._image_jpeg import plain
from leakverify.extractors._xmp import xmp_observations
from leakverify.when import canonical, parse_when

PNG_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "png.chunks": token("types of the chunks in the order written, runs of one type as one"),
        "png.idat_length": count("length of the first chunk of picture data, a habit of the writer", "bytes"),
        "png.zlib_header": token("first two bytes of the picture data: window and level of the compressor"),
        "png.crc_errors": count("chunks whose checksum does not fit"),
        "png.trailing_bytes": count("bytes after the end chunk", "bytes"),
        "png.text": text("text chunk; part says type and keyword", repeats=True),
        "image.png.created": when("text chunk of the keyword Creation Time"),
        "image.png.modified": when("tIME chunk: last change of the picture, in UTC"),
    }
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: chunks walked; a writer of 8 kB chunks gets to 800 MB with them
CHUNKS = 100_000
#: text chunks kept, bytes that one may expand to, distinct runs listed
_TEXTS, _EXPANDED, _LISTED = 100, 1 << 20, 500
_TYPE = re.compile(rb"[A-Za-z]{4}")
_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}


class Chunk(NamedTuple):
    """One chunk: its data runs from ``start`` to ``end``, ``at`` is its length field."""

    type: bytes
    at: int
    start: int
    end: int


def png_observations(data: bytes, context: Context) -> Iterator[Observation | Fault]:
    """Everything a PNG states besides its pixels."""
    chunks, faults, end, bad = _walk(data)
    header = data[chunks[0].start : chunks[0].end] if chunks and chunks[0].type == b"IHDR" else b""
    if len(header) == 13:
        depth, colour = header[8], header[9]
        yield Observation(name="image.width", value=int.from_bytes(header[:4], "big"))
        yield Observation(name="image.height", value=int.from_bytes(header[4:8], "big"))
        base = _MODES.get(colour, f"colour type {colour}")
        yield Observation(name="image.mode", value=mode(base, depth))
    else:
        yield Fault("missing-part", "no IHDR")
    yield Observation(name="png.chunks", value=_listed(chunks))
    yield Observation(name="png.crc_errors", value=bad)
    picture = next((chunk for chunk in chunks if chunk.type == b"IDAT"), None)
    if picture is not None:
        where = Location(offset=picture.at)
        yield Observation(name="png.idat_length", value=picture.end - picture.start, where=where)
        opening = data[picture.start : min(picture.start + 2, picture.end)]
        if len(opening) == 2:
            yield Observation(name="png.zlib_header", value=opening.hex(), where=where)
    if end is not None:
        yield Observation(name="png.trailing_bytes", value=len(data) - end, where=Location(offset=end))
    yield from faults
    store = next((chunk for chunk in chunks if chunk.type == b"caBX"), None)
    yield Observation(name="image.c2pa", value=store is not None)
    if store is not None:
        where = Location(part="C2PA", offset=store.at)
        yield from c2pa_observations(data[store.start : min(store.end, store.start + LARGEST)], where)
    yield from _times(data, chunks)
    yield from _Metadata(data, chunks, context).observations()


def mode(base: str, depth: int) -> str:
    """The kind of pixels in Pillow's words, with the depth where it is not 8 bits."""
    if depth == 1 and base == "L":
        return "1"
    return base if depth == 8 or (base == "P" and depth < 8) else f"{base};{depth}"


def _walk(data: bytes) -> tuple[list[Chunk], list[Fault], int | None, int]:
    """The chunks, what was wrong, the byte after IEND, and how many checksums are wrong."""
    chunks: list[Chunk] = []
    faults: list[Fault] = []
    at, bad = len(SIGNATURE), 0
    view = memoryview(data)
    while at + 12 <= len(data):
        if len(chunks) >= CHUNKS:
            faults.append(Fault("limit-pages", f"more than {CHUNKS} chunks", Location(offset=at)))
            return chunks, faults, None, bad
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if not _TYPE.fullmatch(kind):
            faults.append(Fault("malformed", "no chunk where one should be", Location(offset=at)))
            return chunks, faults, None, bad
        if at + 12 + length > len(data):
            break
        chunk = Chunk(kind, at, at + 8, at + 8 + length)
        chunks.append(chunk)
        stated = int.from_bytes(data[chunk.end : chunk.end + 4], "big")
        if zlib.crc32(view[at + 4 : chunk.end]) != stated:
            bad += 1
        at = chunk.end + 4
        if kind == b"IEND":
            return chunks, faults, at, bad
    faults.append(Fault("truncated", "no end chunk", Location(offset=min(at, len(data)))))
    return chunks, faults, None, bad


def _listed(chunks: list[Chunk]) -> str:
    runs: list[str] = []
    for chunk in chunks:
        kind = chunk.type.decode("ascii")
        if not runs or runs[-1] != kind:
            if len(runs) == _LISTED:
                return " ".join(runs) + " …"
            runs.append(kind)
    return " ".join(runs)


def _times(data: bytes, chunks: list[Chunk]) -> Iterator[Observation | Fault]:
    chunk = next((chunk for chunk in chunks if chunk.type == b"tIME"), None)
    if chunk is None:
        return
    where = Location(part="tIME", offset=chunk.at, length=chunk.end + 4 - chunk.at)
    raw = data[chunk.start : chunk.end]
    stated = f"{int.from_bytes(raw[:2], 'big'):04d}-" + "{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(
        *raw[2:7].ljust(5, b"\0")
    )
    if len(raw) == 7 and parse_when(stated):
        yield Observation(name="image.png.modified", value=stated, where=where)
    else:
        yield Fault("malformed", f"tIME is no date: {raw[:7].hex()}", where)


class _Metadata:
    """Text, EXIF, XMP and colour profile, wherever a PNG may hold them."""

    def __init__(self, data: bytes, chunks: list[Chunk], context: Context) -> None:
        self.data = data
        self.chunks = chunks
        self.context = context
        self.dated = False
        #: TIFF block, byte of the document (0 where it was kept as text)
        self.exif: tuple[bytes, int] | None = None

    def observations(self) -> Iterator[Observation | Fault]:
        texts = 0
        profiled = False
        for chunk in self.chunks:
            where = Location(
                part=chunk.type.decode("ascii"), offset=chunk.at, length=chunk.end + 4 - chunk.at
            )
            raw = self.data[chunk.start : chunk.end]
            if chunk.type == b"eXIf":
                block = raw.removeprefix(b"Exif\0\0")
                if self.exif is None:
                    self.exif = (block, chunk.end - len(block))
                else:
                    yield Fault("unsupported-feature", "a second EXIF block, which is not read", where)
            elif chunk.type == b"iCCP" and not profiled:
                profiled = True
                yield from self._profile(raw, where)
            elif chunk.type in (b"tEXt", b"zTXt", b"iTXt"):
                texts += 1
                if texts > _TEXTS:
                    yield Fault("limit-text", f"more than {_TEXTS} text chunks", where)
                    break
                yield from self._text(chunk.type, raw, where)
        yield Observation(name="image.exif.present", value=self.exif is not None)
        if self.exif is not None:
            yield from exif_observations(*self.exif)

    def _profile(self, raw: bytes, where: Location) -> Iterator[Observation | Fault]:
        _, _, packed = raw.partition(b"\0")
        try:
            yield from icc_observations(expand(packed[1:], self.context.budget), where)
        except zlib.error as error:
            yield Fault("malformed", f"iCCP: {error}", where)
        except LimitExceeded as limit:
            yield Fault(limit.code, f"iCCP: {limit.detail}", where)

    def _text(self, kind: bytes, raw: bytes, where: Location) -> Iterator[Observation | Fault]:
        keyword, _, rest = raw.partition(b"\0")
        try:
            value = self._value(kind, rest)
        except zlib.error as error:
            yield Fault("malformed", f"{kind.decode('ascii')}: {error}", where)
            return
        except LimitExceeded as limit:
            yield Fault(limit.code, f"{kind.decode('ascii')}: {limit.detail}", where)
            return
        name = clip(keyword.decode("latin-1"), 80)
        if keyword == b"XML:com.adobe.xmp":
            yield from xmp_observations(value, Location(part="XMP", offset=where.offset, length=where.length))
        elif keyword.startswith(b"Raw profile type "):
            yield from self._raw_profile(keyword, value, where)
        else:
            said = plain(value) if kind == b"iTXt" else value.decode("latin-1")
            here = Location(part=f"{where.part} {name}", offset=where.offset, length=where.length)
            if said.strip(" \0"):
                yield Observation(name="png.text", value=clip(said), where=here)
            read = None if self.dated or keyword != b"Creation Time" else _written(said.strip())
            if read:
                self.dated = True
                yield Observation(name="image.png.created", value=read, raw=clip(said, 100), where=here)

    def _value(self, kind: bytes, rest: bytes) -> bytes:
        if kind == b"tEXt":
            return rest
        if kind == b"zTXt":
            return expand(rest[1:], self.context.budget)
        packed = rest[:1] == b"\1"
        _, _, translated = rest[2:].partition(b"\0")
        _, _, value = translated.partition(b"\0")
        return expand(value, self.context.budget) if packed else value

    def _raw_profile(self, keyword: bytes, value: bytes, where: Location) -> Iterator[Observation | Fault]:
        """ImageMagick keeps metadata of other formats as text: a name, a length, hexadecimal."""
        pieces = value.split(None, 2)
        try:
            raw = bytes.fromhex(pieces[2].decode("ascii")) if len(pieces) == 3 else b""
        except ValueError:
            raw = b""
        kind = keyword.rpartition(b" ")[2].lower()
        if not raw:
            yield Fault("malformed", f"profile in text: {clip(keyword.decode('latin-1'), 80)}", where)
        elif kind == b"xmp" or raw.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            packet = raw.removeprefix(b"http://ns.adobe.com/xap/1.0/\0")
            yield from xmp_observations(packet, Location(part="XMP", offset=where.offset))
        elif kind in (b"exif", b"app1") and self.exif is None:
            self.exif = (raw.removeprefix(b"Exif\0\0"), 0)


def expand(packed: bytes, budget: Budget) -> bytes:
    """Inflate a zlib stream up to a bound. Raises ``zlib.error`` or ``LimitExceeded``."""
    machine = zlib.decompressobj()
    out = machine.decompress(packed, _EXPANDED + 1)
    budget.spend(len(out), len(packed), len(out))
    if len(out) > _EXPANDED:
        raise LimitExceeded("limit-inflate", f"expands to more than {_EXPANDED} bytes")
    if not machine.eof:
        raise zlib.error("incomplete stream")
    return out


def _written(said: str) -> str | None:
    """A Creation Time: RFC 1123 as the specification asks, or a numeric date as programs write."""
    from email.utils import parsedate_to_datetime

    read = exif_date(said)
    if read:
        return read
    try:
        moment = canonical(parsedate_to_datetime(said[:100]))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if parse_when(moment) else None
