"""Plain text and delimited tables: encoding, line ends, and the text itself.

The last resort among formats: bytes that are text in some encoding and that no
other format claims.  Never a binary file, and never a format that is written in
letters and is more than its letters (RTF, PostScript).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from leakverify.evidence import Observation
from leakverify.extractors._base import (
    Context,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    content,
    count,
    flag,
    token,
)
from leakverify.extractors._einvoice import EINVOICE_VOCABULARY, einvoice_facts, is_einvoice
from leakverify.extractors._mail_charset import western
from leakverify.extractors._table import VOCABULARY as TABLE_VOCABULARY
from leakverify.extractors._table import table_facts

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_NOT_TEXT = (b"{\\rtf", b"%!PS", b"%PDF-")
#: tab, line feed, vertical tab, form feed, return, ^Z and escape occur in plain text
_USED_CONTROLS = b"\t\n\v\f\r\x1a\x1b"
_CONTROLS = bytes(byte for byte in (*range(0x20), 0x7F) if byte not in _USED_CONTROLS)
#: share of other controls in a damaged text; packed data holds 11 %
_TOLERATED = 0.004
#: bytes that Windows-1252 leaves empty
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
_C1 = bytes(range(0x80, 0xA0))
_PIECE = 1 << 20
_HEAD = 8192
#: below this length, letters that are not ASCII prove little
_SHORT = 512

EXTENSIONS = (
    "txt", "text", "csv", "tsv", "tab", "log", "md", "rst", "tex", "json", "xml", "html", "htm", "yaml",
    "yml", "ini", "sql", "css", "js", "py", "srt", "vcf", "ics", "asc", "pem",
)  # fmt: skip
_TABLES = frozenset({"csv", "tsv", "tab"})
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def sniff(ends: Probe) -> Fit:
    head, tail = ends.head, ends.tail[-_HEAD:]
    if not head or head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(_NOT_TEXT):
        return Fit.NONE
    encoding = _marked(head)[1] or _unmarked_wide(head)
    if encoding and encoding != "utf-8":
        return _fits_wide(head, encoding)
    if _controls(head) + _controls(tail) > _TOLERATED * (len(head) + len(tail)):
        return Fit.NONE
    if ends.size < _SHORT and ends.extension not in EXTENSIONS:
        try:
            head.decode("utf-8")
        except UnicodeDecodeError:
            ascii_letters = sum(byte < 0x80 for byte in head)
            return Fit.LOOSE if ascii_letters * 2 >= len(head) else Fit.NONE
    return Fit.LOOSE


def _controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTROLS))


def _marked(head: bytes) -> tuple[bytes, str]:
    """Byte order mark and the encoding it stands for."""
    return next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))


def _unmarked_wide(head: bytes) -> str:
    """UTF-16 without a mark: in texts of Latin letters every other byte is zero."""
    even, odd = head[0:1024:2], head[1:1024:2]
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if len(zeros) >= 4 and zeros.count(0) >= 0.8 * len(zeros) and not _controls(letters):
            return name
    return ""


def _fits_wide(head: bytes, encoding: str) -> Fit:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")
    used = _USED_CONTROLS.decode("ascii")
    strange = sum(letter == "\ufffd" or (letter < " " and letter not in used) for letter in text)
    return Fit.LOOSE if text and strange <= 0.02 * len(text) else Fit.NONE


class _Tally:
    """Line ends and null characters, counted piece by piece."""

    def __init__(self) -> None:
        self.pairs = self.feeds = self.returns = self.nulls = 0
        self.last = ""

    def feed(self, text: str) -> None:
        if not text:
            return
        self.pairs += text.count("\r\n") + (self.last == "\r" and text[0] == "\n")
        self.feeds += text.count("\n")
        self.returns += text.count("\r")
        self.nulls += text.count("\0")
        self.last = text[-1]

    @property
    def lines(self) -> int:
        return self.feeds + self.returns - self.pairs + (self.last not in ("", "\n", "\r"))

    @property
    def ending(self) -> str:
        kinds = [
            name
            for name, times in (
                ("crlf", self.pairs),
                ("lf", self.feeds - self.pairs),
                ("cr", self.returns - self.pairs),
            )
            if times
        ]
        return "none" if not kinds else kinds[0] if len(kinds) == 1 else "mixed"


def read(source: Source, context: Context) -> Iterator[Event]:
    head = source.read_at(0, _HEAD)
    mark, encoding = _marked(head)
    encoding = encoding or _unmarked_wide(head) or _narrow(source)
    wide = encoding.startswith(("utf-16", "utf-32"))
    tally = _Tally()
    decoder = codecs.getincrementaldecoder(encoding if wide else "latin-1")("replace")
    for at in range(len(mark), source.size, _PIECE):
        piece = source.read_at(at, min(_PIECE, source.size - at))
        tally.feed(decoder.decode(piece, at + _PIECE >= source.size))
    yield Observation(name="text.encoding", value=encoding)
    yield Observation(name="text.bom", value=bool(mark))
    yield Observation(name="text.line_ending", value=tally.ending)
    yield Observation(name="text.lines", value=tally.lines)
    yield Observation(name="text.null_bytes", value=tally.nulls)
    yield Observation(name="text.final_line_break", value=tally.last in ("\n", "\r"))
    if head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"<") and is_einvoice(source.read_at(0, 1 << 16)):
        yield from einvoice_facts(source.read_at(0, source.size))
    named = list(_table(head, len(mark), encoding, context.name))
    yield from named
    if source.size > len(mark):  # costs less than coming back for it in a second pass
        for event in _content(source, len(mark), encoding, context.limits.text_chars):
            yield event
            if named and isinstance(event, Observation) and event.name == "text.content":
                yield from table_facts(str(event.value), str(named[0].value))


def _narrow(source: Source) -> str:
    """Encoding of bytes without a mark; a whole pass, as one byte at the end may decide."""
    unicode: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    ascii_only, c1, undefined = True, False, False
    for at in range(0, source.size, _PIECE):
        piece = source.read_at(at, min(_PIECE, source.size - at))
        if piece.isascii() and ascii_only:
            continue
        ascii_only = False
        if unicode is not None:
            try:
                unicode.decode(piece, at + _PIECE >= source.size)
            except UnicodeDecodeError:
                unicode = None
        c1 = c1 or len(piece.translate(None, _C1)) < len(piece)
        undefined = undefined or len(piece.translate(None, _UNDEFINED)) < len(piece)
    if ascii_only:
        return "ascii"
    if unicode is not None:
        return "utf-8"
    return "unknown-8bit" if undefined else "windows-1252" if c1 else "iso-8859-1"


def _content(source: Source, start: int, encoding: str, most: int) -> Iterator[Event]:
    raw = source.read_at(start, min(source.size - start, most * 4))
    if encoding.startswith("utf"):
        text = codecs.getincrementaldecoder(encoding)("replace").decode(raw, len(raw) == source.size - start)
        if "\ufffd" in text and "\ufffd".encode(encoding) not in raw:
            yield Fault("malformed", f"bytes that are not {encoding}")
    else:
        text = raw.decode("ascii") if encoding == "ascii" else western(raw)
    if text:
        yield Observation(name="text.content", value=text[:most])
    if len(text) > most or start + len(raw) < source.size:
        yield Fault("limit-text", f"more than {most} characters")


def _table(head: bytes, start: int, encoding: str, name: str) -> Iterator[Observation]:
    """Delimiter and columns of the first line, for files that are named as tables."""
    if name.rpartition(".")[2].lower() not in _TABLES:
        return
    codec = encoding if encoding.startswith("utf") else "latin-1"
    text = codecs.getincrementaldecoder(codec)("replace").decode(head[start:])
    line = (text.splitlines() or [""])[0]
    bare = "".join(line.split('"')[::2])  # without what stands between quotation marks
    counts = {delimiter: bare.count(delimiter) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    if counts[best]:
        yield Observation(name="text.table.delimiter", value=_DELIMITERS[best])
        yield Observation(name="text.table.columns", value=counts[best] + 1)


def sample() -> bytes:
    return "a;é\r\nb;ü\n".encode("utf-16")


FORMAT = Format(
    name="text",
    title="Plain text",
    version=3,
    sniff=sniff,
    observes={
        "text.encoding": token(
            "ascii, utf-8, utf-16-le and so on; windows-1252 and iso-8859-1 are what the bytes allow, "
            "unknown-8bit if neither"
        ),
        "text.bom": flag("begins with a byte order mark"),
        "text.line_ending": token("how lines end: crlf, lf, cr, mixed or none"),
        "text.lines": count("lines, the last one counted without a line break too"),
        "text.null_bytes": count("null characters"),
        "text.final_line_break": flag("ends with a line break"),
        "text.table.delimiter": token("delimiter of the first line: comma, semicolon, tab or pipe"),
        "text.table.columns": count("columns of the first line"),
        "text.content": content("the text"),
        **TABLE_VOCABULARY,
        **EINVOICE_VOCABULARY,
    },
    extensions=EXTENSIONS,
    media_types=("text/plain", "text/csv"),
    imports=(
        "encodings.utf_8",
        "encodings.utf_16_le",
        "encodings.utf_16_be",
        "encodings.utf_32_le",
        "encodings.utf_32_be",
        "lxml.etree",
        "lxml._elementpath",
    ),
    sample=sample,
    sources=(
        "RFC 4180",
        "EN 16931-1; UN/CEFACT CII D16B; OASIS UBL 2.1",
        "The Unicode Standard, section 23.8 (byte order marks)",
    ),
)
