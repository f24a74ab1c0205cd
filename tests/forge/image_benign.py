"""Image recipes: what viewers, galleries, news desks and photo managers do to honest pictures."""

from __future__ import annotations

from tests.forge import image
from tests.forge.image_stated import exiftool, said
from tests.forge.recipe import benign
from tests.forge.tools import DoesNotApply, run


@benign("image", needs=("exiftool",))
def keywords(data: bytes) -> bytes:
    """Keywords and a rating, as photo managers that rest on exiftool write them."""
    image.segments(data)
    return exiftool(
        data, "-IPTC:Keywords=harbour", "-XMP:Subject=harbour", "-XMP:Rating=4", "-Copyright=Desk"
    )


@benign("image", needs=("exiftool", "PIL"))
def export(data: bytes, *, longest: int = 800) -> bytes:
    """Smaller, with the name of the program and the day of the export, as a developing program writes it."""
    picture = image._opened(data)
    picture.thumbnail((longest, longest))
    made = image.with_exif(image.jpeg(picture, quality=90), image.exif(data))
    return exiftool(
        made, "-Software=Adobe Photoshop Lightroom Classic 9.4 (Macintosh)", "-ModifyDate=2024:05:06 10:11:12",
        f"-ExifImageWidth={picture.width}", f"-ExifImageHeight={picture.height}", "-ThumbnailImage=",
        "-XMP:CreatorTool=Adobe Photoshop Lightroom Classic 9.4 (Macintosh)", "-XMP:ModifyDate=2024:05:06 10:11:12+02:00",
        "-XMP:MetadataDate=2024:05:06 10:11:12+02:00",
    )  # fmt: skip


@benign("image", needs=("PIL",))
def smaller_for_the_web(data: bytes, *, longest: int = 600) -> bytes:
    """Smaller, EXIF copied as it stood, stated size and preview included."""
    picture = image._opened(data)
    picture.thumbnail((longest, longest))
    return image.with_exif(image.jpeg(picture, quality=80), image.exif(data))


@benign("image", needs=("jpegtran", "exiftool"))
def turned_upright(data: bytes) -> bytes:
    """Turned without loss and marked as upright, as viewers do with what a phone only marked."""
    image.segments(data)
    turned = run("jpegtran", "-copy", "all", "-rotate", "270", stdin=data, ok=(0, 2))
    return exiftool(turned, "-Orientation#=1")


@benign("image", needs=("jpegtran",))
def optimised(data: bytes) -> bytes:
    """Packed smaller without loss: other codes, several scans, the same pixels."""
    image.segments(data)
    return run("jpegtran", "-copy", "all", "-optimize", "-progressive", stdin=data, ok=(0, 2))


@benign("image", needs=("exiftool",))
def clock_set_right(data: bytes) -> bytes:
    """Every date an hour on, for a camera that was not set to summer time."""
    if not said(data, "EXIF:DateTimeOriginal").get("DateTimeOriginal"):
        raise DoesNotApply("no date")
    return exiftool(data, "-AllDates+=0:0:0 1:0:0")


@benign("image", needs=("exiftool",))
def place_added(data: bytes) -> bytes:
    """A position from a map, without a time, for a picture that had none."""
    if said(data, "GPS:GPSLatitude").get("GPSLatitude"):
        raise DoesNotApply("has a position")
    image.segments(data)
    return exiftool(
        data, "-GPSLatitude=48.85", "-GPSLatitudeRef=N", "-GPSLongitude=2.35", "-GPSLongitudeRef=E"
    )


@benign("image", needs=("exiftool",))
def preview_removed(data: bytes) -> bytes:
    """The preview taken out, which programs do for privacy."""
    image.segments(data)
    return exiftool(data, "-ThumbnailImage=", "-ifd1:all=")
