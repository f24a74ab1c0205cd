"""The standard security handler of PDF, opened with the empty user password.

Files that only restrict printing or copying ("owner" protection) open with the
empty password in every viewer; their content is there for any reader to see.
Keys are made after ISO 32000-2:2020 clause 7.6; the ciphers are those of the
``cryptography`` distribution (OpenSSL), which is loaded before the box is
locked, because a provider of OpenSSL may be a file of its own.
"""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

#: lengths of RC4 keys, in bytes, that ``cryptography`` takes
_RC4_SIZES = (5, 7, 8, 10, 16, 20, 24, 32)
#: ISO 32000-2, 7.6.4.3.2 step a: what a short password is filled up with
_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


class CryptError(Exception):
    """The file cannot be decrypted without a secret, or uses a handler that is not known."""


class Crypt:
    """Decrypts strings and streams of one file."""

    def __init__(self, key: bytes, strings: str, streams: str, version: int, metadata: bool) -> None:
        self._key = key
        self._string_method = strings
        self._stream_method = streams
        self._version = version
        self._metadata = metadata

    def strings(self, value: Any, number: int, generation: int) -> Any:
        """The value of an indirect object with every string in it decrypted."""
        if self._string_method == "Identity":
            return value
        return self._strings(value, number, generation, 0)

    def _strings(self, value: Any, number: int, generation: int, depth: int) -> Any:
        from pypdf.generic import ByteStringObject, TextStringObject, create_string_object

        if isinstance(value, TextStringObject | ByteStringObject):
            plain = self._apply(self._string_method, value.original_bytes, number, generation)
            return create_string_object(plain)
        if depth > 50:
            return value
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, dict | list | TextStringObject | ByteStringObject):
                    dict.__setitem__(value, name, self._strings(inner, number, generation, depth + 1))
        elif isinstance(value, list):
            for at, inner in enumerate(value):
                if isinstance(inner, dict | list | TextStringObject | ByteStringObject):
                    value[at] = self._strings(inner, number, generation, depth + 1)
        return value

    def stream(self, stream: Any, origin: tuple[int, int] | None) -> bytes:
        """Encoded bytes of a stream, decrypted. ``origin``: its object number and generation."""
        raw: bytes = stream._data
        kind = dict.get(stream, "/Type")
        if origin is None or kind == "/XRef" or (kind == "/Metadata" and not self._metadata):
            return raw
        filters = dict.get(stream, "/Filter")
        if filters == "/Crypt" or (isinstance(filters, list) and "/Crypt" in filters):
            return raw  # its own filter, which is the identity unless it names another one
        return self._apply(self._stream_method, raw, *origin)

    def _apply(self, method: str, data: bytes, number: int, generation: int) -> bytes:
        if method == "Identity" or not data:
            return data
        if method == "AESV3":
            return aes_cbc_decrypt(self._key, data[:16], data[16:], unpad=True)
        salt = number.to_bytes(4, "little")[:3] + generation.to_bytes(4, "little")[:2]
        salted = self._key + salt + (b"sAlT" if method == "AESV2" else b"")
        key = hashlib.md5(salted, usedforsecurity=False).digest()[: min(len(self._key) + 5, 16)]
        if method == "AESV2":
            return aes_cbc_decrypt(key, data[:16], data[16:], unpad=True)
        return rc4(key, data)


def open_with_empty_password(encrypt: Any, first_id: bytes, store: Any) -> Crypt:
    """The handler an ``/Encrypt`` dictionary describes. Raises :class:`CryptError`."""
    name, version = store.get(encrypt, "/Filter"), store.get(encrypt, "/V")
    if name != "/Standard":
        raise CryptError(f"security handler {name}")
    if version not in (1, 2, 4, 5):
        raise CryptError(f"encryption version {version}")
    revision = store.get(encrypt, "/R")
    metadata = _truth(encrypt, store)
    strings = streams = "V2"
    if version >= 4:
        strings = _method(encrypt, "/StrF", store)
        streams = _method(encrypt, "/StmF", store)
    if version == 5:
        key = _key_256(encrypt, revision, store)
    else:
        key = _key_128(encrypt, version, revision, first_id, metadata, store)
    return Crypt(key, strings, streams, version, metadata)


def _truth(encrypt: Any, store: Any) -> bool:
    stated = store.get(encrypt, "/EncryptMetadata")
    return stated is None or bool(getattr(stated, "value", stated))


def _method(encrypt: Any, key: str, store: Any) -> str:
    name = store.get(encrypt, key)
    if name is None or name == "/Identity":
        return "Identity"
    chosen = store.get(store.dictionary(store.dictionary(encrypt, "/CF"), str(name)), "/CFM")
    method = str(chosen or "/None").lstrip("/")
    if method == "None":
        return "Identity"
    if method not in ("V2", "AESV2", "AESV3"):
        raise CryptError(f"crypt method {method}")
    return method


def _bytes(encrypt: Any, key: str, length: int, store: Any) -> bytes:
    value = store.get(encrypt, key)
    raw = getattr(value, "original_bytes", None)
    if not isinstance(raw, bytes):
        raise CryptError(f"{key} is missing")
    return raw[:length]


