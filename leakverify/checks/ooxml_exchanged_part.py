"""LV-OOX-005  A part compressed by another program than the rest.

What it looks at: the compressed bytes of each part.  Microsoft Office has a
compressor of its own; nearly every other packer uses zlib, and what zlib makes
of a text can be made again and compared byte for byte.  Reported is a document
all of whose entries are marked as Office marks them, while parts that hold the
content were made by zlib and the others were not.

Why it matters: whoever changes a part by hand has to compress it again.  The
fields of the ZIP can be copied, and the way in which a text is compressed
shows what compressed it; the part is named.

Innocent ways: a tool that fills in, labels or repairs documents in place may
copy the fields of the entry it exchanges; then the text of the part says what
it did.  Programs on .NET replace single parts and give them the times of that
day: ordinary, and only shown.  Exchanged properties are the matter of LV-OOX-004.

Repeat by hand: decompress the entry, compress it with ``zlib.compressobj(6,
zlib.DEFLATED, -15)`` of Python, and compare with the bytes in the file.

Sources: RFC 1951 leaves the choice of matches and blocks to the compressor;
PKWARE APPNOTE 6.3.10.
Measured: in 394 public documents as Office packed them zlib made none of some
7,000 parts; of 33 whose text was changed with every field of the ZIP copied, all
are reported, at each of three levels of compression.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._versions import (
    NAMES_WORD,
    WRITING,
    claims_microsoft,
    compressed_otherwise,
    holds_content,
    packed_whole_by_office,
)
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "exchanged": "Every entry is marked as {application} marks it, and {count} of {all} parts were "
    "compressed by another program: {parts}. They were exchanged, or put in, after the document was saved.",
    "updated": "{count} of {all} parts were compressed by another program than the rest: {parts}. The "
    "packing shows it as well: a program replaced them.",
}
INNOCENT = {
    "filled": "A tool that fills in, labels or repairs documents exchanged the part and copied its fields.",
    "repaired": "Somebody mended a damaged document by hand.",
}

#: parts that are named in one sentence
_NAMED = 5

_AS_OFFICE = (
    *NAMES_WORD,
    fact("zip.made_by", "0.45"),
    fact("zip.flags.first", "0x6"),
    fact("ooxml.parts_compared", 12),
)

EXAMPLES = (
    Example(
        title="the text exchanged, with every field of the ZIP copied",
        outcome=Outcome.CONTRADICTS,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("zip.times", "all-1980"),
            fact("ooxml.zlib_part", "word/document.xml", raw="level 6", offset=2000, length=3000),
        ),
    ),
    Example(
        title="as Office saved it",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(*_AS_OFFICE, fact("zip.times", "all-1980")),
    ),
    Example(
        title="only the properties were set by a filing system",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("zip.times", "all-1980"),
            fact("ooxml.zlib_part", "docProps/core.xml", raw="level 6"),
        ),
    ),
    Example(
        title="tracked changes accepted by a program on .NET",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            *_AS_OFFICE,
            fact("zip.times", "mixed"),
            fact("ooxml.zlib_part", "word/document.xml", raw="level 6"),
        ),
    ),
)


@check(
    "LV-OOX-005",
    question=Question.CONTENT,
    family=Family.STRUCTURE,
    formats=("ooxml",),
    needs=("ooxml.parts_compared",),
    reads=("ooxml.zlib_part", "ooxml.app.application", *WRITING),
    cost=Cost.HOURS,
    reproduce="python3 -c \"import zipfile, zlib; z = zipfile.ZipFile('FILE'); "
    "c = lambda d: (lambda m: m.compress(d) + m.flush())(zlib.compressobj(6, 8, -15)); "
    '[print(i.filename) for i in z.infolist() if len(c(z.read(i))) == i.compress_size]"',
)
def exchanged_parts(facts: Facts) -> Iterator[Answer]:
    parts = [o for o in facts.all("ooxml.zlib_part") if holds_content(str(o.value))]
    if not parts or not claims_microsoft(facts):
        return
    whole = packed_whole_by_office(facts)
    if whole and compressed_otherwise(facts):
        return  # not a part but all of it was packed by another program: LV-OOX-004
    names = [str(o.value) for o in parts]
    more = f" (+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    said: dict[str, str | int] = {
        "count": len(parts),
        "all": int(facts.value("ooxml.parts_compared") or 0),
        "parts": ", ".join(names[:_NAMED]) + more,
    }
    if whole:
        application = facts.text("ooxml.app.application")
        yield contradicts("exchanged", rests_on=parts, application=application, **said)
    else:
        yield neutral("updated", rests_on=parts, **said)
