"""LV-SIG-006  What an S/MIME signature says about a mail.

What it looks at: signatures of S/MIME in a mail: whether the content is the one
whose digest was signed, read as it stands and with what servers and mailboxes
do to it taken back; whether the key of the certificate beside it made the
value; and whether that certificate names the address in From.

Why it matters: where both hold, the signed part is the one that was signed, to
the last letter.  Date, Subject, From and To stand outside of it as a rule.  That
is consistency with the certificate in the file and not identity: nothing is
said on whom the certificate belongs to, and anybody can make one with any name.

Innocent ways: mailing lists, gateways and scanners for viruses write a clear
text anew, so that the digest of a genuine mail does not fit.  Content that lies
inside of the signature itself is not touched on the way: a digest that does not
fit there was seen in no genuine mail, and a faulty program can still write one.

Repeat by hand: ``openssl cms -verify -noverify -in FILE -out /dev/null``; the
certificate with ``openssl smime -pk7out -in FILE | openssl pkcs7 -print_certs``.

Sources: RFC 8551 3.5, RFC 8550 3, RFC 5652 5.4.  Of the public mails at
hand one is clear-signed with S/MIME, and its signature is cut off; measured on mails
that openssl and cryptography signed.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "holds": "The S/MIME signature holds over part {part}, {bytes} bytes, and is consistent with the "
    "certificate in the mail, which names {subject}, issued by {issuer}; that this is so was not verified.",
    "holds-read": "The S/MIME signature holds over part {part}, {bytes} bytes, once what a server or "
    "mailbox changed is taken back ({reading}), and is consistent with the certificate in the mail, which "
    "names {subject}, issued by {issuer}; that this is so was not verified.",
    "self-issued": "The S/MIME signature holds over part {part}, {bytes} bytes, with a certificate that "
    "names itself ({subject}), as anybody can make one.",
    "changed": "Part {part} is not the content that was signed: it was altered after signing, or written "
    "anew on the way.",
    "changed-inside": "The content inside the S/MIME signature of part {part} is not the one that was "
    "signed; nothing on the way writes there.",
    "value": "The value of the S/MIME signature of part {part} was not made with the key of the certificate "
    "beside it.",
    "address": "The certificate names {address}, the mail is from {sender}.",
    "unread": "The S/MIME signature of part {part} could not be verified ({why}).",
}
INNOCENT = {
    "rewritten": "A mailing list, gateway or scanner wrote the signed part anew.",
    "program": "A faulty program signed other bytes than it sent.",
    "anybody": "Anybody can make a certificate with any name.",
}

_SIGNED = (
    fact("mail.from.address", "jeanne@a.example", line=2),
    fact("mail.smime.digest", "holds", part="2"),
    fact("mail.smime.reading", "plain", part="2"),
    fact("mail.smime.value", "holds", part="2"),
    fact("mail.smime.certificate.subject", "Common Name: Jeanne Martin", part="2"),
    fact("mail.smime.certificate.issuer", "Common Name: Some Authority", part="2"),
    fact("mail.smime.certificate.self_issued", False, part="2"),
    fact("mail.smime.certificate.address", "Jeanne@A.example", part="2"),
)
_FORM = fact("mail.smime.form", "clear", part="1", offset=300, length=80)
_CHANGED = (_SIGNED[0], fact("mail.smime.digest", "fails", part="2"), *_SIGNED[3:])

EXAMPLES = (
    Example(
        title="signed and unchanged", outcome=Outcome.SUPPORTS, formats=("mail",), facts=(_FORM, *_SIGNED)
    ),
    Example(
        title="content exchanged inside of the signature",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.smime.form", "opaque", part="2", offset=0, length=900),
            *_CHANGED,
        ),
    ),
    Example(
        title="a mailing list wrote a clear text anew",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_FORM, *_CHANGED),
    ),
    Example(
        title="a certificate made by its owner",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_FORM, *_SIGNED[:6], fact("mail.smime.certificate.self_issued", True, part="2")),
    ),
)


@check(
    "LV-SIG-006",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("mail",),
    needs=("mail.smime.form",),
    reads=(
        "mail.from.address",
        "mail.smime.digest",
        "mail.smime.reading",
        "mail.smime.value",
        "mail.smime.certificate.subject",
        "mail.smime.certificate.issuer",
        "mail.smime.certificate.self_issued",
        "mail.smime.certificate.address",
    ),
    cost=Cost.INFEASIBLE,
    reproduce="openssl cms -verify -noverify -in FILE -out /dev/null",
)
def smime_signature(facts: Facts) -> Iterator[Answer]:
    forms = facts.all("mail.smime.form")
    for form, digest in zip(forms, facts.all("mail.smime.digest"), strict=False):
        yield from _one(facts, form, digest)


def _one(facts: Facts, form: Observation, digest: Observation) -> Iterator[Answer]:
    def beside(name: str) -> Observation | None:
        found = facts.all(f"mail.smime.{name}")
        return next((one for one in found if one.where == digest.where), None)

    def text(name: str) -> str:
        one = beside(name)
        return "nobody" if one is None else str(one.value)

    value = beside("value")
    rests = tuple(one for one in (form, digest, value, beside("certificate.subject")) if one is not None)
    part = form.where.part or "1"
    if digest.value == "fails":
        inside = form.value == "opaque" and value is not None and value.value == "holds"
        answer = unusual if inside else neutral
        yield answer("changed-inside" if inside else "changed", rests_on=rests, part=part)
    elif value is not None and value.value == "fails":
        yield neutral("value", rests_on=rests, part=part)
    elif digest.value == "holds" and value is not None and value.value == "holds":
        said: dict[str, str | int] = {
            "part": part, "bytes": form.where.length or 0, "subject": text("certificate.subject")
        }  # fmt: skip
        own = beside("certificate.self_issued")
        reading = beside("reading")
        if own is None or own.value is not False:
            yield neutral("self-issued", rests_on=rests, **said)
        elif reading is not None and reading.value != "plain":
            issuer = text("certificate.issuer")
            yield supports("holds-read", rests_on=rests, reading=str(reading.value), issuer=issuer, **said)
        else:
            yield supports("holds", rests_on=rests, issuer=text("certificate.issuer"), **said)
    else:
        why = ", ".join(str(one.value) for one in (digest, value) if one is not None)
        yield neutral("unread", rests_on=rests, part=part, why=why)
    yield from _named(facts, digest)


def _named(facts: Facts, digest: Observation) -> Iterator[Answer]:
    sender = facts.first("mail.from.address")
    named = [o for o in facts.all("mail.smime.certificate.address") if o.where == digest.where]
    if sender is None or not named:
        return
    if str(sender.value).casefold() not in {str(one.value).casefold() for one in named}:
        yield neutral(
            "address", rests_on=(sender, named[0]), address=str(named[0].value), sender=str(sender.value)
        )  # fmt: skip
