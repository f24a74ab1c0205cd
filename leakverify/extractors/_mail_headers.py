"""The header section of a message, read from the raw bytes.

Which lines belong to it follows the standard library's ``email`` under
``policy.compat32`` (RFC 5322 2.2, with its tolerance); that is tested against
it.  Order, line numbers and literal text are kept, which that library loses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from leakverify.evidence import Location

#: bytes of one field that are looked at; genuine fields above this were not seen
FIELD_BYTES = 64 * 1024
#: fields kept of one header section
FIELDS = 5_000

_LINE = re.compile(rb"(?:(From )|([!-9;-~]*):|[ \t])[^\r\n]*(?:\r\n|\r|\n)?")
_BREAK = re.compile(rb"\r\n|\r|\n")
_FOLD = re.compile(rb"(?:\r\n|\r|\n)+")
_ESCAPED_LINE = re.compile(rb">+From [^\r\n]{0,500}(?:\r\n|\r|\n)")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``start``, ``value_at`` and ``end`` are offsets, ``line`` counts from 1."""

    name: str
    start: int
    value_at: int
    end: int
    line: int

    @property
    def key(self) -> str:
        return self.name.lower()

    def where(self, part: str = "") -> Location:
        return Location(
            part=part or self.name[:200], offset=self.start, length=self.end - self.start, line=self.line
        )

    def folded(self, data: bytes) -> bytes:
        """The value as written, folds included, at most ``FIELD_BYTES`` of it."""
        return data[self.value_at : min(self.end, self.value_at + FIELD_BYTES)].strip(b" \t\r\n")

    def value(self, data: bytes) -> bytes:
        """The value on one line (RFC 5322 2.2.3)."""
        raw = self.folded(data)
        return _FOLD.sub(b"", raw) if b"\n" in raw or b"\r" in raw else raw

    @property
    def oversize(self) -> bool:
        return self.end - self.value_at > FIELD_BYTES


@dataclass(frozen=True, slots=True)
class Headers:
    """A header section. ``body`` is the offset of the first byte after it.

    ``envelope`` is the place of an mbox ``From `` line before it.
    ``irregular`` names what was wrong, in the order met, each once.
    """

    fields: tuple[Field, ...]
    body: int
    lines: int
    envelope: tuple[int, int] | None
    irregular: tuple[str, ...]

    def first(self, key: str) -> Field | None:
        """The first field of that lower-case name, which is the one that counts."""
        return next((field for field in self.fields if field.key == key), None)

    def all(self, key: str) -> list[Field]:
        return [field for field in self.fields if field.key == key]


def skip_mark(data: bytes) -> int:
    """Offset after what exports leave in front: a byte order mark, blank lines, an escaped mbox line."""
    at = len(BOM) if data.startswith(BOM) else 0
    while data[at : at + 1] in (b"\r", b"\n") and at < 64:
        at += 1
    escaped = _ESCAPED_LINE.match(data, at)
    return at if escaped is None else escaped.end()


def read_headers(data: bytes, start: int, end: int, *, keep: int = FIELDS, before: int = 0) -> Headers:
    """Read the header section that begins at ``start``; linear in its length.

    ``before`` is the number of lines in front of it.  A line that is neither
    field, fold nor blank begins the body, as if a blank line stood before it.
    """
    fields: list[Field] = []
    wrong: dict[str, None] = {}
    envelope = None
    stray: tuple[int, int] | None = None
    at, line, open_field = start, 0, False
    name, begun, value_at, begun_line = "", 0, 0, 0
    match = _LINE.match
    while True:
        found = match(data, at, end)
        if found is None:
            break
        line += 1
        stop = found.end()
        group = found.lastindex
        if group == 2:
            if open_field:
                _keep(fields, Field(name, begun, value_at, at, begun_line + before), keep, wrong)
            open_field = found.end(2) > at
            if open_field:
                name, begun, value_at, begun_line = found[2].decode("ascii"), at, found.end(2) + 1, line
            else:
                wrong["field without a name"] = None
        elif group == 1:
            if open_field:
                _keep(fields, Field(name, begun, value_at, at, begun_line + before), keep, wrong)
                open_field = False
            if line == 1:
                envelope = (at, stop)
            else:
                if stray is not None:
                    wrong["envelope line among the fields"] = None
                stray = (at, stop)
        elif not open_field:
            wrong["fold without a field"] = None
        at = stop
    if open_field:
        _keep(fields, Field(name, begun, value_at, at, begun_line + before), keep, wrong)
    blank = _BREAK.match(data, at, end)
    if stray is not None and stray[1] == at:  # it opens the text, or the next message
        body = stray[0]
    elif blank is not None:
        body = blank.end()
        line += 1
    else:
        body = at
        if at < end:
            wrong["no blank line after the fields"] = None
    if stray is not None and stray[1] != at:
        wrong["envelope line among the fields"] = None
    return Headers(tuple(fields), body, line, envelope, tuple(wrong))


def _keep(fields: list[Field], field: Field, keep: int, wrong: dict[str, None]) -> None:
    if len(fields) < keep:
        fields.append(field)
    else:
        wrong[TOO_MANY] = None


TOO_MANY = "more fields than are read"
