"""Sums of invoices between which something stands, rows of sheets, numbers of companies and mentions."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Observation
from leakverify.extractors._prose import Prose
from leakverify.extractors._prose.amounts import amounts, apart
from leakverify.extractors._prose.identifiers import identifiers, representative
from tests.builders import invoices
from tests.builders.invoice_kinds import KINDS, lines


def broken(*told: str) -> list[str]:
    return [(o.raw or "").split()[0] for o in facts(*told) if o.name == "invoice.relation.break"]


def facts(*told: str, name: str = "pdf.page.text") -> list[Observation]:
    prose = Prose()
    prose.hear(Observation(name=name, value="\n".join(told)))
    return list(prose.facts())


@pytest.mark.parametrize(("kind", "wrong"), [(k, w) for k, (_, bound) in KINDS.items() for w in ("", *bound)])
def test_every_kind_of_invoice(kind: str, wrong: str) -> None:
    for seed in (*range(20), 85):  # the account of the last one holds figures that make up the difference
        assert bool(broken(*lines(invoices.invoice(seed), kind, wrong))) == bool(wrong), seed


def test_a_line_without_quantity_stands_between_items_and_net() -> None:
    told = ["Facture n° F-1", "Vis 10 2,50 25,00", "Clous 4 3,00 12,00", "Total HT 91,00", "TVA 20 % 18,20",
            "Total TTC 109,20"]  # fmt: skip
    assert broken(*told) == ["lines=net"]
    assert broken(*told[:3], "Forfait déplacement 54,00", *told[3:]) == []


def test_half_free_of_tax_looks_like_half_the_rate() -> None:
    """20 per cent on half of the net amount is 10 per cent of all of it, and ordinary."""
    told = ["Facture n° F-1", "Total HT 200,00", "TVA 20 % 20,00", "Total TTC 220,00"]
    assert broken(*told) == []
    assert broken(told[0], told[1], "TVA 20 % 39,20", "Total TTC 239,20") == ["net*rate=tax"]


def test_figures_with_a_plain_space_are_read_as_they_compute() -> None:
    (amount,) = amounts("24 697,78")
    pair = apart(amount)
    assert pair is not None and [a.value for a in pair] == [240_000, 6_977_800]
    assert apart(next(amounts("24\u00a0697,78"))) is None
    told = ["Facture n° F-1", "Matériel 24 697,78 16 746,72", "Total HT 16 746,72", "TVA 20 % 3 349,34",
            "Total TTC 20 096,06"]  # fmt: skip
    assert broken(*told) == []


def sheet(*rows: tuple[object, ...], percent: str = "", day: str = "") -> list[Observation]:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Facture"
    for row in rows:
        page.append(row)
    if percent:
        page[percent].number_format = "0.0%"
    if day:
        page[day].number_format = "dd/mm/yyyy"
    out = io.BytesIO()
    book.save(out)
    return list(examine_bytes(out.getvalue(), "a.xlsx").extractions[0].observations)


ROWS = (
    ("Facture n° F-12",), ("Date", 42_500), ("Vis", 3, 333.333, 1_000), ("Total HT", None, None, 1_000),
    ("TVA", 0.196, None, 196), ("Total TTC", None, None, 1_196),
)  # fmt: skip


def test_numbers_of_a_sheet_are_amounts_of_the_invoice() -> None:
    found = sheet(*ROWS, percent="B5", day="B2")
    assert [o.raw for o in found if o.name == "invoice.amount"] == [
        "net 1000.00",
        "tax 196.00",
        "gross 1196.00",
    ]
    assert [o.value for o in found if o.name == "invoice.rate"] == ["19.6"]
    assert [o.value for o in found if o.name == "text.dateline"] == [date(2016, 5, 10).isoformat()]
    assert not [o for o in found if o.name == "invoice.relation.break"]


def test_a_changed_number_of_a_sheet_is_named_by_its_row() -> None:
    found = sheet(*ROWS[:-1], ("Total TTC", None, None, 9_196), percent="B5")
    (one,) = [o for o in found if o.name == "invoice.relation.break"]
    assert (one.where.cell, one.where.line) == ("Facture!6:6", 6)


def test_other_workbooks_are_not_laid_out() -> None:
    assert not [o for o in sheet(("Population", 12), ("Total", 30)) if o.name == "xlsx.rows"]


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("BCE 0403.170.701", "bce", "0403.170.701"),
        ("P.IVA 00743110157", "piva", "00743110157"),
        ("NIF: A58818501", "nif", "A58818501"),
        ("CHE-107.787.577 MWST", "che", "CHE-107.787.577"),
    ],
)
def test_numbers_of_neighbours(line: str, kind: str, value: str) -> None:
    assert (kind, value) in [(i.kind, i.value) for i in identifiers(line)]


def test_a_company_that_uses_the_number_of_another_says_so() -> None:
    assert representative("Membre d'un assujetti unique") == (12, "assujetti unique")
    assert representative("Société anonyme") is None


@pytest.mark.parametrize(
    ("foot", "mention"),
    [
        ("Indemnité forfaitaire pour frais de recouvrement : 40 €", "recovery indemnity of 40 euros"),
        ("Pénalités de retard : article L. 441-10 du code de commerce", "article L. 441-10 on late payment"),
        ("Autoliquidation, art. 283-2 nonies du CGI", "reverse charge of building subcontractors"),
        ("Dont éco-participation 1,20 €", "eco-participation"),
        ("IDU : FR123456_01ABCD", "unique number of extended producer responsibility"),
    ],
)
def test_mentions_of_invoices(foot: str, mention: str) -> None:
    told = ["Facture n° F-1", "Total HT 100,00", "TVA 20 % 20,00", "Total TTC 120,00", foot]
    assert mention in [o.value for o in facts(*told) if o.name == "invoice.mention"]
    assert not [o for o in facts("Une lettre.", foot) if o.name == "invoice.mention"]


@given(st.lists(st.text("0123456789 ,.%-()€\t", max_size=40), max_size=12))
def test_no_rows_break_the_reader(told: list[str]) -> None:
    facts("Facture n° F-1", "Total HT 1 000,00", *told, "Total TTC 1,00", name="xlsx.rows")
    facts("Facture n° F-1", "Total HT 1 000,00", *told, "Total TTC 1,00")
