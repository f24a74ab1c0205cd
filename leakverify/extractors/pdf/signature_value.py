"""The value of a signature: does it fit the bytes, and its own certificate.

Integrity only.  Whether the certificate belongs to whom it names is a question
of trust and is not asked: there is no store of authorities here, nothing is
fetched, and revocation is not looked up.  CMS is read by ``asn1crypto`` and held
against the digest by pyHanko and ``cryptography`` (RFC 5652; ISO 32000-2, 12.8.3;
time stamps RFC 3161); the two older kinds of PDF 1.3 are done here.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.sign.general import (
    CMSExtractionError,
    extract_certificate_info,
    extract_signer_info,
    find_cms_attribute_iter,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from leakverify.extractors._base import clip
from leakverify.extractors.pdf.pages import clean
from leakverify.when import canonical

#: what the digest of the signed bytes and the value made over it can turn out to be
HOLDS, FAILS, UNSUPPORTED, UNREADABLE = "holds", "fails", "unsupported", "unreadable"
#: the covered bytes are not there to be hashed
NOT_HASHED = "not-hashed"
#: the signer's own statements do not fit together, whatever the value is
REFUSED = "refused"

#: signers that state the algorithm of the signature where that of the digest belongs (PKCS #1)
_MISNAMED = {
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}

#: certificates beside one value, among which the signer's is looked for
_CERTIFICATES = 500

#: makes the digest of the signed bytes; ``None`` when they are not there
Digest = Callable[[str], bytes | None]


@dataclass(slots=True)
class Certificate:
    subject: str = ""
    issuer: str = ""
    serial: str = ""
    begins: str = ""
    ends: str = ""
    self_issued: bool = False


@dataclass(slots=True)
class Value:
    """What a signature's value says. Times in the form of :mod:`leakverify.when`, empty when not stated."""

    digest: str = UNREADABLE
    value: str = UNREADABLE
    algorithm: str = ""
    why: str = ""
    certificate: Certificate | None = None
    #: by the signer's own clock
    signed: str = ""
    #: by a time-stamping service, and whether its token fits this value
    stamped: str = ""
    stamp: str = ""
    authority: str = ""


def read_value(raw: bytes, kind: str, digest: Digest, certificate: bytes = b"") -> Value:
    """Never raises for bad bytes. ``kind`` is the ``/SubFilter``; ``certificate`` that of ``/Cert``."""
    found = Value()
    try:
        with quiet():
            if kind == "adbe.x509.rsa_sha1":
                _bare(found, raw, digest, certificate)
            else:
                _cms(found, raw, kind, digest)
    except (MemoryError, KeyboardInterrupt):
        raise
    except (UnsupportedAlgorithm, NotImplementedError) as error:
        found.digest = UNSUPPORTED if found.digest == UNREADABLE else found.digest
        found.value, found.why = UNSUPPORTED, _why(error)
    except (SignatureValidationError, CMSExtractionError) as error:
        found.value, found.why = REFUSED, _why(error)
    except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes
        found.value, found.why = UNREADABLE, _why(error)
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Keep still a library that also logs what it refuses, with the whole of its reasoning."""
    logger = logging.getLogger("pyhanko")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _why(error: Exception) -> str:
    return clip(clean(" ".join(f"{type(error).__name__}: {error}".split())), 200)


def _cms(found: Value, raw: bytes, kind: str, digest: Digest) -> None:
    message = cms.ContentInfo.load(raw)
    if message["content_type"].native != "signed_data":
        found.why = f"a CMS message of kind {message['content_type'].native}"
        return
    signed: Any = message["content"]
    signer: Any = extract_signer_info(signed)
    algorithm = _name(signer["digest_algorithm"])
    found.algorithm = clip(f"{algorithm} {signer['signature_algorithm']['algorithm'].native}", 100)
    found.signed = _signing_time(signer)
    inner = signed["encap_content_info"]
    content = b"" if isinstance(inner["content"], core.Void) else bytes(inner["content"])
    if inner["content_type"].native == "tst_info":
        # a time stamp of the document: the imprint is of the signed bytes, the value of the imprint
        stated = inner["content"].parsed
        imprint = stated["message_imprint"]
        found.stamped = _moment(stated["gen_time"].native)
        found.digest = _compare(digest, _name(imprint["hash_algorithm"]), imprint["hashed_message"].native)
        covered = _hashed(algorithm, content)
    elif kind == "adbe.pkcs7.sha1" and content:
        # the digest of the signed bytes is itself what is signed
        found.digest = _compare(digest, "sha1", content)
        covered = _hashed(algorithm, content)
    else:
        covered = digest(algorithm) if _supported(algorithm) else None
        attribute = _attribute(signer, "message_digest")
        if covered is None:
            found.digest = NOT_HASHED if _supported(algorithm) else UNSUPPORTED
        elif attribute is not None:
            found.digest = HOLDS if attribute.native == covered else FAILS
            if found.digest == FAILS and content and attribute.native == _hashed(algorithm, content):
                found.digest, found.why = UNREADABLE, "the value signs a content of its own"
    if not isinstance(signed["certificates"], core.Void) and len(signed["certificates"]) > _CERTIFICATES:
        found.why = f"more than {_CERTIFICATES} certificates"
        return
    certificates = extract_certificate_info(signed)
    found.certificate = _certificate(certificates.signer_cert)
    if covered is None:
        found.value = NOT_HASHED if _supported(algorithm) else UNSUPPORTED
        _stamps(found, signer)
        return
    if signer["digest_algorithm"]["algorithm"].native != algorithm and algorithm in _MISNAMED.values():
        signer["digest_algorithm"] = cms.DigestAlgorithm({"algorithm": algorithm})
    intact, valid = validate_sig_integrity(
        signer, certificates.signer_cert, inner["content_type"].native, covered
    )
    found.value = HOLDS if valid else FAILS
    if found.digest == UNREADABLE:
        # nothing but the digest is signed: it holds when the value does
        found.digest = HOLDS if valid and intact else FAILS
    _stamps(found, signer)


def _bare(found: Value, raw: bytes, digest: Digest, certificate: bytes) -> None:
    """PKCS #1 in an octet string, the certificate beside it (ISO 32000-2, 12.8.3.2)."""
    value = core.OctetString.load(raw).native
    if not certificate:
        found.why = "no certificate"
        return
    holder: Any = x509.Certificate.load(certificate)
    found.certificate = _certificate(holder)
    key = serialization.load_der_public_key(holder.public_key.dump())
    if not isinstance(key, rsa.RSAPublicKey):
        found.digest = found.value = UNSUPPORTED
        return
    for name in ("sha1", "sha256", "sha384", "sha512", "md5"):
        made = digest(name)
        if made is None:
            found.digest = found.value = NOT_HASHED
            return
        found.algorithm = f"{name} rsassa_pkcs1v15"
        try:
            recovered = key.recover_data_from_signature(value, padding.PKCS1v15(), None)
        except InvalidSignature:
            break
        if made in recovered:
            found.digest = found.value = HOLDS
            return
    # the value opens with the key and holds another digest: the bytes differ; otherwise the value is spoilt
    try:
        key.recover_data_from_signature(value, padding.PKCS1v15(), None)
        found.digest, found.value = FAILS, HOLDS
    except InvalidSignature:
        found.digest, found.value = UNREADABLE, FAILS


