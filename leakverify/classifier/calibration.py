"""From scores to likelihood ratios that the data can support, and lists with a stated rate of false
discoveries.

A score says nothing by itself.  What it supports is how much more often it is met among altered documents
than among genuine ones, which is measured, smoothed (logistic) or only ordered (isotonic), and then kept
inside bounds: no collection of a hundred genuine documents supports a ratio of a million.

All scores are larger for what is more unusual; ratios are log10, positive when they speak for *altered*.
``labels`` are 1 for altered and 0 for genuine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
#: ratios are looked at between these powers of ten; nothing measured here comes near
_WIDEST = 8.0
#: documents of either kind, and sources of genuine and of altered ones, below which no ratio is given:
#: learned from six sources of Office documents, ratios misled on the next (Cllr 1.02)
LEAST_OF_EACH, LEAST_GENUINE_SOURCES, LEAST_ALTERED_SOURCES = 30, 8, 3
#: sources of genuine documents for a ratio of everything together, whose bounds follow from their likeness
LEAST_SOURCES_TOGETHER = 5


def as_pairs(scores: ArrayLike, labels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Both as arrays of one length. Raises ``ValueError`` when a kind is missing."""
    values = np.asarray(scores, dtype=np.float64).ravel()
    altered = np.asarray(labels).astype(bool).ravel()
    if values.shape != altered.shape:
        raise ValueError("as many labels as scores are needed")
    if not altered.any() or altered.all():
        raise ValueError("documents of both kinds are needed")
    return values, altered


# what a set of ratios is worth ----------------------------------------------------------------------------


def cllr(log10_lrs: ArrayLike, labels: ArrayLike) -> float:
    """Cost of log-likelihood-ratios: 0 is perfect, 1 says nothing, above 1 misleads.

    N. Brümmer, J. du Preez, Computer Speech & Language 20, 2006, 230-275.

    >>> cllr([0.0, 0.0], [1, 0])
    1.0
    """
    values, altered = as_pairs(log10_lrs, labels)
    natural = values * math.log(10)
    missed = np.logaddexp(0, -natural[altered]).mean()
    alarmed = np.logaddexp(0, natural[~altered]).mean()
    return float((missed + alarmed) / (2 * math.log(2)))


