"""What runs inside the box: identify, extract, descend into what is carried.

Nothing here confines anything; :mod:`leakverify.box.child` does that first.
The same code run in the caller's own process is isolation level 0.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections import deque
from collections.abc import Callable, Iterator

from leakverify.box import wire
from leakverify.evidence import NOWHERE, Location, Member, Observation, Problem
from leakverify.extractors import registry
from leakverify.extractors._base import (
    Budget,
    Child,
    Context,
    Event,
    Fault,
    Format,
    LimitExceeded,
    Probe,
    Source,
    clip,
)
from leakverify.identify import candidates, probe, unread_title
from leakverify.limits import Limits

Send = Callable[[object], object]


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
        for name in formats:
            extractor = registry(self.extra)[name]
            with _LibraryWarnings() as heard:
                self.drain(index, task, extractor.format, extractor.read(source, context))
            for detail in heard:
                self.fault(index, Fault("reader-warning", detail))
        if context.deferred:
            self.send(wire.Deferred(index))

    def fault(self, index: int, fault: Fault) -> None:
        self.send(
            wire.Prob(index, Problem(code=fault.code, detail=clip(fault.detail, 500), where=fault.where))
        )

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
            self.fault(index, Fault("malformed", str(error), Location(part=clip(member.name))))
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


def unpack(
    source: Source, member: Member | wire.Slice, budget: Budget, chunk: int = 65536
) -> Iterator[bytes]:
    """The bytes of a member, piece by piece, within the budget.

    Raises ``LimitExceeded``, or what the decompressor raises on damage.
    """
    if member.offset + member.length > source.size:
        raise EOFError("the member reaches past the end of its container")
    inflate = _inflater(member.transform)
    consumed = produced = 0
    while consumed < member.length:
        raw = source.read_at(member.offset + consumed, min(chunk, member.length - consumed))
        if not raw:
            raise EOFError("truncated")
        consumed += len(raw)
        pending = raw
        while True:
            if inflate is None:
                out, pending = pending, b""
            else:
                out, pending = inflate(pending)
            produced += len(out)
            budget.spend(len(out), consumed, produced)
            if out:
                yield out
            elif not pending:
                break


def _inflater(transform: str) -> Callable[[bytes], tuple[bytes, bytes]] | None:
    """A function (input) -> (at most 1 MiB of output, input still to be fed)."""
    step = 1024 * 1024
    if transform in ("deflate", "gzip"):
        machine = zlib.decompressobj(-15 if transform == "deflate" else 31)

        def inflate(raw: bytes) -> tuple[bytes, bytes]:
            nonlocal machine
            if machine.eof:
                if transform == "gzip" and raw[:2] == b"\x1f\x8b":  # RFC 1952 2.2: members follow
                    machine = zlib.decompressobj(31)
                else:
                    return b"", b""
            out = machine.decompress(raw, step)
            return out, machine.unconsumed_tail or machine.unused_data

        return inflate
    if transform in ("bz2", "xz"):
        import bz2
        import lzma

        engine: bz2.BZ2Decompressor | lzma.LZMADecompressor
        engine = bz2.BZ2Decompressor() if transform == "bz2" else lzma.LZMADecompressor(memlimit=128 << 20)

        def decompress(raw: bytes) -> tuple[bytes, bytes]:
            if engine.eof:
                return b"", b""
            out = engine.decompress(raw, step)
            while len(out) < step and not engine.needs_input and not engine.eof:
                more = engine.decompress(b"", step - len(out))
                if not more:
                    break
                out += more
            return out, b""

        return decompress
    return None


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
