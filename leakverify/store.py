"""The scan store: one SQLite file that is cache, result and resume state at once.

Write-ahead logging with ``synchronous=NORMAL``: what was committed survives the
kill of any process; only a power cut can roll the last commits back.  Three
tables: ``entry`` (every path and archive member), ``unit`` (what was read, by
digest and reading version), ``report`` (what follows, by entry).
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from leakverify._writing import WriterLock
from leakverify.errors import StoreError, StoreTooNew
from leakverify.evidence import Assessment, Report, UnitResult

#: ``PRAGMA user_version`` of the schema below
VERSION = 2
#: marks the file as ours: "lvs1"
APPLICATION_ID = 0x6C767331

_MIGRATIONS = {
    1: """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE entry (
        key BLOB PRIMARY KEY,          -- path below the root, then \\0 and ordinal per archive level
        stamp TEXT NOT NULL,           -- size, times and inode when hashed; '' for members
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        judged TEXT NOT NULL,          -- what the reports were made from; '' before that
        generation INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE unit (
        sha256 TEXT NOT NULL,
        version TEXT NOT NULL,
        hint TEXT NOT NULL,            -- ending of the name, which identification may use
        full INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (sha256, version, hint, full)
    ) WITHOUT ROWID;
    CREATE TABLE report (
        key BLOB NOT NULL,
        ordinal INTEGER NOT NULL,      -- documents inside a unit, in the order met
        assessment TEXT NOT NULL,
        rank REAL NOT NULL,
        problems TEXT NOT NULL,        -- codes, separated by spaces
        path TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (key, ordinal)
    ) WITHOUT ROWID;
    CREATE INDEX report_by_rank ON report (rank DESC, key, ordinal);
    CREATE INDEX report_by_path ON report (path);
    """,
    2: """
    CREATE TABLE raised (              -- reports that the list of outliers puts before a person
        key BLOB NOT NULL,
        ordinal INTEGER NOT NULL,
        because TEXT NOT NULL,
        assessment TEXT NOT NULL,      -- and rank: what the report alone says
        rank REAL NOT NULL,
        PRIMARY KEY (key, ordinal)
    ) WITHOUT ROWID;
    """,
}
_unit_decoder = msgspec.json.Decoder(UnitResult)
_report_decoder = msgspec.json.Decoder(Report)


def _shown(body: bytes, because: str | None) -> Report:
    report = _report_decoder.decode(zlib.decompress(body))
    if because is None:
        return report
    return msgspec.structs.replace(report, assessment=Assessment.REVIEW, because=because)


class _Shard(msgspec.Struct):
    entry: list[tuple[bytes, str, str, int, str, int]]
    unit: list[tuple[str, str, str, int, bytes]]
    report: list[tuple[bytes, int, str, float, str, str, bytes]]


class Entry(msgspec.Struct, frozen=True):
    """A path or member as the store knows it."""

    stamp: str
    sha256: str
    size: int
    judged: str


class Store:
    """An open store. ``path`` ``None`` keeps everything in memory.

    ``write`` takes an exclusive lock, so that two scans cannot share a file;
    reading needs none.  Raises ``StoreError`` or ``StoreTooNew``.
    """

    def __init__(self, path: str | os.PathLike[str] | None, *, write: bool = True) -> None:
        self.path = None if path is None else Path(path)
        self._lock: WriterLock | None = None
        new = self.path is not None and not self.path.exists()
        if self.path is not None:
            if not write and not self.path.is_file():
                raise StoreError(f"no store at {self.path}")
            if write:
                self._refuse_empty(self.path)
                self._lock = WriterLock(self.path, "scan")
        try:
            self._db = self._open(write)
        except BaseException:
            if (
                write
                and new
                and self.path is not None
                and self.path.exists()
                and not self.path.stat().st_size
            ):
                self.path.unlink()  # nothing was kept: the same command is to begin anew
            self._drop_lock()
            raise

    def _open(self, write: bool) -> sqlite3.Connection:
        name = ":memory:" if self.path is None else str(self.path)
        try:
            if write:
                db = sqlite3.connect(name, isolation_level=None, timeout=30)
            else:
                db = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True,  # type: ignore[union-attr]
                                     isolation_level=None, timeout=30)  # fmt: skip
        except sqlite3.Error as error:
            raise StoreError(f"{name}: {error}") from error
        try:
            self._prepare(db, write)
        except sqlite3.OperationalError as error:  # the disk's business: full, failing, read-only
            db.close()
            raise StoreError(f"cannot use {name}: {error}") from error
        except sqlite3.DatabaseError as error:
            db.close()
            raise StoreError(f"{name} is not a store: {error}") from error
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection, write: bool) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and not ours:
            raise StoreError(f"{self.path} is a database of something else")
        if version > VERSION:
            raise StoreTooNew(f"{self.path} was written by a later version (schema {version})")
        if write:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            for step in range(version + 1, VERSION + 1):
                db.executescript(
                    f"BEGIN IMMEDIATE; {_MIGRATIONS[step]} PRAGMA application_id={APPLICATION_ID}; "
                    f"PRAGMA user_version={step}; COMMIT;"
                )
        elif version == 0:
            raise StoreError(f"{self.path} is not a store")

    @staticmethod
    def _refuse_empty(path: Path) -> None:
        """An empty file becomes a database without a word, and may be a document of the leak.

        One that a killed scan left has its lock beside it.
        """
        if path.is_file() and not path.stat().st_size and not Path(f"{path}-lock").exists():
            raise StoreError(f"{path} is an empty file and not a store: name a new one")

    def _drop_lock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def close(self) -> None:
        """Commit and let go of the file."""
        try:
            if self._db.in_transaction:
                self._db.execute("COMMIT")
        finally:
            self._db.close()
            self._drop_lock()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except sqlite3.Error as again:
            error = error or again
        if isinstance(error, sqlite3.Error):
            raise StoreError(
                f"cannot go on with {self.path}: {error}; what was done before is kept, "
                "and the same command goes on from there"
            ) from error

    def belongs(self, candidate: Path) -> bool:
        """Whether a file is this store or one of its companions, to be left out of a scan."""
        if self.path is None:
            return False
        base = self.path.name
        names = {base, f"{base}-wal", f"{base}-shm", f"{base}-journal", f"{base}-lock"}
        return candidate.name in names and candidate.parent.resolve() == self.path.parent.resolve()

    # transactions ---------------------------------------------------------------------------------

    def begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    # meta -------------------------------------------------------------------------------------------

    def meta(self, name: str) -> bytes | None:
        row = self._db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def set_meta(self, name: str, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", (name, value))

    # entries ----------------------------------------------------------------------------------------

    def entry(self, key: bytes) -> Entry | None:
        row = self._db.execute("SELECT stamp, sha256, size, judged FROM entry WHERE key=?", (key,)).fetchone()
        return None if row is None else Entry(*row)

    def put_entry(self, key: bytes, entry: Entry, generation: int) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,?)",
            (key, entry.stamp, entry.sha256, entry.size, entry.judged, generation),
        )

    def restamp(self, key: bytes, entry: Entry) -> None:
        """Note that an entry was judged again."""
        self._db.execute("UPDATE entry SET judged=? WHERE key=?", (entry.judged, key))

    def forget_other_generations(self, generation: int) -> None:
        """Drop entries that this walk did not meet; what was read of them stays cached."""
        gone = "SELECT key FROM entry WHERE generation<>?"
        self._db.execute(f"DELETE FROM report WHERE key IN ({gone})", (generation,))  # noqa: S608
        self._db.execute(f"DELETE FROM raised WHERE key IN ({gone})", (generation,))  # noqa: S608
        self._db.execute("DELETE FROM entry WHERE generation<>?", (generation,))

    # units ------------------------------------------------------------------------------------------

    def unit(self, sha256: str, version: str, hint: str, *, full: bool) -> UnitResult | None:
        """What was read, at least as deep as asked; the fullest wins."""
        row = self._db.execute(
            "SELECT body FROM unit WHERE sha256=? AND version=? AND hint=? AND full>=?"
            " ORDER BY full DESC LIMIT 1",
            (sha256, version, hint, int(full)),
        ).fetchone()
        return None if row is None else _unit_decoder.decode(zlib.decompress(row[0]))

    def units(self) -> Iterator[UnitResult]:
        """Everything that was read, in the order of the digests."""
        for (body,) in self._db.execute("SELECT body FROM unit ORDER BY sha256, version, hint, full"):
            yield _unit_decoder.decode(zlib.decompress(body))

    def put_unit(self, sha256: str, version: str, hint: str, result: UnitResult, *, full: bool) -> None:
        body = zlib.compress(msgspec.json.encode(result), 1)
        self._db.execute(
            "INSERT OR REPLACE INTO unit VALUES (?,?,?,?,?)", (sha256, version, hint, int(full), body)
        )
        if full:
            self._db.execute(
                "DELETE FROM unit WHERE sha256=? AND version=? AND hint=? AND full=0",
                (sha256, version, hint),
            )

    # reports ----------------------------------------------------------------------------------------

    def put_reports(self, key: bytes, ranked: list[tuple[float, Report]]) -> None:
        """Replace the reports of an entry."""
        self._db.execute("DELETE FROM report WHERE key=?", (key,))
        self._db.execute("DELETE FROM raised WHERE key=?", (key,))
        self._db.executemany(
            "INSERT INTO report VALUES (?,?,?,?,?,?,?)",
            [
                (
                    key,
                    ordinal,
                    report.assessment.value,
                    rank,
                    " ".join(dict.fromkeys(p.code for p in report.problems)),
                    report.document.path,
                    zlib.compress(msgspec.json.encode(report), 1),
                )
                for ordinal, (rank, report) in enumerate(ranked)
            ],
        )

    def reports_of(self, key: bytes) -> list[Report]:
        rows = self._db.execute("SELECT body FROM report WHERE key=? ORDER BY ordinal", (key,)).fetchall()
        return [_report_decoder.decode(zlib.decompress(row[0])) for row in rows]

    def reports(self, *, ranked: bool = False, limit: int | None = None) -> Iterator[Report]:
        """Every report, in path order or most noteworthy first."""
        order = "rank DESC, key, ordinal" if ranked else "key, ordinal"
        cursor = self._db.execute(
            f"SELECT body, because FROM {self._shown()} ORDER BY {order} LIMIT ?",  # noqa: S608 - constants
            (-1 if limit is None else limit,),
        )
        for body, because in cursor:
            yield _shown(body, because)

    def report_at(self, path: str) -> Report | None:
        row = self._db.execute(
            f"SELECT body, because FROM {self._shown()} WHERE path=? LIMIT 1",  # noqa: S608 - constants
            (path,),
        ).fetchone()
        return None if row is None else _shown(*row)

    def _shown(self) -> str:
        """Reports with the reason they were raised for; an older store that is only read has none."""
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version < 2:
            return "(SELECT *, NULL AS because FROM report)"
        return (
            "(SELECT report.*, raised.because AS because FROM report LEFT JOIN raised"
            " ON raised.key=report.key AND raised.ordinal=report.ordinal)"
        )

    # the list of outliers ---------------------------------------------------------------------------

    def scored_reports(self) -> Iterator[tuple[bytes, int, Report]]:
        """Every report as it was made, with its place."""
        for key, ordinal, body in self._db.execute(
            "SELECT key, ordinal, body FROM report ORDER BY key, ordinal"
        ):
            yield bytes(key), ordinal, _report_decoder.decode(zlib.decompress(body))

    def raise_to_review(self, key: bytes, ordinal: int, because: str) -> None:
        """Show a report as one that needs a look, without changing it."""
        self._db.execute(
            "INSERT OR REPLACE INTO raised SELECT key, ordinal, ?, assessment, rank FROM report"
            " WHERE key=? AND ordinal=?",
            (because, key, ordinal),
        )
        self._db.execute(
            "UPDATE report SET assessment='review', rank=3000+rank/10000.0 WHERE key=? AND ordinal=?",
            (key, ordinal),
        )

    def lower_raised(self) -> None:
        """Show every report as it was made."""
        for key, ordinal, assessment, rank in self._db.execute(
            "SELECT key, ordinal, assessment, rank FROM raised"
        ).fetchall():
            self._db.execute(
                "UPDATE report SET assessment=?, rank=? WHERE key=? AND ordinal=?",
                (assessment, rank, key, ordinal),
            )
        self._db.execute("DELETE FROM raised")

    def count_reports(self) -> int:
        found: int = self._db.execute("SELECT count(*) FROM report").fetchone()[0]
        return found

    def count_by_assessment(self) -> dict[str, int]:
        rows = self._db.execute("SELECT assessment, count(*) FROM report GROUP BY assessment ORDER BY 1")
        return dict(rows.fetchall())

    def count_by_problem(self) -> dict[str, int]:
        """Documents per problem code."""
        counts: dict[str, int] = {}
        for (codes,) in self._db.execute("SELECT problems FROM report WHERE problems<>''"):
            for code in codes.split():
                counts[code] = counts.get(code, 0) + 1
        return dict(sorted(counts.items()))

    # shards -----------------------------------------------------------------------------------------

    def dump(self) -> bytes:
        """Entries, units and reports of this store, to be merged into another."""
        tables = {
            name: [list(row) for row in self._db.execute(f"SELECT * FROM {name}")]  # noqa: S608 - constants
            for name in ("entry", "unit", "report")
        }
        return msgspec.msgpack.encode(tables)

    def merge(self, shard: bytes, generation: int) -> tuple[int, int]:
        """Take a dump in; (documents, documents with problems)."""
        tables = msgspec.msgpack.decode(shard, type=_Shard)
        for row in tables.entry:
            self._db.execute("DELETE FROM report WHERE key=?", (row[0],))
            self._db.execute("INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,?)", (*row[:5], generation))
        self._db.executemany("INSERT OR REPLACE INTO unit VALUES (?,?,?,?,?)", tables.unit)
        self._db.executemany("INSERT OR REPLACE INTO report VALUES (?,?,?,?,?,?,?)", tables.report)
        return len(tables.report), sum(bool(row[4]) for row in tables.report)

    def judged_entries(self) -> Iterator[tuple[bytes, Entry]]:
        rows = self._db.execute("SELECT key, stamp, sha256, size, judged FROM entry ORDER BY key")
        for key, *rest in rows.fetchall():
            yield bytes(key), Entry(*rest)
