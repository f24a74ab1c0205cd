"""LV-IMG-009  Which programs had the picture in hand.

What it looks at: every program that EXIF, Photoshop's resources, the captions,
XMP and its history, or a C2PA manifest name, and traces that name a program
without its name: Photoshop's resources, the padding of Windows, and what
``image_traces`` lists of GIMP, ImageMagick, GD and Facebook.  Captions that
no longer fit the digest Photoshop kept of them, and a private block of the
maker whose values no longer lie where it says, tell of a change by another
program.

Why it matters: it is the history of the picture as far as it tells it.  It
speaks of handling and never of what was changed.

Innocent ways: news desks, galleries and phones all do it; a picture without any
program in it is the exception.

Repeat by hand: ``exiftool -a -G1 -Software -CreatorTool -HistorySoftwareAgent
-OriginatingProgram -CurrentIPTCDigest -IPTCDigest FILE``.

Sources: ISO 16684-1 on history; Metadata Working Group, Guidelines 2.0, 3.3 on
the digest; Windows Imaging Component, tag 0xEA1C; the sources of ``image_traces``.  WhatsApp, Signal and
Telegram take the metadata away and leave no mark that was found in a source that can be cited, so they
are not named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.checks._image import programs
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "programs": "Programs named in the picture: {named}.",
    "captions": "The captions were changed by another program than Photoshop, which kept a digest of them.",
    "moved-note": "Values of the maker's private block no longer lie where it says ({count}): a program "
    "that does not "
    "know this block wrote EXIF anew.",
    "traces": "Traces of programs that are not named: {traces}.",
    "windows": "EXIF holds the padding that Windows and programs resting on it leave for later changes.",
    "photoshop": "Photoshop's resources are in the picture, and no program is named.",
}
INNOCENT = {"ordinary": "Pictures that are kept, captioned or sent pass through programs."}

EXAMPLES = (
    Example(
        title="a desk that captions its pictures",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.format", "JPEG"),
            fact("image.exif.software", "Adobe Photoshop CS3 Macintosh"),
            fact("image.iptc.digest_fits", False),
        ),
    ),
    Example(
        title="downloaded from Facebook",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact("image.format", "JPEG"),
            fact("image.iptc.instructions", "FBMD01000ac60300004a1d00002d4b0000"),
        ),
    ),
    Example(
        title="nothing named",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(fact("image.format", "JPEG"),),
    ),
)


@check(
    "LV-IMG-009",
    question=Question.HANDLING,
    family=Family.HISTORY,
    formats=("image",),
    needs=("image.format",),
    reads=(
        "image.exif.software", "image.photoshop.writer", "image.photoshop.resources", "image.iptc.program",
        "image.iptc.digest_fits", "image.maker_note.displaced", "image.exif.windows_padding",
        "xmp.creator_tool",
        "xmp.history.agent", "c2pa.generator", "c2pa.action.agent", "image.iptc.instructions",
        "image.icc.description", "jpeg.comment", "png.text",
    ),
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -Software -CreatorTool -HistorySoftwareAgent -IPTCDigest FILE",
)  # fmt: skip
def handled(facts: Facts) -> Iterator[Answer]:
    named = programs(facts)
    if named:
        listed = list(dict.fromkeys(str(one.value) for one in named))
        more = f" (+{len(listed) - 12})" if len(listed) > 12 else ""
        yield neutral("programs", rests_on=named[:20], named="; ".join(listed[:12]) + more)
    resources = facts.first("image.photoshop.resources")
    if resources is not None and not named:
        yield neutral("photoshop", rests_on=(resources,))
    traces: dict[str, Observation] = {}
    for row in table("image_traces"):
        for one in facts.all(row["fact"]):
            there = re.search(row["where"], one.where.part) and re.search(row["claims"], str(one.value), re.I)
            if there and not any(row["program"].casefold() in str(other.value).casefold() for other in named):
                traces.setdefault(row["program"], one)
    if traces:
        yield neutral("traces", rests_on=tuple(traces.values()), traces="; ".join(traces))
    digest = facts.last("image.iptc.digest_fits")
    if digest is not None and digest.value is False:
        yield neutral("captions", rests_on=(digest,))
    moved = facts.last("image.maker_note.displaced")
    if moved is not None:
        yield neutral(
            "moved-note", rests_on=(moved,), count=moved.value if isinstance(moved.value, int) else 0
        )
    padded = facts.last("image.exif.windows_padding")
    if padded is not None and padded.value is True:
        yield neutral("windows", rests_on=(padded,))
