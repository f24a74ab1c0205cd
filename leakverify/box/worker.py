"""One zygote as the trusted side sees it, and the pipe its children answer through."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal

import msgspec

from leakverify.box import wire
from leakverify.evidence import Isolation

IsolationWish = Literal["required", "best", "process"]

#: seconds a fresh interpreter may take to load and warm up every parser
_START_SECONDS = 120.0
#: bytes asked of a pipe at once
READ = 1 << 18


class Lost(Exception):
    """The zygote went away; ``killed``: by a signal from outside."""

    killed = False


class Late(Lost):
    """The child is there and says nothing for longer than it may."""


class Worker:
    """A zygote and the unit it has in flight."""

    def __init__(self, wish: IsolationWish, extra: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).resolve().parents[2])
        start = (
            "import sys; sys.path.insert(0, sys.argv.pop(1)); from leakverify.box.zygote import main; main()"
        )
        level = "1" if wish == "process" else "3"
        noisy = os.environ.get("LEAKVERIFY_BOX_STDERR")
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
                [sys.executable, "-P", "-s", "-B", "-W", "ignore", "-c", start, root,
                 str(theirs.fileno()), level, json.dumps(extra)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if noisy else subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "TZ": "UTC", "PATH": ""},
                cwd="/",
            )  # fmt: skip
        self.control = ours
        self._pending = b""
        try:
            hello = self._message(_START_SECONDS)
        except Lost as error:
            self.close()
            error.killed = (self.process.returncode or 0) < 0
            raise
        self.isolation = Isolation(level=hello["level"], why=hello["why"])
        self.resident_bytes: int = hello["rss"]

    def _message(self, patience: float) -> dict[str, Any]:
        """The next line on the control socket. Raises ``Lost``."""
        deadline = time.monotonic() + patience
        while b"\n" not in self._pending:
            self.control.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                part = self.control.recv(65536)
            except OSError as error:
                raise Lost("the confined process does not answer") from error
            if not part:
                raise Lost("the confined process ended")
            self._pending += part
        line, _, self._pending = self._pending.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def begin(self, request: wire.Request, descriptor: int) -> int:
        """Hand over a unit; the reading end of the answer pipe. Raises ``Lost``."""
        reading, writing = os.pipe()
        try:
            line = msgspec.json.encode(request) + b"\n"
            self.control.settimeout(10.0)
            sent = socket.send_fds(self.control, [line], [descriptor, writing])
            self.control.sendall(line[sent:])
            self._message(10.0)  # the child was forked
        except (OSError, Lost) as error:
            os.close(reading)
            raise Lost(str(error)) from error
        finally:
            os.close(writing)
        os.set_blocking(reading, False)
        return reading

    def kill_unit(self) -> None:
        """Ask the zygote to end the child it has in flight."""
        with contextlib.suppress(OSError):
            self.control.settimeout(1.0)
            self.control.sendall(b'{"kill":true}\n')

    def end(self) -> dict[str, Any]:
        """How the child ended. Raises ``Lost``."""
        return self._message(3.0)

    def close(self) -> None:
        self.control.close()
        if self.process.poll() is None:
            try:
                self.process.wait(2.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Pipe:
    """The reading end of an answer pipe, read in turn.

    ``patience`` is for each read, and with ``in_all`` for all of them together.
    """

    def __init__(self, descriptor: int, patience: float, *, in_all: bool = False) -> None:
        self._descriptor = descriptor
        self._patience = patience
        self._in_all = in_all
        self._buffer = bytearray()

    def __enter__(self) -> Pipe:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._descriptor)

    def _more(self) -> None:
        begun = time.monotonic()
        ready, _, _ = select.select([self._descriptor], [], [], max(self._patience, 0))
        if self._in_all:
            self._patience -= time.monotonic() - begun
        piece = os.read(self._descriptor, READ) if ready else b""
        if not ready:
            raise Late("nothing came in time")
        if not piece:
            raise EOFError
        self._buffer += piece

    def line(self, limit: int = 65536) -> bytes:
        """Up to the next newline; what is there at the end of the pipe or the limit."""
        try:
            while b"\n" not in self._buffer and len(self._buffer) < limit:
                self._more()
        except EOFError:
            pass
        line, _, self._buffer = self._buffer.partition(b"\n")
        return bytes(line)

    def exactly(self, count: int) -> bytes:
        """``count`` bytes, fewer at the end of the pipe."""
        try:
            while len(self._buffer) < count:
                self._more()
        except EOFError:
            pass
        piece = bytes(self._buffer[:count])
        del self._buffer[:count]
        return piece