def _stamps(found: Value, signer: Any) -> None:
    """The time stamp over the value of the signature, if there is one (RFC 3161, appendix A)."""
    unsigned = signer["unsigned_attrs"]
    if unsigned is core.VOID or not unsigned:
        return
    for token in _few(find_cms_attribute_iter(unsigned, "signature_time_stamp_token")):
        inner = read_value(
            token.dump(), "ETSI.RFC3161", lambda name: _hashed(name, signer["signature"].native)
        )
        found.stamped = inner.stamped
        fits = (inner.digest, inner.value)
        found.stamp = next(
            (word for word in (FAILS, REFUSED, UNSUPPORTED, UNREADABLE) if word in fits), HOLDS
        )
        found.authority = inner.certificate.subject if inner.certificate else ""
        return


def _few(values: Iterator[Any]) -> Iterator[Any]:
    for _, value in zip(range(3), values, strict=False):
        yield value


def _attribute(signer: Any, name: str) -> Any:
    attributes = signer["signed_attrs"]
    if attributes is core.VOID:
        return None
    return next(iter(_few(find_cms_attribute_iter(attributes, name))), None)


def _signing_time(signer: Any) -> str:
    try:
        stated = _attribute(signer, "signing_time")
        return "" if stated is None else _moment(stated.native)
    except (ValueError, TypeError):
        return ""


def _moment(value: Any) -> str:
    return canonical(value) if isinstance(value, datetime) else ""


def _certificate(holder: Any) -> Certificate:
    validity = holder["tbs_certificate"]["validity"]
    return Certificate(
        subject=_person(holder.subject),
        issuer=_person(holder.issuer),
        serial=clip(f"{holder.serial_number:x}", 80),
        begins=_moment(validity["not_before"].native),
        ends=_moment(validity["not_after"].native),
        self_issued=holder.subject == holder.issuer,
    )


def _person(name: Any) -> str:
    return clip(clean(" ".join(str(name.human_friendly).split())), 500)


def _name(algorithm: Any) -> str:
    """Of a digest algorithm, as ``hashlib`` has it."""
    native = str(algorithm["algorithm"].native).lower().replace("-", "")
    return _MISNAMED.get(native, native).replace("shake256", "shake_256")


def _supported(algorithm: str) -> bool:
    return algorithm in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "shake_256", "ripemd160") or (
        algorithm.startswith("sha3_")
    )


def _hashed(algorithm: str, content: bytes) -> bytes | None:
    if not _supported(algorithm):
        return None
    machine = hashlib.new(algorithm, usedforsecurity=False)
    machine.update(content)
    return machine.digest(64) if algorithm == "shake_256" else machine.digest()  # type: ignore[call-arg]


def _compare(digest: Digest, algorithm: str, stated: Any) -> str:
    if not _supported(algorithm):
        return UNSUPPORTED
    made = digest(algorithm)
    return NOT_HASHED if made is None else HOLDS if made == stated else FAILS
