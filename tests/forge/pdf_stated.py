"""PDF recipes: what a file says of its program and its dates is written over."""

from __future__ import annotations

import io
import random
import re
from datetime import datetime, timedelta
from typing import Any

from tests.forge._pdfbytes import as_date, pdf_date
from tests.forge._pdfwriters import declared, pike, put_back, saved
from tests.forge.recipe import altered
from tests.forge.tools import DoesNotApply, through

#: Producer, Creator as common programs state them
PROGRAMS: tuple[tuple[str, str], ...] = (
    ("Microsoft® Word 2016", "Microsoft® Word 2016"),
    ("Microsoft® Word 2010", "Microsoft® Word 2010"),
    ("macOS Version 12.6 (Build 21G115) Quartz PDFContext", "Word"),
    ("Acrobat Distiller 10.1.16 (Windows)", "PScript5.dll Version 5.2.2"),
    ("Adobe PDF Library 15.0", "Acrobat PDFMaker 17 for Word"),
)

#: families that a program's own name gives away, so that a claim is never true by chance
_FAMILIES = (
    "word",
    "quartz",
    "distiller",
    "adobe pdf library",
    "libreoffice",
    "skia",
    "ghostscript",
    "pdftex",
)


def another_program(data: bytes, seed: int) -> tuple[str, str]:
    """Producer and Creator of a program that the document does not name."""
    known = f"{declared(data)} {declared(data, '/Creator')}".lower()
    others = [
        p for p in PROGRAMS
        if not any(family in known and family in f"{p[0]} {p[1]}".lower() for family in _FAMILIES)
    ]  # fmt: skip
    if not others:
        raise DoesNotApply("names all of them")
    return random.Random(seed).choice(others)


@altered(
    "pdf",
    question="origin",
    expects=("LV-PDF-003", "LV-PDF-006", "LV-PDF-030"),
    needs=("exiftool",),
    trace="structure",
)
def claim_program_with_exiftool(data: bytes, *, seed: int = 0) -> bytes:
    """Let Info name another program, with ExifTool, which appends to the file.

    An examiner reads the former name in the earlier revision, knows ExifTool by how it writes its update, and
    finds the habits of the bytes unlike those of the program now named.
    """
    if not declared(data):
        raise DoesNotApply("names no producer")
    producer, creator = another_program(data, seed)
    return through(
        (
            "exiftool",
            "-q",
            "-overwrite_original",
            f"-PDF:Producer={producer}",
            f"-PDF:Creator={creator}",
            "IN",
        ),
        data,
        suffix=".pdf",
    )


@altered("pdf", question="origin", expects=("LV-PDF-006",), needs=("exiftool",))
def backdate_with_exiftool_everywhere(data: bytes, *, seed: int = 0) -> bytes:
    """Move the dates of Info and of XMP back alike by months with ExifTool.

    All stated dates agree.  ExifTool appends: an examiner takes the update off again (``exiftool
    -pdf-update:all=``) and reads the former dates.
    """
    moved = moved_back(data, days=random.Random(seed).randrange(60, 700))
    moment = moved.strftime("%Y:%m:%d %H:%M:%S") + _zone(moved)
    return through(
        (
            "exiftool", "-q", "-overwrite_original", f"-PDF:CreateDate={moment}", f"-PDF:ModifyDate={moment}",
            f"-XMP-xmp:CreateDate={moment}", f"-XMP-xmp:ModifyDate={moment}", f"-XMP-xmp:MetadataDate={moment}",
            "IN",
        ),
        data,
        suffix=".pdf",
    )  # fmt: skip


def _zone(moment: datetime) -> str:
    plain = moment.strftime("%z")
    return f"{plain[:3]}:{plain[3:5]}" if plain else ""


def _stated(data: bytes) -> datetime:
    """The later of Info's two dates. Raises ``DoesNotApply`` when neither can be read."""
    found = [as_date(declared(data, key)) for key in ("/CreationDate", "/ModDate")]
    known = [moment for moment in found if moment is not None]
    if not known:
        raise DoesNotApply("no date in Info to move")
    return known[-1]


def moved_back(data: bytes, *, days: int) -> datetime:
    return _stated(data) - timedelta(days=days)


