"""What an extractor is made of: a declaration, and a generator of facts.

An extractor is one module in this package with two names::

    FORMAT = Format(name="rtf", ...)          # cheap: standard library only
    def read(source, context): yield ...      # runs in the box; imports its parser inside

``read`` yields :class:`~leakverify.evidence.Observation`, :class:`Fault`,
:class:`~leakverify.evidence.Member` and :class:`Child` in any order.  What was
yielded before a crash is kept, so cheap facts come first.  It never opens
files, never prints, and does not catch ``MemoryError``; any other exception it
lets through becomes the problem ``reader-error``.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO, Union

from leakverify.evidence import NOWHERE, Location, Member, Observation
from leakverify.limits import Limits


class Kind(Enum):
    """What the value of an observation is."""

    TEXT = "text"  # a string the document states: names, titles, header values
    CONTENT = "content"  # what the document says to its reader; never kept in a corpus
    WHEN = "when"  # a point in time, see leakverify.when
    COUNT = "count"  # a whole number, zero or more
    NUMBER = "number"  # measured, with a unit
    FLAG = "flag"
    TOKEN = "token"  # a technical word: keyword, version, namespace, key order
    DIGEST = "digest"  # lower-case hex


@dataclass(frozen=True, slots=True)
class Declared:
    """One name of the vocabulary. ``repeats``: may be observed more than once."""

    kind: Kind
    meaning: str
    unit: str = ""
    repeats: bool = False


def text(meaning: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.TEXT, meaning, repeats=repeats)


def content(meaning: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.CONTENT, meaning, repeats=repeats)


def when(meaning: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.WHEN, meaning, repeats=repeats)


def count(meaning: str, unit: str = "", *, repeats: bool = False) -> Declared:
    return Declared(Kind.COUNT, meaning, unit, repeats)


def number(meaning: str, unit: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.NUMBER, meaning, unit, repeats)


def flag(meaning: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.FLAG, meaning, repeats=repeats)


def token(meaning: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.TOKEN, meaning, repeats=repeats)


def digest(meaning: str, *, repeats: bool = False) -> Declared:
    return Declared(Kind.DIGEST, meaning, repeats=repeats)


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem met while reading; becomes a ``Problem`` on this document."""

    code: str
    detail: str = ""
    where: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Child:
    """A document inside this one that is examined in the same unit.

    ``role`` says how it is carried: ``attachment``, ``inline``, ``embedded``,
    ``message``, ``thumbnail``.
    """

    name: str
    data: bytes
    role: str = "embedded"
    where: Location = NOWHERE


Event = Union[Observation, Fault, Child, Member]


class LimitExceeded(Exception):
    """Raised inside the box when a limit is hit; ``code`` is the problem's code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(slots=True)
class Budget:
    """What all decompressors of a unit may still produce together."""

    inflated: int
    ratio: int
    ratio_after: int

    def spend(self, produced: int, total_in: int, total_out: int) -> None:
        """Account for ``produced`` more bytes of a stream; raise when over."""
        self.inflated -= produced
        if self.inflated < 0:
            raise LimitExceeded("limit-inflate", "budget of the unit used up")
        if total_out > self.ratio_after and total_out > self.ratio * max(total_in, 1):
            raise LimitExceeded("limit-inflate", f"expands more than {self.ratio} times")


@dataclass(slots=True)
class Context:
    """What an extractor may know about its task.

    ``full`` is false in the first pass over an archive, when only identity,
    structure and metadata are wanted; ask :meth:`wants_content` right before
    reading text, pixels or attachments' pixels, so that the pass knows there
    is more to come back for.
    """

    limits: Limits
    budget: Budget
    full: bool = True
    name: str = ""
    deferred: bool = False

    def wants_content(self) -> bool:
        if not self.full:
            self.deferred = True
        return self.full


class Source:
    """The bytes of one document, in memory or in a range of an open descriptor.

    A descriptor is read with ``pread``: its file position is shared with other
    processes and never touched.
    """

    __slots__ = ("_data", "_descriptor", "_limit", "_offset", "size")

    def __init__(
        self,
        data: bytes | None = None,
        *,
        descriptor: int = -1,
        offset: int = 0,
        size: int | None = None,
        limit: int = 256 * 1024 * 1024,
    ) -> None:
        self._data = data
        self._descriptor = descriptor
        self._offset = offset
        self._limit = limit
        self.size = len(data) if data is not None else (size or 0)

    @property
    def data(self) -> bytes:
        """All bytes. Raises ``LimitExceeded`` when there are too many for memory."""
        if self._data is None:
            if self.size > self._limit:
                raise LimitExceeded("limit-size", f"{self.size} bytes")
            self._data = self.read_at(0, self.size)
        return self._data

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``, fewer at the end; never raises for range."""
        offset = max(offset, 0)
        length = max(min(length, self.size - offset), 0)
        if self._data is not None:
            return self._data[offset : offset + length]
        pieces = []
        while length > 0:
            piece = os.pread(self._descriptor, min(length, 1 << 24), self._offset + offset)
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def open(self) -> BinaryIO:
        """A seekable read-only stream over the bytes, for parsers that want a file."""
        if self._data is not None:
            return io.BytesIO(self._data)
        return io.BufferedReader(_Range(self), 65536)


class _Range(io.RawIOBase):
    """A range of an open file as a file of its own."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        chunk = self._source.read_at(self._at, len(view))
        view[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)


@dataclass(frozen=True, slots=True)
class Probe:
    """What identification looks at: both ends of the bytes, and the name as a hint.

    ``directory`` is the beginning of the directory of a compound file, which may lie anywhere.
    """

    head: bytes
    tail: bytes
    size: int
    name: str = ""
    directory: bytes = b""

    @property
    def extension(self) -> str:
        """Lower case, without the dot; empty if the name has none."""
        stem, dot, ending = self.name.rpartition(".")
        return ending.lower() if dot and stem and len(ending) <= 8 else ""


class Fit(Enum):
    """How well bytes fit a format. Strong fits exclude weak ones."""

    STRONG = 2  # a signature where the format demands it
    LOOSE = 1  # a signature elsewhere, or a shape such as header lines
    NONE = 0


Sniffer = Callable[[Probe], Fit]
Reader = Callable[[Source, Context], Iterator[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """The declaration of an extractor: everything known about it without running it.

    ``version`` is raised whenever the same bytes would give other facts; it is
    part of the key under which results are kept.  ``replaces`` names formats
    that this one is a special case of (a DOCX is a ZIP).  ``imports`` are the
    modules and ``sample`` a tiny valid document that warm the parser up before
    the box is locked.  ``readers`` are the distributions whose versions go into
    the report.  ``container``: its members are documents of their own units.
    """

    name: str
    title: str
    version: int
    sniff: Sniffer
    observes: Mapping[str, Declared]
    extensions: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    sample: Callable[[], bytes] | None = None
    readers: tuple[str, ...] = ()
    container: bool = False
    sources: tuple[str, ...] = field(default=())


def clip(value: str, limit: int = 4096) -> str:
    """A stated string, cut to what a report can carry."""
    return value if len(value) <= limit else value[: limit - 1] + "…"
