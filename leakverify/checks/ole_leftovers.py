"""LV-OLE-003  Earlier text left in the file.

What it looks at: text in an old Office file that the document as it stands does
not show: pieces that quick saves of Word left behind, slides that a later save
of PowerPoint replaced, strings of a workbook that no cell shows, streams that no
storage leads to, sectors that belong to nothing.

Why it matters: it is what the document, or the one it was made from, said
before.  Reported is a line that says the same as a line of the document but for
a number; the rest is shown with its place.

Innocent ways: quick saves were the habit of Word and PowerPoint for years, and
keep every sentence that was ever corrected; a template or the document a file
was copied from leaves its text; free sectors hold what the disk or the program
had there.

Repeat by hand: ``strings -n 24 FILE; strings -n 24 -el FILE``, to be compared with
the text as a program shows it.

Sources: MS-DOC 2.8.35 (pieces); MS-PPT 2.3 (saves); MS-CFB 2.6; the United
Kingdom's dossier on Iraq of February 2003 and COPA v Wright [2024] EWHC 1198
(Ch), where such text was read.  Of 289 public files 9 hold such text, one of them
with another number: the day of a conference, corrected on a slide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import ABSENT, absent, seen_in_part
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "number": "The file still holds «{before}»; the document as it stands says «{after}».",
    "earlier": "The file holds text that the document does not show, {count} pieces; the first: «{quote}».",
    "lost": "The directory names {count} streams that nothing leads to: {names}.",
    **ABSENT,
}
INNOCENT = {
    "quick": "Quick saves keep what was corrected while the document was written.",
    "source": "The document was made from an older one, whose text was left.",
}
_TOKEN = re.compile(r"[^\W_]+(?:[.,:/'\u2019-][^\W_]+)*")
#: words beside the number that two lines must share
_SHARED = 4
_LINES = 20_000
_MOST = 5

EXAMPLES = (
    Example(
        title="an amount replaced, the old one left by a quick save",
        outcome=Outcome.UNUSUAL,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("ole.text", "The seller receives 12,000 euros on signing.\nParis", part="WordDocument"),
            fact("ole.leftover_text", "The seller receives 2,000 euros on signing.", part="WordDocument"),
        ),
    ),
    Example(
        title="a sentence taken out while writing",
        outcome=Outcome.NEUTRAL,
        formats=("ole",),
        facts=(
            fact("ole.kind", "doc"),
            fact("ole.text", "The seller receives 12,000 euros on signing.", part="WordDocument"),
            fact("ole.leftover_text", "We should ask the notary about this again", part="WordDocument"),
        ),
    ),
)


@check(
    "LV-OLE-003",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("ole",),
    reads=("ole.kind", "ole.text", "ole.leftover_text", "ole.orphan"),
    cost=Cost.HOURS,
    reproduce="strings -n 24 FILE; strings -n 24 -el FILE",
)
def ole_leftovers(facts: Facts) -> Iterator[Answer]:
    if facts.first("ole.text") is None and facts.first("ole.leftover_text") is None:
        yield absent(facts, "ole.text", "ole.leftover_text")
        return
    left = facts.all("ole.leftover_text")
    pairs = list(_pairs(facts)) if left else []
    for before, after, old, new in pairs[:_MOST]:
        yield unusual("number", rests_on=(before, after), before=_quoted(old), after=_quoted(new))
    if left and not pairs:
        yield neutral("earlier", rests_on=left[:_MOST], count=len(left), quote=_quoted(str(left[0].value)))
    lost = facts.all("ole.orphan")
    if lost:
        names = ", ".join(str(o.value) for o in lost[:_MOST])
        yield neutral("lost", rests_on=lost[:_MOST], count=len(lost), names=names)
    if not left and not lost:
        hidden = seen_in_part(facts)
        if hidden is not None:
            yield hidden


def _pairs(facts: Facts) -> Iterator[tuple[Observation, Observation, str, str]]:
    """Lines left behind that say what a line of the document says but for a number."""
    shown: dict[tuple[str, ...], tuple[Observation, str]] = {}
    said: set[str] = set()
    for observation in facts.all("ole.text"):
        for line in str(observation.value).split("\n")[:_LINES]:
            said.add(" ".join(_TOKEN.findall(line)))
            shown.setdefault(_frame(line), (observation, line))
    for observation in facts.all("ole.leftover_text"):
        for line in str(observation.value).split("\n"):
            frame = _frame(line)
            words = sum(1 for token in frame if token != "#")
            if "#" not in frame or words < _SHARED or " ".join(_TOKEN.findall(line)) in said:
                continue
            match = shown.get(frame)
            if match is not None:
                yield observation, match[0], line, match[1]


def _frame(line: str) -> tuple[str, ...]:
    """The words of a line, with every number as the same sign."""
    return tuple("#" if any(c.isdigit() for c in token) else token for token in _TOKEN.findall(line[:2000]))


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else text[:159] + "…"
