"""Reports kept as JSON, read back for another view."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from leakverify.document import display_name
from leakverify.errors import UsageError
from leakverify.evidence import Assessment, Report
from leakverify.report._view import strongest

#: a line longer than this is no report we would have written
_LONGEST = 1 << 29
_SEVERITY = (
    Assessment.CONTRADICTED, Assessment.REVIEW, Assessment.UNEXAMINED, Assessment.UNREMARKABLE,
    Assessment.AUTHENTICATED,
)  # fmt: skip


class Counts(Protocol):
    """What a scan holds, in numbers."""

    @property
    def assessments(self) -> Mapping[str, int]: ...
    @property
    def problems(self) -> Mapping[str, int]: ...
    @property
    def complete(self) -> bool: ...


class StandingOut(Protocol):
    """The list of documents unlike their genuine peers; see :mod:`leakverify.outliers`."""

    @property
    def rate(self) -> float: ...
    @property
    def scored(self) -> int: ...
    @property
    def needed(self) -> int: ...
    @property
    def paths(self) -> Sequence[str]: ...


class Scanned(Protocol):
    """What a view needs of many reports; ``leakverify.Scan`` is one, :class:`JsonReports` another."""

    @property
    def title(self) -> str: ...
    def ranked(self, limit: int | None = None) -> Iterator[Report]: ...
    def summary(self) -> Counts: ...
    def outliers(self) -> StandingOut | None: ...


class _Counted(msgspec.Struct, frozen=True, kw_only=True):
    assessments: dict[str, int]
    problems: dict[str, int]
    complete: bool = True


class JsonReports:
    """A file holding one report, or one report a line. Raises ``UsageError`` when it holds neither.

    Only the places of the lines are kept in memory.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.title = self.path.name
        try:
            self._file: BinaryIO = self.path.open("rb")
        except OSError as error:
            raise UsageError(f"{display_name(path)}: {error.strerror}") from error
        try:
            self._spans = self._find()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> JsonReports:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def reports(self) -> Iterator[Report]:
        """In the order of the file."""
        for span in self._spans:
            yield self._read(span)

    def ranked(self, limit: int | None = None) -> Iterator[Report]:
        """Most noteworthy first; equals in the order of the file."""
        keys = [(_rank(self._read(span)), at) for at, span in enumerate(self._spans)]
        keys.sort()
        for _, at in keys[:limit]:
            yield self._read(self._spans[at])

    def report(self, path: str) -> Report:
        """The report on the document at a path (``Document.path``). Raises ``UsageError``."""
        for report in self.reports():
            if report.document.path == path:
                return report
        raise UsageError(f"{display_name(self.path)} holds no {path}")

    def summary(self) -> Counts:
        """What the file holds, in numbers."""
        assessments: dict[str, int] = {}
        problems: dict[str, int] = {}
        for report in self.reports():
            name = report.assessment.value
            assessments[name] = assessments.get(name, 0) + 1
            for code in dict.fromkeys(p.code for p in report.problems):
                problems[code] = problems.get(code, 0) + 1
        return _Counted(assessments=assessments, problems=problems)

    def outliers(self) -> StandingOut | None:
        """None: the list is of a whole scan, and reports on their own do not hold it."""
        return None

    def _find(self) -> list[tuple[int, int]]:
        """Offset and length of every report."""
        first = self._file.readline(_LONGEST)
        if first.strip() in (b"{", b""):  # laid out over several lines: one report
            return [(0, os.fstat(self._file.fileno()).st_size)]
        spans, at = [], 0
        line = first
        while line:
            if line.strip():
                spans.append((at, len(line)))
            at += len(line)
            line = self._file.readline(_LONGEST)
        return spans

    def _read(self, span: tuple[int, int]) -> Report:
        self._file.seek(span[0])
        try:
            return Report.from_json(self._file.read(span[1]))
        except UsageError as error:
            raise UsageError(f"{display_name(self.path)}: {error}") from error


def only(kept: Scanned) -> Report | None:
    """The report of a source that holds exactly one."""
    first = list(kept.ranked(2))
    return first[0] if len(first) == 1 else None


def is_store(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a database rather than JSON."""
    try:
        with Path(path).open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def _rank(report: Report) -> tuple[int, int, float]:
    decisive = strongest(report)
    if decisive is None:
        return _SEVERITY.index(report.assessment), 1, 1.0
    upper = 1.0 if decisive.strength is None else decisive.strength.genuine_upper
    return _SEVERITY.index(report.assessment), 0, upper
