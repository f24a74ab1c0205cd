"""Features of Office Open XML: package, XML, and what Word, Excel and PowerPoint add without being asked."""

from __future__ import annotations

import re

from leakverify.features import _dates
from leakverify.features._programs import program
from leakverify.features._rules import (
    Made,
    Make,
    Rule,
    Seen,
    any_of,
    bucket,
    every,
    last,
    listed,
    number,
    stating,
)
from leakverify.features._shapes import digest, part_shape, uri_shape
from leakverify.features._zip import zip_rules

_DOCX, _XLSX = ("docx",), ("xlsx",)
_MAIN = re.compile(r"(?:word/document|xl/workbook|ppt/presentation)\.xml\Z")
_PREFIX = re.compile(r"xmlns:?([\w.-]{0,24})")


def _declarations(seen: Seen) -> Made:
    """XML declaration of each kind of part."""
    out: set[str] = set()
    for name in ("ooxml.xml_declaration", "ooxml.other_declaration"):
        for observation in seen.all(name)[:80]:
            out.add(f"{part_shape(observation.where.part)} {str(observation.value)[:64] or 'none'}")
            out.add(str(observation.value)[:64] or "none")
    return out


def _namespaces(seen: Seen) -> Made:
    """Namespaces of the main part with their prefixes, and those of any part."""
    out: set[str] = set()
    for observation in seen.all("ooxml.namespace")[:2000]:
        uri = _short(uri_shape(str(observation.value)))
        if _MAIN.search(observation.where.part):
            prefix = _PREFIX.match(observation.raw or "")
            out.add(f"{prefix[1] if prefix else '?'}={uri}")
    return out


def _short(uri: str) -> str:
    for long, brief in (
        ("http://schemas.openxmlformats.org/", "oxf:"),
        ("http://schemas.microsoft.com/office/", "ms:"),
        ("http://purl.oclc.org/ooxml/", "strict:"),
    ):
        if uri.startswith(long):
            return brief + uri[len(long) :]
    return uri[:80]


def _elsewhere(seen: Seen) -> Made:
    """For each kind of part how many namespaces it declares, and a digest of them."""
    by_part: dict[str, set[str]] = {}
    for observation in seen.all("ooxml.namespace")[:2000]:
        declared = by_part.setdefault(part_shape(observation.where.part), set())
        declared.add(uri_shape(str(observation.value)))
    return {f"{part} {len(uris)} {digest(*sorted(uris))[:6]}" for part, uris in list(by_part.items())[:60]}


def _ignorable(seen: Seen) -> Made:
    out: set[str] = set()
    for observation in seen.all("ooxml.mc_ignorable")[:60]:
        out.add(f"{part_shape(observation.where.part)} {observation.value}")
        out.update(str(observation.value).split()[:16])
    return out or ["none"]


def _share(part: str, whole: str) -> Make:
    def make(seen: Seen) -> Made:
        some, total = seen.amount(part), seen.amount(whole)
        return some / total if total and some is not None else None

    return make


def _zlib(seen: Seen) -> Made:
    compared = seen.amount("ooxml.parts_compared")
    return len(seen.all("ooxml.zlib_part")) / compared if compared else None


def _sessions(seen: Seen) -> Made:
    """Whether session ids are there, how many, and ids beside them."""
    out = []
    for name in ("docx.rsid.declared", "docx.rsid.used"):
        amount = seen.amount(name)
        if amount is not None:
            out.append(f"{name[10:]} {bucket(amount)}")
    out.append(f"root {seen.says('docx.rsid.root')}")
    out.extend({f"id {(o.raw or '?')[-40:]}" for o in seen.all("docx.doc_id")[:4]})
    return out


def _calculation(seen: Seen) -> Made:
    """The part of the build of the calculation engine that tells the generation."""
    stated = seen.text("xlsx.calc_id")
    return [stated[:3] if len(stated) > 5 else stated]


def _application(seen: Seen) -> Made:
    said = seen.text("ooxml.app.application").strip()
    version = seen.text("ooxml.app.app_version")[:16]
    return [
        " ".join(part for part in program(said, "ooxml") if part) if said else "",
        f"version {version}" if version else "",
    ]


def _words(seen: Seen) -> Made:
    """Counts the program states that are zero or above."""
    names = ("pages", "words", "characters", "lines", "paragraphs", "slides", "notes", "hidden_slides")
    return [f"{name} {'0' if not amount else 'some'}" for name in names
            if (amount := seen.amount(f"ooxml.app.{name}")) is not None]  # fmt: skip


def _fonts(seen: Seen) -> Made:
    return {text[:48] for text in seen.texts("ooxml.font")}


def _languages(seen: Seen) -> Made:
    return {*seen.texts("docx.run.language"), *(f"default {t}" for t in seen.texts("docx.default_language"))}


_CORE = {
    f"ooxml.core.{key}": key
    for key in """created modified last_printed creator last_modified_by title subject keywords
        category description content_status language revision version identifier""".split()
}
_APP = {
    f"ooxml.app.{key}": key
    for key in """application app_version total_time template company manager hyperlink_base pages
        words characters lines paragraphs slides notes hidden_slides doc_security""".split()
}

