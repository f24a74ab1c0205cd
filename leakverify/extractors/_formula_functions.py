"""The functions of worksheets that are computed (ECMA-376 part 1, 18.17.7): the stated subset."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP
from types import MappingProxyType

from leakverify.extractors._formula import Tree, Unsettled
from leakverify.extractors._formula_grid import Area, CellError, Value
from leakverify.extractors._formula_value import (
    TEXT,
    Failed,
    Frame,
    Function,
    Operand,
    compare,
    finite,
    rounded,
    spoilt_by,
    whole_below,
)


def _one(arguments: Sequence[Tree | None], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        raise Unsettled("a number of arguments")


def _sum(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    total = 0.0
    for numbers in frame.numbers(arguments):
        total += sum(numbers)
    return frame.evaluator.settle(finite(total))


def _product(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    total, seen = 1.0, False
    for numbers in frame.numbers(arguments):
        seen = seen or bool(numbers)
        total *= math.prod(numbers)
    return finite(total) if seen else 0.0


def _average(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    total, amount = 0.0, 0
    for numbers in frame.numbers(arguments):
        total += sum(numbers)
        amount += len(numbers)
    if not amount:
        raise Failed("#DIV/0!")
    return frame.evaluator.settle(finite(total)) / amount


def _extreme(which: Callable[[list[float]], float]) -> Function:
    def function(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
        found = [which(numbers) for numbers in frame.numbers(arguments) if numbers]
        return which(found) if found else 0.0

    return function


def _count(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    total = 0
    for found in frame.areas_and_values(arguments):
        if not isinstance(found, Area):
            raise Unsettled("a count of single values")
        total += sum(isinstance(value, float) for value in frame.held(found).values())
    return float(total)


def _count_all(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    total = 0
    for found in frame.areas_and_values(arguments):
        if not isinstance(found, Area):
            raise Unsettled("a count of single values")
        total += sum(value is not None for value in frame.held(found).values())
    return float(total)


def _matching(frame: Frame, area: Operand, criterion: Tree | None) -> list[tuple[int, int]]:
    """Places of an area whose cells meet the criterion of SUMIF: a value, or a sign and a value."""
    if not isinstance(area, Area):
        raise Unsettled("no area")
    wanted = frame.scalar(criterion)
    sign = "="
    if isinstance(wanted, str):
        for lead in ("<=", ">=", "<>", "=", "<", ">"):
            if wanted.startswith(lead):
                sign, wanted = lead, wanted[len(lead) :]
                break
        if set(wanted) & set("*?~") or not wanted:
            raise Unsettled("a pattern")
        try:
            wanted = float(wanted) if wanted.isascii() and "," not in wanted else wanted
        except ValueError:
            if sign not in ("=",):
                raise Unsettled("a criterion") from None
    if wanted is None or isinstance(wanted, bool) or sign == "<>":
        raise Unsettled("a criterion that blanks may meet")
    found = []
    for place, value in frame.held(area).items():
        if isinstance(value, str) and isinstance(wanted, float) and value.strip()[:1].isdecimal():
            raise Unsettled("a text that may be a number")
        same = isinstance(value, str) == isinstance(wanted, str) and isinstance(value, float | str)
        if same and not isinstance(value, bool) and compare(sign, value, wanted):
            found.append(place)
    return found


def _sum_if(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 2, 3)
    area = frame.of(arguments[0])
    summed = frame.of(arguments[2]) if len(arguments) == 3 else area
    if not (isinstance(area, Area) and isinstance(summed, Area)):
        raise Unsettled("no area")
    height, width = area.shape
    same = Area(summed.sheet, summed.top, summed.left, summed.top + height - 1, summed.left + width - 1)
    values = frame.held(same)
    chosen = [values.get(place) for place in _matching(frame, area, arguments[1])]
    spoilt_by(chosen)
    total = math.fsum(value for value in chosen if isinstance(value, float))
    return frame.evaluator.settle(total)


def _count_if(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 2, 2)
    return float(len(_matching(frame, frame.of(arguments[0]), arguments[1])))


def _sum_product(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    areas = list(frame.areas_and_values(arguments))
    shapes = {area.shape for area in areas if isinstance(area, Area)}
    if len(shapes) != 1 or not all(isinstance(area, Area) for area in areas):
        raise Unsettled("areas of one shape are wanted")
    columns = [frame.held(area) for area in areas if isinstance(area, Area)]
    for held in columns:
        spoilt_by(list(held.values()))
    terms = []
    for place, value in columns[0].items():
        factors = [value, *(held.get(place) for held in columns[1:])]
        terms.append(math.prod(factor if isinstance(factor, float) else 0.0 for factor in factors))
    return frame.evaluator.settle(finite(math.fsum(terms)))


def _subtotal(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    """SUBTOTAL of a sum: other subtotals in its areas do not count, nor do rows a filter hides."""
    if len(arguments) < 2 or frame.scalar(arguments[0]) not in (9.0, 109.0):
        raise Unsettled("a subtotal other than a sum")
    terms: list[float] = []
    for found in frame.areas_and_values(arguments[1:]):
        if not isinstance(found, Area):
            raise Unsettled("no area")
        for (down, right), value in frame.held(found).items():
            row, column = found.top + down, found.left + right
            if row in found.sheet.hidden_rows:
                raise Unsettled("hidden rows, which a filter may have left out")
            if (row, column) in found.sheet.subtotals:
                continue
            if isinstance(value, CellError):
                raise Failed(value.code)
            if isinstance(value, float):
                terms.append(value)
    return frame.evaluator.settle(finite(math.fsum(terms)))


def _round(how: str) -> Function:
    def function(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
        _one(arguments, 2, 2)
        return rounded(frame.number(arguments[0]), frame.number(arguments[1]), how)

    return function


def _int(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 1)
    return whole_below(frame.number(arguments[0]))


def _mod(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 2, 2)
    number, divisor = frame.number(arguments[0]), frame.number(arguments[1])
    if divisor == 0:
        raise Failed("#DIV/0!")
    return number - divisor * whole_below(number / divisor)


def _abs(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 1)
    return abs(frame.number(arguments[0]))


def _if(frame: Frame, arguments: Sequence[Tree | None]) -> Operand:
    _one(arguments, 2, 3)
    if frame.truth(arguments[0]):
        return frame.of(arguments[1])
    return frame.of(arguments[2]) if len(arguments) == 3 else False


def _logical(joined: Callable[[list[bool]], bool]) -> Function:
    def function(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
        _one(arguments, 1, 255)
        return joined([frame.truth(argument) for argument in arguments])

    return function


def _not(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 1)
    return not frame.truth(arguments[0])


def _if_error(frame: Frame, arguments: Sequence[Tree | None]) -> Operand:
    _one(arguments, 2, 2)
    try:
        return frame.scalar(arguments[0])
    except Failed:
        return frame.of(arguments[1])


def _is_blank(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 1)
    return frame.scalar(arguments[0]) is None


def _is_number(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 1)
    try:
        value = frame.scalar(arguments[0])
    except Failed:
        return False
    if isinstance(value, bool):
        raise Unsettled("a truth, which some programs take for a number")
    return isinstance(value, float)


def _amount(frame: Frame, arguments: Sequence[Tree | None], place: int) -> int:
    number = frame.number(arguments[place]) if len(arguments) > place else 1.0
    if number < 0 or number > TEXT:
        raise Failed("#VALUE!")
    return int(number)


def _left(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 2)
    return frame.text(arguments[0])[: _amount(frame, arguments, 1)]


def _right(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 2)
    amount = _amount(frame, arguments, 1)
    return frame.text(arguments[0])[-amount:] if amount else ""


def _mid(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 3, 3)
    begin = _amount(frame, arguments, 1)
    if begin < 1:
        raise Failed("#VALUE!")
    return frame.text(arguments[0])[begin - 1 :][: _amount(frame, arguments, 2)]


def _len(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    _one(arguments, 1, 1)
    return float(len(frame.text(arguments[0]).encode("utf-16-le")) // 2)


def _concatenate(frame: Frame, arguments: Sequence[Tree | None]) -> Value:
    joined = "".join(frame.text(argument) for argument in arguments)
    if len(joined) > TEXT:
        raise Unsettled("a long text")
    return joined


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "SUM": _sum,
        "PRODUCT": _product,
        "AVERAGE": _average,
        "MIN": _extreme(min),
        "MAX": _extreme(max),
        "COUNT": _count,
        "COUNTA": _count_all,
        "SUMIF": _sum_if,
        "COUNTIF": _count_if,
        "SUMPRODUCT": _sum_product,
        "SUBTOTAL": _subtotal,
        "ROUND": _round(ROUND_HALF_UP),
        "ROUNDUP": _round(ROUND_UP),
        "ROUNDDOWN": _round(ROUND_DOWN),
        "INT": _int,
        "MOD": _mod,
        "ABS": _abs,
        "IF": _if,
        "AND": _logical(all),
        "OR": _logical(any),
        "NOT": _not,
        "IFERROR": _if_error,
        "ISBLANK": _is_blank,
        "ISNUMBER": _is_number,
        "LEFT": _left,
        "RIGHT": _right,
        "MID": _mid,
        "LEN": _len,
        "CONCATENATE": _concatenate,
    }
)
