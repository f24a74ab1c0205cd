"""The text of pages and page contents that nothing leads to, held against the pages there are.

A leftover content stream does not say which page it belonged to.  So a document
is put together in memory from the file's own bytes and one more save, whose
pages are those of the file with the leftover as their content; PDFium reads it
as it reads any page.  What most of a page still says is an earlier or a later
state of that page; anything else is a template, a part or another document, and
nothing is said about its words.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault
from leakverify.extractors.pdf.diff import compare_texts, differences, normal
from leakverify.extractors.pdf.leftovers import CONTENTS, Leftover
from leakverify.extractors.pdf.objects import number_of, references
from leakverify.extractors.pdf.pages import Page, clean
from leakverify.extractors.pdf.state import Reading
from leakverify.extractors.pdf.text import Box, Document, opened

#: pages of the document that leftovers are held against
_PAGES = 200
#: words that a leftover must have, and the share of them that the page must still have
_WORDS, _ALIKE = 2, 0.5
#: differing places told of one leftover
_SPANS = 10
#: sets of resources with which a content is tried
_TRIES = 3
#: bytes that are put together in memory
_SIZE = 64 * 1024 * 1024


@dataclass(slots=True)
class _Trial:
    """A page made of leftovers: which ones, and the page they may have been."""

    leftovers: tuple[Leftover, ...]
    page: Page | None
    body: bytes


def texts(reading: Reading) -> Iterator[Event]:
    """Earlier texts of pages that are still in the file, unreferenced, with what the pages say now."""
    found: list[Leftover] = reading.kept.get("leftovers", [])
    if not found or reading.store.crypt is not None or len(reading.data) > _SIZE:
        return
    reading.latest()
    trials = _trials(reading, found)
    if not trials:
        return
    with opened(reading.data, reading.end) as live:
        if not isinstance(live, Document):
            return
        bags = [_bag(live.text(index) or "") for index in range(min(live.pages, _PAGES))]
        results: list[tuple[float, _Trial, list[Event]]] = []
        for group in _apart(trials):
            made = _assembled(reading, group)
            with opened(made, len(made)) as document:
                if not isinstance(document, Document) or document.pages != len(group):
                    yield Fault("unsupported-feature", "unused page contents could not be read")
                    continue
                for at, trial in enumerate(group):
                    likeness, events = _compared(trial, document, at, live, bags)
                    results.append((likeness, trial, events))
    told: set[tuple[int, int | None]] = set()
    for _, trial, events in sorted(results, key=lambda result: -result[0]):
        if told.isdisjoint(_keys(trial)):
            told |= _keys(trial)
            yield from events


def _keys(trial: _Trial) -> set[tuple[int, int | None]]:
    return {(leftover.number, leftover.offset) for leftover in trial.leftovers}


def _trials(reading: Reading, found: list[Leftover]) -> list[_Trial]:
    """What pages to make: an old page by its own word, a content with the resources it may have had."""
    users: dict[int, Page] = {}
    resources: dict[bytes, Page] = {}
    for page in reading.pages[:_PAGES]:
        held = reading.store.resolve(dict.get(page.entry, "/Contents"))
        for reference in (dict.get(page.entry, "/Contents"), *(held if isinstance(held, list) else ())):
            number = number_of(reference)
            if number is not None:
                users.setdefault(number, page)
        if len(resources) < _TRIES:
            resources.setdefault(_written(page.resources), page)
    trials: list[_Trial] = []
    runs: list[list[Leftover]] = []
    drawn = {
        number
        for leftover in found
        if leftover.kind == "page"
        for number in references(reading.store.resolve(dict.get(leftover.value, "/Contents")))
    } | {number_of(dict.get(item.value, "/Contents")) for item in found if item.kind == "page"}
    for leftover in found:
        if leftover.offset is None or (leftover.kind == "content" and leftover.number in drawn):
            continue
        if leftover.kind == "page":
            if "/Contents" in leftover.value:
                entry = leftover.value
                contents = _written(dict.get(entry, "/Contents"))
                own = dict.get(entry, "/Resources", reading.pages[0].resources if reading.pages else None)
                trials.append(_Trial((leftover,), None, _page(entry, own, contents, None)))
            continue
        user = users.get(leftover.number)
        hosts = [user] if user else list(resources.values())
        trials += [_content_trial((leftover,), user, page) for page in hosts]
        if not user and runs and leftover.number == runs[-1][-1].number + 1:
            runs[-1].append(leftover)
        elif not user:
            runs.append([leftover])
    # a page whose content was in pieces left all of them behind
    loose = [leftover for run in runs for leftover in run]
    parts = [run for run in (*runs, *([loose] if len(runs) > 1 else ())) if len(run) > 1]
    pieces = [_content_trial(tuple(part), None, page) for part in parts for page in resources.values()]
    return (pieces + trials)[: CONTENTS * _TRIES]


def _content_trial(leftovers: tuple[Leftover, ...], user: Page | None, page: Page) -> _Trial:
    contents = b"[%s]" % b" ".join(b"%d 0 R" % leftover.number for leftover in leftovers)
    return _Trial(leftovers, user, _page(page.entry, page.resources, contents, page.box))


def _page(entry: Any, resources: Any, contents: bytes, box: Box | None) -> bytes:
    body = b"<</Type/Page/Resources %s/Contents %s" % (_written(resources), contents)
    media = dict.get(entry, "/MediaBox")
    if media is not None:
        body += b"/MediaBox %s" % _written(media)
    else:
        body += b"/MediaBox[%g %g %g %g]" % (box or (0.0, 0.0, 612.0, 792.0))
    if dict.get(entry, "/Rotate") is not None:
        body += b"/Rotate %s" % _written(dict.get(entry, "/Rotate"))
    return body


def _written(value: Any) -> bytes:
    if value is None:
        return b"<<>>"
    out = io.BytesIO()
    value.write_to_stream(out)
    return out.getvalue()


def _apart(trials: list[_Trial]) -> Iterator[list[_Trial]]:
    """Trials that can share a document: none that read one object number from two places."""
    waiting = trials
    while waiting:
        group: list[_Trial] = []
        later: list[_Trial] = []
        places: dict[int, int | None] = {}
        for trial in waiting:
            keys = _keys(trial)
            if all(places.setdefault(number, offset) == offset for number, offset in sorted(keys, key=str)):
                group.append(trial)
            else:
                later.append(trial)
        yield group
        waiting = later


def _assembled(reading: Reading, group: list[_Trial]) -> bytes:
    """The file with one more save, whose pages are the trials, in their order."""
    last = reading.chain.revisions[-1]
    view = reading.chain.view(last.number)
    base = reading.store.base
    top = max(view.numbers(), default=0) + 1
    out = bytearray(reading.data[: reading.end])
    out += b"\n"
    rows: dict[int, int] = {
        leftover.number: (leftover.offset or 0) - base for trial in group for leftover in trial.leftovers
    }
    root, tree = top, top + 1
    bodies = {
        root: b"<</Type/Catalog/Pages %d 0 R>>" % tree,
        tree: b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(group), b" ".join(b"%d 0 R" % (top + 2 + at) for at in range(len(group)))),
    }
    for at, trial in enumerate(group):
        bodies[top + 2 + at] = trial.body + b"/Parent %d 0 R>>" % tree
    for number, body in bodies.items():
        rows[number] = len(out) - base
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = top + 3 + len(group)
    start = len(out) - base
    trailer = b"/Root %d 0 R/Prev %d" % (root, last.startxref - base)
    if last.kind == "stream":
        rows[size - 1] = start
        raw = b"".join(b"\x01" + rows[n].to_bytes(5, "big") for n in sorted(rows))
        index = b" ".join(b"%d 1" % n for n in sorted(rows))
        entries = b"/Type/XRef/W[1 5 0]/Index[%s]/Size %d%s/Length %d" % (index, size, trailer, len(raw))
        out += b"%d 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj\n" % (size - 1, entries, raw)
    else:
        out += b"xref\n"
        for number in sorted(rows):
            out += b"%d 1\n%010d 00000 n \n" % (number, rows[number])
        out += b"trailer\n<</Size %d%s>>\n" % (size, trailer)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _compared(
    trial: _Trial, document: Document, at: int, live: Document, bags: list[Counter[str]]
) -> tuple[float, list[Event]]:
    """How much of the page it is most like it shares, and its words beside those of that page."""
    text = document.text(at) or ""
    words = _bag(text)
    total = sum(words.values())
    if total < _WORDS:
        return 0.0, []
    shares = [sum((words & bag).values()) / max(total, sum(bag.values())) for bag in bags]
    page = trial.page.index - 1 if trial.page is not None else -1
    if not 0 <= page < len(bags):
        page = max(range(len(bags)), key=shares.__getitem__, default=-1)
    if page < 0 or shares[page] < _ALIKE:
        return 0.0, []
    if compare_texts(text, live.text(page) or ""):
        return 1.0, []
    found = differences(document.words(at), live.words(page))
    here = trial.leftovers[0].where
    where = Location(part=here.part, page=page + 1, offset=here.offset)
    events: list[Event] = []
    if found.spans:
        events.append(Observation(name="pdf.leftover.likeness", value=round(100 * shares[page]), where=where))
    for span in found.spans[:_SPANS]:
        place = Location(part=here.part, page=page + 1, offset=here.offset, box=_tenths(span.box))
        before, after = span.shown(span.removed), span.shown(span.added)
        events.append(Observation(name="pdf.leftover.text_before", value=clean(before), where=place))
        events.append(Observation(name="pdf.leftover.text_after", value=clean(after), where=place))
    return shares[page], events


def _bag(text: str) -> Counter[str]:
    return Counter(normal(text).split())


def _tenths(box: Box | None) -> Box | None:
    if box is None:
        return None
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
