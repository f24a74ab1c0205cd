"""The trusted side: starts zygotes, hands over documents, believes nothing.

The parent hashes bytes, copies them and validates lines.  It parses no
document.  One :class:`Box` serves any number of units; each worker has one unit
in flight, so that what happens to a unit cannot touch another.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import selectors
import signal
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec

from leakverify.box import wire
from leakverify.box.child import EXIT_MEMORY
from leakverify.box.wire import Drawn
from leakverify.box.worker import READ, IsolationWish, Late, Lost, Pipe, Worker
from leakverify.errors import IsolationUnavailable, UsageError
from leakverify.evidence import Isolation, Member, UnitResult
from leakverify.extractors import reader_versions, registry, vocabulary
from leakverify.limits import DEFAULT_LIMITS, Limits
from leakverify.problems import PROBLEMS

#: attempts at a unit whose child or zygote was killed from outside
_ATTEMPTS = 4
#: starts of a zygote that was killed before it was ready
_START_ATTEMPTS = 12
#: children that may be lost on the pictures of one document
_LOST = 3
#: the line a child ends with
_DONE = wire.encoder.encode(wire.Done()) + b"\n"
_render_decoder = msgspec.json.Decoder(wire.RenderMessage)


@dataclass(slots=True, kw_only=True)
class Unit:
    """One thing to examine: a range of an open descriptor, and its digest.

    The descriptor stays the caller's.  ``tag`` is handed back untouched.
    """

    descriptor: int
    size: int
    sha256: str
    name: str = ""
    offset: int = 0
    full: bool = True
    tag: Any = None


@dataclass(slots=True)
class Finished:
    """A unit's end."""

    unit: Unit
    result: UnitResult


@dataclass(slots=True)
class _Flight:
    unit: Unit
    answer: wire.Answer
    reading: int
    deadline: float
    attempt: int
    buffer: bytearray = field(default_factory=bytearray)
    received: int = 0
    cut: str = ""


