"""Fonts the pages show text in: their programs, their own dates and versions, their codes.

What is listed is what content streams really use, not what resources name.
Each program is read once, however many fonts share it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault, clip
from leakverify.extractors.pdf.fonts_codes import Codes, codes_of, letters, unicode_map
from leakverify.extractors.pdf.fonts_programs import PROGRAM_BYTES, Program, read_program
from leakverify.extractors.pdf.fonts_shown import Font, Shown, shown
from leakverify.extractors.pdf.objects import Store
from leakverify.extractors.pdf.pages import FONT_PAGES, clean, name
from leakverify.extractors.pdf.state import Reading

#: font programs that are read per document, and bytes of all of them together
PROGRAMS = 100
_BYTES_OF_PROGRAMS = 24 * 1024 * 1024
#: idle or disputed characters told per font
_TOLD = 12
#: codes of a font whose two meanings agree, for each one in dispute: below it the map is broken, not altered
_AGREEING = 4
#: codes of a map that are compared
_CODES = 2_000
#: digits that keep to their order, for two others to have changed places
_IN_ORDER = 4
_DIGITS = frozenset("0123456789")
#: idle glyphs that still count as few
_FEW = 4
#: glyph names above this length are not names of letters
_LONG_NAME = 31

_TAG = re.compile(r"([A-Z]{6})\+(.+)")


@dataclass(slots=True, eq=False)
class Known:
    """A font with what was found out about it. ``program`` is ``None`` when none is embedded."""

    font: Font
    base: str
    kind: str
    #: ``FontFile``, ``FontFile2``, ``FontFile3`` or ``""``
    held: str
    program: Program | None = None
    codes: Codes = field(default_factory=lambda: Codes({}, {}))
    #: what ToUnicode says, or ``None`` without one
    mapped: dict[int, str] | None = None
    #: whether everything that may show text in it was read, and no form field is still to be filled in it
    whole: bool = False

    @property
    def tag(self) -> str:
        found = _TAG.match(self.base)
        return found[1] if found else ""

    @property
    def family(self) -> str:
        """Base font without its subset tag."""
        found = _TAG.match(self.base)
        return found[2] if found else self.base

    @property
    def where(self) -> Location:
        page = min(self.font.pages, default=None)
        number = self.font.number
        return Location(part="" if number is None else f"obj {number} 0", page=page)

    def text(self, code: int) -> str:
        """What a code means to whoever copies it; ``""`` when the file does not say."""
        if self.mapped is not None and code in self.mapped:
            return self.mapped[code]
        return letters(self.codes.names.get(code, ""))

    def say(self, codes: bytes) -> str:
        """The text of codes in the order shown."""
        if self.font.wide:
            pairs = zip(codes[::2], codes[1::2], strict=False)
            return "".join(self.text(high << 8 | low) for high, low in pairs)
        plain = self.mapped is None and not self.codes.names
        return "".join(chr(code) if plain else self.text(code) for code in codes)


def facts(reading: Reading) -> Iterator[Event]:
    reading.latest()
    found = shown(reading)
    if found.cut:
        where = Location(page=found.cut)
        yield Fault("limit-pages", f"use of fonts was followed up to page {found.cut}", where)
    fonts: list[Known] = []
    reading.kept["fonts"] = fonts
    programs: dict[int, Program] = {}
    left = _BYTES_OF_PROGRAMS
    for font in found.fonts.values():
        if not font.pages:
            continue
        known, stream = _known(reading.store, font)
        fonts.append(known)
        if stream is not None:
            place = id(stream)
            program = programs.get(place)
            if program is None and (len(programs) >= PROGRAMS or left <= 0):
                yield Fault(
                    "limit-size", f"programs of the first {len(programs)} fonts were read", known.where
                )
                stream = None
            elif program is None:
                data = reading.store.decode(stream, PROGRAM_BYTES)
                left -= len(data or b"")
                program = programs[place] = read_program(data or b"")
            known.program = program
        _codes(reading.store, known)
        yield from _stated(known)
        yield from _disputed(known)
        known.whole = found.complete and font.key not in found.kept and not font.noted
        if known.whole:
            yield from _idle(known)
    yield from _twins(fonts)
    yield from _touched(found, {known.font.key: known for known in fonts})
    yield from _residue(reading)


def _touched(found: Shown, fonts: dict[int, Known]) -> Iterator[Event]:
    """The marks that Acrobat's text tool leaves before a text object, and what that object says."""
    for page, marks in sorted(found.touched.items()):
        where = Location(page=page)
        yield Observation(name="pdf.touchup.marks", value=len(marks), where=where)
        for mark in marks[:_TOLD]:
            text = "".join(fonts[key].say(codes) for key, codes in mark if key in fonts)
            if text.strip():
                yield Observation(name="pdf.touchup.text", value=clip(clean(text.strip()), 200), where=where)


