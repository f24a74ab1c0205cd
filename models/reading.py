"""What the measurements of the model are made from: documents with their features and the answers of all checks.

Genuine documents come from a scan of the folder, altered and handled ones from the recipes of ``tests/forge``.
Both are kept in one folder and taken up again, so that building, evaluating and measuring read the documents once
between them.  Strengths of checks are counted anew on the sources a-o alone: what is said of documents of p-z
rests on nothing that was seen of p-z.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import leakverify as lv
from leakverify.evidence import Assessment, Evidence, Extraction, Outcome, Provenance, Report, Score
from leakverify.features import Row
from leakverify.features.said import row_of
from leakverify.judge import assess, judge_unit, rank
from leakverify.references import References
from leakverify.strengths import Measured, Strengths
from models.altered import Made, make
from models.evaluate import genuine_paths, half_of, read_roles
from tests.forge.recipe import recipes

#: formats that are measured, and those the shipped model scores: 95 of 100 public genuine mails are of one source
MEASURED = ("pdf", "ooxml", "ole", "mail", "jpeg")
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)


class Told(msgspec.Struct, frozen=True):
    """One document: its source, features with answers, evidence without its facts, and what is needed to assess it.

    ``recipe`` and ``trace`` are empty for a document as it was found; ``altered`` tells an alteration from handling.
    """

    source: str
    row: Row
    evidence: tuple[Evidence, ...]
    bare: Extraction
    recipe: str = ""
    trace: str = ""
    altered: bool = False

    @property
    def kind(self) -> str:
        return "altered" if self.altered else "handled" if self.recipe else "genuine"

    @property
    def seen(self) -> bool:
        return half_of(self.source) == "seen"


def read(folder: Path, kept: Path, jobs: int = 2) -> list[Told]:
    """Every genuine, handled and altered document of the measured formats, in an order that is always the same."""
    kept.mkdir(parents=True, exist_ok=True)
    return [*genuine(folder, kept / "scan.lvs", jobs), *remade(folder, kept / "altered.jsonl", jobs)]


def genuine(folder: Path, store: Path, jobs: int) -> Iterator[Told]:
    """Genuine documents as they were found, and what is inside them, each once."""
    roles = read_roles(folder / "MANIFEST.tsv")
    met: set[tuple[str, str]] = set()
    for report in lv.scan(folder, store=store, jobs=jobs, model=None):
        top = report.document.lineage[0].name if report.document.lineage else report.document.name
        source = top.split("/", 1)[0]
        if roles.get(top) == "genuine" and (source, report.document.sha256) not in met:
            met.add((source, report.document.sha256))
            told = _told(report, source)
            if told is not None:
                yield told


def remade(folder: Path, kept: Path, jobs: int) -> Iterator[Told]:
    """Documents that a recipe was applied to, of either half of the sources; see :func:`models.altered.make`."""
    if not kept.exists():
        halves = (make(folder, genuine_paths(folder, half), jobs=jobs) for half in ("a-o", "p-z"))
        keep(kept, (made for half in halves for made in half))
    with kept.open("rb") as lines:
        yield from told_of(lines)


def keep(kept: Path, found: Iterable[Made]) -> None:
    """Write documents to a file that is there only when it is whole."""
    passing = kept.with_suffix(".part")
    with passing.open("wb") as out:
        for made in found:
            out.write(msgspec.json.encode(made) + b"\n")
    passing.replace(kept)


def told_of(lines: Iterable[bytes]) -> Iterator[Told]:
    """Kept documents, judged by the checks as they are now."""
    decoder = msgspec.json.Decoder(Made)
    for line in lines:
        made = decoder.decode(line)
        name = made.path.rpartition("/")[2]
        report = judge_unit(made.result, name, references=References(dkim_keys=made.keys))[0]
        told = _told(report, made.source)
        if told is not None:
            yield msgspec.structs.replace(told, recipe=made.recipe, trace=made.trace, altered=made.altered)


def _told(report: Report, source: str) -> Told | None:
    row = row_of(report, source)
    if row is None or row.family not in MEASURED:
        return None
    evidence = tuple(
        msgspec.structs.replace(e, observations=(), innocent=(), text="", params={}, reproduce="")
        for e in report.evidence
        if e.outcome is not Outcome.NOT_APPLICABLE
    )
    own = [o for o in report.observations if not o.name.startswith("file.")][:1]
    bare = Extraction(
        index=0, formats=report.document.formats, observations=tuple(own), problems=report.problems
    )
    return Told(source=source, row=row, evidence=evidence, bare=bare)


# assessments that rest on the sources a-o -------------------------------------------------------------------


def strengths_of(seen: Sequence[Told]) -> Strengths:
    """Strengths of the checks as ``models/measure.py`` counts them, from these documents alone."""
    files: Counter[str] = Counter()
    fired: Counter[tuple[str, str]] = Counter()
    made: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    expects = {name: frozenset(recipe.expects) for name, recipe in recipes().items()}
    for one in seen:
        answers = {(e.check, e.outcome) for e in one.evidence if e.outcome is not Outcome.NOT_CHECKED}
        if one.kind == "genuine":
            files.update({check for check, _ in answers})
            fired.update((check, outcome.value) for check, outcome in answers)
        elif one.altered:
            asked = expects.get(one.recipe, frozenset())
            made.update(asked)
            found.update((check, o.value) for check, o in answers if check in asked and o in POINTED)
    outcomes = [o.value for o in (*POINTED, Outcome.SUPPORTS)]
    return Strengths(
        measured_on="sources a-o",
        checks={
            check: Measured(
                files=count,
                fired={o: fired[check, o] for o in outcomes if fired[check, o]},
                altered_files=made[check],
                altered_fired={o.value: found[check, o.value] for o in POINTED if found[check, o.value]},
            )
            for check, count in files.items()
        },
    )


def assessed(told: Told, table: Strengths, log10_lr: tuple[float, float, float] | None) -> Report:
    """The report as a newsroom would get it, with strengths from a table and a model's ratio."""
    evidence = tuple(msgspec.structs.replace(e, strength=table.of(e)) for e in told.evidence)
    assessment, because = assess(evidence, told.bare)
    score = None
    if log10_lr is not None:
        score = Score(p_value=1.0, log10_lr=log10_lr, peers=0, group="", model="")
    return Report(
        schema=1, document=_DOCUMENT, assessment=assessment, because=because, evidence=evidence, score=score,
        provenance=_PROVENANCE,
    )  # fmt: skip


_DOCUMENT = lv.Document(name="", sha256="", size=0, formats=())
_PROVENANCE = Provenance(leakverify="", isolation=lv.Isolation(level=0), readers={}, checks="")


def place_in_list(report: Report) -> float:
    """The sort key of the ranked list."""
    return rank(report)


def is_flagged(report: Report) -> bool:
    """Whether the document asks for a look."""
    return report.assessment in (Assessment.REVIEW, Assessment.CONTRADICTED)
