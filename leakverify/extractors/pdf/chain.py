"""The revisions of a PDF: which saves are in the file, and what each one wrote.

An incremental save appends objects, a cross-reference section and ``%%EOF``
(ISO 32000-2, 7.5.6).  Counting ``%%EOF`` is not counting saves: linearised files
have two from one save, Word writes an empty second section for old readers,
and attachments bring their own.  So the chain is followed from the last
``startxref`` through ``/Prev`` and ``/XRefStm``, and two sections belong to one
save when the second adds no byte of content:

* the earlier one lies *behind* it in the file (linearisation), or
* everything it names was already there, and said the same.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leakverify.extractors._base import LimitExceeded
from leakverify.extractors.pdf.objects import Entry, Store, View, number_of

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject

#: sections followed; the longest genuine chains known have some hundred
SECTIONS = 1000
#: cross-reference entries of all sections together
ENTRIES = 1_000_000

# no possessive quantifiers: around groups they match wrongly before Python 3.11.5 (CPython issue 106052);
# every repetition here is bounded, and what follows it cannot begin with what it repeats
_BLANK = rb"[\x00\t\n\f\r ]"
_TABLE = re.compile(rb"[\x00\t\n\f\r ]{0,16}xref(?=[\x00\t\n\f\r 0-9])")
_KEYWORD = re.compile(rb"(?<!start)xref(?=[\x00\t\n\f\r 0-9])")
_OBJECT = re.compile(rb"[\x00\t\n\f\r ]{0,16}\d{1,10}[\x00\t\n\f\r ]{1,8}\d{1,5}[\x00\t\n\f\r ]{1,8}obj")
_SUBSECTION = re.compile(_BLANK + rb"{0,64}(\d{1,10})" + _BLANK + rb"{1,16}(\d{1,10})" + _BLANK + rb"{0,64}")
_ENTRY = re.compile(_BLANK + rb"{0,64}(\d{1,20})" + _BLANK + rb"{1,8}(\d{1,10})" + _BLANK + rb"{0,8}([nf])")
_TRAILER = re.compile(_BLANK + rb"{0,64}(?:%[^\r\n]{0,1000}[\r\n]" + _BLANK + rb"{0,64}){0,20}trailer")
_CLOSING = re.compile(
    _BLANK + rb"{0,256}(?:endobj" + _BLANK + rb"{0,256})?"
    rb"(?:%(?!%EOF)[^\r\n]{0,1000}[\r\n]" + _BLANK + rb"{0,256}){0,20}"
    rb"startxref" + _BLANK + rb"{0,64}\d{1,20}(?:\r\n|\n|\r)?"
    rb"(?:" + _BLANK + rb"{0,256}(?:%(?!%EOF)[^\r\n]{0,1000}[\r\n]" + _BLANK + rb"{0,256}){0,20}"
    rb"%%EOF(?:\r\n|\n|\r)?)?"
)
_ANY_OBJECT = re.compile(rb"(?<![0-9])\d{1,10}[\x00\t\n\f\r ]{1,8}\d{1,5}[\x00\t\n\f\r ]{1,8}obj\b")
_ANY_TRAILER = re.compile(rb"trailer" + _BLANK + rb"{0,64}(?=<<)|/Type" + _BLANK + rb"{0,4}/XRef\b")
_STARTXREF = re.compile(rb"startxref" + _BLANK + rb"{0,64}(\d{1,20})")
#: trailers that are read when the file is looked through, the last ones
_TRAILERS = 40
#: how far from its stated place a section is looked for
_NEAR = 1024
#: how far behind its section the end of a save is looked for when it is not right there
_SEARCH = 4096


@dataclass(slots=True)
class Section:
    """One cross-reference section. ``end``: the byte after its trailer or stream."""

    offset: int
    end: int
    kind: str
    trailer: DictionaryObject
    entries: dict[int, Entry]
    #: of the section's own stream, which is part of every such section and not a change
    own: frozenset[int] = frozenset()


@dataclass(slots=True)
class Revision:
    """One save. The document of that time is ``data[:end]``."""

    number: int
    end: int
    kind: str
    startxref: int
    trailer: DictionaryObject
    entries: dict[int, Entry]
    own: frozenset[int]
    closed: bool = True


@dataclass(slots=True)
class Chain:
    """All saves, oldest first. ``broken`` says where the chain could not be followed."""

    revisions: list[Revision] = field(default_factory=list)
    broken: str = ""
    #: there are objects behind the last complete save
    loose: bool = False
    #: the end of the file is missing
    truncated: bool = False
    #: a section was not where it is said to be, so no position in the file can be relied on
    displaced: bool = False
    #: object numbers were found by looking through the bytes, not by a cross-reference
    rebuilt: bool = False
    #: the state after the last save, merged
    _whole: dict[int, Entry] | None = None

    def view(self, number: int) -> View:
        """What objects stand for after save ``number``."""
        upto = self.revisions[:number]
        if number < len(self.revisions) or number < 3:
            return View([revision.entries for revision in reversed(upto)], upto[-1].trailer)
        if self._whole is None:
            self._whole = {}
            for revision in upto:
                self._whole.update(revision.entries)
        return View([self._whole], upto[-1].trailer)


def header_at(data: bytes) -> int:
    """Where ``%PDF-`` is, within the first kilobyte as readers demand; -1 if nowhere."""
    return data.find(b"%PDF-", 0, 1024 + 5)


def read_chain(store: Store) -> Chain:
    """Follow the chain, group its sections into saves. Never raises for bad bytes."""
    chain = Chain()
    sections = _follow(store, chain)
    if not sections:
        return chain
    _group(store.data, sections, chain)
    if _ANY_OBJECT.search(store.data, chain.revisions[-1].end):
        # one that was cut off, or content for readers that do not insist on a cross-reference
        chain.loose = True
    return chain


def _follow(store: Store, chain: Chain) -> list[Section]:
    """Sections, newest first."""
    data = store.data
    at = _last_startxref(data, chain)
    if at is None:
        return []
    header = max(header_at(data), 0)
    if header and not _looks_like_section(data, at) and _looks_like_section(data, at + header):
        store.base = header
    sections: list[Section] = []
    seen: set[int] = set()
    left = ENTRIES
    where: int | None = at
    while where is not None:
        where += store.base
        if where in seen:
            chain.broken = f"the chain of sections returns to byte {where}"
            break
        if len(sections) >= SECTIONS:
            raise LimitExceeded("limit-pages", f"more than {SECTIONS} cross-reference sections")
        seen.add(where)
        section = _section(store, where, left) or _displaced(store, chain, where, left, sections)
        if section is None:
            if sections and where <= store.base:
                break  # "/Prev 0": how some programs write that there is none
            chain.broken = f"no cross-reference section at byte {where}"
            break
        left -= len(section.entries)
        sections.append(section)
        where = _offset(dict.get(section.trailer, "/Prev"))
    return sections


def _last_startxref(data: bytes, chain: Chain) -> int | None:
    """The offset the file ends with, or that of the last save that is complete."""
    at = data.rfind(b"startxref")
    if data.find(b"%%EOF", max(len(data) - 2048, at)) < 0:
        chain.truncated = True
    while at >= 0:
        found = _STARTXREF.match(data, at)
        if found:
            return int(found[1])
        at = data.rfind(b"startxref", 0, at)
    chain.broken = "no startxref"
    return None


def _looks_like_section(data: bytes, at: int) -> bool:
    return bool(_TABLE.match(data, at) or _OBJECT.match(data, at))


def _offset(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**63 else None


def _section(store: Store, at: int, left: int) -> Section | None:
    table = _TABLE.match(store.data, at)
    if table is None:
        return _stream_section(store, at, left)
    section = _table_section(store, at, table.end(), left)
    if section is None:
        return None
    hidden = _offset(dict.get(section.trailer, "/XRefStm"))
    if hidden is not None:
        more = _stream_section(store, hidden + store.base, left - len(section.entries))
        if more is None:
            store.complain(f"no cross-reference stream at byte {hidden + store.base}")
        else:
            section.kind = "hybrid"
            section.own = more.own
            # 7.5.8.4: what the table calls free may be defined in the stream
            used = {number: entry for number, entry in section.entries.items() if entry[0]}
            section.entries = {**section.entries, **more.entries, **used}
    return section


def _displaced(store: Store, chain: Chain, at: int, left: int, newer: list[Section]) -> Section | None:
    """A section that is near the place stated for it, or, for the last one, right before ``startxref``.

    Programs that count line ends wrongly, and transfers that changed them, are the ordinary causes.
    """
    data = store.data
    if newer and at <= store.base:
        return None
    begin = max(at - _NEAR, 0)
    near = sorted((m.start() for m in _KEYWORD.finditer(data, begin, at + _NEAR)), key=lambda p: abs(p - at))[
        :3
    ]
    near += sorted(
        (m.start() for m in _OBJECT.finditer(data, max(at - 32, 0), at + 32)), key=lambda p: abs(p - at)
    )
    if not newer:
        last = data.rfind(b"startxref")
        near += [m.start() for m in _KEYWORD.finditer(data, max(last - 262_144, 0), last)][-1:]
    for place in near:
        section = _section(store, place, left)
        if section is not None and (newer or section.end <= data.rfind(b"startxref")):
            store.complain(f"the cross-reference section stated at byte {at} is at byte {place}")
            chain.displaced = True
            return section
    return None


def _table_section(store: Store, offset: int, at: int, left: int) -> Section | None:
    data, base = store.data, store.base
    entries: dict[int, Entry] = {}
    while (found := _SUBSECTION.match(data, at)) and data[found.end() : found.end() + 1].isdigit() | (
        int(found[2]) == 0
    ):
        start, amount, at = int(found[1]), int(found[2]), found.end()
        if amount > left:
            amount = left + 1
        at = _subsection(data, at, start, amount, base, entries)
        if len(entries) > left:
            raise LimitExceeded("limit-members", f"more than {ENTRIES} cross-reference entries")
    marker = _TRAILER.match(data, at)
    if marker is None:
        return None
    trailer, end = store.value(marker.end())
    if not isinstance(trailer, dict):
        return None
    return Section(offset, end, "table", trailer, entries)  # type: ignore[arg-type]


def _subsection(data: bytes, at: int, start: int, amount: int, base: int, entries: dict[int, Entry]) -> int:
    """Take the entries of one subsection; the position behind them.

    Most files keep to twenty bytes an entry, and those are taken in one go.
    """
    block = data[at : at + 20 * amount]
    words = block.split()
    if len(words) == 3 * amount and block[17:18] in (b"n", b"f") and amount:
        flags = words[2::3]
        if set(flags) <= {b"n", b"f"}:
            try:
                offsets, generations = list(map(int, words[0::3])), list(map(int, words[1::3]))
            except ValueError:
                offsets = generations = []
            if offsets:
                start = _first_number(start, offsets[0], generations[0], flags[0])
                for number, (offset, generation, flag) in enumerate(
                    zip(offsets, generations, flags, strict=True), start
                ):
                    entries.setdefault(number, (1, offset + base, generation) if flag == b"n" else (0, 0, 0))
                return at + len(block)
    for step in range(amount):
        found = _ENTRY.match(data, at)
        if found is None:
            break
        at = found.end()
        if step == 0:
            start = _first_number(start, int(found[1]), int(found[2]), found[3])
        entry = (1, int(found[1]) + base, int(found[2])) if found[3] == b"n" else (0, 0, 0)
        entries.setdefault(start + step, entry)
    return at


def _first_number(start: int, offset: int, generation: int, flag: bytes) -> int:
    """Some programs count from 1 though their first entry is that of object 0."""
    return 0 if (start, offset, generation, flag) == (1, 0, 65535, b"f") else start


def _stream_section(store: Store, at: int, left: int) -> Section | None:
    found = store.parse(at)
    if found is None:
        return None
    number, _, stream, end = found
    if not isinstance(stream, dict) or dict.get(stream, "/Type") != "/XRef":
        return None
    crypt, store.crypt = store.crypt, None  # 7.5.8.2: never encrypted
    try:
        raw = store.decode(stream)
    finally:
        store.crypt = crypt
    widths = [int(w) if isinstance(w, int) else -1 for w in store.array(stream, "/W")]
    if raw is None or len(widths) != 3 or not all(0 <= w <= 8 for w in widths) or not sum(widths):
        store.complain(f"cross-reference stream at byte {at} cannot be read")
        return None
    size = dict.get(stream, "/Size")
    index = [int(n) for n in store.array(stream, "/Index") if isinstance(n, int)]
    if len(index) < 2:
        index = [0, int(size) if isinstance(size, int) else len(raw)]
    entries = _packed_entries(raw, widths, index, store.base, left)
    own = (
        frozenset({number})
        if entries.get(number, (0, 0, 0))[:2] in ((1, at), (1, at - store.base))
        else frozenset()
    )
    return Section(at, end, "stream", stream, entries, own)  # type: ignore[arg-type]


def _packed_entries(
    raw: bytes, widths: list[int], index: list[int], base: int, left: int
) -> dict[int, Entry]:
    """Rows of a cross-reference stream (ISO 32000-2, 7.5.8.3)."""
    first, second, third = widths
    row = first + second + third
    entries: dict[int, Entry] = {}
    number_from = int.from_bytes
    at, last = 0, len(raw) - row
    for pair in range(0, len(index) - 1, 2):
        start = index[pair]
        if start < 0:
            continue
        for number in range(start, start + index[pair + 1]):
            if at > last:
                return entries
            middle = at + first
            kind = number_from(raw[at:middle], "big") if first else 1
            place = number_from(raw[middle : middle + second], "big")
            extra = number_from(raw[middle + second : at + row], "big")
            at += row
            if len(entries) >= left:
                raise LimitExceeded("limit-members", f"more than {ENTRIES} cross-reference entries")
            if kind == 1:
                entries.setdefault(number, (1, place + base, extra))
            elif kind == 2:
                entries.setdefault(number, (2, place, extra))
            else:
                entries.setdefault(number, (0, 0, 0))
    return entries


def _group(data: bytes, sections: list[Section], chain: Chain) -> None:
    """Turn sections (newest first) into saves (oldest first)."""
    groups: list[list[Section]] = []
    for section in sections:
        if groups and section.offset > groups[-1][-1].offset:
            groups[-1].append(section)
        else:
            groups.append([section])
    merged: dict[int, Entry] = {}
    for group in reversed(groups):
        entries: dict[int, Entry] = {}
        for section in reversed(group):
            entries.update(section.entries)
        own = frozenset().union(*(section.own for section in group))
        newest = group[0]
        last = max(group, key=lambda s: s.end)
        end, closed = _closing(data, last.end)
        before = chain.revisions[-1] if chain.revisions else None
        if before is not None and _adds_nothing(before, newest, entries, own, merged):
            before.end, before.closed = max(end, before.end), closed
            before.startxref, before.kind = newest.offset, newest.kind
            before.entries.update(entries)
            before.own |= own
            before.trailer = newest.trailer
        else:
            chain.revisions.append(
                Revision(
                    number=len(chain.revisions) + 1,
                    end=end,
                    kind="hybrid" if any(s.kind == "hybrid" for s in group) else newest.kind,
                    startxref=newest.offset,
                    trailer=newest.trailer,
                    entries=entries,
                    own=own,
                    closed=closed,
                )
            )
        merged.update(entries)


def _adds_nothing(
    before: Revision,
    newest: Section,
    entries: dict[int, Entry],
    own: frozenset[int],
    merged: dict[int, Entry],
) -> bool:
    """Whether a section only repeats, for other readers, what is there already."""
    for key in ("/Root", "/Info", "/Encrypt"):
        if number_of(dict.get(before.trailer, key)) != number_of(dict.get(newest.trailer, key)):
            return False
    for number, entry in entries.items():
        known = merged.get(number)
        if known == entry or number in own:
            continue
        if known is not None and known[0]:
            return False
        kind, place, _ = entry
        if kind == 2:
            kind, place, _ = entries.get(place) or merged.get(place) or (0, 0, 0)
        if kind == 1 and place >= before.end:
            return False
    return True


def _closing(data: bytes, at: int) -> tuple[int, bool]:
    """The byte after the ``%%EOF`` of a save whose section ends at ``at``, and whether it is closed.

    Some editors drop the ``%%EOF`` of the save they build on; ``startxref`` is what readers need.
    """
    found = _CLOSING.match(data, at)
    if found:
        return found.end(), True
    stop = data.find(b"%%EOF", at, at + _SEARCH)
    begin = data.find(b"startxref", at, at + _SEARCH)
    if 0 <= begin < stop:
        end = stop + 5
        for line_end in (b"\r\n", b"\n", b"\r"):
            if data.startswith(line_end, end):
                return end + len(line_end), True
        return end, True
    return at, False


def rebuild(store: Store, chain: Chain) -> None:
    """Make one revision out of whatever objects the bytes hold, later ones winning.

    What readers do with a file whose cross-reference is lost.  The number of
    saves cannot be known then.
    """
    from pypdf.generic import DictionaryObject, NameObject

    trailer = DictionaryObject()
    entries: dict[int, Entry] = {}
    data = store.data
    packed: list[tuple[int, int]] = []
    for number, places in store.places().items():
        if len(entries) >= ENTRIES:
            raise LimitExceeded("limit-members", f"more than {ENTRIES} objects")
        entries[number] = (1, places[-1], 0)
        if b"/ObjStm" in data[places[-1] : places[-1] + 300]:
            packed.append((places[-1], number))
    store.view = View([entries], trailer)
    for _, container in sorted(packed):
        for inner in store.packed_numbers(container):
            entries.setdefault(inner, (2, container, 0))
    for found in deque(_ANY_TRAILER.finditer(data), _TRAILERS):
        stated = _trailer_at(store, found)
        for key in ("/Root", "/Info", "/ID", "/Encrypt", "/Size"):
            if key in stated:
                trailer[NameObject(key)] = dict.__getitem__(stated, key)
    if "/Root" not in trailer:
        root = _find_catalog(store, entries)
        if root is not None:
            trailer[NameObject("/Root")] = root
    chain.rebuilt = True
    chain.revisions = [Revision(1, len(data), "table", 0, trailer, entries, frozenset(), closed=False)]


def _trailer_at(store: Store, found: re.Match[bytes]) -> dict[Any, Any]:
    if found[0].startswith(b"trailer"):
        value, _ = store.value(found.end())
        return value if isinstance(value, dict) else {}
    start = store.data.rfind(b" obj", max(found.start() - 2000, 0), found.start())
    if start < 0:
        return {}
    begin = max(start - 24, 0)
    for place in re.finditer(
        rb"(?<![0-9])\d{1,10}\s{1,8}\d{1,5}(?=\s{1,8}obj)", store.data[begin : start + 4]
    ):
        parsed = store.parse(begin + place.start())
        if parsed is not None and isinstance(parsed[2], dict):
            return parsed[2]
    return {}


def _find_catalog(store: Store, entries: dict[int, Entry]) -> Any:
    from pypdf.generic import IndirectObject

    for number in sorted(entries)[:10_000]:
        found = store.object(number)
        if isinstance(found, dict) and dict.get(found, "/Type") == "/Catalog":
            return IndirectObject(number, 0, store)
    return None
