"""Which dates a document of any format states of itself, and what its own text gives as its day."""

from __future__ import annotations

from leakverify.checks._base import Facts
from leakverify.checks._pdf_dates import CLAIMED, INNER
from leakverify.checks._time import Stated, moments, newest

#: everything that states when a document was made, changed, printed or sent
STATED = (
    *CLAIMED,
    *INNER,
    "ooxml.core.created", "ooxml.core.modified", "ooxml.core.last_printed",
    "docx.revision.when", "docx.comment.when",
    "ole.summary.created", "ole.summary.modified", "ole.summary.last_printed", "doc.dop.revised",
    "odf.created", "odf.modified", "odf.printed", "odf.revision.when", "odf.comment.when",
    "rtf.created", "rtf.revised", "rtf.printed",
    "mail.date", "mail.received.when",
)  # fmt: skip

#: lines of a page in which a letter or a minute gives its own day
_HEAD = 25


def last_stated(facts: Facts) -> Stated | None:
    """The latest date the document states anywhere; that of its mail or container where it states none."""
    step: Facts | None = facts
    while step is not None:
        found = newest(moments(step, STATED))
        if found is not None:
            return found
        step = step.carrier
    return None


def own_day(facts: Facts) -> Stated | None:
    """The latest day that the text gives as its own: ``Paris, le ...``, ``Invoice date: ...``."""
    return newest(moments(facts, ("text.dateline",)))


def head_day(facts: Facts) -> Stated | None:
    """The same at the head of the first page, where letters have it; further in, a text quotes or annexes."""
    stated = [one for one in moments(facts, ("text.dateline",)) if _at_head(one)]
    return newest(stated)


def _at_head(stated: Stated) -> bool:
    where = stated[0].where
    return (where.page or 1) == 1 and (where.line or 1) <= _HEAD


def recognised_pages(facts: Facts) -> frozenset[int]:
    """Pages whose text in the file was recognised from a picture: its figures may be misread."""
    return frozenset(page for o in facts.all("pdf.layer.recognised") if (page := o.where.page) is not None)
