"""Objects that nothing leads to any more, and what they said.

Programs that write a file anew often carry along what nothing refers to any
longer: the page content that an editor replaced, an Info dictionary, an XMP
packet, a page that was taken out.  Others write over a cross-reference entry
and leave the bytes.  What an earlier save refers to is not meant here: that is
history, and read as such.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault, clip
from leakverify.extractors._xmp import canonical_xmp_date
from leakverify.extractors.pdf.objects import references
from leakverify.extractors.pdf.pages import name, stated
from leakverify.extractors.pdf.state import Reading

#: objects followed from the document's root, and objects looked at that were not met
_GRAPH, _LOOKED = 30_000, 3_000
#: saves that are asked what they led to
_SAVES = 20
#: leftovers told one by one
_TOLD = 100
#: page contents and pages whose text is read again
CONTENTS = 24
#: bytes of a stream that are decoded to see whether it draws text
_CONTENT = 2 * 1024 * 1024

#: references that do not lead to what a document shows or states
_ASIDE = frozenset(("/StructTreeRoot", "/StructParent", "/StructParents"))
_SHOWS = re.compile(rb"[)>\]][\x00\t\n\f\r ]{0,8}(?:Tj|TJ|'|\")")
_MODIFIED = re.compile(rb"ModifyDate(?:>|=[\"'])([0-9][0-9T:+.Z-]{9,40})")
_NOT_DRAWN = frozenset(("/FunctionType", "/PatternType", "/Length1"))
_INFO = ("/Producer", "/Creator", "/Author", "/Title", "/CreationDate", "/ModDate")


@dataclass(slots=True)
class Leftover:
    """An object nothing leads to. ``offset`` is where its bytes are, ``None`` inside an object stream."""

    number: int
    offset: int | None
    kind: str
    value: Any

    @property
    def where(self) -> Location:
        return Location(part=f"obj {self.number} 0", offset=self.offset)


def facts(reading: Reading) -> Iterator[Event]:
    """Leftovers by kind; those that could hold an earlier text are kept for ``leftovers_read``."""
    if reading.chain.rebuilt or reading.chain.displaced or reading.store.sealed:
        return
    reading.latest()
    met, complete = _met(reading, reading.chain.revisions[-1].trailer)
    found: list[Leftover] = []
    if complete:
        found += _unmet(reading, met)
    else:
        yield Fault("limit-pages", "more objects than are followed: unused ones were not looked for")
    found += _stray(reading)
    yield Observation(name="pdf.leftover.count", value=len(found))
    told = 0
    for leftover in found:
        if leftover.kind and told < _TOLD:
            told += 1
            yield Observation(name="pdf.leftover.kind", value=leftover.kind, where=leftover.where)
            yield from _stated(reading, leftover)
    drawing = [item for item in found if item.kind in ("content", "page")]
    reading.kept["leftovers"] = _never_led_to(reading, drawing)[-CONTENTS:] if drawing else []


def _never_led_to(reading: Reading, found: list[Leftover]) -> list[Leftover]:
    """Those that no earlier save led to either; the others are history, and told as such."""
    chain = reading.chain
    for number in range(len(chain.revisions) - 1, 0, -1):
        if len(chain.revisions) - number > _SAVES:
            return []
        view = reading.store.view = chain.view(number)
        met, complete = _met(reading, chain.revisions[number - 1].trailer)
        if not complete:
            found = []
        found = [
            item
            for item in found
            if item.number not in met or (view.entry(item.number) or (0, 0))[:2] != (1, item.offset)
        ]
        if not found:
            break
    reading.latest()
    return found


def _met(reading: Reading, trailer: Any) -> tuple[set[int], bool]:
    """Object numbers that can be reached from a trailer, and whether all were followed."""
    store = reading.store
    stack = list(references(trailer))
    seen = set(stack)
    while stack and len(seen) <= _GRAPH:
        for used in references(store.object(stack.pop()), _ASIDE):
            if used not in seen:
                seen.add(used)
                stack.append(used)
    return seen, not stack


def _unmet(reading: Reading, met: set[int]) -> Iterator[Leftover]:
    """Objects the cross-reference knows and nothing leads to."""
    view = reading.chain.view(len(reading.chain.revisions))
    own = frozenset().union(*(revision.own for revision in reading.chain.revisions))
    left = _LOOKED
    containers = {entry[1] for entry in map(view.entry, met) if entry is not None and entry[0] == 2}
    for number in sorted(view.numbers() - met - own - containers):
        entry = view.entry(number)
        if entry is None or not entry[0] or left <= 0:
            continue
        left -= 1
        value = reading.store.at(number, entry)
        if isinstance(value, dict) and dict.get(value, "/Type") in ("/ObjStm", "/XRef"):
            continue
        if isinstance(value, dict) and "/Linearized" in value:
            continue
        yield Leftover(number, entry[1] if entry[0] == 1 else None, _kind(reading, value), value)


def _stray(reading: Reading) -> Iterator[Leftover]:
    """Objects in the bytes that no save's cross-reference points to."""
    store = reading.store
    known: set[int] = set()
    for revision in reading.chain.revisions:
        known.update(place for sort, place, _ in revision.entries.values() if sort == 1)
        known.add(revision.startxref)
    places = sorted(known)
    left = _LOOKED
    end = 0
    strays = sorted(
        (place, number) for number, found in store.places().items() for place in found if place not in known
    )
    for place, number in strays:
        if place < end or place >= reading.end:
            continue
        at = bisect.bisect_right(places, place) - 1
        if at >= 0:
            before = store.parse(places[at])
            if before is None or before[3] > place or place < reading.head:
                continue
        if left <= 0:
            return
        left -= 1
        parsed = store.parse(place)
        if parsed is None or parsed[2] is None:
            continue
        end = parsed[3]
        value = parsed[2]
        if isinstance(value, dict) and dict.get(value, "/Type") in ("/ObjStm", "/XRef"):
            continue
        yield Leftover(number, place, _kind(reading, value), value)


