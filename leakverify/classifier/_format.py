"""What a model knows of one format: the references, their groups, the program families, the calibration.

Everything needed for a score, as plain arrays and text; no scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leakverify.classifier._families import Families
from leakverify.classifier._forest import Forest
from leakverify.classifier._hands import Hands, hand_columns, known_hands
from leakverify.classifier._matrix import Codes, Encoder
from leakverify.classifier._peers import Floats, Peers, Placed
from leakverify.classifier.calibration import Calibrator
from leakverify.classifier.together import Together
from leakverify.features import LEVELS, Row

#: references of a group below which no p-value is given
LEAST_PEERS = 30
#: sources of a corpus from which on documents of one source do not vouch for each other, and sources that a
#: group must then have
LEAST_SOURCES, LEAST_IN_GROUP = 3, 5
#: levels whose key says that two documents come from the same hands; there a source is not left out
SAME_HANDS = frozenset(["template", "sender", "source"])
#: groups kept ready
_KEPT_GROUPS = 48


class Conflicts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often the claim of a program was contradicted, on sources left out while learning.

    ``genuine`` documents with a claim that could be held against their structure, and ``alarms`` among them;
    ``swapped`` claims of another family put in the place of the true one, and ``caught`` among these.
    """

    genuine: int
    alarms: int
    swapped: int
    caught: int


class Stand(NamedTuple):
    """Where a document stands: its level and key, and its place there."""

    level: str
    key: str
    placed: Placed
    peers: int
    lr: tuple[float, float, float] | None


class TooFew(NamedTuple):
    """No group is large enough; the largest that fits has ``had`` references of so many sources."""

    level: str
    had: int
    sources: int


