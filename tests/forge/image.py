"""Image recipes: pictures changed under their old thumbnail, times and places planted, and honest handling."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.forge.recipe import altered, benign
from tests.forge.tools import DoesNotApply, run, through

if TYPE_CHECKING:
    from PIL import Image

#: an invented camera: no maker's tables are imitated
MAKER, MODEL, FIRMWARE = "Lumiris", "L200", "L200 v1.04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an invented photograph shows: ``crates`` stacked in a hall, under ``lamps`` windows."""

    seed: int
    crates: int = 4
    lamps: int = 5
    width: int = 1200
    height: int = 800
    people: int = 0


def paint(scene: Scene) -> Image.Image:
    """A hall with windows, crates and perhaps people, with the noise and fall-off of a small camera."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter

    draw = random.Random(scene.seed)
    width, height = scene.width, scene.height
    picture = Image.new("RGB", (width, height), (196, 190, 178))
    pen = ImageDraw.Draw(picture)
    floor = int(height * 0.62)
    pen.rectangle((0, floor, width, height), fill=(128, 116, 102))
    for n in range(-6, 14):
        pen.line(
            (width * n / 8, height, width / 2 + (n - 4) * width / 26, floor), fill=(112, 100, 88), width=3
        )
    for n in range(scene.lamps):
        left = int(width * (n + 0.25) / scene.lamps)
        pen.rectangle(
            (left, int(height * 0.09), left + width // (scene.lamps * 2), int(height * 0.4)),
            fill=(236, 240, 244),
        )
    for n in range(scene.crates):
        size = int(height * draw.uniform(0.17, 0.25))
        column, level = n % 6, n // 6
        left = int(width * 0.05 + column * width * 0.155 + draw.uniform(-9, 9))
        bottom = int(height * 0.88 - level * size * 0.98 + draw.uniform(-5, 5))
        tone = draw.randrange(70, 150)
        pen.rectangle(
            (left, bottom - size, left + size, bottom),
            fill=(tone, tone - 22, tone - 48),
            outline=(52, 40, 30),
        )
        pen.rectangle(
            (left + size // 5, bottom - size * 2 // 3, left + size * 4 // 5, bottom - size // 3),
            fill=(232, 228, 216),
        )
        for row in range(3):
            top = bottom - size * 2 // 3 + 8 + row * size // 12
            pen.line((left + size // 4, top, left + size * 3 // 4 - row * 9, top), fill=(70, 70, 80), width=3)
    for _ in range(scene.people):
        middle, foot = draw.randrange(width // 8, width * 7 // 8), int(height * draw.uniform(0.84, 0.97))
        tall = int(height * 0.44)
        coat = tuple(draw.randrange(30, 130) for _ in range(3))
        pen.rounded_rectangle(
            (middle - tall // 7, foot - tall * 4 // 5, middle + tall // 7, foot), 26, fill=coat
        )
        pen.ellipse(
            (middle - tall // 13, foot - tall, middle + tall // 13, foot - tall * 4 // 5),
            fill=(206, 166, 140),
        )
    picture = picture.filter(ImageFilter.GaussianBlur(1.1))
    grid = np.asarray(picture, dtype=np.float64)
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = grid * (1.06 - 0.28 * (across**2 + down**2))[..., None]
    grid += np.random.default_rng(scene.seed).normal(0, 3.2, grid.shape)
    return Image.fromarray(np.clip(grid, 0, 255).astype(np.uint8))


def jpeg(picture: Image.Image, *, quality: int = 80) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def photograph(
    picture: Image.Image,
    *,
    moment: str,
    offset: str = "+02:00",
    place: tuple[float, float] | None = None,
    quality: int = 80,
) -> bytes:
    """A JPEG with EXIF and a thumbnail of the same picture, written by exiftool. ``moment``: ``YYYY:MM:DD HH:MM:SS``."""
    import tempfile
    from pathlib import Path

    small = picture.copy()
    small.thumbnail((160, 120))
    with tempfile.TemporaryDirectory() as folder:
        thumb = Path(folder) / "thumb.jpg"
        thumb.write_bytes(jpeg(small, quality=72))
        where = (
            (
                f"-GPSLatitude={place[0]}",
                "-GPSLatitudeRef=N",
                f"-GPSLongitude={place[1]}",
                "-GPSLongitudeRef=E",
            )
            if place
            else ()
        )
        return through(
            (
                "exiftool", "-q", "-overwrite_original", f"-Make={MAKER}", f"-Model={MODEL}", f"-Software={FIRMWARE}",
                f"-AllDates={moment}", f"-OffsetTimeOriginal={offset}", "-ExposureTime=1/60", "-FNumber=2.8",
                "-ISO=400", "-FocalLength=24", "-Orientation#=1", f"-ExifImageWidth={picture.width}",
                f"-ExifImageHeight={picture.height}", f"-ThumbnailImage<={thumb}", *where, "IN",
            ),
            jpeg(picture, quality=quality),
            suffix=".jpg",
        )  # fmt: skip


def thumbnail(data: bytes) -> bytes:
    """The EXIF thumbnail, ``b""`` if there is none."""
    found = exif(data)
    start = found.find(b"\xff\xd8", 8)
    end = found.rfind(b"\xff\xd9")
    return found[start : end + 2] if 0 <= start < end else b""


def segments(data: bytes) -> list[tuple[int, bytes]]:
    """(marker, payload) of the segments before the scan. Raises ``DoesNotApply``."""
    if data[:2] != b"\xff\xd8":
        raise DoesNotApply("not a JPEG")
    at, found = 2, []
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((data[at + 1], data[at + 4 : at + 2 + length]))
        at += 2 + length
    return found


def exif(data: bytes) -> bytes:
    """Payload of the first EXIF segment, ``b""`` if there is none."""
    return next((body for marker, body in segments(data) if marker == 0xE1 and body[:6] == b"Exif\0\0"), b"")


def _opened(data: bytes) -> Image.Image:
    from PIL import Image

    segments(data)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return picture.convert("RGB")
    except Exception as error:
        raise DoesNotApply(f"not readable: {error}") from error


def with_exif(data: bytes, payload: bytes) -> bytes:
    """The JPEG with that EXIF segment in front and no other."""
    kept = b"".join(
        bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body
        for marker, body in segments(data)
        if not (marker == 0xE1 and body[:6] == b"Exif\0\0") and marker != 0xE0
    )
    scan = 2 + sum(4 + len(body) for _, body in segments(data))
    front = b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload if payload else b""
    return b"\xff\xd8" + front + kept + data[scan:]


@altered("image", question="content", expects=("LV-IMG-002",), needs=("PIL",))
def exchange_picture_keep_thumbnail(
    data: bytes, *, picture: Image.Image | None = None, seed: int = 0
) -> bytes:
    """Put another picture under the EXIF of the camera, thumbnail included.

    What editors that copy EXIF through leave behind.  An examiner pulls the thumbnail out and lays it beside the
    picture: it still shows what was taken.  By default the picture becomes its own mirrored negative.
    """
    payload = exif(data)
    if not thumbnail(data):
        raise DoesNotApply("no thumbnail that could stay behind")
    if picture is None:
        from PIL import ImageOps

        picture = ImageOps.invert(ImageOps.mirror(_opened(data)))
    return with_exif(jpeg(picture, quality=88), payload)


@altered("image", question="content", needs=("PIL",))
def retouch_keep_thumbnail(data: bytes, *, seed: int = 0) -> bytes:
    """Cover a quarter of the picture with another part of it and keep the EXIF, thumbnail included.

    An examiner who looks at the thumbnail sees the covered part.  Measured as one number over the whole picture the
    difference is no larger than what colour correction leaves, so the first checks only show it.
    """
    payload = exif(data)
    if not thumbnail(data):
        raise DoesNotApply("no thumbnail that could stay behind")
    picture = _opened(data)
    half = (picture.width // 2, picture.height // 2)
    draw = random.Random(seed)
    source, target = draw.sample([(x, y) for x in (0, half[0]) for y in (0, half[1])], 2)
    patch = picture.crop((*source, source[0] + half[0], source[1] + half[1]))
    picture.paste(patch, target)
    return with_exif(jpeg(picture, quality=88), payload)


@altered("image", question="content", needs=("PIL",))
def crop_keep_thumbnail(data: bytes, *, seed: int = 0) -> bytes:
    """Cut away a third of the picture and keep the EXIF, thumbnail included.

    An examiner sees the whole scene in the thumbnail.  Careless programs do the same to a harmless crop, so the first
    checks show it and hold nothing against it.
    """
    payload = exif(data)
    if not thumbnail(data):
        raise DoesNotApply("no thumbnail that could stay behind")
    picture = _opened(data)
    third = picture.width // 3
    left = random.Random(seed).choice((0, third))
    return with_exif(jpeg(picture.crop((left, 0, left + 2 * third, picture.height)), quality=88), payload)


@altered("image", question="origin", needs=("exiftool",))
def backdate_exif(data: bytes, *, days: int = 0, seed: int = 0) -> bytes:
    """Move every EXIF time back alike with exiftool.

    Nothing in the picture contradicts it; GPS time, if present, stays and may.  An examiner asks for the
    neighbours in the camera's numbering.
    """
    if b"Exif" not in data[:4096]:
        raise DoesNotApply("no EXIF")
    shift = days or random.Random(seed).randrange(30, 700)
    return through(
        ("exiftool", "-q", "-m", "-overwrite_original", f"-AllDates-=0:0:{shift} 0:0:0", "IN"),
        data,
        suffix=".jpg",
    )


@altered("image", question="origin", needs=("exiftool",))
def claim_camera(data: bytes, *, make: str = "Canon", model: str = "Canon EOS 80D") -> bytes:
    """Name another camera in EXIF with exiftool. An examiner compares quantisation tables with that camera's."""
    segments(data)
    return through(
        ("exiftool", "-q", "-m", "-overwrite_original", f"-Make={make}", f"-Model={model}", "IN"),
        data,
        suffix=".jpg",
    )


