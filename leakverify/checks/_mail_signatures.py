"""Signatures of mail as several checks speak of them, and a signed sample for their examples."""

from __future__ import annotations

import hashlib

from leakverify.checks._base import Facts, fact
from leakverify.dkim.keys import Key
from leakverify.dkim.verify import Grade, Graded, graded
from leakverify.evidence import Observation
from leakverify.references import References

#: every fact that grading looks at, for DKIM-Signature fields
READS = (
    *(
        f"mail.dkim.{name}"
        for name in (
            "domain", "selector", "algorithm", "value", "digest", "block", "malformed", "identity", "expires",
            "signed", "unsigned", "extra", "others", "body", "body_length", "body_rest", "body_rest_text",
            "body_added", "time",
        )
    ),
    "mail.from.address", "mail.from.name", "mail.received.when", "mail.thread_topic", "mail.return_path",
    "mail.sender.address", "mail.reply_to.address", "mail.envelope.from",
)  # fmt: skip
#: what a reader sees of a mail before its text; two of one kind, or one that is not signed, can mislead
SHOWN = ("from", "subject", "date")
REPRODUCE = (
    "dkimverify < FILE; openssl pkeyutl -verifyrecover -pubin -inkey KEY.pem -pkeyopt rsa_padding_mode:pkcs1 "
    "-in VALUE | xxd"
)


def dkim_signatures(facts: Facts) -> tuple[Graded, ...]:
    """The graded DKIM signatures of a mail, those of ARC left out."""
    return tuple(one for one in graded(facts) if one.signature.stem == "mail.dkim")


def aligned(facts: Facts, domain: str) -> bool:
    """Whether the author's address belongs to the signing domain, or the other way round."""
    author = facts.text("mail.from.address").rpartition("@")[2].lower().rstrip(".")
    if not author or not domain or facts.first("mail.from.other") is not None:
        return False
    return (
        author == domain or author.endswith("." + domain) or (domain.endswith("." + author) and "." in author)
    )


def uncovered(facts: Facts, one: Graded) -> tuple[str, ...]:
    """What a verified signature leaves open that changes what a reader sees; empty when nothing."""
    signature = one.signature
    open_to_change = [name for name in SHOWN if name in signature.names("unsigned")]
    open_to_change += [f"further {name}" for name in signature.names("extra") if name in _ONCE]
    if "content-type" in signature.names("unsigned") and not _body_fixes_parts(facts):
        open_to_change.append("content-type")
    if one.rest:
        open_to_change.append("end of the body")
    return tuple(open_to_change)


#: fields of which a second one can be shown instead of the signed one
_ONCE = frozenset((*SHOWN, "to", "cc", "reply-to", "sender", "content-type", "mime-version",
                   "content-transfer-encoding"))  # fmt: skip


def _body_fixes_parts(facts: Facts) -> bool:
    """Whether the signed body itself says where its parts begin and end, whatever the unsigned field says.

    Then another Content-Type could only name another kind of multipart: with
    another boundary there would be text in front of the first part.
    """
    kinds = facts.all("mail.mime.type")
    if not kinds or not str(kinds[0].value).startswith("multipart/"):
        return False
    root = kinds[0].where.part
    loose = (*facts.all("mail.mime.preamble"), *facts.all("mail.mime.epilogue"))
    return not any(one.where.part == root for one in loose) and any(
        one.where.part == root for one in facts.all("mail.mime.boundary")
    )


def is_whole(facts: Facts, one: Graded) -> bool:
    """Whether a trusted key of the author's domain proves all a reader sees: the fields and the whole "
    "body.
    """
    return (
        one.grade is Grade.VERIFIED
        and one.trusted
        and not one.early
        and aligned(facts, one.signature.domain)
        and not uncovered(facts, one)
    )


def proof(facts: Facts) -> Graded | None:
    """The first signature that proves a whole mail."""
    return next((one for one in dkim_signatures(facts) if is_whole(facts, one)), None)


def covered(one: Graded) -> str:
    """Names of the signed fields, each once, in the order of the signature."""
    return ", ".join(dict.fromkeys(one.signature.names("signed"))) or "none"


def seen(one: Graded) -> str:
    """Where the key is from and when it was seen, in words; empty without one."""
    if one.key is None:
        return ""
    bits = [f"{one.key.material.bits} bits"]
    if one.key.span:
        bits.append(f"seen {one.key.span}")
    return ", ".join(bits)


def rests(one: Graded, *names: str) -> tuple[Observation, ...]:
    return one.signature.some("domain", "selector", "value", "digest", *names)


# examples -------------------------------------------------------------------------------------------

#: a block of canonical fields, its signature by a key made for this purpose, and that key
BLOCK = (
    "from:Anne Martin <anne@a.example>\r\n"
    "to:Paul <paul@b.example>\r\n"
    "subject:Invoice 17\r\n"
    "date:Thu, 12 May 2016 10:31:00 +0200\r\n"
    "content-type:text/plain; charset=utf-8\r\n"
    "dkim-signature:v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=sel; t=1463041862; "
    "h=from:from:to:subject:date:content-type; bh=3b9xt0X0ZTBmQ1dD2q8rQG2k1k9p5n0H3sB1y6jvGdw=; b="
)
_VALUE = (
    "rmDBOSy65uJLmuc1OCVtC+0WGIEiiTettGqsaivk/Q2ma6hNiiVFP0EmnsShObaoOd0reJI4e9kRcTnuVGjg0UrRFpb2"
    "MLxpTmcttJklWLAhsFafG03ADNeVzoob9tojj7SH/k2Wz35eneqYiFedmf6/xw09RdfKwlHIKgl14LQ="
)
_RECORD = (
    "v=DKIM1; p="
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDnqRtFiEk9/aPWskgomsIu+b6ORhfQ8KnRMhyPEZ0LbhX0yjJP5acH"
    "8F/DQuzQfe3D2t16/+jc0xxaN5f46NYjWwX1y1Vfqp6W6JQa+JHqBAFVCcv4cxhaetICpH+KWXz7sI6b51H7ehBRHvsY"
    "cnutmaFTB42bZo6QWqIp4rHe9QIDAQAB"
)
TRUSTED = References(
    dkim_keys=(Key(domain="a.example", selector="sel", record=_RECORD, first="2015", last="2017"),)
)
RECOVERED = References(dkim_keys=(Key(domain="a.example", selector="sel", record=_RECORD, recovered=True),))
YOUNGER = References(
    dkim_keys=(Key(domain="a.example", selector="sel", record=_RECORD, not_before="2017-01-01"),)
)


def sample(*further: Observation, block: str = BLOCK, body: str = "as-is") -> tuple[Observation, ...]:
    """Facts of a signed mail; with another ``block``, of one whose fields were changed since."""

    def told(name: str, value: str) -> Observation:
        return fact(f"mail.dkim.{name}", value, part="DKIM-Signature[1]", line=3)

    return (
        fact("mail.from.address", "anne@a.example", line=9),
        fact("mail.from.name", "Anne Martin", line=9),
        told("domain", "a.example"),
        told("selector", "sel"),
        told("algorithm", "rsa-sha256"),
        told("time", "2016-05-12T08:31:02Z"),
        told("signed", "from:from:to:subject:date:content-type"),
        told("value", _VALUE),
        told("digest", hashlib.sha256(block.encode("latin-1")).hexdigest()),
        told("block", block),
        told("body", body),
        *further,
    )
