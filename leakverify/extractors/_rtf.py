"""One pass over the groups and control words of an RTF file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Context, Event, Fault, Source, clip
from leakverify.when import canonical

#: one token: control word with its number, control symbol, hexadecimal byte, group, or text
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|([^\\{}\r\n\x00]{1,4096})|[\r\n\x00]{1,64}",
    re.DOTALL,
)
_DEPTH = 2_000
#: characters of a group inside another of the same destination
_KEPT = 65_536
_TOKENS = 20_000_000
#: bytes of one embedded object or picture
_CARRIED = 64 * 1024 * 1024
_CHILDREN = 200
_TIMES = {"creatim": "created", "revtim": "revised", "printim": "printed", "buptim": "backed_up"}
_CLOCK = {"yr": 0, "mo": 1, "dy": 2, "hr": 3, "min": 4, "sec": 5}
_TEXTS = {
    "title": "title", "subject": "subject", "author": "author", "operator": "operator", "manager": "manager",
    "company": "company", "keywords": "keywords", "doccomm": "comment", "comment": "comment",
    "hlinkbase": "hyperlink_base", "template": "template", "generator": "generator",
}  # fmt: skip
_NUMBERS = {
    "version": "revision", "vern": "internal_version", "edmins": "edit_time", "nofpages": "pages",
    "nofwords": "words", "nofchars": "characters",
}  # fmt: skip
#: destinations whose text is no text of the document
_ASIDE = frozenset(
    "fonttbl colortbl stylesheet info generator rsidtbl revtbl listtable listoverridetable pict object "
    "objdata themedata colorschememapping latentstyles datastore xmlnstbl pgptbl wgrffmtfilter filetbl "
    "fldinst header footer headerl headerr headerf footerl footerr footerf bkmkstart bkmkend template "
    "mmathPr falt panose atnid atnauthor atrfstart atrfend passwordhash userprops docvar nonshppict "
    "background xmlopen factoidname htmltag mhtmltag".split()
)
_SYMBOLS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t", "nestcell": "\t",
    "tab": "\t",
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
#: character sets of fonts -> code page (RTF 1.9.1, fcharset)
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 255: "cp437",
}  # fmt: skip
#: groups that tell programs apart
_GROUPS = frozenset(
    "info stylesheet rsidtbl themedata datastore latentstyles generator listtable colorschememapping "
    "mmathPr wgrffmtfilter xmlnstbl pgdsctbl".split()
)
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}


@dataclass(slots=True)
class _Group:
    """What holds until the group closes."""

    destination: str = ""
    starred: bool = False
    codec: str = "cp1252"
    skip: int = 1
    hidden: bool = False
    deleted: bool = False
    #: text of a destination that is kept for itself
    kept: list[str] = field(default_factory=list)
    inside: str = ""
    begin: int = 0


class _Reader:
    def __init__(self, data: bytes, context: Context) -> None:
        self.data = data
        self.most = context.limits.text_chars
        self.stack = [_Group()]
        self.words: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.times: dict[str, list[int]] = {}
        self.rsids: dict[int, None] = {}
        self.used: dict[int, None] = {}
        self.root: int | None = None
        self.languages: dict[int, None] = {}
        self.default_language: int | None = None
        self.code_page: int | None = None
        self.groups: dict[str, int] = {}
        self.fonts: dict[str, None] = {}
        self.font_codecs: dict[int, str] = {}
        self.font = -1
        self.reviewers: dict[str, None] = {}
        self.shown: list[str] = []
        self.deleted: list[str] = []
        self.hidden: list[str] = []
        self.external: dict[str, None] = {}
        self.length = 0
        self.objects: list[tuple[int, int]] = []
        self.pictures: list[tuple[int, int]] = []
        self.pending = bytearray()
        self.ignored = 0
        self.charset = "ansi"
        self.page = "cp1252"
        self.faults: list[Fault] = []
        self.closed_at = -1

    # the pass

    def run(self) -> None:
        at = tokens = 0
        while at < len(self.data):
            found = _TOKEN.match(self.data, at)
            tokens += 1
            if tokens > _TOKENS:
                self.faults.append(Fault("limit-text", f"more than {_TOKENS} control words"))
                return
            if found is None:
                at += 1
                continue
            word, value, byte, symbol, brace, plain = found.groups()
            if word is not None:
                self.flush()
                name = word.decode("ascii")
                if name == "bin" and value:
                    at = found.end() + max(int(value), 0)
                    continue
                self._word(name, None if value is None else int(value), found.start())
            elif byte is not None:
                self._bytes(bytes.fromhex(byte.decode("ascii")))
            elif plain is not None:
                self._bytes(plain)
            elif brace is not None:
                self.flush()
                if not self._brace(brace, found.start()):
                    self.closed_at = found.end()
                    return
            elif symbol is not None:
                self.flush()
                self._symbol(symbol)
            at = found.end()

    def _brace(self, brace: bytes, at: int) -> bool:
        """False when the last group has closed."""
        if brace == b"{":
            if len(self.stack) < _DEPTH:
                top = self.stack[-1]
                self.stack.append(
                    _Group(
                        destination=top.destination,
                        codec=top.codec,
                        skip=top.skip,
                        hidden=top.hidden,
                        deleted=top.deleted,
                        inside=top.inside,
                        begin=at,
                    )  # fmt: skip
                )
            else:
                self.faults.append(Fault("limit-depth", f"groups deeper than {_DEPTH}"))
                return False
            return True
        if len(self.stack) > 1:
            self._close(self.stack.pop(), at)
        return len(self.stack) > 1

    def _symbol(self, symbol: bytes) -> None:
        top = self.stack[-1]
        if symbol == b"*":
            top.starred = True
        elif symbol == b"~":
            self._text("\u00a0")
        elif symbol == b"_":
            self._text("-")
        elif symbol in b"\\{}":
            self._text(symbol.decode("latin-1"))
        elif symbol in b"\r\n":
            self._text("\n")

    def _word(self, name: str, value: int | None, at: int) -> None:
        top = self.stack[-1]
        if name == "u" and value is not None:
            self._text(chr(value & 0xFFFF))
            self.ignored = top.skip
        elif name == "uc" and value is not None:
            top.skip = max(min(value, 16), 0)
        elif name in _SYMBOLS:
            self._text(_SYMBOLS[name])
        elif name in _PAGES:
            self.charset = name
            self.page = top.codec = _PAGES[name]
        elif name == "ansicpg" and value is not None:
            if self.code_page is None and 0 < value < 1 << 16:
                self.code_page = value
            self.page = top.codec = _known(f"cp{value}")
        elif name == "f" and value is not None:
            self.font = value
            if top.destination != "fonttbl":
                top.codec = self.font_codecs.get(value, self.page)
        elif name == "fcharset" and value is not None and top.destination == "fonttbl":
            codec = _CHARSETS.get(value)
            top.codec = self.page if value in (0, 1, 2) or codec is None else codec
            self.font_codecs[self.font] = top.codec
        elif (
            name in ("deflang", "lang", "deflangfe", "langfe")
            and value is not None
            and len(self.languages) < 50
        ):
            self.languages.setdefault(value)
            if name == "deflang" and self.default_language is None:
                self.default_language = value
        elif name == "v":
            top.hidden = value != 0
        elif name == "deleted":
            top.deleted = value != 0
        elif name == "plain":
            top.hidden = top.deleted = False
        elif name.endswith("rsid") and value is not None and name != "rsid" and name != "rsidroot":
            if len(self.used) < 100_000 and top.destination != "stylesheet":
                self.used.setdefault(value)
        elif name == "rsid" and value is not None and len(self.rsids) < 100_000:
            self.rsids.setdefault(value)
        elif name == "rsidroot" and value is not None:
            self.root = value
        elif name in _CLOCK and value is not None and top.destination in _TIMES:
            self.times.setdefault(top.destination, [0, 1, 1, 0, 0, 0])[_CLOCK[name]] = value
        elif name in _NUMBERS and value is not None and "info" in (top.inside, top.destination):
            self.numbers.setdefault(_NUMBERS[name], value)
        else:
            if name in _GROUPS:
                self.groups.setdefault(name, at)
            self._destination(name, at)

    def _destination(self, name: str, at: int) -> None:
        top = self.stack[-1]
        known = name in _ASIDE or name in _TEXTS or name in _TIMES
        if not known and not top.starred:
            return
        if not known:
            name = "aside"
        if name in _TEXTS and name not in ("generator", "template") and top.destination != "info":
            return  # control words of these names stand elsewhere too
        top.inside = top.destination
        top.destination = name
        top.starred = False
        if name == "objdata" and len(self.objects) < _CHILDREN:
            self.objects.append((at, 0))
        elif name == "pict" and len(self.pictures) < _CHILDREN:
            self.pictures.append((at, 0))

    def _close(self, group: _Group, at: int) -> None:
        parent = self.stack[-1]
        said = "".join(group.kept).strip()
        if group.destination == parent.destination:
            # cut, so that groups within groups do not multiply what they hold
            parent.kept.append("".join(group.kept)[:_KEPT])
            if group.destination == "fonttbl" and said:
                self._font_names(said)
            elif group.destination == "revtbl" and said:
                self.reviewers.setdefault(said.rstrip(";"))
            return
        if group.destination in _TEXTS and said:
            self.words.setdefault(
                _TEXTS[group.destination], said.rstrip(";") if group.destination == "generator" else said
            )
        elif group.destination == "fonttbl" and said:
            self._font_names(said)
        elif group.destination == "fldinst":
            if re.search(r"\b(?:INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK)\b", said):
                self.external.setdefault(clip(said, 500))
        elif group.destination == "objdata" and self.objects:
            self.objects[-1] = (self.objects[-1][0], at)
        elif group.destination == "pict" and self.pictures:
            self.pictures[-1] = (self.pictures[-1][0], at)

    def _font_names(self, said: str) -> None:
        for name in said.split(";"):
            if name.strip() and len(self.fonts) < 200:
                self.fonts.setdefault(name.strip())

    def _bytes(self, raw: bytes) -> None:
        if self.ignored:
            cut = min(self.ignored, len(raw))
            self.ignored -= cut
            raw = raw[cut:]
        self.pending += raw

    def flush(self) -> None:
        if self.pending:
            raw, self.pending = self.pending, bytearray()
            self._text(raw.decode(self.stack[-1].codec, "replace"))

    def _text(self, text: str) -> None:
        top = self.stack[-1]
        if top.destination:
            if top.destination not in ("objdata", "pict", "aside") and len(top.kept) < 10_000:
                top.kept.append(text)
            return
        if self.length > self.most:
            return
        self.length += len(text)
        if top.deleted:
            self.deleted.append(text)
        elif top.hidden:
            self.hidden.append(text)
        else:
            self.shown.append(text)


def read_rtf(source: Source, context: Context) -> Iterator[Event]:
    data = source.data
    head = re.match(rb"\{\\rtf?(\d{0,3})", data)
    yield Observation(name="rtf.version", value=head[1].decode() if head else "")
    reader = _Reader(data, context)
    reader.run()
    reader.flush()
    yield from reader.faults
    yield from _stated(reader)
    yield from _sessions(reader)
    complete = reader.closed_at >= 0
    yield Observation(name="rtf.complete", value=complete)
    if complete:
        rest = data[reader.closed_at :].strip(b"\r\n\x00 \x1a")
        yield Observation(name="rtf.trailing_bytes", value=len(rest), where=Location(offset=reader.closed_at))
    else:
        yield Fault("truncated", "groups that are not closed")
    yield Observation(name="rtf.objects", value=len(reader.objects))
    yield Observation(name="rtf.pictures", value=len(reader.pictures))
    for found in list(reader.external)[:50]:
        yield Observation(name="rtf.external", value=found)
    if context.wants_content():
        yield from _contents(reader, data)


def _stated(reader: _Reader) -> Iterator[Event]:
    info = Location(part="info")
    yield Observation(name="rtf.character_set", value=f"{reader.charset} {reader.page}")
    for name, said in reader.words.items():
        yield Observation(
            name=f"rtf.{name}",
            value=clip(said),
            where=info if name != "generator" else Location(part="generator"),
        )
    for name, parts in reader.times.items():
        read = _moment(parts)
        stated = " ".join(str(part) for part in parts)
        if read is not None:
            yield Observation(name=f"rtf.{_TIMES[name]}", value=read, where=info, raw=stated)
        elif any(parts[:1]):
            yield Observation(name="rtf.date_malformed", value=f"{name} {stated}", where=info)
    for name, value in reader.numbers.items():
        if name == "edit_time" or value >= 0:
            yield Observation(name=f"rtf.{name}", value=value, where=info)
    if reader.code_page is not None:
        yield Observation(name="rtf.code_page", value=reader.code_page)
    if reader.default_language is not None:
        yield Observation(name="rtf.language.default", value=str(reader.default_language))
    for group, at in reader.groups.items():
        yield Observation(name="rtf.group", value=group, where=Location(offset=at))
    for language in reader.languages:
        yield Observation(name="rtf.language", value=str(language))
    for font in reader.fonts:
        yield Observation(name="rtf.font", value=clip(font, 100), where=Location(part="fonttbl"))
    for name in list(reader.reviewers)[:100]:
        if name and name != "Unknown":
            yield Observation(name="rtf.reviewer", value=clip(name, 300), where=Location(part="revtbl"))


def _moment(parts: list[int]) -> str | None:
    try:
        year, month, day, hour, minute, second = parts
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return canonical(moment) if year > 1601 else None


def _sessions(reader: _Reader) -> Iterator[Event]:
    if reader.root is not None:
        yield Observation(name="rtf.rsid.root", value=f"{reader.root:08X}", where=Location(part="rsidtbl"))
    for name, values in (("declared", reader.rsids), ("used", reader.used)):
        if values or reader.rsids:
            yield Observation(name=f"rtf.rsid.{name}", value=len(values))
            listed = " ".join(f"{value & 0xFFFFFFFF:08X}" for value in values)
            yield Observation(name=f"rtf.rsid.{name}_values", value=clip(listed, 20_000))


def _contents(reader: _Reader, data: bytes) -> Iterator[Event]:
    if reader.length > reader.most:
        yield Fault("limit-text", f"more than {reader.most} characters")
    for name, pieces in (
        ("text", reader.shown),
        ("deleted_text", reader.deleted),
        ("hidden_text", reader.hidden),
    ):
        said = _joined("".join(pieces))
        if said.strip():
            yield Observation(name=f"rtf.{name}", value=said)
    for kind, places in (("object", reader.objects), ("picture", reader.pictures)):
        for begin, end in places:
            body = data[begin : min(end, begin + 2 * _CARRIED)] if end else b""
            yield from _child(kind, begin, body)


def _child(kind: str, begin: int, body: bytes) -> Iterator[Event]:
    """An object or picture, written as hexadecimal digits, as a document of its own."""
    digits = re.sub(rb"\\[a-zA-Z]{1,32}-?\d{0,10} ?|\{[^{}]{0,2000}\}|[^0-9a-fA-F]", b"", body)
    raw = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    where = Location(part=kind, offset=begin, length=len(body))
    if kind == "picture":
        if raw.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            ending = "jpg" if raw[0] == 0xFF else "png"
            yield Child(name=f"picture byte {begin}.{ending}", data=raw, role="image", where=where)
        return
    # an OLE 1 object: version, kind, class name, two more strings, size, bytes (MS-OLEDS 2.2.5)
    at = 8
    for _ in range(3):
        at += 4 + int.from_bytes(raw[at : at + 4], "little")
        if at + 4 > len(raw):
            return
    size = int.from_bytes(raw[at : at + 4], "little")
    inner = raw[at + 4 : at + 4 + size]
    if inner.startswith((b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF", b"{\\rt")):
        yield Child(name=f"object byte {begin}", data=inner, role="embedded", where=where)


def _joined(text: str) -> str:
    """Surrogate pairs, which RTF writes as two numbers, made one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _known(codec: str) -> str:
    codec = {"cp10000": "mac_roman", "cp936": "gbk", "cp65001": "utf-8"}.get(codec, codec)
    try:
        "".encode(codec)
    except LookupError:
        return "cp1252"
    return codec
