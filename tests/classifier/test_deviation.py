"""Conformal p-values among peers."""

from __future__ import annotations

import numpy as np

from leakverify.classifier._peers import Peers
from leakverify.classifier.deviation import PeerConformal
from leakverify.classifier.within import WithinArchive


def codes(random: np.random.Generator, count: int, columns: int = 15) -> np.ndarray:
    kind = random.integers(0, 3, (count, 1))  # three programs
    return np.where(random.random((count, columns)) < 0.8, kind, random.integers(3, 9, (count, columns)))


def test_p_values_of_exchangeable_documents_are_uniform() -> None:
    """At most a share a of genuine documents has a p-value of a or less; Hoeffding's bound at one in a million."""
    random = np.random.default_rng(4)
    found = []
    for _ in range(150):
        drawn = codes(random, 42)
        peers = Peers(drawn[:40], np.arange(40), np.ones(15))
        found += [peers.place(one).p_value for one in drawn[40:]]
    slack = np.sqrt(np.log(1e6) / (2 * 150))  # two documents share their references
    for level in (0.05, 0.1, 0.25, 0.5):
        assert np.mean(np.asarray(found) <= level) <= level + slack
    assert np.mean(np.asarray(found) <= 0.5) > 0.35  # nor are they all large


def test_it_is_full_conformal_prediction() -> None:
    """Against the definition: every document of the group scored among the others, the new one included."""
    random = np.random.default_rng(5)
    drawn, new = codes(random, 30), codes(random, 1)[0]
    weights = random.random(15)
    together = np.vstack([drawn, new])
    kinds = [len(np.unique(drawn[:, n])) + 1 for n in range(15)]

    def surprise(one: int) -> float:
        others = np.delete(together, one, axis=0)
        return sum(
            weights[n]
            * (np.log(len(others) + 0.5 * kinds[n]) - np.log((others[:, n] == together[one, n]).sum() + 0.5))
            for n in range(15)
        )

    scores = [surprise(n) for n in range(31)]
    expected = np.mean([s >= scores[-1] - 1e-5 * max(1, abs(scores[-1])) for s in scores])
    assert Peers(drawn, np.arange(30), weights).place(new).p_value == expected


def test_a_document_does_not_depend_on_its_batch() -> None:
    random = np.random.default_rng(6)
    model = PeerConformal().fit(codes(random, 60))
    batch = codes(random, 20)
    together = model.p_values(batch)
    order = random.permutation(20)
    assert (model.p_values(batch[order]) == together[order]).all()
    assert [model.p_values(one[None, :])[0] for one in batch] == together.tolist()


def test_documents_of_one_source_do_not_vouch_for_each_other() -> None:
    """A habit that one source has a hundred times is met elsewhere as what it is there: unknown."""
    random = np.random.default_rng(7)
    drawn = codes(random, 200)
    sources = np.where(np.arange(200) < 100, 0, 1 + np.arange(200) % 10)
    drawn[:100, :5] = 50
    odd = codes(random, 1)[0]
    odd[:5] = 50
    alone = Peers(drawn, np.arange(200), np.ones(15)).place(odd)
    apart = Peers(drawn, np.unique(sources, return_inverse=True)[1], np.ones(15), even=True).place(odd)
    assert apart.worth == 11
    assert alone.p_value > 0.2
    assert apart.p_value >= 1 / 12


def test_the_contribution_is_where_the_document_differs() -> None:
    random = np.random.default_rng(8)
    drawn = codes(random, 100)
    odd = drawn[0].copy()
    odd[3] = 77
    placed = Peers(drawn, np.arange(100), np.ones(15)).place(odd)
    assert int((placed.surprise - placed.usual).argmax()) == 3


def test_weights_choose_what_is_looked_at() -> None:
    random = np.random.default_rng(9)
    drawn, weights = codes(random, 100), np.ones(15)
    odd = drawn[0].copy()
    odd[3] = 77
    weights[3] = 0
    changed = PeerConformal(weights).fit(drawn)
    assert changed.p_values(odd[None, :])[0] == changed.p_values(drawn[:1])[0]


def test_within_an_archive_the_share_of_false_discoveries_holds() -> None:
    random = np.random.default_rng(10)
    shares, found = [], []
    for run in range(25):
        known, archive = codes(random, 200), codes(random, 80)
        archive[:16, :8] = random.integers(20, 24, (16, 8))
        marks = np.concatenate([np.ones(200), np.zeros(80)])
        listed = WithinArchive(random_state=run).fit(np.vstack([known, archive]), marks=marks).listed_.chosen
        shares.append(listed[16:].sum() / max(listed.sum(), 1))
        found.append(listed[:16].mean())
    assert np.mean(shares) <= 0.1 + 2 * np.std(shares) / 5
    assert np.mean(found) > 0.3


def test_marks_of_altered_documents_teach_and_do_not_calibrate() -> None:
    random = np.random.default_rng(11)
    known, archive, marked = codes(random, 120), codes(random, 60), codes(random, 12)
    archive[:6, 0], marked[:, 0] = 30, 30
    both = np.vstack([known, archive, marked])
    marks = np.concatenate([np.ones(120), np.zeros(60), -np.ones(12)])
    with_marks = WithinArchive().fit(both, marks=marks)
    without = WithinArchive().fit(both[:180], marks=marks[:180])
    assert with_marks.listed_.calibrated_on == without.listed_.calibrated_on
    assert with_marks.listed_.p_values[:6].mean() <= without.listed_.p_values[:6].mean()
    assert len(with_marks.listed_.chosen) == 60


def test_too_few_known_documents_list_nothing_and_say_what_would() -> None:
    random = np.random.default_rng(12)
    archive = codes(random, 50)
    archive[0] = 99
    marks = np.concatenate([np.ones(20), np.zeros(50)])
    listed = WithinArchive().fit(np.vstack([codes(random, 20), archive]), marks=marks).listed_
    assert not listed.chosen.any()
    assert listed.needed > 0
