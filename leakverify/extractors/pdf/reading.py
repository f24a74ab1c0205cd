"""The order in which a PDF is read.

Structure comes first and from the bytes themselves: the chain of saves, what
each one wrote, what the document states about itself in each.  Text comes last,
through PDFium, and only when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault, Source
from leakverify.extractors.pdf import (
    assembly,
    facts,
    features,
    fonts,
    fonts_order,
    leftovers,
    leftovers_read,
    packed,
    pictures,
    signature,
    style,
)
from leakverify.extractors.pdf.chain import Chain, header_at, read_chain, rebuild
from leakverify.extractors.pdf.composition import page_compositions
from leakverify.extractors.pdf.history import history
from leakverify.extractors.pdf.objects import Store, confined
from leakverify.extractors.pdf.pages import font_facts, page_facts, walk_pages
from leakverify.extractors.pdf.painted import page_contents
from leakverify.extractors.pdf.state import Reading, apart

_HEADER = re.compile(rb"%PDF-(\d{1,2}(?:\.\d{1,3})?)?")
_LINEARIZED = re.compile(rb"/Linearized[\x00\t\n\f\r ]{0,4}\d")

#: what is read of the structure beyond what the document states, in this order
_ROOMS: tuple[Callable[[Reading], Iterator[Event]], ...] = (
    signature.facts,
    style.facts,
    fonts.facts,
    fonts_order.facts,
    features.facts,
    pictures.facts,
    assembly.facts,
    packed.facts,
    leftovers.facts,
)


def read_pdf(source: Source, context: Context) -> Iterator[Event]:
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
    reading = Reading(data=data, head=head, store=store, chain=chain, context=context)
    yield from confined(_stated(store, chain, head, context, reading))
    for room in _ROOMS:
        yield from apart(room(reading), room.__module__.rpartition(".")[2])
    steps = history(store, chain, context)
    yield from confined(steps.kinds())
    yield from _complaints(store)
    if store.bomb:
        # PDFium unpacks these whenever it opens a file, with no limit of its own
        yield Fault("limit-inflate", "text was not read: the file unpacks without bound when it is opened")
    elif context.wants_content():
        doubtful: list[tuple[int, int]] = []
        yield from page_contents(reading, doubtful)
        yield from confined(steps.texts())
        yield from apart(leftovers_read.texts(reading), "leftovers")
        yield from apart(page_compositions(reading, doubtful), "composition")


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
    if found.loose:
        where = Location(offset=chain.revisions[-1].end)
        ended = store.data.rstrip(b"\x00\t\n\f\r ").endswith(b"%%EOF")
        yield Fault("malformed" if ended else "truncated", "objects behind the last complete save", where)
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
        if not revision.closed:
            yield Fault("malformed", "a save without startxref behind it", where)
    yield from _unlock(store, chain)


def _has_pages(store: Store, chain: Chain) -> bool:
    """Whether the document's root is where the chain says; encrypted object streams are not looked into."""
    view = chain.view(len(chain.revisions))
    store.view = view
    if store.get(view.trailer, "/Encrypt") is not None:
        return True
    return bool(store.dictionary(store.dictionary(view.trailer, "/Root"), "/Pages"))


def _unlock(store: Store, chain: Chain) -> Iterator[Event]:
    from leakverify.extractors.pdf.crypt import CryptError, open_with_empty_password

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


def _stated(store: Store, chain: Chain, head: int, context: Context, reading: Reading) -> Iterator[Event]:
    yield from facts.info_facts(store, chain)
    yield from facts.xmp_facts(store, chain)
    yield from facts.identity_facts(store, chain)
    view = chain.view(len(chain.revisions))
    store.view = view
    yield from facts.structure_facts(store, chain, head)
    catalog: dict[Any, Any] = store.dictionary(view.trailer, "/Root")
    pages, total, faults = walk_pages(store, view.trailer, context.limits.pages)
    reading.catalog, reading.pages = catalog, pages
    yield Observation(name="pdf.pages", value=total)
    yield from faults
    if not pages:
        yield Fault("malformed", "no page was found")
    yield from page_facts(pages)
    yield from font_facts(store, pages)
    yield from facts.active_facts(store, catalog, pages)
    yield from facts.disguised_facts(store.data)
    yield from facts.attachments(store, catalog, pages)


def _complaints(store: Store) -> Iterator[Event]:
    for what, code in store.complaints.items():
        yield Fault(code, what)
