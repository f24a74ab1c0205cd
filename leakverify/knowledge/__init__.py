"""Dated facts as data: one table per file, every row with a date, its precision and a source.

A table is a UTF-8 text file of tab-separated columns.  Lines that start with
``#`` say what the table is; the first other line names the columns.  Three
columns are in every table:

``date``
    When the fact holds from, or when it was measured, cut to its precision:
    ``2012``, ``2012-07`` or ``2012-07-16``.
``precision``
    ``year``, ``month`` or ``day``; must be that of ``date``.
``source``
    Where the fact was read, or how it was measured.  A row without one is
    refused: a date nobody can check is not evidence.

The tables are part of the package and are read once.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from leakverify.when import When, parse_when

#: length of the text of a date of each precision
_PRECISIONS = {"year": 4, "month": 7, "day": 10}
_REQUIRED = ("date", "precision", "source")
_FOLDER = Path(__file__).parent


class BadTableError(ValueError):
    """A table breaks the rules above; the text names the file and the line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact. ``values`` are all columns as text, empty when left out."""

    values: Mapping[str, str]
    when: When
    source: str

    def __getitem__(self, column: str) -> str:
        """Text of a column. Raises ``KeyError`` for one the table has not."""
        return self.values[column]

    def mentions(self, word: str) -> bool:
        """Whether a column holds the word, in any case; spaces and underscores are not told apart."""
        wanted = _plain(word)
        return any(wanted in _plain(value) for value in self.values.values())


@functools.cache
def table(name: str) -> tuple[Row, ...]:
    """The shipped table of that name, in file order. Raises ``BadTableError``."""
    return tuple(parse_table((_FOLDER / f"{name}.tsv").read_text("utf-8"), f"{name}.tsv"))


@functools.cache
def digest(name: str) -> str:
    """Identifies the content of a shipped table: 16 hexadecimal figures of its SHA-256."""
    return hashlib.sha256((_FOLDER / f"{name}.tsv").read_bytes()).hexdigest()[:16]


def names() -> tuple[str, ...]:
    """Names of all shipped tables, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.tsv")))


def about(name: str) -> str:
    """What the comment at the head of a shipped table says, on one line."""
    lines = (_FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()
    return " ".join(line.removeprefix("#").strip() for line in lines if line.startswith("#"))


def parse_table(text: str, origin: str) -> Iterator[Row]:
    """Rows of a table given as text; ``origin`` is the name used in errors.

    Raises ``BadTableError`` for a missing column, a row of another width, a
    date that is not one, a precision that does not fit, or a missing source.
    """
    columns: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not columns:
            columns = cells
            missing = [name for name in _REQUIRED if name not in columns]
            if missing:
                raise BadTableError(f"{origin}:{number}: no column {', '.join(missing)}")
            continue
        if len(cells) != len(columns):
            raise BadTableError(f"{origin}:{number}: {len(cells)} cells for {len(columns)} columns")
        values = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
        yield _row(values, f"{origin}:{number}")


def _row(values: dict[str, str], place: str) -> Row:
    if not values["source"]:
        raise BadTableError(f"{place}: a fact without a source")
    when = parse_when(values["date"])
    if when is None:
        raise BadTableError(f"{place}: {values['date']!r} is not a date")
    if _PRECISIONS.get(values["precision"]) != len(values["date"]):
        raise BadTableError(f"{place}: precision {values['precision']!r} does not fit {values['date']!r}")
    return Row(values=values, when=when, source=values["source"])


def _plain(text: str) -> str:
    return re.sub(r"[\s_\\-]+", "", text).casefold()
