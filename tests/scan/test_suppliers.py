"""Invoices by supplier: habits, what is out of line, and what ordinary businesses do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.judge import judge_unit
from leakverify.suppliers import OutOfLine, Supplier, shape, suppliers
from tests.builders import invoices
from tests.builders.invoices import Invoice

FIRST = invoices.invoice(7)
OTHER = invoices.invoice(8)


def series(count: int = 8, made: Invoice = FIRST, start: date = date(2016, 1, 8)) -> list[Invoice]:
    """Invoices of one supplier, a fortnight apart, numbered in order."""
    return [
        replace(made, number=f"F-{start.year}-{100 + 3 * n}", day=start + timedelta(days=14 * n))
        for n in range(count)
    ]


def found(made: list[Invoice]) -> list[Supplier]:
    reports = []
    for at, one in enumerate(made):
        name = f"{at}.txt"
        reports += judge_unit(examine_bytes(one.text(), name), name)
    return suppliers(reports)


def odd(made: list[Invoice]) -> list[tuple[str, str]]:
    return [(o.kind, o.path) for supplier in found(made) for o in supplier.out_of_line]


def test_an_ordinary_series_has_habits_and_nothing_out_of_line() -> None:
    (supplier,) = found(series())
    assert supplier.key == f"FR {FIRST.siren}"
    assert supplier.shape == "A-9999-999"
    assert supplier.accounts == (FIRST.iban.replace(" ", ""),)
    assert supplier.out_of_line == ()
    assert [bill.number for bill in supplier.bills] == [one.number for one in series()]


def test_a_number_built_otherwise() -> None:
    made = series()
    made[3] = replace(made[3], number="2016/0109")
    assert odd(made) == [("shape", "3.txt")]


def test_a_number_that_goes_back() -> None:
    made = series()
    made[6] = replace(made[6], number="F-2016-104")
    (supplier,) = found(made)
    (one,) = supplier.out_of_line
    assert (one.kind, one.path, one.beside) == ("order", "6.txt", "5.txt")


def test_another_account() -> None:
    made = series()
    made[5] = replace(made[5], iban=OTHER.iban)
    (supplier,) = found(made)
    assert supplier.out_of_line == (
        OutOfLine(
            kind="account", path="5.txt", value=OTHER.iban.replace(" ", ""), usual=FIRST.iban.replace(" ", "")
        ),
    )


def test_one_number_on_two_documents() -> None:
    made = series()
    made.append(replace(made[2], day=made[-1].day + timedelta(days=3)))
    assert ("repeated", "8.txt") in odd(made)


def test_what_businesses_do() -> None:
    """A change of bank, numbers that begin anew each year, a copy of the same file, a second series."""
    moved = [*series(4), *(replace(one, iban=OTHER.iban) for one in series(8)[4:])]
    assert odd(moved) == []
    years = [*series(5), *series(5, start=date(2017, 1, 8))]
    assert odd(years) == []
    assert odd([*series(5), series(5)[2]]) == []
    two = [
        *series(6),
        *(replace(one, number=one.number.replace("F", "G")) for one in series(6, start=date(2016, 1, 9))),
    ]
    assert odd(two) == []


def test_too_few_invoices_have_no_habits() -> None:
    made = series(3)
    made[1] = replace(made[1], number="77", iban=OTHER.iban)
    assert odd(made) == []


def test_the_customer_is_no_supplier() -> None:
    """A company named on the invoices of two others is whom they are sent to."""
    customer = invoices.invoice(9)
    note = (f"Client : SIREN {customer.siren}",)
    made = [replace(one, notes=note) for one in (*series(4), *series(4, OTHER))]
    assert {s.key for s in found(made)} == {f"FR {FIRST.siren}", f"FR {OTHER.siren}"}


def test_of_a_stored_scan(tmp_path: Path) -> None:
    leak = tmp_path / "leak"
    leak.mkdir()
    for at, one in enumerate(series(2)):
        (leak / f"{at}.txt").write_bytes(one.text())
    for _ in lv.scan(leak, store=tmp_path / "s.lvs", jobs=1):
        pass
    with lv.Scan(tmp_path / "s.lvs") as scan:
        (supplier,) = scan.invoices()
    assert [bill.path for bill in supplier.bills] == ["0.txt", "1.txt"]


def test_shapes() -> None:
    assert shape("FA-2015/007") == "AA-9999/999"
