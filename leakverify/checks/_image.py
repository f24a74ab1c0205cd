"""What several checks of pictures share: whose clock, which device, which program."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from leakverify.checks._base import Facts
from leakverify.checks._time import Stated, moments
from leakverify.evidence import Observation
from leakverify.when import When

TAKEN = "image.exif.datetime_original"
DIGITIZED = "image.exif.datetime_digitized"
MODIFIED = "image.exif.datetime_modified"

#: makers of phones, which set their clocks and zones from the network
_PHONES = re.compile(
    r"apple|google|samsung|huawei|honor|xiaomi|redmi|poco|oneplus|oppo|realme|vivo|motorola|lge?\b|htc|"
    r"nokia|hmd|"
    r"lenovo|zte|asus|fairphone|nothing|jolla|blackberry|tecno|infinix|tcl|wiko|essential",
    re.IGNORECASE,
)
#: programs on computers that write their own date into DateTime, or leave it and their name in Software
EDITORS = re.compile(
    r"photoshop|lightroom|gimp|picasa|paint|affinity|capture one|dxo|darktable|rawtherapee|digikam|shotwell|"
    r"irfanview|xnview|acdsee|corel|paintshop|pixelmator|luminar|snapseed|imagemagick|graphicsmagick|"
    r"photos \d|"
    r"iphoto|aperture|windows (live )?photo|photo ?scape|faststone|polarr|vsco|canva|photoshop album|"
    r"nikon transfer|capture nx|viewnx|digital photo professional|zoombrowser|photo mechanic|exiftool|pillow|"
    r"photopro|silkypix|converter|raw image|google|imageready|uploader|elements|acorn|krita|instagram|"
    r"facebook|whatsapp|bridge|camera raw",
    re.IGNORECASE,
)
#: clocks that start anew when their battery runs out begin on the first of January of some year
_OLDEST = datetime(1995, 1, 1)


def taken(facts: Facts) -> Stated | None:
    """When the picture says it was taken, else when it became digital."""
    for name in (TAKEN, DIGITIZED):
        found = moments(facts, (name,))
        if found:
            return found[-1]
    return None


def never_set(when: When) -> bool:
    """Whether a camera's clock that was never set would show this."""
    return when.wall < _OLDEST or (when.wall.month == 1 and when.wall.day == 1)


def is_phone(facts: Facts) -> bool:
    return bool(_PHONES.match(facts.text("image.exif.make")))


def programs(facts: Facts) -> list[Observation]:
    """Every statement of a program that had the picture in hand, in the order of their stores."""
    names = (
        "image.exif.software", "image.photoshop.writer", "image.iptc.program", "xmp.creator_tool",
        "xmp.history.agent", "c2pa.generator", "c2pa.action.agent",
    )  # fmt: skip
    return [
        observation for name in names for observation in facts.all(name) if isinstance(observation.value, str)
    ]


def signature(facts: Facts) -> str:
    """What a JPEG's coder leaves besides the picture, in one line; ``""`` when it was not seen.

    Tables, sampling, the segments they lie in, the kind of codes and the numbers of components; markers of
    metadata are left out, since handling adds them.
    """
    tables = next((o for o in facts.all("jpeg.quantisation") if o.where.part == "image"), None)
    if tables is None:
        return ""
    names = ("jpeg.subsampling", "jpeg.table_layout", "jpeg.huffman_kind", "jpeg.components")
    return "|".join((str(tables.value)[:16], *(facts.text(name) for name in names)))


def edited_by_name(facts: Facts) -> Observation | None:
    """The first statement that names a program which is no camera's own."""
    for observation in programs(facts):
        if observation.name != "image.exif.software" or EDITORS.search(str(observation.value)):
            return observation
    return facts.first("image.photoshop.resources")


def untouched_by_its_word(facts: Facts) -> bool:
    """Whether EXIF speaks as a camera left it: no program named, last change and taking within a minute."""
    if not facts.text("image.exif.make") or edited_by_name(facts) is not None:
        return False
    first, last = moments(facts, (TAKEN,)), moments(facts, (MODIFIED,))
    if not first:
        return False
    return not last or abs(last[-1][1].wall - first[-1][1].wall) <= timedelta(minutes=1)
