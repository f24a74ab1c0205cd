"""From the saves of a PDF to what they changed: kinds first, words when asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Context, Event, Fault
from leakverify.extractors.pdf.chain import Chain
from leakverify.extractors.pdf.changes import Comparer
from leakverify.extractors.pdf.changes_found import Change, PageChange
from leakverify.extractors.pdf.diff import CONTEXT, SPANS, Span, compare_texts, differences
from leakverify.extractors.pdf.diff_covered import around as box_around
from leakverify.extractors.pdf.diff_explained import Surroundings, explain, hidden_by
from leakverify.extractors.pdf.history_exiftool import exiftool_events
from leakverify.extractors.pdf.history_pages import page_events
from leakverify.extractors.pdf.objects import Store
from leakverify.extractors.pdf.pages import Page, clean
from leakverify.extractors.pdf.text import Box, Document, opened

#: saves that are compared, counted from the newest
SAVES = 500
#: saves that are compared however many pages there are, and pages of all saves that are gone through
_FEW_SAVES, _VISITS = 50, 300_000
#: pages whose text is compared over all saves
_PAGES = 1_000
#: pages that came times pages that went, up to which they are held against each other
_REPLACED = 400
#: words shown of a page that came or went
_OPENING = 40
#: pairs told of one document
_PAIRS = 1_000
#: pages on which one save must put the same text at the same place for it to run through the document
_RUNNING = 3


class _Told(NamedTuple):
    """One differing place, and what is said of it."""

    page: int | None
    box: Box | None
    before: str
    after: str
    workflow: str
    #: how the earlier words are hidden, when they are still there
    hidden: str
    #: the added words alone
    put: str


class History:
    """The changes of every save, found once and told twice."""

    def __init__(self, store: Store, chain: Chain, context: Context) -> None:
        self._store = store
        root = store.dictionary(chain.revisions[-1].trailer, "/Root")
        claimed = store.get(store.dictionary(root, "/Pages"), "/Count")
        #: pages of the document as it stands, by its own word
        self._pages_now = min(claimed, context.limits.pages) if isinstance(claimed, int) else 0
        self._chain = chain
        self._most = context.limits.pages
        self._changes: list[tuple[int, Change]] = []
        self._pages = _PAGES
        self._pairs = _PAIRS
        #: positions in the file are not what it says: pages are compared by what PDFium makes of each state
        self._blind = False
        #: where differences of the save at hand were told already
        self._told: list[tuple[int | None, Box | None]] = []

    def kinds(self) -> Iterator[Event]:
        """What each save changed, from the objects alone."""
        if self._chain.rebuilt or len(self._chain.revisions) < 2:
            return
        yield from exiftool_events(self._store, self._chain)
        comparer = Comparer(self._store, self._chain, self._most)
        last = len(self._chain.revisions)
        pages = max(self._pages_now, 1)
        most = min(SAVES, max(_FEW_SAVES, _VISITS // pages))
        first = max(2, last - most + 1)
        if first > 2:
            yield Fault("limit-pages", f"of {last} saves the {most} newest were compared")
        for number in range(first, last + 1):
            change = comparer.change(number)
            if self._chain.displaced and self._store.searched:
                self._changes, self._blind = [], True
                what = "positions in the file are not what it says: only the text of its states was compared"
                yield Fault("malformed", what)
                return
            self._changes.append((number, change))
            for kind, page in sorted(change.kinds, key=lambda k: (k[0], k[1] or 0)):
                where = Location(revision=number, page=page)
                yield Observation(name="pdf.change.kind", value=kind, where=where)
            yield from page_events(self._store, (comparer.old, comparer.new), change, number)
            if change.unseen:
                yield Fault(*change.unseen, Location(revision=number))

    def texts(self) -> Iterator[Event]:
        """The words that differ, page by page, and the workflow that explains them."""
        if self._blind:
            yield from self._unaided()
        for number, change in self._changes:
            self._told = []
            if change.touched or change.noted or change.added or change.removed:
                yield from self._opened(number, change)
            yield from self._fields(number, change)

    def _opened(self, number: int, change: Change) -> Iterator[Event]:
        data = self._store.data
        before, after = self._chain.revisions[number - 2], self._chain.revisions[number - 1]
        with opened(data, before.end) as old, opened(data, after.end) as new:
            if isinstance(old, Document) and isinstance(new, Document):
                yield from self._compare(number, change, old, new)
            else:
                code = old if isinstance(old, str) else str(new)
                yield Fault(code, "a revision could not be opened for its text", Location(revision=number))

    def _unaided(self) -> Iterator[Event]:
        """Differences of text when the objects of each state cannot be found: page against page.

        PDFium mends each state by itself.  Only words that gave way to others
        are told then, since nothing shows which workflow added what.
        """
        data = self._store.data
        last = len(self._chain.revisions)
        for number in range(max(2, last - SAVES + 1), last + 1):
            before, after = self._chain.revisions[number - 2], self._chain.revisions[number - 1]
            with opened(data, before.end) as old, opened(data, after.end) as new:
                if not isinstance(old, Document) or not isinstance(new, Document) or old.pages != new.pages:
                    continue
                found: list[_Told] = []
                for index in range(1, old.pages + 1):
                    if not self._room():
                        where = Location(revision=number, page=index)
                        yield Fault("limit-pages", f"text of more than {_PAGES} pages", where)
                        break
                    page = Page(index, None, {}, None, None)
                    pair = PageChange(page, page, appended=False)
                    for same in (False, True):
                        told, _ = self._page(Change(), pair, old, new, untouched=same, flat=same)
                        found += [t for t in told if t.before and t.after]
                        if told:
                            break
                yield from self._say(number, found)

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
        found: list[_Told] = []
        everywhere = [(touched, False) for touched in [*change.touched, *replaced]]
        for touched, same in [*everywhere, *((noted, True) for noted in change.noted)]:
            if not self._room():
                where = Location(revision=number, page=touched.new.index)
                yield Fault("limit-pages", f"text of more than {_PAGES} changed pages", where)
                break
            told, faults = self._page(change, touched, old, new, untouched=same)
            found += told
            for code, detail in faults:
                yield Fault(code, detail, Location(revision=number, page=touched.new.index))
        yield from self._say(number, _running(found))
        for page in added:
            if self._room():
                yield from self._whole(number, page, new, "page-added")
        for page in removed:
            if self._room():
                yield from self._whole(number, page, old, "page-removed")

    def _say(self, number: int, found: list[_Told]) -> Iterator[Event]:
        for told in found:
            self._told.append((told.page, told.box))
            where = Location(revision=number, page=told.page, box=_tenths(told.box))
            yield from self._pair(where, told.before, told.after, told.workflow, told.hidden)

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
        change: Change,
        touched: PageChange,
        old: Document,
        new: Document,
        *,
        untouched: bool = False,
        flat: bool = False,
    ) -> tuple[list[_Told], list[tuple[str, str]]]:
        """Differing places of one page, and what was not seen of it."""
        one, other = touched.old.index - 1, touched.new.index - 1
        if one >= old.pages or other >= new.pages:
            return [], [("readers-disagree", "the two readers count other pages")]
        places = (change.widgets, change.signatures, change.notes)
        if flat or any(touched.new.index in where for where in places):
            old.flatten(one)
            new.flatten(other)
        before, after = old.text(one), new.text(other)
        if before is None or after is None:
            return [], [("malformed", "a state of the page cannot be loaded for its text")]
        if compare_texts(before, after):
            return [], []
        words, new_words = old.words(one), new.words(other)
        found = differences(words, new_words)
        faults = [("unsupported-feature", f"text not compared: {found.unread}")] if found.unread else []
        if not found.spans:
            return [], faults
        around = _surroundings(change, touched, old, new)
        around.words, around.new_words, around.untouched = words, new_words, untouched
        if len(found.spans) > SPANS:
            faults.append(("limit-text", f"{len(found.spans)} differing places, {SPANS} shown"))
        return [_told(touched.new.index, span, around) for span in found.spans[:SPANS]], faults

    def _pair(
        self, where: Location, before: str, after: str, workflow: str, hidden: str = ""
    ) -> Iterator[Event]:
        self._pairs -= 1
        if self._pairs < 0:
            if self._pairs == -1:
                yield Fault("limit-text", f"more than {_PAIRS} differing places", where)
            return
        yield Observation(name="pdf.change.text_before", value=clean(before), where=where)
        yield Observation(name="pdf.change.text_after", value=clean(after), where=where)
        yield Observation(name="pdf.change.explained", value=workflow, where=where)
        if hidden:
            yield Observation(name="pdf.change.hidden_under", value=hidden, where=where)


def _told(page: int, span: Span, around: Surroundings) -> _Told:
    hidden = hidden_by(span, around)
    workflow = explain(span, around, hidden)
    put = " ".join(word.text for word in span.added)
    kind = "" if not hidden else "annotation" if around.untouched else "drawing"
    if span.removed or not hidden:
        return _Told(page, span.box, span.shown(span.removed), span.shown(span.added), workflow, kind, put)
    # the new words are painted last; what they stand for is told by the words they hide
    at = [place for place, word in enumerate(around.words) if word in set(hidden)]
    told = Span(
        tuple(around.words[at[0] : at[-1] + 1]) if at[-1] - at[0] < 2 * len(hidden) else hidden,
        span.added,
        tuple(word.text for word in around.words[max(at[0] - CONTEXT, 0) : at[0]]),
        tuple(word.text for word in around.words[at[-1] + 1 : at[-1] + 1 + CONTEXT]),
    )
    box = box_around(word.box for word in (*hidden, *span.added))
    return _Told(page, box, told.shown(told.removed), told.shown(told.added), workflow, kind, put)


def _running(found: list[_Told]) -> list[_Told]:
    """Text that one save put at the same place of several pages, but for its figures, runs through them.

    Bates numbers, page numbers, headers, footers and marks are put so.  Only
    what was added counts: what took the place of other words is told as it is.
    """
    places: dict[tuple[str, int, int], set[int | None]] = {}
    for told in found:
        if told.workflow == "none" and not told.before:
            places.setdefault(_running_key(told), set()).add(told.page)
    return [
        told._replace(workflow="stamp-added")
        if told.workflow == "none" and not told.before and len(places.get(_running_key(told), ())) >= _RUNNING
        else told
        for told in found
    ]


def _running_key(told: _Told) -> tuple[str, int, int]:
    left, bottom = (round(told.box[0] / 6), round(told.box[1] / 6)) if told.box else (0, 0)
    return re.sub(r"\d+", "0", told.put), left, bottom


def _tenths(box: Box | None) -> Box | None:
    if box is None:
        return None
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))


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
