"""PDF recipes: amounts exchanged, dates moved, pages recomposed, and what honest programs do instead."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from io import BytesIO

from pypdf.generic import ArrayObject, NameObject

from tests.forge._pdfbytes import PageText, Stream, Update, pdf_date, reading
from tests.forge._pdfpages import (
    HELVETICA,
    annotated,
    draw_over,
    escaped,
    field_shape,
    figures,
    one_page,
    other_amount,
    packet,
    place,
    put_content,
    put_page,
    revisions,
    stated_time,
    texts,
    touch,
    xmp,
)
from tests.forge._pdfspot import bare_box
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply, run, soffice, through

__all__ = ["ADOBE_TOOLKIT", "other_amount", "revisions", "set_dates", "texts", "xmp"]

#: a toolkit string as current Adobe programs write it; the date in it is the build of the toolkit
ADOBE_TOOLKIT = "Adobe XMP Core 9.1-c001 79.675d0f7, 2023/06/11-19:21:16"


@altered("pdf", question="content", expects=("LV-PDF-002",))
def replace_amount(
    data: bytes,
    *,
    old: str = "",
    new: str = "",
    page: int = 0,
    moment: datetime | None = None,
    dated: bool = True,
    seed: int = 0,
) -> Forged:
    """Exchange an amount inside the page's own text operators and save incrementally.

    This is what "edit text" and "save" do in a PDF editor: same font, same place, nothing covered.  An
    examiner cuts the file after its first %%EOF and reads the earlier amount on the same page; the change is
    located to the page and the operator, and no form, signature or stamp explains it.
    """
    refused = DoesNotApply("no figure")
    for number, figure in [(page, old)] if old else figures(data, seed):
        update = Update(data)
        try:
            shown = PageText(update.reader, number)
            wanted = new or other_amount(figure, seed, shown.digits(figure))
            put_content(update, number, shown.replace(figure, wanted))
        except DoesNotApply as error:
            refused = error
            continue
        if dated:
            touch(update, moment)
        return Forged(update.appended(), Truth(page=number + 1, before=figure, after=wanted))
    raise refused


@altered("pdf", question="content", expects=("LV-PDF-002",))
def replace_amount_undated(data: bytes, *, seed: int = 0) -> Forged:
    """The same edit by a program, or a person, that leaves the date of the last change as it was.

    An examiner reads the earlier amount as before, and has a document that denies the change: it says it was
    last saved before.
    """
    return replace_amount.forge(data, dated=False, seed=seed)


@altered("pdf", question="content", expects=("LV-PDF-002", "LV-PDF-010"))
def cover_and_write(
    data: bytes, *, old: str = "", new: str = "", page: int = 0, moment: datetime | None = None, seed: int = 0
) -> Forged:
    """Paint a white box over an amount and write another in Helvetica, as an incremental update.

    An examiner finds the earlier page in the earlier revision, and in the page as it stands both amounts at
    one place: the covered one in the original font, the visible one in a font nothing else on the page uses.
    """
    if not old:
        page, old = next(figures(data, seed))
    new = new or other_amount(old, seed)
    left, bottom, right, top = place(data, page, old)
    update = Update(data)
    node = update.reader.pages[page]
    size = (top - bottom) * 1.05
    drawn = (
        f"q 1 1 1 rg {left - 1:.2f} {bottom - 2:.2f} {right - left + 2:.2f} {top - bottom + 4:.2f} re f Q "
        f"BT /FxTools {size:.2f} Tf 0 g {left:.2f} {bottom:.2f} Td ({escaped(new)}) Tj ET"
    )
    draw_over(update, page, drawn, node)
    touch(update, moment)
    box = (left, bottom, right, top)
    return Forged(update.appended(), Truth(page=page + 1, before=old, after=new, box=box))


@altered(
    "pdf",
    question="content",
    expects=("LV-PDF-024", "LV-PDF-025", "LV-PDF-026", "LV-PDF-027"),
    needs=("qpdf",),
    trace="faint",
)
def replace_amount_rewritten(
    data: bytes, *, old: str = "", new: str = "", page: int = 0, moment: datetime | None = None, seed: int = 0
) -> Forged:
    """Exchange an amount, then let qpdf write the file anew, so that no earlier revision is left.

    The careful variant: the bytes hold one revision.  An examiner finds the writer's habits changed against
    the declared producer, at best; revisions say nothing, and a tool that claims to see this change is
    guessing.
    """
    changed = replace_amount.forge(
        data, old=old, new=new, page=page, moment=moment, dated=moment is not None, seed=seed
    )
    made = through(("qpdf", "--deterministic-id", "IN", "OUT"), changed.data, suffix=".pdf", ok=(0, 3))
    truth = changed.truth
    return Forged(made, Truth(page=truth.page, after=truth.after) if truth else None)


@altered("pdf", question="content", expects=("LV-PDF-002", "LV-PDF-010"))
def mask_with_annotation(
    data: bytes, *, old: str = "", new: str = "", page: int = 0, seed: int = 0
) -> Forged:
    """Lay an opaque free-text annotation with another amount over the printed one, as an incremental update.

    The page content is untouched: an examiner hides annotations in any viewer, or reads the page's text, and
    sees the first amount.  Bytes alone do not tell it from a reviewer's remark, except that it hides what it
    stands on.
    """
    if not old:
        page, old = next(figures(data, seed))
    box = place(data, page, old)
    new = new or other_amount(old, seed)
    made = annotated(data, page, (box[0] - 2, box[1] - 3, box[2] + 2, box[3] + 3), new, True)
    return Forged(made, Truth(page=page + 1, before=old, after=new, box=box))


@altered("pdf", question="content", expects=("LV-PDF-013",), needs=("pdftoppm",))
def type_on_scanned_letterhead(data: bytes, *, lines: tuple[str, ...] = (), seed: int = 0) -> bytes:
    """Turn the first page into a picture of its upper quarter and type new text below, as a one-page file.

    The composition behind the "offshore" papers of May 2017: live text over the raster of a real letterhead.
    An examiner selects the text in a viewer: the letterhead is pixels, the body is characters in a base font.
    """
    from PIL import Image

    raster = run("pdftoppm", "-r", "110", "-f", "1", "-l", "1", "-jpeg", "-", stdin=data)
    with Image.open(BytesIO(raster)) as page:
        head = page.crop((0, 0, page.width, page.height // 4))
        if sum(head.convert("L").histogram()[:160]) < 0.002 * head.width * head.height:
            raise DoesNotApply("the head of the page is bare")
        paper = Image.new("RGB", page.size, "white")
        paper.paste(head, (0, 0))
        shot = BytesIO()
        paper.save(shot, "JPEG", quality=70)
    body = lines or (
        "The undersigned hereby appoints the bearer as sole agent of the company,",
        f"with a share of {random.Random(seed).randrange(10, 90)} per cent, effective this day.",
    )
    width, height = 595, 842
    text = " ".join(f"1 0 0 1 72 {560 - 18 * n} Tm ({escaped(line)}) Tj" for n, line in enumerate(body))
    content = f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q BT /F1 11 Tf {text} ET".encode()
    return one_page(shot.getvalue(), paper.size, content, (width, height))


def set_dates(data: bytes, *, created: datetime, modified: datetime) -> bytes:
    """State other dates in Info by an incremental update, and touch nothing else."""
    update = Update(data)
    update.info({"CreationDate": pdf_date(created), "ModDate": pdf_date(modified)})
    return update.appended()


def _xmp_dates(data: bytes) -> bool:
    return b"xmp:CreateDate" in xmp(data)


@altered("pdf", question="origin", expects=("LV-PDF-001", "LV-PDF-006"), needs=("exiftool",))
def backdate_info_with_exiftool(data: bytes, *, days: int = 0, moment: str = "", seed: int = 0) -> bytes:
    """Set both dates of the Info dictionary to an earlier time with exiftool, leaving XMP as it was.

    The one-line backdating found in every forum.  exiftool saves incrementally, so an examiner reads the true
    dates three times: in XMP, in the earlier revision's Info, and in the file's /ID that kept its first half.
    ``moment`` is ``YYYY:MM:DD HH:MM:SS+HH:MM``; by default the stated date is moved back by ``days`` or by
    some months.
    """
    if not _xmp_dates(data):
        raise DoesNotApply("no dates in XMP to differ from")
    if not moment:
        stated = stated_time(Update(data))
        if stated is None:
            raise DoesNotApply("no date in Info to move")
        earlier = stated - timedelta(days=days or random.Random(seed).randrange(60, 900))
        moment = earlier.strftime("%Y:%m:%d %H:%M:%S%z")
        moment = moment[:-2] + ":" + moment[-2:] if len(moment) > 19 else moment
    return through(
        (
            "exiftool",
            "-q",
            "-overwrite_original",
            f"-PDF:CreateDate={moment}",
            f"-PDF:ModifyDate={moment}",
            "IN",
        ),
        data,
        suffix=".pdf",
    )


@altered("pdf", question="origin", expects=("LV-PDF-001",))
def backdate_info(data: bytes, *, days: int = 0, seed: int = 0) -> bytes:
    """Move both Info dates back in a new version of the Info dictionary, leaving XMP as it was.

    As the recipe with exiftool, by an editor that writes its update itself; an examiner finds it in the same places.
    """
    if not _xmp_dates(data):
        raise DoesNotApply("no dates in XMP to differ from")
    update = Update(data)
    stated = stated_time(update)
    if stated is None:
        raise DoesNotApply("no date in Info to move")
    earlier = pdf_date(stated - timedelta(days=days or random.Random(seed).randrange(60, 900)))
    update.info({"CreationDate": earlier, "ModDate": earlier})
    return update.appended()


@altered("pdf", question="origin", expects=("LV-DATE-001",))
def create_after_modify(data: bytes, *, days: int = 40, seed: int = 0) -> bytes:
    """Set Info's CreationDate to a time after its ModDate.

    Wrongly ordered dates are what is left when only one of the two was moved.  An examiner compares the two;
    ordinary conversions set them equal or in order.
    """
    update = Update(data)
    stated = stated_time(update)
    if stated is None:
        raise DoesNotApply("no date in Info to move")
    later = stated + timedelta(days=days + random.Random(seed).randrange(0, 30))
    update.info({"CreationDate": pdf_date(later), "ModDate": pdf_date(stated)})
    return update.appended()


@altered("pdf", question="origin", expects=("LV-XMP-001",), needs=("qpdf",))
def claim_older_than_toolkit(
    data: bytes,
    *,
    created: datetime | None = None,
    toolkit: str = ADOBE_TOOLKIT,
    tool: str = "Acrobat PDFMaker 10.1 pour Word",
    producer: str = "Adobe PDF Library 10.0",
    title: str = "",
    seed: int = 0,
) -> bytes:
    """Backdate Info and XMP alike by years and write the file anew, leaving the toolkit string that wrote the XMP.

    All stated dates agree.  An examiner reads ``x:xmptk``: it carries the day on which that toolkit was
    built, years after the time at which, by its own dates, the packet was last written.
    """
    draw = random.Random(seed)
    start = created or datetime(
        draw.randrange(2009, 2016), draw.randrange(1, 13), draw.randrange(1, 28), draw.randrange(8, 18), 12, 40,
        tzinfo=UTC,
    )  # fmt: skip
    update = Update(data)
    stamp = pdf_date(start)
    update.info({"CreationDate": stamp, "ModDate": stamp, "Creator": tool, "Producer": producer,
                 **({"Title": title} if title else {})})  # fmt: skip
    written = packet(
        created=start, modified=start, toolkit=toolkit, tool=tool, producer=producer, title=title, seed=seed
    )
    made = update.put(
        Stream({"Type": NameObject("/Metadata"), "Subtype": NameObject("/XML")}, written, compress=False)
    )
    root = update.reader.trailer.raw_get("/Root")
    held = root.get_object()
    update.put({**{key.lstrip("/"): held.raw_get(key) for key in held}, "Metadata": made}, over=root)
    return through(("qpdf", "--deterministic-id", "IN", "OUT"), update.appended(), suffix=".pdf", ok=(0, 3))


@altered("pdf", question="origin", expects=("LV-PDF-030",), needs=("qpdf",), trace="structure")
def claim_word(data: bytes, *, producer: str = "Microsoft® Word 2010") -> bytes:
    """Let Info name Word as creator and producer, and write the file anew.

    Dates stay true.  An examiner compares the declared producer with the habits of the bytes: comment after
    the header, subset tags, order of keys, /DocChecksum; written anew by
    qpdf the pages and fonts are what is left of them.
    """
    update = Update(data)
    update.info({"Creator": producer, "Producer": producer})
    return through(("qpdf", "--deterministic-id", "IN", "OUT"), update.appended(), suffix=".pdf", ok=(0, 3))


@benign("pdf", needs=("qpdf",))
def linearise(data: bytes) -> bytes:
    """Arrange the file for the web with qpdf ("fast web view"). One revision that looks like two cross-references."""
    return through(("qpdf", "--linearize", "--deterministic-id", "IN", "OUT"), data, suffix=".pdf", ok=(0, 3))


@benign("pdf", needs=("qpdf",))
def resave_with_qpdf(data: bytes) -> bytes:
    """Write the file anew with object streams, as archives and mail gateways do to save space."""
    return through(
        ("qpdf", "--object-streams=generate", "--deterministic-id", "IN", "OUT"),
        data,
        suffix=".pdf",
        ok=(0, 3),
    )


@benign("pdf", needs=("gs",))
def resave_with_ghostscript(data: bytes, *, at: str = "") -> bytes:
    """Print the file to a new PDF with Ghostscript: new producer, new dates, new XMP, same pages."""
    return through(
        ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-sOutputFile=OUT", "IN"),
        data,
        suffix=".pdf",
        at=at,
    )


@benign("pdf")
def update_metadata(
    data: bytes, *, title: str = "Document", keywords: str = "", moment: datetime | None = None
) -> bytes:
    """Set a title as an incremental update, as document management systems do on filing. Pages untouched."""
    update = Update(data)
    update.info({"Title": title, **({"Keywords": keywords} if keywords else {})})
    touch(update, moment)
    if "/Info" not in update.reader.trailer:
        update.info({"Title": title})
    return update.appended()


@benign("pdf", needs=("exiftool",))
def update_metadata_with_exiftool(data: bytes, *, title: str = "Document") -> bytes:
    """Set the title with exiftool: an incremental update of Info and of XMP, no date touched."""
    return through(
        ("exiftool", "-q", "-overwrite_original", f"-PDF:Title={title}", f"-XMP-dc:Title={title}", "IN"),
        data,
        suffix=".pdf",
    )


@benign("pdf")
def annotate(data: bytes, *, text: str = "Bon a payer", author: str = "", page: int = 0) -> bytes:
    """Put a free-text note in the upper margin, as an incremental update. The page's own content is untouched."""
    width, height = (float(edge) for edge in reading(data).pages[page].mediabox.upper_right)
    box = bare_box(data, page, (width - 190, height - 48, width - 30, height - 24))
    return annotated(data, page, box, text, False, author)


