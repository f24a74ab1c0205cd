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

import difflib
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
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
        """Whether a column but the source holds the word, in any case; blanks left out."""
        wanted = _plain(word)
        return any(wanted in _plain(value) for column, value in self.values.items() if column != "source")

    def names(self, said: str) -> bool:
        """Whether a pattern of the row fits what a document says: ``ABCDEE+Calibri,Bold``, ``Word 2016``."""
        values = self.values
        if values.get("family") and "named" in values:
            return re.fullmatch(values["family"], font_key(said)) is not None
        if values.get("assigned") and len(said) == 1:
            runs = (run.partition("-") for run in values["assigned"].split())
            return any(int(first, 16) <= ord(said) <= int(last or first, 16) for first, _, last in runs)
        pattern = values.get("claims") or values.get("pattern") or ""
        return bool(pattern) and re.search(pattern, said, re.IGNORECASE) is not None


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


def find(name: str, said: str) -> tuple[Row, ...]:
    """Rows of a shipped table that speak of what is said: by a word in them, else by a pattern that fits.

    Of a program with a row for each version, the row of the version that is named.
    """
    said = said.strip()
    rows = table(name)
    if not said:
        return rows
    word = said.lstrip(".") if name == "tlds" else said
    if len(word) > 1 and (found := tuple(row for row in rows if row.mentions(word))):
        return found
    if {"program", "claims", "version"} <= rows[0].values.keys() and "make" not in rows[0].values:
        return tuple(releases(name, word))
    if name == "mail_client_releases":
        row = client_release(word)
        return () if row is None else (row,)
    return tuple(row for row in rows if row.names(word))


def releases(name: str, said: str) -> Iterator[Row]:
    """For each program that a statement names, the row of the highest version not above the one named.

    The table has the columns program, claims and version; claims is stated in the first row of a program.
    """
    for claims, rows in _programs(name):
        found = re.search(claims, said, re.IGNORECASE)
        if found is None:
            continue
        # an expression without a group tells a name that says enough without a version
        version = numbers(found[1]) if found.re.groups else (0,)
        known = [row for row in rows if numbers(row["version"]) <= version]
        if known:
            yield known[-1]


def client_release(stated: str) -> Row | None:
    """The row of ``mail_client_releases`` of the highest version that is not above the stated one."""
    best: tuple[tuple[int, ...], Row] | None = None
    for row in table("mail_client_releases"):
        found = re.fullmatch(row["program"], stated)
        if found is None:
            continue
        first = numbers(row["from"])
        if first <= numbers(found[1])[:6] and (best is None or first > best[0]):
            best = (first, row)
    return None if best is None else best[1]


@functools.cache
def _programs(name: str) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Rows of each program after the expression that finds its version."""
    rows: dict[str, list[Row]] = {}
    for row in table(name):
        rows.setdefault(row["program"], []).append(row)
    return tuple((listed[0]["claims"], tuple(listed)) for listed in rows.values())


def numbers(version: str) -> tuple[int, ...]:
    """A version in figures, for comparing: ``9.10`` comes after ``9.9``."""
    return tuple(int(part[:9]) for part in version.split("."))


def font_key(font: str) -> str:
    """The name of a font as ``fonts`` holds it: without subset tag, style, blanks and hyphens, lower case.

    >>> font_key("ABCDEE+Calibri Light,Bold")
    'calibrilight'
    """
    return re.sub(r"[\s_-]", "", re.sub(r"^[A-Z]{6}\+", "", font).split(",")[0]).lower()


def near(said: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Names that are written much like what is said, nearest first, as they are written."""
    spelt = {_plain(one): one for one in known}
    return [spelt[key] for key in difflib.get_close_matches(_plain(said), spelt, n=most, cutoff=0.6)]


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
