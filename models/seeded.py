"""Alter and handle real genuine documents with real tools, and see what the checks say.

The recipes live in ``tests/forge``; each altered one names the checks that ask
for its trace, each benign one is a step that ordinary handling takes.  A file
counts for a recipe when the recipe could be applied to it.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Assessment, Outcome, Report
from leakverify.judge import judge_unit
from tests.forge.recipe import Recipe, recipes
from tests.forge.tools import DoesNotApply, missing

#: genuine files tried per recipe, and the largest that is taken
FILES, LARGEST = 40, 600_000
_ENDINGS = {
    "pdf": ("pdf",),
    "ooxml": ("docx", "xlsx", "pptx"),
    "mail": ("eml", "txt"),
    "image": ("jpg", "jpeg"),
}
_POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)


class Seeded(msgspec.Struct):
    """What came of one recipe over the files it could be applied to."""

    recipe: str
    altered: bool
    expects: tuple[str, ...]
    made: int = 0
    #: files on which the recipe's own tools failed; they are not counted as made
    failed: int = 0
    #: files on which an expected check newly spoke
    found: int = 0
    #: files newly assessed as review or contradicted
    flagged: int = 0
    #: files on which each check newly gave each answer, as "check outcome"
    answers: Counter[str] = msgspec.field(default_factory=Counter)


def run(genuine: Iterable[Path]) -> Iterator[Seeded]:
    """Every recipe whose tools are here, over a seeded sample of the files."""
    stock = {kind: _sample(list(genuine), endings) for kind, endings in _ENDINGS.items()}
    before: dict[Path, list[Report]] = {}
    for recipe in recipes().values():
        if missing(*recipe.needs):
            continue
        tally = Seeded(recipe.name, recipe.altered, recipe.expects)
        for path in [path for kind in recipe.formats for path in stock.get(kind, ())]:
            if tally.made >= FILES:
                break
            if path not in before:
                before[path] = _reports(path.read_bytes(), path.name)
            _one(recipe, path, before[path], tally)
        yield tally


def _sample(paths: list[Path], endings: tuple[str, ...]) -> list[Path]:
    found = sorted(p for p in paths if p.suffix[1:].lower() in endings and p.stat().st_size <= LARGEST)
    random.Random(5).shuffle(found)  # noqa: S311 - a repeatable sample
    return found[: FILES * 4]


def _reports(data: bytes, name: str) -> list[Report]:
    return judge_unit(examine_bytes(data, name), name)


def _one(recipe: Recipe, path: Path, before: list[Report], tally: Seeded) -> None:
    if not before[0].document.formats or before[0].document.formats[0] not in recipe.formats:
        return
    try:
        data = recipe(path.read_bytes(), seed=tally.made)
    except DoesNotApply:
        return
    except Exception:  # noqa: BLE001 - the tools of a recipe fail on odd files in their own ways
        tally.failed += 1
        return
    after = _reports(data, path.name)
    new = _answers(after) - _answers(before)
    tally.made += 1
    tally.answers.update(dict.fromkeys(new, 1))
    tally.found += any(answer.split()[0] in recipe.expects for answer in new)
    tally.flagged += _flagged(after) and not _flagged(before)


def _answers(reports: list[Report]) -> set[str]:
    return {f"{e.check} {e.outcome.value}" for r in reports for e in r.evidence if e.outcome in _POINTED}


def _flagged(reports: list[Report]) -> bool:
    return any(r.assessment in (Assessment.CONTRADICTED, Assessment.REVIEW) for r in reports)
