"""The file of a known-genuine corpus: one SQLite database, and nothing beside it when it is closed.

Every change is one transaction with a rollback journal: after a kill at any moment the file is as it was
before the last change or as it is after it.  Deleted rows are overwritten with zeros.  A file from somebody
else is opened with its schema distrusted, and what is in it is decoded into types before it is used.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from leakverify._writing import WriterLock, schema_version
from leakverify.errors import StoreError
from leakverify.evidence import Extraction
from leakverify.features import Row

#: ``PRAGMA user_version`` of the schema below
VERSION = 1
#: marks the file as ours: "lvc1"
APPLICATION_ID = 0x6C766331
#: most bytes one kept extraction may unpack to; a corpus of somebody else may hold anything
_MOST_BYTES = 64 << 20

_SCHEMA = """
CREATE TABLE document (
    sha256 TEXT NOT NULL,
    source TEXT NOT NULL,
    period TEXT NOT NULL,          -- as the newsroom stated it: from/to
    channel TEXT NOT NULL,         -- how it was acquired, in the newsroom's words
    name TEXT NOT NULL,            -- '' unless texts are kept
    role TEXT NOT NULL,            -- file, attachment, ...
    family TEXT NOT NULL,          -- format of its features
    kind TEXT NOT NULL,
    assessment TEXT NOT NULL,
    pointing TEXT NOT NULL,        -- checks that pointed at it, separated by spaces
    same_text TEXT NOT NULL,       -- digest of its words
    keeps_text INTEGER NOT NULL,
    reading TEXT NOT NULL,         -- version of the extractors and limits
    features INTEGER NOT NULL,     -- version of the features the row was made with
    body BLOB NOT NULL,            -- what is kept of the extraction
    row BLOB NOT NULL,
    PRIMARY KEY (source, sha256)
) WITHOUT ROWID;
CREATE INDEX document_by_digest ON document (sha256);
CREATE TABLE unit (                -- what was read, so that it is not read again
    sha256 TEXT NOT NULL,
    source TEXT NOT NULL,
    reading TEXT NOT NULL,
    PRIMARY KEY (source, sha256, reading)
) WITHOUT ROWID;
"""
_COLUMNS = (
    "sha256, source, period, channel, name, role, family, kind, assessment, pointing, same_text, keeps_text, "
    "reading, features, body, row"
)
_extraction = msgspec.json.Decoder(Extraction)
_row = msgspec.msgpack.Decoder(Row)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One document as the file holds it."""

    sha256: str
    source: str
    period: str
    channel: str
    name: str
    role: str
    family: str
    kind: str
    assessment: str
    pointing: str
    same_text: str
    keeps_text: bool
    reading: str
    features: int
    body: bytes
    row: bytes

    @staticmethod
    def pack(extraction: Extraction) -> bytes:
        """The form in which an extraction is kept."""
        return zlib.compress(msgspec.json.encode(extraction), 6)

    @staticmethod
    def pack_row(row: Row) -> bytes:
        """The form in which features are kept."""
        return zlib.compress(msgspec.msgpack.encode(row), 6)

    def extraction(self) -> Extraction:
        """What was kept of the reading. Raises ``StoreError`` when it is damaged."""
        try:
            return _extraction.decode(_inflated(self.body))
        except (zlib.error, ValueError) as error:
            raise StoreError(f"{self.sha256}: damaged ({error})") from error

    def features_row(self) -> Row:
        """The features as they were made. Raises ``StoreError`` when they are damaged."""
        try:
            return _row.decode(_inflated(self.row))
        except (zlib.error, ValueError) as error:
            raise StoreError(f"{self.sha256}: damaged ({error})") from error


