"""PDF: metadata, structure and history of every revision, and the text of its pages.

Structure comes first and from the bytes themselves: the chain of saves, what
each one wrote, what the document states about itself in each.  Text comes last,
through PDFium, and only when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors import _pdf_facts as facts
from leakverify.extractors._base import (
    Context,
    Declared,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    content,
    count,
    flag,
    number,
    text,
    token,
    when,
)
from leakverify.extractors._pdf_chain import Chain, header_at, read_chain, rebuild
from leakverify.extractors._pdf_history import content_facts, history
from leakverify.extractors._pdf_objects import Store, confined
from leakverify.extractors._pdf_pages import font_facts, page_facts, walk_pages
from leakverify.extractors._pdf_sample import sample
from leakverify.extractors._xmp import XMP_VOCABULARY

_OBSERVES: Mapping[str, Declared] = MappingProxyType(
    {
        "pdf.header.version": token("version in the header line"),
        "pdf.header.offset": count("bytes before the header", "bytes"),
        "pdf.header.comment": token("hex of the high bytes in the comment after the header"),
        "pdf.line_ending": token("line ending after the header: crlf, lf or cr"),
        "pdf.linearized": flag("laid out for reading page by page from the web"),
        "pdf.encrypted": flag("has an encryption dictionary, even if it opens without a password"),
        "pdf.revision.count": count("saves in the file; not stated when the chain is damaged"),
        "pdf.revision.startxref": count("where its cross-reference section begins", "bytes", repeats=True),
        "pdf.revision.end": count("bytes of the document as it was after this save", "bytes", repeats=True),
        "pdf.revision.xref_kind": token("table, stream or hybrid", repeats=True),
        "pdf.info.creation_date": when("Info /CreationDate of each revision that changed Info", repeats=True),
        "pdf.info.mod_date": when("Info /ModDate of each revision that changed Info", repeats=True),
        "pdf.info.date_malformed": text("an Info date that is no possible date, with its key", repeats=True),
        "pdf.info.producer": text("Info /Producer; empty when a later revision took it away", repeats=True),
        "pdf.info.creator": text("Info /Creator; empty when a later revision took it away", repeats=True),
        "pdf.info.author": text("Info /Author; empty when a later revision took it away", repeats=True),
        "pdf.info.title": text("Info /Title; empty when a later revision took it away", repeats=True),
        "pdf.info.subject": text("Info /Subject; empty when a later revision took it away", repeats=True),
        "pdf.info.keywords": text("Info /Keywords; empty when a later revision took it away", repeats=True),
        "pdf.info.keys": token("keys of the Info dictionary in the order written", repeats=True),
        "pdf.id.first": token("first half of the trailer's /ID, hex", repeats=True),
        "pdf.id.second": token("second half of the trailer's /ID, hex", repeats=True),
        "pdf.trailer.keys": token("keys of the last trailer in the order written"),
        "pdf.catalog.keys": token("keys of the document's root in the order written"),
        "pdf.page.keys": token("keys of the first page in the order written"),
        "pdf.objects": count("object numbers the cross-reference knows"),
        "pdf.object_streams": count("object streams in use"),
        "pdf.trailing_bytes": count("bytes after the last save", "bytes"),
        "pdf.language": token("natural language stated for the document"),
        "pdf.tagged": flag("stated to be tagged"),
        "pdf.pages": count("pages"),
        "pdf.page.width": number("width of the media box", "pt", repeats=True),
        "pdf.page.height": number("height of the media box", "pt", repeats=True),
        "pdf.page.text": content("characters of a page in the order of painting", repeats=True),
        "pdf.font.name": token("base font as named, with subset tag", repeats=True),
        "pdf.font.type": token("its type, and whether its program is embedded", repeats=True),
        "pdf.image.filter": token("how images on the pages are coded", repeats=True),
        "pdf.form.present": flag("has form fields"),
        "pdf.signature.count": count("signed signature fields"),
        "pdf.signature.byte_range": token("bytes it covers: offset length pairs", repeats=True),
        "pdf.signature.sub_filter": token("kind of signature", repeats=True),
        "pdf.signature.when": when("signing time as stated by the signer's clock", repeats=True),
        "pdf.signature.name": text("signer as stated in the field", repeats=True),
        "pdf.signature.reason": text("reason as stated in the field", repeats=True),
        "pdf.annotation.author": text("author of a comment, each once", repeats=True),
        "pdf.annotation.when": when("when a comment was made or changed, each once", repeats=True),
        "pdf.active": token("something that acts when opened or clicked; a matter of safety", repeats=True),
        "pdf.change.kind": token("what a save changed, on which page", repeats=True),
        "pdf.change.text_before": content(
            "words that differ, before the save, with neighbours", repeats=True
        ),
        "pdf.change.text_after": content("words that differ, after the save, with neighbours", repeats=True),
        "pdf.change.explained": token(
            "ordinary workflow that explains the pair before it, or none", repeats=True
        ),
        **XMP_VOCABULARY,
    }
)

_HEADER = re.compile(rb"%PDF-(\d{1,2}(?:\.\d{1,3})?)?")
_LINEARIZED = re.compile(rb"/Linearized[\x00\t\n\f\r ]{0,4}\d")


def sniff(ends: Probe) -> Fit:
    """``%PDF-`` in the first kilobyte, as viewers accept it, but not as the first member of an archive."""
    at = header_at(ends.head)
    if at < 0 or (at and not ends.head[at + 5 : at + 6].isdigit()):
        return Fit.NONE
    if ends.head.startswith(b"PK\x03\x04"):
        named = int.from_bytes(ends.head[26:28], "little") + int.from_bytes(ends.head[28:30], "little")
        if at == 30 + named and ends.head[8:10] == b"\x00\x00":
            return Fit.NONE  # a ZIP that stores a PDF first
    if at == 512 and ends.head[257:262] == b"ustar":
        return Fit.NONE
    return Fit.STRONG


FORMAT = Format(
    name="pdf",
    title="Portable Document Format",
    version=1,
    sniff=sniff,
    observes=_OBSERVES,
    extensions=("pdf",),
    media_types=("application/pdf",),
    imports=(
        "pypdf",
        "pypdf.generic",
        "pypdf.filters",
        "pypdf.errors",
        "pypdfium2.raw",
        "lxml.etree",
        "encodings.charmap",
        "encodings.latin_1",
        "encodings.utf_16",
        "encodings.utf_16_be",
        "encodings.utf_16_le",
    ),
    sample=sample,
    readers=("pypdf", "pypdfium2", "lxml"),
    sources=("ISO 32000-2:2020", "ISO 16684-1 (XMP)", "FIPS 197"),
)


def read(source: Source, context: Context) -> Iterator[Event]:
    data = source.data
    head = max(header_at(data), 0)
    store = Store(data, 0, context)
    yield from _header(data, head)
    chain = Chain()
    yield from confined(_chain(store, chain))
    if not chain.revisions:
        return
    if store.sealed:
        yield from confined(_sealed(store, chain, head))
        return
    yield from confined(_stated(store, chain, head, context))
    steps = history(store, chain, context)
    yield from confined(steps.kinds())
    yield from _complaints(store)
    if store.bomb:
        # PDFium unpacks these whenever it opens a file, with no limit of its own
        yield Fault("limit-inflate", "text was not read: the file unpacks without bound when it is opened")
    elif context.wants_content():
        yield from content_facts(data, chain, context)
        yield from confined(steps.texts())


def _header(data: bytes, head: int) -> Iterator[Event]:
    found = _HEADER.match(data, head)
    if found and found[1]:
        yield Observation(name="pdf.header.version", value=found[1].decode(), where=Location(offset=head))
    yield Observation(name="pdf.header.offset", value=head)
    yield Observation(name="pdf.linearized", value=bool(_LINEARIZED.search(data, head, head + 1024)))


def _chain(store: Store, chain: Chain) -> Iterator[Event]:
    """The saves, and the key to them."""
    found = read_chain(store)
    chain.revisions, chain.broken = found.revisions, found.broken
    chain.truncated, chain.displaced = found.truncated, found.displaced
    if chain.truncated:
        yield Fault("truncated", "the end of the file is missing")
    if chain.broken:
        yield Fault("malformed", chain.broken)
    if not chain.revisions or not _has_pages(store, chain):
        if chain.revisions:
            yield Fault("malformed", "the cross-reference does not lead to any page")
        rebuild(store, chain)
    elif not chain.broken:
        yield Observation(name="pdf.revision.count", value=len(chain.revisions))
    for revision in () if chain.rebuilt else chain.revisions:
        where = Location(revision=revision.number, offset=revision.startxref)
        yield Observation(name="pdf.revision.startxref", value=revision.startxref, where=where)
        yield Observation(name="pdf.revision.end", value=revision.end, where=where)
        yield Observation(name="pdf.revision.xref_kind", value=revision.kind, where=where)
    yield from _unlock(store, chain)


def _has_pages(store: Store, chain: Chain) -> bool:
    """Whether the document's root is where the chain says; encrypted object streams are not looked into."""
    view = chain.view(len(chain.revisions))
    store.view = view
    if store.get(view.trailer, "/Encrypt") is not None:
        return True
    return bool(store.dictionary(store.dictionary(view.trailer, "/Root"), "/Pages"))


