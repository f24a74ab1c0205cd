"""The programs the recipes drive: found, run with a stated clock, or skipped with a reason."""

from __future__ import annotations

import functools
import importlib.util
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest import MarkDecorator

#: program -> the Debian package that brings it; install-tools.sh installs exactly these
PROGRAMS: dict[str, str] = {
    "chromium": "chromium",
    "convert": "imagemagick",
    "exiftool": "libimage-exiftool-perl",
    "faketime": "faketime",
    "gimp": "gimp",
    "gs": "ghostscript",
    "jpegtran": "libjpeg-turbo-progs",
    "ocrmypdf": "ocrmypdf",
    "mutool": "mupdf-tools",
    "pandoc": "pandoc",
    "pdfseparate": "poppler-utils",
    "pdftk": "pdftk-java",
    "pdftocairo": "poppler-utils",
    "pdftops": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdfunite": "poppler-utils",
    "qpdf": "qpdf",
    "soffice": "libreoffice",
    "ssconvert": "gnumeric",
    "tar": "tar",
    "zip": "zip",
}

#: Python module -> the distribution that brings it
MODULES: dict[str, str] = {
    "PIL": "pillow",
    "dkim": "dkimpy",
    "docx": "python-docx",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
    "pikepdf": "pikepdf",
    "pyhanko": "pyhanko",
    "pypdf": "pypdf",
    "pypdfium2": "pypdfium2",
    "reportlab": "reportlab",
    "xlsxwriter": "XlsxWriter",
}

#: the civil zone in which every example is made
ZONE = "Europe/Paris"

#: no single run of a program takes longer on a slow machine, start of LibreOffice included
PATIENCE = 180.0


class DoesNotApply(ValueError):
    """The recipe finds nothing to work on in these bytes; the reason is the message."""


class ToolFailed(DoesNotApply):
    """A program refused the bytes, or said it was done and left no file."""


@functools.cache
def missing(*tools: str) -> tuple[str, ...]:
    """Those of the named programs and modules that this machine does not have."""
    return tuple(tool for tool in tools if not _present(tool))


def _present(tool: str) -> bool:
    if tool in PROGRAMS:
        return shutil.which(tool) is not None
    if tool in MODULES:
        return importlib.util.find_spec(tool) is not None
    raise KeyError(f"neither a known program nor a known module: {tool}")


def reason(*tools: str) -> str:
    """Why something is skipped: what is missing, and the package that brings it."""
    absent = missing(*tools)
    return "needs " + ", ".join(f"{t} ({PROGRAMS.get(t) or MODULES[t]})" for t in absent) if absent else ""


def needs(*tools: str) -> MarkDecorator:
    """A pytest mark: skip, with the reason, unless all of them are there."""
    import pytest

    return pytest.mark.skipif(bool(missing(*tools)), reason=reason(*tools) or "present")


def drawn(seed: object, low: int, high: int) -> int:
    """A number from ``low`` up to below ``high``, always the same for the same seed."""
    return random.Random(str(seed)).randrange(low, high)


def run(
    *argv: str, at: str = "", stdin: bytes = b"", cwd: Path | None = None, ok: tuple[int, ...] = (0,)
) -> bytes:
    """Run a program and return what it printed.

    ``at`` (``YYYY-MM-DD HH:MM:SS``, Paris time) is the clock the program is shown, by libfaketime; without
    it the program sees the machine's clock.  Raises ``ToolFailed``.
    """
    command = [*(("faketime", "-f", f"@{at}") if at else ()), *argv]
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        cwd=cwd,
        timeout=PATIENCE,
        env={**os.environ, "TZ": ZONE, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode not in ok:
        raise ToolFailed(
            f"{argv[0]} ended with {done.returncode}: {done.stderr[-400:].decode(errors='replace')}"
        )
    return done.stdout


def through(
    argv: tuple[str, ...], data: bytes, *, suffix: str, to: str = "", at: str = "", ok: tuple[int, ...] = (0,)
) -> bytes:
    """Feed a file through a program.

    In ``argv``, ``IN`` and ``OUT`` stand for the paths of the two files.  Without ``OUT`` the program works
    in place.  ``suffix`` and ``to`` are the endings of the two names, with the dot.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"document{suffix}"
        target = Path(folder) / f"result{to or suffix}"
        source.write_bytes(data)
        os.chmod(source, 0o644)
        named = [
            {"IN": str(source), "OUT": str(target)}.get(word, word.replace("=IN", f"={source}"))
            for word in argv
        ]
        named = [word.replace("=OUT", f"={target}") for word in named]
        run(*named, at=at, cwd=Path(folder), ok=ok)
        written = target if any("OUT" in word for word in argv) else source
        if not written.is_file():
            raise ToolFailed(f"{argv[0]} left no file")
        return written.read_bytes()


def soffice(data: bytes, *, suffix: str, to: str, how: str = "", at: str = "") -> bytes:
    """Convert with LibreOffice, with a profile of its own so that runs do not meet.

    ``to`` is the ending without a dot, ``how`` the export filter with its options.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"document{suffix}"
        out = Path(folder) / "out"
        source.write_bytes(data)
        run(
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            f"{to}:{how}" if how else to,
            "--outdir",
            str(out),
            str(source),
            at=at,
            cwd=Path(folder),
        )
        result = out / f"document.{to}"
        if not result.is_file():
            raise ToolFailed("soffice left no file")
        return result.read_bytes()
