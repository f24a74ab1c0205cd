"""Two measures of likeness, and what they are worth among other authors.

``grammar`` is LambdaG of Nini et al. (arXiv 2403.08462): how much better a model of the
known texts foretells the questioned one than models of as many words of the others do.
``cosine`` compares four-letter pieces, weighted against the population; it beat every
entry of PAN 2022 across kinds of text.  What the two are worth is learned from the
population itself: texts of one author held against each other, and texts of two.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leakverify.style.grammar import Sentence, count_words
from leakverify.style.kneser import Model, grams

#: fewest words of a questioned text, and of the known ones together
QUESTIONED, KNOWN = 500, 1_000
#: fewest authors with ``QUESTIONED`` + ``KNOWN`` words: n references bear out a ratio of n at most
AUTHORS = 10
#: largest log10 likelihood ratio ever given, whatever a text looks like
CAP = 1.0
#: words of a text that are looked at
MOST = 6_000
#: models of the others, and drawings of the calibration
_REFERENCES, _DRAWINGS = 10, 100
#: most steps of the regression; it takes about seven
_STEPS = 50
#: other authors whose texts are held against the known texts of each author
_AGAINST = 3
_SEED = 20_240_313
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one author: sentences, and who is taken to have written them."""

    author: str
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> int:
        return count_words(self.sentences)

    @property
    def plain(self) -> str:
        """For pieces of letters: lower case, figures alike, one space between words."""
        return _DIGIT.sub("0", " ".join(" ".join(s.words) for s in self.sentences).lower())

    def split(self, words: int) -> tuple[Text, Text]:
        """The last sentences, ``words`` or a little more of them, apart from what comes before."""
        at, told = len(self.sentences), 0
        while at and told < words:
            at -= 1
            told += count_words(self.sentences[at : at + 1])
        return Text(self.author, self.sentences[:at]), Text(self.author, self.sentences[at:])

    def first(self, words: int) -> Text:
        """The first sentences, ``words`` or a little more of them."""
        at, told = 0, 0
        while at < len(self.sentences) and told < words:
            told += count_words(self.sentences[at : at + 1])
            at += 1
        return Text(self.author, self.sentences[:at])


class Likeness(NamedTuple):
    """``grammar``: log10 likelihood ratio over the square root of the words; ``cosine`` from 0 to 1."""

    grammar: float
    cosine: float


class Weight(NamedTuple):
    """What a word added to the grammar's ratio: sentence and word by number, log10."""

    sentence: int
    word: int
    value: float


@dataclass(slots=True)
class Trial:
    """A pair of texts whose authors are known, and how alike they are."""

    candidate: str
    same: bool
    likeness: Likeness


