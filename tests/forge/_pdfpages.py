"""Pieces of PDF pages that the recipes draw, find and describe."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from tests.forge._pdfbytes import Ref, Stream, Update, as_date, pdf_date, reading, write
from tests.forge.tools import DoesNotApply

#: an amount in French or English writing with two decimals, and any number of two digits or more
AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f.,]?\d{3})*[.,]\d\d(?![\d.,])")
NUMBER = re.compile(r"(?<![\w.,/-])\d{2,6}(?![\w.,/-])")

HELVETICA = {
    "Type": NameObject("/Font"),
    "Subtype": NameObject("/Type1"),
    "BaseFont": NameObject("/Helvetica"),
    "Encoding": NameObject("/WinAnsiEncoding"),
}


def figures(data: bytes, seed: int, most: int = 12) -> Iterator[tuple[int, str]]:
    """(page from 0, figure) of amounts, or else numbers, on the first pages, in an order drawn by ``seed``.

    Raises ``DoesNotApply`` when there is none.
    """
    pages = texts(data)[:20]
    shown = [(number, found[0]) for number, text in enumerate(pages) for found in AMOUNT.finditer(text)]
    shown = shown or [
        (number, found[0]) for number, text in enumerate(pages) for found in NUMBER.finditer(text)
    ]
    if not shown:
        raise DoesNotApply("no figure on the first pages")
    random.Random(seed).shuffle(shown)
    yield from shown[:most]


def texts(data: bytes) -> list[str]:
    """What each page shows, as a library outside this package reads it. Raises ``DoesNotApply``."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DoesNotApply(f"not readable: {error}") from error
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def revisions(data: bytes) -> list[bytes]:
    """The document as it stood after each end-of-file mark, oldest first."""
    ends = [found.end() for found in re.finditer(rb"%%EOF[ \t]*\r?\n?", data)]
    return [data[:end] for end in ends]


def other_amount(amount: str, seed: int, available: str = "0123456789") -> str:
    """The same amount with its first digit raised, using only digits that are ``available``."""
    first = next(char for char in amount if char.isdigit())
    larger = [digit for digit in sorted(set(available)) if digit.isdigit() and digit > first]
    others = larger or [
        digit for digit in sorted(set(available)) if digit.isdigit() and digit not in {first, "0"}
    ]
    if not others:
        raise DoesNotApply("no other digit is at hand")
    return amount.replace(first, random.Random(seed).choice(others), 1)


def put_content(update: Update, page: int, content: bytes) -> None:
    """Give the page one new content stream, in the place of its (only) old one."""
    node = update.reader.pages[page]
    held = node.raw_get("/Contents")
    streams = held.get_object()
    if isinstance(streams, ArrayObject):
        made = update.put(Stream({}, content))
        put_page(update, page, {"Contents": made})
    else:
        update.put(Stream({}, content), over=held)


def put_page(update: Update, page: int, entries: dict[str, object]) -> None:
    """A new version of the page's dictionary with other entries."""
    node = update.reader.pages[page]
    kept = {key.lstrip("/"): node.raw_get(key) for key in node}
    update.put({**kept, **entries}, over=node.indirect_reference)


def touch(update: Update, moment: datetime | None) -> None:
    """A later ModDate, as editors set; three days after what the file states when none is given."""
    if moment is None:
        known = stated_time(update)
        moment = known + timedelta(days=3, minutes=67) if known else None
    if moment is not None:
        update.info({"ModDate": pdf_date(moment)})


def stated_time(update: Update) -> datetime | None:
    """The last change, or else the creation, as Info states it."""
    info = update.reader.trailer.get("/Info")
    info = info.get_object() if info is not None else {}
    for key in ("/ModDate", "/CreationDate"):
        if key in info:
            return as_date(str(info[key]))
    return None


def escaped(text: str) -> str:
    """ASCII for a literal string of a page, without the sign of the euro."""
    text = text.replace("\u202f", " ").replace("\u00a0", " ").replace("€", "EUR")
    return re.sub(r"([\\()])", r"\\\1", text.encode("ascii", "replace").decode())


