"""The hand that wrote the file last: spacing, numbering, cross-reference, trailer, compression."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, clip
from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.state import Reading

#: bytes looked at behind an ``obj``, a ``stream``, an ``xref`` and a ``trailer``
_WINDOW = 64
#: streams whose first bytes are looked at
_STREAMS = 40
#: objects whose place in the file is compared
_ORDERED = 2_000

_FIRST = re.compile(rb"\d{1,10}[\x00\t\n\f\r ]{1,8}\d{1,5}[\x00\t\n\f\r ]{1,8}obj")
_STREAM = re.compile(rb"([\x00\t\n\f\r ]{0,4})stream(\r\n|\n|\r)")
_ENDS = re.compile(rb"([^\x00\t\n\f\r ])([\x00\t\n\f\r ]{0,4})endobj([\x00\t\n\f\r ]{0,4})")
_XREF = re.compile(rb"(?<![A-Za-z])xref[\x00\t\n\f\r ]")
_TRAILER = re.compile(rb"trailer[\x00\t\n\f\r <]")
_EOF = re.compile(rb"%%EOF")
_ID_HEX = re.compile(rb"<[0-9A-F]{16,64}>|<[0-9a-f]{16,64}>")
_STRINGS = ("/Producer", "/Creator", "/Title", "/CreationDate", "/ModDate")
_DATE_DIGITS = re.compile(r"\d")
#: bytes at the end of the file in which what follows the last save is found
_TAIL = 2_048


def container_facts(reading: Reading) -> Iterator[Event]:
    """Facts on the bytes themselves; the last save speaks for the whole."""
    data, store = reading.data, reading.store
    yield from _layout(data, reading.head)
    yield from _cross_reference(data, reading)
    yield from _trailer_shape(data, reading)
    yield from _end(data, reading)
    yield from _identity(store, reading)
    yield from _strings(store, reading)
    yield from _numbers(store, reading)
    yield from _streams(store, reading)


def _fact(thing: str, value: str, where: Location) -> Iterator[Observation]:
    if value:
        yield Observation(name=f"pdf.style.container.{thing}", value=clip(value, 200), where=where)


def shape(raw: bytes) -> str:
    """Bytes of syntax with what is the document's own set aside: numbers ``#``, strings, line ends ``|``."""
    text = raw.decode("latin-1").replace("\r\n", "^").replace("\n", "|").replace("\r", "~")
    text = re.sub(r"<[0-9A-Fa-f]+>?", "<>", text)
    text = re.sub(r"\((?:[^()\\]|\\.)*\)?", "()", text)
    text = re.sub(r"\d+", "#", text)
    return "".join(c if " " <= c <= "~" else "?" for c in text)


def _layout(data: bytes, head: int) -> Iterator[Observation]:
    """How the first objects are set: line ends and spaces round ``obj``, ``stream`` and ``endobj``."""
    first = _FIRST.search(data, head, head + 4_096)
    if first:
        # the first object's keys are its own: what follows the first of them is not kept
        opened = shape(data[first.start() : first.end() + _WINDOW])
        yield from _fact("object", opened[: opened.find("/") + 1 or 16], Location(offset=first.start()))
    stream = _STREAM.search(data, head)
    if stream:
        kinds = {b"\r\n": "crlf", b"\n": "lf", b"\r": "cr"}
        before = shape(stream[1]) or "-"
        yield from _fact("stream", f"{before}stream {kinds[stream[2]]}", Location(offset=stream.start()))
    end = _ENDS.search(data, head)
    if end:
        closed = f"{shape(end[2]) or '-'}endobj{shape(end[3]) or '-'}"
        yield from _fact("endobj", closed, Location(offset=end.start()))


def _cross_reference(data: bytes, reading: Reading) -> Iterator[Observation]:
    last = reading.chain.revisions[-1]
    found = _XREF.match(data, last.startxref + reading.store.base) if last.startxref >= 0 else None
    if found:
        raw = data[found.start() : found.start() + _WINDOW]
        yield from _fact("xref", shape(raw), Location(offset=found.start()))


def _trailer_shape(data: bytes, reading: Reading) -> Iterator[Observation]:
    """Spacing and line ends of the last trailer."""
    last = reading.chain.revisions[-1]
    start = max(last.startxref + reading.store.base, 0)
    found = _TRAILER.search(data, start, max(last.end, start))
    if found:
        raw = data[found.start() : found.start() + 2 * _WINDOW]
        yield from _fact("trailer", shape(raw)[:100], Location(offset=found.start()))


