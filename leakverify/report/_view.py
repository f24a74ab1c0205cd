"""What is shown of a report, in order and in words, before any layout.

The terminal and the page are laid out from this, so they say the same things
in the same order: what was examined, what could not be, what was found on each
of the three questions, what was checked without finding anything.  Everything
in here is fit to be shown.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakverify.evidence import (
    Assessment,
    Evidence,
    Observation,
    Outcome,
    Problem,
    Question,
    Report,
    Strength,
)
from leakverify.report._frame import Frame, Shelf, Shown
from leakverify.report._visible import visible
from leakverify.report._words import Said, Sentence, Words

if TYPE_CHECKING:
    from leakverify.picturing import Pictures
    from leakverify.report.source import StandingOut

#: outcomes that ask for a look, weightiest first
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
#: assessments whose documents get a section of their own in a scan
NOTEWORTHY = (Assessment.CONTRADICTED, Assessment.REVIEW)
#: facts shown under one answer, problems listed of one document, facts listed in full
MOST_FACTS, MOST_PROBLEMS, MOST_LISTED = 24, 40, 2000
#: a value longer than this is set as a block of its own
BLOCK = 120
_COMPARED = 600
_WORD = re.compile(r"\s+|[^\s\w]|\w+")
_ORDER = (
    Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.SUPPORTS, Outcome.NEUTRAL, Outcome.NOT_CHECKED,
    Outcome.NOT_APPLICABLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """An observation. ``quoted``: the value is text of the document."""

    name: str
    label: str
    where: str
    value: str
    raw: str
    quoted: bool

    @property
    def block(self) -> bool:
        return len(self.value) > BLOCK or "\n" in self.value


@dataclass(frozen=True, slots=True)
class Change:
    """An earlier and a later text; ``Said.quoted`` marks the words that differ.

    ``closer`` are the pictures of the place itself, ``plate`` those of its page.
    """

    where: str
    before: Sentence
    after: Sentence
    closer: tuple[Shown, Shown] | None = None
    plate: Shelf | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check said."""

    check: str
    title: str
    outcome: Outcome
    outcome_words: str
    question: Question
    sentence: Sentence
    family: str
    changes: tuple[Change, ...]
    shelves: tuple[Shelf, ...]
    facts: tuple[Fact, ...]
    facts_left: int
    innocent: tuple[str, ...]
    cost: str
    reproduce: str
    strength: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem: its code, what it means, and what the reader said of it, which is quoted."""

    code: str
    meaning: str
    detail: str
    where: str
    times: int


@dataclass(frozen=True, slots=True)
class Group:
    """The answers to one of the three questions."""

    question: Question
    name: str
    meaning: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A document in a list."""

    rank: int
    name: str
    path: str
    assessment: Assessment
    assessment_words: str
    reason: Sentence
    pointed: int
    size: str
    formats: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A model's statement in words."""

    sentences: tuple[str, ...]
    contributions: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A document that the examined one came out of."""

    name: str
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class View:
    """All of one report."""

    row: Row
    lineage: tuple[Step, ...]
    role: str
    sha256: str
    exact_size: str
    meaning: str
    troubles: tuple[Trouble, ...]
    troubles_left: int
    unanswered: tuple[Answer, ...]
    groups: tuple[Group, ...]
    quiet: tuple[Answer, ...]
    not_applicable: tuple[Answer, ...]
    score: ScoreView | None
    facts: tuple[Fact, ...]
    facts_left: int
    #: what is to be known about the pictures, or why there are none
    pictured: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...] = field(default=())


def view(
    report: Report,
    words: Words,
    *,
    rank: int = 0,
    facts: bool = True,
    pictures: Pictures | None = None,
    met: set[str] | None = None,
) -> View:
    """Put a report into words and order.

    ``facts``: with the list of everything read.  ``met`` are the pictures that
    the page of HTML holds already; it is added to.
    """
    frame = Frame(pictures, words, met)
    answers = [(e, _answer(e, words, frame)) for e in report.evidence]
    answers.sort(key=lambda pair: _ORDER.index(pair[0].outcome))
    document = report.document
    told = [a for e, a in answers if e.outcome not in (Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED)
            and e.message != "nothing"]  # fmt: skip
    troubles = _troubles(report.problems, words)
    listed = report.observations[:MOST_LISTED] if facts else ()
    return View(
        row=row(report, words, rank=rank),
        lineage=tuple(
            Step(visible(c.name, limit=400), visible(c.format, limit=40).upper(), visible(c.sha256, limit=64))
            for c in document.lineage
        ),
        role=words.term("role", document.role),
        sha256=visible(document.sha256, limit=64),
        exact_size=words.plural("bytes", document.size),
        meaning=_meaning(report, words),
        troubles=troubles[:MOST_PROBLEMS],
        troubles_left=max(len(troubles) - MOST_PROBLEMS, 0),
        unanswered=tuple(a for e, a in answers if e.outcome is Outcome.NOT_CHECKED),
        groups=tuple(_group(question, told, words) for question in _questions(told)),
        quiet=tuple(a for e, a in answers if e.outcome is Outcome.NEUTRAL and e.message == "nothing"),
        not_applicable=tuple(a for e, a in answers if e.outcome is Outcome.NOT_APPLICABLE),
        score=_score(report, words),
        facts=tuple(_fact(o, words) for o in listed),
        facts_left=len(report.observations) - len(listed) if facts else 0,
        pictured=frame.notes(),
        provenance=(*_provenance(report, words), *frame.provenance()),
    )


def row(report: Report, words: Words, *, rank: int = 0) -> Row:
    """A document as one line of a list."""
    document = report.document
    return Row(
        rank=rank,
        name=visible(document.name, limit=400),
        path=visible(document.path, limit=1200),
        assessment=report.assessment,
        assessment_words=words.assessment(report.assessment),
        reason=reason(report, words),
        pointed=sum(e.outcome in POINTED for e in report.evidence),
        size=words.size(document.size),
        formats=", ".join(visible(name, limit=40).upper() for name in document.formats),
        problems=tuple(dict.fromkeys(visible(p.code, limit=60) for p in report.problems)),
    )


def _meaning(report: Report, words: Words) -> str:
    """What the assessment means, unless the reason has just said the same."""
    if report.assessment is Assessment.UNREMARKABLE:
        return ""
    return words.term("assessment-meaning", report.assessment.value)


def reason(report: Report, words: Words) -> Sentence:
    """Why the assessment is what it is, in the words of the evidence it rests on."""
    return words.because(report)


def strongest(report: Report) -> Evidence | None:
    """The answer that decided, or else the weightiest that points at something."""
    pointed = [e for e in report.evidence if e.outcome in POINTED]
    for evidence in pointed:
        if report.because == f"{evidence.check}: {evidence.text}":
            return evidence
    return min(pointed, key=_weightiest, default=None)


def _weightiest(evidence: Evidence) -> tuple[int, int, float]:
    upper = 1.0 if evidence.strength is None else evidence.strength.genuine_upper
    return evidence.question is Question.HANDLING, POINTED.index(evidence.outcome), upper


def _questions(told: Iterable[Answer]) -> list[Question]:
    present = {answer.question for answer in told}
    return [q for q in (Question.CONTENT, Question.ORIGIN, Question.HANDLING) if q in present]


def _group(question: Question, told: Sequence[Answer], words: Words) -> Group:
    return Group(
        question=question,
        name=words.question(question),
        meaning=words.term("question-meaning", question.value),
        answers=tuple(a for a in told if a.question is question),
    )


def _answer(evidence: Evidence, words: Words, frame: Frame) -> Answer:
    frame.turn(evidence)
    changes, rest = _changes(evidence.observations, words, frame)
    return Answer(
        check=visible(evidence.check, limit=40),
        title=words.title(evidence.check) or visible(evidence.check, limit=40),
        outcome=evidence.outcome,
        outcome_words=words.outcome(evidence.outcome),
        question=evidence.question,
        sentence=words.sentence(evidence),
        family=words.term("family", evidence.family.value),
        changes=changes,
        shelves=frame.shelves(rest),
        facts=tuple(_fact(o, words) for o in rest[:MOST_FACTS]),
        facts_left=max(len(rest) - MOST_FACTS, 0),
        innocent=tuple(words.innocent(evidence.check, key) for key in evidence.innocent),
        cost="" if evidence.cost is None else words.term("cost", evidence.cost.value),
        reproduce=visible(evidence.reproduce, limit=500),
        strength=_strength(evidence.strength, words),
    )


def _fact(observation: Observation, words: Words) -> Fact:
    value = observation.value
    if isinstance(value, bool):
        shown = words.ui("yes" if value else "no")
    elif isinstance(value, float):
        shown = words.decimal(value, 2) if abs(value) < 1e15 else f"{value:g}"
    elif isinstance(value, str):
        shown = visible(value, lines=True)
    else:
        shown = visible(str(value), limit=80)
    raw = observation.raw
    return Fact(
        name=visible(observation.name, limit=100),
        label=words.fact(observation.name),
        where=words.where(observation.where),
        value=shown,
        raw="" if raw is None or raw == value else visible(raw, limit=400),
        quoted=isinstance(value, str),
    )


def _changes(
    observations: Sequence[Observation], words: Words, frame: Frame
) -> tuple[tuple[Change, ...], list[Observation]]:
    """Pairs of an earlier and a later text, and the observations that are no such pair."""
    changes, rest, at = [], [], 0
    while at < len(observations):
        one = observations[at]
        other = observations[at + 1] if at + 1 < len(observations) else None
        if (
            other is not None
            and one.name.endswith(".text_before")
            and other.name == one.name.removesuffix("before") + "after"
        ):
            before, after = _compare(str(one.value), str(other.value))
            closer, plate = frame.change(other)
            changes.append(Change(words.where(other.where), before, after, closer, plate))
            at += 2
        else:
            rest.append(one)
            at += 1
    return tuple(changes), rest


def _compare(before: str, after: str) -> tuple[Sentence, Sentence]:
    """Both texts, cut where they part; beyond some hundred words they are shown whole."""
    one, other = (visible(text, lines=True) for text in (before, after))
    left, right = _WORD.findall(one), _WORD.findall(other)
    if not left or not right or len(left) > _COMPARED or len(right) > _COMPARED:
        return (Said(one, bool(one)),), (Said(other, bool(other)),)
    old: list[Said] = []
    new: list[Said] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        old.append(Said("".join(left[a:b]), tag != "equal"))
        new.append(Said("".join(right[c:d]), tag != "equal"))
    return _joined(old), _joined(new)


def _joined(pieces: list[Said]) -> Sentence:
    """Pieces put together where only a space keeps two that differ apart."""
    joined: list[Said] = []
    for number, piece in enumerate(pieces):
        between = 0 < number < len(pieces) - 1 and not piece.quoted and not piece.text.strip()
        differs = piece.quoted or between
        if joined and joined[-1].quoted == differs:
            joined[-1] = Said(joined[-1].text + piece.text, differs)
        elif piece.text:
            joined.append(Said(piece.text, differs))
    return tuple(joined)


def _strength(strength: Strength | None, words: Words) -> tuple[str, ...]:
    if strength is None:
        return (words.ui("strength-none"),)
    said = [
        words.ui(
            "strength-measured",
            fired=words.number(strength.genuine_fired),
            files=words.number(strength.genuine_files),
            upper=words.percent(strength.genuine_upper),
        )
    ]
    if strength.altered_fired is not None and strength.altered_files is not None:
        said.append(
            words.ui(
                "strength-altered",
                fired=words.number(strength.altered_fired),
                files=words.number(strength.altered_files),
            )
        )
    if strength.log10_lr is not None:
        said.append(_likelihood(strength.log10_lr, words))
    if strength.measured_on:
        said.append(words.ui("measured-on", what=visible(strength.measured_on, limit=300)))
    return tuple(said)


def _likelihood(log10_lr: tuple[float, float, float], words: Words) -> str:
    support = words.support(log10_lr)
    low, middle, high = (words.decimal(bound, 2) for bound in log10_lr)
    said = words.ui("strength-lr", words=support, low=low, middle=middle, high=high)
    return said[:1].upper() + said[1:]


def _troubles(problems: Sequence[Problem], words: Words) -> tuple[Trouble, ...]:
    """Problems in the order met, equal ones counted."""
    counted: dict[Problem, int] = {}
    for problem in problems:
        counted[problem] = counted.get(problem, 0) + 1
    return tuple(
        Trouble(
            code=visible(problem.code, limit=60),
            meaning=words.problem(problem.code),
            detail=visible(problem.detail, limit=300),
            where=words.where(problem.where),
            times=times,
        )
        for problem, times in counted.items()
    )


def _score(report: Report, words: Words) -> ScoreView | None:
    score = report.score
    if score is None:
        return None
    said = [
        words.ui(
            "score-p",
            p=words.percent(score.p_value),
            n=words.number(score.peers),
            group=words.quote(visible(score.group, limit=100)),
        )
    ]
    if score.log10_lr is not None:
        said.append(_likelihood(score.log10_lr, words))
    said.append(words.ui("score-model", model=visible(score.model, limit=100)))
    rows = [
        (visible(c.feature, limit=100), "—" if c.value is None else words.decimal(c.value, 2),
         words.decimal(c.weight, 2))
        for c in score.contributions[:MOST_FACTS]
    ]  # fmt: skip
    return ScoreView(tuple(said), tuple(rows))


def _provenance(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    provenance = report.provenance
    isolation = words.term("isolation", str(provenance.isolation.level))
    confined = f"{words.ui('level', n=provenance.isolation.level)}, {isolation}"
    if provenance.isolation.why:
        confined += f" ({visible(provenance.isolation.why, limit=200)})"
    readers = ", ".join(f"{visible(k, limit=60)} {visible(v, limit=40)}"
                        for k, v in provenance.readers.items())  # fmt: skip
    rows = [
        ("leakverify", visible(provenance.leakverify, limit=60)),
        (words.ui("checks-version"), visible(provenance.checks, limit=80)),
        (words.ui("confinement"), confined),
        (words.ui("readers"), readers),
    ]
    if provenance.model:
        rows.append((words.ui("score-model", model=""), visible(provenance.model, limit=100)))
    return tuple((name.strip(), value) for name, value in rows if value)


def standing_out(found: StandingOut | None, words: Words) -> tuple[str, ...]:
    """What the list of documents unlike their peers amounts to; no sentence where nothing was scored."""
    if found is None or not found.scored:
        return ()
    scored, rate = words.number(found.scored), words.percent(found.rate)
    if found.paths:
        return (words.ui("outliers-listed", scored=scored, n=words.number(len(found.paths)), rate=rate),)
    none = words.ui("outliers-none", scored=scored, rate=rate)
    return (none, words.ui("outliers-needed", needed=words.number(found.needed))) if found.needed else (none,)
