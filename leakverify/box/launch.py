"""Start another program with nothing but what it needs: read-only programs and data, no network, bounded.

Runs as a process of its own, confines itself and becomes the program: a Landlock
rule set and a seccomp filter survive ``exec``.  The program may read what is below the
folders named and write to the descriptors it was given.  Where the kernel has neither,
limits of memory and time remain; level 3 is refused then.

Command line: level, address space in bytes, CPU seconds, number of folders, folders,
then the program and its arguments.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import stat
import struct
import sys

from leakverify.box import linux

_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
#: execute, read a file, list a folder
_EXECUTE, _READ_FILE, _READ_FOLDER = 1, 4, 8
_LD, _JEQ, _RET = 0x20, 0x15, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
#: architecture number, and calls that reach others or change the rules: sockets, tracing, mounts, io_uring
_FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 42, 43, 49, 50, 53, 62, 101, 155, 165, 200, 234, 250, 272, 288, 298, 308, 310,
                            311, 321, 323, 425, 434, 438)),
    "aarch64": (0xC00000B7, (40, 41, 97, 117, 129, 130, 131, 198, 199, 200, 201, 202, 203, 219, 241, 242, 268,
                             270, 271, 280, 282, 425, 434, 438)),
}  # fmt: skip
CODE = 97


def main() -> None:
    """Confine this process and become the program. Ends with :data:`CODE` where that is refused."""
    level, memory, seconds, count = (int(word) for word in sys.argv[1:5])
    folders, program = sys.argv[5 : 5 + count], sys.argv[5 + count :]
    try:
        for which, amount in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, 64),
        ):
            _, ceiling = resource.getrlimit(which)
            most = amount if ceiling == resource.RLIM_INFINITY else min(amount, ceiling)
            resource.setrlimit(which, (most, most))
        if level == 3:
            linux.no_new_privileges()
            linux.die_with_parent()
            _only_read(folders)
            linux.forbid_calls(_filter(platform.machine()))
        os.execv(program[0], program)  # noqa: S606 - the program the trusted side names, no shell
    except (OSError, ValueError, KeyError, linux.ConfinementError) as error:
        sys.stderr.write(f"{error}\n")
    os._exit(CODE)


def _only_read(folders: list[str]) -> None:
    """Landlock: every right handled, reading and running granted below the folders. Irreversible."""
    version = linux.landlock_version()
    if not version:
        raise linux.ConfinementError("Landlock is not available in this kernel")
    handled = linux.file_rights(version)
    attribute = struct.pack("=Q", handled) + (struct.pack("=Q", 3) if version >= 4 else b"")
    libc = ctypes.CDLL(None, use_errno=True)
    rules = libc.syscall(_LANDLOCK_CREATE_RULESET, attribute, len(attribute), 0)
    if rules < 0:
        raise linux.ConfinementError(f"landlock_create_ruleset: {os.strerror(ctypes.get_errno())}")
    for folder in folders:
        try:
            place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # not every system has every folder of libraries
        plain = not stat.S_ISDIR(os.fstat(place).st_mode)
        granted = _EXECUTE | _READ_FILE | (0 if plain else _READ_FOLDER)
        rule = struct.pack("=Qi", granted, place)
        if libc.syscall(_LANDLOCK_ADD_RULE, rules, _PATH_BENEATH, rule, 0):
            raise linux.ConfinementError(f"landlock_add_rule: {os.strerror(ctypes.get_errno())}")
        os.close(place)
    if libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0):
        raise linux.ConfinementError(f"landlock_restrict_self: {os.strerror(ctypes.get_errno())}")
    os.close(rules)


def _filter(machine: str) -> bytes:
    """Everything but the listed calls, which get EPERM: a program starts with calls nobody can list."""
    architecture, calls = _FORBIDDEN[machine]
    body = [
        (_LD, 0, 0, 4), (_JEQ, 1, 0, architecture), (_RET, 0, 0, _KILL), (_LD, 0, 0, 0),
        *((_JEQ, len(calls) - at, 0, number) for at, number in enumerate(calls)),
        (_RET, 0, 0, _ALLOW), (_RET, 0, 0, _ERRNO | errno.EPERM),
    ]  # fmt: skip
    return b"".join(struct.pack("=HBBI", *step) for step in body)
