"""Text that tesseract reads off bare pixels, the program being confined in a process of its own.

What it is handed is a plain grey picture made here from pixels that the box drew, never
a byte of a document; what it says is text, bounded, and is itself read in the box.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from leakverify.box import linux
from leakverify.box.launch import CODE

#: languages that are asked for, where they are installed
LANGUAGES = ("fra", "eng")
#: seconds of processor and of the clock for one page, bytes of memory, and characters kept
_CPU, _CLOCK, _MEMORY, _KEPT = 60, 120, 2 << 30, 200_000
#: where programs, libraries and their data lie; only what is there may be read
_FOLDERS = (
    "/usr", "/lib", "/lib64", "/bin", "/opt", "/nix/store", "/etc/ld.so.cache", "/proc/self", "/proc/cpuinfo",
    "/dev/null", "/dev/urandom", "/sys/devices/system/cpu",
)  # fmt: skip
#: a page as one block, line by line, so that words and their amounts stay on one line
_LAYOUT = ("--psm", "6", "-c", "preserve_interword_spaces=1")


class Recogniser(NamedTuple):
    """The program at hand: its path, its version, and the languages it will read."""

    path: str
    version: str
    languages: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"tesseract {self.version} {'+'.join(self.languages)}"


class ReadingError(Exception):
    """No text of a page; ``code`` is that of a problem."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@functools.cache
def recogniser() -> Recogniser | None:
    """The tesseract of this machine, asked once; ``None`` where there is none with one of the languages."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    try:
        version = _asked(path, "--version").split()[1].lstrip("v")
        installed = set(_asked(path, "--list-langs").splitlines())
    except (OSError, IndexError, subprocess.SubprocessError):
        return None
    languages = tuple(language for language in LANGUAGES if language in installed)
    return Recogniser(path, version, languages) if languages else None


def _asked(path: str, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - a program of this machine, fixed arguments
        [path, *arguments], capture_output=True, timeout=_CLOCK, check=True, stdin=subprocess.DEVNULL
    )
    return (done.stdout or done.stderr).decode("utf-8", "replace")


def confined() -> bool:
    """Whether this machine can keep the program from files and the network."""
    return linux.supported() and linux.landlock_version() > 0


def read_page(found: Recogniser, pixels: bytes, width: int, height: int, *, confine: bool) -> str:
    """The text of a grey picture, eight bits a pixel, line by line. Raises ``ReadingError``."""
    root = str(Path(__file__).resolve().parents[2])
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from leakverify.box.launch import main; main()"
    folders = [*_FOLDERS, *_data_folders()]
    command = [
        sys.executable, "-P", "-s", "-B", "-c", start, root,
        "3" if confine else "1", str(_MEMORY), str(_CPU), str(len(folders)), *folders,
        found.path, "stdin", "stdout", "-l", "+".join(found.languages), *_LAYOUT,
    ]  # fmt: skip
    environment = {"LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1", "PATH": ""}
    environment |= {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}
    picture = b"P5\n%d %d\n255\n" % (width, height) + pixels
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, which becomes the program found above
            command, input=picture, capture_output=True, timeout=_CLOCK, env=environment, cwd="/", check=False
        )
    except subprocess.TimeoutExpired:
        raise ReadingError("limit-time", f"{found.name}: more than {_CLOCK} s for a page") from None
    except OSError as error:
        raise ReadingError("reader-error", f"{found.name}: {error.strerror}") from error
    if done.returncode:
        code = "reader-error" if done.returncode in (1, CODE) else "reader-crash"
        said = done.stderr[-200:].decode("utf-8", "replace").strip()
        raise ReadingError(code, f"{found.name}: ended with {done.returncode}: {said}")
    return done.stdout[: 4 * _KEPT].decode("utf-8", "replace").replace("\f", "\n")[:_KEPT]


def _data_folders() -> list[str]:
    """Where the user keeps trained languages, if anywhere else."""
    named = os.environ.get("TESSDATA_PREFIX", "")
    return [named] if named and Path(named).is_absolute() else []
