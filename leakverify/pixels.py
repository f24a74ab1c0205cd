"""Bare pixels: compared, and coded as PNG, with the standard library alone."""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakverify.box.wire import Drawn

#: pixels between two differences that are told as one; differing places told of one pair
_APART = 10
_DIFFERENCES = 40
#: share of its size that a picture may keep without a filter
_SMALL = 0.1

#: left, top, width, height in pixels of a picture
Place = tuple[float, float, float, float]


def png(pixels: bytes, width: int, height: int, channels: int) -> bytes:
    """A PNG of 8 bits a channel; ``channels`` is 1 (grey) or 3 (ISO/IEC 15948).

    Pages of text are stored as they are.  For what does not get small that way
    two filters that work on a whole picture at once are tried: the difference
    from the pixel at the left, and from the one above.
    """
    row = width * channels

    def lines(kind: int, data: bytes) -> bytes:
        return b"".join(bytes([kind]) + data[at : at + row] for at in range(0, len(data), row))

    best = lines(0, pixels)
    least = len(zlib.compress(best, 1))
    if least > _SMALL * len(pixels):
        above = bytes(row) + pixels[:-row]
        left = b"".join(
            bytes(channels) + pixels[at : at + row - channels] for at in range(0, len(pixels), row)
        )
        for kind, beside in ((1, left), (2, above)):
            tried = lines(kind, _minus(pixels, beside))
            size = len(zlib.compress(tried, 1))
            if size < least:
                best, least = tried, size
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2}[channels], 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(best, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _minus(one: bytes, other: bytes) -> bytes:
    """Byte by byte, modulo 256, as two long numbers whose bytes do not borrow from each other."""
    length = len(one)
    low, high = (int.from_bytes(bytes([byte]) * length, "little") for byte in (0x7F, 0x80))
    x, y = int.from_bytes(one, "little"), int.from_bytes(other, "little")
    return (((x | high) - (y & low)) ^ ((x ^ ~y) & high)).to_bytes(length, "little")


def differences(before: Drawn, after: Drawn) -> tuple[Place, ...] | None:
    """Where two pictures of the same size differ; ``None`` when they have no common size."""
    one, other = before.bitmap, after.bitmap
    if one is None or other is None or (one.width, one.height) != (other.width, other.height):
        return None
    channels = max(one.channels, other.channels)
    row = one.width * channels
    old, new = (_channels(d.pixels, d.bitmap.channels, channels) for d in (before, after) if d.bitmap)
    bands: list[list[int]] = []
    for number in range(one.height):
        x, y = old[number * row : number * row + row], new[number * row : number * row + row]
        if x == y:
            continue
        changed = int.from_bytes(x, "big") ^ int.from_bytes(y, "big")
        if bands and number - bands[-1][1] <= _APART:
            bands[-1][1] = number
            bands[-1][2] |= changed
        else:
            bands.append([number, number, changed])
    gap = re.compile(rb"[^\0]+(?:\0{1,%d}[^\0]+)*" % (3 * _APART * channels))
    found: list[Place] = []
    for top, bottom, changed in bands:
        for run in gap.finditer(changed.to_bytes(row, "big")):
            left, right = run.start() // channels, -(-run.end() // channels)
            found.append((float(left), float(top), float(right - left), float(bottom - top + 1)))
    if len(found) > _DIFFERENCES:
        edges = [(x, y, x + width, y + height) for x, y, width, height in found]
        left_, top_, right_, bottom_ = (
            pick(edge[at] for edge in edges) for at, pick in enumerate((min, min, max, max))
        )
        found = [(left_, top_, right_ - left_, bottom_ - top_)]
    return tuple(found)


def _channels(pixels: bytes, has: int, wanted: int) -> bytes:
    """Grey as red, green and blue, when it is to be compared with colour."""
    if has == wanted:
        return pixels
    full = bytearray(3 * len(pixels))
    full[0::3] = full[1::3] = full[2::3] = pixels
    return bytes(full)
