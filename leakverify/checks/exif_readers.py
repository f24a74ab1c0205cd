"""LV-IMG-001  Two readers see different EXIF values.

What it looks at: the EXIF block is read by two independent libraries.  Tags on
which they agree are counted; tags on which they differ are shown with both
readings.  Differences of spacing, of trailing zero bytes and of the form of a
number are set aside.

Why it matters: a block that holds a tag twice, or is built so that readers
part ways, lets one program show a date that another does not see.

Innocent ways: readers interpret damaged or unusual blocks differently;
programs that edit metadata leave a second, older directory behind; text in
another encoding is decoded differently.

Repeat by hand: ``exiftool -a -u -G1 -s FILE`` lists duplicates, ``exiftool
-htmlDump FILE`` shows where each lies.

Sources: CIPA DC-008 (EXIF 2.32) 4.6.  Measured on public genuine pictures: none
of 75 with EXIF is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "differ": "Two readers see different values of the EXIF tag {tag}: «{one}» and «{other}».",
    "other": "Two readers see different values of {count} EXIF tags that say nothing of origin: {tags}.",
    "no-exif": "The picture carries no EXIF block.",
}
INNOCENT = {
    "leftover": "A program that edits metadata left an older directory in the block.",
    "reading": "The block is damaged or unusual, and the readers interpret it differently.",
    "encoding": "Text in another encoding is decoded differently.",
}

#: tags that state time, maker or owner; compared by the last part of the tag's name
_TELLING = frozenset(
    "datetime datetimeoriginal datetimedigitized make model software artist copyright gpsdate "
    "gpsdatestamp gpstimestamp gpslatitude gpslongitude bodyserialnumber offsettimeoriginal".split()
)
_SPACING = re.compile(r"[\s\x00]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?")

EXAMPLES = (
    Example(
        title="a second date hidden in a duplicate tag",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.exif.present", True),
            fact("image.exif.by_exifread", "2012:05:04 10:12:00", part="DateTimeOriginal"),
            fact("image.exif.by_pillow", "2016:04:29 17:40:11", part="DateTimeOriginal"),
        ),
    ),
    Example(
        title="padding and the form of a fraction",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.exif.present", True),
            fact("image.exif.by_exifread", "Canon\x00\x00", part="Make"),
            fact("image.exif.by_pillow", "Canon ", part="Make"),
            fact("image.exif.by_exifread", "1/2", part="GPSLatitude"),
            fact("image.exif.by_pillow", "0.5", part="GPSLatitude"),
        ),
    ),
)


@check(
    "LV-IMG-001",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("image",),
    needs=("image.exif.present",),
    reads=("image.exif.by_exifread", "image.exif.by_pillow", "image.exif.agreeing"),
    cost=Cost.MINUTES,
    reproduce="exiftool -a -u -G1 -s FILE",
)
def readers_disagree(facts: Facts) -> Iterator[Answer]:
    if facts.value("image.exif.present") is not True:
        yield Answer(Outcome.NOT_APPLICABLE, "no-exif", (), {})
        return
    minor: list[Observation] = []
    tags: dict[str, None] = {}
    for one, other in zip(
        facts.all("image.exif.by_exifread"), facts.all("image.exif.by_pillow"), strict=False
    ):
        if _plain(one) == _plain(other):
            continue
        tag = one.where.part
        if re.split(r"[ .:/]", tag)[-1].lower() in _TELLING:
            yield unusual(
                "differ", rests_on=(one, other), tag=tag, one=str(one.value), other=str(other.value)
            )
        else:
            minor += (one, other)
            tags[tag] = None
    if minor:
        yield neutral("other", rests_on=minor[:20], count=len(tags), tags=", ".join(list(tags)[:20]))


def _plain(observation: Observation) -> str:
    """A value without what the readers' habits put into it: spacing, padding, brackets, fractions."""
    text = _SPACING.sub(" ", str(observation.value)).strip(" []()").casefold()
    return _NUMBER.sub(lambda match: _decimal(match.group()), text).replace(",", " ").replace("  ", " ")


def _decimal(number: str) -> str:
    whole, _, part = number.partition("/")
    value = float(whole)
    if part:
        if float(part) == 0:
            return number
        value /= float(part)
    return f"{value:.6g}"
