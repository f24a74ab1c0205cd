"""LV-TXT-001  A day is named with a weekday it did not have.

What it looks at: every day that the text writes out with its weekday, such as
"lundi 8 mai 2017" or "Friday, May 5, 2017", in seven languages.  Days whose month
and day could be exchanged are read only where the language or the month's name
leaves one reading.

Why it matters: whoever moves a date by hand must also know which weekday the new
day was.  In letters and minutes the mistake stands where the date was changed.

Innocent ways: the author was mistaken, or copied last year's date line; a
newsletter or a change log was typed by hand; a figure was misread when a scan was
recognised.  A text that names many days rightly and one wrongly is as likely a slip as
a change.

Repeat by hand: ``LC_ALL=C date -d 2017-05-05 +%A``.

Sources: Gregorian calendar (ISO 8601).  Measured on the genuine texts of the public
corpus by ``models/texts.py``: in 5,583 documents 2,923 days are named rightly and two
wrongly, in a newsletter and in a change log.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import recognised_pages
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "wrong": "The text names «{named}»; that day was a {weekday}.",
    "many": "{count} days are named with a weekday they did not have, the first «{named}», which was a "
    "{weekday}: "
    "the text was made by rule or in haste.",
    "recognised": "The text names «{named}»; that day was a {weekday}. The text was recognised from a "
    "picture.",
    "quoted": "The text names «{named}», which was a {weekday}; {right} other days have the right weekday.",
}
INNOCENT = {
    "mistaken": "The author was mistaken about the weekday.",
    "template": "The weekday was left from an older version of the text.",
}
#: days named rightly from which one wrong day is one slip among many
_PRACTISED = 12
#: wrong days from which a text is not about one changed date
_MANY = 4
_MOST = 3

EXAMPLES = (
    Example(
        title="lundi 5 mai 2017, which was a Friday",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 200),
            fact("text.weekday.wrong", "lundi 5 mai 2017", raw="Friday 2017-05-05"),
        ),
    ),
    Example(
        title="the same on a scan that was recognised",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 200),
            fact("pdf.layer.recognised", 900, page=1),
            fact("text.weekday.wrong", "lundi 5 mai 2017", raw="Friday 2017-05-05", page=1, line=2),
        ),
    ),
    Example(
        title="a log that is wrong about many days",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 200),
            *(fact("text.weekday.wrong", f"Mon May {d} 2017", raw=f"Friday 2017-05-{d}")
                for d in (12, 19, 26, 5)),
        ),
    ),
)  # fmt: skip


@check(
    "LV-TXT-001",
    question=Question.CONTENT,
    family=Family.CONTENT,
    slip=True,
    formats=(),
    needs=("text.words",),
    reads=("text.weekday.wrong", "text.weekday.right", "pdf.layer.recognised"),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -; LC_ALL=C date -d YYYY-MM-DD +%A",
)
def weekday(facts: Facts) -> Iterator[Answer]:
    wrong = facts.all("text.weekday.wrong")
    if not wrong:
        return
    said = {"named": str(wrong[0].value), "weekday": (wrong[0].raw or "").partition(" ")[0]}
    right = facts.value("text.weekday.right")
    if len(wrong) >= _MANY:
        yield neutral("many", rests_on=wrong[:10], count=len(wrong), **said)
    elif isinstance(right, int) and right >= _PRACTISED:
        yield neutral("quoted", rests_on=wrong, right=right, **said)
    else:
        misread = recognised_pages(facts)
        for one in wrong[:_MOST]:
            said = {"named": str(one.value), "weekday": (one.raw or "").partition(" ")[0]}
            if one.where.page in misread:
                yield neutral("recognised", rests_on=(one,), **said)
            else:
                yield unusual("wrong", rests_on=(one,), **said)
