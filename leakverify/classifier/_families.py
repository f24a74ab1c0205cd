"""Which program wrote a document, from the way it is written; see :mod:`leakverify.classifier.writer`.

What was learned and how it is applied, without scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leakverify.classifier._forest import Forest
from leakverify.classifier._peers import Peers

Floats = NDArray[np.float64]

#: the class of everything that is none of the families; never claimed
OTHER = ""
#: documents of a family from which on it is held to itself alone; below, all families are one
LEAST_ALONE = 50


class Identified(NamedTuple):
    """What the structure says.

    ``family`` is ``""`` when it is not known.  ``likely`` is the family that fits best, known or not.
    ``p_values`` and ``shares`` have one entry per family: how many documents of the family fit as badly, and
    what the classifier gives it.  ``novelty`` is the share of documents of the likely family that are as odd.
    ``weights`` (columns) is what each column moved the share of the likely family by.  ``bytes`` is the
    program that wrote the bytes last where that is told apart from who drew the pages, else ``""``.
    """

    family: str
    likely: str
    p_values: dict[str, float]
    shares: dict[str, float]
    novelty: float
    weights: Floats
    bytes: str = ""


class Families:
    """A fitted classifier of program families over columns of codes.

    ``column`` and ``code`` (terms) say what each question of the forest asks: whether that column has that
    code.  ``misfit`` holds, per family, how badly its own documents fitted when their source was left out,
    rising.  ``peers`` are the documents of each family.  ``level`` is the share of a family's documents
    that may be denied it, ``share`` what each family must get to be claimed, ``novel`` the share of its
    oddest documents that are left unknown.
    """

    def __init__(
        self,
        names: Sequence[str],
        column: NDArray[np.int64],
        code: NDArray[np.int64],
        forest: Forest,
        misfit: Sequence[Floats],
        peers: Sequence[Peers | None],
        *,
        level: float,
        share: Sequence[float],
        novel: float,
    ) -> None:
        self.names = tuple(names)
        self.column, self.code, self.forest = column, code, forest
        self.misfit = tuple(misfit)
        self.peers = tuple(peers)
        self.level, self.share, self.novel = level, tuple(share), novel
        pooled = [m for m, name in zip(self.misfit, self.names, strict=True) if name != OTHER]
        self._pooled: Floats = np.sort(np.concatenate(pooled)) if pooled else np.empty(0)

    def shares(self, codes: NDArray[Any]) -> Floats:
        """What each family gets of each document; every row adds up to 1."""
        asked = codes[:, self.column] == self.code
        found = np.asarray([self.forest.ask(answers)[0] for answers in asked]).reshape(len(codes), -1)
        return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)

    def p_value(self, family: int, share: float) -> float:
        """Share of the family's documents, this one counted in, that fit it as badly or worse."""
        own = self.misfit[family]
        known = own if len(own) >= LEAST_ALONE else self._pooled
        as_bad = len(known) - int(np.searchsorted(known, 1 - share - 1e-12, "left"))
        return (as_bad + 1) / (len(known) + 1)

    def identify(self, code: NDArray[Any]) -> Identified:
        """One document, given as its codes."""
        shares, asked, moved = self.forest.ask(code[self.column] == self.code)
        shares = shares / shares.sum()
        best = int(shares.argmax())
        p_values = {name: self.p_value(n, float(shares[n])) for n, name in enumerate(self.names)}
        peers = self.peers[best]
        novelty = 1.0 if peers is None else peers.place(code).p_value
        known = (
            self.names[best] != OTHER
            and shares[best] >= self.share[best]
            and p_values[self.names[best]] > self.level
            and (peers is None or novelty > max(self.novel, 1 / (len(peers) + 1)))
        )
        weights = np.zeros(len(code))
        np.add.at(weights, self.column[asked], moved[:, best])
        return Identified(
            family=self.names[best] if known else OTHER,
            likely=self.names[best],
            p_values=p_values,
            shares={name: float(s) for name, s in zip(self.names, shares, strict=True)},
            novelty=novelty,
            weights=weights,
        )
