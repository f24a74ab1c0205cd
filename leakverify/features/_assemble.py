"""One extraction to one row: format, features with their absences, groups."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from types import MappingProxyType

from leakverify.evidence import Extraction, Location
from leakverify.features import image, mail, odf, ole, ooxml, pdf, rtf, text
from leakverify.features._programs import UNLISTED, declared_by
from leakverify.features._row import Absence, Feature, FormatFamily, Row
from leakverify.features._rules import MOST_WORDS, Rule, Seen
from leakverify.features._shapes import digest, word

#: raised whenever the same observations give another row
FEATURES_VERSION = 2

_RULES: Mapping[FormatFamily, tuple[Rule, ...]] = MappingProxyType(
    {
        "pdf": pdf.RULES,
        "ooxml": ooxml.RULES,
        "ole": ole.RULES,
        "odf": odf.RULES,
        "rtf": rtf.RULES,
        "mail": mail.RULES,
        "jpeg": image.JPEG,
        "png": image.PNG,
        "text": text.RULES,
    }
)
_FAMILY: Mapping[str, FormatFamily] = MappingProxyType(
    {name: name for name in ("pdf", "ooxml", "ole", "odf", "rtf", "mail", "text")}
)
_PICTURES: Mapping[str, FormatFamily] = MappingProxyType({"JPEG": "jpeg", "PNG": "png"})

#: who made or sent the document, the first that is stated
AUTHORS: tuple[str, ...] = (
    "mail.from.address", "ooxml.core.last_modified_by", "ooxml.core.creator", "ole.summary.last_author",
    "ole.summary.author", "odf.creator", "odf.initial_creator", "rtf.operator", "rtf.author",
    "pdf.info.author",
    "xmp.creator", "image.exif.artist",
)  # fmt: skip
#: the template it was made from
TEMPLATES: tuple[str, ...] = ("ooxml.app.template", "ole.summary.template", "odf.template", "rtf.template")
_ORDINARY_TEMPLATES = frozenset(
    ["normal", "normal.dot", "normal.dotm", "normal.dotx", "office theme", "default design"]
)
#: what decides on the kind of document
KINDS: tuple[str, ...] = ("image.format", "ooxml.kind", "ole.kind", "odf.kind")
_KINDS = {
    "docm": "docx", "dotx": "docx", "dotm": "docx", "xlsm": "xlsx", "xltx": "xlsx", "xltm": "xlsx",
    "xlsb": "xlsx",
    "pptm": "pptx", "potx": "pptx", "potm": "pptx", "ppsx": "pptx", "ppsm": "pptx",
}  # fmt: skip


def family_of(seen: Seen) -> FormatFamily | None:
    """The format whose features a document has, ``None`` when it has none."""
    for name in seen.extraction.formats:
        family = _PICTURES.get(seen.text("image.format")) if name == "image" else _FAMILY.get(name)
        if family is not None:
            return family
    return None


def kind_of(seen: Seen, family: FormatFamily) -> str:
    """The kind of document within its format, such as docx; the format itself where there are no kinds."""
    stated = seen.text(f"{family}.kind") if family in ("ooxml", "ole", "odf") else ""
    return _KINDS.get(stated, stated) or family


def extract(extraction: Extraction, source: str = "") -> Row | None:
    """The features of one document, ``None`` for a format without features.

    Pure: the same observations and problems give the same row, whatever was examined before or beside it.
    ``source`` is the name of the source in a corpus, where there is one.
    """
    seen = Seen(extraction)
    family = family_of(seen)
    if family is None:
        return None
    kind = kind_of(seen, family)
    values: dict[str, float] = {}
    tokens: dict[str, tuple[str, ...]] = {}
    absent: dict[str, Absence] = {}
    places: dict[str, Location] = {}
    used: set[str] = set()
    for rule in _RULES[family]:
        if rule.only and kind not in rule.only:
            absent[rule.name] = Absence.NOT_IN_FORMAT
            continue
        made = rule.make(seen)
        if isinstance(made, (int, float)) and math.isfinite(made):
            values[rule.name] = round(float(made), 6)
        elif isinstance(made, (int, float)):
            absent[rule.name] = Absence.NOT_READABLE
            continue
        else:
            words = tuple(sorted({word(item) for item in made or () if item}))[:MOST_WORDS]
            if not words:
                absent[rule.name] = Absence.NOT_READABLE if seen.blind else Absence.NOT_STATED
                continue
            tokens[rule.name] = words
        _note(rule, seen, places, used)
    claimed = declared_by(seen, family)
    return Row(
        family=family,
        sha256=extraction.sha256,
        groups=_groups(seen, family, kind, source, claimed),
        values=values,
        tokens=tokens,
        absent=absent,
        places=places,
        rests_on=tuple(sorted(used)),
        declared=claimed,
    )


def _note(rule: Rule, seen: Seen, places: dict[str, Location], used: set[str]) -> None:
    for read in rule.reads:
        for name in seen.names(read[:-1]) if read.endswith("*") else (read,):
            found = seen.all(name)
            if not found:
                continue
            used.add(name)
            if rule.name not in places and str(found[-1].where):
                places[rule.name] = found[-1].where


def _groups(
    seen: Seen, family: FormatFamily, kind: str, source: str, claimed: tuple[str, str] | None
) -> dict[str, str]:
    """The document's key on every level that is known; people and templates as digests."""
    found = {"source": source} if source else {}
    program = "" if claimed is None else " ".join(part for part in claimed if part)
    author = person(seen)
    if author:
        found["sender"] = f"{kind} {author} {program}".rstrip()
    template = template_of(seen)
    if template:
        found["template"] = f"{kind} {template}"
    if program:
        found["program"] = f"{kind} {program}"
    found["format"] = kind if kind == family else f"{family} {kind}"
    return found


