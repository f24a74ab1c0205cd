"""Which character codes the pages show in which font, read from the operators themselves.

PDFium tells what a page says; which codes of which font object were used for
it, it does not.  Here the text-showing strings of content streams (ISO 32000-2,
9.4.3) are gathered per font object and page, following forms, patterns and
appearances of annotations.  Nothing is placed or measured, so one pass of a
regular expression is enough.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leakverify.extractors.pdf.objects import Store, number_of
from leakverify.extractors.pdf.pages import FONT_PAGES
from leakverify.extractors.pdf.state import Reading

#: bytes of content that are looked through per document
CONTENT_BYTES = 6 * 1024 * 1024
#: fonts told apart, forms and appearances followed per document
FONTS = 400
_STREAMS = 4_000
#: bytes that an empty stream may take when it is packed
_EMPTY = 12
_DEPTH = 8
_ANNOTATIONS = 500
#: marks of the text tool kept per stream, and bytes of the text behind one
_MARKS, _TOUCHED = 200, 400
#: saved graphics states kept; viewers allow more, pages do not need it
_SAVED = 64
#: bytes of what a font shows that are kept in their order
RUN_BYTES = 32 * 1024

#: every alternative begins with a literal, which is what makes the search fast; strings with nested or
#: escaped brackets are finished by hand
_TOKEN = re.compile(
    rb"\(([^()\\]*)\)"
    rb"|(\()"
    rb"|<([0-9A-Fa-f\x00\t\n\f\r ]*)>"
    rb"|(<<)"
    rb"|(>>)"
    rb"|/([^\x00\t\n\f\r ()<>\[\]{}/%]*)"
    rb"(?:[\x00\t\n\f\r ]+(?:[-+.0-9]+[\x00\t\n\f\r ]*(Tf)|(Do|gs|MP|DP|BMC))\b)?"
    rb"|(q(?<![A-Za-z0-9*]q)\b)"
    rb"|(Q(?<![A-Za-z0-9*]Q)\b)"
    rb"|(ID(?<![A-Za-z0-9*]ID)[\x00\t\n\f\r ])"
    rb"|(ET(?<![A-Za-z0-9*]ET)\b)"
    rb"|%[^\r\n]*"
)
_BRACKET = re.compile(rb"[()\\]")
_IMAGE_END = re.compile(rb"[\x00\t\n\f\r ]EI(?=[\x00\t\n\f\r ]|$)")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_BLANKS = re.compile(rb"[\x00\t\n\f\r ]+")
_NAMED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}


@dataclass(slots=True, eq=False)
class Font:
    """A font object of the document. ``number`` is ``None`` when it is written in place."""

    key: int
    number: int | None
    entry: dict[Any, Any]
    #: name of the resource under which it was first met
    resource: str
    #: codes are two bytes wide
    wide: bool
    #: codes shown, per page index
    pages: dict[int, set[int]] = field(default_factory=dict)
    #: characters shown in all, and how many of them by annotations
    shown: int = 0
    noted: int = 0
    #: the first codes shown, one after the other as the operators show them, without annotations
    run: bytearray = field(default_factory=bytearray)
    #: place in ``run`` at which each page begins that adds to it
    begins: dict[int, int] = field(default_factory=dict)

    @property
    def codes(self) -> set[int]:
        """All codes shown anywhere. Those of two bytes are numbers in big-endian order."""
        return set().union(*self.pages.values())


#: font key and codes, in the order shown, of one text object; empty when no text follows the mark
Touched = tuple[tuple[int, bytes], ...]


@dataclass(slots=True)
class Shown:
    """What was found. ``complete`` is false when something was left out or could not be read."""

    fonts: dict[int, Font] = field(default_factory=dict)
    complete: bool = True
    #: page after which there was too much content to look through, 0 when there was not
    cut: int = 0
    #: page, to the text objects behind the marks that Acrobat's text tool left there
    touched: dict[int, list[Touched]] = field(default_factory=dict)
    #: fonts a form field may still need: their other glyphs are not idle
    kept: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Used:
    """What one stream shows in one font."""

    codes: set[int] = field(default_factory=set)
    amount: int = 0
    #: the first of it in the order shown
    run: bytearray = field(default_factory=bytearray)

    def show(self, data: bytes, *, wide: bool) -> None:
        codes, amount = _codes(data, wide)
        self.codes |= codes
        self.amount += amount
        self.run += data[: RUN_BYTES - len(self.run)]

    def add(self, more: _Used) -> None:
        self.codes |= more.codes
        self.amount += more.amount
        self.run += more.run[: RUN_BYTES - len(self.run)]


#: what one stream shows by font key, and what is marked by the text tool
_Use = tuple[dict[int, _Used], list[Touched]]


def shown(reading: Reading) -> Shown:
    return _Walk(reading).run()


class _Walk:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._store: Store = reading.store
        self._left = CONTENT_BYTES
        self._streams = _STREAMS
        self._found = Shown()
        self._forms: dict[int, _Use] = {}
        self._open: set[int] = set()
        self._resources: dict[int, dict[str, Any]] = {}

    def run(self) -> Shown:
        pages = self._reading.pages
        if len(pages) > FONT_PAGES:
            self._found.complete = False
        for page in pages[:FONT_PAGES]:
            content = self._contents(page.entry)
            self._note(page.index, self._use(content, page.resources, 0))
            for stream in self._appearances(page.entry):
                self._note(page.index, self._form(stream, page.resources, 0), annotation=True)
            if self._left <= 0 or self._streams <= 0:
                self._found.complete = False
                self._found.cut = page.index
                break
        form = self._store.dictionary(self._reading.catalog, "/AcroForm")
        for font in self._store.dictionary(self._store.dictionary(form, "/DR"), "/Font").values():
            self._found.kept.add(self._key(font))
        return self._found

    def _note(self, page: int, use: _Use, *, annotation: bool = False) -> None:
        fonts, marks = use
        for key, used in fonts.items():
            font = self._found.fonts[key]
            font.pages.setdefault(page, set()).update(used.codes)
            font.shown += used.amount
            font.noted += used.amount if annotation else 0
            if not annotation:
                font.begins.setdefault(page, len(font.run))
                font.run += used.run[: RUN_BYTES - len(font.run)]
        if marks:
            self._found.touched.setdefault(page, []).extend(marks)

    def _contents(self, page: dict[Any, Any]) -> bytes:
        held = self._store.get(page, "/Contents")
        parts = held if isinstance(held, list) else [held]
        if len(parts) > self._streams:
            self._found.complete = False
        read = []
        for part in parts[: max(self._streams, 0)]:
            self._streams -= 1
            data = self._decoded(self._store.resolve(part))
            read.append(data)
            if self._left <= 0:
                break
        return b"\n".join(read)

    def _decoded(self, stream: Any) -> bytes:
        if self._left <= 0:
            self._found.complete = False
            return b""
        if stream is None:
            return b""
        data = self._store.decode(stream)
        if data is None or len(data) > self._left:
            self._found.complete = False
            self._left -= 0 if data is None else len(data)
            return b""
        if not data and len(getattr(stream, "_data", b"")) > _EMPTY:
            self._found.complete = False  # damaged: the filter gives nothing and does not complain
        self._left -= len(data)
        return data

    def _appearances(self, page: dict[Any, Any]) -> Iterator[Any]:
        """Streams that draw annotations, in every state they may have."""
        store = self._store
        annotations = store.array(page, "/Annots")
        if len(annotations) > _ANNOTATIONS:
            self._found.complete = False
        for reference in annotations[:_ANNOTATIONS]:
            drawn = store.dictionary(store.resolve(reference), "/AP")
            for entry in list(drawn.values())[:3]:
                state = store.resolve(entry)
                if isinstance(state, dict) and not hasattr(state, "_data"):
                    yield from list(state.values())[:20]
                elif state is not None:
                    yield entry

    def _form(self, reference: Any, outer: Any, depth: int) -> _Use:
        """What a form, an appearance or a pattern shows; each is read once."""
        number = number_of(reference)
        known = None if number is None else self._forms.get(number)
        if known is not None:
            return known
        form = self._store.resolve(reference)
        if not hasattr(form, "_data") or dict.get(form, "/Subtype") == "/Image":
            return {}, []
        if depth >= _DEPTH or self._streams <= 0 or (number is not None and number in self._open):
            self._found.complete = False
            return {}, []
        self._streams -= 1
        if number is not None:
            self._open.add(number)
        use = self._use(self._decoded(form), dict.get(form, "/Resources", outer), depth + 1)
        if number is not None:
            self._open.discard(number)
            self._forms[number] = use
        return use

    def _key(self, reference: Any) -> int:
        number = number_of(reference)
        return number if number is not None else -1 - id(self._store.resolve(reference))

    def _font(self, fonts: dict[Any, Any], name: str) -> Font | None:
        reference = dict.get(fonts, name)
        if reference is None:
            return None
        key = self._key(reference)
        known = self._found.fonts.get(key)
        if known is not None:
            return known
        entry = self._store.resolve(reference)
        if not isinstance(entry, dict) or len(self._found.fonts) >= FONTS:
            self._found.complete = False
            return None
        wide = self._store.get(entry, "/Subtype") == "/Type0"
        font = Font(key, number_of(reference), entry, name[1:], wide)
        self._found.fonts[key] = font
        return font

    def _use(self, data: bytes, resources: Any, depth: int) -> _Use:
        """Codes shown by one stream and by what it draws."""
        store = self._store
        held = store.resolve(resources)
        fonts, objects, states = (
            store.dictionary(held, kind) for kind in ("/Font", "/XObject", "/ExtGState")
        )
        uses: dict[int, _Used] = {}
        marks: list[Touched] = []
        touched: list[tuple[int, bytes]] | None = None
        for pattern in list(store.dictionary(held, "/Pattern").values())[:50]:
            if store.get(store.resolve(pattern), "/PatternType") == 1:
                _add(uses, self._form(pattern, resources, depth)[0])
        font: Font | None = None
        strings: list[bytes] = []
        saved: list[Font | None] = []
        inside = at = 0

        def flush() -> None:
            if font is not None and strings:
                data_shown = b"".join(strings)
                uses.setdefault(font.key, _Used()).show(data_shown, wide=font.wide)
                if touched is not None:
                    touched.append((font.key, data_shown[:_TOUCHED]))
            strings.clear()

        end = len(data)
        while at < end:
            found = _TOKEN.search(data, at)
            if found is None:
                break
            at = found.end()
            kind = found.lastindex
            if kind == 1:
                if not inside:
                    strings.append(found[1])
            elif kind == 3:
                if not inside:
                    strings.append(_hex(found[3]))
            elif kind == 2:
                at, text = _literal(data, at)
                if not inside:
                    strings.append(text)
            elif kind in (6, 7, 8):
                name = "/" + found[6].decode("latin-1")
                if kind == 7:
                    flush()
                    font = self._font(fonts, _unescaped(name))
                elif kind == 8:
                    what = found[8]
                    if what == b"Do":
                        _add(uses, self._form(dict.get(objects, _unescaped(name)), resources, depth)[0])
                    elif what == b"gs":
                        given = store.array(store.dictionary(states, _unescaped(name)), "/Font")
                        if given:
                            flush()
                            font = self._font({"/gs": given[0]}, "/gs")
                    elif name == "/TouchUp_TextEdit" and len(marks) < _MARKS:
                        flush()
                        touched = touched if touched is not None else []
            elif kind == 4:
                inside += 1
            elif kind == 5:
                inside = max(inside - 1, 0)
            elif kind == 9:
                if len(saved) < _SAVED:
                    saved.append(font)
            elif kind == 10:
                if saved:
                    flush()
                    font = saved.pop()
            elif kind == 11 and not inside:
                stop = _IMAGE_END.search(data, at)
                at = end if stop is None else stop.end()
            elif kind == 12 and touched is not None:
                flush()
                marks.append(tuple(touched[:_MARKS]))
                touched = None
        flush()
        if touched is not None:
            marks.append(tuple(touched[:_MARKS]))
        return uses, marks


def _add(into: dict[int, _Used], more: dict[int, _Used]) -> None:
    for key, used in more.items():
        into.setdefault(key, _Used()).add(used)


def _codes(data: bytes, wide: bool) -> tuple[set[int], int]:
    if not wide:
        return set(data), len(data)
    even = data[: len(data) & ~1]
    pairs = set(zip(even[::2], even[1::2], strict=True))
    return {high << 8 | low for high, low in pairs}, len(even) // 2


@functools.lru_cache(maxsize=512)
def _unescaped(name: str) -> str:
    """A name with ``#41`` read as ``A``, as the parser of dictionaries gives it."""
    return re.sub(r"#([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), name)


def _hex(digits: bytes) -> bytes:
    digits = _BLANKS.sub(b"", digits)
    return bytes.fromhex((digits + b"0" * (len(digits) & 1)).decode())


def _literal(data: bytes, start: int) -> tuple[int, bytes]:
    """(place after, bytes) of a literal string whose opening bracket is before ``start``."""
    depth, at = 1, start
    while True:
        found = _BRACKET.search(data, at)
        if found is None:
            return len(data), b""
        at = found.end()
        sign = found[0]
        if sign == b"\\":
            at += 1
        elif sign == b"(":
            depth += 1
        else:
            depth -= 1
            if not depth:
                return at, _ESCAPE.sub(_escaped, data[start : at - 1])


def _escaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    if sign[:1].isdigit() and sign[0] < 0x38:
        return bytes([int(sign, 8) & 255])
    return _NAMED.get(sign, sign)