def place(data: bytes, page: int, text: str) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the first place where the page shows the text."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        shown = document[page].get_textpage()
        pattern = r"\s*".join(re.escape(char) for char in text if not char.isspace())
        found = re.search(pattern, shown.get_text_range())
        if found is None:
            raise DoesNotApply(f"{text!r} is not found on the page")
        boxes = [shown.get_charbox(index) for index in range(found.start(), found.end())]
    finally:
        document.close()
    boxes = [box for box in boxes if box[2] > box[0]]
    if not boxes:
        raise DoesNotApply("the text has no extent")
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def base_font(name: str) -> dict[str, NameObject]:
    """One of the fonts every viewer has."""
    return {**HELVETICA, "BaseFont": NameObject(f"/{name}")}


def draw_over(
    update: Update,
    page: int,
    drawn: str,
    node: DictionaryObject,
    *,
    font: str = "Helvetica",
    shapes: Mapping[str, Ref] | None = None,
) -> None:
    """Add a content stream after the page's own, shielded by q/Q.

    The base font ``font`` is at hand as /FxTools, and ``shapes`` are XObjects by name.
    """
    made = update.put(base_font(font))
    opened, closed = (
        update.put(Stream({}, b"q\n")),
        update.put(Stream({}, f"\nQ\n{drawn}\n".encode("latin-1"))),
    )
    resources = node.get("/Resources", DictionaryObject()).get_object()
    held = node.raw_get("/Contents") if "/Contents" in node else None
    contents = held.get_object() if held is not None else None
    middle = list(contents) if isinstance(contents, ArrayObject) else [held] * (held is not None)
    added = {"Font": {"FxTools": made}, **({"XObject": shapes} if shapes else {})}
    put_page(
        update,
        page,
        {
            "Contents": [opened, *middle, closed],
            "Resources": {
                **_entries(resources),
                **{k: {**_entries(resources.get(f"/{k}")), **v} for k, v in added.items()},
            },
        },
    )


def _entries(held: Any) -> dict[str, Any]:
    """The entries of a dictionary, or of nothing, by name without the slash and as they are written."""
    if held is None:
        return {}
    known = held.get_object()
    return {key.lstrip("/"): known.raw_get(key) for key in known}


def annotated(
    data: bytes, page: int, box: tuple[float, float, float, float], text: str, opaque: bool, author: str = ""
) -> bytes:
    update = Update(data)
    node = update.reader.pages[page]
    width, height = box[2] - box[0], box[3] - box[1]
    fill = "1 1 1 rg" if opaque else "1 1 0.8 rg"
    drawn = (
        f"{fill} 0 0 {width:.2f} {height:.2f} re f "
        f"BT /Helv {height * 0.6:.2f} Tf 0 g 2 {height * 0.28:.2f} Td ({escaped(text)}) Tj ET"
    )
    shape = update.put(
        Stream(
            {
                "Type": NameObject("/XObject"),
                "Subtype": NameObject("/Form"),
                "BBox": [0, 0, width, height],
                "Resources": {"Font": {"Helv": HELVETICA}},
            },
            drawn.encode("latin-1"),
        )
    )
    known = stated_time(update)
    note = update.put(
        {
            "Type": NameObject("/Annot"),
            "Subtype": NameObject("/FreeText"),
            "Rect": list(box),
            "Contents": text,
            "DA": f"/Helv {height * 0.6:.1f} Tf 0 g",
            "F": 4,
            "AP": {"N": shape},
            **({"T": author} if author else {}),
            **({"M": pdf_date(known + timedelta(hours=26))} if known else {}),
        }
    )
    held = node.get("/Annots")
    put_page(update, page, {"Annots": [*(held.get_object() if held is not None else ()), note]})
    return update.appended()


