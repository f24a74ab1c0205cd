"""Writing what holds a leak's words: whole or not at all, readable by its owner, nowhere else on the disk."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from leakverify.document import display_name
from leakverify.errors import UsageError


@contextlib.contextmanager
def target(path: str | os.PathLike[str], *, newline: str = "\n") -> Iterator[IO[str]]:
    """A text file that takes its name when it is whole; readable by its owner alone.

    Raises ``UsageError`` when it cannot be written.
    """
    final = Path(path)
    descriptor, draft = _draft(final)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline=newline) as file:
            yield file
        try:
            draft.replace(final)
        except OSError as error:
            raise UsageError(f"cannot write {display_name(path)}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def check_target(path: str | os.PathLike[str]) -> None:
    """Raise ``UsageError`` now for what could not be written at the end of a scan of hours."""
    descriptor, draft = _draft(Path(path))
    os.close(descriptor)
    draft.unlink(missing_ok=True)


def _draft(final: Path) -> tuple[int, Path]:
    """A file of its own beside the one that is to be."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{final.name[:40]}-", dir=final.parent)
    except OSError as error:
        raise UsageError(f"cannot write {display_name(final)}: {error.strerror}") from error
    return descriptor, Path(name)


def spool(folder: Path) -> IO[str]:
    """An unnamed file on the disk of ``folder``, gone when it is closed. Raises ``UsageError``."""
    try:
        return tempfile.TemporaryFile("w+", encoding="utf-8", newline="", dir=folder)
    except OSError as error:
        raise UsageError(f"cannot write in {display_name(folder)}: {error.strerror}") from error
