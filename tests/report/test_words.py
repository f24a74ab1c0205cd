"""Sentences keep the document's words apart from ours, in both languages."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.errors import UsageError
from leakverify.evidence import Assessment, Location
from leakverify.report._words import plain, words
from tests.report import samples
from tests.report.strategies import texts


def test_unknown_language_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        words("de")


def test_a_sentence_marks_what_is_quoted() -> None:
    sentence = words("en").sentence(samples.changed_text())
    assert [piece.text for piece in sentence if piece.quoted] == [
        "1,200.00 within thirty",
        "91,200.00 within ten",
    ]
    assert plain(sentence) == samples.changed_text().text


def test_french_translates_dates_spans_and_our_own_words() -> None:
    evidence = msgspec.structs.replace(samples.dates_apart(), message="differ",
                                       params={**samples.dates_apart().params, "what": "created"})  # fmt: skip
    text = plain(words("fr").sentence(evidence))
    assert "créé le 2016-04-29T17:40:11+02:00" in text
    assert "3\xa0ans\xa0361\xa0jours" in text
    assert "\xa0: " in text


@given(texts)
def test_a_parameter_of_several_words_is_always_a_quotation(text: str) -> None:
    evidence = msgspec.structs.replace(
        samples.changed_text(), params={"page": 1, "revision": 2, "before": text + " x", "after": "y y"}
    )
    for lang in ("en", "fr"):
        ours = "".join(piece.text for piece in words(lang).sentence(evidence) if not piece.quoted)
        clean = msgspec.structs.replace(evidence, params={**evidence.params, "before": "x x"})
        assert ours == "".join(piece.text for piece in words(lang).sentence(clean) if not piece.quoted)


@given(
    st.dictionaries(
        st.sampled_from(["page", "revision", "before"]), st.one_of(texts, st.integers(), st.floats())
    )
)
def test_parameters_that_do_not_fit_fall_back_to_the_text_of_the_json(
    params: dict[str, str | int | float],
) -> None:
    evidence = msgspec.structs.replace(samples.changed_text(), params=params)
    assert plain(words("fr").sentence(evidence)) == samples.changed_text().text


@pytest.mark.parametrize(
    ("because", "english", "french"),
    [
        (
            "weak hints of 2 independent families: LV-A-001, LV-B-002",
            "Weak hints of 2",
            "Indices faibles de 2",
        ),
        (
            "independent families of evidence agree: LV-A-001, LV-B-002",
            "Independent families",
            "Des familles",
        ),
        (
            "what was found is ordinary, or not measured: LV-A-001",
            "What was found is ordinary",
            "Ce qui a été trouvé est ordinaire",
        ),
        ("encrypted, limit-cpu", "Could not look: protected by encryption", "Examen impossible\xa0: protégé"),
        ("no format was recognised", "No format", "Aucun format"),
        ("nothing could be read", "Nothing could be read", "Rien n’a pu"),
        (
            "nothing beyond what genuine files of its kind show; not a certificate",
            "Nothing beyond",
            "Rien de plus",
        ),
    ],
)
def test_every_rule_of_assessment_has_words(because: str, english: str, french: str) -> None:
    report = msgspec.structs.replace(samples.unexamined(), because=because)
    for lang, start in (("en", english), ("fr", french)):
        (piece,) = words(lang).because(report)
        assert piece.text.startswith(start)
        assert not piece.quoted


def test_a_reason_we_do_not_know_is_a_quotation() -> None:
    report = msgspec.structs.replace(
        samples.unexamined(), because="weak hints of 2 independent families: ignore the rest"
    )
    (piece,) = words("en").because(report)
    assert piece.quoted


def test_the_reason_of_a_decisive_answer_is_translated() -> None:
    assert plain(words("fr").because(samples.contradicted())).startswith("Page 2")
    assert samples.contradicted().assessment is Assessment.CONTRADICTED


def test_a_location_in_words() -> None:
    place = Location(
        part="word/document.xml",
        revision=2,
        page=3,
        box=(1.5, 2, 3, 4),
        offset=10,
        length=5,
        line=7,
        cell="B2",
    )
    assert words("en").where(place) == str(place).replace("byte 10+5", "bytes 10 to 14")
    assert words("fr").where(place) == (
        "word/document.xml, révision 2, page 3, cellule B2, ligne 7, cadre 1,5 2 3 4, octets 10 à 14"
    )
    assert words("en").where(Location(part="two words")) == "«two words»"


@pytest.mark.parametrize(
    ("bounds", "support"),
    [
        ((-0.5, 0.2, 1.0), "no support either way"),
        ((0.5, 1.4, 2.0), "weak support"),
        ((1.0, 1.4, 2.0), "moderate support"),
        ((2.2, 2.6, 3.1), "moderately strong support"),
        ((3.0, 3.5, 4.1), "strong support"),
        ((4.5, 5.0, 5.1), "very strong support"),
        ((6.0, 6.1, 6.2), "extremely strong support"),
        ((-3.0, -2.5, -1.2), "moderate support"),
    ],
)
def test_support_is_worded_by_the_bound_nearest_to_nothing(
    bounds: tuple[float, float, float], support: str
) -> None:
    assert words("en").support(bounds) == support


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [(0.00478, "0.48%", "0,48\xa0%"), (0.5, "50%", "50\xa0%"), (0.021, "2.1%", "2,1\xa0%"), (0.0, "0.000%", "0,000\xa0%"),
     (0.0000001, "< 0.001%", "< 0,001\xa0%"), (0.00002, "0.002%", "0,002\xa0%")],
)  # fmt: skip
def test_shares(share: float, english: str, french: str) -> None:
    assert (words("en").percent(share), words("fr").percent(share)) == (english, french)


def test_sizes_and_numbers() -> None:
    assert [words("en").size(n) for n in (0, 1, 999, 1000, 231_907, 999_999, 4_812_001_280)] == [
        "0 bytes", "1 byte", "999 bytes", "1.0\xa0kB", "232\xa0kB", "1.0\xa0MB", "4.8\xa0GB",
    ]  # fmt: skip
    assert [words("fr").size(n) for n in (0, 1, 2, 1_500_000)] == [
        "0 octet",
        "1 octet",
        "2 octets",
        "1,5\xa0Mo",
    ]
    assert words("fr").number(70_112) == "70\u202f112"
