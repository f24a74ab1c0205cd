"""Writing PDF by hand: objects to bytes, updates appended after what is there, text found in its strings.

The updates are laid out as editors lay them out (ISO 32000-1, 7.5.6): the earlier bytes untouched, then the
changed objects, then a cross-reference section of the kind the file already uses, pointing back.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    ContentStream,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from tests.forge.tools import DoesNotApply

Value = Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an object that is about to be written."""

    number: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A new stream: dictionary entries by name (without the slash) and its plain bytes."""

    entries: Mapping[str, Value]
    data: bytes
    compress: bool = True


def pdf_date(moment: datetime) -> str:
    """``D:20260914112206+02'00'`` (ISO 32000-1, 7.9.4); no zone for a naive time."""
    text = moment.strftime("D:%Y%m%d%H%M%S")
    offset = moment.utcoffset()
    if offset is None:
        return text
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return text + "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{text}{'-' if minutes < 0 else '+'}{hours:02d}'{rest:02d}'"


def write(value: Value) -> bytes:
    """One object in PDF syntax. Strings of plain ASCII are literal, others UTF-16BE in hex."""
    match value:
        case Ref():
            return f"{value.number} 0 R".encode()
        case IndirectObject():
            return f"{value.idnum} {value.generation} R".encode()
        case NameObject():
            return b"/" + re.sub(rb"[^!-~]|[#/%()<>\[\]{}]", lambda m: b"#%02X" % m[0][0], value[1:].encode())
        case ByteStringObject():
            return b"<" + bytes(value).hex().encode() + b">"
        case Stream():
            body = zlib.compress(value.data) if value.compress else value.data
            entries = {**value.entries, **({"Filter": NameObject("/FlateDecode")} if value.compress else {})}
            return write({**entries, "Length": len(body)}) + b"\nstream\n" + body + b"\nendstream"
        case StreamObject():
            raw = value._data  # the bytes as stored, still compressed
            kept = {key: value.raw_get(key) for key in value if key != "/Length"}
            return write({**kept, "Length": len(raw)}) + b"\nstream\n" + raw + b"\nendstream"
        case DictionaryObject():
            return write({key: value.raw_get(key) for key in value})
        case Mapping():
            inner = b"".join(
                write(NameObject("/" + k.lstrip("/"))) + b" " + write(v) + b"\n" for k, v in value.items()
            )
            return b"<<\n" + inner + b">>"
        case list() | tuple():
            return b"[" + b" ".join(write(item) for item in value) + b"]"
        case bool():
            return b"true" if value else b"false"
        case str():
            if value.isascii() and value.isprintable():
                return b"(" + re.sub(rb"([\\()])", rb"\\\1", value.encode()) + b")"
            return b"<" + (b"\xfe\xff" + value.encode("utf-16-be")).hex().encode() + b">"
        case bytes():
            return b"<" + value.hex().encode() + b">"
        case int():
            return b"%d" % value
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".").encode()
        case _:
            buffer = io.BytesIO()
            value.write_to_stream(buffer)
            return buffer.getvalue()


def reading(data: bytes) -> Any:
    """The document, if it can be worked on. Raises ``DoesNotApply``."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise DoesNotApply("encrypted")
        assert len(reader.pages)
    except DoesNotApply:
        raise
    except Exception as error:
        raise DoesNotApply(f"not readable: {error}") from error
    return reader


