"""What a check is made of: an id, a question, and a pure function of facts.

A check is one module in this package.  Its docstring is its published page
(first line ``LV-XXX-000  Title.``, then the headings in :data:`HEADINGS`), its
``EXAMPLES`` are run by one test, and its ``MESSAGES`` are what it can say::

    MESSAGES = {"differs": "Info says {info}, XMP says {xmp}."}
    INNOCENT = {"repair": "A PDF/A repair rewrote one of the two stores."}

    @check("LV-PDF-001", question=Question.HANDLING, family=Family.CLOCK,
           formats=("pdf",), reads=("pdf.info.creation_date", "xmp.create_date"))
    def info_against_xmp(facts): yield contradicts("differs", info=..., xmp=..., rests_on=(...))

The author yields only what was found.  The machinery adds the rest, so silence
is impossible: NOT_APPLICABLE for another format, NOT_CHECKED when a needed fact
is missing because of a problem or when the check itself crashed, NEUTRAL when
it looked and found nothing to say.

Strengths are not written here: they are measured, and live in ``models/``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

from leakverify.evidence import (
    RECOGNISED,
    Cost,
    Evidence,
    Extraction,
    Family,
    Location,
    Observation,
    Outcome,
    Problem,
    Question,
    Scalar,
)
from leakverify.references import NO_REFERENCES, References
from leakverify.when import When, parse_when

#: headings every check's docstring must hold, in this order
HEADINGS = ("What it looks at", "Why it matters", "Innocent ways", "Repeat by hand", "Sources")

#: problems that may hide a fact from a check
BLINDING = frozenset(
    "encrypted malformed truncated limit-size limit-cpu limit-time limit-memory limit-inflate "
    "limit-answer limit-text limit-pages limit-depth reader-crash reader-error box-protocol box-lost "
    "unreadable missing-part unsupported-feature".split()
)


Derived = TypeVar("Derived")


class Facts:
    """The observations of one document, by name, of what carried it, and what the user handed to judging."""

    def __init__(
        self, extraction: Extraction, carrier: Facts | None = None, references: References = NO_REFERENCES
    ) -> None:
        self.extraction = extraction
        self.carrier = carrier
        self.references = references
        self._derived: dict[object, object] = {}
        self._by_name: dict[str, list[Observation]] = {}
        for observation in extraction.observations:
            self._by_name.setdefault(observation.name, []).append(observation)

    @property
    def formats(self) -> tuple[str, ...]:
        return self.extraction.formats

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.extraction.problems

    def once(self, derive: Callable[[Facts], Derived]) -> Derived:
        """What a function makes of these facts, made once however many checks ask."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        return self._derived[derive]  # type: ignore[return-value]

    def all(self, name: str) -> Sequence[Observation]:
        """Every observation of that name, in document order."""
        return self._by_name.get(name, ())

    def first(self, name: str) -> Observation | None:
        found = self._by_name.get(name)
        return found[0] if found else None

    def last(self, name: str) -> Observation | None:
        """The last one stated: for facts per revision, that of the document as it stands."""
        found = self._by_name.get(name)
        return found[-1] if found else None

    def value(self, name: str) -> Scalar:
        """Value of the last observation of that name, or ``None``."""
        found = self.last(name)
        return None if found is None else found.value

    def text(self, name: str) -> str:
        """The last value as text, ``""`` when not stated."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def moment(self, name: str) -> tuple[Observation, When] | None:
        """The last observation of that name read as a time."""
        found = self.last(name)
        if found is None or not isinstance(found.value, str):
            return None
        read = parse_when(found.value)
        return None if read is None else (found, read)

    def carried_by(self, format_name: str) -> Facts | None:
        """The nearest carrier of that format, e.g. the mail of an attachment."""
        step = self.carrier
        while step is not None and format_name not in step.formats:
            step = step.carrier
        return step


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check's author yields. ``message`` is a key of the module's MESSAGES."""

    outcome: Outcome
    message: str
    rests_on: tuple[Observation, ...]
    params: Mapping[str, str | int | float]


def contradicts(message: str, *, rests_on: Iterable[Observation], **params: str | int | float) -> Answer:
    """Two statements of the file cannot both hold."""
    return Answer(Outcome.CONTRADICTS, message, tuple(rests_on), params)


def unusual(message: str, *, rests_on: Iterable[Observation], **params: str | int | float) -> Answer:
    """Possible, and rare in genuine files of this kind."""
    return Answer(Outcome.UNUSUAL, message, tuple(rests_on), params)


def supports(message: str, *, rests_on: Iterable[Observation], **params: str | int | float) -> Answer:
    """Independent statements agree where a forger would have to work for it."""
    return Answer(Outcome.SUPPORTS, message, tuple(rests_on), params)


def neutral(message: str, *, rests_on: Iterable[Observation], **params: str | int | float) -> Answer:
    """Worth showing, speaks neither way."""
    return Answer(Outcome.NEUTRAL, message, tuple(rests_on), params)


