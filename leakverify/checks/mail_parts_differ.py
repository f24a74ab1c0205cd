"""LV-MAIL-041  The plain and the HTML form of one mail say different things.

What it looks at: the two forms of a multipart/alternative, word by word.  A figure, or a name, that differs
in an otherwise equal sentence is reported; everything else that differs between such forms is
ordinary.  Links, pictures, tables, line lengths, accents, typographic marks and the writing of numbers
(1.200,00 and 1,200) do not count, and neither do mails whose forms share too little to be one text.

Why it matters: a mail program makes one form from the other at the moment of sending.  Who changes a word
in the form that the screen shows often leaves the other as it was, and readers see only one of them.

Innocent ways: newsletters whose two forms are written by two people; an address or name made anonymous in
one form only; a template that fills in figures at different moments or in different units.

Repeat by hand: ``ripmime -i FILE -d OUT``, then
``w3m -dump -T text/html OUT/textfile2 | wdiff OUT/textfile1 -``.

Sources: RFC 2046 5.1.4 (the parts are alternatives of the same information).  Measured on 232 public
mails with both forms, most of them advertising: no figure differs in an equal sentence.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._alignment import Change, Comparison, compare, figures_differ, names_differ
from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._mail_quotes import texts, types
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "figure": "The plain form says {plain}, the HTML form {html}, in an otherwise equal sentence: {around}.",
    "name": "The plain form says {plain}, the HTML form {html}, in an otherwise equal sentence: {around}.",
    "same": "The plain and the HTML form agree in {words} words.",
    "other": "Places in which the two forms differ, as forms that were written apart do: {count}.",
    "no-pair": "The mail has no plain and HTML form of one text.",
    **ABSENT,
}
INNOCENT = {
    "written-twice": "The two forms were written or filled in separately, as for a newsletter.",
    "anonymised": "A name or an address was made anonymous in one form only.",
    "units": "The forms state one value at another moment, or in another unit.",
}

#: a pair counts as one text when this share of the shorter form's words stands in the other
_ONE_TEXT = 0.9
#: names are compared only where hardly anything else differs, with this many equal words around them
FEW, _AROUND = 3, 5


def _forms(plain: str, html: str) -> tuple[Observation, ...]:
    return (
        fact("mail.mime.type", "multipart/alternative", part=""),
        fact("mail.mime.type", "text/plain", part="1"),
        fact("mail.mime.type", "text/html", part="2"),
        fact("mail.text", plain, part="1"),
        fact("mail.text", html, part="2"),
    )


_LETTER = (
    "Bonjour,\nle montant convenu est de 12 400 euros, payable avant le 8 mai à Monsieur Dupont, "
    "comme nous l'avons dit au téléphone.\nCordialement, Anne"
)

EXAMPLES = (
    Example(
        title="the amount changed in the HTML form only",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=_forms(_LETTER, _LETTER.replace("12 400", "72 400")),
    ),
    Example(
        title="the name changed in the plain form only",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=_forms(_LETTER.replace("Dupont", "Lambert"), _LETTER),
    ),
    Example(
        title="the same text wrapped, with a link written out and typographic marks",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=_forms(
            _LETTER.replace(" ", "\n", 4) + " <https://a.example/x?id=7>", _LETTER.replace("'", "’")
        ),
    ),
    Example(
        title="a figure written with other separators",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=_forms(_LETTER.replace("12 400", "12,400.00"), _LETTER.replace("12 400", "12.400,00")),
    ),
    Example(
        title="a plain form that only points to the page",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=_forms("Votre programme ne montre pas ce message. Voir en ligne.", _LETTER),
    ),
    Example(
        title="plain text only",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("mail",),
        facts=(fact("mail.mime.type", "text/plain", part="1"), fact("mail.text", _LETTER, part="1")),
    ),
)


@check(
    "LV-MAIL-041",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("mail",),
    reads=("mail.text", "mail.mime.type"),
    cost=Cost.SECONDS,
    reproduce="ripmime -i FILE -d OUT; w3m -dump -T text/html OUT/textfile2 | wdiff OUT/textfile1 -",
)
def parts_differ(facts: Facts) -> Iterator[Answer]:
    pairs = list(_pairs(facts))
    if not pairs:
        if facts.first("mail.text") is None:
            yield absent(facts, "mail.text")
        else:
            yield Answer(Outcome.NOT_APPLICABLE, "no-pair", (), {})
        return
    for plain, html in pairs:
        text = str(plain.value)
        found = compare(text, str(html.value))
        one_text = found.same >= _ONE_TEXT * max(min(found.first, found.second), 1)
        figures = [c for c in found.changes if one_text and c.context >= 2 and figures_differ(c)]
        names = _names(found) if one_text else []
        for answer, message, changes in ((contradicts, "figure", figures), (unusual, "name", names)):
            for change in changes[:5]:
                yield answer(
                    message, rests_on=(plain, html), plain=bare(change.before), html=bare(change.after),
                    around=around(text, change.a_start, change.a_end),
                )  # fmt: skip
        if figures or names:
            continue
        if one_text and not found.changes:
            yield neutral("same", rests_on=(plain, html), words=found.same)
        elif found.changes:
            yield neutral("other", rests_on=(plain, html), count=len(found.changes))


def _names(found: Comparison) -> list[Change]:
    if len(found.changes) > FEW:
        return []
    return [c for c in found.changes if c.context >= _AROUND and names_differ(c)]


def bare(words: str) -> str:
    """Words of a text without the points and commas around them."""
    return " ".join(words.split()).strip(" .,;:!?()\"'")


def around(text: str, start: int, end: int, reach: int = 40) -> str:
    """A place in a text with some of what stands beside it, on one line."""
    return " ".join(text[max(start - reach, 0) : end + reach].split())


def _pairs(facts: Facts) -> Iterator[tuple[Observation, Observation]]:
    """The plain and the HTML part of every multipart/alternative that has one of each."""
    kinds, said = types(facts.extraction.observations), texts(facts.extraction.observations)
    for part, kind in kinds.items():
        if kind != "multipart/alternative":
            continue
        below = f"{part}." if part else ""
        inside = [number for number in said if number.startswith(below)]
        plain = [n for n in inside if n[len(below) :].isdigit() and kinds.get(n) == "text/plain"]
        html = [n for n in inside if kinds.get(n) == "text/html"]
        if len(plain) == len(html) == 1:
            yield said[plain[0]], said[html[0]]