@altered("image", question="origin", expects=("LV-IMG-001",))
def two_exif_times(data: bytes, *, moment: str = "2019:03:02 10:11:12") -> bytes:
    """Put a second directory entry for the time of taking before the first one, with another time.

    Programs take the first or the last entry of a tag.  An examiner reads with two of them and gets two
    dates.
    """
    import struct

    payload = exif(data)
    tiff = bytearray(payload[6:])
    if bytes(tiff[:2]) not in (b"II", b"MM"):
        raise DoesNotApply("no EXIF")
    order = "<" if tiff[:2] == b"II" else ">"

    def entries(at: int) -> list[tuple[int, int, int, bytes]]:
        count = struct.unpack_from(order + "H", tiff, at)[0]
        return [
            (
                *struct.unpack_from(order + "HHI", tiff, at + 2 + 12 * n),
                bytes(tiff[at + 10 + 12 * n : at + 14 + 12 * n]),
            )
            for n in range(count)
        ]

    root = struct.unpack_from(order + "I", tiff, 4)[0]
    pointer = next((entry for entry in entries(root) if entry[0] == 0x8769), None)
    if pointer is None:
        raise DoesNotApply("no EXIF directory")
    place = struct.unpack(order + "I", pointer[3])[0]
    listed = entries(place)
    if not any(entry[0] == 0x9003 for entry in listed):
        raise DoesNotApply("no time of taking")
    # the directory moves to the end, where there is room for one entry more
    new, string = len(tiff) + len(tiff) % 2, moment.encode("ascii") + b"\0"
    tiff += bytes(len(tiff) % 2)
    after = new + 2 + 12 * (len(listed) + 1) + 4
    planted = (0x9003, 2, len(string), struct.pack(order + "I", after))
    merged = sorted([planted, *listed], key=lambda entry: entry[0])
    tiff += struct.pack(order + "H", len(merged))
    for tag, kind, count, value in merged:
        tiff += struct.pack(order + "HHI", tag, kind, count) + value
    tiff += struct.pack(order + "I", 0) + string
    entry_at = root + 2 + 12 * next(n for n, entry in enumerate(entries(root)) if entry[0] == 0x8769) + 8
    struct.pack_into(order + "I", tiff, entry_at, new)
    if len(tiff) + 8 > 65535:
        raise DoesNotApply("no room in the segment")
    return with_exif(data, b"Exif\0\0" + bytes(tiff))


