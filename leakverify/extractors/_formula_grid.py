"""Cells of a workbook as stored, laid out so that sums over long columns stay cheap."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from leakverify.extractors._formula import Unsettled


class CellError:
    """The error value of a cell, such as ``#DIV/0!``; equal by code."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellError) and other.code == self.code

    def __hash__(self) -> int:
        return hash(self.code)

    def __repr__(self) -> str:
        return self.code


class _Unknown:
    """A cell whose value the file does not hold: a formula without a stored result."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = _Unknown()
#: what a cell can hold; ``None`` is an empty cell
Value = Union[float, str, bool, CellError, _Unknown, None]


@dataclass(slots=True)
class Column:
    """Cells of one column by row; rows rise after :meth:`close`."""

    rows: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    #: the numbers alone, and the cells that spoil a sum: errors, unknown values, and truths, which some
    #: programs count and others do not
    number_rows: list[int] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    spoiling: list[int] = field(default_factory=list)

    def add(self, row: int, value: Value) -> None:
        self.rows.append(row)
        self.values.append(value)

    def close(self) -> None:
        """Put the rows in order, the last of several cells at one place winning, and index the numbers."""
        if any(one >= other for one, other in zip(self.rows, self.rows[1:], strict=False)):
            kept = dict(zip(self.rows, self.values, strict=True))
            self.rows = sorted(kept)
            self.values = [kept[row] for row in self.rows]
        self.number_rows, self.numbers, self.spoiling = [], [], []
        for row, value in zip(self.rows, self.values, strict=True):
            if isinstance(value, float):
                self.number_rows.append(row)
                self.numbers.append(value)
            elif isinstance(value, CellError | _Unknown | bool):
                self.spoiling.append(row)

    def at(self, row: int) -> Value:
        place = bisect_left(self.rows, row)
        return self.values[place] if place < len(self.rows) and self.rows[place] == row else None

    def exchange(self, row: int, number: float) -> None:
        """Put another number in the place of one; for trying what an earlier value gives."""
        self.values[bisect_left(self.rows, row)] = number
        self.numbers[bisect_left(self.number_rows, row)] = number


@dataclass(slots=True)
class Sheet:
    """One worksheet. ``whole`` is false when not all of its cells were read."""

    name: str
    part: str
    columns: dict[int, Column] = field(default_factory=dict)
    whole: bool = True
    state: str = "visible"
    hidden_rows: set[int] = field(default_factory=set)
    #: (first, last) numbers of hidden columns
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    #: cells that hold a formula, and among them those that are subtotals
    formulas: set[tuple[int, int]] = field(default_factory=set)
    subtotals: set[tuple[int, int]] = field(default_factory=set)
    _order: list[int] = field(default_factory=list)

    def add(self, row: int, column: int, value: Value) -> None:
        found = self.columns.get(column)
        if found is None:
            found = self.columns[column] = Column()
        found.add(row, value)

    def close(self) -> None:
        for column in self.columns.values():
            column.close()
        self._order = sorted(self.columns)

    def at(self, row: int, column: int) -> Value:
        if not self.whole:
            raise Unsettled("a sheet that was not read as a whole")
        found = self.columns.get(column)
        return None if found is None else found.at(row)

    def between(self, first: int, last: int) -> Iterator[tuple[int, Column]]:
        """The columns that hold anything, by number."""
        for place in range(bisect_left(self._order, first), bisect_right(self._order, last)):
            yield self._order[place], self.columns[self._order[place]]


@dataclass(slots=True)
class Area:
    """A rectangle of a sheet, bounds included."""

    sheet: Sheet
    top: int
    left: int
    bottom: int
    right: int

    @property
    def single(self) -> bool:
        return self.top == self.bottom and self.left == self.right

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def slices(self) -> Iterator[tuple[int, Column, int, int]]:
        """(column number, column, from, to): the places of its cells within the column's lists."""
        if not self.sheet.whole:
            raise Unsettled("a sheet that was not read as a whole")
        for number, column in self.sheet.between(self.left, self.right):
            begin = bisect_left(column.rows, self.top)
            end = bisect_right(column.rows, self.bottom)
            if begin < end:
                yield number, column, begin, end


@dataclass(slots=True)
class Book:
    """The sheets by lower-case name, and what the defined names stand for."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    #: (sheet in lower case or "", name in lower case) -> formula text
    names: dict[tuple[str, str], str] = field(default_factory=dict)
