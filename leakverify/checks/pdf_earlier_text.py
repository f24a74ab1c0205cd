"""LV-PDF-002  An earlier revision holds other page text.

What it looks at: a PDF that was saved by appending keeps every earlier
revision.  The text of each page is compared between a revision and the next,
together with the ordinary workflow the reader found for the difference: a
filled form, the appearance of a signature, an annotation, a stamp, an added
page, a text layer from character recognition, or none.

Why it matters: the earlier wording can be read again by anybody, so a
replacement is a proven fact about the file and not an inference.  It proves
that the text was changed after that revision was written; it does not say by
whom, nor that the change was not agreed.

An annotation that hides figures and shows others in their place is such a
replacement as well; one that only adds is a note.

Innocent ways: the author corrected the text before sending it; both sides
agreed on a correction before signing; words were removed for publication.
A passage that is gone as a whole is unusual and no contradiction; a word
taken out of a sentence that stays is one.
When the change is followed by a signature that covers it, or when the
revision itself states the day on which the document was made, the answer is
weakened to unusual; not so when it was made after a signature.  A page that was
turned may be read backwards, and the same words set anew are no change; in
another order they are unusual, since readers give columns in another order too.
More than one end-of-file mark, differing /ID halves and bytes after a signature
prove nothing and are never raised here.

Repeat by hand: ``qpdf --show-xref FILE`` and ``grep -abo %%EOF FILE`` give the
ends of the revisions; cut the file after an end with ``head -c BYTES FILE >
earlier.pdf`` and compare ``pdftotext -layout`` of both.

Sources: ISO 32000-2 7.5.6 (incremental updates); V. Mladenov et al. on shadow
content, pdf-insecurity.org.  Of 995 public genuine PDFs 90 have several revisions that
could be compared; in 5 of them text was replaced, as reading both confirms, and 9
more are unusual.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._text import seen_in_part
from leakverify.checks._time import DAY, distance
from leakverify.evidence import Cost, Family, Location, Observation, Outcome, Question
from leakverify.when import parse_when

MESSAGES = {
    "replaced": "Page {page}: an earlier text is still in the file and differs. «{before}» became «{after}» "
    "in revision {revision}.",
    "removed": "Page {page}: an earlier text is still in the file and is gone from the document as it "
    "stands. «{before}» became «{after}» in revision {revision}.",
    "replaced-after-signature": "Page {page}: «{before}» became «{after}» in revision {revision}, after a "
    "signature was made over the earlier text, which is still in the file.",
    "replaced-signed": "Page {page}: «{before}» became «{after}» in revision {revision}, before a signature "
    "that covers the changed text.",
    "replaced-same-day": "Page {page}: «{before}» became «{after}» in revision {revision}, which states the "
    "day on which the document was made.",
    "added": "Page {page}: revision {revision} added «{after}»; no ordinary workflow explains it.",
    "covered": "Page {page}: revision {revision} lays an annotation over «{before}», so that the page shows "
    "«{after}»; the earlier text is still under it.",
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
}
#: places reported one by one; the rest are counted
_MOST = 20
_SAYING = re.compile(
    r"[^\W_]+|(?<=\d)[.,](?=\d)|(?<![^\W_])[-\u2212](?=\d)|[%\u2030$\u00a2-\u00a5\u20a0-\u20cf]"
)
_READABLE = 0.7
#: letters of a page that are compared backwards, and how many in a row are taken as one mark of the text
_LONG, _RUN = 100_000, 5
#: share of a revision that a signature's own value may take for its range to cover the revision
_GAP = 0.8
#: bytes that may follow the last end-of-file mark
_TAIL = 1024

EXAMPLES = (
    Example(
        title="an amount replaced in an appended revision",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "the sum of 1,200.00 euros is", revision=2, page=2),
            fact("pdf.change.text_after", "the sum of 91,200.00 euros is", revision=2, page=2),
            fact("pdf.change.explained", "none", revision=2, page=2),
        ),
    ),
    Example(
        title="two end-of-file marks from one linearised save",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 1),
            fact("pdf.linearized", True),
            fact("pdf.id.first", "aa"),
            fact("pdf.id.second", "bb"),
        ),
    ),
    Example(
        title="a form filled by its recipient",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "", revision=2, page=1),
            fact("pdf.change.text_after", "Jeanne Martin", revision=2, page=1),
            fact("pdf.change.explained", "form-fill", revision=2, page=1),
        ),
    ),
    Example(
        title="an opaque note laid over an amount, showing another one",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "Total 1 430,00", revision=2, page=1),
            fact("pdf.change.text_after", "Total 4 430,00", revision=2, page=1),
            fact("pdf.change.explained", "annotation", revision=2, page=1),
        ),
    ),
    Example(
        title="a note in the margin",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "", revision=2, page=1),
            fact("pdf.change.text_after", "Bon à payer 12/05", revision=2, page=1),
            fact("pdf.change.explained", "annotation", revision=2, page=1),
        ),
    ),
    Example(
        title="corrected, then signed by both sides",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 3),
            fact("pdf.revision.end", 5000, revision=1),
            fact("pdf.revision.end", 7000, revision=2),
            fact("pdf.revision.end", 12000, revision=3),
            fact("pdf.signature.byte_range", "0 8000 11000 1000"),
            fact("pdf.change.text_before", "within 30 days", revision=2, page=1),
            fact("pdf.change.text_after", "within 45 days", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="signed, then replaced within the hour",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 3),
            fact("pdf.info.creation_date", "2019-08-09T13:12:04+01:00", revision=1),
            fact("pdf.info.mod_date", "2019-08-09T20:15:01+01:00", revision=3),
            fact("pdf.revision.end", 12179, revision=1),
            fact("pdf.revision.end", 17718, revision=2),
            fact("pdf.revision.end", 22452, revision=3),
            fact("pdf.signature.byte_range", "0 12814 15996 1722"),
            fact("pdf.change.text_before", "Sign the document to get a reward!", revision=3, page=1),
            fact("pdf.change.text_after", "You are fired! Get out immediately", revision=3, page=1),
            fact("pdf.change.explained", "none", revision=3, page=1),
        ),
    ),
    Example(
        title="a signature whose range leaves out nearly all of the revision that holds the change",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.revision.end", 836, revision=1),
            fact("pdf.revision.end", 39792, revision=2),
            fact("pdf.signature.byte_range", "0 1324 39792 518"),
            fact("pdf.change.text_before", "Hello World!", revision=2, page=1),
            fact("pdf.change.text_after", "Hello Attacker!", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="a page turned by a viewer, whose lines are then read from the end",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact(
                "pdf.change.text_before", "The movie opens with a news report advertising", revision=2, page=1
            ),
            fact("pdf.change.text_after", "gni sitr evdatr oper s wen a hti wsnepo ei", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="an amount that grew in front",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "a fee of 200.00 euros", revision=2, page=1),
            fact("pdf.change.text_after", "a fee of 1,200.00 euros", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="two amounts that changed places, or two columns read in another order",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "100 to Martin and 900 to Durand", revision=2, page=1),
            fact("pdf.change.text_after", "900 to Martin and 100 to Durand", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="a page number taken off before publication",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "1 of 1 05/01/2018 3:22 PM", revision=2, page=1),
            fact("pdf.change.text_after", "", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="the same words set again with other hyphens",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            fact("pdf.change.text_before", "the ﬁnal agree-ment", revision=2, page=1),
            fact("pdf.change.text_after", "the final agreement", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="revisions that only add a time stamp and validation data",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 3), fact("pdf.change.kind", "dss", revision=3)),
    ),
)


@dataclass(slots=True)
class _Change:
    before: Observation
    after: Observation
    explained: Observation | None = None

    @property
    def workflow(self) -> str:
        return "none" if self.explained is None else str(self.explained.value)

    @property
    def rests_on(self) -> tuple[Observation, ...]:
        pair = (self.before, self.after)
        return pair if self.explained is None else (*pair, self.explained)


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
        "pdf.revision.end",
        "pdf.signature.byte_range",
        "pdf.info.creation_date",
        "pdf.info.mod_date",
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
            yield Answer(Outcome.NOT_APPLICABLE, "one-revision", (), {})
        return
    turned = _backwards(changes)
    found = [_judge(facts, change, turned) for change in changes]
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
    return changes


def _judge(facts: Facts, change: _Change, turned: frozenset[tuple[int | None, int | None]]) -> Answer:
    before, after = str(change.before.value or ""), str(change.after.value or "")
    where = change.after.where
    place: dict[str, str | int] = {"page": where.page or "?", "revision": where.revision or "?"}
    shown = {"before": before, "after": after}
    rests_on = change.rests_on
    if change.workflow == "annotation" and _readable(before + after) and _exchanged(before, after):
        return contradicts("covered", rests_on=rests_on, **place, **shown)
    if change.workflow in _WORKFLOWS:
        workflow = _WORKFLOWS[change.workflow]
        return neutral("explained", rests_on=rests_on, workflow=workflow, **place, **shown)
    if not _readable(before + after):
        return neutral("unreadable", rests_on=rests_on, **place)
    gone, come = _differing(before, after)
    if (not gone and not come) or (where.revision, where.page) in turned:
        return neutral("reflow", rests_on=rests_on, **place)
    if sorted(gone) == sorted(come):
        return unusual("reordered", rests_on=rests_on, **place, **shown)
    if not gone:
        return unusual("added", rests_on=rests_on, after=after, **place)
    signature, covers = _signature(facts, where.revision)
    if signature is not None and covers:
        return unusual("replaced-signed", rests_on=(*rests_on, signature), **place, **shown)
    if signature is not None:
        return contradicts("replaced-after-signature", rests_on=(*rests_on, signature), **place, **shown)
    dates = _same_day(facts, where.revision)
    if dates:
        return unusual("replaced-same-day", rests_on=(*rests_on, *dates), **place, **shown)
    if not after.strip():  # redaction, a footer or draft mark taken off whole: ordinary, invents nothing
        return unusual("removed", rests_on=rests_on, **place, **shown)
    return contradicts("replaced", rests_on=rests_on, **place, **shown)


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
        before.append(_letters(str(change.before.value or "")))
        after.append(_letters(str(change.after.value or "")))
    return frozenset(place for place, (old, new) in texts.items() if _turned("".join(old), "".join(new)))


def _turned(before: str, after: str) -> bool:
    old, forwards, backwards = (_runs(text[:_LONG]) for text in (before, after, after[::-1]))
    least = min(len(old), len(backwards))
    shared = len(old & backwards)
    return least >= _RUN and 2 * shared > least and shared > len(old & forwards)


def _runs(text: str) -> set[str]:
    return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}


def _letters(text: str) -> str:
    """What a text says when spacing, hyphens, ligatures and case are set aside.

    Kept besides letters and digits: what makes an amount another amount, which
    is a separator between digits, a sign before them, per cent and currencies.
    """
    return "".join(_SAYING.findall(unicodedata.normalize("NFKC", text).casefold()))


def _differing(before: str, after: str) -> tuple[list[str], list[str]]:
    """Words that are gone and words that have come; both empty when only the setting differs."""
    if _letters(before) == _letters(after):
        return [], []
    old, new = (
        [word for word in map(_letters, unicodedata.normalize("NFKC", text).split()) if word]
        for text in (before, after)
    )
    gone: list[str] = []
    come: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            gone += old[a:b]
            come += new[c:d]
    return gone, come


def _exchanged(before: str, after: str) -> bool:
    """Whether words with figures are gone and others stand in their place: a note only adds."""
    gone, come = _differing(before, after)
    figures = [any(c.isdigit() for c in "".join(words)) for words in (gone, come)]
    return bool(gone) and bool(come) and all(figures)


def _readable(text: str) -> bool:
    """Whether the letters were told by the file: fonts without a map give controls and private letters."""
    seen = [c for c in text if not c.isspace()]
    good = sum(unicodedata.category(c)[0] in "LNPS" and c != "\ufffd" for c in seen)
    return bool(seen) and good >= _READABLE * len(seen)


def _signature(facts: Facts, revision: int | None) -> tuple[Observation | None, bool]:
    """A signature that says something about a changed revision, and whether it covers the change.

    It covers the change when its bytes reach to the end of that revision and
    leave out no more of it than a signature takes; it was made before when they
    end where an earlier revision does (ISO 32000-2 12.8.1: ByteRange is all but
    the signature's own value).
    """
    ends = {o.where.revision: o.value for o in facts.all("pdf.revision.end") if isinstance(o.value, int)}
    end, start = ends.get(revision), ends.get((revision or 0) - 1, 0)
    if revision is None or end is None:
        return None, False
    before: Observation | None = None
    for observation in facts.all("pdf.signature.byte_range"):
        numbers = [int(n) for n in re.findall(r"\d{1,15}", str(observation.value))]
        if len(numbers) != 4 or numbers[0] != 0:
            continue
        gap_start, gap_end, reach = numbers[1], numbers[2], numbers[2] + numbers[3]
        if reach > max(ends.values()) + _TAIL:
            continue  # speaks of a longer file than this one
        inside = max(0, min(gap_end, end) - max(gap_start, start))
        if reach >= end and inside <= _GAP * (end - start):
            return observation, True
        if reach <= start:
            before = observation
    return before, False


def _same_day(facts: Facts, revision: int | None) -> tuple[Observation, ...]:
    """Creation date and the revision's own last change, when less than a day lies between them."""
    created = facts.first("pdf.info.creation_date")
    changed = next(
        (o for o in facts.all("pdf.info.mod_date") if revision and o.where.revision == revision), None
    )
    if created is None or changed is None:
        return ()
    first, last = parse_when(str(created.value)), parse_when(str(changed.value))
    if first is None or last is None or distance(first, last) > DAY:
        return ()
    return created, changed