def person(seen: Seen) -> str:
    """Who made or sent the document, as a digest; ``""`` when it does not say."""
    return next((found for name in AUTHORS if (found := person_digest(seen.text(name)))), "")


def person_digest(said: str) -> str:
    """A digest that stands for a name or an address; a digest stands for itself."""
    said = said.strip().casefold()
    return said if not said or _is_digest(said) else digest("person", said)


def template_of(seen: Seen) -> str:
    """The template it was made from, as a digest; ``""`` for none and for those every program has."""
    found = next((found for name in TEMPLATES if (found := template_digest(seen.text(name)))), "")
    return "" if found in _ORDINARY_TEMPLATES else found


def template_digest(said: str) -> str:
    """A digest that stands for the name of a template; ordinary ones stand for themselves."""
    said = said.strip().replace("\\", "/").rpartition("/")[2].casefold()
    return said if not said or said in _ORDINARY_TEMPLATES or _is_digest(said) else digest("template", said)


def _is_digest(said: str) -> bool:
    return len(said) == 16 and all(c in "0123456789abcdef" for c in said)


@functools.cache
def catalogue() -> Mapping[str, Feature]:
    """Every feature by name, in the order of the formats, with what it means and comes from."""
    return MappingProxyType(
        {
            rule.name: Feature(
                name=rule.name,
                family=family,
                kind="number" if rule.unit else "words",
                unit=rule.unit,
                meaning=rule.meaning,
                observations=rule.reads,
            )
            for family, rules in _RULES.items()
            for rule in rules
        }
    )


@functools.cache
def rested_on() -> frozenset[str]:
    """Every observation a row can rest on; ``*`` at the end stands for all names that begin so."""
    from leakverify.features._programs import NAMING

    names = {name for feature in catalogue().values() for name in feature.observations}
    return frozenset(names | set(NAMING) | set(AUTHORS) | set(TEMPLATES) | set(KINDS))


__all__ = ["FEATURES_VERSION", "UNLISTED", "catalogue", "extract", "family_of", "kind_of", "rested_on"]
