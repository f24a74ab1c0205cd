"""Image recipes: what a picture says of its time, its place and its camera, changed beside what stays."""

from __future__ import annotations

import random
import re

from tests.forge import image
from tests.forge.recipe import altered
from tests.forge.tools import DoesNotApply, through

#: makers whose private blocks exiftool reads under their name
_MAKERS = frozenset("Nikon Panasonic FujiFilm Olympus Pentax Sony Apple Canon".split())


def exiftool(data: bytes, *words: str) -> bytes:
    """The JPEG after exiftool wrote these words into it."""
    return through(("exiftool", "-q", "-m", "-overwrite_original", *words, "IN"), data, suffix=".jpg")


def said(data: bytes, *tags: str) -> dict[str, str]:
    """What exiftool reads of these tags, by name; a word that starts with a dash is an option."""
    import json
    import tempfile
    from pathlib import Path

    from tests.forge.tools import run

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.jpg"
        path.write_bytes(data)
        read = json.loads(run("exiftool", "-j", "-m", *(f"-{tag.lstrip('-')}" for tag in tags), str(path)))
    return {name: str(value) for name, value in read[0].items()}


def _must_state(data: bytes, *tags: str) -> dict[str, str]:
    image.segments(data)
    found = said(data, *tags)
    missing = [tag for tag in tags if not re.search(r"[1-9]", found.get(tag.rpartition(":")[2], ""))]
    if missing:
        raise DoesNotApply(f"does not state {', '.join(missing)}")
    return found


@altered("image", question="origin", expects=("LV-IMG-003",), needs=("exiftool",))
def move_dates_keep_satellites(data: bytes, *, days: int = 0, seed: int = 0) -> bytes:
    """Move the dates of EXIF and leave the satellites' time of the position.

    An examiner holds the two clocks against each other.
    """
    _must_state(data, "EXIF:DateTimeOriginal", "GPS:GPSDateStamp", "GPS:GPSTimeStamp")
    shift = days or random.Random(seed).randrange(20, 700)
    return exiftool(data, f"-AllDates-=0:0:{shift} 0:0:0")


@altered("image", question="origin", expects=("LV-IMG-003",), needs=("exiftool",))
def move_dates_keep_copies(data: bytes, *, days: int = 0, seed: int = 0) -> bytes:
    """Move the dates of EXIF and leave those of XMP and of the captions, which are copies of them.

    An examiner lists all dates and finds one span between every pair.
    """
    found = _must_state(data, "EXIF:DateTimeOriginal", "EXIF:CreateDate")
    copies = said(
        data, "XMP-photoshop:DateCreated", "XMP-xmp:CreateDate", "XMP-xmp:ModifyDate", "IPTC:DateCreated"
    )
    pairs = (("DateTimeOriginal", "DateCreated"), ("CreateDate", "CreateDate"))
    if len(copies) < 3 or not any(copies.get(copy, "")[:10] == found[name][:10] for name, copy in pairs):
        raise DoesNotApply("no copies of the dates")
    shift = days or random.Random(seed).randrange(20, 700)
    return exiftool(
        data, *(f"-EXIF:{tag}-=0:0:{shift} 0:0:0" for tag in ("DateTimeOriginal", "CreateDate", "ModifyDate"))
    )


@altered("image", question="origin", expects=("LV-IMG-003",), needs=("exiftool",))
def move_date_taken_only(data: bytes, *, days: int = 0, seed: int = 0) -> bytes:
    """Move only the time of taking in a camera's picture. The camera wrote a second one beside it.

    An examiner compares it with the moment at which the picture became digital.
    """
    _must_state(data, "EXIF:DateTimeOriginal", "EXIF:CreateDate")
    if not said(data, "EXIF:ExposureTime").get("ExposureTime"):
        raise DoesNotApply("not by a camera")
    shift = days or random.Random(seed).randrange(20, 700)
    return exiftool(data, f"-EXIF:DateTimeOriginal-=0:0:{shift} 0:0:0")


@altered("image", question="origin", expects=("LV-IMG-010",), needs=("exiftool",))
def move_place(data: bytes, *, place: tuple[float, float] = (40.71, -74.0), seed: int = 0) -> bytes:
    """Put a phone's picture to another continent and leave the zone of its clock.

    An examiner asks which zone a phone has at that longitude.
    """
    found = _must_state(data, "EXIF:OffsetTimeOriginal", "GPS:GPSLongitude")
    if not re.match(
        "apple|google|samsung|huawei|xiaomi", said(data, "EXIF:Make").get("Make", ""), re.IGNORECASE
    ):
        raise DoesNotApply("no phone")
    hours = int(found["OffsetTimeOriginal"][:3])
    longitude = place[1] if abs(hours - place[1] / 15) > 5 else 139.7
    side = "E" if longitude > 0 else "W"
    return exiftool(
        data, f"-GPSLatitude={place[0]}", "-GPSLatitudeRef=N", f"-GPSLongitude={abs(longitude)}",
        f"-GPSLongitudeRef={side}",
    )  # fmt: skip


