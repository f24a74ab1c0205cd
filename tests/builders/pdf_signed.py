"""Signed PDFs: certificates made here, signatures by pyHanko, nothing fetched.

Keys of people are derived from numbers; that of the clock is made anew in every run, since the service for
tests wants RSA.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import keys, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

#: when the certificates of people are valid
BEGINS, ENDS = datetime(2015, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
#: when things are signed unless something else is asked for
SIGNED = datetime(2017, 5, 9, 8, 12, 30, tzinfo=UTC)


#: the certificate of the clock serves documents of every age
_EVER = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC))
#: number of the key of the time-stamping service
CLOCK = 9


@functools.cache
def _key(number: int) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if number == CLOCK:
        return rsa.generate_private_key(65537, 2048)
    return ec.derive_private_key(0x1EA4BEEF00000000 + number, ec.SECP256R1())


def _name(common: str) -> cx509.Name:
    return cx509.Name([cx509.NameAttribute(NameOID.COMMON_NAME, common)])


@functools.cache
def certificate(
    subject: str, number: int, begins: datetime = BEGINS, ends: datetime = ENDS, *,
    issuer: str = "Test Authority", authority: int = 1, stamping: bool = False,
) -> x509.Certificate:  # fmt: skip
    """A certificate for key ``number``, signed with key ``authority``; self-signed when the two are the same."""
    built = (
        cx509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(subject if number == authority else issuer))
        .public_key(_key(number).public_key())
        .serial_number(1000 + number)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if stamping:
        usage = cx509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(usage, critical=True)
    made = built.sign(_key(authority), hashes.SHA256())
    return x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))


def _private(number: int) -> keys.PrivateKeyInfo:
    raw = _key(number).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return keys.PrivateKeyInfo.load(raw)


@functools.cache
def stamper(when: datetime) -> DummyTimeStamper:
    """A time-stamping service whose clock stands still."""
    return DummyTimeStamper(
        certificate("Test Clock", CLOCK, _EVER[0], _EVER[1], stamping=True), _private(CLOCK), fixed_dt=when
    )


class _Writer(IncrementalPdfFileWriter):
    """Adds what it is told to, and leaves the dates of the document alone."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), strict=False)

    def _update_meta(self) -> None:
        pass


class _At(signers.PdfSigner):
    """Signs at a stated time."""

    when: datetime = SIGNED

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.when
        return session


def sign(
    data: bytes,
    field: str = "Signature1",
    *,
    subject: str = "Jeanne Martin",
    number: int = 2,
    when: datetime = SIGNED,
    begins: datetime = BEGINS,
    ends: datetime = ENDS,
    self_signed: bool = False,
    certify: int = 0,
    box: tuple[int, int, int, int] | None = None,
    stamped: datetime | None = None,
    kind: str = "pades",
    reason: str | None = None,
    writer: Callable[[bytes], IncrementalPdfFileWriter] = _Writer,
) -> bytes:
    """The document with one more signature, as an incremental update.

    ``certify`` is the level of a certification (1 to 3), 0 for an approval; ``box`` makes it visible on the
    first page; ``stamped`` adds a time stamp over the value.
    """
    own = certificate(subject, number, begins, ends, **({"authority": number} if self_signed else {}))
    chain = [] if self_signed else [certificate("Test Authority", 1)]
    signer = signers.SimpleSigner(
        signing_cert=own, signing_key=_private(number), cert_registry=SimpleCertificateStore.from_certs(chain)
    )
    update = writer(data)
    if box is not None:
        fields.append_signature_field(update, fields.SigFieldSpec(field, box=box))
    subfilter = (
        fields.SigSeedSubFilter.PADES if kind == "pades" else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        name=subject,
        reason=reason,
        certify=bool(certify),
        docmdp_permissions=fields.MDPPerm(certify or 2),
        subfilter=subfilter,
        md_algorithm="sha256",
    )
    made = _At(meta, signer=signer, timestamper=stamper(stamped) if stamped else None)
    made.when = when
    out = io.BytesIO()
    made.sign_pdf(update, output=out)
    return out.getvalue()


def validation_data(data: bytes) -> bytes:
    """The certificates of the signer and the authority as a document security store (ISO 32000-2, 12.8.4.3)."""
    writer, out = _Writer(data), io.BytesIO()
    certs = [certificate("Jeanne Martin", 2), certificate("Test Authority", 1)]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=certs)
    writer.write(out)
    return out.getvalue()


def timestamp(data: bytes, when: datetime = SIGNED + timedelta(days=30), field: str = "Stamp1") -> bytes:
    """A time stamp over the whole document, by a service with a clock of its own."""
    writer = _Writer(data)
    out = io.BytesIO()
    signers.PdfTimeStamper(stamper(when), field_name=field).timestamp_pdf(writer, "sha256", output=out)
    return out.getvalue()