def _unlock(store: Store, chain: Chain) -> Iterator[Event]:
    from leakverify.extractors._pdf_crypt import CryptError, open_with_empty_password

    view = chain.view(len(chain.revisions))
    store.view = view
    encrypt = store.get(view.trailer, "/Encrypt")
    yield Observation(name="pdf.encrypted", value=isinstance(encrypt, dict))
    if not isinstance(encrypt, dict):
        return
    halves = [store.resolve(half) for half in store.array(view.trailer, "/ID")[:1]]
    first = getattr(halves[0], "original_bytes", b"") if halves else b""
    try:
        store.crypt = open_with_empty_password(encrypt, first, store)
    except CryptError as why:
        store.sealed = True
        yield Fault("encrypted", str(why))


def _sealed(store: Store, chain: Chain, head: int) -> Iterator[Event]:
    """What a file states that opens with a secret only: neither strings nor streams."""
    yield from facts.identity_facts(store, chain)
    store.view = chain.view(len(chain.revisions))
    yield from facts.structure_facts(store, chain, head)
    pages, total, _ = walk_pages(store, store.view.trailer, 2000)
    if pages:
        yield Observation(name="pdf.pages", value=total)
        yield from page_facts(pages)


def _stated(store: Store, chain: Chain, head: int, context: Context) -> Iterator[Event]:
    yield from facts.info_facts(store, chain)
    yield from facts.xmp_facts(store, chain)
    yield from facts.identity_facts(store, chain)
    view = chain.view(len(chain.revisions))
    store.view = view
    yield from facts.structure_facts(store, chain, head)
    catalog: dict[Any, Any] = store.dictionary(view.trailer, "/Root")
    pages, total, faults = walk_pages(store, view.trailer, context.limits.pages)
    yield Observation(name="pdf.pages", value=total)
    yield from faults
    if not pages:
        yield Fault("malformed", "no page was found")
    yield from page_facts(pages)
    yield from facts.form_facts(store, catalog)
    yield from font_facts(store, pages)
    yield from facts.active_facts(store, catalog, pages)
    yield from facts.attachments(store, catalog, pages)


def _complaints(store: Store) -> Iterator[Event]:
    for what, code in store.complaints.items():
        yield Fault(code, what)
