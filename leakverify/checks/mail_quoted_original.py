"""LV-MAIL-042  A mail says something else than the quotation of it in the mail it is attached to.

What it looks at: a mail that is carried inside another one, its own words and what it quotes itself,
against every quotation in the text of the carrier, word by word.  Where they are one text, figures and names
that differ are reported, other words shown, and quotations that agree are noted as support.  Trimming,
wrapping, quoting marks, signatures, links and pictures that programs leave out or rewrite do not count.

Why it matters: a program copies what it quotes.  When original and quotation differ, one of the two was
changed after the copy was made; which one, the two texts do not say.

Innocent ways: the one who answered corrected or annotated the text inside the quotation; another version of
the mail was attached than the one that was answered; a program that translates what it quotes.

Repeat by hand: ``munpack FILE`` takes the attached mail out; ``wdiff`` of its text and of the quoted lines.

Sources: RFC 3676 4.5 (quoting). Measured: no pair of the public mails at hand differs in a figure or a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leakverify.checks._alignment import Comparison, compare, figures_differ, names_differ
from leakverify.checks._base import (
    Answer,
    Example,
    Facts,
    check,
    contradicts,
    fact,
    neutral,
    supports,
    unusual,
)
from leakverify.checks._mail_quotes import QUOTE_FACTS, Quoted, own_words, quotations, texts
from leakverify.checks._text import ABSENT, absent
from leakverify.checks.mail_parts_differ import FEW, around, bare
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "figure": "The mail says {original}, the quotation of it {quoted}: {around}.",
    "name": "The mail says {original}, the quotation of it {quoted}: {around}.",
    "other": "Places in which the quotation of this mail differs from it, none of them a figure or a name: "
    "{count}.",
    "same": "The quotation of this mail in the one that carries it agrees in {words} words.",
    "no-carrier": "The mail was not carried by another one.",
    "not-quoted": "The mail that carries this one quotes nothing that reads like it.",
    **ABSENT,
}
INNOCENT = {
    "annotated": "Who answered corrected or annotated the text inside the quotation.",
    "version": "Another version of the mail was attached than the one that was answered.",
    "translated": "A program translated or rewrote the text when it quoted it.",
}

#: a quotation is one of this mail when so many of its words, and this share of them, stand in it
_WORDS, _SHARE = 8, 0.7
#: quotations of either mail that are compared
_BLOCKS = 30

_TEXT = "Bonjour Paul,\nle montant est de 12 400 euros, payable le 8 mai à Monsieur Dupont.\nAnne"


def _carrier(quoted: str) -> Example:
    place: dict[str, Any] = {"part": "1", "line": 3, "offset": 400}
    return Example(
        title="the mail that carries it",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("mail",),
        facts=(
            fact("mail.quote.kind", "prefixed", **place),
            fact("mail.quote.lines", "3-6", **place),
            fact("mail.quote.text", quoted, **place),
        ),
    )


EXAMPLES = (
    Example(
        title="an amount changed in the quotation",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        carrier=_carrier(_TEXT.replace("12 400", "72 400")),
        facts=(fact("mail.text", _TEXT, part="1"),),
    ),
    Example(
        title="a name changed in the quotation",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        carrier=_carrier(_TEXT.replace("Dupont", "Lambert")),
        facts=(fact("mail.text", _TEXT, part="1"),),
    ),
    Example(
        title="a quotation wrapped anew and cut short",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        carrier=_carrier("le montant est de 12 400 euros, payable\nle 8 mai à Monsieur Dupont."),
        facts=(fact("mail.text", _TEXT, part="1"),),
    ),
    Example(
        title="another mail is quoted",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("mail",),
        carrier=_carrier("La réunion de demain est reportée à vendredi, même salle, merci de confirmer."),
        facts=(fact("mail.text", _TEXT, part="1"),),
    ),
)


@check(
    "LV-MAIL-042",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("mail",),
    reads=("mail.text", *QUOTE_FACTS),
    cost=Cost.SECONDS,
    reproduce="munpack FILE; wdiff ORIGINAL QUOTATION",
)
def quoted_original(facts: Facts) -> Iterator[Answer]:
    carrier = facts.carried_by("mail")
    if carrier is None:
        yield Answer(Outcome.NOT_APPLICABLE, "no-carrier", (), {})
        return
    if facts.first("mail.text") is None:
        yield absent(facts, "mail.text")
        return
    found = list(_pairs(facts, quotations(carrier.extraction.observations)))
    if not found:
        yield Answer(Outcome.NOT_APPLICABLE, "not-quoted", (), {})
        return
    answers = [answer for pair in found for answer in _differences(*pair)]
    yield from answers
    if not answers:
        rests_on = [fact for text, _, block, _ in found for fact in (text, block.facts["text"])]
        yield supports("same", rests_on=rests_on[:20], words=sum(pair[3].same for pair in found))


def _pairs(facts: Facts, quoted: list[Quoted]) -> Iterator[tuple[Observation, str, Quoted, Comparison]]:
    """Every quotation of the carrier with what it quotes of this mail: its own words, or its quotations."""
    mine = quotations(facts.extraction.observations)
    said = [
        (text, own_words(str(text.value), [block for block in mine if block.where.part == part]))
        for part, text in texts(facts.extraction.observations).items()
    ]
    said += [(block.facts["text"], block.text("text")) for block in mine[:_BLOCKS] if "text" in block.facts]
    for block in quoted[:_BLOCKS]:
        best: tuple[Observation, str, Quoted, Comparison] | None = None
        for text, words in said:
            compared = compare(words, block.text("text"), marks=True)
            alike = compared.same >= _WORDS and compared.same >= _SHARE * compared.second
            if alike and (best is None or compared.same > best[3].same):
                best = (text, words, block, compared)
        if best is not None:
            yield best


def _differences(text: Observation, own: str, block: Quoted, compared: Comparison) -> Iterator[Answer]:
    rests_on = (text, block.facts["text"])
    figures = [c for c in compared.changes if c.context >= 1 and figures_differ(c)]
    few = len(compared.changes) <= FEW
    names = [c for c in compared.changes if few and c.context >= 1 and names_differ(c)]
    for answer, message, changes in ((contradicts, "figure", figures), (unusual, "name", names)):
        for change in changes[:5]:
            yield answer(
                message, rests_on=rests_on, original=bare(change.before), quoted=bare(change.after),
                around=around(own, change.a_start, change.a_end),
            )  # fmt: skip
    if compared.changes and not (figures or names):
        yield neutral("other", rests_on=rests_on, count=len(compared.changes))
