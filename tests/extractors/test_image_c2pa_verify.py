"""Manifests verified with the extra ``c2pa``: in the locked box, without a file or a socket; nothing without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.extractors import _image_c2pa_verify as verify
from leakverify.extractors.image import sample
from leakverify.judge import judge_unit
from tests.forge import image

with_extra = pytest.mark.skipif(not verify.AVAILABLE, reason="needs c2pa-python, the extra c2pa")


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A JPEG whose manifest was signed with a certificate made for it."""
    c2pa = pytest.importorskip("c2pa", reason="needs c2pa-python, the extra c2pa")
    import io

    picture = image.jpeg(image.paint(image.Scene(seed=2, width=320, height=240)))
    chain, sign = _signer()
    made = io.BytesIO()
    manifest = {"claim_generator_info": [{"name": "Kit", "version": "1"}], "format": "image/jpeg", "assertions": [
        {"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}]}}]}  # fmt: skip
    settings = json.dumps({"verify": {"verify_after_sign": False}})
    with c2pa.Context(c2pa.Settings.from_json(settings)) as context:
        signer = c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, chain, None)
        builder = c2pa.Builder(json.dumps(manifest), context)
        builder.sign(signer, "image/jpeg", io.BytesIO(picture), made)
    return made.getvalue()


def _signer() -> tuple[str, object]:
    """A chain of two certificates and a function that signs."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(of: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of),
                          x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Kit")])  # fmt: skip

    top, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    end = datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC)

    def certificate(
        of: str, by: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
    ) -> bytes:
        ca = of == by
        made = (
            x509.CertificateBuilder().subject_name(name(of)).issuer_name(name(by)).public_key(key.public_key())
            .serial_number(7 if ca else 8).not_valid_before(begin).not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(
                digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
                data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(top.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )  # fmt: skip
        if not ca:
            made = made.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
        return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def sign(data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(leaf.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    chain = certificate("Leaf", "Top", leaf, top) + certificate("Top", "Top", top, top)
    return chain.decode(), sign


def said(report: lv.Report) -> list[str]:
    return [e.message for e in report.evidence if e.check == "LV-IMG-012"]


@with_extra
def test_a_manifest_that_holds_and_one_that_does_not(signed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "signed.jpg"
    path.write_bytes(signed)
    report = lv.verify(path)  # the box locks itself; the library must have everything by then
    assert said(report) == ["holds"], [o for o in report.observations if o.name.startswith("c2pa")]
    changed = bytearray(signed)
    changed[-40] ^= 1
    path.write_bytes(bytes(changed))
    report = lv.verify(path)
    assert said(report) == ["does-not-hold"]
    codes = {o.value for o in report.observations if o.name == "c2pa.validation.failure"}
    assert "assertion.dataHash.mismatch" in codes
    assert report.assessment is lv.Assessment.UNREMARKABLE


@with_extra
def test_a_store_that_is_damaged_is_a_problem_and_no_exception(signed: bytes) -> None:
    at = signed.index(b"jumd")
    for step in (0, 30, 200, 900):
        damaged = signed[: at + step] + b"\xff" * 24 + signed[at + step + 24 :]
        (extraction,) = examine_bytes(damaged, "damaged.jpg").extractions
        assert not any(
            o.value == "Valid" for o in extraction.observations if o.name == "c2pa.validation.state"
        )


def test_without_the_extra_nothing_is_said_of_validity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "AVAILABLE", False)
    picture = sample()
    manifest = b"\xff\xeb\x00\x28JP\0\1\0\0\0\1" + b"\0\0\0\x1cjumb\0\0\0\x14jumdc2pa" + bytes(8)
    (extraction,) = examine_bytes(picture[:2] + manifest + picture[2:], "c2pa.jpg").extractions
    names = {o.name: o.value for o in extraction.observations}
    assert names["image.c2pa"] is True
    assert "c2pa.validation.state" not in names
    report = judge_unit(examine_bytes(picture[:2] + manifest + picture[2:], "c2pa.jpg"), "c2pa.jpg")[0]
    assert said(report) in (["unread"], ["claims"])