def _residue(reading: Reading) -> Iterator[Event]:
    """Programs that keep private data in the document or its pages (ISO 32000-2, 14.5), each once."""
    store = reading.store
    told: set[str] = set()
    holders = [(reading.catalog, Location(part="catalog"))]
    holders += [(page.entry, Location(page=page.index)) for page in reading.pages[:FONT_PAGES]]
    for holder, where in holders:
        for key in list(store.dictionary(holder, "/PieceInfo"))[:_TOLD]:
            program = clip(name(key), 100)
            if program and program not in told and len(told) < _TOLD:
                told.add(program)
                yield Observation(name="pdf.residue.program", value=program, where=where)


def _known(store: Store, font: Font) -> tuple[Known, Any]:
    """The font, and the stream of its program."""
    kind = name(store.get(font.entry, "/Subtype"))
    base = clip(name(store.get(font.entry, "/BaseFont")), 200) or kind
    holder: Any = font.entry
    descendants = store.array(font.entry, "/DescendantFonts")
    if descendants:
        holder = store.resolve(descendants[0])
        kind = f"{kind}/{name(store.get(holder, '/Subtype'))}"
    descriptor = store.dictionary(holder, "/FontDescriptor")
    for key in ("/FontFile", "/FontFile2", "/FontFile3"):
        stream = store.get(descriptor, key)
        if stream is not None:
            return Known(font, base, clip(kind, 80), key[1:]), stream
    return Known(font, base, clip(kind, 80), ""), None


def _codes(store: Store, known: Known) -> None:
    entry = known.font.entry
    stream = store.get(entry, "/ToUnicode")
    if hasattr(stream, "_data"):
        data = store.decode(stream)
        known.mapped = unicode_map(data) if data is not None else None
    known.codes = codes_of(store, entry, known.program or Program(), known.font.codes)


def _stated(known: Known) -> Iterator[Event]:
    where, program = known.where, known.program
    yield Observation(name="pdf.font.used", value=known.base, where=where)
    yield Observation(name="pdf.font.characters", value=known.font.shown, where=where)
    embedding = (
        "not embedded" if not known.held else f"{known.held} {program.kind if program else 'not read'}"
    )
    yield Observation(name="pdf.font.program", value=embedding.strip(), where=where)
    yield Observation(name="pdf.font.to_unicode", value=known.mapped is not None, where=where)
    if program is None:
        return
    if program.glyphs:
        yield Observation(name="pdf.font.glyphs", value=program.glyphs, where=where)
    if program.created:
        yield Observation(name="pdf.font.created", value=program.created, where=where)
    if program.modified:
        yield Observation(name="pdf.font.modified", value=program.modified, where=where)
    if program.vendor:
        yield Observation(name="pdf.font.vendor", value=clean(program.vendor), where=where)
    for word in ("version", "copyright", "identifier"):
        if word in program.names:
            yield Observation(
                name=f"pdf.font.{word}", value=clip(clean(program.names[word]), 400), where=where
            )
    if program.fault and not (program.created or program.glyphs or program.names):
        yield Fault("malformed", f"font program: {program.fault}", where)


def _disputed(known: Known) -> Iterator[Event]:
    """Codes that show one letter or digit by their glyph and give another when they are copied."""
    if not known.mapped or known.program is None:
        return
    own = _own_letters(known.program)
    agree = 0
    disputed: list[tuple[int, str, str]] = []
    for code in sorted(known.mapped)[:_CODES]:
        said = unicodedata.normalize("NFKC", known.mapped[code])
        seen = _seen(known, code, own)
        if not said or not seen:
            continue
        if said in seen:
            agree += 1
        elif len(seen) == 1 and _alike(next(iter(seen)), said):
            disputed.append((code, next(iter(seen)), said))
    exchanged = sorted(one for _, one, _ in disputed) == sorted(other for _, _, other in disputed)
    if agree < len(disputed) * (1 if exchanged and len(disputed) == 2 else _AGREEING):
        disputed = []
    disputed = [dispute for dispute in disputed if dispute[0] in known.font.codes]
    for _, seen_as, said in disputed[:_TOLD] or _out_of_order(known, known.mapped):
        yield Observation(name="pdf.font.glyph_shows", value=seen_as, where=known.where)
        yield Observation(name="pdf.font.map_gives", value=said, where=known.where)


def _out_of_order(known: Known, mapped: dict[int, str]) -> list[tuple[int, str, str]]:
    """Two digits that have changed places where all others are in order.

    Fonts keep the digits together from 0 to 9, and so do the codes that programs
    take from the font's own order or from ASCII.  When most digits keep to it, two
    that stand in each other's place show each other's glyph.  Programs that number
    glyphs as they come to use them, as LibreOffice does, are left out.
    """
    digits = {code: int(text) for code, text in mapped.items() if len(text) == 1 and text in _DIGITS}
    if len(set(digits.values())) != len(digits):
        return []
    steps = Counter(code - digit for code, digit in digits.items())
    start, keeping = steps.most_common(1)[0] if steps else (0, 0)
    strays = sorted(code for code, digit in digits.items() if code - digit != start)
    if keeping < _IN_ORDER or len(strays) != 2 or not _keeps_order(known, start):
        return []
    one, two = strays
    if (one - start, two - start) != (digits[two], digits[one]):
        return []
    return [(code, str(code - start), str(digits[code])) for code in strays if code in known.font.codes]


