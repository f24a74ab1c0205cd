"""gzip files (RFC 1952): what the header says of the original, and the document inside."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from leakverify.evidence import Location, Member, Observation
from leakverify.extractors._base import (
    Context,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    clip,
    count,
    text,
    token,
    when,
)
from leakverify.extractors._clock import unix_time
from leakverify.extractors._packed import inner_name

VOCABULARY = MappingProxyType(
    {
        "gzip.name": text("FNAME, the name of the original file"),
        "gzip.time": when("MTIME, modification time of the original, in UTC"),
        "gzip.system": token("OS, the file system it was packed on"),
        "gzip.effort": token("XFL, how hard the packer tried"),
        "gzip.comment": text("FCOMMENT"),
        "gzip.stated_size": count("ISIZE of the last member: its length modulo 2^32", "bytes"),
    }
)

_MAGIC = b"\x1f\x8b\x08"
_FIXED = 10
_CRC, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0
#: bytes of the header that are read
_HEADER = 256 * 1024
_SYSTEMS = {
    0: "fat",
    2: "vms",
    3: "unix",
    6: "hpfs",
    7: "macintosh",
    10: "tops-20",
    11: "ntfs",
    255: "unknown",
}
_ENDINGS = {".gz": "", ".tgz": ".tar", ".svgz": ".svg", ".emz": ".emf", ".wmz": ".wmf"}


def sniff(ends: Probe) -> Fit:
    head = ends.head
    # reserved bits must be zero (2.3.1.2), which keeps chance matches out
    if head.startswith(_MAGIC) and len(head) >= _FIXED and not head[3] & _RESERVED:
        return Fit.STRONG
    return Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    head = source.read_at(0, _HEADER)
    flags, seconds = head[3], int.from_bytes(head[4:8], "little")
    moment = unix_time(seconds) if seconds else None
    if moment is not None:
        yield Observation(
            name="gzip.time", value=moment, where=Location(offset=4, length=4), raw=str(seconds)
        )
    yield Observation(name="gzip.system", value=_SYSTEMS.get(head[9], str(head[9])))
    yield Observation(name="gzip.effort", value={2: "best", 4: "fastest"}.get(head[8], str(head[8])))
    at = _FIXED
    if flags & _EXTRA:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    for bit, label in ((_NAME, "gzip.name"), (_COMMENT, "gzip.comment")):
        if flags & bit:
            end = head.find(b"\x00", at)
            if end < 0:
                yield Fault("malformed", f"{label} does not end", Location(offset=at))
                break
            stated = _decoded(head[at:end])
            yield Observation(name=label, value=clip(stated), where=Location(offset=at, length=end - at))
            at = end + 1
    if source.size < _FIXED + 10:
        yield Fault("truncated", "shorter than the smallest member")
        return
    tail = source.read_at(source.size - 4, 4)
    yield Observation(
        name="gzip.stated_size",
        value=int.from_bytes(tail, "little"),
        where=Location(offset=source.size - 4, length=4),
    )
    yield Member(name=inner_name(context.name, _ENDINGS), offset=0, length=source.size, transform="gzip")


def _decoded(stated: bytes) -> str:
    """The standard says ISO 8859-1; packers write what the file system has, mostly UTF-8."""
    try:
        return stated.decode("utf-8")
    except UnicodeDecodeError:
        return stated.decode("latin-1")


def sample() -> bytes:
    """One small member with a name."""
    import zlib

    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = machine.compress(b"text") + machine.flush()
    check = zlib.crc32(b"text").to_bytes(4, "little") + (4).to_bytes(4, "little")
    return _MAGIC + b"\x08" + bytes(4) + b"\x02\x03" + b"text.txt\x00" + body + check


FORMAT = Format(
    name="gzip",
    title="gzip file",
    version=1,
    sniff=sniff,
    observes=VOCABULARY,
    extensions=("gz", "tgz", "svgz", "emz", "wmz"),
    media_types=("application/gzip",),
    sample=sample,
    container=True,
    sources=("RFC 1952",),
)
