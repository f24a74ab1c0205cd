"""What a newsroom gets: the order of everything together, measured on sources that nothing was learned from.

The parts of ``docs/accuracy-model.md`` on the combined order; see ``models/evaluate_model.py``.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify import checks
from leakverify.classifier import calibration
from leakverify.classifier._format import FormatModel
from leakverify.classifier._learn import LeftOut, learn_format
from leakverify.classifier.together import Met, learn_together
from leakverify.evidence import Family
from leakverify.features.said import PREFIX
from leakverify.report._words import words
from leakverify.strengths import Strengths
from models.evaluate import rate
from models.reading import Told, assessed, is_flagged, place_in_list, strengths_of

Floats = NDArray[np.float64]
#: formats with enough sources to split them in two halves; of the others every source is left out in its turn
HALVES, FOLDS = ("pdf", "jpeg"), 5
#: formats whose recipes are left out in turn as well: of the others too few can be applied
UNTAUGHT = ("pdf", "ooxml", "jpeg")
#: the collection that 95 of 100 public genuine mails are of, and mails of one program that are learned from
LARGE, MOST_OF_PROGRAM = "spamassassin", 8
TRACES = ("explicit", "structure", "faint")
#: groups of families of checks, for what each gives
GROUPS: Mapping[str, tuple[Family, ...]] = {
    "history": (Family.HISTORY,),
    "structure": (Family.STRUCTURE,),
    "dates": (Family.CLOCK, Family.ANACHRONISM),
    "signatures": (Family.SIGNATURE,),
    "content and text": (Family.CONTENT, Family.STYLE),
    "names and ties": (Family.IDENTITY, Family.KINSHIP),
}


class Scored(NamedTuple):
    """One document that nothing was learned from: everything together, the place alone, the list's sort key."""

    told: Told
    score: float
    lr: tuple[float, float, float] | None
    alone: float | None
    key: float
    flagged: bool


class Turn(NamedTuple):
    """What was learned from some sources, and the documents of the others."""

    model: FormatModel
    table: Strengths
    learned: tuple[Told, ...]
    tested: tuple[Told, ...]


def turns(family: str, told: Sequence[Told], *, writers: bool = False) -> Iterator[Turn]:
    """What is learned from, and measured on: sources a-o and p-z, or folds of sources each left out in turn."""
    mine = [grouped(one) for one in told if one.row.family == family]
    if family in HALVES:
        parts = [([one for one in mine if one.seen], [one for one in mine if not one.seen])]
    else:
        names = sorted({one.source for one in mine}, key=lambda n: hashlib.sha256(n.encode()).hexdigest())
        fold = {name: n % FOLDS for n, name in enumerate(names)}
        parts = [
            ([one for one in mine if fold[one.source] != n], [one for one in mine if fold[one.source] == n])
            for n in range(FOLDS)
        ]
    for number, (learned, tested) in enumerate(parts):
        learned = fewer(learned)
        if any(one.kind == "genuine" for one in learned) and tested:
            print(f"learning {family}, {number + 1} of {len(parts)}", file=sys.stderr)
            yield Turn(
                model_of(learned, writers=writers), strengths_of(learned), tuple(learned), tuple(tested)
            )


def fewer(learned: Sequence[Told]) -> list[Told]:
    """Without all but some mails of every program of the one large collection, which say the same many times over."""
    met: Counter[str] = Counter()
    kept = []
    for one in sorted(learned, key=lambda one: one.row.sha256):
        if one.kind == "genuine" and one.source.startswith(f"{LARGE}: "):
            met[one.source] += 1
            if met[one.source] > MOST_OF_PROGRAM:
                continue
        kept.append(one)
    return kept


def grouped(told: Told) -> Told:
    """Mails of the one large public collection by the program that made them: their senders have it in common
    that they wrote to a list, not how they write.
    """
    if told.row.family != "mail" or told.source != LARGE:
        return told
    program = told.row.groups.get("program", "no program named")
    name = f"{told.source}: {program}"
    row = msgspec.structs.replace(told.row, groups={**told.row.groups, "source": name})
    return msgspec.structs.replace(told, source=name, row=row)


