"""LV-IMG-002  The embedded thumbnail shows another picture.

What it looks at: cameras store a small copy of the picture in its EXIF block.
Both are laid over each other in grey, turned to fit, and correlated, which
brightness and contrast do not change; where they do not fit as a whole, the
picture is looked for as a part of the small copy.  Once the tones are matched,
the place in which they differ most tells of a part that was replaced.

Why it matters: a program that replaces the picture, or a part of it, and keeps
the block leaves the small copy of what was there before.

Innocent ways: many ordinary editors write the picture anew and leave the old
small copy, after any retouching, caption bar or montage; templates and
galleries reuse the block of one picture for others; panoramas and multi-frame
phones store the preview of one frame.  Cropping, turning and colour correction
are told apart and not reported.  A difference says that the picture was worked
on by something that does not know the block, not why.

Repeat by hand: ``exiftool -b -ThumbnailImage FILE > thumb.jpg`` and look at both.

Sources: E. Kee, M. K. Johnson, H. Farid, IEEE TIFS 6(3), 2011, on thumbnails as
part of a picture's structure.  Measured on 31 public
camera files: none reported, nor when compressed again, brightened, captioned,
cropped by a third or turned.  Of their 16 of 300 pixels and more, with another
picture put under the block: 80 of 90 reported; with a quarter covered by
another part of it: 24 of 30; with a tenth replaced: 10 of 15.  Smaller ones are
shown only, since turning without loss leaves edges of them where they were.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "other-picture": "The embedded thumbnail shows another picture: at best the two correlate by "
    "{correlation:.2f}; pictures as cameras leave them reach {usual:.2f}, cropped or recoloured ones 0.88.",
    "part-replaced": "The embedded thumbnail shows the same scene and something else in one place of it: "
    "there the two differ by {residual:.0f} of 255 once their tones are matched; changed colours leave "
    "{limit:.0f}.",
    "worked-on": "The embedded thumbnail shows the picture before it was worked on, as cropping or colour "
    "correction leaves it: the two correlate by {correlation:.2f}.",
    "small": "The embedded thumbnail differs from the picture, by a correlation of {correlation:.2f}; in a "
    "picture of {pixels} pixels the blocks that turning without loss leaves in place do that, too.",
    "even": "The picture or its thumbnail is too even for the two to be compared.",
}
INNOCENT = {
    "old-preview": "An ordinary editor changed the picture and left the small copy of the one before.",
    "reused": "A program put the block of another picture into this one, as templates and galleries do.",
    "multi-frame": "The small copy is of one frame of a panorama or a burst.",
}

#: 92 of 100 other pictures stay under it; no picture left alone, cropped or recoloured fell under 0.88
_OTHER = 0.75
#: the same framing, without which places cannot be compared
_SAME_FRAME = 0.8
#: no change of tone alone left more than the second in the worst place
_REPLACED, _TONE = 50.0, 45.0
#: longer side of a picture in which edges left unturned are too narrow to matter
_LARGE = 300
#: pictures as cameras leave them correlate by this and differ in no place by more than that
_UNTOUCHED, _UNTOUCHED_PLACE = 0.96, 25.0


def _compared(whole: float, *, residual: float, part: float | None = None) -> tuple[Observation, ...]:
    """What the reader of pictures says of a thumbnail that is not even."""
    stated = {"distance": 40.0, "correlation": whole, "part_correlation": part, "patch_residual": residual}
    return tuple(fact(f"image.thumbnail.{n}", value) for n, value in stated.items() if value is not None)


EXAMPLES = (
    Example(
        title="the picture was replaced and the block kept",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=_compared(0.15, residual=112.0, part=0.47),
    ),
    Example(
        title="a quarter of the picture was covered with another part of it",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=_compared(0.88, residual=73.0, part=0.88),
    ),
    Example(
        title="a portrait cut out of a larger picture",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=_compared(0.41, residual=171.6, part=0.93),
    ),
    Example(
        title="made half as bright again",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=_compared(0.92, residual=44.0),
    ),
    Example(
        title="a tiny picture turned without loss, which leaves a strip of blocks where it was",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.width", 68),
            fact("image.height", 100),
            *_compared(0.58, residual=62.0, part=0.64),
        ),
    ),
    Example(
        title="a picture of an even wall",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.thumbnail.distance", 63.0), fact("image.thumbnail.patch_residual", 102.0)),
    ),
    Example(
        title="as the camera left it",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=_compared(0.992, residual=9.0),
    ),
)


@check(
    "LV-IMG-002",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("image",),
    needs=("image.thumbnail.distance",),
    reads=(
        "image.thumbnail.correlation",
        "image.thumbnail.part_correlation",
        "image.thumbnail.patch_residual",
        "image.thumbnail.aspect_error",
        "image.width",
        "image.height",
    ),
    cost=Cost.SECONDS,
    reproduce="exiftool -b -ThumbnailImage FILE > thumb.jpg",
)
def thumbnail_differs(facts: Facts) -> Iterator[Answer]:
    whole, part = _number(facts, "correlation"), _number(facts, "part_correlation")
    place, shape = _number(facts, "patch_residual"), _number(facts, "aspect_error")
    if whole is None:
        if (distance := facts.last("image.thumbnail.distance")) is not None:
            yield neutral("even", rests_on=(distance,))
        return
    best = whole if part is None or part[1] <= whole[1] else part
    rests_on = tuple(stated[0] for stated in (whole, part, place, shape) if stated is not None)
    residual = 0.0 if place is None else place[1]
    sides = [o.value for o in (facts.last("image.width"), facts.last("image.height")) if o is not None]
    longer = max((float(side or 0) for side in sides), default=float(_LARGE))
    if longer < _LARGE and (best[1] < _OTHER or residual > _REPLACED):
        yield neutral("small", rests_on=rests_on, correlation=best[1], pixels=round(longer))
    elif best[1] < _OTHER:
        yield unusual("other-picture", rests_on=rests_on, correlation=best[1], usual=_UNTOUCHED)
    elif whole[1] >= _SAME_FRAME and residual > _REPLACED:
        yield unusual("part-replaced", rests_on=rests_on, residual=residual, limit=_TONE)
    elif whole[1] < _UNTOUCHED or residual > _UNTOUCHED_PLACE:
        yield neutral("worked-on", rests_on=rests_on, correlation=best[1])


def _number(facts: Facts, what: str) -> tuple[Observation, float] | None:
    found = facts.last(f"image.thumbnail.{what}")
    return None if found is None or found.value is None else (found, float(found.value))
