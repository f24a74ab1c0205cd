"""What a recipe is: a function from bytes to bytes, and what is known about what it did."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from leakverify.references import NO_REFERENCES, References

#: modules of this package that register recipes begin with one of these names
_ROOMS = ("image", "mail", "office", "pdf")

#: what is left to find. explicit: the file still holds what proves it (an earlier revision, a text under
#: another, a broken signature). structure: only the way the bytes are made disagrees with what they say.
#: faint: what is left is found by luck, or not at all
Trace = Literal["explicit", "structure", "faint"]

_FOUND: dict[str, Recipe] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Where a recipe changed something, and what stood there: what an answer is held against.

    ``page`` counts from 1 in the document made, 0 where there are no pages; ``box`` is left, bottom, right,
    top in points of its user space; ``part`` is the part or stream of an Office document, ``cell`` the cell
    of its sheet or the column, ``line`` the line of a list; a text is ``""`` when nothing stood, or stands,
    there.
    """

    page: int = 0
    before: str = ""
    after: str = ""
    box: tuple[float, float, float, float] | None = None
    part: str = ""
    cell: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Forged:
    """A document a recipe made, what it knows of its own work, and what judging is to be handed with it."""

    data: bytes
    truth: Truth | None = None
    references: References = NO_REFERENCES


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A registered recipe; call it like the function, or :meth:`forge` to learn what it did as well.

    ``formats``: formats it takes (names of leakverify's extractors, ``xlsx`` and ``docx`` both being ooxml).
    ``question``: which of the three questions an honest answer belongs to.  ``expects``: ids of the checks
    that ask it, empty when the alteration leaves no trace those checks could see, which is the point of
    some recipes.  ``trace``: how much it leaves to find.  ``needs``: programs and modules of
    :mod:`tests.forge.tools`.
    """

    name: str
    formats: tuple[str, ...]
    altered: bool
    question: str
    expects: tuple[str, ...]
    needs: tuple[str, ...]
    trace: Trace
    function: Callable[..., bytes | Forged] = field(repr=False)

    def __call__(self, data: bytes, *, seed: int = 0, **options: Any) -> bytes:
        """Apply it. Raises ``DoesNotApply`` or ``ToolFailed``. ``seed`` varies what is free to vary."""
        return self.forge(data, seed=seed, **options).data

    def forge(self, data: bytes, *, seed: int = 0, **options: Any) -> Forged:
        """Apply it, and say what was changed where. Raises as a call does."""
        if "seed" in inspect.signature(self.function).parameters:
            options["seed"] = seed
        made = self.function(data, **options)
        return made if isinstance(made, Forged) else Forged(made)

    @property
    def documentation(self) -> str:
        return inspect.getdoc(self.function) or ""


def altered(
    *formats: str,
    question: str,
    expects: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    trace: Trace = "explicit",
) -> Callable[[Callable[..., bytes | Forged]], Recipe]:
    """Register a recipe that makes a document say of itself, or to its reader, what was not so."""
    return _register(formats, True, question, expects, needs, trace)


def benign(*formats: str, needs: tuple[str, ...] = ()) -> Callable[[Callable[..., bytes | Forged]], Recipe]:
    """Register an ordinary handling step, which no check may contradict."""
    return _register(formats, False, "handling", (), needs, "faint")


def _register(
    formats: tuple[str, ...],
    alters: bool,
    question: str,
    expects: tuple[str, ...],
    needs: tuple[str, ...],
    trace: Trace,
) -> Callable[[Callable[..., bytes | Forged]], Recipe]:
    def register(function: Callable[..., bytes | Forged]) -> Recipe:
        # pdf_cover and its sisters are one room, "pdf", so that a name does not tell where its code lies
        room = function.__module__.rpartition(".")[2].partition("_")[0]
        made = Recipe(
            name=f"{room}.{function.__name__}",
            formats=formats,
            altered=alters,
            question=question,
            expects=expects,
            needs=needs,
            trace=trace if expects or not alters else "faint",
            function=function,
        )
        assert made.name not in _FOUND, f"two recipes are named {made.name}"
        _FOUND[made.name] = made
        return made

    return register


def recipes() -> dict[str, Recipe]:
    """Every recipe by name, in order of name."""
    folder = [str(Path(__file__).parent)]
    rooms = sorted(m.name for m in pkgutil.iter_modules(folder) if m.name.startswith(_ROOMS))
    for room in rooms:
        importlib.import_module(f"tests.forge.{room}")
    return dict(sorted(_FOUND.items()))
