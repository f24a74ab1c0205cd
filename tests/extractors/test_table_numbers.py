"""Arithmetic, sequences, numbers with a plan, and clocks of lists."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Evidence, Outcome
from leakverify.extractors._table_numbers import amount
from leakverify.judge import judge_unit
from tests.extractors._facts import every, read, values


def money(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02d}"


def ledger(seed: int = 1, rows: int = 200) -> list[list[str]]:
    """A ledger as an accounting program in France exports it: date, entry, payee, debit, credit, balance."""
    chance, balance, made = random.Random(seed), 1_000_000, []
    for n in range(rows):
        cents, debit = chance.randrange(100, 90_000), chance.random() < 0.5
        balance += -cents if debit else cents
        sides = (money(cents), "") if debit else ("", money(cents))
        date = f"{1 + n % 28:02d}/{1 + n // 28:02d}/2017"
        made.append([date, f"F-{1000 + n}", f"Payee {chance.randrange(40)}", *sides, money(balance)])
    return made


def text(rows: list[list[str]], heading: str = "date;entry;payee;debit;credit;balance") -> bytes:
    return "".join(f"{line}\r\n" for line in (heading, *(";".join(row) for row in rows))).encode()


def answers(data: bytes) -> dict[tuple[str, str], Evidence]:
    report = judge_unit(examine_bytes(data, "ledger.csv"), "ledger.csv")[0]
    return {
        (e.check, e.message): e for e in report.evidence if e.check.startswith("LV-TAB") and e.observations
    }


def test_a_running_balance_is_found_without_headings() -> None:
    found = answers(text(ledger()))
    assert set(found) == {("LV-TAB-003", "holds")}
    assert "column 6 = column 6 above + column 5 - column 4" in found["LV-TAB-003", "holds"].text


def test_a_changed_amount_breaks_the_balance_in_its_row() -> None:
    rows = ledger()
    rows[77][3 if rows[77][3] else 4] = "9 123,45"
    found = answers(text(rows))
    assert found["LV-TAB-003", "breaks"].outcome is Outcome.UNUSUAL
    assert [o.where.line for o in every(read(text(rows), "a.csv"), "table.arithmetic.break")] == [79]


def test_a_row_taken_out_leaves_a_gap_and_a_break() -> None:
    rows = ledger()
    del rows[90]
    found = answers(text(rows))
    assert found["LV-TAB-003", "breaks"].outcome is Outcome.UNUSUAL
    assert found["LV-TAB-002", "sequence"].outcome is Outcome.NEUTRAL
    assert [(o.where.line, o.raw) for o in every(read(text(rows), "a.csv"), "table.sequence.break")] == [
        (92, "F-1089\tgap")
    ]


def test_a_row_of_one_foreign_habit_that_breaks_the_counting_is_reported() -> None:
    rows = ledger()
    rows.insert(90, ["2017-04-07", "F-1501", "Offshore Ltd", "", "9 200,00", rows[89][5]])
    found = answers(text(rows))
    assert found["LV-TAB-001", "one-sign-more"].outcome is Outcome.UNUSUAL


def test_one_line_end_of_another_writer_among_hundreds_is_reported() -> None:
    lines = text(ledger()).split(b"\r\n")
    lines[50:52] = [lines[50] + b"\n" + lines[51]]
    found = answers(b"\r\n".join(lines))
    assert found["LV-TAB-001", "other-writer"].outcome is Outcome.UNUSUAL


def test_rows_with_cells_too_many_say_nothing_of_columns() -> None:
    rows = ledger(rows=60)
    rows[20] = [rows[20][0], "x", *rows[20][1:]]
    assert not any(
        e.outcome is Outcome.UNUSUAL for (c, _), e in answers(text(rows)).items() if c == "LV-TAB-001"
    )


def test_quantity_price_and_total() -> None:
    rows = [
        [str(n), str(n % 9 + 1), f"{3 + n % 11}.50", f"{(n % 9 + 1) * (3.5 + n % 11):.2f}"] for n in range(90)
    ]
    rows[40][3] = "999.99"
    broken = every(read(text(rows, "no;qty;price;total"), "a.csv"), "table.arithmetic.break")
    assert [o.where.cell for o in broken] == ["row 42 column 4"]
    assert (broken[0].raw or "").startswith("column 4 = column 2 x column 3\t")


def test_a_row_that_calls_itself_a_total() -> None:
    rows = [[f"item {n}", f"{10 + n}.00", f"{20 + n * n}.00"] for n in range(30)]
    net, gross = sum(10 + n for n in range(30)), sum(20 + n * n for n in range(30))
    right = text([*rows, ["Total", f"{net}.00", f"{gross}.00"]], "what;net;gross")
    assert {o.value for o in every(read(right, "a.csv"), "table.arithmetic")} >= {
        "total of column 2", "total of column 3",
    }  # fmt: skip
    wrong = text([*rows, ["Total", f"{net}.00", f"{gross + 500}.00"]], "what;net;gross")
    assert [o.where.cell for o in every(read(wrong, "a.csv"), "table.arithmetic.break")] == [
        "row 32 column 3"
    ]
    assert answers(wrong)["LV-TAB-003", "total"].outcome is Outcome.NEUTRAL


def test_columns_that_have_nothing_to_do_with_each_other_have_no_relation() -> None:
    chance = random.Random(3)
    rows = [[str(chance.randrange(9999)) for _ in range(8)] for _ in range(300)]
    assert values(read(text(rows, "a;b;c;d;e;f;g;h"), "a.csv"), "table.arithmetic") == []


@pytest.mark.parametrize(
    ("cell", "mark", "expected"),
    [("1 234,50", ",", 12_345_000), ("(12.5)", ".", -125_000), ("-1,200", ".", -12_000_000), ("12-", ".", -120_000),
     ("€ 5.00", ".", 50_000), (".5", ".", 5_000), ("", ".", None), ("n/a", ".", None), ("1.23456", ".", None)],
)  # fmt: skip
def test_amounts(cell: str, mark: str, expected: int | None) -> None:
    assert amount(cell, mark) == expected


@given(st.integers(-(10**12), 10**12))
def test_an_amount_in_french_form_is_read_back(cents: int) -> None:
    assert amount(money(cents), ",") == cents * 100


def test_telephone_numbers_and_check_digits_are_only_shown() -> None:
    rows = [[f"+33 6 12 34 {n:02d} 78", "FR1420041010050500013M02606", "35600000000048"] for n in range(40)]
    rows[7][0], rows[9][1] = "+33 0 12 34 07 78", "FR1420041010050500013M02607"
    data = text(rows, "phone;iban;siret")
    kinds = [o.raw for o in every(read(data, "a.csv"), "table.identifiers")]
    assert kinds == ["phone", "iban", "siret"]
    pytest.importorskip("phonenumbers")
    pytest.importorskip("stdnum")
    found = answers(data)
    assert found["LV-TAB-002", "phones"].params["line"] == 9
    assert found["LV-TAB-002", "check-digits"].params["line"] == 11
    assert all(e.outcome is Outcome.NEUTRAL for (check, _), e in found.items() if check == "LV-TAB-002")


def stamps(zone: bool = True) -> list[list[str]]:
    made = []
    for n in range(120):
        month, day = 1 + n % 12, 1 + n % 20
        offset = "+02:00" if 4 <= month <= 10 else "+01:00"
        made.append([str(n), f"2017-{month:02d}-{day:02d} 10:{n % 60:02d}{offset if zone else ''}"])
    return made


def test_an_offset_of_the_other_season_is_located() -> None:
    rows = stamps()
    assert values(read(text(rows, "n;when"), "a.csv"), "table.clock") == ["EU +1"]
    assert values(read(text(rows, "n;when"), "a.csv"), "table.clock.break") == []
    rows[42][1] = rows[42][1].replace("+02:00", "+01:00").replace("+01:00", "+01:00")
    (broken,) = every(read(text(rows, "n;when"), "a.csv"), "table.clock.break")
    assert (broken.where.line, broken.raw) == (44, "+2")


def test_a_time_no_clock_showed_is_located() -> None:
    rows = stamps(zone=False)
    rows[30][1] = "2017-03-26 02:30"
    heading = "n;when (Europe/Paris)"
    (broken,) = every(read(text(rows, heading), "a.csv"), "table.clock.break")
    assert (broken.where.line, broken.raw) == (32, "never-shown")
    assert values(read(text(rows, "n;when"), "a.csv"), "table.clock") == []
    eastern = [[str(n), f"2016-{1 + n % 12:02d}-10 02:30"] for n in range(24)]
    eastern.append(["24", "2016-03-13 02:30"])
    assert values(read(text(eastern, "n;America/New_York"), "a.csv"), "table.clock.break") == [
        "2016-03-13 02:30"
    ]


def test_a_server_on_one_offset_keeps_no_rule() -> None:
    rows = [[n, stamp.replace("+02:00", "+01:00")] for n, stamp in stamps()]
    assert values(read(text(rows, "n;when"), "a.csv"), "table.clock") == []


def test_cost_of_many_columns_of_numbers_is_bounded() -> None:
    chance = random.Random(5)
    rows = [[str(chance.randrange(99999)) for _ in range(60)] for _ in range(1_000)]
    begun = time.perf_counter()
    read(text(rows, ";".join(f"c{n}" for n in range(60))), "a.csv")
    assert time.perf_counter() - begun < 15


@given(st.text(alphabet='0123456789;,.-+ "\r\nabF€()/:TZ', max_size=400))
def test_any_text_is_read(data: str) -> None:
    found = read(data.encode(), "a.csv")
    assert not any(problem.code == "reader-error" for problem in found.problems)