def one_page(jpeg: bytes, size: tuple[int, int], content: bytes, media: tuple[int, int]) -> bytes:
    """A minimal PDF with one JPEG and one content stream."""
    objects = {
        1: {"Type": NameObject("/Catalog"), "Pages": Ref(2)},
        2: {"Type": NameObject("/Pages"), "Kids": [Ref(3)], "Count": 1},
        3: {
            "Type": NameObject("/Page"),
            "Parent": Ref(2),
            "MediaBox": [0, 0, *media],
            "Contents": Ref(4),
            "Resources": {
                "XObject": {"Im0": Ref(5)},
                "Font": {
                    "F1": {
                        "Type": NameObject("/Font"),
                        "Subtype": NameObject("/Type1"),
                        "BaseFont": NameObject("/Times-Roman"),
                        "Encoding": NameObject("/WinAnsiEncoding"),
                    }
                },
            },
        },
        4: Stream({}, content),
        5: Stream(
            {
                "Type": NameObject("/XObject"),
                "Subtype": NameObject("/Image"),
                "Width": size[0],
                "Height": size[1],
                "ColorSpace": NameObject("/DeviceRGB"),
                "BitsPerComponent": 8,
                "Filter": NameObject("/DCTDecode"),
            },
            jpeg,
            compress=False,
        ),
    }
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, value in objects.items():
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + write(value) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return bytes(
        out + b"trailer\n" + write({"Size": 6, "Root": Ref(1)}) + b"\nstartxref\n%d\n%%%%EOF\n" % start
    )


def xmp(data: bytes) -> bytes:
    """The XMP packet of the document as it stands, ``b""`` if it has none."""
    root = reading(data).trailer["/Root"].get_object()
    if "/Metadata" not in root:
        return b""
    packet: bytes = root["/Metadata"].get_object().get_data()
    return packet


def packet(
    *,
    created: datetime,
    modified: datetime,
    toolkit: str,
    tool: str,
    producer: str,
    title: str = "",
    seed: int = 0,
) -> bytes:
    """An XMP packet in Adobe's layout, padded as for editing in place (XMP specification part 1, 7.3)."""
    ids = [uuid.UUID(int=random.Random(f"{seed}{title}{n}").getrandbits(128), version=4) for n in (1, 2)]
    shown = title.replace("&", "&amp;").replace("<", "&lt;")
    body = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{toolkit}">
   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
            xmlns:xmp="http://ns.adobe.com/xap/1.0/"
            xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
            xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
         <xmp:CreateDate>{created.isoformat()}</xmp:CreateDate>
         <xmp:ModifyDate>{modified.isoformat()}</xmp:ModifyDate>
         <xmp:MetadataDate>{modified.isoformat()}</xmp:MetadataDate>
         <xmp:CreatorTool>{tool}</xmp:CreatorTool>
         <dc:format>application/pdf</dc:format>
         <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{shown}</rdf:li></rdf:Alt></dc:title>
         <xmpMM:DocumentID>uuid:{ids[0]}</xmpMM:DocumentID>
         <xmpMM:InstanceID>uuid:{ids[1]}</xmpMM:InstanceID>
         <pdf:Producer>{producer}</pdf:Producer>
      </rdf:Description>
   </rdf:RDF>
</x:xmpmeta>
"""
    padding = (" " * 99 + "\n") * 8
    return (body + padding + '<?xpacket end="w"?>').encode()


def field_shape(text: str, width: float, height: float) -> Stream:
    shown = re.sub(rb"([\\()])", rb"\\\1", text.encode("cp1252", "replace"))
    drawn = b"/Tx BMC q BT /Helv 10 Tf 0 g 2 %.2f Td (" % (height / 2 - 3.5) + shown + b") Tj ET Q EMC"
    return Stream(
        {
            "Type": NameObject("/XObject"),
            "Subtype": NameObject("/Form"),
            "BBox": [0, 0, width, height],
            "Resources": {"Font": {"Helv": HELVETICA}},
        },
        drawn,
    )
