"""LV-MAIL-013  Text behind the part of the body that a signature covers.

What it looks at: DKIM signatures that cover only the first bytes of the body
(l=), and what stands behind them.  It is shown how that text begins.  Where the
signature holds with a trusted key, no list has passed the mail on, and what is
behind is not a separator of lists or a few blank lines, it is unusual.

Why it matters: anybody can add text behind the limit, or a whole part that is
shown instead of the first, and the signature still holds.

Innocent ways: the limit exists so that lists can add their footers; virus scanners
and gateways add theirs, and some signers set it by mistake.

Repeat by hand: ``grep -o 'l=[0-9]*' FILE``; cut the body there and compare.

Sources: RFC 6376 3.5 (l=), 8.2; Zone.eu 2024 on l= misused against large senders.
Measured: no genuine public mail with a key at hand has text behind a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._mail_signatures import READS, REPRODUCE, TRUSTED, dkim_signatures, rests, sample
from leakverify.dkim.verify import Grade
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "behind": "{name} of {domain} holds for the first {covered} bytes of the body; {rest} bytes behind them "
    "are not "
    "signed. They begin: “{text}”.",
    "footer": "{name} of {domain} holds for the first {covered} bytes of the body; {rest} bytes behind them "
    "are not "
    "signed, as a list or gateway adds them. They begin: “{text}”.",
    "unverified": "{name} of {domain} covers only the first {covered} bytes of the body; {rest} bytes "
    "behind them "
    "are not covered. Whether it holds is not known.",
}
INNOCENT = {
    "footer": "A list, virus scanner or gateway added its footer.",
    "limit": "The signing program set the limit by mistake, or counted another form of the body.",
}

#: lines with which lists and scanners begin what they add
_FOOTER = re.compile(
    r"^\W*(?:_{8,}|-{2,}( |$)|={8,}|-{8,}|to unsubscribe|unsubscribe|you received this|this "
    r"(?:e-?mail|message)|"
    r"mailing list|sent via|virus|scanned|confidential|disclaimer)|mailing list|unsubscribe|se d.sinscrire",
    re.IGNORECASE,
)
_LISTS = ("mail.list_id",)


def _rest(size: int, words: str) -> tuple[object, ...]:
    return (
        fact("mail.dkim.body_length", 310, part="DKIM-Signature[1]", line=3),
        fact("mail.dkim.body_rest", size, part="DKIM-Signature[1]", line=3),
        fact("mail.dkim.body_rest_text", words, part="DKIM-Signature[1]", line=3),
    )


EXAMPLES = (
    Example(
        title="a paragraph behind the limit",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=sample(*_rest(140, "Please wire the amount to the new account.")),  # type: ignore[arg-type]
        references=TRUSTED,
    ),
    Example(
        title="the footer of a list",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(*_rest(140, "_______________ talk mailing list")),  # type: ignore[arg-type]
        references=TRUSTED,
    ),
    Example(
        title="a limit at the end of the body",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(fact("mail.dkim.body_rest", 0, part="DKIM-Signature[1]", line=3)),
        references=TRUSTED,
    ),
)


@check(
    "LV-MAIL-013",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("mail",),
    needs=("mail.dkim.domain",),
    reads=(*READS, *_LISTS),
    cost=Cost.SECONDS,
    reproduce=REPRODUCE,
)
def text_behind_limit(facts: Facts) -> Iterator[Answer]:
    for one in dkim_signatures(facts):
        if not one.rest:
            continue
        signature = one.signature
        words = signature.text("body_rest_text")
        said: dict[str, str | int | float] = {
            "name": signature.part,
            "domain": signature.domain,
            "covered": signature.number("body_length") or 0,
            "rest": one.rest,
        }
        rest = rests(one, "body_length", "body_rest", "body_rest_text")
        if one.grade is not Grade.VERIFIED or not one.trusted:
            yield neutral("unverified", rests_on=rest, **said)
        elif not words or _FOOTER.search(words[:200]) or facts.first("mail.list_id") is not None:
            yield neutral("footer", rests_on=rest, text=words[:300], **said)
        else:
            yield unusual("behind", rests_on=rest, text=words[:300], **said)
