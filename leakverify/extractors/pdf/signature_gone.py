"""What is left of a signature that the document no longer has.

Whoever takes a signature out of a file, or has the file written anew by a
program that knows no signatures, rarely removes all that came with it: the
dictionary with its ``/ByteRange``, the flags of the form, the permissions of a
certification, the data for long-term validation (ISO 32000-2, 12.7.3, 12.8.4).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Event, Fault
from leakverify.extractors.pdf.facts import walk_fields
from leakverify.extractors.pdf.objects import number_of
from leakverify.extractors.pdf.state import Reading

#: places that mention a range, looked at
_PLACES = 200
#: saves whose form is asked what it led to
_SAVES = 50
#: fields of one save that are asked
_FIELDS = 5_000
_RANGE = re.compile(rb"/ByteRange(?=[\x00\t\n\f\r \[])")
#: what a range is before anything is signed: zeros, or stars that are to be written over
_NUMBERS = re.compile(
    rb"/ByteRange[\x00\t\n\f\r ]{0,8}\[[\x00\t\n\f\r ]{0,8}\d{1,15}[\x00\t\n\f\r ]{1,64}(\d{1,15})"
)


def traces(
    reading: Reading,
    known: set[int],
    signed: bool,
    fields: list[tuple[int | None, dict[Any, Any], str]],
) -> Iterator[Event]:
    """``known``: numbers of signature dictionaries that something leads to; ``signed``: a field does.

    ``fields`` are those of the form.
    """
    yield from _values(reading, known)
    store = reading.store
    here = Location(part="catalog", revision=len(reading.chain.revisions) or None)
    form = store.dictionary(reading.catalog, "/AcroForm")
    flags = store.get(form, "/SigFlags")
    if isinstance(flags, int) and flags & 1 and not any(kind == "/Sig" for _, _, kind in fields):
        yield Observation(name="pdf.signature.trace", value="flags", where=here, raw=str(int(flags)))
    if signed:
        return
    permissions = store.get(reading.catalog, "/Perms")
    if isinstance(permissions, dict) and "/DocMDP" in permissions:
        yield Observation(name="pdf.signature.trace", value="permissions", where=here)
    security = store.dictionary(reading.catalog, "/DSS")
    if any(store.array(security, key) for key in ("/Certs", "/OCSPs", "/CRLs")) or store.get(
        security, "/VRI"
    ):
        yield Observation(name="pdf.signature.trace", value="validation-data", where=here)


def _values(reading: Reading, known: set[int]) -> Iterator[Event]:
    """Signature dictionaries in the bytes that the document as it stands does not lead to."""
    data, store, chain = reading.data, reading.store, reading.chain
    if chain.truncated or chain.loose or chain.rebuilt or chain.displaced:
        return  # what a damaged file does not lead to was not taken out
    starts: list[int] = []
    seen: set[int] = set()
    before: dict[int, set[int]] = {}
    for count, found in enumerate(_RANGE.finditer(data)):
        if count >= _PLACES:
            yield Fault("limit-pages", f"more than {_PLACES} places that mention a /ByteRange")
            break
        numbers = _NUMBERS.match(data, found.start())
        if numbers is None or not int(numbers[1]):
            continue  # never signed
        if not starts:
            starts = sorted(at for places in store.places().values() for at in places)
        at = bisect.bisect_right(starts, found.start())
        parsed = store.parse(starts[at - 1]) if at else None
        if parsed is None or parsed[3] <= found.start() or parsed[0] in known or starts[at - 1] in seen:
            continue
        seen.add(starts[at - 1])
        number, _, value, _ = parsed
        if not isinstance(value, dict) or hasattr(value, "_data") or "/ByteRange" not in value:
            continue
        if _usage_rights(reading, value):
            continue  # given by Adobe to a form, and taken away by any program that saves it otherwise
        revision = _revision(reading, number, starts[at - 1])
        if revision is not None and revision not in before:
            before[revision] = _led_to(reading, revision)
        led = revision is not None and number in before[revision]
        where = Location(part=f"obj {number} 0", revision=revision, offset=starts[at - 1])
        trace = "earlier-save" if led else "loose-value"
        yield Observation(name="pdf.signature.trace", value=trace, where=where)
    reading.latest()


def _usage_rights(reading: Reading, value: dict[Any, Any]) -> bool:
    store = reading.store
    methods = [
        store.get(store.resolve(entry), "/TransformMethod") for entry in store.array(value, "/Reference")[:10]
    ]
    return any(method in ("/UR", "/UR3") for method in methods)


def _revision(reading: Reading, number: int, at: int) -> int | None:
    """The save that wrote the object, if its cross-reference says so."""
    for revision in [] if reading.chain.rebuilt else reading.chain.revisions[-_SAVES:]:
        if revision.entries.get(number, (0, 0, 0))[:2] == (1, at):
            return revision.number
    return None


def _led_to(reading: Reading, revision: int) -> set[int]:
    """Values of signature fields as they were after a save."""
    store = reading.store
    store.view = reading.chain.view(revision)
    form = store.get(store.dictionary(store.view.trailer, "/Root"), "/AcroForm")
    fields = islice(walk_fields(store, form), _FIELDS) if isinstance(form, dict) else ()
    led = {number_of(dict.get(field, "/V")) for _, field, kind in fields if kind == "/Sig"}
    reading.latest()
    return {number for number in led if number is not None}
