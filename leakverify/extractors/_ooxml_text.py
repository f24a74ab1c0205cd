"""What the text readers of OOXML share: how much text is kept, and what is read twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Fault, clip
from leakverify.extractors._clock import w3c_time
from leakverify.limits import Limits
from leakverify.when import parse_when

if TYPE_CHECKING:
    from lxml.etree import _Element

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


class TextKeeper:
    """Yields text until the document's share of characters or parts is used up."""

    def __init__(self, limits: Limits) -> None:
        self.left = limits.text_chars
        self._parts = limits.pages
        self.full = False

    def keep(
        self, name: str, text: str, where: Location, *, cut: bool = False
    ) -> Iterator[Observation | Fault]:
        """The text as one observation, unless there is none; a fault where it is cut.

        ``cut``: the reader of the part stopped before its end.
        """
        text = text.strip("\n")
        if self.full or not (text or cut):
            return
        if self._parts == 0:
            self.full = True
            yield Fault("limit-pages", "more parts hold text", where)
            return
        self._parts -= 1
        kept = text[: self.left]
        self.left -= len(kept)
        if kept:
            yield Observation(name=name, value=kept, where=where)
        if cut or len(kept) < len(text):
            self.full = True
            yield Fault("limit-text", "more text in this part than is kept", where)


def walk(root: _Element, tags: Iterable[str], skipped: str = FALLBACK) -> Iterator[tuple[bool, _Element]]:
    """Elements of these names as they begin (true) and end (false), in one linear pass.

    What is inside elements named ``skipped`` is passed over; by default every
    ``mc:Fallback``, which repeats its sibling ``mc:Choice`` for older readers.
    """
    from lxml import etree

    walker = etree.iterwalk(root, events=("start", "end"), tag=(*tags, skipped))
    for event, element in walker:
        if element.tag != skipped:
            yield event == "start", element
        elif event == "start":
            walker.skip_subtree()


def stated_time(
    name: str, literal: str | None, where: Location, *, zulu: bool = True
) -> Iterator[Observation | Fault]:
    """A date as an attribute states it, or a fault that quotes what stands in its place.

    ``zulu`` false: the writers of this attribute put a ``Z`` behind their local
    time, so the zone is not believed; ``raw`` still shows it.
    """
    if not literal:
        return
    value = w3c_time(literal)
    if value is None:
        yield Fault("malformed", f"{name}: {clip(literal, 100)}", where)
    else:
        value = value if zulu else value.removesuffix("Z")
        yield Observation(name=name, value=value, where=where, raw=clip(literal))


def utc_difference(local: str, utc: str) -> str:
    """The zone in which a mark was made, from its local and its UTC date; ``""`` if that gives none."""
    here, there = w3c_time(local), w3c_time(utc)
    if here is None or there is None:
        return ""
    one, other = parse_when(here), parse_when(there)
    if one is None or other is None:
        return ""
    quarters, rest = divmod(int((one.wall - other.wall).total_seconds()), 900)
    if rest or not -48 <= quarters <= 56:
        return ""
    hours, part = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{15 * part:02d}"
