"""Features of the format that a document uses, and dates that lie inside it beside those of the whole.

Each feature came with a version of PDF, so with a year; which one is a matter
for checks (:mod:`leakverify.checks.pdf_version_features`).  Told once each, where
first seen.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, clip
from leakverify.extractors.pdf.dates import canonical_pdf_date
from leakverify.extractors.pdf.facts import file_specifications
from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.pages import Page, name, stated
from leakverify.extractors.pdf.state import Reading

#: pages whose resources and annotations are looked through
_PAGES = 300
#: named objects looked at in all
_OBJECTS = 6_000
#: dates told of one kind
_DATES = 500

#: entries of the catalog that a version brought
_CATALOG = {
    "/OCProperties": "optional content",
    "/MarkInfo": "marked content",
    "/OutputIntents": "output intents",
    "/Collection": "portfolio",
    "/DSS": "security store",
    "/DPartRoot": "document parts",
    "/AF": "associated files",
    "/Metadata": "metadata stream",
    "/StructTreeRoot": "structure tree",
    "/Requirements": "requirements",
    "/Legal": "legal attestation",
    "/Perms": "permissions",
}
_PAGE = {"/UserUnit": "user unit", "/DPart": "document parts", "/AF": "associated files"}
_ANNOTATIONS = {
    "/3D": "3D",
    "/RichMedia": "rich media",
    "/Watermark": "watermark annotation",
    "/Redact": "redaction annotation",
    "/Projection": "projection annotation",
    "/Screen": "screen annotation",
    "/Polygon": "polygon annotation",
    "/PolyLine": "polygon annotation",
    "/Caret": "caret annotation",
}
_FILTERS = {"/JPXDecode": "JPEG 2000", "/JBIG2Decode": "JBIG2", "/Crypt": "crypt filter"}


def facts(reading: Reading) -> Iterator[Event]:
    reading.latest()
    found: dict[str, Location] = {}
    _structure(reading, found)
    _catalog(reading, found)
    _contents(reading, found)
    for feature, where in found.items():
        yield Observation(name="pdf.feature", value=feature, where=where)
    version = name(reading.store.get(reading.catalog, "/Version"))
    if version:
        yield Observation(name="pdf.catalog.version", value=clip(version, 20), where=Location(part="catalog"))
    yield from _inner_dates(reading)


def _structure(reading: Reading, found: dict[str, Location]) -> None:
    store, view = reading.store, reading.store.view
    if view is None:
        return
    for revision in reading.chain.revisions:
        if revision.kind in ("stream", "hybrid"):
            found.setdefault(
                "cross-reference stream", Location(revision=revision.number, offset=revision.startxref)
            )
    packed = {entry[1] for number in view.numbers() if (entry := view.entry(number)) and entry[0] == 2}
    if packed:
        found["object stream"] = Location(part=f"obj {min(packed)} 0")
    encrypt = store.get(view.trailer, "/Encrypt")
    if isinstance(encrypt, dict):
        where = Location(part="Encrypt")
        version, revision_number = store.get(encrypt, "/V"), store.get(encrypt, "/R")
        if version in (4, 5):
            found["crypt filter"] = where
        methods = (
            [store.get(one, "/CFM") for one in list(store.dictionary(encrypt, "/CF").values())[:10]]
            if isinstance(encrypt, dict)
            else []
        )
        if version == 4 and "/AESV2" in methods:
            found["AES-128"] = where
        if version == 5 and revision_number in (5, 6):
            found[f"AES-256 revision {int(revision_number)}"] = where


def _catalog(reading: Reading, found: dict[str, Location]) -> None:
    store, catalog = reading.store, reading.catalog
    where = Location(part="catalog")
    for key, feature in _CATALOG.items():
        if store.get(catalog, key) is not None:
            found.setdefault(feature, where)
    if "/Namespaces" in store.dictionary(catalog, "/StructTreeRoot"):
        found.setdefault("structure namespaces", Location(part="StructTreeRoot"))
    if store.get(store.dictionary(catalog, "/AcroForm"), "/XFA") is not None:
        found.setdefault("XFA form", Location(part="AcroForm"))


def _contents(reading: Reading, found: dict[str, Location]) -> None:
    store, left = reading.store, _OBJECTS
    seen: set[int] = set()
    for page in reading.pages[:_PAGES]:
        where = Location(page=page.index)
        for key, feature in _PAGE.items():
            if key in page.entry:
                found.setdefault(feature, where)
        if dict.get(store.dictionary(page.entry, "/Group"), "/S") == "/Transparency":
            found.setdefault("transparency", where)
        for reference in store.array(page.entry, "/Annots")[:200]:
            left -= 1
            subtype = store.get(store.resolve(reference), "/Subtype")
            if isinstance(subtype, str) and subtype in _ANNOTATIONS:
                found.setdefault(_ANNOTATIONS[subtype], where)
        stack: list[tuple[Any, int]] = [(page.resources, 0)]
        while stack and left > 0:
            reference, depth = stack.pop()
            number = number_of(reference)
            if number is not None:
                if number in seen:
                    continue
                seen.add(number)
            left -= 1
            resources = store.resolve(reference)
            left -= _graphics(store, resources, where, found, seen)
            for one in list(store.dictionary(resources, "/XObject").values())[:500]:
                number = number_of(one)
                if number is not None and number in seen:
                    continue
                left -= 1
                drawn = store.resolve(one)
                if number is not None:
                    seen.add(number)
                if not isinstance(drawn, dict):
                    continue
                if dict.get(drawn, "/Subtype") == "/Form":
                    if depth < 4 and "/Resources" in drawn:
                        stack.append((dict.get(drawn, "/Resources"), depth + 1))
                else:
                    _image(store, drawn, Location(part=_part(number), page=page.index), found)
            for one in list(store.dictionary(resources, "/Font").values())[:200]:
                number = number_of(one)
                if number is not None and number in seen:
                    continue
                if number is not None:
                    seen.add(number)
                left -= 1
                _font(store, store.resolve(one), Location(part=_part(number), page=page.index), found)
        if left <= 0:
            return


def _part(number: int | None) -> str:
    return "" if number is None else f"obj {number} 0"


def _graphics(
    store: Store, resources: Any, where: Location, found: dict[str, Location], seen: set[int]
) -> int:
    """Transparency in graphics states; returns how many were looked at."""
    states = list(store.dictionary(resources, "/ExtGState").values())[:200]
    for one in states:
        number = number_of(one)
        if number is not None and number in seen:
            continue
        if number is not None:
            seen.add(number)
        state = store.resolve(one)
        if not isinstance(state, dict) or "transparency" in found:
            continue
        alphas = [store.get(state, key) for key in ("/ca", "/CA")]
        mode = store.get(state, "/BM")
        opaque = all(alpha is None or alpha == 1 for alpha in alphas)
        masked = isinstance(store.get(state, "/SMask"), dict)
        if not opaque or masked or (isinstance(mode, str) and mode not in ("/Normal", "/Compatible")):
            found["transparency"] = where
    return len(states)


def _image(store: Store, drawn: dict[Any, Any], where: Location, found: dict[str, Location]) -> None:
    if isinstance(store.get(drawn, "/SMask"), dict):
        found.setdefault("transparency", where)
    if store.get(drawn, "/BitsPerComponent") == 16:
        found.setdefault("16-bit picture", where)
    coded = store.get(drawn, "/Filter")
    for one in (coded if isinstance(coded, list) else [coded])[:4]:
        kind = store.resolve(one)
        if isinstance(kind, str) and kind in _FILTERS:
            found.setdefault(_FILTERS[kind], where)


def _font(store: Store, font: Any, where: Location, found: dict[str, Location]) -> None:
    below = store.array(font, "/DescendantFonts")
    holder = store.resolve(below[0]) if below else font
    program = store.dictionary(store.dictionary(holder, "/FontDescriptor"), "/FontFile3")
    if dict.get(program, "/Subtype") == "/OpenType":
        found.setdefault("OpenType font program", where)


# dates


def _inner_dates(reading: Reading) -> Iterator[Event]:
    """When pages, private data of programs and attachments say they were changed; each date once a kind."""
    store = reading.store
    told: set[tuple[str, str]] = set()
    holders: list[tuple[Any, Location]] = [(reading.catalog, Location(part="catalog"))]
    holders += [(page.entry, Location(page=page.index)) for page in reading.pages]
    for holder, where in holders:
        for key, value in _stated(store, holder):
            read = canonical_pdf_date(value)
            if read is not None and (key, read) not in told and len(told) < _DATES:
                told.add((key, read))
                yield Observation(name=key, value=read, where=where, raw=clip(value, 200))
    yield from _attached(store, reading.catalog, reading.pages)


def _stated(store: Store, holder: Any) -> Iterator[tuple[str, str]]:
    direct = stated(store.get(holder, "/LastModified"))
    if direct and "/Type" in holder and dict.get(holder, "/Type") != "/Catalog":
        yield "pdf.page.last_modified", direct
    private = store.get(holder, "/PieceInfo")
    for one in list(private.values())[:20] if isinstance(private, dict) else ():
        inner = stated(store.get(store.resolve(one), "/LastModified"))
        if inner:
            yield "pdf.piece.last_modified", inner


def _attached(store: Store, catalog: dict[Any, Any], pages: list[Page]) -> Iterator[Event]:
    for reference in itertools.islice(file_specifications(store, catalog, pages), _DATES):
        files = store.dictionary(store.resolve(reference), "/EF")
        target = next((dict.get(files, key) for key in ("/UF", "/F") if key in files), None)
        parameters = store.dictionary(store.resolve(target), "/Params")
        where = Location(part=_part(number_of(target)) or "EmbeddedFile")
        for key, observed in (("/CreationDate", "created"), ("/ModDate", "modified")):
            literal = stated(store.get(parameters, key))
            read = canonical_pdf_date(literal) if literal else None
            if literal and read is not None:
                yield Observation(
                    name=f"pdf.attachment.{observed}", value=read, where=where, raw=clip(literal, 200)
                )
