"""LV-MODEL-001  The program a document names, against the hand its structure shows.

What it looks at: how the file is written, without anything it says of itself.  A classifier that learned from
known-genuine documents tells the family of programs from that; it answers *unknown* unless one family clearly
fits and the document is no novelty among its documents.  Reported is a document whose structure is positively
of one family and which names another, when next to no known-genuine document of the named family fits that
family as badly.  LV-MODEL-002, from the same model, is the document's place among its genuine peers.

Why it matters: the name of a program is one string and typed in seconds.  The way a program writes has to be
rebuilt on purpose.

Innocent ways: a program that writes through the library of another, and names itself; a later program that
processed the document and left the old name standing.  Families known for either are never held against
each other.

Repeat by hand: compare the facts listed under the answer with those of a document that the named program is
known to have made: ``leakverify verify --facts FILE``.

Sources: S. Adhatarao, C. Lauradoux, Robust PDF Files Forensics Using Coding Style, arXiv:2103.02702, 2021,
for the idea; the error rates are measured on sources that were left out while learning, and stand in the
model's card.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leakverify.classifier._compatible import compatible, lineage
from leakverify.classifier._families import OTHER
from leakverify.classifier._format import Conflicts, FormatModel, Stand
from leakverify.classifier._hands import excluded, hands_agree
from leakverify.evidence import (
    Contribution,
    Cost,
    Evidence,
    Extraction,
    Family,
    Observation,
    Outcome,
    Question,
    Strength,
)
from leakverify.features import Row, catalogue
from leakverify.strengths import wilson

if TYPE_CHECKING:
    from leakverify.classifier._matrix import Codes

DECLARED, DEVIATION = "LV-MODEL-001", "LV-MODEL-002"
TITLES = {
    DECLARED: "The program a document names, against the hand its structure shows",
    DEVIATION: "The place of a document among its genuine peers",
}
MESSAGES = {
    DECLARED: {
        "other-program": "The document names {named} and is written the way {seen} writes.",
        "agree": "The document names {named} and is written that way.",
        "through": "The document names {named} and is written the way {seen} writes, which goes together.",
        "unstated": "The document is written the way {seen} writes and names no program the model knows.",
        "nothing": "The structure does not tell which program wrote the document.",
    },
    DEVIATION: {
        "place": "Among {peers} genuine peers ({level}: {group}), {share} are as unusual or more.",
        "place-of-sources": "Among {peers} genuine peers ({level}: {group}) of {sources} sources, which "
        "count the same, {share} are as unusual or more.",
    },
}
INNOCENT = {
    DECLARED: {
        "library": "A program writes through the library of another and names itself.",
        "kept": "A later program wrote the document anew and left the name that stood there.",
    },
    DEVIATION: {
        "rare": "A sound document that is rare among the references: another version, language or use.",
    },
}
PAGES = {
    DECLARED: __doc__,
    DEVIATION: """LV-MODEL-002  The place of a document among its genuine peers.

What it looks at: the features of a document and the answers of its checks, held against genuine documents
of the same source, sender, template, program or format, the narrowest group with enough members. The
share told is a conformal p-value: how many of the peers, the document counted in, are at least as
unusual. Where a document comes from a source the model does not know, every source counts once.

Why it matters: what an organisation's programs and people do without thinking is what somebody who
imitates them forgets. The likelihood ratio beside it takes everything together; it orders the list, and
never changes what a document is assessed as.

Innocent ways: a sound document that is rare among the references: another version, language or use. One
document in a hundred is among the rarest hundredth; that is no reason to doubt it.

Repeat by hand: the features that moved the score are listed under it, with the facts they rest on:
``leakverify verify --facts FILE``.

