"""What a known-genuine corpus keeps of a document: what features rest on, and nothing a person wrote.

Two promises, both tested: no text, name, address or title of the document is left; and the features made from
what is left are those made from the document itself.  Content is dropped even when texts are asked for.
"""

from __future__ import annotations

import functools
import re

import msgspec

from leakverify.evidence import NOWHERE, Extraction, Location, Observation, Problem, Scalar
from leakverify.extractors import vocabulary
from leakverify.extractors._base import Kind
from leakverify.features import rested_on
from leakverify.features._assemble import AUTHORS, TEMPLATES, person_digest, template_digest
from leakverify.features._programs import NAMING, kept_name
from leakverify.features._shapes import digest, id_shape, part_shape, stated, uri_shape
from leakverify.features.image import keyword_shape
from leakverify.features.mail import preamble_shape

#: raised whenever the same document would be kept otherwise
KEPT_VERSION = 1

#: technical words of which only matters that they are there: they name a document, a machine or a place
_IDENTIFYING = frozenset(
    """xmp.document_id xmp.instance_id xmp.original_document_id xmp.derived_from mail.originating_ip
    mail.thread_index docx.rsid.root docx.doc_id odf.rsid.used_values image.exif.gps.when""".split()
)
#: numbers of the same kind
_PLACES = frozenset(["image.exif.gps.latitude", "image.exif.gps.longitude"])
#: names of parts of a package
_PART_NAMES = frozenset(["ooxml.part", "odf.part", "zip.first_entry", "ole.stream"])
_NAMESPACES = frozenset(["ooxml.namespace", "odf.namespace"])
_PACKED = ("ooxml.", "odf.", "zip.", "docx.", "xlsx.", "pptx.")
_PREFIX = re.compile(r"xmlns:?[\w.-]{0,24}")
_DOC_ID = re.compile(r"\{http://schemas\.(?:microsoft|openxmlformats)\.[\w./-]{1,80}\}\w{1,20}")
_OWN_PART = re.compile(
    r"image|thumbnail|IFD\d|Exif|EXIF|GPS|ICC|XMP|Info|trailer|catalog|\d{1,3}(?:\.\d{1,3}){0,15}"
)
_OBJECT = re.compile(r"obj \d{1,10} \d{1,5}")
#: longest technical word that is kept
_LONGEST = 4_096
#: fewest words of a text that get a digest
_LEAST_WORDS = 40
_TEXTS = frozenset("""pdf.page.text ooxml.text ole.text odf.text rtf.text mail.text text.content""".split())


def reduced(extraction: Extraction, *, keep_text: bool = False) -> Extraction:
    """The extraction as a corpus keeps it.

    With ``keep_text`` everything the document states beside its content is kept as it is: names, titles,
    addresses, identifiers.
    """
    kept = (_as_stated(o) if keep_text else _shaped(o) for o in extraction.observations)
    return Extraction(
        index=0,
        name=extraction.name if keep_text else "",
        role=extraction.role,
        sha256=extraction.sha256,
        size=extraction.size,
        formats=extraction.formats,
        observations=tuple(observation for observation in kept if observation is not None),
        problems=tuple(Problem(code=problem.code) for problem in extraction.problems),
    )


def text_digest(extraction: Extraction) -> str:
    """Stands for the words of a document, so that the same text is known again; ``""`` for a short one."""
    words: list[str] = []
    for observation in extraction.observations:
        if observation.name in _TEXTS and isinstance(observation.value, str):
            words.extend(observation.value.casefold().split())
    return digest(" ".join(words)) if len(words) >= _LEAST_WORDS else ""


@functools.cache
def _wanted() -> tuple[frozenset[str], tuple[str, ...]]:
    names = rested_on()
    return frozenset(n for n in names if not n.endswith("*")), tuple(n[:-1] for n in names if n.endswith("*"))


def _as_stated(observation: Observation) -> Observation | None:
    declared = vocabulary().get(observation.name)
    if declared is None or declared.kind is Kind.CONTENT:
        return None
    raw = observation.raw if observation.name in (*_NAMESPACES, "docx.doc_id") else None
    return msgspec.structs.replace(observation, raw=raw)


def _shaped(observation: Observation) -> Observation | None:
    name = observation.name
    exact, prefixes = _wanted()
    declared = vocabulary().get(name)
    if declared is None or declared.kind is Kind.CONTENT or not (name in exact or name.startswith(prefixes)):
        return None
    return Observation(
        name=name,
        value=_value(observation, declared.kind),
        where=_where(observation),
        raw=_raw(observation),
    )


def _value(observation: Observation, kind: Kind) -> Scalar:
    name, value = observation.name, observation.value
    if name in _PLACES:
        return 0.0
    if not isinstance(value, str):
        return value
    if name == "png.text":
        software = keyword_shape(observation.where.part).partition(" ")[2].lower() == "software"
        return kept_name(value, NAMING[name]) if software else stated(value)
    if name in AUTHORS:
        return person_digest(value) or (" " if value else "")
    if name in TEMPLATES:
        return template_digest(value) or (" " if value else "")
    if name in NAMING:
        return kept_name(value, NAMING[name])
    if name == "mail.message_id":
        local, at, _ = value.partition("@")
        return id_shape(local) + at if value else ""
    if name == "mail.mime.boundary":
        return id_shape(value) if value else ""
    if name in _PART_NAMES:
        return part_shape(value)
    if name in _NAMESPACES:
        return uri_shape(value)
    if name == "mail.mime.preamble":
        return preamble_shape(value)
    if kind is Kind.TEXT or name in _IDENTIFYING:
        return stated(value)
    return value[:_LONGEST]


def _raw(observation: Observation) -> str | None:
    """Of a namespace its prefix, of a document id its kind."""
    raw = observation.raw
    if raw is None:
        return None
    if observation.name in _NAMESPACES:
        found = _PREFIX.match(raw)
        return found[0] if found else None
    return raw if observation.name == "docx.doc_id" and _DOC_ID.fullmatch(raw) else None


def _where(observation: Observation) -> Location:
    where = observation.where
    if where is NOWHERE:
        return where
    part = where.part
    if observation.name.startswith(_PACKED):
        part = part_shape(part)
    elif observation.name == "png.text":
        part = keyword_shape(part)
    elif not (_OWN_PART.fullmatch(part) or _OBJECT.fullmatch(part)):
        part = ""
    return Location(
        part=part,
        revision=where.revision,
        page=where.page,
        offset=where.offset,
        length=where.length,
        line=where.line,
    )
