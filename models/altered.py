"""Altered documents for what is learned and measured: the recipes of ``tests/forge`` on genuine files.

Each comes as the facts read from it, with the source of the file it was made of, so that nothing learned on a
source is measured on it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.box.inprocess import examine_bytes
from leakverify.dkim.keys import Key
from leakverify.evidence import UnitResult
from models import seeded
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply, missing

#: files looked at for one that a recipe can be applied to, for each one wanted
_PATIENCE = 12


class Made(msgspec.Struct, frozen=True):
    """One altered or handled document: its recipe, the path it was made of below the corpus, what was read.

    ``keys`` are the public keys a newsroom would have to have at hand to see what the recipe did to a signed mail.
    """

    recipe: str
    altered: bool
    trace: str
    path: str
    result: UnitResult
    keys: tuple[Key, ...] = ()

    @property
    def source(self) -> str:
        return self.path.split("/", 1)[0]


def make(
    corpus: Path, genuine: Iterable[Path], *, names: Iterable[str] = (), files: int = 12, jobs: int = 1
) -> Iterator[Made]:
    """Every recipe whose tools are here, or those named, on a seeded sample of the files, in order of name."""
    chosen = frozenset(names)
    wanted = [
        name
        for name, recipe in recipes().items()
        if not missing(*recipe.needs) and (not chosen or name in chosen)
    ]
    stock = sorted(genuine)
    # fresh processes, so that no tool library that was loaded here is shared
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_prepare, initargs=(stock, corpus)
    ) as pool:
        for found in pool.map(_one_recipe, wanted, [files] * len(wanted)):
            yield from msgspec.msgpack.decode(found, type=list[Made])


_STOCK: dict[str, list[Path]] = {}
_CORPUS = Path()


def _prepare(paths: list[Path], corpus: Path) -> None:
    global _CORPUS
    _CORPUS = corpus
    _STOCK.update({kind: seeded.sample(paths, endings) for kind, endings in seeded.ENDINGS.items()})


def _one_recipe(name: str, files: int) -> bytes:
    recipe = recipes()[name]
    slow = bool(seeded.SLOW & set(recipe.needs))
    most = min(files, seeded.SLOW_FILES) if slow else files
    made: list[Made] = []
    for path in [path for kind in recipe.formats for path in _STOCK.get(kind, ())][: most * _PATIENCE]:
        if len(made) >= most:
            break
        data = path.read_bytes()
        try:
            forged = recipe.forge(data, seed=len(made))
        except DoesNotApply:
            continue
        except Exception:  # noqa: BLE001, S112 - the tools of a recipe fail on odd files in their own ways
            continue
        shown = path.relative_to(_CORPUS).as_posix()
        result = examine_bytes(forged.data, path.name)
        keys = forged.references.dkim_keys
        made.append(Made(recipe.name, recipe.altered, recipe.trace, shown, result, keys))
    return msgspec.msgpack.encode(made)
