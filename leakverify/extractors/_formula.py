"""Formulas of worksheets as trees: the part of the language of ECMA-376 part 1, 18.17 that is evaluated.

A formula is either understood as a whole or not at all: whatever is outside the
subset (links to other files, structured references, unions, array constants,
``@`` and ``#``) raises :class:`Unsettled`, and nobody guesses.  The parser is
written for hostile text: one pass, a bounded length and a bounded depth.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Union

#: characters of a formula (Excel's own limit) and levels of brackets in one (Excel allows 64)
_LENGTH, _DEPTH = 8_192, 64
#: cells of a sheet: XFD1048576 is the last
ROWS, COLUMNS = 1_048_576, 16_384

_CELL = r"\$?[A-Za-z]{1,3}\$?\d{1,7}"
_TOKEN = re.compile(
    rf"""[ \t\r\n]*(?:
    (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
  | (?P<sheet>(?:'(?:[^']|'')+'|[A-Za-z_\u0080-\uffff][\w.]*)!)
  | (?P<area>{_CELL}(?::{_CELL})?(?![\w.(!:]))
  | (?P<columns>\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}(?![\w.(!]))
  | (?P<rows>\$?\d{{1,7}}:\$?\d{{1,7}}(?![\w.(!]))
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{{1,3}})?)
  | (?P<call>[A-Za-z_][\w.]*\()
  | (?P<name>[A-Za-z_\\\u0080-\uffff][\w.\\?]*)
  | (?P<sign><=|>=|<>|[-+*/^&=<>%(),])
    )""",
    re.VERBOSE,
)
_ADDRESS = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})\Z")

#: binary operators from the loosest to the tightest; all of them associate to the left, as Excel's do
_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


class Unsettled(Exception):
    """Not evaluated: outside the subset, or something in it can be read in two ways."""


class Constant(NamedTuple):
    value: float | str | bool


class ErrorLiteral(NamedTuple):
    code: str


class Corner(NamedTuple):
    """One corner of a reference, counted from 1; a flag is true where a ``$`` keeps it in place."""

    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    def moved(self, down: int, right: int) -> tuple[int, int]:
        """(row, column) of the corner in a copy of the formula that many cells away."""
        row = self.row if self.row_fixed else self.row + down
        column = self.column if self.column_fixed else self.column + right
        if not (1 <= row <= ROWS and 1 <= column <= COLUMNS):
            raise Unsettled("a reference beyond the sheet")
        return row, column


class Reference(NamedTuple):
    """A cell or an area; ``sheet`` is ``None`` for the formula's own one."""

    sheet: str | None
    first: Corner
    last: Corner


class Name(NamedTuple):
    text: str


class Unary(NamedTuple):
    sign: str
    operand: Tree


class Binary(NamedTuple):
    sign: str
    left: Tree
    right: Tree


class Call(NamedTuple):
    function: str
    arguments: tuple[Tree | None, ...]


Tree = Union[Constant, ErrorLiteral, Reference, Name, Unary, Binary, Call]


def column_number(letters: str) -> int:
    """Number of a column: A is 1, XFD 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


def parse_address(text: str) -> tuple[int, int] | None:
    """(row, column) of an address such as ``$B$7``; ``None`` when it is none."""
    found = _ADDRESS.match(text)
    if found is None:
        return None
    row, column = int(found[4]), column_number(found[2])
    return (row, column) if 1 <= row <= ROWS and column <= COLUMNS else None


def parse_area(text: str) -> tuple[int, int, int, int] | None:
    """(first row, first column, last row, last column) of ``A1`` or ``A1:B2``."""
    first, _, last = text.partition(":")
    one, other = parse_address(first), parse_address(last or first)
    if one is None or other is None:
        return None
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def parse_formula(text: str) -> Tree:
    """The tree of a formula without its leading ``=``. Raises :class:`Unsettled`."""
    if len(text) > _LENGTH:
        raise Unsettled("a long formula")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Tree:
        tree = self._level(0)
        if self._at < len(self._tokens):
            raise Unsettled("more than one expression")
        return tree

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _level(self, level: int) -> Tree:
        if level == len(_LEVELS):
            return self._prefixed()
        tree = self._level(level + 1)
        while self._next()[0] == "sign" and self._next()[1] in _LEVELS[level]:
            sign = self._next()[1]
            self._at += 1
            tree = Binary(sign, tree, self._level(level + 1))
        return tree

    def _prefixed(self) -> Tree:
        """Signs before an operand bind tighter than ``^``: -2^2 is 4 in a worksheet."""
        signs = []
        while self._next() in (("sign", "-"), ("sign", "+")):
            signs.append(self._next()[1])
            self._at += 1
            if len(signs) > _DEPTH:
                raise Unsettled("many signs")
        tree = self._operand()
        count = 0
        while self._next() == ("sign", "%"):
            self._at += 1
            count += 1
            if count > _DEPTH:
                raise Unsettled("many signs")
            tree = Unary("%", tree)
        for sign in reversed(signs):
            tree = Unary(sign, tree)
        return tree

    def _operand(self) -> Tree:
        kind, text = self._next()
        self._at += 1
        if kind == "number":
            return Constant(float(text))
        if kind == "text":
            return Constant(text[1:-1].replace('""', '"'))
        if kind == "error":
            return ErrorLiteral(text)
        if kind == "sheet":
            return self._on_sheet(text[:-1])
        if kind in ("area", "columns", "rows"):
            return _reference(None, kind, text)
        if kind == "name":
            return Constant(text.upper() == "TRUE") if text.upper() in ("TRUE", "FALSE") else Name(text)
        if kind == "call" or (kind, text) == ("sign", "("):
            self._depth += 1
            if self._depth > _DEPTH:
                raise Unsettled("deep brackets")
            tree = self._call(text[:-1].upper()) if kind == "call" else self._bracket()
            self._depth -= 1
            return tree
        raise Unsettled("an operand is missing")

    def _on_sheet(self, name: str) -> Tree:
        if name.startswith("'"):
            name = name[1:-1].replace("''", "'")
        if "[" in name or ":" in name:
            raise Unsettled("another workbook, or several sheets")
        kind, text = self._next()
        if kind not in ("area", "columns", "rows"):
            raise Unsettled("a name of another sheet")
        self._at += 1
        return _reference(name, kind, text)

    def _bracket(self) -> Tree:
        tree = self._level(0)
        if self._next() != ("sign", ")"):
            raise Unsettled("a bracket is not closed")
        self._at += 1
        return tree

    def _call(self, function: str) -> Tree:
        arguments: list[Tree | None] = []
        if self._next() == ("sign", ")"):
            self._at += 1
            return Call(function, ())
        while True:
            if self._next() in (("sign", ","), ("sign", ")")):
                arguments.append(None)
            else:
                arguments.append(self._level(0))
            following = self._next()
            self._at += 1
            if following == ("sign", ")"):
                return Call(function, tuple(arguments))
            if following != ("sign", ",") or len(arguments) > 255:
                raise Unsettled("arguments of a function")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    text = text.rstrip()
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise Unsettled(f"at {text[at : at + 12]!r}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def _reference(sheet: str | None, kind: str, text: str) -> Reference:
    first, _, last = text.partition(":")
    if kind == "area":
        one, other = _corner(first), _corner(last or first)
    elif kind == "columns":
        one = Corner(1, column_number(first.lstrip("$")), True, first[0] == "$")
        other = Corner(ROWS, column_number(last.lstrip("$")), True, last[0] == "$")
    else:
        one = Corner(int(first.lstrip("$")), 1, first[0] == "$", True)
        other = Corner(int(last.lstrip("$")), COLUMNS, last[0] == "$", True)
    for corner in (one, other):
        corner.moved(0, 0)
    return Reference(sheet, one, other)


def _corner(text: str) -> Corner:
    found = _ADDRESS.match(text)
    if found is None:
        raise Unsettled("no address")
    return Corner(int(found[4]), column_number(found[2]), found[3] == "$", found[1] == "$")
