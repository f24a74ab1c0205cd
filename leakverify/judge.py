"""From facts to a report: run the checks, attach strengths, say what it amounts to.

Pure: the same extraction, checks and strengths give the same report, whatever
else was examined before or beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from leakverify import checks, strengths
from leakverify._version import __version__
from leakverify.document import Carrier, Document
from leakverify.evidence import (
    RECOGNISED,
    SCHEMA_VERSION,
    Assessment,
    Evidence,
    Extraction,
    Family,
    Observation,
    Outcome,
    Problem,
    Provenance,
    Question,
    Report,
    Strength,
    UnitResult,
)
from leakverify.extractors._maildir import name_facts
from leakverify.references import NO_REFERENCES, References

#: an answer that more genuine files than this share give is too ordinary to ask for a look
REVIEW_RATE = 0.01
#: log10 LR that two independent families must reach together (DESIGN, section 2)
CONTRADICTED_LOG10_LR = 2.0

if TYPE_CHECKING:
    from leakverify.classifier.model import Model

_POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
_SEVERITY: dict[Assessment, float] = {
    Assessment.CONTRADICTED: 4,
    Assessment.REVIEW: 3,
    Assessment.UNEXAMINED: 2,
    Assessment.UNREMARKABLE: 1,
    Assessment.AUTHENTICATED: 0,
}
#: problems after which nothing of the document's own format was seen
_NOT_SEEN = frozenset(
    ["unreadable", "not-a-file", "link-not-followed", "empty", "unknown-format", "unsupported-format"]
)


def judging_version(references: References = NO_REFERENCES, model: Model | None = None) -> str:
    """Identifies everything that turns facts into a report: this version, the references, and the model."""
    made_from = _made_from(references)
    scored = "" if model is None else f"/{model.identity.replace('|', ' ')}"
    return f"{__version__}/{SCHEMA_VERSION}/{made_from}/{strengths.shipped().version}{scored}"


def _made_from(references: References) -> str:
    """Checks and references by their digests, as a report states them."""
    version = checks.checks_version()
    return f"{version}+{references.identity}" if references.identity else version


def judge_unit(
    result: UnitResult,
    name: str,
    lineage: tuple[Carrier, ...] = (),
    references: References = NO_REFERENCES,
    model: Model | None = None,
) -> list[Report]:
    """A report on the unit's document and on each document inside it, in the order met."""
    facts: list[checks.Facts] = []
    steps: list[tuple[Carrier, ...]] = []
    reports = []
    provenance = Provenance(
        leakverify=__version__,
        isolation=result.isolation,
        readers=result.readers,
        checks=_made_from(references),
        model="" if model is None else model.identity,
    )
    for read in result.extractions:
        carrier = read.carrier
        extraction = _named(read, name) if carrier is None else read
        facts.append(checks.Facts(extraction, None if carrier is None else facts[carrier], references))
        steps.append(lineage if carrier is None else steps[carrier] + (_step(result, carrier, name),))
        document = Document(
            name=name if carrier is None else extraction.name,
            sha256=extraction.sha256,
            size=extraction.size,
            formats=extraction.formats,
            role=extraction.role,
            lineage=steps[-1],
        )
        reports.append(_report(document, facts[-1], extraction, provenance, model))
    return reports


def _named(extraction: Extraction, name: str) -> Extraction:
    """The unit's own document under the name it was found by.

    The box sees only the ending of the name, so that the same bytes are read
    once however they are called.
    """
    observations = tuple(
        Observation(name=o.name, value=name, where=o.where) if o.name == "file.name" else o
        for o in extraction.observations
    )
    if "mail" in extraction.formats:
        observations += name_facts(name)
    return msgspec.structs.replace(extraction, name=name, observations=observations)


def _step(result: UnitResult, index: int, name: str) -> Carrier:
    extraction = result.extractions[index]
    shown = name if extraction.carrier is None else extraction.name
    return Carrier(
        name=shown, sha256=extraction.sha256, format=extraction.formats[0] if extraction.formats else ""
    )


def _report(
    document: Document,
    facts: checks.Facts,
    extraction: Extraction,
    provenance: Provenance,
    model: Model | None,
) -> Report:
    table = strengths.shipped()
    evidence = []
    problems = list(extraction.problems)
    for found in checks.judge(facts):
        measured = table.of(found, lambda: _program(extraction))
        evidence.append(found if measured is None else _with_strength(found, measured))
        if found.message == "check-error":
            problems.append(Problem(code="check-error", detail=f"{found.check}: {found.text}"))
    score = None
    if model is not None:
        score, said, missing = model.judge(extraction, _unrecognised(facts, evidence))
        evidence += said
        problems += missing
    assessment, because = assess(tuple(evidence), extraction)
    return Report(
        schema=SCHEMA_VERSION,
        document=document,
        assessment=assessment,
        because=because,
        evidence=tuple(evidence),
        problems=tuple(problems),
        observations=extraction.observations,
        score=score,
        provenance=provenance,
    )


def _unrecognised(facts: checks.Facts, evidence: list[Evidence]) -> list[Evidence]:
    """What the checks answer to the document as it is, before a program recognised text on its pages."""
    observations = facts.extraction.observations
    own = tuple(o for o in observations if o.where.part != RECOGNISED)
    if len(own) == len(observations):
        return evidence
    bare = msgspec.structs.replace(facts.extraction, observations=own)
    return list(checks.judge(checks.Facts(bare, facts.carrier, facts.references)))


def _program(extraction: Extraction) -> str:
    """The family of programs a document names as its writer; few documents have this asked."""
    from leakverify.features import declared

    named = declared(extraction)
    return "" if named is None else named[0]


