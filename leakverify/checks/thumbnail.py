"""LV-IMG-002  The embedded thumbnail shows another picture.

What it looks at: cameras store a small copy of the picture in its EXIF block.
Both are scaled to 32 by 32 grey pixels, turned and cut to fit, and compared by
the mean absolute difference (0 to 255), over the whole and over the patch in
which they differ most.

Why it matters: a program that replaces the picture and keeps the block leaves
the small copy of what was there before.

Innocent ways: cropping and a change of brightness alter the picture after the
small copy was made; panoramas and multi-frame phones store the preview of one
frame.  A difference says that the picture was worked on, which is what most
published pictures are; only one larger than such work leaves is reported, and
only while the proportions are still those of the small copy and of EXIF.

Repeat by hand: ``exiftool -b -ThumbnailImage FILE > thumb.jpg`` and look at both.

Sources: E. Kee, M. K. Johnson, H. Farid, IEEE TIFS 6(3), 2011, on thumbnails as
part of a picture's structure.  Measured on 31 public camera files: 8 at most as
they are; up to 32 cropped by a tenth, 63 made half as bright again, with
patches under 105; replaced by another picture 38 to 126, half of them over 57.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "other-picture": "The embedded thumbnail differs from the picture by {distance:.0f} of 255 on average; "
    "{limit:.0f} is hardly ever reached by pictures as cameras leave them.",
    "worked-on": "The embedded thumbnail differs from the picture by {distance:.0f} of 255 on average, as "
    "cropping or colour correction leaves it.",
}
INNOCENT = {
    "cropped": "The picture was cropped or rotated after the camera made the small copy.",
    "developed": "Brightness or colours were corrected, or a raw picture was developed.",
    "multi-frame": "The small copy is of one frame of a panorama or a burst.",
}

#: mean absolute grey difference over the whole, and over the patch of 4 by 4 that differs most
_OTHER, _OTHER_PATCH = 60.0, 110.0
#: genuine pictures that nobody worked on stay under 9
_WORKED = 15.0
#: how much longer one is than the other in proportion; more is a picture cropped to another shape
#: (pictures as cameras leave them stay under 0.025)
_SHAPE = 0.03

_SIZES = ("image.width", "image.height", "image.exif.pixel_width", "image.exif.pixel_height")

EXAMPLES = (
    Example(
        title="the picture was replaced and the block kept",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.thumbnail.distance", 78.4),
            fact("image.thumbnail.patch_distance", 151.0),
            fact("image.thumbnail.aspect_error", 0.01),
        ),
    ),
    Example(
        title="a portrait cut out of a larger picture, thumbnail with black bars",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.thumbnail.distance", 63.0),
            fact("image.thumbnail.patch_distance", 171.6),
            fact("image.thumbnail.aspect_error", 0.0578),
        ),
    ),
    Example(
        title="cut out of a larger picture in the shape of its thumbnail, which EXIF still denies",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.width", 476),
            fact("image.height", 635),
            fact("image.exif.pixel_width", 3072),
            fact("image.exif.pixel_height", 2048),
            fact("image.thumbnail.distance", 71.0),
            fact("image.thumbnail.patch_distance", 160.0),
            fact("image.thumbnail.aspect_error", 0.01),
        ),
    ),
    Example(
        title="made half as bright again",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.thumbnail.distance", 63.2),
            fact("image.thumbnail.patch_distance", 82.0),
            fact("image.thumbnail.aspect_error", 0.0),
        ),
    ),
    Example(
        title="as the camera left it",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.thumbnail.distance", 3.1), fact("image.thumbnail.aspect_error", 0.0)),
    ),
)


@check(
    "LV-IMG-002",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("image",),
    needs=("image.thumbnail.distance",),
    reads=("image.thumbnail.patch_distance", "image.thumbnail.aspect_error", *_SIZES),
    cost=Cost.SECONDS,
    reproduce="exiftool -b -ThumbnailImage FILE > thumb.jpg",
)
def thumbnail_differs(facts: Facts) -> Iterator[Answer]:
    if (seen := facts.last("image.thumbnail.distance")) is None:
        return
    distance = float(seen.value or 0)
    patch, shape = facts.last("image.thumbnail.patch_distance"), facts.last("image.thumbnail.aspect_error")
    rests_on = tuple(o for o in (seen, patch, shape) if o is not None)
    other_shape = (shape is not None and abs(float(shape.value or 0)) > _SHAPE) or _reshaped(facts)
    strong = patch is None or float(patch.value or 0) >= _OTHER_PATCH
    if distance >= _OTHER and strong and not other_shape:
        yield unusual("other-picture", rests_on=rests_on, distance=distance, limit=_OTHER)
    elif distance >= _WORKED:
        yield neutral("worked-on", rests_on=rests_on, distance=distance)


def _reshaped(facts: Facts) -> bool:
    """Whether the size that EXIF states has other proportions than the picture, turned or not."""
    width, height, was_width, was_height = (float(facts.value(name) or 0) for name in _SIZES)
    if min(width, height, was_width, was_height) <= 0:
        return False
    now, before = (
        max(width, height) / min(width, height),
        max(was_width, was_height) / min(was_width, was_height),
    )
    return abs(now / before - 1) > _SHAPE
