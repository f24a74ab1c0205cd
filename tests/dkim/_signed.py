"""Mails signed by dkimpy with keys made here, and what comes of judging them."""

from __future__ import annotations

import base64
import functools
import secrets
from collections.abc import Iterable
from unittest import mock

import dkim
import gmpy2
from asn1crypto import keys, pem
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import Facts
from leakverify.dkim.keys import Key, rsa_record
from leakverify.dkim.verify import Graded, graded
from leakverify.evidence import Report
from leakverify.judge import judge_unit
from leakverify.references import References

_TIME = 1_463_041_862
DOMAIN, SELECTOR = "a.example", "sel"
HEADERS = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
TEXT = b"Dear Paul,\r\n\r\nThe invoice is 1,200.  Regards\r\n  Anne\r\n"
MAIL = (
    b"From: Anne Martin <anne@a.example>\r\nTo: Paul <paul@b.example>\r\nSubject: Invoice 17\r\n"
    b"Date: Thu, 12 May 2016 10:31:00 +0200\r\nMessage-ID: <17@a.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n\r\n"
)


def key(bits: int = 1024, number: int = 0) -> tuple[bytes, str]:
    """A private key in PEM and the record of its public half; ``number`` tells keys of a kind apart.

    Those below 1,024 bits have the exponent 3, so that recovery is tested in no time.
    """
    return _made(bits, number)


@functools.cache
def _made(bits: int, number: int) -> tuple[bytes, str]:
    if bits < 1024:  # cryptography makes none
        return short_key(bits, 3)
    made = rsa.generate_private_key(65_537, bits)
    secret = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def short_key(bits: int, exponent: int) -> tuple[bytes, str]:
    """The same for a key that nobody should use."""
    while True:
        first, second = (
            int(gmpy2.next_prime(secrets.randbits(bits // 2) | 3 << bits // 2 - 2)) for _ in "pq"
        )
        around = (first - 1) * (second - 1)
        if gmpy2.gcd(around, exponent) == 1 and (first * second).bit_length() == bits:
            break
    private = int(gmpy2.invert(exponent, around))
    made = keys.RSAPrivateKey(
        {
            "version": 0,
            "modulus": first * second,
            "public_exponent": exponent,
            "private_exponent": private,
            "prime1": first,
            "prime2": second,
            "exponent1": private % (first - 1),
            "exponent2": private % (second - 1),
            "coefficient": int(gmpy2.invert(second, first)),
        }
    )
    return pem.armor("RSA PRIVATE KEY", made.dump()), rsa_record(first * second, exponent)


def sign_digest(secret: bytes, digest: str) -> str:
    """A digest signed by hand, in base64, for what dkimpy does not sign."""
    loaded = serialization.load_pem_private_key(secret, None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    made = loaded.sign(bytes.fromhex(digest), padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    return base64.b64encode(made).decode()


def signed(
    mail: bytes = MAIL + TEXT,
    *,
    form: str = "relaxed/relaxed",
    headers: Iterable[str] = HEADERS,
    length: bool = False,
    number: int = 0,
    domain: str = DOMAIN,
    bits: int = 1024,
) -> bytes:
    """The mail with a signature on top, made two seconds after its Date."""
    with mock.patch("dkim.time.time", return_value=_TIME):
        field = dkim.sign(
            mail, SELECTOR.encode(), domain.encode(), key(bits, number)[0],
            canonicalize=tuple(part.encode() for part in form.split("/")),
            include_headers=[name.encode() for name in headers], length=length,
        )  # fmt: skip
    return bytes(field) + mail


def references(
    *, number: int = 0, recovered: bool = False, domain: str = DOMAIN, **stated: str
) -> References:
    record = stated.pop("record", key(number=number)[1])
    return References(
        dkim_keys=(Key(domain=domain, selector=SELECTOR, record=record, recovered=recovered, **stated),)
    )


def facts(mail: bytes, known: References | None = None) -> Facts:
    return Facts(examine_bytes(mail, "x.eml").extractions[0], None, known or references())


def grades(mail: bytes, known: References | None = None) -> tuple[Graded, ...]:
    return graded(facts(mail, known))


def only(mail: bytes, known: References | None = None) -> Graded:
    (one,) = grades(mail, known)
    return one


def report(mail: bytes, known: References | None = None) -> Report:
    return reports(mail, known)[0]


def reports(mail: bytes, known: References | None = None) -> list[Report]:
    return judge_unit(examine_bytes(mail, "x.eml"), "x.eml", references=known or references())


def said(found: Report, check: str) -> list[tuple[str, str]]:
    return [(e.outcome.value, e.message) for e in found.evidence if e.check == check]
