"""Workbooks: stored results against formulas, and what lies beside the cells in view."""

from __future__ import annotations

import struct
import time
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Outcome
from leakverify.judge import judge_unit
from tests.builders.office import OFFICE, R, S, rels, types
from tests.builders.sheet import book, chain, invoices, rows
from tests.extractors._facts import codes, every, read, value, values

CALC = "calcChain", "calcChain.xml"


def answers(data: bytes, check: str = "LV-XLSX-001") -> dict[str, Outcome]:
    report = judge_unit(examine_bytes(data, "a.xlsx"), "a.xlsx")[0]
    return {e.message: e.outcome for e in report.evidence if e.check == check}


def said(data: bytes, check: str = "LV-XLSX-001") -> str:
    report = judge_unit(examine_bytes(data, "a.xlsx"), "a.xlsx")[0]
    return next(e.text for e in report.evidence if e.check == check)


def test_a_workbook_that_agrees_with_itself() -> None:
    found = read(book())
    assert value(found, "xlsx.formulas") == 23
    assert value(found, "xlsx.formulas.agree") == 23
    assert value(found, "xlsx.formulas.differ") == 0
    assert answers(book()) == {"agree": Outcome.NEUTRAL}


def test_a_changed_amount_is_located_and_what_it_was_is_told() -> None:
    data = book({"Invoices": invoices(B4=12000.0)})
    found = read(data)
    assert [(o.where.cell, o.raw) for o in every(found, "xlsx.formula.cause")] == [
        ("Invoices!B4", "1148\t3\t1")
    ]
    assert {o.where.cell for o in every(found, "xlsx.formula.differs")} == {
        "Invoices!C4", "Invoices!D4", "Invoices!B12",
    }  # fmt: skip
    assert answers(data) == {"cell-changed": Outcome.CONTRADICTS}
    assert "Cell Invoices!B4 holds 12000" in said(data) and "computed with 1148" in said(data)


def test_a_changed_rate_is_found_behind_many_formulas() -> None:
    found = read(book({"Invoices": invoices(F1=0.196)}))
    assert [(o.where.cell, (o.raw or "").split("\t")[0]) for o in every(found, "xlsx.formula.cause")] == [
        ("Invoices!F1", "0.2")
    ]


def test_a_changed_result_is_told_without_a_cause() -> None:
    cells = invoices()
    cells["B12"] = ("SUM(B2:B11)", 99999.5)
    data = book({"Invoices": {**cells, "B2": ("2*537", 1074.0)}})
    assert set(answers(data)) <= {"one-of-several", "result-differs"}
    assert Outcome.CONTRADICTS in answers(data).values()


def test_a_square_is_solved_too() -> None:
    data = book({"a": {"A1": 12.0, "B1": ("A1*A1", 64.0), "C1": ("1+1", 2.0)}})
    assert [o.raw for o in every(read(data), "xlsx.formula.cause")] == ["8\t1\t1"]


@pytest.mark.parametrize(
    "stated",
    ['calcMode="manual"', 'fullCalcOnLoad="1"', 'fullPrecision="0"', 'iterate="1"', 'calcCompleted="0"'],
)
def test_a_workbook_that_says_results_may_lag_is_only_shown(stated: str) -> None:
    data = book({"Invoices": invoices(B4=12000.0)}, workbook=f"<calcPr {stated}/>")
    assert answers(data) == {"loose": Outcome.NEUTRAL}


def test_programs_that_never_calculate_are_only_shown() -> None:
    zeros = {place: (c[0], 0) if isinstance(c, tuple) else c for place, c in invoices().items()}
    assert answers(book({"a": zeros})) == {"not-calculated": Outcome.NEUTRAL}
    nothing = {place: (c[0], None) if isinstance(c, tuple) else c for place, c in invoices().items()}
    found = read(book({"a": nothing}))
    assert value(found, "xlsx.formulas.uncomputed") == 23 and values(found, "xlsx.formula.differs") == []
    filled = invoices(**{f"B{n}": 5000.0 + 13 * n for n in range(2, 12)})
    assert answers(book({"a": filled})) == {"not-calculated": Outcome.NEUTRAL}


