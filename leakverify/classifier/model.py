"""The public model: what was learned from known-genuine documents, and its statement on one document."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leakverify.errors import ModelError, UsageError
from leakverify.evidence import Evidence, Extraction, Problem, Score
from leakverify.features import FEATURES_VERSION, Row, extract
from leakverify.features.said import with_answers

if TYPE_CHECKING:
    from leakverify.classifier._format import FormatModel

#: file of the shipped model, and the one that pins it
SHIPPED, PIN = "baseline.skops", "baseline.json"


class Answer(NamedTuple):
    """What a model says of one document."""

    score: Score | None
    evidence: tuple[Evidence, ...]
    problems: tuple[Problem, ...]


_NOTHING = Answer(None, (), ())


class Model:
    """What was learned from a known-genuine corpus, for scores of single documents.

    Make one with :meth:`fit` or ``Corpus.fit()``, or open one with :meth:`load`.  ``card`` says what it was
    learned from.  A score depends on the document and the model only.
    """

    def __init__(self, formats: Mapping[str, FormatModel], card: Mapping[str, Any], digest: str = "") -> None:
        self.formats = dict(formats)
        self.card = dict(card)
        self._digest = digest

    @property
    def identity(self) -> str:
        """Name and beginning of the SHA-256 of the file, equal for equal models."""
        if not self._digest:
            self._digest = hashlib.sha256(self.to_bytes()).hexdigest()
        return f"{self.card.get('name', 'model')} {self._digest[:16]}"

    # learning ------------------------------------------------------------------------------------------

    @classmethod
    def fit(
        cls,
        rows: Iterable[Row],
        *,
        corpus: str = "",
        name: str = "corpus",
        altered: Iterable[tuple[str, Row]] = (),
        handled: Iterable[tuple[str, Row]] = (),
        like: Model | None = None,
        same_sources: bool = False,
        writers: bool = True,
        trees: int = 200,
    ) -> Model:
        """Learn from rows of known-genuine documents, each with its source among the groups.

        ``corpus`` is the identity of the corpus.  ``altered`` are known alterations: the source of the
        document that was altered, and the row; they choose what is looked at and calibrate likelihood ratios.
        ``handled`` are genuine documents that were only saved anew, printed or merged, in the same form.
        Without them a model has p-values and no ratios, and looks where ``like`` does, by default the shipped
        model.  ``same_sources`` says that what will be judged comes from the very sources of the corpus;
        otherwise, from three sources on, a source vouches only once, and p-values are as coarse as the
        sources are few. ``writers=False`` learns no programs; ``trees`` is
        the size of the forests that tell them.

        Raises ``UsageError`` when there is nothing to learn from.
        """
        from leakverify.classifier._learn import learn_format

        by_format: dict[str, list[Row]] = {}
        for row in rows:
            by_format.setdefault(row.family, []).append(row)
        if not by_format:
            raise UsageError("the corpus holds no document of a format that can be scored")
        known: dict[str, list[tuple[str, Row]]] = {}
        for source, row in altered:
            known.setdefault(row.family, []).append((source, row))
        benign: dict[str, list[tuple[str, Row]]] = {}
        for source, row in handled:
            benign.setdefault(row.family, []).append((source, row))
        elsewhere = like or baseline()
        formats = {}
        for family in sorted(by_format):
            theirs = None if elsewhere is None else elsewhere.formats.get(family)
            weights = {} if theirs is None else _by_label(theirs)
            formats[family] = learn_format(
                by_format[family], altered=known.get(family, ()), handled=benign.get(family, ()),
                known_weights=weights, writers=writers, same_sources=same_sources, trees=trees,
            )  # fmt: skip
        card = {
            "name": name,
            "corpus": corpus,
            "features": FEATURES_VERSION,
            "documents": {family: len(found) for family, found in formats.items()},
            "sources": {family: len(found.source_names) for family, found in formats.items()},
            "same_sources": same_sources,
            "altered": {family: len(found) for family, found in sorted(known.items())},
            "handled": {family: len(found) for family, found in sorted(benign.items())},
        }
        return cls(formats, card)

    # saying --------------------------------------------------------------------------------------------

    def score(self, row: Row) -> Score | None:
        """The place of one document among its genuine peers; ``None`` when they are too few."""
        return self.answer(row).score

    def judge(self, extraction: Extraction, evidence: Iterable[Evidence] = ()) -> Answer:
        """What the model says of a document that was read, and of which the checks said so."""
        row = extract(extraction)
        return _NOTHING if row is None else self.answer(with_answers(row, evidence), extraction)

    def answer(self, row: Row, extraction: Extraction | None = None) -> Answer:
        """Score, evidence and problems of one document."""
        from leakverify.classifier import answers
        from leakverify.classifier._format import LEAST_IN_GROUP, LEAST_PEERS, TooFew

        known = self.formats.get(row.family)
        if known is None:
            return _NOTHING
        code = known.encoder.encode(row)
        told = answers.declared_against_actual(known, row, code, extraction, self.identity)
        evidence = () if told is None else (told,)
        stand = known.stand(row, code)
        if isinstance(stand, TooFew):
            detail = (
                f"{stand.had} genuine references of {stand.sources} sources at level {stand.level}; it takes "
                f"{LEAST_PEERS}" + (f" of {LEAST_IN_GROUP} sources" if known.apart else "")
            )
            return Answer(None, evidence, (Problem(code="too-few-peers", detail=detail),))
        placed, moved = answers.deviation(known, row, stand, extraction)
        score = Score(
            p_value=round(stand.placed.p_value, 6),
            log10_lr=stand.lr,
            peers=stand.peers,
            group=f"{stand.level}: {stand.key}",
            model=self.identity,
            contributions=moved,
        )
        return Answer(score, (*evidence, placed), ())

    def prior_scores(self, rows: Sequence[Row]) -> list[float] | None:
        """A fixed score per document, all of one format; ``None`` where nothing altered was learned from."""
        known = self.formats.get(rows[0].family) if rows else None
        if known is None or known.together is None:
            return None
        return [known.prior_score(row) for row in rows]

    # files ---------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The model as a file; equal models give equal bytes."""
        from leakverify.classifier import persistence

        states: dict[str, Any] = {}
        arrays: dict[str, Any] = {}
        for family, known in sorted(self.formats.items()):
            states[family], parts = known.state()
            arrays |= {f"{family} {name}": array for name, array in parts.items()}
        return persistence.to_bytes({"card": self.card, "formats": states}, arrays)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file. Raises ``UsageError`` when that is not possible."""
        data = self.to_bytes()
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise UsageError(f"cannot write {Path(path).name}: {error.strerror}") from error

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read a model, audited before anything is built. Raises ``UsageError`` or ``ModelError``."""
        from leakverify.classifier.persistence import MOST_BYTES

        try:
            with Path(path).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        except OSError as error:
            raise UsageError(f"cannot read {Path(path).name}: {error.strerror}") from error
        return cls.from_bytes(data)

    @classmethod
    def from_bytes(cls, data: bytes, *, pinned: str = "") -> Model:
        """A model from the bytes of its file. Raises ``ModelError``."""
        from leakverify.classifier import persistence
        from leakverify.classifier._format import FormatModel

        state, arrays = persistence.from_bytes(data, pinned=pinned)
        try:
            card = state["card"]
            if card["features"] != FEATURES_VERSION:
                raise ModelError("the model was learned with another version of the features; learn it again")
            formats = {
                str(family): FormatModel.from_state(
                    kept,
                    {
                        k.removeprefix(f"{family} "): a
                        for k, a in arrays.items()
                        if k.startswith(f"{family} ")
                    },
                )
                for family, kept in state["formats"].items()
            }
        except (
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            IndexError,
            msgspec.ValidationError,
        ) as error:
            raise ModelError(f"a model whose parts do not fit together: {error}") from error
        return cls(formats, card, hashlib.sha256(data).hexdigest())


def _by_label(known: FormatModel) -> dict[str, float]:
    return {
        column.label: float(weight)
        for column, weight in zip(known.encoder.columns, known.weights, strict=True)
    }


@functools.cache
def baseline() -> Model | None:
    """The model that came with this version, ``None`` when models/ ships none. Raises ``ModelError``."""
    folder = resources.files("leakverify_models")
    try:
        data, pin = folder.joinpath(SHIPPED).read_bytes(), folder.joinpath(PIN).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        return None
    return Model.from_bytes(data, pinned=str(msgspec.json.decode(pin)["sha256"]))


def chosen(model: Model | str | os.PathLike[str] | None) -> Model | None:
    """A model as callers name it: one at hand, a path, ``"baseline"`` for the shipped one, ``None`` for
    none.
    """
    if model is None or isinstance(model, Model):
        return model
    return baseline() if model == "baseline" else Model.load(model)
