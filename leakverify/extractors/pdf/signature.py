"""Signatures: what they cover, whether they hold, and what came after them.

Integrity, not identity: that a certificate is valid, trusted or whose it is, is
not judged.  One signature is one group of observations with the same ``part``
(the object that holds it).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault, clip
from leakverify.extractors.pdf.dates import canonical_pdf_date
from leakverify.extractors.pdf.facts import walk_fields
from leakverify.extractors.pdf.objects import number_of
from leakverify.extractors.pdf.pages import name, stated
from leakverify.extractors.pdf.signature_gone import traces
from leakverify.extractors.pdf.signature_later import Opinion, Rules
from leakverify.extractors.pdf.signature_range import Reach, reach
from leakverify.extractors.pdf.signature_value import UNREADABLE, Value, read_value
from leakverify.extractors.pdf.state import Reading

#: signatures that are read; the rest is counted
SIGNATURES = 50
#: bytes hashed for all signatures of a file
_HASHED = 512 * 1024 * 1024
#: bytes of one value (certificates, revocation lists and what fills it up) that are parsed, and of all
_VALUE, _VALUES = 4 * 1024 * 1024, 16 * 1024 * 1024
#: annotations among which fields are looked for that the form does not list
_NOTES = 20_000
#: names of locked fields shown
_LOCKED = 20


class _Signature:
    """One signature dictionary: where it is, and which field it is the value of."""

    def __init__(self, number: int | None, value: dict[Any, Any], field: dict[Any, Any], kind: str) -> None:
        self.number = number
        self.value = value
        self.field = field
        self.kind = kind
        self.where = Location()
        #: a field has it as its value; otherwise only the permissions lead to it
        self.led = bool(field)


def facts(reading: Reading) -> Iterator[Event]:
    reading.latest()
    store = reading.store
    form = store.get(reading.catalog, "/AcroForm")
    fields = list(walk_fields(store, form)) if isinstance(form, dict) else []
    yield Observation(name="pdf.form.present", value=bool(fields))
    found = _signed(reading, fields)
    yield Observation(name="pdf.signature.count", value=sum(1 for s in found if s.led))
    kept = any(key in reading.catalog for key in ("/AcroForm", "/DSS", "/Perms"))
    if found or kept or b"/ByteRange" in reading.data:
        yield from _read(reading, found)
        known = {s.number for s in found if s.number is not None}
        yield from traces(reading, known, any(s.led for s in found), fields)


def _signed(reading: Reading, fields: list[tuple[int | None, dict[Any, Any], str]]) -> list[_Signature]:
    """Values of the form's fields, usage rights, fields that no form lists, a certification alone."""
    store = reading.store
    certifying = number_of(dict.get(store.dictionary(reading.catalog, "/Perms"), "/DocMDP"))
    found: list[_Signature] = []
    taken: set[int] = set()

    def add(reference: Any, field: dict[Any, Any], number: int | None, kind: str) -> None:
        value = store.resolve(reference)
        if not isinstance(value, dict) or "/ByteRange" not in value:
            return
        own = number_of(reference)
        if own is not None and own in taken:
            return
        if own is not None:
            taken.add(own)
        signature = _Signature(own, value, field, kind)
        if not kind:
            own_kind, coding = dict.get(value, "/Type"), store.get(value, "/SubFilter")
            stamp = own_kind == "/DocTimeStamp" or coding == "/ETSI.RFC3161"
            certifies = own is not None and own == certifying
            signature.kind = "time-stamp" if stamp else "certification" if certifies else "approval"
        signature.where = _where(reading, own if own is not None else number, own is not None)
        found.append(signature)

    for number, field, kind in fields:
        if kind == "/Sig":
            add(dict.get(field, "/V"), field, number, "")
    permissions = store.dictionary(reading.catalog, "/Perms")
    for key in ("/UR3", "/UR"):
        add(dict.get(permissions, key), {}, None, "usage-rights")
    if b"/ByteRange" in reading.data:
        notes = (note for page in reading.pages for note in store.array(page.entry, "/Annots"))
        for reference in islice(notes, _NOTES):
            note = store.resolve(reference)
            if isinstance(note, dict) and dict.get(note, "/FT") == "/Sig":
                add(dict.get(note, "/V"), note, number_of(reference), "")
    add(dict.get(permissions, "/DocMDP"), {}, None, "")
    return found