class Update:
    """An incremental update in the making: collect objects, then :meth:`appended`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reader = reading(data)
        self.objects: dict[tuple[int, int], Value] = {}
        self.trailer: dict[str, Value] = {}
        self._next = int(self.reader.trailer["/Size"])
        for generation in self.reader.xref.values():
            self._next = max(self._next, max(generation, default=0) + 1)
        self._next = max(self._next, max(self.reader.xref_objStm, default=0) + 1)

    def put(self, value: Value, over: IndirectObject | None = None) -> Ref:
        """Write a new object, or a new version of one."""
        if over is not None:
            self.objects[over.idnum, over.generation] = value
            return Ref(over.idnum)
        self._next += 1
        self.objects[self._next - 1, 0] = value
        return Ref(self._next - 1)

    def info(self, entries: Mapping[str, Value]) -> None:
        """Change entries of the Info dictionary; ``None`` removes one."""
        old = self.reader.trailer.raw_get("/Info") if "/Info" in self.reader.trailer else None
        known = old.get_object() if old is not None else {}
        merged = {
            key.lstrip("/"): known.raw_get(key) if hasattr(known, "raw_get") else known[key] for key in known
        }
        merged.update(entries)
        merged = {key: _unread(value) for key, value in merged.items() if value is not None}
        made = self.put(merged, old if isinstance(old, IndirectObject) else None)
        self.trailer["Info"] = made

    def appended(self) -> bytes:
        """The document with the update after it."""
        out = bytearray(self.data)
        if not out.endswith(b"\n"):
            out += b"\n"
        offsets: dict[tuple[int, int], int] = {}
        for key in sorted(self.objects):
            offsets[key] = len(out)
            out += b"%d %d obj\n" % key + write(self.objects[key]) + b"\nendobj\n"
        previous = int(re.findall(rb"startxref\s+(\d+)", self.data)[-1])
        at = previous + self.reader.xref_index if hasattr(self.reader, "xref_index") else previous
        streamed = not self.data[at : at + 20].lstrip().startswith(b"xref")
        old = self.reader.trailer
        trailer: dict[str, Value] = {
            "Size": self._next + (1 if streamed else 0),
            "Root": old.raw_get("/Root"),
            **({"Info": old.raw_get("/Info")} if "/Info" in old else {}),
            **self.trailer,
            "Prev": previous,
        }
        halves = [bytes(h.original_bytes) for h in old["/ID"]] if "/ID" in old else []
        if len(halves) == 2:
            trailer["ID"] = [halves[0], hashlib.md5(bytes(out)).digest()]
        start = len(out)
        if streamed:
            offsets[self._next, 0] = start
            out += self._xref_stream(offsets, trailer)
        else:
            out += b"xref\n" + b"".join(
                b"%d %d\n" % (first, len(run)) + b"".join(b"%010d %05d n \n" % entry for entry in run)
                for first, run in _runs(offsets)
            )
            out += b"trailer\n" + write(trailer) + b"\n"
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)

    def _xref_stream(self, offsets: Mapping[tuple[int, int], int], trailer: Mapping[str, Value]) -> bytes:
        runs = list(_runs(offsets))
        rows = b"".join(b"\x01" + at.to_bytes(4, "big") + bytes([gen]) for _, run in runs for at, gen in run)
        entries = {
            "Type": NameObject("/XRef"),
            "W": [1, 4, 1],
            "Index": [number for first, run in runs for number in (first, len(run))],
            **trailer,
        }
        return b"%d 0 obj\n" % self._next + write(Stream(entries, rows)) + b"\nendobj\n"


def _unread(value: Value) -> Value:
    """A string that was decoded for reading goes back as the bytes it was."""
    if isinstance(value, TextStringObject):
        raw = value.original_bytes
        return (
            raw.decode("ascii")
            if raw.isascii() and raw.decode("ascii").isprintable()
            else ByteStringObject(raw)
        )
    return value


def _runs(offsets: Mapping[tuple[int, int], int]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Consecutive object numbers together: (first number, [(offset, generation), ...])."""
    run: list[tuple[int, int]] = []
    first = expected = -1
    for (number, generation), at in sorted(offsets.items()):
        if number != expected and run:
            yield first, run
            run = []
        if not run:
            first = number
        run.append((at, generation))
        expected = number + 1
    if run:
        yield first, run


