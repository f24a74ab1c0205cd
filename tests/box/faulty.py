"""An extractor that does what an owned parser would do. Loaded by name, in tests only.

A document ``LVFAULT:<name>\\n`` makes it try or commit that fault in the box.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator

from leakverify.evidence import Observation
from leakverify.extractors._base import Context, Event, Fit, Format, Probe, Source, count, text

MAGIC = b"LVFAULT:"


def _sniff(probe: Probe) -> Fit:
    return Fit.STRONG if probe.head.startswith(MAGIC) else Fit.NONE


FORMAT = Format(
    name="faulty",
    title="A document that attacks its reader",
    version=1,
    sniff=_sniff,
    observes={
        "faulty.before": text("yielded before the fault"),
        "faulty.after": text("what came of it"),
        "faulty.row": count("one of very many", repeats=True),
    },
    extensions=("fault",),
    imports=("ctypes", "socket"),
)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _tcp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect(("127.0.0.1", 9))


def _udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", 9))


def _executable_memory() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    if libc.mmap(None, 4096, 7, 0x22, -1, 0) in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "mmap")


def _ptrace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")


#: the attempts: each must raise OSError in the box
ATTEMPTS: dict[str, Callable[[], object]] = {
    "read-file": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "write-file": lambda: os.open("/tmp/leakverify-was-here", os.O_WRONLY | os.O_CREAT, 0o600),
    "list-folder": lambda: os.listdir("/"),
    "stat-file": lambda: os.stat("/etc/passwd"),
    "tcp": _tcp,
    "udp": _udp,
    "unix-socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "socket-pair": socket.socketpair,
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "signal-parent": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "signal-self": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "fork": _fork,
    "ptrace": _ptrace,
    "executable-memory": _executable_memory,
    "link": lambda: os.symlink("/etc/passwd", "/tmp/leakverify-link"),
    "raise-limit": lambda: __import__("resource").setrlimit(
        __import__("resource").RLIMIT_CPU, (10_000, 10_000)
    ),
}


def _write_everywhere(payload: bytes) -> None:
    """Whatever descriptor is writable is the answer pipe."""
    for descriptor in range(3, 64):
        try:
            rest = memoryview(payload)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            continue


def _grow() -> None:
    hoard = []
    while True:
        # bytes of a size are never written to, so that address space is spent and no processor time
        hoard.append(bytes(32 << 20))


def _spin() -> None:
    while True:
        pass


def _fork_bomb() -> None:
    for _ in range(200):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        except OSError:
            return


def _half_then_silence() -> None:
    _write_everywhere(b'{"type":"obs","i":0,"o":{"name":"faulty.before","va')
    time.sleep(600)


def _forge_others() -> None:
    _write_everywhere(
        b'{"type":"obs","i":7,"o":{"name":"faulty.before","value":"forged"}}\n'
        b'{"type":"doc","i":1,"up":0,"name":"innocent.eml","role":"file","sha256":"'
        + b"0" * 64
        + b'","size":1,"formats":["mail"]}\n'
    )


def _stdout() -> None:
    print("{}" * 1000)
    sys.stderr.write("noise\n")
    os.write(1, b"more noise\n")


def _long_answer() -> None:
    block = b"x" * (1 << 20)
    _write_everywhere(b'{"type":"obs","i":0,"o":{"name":"faulty.after","value":"')
    for _ in range(600):
        _write_everywhere(block)


def _regex() -> None:
    re.match(r"(a+)+$", "a" * 64 + "b")


#: the faults: each must cost this document's own result only
FAULTS: dict[str, Callable[[], object]] = {
    "exception": lambda: 1 // 0,
    "exit-without-answer": lambda: os._exit(0),
    "sigkill-self": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "sigsegv": lambda: ctypes.string_at(0),
    "sigabrt": os.abort,
    "sigstop-self": lambda: (os.kill(os.getpid(), signal.SIGSTOP), time.sleep(600)),
    "sigstop-zygote": lambda: (os.kill(os.getppid(), signal.SIGSTOP), time.sleep(600)),
    "sigkill-zygote": lambda: (os.kill(os.getppid(), signal.SIGKILL), time.sleep(600)),
    "endless-python": _spin,
    "endless-c": _regex,
    "sleep": lambda: time.sleep(600),
    "memory": _grow,
    "answer-of-600-mb": _long_answer,
    "half-an-answer": _half_then_silence,
    "forged-lines": _forge_others,
    "not-json": lambda: _write_everywhere(b"\xff\xfe not json at all\n"),
    "after-the-end": lambda: _write_everywhere(b'{"type":"done"}\n{"type":"done"}\n'),
    "stdout": _stdout,
    "fork-bomb": _fork_bomb,
    "close-everything": lambda: os.closerange(0, 256),
}


def read(source: Source, context: Context) -> Iterator[Event]:
    name = source.data[len(MAGIC) :].split(b"\n")[0].decode()
    yield Observation(name="faulty.before", value=name)
    if name in ATTEMPTS:
        try:
            ATTEMPTS[name]()
        except (OSError, ValueError) as error:
            yield Observation(name="faulty.after", value=f"denied: {error}")
        else:
            yield Observation(name="faulty.after", value="succeeded")
    elif name == "million-rows":
        for number in range(1_000_000):
            yield Observation(name="faulty.row", value=number)
    elif name in FAULTS:
        FAULTS[name]()
        yield Observation(name="faulty.after", value="still here")
    else:
        yield Observation(name="faulty.after", value="innocent")
