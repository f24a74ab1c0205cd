"""From the saves of a PDF to what they changed: kinds first, words when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault
from leakverify.extractors.pdf.chain import Chain
from leakverify.extractors.pdf.changes import Change, Comparer, PageChange
from leakverify.extractors.pdf.diff import (
    SPANS,
    Span,
    Surroundings,
    compare_texts,
    covered,
    differences,
    explain,
)
from leakverify.extractors.pdf.objects import Store
from leakverify.extractors.pdf.pages import Page, clean
from leakverify.extractors.pdf.text import Box, Document, opened

#: saves that are compared, counted from the newest
SAVES = 50
#: pages whose text is compared over all saves
_PAGES = 200
#: pages that came times pages that went, up to which they are held against each other
_REPLACED = 400
#: words shown of a page that came or went
_OPENING = 40
#: pairs told of one document
_PAIRS = 1_000


class History:
    """The changes of every save, found once and told twice."""

    def __init__(self, store: Store, chain: Chain, context: Context) -> None:
        self._store = store
        self._chain = chain
        self._most = context.limits.pages
        self._changes: list[tuple[int, Change]] = []
        self._pages = _PAGES
        self._pairs = _PAIRS
        #: where differences of the save at hand were told already
        self._told: list[tuple[int | None, Box | None]] = []

    def kinds(self) -> Iterator[Event]:
        """What each save changed, from the objects alone."""
        if self._chain.rebuilt or len(self._chain.revisions) < 2:
            return
        comparer = Comparer(self._store, self._chain, self._most)
        last = len(self._chain.revisions)
        first = max(2, last - SAVES + 1)
        if first > 2:
            yield Fault("limit-pages", f"of {last} saves the {SAVES} newest were compared")
        for number in range(first, last + 1):
            change = comparer.change(number)
            if self._chain.displaced and self._store.searched:
                yield Fault(
                    "malformed", "saves were not compared: positions in the file are not what it says"
                )
                return
            self._changes.append((number, change))
            for kind, page in sorted(change.kinds, key=lambda k: (k[0], k[1] or 0)):
                where = Location(revision=number, page=page)
                yield Observation(name="pdf.change.kind", value=kind, where=where)
            if change.unseen:
                yield Fault(*change.unseen, Location(revision=number))

    def texts(self) -> Iterator[Event]:
        """The words that differ, page by page, and the workflow that explains them."""
        data = self._store.data
        for number, change in self._changes:
            self._told = []
            if change.touched or change.noted or change.added or change.removed:
                before, after = self._chain.revisions[number - 2], self._chain.revisions[number - 1]
                with opened(data, before.end) as old, opened(data, after.end) as new:
                    if isinstance(old, Document) and isinstance(new, Document):
                        yield from self._compare(number, change, old, new)
                    else:
                        code = old if isinstance(old, str) else str(new)
                        where = Location(revision=number)
                        yield Fault(code, "a revision could not be opened for its text", where)
            yield from self._fields(number, change)

    def _fields(self, number: int, change: Change) -> Iterator[Event]:
        """Values and comments that do not show on the page, or were not told with it."""
        for altered in change.fields:
            if any(page == altered.page and _touch(box, altered.box) for page, box in self._told):
                continue
            where = Location(revision=number, page=altered.page, box=altered.box)
            yield from self._pair(where, altered.before, altered.after, altered.workflow)

    def _compare(self, number: int, change: Change, old: Document, new: Document) -> Iterator[Event]:
        added, removed = list(change.added), list(change.removed)
        replaced = _replaced(added, removed, old, new)
        for touched in [*change.touched, *replaced]:
            if not self._room():
                where = Location(revision=number, page=touched.new.index)
                yield Fault("limit-pages", f"text of more than {_PAGES} changed pages", where)
                return
            yield from self._page(number, change, touched, old, new)
        for noted in change.noted:
            if self._room():
                yield from self._page(number, change, noted, old, new, untouched=True)
        for page in added:
            if self._room():
                yield from self._whole(number, page, new, "page-added")
        for page in removed:
            if self._room():
                yield from self._whole(number, page, old, "page-removed")

    def _room(self) -> bool:
        self._pages -= 1
        return self._pages >= 0

    def _whole(self, number: int, page: Page, document: Document, workflow: str) -> Iterator[Event]:
        text = document.text(page.index - 1) if page.index <= document.pages else None
        words = (text or "").split()
        if words:
            shown = clean(" ".join(words[:_OPENING])) + (" …" if len(words) > _OPENING else "")
            where = Location(revision=number, page=page.index)
            pair = (shown, "") if workflow == "page-removed" else ("", shown)
            yield from self._pair(where, *pair, workflow)

    def _page(
        self,
        number: int,
        change: Change,
        touched: PageChange,
        old: Document,
        new: Document,
        *,
        untouched: bool = False,
    ) -> Iterator[Event]:
        one, other = touched.old.index - 1, touched.new.index - 1
        here = Location(revision=number, page=touched.new.index)
        if one >= old.pages or other >= new.pages:
            yield Fault("readers-disagree", "the two readers count other pages", here)
            return
        if any(touched.new.index in places for places in (change.widgets, change.signatures, change.notes)):
            old.flatten(one)
            new.flatten(other)
        before, after = old.text(one), new.text(other)
        if before is None or after is None:
            yield Fault("malformed", "a state of the page cannot be loaded for its text", here)
            return
        if compare_texts(before, after):
            return
        words = old.words(one)
        found = differences(words, new.words(other))
        if found.unread:
            yield Fault("unsupported-feature", f"text not compared: {found.unread}", here)
        if not found.spans:
            return
        around = _surroundings(change, touched, old, new)
        around.words, around.untouched = words, untouched
        for span in found.spans[:SPANS]:
            yield from self._span(here, span, around)
        if len(found.spans) > SPANS:
            yield Fault("limit-text", f"{len(found.spans)} differing places, {SPANS} shown", here)

    def _span(self, here: Location, span: Span, around: Surroundings) -> Iterator[Event]:
        box = span.box
        where = Location(
            revision=here.revision,
            page=here.page,
            box=None
            if box is None
            else (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)),
        )
        self._told.append((here.page, box))
        removed = span.removed or covered(span, around)
        yield from self._pair(where, span.shown(removed), span.shown(span.added), explain(span, around))

    def _pair(self, where: Location, before: str, after: str, workflow: str) -> Iterator[Event]:
        self._pairs -= 1
        if self._pairs < 0:
            if self._pairs == -1:
                yield Fault("limit-text", f"more than {_PAIRS} differing places", where)
            return
        yield Observation(name="pdf.change.text_before", value=clean(before), where=where)
        yield Observation(name="pdf.change.text_after", value=clean(after), where=where)
        yield Observation(name="pdf.change.explained", value=workflow, where=where)


def _touch(one: Box | None, other: Box | None) -> bool:
    if one is None or other is None:
        return False
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _replaced(added: list[Page], removed: list[Page], old: Document, new: Document) -> list[PageChange]:
    """Pages that came for others with mostly the same words: one page, changed. Taken out of both lists."""
    if not added or not removed or len(added) * len(removed) > _REPLACED:
        return []
    come = [(page, _bag(new, page)) for page in added]
    gone = [(page, _bag(old, page)) for page in removed]
    found = []
    for page, words in gone:
        for other, others in come:
            common = sum((words & others).values())
            if other in added and common >= 0.5 * max(sum(words.values()), sum(others.values()), 1):
                found.append(PageChange(page, other, appended=False))
                added.remove(other)
                removed.remove(page)
                break
    return found


def _bag(document: Document, page: Page) -> Counter[str]:
    text = document.text(page.index - 1) if page.index <= document.pages else None
    return Counter((text or "").split())


def history(store: Store, chain: Chain, context: Context) -> History:
    return History(store, chain, context)


def _surroundings(change: Change, touched: PageChange, old: Document, new: Document) -> Surroundings:
    page = touched.new
    box = page.box or (0.0, 0.0, 612.0, 792.0)
    return Surroundings(
        size=(box[2] - box[0], box[3] - box[1]),
        appended=touched.appended,
        pages=max(old.pages, new.pages) if change.added or change.removed else 0,
        widgets=change.widgets.get(page.index, []),
        signatures=change.signatures.get(page.index, []),
        notes=change.notes.get(page.index, []),
        shapes=new.shapes(page.index - 1),
        old_shapes=old.shapes(touched.old.index - 1),
    )
