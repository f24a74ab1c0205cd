"""Values of formulas, computed as a worksheet computes them: IEEE 754 doubles, blanks as nothing.

Each formula is computed once from the *stored* values of the cells it reads, the
results of other formulas among them.  So nothing has to be put in order, a
circle of references costs nothing, and a changed cell shows in the formulas that
read it and in no others.

Where a worksheet's answer hangs on something the file does not tell (the
decimal mark of the system when a number becomes text, the seventeenth digit in a
rounding) the formula is :class:`~leakverify.extractors._formula.Unsettled`.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from leakverify.extractors._formula import (
    Binary,
    Call,
    Constant,
    ErrorLiteral,
    Name,
    Reference,
    Tree,
    Unary,
    Unsettled,
    parse_formula,
)
from leakverify.extractors._formula_grid import UNKNOWN, Area, Book, CellError, Sheet, Value

#: a relative change far below any amount and above the rounding of a long calculation
_NUDGE = 2e-15
#: characters of a text value
TEXT = 32_767
#: numbers Excel itself shows in full when they become text
_PLAIN = 1e15

Operand = Value | Area


class Exhausted(Exception):
    """The work allowed for one workbook is used up."""


class Failed(Exception):
    """The formula gives an error value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Evaluator:
    """Computes formulas of one workbook; ``work`` is what all of them together may cost, in cells."""

    def __init__(self, book: Book, work: int, functions: Mapping[str, Function]) -> None:
        self.book = book
        self.functions = functions
        self.left = work
        #: not zero: results of sums are disturbed in the last digit, to see what hangs on it
        self.nudge = 0.0
        self._names: dict[tuple[str, str], Tree] = {}

    def value(self, tree: Tree, sheet: Sheet, down: int = 0, right: int = 0) -> Value:
        """The value of a formula in a cell that many rows and columns from where it was written.

        Raises :class:`Unsettled` and :class:`Exhausted`.
        """
        try:
            found = self.settled(Frame(self, sheet, down, right).of(tree))
        except Failed as failed:
            return CellError(failed.code)
        except (OverflowError, ValueError, ArithmeticError) as error:
            raise Unsettled(f"{type(error).__name__}") from None
        return 0.0 if found is None else found

    def spend(self, cells: int) -> None:
        self.left -= cells
        if self.left < 0:
            raise Exhausted

    def settle(self, number: float) -> float:
        """A sum, disturbed by its last digit when :attr:`nudge` is set."""
        if not self.nudge:
            return number
        self.nudge = -self.nudge
        return number * (1 + self.nudge)

    def disturbed(self) -> None:
        self.nudge = _NUDGE

    def name(self, sheet: Sheet, text: str) -> Tree:
        """The reference or constant a defined name stands for."""
        for scope in (sheet.name.casefold(), ""):
            key = (scope, text.casefold())
            stated = self.book.names.get(key)
            if stated is not None:
                if key not in self._names:
                    tree = parse_formula(stated)
                    fixed = isinstance(tree, Reference) and all(
                        corner.row_fixed and corner.column_fixed for corner in (tree.first, tree.last)
                    )
                    if not (fixed or isinstance(tree, Constant)):
                        raise Unsettled("a name for more than cells")
                    self._names[key] = tree
                return self._names[key]
        raise Unsettled("an unknown name")

    def settled(self, found: Operand) -> Value:
        if not isinstance(found, Area):
            return found
        if not found.single:
            raise Unsettled("an area where one value is wanted")
        self.spend(1)
        held = found.sheet.at(found.top, found.left)
        if isinstance(held, CellError):
            raise Failed(held.code)
        if held is UNKNOWN:
            raise Unsettled("a cell without a stored value")
        return held


