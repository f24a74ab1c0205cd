"""Programs, peers, and the model as a whole, on rows made in code."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

import leakverify as lv
from leakverify.classifier import evaluation
from leakverify.classifier._compatible import compatible, lineage
from leakverify.classifier._forest import Forest
from leakverify.classifier._learn import learn_format
from leakverify.classifier._matrix import NEW, Encoder, learn
from leakverify.classifier.model import Model, baseline
from leakverify.errors import ModelError, UsageError
from leakverify.evidence import Outcome
from tests.classifier.rows import PROGRAMS, genuine, row


@pytest.fixture(scope="module")
def model() -> Model:
    altered = [(f"source {n % 8}", row(n + 5000, program=PROGRAMS[n % 3], odd=4)) for n in range(60)]
    return Model.fit(genuine(360), trees=30, corpus="made in code", altered=altered)


def elsewhere(number: int, **options: object) -> lv.classifier.model.Row:  # type: ignore[name-defined]
    return evaluation.from_elsewhere(row(number, source="elsewhere", **options))  # type: ignore[arg-type]


# the dictionary -------------------------------------------------------------------------------------------


def test_the_dictionary_does_not_depend_on_order() -> None:
    rows = genuine(60)
    assert learn(rows).columns == learn(rows[::-1]).columns


def test_words_that_were_not_met_are_new_and_absences_stay_apart() -> None:
    rows = genuine(60)
    encoder = learn(rows)
    at = next(n for n, c in enumerate(encoder.columns) if c.feature == "s.pdf.habit0")
    assert encoder.encode(row(1, odd=1))[at] == NEW
    trapped = next(n for n, c in enumerate(encoder.columns) if c.feature == "m.pdf.trapped")
    assert set(encoder.encode_all(rows)[:, trapped].tolist()) == {0, 1, 2}


def test_the_dictionary_comes_back_from_its_state() -> None:
    encoder = learn(genuine(30))
    again = Encoder.from_state(msgspec.json.decode(msgspec.json.encode(encoder.state())))
    assert again.columns == encoder.columns


# programs -------------------------------------------------------------------------------------------------


def test_programs_are_told_on_sources_that_were_not_seen(model: Model) -> None:
    known = model.formats["pdf"]
    told = evaluation.programs(known, [elsewhere(n, program=PROGRAMS[n % 3]) for n in range(90)])
    assert told is not None
    assert sum(t[1] for t in told.families.values()) >= 80
    assert sum(t[2] for t in told.families.values()) == 0
    assert told.alarms == 0
    assert told.caught >= 0.9 * told.swapped


def test_a_claim_of_another_program_is_pointed_at(model: Model) -> None:
    answer = model.answer(elsewhere(7, program="Alpha", declared="Beta"))
    (told,) = [e for e in answer.evidence if e.check == "LV-MODEL-001"]
    assert told.outcome is Outcome.UNUSUAL
    assert told.params["named"] == "Beta"
    assert str(told.params["seen"]).startswith("Alpha")
    assert told.strength is not None
    assert told.strength.genuine_files >= 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"program": "Alpha"}, "agree"),
        ({"program": "Delta", "declared": "Alpha"}, "nothing"),
        ({"program": "Alpha", "declared": None}, "unstated"),
        ({"program": "Alpha", "declared": "unlisted 0123456789abcdef"}, "unstated"),
        ({"program": "Alpha", "declared": "Beta", "habit": 0.0}, "nothing"),
    ],
)
def test_everything_else_is_shown_and_not_pointed_at(
    model: Model, options: dict[str, object], message: str
) -> None:
    (told,) = [e for e in model.answer(elsewhere(9, **options)).evidence if e.check == "LV-MODEL-001"]
    assert (told.outcome, told.message) == (Outcome.NEUTRAL, message)


def test_a_family_of_one_source_is_never_claimed() -> None:
    rows = genuine(200) + [row(n, program="Lone", source="source 0") for n in range(60)]
    writer = learn_format(rows, trees=16).writer
    assert writer is not None
    assert "Lone" not in writer.names


def test_wrong_names_in_the_corpus_are_left_out_and_do_no_harm() -> None:
    rows = genuine(360)
    wrong = [n for n in range(0, 360, 15) if PROGRAMS[n % 3] != "Beta"]
    for n in wrong:
        rows[n] = msgspec.structs.replace(rows[n], declared=("Beta", "1"))
    known = learn_format(rows, trees=16)
    assert known.dropped >= len(wrong) / 3
    told = evaluation.programs(known, [elsewhere(n, program=PROGRAMS[n % 3]) for n in range(60)])
    assert told is not None
    assert told.alarms == 0


def test_programs_that_write_through_each_other_go_together() -> None:
    assert lineage("OpenOffice") == lineage("LibreOffice")
    assert lineage("unlisted 0123456789abcdef") == ""
    assert compatible("Microsoft Office", "Quartz")
    assert not compatible("Microsoft Office", "LibreOffice")


def test_trees_that_lead_nowhere_are_refused() -> None:
    good = (np.asarray([0]), np.asarray([0, -1, -1]), np.asarray([1, -1, -1]), np.asarray([2, -1, -1]))
    shares = np.eye(3)
    assert Forest(*good, shares, 1).ask(np.asarray([True]))[0].tolist() == [0, 0, 1]
    for at, value in ((0, [7]), (1, [5, -1, -1]), (2, [0, -1, -1]), (3, [9, -1, -1])):
        bad = list(good)
        bad[at] = np.asarray(value)
        with pytest.raises(ValueError, match=r"nodes|trees"):
            Forest(*bad, shares, 1)


# peers ----------------------------------------------------------------------------------------------------


def test_odd_documents_have_small_p_values_and_name_the_features(model: Model) -> None:
    plain, odd = model.score(elsewhere(3)), model.score(elsewhere(3, odd=6))
    assert plain is not None and odd is not None
    assert odd.p_value < plain.p_value
    assert odd.contributions[0].feature.startswith("s.pdf.habit")
    assert odd.log10_lr is not None and plain.log10_lr is not None
    assert odd.log10_lr[1] > plain.log10_lr[1]


def test_a_source_vouches_once_unless_documents_come_from_the_corpus_itself(model: Model) -> None:
    score = model.score(elsewhere(3, odd=12))
    same = Model.fit(genuine(360), trees=16, same_sources=True, like=model).score(elsewhere(3, odd=12))
    assert score is not None and same is not None
    assert score.p_value >= 1 / 9 - 1e-6
    assert same.p_value == pytest.approx(1 / 121, abs=1e-4)


def test_too_few_peers_give_a_problem_and_no_number(model: Model) -> None:
    few = Model.fit(genuine(20), trees=16, like=model)
    answer = few.answer(elsewhere(1))
    assert answer.score is None
    assert [p.code for p in answer.problems] == ["too-few-peers"]
    assert "30" in answer.problems[0].detail


def test_a_format_the_model_does_not_know_is_silent(model: Model) -> None:
    assert model.answer(elsewhere(1, family="mail")) == (None, (), ())


def test_without_altered_documents_there_is_no_ratio(model: Model) -> None:
    score = Model.fit(genuine(200), trees=16, like=model).score(elsewhere(1))
    assert score is not None
    assert score.log10_lr is None


def test_what_to_look_at_is_taken_over_from_another_model(model: Model) -> None:
    own = Model.fit(genuine(120), trees=16, like=model).formats["pdf"]
    theirs = {
        c.label: w
        for c, w in zip(model.formats["pdf"].encoder.columns, model.formats["pdf"].weights, strict=True)
    }
    assert all(
        w == theirs[c.label]
        for c, w in zip(own.encoder.columns, own.weights, strict=True)
        if c.label in theirs
    )


# the whole ------------------------------------------------------------------------------------------------


def test_saved_and_loaded_it_says_the_same(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "m.skops")
    again = Model.load(tmp_path / "m.skops")
    assert again.identity == model.identity
    assert again.to_bytes() == (tmp_path / "m.skops").read_bytes()
    for n in range(12):
        one = elsewhere(n, odd=n % 4, declared="Beta")
        assert again.answer(one) == model.answer(one)


def test_the_same_rows_in_any_order_give_the_same_model(model: Model) -> None:
    one, other = (
        Model.fit(genuine(120), trees=16, like=model),
        Model.fit(genuine(120)[::-1], trees=16, like=model),
    )
    assert one.identity == other.identity


def test_a_model_with_parts_that_do_not_fit_is_refused(model: Model) -> None:
    from leakverify.classifier import persistence

    state, arrays = persistence.from_bytes(model.to_bytes())
    for name in arrays:
        if {"spread", "roots"} & set(name.split()):
            continue  # fewer resamples or trees are fewer, and nothing else
        for bad in (arrays[name][:-1], arrays[name].astype("<f8").reshape(-1)[:0]):
            with pytest.raises(ModelError):
                Model.from_bytes(persistence.to_bytes(state, {**arrays, name: bad}))
    with pytest.raises(ModelError):
        Model.from_bytes(persistence.to_bytes({"card": {}, "formats": {}}, {}))


def test_nothing_to_learn_from_is_a_wrong_call() -> None:
    with pytest.raises(UsageError):
        Model.fit([])


def test_the_shipped_model_is_pinned_small_and_quick() -> None:
    shipped = baseline()
    if shipped is None:
        pytest.skip("this version ships no model")
    assert len(shipped.to_bytes()) < 20 << 20
    one = elsewhere(1)
    shipped.answer(one)
    started = time.process_time()
    for _ in range(20):
        shipped.answer(one)
    assert (time.process_time() - started) / 20 < 0.02  # 5 ms on a machine that does nothing else


def test_evaluation_of_a_corpus_of_ones_own() -> None:
    (found,) = evaluation.on_own_corpus(genuine(240), trees=16)
    assert found["held out"] == "sources"
    assert found["wrong"] == 0
    assert int(found["p <= 0.1"]) <= 0.25 * int(found["with enough peers"])