def _keeps_order(known: Known, start: int) -> bool:
    """Whether codes are those of ASCII, or the glyph ids of the whole font, of which a subset has gaps."""
    if not known.font.wide:
        return start == ord("0")
    drawn = known.program.drawn if known.program else set()
    return (
        bool(drawn)
        and known.program is not None
        and known.program.cids is None
        and max(drawn) > 2 * len(drawn)
    )


def _own_letters(program: Program) -> dict[int, set[str]]:
    """Glyph id to the letters that the font's own Unicode maps give it."""
    found: dict[int, set[str]] = {}
    for (platform, encoding), codes in program.maps.items():
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            for code, glyph in codes.items():
                if code < 0x110000:
                    found.setdefault(glyph, set()).add(unicodedata.normalize("NFKC", chr(code)))
    return found


def _seen(known: Known, code: int, own: dict[int, set[str]]) -> set[str]:
    """Letters the glyph of a code stands for, by its name or by the font's own map."""
    glyph = known.codes.glyphs.get(code)
    named = known.codes.names.get(code, "")
    if not named and glyph is not None and known.program is not None:
        named = known.program.glyph_names.get(glyph, "")
    if named and len(named) <= _LONG_NAME:
        letter = unicodedata.normalize("NFKC", letters(named))
        if letter:
            return {letter}
    return own.get(glyph, set()) if glyph is not None else set()


def _alike(one: str, other: str) -> bool:
    """Two different digits, or two different letters of the Latin alphabet."""
    if len(one) != 1 or len(other) != 1:
        return False
    if one.isdigit() and other.isdigit():
        return True
    return (
        one.isascii()
        and other.isascii()
        and one.isalpha()
        and other.isalpha()
        and one.lower() != other.lower()
    )


def _idle(known: Known) -> Iterator[Event]:
    """Few glyphs of a subset that no page shows; letters or digits with a name only."""
    program = known.program
    if not known.tag or program is None or program.fault or not program.drawn:
        return
    used = set(known.codes.glyphs.values())
    if len(known.codes.glyphs) < len(known.font.codes):
        return  # some codes lead nowhere that is known: their glyphs may be the idle ones
    stack = list(used)
    while stack:
        for part in program.parts.get(stack.pop(), ()):
            if part not in used:
                used.add(part)
                stack.append(part)
    idle = sorted(program.drawn - used - {0})
    if not idle or len(idle) > _FEW:
        return
    meant = _meanings(known)
    shown_as = [meant.get(glyph, "") for glyph in idle]
    if all(len(letter) == 1 and letter.isalnum() for letter in shown_as):
        yield Observation(name="pdf.font.idle", value="".join(shown_as), where=known.where)


def _meanings(known: Known) -> dict[int, str]:
    """Glyph id to letter, by whatever says so: names, the font's maps, ToUnicode of codes never shown."""
    program = known.program or Program()
    found = {glyph: min(given) for glyph, given in _own_letters(program).items()}
    for glyph, named in program.glyph_names.items():
        letter = letters(named) if len(named) <= _LONG_NAME else ""
        if letter:
            found[glyph] = letter
    if known.mapped and known.font.wide:
        for code, text in known.mapped.items():
            found.setdefault(code, text)
    return found


def _twins(fonts: list[Known]) -> Iterator[Event]:
    """Two subsets of one font, of the same type, that show the same digits or letters on one page."""
    families: dict[tuple[str, str], list[Known]] = {}
    for known in fonts:
        if known.tag and known.held and not known.font.noted:
            families.setdefault((known.family, known.kind), []).append(known)
    for members in families.values():
        members = members[:10]
        for at, one in enumerate(members):
            for other in members[:at]:
                if one.tag == other.tag:
                    continue
                small, large = sorted((one, other), key=lambda known: known.font.shown)
                yield from _shared(small, large)


def _shared(small: Known, large: Known) -> Iterator[Event]:
    for page in sorted(small.font.pages.keys() & large.font.pages.keys())[:1]:
        mine, theirs = (
            {text for code in known.font.pages[page] if len(text := known.text(code)) == 1 and text.isalnum()}
            for known in (small, large)
        )
        if mine & theirs:
            where = Location(part=small.where.part, page=page)
            yield Observation(
                name="pdf.font.twin", value="".join(sorted(mine & theirs))[:80], where=where,
                raw=f"{small.base} {small.font.shown}, {large.base} {large.font.shown}",
            )  # fmt: skip
