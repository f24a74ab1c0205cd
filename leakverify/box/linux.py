"""What an unprivileged Linux process can take away from itself, through ctypes.

Landlock without any rule leaves no file to open; a seccomp allow-list leaves
only calls that work on what is already open.  Neither is enough alone: Landlock
does not cover UDP and UNIX sockets, and a deny-list would have to know every
future call.  Together they were measured to close files, TCP, UDP, UNIX
sockets, exec, signals and fork (see ``docs/confinement.md``).

Sources: kernel documentation ``userspace-api/landlock``, ``seccomp_filter``;
``linux/landlock.h``, ``linux/seccomp.h``, ``linux/audit.h``; syscall tables of
x86-64 and of the generic 64-bit ABI (aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys

from leakverify.limits import Limits

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446  # same number on every architecture
_LANDLOCK_CREATE_RULESET_VERSION = 1

#: calls a parser needs once everything is loaded: memory, clocks, and the two
#: descriptors it was handed.  In the order of how often they are made.
_ALLOWED = {
    "x86_64": {
        "read": 0, "write": 1, "lseek": 8, "mmap": 9, "munmap": 11, "brk": 12, "mremap": 25,
        "madvise": 28, "mprotect": 10, "futex": 202, "fstat": 5, "close": 3, "pread64": 17, "readv": 19,
        "writev": 20, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230,
        "gettimeofday": 96, "time": 201, "times": 100, "getrusage": 98, "getpid": 39, "gettid": 186,
        "getrandom": 318, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sigaltstack": 131,
        "sched_yield": 24, "sched_getaffinity": 204, "restart_syscall": 219, "set_robust_list": 273,
        "rseq": 334, "exit": 60, "exit_group": 231,
    },
    "aarch64": {
        "read": 63, "write": 64, "lseek": 62, "mmap": 222, "munmap": 215, "brk": 214, "mremap": 216,
        "madvise": 233, "mprotect": 226, "futex": 98, "fstat": 80, "close": 57, "pread64": 67, "readv": 65,
        "writev": 66, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
        "gettimeofday": 169, "times": 153, "getrusage": 165, "getpid": 172, "gettid": 178,
        "getrandom": 278, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "sigaltstack": 132, "sched_yield": 124, "sched_getaffinity": 123, "restart_syscall": 128,
        "set_robust_list": 99, "rseq": 293, "exit": 93, "exit_group": 94,
    },
}  # fmt: skip
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_PROT_EXEC = 4

_RET_KILL_PROCESS, _RET_ERRNO, _RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LD_ABS, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_NR_AT, _ARCH_AT, _PROT_AT = 0, 4, 32  # offsets in struct seccomp_data; prot is the third argument

#: rights of file access, one bit each, by the first Landlock version that knows them
_FS_RIGHTS = ((1, 0x1FFF), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))


class ConfinementError(Exception):
    """The kernel refused a step; the message says which."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def supported() -> bool:
    """Whether this is a Linux whose calls we know by number."""
    return sys.platform == "linux" and platform.machine() in _ALLOWED and sys.maxsize > 2**32


def landlock_version() -> int:
    """The Landlock ABI of the running kernel, 0 when absent or switched off."""
    found = _libc().syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_CREATE_RULESET_VERSION)
    return max(int(found), 0)


def no_new_privileges() -> None:
    """No set-uid program can give rights back. Irreversible."""
    if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise ConfinementError(f"no_new_privs: {os.strerror(ctypes.get_errno())}")


def die_with_parent() -> None:
    """SIGKILL for this process when its parent ends."""
    _libc().prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)


def file_rights(version: int) -> int:
    """Every right of file access that a version of Landlock knows, one bit each."""
    return sum(bits for since, bits in _FS_RIGHTS if version >= since)


def forbid_files() -> None:
    """Landlock with every right handled and none granted. Irreversible, inherited by forks."""
    version = landlock_version()
    if not version:
        raise ConfinementError("Landlock is not available in this kernel")
    attribute = struct.pack("=Q", file_rights(version))
    if version >= 4:
        attribute += struct.pack("=Q", 3)  # TCP bind and connect
    if version >= 6:
        attribute += struct.pack("=Q", 3)  # abstract UNIX sockets and signals stay inside
    libc = _libc()
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, attribute, len(attribute), 0)
    if ruleset < 0:
        raise ConfinementError(f"landlock_create_ruleset: {os.strerror(ctypes.get_errno())}")
    try:
        if libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0):
            raise ConfinementError(f"landlock_restrict_self: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(ruleset)


def _instruction(code: int, on_true: int, on_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, on_true, on_false, value)


def build_filter(machine: str) -> bytes:
    """The BPF program: allow the listed calls, never executable memory, EPERM for the rest."""
    calls = _ALLOWED[machine]
    plain = [number for name, number in calls.items() if name not in ("mmap", "mprotect")]
    # layout: arch check, load nr, x32, mmap/mprotect -> protection check, plain calls, deny, allow,
    # then the protection check with its own deny and allow
    body: list[bytes] = [
        _instruction(_LD_ABS, 0, 0, _ARCH_AT),
        _instruction(_JEQ, 1, 0, _AUDIT_ARCH[machine]),
        _instruction(_RET, 0, 0, _RET_KILL_PROCESS),
        _instruction(_LD_ABS, 0, 0, _NR_AT),
    ]
    if machine == "x86_64":
        body += [
            _instruction(_JGE, 0, 1, _X32_BIT),
            _instruction(_RET, 0, 0, _RET_ERRNO | errno.EPERM),
        ]
    prot_at = len(plain) + 2  # instructions from after the second jump to the prot check
    body += [
        _instruction(_JEQ, prot_at + 1, 0, calls["mmap"]),
        _instruction(_JEQ, prot_at, 0, calls["mprotect"]),
    ]
    for index, number in enumerate(plain):
        body.append(_instruction(_JEQ, len(plain) - index, 0, number))
    body += [
        _instruction(_RET, 0, 0, _RET_ERRNO | errno.EPERM),
        _instruction(_RET, 0, 0, _RET_ALLOW),
        _instruction(_LD_ABS, 0, 0, _PROT_AT),
        _instruction(_JSET, 0, 1, _PROT_EXEC),
        _instruction(_RET, 0, 0, _RET_ERRNO | errno.EPERM),
        _instruction(_RET, 0, 0, _RET_ALLOW),
    ]
    return b"".join(body)


def forbid_calls(program: bytes) -> None:
    """Install a filter made by :func:`build_filter`. Irreversible."""
    buffer = ctypes.create_string_buffer(program, len(program))
    description = _Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if _libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(description), 0, 0):
        raise ConfinementError(f"seccomp: {os.strerror(ctypes.get_errno())}")


def set_limits(limits: Limits, *, cpu_seconds: int | None = None) -> None:
    """Kernel limits of a child. Works on every POSIX system; macOS ignores the address space."""
    cpu = cpu_seconds if cpu_seconds is not None else limits.cpu_seconds
    wanted = [
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
    ]
    if sys.platform == "linux":
        wanted.append((resource.RLIMIT_AS, limits.address_space, limits.address_space))
        # no process or thread at all; not enforced by the kernel for root
        wanted.append((resource.RLIMIT_NPROC, 0, 0))
    for which, soft, hard in wanted:
        _, ceiling = resource.getrlimit(which)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(which, (soft, hard))
