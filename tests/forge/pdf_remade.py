"""PDF recipes: documents made anew by another program under the old name, and pictures of pages."""

from __future__ import annotations

import random
from datetime import datetime
from io import BytesIO
from typing import Any

from tests.forge._pdfbytes import pdf_date
from tests.forge._pdfdrawn import (
    Size,
    as_html,
    set_by_chromium,
    set_by_reportlab,
    set_by_writer,
    sizes,
    words,
)
from tests.forge._pdfpages import AMOUNT, NUMBER, one_page, other_amount
from tests.forge._pdfspot import opened, spot
from tests.forge._pdfwriters import declared, pike, put_back, rewritten, saved
from tests.forge.pdf_assembled import face
from tests.forge.pdf_stated import PROGRAMS, claim_program_with_exiftool
from tests.forge.recipe import Forged, Truth, altered
from tests.forge.tools import DoesNotApply, soffice

_ORIGIN = ("LV-PDF-030", "LV-PDF-003")
#: the share of dark pixels below which the upper part of a page is no letterhead
_INK = 0.002


def by_another(data: bytes, *names: str) -> str:
    """The declared program, unless it is none or one of ``names``: then nothing false would be said."""
    known = f"{declared(data)} {declared(data, '/Creator')}".strip()
    if not declared(data):
        raise DoesNotApply("names no producer")
    if any(name.lower() in known.lower() for name in names):
        raise DoesNotApply(f"made by {names[0]} already")
    return known


@altered("pdf", question="origin", expects=_ORIGIN, needs=("soffice", "pikepdf"), trace="structure")
def round_trip_through_draw(data: bytes) -> bytes:
    """Open in LibreOffice Draw, export again, and put Info, XMP and /ID of the original back.

    What people do who have no PDF editor.  An examiner finds pages written the way LibreOffice writes (tags
    counted from BAAAAA, order of keys, names of resources) under another program's name.
    """
    by_another(data, "LibreOffice", "OpenOffice")
    if len(sizes(data)) > 12:
        raise DoesNotApply("many pages: Draw takes minutes")
    return put_back(soffice(data, suffix=".pdf", to="pdf", how="draw_pdf_Export"), data)


@altered("pdf", question="origin", expects=_ORIGIN, needs=("gs", "pikepdf"), trace="structure")
def distil_and_put_back(data: bytes) -> bytes:
    """Print to a new PDF with Ghostscript, and put Info, XMP and /ID of the original back.

    Removes revisions, orphans and layers.  An examiner finds pages and fonts written the way Ghostscript
    writes under another program's name.
    """
    by_another(data, "Ghostscript")
    return put_back(rewritten(data, "gs"), data)


@altered("pdf", question="origin", expects=_ORIGIN, needs=("chromium", "pikepdf"), trace="structure")
def browser_print_and_put_back(data: bytes, *, seed: int = 0) -> Forged:
    """Type the text anew in HTML with another figure, print it with Chromium, and put the metadata back.

    An examiner finds pages written by Skia under another program's name.
    """
    by_another(data, "Skia", "Chrome")
    pages, truth = _another_figure(words(data), seed)
    return Forged(put_back(set_by_chromium(as_html(pages, sizes(data)[0], "")), data), truth)


def _another_figure(pages: list[list[str]], seed: int) -> tuple[list[list[str]], Truth]:
    for page, lines in enumerate(pages):
        for number, line in enumerate(lines):
            found = AMOUNT.search(line) or NUMBER.search(line)
            if found:
                new = other_amount(found[0], seed)
                changed = [*lines[:number], line.replace(found[0], new, 1), *lines[number + 1 :]]
                truth = Truth(page=page + 1, after=new)
                return [*pages[:page], changed, *pages[page + 1 :]], truth
    raise DoesNotApply("no figure in the text")


def _named(made: bytes, seed: int, *not_these: str) -> bytes:
    """Under the name of a program that did not make it, with dates of working days, written by pikepdf."""
    draw = random.Random(seed)
    claims = [p for p in PROGRAMS if not any(n in p[0] for n in not_these)]
    producer, creator = draw.choice(claims)
    moment = datetime(
        draw.randrange(2017, 2024), draw.randrange(1, 13), draw.randrange(1, 28), draw.randrange(8, 19), 14, 9
    )
    with pike(made) as pdf:
        if "/Metadata" in pdf.Root:
            del pdf.Root["/Metadata"]
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        pdf.docinfo["/Producer"], pdf.docinfo["/Creator"] = producer, creator
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = pdf_date(moment)
        return saved(pdf)


