"""What a model is worth: counts and intervals on documents it has not seen.

Used by ``leakverify model evaluate`` on a newsroom's own corpus and by ``models/evaluate_model.py`` on public
files.  Everything is drawn with fixed seeds, so the same documents give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leakverify.classifier import calibration
from leakverify.classifier._compatible import compatible
from leakverify.classifier._families import OTHER
from leakverify.classifier._format import LEAST_IN_GROUP, LEAST_PEERS, FormatModel, Stand
from leakverify.classifier._learn import TREES, learn_format
from leakverify.classifier._learn_hands import claim_against, family_names, right
from leakverify.features import Row

Floats = NDArray[np.float64]


class Programs(NamedTuple):
    """Per family: documents, right, wrong, unknown. Then what claims set off."""

    families: dict[str, tuple[int, int, int, int]]
    uncovered: int
    uncovered_claimed: int
    genuine: int
    alarms: int
    swapped: int
    caught: int


class Separation(NamedTuple):
    """How altered documents stand against genuine ones; ``None`` where the data give no number."""

    genuine: int
    altered: int
    auc: float
    found: int
    at_or_below: dict[float, int]
    cllr: float | None
    cllr_min: float | None


def from_elsewhere(row: Row) -> Row:
    """A row as it is when nobody says where the document comes from."""
    groups = {level: key for level, key in row.groups.items() if level != "source"}
    return msgspec.structs.replace(row, groups=groups)


def programs(model: FormatModel, rows: Iterable[Row]) -> Programs | None:
    """Identification and conflicts on documents that name a program."""
    writer = model.writer
    if writer is None:
        return None
    counts: dict[str, list[int]] = {}
    uncovered = uncovered_claimed = genuine = alarms = swapped = caught = 0
    for row in rows:
        if row.declared is None:
            continue
        claimed = family_names(row)
        code = model.encoder.encode(row)[model.structure].astype(np.int64)
        told = writer.identify(code)
        if claimed == OTHER or claimed not in writer.names:
            uncovered += 1
            uncovered_claimed += right(claimed, row.declared[0], told) is False
            continue
        tally = counts.setdefault(claimed, [0, 0, 0, 0])
        tally[0] += 1
        tally[{True: 1, False: 2, None: 3}[right(claimed, row.declared[0], told)]] += 1
        genuine += 1
        alarms += bool(claim_against(writer, code, claimed))
        for other in writer.names:
            if other not in (OTHER, claimed) and not compatible(other, claimed):
                swapped += 1
                caught += bool(claim_against(writer, code, other))
    families = {name: (t[0], t[1], t[2], t[3]) for name, t in sorted(counts.items())}
    return Programs(families, uncovered, uncovered_claimed, genuine, alarms, swapped, caught)


def stands(model: FormatModel, rows: Iterable[Row]) -> list[Stand]:
    """Where documents from elsewhere stand; those without enough peers are left out."""
    found = (model.stand(from_elsewhere(row), model.encoder.encode(row)) for row in rows)
    return [one for one in found if isinstance(one, Stand)]


def separation(genuine: Sequence[Stand], altered: Sequence[Stand]) -> Separation | None:
    """Altered against genuine documents; ``None`` below ten of either."""
    if min(len(genuine), len(altered)) < 10:
        return None
    labels = np.concatenate([np.zeros(len(genuine)), np.ones(len(altered))])
    both = [*genuine, *altered]
    scores = np.asarray([order(one) for one in both])
    shares = np.asarray([-np.log10(one.placed.share) for one in both])
    found = calibration.recall_at(scores, labels)[0]
    ratios = [one.lr for one in both]
    known = [ratio[1] for ratio in ratios if ratio is not None]
    whole = len(known) == len(both)
    return Separation(
        genuine=len(genuine),
        altered=len(altered),
        auc=calibration.auc(scores, labels),
        found=found,
        at_or_below={a: sum(one.placed.p_value <= a for one in genuine) for a in (0.01, 0.05, 0.1, 0.2)},
        cllr=calibration.cllr(known, labels) if whole else None,
        cllr_min=calibration.cllr_min(shares, labels) if whole else None,
    )


def order(stand: Stand) -> float:
    """How unusual, for ordering: by the share of peers, and by the score among those beyond all of them."""
    return float(-np.log10(stand.placed.share) + 1e-6 * stand.placed.score)


def masked(model: FormatModel, *blocks: str) -> FormatModel:
    """The same model looking at some blocks of features only (``s.``, ``m.``, ``t.``)."""
    weights = np.zeros(len(model.encoder))
    kept = model.encoder.in_blocks(*blocks)
    weights[kept] = model.weights[kept]
    return FormatModel(
        model.encoder, model.codes, model.sources, model.source_names, model.keys, model.key_names, weights,
        label=model.label, versions=model.versions, same_sources=not model.apart,
    )  # fmt: skip


def on_own_corpus(rows: Sequence[Row], *, trees: int = TREES) -> list[dict[str, str | int | float]]:
    """Half of a corpus against the other half, per format: what a newsroom can know of its own model."""
    found: list[dict[str, str | int | float]] = []
    by_format: dict[str, list[Row]] = {}
    for row in rows:
        by_format.setdefault(row.family, []).append(row)
    for family, theirs in sorted(by_format.items()):
        sources = sorted({row.groups.get("source", "") for row in theirs})
        ordered = sorted(theirs, key=lambda row: row.sha256)
        apart = len(sources) >= 2
        held = set(sources[1::2])
        learned = [
            r for n, r in enumerate(ordered) if (r.groups.get("source", "") not in held if apart else n % 2)
        ]
        rest = [
            r for n, r in enumerate(ordered) if (r.groups.get("source", "") in held if apart else not n % 2)
        ]
        if len(learned) < 2 or not rest:
            found.append(
                {"format": family, "learned": len(learned), "measured": len(rest), "note": _few(apart)}
            )
            continue
        model = learn_format(learned, same_sources=not apart, trees=trees)
        placed = stands(model, rest)
        told = programs(model, rest)
        whole = sum(t[0] for t in told.families.values()) if told else 0
        found.append(
            {
                "format": family,
                "learned": len(learned),
                "measured": len(rest),
                "held out": "sources" if apart else "documents",
                "with enough peers": len(placed),
                **{f"p <= {a}": sum(one.placed.p_value <= a for one in placed) for a in (0.01, 0.05, 0.1)},
                "programs right": sum(t[1] for t in told.families.values()) if told else 0,
                "wrong": sum(t[2] for t in told.families.values()) if told else 0,
                "of": whole,
                "note": "" if placed else _few(model.apart),
            }
        )
    return found


def _few(apart: bool) -> str:
    """What it takes before documents get a place among their peers."""
    of_sources = f" of at least {LEAST_IN_GROUP} sources" if apart else ""
    return (
        f"too few: half of the corpus is learned from, and a place among peers takes {LEAST_PEERS} genuine "
        f"documents of the format{of_sources} in that half"
    )
