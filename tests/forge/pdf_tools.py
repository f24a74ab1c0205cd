"""PDF recipes: the ways of people who have no editor, only the free tools that a search names."""

from __future__ import annotations

import io
import random
import tempfile
from pathlib import Path
from typing import Any

from tests.forge._pdfbytes import pdf_date
from tests.forge._pdfpages import escaped, other_amount
from tests.forge._pdfspot import Spot, spots
from tests.forge._pdfwriters import declared, pike, put_back, pypdf_written, saved
from tests.forge.pdf_assembled import swapped_page
from tests.forge.pdf_edit import edited
from tests.forge.pdf_remade import by_another
from tests.forge.pdf_stated import moved_back
from tests.forge.recipe import Forged, Truth, altered
from tests.forge.tools import DoesNotApply, run, through

#: what asks about a figure exchanged inside a page: order of its codes, compressor of the page
_EXCHANGED = ("LV-PDF-024", "LV-PDF-025", "LV-PDF-026", "LV-PDF-027")
_REMADE = ("LV-PDF-030", "LV-PDF-003")
_DATES = ("LV-PDF-001", "LV-PDF-040", "LV-XMP-001", "LV-PDF-041", "LV-FONT-001", "LV-PDF-043", "LV-DATE-002")


def _page_content(data: bytes, page: int) -> bytes:
    """The content of a page, its streams joined as a viewer joins them."""
    import pikepdf

    with pike(data) as pdf:
        stated = pdf.pages[page].obj.Contents
        parts = list(stated) if isinstance(stated, pikepdf.Array) else [stated]
        return b"\n".join(part.read_bytes() for part in parts)


def _exchanged(data: bytes, seed: int) -> tuple[bytes, Spot, str]:
    """The content of a page with a figure exchanged in its own string and font."""
    made, chosen, new = edited(data, seed)
    return _page_content(made, chosen.page), chosen, new


def _exchanged_in_place(data: bytes, seed: int) -> tuple[bytes, Spot, str]:
    """The same with every other byte of the content as it was: what an editor of texts, or ``replace``, does."""
    changed, chosen, new = _exchanged(data, seed)
    content = _page_content(data, chosen.page)
    with pike(data) as pdf:
        before, after = (_strings(pdf, written) for written in (content, changed))
    pairs = [(old, now) for old, now in zip(before, after, strict=False) if old != now]
    if len(before) != len(after) or not 1 <= len(pairs) <= 12:
        raise DoesNotApply("more than a few strings changed")
    at = 0
    for old, now in pairs:
        for form in (lambda raw: b"(" + raw + b")", lambda raw: b"<%s>" % raw.hex().encode(),
                     lambda raw: b"<%s>" % raw.hex().upper().encode()):  # fmt: skip
            found = content.find(form(old), at)
            if found >= 0 and not set(now) & set(b"()\\"):
                content = content[:found] + form(now) + content[found + len(form(old)) :]
                at = found + 1
                break
        else:
            raise DoesNotApply("the string is not written plainly")
    return content, chosen, new


def _strings(pdf: Any, content: bytes) -> list[bytes]:
    """Strings that a content shows, in order."""
    import pikepdf

    found = []
    for instruction in pikepdf.parse_content_stream(pdf.make_stream(content)):
        for operand in instruction.operands:
            listed = operand if isinstance(operand, pikepdf.Array) else [operand]
            found += [bytes(one) for one in listed if isinstance(one, pikepdf.String)]
    return found


def _with_content(data: bytes, page: int, content: bytes) -> bytes:
    """The document with another content of one page, in one stream."""
    with pike(data) as pdf:
        pdf.pages[page].Contents = pdf.make_stream(content)
        return saved(pdf)


@altered("pdf", question="content", expects=_EXCHANGED, needs=("pikepdf",), trace="structure")
def edit_page_with_pikepdf(data: bytes, *, seed: int = 0) -> Forged:
    """A figure exchanged by a script: the page's operators taken apart, changed and put together by pikepdf.

    The rest of the file is copied as it was.  An examiner finds one page compressed by another program than
    the others, and glyphs whose codes are out of the order in which the writer handed them out.
    """
    import pikepdf

    content, chosen, new = _exchanged(data, seed)
    with pike(data) as pdf:
        page = pdf.pages[chosen.page]
        page.Contents = pdf.make_stream(content)
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page)))
        return Forged(saved(pdf), chosen.truth(new, gone=True))


@altered("pdf", question="content", expects=_EXCHANGED, trace="structure")
def edit_page_with_pypdf(data: bytes, *, seed: int = 0) -> Forged:
    """The text of a page's content replaced by pypdf, which leaves it uncompressed unless asked.

    An examiner finds one page compressed otherwise, or not at all, and codes out of their order.
    """
    import pypdf
    from pypdf.generic import DecodedStreamObject, NameObject

    content, chosen, new = _exchanged_in_place(data, seed)
    try:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
        stream = DecodedStreamObject()
        stream.set_data(content)
        page = writer.pages[chosen.page]
        page[NameObject("/Contents")] = writer._add_object(stream)
        if random.Random(seed).random() < 0.5:
            page.compress_content_streams()
        return Forged(pypdf_written(writer), chosen.truth(new, gone=True))
    except (pypdf.errors.PyPdfError, KeyError, TypeError, ValueError) as error:
        raise DoesNotApply(f"pypdf: {error}") from error


