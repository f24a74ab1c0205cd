"""OpenDocument: text, spreadsheet, presentation and drawing (ISO/IEC 26300, ODF 1.3)."""

from __future__ import annotations

import io
from collections.abc import Iterator
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
from leakverify.extractors._zip import ZIP_VOCABULARY, entry_names, zip_fit

_TYPES = "application/vnd.oasis.opendocument."

VOCABULARY: dict[str, Declared] = {
    "odf.kind": token("what the media type makes it: text, spreadsheet, presentation, graphics, ..."),
    "odf.part": token("part names in the order of the file; where says from where to where", repeats=True),
    "odf.mimetype": token("what the entry 'mimetype' states"),
    "odf.mimetype.first": flag("that entry is the first one and stored, without extra fields (part 2, 3.3)"),
    "odf.version": token("office:version of the parts", repeats=True),
    "odf.namespace": token("namespace the content declares; raw is the declaration", repeats=True),
    "odf.encrypted": flag("some part is encrypted"),
    "odf.macro": flag("macros are inside; a matter of safety"),
    "odf.signatures": count("digital signatures of the package"),
    "odf.unlisted": text("part that the manifest does not list", repeats=True),
    "odf.missing": text("part that the manifest lists and the package does not hold", repeats=True),
    "odf.generator": text("program that wrote it, with its build"),
    "odf.initial_creator": text("meta:initial-creator"),
    "odf.creator": text("dc:creator, who saved last"),
    "odf.printed_by": text("meta:printed-by"),
    "odf.created": when("meta:creation-date, in the local time of the machine unless a zone is stated"),
    "odf.modified": when("dc:date, in the local time of the machine unless a zone is stated"),
    "odf.printed": when("meta:print-date"),
    "odf.date_malformed": text("a date of the metadata that is none; raw names it", repeats=True),
    "odf.editing_cycles": count("number of saves"),
    "odf.editing_time": number("time spent editing", "minutes"),
    "odf.title": text("dc:title"),
    "odf.subject": text("dc:subject"),
    "odf.description": text("dc:description"),
    "odf.keyword": text("meta:keyword", repeats=True),
    "odf.language.default": token("language of the default style of the text"),
    "odf.language": token("languages of the styles", repeats=True),
    "odf.template": text("template the document was made from; raw is its date"),
    "odf.pages": count("pages, as the application counted"),
    "odf.words": count("words, as the application counted"),
    "odf.characters": count("characters, as the application counted"),
    "odf.custom.name": text("name of a custom property; its value follows", repeats=True),
    "odf.custom.value": text("value of the custom property named before", repeats=True),
    "odf.setting": text(
        "setting that tells of the machine: printer, session ids; raw names it", repeats=True
    ),
    "odf.rsid.used": count("distinct session ids used by styles of the text"),
    "odf.rsid.used_values": token("these ids in the order of the part"),
    "odf.font": token("font that is declared", repeats=True),
    "odf.revision.author": text("author of a tracked change; its date follows", repeats=True),
    "odf.revision.when": when("date of the change of the author before", repeats=True),
    "odf.comment.author": text("author of a comment; its date follows", repeats=True),
    "odf.comment.when": when("date of the comment of the author before", repeats=True),
    "odf.deleted_text": content("text that tracked changes took out"),
    "odf.text": content("text, one line per paragraph; of a table, cells parted by tabs"),
    "odf.external": text("target outside the document other than a hyperlink", repeats=True),
    **ZIP_VOCABULARY,
}


def sniff(ends: Probe) -> Fit:
    """A ZIP whose first entry is a media type of the family, or that has a manifest and content."""
    if zip_fit(ends) is Fit.NONE:
        return Fit.NONE
    if ends.head[30:38] == b"mimetype" and _TYPES.encode() in ends.head[38:160]:
        return Fit.STRONG
    return Fit.STRONG if {"meta-inf/manifest.xml", "content.xml"} <= entry_names(ends) else Fit.NONE


def sample() -> bytes:
    import zipfile

    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    head = f'xmlns:office="{ns}office:1.0" xmlns:text="{ns}text:1.0" xmlns:meta="{ns}meta:1.0"'
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("mimetype", f"{_TYPES}text")
        archive.writestr(
            "meta.xml",
            f"<office:document-meta {head}><office:meta><meta:creation-date>2017-05-05T10:00:00"
            "</meta:creation-date><meta:editing-duration>PT1M</meta:editing-duration></office:meta></office:document-meta>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {head}><office:body><office:text><text:p>a</text:p></office:text>"
            "</office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{ns}manifest:1.0"><m:file-entry m:full-path="content.xml"/></m:manifest>',
        )
    return whole.getvalue()


FORMAT = Format(
    name="odf",
    title="OpenDocument (odt, ods, odp)",
    version=2,
    sniff=sniff,
    observes=MappingProxyType(VOCABULARY),
    extensions=("odt", "ott", "ods", "ots", "odp", "otp", "odg", "odf", "odb", "sxw", "sxc", "sxi"),
    media_types=(f"{_TYPES}text", f"{_TYPES}spreadsheet", f"{_TYPES}presentation"),
    replaces=("zip",),
    imports=("lxml.etree", "leakverify.extractors._odf", "encodings.cp437"),
    sample=sample,
    readers=("lxml",),
    sources=("ISO/IEC 26300-1:2015, parts 1 and 3", "OASIS ODF 1.3", "PKWARE APPNOTE 6.3.10"),
)


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors._odf import read_odf

    yield from read_odf(source, context)
