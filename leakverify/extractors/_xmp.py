"""XMP packets (ISO 16684-1): what a document says about its own making.

Used for PDF and for images.  RDF allows several spellings of the same property
(attribute, element, ``rdf:li`` in an array, nested description); the walk here
takes all of them and keeps the order of the packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, text, token, when
from leakverify.extractors._xml import XmlError, parse_xml
from leakverify.when import parse_when

if TYPE_CHECKING:
    from lxml.etree import _Element

XMP_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "xmp.create_date": when("xmp:CreateDate, when the resource was first made", repeats=True),
        "xmp.modify_date": when("xmp:ModifyDate, when it was last changed", repeats=True),
        "xmp.metadata_date": when("xmp:MetadataDate, when its metadata were last changed", repeats=True),
        "xmp.creator_tool": text("xmp:CreatorTool, the program it was first made with", repeats=True),
        "xmp.producer": text("pdf:Producer, the program that wrote the PDF", repeats=True),
        "xmp.toolkit": token("x:xmptk, the library that wrote the packet", repeats=True),
        "xmp.document_id": token("xmpMM:DocumentID, names the work", repeats=True),
        "xmp.instance_id": token("xmpMM:InstanceID, names the saved state", repeats=True),
        "xmp.original_document_id": token("xmpMM:OriginalDocumentID, names its first ancestor", repeats=True),
        "xmp.title": text("dc:title, one per language", repeats=True),
        "xmp.creator": text("dc:creator, one per person", repeats=True),
        "xmp.history.action": token("stEvt:action, what was done, oldest first", repeats=True),
        "xmp.history.when": when("stEvt:when, at what time", repeats=True),
        "xmp.history.agent": text("stEvt:softwareAgent, with which program", repeats=True),
        "xmp.derived_from": token("stRef:documentID or instanceID of xmpMM:DerivedFrom", repeats=True),
        "xmp.photoshop.date_created": when("photoshop:DateCreated, of the content shown", repeats=True),
        "xmp.pdfa": token("pdfaid:part and conformance claimed, such as 1B", repeats=True),
    }
)

#: bytes of a packet; the largest genuine ones carry thumbnails and pasted histories
PACKET_LIMIT = 8 * 1024 * 1024
#: observations taken from one packet
_MOST = 5000
#: how deep descriptions may nest
_DEEPEST = 12

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_MM = "{http://ns.adobe.com/xap/1.0/mm/}"
_PDF = "{http://ns.adobe.com/pdf/1.3/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_EVENT = "{http://ns.adobe.com/xap/1.0/sType/ResourceEvent#}"
_REF = "{http://ns.adobe.com/xap/1.0/sType/ResourceRef#}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
#: packets before 2004 wrote ``xapmeta``/``xaptk`` in the same namespace
_META = ("{adobe:ns:meta/}xmpmeta", "{adobe:ns:meta/}xapmeta")
_TOOLKIT = ("{adobe:ns:meta/}xmptk", "{adobe:ns:meta/}xaptk")

_DATES = {
    f"{_XMP}CreateDate": "xmp.create_date",
    f"{_XMP}ModifyDate": "xmp.modify_date",
    f"{_XMP}MetadataDate": "xmp.metadata_date",
    f"{_PHOTOSHOP}DateCreated": "xmp.photoshop.date_created",
    f"{_EVENT}when": "xmp.history.when",
}
_STRINGS = {
    f"{_XMP}CreatorTool": "xmp.creator_tool",
    f"{_PDF}Producer": "xmp.producer",
    f"{_MM}DocumentID": "xmp.document_id",
    f"{_MM}InstanceID": "xmp.instance_id",
    f"{_MM}OriginalDocumentID": "xmp.original_document_id",
    f"{_DC}title": "xmp.title",
    f"{_DC}creator": "xmp.creator",
    f"{_EVENT}action": "xmp.history.action",
    f"{_EVENT}softwareAgent": "xmp.history.agent",
}
#: structures that are entered; all others (thumbnails, ingredients) are not the document's own
_HISTORY, _DERIVED = f"{_MM}History", f"{_MM}DerivedFrom"

_DATE = re.compile(
    r"(?:D:)?(\d{4})(?:[-:/.](\d\d?)(?:[-:/.](\d\d?)"
    r"(?:[T ]\s?(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?)?)?)?"
    r"\s?(Z|z|UTC|GMT|[+-]\d\d?:\d\d|[+-]\d{4}|[+-]\d\d)?\Z"
)


def xmp_observations(packet: bytes, where: Location) -> Iterator[Observation | Fault]:
    """What one packet states, in packet order.

    ``where`` is kept and becomes part ``XMP`` when it names none; ``line`` is the
    line within the packet, by which the fields of one history entry belong
    together.  Damage is mended as far as possible and told as a fault.
    """
    if not where.part:
        where = msgspec.structs.replace(where, part="XMP")
    if not packet.strip(b"\x00 \t\r\n"):
        yield Fault("malformed", "empty XMP packet", where)
        return
    try:
        root, complaint = parse_xml(_core(packet), recover=True, limit=PACKET_LIMIT)
    except XmlError as refused:
        yield Fault(refused.code, f"XMP: {refused.detail}", where)
        return
    if complaint:
        yield Fault("malformed", f"XMP: {complaint}", where)
    left = _MOST
    for found in _walk(root, where):
        if not left:
            yield Fault("limit-answer", f"more than {_MOST} properties in one XMP packet", where)
            return
        left -= 1
        yield found


def _core(packet: bytes) -> bytes:
    """The packet without what programs leave round it (padding, stray bytes)."""
    start = packet.find(b"<")
    if start > 0 and packet[:start].strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        packet = packet[start:]
    return packet.strip(b" \t\r\n").rstrip(b"\x00") if b"<\x00" not in packet[:8] else packet


def _walk(root: _Element, where: Location) -> Iterator[Observation | Fault]:
    if root.tag in _META:
        for name in _TOOLKIT:
            if stated := root.get(name):
                yield _text("xmp.toolkit", stated, root, where)
    for description in root.iter(f"{_RDF}Description"):
        parent = description.getparent()
        if parent is None or parent.tag == f"{_RDF}RDF":
            yield from _description(description, where)


def _description(description: _Element, where: Location) -> Iterator[Observation | Fault]:
    """Properties of the resource itself, as attributes first and then as elements."""
    pdfa: dict[str, str] = {}
    for name, value in _properties(description):
        if isinstance(value, str):
            if name.startswith(_PDFA):
                pdfa.setdefault(name.removeprefix(_PDFA), value.strip())
            else:
                yield from _simple(name, value, description, where)
        elif name in _DATES or name in _STRINGS:
            for item, at in _items(value, 0):
                yield from _simple(name, item, at, where)
        elif name.startswith(_PDFA):
            pdfa.setdefault(name.removeprefix(_PDFA), "".join(item for item, _ in _items(value, 0)).strip())
        elif name == _HISTORY:
            for entry in value.iter(f"{_RDF}li"):
                yield from _fields(entry, _EVENT, where)
        elif name == _DERIVED:
            yield from _fields(value, _REF, where)
    if pdfa.get("part"):
        claimed = pdfa["part"] + pdfa.get("conformance", "")
        yield _text("xmp.pdfa", claimed, description, where)


def _properties(element: _Element) -> Iterator[tuple[str, str | _Element]]:
    for name, stated in element.attrib.items():
        yield str(name), str(stated)
    for child in element:
        if isinstance(child.tag, str):
            yield child.tag, child


def _fields(structure: _Element, namespace: str, where: Location) -> Iterator[Observation | Fault]:
    """Fields of a structure, in whichever of its three spellings they come."""
    holders = [structure, *structure.iterchildren(f"{_RDF}Description")]
    for holder in holders:
        for name, value in _properties(holder):
            if not name.startswith(namespace):
                continue
            if isinstance(value, str):
                yield from _simple(name, value, holder, where)
            else:
                for item, at in _items(value, 0):
                    yield from _simple(name, item, at, where)


def _items(element: _Element, depth: int) -> Iterator[tuple[str, _Element]]:
    """Text of a property: its own, a resource it points to, or each item of its array."""
    if depth > _DEEPEST:
        return
    inner = [child for child in element if isinstance(child.tag, str)]
    if not inner:
        stated = element.text or element.get(f"{_RDF}resource") or ""
        if stated.strip():
            yield stated, element
        return
    for child in inner:
        if child.tag.startswith(_RDF):
            yield from _items(child, depth + 1)


def _simple(name: str, stated: str, at: _Element, where: Location) -> Iterator[Observation | Fault]:
    if not stated.strip():
        return
    if name in _DATES:
        read = canonical_xmp_date(stated)
        here = _at(at, where)
        if read is None:
            yield Fault("malformed", f"XMP: {name.rpartition('}')[2]} is no date: {clip(stated, 100)}", here)
        else:
            yield Observation(name=_DATES[name], value=read, where=here, raw=clip(stated, 100))
    elif name in _STRINGS:
        yield _text(_STRINGS[name], stated, at, where)
    elif name in (f"{_REF}documentID", f"{_REF}instanceID"):
        yield _text("xmp.derived_from", stated, at, where)


def _text(name: str, stated: str, at: _Element, where: Location) -> Observation:
    return Observation(name=name, value=clip(stated.strip()), where=_at(at, where))


def _at(element: _Element, where: Location) -> Location:
    line = element.sourceline
    return where if line is None else msgspec.structs.replace(where, line=line)


def canonical_xmp_date(stated: str) -> str | None:
    """An XMP date (ISO 8601 profile, part 1 clause 8.2.1.1) in the form of :mod:`leakverify.when`.

    Takes what programs really write: blanks for ``T``, colons or slashes in
    the day, ``+0200``.  ``None`` when it is not a possible date.

    >>> canonical_xmp_date("2017-05-05T20:47:00.123+02:00")
    '2017-05-05T20:47:00+02:00'
    >>> canonical_xmp_date("2017-13-05") is None
    True
    """
    found = _DATE.match(stated.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    written = year
    if month:
        written += f"-{int(month):02d}"
    if day:
        written += f"-{int(day):02d}"
    if hour:
        written += f"T{int(hour):02d}:{minute}"
    if second:
        written += f":{second}"
    if zone and hour:
        written += _zone(zone)
    read = parse_when(written)
    if read is None or (read.offset is not None and abs(read.offset.total_seconds()) > 14 * 3600):
        return None
    return written


def _zone(zone: str) -> str:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return "Z"
    hours, _, minutes = zone[1:].partition(":")
    minutes = minutes or hours[2:] or "00"
    return f"{zone[0]}{int(hours[:2]):02d}:{minutes}"
