"""Every check keeps the promises of its page: examples, messages, headings, innocent readings."""

from __future__ import annotations

import re
import string

import pytest

from leakverify.checks import judge, registry
from leakverify.checks._base import HEADINGS, Check, Facts
from leakverify.evidence import Extraction, Observation, Outcome, Problem, Question

CHECKS = list(registry().values())
CASES = [(check, example) for check in CHECKS for example in check.examples]
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
#: strongest first: the outcome an example states is the strongest it may give
ORDER = [
    Outcome.CONTRADICTS,
    Outcome.UNUSUAL,
    Outcome.SUPPORTS,
    Outcome.NEUTRAL,
    Outcome.NOT_CHECKED,
    Outcome.NOT_APPLICABLE,
]
#: names whose values the box lets through only as numbers
NUMBERS = frozenset(
    {
        "ooxml.app.total_time",
        "image.thumbnail.distance",
        "image.thumbnail.aspect_error",
        "image.thumbnail.correlation",
        "image.thumbnail.part_correlation",
        "image.thumbnail.patch_residual",
        "image.width",
        "image.height",
        "pdf.revision.end",
        "pdf.revision.count",
    }
)
ids = [check.id for check in CHECKS]


def test_the_planned_checks_are_there() -> None:
    assert {
        "LV-PDF-001", "LV-PDF-002", "LV-DATE-001", "LV-OOX-001", "LV-OOX-002", "LV-OOX-003",
        "LV-XMP-001", "LV-IMG-001", "LV-IMG-002", "LV-MAIL-001", "LV-MAIL-002", "LV-NAME-001",
    } <= set(registry())  # fmt: skip


@pytest.mark.parametrize(("check", "example"), CASES, ids=[f"{c.id}: {e.title}" for c, e in CASES])
def test_example_gives_the_stated_outcome(check: Check, example) -> None:
    answers = check.run(example.as_facts())
    outcomes = {answer.outcome for answer in answers}
    assert min(outcomes, key=ORDER.index) is example.outcome, [a.text for a in answers]


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_one_example_fires_and_an_innocent_twin_does_not(check: Check) -> None:
    outcomes = {example.outcome for example in check.examples}
    # a check on handling or safety may only ever show: it speaks, and points at nothing
    assert any(answer.observations for e in check.examples for answer in check.run(e.as_facts()))
    assert outcomes & {*POINTED, Outcome.SUPPORTS} or check.question is Question.HANDLING
    assert outcomes & {Outcome.NEUTRAL, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_page_has_its_headings_in_order(check: Check) -> None:
    lines = check.documentation.splitlines()
    assert lines[0].startswith(f"{check.id}  ") and lines[0].endswith(".")
    found = [line.partition(":")[0] for line in lines if line.partition(":")[0] in HEADINGS]
    assert tuple(found) == HEADINGS


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_evidence_that_points_is_complete(check: Check) -> None:
    """A reporter can follow it: located observations, innocent ways, a command, the cost to plant."""
    assert check.innocent and check.cost is not None
    assert "FILE" in check.reproduce
    for example in check.examples:
        for answer in check.run(example.as_facts()):
            assert not re.search(r"\{\w*\}", answer.text)
            assert answer.params.keys() <= _fields(check.messages.get(answer.message, answer.text))
            if answer.outcome in POINTED:
                assert answer.observations and answer.innocent == tuple(check.innocent)


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_only_declared_facts_are_read(check: Check) -> None:
    """``reads`` is what decides which checks run again when an extractor changes."""

    class Recording(Facts):
        def all(self, name: str):
            seen.add(name)
            return super().all(name)

        def first(self, name: str):
            seen.add(name)
            return super().first(name)

        def last(self, name: str):
            seen.add(name)
            return super().last(name)

    seen: set[str] = set()
    for example in check.examples:
        plain = example.as_facts()
        carrier = None if plain.carrier is None else Recording(plain.carrier.extraction)
        check.run(Recording(plain.extraction, carrier))
    assert seen <= set(check.reads)


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_every_message_is_worded_without_verdict(check: Check) -> None:
    texts = [*check.messages.values(), *check.innocent.values(), check.documentation]
    for text in texts:
        assert not re.search(r"\b(fake|real|forger|culprit|fraud|guilty|liar)\b", text, re.IGNORECASE), text


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_nothing_seen_is_not_a_clean_result(check: Check) -> None:
    """Without facts the answer is not NEUTRAL; with a blinding problem it says that it could not look."""
    formats = check.formats or ("pdf",)
    empty = check.run(Facts(Extraction(index=0, formats=formats)))
    assert {answer.outcome for answer in empty} == {Outcome.NOT_APPLICABLE}
    hidden = Extraction(index=0, formats=formats, problems=(Problem(code="encrypted"),))
    mail = Extraction(
        index=1,
        formats=("mail",),
        observations=(Observation(name="mail.date", value="2016-05-12T10:31:00Z"),),
    )
    answers = check.run(Facts(hidden, Facts(mail)))
    assert {answer.outcome for answer in answers} == {Outcome.NOT_CHECKED}


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_odd_values_never_crash_a_check(check: Check) -> None:
    """Facts come from hostile bytes: empty, huge, wrongly shaped values are answers too."""
    for value in ("", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "\ud800", "x" * 5000, "-1"):
        observations = tuple(
            Observation(name=name, value=value) for name in check.reads if name not in NUMBERS for _ in (1, 2)
        )
        for number in (0, -1, 2**63, 1e308):
            extra = tuple(Observation(name=name, value=number) for name in sorted(NUMBERS))
            formats = check.formats or ("pdf",)
            facts = Facts(Extraction(index=0, formats=formats, observations=(*observations, *extra)))
            answers = check.run(facts)
            assert all(answer.message != "check-error" for answer in answers), answers


def test_all_checks_answer_about_any_document() -> None:
    answers = judge(Facts(Extraction(index=0, formats=("text",))))
    assert {answer.check for answer in answers} >= {"LV-NAME-001"}


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
