"""Measure what altered, handled and genuine documents are said to be.

Usage::

    python models/evaluate.py --corpus FOLDER [--half p-z|a-o|all] [--recipes 'pdf.*'] [--files 40] [--jobs 2]
                              [--format text|markdown|json] [--misses]

The corpus is a folder with ``MANIFEST.tsv`` (columns ``path`` and ``role``; the
first part of a path is its source).  Recipes of ``tests/forge`` are applied to
its genuine files of the held-out half, and every genuine PDF of that half is
examined as it is.  Printed are, per recipe, how often a check that it names
finds the trace, on the right page and with the text that stood there, and how
often the file is flagged; per ordinary handling step and per producer, how
often a file is flagged wrongly.  Intervals are 95 % Wilson.
"""

from __future__ import annotations

import argparse
import csv
import fnmatch
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leakverify.evidence import Assessment, Question, Report
from leakverify.strengths import wilson
from models.seeded import FILES, FLAGGED, POINTED, Seeded, family_of, reports, run

#: the aim of each kind of recipe: how much of it is found
AIMS = {"explicit": 0.98, "structure": 0.90, "faint": 0.0}
HALVES = {"a-o": "seen", "p-z": "held out"}


class Genuine(msgspec.Struct):
    """What genuine documents of one format were said to be, per family of producers."""

    looked: Counter[str] = msgspec.field(default_factory=Counter)
    review: Counter[str] = msgspec.field(default_factory=Counter)
    contradicted: Counter[str] = msgspec.field(default_factory=Counter)
    #: documents at which each check points, handling left out, as "check outcome"
    answers: Counter[str] = msgspec.field(default_factory=Counter)
    flagged: list[str] = []

    def add(self, report: Report, path: str) -> None:
        family = family_of(report)
        self.looked[family] += 1
        self.review[family] += report.assessment is Assessment.REVIEW
        self.contradicted[family] += report.assessment is Assessment.CONTRADICTED
        self.answers.update(
            {
                f"{e.check} {e.outcome.value}"
                for e in report.evidence
                if e.outcome in POINTED and e.question is not Question.HANDLING
            }
        )
        if report.assessment in FLAGGED:
            self.flagged.append(f"{path}: {report.because}")


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path(os.environ.get("LEAKVERIFY_CORPUS", "")))
    parser.add_argument("--half", choices=(*HALVES, "all"), default="p-z")
    parser.add_argument("--recipes", default="pdf.*", help="names, with * and ?, parted by commas")
    parser.add_argument("--files", type=int, default=FILES, help="genuine files per recipe")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    parser.add_argument(
        "--misses", action="store_true", help="list the files on which a recipe was not found"
    )
    parser.add_argument("--no-genuine", action="store_true", help="leave out the genuine files as they are")
    options = parser.parse_args()
    if not (options.corpus / "MANIFEST.tsv").is_file():
        print("--corpus must name a folder with MANIFEST.tsv", file=sys.stderr)
        return 1
    genuine = genuine_paths(options.corpus, options.half)
    names = "|".join(fnmatch.translate(name) for name in options.recipes.split(","))
    seeded = list(told(run(genuine, names=names, files=options.files, jobs=options.jobs)))
    tally = Genuine() if options.no_genuine else look_at(genuine, options.corpus, options.jobs)
    if options.format == "json":
        sys.stdout.write(msgspec.json.encode({"seeded": seeded, "genuine": tally}).decode() + "\n")
    else:
        lines = section(seeded, tally, HALVES.get(options.half, "all"))
        print("\n".join(lines if options.format == "markdown" else _plain(lines)))
    if options.misses:
        print("\n".join(_misses(seeded, tally)))
    return 0


def told(seeded: Iterable[Seeded]) -> Iterator[Seeded]:
    """The same, with a line per recipe on standard error for whoever waits."""
    for one in seeded:
        print(
            f"{one.recipe}: {one.found} of {one.made} found, {one.flagged} flagged, "
            f"{one.failed} not made ({one.seconds:.0f} s)",
            file=sys.stderr,
        )
        yield one


def read_roles(manifest: Path) -> dict[str, str]:
    """Role of each path."""
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["path"]: row["role"] for row in rows}


def half_of(source: str) -> str:
    """Sources are split by the first letter of their name: a-o were read while the checks were written."""
    return "seen" if source[:1].lower() <= "o" else "held out"


def genuine_paths(corpus: Path, half: str) -> list[Path]:
    """Genuine files of one half of the sources, or of ``all``."""
    return [
        corpus / path
        for path, role in read_roles(corpus / "MANIFEST.tsv").items()
        if role == "genuine" and (half == "all" or half_of(path) == HALVES[half])
    ]


def look_at(genuine: Iterable[Path], corpus: Path, jobs: int) -> Genuine:
    """Every genuine PDF as it is."""
    tally = Genuine()
    paths = [path for path in genuine if path.suffix.lower() == ".pdf"]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for path, found in zip(paths, pool.map(_first_report, paths, chunksize=4), strict=True):
            if "pdf" in found.document.formats:
                tally.add(found, path.relative_to(corpus).as_posix())
    return tally


def _first_report(path: Path) -> Report:
    found = reports(path.read_bytes(), path.name)[0]
    return msgspec.structs.replace(
        found, observations=tuple(o for o in found.observations if o.name == "pdf.info.producer")
    )


def rate(hits: int, of: int) -> str:
    """A share with its 95 % Wilson interval, as two cells of a table."""
    if not of:
        return "- | -"
    low, high = wilson(hits, of)
    return f"{hits / of:.2%} | {low:.2%} to {high:.2%}"


