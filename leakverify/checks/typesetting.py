"""LV-TXT-008  A letter of the age of typewriters that is set as a word processor sets.

What it looks at: documents whose text gives at its head a day before 1980 as its own.
In these: ordinals with small raised letters (187th), which word processors make by
themselves; curly quotes and apostrophes throughout; and faces of proportional type.
Two of the three, one of them the letters or the quotes, are needed.

Why it matters: the sheet of that day came from a typewriter.  A page so set is not
that sheet, and not a copy of it: at best somebody typed its words anew.  Whoever
hands it over as the original says something that cannot be.

Innocent ways: archives, courts and editions type old letters anew, and rarely say so on
every page; a few costly machines set proportional type before.  Nothing in the file
tells a faithful transcript from an invention, so all this is only shown; it points only
where the file itself states a date of that age, which no transcript does.  A scanned
page with recognised text is left alone, and so is a text that calls itself a copy.

Repeat by hand: open the document and look at the ordinals and the quotes; ``pdffonts
FILE``.

Sources: memos dated 1972 and 1973 that were shown on television in September 2004
(report of the independent panel of CBS, 5 January 2005: proportional type, raised th).
Of 5,583 genuine documents with text of the public corpus two give such a day at their
head, and neither shows these marks: how often transcripts do is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import STATED, head_day, last_stated
from leakverify.checks._time import distance
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "typed-anew": "The text gives {own} as its own day and is set as word processors set: {marks}. It is "
    "not the sheet of that day; at best its words were typed anew.",
    "claimed": "The text gives {own} as its own day and is set as word processors set: {marks}. The file "
    "states no date after {latest}, so it does not say that it is a later copy.",
}
INNOCENT = {
    "transcript": "An archive, a court or an edition typed the old words anew.",
    "machine": "One of the few machines of that time set proportional type.",
    "clock": "The computer's clock stood decades back.",
}
#: years before which offices had typewriters and no printers of proportional type
_TYPEWRITERS = 1980
_YEAR = timedelta(days=366)
_PAGES = 3
_COPY = re.compile(
    r"transcri|re-?typed|typed copy|true copy|certified copy|copie conforme|copie certifi|dactylographi"
    r"|conformed copy|\[signed\]|\[sign[ée]\]|/s/|\[sic\]|abschrift",
    re.IGNORECASE,
)
_TEXTS = ("pdf.page.text", "ooxml.text", "odf.text", "rtf.text", "ole.text", "text.content", "mail.text")
_FIXED = re.compile(
    r"courier|typewriter|mono|consolas|lucidaconsole|prestige|letter ?gothic|elite|pica|ocr", re.IGNORECASE
)
_FACES = ("pdf.font.used", "docx.run.font", "docx.default_font")
_ORDINALS = ("pdf.ordinal.raised", "docx.run.ordinal")
#: quotes and apostrophes that tell a habit
_LEAST = 2

_MEMO = (
    fact("text.words", 120),
    fact("pdf.pages", 1),
    fact("text.dateline", "1973-08-18", page=1, line=1),
    fact("text.habit", "curly-apostrophe", raw="4 of 4"),
    fact("pdf.font.used", "ABCDEE+TimesNewRomanPSMT", page=1),
)
EXAMPLES = (
    Example(
        title="a memo of August 1973 with a raised th and curly quotes",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_MEMO, fact("pdf.ordinal.raised", "187th", page=1),
               fact("pdf.info.creation_date", "2004-09-08T10:00:00Z")),
    ),
    Example(
        title="the same in a file that states 1973 as its only date",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(*_MEMO, fact("pdf.ordinal.raised", "187th", page=1),
               fact("pdf.info.creation_date", "1973-08-18T10:00:00Z")),
    ),
    Example(
        title="the sheet itself, scanned and recognised",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_MEMO, fact("pdf.layer.recognised", True, page=1),
               fact("pdf.info.creation_date", "1973-08-18T10:00:00Z")),
    ),
    Example(
        title="the same memo of 2003",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("text.words", 120), fact("text.dateline", "2003-08-18", page=1, line=1),
               fact("pdf.ordinal.raised", "187th", page=1), fact("pdf.font.used", "Times-Roman", page=1)),
    ),
)  # fmt: skip


@check(
    "LV-TXT-008",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=(),
    needs=("text.words",),
    reads=(
        "text.dateline", "text.habit", "pdf.layer.recognised", "pdf.raster.coding", "pdf.pages",
        *_TEXTS, *_FACES, *_ORDINALS, *STATED,
    ),
    cost=Cost.MINUTES,
    reproduce="pdftotext -layout FILE -; pdffonts FILE",
)  # fmt: skip
def typesetting(facts: Facts) -> Iterator[Answer]:
    own = head_day(facts)
    if own is None or own[1].latest.year >= _TYPEWRITERS or _scanned_or_copied(facts):
        return
    marks = list(_marks(facts))
    if len(marks) < 2 or all(seen.name in _FACES for seen, _ in marks):
        return
    rests_on = [own[0], *(seen for seen, _ in marks)]
    said = {"own": own[1].text, "marks": "; ".join(words for _, words in marks)}
    last = last_stated(facts)
    # a clock that was never set shows the zero of its counting, not the year of the letter
    if last is not None and distance(last[1], own[1]) <= _YEAR and last[1].latest.year < _TYPEWRITERS:
        yield unusual("claimed", rests_on=(*rests_on, last[0]), latest=last[1].text, **said)
    else:
        yield neutral("typed-anew", rests_on=rests_on, **said)


def _scanned_or_copied(facts: Facts) -> bool:
    pages = facts.value("pdf.pages")
    if facts.first("pdf.layer.recognised") or facts.first("pdf.raster.coding"):
        return True
    if isinstance(pages, int) and pages > _PAGES:
        return True  # an edition, a file of a court: letters of old are part of it
    return any(_COPY.search(str(o.value)[:20_000]) for name in _TEXTS for o in facts.all(name)[:_PAGES])


def _marks(facts: Facts) -> Iterator[tuple[Observation, str]]:
    for name in _ORDINALS:
        seen = facts.first(name)
        if seen is not None:
            yield seen, f"the ordinal {seen.value} with small raised letters"
            break
    for habit in facts.all("text.habit"):
        kept, _, could = (habit.raw or "").partition(" of ")
        if habit.value in ("curly-quotes", "curly-apostrophe") and kept == could and int(kept or 0) >= _LEAST:
            yield habit, "curly quotes throughout"
            break
    for name in _FACES:
        faces = [o for o in facts.all(name) if not _FIXED.search(str(o.value))]
        if faces and len(faces) == len(facts.all(name)):
            yield faces[0], f"the proportional face {str(faces[0].value).rpartition('+')[2]}"
            break
