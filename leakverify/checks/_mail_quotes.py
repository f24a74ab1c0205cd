"""Quotations of a mail put together again from its observations, and the mail's own words without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leakverify.evidence import Location, Observation
from leakverify.when import When, parse_when

_PREFIX = "mail.quote."
#: every fact of a quotation that a check may rest on
QUOTE_FACTS = tuple(
    _PREFIX + name for name in "kind depth attribution from.name from.address when weekday text lines".split()
)


@dataclass(slots=True)
class Quoted:
    """One quotation: its place, and its facts by the last part of their names."""

    where: Location
    facts: dict[str, Observation] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The fact as text, ``""`` when it is not stated."""
        found = self.facts.get(name)
        return "" if found is None else str(found.value)

    @property
    def depth(self) -> int:
        found = self.facts.get("depth")
        return found.value if found is not None and isinstance(found.value, int) else 1

    @property
    def when(self) -> When | None:
        found = self.facts.get("when")
        return None if found is None else parse_when(str(found.value))


def quotations(observations: Iterable[Observation]) -> list[Quoted]:
    """Quotations in the order in which they begin, part after part."""
    found: dict[tuple[str, int | None, int | None], Quoted] = {}
    for observation in observations:
        if observation.name.startswith(_PREFIX):
            where = observation.where
            block = found.setdefault((where.part, where.line, where.offset), Quoted(where))
            block.facts.setdefault(observation.name[len(_PREFIX) :], observation)
    return list(found.values())


def texts(observations: Iterable[Observation]) -> dict[str, Observation]:
    """The text of every readable part, by the number of the part."""
    found: dict[str, Observation] = {}
    for observation in observations:
        if observation.name == "mail.text":
            found.setdefault(observation.where.part, observation)
    return found


def own_words(text: str, quoted: Iterable[Quoted]) -> str:
    """The text with every line of these quotations blanked, so that places in it stay true."""
    lines = text.split("\n")
    for block in quoted:
        for first, last in _ranges(block.text("lines")):
            for number in range(first - 1, min(last, len(lines))):
                lines[number] = " " * len(lines[number])
    return "\n".join(lines)


def _ranges(text: str) -> Iterable[tuple[int, int]]:
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        if first.isdigit() and (last.isdigit() or not last):
            yield int(first), int(last or first)


def types(observations: Iterable[Observation]) -> Mapping[str, str]:
    """Media type of every part, by its number; the last number counts where one is used twice."""
    return {
        observation.where.part: str(observation.value)
        for observation in observations
        if observation.name == "mail.mime.type"
    }
