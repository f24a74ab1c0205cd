"""HEIC, HEIF and AVIF: a bounded walk over the boxes (ISO/IEC 14496-12, 23008-12).

Only what locates the metadata is read: brands, the items and where they lie,
the size of the primary item.  The pictures themselves are not decoded, because
no decoder for HEVC is among our readers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, token
from leakverify.extractors._image_exif import exif_observations
from leakverify.extractors._image_icc import LARGEST, icc_observations
from leakverify.extractors._xmp import xmp_observations

HEIF_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "heif.brand": token("major brand of the container"),
        "heif.brands": token("compatible brands in the order written"),
        "heif.boxes": token("top-level boxes in the order written"),
        "heif.items": token("types of the items in the order written, runs of one type as one"),
    }
)

#: brands of still pictures and sequences (ISO/IEC 23008-12, annex B; AV1 image file format, 1.2.0)
BRANDS = frozenset(
    {
        b"heic",
        b"heix",
        b"hevc",
        b"hevx",
        b"heim",
        b"heis",
        b"hevm",
        b"hevs",
        b"mif1",
        b"msf1",
        b"mif2",
        b"avif",
        b"avis",
    }
)
#: boxes of one level, items of one picture (a grid of 100 Mpx has about 500), bytes of one metadata item
_BOXES, _ITEMS, _METADATA = 4096, 10_000, 8 << 20
#: links of items to properties or places followed in all
_LINKS = 50_000
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


class Box(NamedTuple):
    """A box; its content runs from ``start`` to ``end``."""

    type: bytes
    at: int
    start: int
    end: int


class Item(NamedTuple):
    """An item of the picture: number, type, and for ``mime`` its content type."""

    number: int
    type: bytes
    media: bytes


def is_heif(head: bytes) -> bool:
    """Whether the file type box names a brand of still pictures."""
    if head[4:8] != b"ftyp":
        return False
    size = min(max(int.from_bytes(head[:4], "big"), 16), 256)
    named = [head[8:12]] + [head[at : at + 4] for at in range(16, size - 3, 4)]
    return not BRANDS.isdisjoint(named)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Boxes between two bytes; ends quietly where one does not fit (clause 4.2)."""
    at = start
    for _ in range(_BOXES):
        if at + 8 > end:
            return
        size = int.from_bytes(data[at : at + 4], "big")
        header = 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < header or at + size > end:
            return
        yield Box(data[at + 4 : at + 8], at, at + header, at + size)
        at += size


