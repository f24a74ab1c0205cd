"""How each page was made: habits of the writing program that do not depend on what the page shows.

A program that writes a document gives all its pages the same kind of
dictionaries, names its resources by one scheme, describes fonts with the same
keys and sets text with the same operators.  Each of these is told for the first
page and for every page where it differs from the page before, so that a check
can see which pages came off another line.  What only a document's content
decides (how many fonts, which pictures) is left out as far as it goes.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, clip
from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.pages import Page, name
from leakverify.extractors.pdf.state import Reading

#: pages looked at; a page costs about a third of a millisecond
_PAGES = 600
#: bytes of a page's content whose operators are looked at
_PREFIX = 6_144
#: named resources and fonts of one page
_NAMED = 200

#: entries of a page that come and go with what is on it, or with what was done to it later
_INCIDENTAL = frozenset(
    "/Type /Parent /Annots /StructParents /Tabs /B /Trans /Dur /AA /LastModified /PieceInfo /Thumb /ID "
    "/Metadata /Rotate /CropBox /TrimBox /BleedBox /ArtBox /UserUnit".split()
)
#: entries of a font that differ from font to font of one writer
_PER_FONT = frozenset(
    "/Name /FirstChar /LastChar /Widths /ToUnicode /Encoding /DW /W /W2 /DW2 /CIDToGIDMap".split()
)
_DIGITS = re.compile(r"\d+")
_OPERAND = re.compile(
    rb"\((?:[^()\\]|\\[\s\S])*\)?|<[0-9A-Fa-f\s]*>|<<|>>|[\[\]]|/[^\s()<>\[\]{}/%]*"
    rb"|[-+]?\d*\.?\d+|[A-Za-z'\"*]+|%[^\r\n]*"
)
_COLOURS = (b"rg", b"g", b"k", b"scn", b"sc")
_SHOWN = (b"Tj", b"TJ", b"'", b'"')
_MOVED = (b"Tm", b"Td", b"TD", b"T*")


def facts(reading: Reading) -> Iterator[Event]:
    if len(reading.pages) < 2:
        return
    reading.latest()
    pages = reading.pages[:_PAGES]
    seen = _Fonts(reading.store)
    before: dict[str, str] = {}
    groups = _groups([seen.numbers(page) for page in pages])
    for page, group in zip(pages, groups, strict=True):
        for observed, value in (
            ("pdf.assembly.box", _box(page, reading.store)),
            ("pdf.assembly.keys", _keys(page)),
            ("pdf.assembly.names", _names(reading.store, page)),
            ("pdf.assembly.fonts", seen.shapes(page)),
            ("pdf.assembly.group", group),
            ("pdf.assembly.content", _content(reading.store, page)),
            ("pdf.assembly.operators", _operators(reading.store, page)),
        ):
            if before.get(observed) != value:
                before[observed] = value
                yield Observation(name=observed, value=clip(value, 400), where=Location(page=page.index))
    yield Observation(name="pdf.assembly.pages", value=len(pages))


def _box(page: Page, store: Store) -> str:
    """Width and height as written, turned or not: ``595.32x841.92`` and ``595x842`` are two programs' A4."""
    if page.box is None:
        return "none"
    left, bottom, right, top = page.box
    turned = store.get(page.entry, "/Rotate")
    angle = int(turned) % 360 if isinstance(turned, int) else 0
    size = f"{round(right - left, 3):g}x{round(top - bottom, 3):g}"
    return f"{size} turned {angle}" if angle else size


def _keys(page: Page) -> str:
    kept = sorted(name(key) for key in list(page.entry)[:60] if key not in _INCIDENTAL)
    return " ".join(kept)


def _names(store: Store, page: Page) -> str:
    """The scheme by which resources are named, digits as ``#``: ``Font F# TT#; XObject Im#``."""
    resources = store.resolve(page.resources)
    if not isinstance(resources, dict):
        return "none"
    words = []
    for category in ("/Font", "/XObject", "/ExtGState", "/ColorSpace"):
        held = store.dictionary(resources, category)
        schemes = sorted({_DIGITS.sub("#", name(key)) for key in list(held)[:_NAMED]})
        if schemes:
            words.append(f"{category[1:]} {' '.join(clip(scheme, 24) for scheme in schemes[:8])}")
    if "/ProcSet" in resources:
        words.append("ProcSet")
    return "; ".join(words) or "none"


