"""Which dates a PDF states, and which of them a clock that was never set has written."""

from __future__ import annotations

from datetime import date

from leakverify.checks._base import Facts
from leakverify.checks._time import Stated, moments, newest

#: what a file says of itself as a whole
CLAIMED = (
    "pdf.info.creation_date",
    "pdf.info.mod_date",
    "xmp.create_date",
    "xmp.modify_date",
    "xmp.metadata_date",
)
#: what lies inside: history, notes, signatures, pages, private data of programs, pictures, attachments
INNER = (
    "xmp.history.when",
    "pdf.annotation.when",
    "pdf.signature.when",
    "pdf.page.last_modified",
    "pdf.piece.last_modified",
    "pdf.attachment.created",
    "pdf.attachment.modified",
    "pdf.picture.taken",
)

#: zero of the clocks of Windows, Mac OS, Excel, Unix, FAT and of boards without a battery
_ZERO = frozenset(
    [
        date(1601, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1),
        date(1969, 12, 31), date(1970, 1, 1), date(1979, 12, 31), date(1980, 1, 1), date(2000, 1, 1),
    ]
)  # fmt: skip


def unset(stated: Stated) -> bool:
    """Whether the date is the zero of some clock, which says that nobody had set it.

    A year before the first PDF (1993) says the same.
    """
    wall = stated[1].wall
    return wall.date() in _ZERO or wall.year < 1993


def last_date(facts: Facts) -> Stated | None:
    """The latest date stated anywhere in the document, ``None`` when there is none."""
    return newest(moments(facts, (*CLAIMED, *INNER)))
