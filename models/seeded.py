"""Alter and handle real genuine documents with real tools, and see what the checks say.

The recipes live in ``tests/forge``; each altered one names the checks that ask
for its trace, each benign one is a step that ordinary handling takes.  A file
counts for a recipe when the recipe could be applied to it and it was not
flagged before.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Assessment, Evidence, Outcome, Report
from leakverify.judge import judge_unit
from leakverify.knowledge import table
from leakverify.references import NO_REFERENCES, References
from tests.forge.recipe import Recipe, Truth, recipes
from tests.forge.tools import DoesNotApply, missing

#: genuine files tried per recipe, for recipes that start an office suite or a browser, and the largest taken
FILES, SLOW_FILES, LARGEST = 30, 8, 600_000
#: programs that take a second or more to start
SLOW = frozenset(("chromium", "ocrmypdf", "soffice"))
#: files looked at for one that a recipe can be applied to, for each one wanted
_PATIENCE = 40
#: endings under which each format is looked for
ENDINGS = {
    "pdf": ("pdf",),
    "ooxml": ("docx", "xlsx", "pptx", "docm", "xlsm"),
    "ole": ("doc", "xls", "ppt"),
    "odf": ("odt", "ods", "odp"),
    "rtf": ("rtf",),
    "text": ("csv", "tsv"),
    "mail": ("eml", "txt"),
    "image": ("jpg", "jpeg"),
}
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
FLAGGED = (Assessment.CONTRADICTED, Assessment.REVIEW)


class Tried(msgspec.Struct, frozen=True):
    """What came of one recipe on one file.

    ``found``: a check the recipe names newly points at the file.  ``shown``: such a check newly says something
    that rests on observations, pointing or not.  ``flagged``: newly assessed as review or contradicted.
    ``placed`` and ``told``: an answer of a named check is on the right page, and quotes the text that stood
    there; ``None`` where the recipe does not know.
    """

    path: str
    family: str
    found: bool
    shown: bool
    flagged: bool
    placed: bool | None
    told: bool | None
    #: "check outcome" of every answer that newly points
    answers: tuple[str, ...]


class Seeded(msgspec.Struct):
    """What came of one recipe over the files it could be applied to."""

    recipe: str
    altered: bool
    expects: tuple[str, ...]
    trace: str
    tried: list[Tried] = []
    #: files on which the recipe's own tools failed; they are not counted as made
    failed: int = 0
    seconds: float = 0.0

    @property
    def made(self) -> int:
        return len(self.tried)

    @property
    def found(self) -> int:
        return sum(one.found for one in self.tried)

    @property
    def flagged(self) -> int:
        return sum(one.flagged for one in self.tried)

    @property
    def answers(self) -> Counter[str]:
        """Files on which each check newly gave each answer, as "check outcome"."""
        return Counter(answer for one in self.tried for answer in one.answers)

    def share(self, field: str) -> tuple[int, int]:
        """(yes, of how many that know) for ``placed`` or ``told``."""
        known = [getattr(one, field) for one in self.tried if getattr(one, field) is not None]
        return sum(known), len(known)


def run(genuine: Iterable[Path], *, names: str = "", files: int = FILES, jobs: int = 1) -> Iterator[Seeded]:
    """Every recipe whose tools are here, over a seeded sample of the files, in order of name.

    ``names`` is a regular expression that the whole name of a recipe fits; ``""`` takes all.
    """
    paths = sorted(genuine)
    stock = {kind: sample(paths, endings) for kind, endings in ENDINGS.items()}
    wanted = [
        name
        for name, recipe in recipes().items()
        if (not names or re.fullmatch(names, name)) and not missing(*recipe.needs)
    ]
    if jobs < 2:
        _prepare(stock)
        for name in wanted:
            yield _one_recipe(name, files)
        return
    # fresh processes, so that no tool library that was loaded here is shared
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_prepare, initargs=(stock,)
    ) as pool:
        yield from pool.map(_one_recipe, wanted, [files] * len(wanted))


_STOCK: Mapping[str, Sequence[Path]] = {}
_BEFORE: dict[Path, list[Report]] = {}


def _prepare(stock: Mapping[str, Sequence[Path]]) -> None:
    global _STOCK
    _STOCK = stock
    _BEFORE.clear()


def sample(paths: list[Path], endings: tuple[str, ...]) -> list[Path]:
    """Those with one of the endings, not too large, in an order that is always the same."""
    found = [p for p in paths if p.suffix[1:].lower() in endings and p.stat().st_size <= LARGEST]
    random.Random(5).shuffle(found)  # noqa: S311 - a repeatable sample
    return found


def _one_recipe(name: str, files: int) -> Seeded:
    recipe = recipes()[name]
    tally = Seeded(recipe.name, recipe.altered, recipe.expects, recipe.trace, [])
    started = time.perf_counter()
    most = min(files, SLOW_FILES) if SLOW & set(recipe.needs) else files
    for path in [path for kind in recipe.formats for path in _STOCK.get(kind, ())][: most * _PATIENCE]:
        if tally.made >= most:
            break
        _one_file(recipe, path, tally)
    tally.seconds = time.perf_counter() - started
    return tally


def reports(data: bytes, name: str, references: References = NO_REFERENCES) -> list[Report]:
    """Reports on a document and what is inside it, read without the lock."""
    return judge_unit(examine_bytes(data, name), name, references=references)


def _one_file(recipe: Recipe, path: Path, tally: Seeded) -> None:
    data = path.read_bytes()
    try:
        # before the file is examined, since most recipes refuse in less time than that takes
        forged = recipe.forge(data, seed=tally.made)
    except DoesNotApply:
        return
    except Exception:  # noqa: BLE001 - the tools of a recipe fail on odd files in their own ways
        tally.failed += 1
        return
    if path not in _BEFORE:
        _BEFORE[path] = reports(data, path.name)
    before = _BEFORE[path]
    formats = before[0].document.formats
    if not formats or formats[0] not in recipe.formats or is_flagged(before):
        return
    after = reports(forged.data, path.name, forged.references)
    known = {_said(e) for report in before for e in report.evidence}
    new = [e for report in after for e in report.evidence if _said(e) not in known]
    pointing = [e for e in new if e.outcome in POINTED]
    named = [e for e in new if e.check in recipe.expects and (e.outcome in POINTED or e.observations)]
    # what was planted in the properties is to be shown, and never held against what the file says
    found = [e for e in named if e.outcome in POINTED or recipe.question == "handling"]
    truth = forged.truth
    # a document without pages holds the old text only where the recipe leaves it
    quoted = truth is not None and truth.before and (truth.page or recipe.trace == "explicit")
    tally.tried.append(
        Tried(
            path=path.name,
            family=family_of(before[0]),
            found=bool(found),
            shown=bool(named),
            flagged=is_flagged(after),
            placed=None if truth is None or not recipe.expects else any(_on_page(e, truth) for e in found),
            told=None
            if truth is None or not quoted or not recipe.expects
            else any(_quotes(e, truth) for e in found),
            answers=tuple(sorted({f"{e.check} {e.outcome.value}" for e in pointing})),
        )
    )


def _said(evidence: Evidence) -> tuple[str, Outcome, str]:
    return evidence.check, evidence.outcome, evidence.text


def _on_page(evidence: Evidence, truth: Truth) -> bool:
    """Whether the answer is on the page, or in the cell, the line or the part, that was changed."""
    if truth.page:
        pages = {o.where.page for o in evidence.observations} | {evidence.params.get("page")}
        return truth.page in pages
    places = [o.where for o in evidence.observations]
    if truth.cell:
        # a formula that no longer holds is named with the cells it uses
        held = " ".join(
            (
                evidence.text,
                *(f"{w.cell} {o.raw or o.value}" for o in evidence.observations for w in (o.where,)),
            )
        )
        return re.search(rf"(?<![A-Z0-9]){re.escape(truth.cell)}(?![0-9])", held) is not None
    if truth.line:
        return any(w.line is not None and abs(w.line - truth.line) <= 1 for w in places)
    return any(truth.part in (w.part, f"/{w.part}") for w in places)


def _quotes(evidence: Evidence, truth: Truth) -> bool:
    """Whether the answer, or what it rests on, holds the text that stood there."""
    wanted = "".join(truth.before.split())
    held = (evidence.text, *(str(t) for o in evidence.observations for t in (o.value, o.raw or "")))
    return any(wanted in "".join(text.split()) for text in held)


def is_flagged(found: list[Report]) -> bool:
    """Whether the document, or anything inside it, asks for a look."""
    return any(report.assessment in FLAGGED for report in found)


def family_of(report: Report) -> str:
    """The family of programs that a PDF names as its producer; ``""`` for another format."""
    if "pdf" not in report.document.formats:
        return ""
    named = [str(o.value) for o in report.observations if o.name == "pdf.info.producer" and o.value]
    if not named:
        return "none stated"
    for row in table("pdf_producers"):
        if re.search(row["claims"], named[-1], re.IGNORECASE):
            return row["family"]
    return "other"
