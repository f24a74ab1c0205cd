"""The hand that drew the pages: openings, operators, resource names, fonts, maps and pictures.

A few kilobytes of every page are unpacked, never the whole: a habit shows at
once.  Objects are told by the *set* of their keys, sorted, since programs that
only write the file anew change the order and keep the set.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, clip
from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.pages import Page, name
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.style_content import Habits, name_shape, read_habits

#: pages whose drawing is looked at, and bytes of each: the same for all, so that pages can be compared
_PAGES = 200
_BYTES = 2 * 1024
#: pages whose forms and later content streams are looked at
_CLOSELY = 3
#: content streams of one page
_PARTS = 20
#: of these, the ones whose beginning is told by itself
_LATER = 5
#: a stream that cannot be unpacked piecewise is unpacked whole up to this
_WHOLE = 1024 * 1024
#: fonts, pictures and forms looked at
_FONTS = 24
_IMAGES = 12
_FORMS = 4
#: pages whose fonts and pictures are looked at
_LOOKED = 8
#: names of a kind of resource that are told apart
_SHAPES = 4
#: names of a kind that are read
_NAMES = 40
#: characters of a ToUnicode map that show its layout
_MAP = 170

_COUNTER = re.compile(r"([A-Z])A{5}\+|A{5}[A-Z]\+|A{4}[A-Z][A-Z]\+")
_SHIFTING = re.compile(r"(?:ABCDEE|BCDEEE|BCDFEE|BCDGEE|BCDHEE|BCD[A-Z]EE|B[A-Z]{2}[A-Z]EE)\+")
_TAG = re.compile(r"[A-Z]{6}\+")
_ZERO = re.compile(r"/[A-Za-z][A-Za-z0-9_-]{0,12}(?<![0-9])0")
_RESOURCES = ("ExtGState", "ColorSpace", "Pattern", "Shading", "XObject", "Font", "Properties")


def page_facts(reading: Reading) -> Iterator[Event]:
    """Facts per page where they change, and once per shape for fonts, maps and pictures."""
    store = reading.store
    seen = _Seen()
    before: dict[str, str] = {}
    for page in reading.pages[:_PAGES]:
        where = Location(page=page.index)
        resources = store.resolve(page.resources)
        drawn = _drawn(store, page, _BYTES)
        habits = read_habits(drawn)
        told = {
            "pdf.style.page.opening": habits.opening,
            "pdf.style.page.operators": habits.token(),
            "pdf.style.page.resources": _resource_shape(store, resources),
            "pdf.style.page.coding": _coding(store, page),
        }
        for observed, value in told.items():
            if before.get(observed) != value:
                before[observed] = value
                yield Observation(name=observed, value=clip(value, 400), where=where)
        if page.index <= _LOOKED:
            yield from _weight(habits, where, page.index)
            yield from _objects(store, page, resources, seen)
        if page.index <= _CLOSELY:
            yield from _parts_after(store, page, where, seen)
            yield from _forms(store, resources, where, seen)


class _Seen:
    """What was looked at already, by object number and by shape."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.shapes: set[str] = set()
        self.fonts = _FONTS
        self.images = _IMAGES
        self.forms = _FORMS

    def new(self, number: int | None) -> bool:
        if number is None:
            return True
        if number in self.numbers:
            return False
        self.numbers.add(number)
        return True

    def once(self, observed: str, value: str, where: Location) -> Iterator[Observation]:
        if value and f"{observed} {value}" not in self.shapes:
            self.shapes.add(f"{observed} {value}")
            yield Observation(name=observed, value=clip(value, 400), where=where)


def _weight(habits: Habits, where: Location, index: int) -> Iterator[Observation]:
    """How much there was to judge by: an empty page shows no habit."""
    if index <= _CLOSELY:
        yield Observation(name="pdf.style.page.operator_count", value=habits.operators, where=where)
        yield Observation(name="pdf.style.page.shown_count", value=habits.shown, where=where)


# what is drawn


def _drawn(store: Store, page: Page, most: int) -> bytes:
    """The first bytes of what a page draws."""
    content = store.get(page.entry, "/Contents")
    parts = content[:_PARTS] if isinstance(content, list) else [content]
    found: list[bytes] = []
    left = most
    for part in parts:
        if left <= 0:
            break
        piece = beginning(store, store.resolve(part), left)
        left -= len(piece) + 1
        found.append(piece)
    return b"\n".join(found)[:most]


def _parts_after(store: Store, page: Page, where: Location, seen: _Seen) -> Iterator[Observation]:
    """Openings of further content streams: a stamp set before a page leaves the page's own as a later one."""
    content = store.get(page.entry, "/Contents")
    for part in content[1:_LATER] if isinstance(content, list) else ():
        habits = read_habits(beginning(store, store.resolve(part), 1024))
        yield from seen.once("pdf.style.page.part_opening", habits.opening, where)


def _coding(store: Store, page: Page) -> str:
    """Filters of the first content stream; of Flate also the bytes that name window and level.

    Programs that write a file anew leave a compressed stream as it is unless they are asked to pack better.
    """
    content = store.get(page.entry, "/Contents")
    first = store.resolve(content[0]) if isinstance(content, list) and content else content
    raw = getattr(first, "_data", None)
    if not isinstance(raw, bytes | bytearray) or not isinstance(first, dict):
        return ""
    coding = store.get(first, "/Filter")
    listed = coding[:4] if isinstance(coding, list) else [coding]
    names = [name(store.resolve(item)) for item in listed if item is not None]
    if names[:1] == ["FlateDecode"] and store.crypt is None and len(raw) > 1:
        names.append(bytes(raw[:2]).hex())
    return " ".join(names) or "none"