class Frame:
    """One formula at one cell."""

    def __init__(self, evaluator: Evaluator, sheet: Sheet, down: int, right: int) -> None:
        self.evaluator = evaluator
        self.sheet = sheet
        self.down = down
        self.right = right

    def of(self, tree: Tree | None) -> Operand:
        self.evaluator.spend(1)
        if isinstance(tree, Constant):
            return tree.value
        if isinstance(tree, Reference):
            return self.area(tree)
        if isinstance(tree, Binary):
            return self._binary(tree)
        if isinstance(tree, Call):
            function = self.evaluator.functions.get(tree.function)
            if function is None:
                raise Unsettled(f"the function {tree.function}")
            return function(self, tree.arguments)
        if isinstance(tree, Unary):
            number = self.number(tree.operand)
            return number / 100 if tree.sign == "%" else -number if tree.sign == "-" else number
        if isinstance(tree, Name):
            return self.of(self.evaluator.name(self.sheet, tree.text))
        if isinstance(tree, ErrorLiteral):
            raise Failed(tree.code)
        raise Unsettled("an empty argument")

    def area(self, reference: Reference) -> Area:
        sheet = self.sheet
        if reference.sheet is not None:
            found = self.evaluator.book.sheets.get(reference.sheet.casefold())
            if found is None:
                raise Unsettled("an unknown sheet")
            sheet = found
        top, left = reference.first.moved(self.down, self.right)
        bottom, right = reference.last.moved(self.down, self.right)
        return Area(sheet, min(top, bottom), min(left, right), max(top, bottom), max(left, right))

    def scalar(self, tree: Tree | None) -> Value:
        return self.evaluator.settled(self.of(tree))

    def number(self, tree: Tree | None) -> float:
        return as_number(self.scalar(tree))

    def text(self, tree: Tree | None) -> str:
        return as_text(self.scalar(tree))

    def truth(self, tree: Tree | None) -> bool:
        value = self.scalar(tree)
        if isinstance(value, str):
            raise Unsettled("a text where a truth is wanted")
        return bool(value)

    def _binary(self, tree: Binary) -> Value:
        """Operators from left to right; a sum of a thousand terms must not be a thousand calls deep."""
        chain: list[Binary] = []
        node: Tree = tree
        while isinstance(node, Binary):
            chain.append(node)
            node = node.left
        self.evaluator.spend(len(chain))
        value = self.scalar(node)
        for step in reversed(chain):
            value = self._operated(step.sign, value, self.scalar(step.right))
        return value

    def _operated(self, sign: str, left: Value, right: Value) -> Value:
        if sign == "&":
            joined = as_text(left) + as_text(right)
            if len(joined) > TEXT:
                raise Unsettled("a long text")
            return joined
        if sign in ("=", "<>", "<", ">", "<=", ">="):
            return compare(sign, left, right)
        one, other = as_number(left), as_number(right)
        if sign in "+-":
            return self.evaluator.settle(one + other if sign == "+" else one - other)
        if sign == "*":
            return finite(one * other)
        if sign == "/":
            if other == 0:
                raise Failed("#DIV/0!")
            return finite(one / other)
        if (one == 0 and other <= 0) or (one < 0 and other != int(other)):
            raise Failed("#NUM!" if other >= 0 or one else "#DIV/0!")
        return finite(float(one**other))

    def areas_and_values(self, arguments: Sequence[Tree | None]) -> Iterator[Area | Value]:
        """Arguments of a function that takes areas: areas stay, the rest are values."""
        for argument in arguments:
            found = self.of(argument)
            yield found

    def numbers(self, arguments: Sequence[Tree | None]) -> Iterator[list[float]]:
        """The numbers in the arguments, piece by piece; text and blanks in areas do not count."""
        for found in self.areas_and_values(arguments):
            if isinstance(found, Area):
                yield from self._area_numbers(found)
            else:
                yield [as_number(found)]

    def _area_numbers(self, area: Area) -> Iterator[list[float]]:
        spoilt = False
        for _, column, begin, end in area.slices():
            low = bisect_left(column.number_rows, area.top)
            high = bisect_right(column.number_rows, area.bottom)
            self.evaluator.spend(1 + (high - low) // 16)
            if column.spoiling:
                spoilt = spoilt or spoilt_by(column.values[begin:end])
            yield column.numbers[low:high]
        if spoilt:
            raise Failed("#VALUE!")

    def held(self, area: Area) -> dict[tuple[int, int], Value]:
        """The cells of an area that hold something, by place within it."""
        found: dict[tuple[int, int], Value] = {}
        for number, column, begin, end in area.slices():
            self.evaluator.spend(end - begin)
            for place in range(begin, end):
                value = column.values[place]
                if value is UNKNOWN:
                    raise Unsettled("a cell without a stored value")
                if isinstance(value, bool):
                    raise Unsettled("a truth among numbers, which programs treat in different ways")
                found[column.rows[place] - area.top, number - area.left] = value
        return found


def spoilt_by(values: Sequence[Value]) -> bool:
    """Raise the first error among the values; a cell without a value unsettles the sum."""
    error = ""
    for value in values:
        if value is UNKNOWN:
            raise Unsettled("a cell without a stored value")
        if isinstance(value, bool):
            raise Unsettled("a truth among numbers, which programs treat in different ways")
        if isinstance(value, CellError):
            error = error or value.code
    if error:
        raise Failed(error)
    return False


def as_number(value: Operand) -> float:
    if isinstance(value, float):
        return value
    if value is None:
        return 0.0
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if value.strip().isdecimal() and value.isascii():
            return float(value.strip())
        raise Unsettled("a text where a number is wanted")
    raise Unsettled("no number")


def as_text(value: Operand) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        raise Unsettled("a truth as text, whose word hangs on the language")
    if isinstance(value, float) and value == int(value) and abs(value) < _PLAIN:
        return str(int(value))
    raise Unsettled("a number whose text hangs on the system")


def finite(number: float) -> float:
    if not math.isfinite(number):
        raise Failed("#NUM!")
    return number


def compare(sign: str, one: Value, other: Value) -> bool:
    """Order of a worksheet: numbers before texts before truths; texts without regard to case."""
    if one is None:
        one = _blank_like(other)
    if other is None:
        other = _blank_like(one)
    if isinstance(one, str) and isinstance(other, str):
        if sign not in ("=", "<>") and one.casefold() != other.casefold():
            raise Unsettled("the order of two texts")
        return (one.casefold() == other.casefold()) == (sign in ("=", "<=", ">="))
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str) or isinstance(other, str):
        ranks = [2 if isinstance(v, bool) else 1 if isinstance(v, str) else 0 for v in (one, other)]
        if ranks[0] != ranks[1]:
            return _ordered(sign, float(ranks[0]), float(ranks[1]))
        return _ordered(sign, float(bool(one)), float(bool(other)))
    first, second = as_number(one), as_number(other)
    if first != second and _digits(first) == _digits(second):
        raise Unsettled("two numbers that differ in the sixteenth digit")
    return _ordered(sign, first, second)