def section(seeded: Sequence[Seeded], genuine: Genuine, half: str) -> list[str]:
    """The part of ``docs/accuracy.md`` on recipes and genuine PDFs, as lines of Markdown."""
    altered = [one for one in seeded if one.altered]
    benign = [one for one in seeded if not one.altered]
    lines = [
        "## Seeded alterations",
        "",
        f"Recipes of `tests/forge`, applied with real tools to genuine files of the {half} sources. *found*: a check",
        "that the recipe names newly points at the file, with the page and the text that stood there where the",
        "recipe knows them. *flagged*: the assessment is `review` or `contradicted`. Kinds of trace: *explicit*, the",
        "file still holds what proves it; *structure*, only the way the bytes are made speaks; *faint*, found by luck",
        "or not at all, listed so that nobody expects it. *none*: the recipe names no check.",
        "",
        "| recipe | trace | files | found | rate | interval | page | old text | flagged | asked by |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted(altered, key=lambda s: (list(AIMS).index(s.trace), s.recipe)):
        lines.append(
            f"| {one.recipe} | {one.trace} | {one.made} | {one.found} | {rate(one.found, one.made)} "
            f"| {_of(one.share('placed'))} | {_of(one.share('told'))} | {one.flagged} "
            f"| {', '.join(one.expects) or 'none'} |"
        )
    lines += [
        "",
        "| trace | aim | files | found | rate | interval | flagged |",
        "|---|---|---|---|---|---|---|",
    ]
    for trace, aim in AIMS.items():
        group = [one for one in altered if one.trace == trace and one.expects]
        made, found = sum(one.made for one in group), sum(one.found for one in group)
        flagged = sum(one.flagged for one in group)
        lines.append(f"| {trace} | {aim:.0%} | {made} | {found} | {rate(found, made)} | {flagged} |")
    lines += _per_family("### The same per declared producer", altered, lambda one: one.found, "found")
    lines += [
        "",
        "## Ordinary handling of genuine files",
        "",
        "The same, for steps that are not alterations: any *flagged* file here is a false alarm.",
        "",
        "| step | files | flagged | rate | interval | by |",
        "|---|---|---|---|---|---|",
    ]
    for one in benign:
        by = Counter(a for tried in one.tried if tried.flagged for a in tried.answers)
        said = ", ".join(f"{answer} ({count})" for answer, count in sorted(by.items()))
        lines.append(
            f"| {one.recipe} | {one.made} | {one.flagged} | {rate(one.flagged, one.made)} | {said} |"
        )
    made, flagged = sum(one.made for one in benign), sum(one.flagged for one in benign)
    lines.append(f"| all steps | {made} | {flagged} | {rate(flagged, made)} | |")
    lines += _per_family("### The same per declared producer", benign, lambda one: one.flagged, "flagged")
    return lines + genuine_section(genuine, half)


def genuine_section(genuine: Genuine, half: str) -> list[str]:
    """Genuine PDFs as they are, per declared producer, and which check points how often."""
    if not genuine.looked:
        return []
    lines = [
        "",
        f"## Genuine PDFs as they are, {half} sources, per declared producer",
        "",
        "| producer | files | contradicted | review | rate | interval |",
        "|---|---|---|---|---|---|",
    ]
    for family, files in (*sorted(genuine.looked.items()), ("all", sum(genuine.looked.values()))):
        whole = family == "all"
        proven = sum(genuine.contradicted.values()) if whole else genuine.contradicted[family]
        review = sum(genuine.review.values()) if whole else genuine.review[family]
        lines.append(f"| {family} | {files} | {proven} | {review} | {rate(proven + review, files)} |")
    lines += ["", "| answer | genuine PDFs | rate | interval |", "|---|---|---|---|"]
    files = sum(genuine.looked.values())
    for answer, count in sorted(genuine.answers.items()):
        lines.append(f"| {answer} | {count} | {rate(count, files)} |")
    return lines


def _of(share: tuple[int, int]) -> str:
    return f"{share[0]} of {share[1]}" if share[1] else "-"


def _per_family(title: str, seeded: Sequence[Seeded], hit: Callable[..., bool], word: str) -> list[str]:
    """Files and hits over all recipes that name a check (or are benign), per declared producer."""
    files: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for one in seeded:
        if one.altered and (not one.expects or one.trace == "faint"):
            continue
        for tried in one.tried:
            if tried.family:
                files[tried.family] += 1
                hits[tried.family] += hit(tried)
    if not files:
        return []
    lines = ["", title, "", f"| producer | files | {word} | rate | interval |", "|---|---|---|---|---|"]
    return lines + [f"| {f} | {files[f]} | {hits[f]} | {rate(hits[f], files[f])} |" for f in sorted(files)]


def _plain(lines: Iterable[str]) -> Iterator[str]:
    """Markdown tables with columns of one width each, for a terminal."""
    block: list[list[str]] = []
    for line in (*lines, ""):
        if line.startswith("|"):
            if not re.fullmatch(r"[|-]+", line):
                block.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if block:
            wide = [max(len(row[n]) for row in block if n < len(row)) for n in range(max(map(len, block)))]
            for row in block:
                yield "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=False)).rstrip()
            block = []
        yield line


def _misses(seeded: Iterable[Seeded], genuine: Genuine) -> Iterator[str]:
    for one in seeded:
        for tried in one.tried:
            if one.altered and one.expects and not (tried.found and tried.told is not False):
                what = "not found" if not tried.found else "without the old text"
                yield f"{one.recipe}: {what}: {tried.path} ({tried.family}) {' '.join(tried.answers)}"
            if not one.altered and tried.flagged:
                yield f"{one.recipe}: flagged: {tried.path} ({tried.family}) {' '.join(tried.answers)}"
    yield from (f"genuine: {line}" for line in genuine.flagged)


if __name__ == "__main__":
    raise SystemExit(main())
