"""What is read of the saves of a file."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, digest, text, token, when

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
    "pdf.change.hidden_under": token(
        "the earlier words of the pair before it are still there, under: drawing, annotation", repeats=True
    ),
    "pdf.change.page": token(
        "a page of the state before: replaced, added, removed, or moved from another place", repeats=True
    ),
    "pdf.change.font_added": token("a base font that a changed page did not name before", repeats=True),
    "pdf.change.image_before": digest("a picture of a changed page that gave way to the next", repeats=True),
    "pdf.change.image_after": digest("the picture that took the place of the one before it", repeats=True),
    "pdf.change.image_removed": digest("a picture that a changed page names no longer", repeats=True),
    "pdf.change.image_added": digest("a picture that a changed page did not name before", repeats=True),
    "pdf.leftover.kind": token(
        "unreferenced object that says something: content, page, metadata, xmp, font, form, image",
        repeats=True,
    ),
    "pdf.leftover.count": count("objects in the bytes that the document as it stands does not use"),
    "pdf.leftover.text_before": content(
        "words of an earlier state of a page, from an object nothing refers to", repeats=True
    ),
    "pdf.leftover.text_after": content("the words that the page has in their place", repeats=True),
    "pdf.leftover.likeness": count(
        "words of the earlier state that the page still has", "percent", repeats=True
    ),
    "pdf.leftover.info": text("entry of an Info dictionary nothing refers to: key and value", repeats=True),
    "pdf.leftover.xmp_date": when("modification date of an XMP packet nothing refers to", repeats=True),
    "pdf.exiftool.update": count("where an ExifTool update begins", "bytes", repeats=True),
    "pdf.exiftool.field": token("metadata entry that an ExifTool update changed", repeats=True),
    "pdf.exiftool.before": text("what that entry said before the update; empty if nothing", repeats=True),
    "pdf.exiftool.after": text("what it says after the update; empty if nothing", repeats=True),
}
