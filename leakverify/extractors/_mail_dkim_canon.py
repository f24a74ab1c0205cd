"""The two canonical forms of DKIM, and the tag lists of its fields (RFC 6376 3.2, 3.4).

dkimpy knows them too and is what the tests compare with.  It is not used here:
importing it brings a resolver of names into the box, and its expressions take
quadratic time on a long run of blanks.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

SIMPLE, RELAXED = "simple", "relaxed"

_FOLD = re.compile(rb"\r?\n")
#: runs that are not one blank already; most are, and replacing those too takes ten times as long
_BLANKS = re.compile(rb"[\t ]{2,}|\t")
_SPACE = re.compile(rb"\s+")
#: the value of b=, with the white space around it (RFC 6376 3.5, b=)
_SIGNATURE_VALUE = re.compile(rb"((?:\A|;)\s*b\s*=)[^;]*")
_TAG = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")


class BadTagsError(ValueError):
    """A tag list breaks the rules; the text says how."""


def network_lines(raw: bytes) -> bytes:
    """The same with every line ending in CRLF, as it went over the wire."""
    if raw.count(b"\n") == raw.count(b"\r\n"):
        return raw
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def canonical_field(name: bytes, value: bytes, form: str) -> bytes:
    """One field with its CRLF; ``value`` is what follows the colon, with its folds and CRLF line ends."""
    if form == SIMPLE:
        return name + b":" + value + (b"" if value.endswith(b"\r\n") else b"\r\n")
    plain = _BLANKS.sub(b" ", _FOLD.sub(b"", value)).strip(b" \t\r\n")
    return name.lower() + b":" + plain + b"\r\n"


def without_signature(value: bytes) -> bytes:
    """The value of a signature field with its ``b=`` emptied."""
    return _SIGNATURE_VALUE.sub(rb"\1", value, count=1)


def compressed(body: bytes) -> bytes:
    """Every run of blanks as one, none at the end of a line (RFC 6376 3.4.4 a)."""
    # compressing first leaves one blank at most before each CRLF, which keeps this linear
    return _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n").removesuffix(b" ")


def canonical_body(body: bytes, form: str) -> bytes:
    """A body whose lines end in CRLF in its canonical form."""
    if form == RELAXED:
        body = compressed(body)
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    if end == 0:
        return b"" if form == RELAXED else b"\r\n"
    return body[: end + 2] if body[end : end + 2] == b"\r\n" else body[:end] + b"\r\n"


def read_tags(value: bytes) -> Mapping[str, str]:
    """Tags of a signature field, values without the white space around them.

    Raises ``BadTagsError`` for a tag without ``=``, one that occurs twice, or a
    name that is none.
    """
    found: dict[str, str] = {}
    specs = value.strip().split(b";", 101)
    if len(specs) > 100:
        raise BadTagsError("more than 100 tags")
    if not specs[-1].strip():
        specs.pop()
    for spec in specs:
        name, equals, stated = spec.partition(b"=")
        name = name.strip()
        if not equals or not _TAG.fullmatch(name):
            raise BadTagsError("a tag without a name or a value")
        key = name.decode("ascii")
        if key in found:
            raise BadTagsError(f"the tag {key} occurs twice")
        found[key] = stated.strip().decode("utf-8", "replace")
    return found


def base64_value(text: str) -> bytes | None:
    """Bytes of a base64 value with white space in it; ``None`` if it is none."""
    packed = _SPACE.sub(b"", text.encode("utf-8", "replace"))
    if not packed:
        return None
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
