"""Ordinary handling of PDFs that nobody may be blamed for: saved, shortened, joined, numbered, commented."""

from __future__ import annotations

import io
import random
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from pypdf.generic import ArrayObject, NameObject

from tests.forge._pdfbytes import Ref, Stream, Update, pdf_date, reading
from tests.forge._pdfdrawn import canvas_page, set_by_reportlab, sizes
from tests.forge._pdfpages import HELVETICA, annotated, draw_over, put_page, stated_time, touch
from tests.forge._pdfspot import bare_box, spot
from tests.forge._pdfwriters import WRITERS, pike, pypdf_saved, pypdf_written, rewritten, saved
from tests.forge.recipe import benign
from tests.forge.tools import DoesNotApply, run, through


@benign("pdf", needs=("pikepdf",))
def resave_with_pikepdf(data: bytes) -> bytes:
    """Open and save with pikepdf, as scripts do that repair or shrink a file."""
    return rewritten(data, "pikepdf")


@benign("pdf", needs=("pypdf",))
def resave_with_pypdf(data: bytes) -> bytes:
    """Clone and write with pypdf, which names itself as the producer."""
    try:
        return pypdf_saved(data)
    except DoesNotApply:
        raise
    except Exception as error:
        raise DoesNotApply(f"not readable: {error}") from error


@benign("pdf", needs=("pdftk",))
def resave_with_pdftk(data: bytes) -> bytes:
    """Through pdftk and out again, as a step of many mail gateways and print queues."""
    return through(WRITERS["pdftk"], data, suffix=".pdf")


@benign("pdf", needs=("pikepdf",))
def resave_like_preview(data: bytes) -> bytes:
    """Written anew by another program that names itself and sets a new date, and keeps pages and creation date.

    What Preview does on "Export": one revision, Quartz as producer, ModDate of today.  Here qpdf's library
    writes it; the name is that of the library, so nothing false is said.
    """
    with pike(data) as pdf:
        moment = stated_time(Update(data))
        pdf.docinfo["/Producer"] = "pikepdf (libqpdf)"
        if moment is not None:
            pdf.docinfo["/ModDate"] = pdf_date(moment + timedelta(days=40))
        return saved(pdf, object_stream_mode=_mode("generate"))


def _mode(name: str) -> Any:
    import pikepdf

    return getattr(pikepdf.ObjectStreamMode, name)


@benign("pdf", needs=("gs",))
def compress_with_ghostscript(data: bytes) -> bytes:
    """Shrink for the screen with Ghostscript: pictures of 72 dpi, fonts subset anew."""
    return through(
        (
            "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-dPDFSETTINGS=/ebook",
            "-sOutputFile=OUT", "IN",
        ),
        data,
        suffix=".pdf",
    )  # fmt: skip


@benign("pdf", needs=("gs",))
def archive_as_pdfa_with_ghostscript(data: bytes) -> bytes:
    """Made anew as PDF/A-2 by Ghostscript."""
    return through(
        (
            "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-dPDFA=2",
            "-dPDFACompatibilityPolicy=1", "-sColorConversionStrategy=RGB", "-sOutputFile=OUT", "IN",
        ),
        data,
        suffix=".pdf",
    )  # fmt: skip


@benign("pdf", needs=("qpdf",))
def compress_with_qpdf(data: bytes) -> bytes:
    """Streams packed again and pictures coded anew by qpdf ("optimise")."""
    return through(
        ("qpdf", "--recompress-flate", "--optimize-images", "--object-streams=generate", "--deterministic-id", "IN", "OUT"),
        data,
        suffix=".pdf",
        ok=(0, 3),
    )  # fmt: skip


@benign("pdf", needs=("qpdf",))
def encrypt_for_owner(data: bytes) -> bytes:
    """Printing and copying restricted: encrypted with an empty password to open it."""
    return through(
        ("qpdf", "--encrypt", "", "owner", "256", "--print=low", "--", "IN", "OUT"),
        data,
        suffix=".pdf",
        ok=(0, 3),
    )


@benign("pdf", needs=("qpdf",))
def decrypt(data: bytes) -> bytes:
    """Restrictions taken off again: decrypted by qpdf after it was encrypted."""
    return through(("qpdf", "--decrypt", "IN", "OUT"), encrypt_for_owner(data), suffix=".pdf", ok=(0, 3))