def _blank_like(other: Value) -> Value:
    return "" if isinstance(other, str) else False if isinstance(other, bool) else 0.0


def _ordered(sign: str, one: float, other: float) -> bool:
    if sign == "=":
        return one == other
    if sign == "<>":
        return one != other
    if sign == "<":
        return one < other
    if sign == ">":
        return one > other
    return one <= other if sign == "<=" else one >= other


def _digits(number: float) -> str:
    """The fifteen digits a worksheet shows and rounds by."""
    return f"{number:.14e}"


def rounded(number: float, places: float, how: str) -> float:
    """Rounding to decimal places from the fifteen digits, not from the binary fraction behind them."""
    if not -20 <= places <= 20:
        raise Unsettled("an unusual number of places")
    step = Decimal(1).scaleb(-int(places))
    exact = Decimal(_digits(number))
    return float((exact / step).to_integral_value(rounding=how) * step)


def whole_below(number: float) -> float:
    low = math.floor(number)
    if float(Decimal(_digits(number)).to_integral_value(rounding=ROUND_FLOOR)) != low:
        raise Unsettled("a number within the sixteenth digit of a whole one")
    return float(low)


#: a function of a worksheet: takes the frame and the arguments, unevaluated
Function = Callable[[Frame, Sequence[Tree | None]], Operand]
