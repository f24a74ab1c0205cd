"""Photoshop's resources in a JPEG and the captions of news agencies in them (IPTC-IIM 4.2).

Photoshop keeps a digest of the captions beside them, so that a change made by
another program shows (Metadata Working Group, Guidelines 2.0, 3.3).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, flag, text, token, when
from leakverify.when import parse_when

PHOTOSHOP_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.photoshop.resources": token("numbers of Photoshop's resources in the order written"),
        "image.photoshop.quality": token("quality Photoshop was asked for and how it was coded"),
        "image.photoshop.writer": text("program named by the resource of the version"),
        "image.iptc.created": when("date and time created: of the content, as its author says"),
        "image.iptc.digitized": when("date and time of digital creation"),
        "image.iptc.program": text("originating program and its version"),
        "image.iptc.author": text("by-line"),
        "image.iptc.caption": text("caption"),
        "image.iptc.instructions": text("special instructions"),
        "image.iptc.digest_fits": flag("the digest Photoshop keeps is that of the captions as they stand"),
    }
)

#: resources and fields read, bytes of one value kept
_RESOURCES, _FIELDS, _KEPT = 300, 1000, 4096
_IPTC, _DIGEST, _QUALITY, _VERSION = 0x0404, 0x0425, 0x0406, 0x0421
_SIGNATURES = frozenset((b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"))
_ZONE = re.compile(r"(\d{6})([+-]\d{4})?")


def photoshop_observations(raw: bytes, where: Location) -> Iterator[Observation | Fault]:
    """What the resources state. Never raises for bad bytes."""
    found: dict[int, bytes] = {}
    numbers: list[str] = []
    at = 0
    while at + 12 <= len(raw):
        if raw[at : at + 4] not in _SIGNATURES:
            break
        if len(numbers) >= _RESOURCES:
            yield Fault("limit-pages", f"more than {_RESOURCES} resources of Photoshop", where)
            break
        number = int.from_bytes(raw[at + 4 : at + 6], "big")
        name = raw[at + 6]
        start = at + 7 + name + (1 - name % 2)
        size = int.from_bytes(raw[start : start + 4], "big")
        if start + 4 + size > len(raw):
            yield Fault("truncated", f"Photoshop resource 0x{number:04X}", where)
            break
        numbers.append(f"{number:04X}")
        found.setdefault(number, raw[start + 4 : start + 4 + size])
        at = start + 4 + size + size % 2
    if not numbers:
        return
    yield Observation(name="image.photoshop.resources", value=" ".join(numbers), where=where)
    quality = found.get(_QUALITY, b"")
    if len(quality) >= 4:
        level = int.from_bytes(quality[:2], "big", signed=True) + 4
        coded = {0: "standard", 1: "optimised", 0x101: "progressive"}.get(int.from_bytes(quality[2:4], "big"))
        yield Observation(name="image.photoshop.quality", value=f"{level} {coded or 'unknown'}", where=where)
    version = found.get(_VERSION, b"")
    if len(version) > 9:
        units = int.from_bytes(version[5:9], "big")
        named = version[9 : 9 + 2 * min(units, 200)].decode("utf-16-be", "replace").strip(" \0")
        if named:
            yield Observation(name="image.photoshop.writer", value=clip(named, 200), where=where)
    captions = found.get(_IPTC)
    if captions is None:
        return
    stated = found.get(_DIGEST, b"")
    if len(stated) == 16 and any(stated):
        fits = hashlib.md5(captions, usedforsecurity=False).digest() == stated
        yield Observation(name="image.iptc.digest_fits", value=fits, where=where)
    yield from _captions(captions, where)


def _captions(raw: bytes, where: Location) -> Iterator[Observation | Fault]:
    fields: dict[int, bytes] = {}
    at = 0
    for _ in range(_FIELDS):
        if at + 5 > len(raw) or raw[at] != 0x1C:
            break
        size = int.from_bytes(raw[at + 3 : at + 5], "big")
        if size & 0x8000 or at + 5 + size > len(raw):
            break
        if raw[at + 1] == 2:
            fields.setdefault(raw[at + 2], raw[at + 5 : at + 5 + min(size, _KEPT)])
        at += 5 + size
    else:
        yield Fault("limit-pages", f"more than {_FIELDS} captions", where)

    def said(number: int) -> str:
        value = fields.get(number, b"")
        try:
            return value.decode("utf-8").strip(" \0")
        except UnicodeDecodeError:
            return value.decode("latin-1").strip(" \0")

    for name, day, clock in (("created", 55, 60), ("digitized", 62, 63)):
        written = _moment(said(day), said(clock))
        if written:
            stated = f"{said(day)} {said(clock)}".strip()
            yield Observation(name=f"image.iptc.{name}", value=written, raw=clip(stated, 100), where=where)
    program = f"{said(65)} {said(70)}".strip()
    stated_texts = {"program": program, "author": said(80), "caption": said(120), "instructions": said(40)}
    for name, value in stated_texts.items():
        if value:
            yield Observation(name=f"image.iptc.{name}", value=clip(value, 500), where=where)


def _moment(day: str, clock: str) -> str:
    if not re.fullmatch(r"\d{8}", day):
        return ""
    written = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    read = _ZONE.fullmatch(clock)
    if read:
        digits, zone = read.groups()
        written += f"T{digits[:2]}:{digits[2:4]}:{digits[4:]}"
        if zone:
            written += f"{zone[:3]}:{zone[3:]}"
    return written if parse_when(written) else ""