class Encoding:
    """Codes of one font to characters and back, from its ToUnicode map or as WinAnsi."""

    def __init__(self, font: Any) -> None:
        self.font = font
        self.width = 2 if font.get("/Subtype") == "/Type0" else 1
        self.to_text: dict[int, str] = {}
        if "/ToUnicode" in font:
            self.read_map(font["/ToUnicode"].get_object().get_data())
        elif self.width == 1 and "+" not in str(font.get("/BaseFont", "+")):
            self.to_text = {code: bytes([code]).decode("cp1252", "replace") for code in range(32, 256)}
        self.to_code = {text: code for code, text in reversed(self.to_text.items()) if len(text) == 1}

    def read_map(self, cmap: bytes) -> None:
        """Take over a ToUnicode map. The reverse table is that of the map the font came with."""
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
            for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                self.to_text[int(code, 16)] = _utf16(text)
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
            for low, high, text in re.findall(
                rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block
            ):
                first = _utf16(text)
                for step in range(min(int(high, 16) - int(low, 16) + 1, 65536)):
                    self.to_text[int(low, 16) + step] = first[:-1] + chr(ord(first[-1]) + step)
            for low, _, listed in re.findall(
                rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*\[(.*?)\]", block, re.S
            ):
                for step, text in enumerate(re.findall(rb"<([0-9A-Fa-f]+)>", listed)):
                    self.to_text[int(low, 16) + step] = _utf16(text)

    def advance(self, code: int) -> float:
        """Width of a glyph in thousandths of the text size. Raises ``DoesNotApply`` when it is not stated."""
        if self.width == 2:
            inner = self.font["/DescendantFonts"].get_object()[0].get_object()
            listed = [item.get_object() for item in inner.get("/W", ArrayObject()).get_object()]
            while listed:
                first = int(listed.pop(0))
                if isinstance(listed[0], ArrayObject):
                    run = listed.pop(0)
                    if first <= code < first + len(run):
                        return float(run[code - first])
                else:
                    last, width = int(listed.pop(0)), float(listed.pop(0))
                    if first <= code <= last:
                        return width
            return float(inner.get("/DW", 1000))
        widths = self.font.get("/Widths", ArrayObject()).get_object()
        first = int(self.font.get("/FirstChar", 0))
        if first <= code < first + len(widths):
            return float(widths[code - first])
        name = str(self.font.get("/BaseFont", ""))
        known = {"/Helvetica": 556.0, "/Times": 500.0, "/Courier": 600.0}
        for family, width in known.items():
            if name.startswith(family):
                return width
        raise DoesNotApply("the width of the glyph is not stated")

    def codes(self, raw: bytes) -> list[int]:
        return [int.from_bytes(raw[i : i + self.width], "big") for i in range(0, len(raw), self.width)]

    def bytes(self, codes: list[int]) -> bytes:
        return b"".join(code.to_bytes(self.width, "big") for code in codes)


def _utf16(hexadecimal: bytes) -> str:
    return bytes.fromhex(hexadecimal.decode()).decode("utf-16-be", "replace")


@dataclass(slots=True)
class _Glyph:
    """One shown glyph: where its code sits, and what it stands for."""

    operation: int
    element: int  # index inside the TJ array, -1 for a plain string
    index: int
    text: str
    font: Encoding


