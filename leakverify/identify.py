"""Bytes to candidate formats. Several are possible: a polyglot is all of them.

The name of a file is a hint for formats that have no signature (lists, plain
text), never an argument against what the bytes say.
"""

from __future__ import annotations

from leakverify.extractors import registry
from leakverify.extractors._base import Fit, Probe, Source

HEAD = 8192
#: enough for the end-of-central-directory record of a ZIP with a full comment
TAIL = 65536 + 22


def probe(source: Source, name: str = "") -> Probe:
    """Read what identification needs from both ends."""
    size = source.size
    head = source.read_at(0, HEAD)
    return Probe(
        head=head,
        tail=source.read_at(max(size - TAIL, 0), TAIL),
        size=size,
        name=name,
        directory=_directory(source, head),
    )


def _directory(source: Source, head: bytes) -> bytes:
    """Where the header of a compound file says its directory begins (MS-CFB 2.2)."""
    if not head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") or len(head) < 52:
        return b""
    shift = int.from_bytes(head[30:32], "little")
    if not 7 <= shift <= 16:
        return b""
    first = int.from_bytes(head[48:52], "little")
    return source.read_at((first + 1) << shift, HEAD)


def candidates(ends: Probe, extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names of the formats these bytes are read as, strong fits first, then by name.

    A loose fit counts only where nothing fits strongly; a format that is a
    special case of another (DOCX of ZIP) takes its place.
    """
    fits = {name: e.format.sniff(ends) for name, e in registry(extra).items()}
    best = [name for name, fit in fits.items() if fit is Fit.STRONG]
    if not best:
        best = [name for name, fit in fits.items() if fit is Fit.LOOSE]
    replaced = {gone for name in best for gone in registry(extra)[name].format.replaces}
    return tuple(sorted(name for name in best if name not in replaced))


#: signatures of formats that are recognised and not read; they only name the problem
KNOWN_UNREAD: tuple[tuple[bytes, int, str], ...] = (
    (b"7z\xbc\xaf\x27\x1c", 0, "7-Zip archive"),
    (b"Rar!\x1a\x07", 0, "RAR archive"),
    (b"GIF8", 0, "GIF image"),
    (b"BM", 0, "BMP image"),
    (b"%!PS", 0, "PostScript"),
    (b"SQLite format 3\x00", 0, "SQLite database"),
    (b"8BPS", 0, "Photoshop image"),
    (b"ID3", 0, "MP3 audio"),
    (b"OggS", 0, "Ogg media"),
    (b"\x7fELF", 0, "ELF program"),
    (b"MZ", 0, "Windows program"),
)


def unread_title(head: bytes) -> str:
    """Title of a known format that this version does not read, or ``""``."""
    for magic, at, title in KNOWN_UNREAD:
        if head[at : at + len(magic)] == magic:
            return title
    return ""
