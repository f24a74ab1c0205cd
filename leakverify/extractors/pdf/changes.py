"""What an incremental save changed: from its cross-reference section, not from a second reading of all.

Only the objects a save names are looked at.  Each is compared with what the
number stood for before; what was merely written again is no change.  Changes
are named by what the objects are (a signature, a form field, a comment, page
content); for objects that do not say what they are, the pages are asked which
of them draw them.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from leakverify.extractors.pdf.chain import Chain, Revision
from leakverify.extractors.pdf.changes_found import Change, FieldChange, PageChange
from leakverify.extractors.pdf.drawn import ASIDE, drawn_by, still_drawn
from leakverify.extractors.pdf.objects import Entry, Store, View, number_of, references, same
from leakverify.extractors.pdf.pages import Page, clean, stated, walk_pages
from leakverify.extractors.pdf.text import Box

#: objects of one save that are compared with their predecessors
OBJECTS = 20_000
#: annotations of all pages that are located
_NOTES = 100_000
_DRAWN = frozenset(("/Contents", "/Resources"))
_STRUCTURE = frozenset(
    "/StructTreeRoot /StructElem /MCR /OBJR /Outlines /OCG /OCMD /Catalog /Pages /Names /Action /Filespec "
    "/EmbeddedFile /Bead /Thread /Namespace".split()
)
_FONTS = frozenset(("/Font", "/FontDescriptor", "/CMap", "/Encoding"))


class Comparer:
    """Walks the saves of one file from the oldest to the newest."""

    def __init__(self, store: Store, chain: Chain, most_pages: int) -> None:
        self._store = store
        self._chain = chain
        self._most = most_pages
        self._pages: dict[int, list[Page]] = {}
        #: states whose page tree cannot be relied on
        self._doubtful: set[int] = set()
        #: what all saves up to this one say together, rolled forward
        self._merged: dict[int, Entry] = {}
        self._upto = 0
        self.old = self.new = chain.view(1)

    def _view(self, number: int) -> View:
        """What objects stand for after save ``number``: asked for in order, and valid for one more save."""
        while self._upto < number - 1:
            self._merged.update(self._chain.revisions[self._upto].entries)
            self._upto += 1
        revision = self._chain.revisions[number - 1]
        return View([revision.entries, self._merged], revision.trailer)

    def _walk(self, number: int, view: View) -> list[Page]:
        """Pages after save ``number``."""
        if number not in self._pages:
            self._pages = {n: pages for n, pages in self._pages.items() if n >= number - 1}
            self._store.view = view
            self._pages[number], _, faults = walk_pages(self._store, view.trailer, self._most)
            if any(fault.code == "malformed" for fault in faults):
                self._doubtful.add(number)
        return self._pages[number]

    def change(self, number: int) -> Change:
        """What save ``number`` (from 2, in order) did to the state before it.

        Damage is not change: nothing is said about pages of a damaged page tree.
        """
        self.old = self._view(number - 1)
        old_pages = self._walk(number - 1, self.old)
        self.new = self._view(number)
        new_pages = self._walk(number, self.new)
        revision = self._chain.revisions[number - 1]
        change = _Step(self._store, self.old, self.new, revision, old_pages, new_pages).run()
        if self._doubtful & {number - 1, number}:
            change.touched, change.noted, change.added, change.removed = [], [], [], []
            change.replaced, change.moved = [], []
            change.kinds = {key: None for key in change.kinds if not key[0].startswith("page-")}
            change.unseen = ("malformed", "damaged: the pages of this save were not compared")
        return change


class _Step:
    def __init__(
        self,
        store: Store,
        old: View,
        new: View,
        revision: Revision,
        old_pages: list[Page],
        new_pages: list[Page],
    ) -> None:
        self.store = store
        self.old = old
        self.new = new
        self.revision = revision
        self.old_pages = old_pages
        self.new_pages = new_pages
        self.change = Change()
        #: number -> (object before, object after), ``None`` where there was or is none
        self.changed: dict[int, tuple[Any, Any]] = {}
        #: changed objects that existed before and do not say what they are for
        self.unknown: set[int] = set()
        self.page_of_note: dict[int, int] = {}

    def run(self) -> Change:
        self._collect()
        self._match_pages()
        self._catalog()
        self._locate_notes()
        for number in sorted(self.changed):
            self._classify(number, *self.changed[number])
        self._pages_that_draw()
        if self.changed and not self.change.kinds:
            self.change.mark("other")
        elif not self.changed:
            self.change.mark("structure")
        return self.change

    # which objects

    def _collect(self) -> None:
        entries = self.revision.entries
        if len(entries) > OBJECTS:
            self.change.unseen = ("limit-pages", f"a save that names {len(entries)} objects")
        repacked = False
        for number in sorted(entries)[:OBJECTS]:
            if number in self.revision.own:
                continue
            was, now = self.old.entry(number), entries[number]
            if was is not None and was == now and not self._container_moved(now):
                continue
            if not now[0] and (was is None or not was[0]):
                continue
            searched = self.store.searched
            before, after = self._object(self.old, number, was), self._object(self.new, number, now)
            if before is None and after is None:
                continue
            if self.store.searched > searched:
                if not _is_container(after):
                    self.change.unseen = (
                        "malformed",
                        f"object {number} is not where it should be: not compared",
                    )
                continue
            kind = dict.get(after, "/Type") if isinstance(after, dict) else None
            if kind in ("/ObjStm", "/XRef"):
                repacked = repacked or (kind == "/ObjStm" and was is not None and was[0] == 1)
                continue
            if before is not None and after is not None and same(before, after):
                continue
            self.changed[number] = (before, after)
        if repacked:
            self._repacked()

    def _container_moved(self, entry: Entry) -> bool:
        return entry[0] == 2 and self.old.entry(entry[1]) != self.new.entry(entry[1])

    def _repacked(self) -> None:
        """Objects inside an object stream that was overwritten under its own number."""
        for number in sorted(self.new.numbers())[: OBJECTS * 5]:
            entry = self.new.entry(number)
            if number in self.changed or entry is None or not self._container_moved(entry):
                continue
            before = self._object(self.old, number, self.old.entry(number))
            after = self._object(self.new, number, entry)
            if not same(before, after):
                self.changed[number] = (before, after)

    def _object(self, view: View, number: int, entry: Entry | None) -> Any:
        if entry is None:
            return None
        self.store.view = view
        found = self.store.at(number, entry)
        self.store.view = self.new
        return found

    # pages

    def _match_pages(self) -> None:
        """Pair pages by object number, the rest by place between pairs; what is left came or went."""
        old, new = self.old_pages, self.new_pages
        known: dict[int, list[Page]] = {}
        for page in reversed(old):
            if page.number is not None:
                known.setdefault(page.number, []).append(page)
        pairs: list[tuple[Page, Page]] = []
        come: dict[int, Page] = {}
        for page in new:
            waiting = known.get(page.number) if page.number is not None else None
            if waiting:
                pairs.append((waiting.pop(), page))
            else:
                come[page.index] = page
        paired = {page.index for page, _ in pairs}
        lost = {page.index: page for page in old if page.index not in paired}
        if len(old) == len(new):
            for index in sorted(lost.keys() & come.keys()):
                pairs.append((lost.pop(index), come.pop(index)))
                self.change.replaced.append(PageChange(*pairs[-1], appended=False))
        self.change.added, self.change.removed = list(come.values()), list(lost.values())
        for index in come:
            self.change.mark("page-added", index)
        for index in lost:
            self.change.mark("page-removed", index)
        self.pairs = sorted(pairs, key=lambda pair: pair[1].index)
        kept = _in_order([old.index for old, _ in self.pairs])
        self.change.moved = [
            PageChange(old, new, appended=False) for old, new in self.pairs if old.index not in kept
        ]

    def _catalog(self) -> None:
        """Differences of the document's root and the references that hang on it."""
        was = self.store.dictionary(self.old.trailer, "/Root")
        now = self.store.dictionary(self.new.trailer, "/Root")
        numbers = (
            number_of(dict.get(self.old.trailer, "/Root")),
            number_of(dict.get(self.new.trailer, "/Root")),
        )
        before = (
            self._object(self.old, numbers[0], self.old.entry(numbers[0])) if numbers[0] is not None else was
        )
        if isinstance(before, dict) and isinstance(now, dict):
            for key in sorted({*before, *now}, key=str):
                if dict.get(before, key) != dict.get(now, key):
                    kind = {
                        "/DSS": "dss", "/AcroForm": "", "/Metadata": "", "/Pages": "", "/Perms": "signature",
                    }.get(str(key), "structure")  # fmt: skip
                    if kind:
                        self.change.mark(kind)
        self.roles: dict[int, str] = {}
        for trailer, view in ((self.old.trailer, self.old), (self.new.trailer, self.new)):
            self.store.view = view
            root = self.store.dictionary(trailer, "/Root")
            self._role(dict.get(trailer, "/Info"), "metadata")
            self._role(dict.get(trailer, "/Root"), "skip")
            self._role(dict.get(root, "/Metadata"), "xmp")
            self._role(dict.get(root, "/DSS"), "dss")
            for key in ("/Names", "/Dests", "/Outlines", "/PageLabels", "/StructTreeRoot", "/OCProperties"):
                self._role(dict.get(root, key), "structure")
            self._role(dict.get(root, "/AcroForm"), "form")
            self._role(dict.get(self.store.dictionary(root, "/AcroForm"), "/Fields"), "form")
        self.store.view = self.new

    def _role(self, reference: Any, role: str) -> None:
        number = number_of(reference)
        if number is not None:
            self.roles.setdefault(number, role)

    def _locate_notes(self) -> None:
        """Which page each annotation is on, and which arrays hold annotations."""
        left = _NOTES
        for view, pages in ((self.new, self.new_pages), (self.old, self.old_pages)):
            self.store.view = view
            for page in pages:
                held = dict.get(page.entry, "/Annots")
                number = number_of(held)
                if number is not None:
                    self.roles.setdefault(number, "annots")
                    self.page_of_note.setdefault(number, page.index)
                notes = self.store.array(page.entry, "/Annots")[: max(left, 0)]
                left -= len(notes)
                for reference in notes:
                    number = number_of(reference)
                    if number is not None:
                        self.page_of_note.setdefault(number, page.index)
        self.store.view = self.new

    # what each object is

    def _classify(self, number: int, before: Any, after: Any) -> None:
        role = self.roles.get(number)
        thing = after if after is not None else before
        if role == "skip":
            return
        if before is not None and _sort(before) != _sort(thing):
            # a number that now stands for another sort of thing: whoever used it draws it no longer
            self.unknown.add(number)
        if role in ("metadata", "xmp", "dss", "structure"):
            self.change.mark(role)
        elif role == "form":
            self._form(before, after)
        elif role == "annots":
            self._annotations_array(number, before, after)
        elif isinstance(thing, dict):
            self._classify_dictionary(number, before, after, thing)
        elif before is not None:
            self.unknown.add(number)

    def _classify_dictionary(self, number: int, before: Any, after: Any, thing: dict[Any, Any]) -> None:
        kind = dict.get(thing, "/Type")
        if kind == "/Page":
            self._page(number, before, after)
        elif kind == "/Pages":
            self._page_node(before, after)
        elif kind in ("/Sig", "/DocTimeStamp") or "/ByteRange" in thing:
            self.change.mark("signature")
        elif kind in ("/DSS", "/VRI"):
            self.change.mark("dss")
        elif kind == "/Metadata":
            self.change.mark("xmp")
        elif "/Subtype" in thing and "/Rect" in thing:
            self._note(number, before, after, thing)
        elif "/FT" in thing or ("/T" in thing and "/Kids" in thing):
            self._field(number, before, after, thing)
        elif kind in _FONTS or (kind is None and "/BaseFont" in thing):
            self.change.mark("font")
            if before is not None:
                self.unknown.add(number)
        elif kind in _STRUCTURE or ("/S" in thing and "/P" in thing and "/K" in thing) or "/RoleMap" in thing:
            self.change.mark("structure")
        elif before is not None:
            self.unknown.add(number)

    def _page(self, number: int, before: Any, after: Any) -> None:
        if not isinstance(before, dict) or not isinstance(after, dict):
            return  # came or went: said already
        page = next((new for _, new in self.pairs if new.number == number), None)
        index = None if page is None else page.index
        for key in sorted({*before, *after}, key=str):
            if dict.get(before, key) == dict.get(after, key):
                continue
            if key == "/Annots":
                self._annotations_array(number, dict.get(before, key), dict.get(after, key), index)
            elif key not in _DRAWN:
                self.change.mark("structure", index)
        # what it draws is compared for all pairs at once

    def _page_node(self, before: Any, after: Any) -> None:
        if isinstance(before, dict) and isinstance(after, dict):
            differing = {key for key in {*before, *after} if dict.get(before, key) != dict.get(after, key)}
            if "/Resources" in differing:
                self.change.mark("page-content")
            elif not self.change.added and not self.change.removed:
                self.change.mark("structure")

    def _form(self, before: Any, after: Any) -> None:
        """The form dictionary or its list of fields: signing adds a field and a flag."""
        if isinstance(before, dict) and isinstance(after, dict):
            differing = {key for key in {*before, *after} if dict.get(before, key) != dict.get(after, key)}
            if differing <= {"/SigFlags", "/Fields", "/DR", "/DA", "/NeedAppearances"}:
                return  # what was added to it is classified by itself
            self.change.mark("form-field")

    def _annotations_array(self, number: int, before: Any, after: Any, page: int | None = None) -> None:
        """Annotations that went; those that came are objects of this save and speak for themselves."""
        page = page if page is not None else self.page_of_note.get(number)
        gone = set(references(self._list(self.old, before))) - set(references(self._list(self.new, after)))
        for note in sorted(gone)[:OBJECTS]:
            found = self._object(self.old, note, self.old.entry(note))
            if isinstance(found, dict):
                self._appearance(found, page)

    def _list(self, view: View, value: Any) -> Any:
        self.store.view = view
        found = self.store.resolve(value)
        self.store.view = self.new
        return found

    def _note(self, number: int, before: Any, after: Any, thing: dict[Any, Any]) -> None:
        page = self.page_of_note.get(number)
        box = self._appearance(thing, page)
        if isinstance(before, dict) and before is not thing:
            self._appearance(before, page)
        if dict.get(thing, "/Subtype") != "/Widget":
            old, new = (
                self._text(view, note, "/Contents") for view, note in ((self.old, before), (self.new, after))
            )
            if old != new:
                self.change.fields.append(FieldChange("annotation", old, new, page, box))
        elif self._inherited(thing, "/FT") != "/Sig":
            self._value(before, after, page, box)

    def _appearance(self, note: dict[Any, Any], page: int | None) -> Box | None:
        """Record where a changed annotation is drawn, by its sort; its box."""
        box = _rectangle(self.store, note)
        if dict.get(note, "/Subtype") != "/Widget":
            kind, places = "annotation", self.change.notes
        elif self._inherited(note, "/FT") == "/Sig":
            kind, places = "signature", self.change.signatures
        else:
            kind, places = "form-field", self.change.widgets
        self.change.mark(kind, page)
        if page is not None and box is not None:
            places.setdefault(page, []).append(box)
        return box

    def _field(self, number: int, before: Any, after: Any, thing: dict[Any, Any]) -> None:
        if self._inherited(thing, "/FT") == "/Sig":
            self.change.mark("signature")
            return
        page, box = self.page_of_note.get(number), None
        for kid in self.store.array(thing, "/Kids")[:1]:
            page = self.page_of_note.get(number_of(kid) or -1)
            widget = self.store.resolve(kid)
            box = _rectangle(self.store, widget) if isinstance(widget, dict) else None
        self.change.mark("form-field", page)
        self._value(before, after, page, box)

    def _value(self, before: Any, after: Any, page: int | None, box: Box | None) -> None:
        old, new = (self._text(view, note, "/V") for view, note in ((self.old, before), (self.new, after)))
        if old != new:
            self.change.fields.append(FieldChange("form-fill", old, new, page, box))

    def _text(self, view: View, holder: Any, key: str) -> str:
        from pypdf.generic import ByteStringObject, TextStringObject

        self.store.view = view
        value = self.store.get(holder, key) if isinstance(holder, dict) else None
        self.store.view = self.new
        if not isinstance(value, TextStringObject | ByteStringObject):
            return ""
        return clean((stated(value) or "").strip())

    def _inherited(self, field_: dict[Any, Any], key: str) -> Any:
        for _ in range(20):
            found = self.store.get(field_, key)
            if found is not None:
                return found
            parent = self.store.get(field_, "/Parent")
            if not isinstance(parent, dict) or parent is field_:
                return None
            field_ = parent
        return None

    # which pages draw what changed

    def _pages_that_draw(self) -> None:
        touched: set[int] = set()
        if self.unknown:
            touched, met, complete = drawn_by(self.store, self.new_pages, self.unknown)
            if not complete:
                self.change.unseen = ("limit-pages", "the pages draw more objects than are followed")
            if self.unknown - met:
                self._drawn_by_notes(self.unknown - met)
        for old, new in self.pairs:
            differing = [key for key in _DRAWN if self._drawn(old, key) != self._drawn(new, key)]
            if not differing and new.index not in touched:
                if any(new.index in places for places in self._places()):
                    self.change.noted.append(PageChange(old, new, appended=True))
                continue
            appended = still_drawn(self.store, (self.old, old), (self.new, new), self.changed)
            self.change.touched.append(PageChange(old, new, appended))
            self.change.mark("page-content", new.index)

    def _places(self) -> tuple[dict[int, list[Box]], ...]:
        return self.change.widgets, self.change.signatures, self.change.notes

    def _drawn(self, page: Page, key: str) -> Any:
        return page.resources if key == "/Resources" else dict.get(page.entry, key)

    def _drawn_by_notes(self, wanted: set[int]) -> None:
        """Appearances of fields and comments that were overwritten in place."""
        left = OBJECTS
        for number, page in self.page_of_note.items():
            note = self.store.object(number)
            if not isinstance(note, dict):
                continue
            stack, seen = list(references(dict.get(note, "/AP"))), {number}
            while stack and left > 0:
                left -= 1
                used = stack.pop()
                if used in wanted:
                    self._appearance(note, page)
                    break
                if used not in seen:
                    seen.add(used)
                    stack.extend(references(self.store.object(used), ASIDE))


def _in_order(places: list[int]) -> set[int]:
    """The longest run of places that still follow one another (patience sorting)."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        where = bisect_left(ends, place)
        ends[where : where + 1] = [place]
        last[where : where + 1] = [at]
        before.append(last[where - 1] if where else -1)
    kept: set[int] = set()
    at = last[-1] if last else -1
    while at >= 0:
        kept.add(places[at])
        at = before[at]
    return kept


def _sort(value: Any) -> tuple[Any, Any, bool]:
    if not isinstance(value, dict):
        return (type(value).__name__, None, False)
    return (dict.get(value, "/Type"), dict.get(value, "/Subtype"), hasattr(value, "_data"))


def _is_container(value: Any) -> bool:
    return isinstance(value, dict) and dict.get(value, "/Type") in ("/ObjStm", "/XRef")


def _rectangle(store: Store, note: dict[Any, Any]) -> Box | None:
    edges = [store.resolve(edge) for edge in store.array(note, "/Rect")[:4]]
    if len(edges) < 4 or not all(isinstance(edge, int | float) for edge in edges):
        return None
    left, bottom, right, top = (float(edge) for edge in edges)
    if not all(-1e6 < edge < 1e6 for edge in (left, bottom, right, top)):
        return None
    return (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
