"""LV-MAIL-010  What a DKIM signature proves of a mail.

What it looks at: every DKIM-Signature of the mail, held against the keys that
are shipped and those the user handed over.  Nothing is looked up.  Reported is
what a signature that holds covers: its fields, the whole body or part of it,
and what it leaves open.  Where a key holds over all that a reader sees and its
domain is the author's, the mail is ``authenticated``.

Why it matters: a mail whose signature holds under a key of the domain is, in
the fields and the body it covers, what that domain's server sent, to the last
byte.  This is the only strong proof for a mail there is.

Innocent ways: it speaks for a mail.  It says that the server sent it, not who sat
at the keyboard nor that what it says is true.  A signature that does not hold
says next to nothing: lists, gateways, exports and virus scanners break them, and
one in twenty fails on its ordinary way.  Keys are changed and forgotten; most
mail has no signature at all.  An expiry is judged at the time the mail was
received, never at today's.  Whoever got hold of a private key, or found one of
512 bits factored, can sign what he likes: keys below 1,024 bits prove nothing.
A key computed from the mails themselves shows that one private key made them,
not whose it was.

Repeat by hand: ``dkimverify < FILE`` asks DNS for the key, which must still be
there.  Without it, decode b= from base64 into VALUE, put p= of the record into
KEY.pem, and compare the digest that ``openssl pkeyutl -verifyrecover`` shows with
the one among the facts.

Sources: RFC 6376, 8301, 8463; J. Merrill, ProPublica 2017, on verifying leaked
mail; a mail server's count of 69,400 signatures of ordinary mail, of which 5 %
failed (utcc.utoronto.ca, 2018).  Measured on 251 public
files with such signatures, most of them test messages and phishing: of 101 signatures
with a key at hand 59 hold, and dkimpy says the same wherever it reads the algorithm, save
for two that the record's own flags forbid and one with a second From.  Of 36 genuine
ones among these files 3 are covered whole, 10 hold with a key that proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.checks._mail_signatures import (
    READS,
    RECOVERED,
    REPRODUCE,
    TRUSTED,
    YOUNGER,
    aligned,
    covered,
    dkim_signatures,
    is_whole,
    rests,
    sample,
    seen,
    uncovered,
)
from leakverify.dkim.verify import Grade, Graded
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "whole": "{name} of {domain} holds with a trusted key (selector {selector}, {key}): the whole body and "
    "the "
    "fields {fields} are as {domain} signed them.",
    "part": "{name} of {domain} holds with a trusted key (selector {selector}, {key}) over the fields "
    "{fields} and "
    "the body. It leaves open: {open}.",
    "other-domain": "{name} holds with a trusted key of {domain} (selector {selector}, {key}) over the "
    "fields "
    "{fields} and the body. The author's address, {author}, is of another domain, which did not sign.",
    "recovered": "{name} holds with a key computed from mails of this archive (selector {selector} of "
    "{domain}): "
    "the fields {fields} and the body are consistent with one private key. Whose it was is not known.",
    "weak": "{name} of {domain} holds with a key of {bits} bits, which anybody can break today; it proves "
    "nothing.",
    "carried": "{name} of {domain} holds (selector {selector}, {key}) over the fields {fields} and the body "
    "once a "
    "usual change is undone: {change}.",
    "younger-key": "{name} of {domain} holds with a key that did not exist before {since}; the mail is dated "
    "{date}.",
    "expired": "{name} of {domain} had expired when the mail was received.",
    "no-key": "{name} names the key {selector} of {domain}, and no such key is at hand: not verified.",
    "key-unusable": "{name} of {domain} cannot be verified: {why}.",
    "not-opened": "{name} was not made by the key at hand for {selector} of {domain} ({key}). Keys are "
    "changed "
    "under the same name, so this alone says nothing.",
    "malformed": "{name} breaks a rule of its standard and is left out: {why}.",
    "unread": "{name} of {domain} was not verified: its digest was not taken.",
}
INNOCENT = {
    "clock": "The mail's clock was wrong, or a program sent an old mail again with its first Date.",
}
_CHANGES = {
    "subject-tag": "a tag in the subject",
    "spelling": "the spelling of a field's name",
    "encoding-named": "the transfer encoding that a field names",
    "folds": "the folding of fields",
    "as-is": "",
    "added-at-end": "{lines} lines added at the end, which are not covered",
    "added-at-start": "{lines} lines added at the start, which are not covered",
    "added-inside": "{lines} lines added inside, which are not covered",
    "transfer-encoding": "another transfer encoding",
    "charset": "another charset",
}

EXAMPLES = (
    Example(
        title="signed by the author's domain, whole",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        facts=sample(),
        references=TRUSTED,
    ),
    Example(
        title="text behind the signed part of the body",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        facts=sample(fact("mail.dkim.body_rest", 120, part="DKIM-Signature[1]", line=3)),
        references=TRUSTED,
    ),
    Example(
        title="a footer added by a list",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        facts=sample(fact("mail.dkim.body_added", 4, part="DKIM-Signature[1]", line=30), body="added-at-end"),
        references=TRUSTED,
    ),
    Example(
        title="consistent with a key computed from the archive",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        facts=sample(),
        references=RECOVERED,
    ),
    Example(title="no key at hand", outcome=Outcome.NEUTRAL, formats=("mail",), facts=sample()),
    Example(
        title="dated before its key can have existed",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=sample(),
        references=YOUNGER,
    ),
    Example(
        title="the body changed on the way",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(body="none"),
        references=TRUSTED,
    ),
)


@check(
    "LV-MAIL-010",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("mail",),
    needs=("mail.dkim.domain",),
    reads=(*READS, "mail.date", "mail.from.other", "mail.mime.type", "mail.mime.boundary",
           "mail.mime.preamble", "mail.mime.epilogue"),
    cost=Cost.INFEASIBLE,
    reproduce=REPRODUCE,
    proves=("whole",),
)  # fmt: skip
def signature_graded(facts: Facts) -> Iterator[Answer]:
    for one in dkim_signatures(facts):
        yield from _told(facts, one)


def _told(facts: Facts, one: Graded) -> Iterator[Answer]:
    signature = one.signature
    said: dict[str, str | int | float] = {"name": signature.part, "domain": signature.domain}
    named = {**said, "selector": signature.text("selector"), "key": seen(one)}
    rest = rests(one, "body", "signed", "unsigned", "extra", "body_rest", "body_added")
    if one.grade in (Grade.VERIFIED, Grade.CARRIED):
        if one.early and one.key is not None:
            date = signature.facts.get("time") or facts.last("mail.date")
            shown = "" if date is None else str(date.value)
            yield unusual("younger-key", rests_on=rest, since=one.key.not_before, date=shown, **said)
        yield _holds(facts, one, {**named, "fields": covered(one)})
        if one.late:
            yield neutral("expired", rests_on=rests(one, "expires"), **said)
    elif one.grade is Grade.NO_KEY:
        yield neutral("no-key", rests_on=rest, name=signature.part, domain=signature.domain,
                      selector=signature.text("selector"))  # fmt: skip
    elif one.grade is Grade.KEY_UNUSABLE:
        yield neutral("key-unusable", rests_on=rest, why=one.why, **said)
    elif one.grade is Grade.NOT_OPENED:
        yield neutral("not-opened", rests_on=rest, **named)
    elif one.grade is Grade.MALFORMED:
        yield neutral("malformed", rests_on=rests(one, "malformed"), name=signature.part, why=one.why)
    elif one.grade is Grade.UNREAD:
        yield neutral("unread", rests_on=rest, **said)


def _holds(facts: Facts, one: Graded, said: dict[str, str | int | float]) -> Answer:
    rest = rests(one, "body", "signed", "unsigned", "extra", "body_rest", "body_added")
    left = uncovered(facts, one)
    if one.weak and one.key is not None:
        bits = one.key.material.bits
        return neutral("weak", rests_on=rest, bits=bits, name=said["name"], domain=said["domain"])
    if one.key is not None and one.key.recovered:
        return supports("recovered", rests_on=rest, **{k: v for k, v in said.items() if k != "key"})
    if one.grade is Grade.CARRIED:
        return supports("carried", rests_on=rest, change=_change(one), **said)
    if is_whole(facts, one):
        return supports("whole", rests_on=rest, **said)
    if not aligned(facts, one.signature.domain):
        author = facts.text("mail.from.address") or "none"
        return supports("other-domain", rests_on=rest, author=author, **said)
    return supports("part", rests_on=rest, open=", ".join(left) or "the time of signing", **said)


def _change(one: Graded) -> str:
    """What must be undone for the signature to hold, in words."""
    lines = one.signature.number("body_added") or 0
    bits = [_CHANGES.get(one.change.kind, ""), _CHANGES.get(one.body, "").format(lines=lines)]
    return ", ".join(bit for bit in bits if bit) or one.body
