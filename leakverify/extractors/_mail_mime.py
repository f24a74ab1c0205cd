"""The parts of a message, as byte ranges (RFC 2045, 2046, 2183, 2231).

The boundaries of parts are those that the standard library's ``email`` finds
under ``policy.compat32``, damaged messages included; tests hold the two
against each other.  That library looks at every line once per level of nesting
and recurses, so that a few megabytes keep it busy for minutes; here the bytes
are searched for boundaries once per level, and levels and parts are counted.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from leakverify.evidence import Location
from leakverify.extractors._mail_charset import decode, decode_unlabelled
from leakverify.extractors._mail_headers import Field, Headers, read_headers
from leakverify.extractors._mail_words import decode_words

#: multiparts inside multiparts; genuine mail was not seen above 8
LEVELS = 32
#: parameters read of one field, fields kept of one part
PARAMETERS, PART_FIELDS = 200, 100

_SEPARATOR = re.compile(r'\\"|"|;')
_CONTINUED = re.compile(r"(\w+)\*(?:([0-9]{1,6})\*?)?\Z", re.ASCII)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_LAST_BREAK = re.compile(rb"(?:\r\n|\r|\n)\Z")
_LINE_REST = re.compile(rb"(--)?[ \t]*(?:\r\n|\r|\n|\Z)")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """First word and parameters of a Content-Type or Content-Disposition value.

    The first parameter of a name counts, and one in a single piece before one
    in numbered pieces (RFC 2231 3); the library does the same.  Unlike the
    library, quotation marks are taken off once, not twice.
    """
    pieces = _split_parameters(value) if ";" in value else [value]
    found: dict[str, str] = {}
    continued: dict[str, list[tuple[int, str, bool]]] = {}
    for position, piece in enumerate(pieces):
        name, equals, text = piece.partition("=")
        if not equals:
            continue
        name, text = name.strip().lower(), _unquote(text.strip())
        numbered = _CONTINUED.match(name) if position else None
        if numbered is None:
            found.setdefault(name, text)
        else:
            number = -1 if numbered[2] is None else int(numbered[2])
            continued.setdefault(numbered[1], []).append((number, text, name.endswith("*")))
    for name, bits in continued.items():
        found.setdefault(name, _assemble(sorted(bits)))
    return pieces[0].strip(), found


def _split_parameters(value: str) -> list[str]:
    pieces: list[str] = []
    begun, quoted = 0, False
    for mark in _SEPARATOR.finditer(value):
        if mark[0] == '"':
            quoted = not quoted
        elif mark[0] == ";" and not quoted:
            pieces.append(value[begun : mark.start()])
            begun = mark.end()
            if len(pieces) >= PARAMETERS:
                return pieces
    pieces.append(value[begun:])
    return pieces


def _unquote(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace("\\\\", "\\").replace('\\"', '"')
    return text


def _assemble(bits: list[tuple[int, str, bool]]) -> str:
    """Join the numbered pieces of a parameter and undo its percent signs."""
    if not any(encoded for _, _, encoded in bits):
        return "".join(text for _, text, _ in bits)
    raw = b"".join(_unpercent(text) if encoded else text.encode("utf-8") for _, text, encoded in bits)
    charset, tick, rest = raw.partition(b"'")
    _, tick, body = rest.partition(b"'")
    if not tick:
        return decode_unlabelled(raw)
    return decode(body, charset.decode("ascii", "replace"))


def _unpercent(text: str) -> bytes:
    return _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), text.encode("utf-8"))


@dataclass(slots=True)
class Part:
    """One node of the tree. ``number`` is as in IMAP (RFC 9051 6.4.5), ``""`` for a multipart root.

    ``start`` to ``end`` includes the header section, ``body`` is the offset of
    the content.  ``preamble`` and ``epilogue`` are byte ranges around the parts
    of a multipart.  ``irregular`` holds codes and words for problems.
    """

    number: str
    start: int
    end: int
    headers: Headers
    body: int
    type: str
    params: Mapping[str, str]
    content_type: Field | None
    children: list[Part] = field(default_factory=list)
    preamble: tuple[int, int] | None = None
    epilogue: tuple[int, int] | None = None
    boundary: str | None = None
    irregular: list[tuple[str, str]] = field(default_factory=list)

    @property
    def main(self) -> str:
        return self.type.partition("/")[0]

    @property
    def where(self) -> Location:
        return Location(part=self.number, offset=self.start, length=self.end - self.start)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in the order written."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))

    def first(self, key: str) -> Field | None:
        return self.headers.first(key)


class TooMany(Exception):
    """More parts than may be read; the tree holds those before."""


class _Counter:
    def __init__(self, limit: int) -> None:
        self.left = limit

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooMany


def read_parts(data: bytes, headers: Headers, start: int, end: int, limit: int) -> tuple[Part, bool]:
    """The tree of parts of a message whose header section was read already.

    The flag is true when parts beyond ``limit`` were left out.
    """
    root = _part(data, headers, start, end, "text/plain")
    if root.main != "multipart":
        root.number = "1"
        return root, False
    try:
        _split(data, root, end, "", 1, _Counter(limit))
    except TooMany:
        return root, True
    return root, False


def _part(data: bytes, headers: Headers, start: int, end: int, default: str) -> Part:
    stated = headers.first("content-type")
    if stated is None:
        return Part("", start, end, headers, headers.body, default, {}, None)
    # bytes above 7F become U+FFFD, so that no boundary made of them ever matches, as in the library
    value = stated.folded(data).decode("ascii", "replace")
    word, params = parameters(value)
    kind = word.lower() if word.count("/") == 1 else "text/plain"
    return Part("", start, end, headers, headers.body, kind, params, stated)


def _split(data: bytes, whole: Part, end: int, prefix: str, level: int, counter: _Counter) -> None:
    """Fill in the parts of a multipart whose content ends at ``end``."""
    boundary = whole.params.get("boundary")
    if boundary is None:
        whole.irregular.append(("malformed", "a multipart without a boundary"))
        return
    whole.boundary = boundary = boundary.rstrip()
    if level > LEVELS:
        whole.irregular.append(("limit-depth", f"multiparts nested more than {LEVELS} deep"))
        return
    default = "message/rfc822" if whole.type == "multipart/digest" else "text/plain"
    marks = _boundaries(data, whole.body, end, b"--" + boundary.encode("utf-8"))
    opened = next(marks, None)
    if opened is None or opened.closing:
        whole.irregular.append(("malformed", "the boundary of a multipart does not occur"))
        return
    whole.preamble = (whole.body, opened.start)
    at, number = opened.end, 0
    while True:
        following = next(marks, None)
        while following is not None and following.start == at:  # several in a row count as one
            at = following.end
            following = next(marks, None)
        counter.take()
        number += 1
        stop = end if following is None else following.start
        child = _child(data, at, stop, default)
        child.number = f"{prefix}{number}"
        whole.children.append(child)
        if child.main == "multipart":
            _split(data, child, stop, child.number + ".", level + 1, counter)
        if child.main != "multipart":
            child.end = max(_without_break(data, at, stop), child.body)
        if following is None:
            whole.irregular.append(("truncated", "the last boundary of a multipart is missing"))
            return
        at = following.end
        if following.closing:
            whole.epilogue = (at, end)
            return


def _child(data: bytes, start: int, end: int, default: str) -> Part:
    return _part(data, read_headers(data, start, end, keep=PART_FIELDS), start, end, default)


def _without_break(data: bytes, start: int, end: int) -> int:
    """The line break before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    found = _LAST_BREAK.search(data, max(end - 2, start), end)
    return end if found is None else found.start()


