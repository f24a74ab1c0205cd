"""The order in which a compound file is read: container, properties, then the main stream."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Context, Event, Fault, LimitExceeded, Source, clip
from leakverify.extractors.ole.container import Compound, codec, container_facts
from leakverify.extractors.ole.excel import excel_facts
from leakverify.extractors.ole.leftovers import leftover_facts
from leakverify.extractors.ole.powerpoint import slide_facts
from leakverify.extractors.ole.properties import code_page, property_facts
from leakverify.extractors.ole.word import utc_offset, word_facts

#: fields that programs leave as they please and no reader needs
_HARMLESS = (
    "incorrect OLE header (transaction_signature_number>0)",
    "OLE storage with size>0",
    "incorrect OLE stream size",
)
#: embedded documents and pictures
_CHILDREN = 200
_CHILD_BYTES = 64 * 1024 * 1024
#: picture records (MS-ODRAW 2.2.23): type -> (ending, what the bytes begin with)
_PICTURES = {0xF01D: ("jpg", b"\xff\xd8\xff"), 0xF02A: ("jpg", b"\xff\xd8\xff"), 0xF01E: ("png", b"\x89PNG")}


def read_ole(source: Source, context: Context) -> Iterator[Event]:
    data = source.data
    try:
        compound = Compound(data, context)
    except RecursionError:
        yield Fault("limit-depth", "the tree of the directory is too deep")
        return
    except (OSError, ValueError, IndexError, struct.error) as error:
        yield Fault("malformed", f"{type(error).__name__}: {error}")
        return
    page = code_page(compound)
    yield from container_facts(compound, page)
    yield from irregularities(compound)
    stated = {}
    shown = []
    kind = compound.kind()
    parts = [property_facts(compound)]
    if kind == "doc":
        parts.append(word_facts(compound, context, codec(page)))
    elif kind == "xls":
        parts.append(excel_facts(compound, context))
    elif kind == "ppt":
        parts.append(slide_facts(compound, context))
    elif kind == "msg":
        # recognised by its streams only after the directory was read: it lies out of sight of the probe
        yield Fault("unsupported-feature", "Outlook message: its properties and body are not read")
    elif kind == "encrypted":
        yield Observation(name="ole.encrypted", value=True)
        yield Fault("encrypted", "an Office package under a password")
    for part in parts:
        try:
            for event in part:
                if isinstance(event, Observation):
                    stated[event.name] = event
                    if event.name == "ole.text":
                        shown.append(str(event.value))
                yield event
        except (struct.error, IndexError, UnicodeError) as error:
            yield Fault("malformed", f"{kind}: {type(error).__name__}: {error}")
    local, universal = stated.get("doc.dop.revised"), stated.get("ole.summary.modified")
    if local is not None and universal is not None:
        zone = utc_offset(str(local.value), str(universal.value))
        if zone is not None:
            yield Observation(name="doc.utc_offset", value=zone, where=local.where)
    if context.wants_content():
        if "ole.encrypted" not in stated and kind != "encrypted":
            yield from leftover_facts(compound, "\n".join(shown), codec(page))
        yield from _carried(compound)


def irregularities(compound: Compound) -> Iterator[Event]:
    """What olefile found wrong with the container; fields that nobody needs are only shown."""
    for problem, detail in compound.file.parsing_issues[:10]:
        if str(detail).startswith(_HARMLESS):
            yield Observation(name="ole.oddity", value=clip(str(detail), 200))
        else:
            yield Fault("malformed", f"{problem.__name__}: {detail}")


def _carried(compound: Compound) -> Iterator[Event]:
    """Embedded documents and pictures as documents of their own."""
    left = _CHILDREN
    for path in compound.names:
        name = path[-1].lower()
        shown = clip("/".join(path), 300)
        if name == "package":
            data = compound.stream("/".join(path), _CHILD_BYTES)
            if data:
                left -= 1
                yield Child(name=shown, data=data, role="embedded", where=Location(part=shown))
        elif name == "\x01ole10native":
            data = compound.stream("/".join(path), _CHILD_BYTES)
            inner = _native(data or b"")
            if inner is not None:
                left -= 1
                yield Child(name=inner[0], data=inner[1], role="embedded", where=Location(part=shown))
        elif name in ("pictures", "data", "worddocument"):
            try:
                data = compound.stream("/".join(path)) or b""
            except LimitExceeded as limit:
                yield Fault(limit.code, limit.detail, Location(part=shown))
                continue
            for at, ending, picture in _pictures(data):
                left -= 1
                if left < 0:
                    break
                where = Location(part=shown, offset=at, length=len(picture))
                yield Child(name=f"{shown} byte {at}.{ending}", data=picture, role="image", where=where)
        if left < 0:
            yield Fault("limit-documents", f"more than {_CHILDREN} pictures and objects")
            return


def _pictures(data: bytes) -> Iterator[tuple[int, str, bytes]]:
    at = 0
    while (at := data.find(b"\xf0", at + 1)) > 0:
        kind = data[at - 1] | 0xF000
        if kind not in _PICTURES or at + 45 > len(data):
            continue
        (size,) = struct.unpack_from("<I", data, at + 1)
        ending, magic = _PICTURES[kind]
        body = at + 5
        for skip in (17, 33):
            if data.startswith(magic, body + skip) and skip < size <= len(data) - body:
                yield body + skip, ending, data[body + skip : body + size]
                at = body + size - 1
                break


def _native(data: bytes) -> tuple[str, bytes] | None:
    """(name, content) of a packaged file (OLE 1 native data: size, kind, label, path, ..., size, bytes)."""
    try:
        end = data.index(b"\0", 6)
        label = data[6:end].decode("cp1252", "replace")
        at = data.index(b"\0", end + 1) + 5  # the path it came from, and four bytes of flags
        at += 4 + struct.unpack_from("<I", data, at)[0]  # the path it is unpacked to
        (size,) = struct.unpack_from("<I", data, at)
    except (ValueError, struct.error):
        return None
    content = data[at + 4 : at + 4 + size]
    return (clip(label, 300), content) if content and len(content) == size else None
