"""A model of a text's word order: n-grams with interpolated Kneser-Ney smoothing.

Kneser and Ney 1995; the interpolated form and the fixed discount as in Chen and
Goodman 1999.  Lower orders count in how many contexts a word was met, not how often.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

#: longest n-gram; a thousand words hardly ever repeat a longer one
ORDER = 5
_DISCOUNT = 0.75
_BEGIN = ""


class Model:
    """Probabilities of masked words after what stands before them in their sentence."""

    def __init__(self, sentences: Iterable[Sequence[str]], vocabulary: int) -> None:
        grams: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(ORDER + 1)]
        for sentence in sentences:
            padded = (_BEGIN,) * (ORDER - 1) + tuple(sentence)
            grams[ORDER].update(padded[i : i + ORDER] for i in range(len(sentence)))
        for order in range(ORDER, 1, -1):
            grams[order - 1].update(gram[1:] for gram in grams[order])
        self._counts = grams
        self._floor = 1 / vocabulary
        #: per order: context -> what was counted after it, and how many kinds of words followed
        self._after: list[dict[tuple[str, ...], list[int]]] = [{} for _ in range(ORDER + 1)]
        for order in range(1, ORDER + 1):
            after = self._after[order]
            for gram, count in grams[order].items():
                seen = after.setdefault(gram[:-1], [0, 0])
                seen[0] += count
                seen[1] += 1

    def log10(self, gram: tuple[str, ...]) -> float:
        """log10 of the probability of the last of ``ORDER`` words after the others."""
        likely = self._floor
        for order in range(1, ORDER + 1):
            part = gram[ORDER - order :]
            seen = self._after[order].get(part[:-1])
            if seen is None:
                break  # a context that was never met; neither was a longer one
            total, kinds = seen
            counted = max(self._counts[order].get(part, 0) - _DISCOUNT, 0.0)
            likely = (counted + _DISCOUNT * kinds * likely) / total
        return math.log10(likely)


def grams(sentence: Sequence[str]) -> list[tuple[str, ...]]:
    """For every word of a sentence, the word and what stands before it, padded at the beginning."""
    padded = (_BEGIN,) * (ORDER - 1) + tuple(sentence)
    return [padded[i : i + ORDER] for i in range(len(sentence))]
