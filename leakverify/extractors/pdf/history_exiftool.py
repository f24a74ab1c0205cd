"""Updates that ExifTool appended: recognised by their frame, and what the metadata said before.

ExifTool never overwrites a PDF.  It appends new metadata between the comments
``%BeginExifToolUpdate`` and ``%EndExifToolUpdate`` (its documentation, "PDF
Tags"), so all that it changed can be read again from the bytes before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, clip
from leakverify.extractors._xmp import xmp_observations
from leakverify.extractors.pdf.chain import Chain
from leakverify.extractors.pdf.dates import canonical_pdf_date
from leakverify.extractors.pdf.objects import Store
from leakverify.extractors.pdf.pages import name, stated

_BEGIN = re.compile(rb"(?:^|[\r\n])(%BeginExifToolUpdate)(?=[\r\n])")
#: updates and changed entries told of one document
_UPDATES, _FIELDS = 20, 60
_XMP = ("xmp.create_date", "xmp.modify_date", "xmp.metadata_date", "xmp.creator_tool", "xmp.producer",
        "xmp.title", "xmp.creator", "xmp.toolkit")  # fmt: skip


def exiftool_events(store: Store, chain: Chain) -> Iterator[Event]:
    """Every update of ExifTool, and for each entry that it changed what was there before and after."""
    told = 0
    for found in _BEGIN.finditer(store.data):
        begin = found.start(1)
        revision = next((r for r in chain.revisions if r.end > begin), None)
        before = chain.revisions[revision.number - 2] if revision and revision.number > 1 else None
        if chain.rebuilt or revision is None or before is None or begin < before.end - 2:
            continue  # inside an attachment, or nothing before it to compare with
        told += 1
        if told > _UPDATES:
            return
        where = Location(revision=revision.number, offset=begin)
        yield Observation(name="pdf.exiftool.update", value=begin, where=where)
        old, new = (_metadata(store, chain, number) for number in (before.number, revision.number))
        for field in sorted({*old, *new}, key=str)[:_FIELDS]:
            if old.get(field, "") != new.get(field, ""):
                yield Observation(name="pdf.exiftool.field", value=field, where=where)
                yield Observation(name="pdf.exiftool.before", value=old.get(field, ""), where=where)
                yield Observation(name="pdf.exiftool.after", value=new.get(field, ""), where=where)


def _metadata(store: Store, chain: Chain, number: int) -> dict[str, str]:
    """Entries of Info and XMP after save ``number``, by name; dates in canonical form when they are any."""
    back, store.view = store.view, chain.view(number)
    try:
        trailer = store.view.trailer
        said: dict[str, str] = {}
        info: dict[Any, Any] = store.dictionary(trailer, "/Info")
        for key in list(info)[:_FIELDS]:
            value = stated(store.get(info, key))
            if value is not None:
                read = canonical_pdf_date(value) if str(key).endswith("Date") else None
                said[clip(f"Info {name(key)}", 100)] = clip(read or value, 500)
        packet = store.decode(store.get(store.dictionary(trailer, "/Root"), "/Metadata"))
        for event in xmp_observations(packet, Location(part="XMP")) if packet else ():
            if isinstance(event, Observation) and event.name in _XMP:
                said.setdefault(f"XMP {event.name[4:]}", clip(str(event.value), 500))
        return said
    finally:
        store.view = back
