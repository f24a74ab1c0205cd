"""EXIF by two readers, compared tag by tag.

exifread reads first and Pillow second.  They share no code, and they fail in
different ways: on a file cut short exifread returned a date taken from another
place, Pillow drops whatever does not fit.  Only what both say alike is stated as
a fact of the image; what they see differently is stated as such, twice.

How both are read, and where they differ, is in :mod:`._image_exif_read`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, clip, count, flag, number, text, token, when
from leakverify.extractors._image_exif_read import (
    Key,
    Reading,
    Value,
    by_exifread,
    by_pillow,
    guarded,
    too_costly,
    two_directories,
)
from leakverify.extractors._image_ifd import Directories
from leakverify.extractors._image_layout import layout_observations
from leakverify.extractors._image_makernote import maker_note_observations
from leakverify.when import parse_when

EXIF_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "image.exif.present": flag("there is an EXIF block, or in a TIFF an Exif or GPS directory"),
        "image.exif.version": token("ExifVersion"),
        "image.exif.make": text("Make: maker of the device"),
        "image.exif.model": text("Model of the device"),
        "image.exif.software": text("Software: firmware or program that wrote the file"),
        "image.exif.host": text("HostComputer: system or device it was written on"),
        "image.exif.artist": text("Artist"),
        "image.exif.copyright": text("Copyright"),
        "image.exif.description": text("ImageDescription"),
        "image.exif.lens": text("LensModel"),
        "image.exif.serial": text("BodySerialNumber"),
        "image.exif.owner": text("CameraOwnerName"),
        "image.exif.unique_id": text("ImageUniqueID"),
        "image.exif.datetime_original": when("DateTimeOriginal: when the picture was taken"),
        "image.exif.datetime_digitized": when("DateTimeDigitized: when it became digital"),
        "image.exif.datetime_modified": when("DateTime: when the file was last changed, as its program says"),
        "image.exif.comment": text("UserComment, when its stated encoding can be read"),
        "image.exif.date_malformed": text("a date that is none; part names the tag", repeats=True),
        "image.exif.offset_original": token("OffsetTimeOriginal: zone of the clock, such as +02:00"),
        "image.exif.offset_digitized": token("OffsetTimeDigitized"),
        "image.exif.offset_modified": token("OffsetTime: zone of DateTime"),
        "image.exif.subsec_original": token("SubSecTimeOriginal: digits behind the second"),
        "image.exif.subsec_digitized": token("SubSecTimeDigitized"),
        "image.exif.subsec_modified": token("SubSecTime: of DateTime"),
        "image.exif.interop": token("InteroperabilityIndex: R98 for sRGB, R03 for Adobe RGB"),
        "image.exif.exposure_time": number("ExposureTime", "s"),
        "image.exif.colour_space": count("ColorSpace: 1 sRGB, 65535 uncalibrated"),
        "image.exif.gps.latitude": number("north positive", "degrees"),
        "image.exif.gps.longitude": number("east positive", "degrees"),
        "image.exif.gps.when": when("GPSDateStamp and GPSTimeStamp, in UTC"),
        "image.exif.orientation": count("Orientation, 1 to 8: how to turn the pixels for viewing"),
        "image.exif.pixel_width": count("PixelXDimension as stated", "px"),
        "image.exif.pixel_height": count("PixelYDimension as stated", "px"),
        "image.exif.by_exifread": text("what exifread says of the tag named by part", repeats=True),
        "image.exif.by_pillow": text(
            "what Pillow says of the same tag; empty when it sees none", repeats=True
        ),
        "image.exif.agreeing": count("tags on which both readers agree"),
    }
)

#: comment of the user, bytes of it that are read
_USER_COMMENT, _COMMENT = 0x9286, 1 << 16
#: disagreements listed of one image
_PAIRS = 100

_TEXTS: tuple[tuple[str, str, int], ...] = (
    ("image.exif.make", "IFD0", 0x010F),
    ("image.exif.model", "IFD0", 0x0110),
    ("image.exif.software", "IFD0", 0x0131),
    ("image.exif.host", "IFD0", 0x013C),
    ("image.exif.artist", "IFD0", 0x013B),
    ("image.exif.copyright", "IFD0", 0x8298),
    ("image.exif.description", "IFD0", 0x010E),
    ("image.exif.lens", "Exif", 0xA434),
    ("image.exif.serial", "Exif", 0xA431),
    ("image.exif.owner", "Exif", 0xA430),
    ("image.exif.unique_id", "Exif", 0xA420),
    ("image.exif.version", "Exif", 0x9000),
    ("image.exif.offset_digitized", "Exif", 0x9012),
    ("image.exif.offset_modified", "Exif", 0x9010),
    ("image.exif.subsec_original", "Exif", 0x9291),
    ("image.exif.subsec_digitized", "Exif", 0x9292),
    ("image.exif.subsec_modified", "Exif", 0x9290),
    ("image.exif.interop", "Interop", 0x0001),
)
#: observation, directory, tag, tag of the zone (EXIF 2.31 and later)
_DATES: tuple[tuple[str, str, int, int], ...] = (
    ("image.exif.datetime_original", "Exif", 0x9003, 0x9011),
    ("image.exif.datetime_digitized", "Exif", 0x9004, 0x9012),
    ("image.exif.datetime_modified", "IFD0", 0x0132, 0x9010),
)
_COUNTS: tuple[tuple[str, str, int], ...] = (
    ("image.exif.orientation", "IFD0", 0x0112),
    ("image.exif.pixel_width", "Exif", 0xA002),
    ("image.exif.pixel_height", "Exif", 0xA003),
    ("image.exif.colour_space", "Exif", 0xA001),
)
_WHEN = re.compile(
    r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)"
    r"(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?\s*(Z|[+-]\d\d:?\d\d)?\Z"
)
_ZONE = re.compile(r"(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)\Z")
#: an all-zero or all-blank date is how a camera says that its clock was never set (EXIF 2.32, 4.6.5)
_UNSET = re.compile(r"[0 :/.\-T]*\Z")


def exif_observations(
    block: bytes, base: int, directories: Directories | None = None
) -> Iterator[Observation | Fault]:
    """Everything a TIFF block states; it starts at byte ``base`` of the document.

    ``directories`` may be handed over when the block was walked before.
    """
    walked = Directories(block) if directories is None else directories
    for damage in walked.damage:
        at = base + min(damage.offset, len(walked.block))
        yield Fault(damage.code, f"EXIF: {damage.detail}", Location(part="EXIF", offset=at))
    if not walked.usable:
        return
    if walked.big:
        yield Fault("unsupported-feature", "EXIF of a BigTIFF", Location(part="EXIF"))
        return
    yield from layout_observations(walked, base)
    yield from _comment(walked, _Where(walked, base))
    yield from maker_note_observations(walked, base)
    refusal = too_costly(walked)
    if refusal is not None:
        yield Fault(refusal.code, f"EXIF: {refusal.detail}", Location(part="EXIF", offset=base))
        return
    block = two_directories(walked)
    names: dict[Key, str] = {}
    first, fault = guarded("exifread", lambda: by_exifread(block, walked, names))
    yield from fault
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        second, fault = guarded("Pillow", lambda: by_pillow(block, walked))
    yield from fault
    for said in dict.fromkeys(str(warning.message) for warning in heard[:20]):
        # a tag with more values than Pillow's table expects is that table's matter
        if not said.startswith("Metadata Warning"):
            yield Fault("reader-warning", f"Pillow: {said.strip()}", Location(part="EXIF", offset=base))
    if first is None or second is None:
        return
    where = _Where(walked, base)
    for key, value in second.items():
        whole = first.get(key)
        # Pillow keeps one value of a tag for which its table expects one (IPTC written as LONG)
        if isinstance(value, tuple) and isinstance(whole, tuple) and len(value) == 1 < len(whole):
            first[key] = whole[:1]
    agreed = {key: value for key, value in first.items() if second.get(key) == value}
    yield Observation(name="image.exif.agreeing", value=len(agreed), where=Location(part="EXIF", offset=base))
    yield from _disagreements(first, second, names, where)
    yield from _facts(agreed, where)


def _comment(walked: Directories, where: _Where) -> Iterator[Observation]:
    """UserComment by its own eight bytes of encoding (EXIF 2.32, 4.6.6); exifread leaves it out."""
    raw = walked.raw(walked.entry("Exif", _USER_COMMENT), _COMMENT)
    coded, content = raw[:8], raw[8:]
    if coded == b"UNICODE\0":
        said = content.decode("utf-16-le" if walked.order == "<" else "utf-16-be", "replace")
    elif coded in (b"ASCII\0\0\0", bytes(8)) and content.isascii():
        said = content.decode("ascii")
    else:
        return
    said = said.split("\0", 1)[0].strip()
    if said:
        key = ("Exif", _USER_COMMENT)
        yield Observation(name="image.exif.comment", value=clip(said, 500), where=where(key))


class _Where:
    """Finds the entry of a tag in the document."""

    def __init__(self, walked: Directories, base: int) -> None:
        self._walked = walked
        self._base = base

    def __call__(self, key: Key, part: str = "") -> Location:
        entry = self._walked.entry(*key)
        if entry is None:
            return Location(part=part or key[0])
        return Location(part=part or key[0], offset=self._base + entry.at, length=12)


def _shown(value: Value | None, ascii_text: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return clip(_text(value), 300) if ascii_text or value.isascii() else clip(value.hex(), 300)
    return clip(" ".join(str(item) for item in value), 300)


def _text(raw: bytes) -> str:
    """Text of a tag: UTF-8 where it is (EXIF 3.0 allows it), else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _disagreements(
    first: Reading, second: Reading, names: dict[Key, str], where: _Where
) -> Iterator[Observation | Fault]:
    differing = [key for key in {**first, **second} if first.get(key) != second.get(key)]
    named = []
    for key in differing[:_PAIRS]:
        part = f"{key[0]} {names.get(key) or f'0x{key[1]:04X}'}"
        named.append(part)
        place = where(key, part)
        for reader, reading in (("exifread", first), ("pillow", second)):
            value = reading.get(key)
            yield Observation(
                name=f"image.exif.by_{reader}", value=_shown(value, isinstance(value, bytes)), where=place
            )
    if differing:
        more = f" and {len(differing) - _PAIRS} more" if len(differing) > _PAIRS else ""
        detail = f"exifread and Pillow differ on {', '.join(named[:10])}{more}"
        yield Fault("readers-disagree", detail, Location(part="EXIF"))