class FormatModel:
    """The references of one format. Arrays are of one row per reference.

    ``sources`` numbers into ``source_names``; ``keys`` per level the number of the group in ``key_names``, -1
    for none; ``label`` the number of the writer family, -1 when the reference taught none; ``versions`` the
    version it claims.
    """

    def __init__(
        self,
        encoder: Encoder,
        codes: Codes,
        sources: NDArray[np.int32],
        source_names: list[str],
        keys: Mapping[str, NDArray[np.int32]],
        key_names: Mapping[str, list[str]],
        weights: Floats,
        *,
        label: NDArray[np.int32],
        versions: list[str],
        writer: Families | Hands | None = None,
        calibrators: Mapping[str, Calibrator] | None = None,
        conflicts: Conflicts | None = None,
        dropped: int = 0,
        same_sources: bool = False,
        together: Together | None = None,
    ) -> None:
        self.together = together
        self.encoder, self.codes, self.sources, self.source_names = encoder, codes, sources, source_names
        self.keys, self.key_names, self.weights = dict(keys), dict(key_names), weights
        self.label, self.versions, self.writer = label, versions, writer
        self.calibrators, self.conflicts, self.dropped = dict(calibrators or {}), conflicts, dropped
        #: whether sources are left out and count alike: not when documents come from those very sources
        self.apart = not same_sources and len(source_names) >= LEAST_SOURCES
        self.structure = encoder.in_blocks("s.")
        self._numbers = {
            level: {name: n for n, name in enumerate(names)} for level, names in self.key_names.items()
        }
        self._ready: dict[tuple[str, str], Peers] = {}

    def __len__(self) -> int:
        return len(self.codes)

    def members(self, level: str, key: str) -> NDArray[np.int64]:
        """Numbers of the references of a group."""
        number = self._numbers.get(level, {}).get(key)
        if number is None:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.keys[level] == number)

    def peers(self, level: str, key: str) -> Peers | None:
        """The references of a group, ready to judge; ``None`` when they are too few."""
        known = self._ready.get((level, key))
        if known is not None:
            return known
        made = self.group(self.members(level, key), level)
        if made is None:
            return None
        if len(self._ready) >= _KEPT_GROUPS:
            del self._ready[next(iter(self._ready))]
        self._ready[level, key] = made
        return made

    def group(self, members: NDArray[np.int64], level: str) -> Peers | None:
        """References as peers, ``None`` when there are too few, or they are of too few sources.

        Where a document comes from somewhere else, documents of one source are compared with those of others
        and every source counts the same, since what one source has in common is no rule for the next.
        """
        if len(members) < LEAST_PEERS:
            return None
        if not self.apart or level in SAME_HANDS:
            return Peers(self.codes[members], np.arange(len(members)), self.weights)
        found, numbers = np.unique(self.sources[members], return_inverse=True)
        if len(found) < LEAST_IN_GROUP:
            return None
        return Peers(self.codes[members], numbers.astype(np.int64), self.weights, even=True)

    def stand(self, row: Row, code: Codes) -> Stand | TooFew:
        """The document among the narrowest group of its peers that is large enough."""
        most = TooFew("format", 0, 0)
        for level in LEVELS:
            key = row.groups.get(level)
            if key is None:
                continue
            peers = self.peers(level, key)
            if peers is None:
                members = self.members(level, key)
                few = TooFew(level, len(members), len(np.unique(self.sources[members])))
                most = max(most, few, key=lambda one: one.had)
                continue
            placed = peers.place(code)
            return Stand(level, key, placed, len(peers), self._ratio(row, level, placed))
        return most

    def _ratio(self, row: Row, level: str, placed: Placed) -> tuple[float, float, float] | None:
        """The likelihood ratio of everything together where that was learned, else of the place alone."""
        if self.together is not None and self.together.calibrator is not None:
            return self.together.log10_lr(self.together.score(self.encoder, row, placed))
        calibrator = self.calibrators.get("narrow" if level in SAME_HANDS else "wide")
        return None if calibrator is None else calibrator.log10_lr(-float(np.log10(placed.share)))

    def prior_score(self, row: Row) -> float:
        """What everything known of a document amounts to by itself, as if nobody said where it comes from."""
        if self.together is None:
            return 0.0
        groups = {level: key for level, key in row.groups.items() if level != "source"}
        bare = msgspec.structs.replace(row, groups=groups)
        code = self.encoder.encode(bare)
        stand = self.stand(bare, code)
        return self.together.score(self.encoder, bare, stand.placed if isinstance(stand, Stand) else None)

    def version_range(self, family: str, code: Codes) -> tuple[str, str] | None:
        """Lowest and highest version that the references most like it claim, of two sources at least."""
        if self.writer is None or family not in self.writer.names:
            return None
        members = np.flatnonzero(self.label == self.writer.names.index(family))
        members = members[[bool(self.versions[n]) for n in members]] if len(members) else members
        if not len(members):
            return None
        alike = (self.codes[np.ix_(members, self.structure)] == code[self.structure]).sum(axis=1)
        nearest = members[alike >= max(alike.max() - 1, 0)]
        if len(np.unique(self.sources[nearest])) < 2:
            return None
        versions = sorted({self.versions[n] for n in nearest}, key=_by_number)
        return versions[0], versions[-1]

    # as data -------------------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """What it is made of, as something JSON holds and arrays."""
        arrays: dict[str, NDArray[Any]] = {
            "codes": self.codes.astype("<i2"),
            "sources": self.sources.astype("<i4"),
            "weights": self.weights.astype("<f8"),
            "label": self.label.astype("<i4"),
            **{f"key {level}": numbers.astype("<i4") for level, numbers in self.keys.items()},
        }
        state: dict[str, Any] = {
            "columns": self.encoder.state(),
            "source_names": self.source_names,
            "key_names": self.key_names,
            "versions": self.versions,
            "dropped": self.dropped,
            "same_sources": not self.apart,
            "conflicts": None if self.conflicts is None else msgspec.to_builtins(self.conflicts),
            "writer": None,
            "calibrators": {},
            "together": None,
        }
        if self.together is not None:
            state["together"], parts = self.together.state()
            arrays |= parts
        for name, calibrator in self.calibrators.items():
            kept = calibrator.state()
            arrays[f"spread {name}"] = kept.pop("spread").astype("<f8")
            state["calibrators"][name] = kept
        if self.writer is not None:
            layers = self.writer.layers if isinstance(self.writer, Hands) else (self.writer,)
            state["writer"] = [
                {"names": list(one.names), "level": one.level, "share": list(one.share), "novel": one.novel}
                for one in layers
            ]
            for n, one in enumerate(layers):
                arrays |= {f"hand {n} {name}": array for name, array in _parts(one).items()}
        return state, arrays

    @classmethod
    def from_state(cls, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FormatModel:
        """Put together again, held against itself. Raises ``ValueError``, ``KeyError`` or ``TypeError``."""
        encoder = Encoder.from_state(state["columns"])
        codes = arrays["codes"]
        count = len(codes)
        _must(codes.ndim == 2 and codes.shape[1] == len(encoder) and codes.dtype == np.int16)
        sources, label, weights = arrays["sources"], arrays["label"], arrays["weights"]
        names, versions = list(state["source_names"]), list(state["versions"])
        _must(sources.shape == label.shape == (count,) and len(versions) == count)
        _must(weights.shape == (len(encoder),) and bool((weights >= 0).all()))
        _must(count == 0 or (sources.min() >= 0 and sources.max() < len(names)))
        _must(all(isinstance(one, str) for one in (*names, *versions)))
        key_names = {str(level): [str(n) for n in found] for level, found in state["key_names"].items()}
        _must(set(key_names) <= set(LEVELS))
        keys = {level: arrays[f"key {level}"] for level in key_names}
        for level, numbers in keys.items():
            _must(numbers.shape == (count,) and (count == 0 or numbers.max() < len(key_names[level])))
        calibrators = {
            str(name): Calibrator.from_state({**kept, "spread": arrays[f"spread {name}"]})
            for name, kept in state["calibrators"].items()
        }
        conflicts = state["conflicts"]
        model = cls(
            encoder, codes, sources, names, keys, key_names, weights.astype(np.float64),
            label=label, versions=versions, calibrators=calibrators, dropped=int(state["dropped"]),
            same_sources=bool(state["same_sources"]),
            conflicts=None if conflicts is None else msgspec.convert(conflicts, Conflicts),
            together=None if state.get("together") is None
            else Together.from_state(state["together"], dict(arrays)),
        )  # fmt: skip
        if state["writer"] is not None:
            model.writer = model._writer(state["writer"], arrays)
            _must(bool((label < len(model.writer.names)).all()))
        return model

    def _writer(self, state: list[Mapping[str, Any]], arrays: Mapping[str, NDArray[Any]]) -> Families | Hands:
        columns = hand_columns(self.encoder, self.structure)
        _must(isinstance(state, list) and len(state) == max(len(columns), 1))
        parts = [
            {key.removeprefix(mark): found for key, found in arrays.items() if key.startswith(mark)}
            for mark in (f"hand {n} " for n in range(len(state)))
        ]
        if not columns:
            return self._families(state[0], parts[0], len(self.structure), alone=True)
        layers = [
            self._families(one, theirs, len(at), alone=False)
            for one, theirs, at in zip(state, parts, columns, strict=True)
        ]
        return Hands(layers, columns, known_hands(self.encoder, self.structure))

    def _families(
        self, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], width: int, *, alone: bool
    ) -> Families:
        names = [str(name) for name in state["names"]]
        column, code = arrays["term column"], arrays["term code"]
        misfit, sizes = arrays["misfit"], arrays["misfits"]
        forest = Forest(
            arrays["roots"], arrays["question"], arrays["no"], arrays["yes"], arrays["shares"], len(column)
        )
        _must(column.ndim == 1 and column.shape == code.shape and forest.shares.shape[1] == len(names))
        _must(sizes.shape == (len(names),) and int(sizes.sum()) == len(misfit))
        _must(len(column) == 0 or (column.min() >= 0 and column.max() < width))
        _must(bool((sizes >= 0).all()))
        shares = [float(share) for share in state["share"]]
        _must(len(shares) == len(names))
        return Families(
            names, column.astype(np.int64), code.astype(np.int64), forest,
            [np.sort(part) for part in np.split(misfit, np.cumsum(sizes)[:-1])],
            [self.writer_peers(n) if name and alone else None for n, name in enumerate(names)],
            level=float(state["level"]), share=shares, novel=float(state["novel"]),
        )  # fmt: skip

    def writer_peers(self, number: int) -> Peers | None:
        """The references of a writer family, over the columns of structure alone."""
        members = np.flatnonzero(self.label == number)
        if len(members) < 2:
            return None
        where = np.unique(self.sources[members], return_inverse=True)[1]
        codes = self.codes[np.ix_(members, self.structure)]
        return Peers(codes, where.astype(np.int64), np.ones(len(self.structure)))


def _parts(one: Families) -> dict[str, NDArray[Any]]:
    """A classifier as arrays."""
    return {
        "term column": one.column.astype("<i4"), "term code": one.code.astype("<i4"),
        "roots": one.forest.roots.astype("<i4"), "question": one.forest.question.astype("<i4"),
        "no": one.forest.no.astype("<i4"), "yes": one.forest.yes.astype("<i4"),
        "shares": one.forest.shares.astype("<f4"),
        "misfit": np.concatenate(one.misfit).astype("<f8"),
        "misfits": np.asarray([len(m) for m in one.misfit], "<i4"),
    }  # fmt: skip


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError("parts that do not fit together")


def _by_number(version: str) -> tuple[tuple[int, ...], str]:
    parts = "".join(c if c.isdigit() else " " for c in version).split()
    return tuple(int(part[:9]) for part in parts), version