def _kind(reading: Reading, value: Any) -> str:
    """What an object is, when it is something a reader could learn from; else ``""``."""
    if not isinstance(value, dict):
        return ""
    sort, subtype = dict.get(value, "/Type"), dict.get(value, "/Subtype")
    if hasattr(value, "_data"):
        if sort == "/Metadata":
            return "xmp"
        if subtype in ("/Image", "/Form"):
            return str(subtype)[1:].lower()
        if sort is None and subtype is None and not _NOT_DRAWN & value.keys():
            raw = reading.store.decode(value, _CONTENT)
            return "content" if raw is not None and b"BT" in raw and _SHOWS.search(raw) else ""
        return ""
    if sort == "/Page":
        return "page"
    if sort == "/Font":
        return "font"
    if sort is None and sum(key in value for key in _INFO) >= 2:
        return "info"
    return ""


def _stated(reading: Reading, leftover: Leftover) -> Iterator[Event]:
    """What metadata left over say, where the document as it stands says otherwise."""
    store = reading.store
    if leftover.kind == "info":
        current = store.dictionary(reading.chain.revisions[-1].trailer, "/Info")
        for key in _INFO:
            said = stated(store.get(leftover.value, key))
            if said and said != stated(store.get(current, key)):
                value = clip(f"{name(key)}: {said}", 300)
                yield Observation(name="pdf.leftover.info", value=value, where=leftover.where)
    elif leftover.kind == "xmp":
        raw = store.decode(leftover.value, _CONTENT)
        found = _MODIFIED.search(raw) if raw else None
        read = canonical_xmp_date(found[1].decode("ascii", "replace")) if found else None
        if found and read:
            literal = clip(found[1].decode("ascii", "replace"), 60)
            yield Observation(name="pdf.leftover.xmp_date", value=read, where=leftover.where, raw=literal)