def pav(scores: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Share of altered documents as a function that never falls with the score: pool adjacent violators.

    One value per score, in the order given; equal scores get equal values.
    """
    values, altered = as_pairs(scores, labels)
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    levels, place = np.unique(values, return_inverse=True)
    total = np.bincount(place, weight, len(levels))
    hits = np.bincount(place, weight * altered, len(levels))
    blocks: list[list[float]] = []  # hits, total, levels pooled
    for hit, whole in zip(hits.tolist(), total.tolist(), strict=True):
        blocks.append([hit, whole, 1])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    rates = np.repeat([b[0] / b[1] for b in blocks], [int(b[2]) for b in blocks])
    return np.asarray(rates[place], dtype=np.float64)


def isotonic_log10_lrs(scores: ArrayLike, labels: ArrayLike) -> Floats:
    """The best ratios that keep the order of the scores, infinite at the ends; they have seen the labels."""
    _, altered = as_pairs(scores, labels)
    share = pav(scores, labels)
    with np.errstate(divide="ignore"):
        odds: Floats = np.log10(share) - np.log10(1 - share)
    prior = math.log10(altered.sum() / (~altered).sum())
    return odds - prior


def cllr_min(scores: ArrayLike, labels: ArrayLike) -> float:
    """What Cllr would be if the scores were calibrated perfectly: how well they tell apart."""
    return cllr(np.clip(isotonic_log10_lrs(scores, labels), -300, 300), labels)


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """How often an altered document scores higher than a genuine one; half for a tie."""
    values, altered = as_pairs(scores, labels)
    ordered = np.sort(values[~altered])
    below = np.searchsorted(ordered, values[altered], "left")
    up_to = np.searchsorted(ordered, values[altered], "right")
    return float((below + up_to).mean() / (2 * len(ordered)))


def recall_at(scores: ArrayLike, labels: ArrayLike, false_flags: float = 0.01) -> tuple[int, int, float]:
    """(altered found, altered, threshold) when at most this share of the genuine scores above it."""
    values, altered = as_pairs(scores, labels)
    genuine = np.sort(values[~altered])[::-1]
    threshold = float(genuine[min(int(false_flags * len(genuine)), len(genuine) - 1)])
    return int((values[altered] > threshold).sum()), int(altered.sum()), threshold


class Tippett(NamedTuple):
    """Shares of either kind with a log10 ratio of at least each threshold."""

    thresholds: Floats
    altered: Floats
    genuine: Floats


def tippett(log10_lrs: ArrayLike, labels: ArrayLike, steps: int = 41) -> Tippett:
    """The data of a Tippett plot, at evenly spaced thresholds."""
    values, altered = as_pairs(log10_lrs, labels)
    thresholds = np.linspace(math.floor(values.min()), math.ceil(values.max()), steps)
    shares = [[float((values[kind] >= t).mean()) for t in thresholds] for kind in (altered, ~altered)]
    return Tippett(thresholds, np.asarray(shares[0]), np.asarray(shares[1]))


def reliability(log10_lrs: ArrayLike, labels: ArrayLike) -> list[tuple[float, float, int]]:
    """(mean stated, observed, documents) of the probability of *altered* at even odds, in ten steps.

    Both kinds weigh the same whatever their numbers, since the odds are taken to be even.
    """
    values, altered = as_pairs(log10_lrs, labels)
    stated = 1 / (1 + 10.0 ** -np.clip(values, -300, 300))
    weight = np.where(altered, 0.5 / altered.sum(), 0.5 / (~altered).sum())
    step = np.minimum((stated * 10).astype(int), 9)
    return [
        (
            float(np.average(stated[step == n], weights=weight[step == n])),
            float(np.average(altered[step == n], weights=weight[step == n])),
            int((step == n).sum()),
        )
        for n in range(10)
        if (step == n).any()
    ]


# ratios inside bounds --------------------------------------------------------------------------------------


def elub(
    log10_lrs: ArrayLike, labels: ArrayLike, misleading: int = 1, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Smallest and largest log10 ratio that the data support: empirical lower and upper bound.

    Outside them, somebody who acts on the ratio with that threshold would expect to do worse than somebody
    who ignores it, after one more misleading document of each kind than was met.  P. Vergeer et al.,
    Science & Justice 56, 2016, 482-491.  With ``weights`` a document counts as so much of one; documents
    of one source that share a weight of one support no more than one document does.

    >>> low, high = elub([3.0] * 99 + [-3.0] * 99, [1] * 99 + [0] * 99)
    >>> low < -1.5 and 1.5 < high < 2.1
    True
    """
    values, altered = as_pairs(log10_lrs, labels)
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    top = np.arange(0.01, _WIDEST, 0.01)
    low = _supported(-values, ~altered, weight, top, misleading)
    return -low, _supported(values, altered, weight, top, misleading)


def _supported(
    values: Floats, altered: NDArray[np.bool_], weight: Floats, top: Floats, misleading: int
) -> float:
    """The largest threshold above 0 up to which acting on the ratio beats never acting."""
    ones, zeros = weight[altered].sum(), weight[~altered].sum()
    missed = (_up_to(values[altered], weight[altered], top) + misleading) / (ones + misleading)
    alarmed = (zeros - _up_to(values[~altered], weight[~altered], top) + misleading) / (zeros + misleading)
    worse = np.flatnonzero(missed + 10.0**top * alarmed > 1)
    last = len(top) if not len(worse) else int(worse[0])
    return float(top[last - 1]) if last else 0.0


def _up_to(values: Floats, weight: Floats, top: Floats) -> Floats:
    """Weight of the values up to each threshold."""
    order = np.argsort(values, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(weight[order])])
    return np.asarray(summed[np.searchsorted(values[order], top, "right")], dtype=np.float64)


