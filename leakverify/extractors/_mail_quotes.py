"""Quoted and forwarded mail inside the text of a message, as facts.

All observations of one block share one place: the MIME part, the line of the part's text on which
the block begins (its attribution counts), and the bytes of the document it lies in.  Spans are exact to the
line for text as it is, quoted-printable and base64; a block of HTML has the span of its part.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import (
    Declared,
    Fault,
    clip,
    content,
    count,
    digest,
    text,
    token,
    when,
)
from leakverify.extractors._mail_mime import Part
from leakverify.extractors._mail_quote_lines import BLOCKS, Block, blocks, unmarked
from leakverify.extractors._mail_quote_words import may_quote

QUOTE_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mail.quote.kind": token(
            "a quoted mail: prefixed with >, marked as html, begun by a header as Outlook writes it, "
            "forwarded, or unmarked after an attribution; all facts of one block share its place",
            repeats=True,
        ),
        "mail.quote.depth": count("quotations around the words of a block, itself included", repeats=True),
        "mail.quote.attribution": content("the lines that say who is quoted, as written", repeats=True),
        "mail.quote.language": token("language of these lines, ISO 639", repeats=True),
        "mail.quote.from.name": text("name of who is quoted", repeats=True),
        "mail.quote.from.address": text("address of who is quoted", repeats=True),
        "mail.quote.when": when("time of the quoted mail as the attribution states it", repeats=True),
        "mail.quote.when_ambiguous": text(
            "such a time whose day and month cannot be told apart", repeats=True
        ),
        "mail.quote.weekday": token("weekday beside it, three letters, lower case", repeats=True),
        "mail.quote.subject": text("subject of the quoted mail as its quoted header states it", repeats=True),
        "mail.quote.to": text("recipients of the quoted mail as its quoted header states them", repeats=True),
        "mail.quote.lines": token(
            "lines of the part's text that hold the block, counted from 1, its attribution included; without "
            "the blocks inside it",
            repeats=True,
        ),
        "mail.quote.digest": digest(
            "SHA-256 of the words of a block, single blanks between them", repeats=True
        ),
        "mail.quote.text": content(
            "words of a block without quoting marks and without blocks inside", repeats=True
        ),
    }
)  # fmt: skip

#: characters of quoted text kept of one part; lines that are looked at
KEPT, LINES = 200_000, 50_000

Facts = Iterator[Observation | Fault]


def quote_events(
    data: bytes, part: Part, encoding: str, inner: bytes, shown: str, depths: Sequence[int] | None
) -> Facts:
    """Facts of the quotations in the text of a part.

    ``inner`` is its content with the transfer encoding undone, ``shown`` the text, ``depths`` how
    often each of its lines is quoted by HTML (``None`` for plain text).
    """
    if not may_quote(shown) and not (depths and any(depths)):
        return
    written = shown.split("\n")
    if len(written) > LINES:
        yield Fault("limit-text", f"quotations after line {LINES} were not looked for", part.where)
        written = written[:LINES]
    lines = [unmarked(line.rstrip("\r")) for line in written]
    if depths is not None:
        lines = [(outer + inside, line) for outer, (inside, line) in zip(depths, lines, strict=False)]
    found, cut = blocks(lines, html=depths is not None)
    if cut:
        yield Fault("limit-text", f"more than {BLOCKS} quotations, or nested too deeply", part.where)
    spans = None if depths is not None else _Spans(data, part, encoding, inner, len(written))
    left = KEPT
    for block in found:
        numbers = _numbers(block)
        where = _place(part, numbers, spans)
        words = "\n".join(line.strip() for _, line in block.lines)
        yield from _facts(block, numbers, words[: max(left, 0)], where)
        left -= len(words)
    if left < 0:
        yield Fault("limit-text", f"more than {KEPT} characters of quoted text", part.where)


def _facts(block: Block, numbers: Sequence[int], words: str, where: Location) -> Iterator[Observation]:
    def fact(name: str, value: str | int, raw: str | None = None) -> Observation:
        return Observation(name=f"mail.quote.{name}", value=value, where=where, raw=raw)

    said = block.attribution
    yield fact("kind", block.kind)
    yield fact("depth", block.depth)
    yield fact("lines", _ranges(numbers))
    if said is not None:
        yield fact("attribution", clip(said.literal, 2000))
        for name, value in (
            ("language", said.language),
            ("from.name", said.name),
            ("from.address", said.address),
            ("subject", clip(said.subject, 1000)),
            ("to", clip(said.to, 1000)),
        ):
            if value:
                yield fact(name, value)
        if said.date is not None:
            literal = clip(said.date.literal, 200)
            if said.date.value:
                yield fact("when", said.date.value, literal)
                if said.date.weekday:
                    yield fact("weekday", said.date.weekday, literal)
            else:
                yield fact("when_ambiguous", literal)
    if words.strip():
        yield fact("digest", hashlib.sha256(" ".join(words.split()).encode("utf-8", "replace")).hexdigest())
        yield fact("text", words)


def _numbers(block: Block) -> list[int]:
    """Lines of a block, counted from 1."""
    said = block.attribution
    own = [] if said is None else list(range(said.first + 1, said.last + 2))
    return own + [number + 1 for number, _ in block.lines]


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers as ranges, ``3-7,9``; at most 200 of them."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        elif len(found) < 200:
            found.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def _place(part: Part, numbers: Sequence[int], spans: _Spans | None) -> Location:
    first, last = min(numbers), max(numbers)
    span = None if spans is None else spans.of(first - 1, last)
    start, end = span or (part.start, part.end)
    return Location(part=part.number, offset=start, length=end - start, line=first)


class _Spans:
    """Lines of a decoded text to bytes of the document; nothing where the two do not match."""

    def __init__(self, data: bytes, part: Part, encoding: str, inner: bytes, lines: int) -> None:
        self.end = part.end
        self.starts: list[int] = []
        if inner.count(b"\n") + 1 != lines and lines != LINES:
            return
        if encoding == "quoted-printable":
            starts = _printable(data, part.body, part.end)
        elif encoding == "base64":
            starts = _base64(data, part.body, part.end, inner)
        elif len(inner) == part.end - part.body:
            starts = [part.body, *(m.end() + part.body for m in re.finditer(rb"\n", inner))]
        else:
            return
        if len(starts) >= lines:
            self.starts = starts

    def of(self, first: int, after: int) -> tuple[int, int] | None:
        """Bytes from the beginning of line ``first`` to that of line ``after``, counted from 0."""
        if first >= len(self.starts):
            return None
        return self.starts[first], self.starts[after] if after < len(self.starts) else self.end


def _printable(data: bytes, start: int, end: int) -> list[int]:
    """Where the lines of quoted-printable text begin; a line that ends in ``=`` goes on (RFC 2045 6.7)."""
    starts = [start]
    if data.find(b"=0A", start, end) >= 0 or data.find(b"=0a", start, end) >= 0:
        return starts
    for found in re.finditer(rb"(=)?[ \t]*\r?\n", data[start:end]):
        if found[1] is None:
            starts.append(start + found.end())
    return starts


def _base64(data: bytes, start: int, end: int, inner: bytes) -> list[int]:
    """Where the group of four letters stands that holds the first byte of each line."""
    letters, at = [0], []
    for found in re.finditer(rb"[A-Za-z0-9+/]+", data[start:end]):
        at.append(start + found.start())
        letters.append(letters[-1] + found.end() - found.start())
    if not at or any(n % 4 for n in letters[1:-1]):
        return []
    starts = []
    for offset in (0, *(m.end() for m in re.finditer(rb"\n", inner))):
        wanted = offset // 3 * 4
        row = min(bisect_right(letters, wanted) - 1, len(at) - 1)
        starts.append(min(at[row] + wanted - letters[row], end))
    return starts if all(a <= b for a, b in pairwise(starts)) else []
