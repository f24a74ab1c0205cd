"""What runs inside the box: identify, extract, descend into what is carried.

Nothing here confines anything; :mod:`leakverify.box.child` does that first.
The same code run in the caller's own process is isolation level 0.
"""

from __future__ import annotations

import hashlib
import logging
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from leakverify.box import wire
from leakverify.evidence import NOWHERE, Location, Member, Observation, Problem
from leakverify.extractors import registry
from leakverify.extractors._base import (
    Budget,
    Child,
    Context,
    Event,
    Fault,
    Fit,
    Format,
    LimitExceeded,
    Probe,
    Source,
    clip,
)
from leakverify.extractors._prose import PROSE_VERSION, Prose
from leakverify.identify import candidates, probe, unread_title
from leakverify.limits import Limits

_ADDRESS = re.compile(r"(?: object)? at 0x[0-9a-fA-F]{6,16}")
#: how pypdf shows a reference: number, generation, and the address of the reader
_REFERENCE = re.compile(r"IndirectObject\((\d+), (\d+), \d+\)")
Send = Callable[[object], object]
#: what is drawn from the text of a document, whatever its format
_PROSE = Format(name="text facts", title="", version=PROSE_VERSION, sniff=lambda probe: Fit.NONE, observes={})


class _Pending:
    """A document waiting for its turn in the unit."""

    __slots__ = ("carrier", "depth", "name", "role", "source", "where")

    def __init__(
        self, source: Source, name: str, role: str, carrier: int | None, depth: int, where: Location
    ) -> None:
        self.source = source
        self.name = name
        self.role = role
        self.carrier = carrier
        self.depth = depth
        self.where = where


def examine(
    source: Source, name: str, limits: Limits, *, full: bool, send: Send, extra: tuple[str, ...] = ()
) -> None:
    """Send everything there is to say about a unit, ending with ``Done``."""
    unit = _Unit(limits, full, send, extra)
    unit.run(_Pending(source, name, "file", None, 0, NOWHERE))
    send(wire.Done())


