"""Paper and office, honestly: scans in layers, text by recognition, exports and prints."""

from __future__ import annotations

import random
from datetime import datetime
from io import BytesIO
from typing import Any

from pypdf.generic import NameObject

from tests.forge._pdfbytes import Ref, Stream, pdf_date, write
from tests.forge._pdfdrawn import as_html, set_by_chromium, set_by_writer, sizes, words
from tests.forge._pdfpages import texts
from tests.forge.pdf_remade import page_picture
from tests.forge.recipe import benign
from tests.forge.tools import DoesNotApply, soffice, through

_SCANNERS = (
    "RICOH MP C6502",
    "Xerox WorkCentre 7655",
    "KONICA MINOLTA bizhub C368",
    "Canon iR-ADV C5535  PDF",
)


def on_paper(picture: Any, seed: int) -> Any:
    """What a scanner sees of a printed page: turned by a fraction of a degree, grey paper, grain."""
    import numpy
    from PIL import Image

    draw = random.Random(seed)
    turned = picture.rotate(draw.uniform(-0.6, 0.6), Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    dots = numpy.asarray(turned, dtype=numpy.float32) * 0.93 + 8
    grain = numpy.random.default_rng(seed).normal(0, 5, dots.shape[:2])[..., None]
    return Image.fromarray(numpy.clip(dots + grain, 0, 255).astype(numpy.uint8))


def _jpeg(picture: Any, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _image(width: int, height: int, entries: dict[str, object], data: bytes, *, compress: bool) -> Stream:
    return Stream(
        {
            "Type": NameObject("/XObject"),
            "Subtype": NameObject("/Image"),
            "Width": width,
            "Height": height,
            **entries,
        },
        data,
        compress=compress,
    )


def scanned_file(
    content: bytes, pictures: dict[str, Stream], size: tuple[float, float], seed: int, maker: str = ""
) -> bytes:
    """A one-page file as scanners write it: pictures by name, one content stream, Info with the maker."""
    draw = random.Random(seed)
    name = maker or draw.choice(_SCANNERS)
    # later than anything the pages that are scanned can speak of
    moment = datetime(
        draw.randrange(2025, 2027), draw.randrange(1, 13), draw.randrange(1, 28), draw.randrange(8, 19), 5, 44
    )
    first = 6
    objects: dict[int, object] = {
        1: {"Type": NameObject("/Catalog"), "Pages": Ref(2)},
        2: {"Type": NameObject("/Pages"), "Kids": [Ref(3)], "Count": 1},
        3: {
            "Type": NameObject("/Page"),
            "Parent": Ref(2),
            "MediaBox": [0, 0, round(size[0]), round(size[1])],
            "Contents": Ref(4),
            "Resources": {"XObject": {name: Ref(first + n) for n, name in enumerate(pictures)}},
        },
        4: Stream({}, content),
        5: {"Creator": name, "Producer": name, "CreationDate": pdf_date(moment), "ModDate": pdf_date(moment)},
        **{first + n: picture for n, picture in enumerate(pictures.values())},
    }
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, value in objects.items():
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + write(value) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    trailer = write({"Size": len(objects) + 1, "Root": Ref(1), "Info": Ref(5)})
    return bytes(out + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % start)


@benign("pdf", needs=("PIL", "numpy"))
def print_and_scan(data: bytes, *, seed: int = 0, dpi: int = 150) -> bytes:
    """Print the first page and scan it: one grainy JPEG, no text, the scanner named."""
    paper = on_paper(page_picture(data, 0, dpi), seed)
    size = sizes(data)[0]
    entries = {
        "ColorSpace": NameObject("/DeviceRGB"),
        "BitsPerComponent": 8,
        "Filter": NameObject("/DCTDecode"),
    }
    shown = f"q {size[0]:.0f} 0 0 {size[1]:.0f} 0 0 cm /Im1 Do Q".encode()
    return scanned_file(
        shown, {"Im1": _image(*paper.size, entries, _jpeg(paper, 70), compress=False)}, size, seed
    )


@benign("pdf", needs=("PIL", "numpy"))
def print_and_scan_in_layers(data: bytes, *, seed: int = 0) -> bytes:
    """Print the first page and scan it with mixed raster content: one-bit masks over a coarse JPEG.

    The "layers" of the birth certificate of 2011: a scanner parts what is dark from the paper, in several
    masks of one colour each, and lays them over a picture of low resolution.
    """
    from PIL import Image

    paper = on_paper(page_picture(data, 0, 150), seed)
    size = sizes(data)[0]
    coarse = paper.resize((max(paper.width // 3, 1), max(paper.height // 3, 1)), Image.Resampling.BOX)
    entries = {
        "ColorSpace": NameObject("/DeviceRGB"),
        "BitsPerComponent": 8,
        "Filter": NameObject("/DCTDecode"),
    }
    pictures = {"Im1": _image(*coarse.size, entries, _jpeg(coarse, 45), compress=False)}
    content = f"q {size[0]:.0f} 0 0 {size[1]:.0f} 0 0 cm /Im1 Do Q"
    ink = paper.convert("L").point(lambda level: 255 if level < 110 else 0).convert("1")
    bands = 1 + seed % 4
    step = ink.height // bands
    for band in range(bands):
        part = ink.crop((0, band * step, ink.width, ink.height if band == bands - 1 else (band + 1) * step))
        name = f"Im{band + 2}"
        mask = {"ImageMask": True, "BitsPerComponent": 1, "Decode": [1, 0]}
        pictures[name] = _image(part.width, part.height, mask, part.tobytes(), compress=True)
        high = size[1] * part.height / ink.height
        low = size[1] * (1 - (band * step + part.height) / ink.height)
        content += f" q 0.1 0.1 0.12 rg {size[0]:.2f} 0 0 {high:.2f} 0 {low:.2f} cm /{name} Do Q"
    return scanned_file(content.encode(), pictures, size, seed)


@benign("pdf", needs=("PIL", "numpy", "ocrmypdf"))
def scan_and_recognise(data: bytes, *, seed: int = 0) -> bytes:
    """Print, scan, and add the words by character recognition with OCRmyPDF (PDF/A, Ghostscript)."""
    scan = print_and_scan(data, seed=seed, dpi=100)
    return through(
        ("ocrmypdf", "-q", "--jobs", "1", "--tesseract-timeout", "60", "--skip-big", "40", "IN", "OUT"),
        scan,
        suffix=".pdf",
    )


@benign("pdf", needs=("ocrmypdf",))
def archive_with_ocrmypdf(data: bytes) -> bytes:
    """An ordinary text document run through OCRmyPDF with ``--skip-text``: PDF/A and nothing else."""
    if len(sizes(data)) > 10 or not any(text.strip() for text in texts(data)):
        raise DoesNotApply("many pages, or pictures only")
    return through(("ocrmypdf", "-q", "--jobs", "1", "--skip-text", "IN", "OUT"), data, suffix=".pdf")


@benign("pdf", needs=("PIL", "numpy"))
def scan_with_recognised_words(data: bytes, *, seed: int = 0) -> bytes:
    """Print and scan, with the page's words as invisible text over the picture, as copiers add them."""
    lines = [line for page in words(data)[:1] for line in page]
    paper = on_paper(page_picture(data, 0, 110), seed)
    size = sizes(data)[0]
    step = min(14.0, (size[1] - 80) / len(lines))
    placed = " ".join(
        f"1 0 0 1 50 {size[1] - 50 - step * n:.1f} Tm <{line.encode('cp1252', 'replace').hex()}> Tj"
        for n, line in enumerate(lines)
    )
    content = (
        f"q {size[0]:.0f} 0 0 {size[1]:.0f} 0 0 cm /Im1 Do Q BT 3 Tr /F1 {step * 0.75:.1f} Tf {placed} ET"
    )
    entries = {
        "ColorSpace": NameObject("/DeviceRGB"),
        "BitsPerComponent": 8,
        "Filter": NameObject("/DCTDecode"),
    }
    picture = _image(*paper.size, entries, _jpeg(paper, 60), compress=False)
    made = scanned_file(content.encode(), {"Im1": picture}, size, seed)
    font = b"/Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>>>\n/XObject"
    return _again(made.replace(b"/XObject <<\n/Im1", font + b" <<\n/Im1", 1))


def _again(data: bytes) -> bytes:
    """A file of one revision whose objects have moved, with its table of offsets made anew."""
    import re

    body = data[: data.rindex(b"xref\n0 ")]
    trailer = data[data.rindex(b"trailer\n") : data.rindex(b"startxref")]
    offsets = [m.start() for m in re.finditer(rb"(?m)^\d+ 0 obj\n", body)]
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    table += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


@benign("pdf", needs=("chromium",))
def print_web_page(data: bytes) -> bytes:
    """The words of the document as a web page, printed by Chromium under its own name."""
    return set_by_chromium(as_html(words(data), sizes(data)[0], "A page"))


@benign("pdf", needs=("soffice",))
def export_web_page_from_office(data: bytes) -> bytes:
    """The words of the document, exported by LibreOffice under its own name."""
    return set_by_writer(as_html(words(data), sizes(data)[0], "A letter"))


@benign("ooxml", needs=("soffice",))
def export_from_office(data: bytes) -> bytes:
    """A text document exported to PDF by LibreOffice."""
    if b"word/document.xml" not in data:
        raise DoesNotApply("no text document")
    return soffice(data, suffix=".docx", to="pdf", how="writer_pdf_Export")


@benign("ooxml", needs=("soffice",))
def export_archive_from_office(data: bytes) -> bytes:
    """A text document exported to PDF/A-2, tagged, by LibreOffice."""
    if b"word/document.xml" not in data:
        raise DoesNotApply("no text document")
    how = 'writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},"UseTaggedPDF":{"type":"boolean","value":"true"}}'
    return soffice(data, suffix=".docx", to="pdf", how=how)
