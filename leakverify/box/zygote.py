"""The small process that has every parser warmed up and forks a child per unit.

Started as a fresh interpreter, so that nothing of the caller's memory,
environment or descriptors is inherited.  It never parses a real document: what
it parses to warm up are tiny samples built in code.  One zygote serves one
unit at a time; the parent runs several.

Protocol on the control socket (newline-terminated JSON, ``-`` to the zygote)::

    + {"ready": ..., "level": 3, "why": "", "rss": bytes}
    - request, with two descriptors: document, answer pipe
    + {"pid": n}
    - {"kill": true}                     (optional)
    + {"status": wait status, "cpu": seconds, "peak": bytes}
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import platform
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from leakverify.box import child, linux, render, runner, wire
from leakverify.extractors import registry
from leakverify.extractors._base import Source
from leakverify.extractors._prose import warm_up as warm_up_prose
from leakverify.limits import DEFAULT_LIMITS

#: modules that parsers and the standard library load late, beside what extractors name
_LATE = (
    "_strptime", "bz2", "lzma", "zlib", "unicodedata", "stringprep", "quopri", "binascii", "base64",
    "email.parser", "email.policy", "email.header", "email.utils", "html.entities", "locale", "traceback",
    "zoneinfo", "fractions", "decimal", "statistics", "xml.etree.ElementTree", "PIL.PngImagePlugin",
)  # fmt: skip


def warm_up(extra: tuple[str, ...]) -> None:
    """Load everything that is loaded late, so that no file need be opened afterwards."""
    import encodings

    for name in _LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for info in pkgutil.iter_modules(encodings.__path__):
        if info.name in ("mbcs", "oem", "cp65001"):  # Windows only
            continue
        with contextlib.suppress(ImportError):
            importlib.import_module(f"encodings.{info.name}")
        with contextlib.suppress(LookupError):
            codecs.lookup(info.name)
    for extractor in registry(extra).values():
        for name in extractor.format.imports:
            importlib.import_module(name)
    for extractor in registry(extra).values():
        if extractor.format.sample is not None:
            sample = Source(extractor.format.sample())
            runner.examine(sample, "sample", DEFAULT_LIMITS, full=True, send=_ignore, extra=extra)
    warm_up_prose()
    pages = Source(registry()["pdf"].format.sample())  # type: ignore[misc]
    picture = Source(registry()["image"].format.sample())  # type: ignore[misc]
    for source, page in ((pages, 1), (picture, 0)):
        for message, _ in render.draw(source, (wire.Shot(source.size, page, 300),)):
            wire.encoder.encode(message)


def _ignore(message: object) -> None:
    wire.encoder.encode(message)


def main() -> None:
    """Entry point: ``zygote.py CONTROL_FD WANTED_LEVEL EXTRA_JSON``."""
    control = socket.socket(fileno=int(sys.argv[1]))
    wanted, extra = int(sys.argv[2]), tuple(json.loads(sys.argv[3]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    sys.setrecursionlimit(1200)
    if sys.platform == "linux":
        linux.die_with_parent()
    warm_up(extra)
    gc.collect()
    give_back()
    gc.freeze()
    resident = resident_bytes()  # /proc is out of reach once the files are
    level, why, program = confine(wanted)
    line = {"ready": os.getpid(), "level": level, "why": why, "rss": resident}
    control.sendall(json.dumps(line).encode() + b"\n")
    serve(control, program if level >= 2 else b"", extra)


def confine(wanted: int) -> tuple[int, str, bytes]:
    """Lock this process as far as it goes, and prove what children cannot do.

    Returns the level reached, what kept it from 3, and the filter for children.
    """
    if wanted < 2:
        return 1, "asked for by name", b""
    if not linux.supported():
        return 1, f"no confinement is known for {sys.platform} on {platform.machine()}", b""
    why = ""
    level = 3
    try:
        linux.no_new_privileges()
        program = linux.build_filter(platform.machine())
    except linux.ConfinementError as error:
        return 1, str(error), b""
    try:
        linux.forbid_files()
    except linux.ConfinementError as error:
        level, why = 2, str(error)
    leaks = child.attempts_that_succeed(program)
    if leaks:
        return 1, "the self-test got through: " + ", ".join(leaks), b""
    return level, why, program


def serve(control: socket.socket, program: bytes, extra: tuple[str, ...]) -> None:
    """One unit after the other, until the parent closes the socket."""
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.signal(signal.SIGCHLD, _on_child)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    keep = {control.fileno(), wake_read, wake_write}
    while True:
        line, descriptors = receive(control)
        if not line:
            return
        if not descriptors:
            continue  # asked to kill a child that had already ended
        request = wire.decode_request(line)
        pid = os.fork()
        if pid == 0:
            child.main(request, descriptors[0], descriptors[1], keep, program, extra)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        if not watch(control, wake_read, pid):
            return


def _on_child(signum: int, frame: object) -> None:
    """Exists so that SIGCHLD is written to the wake-up pipe."""


def watch(control: socket.socket, wake: int, pid: int) -> bool:
    """Wait for a child, killing it on request. False when the parent is gone."""
    alive = True
    while True:
        if hasattr(os, "waitid") and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            # before the number is free again: what an unlocked child left behind holds the pipe open
            end_group(pid)
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            scale = 1 if sys.platform == "darwin" else 1024
            report = {
                "status": status,
                "cpu": usage.ru_utime + usage.ru_stime,
                "peak": usage.ru_maxrss * scale,
            }
            if alive:
                with contextlib.suppress(OSError):
                    control.sendall(json.dumps(report).encode() + b"\n")
            return alive
        ready, _, _ = select.select([control.fileno(), wake] if alive else [wake], [], [], 5.0)
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        if control.fileno() in ready:
            asked = control.recv(4096)
            alive = bool(asked)
            end_group(pid)


def end_group(pid: int) -> None:
    """Kill a child and everything it started; it leads a process group of its own."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """One request line with its descriptors; empty at the end of the conversation."""
    line, descriptors = b"", []
    while not line.endswith(b"\n"):
        part, received, _flags, _address = socket.recv_fds(control, 65536, 4)
        if not part:
            return b"", []
        line += part
        descriptors += received
    return line, descriptors


def give_back() -> None:
    """Return memory that warming up took and left free to the system, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes


def describe() -> dict[str, Any]:
    """What the kernel offers, for ``leakverify doctor``."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "landlock": linux.landlock_version() if linux.supported() else 0,
        "seccomp": linux.supported(),
    }


if __name__ == "__main__":
    main()
