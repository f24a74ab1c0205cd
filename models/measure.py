"""Measure how often each check speaks on known-genuine documents; write ``strengths.json``.

Usage::

    LEAKVERIFY_CORPUS=folder python models/measure.py [--store FILE] [--out FILE] [--table FILE]

The corpus is a folder with ``MANIFEST.tsv`` (columns ``path`` and ``role``; the
first part of a path is its source).  Files of role ``genuine`` and what is
inside them are counted; a document counts for a check when the check applied
and could look.  Sources are split by the first letter of their name: a-o were
read while the checks were written, p-z late and little; the table shows both.
What alterations set off is counted on seen sources for ``strengths.json``, and
on held-out sources, by ``models/evaluate.py``, for the table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import leakverify as lv
from leakverify import strengths
from leakverify.evidence import Extraction
from leakverify.features import UNLISTED, declared

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.evaluate import Genuine, genuine_paths, half_of, rate, read_roles, section, told
from models.seeded import Seeded, run

HERE = Path(__file__).parent
#: answers for which a check could look
LOOKED = ("contradicts", "unusual", "supports", "neutral")
POINTED = ("contradicts", "unusual")
#: documents a format needs for a line of its own at the top of the page
_ENOUGH = 20


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, default=None, help="keep the scan here, and go on from it")
    parser.add_argument("--out", type=Path, default=HERE / "strengths.json")
    parser.add_argument("--table", type=Path, default=HERE.parent / "docs" / "accuracy.md")
    parser.add_argument("--no-seeds", action="store_true", help="leave out the alterations (minutes)")
    parser.add_argument(
        "--names",
        default="",
        help="only recipes whose whole name fits this expression; checks they do not ask keep their counts",
    )
    options = parser.parse_args()
    corpus = Path(os.environ.get("LEAKVERIFY_CORPUS", ""))
    manifest = corpus / "MANIFEST.tsv"
    if not os.environ.get("LEAKVERIFY_CORPUS") or not manifest.is_file():
        print("LEAKVERIFY_CORPUS must name a folder with MANIFEST.tsv", file=sys.stderr)
        return 1
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    jobs = os.cpu_count() or 2
    with tempfile.TemporaryDirectory() as scratch:
        store = options.store or Path(scratch) / "scan.lvs"
        tally = _scanned(corpus, read_roles(manifest), store, jobs)
        if not options.no_seeds:
            tally.seeded = list(told(run(genuine_paths(corpus, "a-o"), names=options.names, jobs=jobs)))
        known = (
            json.loads(options.out.read_text("utf-8"))["checks"] if options.names or options.no_seeds else {}
        )
        options.out.write_text(tally.strengths(digest, known), "utf-8")
        # what an assessment amounts to depends on these strengths: the table shows them in force
        strengths.shipped.cache_clear()
        seeded = tally.seeded
        tally = _scanned(corpus, read_roles(manifest), store, jobs)
        tally.seeded = seeded
        if not options.no_seeds:
            tally.tested = list(told(run(genuine_paths(corpus, "p-z"), names=options.names, jobs=jobs)))
    options.table.write_text(tally.table(), "utf-8")
    return 0


def _scanned(corpus: Path, roles: Mapping[str, str], store: Path, jobs: int) -> Tally:
    """What the checks say of every document; files that are in the store are judged and not read again."""
    tally = Tally()
    for report in lv.scan(corpus, store=store, jobs=jobs, model=None, progress=_progress):
        top = report.document.lineage[0].name if report.document.lineage else report.document.name
        if top in roles:
            tally.add(report, roles[top], source=top.split("/", 1)[0])
    return tally


def _progress(now: lv.Progress) -> None:
    if sys.stderr.isatty():
        print(f"\r{now.stage}: {now.done}/{now.total}", end="", file=sys.stderr)


class Tally:
    """Counts over the documents of a corpus."""

    def __init__(self) -> None:
        self.looked: dict[str, Counter[str]] = {"seen": Counter(), "held out": Counter()}
        self.fired: dict[str, dict[str, Counter[str]]] = {"seen": {}, "held out": {}}
        #: check, program -> documents that could be looked at under "looked", and those of each answer
        self.programs: dict[str, dict[str, Counter[str]]] = {}
        self.assessed: dict[tuple[str, str, str], Counter[str]] = {}
        self.seeded: list[Seeded] = []
        self.tested: list[Seeded] = []
        self.genuine = Genuine()

    def add(self, report: lv.Report, role: str, source: str) -> None:
        """Count one document."""
        half = half_of(source)
        kind = report.document.formats[0] if report.document.formats else "none"
        self.assessed.setdefault((role, kind, half), Counter())[report.assessment.value] += 1
        if role != "genuine":
            return
        if kind == "pdf" and half == "held out" and not report.document.lineage:
            self.genuine.add(report, report.document.name)
        strongest: dict[str, str] = {}
        for evidence in report.evidence:
            outcome = evidence.outcome.value
            if outcome in LOOKED:
                known = strongest.get(evidence.check, "neutral")
                strongest[evidence.check] = min(outcome, known, key=LOOKED.index)
        named = declared(
            Extraction(index=0, observations=report.observations, formats=report.document.formats)
        )
        program = "" if named is None or named[0].startswith(UNLISTED) else named[0]
        for check, outcome in strongest.items():
            self.looked[half][check] += 1
            self.fired[half].setdefault(check, Counter())[outcome] += 1
            if program:
                self.programs.setdefault(check, {}).setdefault(program, Counter()).update(("looked", outcome))

    def strengths(self, manifest_digest: str, known: Mapping[str, Any]) -> str:
        """The JSON that is shipped. Checks no recipe of this run asks keep their counts in ``known``."""
        checks = {}
        asked = {check for s in self.seeded for check in s.expects}
        for check in sorted(set(self.looked["seen"]) | set(self.looked["held out"])):
            fired = self._fired(check, ("seen", "held out"))
            checks[check] = {
                "files": self.looked["seen"][check] + self.looked["held out"][check],
                "fired": {o: fired[o] for o in ("contradicts", "unusual", "supports") if fired[o]},
                "altered_files": sum(s.made for s in self.seeded if check in s.expects),
                "altered_fired": {
                    outcome: hits
                    for outcome in POINTED
                    if (
                        hits := sum(
                            s.answers[f"{check} {outcome}"] for s in self.seeded if check in s.expects
                        )
                    )
                },
            }
            programs = {
                program: {"files": counts["looked"], "fired": {o: counts[o] for o in POINTED if counts[o]}}
                for program, counts in sorted(self.programs.get(check, {}).items())
                if any(counts[o] for o in POINTED)
            }
            if programs:
                checks[check]["programs"] = programs
            if check not in asked and check in known:
                checks[check] |= {key: known[check][key] for key in ("altered_files", "altered_fired")}
        total = sum(sum(c.values()) for (role, _, _), c in self.assessed.items() if role == "genuine")
        body = {
            "measured_on": f"{total} known-genuine documents, manifest {manifest_digest[:12]}",
            "checks": checks,
        }
        body["version"] = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
        return json.dumps(body, indent=1, sort_keys=True) + "\n"

    def _fired(self, check: str, halves: Iterable[str]) -> Counter[str]:
        total: Counter[str] = Counter()
        for half in halves:
            total += self.fired[half].get(check, Counter())
        return total

    def table(self) -> str:
        """The page for people, generated so that nothing is typed in by hand."""
        lines = [
            "# Accuracy",
            "",
            "Generated by `models/measure.py`; nothing here is typed in by hand. Known-genuine documents are public",
            "files made by ordinary software and not known to have been altered on purpose; nobody examined them one",
            "by one, and collections of bug reports over-represent odd files. *Seen* sources (a-o) were read while the",
            "checks were written. *Held out* sources (p-z) were looked at late; a few classes of false alarm met there",
            "were mended as well, so their rates are optimistic too, if less. Intervals are 95 % Wilson.",
            "",
            *self._in_short(),
            "",
            "## How often each check points at a known-genuine document",
            "",
            "| check | half | documents | contradicts | unusual | rate | interval |",
            "|---|---|---|---|---|---|---|",
        ]
        for check in sorted(set(self.looked["seen"]) | set(self.looked["held out"])):
            for half in ("seen", "held out"):
                files = self.looked[half][check]
                fired = self.fired[half].get(check, Counter())
                hits = sum(fired[o] for o in POINTED)
                lines.append(
                    f"| {check} | {half} | {files} | {fired['contradicts']} | {fired['unusual']} | {rate(hits, files)} |"
                )
        lines += ["", *self._per_program(), "", *section(self.tested, self.genuine, "held out")]
        lines += ["", "## Assessments", ""]
        lines += [
            "| role | format | half | documents | contradicted | review | rate | interval | unexamined |"
        ]
        lines += ["|---|---|---|---|---|---|---|---|---|"]
        for (role, kind, half), counts in sorted(self.assessed.items()):
            files = sum(counts.values())
            flagged = counts["contradicted"] + counts["review"]
            lines.append(
                f"| {role} | {kind} | {half} | {files} | {counts['contradicted']} | {counts['review']} "
                f"| {rate(flagged, files)} | {counts['unexamined']} |"
            )
        return "\n".join(lines) + "\n"

    def _in_short(self) -> list[str]:
        """Held-out sources in two tables: alterations found, genuine documents put before the reader."""
        lines = [
            "## In short, on held-out sources",
            "",
            "Recipes that name a check, by what kind of trace they leave (below says what the kinds are). *flagged*: the",
            "document is put before the reader, as `review` or `contradicted`.",
            "",
            "| recipes | trace | made | found | rate | interval | flagged |",
            "|---|---|---|---|---|---|---|",
        ]
        groups: dict[tuple[str, str], list[Seeded]] = {}
        for one in self.tested:
            if one.altered and one.expects:
                groups.setdefault((one.recipe.split(".", 1)[0], one.trace), []).append(one)
        for (kind, trace), group in sorted(groups.items()):
            made, found = sum(one.made for one in group), sum(one.found for one in group)
            flagged = sum(one.flagged for one in group)
            lines.append(f"| {kind} | {trace} | {made} | {found} | {rate(found, made)} | {flagged} |")
        lines += [
            "",
            "| genuine documents | documents | flagged | rate | interval |",
            "|---|---|---|---|---|",
        ]
        for (role, kind, half), counts in sorted(self.assessed.items()):
            if role == "genuine" and half == "held out" and sum(counts.values()) >= _ENOUGH:
                files, flagged = sum(counts.values()), counts["contradicted"] + counts["review"]
                lines.append(f"| {kind} | {files} | {flagged} | {rate(flagged, files)} |")
        return lines

    def _per_program(self) -> list[str]:
        """Checks that point at genuine documents, per program those name."""
        lines = [
            "## The same per program that the document names",
            "",
            "Both halves; programs with a document that was pointed at. Where a program's documents clearly answer so more",
            "often than documents at large, a report goes by these numbers.",
            "",
            "| check | program | documents | pointed at | rate | interval |",
            "|---|---|---|---|---|---|",
        ]
        for check, programs in sorted(self.programs.items()):
            for program, counts in sorted(programs.items()):
                hits = sum(counts[o] for o in POINTED)
                if hits:
                    lines.append(
                        f"| {check} | {program} | {counts['looked']} | {hits} | {rate(hits, counts['looked'])} |"
                    )
        return lines


if __name__ == "__main__":
    raise SystemExit(main())