def model_of(
    learned: Sequence[Told], *, writers: bool = False, but: frozenset[str] = frozenset()
) -> FormatModel:
    """A model of one format; ``but`` names recipes it is not taught."""
    taught = [one for one in learned if one.recipe not in but]
    return learn_format(
        [one.row for one in taught if one.kind == "genuine"],
        altered=[(one.source, one.row) for one in taught if one.kind == "altered"],
        handled=[(one.source, one.row) for one in taught if one.kind == "handled"],
        writers=writers,
    )


def scored(
    turn: Turn, model: FormatModel | None = None, tested: Sequence[Told] | None = None
) -> list[Scored]:
    """The documents that were left out, as a newsroom would get them."""
    model = model or turn.model
    left_out, found = LeftOut(model), []
    for one in turn.tested if tested is None else tested:
        placed = left_out.place(one.row, model.encoder.encode(one.row), one.source)
        score, lr = 0.0, None
        if model.together is not None:
            score = model.together.score(model.encoder, one.row, placed and placed[1])
            lr = model.together.log10_lr(score)
        alone = None if placed is None else -float(np.log10(placed[1].share)) + 1e-6 * placed[1].score
        report = assessed(one, turn.table, lr)
        key = place_in_list(report) + (0.0 if lr is not None else 1e-3 * float(np.tanh(score / 4)))
        found.append(Scored(one, score, lr, alone, key, is_flagged(report)))
    return found


def of_kind(found: Sequence[Scored], kind: str, trace: str = "") -> list[Scored]:
    """Those of one kind, and of one trace."""
    return [one for one in found if one.told.kind == kind and trace in ("", one.told.trace)]


