"""What the SQLite files of the package share: one writer at a time, and whose file it is.

The lock lies beside the file and is let go of by the system when its holder dies.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from leakverify.errors import StoreError, StoreTooNew


def schema_version(db: sqlite3.Connection, path: Path | None, application: int, newest: int) -> int:
    """The schema a file was written with, 0 for an empty one.

    Raises ``StoreError`` for a database of another application id, ``StoreTooNew`` past ``newest``.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    stated = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and stated != application:
        raise StoreError(f"{path} is a database of something else")
    if version > newest:
        raise StoreTooNew(f"{path} was written by a later version (schema {version})")
    return version


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
