"""Every signature of a mail graded, from the facts of its extraction and the keys at hand."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from leakverify.dkim import changes
from leakverify.dkim.changes import Change, Clues
from leakverify.dkim.keys import Key, KeyRing
from leakverify.dkim.opening import Opened, open_signature
from leakverify.evidence import Observation
from leakverify.when import parse_when

if TYPE_CHECKING:
    from leakverify.checks._base import Facts

#: first part of the names of facts -> what it is called
STEMS = {"mail.dkim": "DKIM-Signature", "mail.arc": "ARC-Message-Signature", "mail.arc_seal": "ARC-Seal"}
#: readings of a body that differ from it in storage only, not in what it says
STORED = frozenset(("as-is", "line-ends", "trailing-blanks", "from-escaped"))
#: readings in which a usual change of transport was undone
CARRIED = frozenset(("transfer-encoding", "charset", "added-at-end", "added-at-start", "added-inside"))
#: RSA keys below this were factored by private persons since 2012; RFC 8301 3.2 asks for this at least
FIRM_BITS = 1024
#: clocks of sender and receiver may differ by this when an expiry is judged
SLACK = timedelta(minutes=15)
#: signatures of one mail that are graded, and on which changed fields are looked for
_GRADED, _EXPLAINED = 60, 8
_KEYS = 8


_UNEXPLAINED = Change(changes.NONE)


class Grade(Enum):
    """What became of a signature. These are not marks; see :class:`Graded` for the rest."""

    VERIFIED = "verified"  # fields and body are the ones signed, or differ in storage only
    CARRIED = "carried"  # they are, once a usual change of transport is undone
    BODY_CHANGED = "body-changed"  # the fields are the ones signed, the body is not
    FIELDS_CHANGED = "fields-changed"  # the key made the value; the fields differ, the body fits
    BOTH_CHANGED = "both-changed"  # the key made the value; neither fits
    NOT_OPENED = "not-opened"  # no key at hand under this name made the value
    NO_KEY = "no-key"  # no key at hand
    KEY_UNUSABLE = "key-unusable"  # the key forbids this signature, was revoked or is damaged
    MALFORMED = "malformed"  # breaks a rule of its standard
    UNREAD = "unread"  # its digest was not taken, for size or for an algorithm that is not known


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature field and its facts, by the last part of their names."""

    stem: str
    part: str
    facts: dict[str, Observation] = field(hash=False)

    def text(self, name: str) -> str:
        found = self.facts.get(name)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def number(self, name: str) -> int | None:
        found = self.facts.get(name)
        return found.value if found is not None and isinstance(found.value, int) else None

    def names(self, name: str) -> tuple[str, ...]:
        """A list of fields, as stated."""
        value = self.text(name)
        return tuple(value.split(":")) if value else ()

    def some(self, *names: str) -> tuple[Observation, ...]:
        return tuple(self.facts[name] for name in names if name in self.facts)

    @property
    def domain(self) -> str:
        return self.text("domain").lower()

    @property
    def is_seal(self) -> bool:
        return self.stem == "mail.arc_seal"

    @property
    def value(self) -> bytes:
        try:
            return base64.b64decode(self.text("value"), validate=True)
        except (binascii.Error, ValueError):
            return b""


@dataclass(frozen=True, slots=True)
class Graded:
    """A signature, its grade, and what that rests on.

    ``key`` is the key that made the value, or the first at hand.  ``change``
    says how the signed fields differ.  ``body`` is the reading that fits.
    ``late``: it had expired when the mail was received.  ``early``: the mail
    is dated before the key can have existed.
    """

    signature: Signature
    grade: Grade
    key: Key | None = None
    change: Change = _UNEXPLAINED
    body: str = ""
    opened: Opened | None = None
    why: str = ""
    late: bool = False
    early: bool = False

    @property
    def opens(self) -> bool:
        """Whether a key at hand made the value."""
        return self.grade in _OPENED

    @property
    def trusted(self) -> bool:
        """Whether the key is one that somebody vouches for, and firm enough that only its owner can sign."""
        return self.key is not None and not self.key.recovered and not self.weak

    @property
    def weak(self) -> bool:
        return self.key is not None and self.key.material.kind == "rsa" and self.key.material.bits < FIRM_BITS

    @property
    def rest(self) -> int:
        """Bytes of the body behind the part that is signed."""
        return self.signature.number("body_rest") or 0


_OPENED = frozenset(
    (Grade.VERIFIED, Grade.CARRIED, Grade.BODY_CHANGED, Grade.FIELDS_CHANGED, Grade.BOTH_CHANGED)
)


def signatures(facts: Facts) -> tuple[Signature, ...]:
    """The signatures of a mail in the order of their fields."""
    found: dict[str, Signature] = {}
    for observation in facts.extraction.observations:
        stem, _, name = observation.name.rpartition(".")
        part = observation.where.part
        if stem in STEMS and part.startswith(STEMS[stem]):
            found.setdefault(part, Signature(stem, part, {})).facts.setdefault(name, observation)
    return tuple(found.values())[:_GRADED]


def graded(facts: Facts) -> tuple[Graded, ...]:
    """Every signature graded with the keys among the references. Computed once per mail."""
    return facts.once(_graded)


