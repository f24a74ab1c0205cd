"""Word 97 to 2003: header, document properties, last saves, text and leftovers of earlier text (MS-DOC)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault, clip
from leakverify.extractors.ole.container import Compound
from leakverify.extractors.ole.leftovers import is_new, readable, runs, said
from leakverify.when import canonical, parse_when

#: places of (offset, length) pairs in the header (MS-DOC 2.5.6)
_DOP, _ASSOCIATED, _CLX, _REVIEWERS, _SAVED_BY = 31, 32, 33, 51, 71
_PAIRS = 0x9A
_QUICK, _ENCRYPTED, _TABLE = 0x0004, 0x0100, 0x0200
#: meaning of the strings kept with a document (MS-DOC 2.9.279)
_ASSOCIATED_NAMES = {1: "template", 2: "title", 3: "subject", 4: "keywords", 6: "author", 7: "last author"}
_PIECES = 200_000
_LEFTOVERS = 50
#: places in the header of Word 6 and 95, where all of it is one stream
_OLD_DOP, _OLD_ASSOCIATED, _OLD_CLX = 0x150, 0x158, 0x160
_COMPLEX = 0x0004
#: who numbers the builds: Word, Word for the Macintosh
_BY_WORD = (0x6A62, 0x626A)


class Piece(NamedTuple):
    """A stretch of the text: characters from ``first``, bytes from ``start``."""

    first: int
    last: int
    start: int
    end: int
    wide: bool


def word_facts(compound: Compound, context: Context, codec: str) -> Iterator[Event]:
    stream = compound.stream("WordDocument")
    if stream is None or len(stream) < 0x200:
        yield Fault("malformed", "the main stream is missing or too short")
        return
    here = Location(part="WordDocument")
    version, language, flags = (struct.unpack_from("<H", stream, at)[0] for at in (2, 6, 10))
    yield Observation(name="doc.fib.version", value=f"0x{version:04x}", where=here)
    yield Observation(name="doc.fib.language", value=f"0x{language:04x}", where=here)
    # under a password all of the header from byte 0x44 on is
    if version >= 0xC1 and not flags & _ENCRYPTED:
        yield from _programs(stream, here)
    yield Observation(name="doc.fib.quick_saves", value=flags >> 4 & 15, where=here)
    yield Observation(name="doc.fib.quick_saved", value=bool(flags & _QUICK), where=here)
    if flags & _ENCRYPTED:
        yield Observation(name="ole.encrypted", value=True, where=here)
        yield Fault("encrypted", "the text is under a password", here)
        return
    if version < 0xC1:
        if version < 0x65:
            yield Fault("unsupported-feature", f"Word before 6 (nFib {version:#x}): text is not read")
        else:
            yield from _old_word(stream, flags, context, codec)
        return
    table_name = "1Table" if flags & _TABLE else "0Table"
    table = compound.stream(table_name)
    if table is None:
        yield Fault("malformed", f"{table_name} is missing")
        return
    yield from _properties(_part(stream, table, _DOP), table_name)
    yield from _saves(_part(stream, table, _SAVED_BY), table_name)
    yield from _associated(_part(stream, table, _ASSOCIATED), table_name)
    for name in _strings(_part(stream, table, _REVIEWERS))[:200]:
        if name and name != "Unknown":
            yield Observation(name="doc.reviewer", value=clip(name, 300), where=Location(part=table_name))
    if context.wants_content():
        yield from _text(stream, _pieces(_part(stream, table, _CLX)), context, "cp1252")


def _programs(stream: bytes, here: Location) -> Iterator[Event]:
    """What made and what last saved it: a magic number, and when or as which version it was built.

    The build is a day as MMDDYY up to Word 2010, and version and build in decimal places from Word
    2013 on (the former by the Word 97 format description, the latter measured).
    """
    created, revised = struct.unpack_from("<HH", stream, 0x22)
    builds = struct.unpack_from("<II", stream, 0x44)
    for name, magic, build in (("created_by", created, builds[0]), ("revised_by", revised, builds[1])):
        yield Observation(name=f"doc.fib.{name}", value=f"magic 0x{magic:04x} build {build}", where=here)
    build = builds[1]
    if revised not in _BY_WORD:
        return
    if 1_500_000_000 <= build < 1_900_000_000:
        version = 15 if build < 1_600_000_000 else 16
        number, revision = divmod(build - version * 100_000_000, 10_000)
        raw = str(build)
        yield Observation(name="doc.fib.build", value=f"{version}.0.{number}.{revision}", where=here, raw=raw)
    elif 10_100 <= build <= 123_199:
        month, day, year = build // 10_000, build // 100 % 100, build % 100
        try:
            built = datetime(1900 + year if year >= 80 else 2000 + year, month, day)
        except ValueError:
            return
        yield Observation(
            name="doc.fib.build_date", value=built.date().isoformat(), where=here, raw=f"{build:06d}"
        )


def _old_word(stream: bytes, flags: int, context: Context, codec: str) -> Iterator[Event]:
    """Word 6 and 95: one stream, text in single bytes (Word 6 and 95 format descriptions)."""
    part = "WordDocument"
    yield from _properties(_stretch(stream, _OLD_DOP), part)
    table = _stretch(stream, _OLD_ASSOCIATED)
    at, index = 2, 0
    while at < len(table) and index < 18:
        text = table[at + 1 : at + 1 + table[at]].decode(codec, "replace")
        if text and index in _ASSOCIATED_NAMES:
            where = Location(part=f"{part} {_ASSOCIATED_NAMES[index]}")
            yield Observation(name="doc.associated", value=clip(text, 1000), where=where)
        at, index = at + 1 + table[at], index + 1
    if not context.wants_content():
        return
    first, last = struct.unpack_from("<II", stream, 0x18)
    pieces = _pieces(_stretch(stream, _OLD_CLX), single=True) if flags & _COMPLEX else []
    if not pieces:
        last = min(max(last, first), len(stream))
        pieces = [Piece(0, last - first, first, last, False)]
    yield from _text(stream, pieces, context, codec)


def _stretch(stream: bytes, at: int) -> bytes:
    """The bytes an (offset, length) pair of the header of Word 6 and 95 names."""
    start, size = struct.unpack_from("<II", stream, at)
    return stream[start : start + size] if size < 1 << 26 else b""


def utc_offset(local: str, universal: str) -> str | None:
    """The zone in which a clock showed ``local`` at ``universal``; ``None`` where no zone explains it.

    Both are the time of one save, the local one to the minute.  Civil zones are
    multiples of 15 minutes from -12:00 to +14:00.

    >>> utc_offset("2023-06-18T16:59:00", "2023-06-18T21:59:00Z")
    '-05:00'
    """
    one, other = parse_when(local), parse_when(universal)
    if one is None or other is None:
        return None
    minutes = round((one.wall - other.wall).total_seconds() / 60)
    steps, rest = divmod(minutes + 1, 15)
    if rest > 2 or not -48 <= steps <= 56:
        return None
    sign = "-" if steps < 0 else "+"
    return f"{sign}{abs(steps) // 4:02d}:{abs(steps) % 4 * 15:02d}"


def _part(stream: bytes, table: bytes, pair: int) -> bytes:
    at = _PAIRS + 8 * pair
    if at + 8 > len(stream) or pair >= struct.unpack_from("<H", stream, 0x98)[0]:
        return b""
    start, size = struct.unpack_from("<II", stream, at)
    return table[start : start + size] if size < 1 << 26 else b""


def _properties(dop: bytes, part: str) -> Iterator[Event]:
    if len(dop) < 40:
        return
    where = Location(part=part)
    for at, name in ((20, "created"), (24, "revised"), (28, "last_printed")):
        read = _local_time(struct.unpack_from("<I", dop, at)[0])
        if read is not None:
            yield Observation(name=f"doc.dop.{name}", value=read, where=where)
    revision, minutes = struct.unpack_from("<Hi", dop, 32)
    yield Observation(name="doc.dop.revision", value=revision, where=where)
    yield Observation(name="doc.dop.edit_time", value=minutes, where=where)


def _local_time(packed: int) -> str | None:
    """A DTTM (MS-DOC 2.9.75): minutes, hours, day, month, year since 1900, weekday."""
    try:
        moment = datetime(
            1900 + (packed >> 20 & 0x1FF), packed >> 16 & 15, packed >> 11 & 31, packed >> 6 & 31, packed & 63
        )
    except ValueError:
        return None
    return canonical(moment)


def _strings(table: bytes) -> list[str]:
    """The strings of an extended STTB (MS-DOC 2.2.4)."""
    if len(table) < 6 or table[:2] != b"\xff\xff":
        return []
    count, extra = struct.unpack_from("<HH", table, 2)
    found, at = [], 6
    for _ in range(min(count, 10_000)):
        if at + 2 > len(table):
            break
        (size,) = struct.unpack_from("<H", table, at)
        found.append(table[at + 2 : at + 2 + 2 * size].decode("utf-16-le", "replace"))
        at += 2 + 2 * size + extra
    return found


def _saves(table: bytes, part: str) -> Iterator[Event]:
    """The last ten saves, oldest first: name and path in turn (MS-DOC 2.9.289)."""
    strings = _strings(table)
    where = Location(part=part)
    for name, path in zip(strings[0::2], strings[1::2], strict=False):
        yield Observation(name="doc.saved_by", value=clip(name, 300), where=where)
        yield Observation(name="doc.saved_as", value=clip(path, 1000), where=where)


def _associated(table: bytes, part: str) -> Iterator[Event]:
    for index, text in enumerate(_strings(table)[:18]):
        if text and index in _ASSOCIATED_NAMES:
            where = Location(part=f"{part} {_ASSOCIATED_NAMES[index]}")
            yield Observation(name="doc.associated", value=clip(text, 1000), where=where)


def _pieces(clx: bytes, *, single: bool = False) -> list[Piece]:
    """The piece table: which bytes are the text, in order (MS-DOC 2.8.35).

    ``single``: every letter is one byte and no bit says so, as in Word 6 and 95.
    """
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at + 5 > len(clx) or clx[at] != 2:
        return []
    (size,) = struct.unpack_from("<I", clx, at + 1)
    plc = clx[at + 5 : at + 5 + size]
    amount = (len(plc) - 4) // 12
    if amount < 1 or amount > _PIECES:
        return []
    ends = struct.unpack_from(f"<{amount + 1}I", plc, 0)
    found = []
    for index in range(amount):
        (place,) = struct.unpack_from("<I", plc, 4 * (amount + 1) + 8 * index + 2)
        wide = not single and not place & 0x40000000
        start = place if single else (place & 0x3FFFFFFF) // (1 if wide else 2)
        length = max(ends[index + 1] - ends[index], 0)
        found.append(Piece(ends[index], ends[index + 1], start, start + length * (2 if wide else 1), wide))
    return found


def _text(stream: bytes, pieces: list[Piece], context: Context, codec: str) -> Iterator[Event]:
    if not pieces:
        yield Fault("malformed", "the table of text pieces cannot be read")
        return
    left = context.limits.text_chars
    shown = []
    for piece in pieces:
        raw = stream[piece.start : piece.end]
        text = raw.decode("utf-16-le" if piece.wide else codec, "replace")
        shown.append(text[:left])
        left -= len(text)
        if left <= 0:
            yield Fault("limit-text", f"more than {context.limits.text_chars} characters")
            break
    text = readable("".join(shown))
    if text.strip():
        yield Observation(name="ole.text", value=text, where=Location(part="WordDocument"))
    yield from _leftovers(stream, pieces, text, codec)


def _leftovers(stream: bytes, pieces: list[Piece], shown: str, codec: str) -> Iterator[Event]:
    """Words in the text area of the stream that no piece leads to: what quick saves left behind."""
    first, last = struct.unpack_from("<II", stream, 0x18)
    last = min(max(last, max(piece.end for piece in pieces)), len(stream))
    first = min(first, min(piece.start for piece in pieces))
    at, told = first, 0
    known = said(shown)
    for start, end in [*sorted((piece.start, piece.end) for piece in pieces), (last, last)]:
        if start > at:
            for place, text in runs(stream[at:start], at, codec):
                # what only repeats the text shown is a copy of it, as a quick save leaves
                if is_new(text, known):
                    told += 1
                    if told > _LEFTOVERS:
                        return
                    where = Location(part="WordDocument", offset=place, length=start - at)
                    yield Observation(name="ole.leftover_text", value=clip(text, 2000), where=where)
        at = max(at, end)
