"""LV-SIG-002  The signed bytes are not those that are there.

What it looks at: a signature holds a digest of the bytes it covers.  The digest
is made again and compared; the range of the covered bytes is held against the
place where the value of the signature stands, and the value against the key of
the certificate that lies beside it.

Why it matters: a digest that does not fit, in a file whose layout still fits the
signature to the byte, says that covered bytes were overwritten in place after
signing, or never were the signed ones.  A range with holes covers less than it
seems to, which is how signatures are kept valid over changed documents.  What
is proven is that bytes differ; which words differ it does not say.

Innocent ways: a file that was written anew as a whole no longer fits its
signature and cannot be checked; that is only shown, because every program that
optimises, linearises or repairs files does it.  Some signing programs hash
wrongly, and their signatures never held.  A transfer as text changes line ends;
a file that was cut off is told apart.  An algorithm that is not known is no
finding.

Repeat by hand: ``pdfsig -nocert FILE``; ``pyhanko sign validate FILE``.

Sources: ISO 32000-2 12.8.1, RFC 5652; V. Mladenov et al., 1 Trillion Dollar
Refund, CCS 2019 (universal forgery, wrapping).  In 11 signed genuine files of
public corpora no digest fails, and one file was written anew after signing.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_signature import READS, UNSIGNED, Signature, signatures, unsigned
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "changed": "The bytes that the signature {name} covers are not those that were signed: their digest "
    "({algorithm}) differs, though the range fits the file to the byte and the digest itself is signed.",
    "spoilt": "Neither the digest of the signature {name} nor its value fits: it never held, or was damaged.",
    "partly": "The digest of the signature {name} does not fit the bytes it covers; an earlier signature, "
    "{other}, still holds over the document as it was then.",
    "stamp": "The digest in the time stamp {name} does not fit the bytes it covers.",
    "shape": "The range of the signature {name} leaves out more than its own value ({odd}), and what it "
    "covers holds: bytes could be changed without breaking it.",
    "unfit": "The signature {name} is over other bytes than these ({odd}): the file was written anew, or "
    "cut, after it was signed, so the signature proves nothing about it any more.",
    "ends-elsewhere": "The signature {name} holds over the first {bytes} bytes; no save is known to end "
    "there.",
    "not-its-key": "The digest of the signature {name} holds; its value does not fit the certificate beside "
    "it ({why}).",
    "empty": "The signature {name} has a range and no value: it was prepared and not made.",
    "not-read": "The signature {name} could not be verified here ({why}).",
    **UNSIGNED,
}
INNOCENT = {
    "signer": "The signing program hashed wrongly, and the signature never held.",
    "transfer": "The file was changed in transfer: line ends converted, or bytes damaged.",
    "in-place": "A program wrote a label or a counter into the file after signing, without an update.",
}
_SHAPES = frozenset(("begins-late", "gap-too-wide", "gap-too-narrow"))
#: what is out of order, in words
_ODD = {
    "begins-late": "it does not begin at the first byte",
    "gap-too-wide": "its gap is wider than the value",
    "gap-too-narrow": "its gap is narrower than the value",
    "gap-elsewhere": "its gap is not where the value stands",
    "beyond-end": "it reaches beyond the end of the file",
    "overlap": "its parts overlap",
    "not-two-pairs": "it is not two stretches of bytes",
    "no-range": "it is no range",
    "ends-elsewhere": "no save is known to end where it ends",
}

_FITS = (
    fact("pdf.signature.count", 1),
    fact("pdf.signature.kind", "approval", part="obj 9 0"),
    fact("pdf.signature.field", "Signature1", part="obj 9 0"),
    fact("pdf.signature.coverage", "file", part="obj 9 0", revision=2),
)
EXAMPLES = (
    Example(
        title="a digit overwritten in place after signing",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            *_FITS,
            fact("pdf.signature.digest", "fails", part="obj 9 0", raw="sha256 sha256_rsa"),
            fact("pdf.signature.value", "holds", part="obj 9 0"),
        ),
    ),
    Example(
        title="a second signature that a program hashed wrongly, after one that holds",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_FITS,
            fact("pdf.signature.digest", "fails", part="obj 9 0", raw="sha256 sha256_rsa"),
            fact("pdf.signature.value", "holds", part="obj 9 0"),
            fact("pdf.signature.kind", "approval", part="obj 5 0"),
            fact("pdf.signature.coverage", "revision", part="obj 5 0", revision=1),
            fact("pdf.signature.digest", "holds", part="obj 5 0"),
            fact("pdf.signature.value", "holds", part="obj 5 0"),
        ),
    ),
    Example(
        title="a gap that takes in more than the value",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_FITS[:3],
            fact("pdf.signature.coverage", "less", part="obj 9 0"),
            fact("pdf.signature.odd", "gap-too-wide", part="obj 9 0"),
            fact("pdf.signature.digest", "holds", part="obj 9 0"),
            fact("pdf.signature.value", "holds", part="obj 9 0"),
        ),
    ),
    Example(
        title="signed, then written anew by an optimiser",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_FITS[:3],
            fact("pdf.signature.coverage", "unfit", part="obj 9 0"),
            fact("pdf.signature.odd", "gap-elsewhere", part="obj 9 0"),
            fact("pdf.signature.digest", "not-hashed", part="obj 9 0"),
            fact("pdf.signature.value", "not-hashed", part="obj 9 0"),
        ),
    ),
    Example(
        title="signed, and nothing happened since",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_FITS,
            fact("pdf.signature.digest", "holds", part="obj 9 0"),
            fact("pdf.signature.value", "holds", part="obj 9 0"),
        ),
    ),
)


@check(
    "LV-SIG-002",
    question=Question.ORIGIN,
    family=Family.SIGNATURE,
    formats=("pdf",),
    needs=("pdf.signature.count",),
    reads=READS,
    cost=Cost.SECONDS,
    reproduce="pdfsig -nocert FILE",
)
def signed_bytes(facts: Facts) -> Iterator[Answer]:
    every = signatures(facts)
    if not every:
        yield unsigned()
    for signature in every:
        yield from _broken(signature, every)


def _broken(signature: Signature, every: list[Signature]) -> Iterator[Answer]:
    digest, value = signature.text("digest"), signature.text("value")
    rests = signature.some("coverage", "odd", "digest", "value")
    name = signature.title
    odd = [str(o.value) for o in signature.all("odd")]
    shown = "; ".join(_ODD.get(one, one) for one in odd)
    if "no-value" in odd:
        yield neutral("empty", rests_on=rests, name=name)
    elif signature.text("coverage") == "unfit" or (digest == "fails" and not signature.covers):
        # neither layout nor digest fits: the bytes are others altogether
        yield neutral("unfit", rests_on=rests, name=name, odd=shown)
    elif digest == "fails":
        yield _fails(signature, every)
    elif digest == "holds" and _SHAPES.intersection(odd):
        yield unusual("shape", rests_on=rests, name=name, odd=shown)
    elif digest == "holds" and value == "holds" and not signature.covers:
        covered = signature.first("coverage")
        end = 0 if covered is None else (covered.where.offset or 0) + (covered.where.length or 0)
        yield neutral("ends-elsewhere", rests_on=rests, name=name, bytes=end)
    elif digest == "holds" and value in ("fails", "refused"):
        why = signature.first("value")
        yield neutral("not-its-key", rests_on=rests, name=name, why=(why.raw if why else "") or value)
    elif digest != "holds" or value != "holds":
        found = signature.first("value")
        yield neutral("not-read", rests_on=rests, name=name, why=(found.raw if found else "") or value)


def _fails(signature: Signature, every: list[Signature]) -> Answer:
    rests = signature.some("coverage", "odd", "digest", "value")
    name = signature.title
    holding = [one for one in every if one is not signature and one.holds and one.covers]
    if signature.kind == "time-stamp":
        return unusual("stamp", rests_on=rests, name=name)
    if signature.text("value") != "holds":
        return unusual("spoilt", rests_on=rests, name=name)
    if holding:
        other = holding[-1]
        return unusual(
            "partly", rests_on=(*rests, *other.some("coverage", "digest")), name=name, other=other.title
        )
    found = signature.first("digest")
    return contradicts(
        "changed", rests_on=rests, name=name, algorithm=((found.raw if found else "") or "").split(" ")[0]
    )