@altered("pdf", question="content", expects=_EXCHANGED, needs=("mutool",), trace="structure")
def edit_and_clean_with_mutool(data: bytes, *, seed: int = 0) -> Forged:
    """A figure exchanged, then ``mutool clean`` with every object renumbered and every stream packed anew.

    No stream is left as its writer packed it.  An examiner finds at most glyphs whose codes are out of the
    order in which the writer handed them out.
    """
    content, chosen, new = _exchanged_in_place(data, seed)
    made = _with_content(data, chosen.page, content)
    flags = random.Random(seed).choice(("-gggzfi", "-ggggz", "-gggzs"))
    done = through(("mutool", "clean", "-d", flags, "IN", "OUT"), made, suffix=".pdf")
    return Forged(done, chosen.truth(new, gone=True))


@altered("pdf", question="content", expects=_EXCHANGED, needs=("qpdf",), trace="structure")
def edit_in_qdf(data: bytes, *, seed: int = 0) -> Forged:
    """The file unpacked to text by ``qpdf --qdf``, the figure exchanged, and packed again by qpdf.

    An examiner finds what mutool leaves.
    """
    content, chosen, new = _exchanged_in_place(data, seed)
    made = _with_content(data, chosen.page, content)
    ok = (0, 3)
    plain = through(("qpdf", "--qdf", "--object-streams=disable", "IN", "OUT"), made, suffix=".pdf", ok=ok)
    done = through(("qpdf", "--compress-streams=y", "IN", "OUT"), plain, suffix=".pdf", ok=ok)
    return Forged(done, chosen.truth(new, gone=True))


_REDACT = """
var doc = new PDFDocument(scriptArgs[0]);
var page = doc.loadPage(parseInt(scriptArgs[1]));
var mark = page.createAnnotation("Redact");
mark.setRect([parseFloat(scriptArgs[2]), parseFloat(scriptArgs[3]),
              parseFloat(scriptArgs[4]), parseFloat(scriptArgs[5])]);
page.applyRedactions(false, 0);
doc.save(scriptArgs[6], "compress");
"""


@altered(
    "pdf",
    question="content",
    expects=("LV-PDF-020", "LV-PDF-026", "LV-PDF-027"),
    needs=("mutool", "pikepdf"),
    trace="structure",
)
def redact_with_mutool_and_type(data: bytes, *, seed: int = 0) -> Forged:
    """Redact a figure without a box, by MuPDF, and type another one in its place in a base font.

    The way of most scripts that "replace text": nothing is covered and the old figure is gone.  An examiner
    finds one figure in another font than its line, on a page that another program wrote than the others.
    """
    import pikepdf

    for chosen in spots(data, seed):
        if chosen.alike not in chosen.font:
            break
    else:
        raise DoesNotApply("set in the base font already")
    new = other_amount(chosen.text, seed)
    left, bottom, right, top = chosen.box
    with pike(data) as pdf:
        box = [float(edge) for edge in pdf.pages[chosen.page].mediabox]
        if pdf.pages[chosen.page].obj.get("/Rotate", 0) != 0:
            raise DoesNotApply("a turned page")
    # MuPDF counts from the upper left corner of the page
    middle = (top - bottom) / 4
    where = (left - box[0], box[3] - top + middle, right - box[0], box[3] - bottom - middle)
    with tempfile.TemporaryDirectory() as folder:
        source, script, target = (Path(folder) / name for name in ("in.pdf", "redact.js", "out.pdf"))
        source.write_bytes(data)
        script.write_text(_REDACT)
        places = [f"{edge:.2f}" for edge in where]
        run("mutool", "run", str(script), str(source), str(chosen.page), *places, str(target))
        if not target.is_file():
            raise DoesNotApply("mutool left no file")
        made = target.read_bytes()
    with pike(made) as pdf:
        page = pdf.pages[chosen.page]
        face = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{chosen.alike}")
        )
        named = page.add_resource(pdf.make_indirect(face), pikepdf.Name.Font)
        text = f"q BT {named} {chosen.size:.2f} Tf 0 g {left:.2f} {bottom:.2f} Td ({escaped(new)}) Tj ET Q"
        page.contents_add(b"q", prepend=True)
        page.contents_add(b"Q " + text.encode())
        return Forged(saved(pdf), chosen.truth(new, gone=True))


@altered(
    "pdf",
    question="content",
    expects=("LV-PDF-050",),
    needs=("pikepdf", "reportlab", "pdfseparate", "pdfunite"),
    trace="structure",
)
def swap_page_with_poppler(data: bytes, *, seed: int = 0) -> Forged:
    """A page set anew by ReportLab; the document taken apart and joined again by pdfseparate and pdfunite.

    Every page is a document of its own for a moment, so fonts are no longer shared.  An examiner finds one
    page by another program.
    """
    made = swapped_page(data, seed)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(made.data)
        run("pdfseparate", str(source), str(Path(folder) / "page-%04d.pdf"))
        pages = sorted(str(path) for path in Path(folder).glob("page-*.pdf"))
        if not 2 <= len(pages) <= 40:
            raise DoesNotApply("one page, or very many")
        target = Path(folder) / "out.pdf"
        run("pdfunite", *pages, str(target))
        return Forged(put_back(target.read_bytes(), data), made.truth)