def _voucher(seed: int, size: tuple[float, float] = (595, 842)) -> bytes:
    draw = random.Random(seed)
    lines = [
        f"Receipt {draw.randrange(1000, 9999)}",
        "",
        f"Paid {draw.randrange(10, 900)}.00 EUR",
        "Thank you",
    ]
    return set_by_reportlab([lines], size)


@benign("pdf", needs=("pypdf", "reportlab"))
def merge_with_pypdf(data: bytes, *, seed: int = 0) -> bytes:
    """A receipt by another program added behind the document with pypdf. Pages of two programs, honestly."""
    import pypdf

    writer = pypdf.PdfWriter()
    try:
        writer.append(reading(data))
        writer.append(io.BytesIO(_voucher(seed)))
        return pypdf_written(writer)
    except DoesNotApply:
        raise
    except Exception as error:
        raise DoesNotApply(f"not readable: {error}") from error


def _beside(argv: tuple[str, ...], data: bytes, other: bytes, ok: tuple[int, ...] = (0,)) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: str(Path(folder) / f"{name}.pdf") for name in ("IN", "OTHER", "OUT")}
        Path(paths["IN"]).write_bytes(data)
        Path(paths["OTHER"]).write_bytes(other)
        run(*(paths.get(word, word) for word in argv), ok=ok, cwd=Path(folder))
        return Path(paths["OUT"]).read_bytes()


@benign("pdf", needs=("pdftk", "reportlab"))
def merge_with_pdftk(data: bytes, *, seed: int = 0) -> bytes:
    """The same with pdftk."""
    return _beside(("pdftk", "IN", "OTHER", "cat", "output", "OUT"), data, _voucher(seed))


@benign("pdf", needs=("qpdf", "reportlab"))
def merge_with_qpdf(data: bytes, *, seed: int = 0) -> bytes:
    """The same with qpdf, a cover sheet in front; Info stays that of the document."""
    return _beside(
        ("qpdf", "IN", "--pages", "OTHER", "IN", "--", "--deterministic-id", "OUT"),
        data,
        _voucher(seed),
        (0, 3),
    )


@benign("pdf", needs=("qpdf",))
def split(data: bytes, *, seed: int = 0) -> bytes:
    """One or a few pages taken out of a longer document with qpdf."""
    pages = len(sizes(data))
    if pages < 2:
        raise DoesNotApply("one page")
    first = random.Random(seed).randrange(1, pages)
    last = min(first + seed % 4, pages)
    return through(
        ("qpdf", "IN", "--pages", ".", f"{first}-{last}", "--", "--deterministic-id", "OUT"),
        data,
        suffix=".pdf",
        ok=(0, 3),
    )


def _numbered(data: bytes, text: str, *, most: int = 60, dated: bool = True) -> bytes:
    """``text`` (with ``{n}``) in the lower right corner of each page, as an incremental update."""
    update = Update(data)
    if len(update.reader.pages) > most:
        raise DoesNotApply("many pages")
    for number, node in enumerate(update.reader.pages):
        right, bottom = float(node.mediabox.right), float(node.mediabox.bottom)
        drawn = f"q BT /FxTools 9 Tf 0 g {right - 110:.1f} {bottom + 24:.1f} Td ({text.format(n=number + 1)}) Tj ET Q"
        draw_over(update, number, drawn, node)
    if dated:
        touch(update, None)
    return update.appended()


@benign("pdf")
def number_for_court(data: bytes, *, seed: int = 0) -> bytes:
    """Bates numbers in the corner of each page, saved incrementally."""
    return _numbered(data, f"LV{seed % 9:02d}-{{n:06d}}")


@benign("pdf", needs=("pikepdf",))
def number_for_court_rewritten(data: bytes, *, seed: int = 0) -> bytes:
    """Bates numbers in the corner of each page, written anew."""
    return rewritten(_numbered(data, f"LV{seed % 9:02d}-{{n:06d}}", dated=False), "pikepdf")


