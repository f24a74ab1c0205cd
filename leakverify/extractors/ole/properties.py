"""Property sets: what the document states of itself (MS-OLEPS), read by olefile."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault, clip
from leakverify.extractors.ole.container import Compound, codec, file_time

SUMMARY = "\x05SummaryInformation"
DOCUMENT = "\x05DocumentSummaryInformation"
_SUMMARY_TEXTS = {
    2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "comments", 7: "template", 8: "last_author",
    9: "revision", 18: "application",
}  # fmt: skip
_SUMMARY_TIMES = {11: "last_printed", 12: "created", 13: "modified"}
_SUMMARY_COUNTS = {14: "pages", 15: "words", 16: "characters"}
_DOCUMENT_TEXTS = {2: "category", 14: "manager", 15: "company"}
#: seconds; a longer time of editing is a moment, written by programs that took the field for one
_CENTURY = 100 * 31_556_952
_SYSTEMS = {0: "win16", 1: "mac", 2: "win32"}


def code_page(compound: Compound) -> int | None:
    """Code page of the property strings; ``None`` where none is stated."""
    try:
        page = _values(compound, SUMMARY).get(1)
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error):
        return None
    return page & 0xFFFF if isinstance(page, int) else None


def property_facts(compound: Compound) -> Iterator[Event]:
    yield from _summary(compound)
    yield from _document(compound)


def _values(compound: Compound, stream: str) -> dict[int, Any]:
    path = next(("/".join(p) for p in compound.names if len(p) == 1 and p[0].lower() == stream.lower()), None)
    if path is None:
        return {}
    # times stay numbers; olefile gives seconds, which loses nothing that is stated here
    found: dict[int, Any] = compound.file.getproperties(path, convert_time=False)
    return found


def _summary(compound: Compound) -> Iterator[Event]:
    values = _values(compound, SUMMARY)
    if not values:
        return
    where = Location(part="SummaryInformation")
    head = compound.stream(SUMMARY, 16 * 1024 * 1024) or b""
    if len(head) >= 8:
        minor, major = head[4], head[5]
        (kind,) = struct.unpack_from("<H", head, 6)
        yield Observation(
            name="ole.summary.system", value=f"{_SYSTEMS.get(kind, str(kind))} {minor}.{major}", where=where
        )
    page = values.get(1)
    if isinstance(page, int):
        yield Observation(name="ole.summary.code_page", value=page & 0xFFFF, where=where)
    strings = _strings(head)
    for key, name in _SUMMARY_TEXTS.items():
        text = _text(strings.get(key, values.get(key)), page)
        if text:
            yield Observation(name=f"ole.summary.{name}", value=clip(text), where=where)
    for key, name in _SUMMARY_TIMES.items():
        yield from _time(values.get(key), name, where)
    spent = values.get(10)
    if isinstance(spent, int) and spent:
        seconds = spent if spent < 1 << 62 else spent - (1 << 64)
        # stated as a span in units of a FILETIME; a clock set back makes it wrap
        if seconds > (1 << 63) // 10_000_000:
            seconds -= (1 << 64) // 10_000_000
        if abs(seconds) < _CENTURY:
            yield Observation(name="ole.summary.total_time", value=round(seconds / 60, 2), where=where)
        else:
            stated = f"total_time {seconds} s"
            yield Observation(name="ole.summary.date_malformed", value=stated, where=where)
    for key, name in _SUMMARY_COUNTS.items():
        value = values.get(key)
        if isinstance(value, int) and 0 <= value < 1 << 31:
            yield Observation(name=f"ole.summary.{name}", value=value, where=where)


def _strings(data: bytes) -> dict[int, bytes]:
    """The strings of the first section as they stand (MS-OLEPS 2.11, type 30).

    olefile leaves out the zeros in them, and so joins what lies behind the end of a string to it.
    """
    if len(data) < 56:
        return {}
    (start,) = struct.unpack_from("<I", data, 44)
    if start + 8 > len(data):
        return {}
    (amount,) = struct.unpack_from("<I", data, start + 4)
    found: dict[int, bytes] = {}
    for index in range(min(amount, 200)):
        place = start + 8 + 8 * index
        if place + 8 > len(data):
            break
        key, offset = struct.unpack_from("<II", data, place)
        at = start + offset
        if at + 8 <= len(data) and struct.unpack_from("<I", data, at)[0] & 0xFFFF == 30:
            (size,) = struct.unpack_from("<I", data, at + 4)
            found[key] = data[at + 8 : at + 8 + min(size, 1 << 16)]
    return found


def _time(seconds: Any, name: str, where: Location) -> Iterator[Event]:
    if not isinstance(seconds, int) or seconds <= 0:
        return
    read = file_time(seconds * 10_000_000)
    if read is None or seconds < 9_000_000_000:  # before 1886: spans and zeros of zones written as times
        yield Observation(
            name="ole.summary.date_malformed", value=f"{name} {seconds} s since 1601", where=where
        )
    else:
        yield Observation(name=f"ole.summary.{name}", value=read, where=where)


def _document(compound: Compound) -> Iterator[Event]:
    values = _values(compound, DOCUMENT)
    where = Location(part="DocumentSummaryInformation")
    page = values.get(1)
    for key, name in _DOCUMENT_TEXTS.items():
        text = _text(values.get(key), page)
        if text:
            yield Observation(name=f"ole.document.{name}", value=clip(text), where=where)
    version = values.get(23)
    if isinstance(version, int) and version > 0:
        yield Observation(
            name="ole.document.version", value=f"{version >> 16 & 0xFFFF}.{version & 0xFFFF}", where=where
        )
    if not values:
        return
    try:
        custom = compound.file.get_userdefined_properties(DOCUMENT, convert_time=False)
    except Exception as error:  # noqa: BLE001 - olefile raises many kinds on damaged sections
        yield Fault("malformed", f"custom properties: {type(error).__name__}", where)
        return
    for item in custom[:100]:
        name, value = item.get("property_name"), item.get("value")
        if not name or value is None:
            continue
        shown = _text(value, page) if isinstance(value, bytes | str) else str(value)
        yield Observation(name="ole.custom.name", value=clip(_text(name, page), 300), where=where)
        yield Observation(name="ole.custom.value", value=clip(shown, 1000), where=where)


def _text(value: Any, page: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode(codec(page), "replace")
    # what lies behind the end of a string is the memory of the program that wrote it
    return value.partition("\0")[0].strip() if isinstance(value, str) else ""
