"""One writer at a time: a lock beside a file, let go of by the system when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from leakverify.errors import StoreError


class WriterLock:
    """The right to write to a file. ``holder`` is what is said to hold it when somebody else does.

    Raises ``StoreError`` when it is held, or when nothing can be written beside the file.
    """

    def __init__(self, path: Path, holder: str) -> None:
        self._path = Path(f"{path}-lock")
        try:
            self._descriptor: int | None = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(f"cannot write beside {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            self._descriptor = None
            raise StoreError(f"{path} is in use by another {holder}") from error

    def release(self) -> None:
        """Let go of it; once is enough."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None