class _Mark(NamedTuple):
    start: int
    end: int
    closing: bool


def _boundaries(data: bytes, start: int, end: int, separator: bytes) -> Iterator[_Mark]:
    """Lines that consist of the separator, ``--`` or not, and blanks."""
    at = start
    while True:
        here = data.find(separator, at, end)
        if here < 0:
            return
        at = here + len(separator)
        if here > start and data[here - 1] not in b"\r\n":
            continue
        rest = _LINE_REST.match(data, at, end)
        if rest is not None:
            at = rest.end()
            yield _Mark(here, at, rest[1] is not None)


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t"
_PIECE = 1 << 20
_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*(?:\r\n|\r|\n)", re.MULTILINE)
_UU_LINE = re.compile(rb"[^\r\n]+")
UUENCODE = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})


class Decoded(NamedTuple):
    """Content of a part with its transfer encoding undone. ``complaint`` says what was wrong."""

    data: bytes
    complaint: str


def transfer_encoding(data: bytes, part: Part) -> str:
    """The stated encoding, lower case and without what some writers append."""
    stated = part.first("content-transfer-encoding")
    if stated is None:
        return ""
    words = stated.value(data)[:200].decode("ascii", "replace").lower().replace(";", " ").split()
    return words[0] if words else ""


def content(data: bytes, part: Part, encoding: str) -> Decoded:
    """Undo base64, quoted-printable or uuencode; anything else is returned as it is."""
    if encoding == "base64":
        return _unbase64(data, part.body, part.end)
    raw = data[part.body : part.end]
    if encoding == "quoted-printable":
        return Decoded(binascii.a2b_qp(raw), "")
    if encoding in UUENCODE:
        return _unuuencode(raw)
    return Decoded(raw, "")