def _facts(agreed: Reading, where: _Where) -> Iterator[Observation]:
    for name, home, tag in _TEXTS:
        value = agreed.get((home, tag))
        if isinstance(value, bytes) and (said := _text(value).strip(" \t\r\n\0")):
            yield Observation(name=name, value=clip(said), where=where((home, tag)))
    for name, home, tag in _COUNTS:
        value = agreed.get((home, tag))
        if isinstance(value, tuple) and isinstance(value[0], int) and value[0] >= 0:
            yield Observation(name=name, value=value[0], where=where((home, tag)))
    exposed = agreed.get(("Exif", 0x829A))
    if isinstance(exposed, tuple) and isinstance(exposed[0], int | Fraction):
        place = where(("Exif", 0x829A))
        yield Observation(name="image.exif.exposure_time", value=round(float(exposed[0]), 9), where=place)
    yield from _dates(agreed, where)
    yield from _position(agreed, where)


def _dates(agreed: Reading, where: _Where) -> Iterator[Observation]:
    for name, home, tag, zone_tag in _DATES:
        key = (home, tag)
        if key not in agreed and home == "Exif":
            key = ("IFD0", tag)  # raw files keep it there (TIFF/EP, ISO 12234-2)
        value = agreed.get(key)
        zone = agreed.get(("Exif", zone_tag))
        stated_zone = _text(zone).strip() if isinstance(zone, bytes) else ""
        if not _ZONE.match(stated_zone):
            stated_zone = ""
        if tag == 0x9003 and stated_zone:
            place = where(("Exif", zone_tag))
            yield Observation(name="image.exif.offset_original", value=stated_zone, where=place)
        if not isinstance(value, bytes):
            continue
        said = _text(value).strip(" \0")
        read = exif_date(said, stated_zone)
        if read:
            yield Observation(name=name, value=read, raw=clip(said, 100), where=where(key))
        elif read is None:
            place = where(key, {0x9003: "DateTimeOriginal", 0x9004: "DateTimeDigitized"}.get(tag, "DateTime"))
            yield Observation(name="image.exif.date_malformed", value=clip(said, 100), where=place)


