"""Invoices whose words and amounts stand in columns of their own, and words that are read otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.evidence import Observation
from leakverify.extractors._prose import Prose


def amounts(*lines: str) -> list[str]:
    return [o.raw or "" for o in facts(*lines) if o.name == "invoice.amount"]


def relations(*lines: str) -> list[tuple[object, str | None]]:
    return [(o.value, o.raw) for o in facts(*lines) if o.name.startswith("invoice.relation")]


def facts(*lines: str) -> list[Observation]:
    prose = Prose()
    prose.hear(Observation(name="pdf.page.text", value="\n".join(("Facture n° F-12", *lines, ""))))
    return list(prose.facts())


def test_words_first_and_amounts_after_them() -> None:
    block = (
        "Merci de votre confiance",
        "Total HT",
        "TVA 20 %",
        "Total TTC",
        "1 000,00 €",
        "200,00 €",
        "1 200,00 €",
    )
    assert amounts(*block) == ["net 1000.00", "tax 200.00", "gross 1200.00"]
    assert ("net+tax=gross", "1 of 1") in relations(*block)


def test_words_and_amounts_in_turn() -> None:
    block = ("Sous-total", "1 000,00", "TVA", "200,00", "Net à payer", "1 200,00", "Merci")
    assert amounts(*block) == ["net 1000.00", "tax 200.00", "due 1200.00"]


def test_a_raised_total_is_found_in_columns() -> None:
    (broken,) = [
        o for o in facts("Total HT", "TVA 20 %", "Total TTC", "1 000,00 €", "200,00 €", "9 200,00 €", "RIB")
        if o.name == "invoice.relation.break"
    ]  # fmt: skip
    assert broken.raw == "net+tax=gross 1200.00 9200.00"
    assert (broken.value, broken.where.line) == ("Total TTC", 4)


@pytest.mark.parametrize(
    "lines",
    [
        (
            "Désignation",
            "Quantité",
            "Prix HT",
            "Total HT",
            "Affiches",
            "12",
            "5,00",
            "60,00",
        ),  # heads of columns
        ("Total HT", "TVA", "Total TTC", "1 000,00", "1 200,00"),  # one amount is missing
        ("Total HT", "Total TTC", "Date", "1 000,00", "le 3 mai", "1 200,00"),  # something stands between
        ("Montant TVA", "2,20", "Total TTC", "30,00"),  # no net sum
    ],
)
def test_what_may_be_paired_otherwise_is_not_paired(lines: tuple[str, ...]) -> None:
    assert amounts(*lines) == []


def test_a_deposit_inside_a_block_is_seen() -> None:
    lines = (
        "Total HT",
        "TVA 20 %",
        "Acompte versé",
        "Total TTC",
        "100,00",
        "20,00",
        "-50,00",
        "70,00",
        "RIB",
    )
    assert [o.value for o in facts(*lines) if o.name == "invoice.adjustment"] == ["deposit"]


def test_a_block_does_not_go_on_over_the_end_of_a_page() -> None:
    prose = Prose()
    for page in ("Facture\nTotal HT\nTVA\nTotal TTC\n", "100,00\n20,00\n120,00\n"):
        prose.hear(Observation(name="pdf.page.text", value=page))
    assert not [o for o in prose.facts() if o.name == "invoice.amount"]


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("Rechnungssumme ohne USt. 473,00", "net 473.00"),
        ("Steuerbetrag in EUR 56,87", "tax 56.87"),
        ("Bedrag inclusief BTW € 189,00", "gross 189.00"),
        ("Totaal exclusief BTW € 156,20", "net 156.20"),
        ("Due payable: 571.04 €", "due 571.04"),
        ("Untaxed Amount $ 262.90", "net 262.90"),
    ],
)
def test_sums_by_the_names_invoices_give_them(line: str, raw: str) -> None:
    assert raw in amounts(line, "Total TTC 1,00", "Total HT 1,00", "TVA 1,00")


def test_sums_of_charges_are_no_total() -> None:
    lines = (
        "Gesamtbetrag der Zuschläge 5,80",
        "Rechnungssumme ohne USt. 100,00",
        "Steuerbetrag 19,00",
        "Bruttosumme 119,00",
    )
    assert amounts(*lines) == ["net 100.00", "tax 19.00", "gross 119.00"]


def test_a_charge_with_its_rate_is_no_line_of_tax() -> None:
    """The lines of charges in readable forms of ZUGFeRD name base, rate and charge, not base, rate and tax."""
    lines = (
        "Abschlag Sondernachlass 115,30 7 % VAT (S) -8,07",
        "Zuschlag Versandkosten 115,30 7 % VAT (S) 5,80",
    )
    assert not [
        r for r in relations(*lines, "Netto 100,00", "USt 19,00", "Brutto 119,00") if r[0] != "net+tax=gross"
    ]


def test_a_bare_total_counts_only_where_no_other_is_named() -> None:
    assert amounts("Subtotal $ 100.00", "Sales tax $ 7.00", "Total $ 107.00")[-1] == "gross 107.00"
    assert "gross 100.00" not in amounts("Total 100,00", "TVA 20,00", "Total HT 100,00", "Total TTC 120,00")
    assert len(amounts("Subtotal $ 100.00", "Sales tax $ 7.00", "Total hours worked $ 55.00")) == 2


def test_lines_of_blanks_cost_no_more_than_others() -> None:
    import time

    begun = time.process_time()
    facts(*[" " * 190 + "1,00" + " " * 190 + "x", "Total" + " " * 380 + "1,00 y"] * 200)
    assert time.process_time() - begun < 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Total HT", "TVA 20 %", "Total TTC", "Note", "", "100,00", "20,00 €", "12", "x 1 y 2"]
        ),
        max_size=25,
    )
)
def test_any_order_of_lines_is_read_and_no_amount_is_used_twice(lines: list[str]) -> None:
    assert len(amounts(*lines)) <= sum(line.endswith(("00", "€")) for line in lines)


def test_a_row_whose_price_is_set_against_its_word_is_no_wrong_product() -> None:
    """As pages print whose columns touch: the number of the row is not the quantity then."""
    rows = (
        "1 Papier 2,50 4 Stk 20 % 10,00",
        "2 Encre 5,00 3 Stk 20 % 15,00",
        "3 Classeurs 1,50 6 Stk 20 % 9,00",
        "5 PersonenUnfallversicherung7,98 2 Stk 20 % 15,96",
        "Total HT 49,96",
        "TVA 20 % 9,99",
        "Total TTC 59,95",
    )
    assert not [o for o in facts(*rows) if o.name == "invoice.relation.break"]
    assert ("quantity*price=total", "3 of 3") in relations(*rows)
