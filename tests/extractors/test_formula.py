"""Formulas: what is understood, what it gives, and what is left alone."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.extractors._formula import Unsettled, parse_address, parse_formula
from leakverify.extractors._formula_functions import FUNCTIONS
from leakverify.extractors._formula_grid import UNKNOWN, Book, CellError, Sheet, Value
from leakverify.extractors._formula_value import Evaluator, Exhausted

CELLS: dict[tuple[int, int], Value] = {
    (1, 1): 10.0, (2, 1): 20.0, (3, 1): 30.0, (4, 1): "paid", (6, 1): 5.0,
    (1, 2): "a", (2, 2): "b", (3, 2): "A", (1, 3): 0.1, (2, 3): 0.2, (1, 4): CellError("#N/A"),
    (1, 5): UNKNOWN, (1, 6): True,
}  # fmt: skip


def sheet(cells: dict[tuple[int, int], Value], name: str = "Sheet1") -> Sheet:
    made = Sheet(name, f"xl/{name}.xml")
    for (row, column), value in cells.items():
        made.add(row, column, value)
    made.close()
    return made


def value(formula: str, down: int = 0, right: int = 0, work: int = 100_000) -> Value:
    here = sheet(CELLS)
    other = sheet({(1, 1): 7.0}, "Other sheet")
    book = Book({"sheet1": here, "other sheet": other}, {("", "rate"): "Sheet1!$C$2", ("", "vat"): "0.2"})
    return Evaluator(book, work, FUNCTIONS).value(parse_formula(formula), here, down, right)


@pytest.mark.parametrize(
    ("formula", "given_value"),
    [
        ("1+2*3", 7.0), ("-2^2", 4.0), ("2^3^2", 64.0), ("10%", 0.1), ("(1+2)*3", 9.0), ("1=1", True),
        ("SUM(A1:A6)", 65.0), ("SUM(A:A)", 65.0), ("SUM(A1:D9)", CellError("#N/A")),
        ("AVERAGE(A1:A3)", 20.0), ("MIN(A1:A6)", 5.0), ("MAX(A1:A6,99)", 99.0), ("COUNT(A1:B6)", 4.0),
        ("COUNTA(A1:A6)", 5.0), ("PRODUCT(A1:A2)", 200.0), ("SUMPRODUCT(A1:A3,A1:A3)", 1400.0),
        ('SUMIF(B1:B3,"a",A1:A3)', 40.0), ('SUMIF(A1:A6,">10")', 50.0), ('COUNTIF(B1:B3,"A")', 2.0),
        ("ROUND(2.345,2)", 2.35), ("ROUND(-2.5,0)", -3.0), ("ROUND(1234,-2)", 1200.0), ("ROUND(1.005,2)", 1.01),
        ("ROUNDUP(2.301,1)", 2.4), ("ROUNDDOWN(-2.39,1)", -2.3), ("INT(-2.5)", -3.0), ("MOD(-7,3)", 2.0),
        ("ABS(-3)", 3.0), ('IF(A1>5,"many","few")', "many"), ("IF(A1<5,1)", False), ("AND(A1>5,A2>5)", True),
        ("OR(A1>50,A2>50)", False), ("NOT(A1>50)", True), ("IFERROR(1/0,9)", 9.0), ("IFERROR(D1,9)", 9.0),
        ("ISBLANK(A5)", True), ("ISNUMBER(A4)", False), ('LEFT("invoice",3)', "inv"), ('RIGHT("invoice",3)', "ice"),
        ('MID("invoice",3,2)', "vo"), ('LEN("é")', 1.0), ('CONCATENATE("a",1)', "a1"), ('A4&" "&A1', "paid 10"),
        ("SUBTOTAL(9,A1:A6)", 65.0), ("'Other sheet'!A1*2", 14.0), ("Rate*10", 2.0), ("vat", 0.2),
        ("1/0", CellError("#DIV/0!")), ("D1+1", CellError("#N/A")), ("SUM(D1:D3)", CellError("#N/A")),
        ("A5", 0.0), ('A5=""', True), ("A5=0", True), ('"a"="A"', True), ('B1<>"b"', True), ("#REF!", CellError("#REF!")),
    ],
)  # fmt: skip
def test_values(formula: str, given_value: Value) -> None:
    if isinstance(given_value, float):
        assert value(formula) == pytest.approx(given_value, rel=1e-15)
    else:
        assert value(formula) == given_value


@pytest.mark.parametrize(
    "formula",
    [
        "NOW()", "RAND()", "[1]Sheet1!A1", "Sheet1:Sheet3!A1", "Table1[Net]", "A1:A2 B1:B2", "{1,2}", "@A1",
        "A1#", "INDIRECT(A1)", "Nobody", "NoSheet!A1", "A1:A3*2", "E1+1", "SUM(E1:E2)", "SUM(F1:F2)", "A4+1",
        "1.5&1", "F1&1", '"a"<"b"', "SUM(", "1 2", "", ")", '"open', "IF(1)", "ROUND(1)", "INT(2.9999999999999996)",
        "0.1+0.2=0.3", 'COUNTIF(B1:B3,"a*")', "XFE1", "A1048577",
    ],
)  # fmt: skip
def test_what_is_outside_or_can_be_read_in_two_ways_is_left_alone(formula: str) -> None:
    with pytest.raises(Unsettled):
        value(formula)


def test_a_shared_formula_moves_its_relative_references_only() -> None:
    assert value("A1+$A$1+A$1+$A1", down=1) == 10.0 + 20.0 * 2 + 10.0
    with pytest.raises(Unsettled):
        value("A1", down=-1)


def test_addresses() -> None:
    assert parse_address("XFD1048576") == (1_048_576, 16_384)
    assert parse_address("$B$7") == (7, 2)
    assert parse_address("XFE1") is None and parse_address("A0") is None and parse_address("7B") is None


@pytest.mark.parametrize(
    "text", ["(" * 4000 + "1", "-" * 8000 + "1", "1+" * 4000 + "1", "IF(" * 2000, "1" + "%" * 8000]
)
def test_deep_and_long_formulas_end_soon(text: str) -> None:
    begun = time.perf_counter()
    with contextlib.suppress(Unsettled):
        value(text)
    assert time.perf_counter() - begun < 1


def test_work_is_bounded() -> None:
    with pytest.raises(Exhausted):
        value("+".join(["SUM(A1:A6)"] * 50), work=60)


@given(st.text(alphabet="A1B2$:!'\"()+-*/^&=<>,.%#@[]{} SUMIF", max_size=60))
def test_any_text_is_a_value_or_unsettled(text: str) -> None:
    try:
        found = value(text)
    except Unsettled:
        return
    assert isinstance(found, float | str | bool | CellError)


@given(st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=30))
def test_sum_of_a_column_is_the_sum_of_its_numbers(numbers: list[float]) -> None:
    here = sheet({(row, 1): number for row, number in enumerate(numbers, 1)})
    found = Evaluator(Book({"sheet1": here}), 10_000, FUNCTIONS).value(parse_formula("SUM(A:A)"), here)
    assert found == pytest.approx(sum(numbers), rel=1e-12, abs=1e-6)