def exif_date(said: str, zone: str = "") -> str | None:
    """An EXIF date in canonical form, ``""`` when it says "not set", ``None`` when it is no date.

    >>> exif_date("2017:05:05 20:47:00", "+02:00")
    '2017-05-05T20:47:00+02:00'
    >>> exif_date("0000:00:00 00:00:00")
    ''
    """
    if _UNSET.match(said):
        return ""
    found = _WHEN.match(said)
    if not found:
        return None
    year, month, day, hour, minute, second, own = found.groups()
    written = f"{year}-{int(month):02d}-{int(day):02d}"
    if hour:
        written += f"T{int(hour):02d}:{minute}" + (f":{second}" if second else "")
        zone = own or zone
        if zone:
            written += zone if zone == "Z" else f"{zone[:3]}:{zone[-2:]}"
    return written if parse_when(written) else None


def _position(agreed: Reading, where: _Where) -> Iterator[Observation]:
    for name, tag, most in (("latitude", 2, 90), ("longitude", 4, 180)):
        degrees = _degrees(agreed.get(("GPS", tag)))
        side = agreed.get(("GPS", tag - 1))
        if degrees is None or not isinstance(side, bytes) or side[:1].upper() not in (b"N", b"S", b"E", b"W"):
            continue
        if side[:1].upper() in (b"S", b"W"):
            degrees = -degrees
        if abs(degrees) <= most:
            value = round(float(degrees), 7)
            yield Observation(name=f"image.exif.gps.{name}", value=value, where=where(("GPS", tag)))
    day, clock = agreed.get(("GPS", 0x1D)), agreed.get(("GPS", 7))
    if isinstance(day, bytes) and isinstance(clock, tuple) and len(clock) == 3:
        hours = [int(part) if isinstance(part, int | Fraction) else -1 for part in clock]
        if all(0 <= part < 100 for part in hours):
            # some programs write the whole date and time into GPSDateStamp
            said = f"{_text(day).strip()[:10]} {hours[0]:02d}:{hours[1]:02d}:{hours[2]:02d}"
            if read := exif_date(said, "Z"):
                yield Observation(
                    name="image.exif.gps.when", value=read, raw=clip(said, 100), where=where(("GPS", 0x1D))
                )


def _degrees(value: Value | None) -> Fraction | None:
    """Degrees, minutes and seconds as one number; each may be a fraction."""
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    total = Fraction(0)
    for part, over in zip(value, (1, 60, 3600), strict=True):
        if isinstance(part, str | float):
            # seconds of 0/0 mean that they are not stated
            if over == 3600 and part == "0/0":
                continue
            return None
        total += Fraction(part) / over
    return total