@benign("pdf")
def fill_form(data: bytes, *, values: dict[str, str] | None = None, moment: datetime | None = None) -> bytes:
    """Fill the text fields of a form, with appearances, as an incremental update like any viewer's."""
    update = Update(data)
    fields = [
        (page, annotation.get_object(), annotation)
        for page in update.reader.pages
        for annotation in page.get("/Annots", ArrayObject()).get_object()
        if annotation.get_object().get("/FT") == "/Tx"
    ]
    if not fields:
        raise DoesNotApply("no text field")
    for number, (_, field, reference) in enumerate(fields):
        name = str(field.get("/T", ""))
        text = (values or {}).get(name, f"réponse {number + 1}" if values is None else "")
        if not text:
            continue
        left, bottom, right, top = (float(edge) for edge in field["/Rect"])
        shape = update.put(field_shape(text, right - left, top - bottom))
        kept = {key.lstrip("/"): field.raw_get(key) for key in field}
        update.put({**kept, "V": text, "AP": {"N": shape}}, over=reference)
    touch(update, moment)
    return update.appended()


@benign("pdf")
def stamp(
    data: bytes, *, text: str = "PAYE LE 03/11/2026", page: int = 0, moment: datetime | None = None
) -> bytes:
    """Stamp a page by adding a content stream after its own, as an incremental update. Nothing is covered."""
    update = Update(data)
    node = update.reader.pages[page]
    height = float(node.mediabox.top)
    drawn = f"q 0.8 0 0 rg BT /FxTools 14 Tf 0.97 0.24 -0.24 0.97 36 {height - 44:.1f} Tm ({escaped(text)}) Tj ET Q"
    draw_over(update, page, drawn, node)
    touch(update, moment)
    return update.appended()


