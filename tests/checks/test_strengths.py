"""What a measured rate makes of an answer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Evidence, Family, Outcome, Question
from leakverify.strengths import Counts, Measured, Strengths, log10_lr, shipped, wilson

COUNTS = st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def evidence(outcome: Outcome = Outcome.UNUSUAL) -> Evidence:
    return Evidence(
        check="LV-PDF-001",
        outcome=outcome,
        question=Question.CONTENT,
        family=Family.STRUCTURE,
        message="said",
        text="said",
    )


def table(**programs: Counts) -> Strengths:
    measured = Measured(
        files=1000, fired={"unusual": 5}, altered_files=50, altered_fired={"unusual": 40}, programs=programs
    )
    return Strengths(measured_on="1000 documents", checks={"LV-PDF-001": measured})


@given(COUNTS)
def test_interval_holds_the_rate(counts: tuple[int, int]) -> None:
    hits, of = counts
    low, high = wilson(hits, of)
    assert 0 <= low <= high <= 1
    assert not of or low <= hits / of + 1e-12
    assert not of or hits / of <= high + 1e-12


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)]
)
def test_interval_is_the_published_one(hits: int, of: int, low: float, high: float) -> None:
    # third row: R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


@given(altered=COUNTS, genuine=COUNTS)
def test_ratio_never_exceeds_what_the_genuine_files_support(
    altered: tuple[int, int], genuine: tuple[int, int]
) -> None:
    low, middle, high = log10_lr(*altered, *genuine)
    assert low <= high
    assert middle <= high
    assert middle <= math.log10(2 * (genuine[1] + 1)) + 1e-3


def test_an_answer_never_measured_has_no_strength() -> None:
    assert Strengths(measured_on="", checks={}).of(evidence()) is None
    assert table().of(evidence(Outcome.NEUTRAL)) is None


def test_a_program_whose_genuine_files_often_answer_so_answers_for_itself() -> None:
    known = table(Quartz=Counts(files=40, fired={"unusual": 4}))
    own = known.of(evidence(), lambda: "Quartz")
    other = known.of(evidence(), lambda: "Ghostscript")
    assert own is not None
    assert other is not None
    assert (own.genuine_fired, own.genuine_files) == (4, 40)
    assert (other.genuine_fired, other.genuine_files) == (5, 1000)
    assert own.measured_on == "1000 documents, naming Quartz"
    assert own.log10_lr is not None
    assert other.log10_lr is not None
    assert own.log10_lr[1] < other.log10_lr[1]


@given(own=COUNTS)
def test_counts_of_a_program_never_make_an_answer_stronger(own: tuple[int, int]) -> None:
    hits, files = own
    everywhere = table().of(evidence())
    here = table(Quartz=Counts(files=files, fired={"unusual": hits})).of(evidence(), lambda: "Quartz")
    assert everywhere is not None
    assert here is not None
    assert here.genuine_fired / here.genuine_files >= everywhere.genuine_fired / everywhere.genuine_files
    assert here.genuine_upper >= everywhere.genuine_upper


def test_the_shipped_counts_are_counts() -> None:
    for check, measured in shipped().checks.items():
        for counts in (measured, *measured.programs.values()):
            assert sum(counts.fired.values()) <= counts.files, check
        # one file may be given two answers
        assert max(measured.altered_fired.values(), default=0) <= measured.altered_files, check
        for program in measured.programs.values():
            assert program.files <= measured.files