@altered(
    "pdf",
    question="origin",
    expects=("LV-PDF-040", "LV-XMP-001", "LV-PDF-041", "LV-FONT-001", "LV-PDF-043", "LV-DATE-002"),
    needs=("pikepdf",),
    trace="structure",
)
def backdate_consistently(data: bytes, *, seed: int = 0) -> bytes:
    """Move every date of Info and XMP back by years, alike, and write the file anew by pikepdf.

    All stated dates agree and one revision is left.  An examiner asks what did not exist on that day: the
    release of the named program, the build of the XMP toolkit, features of the format, versions of the
    embedded fonts, dates of embedded pictures.
    """
    years = random.Random(seed).randrange(9, 15)
    moved = moved_back(data, days=int(365.25 * years))
    with pike(data) as pdf:
        for key in ("/CreationDate", "/ModDate"):
            if key in pdf.docinfo:
                pdf.docinfo[key] = pdf_date(moved)
        if "/Metadata" in pdf.Root:
            packet = _redated(pdf.Root.Metadata.read_bytes(), years)
            pdf.Root.Metadata.write(packet)
        return saved(pdf)


def _redated(packet: bytes, years: int) -> bytes:
    """XMP with every date of its elements and attributes moved back; what a toolkit says of itself stays."""

    def earlier(found: re.Match[bytes]) -> bytes:
        return found[1] + str(int(found[2]) - years).encode() + found[3]

    return re.sub(rb"(Date(?:>|=[\"'])\s*|when(?:>|=[\"'])\s*)((?:19|20)\d\d)(-)", earlier, packet)


@altered("pdf", question="origin", needs=("pikepdf",), trace="faint")
def backdate_by_days(data: bytes, *, seed: int = 0) -> bytes:
    """Move every date of Info and XMP back by some days, alike, and write the file anew.

    Nothing in the file need disagree.  An examiner finds a file that was written anew and, in most, nothing
    more: other sources have to date it.
    """
    days = random.Random(seed).randrange(3, 40)
    moved = moved_back(data, days=days)
    with pike(data) as pdf:
        for key in ("/CreationDate", "/ModDate"):
            if key in pdf.docinfo:
                pdf.docinfo[key] = pdf_date(moved)
        if "/Metadata" in pdf.Root:
            stamp = moved.strftime("%Y-%m-%dT%H:%M:%S") + (_zone(moved) or "Z")
            packet = pdf.Root.Metadata.read_bytes()
            pdf.Root.Metadata.write(
                re.sub(rb"(Date(?:>|=[\"'])\s*)[-0-9T:+.Z]{10,32}", lambda m: m[1] + stamp.encode(), packet)
            )
        return saved(pdf)


_ACROBAT_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.2-c001 63.139439, 2010/09/27-13:37:26        ">
   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
         <xmp:ModifyDate>{stamp}</xmp:ModifyDate>
         <xmp:CreateDate>{stamp}</xmp:CreateDate>
         <xmp:MetadataDate>{stamp}</xmp:MetadataDate>
         <xmp:CreatorTool>{creator}</xmp:CreatorTool>
         <pdf:Producer>{producer}</pdf:Producer>
      </rdf:Description>
   </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@altered(
    "pdf", question="origin", expects=("LV-PDF-003", "LV-PDF-030"), needs=("pikepdf",), trace="structure"
)
def transplant_metadata(data: bytes, *, seed: int = 0) -> bytes:
    """Give the file Info, XMP and /ID of a document by another program, as if taken from that document.

    An examiner finds pages and file written by other programs than the one that all metadata name.
    """
    import pikepdf

    producer, creator = another_program(data, seed)
    draw = random.Random(seed)
    moment = datetime(
        draw.randrange(2014, 2021), draw.randrange(1, 13), draw.randrange(1, 28), draw.randrange(8, 19), 21, 7
    )
    donor = pikepdf.new()
    donor.add_blank_page()
    donor.docinfo["/Producer"], donor.docinfo["/Creator"] = producer, creator
    donor.docinfo["/CreationDate"] = donor.docinfo["/ModDate"] = pdf_date(moment)
    packet = _ACROBAT_PACKET.format(stamp=f"{moment.isoformat()}+01:00", producer=producer, creator=creator)
    donor.Root.Metadata = donor.make_indirect(
        pikepdf.Stream(donor, packet.encode(), {"/Type": pikepdf.Name.Metadata, "/Subtype": pikepdf.Name.XML})
    )
    out = io.BytesIO()
    donor.save(out, deterministic_id=True)
    _refuse_empty(data)
    return put_back(data, out.getvalue())


def _refuse_empty(data: bytes) -> None:
    with pike(data) as pdf:
        page: Any = pdf.pages[0]
        if "/Contents" not in page:
            raise DoesNotApply("an empty first page says nothing of who wrote it")