@benign("pdf", needs=("pypdf", "reportlab"))
def number_pages_with_pypdf(data: bytes) -> bytes:
    """Page numbers drawn by ReportLab and merged onto each page with pypdf."""
    import pypdf

    reader = reading(data)
    if len(reader.pages) > 60:
        raise DoesNotApply("many pages")
    writer = pypdf.PdfWriter(clone_from=reader)
    for number, page in enumerate(writer.pages):
        size = (float(page.mediabox.right), float(page.mediabox.top))

        def draw(canvas: Any, number: int = number, size: tuple[float, float] = size) -> None:
            canvas.setFont("Helvetica", 9)
            canvas.drawCentredString(size[0] / 2, 18, f"{number + 1} / {len(writer.pages)}")

        page.merge_page(pypdf.PdfReader(canvas_page(size, draw)).pages[0])
    return pypdf_written(writer)


@benign("pdf", needs=("pikepdf",))
def watermark(data: bytes, *, seed: int = 0) -> bytes:
    """A grey word across each page, half transparent, written anew."""
    import pikepdf

    word = ("COPY", "DRAFT", "CONFIDENTIAL")[seed % 3]
    with pike(data) as pdf:
        if len(pdf.pages) > 60:
            raise DoesNotApply("many pages")
        font = pdf.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Helvetica-Bold")
        ))  # fmt: skip
        state = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=0.3, CA=0.3))
        for page in pdf.pages:
            if "/Resources" not in page:
                continue
            page.add_resource(font, pikepdf.Name.Font, pikepdf.Name("/FxMark"))
            page.add_resource(state, pikepdf.Name.ExtGState, pikepdf.Name("/FxPale"))
            page.contents_add(b"q", prepend=True)
            drawn = f"Q q /FxPale gs 0.5 g BT /FxMark 70 Tf 0.71 0.71 -0.71 0.71 120 200 Tm ({word}) Tj ET Q"
            page.contents_add(drawn.encode())
        return saved(pdf)


@benign("pdf", needs=("pdftk", "reportlab"))
def stamp_with_pdftk(data: bytes) -> bytes:
    """A received stamp laid over every page with pdftk."""
    size = sizes(data)[0]

    def draw(canvas: Any) -> None:
        canvas.setStrokeColorRGB(0.7, 0, 0)
        canvas.setFillColorRGB(0.7, 0, 0)
        canvas.rect(size[0] - 150, size[1] - 46, 130, 30)
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(size[0] - 142, size[1] - 34, "RECEIVED 12 MAY")

    return _beside(
        ("pdftk", "IN", "stamp", "OTHER", "output", "OUT"), data, canvas_page(size, draw).getvalue()
    )


@benign("pdf", needs=("reportlab", "pdftk"))
def put_on_letterhead_with_pdftk(data: bytes) -> bytes:
    """A vector letterhead laid behind every page with pdftk, as invoicing programs do."""
    size = sizes(data)[0]

    def draw(canvas: Any) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.5)
        canvas.rect(0, size[1] - 12, size[0], 12, stroke=0, fill=1)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(36, 12, "Registered office 12 High Street - VAT GB 000 0000 00")

    return _beside(
        ("pdftk", "IN", "background", "OTHER", "output", "OUT"), data, canvas_page(size, draw).getvalue()
    )


def _mark(
    data: bytes, subtype: str, drawn: str, entries: dict[str, object], box: tuple[float, ...], page: int
) -> bytes:
    """An annotation with an appearance, as an incremental update."""
    update = Update(data)
    node = update.reader.pages[page]
    left, bottom, right, top = box
    shape = update.put(
        Stream(
            {
                "Type": NameObject("/XObject"),
                "Subtype": NameObject("/Form"),
                "BBox": [left, bottom, right, top],
                "Resources": {
                    "Font": {"Helv": HELVETICA},
                    "ExtGState": {"Multiply": {"BM": NameObject("/Multiply")}},
                },
            },
            drawn.encode("latin-1"),
        )
    )
    known = stated_time(update)
    note: Ref = update.put(
        {
            "Type": NameObject("/Annot"),
            "Subtype": NameObject(f"/{subtype}"),
            "Rect": [left, bottom, right, top],
            "F": 4,
            "T": "J. Martin",
            "AP": {"N": shape},
            **({"M": pdf_date(known + timedelta(hours=30))} if known else {}),
            **entries,
        }
    )
    held = node.get("/Annots")
    put_page(update, page, {"Annots": [*(held.get_object() if held is not None else ()), note]})
    touch(update, None)
    return update.appended()


