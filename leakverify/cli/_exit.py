"""Every way the command can end, in one table."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import leakverify as lv


class Exit(IntEnum):
    """Exit codes. Public: scripts match on them."""

    DONE = 0
    USAGE = 1
    OPINION = 2
    PROBLEMS = 3
    INTERNAL = 4
    ISOLATION = 5
    INTERRUPTED = 130
    PIPE = 141


MEANING = {
    Exit.DONE: "done; every input was read",
    Exit.USAGE: "the command was called wrongly, or a file or store of yours cannot be used",
    Exit.OPINION: "an assessment named with --fail-on was reached; never without that option",
    Exit.PROBLEMS: "done; some inputs had problems, which the output names",
    Exit.INTERNAL: "an internal error: a check failed and its question was not answered, or leakverify did",
    Exit.ISOLATION: "isolation was required and this machine cannot give it",
    Exit.INTERRUPTED: "interrupted; with --store the same command goes on",
    Exit.PIPE: "whoever read the output stopped reading",
}

#: assessments an opinion may be made of; a weightier one of the same kind is meant with it
FAIL_ON = ("contradicted", "review", "unexamined")
_REACHED = {
    "contradicted": {"contradicted"},
    "review": {"contradicted", "review"},
    "unexamined": {"unexamined"},
}


class Tally:
    """What was met on the way, and the code it ends in; the more urgent code wins."""

    def __init__(self, fail_on: Iterable[str] = ()) -> None:
        self._reached = {value for name in fail_on for value in _REACHED[name]}
        self._opinion = self._problems = self._internal = False

    def add(self, report: lv.Report) -> None:
        """Take a report into account."""
        self._opinion |= report.assessment.value in self._reached
        # that a model knows too little of a document's kind says nothing about how it was read
        self._problems |= any(problem.code != "too-few-peers" for problem in report.problems)
        self._internal |= any(problem.code == "check-error" for problem in report.problems)

    def code(self) -> Exit:
        if self._internal:
            return Exit.INTERNAL
        if self._opinion:
            return Exit.OPINION
        return Exit.PROBLEMS if self._problems else Exit.DONE


def epilog() -> str:
    r"""The table for ``--help``; ``\b`` keeps click from filling the lines."""
    rows = "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANING.items())
    return f"\b\nExit codes:\n{rows}\n\n\b\nData goes to stdout, words for people to stderr."
