"""PowerPoint 97 to 2003: who saved last, the saves that are still in the file, and their text (MS-PPT)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault, clip
from leakverify.extractors.ole.container import Compound

_EDIT, _DIRECTORY, _WIDE, _BYTES = 0x0FF5, 0x1772, 0x0FA0, 0x0FA8
_ENCRYPTED = 0xF3D1C4DF
_EDITS = 1_000
_RECORDS = 1_000_000
_LEFTOVERS = 50


def slide_facts(compound: Compound, context: Context) -> Iterator[Event]:
    user = compound.stream("Current User", 1 << 20) or b""
    here = Location(part="Current User")
    latest = 0
    if len(user) >= 28:
        token, latest = struct.unpack_from("<II", user, 12)
        (length,) = struct.unpack_from("<H", user, 20)
        name = user[28 : 28 + length].decode("cp1252", "replace").strip("\0 ")
        wide = user[32 + length : 32 + 3 * length].decode("utf-16-le", "replace").strip("\0 ")
        if name or wide:
            yield Observation(name="ppt.user", value=clip(wide or name, 300), where=here)
        if token == _ENCRYPTED:
            yield Observation(name="ole.encrypted", value=True, where=here)
            yield Fault("encrypted", "the presentation is under a password", here)
            return
    stream = compound.stream("PowerPoint Document")
    if stream is None:
        yield Fault("malformed", "the main stream cannot be read")
        return
    edits, live = _saves(stream, latest)
    yield Observation(
        name="ppt.edits", value=edits, where=Location(part="PowerPoint Document", offset=latest)
    )
    if context.wants_content():
        yield from _texts(stream, live, context)


def _record(stream: bytes, at: int) -> tuple[int, int, int] | None:
    """(version and instance, type, length) at an offset."""
    if at < 0 or at + 8 > len(stream):
        return None
    head, kind, size = struct.unpack_from("<HHI", stream, at)
    return head, kind, size


def _saves(stream: bytes, latest: int) -> tuple[int, set[int]]:
    """Number of saves in the chain, and where the objects of the document as it stands begin."""
    live: dict[int, int] = {}
    seen: set[int] = set()
    at = latest
    while len(seen) < _EDITS and at not in seen:
        record = _record(stream, at)
        if record is None or record[1] != _EDIT or at + 8 + 20 > len(stream):
            break
        seen.add(at)
        before, directory = struct.unpack_from("<II", stream, at + 16)
        for number, place in _directory(stream, directory):
            live.setdefault(number, place)  # newest save first
        if not before:
            break
        at = before
    return len(seen), set(live.values())


def _directory(stream: bytes, at: int) -> Iterator[tuple[int, int]]:
    record = _record(stream, at)
    if record is None or record[1] != _DIRECTORY:
        return
    body = stream[at + 8 : at + 8 + record[2]]
    place = 0
    while place + 4 <= len(body):
        (packed,) = struct.unpack_from("<I", body, place)
        first, amount = packed & 0xFFFFF, packed >> 20
        place += 4
        for step in range(amount):
            if place + 4 > len(body):
                return
            yield first + step, struct.unpack_from("<I", body, place)[0]
            place += 4


def _texts(stream: bytes, live: set[int], context: Context) -> Iterator[Event]:
    """Text of the objects in force, and of objects that a later save replaced."""
    shown: list[str] = []
    earlier: list[tuple[int, str]] = []
    at = records = 0
    while (record := _record(stream, at)) is not None and records < _RECORDS:
        end = at + 8 + record[2]
        found, looked = _inside(stream, at, min(end, len(stream)))
        records += looked
        if not live or at in live:
            shown += found
        elif found:
            earlier.append((at, "\n".join(found)))
        at = end
    text = "\n".join(shown)
    most = context.limits.text_chars
    if len(text) > most:
        yield Fault("limit-text", f"more than {most} characters")
    if text.strip():
        yield Observation(name="ole.text", value=text[:most], where=Location(part="PowerPoint Document"))
    known = set(shown)
    for place, old in earlier[:_LEFTOVERS]:
        gone = [line for line in old.split("\n") if line.strip() and line not in known]
        if gone:
            where = Location(part="PowerPoint Document", offset=place)
            yield Observation(name="ole.leftover_text", value=clip("\n".join(gone), 2000), where=where)


def _inside(stream: bytes, at: int, end: int) -> tuple[list[str], int]:
    """Text atoms of one object, in order; containers are walked without recursion."""
    found, looked = [], 0
    while at + 8 <= end and looked < _RECORDS:
        record = _record(stream, at)
        if record is None:
            break
        looked += 1
        head, kind, size = record
        if head & 15 == 15:
            at += 8
            continue
        body = stream[at + 8 : min(at + 8 + size, end)]
        if kind == _WIDE:
            found.append(body.decode("utf-16-le", "replace").replace("\r", "\n").replace("\x0b", "\n"))
        elif kind == _BYTES:
            found.append(body.decode("latin-1").replace("\r", "\n").replace("\x0b", "\n"))
        at += 8 + size
    return found, looked
