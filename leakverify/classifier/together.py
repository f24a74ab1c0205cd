"""Everything known of a document as one likelihood ratio: its place among its peers and what its checks
answered.

A document is described by the answers of its checks (:mod:`leakverify.features.said`), by how many of
them point, and by how surprising each block of its features is among genuine documents of other sources.
A logistic curve with a strong pull to nothing learns from genuine documents, from genuine ones that went
through ordinary handling (saved anew, printed, merged), and from altered ones, which of this tells the
last from the first two. Its score becomes a ratio by a second curve, learned on scores of documents whose
source had no part in the first, and is kept inside bounds that the documents support.

What it is for: the order of a list. It never changes an assessment; those follow from stated answers with
measured strengths. A ratio is relative to the alterations that were learned from, and a careful rebuild
in the right program may look like none of them.

Sources: P. Vergeer et al., Science & Justice 56, 2016, 482-491, for the bounds; L. Kish, Survey Sampling,
1965, for counting documents of one source as fewer than they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leakverify.classifier._matrix import Encoder
from leakverify.classifier._peers import Floats, Placed
from leakverify.classifier.calibration import LEAST_SOURCES_TOGETHER, Calibrator, fit_calibrator
from leakverify.features import BLOCKS, Row
from leakverify.features.said import PREFIX

#: documents that must have an answer before it gets a weight
_OFTEN = 4
#: strength of the pull to nothing, and folds of sources whose scores calibrate
_C, _FOLDS = 0.01, 5
#: answers of one kind beyond which more add nothing
_MOST_POINTING = 2
_TERM = re.compile(r"c\.LV-[A-Z]+-[0-9]+=[A-Za-z0-9_ -]{1,80}")
_COUNTS = ("contradicts", "unusual")
#: kinds of documents a model of everything learns from, and how much each weighs in all
_WEIGHT = {"genuine": 0.25, "handled": 0.25, "altered": 0.5}


class Met(NamedTuple):
    """One document to learn from: its kind, its source, its row, and its place without its own source."""

    kind: str  # genuine, handled, altered
    source: str
    row: Row
    placed: Placed | None


class Together:
    """What everything together amounts to; see the module.

    ``terms`` are ``c.CHECK=word``.  ``weights`` are log10 per unit of what :meth:`describe` gives, ``offset``
    is added.
    """

    def __init__(
        self, terms: Sequence[str], weights: Floats, offset: float, calibrator: Calibrator | None
    ) -> None:
        self.terms, self.weights, self.offset = tuple(terms), weights, float(offset)
        self.calibrator = calibrator
        self._at = {term: n for n, term in enumerate(self.terms)}

    def describe(self, encoder: Encoder, row: Row, placed: Placed | None) -> Floats:
        """What the curve is over: terms, counts, whether there are peers, surprise per block, rarity."""
        return _describe(self._at, encoder, row, placed)

    def score(self, encoder: Encoder, row: Row, placed: Placed | None) -> float:
        """One number, larger for what is more like altered documents."""
        return float(self.describe(encoder, row, placed) @ self.weights) + self.offset

    def log10_lr(self, score: float) -> tuple[float, float, float] | None:
        """(low, middle, high), ``None`` when too few sources were there to calibrate."""
        return None if self.calibrator is None else self.calibrator.log10_lr(score)

    def without(self, keep: Callable[[str], bool]) -> Together:
        """The same without the answers of some checks: those for whose id ``keep`` is false."""
        weights = self.weights.copy()
        for term, n in self._at.items():
            if not keep(term.partition("=")[0].removeprefix(PREFIX)):
                weights[n] = 0.0
        return Together(self.terms, weights, self.offset, self.calibrator)

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """As something JSON holds, and arrays."""
        arrays = {"weights together": self.weights.astype("<f8")}
        state: dict[str, Any] = {"terms": list(self.terms), "offset": self.offset, "calibrator": None}
        if self.calibrator is not None:
            state["calibrator"] = self.calibrator.state()
            arrays["spread together"] = state["calibrator"].pop("spread").astype("<f8")
        return state, arrays

    @classmethod
    def from_state(cls, state: Any, arrays: dict[str, NDArray[Any]]) -> Together:
        """Put together again. Raises ``ValueError``, ``KeyError`` or ``TypeError``."""
        terms, weights, offset = list(state["terms"]), arrays["weights together"], float(state["offset"])
        if not all(isinstance(term, str) and _TERM.fullmatch(term) for term in terms):
            raise ValueError("answers that no check gives")
        if weights.shape != (len(terms) + _EXTRA,) or not np.isfinite(weights).all() or offset != offset:
            raise ValueError("weights that do not fit the answers")
        kept = state["calibrator"]
        calibrator = (
            None if kept is None else Calibrator.from_state({**kept, "spread": arrays["spread together"]})
        )
        return cls(terms, weights.astype(np.float64), offset, calibrator)


#: numbers after the terms: counts, no peers, a sum per block, rarity
_EXTRA = len(_COUNTS) + 1 + len(BLOCKS) + 1


def _describe(at: dict[str, int], encoder: Encoder, row: Row, placed: Placed | None) -> Floats:
    found = np.zeros(len(at) + _EXTRA)
    pointing = Counter[str]()
    for name, words in row.tokens.items():
        if not name.startswith(PREFIX):
            continue
        for word in words:
            pointing[word.partition(" ")[0]] += 1
            number = at.get(f"{name}={word}")
            if number is not None:
                found[number] = 1.0
    rest = [float(min(pointing[kind], _MOST_POINTING)) for kind in _COUNTS]
    rest.append(float(placed is None))
    if placed is None:
        rest += [0.0] * (len(BLOCKS) + 1)
    else:
        rest += [float(placed.surprise[encoder.in_blocks(block)].sum()) for block in BLOCKS]
        rest.append(-float(np.log10(placed.share)))
    found[len(at) :] = rest
    return found


def learn_together(
    encoder: Encoder, met: Sequence[Met], *, calibrate: bool = True, seed: int = 0
) -> Together | None:
    """Learn from documents of all kinds; ``None`` without genuine or without altered ones.

    Without ``calibrate`` there is a score and no ratio.
    """
    kinds = {one.kind for one in met}
    if not {"genuine", "altered"} <= kinds:
        return None
    counts = Counter(
        f"{name}={word}"
        for one in met
        for name, words in one.row.tokens.items()
        if name.startswith(PREFIX)
        for word in words
        if word != "nothing"
    )
    terms = sorted(t for t, count in counts.items() if count >= _OFTEN and _TERM.fullmatch(t))
    at = {term: n for n, term in enumerate(terms)}
    design = np.vstack([_describe(at, encoder, one.row, one.placed) for one in met])
    altered = np.asarray([one.kind == "altered" for one in met])
    weight = _weights(met)
    weights, offset = _curve(design, altered, weight)
    sources = {one.source for one in met if one.kind == "genuine"}
    if not calibrate or len(sources) < LEAST_SOURCES_TOGETHER:
        return Together(terms, weights, offset, None)
    # scores of documents whose source had no part in the curve
    names = sorted({one.source for one in met})
    fold = {name: n % _FOLDS for n, name in enumerate(np.random.default_rng(seed).permutation(names))}
    folds = np.asarray([fold[one.source] for one in met])
    scores = np.zeros(len(met))
    for number in range(_FOLDS):
        inside = folds == number
        if not inside.any():
            continue
        rest = ~inside
        if not (altered[rest].any() and not altered[rest].all()):
            return Together(terms, weights, offset, None)
        part, shift = _curve(design[rest], altered[rest], weight[rest])
        scores[inside] = design[inside] @ part + shift
    calibrator = fit_calibrator(
        scores, altered, [one.source for one in met], seed=seed, alike=[one.kind for one in met]
    )
    return Together(terms, weights, offset, calibrator)


def _weights(met: Sequence[Met]) -> Floats:
    """A weight per document: kinds weigh what they should, and a large source less than its documents do."""
    sizes = Counter((one.kind, one.source) for one in met)
    weight = np.asarray([1 / np.sqrt(sizes[one.kind, one.source]) for one in met])
    kind = np.asarray([one.kind for one in met])
    shares = dict(_WEIGHT)
    if "handled" not in kind:
        shares["genuine"] += shares.pop("handled")
    for name, share in shares.items():
        weight[kind == name] *= share / weight[kind == name].sum()
    return np.asarray(weight * len(met), np.float64)


def _curve(design: Floats, altered: NDArray[np.bool_], weight: Floats) -> tuple[Floats, float]:
    """Weights per column and offset of the log10 odds, by a logistic curve over columns of one spread."""
    from sklearn.linear_model import LogisticRegression

    centre, spread = design.mean(axis=0), design.std(axis=0)
    used = spread > 1e-9
    if not used.any():
        return np.zeros(design.shape[1]), 0.0
    scaled = (design[:, used] - centre[used]) / spread[used]
    found = LogisticRegression(C=_C, max_iter=500, random_state=0).fit(scaled, altered, weight)
    weights = np.zeros(design.shape[1])
    weights[used] = found.coef_[0] / spread[used] / np.log(10)
    return np.round(weights, 6), round(float(found.intercept_[0] / np.log(10) - weights @ centre), 6)