def _where(reading: Reading, number: int | None, own: bool) -> Location:
    part = f"obj {number} 0" if number is not None else "Perms"
    if number is None or reading.store.view is None:
        return Location(part=part)
    entry = reading.store.view.entry(number)
    if entry is None or entry[0] != 1 or not own:
        return Location(part=part)
    revision = None
    for save in [] if reading.chain.rebuilt else reversed(reading.chain.revisions):
        if number in save.entries:
            revision = save.number
            break
    return Location(part=part, revision=revision, offset=entry[1])


def _read(reading: Reading, found: list[_Signature]) -> Iterator[Event]:
    rules: Rules | None = None
    hashed = values = 0
    for signature in found[:SIGNATURES]:
        where = signature.where
        ends = _span(reading, signature)
        covered = reach(reading.store, signature.value, ends, _saves(reading))
        yield from _stated(reading, signature, where)
        yield from _covered(reading, signature, covered)
        hashed += sum(length for _, length in covered.pairs)
        values += len(covered.value)
        if hashed > _HASHED or values > _VALUES:
            yield Fault("limit-size", "signatures over more bytes than are verified", where)
            return
        value = _value(reading, signature, covered)
        yield from _held(signature, value)
        if signature.kind == "usage-rights" or signature.number is None:
            continue
        if covered.coverage == "file":
            opinion = Opinion("none")
        elif reading.store.bomb:
            opinion = Opinion("not-run", "the file unpacks without bound")
        else:
            rules = rules or Rules(reading.data)
            opinion = rules.of(signature.number)
        yield Observation(
            name="pdf.signature.rules", value=opinion.level, where=where, raw=opinion.why or None
        )
    if len(found) > SIGNATURES:
        yield Fault("limit-pages", f"of {len(found)} signatures {SIGNATURES} were read")


def _saves(reading: Reading) -> list[Any]:
    return [] if reading.chain.rebuilt or reading.chain.displaced else reading.chain.revisions


def _span(reading: Reading, signature: _Signature) -> tuple[int, int] | None:
    """Where the dictionary is in the bytes."""
    if signature.number is None or reading.store.view is None:
        return None
    entry = reading.store.view.entry(signature.number)
    if entry is None or entry[0] != 1:
        return None
    parsed = reading.store.parse(entry[1])
    if parsed is None or parsed[0] != signature.number:
        places = reading.store.places().get(signature.number, [])
        near = min(places, key=lambda place: abs(place - entry[1]), default=None)
        parsed = None if near is None else reading.store.parse(near)
        return None if parsed is None or near is None else (near, parsed[3])
    return entry[1], parsed[3]


def _stated(reading: Reading, signature: _Signature, where: Location) -> Iterator[Event]:
    """What the dictionary and its field say, all of it in the signer's own words."""
    store, value = reading.store, signature.value
    edges = [store.resolve(edge) for edge in store.array(value, "/ByteRange")[:8]]
    if edges and all(isinstance(edge, int) for edge in edges):
        shown = clip(" ".join(str(int(edge)) for edge in edges), 200)
        yield Observation(name="pdf.signature.byte_range", value=shown, where=where)
    else:
        yield Fault("malformed", "a signature without a readable ByteRange", where)
    yield Observation(name="pdf.signature.kind", value=signature.kind, where=where)
    sub_filter = name(store.get(value, "/SubFilter"))
    if sub_filter:
        yield Observation(name="pdf.signature.sub_filter", value=clip(sub_filter, 100), where=where)
    title = _title(reading, signature.field)
    if title:
        yield Observation(name="pdf.signature.field", value=clip(title, 500), where=where)
    software = store.dictionary(store.dictionary(value, "/Prop_Build"), "/App")
    application = name(store.get(software, "/Name")) or stated(store.get(software, "/Name")) or ""
    if application:
        version = stated(store.get(software, "/REx")) or ""
        shown = clip(f"{application} {version}".strip(), 200)
        yield Observation(name="pdf.signature.software", value=shown, where=where)
    for key, observed in (("/Name", "pdf.signature.name"), ("/Reason", "pdf.signature.reason")):
        literal = stated(store.get(value, key))
        if literal:
            yield Observation(name=observed, value=literal, where=where)
    literal = stated(store.get(value, "/M"))
    if literal:
        read = canonical_pdf_date(literal)
        if read is None:
            yield Fault("malformed", f"signing time is no date: {clip(literal, 100)}", where)
        else:
            yield Observation(name="pdf.signature.when", value=read, where=where, raw=clip(literal, 200))
    yield from _locks(reading, signature, where)


