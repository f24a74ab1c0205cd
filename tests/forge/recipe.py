"""What a recipe is: a function from bytes to bytes, and what is known about it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: modules of this package that register recipes
ROOMS = ("pdf", "office", "mail", "image")

_FOUND: dict[str, Recipe] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A registered recipe; call it like the function.

    ``formats``: formats it takes (names of leakverify's extractors, ``xlsx`` and ``docx`` both being ooxml).
    ``question``: which of the three questions an honest answer belongs to.  ``expects``: ids of the checks
    that ask it, empty when the alteration leaves no trace those checks could see, which is the point of
    some recipes.  ``needs``: programs and modules of :mod:`tests.forge.tools`.
    """

    name: str
    formats: tuple[str, ...]
    altered: bool
    question: str
    expects: tuple[str, ...]
    needs: tuple[str, ...]
    function: Callable[..., bytes] = field(repr=False)

    def __call__(self, data: bytes, *, seed: int = 0, **options: Any) -> bytes:
        """Apply it. Raises ``DoesNotApply`` or ``ToolFailed``. ``seed`` varies what is free to vary."""
        if "seed" in inspect.signature(self.function).parameters:
            options["seed"] = seed
        return self.function(data, **options)

    @property
    def documentation(self) -> str:
        return inspect.getdoc(self.function) or ""


def altered(
    *formats: str, question: str, expects: tuple[str, ...] = (), needs: tuple[str, ...] = ()
) -> Callable[[Callable[..., bytes]], Recipe]:
    """Register a recipe that makes a document say of itself, or to its reader, what was not so."""
    return _register(formats, True, question, expects, needs)


def benign(*formats: str, needs: tuple[str, ...] = ()) -> Callable[[Callable[..., bytes]], Recipe]:
    """Register an ordinary handling step, which no check may contradict."""
    return _register(formats, False, "handling", (), needs)


def _register(
    formats: tuple[str, ...], alters: bool, question: str, expects: tuple[str, ...], needs: tuple[str, ...]
) -> Callable[[Callable[..., bytes]], Recipe]:
    def register(function: Callable[..., bytes]) -> Recipe:
        room = function.__module__.rpartition(".")[2]
        made = Recipe(
            name=f"{room}.{function.__name__}",
            formats=formats,
            altered=alters,
            question=question,
            expects=expects,
            needs=needs,
            function=function,
        )
        assert made.name not in _FOUND
        _FOUND[made.name] = made
        return made

    return register


def recipes() -> dict[str, Recipe]:
    """Every recipe by name, in order of name."""
    for room in ROOMS:
        importlib.import_module(f"tests.forge.{room}")
    return dict(sorted(_FOUND.items()))