class _Reader:
    """Numbers one after another; past the end they are zero and ``spent`` is set."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data = data
        self.at = start
        self.end = end

    @property
    def spent(self) -> bool:
        return self.at > self.end

    def take(self, size: int) -> int:
        value = int.from_bytes(self.data[self.at : min(self.at + size, self.end)], "big")
        self.at += size
        return value


def heif_observations(data: bytes) -> Iterator[Observation | Fault]:
    """Everything the container states besides its pixels."""
    top = list(boxes(data, 0, len(data)))
    kind = next((box for box in top if box.type == b"ftyp"), None)
    if kind is not None:
        content = data[kind.start : min(kind.end, kind.start + 256)]
        yield Observation(name="heif.brand", value=_word(content[:4]))
        names = " ".join(_word(content[at : at + 4]) for at in range(8, len(content) - 3, 4))
        yield Observation(name="heif.brands", value=names)
    yield Observation(name="heif.boxes", value=" ".join(_word(box.type) for box in top[:200]))
    covered = top[-1].end if top else 0
    if covered < len(data):
        yield Fault("truncated", "the boxes do not fill the file", Location(offset=covered))
    manifest = any(box.type == b"uuid" and data.startswith(_C2PA, box.start) for box in top)
    yield Observation(name="image.c2pa", value=manifest)
    meta = next((box for box in top if box.type == b"meta"), None)
    if meta is None:
        yield Fault("missing-part", "no meta box")
        return
    inner: dict[bytes, Box] = {}
    for box in boxes(data, meta.start + 4, meta.end):
        inner.setdefault(box.type, box)
    yield from _picture(data, inner)
    yield Fault("unsupported-feature", "pixels of HEIC and AVIF are not decoded", Location(part="pixels"))
    yield from _metadata(data, inner)


def _word(raw: bytes) -> str:
    return (
        raw.decode("ascii", "replace").strip() if raw.isascii() and raw.decode().isprintable() else raw.hex()
    )


def _picture(data: bytes, inner: dict[bytes, Box]) -> Iterator[Observation | Fault]:
    """Size and colour profile of the primary item (ispe, colr: 23008-12, 6.5)."""
    known, properties = _properties(data, inner)
    sizes = [box for box in properties if box.type == b"ispe" and box.end - box.start >= 12]
    if sizes:
        at = sizes[0].start
        where = Location(part="ispe", offset=sizes[0].at)
        width, height = (int.from_bytes(data[p : p + 4], "big") for p in (at + 4, at + 8))
        yield Observation(name="image.width", value=width, where=where)
        yield Observation(name="image.height", value=height, where=where)
    else:
        yield Fault("missing-part", "no size of the primary item")
    # phones hang the profile on the tiles of which the primary item is made
    for box in properties + known:
        if box.type == b"colr" and data[box.start : box.start + 4] in (b"prof", b"rICC"):
            where = Location(part="colr", offset=box.at, length=box.end - box.at)
            yield from icc_observations(data[box.start + 4 : min(box.end, box.start + LARGEST)], where)
            break


def _properties(data: bytes, inner: dict[bytes, Box]) -> tuple[list[Box], list[Box]]:
    """All properties, and those that belong to the primary item."""
    holder, primary = inner.get(b"iprp"), inner.get(b"pitm")
    if holder is None or primary is None:
        return [], []
    wide = data[primary.start : primary.start + 1] != b"\0"
    wanted = _Reader(data, primary.start + 4, primary.end).take(4 if wide else 2)
    known: list[Box] = []
    links: list[Box] = []
    for box in boxes(data, holder.start, holder.end):
        if box.type == b"ipco":
            known = list(boxes(data, box.start, box.end))
        elif box.type == b"ipma":
            links.append(box)
    # at most one box for each version and width of the links (14496-12, 8.11.14)
    for box in links[:4]:
        for number, indexes in _associations(data, box):
            if number == wanted:
                return known, [known[index - 1] for index in indexes if 0 < index <= len(known)]
    return known, []


def _associations(data: bytes, box: Box) -> Iterator[tuple[int, list[int]]]:
    read = _Reader(data, box.start, box.end)
    version, flags = read.take(1), read.take(3)
    left = _LINKS
    for _ in range(min(read.take(4), _ITEMS)):
        number = read.take(2 if version < 1 else 4)
        indexes = []
        for _ in range(read.take(1)):
            # the top bit says whether the property is essential
            indexes.append(read.take(2) & 0x7FFF if flags & 1 else read.take(1) & 0x7F)
        left -= len(indexes)
        if read.spent or left < 0:
            return
        yield number, indexes


def _metadata(data: bytes, inner: dict[bytes, Box]) -> Iterator[Observation | Fault]:
    items = list(_items(data, inner.get(b"iinf")))
    runs: list[str] = []
    for item in items:
        word = _word(item.type)
        if (not runs or runs[-1] != word) and len(runs) < 200:
            runs.append(word)
    if runs:
        yield Observation(name="heif.items", value=" ".join(runs))
    wanted = {item.number: item for item in items if item.type == b"Exif" or b"rdf+xml" in item.media}
    places = _places(data, inner, wanted) if wanted else {}
    exif = next((item for item in wanted.values() if item.type == b"Exif"), None)
    yield Observation(name="image.exif.present", value=exif is not None)
    for item in wanted.values():
        pieces = places.get(item.number, [])
        raw = b"".join(data[at : at + length] for at, length in pieces)
        part = "EXIF" if item.type == b"Exif" else "XMP"
        where = Location(part=part, offset=pieces[0][0], length=len(raw)) if pieces else Location(part=part)
        if not raw or len(raw) < sum(length for _, length in pieces):
            yield Fault("missing-part" if not raw else "truncated", f"{part} item", where)
        if item is exif and raw:
            # 23008-12, A.2.1: four bytes say how far the TIFF header lies behind them
            skip = 4 + int.from_bytes(raw[:4], "big")
            yield from exif_observations(raw[skip:], (where.offset or 0) + skip)
        elif item.type != b"Exif" and raw:
            yield from xmp_observations(raw, where)


def _items(data: bytes, box: Box | None) -> Iterator[Item]:
    if box is None:
        return
    wide = data[box.start : box.start + 1] != b"\0"
    for number, entry in enumerate(boxes(data, box.start + (8 if wide else 6), box.end)):
        if number >= _ITEMS:
            return
        read = _Reader(data, entry.start, entry.end)
        version = read.take(4) >> 24
        if entry.type != b"infe" or version < 2:
            continue
        item = read.take(2 if version == 2 else 4)
        read.take(2)
        kind = data[read.at : read.at + 4]
        _, _, media = data[read.at + 4 : min(entry.end, read.at + 300)].partition(b"\0")
        yield Item(item, kind, media if kind == b"mime" else b"")


def _places(
    data: bytes, inner: dict[bytes, Box], wanted: Mapping[int, Item]
) -> dict[int, list[tuple[int, int]]]:
    """Where the wanted items lie: byte and length of each piece (iloc: 14496-12, 8.11.3)."""
    box = inner.get(b"iloc")
    if box is None:
        return {}
    read = _Reader(data, box.start, box.end)
    version = read.take(4) >> 24
    sizes = read.take(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in (1, 2) else 0
    inside = inner.get(b"idat")
    places: dict[int, list[tuple[int, int]]] = {}
    left = _LINKS
    for _ in range(min(read.take(2 if version < 2 else 4), _ITEMS)):
        number = read.take(2 if version < 2 else 4)
        method = read.take(2) & 15 if version in (1, 2) else 0
        read.take(2)
        start = read.take(base_size)
        if method == 1 and inside is not None:
            start += inside.start
        pieces = []
        total = 0
        for _ in range(read.take(2)):
            read.take(index_size)
            at, length = read.take(offset_size), read.take(length_size)
            left -= 1
            if read.spent or left < 0:
                return places
            total += length
            if total <= _METADATA and method in (0, 1):
                pieces.append((start + at, length))
        if number in wanted:
            places[number] = pieces
    return places
