"""What is read of the saves of a file."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, token

VOCABULARY: dict[str, Declared] = {
    "pdf.revision.count": count("saves in the file; not stated when the chain is damaged"),
    "pdf.revision.startxref": count("where its cross-reference section begins", "bytes", repeats=True),
    "pdf.revision.end": count("bytes of the document as it was after this save", "bytes", repeats=True),
    "pdf.revision.xref_kind": token("table, stream or hybrid", repeats=True),
    "pdf.change.kind": token("what a save changed, on which page", repeats=True),
    "pdf.change.text_before": content("words that differ, before the save, with neighbours", repeats=True),
    "pdf.change.text_after": content("words that differ, after the save, with neighbours", repeats=True),
    "pdf.change.explained": token(
        "ordinary workflow that explains the pair before it, or none", repeats=True
    ),
}
