"""Declared against actual program: which family of programs wrote a document, told from its structure alone.

The labels it learns from are what genuine documents claim for themselves, and some of these claims are wrong
without any ill will: a program that processes a file later writes its own name over that of the writer, or
keeps the old name.  So a first classifier is asked about every document by way of sources that it has not
seen, and a document whose claim it finds all but impossible while it is sure of another family is left out
(confident learning: C. Northcutt, L. Jiang, I. Chuang, JAIR 70, 2021, 1373-1411).  How many were is kept.

A family is learned when it was met in two sources at least, and in enough documents.  Everything else
together is *other*, which is never claimed.  What a family's own documents look like to a classifier that
has not seen their source calibrates it (conformal prediction by class: V. Vovk, 2012), so that "cannot be
of this family" has a stated error rate; the answer is *unknown* unless exactly one family is left, it
clearly fits best, and the document is not itself a novelty among that family's.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from leakverify.classifier._families import OTHER, Families, Identified
from leakverify.classifier._forest import Forest
from leakverify.classifier._peers import Floats, Peers, coded, level_edges

#: a claim is left out when the other sources give it less than the first and another family more than the
#: second
_ALL_BUT_IMPOSSIBLE, _SURE = 0.05, 0.7
#: wrong claims of a family on documents of the sources left out, in proportion to its own documents, and the
#: shares that are tried as the least for a claim
_WRONG, _SHARES = 0.01, tuple(n / 100 for n in range(40, 96, 5))
#: share of the questions that are tried at every fork of a tree
_QUESTIONS = 0.1
#: folds of sources in cross-validation
_FOLDS = 8


class ProgramClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Program families from structure, with *unknown* as an answer.

    Parameters: ``trees`` of the forest; ``least`` documents and ``least_sources`` sources make a family;
    ``level`` is the share of a family's own documents that may be denied it; ``novel`` the share of odd
    documents of a family that are left unknown; ``max_levels`` values of a column are told apart;
    ``random_state`` grows the forest.  What a family must get to be claimed is learned: the least at which
    it is wrongly claimed of documents of sources left out at most once for 100 of its own.

    ``predict`` always names a class, as scikit-learn wants; ``identify`` may answer ``""`` for unknown.
    """

    def __init__(
        self,
        trees: int = 200,
        *,
        least: int = 8,
        least_sources: int = 2,
        level: float = 0.05,
        novel: float = 0.01,
        max_levels: int = 64,
        random_state: int = 0,
    ) -> None:
        self.trees = trees
        self.least = least
        self.least_sources = least_sources
        self.level = level
        self.novel = novel
        self.max_levels = max_levels
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sources: ArrayLike | None = None) -> ProgramClassifier:
        """Learn from documents (documents, features), the family each claims, and where each comes from."""
        values, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        check_classification_targets(labels)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise ValueError("ProgramClassifier cannot learn from one class")
        self.levels_ = [level_edges(values[:, n], self.max_levels) for n in range(values.shape[1])]
        where = (
            np.arange(len(values))
            if sources is None
            else np.unique(np.asarray(sources, dtype=object).astype(str), return_inverse=True)[1]
        )
        names, numbers = self._named(labels, where, grouped=sources is not None)
        self.families_, self.kept_ = learn_families(coded(values, self.levels_), numbers, names, where, self)
        self.dropped_ = int((~self.kept_).sum())
        return self

    def _named(
        self, labels: NDArray[Any], where: NDArray[np.int64], *, grouped: bool
    ) -> tuple[list[str], NDArray[np.int64]]:
        """Names of the families, and the number of each document's; without sources every class is one."""
        text = [str(label) for label in labels]
        if not grouped:
            names = [str(c) for c in self.classes_]
        else:
            names = covered(text, where, self.least, self.least_sources)
        names = [OTHER, *(n for n in names if n != OTHER)] if grouped else names
        place = {name: n for n, name in enumerate(names)}
        return names, np.asarray([place.get(one, 0) for one in text], np.int64)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """What each of ``classes_`` gets (documents, classes)."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        shares = self.families_.shares(coded(values, self.levels_))
        at = {name: n for n, name in enumerate(self.families_.names)}
        columns = [at.get(str(c)) for c in self.classes_]
        found = np.column_stack([np.zeros(len(values)) if n is None else shares[:, n] for n in columns])
        whole = found.sum(axis=1, keepdims=True)
        return np.asarray(found / np.where(whole > 0, whole, 1), dtype=np.float64)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class that fits best, one per document."""
        check_is_fitted(self)
        found: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return found

    def identify(self, X: ArrayLike) -> list[Identified]:
        """The full answer on each document."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        return [self.families_.identify(code) for code in coded(values, self.levels_)]


def covered(labels: list[str], where: NDArray[np.int64], least: int, least_sources: int) -> list[str]:
    """Families met often enough, in enough sources, in order of name."""
    counts = Counter(labels)
    met: dict[str, set[int]] = {}
    for label, source in zip(labels, where.tolist(), strict=True):
        met.setdefault(label, set()).add(source)
    return sorted(
        name
        for name, count in counts.items()
        if name != OTHER and count >= least and len(met[name]) >= least_sources
    )


def learn_families(
    codes: NDArray[np.int64],
    numbers: NDArray[np.int64],
    names: list[str],
    where: NDArray[np.int64],
    options: ProgramClassifier,
    *,
    novelty: bool = True,
) -> tuple[Families, NDArray[np.bool_]]:
    """The classifier, and which documents it was learned from; the rest claim what they are not.

    Without ``novelty`` a document that is odd for its family is not left unknown for that alone.
    """
    column, code = _terms(codes)
    hot = codes[:, column] == code
    fold = _folds(where)
    shares = _left_out(hot, numbers, len(names), fold, options)
    claimed = shares[np.arange(len(numbers)), numbers]
    kept = ~((claimed < _ALL_BUT_IMPOSSIBLE) & (shares.max(axis=1) > _SURE))
    missing = np.setdiff1d(np.unique(numbers), np.unique(numbers[kept]))
    kept |= np.isin(numbers, missing)  # a family that nobody else vouches for is not emptied
    calibrating = _left_out(hot, np.where(kept, numbers, -1), len(names), fold, options)
    own = 1 - calibrating[np.arange(len(numbers)), numbers]
    members = [kept & (numbers == n) for n in range(len(names))]
    weights = np.ones(codes.shape[1])
    peers = [
        Peers(codes[m], np.unique(where[m], return_inverse=True)[1], weights)
        if novelty and name != OTHER and m.sum() > 1
        else None
        for name, m in zip(names, members, strict=True)
    ]
    return Families(
        names, column, code, _grown(hot[kept], numbers[kept], len(names), options),
        [np.sort(own[m]) for m in members], peers,
        level=options.level, share=_least_shares(calibrating[kept], numbers[kept], names),
        novel=options.novel,
    ), kept  # fmt: skip


def _least_shares(shares: Floats, numbers: NDArray[np.int64], names: list[str]) -> list[float]:
    """The least each family must get so that few documents of sources left out are wrongly told as it."""
    told, best = shares.argmax(axis=1), shares.max(axis=1)
    found = []
    for number in range(len(names)):
        wrong = np.sort(best[(told == number) & (numbers != number)])[::-1]
        allowed = int(_WRONG * (numbers == number).sum())
        above = wrong[allowed] if len(wrong) > allowed else 0.0
        found.append(next((least for least in _SHARES if least > above), _SHARES[-1]))
    return found


def _terms(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every (column, code) that tells documents apart, met twice at least."""
    pairs = []
    for n in range(codes.shape[1]):
        levels, counts = np.unique(codes[:, n], return_counts=True)
        if len(levels) > 1:
            pairs += [(n, int(level)) for level, count in zip(levels, counts, strict=True) if count > 1]
    pairs = pairs or [(0, int(codes[0, 0]))]
    return np.asarray([p[0] for p in pairs], np.int64), np.asarray([p[1] for p in pairs], np.int64)