class _Fonts:
    """Fonts by object number, so that one used by a thousand pages is looked at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shapes: dict[int, str] = {}

    def numbers(self, page: Page) -> list[int]:
        held = self._store.dictionary(self._store.resolve(page.resources), "/Font")
        return [number for one in list(held.values())[:_NAMED] if (number := number_of(one)) is not None]

    def shapes(self, page: Page) -> str:
        """Kinds of font dictionaries: type, which entries it has and its descriptor has."""
        held = self._store.dictionary(self._store.resolve(page.resources), "/Font")
        found = set()
        for one in list(held.values())[:_NAMED]:
            number = number_of(one)
            known = None if number is None else self._shapes.get(number)
            if known is None:
                known = self._shape(self._store.resolve(one))
                if number is not None:
                    self._shapes[number] = known
            found.add(known)
        return " ".join(sorted(found)[:20]) or "none"

    def _shape(self, font: Any) -> str:
        if not isinstance(font, dict):
            return "none"
        kind = name(self._store.get(font, "/Subtype"))
        holder = font
        below = self._store.array(font, "/DescendantFonts")
        if below:
            holder = self._store.resolve(below[0])
            kind += f"/{name(self._store.get(holder, '/Subtype'))}"
        descriptor = self._store.dictionary(holder, "/FontDescriptor")
        entries = [
            sorted(str(key) for key in list(part)[:40] if key not in _PER_FONT) for part in (font, descriptor)
        ]
        digest = hashlib.sha256(repr(entries).encode()).hexdigest()[:8]
        return f"{clip(kind, 40)}:{digest}"


def _groups(fonts: list[list[int]]) -> list[str]:
    """For each page the first one it shares a font object with, also through others; "-" without fonts."""
    first: dict[int, int] = {}
    parent = list(range(len(fonts)))

    def top(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for at, numbers in enumerate(fonts):
        for number in numbers:
            one, other = top(first.setdefault(number, at)), top(at)
            parent[max(one, other)] = min(one, other)
    return [str(top(at) + 1) if numbers else "-" for at, numbers in enumerate(fonts)]


# the content


def _content(store: Store, page: Page) -> str:
    """How content is stored: in one stream or several, and which entries the first stream has."""
    stated = store.get(page.entry, "/Contents")
    several = isinstance(stated, list)
    first = store.resolve(stated[0]) if isinstance(stated, list) and stated else stated
    if not isinstance(first, dict):
        return "none"
    coded = store.get(first, "/Filter")
    named = [name(store.resolve(one)) for one in (coded if isinstance(coded, list) else [coded])[:4]]
    many = f"{len(stated)} parts" if isinstance(stated, list) else "one part"
    return f"{many if several else 'one part'}; {' '.join(one for one in named if one) or 'plain'}"


def _operators(store: Store, page: Page) -> str:
    """Which of several ways to say the same the first operators of a page choose."""
    prefix = _beginning(store, page)
    if not prefix.strip():
        return "none"
    words = _OPERAND.findall(prefix[: _PREFIX - 128] if len(prefix) >= _PREFIX else prefix)
    operators = [word for word in words if word[:1].isalpha() or word in (b"'", b'"')]
    used = frozenset(operators)
    decimals = max(
        (len(word.partition(b".")[2]) for word in words if b"." in word and word[-1:].isdigit()), default=0
    )
    bare = any(word.startswith((b".", b"-.")) for word in words)
    texts = {word[:1] for word in words if word[:1] in (b"(", b"<") and word != b"<<"}
    feed = b"\r\n" if b"\r\n" in prefix else b"\n" if b"\n" in prefix else b"\r" if b"\r" in prefix else b""
    return " ".join(
        (
            "begins=" + b",".join(operators[:2]).decode("latin-1"),
            "show=" + _which(_SHOWN, used),
            "place=" + _which(_MOVED, used),
            "colour=" + _which(_COLOURS, used),
            "text=" + "".join(sorted({b"(": "literal", b"<": "hex"}[one] for one in texts)),
            "marked=" + _which((b"BDC", b"BMC"), used),
            f"decimals={min(decimals, 9)}{' bare' if bare else ''}",
            "lines=" + {b"\r\n": "crlf", b"\n": "lf", b"\r": "cr", b"": "none"}[feed],
        )
    )


def _which(choices: tuple[bytes, ...], used: frozenset[bytes]) -> str:
    return ",".join(choice.decode() for choice in choices if choice in used) or "-"


def _beginning(store: Store, page: Page) -> bytes:
    """The first bytes of a page's content, unpacked no further than that."""
    stated = store.get(page.entry, "/Contents")
    for part in stated[:3] if isinstance(stated, list) else [stated]:
        stream = store.resolve(part)
        raw = getattr(stream, "_data", None)
        if not isinstance(raw, bytes) or store.sealed:
            continue
        if store.crypt is None and store.get(stream, "/Filter") == "/FlateDecode":
            try:
                decoded = zlib.decompressobj().decompress(raw[: 4 * _PREFIX], _PREFIX)
            except zlib.error:
                decoded = b""
        else:
            decoded = (store.decode(stream) or b"")[:_PREFIX]
        if len(decoded.strip()) > 20:
            return decoded
    return b""
