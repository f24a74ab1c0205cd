"""Old and new text that stand in the same place of a page: whether they are one, or of one kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from leakverify.checks._base import Facts, fact
from leakverify.evidence import Observation

#: characters of a text that are quoted in a sentence
_QUOTED = 120
#: how many times longer one of two texts may be than the other when it replaces it
_LONGER = 4.0
_NUMBER = 0.4
#: characters of a text that are compared
_COMPARED = 2_000
_WORD = re.compile(r"\d{1,3}(?:[ .,'\u2019]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*|[^\W\d_]+")
#: letters of a word from which it says something
_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Covered:
    """Hidden text, what hides it, how that looks, and what is written on it."""

    text: Observation
    by: Observation
    look: Observation
    over: Observation
    line: Observation

    @property
    def old(self) -> str:
        return str(self.text.value)

    @property
    def new(self) -> str:
        return str(self.over.value)

    @property
    def how(self) -> str:
        """``as-ground``, ``dark``, ``plain`` or ``picture``."""
        return str(self.look.value).partition(" ")[0]

    @property
    def rests_on(self) -> tuple[Observation, ...]:
        return (self.text, self.by, self.look, self.over)

    @property
    def page(self) -> int:
        return self.text.where.page or 0

    @property
    def cut(self) -> bool:
        """Whether the hidden text is only part of a word that is visible otherwise."""
        parts = list(re.finditer(re.escape(self.old), str(self.line.value)))
        if not parts:
            return False
        line = str(self.line.value)
        return all(
            (part.start() > 0 and line[part.start() - 1].isalnum() and line[part.start()].isalnum())
            or (part.end() < len(line) and line[part.end()].isalnum() and line[part.end() - 1].isalnum())
            for part in parts
        )


_PARTS = ("pdf.covered.text", "pdf.covered.by", "pdf.covered.look", "pdf.covered.over", "pdf.covered.line")


def covered_facts(old: str, by: str, look: str, new: str, line: str = "") -> tuple[Observation, ...]:
    """The five observations of one covered text, for examples."""
    text, cover = (135.0, 678.0, 205.0, 692.0), (134.0, 677.0, 206.0, 693.0)
    return (
        fact("pdf.covered.text", old, page=1, box=text),
        fact("pdf.covered.by", by, page=1, box=cover),
        fact("pdf.covered.look", look, page=1, box=cover),
        fact("pdf.covered.over", new, page=1, box=text),
        fact("pdf.covered.line", line or old, page=1, box=text),
    )


def covered(facts: Facts) -> list[Covered]:
    """Everything that was found under something, in document order."""
    lists: list[Sequence[Observation]] = [facts.all(name) for name in _PARTS]
    return [Covered(*parts) for parts in zip(*lists, strict=False)]


def folded(text: str) -> str:
    """Letters and figures only, without case, accents kept."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def again(old: str, new: str) -> bool:
    """Whether the new text says the old one once more: the same words and numbers, in this order."""
    first, second = _words(old), _words(new)
    span = len(first)
    return not first or any(second[at : at + span] == first for at in range(len(second) - span + 1))


def _words(text: str) -> list[str]:
    """Words, and numbers as a whole with their separators left out."""
    plain = unicodedata.normalize("NFKC", text).casefold()[:_COMPARED]
    return [folded(word) for word in _WORD.findall(plain)]


def alike(old: str, new: str) -> bool:
    """Whether two texts are of one kind and length, as when one is put in the place of the other."""
    first, second = folded(old), folded(new)
    if not first or not second:
        return False
    if max(len(first), len(second)) > _LONGER * min(len(first), len(second)) + 4:
        return False
    return _figures(first) == _figures(second)


def says(old: str, new: str) -> bool:
    """Whether an old text is a word or a number, and not bits of a formula or a drawing.

    A single figure or letter is one only when it is all there was and all there is.
    """
    words = _words(old)
    if any(len(word) >= (2 if word.isdigit() else _LETTERS) for word in words):
        return True
    shown = _words(new)
    return len(words) == len(shown) == 1 and words[0].isdigit() and shown[0].isdigit() and len(shown[0]) <= 2


def figures(text: str) -> bool:
    """Whether a text is a number, amount, date or account more than words."""
    return _figures(folded(text))


def _figures(text: str) -> bool:
    return bool(text) and sum(c.isdigit() for c in text) >= _NUMBER * len(text)


def quoted(text: str) -> str:
    """A text as a sentence quotes it: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"


def letters(text: str) -> int:
    return sum(c.isalnum() for c in text)
