"""Learning what a model knows of one format from rows of genuine documents, and from altered ones where
there are any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from leakverify.classifier._format import LEAST_SOURCES, SAME_HANDS, FormatModel
from leakverify.classifier._learn_hands import count_conflicts, learn_writer, taught
from leakverify.classifier._matrix import Codes, Encoder, learn
from leakverify.classifier._peers import Floats, Peers, Placed
from leakverify.classifier.calibration import Calibrator, fit_calibrator
from leakverify.classifier.together import Met, Together, learn_together
from leakverify.classifier.writer import ProgramClassifier
from leakverify.features import LEVELS, Row

#: references of one format, and of one source where there are several
MOST, MOST_OF_SOURCE = 4000, 400
#: trees of a forest of programs
TREES = 200
#: altered documents below which no weights are learned from them
LEAST_ALTERED = 30
#: the small weight that all columns begin with, and the pull back to it
_START, _PULL = 0.05, 0.05
#: genuine documents that weights and ratios are learned from
_MOST_GENUINE = 1200
#: handled documents that ratios are learned from
_MOST_HANDLED = 800


def learn_format(
    rows: Iterable[Row],
    *,
    altered: Iterable[tuple[str, Row]] = (),
    handled: Iterable[tuple[str, Row]] = (),
    known_weights: Mapping[str, float] | None = None,
    same_sources: bool = False,
    writers: bool = True,
    trees: int = TREES,
) -> FormatModel:
    """What a model knows of one format.

    ``altered``: the source of the document that was altered, and the row of what came of it; what to look at
    is learned from them, and what it is worth.  ``handled``: likewise, genuine documents that went through
    ordinary handling, which must not pass for altered.  ``same_sources``: the documents to be judged come
    from the sources of the corpus, not from elsewhere.  ``known_weights`` by label of column say what to look
    at when there are none.
    """
    used = chosen(rows)
    encoder = learn(used)
    names = sorted({_source(row) for row in used})
    at = {name: n for n, name in enumerate(names)}
    keys, key_names = _groups(used)
    model = FormatModel(
        encoder,
        encoder.encode_all(used),
        np.asarray([at[_source(row)] for row in used], np.int32),
        names,
        keys,
        key_names,
        _taken_over(encoder, known_weights or {}),
        label=np.full(len(used), -1, np.int32),
        versions=[row.declared[1] if row.declared else "" for row in used],
        same_sources=same_sources,
    )
    met = [(source, row) for source, row in altered]
    if len(met) >= LEAST_ALTERED:
        model.weights = np.ones(len(encoder))
        model.weights = learn_weights(model, used, met)
        model.calibrators = learn_calibrators(model, used, met)
        model.together = _everything(model, used, met, list(handled))
    if writers:
        _learn_writer(model, used, trees)
    return model


def _taken_over(encoder: Encoder, known: Mapping[str, float]) -> Floats:
    """Weights learned elsewhere; a column that was not there gets the middle one."""
    if not known:
        return np.ones(len(encoder))
    middle = float(np.median(list(known.values())))
    return np.asarray([known.get(column.label, middle) for column in encoder.columns], np.float64)


def _source(row: Row) -> str:
    return row.groups.get("source", "")


def chosen(rows: Iterable[Row]) -> list[Row]:
    """Each document once, not too many in all and of one source; which ones depends on their digests
    alone.
    """
    unique = {row.sha256 or str(n): row for n, row in enumerate(rows)}
    by_source: dict[str, list[Row]] = {}
    for row in unique.values():
        by_source.setdefault(_source(row), []).append(row)
    most = MOST_OF_SOURCE if len(by_source) >= LEAST_SOURCES else MOST
    kept = [row for found in by_source.values() for row in sorted(found, key=_shuffled)[:most]]
    return sorted(sorted(kept, key=_shuffled)[:MOST], key=lambda row: (_source(row), row.sha256))


def _shuffled(row: Row) -> str:
    """A key in no order that a source gave its documents."""
    return hashlib.sha256(row.sha256.encode()).hexdigest()


def _groups(rows: Sequence[Row]) -> tuple[dict[str, NDArray[np.int32]], dict[str, list[str]]]:
    """Per level the number of each document's group. Groups too small for a p-value are still named:
    a report says how many references were missing.
    """
    keys, names = {}, {}
    for level in LEVELS:
        found = sorted({row.groups[level] for row in rows if level in row.groups})
        at = {key: n for n, key in enumerate(found)}
        keys[level] = np.asarray([at.get(row.groups.get(level, ""), -1) for row in rows], np.int32)
        names[level] = found
    return keys, names


def _learn_writer(model: FormatModel, rows: Sequence[Row], trees: int) -> None:
    stated = np.asarray([row.declared is not None for row in rows], bool)
    whole = taught(
        model.encoder, model.structure, model.codes[np.ix_(stated, model.structure)].astype(np.int64),
        [row for row in rows if row.declared is not None], model.sources[stated].astype(np.int64),
    )  # fmt: skip
    options = ProgramClassifier(trees)
    learned = learn_writer(whole, options)
    if learned is None:
        return
    model.writer, kept = learned
    at = {name: n for n, name in enumerate(model.writer.names)}
    numbers = np.asarray([at.get(claim, 0) for claim in whole.claims], np.int32)
    model.label[np.flatnonzero(stated)[kept]] = numbers[kept]
    model.dropped = int((~kept & (numbers > 0)).sum())
    model.conflicts = count_conflicts(whole, options)


# what to look at, and what it is worth ----------------------------------------------------------------------


class LeftOut:
    """Documents placed among references that are not of their source, as one from elsewhere would be."""

    def __init__(self, model: FormatModel) -> None:
        self._model = model
        self._ready: dict[tuple[str, str, int], Peers | None] = {}

    def place(self, row: Row, code: Codes, source: str) -> tuple[str, Placed] | None:
        """The level and the place among the narrowest group that is large enough without that source."""
        model = self._model
        own = model.source_names.index(source) if source in model.source_names else -1
        for level in LEVELS:
            key = row.groups.get(level)
            if key is None or level == "source":
                continue
            members = model.members(level, key)
            members = members[model.sources[members] != own]
            known = (level, key, own if len(members) != len(model.members(level, key)) else -1)
            if known not in self._ready:
                self._ready[known] = model.group(members, level)
            peers = self._ready[known]
            if peers is not None:
                return level, peers.place(code)
        return None


def learn_weights(model: FormatModel, rows: Sequence[Row], altered: Sequence[tuple[str, Row]]) -> Floats:
    """A weight of 0 or more per column: how much a surprise there tells altered documents from genuine ones.

    A logistic curve over the surprises, both kinds weighing the same, with a pull towards one small weight
    for all, so that what was never met among the altered documents still counts.
    """
    left_out = LeftOut(model)
    design, labels = [], []
    for label, source, row, code in _both(model, rows, altered):
        placed = left_out.place(row, code, source)
        if placed is not None:
            design.append(np.maximum(placed[1].surprise, 0))
            labels.append(label)
    if not 0 < sum(labels) < len(labels):
        return np.ones(len(model.encoder))
    x, y = np.asarray(design), np.asarray(labels, np.float64)
    share = np.where(y == 1, 0.5 / y.sum(), 0.5 / (len(y) - y.sum()))
    start = np.full(x.shape[1] + 1, _START)
    start[-1] = -float((x @ start[:-1]).mean())

    def cost(given: Floats) -> tuple[float, Floats]:
        margin = x @ given[:-1] + given[-1]
        sign = 2 * y - 1
        off = given[:-1] - _START
        slope = -share * sign / (1 + np.exp(np.clip(sign * margin, -40, 40)))
        value = float(share @ np.logaddexp(0, -sign * margin) + _PULL * (off @ off))
        return value, np.append(x.T @ slope + 2 * _PULL * off, slope.sum())

    bounds = [(0.0, None)] * x.shape[1] + [(None, None)]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}).x
    best: Floats = np.maximum(np.asarray(found[:-1], np.float64), 0.0)
    return np.round(best / max(float(best.max()), 1e-9), 4)


def learn_calibrators(
    model: FormatModel, rows: Sequence[Row], altered: Sequence[tuple[str, Row]]
) -> dict[str, Calibrator]:
    """Ratios from p-values, apart for groups of the same hands and for all others."""
    left_out = LeftOut(model)
    found: dict[str, tuple[list[float], list[int], list[str]]] = {
        "wide": ([], [], []),
        "narrow": ([], [], []),
    }
    for label, source, row, code in _both(model, rows, altered):
        placed = left_out.place(row, code, source)
        if placed is not None:
            scores, labels, sources = found["narrow" if placed[0] in SAME_HANDS else "wide"]
            scores.append(-float(np.log10(placed[1].share)))
            labels.append(label)
            sources.append(source)
    made = {}
    for name, (scores, labels, sources) in found.items():
        calibrator = fit_calibrator(scores, labels, sources) if 0 < sum(labels) < len(labels) else None
        if calibrator is not None:
            made[name] = calibrator
    return made


def _both(
    model: FormatModel, rows: Sequence[Row], altered: Sequence[tuple[str, Row]]
) -> Iterator[tuple[int, str, Row, Codes]]:
    """Genuine documents, at most so many, then the altered ones; 1 stands for these."""
    order = sorted(range(len(rows)), key=lambda n: _shuffled(rows[n]))[:_MOST_GENUINE]
    for n in sorted(order):
        yield 0, _source(rows[n]), rows[n], model.codes[n]
    for source, row in altered:
        yield 1, source, row, model.encoder.encode(row)


def _everything(
    model: FormatModel,
    rows: Sequence[Row],
    altered: Sequence[tuple[str, Row]],
    handled: Sequence[tuple[str, Row]],
) -> Together | None:
    """What answers and places together amount to, each document placed without its source."""
    left_out = LeftOut(model)
    met: list[Met] = []
    for label, source, row, code in _both(model, rows, altered):
        placed = left_out.place(row, code, source)
        met.append(Met("altered" if label else "genuine", source, row, placed and placed[1]))
    for source, row in sorted(handled, key=lambda one: _shuffled(one[1]))[:_MOST_HANDLED]:
        placed = left_out.place(row, model.encoder.encode(row), source)
        met.append(Met("handled", source, row, placed and placed[1]))
    return learn_together(model.encoder, met)
