"""LV-PDF-004  A later revision exchanged a page or a picture.

What it looks at: a PDF that was saved by appending keeps the pages and pictures
of every earlier revision.  A page object that took the place of another, pages
that moved, came or went, and pictures of a page that gave way to others are
taken from the objects themselves, without reading any text.

Why it matters: scanned papers have no text to compare.  A picture that was
exchanged, or a page that stands in the place of another, is a change of what
the document shows, and the earlier one can be looked at.

Innocent ways: a page was scanned again because the first scan was crooked; a
program compressed the pictures or turned them into another colour space; an
editor writes a page as a new object whenever it changes it.  Pages put in
another order, added or taken out are ordinary assembly and only shown, and so
is a page that was written as a new object and shows the same.

Repeat by hand: ``grep -abo %%EOF FILE`` gives the ends of the revisions; cut the
file after an end with ``head -c BYTES FILE > earlier.pdf`` and compare
``pdfimages -list`` and ``pdftoppm`` of both.

Sources: ISO 32000-2 7.5.6, 7.7.3.  Of 1,030 public genuine PDFs 91 have several
revisions; in none of them a page or a picture was exchanged one for another, in
one pages were added.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Location, Observation, Outcome, Question

MESSAGES = {
    "picture": "Page {page}: revision {revision} put another picture in the place of one that is still in "
    "the file (SHA-256 {before}… became {after}…).",
    "page": "Page {page}: in revision {revision} another page stands in the place of the earlier one, which "
    "is still in the file, and shows something else.",
    "page-same": "Page {page}: revision {revision} wrote the page as another object; no other picture or "
    "text was found on it.",
    "moved": "Page {page}: was page {before} before revision {revision}.",
    "added": "Page {page}: was added in revision {revision}.",
    "removed": "Page {page} of the earlier state: was taken out in revision {revision}, and is still in the "
    "file.",
    "pictures": "Page {page}: revision {revision} added or took out pictures.",
    "font": "Page {page}: revision {revision} uses {font}, which the page did not use before.",
    "none": "No revision exchanged a page or a picture.",
    "more": "{count} more changes of pages.",
    **ABSENT,
}
INNOCENT = {
    "scan": "The page was scanned again.",
    "compression": "A program compressed the pictures anew.",
    "rewritten": "An editor writes every page that it touches as a new object.",
}
#: changes reported one by one
_MOST = 30

EXAMPLES = (
    Example(
        title="the picture of a scanned page exchanged",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.image_before", "ab" * 32, revision=2, page=3),
            fact("pdf.change.image_after", "cd" * 32, revision=2, page=3),
        ),
    ),
    Example(
        title="another page in the place of one, with other words",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.page", "replaced", revision=2, page=3),
            fact("pdf.change.text_before", "We pay thirty", revision=2, page=3),
            fact("pdf.change.text_after", "We pay ninety", revision=2, page=3),
        ),
    ),
    Example(
        title="a page written as a new object when it was stamped",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.page", "replaced", revision=2, page=3),
            fact("pdf.change.text_before", "", revision=2, page=3),
            fact("pdf.change.text_after", "RECEIVED", revision=2, page=3),
        ),
    ),
    Example(
        title="pages put in order and an annex added",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.page", "moved from 4", revision=2, page=2),
            fact("pdf.change.page", "added", revision=2, page=5),
        ),
    ),
    Example(
        title="one revision",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 1),),
    ),
)


@check(
    "LV-PDF-004",
    question=Question.CONTENT,
    family=Family.HISTORY,
    formats=("pdf",),
    reads=(
        "pdf.revision.count",
        "pdf.change.page",
        "pdf.change.font_added",
        "pdf.change.image_before",
        "pdf.change.image_after",
        "pdf.change.image_added",
        "pdf.change.image_removed",
        "pdf.change.text_before",
        "pdf.change.text_after",
    ),
    cost=Cost.MINUTES,
    reproduce="grep -abo %%EOF FILE; head -c BYTES FILE > earlier.pdf; pdfimages -list earlier.pdf",
)
def pages_changed(facts: Facts) -> Iterator[Answer]:
    if facts.first("pdf.revision.count") is None:
        yield absent(facts, "pdf.revision.count")
        return
    found = [*_pictures(facts), *_pages(facts), *_fonts(facts)]
    if not found:
        yield neutral("none", rests_on=())
        return
    found.sort(key=lambda answer: answer.outcome is not Outcome.UNUSUAL)
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield neutral("more", rests_on=(), count=len(found) - _MOST)


def _pictures(facts: Facts) -> Iterator[Answer]:
    pairs = zip(facts.all("pdf.change.image_before"), facts.all("pdf.change.image_after"), strict=False)
    for before, after in pairs:
        digests = {"before": str(before.value)[:12], "after": str(after.value)[:12]}
        yield unusual("picture", rests_on=(before, after), **digests, **_place(after.where))
    told: set[Location] = set()
    for name in ("pdf.change.image_added", "pdf.change.image_removed"):
        for observation in facts.all(name):
            if observation.where not in told:
                told.add(observation.where)
                yield neutral("pictures", rests_on=(observation,), **_place(observation.where))


def _pages(facts: Facts) -> Iterator[Answer]:
    shown = _shows_other(facts)
    for observation in facts.all("pdf.change.page"):
        value, where = str(observation.value), observation.where
        other = shown.get((where.revision, where.page), ())
        if value == "replaced" and other:
            yield unusual("page", rests_on=(observation, *other), **_place(where))
        elif value == "replaced":
            yield neutral("page-same", rests_on=(observation,), **_place(where))
        elif value.startswith("moved from "):
            before = value.removeprefix("moved from ")
            yield neutral("moved", rests_on=(observation,), before=before, **_place(where))
        elif value in ("added", "removed"):
            yield neutral(value, rests_on=(observation,), **_place(where))


def _shows_other(facts: Facts) -> dict[tuple[int | None, int | None], tuple[Observation, ...]]:
    """Revisions and pages on which words gave way to others, or a picture to another, with one proof."""
    found: dict[tuple[int | None, int | None], tuple[Observation, ...]] = {}
    for one, other in (
        ("pdf.change.text_before", "pdf.change.text_after"),
        ("pdf.change.image_before", "pdf.change.image_after"),
    ):
        for before, after in zip(facts.all(one), facts.all(other), strict=False):
            if before.value and after.value and before.where == after.where:
                found.setdefault((after.where.revision, after.where.page), (before, after))
    return found


def _fonts(facts: Facts) -> Iterator[Answer]:
    for observation in facts.all("pdf.change.font_added"):
        yield neutral(
            "font", rests_on=(observation,), font=str(observation.value), **_place(observation.where)
        )


def _place(where: Location) -> dict[str, str | int]:
    return {"page": where.page or "?", "revision": where.revision or "?"}