def _directly_named(data: bytes, seed: int) -> bytes:
    producer, creator = random.Random(seed).choice(PROGRAMS)
    return set_by_reportlab(
        words(data), sizes(data)[0], font="LiberationSans", file=face("LiberationSans"),
        info={"producer": producer, "creator": creator},
    )  # fmt: skip


@altered("pdf", question="origin", expects=_ORIGIN, needs=("reportlab",), trace="structure")
def fabricate_with_reportlab(data: bytes, *, seed: int = 0) -> bytes:
    """Invent a document: the words set by a ReportLab script that states another program's name.

    An examiner finds the header comment, the order of keys and the resource names of ReportLab.
    """
    return _directly_named(data, seed)


@altered("pdf", question="origin", expects=("LV-PDF-030",), needs=("reportlab", "pikepdf"), trace="structure")
def fabricate_with_reportlab_rewritten(data: bytes, *, seed: int = 0) -> bytes:
    """The same, written anew by pikepdf, so that header, order of keys and trailer are those of qpdf.

    An examiner finds operators, resource names and font tags of ReportLab on the pages.
    """
    return rewritten(_directly_named(data, seed), "pikepdf")


@altered("pdf", question="origin", expects=_ORIGIN, needs=("soffice", "pikepdf"), trace="structure")
def fabricate_with_office(data: bytes, *, seed: int = 0) -> bytes:
    """Invent a document: the words set by LibreOffice, under another program's name.

    An examiner finds what LibreOffice leaves on pages and in fonts.
    """
    return _named(set_by_writer(as_html(words(data), sizes(data)[0], "")), seed)


@altered("pdf", question="origin", expects=_ORIGIN, needs=("chromium", "pikepdf"), trace="structure")
def fabricate_with_browser(data: bytes, *, seed: int = 0) -> bytes:
    """Invent a document: the words printed by Chromium, under another program's name.

    An examiner finds what Skia leaves on pages and in fonts.
    """
    return _named(set_by_chromium(as_html(words(data), sizes(data)[0], "")), seed)


@altered("pdf", question="origin", expects=_ORIGIN, needs=("chromium", "exiftool"), trace="structure")
def fabricate_with_browser_and_exiftool(data: bytes, *, seed: int = 0) -> bytes:
    """The same with the name set by ExifTool, which appends to the file.

    An examiner takes the update off again and reads Skia and Chromium.
    """
    made = set_by_chromium(as_html(words(data), sizes(data)[0], ""))
    return claim_program_with_exiftool(made, seed=seed)


@altered("pdf", question="origin", expects=("LV-FONT-001",), needs=("reportlab",), trace="structure")
def set_in_a_later_face(data: bytes, *, seed: int = 0) -> bytes:
    """A document that states 2003 to 2005, set in a face first issued years later and embedded.

    The tell of the Calibri cases.  An examiner knows when the face was issued, or reads its own version and
    dates in the embedded program.
    """
    draw = random.Random(seed)
    name = draw.choice(("DejaVuSans", "LiberationSans", "LiberationSerif"))
    moment = datetime(
        draw.randrange(2003, 2006), draw.randrange(1, 13), draw.randrange(1, 28), 11, draw.randrange(60), 2
    )
    made = set_by_reportlab(
        words(data), sizes(data)[0], font=name, file=face(name),
        info={"producer": "Acrobat Distiller 6.0 (Windows)", "creator": "PScript5.dll Version 5.2"},
    )  # fmt: skip
    with pike(made) as pdf:
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = pdf_date(moment)
        return saved(pdf)


def page_picture(data: bytes, page: int, dpi: int) -> Any:
    """A page as a PIL picture. Raises ``DoesNotApply``."""
    document = opened(data)
    try:
        if max(document[page].get_size()) > 2400:
            raise DoesNotApply("a poster")
        return document[page].render(scale=dpi / 72, may_draw_forms=True).to_pil().convert("RGB")
    finally:
        document.close()


def refuse_bare(head: Any) -> None:
    """Raise ``DoesNotApply`` when the upper part of a page shows hardly anything: no letterhead."""
    dark = sum(head.convert("L").histogram()[:160])
    if dark < _INK * head.width * head.height:
        raise DoesNotApply("the head of the page is bare")


