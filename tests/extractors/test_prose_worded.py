"""Amounts in words: every number that can be spelled is read back, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Observation
from leakverify.extractors._prose import Prose
from leakverify.extractors._prose.amounts import UNIT
from leakverify.extractors._prose.worded import number, worded
from tests.builders.invoices import in_words


@given(st.integers(1, 999_999_999))
def test_a_french_number_is_read_back(value: int) -> None:
    (found,) = worded(f"la somme de {in_words(value)} euros")
    assert (found.value, found.whole) == (value * UNIT, True)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("soixante-dix-sept francs", 77),
        ("septante-sept francs", 77),
        ("quinze cents euros", 1_500),
        ("twelve hundred and 50/100 dollars", 1_200.5),
        ("one hundred and five thousand two hundred thirty-four dollars", 105_234),
        ("ten thousand US dollars", 10_000),
        ("un million d'euros", 1_000_000),
        ("deux cents euros et dix centimes", 200.1),
        ("mille deux cent\ncinquante euros", 1_250),
    ],
)
def test_other_ways_to_spell(words: str, value: float) -> None:
    (found,) = worded(words)
    assert found.value == round(value * UNIT)


@pytest.mark.parametrize(
    "words",
    ["vingt deux trois euros", "mille mille euros", "les euros", "cent et euros", "trois, quatre euros"],
)
def test_what_makes_no_number(words: str) -> None:
    assert [w.value for w in worded(words) if w.words.startswith(words.split(" ", maxsplit=1)[0])] == []


@given(
    st.lists(
        st.sampled_from("un deux vingt cent mille million et quatre one twenty thousand".split()), min_size=1
    )
)
def test_any_run_of_number_words_is_one_number_or_none(words: list[str]) -> None:
    read = number(words)
    assert read is None or read > 0


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("au prix de mille deux cents euros (1 200 €)", "1200.00 1200.00"),
        ("au prix de mille deux cents euros (9\u00a0200,00 €) HT", "1200.00 9200.00"),
        ("five thousand dollars ($5,000)", "5000.00 5000.00"),
        ("the sum of $5,000 (six thousand dollars)", "6000.00 5000.00"),
    ],
)
def test_figures_beside_words(line: str, raw: str) -> None:
    assert [o.raw for o in facts(line) if o.name == "text.amount.words"] == [raw]


@pytest.mark.parametrize(
    "line",
    [
        "three million dollars ($3.2 million)",
        "deux cents euros (voir page 3)",
        "dix euros (article 12 et 13)",
    ],
)
def test_figures_of_something_else(line: str) -> None:
    assert not [o for o in facts(line) if o.name == "text.amount.words"]


INVOICE = ("Facture n° F-12", "Total HT 1 000,00 €", "TVA 20 % 200,00 €", "Total TTC 1 200,00 €")


@pytest.mark.parametrize(
    ("closing", "kept"),
    [
        ("Arrêtée la présente facture à la somme de mille deux cents euros", "1 of 1"),
        ("Arrêtée la présente facture à la somme de mille euros hors taxes", "1 of 1"),
        ("Arrêtée la présente facture à la somme de neuf mille deux cents euros", "0 of 1"),
    ],
)
def test_the_sum_that_closes_an_invoice(closing: str, kept: str) -> None:
    found = facts(*INVOICE, closing)
    assert [o.raw for o in found if o.value == "words=total"] == [kept]
    broken = [o.raw for o in found if o.name == "invoice.relation.break"]
    assert broken == ([] if kept == "1 of 1" else ["words=total 9200.00 1200.00"])


def facts(*lines: str) -> list[Observation]:
    prose = Prose()
    prose.hear(Observation(name="pdf.page.text", value="\n".join(lines)))
    return list(prose.facts())
