"""What an RSA key says of a signature value: whether it made it, and over which digest.

Raised to the public exponent, a signature gives back the padded digest that was
signed (RSASSA-PKCS1-v1_5, RFC 8017 8.2.2 and 9.2).  So a signature tells that a
key made it even where the mail changed since.  For any other key the padding
comes out right by chance once in 2^500 tries or less.
"""

from __future__ import annotations

import msgspec

#: DigestInfo before the digest, in DER (RFC 8017 9.2 note 1), with and without the NULL
_PREFIXES: dict[str, tuple[bytes, ...]] = {
    "sha1": (bytes.fromhex("3021300906052b0e03021a05000414"), bytes.fromhex("301f300706052b0e03021a0414")),
    "sha256": (
        bytes.fromhex("3031300d060960864801650304020105000420"),
        bytes.fromhex("302f300b0609608648016503040201" + "0420"),
    ),
}
_LENGTHS = {"sha1": 20, "sha256": 32}


class Opened(msgspec.Struct, frozen=True):
    """The digest that was signed."""

    hash: str
    digest: str


def open_signature(value: bytes, modulus: int, exponent: int) -> Opened | None:
    """The digest a key signed, ``None`` when this key did not make the value.

    The padding is compared whole, so that no value can be made to fit a small
    exponent without the private key.
    """
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(value, "big")
    if not value or len(value) > size or number >= modulus:
        return None
    padded = pow(number, exponent, modulus).to_bytes(size, "big")
    for name, length in _LENGTHS.items():
        digest = padded[-length:]
        if any(padded == padding(size, prefix, digest) for prefix in _PREFIXES[name]):
            return Opened(name, digest.hex())
    return None


def padding(size: int, prefix: bytes, digest: bytes) -> bytes:
    """EMSA-PKCS1-v1_5 of a digest for a modulus of ``size`` bytes; empty when it does not fit."""
    filled = size - len(prefix) - len(digest) - 3
    return b"\0\1" + b"\xff" * filled + b"\0" + prefix + digest if filled >= 8 else b""


def padded_digest(size: int, name: str, digest: str) -> int:
    """The number a signer with a modulus of ``size`` bytes raises to its private exponent; 0 if none fits."""
    return int.from_bytes(padding(size, _PREFIXES[name][0], bytes.fromhex(digest)), "big")
