"""The property parts of an OOXML document: core, extended and custom (ECMA-376 parts 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._clock import w3c_time
from leakverify.extractors._opc import Package
from leakverify.when import parse_when

#: a genuine core part is around 1 kB; descriptions may be long
_CORE_BYTES = 4 * 1024 * 1024
#: custom properties kept; document management systems write some dozens
_CUSTOM = 1_000

_CP = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"

#: observation -> element, and the name python-docx gives it
_TEXTS = {
    "ooxml.core.creator": (f"{_DC}creator", "author"),
    "ooxml.core.last_modified_by": (f"{_CP}lastModifiedBy", "last_modified_by"),
    "ooxml.core.title": (f"{_DC}title", "title"),
    "ooxml.core.subject": (f"{_DC}subject", "subject"),
    "ooxml.core.keywords": (f"{_CP}keywords", "keywords"),
    "ooxml.core.category": (f"{_CP}category", "category"),
    "ooxml.core.description": (f"{_DC}description", "comments"),
    "ooxml.core.content_status": (f"{_CP}contentStatus", "content_status"),
    "ooxml.core.identifier": (f"{_DC}identifier", "identifier"),
    "ooxml.core.version": (f"{_CP}version", "version"),
    "ooxml.core.language": (f"{_DC}language", "language"),
}
_DATES = {
    "ooxml.core.created": (f"{_TERMS}created", "created"),
    "ooxml.core.modified": (f"{_TERMS}modified", "modified"),
    "ooxml.core.last_printed": (f"{_CP}lastPrinted", "last_printed"),
}
_REVISION = f"{_CP}revision"

_APP_TEXTS = {
    "Application": "ooxml.app.application",
    "AppVersion": "ooxml.app.app_version",
    "Template": "ooxml.app.template",
    "Company": "ooxml.app.company",
    "Manager": "ooxml.app.manager",
    "HyperlinkBase": "ooxml.app.hyperlink_base",
}
_APP_COUNTS = {
    "Pages": "ooxml.app.pages",
    "Words": "ooxml.app.words",
    "Characters": "ooxml.app.characters",
    "Paragraphs": "ooxml.app.paragraphs",
    "Lines": "ooxml.app.lines",
    "Slides": "ooxml.app.slides",
    "Notes": "ooxml.app.notes",
    "HiddenSlides": "ooxml.app.hidden_slides",
}
_WHOLE = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)


def core_facts(package: Package, name: str) -> Iterator[Observation | Fault]:
    """The core properties, as python-docx's own classes read them.

    Where python-docx refuses the part, the elements are read directly.  The
    literal text of a date is always kept, because it alone says whether a zone
    was stated; where python-docx takes it for another moment, that is said.
    """
    data = package.load(name, most=_CORE_BYTES)
    part = None if data is None else package.parse_data(name, data, declaration=True)
    yield from package.drain()
    if part is None or data is None:
        return
    where = part.where
    if part.root.tag != f"{_CP}coreProperties":
        yield Fault("malformed", clip(f"core properties in an element {part.root.tag}", 300), where)
    library = _by_python_docx(data)
    for label, (tag, attribute) in _TEXTS.items():
        value = library[attribute] if library is not None else part.root.findtext(tag)
        if isinstance(value, str) and value:
            yield Observation(name=label, value=clip(value), where=where)
    revision = part.root.findtext(_REVISION)
    if revision is not None:
        yield from _whole("ooxml.core.revision", revision, where)
    for label, (tag, attribute) in _DATES.items():
        literal = part.root.findtext(tag)
        if literal is not None and literal.strip():
            yield from _date(label, tag, literal, library and library[attribute], where)
    stated = [str(child.tag) for child in part.root]
    for tag in sorted({tag for tag in stated if stated.count(tag) > 1} if len(stated) < 100 else ()):
        yield Fault("malformed", f"{clip(tag, 200)} is stated {stated.count(tag)} times", where)


def _by_python_docx(data: bytes) -> dict[str, object] | None:
    """What python-docx reads, by its own names; ``None`` when it refuses the part.

    Only this one part is given to it: its package reader takes every part into
    memory whatever its size.  The bytes were parsed before, so they are small
    and bring no document type.
    """
    from docx.opc.packuri import PackURI
    from docx.opc.parts.coreprops import CorePropertiesPart

    try:
        # the part is not made to know its package: it is only asked for what it holds
        loaded = CorePropertiesPart.load(PackURI("/docProps/core.xml"), "", data, None)  # type: ignore[arg-type]
        properties = loaded.core_properties
        found: dict[str, object] = {
            attribute: getattr(properties, attribute) for _, attribute in _TEXTS.values()
        }
    except (SyntaxError, ValueError, TypeError, AttributeError):
        return None
    for _, attribute in _DATES.values():
        try:
            found[attribute] = getattr(properties, attribute)
        except (ValueError, TypeError, OverflowError):
            found[attribute] = None
    return found


def _date(
    label: str, tag: str, literal: str, library: object, where: Location
) -> Iterator[Observation | Fault]:
    value = w3c_time(literal)
    if value is None:
        raw = f"<{tag.rpartition('}')[2]}>{literal}"
        yield Observation(name="ooxml.core.date_malformed", value=clip(literal), where=where, raw=clip(raw))
        return
    yield Observation(name=label, value=value, where=where, raw=clip(literal))
    read = parse_when(value)
    if isinstance(library, datetime) and read is not None:
        moment = read.wall if read.offset is None else read.wall - read.offset
        if library.replace(tzinfo=None, microsecond=0) != moment:
            yield Fault("readers-disagree", f"{label}: {clip(literal, 100)} or {library.isoformat()}", where)


def _whole(label: str, literal: str, where: Location) -> Iterator[Observation | Fault]:
    """A count, or a fault that quotes what stands in its place."""
    stated = literal.strip()
    if _WHOLE.match(stated) and int(stated) >= 0:
        raw = None if stated == str(int(stated)) else clip(literal)
        yield Observation(name=label, value=int(stated), where=where, raw=raw)
    elif stated:
        yield Fault("malformed", f"{label}: {clip(stated, 100)}", where)


def app_facts(package: Package, name: str) -> Iterator[Observation | Fault]:
    """The extended properties (part 1, 22.2): what the application says of itself and its counts."""
    part = package.parse(name, declaration=True)
    yield from package.drain()
    if part is None:
        return
    seen: set[str] = set()
    for child in part.root.iterchildren(f"{part.namespace}*"):
        local = str(child.tag).rpartition("}")[2]
        literal = child.text or ""
        if local in seen:
            continue
        if local in _APP_TEXTS and literal:
            yield Observation(name=_APP_TEXTS[local], value=clip(literal), where=part.where)
        elif local in _APP_COUNTS:
            yield from _whole(_APP_COUNTS[local], literal, part.where)
        elif local == "DocSecurity":
            yield from _whole("ooxml.app.doc_security", literal, part.where)
        elif local == "TotalTime":
            yield from _minutes(literal, part.where)
        else:
            continue
        seen.add(local)


def _minutes(literal: str, where: Location) -> Iterator[Observation | Fault]:
    """Editing time; a negative one is kept, it is how a clock that was set back shows."""
    if _WHOLE.match(literal.strip()):
        minutes = int(literal)
        raw = None if literal == str(minutes) else clip(literal)
        yield Observation(name="ooxml.app.total_time", value=minutes, where=where, raw=raw)
    elif literal.strip():
        yield Fault("malformed", f"ooxml.app.total_time: {clip(literal, 100)}", where)


def custom_facts(package: Package, name: str) -> Iterator[Observation | Fault]:
    """The custom properties as consecutive pairs of name and value (part 1, 22.3)."""
    part = package.parse(name)
    yield from package.drain()
    if part is None:
        return
    stated = part.root.iterchildren(f"{part.namespace}property")
    for child in package.up_to(_CUSTOM, "custom properties", stated, part.where):
        value = next(iter(child), None)
        literal = "" if value is None else "".join(str(text) for text in value.itertext())
        yield Observation(name="ooxml.custom.name", value=clip(child.get("name", "")), where=part.where)
        yield Observation(name="ooxml.custom.value", value=clip(literal), where=part.where)
    yield from package.drain()