def _folds(where: NDArray[np.int64]) -> NDArray[np.int64]:
    """A fold per document: sources, largest first, each into the fold that is smallest so far."""
    sizes = np.bincount(where)
    filled = np.zeros(min(_FOLDS, len(sizes)), np.int64)
    fold_of = np.zeros(len(sizes), np.int64)
    for source in np.argsort(-sizes, kind="stable"):
        fold_of[source] = int(filled.argmin())
        filled[fold_of[source]] += sizes[source]
    return fold_of[where]


def _left_out(
    hot: NDArray[np.bool_],
    numbers: NDArray[np.int64],
    classes: int,
    fold: NDArray[np.int64],
    options: ProgramClassifier,
) -> Floats:
    """Shares of each document by a classifier that saw none of its source; -1 is not learned from."""
    shares = np.full((len(hot), classes), 1 / classes)
    for one in np.unique(fold):
        inside, learned = fold == one, (fold != one) & (numbers >= 0)
        if learned.any():
            grown = _trees(hot[learned], numbers[learned], options)
            shares[inside] = 0.0
            shares[np.ix_(inside, grown.classes_)] = grown.predict_proba(hot[inside].astype(np.float32))
    return shares


def _grown(
    hot: NDArray[np.bool_], numbers: NDArray[np.int64], classes: int, options: ProgramClassifier
) -> Forest:
    grown = _trees(hot, numbers, options)
    return Forest.of(grown.estimators_, grown.classes_.astype(np.int64), classes, hot.shape[1])


def _trees(
    hot: NDArray[np.bool_], numbers: NDArray[np.int64], options: ProgramClassifier
) -> ExtraTreesClassifier:
    """Randomised trees on resampled documents, every family weighing the same."""
    return ExtraTreesClassifier(
        options.trees, max_features=_QUESTIONS, bootstrap=True, class_weight="balanced", n_jobs=1,
        random_state=options.random_state,
    ).fit(hot.astype(np.float32), numbers)  # fmt: skip
