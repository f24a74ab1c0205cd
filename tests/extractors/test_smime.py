"""S/MIME: what was signed, what was changed since, and how far a certificate goes."""

from __future__ import annotations

import datetime
import functools

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.checks import judge
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.builders.mail import Body, mail
from tests.extractors._facts import codes, every, read, told, tree, value, values

TEXT = b"Content-Type: text/plain\r\n\r\nThe amount is 1200 euros.\r\nFrom here on nothing.\r\n"
BEGINS, ENDS = datetime.datetime(2015, 1, 1), datetime.datetime(2040, 1, 1)


@functools.cache
def identity(*, own: bool = False):
    """A certificate for jeanne@a.example and its key; by an authority, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jeanne Martin")])
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer = subject if own else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Some Authority")])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(4711).not_valid_before(BEGINS).not_valid_after(ENDS)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("jeanne@a.example")]), critical=False)
        .sign(key if own else authority, hashes.SHA256())
    )  # fmt: skip
    return made, key


def signed(*, opaque: bool = False, own: bool = False, sender: str = "jeanne@a.example") -> bytes:
    certificate, key = identity(own=own)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(TEXT).add_signer(certificate, key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary] if opaque else [pkcs7.PKCS7Options.DetachedSignature]
    fields = f"From: Jeanne <{sender}>\r\nTo: b@b.example\r\nSubject: Report\r\n".encode()
    if opaque:
        der = builder.sign(serialization.Encoding.DER, options)
        kind = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
        return mail(Body(kind, der, "base64"), sender=f"Jeanne <{sender}>")
    return fields + builder.sign(serialization.Encoding.SMIME, options).replace(b"\r\n", b"\n").replace(
        b"\n", b"\r\n"
    )


def answers(data: bytes) -> dict[str, Outcome]:
    return {e.message: e.outcome for e in judge(Facts(read(data))) if e.check == "LV-SIG-006"}


def test_a_clear_signed_mail_holds_and_says_what_it_covers() -> None:
    data = signed()
    found = read(data)
    assert value(found, "mail.smime.form") == "clear" and not codes(found)
    (form,) = every(found, "mail.smime.form")
    assert form.where.offset is not None and form.where.length is not None
    assert data[form.where.offset :][: form.where.length] == TEXT
    assert value(found, "mail.smime.digest") == value(found, "mail.smime.value") == "holds"
    assert value(found, "mail.smime.certificate.address") == "jeanne@a.example"
    assert value(found, "mail.smime.certificate.serial") == "1267"
    assert answers(data) == {"holds": Outcome.SUPPORTS}


def test_the_signature_part_is_told_and_not_carried_as_an_unknown_document() -> None:
    assert len(tree(signed())) == 1


def test_an_edited_clear_text_is_shown_and_never_accuses() -> None:
    edited = signed().replace(b"1200", b"9200")
    assert value(read(edited), "mail.smime.digest") == "fails"
    assert value(read(edited), "mail.smime.value") == "holds"
    assert answers(edited) == {"changed": Outcome.NEUTRAL}


@pytest.mark.parametrize(
    ("before", "after", "reading"),
    [
        (b"\r\n", b"\n", "line-ends"),
        (b"\r\nFrom here", b"\r\n>From here", "from-lines"),
        (b"nothing.\r\n", b"nothing.  \t\r\n", "trailing-blanks"),
        (b"nothing.\r\n", b"nothing.\r\n\r\n\r\n", "trailing-lines"),
    ],
)
def test_what_servers_and_mailboxes_do_is_taken_back(before: bytes, after: bytes, reading: str) -> None:
    head, mark, rest = signed().partition(b"Content-Type: text/plain")
    data = head + mark + rest.replace(before, after, -1 if reading == "line-ends" else 1)
    found = read(data)
    assert value(found, "mail.smime.digest") == "holds" and value(found, "mail.smime.reading") == reading
    assert answers(data) == {"holds-read": Outcome.SUPPORTS}


def test_an_opaque_mail_is_opened_and_its_content_is_a_document() -> None:
    data = signed(opaque=True)
    outer, inner = tree(data)
    assert value(outer, "mail.smime.form") == "opaque" and not codes(outer)
    assert inner.formats == ("mail",) and inner.role == "message"
    assert "1200" in str(value(inner, "mail.text"))
    assert answers(data) == {"holds": Outcome.SUPPORTS}


def test_a_content_exchanged_inside_of_the_signature_stands_out() -> None:
    import base64

    data = signed(opaque=True)
    head, _, body = data.partition(b"\r\n\r\n")
    der = base64.b64decode(body).replace(b"1200", b"9200")
    changed = head + b"\r\n\r\n" + base64.encodebytes(der).replace(b"\n", b"\r\n")
    _, inner = tree(changed)
    assert "9200" in str(value(inner, "mail.text"))
    assert answers(changed) == {"changed-inside": Outcome.UNUSUAL}


def test_a_certificate_made_by_its_owner_proves_nothing_on_who() -> None:
    assert answers(signed(own=True)) == {"self-issued": Outcome.NEUTRAL}


def test_a_mail_of_another_address_is_shown() -> None:
    assert answers(signed(sender="x@c.example"))["address"] is Outcome.NEUTRAL


def test_an_encrypted_mail_is_told_as_such() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "B")])
    receiver = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(BEGINS).not_valid_after(ENDS).sign(key, hashes.SHA256())
    )  # fmt: skip
    sealed = pkcs7.PKCS7EnvelopeBuilder().set_data(TEXT).add_recipient(receiver)
    der = sealed.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    found = read(mail(Body("application/pkcs7-mime; smime-type=enveloped-data", der, "base64")))
    assert told(found, "encrypted") == ["smime-encrypted"] and values(found, "mail.smime.form") == []


CLEAR, OPAQUE = signed(), signed(opaque=True)


@settings(max_examples=60)
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=10))
def test_damage_ends_in_an_answer(opaque: bool, changes: list[tuple[int, int]]) -> None:
    data = bytearray(OPAQUE if opaque else CLEAR)
    for at, byte in changes:
        data[at % len(data)] = byte
    for found in tree(bytes(data)):
        assert not codes(found) & {"reader-error", "box-protocol"}, found.problems


def test_a_deeply_nested_cms_object_costs_only_itself() -> None:
    der = b"\x30\x80" * 20_000
    for kind in ("application/pkcs7-mime; smime-type=signed-data",):
        found = read(mail(Body(kind, der, "base64")))
        assert not codes(found) & {"reader-error", "limit-depth", "box-protocol"} and value(
            found, "mail.subject"
        )


def test_signed_parts_inside_signed_parts_are_verified_up_to_a_limit() -> None:
    """Each level covers all below it, so that the work would grow with the square of the length."""
    import time

    inner = b"Content-Type: text/plain\n\n" + b"a \n" * 200_000
    for level in range(30):
        mark = b"--=_%d" % level
        head = (
            b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="=_%d"\n\n'
            % level
        )
        der = b"Content-Type: application/pkcs7-signature\nContent-Transfer-Encoding: base64\n\nMIIB"
        inner = head + mark + b"\n" + inner + b"\n" + mark + b"\n" + der + b"\n" + mark + b"--\n"
    started = time.process_time()
    found = read(b"From: a@a.example\nTo: b@b.example\n" + inner)
    assert time.process_time() - started < 10
    assert "limit-answer" in codes(found) and value(found, "mail.from.address") == "a@a.example"
