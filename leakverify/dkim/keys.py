"""Public keys of signing domains: where they come from, when they were seen, and what they hold.

A key is trusted when the user handed it over or it is shipped with its source;
one that was computed from the mails themselves is ``recovered`` and proves that
one private key made them, not whose it was.  Nothing is ever looked up.
"""

from __future__ import annotations

import base64
import binascii
import csv
import functools
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from leakverify.document import display_name
from leakverify.errors import UsageError
from leakverify.knowledge import table

#: name and version of the JSON form of key files
FILE_FORM, FILE_VERSION = "leakverify-dkim-keys", 1
#: largest key file; the public archives of keys are below it
FILE_BYTES = 512 << 20
#: largest RSA key that is used: OpenSSL stops there too, and larger ones only cost time
RSA_BITS = 16_384
_RECORD = 20_000

_DATES = re.compile(r"(?<!\d)((?:19|20)\d{2}(?:-\d{2}(?!\d)(?:-\d{2}(?!\d))?)?)")
_NAME = re.compile(
    r"(?:^|[\s\"'])([A-Za-z0-9_.+-]{1,253}?)\._domainkey\.([A-Za-z0-9_.-]{1,253}?)\.?(?=[\s\"':=]|$)"
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\([^0-9]|[0-9]{3})")


class _Tabs(csv.excel_tab):
    quoting = csv.QUOTE_NONE


class Key(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key as published: the text of its DNS record, and when it was seen.

    ``first`` and ``last`` are dates cut to what is known (``2016``, ``2016-10``,
    ``2016-10-05``), ``""`` when nothing is; ``not_before`` is the date before
    which the key cannot have been in use.  ``source`` says who saw it.
    """

    domain: str
    selector: str
    record: str
    first: str = ""
    last: str = ""
    not_before: str = ""
    source: str = ""
    recovered: bool = False

    @property
    def name(self) -> str:
        """The name under which DNS held it."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def span(self) -> str:
        """When it was seen, in words of dates; empty when that is not known."""
        if self.first and self.last and self.first != self.last:
            return f"{self.first} to {self.last}"
        return self.first or self.last

    @property
    def material(self) -> Material:
        return read_record(self.record)


class Material(msgspec.Struct, frozen=True):
    """What a record holds. ``flaw`` says why it verifies nothing, empty otherwise."""

    kind: Literal["rsa", "ed25519", ""]
    modulus: int = 0
    exponent: int = 0
    public: bytes = b""
    tags: Mapping[str, str] = {}
    flaw: str = ""

    @property
    def bits(self) -> int:
        return self.modulus.bit_length() if self.kind == "rsa" else 8 * len(self.public)

    def refuses(self, algorithm: str, domain: str, identity: str) -> str:
        """Why the record forbids this signature (RFC 6376 3.6.1, 6.1.2); empty when it does not."""
        if self.flaw:
            return self.flaw
        kind, _, hashed = algorithm.partition("-")
        if kind != self.kind:
            return f"the key is of type {self.kind}"
        if "h" in self.tags and hashed not in _listed(self.tags["h"]):
            return f"the key is not for {hashed}"
        if "s" in self.tags and not {"*", "email"} & _listed(self.tags["s"]):
            return "the key is not for mail"
        if self.tags.get("v") and "g" in self.tags and not _granted(self.tags["g"], identity):
            return "the key is for other users"
        if "s" in _listed(self.tags.get("t", "")):
            user_domain = identity.rpartition("@")[2].lower()
            if user_domain and user_domain != domain.lower():
                return "the key is not for subdomains"
        return ""


def _granted(pattern: str, identity: str) -> bool:
    """Whether a user is one of those a key of before 2011 was for (RFC 4871 3.6.1, g=)."""
    user = identity.rpartition("@")[0]
    begin, star, end = pattern.partition("*")
    if not star:
        return user == pattern != ""  # an empty pattern is for nobody
    return len(user) >= len(begin) + len(end) and user.startswith(begin) and user.endswith(end)


def _listed(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(":")}


@functools.lru_cache(maxsize=4096)
def read_record(record: str) -> Material:
    """The key in the text of a DNS record (RFC 6376 3.6.1, RFC 8463 4)."""
    tags: dict[str, str] = {}
    for spec in record.split(";", 100):
        name, equals, value = spec.partition("=")
        if equals:
            tags.setdefault(name.strip(), value.strip())
    if "v" in tags and tags["v"] != "DKIM1":
        return Material("", tags=tags, flaw="the record is of another version")
    packed = "".join(tags.get("p", "").split())
    if not packed:
        return Material("", tags=tags, flaw="the key was revoked" if "p" in tags else "no key in the record")
    kind = tags.get("k", "rsa").lower() or "rsa"
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return Material("", tags=tags, flaw="the key is no base64")
    if kind == "ed25519":
        public = raw[-32:] if len(raw) in (32, 44) else b""
        return Material("ed25519", public=public, tags=tags, flaw="" if public else "the key is damaged")
    if kind != "rsa":
        return Material("", tags=tags, flaw=f"a key of type {kind[:40]}")
    numbers = _rsa_numbers(raw)
    if numbers is None:
        return Material("rsa", tags=tags, flaw="the key is damaged")
    modulus, exponent = numbers
    flaw = "" if 384 <= modulus.bit_length() <= RSA_BITS and exponent > 1 else "no usable RSA key"
    return Material("rsa", modulus, exponent, tags=tags, flaw=flaw)


def _rsa_numbers(raw: bytes) -> tuple[int, int] | None:
    """Modulus and exponent of a SubjectPublicKeyInfo, or of a bare RSAPublicKey, in DER."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey  # cryptography refuses the short keys of old mail

    for outer in (True, False):
        try:
            if outer:
                info = PublicKeyInfo.load(raw)
                if info.algorithm != "rsa":
                    continue
                key = info["public_key"].parsed
            else:
                key = RSAPublicKey.load(raw)
            modulus, exponent = int(key["modulus"].native), int(key["public_exponent"].native)
        except (ValueError, TypeError, KeyError):
            continue
        if modulus > 0 and 0 < exponent < 1 << 64:
            return modulus, exponent
    return None


def rsa_record(modulus: int, exponent: int) -> str:
    """The text of a record with this key."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    info = PublicKeyInfo.wrap(RSAPublicKey({"modulus": modulus, "public_exponent": exponent}), "rsa")
    return f"v=DKIM1; k=rsa; p={base64.b64encode(info.dump()).decode()}"


class KeyRing:
    """Keys by domain and selector, trusted ones before recovered ones."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._keys: dict[tuple[str, str], list[Key]] = {}
        for key in keys:
            held = self._keys.setdefault((key.domain, key.selector), [])
            if key not in held:
                held.append(key)
        for held in self._keys.values():
            held.sort(key=lambda one: one.recovered)

    def find(self, domain: str, selector: str) -> tuple[Key, ...]:
        """Every key once published under that name."""
        return tuple(self._keys.get((_name(domain), _name(selector)), ()))

    def __iter__(self) -> Iterator[Key]:
        return (key for held in self._keys.values() for key in held)

    def __len__(self) -> int:
        return sum(len(held) for held in self._keys.values())


@functools.cache
def shipped_keys() -> tuple[Key, ...]:
    """Keys of large providers that came with this version; see the table for who saw them."""
    return tuple(
        Key(
            domain=row["domain"],
            selector=row["selector"],
            record=row["record"],
            first=row["date"],
            last=row["last"],
            not_before=row["not_before"],
            source=row["source"],
        )
        for row in table("dkim_keys")
    )


# files ----------------------------------------------------------------------------------------------


def read_keys(path: str | os.PathLike[str]) -> tuple[Key, ...]:
    """Keys of a file in any of the forms below, in file order.

    Lines of a DNS zone (or of ``dig``), tables with a header line parted by tabs
    or commas, the JSON or CSV of archive.prove.email, our own JSON, or a bare
    record in a file named after it (``SELECTOR._domainkey.DOMAIN.txt``).

    Raises ``UsageError`` when the file cannot be read or holds no key.
    """
    file, shown = Path(path), display_name(path)
    try:
        if file.stat().st_size > FILE_BYTES:
            raise UsageError(f"{shown}: larger than {FILE_BYTES} bytes")
        text = file.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror}") from error
    origin = display_name(file.name)
    try:
        found = tuple(dict.fromkeys(_read(text, origin)))
    except (ValueError, TypeError, RecursionError, csv.Error) as error:
        raise UsageError(f"{shown}: not a file of keys: {error}") from error
    if not found:
        raise UsageError(f"{shown}: no key in it")
    return found


def write_keys(path: str | os.PathLike[str], keys: Iterable[Key]) -> None:
    """Write keys in our JSON form. Raises ``UsageError`` when that is not possible."""
    content = {"form": FILE_FORM, "version": FILE_VERSION, "keys": [msgspec.to_builtins(key) for key in keys]}
    try:
        Path(path).write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n", "utf-8")
    except OSError as error:
        raise UsageError(f"{display_name(path)}: {error.strerror}") from error


def _read(text: str, origin: str) -> Iterator[Key]:
    if text.lstrip()[:1] in ("{", "["):
        yield from _read_json(json.loads(text), origin)
        return
    lines = text.splitlines()
    head = next((line for line in lines if line.strip() and not line.startswith(("#", ";"))), "")
    for parting in ("\t", ","):
        columns = [column.strip().strip('"').lower() for column in head.split(parting)]
        if "domain" in columns and "selector" in columns:
            kept = "\n".join(line for line in lines if not line.startswith("#"))
            # records of DNS hold quotes and no tabs
            dialect = _Tabs if parting == "\t" else csv.excel
            for row in csv.DictReader(io.StringIO(kept), dialect=dialect):
                stated = {str(k).strip().strip('"').lower(): v for k, v in row.items() if isinstance(v, str)}
                yield from _from_columns(stated, origin)
            return
    found = False
    for key in _read_zone(lines, origin):
        found = True
        yield key
    named = _NAME.search(origin.removesuffix(".txt").replace(" _domainkey", "._domainkey"))
    if not found and named:
        yield from _key(named[2], named[1], " ".join(lines), source=origin)


def _read_json(content: object, origin: str) -> Iterator[Key]:
    if isinstance(content, dict) and content.get("form") == FILE_FORM:
        if content.get("version") != FILE_VERSION:
            raise ValueError(f"version {content.get('version')} of this form is not known")
        for one in content.get("keys", []):
            key = msgspec.convert(one, Key)
            yield msgspec.structs.replace(key, domain=_name(key.domain), selector=_name(key.selector))
        return
    listed = content if isinstance(content, list) else [content]
    if isinstance(content, dict):
        listed = next((v for v in content.values() if isinstance(v, list)), listed)
    for one in listed:
        if isinstance(one, dict):
            stated = {str(k).lower(): str(v) for k, v in one.items() if v is not None}
            yield from _from_columns(stated, origin)


def _from_columns(row: Mapping[str, str], origin: str) -> Iterator[Key]:
    """One row of a table or archive; the columns are named as these archives name them."""
    first = _dates(row.get("firstseenat", "") or row.get("first", "") or row.get("seen", ""))
    last = _dates(row.get("lastseenat", "") or row.get("last", "") or row.get("seen", ""))
    yield from _key(
        row.get("domain", ""),
        row.get("selector", ""),
        row.get("record") or row.get("value") or row.get("txt") or "",
        first=first[0] if first else "",
        last=last[-1] if last else "",
        source=" ".join(filter(None, (row.get("source", "").strip(), f"({origin})"))),
        recovered=row.get("recovered", "").strip().lower() in ("1", "true", "yes"),
    )


def _read_zone(lines: list[str], origin: str) -> Iterator[Key]:
    """TXT records as in a zone file (RFC 1035 5.1): strings may be split, and go on in brackets."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        named = _NAME.search(line[:1000])
        if named is None or line.lstrip().startswith((";", "#")):
            continue
        rest = line[named.end() :]
        if "(" in rest and ")" not in rest:
            while at < len(lines) and len(rest) < _RECORD:
                rest += " " + lines[at]
                at += 1
                if ")" in lines[at - 1]:
                    break
        parts = _QUOTED.findall(rest)
        record = "".join(parts) if parts else re.sub(r"^.*?\bTXT\b", "", rest).lstrip(" \"':=\t")
        yield from _key(named[2], named[1], _ESCAPED.sub(_unescape, record), source=origin)


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1]) & 0xFF) if found[1].isdigit() else found[1]


def _key(
    domain: str,
    selector: str,
    record: str,
    *,
    first: str = "",
    last: str = "",
    source: str = "",
    recovered: bool = False,
) -> Iterator[Key]:
    record = " ".join(record.split())
    if domain and selector and "p=" in record and len(record) <= _RECORD:
        yield Key(
            domain=_name(domain),
            selector=_name(selector),
            record=record,
            first=first,
            last=last,
            source=source,
            recovered=recovered,
        )


def _dates(text: str) -> list[str]:
    return _DATES.findall(text)


def _name(stated: str) -> str:
    return stated.strip().rstrip(".").lower()
