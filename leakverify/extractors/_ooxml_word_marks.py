"""What runs carry beside their words: language, font, hiding; and fields with their stored results.

A field keeps its instruction and the result it had when it was last worked out
(ECMA-376 part 1, 17.16): the two are stated together, so that a date, a page
number or a sum can be held against what it claims to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._ooxml_text import walk
from leakverify.extractors._opc import Part

if TYPE_CHECKING:
    from lxml.etree import _Element

#: letters of an ordinal of English or French, and the figures before them; ordinals told of one part
_LETTERS = re.compile(r"(?:st|nd|rd|th|er|re|[eè]me|nde?|e)")
_FIGURES = re.compile(r"\d{1,4}$")
_ORDINALS = 12
#: fields, stretches of hidden text, languages and fonts that are stated of one part
_FIELDS, _HIDDEN, _KINDS = 200, 100, 60
#: characters of one field's instruction and result, and of one stretch of hidden text
_INSTRUCTION, _RESULT, _STRETCH = 300, 300, 1_000
#: fields one within another; Word allows about twenty
_NESTED = 64
_OFF = ("0", "false", "off")


class _Said:
    """Text gathered piece by piece, up to a number of characters."""

    __slots__ = ("_left", "_pieces")

    def __init__(self, most: int, text: str = "") -> None:
        self._left = most
        self._pieces: list[str] = []
        self.add(text)

    def add(self, text: str) -> None:
        if self._left > 0:
            self._pieces.append(text[: self._left])
            self._left -= len(text)

    def __str__(self) -> str:
        return "".join(self._pieces)


class _Field:
    __slots__ = ("instruction", "number", "reading", "result")

    def __init__(self, number: int, instruction: str = "", reading: str = "instruction") -> None:
        self.number = number
        self.instruction = _Said(_INSTRUCTION, instruction)
        self.result = _Said(_RESULT)
        self.reading = reading


class _Run:
    """The marks of one run; looked up once for all its text."""

    __slots__ = ("font", "hidden", "language", "raised")

    def __init__(self, run: _Element, w: str) -> None:
        marks = run.find(f"{w}rPr")
        self.language = self.font = ""
        self.hidden = self.raised = False
        if marks is None:
            return
        for mark in marks.iterchildren(f"{w}lang", f"{w}rFonts", f"{w}vanish", f"{w}vertAlign"):
            tag = mark.tag
            if tag == f"{w}lang":
                self.language = mark.get(f"{w}val", "")
            elif tag == f"{w}vertAlign":
                self.raised = mark.get(f"{w}val", "") == "superscript"
            elif tag == f"{w}vanish":
                self.hidden = mark.get(f"{w}val", "true") not in _OFF
            else:
                self.font = mark.get(f"{w}ascii", "") or mark.get(f"{w}hAnsi", "")


class _Marks:
    """The state of one pass over a part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.number = 0
        self.languages: dict[str, int] = {}
        self.fonts: dict[str, int] = {}
        self.hidden: list[tuple[int, _Said]] = []
        self.fields: list[_Field] = []
        self.open_fields: list[_Field] = []
        self.more_fields = self.more_hidden = False
        self.ordinals: list[tuple[int, str]] = []
        self._before = ""

    def text(self, run: _Run, text: str) -> None:
        for kinds, kind in ((self.languages, run.language), (self.fonts, run.font)):
            if kind and (kind in kinds or len(kinds) < _KINDS):
                kinds[kind] = kinds.get(kind, 0) + len(text)
        if run.raised and len(self.ordinals) < _ORDINALS and _LETTERS.fullmatch(text):
            figures = _FIGURES.search(self._before)
            if figures:
                self.ordinals.append((self.number, figures[0] + text))
        self._before = text
        if run.hidden:
            self._hide(text)
        # what an inner field shows belongs to the outer one's instruction or result as well
        for field in self.open_fields:
            if field.reading == "result":
                field.result.add(text)

    def instruct(self, text: str) -> None:
        if self.open_fields and self.open_fields[-1].reading == "instruction":
            self.open_fields[-1].instruction.add(text)

    def _hide(self, text: str) -> None:
        if self.hidden and self.hidden[-1][0] == self.number:
            self.hidden[-1][1].add(text)
        elif len(self.hidden) < _HIDDEN:
            self.hidden.append((self.number, _Said(_STRETCH, text)))
        else:
            self.more_hidden = True

    def begin(self, field: _Field) -> None:
        if len(self.fields) < _FIELDS and len(self.open_fields) < _NESTED:
            self.fields.append(field)
            self.open_fields.append(field)
        else:
            self.more_fields = True
            # a place is kept, so that its end does not close another field
            if len(self.open_fields) < _NESTED:
                self.open_fields.append(_Field(field.number, reading="nothing"))

    def switch(self, kind: str) -> None:
        """A ``w:fldChar``: where a field begins, where its instruction ends, where it ends."""
        if kind == "begin":
            self.begin(_Field(self.number))
        elif self.open_fields and kind == "separate":
            if self.open_fields[-1].reading == "instruction":
                self.open_fields[-1].reading = "result"
        elif self.open_fields and kind == "end":
            self.open_fields.pop()

    def facts(self) -> Iterator[Observation | Fault]:
        where = self.part.where
        for name, kinds in (("docx.run.language", self.languages), ("docx.run.font", self.fonts)):
            for kind, letters in kinds.items():
                yield Observation(name=name, value=clip(kind, 200), where=where)
                yield Observation(name=f"{name}.characters", value=letters, where=where)
        for number, ordinal in self.ordinals:
            yield Observation(name="docx.run.ordinal", value=ordinal, where=_at(where, number))
        for number, said in self.hidden:
            yield Observation(name="docx.hidden_text", value=str(said), where=_at(where, number))
        for field in self.fields:
            place = _at(where, field.number)
            yield Observation(name="docx.field", value=str(field.instruction).strip(), where=place)
            yield Observation(name="docx.field.result", value=str(field.result), where=place)
        if self.more_fields:
            yield Fault("limit-answer", f"more than {_FIELDS} fields", where)
        if self.more_hidden:
            yield Fault("limit-answer", f"more than {_HIDDEN} stretches of hidden text", where)


def mark_facts(part: Part) -> Iterator[Observation | Fault]:
    """Languages and fonts set on runs with the characters under them, hidden text, fields."""
    w = part.namespace
    p, r, t = w + "p", w + "r", w + "t"
    char, instruction, simple = w + "fldChar", w + "instrText", w + "fldSimple"
    marks = _Marks(part)
    runs: list[_Run] = []
    for begins, element in walk(part.root, (p, r, t, char, instruction, simple)):
        tag = element.tag
        if tag == r:
            if begins:
                runs.append(_Run(element, w))
            else:
                runs.pop()
        elif tag == simple:
            if begins:
                marks.begin(_Field(marks.number, element.get(f"{w}instr", ""), "result"))
            elif marks.open_fields:
                marks.open_fields.pop()
        elif not begins:
            continue
        elif tag == p:
            marks.number += 1
        elif tag == char:
            marks.switch(element.get(f"{w}fldCharType", ""))
        elif tag == instruction:
            marks.instruct(element.text or "")
        elif runs and element.text:
            marks.text(runs[-1], element.text)
    yield from marks.facts()


def _at(where: Location, number: int) -> Location:
    return Location(part=where.part, line=number or None)
