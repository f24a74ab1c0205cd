"""LV-IMG-014  Which makers and programs are known to write a JPEG like this.

What it looks at: the tables, the sampling, the segments the tables lie in, the
kind of codes and the numbers of the components, which together are habits of
the coder; against those of pictures whose maker or program is known.

Why it matters: 62 of 100 such signatures belong to one model of camera, and 99
to one maker, when enough of them are known.  The set of those that fit is
given, never one of them.

Innocent ways: the list is short.  A signature that is not in it says nothing,
and one that is may be shared by others that are not.  Cameras that scale their
tables to the picture have many.

Repeat by hand: ``exiftool -v3 FILE``, and compare with a picture of the same
model and setting.

Sources: E. Kee, M. K. Johnson, H. Farid, IEEE TIFS 6(3), 2011.  ``image_coders`` is
learned from pictures by ``models/learn_image_coders.py``, which anybody can run on his own.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.checks._image import signature
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import table

MESSAGES = {
    "known": "Pictures put together like this are known from: {writers}.",
    "unknown": "How the bytes are put together is not among the habits known here.",
}
INNOCENT = {"shared": "Others that are not listed may put a picture together in the same way."}

EXAMPLES = (
    Example(
        title="tables that are not listed",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("image",),
        facts=(fact("jpeg.quantisation", "0" * 64, part="image"), fact("jpeg.subsampling", "4:2:0")),
    ),
    Example(
        title="a coder that Photoshop and Lightroom share",
        outcome=Outcome.NEUTRAL,
        formats=("image",),
        facts=(
            fact(
                "jpeg.quantisation",
                "3052ff32ccead6d791c9852b8630efc5940b09f87d896bc55c72df2e242d5315",
                part="image",
            ),
            fact("jpeg.subsampling", "4:4:4"),
            fact("jpeg.table_layout", "DQT 0 1; DHT 00 01 10 11"),
            fact("jpeg.huffman_kind", "made for this picture"),
            fact("jpeg.components", "1 2 3"),
        ),
    ),
)


@check(
    "LV-IMG-014",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("image",),
    needs=("jpeg.quantisation",),
    reads=("jpeg.subsampling", "jpeg.table_layout", "jpeg.huffman_kind", "jpeg.components"),
    cost=Cost.HOURS,
    reproduce="exiftool -v3 FILE",
)
def known_coders(facts: Facts) -> Iterator[Answer]:
    mine = signature(facts)
    found = [row["writer"] for row in table("image_coders") if row["signature"] == mine]
    rests_on = [o for o in facts.all("jpeg.quantisation") if o.where.part == "image"]
    if found and rests_on:
        yield neutral("known", rests_on=rests_on, writers=", ".join(found))
    else:
        yield Answer(Outcome.NOT_APPLICABLE, "unknown", (), {})