def against(
    genuine: Sequence[Scored], altered: Sequence[Scored], by: Callable[[Scored], float | None]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Values and labels of those that have a value."""
    both = [(by(one), kind) for kind, group in ((False, genuine), (True, altered)) for one in group]
    known = [(value, kind) for value, kind in both if value is not None]
    return np.asarray([v for v, _ in known]), np.asarray([k for _, k in known])


def auc(genuine: Sequence[Scored], altered: Sequence[Scored], by: Callable[[Scored], float | None]) -> str:
    """The share of pairs in the right order, as a cell."""
    values, labels = against(genuine, altered, by)
    return f"{calibration.auc(values, labels):.3f}" if labels.any() and not labels.all() else "-"


def middle(one: Scored) -> float | None:
    """The middle of the ratio."""
    return None if one.lr is None else one.lr[1]


# the page -------------------------------------------------------------------------------------------------


def order(results: Mapping[str, Sequence[Scored]]) -> Iterator[str]:
    """How altered documents stand in the list against genuine ones, and against genuine ones that were handled."""
    yield from [
        "",
        "## The combined order: checks, peers and handling together",
        "",
        "What a newsroom gets: the ranked list, by assessment first, then by the strength of what was found and by the ratio that",
        "the model gives of everything together (`leakverify/classifier/together.py`). Strengths of checks, weights and ratios were",
        "learned from other sources than those measured: PDF and JPEG from a-o for p-z, of the other formats, which have few",
        "sources, a fifth of the sources at a time was left out. Mails of the one large public collection count as one source per",
        "program that they name, which is optimistic: their list handled them all. *handled*: genuine documents that a recipe only",
        "saved anew, printed, merged or converted. *alone*: the place among the peers, where answers are features like others.",
        "*found at 1 %*: altered documents above all but 1 % of the genuine ones in the combined score; *with handled*, above all but",
        "1 % of genuine and handled ones together.",
        "",
        "| format | genuine | handled | altered | AUC list | AUC together | AUC alone | AUC against handled | found at 1 % | interval | with handled | interval |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for family, found in results.items():
        genuine, handled, altered = (of_kind(found, kind) for kind in ("genuine", "handled", "altered"))
        if not genuine or not altered:
            continue
        hits, of, _ = calibration.recall_at(*against(genuine, altered, lambda one: one.score))
        both, _, _ = calibration.recall_at(*against([*genuine, *handled], altered, lambda one: one.score))
        yield (
            f"| {family} | {len(genuine)} | {len(handled)} | {of} | {auc(genuine, altered, lambda one: one.key)} "
            f"| {auc(genuine, altered, lambda one: one.score)} | {auc(genuine, altered, lambda one: one.alone)} "
            f"| {auc(handled, altered, lambda one: one.score)} | {rate(hits, of)} | {rate(both, of)} |"
        )
    yield from [
        "",
        "### By kind of trace, and at `review`",
        "",
        "*explicit*: the file still holds what proves it; *structure*: only the way the bytes are made speaks; *faint*: found by luck",
        "or not at all. *at review*: assessed `review` or `contradicted` by checks alone, which the model never changes.",
        "*handled* counts a file that is at `review` as it was found once for each step that was tried on it; what a step",
        "newly sets off stands in `accuracy.md`.",
        "",
        "| format | trace | altered | AUC list | AUC together | found at 1 % | interval | at review | interval |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for family, found in results.items():
        genuine = of_kind(found, "genuine")
        for trace in TRACES:
            altered = of_kind(found, "altered", trace)
            if not altered or not genuine:
                continue
            hits, of, _ = calibration.recall_at(*against(genuine, altered, lambda one: one.score))
            flagged = sum(one.flagged for one in altered)
            yield (
                f"| {family} | {trace} | {of} | {auc(genuine, altered, lambda one: one.key)} "
                f"| {auc(genuine, altered, lambda one: one.score)} | {rate(hits, of)} | {rate(flagged, of)} |"
            )
        for kind, group in (("genuine", genuine), ("handled", of_kind(found, "handled"))):
            if group:
                flagged = sum(one.flagged for one in group)
                yield f"| {family} | none: {kind} | {len(group)} | - | - | - | - | {rate(flagged, len(group))} |"


def ratios(results: Mapping[str, Sequence[Scored]], bounds: Mapping[str, str]) -> Iterator[str]:
    """What the ratios are worth, with the data of a Tippett plot and of a reliability diagram."""
    yield from [
        "",
        "## What the ratios are worth",
        "",
        "Cllr is 0 for perfect ratios and 1 for ratios that say nothing; *min* is what the same order would cost with perfect",
        "calibration, so that the difference is what calibration costs, the bounds included. Genuine documents as found, and those",
        "with handled ones. No ratio is given where fewer than five sources of genuine documents can calibrate it. A ratio at",
        "the bounds of +-1.2 costs 0.09 whatever the order: with few sources of genuine documents the difference is that of the bounds.",
        "",
        "| format | documents | bounds log10 | Cllr | min | difference | with handled: Cllr | min | difference | misleading genuine (> 10) | misleading altered (< 1/10) |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    kept: dict[str, tuple[Floats, NDArray[np.bool_]]] = {}
    for family, found in results.items():
        genuine, handled, altered = (of_kind(found, kind) for kind in ("genuine", "handled", "altered"))
        values, labels = against(genuine, altered, middle)
        if not labels.any() or labels.all():
            continue
        kept[family] = values, labels
        cells = _cost(values, labels)
        wide, kinds = against([*genuine, *handled], altered, middle)
        misled = int((values[~labels] > 1).sum()), int((values[labels] < -1).sum())
        yield (
            f"| {family} | {len(values)} | {bounds.get(family, '-')} | {cells} | {_cost(wide, kinds)} "
            f"| {misled[0]} of {int((~labels).sum())} | {misled[1]} of {int(labels.sum())} |"
        )
    for family, (values, labels) in kept.items():
        plot = calibration.tippett(values, labels, steps=9)
        yield from ["", f"### {family}: shares with a log10 ratio of at least each threshold (Tippett)", ""]
        yield "| kind | " + " | ".join(f"{t:+.2f}" for t in plot.thresholds) + " |"
        yield "|---" * (len(plot.thresholds) + 1) + "|"
        yield "| altered | " + " | ".join(f"{share:.3f}" for share in plot.altered) + " |"
        yield "| genuine | " + " | ".join(f"{share:.3f}" for share in plot.genuine) + " |"
        yield from [
            "",
            f"### {family}: probability of *altered* at even odds, stated and observed (reliability)",
            "",
            "| stated | observed | documents |",
            "|---|---|---|",
        ]
        for stated, observed, count in calibration.reliability(values, labels):
            yield f"| {stated:.3f} | {observed:.3f} | {count} |"
        yield from ["", f"### {family}: in the words of the ENFSI guideline (2015)", ""]
        yield from ["| words | genuine | altered |", "|---|---|---|"]
        english = words("en")
        said_of = [
            english.support((value, value, value)) + (" for genuine" if value <= -0.301 else "")
            for value in values
        ]
        for said in dict.fromkeys(w for _, w in sorted(zip(values, said_of, strict=True))):
            counts = [
                sum(w == said and k == kind for w, k in zip(said_of, labels, strict=True))
                for kind in (False, True)
            ]
            yield f"| {said} | {counts[0]} | {counts[1]} |"


def _cost(values: Floats, labels: NDArray[np.bool_]) -> str:
    cost, least = calibration.cllr(values, labels), calibration.cllr_min(values, labels)
    return f"{cost:.3f} | {least:.3f} | {cost - least:.3f}"


def ablation(turned: Mapping[str, Sequence[Turn]]) -> Iterator[str]:
    """What each family of evidence gives to the combined score: learned once more without it."""
    names = ["all", *(f"without {name}" for name in GROUPS), "without any check", "without peers"]
    yield from [
        "",
        "## What each family of evidence gives",
        "",
        "AUC and share found at 1 % of the combined score when it is learned once more without the answers of some checks, or",
        "without the place among the peers.",
        "",
        "| format | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    known = {check.id: check.family for check in checks.registry().values()}
    drops: list[tuple[frozenset[str], bool]] = [(frozenset(), False)]
    drops += [(frozenset(c for c, f in known.items() if f in group), False) for group in GROUPS.values()]
    drops += [(frozenset(known), False), (frozenset(), True)]
    for family, parts in turned.items():
        cells = []
        met = [(turn, _met(turn, turn.learned), _met(turn, turn.tested)) for turn in parts]
        for gone, alone in drops:
            values: list[float] = []
            labels: list[bool] = []
            for turn, learned, tested in met:
                part = learn_together(
                    turn.model.encoder, [_less(one, gone, alone) for one in learned], calibrate=False
                )
                if part is None:
                    continue
                for one in tested:
                    if one.kind != "handled":
                        less = _less(one, gone, alone)
                        values.append(part.score(turn.model.encoder, less.row, less.placed))
                        labels.append(one.kind == "altered")
            if not any(labels) or all(labels):
                cells.append("-")
                continue
            hits, of, _ = calibration.recall_at(values, labels)
            cells.append(f"{calibration.auc(values, labels):.3f}, {hits / of:.0%}")
        yield f"| {family} | {' | '.join(cells)} |"


def _met(turn: Turn, told: Sequence[Told]) -> list[Met]:
    left_out = LeftOut(turn.model)
    found = []
    for one in told:
        placed = left_out.place(one.row, turn.model.encoder.encode(one.row), one.source)
        found.append(Met(one.kind, one.source, one.row, placed and placed[1]))
    return found


def _less(one: Met, gone: frozenset[str], alone: bool) -> Met:
    """The same document without the answers of some checks, or without its peers."""
    kept = {n: w for n, w in one.row.tokens.items() if n.removeprefix(PREFIX) not in gone}
    row = msgspec.structs.replace(one.row, tokens=kept)
    return one._replace(row=row, placed=None if alone else one.placed)


def per_recipe(
    turned: Mapping[str, Sequence[Turn]], results: Mapping[str, Sequence[Scored]]
) -> Iterator[str]:
    """Every recipe, and the same when it was not taught."""
    yield from [
        "",
        "## Per recipe",
        "",
        "AUC of the combined score for altered documents of one recipe against the genuine ones of the format, of sources left out.",
        "*not taught*: the same when the recipe was left out while learning too (groups of recipes, every fifth left out in turn):",
        "what a model that was taught other forgeries makes of a new kind.",
        "",
        "| recipe | trace | documents | AUC | not taught | at review |",
        "|---|---|---|---|---|---|",
    ]
    everything: dict[str, list[list[Scored]]] = {}
    for family, parts in turned.items():
        names = sorted({one.recipe for turn in parts for one in (*turn.learned, *turn.tested) if one.altered})
        group = {name: n % FOLDS for n, name in enumerate(names)}
        untaught: dict[int, list[Scored]] = defaultdict(list)
        for turn in parts if family in UNTAUGHT else ():
            for number in range(FOLDS):
                but = frozenset(name for name, n in group.items() if n == number)
                tested = [one for one in turn.tested if one.kind == "genuine" or one.recipe in but]
                if any(one.altered for one in tested):
                    print(f"learning {family} without recipes of group {number + 1}", file=sys.stderr)
                    model = model_of(turn.learned, but=but)
                    untaught[number] += scored(turn, model, tested)
        genuine = of_kind(results[family], "genuine")
        by_recipe = defaultdict(list)
        for one in of_kind(results[family], "altered"):
            by_recipe[one.told.recipe, one.told.trace].append(one)
        for (name, trace), found in sorted(by_recipe.items()):
            others = untaught.get(group[name], [])
            again = [one for one in others if one.told.recipe == name]
            second = auc(of_kind(others, "genuine"), again, lambda one: one.score)
            first = auc(genuine, found, lambda one: one.score)
            flagged = sum(one.flagged for one in found)
            yield f"| {name} | {trace} | {len(found)} | {first} | {second} | {flagged} of {len(found)} |"
        if untaught:
            everything[family] = list(untaught.values())
    yield from [
        "",
        "### All recipes that were not taught",
        "",
        "| format | altered | AUC together | found at 1 % | interval |",
        "|---|---|---|---|---|",
    ]
    for family, groups in everything.items():
        pairs = [(of_kind(g, "genuine"), of_kind(g, "altered")) for g in groups]
        whole = sum(len(altered) for _, altered in pairs)
        if not whole:
            continue
        # each group has a model of its own, so that its altered documents are held against its genuine ones
        areas = [
            (calibration.auc(*against(g, a, lambda one: one.score)), len(a)) for g, a in pairs if g and a
        ]
        hits = sum(
            calibration.recall_at(*against(g, a, lambda one: one.score))[0] for g, a in pairs if g and a
        )
        mean = sum(area * count for area, count in areas) / sum(count for _, count in areas)
        yield f"| {family} | {whole} | {mean:.3f} | {rate(hits, whole)} |"


def bounds_of(turned: Mapping[str, Sequence[Turn]]) -> dict[str, str]:
    """The bounds of the ratios, of the widest turn."""
    found = {}
    for family, parts in turned.items():
        known = [
            turn.model.together.calibrator.bounds
            for turn in parts
            if turn.model.together is not None and turn.model.together.calibrator is not None
        ]
        if known:
            low, high = min(low for low, _ in known), max(high for _, high in known)
            found[family] = f"{low:.2f} to {high:.2f}"
    return found


def summary(told: Sequence[Told]) -> Iterator[str]:
    """What was measured on."""
    counts = Counter((one.row.family, one.kind) for one in told)
    yield from ["", "| format | genuine | handled | altered |", "|---|---|---|---|"]
    for family in dict.fromkeys(name for name, _ in sorted(counts)):
        yield (
            f"| {family} | "
            + " | ".join(str(counts[family, k]) for k in ("genuine", "handled", "altered"))
            + " |"
        )
