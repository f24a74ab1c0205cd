"""Lists and ledgers: habits of rows and columns, and the cells that break them."""

from __future__ import annotations

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction, Outcome
from leakverify.extractors._table import features, kind
from leakverify.judge import judge_unit

HEAD = "date;payee;amount;phone\r\n"


def ledger(rows: int = 60) -> list[str]:
    """Rows as an accounting program in France exports them."""
    return [
        f"{1 + n % 28:02d}/{1 + n // 28:02d}/2017;Supplier {n};{1000 + 37 * n},{n % 100:02d};+33 6 12 34 {n:02d} 78\r\n"
        for n in range(rows)
    ]


def read(text: str, name: str = "ledger.csv") -> Extraction:
    return examine_bytes(text.encode(), name).extractions[0]


def values(extraction: Extraction, name: str) -> list[object]:
    return [o.value for o in extraction.observations if o.name == name]


def odd(extraction: Extraction) -> set[tuple[int | None, str]]:
    return {
        (o.where.line, (o.raw or "").split("\t")[0])
        for o in extraction.observations
        if o.name == "table.odd.cell"
    }


def answers(text: str) -> dict[str, Outcome]:
    report = judge_unit(examine_bytes(text.encode(), "ledger.csv"), "ledger.csv")[0]
    return {e.message: e.outcome for e in report.evidence if e.check == "LV-TAB-001"}


def test_an_export_has_one_habit_throughout() -> None:
    found = read(HEAD + "".join(ledger()))
    assert values(found, "table.rows") == [60]
    assert values(found, "table.columns") == [4]
    assert values(found, "table.heading") == [True]
    assert values(found, "table.column.kind") == ["date", "text", "amount", "phone"]
    assert odd(found) == set()
    assert answers(HEAD + "".join(ledger())) == {"nothing": Outcome.NEUTRAL}


def test_a_row_put_in_is_located_and_reported() -> None:
    rows = ledger()
    rows.insert(30, "2017-02-03;Offshore Ltd;9200.50;+33612345678\n")
    found = read(HEAD + "".join(rows))
    broken = odd(found)
    assert {line for line, _ in broken} == {32}
    assert {"form", "decimal mark", "line end", "grouping"} <= {feature for _, feature in broken}
    assert answers(HEAD + "".join(rows)) == {"foreign-rows": Outcome.UNUSUAL}


def test_one_cell_with_a_blank_too_many_is_only_shown() -> None:
    rows = ledger()
    rows[10] = rows[10].replace("Supplier 10", "Supplier 10 ")
    assert answers(HEAD + "".join(rows)) == {"odd-cells": Outcome.NEUTRAL}


def test_two_exports_joined_have_no_common_habit() -> None:
    mine = ledger(30)
    other = [f"2017-0{1 + n % 9}-11;Supplier {n};{1000 + n}.50;0033612345678\n" for n in range(30)]
    assert answers(HEAD + "".join(mine + other)) == {"nothing": Outcome.NEUTRAL}


def test_a_short_table_makes_no_habit() -> None:
    rows = [*ledger(8), "2017-02-03;Offshore Ltd;9200.50;+33612345678\n"]
    assert odd(read(HEAD + "".join(rows))) == set()


def test_a_number_out_of_order_is_located() -> None:
    rows = [f"{n},paid\n" for n in range(100, 160)]
    rows[20] = "177,paid\n"
    found = read("number,state\n" + "".join(rows))
    assert values(found, "table.order") == ["column 1 rising"]
    breaks = [(o.where.line, o.value, o.raw) for o in found.observations if o.name == "table.order.break"]
    assert breaks == [(23, "121", "177")]


def test_a_repeated_row_names_the_line_it_repeats() -> None:
    rows = ledger(25)
    found = read(HEAD + "".join([*rows, rows[3]]))
    repeated = [(o.where.line, o.raw) for o in found.observations if o.name == "table.duplicate"]
    assert repeated == [(27, "5")]


def test_a_quoted_cell_may_run_over_lines() -> None:
    rows = [f'{n},"first\nsecond"\n' for n in range(30)]
    found = read("number,note\n" + "".join(rows))
    assert values(found, "table.rows") == [30]
    assert odd(found) == set()


def test_kinds_of_cells() -> None:
    cells = (
        "",
        "12",
        "007",
        "1 234,50",
        "-12.5",
        "(1,200.00)",
        "50 €",
        "2017-05-05",
        "05/05/2017 10:00",
        "a1",
    )
    assert [kind(cell) for cell in cells] == [
        "", "integer", "amount", "amount", "amount", "amount", "amount", "date", "time-stamp", "text",
    ]  # fmt: skip


def test_features_of_amounts() -> None:
    assert dict(features("1 234,50 €", "amount")) == {
        "blank before": "no", "blank after": "no", "decimal mark": ",", "decimals": "2",
        "thousands": "blank", "currency": "€ after",
    }  # fmt: skip
    # three digits behind one mark may be thousands: nothing is said about the mark
    assert "decimal mark" not in dict(features("1.234", "amount"))


def test_cost_grows_with_the_rows_and_no_faster() -> None:
    import time

    def spent(rows: int) -> float:
        text = HEAD + "".join(ledger(60) * (rows // 60))
        begun = time.perf_counter()
        read(text)
        return time.perf_counter() - begun

    spent(600)
    assert spent(24_000) < 20 * spent(2_400)
