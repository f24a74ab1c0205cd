"""The observations of each signature of a PDF together, and what came after it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from leakverify.checks._base import Answer, Facts
from leakverify.evidence import Observation, Outcome
from leakverify.when import When, parse_when

_PREFIX = "pdf.signature."
#: of the document, not of one signature
_APART = frozenset(("pdf.signature.count", "pdf.signature.trace"))
_WORD = re.compile(r"[^\W_]+|(?<=\d)[.,](?=\d)|(?<![^\W_])[-\u2212](?=\d)")

#: merged into the MESSAGES of every check that asks something of signatures
UNSIGNED = {"unsigned": "The document as it stands has no signature."}

#: changes of a save that are of what the pages show
CONTENT_KINDS = ("page-content", "page-added", "page-removed")

#: observations that tell one signature from another, in the order in which a reader asks
READS = (
    "pdf.signature.count",
    "pdf.signature.kind",
    "pdf.signature.field",
    "pdf.signature.coverage",
    "pdf.signature.odd",
    "pdf.signature.digest",
    "pdf.signature.value",
    "pdf.signature.permits",
    "pdf.signature.rules",
    "pdf.signature.certificate.subject",
)


@dataclass(slots=True)
class Signature:
    """One signature: the object it is, and what was observed of it by short name."""

    part: str
    facts: dict[str, list[Observation]] = field(default_factory=dict)

    def first(self, name: str) -> Observation | None:
        found = self.facts.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        found = self.first(name)
        return "" if found is None else str(found.value)

    def all(self, name: str) -> list[Observation]:
        return self.facts.get(name, [])

    def moment(self, name: str) -> tuple[Observation, When] | None:
        found = self.first(name)
        read = parse_when(str(found.value)) if found is not None else None
        return None if found is None or read is None else (found, read)

    def some(self, *names: str) -> tuple[Observation, ...]:
        """What was observed under these names, for an answer to rest on."""
        return tuple(observation for name in names for observation in self.all(name))

    @property
    def kind(self) -> str:
        return self.text("kind")

    @property
    def revision(self) -> int | None:
        """The newest save that is wholly covered."""
        found = self.first("coverage")
        return None if found is None else found.where.revision

    @property
    def holds(self) -> bool:
        """The covered bytes are the signed ones, and the value was made with the certificate's key."""
        return self.text("digest") == "holds" and self.text("value") == "holds"

    @property
    def covers(self) -> bool:
        """All bytes up to the end of a save, but for the value itself."""
        return self.text("coverage") in ("file", "revision")

    @property
    def title(self) -> str:
        """How it is called in a sentence: by its field, else by its object."""
        return self.text("field") or self.part


def signatures(facts: Facts) -> list[Signature]:
    """Every signature that was read, in document order; usage rights are none."""
    found: dict[str, Signature] = {}
    for observation in facts.extraction.observations:
        if observation.name.startswith(_PREFIX) and observation.name not in _APART:
            one = found.setdefault(observation.where.part, Signature(observation.where.part))
            one.facts.setdefault(observation.name[len(_PREFIX) :], []).append(observation)
    return [one for one in found.values() if one.kind != "usage-rights"]


def unsigned() -> Answer:
    return Answer(Outcome.NOT_APPLICABLE, "unsigned", (), {})


def pairs(facts: Facts) -> Iterator[tuple[Observation, Observation, Observation]]:
    """(before, after, explained) of every text that a save changed, as the reader yields them."""
    before: Observation | None = None
    after: Observation | None = None
    for observation in facts.extraction.observations:
        if observation.name == "pdf.change.text_before":
            before, after = observation, None
        elif observation.name == "pdf.change.text_after":
            after = observation
        elif observation.name == "pdf.change.explained":
            if before is not None and after is not None and before.where == after.where == observation.where:
                yield before, after, observation
            before = after = None


def difference(before: str, after: str) -> str:
    """``replaced``, ``removed``, ``added``, ``reordered``, or ``""`` when the words are the same.

    Hyphens, ligatures, capitals and spaces are not words; lines that are read
    backwards because the page was turned are the same lines.
    """
    old, new = _words(before), _words(after)
    joined, other = "".join(old), "".join(new)
    if joined == other or joined == other[::-1]:
        return ""
    if not old:
        return "added"
    if not new:
        return "removed"
    if sorted(joined) == sorted(other):
        return "reordered" if sorted(old) == sorted(new) else ""
    return "replaced"


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", ""))
