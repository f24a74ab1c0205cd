"""What a save did to pages beyond their words: pages moved or exchanged, pictures exchanged, new fonts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, clip
from leakverify.extractors.pdf.changes_found import Change, PageChange
from leakverify.extractors.pdf.objects import Store, View, number_of
from leakverify.extractors.pdf.pages import Page, name

#: changed pages of one save whose fonts and pictures are compared
_PAGES = 300
#: fonts and pictures of one page that are compared
_NAMED = 300
#: forms inside forms that are looked into
_DEPTH = 3
#: letters before the plus sign of a subset's name
_TAG = 6


def page_events(store: Store, views: tuple[View, View], change: Change, number: int) -> Iterator[Event]:
    """Facts on the pages that save ``number`` changed; the store is left looking at the newer state."""
    for pair in change.replaced:
        where = Location(revision=number, page=pair.new.index)
        yield Observation(name="pdf.change.page", value="replaced", where=where)
    for pair in change.moved:
        where = Location(revision=number, page=pair.new.index)
        yield Observation(name="pdf.change.page", value=f"moved from {pair.old.index}", where=where)
    for page in change.removed:
        where = Location(revision=number, page=page.index)
        yield Observation(name="pdf.change.page", value="removed", where=where)
    for page in change.added:
        where = Location(revision=number, page=page.index)
        yield Observation(name="pdf.change.page", value="added", where=where)
    try:
        for pair in change.touched[:_PAGES]:
            yield from _fonts_and_pictures(store, views, pair, number)
    finally:
        store.view = views[1]


def _fonts_and_pictures(
    store: Store, views: tuple[View, View], pair: PageChange, number: int
) -> Iterator[Event]:
    where = Location(revision=number, page=pair.new.index)
    store.view = views[0]
    old_fonts, old_pictures = _named(store, pair.old)
    store.view = views[1]
    fonts, pictures = _named(store, pair.new)
    known = {_untagged(font) for font in old_fonts}
    for font in fonts:
        if old_fonts and _untagged(font) not in known:
            yield Observation(name="pdf.change.font_added", value=clip(font, 200), where=where)
    gone = [digest for digest in old_pictures if digest not in pictures]
    come = [digest for digest in pictures if digest not in old_pictures]
    if len(gone) == len(come):
        for before, after in zip(gone, come, strict=True):
            yield Observation(name="pdf.change.image_before", value=before, where=where)
            yield Observation(name="pdf.change.image_after", value=after, where=where)
    else:
        for digest in gone:
            yield Observation(name="pdf.change.image_removed", value=digest, where=where)
        for digest in come:
            yield Observation(name="pdf.change.image_added", value=digest, where=where)


def _untagged(font: str) -> str:
    """The name of a font without the tag that marks a subset of it (ISO 32000-2, 9.9.2)."""
    tag, plus, rest = font.partition("+")
    return rest if plus and len(tag) == _TAG and tag.isupper() else font


def _named(store: Store, page: Page) -> tuple[list[str], list[str]]:
    """(base fonts, digests of pictures as they are stored) that a page names, in order, each once."""
    fonts: dict[str, None] = {}
    pictures: dict[str, None] = {}
    seen: set[int] = set()
    stack: list[tuple[Any, int]] = [(page.resources, 0)]
    left = _NAMED
    while stack and left > 0:
        reference, depth = stack.pop()
        resources = store.resolve(reference)
        for inner in list(store.dictionary(resources, "/Font").values())[:left]:
            left -= 1
            named = name(store.get(store.resolve(inner), "/BaseFont"))
            if named:
                fonts.setdefault(named)
        for inner in list(store.dictionary(resources, "/XObject").values())[:left]:
            left -= 1
            number = number_of(inner)
            if number is not None and number in seen:
                continue
            seen.add(number if number is not None else -1)
            drawn = store.resolve(inner)
            if not isinstance(drawn, dict):
                continue
            if dict.get(drawn, "/Subtype") == "/Form":
                if depth < _DEPTH:
                    stack.append((dict.get(drawn, "/Resources"), depth + 1))
            elif (raw := getattr(drawn, "_data", None)) is not None:
                pictures.setdefault(hashlib.sha256(raw).hexdigest())
    return list(fonts), list(pictures)