class _Unit:
    def __init__(self, limits: Limits, full: bool, send: Send, extra: tuple[str, ...]) -> None:
        self.limits = limits
        self.full = full
        self.send = send
        self.extra = extra
        self.budget = Budget(limits.inflated_bytes, limits.ratio, limits.ratio_after)
        self.queue: deque[_Pending] = deque()
        self.announced = 0
        self.planned = 1

    def run(self, first: _Pending) -> None:
        self.queue.append(first)
        while self.queue:
            self.examine_one(self.queue.popleft())

    def examine_one(self, task: _Pending) -> None:
        index = self.announced
        self.announced += 1
        source = task.source
        ends = probe(source, task.name)
        formats = candidates(ends, self.extra) if source.size else ()
        self.send(
            wire.Doc(
                index,
                task.carrier,
                clip(task.name),
                task.role,
                _digest(source),
                source.size,
                formats,
                task.where,
            )  # fmt: skip
        )
        for observation in _file_facts(task.name, source, ends, formats, self.extra):
            self.send(wire.Obs(index, observation))
        for fault in _file_faults(source, ends, formats, self.extra):
            self.fault(index, fault)
        context = Context(self.limits, self.budget, self.full, task.name)
        prose = Prose()
        for name in formats:
            extractor = registry(self.extra)[name]
            with _LibraryWarnings() as heard:
                self.drain(index, task, extractor.format, heard_by(prose, extractor.read(source, context)))
            for detail in heard:
                self.fault(index, Fault("reader-warning", detail))
        if formats:
            self.drain(index, task, _PROSE, prose.facts())
        if context.deferred:
            self.send(wire.Deferred(index))

    def fault(self, index: int, fault: Fault) -> None:
        # libraries print object addresses, which differ from run to run
        detail = clip(_REFERENCE.sub(r"\1 \2 R", _ADDRESS.sub("", fault.detail[:20_000])), 500)
        self.send(wire.Prob(index, Problem(code=fault.code, detail=detail, where=fault.where)))

    def drain(self, index: int, task: _Pending, declared: Format, events: Iterator[Event]) -> None:
        """Pass on what an extractor yields until it ends or fails."""
        members = 0
        try:
            for event in events:
                if isinstance(event, Observation):
                    self.send(wire.Obs(index, event))
                elif isinstance(event, Fault):
                    self.fault(index, event)
                elif isinstance(event, Child):
                    self.enqueue(index, task, event.name, event.role, Source(event.data), event.where)
                elif task.depth == 0 and declared.container:
                    members += 1
                    if members > self.limits.members:
                        raise LimitExceeded("limit-members", f"more than {self.limits.members}")
                    self.send(wire.Memb(index, event))
                else:
                    self.inflate(index, task, event)
        except LimitExceeded as limit:
            self.fault(index, Fault(limit.code, limit.detail))
        except MemoryError:
            self.fault(index, Fault("limit-memory", declared.name))
        except RecursionError:
            self.fault(index, Fault("limit-depth", f"{declared.name}: nested too deeply"))
        except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
            self.fault(index, Fault("reader-error", f"{declared.name}: {type(error).__name__}: {error}"))

    def inflate(self, index: int, task: _Pending, member: Member) -> None:
        """A member of a nested container is examined here, in the unit that carries it."""
        try:
            data = b"".join(unpack(task.source, member, self.budget))
        except LimitExceeded as limit:
            self.fault(index, Fault(limit.code, limit.detail, Location(part=clip(member.name))))
            return
        except (zlib.error, EOFError, OSError, ValueError) as error:
            code = "truncated" if isinstance(error, EOFError) else "malformed"
            self.fault(index, Fault(code, str(error), Location(part=clip(member.name))))
            return
        self.enqueue(index, task, member.name, "member", Source(data), Location(part=clip(member.name)))

    def enqueue(
        self, index: int, task: _Pending, name: str, role: str, source: Source, where: Location
    ) -> None:
        if task.depth + 1 > self.limits.depth:
            self.fault(index, Fault("limit-depth", f"deeper than {self.limits.depth}", where))
            return
        if self.planned >= self.limits.documents:
            self.fault(index, Fault("limit-documents", f"more than {self.limits.documents}", where))
            return
        self.planned += 1
        self.queue.append(_Pending(source, name, role, index, task.depth + 1, where))


def heard_by(prose: Prose, events: Iterator[Event]) -> Iterator[Event]:
    """Events as they come; what they say to a reader is kept for later."""
    for event in events:
        if isinstance(event, Observation):
            prose.hear(event)
        yield event


def unpack(
    source: Source, member: Member | wire.Slice, budget: Budget, chunk: int = 65536
) -> Iterator[bytes]:
    """The bytes of a member, piece by piece, within the budget.

    Raises ``LimitExceeded``, or what the decompressor raises on damage.
    """
    if member.transform == "pst":
        from leakverify.extractors._pst_items import rebuilt  # loaded when the box was warmed up

        yield from rebuilt(source, member.offset, budget)
        return
    if member.offset + member.length > source.size:
        raise EOFError("the member reaches past the end of its container")
    streams = _Streams(member.transform)
    consumed = produced = 0
    while consumed < member.length and not streams.over:
        raw = source.read_at(member.offset + consumed, min(chunk, member.length - consumed))
        if not raw:
            raise EOFError("truncated")
        consumed += len(raw)
        for out in streams.feed(raw):
            produced += len(out)
            budget.spend(len(out), consumed, produced)
            yield out
    streams.end()