CheckFunction = Callable[[Facts], Iterator[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A registered check; see :func:`check` for what the fields mean."""

    id: str
    function: CheckFunction
    question: Question
    family: Family
    formats: tuple[str, ...]
    reads: tuple[str, ...]
    needs: tuple[str, ...]
    cost: Cost | None
    reproduce: str
    proves: frozenset[str] = frozenset()
    slip: bool = False
    module: str = field(default="")

    def _page(self) -> ModuleType:
        return importlib.import_module(self.module)

    @property
    def documentation(self) -> str:
        return self._page().__doc__ or ""

    @property
    def title(self) -> str:
        return self.documentation.splitlines()[0].partition("  ")[2].rstrip(".")

    @property
    def messages(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._page().MESSAGES
        return found

    @property
    def innocent(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._page().INNOCENT
        return found

    @property
    def examples(self) -> tuple[Example, ...]:
        found: tuple[Example, ...] = self._page().EXAMPLES
        return found

    def applies_to(self, formats: Iterable[str]) -> bool:
        return not self.formats or not set(self.formats).isdisjoint(formats)

    def run(self, facts: Facts) -> tuple[Evidence, ...]:
        """Every answer, or the one that says why there is none. Never raises."""
        if not self.applies_to(facts.formats):
            return (self._plain(Outcome.NOT_APPLICABLE, "not-applicable", "another format"),)
        missing = [name for name in self.needs if facts.first(name) is None]
        if missing:
            blind = sorted({p.code for p in facts.problems if p.code in BLINDING})
            if blind:
                names, problems = ", ".join(missing), ", ".join(blind)
                why = f"could not see {names}: {problems}"
                return (self._plain(Outcome.NOT_CHECKED, "not-seen", why, names=names, problems=problems),)
            names = ", ".join(missing)
            why = f"the document does not state {names}"
            return (self._plain(Outcome.NOT_APPLICABLE, "not-stated", why, names=names),)
        try:
            answers = tuple(self._evidence(answer) for answer in self.function(facts))
        except Exception as error:  # noqa: BLE001 - a crashed check must not look like a clean one
            return (self._plain(Outcome.NOT_CHECKED, "check-error", f"{type(error).__name__}: {error}"),)
        return answers or (self._plain(Outcome.NEUTRAL, "nothing", "looked, nothing to report"),)

    def _evidence(self, answer: Answer) -> Evidence:
        outcome = answer.outcome
        if any(o.where.part == RECOGNISED for o in answer.rests_on):
            outcome = Outcome.NEUTRAL
        pointed = outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL)
        return Evidence(
            check=self.id,
            outcome=outcome,
            question=self.question,
            family=self.family,
            message=answer.message,
            text=self.messages[answer.message].format(**answer.params),
            params=dict(answer.params),
            observations=answer.rests_on,
            innocent=tuple(self.innocent) if pointed else (),
            cost=self.cost,
            reproduce=self.reproduce,
        )

    def _plain(self, outcome: Outcome, message: str, text: str, **params: str) -> Evidence:
        return Evidence(
            check=self.id, outcome=outcome, question=self.question, family=self.family,
            message=message, text=text, params=dict(params),
        )  # fmt: skip


def check(
    id: str,
    *,
    question: Question,
    family: Family,
    formats: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    cost: Cost | None = None,
    reproduce: str = "",
    proves: tuple[str, ...] = (),
    slip: bool = False,
) -> Callable[[CheckFunction], Check]:
    """Register the decorated function as the check ``id``.

    ``reads`` are all observation names it looks at, ``needs`` those without
    which it cannot speak.  ``formats`` empty means any document.  ``proves``
    are the messages that are a cryptographic proof of the whole content, after
    which a document that nothing contradicts is ``authenticated``.  ``slip``
    says that an author's mistake explains every answer: it asks for a look, and
    is never added to other evidence.
    """

    def register(function: CheckFunction) -> Check:
        return Check(
            id=id, function=function, question=question, family=family, formats=formats,
            reads=tuple(dict.fromkeys((*reads, *needs))), needs=needs, cost=cost, reproduce=reproduce,
            proves=frozenset(proves), slip=slip, module=function.__module__,
        )  # fmt: skip

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A made-up document and what the check must say of it.

    ``outcome`` is the strongest outcome expected; every check carries at least
    one example that fires and one innocent twin that must stay silent.
    """

    title: str
    outcome: Outcome
    facts: tuple[Observation, ...]
    formats: tuple[str, ...]
    carrier: Example | None = None
    problems: tuple[Problem, ...] = ()
    references: References = NO_REFERENCES

    def as_facts(self) -> Facts:
        extraction = Extraction(
            index=0, formats=self.formats, observations=self.facts, problems=self.problems
        )
        carrier = None if self.carrier is None else self.carrier.as_facts()
        return Facts(extraction, carrier, self.references)


def fact(name: str, value: Scalar, *, raw: str | None = None, **where: object) -> Observation:
    """Shorthand for examples and tests."""
    return Observation(name=name, value=value, raw=raw, where=Location(**where))  # type: ignore[arg-type]


def load(package: str, path: Iterable[str]) -> Mapping[str, Check]:
    """Every check of the modules in a package, by id. Raises on a duplicate id."""
    found: dict[str, Check] = {}
    for info in pkgutil.iter_modules(path):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, Check):
                if value.id in found:
                    raise AssertionError(f"check id {value.id} is used twice")
                found[value.id] = value
    return dict(sorted(found.items()))
