"""LV-SIG-005  What a signature proves unchanged.

What it looks at: signatures whose digest fits the bytes and whose value was made
with the key of the certificate beside it; which save they cover from the first
byte to the last; and what the saves after it hold.

Why it matters: the bytes that such a signature covers are the ones that were
signed, to the last digit.  That is integrity and not identity: whether the
certificate belongs to whom it names, was trusted or revoked, is not judged here,
and anybody can make a certificate with any name.  One that names itself as its
issuer is therefore only shown.

Innocent ways: this speaks for a document.  Data for long-term validation, time
stamps, further signatures and filled forms may follow.  What was altered before
signing is covered like all the rest.

Repeat by hand: ``pdfsig FILE``, with the certificates of the issuer to have the
identity verified as well.

Sources: ISO 32000-2 12.8, RFC 5652, RFC 3161; verified by pyHanko and
cryptography.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports
from leakverify.checks._pdf_signature import CONTENT_KINDS, READS, UNSIGNED, Signature, signatures, unsigned
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "file": "The signature {name} holds over the whole file, all {bytes} bytes but its own value. Its "
    "certificate names {subject}, issued by {issuer}; that this is so was not verified.",
    "revision": "The signature {name} holds over the document as it was after revision {revision} ({bytes} "
    "bytes), and what follows is only {what}. Its certificate names {subject}, issued by {issuer}; that this "
    "is so was not verified.",
    "earlier": "The signature {name} holds over the document as it was after revision {revision} ({bytes} "
    "bytes); the saves after it hold {what}, which it does not cover.",
    "self-issued": "The signature {name} holds over {bytes} bytes, with a certificate that names itself "
    "({subject}), as anybody can make one.",
    **UNSIGNED,
}
INNOCENT = {
    "anybody": "Anybody can make a certificate with any name, and can alter a document before signing it.",
}
#: what may follow any signature without touching what it covers
_HARMLESS = frozenset(("signature", "dss"))
_ACCOUNTED = {
    "none": "nothing",
    "validation-data": "validation data and time stamps",
    "form": "signatures, validation data and filled forms",
}

_HOLDS = (
    fact("pdf.revision.count", 1),
    fact("pdf.signature.count", 1),
    fact("pdf.signature.kind", "approval", part="obj 9 0"),
    fact("pdf.signature.field", "Signature1", part="obj 9 0"),
    fact("pdf.signature.coverage", "file", part="obj 9 0", revision=1, offset=0, length=5000),
    fact("pdf.signature.digest", "holds", part="obj 9 0"),
    fact("pdf.signature.certificate.subject", "Common Name: Jeanne Martin", part="obj 9 0"),
    fact("pdf.signature.certificate.issuer", "Common Name: Some Authority", part="obj 9 0"),
    fact("pdf.signature.certificate.self_issued", False, part="obj 9 0"),
)
EXAMPLES = (
    Example(
        title="signed, and nothing happened since",
        outcome=Outcome.SUPPORTS,
        formats=("pdf",),
        facts=(*_HOLDS, fact("pdf.signature.value", "holds", part="obj 9 0")),
    ),
    Example(
        title="a value that does not fit its certificate",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_HOLDS, fact("pdf.signature.value", "fails", part="obj 9 0")),
    ),
    Example(
        title="a page redrawn after signing",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.revision.count", 2),
            *_HOLDS[1:4],
            fact("pdf.signature.coverage", "revision", part="obj 9 0", revision=1, offset=0, length=5000),
            *_HOLDS[5:],
            fact("pdf.signature.value", "holds", part="obj 9 0"),
            fact("pdf.signature.rules", "other", part="obj 9 0"),
            fact("pdf.change.kind", "page-content", revision=2, page=1),
        ),
    ),
)


@check(
    "LV-SIG-005",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("pdf",),
    needs=("pdf.signature.count",),
    reads=(
        *READS,
        "pdf.signature.certificate.issuer",
        "pdf.signature.certificate.self_issued",
        "pdf.revision.count",
        "pdf.change.kind",
    ),
    cost=Cost.INFEASIBLE,
    reproduce="pdfsig FILE",
)
def signature_holds(facts: Facts) -> Iterator[Answer]:
    every = signatures(facts)
    if not every:
        yield unsigned()
    for signature in every:
        if signature.holds and signature.covers:
            yield _proves(facts, signature)


def _proves(facts: Facts, signature: Signature) -> Answer:
    covered = signature.first("coverage")
    said: dict[str, str | int | float] = {
        "name": signature.title,
        "bytes": 0 if covered is None else covered.where.length or 0,
        "subject": signature.text("certificate.subject") or "nobody",
    }
    rests = signature.some("coverage", "digest", "value", "certificate.subject", "certificate.issuer")
    own = signature.first("certificate.self_issued")
    if own is not None and own.value is True:
        return neutral("self-issued", rests_on=rests, **said)
    issuer = signature.text("certificate.issuer") or "nobody"
    if signature.text("coverage") == "file":
        return supports("file", rests_on=rests, issuer=issuer, **said)
    said["revision"] = signature.revision or 0
    kinds = [k for k in facts.all("pdf.change.kind") if (k.where.revision or 0) > (signature.revision or 0)]
    found = list(dict.fromkeys(str(kind.value) for kind in kinds))
    redrawn = any(kind in CONTENT_KINDS for kind in found)
    accounted = "" if redrawn else _ACCOUNTED.get(signature.text("rules"), "")
    said["what"] = accounted or ", ".join(found) or "what was not told apart"
    if accounted or (found and _HARMLESS.issuperset(found)):
        return supports("revision", rests_on=rests, issuer=issuer, **said)
    return neutral("earlier", rests_on=rests, **{k: v for k, v in said.items() if k != "subject"})