def _end(data: bytes, reading: Reading) -> Iterator[Observation]:
    at = data.rfind(b"%%EOF", max(len(data) - _TAIL, 0))
    if at >= 0:
        tail = data[at + 5 : at + 5 + 8]
        yield Observation(
            name="pdf.style.container.eof", value=tail.hex() or "none", where=Location(offset=at)
        )


def _identity(store: Store, reading: Reading) -> Iterator[Observation]:
    trailer = reading.chain.revisions[-1].trailer
    halves = [getattr(store.resolve(half), "original_bytes", b"") for half in store.array(trailer, "/ID")[:2]]
    if len(halves) != 2:
        said = "absent"
    else:
        said = f"{'equal' if halves[0] == halves[1] else 'different'} {len(halves[0])}"
        case = _ID_HEX.search(reading.data, max(reading.end - _TAIL, 0), reading.end)
        if case:
            said += " upper" if re.search(rb"[A-F]", case[0]) else " lower"
    yield from _fact("id", said, Location(part="trailer"))


def _strings(store: Store, reading: Reading) -> Iterator[Observation]:
    """How the strings of Info are coded, and how its dates are written."""
    trailer = reading.chain.revisions[-1].trailer
    reference = dict.get(trailer, "/Info")
    info = store.resolve(reference)
    if not isinstance(info, dict):
        return
    number = number_of(reference)
    entry = None if number is None or store.view is None else store.view.entry(number)
    where = Location(part="Info", offset=entry[1] if entry is not None and entry[0] == 1 else None)
    raw = b"" if where.offset is None else reading.data[where.offset : where.offset + 2_048]
    kinds = []
    for key in _STRINGS:
        value = store.get(info, key)
        if value is None:
            continue
        kinds.append(f"{key[1:]}:{_coding(value, key, raw)}")
    yield from _fact("strings", " ".join(kinds), where)
    dates = []
    for key in ("/CreationDate", "/ModDate"):
        value = store.get(info, key)
        if isinstance(value, str):
            dates.append(_DATE_DIGITS.sub("9", value[:30]))
    yield from _fact("date", " ".join(dict.fromkeys(dates)), where)


def _coding(value: Any, key: str, raw: bytes) -> str:
    """Literal or hex as written, and wide when in UTF-16."""
    written = re.search(re.escape(key.encode()) + rb"[\x00\t\n\f\r ]{0,4}([(<])", raw)
    how = {b"(": "literal", b"<": "hex"}[written[1]] if written else "packed"
    stated = getattr(value, "original_bytes", b"")
    return f"{how}-wide" if isinstance(stated, bytes) and stated[:2] == b"\xfe\xff" else how


def _numbers(store: Store, reading: Reading) -> Iterator[Observation]:
    """Which numbers root, Info and first page have, and whether numbers rise through the file."""
    trailer = reading.chain.revisions[-1].trailer
    root, info = number_of(dict.get(trailer, "/Root")), number_of(dict.get(trailer, "/Info"))
    page = reading.pages[0].number if reading.pages else None
    said = [f"{word}={at}" for word, at in (("root", root), ("info", info), ("page", page)) if at is not None]
    yield from _fact("numbers", " ".join(said), Location(part="trailer"))
    view = store.view
    if view is None:
        return
    places = []
    for number in sorted(view.numbers())[:_ORDERED]:
        entry = view.entry(number)
        if entry is not None and entry[0] == 1:
            places.append(entry[1])
    rising = sum(one < other for one, other in itertools.pairwise(places))
    if len(places) > 3:
        share = rising / (len(places) - 1)
        order = "rising" if share == 1 else "falling" if share == 0 else "mostly" if share > 0.8 else "mixed"
        yield from _fact("order", order, Location(part="xref"))


def _streams(store: Store, reading: Reading) -> Iterator[Observation]:
    """The first two bytes of compressed streams: they name window and level (RFC 1950, 2.2)."""
    view = store.view
    if view is None:
        return
    heads: dict[str, int] = {}
    for match in _each_stream(reading.data, reading.head):
        head = reading.data[match : match + 2]
        if len(head) == 2 and head[0] & 15 == 8 and (head[0] * 256 + head[1]) % 31 == 0:
            heads[head.hex()] = heads.get(head.hex(), 0) + 1
    ranked = sorted(heads, key=lambda key: (-heads[key], key))
    yield from _fact("zlib", " ".join(ranked[:4]), Location(part="streams"))


def _each_stream(data: bytes, head: int) -> Iterator[int]:
    """Where the first streams begin; one pass that stops early."""
    for number, found in enumerate(_STREAM.finditer(data, head)):
        if number >= _STREAMS:
            return
        yield found.end()
