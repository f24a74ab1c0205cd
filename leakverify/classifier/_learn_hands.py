"""Learning which program wrote a document: one classifier, or one per hand where hands are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leakverify.classifier._compatible import compatible, lineage, rewrites
from leakverify.classifier._families import OTHER, Families, Identified
from leakverify.classifier._format import Conflicts
from leakverify.classifier._hands import Hands, excluded, hand_columns, hands_agree, known_hands
from leakverify.classifier._matrix import Encoder
from leakverify.classifier.writer import ProgramClassifier, covered, learn_families
from leakverify.features import Row, takes_over_pages
from leakverify.features.hands import DRAWN, MAPS, NONE, SEVERAL, WRITTEN

#: programs that draw pages of their own and also take over those of others
_BOTH = frozenset(["Adobe", "iText"])


class Taught(NamedTuple):
    """Documents that name a program: codes of structure, the named family, and whose hand each layer shows.

    ``hands`` has one list per layer, with ``None`` for documents that teach nothing there.
    """

    encoder: Encoder
    structure: NDArray[np.int64]
    codes: NDArray[np.int64]
    claims: list[str]
    hands: tuple[list[str | None], ...]
    where: NDArray[np.int64]

    def part(self, chosen: NDArray[np.bool_]) -> Taught:
        numbers = np.flatnonzero(chosen).tolist()
        return self._replace(
            codes=self.codes[chosen],
            claims=[self.claims[n] for n in numbers],
            hands=tuple([hand[n] for n in numbers] for hand in self.hands),
            where=self.where[chosen],
        )


def family_names(row: Row) -> str:
    """The family of programs a row teaches; none when it names none, or one that no table lists."""
    return OTHER if row.declared is None else lineage(row.declared[0])


def taught(
    encoder: Encoder, structure: NDArray[np.int64], codes: NDArray[np.int64], rows: Sequence[Row],
    where: NDArray[np.int64],
) -> Taught:  # fmt: skip
    """What rows that name a program teach."""
    claims = [family_names(row) for row in rows]
    two = bool(hand_columns(encoder, structure))
    hands: tuple[list[str | None], ...] = (
        ([drawn_by(row) for row in rows], [written_by(row) for row in rows]) if two else (list(claims),)
    )
    return Taught(encoder, structure, codes, claims, hands, where)


def drawn_by(row: Row) -> str | None:
    """Whose pages a document teaches; ``None`` under the name of a program that takes over those of others.

    What is known for certain goes before the name.
    """
    known = row.tokens.get(DRAWN, (NONE,))[0]
    claim = family_names(row)
    if row.declared is None or not (takes_over_pages(row.declared[0]) or claim in _BOTH):
        return claim
    if known not in (NONE, SEVERAL):
        return lineage(known.removeprefix(MAPS))
    joined = "pdftk" in row.tokens.get(WRITTEN, ())  # it draws nothing, and names the library it is built on
    return claim if claim in _BOTH and not joined else None


def written_by(row: Row) -> str:
    """Whose bytes a document teaches: what its marks say for certain, else the named program."""
    known = row.tokens.get(WRITTEN, (NONE,))[0]
    return family_names(row) if known == NONE else lineage(known)


def learn_writer(
    told: Taught, options: ProgramClassifier
) -> tuple[Families | Hands, NDArray[np.bool_]] | None:
    """A classifier and which documents taught it; ``None`` when there are not two families to tell apart."""
    columns = hand_columns(told.encoder, told.structure)
    if not columns:
        learned = _learn_layer(told.codes, told.hands[0], told.where, options, alone=True)
        return learned
    layers, kept = [], np.zeros(len(told.codes), bool)
    for hand, at in zip(told.hands, columns, strict=True):
        learned = _learn_layer(told.codes[:, at], hand, told.where, options, alone=False)
        if learned is None:
            return None
        layers.append(learned[0])
        kept |= learned[1] & np.asarray(
            [one == claim for one, claim in zip(hand, told.claims, strict=True)], bool
        )
    return Hands(layers, columns, known_hands(told.encoder, told.structure)), kept


def _learn_layer(
    codes: NDArray[np.int64], hand: Sequence[str | None], where: NDArray[np.int64],
    options: ProgramClassifier, *, alone: bool,
) -> tuple[Families, NDArray[np.bool_]] | None:  # fmt: skip
    teaches = np.asarray([one is not None for one in hand], bool)
    labels = [one for one in hand if one is not None]
    names = [OTHER, *covered(labels, where[teaches], options.least, options.least_sources)]
    if len(names) < 3:
        return None
    at = {name: n for n, name in enumerate(names)}
    numbers = np.asarray([at.get(label, 0) for label in labels], np.int64)
    found, kept = learn_families(codes[teaches], numbers, names, where[teaches], options, novelty=alone)
    whole = np.zeros(len(codes), bool)
    whole[np.flatnonzero(teaches)[kept]] = True
    return found, whole


def right(claimed: str, declared: str, told: Identified) -> bool | None:
    """Whether the answer is the named program; ``None`` when there is none.

    Under the name of a program that takes over pages of others, pages of another are no wrong answer, and
    neither is another program of that kind that wrote the bytes later.
    """
    if hands_agree(claimed, told):
        return True
    if takes_over_pages(declared):
        return False if told.bytes and not rewrites(told.bytes) else None
    return False if told.family else None


def claim_against(found: Families | Hands, code: NDArray[np.int64], claimed: str) -> str:
    """The family whose hand the structure shows when it cannot be that of the claimed one, else ``""``."""
    if claimed not in found.names or claimed == OTHER:
        return ""
    told = found.identify(code)
    if not told.family or hands_agree(claimed, told) or compatible(claimed, told.family):
        return ""
    return told.family if excluded(found, told, claimed) else ""


def count_conflicts(whole: Taught, options: ProgramClassifier, folds: int = 4) -> Conflicts:
    """Alarms on true claims and on exchanged ones, each document judged by a model that saw none of its
    source.
    """
    genuine = alarms = swapped = caught = 0
    fold = whole.where % folds
    for one in np.unique(fold):
        learned = learn_writer(whole.part(fold != one), options)
        if learned is None:
            continue
        found, inside = learned[0], whole.part(fold == one)
        for code, claim in zip(inside.codes, inside.claims, strict=True):
            if claim == OTHER or claim not in found.names:
                continue
            genuine += 1
            alarms += bool(claim_against(found, code, claim))
            for other in _others(found.names, claim):
                swapped += 1
                caught += bool(claim_against(found, code, other))
    return Conflicts(genuine=genuine, alarms=alarms, swapped=swapped, caught=caught)


def _others(names: Sequence[str], claim: str) -> list[str]:
    """Families whose name could be put in the place of a true claim, less those that go together with it."""
    return [name for name in names if name not in (OTHER, claim) and not compatible(name, claim)]
