"""What a PDF states about itself: metadata of every revision, pages, fonts, signatures, attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Event, Fault, clip
from leakverify.extractors._xmp import xmp_observations
from leakverify.extractors.pdf.chain import Chain, Revision
from leakverify.extractors.pdf.dates import canonical_pdf_date
from leakverify.extractors.pdf.objects import Store, number_of, same
from leakverify.extractors.pdf.pages import NODES, Page, keys, name, stated

_TEXTS = {
    "/Producer": "pdf.info.producer",
    "/Creator": "pdf.info.creator",
    "/Author": "pdf.info.author",
    "/Title": "pdf.info.title",
    "/Subject": "pdf.info.subject",
    "/Keywords": "pdf.info.keywords",
}
_DATES = {"/CreationDate": "pdf.info.creation_date", "/ModDate": "pdf.info.mod_date"}
#: annotations looked at
_ANNOTATIONS = 5_000
#: attachments handed on
_ATTACHMENTS = 500
#: actions that do something beyond moving about in the document or opening a web page
_ACTIVE_ACTIONS = frozenset(
    "/JavaScript /Launch /SubmitForm /ImportData /ResetForm /GoToR /GoToE /Rendition /Movie /Sound "
    "/RichMediaExecute /Hide /SetOCGState".split()
)
_ACTIVE_ANNOTATIONS = frozenset("/FileAttachment /RichMedia /Screen /3D /Movie /Sound".split())


# metadata, revision by revision


def info_facts(store: Store, chain: Chain) -> Iterator[Event]:
    """The information dictionary of every revision that changed it."""
    before: Any = None
    shown: set[str] = set()
    for revision in chain.revisions:
        store.view = chain.view(revision.number)
        info = store.get(revision.trailer, "/Info")
        if not isinstance(info, dict) or (before is not None and same(info, before)):
            continue
        before = info
        where = _here(store, revision, dict.get(revision.trailer, "/Info"), "Info")
        yield Observation(name="pdf.info.keys", value=keys(info), where=where)
        for key, observed in _DATES.items():
            literal = stated(store.get(info, key))
            if literal is None or not literal.strip():
                continue
            read = canonical_pdf_date(literal)
            if read is None:
                yield Observation(
                    name="pdf.info.date_malformed", value=clip(f"{key} {literal}", 200), where=where
                )
            else:
                yield Observation(name=observed, value=read, where=where, raw=clip(literal, 200))
        for key, observed in _TEXTS.items():
            literal = stated(store.get(info, key))
            if literal is not None:
                shown.add(key)
                yield Observation(name=observed, value=literal, where=where)
            elif key in shown:
                # a later revision took it away: the document as it stands does not state it
                shown.discard(key)
                yield Observation(name=observed, value="", where=where)


def xmp_facts(store: Store, chain: Chain) -> Iterator[Event]:
    """The document's metadata stream of every revision that changed it."""
    before: Any = None
    for revision in chain.revisions:
        store.view = chain.view(revision.number)
        catalog = store.dictionary(revision.trailer, "/Root")
        stream = store.get(catalog, "/Metadata")
        if not hasattr(stream, "_data") or (before is not None and same(stream, before)):
            continue
        before = stream
        where = _here(store, revision, dict.get(catalog, "/Metadata"), "XMP")
        packet = store.decode(stream)
        if packet is None:
            yield Fault("malformed", "the metadata stream cannot be decoded", where)
        else:
            yield from xmp_observations(packet, where)


def identity_facts(store: Store, chain: Chain) -> Iterator[Event]:
    """Both halves of the trailer's ``/ID`` wherever a revision changed them."""
    before: list[str] = []
    for revision in chain.revisions:
        store.view = chain.view(revision.number)
        halves = [_hex(store.resolve(half)) for half in store.array(revision.trailer, "/ID")[:2]]
        if len(halves) == 2 and halves != before:
            before = halves
            where = Location(part="trailer", revision=revision.number, offset=revision.startxref)
            yield Observation(name="pdf.id.first", value=halves[0], where=where)
            yield Observation(name="pdf.id.second", value=halves[1], where=where)


def _hex(value: Any) -> str:
    raw = getattr(value, "original_bytes", b"")
    return raw[:64].hex() if isinstance(raw, bytes) else ""


def _here(store: Store, revision: Revision, reference: Any, part: str) -> Location:
    number = number_of(reference)
    entry = None if number is None or store.view is None else store.view.entry(number)
    offset = entry[1] if entry is not None and entry[0] == 1 else None
    return Location(part=part, revision=revision.number, offset=offset)


# structure of the document as it stands


