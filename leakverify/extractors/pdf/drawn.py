"""Which pages draw an object, and whether what a page drew is drawn still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leakverify.extractors.pdf.objects import Store, View, references
from leakverify.extractors.pdf.pages import Page

#: objects visited when pages are asked what they draw
_GRAPH = 200_000
#: bytes of page content that are decoded to see whether the old content is still in the new
_CONTENT = 4 * 1024 * 1024

#: references that do not lead to what a page draws
ASIDE = frozenset(
    "/Parent /Annots /P /Metadata /PieceInfo /StructParent /StructParents /B /Thumb /Popup /AA /A "
    "/Dest".split()
)


def drawn_by(store: Store, pages: list[Page], wanted: set[int]) -> tuple[set[int], set[int], bool]:
    """(pages from whose content or resources a wanted object can be reached, objects met, complete).

    The references are walked once forward from all pages and once back from
    what is wanted, so shared resources and circles cost nothing extra.
    """
    users: dict[int, set[int]] = {}
    starts: dict[int, set[int]] = {}
    seen: set[int] = set()
    stack: list[int] = []
    for page in pages:
        for value in (dict.get(page.entry, "/Contents"), page.resources):
            for number in references(value, ASIDE):
                starts.setdefault(number, set()).add(page.index)
                if number not in seen:
                    seen.add(number)
                    stack.append(number)
    while stack and len(seen) <= _GRAPH:
        number = stack.pop()
        for used in references(store.object(number), ASIDE):
            users.setdefault(used, set()).add(number)
            if used not in seen:
                seen.add(used)
                stack.append(used)
    reached: set[int] = set()
    back = sorted(wanted & seen)
    met = set(back)
    while back:
        number = back.pop()
        reached |= starts.get(number, set())
        for user in users.get(number, ()):
            if user not in met:
                met.add(user)
                back.append(user)
    return reached, seen, not stack


def still_drawn(
    store: Store,
    before: tuple[View, Page],
    after: tuple[View, Page],
    changed: Mapping[int, tuple[Any, Any]],
) -> bool:
    """Whether everything the page drew before is still drawn, in the same order and unchanged."""
    was, now = _contents(store, *before), _contents(store, *after)
    if not was:
        return True
    if any(_overwritten(changed.get(number)) for number in references(before[1].resources, ASIDE)):
        return False
    if not any(number in changed for number in was):
        place = iter(now)
        return all(any(number == other for other in place) for number in was)
    old, new = _bytes(store, before[0], was), _bytes(store, after[0], now)
    return old is not None and new is not None and old.strip() in new


def _overwritten(change: tuple[Any, Any] | None) -> bool:
    """Whether a form that the page draws was itself changed."""
    return change is not None and None not in change and hasattr(change[0], "_data")


def _contents(store: Store, view: View, page: Page) -> list[int]:
    value = dict.get(page.entry, "/Contents")
    back, store.view = store.view, view
    found = store.resolve(value)
    store.view = back
    return list(references(found)) if isinstance(found, list) else list(references(value))


def _bytes(store: Store, view: View, numbers: list[int]) -> bytes | None:
    """Content streams as one, the way a page is read; ``None`` when they are too large or unreadable."""
    parts = []
    size = 0
    back, store.view = store.view, view
    try:
        for number in numbers[:200]:
            entry = view.entry(number)
            raw = None if entry is None else store.decode(store.at(number, entry), _CONTENT)
            if raw is None:
                return None
            size += len(raw)
            if size > 2 * _CONTENT:
                return None
            parts.append(raw)
    finally:
        store.view = back
    return b"\n".join(parts)