@benign("image", needs=("exiftool",))
def set_orientation(data: bytes, *, value: int = 6) -> bytes:
    """Mark the picture as turned, without touching pixels, as viewers do."""
    segments(data)
    return through(
        ("exiftool", "-q", "-m", "-overwrite_original", f"-Orientation#={value}", "IN"), data, suffix=".jpg"
    )


@benign("image", needs=("jpegtran",))
def turn_losslessly(data: bytes, *, degrees: int = 90) -> bytes:
    """Turn the picture without decoding it; EXIF is copied, so that the thumbnail stays as it was taken."""
    segments(data)
    return run("jpegtran", "-copy", "all", "-rotate", str(degrees), stdin=data, ok=(0, 2))


@benign("image")
def strip_metadata(data: bytes) -> bytes:
    """Take EXIF, XMP and comments away, as messengers and web sites do. Pixels untouched."""
    kept = [(m, b) for m, b in segments(data) if m not in (*range(0xE1, 0xEE), 0xEF, 0xFE)]
    scan = 2 + sum(4 + len(body) for _, body in segments(data))
    front = b"".join(bytes([0xFF, m]) + (len(b) + 2).to_bytes(2, "big") + b for m, b in kept)
    return b"\xff\xd8" + front + data[scan:]


@benign("image", needs=("PIL",))
def through_messenger(data: bytes, *, longest: int = 1024) -> bytes:
    """Smaller, compressed again and without metadata, as messengers send pictures."""
    picture = _opened(data)
    picture.thumbnail((longest, longest))
    return jpeg(picture, quality=70)


@benign("image", needs=("PIL",))
def compress_again(data: bytes) -> bytes:
    """Saved again by a viewer that copies EXIF: same picture, same thumbnail, other tables."""
    return with_exif(jpeg(_opened(data), quality=86), exif(data))


@benign("image", needs=("PIL",))
def brighten(data: bytes) -> bytes:
    """A little brighter, saved by a viewer that copies EXIF: the thumbnail is a little darker than the picture."""
    return with_exif(
        jpeg(_opened(data).point(lambda value: min(255, int(value * 1.08))), quality=88), exif(data)
    )


@benign("image", needs=("exiftool",))
def caption(data: bytes, *, artist: str = "", text: str = "Photo service communication") -> bytes:
    """Add a caption and an author with exiftool, as picture desks do."""
    segments(data)
    return through(
        (
            "exiftool",
            "-q",
            "-m",
            "-overwrite_original",
            f"-ImageDescription={text}",
            f"-Artist={artist}",
            "IN",
        ),
        data,
        suffix=".jpg",
    )
