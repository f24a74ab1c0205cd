"""The answers of checks as features, and everything together as one ratio."""

from __future__ import annotations

import numpy as np
import pytest

from leakverify.classifier import calibration
from leakverify.classifier._learn import learn_format
from leakverify.classifier.model import Model
from leakverify.evidence import Evidence, Family, Outcome, Question
from leakverify.features import Row
from leakverify.features.said import answers_of, with_answers, with_words, words_of
from tests.classifier.rows import PROGRAMS, genuine, row


def answer(check: str, outcome: Outcome, message: str) -> Evidence:
    return Evidence(
        check=check,
        outcome=outcome,
        question=Question.CONTENT,
        family=Family.HISTORY,
        message=message,
        text="",
    )


def test_the_strongest_answer_of_a_check_is_its_word() -> None:
    said = words_of(
        [
            answer("LV-PDF-001", Outcome.NEUTRAL, "shown"),
            answer("LV-PDF-001", Outcome.UNUSUAL, "differs"),
            answer("LV-PDF-002", Outcome.NEUTRAL, "nothing"),
            answer("LV-PDF-003", Outcome.SUPPORTS, "agree"),
            answer("LV-PDF-004", Outcome.NOT_APPLICABLE, "not-applicable"),
            answer("LV-PDF-005", Outcome.NOT_CHECKED, "check-error"),
            answer("LV-MODEL-001", Outcome.UNUSUAL, "other-program"),
        ]
    )
    assert said == {
        "c.LV-PDF-001": ("unusual differs",),
        "c.LV-PDF-002": ("nothing",),
        "c.LV-PDF-003": ("nothing",),
        "c.LV-PDF-005": ("not checked",),
    }


def test_answers_replace_older_ones_and_leave_the_rest_of_a_row() -> None:
    one = row(1)
    first = with_answers(one, [answer("LV-PDF-001", Outcome.UNUSUAL, "differs")])
    assert answers_of(first) == {"c.LV-PDF-001": ("unusual differs",)}
    assert with_answers(first, ()) == one
    assert with_words(one, answers_of(first)) == first


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("c.LV-PDF-001", ("Dear Ms Smith",)),
        ("c.LV-PDF-001", ("unusual Dear Ms Smith",)),
        ("c.LV-PDF-001", ("nothing", "nothing more")),
        ("c.somebody", ("nothing",)),
        ("c.LV-PDF-001\nx", ("nothing",)),
    ],
)
def test_a_corpus_of_somebody_else_brings_no_text_in_as_an_answer(name: str, words: tuple[str, ...]) -> None:
    assert answers_of(Row(family="pdf", tokens={name: words})) == {}


def _told(one: Row, word: str) -> Row:
    return with_words(one, {"c.LV-PDF-001": (word,), "c.LV-PDF-002": ("nothing",)})


def _material(count: int = 320) -> tuple[list[Row], list[tuple[str, Row]], list[tuple[str, Row]]]:
    """Genuine rows, altered ones at which a check mostly points, and handled ones that a check only names."""
    rows = [_told(one, "nothing") for one in genuine(count)]
    altered = [
        (f"source {n % 8}", _told(row(n + 5000, program=PROGRAMS[n % 3]), _WORDS[n % 4])) for n in range(120)
    ]
    handled = [
        (f"source {n % 8}", _told(row(n + 9000, program=PROGRAMS[n % 3]), "neutral rewritten"))
        for n in range(80)
    ]
    return rows, altered, handled


_WORDS = ("contradicts differs", "contradicts differs", "unusual odd", "neutral rewritten")


@pytest.fixture(scope="module")
def model() -> Model:
    rows, altered, handled = _material()
    return Model.fit(rows, altered=altered, handled=handled, writers=False)


def test_what_a_check_found_moves_the_ratio_and_handling_does_not_speak_for_an_alteration(
    model: Model,
) -> None:
    fresh = row(77, source="elsewhere")
    ratios = {}
    for word in ("nothing", "neutral rewritten", "unusual odd", "contradicts differs"):
        score = model.score(_told(fresh, word))
        assert score is not None
        assert score.log10_lr is not None
        ratios[word] = score.log10_lr[1]
    assert ratios["contradicts differs"] > 0.5
    assert ratios["contradicts differs"] > ratios["neutral rewritten"]
    assert ratios["nothing"] < 0
    assert ratios["neutral rewritten"] < 0.5


def test_ratios_stay_inside_the_bounds_that_the_documents_support(model: Model) -> None:
    together = model.formats["pdf"].together
    assert together is not None
    assert together.calibrator is not None
    low, high = together.calibrator.bounds
    assert low < 0 < high <= np.log10(321)
    for score in (-1e9, 1e9):
        found = together.log10_lr(score)
        assert found is not None
        assert low - 1e-3 <= min(found) <= max(found) <= high + 1e-3


def test_without_a_kind_of_checks_their_answers_weigh_nothing(model: Model) -> None:
    known = model.formats["pdf"]
    assert known.together is not None
    blind = known.together.without(lambda check: check != "LV-PDF-001")
    terms = [n for n, term in enumerate(blind.terms) if term.startswith("c.LV-PDF-001=")]
    assert terms
    assert not blind.weights[terms].any()


def test_the_same_documents_give_the_same_bytes_and_the_same_answers_after_reading(model: Model) -> None:
    rows, altered, handled = _material()
    again = Model.fit(rows[::-1], altered=altered, handled=handled, writers=False)
    data = model.to_bytes()
    assert again.to_bytes() == data
    read = Model.from_bytes(data)
    one = _told(row(3, source="elsewhere"), "unusual odd")
    assert read.score(one) == model.score(one)
    assert read.prior_scores([one]) == model.prior_scores([one])


def test_too_few_sources_give_no_ratio() -> None:
    rows, altered, handled = _material()
    few = [one for one in rows if one.groups["source"] in ("source 0", "source 1", "source 2", "source 3")]
    known = learn_format(few, altered=altered, handled=handled, writers=False)
    assert known.together is not None
    assert known.together.calibrator is None


def test_documents_of_a_source_that_are_all_alike_count_as_one() -> None:
    source = np.repeat(np.arange(6), 20)
    kind = np.zeros(120, int)
    alike = calibration.effective(np.repeat(np.arange(6.0), 20), source, kind)
    assert alike.sum() == pytest.approx(6)
    mixed = calibration.effective(np.random.default_rng(1).normal(size=120), source, kind)
    assert mixed.sum() > 60


def test_places_of_a_fixed_score_hold() -> None:
    draw = np.random.default_rng(3)
    below = []
    for _ in range(400):
        scores = draw.normal(size=60)
        below.append(calibration.places(scores[:59], scores[59:])[0] <= 0.1)
    assert np.mean(below) <= 0.14
