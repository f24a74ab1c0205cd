"""How unusual a document is among its genuine peers, as a conformal p-value.

The score of a document is how surprising each of its features is among the others: minus the logarithm of the
share of peers that have the same, summed with a weight per feature.  The p-value is the share of the peers,
the document itself counted in, that are at least as surprising.

Two things make it hold.  The document is put among its peers before anything is counted, so that it and they
are treated alike (full conformal prediction: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a
Random World, 2005, 2.2); nothing is spent on a split and nothing depends on chance.  And documents of one
source never vouch for each other: each is compared with those of other sources only, since a document to be
examined mostly comes from somewhere else.

The weights may be learned from altered documents.  They choose what is looked at; the references alone decide
what is unusual, so the error rate does not depend on the weights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from leakverify.classifier._peers import Peers, Placed, coded, level_edges

Floats = NDArray[np.float64]


class PeerConformal(BaseEstimator):  # type: ignore[misc]
    """Conformal p-values among references of one group, for scikit-learn.

    Parameters: ``weights`` one per column, or ``None`` for equal ones; ``even`` lets every source count the
    same; ``smoothing`` is added to every count; ``max_levels`` values of a column are told apart, and one
    with more is cut into as many ranges.
    """

    def __init__(
        self,
        weights: ArrayLike | None = None,
        *,
        even: bool = False,
        smoothing: float = 0.5,
        max_levels: int = 64,
    ) -> None:
        self.weights = weights
        self.even = even
        self.smoothing = smoothing
        self.max_levels = max_levels

    def fit(self, X: ArrayLike, y: object = None, sources: ArrayLike | None = None) -> PeerConformal:
        """Learn from genuine documents (documents, features); ``sources`` one label per document."""
        values = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        if sources is None:
            numbers = np.arange(len(values))
        else:
            labels = np.asarray(sources, dtype=object).astype(str)
            if labels.shape != (len(values),):
                raise ValueError("one source per document is needed")
            numbers = np.unique(labels, return_inverse=True)[1]
        weights = np.ones(values.shape[1]) if self.weights is None else np.asarray(self.weights, np.float64)
        if weights.shape != (values.shape[1],) or (weights < 0).any():
            raise ValueError("one weight of 0 or more per feature is needed")
        self.levels_ = [level_edges(values[:, n], self.max_levels) for n in range(values.shape[1])]
        self.peers_ = Peers(
            self._codes(values), numbers.astype(np.int64), weights, even=self.even, smoothing=self.smoothing
        )
        return self

    def score_samples(self, X: ArrayLike) -> Floats:
        """Minus the surprise of each document, as scikit-learn's detectors have it: lower is more unusual."""
        return np.asarray([-one.score for one in self._placed(X)])

    def p_values(self, X: ArrayLike) -> Floats:
        """One p-value per document; each depends on that document and the references only."""
        return np.asarray([one.p_value for one in self._placed(X)])

    def _placed(self, X: ArrayLike) -> list[Placed]:
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        return [self.peers_.place(code) for code in self._codes(values)]

    def _codes(self, values: Floats) -> NDArray[np.int64]:
        return coded(values, self.levels_)
