"""What a user hands to judging beside the document: keys now, further tables later.

References are values: read once, frozen, sent along to other processes.  Their
identity is part of what a report says it was made from, so that the same bytes
and the same references give the same report.
"""

from __future__ import annotations

import codecs
import csv
import functools
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leakverify.dkim.keys import Key, KeyRing, read_keys, shipped_keys
from leakverify.errors import UsageError
from leakverify.knowledge import BadTableError, parse_table
from leakverify.when import parse_when

#: bytes of a table of the user's
_TABLE = 4 << 20
_WRITTEN = ("term", "date", "precision", "until", "source")
_PRECISION = {4: "year", 7: "month", 10: "day"}
_DATES = "2014-04-02, 2014-04 or 2014"


class Dated(msgspec.Struct, frozen=True):
    """A row of the user's table: words, the days between which they could be written, where that was read."""

    term: str
    since: str
    until: str
    source: str
    table: str


@dataclass(frozen=True, eq=False)
class References:
    """Everything a check may know that neither the document nor this version holds.

    ``dkim_keys`` are the keys the user vouches for or that were recovered; those
    shipped with this version are always there as well.  A further kind of
    reference is a further field, and its place in :attr:`identity`.  ``terms``
    are rows of the user's own tables: office-holders, companies, events.
    """

    dkim_keys: tuple[Key, ...] = ()
    terms: tuple[Dated, ...] = ()

    @classmethod
    def read(
        cls,
        *,
        dkim_keys: Iterable[str | os.PathLike[str]] = (),
        tables: Iterable[str | os.PathLike[str]] = (),
    ) -> References:
        """References from files, in any order. Raises ``UsageError`` for one that is of no use.

        A table has the columns ``term``, ``date`` and ``source``, and ``until`` where a term has an end;
        dates as in :mod:`leakverify.knowledge`.  It is what a spreadsheet saves as CSV: parted by tabs,
        semicolons or commas, in UTF-8, UTF-16 or Windows-1252.
        """
        keys = {key: None for path in dkim_keys for key in read_keys(path)}
        terms = {row: None for path in tables for row in _read_terms(path)}
        if not keys and not terms:
            return NO_REFERENCES
        return cls(
            dkim_keys=tuple(sorted(keys, key=msgspec.structs.astuple)),
            terms=tuple(sorted(terms, key=msgspec.structs.astuple)),
        )

    def with_keys(self, keys: Iterable[Key]) -> References:
        """The same with further keys."""
        every = dict.fromkeys((*self.dkim_keys, *keys))
        return References(dkim_keys=tuple(sorted(every, key=msgspec.structs.astuple)), terms=self.terms)

    @functools.cached_property
    def identity(self) -> str:
        """A digest over the content; empty when there is none."""
        if not self.dkim_keys and not self.terms:
            return ""
        content = {"dkim_keys": self.dkim_keys, "terms": self.terms}
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:16]

    @functools.cached_property
    def keys(self) -> KeyRing:
        """Shipped keys and those of the user."""
        return KeyRing((*shipped_keys(), *self.dkim_keys))


def _read_terms(path: str | os.PathLike[str]) -> list[Dated]:
    """Rows of one table of the user's. Raises ``UsageError``."""
    name = Path(path).name
    try:
        data = Path(path).read_bytes() if Path(path).stat().st_size <= _TABLE else None
        if data is None:
            raise UsageError(f"{name}: more than {_TABLE} bytes")
        rows = list(parse_table(_as_table(_text(data, name), name), name))
        found = [Dated(row["term"], row.when.text, row["until"], row.source, name) for row in rows]
    except (OSError, UnicodeError, BadTableError) as error:
        raise UsageError(f"no table: {error}") from error
    for row in found:
        if len(row.term.strip()) < 3:
            raise UsageError(f"{name}: a term of fewer than three characters: {row.term!r}")
        if row.until and (parse_when(row.until) is None or len(row.until) not in _PRECISION):
            raise UsageError(f"{name}: {row.term}: until {row.until!r} is not a date; write {_DATES}")
    if not found:
        raise UsageError(f"{name}: no rows below the line that names the columns")
    return found


def _text(data: bytes, name: str) -> str:
    """The text of a table as spreadsheets save it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadTableError(f"{name}: not a table of text; save it as CSV in UTF-8")


def _as_table(text: str, name: str) -> str:
    """The same in the form of :mod:`leakverify.knowledge`, precisions following from the dates."""
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip() and line[0] != "#"), None)
    if first is None:
        raise BadTableError(f"{name}: empty; the first line names the columns term, date, until, source")
    parted = max("\t;,", key=lines[first].count)
    columns = [cell.strip().casefold() for cell in next(csv.reader([lines[first]], delimiter=parted))]
    missing = [column for column in ("term", "date", "source") if column not in columns]
    if missing:
        raise BadTableError(
            f"{name}:{first + 1}: no column {', '.join(missing)}; the line that names the columns is "
            f"{lines[first].strip()[:200]!r}"
        )
    written = ["\t".join(_WRITTEN)]
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if not line.strip(f"{parted} ") or line.startswith("#"):
            continue
        try:
            cells = next(csv.reader([line], delimiter=parted, strict=True))
        except csv.Error:
            raise BadTableError(f"{name}:{number}: a quotation mark without its other on the line") from None
        if len(cells) != len(columns):
            raise BadTableError(
                f"{name}:{number}: {len(cells)} cells for {len(columns)} columns; put a cell that holds "
                f"{parted!r} in quotes, on one line"
            )
        row = {column: " ".join(cell.split()) for column, cell in zip(columns, cells, strict=True)}
        day = row["date"]
        if parse_when(day) is None or len(day) not in _PRECISION:
            raise BadTableError(f"{name}:{number}: {day!r} is not a date; write {_DATES}")
        if not row["source"]:
            raise BadTableError(
                f"{name}:{number}: a fact without a source: say where {row['term']!r} was read"
            )
        row["precision"] = row.get("precision") or _PRECISION[len(day)]
        written.append("\t".join(row.get(column, "") for column in _WRITTEN))
    return "\n".join(written)


NO_REFERENCES = References()
