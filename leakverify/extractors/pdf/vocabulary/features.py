"""What of the format a document uses, and dates inside it."""

from __future__ import annotations

from leakverify.extractors._base import Declared, token, when

VOCABULARY: dict[str, Declared] = {
    "pdf.feature": token("a feature that came with some version of the format", repeats=True),
    "pdf.catalog.version": token("version stated by the root, which overrides the header"),
    "pdf.page.last_modified": when("when a page says it was last changed, each date once", repeats=True),
    "pdf.piece.last_modified": when("when a program says it last wrote its private data", repeats=True),
    "pdf.attachment.created": when("when an attached file says it was made", repeats=True),
    "pdf.attachment.modified": when("when an attached file says it was last changed", repeats=True),
}
