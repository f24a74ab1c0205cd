"""Which parts were compressed by zlib, in a package whose entries say that Office packed them.

One text can be compressed in many ways, and a compressor always takes the same
one.  Almost every packer calls zlib; Microsoft Office has a compressor of its
own.  Measured on 394 public documents as Office packed them, some 7,000 parts
of 300 bytes and more: zlib would have made none of them byte for byte.  Whoever
exchanges a part can copy every field of the ZIP; the compressed bytes remain
those of the program that made them.

The comparison is with the zlib that Python is linked to; the imitations of zlib
(zlib-ng, that of Chromium) pack otherwise, so that finding nothing says nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from leakverify.evidence import Observation
from leakverify.extractors._base import Source, clip
from leakverify.extractors._zip import Entry

#: version, times ten, of the packer that Office and .NET state, on MS-DOS
_OFFICE = (0, 45)
_DEFLATED = 8
#: bytes of a part below which two compressors may well agree
_LEAST = 300
#: what is not compressible every compressor leaves as it is, so it tells none from another
_COMPRESSED = 0.9
#: bytes of a part that are compared, and of all parts together
_PREFIX, _TOGETHER = 512 * 1024, 2 * 1024 * 1024
#: compressed bytes of a prefix that must agree for it to count
_AGREE = 512
#: the default level, the best, and the fastest
_DEFAULT, _BEST, _FASTEST = 6, 9, 1
#: the best level makes nearly the size that the default makes, the fastest makes more
_NEAR = 0.08


def compression_facts(entries: dict[str, Entry], source: Source) -> Iterator[Observation]:
    """The parts among the entries that zlib made, and how many were compared; XML parts come first."""
    found: list[tuple[Entry, int]] = []
    compared = 0
    left = _TOGETHER
    for entry in sorted(entries.values(), key=lambda entry: not entry.name.endswith((".xml", ".rels"))):
        if (entry.system, entry.made_by, entry.method) != (*_OFFICE, _DEFLATED) or entry.encrypted:
            continue
        if entry.data < 0 or entry.overlaps or entry.size < _LEAST or left <= 0:
            continue
        if entry.packed > _COMPRESSED * entry.size:
            continue
        packed = source.read_at(entry.data, min(entry.packed, _PREFIX))
        data = _begin(packed)
        left -= len(data)
        whole = len(data) == entry.size and len(packed) == entry.packed
        if len(data) < _LEAST or not (whole or len(data) >= _PREFIX):
            continue
        compared += 1
        level = _level(data, packed, whole=whole)
        if level is not None:
            found.append((entry, level))
    if not compared:
        return
    yield Observation(name="ooxml.parts_compared", value=compared)
    for entry, level in sorted(found, key=lambda pair: pair[0].data):
        name = clip(entry.name)
        yield Observation(name="ooxml.zlib_part", value=name, where=entry.where, raw=f"level {level}")


def _begin(packed: bytes) -> bytes:
    """The first bytes of a part; as many as are compared, or as could be had."""
    try:
        return zlib.decompressobj(-15).decompress(packed, _PREFIX)
    except zlib.error:
        return b""


def _level(data: bytes, packed: bytes, *, whole: bool) -> int | None:
    """The level at which zlib makes these compressed bytes of these data, or of the beginning of more."""
    made = _compress(data, _DEFAULT, whole=whole)
    if _agree(made, packed, whole=whole):
        return _DEFAULT
    more = len(packed) / max(len(made), 1) - 1 if whole else 0.0
    for level, possible in ((_BEST, abs(more) <= _NEAR), (_FASTEST, more >= -_NEAR / 4)):
        if possible and _agree(_compress(data, level, whole=whole), packed, whole=whole):
            return level
    return None


def _compress(data: bytes, level: int, *, whole: bool) -> bytes:
    """All of it, or what is put out before the end is known, which does not depend on what follows."""
    machine = zlib.compressobj(level, zlib.DEFLATED, -15)
    made = machine.compress(data)
    return made + machine.flush() if whole else made


def _agree(made: bytes, packed: bytes, *, whole: bool) -> bool:
    if whole:
        return made == packed
    return len(made) >= _AGREE and packed.startswith(made[: len(packed)])