def _with_strength(evidence: Evidence, measured: Strength) -> Evidence:
    return msgspec.structs.replace(evidence, strength=measured)


def assess(evidence: tuple[Evidence, ...], extraction: Extraction) -> tuple[Assessment, str]:
    """What the evidence amounts to, and the rule that says so.

    Evidence on handling is reported and never counts here: that a file was
    re-saved says nothing about what it was made to be.
    """
    pointed = [e for e in evidence if e.outcome in _POINTED and e.question is not Question.HANDLING]
    proven = [
        e
        for e in pointed
        if e.outcome is Outcome.CONTRADICTS
        and e.question is Question.CONTENT
        and e.family in (Family.HISTORY, Family.SIGNATURE)
    ]
    if proven:
        return Assessment.CONTRADICTED, f"{proven[0].check}: {proven[0].text}"
    together = _combined_log10_lr([e for e in pointed if not _is_slip(e.check)])
    if together is not None and together >= CONTRADICTED_LOG10_LR:
        names = ", ".join(sorted({e.check for e in pointed}))
        return Assessment.CONTRADICTED, f"independent families of evidence agree: {names}"
    telling = [e for e in pointed if _is_telling(e)]
    if telling:
        strongest = max(telling, key=weight)
        return Assessment.REVIEW, f"{strongest.check}: {strongest.text}"
    families = {_source_of(e.family) for e in pointed}
    if len(families) > 1:
        names = ", ".join(sorted({e.check for e in pointed}))
        return Assessment.REVIEW, f"weak hints of {len(families)} independent families: {names}"
    seen_nothing = [p for p in extraction.problems if p.code in _NOT_SEEN]
    if seen_nothing or not extraction.formats:
        codes = ", ".join(dict.fromkeys(p.code for p in extraction.problems)) or "no format was recognised"
        return Assessment.UNEXAMINED, codes
    if not any(not o.name.startswith("file.") for o in extraction.observations):
        codes = ", ".join(dict.fromkeys(p.code for p in extraction.problems)) or "nothing could be read"
        return Assessment.UNEXAMINED, codes
    proofs = [e for e in evidence if e.message in _proofs_of(e.check)]
    if proofs and not any(e.outcome is Outcome.CONTRADICTS for e in pointed):
        return Assessment.AUTHENTICATED, f"{proofs[0].check}: {proofs[0].text}"
    if pointed:
        names = ", ".join(sorted({e.check for e in pointed}))
        return Assessment.UNREMARKABLE, f"what was found is ordinary, or not measured: {names}"
    return Assessment.UNREMARKABLE, "nothing beyond what genuine files of its kind show; not a certificate"


def _is_slip(check: str) -> bool:
    """Whether an author's mistake explains what a check points at: sums, weekdays, misread numbers."""
    found = checks.registry().get(check)
    return found is not None and found.slip


def _proofs_of(check: str) -> frozenset[str]:
    """Messages of a check that prove the whole content."""
    found = checks.registry().get(check)
    return frozenset() if found is None else found.proves


def _is_telling(evidence: Evidence) -> bool:
    """Strong enough for a human to look, on its own.

    Never where more than one genuine file in a hundred gives this answer.
    Below that, a contradiction is; anything else only where seeded alterations
    give it at least ten times as often (ENFSI: moderate support begins there).
    """
    strength = evidence.strength
    if strength is not None and strength.genuine_fired > REVIEW_RATE * strength.genuine_files:
        return False
    if evidence.outcome is Outcome.CONTRADICTS:
        return True
    return strength is not None and strength.log10_lr is not None and strength.log10_lr[1] >= 1.0


def _combined_log10_lr(pointed: list[Evidence]) -> float | None:
    """Sum over families of the strongest measured LR; ``None`` below two families."""
    best: dict[Family, float] = {}
    for item in pointed:
        if item.strength is not None and item.strength.log10_lr is not None:
            family = _source_of(item.family)
            best[family] = max(best.get(family, -math.inf), item.strength.log10_lr[1])
    return sum(best.values()) if len(best) >= 2 else None


def _source_of(family: Family) -> Family:
    """Families that one and the same cause sets off count once.

    A wrong clock makes anachronisms; a model that learned structure sees what its checks see.
    """
    return {Family.ANACHRONISM: Family.CLOCK, Family.CORPUS: Family.STRUCTURE}.get(family, family)


def weight(evidence: Evidence) -> float:
    """How far up the ranked list an answer lifts its document; not a probability."""
    if evidence.outcome not in _POINTED:
        return 0.0
    if evidence.strength is not None:
        rarity = -math.log10(max(evidence.strength.genuine_upper, 1e-4))
    else:
        rarity = 1.5 if evidence.outcome is Outcome.CONTRADICTS else 0.5
    return rarity * (0.1 if evidence.question is Question.HANDLING else 1.0)


def rank(report: Report) -> float:
    """Sort key of the ranked list: assessment first, then the strongest per family and the model's ratio."""
    best: dict[Family, float] = {}
    for item in report.evidence:
        best[item.family] = max(best.get(item.family, 0.0), weight(item))
    total = round(sum(best.values()), 6)
    severity = _SEVERITY[report.assessment]
    if report.assessment is Assessment.UNREMARKABLE and total:
        severity += 1.5  # something was found, if too ordinary to ask for a look: before what was not seen
    # a ratio is inside the bounds of its model, so that it orders what is assessed alike and nothing else
    known = report.score.log10_lr if report.score is not None else None
    return severity * 1000.0 + total + (0.0 if known is None else known[1])