def test_rounding_noise_is_no_difference() -> None:
    cells = {"A1": 0.1, "A2": 0.2, "A3": 0.3, "B1": ("A1+A2-A3", 0.0), "B2": ("(A1+A2-A3)*10^17", 0.0)}
    found = read(book({"a": cells}))
    assert value(found, "xlsx.formulas.differ") == 0
    assert value(found, "xlsx.formulas.agree") == 1


def test_shared_formulas_are_expanded() -> None:
    lines = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}">'
        + ('<f t="shared" ref="B1:B9" si="0">A1*2</f>' if n == 1 else '<f t="shared" si="0"/>')
        + f"<v>{2 * n if n != 5 else 11}</v></c></row>"
        for n in range(1, 10)
    )
    found = read(book({"a": lines}))
    assert value(found, "xlsx.formulas.agree") == 8
    assert [o.where.cell for o in every(found, "xlsx.formula.differs")] == ["a!B5"]


def test_arrays_volatile_formulas_and_other_workbooks_are_left_out() -> None:
    lines = (
        '<row r="1"><c r="A1"><f t="array" ref="A1">SUM(B1:B2)</f><v>5</v></c><c r="B1"><f ca="1">1+1</f><v>3</v></c>'
        '<c r="C1"><f>TODAY()</f><v>3</v></c><c r="D1"><f>[1]Sheet1!A1</f><v>3</v></c></row>'
    )
    found = read(book({"a": lines}))
    assert value(found, "xlsx.formulas") == 4
    assert value(found, "xlsx.formulas.agree") == value(found, "xlsx.formulas.differ") == 0


def test_a_formula_replaced_by_a_number_is_told_by_the_chain() -> None:
    cells = invoices(B12=20000.0)
    listed = [place for place, c in invoices().items() if isinstance(c, tuple)]
    data = book({"Invoices": cells}, related=(("rId91", *CALC),), more={"xl/calcChain.xml": chain(*listed)})
    found = read(data)
    assert [(o.where.cell, o.value) for o in every(found, "xlsx.chain.stale")] == [("Invoices!B12", "20000")]
    assert answers(data)["formula-gone"] is Outcome.CONTRADICTS


def test_a_chain_that_fits_says_nothing() -> None:
    listed = [place for place, c in invoices().items() if isinstance(c, tuple)]
    data = book(related=(("rId91", *CALC),), more={"xl/calcChain.xml": chain(*listed)})
    assert value(read(data), "xlsx.chain.missing") == 0
    assert answers(data) == {"agree": Outcome.NEUTRAL}


def test_far_cells_and_whole_columns_cost_nothing() -> None:
    cells = {"XFD1048576": 5.0, "A1": ("SUM(B:XFD)", 5.0), "A2": ("SUM(B1:XFD1048576)", 5.0)}
    begun = time.perf_counter()
    found = read(book({"a": cells}))
    assert value(found, "xlsx.formulas.agree") == 2
    assert time.perf_counter() - begun < 1


def test_running_sums_grow_linearly_or_end_at_a_limit() -> None:
    def spent(size: int) -> float:
        cells = "".join(
            f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><f>SUM(A$1:A{n})</f><v>{n}</v></c></row>'
            for n in range(1, size)
        )
        data = book({"a": cells})
        begun = time.perf_counter()
        found = read(data)
        assert value(found, "xlsx.formulas.differ") == 0
        return time.perf_counter() - begun

    spent(100)
    assert spent(16_000) < 40 * spent(1_600)


def test_circles_cost_nothing() -> None:
    found = read(book({"a": {"A1": ("B1", 3.0), "B1": ("A1", 3.0), "C1": ("C1+0", 3.0)}}))
    assert value(found, "xlsx.formulas.agree") == 3