class Calibrator:
    """Likelihood ratios from scores, learned from documents of both kinds: a logistic curve inside bounds.

    The two kinds weigh the same, so that their numbers do not pass for odds.  Bounds come from ratios that
    were learned without the source they are applied to.  ``spread`` holds the curves of resampled sources,
    from which the interval of each ratio is taken.
    """

    def __init__(self, slope: float, offset: float, bounds: tuple[float, float], spread: ArrayLike) -> None:
        self.slope, self.offset, self.bounds = float(slope), float(offset), bounds
        self.spread: Floats = np.asarray(spread, dtype=np.float64).reshape(-1, 2)

    def log10_lr(self, score: float) -> tuple[float, float, float]:
        """(low, middle, high) of one score, each inside the bounds."""
        middle = self.slope * score + self.offset
        around = self.spread[:, 0] * score + self.spread[:, 1]
        low, high = np.quantile(around, (0.025, 0.975)) if len(around) else (middle, middle)
        low, middle, high = (
            float(np.clip(v, *self.bounds)) for v in (min(low, middle), middle, max(high, middle))
        )
        return round(low, 3), round(middle, 3), round(high, 3)

    def middle(self, scores: ArrayLike) -> Floats:
        """The log10 ratios of many scores."""
        raw = self.slope * np.asarray(scores, dtype=np.float64) + self.offset
        return np.asarray(np.clip(raw, *self.bounds), dtype=np.float64)

    def state(self) -> dict[str, Any]:
        return {
            "slope": self.slope, "offset": self.offset, "bounds": list(self.bounds), "spread": self.spread,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Calibrator:
        low, high = (float(v) for v in state["bounds"])
        if not (low <= 0 <= high and math.isfinite(low) and math.isfinite(high)):
            raise ValueError("bounds of a likelihood ratio that are none")
        spread = np.asarray(state["spread"], dtype=np.float64)
        if not (
            np.isfinite(spread).all() and math.isfinite(state["slope"]) and math.isfinite(state["offset"])
        ):
            raise ValueError("a curve with numbers that are none")
        return cls(state["slope"], state["offset"], (low, high), spread)


def fit_calibrator(
    scores: ArrayLike,
    labels: ArrayLike,
    sources: Sequence[str],
    *,
    seed: int = 0,
    resamples: int = 60,
    alike: Sequence[str] | None = None,
) -> Calibrator | None:
    """A calibrator, or ``None`` when there are too few documents or sources of either kind.

    Every source counts the same, which suits a p-value that is even over sources.  With ``alike``, a kind per
    document, documents of one source and kind count as the fewer the more alike their ratios are
    (:func:`effective`), for the curve and for the bounds.
    """
    values, altered = as_pairs(scores, labels)
    _, source = np.unique(np.asarray(sources, dtype=object).astype(str), return_inverse=True)
    genuine_sources = LEAST_GENUINE_SOURCES if alike is None else LEAST_SOURCES_TOGETHER
    for kind, least in ((altered, LEAST_ALTERED_SOURCES), (~altered, genuine_sources)):
        if kind.sum() < LEAST_OF_EACH or len(np.unique(source[kind])) < least:
            return None
    even = _even(source, altered)
    slope, offset = _logistic(values, altered, even)
    if slope <= 0:
        return Calibrator(0.0, 0.0, (0.0, 0.0), np.empty((0, 2)))  # more unusual is not more often altered
    left_out = np.zeros(len(values))
    for one in range(source.max() + 1):
        inside = source == one
        rest = ~inside
        if altered[rest].any() and not altered[rest].all():
            a, b = _logistic(values[rest], altered[rest], even[rest])
            left_out[inside] = a * values[inside] + b
    if alike is not None:
        # how much a document counts is told by ratios that were learned without its source
        kinds = np.unique(np.asarray(alike, dtype=object).astype(str), return_inverse=True)[1]
        even = effective(np.clip(left_out, -_WIDEST, _WIDEST), source, kinds)
        slope, offset = _logistic(values, altered, even)
        for one in range(source.max() + 1):
            inside = source == one
            rest = ~inside
            if altered[rest].any() and not altered[rest].all():
                a, b = _logistic(values[rest], altered[rest], even[rest])
                left_out[inside] = a * values[inside] + b
    random = np.random.default_rng(seed)
    spread = []
    members = [np.flatnonzero(source == one) for one in range(source.max() + 1)]
    for _ in range(resamples):
        drawn = np.concatenate([members[n] for n in random.integers(0, len(members), len(members))])
        if altered[drawn].any() and not altered[drawn].all():
            spread.append(_logistic(values[drawn], altered[drawn], even[drawn]))
    return Calibrator(slope, offset, elub(left_out, altered, weights=even), spread)


def effective(values: ArrayLike, sources: NDArray[Any], kinds: NDArray[Any]) -> Floats:
    """How many independent documents each one is worth, by how alike the values of one source and kind are.

    1/(1 + (m - 1) r) for a source of m documents, r the correlation within sources of that kind from an
    analysis of variance: one each when sources do not matter, one per source when nothing else does.
    L. Kish, Survey Sampling, 1965, 5.4.

    >>> effective([1.0, 1.0, 5.0, 5.0], np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0])).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    value = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(value))
    for kind in np.unique(kinds):
        inside = kinds == kind
        _, group = np.unique(sources[inside], return_inverse=True)
        size = np.bincount(group).astype(np.float64)
        count, groups = float(size.sum()), len(size)
        if groups < 2 or count <= groups:
            weight[inside] = 1 / size[group]
            continue
        own = np.bincount(group, value[inside]) / size
        between = float((size * (own - value[inside].mean()) ** 2).sum()) / (groups - 1)
        within = float(((value[inside] - own[group]) ** 2).sum()) / (count - groups)
        typical = (count - float((size**2).sum()) / count) / (groups - 1)
        whole = between + (typical - 1) * within
        r = min(max((between - within) / whole, 0.0), 1.0) if whole > 0 else 1.0
        weight[inside] = 1 / (1 + (size[group] - 1) * r)
    return weight


def _even(source: NDArray[Any], altered: NDArray[np.bool_]) -> Floats:
    """A weight per document such that the documents of one source and kind count as one."""
    pair = source * 2 + altered
    return np.asarray(1.0 / np.bincount(pair)[pair], dtype=np.float64)


def _logistic(values: Floats, altered: NDArray[np.bool_], even: Floats) -> tuple[float, float]:
    """Slope and offset of the log10 ratio, by Newton's method with a light pull towards saying nothing.

    Both kinds weigh one half in all, and every source within them the same.  The pull is half a document,
    so that kinds without any overlap still have a finite curve.
    """
    spread = float(values.std()) or 1.0
    centre = float(values.mean())
    design = np.column_stack([(values - centre) / spread, np.ones(len(values))])
    weight = even * np.where(altered, 0.5 / even[altered].sum(), 0.5 / even[~altered].sum()) * len(values)
    pull = np.diag([0.5, 1e-9])
    found = np.zeros(2)
    for _ in range(60):
        fitted = 1 / (1 + np.exp(-np.clip(design @ found, -40, 40)))
        slope = design.T @ (weight * (altered - fitted)) - pull @ found
        bend = design.T @ (design * (weight * fitted * (1 - fitted))[:, None]) + pull + np.eye(2) * 1e-9
        step = np.linalg.solve(bend, slope)
        found = found + np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-9:
            break
    natural = found[0] / spread
    return float(natural / math.log(10)), float((found[1] - natural * centre) / math.log(10))


# lists with a stated rate of false discoveries --------------------------------------------------------------


def benjamini_hochberg(p_values: ArrayLike, rate: float) -> NDArray[np.bool_]:
    """Which documents are on the list: on average at most ``rate`` of it is genuine like the references.

    Y. Benjamini, Y. Hochberg, JRSS B 57, 1995, 289-300.  It holds for conformal p-values that share their
    references: S. Bates et al., Annals of Statistics 51, 2023, 149-178.

    >>> benjamini_hochberg([0.001, 0.9, 0.02], 0.1).tolist()
    [True, False, True]
    """
    values = np.asarray(p_values, dtype=np.float64).ravel()
    order = np.argsort(values, kind="stable")
    fits = values[order] <= rate * np.arange(1, len(values) + 1) / max(len(values), 1)
    chosen = np.zeros(len(values), dtype=bool)
    if fits.any():
        chosen[values <= values[order][int(np.flatnonzero(fits)[-1])]] = True
    return chosen


def places(references: ArrayLike, scores: ArrayLike) -> Floats:
    """Conformal p-values: the share of references, the document counted in, with a score at least as high.

    They hold for any score that was fixed before these references and documents were looked at.

    >>> places([0.1, 0.2, 0.3], [0.25, 9.0]).tolist()
    [0.5, 0.25]
    """
    known = np.sort(np.asarray(references, dtype=np.float64).ravel())
    values = np.asarray(scores, dtype=np.float64).ravel()
    above = len(known) - np.searchsorted(known, values - 1e-9, "left")
    return np.asarray((above + 1) / (len(known) + 1), dtype=np.float64)


def references_needed(tested: int, rate: float, alike: int = 1) -> int:
    """How many genuine peers it takes before ``alike`` documents at the smallest p-value get on a list.

    The smallest p-value that n peers can give is 1/(n+1).

    >>> references_needed(5000, 0.1), references_needed(5000, 0.1, alike=250)
    (49999, 199)
    """
    return max(math.ceil(tested / (rate * max(alike, 1)) - 1e-9) - 1, 1)
