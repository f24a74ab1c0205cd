"""Decision trees as plain arrays: what is kept of a forest, and how it is asked.

scikit-learn's own trees are neither stored nor read back, because arrays of theirs that were made on
purpose can crash the process.  These are held against themselves before use: every step leads to a later
node, so that no walk goes on forever or out of bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Forest:
    """Trees over yes-or-no questions.

    ``roots`` (trees) are numbers of nodes.  Each node asks ``question`` (-1 for a leaf) and leads to
    ``no`` or ``yes``; ``shares`` (nodes, classes) is what the documents that came this far were.
    Raises ``ValueError`` for arrays that are no trees.
    """

    def __init__(
        self,
        roots: NDArray[Any],
        question: NDArray[Any],
        no: NDArray[Any],
        yes: NDArray[Any],
        shares: NDArray[Any],
        questions: int,
    ) -> None:
        count = len(question)
        if not (
            question.shape == no.shape == yes.shape == (count,) and shares.ndim == 2 and len(shares) == count
        ):
            raise ValueError("nodes that are no trees")
        inner = np.flatnonzero(question >= 0)
        later = (no[inner] > inner) & (yes[inner] > inner) & (no[inner] < count) & (yes[inner] < count)
        if not later.all() or (question >= questions).any() or not len(roots):
            raise ValueError("nodes that lead nowhere")
        if roots.min() < 0 or roots.max() >= count:
            raise ValueError("trees without a root")
        self.roots, self.question, self.no, self.yes = (
            np.asarray(a, np.int64) for a in (roots, question, no, yes)
        )
        self.shares: Floats = np.asarray(shares, np.float64)

    def ask(self, answers: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.int64], Floats]:
        """One document, given as its answers: shares, and for each question asked what it changed.

        (classes), (steps), (steps, classes); the second and third go together.
        """
        at = self.roots
        asked, moved = [], []
        while True:
            open_ = self.question[at] >= 0
            if not open_.any():
                break
            here = at[open_]
            then = np.where(answers[self.question[here]], self.yes[here], self.no[here])
            asked.append(self.question[here])
            moved.append(self.shares[then] - self.shares[here])
            at = at.copy()
            at[open_] = then
        found: Floats = self.shares[at].mean(axis=0)
        if not asked:
            return found, np.empty(0, np.int64), np.empty((0, self.shares.shape[1]))
        return found, np.concatenate(asked), np.concatenate(moved) / len(self.roots)

    @classmethod
    def of(cls, estimators: Sequence[Any], classes: NDArray[np.int64], count: int, questions: int) -> Forest:
        """The trees of a fitted scikit-learn forest; ``classes`` are the numbers its columns stand for."""
        roots, question, no, yes, shares = [], [], [], [], []
        at = 0
        for estimator in estimators:
            tree = estimator.tree_
            leaf = tree.children_left < 0
            roots.append(at)
            question.append(np.where(leaf, -1, tree.feature))
            no.append(np.where(leaf, -1, tree.children_left + at))
            yes.append(np.where(leaf, -1, tree.children_right + at))
            whole = np.zeros((tree.node_count, count))
            weights = tree.value[:, 0, :]
            whole[:, classes] = weights / weights.sum(axis=1, keepdims=True)
            shares.append(np.round(whole, 4))
            at += tree.node_count
        return cls(
            np.asarray(roots), np.concatenate(question), np.concatenate(no), np.concatenate(yes),
            np.vstack(shares), questions,
        )  # fmt: skip