def test_cells_that_repeat_or_lie_nowhere_do_no_harm() -> None:
    lines = (
        '<row r="3"><c r="A3"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c><c r="A1"><v>4</v></c></row>'
        '<row r="9999999"><c r="A9999999"><v>1</v></c></row>'
    )
    found = read(book({"a": lines, "b": {"A1": ("SUM(a!A1:A3)", 5.0)}}))
    # the first sheet was not read as a whole, so nothing is said of what reads it
    assert value(found, "xlsx.formulas.agree") == value(found, "xlsx.formulas.differ") == 0


def test_strings_no_cell_shows_and_strings_out_of_order() -> None:
    strings = (*(f"payee {n}" for n in range(60)), "Offshore Ltd", "left over")
    order = [*range(30), 60, *range(30, 60)]
    lines = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{i}</v></c></row>' for n, i in enumerate(order, 1))
    found = read(book({"a": lines}, strings=strings))
    assert value(found, "xlsx.strings.unused") == 1
    assert value(found, "xlsx.leftover_text") == "left over"
    assert [(o.where.cell, o.value) for o in every(found, "xlsx.string.moved")] == [("a!A31", "Offshore Ltd")]
    assert set(answers(book({"a": lines}, strings=strings), "LV-XLSX-002")) == {"unused", "moved"}


def test_hidden_sheets_rows_and_columns_with_values() -> None:
    parts = book(
        {"Shown": rows({"A1": 1.0, "A2": 2.0}, hidden=(2,)), "Kept": {"B7": 1200.0}},
    )
    found = read(parts)
    assert [o.value for o in every(found, "xlsx.hidden_cells")] == [1]
    assert values(found, "xlsx.hidden_text") == ["A2\t2"]


def pivot(cached: list[tuple[str, float]], ref: str = "A1:B4") -> bytes:
    relations = f"{R}/pivotCacheRecords"
    definition = (
        f'<pivotCacheDefinition xmlns="{S}" xmlns:r="{R}" refreshedBy="Jeanne" refreshedDate="42860.5">'
        f'<cacheSource type="worksheet"><worksheetSource ref="{ref}" sheet="Data"/></cacheSource>'
        '<cacheFields><cacheField name="payee"><sharedItems/></cacheField><cacheField name="amount">'
        "<sharedItems/></cacheField></cacheFields></pivotCacheDefinition>"
    )
    kept = "".join(f'<r><s v="{name}"/><n v="{amount}"/></r>' for name, amount in cached)
    return book(
        {"Data": {"A1": "payee", "B1": "amount", "A2": "Acme", "B2": 12000.0, "A3": "Bolt", "B3": 30.0, "A4": "Cone", "B4": 7.0}},
        related=(("rId92", "pivotCacheDefinition", "pivotCache/definition1.xml"),),
        more={
            "xl/pivotCache/definition1.xml": definition,
            "xl/pivotCache/_rels/definition1.xml.rels": rels(("rId1", relations, "records1.xml")),
            "xl/pivotCache/records1.xml": f'<pivotCacheRecords xmlns="{S}">{kept}</pivotCacheRecords>',
        },
    )  # fmt: skip


def test_a_pivot_cache_keeps_what_the_sheet_no_longer_says() -> None:
    data = pivot([("Acme", 1200.0), ("Bolt", 30.0), ("Cone", 7.0)])
    found = read(data)
    assert values(found, "xlsx.pivot.refreshed_by") == ["Jeanne"]
    assert values(found, "xlsx.pivot.refreshed") == ["2017-05-05T12:00:00"]
    assert [(o.where.cell, o.value, o.raw) for o in every(found, "xlsx.pivot.other_row")] == [
        ("Data!A2", "Acme\t1200", "Acme\t12000")
    ]
    assert answers(data, "LV-XLSX-002") == {"pivot": Outcome.NEUTRAL}
    same = pivot([("Acme", 12000.0), ("Bolt", 30.0), ("Cone", 7.0)])
    assert values(read(same), "xlsx.pivot.other_rows") == [0]


