"""Reports as one self-contained page: no script, nothing fetched, nothing a document can inject.

The page is made from reports alone.  Its policy forbids everything but the one
style sheet inside it, by digest.  A scan is written as it is read: pieces go to
unnamed files beside the target and are put together at the end, so memory does
not grow with the archive.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from leakverify._version import __version__
from leakverify.evidence import Assessment, Report
from leakverify.report._files import spool, target
from leakverify.report._view import NOTEWORTHY, POINTED, Row, row, standing_out, view
from leakverify.report._visible import visible
from leakverify.report._words import Words, words
from leakverify.report.source import Scanned, StandingOut

if TYPE_CHECKING:
    from leakverify.picturing import Pictures

_TEMPLATES = ("macros.html", "page.html", "pieces.html", "report.html", "scan.html")
#: documents of a scan that get a section of their own, and rows of the ranked list
SECTIONS, RANKED_ROWS = 300, 5_000
#: documents listed in one line each, and how many of them share a fold
LISTED, FOLD = 50_000, 500
_BLOCK = 1 << 16


#: gives the pictures of a report's document, ``None`` when nothing in it asks for any
Pictured = Callable[[Report], "Pictures | None"]


def write_report(
    report: Report,
    path: str | os.PathLike[str],
    *,
    lang: str = "en",
    document: str | os.PathLike[str] | bytes | None = None,
    pictured: Pictured | None = None,
) -> None:
    """Write one report as a page.

    ``document`` is the file it is on, from which changed pages are drawn, or
    ``pictured`` gives what was drawn.  Raises ``UsageError`` when the page
    cannot be written, or ``document`` is another one than the report's.
    """
    said = words(lang)
    if document is not None:
        from leakverify.picturing import pictures

        found = pictures(report, document)
        pictured = lambda _: found  # noqa: E731 - the same for whatever is asked
    page = report_page(report, lang=said.lang, pictures=None if pictured is None else pictured(report))
    with target(path) as file:
        file.write(page)


def report_page(report: Report, *, lang: str = "en", pictures: Pictures | None = None) -> str:
    """The page of one report."""
    said = words(lang)
    return "".join(_stream("report.html", said, v=view(report, said, pictures=pictures)))


def write_scan(
    scan: Scanned,
    path: str | os.PathLike[str],
    *,
    lang: str = "en",
    sections: int = SECTIONS,
    pictured: Pictured | None = None,
) -> None:
    """Write a stored scan as a page, most noteworthy first. See :func:`write_reports`."""
    complete = bool(scan.summary().complete)
    write_reports(
        scan.ranked(),
        path,
        lang=lang,
        name=scan.title,
        complete=complete,
        sections=sections,
        pictured=pictured,
        outliers=scan.outliers(),
    )


def write_reports(
    reports: Iterable[Report],
    path: str | os.PathLike[str],
    *,
    lang: str = "en",
    name: str = "",
    complete: bool | None = None,
    sections: int = SECTIONS,
    pictured: Pictured | None = None,
    outliers: StandingOut | None = None,
) -> None:
    """Write many reports as one page, in the order they come, which is read once.

    ``name`` is what was scanned; ``complete`` is told to the reader when false;
    the first ``sections`` documents that need a look are shown in full, with the
    pictures that ``pictured`` gives; ``outliers`` is the list of a whole scan.  Raises
    ``UsageError`` when the file cannot be written.
    """
    said = words(lang)
    final = Path(path)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(target(final))
        spools = [stack.enter_context(spool(final.parent)) for _ in range(4)]
        pages = _Pages(said, sections, pictured, *spools)
        for report in reports:
            pages.add(report)
        pages.close()
        shown = visible(name, limit=400)
        before, _, after = said.ui("title-scan", name="\0").partition("\0")
        title = said.ui("title-scan", name=shown) if shown else said.ui("title-several")
        file.writelines(
            _stream(
                "scan.html", said, s=pages.summary(), title=title, name=shown, before=before, after=after,
                complete=complete, ranked=_chunks(pages.ranked), sections=_chunks(pages.sections),
                unexamined=_chunks(pages.unexamined), others=_chunks(pages.others),
                outliers=standing_out(outliers, said),
                standing=[visible(p, limit=400) for p in (outliers.paths if outliers else ())[:RANKED_ROWS]],
            )
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Listed:
    path: str
    formats: str
    size: str
    checks: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Summary:
    documents: int = 0
    size: int = 0
    noteworthy: int = 0
    others: int = 0
    rows_left: int = 0
    sections_left: int = 0
    listed_left: int = 0
    formats: list[tuple[str, int]] = field(default_factory=list)
    assessments: list[tuple[Assessment, int]] = field(default_factory=list)
    problems: list[tuple[str, str, int, str]] = field(default_factory=list)
    provenance: tuple[tuple[str, str], ...] = ()


class _Pages:
    """Takes reports one by one, and writes what each adds to the page into four files."""

    def __init__(
        self,
        said: Words,
        limit: int,
        pictured: Pictured | None,
        ranked: IO[str],
        sections: IO[str],
        unexamined: IO[str],
        others: IO[str],
    ) -> None:
        self.ranked, self.sections, self.unexamined, self.others = ranked, sections, unexamined, others
        self._said = said
        self._limit = limit
        self._pictured = pictured
        self._met: set[str] = set()
        self._pieces: Any = _environment().get_template("pieces.html").make_module({"w": said})
        self._sum = _Summary()
        self._assessments: dict[Assessment, int] = {}
        self._formats: dict[str, int] = {}
        self._problems: dict[str, tuple[int, str]] = {}
        self._provenance: dict[tuple[str, str], None] = {}
        self._folds: dict[Assessment, list[_Listed]] = {}
        self._folded: dict[Assessment, int] = {}
        self._listed = 0

    def add(self, report: Report) -> None:
        self._sum.documents += 1
        self._sum.size += report.document.size
        value = report.assessment
        self._assessments[value] = self._assessments.get(value, 0) + 1
        for name in report.document.formats or ("",):
            self._formats[name] = self._formats.get(name, 0) + 1
        for code in dict.fromkeys(p.code for p in report.problems):
            count, example = self._problems.get(code, (0, report.document.path))
            self._problems[code] = count + 1, example
        if value in NOTEWORTHY:
            self._note(report)
        else:
            self._list(report)

    def close(self) -> None:
        for value in Assessment:
            self._flush(value)

    def summary(self) -> _Summary:
        said, total = self._said, self._sum
        total.assessments = [(v, self._assessments[v]) for v in Assessment if v in self._assessments]
        formats = sorted(self._formats.items(), key=lambda item: (-item[1], item[0]))
        total.formats = [(visible(name, limit=40).upper(), n) for name, n in formats]
        problems = sorted(self._problems.items(), key=lambda item: (-item[1][0], item[0]))
        total.problems = [
            (visible(code, limit=60), said.problem(code), n, visible(example, limit=300))
            for code, (n, example) in problems
        ]
        total.provenance = tuple(self._provenance)
        return total

    def _note(self, report: Report) -> None:
        self._sum.noteworthy += 1
        rank = self._sum.noteworthy
        if rank > RANKED_ROWS:
            self._sum.rows_left += 1
            return
        in_full = rank <= self._limit
        self.ranked.write(self._pieces.ranked(row(report, self._said, rank=rank), in_full))
        if in_full:
            pictures = None if self._pictured is None else self._pictured(report)
            shown = view(report, self._said, rank=rank, facts=False, pictures=pictures, met=self._met)
            self._remember(shown.provenance)
            self.sections.write(self._pieces.section(shown))
        else:
            self._sum.sections_left += 1

    def _list(self, report: Report) -> None:
        if report.assessment is not Assessment.UNEXAMINED:
            self._sum.others += 1
        if self._listed >= LISTED:
            self._sum.listed_left += 1
            return
        self._listed += 1
        if self._listed % FOLD == 1:
            self._remember(view(report, self._said, facts=False).provenance)
        line: Row = row(report, self._said)
        pointed = dict.fromkeys(visible(e.check, limit=40) for e in report.evidence if e.outcome in POINTED)
        fold = self._folds.setdefault(report.assessment, [])
        fold.append(_Listed(line.path, line.formats, line.size, tuple(pointed), line.problems))
        if len(fold) == FOLD:
            self._flush(report.assessment)

    def _flush(self, value: Assessment) -> None:
        rows = self._folds.pop(value, [])
        if not rows:
            return
        first = self._folded.get(value, 0) + 1
        last = self._folded[value] = first + len(rows) - 1
        pieces = self.unexamined if value is Assessment.UNEXAMINED else self.others
        pieces.write(self._pieces.listed(rows, first, last, self._said.assessment(value)))

    def _remember(self, provenance: tuple[tuple[str, str], ...]) -> None:
        """Every version and confinement that took part; a scan may have been continued by another."""
        if len(self._provenance) < 40:
            self._provenance.update(dict.fromkeys(provenance))


@functools.cache
def _environment() -> Environment:
    sources = {name: _resource(name) for name in _TEMPLATES}
    return Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=False,
    )  # fmt: skip


def _resource(name: str) -> str:
    return resources.files("leakverify.report").joinpath(name).read_text("utf-8")


@functools.cache
def _style() -> tuple[Markup, str]:
    """The style sheet, and the policy that allows it and nothing else."""
    style = _resource("style.css").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return Markup(style), policy  # noqa: S704 - our own file


def _stream(template: str, said: Words, **values: object) -> Iterator[str]:
    style, policy = _style()
    return (
        _environment()
        .get_template(template)
        .generate(w=said, style=style, policy=policy, version=__version__, **values)
    )


def _chunks(pieces: IO[str]) -> Iterator[Markup]:
    """What was written to a spool, as rendered before."""
    pieces.seek(0)
    while chunk := pieces.read(_BLOCK):
        yield Markup(chunk)  # noqa: S704 - rendered by our templates with autoescape