class PageText:
    """The strings a page shows, glyph by glyph, so that single characters can be exchanged."""

    def __init__(self, reader: PdfReader, page: int) -> None:
        self.page = reader.pages[page]
        if "/Contents" not in self.page:
            raise DoesNotApply("an empty page")
        self.stream = ContentStream(self.page["/Contents"].get_object(), reader)
        fonts = self.page.get("/Resources", {}).get("/Font", {})
        self.fonts = {name: Encoding(font.get_object()) for name, font in fonts.items()}
        self.glyphs = list(self._glyphs())

    def _glyphs(self) -> Iterator[_Glyph]:
        font: Encoding | None = None
        for at, (operands, operator) in enumerate(self.stream.operations):
            if operator == b"Tf":
                font = self.fonts.get(operands[0])
            if font is None or operator not in (b"Tj", b"TJ", b"'", b'"'):
                continue
            last = operands[-1]
            for element, string in enumerate(last) if operator == b"TJ" else ((-1, last),):
                raw = getattr(string, "original_bytes", None)
                if raw is not None:
                    for index, code in enumerate(font.codes(raw)):
                        yield _Glyph(at, element, index, font.to_text.get(code, "\ufffd"), font)

    def text(self) -> str:
        """What the page shows in the order of its operators; white space only where glyphs say so."""
        return "".join(glyph.text for glyph in self.glyphs)

    def _slots(self, text: str) -> list[_Glyph]:
        """The glyphs of the first place that shows the text; gaps that are no glyphs do not count."""
        pattern = r"\s*".join(re.escape(char) for char in text if not char.isspace())
        found = re.search(pattern, self.text()) if pattern else None
        owners = [glyph for glyph in self.glyphs for _ in glyph.text]
        slots = owners[found.start() : found.end()] if found else []
        if not slots or any(len(slot.text) != 1 for slot in slots):
            raise DoesNotApply(f"the page does not show {text!r} glyph by glyph")
        return slots

    def digits(self, text: str) -> str:
        """The digits that every font of that place has glyphs for. Raises ``DoesNotApply``."""
        fonts = [slot.font for slot in self._slots(text)]
        return "".join(digit for digit in "0123456789" if all(digit in font.to_code for font in fonts))

    def replace(self, old: str, new: str) -> bytes:
        """The page's content with the first ``old`` shown as ``new``, in the same fonts.

        Raises ``DoesNotApply`` when the text is not there or a subset has no glyph for a character.
        """
        slots = self._slots(old)
        spaced = any(slot.text.isspace() for slot in slots)
        wanted = [char for char in new if spaced or not char.isspace()]
        # aligned to the right, as figures are: what is longer begins in the first place, which is often a gap
        # in front of a group of digits that is placed on its own
        more = len(wanted) - len(slots)
        wanted = ["".join(wanted[: more + 1]), *wanted[more + 1 :]] if more > 0 else [""] * -more + wanted
        for slot, text in reversed(list(zip(slots, wanted, strict=True))):
            self._exchange(slot, text)
        data: bytes = self.stream.get_data()
        return data

    def cut(self, old: str) -> bytes:
        """The page's content without the first ``old``; what follows on the line stays where it is.

        In the place of each glyph stands its width, as a number of a TJ array (ISO 32000-1, 9.4.3).
        """
        for slot in reversed(self._slots(old)):
            operands, operator = self.stream.operations[slot.operation]
            if operator not in (b"Tj", b"TJ"):
                raise DoesNotApply("shown with an operator that moves to the next line")
            holder = list(operands[-1]) if operator == b"TJ" else [operands[-1]]
            at = max(slot.element, 0)
            raw = slot.font.codes(holder[at].original_bytes)
            code = raw[slot.index]
            pieces = [
                ByteStringObject(slot.font.bytes(raw[: slot.index])),
                FloatObject(-slot.font.advance(code)),
                ByteStringObject(slot.font.bytes(raw[slot.index + 1 :])),
            ]
            holder[at : at + 1] = [piece for piece in pieces if piece != b""]
            self.stream.operations[slot.operation] = ([ArrayObject(holder)], b"TJ")
            for other in self.glyphs:  # a string that became an array is now the element 0 of it
                if other.operation == slot.operation and other.element < 0:
                    other.element = 0
        data: bytes = self.stream.get_data()
        return data

    def _exchange(self, slot: _Glyph, text: str) -> None:
        spaces = {" ": " ", "\u00a0": " ", "\u202f": " "}
        codes = []
        for char in text:
            code = slot.font.to_code.get(char)
            if code is None and char in spaces:
                code = next((c for t, c in slot.font.to_code.items() if t.isspace()), None)
            if code is None:
                raise DoesNotApply(f"the subset of the font has no glyph for {char!r}")
            codes.append(code)
        operands, operator = self.stream.operations[slot.operation]
        holder = operands[-1]
        string = holder if slot.element < 0 else holder[slot.element]
        raw = slot.font.codes(string.original_bytes)
        changed = ByteStringObject(slot.font.bytes([*raw[: slot.index], *codes, *raw[slot.index + 1 :]]))
        if slot.element < 0:
            operands[-1] = changed
        else:
            operands[-1] = ArrayObject([*holder[: slot.element], changed, *holder[slot.element + 1 :]])
        self.stream.operations[slot.operation] = (operands, operator)


def as_date(text: str) -> datetime | None:
    """A PDF date as a datetime, aware when it states a zone."""
    found = re.match(r"D:(\d{14})(?:(Z)|([+-])(\d\d)'?(\d\d)?)?", text)
    if not found:
        return None
    moment = datetime.strptime(found[1], "%Y%m%d%H%M%S")
    if found[2]:
        return moment.replace(tzinfo=UTC)
    if found[3]:
        return datetime.strptime(f"{found[1]}{found[3]}{found[4]}{found[5] or '00'}", "%Y%m%d%H%M%S%z")
    return moment
