"""LV-PDF-002  An earlier revision holds other page text.

What it looks at: a PDF that was saved by appending keeps every earlier
revision.  The text of each page is compared between a revision and the next,
together with the ordinary workflow the reader found for the difference: a
filled form, the appearance of a signature, an annotation, a stamp or running
number, an added page, a text layer from character recognition, words blanked
out, or none.

Why it matters: the earlier wording can be read again by anybody, so a
replacement is a proven fact about the file and not an inference.  It proves
that the text was changed after that revision was written; it does not say by
whom, nor that the change was not agreed.

Authors correct their own papers, and a save that says so contradicts nothing.
So a replacement *contradicts* only where the file itself speaks against it:
the document states no later last change than it did before its text was
changed; the change came after a signature; or the earlier words are still
drawn, under an area or an annotation with others on top, so that the page shows
one thing and says another.  A replacement that its save declares by a later
date is unusual, which asks for a look and leaves the judgement to whoever reads
both texts.  Only shown are: words blanked out with their place left empty,
which is redaction; what was taken away on the day on which the document was
made or last saved, and nothing put in its place; and text that a declared save added.

An annotation that hides figures and shows others in their place is such a
replacement as well; one that only adds is a note.

Innocent ways: the author corrected the text before sending it; both sides
agreed on a correction before signing; words were removed for publication.
A page that was turned may be read backwards, and the same words set anew are no
change; in another order they are unusual, since readers give columns in
another order too.  More than one end-of-file mark, differing /ID halves and
bytes after a signature prove nothing and are never raised here.

Repeat by hand: ``qpdf --show-xref FILE`` and ``grep -abo %%EOF FILE`` give the
ends of the revisions; cut the file after an end with ``head -c BYTES FILE >
earlier.pdf`` and compare ``pdftotext -layout`` of both.

Sources: ISO 32000-2 7.5.6 (incremental updates), 14.3.3 (ModDate); V. Mladenov
et al. on shadow content, pdf-insecurity.org.  Of 1,030 public genuine PDFs 91
have several revisions that could be compared; in 4 of them a declared save
replaced text, as reading both confirms (two were altered by testers of PDF
readers), and none contradicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from leakverify.checks._base import Answer, Facts, check, contradicts, neutral, unusual
from leakverify.checks._pdf_earlier_examples import EXAMPLES as EXAMPLES
from leakverify.checks._pdf_revision import CHANGED, same_day, signature, stale
from leakverify.checks._text import seen_in_part
from leakverify.checks._wording import differing, letters, readable
from leakverify.evidence import Cost, Family, Location, Observation, Outcome, Question

MESSAGES = {
    "replaced": "Page {page}: an earlier text is still in the file and differs. «{before}» became «{after}» "
    "in revision {revision}.",
    "replaced-undated": "Page {page}: an earlier text is still in the file and differs. «{before}» became "
    "«{after}» in revision {revision}; yet the document says it was last changed at {stated}, as it did "
    "before.",
    "replaced-in-layer": "Page {page}: in the text laid behind the picture of the page, «{before}» became "
    "«{after}» in revision {revision}, and nothing else.",
    "removed": "Page {page}: an earlier text is still in the file and is gone from the document as it "
    "stands. «{before}» became «{after}» in revision {revision}.",
    "replaced-after-signature": "Page {page}: «{before}» became «{after}» in revision {revision}, after a "
    "signature was made over the earlier text, which is still in the file.",
    "replaced-outside-signature": "Page {page}: «{before}» became «{after}» in revision {revision}, in bytes "
    "that the signature of the document leaves out.",
    "replaced-signed": "Page {page}: «{before}» became «{after}» in revision {revision}, before a signature "
    "that covers the changed text.",
    "replaced-same-day": "Page {page}: «{before}» became «{after}» in revision {revision}, which states the "
    "day on which the document was made.",
    "added": "Page {page}: revision {revision} added «{after}».",
    "covered": "Page {page}: revision {revision} lays an annotation over «{before}», so that the page shows "
    "«{after}»; the earlier text is still under it.",
    "painted-over": "Page {page}: revision {revision} paints over «{before}», so that the page shows "
    "«{after}»; the earlier text is still under it.",
    "added-undated": "Page {page}: revision {revision} added «{after}»; the document says it was last "
    "changed at {stated}, as it did before.",
    "added-after-signature": "Page {page}: revision {revision} added «{after}» after a signature was made.",
    "reduced-same-day": "Page {page}: «{before}» became «{after}» in revision {revision}, which states the "
    "day on which the document was made or last saved; nothing came in place of what was taken away.",
    "explained": "Page {page}: «{before}» became «{after}» in revision {revision}, as {workflow} does.",
    "reordered": "Page {page}: revision {revision} holds the same words in another order: «{before}» became "
    "«{after}».",
    "reflow": "Page {page}: revision {revision} holds the same text, set or read in another way.",
    "unreadable": "Page {page}: revision {revision} differs, but its letters cannot be read with certainty.",
    "one-revision": "The file holds one revision; there is no earlier one to compare with.",
    "more": "{count} more places differ between revisions.",
    "seen-in-part": "No change of text was found, but part of the document was not seen: {problems}.",
}
INNOCENT = {
    "correction": "The author corrected the text in the PDF before it was sent or published.",
    "agreed": "Both sides agreed on the correction; the earlier wording was kept by the way the file is "
    "saved.",
    "redaction": "Words were removed on purpose before publication.",
    "undated": "The program that saved the change does not write the date of the last change.",
    "watermark": "A draft mark or an evaluation notice was removed.",
}

#: what each workflow is called in a sentence
_WORKFLOWS = {
    "form-fill": "filling a form",
    "signature-appearance": "signing",
    "annotation": "annotating",
    "stamp-added": "stamping or numbering pages",
    "page-added": "adding pages",
    "page-removed": "taking pages out",
    "ocr-layer": "adding a text layer by character recognition",
    "redaction": "blanking words out",
}
#: places reported one by one; the rest are counted
_MOST = 20
#: letters of a page that are compared backwards, and how many in a row are taken as one mark of the text
_LONG, _RUN = 100_000, 5


@dataclass(slots=True)
class _Change:
    before: Observation
    after: Observation
    explained: Observation | None = None
    hidden: Observation | None = None

    @property
    def workflow(self) -> str:
        return "none" if self.explained is None else str(self.explained.value)

    @property
    def rests_on(self) -> tuple[Observation, ...]:
        told = (self.before, self.after, self.explained, self.hidden)
        return tuple(observation for observation in told if observation is not None)


@check(
    "LV-PDF-002",
    question=Question.CONTENT,
    family=Family.HISTORY,
    formats=("pdf",),
    needs=("pdf.revision.count",),
    reads=(
        "pdf.change.text_before",
        "pdf.change.text_after",
        "pdf.change.explained",
        "pdf.change.hidden_under",
        "pdf.revision.end",
        "pdf.signature.byte_range",
        "pdf.info.creation_date",
        *CHANGED,
    ),
    cost=Cost.MINUTES,
    reproduce="grep -abo %%EOF FILE; head -c BYTES FILE > earlier.pdf; pdftotext -layout earlier.pdf -",
)
def earlier_text(facts: Facts) -> Iterator[Answer]:
    changes = _changes(facts)
    if not changes:
        revisions = facts.value("pdf.revision.count")
        partial = seen_in_part(facts)
        if partial is not None:
            yield partial
        elif revisions == 1:
            yield neutral("one-revision", rests_on=())
        return
    turned = _backwards(changes)
    places = Counter((change.after.where.revision, change.after.where.page) for change in changes)
    found = [
        _judge(facts, change, turned, alone=places[change.after.where.revision, change.after.where.page] == 1)
        for change in changes
    ]
    # the weightiest first, so that what is cut off at the end is the least
    order = [Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.NEUTRAL]
    found.sort(key=lambda answer: order.index(answer.outcome))
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield neutral("more", rests_on=(), count=len(found) - _MOST)


def _changes(facts: Facts) -> list[_Change]:
    """Pairs of earlier and later text with their explanation, in document order."""
    changes: list[_Change] = []
    latest: dict[Location, _Change] = {}
    before: Observation | None = None
    for observation in facts.extraction.observations:
        if observation.name == "pdf.change.text_before":
            before = observation
        elif observation.name == "pdf.change.text_after" and before is not None:
            change = _Change(before, observation)
            changes.append(change)
            latest[observation.where] = change
            before = None
        elif observation.name == "pdf.change.explained" and observation.where in latest:
            latest[observation.where].explained = observation
        elif observation.name == "pdf.change.hidden_under" and observation.where in latest:
            latest[observation.where].hidden = observation
    return changes


def _judge(
    facts: Facts, change: _Change, turned: frozenset[tuple[int | None, int | None]], *, alone: bool
) -> Answer:
    """The answer on one differing place; ``alone``: its page differs nowhere else in that revision."""
    before, after = str(change.before.value or ""), str(change.after.value or "")
    where = change.after.where
    place: dict[str, str | int] = {"page": where.page or "?", "revision": where.revision or "?"}
    shown = {"before": before, "after": after}
    rests_on = change.rests_on
    gone, come = differing(before, after)
    if change.hidden is not None and readable(after):
        if change.workflow == "none" and come:
            return contradicts("painted-over", rests_on=rests_on, **place, **shown)
        if change.workflow == "annotation" and _figure(before.split()) and _figure(come):
            return contradicts("covered", rests_on=rests_on, **place, **shown)
    if change.workflow in _WORKFLOWS:
        figures = _figure(gone) and _figure(come)
        if change.workflow == "ocr-layer" and alone and figures and len(gone) == len(come) == 1:
            return unusual("replaced-in-layer", rests_on=rests_on, **place, **shown)
        workflow = _WORKFLOWS[change.workflow]
        return neutral("explained", rests_on=rests_on, workflow=workflow, **place, **shown)
    if not readable(before + after):
        return neutral("unreadable", rests_on=rests_on, **place)
    if (not gone and not come) or (where.revision, where.page) in turned:
        return neutral("reflow", rests_on=rests_on, **place)
    if sorted(gone) == sorted(come):
        return unusual("reordered", rests_on=rests_on, **place, **shown)
    return _unexplained(facts, change, gone, come)


def _unexplained(facts: Facts, change: _Change, gone: list[str], come: list[str]) -> Answer:
    """A change that no workflow explains, held against what the file says of itself."""
    before, after = str(change.before.value or ""), str(change.after.value or "")
    where = change.after.where
    place: dict[str, str | int] = {"page": where.page or "?", "revision": where.revision or "?"}
    shown = {"before": before, "after": after}
    rests_on = change.rests_on
    signed, covers = signature(facts, where.revision)
    unmoved = stale(facts, where.revision)
    if not gone:
        if signed is not None and covers == "before":
            return contradicts("added-after-signature", rests_on=(*rests_on, signed), after=after, **place)
        if unmoved:
            stated = str(unmoved[-1].value)
            return unusual(
                "added-undated", rests_on=(*rests_on, *unmoved), after=after, stated=stated, **place
            )
        return neutral("added", rests_on=rests_on, after=after, **place)
    if signed is not None:
        told = (*rests_on, signed)
        if covers == "covers":
            return unusual("replaced-signed", rests_on=told, **place, **shown)
        message = {"before": "replaced-after-signature", "out": "replaced-outside-signature"}[covers]
        return contradicts(message, rests_on=told, **place, **shown)
    whole = not after.strip()  # a passage taken off as a whole invents nothing
    if unmoved and not whole:
        stated = str(unmoved[-1].value)
        return contradicts(
            "replaced-undated", rests_on=(*rests_on, *unmoved), stated=stated, **place, **shown
        )
    dates = same_day(facts, where.revision, ("pdf.info.creation_date", "pdf.info.mod_date"))
    if dates and (whole or all(any(_within(new, old) for old in gone) for new in come)):
        return neutral("reduced-same-day", rests_on=(*rests_on, *dates), **place, **shown)
    dates = same_day(facts, where.revision, ("pdf.info.creation_date",))
    if dates:
        return unusual("replaced-same-day", rests_on=(*rests_on, *dates), **place, **shown)
    return unusual("removed" if whole else "replaced", rests_on=rests_on, **place, **shown)


def _within(new: str, old: str) -> bool:
    """Whether what stands there now is a run of what stood there."""
    return new in old and len(new) < len(old)


def _backwards(changes: list[_Change]) -> frozenset[tuple[int | None, int | None]]:
    """Revisions and pages on which the new text is the old one read from the end.

    Turning a page is a change of its drawing; a reader that keeps the old line
    of sight then reads each line from its last letter.  Runs of letters are
    compared over the whole page, since the places told of one by one need not
    face each other.
    """
    texts: dict[tuple[int | None, int | None], tuple[list[str], list[str]]] = {}
    for change in changes:
        before, after = texts.setdefault((change.after.where.revision, change.after.where.page), ([], []))
        before.append(letters(str(change.before.value or "")))
        after.append(letters(str(change.after.value or "")))
    return frozenset(place for place, (old, new) in texts.items() if _turned("".join(old), "".join(new)))


def _turned(before: str, after: str) -> bool:
    old, forwards, backwards = (_runs(text[:_LONG]) for text in (before, after, after[::-1]))
    least = min(len(old), len(backwards))
    shared = len(old & backwards)
    return least >= _RUN and 2 * shared > least and shared > len(old & forwards)


def _runs(text: str) -> set[str]:
    return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}


def _figure(words: list[str]) -> bool:
    """Whether there is a figure among words: a note beside an amount only adds."""
    return any(letter.isdigit() for word in words for letter in word)