class Population:
    """Texts of other authors, one :class:`Text` each; the order given does not matter."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = sorted((t.first(MOST) for t in texts), key=lambda text: text.author)
        self.full = [t for t in self.texts if t.words >= QUESTIONED + KNOWN]
        self._vocabulary = len({m for t in self.texts for s in t.sentences for m in s.masked}) + 2
        self._pieces: Any = None

    def grammar(
        self, known: Text, questioned: Sequence[Text], without: frozenset[str] = frozenset()
    ) -> list[list[Weight]]:
        """For every questioned text what each of its words adds; ``without`` names authors left out."""
        size = sum(len(s.masked) for s in known.sentences)
        pool = [s for t in self.texts if t.author not in without for s in t.sentences]
        model = Model((s.masked for s in known.sentences), self._vocabulary)
        dice = _dice()
        others = [Model(_drawn(pool, size, dice), self._vocabulary) for _ in range(_REFERENCES)]
        known_of: dict[tuple[str, ...], float] = {}
        return [
            [
                Weight(number, place, _ratio(gram, model, others, known_of))
                for number, sentence in enumerate(text.sentences)
                for place, gram in enumerate(grams(sentence.masked))
            ]
            for text in questioned
        ]

    def cosine(self, one: Text, other: Text) -> float:
        """Likeness of the four-letter pieces of two texts."""
        if self._pieces is None:
            from sklearn.feature_extraction.text import TfidfVectorizer

            self._pieces = TfidfVectorizer(
                analyzer="char", ngram_range=(4, 4), sublinear_tf=True, max_features=5_000
            ).fit([text.plain for text in self.texts] or [one.plain, other.plain])
        rows = self._pieces.transform([one.plain, other.plain])
        return float((rows[0] @ rows[1].T).toarray()[0, 0])

    def likeness(
        self, known: Text, questioned: Sequence[Text], without: frozenset[str] = frozenset()
    ) -> list[Likeness]:
        """Both measures for every questioned text."""
        weights = self.grammar(known, questioned, without)
        return [
            Likeness(scaled(own), self.cosine(known, text))
            for own, text in zip(weights, questioned, strict=True)
        ]

    def trials(self, questioned: int, known: int) -> list[Trial]:
        """Pairs of one author and of two, of about as many words as the case has.

        Neither author of a pair is among the references it is held against.
        """
        dice = _dice()
        halves = [t.split(min(questioned, t.words - KNOWN)) for t in self.full]
        made = []
        for number, (before, last) in enumerate(halves):
            rest = [pair[1] for i, pair in enumerate(halves) if i != number]
            against = dice.sample(rest, min(_AGAINST, len(rest)))
            without = frozenset([before.author, *(t.author for t in against)])
            asked = [last, *against]
            for text, alike in zip(asked, self.likeness(before.first(known), asked, without), strict=True):
                made.append(Trial(before.author, text.author == before.author, alike))
        return made


class Calibration:
    """From likeness to a likelihood ratio, by logistic regression on both measures."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        import numpy as np

        self.authors = len({trial.candidate for trial in trials})
        self.cap = min(CAP, math.log10(max(self.authors, 1)))
        measures = np.array([trial.likeness for trial in trials])
        self._middle, self._spread = measures.mean(0), measures.std(0) + 1e-9
        by_candidate: dict[str, list[Trial]] = {}
        for trial in trials:
            by_candidate.setdefault(trial.candidate, []).append(trial)
        groups, dice = list(by_candidate.values()), _dice()
        self._fits = [self._fit(trials)]
        for _ in range(_DRAWINGS):
            self._fits.append(self._fit([t for group in dice.choices(groups, k=len(groups)) for t in group]))

    def _fit(self, trials: Sequence[Trial]) -> Any:
        import numpy as np

        measures = (np.array([trial.likeness for trial in trials]) - self._middle) / self._spread
        return logistic(measures, np.array([trial.same for trial in trials]))

    def log10_lr(self, likeness: Likeness) -> tuple[float, float, float]:
        """Low, middle, high: 95 of 100 drawings of the population lie between the outer two."""
        import numpy as np

        measures = np.append((np.array(likeness) - self._middle) / self._spread, 1.0)
        given = [float(measures @ fit) / math.log(10) for fit in self._fits]
        low, high = np.percentile(given, [2.5, 97.5])
        return self._capped(low), self._capped(given[0]), self._capped(high)

    def _capped(self, value: float) -> float:
        return round(max(-self.cap, min(self.cap, float(value))), 2)


def logistic(measures: Any, same: Any) -> Any:
    """Weights of each measure, and last a constant, of a logistic regression with a ridge of one.

    ``measures`` has a row a pair, ``same`` a truth a pair.  Pairs of one author and of
    two weigh alike together, so that the odds that come out are a likelihood ratio.
    Newton's method: the same steps everywhere, and a hundredth of a general solver's time.
    """
    import numpy as np

    rows = np.column_stack([measures, np.ones(len(measures))])
    weigh = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum()) * len(same)
    ridge = np.diag([1.0] * measures.shape[1] + [1e-6])
    fitted = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(rows @ fitted, -30, 30)))
        slope = rows.T @ (weigh * (likely - same)) + ridge @ fitted
        bend = (rows.T * (weigh * likely * (1 - likely))) @ rows + ridge
        step = np.linalg.solve(bend, slope)
        fitted = fitted - step
        if np.abs(step).max() < 1e-9:
            break
    return fitted


def _dice() -> random.Random:
    """The same drawings for the same texts, on every machine."""
    return random.Random(_SEED)  # noqa: S311 - nothing secret hangs on it


def scaled(weights: Sequence[Weight]) -> float:
    """The grammar's ratio over the square root of the words, or a long text would weigh by its length."""
    return sum(weight.value for weight in weights) / math.sqrt(max(len(weights), 1))


def _drawn(pool: Sequence[Sentence], size: int, dice: random.Random) -> list[tuple[str, ...]]:
    """Sentences in a random order, as many as make ``size`` words, or all there are."""
    drawn, told = [], 0
    for sentence in dice.sample(pool, len(pool)):
        if told >= size:
            break
        drawn.append(sentence.masked)
        told += len(sentence.masked)
    return drawn


def _ratio(
    gram: tuple[str, ...], model: Model, others: Sequence[Model], seen: dict[tuple[str, ...], float]
) -> float:
    if gram not in seen:
        seen[gram] = model.log10(gram) - sum(other.log10(gram) for other in others) / len(others)
    return seen[gram]