class _Streams:
    """Decompresses one stream, or several joined: gzip, bzip2 and xz files may be (RFC 1952, 2.2).

    Zeros between streams are padding; what else follows a stream is not of the
    file any more, and ``over`` is set.
    """

    STEP = 1024 * 1024
    MAGIC = {"gzip": b"\x1f\x8b", "bz2": b"BZh", "xz": b"\xfd7zXZ\x00"}

    def __init__(self, transform: str) -> None:
        self._transform = transform
        self._machine: Any = None
        self._damage: tuple[type[Exception], ...] = (zlib.error, OSError)
        self._begun = False
        self._held = b""
        self.over = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """What the next bytes give, in pieces of at most :attr:`STEP`."""
        if not self._transform:
            yield raw
            return
        while not self.over:
            if self._machine is None:
                raw = self._next(raw)
                if self._machine is None:
                    return
            try:
                out = self._machine.decompress(raw, self.STEP)
            except self._damage as error:
                if "Memory usage limit" in str(error):
                    raise LimitExceeded("limit-memory", "the dictionary of an xz stream") from None
                raise ValueError(str(error)) from None
            if out:
                yield out
            if self._machine.eof:
                raw, self._machine = self._machine.unused_data, None
                self.over = self._transform == "deflate"
            elif self._transform in ("deflate", "gzip"):
                raw = self._machine.unconsumed_tail
                if not raw and len(out) < self.STEP:
                    return
            else:
                raw = b""
                if self._machine.needs_input or not out:
                    return

    def _next(self, raw: bytes) -> bytes:
        """Begin the next stream, if these bytes do; a signature may come in two halves."""
        raw, self._held = self._held + raw, b""
        if self._begun:
            magic = self.MAGIC[self._transform]
            raw = raw.lstrip(b"\x00")
            if not raw.startswith(magic):
                if magic.startswith(raw):
                    self._held = raw
                else:
                    self.over = True
                return b""
        self._begun = True
        if self._transform in ("deflate", "gzip"):
            self._machine = zlib.decompressobj(-15 if self._transform == "deflate" else 31)
        elif self._transform == "bz2":
            import bz2

            self._machine = bz2.BZ2Decompressor()
        else:
            import lzma

            self._machine = lzma.LZMADecompressor(memlimit=128 << 20)
            self._damage = (lzma.LZMAError,)  # which is neither an OSError nor a ValueError
        return raw

    def end(self) -> None:
        """Raise ``EOFError`` when a stream has begun and not ended, or none has begun."""
        if self._transform and (self._machine is not None or not self._begun):
            raise EOFError("the compressed data break off")


def _digest(source: Source) -> str:
    whole = hashlib.sha256()
    at = 0
    while at < source.size:
        block = source.read_at(at, 1 << 20)
        if not block:
            break
        whole.update(block)
        at += len(block)
    return whole.hexdigest()


def _file_facts(
    name: str, source: Source, ends: Probe, formats: tuple[str, ...], extra: tuple[str, ...]
) -> Iterator[Observation]:
    yield Observation(name="file.name", value=clip(name))
    if ends.extension:
        yield Observation(name="file.extension", value=ends.extension)
    yield Observation(name="file.size", value=source.size)
    for found in formats:
        yield Observation(name="file.format", value=found)
    known = {ending for f in formats for ending in registry(extra)[f].format.extensions}
    if known and ends.extension:
        yield Observation(name="file.extension_fits", value=ends.extension in known)


def _file_faults(
    source: Source, ends: Probe, formats: tuple[str, ...], extra: tuple[str, ...]
) -> Iterator[Fault]:
    if not source.size:
        yield Fault("empty")
        return
    if not formats:
        title = unread_title(ends.head)
        yield Fault("unsupported-format", title) if title else Fault("unknown-format")
    if len(formats) > 1:
        yield Fault("polyglot", ", ".join(formats))
    known = {ending for f in formats for ending in registry(extra)[f].format.extensions}
    claimed_elsewhere = {ending for e in registry(extra).values() for ending in e.format.extensions} - known
    if formats and ends.extension in claimed_elsewhere:
        yield Fault("wrong-extension", f".{ends.extension}, but the bytes are {', '.join(formats)}")


class _LibraryWarnings(logging.Handler):
    """Collects what libraries log while they read: repairs they made in silence."""

    KEEP = 20

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heard: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._heard) < self.KEEP:
            try:
                said = record.getMessage()
            except Exception:  # noqa: BLE001 - a library's own formatting error
                said = str(record.msg)
            self._heard[f"{record.name.split('.')[0]}: {said}"] = None

    def __enter__(self) -> list[str]:
        self._list: list[str] = []
        root = logging.getLogger()
        root.addHandler(self)
        return self._list

    def __exit__(self, *exc: object) -> None:
        logging.getLogger().removeHandler(self)
        self._list.extend(self._heard)
