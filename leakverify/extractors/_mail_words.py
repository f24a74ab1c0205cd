"""Words of header fields: encoded words, comments, addresses, message ids, hops.

Everything here runs in time linear in its input, which the field reader has
already cut to 64 kB.  The standard library's ``policy.default`` reads the same
grammar in quadratic time (bpo 136063), so it is never used.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from leakverify.extractors._mail_charset import decode, decode_unlabelled

#: RFC 2047 section 2, with the 75 characters of it not enforced; RFC 2231 section 5 adds the language
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?\r\n]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def literal_text(raw: bytes) -> str:
    """A field value as written, 8-bit bytes tolerated."""
    return raw.decode("ascii") if raw.isascii() else decode_unlabelled(raw)


def header_text(raw: bytes) -> str:
    """A field value as its reader saw it: encoded words decoded."""
    text = literal_text(raw)
    return decode_words(text) if "=?" in text else text


def decode_words(text: str) -> str:
    """Replace encoded words (RFC 2047).

    Blanks between two of them vanish, and neighbours of one charset are joined
    as bytes before decoding, because many writers cut inside a letter.
    """
    out: list[str] = []
    charset, pending = "", bytearray()
    at = 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        name = found[1].partition("*")[0].lower()
        joined = at > 0 and (not between or between.isspace())
        if not joined or name != charset:
            if pending:
                out.append(decode(bytes(pending), charset))
                pending.clear()
            if not joined:
                out.append(between)
            charset = name
        pending += _unpack(found[2], found[3])
        at = found.end()
    if pending:
        out.append(decode(bytes(pending), charset))
    out.append(text[at:])
    return "".join(out)


def _unpack(how: str, body: str) -> bytes:
    raw = body.encode("utf-8")
    if how in "qQ":
        return binascii.a2b_qp(raw, header=True)
    clean = _NOT_BASE64.sub(b"", raw)
    if len(clean) % 4 == 1:  # a lone letter holds no byte
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


_MARKS = re.compile(r'[()"\\]')


def without_comments(text: str, blank: str = " ") -> str:
    """Text with its (nested) comments replaced by ``blank`` (RFC 5322 3.2.2).

    Quoted strings are kept.  An unclosed comment runs to the end; a stray
    closing bracket is kept.
    """
    if "(" not in text:
        return text
    out: list[str] = []
    depth, quoted, kept_from, at = 0, False, 0, 0
    while True:
        found = _MARKS.search(text, at)
        if found is None:
            break
        mark, here = found[0], found.start()
        at = here + 1
        if mark == "\\":
            at += 1
        elif mark == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif mark == "(":
            if not depth:
                out.append(text[kept_from:here])
                out.append(blank)
            depth += 1
        elif mark == ")" and depth:
            depth -= 1
            if not depth:
                kept_from = at
    if not depth:
        out.append(text[kept_from:])
    return "".join(out)


class Address(NamedTuple):
    """One mailbox: the name shown, the address, and the literal text of both."""

    name: str
    address: str
    raw: str


#: an encoded word is one token although commas and brackets occur inside, against RFC 2047 5 (3)
_ADDRESS_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?|<[^<>]*>?|[,;:()\\]|=\?[^?\s]{1,64}\?[bBqQ]\?[^?\s]*\?=|=|[^"<,;:()\\=]+',
    re.DOTALL,
)
_BRACKET = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def addresses(text: str) -> Iterator[Address]:
    """Mailboxes of an address list (RFC 5322 3.4), groups opened.

    ``text`` is unfolded and still encoded.  Tolerant: what has no angle
    brackets is an address, unless it is several words without an at sign; and
    one or two such pieces before a piece with angle brackets are the rest of a
    name with a comma in it (``Doe, Jane <jane@a.example>``).
    """
    loose: list[Address] = []
    for one, ending in _pieces(text):
        if one is not None and ending == "loose":
            loose.append(one)
            continue
        if one is not None and ending == "angle" and 0 < len(loose) <= 2:
            name = ", ".join(filter(None, (*(part.name or part.address for part in loose), one.name)))
            one = Address(name, one.address, ", ".join((*(part.raw for part in loose), one.raw)))
        else:
            yield from loose
        loose.clear()
        if one is not None:
            yield one
    yield from loose


def _pieces(text: str) -> Iterator[tuple[Address | None, str]]:
    """Pieces between commas, each with its shape; ``None`` where a group ends."""
    words: list[str] = []
    comments: list[str] = []
    address = ""
    begun = at = 0
    located = False  # a word with an at sign was seen
    while at < len(text):
        found = _ADDRESS_TOKEN.match(text, at)
        if found is None:  # cannot be: every character begins one of the branches
            break
        token = found[0]
        here, at = at, found.end()
        first = token[0]
        if first == "(":
            at = _comment_end(text, here)
            comments.append(text[here + 1 : max(at - 1, here + 1)])
        elif first in ",;" or (first == "<" and address):
            yield _mailbox(words, comments, address, text[begun:here])
            words, comments, address, begun, located = [], [], "", at, False
            if first == ";":
                yield None, "group"
            elif first == "<":
                begun, address = here, token.strip("<>").strip()
        elif first == ":" and not address and not located:
            words, begun = [], at  # the name of a group
            yield None, "group"
        elif first == "<":
            address = token.strip("<>").strip()
        elif first == '"':
            closed = len(token) > 1 and token[-1] == '"'
            words.append(_ESCAPED.sub(r"\1", token[1:-1] if closed else token[1:]))
        else:
            words.append(token)
            located = located or "@" in token
    yield _mailbox(words, comments, address, text[begun:])


def _comment_end(text: str, at: int) -> int:
    depth = 0
    for found in _BRACKET.finditer(text, at):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
            if not depth:
                return found.end()
    return len(text)


def _mailbox(words: list[str], comments: list[str], address: str, raw: str) -> tuple[Address | None, str]:
    name = " ".join("".join(words).split()).strip(" <>")
    shape = "angle" if address else "plain" if "@" in name else "loose"
    if not address and ("@" in name or " " not in name):
        address, name = name, ""
    if not name and comments:  # user@host (Name), RFC 5322 appendix A.5
        name = " ".join(comments[-1].split())
    if address.startswith("@") and ":" in address:  # obsolete route, RFC 5322 4.4
        address = address.rpartition(":")[2]
    if not (name or address):
        return None, shape
    return Address(decode_words(name) if "=?" in name else name, address, raw.strip()), shape


_ID = re.compile(r"<([^<>]*)>")


def message_ids(text: str) -> Iterator[str]:
    """Ids of Message-ID, In-Reply-To or References, without their brackets."""
    found = False
    for match in _ID.finditer(text):
        found = True
        inner = "".join(match[1].split())
        if inner:
            yield inner
    if not found:
        yield from text.split()


class Hop(NamedTuple):
    """A Received field (RFC 5321 4.4): the names after its key words, and the date."""

    sender: str
    receiver: str
    protocol: str
    queue_id: str
    date: str


_CLAUSE = re.compile(r"(?:\A|(?<=\s))(from|by|with|id)\s+([^\s;]+)", re.IGNORECASE)


def hop(text: str) -> Hop:
    """Read one Received field. Comments do not count; the first clause of a kind does."""
    bare = without_comments(text)
    clauses, semicolon, date = bare.rpartition(";")
    if not semicolon:
        clauses, date = bare, ""
    seen: dict[str, str] = {}
    for found in _CLAUSE.finditer(clauses):
        seen.setdefault(found[1].lower(), found[2])
    return Hop(
        seen.get("from", ""), seen.get("by", ""), seen.get("with", ""), seen.get("id", ""), date.strip()
    )


def tags(text: str) -> dict[str, str]:
    """Tag list of a DKIM or ARC field (RFC 6376 3.2); the first of a name counts."""
    found: dict[str, str] = {}
    for pair in text.split(";"):
        name, equals, value = pair.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), "".join(value.split()))
    return found
