"""Rows made in code: programs with habits of their own, sources with a little of theirs."""

from __future__ import annotations

import hashlib
import random

from leakverify.features import Absence, Row

PROGRAMS = ("Alpha", "Beta", "Gamma")


def row(
    number: int,
    *,
    program: str = "Alpha",
    declared: str | None = "",
    source: str = "one",
    habit: float = 0.9,
    family: str = "pdf",
    odd: int = 0,
) -> Row:
    """One document; ``habit`` is how often it does what its program does, ``odd`` features are its own."""
    draw = random.Random(f"{number} {source} {program}")
    tokens: dict[str, tuple[str, ...]] = {}
    for n in range(12):
        kept = draw.random() < habit
        tokens[f"s.pdf.habit{n}"] = (f"{program} {n}" if kept else f"any {draw.randrange(3)}",)
    for n in range(odd):
        tokens[f"s.pdf.habit{n}"] = (f"odd {number} {n}",)
    tokens["m.pdf.words"] = tuple(sorted({f"w{draw.randrange(6)}" for _ in range(3)}))
    named = program if declared == "" else declared
    groups = {"source": source, "program": f"pdf {named}", "format": family}
    return Row(
        family=family,  # type: ignore[arg-type]
        sha256=hashlib.sha256(f"{number} {source} {program} {odd}".encode()).hexdigest(),
        groups=groups,
        values={"t.pdf.pages": float(draw.randrange(1, 40)), "s.pdf.objects": draw.gauss(100, 20)},
        tokens=tokens,
        absent={"m.pdf.trapped": draw.choice(list(Absence))},
        declared=None if named is None else (named, "1"),
    )


def genuine(count: int, sources: int = 8, **options: object) -> list[Row]:
    """Documents of three programs from several sources."""
    return [
        row(n, program=PROGRAMS[n % 3], source=f"source {n % sources}", **options)  # type: ignore[arg-type]
        for n in range(count)
    ]
