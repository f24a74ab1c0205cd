"""Outlook stores: ``.pst`` and ``.ost`` (MS-PST), read by libpff.

A store keeps messages as rows of properties, not as they travelled.  Every item
is handed over as a document of its own: a TNEF stream of its stored properties,
made the same way each time, with the transport headers as the store keeps them,
where it does.  Items that no folder holds any more are told as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from leakverify.evidence import Location, Member, Observation
from leakverify.extractors._base import (
    Context,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    clip,
    count,
    flag,
    text,
    token,
)

_VERSIONS = {14: "ansi", 15: "ansi", 23: "unicode", 36: "unicode-4k"}
_ENCRYPTIONS = {0: "none", 1: "permute", 2: "cyclic", 0x10: "windows-protected"}
_CLIENTS = {0x4D53: "pst", 0x4F53: "ost", 0x4241: "pab"}


def sniff(ends: Probe) -> Fit:
    """The signature of MS-PST 2.2.2.6."""
    return Fit.STRONG if ends.head.startswith(b"!BDN") else Fit.NONE


def read(source: Source, context: Context) -> Iterator[Event]:
    from leakverify.extractors._pst_items import opened

    yield from _header(source.read_at(0, 564))
    try:
        store = opened(source)
    except (OSError, TypeError, ValueError, AttributeError) as error:
        yield Fault(
            "malformed", clip(str(error).splitlines()[0], 300) if str(error) else type(error).__name__
        )
        return
    yield from store.faults[:100]
    yield Observation(name="pst.items", value=store.total)
    yield Observation(name="pst.items.orphaned", value=store.orphans)
    number = 0
    for place in store.places:
        title = place.path or "(no folder)"
        where = Location(part=clip(title, 300))
        yield Observation(name="pst.folder", value=clip(title), where=where)
        yield Observation(name="pst.folder.items", value=place.amount, where=where)
        for position in range(1, place.amount + 1):
            if number >= context.limits.members:
                yield Fault("limit-members", f"more than {context.limits.members} items")
                return
            kind = "orphaned item" if place.folder is None else "item"
            name = f"{clip(place.path, 1000)}/{kind} {position}" if place.path else f"{kind} {position}"
            yield Member(name=name, offset=number, length=0, transform="pst")
            number += 1


def _header(head: bytes) -> Iterator[Event]:
    """Version, client and coding as the header states them (MS-PST 2.2.2.6)."""
    if len(head) < 512:
        yield Fault("truncated", "shorter than the header of a store")
        return
    client, version = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    yield Observation(name="pst.kind", value=_CLIENTS.get(client, f"{client:04x}"))
    yield Observation(name="pst.version", value=_VERSIONS.get(version, str(version)))
    coded = head[513] if version >= 23 and len(head) > 513 else head[461]
    yield Observation(name="pst.coding", value=_ENCRYPTIONS.get(coded, str(coded)))
    if coded == 0x10:
        yield Fault("encrypted", "a store under Windows Information Protection")
    size_at, width = (184, 8) if version >= 23 else (168, 4)
    stated = int.from_bytes(head[size_at : size_at + width], "little")
    if stated < 2**63:
        yield Observation(name="pst.stated_size", value=stated, where=Location(offset=size_at, length=width))
    counter_at = 40 if version >= 23 else 32
    unique = int.from_bytes(head[counter_at : counter_at + 4], "little")
    yield Observation(name="pst.header_writes", value=unique, where=Location(offset=counter_at, length=4))
    yield Observation(name="pst.amap_valid", value=head[248 if version >= 23 else 200] != 0)


def sample() -> bytes:
    """A header that leads nowhere: opening it loads all that opening loads."""
    return b"!BDN".ljust(564, b"\0")


FORMAT = Format(
    name="pst",
    title="Outlook store (PST, OST)",
    version=1,
    sniff=sniff,
    observes=MappingProxyType(
        {
            "pst.kind": token("pst, ost or pab, as the header states"),
            "pst.version": token("ansi (until 2002), unicode or unicode-4k (OST from 2013)"),
            "pst.coding": token("how data are coded: none, permute, cyclic; none of them needs a key"),
            "pst.stated_size": count("size of the file that the header states", "bytes"),
            "pst.header_writes": count("how often the header was written (dwUnique)"),
            "pst.amap_valid": flag("the map of free space was in order when the file was closed"),
            "pst.items": count("items in folders, and those that no folder holds"),
            "pst.items.orphaned": count("items that no folder holds any more, as libpff finds them"),
            "pst.folder": text("a folder that holds items, with the folders above it", repeats=True),
            "pst.folder.items": count("items of a folder", repeats=True),
        }
    ),
    extensions=("pst", "ost"),
    media_types=("application/vnd.ms-outlook-pst",),
    imports=("pypff", "leakverify.extractors._pst_items"),
    sample=sample,
    readers=("libpff-python",),
    container=True,
    sources=("MS-PST 2.2.2.6, 2.4, 2.5", "libpff documentation"),
)
