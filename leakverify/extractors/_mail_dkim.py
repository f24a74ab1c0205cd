"""What the signatures of a mail claim and cover: DKIM (RFC 6376) and ARC (RFC 8617).

No key enters the box.  What is told is enough to verify, to open and to recover
outside of it: the digest of the signed fields, the signature value, and which
reading of the body fits the hash that the signature claims.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, content, count, digest, text, token, when
from leakverify.extractors._mail_dkim_body import AS_IS, Bodies, Fit
from leakverify.extractors._mail_dkim_canon import (
    RELAXED,
    SIMPLE,
    BadTagsError,
    base64_value,
    canonical_field,
    network_lines,
    read_tags,
    without_signature,
)
from leakverify.extractors._mail_headers import Field, Headers
from leakverify.when import canonical

Facts = Iterator[Observation | Fault]

#: signature fields that are read of each kind, the cheapest bound on hostile mails
SIGNATURES = 50
#: names in the list of signed fields
_NAMES = 500
#: bytes of signed fields that are hashed for all signatures of a mail, and kept of one
_HEADER_BYTES, _BLOCK = 64 << 20, 48 << 10
_VALUE = 4_096
_ID_LENGTH = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: fields a reader relies on; told when a signature leaves them out
_WATCHED = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
)  # fmt: skip
_VERSION = re.compile(r"1|0\.\d{1,3}")
_QUOTED = re.compile(r"=([2-7][0-9A-F])")
_HASHES = {"rsa-sha1": "sha1", "rsa-sha256": "sha256", "ed25519-sha256": "sha256"}
#: kind of signature -> (field, first part of the names of its facts)
_KINDS = {
    "dkim-signature": ("DKIM-Signature", "mail.dkim"),
    "arc-message-signature": ("ARC-Message-Signature", "mail.arc"),
    "arc-seal": ("ARC-Seal", "mail.arc_seal"),
}
_CHAIN = ("arc-authentication-results", "arc-message-signature", "arc-seal")
_NEEDED = {
    "mail.dkim": ("v", "a", "b", "bh", "d", "h", "s"),
    "mail.arc": ("i", "a", "b", "bh", "d", "h", "s"),
    "mail.arc_seal": ("i", "a", "b", "cv", "d", "s"),
}


def _vocabulary() -> dict[str, Declared]:
    found: dict[str, Declared] = {}
    for title, stem in _KINDS.values():
        of = f"of a {title} field" if title[0] == "D" else f"of an {title} field"
        found |= {
            f"{stem}.domain": text(f"signing domain {of}, as it claims", repeats=True),
            f"{stem}.selector": text(f"key selector {of}", repeats=True),
            f"{stem}.time": when(f"signing time {of}", repeats=True),
            f"{stem}.algorithm": token(f"algorithm {of}", repeats=True),
            f"{stem}.value": token(f"signature value {of}, base64 without blanks", repeats=True),
            f"{stem}.digest": digest(f"digest of the fields that the value {of} must fit", repeats=True),
            f"{stem}.block": content(
                "the bytes under that digest, read as ISO 8859-1: signed fields in canonical form",
                repeats=True,
            ),
            f"{stem}.malformed": text(f"first rule of its standard that the value {of} breaks", repeats=True),
        }
        if stem != "mail.dkim":
            found[f"{stem}.instance"] = count(f"number {of} in its chain", repeats=True)
        if stem == "mail.arc_seal":
            found[f"{stem}.chain"] = token("what a seal says of the chain before it: none, pass or fail",
                                           repeats=True)  # fmt: skip
            continue
        found |= {
            f"{stem}.identity": text(f"user or agent {of}", repeats=True),
            f"{stem}.expires": when(f"expiry {of}", repeats=True),
            f"{stem}.canonical": token(f"canonical forms {of}: fields/body", repeats=True),
            f"{stem}.signed": token(f"names of the fields covered {of}, in its order", repeats=True),
            f"{stem}.unsigned": token(f"fields a reader relies on, left out {of}", repeats=True),
            f"{stem}.extra": token(f"covered fields that occur more often than {of} counts", repeats=True),
            f"{stem}.others": content(
                "canonical form of those further fields that it leaves out, ISO 8859-1", repeats=True
            ),
            f"{stem}.oversigned": token(f"fields listed more often than they occur {of}", repeats=True),
            f"{stem}.body_hash": token(f"hash of the body {of}, as it claims, base64", repeats=True),
            f"{stem}.body": token(
                f"which reading of the body fits the hash {of}: as-is, a change undone "
                "(line-ends, trailing-blanks, from-escaped, transfer-encoding, charset), lines taken out "
                "(added-at-end, added-at-start, added-inside), none, too-short or not-tried",
                repeats=True,
            ),
            f"{stem}.body_length": count(f"part of the canonical body covered {of}", "bytes", repeats=True),
            f"{stem}.body_rest": count("canonical body behind that part", "bytes", repeats=True),
            f"{stem}.body_rest_text": content("how the text behind that part begins", repeats=True),
            f"{stem}.body_added": count(
                "lines that must be taken out for the body to fit", "lines", repeats=True
            ),  # fmt: skip
        }
    return found


DKIM_VOCABULARY: Mapping[str, Declared] = MappingProxyType(_vocabulary())


def dkim_facts(data: bytes, headers: Headers, end: int) -> Facts:
    """Facts of every signature of the mail whose body reaches to ``end``, in the order of the fields."""
    fields = [field for field in headers.fields if field.key in _KINDS]
    if not fields:
        return
    reader = _Reader(data, headers, end)
    counted: dict[str, int] = {}
    for field in fields:
        number = counted[field.key] = counted.get(field.key, 0) + 1
        if number > SIGNATURES:
            continue
        title, stem = _KINDS[field.key]
        where = field.where(f"{title}[{number}]")
        try:
            tags = read_tags(field.value(data))
        except BadTagsError as error:
            yield Observation(name=f"{stem}.malformed", value=str(error), where=where)
            continue
        yield from _stated(stem, tags, where)
        if stem == "mail.arc_seal":
            yield from reader.seal(field, tags, where)
        else:
            yield from reader.signature(field, stem, tags, where)
    for key, number in counted.items():
        if number > SIGNATURES:
            yield Fault("limit-answer", f"more than {SIGNATURES} fields {_KINDS[key][0]}")
    if reader.exhausted:
        yield Fault("limit-size", "signatures over more bytes than are hashed")


def _stated(stem: str, tags: Mapping[str, str], where: Location) -> Facts:
    """What a signature says of itself."""

    def told(name: str, value: str, limit: int = _ID_LENGTH) -> Facts:
        if value:
            yield Observation(name=f"{stem}.{name}", value=clip(value, limit), where=where)

    yield from told("domain", tags.get("d", ""))
    yield from told("selector", tags.get("s", ""))
    yield from told("algorithm", tags.get("a", "").lower(), 100)
    if tags.get("t"):
        yield from _seconds(f"{stem}.time", tags["t"], where)
    if stem == "mail.arc_seal":
        yield from told("chain", tags.get("cv", "").lower(), 100)
    else:
        if tags.get("x"):
            yield from _seconds(f"{stem}.expires", tags["x"], where)
        yield from told("canonical", "/".join(_forms(tags)), 100)
        yield from told("signed", ":".join(_listed(tags)), _VALUE)
        yield from told("body_hash", "".join(tags.get("bh", "").split()), 200)
        if stem == "mail.dkim":
            yield from told("identity", _unquoted(tags.get("i", "")))
        length = _length(tags)
        if length is not None:
            yield Observation(name=f"{stem}.body_length", value=length, where=where)
    instance = tags.get("i", "")
    if stem != "mail.dkim" and instance.isascii() and instance.isdigit() and len(instance) <= 4:
        yield Observation(name=f"{stem}.instance", value=int(instance), where=where)
    yield from told("value", "".join(tags.get("b", "").split()), _VALUE)
    wrong = _broken_rule(stem, tags)
    if wrong:
        yield Observation(name=f"{stem}.malformed", value=wrong, where=where)


def _seconds(name: str, digits: str, where: Location) -> Facts:
    """Seconds since 1970 as a date (RFC 6376 3.5)."""
    if digits.isascii() and digits.isdigit() and len(digits) <= 11:
        moment = _EPOCH + timedelta(seconds=int(digits))
        yield Observation(name=name, value=canonical(moment), where=where, raw=digits)
    else:
        yield Fault("malformed", f"{name.rpartition('.')[2]} of a signature is no number of seconds", where)


def _unquoted(value: str) -> str:
    """Text in the quoted-printable of tag lists (RFC 6376 2.11), ASCII only."""
    return _QUOTED.sub(lambda found: chr(int(found[1], 16)), value)


def _listed(tags: Mapping[str, str]) -> list[str]:
    names = [name.strip().lower() for name in tags.get("h", "").split(":", _NAMES)]
    return [name for name in names[:_NAMES] if name]


def _forms(tags: Mapping[str, str]) -> tuple[str, str]:
    fields, _, body = "".join(tags.get("c", "").split()).lower().partition("/")
    return fields or SIMPLE, body or SIMPLE


def _length(tags: Mapping[str, str]) -> int | None:
    stated = tags.get("l", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= 18 else None


def _broken_rule(stem: str, tags: Mapping[str, str]) -> str:
    """The first rule of RFC 6376 3.5 or RFC 8617 4.1 that the tags break, in words; empty if none."""
    missing = [tag for tag in _NEEDED[stem] if not tags.get(tag)]
    if missing:
        return f"no {missing[0]}="
    # drafts before RFC 4871 that hash the body as it does are numbered 0.x
    if stem == "mail.dkim" and not _VERSION.fullmatch(tags["v"]):
        return f"v={clip(tags['v'], 40)}"
    if tags["a"].lower() not in _HASHES:
        return f"a={clip(tags['a'], 40)}"
    if base64_value(tags["b"]) is None:
        return "b= is no base64"
    if stem == "mail.arc_seal":
        return "h= in a seal" if "h" in tags else ""
    if any(form not in (SIMPLE, RELAXED) for form in _forms(tags)):
        return f"c={clip(tags['c'], 40)}"
    if base64_value(tags["bh"]) is None:
        return "bh= is no base64"
    if "from" not in _listed(tags):
        return "From is not signed"
    if "l" in tags and _length(tags) is None:
        return "l= is no number"
    if "q" in tags and "dns/txt" not in tags["q"].lower().split(":"):
        return f"q={clip(tags['q'], 40)}"
    if stem == "mail.dkim" and tags.get("i"):
        domain = _unquoted(tags["i"]).rpartition("@")[2].lower()
        if domain != tags["d"].lower() and not domain.endswith("." + tags["d"].lower()):
            return "i= is not within d="
    signed, expires = tags.get("t", ""), tags.get("x", "")
    if signed.isdigit() and expires.isdigit() and len(signed + expires) < 40 and int(expires) < int(signed):
        return "x= before t="
    return ""


class _Reader:
    """Canonical fields of one mail, made once however many signatures cover them."""

    def __init__(self, data: bytes, headers: Headers, end: int) -> None:
        self._data = data
        self._fields = headers.fields
        self._by_name: dict[str, list[int]] = {}
        for index, field in enumerate(headers.fields):
            self._by_name.setdefault(field.key, []).append(index)
        self._canonical: dict[tuple[int, str], bytes] = {}
        self._left = _HEADER_BYTES
        self._bodies = Bodies(data[headers.body : end], _encoding(data, headers))
        self._body_line = data.count(b"\n", 0, headers.body)
        self._cut = False

    @property
    def exhausted(self) -> bool:
        return self._cut or self._bodies.exhausted

    def _raw_value(self, field: Field) -> bytes:
        return network_lines(self._data[field.value_at : field.end])

    def _field(self, index: int, form: str) -> bytes:
        key = (index, form)
        if key not in self._canonical:
            field = self._fields[index]
            name = field.name.encode("ascii")
            self._canonical[key] = canonical_field(name, self._raw_value(field), form)
        return self._canonical[key]

    def _own(self, field: Field, form: str) -> bytes:
        """The signature field itself, which ends without CRLF."""
        value = without_signature(self._raw_value(field))
        return canonical_field(field.name.encode("ascii"), value, form).removesuffix(b"\r\n")

    def _spend(self, amount: int) -> bool:
        self._left -= amount
        self._cut = self._cut or self._left < 0
        return self._left >= 0

    def signature(self, field: Field, stem: str, tags: Mapping[str, str], where: Location) -> Facts:
        """Coverage and digests of a DKIM or ARC signature."""
        algorithm = _HASHES.get(tags.get("a", "").lower())
        form, body_form = _forms(tags)
        listed = _listed(tags)
        taken, extra, over = self._select(listed)
        watched = [name for name in _WATCHED if name in self._by_name and name not in listed]
        for name, names in (("unsigned", watched), ("extra", extra), ("oversigned", over)):
            if names:
                yield Observation(name=f"{stem}.{name}", value=clip(":".join(names), _VALUE), where=where)
        if algorithm is None or form not in (SIMPLE, RELAXED) or body_form not in (SIMPLE, RELAXED):
            return
        if self._spend(sum(self._fields[index].end - self._fields[index].start for index in taken)):
            block = b"".join(self._field(index, form) for index in taken) + self._own(field, form)
            yield from self._digest(stem, algorithm, block, where)
        others = b"".join(
            self._field(index, form)
            for name in extra
            for index in self._by_name[name][:20]
            if index not in taken
        )
        if others:
            shown = others[:_BLOCK].decode("latin-1")
            yield Observation(name=f"{stem}.others", value=shown, where=where)
        claimed = base64_value(tags.get("bh", ""))
        if claimed is not None and ("l" not in tags or _length(tags) is not None):
            fit = self._bodies.fit(body_form, algorithm, _length(tags), claimed)
            yield from self._body(stem, fit, where)

    def _digest(self, stem: str, algorithm: str, block: bytes, where: Location) -> Facts:
        value = hashlib.new(algorithm, block, usedforsecurity=False).hexdigest()
        yield Observation(name=f"{stem}.digest", value=value, where=where)
        if len(block) <= _BLOCK:
            yield Observation(name=f"{stem}.block", value=block.decode("latin-1"), where=where)

    def _select(self, listed: list[str]) -> tuple[list[int], list[str], list[str]]:
        """Fields covered, from the last upwards (RFC 6376 5.4.2); names left over; names without a field."""
        used: dict[str, int] = {}
        taken: list[int] = []
        over: dict[str, None] = {}
        for name in listed:
            instances = self._by_name.get(name, [])
            number = used[name] = used.get(name, 0) + 1
            if number <= len(instances):
                taken.append(instances[-number])
            else:
                over[name] = None
        extra = [name for name, number in used.items() if number < len(self._by_name.get(name, ()))]
        return taken, extra, list(over)

    def _body(self, stem: str, fit: Fit, where: Location) -> Facts:
        yield Observation(name=f"{stem}.body", value=fit.reading, where=where)
        if fit.rest is not None:
            yield Observation(name=f"{stem}.body_rest", value=fit.rest, where=where)
            words = " ".join(fit.rest_text.decode("utf-8", "replace").split())
            if words and fit.reading == AS_IS:
                yield Observation(name=f"{stem}.body_rest_text", value=words, where=where)
        if fit.lines:
            at = Location(part=where.part, line=self._body_line + fit.line)
            yield Observation(name=f"{stem}.body_added", value=fit.lines, where=at)

    def seal(self, field: Field, tags: Mapping[str, str], where: Location) -> Facts:
        """The digest under a seal: all fields of the chain up to it (RFC 8617 5.1.1)."""
        algorithm = _HASHES.get(tags.get("a", "").lower())
        instance = tags.get("i", "")
        if algorithm is None or not (instance.isascii() and instance.isdigit() and 1 <= int(instance) <= 50):
            return
        covered: list[int] = []
        for number in range(1, int(instance) + 1):
            for name in _CHAIN:
                if number == int(instance) and name == "arc-seal":
                    continue
                found = self._chain.get((name, number), [])
                if len(found) != 1:
                    wrong = f"{len(found)} fields {name} of number {number}"
                    yield Observation(name="mail.arc_seal.malformed", value=wrong, where=where)
                    return
                covered += found
        if self._spend(sum(self._fields[index].end - self._fields[index].start for index in covered)):
            block = b"".join(self._field(index, RELAXED) for index in covered) + self._own(field, RELAXED)
            yield from self._digest("mail.arc_seal", algorithm, block, where)

    @functools.cached_property
    def _chain(self) -> dict[tuple[str, int], list[int]]:
        """Indexes of the fields of a chain by name and number."""
        found: dict[tuple[str, int], list[int]] = {}
        for name in _CHAIN:
            for index in self._by_name.get(name, []):
                number = _instance_of(self._fields[index].value(self._data))
                if number is not None:
                    found.setdefault((name, number), []).append(index)
        return found


def _encoding(data: bytes, headers: Headers) -> str:
    """Transfer encoding of a mail of one part; ``multipart`` for one of several."""
    kind, encoding = headers.first("content-type"), headers.first("content-transfer-encoding")
    if kind is not None and kind.value(data)[:9].lower() == b"multipart":
        return "multipart"
    return "" if encoding is None else encoding.value(data)[:40].decode("latin-1").strip().lower()


def _instance_of(value: bytes) -> int | None:
    """``i=`` wherever it stands; it is the first tag of results, whose other contents are no tag list."""
    for spec in value[:4096].split(b";"):
        name, _, stated = spec.partition(b"=")
        if name.strip() == b"i" and stated.strip().isdigit() and len(stated.strip()) <= 4:
            return int(stated)
    return None
