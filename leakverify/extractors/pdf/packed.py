"""What compressed and what spelled the content of each page, and what compressed the fonts it is set in.

Two bytes before compressed data name the window and the level that the compressor
was set to (RFC 1950, 2.2), and zlib, told the level, makes of the same data the
same bytes again.  A program that writes a document compresses all its pages in
one way; whoever changes one page afterwards compresses that page again with
what is at hand, and copies the others as they are.

A library that takes the operators of a page apart and puts them together again
also spells them anew: each on a line of its own, set off by a space from what it shows,
arrays with a space inside each bracket (pypdf, qpdf and pikepdf).  Programs that
draw pages spell them in one way of their own.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event
from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.pages import Page, name
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.style_page import beginning

#: pages looked at, streams of a page's content, named resources of one page
_PAGES, _PARTS, _NAMED = 200, 40, 60
#: streams of fonts looked at in all
_FONTS = 60
#: bytes of content that are compressed again, per page and in all
_PREFIX, _TOGETHER = 256 * 1024, 4 * 1024 * 1024
#: compressed bytes below which a stream says nothing of its compressor
_LEAST = 120
#: levels that the two bits of the second byte stand for (zlib, deflate.c)
_LEVELS = ((1, 0), (5, 2, 3, 4), (6,), (9, 7, 8))
#: bytes of a page's content whose spelling is looked at
_SPELLED = 6 * 1024

_OPERATOR = rb"(?:q|Q|BT|ET|W\*?|n|f\*?|S|cm|re|Tf|T[dDmcw]|rg|RG|[gGkK]|gs|w|J|j|d|M|cs|CS|scn|SCN)"
#: two operators in one line
_JOINED = re.compile(
    rb"(?<![^\s])" + _OPERATOR + rb"[ \t]{1,4}(?:(?:[-+.\d]{1,20}|/[^\s()<>\[\]{}/%]{1,40})[ \t]{1,4}){0,8}"
    + _OPERATOR + rb"(?![^\s])"
)  # fmt: skip
#: an operator that shows text, and one that follows it at once; an array that begins at once
_SHOWS = re.compile(rb"[\])>]\s{0,4}T[jJ](?![^\s])")
_GLUED = re.compile(rb"[\])>]T[jJ](?![^\s])")
_TIGHT = re.compile(rb"\[[(<]")
_SPACED = re.compile(rb"\[ [(<]")

#: a rectangle filled with black, or with the colour that a page begins with
_NUMBER = rb"[-+]?(?:\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})"
_BLACK = re.compile(
    rb"(?:(?<![\d.])0(?:\.0{1,6})?\s{1,3}g|(?<![\d.])(?:0(?:\.0{1,6})?\s{1,3}){3}rg|(?<!\S)q)\s{1,3}(?:"
    + _NUMBER + rb"\s{1,3}){2}(?P<width>" + _NUMBER + rb")\s{1,3}(?P<height>" + _NUMBER
    + rb")\s{1,3}re\s{1,3}f\*?(?!\S)"
)  # fmt: skip
#: points: the least width of such a box, least and largest height; boxes looked at per stream
_WIDE, _LINE, _BOXES = 6.0, (5.0, 60.0), 2_000


def facts(reading: Reading) -> Iterator[Event]:
    reading.latest()
    store = reading.store
    if store.sealed or store.crypt is not None:
        return  # what is stored is encrypted, and pages are of one hand then
    look = _Look(store)
    before: dict[str, str | bool] = {"brought": False, "blackened": False}
    pages = reading.pages[:_PAGES]
    for page in pages:
        how, spelled = look.content(page) or "short", look.spelling(page) or "short"
        other = (how, spelled) != (before.get("page"), before.get("spelling"))
        for word, value in (
            ("page", how),
            ("spelling", spelled),
            ("brought", look.brought(page, how)),
            # sought only where a hand changes, since all of the content has to be read for it
            ("blackened", other and look.blackened(page)),
        ):
            if value != before.get(word):
                before[word] = value
                yield Observation(name=f"pdf.packed.{word}", value=value, where=Location(page=page.index))
    fonts = look.fonts(pages)
    for how in sorted(fonts, key=lambda key: (-fonts[key], key))[:4]:
        yield Observation(name="pdf.packed.fonts", value=how, raw=f"{fonts[how]} streams")


class _Look:
    """Streams by object, so that one shared by many pages is compressed once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left = _TOGETHER
        self._known: dict[int, str] = {}

    def content(self, page: Page) -> str:
        """How the longest stream of a page's content is compressed; ``""`` when it is too short to tell."""
        return self._how(self._longest(page))

    def spelling(self, page: Page) -> str:
        """How its operators are spelled; ``""`` when it shows no text."""
        written = beginning(self._store, self._store.resolve(self._longest(page)), _SPELLED)
        if not _SHOWS.search(written):
            return ""
        arrays = "tight" if _TIGHT.search(written) else "spaced" if _SPACED.search(written) else "none"
        return (
            f"{'joined' if _JOINED.search(written) else 'apart'} "
            f"{'glued' if _GLUED.search(written) else 'set-off'} {arrays}"
        )

    def _longest(self, page: Page) -> Any:
        stated = self._store.get(page.entry, "/Contents")
        parts = stated[:_PARTS] if isinstance(stated, list) else [stated]
        return max(parts, key=lambda part: len(self._raw(part)), default=None)

    def brought(self, page: Page, how: str) -> bool:
        """Whether the page draws something that may have come with that content: a stamp, a number.

        A form or a picture compressed in the same way, or a font that is not embedded beside others that are.
        """
        store = self._store
        resources = store.resolve(page.resources)
        for one in list(store.dictionary(resources, "/XObject").values())[:_NAMED]:
            if (how and self._how(one) == how) or store.get(store.resolve(one), "/Subtype") == "/Form":
                return True
        fonts = [store.resolve(one) for one in list(store.dictionary(resources, "/Font").values())[:_NAMED]]
        embedded = [self._programs(font) != [] for font in fonts if isinstance(font, dict)]
        return any(embedded) and not all(embedded)

    def blackened(self, page: Page) -> bool:
        """Whether a black box as high as a line is painted on the page, as those are who redact."""
        stated = self._store.get(page.entry, "/Contents")
        for part in stated[:_PARTS] if isinstance(stated, list) else [stated]:
            written = beginning(self._store, self._store.resolve(part), _PREFIX)
            for box in islice(_BLACK.finditer(written), _BOXES):
                if abs(float(box["width"])) >= _WIDE and _LINE[0] <= abs(float(box["height"])) <= _LINE[1]:
                    return True
        return False

    def fonts(self, pages: list[Page]) -> Counter[str]:
        """How the programs and maps of the fonts of pages are compressed."""
        found: Counter[str] = Counter()
        seen: set[int] = set()
        for page in pages:
            held = self._store.dictionary(self._store.resolve(page.resources), "/Font")
            for reference in list(held.values())[:_NAMED]:
                number = number_of(reference)
                if number is None or number in seen:
                    continue
                if len(seen) >= _FONTS:
                    return found
                seen.add(number)
                font = self._store.resolve(reference)
                if isinstance(font, dict):
                    streams = [*self._programs(font), dict.get(font, "/ToUnicode")]
                    found.update(how for stream in streams if (how := self._how(stream)))
        return found

    def _programs(self, font: Any) -> list[Any]:
        """The stream of the embedded program, none or one; a font of drawings has its own."""
        store = self._store
        if store.get(font, "/Subtype") == "/Type3":
            return list(store.dictionary(font, "/CharProcs").values())[:1]
        below = store.array(font, "/DescendantFonts")
        descriptor = store.dictionary(store.resolve(below[0]) if below else font, "/FontDescriptor")
        return [descriptor[key] for key in ("/FontFile", "/FontFile2", "/FontFile3") if key in descriptor]

    def _raw(self, reference: Any) -> bytes:
        raw = getattr(self._store.resolve(reference), "_data", b"")
        return bytes(raw) if isinstance(raw, bytes | bytearray) else b""

    def _how(self, reference: Any) -> str:
        """The first two bytes, and whether zlib makes the same; ``plain``; ``""`` when it cannot be told."""
        number = number_of(reference)
        if number is not None and number in self._known:
            return self._known[number]
        stream = self._store.resolve(reference)
        how = self._told(stream, self._raw(stream)) if isinstance(stream, dict) else ""
        if number is not None:
            self._known[number] = how
        return how

    def _told(self, stream: Any, raw: bytes) -> str:
        if len(raw) < _LEAST:
            return ""
        coded = self._store.get(stream, "/Filter")
        coded = coded if isinstance(coded, list) else [coded]
        named = [name(self._store.resolve(one)) for one in coded[:3]]
        if named == [""]:
            return "plain"
        if named not in (["FlateDecode"], ["Fl"]):
            return ""
        head = raw[:2]
        if head[0] & 15 != 8 or (head[0] << 8 | head[1]) % 31 or head[1] & 32 or self._left <= 0:
            return ""
        machine = zlib.decompressobj()
        try:
            data = machine.decompress(raw, _PREFIX)
        except zlib.error:
            return ""
        self._left -= len(data)
        if not machine.eof:
            return ""
        return f"{head.hex()} {'zlib' if _by_zlib(data, raw) else 'other'}"


def _by_zlib(data: bytes, packed: bytes) -> bool:
    """Whether zlib, set as the first two bytes say, makes these bytes."""
    window = (packed[0] >> 4) + 8
    for level in _LEVELS[packed[1] >> 6]:
        machine = zlib.compressobj(level, zlib.DEFLATED, -max(window, 9))
        made = machine.compress(data) + machine.flush()
        if packed[2 : 2 + len(made)] == made:
            return True
    return False
