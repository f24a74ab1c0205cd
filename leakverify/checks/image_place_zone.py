"""LV-IMG-010  The zone of the clock does not fit the place.

What it looks at: the zone that EXIF states for the clock, or that the camera's
private block holds, against the longitude of the position; and the time of the
clock in that zone against that of the satellites.

Why it matters: a position typed in by hand moves the picture and leaves the
zone of the place where it was taken.

Innocent ways: cameras keep the zone of their owner's home wherever he travels,
so for them it is only shown; a phone in an aircraft or without a network keeps
the last one.  Zones reach far beyond their longitudes in western China, in
Alaska and in the Pacific, which is allowed for.

Repeat by hand: ``exiftool -G1 -OffsetTimeOriginal -TimeZone -GPSPosition
-GPSDateTime -DateTimeOriginal FILE``.

Sources: tz database: no place of more than a few people keeps a civil time that
is further than four hours from that of its longitude; CIPA DC-008 (EXIF 2.31)
4.6.5 on the tags of offsets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.checks._image import TAKEN, is_phone
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import moments
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "far": "The clock was set to UTC{zone}; the position lies at longitude {longitude}, where the sun is "
    "{hours} hours "
    "from that.",
    "far-camera": "The camera's clock was set to UTC{zone}; the position lies at longitude {longitude}. "
    "Cameras keep the "
    "zone of their owner's home.",
    "fits": "The zone of the clock fits the place, and its time that of the satellites.",
    **ABSENT,
}
INNOCENT = {
    "no-network": "A phone in an aircraft or without a network kept the zone it came from.",
    "added": "The position was added by hand, from a map, for the place that the picture shows.",
}

_FAR = 4.5
_CLOSE = timedelta(minutes=10)
_ZONES = ("image.exif.offset_original", "image.exif.offset_digitized", "image.maker_note.zone")

EXAMPLES = (
    Example(
        title="a phone's picture of Paris that was moved to New York",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact("image.exif.offset_original", "+02:00"),
            fact("image.exif.gps.longitude", -74.006),
        ),
    ),
    Example(
        title="Kashgar in western China, on the time of Beijing",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "HUAWEI"),
            fact("image.exif.offset_original", "+08:00"),
            fact("image.exif.gps.longitude", 75.99),
        ),
    ),
    Example(
        title="a tourist's camera",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "NIKON CORPORATION"),
            fact("image.maker_note.zone", "+01:00"),
            fact("image.exif.gps.longitude", -74.006),
        ),
    ),
    Example(
        title="zone, place and both clocks agree",
        outcome=Outcome.SUPPORTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Apple"),
            fact("image.exif.offset_original", "+02:00"),
            fact("image.exif.gps.longitude", 2.35),
            fact(TAKEN, "2019-06-28T18:18:05+02:00"),
            fact("image.exif.gps.when", "2019-06-28T16:18:01Z"),
        ),
    ),
)


@check(
    "LV-IMG-010",
    question=Question.ORIGIN,
    family=Family.CLOCK,
    formats=("image",),
    needs=("image.exif.gps.longitude",),
    reads=(*_ZONES, TAKEN, "image.exif.gps.when", "image.exif.make"),
    cost=Cost.SECONDS,
    reproduce="exiftool -G1 -OffsetTimeOriginal -TimeZone -GPSPosition -GPSDateTime -DateTimeOriginal FILE",
)
def zone_fits_place(facts: Facts) -> Iterator[Answer]:
    place = facts.last("image.exif.gps.longitude")
    zone = next((found for name in _ZONES if (found := facts.last(name)) is not None), None)
    if zone is None or place is None:
        yield absent(facts, *_ZONES)
        return
    hours = _hours(zone)
    longitude = float(place.value) if isinstance(place.value, int | float) else 0.0
    # 0, 0 is what devices write before they know
    if hours is None or not 0 < abs(longitude) <= 180:
        return
    apart = abs((hours - longitude / 15 + 12) % 24 - 12)
    if apart > _FAR:
        stated, where, distant = str(zone.value), round(longitude, 2), round(apart, 1)
        if is_phone(facts):
            yield unusual("far", rests_on=(zone, place), zone=stated, longitude=where, hours=distant)
        else:
            yield neutral("far-camera", rests_on=(zone, place), zone=stated, longitude=where)
        return
    for own in moments(facts, (TAKEN,))[:1]:
        for other in moments(facts, ("image.exif.gps.when",))[:1]:
            if own[1].offset is not None and abs(own[1].earliest - other[1].earliest) <= _CLOSE:
                yield supports("fits", rests_on=(zone, place, own[0], other[0]))


def _hours(zone: Observation) -> float | None:
    said = str(zone.value)
    if said == "Z":
        return 0.0
    if len(said) < 5 or not said[1:3].isdigit() or not said[-2:].isdigit():
        return None
    return (-1 if said[0] == "-" else 1) * (int(said[1:3]) + int(said[-2:]) / 60)
