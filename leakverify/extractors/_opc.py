"""Open Packaging Conventions (ECMA-376 part 2) over our ZIP layer: parts, types, relationships.

A package hands out bytes and parsed parts one at a time and never more than it
can afford; what was wrong with a part waits in the package until it is drained.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Fault, Source, clip
from leakverify.extractors._xml import XmlError, parse_declaring
from leakverify.extractors._zip import Archive, Entry, inflate

if TYPE_CHECKING:
    from lxml.etree import _Element

CONTENT_TYPES = "[Content_Types].xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"

#: bytes of one part; the largest genuine XML parts seen are below 30 MB
PART_BYTES = 64 * 1024 * 1024
#: bytes of the beginning of a part that is read for its root element only
HEAD_BYTES = 64 * 1024
#: relationships kept of one part
_RELATIONS_KEPT = 20_000
#: namespace declarations stated of one part and of one document
_DECLARED, _DECLARED_ALL = 300, 20_000
#: estimated bytes of memory for the tree of one part, and for those of a document one after another
_TREE, _TREES = 384 * 1024 * 1024, 640 * 1024 * 1024
#: what is allocated for half an element (each has up to two "<"), an attribute, a declared namespace
_PER_TAG, _PER_ATTRIBUTE, _PER_NAMESPACE = 100, 240, 400
#: parts that declare themselves otherwise than the content types, stated one by one
_ODD = 100
#: folders of parts that others than the writing program put into a document
_OTHERS_PARTS = ("customxml/", "docmetadata/", "_xmlsignatures/", "customui/", "xl/xmlmaps")
#: faults of one code that are told one by one
_COMPLAINTS = 100

_XML_DECLARATION = re.compile(r"(?:\ufeff)?\s{0,16}(<\?xml[^>]{0,200}\?>)\s{0,8}")


class Relation(NamedTuple):
    """A relationship; ``target`` is a part name, or the literal target when external."""

    id: str
    type: str
    target: str
    external: bool

    def is_a(self, *endings: str) -> bool:
        """Whether the last step of the type is one of these; transitional and strict differ before it."""
        return self.type.rpartition("/")[2] in endings


class Part(NamedTuple):
    """A parsed part. ``whole`` is false when only its beginning was parsed."""

    name: str
    where: Location
    root: _Element
    data: bytes
    whole: bool

    @property
    def namespace(self) -> str:
        """Namespace of the root element in Clark braces, ``""`` when it has none."""
        tag = str(self.root.tag)
        return tag[: tag.index("}") + 1] if tag.startswith("{") else ""

    @property
    def kind(self) -> str:
        """Local name of the root element."""
        return str(self.root.tag).rpartition("}")[2]


class Package:
    """The parts of one document, found by name without regard to case (part 2, 6.2.2.3)."""

    def __init__(self, source: Source, context: Context, archive: Archive) -> None:
        self._source = source
        self._context = context
        self._pending: list[Observation | Fault] = []
        self._left = _TREES
        self._declared = 0
        self._complaints: Counter[str] = Counter()
        self._relations: dict[str, tuple[Relation, ...]] = {}
        self._cut: set[str] = set()
        #: declaration of the content types, white space and all; None until they were read
        self._first_declaration: str | None = None
        self._odd = 0
        #: parts something was wrong with
        self.damaged: set[str] = set()
        self.recovered = archive.recovered
        self.parsed: set[str] = set()
        self.names: dict[str, str] = {}
        self.entries: dict[str, Entry] = {}
        # of entries with one name the last the directory lists wins, as in every common reader
        for entry in archive.listed:
            name = entry.name.replace("\\", "/").lstrip("/")
            if name and not entry.is_folder:
                self.names[name.lower()] = name
                self.entries[name.lower()] = entry
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}

    def drain(self) -> Iterator[Observation | Fault]:
        """What the parts read since the last call stated of themselves, and what was wrong."""
        pending, self._pending = self._pending, []
        yield from pending

    def complain(self, code: str, detail: str, where: Location) -> None:
        """Put a fault with what waits; of many of one kind the first ones and a last word."""
        self.damaged.add(where.part)
        self._complaints[code] += 1
        if self._complaints[code] <= _COMPLAINTS:
            self._pending.append(Fault(code, detail, where))
        elif self._complaints[code] == _COMPLAINTS + 1:
            self._pending.append(Fault(code, f"and more than {_COMPLAINTS} such problems", where))

    def up_to(
        self, most: int, what: str, elements: Iterable[_Element], where: Location
    ) -> Iterator[_Element]:
        """The first ``most`` of the elements; a fault waits in the package when there are more."""
        for number, element in enumerate(elements):
            if number == most:
                self.complain("limit-answer", f"more than {most} {what}", where)
                return
            yield element

    def find(self, name: str) -> str | None:
        """The part's name as the archive spells it, or ``None``."""
        wanted = name.lstrip("/").lower()
        if wanted not in self.names:
            wanted = unquote(wanted)
        return self.names.get(wanted)

    def entry(self, name: str) -> Entry:
        return self.entries[name.lower()]

    def where(self, name: str) -> Location:
        """The part by name alone: where it lies is stated once, by ``ooxml.part``."""
        return Location(part=clip(self.find(name) or name))

    def load(self, name: str, *, most: int = PART_BYTES, prefix: bool = False) -> bytes | None:
        """Bytes of a part, as many as could be had; ``None`` when there is no such part."""
        found = self.find(name)
        if found is None:
            return None
        budget = self._context.budget
        data, fault = inflate(self._source, self.entry(found), budget, most=most, prefix=prefix)
        if fault is not None:
            self.complain(fault.code, fault.detail, fault.where)
            self._cut.add(found)
        return data

    def load_whole(self, name: str, *, most: int) -> bytes | None:
        """Bytes of a part to be examined on its own: all of them, undamaged, or ``None``."""
        budget = self._context.budget
        data, fault = inflate(self._source, self.entry(name), budget, most=most, whole=True)
        if fault is not None:
            self.complain(fault.code, fault.detail, fault.where)
            return None
        return data

    def parse(self, name: str, *, declaration: bool = False, head: bool = False) -> Part | None:
        """Parse a part once and note its namespaces; ``None`` when nothing of it can be parsed.

        With ``head`` only its beginning is read.  ``declaration``: its XML
        declaration is stated too.
        """
        data = self.load(name, most=HEAD_BYTES if head else PART_BYTES, prefix=head)
        if data is None:
            return None
        return self.parse_data(name, data, declaration=declaration, head=head)

    def parse_data(
        self, name: str, data: bytes, *, declaration: bool = False, head: bool = False
    ) -> Part | None:
        """As :meth:`parse`, for bytes of the part that were loaded before."""
        found = self.find(name) or name
        where = self.where(found)
        self.parsed.add(found.lower())
        if declaration:
            self._state_declaration(data, where)
        elif data:
            self._compare_declaration(data, where)
        if not data:
            return None
        cut = self._affordable(data, where)
        # what was cut off on the way need not be told a second time as bad markup
        partial = len(cut) < len(data) or found in self._cut or (head and len(data) >= HEAD_BYTES)
        if not cut:
            return None
        try:
            (root, complaint), declared = parse_declaring(cut, limit=PART_BYTES)
        except XmlError as refused:
            self.complain(refused.code, refused.detail, where)
            return None
        if complaint and not partial:
            self.complain("malformed", complaint, where)
        self._state_namespaces(root, declared, where)
        return Part(found, where, root, data, not partial)

    def _affordable(self, data: bytes, where: Location) -> bytes:
        """As much of the part's beginning as its tree may take memory for."""
        left = min(self._left, _TREE)
        cost = _tree_cost(data)
        while data and cost > left:
            data = data[: len(data) * left // cost * 7 // 8]
            cost = _tree_cost(data)
            if cost <= left:
                self.complain("limit-text", "more elements than are read", where)
        self._left -= cost
        return data

    def _state_declaration(self, data: bytes, where: Location) -> None:
        literal, around = _declared(data)
        if where.part == CONTENT_TYPES:
            self._first_declaration = around
        raw = None if around == literal else around
        self._pending.append(Observation(name="ooxml.xml_declaration", value=literal, where=where, raw=raw))

    def _compare_declaration(self, data: bytes, where: Location) -> None:
        """Note a part that does not begin as the content types do; parts of add-ins never do."""
        if self._first_declaration is None or where.part.lower().startswith(_OTHERS_PARTS):
            return
        literal, around = _declared(data)
        if around != self._first_declaration and self._odd < _ODD:
            self._odd += 1
            raw = None if around == literal else around
            self._pending.append(
                Observation(name="ooxml.other_declaration", value=literal, where=where, raw=raw)
            )

    def _state_namespaces(self, root: _Element, declared: list[tuple[str, str]], where: Location) -> None:
        kept = dict.fromkeys(declared)
        for number, (prefix, uri) in enumerate(kept):
            if number == _DECLARED or self._declared == _DECLARED_ALL:
                self.complain("limit-answer", "more namespaces than are kept", where)
                break
            self._declared += 1
            literal = f'xmlns:{prefix}="{uri}"' if prefix else f'xmlns="{uri}"'
            self._pending.append(
                Observation(name="ooxml.namespace", value=clip(uri), where=where, raw=clip(literal))
            )
        ignorable = root.get(_IGNORABLE)
        if ignorable is not None:
            self._pending.append(Observation(name="ooxml.mc_ignorable", value=clip(ignorable), where=where))

    def read_types(self) -> bool:
        """Read the content types. False when the package has none."""
        part = self.parse(CONTENT_TYPES, declaration=True)
        if part is None:
            return False
        for child in part.root.iter(f"{_TYPES}Default", f"{_TYPES}Override"):
            stated = child.get("ContentType", "")
            if child.tag == f"{_TYPES}Default":
                self._defaults.setdefault(child.get("Extension", "").lower(), stated)
            else:
                self._overrides.setdefault(child.get("PartName", "").lstrip("/").lower(), stated)
        return True

    def content_type(self, name: str) -> str:
        """Content type of a part, without parameters, lower case; ``""`` when not stated."""
        lowered = name.lower()
        stated = self._overrides.get(lowered)
        if stated is None:
            stated = self._defaults.get(lowered.rpartition(".")[2], "")
        return stated.partition(";")[0].strip().lower()

    def of_type(self, *types: str) -> Iterator[str]:
        """Names of parts, present or not, that the overrides give one of these content types."""
        for name, stated in self._overrides.items():
            if stated.strip().lower() in types:
                yield name

    def relations(self, name: str) -> tuple[Relation, ...]:
        """The relationships of a part, or of the package for ``""``, in the order stated."""
        if name not in self._relations:
            self._relations[name] = tuple(self._read_relations(name))
        return self._relations[name]

    def _read_relations(self, name: str) -> Iterator[Relation]:
        folder, _, leaf = name.rpartition("/")
        part = self.parse(posixpath.join(folder, "_rels", f"{leaf}.rels"))
        if part is None:
            return
        stated = part.root.iter(f"{_RELATIONS}Relationship")
        for child in self.up_to(_RELATIONS_KEPT, "relationships", stated, part.where):
            target, kind = child.get("Target", ""), child.get("Type", "")
            external = child.get("TargetMode", "").lower() == "external"
            if not external:
                target = _resolve(folder, target)
            yield Relation(child.get("Id", ""), kind, target, external)

    def related(self, name: str, *endings: str) -> Iterator[str]:
        """Names of the existing parts a part points at by relationships of these types."""
        seen: set[str] = set()
        for relation in self.relations(name):
            if relation.is_a(*endings) and not relation.external:
                found = self.find(relation.target)
                if found is None:
                    self.complain("missing-part", clip(relation.target, 200), self.where(name))
                elif found not in seen:
                    seen.add(found)
                    yield found


def _declared(data: bytes) -> tuple[str, str]:
    """The XML declaration of a part, and the same with the byte order mark and white space around it."""
    head = data[:600]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        said = "\ufeff" + head[: len(head) & ~1].decode("utf-16", "replace")
    else:
        said = head.decode("utf-8", "replace")
    found = _XML_DECLARATION.match(said)
    return ("", "") if found is None else (found[1], found[0])


def _resolve(folder: str, target: str) -> str:
    """The part a target names, seen from a folder (RFC 3986, 5.2, without a scheme)."""
    target = target.replace("\\", "/").partition("#")[0]
    if not target.startswith("/"):
        target = f"{folder}/{target}"
    steps: list[str] = []
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _tree_cost(data: bytes) -> int:
    """Upper estimate of the memory a tree of these bytes takes, cheap to know before parsing."""
    return (
        len(data)
        + data.count(b"<") * _PER_TAG
        + data.count(b"=") * _PER_ATTRIBUTE
        + data.count(b"xmlns") * _PER_NAMESPACE
    )
