"""Where each session of Word typed: session ids per run, and paragraphs that carry none.

Word marks every paragraph it saves with the session that made it (``w:rsidR``,
ECMA-376 part 1, 17.3.1.22) and, since 2010, with an id of its own
(``w14:paraId``, MS-DOCX 2.2.4); a run that was typed in another session than
its paragraph carries the id of that session.  Measured on 260 public documents
as Word left them: not one paragraph is without the marks the others have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._ooxml_text import walk
from leakverify.extractors._opc import Part

if TYPE_CHECKING:
    from lxml.etree import _Element

_PARA_ID = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
#: ids from here on are not allowed (MS-DOCX 2.2.4)
_BEYOND = 0x8000_0000
#: session ids of paragraphs that say nothing; Google Docs writes them everywhere
_NO_SESSION = frozenset({"", "00000000"})
#: paragraphs and stretches of text that are stated one by one
_STATED = 100
#: distinct sessions followed; every further one is left out of the stretches
_SESSIONS = 20_000
#: characters of context on either side of a stretch
_AROUND = 60
#: what is kept of a paragraph that is quoted, and of a stretch
_QUOTED, _STRETCH = 300, 200


class _Paragraph:
    """One paragraph while it is read: its number, its marks, and its text by session."""

    __slots__ = ("element", "number", "pieces", "session")

    def __init__(self, element: _Element, number: int, session: str) -> None:
        self.element = element
        self.number = number
        self.session = session
        #: (session, text) of neighbouring runs; runs of one session are one piece
        self.pieces: list[tuple[str, list[str]]] = []

    def add(self, session: str, text: str) -> None:
        if self.pieces and self.pieces[-1][0] == session:
            self.pieces[-1][1].append(text)
        else:
            self.pieces.append((session, [text]))

    def text(self) -> str:
        return "".join("".join(texts) for _, texts in self.pieces)


class _Stretch:
    """The only place so far where a session typed into a paragraph of another one."""

    __slots__ = ("after", "before", "number", "text")

    def __init__(self, number: int, text: str, before: str, after: str) -> None:
        self.number = number
        self.text = text
        self.before = before
        self.after = after


class _Reading:
    """What one pass over the main part finds; kept small whatever its size."""

    def __init__(self) -> None:
        self.paragraphs = 0
        self.with_session = 0
        self.with_id = 0
        #: number and text of paragraphs without a session, and without an id
        self.no_session: list[tuple[int, str]] = []
        self.no_id: list[tuple[int, str]] = []
        self.without_session = 0
        self.without_id = 0
        #: session -> its only stretch, or None once it was met in a second place
        self.stretches: dict[str, _Stretch | None] = {}
        self.ids: dict[str, int] = {}
        self.repeated: dict[str, int] = {}
        self.beyond: dict[str, int] = {}

    def close(self, paragraph: _Paragraph) -> None:
        element, number = paragraph.element, paragraph.number
        text = paragraph.text()
        if paragraph.session:
            self.with_session += 1
        else:
            self.without_session += 1
            _keep(self.no_session, number, text)
        identity = element.get(_PARA_ID)
        if identity:
            self.with_id += 1
            self._identity(identity, number)
        else:
            self.without_id += 1
            _keep(self.no_id, number, text)
        self._sessions(paragraph, text)

    def _identity(self, identity: str, number: int) -> None:
        if identity in self.ids:
            self.repeated.setdefault(identity, number)
        elif len(self.ids) < _SESSIONS:
            self.ids[identity] = number
        try:
            if int(identity, 16) >= _BEYOND:
                self.beyond.setdefault(identity, number)
        except ValueError:
            self.beyond.setdefault(identity, number)

    def _sessions(self, paragraph: _Paragraph, text: str) -> None:
        at = 0
        whole = len(paragraph.pieces) == 1
        for session, texts in paragraph.pieces:
            piece = "".join(texts)
            start, at = at, at + len(piece)
            if session in _NO_SESSION:
                continue
            if session in self.stretches:
                self.stretches[session] = None
            elif len(self.stretches) < _SESSIONS:
                inside = not whole and session != paragraph.session
                self.stretches[session] = (
                    _Stretch(
                        paragraph.number,
                        piece[:_STRETCH],
                        text[max(start - _AROUND, 0) : start],
                        text[at : at + _AROUND],
                    )
                    if inside
                    else None
                )
        # the paragraph's own mark is a use of its session, even where others typed all its text
        if paragraph.session not in _NO_SESSION:
            self.stretches[paragraph.session] = None


def _keep(kept: list[tuple[int, str]], number: int, text: str) -> None:
    """Keep the first paragraphs that say something; empty ones are only counted."""
    if len(kept) < _STATED and text.strip():
        kept.append((number, text[:_QUOTED]))


def run_facts(part: Part, declared: frozenset[str]) -> Iterator[Observation | Fault]:
    """Marks of paragraphs and the text single sessions typed; ``declared`` are the ids of the settings."""
    found = _read(part.root, part.namespace)
    yield Observation(name="docx.paragraphs", value=found.paragraphs, where=part.where)
    yield Observation(name="docx.paragraph.with_session", value=found.with_session, where=part.where)
    yield Observation(name="docx.paragraph.with_id", value=found.with_id, where=part.where)
    if found.with_session:
        for number, text in found.no_session:
            yield Observation(
                name="docx.paragraph.without_session", value=text, where=_at(part.where, number)
            )
    if found.with_id:
        for number, text in found.no_id:
            yield Observation(name="docx.paragraph.without_id", value=text, where=_at(part.where, number))
    for name, ids in (
        ("docx.paragraph.repeated_id", found.repeated),
        ("docx.paragraph.impossible_id", found.beyond),
    ):
        for identity, number in list(ids.items())[:_STATED]:
            yield Observation(name=name, value=clip(identity, 100), where=_at(part.where, number))
    yield from _stretches(found, declared, part.where)


def _read(root: _Element, w: str) -> _Reading:
    p, r, t = w + "p", w + "r", w + "t"
    session, default = w + "rsidR", w + "rsidRDefault"
    found = _Reading()
    paragraphs: list[_Paragraph] = []
    runs: list[str] = []
    for begins, element in walk(root, (p, r, t)):
        tag = element.tag
        if tag == p:
            if begins:
                found.paragraphs += 1
                own = element.get(session, "").upper()
                paragraphs.append(_Paragraph(element, found.paragraphs, own))
            else:
                found.close(paragraphs.pop())
        elif tag == r:
            if not begins:
                runs.pop()
                continue
            own = element.get(session, "").upper()
            if not own and paragraphs:
                own = paragraphs[-1].element.get(default, "").upper() or paragraphs[-1].session
            runs.append(own)
        elif begins and runs and paragraphs and element.text:
            paragraphs[-1].add(runs[-1], element.text)
    return found


def _stretches(found: _Reading, declared: frozenset[str], where: Location) -> Iterator[Observation | Fault]:
    """The stretches of sessions that typed nowhere else, in the order of the text."""
    alone = [(session, stretch) for session, stretch in found.stretches.items() if stretch is not None]
    alone = [(session, stretch) for session, stretch in alone if stretch.text.strip()]
    for session, stretch in alone[:_STATED]:
        place = _at(where, stretch.number)
        known = "declared" if session in declared else "undeclared"
        yield Observation(
            name="docx.session.text", value=stretch.text, where=place, raw=clip(f"{session} {known}", 100)
        )
        around = f"{stretch.before}[{stretch.text}]{stretch.after}"
        yield Observation(name="docx.session.context", value=around, where=place)
    if len(alone) > _STATED:
        yield Fault("limit-answer", f"more than {_STATED} stretches of single sessions", where)


def _at(where: Location, number: int) -> Location:
    """The paragraph of that number, counted from 1 in the order of the part."""
    return Location(part=where.part, line=number)
