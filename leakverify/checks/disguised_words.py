r"""LV-TXT-006  Words that hide a letter of another script, or that another keyboard layout gave.

What it looks at: words of the text in Latin letters of which one or more are Cyrillic or
Greek and look like the Latin one (``pаyment`` with a Cyrillic ``а``); and frequent words as
they come out when the keyboard stands in another layout than the writer thinks (``qvec``
for ``avec``, ``руддщ`` for ``hello``).

Why it matters: a word with a hidden letter reads as another and is not found by a search;
it is made to pass filters and readers, or was typed on a keyboard with two scripts.  Words
in the wrong layout tell which keyboard a text was typed on, not who typed it, and both can
be planted.

Innocent ways: a writer of two scripts whose keyboard stood on the other one; character
recognition and fonts whose glyphs are mapped to the wrong letters, for which the pages of a
PDF are only shown; formulas, units and transliteration; names of products that play with
letters; advertisements that evade filters.  A text with words wholly in the other script is
that of a writer of both, and is only shown.

Repeat by hand: ``pdftotext FILE - | grep -nP '[a-zA-Z][\x{0370}-\x{052F}]'``; then
``printf %s 'WORD' | hexdump -C``: Cyrillic letters begin with d0 or d1, Greek ones with ce
or cf.

Sources: Unicode UTS 39 (``confusables``); layouts of Windows (US, French, German, Russian).
Measured over the 5,583 genuine documents with text of the public corpus, 44 of them
with passages in another script and 142 in another language than English: no word is
held against its document; two PDFs with words of two scripts, one of them of Greek letters
with a Latin ``c``, are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import reads_as_one, script
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "hidden": "The word «{word}» reads as Latin and hides {letters}.",
    "shown": "The word «{word}» is in letters of two scripts ({letters}); {why}.",
    "layout": "The text holds {words}: words as they come out of a keyboard in another layout ({layouts}). "
    "That tells of a keyboard and of nobody, and can be planted.",
    "dead-key": "The text holds «{word}», with an accent beside its letter: a keyboard without dead keys for "
    "it, or a converter.",
}
INNOCENT = {
    "keyboard": "On a keyboard with two layouts a letter of the other one slipped in.",
    "recognition": "Character recognition or a converter chose the look-alike.",
    "advertising": "An advertisement or a name plays with letters, or evades filters.",
}
#: words of fewer letters are units and formulas more often than words
_LETTERS = 4
#: words held against a document; more of them are a text in two scripts, or a broken table of characters
_MOST = 5

EXAMPLES = (
    Example(
        title="a Latin word with a Cyrillic letter in the text of a mail",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("text.words", 90), fact("text.confusable", "p\u0430yment", raw="\u0430", line=4)),
    ),
    Example(
        title="the same on a page of a PDF, whose fonts may map their glyphs wrongly",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("text.words", 90), fact("text.confusable", "p\u0430yment", raw="\u0430", page=1, line=4)),
    ),
    Example(
        title="a writer of two scripts",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("text.words", 90),
            fact("text.other_script", 12),
            fact("text.confusable", "\u0421isco", raw="\u0421", line=4),
        ),
    ),
    Example(
        title="a unit and a formula",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(fact("text.words", 90), fact("text.confusable", "\u03bfhm", raw="\u03bf", line=4)),
    ),
    Example(
        title="words typed on QWERTY as if on AZERTY",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.layout", "qvec", raw="avec AZERTY/QWERTY", line=4),
            fact("text.layout", "dqns", raw="dans AZERTY/QWERTY", line=5),
        ),
    ),
)


@check(
    "LV-TXT-006",
    question=Question.ORIGIN,
    family=Family.IDENTITY,
    slip=True,
    formats=(),
    needs=("text.words",),
    reads=("text.confusable", "text.other_script", "text.layout", "pdf.layer.recognised"),
    cost=Cost.SECONDS,
    reproduce="pdftotext FILE - | grep -nP '[a-zA-Z][\\x{0370}-\\x{052F}]'",
)
def disguised_words(facts: Facts) -> Iterator[Answer]:
    yield from _confusable(facts)
    yield from _layouts(facts.all("text.layout"))


def _confusable(facts: Facts) -> Iterator[Answer]:
    found = facts.all("text.confusable")
    both = facts.value("text.other_script")
    for seen in found[:_MOST]:
        word = str(seen.value)
        why = ""
        if seen.where.page is not None:
            why = "the fonts of a page say which letters its glyphs are, and may say it wrongly"
        elif isinstance(both, int) and both:
            why = f"the text holds {both} words wholly in the other script"
        elif len(word) < _LETTERS or reads_as_one(word) != "LATIN" or not _mostly_latin(word):
            why = "it is short, or mostly in the other script"
        elif len(found) > _MOST:
            why = f"there are {len(found)} such words"
        if why:
            yield neutral("shown", rests_on=(seen,), word=word, letters=_named(seen), why=why)
            return
        yield unusual("hidden", rests_on=(seen,), word=word, letters=_named(seen))


def _mostly_latin(word: str) -> bool:
    return sum(script(letter) == "LATIN" for letter in word) * 2 > len(word)


def _named(seen: Observation) -> str:
    return ", ".join(f"{letter} (U+{ord(letter):04X}, {script(letter).title()})" for letter in seen.raw or "")


def _layouts(found: Sequence[Observation]) -> Iterator[Answer]:
    slips = [seen for seen in found if seen.raw != "dead-key"]
    if slips:
        said = ", ".join(
            f"«{seen.value}» for «{(seen.raw or '').partition(' ')[0]}»" for seen in slips[:_MOST]
        )
        layouts = ", ".join(sorted({(seen.raw or "").partition(" ")[2] for seen in slips}))
        yield neutral("layout", rests_on=slips[:_MOST], words=said, layouts=layouts)
    dead = next((seen for seen in found if seen.raw == "dead-key"), None)
    if dead is not None:
        yield neutral("dead-key", rests_on=(dead,), word=str(dead.value))
