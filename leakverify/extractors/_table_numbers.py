"""Arithmetic and sequences in lists: relations nearly all rows keep, and the rows that do not.

A ledger computes: a balance from the one before, a total from quantity and price,
a gross amount from net and tax.  No heading is believed: a relation is looked for
among the columns of numbers, and counts when at least 19 of 20 rows keep it.  A
row that was put in, taken out or changed by hand breaks it in its place.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, clip, content, token

NUMBER_VOCABULARY: dict[str, Declared] = {
    "table.arithmetic": token(
        "relation between columns that at least 19 of 20 rows keep; raw says how many of how many",
        repeats=True,
    ),
    "table.arithmetic.break": content(
        "number that breaks such a relation; raw names the relation, the number expected, how many rows keep "
        "it of how many",
        repeats=True,
    ),
    "table.sequence": token(
        "column that counts on by one from row to row; raw says how many steps of how many", repeats=True
    ),
    "table.sequence.break": content(
        "number that does not follow on the one before; raw is that one, and gap, repeat or back",
        repeats=True,
    ),
}

#: amounts are whole numbers of this part of a unit
UNIT = 10_000
#: rows and columns of numbers that are looked at, and rows a relation is tried on first
_ROWS, _COLUMNS, _TRIED = 20_000, 10, 48
#: fewest rows with a relation, and the share of them that must keep it
_LEAST, _SHARE, _FIRST_SHARE = 20, 0.95, 0.8
#: shares of steps that must go on by one, and that may go back, in a sequence
_COUNTING, _BACK = 0.8, 0.03
#: different values below which a column makes relations hold by chance
_DIFFERENT = 6
_TOLD = 100
_AMOUNT = re.compile(r"([+-]?)(\(?)([+-]?)(\d[\d.,' \u00a0\u202f]{0,30}|\.\d{1,10})(\)?)(-?)\Z")
_MONEY = re.compile(r"[€$£%]|EUR|USD|GBP|CHF")
_NUMBERED = re.compile(r"(.{0,20}?)(\d{1,15})\Z")
_TOTAL = re.compile(
    r"\W{0,3}(?:grand |sub-?)?(?:total|sum|summe|gesamt|somme|totale|totaal|suma|итого)\b", re.IGNORECASE
)


class Line(NamedTuple):
    """A row of a list: its place as shown, the line of the file it begins in, and its cells."""

    line: int
    cells: Sequence[str]


def amount(cell: str, mark: str) -> int | None:
    """A written amount in ten-thousandths of a unit; ``None`` when it is none.

    >>> amount("(1 234,50)", ","), amount("12.5", "."), amount("1,200", ".")
    (-12345000, 125000, 12000000)
    """
    bare = _MONEY.sub("", cell).strip()
    found = _AMOUNT.match(bare) if len(bare) < 40 else None
    if found is None:
        return None
    whole, _, fraction = found[4].partition(mark)
    digits = re.sub(r"\D", "", whole)
    if not fraction.isdecimal() and fraction:
        return None
    if len(digits) > 15 or len(fraction) > 10 or fraction[4:].strip("0"):
        return None
    value = int(digits or "0") * UNIT + int((fraction + "0000")[:4])
    minus = (found[1] + found[3] + found[6]).count("-") + (found[2] == "(")
    return -value if minus else value


def decimal_mark(cells: Sequence[str]) -> str:
    """The decimal mark of a column, by what stands before one or two last digits."""
    marks: Counter[str] = Counter()
    for cell in cells:
        found = re.search(r"([.,])\d{1,2}\D{0,5}\Z", cell)
        if found:
            marks[found[1]] += 1
    return marks.most_common(1)[0][0] if marks else "."


def number_facts(rows: Sequence[Line], kinds: Sequence[str]) -> Iterator[Observation]:
    """Relations and sequences of a list; ``kinds`` are what its columns hold (``table.column.kind``)."""
    yield from arithmetic_facts(rows, [i for i, kind in enumerate(kinds) if kind in ("amount", "integer")])
    for index, kind in enumerate(kinds):
        if kind in ("integer", "text"):
            yield from _sequence(rows, index)


def arithmetic_facts(rows: Sequence[Line], numeric: Sequence[int]) -> Iterator[Observation]:
    """Relations between the columns of these indexes, and the cells that break them."""
    totals = [place for place, row in enumerate(rows) if any(_TOTAL.match(c) for c in row.cells[:4])]
    left_out = set(totals)
    body = [row for place, row in enumerate(rows[:_ROWS]) if place not in left_out]
    columns = {index: _values(body, index) for index in numeric[:_COLUMNS]}
    told = 0
    for observation in (*_relations(body, columns), *_totals(rows, totals, numeric[:_COLUMNS])):
        told += observation.name.endswith(".break")
        if told <= _TOLD or not observation.name.endswith(".break"):
            yield observation


def _values(rows: Sequence[Line], index: int) -> list[int | None]:
    """The column's amounts; an empty cell is no amount, and counts as nothing where it is added."""
    cells = [row.cells[index] if index < len(row.cells) else "" for row in rows]
    mark = decimal_mark(cells)
    return [amount(cell, mark) for cell in cells]


