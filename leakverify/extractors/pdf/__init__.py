"""PDF: metadata, structure and history of every revision, and the text of its pages.

This is the declaration; the reading is in ``reading`` and what it uses, which
only the box loads.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.extractors._base import Context, Event, Fit, Format, Probe, Source
from leakverify.extractors.pdf.vocabulary import observed
from leakverify.extractors.pdf.warmup import sample


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
    version=4,
    sniff=sniff,
    observes=observed(),
    extensions=("pdf",),
    media_types=("application/pdf",),
    imports=(
        "leakverify.extractors.pdf.reading",
        "leakverify.extractors.pdf.crypt",
        "pypdf",
        "pypdf.generic",
        "pypdf.filters",
        "pypdf.errors",
        "pypdfium2.raw",
        "lxml.etree",
        "fontTools.agl",
        "fontTools.cffLib",
        "fontTools.encodings.StandardEncoding",
        "fontTools.ttLib",
        "fontTools.ttLib.standardGlyphOrder",
        "fontTools.ttLib.tables._c_m_a_p",
        "fontTools.ttLib.tables._n_a_m_e",
        "cryptography.hazmat.backends.openssl",
        "pyhanko.pdf_utils.crypt._saslprep",
        "pyhanko.pdf_utils.crypt.pdfmac",
        "pyhanko.pdf_utils.filters",
        "pyhanko.pdf_utils.metadata.xmp_xml",
        "encodings.charmap",
        "encodings.cp1252",
        "encodings.latin_1",
        "encodings.mac_roman",
        "encodings.utf_16",
        "encodings.utf_16_be",
        "encodings.utf_16_le",
    ),
    sample=sample,
    readers=("pypdf", "pypdfium2", "lxml", "fonttools", "pyhanko", "cryptography"),
    sources=("ISO 32000-2:2020", "ISO 16684-1 (XMP)", "FIPS 197"),
)


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors.pdf.reading import read_pdf

    yield from read_pdf(source, context)
