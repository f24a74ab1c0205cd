"""Facts drawn from what a document says, whatever its format."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leakverify as lv
from leakverify.evidence import Location, Observation, Outcome
from leakverify.extractors._prose import Prose, warm_up
from leakverify.extractors._prose.amounts import UNIT, amounts, shown
from leakverify.extractors._prose.characters import disguised, uncommon
from leakverify.extractors._prose.dates import days
from leakverify.extractors._prose.identifiers import hosts, identifiers
from leakverify.extractors._prose.terms import dateline, terms
from tests.builders import invoices


def said(text: str, name: str = "text.content") -> list[Observation]:
    prose = Prose()
    prose.hear(Observation(name=name, value=text))
    return list(prose.facts())


def of(facts: list[Observation], name: str) -> list[Observation]:
    return [o for o in facts if o.name == name]


@pytest.mark.parametrize(
    ("line", "day", "weekday"),
    [
        ("Paris, le lundi 8 mai 2017 à 10 h", date(2017, 5, 8), 0),
        ("vendredi 1er décembre 2017", date(2017, 12, 1), 4),
        ("On Friday, May 5th, 2017, we met", date(2017, 5, 5), 4),
        ("Fri, 5 May 2017", date(2017, 5, 5), 4),
        ("Freitag, den 5. Mai 2017", date(2017, 5, 5), 4),
        ("viernes, 5 de mayo de 2017", date(2017, 5, 5), 4),
        ("venerdì 5 maggio 2017", date(2017, 5, 5), 4),
        ("vrijdag 5 mei 2017", date(2017, 5, 5), 4),
        ("sexta-feira, 5 de maio de 2017", date(2017, 5, 5), 4),
        ("vendredi 05/05/2017", date(2017, 5, 5), 4),
        ("le 12 mars 2005", date(2005, 3, 12), None),
    ],
)
def test_days_are_read_in_seven_languages(line: str, day: date, weekday: int | None) -> None:
    (found,) = days(line)
    assert (found.day, found.weekday) == (day, weekday)


@pytest.mark.parametrize(
    "line",
    [
        "31 février 2017", "Monday 5/6/2017", "version 12.05.2017", "lundi 5 mai 17", "Mon 5 May", "5 mai 1789",
        "mai 2017", "12 2017",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_no_day(line: str) -> None:
    assert list(days(line)) == []


def test_a_wrong_weekday_is_named_with_the_right_one() -> None:
    facts = said("Objet : réunion\nParis, le lundi 5 mai 2017\n")
    (wrong,) = of(facts, "text.weekday.wrong")
    assert (wrong.value, wrong.raw, wrong.where.line) == ("lundi 5 mai 2017", "Friday 2017-05-05", 2)
    assert not of(said("Paris, le vendredi 5 mai 2017"), "text.weekday.wrong")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_with_its_own_weekday_is_right(day: date) -> None:
    made = invoices.changed(invoices.invoice(1), day=day)
    facts = said(made.lines()[2])
    assert not of(facts, "text.weekday.wrong")
    assert [o.value for o in of(facts, "text.weekday.right")] == [1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,56", "1234.56"), ("1\u00a0234,56 €", "1234.56"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"),
        ("1'234.50", "1234.50"), ("12", "12.00"), ("-5,00", "-5.00"), ("(5,00)", "-5.00"), ("1.234.567,8", "1234567.80"),
        ("0,0125", "0.0125"),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly(text: str, value: str) -> None:
    (found,) = amounts(text)
    assert shown(found.value) == value


@pytest.mark.parametrize("text", ["1.234", "1,234", "25/12/2015", "2.1.3", "F-2017-12", "A4", "12h30x"])
def test_what_is_no_amount_or_can_be_two_is_left_out(text: str) -> None:
    assert list(amounts(text)) == []


@given(st.integers(0, 10**10), st.sampled_from([" ", "\u00a0", "\u202f", "."]))
def test_an_amount_is_read_as_it_was_written(cents: int, group: str) -> None:
    text = f"{cents // 100:,}".replace(",", group) + f",{cents % 100:02}"
    assert [a.value for a in amounts(text)] == [cents * UNIT // 100]


def test_an_honest_invoice_adds_up() -> None:
    for seed in range(60):
        facts = said("\n".join(invoices.invoice(seed).lines()))
        assert of(facts, "invoice.kind"), seed
        assert not of(facts, "invoice.relation.break"), seed
        assert "net+tax=gross" in [o.value for o in of(facts, "invoice.relation")], seed


def test_a_total_that_was_raised_is_found_with_what_was_expected() -> None:
    for seed in range(60):
        made = invoices.invoice(seed)
        raised = invoices.changed(made, stated_total=made.total + 8_000)
        (broken,) = of(said("\n".join(raised.lines())), "invoice.relation.break")
        expected, stated = (broken.raw or "").split()[1:]
        assert (Decimal(expected), Decimal(stated)) == (made.total, made.total + 8_000)


@pytest.mark.parametrize(
    ("name", "amount"),
    [("Acompte déjà versé", "-300.00"), ("Remise commerciale", "-50.00"), ("Frais de port", "12.50"), ("Arrondi", "-0.03")],
)  # fmt: skip
def test_what_stands_between_the_amounts_explains_them(name: str, amount: str) -> None:
    made = invoices.changed(invoices.invoice(7), extra=((name, Decimal(amount)),))
    facts = said("\n".join(made.lines()))
    answers = [
        e for e in judged(made.text()) if e.check == "LV-INV-001" and e.outcome in (Outcome.UNUSUAL, Outcome.CONTRADICTS)
    ]  # fmt: skip
    assert of(facts, "invoice.adjustment")
    assert not answers


def test_prices_with_more_decimals_round_as_they_may() -> None:
    items = tuple(invoices.Item(f"Ligne {n}", 137 + n, Decimal(f"0.{1234 + n}")) for n in range(6))
    made = invoices.changed(invoices.invoice(3), items=items)
    assert not of(said("\n".join(made.lines())), "invoice.relation.break")


def test_a_credit_note_has_negative_amounts() -> None:
    items = tuple(invoices.Item(i.what, -i.quantity, i.price) for i in invoices.invoice(4).items)
    made = invoices.changed(invoices.invoice(4), items=items, title="Avoir")
    facts = said("\n".join(made.lines()))
    assert [o.value for o in of(facts, "invoice.kind")] == ["credit"]
    assert not of(facts, "invoice.relation.break")


def test_numbers_beside_their_names_are_read() -> None:
    found = list(identifiers("IBAN : FR76 3000 6000 0112 3456 7890 189 BIC AGRIFRPP SIREN 732 829 320"))
    assert [(i.kind, re.sub(" ", "", i.value)) for i in found] == [
        ("iban", "FR7630006000011234567890189"),
        ("siren", "732829320"),
        ("bic", "AGRIFRPP"),
    ]
    assert not list(identifiers("Tél. 01 42 68 53 00, commande 732829320"))


def test_hosts_of_addresses() -> None:
    line = "contact@en-marche.fr, https://www.Example.PARIS/x?a=b@c et www.mairie.bzh; a@b"
    assert list(hosts(line)) == [
        ("en-marche.fr", "mail"),
        ("www.example.paris", "web"),
        ("mairie.bzh", "web"),
    ]
    assert ("time.life", "web") not in hosts("http://groups.google.com/groups?selm=373A9C4F.61B@time.life")


def test_an_address_cut_by_the_end_of_its_line_is_none() -> None:
    assert list(hosts("see http://www.carlisle-www.army.")) == []
    assert list(hosts("see http://www.carlisle-www.army.mil/ssi here")) == [
        ("www.carlisle-www.army.mil", "web")
    ]


def test_letters_of_another_script_inside_a_word() -> None:
    assert [(w, letters) for _, w, letters in disguised("Le PаyPаl de Пётр, 12 Ωm")] == [("PаyPаl", "а")]
    assert [letter for _, letter in uncommon("Coût : 3 ₿, 5 €, « été »")] == ["₿", "€"]


def test_terms_and_the_day_of_a_letter() -> None:
    assert [t.name for t in terms("Indemnité forfaitaire pour frais de recouvrement : 40 €")] == [
        "recovery indemnity of 40 euros",
        "euro amounts",
    ]
    assert dateline("Paris, le 12 mars 2005") == date(2005, 3, 12)
    assert dateline("Date de facture : 31/12/2005") == date(2005, 12, 31)
    assert dateline("Invoice date: 03/04/2005") is None
    assert dateline("Invoice date: 2005-04-03") == date(2005, 4, 3)
    assert dateline("Selon la loi du 12 mars 2005") is None


def test_the_place_of_a_fact_is_that_of_its_passage() -> None:
    prose = Prose()
    prose.hear(Observation(name="pdf.page.text", value="Page one", where=Location(page=1)))
    prose.hear(Observation(name="pdf.page.text", value="\nlundi 5 mai 2017", where=Location(page=2)))
    (wrong,) = of(list(prose.facts()), "text.weekday.wrong")
    assert (wrong.where.page, wrong.where.line) == (2, 2)


def test_warming_up_reads_every_table() -> None:
    warm_up()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    said("Facture " + text)


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 100_000, "lundi " * 50_000, "a@" * 80_000, "IBAN" * 60_000, "TVA 20 % " * 40_000, "« " * 100_000,
        "facture " + "9" * 300_000, ("1 000,00 " * 11 + "\n") * 8_000, "2017 " * 60_000, "le 1 " * 60_000,
    ],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_hostile_texts_take_linear_time(text: str) -> None:
    said(text)


def judged(data: bytes) -> tuple[lv.Evidence, ...]:
    from leakverify.box.inprocess import examine_bytes
    from leakverify.judge import judge_unit

    return judge_unit(examine_bytes(data, "invoice.txt"), "invoice.txt")[0].evidence