class Box:
    """Confined reading. Use as a context manager; not shared between threads.

    ``isolation``: ``"best"`` takes what the machine gives, ``"required"``
    raises :class:`IsolationUnavailable` below level 3, ``"process"`` asks for a
    separate process and limits only.  ``extra`` are extractor module files of
    the caller; the code in them runs in the box *and* their declarations in
    this process.
    """

    def __init__(
        self,
        *,
        jobs: int = 2,
        isolation: IsolationWish = "best",
        limits: Limits = DEFAULT_LIMITS,
        extra: tuple[str, ...] = (),
    ) -> None:
        if isolation not in ("best", "required", "process"):
            raise UsageError(f"isolation must be best, required or process, not {isolation!r}")
        if jobs < 1:
            raise UsageError("jobs must be at least 1")
        self.limits = limits
        self.extra = tuple(str(Path(p).resolve()) for p in extra)
        self._wish: IsolationWish = isolation
        self._vocabulary = vocabulary(self.extra)
        self._formats = frozenset(registry(self.extra))
        self._selector = selectors.DefaultSelector()
        self._flights: dict[Worker, _Flight] = {}
        self._retry: list[tuple[Unit, int]] = []
        self._jobs = jobs
        self._idle: list[Worker] = []
        self._spare: list[Worker] = []
        self._idle.append(self._new_worker())

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What is in force, as the start-up self-test found it."""
        return self._isolation

    @property
    def resident_bytes(self) -> int:
        """Memory of the largest zygote when it was ready."""
        return self._resident

    def _start_worker(self) -> Worker:
        """A zygote that is ready; tried again when one was killed while it started."""
        attempt = 1
        while True:
            try:
                return Worker(self._wish, self.extra)
            except Lost as error:
                if attempt >= _START_ATTEMPTS or not error.killed:
                    raise IsolationUnavailable(f"the confined reader does not start: {error}") from error
                attempt += 1

    def _new_worker(self) -> Worker:
        worker = self._start_worker()
        if self._wish == "required" and worker.isolation.level < 3:
            worker.close()
            raise IsolationUnavailable(f"isolation level {worker.isolation.level}: {worker.isolation.why}")
        self._isolation = worker.isolation
        self._resident = worker.resident_bytes
        return worker

    @property
    def busy(self) -> int:
        """Units in flight or waiting to be tried again."""
        return len(self._flights) + len(self._retry)

    @property
    def free(self) -> bool:
        """Whether :meth:`start` can take another unit."""
        return self.busy < self._jobs

    def start(self, unit: Unit) -> None:
        """Put a unit in flight. Call only when :attr:`free`."""
        self._launch(unit, 1)

    def _launch(self, unit: Unit, attempt: int) -> None:
        request = wire.Request(
            name=unit.name, offset=unit.offset, size=unit.size, full=unit.full, limits=self.limits,
            extra=self.extra,
        )  # fmt: skip
        while True:
            worker = self._idle.pop() if self._idle else self._new_worker()
            try:
                reading = worker.begin(request, unit.descriptor)
                break
            except Lost:  # killed while idle; a fresh one raises if it cannot be had
                worker.process.kill()
                worker.close()
        self._flights[worker] = _Flight(
            unit, self._new_answer(unit), reading, time.monotonic() + self.limits.wall_seconds, attempt
        )
        self._selector.register(reading, selectors.EVENT_READ, worker)

    def _new_answer(self, unit: Unit) -> wire.Answer:
        return wire.Answer(self._vocabulary, self._formats, self.limits, sha256=unit.sha256)

    def _again(self, unit: Unit, attempt: int) -> bool:
        """Queue another attempt; False when there were enough."""
        if attempt >= _ATTEMPTS:
            return False
        self._retry.append((unit, attempt + 1))
        return True

    def wait(self, patience: float = 1.0) -> list[Finished]:
        """Units that ended, waiting up to ``patience`` seconds for the first one."""
        while self._retry and len(self._flights) < self._jobs:
            unit, attempt = self._retry.pop()
            self._launch(unit, attempt)
        if not self._flights:
            return []
        now = time.monotonic()
        nearest = min(flight.deadline for flight in self._flights.values())
        finished = []
        for key, _ in self._selector.select(max(min(patience, nearest - now), 0)):
            ended = self._read(key.data)
            if ended is not None:
                finished.append(ended)
        now = time.monotonic()
        for worker, flight in list(self._flights.items()):
            if now >= flight.deadline:
                ended = self._cut(worker, flight, "limit-time")
                if ended is not None:
                    finished.append(ended)
        return finished

    def _read(self, worker: Worker) -> Finished | None:
        """Take what a child wrote; a unit's end when the pipe is closed."""
        flight = self._flights[worker]
        try:
            piece = os.read(flight.reading, READ)
        except BlockingIOError:
            return None
        if not piece:
            return self._finish(worker, flight)
        flight.received += len(piece)
        if flight.received > self.limits.answer_bytes:
            return self._cut(worker, flight, "limit-answer")
        searched = len(flight.buffer)
        flight.buffer += piece
        at = 0
        while (end := flight.buffer.find(b"\n", max(at, searched))) >= 0:
            if not flight.answer.feed(bytes(flight.buffer[at:end])):
                return self._cut(worker, flight, "")
            at = end + 1
        del flight.buffer[:at]
        if len(flight.buffer) > wire.LINE_LIMIT:
            return self._cut(worker, flight, "limit-answer")
        return None

    def _cut(self, worker: Worker, flight: _Flight, code: str) -> Finished | None:
        """End a child from this side."""
        flight.cut = code or "refused"
        worker.kill_unit()
        return self._finish(worker, flight)

    def _finish(self, worker: Worker, flight: _Flight) -> Finished | None:
        """Take the worker back, or replace it, and word how the unit ended."""
        self._selector.unregister(flight.reading)
        os.close(flight.reading)
        del self._flights[worker]
        try:
            end = worker.end()
        except Lost:
            worker.process.kill()
            worker.close()
            if not flight.cut and self._again(flight.unit, flight.attempt):
                return None
            end = {"status": 0, "cpu": 0.0, "peak": 0}
            if not flight.cut:
                flight.answer.problem("box-lost")
        else:
            self._idle.append(worker)
        status = int(end["status"])
        if flight.cut:
            if flight.cut == "limit-time" and flight.attempt == 1:
                # a loaded machine must not decide what a report says: once more, then it is final
                self._retry.append((flight.unit, _ATTEMPTS))
                return None
            if flight.cut != "refused":
                flight.answer.problem(flight.cut)
        elif self._killed_from_outside(status, end["cpu"]):
            if self._again(flight.unit, flight.attempt):
                return None
            flight.answer.problem("box-lost")
        else:
            self._word_end(flight, status)
        result = UnitResult(
            extractions=flight.answer.extractions(),
            isolation=worker.isolation,
            readers=dict(reader_versions(self.extra)),
            cpu_seconds=float(end["cpu"]),
            peak_bytes=int(end["peak"]),
        )
        return Finished(flight.unit, result)

    def _killed_from_outside(self, status: int, cpu: float) -> bool:
        """SIGKILL or SIGTERM that neither we nor the limits sent."""
        if not os.WIFSIGNALED(status):
            return False
        signal_number = os.WTERMSIG(status)
        if signal_number == signal.SIGKILL:
            return cpu < self.limits.cpu_seconds
        return signal_number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

    def _word_end(self, flight: _Flight, status: int) -> None:
        """Turn a wait status into a problem, where it is one."""
        code, detail = self._how_it_ended(status, done=flight.answer.done)
        if code:
            flight.answer.problem(code, detail)

    def _how_it_ended(self, status: int, *, done: bool) -> tuple[str, str]:
        """The code of the problem that a wait status is, and its detail; empty when it is none."""
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number in (signal.SIGXCPU, signal.SIGKILL):
                return "limit-cpu", f"{self.limits.cpu_seconds} s"
            return "reader-crash", signal.Signals(number).name
        code = os.waitstatus_to_exitcode(status)
        if code == EXIT_MEMORY:
            return "limit-memory", ""
        if code or not done:
            return "reader-crash", f"ended with status {code} before it was done"
        return "", ""

    def unpack(
        self, descriptor: int, offset: int, size: int, members: Sequence[tuple[int, Member]]
    ) -> Generator[tuple[int, IO[bytes] | None, str, str], None, None]:
        """Stream members of a container to unnamed temporary files, one at a time.

        Yields (index, open file positioned at 0 or ``None``, SHA-256, problem
        code).  The file is closed when the next one is asked for, so disk use is
        that of one member.  Everything is decompressed in the box; this side
        copies and hashes.
        """
        remaining = list(members)
        failed = late = 0
        while remaining:
            worker = self._spare.pop() if self._spare else self._new_worker()
            ended: dict[str, Any] | None = None
            try:
                with Pipe(worker.begin(self._unpack_request(offset, size, remaining), descriptor),
                           self.limits.wall_seconds) as pipe:  # fmt: skip
                    for item in self._members(pipe):
                        failed = late = 0
                        while remaining and remaining[0][0] != item[0]:
                            yield remaining.pop(0)[0], None, "", "malformed"
                        if remaining:
                            remaining.pop(0)
                            yield item
                ended = worker.end()
            except Late:
                late += 1
            except Lost:
                pass
            finally:
                if ended is None:
                    worker.process.kill()
                    worker.close()
                else:
                    self._spare.append(worker)
            if remaining and late > 1:
                # twice, because a loaded machine must not decide; then it is this member that hangs
                yield remaining.pop(0)[0], None, "", "limit-time"
                late = 0
            elif remaining:
                # killed from outside: again; by its own limits: this member is what it costs
                failed += 1
                outside = ended is None or self._killed_from_outside(int(ended["status"]), 0.0)
                if failed >= _ATTEMPTS or not outside:
                    yield remaining.pop(0)[0], None, "", "box-lost" if outside else "limit-cpu"
                    failed = 0

    def _unpack_request(self, offset: int, size: int, members: Sequence[tuple[int, Member]]) -> wire.Request:
        slices = tuple(wire.Slice(i, m.offset, m.length, m.transform) for i, m in members)
        return wire.Request(job="unpack", offset=offset, size=size, limits=self.limits, members=slices)

    def _members(self, pipe: Pipe) -> Iterator[tuple[int, IO[bytes] | None, str, str]]:
        """Members as they come through a pipe, each in a temporary file until the next one."""
        decoder = msgspec.json.Decoder(wire.UnpackMessage)
        while True:
            with tempfile.TemporaryFile(prefix="leakverify-") as spool:
                whole, total = hashlib.sha256(), 0
                while True:
                    try:
                        message = decoder.decode(pipe.line())
                    except msgspec.MsgspecError:
                        return
                    if isinstance(message, wire.Done):
                        return
                    if isinstance(message, wire.End):
                        break
                    total += message.n
                    if not 0 <= message.n <= 1 << 24 or total > self.limits.member_bytes:
                        return
                    piece = pipe.exactly(message.n)
                    whole.update(piece)
                    spool.write(piece)
                spool.flush()
                spool.seek(0)
                yield message.k, spool, whole.hexdigest(), message.code

    def render(self, descriptor: int, size: int, shots: Sequence[wire.Shot]) -> Generator[Drawn, None, None]:
        """Draw pages of a document, one after the other, in the order asked for.

        A picture that costs the child its life is told with the reason, and the
        rest are drawn by another child; after :data:`_LOST` of them no more are
        tried.  This side checks sizes and copies bytes; it decodes no picture.
        """
        at = lost = attempts = 0
        while at < len(shots):
            why = ""
            with contextlib.closing(self._drawn_by_one_child(descriptor, size, shots[at:])) as drawn:
                for item in drawn:
                    if isinstance(item, str):
                        why = item
                        break
                    at += 1
                    attempts = 0
                    yield item
            if at == len(shots):
                return
            attempts += 1
            if why == "box-lost" and attempts < _ATTEMPTS:
                continue
            lost += 1
            attempts = 0
            left = shots[at:] if lost >= _LOST else shots[at : at + 1]
            yield from (Drawn(shot, why) for shot in left)
            at += len(left)

    def _drawn_by_one_child(
        self, descriptor: int, size: int, shots: Sequence[wire.Shot]
    ) -> Generator[Drawn | str, None, None]:
        """Pictures as one child draws them; then, if it did not draw all, the code of what ended it."""
        request = wire.Request(job="render", size=size, limits=self.limits, shots=tuple(shots))
        worker = self._idle.pop() if self._idle else self._new_worker()
        ended: dict[str, Any] | None = None
        lost, over, why = False, False, ""
        try:
            with Pipe(worker.begin(request, descriptor), self.limits.wall_seconds, in_all=True) as pipe:
                for number, shot in enumerate(shots):
                    drawn = self._picture(pipe, number, shot)
                    if isinstance(drawn, str):
                        why = drawn
                        break
                    yield drawn
                else:
                    over = not pipe.exactly(len(_DONE) + 1).removeprefix(_DONE)
        except Lost:
            lost = True
        finally:  # also when nobody asks for the rest
            if not lost:
                with contextlib.suppress(Lost):
                    if not over and why != "end":
                        worker.kill_unit()
                    ended = worker.end()
            if ended is None:
                worker.process.kill()
                worker.close()
            else:
                self._idle.append(worker)
        if why == "end":
            if ended is None or self._killed_from_outside(int(ended["status"]), ended["cpu"]):
                why = "box-lost"
            else:
                why = self._how_it_ended(int(ended["status"]), done=False)[0]
        elif lost:
            why = "box-lost"
        if why:
            yield why

    def _picture(self, pipe: Pipe, number: int, shot: wire.Shot) -> Drawn | str:
        """The next picture; or a problem code, ``"end"`` when the child is gone."""
        try:
            line = pipe.line()
            if not line:
                return "end"
            message = _render_decoder.decode(line)
            if isinstance(message, wire.Done) or message.k != number:
                return "box-protocol"
            if isinstance(message, wire.End):
                return Drawn(shot, message.code) if message.code in PROBLEMS else "box-protocol"
            if wire.bitmap_fault(message, shot):
                return "box-protocol"
            pixels = pipe.exactly(message.length)
        except Lost:
            return "limit-time"
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return "box-protocol"
        return Drawn(shot, "", message, pixels) if len(pixels) == message.length else "end"

    def close(self) -> None:
        """End every confined process. Units in flight are abandoned."""
        for worker, flight in list(self._flights.items()):
            worker.kill_unit()
            with contextlib.suppress(KeyError):
                self._selector.unregister(flight.reading)
            os.close(flight.reading)
        for worker in [*self._flights, *self._idle, *self._spare]:
            worker.close()
        self._flights.clear()
        self._idle.clear()
        self._spare.clear()
        self._selector.close()