@benign("pdf")
def add_ocr_layer(data: bytes, *, words: str = "", page: int = 0) -> bytes:
    """Add recognised words as invisible text (render mode 3) over a scan, as an incremental update."""
    update = Update(data)
    node = update.reader.pages[page]
    if texts(data)[page].strip():
        raise DoesNotApply("the page shows text already")
    lines = (words or "Bordereau de livraison recu le 12 octobre").split("\n")
    top = float(node.mediabox.top) - 60
    shown = " ".join(f"1 0 0 1 50 {top - 16 * n:.1f} Tm ({escaped(line)}) Tj" for n, line in enumerate(lines))
    draw_over(update, page, f"BT 3 Tr /FxTools 10 Tf {shown} ET", node)
    return update.appended()


@benign("pdf")
def append_page(data: bytes, *, text: str = "Annexe") -> bytes:
    """Add a page at the end as an incremental update, as when a voucher is attached to an invoice."""
    update = Update(data)
    pages_reference = update.reader.trailer["/Root"].get_object().raw_get("/Pages")
    pages = pages_reference.get_object()
    made = update.put(
        {
            "Type": NameObject("/Page"),
            "Parent": pages_reference,
            "MediaBox": [0, 0, 595, 842],
            "Resources": {"Font": {"F1": HELVETICA}},
            "Contents": update.put(Stream({}, f"BT /F1 14 Tf 72 760 Td ({escaped(text)}) Tj ET".encode())),
        }
    )
    kept = {key.lstrip("/"): pages.raw_get(key) for key in pages}
    grown = {**kept, "Kids": [*pages["/Kids"], made], "Count": int(pages["/Count"]) + 1}
    update.put(grown, over=pages_reference)
    return update.appended()


@benign("pdf")
def rotate_page(data: bytes, *, page: int = 0) -> bytes:
    """Turn a page by a quarter as an incremental update."""
    update = Update(data)
    node = update.reader.pages[page]
    put_page(update, page, {"Rotate": (int(node.get("/Rotate", 0)) + 90) % 360})
    return update.appended()


@benign("pdf", needs=("soffice",))
def resave_with_libreoffice(data: bytes, *, at: str = "") -> bytes:
    """Open in LibreOffice Draw and export again: new fonts, new producer, same look."""
    return soffice(data, suffix=".pdf", to="pdf", how="draw_pdf_Export", at=at)
