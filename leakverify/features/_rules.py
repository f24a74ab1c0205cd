"""How a feature is made of observations: one rule per feature, and the few kinds of rules there are."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leakverify.evidence import RECOGNISED, Extraction, Observation, Scalar
from leakverify.features._shapes import word

#: most words of one feature; a document with more is told by the first of them in sorted order
MOST_WORDS = 96
#: most observations of one name that are looked at
MOST_SEEN = 4_000

#: problems that may hide a fact
BLINDING = frozenset(
    "encrypted malformed truncated limit-size limit-cpu limit-time limit-memory limit-inflate "
    "limit-answer limit-text limit-pages limit-depth reader-crash reader-error box-protocol box-lost "
    "unreadable missing-part unsupported-feature changed-while-reading".split()
)


class Seen:
    """The observations of one document by name."""

    __slots__ = ("_by_name", "blind", "extraction")

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        by_name: dict[str, list[Observation]] = {}
        for observation in extraction.observations:
            if observation.where.part == RECOGNISED:
                continue  # of the documents a model was fitted on, no text was recognised
            found = by_name.setdefault(observation.name, [])
            if len(found) < MOST_SEEN:
                found.append(observation)
        self._by_name = by_name
        self.blind = any(
            problem.code in BLINDING and problem.where.part != RECOGNISED for problem in extraction.problems
        )

    def all(self, name: str) -> Sequence[Observation]:
        return self._by_name.get(name, ())

    def names(self, prefix: str) -> list[str]:
        """Names that begin so, sorted."""
        return sorted(name for name in self._by_name if name.startswith(prefix))

    def value(self, name: str) -> Scalar:
        """The last value of that name, that of the document as it stands; ``None`` when not stated."""
        found = self._by_name.get(name)
        return found[-1].value if found else None

    def text(self, name: str) -> str:
        """The last value as text, ``""`` when not stated."""
        value = self.value(name)
        return "" if value is None else str(value)

    def texts(self, name: str) -> list[str]:
        """Distinct values in document order."""
        return list(dict.fromkeys(str(o.value) for o in self.all(name)))

    def amount(self, name: str) -> float | None:
        """The last value as a number."""
        return finite(self.value(name))

    def amounts(self, name: str) -> list[float]:
        """All values that are numbers."""
        return [found for o in self.all(name) if (found := finite(o.value)) is not None]

    def says(self, name: str) -> bool:
        """Something other than an empty text is stated."""
        return self.value(name) not in (None, "")


def finite(value: Scalar) -> float | None:
    """A value as a number, ``None`` for anything that is none or is beyond counting."""
    if isinstance(value, (int, float)) and abs(value) < 1e18:
        return float(value)
    return None


#: a number, words, or nothing
Made = float | Iterable[str] | None
Make = Callable[[Seen], Made]


@dataclass(frozen=True, slots=True)
class Rule:
    """One feature: its name and meaning, the names it reads, and how it is made.

    A feature with a ``unit`` is a number, one without is words.  ``only`` names the kinds of document
    (:func:`kind_of`) in which it can occur; elsewhere it is absent as ``not_in_format``.
    """

    name: str
    meaning: str
    reads: tuple[str, ...]
    make: Make
    unit: str = ""
    only: tuple[str, ...] = field(default=())


def last(name: str, meaning: str, read: str, only: tuple[str, ...] = ()) -> Rule:
    """The last value as one word."""

    def make(seen: Seen) -> Made:
        return [seen.text(read)]

    return Rule(name, meaning, (read,), make, only=only)


def every(name: str, meaning: str, read: str, only: tuple[str, ...] = ()) -> Rule:
    """Every distinct value as a word."""

    def make(seen: Seen) -> Made:
        return seen.texts(read)

    return Rule(name, meaning, (read,), make, only=only)


def listed(
    name: str, meaning: str, read: str, separator: str | None = None, only: tuple[str, ...] = ()
) -> Rule:
    """The last value as a list: its items, each pair of neighbours, and the whole of it."""

    def make(seen: Seen) -> Made:
        items = seen.text(read).split(separator)
        return ordered(item for item in items if item)

    return Rule(name, meaning, (read,), make, only=only)


def pieces(
    name: str, meaning: str, read: str, separator: str | None = None, only: tuple[str, ...] = ()
) -> Rule:
    """Every value cut at a separator, order left aside."""

    def make(seen: Seen) -> Made:
        return {item for text in seen.texts(read) for item in text.split(separator) if item}

    return Rule(name, meaning, (read,), make, only=only)


def flag(name: str, meaning: str, read: str, only: tuple[str, ...] = ()) -> Rule:
    """1 where the observation is true, 0 where it is false."""

    def make(seen: Seen) -> Made:
        value = seen.value(read)
        return None if value is None else float(bool(value))

    return Rule(name, meaning, (read,), make, "0 or 1", only)


def any_of(name: str, meaning: str, read: str, only: tuple[str, ...] = ()) -> Rule:
    """1 where a count is above zero."""

    def make(seen: Seen) -> Made:
        amount = seen.amount(read)
        return None if amount is None else float(amount > 0)

    return Rule(name, meaning, (read,), make, "0 or 1", only)


def number(name: str, meaning: str, read: str, unit: str, only: tuple[str, ...] = ()) -> Rule:
    """The last value as a number."""

    def make(seen: Seen) -> Made:
        return seen.amount(read)

    return Rule(name, meaning, (read,), make, unit, only)


def tally(name: str, meaning: str, read: str, unit: str, only: tuple[str, ...] = ()) -> Rule:
    """How many observations of a name there are; none at all is zero."""

    def make(seen: Seen) -> Made:
        return float(len(seen.all(read)))

    return Rule(name, meaning, (read,), make, unit, only)


def stating(name: str, meaning: str, reads: Mapping[str, str], only: tuple[str, ...] = ()) -> Rule:
    """Which of several statements are made, by the word the mapping gives; ``none`` when none is."""

    def make(seen: Seen) -> Made:
        return [said for read, said in reads.items() if seen.says(read)] or ["none"]

    return Rule(name, meaning, tuple(reads), make, only=only)


def ordered(items: Iterable[str]) -> list[str]:
    """Words for an order: each item, each pair of neighbours, and all of it as one."""
    row = [word(item) for item in items][:64]
    if not row:
        return []
    pairs = [f"{a}>{b}" for a, b in itertools.pairwise(row)]
    return [*row, *pairs, "=" + " ".join(row)]


def bucket(amount: float) -> str:
    """A count as a word: 0, 1, 2, 3-4, 5-8, 9-16 and so on."""
    if amount <= 2:
        return str(int(amount))
    low, high = 3, 4
    while amount > high and high < 1 << 30:
        low, high = high + 1, high * 2
    return f"{low}-{high}"