def _key_128(encrypt: Any, version: int, revision: Any, first_id: bytes, metadata: bool, store: Any) -> bytes:
    """ISO 32000-2, 7.6.4.3.2 (algorithm 2), checked by algorithms 4 and 5."""
    if revision not in (2, 3, 4):
        raise CryptError(f"security handler revision {revision}")
    owner, user = _bytes(encrypt, "/O", 32, store), _bytes(encrypt, "/U", 32, store)
    stated = store.get(encrypt, "/Length")
    bits = stated if version != 1 and isinstance(stated, int) else 40
    if version == 4:
        bits = 128
    size = 5 if revision == 2 else min(max(bits // 8 if bits >= 40 else bits, 5), 16)
    allowed = store.get(encrypt, "/P")
    permissions = (int(allowed) if isinstance(allowed, int) else 0) & 0xFFFFFFFF
    seed = _PAD + owner + permissions.to_bytes(4, "little") + first_id
    if revision >= 4 and not metadata:
        seed += b"\xff\xff\xff\xff"
    key = _md5(seed)
    if revision >= 3:
        for _ in range(50):
            key = _md5(key[:size])
    key = key[:size]
    if revision == 2:
        opened = rc4(key, _PAD) == user
    else:
        proof = rc4(key, _md5(_PAD + first_id))
        for round_ in range(1, 20):
            proof = rc4(bytes(byte ^ round_ for byte in key), proof)
        opened = proof[:16] == user[:16]
    if not opened:
        raise CryptError("a password is needed")
    return key


def _key_256(encrypt: Any, revision: Any, store: Any) -> bytes:
    """ISO 32000-2, 7.6.4.3.3 (algorithm 2.A) with an empty password, of the user or of the owner."""
    if revision not in (5, 6):
        raise CryptError(f"security handler revision {revision}")
    user, wrapped = _bytes(encrypt, "/U", 48, store), _bytes(encrypt, "/UE", 32, store)
    if len(user) < 48 or len(wrapped) < 32:
        raise CryptError("/U or /UE is too short")
    digest = _hash_r6 if revision == 6 else _hash_r5
    if digest(user[32:40], b"") == user[:32]:
        return aes_cbc_decrypt(digest(user[40:48], b""), bytes(16), wrapped)
    owner, wrapped = _bytes(encrypt, "/O", 48, store), _bytes(encrypt, "/OE", 32, store)
    if len(owner) < 48 or len(wrapped) < 32 or digest(owner[32:40], user) != owner[:32]:
        raise CryptError("a password is needed")
    return aes_cbc_decrypt(digest(owner[40:48], user), bytes(16), wrapped)


def _hash_r5(salt: bytes, user: bytes) -> bytes:
    return hashlib.sha256(salt + user).digest()


def _hash_r6(salt: bytes, user: bytes) -> bytes:
    """Algorithm 2.B for an empty password; ``user`` is the /U string when the owner's is tried."""
    key = hashlib.sha256(salt + user).digest()
    last, rounds = 0, 0
    while rounds < 64 or last > rounds - 32:
        block = aes_cbc_encrypt(key[:16], key[16:32], (key + user) * 64)
        # the first sixteen bytes as a number modulo 3: every power of 256 is 1 modulo 3
        key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(block[:16]) % 3](block).digest()
        last = block[-1]
        rounds += 1
    return key[:32]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4 under a key of any length from 1 to 256 bytes.

    OpenSSL is asked for the usual lengths only.  The key schedule takes the key
    over and over again, so a key written twice or more is the same key; what
    fits no usual length even so (48, 64, 72 and 80 bit files) is done here.
    """
    usual = next((size for size in _RC4_SIZES if size % len(key) == 0), None) if key else None
    if usual is None:
        return _rc4_plain(key, data) if key else b""
    machine = Cipher(ARC4(key * (usual // len(key))), None).encryptor()
    return machine.update(data) + machine.finalize()


def _rc4_plain(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray(len(data))
    for at, byte in enumerate(data):
        i = (i + 1) & 255
        one = state[i]
        j = (j + one) & 255
        other = state[j]
        state[i], state[j] = other, one
        out[at] = byte ^ state[(one + other) & 255]
    return bytes(out)


def aes_cbc_encrypt(key: bytes, vector: bytes, data: bytes) -> bytes:
    """Whole blocks only, no padding. ``key`` has 16, 24 or 32 bytes."""
    machine = Cipher(AES(key), CBC(vector[:16])).encryptor()
    return machine.update(data[: len(data) // 16 * 16]) + machine.finalize()


def aes_cbc_decrypt(key: bytes, vector: bytes, data: bytes, *, unpad: bool = False) -> bytes:
    """Whole blocks; ``unpad`` takes off PKCS #7 padding where it is well formed."""
    if len(key) not in (16, 24, 32) or len(vector) < 16:
        return b""
    machine = Cipher(AES(key), CBC(vector[:16])).decryptor()
    out = machine.update(data[: len(data) // 16 * 16]) + machine.finalize()
    if unpad and out and 1 <= out[-1] <= 16 and out.endswith(bytes([out[-1]]) * out[-1]):
        return out[: -out[-1]]
    return out
