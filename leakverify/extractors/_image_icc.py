"""Colour profiles: their name and the date they carry (ICC.1:2022, clauses 7.2 and 9.2.41).

A profile names the program or device that put it there, and its date is one
the picture cannot be older than.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, text, when
from leakverify.when import parse_when

ICC_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.icc.description": text("name of the embedded colour profile"),
        "image.icc.created": when("date in the header of the profile; the profile's own, not the picture's"),
    }
)

#: bytes of a profile that are looked at; names lie near the start
LARGEST = 1 << 20
_TAGS = 100


def icc_observations(profile: bytes, where: Location) -> Iterator[Observation | Fault]:
    """Name and date of a profile. Never raises for bad bytes."""
    if len(profile) < 132 or profile[36:40] != b"acsp":
        yield Fault("malformed", "the colour profile has no ICC header", where)
        return
    year, month, day, hour, minute, second = (
        int.from_bytes(profile[at : at + 2], "big") for at in range(24, 36, 2)
    )
    dated = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
    if parse_when(dated):
        yield Observation(name="image.icc.created", value=dated, where=where)
    named = _description(profile).strip(" \0\t\r\n")
    if named:
        yield Observation(name="image.icc.description", value=clip(named, 500), where=where)


def _description(profile: bytes) -> str:
    stated = int.from_bytes(profile[128:132], "big")
    for number in range(min(stated, _TAGS)):
        entry = profile[132 + 12 * number : 144 + 12 * number]
        if entry[:4] == b"desc":
            at, size = int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:12], "big")
            return _localized(profile[at : at + min(size, 65536)])
    return ""


def _localized(tag: bytes) -> str:
    """Text of a ``desc`` tag: plain ASCII in version 2, several languages in version 4."""
    if tag[:4] == b"desc":
        size = int.from_bytes(tag[8:12], "big")
        return tag[12 : 12 + size].split(b"\0", 1)[0].decode("latin-1")
    if tag[:4] == b"mluc" and int.from_bytes(tag[8:12], "big"):
        size, at = int.from_bytes(tag[20:24], "big"), int.from_bytes(tag[24:28], "big")
        return tag[at : at + size].decode("utf-16-be", "replace")
    return ""