def _graded(facts: Facts) -> tuple[Graded, ...]:
    keys = facts.references.keys
    return tuple(
        grade(one, keys, facts, patient=number < _EXPLAINED) for number, one in enumerate(signatures(facts))
    )


def grade(signature: Signature, keys: KeyRing, facts: Facts, *, patient: bool = True) -> Graded:
    """One signature with these keys."""
    body = signature.text("body")
    if signature.text("malformed"):
        return Graded(signature, Grade.MALFORMED, body=body, why=signature.text("malformed"))
    held = keys.find(signature.domain, signature.text("selector"))[:_KEYS]
    if not signature.text("digest") or not signature.value:
        return Graded(signature, Grade.UNREAD, body=body)
    if not held:
        return Graded(signature, Grade.NO_KEY, body=body)
    refused = ""
    for key in held:
        material = key.material
        flaw = material.refuses(signature.text("algorithm"), signature.domain, signature.text("identity"))
        if flaw:
            refused = refused or flaw
            continue
        found = _try_key(signature, key, facts, patient)
        if found is not None:
            return found
    if refused:
        return Graded(signature, Grade.KEY_UNUSABLE, held[0], body=body, why=refused)
    return Graded(signature, Grade.NOT_OPENED, held[0], body=body)


def _try_key(signature: Signature, key: Key, facts: Facts, patient: bool) -> Graded | None:
    """The grade under a key that made the value, else ``None``."""
    material = key.material
    block = signature.text("block").encode("latin-1")
    opened = None
    if material.kind == "rsa":
        opened = open_signature(signature.value, material.modulus, material.exponent)
        if opened is None:
            return None
        if signature.text("digest") == opened.digest:
            change = Change(changes.AS_IS)
        elif block:
            fits = changes.digest_fits(opened.hash, opened.digest)
            change = changes.explain(block, fits, clues(signature, facts), patient=patient)
        else:
            change = _UNEXPLAINED
    else:
        change = _edwards(signature, material.public, block, facts)
        if change.kind == changes.NONE:
            return None  # an Ed25519 value does not open: another key and another mail look alike
    body = signature.text("body")
    body_holds = signature.is_seal or body in STORED
    packed = change.kind == changes.PACKED and body in ("transfer-encoding", "charset")
    fields_hold = change.kind in changes.INNOCENT or packed
    if fields_hold and body_holds:
        reached = Grade.VERIFIED if change.kind in (changes.AS_IS, changes.FOLDS) else Grade.CARRIED
    elif fields_hold and body in CARRIED:
        reached = Grade.CARRIED
    elif fields_hold:
        reached = Grade.BODY_CHANGED
    else:
        reached = Grade.FIELDS_CHANGED if body_holds or body in CARRIED else Grade.BOTH_CHANGED
    late, early = _late(signature, facts), _early(signature, key, facts)
    return Graded(signature, reached, key, change, body, opened, late=late, early=early)


def _edwards(signature: Signature, public: bytes, block: bytes, facts: Facts) -> Change:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(public)
    value = signature.value

    def signed(digest: bytes) -> bool:
        try:
            key.verify(value, digest)
        except InvalidSignature:
            return False
        return True

    if signed(bytes.fromhex(signature.text("digest"))):
        return Change(changes.AS_IS)

    def fits(tried: bytes) -> bool:
        return signed(hashlib.sha256(tried).digest())

    return changes.explain(block, fits, clues(signature, facts), patient=False) if block else _UNEXPLAINED


def clues(signature: Signature, facts: Facts) -> Clues:
    """What else the mail says that its signed fields may have said."""
    clocks: dict[int, None] = {}
    received = facts.all("mail.received.when")
    for stated_when in (signature.text("time"), *(str(one.value) for one in (*received[-1:], *received[:1]))):
        when = parse_when(stated_when)
        if when is not None and when.offset is not None:
            clocks[int(when.earliest.timestamp())] = None
    values: dict[tuple[str, str], None] = {}
    topic = facts.text("mail.thread_topic")
    if topic:
        for before in ("", "Re: ", "RE: ", "Fwd: ", "FW: "):
            values["subject", before + topic] = None
    stated = facts.text("mail.from.name")
    for name in ("mail.return_path", "mail.sender.address", "mail.reply_to.address", "mail.envelope.from"):
        for observation in facts.all(name)[:2]:
            for written in (f"{stated} <{observation.value}>", f'"{stated}" <{observation.value}>'):
                values["from", written] = None
            values["from", str(observation.value)] = None
    return Clues(signature.text("others").encode("latin-1"), tuple(clocks), tuple(values))


def _late(signature: Signature, facts: Facts) -> bool:
    """Whether it had expired when the last server took the mail; today's date never matters."""
    expires = parse_when(signature.text("expires")) if signature.text("expires") else None
    received = facts.first("mail.received.when")
    taken = None if received is None else parse_when(str(received.value))
    if expires is None or taken is None or taken.offset is None:
        return False
    return taken.earliest > expires.latest + SLACK


def _early(signature: Signature, key: Key, facts: Facts) -> bool:
    """Whether the mail is dated certainly before the key can have been in use."""
    begun = parse_when(key.not_before) if key.not_before else None
    dated = parse_when(signature.text("time") or facts.text("mail.date"))
    if begun is None or dated is None:
        return False
    return dated.latest < begun.earliest - timedelta(days=31)
