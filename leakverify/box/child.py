"""The confined child: lock, then read the first hostile byte, then end.

Whoever owns a parser in here holds two descriptors, the document (read-only)
and the pipe for the answer, and memory up to the limit.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from leakverify.box import linux, runner, wire
from leakverify.box import render as pages
from leakverify.extractors._base import Budget, LimitExceeded, Source

#: messages written in one go; fixed, so that what survives a crash does not depend on timing
_BATCH = 16
#: an archive is unpacked under one limit for all its members
_UNPACK_CPU = 10

EXIT_MEMORY = 71


def main(
    request: wire.Request, document: int, answer: int, keep: set[int], program: bytes, extra: tuple[str, ...]
) -> NoReturn:
    """Run one unit in a freshly forked process. Never returns."""
    code = 70
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        for descriptor in keep:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        lock(request, program)
        gc.set_threshold(20_000, 20, 50)
        code = serve(request, document, answer, extra)
    except MemoryError:
        code = EXIT_MEMORY
    except BaseException:  # noqa: BLE001 - nothing may escape into the zygote's code
        code = 70
    finally:
        os._exit(code)


def lock(request: wire.Request, program: bytes) -> None:
    """Everything that is taken away, in the order that allows it."""
    unpacking = request.job == "unpack"
    cpu = request.limits.cpu_seconds * (_UNPACK_CPU if unpacking else 1)
    if sys.platform == "linux":
        linux.die_with_parent()
    linux.set_limits(request.limits, cpu_seconds=cpu)
    if program:
        linux.forbid_calls(program)


def serve(request: wire.Request, document: int, answer: int, extra: tuple[str, ...]) -> int:
    """Do the job asked for, writing to the answer pipe."""
    source = Source(
        descriptor=document, offset=request.offset, size=request.size, limit=request.limits.document_bytes
    )
    if request.job == "unpack":
        unpack(request, source, answer)
        return 0
    if request.job == "render":
        render(request, source, answer)
        return 0
    batch: list[bytes] = []

    def send(message: object) -> None:
        batch.append(wire.encoder.encode(message))
        if len(batch) >= _BATCH or isinstance(message, wire.Doc | wire.Done):
            write_all(answer, b"\n".join(batch) + b"\n")
            batch.clear()

    runner.examine(source, request.name, request.limits, full=request.full, send=send, extra=extra)
    return 0


def unpack(request: wire.Request, source: Source, answer: int) -> None:
    """Stream the bytes of a container's members, each one bounded on its own."""
    import zlib

    limits = request.limits
    for member in request.members:
        budget = Budget(limits.member_bytes, limits.ratio, limits.ratio_after)
        code = ""
        try:
            for piece in runner.unpack(source, member, budget):
                head = wire.encoder.encode(wire.Chunk(member.index, len(piece)))
                write_all(answer, head + b"\n" + piece)
        except LimitExceeded as limit:
            code = limit.code
        except EOFError:
            code = "truncated"
        except (zlib.error, OSError, ValueError):
            code = "malformed"
        write_all(answer, wire.encoder.encode(wire.End(member.index, code)) + b"\n")
    write_all(answer, wire.encoder.encode(wire.Done()) + b"\n")


def render(request: wire.Request, source: Source, answer: int) -> None:
    """Draw pages, each one sent before the next is begun."""
    for message, pixels in pages.draw(source, request.shots):
        write_all(answer, wire.encoder.encode(message) + b"\n")
        write_all(answer, pixels)
    write_all(answer, wire.encoder.encode(wire.Done()) + b"\n")


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything; a pipe takes it in pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def attempts_that_succeed(program: bytes) -> list[str]:
    """Fork a child, lock it as units are locked, and let it try to get out.

    Returns the names of what it managed; empty is the only good answer.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            linux.set_limits(wire.Request().limits)
            linux.forbid_calls(program)
            for name, attempt in _ATTEMPTS.items():
                with contextlib.suppress(OSError):
                    attempt()
                    os.write(writing, name.encode() + b"\n")
            os.write(writing, b"end\n")
        finally:
            os._exit(0)
    os.close(writing)
    said = b""
    while piece := os.read(reading, 4096):
        said += piece
    os.close(reading)
    os.waitpid(pid, 0)
    managed = said.decode().split()
    if not managed or managed[-1] != "end":
        return ["the locked child did not survive its start", *managed]
    return managed[:-1]


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


_ATTEMPTS: dict[str, Callable[[], object]] = {
    "tcp-socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "udp-socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "unix-socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "read-file": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "write-file": lambda: os.open("/tmp/leakverify-self-test", os.O_WRONLY | os.O_CREAT, 0o600),  # noqa: S108
    "list-folder": lambda: list(os.scandir("/")),
    "execute": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "fork": _fork,
    "signal": lambda: os.kill(os.getppid(), 0),
}
