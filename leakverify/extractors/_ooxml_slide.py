"""PresentationML (ECMA-376 part 1, clause 19): slides in the order they are shown."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leakverify.evidence import Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._ooxml_text import TextKeeper, stated_time, walk
from leakverify.extractors._opc import Package, Part

_DRAWING = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}",
    "{http://purl.oclc.org/ooxml/drawingml/main}",
)
_TEXT = tuple(f"{a}t" for a in _DRAWING)
_PARAGRAPH = tuple(f"{a}p" for a in _DRAWING)
_BREAK = tuple(f"{a}br" for a in _DRAWING)
#: a slide's relationship; the plain attribute "id" is another thing
_REFERENCE = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
#: authors and comments stated of one part
_AUTHORS = 1_000


def slide_structure(package: Package, main: Part) -> Iterator[Observation | Fault]:
    """How many slides are shown, and who may have commented on them."""
    slides = list(_slides(package, main))
    yield Observation(name="pptx.slides", value=len(slides), where=main.where)
    for name in package.related(main.name, "commentAuthors", "authors"):
        part = package.parse(name)
        if part is None:
            continue
        authors = part.root.iter(f"{part.namespace}cmAuthor", f"{part.namespace}author")
        for author in package.up_to(_AUTHORS, "authors", authors, part.where):
            shown = clip(author.get("name", ""))
            yield Observation(name="ooxml.comment.author", value=shown, where=part.where)
            if author.get("userId"):
                account = clip(author.get("userId", ""))
                yield Observation(name="ooxml.person.account", value=account, where=part.where)
    yield from package.drain()


def slide_content(package: Package, main: Part, keeper: TextKeeper) -> Iterator[Observation | Fault]:
    """Text of every slide, of its notes and of its comments, under the number of the slide."""
    for number, name in enumerate(_slides(package, main), 1):
        part = package.parse(name)
        if part is not None:
            yield from _text(part, number, keeper)
        for notes in package.related(name, "notesSlide", "comments"):
            if notes.lower() in package.parsed:
                continue
            part = package.parse(notes)
            if part is not None:
                yield from _dates(package, part)
                yield from _text(part, number, keeper)
        yield from package.drain()
        if keeper.full:
            return


def _slides(package: Package, main: Part) -> Iterator[str]:
    targets = {relation.id: relation.target for relation in package.relations(main.name)}
    listed = main.root.iterfind(f"{main.namespace}sldIdLst/{main.namespace}sldId")
    seen: set[str] = set()
    for element in listed:
        reference = next(filter(None, map(element.get, _REFERENCE)), "")
        found = package.find(targets.get(reference, ""))
        if found is not None and found not in seen:
            seen.add(found)
            yield found


def _text(part: Part, number: int, keeper: TextKeeper) -> Iterator[Observation | Fault]:
    lines: list[str] = []
    for begins, element in walk(part.root, (*_TEXT, *_PARAGRAPH, *_BREAK, f"{part.namespace}text")):
        if not begins:
            continue
        if element.tag not in _TEXT:
            lines.append("\n")
        if element.text:
            lines.append(str(element.text).strip("\n"))
    where = msgspec.structs.replace(part.where, page=number)
    yield from keeper.keep("ooxml.text", "".join(lines), where)


def _dates(package: Package, part: Part) -> Iterator[Observation | Fault]:
    p = part.namespace
    for comment in package.up_to(_AUTHORS, "comments", part.root.iter(f"{p}cm"), part.where):
        literal = comment.get("dt") or comment.get("created")
        yield from stated_time("ooxml.comment.when", literal, part.where)
