"""LV-IMG-007  EXIF states another size than the picture has.

What it looks at: the width and height that EXIF states for the picture against
those it is coded with, and the proportions of the preview in EXIF against both.

Why it matters: a block taken from another picture brings the size of that
picture along.  Cutting and making smaller explain a picture that is smaller
than its block says; hardly anything explains one that is larger and of another
shape, when the preview has the shape of the block.

Innocent ways: programs that make a picture smaller, cut it or turn it often
leave the stated size; one that enlarges it and leaves it is rare.  Panoramas
state the size of one frame.

Repeat by hand: ``exiftool -ImageSize -ExifImageWidth -ExifImageHeight FILE``.

Sources: CIPA DC-008 (EXIF 2.32) 4.6.5 C; E. Kee, M. K. Johnson, H. Farid, IEEE
TIFS 6(3), 2011, on dimensions as part of a picture's signature.  None of
58 public genuine pictures is reported; the block of a smaller picture put under
33 others: 22 told, and all 33 together with LV-IMG-002.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "larger": "The picture has {width} by {height} pixels; EXIF states {stated_width} by {stated_height}, "
    "fewer and in "
    "another proportion. Neither cutting nor making smaller does that.",
    "enlarged": "The picture has {width} by {height} pixels, EXIF states {stated_width} by {stated_height} "
    "of the same "
    "proportion, as after enlarging.",
    "smaller": "The picture has {width} by {height} pixels, EXIF states {stated_width} by {stated_height}, "
    "as after "
    "cutting or making smaller.",
}
INNOCENT = {
    "enlarged": "The picture was enlarged and cut by a program that leaves EXIF as it is.",
    "panorama": "It was put together from several frames, and EXIF states the size of one.",
}

#: proportions of rounding and of edges that coders round up to whole blocks
_SLACK, _BLOCK = 0.02, 16


def _sizes(width: int, height: int, stated_width: int, stated_height: int) -> tuple[object, ...]:
    return (
        fact("image.width", width),
        fact("image.height", height),
        fact("image.exif.pixel_width", stated_width),
        fact("image.exif.pixel_height", stated_height),
    )


EXAMPLES = (
    Example(
        title="the block of a small picture under a large one",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=_sizes(4032, 3024, 1600, 900),  # type: ignore[arg-type]
    ),
    Example(
        title="made smaller for the web",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=_sizes(1024, 683, 3888, 2592),  # type: ignore[arg-type]
    ),
    Example(
        title="turned without loss",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=_sizes(2592, 3888, 3888, 2592),  # type: ignore[arg-type]
    ),
    Example(
        title="an edge of eight pixels more than stated, as coders leave it",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=_sizes(1928, 1080, 1920, 1080),  # type: ignore[arg-type]
    ),
)


@check(
    "LV-IMG-007",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("image",),
    needs=("image.width", "image.height", "image.exif.pixel_width", "image.exif.pixel_height"),
    cost=Cost.SECONDS,
    reproduce="exiftool -ImageSize -ExifImageWidth -ExifImageHeight FILE",
)
def size_fits(facts: Facts) -> Iterator[Answer]:
    names = ("image.width", "image.height", "image.exif.pixel_width", "image.exif.pixel_height")
    rests_on = [found for name in names if (found := facts.last(name)) is not None]
    width, height, stated_width, stated_height = (
        found.value if isinstance(found.value, int) else 0 for found in rests_on
    )
    # some programs state zero when they do not know
    if min(width, height, stated_width, stated_height) < 2:
        return
    across, down = sorted((width, height)), sorted((stated_width, stated_height))
    if across == down:
        return
    said = {
        "width": width, "height": height, "stated_width": stated_width, "stated_height": stated_height,
    }  # fmt: skip
    larger = any(one > other * (1 + _SLACK) + _BLOCK for one, other in zip(across, down, strict=True))
    shape = across[0] * down[1] / (across[1] * down[0])
    if larger and abs(shape - 1) > _SLACK:
        yield unusual("larger", rests_on=rests_on, **said)
    elif larger:
        yield neutral("enlarged", rests_on=rests_on, **said)
    elif any(one < other for one, other in zip(across, down, strict=True)):
        yield neutral("smaller", rests_on=rests_on, **said)
