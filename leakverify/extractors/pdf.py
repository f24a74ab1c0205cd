"""PDF: metadata, structure and history of every revision, and the text of its pages.

This is the declaration; the reading is in ``_pdf_read`` and what it uses, which
only the box loads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.extractors._base import (
    Context,
    Declared,
    Event,
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


def sniff(ends: Probe) -> Fit:
    """``%PDF-`` in the first kilobyte, as viewers accept it, but not as the first member of an archive."""
    at = ends.head.find(b"%PDF-", 0, 1024 + 5)
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
        "leakverify.extractors._pdf_read",
        "leakverify.extractors._pdf_crypt",
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
    from leakverify.extractors._pdf_read import read_pdf

    yield from read_pdf(source, context)