@altered("pdf", question="content", expects=("LV-PDF-013",), needs=("PIL", "pikepdf"))
def type_letter_on_scan(data: bytes, *, seed: int = 0) -> Forged:
    """A picture of the upper part of the first page at 150 dpi, with a letter typed below, written anew by qpdf.

    As the letterhead recipe, finer, with paragraphs and a date.  An examiner selects the text: the letterhead
    is pixels, the body is characters.
    """
    draw = random.Random(seed)
    picture = page_picture(data, 0, 150)
    width, height = (round(edge) for edge in sizes(data)[0])
    from PIL import Image

    keep = draw.choice((0.18, 0.22, 0.28))
    head = picture.crop((0, 0, picture.width, round(picture.height * keep)))
    refuse_bare(head)
    paper = Image.new("RGB", picture.size, picture.getpixel((2, 2)))
    paper.paste(head, (0, 0))
    shot = BytesIO()
    paper.save(shot, "JPEG", quality=draw.choice((70, 82, 90)), dpi=(150, 150))
    share = f"{draw.randrange(10, 90)} per cent"
    body = [
        f"{draw.randrange(1, 28)} May 2016", "", "To whom it may concern", "",
        "The undersigned hereby confirms that the bearer has been appointed sole agent",
        f"of the company with a share of {share} of all proceeds, effective this day.", "",
        "Payment is to be made to the account named in the schedule within thirty days.",
        "This appointment may be revoked in writing only and is governed by local law.", "",
        "For and on behalf of the board",
    ]  # fmt: skip
    top = height * (1 - keep) - 30
    text = " ".join(f"1 0 0 1 72 {top - 16 * n:.0f} Tm ({line}) Tj" for n, line in enumerate(body) if line)
    content = f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q BT /F1 11 Tf {text} ET".encode()
    made = one_page(shot.getvalue(), paper.size, content, (width, height))
    return Forged(rewritten(made, "pikepdf"), Truth(page=1, before="", after=share))


def _pasted(data: bytes, seed: int) -> tuple[Any, Truth, Size]:
    """The page with a figure as a picture at 150 dpi, with digits of the page pasted over others."""
    chosen, _ = spot(data, seed)
    document = opened(data)
    try:
        shown = document[chosen.page]
        size = shown.get_size()
        crop = shown.get_cropbox()
        picture = shown.render(scale=150 / 72).to_pil().convert("RGB")
    finally:
        document.close()
    if max(size) > 2400:
        raise DoesNotApply("a poster")
    digits = [n for n, char in enumerate(chosen.text) if char.isdigit()]
    draw = random.Random(seed)
    left, bottom, right, top = chosen.box
    step = (right - left) / len(chosen.text)

    def cell(index: int) -> tuple[int, int, int, int]:
        return (
            round((left + step * index - crop[0]) * 150 / 72),
            round((crop[3] - top - 0.5) * 150 / 72),
            round((left + step * (index + 1) - crop[0]) * 150 / 72),
            round((crop[3] - bottom + 0.5) * 150 / 72),
        )

    pairs = [(a, b) for a in digits for b in digits if chosen.text[a] != chosen.text[b]]
    if not pairs:
        raise DoesNotApply("one digit only, again and again")
    to, source = draw.choice(pairs)
    patch = picture.crop(cell(source))
    picture.paste(patch, cell(to)[:2])
    after = chosen.text[:to] + chosen.text[source] + chosen.text[to + 1 :]
    return picture, chosen.truth(after), size


@altered("pdf", question="content", expects=("LV-PDF-051",), needs=("PIL",), trace="structure")
def paste_pixels_as_scan(data: bytes, *, seed: int = 0) -> Forged:
    """Render the page with a figure, paste another of its digits over one, and save the picture as a PDF "scan".

    An examiner finds a page picture that no scanner made: no noise, no maker, no skew, the paper of one exact
    colour; and, with luck, the same digit twice, pixel for pixel.
    """
    picture, truth, size = _pasted(data, seed)
    shot = BytesIO()
    picture.save(shot, "JPEG", quality=random.Random(seed).choice((75, 85, 92)), dpi=(150, 150))
    width, height = (round(edge) for edge in size)
    content = f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode()
    made = one_page(shot.getvalue(), picture.size, content, (width, height))
    return Forged(made, Truth(page=1, after=truth.after, box=truth.box))


@altered("pdf", question="content", expects=("LV-PDF-051",), needs=("PIL", "pikepdf"), trace="structure")
def paste_pixels_keep_metadata(data: bytes, *, seed: int = 0) -> Forged:
    """The same picture page under Info, XMP and /ID of the document it was rendered from.

    An examiner finds a page that is one picture in a file that names a word processor.
    """
    made = paste_pixels_as_scan.forge(data, seed=seed)
    return Forged(put_back(made.data, data), made.truth)
