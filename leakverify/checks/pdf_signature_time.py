"""LV-SIG-004  Signing time against certificate, time stamp and the document's dates.

What it looks at: a signature carries the time of the signer's clock, often a
time stamp made by a service with a clock of its own, and a certificate with a
first and a last day.  They are compared with each other and with the dates that
the signed state of the document states about itself.  Only differences of more
than a day that hold under every reading of the zones count.

Why it matters: a key cannot sign before its certificate was issued, a service
cannot stamp a value before the value was made, and a document cannot be signed
before it exists.  A clock set back for signing, or dates written into a document
afterwards, show here; the service's clock is the one that neither side could set.

Innocent ways: a signing computer whose clock was wrong; a certificate issued
again for the same key; a converter that stamps the day of conversion after
signing; test certificates.  A certificate that had run out, and a time stamp
added long after, are ordinary and only shown.

Repeat by hand: ``pdfsig FILE``; ``openssl pkcs7 -inform DER -print_certs -text``
on the value; ``exiftool -a -G1 -time:all FILE``.

Sources: RFC 5652 11.3 (signing-time), RFC 3161 (time stamps), RFC 5280 4.1.2.5
(validity), ISO 32000-2 12.8.1 (/M).  That a certificate is trusted is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._pdf_signature import UNSIGNED, Signature, signatures, unsigned
from leakverify.checks._time import DAY, Stated, distance, lead, moments, only_zone, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "before-certificate": "The signature {name} states {signed}, {by} before the certificate it was made "
    "with begins ({begins}).",
    "stamped-before": "A time-stamping service stamped the signature {name} at {stamped}, {by} before the "
    "time of signing it states, {signed}.",
    "created-after-stamp": "The document as signed states {created} ({what}), {by} after a service stamped "
    "it ({stamped}, signature {name}).",
    "created-after-signing": "The document as signed states {created} ({what}), {by} after the signature "
    "{name} was made by its own statement ({signed}).",
    "two-times": "The signature {name} states two times of signing, {signed} in its value and {stated} "
    "beside it, {by} apart.",
    "after-certificate": "The signature {name} states {signed}, {by} after the certificate it was made with "
    "ended ({ends}).",
    "stamped-late": "A service stamped the signature {name} at {stamped}, {by} after the time of signing it "
    "states, {signed}.",
    "agree": "The signature {name} states {signed}, and a service stamped it at {stamped}.",
    **UNSIGNED,
}
INNOCENT = {
    "clock": "The clock of the computer on which it was signed was wrong.",
    "renewed": "The certificate was issued again for the same key and put in its place.",
    "conversion": "A program wrote its own date into the document while it was being signed.",
}
_DATES = {
    "pdf.info.creation_date": "Info CreationDate",
    "pdf.info.mod_date": "Info ModDate",
    "xmp.create_date": "XMP CreateDate",
    "xmp.modify_date": "XMP ModifyDate",
}
_TIMES = (
    "pdf.signature.signed",
    "pdf.signature.when",
    "pdf.signature.stamped",
    "pdf.signature.stamp",
    "pdf.signature.certificate.begins",
    "pdf.signature.certificate.ends",
)

_MADE = (
    fact("pdf.signature.count", 1),
    fact("pdf.signature.kind", "approval", part="obj 9 0"),
    fact("pdf.signature.field", "Signature1", part="obj 9 0"),
    fact("pdf.signature.coverage", "file", part="obj 9 0", revision=1),
    fact("pdf.signature.digest", "holds", part="obj 9 0"),
    fact("pdf.signature.value", "holds", part="obj 9 0"),
    fact("pdf.signature.signed", "2016-03-01T10:00:00Z", part="obj 9 0"),
)
EXAMPLES = (
    Example(
        title="signed with the clock set back, before the certificate existed",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(*_MADE, fact("pdf.signature.certificate.begins", "2018-06-01T00:00:00Z", part="obj 9 0")),
    ),
    Example(
        title="a document that states a creation after a service stamped it",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            *_MADE,
            fact("pdf.signature.stamp", "holds", part="obj 9 0"),
            fact("pdf.signature.stamped", "2016-03-01T10:00:05Z", part="obj 9 0"),
            fact("pdf.info.creation_date", "2016-04-12T09:00:00+02:00", revision=1),
        ),
    ),
    Example(
        title="signed, stamped, and the certificate long since ended",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            *_MADE,
            fact("pdf.signature.certificate.begins", "2015-01-01T00:00:00Z", part="obj 9 0"),
            fact("pdf.signature.certificate.ends", "2015-12-31T00:00:00Z", part="obj 9 0"),
            fact("pdf.signature.stamp", "holds", part="obj 9 0"),
            fact("pdf.signature.stamped", "2016-03-01T10:00:05Z", part="obj 9 0"),
            fact("pdf.info.creation_date", "2016-02-29T09:00:00+02:00", revision=1),
        ),
    ),
    Example(
        title="dates of a save after the signature",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(*_MADE, fact("pdf.info.mod_date", "2019-04-12T09:00:00+02:00", revision=2)),
    ),
)


@check(
    "LV-SIG-004",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("pdf",),
    needs=("pdf.signature.count",),
    reads=("pdf.signature.count", *_TIMES, *_DATES, "pdf.signature.coverage", "pdf.signature.digest"),
    cost=Cost.MINUTES,
    reproduce="pdfsig FILE; exiftool -a -G1 -time:all FILE",
)
def signing_time(facts: Facts) -> Iterator[Answer]:
    every = signatures(facts)
    if not every:
        yield unsigned()
    for signature in every:
        if signature.text("value") == "holds":
            yield from _clock(signature)
            yield from _document(facts, signature)


def _clock(signature: Signature) -> Iterator[Answer]:
    name = signature.title
    signed = signature.moment("signed") or signature.moment("when")
    beside, stamped = signature.moment("when"), _stamped(signature)
    begins, ends = signature.moment("certificate.begins"), signature.moment("certificate.ends")
    if signed is None:
        return
    said = {"name": name, "signed": str(signed[0].value)}
    if begins and (by := lead(begins[1], signed[1])) > DAY:
        rests = (signed[0], begins[0])
        yield contradicts("before-certificate", rests_on=rests, begins=str(begins[0].value),
                          by=span_text(by), **said)  # fmt: skip
    if ends and (by := lead(signed[1], ends[1])) > DAY:
        rests = (signed[0], ends[0])
        yield neutral("after-certificate", rests_on=rests, ends=str(ends[0].value), by=span_text(by), **said)
    if beside and signature.first("signed") and (by := distance(beside[1], signed[1])) > DAY:
        make = neutral if only_zone(beside[1], signed[1]) else unusual
        rests = (signed[0], beside[0])
        yield make("two-times", rests_on=rests, stated=str(beside[0].value), by=span_text(by), **said)
    if stamped is None or signature.kind == "time-stamp":
        return
    rests = (signed[0], stamped[0])
    said["stamped"] = str(stamped[0].value)
    if (by := lead(signed[1], stamped[1])) > DAY:
        yield contradicts("stamped-before", rests_on=rests, by=span_text(by), **said)
    elif (by := lead(stamped[1], signed[1])) > DAY:
        yield neutral("stamped-late", rests_on=rests, by=span_text(by), **said)
    else:
        yield neutral("agree", rests_on=rests, **said)


def _stamped(signature: Signature) -> Stated | None:
    """The time of a service whose token fits: over the value, or over the document."""
    fits = signature.text("stamp") == "holds" or (signature.kind == "time-stamp" and signature.holds)
    return signature.moment("stamped") if fits else None


def _document(facts: Facts, signature: Signature) -> Iterator[Answer]:
    """The latest date that the covered state states, against when it was signed."""
    if not (signature.covers and signature.text("digest") == "holds"):
        return
    stamped, signed = _stamped(signature), signature.moment("signed") or signature.moment("when")
    limit = stamped or signed
    inside = [
        stated
        for stated in moments(facts, _DATES)
        if (stated[0].where.revision or 1) <= (signature.revision or 1)
    ]
    if limit is None or not inside:
        return
    latest = max(inside, key=lambda stated: lead(stated[1], limit[1]))
    by = lead(latest[1], limit[1])
    if by <= DAY:
        return
    said = {"name": signature.title, "created": str(latest[0].value), "what": _DATES[latest[0].name]}
    rests = (latest[0], limit[0], *signature.some("coverage", "digest"))
    if stamped is not None:
        yield contradicts("created-after-stamp", rests_on=rests, stamped=str(limit[0].value),
                          by=span_text(by), **said)  # fmt: skip
    else:
        yield unusual("created-after-signing", rests_on=rests, signed=str(limit[0].value),
                      by=span_text(by), **said)  # fmt: skip
