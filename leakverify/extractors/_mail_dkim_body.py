"""Which reading of a body fits the hash that its signature claims (RFC 6376 3.4, 3.7).

A body that no longer fits as it stands is tried again with the usual changes of
transport and storage undone.  Every one of them is linear in the body, and all
of them together draw on one budget.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from leakverify.extractors._mail_dkim_canon import SIMPLE, canonical_body, compressed, network_lines

#: readings, in the order tried; what a signature's body fits is one of these or of the three below
AS_IS, LINE_ENDS, TRAILING, ESCAPED = "as-is", "line-ends", "trailing-blanks", "from-escaped"
ADDED_END, ADDED_INSIDE, ADDED_START = "added-at-end", "added-inside", "added-at-start"
ENCODING, CHARSET = "transfer-encoding", "charset"
#: none of them; the body was too large to try them all; the signature's limit lies behind the body's end
NONE, NOT_TRIED, TOO_SHORT = "none", "not-tried", "too-short"

#: bytes hashed and rewritten for the signatures of one mail together
BUDGET = 512 << 20
#: largest body on which more than the reading as it stands is tried
TRIED_BYTES = 4 << 20
_CUTS = 20_000
_INNER_LINES, _INNER_BYTES, _DELIMITERS = 40, 64 << 10, 6
_TOP_LINES = 12
_ESCAPE = re.compile(rb"^>(>*From )", re.MULTILINE)
_ESCAPE_ONCE = re.compile(rb"^>(From )", re.MULTILINE)
_CHARSETS = (("utf-8", "cp1252"), ("utf-8", "latin-1"), ("cp1252", "utf-8"), ("latin-1", "utf-8"))


@dataclass(frozen=True, slots=True)
class Fit:
    """What was found. ``line`` and ``lines``: lines of the body that were added, counted from 1."""

    reading: str
    #: bytes of the canonical body behind the signature's limit, and how they begin
    rest: int | None = None
    rest_text: bytes = b""
    line: int = 0
    lines: int = 0


class Bodies:
    """The body of one mail. ``encoding``: its transfer encoding if it is one part, else empty."""

    def __init__(self, raw: bytes, encoding: str) -> None:
        self._raw = raw
        self._encoding = encoding
        self._left = BUDGET
        self._known: dict[tuple[str, str, int | None, bytes], Fit] = {}
        self._plain: dict[str, bytes] = {}

    @property
    def exhausted(self) -> bool:
        """Whether some signature was left without an answer."""
        return any(fit.reading == NOT_TRIED for fit in self._known.values())

    def fit(self, form: str, algorithm: str, length: int | None, claimed: bytes) -> Fit:
        """The reading whose digest is ``claimed``."""
        key = (form, algorithm, length, claimed)
        if key not in self._known:
            self._known[key] = self._search(form, algorithm, length, claimed)
        return self._known[key]

    def _spend(self, amount: int) -> bool:
        self._left -= amount
        return self._left >= 0

    def _search(self, form: str, algorithm: str, length: int | None, claimed: bytes) -> Fit:
        if not self._spend(2 * len(self._raw) + 1):
            return Fit(NOT_TRIED)
        if form not in self._plain:
            self._plain[form] = canonical_body(network_lines(self._raw), form)
        plain = self._plain[form]
        rest = None if length is None else max(len(plain) - length, 0)
        after = b"" if not rest else plain[length : length + 400 if length is not None else None]
        if hashlib.new(algorithm, plain[:length]).digest() == claimed:
            short = length is not None and length > len(plain)
            return Fit(TOO_SHORT if short else AS_IS, rest, after)
        if len(self._raw) > TRIED_BYTES:
            return Fit(NOT_TRIED, rest, after)
        if length == 0:
            return Fit(NONE, rest, after)
        for reading, body in self._readings():
            if not self._spend(2 * len(body) + 1):
                return Fit(NOT_TRIED, rest, after)
            canonical = canonical_body(body, form)
            if hashlib.new(algorithm, canonical[:length]).digest() == claimed:
                return Fit(reading, None if length is None else max(len(canonical) - length, 0))
        if length is None:
            for body in self._cuttable():
                found = self._without_additions(body, form, algorithm, claimed)
                if found is not None:
                    return found
        return Fit(NONE if self._left >= 0 else NOT_TRIED, rest, after)

    # readings of the whole ------------------------------------------------------------------------

    def _readings(self) -> Iterator[tuple[str, bytes]]:
        raw = self._raw
        wire = network_lines(raw)
        if raw.count(b"\r") != raw.count(b"\r\n"):
            doubled = wire.replace(b"\r\r\n", b"\r\n")
            yield LINE_ENDS, doubled
            yield LINE_ENDS, doubled.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
        if raw != wire and b"\r\n" in raw:
            yield LINE_ENDS, raw
        trimmed = _trim(wire)
        if trimmed != wire:
            yield TRAILING, trimmed
        for pattern in (_ESCAPE, _ESCAPE_ONCE) if b">From " in wire else ():
            body = pattern.sub(rb"\1", wire)
            if body != wire:
                yield ESCAPED, body
                if trimmed != wire:
                    yield ESCAPED, _trim(body)
        yield from self._encodings(wire)

    def _encodings(self, wire: bytes) -> Iterator[tuple[str, bytes]]:
        """A text that a gateway packed or unpacked; only for mails of one part."""
        decoded = b""
        if self._encoding == "quoted-printable":
            decoded = binascii.a2b_qp(wire)
        elif self._encoding == "base64":
            try:
                decoded = binascii.a2b_base64(wire)
            except binascii.Error:
                decoded = b""
        elif self._encoding in ("", "7bit", "8bit"):
            packed = binascii.b2a_base64(wire, newline=False)
            lines = (packed[at : at + 76] for at in range(0, len(packed), 76))
            yield ENCODING, b"".join(line + b"\r\n" for line in lines)
            yield ENCODING, network_lines(binascii.b2a_qp(wire, istext=True))
        if decoded:
            yield ENCODING, network_lines(decoded)
        text = network_lines(decoded) if decoded else wire
        if text.isascii() or self._encoding not in ("", "7bit", "8bit", "quoted-printable", "base64"):
            return
        for was, now in _CHARSETS:
            try:
                yield CHARSET, text.decode(was).encode(now)
            except UnicodeError:
                continue

    # what was added -------------------------------------------------------------------------------

    def _cuttable(self) -> Iterator[bytes]:
        wire = network_lines(self._raw)
        yield wire
        body = _ESCAPE.sub(rb"\1", wire) if b">From " in wire else wire
        if body != wire:
            yield body

    def _without_additions(self, body: bytes, form: str, algorithm: str, claimed: bytes) -> Fit | None:
        """Lines whose removal makes the body fit: at its end, before a separator of parts, or at its top."""
        if not self._spend(4 * len(body)):
            return None
        lines = _canonical_lines(body, form)
        whole = hashlib.new(algorithm)
        first = max(len(lines) - _CUTS, 0)
        whole.update(b"".join(lines[:first]))
        for number, line in enumerate(islice(lines, first, None), first + 1):
            whole.update(line)
            # a canonical body ends with a line that is not blank
            if line != b"\r\n" and whole.copy().digest() == claimed:
                return Fit(ADDED_END, line=number + 1, lines=len(lines) - number)
        while lines and lines[-1] == b"\r\n":
            lines.pop()
        for top in range(1, min(_TOP_LINES, len(lines) - 1) + 1):
            if not self._spend(len(body)):
                return None
            if hashlib.new(algorithm, b"".join(lines[top:])).digest() == claimed:
                return Fit(ADDED_START, line=1, lines=top)
        return self._before_separator(lines, algorithm, claimed)

    def _before_separator(self, lines: list[bytes], algorithm: str, claimed: bytes) -> Fit | None:
        separators = [at for at, line in enumerate(lines) if line.startswith(b"--") and len(line) > 6]
        for at in reversed(separators[-_DELIMITERS:]):
            tail = b"".join(lines[at:])
            if len(tail) > _INNER_BYTES or not self._spend((_INNER_LINES + 1) * len(tail)):
                return None
            first = max(at - _INNER_LINES, 0)
            whole = hashlib.new(algorithm, b"".join(lines[:first]))
            for number in range(first, at):
                tried = whole.copy()
                tried.update(tail)
                if tried.digest() == claimed:
                    return Fit(ADDED_INSIDE, line=number + 1, lines=at - number)
                whole.update(lines[number])
        return None


def _trim(body: bytes) -> bytes:
    if b" \r\n" not in body and b"\t\r\n" not in body:
        return body
    # line by line, since an expression would take quadratic time on a long run of blanks
    return b"\r\n".join(line.rstrip(b" \t") for line in body.split(b"\r\n"))


def _canonical_lines(body: bytes, form: str) -> list[bytes]:
    """Lines with their CRLF as they stand in the canonical body, blank ones at its end included."""
    if form != SIMPLE:
        body = compressed(body)
    lines = [line + b"\r\n" for line in body.split(b"\r\n")]
    if body.endswith(b"\r\n"):
        lines.pop()
    return lines