@altered("image", question="origin", expects=("LV-IMG-004",), needs=("exiftool",))
def name_later_phone(data: bytes, *, moment: str = "2015:03:02 10:11:12", seed: int = 0) -> bytes:
    """Name a phone, and a date at which it was not there, as who types both from memory.

    An examiner looks up when the model was first sold.
    """
    image.segments(data)
    model = random.Random(seed).choice(
        ("iPhone 12", "iPhone 13 Pro", "iPhone X", "Pixel 4", "iPhone 15 Plus")
    )
    make = "Google" if model.startswith("Pixel") else "Apple"
    return exiftool(data, f"-Make={make}", f"-Model={model}", f"-AllDates={moment}")


@altered("image", question="origin", expects=("LV-IMG-005",), needs=("exiftool",))
def name_later_program(data: bytes, *, moment: str = "2011:03:02 10:11:12", seed: int = 0) -> bytes:
    """Move all dates to before the program that the picture names.

    An examiner looks up when that version came out.
    """
    image.segments(data)
    program = random.Random(seed).choice(
        (
            "Adobe Photoshop CC 2017 (Windows)",
            "Adobe Photoshop 22.1 (Macintosh)",
            "Adobe Photoshop CS6 (Windows)",
        )
    )
    return exiftool(
        data, "-xmp:all=", "-iptc:all=", f"-Software={program}", f"-AllDates={moment}", "-GPSDateStamp="
    )


@altered("image", question="origin", expects=("LV-IMG-006",), needs=("exiftool",))
def claim_other_maker(data: bytes, *, seed: int = 0) -> bytes:
    """Name a camera of another maker and leave the private block of the one that took the picture.

    An examiner reads whose block it is.
    """
    image.segments(data)
    groups = {name.partition(":")[0] for name in said(data, "MakerNotes:all", "-G1")}
    own = next(iter(sorted(groups & _MAKERS)), "")
    if not own:
        raise DoesNotApply("no private block of a maker that names itself")
    others = [("Canon", "Canon EOS 80D"), ("NIKON CORPORATION", "NIKON D90"), ("SONY", "DSLR-A550")]
    make, model = random.Random(seed).choice(
        [o for o in others if o[0].split()[0].lower() != own.split()[0].lower()]
    )
    return exiftool(data, f"-Make={make}", f"-Model={model}")


@altered("image", question="origin", expects=("LV-IMG-002", "LV-IMG-007"), needs=("exiftool", "PIL"))
def transplant_exif(data: bytes, *, seed: int = 0) -> bytes:
    """Put the EXIF of an invented camera's picture of 600 by 400 pixels, preview included, on this one.

    An examiner compares the sizes, and looks at the preview.
    """
    picture = image._opened(data)
    if min(picture.size) < 300:
        raise DoesNotApply("too small to tell a preview from another")
    scene = image.paint(image.Scene(seed=seed, width=600, height=400))
    donor = image.photograph(scene, moment="2016:05:06 10:11:12")
    return image.with_exif(data, image.exif(donor))


@altered("image", question="content", expects=("LV-IMG-008",), needs=("PIL",), trace="structure")
def edit_place_restore_exif(data: bytes, *, seed: int = 0) -> bytes:
    """Cover a small place with another part of the picture, save it, and put the old EXIF back.

    An examiner sees who wrote the bytes: the tables and the order of segments are those of the library that saved it; what was changed is
    nowhere to be read.
    """
    block = image.exif(data)
    if not block:
        raise DoesNotApply("no EXIF")
    found = said(
        data, "EXIF:Software", "EXIF:Make", "EXIF:DateTimeOriginal", "EXIF:ModifyDate", "XMP:CreatorTool"
    )
    camera = re.match(
        "canon|nikon|sony|fuji|olympus|panasonic|pentax|casio|kodak", found.get("Make", ""), re.IGNORECASE
    )
    if not camera or found.get("Software") or found.get("CreatorTool") or b"8BIM" in data[:65536]:
        raise DoesNotApply("not as a camera left it")
    if found.get("DateTimeOriginal") != found.get("ModifyDate"):
        raise DoesNotApply("changed before, by its own word")
    picture = image._opened(data)
    side = min(picture.size) // 6
    draw = random.Random(seed)
    spots = [(draw.randrange(picture.width - side), draw.randrange(picture.height - side)) for _ in range(2)]
    picture.paste(picture.crop((*spots[0], spots[0][0] + side, spots[0][1] + side)), spots[1])
    return image.with_exif(image.jpeg(picture, quality=draw.choice((75, 85, 92, 95))), block)