@benign("pdf")
def highlight(data: bytes, *, seed: int = 0) -> bytes:
    """A figure marked in yellow, multiplied so that it can be read; saved incrementally."""
    chosen, _ = spot(data, seed)
    left, bottom, right, top = box = chosen.grown()
    drawn = f"/Multiply gs 1 1 0 rg {left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re f"
    quad = [left, top, right, top, left, bottom, right, bottom]
    return _mark(data, "Highlight", drawn, {"QuadPoints": quad, "C": [1, 1, 0]}, box, chosen.page)


@benign("pdf")
def strike_out(data: bytes, *, seed: int = 0) -> bytes:
    """A figure struck out by a reviewer, in red, with the words under the line; saved incrementally."""
    chosen, _ = spot(data, seed)
    left, bottom, right, top = box = chosen.grown()
    middle = (bottom + top) / 2
    drawn = f"1 0 0 RG 1 w {left:.2f} {middle:.2f} m {right:.2f} {middle:.2f} l S"
    quad = [left, top, right, top, left, bottom, right, bottom]
    return _mark(data, "StrikeOut", drawn, {"QuadPoints": quad, "C": [1, 0, 0]}, box, chosen.page)


@benign("pdf")
def frame_in_red(data: bytes, *, seed: int = 0) -> bytes:
    """An empty red frame round a figure; saved incrementally."""
    chosen, _ = spot(data, seed)
    left, bottom, right, top = box = chosen.grown(4)
    drawn = (
        f"1 0 0 RG 1.5 w {left + 1:.2f} {bottom + 1:.2f} {right - left - 2:.2f} {top - bottom - 2:.2f} re S"
    )
    return _mark(data, "Square", drawn, {"C": [1, 0, 0]}, box, chosen.page)


@benign("pdf")
def sticky_note(data: bytes, *, seed: int = 0) -> bytes:
    """A sticky note with a remark in the upper corner; saved incrementally."""
    width, height = sizes(data)[0]
    box = bare_box(data, 0, (width - 40, height - 40, width - 20, height - 20))
    drawn = f"1 0.9 0.2 rg {box[0]:.1f} {box[1]:.1f} 20 20 re f"
    remark = ("Please check the total", "OK for me", "See the mail of Monday")[seed % 3]
    return _mark(data, "Text", drawn, {"Contents": remark, "Name": NameObject("/Comment")}, box, 0)


@benign("pdf")
def type_remark_in_margin(data: bytes, *, seed: int = 0) -> bytes:
    """A free text in the lower margin, opaque and over nothing; saved incrementally."""
    width, _ = sizes(data)[0]
    return annotated(
        data, 0, (width - 200, 8, width - 60, 24), ("agreed", "seen, JM", "to file")[seed % 3], True
    )


@benign("pdf", needs=("pikepdf",))
def flatten_comments(data: bytes, *, seed: int = 0) -> bytes:
    """A remark made part of the page ("flatten"), written anew."""
    with pike(type_remark_in_margin(data, seed=seed)) as pdf:
        pdf.flatten_annotations()
        return saved(pdf)


@benign("pdf", needs=("pikepdf",))
def redact_properly(data: bytes, *, seed: int = 0) -> bytes:
    """A figure taken out of the page's text and a black box drawn where it stood, written anew."""
    from tests.forge.pdf_edit import cut_out

    return rewritten(cut_out(data, seed), "pikepdf")


@benign("pdf", needs=("pikepdf",))
def rotate_and_crop(data: bytes) -> bytes:
    """The first page cropped by a finger's breadth and the last one turned, written anew."""
    with pike(data) as pdf:
        first, last = pdf.pages[0], pdf.pages[-1]
        left, bottom, right, top = (float(edge) for edge in first.mediabox)
        first.cropbox = [left + 20, bottom + 20, right - 20, top - 20]
        last.rotate(90, relative=True)
        return saved(pdf)


