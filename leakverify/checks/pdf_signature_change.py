"""LV-SIG-001  Content changed after a signature.

What it looks at: a signature covers the document as it was after one save.
Every later save is compared with the state before it: which text of the pages
it changed, which pages it drew otherwise, added or took out, which fields and
comments it touched, and what the signer permitted afterwards (certification
level).  Only a signature whose covered bytes are still those that were hashed
is held against later saves.

Why it matters: the signed state is in the file, proven byte by byte, and can be
read beside the one that is shown.  Words that stand differently now were
changed by somebody after the signature was made.

Innocent ways: filling a form, a further signature, a time stamp, data for
long-term validation and comments are permitted and only listed.  A comment in a
document certified against comments is usually just that; a counter or an
archive may stamp or number pages of what it received, or add a cover page.

Repeat by hand: ``pdfsig FILE`` names what each signature covers; cut the file
there with ``head -c BYTES FILE > signed.pdf`` and compare ``pdftotext -layout``
of both.

Sources: ISO 32000-2 12.8.2.2 (what a certification permits); S. Rohlmann et al.,
Breaking the Specification: PDF Certification, IEEE S&P 2021; C. Mainka et al.,
Shadow Attacks, NDSS 2021.  Later saves are also put to the rules of pyHanko;
where those account for every object and no page was drawn otherwise, nothing is
raised.  A comment that covers words is the matter of LV-PDF-002.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_signature import (
    CONTENT_KINDS,
    READS,
    UNSIGNED,
    Signature,
    difference,
    pairs,
    signatures,
    unsigned,
)
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "replaced": "Page {page}: «{before}» was signed (signature {name}); revision {revision}, saved after it, "
    "shows «{after}».",
    "altered": "Page {page}: revision {revision}, saved after the signature {name}, turns «{before}» into "
    "«{after}».",
    "redrawn": "Revision {revision}, saved after the signature {name}, draws page {page} otherwise; its text "
    "is the same.",
    "pages": "Revision {revision}, saved after the signature {name}, adds or takes out pages ({page}).",
    "not-permitted": "The signature {name} permits {permitted} afterwards; revision {revision} changes "
    "{what}.",
    "permitted": "After the signature {name} came {saves} more saves, and what they hold may follow a "
    "signature: {what}.",
    "other": "After the signature {name} came {saves} more saves, which hold: {what}.",
    "more": "{count} more places differ from what was signed.",
    "untold": "What came after the signature {name} was not compared: the saves of this file could not be "
    "told apart.",
    **UNSIGNED,
}
INNOCENT = {
    "stamp": "An office, a court or an archive stamped, numbered or completed what it had received signed.",
    "comment": "Somebody commented on a certified document with a program that does not keep to the level.",
    "program": "A program wrote page content again on saving, without an intention to change it.",
}
#: levels of a certification (ISO 32000-2, table 257)
_PERMITTED = {"1": "no change at all", "2": "filling forms and signing only"}
_FORBIDDEN = {"1": frozenset(("form-field", "annotation")), "2": frozenset(("annotation",))}
#: workflows that show words without touching what was signed
_WORKFLOWS = frozenset(("form-fill", "signature-appearance", "annotation", "ocr-layer", "page-added"))
_ACCOUNTED = frozenset(("none", "validation-data", "form"))
_MOST = 10

_SIGNED = (
    fact("pdf.revision.count", 2),
    fact("pdf.signature.count", 1),
    fact("pdf.signature.kind", "approval", part="obj 9 0"),
    fact("pdf.signature.field", "Signature1", part="obj 9 0"),
    fact("pdf.signature.coverage", "revision", part="obj 9 0", revision=1),
    fact("pdf.signature.digest", "holds", part="obj 9 0"),
    fact("pdf.signature.value", "holds", part="obj 9 0"),
)
EXAMPLES = (
    Example(
        title="an amount replaced after signing",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            *_SIGNED,
            fact("pdf.signature.rules", "other", part="obj 9 0"),
            fact("pdf.change.kind", "page-content", revision=2, page=1),
            fact("pdf.change.text_before", "a fee of 200.00 euros", revision=2, page=1),
            fact("pdf.change.text_after", "a fee of 900.00 euros", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="a comment on a document certified against them",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_SIGNED,
            fact("pdf.signature.permits", "2", part="obj 9 0"),
            fact("pdf.change.kind", "annotation", revision=2, page=1),
        ),
    ),
    Example(
        title="a second signature and a filled field",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_SIGNED,
            fact("pdf.signature.rules", "form", part="obj 9 0"),
            fact("pdf.change.kind", "form-field", revision=2, page=1),
            fact("pdf.change.kind", "signature", revision=2),
            fact("pdf.change.text_before", "", revision=2, page=1),
            fact("pdf.change.text_after", "Jeanne Martin", revision=2, page=1),
            fact("pdf.change.explained", "form-fill", revision=2, page=1),
        ),
    ),
    Example(
        title="long-term validation data and a time stamp added later",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_SIGNED,
            fact("pdf.change.kind", "dss", revision=2),
            fact("pdf.change.kind", "signature", revision=2),
        ),
    ),
    Example(
        title="a page turned after signing, whose lines are then read from the end",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(
            *_SIGNED,
            fact("pdf.change.kind", "page-content", revision=2, page=1),
            fact("pdf.change.text_before", "a fee of two hundred", revision=2, page=1),
            fact("pdf.change.text_after", "derdnuh owt fo eef a", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
    Example(
        title="changed before it was signed",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_SIGNED[:4],
            fact("pdf.signature.coverage", "file", part="obj 9 0", revision=2),
            *_SIGNED[5:],
            fact("pdf.change.kind", "page-content", revision=2, page=1),
            fact("pdf.change.text_before", "a fee of 200.00 euros", revision=2, page=1),
            fact("pdf.change.text_after", "a fee of 900.00 euros", revision=2, page=1),
            fact("pdf.change.explained", "none", revision=2, page=1),
        ),
    ),
)


@check(
    "LV-SIG-001",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("pdf",),
    needs=("pdf.signature.count",),
    reads=(
        *READS,
        "pdf.revision.count",
        "pdf.change.kind",
        "pdf.change.text_before",
        "pdf.change.text_after",
        "pdf.change.explained",
    ),
    cost=Cost.MINUTES,
    reproduce="pdfsig FILE; head -c BYTES FILE > signed.pdf; pdftotext -layout signed.pdf -",
)
def changed_after_signature(facts: Facts) -> Iterator[Answer]:
    every = signatures(facts)
    if not every:
        yield unsigned()
    told: set[object] = set()
    found: list[Answer] = []
    # the newest first: what changed after it changed after the older ones too, and is told once
    for signature in sorted(every, key=lambda s: -(s.revision or 0)):
        if signature.text("digest") == "holds" and signature.text("coverage") == "revision":
            found += _after(facts, signature, told)
    order = [Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.NEUTRAL]
    found.sort(key=lambda answer: order.index(answer.outcome))
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield neutral("more", rests_on=(), count=len(found) - _MOST)


def _after(facts: Facts, signature: Signature, told: set[object]) -> Iterator[Answer]:
    base = signature.some("coverage", "digest", "value")
    signed, last = signature.revision, facts.value("pdf.revision.count")
    if signed is None or not isinstance(last, int):
        yield neutral("untold", rests_on=base, name=signature.title)
        return
    if last <= signed:
        return
    kinds = [k for k in facts.all("pdf.change.kind") if (k.where.revision or 0) > signed]
    what = ", ".join(dict.fromkeys(str(kind.value) for kind in kinds)) or "nothing"
    said: dict[str, str | int | float] = {"name": signature.title, "saves": last - signed, "what": what}
    if signature.text("rules") in _ACCOUNTED and not any(kind.value in CONTENT_KINDS for kind in kinds):
        yield neutral("permitted", rests_on=(*base, *signature.some("rules")), **said)
        return
    pointed = False
    for answer in (*_texts(facts, signature, signed, told), *_drawn(facts, signature, kinds, told)):
        pointed = True
        yield answer
    forbidden = _FORBIDDEN.get(signature.text("permits"), frozenset())
    for kind in kinds:
        if kind.value in forbidden and not pointed:
            yield unusual(
                "not-permitted",
                rests_on=(*base, *signature.some("permits"), kind),
                name=signature.title,
                permitted=_PERMITTED[signature.text("permits")],
                revision=kind.where.revision or 0,
                what=str(kind.value),
            )
            return
    if not pointed:
        ordinary = not any(kind.value in CONTENT_KINDS for kind in kinds)
        yield neutral("permitted" if ordinary else "other", rests_on=(*base, *kinds[:_MOST]), **said)


def _texts(facts: Facts, signature: Signature, signed: int, told: set[object]) -> Iterator[Answer]:
    for before, after, explained in pairs(facts):
        where = before.where
        if (where.revision or 0) <= signed:
            continue
        how = difference(str(before.value), str(after.value))
        place = (where.revision, where.page)
        if how and (place, where.box, before.value) in told:
            continue
        if not how or explained.value in _WORKFLOWS:
            continue
        told.update(((place, where.box, before.value), place))
        proven = how == "replaced" and explained.value == "none"
        make = contradicts if proven else unusual if how != "added" or explained.value == "none" else neutral
        yield make(
            "replaced" if proven else "altered",
            rests_on=(*signature.some("coverage", "digest", "value"), before, after, explained),
            name=signature.title,
            page=where.page or 0,
            revision=where.revision or 0,
            before=str(before.value),
            after=str(after.value),
        )


def _drawn(
    facts: Facts, signature: Signature, kinds: list[Observation], told: set[object]
) -> Iterator[Answer]:
    with_text = {(pair[0].where.revision, pair[0].where.page) for pair in pairs(facts)
                 if pair[2].value in _WORKFLOWS or pair[2].value == "stamp-added"}  # fmt: skip
    for kind in kinds:
        place = (kind.where.revision, kind.where.page)
        if kind.value not in CONTENT_KINDS or place in told or place in with_text:
            continue
        told.add(place)
        yield unusual(
            "redrawn" if kind.value == "page-content" else "pages",
            rests_on=(*signature.some("coverage", "digest", "value"), kind),
            name=signature.title,
            page=kind.where.page or 0,
            revision=kind.where.revision or 0,
        )
