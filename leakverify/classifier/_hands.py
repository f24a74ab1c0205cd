"""Two hands on a document: the one that drew its pages, and the one that wrote its bytes last.

A program that writes a file anew changes the bytes and keeps the pages, and mostly the name of the program
that drew them.  One answer for both would often be wrong, so each hand is told by itself: where knowledge
names it for certain by that, else by a classifier that looks at that hand's features alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leakverify.classifier._compatible import adopts, lineage, rewrites
from leakverify.classifier._families import OTHER, Families, Identified
from leakverify.classifier._matrix import NEW, Encoder
from leakverify.features import hands

#: which hand a classifier tells, in this order
PAGES, BYTES = 0, 1


class Certain(NamedTuple):
    """Knowledge as a question to one column: ``code`` in ``column`` is that family's hand, ``""`` of several.

    ``alone`` is knowledge that leaves no room for another hand.
    """

    layer: int
    column: int
    code: int
    family: str
    alone: bool = True


class Hands:
    """Two classifiers over parts of the columns, and what is known without them.

    ``columns`` (one array per hand) are the columns each looks at.  The families of both, and no others, are
    ``names``.
    """

    def __init__(
        self, layers: Sequence[Families], columns: Sequence[NDArray[np.int64]], certain: Sequence[Certain]
    ) -> None:
        self.layers, self.columns, self.certain = tuple(layers), tuple(columns), tuple(certain)
        named = sorted({name for layer in layers for name in layer.names} - {OTHER})
        self.names: tuple[str, ...] = (OTHER, *named)
        self.level = max(layer.level for layer in layers)

    def identify(self, code: NDArray[Any]) -> Identified:
        """One document, given as its codes.

        ``family`` drew the pages; where that is not known, it is the program that wrote the bytes, unless it
        is one that also writes files of others anew.  ``bytes`` wrote the bytes.
        """
        told = [
            layer.identify(code[columns]) for layer, columns in zip(self.layers, self.columns, strict=True)
        ]
        known = [self._known(code, n) for n in (PAGES, BYTES)]
        sure = [found.family if found is not None and found.alone else OTHER for found in known]
        # where knowledge names several, a classifier that names one of them would be guessing
        pages, bytes_ = (
            one.family if found is None else found.family for found, one in zip(known, told, strict=True)
        )
        spoke = PAGES if pages or not bytes_ else BYTES
        family = pages or ("" if rewrites(bytes_) else bytes_)
        weights = np.zeros(len(code))
        weights[self.columns[spoke]] = told[spoke].weights
        for one in self.certain:
            if one.family in (family, bytes_) and code[one.column] == one.code:
                weights[one.column] = 1.0
        shares = told[spoke].shares | {one: 1.0 for one in sure if one}
        return Identified(
            family=family,
            likely=family or told[spoke].likely,
            p_values=self._p_values(told, sure),
            shares={name: shares.get(name, 0.0) for name in self.names},
            novelty=told[spoke].novelty,
            weights=weights,
            bytes=bytes_,
        )

    def _known(self, code: NDArray[Any], layer: int) -> Certain | None:
        """What knowledge names, ``None`` where it names nothing."""
        for one in self.certain:
            if one.layer == layer and code[one.column] == one.code:
                return one
        return None

    def _p_values(self, told: Sequence[Identified], sure: Sequence[str]) -> dict[str, float]:
        """How well a family fits the hand it fits better; certain knowledge leaves no room for others."""
        found = {}
        for name in self.names:
            fits = [
                1.0 if known == name else 0.0 if known else one.p_values[name]
                for one, known in zip(told, sure, strict=True)
                if known or name in one.p_values
            ]
            found[name] = max(fits, default=0.0)
        return found


def hand_columns(encoder: Encoder, structure: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Which of the columns of structure each hand is told by; none for formats without two hands."""
    names = [encoder.columns[n].feature for n in structure]
    if hands.DRAWN not in names:
        return ()
    of_bytes = np.asarray([name in hands.BYTES for name in names], bool)
    return np.flatnonzero(~of_bytes), np.flatnonzero(of_bytes)


def known_hands(encoder: Encoder, structure: NDArray[np.int64]) -> tuple[Certain, ...]:
    """What knowledge names for certain, whether the family was learned or not."""
    found = []
    for at, number in enumerate(structure.tolist()):
        for layer, feature in ((PAGES, hands.DRAWN), (BYTES, hands.WRITTEN)):
            if encoder.columns[number].feature != feature:
                continue
            # a name that no document had while learning is that of a program that was not learned
            found.append(Certain(layer, at, NEW, OTHER))
            for word, code in encoder.words_of(number).items():
                if word != hands.NONE:
                    by_fonts = word.startswith(hands.MAPS)
                    family = OTHER if word == hands.SEVERAL else lineage(word.removeprefix(hands.MAPS))
                    found.append(Certain(layer, at, code, family, alone=not by_fonts))
    return tuple(found)


def hands_agree(claimed: str, told: Identified) -> bool:
    """Whether one of the two hands that were told is that of the claimed program."""
    return bool(claimed) and claimed in (told.family, told.bytes)


def excluded(found: Families | Hands, told: Identified, claimed: str) -> bool:
    """Whether the structure cannot be that of the claimed program.

    Never so for one that adopts files of others unless the bytes are as they were first written: it may
    have written them before another program did.
    """
    if adopts(claimed) and (not told.bytes or rewrites(told.bytes)):
        return False
    return told.p_values[claimed] <= found.level
