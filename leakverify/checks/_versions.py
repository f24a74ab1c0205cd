"""What the shape of an Office document says about the program that wrote it, and from when on it could."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from leakverify.checks._base import Facts, fact
from leakverify.evidence import Observation
from leakverify.knowledge import Row, table
from leakverify.when import When, parse_when

#: builds are used by their makers, and URIs coined, before a year begins (no earlier save was seen in
#: some 560 public files, where the nearest lies 9 months after the year of its URI began)
MARGIN = timedelta(days=183)

#: what tells the program that wrote and packed a document
WRITING = (
    "zip.flags.first",
    "zip.first_entry",
    "zip.times",
    "zip.time.latest",
    "zip.extra_fields",
    "ooxml.part",
    "ooxml.namespace",
    "ooxml.xml_declaration",
    "ooxml.root_prefixes",
    "ooxml.custom.name",
    "docx.rsid.declared_values",
    "xlsx.app_name",
    "xlsx.build",
    "xlsx.calc_id",
    "zip.made_by",
    "ooxml.kind",
    "ooxml.core.creator",
    "ooxml.core.last_modified_by",
    "ooxml.core.modified",
    "ooxml.app.app_version",
)
#: what tells the program that packed a document
PACKING = ("zip.made_by", "zip.flags.first", "zip.first_entry", "zip.times", "zip.extra_fields", "ooxml.part")
#: for examples: a document that names Word and begins as Office begins
NAMES_WORD = (
    fact("ooxml.app.application", "Microsoft Office Word", part="docProps/app.xml"),
    fact("zip.first_entry", "[Content_Types].xml"),
)

_PACKED_BY_OFFICE = frozenset({"0.45"})
#: parts that server software writes into documents on their way
_SERVER_PARTS = ("docProps/", "customXml/", "docMetadata/", "_rels/", "[Content_Types].xml")

#: share of the parts from which on the package as a whole was made by zlib
_NEARLY_ALL = 0.8

_DATED_URI = re.compile(
    r"http://schemas\.microsoft\.com/office/.{0,200}?/(20[0-4]\d)(?:/(\d{1,2})(?:/(\d{1,2}))?)?(?:/|\Z)"
)


@dataclass(frozen=True, slots=True)
class Writer:
    """A program recognised by how it packs. ``marks`` are the observations it was recognised by."""

    name: str
    kind: str
    marks: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Anachronism:
    """Something in the file that did not exist before ``since``."""

    observation: Observation
    what: str
    since: When


def claims_microsoft(facts: Facts) -> bool:
    """Whether the document says that a program of Microsoft Office wrote it.

    ``Microsoft Excel Compatible / Openpyxl`` and the like are open about being
    something else.
    """
    return names_microsoft(facts.text("ooxml.app.application"))


def names_microsoft(application: str) -> bool:
    """Whether the name is that of a program of Microsoft Office, and not of one that imitates it."""
    return application.startswith("Microsoft") and "compatible" not in application.lower()


def writer(facts: Facts) -> Writer | None:
    """The program that packed the document, when its habits are known."""
    made_by = {str(o.value) for o in facts.all("zip.made_by")}
    if not made_by:
        return None
    marks = tuple(
        o
        for name in ("zip.made_by", "zip.flags.first", "zip.times", "zip.extra_fields")
        for o in facts.all(name)
    )
    parts = facts.all("ooxml.part")
    last = str(parts[-1].value) if parts else ""
    for row in table("zip_writers"):
        if _fits(row, facts, made_by, last):
            return Writer(row["writer"], row["kind"], marks)
    return None


def packed_by_office(facts: Facts) -> bool:
    """Whether nothing says that another program than Microsoft Office packed the document."""
    packer = writer(facts)
    return not facts.all("zip.made_by") or (packer is not None and packer.kind == "office")


def patched(facts: Facts) -> tuple[Observation, ...]:
    """Packing marks of a document that two programs packed: those of the body, then those of the patches.

    Empty unless one of them is Office's own or an archive program's.  Entries that a library of .NET put
    into properties and labels (``0.20`` there) are the work of servers and left out.
    """
    marks = facts.all("zip.made_by")
    if len({str(o.value) for o in marks}) < 2:
        return ()
    telling = _PACKED_BY_OFFICE | _archivers()
    if not any(str(o.value) in telling for o in marks):
        return ()
    ours = [o for o in marks if str(o.value) in _PACKED_BY_OFFICE or str(o.value) not in telling]
    theirs = [o for o in marks if o not in ours]
    if not theirs:
        ours, theirs = ours[:1], ours[1:]
        if all(o.where.part.startswith(_SERVER_PARTS) for o in theirs):
            return ()
    return (*ours, *theirs)


@functools.cache
def _archivers() -> frozenset[str]:
    """What archive programs alone write as version and system."""
    rows = table("zip_writers")
    others = {mark for row in rows if row["kind"] != "archiver" for mark in row["made_by"].split()}
    return frozenset(
        mark for row in rows if row["kind"] == "archiver" for mark in row["made_by"].split()
    ) - frozenset(others)


def dialect(facts: Facts) -> tuple[str, tuple[Observation, ...]] | None:
    """The program whose own way of writing the parts show, and what shows it.

    Marks that Microsoft Office keeps when it saves such a document count only
    where Office did not pack it.
    """
    packer = writer(facts)
    ours = packer is not None and packer.kind == "office"
    for row in table("ooxml_dialects"):
        if ours and row["alone"] != "yes":
            continue
        found = _marked(row["marks"], facts)
        if found:
            return row["suite"], found
    return None


def _marked(marks: str, facts: Facts) -> tuple[Observation, ...]:
    """The observations that carry all of these marks; empty when one of them is not as it must be."""
    found: list[Observation] = []
    for mark in marks.split(" ; "):
        place, _, value = mark.partition("=")
        name, _, part = place.rstrip("!^").partition("@")
        begins = place.endswith("^")
        carried = [
            o
            for o in facts.all(name)
            if (str(o.value).startswith(value) if begins else str(o.value) == value)
            and (not part or o.where.part == part)
        ]
        if bool(carried) == place.endswith("!"):
            return ()
        found += carried[:1]
    return tuple(found)


def packed_whole_by_office(facts: Facts) -> bool:
    """Whether every entry is as Microsoft Office packs it: no other packer put in or exchanged one."""
    packer = writer(facts)
    return packer is not None and packer.kind == "office" and facts.text("zip.times") == "all-1980"


def compressed_otherwise(facts: Facts) -> bool:
    """Whether all that could be compared was compressed by zlib, but for a part or two: not by Office."""
    compared = facts.value("ooxml.parts_compared")
    by_zlib = len(facts.all("ooxml.zlib_part"))
    return isinstance(compared, int) and by_zlib > 0 and by_zlib >= _NEARLY_ALL * compared


def holds_content(part: str) -> bool:
    """Whether a part may hold what the document says, rather than what is said of it."""
    return not part.startswith(_SERVER_PARTS) and not part.endswith(".rels")


def is_word(facts: Facts) -> bool:
    """Whether the document is a text document that names Microsoft Word."""
    return facts.text("ooxml.kind").startswith("do") and "Word" in facts.text("ooxml.app.application")


def generation(prefixes: str) -> tuple[str, str] | None:
    """AppVersion and name of the Word whose namespaces these are; ``None`` where no Word declares so few.

    Which namespaces the main part declares is fixed in each release.

    >>> generation("ve o r m v wp w10 w wne")
    ('12', 'Word 2007')
    >>> generation("w r") is None
    True
    """
    declared = set(prefixes.split())
    for row in table("word_generations"):
        if declared.issuperset(row["has"].split()) and declared.isdisjoint(row["lacks"].split()):
            return row["version"], row["product"]
    return None


def scripted_default(facts: Facts, library: str = "") -> tuple[Observation, str] | None:
    """A property left as a library sets it when nobody does, and the library; of the named one, if any."""
    for row in table("scripted_defaults"):
        stated = facts.last(row["field"])
        if row["application"] not in ("", facts.text("ooxml.app.application")):
            continue
        if stated is not None and str(stated.value) == row["mark"] and library in ("", row["library"]):
            return stated, row["library"]
    return None


def _fits(row: Row, facts: Facts, made_by: set[str], last: str) -> bool:
    extras = {int(str(o.value), 16) for o in facts.all("zip.extra_fields") if _is_hex(str(o.value))}
    if not made_by <= set(row["made_by"].split()):
        return False
    for column, stated in (
        ("flags", facts.text("zip.flags.first").lower()),
        ("first", facts.text("zip.first_entry")),
        ("last", last),
        ("times", facts.text("zip.times")),
    ):
        if row[column] and stated not in row[column].split():
            return False
    if row["extra"] == "-":
        return not extras
    return not row["extra"] or int(row["extra"], 16) in extras


def _is_hex(text: str) -> bool:
    try:
        int(text, 16)
    except ValueError:
        return False
    return True


@functools.cache
def _listed() -> Mapping[str, Row]:
    return MappingProxyType({row["uri"]: row for row in table("ooxml_namespaces")})


def coined(uri: str) -> When | None:
    """When a namespace of Microsoft Office was coined, as its URI says; ``None`` for others.

    >>> coined("http://schemas.microsoft.com/office/word/2012/wordml").text
    '2012'
    """
    row = _listed().get(uri)
    if row is not None:
        return row.when
    found = _DATED_URI.match(uri)
    if found is None:
        return None
    year, month, day = found.groups()
    for text in (f"{year}-{int(month or 0):02d}-{int(day or 0):02d}", f"{year}-{int(month or 0):02d}", year):
        when = parse_when(text)
        if when is not None:
            return when
    return None


def prefix_of(uri: str) -> str:
    """The usual prefix of a listed namespace, or ``""``."""
    row = _listed().get(uri)
    return "" if row is None else row["prefix"]


def released(app_version: str) -> tuple[When, str] | None:
    """When anybody could first save with this AppVersion of Microsoft Office, and what it was called."""
    major = app_version.partition(".")[0]
    for row in table("office_versions"):
        if row["version"] == major:
            return row.when, row["product"]
    return None


#: how every part that Office writes begins
BEGINS = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
#: parts that Office writes otherwise: charts' styles without a declaration, and controls
_OTHERWISE = re.compile(r"/activex/|/charts/(colors|style)\d*\.xml\Z", re.IGNORECASE)


def begun_otherwise(facts: Facts) -> list[Observation]:
    """Parts that begin as Office begins none: in its packages, what another program wrote."""
    main = [o for o in facts.all("ooxml.xml_declaration") if (o.raw or o.value) != BEGINS]
    others = [o for o in facts.all("ooxml.other_declaration") if not _OTHERWISE.search(o.where.part)]
    return [*main, *(o for o in others if (o.raw or o.value) != BEGINS)]