RULES: tuple[Rule, ...] = (
    *zip_rules("s.ooxml.zip_", "ooxml.part"),
    last("s.ooxml.kind", "kind of document", "ooxml.kind"),
    Rule(
        "s.ooxml.declarations",
        "XML declarations",
        ("ooxml.xml_declaration", "ooxml.other_declaration"),
        _declarations,
    ),
    Rule("s.ooxml.namespaces", "namespaces of the main part", ("ooxml.namespace",), _namespaces),
    Rule("s.ooxml.namespaces_each", "namespaces of each part, as a digest", ("ooxml.namespace",), _elsewhere),
    listed("s.ooxml.prefixes", "prefixes of the main part in their order", "ooxml.root_prefixes"),
    Rule("s.ooxml.ignorable", "prefixes that may be ignored", ("ooxml.mc_ignorable",), _ignorable),
    Rule("s.ooxml.zlib", "parts that zlib made", ("ooxml.zlib_part", "ooxml.parts_compared"), _zlib, "share"),
    listed("s.ooxml.compat", "compatibility settings in their order", "docx.compat_settings", only=_DOCX),
    last(
        "s.ooxml.compat_mode", "version of Word whose layout is kept", "docx.compatibility_mode", only=_DOCX
    ),
    last("s.ooxml.latent_styles", "built-in styles that are known", "docx.latent_styles", only=_DOCX),
    last("s.ooxml.default_font", "font of the defaults", "docx.default_font", only=_DOCX),
    Rule(
        "s.ooxml.sessions",
        "session ids and document ids",
        ("docx.rsid.declared", "docx.rsid.used", "docx.rsid.root", "docx.doc_id"),
        _sessions,
        only=_DOCX,
    ),
    Rule(
        "s.ooxml.with_session",
        "paragraphs marked with a session",
        ("docx.paragraph.with_session", "docx.paragraphs"),
        _share("docx.paragraph.with_session", "docx.paragraphs"),
        "share",
        only=_DOCX,
    ),
    Rule(
        "s.ooxml.with_id",
        "paragraphs with an id",
        ("docx.paragraph.with_id", "docx.paragraphs"),
        _share("docx.paragraph.with_id", "docx.paragraphs"),
        "share",
        only=_DOCX,
    ),
    number(
        "s.ooxml.strings_in_order",
        "shared strings in the order of cells",
        "xlsx.strings.in_order",
        "share",
        only=_XLSX,
    ),
    any_of("s.ooxml.strings_unused", "shared strings no cell shows", "xlsx.strings.unused", only=_XLSX),
    any_of("s.ooxml.chain", "there is a calculation chain", "xlsx.chain.cells", only=_XLSX),
    last("s.ooxml.date_system", "first day of dates", "xlsx.date_system", only=_XLSX),
    stating("m.ooxml.core", "what the core properties state", _CORE),
    stating("m.ooxml.app", "what the application's properties state", _APP),
    Rule(
        "m.ooxml.application",
        "program named",
        ("ooxml.app.application", "ooxml.app.app_version"),
        _application,
    ),
    Rule(
        "m.ooxml.counts",
        "counts that are stated",
        tuple(
            f"ooxml.app.{n}"
            for n in (
                "pages",
                "words",
                "characters",
                "lines",
                "paragraphs",
                "slides",
                "notes",
                "hidden_slides",
            )
        ),
        _words,
    ),
    last("m.ooxml.workbook_app", "program the workbook names", "xlsx.app_name", only=_XLSX),
    last("m.ooxml.last_edited", "generation that saved last", "xlsx.last_edited", only=_XLSX),
    last("m.ooxml.lowest_edited", "oldest generation that saved", "xlsx.lowest_edited", only=_XLSX),
    Rule(
        "m.ooxml.calculation",
        "generation of the calculation engine",
        ("xlsx.calc_id",),
        _calculation,
        only=_XLSX,
    ),
    _dates.same("m.ooxml.saved", "last save against creation", "ooxml.core.created", "ooxml.core.modified"),
    _dates.span("m.ooxml.age", "from creation to last save", "ooxml.core.created", "ooxml.core.modified"),
    _dates.zone_words("m.ooxml.zones", "zones of dates", "ooxml.core.created", "ooxml.core.modified"),
    number("m.ooxml.revision", "saves as stated", "ooxml.core.revision", "count"),
    number("m.ooxml.edit_time", "time spent editing", "ooxml.app.total_time", "min"),
    last("m.ooxml.theme_language", "languages of the theme", "docx.theme_language", only=_DOCX),
    Rule("t.ooxml.fonts", "fonts by name", ("ooxml.font",), _fonts),
    Rule(
        "t.ooxml.languages",
        "languages of text",
        ("docx.run.language", "docx.default_language"),
        _languages,
        only=_DOCX,
    ),
    every("t.ooxml.run_fonts", "fonts set on text", "docx.run.font", only=_DOCX),
    every("t.ooxml.locales", "locales of number formats", "xlsx.locale", only=_XLSX),
    number("t.ooxml.paragraphs", "paragraphs", "docx.paragraphs", "count", only=_DOCX),
)
