"""Measured strengths: how often a check answers like this on known-genuine files.

The numbers are data, made by ``models/measure.py`` and shipped in ``models/``.
A check without a measurement has no number here and none in a report.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from importlib import resources

import msgspec

from leakverify.evidence import Evidence, Outcome, Strength

#: 97.5 % quantile of the normal distribution
_Z = 1.959963984540054


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Genuine files on which a check applied, and on how many it gave each answer."""

    files: int
    fired: dict[str, int]


class Measured(Counts, frozen=True, forbid_unknown_fields=True):
    """The counts of one check."""

    #: seeded alterations of the kind the check asks for, and on how many it gave each answer
    altered_files: int = 0
    altered_fired: dict[str, int] = {}
    #: the same among genuine files that name one program, where any of them was pointed at
    programs: dict[str, Counts] = {}

    def among(self, program: str, answer: str) -> Counts:
        """The counts an answer is held against: all files, or those of the program where it is ordinary.

        A program whose genuine files clearly give the answer more often than files at large (the lower end
        of its 95 % interval lies above their rate) answers for itself; numbers of a program never make an
        answer stronger.
        """
        own = self.programs.get(program)
        if own is None or wilson(own.fired.get(answer, 0), own.files)[0] * self.files <= self.fired.get(
            answer, 0
        ):
            return self
        return own


class Strengths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shipped table; ``measured_on`` says on what, in words."""

    measured_on: str
    checks: dict[str, Measured]
    version: str = ""

    def of(self, evidence: Evidence, program: Callable[[], str] = str) -> Strength | None:
        """The measured strength of an answer, ``None`` where nothing was measured.

        ``program`` is asked for the family of programs the document names, ``""`` for none, only where the
        counts of programs differ.
        """
        if evidence.outcome not in (Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.SUPPORTS):
            return None
        measured = self.checks.get(evidence.check)
        if measured is None or not measured.files:
            return None
        answer = evidence.outcome.value
        named = program() if measured.programs else ""
        genuine = measured.among(named, answer)
        fired = genuine.fired.get(answer, 0)
        seeded = measured.altered_files > 0 and evidence.outcome is not Outcome.SUPPORTS
        altered = measured.altered_fired.get(answer, 0)
        return Strength(
            genuine_fired=fired,
            genuine_files=genuine.files,
            genuine_upper=round(wilson(fired, genuine.files)[1], 6),
            altered_fired=altered if seeded else None,
            altered_files=measured.altered_files if seeded else None,
            log10_lr=log10_lr(altered, measured.altered_files, fired, genuine.files) if seeded else None,
            measured_on=self.measured_on if genuine is measured else f"{self.measured_on}, naming {named}",
        )


def log10_lr(
    altered: int, altered_files: int, genuine: int, genuine_files: int
) -> tuple[float, float, float]:
    """log10 of P(answer | altered) / P(answer | genuine): low, middle, high.

    The middle takes half a file more on either side (so that never seen does
    not mean impossible), the bounds take the far ends of both intervals.  No
    number exceeds what the genuine files can support: the middle is at most
    the number of files plus one.
    """
    altered_low, altered_high = wilson(altered, altered_files)
    genuine_low, genuine_high = wilson(genuine, genuine_files)
    floor = 0.5 / (genuine_files + 1)
    middle = ((altered + 0.5) / (altered_files + 1)) / ((genuine + 0.5) / (genuine_files + 1))
    low = max(altered_low, 1e-6) / genuine_high
    high = altered_high / max(genuine_low, floor)
    return tuple(round(math.log10(value), 3) for value in (low, middle, max(high, middle)))  # type: ignore[return-value]


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion (E. B. Wilson, JASA 22, 1927, 209-212).

    >>> wilson(0, 100)[1] < 0.04
    True
    """
    if trials <= 0:
        return 0.0, 1.0
    rate = hits / trials
    scale = 1 + _Z**2 / trials
    middle = (rate + _Z**2 / (2 * trials)) / scale
    half = _Z * math.sqrt(rate * (1 - rate) / trials + _Z**2 / (4 * trials**2)) / scale
    return max(middle - half, 0.0), min(middle + half, 1.0)


@functools.cache
def shipped() -> Strengths:
    """The table that came with this version; empty when models/ ships none."""
    try:
        text = resources.files("leakverify_models").joinpath("strengths.json").read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        return Strengths(measured_on="", checks={})
    return msgspec.json.decode(text, type=Strengths)
