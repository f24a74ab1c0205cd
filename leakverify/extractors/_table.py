"""Lists and ledgers in plain text: the habits of their rows and columns, and the cells that break them.

A program that exports a table writes every row alike.  Rows put in by hand or
from another program bring habits of their own: another decimal mark, another
form of dates, quotation marks, blanks, line ends.  Nothing here is an opinion:
a habit is what at least 19 of 20 cells share, and a cell that breaks it is
located.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Event, Fault, clip, content, count, flag, token
from leakverify.extractors._table_clock import CLOCK_VOCABULARY, clock_facts
from leakverify.extractors._table_identifiers import IDENTIFIER_VOCABULARY, identifier_facts
from leakverify.extractors._table_numbers import NUMBER_VOCABULARY, Line, number_facts

VOCABULARY: dict[str, Declared] = {
    "table.delimiter": token("what parts the cells: comma, semicolon, tab or pipe"),
    "table.rows": count("rows with cells, the heading not counted"),
    "table.columns": count("columns of most rows"),
    "table.heading": flag("the first row holds names and no data"),
    "table.column.name": content("heading of the column named in where", repeats=True),
    "table.column.kind": token(
        "what most of its cells are: integer, amount, date, time-stamp, phone, text", repeats=True
    ),
    "table.column.habit": token("feature and value that at least 19 of 20 of its cells share", repeats=True),
    "table.row.habit": token("feature and value that at least 19 of 20 rows share", repeats=True),
    "table.odd.cell": content(
        "cell or row that breaks a habit; raw names feature, own value, habit, how many share it of how many",
        repeats=True,
    ),
    "table.duplicate": content("row that repeats an earlier one; raw is the line of that", repeats=True),
    "table.order": token("column whose values rise or fall from row to row", repeats=True),
    "table.order.break": content(
        "cell that breaks the order of its column; raw is the one before", repeats=True
    ),
    **NUMBER_VOCABULARY,
    **CLOCK_VOCABULARY,
    **IDENTIFIER_VOCABULARY,
}

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_NUMBER = re.compile(
    r"[+-]?\(?[€$£]?[ \u00a0]?\d{1,15}(?:[.,'\u00a0\u202f ]\d{3})*(?:[.,]\d{1,10})?\)?[ \u00a0]?"
    r"(?:[€$£%]|EUR|USD|GBP)?-?\Z"
)
_DATE = re.compile(r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{2,4})\Z")
_STAMP = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
    r"[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?"
    r" ?(?:Z|UTC|GMT|[AaPp][Mm]|[+-]\d\d:?\d\d)?\Z"
)
_PHONE = re.compile(r"(?:\+|00)\d[\d ().-]{6,20}\d\Z|0\d[\d .-]{7,16}\d\Z")
#: a code: letters, digits and marks without a blank
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{2,30}\Z")
#: share of cells that makes a habit, and the least number of them
_SHARE, _LEAST = 0.95, 20
#: rows that are looked at, and oddities that are told
_ROWS, _TOLD = 200_000, 200
_COLUMNS = 200


@dataclass(slots=True)
class Row:
    """One row: where it begins, how it is written, and its cells."""

    line: int
    raw: str
    ending: str
    cells: list[str]
    kinds: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Habit:
    """Values of one feature over the rows, and where each was met first."""

    values: Counter[str] = field(default_factory=Counter)
    places: list[tuple[int, str]] = field(default_factory=list)

    def usual(self) -> str | None:
        total = sum(self.values.values())
        if total < _LEAST:
            return None
        value, times = self.values.most_common(1)[0]
        return value if times >= _SHARE * total else None


def table_facts(text: str, delimiter: str) -> Iterator[Event]:
    """What a delimited text shows. ``delimiter`` is one of the names of ``table.delimiter``."""
    rows, cut = _rows(text, _DELIMITERS[delimiter])
    if len(rows) < 2:
        return
    widths = Counter(len(row.cells) for row in rows)
    columns = min(widths.most_common(1)[0][0], _COLUMNS)
    if columns < 2 and widths[1] == len(rows):
        return
    heading = _is_heading(rows)
    body = rows[heading:]
    yield Observation(name="table.delimiter", value=delimiter)
    yield Observation(name="table.rows", value=len(body))
    yield Observation(name="table.columns", value=columns)
    yield Observation(name="table.heading", value=heading)
    if heading:
        for index, name in enumerate(rows[0].cells[:columns], 1):
            yield Observation(
                name="table.column.name", value=clip(name, 200), where=Location(cell=f"column {index}")
            )
    for row in body:
        row.kinds = [kind(cell) for cell in row.cells[:columns]]
    told: list[Event] = list(_row_habits(body, columns))
    for index in range(columns):
        told.extend(_column(body, index, columns))
    odd = [e for e in told if isinstance(e, Observation) and e.name.startswith("table.odd")]
    yield from (e for e in told if e not in odd[_TOLD:])
    if len(odd) > _TOLD:
        yield Fault("limit-answer", f"{len(odd)} cells that break a habit, {_TOLD} told")
    yield from _duplicates(body)
    names = rows[0].cells if heading else []
    yield from _numbers(body, [_main_kind(body, index) for index in range(columns)], names)
    if cut:
        yield Fault("limit-text", f"the first {_ROWS} rows of the table")


def _numbers(body: Sequence[Row], kinds: Sequence[str], names: Sequence[str]) -> Iterator[Observation]:
    """Arithmetic, sequences, summer time and numbers with a plan."""
    lines = [Line(row.line, row.cells) for row in body]
    yield from number_facts(lines, kinds)
    for index, what in enumerate(kinds):
        name = names[index] if index < len(names) else ""
        if what == "time-stamp":
            yield from clock_facts(lines, index, name)
        yield from identifier_facts(lines, index, name, what)


def _rows(text: str, delimiter: str) -> tuple[list[Row], bool]:
    """Rows by line; a quoted cell may run over lines, as RFC 4180 allows."""
    rows: list[Row] = []
    at, line, held, begun = 0, 0, "", 0
    while at < len(text):
        found = _LINES.match(text, at)
        if found is None:
            break
        line += 1
        at = found.end()
        piece, ending = found.groups()
        begun = begun or line
        held += piece
        if held.count('"') % 2 and held.count('"') < 2_000 and len(held) < 100_000 and at < len(text):
            held += "\n"
            continue
        if held.strip(" \t" + delimiter):
            try:
                cells = next(csv.reader(io.StringIO(held), delimiter=delimiter), [])
            except csv.Error:
                cells = held.split(delimiter)
            rows.append(Row(begun, held, ending, cells))
            if len(rows) >= _ROWS:
                return rows, at < len(text)
        held, begun = "", 0
    return rows, False


def _is_heading(rows: Sequence[Row]) -> bool:
    """A first row of words above columns that hold something else."""
    first, second = rows[0].cells, rows[1].cells
    if any(kind(cell) != "text" for cell in first if cell.strip()):
        return False
    return any(kind(cell) not in ("text", "") for cell in second) or len(set(first)) == len(first)


def kind(cell: str) -> str:
    """What a cell is; ``""`` when it is empty.

    >>> [kind(c) for c in ("1 234,50", "2017-05-05", "+33 6 12 34 56 78", "a")]
    ['amount', 'date', 'phone', 'text']
    """
    cell = cell.strip()
    if not cell:
        return ""
    if cell.isdecimal() and (cell == "0" or not cell.startswith("0")):
        return "integer"
    if _DATE.match(cell):
        return "date"
    if _STAMP.match(cell):
        return "time-stamp"
    if _PHONE.match(cell):
        return "phone"
    if _NUMBER.match(cell):
        return "amount"
    return "text"


def features(cell: str, what: str) -> Iterator[tuple[str, str]]:
    """Habits that show in one cell, as (feature, value)."""
    bare = cell.strip()
    yield "blank before", "yes" if cell[:1].isspace() else "no"
    yield "blank after", "yes" if cell[-1:].isspace() else "no"
    if what == "amount":
        digits = re.sub(r"[^\d.,' \u00a0\u202f]", "", bare).strip()
        mark = re.search(r"([.,])(\d{1,10})\Z", digits)
        grouped = len(re.findall(r"\d", digits.split(mark[1])[0] if mark else digits)) >= 4
        if mark and not (
            len(mark[2]) == 3 and digits.count(mark[1]) >= 1 and not re.search(r"[.,].*[.,]", digits)
        ):
            yield "decimal mark", mark[1]
            yield "decimals", str(len(mark[2]))
            digits = digits[: mark.start()]
        if grouped:
            group = re.search(r"\d([.,' \u00a0\u202f])\d{3}", digits)
            yield "thousands", _visible(group[1]) if group else "none"
        money = re.search(r"[€$£%]|EUR|USD|GBP", bare)
        if money:
            yield "currency", f"{money[0]} {'before' if bare.startswith(money[0]) else 'after'}"
        else:
            yield "currency", "none"
        if bare[:1] in "(-" or bare.endswith("-"):
            yield "minus", "brackets" if bare[0] == "(" else "before" if bare[0] == "-" else "after"
    elif what in ("date", "time-stamp"):
        yield "form", re.sub(r"[A-Za-z]+", "A", re.sub(r"\d+", lambda run: "9" * len(run[0]), bare))
    elif what == "phone":
        yield "prefix", "+" if bare.startswith("+") else "00" if bare.startswith("00") else "0"
        yield "grouping", _visible("".join(sorted(set(re.findall(r"[ ().-]", bare))))) or "none"
    elif what == "text":
        yield "blanks inside", "no-break" if "\u00a0" in bare or "\u202f" in bare else "ordinary"
        yield "apostrophe", "’" if "’" in bare else "'" if "'" in bare else "-"
        if not bare.isascii():
            # é as one character, or as e and an accent: programs and systems differ, typing does not show
            yield "accents", "apart" if unicodedata.normalize("NFC", bare) != bare else "joined"
        if _CODE.match(bare) and re.search(r"\d", bare):
            shape = re.sub(r"[A-Z]+", "A", re.sub(r"[a-z]+", "a", bare))
            yield "shape", re.sub(r"\d+", lambda run: "9" * len(run[0]), shape)
        elif len(bare) > 2 and bare.upper() != bare.lower():
            yield "letters", "capital" if bare.isupper() else "small" if bare.islower() else "both"


def _visible(blank: str) -> str:
    return blank.replace("\u00a0", "no-break blank").replace("\u202f", "narrow blank").replace(" ", "blank")


def _row_habits(rows: Sequence[Row], columns: int) -> Iterator[Observation]:
    habits: dict[str, _Habit] = {}
    for place, row in enumerate(rows):
        for feature, value in (
            ("line end", {"\r\n": "crlf", "\n": "lf", "\r": "cr"}.get(row.ending, "")),
            ("cells", str(len(row.cells))),
            ("quotation marks", _quoting(row)),
        ):
            if value:
                habit = habits.setdefault(feature, _Habit())
                habit.values[value] += 1
                habit.places.append((place, value))
    for feature, habit in habits.items():
        usual = habit.usual()
        if usual is None:
            continue
        yield Observation(name="table.row.habit", value=f"{feature}: {usual}")
        for place, value in habit.places:
            if value != usual:
                row = rows[place]
                yield _odd(row, row.raw, f"row {row.line}", feature, value, usual, habit)


def _quoting(row: Row) -> str:
    """Which cells stand in quotation marks; cells that need them say nothing."""
    if '"' not in row.raw:
        return "none"
    return "all" if row.raw.count('"') >= 2 * len([c for c in row.cells if c]) else ""


def _main_kind(rows: Sequence[Row], index: int) -> str:
    """What most cells of a column are; ``""`` when it is empty."""
    kinds = Counter(row.kinds[index] for row in rows if index < len(row.kinds))
    kinds.pop("", None)
    if kinds["integer"] and kinds["amount"]:
        kinds["amount"] += kinds.pop("integer")
    return kinds.most_common(1)[0][0] if +kinds else ""


def _column(rows: Sequence[Row], index: int, columns: int) -> Iterator[Observation]:
    where = Location(cell=f"column {index + 1}")
    main = _main_kind(rows, index)
    if not main:
        return
    yield Observation(name="table.column.kind", value=main, where=where)
    habits: dict[str, _Habit] = {}
    for place, row in enumerate(rows):
        if index >= len(row.cells):
            continue
        what = row.kinds[index]
        if what == main or (main == "amount" and what == "integer"):
            for feature, value in features(row.cells[index], main):
                habit = habits.setdefault(feature, _Habit())
                habit.values[value] += 1
                habit.places.append((place, value))
    for feature, habit in habits.items():
        usual = habit.usual()
        if usual is None or (feature == "apostrophe" and usual == "-"):
            continue
        yield Observation(name="table.column.habit", value=clip(f"{feature}: {usual}", 200), where=where)
        for place, value in habit.places:
            if value != usual:
                row = rows[place]
                cell = f"row {row.line} column {index + 1}"
                yield _odd(row, row.cells[index], cell, feature, value, usual, habit)
    yield from _order(rows, index, main)


def _odd(row: Row, shown: str, cell: str, feature: str, value: str, usual: str, habit: _Habit) -> Observation:
    total = sum(habit.values.values())
    return Observation(
        name="table.odd.cell",
        value=clip(shown, 300),
        where=Location(line=row.line, cell=cell),
        raw=clip(f"{feature}\t{value}\t{usual}\t{habit.values[usual]}\t{total}", 300),
    )


def _order(rows: Sequence[Row], index: int, main: str) -> Iterator[Observation]:
    """Numbers and ISO dates that rise or fall through the table, and the cells that do not."""
    if main not in ("integer", "date", "time-stamp"):
        return
    values: list[tuple[Row, str | int]] = []
    for row in rows:
        cell = row.cells[index].strip() if index < len(row.cells) else ""
        if index < len(row.kinds) and row.kinds[index] == main:
            values.append((row, int(cell[:18]) if main == "integer" else _sortable(cell)))
    if len(values) < _LEAST:
        return
    steps = [(one, other) for one, other in itertools.pairwise(values) if one[1] != other[1]]
    if len(steps) < _LEAST // 2:
        return
    rising = sum(one[1] < other[1] for one, other in steps)  # type: ignore[operator]
    share = max(rising, len(steps) - rising) / len(steps)
    if share < _SHARE:
        return
    up = rising * 2 > len(steps)
    name = f"column {index + 1} {'rising' if up else 'falling'}"
    yield Observation(name="table.order", value=name, where=Location(cell=f"column {index + 1}"))
    for one, other in steps:
        if (one[1] < other[1]) != up:  # type: ignore[operator]
            row = other[0]
            yield Observation(
                name="table.order.break",
                value=clip(row.cells[index], 200),
                where=Location(line=row.line, cell=f"row {row.line} column {index + 1}"),
                raw=clip(one[0].cells[index], 200),
            )


def _sortable(cell: str) -> str:
    """A date with the year first, the rest as it stands."""
    found = re.match(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(.*)", cell)
    if found:
        return f"{found[4]}{int(found[3]):02d}{int(found[1]):02d}{found[5]}"
    return re.sub(r"[-/.](?=\d)", "", cell)


def _duplicates(rows: Sequence[Row]) -> Iterator[Observation]:
    first: dict[str, int] = {}
    left = _TOLD
    for row in rows:
        seen = first.setdefault(row.raw, row.line)
        if seen != row.line and left > 0:
            left -= 1
            where = Location(line=row.line, cell=f"row {row.line}")
            yield Observation(name="table.duplicate", value=clip(row.raw, 300), where=where, raw=str(seen))
