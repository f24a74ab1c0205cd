"""LV-IMG-008  Written by a program, with the EXIF of a camera as it left it.

What it looks at: how the bytes of a JPEG are put together.  The library of the
Independent JPEG Group, on which most programs for pictures rest, writes each
table into a segment of its own, the frame before the codes, and scales two
known tables; cameras of the makers listed here put tables of their own, or all
into one segment, and no JFIF header before EXIF.  That is held against what
EXIF says: a camera's name, no program, and a last change at the moment of
taking.

Why it matters: it tells that the pixels were decoded and coded again after the
camera, by a program that names itself nowhere.  Whoever changes a place in a
picture and puts its EXIF back leaves this; so does a viewer that turns a
picture.  It is handling, and says nothing of what was changed.

Innocent ways: viewers, galleries, web sites and scripts that make pictures
smaller and copy EXIF; nearly every picture that travelled has this.

Repeat by hand: ``exiftool -v3 FILE | grep -i 'JPEG '`` shows the order of the
segments; ``identify -verbose FILE | grep -i quality`` the scaling of tables.

Sources: ITU-T T.81, annex K; the library's own writing of markers; JEITA CP-3461
(DCF 2.0) on the order of segments; E. Kee, M. K. Johnson, H. Farid, IEEE TIFS
6(3), 2011: no signature of 773 cameras was that of an editor.  Phones are not
held to it, since many of them use that library themselves.  2 of 110 public genuine
pictures are told, both made smaller after the camera; of pictures edited and given
their EXIF back 4 of 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._image import (
    DIGITIZED,
    MODIFIED,
    TAKEN,
    edited_by_name,
    untouched_by_its_word,
)
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "rewritten": "EXIF speaks as a camera of {make} left it; the bytes were written by a program with the "
    "library of the "
    "IJG ({how}). The picture was decoded and coded again, and no program is named.",
    "named": "The bytes were written by a program with the library of the IJG ({how}); one is named: "
    "{program}.",
    "open": "The bytes were written with the library of the IJG ({how}), as programs and many phones do.",
}
INNOCENT = {
    "viewer": "A viewer turned or shrank the picture and copied EXIF.",
    "service": "A web site, a gallery or a script coded it again and copied EXIF.",
}

#: makers of cameras none of whose pictures is put together as that library does it
_OWN_CODERS = re.compile(
    r"canon|nikon|sony|fuji|olympus|om |panasonic|pentax|ricoh|casio|kodak|eastman kodak|minolta|konica|"
    r"leica|sigma|"
    r"hasselblad|apple",
    re.IGNORECASE,
)
#: phones of makers that make cameras as well
_PHONES_OF_CAMERA_MAKERS = re.compile(r"[A-Z]{1,2}\d{4}\b|xperia|xq-|so-|sov|LEITZ PHONE", re.IGNORECASE)
#: one table a segment, frame, one code a segment, scan; JFIF or nothing before EXIF
_ORDER = re.compile(r"(?:DQT ){1,2}(?:COM )?(?:DRI )?SOF[02] (?:DHT )+(?:DRI )?SOS")

_LIBRARY = (
    fact("jpeg.markers", "SOI APP0 APP1 DQT DQT SOF0 DHT DHT DHT DHT SOS EOI"),
    fact("jpeg.table_layout", "DQT 0; DQT 1; DHT 00; DHT 10; DHT 01; DHT 11"),
    fact("jpeg.ijg_quality", 88, part="image"),
)
_CAMERA = (
    fact("image.exif.make", "Canon"),
    fact(TAKEN, "2014-05-28T16:18:05"),
    fact(MODIFIED, "2014-05-28T16:18:05"),
)

EXAMPLES = (
    Example(
        title="a picture of a camera changed with Pillow, its EXIF put back",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(*_CAMERA, *_LIBRARY),
    ),
    Example(
        title="saved by GIMP, which says so",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(*_CAMERA, fact("image.exif.software", "GIMP 2.10.18"), *_LIBRARY),
    ),
    Example(
        title="as the camera wrote it",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            *_CAMERA,
            fact("jpeg.markers", "SOI APP1 DHT DQT SOF0 SOS EOI"),
            fact("jpeg.table_layout", "DHT 00 10 01 11; DQT 0 1"),
        ),
    ),
    Example(
        title="a phone of a maker of cameras",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Sony"),
            fact("image.exif.model", "D5803"),
            fact(TAKEN, "2015-05-28T16:18:05"),
            *_LIBRARY,
        ),
    ),
    Example(
        title="a phone that uses the library itself",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.exif.make", "Xiaomi"), fact(TAKEN, "2019-05-28T16:18:05"), *_LIBRARY),
    ),
)


@check(
    "LV-IMG-008",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("image",),
    needs=("jpeg.markers", "jpeg.table_layout"),
    reads=(
        "jpeg.ijg_quality", "jpeg.jfif", "image.exif.make", "image.exif.model", "image.exif.software",
        TAKEN, DIGITIZED, MODIFIED,
        "image.photoshop.resources", "image.photoshop.writer", "image.iptc.program", "xmp.creator_tool",
        "xmp.history.agent", "c2pa.generator", "c2pa.action.agent",
    ),
    cost=Cost.HOURS,
    reproduce="exiftool -v3 FILE",
)  # fmt: skip
def rewritten(facts: Facts) -> Iterator[Answer]:
    quality = next((o for o in facts.all("jpeg.ijg_quality") if o.where.part == "image"), None)
    markers, layout = facts.first("jpeg.markers"), facts.first("jpeg.table_layout")
    if quality is None or markers is None or layout is None or not of_the_library(facts):
        return
    how = f"quality {quality.value}"
    make = facts.text("image.exif.make")
    named = edited_by_name(facts)
    rests_on = (markers, layout, quality)
    own = _OWN_CODERS.match(make) is not None and not _PHONES_OF_CAMERA_MAKERS.match(
        facts.text("image.exif.model")
    )
    if own and untouched_by_its_word(facts):
        yield unusual("rewritten", rests_on=rests_on, make=make, how=how)
    elif named is not None:
        yield neutral("named", rests_on=(*rests_on, named), how=how, program=str(named.value))
    else:
        yield neutral("open", rests_on=rests_on, how=how)


def of_the_library(facts: Facts) -> bool:
    """One table in each segment, and the order of segments the library writes."""
    tables = [part.split()[1:] for part in facts.text("jpeg.table_layout").split("; ")]
    return (
        all(len(numbers) == 1 for numbers in tables) and _ORDER.search(facts.text("jpeg.markers")) is not None
    )
