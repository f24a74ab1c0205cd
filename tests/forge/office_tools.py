"""Recipes for OOXML: other suites and scripts that a search names, with the properties put back."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.forge import zipbytes
from tests.forge.office import kind, parts
from tests.forge.office_edit import by_office, like, restored
from tests.forge.recipe import Forged, Truth, altered
from tests.forge.tools import DoesNotApply, missing, run, soffice, through

_WRITERS = ("LV-OOX-001", "LV-OOX-004")


@altered("ooxml", question="origin", expects=_WRITERS, needs=("ssconvert",), trace="structure")
def edit_in_gnumeric_claiming_office(data: bytes) -> bytes:
    """A workbook saved by Gnumeric under the properties of the original, which name Excel.

    An examiner finds a workbook without the build of Excel, packed by another program.
    """
    by_office(data)
    if kind(data) != "xlsx":
        raise DoesNotApply("not a workbook")
    made = through(("ssconvert", "IN", "OUT"), data, suffix=".xlsx")
    return like(made, restored(made, data))


@altered("ooxml", question="origin", expects=_WRITERS, needs=("soffice", "pandoc"), trace="structure")
def transplant_text_into_shell(data: bytes) -> bytes:
    """The main part made by pandoc from the words, put into the shell of the genuine document.

    Settings, styles, fonts and properties stay those of Word; every field of the ZIP is copied.  An examiner
    finds one part that another program wrote and compressed.
    """
    by_office(data)
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    plain = soffice(data, suffix=".docx", to="txt", how="Text (encoded):UTF8")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "words.md", Path(folder) / "made.docx"
        source.write_bytes(plain)
        run("pandoc", "-o", str(target), str(source))
        body = parts(target.read_bytes())["word/document.xml"]
    return zipbytes.exchange(data, {"word/document.xml": body})


@altered("ooxml", question="content", expects=("LV-OOX-005",), trace="structure")
def scrub_session_ids(data: bytes) -> Forged:
    """Every session id of Word taken out of text and settings by a script that copies the fields of the ZIP.

    What a search for "remove rsid" finds, to hide in which sitting a sentence was typed.  An examiner finds
    the text and the settings compressed by another program than the rest.
    """
    by_office(data)
    if kind(data) != "docx":
        raise DoesNotApply("not a text document")
    found = parts(data)
    changed = {}
    for name in ("word/document.xml", "word/settings.xml"):
        old = found.get(name, b"")
        new = re.sub(rb' w:rsid\w*="[0-9A-F]{8}"', b"", old)
        new = re.sub(rb"<w:rsids>.*?</w:rsids>", b"", new, flags=re.DOTALL)
        if new != old:
            changed[name] = new
    if not changed:
        raise DoesNotApply("no session ids")
    return Forged(zipbytes.exchange(data, changed), Truth(part="word/document.xml"))


@altered("ooxml", question="content", expects=("LV-OOX-005",), trace="structure")
def accept_changes_by_script(data: bytes) -> Forged:
    """Tracked changes and comments' marks taken out of the text by a script that copies the fields of the ZIP.

    An examiner finds the text compressed by another program than the rest.
    """
    by_office(data)
    old = parts(data).get("word/document.xml", b"")
    new = re.sub(rb"<w:del [^>]*>.*?</w:del>", b"", old, flags=re.DOTALL)
    new = re.sub(rb"</?w:ins(?: [^>]*)?>|<w:comment(?:RangeStart|RangeEnd|Reference) [^>]*/>", b"", new)
    if new == old:
        raise DoesNotApply("no tracked change or comment")
    return Forged(zipbytes.exchange(data, {"word/document.xml": new}), Truth(part="word/document.xml"))


@altered("ooxml", question="content", trace="faint")
def exchange_picture(data: bytes) -> bytes:
    """One picture exchanged for another of the same kind, with every field of the ZIP copied.

    Pictures come from everywhere and are not compressed again: an examiner finds nothing that must be.
    """
    by_office(data)
    pictures = {n: d for n, d in parts(data).items() if re.search(r"/media/\w+\.jpe?g$", n)}
    if not pictures or missing("PIL"):
        raise DoesNotApply("no JPEG")
    import io

    from PIL import Image, ImageOps

    name, held = min(pictures.items())
    made = io.BytesIO()
    with Image.open(io.BytesIO(held)) as picture:
        ImageOps.mirror(picture.convert("RGB")).save(made, "JPEG", quality=85)
    return zipbytes.exchange(data, {name: made.getvalue()})