@altered("pdf", question="origin", expects=_REMADE, needs=("pdftocairo", "pikepdf"), trace="structure")
def draw_through_cairo_and_put_back(data: bytes) -> bytes:
    """Print to a new PDF as viewers on Linux do (poppler and cairo), and put Info, XMP and /ID back.

    An examiner finds pages drawn the way cairo draws under another program's name.
    """
    by_another(data, "cairo")
    return put_back(through(("pdftocairo", "-pdf", "IN", "OUT"), data, suffix=".pdf"), data)


@altered("pdf", question="origin", expects=_REMADE, needs=("pdftops", "gs", "pikepdf"), trace="structure")
def print_and_distil_and_put_back(data: bytes) -> bytes:
    """Print to PostScript and distil it with Ghostscript, and put Info, XMP and /ID back.

    An examiner finds pages drawn the way Ghostscript draws under another program's name.
    """
    by_another(data, "Ghostscript")
    printed = through(("pdftops", "IN", "OUT"), data, suffix=".pdf", to=".ps")
    return put_back(
        through(
            ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-sOutputFile=OUT", "IN"),
            printed,
            suffix=".ps",
            to=".pdf",
        ),
        data,
    )


@altered("pdf", question="origin", expects=_REMADE, needs=("mutool", "pikepdf"), trace="structure")
def draw_through_mupdf_and_put_back(data: bytes) -> bytes:
    """Convert to a new PDF with MuPDF, which draws every page anew, and put Info, XMP and /ID back.

    An examiner finds pages drawn the way MuPDF draws under another program's name.
    """
    by_another(data, "MuPDF")
    return put_back(through(("mutool", "convert", "-o", "OUT", "IN"), data, suffix=".pdf"), data)


@altered("pdf", question="origin", expects=_DATES, needs=("pdftk",), trace="structure")
def redate_with_pdftk(data: bytes, *, seed: int = 0) -> bytes:
    """Set both dates of Info back by years with ``pdftk update_info``.

    XMP is left as it is.  An examiner compares the two stores, and asks what did not exist on that day.
    """
    years = random.Random(seed).randrange(6, 13)
    when = moved_back(data, days=int(365.25 * years))
    lines = "".join(
        f"InfoBegin\nInfoKey: {key}\nInfoValue: {pdf_date(when)}\n" for key in ("CreationDate", "ModDate")
    )
    with tempfile.TemporaryDirectory() as folder:
        info = Path(folder) / "info.txt"
        info.write_text(lines)
        return through(("pdftk", "IN", "update_info", str(info), "output", "OUT"), data, suffix=".pdf")


@altered("pdf", question="origin", expects=_DATES, trace="structure")
def redate_with_pypdf(data: bytes, *, seed: int = 0) -> bytes:
    """Copy the document with pypdf, state its old Producer and dates some years back, and drop XMP.

    One save, one store.  An examiner asks what did not exist on that day: releases, features, fonts.
    """
    import pypdf

    years = random.Random(seed).randrange(6, 13)
    when = pdf_date(moved_back(data, days=int(365.25 * years)))
    producer = declared(data)
    if not producer:
        raise DoesNotApply("names no producer")
    try:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
        writer.xmp_metadata = None
        writer.add_metadata({"/Producer": producer, "/CreationDate": when, "/ModDate": when})
        return pypdf_written(writer)
    except (pypdf.errors.PyPdfError, KeyError, TypeError, ValueError) as error:
        raise DoesNotApply(f"pypdf: {error}") from error


@altered("pdf", question="content", expects=("LV-PDF-026",), needs=("pikepdf", "PIL"), trace="faint")
def exchange_picture(data: bytes, *, seed: int = 0) -> Forged:
    """One JPEG of a page exchanged for another of the same size, by pikepdf.

    A logo, a signature, a photograph.  Pictures of one document come from many places: an examiner finds
    nothing that must be.
    """
    from PIL import Image, ImageOps

    with pike(data) as pdf:
        for number, page in enumerate(pdf.pages[:8]):
            for picture in dict(page.obj.get("/Resources", {}).get("/XObject", {})).values():
                if str(picture.get("/Filter")) != "/DCTDecode" or int(picture.Width) < 60:
                    continue
                try:
                    with Image.open(io.BytesIO(picture.read_raw_bytes())) as opened:
                        made = io.BytesIO()
                        ImageOps.mirror(opened).save(made, "JPEG", quality=85)
                except OSError:
                    continue
                import pikepdf

                picture.write(made.getvalue(), filter=pikepdf.Name.DCTDecode)
                return Forged(saved(pdf), Truth(page=number + 1))
    raise DoesNotApply("no JPEG on the first pages")
