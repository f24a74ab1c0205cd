"""xz files: integrity check and stated size, and the document inside."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from leakverify.evidence import Location, Member, Observation
from leakverify.extractors._base import Context, Event, Fault, Fit, Format, Probe, Source, token
from leakverify.extractors._packed import inner_name

VOCABULARY = MappingProxyType(
    {"xz.check": token("integrity check of the blocks: none, crc32, crc64, sha256")}
)

_MAGIC, _FOOTER = b"\xfd7zXZ\x00", b"YZ"
_HEADER = 12
_CHECKS = {0: "none", 1: "crc32", 4: "crc64", 10: "sha256"}
_ENDINGS = {".xz": "", ".txz": ".tar"}


def sniff(ends: Probe) -> Fit:
    return Fit.STRONG if ends.head.startswith(_MAGIC) else Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    head = source.read_at(0, _HEADER)
    if len(head) < _HEADER:
        yield Fault("truncated", "the stream header is cut off")
        return
    kind = head[7] & 15
    where = Location(offset=6, length=2)
    yield Observation(name="xz.check", value=_CHECKS.get(kind, str(kind)), where=where)
    # streams may be padded with zeros (2.2)
    if not source.read_at(source.size - 64, 64).rstrip(b"\x00").endswith(_FOOTER):
        yield Fault("truncated", "no stream footer at the end")
    yield Member(name=inner_name(context.name, _ENDINGS), offset=0, length=source.size, transform="xz")


def sample() -> bytes:
    """One small stream."""
    import lzma

    return lzma.compress(b"text", preset=0)


FORMAT = Format(
    name="xz",
    title="xz file",
    version=1,
    sniff=sniff,
    observes=VOCABULARY,
    extensions=("xz", "txz"),
    media_types=("application/x-xz",),
    imports=("lzma",),
    sample=sample,
    container=True,
    sources=("The .xz File Format 1.2.1",),
)
