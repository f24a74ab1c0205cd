"""WebP and GIF: their chunks and blocks, and the metadata these hold.

WebP: RFC 9649; GIF: GIF89a specification.  Pixels are not decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, count, text, token
from leakverify.extractors._image_exif import exif_observations
from leakverify.extractors._image_icc import LARGEST, icc_observations
from leakverify.extractors._image_jpeg import plain
from leakverify.extractors._xmp import PACKET_LIMIT, xmp_observations

RIFF_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "webp.chunks": token("types of the chunks in the order written"),
        "gif.version": token("87a or 89a"),
        "gif.frames": count("pictures of the animation"),
        "gif.extensions": token("application extensions, each once, in the order written"),
        "gif.comment": text("comment extension", repeats=True),
    }
)

#: blocks of one kind walked: a picture of 25 MB has 100,000
_CHUNKS, _BLOCKS, _COMMENTS = 10_000, 500_000, 20


def is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def is_gif(head: bytes) -> bool:
    return head[:6] in (b"GIF87a", b"GIF89a")


def webp_observations(data: bytes) -> Iterator[Observation | Fault]:
    """Everything a WebP states besides its pixels."""
    names: list[str] = []
    found: dict[bytes, tuple[int, int]] = {}
    at = 12
    stated = int.from_bytes(data[4:8], "little") + 8
    while at + 8 <= min(len(data), stated) and len(names) < _CHUNKS:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            yield Fault("truncated", "a chunk is cut short", Location(offset=at))
            break
        names.append(kind.decode("latin-1").strip())
        found.setdefault(kind, (at + 8, at + 8 + size))
        at += 8 + size + size % 2
    if len(names) >= _CHUNKS:
        yield Fault("limit-pages", f"more than {_CHUNKS} chunks", Location(offset=at))
    yield Observation(name="webp.chunks", value=clip(" ".join(names[:200])))
    for kind in (b"VP8X", b"VP8 ", b"VP8L"):
        if kind in found:
            measured = _webp_size(kind, data[found[kind][0] : found[kind][1]][:32])
            if measured is not None:
                yield Observation(name="image.width", value=measured[0])
                yield Observation(name="image.height", value=measured[1])
            break
    yield Observation(name="image.c2pa", value=b"C2PA" in found)
    yield Observation(name="image.exif.present", value=b"EXIF" in found)
    if b"EXIF" in found:
        start, end = found[b"EXIF"]
        if data.startswith(b"Exif\0\0", start, end):
            start += 6
        yield from exif_observations(data[start:end], start)
    if b"ICCP" in found:
        start, end = found[b"ICCP"]
        yield from icc_observations(
            data[start : min(end, start + LARGEST)], Location(part="ICC", offset=start)
        )
    if b"XMP " in found:
        start, end = found[b"XMP "]
        where = Location(part="XMP", offset=start, length=end - start)
        if end - start > PACKET_LIMIT:
            yield Fault("limit-size", "XMP", where)
        else:
            yield from xmp_observations(data[start:end], where)


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int] | None:
    if kind == b"VP8X" and len(head) >= 10:
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8 " and len(head) >= 10 and head[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    if kind == b"VP8L" and len(head) >= 5 and head[:1] == b"\x2f":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def gif_observations(data: bytes) -> Iterator[Observation | Fault]:
    """Everything a GIF states besides its pixels."""
    yield Observation(name="gif.version", value=data[3:6].decode("ascii"))
    if len(data) < 13:
        yield Fault("truncated", "ends inside the header", Location(offset=0))
        return
    yield Observation(name="image.width", value=int.from_bytes(data[6:8], "little"))
    yield Observation(name="image.height", value=int.from_bytes(data[8:10], "little"))
    yield Observation(name="image.exif.present", value=False)
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    frames, extensions, comments = 0, dict[str, None](), 0
    ended = False
    for _ in range(_CHUNKS):
        kind = data[at : at + 1]
        if kind == b"\x2c" and at + 10 <= len(data):
            frames += 1
            flags = data[at + 9]
            at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
            at, _ = _sub_blocks(data, at, 0)
        elif kind == b"\x21" and at + 2 < len(data):
            label, start = data[at + 1], at
            at, content = _sub_blocks(data, at + 2, 4096)
            where = Location(part="extension", offset=start, length=at - start)
            if label == 0xFF and len(extensions) < 20:
                extensions[content[:11].decode("latin-1")] = None
            elif label == 0xFE and content.strip(b"\0 ") and comments < _COMMENTS:
                comments += 1
                yield Observation(name="gif.comment", value=clip(plain(content)), where=where)
        else:
            ended = kind == b"\x3b"
            break
    yield Observation(name="gif.frames", value=frames)
    if extensions:
        yield Observation(name="gif.extensions", value=" ".join(extensions))
    if not ended and at < len(data):
        yield Fault(
            "limit-pages", "more blocks than are looked at, or none where one should be", Location(offset=at)
        )
    elif not ended:
        yield Fault("truncated", "no trailer", Location(offset=len(data)))


def _sub_blocks(data: bytes, at: int, most: int) -> tuple[int, bytes]:
    """The byte after a run of sub-blocks, and the first ``most`` bytes in them."""
    pieces: list[bytes] = []
    kept = 0
    for _ in range(_BLOCKS):
        if at >= len(data) or not (size := data[at]):
            break
        if kept < most:
            pieces.append(data[at + 1 : at + 1 + size])
            kept += size
        at += 1 + size
    return at + 1, b"".join(pieces)[:most]