class CorpusStore:
    """An open corpus file. Raises ``StoreError`` or ``StoreTooNew``.

    ``write`` takes a lock, so that two commands cannot change one corpus at a time; reading needs none.
    """

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self._lock: WriterLock | None = None
        if not write and not path.is_file():
            raise StoreError(f"no corpus at {path}")
        if write:
            self._lock = WriterLock(self.path, "command")
        try:
            self._db = self._open(write)
        except BaseException:
            self._drop_lock()
            raise

    def _open(self, write: bool) -> sqlite3.Connection:
        interrupted = Path(
            f"{self.path}-journal"
        ).exists()  # a change that a kill cut off is undone on opening
        mode = "rwc" if write else "rw" if interrupted else "ro"
        db = None
        try:
            address = f"{self.path.absolute().as_uri()}?mode={mode}"
            db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)
            self._prepare(db, write)
        except sqlite3.Error as error:
            if db is not None:
                db.close()
            raise StoreError(f"{self.path} is not a corpus: {error}") from error
        except BaseException:
            if db is not None:
                db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection, write: bool) -> None:
        db.execute("PRAGMA trusted_schema=OFF")
        if not write:
            db.execute("PRAGMA query_only=ON")
        version = schema_version(db, self.path, APPLICATION_ID, VERSION)
        if db.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[0]:
            raise StoreError(f"{self.path} holds what no corpus holds: a trigger or a view")
        if write:
            db.execute("PRAGMA journal_mode=DELETE")
            db.execute("PRAGMA secure_delete=ON")
            if version == 0:
                db.executescript(
                    f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id={APPLICATION_ID}; "
                    f"PRAGMA user_version={VERSION}; COMMIT;"
                )
        elif version == 0:
            raise StoreError(f"{self.path} is not a corpus")

    def _drop_lock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def close(self) -> None:
        """Let go of the file; what was not committed is not in it."""
        self._db.close()
        self._drop_lock()

    def __enter__(self) -> CorpusStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # writing ------------------------------------------------------------------------------------------

    def put(self, documents: Iterable[Kept], units: Iterable[tuple[str, str, str]], *, replace: bool) -> int:
        """Take documents and (digest, source, reading) of what they came out of, all or none.

        ``replace`` puts a document in the place of one of the same bytes and source.  Returns how many are
        new or were replaced.
        """
        verb = "REPLACE" if replace else "IGNORE"
        marks = ", ".join("?" * len(Kept.__struct_fields__))
        with self._change() as db:
            before = db.total_changes
            db.executemany(
                f"INSERT OR {verb} INTO document ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - constants
                [msgspec.structs.astuple(document) for document in documents],
            )
            changed = db.total_changes - before
            db.executemany("INSERT OR IGNORE INTO unit VALUES (?,?,?)", list(units))
        return changed

    def remove(self, source: str, prefix: str) -> int:
        """Delete documents of a source, or those whose digest begins so; their bytes leave the file."""
        where = "source=?" if source else "substr(sha256, 1, length(?1))=?1"
        chosen = (source or prefix,)
        # a container may have held what goes: everything of its source is read again when it is added again
        among = f"SELECT DISTINCT source FROM document WHERE {where}"  # noqa: S608 - constants
        with self._change() as db:
            db.execute(f"DELETE FROM unit WHERE source IN ({among})", chosen)  # noqa: S608 - constants
            gone = db.execute(f"DELETE FROM document WHERE {where}", chosen).rowcount  # noqa: S608
        if gone:
            self._db.execute("VACUUM")
        return gone

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction, all or nothing. Raises ``StoreError`` when the disk or a reader is in the way."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"{self.path}: {error}") from error
            raise

    # reading ------------------------------------------------------------------------------------------

    def was_read(self, sha256: str, source: str, reading: str) -> bool:
        query = "SELECT 1 FROM unit WHERE sha256=? AND source=? AND reading=?"
        return self._db.execute(query, (sha256, source, reading)).fetchone() is not None

    def count(self) -> int:
        found: int = self._db.execute("SELECT count(*) FROM document").fetchone()[0]
        return found

    def documents(self, *, source: str = "") -> Iterator[Kept]:
        """Every document in the order of sources and digests."""
        where, values = ("WHERE source=?", (source,)) if source else ("", ())
        query = f"SELECT {_COLUMNS} FROM document {where} ORDER BY source, sha256"  # noqa: S608 - constants
        try:
            for row in self._db.execute(query, values):
                yield _kept(row)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} is damaged: {error}") from error


def _inflated(packed: bytes) -> bytes:
    inflate = zlib.decompressobj()
    raw = inflate.decompress(packed, _MOST_BYTES)
    if inflate.unconsumed_tail:
        raise ValueError("more than a document of a corpus can hold")
    return raw


def _kept(row: tuple[object, ...]) -> Kept:
    try:
        return msgspec.convert(dict(zip(Kept.__struct_fields__, row, strict=True)), Kept, strict=False)
    except msgspec.ValidationError as error:
        raise StoreError(f"a document of the corpus is damaged: {error}") from error