def structure_facts(store: Store, chain: Chain, head: int) -> Iterator[Event]:
    """Habits of the program that wrote the file; all cheap, none of them an opinion."""
    data = store.data
    line_end = re.compile(rb"\r\n|\n|\r").search(data, head, head + 64)
    if line_end:
        yield Observation(
            name="pdf.line_ending", value={b"\r\n": "crlf", b"\n": "lf", b"\r": "cr"}[line_end[0]]
        )
        comment = re.compile(rb"[\r\n]{0,2}%([\x80-\xff]{2,32})").match(data, line_end.end())
        if comment:
            yield Observation(name="pdf.header.comment", value=comment[1].hex())
    trailer = chain.revisions[-1].trailer
    yield Observation(name="pdf.trailer.keys", value=keys(trailer))
    catalog = store.dictionary(trailer, "/Root")
    if catalog:
        yield Observation(name="pdf.catalog.keys", value=keys(catalog))
    view = chain.view(len(chain.revisions))
    numbers = view.numbers()
    packed = {entry[1] for number in numbers if (entry := view.entry(number)) and entry[0] == 2}
    yield Observation(name="pdf.objects", value=len(numbers))
    yield Observation(name="pdf.object_streams", value=len(packed))
    language = stated(store.get(catalog, "/Lang"))
    if language:
        yield Observation(name="pdf.language", value=clip(language, 100))
    marked = store.get(store.dictionary(catalog, "/MarkInfo"), "/Marked")
    yield Observation(name="pdf.tagged", value=bool(getattr(marked, "value", False)))
    yield Observation(name="pdf.trailing_bytes", value=max(len(data) - chain.revisions[-1].end, 0))


# form fields


def walk_fields(store: Store, form: Any) -> Iterator[tuple[int | None, dict[Any, Any], str]]:
    """(object number, dictionary, field type) of every terminal field, cycle-safe."""
    seen: set[int] = set()
    stack: list[tuple[Any, str]] = [(field, "") for field in reversed(store.array(form, "/Fields"))]
    nodes = 0
    while stack and nodes < NODES:
        reference, kind = stack.pop()
        nodes += 1
        number = number_of(reference)
        if number is not None:
            if number in seen:
                continue
            seen.add(number)
        field = store.resolve(reference)
        if not isinstance(field, dict):
            continue
        own = store.get(field, "/FT")
        kind = str(own) if isinstance(own, str) else kind
        kids = [kid for kid in store.array(field, "/Kids") if number_of(kid) != number]
        if kids and any("/T" in inner for kid in kids[:50] if isinstance(inner := store.resolve(kid), dict)):
            stack.extend((kid, kind) for kid in reversed(kids[:NODES]))
        else:
            yield number, field, kind


# what acts, and what is carried


#: names that do something; written with codes in them they hide from those who search the bytes
_WATCHED = frozenset(
    b"JavaScript JS Launch OpenAction AA EmbeddedFile EmbeddedFiles SubmitForm ImportData GoToR GoToE URI "
    b"RichMedia XFA Encrypt ObjStm".split()
)
_CODED = re.compile(rb"/((?:[A-Za-z0-9]|#[0-9A-Fa-f]{2}){2,60})(?![A-Za-z0-9#])")
_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")


def disguised_facts(data: bytes) -> Iterator[Event]:
    """Watched names spelt with codes (ISO 32000-2, 7.3.5), where the bytes show them; each once."""
    told: set[bytes] = set()
    if b"#" not in data:
        return
    for found in _CODED.finditer(data):
        if b"#" not in found[1]:
            continue
        plain = _CODE.sub(lambda code: bytes((int(code[1], 16),)), found[1])
        if plain in _WATCHED and plain not in told:
            told.add(plain)
            where = Location(offset=found.start(), length=len(found[0]))
            yield Observation(
                name="pdf.name.disguised",
                value=plain.decode("ascii"),
                where=where,
                raw=found[0].decode("ascii"),
            )


