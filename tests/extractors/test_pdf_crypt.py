"""Decryption with the empty password, against published vectors and qpdf."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakverify.extractors.pdf.crypt import _rc4_plain, aes_cbc_decrypt, aes_cbc_encrypt, rc4
from tests.builders.pdf import CATALOG, QPDF, document, examine, info, packet, qpdf

PLAIN = bytes.fromhex("00112233445566778899aabbccddeeff")


@pytest.mark.parametrize(
    ("size", "secret"),
    [
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),  # FIPS 197, C.1
        (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),  # C.2
        (32, "8ea2b7ca516745bfeafc49904b496089"),  # C.3
    ],
)
def test_aes_vectors(size: int, secret: str) -> None:
    key = bytes(range(size))
    assert aes_cbc_encrypt(key, bytes(16), PLAIN).hex() == secret
    assert aes_cbc_decrypt(key, bytes(16), bytes.fromhex(secret)) == PLAIN


def test_aes_chaining_vector() -> None:
    # NIST SP 800-38A, F.2.1
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    secret = bytes.fromhex(
        "7649abac8119b246cee98e9b12e9197d5086cb9b50721 9ee95db113a917678b2".replace(" ", "")
    )
    vector = bytes(range(16))
    assert aes_cbc_encrypt(key, vector, plain) == secret
    assert aes_cbc_decrypt(key, vector, secret) == plain


def test_rc4_vector() -> None:
    # RFC 6229, 40 bit key, offset 0
    assert rc4(bytes.fromhex("0102030405"), bytes(16)).hex() == "b2396305f03dc027ccc3524a0a1118a8"


def test_padding_is_taken_off_only_when_it_is_padding() -> None:
    key = bytes(16)
    padded = aes_cbc_encrypt(key, bytes(16), b"abc" + b"\x0d" * 13)
    assert aes_cbc_decrypt(key, bytes(16), padded, unpad=True) == b"abc"
    odd = aes_cbc_encrypt(key, bytes(16), b"abc" + b"\x07" * 12 + b"\x0d")
    assert aes_cbc_decrypt(key, bytes(16), odd, unpad=True) == b"abc" + b"\x07" * 12 + b"\x0d"


WAYS = [
    ("40", ["--allow-weak-crypto"], []),
    ("128", ["--allow-weak-crypto"], ["--use-aes=n"]),
    ("128", ["--allow-weak-crypto"], ["--use-aes=y"]),
    ("128", ["--allow-weak-crypto"], ["--use-aes=y", "--cleartext-metadata"]),
    ("256", [], []),
    ("256", ["--allow-weak-crypto"], ["--force-R5"]),
]


@pytest.mark.skipif(not QPDF, reason="needs qpdf")
@pytest.mark.parametrize(("bits", "before", "options"), WAYS)
@pytest.mark.parametrize("objects", ["disable", "generate"])
def test_owner_protection_is_read_through(
    tmp_path: Path, bits: str, before: list[str], options: list[str], objects: str
) -> None:
    plain = document(
        "A page",
        about=info(Author="Ann", CreationDate="D:20170505204700Z"),
        xmp=packet(CreateDate="2017-05-05"),
    )
    locked = qpdf(
        plain.data,
        tmp_path,
        *before,
        f"--object-streams={objects}",
        "--encrypt",
        "",
        "owner",
        bits,
        *options,
        "--",
    )
    read = examine(locked)
    assert read.value("pdf.encrypted") is True
    assert read.value("pdf.info.author") == "Ann"
    assert read.value("pdf.info.creation_date") == "2017-05-05T20:47:00Z"
    assert read.value("xmp.create_date") == "2017-05-05"
    assert read.value("pdf.pages") == 1
    assert [str(t).strip() for t in read.values("pdf.page.text")] == ["A page"]
    assert not read.codes


@pytest.mark.skipif(not QPDF, reason="needs qpdf")
@pytest.mark.parametrize(("bits", "before", "options"), WAYS)
def test_a_secret_is_a_problem_and_not_a_clean_result(
    tmp_path: Path, bits: str, before: list[str], options: list[str]
) -> None:
    plain = document("A page", about=info(Author="Ann"))
    locked = qpdf(plain.data, tmp_path, *before, "--encrypt", "user", "owner", bits, *options, "--")
    read = examine(locked)
    assert "encrypted" in read.codes
    assert read.value("pdf.encrypted") is True
    assert read.value("pdf.revision.count") == 1
    assert not read.values("pdf.info.author")
    assert not read.values("pdf.page.text")


def test_an_unknown_security_handler_is_a_problem() -> None:
    made = document("A page", objects={6: b"<</Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s4>>"})
    made.save({CATALOG: made.objects[CATALOG]}, extra=b"/Encrypt 6 0 R")
    read = examine(made.data)
    assert "encrypted" in read.codes
    assert any("PubSec" in fault.detail for fault in read.faults)


@pytest.mark.parametrize("size", range(5, 17))
def test_rc4_of_every_length_that_pdf_knows(size: int) -> None:
    # what OpenSSL takes as it is, repeated, and not at all, against the plain algorithm
    key = bytes(range(1, size + 1))
    assert rc4(key, bytes(300)) == _rc4_plain(key, bytes(300))
    assert rc4(key, rc4(key, b"twice is never")) == b"twice is never"
