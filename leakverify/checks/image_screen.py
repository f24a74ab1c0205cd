"""LV-IMG-011  A picture of a screen.

What it looks at: a picture that names no camera, and the traces of programs
that take pictures of screens: the words ``Screenshot`` in EXIF or a text chunk,
Apple's own chunk in PNG, the size of a known screen, a PNG without anything but
the pixels.

Why it matters: a picture of a message or of a page shows what a screen showed.
It carries no trace of who wrote it, and a page can be changed in the browser
before the picture is taken: ask for the message itself.

Innocent ways: people send pictures of screens every day.

Repeat by hand: ``exiftool -a -G1 -ImageSize -UserComment -Software FILE; pngcheck -v FILE``.

Sources: see ``screens``; PNG third edition.  Screens that were photographed are
not told here: that takes the pixels (``leakverify regions``), and moiré comes from curtains, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "says-so": "The picture says that it was taken of a screen: {said}.",
    "apple": "A system of Apple wrote this PNG, and its size is that of a screen ({screen}).",
    "size": "The picture names no camera, and has the size of a screen ({screen}).",
    "camera": "The picture names a camera.",
}
INNOCENT = {"sent-on": "People send pictures of screens every day."}

EXAMPLES = (
    Example(
        title="a message on an iPhone",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.format", "PNG"),
            fact("image.width", 1170),
            fact("image.height", 2532),
            fact("png.chunks", "IHDR iCCP eXIf pHYs iDOT IDAT IEND"),
        ),
    ),
    Example(
        title="a photograph",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("image",),
        facts=(
            fact("image.format", "JPEG"),
            fact("image.exif.make", "Canon"),
            fact("image.width", 3888),
            fact("image.height", 2592),
        ),
    ),
)

_STATEMENTS = (
    "image.exif.comment",
    "image.exif.description",
    "image.exif.software",
    "png.text",
    "xmp.creator_tool",
    "image.exif.comment",
)


@check(
    "LV-IMG-011",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("image",),
    needs=("image.width", "image.height"),
    reads=("image.format", "image.exif.make", "png.chunks", *_STATEMENTS),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -ImageSize -UserComment -Software FILE",
)
def of_a_screen(facts: Facts) -> Iterator[Answer]:
    said = _says_so(facts)
    if said is not None:
        yield neutral("says-so", rests_on=(said,), said=str(said.value)[:80])
        return
    if facts.text("image.exif.make"):
        yield Answer(Outcome.NOT_APPLICABLE, "camera", (), {})
        return
    width, height = facts.last("image.width"), facts.last("image.height")
    if width is None or height is None:
        return
    sides = sorted(side.value if isinstance(side.value, int) else 0 for side in (width, height))
    screen = next(
        (row["screen"] for row in table("screens") if [int(row["short"]), int(row["long"])] == sides), ""
    )
    if not screen:
        return
    chunks = facts.last("png.chunks")
    if chunks is not None and "iDOT" in str(chunks.value).split():
        yield neutral("apple", rests_on=(width, height, chunks), screen=screen)
    else:
        yield neutral("size", rests_on=(width, height), screen=screen)


def _says_so(facts: Facts) -> Observation | None:
    for name in _STATEMENTS:
        for observation in facts.all(name):
            words = str(observation.value).casefold()
            if any(
                word in words for word in ("screenshot", "screen shot", "screen capture", "snipping tool")
            ):
                return observation
    return None
