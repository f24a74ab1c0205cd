"""Ratios, bounds, lists."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from leakverify.classifier import calibration as cal

PAIRS = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=40).filter(
    lambda pairs: len({kind for _, kind in pairs}) == 2
)


def sample(seed: int = 1, count: int = 400, sources: int = 20) -> tuple[np.ndarray, np.ndarray, list[str]]:
    random = np.random.default_rng(seed)
    labels = np.repeat([0, 1], count)
    scores = random.normal(labels * 2.0, 1.0)  # the true natural log ratio is 2 x - 2
    return scores, labels, [f"s{n % sources}" for n in range(2 * count)]


def test_cllr_of_saying_nothing_and_of_misleading() -> None:
    assert cal.cllr([0, 0, 0], [1, 0, 1]) == pytest.approx(1)
    assert cal.cllr([4, -4], [1, 0]) < 0.001
    assert cal.cllr([-2, 2], [1, 0]) > 6


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_pav_is_isotonic_regression(pairs: list[tuple[int, bool]]) -> None:
    scores = [float(s) for s, _ in pairs]
    labels = [int(k) for _, k in pairs]
    ours = cal.pav(scores, labels)
    theirs = IsotonicRegression().fit(scores, labels).predict(scores)
    assert ours == pytest.approx(theirs, abs=1e-9)


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_no_monotone_calibration_beats_cllr_min(pairs: list[tuple[int, bool]]) -> None:
    scores = [float(s) for s, _ in pairs]
    labels = [int(k) for _, k in pairs]
    least = cal.cllr_min(scores, labels)
    assert least <= 1 + 1e-9
    assert least <= cal.cllr(scores, labels) + 1e-9


def test_a_ratio_is_what_the_data_were_drawn_from() -> None:
    made = cal.fit_calibrator(*sample(count=4000))
    assert made is not None
    for score in (0.0, 1.0, 2.0):
        low, middle, high = made.log10_lr(score)
        assert middle == pytest.approx((2 * score - 2) / math.log(10), abs=0.15)
        assert low <= middle <= high


def test_calibrated_ratios_lose_little() -> None:
    made = cal.fit_calibrator(*sample(1, 2000, 1000))
    assert made is not None
    scores, labels, _ = sample(2, 2000)
    ratios = made.middle(scores)
    assert cal.cllr(ratios, labels) - cal.cllr_min(scores, labels) < 0.05


def test_bounds_grow_with_the_data_and_never_exceed_their_number() -> None:
    tops = []
    for count in (20, 200, 2000):
        low, high = cal.elub([6.0] * count + [-6.0] * count, [1] * count + [0] * count)
        assert low == pytest.approx(-high, abs=0.02)
        assert 10**high <= count + 1
        tops.append(high)
    assert tops == sorted(tops)


def test_documents_of_one_source_support_no_more_than_one() -> None:
    values, labels = [6.0] * 200 + [-6.0] * 200, [1] * 200 + [0] * 200
    weights = np.full(400, 5 / 200)  # five sources of forty
    assert 10 ** cal.elub(values, labels, weights=weights)[1] <= 6


def test_misleading_ratios_get_no_bounds() -> None:
    assert cal.elub([-2.0] * 50 + [2.0] * 50, [1] * 50 + [0] * 50) == (0.0, 0.0)


def test_too_few_documents_or_sources_give_no_ratio() -> None:
    scores, labels, sources = sample(count=20)
    assert cal.fit_calibrator(scores, labels, sources) is None
    scores, labels, _ = sample(count=100)
    assert cal.fit_calibrator(scores, labels, ["one", "two"] * 100) is None


def test_scores_that_run_the_wrong_way_say_nothing() -> None:
    scores, labels, sources = sample()
    made = cal.fit_calibrator(-scores, labels, sources)
    assert made is not None
    assert made.log10_lr(9.0) == (0, 0, 0)


def test_auc_and_recall() -> None:
    assert cal.auc([1, 2, 3, 4], [0, 0, 1, 1]) == 1
    assert cal.auc([1, 1], [0, 1]) == 0.5
    assert cal.recall_at([0, 1, 2, 3, 9, 1], [0, 0, 0, 0, 1, 1])[:2] == (1, 2)


def test_tippett_falls_and_reliability_adds_up() -> None:
    scores, labels, _ = sample()
    shown = cal.tippett(scores, labels)
    assert (np.diff(shown.altered) <= 0).all()
    assert shown.genuine[0] == 1
    rows = cal.reliability((2 * scores - 2) / math.log(10), labels)
    assert sum(n for _, _, n in rows) == len(labels)
    assert all(abs(stated - seen) < 0.15 for stated, seen, n in rows if n > 40)


def test_benjamini_hochberg_on_the_example_of_the_paper() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
         0.6528, 0.7590, 1.0]  # fmt: skip
    assert cal.benjamini_hochberg(p, 0.05).sum() == 4


def test_the_list_is_empty_when_the_references_cannot_support_it() -> None:
    p = np.ones(5000)
    p[:100] = 1 / 201
    assert not cal.benjamini_hochberg(p, 0.1).any()
    assert cal.references_needed(5000, 0.1, 100) == 499
    p[:100] = 1 / 500
    assert cal.benjamini_hochberg(p, 0.1).sum() == 100
