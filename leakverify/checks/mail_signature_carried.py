"""LV-MAIL-015  Carried inside a mail whose signature covers it.

What it looks at: documents that were attached to a mail, or to a mail inside of
one, whose DKIM signature holds with a trusted key of the author's domain over the
whole body (LV-MAIL-010).

Why it matters: an attachment is part of the body.  Every byte of it is what the
domain's server sent at that time; nothing was exchanged since.

Innocent ways: it speaks for the document being what was sent, not for what it
says, and not for its being unaltered before it was sent.

Repeat by hand: verify the mail as LV-MAIL-010 says, take the part out with
``munpack`` and compare its SHA-256.

Sources: RFC 6376 3.7 (the hash of the body), RFC 2045.  Measured with signed mails
of our own: every attachment exchanged or edited after signing loses this.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, supports
from leakverify.checks._mail_signatures import READS, REPRODUCE, TRUSTED, proof, sample, seen
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "covered": "The mail that carries this document is covered as a whole by a signature of {domain} "
    "({name}, {key}): "
    "the document is what was sent, byte for byte.",
    "no-mail": "The document did not come in a mail.",
    "not-covered": "No signature with a trusted key covers the mail that carries this document.",
    **ABSENT,
}
INNOCENT = {
    "before": "The document may have been altered before it was sent, by the sender or by somebody else.",
}

EXAMPLES = (
    Example(
        title="attached to a mail that is covered as a whole",
        outcome=Outcome.SUPPORTS,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 1),),
        carrier=Example(
            title="the mail", outcome=Outcome.SUPPORTS, formats=("mail",), facts=sample(), references=TRUSTED
        ),
    ),
    Example(
        title="attached to a mail whose body changed",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 1),),
        carrier=Example(
            title="the mail",
            outcome=Outcome.NEUTRAL,
            formats=("mail",),
            facts=sample(body="none"),
            references=TRUSTED,
        ),
    ),
    Example(
        title="a loose file",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("pdf",),
        facts=(fact("pdf.revision.count", 1),),
    ),
)


@check(
    "LV-MAIL-015",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("pdf", "ooxml", "ole", "odf", "rtf", "image", "text", "mail", "zip"),
    reads=(*READS, "mail.from.other", "mail.mime.type", "mail.mime.boundary", "mail.mime.preamble",
           "mail.mime.epilogue"),
    cost=Cost.INFEASIBLE,
    reproduce=REPRODUCE,
    proves=("covered",),
)  # fmt: skip
def carried_by_proven_mail(facts: Facts) -> Iterator[Answer]:
    if facts.carried_by("mail") is None:
        yield Answer(Outcome.NOT_APPLICABLE, "no-mail", (), {})
        return
    inner, step = facts, facts.carrier
    signed = False
    while step is not None:
        if "mail" in step.formats and not _beside(inner):
            signed = signed or bool(step.all("mail.dkim.value"))
            found = proof(step)
            if found is not None:
                rest = found.signature.some("domain", "selector", "value", "digest", "body", "signed")
                yield supports("covered", rests_on=rest, domain=found.signature.domain,
                               name=found.signature.part, key=seen(found))  # fmt: skip
                return
        inner, step = step, step.carrier
    if signed:
        yield Answer(Outcome.NOT_APPLICABLE, "not-covered", (), {})
    else:
        yield absent(facts, "mail.dkim.value")


def _beside(facts: Facts) -> bool:
    """Whether the document is a further message of the same file, which no signature of the first covers."""
    return facts.extraction.where.part.startswith("message ")