def _title(reading: Reading, field: dict[Any, Any]) -> str:
    """The full name of a field (ISO 32000-2, 12.7.4.2)."""
    parts: list[str] = []
    step: Any = field
    for _ in range(20):
        if not isinstance(step, dict):
            break
        own = stated(reading.store.get(step, "/T"))
        if own:
            parts.append(own)
        above = reading.store.get(step, "/Parent")
        if above is step:
            break
        step = above
    return ".".join(reversed(parts))


def _locks(reading: Reading, signature: _Signature, where: Location) -> Iterator[Event]:
    """What the signer permits afterwards (ISO 32000-2, 12.8.2)."""
    store = reading.store
    for entry in store.array(signature.value, "/Reference")[:10]:
        reference = store.resolve(entry)
        method = name(store.get(reference, "/TransformMethod"))
        permitted = store.dictionary(reference, "/TransformParams")
        if method == "DocMDP":
            level = store.get(permitted, "/P")
            level = 2 if level is None else level
            if isinstance(level, int) and 1 <= level <= 3:
                yield Observation(name="pdf.signature.permits", value=str(int(level)), where=where)
        elif method == "FieldMDP":
            named = [stated(store.resolve(n)) or "" for n in store.array(permitted, "/Fields")[: _LOCKED + 1]]
            shown = ", ".join(named[:_LOCKED]) + (" …" if len(named) > _LOCKED else "")
            action = name(store.get(permitted, "/Action")) or "?"
            text = clip(f"{action}: {shown}" if named else action, 1000)
            yield Observation(name="pdf.signature.locks", value=text, where=where)


def _covered(reading: Reading, signature: _Signature, covered: Reach) -> Iterator[Event]:
    where = Location(
        part=signature.where.part,
        revision=covered.revision,
        offset=covered.pairs[0][0] if covered.pairs else None,
        length=covered.end - covered.pairs[0][0] if covered.pairs and covered.end else None,
    )
    yield Observation(name="pdf.signature.coverage", value=covered.coverage, where=where)
    for odd in covered.odd:
        yield Observation(name="pdf.signature.odd", value=odd, where=signature.where)
    if covered.coverage in ("file", "revision"):
        beyond = max(len(reading.data) - covered.end, 0)
        yield Observation(name="pdf.signature.bytes_after", value=beyond, where=signature.where)


def _value(reading: Reading, signature: _Signature, covered: Reach) -> Value:
    data = reading.data
    fits = covered.hashable(len(data)) and covered.coverage != "unfit"
    known: dict[str, bytes] = {}

    def digest(algorithm: str) -> bytes | None:
        if not fits:
            return None
        if algorithm not in known:
            known[algorithm] = covered.digest(data, algorithm)
        return known[algorithm]

    sub_filter = name(reading.store.get(signature.value, "/SubFilter"))
    if not covered.value.strip(b"\x00") or len(covered.value) > _VALUE:
        return Value(
            why="no value" if len(covered.value) <= _VALUE else f"a value of more than {_VALUE} bytes"
        )
    holder = reading.store.get(signature.value, "/Cert")
    if isinstance(holder, list):
        holder = reading.store.resolve(holder[0]) if holder else None
    certificate = getattr(holder, "original_bytes", b"")
    return read_value(
        covered.value, sub_filter, digest, certificate if isinstance(certificate, bytes) else b""
    )


def _held(signature: _Signature, value: Value) -> Iterator[Event]:
    where = signature.where
    why = value.why or None
    digest = value.digest
    yield Observation(name="pdf.signature.digest", value=digest, where=where, raw=value.algorithm or None)
    yield Observation(name="pdf.signature.value", value=value.value, where=where, raw=why)
    if value.value == UNREADABLE and value.why != "no value":
        yield Fault("malformed", f"the value of a signature cannot be read: {value.why}", where)
    if value.signed:
        yield Observation(name="pdf.signature.signed", value=value.signed, where=where)
    if value.stamp:
        yield Observation(
            name="pdf.signature.stamp", value=value.stamp, where=where, raw=value.authority or None
        )
    if value.stamped:
        yield Observation(name="pdf.signature.stamped", value=value.stamped, where=where)
    holder = value.certificate
    if holder is None:
        return
    for observed, text in (
        ("subject", holder.subject), ("issuer", holder.issuer), ("serial", holder.serial),
        ("begins", holder.begins), ("ends", holder.ends),
    ):  # fmt: skip
        if text:
            yield Observation(name=f"pdf.signature.certificate.{observed}", value=text, where=where)
    yield Observation(name="pdf.signature.certificate.self_issued", value=holder.self_issued, where=where)
