"""The language and script of each passage, forms of numbers, and words of another keyboard layout."""

from __future__ import annotations

import pytest

from leakverify.evidence import Location, Observation
from leakverify.extractors._prose import Prose
from leakverify.extractors._prose.habits import Habits
from leakverify.extractors._prose.layouts import SLIPS

FRENCH = "Les plans de la maison sont dans le bureau et nous avons une lettre pour vous sur la table avec les clés. "
ENGLISH = (
    "The plans of the house are in the office and there is a letter for you that was on the table with keys. "
)
GERMAN = "Die Pläne sind nicht in dem Büro und der Brief ist auf dem Tisch mit den Schlüsseln von dem Haus oder auch. "
RUSSIAN = "Документы лежат в кабинете, письмо на столе вместе с ключами от дома. "


def heard(*passages: str) -> list[Observation]:
    prose = Prose()
    for page, text in enumerate(passages, 1):
        prose.hear(Observation(name="pdf.page.text", value=text, where=Location(page=page)))
    return list(prose.facts())


def changes(facts: list[Observation], name: str) -> list[tuple[object, int | None, int | None]]:
    return [(o.value, o.where.page, o.where.line) for o in facts if o.name == name]


def test_each_passage_is_told_where_its_language_is_another_than_before() -> None:
    facts = heard(FRENCH * 5, FRENCH * 5, ENGLISH * 5, GERMAN * 5, FRENCH * 5)
    assert changes(facts, "text.passage.language") == [("fr", 1, 1), ("en", 3, 1), ("de", 4, 1), ("fr", 5, 1)]


def test_a_change_inside_a_passage_is_told_by_its_line() -> None:
    text = "\n".join([ENGLISH] * 20 + [FRENCH] * 60)
    first, second = changes(heard(text), "text.passage.language")
    assert first == ("en", 1, 1)
    assert second[:2] == ("fr", 1) and 14 <= (second[2] or 0) <= 41


def test_scripts_are_told_with_and_without_a_known_language() -> None:
    facts = heard(
        ENGLISH * 3, RUSSIAN * 3, "\u3053\u308c\u306f\u66f8\u985e\u3067\u3059" * 12, "\u6587\u4ef6" * 30
    )
    assert [value for value, _, _ in changes(facts, "text.passage.script")] == [
        "Latin",
        "Cyrillic",
        "Kana",
        "Han",
    ]
    assert changes(facts, "text.passage.language") == [("en", 1, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "ok", "le chat", "Le Van De Des Du La Une Sur " + "Martin Dupont Smith Jones " * 60, "12 34 56", "RE: FW: IMG_0001.jpg",
        "www.example.com com org net as per door come " * 8,
    ],
)  # fmt: skip
def test_too_little_text_and_lists_of_names_have_no_language(text: str) -> None:
    assert changes(heard(text), "text.passage.language") == []


def test_no_word_is_cut_by_the_pieces() -> None:
    habits = Habits()
    habits.hear("mot " * 7_000)
    assert habits.words == 7_000


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1 234,56", "1 234,56"), ("1\u00a0234,56 €", "1 234,56"), ("1\u202f234\u202f567,00", "1 234,56"),
        ("1.234,56", "1.234,56"), ("1,234.56", "1,234.56"), ("1'234.50", "1'234.56"), ("1’234.50", "1'234.56"),
        ("1.234.567", "1.234.567"), ("1,234,567", "1,234,567"), ("100'000", "1'234'567"),
    ],
)  # fmt: skip
def test_forms_of_numbers_are_told_by_their_marks(text: str, form: str) -> None:
    habits = Habits()
    habits.hear(f"a\nb {text} c")
    ((found, count, total, (passage, line, words)),) = habits.figures()
    assert (found, count, total, passage, line, words) == (form, 1, 1, 0, 2, text.removesuffix(" €"))


@pytest.mark.parametrize(
    "text",
    ["1.234", "1,234", "12 345", "25.12.2015", "1,234,56", "01 42 34 56 78", "2.1.3", "192.168.100.100"],
)
def test_what_two_countries_read_in_two_ways_has_no_form(text: str) -> None:
    habits = Habits()
    habits.hear(text)
    assert list(habits.figures()) == []


def test_every_slip_is_the_word_meant_typed_on_the_other_layout() -> None:
    assert SLIPS["qvec"] == ("avec", "AZERTY/QWERTY")
    assert SLIPS["\u0440\u0443\u0434\u0434\u0449"] == ("hello", "QWERTY/ЙЦУКЕН")
    assert SLIPS["ghbdtn"] == ("привет", "ЙЦУКЕН/QWERTY")
    for typed, (meant, _) in SLIPS.items():
        assert typed != meant and typed not in dict(SLIPS.values()) and len(typed) == len(meant) >= 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("voici qvec nous, et dqns la boite", ["qvec", "dqns"]),
        ("qvec nous", []),  # one alone is a misread letter
        ("Zour letter, DQNs and zith", []),
        ("\u0440\u0443\u0434\u0434\u0449 Anna", ["\u0440\u0443\u0434\u0434\u0449"]),
    ],
)
def test_slips_need_another_script_or_company(text: str, words: list[str]) -> None:
    assert [o.value for o in heard(text) if o.name == "text.layout"] == words


def test_accents_apart_are_told_of_typed_text_and_not_of_pages() -> None:
    prose = Prose()
    prose.hear(Observation(name="mail.text", value="la d´ecision du conseil"))
    assert [(o.value, o.raw) for o in prose.facts() if o.name == "text.layout"] == [("d´ecision", "dead-key")]
    assert not [o for o in heard("la d´ecision du conseil") if o.name == "text.layout"]
