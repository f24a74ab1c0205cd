"""LV-IMG-006  The private block of the maker belongs to another device.

What it looks at: cameras and phones put a block of their own into EXIF, and
most say in its first bytes whose it is.  That is held against Make.  Canon and
Kodak write the model into theirs a second time, which is held against Model.

Why it matters: who types another make or model into EXIF, or moves a block from
one picture to another in parts, seldom rewrites the private block, whose form
is documented by nobody.

Innocent ways: makers that build devices for others; the names they share are
known here.  A program that puts its own name into Make.

Repeat by hand: ``exiftool -v3 FILE | grep -A3 -i maker``; ``exiftool -a -G1 -Make
-Model -MakerNotes:all FILE``.

Sources: see ``maker_notes``; ExifTool, tables Canon and Kodak.  Of 22 public
genuine pictures with a private block of these makers none is reported; another
maker typed into 15 pictures: all told.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, supports, unusual
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "other-maker": "EXIF names {make} as the maker; the private block in it is one of {family}.",
    "unknown-maker": "EXIF names {make} as the maker, who is not known to use the private block of "
    "{family} in it.",
    "other-model": "EXIF names the model {model}; the camera's own private block says {inner}.",
    "fits": "The private block is of the kind that {make} writes.",
    **ABSENT,
}
INNOCENT = {
    "built-for-others": "One maker built the device, another put its name on it.",
    "relabelled": "A program put its own name into Make or Model.",
}

#: how Canon frames the model: the kind of picture before it, the form behind it
_CANON = re.compile(r"(?:IMG:|Canon )(.+?)(?: JPEG)?\Z")

EXAMPLES = (
    Example(
        title="a picture of a Canon that was given the name of a Nikon",
        outcome=Outcome.CONTRADICTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "NIKON CORPORATION"),
            fact("image.exif.model", "NIKON D750"),
            fact("image.maker_note.family", "Canon"),
        ),
    ),
    Example(
        title="another model of the same maker",
        outcome=Outcome.UNUSUAL,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact("image.exif.model", "Canon EOS 80D"),
            fact("image.maker_note.family", "Canon"),
            fact("image.maker_note.model", "IMG:PowerShot S40 JPEG"),
        ),
    ),
    Example(
        title="as the camera wrote it",
        outcome=Outcome.SUPPORTS,
        formats=("image",),
        facts=(
            fact("image.exif.make", "Canon"),
            fact("image.exif.model", "Canon EOS 300D DIGITAL"),
            fact("image.maker_note.family", "Canon"),
            fact("image.maker_note.model", "IMG:EOS 300D DIGITAL JPEG"),
        ),
    ),
    Example(
        title="a private block of a maker that is not listed",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.exif.make", "Victor"), fact("image.maker_note.family", "JVC")),
    ),
    Example(
        title="a Leica built by Panasonic",
        outcome=Outcome.SUPPORTS,
        formats=("image",),
        facts=(fact("image.exif.make", "LEICA"), fact("image.maker_note.family", "Panasonic")),
    ),
)


@check(
    "LV-IMG-006",
    question=Question.ORIGIN,
    family=Family.IDENTITY,
    formats=("image",),
    needs=("image.maker_note.family",),
    reads=("image.exif.make", "image.exif.model", "image.maker_note.model"),
    cost=Cost.HOURS,
    reproduce="exiftool -a -G1 -Make -Model -MakerNotes:all FILE",
)
def maker_note_belongs(facts: Facts) -> Iterator[Answer]:
    block, make = facts.last("image.maker_note.family"), facts.last("image.exif.make")
    if block is None or make is None:
        yield absent(facts, "image.exif.make")
        return
    family, said = str(block.value), str(make.value)
    makes = _makes()
    if family not in makes:
        return
    if not makes[family].search(said):
        known = any(pattern.search(said) for name, pattern in makes.items() if name != family)
        answer = contradicts if known else unusual
        yield answer(
            "other-maker" if known else "unknown-maker", rests_on=(make, block), make=said, family=family
        )
        return
    model, inner = facts.last("image.exif.model"), facts.last("image.maker_note.model")
    if (
        model is not None
        and inner is not None
        and not _same_model(str(model.value), str(inner.value), family)
    ):
        yield unusual("other-model", rests_on=(model, inner), model=str(model.value), inner=str(inner.value))
        return
    yield supports("fits", rests_on=(make, block), make=said)


def _same_model(model: str, inner: str, family: str) -> bool:
    """Whether one of the two names holds the other; a name in a form not known fits everything."""
    if family == "Canon":
        framed = _CANON.match(inner)
        if framed is None:
            return True
        inner = framed[1]
        model = model.removeprefix("Canon ")
    one, other = (re.sub(r"[^a-z0-9]", "", text.casefold()) for text in (model, inner))
    return not one or not other or one in other or other in one


@functools.cache
def _makes() -> dict[str, re.Pattern[str]]:
    return {row["family"]: re.compile(row["makes"], re.IGNORECASE) for row in table("maker_notes")}