def _unbase64(data: bytes, start: int, end: int) -> Decoded:
    complaint = ""
    view = memoryview(data)
    for at in range(start, end, _PIECE):
        if bytes(view[at : min(at + _PIECE, end)]).translate(None, _ALPHABET):
            complaint = "characters that are not base64 were left out"
            break
    padding = data.find(b"=", start, end)
    if padding >= 0 and data[padding:end].strip(b"= \t\r\n") and not complaint:
        complaint = "text after the padding of base64 was not read"
    try:
        return Decoded(binascii.a2b_base64(view[start:end]), complaint)
    except binascii.Error:
        clean = _BASE64.sub(b"", data[start:end])
    lost = len(clean) % 4 == 1  # six bits hold no byte
    if lost:
        clean = clean[:-1]
    complaint = complaint or "the base64 text ends inside a group of four"
    return Decoded(binascii.a2b_base64(clean + b"=" * (-len(clean) % 4)), complaint)


def _unuuencode(raw: bytes) -> Decoded:
    """Undo uuencode (POSIX.1 uuencode). Without its first line the bytes are returned as they are."""
    begun = _UU_BEGIN.search(raw)
    if begun is None:
        return Decoded(raw, "uuencoded data without its first line")
    out = bytearray()
    complaint = "uuencoded data without its last line"
    for line in _UU_LINE.finditer(raw, begun.end()):
        body = line[0]
        if body.rstrip() == b"end":
            complaint = ""
            break
        try:
            out += binascii.a2b_uu(body)
        except binascii.Error:  # letters after the stated length
            try:
                out += binascii.a2b_uu(body[: (((body[0] - 32) & 63) * 4 + 5) // 3])
            except binascii.Error:
                complaint = "uuencoded data is damaged"
                break
    return Decoded(bytes(out), complaint)


def file_name(data: bytes, stated: Field | None, parameter: str) -> str:
    """A name stated by a parameter, decoded the way mail programs do; ``""`` if none."""
    if stated is None:
        return ""
    raw = stated.folded(data)
    value = raw.decode("ascii") if raw.isascii() else decode_unlabelled(raw)
    name = parameters(value)[1].get(parameter, "")
    if "=?" in name:  # forbidden by RFC 2047 5 (3), and common
        name = decode_words(name)
    return " ".join(name.split())