@benign("pdf", needs=("pikepdf",))
def attach_file(data: bytes) -> bytes:
    """A table attached to the document, as electronic invoices carry one; written anew."""
    import pikepdf

    with pike(data) as pdf:
        pdf.attachments["lines.csv"] = pikepdf.AttachedFileSpec(
            pdf, b"item;sum\npaper;12.00\n", filename="lines.csv"
        )
        return saved(pdf)


@benign("pdf")
def attach_file_appended(data: bytes) -> bytes:
    """The same, saved incrementally."""
    update = Update(data)
    held = update.put(Stream({"Type": NameObject("/EmbeddedFile")}, b"item;sum\npaper;12.00\n"))
    spec = update.put(
        {"Type": NameObject("/Filespec"), "F": "lines.csv", "UF": "lines.csv", "EF": {"F": held}}
    )
    root = update.reader.trailer.raw_get("/Root")
    known = root.get_object()
    if "/Names" in known:
        raise DoesNotApply("has names already")
    kept = {key.lstrip("/"): known.raw_get(key) for key in known}
    update.put({**kept, "Names": {"EmbeddedFiles": {"Names": ["lines.csv", spec]}}}, over=root)
    touch(update, None)
    return update.appended()


@benign("pdf", needs=("exiftool",))
def correct_dates_of_xmp_with_exiftool(data: bytes) -> bytes:
    """Author and keywords set with ExifTool in Info and XMP, as archives do."""
    return through(
        (
            "exiftool", "-q", "-overwrite_original", "-PDF:Author=Archive", "-XMP-dc:Creator=Archive",
            "-PDF:Keywords=received, 2021", "-XMP-pdf:Keywords=received, 2021", "IN",
        ),
        data,
        suffix=".pdf",
    )  # fmt: skip


@benign("pdf", needs=("pikepdf",))
def strip_metadata(data: bytes) -> bytes:
    """Info and XMP taken out before publication ("remove hidden information"), written anew."""
    with pike(data) as pdf:
        if "/Metadata" in pdf.Root:
            del pdf.Root["/Metadata"]
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        return saved(pdf)


@benign("pdf", needs=("pikepdf",))
def fill_form_and_flatten(data: bytes) -> bytes:
    """A form filled, and its fields made part of the page ("print to PDF"), written anew."""
    import pikepdf

    with pike(data) as pdf:
        form = pdf.Root.get("/AcroForm")
        fields = [
            note
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if note.get("/FT") == pikepdf.Name.Tx and not str(note.get("/V", ""))
        ]
        if form is None or not fields:
            raise DoesNotApply("no empty text field")
        for number, field in enumerate(fields):
            field.V = pikepdf.String(f"answer {number + 1}")
        form.NeedAppearances = True
        pdf.generate_appearance_streams()
        pdf.flatten_annotations()
        return saved(pdf)


@benign("pdf")
def fill_form_over_white_field(data: bytes) -> bytes:
    """A new form with white field backgrounds, filled, and saved incrementally: boxes with text on them, honestly."""
    with_field = Update(data)
    field = with_field.put(
        {
            "Type": NameObject("/Annot"),
            "Subtype": NameObject("/Widget"),
            "FT": NameObject("/Tx"),
            "T": "reference",
            "F": 4,
            "Rect": list(bare_box(data, 0, (40, 20, 160, 38))),
            "MK": {"BG": [1, 1, 1]},
            "DA": "/Helv 10 Tf 0 g",
        }
    )
    root = with_field.reader.trailer.raw_get("/Root")
    known = root.get_object()
    if "/AcroForm" in known:
        raise DoesNotApply("has a form already")
    kept = {key.lstrip("/"): known.raw_get(key) for key in known}
    form = {"Fields": [field], "DR": {"Font": {"Helv": HELVETICA}}, "DA": "/Helv 10 Tf 0 g"}
    with_field.put({**kept, "AcroForm": form}, over=root)
    node = with_field.reader.pages[0]
    held = node.get("/Annots", ArrayObject()).get_object()
    put_page(with_field, 0, {"Annots": [*held, field]})
    from tests.forge.pdf import fill_form

    made: bytes = fill_form(with_field.appended(), values={"reference": "PO 4711"})
    return made
