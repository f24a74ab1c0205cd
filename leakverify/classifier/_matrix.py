"""Rows as a table of codes, by a dictionary that is frozen when a model is learned.

Every column holds one small whole number per document: why the feature is absent, or which of its words or
which range of its numbers was met.  What was never met while learning has a code of its own, so that it is
seen as new, and never gives a document a column that the references lack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leakverify.features import Absence, Row

Codes = NDArray[np.int16]

#: codes of what is absent, and of a word that was not met while learning
ABSENT = {Absence.NOT_IN_FORMAT: 0, Absence.NOT_READABLE: 1, Absence.NOT_STATED: 2}
NEW = 3
_FIRST = 4
#: shares at which the ranges of a number end; the outer ones keep some references each, so that a document is
#: not alone in a range only because the references were used to draw it
_SHARES = (0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99)
#: values of a number up to which each is a range of its own
_FEW_VALUES = 12
#: words of a feature that get a code, or a column when a document can have several
_MOST_WORDS, _MOST_COLUMNS = 400, 40
#: documents that must have a word before it gets a column of its own
_OFTEN = 3
#: longest word kept
_LONGEST = 120


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One column: a number in ranges, one word of many, or whether one word is among several.

    ``edges`` end the ranges of a number, in the feature's unit.  ``words`` get codes in their order.  With
    ``among`` the column says whether the document has the one word; ``rest`` how many it has beyond those.
    """

    feature: str
    kind: str  # number, word, among, rest
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The feature, with the word the column asks for where there is one."""
        return f"{self.feature}={self.words[0]}" if self.kind == "among" else self.feature


class Met(NamedTuple):
    """What a document has in a column, for people: the number, or the words."""

    number: float | None
    words: tuple[str, ...]


class Encoder:
    """The frozen dictionary of one format; see :func:`learn`."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self._codes: list[dict[str, int]] = [
            {word: _FIRST + n for n, word in enumerate(c.words)} if c.kind == "word" else {}
            for c in self.columns
        ]
        listed: dict[str, set[str]] = {}
        for column in self.columns:
            if column.kind == "among":
                listed.setdefault(column.feature, set()).update(column.words)
        self._blocks: dict[tuple[str, ...], NDArray[np.int64]] = {}
        self._listed = {feature: frozenset(words) for feature, words in listed.items()}

    def __len__(self) -> int:
        return len(self.columns)

    def in_blocks(self, *prefixes: str) -> NDArray[np.int64]:
        """Numbers of the columns whose features begin with one of these."""
        if prefixes not in self._blocks:
            found = [n for n, c in enumerate(self.columns) if c.feature.startswith(prefixes)]
            self._blocks[prefixes] = np.asarray(found, np.int64)
        return self._blocks[prefixes]

    def encode(self, row: Row) -> Codes:
        """The codes of one document, one per column."""
        return np.asarray([self._code(n, column, row) for n, column in enumerate(self.columns)], np.int16)

    def encode_all(self, rows: Iterable[Row]) -> Codes:
        found = [self.encode(row) for row in rows]
        return np.vstack(found) if found else np.empty((0, len(self.columns)), np.int16)

    def _code(self, number: int, column: Column, row: Row) -> int:
        if column.feature in row.absent:
            return ABSENT[row.absent[column.feature]]
        if column.kind == "number":
            value = row.values.get(column.feature)
            if value is None:
                return 0
            return _FIRST + int(np.searchsorted(column.edges, value, "left"))
        words = row.tokens.get(column.feature)
        if words is None:
            return 0
        cut = tuple(word[:_LONGEST] for word in words)
        if column.kind == "word":
            return self._codes[number].get(_joined(cut), NEW)
        if column.kind == "among":
            return _FIRST + (column.words[0] in cut)
        known = self._listed.get(column.feature, frozenset())
        return _FIRST + min(sum(word not in known for word in cut), 3)

    def words_of(self, number: int) -> dict[str, int]:
        """Words that a column asks for, and the code of a document that has this word and no other."""
        column = self.columns[number]
        if column.kind == "among":
            return {column.words[0]: _FIRST + 1}
        return dict(self._codes[number])

    def met(self, number: int, row: Row) -> Met:
        """What the document has where the column looks."""
        feature = self.columns[number].feature
        return Met(row.values.get(feature), row.tokens.get(feature, ()))

    def state(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = msgspec.to_builtins(self.columns)
        return found

    @classmethod
    def from_state(cls, state: object) -> Encoder:
        """Raises ``msgspec.ValidationError``."""
        columns = msgspec.convert(state, tuple[Column, ...], strict=False)
        if len(columns) > 20_000 or any(c.kind == "among" and len(c.words) != 1 for c in columns):
            raise msgspec.ValidationError("columns that no dictionary has")
        return cls(columns)


def learn(rows: Sequence[Row]) -> Encoder:
    """The dictionary of these documents, all of one format; the same in whatever order they come."""
    numbers: dict[str, list[float]] = {}
    words: dict[str, list[tuple[str, ...]]] = {}
    names: set[str] = set()
    for row in rows:
        names.update(row.values, row.tokens, row.absent)
        for name, value in row.values.items():
            numbers.setdefault(name, []).append(value)
        for name, met in row.tokens.items():
            words.setdefault(name, []).append(tuple(word[:_LONGEST] for word in met))
    columns: list[Column] = []
    for name in sorted(names):
        if name in numbers:
            columns.append(Column(name, "number", edges=_edges(numbers[name])))
        elif name in words:
            columns += _word_columns(name, words[name])
        else:
            columns.append(Column(name, "word"))  # absent everywhere: that it is stated would be new
    return Encoder(columns)


def _edges(values: list[float]) -> tuple[float, ...]:
    distinct = np.unique(np.asarray(values, np.float64))
    if len(distinct) <= _FEW_VALUES:
        return tuple(float(v) for v in (distinct[1:] + distinct[:-1]) / 2)
    return tuple(float(v) for v in np.unique(np.quantile(values, _SHARES, method="higher")))


def _word_columns(name: str, met: list[tuple[str, ...]]) -> list[Column]:
    if max(len(one) for one in met) <= 1:
        return [Column(name, "word", words=_commonest((_joined(one) for one in met), _MOST_WORDS))]
    counts = Counter(word for one in met for word in set(one))
    often = Counter({word: count for word, count in counts.items() if count >= _OFTEN})
    listed = _commonest(often, _MOST_COLUMNS)
    return [*(Column(name, "among", words=(word,)) for word in listed), Column(name, "rest")]


def _commonest(words: Iterable[str] | Mapping[str, int], most: int) -> tuple[str, ...]:
    counts = Counter(words)
    return tuple(sorted(sorted(counts, key=lambda word: (-counts[word], word))[:most]))


def _joined(words: tuple[str, ...]) -> str:
    return "\x1f".join(words)
