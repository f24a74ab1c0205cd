"""The command line without a box: what the public API would return is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import leakverify as lv
from leakverify.cli import main
from leakverify.outliers import Outliers
from leakverify.report import html
from tests.report import samples


class Result:
    """How a command ended and what it wrote."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def call(*arguments: str | Path) -> Result:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return call


class Kept:
    """Stands for ``lv.Scan``: a stored scan."""

    def __init__(self, reports: list[lv.Report], path: Path) -> None:
        self._reports = reports
        self.path = path
        self.title = path.name
        self.pictured: list[tuple[Path | None, str]] = []

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def ranked(self, limit: int | None = None) -> Iterator[lv.Report]:
        yield from self._reports[:limit]

    def report(self, path: str) -> lv.Report:
        for report in self._reports:
            if report.document.path == path:
                return report
        raise lv.UsageError(f"the scan holds no {path}")

    def summary(self) -> lv.Summary:
        counts: dict[str, int] = {}
        for report in self._reports:
            counts[report.assessment.value] = counts.get(report.assessment.value, 0) + 1
        return lv.Summary(documents=len(self._reports), assessments=counts, problems={}, complete=True)

    def outliers(self) -> Outliers:
        return Outliers(rate=0.1, scored=0, smallest=1.0, needed=0)

    def to_html(
        self, path: Path, *, lang: str = "en", documents: Path | None = None, isolation: str = "best"
    ) -> None:
        self.pictured.append((documents, isolation))
        html.write_scan(self, path, lang=lang)


class Library:
    """Stands for the public API: what it was called with, and what it gives back."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.reports = [samples.contradicted(), samples.review(), samples.unremarkable()]
        self.error: BaseException | None = None

    def verify(self, path: Path, **options: Any) -> lv.Report:
        self.calls.append((str(path), options))
        if self.error is not None:
            raise self.error
        return self.reports[(len(self.calls) - 1) % len(self.reports)]

    def scan(self, path: Path, **options: Any) -> Iterator[lv.Report]:
        self.calls.append((str(path), options))
        for done, report in enumerate(self.reports, 1):
            options["progress"](
                lv.Progress(stage="everything", done=done, total=3, documents=done, problems=0, elapsed=1.0)
            )
            yield report
        if self.error is not None:
            raise self.error

    def open(self, path: Path) -> Kept:
        self.kept = Kept(self.reports, Path(path))
        return self.kept


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Puts the stand-in in place of the public API."""
    made_up = Library()
    monkeypatch.setattr(lv, "verify", made_up.verify)
    monkeypatch.setattr(lv, "scan", made_up.scan)
    monkeypatch.setattr(lv, "Scan", made_up.open)
    return made_up


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    """A file to name."""
    path = tmp_path / "memo.pdf"
    path.write_bytes(b"%PDF-1.4\n")
    return path