def test_a_printer_is_named_from_its_settings() -> None:
    settings = "\\\\office\\HP4".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<4H", 0x401, 6, 220, 0)
    printer = rels(("rId1", "printerSettings", "../printerSettings/printerSettings1.bin"))
    data = book(
        more={
            "xl/printerSettings/printerSettings1.bin": settings,
            "xl/worksheets/_rels/sheet1.xml.rels": printer,
        }
    )
    assert values(read(data), "xlsx.printer") == ["\\\\office\\HP4"]


def test_names_locales_links_and_date_system() -> None:
    styles = (
        f'<styleSheet xmlns="{S}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[$-419]d mmm"/></numFmts>'
        "</styleSheet>"
    )
    link = (
        f'<externalLink xmlns="{S}" xmlns:r="{R}"><externalBook r:id="rId1"><sheetDataSet><sheetData sheetId="0">'
        '<row r="1"><cell r="B7"><v>1200</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>'
    )
    said = (
        '<workbookPr date1904="1" codeName="Ledger"/><definedNames><definedName name="old" hidden="1">Invoices!$B$2'
        "</definedName></definedNames>"
    )
    found = read(
        book(
            workbook=said,
            related=(("rId93", "styles", "styles.xml"), ("rId94", "externalLink", "externalLinks/link1.xml")),
            more={
                "xl/styles.xml": styles,
                "xl/externalLinks/link1.xml": link,
                "xl/externalLinks/_rels/link1.xml.rels": rels(
                    ("rId1", "externalLinkPath", "file:///C:/Users/jeanne/accounts.xlsx", "External")
                ),
            },
        )
    )
    assert values(found, "xlsx.locale") == ["419"]
    assert values(found, "xlsx.link.target") == ["file:///C:/Users/jeanne/accounts.xlsx"]
    assert values(found, "xlsx.link.text") == ["B7\t1200"]
    assert value(found, "xlsx.date_system") == "1904" and values(found, "xlsx.code_name") == ["Ledger"]
    assert [(o.value, o.raw) for o in every(found, "xlsx.name")] == [("old (hidden)", "Invoices!$B$2")]


def test_arithmetic_of_a_typed_ledger() -> None:
    balance, cells = 5000.0, {"A1": "amount", "B1": "balance"}
    held: dict[str, object] = dict(cells)
    for n in range(2, 62):
        balance += (n * 37) % 101 - 50
        held[f"A{n}"], held[f"B{n}"] = float((n * 37) % 101 - 50), balance
    held["A30"] = 4321.0
    found = read(book({"Ledger": held}))  # type: ignore[dict-item]
    (broken,) = every(found, "table.arithmetic.break")
    assert broken.where.cell == "Ledger!B30"
    assert answers(book({"Ledger": held}), "LV-TAB-003") == {"breaks": Outcome.UNUSUAL}  # type: ignore[dict-item]


def test_more_cells_than_are_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from leakverify.extractors import _ooxml_sheet

    monkeypatch.setattr(_ooxml_sheet, "_CELLS", 10)
    found = read(book())
    assert "limit-answer" in codes(found)
    assert value(found, "xlsx.formulas.differ") == 0


@given(
    st.text(alphabet="A1B2C3$:!'\"()+-*/^&=<>,.% SUMIFa", max_size=40),
    st.sampled_from(["n", "s", "b", "e", "str", "d", ""]),
)
def test_any_formula_and_any_cell_is_read(formula: str, kind: str) -> None:
    lines = (
        f'<row><c r="A1" t={quoteattr(kind)}><f>{escape(formula)}</f><v>{escape(formula[:5])}</v></c>'
        f"<c r={quoteattr(formula[:4])}><v>1</v></c></row>"
    )
    found = read(book({"a": lines}))
    assert not codes(found) & {"reader-error", "box-protocol"}


def test_parts_in_the_order_of_the_builder() -> None:
    # the builder is trusted by all tests above: rows rise, and every formula has its result
    made = rows(invoices())
    numbers = [int(piece.split('"')[0]) for piece in made.split('<row r="')[1:]]
    assert all(one < other for one, other in pairwise(numbers))
    assert types({"a": OFFICE}) != ""