class _Relation(NamedTuple):
    """``expected(i)`` is what the row's ``target`` column should hold, or ``None`` where it says nothing."""

    name: str
    target: int
    expected: Callable[[int], int | None]
    slack: int


def _relations(rows: Sequence[Line], columns: dict[int, list[int | None]]) -> Iterator[Observation]:
    varied = [i for i, values in columns.items() if len({v for v in values if v}) >= _DIFFERENT]
    found: list[tuple[_Relation, list[int], int]] = []
    for relation in _candidates(columns, varied, len(rows)):
        target = columns[relation.target]
        step = max(1, len(rows) // _TRIED)
        if not _kept(relation, target, range(0, len(rows), step), _FIRST_SHARE, 8):
            continue
        whole = _kept(relation, target, range(len(rows)), _SHARE, _LEAST)
        if whole is not None:
            found.append((relation, *whole))
    taken: set[int] = set()
    for relation, broken, total in sorted(found, key=lambda item: 2 * len(item[1]) - item[2]):
        if relation.target in taken:
            continue  # the relation that most rows keep speaks for the column
        taken.add(relation.target)
        kept = total - len(broken)
        where = Location(cell=f"column {relation.target + 1}")
        yield Observation(name="table.arithmetic", value=relation.name, where=where, raw=f"{kept} of {total}")
        for place in broken:
            yield _broken(rows[place], relation.target, relation.name, relation.expected(place), kept, total)


def _kept(
    relation: _Relation, target: list[int | None], places: range, share: float, least: int
) -> tuple[list[int], int] | None:
    """(rows that break it, rows it speaks of), unless too many break it or it speaks of too few."""
    total, broken = 0, []
    for place in places:
        expected, value = relation.expected(place), target[place]
        if expected is None or value is None:
            continue
        apart = abs(expected - value) > relation.slack
        if apart and place in (0, len(target) - 1):
            continue  # an opening balance, or a total without a name
        total += 1
        if apart:
            broken.append(place)
    if total < least or len(broken) > (1 - share) * total + 1e-9:
        return None
    return broken, total


def _candidates(columns: dict[int, list[int | None]], varied: list[int], size: int) -> Iterator[_Relation]:
    for target in varied:
        held = columns[target]
        others = [index for index in columns if index != target]
        for near, before in ((-1, "above"), (1, "below")):
            for index in others:
                if index in varied:
                    for sign, word in ((1, "+"), (-1, "-")):
                        name = f"column {target + 1} = column {target + 1} {before} {word} column {index + 1}"
                        yield _Relation(name, target, _running(held, columns[index], None, near, sign), 0)
            for plus in varied:
                for minus in varied:
                    if (
                        plus != minus
                        and target not in (plus, minus)
                        and _one_or_other(columns[plus], columns[minus])
                    ):
                        name = (
                            f"column {target + 1} = column {target + 1} {before} + column {plus + 1}"
                            f" - column {minus + 1}"
                        )
                        yield _Relation(
                            name, target, _running(held, columns[plus], columns[minus], near, 1), 0
                        )
        for place, one in enumerate(others):
            for other in others[place:]:
                first, second = columns[one], columns[other]
                if one != other and one in varied and other in varied:
                    name = f"column {target + 1} = column {one + 1} + column {other + 1}"
                    yield _Relation(name, target, _added(first, second), UNIT // 100)
                if one != other and (one in varied or other in varied):
                    name = f"column {target + 1} = column {one + 1} x column {other + 1}"
                    yield _Relation(name, target, _multiplied(first, second), UNIT // 100)


def _one_or_other(debit: list[int | None], credit: list[int | None]) -> bool:
    """Columns of debit and credit: where one holds an amount the other is empty or nothing."""
    both = sum(bool(one) and bool(other) for one, other in zip(debit, credit, strict=True))
    return both * 20 <= len(debit)


def _running(
    held: list[int | None], plus: list[int | None], minus: list[int | None] | None, near: int, sign: int
) -> Callable[[int], int | None]:
    def expected(place: int) -> int | None:
        neighbour = place + near
        if not 0 <= neighbour < len(held):
            return None
        before, amount_here = held[neighbour], plus[place]
        if before is None or (amount_here is None and minus is None):
            return None
        change = (amount_here or 0) - ((minus[place] or 0) if minus is not None else 0)
        return before + sign * change if change else None

    return expected


def _added(first: list[int | None], second: list[int | None]) -> Callable[[int], int | None]:
    def expected(place: int) -> int | None:
        one, other = first[place], second[place]
        return one + other if one and other else None

    return expected


def _multiplied(first: list[int | None], second: list[int | None]) -> Callable[[int], int | None]:
    def expected(place: int) -> int | None:
        one, other = first[place], second[place]
        # one of either says nothing: whatever is multiplied by it stays
        return one * other // UNIT if one and other and UNIT not in (abs(one), abs(other)) else None

    return expected


def _totals(rows: Sequence[Line], totals: Sequence[int], numeric: Sequence[int]) -> Iterator[Observation]:
    """Rows that call themselves totals, against the rows above them."""
    begin = 0
    for place in totals[:_TOLD]:
        above, begin = rows[begin:place], place + 1
        if len(above) < 2:
            continue
        results = []
        for index in numeric:
            cell = rows[place].cells[index] if index < len(rows[place].cells) else ""
            cells = [row.cells[index] if index < len(row.cells) else "" for row in above]
            mark = decimal_mark([*cells, cell])
            stated, values = amount(cell, mark), [amount(c, mark) for c in cells]
            if stated is not None and sum(v is not None for v in values) >= 2:
                results.append((index, stated, sum(v or 0 for v in values)))
        kept = sum(abs(stated - given) <= UNIT // 100 for _, stated, given in results)
        for index, stated, given in results:
            name = f"total of column {index + 1}"
            where = Location(cell=f"column {index + 1}", line=rows[place].line)
            if abs(stated - given) <= UNIT // 100:
                yield Observation(
                    name="table.arithmetic", value=name, where=where, raw=f"{kept} of {len(results)}"
                )
            elif kept:
                yield _broken(rows[place], index, name, given, kept, len(results))


def _broken(row: Line, index: int, name: str, expected: int | None, kept: int, total: int) -> Observation:
    shown = "" if expected is None else f"{expected / UNIT:.2f}"
    return Observation(
        name="table.arithmetic.break",
        value=clip(row.cells[index], 200),
        where=Location(line=row.line, cell=f"row {row.line} column {index + 1}"),
        raw=clip(f"{name}\t{shown}\t{kept}\t{total}", 300),
    )


def _sequence(rows: Sequence[Line], index: int) -> Iterator[Observation]:
    """Numbers that count on by one, alone or behind one and the same beginning."""
    values: list[tuple[Line, str, int]] = []
    for row in rows:
        cell = row.cells[index].strip() if index < len(row.cells) else ""
        found = _NUMBERED.match(cell) if len(cell) <= 36 else None
        if found is not None:
            values.append((row, found[1], int(found[2])))
    if len(values) < max(_LEAST, 0.9 * len(rows)):
        return
    steps = [(one, other) for one, other in itertools.pairwise(values) if one[1] == other[1]]
    if len(steps) < 0.9 * len(values):
        return
    for way in (1, -1):
        kept = sum(other[2] - one[2] == way for one, other in steps)
        back = sum((other[2] - one[2]) * way < 0 for one, other in steps)
        if kept < _COUNTING * len(steps) or back > _BACK * len(steps):
            continue
        where = Location(cell=f"column {index + 1}")
        yield Observation(
            name="table.sequence", value=f"column {index + 1}", where=where, raw=f"{kept} of {len(steps)}"
        )
        left = _TOLD
        for one, other in steps:
            step = (other[2] - one[2]) * way
            if step != 1 and left > 0:
                left -= 1
                kind = "repeat" if step == 0 else "gap" if step > 0 else "back"
                yield Observation(
                    name="table.sequence.break",
                    value=clip(other[0].cells[index], 200),
                    where=Location(line=other[0].line, cell=f"row {other[0].line} column {index + 1}"),
                    raw=clip(f"{one[0].cells[index]}\t{kind}", 200),
                )