def active_facts(store: Store, catalog: dict[Any, Any], pages: list[Page]) -> Iterator[Event]:
    """Things that do something when the file is opened or clicked: a matter of safety only."""
    found: dict[str, Location] = {}
    authors: dict[tuple[str, str], Location] = {}
    faults: list[Fault] = []
    here = Location(part="catalog")
    _actions(store, dict.get(catalog, "/OpenAction"), here, found, "OpenAction")
    if "/AA" in catalog:
        found.setdefault("AdditionalActions", here)
    names = store.dictionary(catalog, "/Names")
    for key in ("/JavaScript", "/EmbeddedFiles"):
        if store.get(names, key) is not None:
            found.setdefault({"/EmbeddedFiles": "EmbeddedFile"}.get(key, key[1:]), here)
    if store.get(store.dictionary(catalog, "/AcroForm"), "/XFA") is not None:
        found.setdefault("XFA", here)
    left = _ANNOTATIONS
    for page in pages:
        where = Location(page=page.index)
        if "/AA" in page.entry:
            found.setdefault("AdditionalActions", where)
        for reference in store.array(page.entry, "/Annots"):
            left -= 1
            if left < 0:
                break
            note = store.resolve(reference)
            if not isinstance(note, dict):
                continue
            subtype = store.get(note, "/Subtype")
            if subtype in _ACTIVE_ANNOTATIONS:
                found.setdefault(name(subtype), where)
            if "/AA" in note:
                found.setdefault("AdditionalActions", where)
            if "/A" in note:
                _actions(store, dict.get(note, "/A"), where, found, "")
            if subtype not in ("/Link", "/Widget", "/Popup"):
                _note(store, note, where, authors, faults)
    for token, where in found.items():
        yield Observation(name="pdf.active", value=token, where=where)
    for (observed, value), where in authors.items():
        raw = None
        if observed == "pdf.annotation.when":
            value, _, raw = value.partition("\x00")
        yield Observation(name=observed, value=value, where=where, raw=raw)
    yield from faults[:20]
    if left < 0:
        yield Fault("limit-pages", f"more than {_ANNOTATIONS} annotations")


def _note(
    store: Store,
    note: dict[Any, Any],
    where: Location,
    authors: dict[tuple[str, str], Location],
    faults: list[Fault],
) -> None:
    """Who wrote a comment and when, each pair once."""
    author = stated(store.get(note, "/T"))
    if author and author.strip():
        authors.setdefault(("pdf.annotation.author", author), where)
    for key in ("/CreationDate", "/M"):
        literal = stated(store.get(note, key))
        if literal and literal.strip():
            read = canonical_pdf_date(literal)
            if read is None:
                faults.append(Fault("malformed", f"annotation {key} is no date: {clip(literal, 100)}", where))
            else:
                authors.setdefault(("pdf.annotation.when", f"{read}\x00{clip(literal, 200)}"), where)


def _actions(store: Store, reference: Any, where: Location, found: dict[str, Location], token: str) -> None:
    """Record an action and those that follow it."""
    seen = 0
    while seen < 20:
        action = store.resolve(reference)
        if not isinstance(action, dict):
            return
        if token:
            found.setdefault(token, where)
        kind = store.get(action, "/S")
        if isinstance(kind, str) and kind in _ACTIVE_ACTIONS:
            found.setdefault(name(kind), where)
        reference = dict.get(action, "/Next")
        if isinstance(reference, list):
            reference = reference[0] if reference else None
        seen += 1


def attachments(store: Store, catalog: dict[Any, Any], pages: list[Page]) -> Iterator[Event]:
    """Embedded files as documents of their own."""
    seen: set[int] = set()
    count = 0
    for reference in file_specifications(store, catalog, pages):
        specification = store.resolve(reference)
        if not isinstance(specification, dict):
            continue
        files = store.dictionary(specification, "/EF")
        target = next(
            (dict.get(files, key) for key in ("/UF", "/F", "/DOS", "/Mac", "/Unix") if key in files), None
        )
        number = number_of(target)
        if target is None or (number is not None and number in seen):
            continue
        if number is not None:
            seen.add(number)
        count += 1
        if count > _ATTACHMENTS:
            yield Fault("limit-documents", f"more than {_ATTACHMENTS} attachments")
            return
        title = (
            stated(store.get(specification, "/UF")) or stated(store.get(specification, "/F")) or "attachment"
        )
        where = Location(part=f"obj {number} 0" if number is not None else "EmbeddedFile")
        data = store.decode(store.resolve(target))
        if data is None:
            yield Fault("malformed", f"attachment {clip(title, 200)} cannot be decoded", where)
        else:
            yield Child(name=clip(title, 1000), data=data, role="attachment", where=where)


def file_specifications(store: Store, catalog: dict[Any, Any], pages: list[Page]) -> Iterator[Any]:
    stack: list[Any] = [dict.get(store.dictionary(catalog, "/Names"), "/EmbeddedFiles")]
    seen: set[int] = set()
    nodes = 0
    while stack and nodes < 10_000:
        reference = stack.pop()
        nodes += 1
        number = number_of(reference)
        if number is not None:
            if number in seen:
                continue
            seen.add(number)
        node = store.resolve(reference)
        stack.extend(reversed(store.array(node, "/Kids")[:10_000]))
        yield from store.array(node, "/Names")[1::2]
    yield from store.array(catalog, "/AF")
    left = _ANNOTATIONS
    for page in pages:
        for reference in store.array(page.entry, "/Annots"):
            left -= 1
            if left < 0:
                return
            note = store.resolve(reference)
            if isinstance(note, dict) and dict.get(note, "/Subtype") == "/FileAttachment":
                yield dict.get(note, "/FS")
