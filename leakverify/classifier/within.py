"""Within one archive: which of its documents differ from known-genuine ones, at a stated rate of false
discoveries.

Here, and only here, the documents of an archive are looked at together: a classifier learns to tell part of
the known-genuine documents from a mixture of the archive and the rest of them.  That rest calibrates it.  The
classifier is not told which of the mixture is which, so a genuine document of the archive and a calibrating
one are exchangeable whatever it has learned, and Benjamini-Hochberg on the resulting p-values controls the
share of false discoveries (A. Marandon, L. Lei, D. Mary, E. Roquain, Adaptive novelty detection with false
discovery rate guarantee, Annals of Statistics 52, 2024, 157-183).

What a reporter has marked is used without touching that argument.  Documents marked genuine leave the archive
and join the known-genuine ones.  Documents marked altered leave it as well and only teach the classifier what
to look for; nothing is calibrated on them.  The guarantee asks that known-genuine documents be like the
genuine ones of the archive: of the same organisation, programs and years.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted, validate_data

from leakverify.classifier._peers import Floats, coded, level_edges
from leakverify.classifier.calibration import benjamini_hochberg, places, references_needed

#: known-genuine documents below which nothing is said: half of them calibrate
LEAST_GENUINE = 40


class Listed(NamedTuple):
    """What :meth:`WithinArchive.fit` found about the documents of the archive, in their order.

    ``chosen`` are those on the list.  ``needed`` is how many calibrating documents it would take before a
    single document could be on it, and 0 when there are enough.
    """

    chosen: NDArray[np.bool_]
    p_values: Floats
    calibrated_on: int
    needed: int


class WithinArchive(BaseEstimator):  # type: ignore[misc]
    """Known-genuine documents against the mixture that an archive is.

    Parameters: ``rate`` of false discoveries on the list; ``share`` of the known-genuine documents that
    calibrate; ``C`` the inverse strength of the pull to zero; ``max_levels`` values of a column are told
    apart; ``random_state`` chooses who calibrates.

    ``fit(X, marks=...)``: a mark is 1 for a known-genuine document, 0 for one of the archive that nobody has
    marked, -1 for one that was marked altered.  Without marks all are of the archive, and nothing can be
    listed.
    """

    def __init__(
        self,
        rate: float = 0.1,
        *,
        share: float = 0.5,
        C: float = 0.3,
        max_levels: int = 16,
        random_state: int = 0,
    ) -> None:
        self.rate = rate
        self.share = share
        self.C = C
        self.max_levels = max_levels
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: object = None, marks: ArrayLike | None = None, prior: ArrayLike | None = None
    ) -> WithinArchive:
        """Learn from the whole archive and what is known; ``listed_`` is the answer.

        ``prior`` is a score per document, larger for what is more unusual, that was fixed before the archive
        was looked at; what is learned here is added to it.
        """
        values = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        marked = np.zeros(len(values), int) if marks is None else np.asarray(marks).astype(int).ravel()
        if marked.shape != (len(values),) or not np.isin(marked, (-1, 0, 1)).all():
            raise ValueError("a mark of 1, 0 or -1 is needed for every document")
        # ranges come from all documents together, so that they tell none of them apart
        self.levels_ = [level_edges(values[:, n], self.max_levels) for n in range(values.shape[1])]
        codes = coded(values, self.levels_)
        self.terms_ = [(n, int(level)) for n in range(codes.shape[1]) for level in np.unique(codes[:, n])]
        hot = self._hot(codes)
        genuine = np.flatnonzero(marked == 1)
        drawn = np.random.default_rng(self.random_state).permutation(genuine)
        calibrating = np.sort(drawn[: int(len(drawn) * self.share)])
        learning = np.sort(drawn[int(len(drawn) * self.share) :])
        archive, altered = np.flatnonzero(marked == 0), np.flatnonzero(marked == -1)
        mixture = np.concatenate([archive, calibrating, altered])
        self.coef_, self.intercept_ = self._learned(hot, learning, mixture, altered)
        scores = hot @ self.coef_ + self.intercept_
        if prior is not None:
            fixed = np.asarray(prior, dtype=np.float64).ravel()
            if fixed.shape != (len(values),) or not np.isfinite(fixed).all():
                raise ValueError("a prior score is needed for every document")
            scores = scores + math.log(10) * fixed
        self.calibrating_ = np.sort(scores[calibrating])
        if len(genuine) < LEAST_GENUINE:
            p_values = np.ones(len(archive))
        else:
            p_values = places(self.calibrating_, scores[archive])
        chosen = benjamini_hochberg(p_values, self.rate)
        most_alike = int((p_values == p_values.min()).sum()) if len(p_values) else 1
        needed = references_needed(max(len(archive), 1), self.rate, most_alike)
        needed = max(needed, round(LEAST_GENUINE * self.share))
        short = 0 if chosen.any() or len(calibrating) >= needed else needed
        self.listed_ = Listed(chosen, p_values, len(calibrating), short)
        return self

    def _learned(
        self, hot: Floats, learning: NDArray[np.int64], mixture: NDArray[np.int64], altered: NDArray[np.int64]
    ) -> tuple[Floats, float]:
        if not len(learning) or not len(mixture):
            return np.zeros(hot.shape[1]), 0.0
        used = np.concatenate([learning, mixture])
        labels = np.concatenate([np.zeros(len(learning)), np.ones(len(mixture))])
        weights = np.where(labels == 1, 0.5 / len(mixture), 0.5 / len(learning)) * len(used)
        if len(altered):  # surely altered ones teach as much as the whole mixture, most of which is genuine
            weights[np.isin(used, altered)] = 0.5 * len(used) / len(altered)
        found = LogisticRegression(C=self.C, max_iter=200, random_state=0).fit(hot[used], labels, weights)
        return np.asarray(found.coef_[0], np.float64), float(found.intercept_[0])

    def _hot(self, codes: NDArray[np.int64]) -> Floats:
        column = np.asarray([t[0] for t in self.terms_], np.int64)
        level = np.asarray([t[1] for t in self.terms_], np.int64)
        return np.asarray(codes[:, column] == level, np.float64)

    def score_samples(self, X: ArrayLike) -> Floats:
        """Minus how much each document is unlike the known-genuine ones: lower is more unusual."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        return -(self._hot(coded(values, self.levels_)) @ self.coef_ + self.intercept_)
