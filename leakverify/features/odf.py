"""Features of OpenDocument: package, namespaces, versions, settings."""

from __future__ import annotations

import re

from leakverify.features import _dates
from leakverify.features._programs import program
from leakverify.features._rules import Made, Rule, Seen, every, flag, last, number, ordered, stating
from leakverify.features._shapes import part_shape, uri_shape
from leakverify.features._zip import zip_rules

_PREFIX = re.compile(r"xmlns:?([\w.-]{0,24})")


def _namespaces(seen: Seen) -> Made:
    """Namespaces of the content with their prefixes, and their order."""
    row = []
    for observation in seen.all("odf.namespace")[:200]:
        prefix = _PREFIX.match(observation.raw or "")
        row.append(f"{prefix[1] if prefix else '?'}={uri_shape(str(observation.value))[-64:]}")
    return [*row[:60], *ordered(item.partition("=")[0] for item in row[:40])]


def _versions(seen: Seen) -> Made:
    return {f"{part_shape(o.where.part)} {o.value}" for o in seen.all("odf.version")[:20]}


def _generator(seen: Seen) -> Made:
    said = seen.text("odf.generator").strip()
    return [" ".join(part for part in program(said, "odf") if part)] if said else None


_META = {
    f"odf.{key}": key
    for key in """generator initial_creator creator printed_by created modified printed editing_cycles
        editing_time title subject description template pages words characters""".split()
}

RULES: tuple[Rule, ...] = (
    *zip_rules("s.odf.zip_", "odf.part"),
    last("s.odf.kind", "kind of document", "odf.kind"),
    flag("s.odf.mimetype_first", "the media type comes first and plain", "odf.mimetype.first"),
    flag("s.odf.encrypted", "some part is encrypted", "odf.encrypted"),
    Rule("s.odf.namespaces", "namespaces of the content in their order", ("odf.namespace",), _namespaces),
    Rule("s.odf.versions", "version stated by each part", ("odf.version",), _versions),
    stating("s.odf.sessions", "whether styles carry session ids", {"odf.rsid.used": "sessions"}),
    stating("m.odf.meta", "what the metadata state", _META),
    Rule("m.odf.generator", "program named", ("odf.generator",), _generator),
    _dates.same("m.odf.saved", "last save against creation", "odf.created", "odf.modified"),
    _dates.span("m.odf.age", "from creation to last save", "odf.created", "odf.modified"),
    _dates.zone_words("m.odf.zones", "zones of dates", "odf.created", "odf.modified"),
    number("m.odf.cycles", "saves as stated", "odf.editing_cycles", "count"),
    number("m.odf.edit_time", "time spent editing", "odf.editing_time", "min"),
    last("m.odf.language", "language of the default style", "odf.language.default"),
    every("t.odf.languages", "languages of the styles", "odf.language"),
    every("t.odf.fonts", "fonts that are declared", "odf.font"),
    number("t.odf.pages", "pages as stated", "odf.pages", "count"),
)
