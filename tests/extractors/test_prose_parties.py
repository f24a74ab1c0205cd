"""Who a text names, where, by which number: telephone numbers, people, companies and addresses."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Extraction, Location, Observation
from leakverify.extractors import vocabulary
from leakverify.extractors._base import Kind
from leakverify.extractors._prose import Prose
from leakverify.extractors._prose.parties import Parties
from leakverify.extractors._prose.phones import fits, phones
from leakverify.redaction import reduced

FRENCH = "Nous vous prions de trouver dans cette lettre le devis qui est pour vous avec les plans des "
ENGLISH = (
    "The plan that was made for them is with the letters and they have been there from the first of all "
)


def said(text: str, name: str = "text.content", page: int | None = None) -> list[Observation]:
    prose = Prose()
    prose.hear(Observation(name=name, value=text, where=Location(page=page)))
    return list(prose.facts())


def of(facts: list[Observation], name: str) -> list[tuple[object, str | None]]:
    return [(o.value, o.raw) for o in facts if o.name == name]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Tel +44 (0)20 7946 0123", "+442079460123"),
        ("+33 1 42 34 56 78", "+33142345678"),
        ("Phone: + 353 (01) 4042840", "+35314042840"),
        ("w:+1.714.928.5476 m:", "+17149285476"),
        ("Telefon: 0049 711-50885524", "+4971150885524"),
        ("+41 44 632 42 39", "+41446324239"),
    ],
)
def test_a_number_that_says_its_country_is_read_anywhere(line: str, number: str) -> None:
    assert [(p.number, p.form) for p in phones(line)] == [(number, "abroad")]


@pytest.mark.parametrize(
    "line",
    [
        "+0200", "+1000 8/11/02", "2017-05-05 10:00:00 +0200", "1 + 1234567", "0011 3 0111 7 1011", "12 34 56 78 90", "IBAN FR76 3000 6000 0112",
        "SIRET 732 829 320 "
        "00074", "0,12 34 56 78 90", "A+331423456789", "01 23 45 67 89 01 23", "192.168.100.1000",
        "978-2-12-345680-3", "1234-5678-9012", "ref. 2012-345-6789",
    ],
)  # fmt: skip
def test_what_is_no_number_is_left_alone(line: str) -> None:
    assert [p for p in phones(line) if p.form != "US" or fits(p.form, "fr", ())] == []


def test_numbers_as_written_inside_a_country_need_its_language() -> None:
    line = "Tél. 06 12 34 56 78 et 01.42.34.56.78"
    assert of(said(FRENCH + "\n" + line), "text.phone") == [
        ("06 12 34 56 78", "+33612345678 FR"),
        ("01.42.34.56.78", "+33142345678 FR"),
    ]
    assert not of(said(ENGLISH + "\n" + line), "text.phone")
    american = "Call (646) 555-0134 or 212-555-0134"
    assert [raw for _, raw in of(said(ENGLISH + american), "text.phone")] == [
        "+16465550134 US",
        "+12125550134 US",
    ]
    assert not of(said(FRENCH + american), "text.phone")


def test_an_address_abroad_takes_the_country_from_a_number() -> None:
    text = f"{FRENCH}\nMusterstraße 12\n10115 Berlin\nTél. 03 12 34 56 78"
    facts = said(text)
    assert of(facts, "text.address") == [("Musterstraße 12, 10115 Berlin", "DE")]
    assert not of(facts, "text.phone")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Monsieur Jean-Pierre de La Tour, vous", ("Jean-Pierre de La Tour", "title")),
        ("reçu par Mme DUPONT le 3 mai", ("DUPONT", "title")),
        ("said Mr. O'Neill yesterday", ("O'Neill", "title")),
        ("From: Slaughter, Anne-Marie <a@example.org>", ("Slaughter, Anne-Marie", "field")),
        ("> To: Huma Abedin", ("Huma Abedin", "field")),
        ("Cordialement,\n\nClaire Martin", ("Claire Martin", "sign-off")),
        ("Best regards\nWayne Harrison", ("Wayne Harrison", "sign-off")),
        ("la société représentée par Anne Petit", ("Anne Petit", "label")),
    ],
)
def test_people_are_read_where_something_marks_them(text: str, found: tuple[str, str]) -> None:
    assert found in of(said(text), "text.person")


@pytest.mark.parametrize(
    "text",
    [
        "the randomness in M. According to "
        "[28]", "President Barack Obama", "Madame / Monsieur Nom de l'auteur", "NAME YOU KNOW",
        "Cordialement,\nService "
        "Client", "From: The Team", "Dear Sir or Madam", "J.M. Line Coincidence Tables", "Paris Londres",
    ],
)  # fmt: skip
def test_words_that_nothing_marks_are_no_people(text: str) -> None:
    assert of(said(text), "text.person") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vendu à Lieferant GmbH, Berlin", ("Lieferant GmbH", "GmbH")),
        ("Copyright 2002 CNET Networks, Inc. All", ("CNET Networks, Inc.", "Inc.")),
        ("la SARL Au Bon Moulin", ("SARL Au Bon Moulin", "SARL")),
        ("Wiley and Sons, Ltd", ("Wiley and Sons, Ltd", "Ltd")),
    ],
)
def test_companies_are_read_by_their_form(text: str, found: tuple[str, str]) -> None:
    assert found in of(said(text), "text.organisation")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "12 bis, rue de la Paix\n75002 PARIS CEDEX 02",
            ("12 bis, rue de la Paix, 75002 PARIS CEDEX 02", "FR"),
        ),
        ("16 rue Mollien - 92100 BOULOGNE", ("16 rue Mollien, 92100 BOULOGNE", "FR")),
        ("Lieferantenstraße 20\n80333 München", ("Lieferantenstraße 20, 80333 München", "DE")),
        ("10 Downing Street\nLondon SW1A 2AA", ("London, SW1A 2AA", "GB")),
        ("501 Fifth Avenue, New York, NY 10017", ("New York, NY 10017", "US")),
    ],
)
def test_addresses_are_read_by_their_post_code_and_street(text: str, found: tuple[str, str]) -> None:
    assert of(said(text), "text.address") == [found]


@pytest.mark.parametrize(
    "text", ["53 secs and 77581 mins", "12345 items", "75002 PARIS", "total 10115 Berlin"]
)
def test_five_figures_alone_are_no_address(text: str) -> None:
    assert of(said(text), "text.address") == []


def test_what_a_text_says_of_people_is_content_and_never_kept() -> None:
    text = f"{FRENCH}\nMme Claire Martin, Exemple SARL\n12 rue de la Paix\n75002 Paris\nTél. 01 42 34 56 78\n"
    facts = said(text)
    names = {"text.person", "text.organisation", "text.address", "text.phone"}
    assert names <= {o.name for o in facts}
    assert all(vocabulary()[name].kind is Kind.CONTENT for name in names)
    kept = reduced(Extraction(index=0, formats=("text",), observations=tuple(facts)), keep_text=True)
    assert not names & {o.name for o in kept.observations}


def test_every_fact_stands_at_its_line_and_page() -> None:
    facts = said("a\nb\nMme Claire Martin\nTél. +33 1 42 34 56 78", "pdf.page.text", page=4)
    places = {o.name: (o.where.page, o.where.line) for o in facts if o.name in ("text.person", "text.phone")}
    assert places == {"text.person": (4, 3), "text.phone": (4, 4)}


@given(st.text(max_size=300))
def test_any_line_is_read_in_peace(line: str) -> None:
    parties = Parties()
    parties.begin(line)
    for one in line.splitlines():
        list(parties.hear(one, figures=True))
        list(phones(one))


@pytest.mark.parametrize(
    "line",
    [
        "Mr " + "A" * 1990, "Mr " + "Aa " * 600, "Aa " * 600 + "Ltd", "Aa, " * 500 + "Inc", "+1" + "(1)" * 600, "1 rue " * 330,
        "+" + "1 " * 900, "12 " * 600 + "Aa Street", "1 " + "Aa " * 600, "0" + "1 23 " * 400, "A" * 1990 + "'" + "a",
        "75001 " + "Aa-" * 600, "From: " + "Aa " * 600,
    ],
)  # fmt: skip
def test_no_line_takes_long(line: str) -> None:
    parties = Parties()
    parties.begin(line)
    start = time.process_time()
    list(parties.hear(line[:2_000], figures=True))
    list(phones(line[:2_000]))
    assert time.process_time() - start < 0.25
