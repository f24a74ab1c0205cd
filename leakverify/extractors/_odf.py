"""The parts of an OpenDocument package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Context, Event, Fault, Source, clip
from leakverify.extractors._clock import w3c_time
from leakverify.extractors._xml import XmlError, parse_declaring, parse_xml
from leakverify.extractors._zip import Archive, Entry, inflate, open_archive, zip_facts

if TYPE_CHECKING:
    from lxml.etree import _Element

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _META, _TEXT = f"{{{_NS}office:1.0}}", f"{{{_NS}meta:1.0}}", f"{{{_NS}text:1.0}}"
_TABLE, _MANIFEST, _CONFIG = f"{{{_NS}table:1.0}}", f"{{{_NS}manifest:1.0}}", f"{{{_NS}config:1.0}}"
_STYLE, _FO = f"{{{_NS}style:1.0}}", f"{{{_NS}xsl-fo-compatible:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LINK = "{http://www.w3.org/1999/xlink}"
_LIBRE = "{http://openoffice.org/2009/office}"
_TYPES = "application/vnd.oasis.opendocument."
_PART_BYTES = 128 * 1024 * 1024
_CHILD_BYTES = 64 * 1024 * 1024
_CHILDREN = 500
_STATED = 200
_TEXTS = {
    f"{_META}generator": "generator", f"{_META}initial-creator": "initial_creator",
    f"{_DC}creator": "creator", f"{_META}printed-by": "printed_by", f"{_DC}title": "title",
    f"{_DC}subject": "subject",
    f"{_DC}description": "description",
}  # fmt: skip
_DATES = {f"{_META}creation-date": "created", f"{_DC}date": "modified", f"{_META}print-date": "printed"}
_COUNTS = {"page-count": "pages", "word-count": "words", "character-count": "characters"}
#: settings that tell of the machine and the history rather than of the look
_SETTINGS = frozenset(
    ("PrinterName", "RsidRoot", "Rsid", "PrinterPaperFromSetup", "CurrentDatabaseDataSource")
)
#: ISO 8601 durations as OpenOffice and LibreOffice write them
_SPAN = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d{1,12})?S)?)?\Z"
)
_PARAGRAPHS = frozenset((f"{_TEXT}p", f"{_TEXT}h"))


class _Package:
    """Parts by name; whatever was wrong with one is kept in ``faults``."""

    def __init__(self, source: Source, context: Context, archive: Archive) -> None:
        self.source = source
        self.context = context
        self.entries: dict[str, Entry] = {}
        for entry in archive.entries:
            self.entries.setdefault(entry.name, entry)
        self.faults: list[Fault] = []

    def load(self, name: str, most: int = _PART_BYTES) -> bytes | None:
        entry = self.entries.get(name)
        if entry is None:
            return None
        data, fault = inflate(self.source, entry, self.context.budget, most=most)
        if fault is not None:
            self.faults.append(fault)
        return data or None

    def parse(self, name: str) -> _Element | None:
        data = self.load(name)
        if data is None:
            return None
        try:
            return parse_xml(data, recover=True).root
        except XmlError as error:
            self.faults.append(Fault(error.code, error.detail, Location(part=name)))
            return None

    def drain(self) -> Iterator[Fault]:
        yield from self.faults
        self.faults = []


def read_odf(source: Source, context: Context) -> Iterator[Event]:
    archive = open_archive(source, context.limits)
    yield from zip_facts(archive)
    package = _Package(source, context, archive)
    for entry in archive.entries:
        yield Observation(name="odf.part", value=clip(entry.name), where=entry.where)
    yield from _media_type(package, archive)
    manifest = package.parse("META-INF/manifest.xml")
    sealed = manifest is not None and next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None
    yield Observation(name="odf.encrypted", value=sealed)
    if manifest is None:
        yield Fault("missing-part", "META-INF/manifest.xml")
    else:
        yield from _manifest(package, manifest)
    yield from package.drain()
    signatures = package.parse("META-INF/documentsignatures.xml")
    signed = 0 if signatures is None else sum(1 for e in signatures.iter("{*}Signature"))
    yield Observation(name="odf.signatures", value=signed)
    macro = any(name.startswith(("Basic/", "Scripts/")) for name in package.entries)
    yield Observation(name="odf.macro", value=macro)
    if sealed:
        yield Fault("encrypted", "the parts are under a password")
        return
    meta = package.parse("meta.xml")
    yield from package.drain()
    if meta is not None:
        yield from _metadata(meta)
    settings = package.parse("settings.xml")
    if settings is not None:
        yield from _settings(settings)
    yield from package.drain()
    if "content.xml" not in package.entries:
        yield Fault("missing-part", "content.xml")
    if context.wants_content():
        yield from _content(package)
        yield from _children(package)
    yield from package.drain()


def _media_type(package: _Package, archive: Archive) -> Iterator[Observation]:
    stated = (package.load("mimetype", 256) or b"").decode("utf-8", "replace").strip()
    entry = package.entries.get("mimetype")
    if entry is None:
        return
    yield Observation(name="odf.mimetype", value=clip(stated, 256), where=entry.where)
    first = archive.entries[0] is entry and entry.method == 0 and not entry.extra and entry.offset == 0
    yield Observation(name="odf.mimetype.first", value=first, where=entry.where)
    if stated.startswith(_TYPES):
        yield Observation(name="odf.kind", value=clip(stated.removeprefix(_TYPES), 100), where=entry.where)


def _manifest(package: _Package, root: _Element) -> Iterator[Event]:
    """Parts that are listed and absent, or there and unlisted (part 3, 3.2)."""
    listed = {item.get(f"{_MANIFEST}full-path", "") for item in root.iter(f"{_MANIFEST}file-entry")}
    there = {name for name, entry in package.entries.items() if not entry.is_folder}
    aside = {"mimetype", "META-INF/manifest.xml"}
    unlisted = sorted(n for n in there - listed - aside if not n.startswith("META-INF/"))
    missing = sorted(n for n in listed - there if n and not n.endswith("/"))
    for name, names in (("odf.unlisted", unlisted), ("odf.missing", missing)):
        for found in names[:_STATED]:
            yield Observation(name=name, value=clip(found), where=Location(part="META-INF/manifest.xml"))


def _metadata(root: _Element) -> Iterator[Event]:
    where = Location(part="meta.xml")
    version = root.get(f"{_OFFICE}version")
    if version:
        yield Observation(name="odf.version", value=clip(version, 20), where=where)
    told: set[str] = set()
    for element in root.iter("{*}*"):
        tag = element.tag
        said = (element.text or "").strip()
        if tag in _TEXTS and said and tag not in told:
            told.add(tag)
            yield Observation(name=f"odf.{_TEXTS[tag]}", value=clip(said), where=where)
        elif tag in _DATES and said and tag not in told:
            told.add(tag)
            yield from _date(_DATES[tag], said, where)
        elif tag == f"{_META}editing-cycles" and said.isdecimal() and len(said) < 10 and tag not in told:
            told.add(tag)
            yield Observation(name="odf.editing_cycles", value=int(said), where=where)
        elif tag == f"{_META}editing-duration" and said and tag not in told:
            told.add(tag)
            minutes = _minutes(said)
            if minutes is None:
                yield Fault("malformed", f"editing-duration: {clip(said, 100)}", where)
            else:
                yield Observation(name="odf.editing_time", value=minutes, where=where, raw=clip(said, 100))
        elif tag == f"{_META}keyword" and said:
            yield Observation(name="odf.keyword", value=clip(said), where=where)
        elif tag == f"{_META}template" and tag not in told:
            told.add(tag)
            named = element.get(f"{_LINK}title") or element.get(f"{_LINK}href") or ""
            dated = clip(element.get(f"{_META}date", ""), 100)
            yield Observation(name="odf.template", value=clip(named), where=where, raw=dated)
        elif tag == f"{_META}document-statistic" and tag not in told:
            told.add(tag)
            for key, name in _COUNTS.items():
                value = element.get(f"{_META}{key}", "")
                if value.isdecimal() and len(value) < 12:
                    yield Observation(name=f"odf.{name}", value=int(value), where=where)
        elif tag == f"{_META}user-defined" and said:
            yield Observation(
                name="odf.custom.name", value=clip(element.get(f"{_META}name", "")), where=where
            )
            yield Observation(name="odf.custom.value", value=clip(said), where=where)


def _date(name: str, said: str, where: Location) -> Iterator[Observation]:
    read = w3c_time(said)
    if read is None:
        yield Observation(name="odf.date_malformed", value=clip(said, 100), where=where, raw=name)
    else:
        yield Observation(name=f"odf.{name}", value=read, where=where, raw=clip(said, 100))


def _minutes(said: str) -> float | None:
    found = _SPAN.match(said)
    if found is None:
        return None
    years, months, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return round((((years * 365 + months * 30 + days) * 24 + hours) * 60) + minutes + seconds / 60, 2)


def _settings(root: _Element) -> Iterator[Observation]:
    left = _STATED
    for item in root.iter(f"{_CONFIG}config-item"):
        name, said = item.get(f"{_CONFIG}name", ""), (item.text or "").strip()
        if name in _SETTINGS and said and said not in ("false", "true"):
            left -= 1
            if left < 0:
                return
            yield Observation(
                name="odf.setting", value=clip(said, 500), where=Location(part="settings.xml"), raw=name
            )


def _content(package: _Package) -> Iterator[Event]:
    data = package.load("content.xml")
    yield from package.drain()
    if data is None:
        return
    where = Location(part="content.xml")
    try:
        parsed, namespaces = parse_declaring(data)
    except XmlError as error:
        yield Fault(error.code, error.detail, where)
        return
    root = parsed.root
    version = root.get(f"{_OFFICE}version")
    if version:
        yield Observation(name="odf.version", value=clip(version, 20), where=where)
    for prefix, uri in list(dict.fromkeys(namespaces))[:_STATED]:
        yield Observation(name="odf.namespace", value=clip(uri, 300), where=where, raw=prefix)
    yield from _styles(package, root)
    yield from _reviews(root, where)
    shown, deleted = _texts(root, package.context.limits.text_chars)
    if len(shown) > package.context.limits.text_chars:
        yield Fault("limit-text", f"more than {package.context.limits.text_chars} characters", where)
        shown = shown[: package.context.limits.text_chars]
    if shown.strip():
        yield Observation(name="odf.text", value=shown, where=where)
    if deleted.strip():
        yield Observation(name="odf.deleted_text", value=clip(deleted, 100_000), where=where)
    targets = (
        element.get(f"{_LINK}href", "")
        for element in root.iter()
        if isinstance(element.tag, str) and element.tag != f"{_TEXT}a"
    )
    for target in [t for t in dict.fromkeys(targets) if re.match(r"[a-zA-Z][a-zA-Z+.-]{1,30}:|//|\\\\", t)][
        :_STATED
    ]:
        yield Observation(name="odf.external", value=clip(target, 1000), where=where)


def _styles(package: _Package, root: _Element) -> Iterator[Observation]:
    """Fonts, languages, and the session ids LibreOffice keeps with the styles of runs."""
    roots = [("content.xml", root)]
    styles = package.parse("styles.xml")
    if styles is not None:
        roots.append(("styles.xml", styles))
    rsids: dict[str, None] = {}
    fonts: dict[str, None] = {}
    languages: dict[str, None] = {}
    if styles is not None:
        yield from _default_language(styles)
    for part, tree in roots:
        for face in tree.iter(f"{_STYLE}font-face"):
            fonts.setdefault(face.get(f"{_STYLE}name", ""))
        for properties in tree.iter(f"{_STYLE}text-properties"):
            language, country = properties.get(f"{_FO}language"), properties.get(f"{_FO}country")
            if language and language != "none":
                languages.setdefault(f"{language}-{country}" if country and country != "none" else language)
            if part == "content.xml":
                for key in (f"{_LIBRE}rsid", f"{_LIBRE}paragraph-rsid"):
                    value = properties.get(key)
                    if value:
                        rsids.setdefault(value)
    for font in list(fonts)[:_STATED]:
        if font:
            yield Observation(name="odf.font", value=clip(font, 200))
    for language in list(languages)[:50]:
        yield Observation(name="odf.language", value=clip(language, 40))
    if rsids:
        yield Observation(name="odf.rsid.used", value=len(rsids), where=Location(part="content.xml"))
        yield Observation(
            name="odf.rsid.used_values",
            value=clip(" ".join(rsids), 20_000),
            where=Location(part="content.xml"),
        )


def _default_language(styles: _Element) -> Iterator[Observation]:
    """Language of the style that holds where none is set: that of the program when the file was begun."""
    for style in styles.iter(f"{_STYLE}default-style"):
        if style.get(f"{_STYLE}family") in ("paragraph", "table-cell", "graphic"):
            properties = style.find(f"{_STYLE}text-properties")
            language = None if properties is None else properties.get(f"{_FO}language")
            if properties is not None and language and language != "none":
                country = properties.get(f"{_FO}country", "none")
                tag = f"{language}-{country}" if country != "none" else language
                where = Location(part="styles.xml")
                yield Observation(name="odf.language.default", value=clip(tag, 40), where=where)
                return


def _reviews(root: _Element, where: Location) -> Iterator[Event]:
    left = 2_000
    for tag, name in ((f"{_OFFICE}change-info", "revision"), (f"{_OFFICE}annotation", "comment")):
        for element in root.iter(tag):
            left -= 1
            if left < 0:
                yield Fault("limit-answer", "more than 2000 changes and comments", where)
                return
            author, date = element.findtext(f"{_DC}creator"), element.findtext(f"{_DC}date")
            if author:
                yield Observation(name=f"odf.{name}.author", value=clip(author, 300), where=where)
            read = w3c_time(date) if date else None
            if read is not None:
                yield Observation(name=f"odf.{name}.when", value=read, where=where, raw=clip(date or "", 100))


def _texts(root: _Element, most: int) -> tuple[str, str]:
    """(text shown, text that tracked changes took out), read in one pass."""
    from lxml import etree

    shown: list[str] = []
    deleted: list[str] = []
    inside_deletion = inside_note = length = 0
    for event, element in etree.iterwalk(root, events=("start", "end"), tag="{*}*"):
        tag = element.tag
        aside = tag in (f"{_TEXT}tracked-changes",)
        note = tag == f"{_OFFICE}annotation"
        out = deleted if inside_deletion else shown
        if event == "start":
            inside_deletion += aside
            inside_note += note
            if tag == f"{_TEXT}s":
                amount = element.get(f"{_TEXT}c", "1")
                out.append(" " * min(int(amount) if amount.isdecimal() and len(amount) < 4 else 1, 200))
            elif tag == f"{_TEXT}tab":
                out.append("\t")
            elif tag == f"{_TEXT}line-break":
                out.append("\n")
            if element.text and not inside_note and _is_text(element):
                (deleted if inside_deletion else shown).append(element.text)
                length += len(element.text)
        else:
            inside_deletion -= aside
            inside_note -= note
            if tag in _PARAGRAPHS and not inside_note:
                inner = _in_cell(element)
                out.append(" " if inner else "\n")
            elif tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                out.append("\t")
            elif tag == f"{_TABLE}table-row":
                out.append("\n")
            if (
                element.tail
                and not inside_note
                and (parent := element.getparent()) is not None
                and _is_text(parent)
            ):
                (deleted if inside_deletion else shown).append(element.tail)
                length += len(element.tail)
        if length > most:
            break
    return _tidy("".join(shown)), _tidy("".join(deleted))


def _is_text(element: _Element) -> bool:
    """Whether characters directly inside it are text: paragraphs and what runs in them."""
    return str(element.tag).startswith(_TEXT)


def _in_cell(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == f"{_TABLE}table-cell"


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n")


def _children(package: _Package) -> Iterator[Event]:
    """Pictures, embedded documents and the thumbnail."""
    handed = 0
    for name, entry in package.entries.items():
        if entry.is_folder or not name.startswith(("Pictures/", "Thumbnails/", "media/")):
            continue
        if handed == _CHILDREN:
            yield Fault("limit-documents", f"more than {_CHILDREN} pictures")
            return
        data = package.load(name, _CHILD_BYTES)
        yield from package.drain()
        if data:
            handed += 1
            role = "thumbnail" if name.startswith("Thumbnails/") else "embedded"
            yield Child(clip(name), data, role, entry.where)
