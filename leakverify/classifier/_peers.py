"""References of one group, and where a document stands among them; see
:mod:`leakverify.classifier.deviation`.

Kept apart from the estimator so that scoring needs no scikit-learn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Placed(NamedTuple):
    """Where a document stands among its peers.

    ``worth`` is how many references the p-value rests on: their number, or that of their sources where
    sources count alike.  ``share`` of the references are as unusual, every document counting the same: an
    order, finer than the p-value, and no p-value.  ``surprise`` and ``usual`` are per column, in natural
    logarithms times weight.
    """

    p_value: float
    worth: float
    share: float
    score: float
    surprise: Floats
    usual: Floats


class Peers:
    """One group of references, made ready; what :class:`PeerConformal` and the model share.

    ``codes`` (documents, columns) are whole numbers, ``sources`` one number per document; documents of one
    source are left out when one of them is judged.  ``weights`` one per column, 0 or more.  ``even`` makes
    every source count the same in the p-value, whatever its number of documents.
    """

    def __init__(
        self,
        codes: NDArray[Any],
        sources: NDArray[np.int64],
        weights: Floats,
        *,
        even: bool = False,
        smoothing: float = 0.5,
    ) -> None:
        self.codes, self.sources, self.weights, self.even = codes, sources, weights, even
        self._smoothing = smoothing
        count, columns = codes.shape
        size = np.bincount(sources)
        others = count - size[sources]
        same = np.empty((count, columns))
        kinds = np.empty(columns)
        for n in range(columns):
            levels, place = np.unique(codes[:, n], return_inverse=True)
            kinds[n] = len(levels) + 1
            pair = place.astype(np.int64) * (int(sources.max(initial=0)) + 1) + sources
            of_pair, at = np.unique(pair, return_inverse=True)
            own = np.bincount(at, minlength=len(of_pair))[at]
            same[:, n] = np.bincount(place, minlength=len(levels))[place] - own
        self._kinds = kinds
        whole = np.log(others[:, None] + 1 + smoothing * kinds)
        alone = whole - np.log(same + smoothing)
        #: surprise of each reference when the document to be judged differs from it in that column
        self._base: Floats = (alone * weights).sum(axis=1)
        #: what it loses when the document has the same
        gain = (np.log(same + 1 + smoothing) - np.log(same + smoothing)) * weights
        self._gain = gain.astype(np.float32)
        self._usual: Floats = (alone * weights).mean(axis=0) if count else np.zeros(columns)
        self._counts = (1.0 / size[sources]) if even else np.ones(count)
        #: references the smallest p-value is made of
        self.worth = float(self._counts.sum())

    def __len__(self) -> int:
        return len(self.codes)

    def place(self, code: NDArray[Any]) -> Placed:
        """One document, given as its codes."""
        same = self.codes == code
        met = same.sum(axis=0)
        surprise = self.weights * (
            np.log(len(self.codes) + self._smoothing * self._kinds) - np.log(met + self._smoothing)
        )
        score = float(surprise.sum())
        theirs = self._base - np.multiply(self._gain, same).sum(axis=1, dtype=np.float64)
        # rounding must not make a document more unusual than its own twin
        as_high = theirs >= score - 1e-5 * max(1.0, abs(score))
        p_value = (float(self._counts[as_high].sum()) + 1) / (self.worth + 1)
        share = (int(as_high.sum()) + 1) / (len(theirs) + 1)
        return Placed(p_value, self.worth, share, score, surprise, self._usual)


def level_edges(values: Floats, most: int) -> Floats:
    """Where the ranges of a column end: between all its values when these are few, else at even shares."""
    distinct = np.unique(values)
    if len(distinct) <= most:
        return np.asarray((distinct[1:] + distinct[:-1]) / 2, dtype=np.float64)
    return np.unique(np.quantile(values, np.arange(1, most) / most))


def coded(values: Floats, levels: list[Floats]) -> NDArray[np.int64]:
    """The range each value lies in (documents, features)."""
    found = [np.searchsorted(edges, values[:, n], "left") for n, edges in enumerate(levels)]
    return np.column_stack(found).astype(np.int64)
