"""Signatures of S/MIME (RFC 8551): does the value fit the content and the certificate beside it.

Integrity only.  Whether the certificate belongs to whom it names is a question
of trust and is not asked; nothing is fetched.  A clear-signed part is hashed as
it stands in the mail, and then with what servers and mailboxes are known to do
to it taken back, one step at a time; which reading fits is told.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Child, Declared, Fault, clip, flag, text, token, when

if TYPE_CHECKING:
    from leakverify.extractors.pdf.signature_value import Value

SMIME_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mail.smime.form": token(
            "clear (multipart/signed) or opaque (content inside); what it covers is located", repeats=True
        ),
        "mail.smime.digest": token(
            "whether the content is the one that was signed: holds, fails, unsupported, unreadable",
            repeats=True,
        ),
        "mail.smime.reading": token(
            "how the content had to be read for that: plain, line-ends, from-lines, trailing-blanks, "
            "trailing-lines",
            repeats=True,
        ),
        "mail.smime.value": token(
            "whether the key of the certificate beside it made the value: holds, fails, refused, "
            "unsupported, unreadable",
            repeats=True,
        ),
        "mail.smime.algorithm": token("digest and signature algorithm", repeats=True),
        "mail.smime.signed": when("signing time by the signer's own clock", repeats=True),
        "mail.smime.certificate.subject": text("whom the certificate names; not verified", repeats=True),
        "mail.smime.certificate.issuer": text("who issued it, as it says; not verified", repeats=True),
        "mail.smime.certificate.address": text("address in the certificate", repeats=True),
        "mail.smime.certificate.begins": when("when the certificate begins to be valid", repeats=True),
        "mail.smime.certificate.ends": when("when the certificate ceases to be valid", repeats=True),
        "mail.smime.certificate.serial": token("serial number, hexadecimal", repeats=True),
        "mail.smime.certificate.self_issued": flag("subject and issuer are the same", repeats=True),
    }
)

#: signatures read of one message
SIGNATURES = 20
#: bytes of clear-signed content that are hashed in one message, each several times
SIGNED_BYTES = 64 * 1024 * 1024
#: bytes of a CMS object that are read
_CMS_BYTES = 128 * 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\n|\r")
_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_BLANKS = re.compile(rb"[ \t]+(?=\r\n|\Z)")
_ADDRESSES = 5

Events = Iterator[Observation | Fault | Child]


def clear_events(content: bytes, raw: bytes, covered: Location, where: Location) -> Events:
    """A clear-signed part and the CMS object of its signature (RFC 8551 3.5.3)."""
    found, reading = _best(raw, _readings(content))
    yield Observation(name="mail.smime.form", value="clear", where=covered)
    yield from _facts(found, reading, raw, where)


def opaque_events(raw: bytes, where: Location) -> Generator[Observation | Fault | Child, None, bool]:
    """A CMS object with its content inside, and that content as a document (RFC 8551 3.5.2).

    Returns whether the content was had.
    """
    inner = _content(raw)
    if inner is None:
        yield Fault("malformed", "the content of a signed CMS object could not be read", where)
        return False
    bare = inner.replace(b"\r\n", b"\n")
    found, reading = _best(
        raw, (("plain", inner), ("line-ends", bare), ("line-ends", _LINE_END.sub(b"\r\n", inner)))
    )
    yield Observation(name="mail.smime.form", value="opaque", where=where)
    yield from _facts(found, reading, raw, where)
    if inner:
        # the ending makes it a mail even where a Content-Type is its only field
        yield Child(name="signed content.eml", data=inner, role="message", where=where)
    return True


def _best(raw: bytes, readings: Iterable[tuple[str, bytes]]) -> tuple[Value, str]:
    """The first reading of the content that fits the signature, else what the plain one gives."""
    first: Value | None = None
    for reading, variant in readings:
        found = _read(raw, functools.partial(_hash, data=variant))
        if found.digest == "holds":
            return found, reading
        first = first or found
        if found.digest != "fails":
            break
    if first is None:
        raise AssertionError("there is always a plain reading")
    return first, ""


def _readings(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The content as it stands, then with one known change after the other taken back."""
    yield "plain", content
    lines = _LINE_END.sub(b"\r\n", content)
    if lines != content:
        yield "line-ends", lines
    unescaped = _FROM.sub(rb"\1", lines)
    if unescaped != lines:
        yield "from-lines", unescaped
    stripped = _BLANKS.sub(b"", lines)
    if stripped != lines:
        yield "trailing-blanks", stripped
    bare = lines.rstrip(b"\r\n")
    for ending in (b"", b"\r\n", b"\r\n\r\n"):
        if bare + ending != lines:
            yield "trailing-lines", bare + ending


def _read(raw: bytes, digest: Callable[[str], bytes | None]) -> Value:
    from leakverify.extractors.pdf.signature_value import Value, read_value

    if len(raw) > _CMS_BYTES:
        return Value(why=f"more than {_CMS_BYTES} bytes")
    return read_value(raw, "smime", digest)


def _facts(found: Value, reading: str, raw: bytes, where: Location) -> Events:
    yield Observation(name="mail.smime.digest", value=found.digest, where=where)
    if reading:
        yield Observation(name="mail.smime.reading", value=reading, where=where)
    yield Observation(name="mail.smime.value", value=found.value, where=where)
    if found.algorithm:
        yield Observation(name="mail.smime.algorithm", value=found.algorithm, where=where)
    if found.signed:
        yield Observation(name="mail.smime.signed", value=found.signed, where=where)
    holder = found.certificate
    if holder is not None:
        for name, value in (
            ("subject", holder.subject),
            ("issuer", holder.issuer),
            ("serial", holder.serial),
            ("begins", holder.begins),
            ("ends", holder.ends),
        ):
            if value:
                yield Observation(name=f"mail.smime.certificate.{name}", value=value, where=where)
        yield Observation(name="mail.smime.certificate.self_issued", value=holder.self_issued, where=where)
        for address in _addresses(raw):
            yield Observation(name="mail.smime.certificate.address", value=clip(address, 320), where=where)
    if found.why:
        yield Fault("malformed" if found.value == "unreadable" else "unsupported-feature", found.why, where)


def _content(raw: bytes) -> bytes | None:
    """What a signed CMS object holds; ``None`` when it is no such object."""
    from asn1crypto import cms, core

    if len(raw) > _CMS_BYTES:
        return None
    try:
        message = cms.ContentInfo.load(raw)
        if message["content_type"].native != "signed_data":
            return None
        inner = message["content"]["encap_content_info"]["content"]
        return b"" if isinstance(inner, core.Void) else bytes(inner)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, IndexError):
        return None


def _addresses(raw: bytes) -> list[str]:
    """Addresses in the signer's certificate: alternative names first (RFC 8550 3)."""
    from asn1crypto import cms
    from pyhanko.sign.general import CMSExtractionError, extract_certificate_info

    try:
        holder = extract_certificate_info(cms.ContentInfo.load(raw)["content"]).signer_cert
        found: dict[str, None] = {}
        names = holder.subject_alt_name_value
        for name in names or ():
            if name.name == "rfc822_name":
                found[str(name.native)] = None
        for part in holder.subject.chosen:
            for one in part:
                if one["type"].native == "email_address":
                    found[str(one["value"].native)] = None
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
        CMSExtractionError,
    ):
        return []
    return list(found)[:_ADDRESSES]


def _hash(algorithm: str, data: bytes) -> bytes | None:
    try:
        return hashlib.new(algorithm, data, usedforsecurity=False).digest()
    except (ValueError, TypeError):
        return None