Sources: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005, 2.2; for the list
of a scan Y. Benjamini, Y. Hochberg, JRSS B 57, 1995, 289-300, and S. Bates et al., Annals of Statistics
51, 2023, 149-178; figures in docs/accuracy-model.md.
""",
}
#: features named with an answer
_NAMED = 8


def contributions(
    model: FormatModel, row: Row, weights: NDArray[np.float64], most: int = 12
) -> tuple[Contribution, ...]:
    """The features that moved a score most, with what the document has there and where."""
    order = [int(n) for n in np.argsort(-weights, kind="stable")[:most] if weights[n] > 1e-3]
    found = []
    for n in order:
        column = model.encoder.columns[n]
        found.append(
            Contribution(
                feature=column.label,
                value=model.encoder.met(n, row).number,
                weight=round(float(weights[n]), 4),
                **({"where": row.places[column.feature]} if column.feature in row.places else {}),
            )
        )
    return tuple(found)


def declared_against_actual(
    model: FormatModel, row: Row, code: Codes, extraction: Extraction | None, measured_on: str
) -> Evidence | None:
    """The answer on the program; ``None`` when the model knows no programs of this format."""
    writer = model.writer
    if writer is None:
        return None
    told = writer.identify(code[model.structure])
    claimed = OTHER if row.declared is None else lineage(row.declared[0])
    named = row.declared[0] if row.declared is not None and claimed else ""
    spoken = told.weights if told.family or told.bytes else np.zeros(len(model.structure))
    whole = np.zeros(len(model.encoder))
    whole[model.structure] = spoken
    rests = _rests_on(contributions(model, row, whole, _NAMED), extraction)
    seen = told.bytes if hands_agree(claimed, told) and claimed != told.family else told.family
    if not seen:
        return _evidence(DECLARED, Outcome.NEUTRAL, "nothing", {}, ())
    versions = model.version_range(seen, code)
    shown = seen if versions is None else f"{seen} {'–'.join(dict.fromkeys(versions))}"
    fit = round(told.shares.get(seen, 1.0), 3)
    params: dict[str, str | int | float] = {"seen": shown, "named": named, "fit": fit}
    if claimed not in writer.names or claimed == OTHER:
        return _evidence(DECLARED, Outcome.NEUTRAL, "unstated", params, rests)
    if hands_agree(claimed, told):
        return _evidence(DECLARED, Outcome.NEUTRAL, "agree", params, rests)
    if compatible(claimed, seen):
        return _evidence(DECLARED, Outcome.NEUTRAL, "through", params, rests)
    if not excluded(writer, told, claimed):
        return _evidence(DECLARED, Outcome.NEUTRAL, "nothing", {}, ())
    params["p_named"] = round(told.p_values[claimed], 4)
    strength = conflict_strength(model.conflicts, measured_on)
    return _evidence(DECLARED, Outcome.UNUSUAL, "other-program", params, rests, strength)


def conflict_strength(conflicts: Conflicts | None, measured_on: str) -> Strength | None:
    """What a conflict is worth, from its counts on sources left out; nothing below 50 documents."""
    from leakverify.strengths import log10_lr

    if conflicts is None or conflicts.genuine < 50 or conflicts.swapped < 50:
        return None
    return Strength(
        genuine_fired=conflicts.alarms,
        genuine_files=conflicts.genuine,
        genuine_upper=round(wilson(conflicts.alarms, conflicts.genuine)[1], 6),
        altered_fired=conflicts.caught,
        altered_files=conflicts.swapped,
        log10_lr=log10_lr(conflicts.caught, conflicts.swapped, conflicts.alarms, conflicts.genuine),
        measured_on=measured_on,
    )


def deviation(
    model: FormatModel, row: Row, stand: Stand, extraction: Extraction | None
) -> tuple[Evidence, tuple[Contribution, ...]]:
    """The place among the peers: shown, never counted on its own; a list with a stated rate is for whole
    scans.
    """
    told = contributions(model, row, stand.placed.surprise - stand.placed.usual)
    params: dict[str, str | int | float] = {
        "peers": stand.peers,
        "level": stand.level,
        "group": stand.key,
        "share": f"{stand.placed.p_value:.2%}",
    }
    rests = _rests_on(told[:_NAMED], extraction)
    sources = round(stand.placed.worth)
    if sources == stand.peers:
        return _evidence(DEVIATION, Outcome.NEUTRAL, "place", params, rests), told
    return _evidence(
        DEVIATION, Outcome.NEUTRAL, "place-of-sources", params | {"sources": sources}, rests
    ), told


def _rests_on(named: Sequence[Contribution], extraction: Extraction | None) -> tuple[Observation, ...]:
    """The facts behind the features: the first of each observation a feature is made from."""
    if extraction is None:
        return ()
    found: dict[str, Observation] = {}
    known = catalogue()
    wanted: list[str] = []
    for one in named:
        feature = known.get(one.feature.partition("=")[0])
        wanted += [] if feature is None else feature.observations
    by_name: dict[str, Observation] = {}
    for observation in extraction.observations:
        by_name.setdefault(observation.name, observation)
    for name in wanted:
        for match in _matching(name, by_name):
            found.setdefault(match, by_name[match])
    return tuple(found.values())[:_NAMED]


def _matching(name: str, present: Iterable[str]) -> list[str]:
    if not name.endswith("*"):
        return [name] if name in present else []
    return [one for one in present if one.startswith(name[:-1])][:2]


def _evidence(
    check: str,
    outcome: Outcome,
    message: str,
    params: dict[str, str | int | float],
    rests: tuple[Observation, ...],
    strength: Strength | None = None,
) -> Evidence:
    pointed = outcome is Outcome.UNUSUAL
    return Evidence(
        check=check,
        outcome=outcome,
        question=Question.ORIGIN,
        family=Family.CORPUS,
        message=message,
        text=MESSAGES[check][message].format_map(params),
        params=params,
        observations=rests,
        innocent=tuple(INNOCENT[check]) if pointed or check == DEVIATION else (),
        cost=Cost.HOURS if pointed else None,
        reproduce="leakverify verify --facts FILE" if rests else "",
        strength=strength,
    )
