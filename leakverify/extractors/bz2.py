"""bzip2 files: block size, and the document inside. The format has no standard and no metadata."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from leakverify.evidence import Location, Member, Observation
from leakverify.extractors._base import Context, Event, Fit, Format, Probe, Source, count
from leakverify.extractors._packed import inner_name

VOCABULARY = MappingProxyType({"bz2.block_size": count("bytes packed at once at most", "bytes")})

_BLOCK = b"\x31\x41\x59\x26\x53\x59"
_END = b"\x17\x72\x45\x38\x50\x90"
_ENDINGS = {".bz2": "", ".tbz2": ".tar", ".tbz": ".tar", ".bz": ""}


def sniff(ends: Probe) -> Fit:
    head = ends.head
    if head.startswith(b"BZh") and head[3:4] in tuple(b"%d" % n for n in range(1, 10)):
        return Fit.STRONG if head[4:10] in (_BLOCK, _END) else Fit.NONE
    return Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    level = int(source.read_at(3, 1))
    where = Location(offset=3, length=1)
    yield Observation(name="bz2.block_size", value=level * 100_000, where=where)
    yield Member(name=inner_name(context.name, _ENDINGS), offset=0, length=source.size, transform="bz2")


def sample() -> bytes:
    """One small block."""
    import bz2

    return bz2.compress(b"text", 1)


FORMAT = Format(
    name="bz2",
    title="bzip2 file",
    version=1,
    sniff=sniff,
    observes=VOCABULARY,
    extensions=("bz2", "tbz2", "tbz"),
    media_types=("application/x-bzip2",),
    imports=("bz2",),
    sample=sample,
    container=True,
    sources=("bzip2 1.0.8 manual",),
)