def beginning(store: Store, stream: Any, most: int) -> bytes:
    """The first bytes of a stream, without unpacking the rest where the filter allows it."""
    raw = getattr(stream, "_data", None)
    if not isinstance(raw, bytes | bytearray) or not isinstance(stream, dict):
        return b""
    coding = store.get(stream, "/Filter")
    if isinstance(coding, list) and len(coding) == 1:
        coding = store.resolve(coding[0])
    plain = store.crypt is None and not store.sealed
    if plain and coding is None:
        return bytes(raw[:most])
    if plain and coding in ("/FlateDecode", "/Fl") and "/DecodeParms" not in stream and "/DP" not in stream:
        return inflated(raw, most)
    if len(raw) > _WHOLE:
        return b""
    return (store.decode(stream, _WHOLE * 4) or b"")[:most]


def inflated(raw: bytes | bytearray, most: int) -> bytes:
    """At most ``most`` bytes out of a zlib stream; empty when it is none."""
    opener = zlib.decompressobj()
    try:
        return opener.decompress(bytes(raw[: 2 * most]), most)
    except zlib.error:
        return b""


# resources


def _resource_shape(store: Store, resources: Any) -> str:
    """Kinds of resources and how their names are made, e.g. ``Font=F# XObject=Im# ProcSet=PDF,Text zero=Im``.

    ``zero`` lists the names that are counted from 0 on; most programs count from 1, or go by object numbers.
    """
    if not isinstance(resources, dict):
        return ""
    said = []
    zero: set[str] = set()
    for kind in _RESOURCES:
        inner = store.get(resources, f"/{kind}")
        if not isinstance(inner, dict) or not inner:
            continue
        names = [str(key) for key in list(inner)[:_NAMES]]
        shapes = {name_shape(key.encode("latin-1", "replace"))[1:] for key in names}
        zero |= {name_shape(key[:-1].encode("latin-1"))[1:] for key in names if _ZERO.fullmatch(key)}
        said.append(f"{kind}={','.join(sorted(shapes)[:_SHAPES])}")
    if "/ProcSet" in resources:
        listed = [name(store.resolve(item)) for item in store.array(resources, "/ProcSet")[:8]]
        said.append(f"ProcSet={','.join(sorted(listed))}")
    if zero:
        said.append(f"zero={','.join(sorted(zero)[:_SHAPES])}")
    return clip(" ".join(said), 300)


def _objects(store: Store, page: Page, resources: Any, seen: _Seen) -> Iterator[Observation]:
    where = Location(page=page.index)
    for reference in list(store.dictionary(resources, "/Font").values())[: seen.fonts]:
        if not seen.new(number_of(reference)):
            continue
        seen.fonts -= 1
        yield from _font(store, store.resolve(reference), where, seen)
    for reference in list(store.dictionary(resources, "/XObject").values())[: seen.images]:
        number = number_of(reference)
        drawn = store.resolve(reference)
        if not isinstance(drawn, dict) or dict.get(drawn, "/Subtype") != "/Image" or not seen.new(number):
            continue
        seen.images -= 1
        yield from seen.once("pdf.style.page.image", _key_set(drawn, "/Length"), where)


def _font(store: Store, font: Any, where: Location, seen: _Seen) -> Iterator[Observation]:
    if not isinstance(font, dict):
        return
    inner = store.array(font, "/DescendantFonts")
    holder = store.resolve(inner[0]) if inner else font
    descriptor = store.dictionary(holder, "/FontDescriptor")
    kind = name(store.get(font, "/Subtype"))
    parts = [kind, f"tag={_tag(name(store.get(font, '/BaseFont')))}", _key_set(font)]
    if inner and isinstance(holder, dict):
        parts.append(f"{name(store.get(holder, '/Subtype'))}: {_key_set(holder)}")
    if descriptor:
        parts.append(f"FontDescriptor: {_key_set(descriptor)}")
    yield from seen.once("pdf.style.page.font", " | ".join(parts), where)
    unicode_map = store.get(font, "/ToUnicode")
    if hasattr(unicode_map, "_data"):
        text = beginning(store, unicode_map, 2 * _MAP).decode("latin-1")
        yield from seen.once("pdf.style.page.cmap", _map_shape(text), where)


def _map_shape(text: str) -> str:
    """The layout of a map: its words and line ends, without what is its own."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shape = "|".join(re.sub(r"[0-9A-Fa-f]{4,}|\d+", "#", line[:60]) for line in lines[:9])
    return "".join(c if " " <= c <= "~" else "?" for c in shape)[:_MAP]


def _tag(base: str) -> str:
    """How the subset tag of a font is made (ISO 32000-2, 9.9.2): all of these are allowed."""
    if not _TAG.match(base):
        return "none"
    if _COUNTER.match(base):
        return "counter"
    return "shifting" if _SHIFTING.match(base) else "random"


def _key_set(holder: dict[Any, Any], *left_out: str) -> str:
    return " ".join(sorted(clip(name(key), 40) for key in list(holder)[:40] if key not in left_out))


# forms: what a page wraps


def _forms(store: Store, resources: Any, where: Location, seen: _Seen) -> Iterator[Observation]:
    for reference in list(store.dictionary(resources, "/XObject").values())[:40]:
        if seen.forms <= 0:
            return
        drawn = store.resolve(reference)
        if not isinstance(drawn, dict) or dict.get(drawn, "/Subtype") != "/Form":
            continue
        if not seen.new(number_of(reference)):
            continue
        seen.forms -= 1
        habits = read_habits(beginning(store, drawn, _BYTES))
        yield from seen.once("pdf.style.page.form_opening", habits.opening, where)
        yield from seen.once("pdf.style.page.form_operators", habits.token(), where)
