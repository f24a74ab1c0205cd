"""Pages of a PDF: the tree, the sizes, and the fonts and images they name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault, clip
from leakverify.extractors.pdf.objects import Store, number_of

#: nodes of any tree (pages, names, fields) that are walked
NODES = 100_000
#: pages whose resources are looked through for fonts and images
FONT_PAGES = 300
#: objects looked at for fonts and images
_RESOURCES = 5_000


@dataclass(slots=True, eq=False)
class Page:
    """A leaf of the page tree. ``number`` is its object number, ``None`` when it is written in place."""

    index: int
    number: int | None
    entry: dict[Any, Any]
    resources: Any
    box: tuple[float, float, float, float] | None


def clean(value: object) -> str:
    """Text that can be written as UTF-8: lone surrogates become the replacement character."""
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return clip(text)


def stated(value: Any) -> str | None:
    """A string as text; names and numbers as they are written; ``None`` for anything else."""
    from pypdf.generic import ByteStringObject

    if isinstance(value, ByteStringObject):
        raw = bytes(value)
        wide = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}.get(raw[:2])
        return clean(raw[2:].decode(wide, "replace") if wide else raw.decode("latin-1"))
    if isinstance(value, bool | dict | list) or value is None:
        return None
    if isinstance(value, str | int | float):
        return clean(value)
    return None


def name(value: Any) -> str:
    """A name without its slash, ``""`` for anything else."""
    return clean(value)[1:] if isinstance(value, str) and value.startswith("/") else ""


def keys(holder: dict[Any, Any]) -> str:
    """Keys in the order they are written: a habit of the writing program."""
    return clip(" ".join(name(key) for key in list(holder)[:60]), 1000)


def walk_pages(store: Store, trailer: Any, most: int) -> tuple[list[Page], int, list[Fault]]:
    """(pages in order, number of pages, faults). Cycles and bombs end at :data:`NODES`.

    At most ``most`` pages are listed; the number beyond comes from ``/Count``.
    """
    root = store.dictionary(trailer, "/Root")
    faults: list[Fault] = []
    pages: list[Page] = []
    inner: set[int] = set()
    stack: list[tuple[Any, Any, Any]] = [(dict.get(root, "/Pages"), None, None)]
    nodes = 0
    more = False
    while stack:
        reference, resources, box = stack.pop()
        nodes += 1
        if nodes > NODES:
            faults.append(Fault("limit-pages", f"more than {NODES} nodes in the page tree"))
            break
        node = store.resolve(reference)
        if not isinstance(node, dict):
            if pages or reference is not None:
                faults.append(Fault("malformed", f"a page that is not there: {_shown(reference)}"))
            continue
        number = number_of(reference)
        resources = dict.get(node, "/Resources", resources)
        box = dict.get(node, "/MediaBox", box)
        kids = store.get(node, "/Kids")
        if isinstance(kids, list):
            if number is not None:
                if number in inner:
                    faults.append(Fault("malformed", f"the page tree returns to object {number}"))
                    continue
                inner.add(number)
            room = most + 1 - len(pages)
            stack.extend((kid, resources, box) for kid in reversed(kids[: max(room, 0)]))
            continue
        if len(pages) >= most:
            more = True
            break
        pages.append(Page(len(pages) + 1, number, node, resources, _box(store, box)))
    total = len(pages)
    if more:
        claimed = store.get(store.dictionary(root, "/Pages"), "/Count")
        total = max(total, int(claimed)) if isinstance(claimed, int) and 0 <= claimed < 2**31 else total
        faults.append(Fault("limit-pages", f"more than {most} pages"))
    return pages, total, faults[:20]


def _shown(reference: Any) -> str:
    number = number_of(reference)
    return "null" if number is None else f"object {number}"


def _box(store: Store, value: Any) -> tuple[float, float, float, float] | None:
    stated_box = store.resolve(value)
    if not isinstance(stated_box, list) or len(stated_box) < 4:
        return None
    edges = [store.resolve(edge) for edge in stated_box[:4]]
    if not all(isinstance(edge, int | float) for edge in edges):
        return None
    left, bottom, right, top = (float(edge) for edge in edges)
    if not all(math.isfinite(edge) and abs(edge) < 1e6 for edge in (left, bottom, right, top)):
        return None
    return (min(left, right), min(bottom, top), max(left, right), max(bottom, top))


def page_facts(pages: list[Page]) -> Iterator[Event]:
    if pages:
        yield Observation(name="pdf.page.keys", value=keys(pages[0].entry), where=Location(page=1))
    for page in pages:
        if page.box is not None:
            where = Location(page=page.index)
            left, bottom, right, top = page.box
            yield Observation(name="pdf.page.width", value=round(right - left, 3), where=where)
            yield Observation(name="pdf.page.height", value=round(top - bottom, 3), where=where)


def font_facts(store: Store, pages: list[Page]) -> Iterator[Event]:
    """Fonts and image codings that pages name, each once, at the first page that does."""
    seen: set[int] = set()
    names: set[tuple[str, str]] = set()
    filters: set[str] = set()
    left = _RESOURCES
    for page in pages[:FONT_PAGES]:
        where = Location(page=page.index)
        stack = [page.resources]
        while stack and left > 0:
            reference = stack.pop()
            number = number_of(reference)
            if number is not None:
                if number in seen:
                    continue
                seen.add(number)
            left -= 1
            resources = store.resolve(reference)
            for inner in store.dictionary(resources, "/Font").values():
                number = number_of(inner)
                if number is not None and number in seen:
                    continue
                seen.add(number if number is not None else -1)
                left -= 1
                named, kind = _font(store, inner)
                if named and (named, kind) not in names:
                    names.add((named, kind))
                    here = Location(part="" if number is None else f"obj {number} 0", page=page.index)
                    yield Observation(name="pdf.font.name", value=named, where=here)
                    yield Observation(name="pdf.font.type", value=kind, where=here)
            for inner in store.dictionary(resources, "/XObject").values():
                number = number_of(inner)
                if number is not None and number in seen:
                    continue
                left -= 1
                drawn = store.resolve(inner)
                if dict.get(drawn, "/Subtype") == "/Form" if isinstance(drawn, dict) else False:
                    stack.append(dict.get(drawn, "/Resources"))
                elif isinstance(drawn, dict):
                    coding = store.get(drawn, "/Filter")
                    last = coding[-1] if isinstance(coding, list) and coding else coding
                    coded = name(store.resolve(last)) or "none"
                    if coded not in filters:
                        filters.add(coded)
                        yield Observation(name="pdf.image.filter", value=clip(coded, 100), where=where)
                if number is not None:
                    seen.add(number)
    if left <= 0 or len(pages) > FONT_PAGES:
        yield Fault("limit-pages", "fonts of later pages were not listed")


def _font(store: Store, reference: Any) -> tuple[str, str]:
    """(base font as named, type and whether its program is embedded)."""
    font = store.resolve(reference)
    named = name(store.get(font, "/BaseFont"))
    kind = name(store.get(font, "/Subtype"))
    if kind == "Type3":
        return named or "Type3", "Type3"
    holder = font
    descendants = store.array(font, "/DescendantFonts")
    if descendants:
        holder = store.resolve(descendants[0])
        kind = f"{kind}/{name(store.get(holder, '/Subtype'))}"
    descriptor = store.dictionary(holder, "/FontDescriptor")
    embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return clip(named, 200), clip(f"{kind} {'embedded' if embedded else 'not embedded'}", 100)
