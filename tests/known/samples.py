"""One document of every format with features, each full of names and words that a corpus must not keep."""

from __future__ import annotations

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from tests.builders import image, mail, odf, office, ole, pdf

#: words that stand in the documents below as text, names, titles, addresses, file names or identifiers
SECRETS = (
    "Zibeline", "Quenneville", "Tartempion", "zorglub", "Fantasio", "Cacahuete", "Rantanplan", "Olibrius",
    "Farfelu", "Berlingot", "1789.40", "Turlututu", "Bidulette",
)  # fmt: skip
_TEXT = "Zibeline pays Quenneville 1789.40 euros " + "and so on with more of the same words " * 8


def _pdf() -> bytes:
    about = pdf.info(
        Title="Tartempion accounts",
        Author="Farfelu Berlingot",
        Subject="Olibrius",
        Keywords="Rantanplan",
        Creator="Turlututu writer for Fantasio",
        Producer="pdfTeX-1.40.21",
        CreationDate="D:20140102030405+01'00'",
        ModDate="D:20140102030905+01'00'",
    )
    xmp = pdf.packet(CreatorTool="Turlututu", CreateDate="2014-01-02T03:04:05+01:00")
    return bytes(pdf.document(_TEXT, "Fantasio", about=about, xmp=xmp).data)


def _docx() -> bytes:
    core = {
        "dc:creator": "Farfelu Berlingot", "cp:lastModifiedBy": "Quenneville", "dc:title": "Tartempion",
        "dc:subject": "Olibrius", "dcterms:created": "2014-01-02T03:04:05Z",
        "dcterms:modified": "2014-01-02T03:09:05Z",
    }  # fmt: skip
    about = {**office.WORD_APP, "Company": "Rantanplan", "Manager": "Fantasio", "Template": "Turlututu.dotx"}
    return office.docx(
        "".join(office.paragraph(part) for part in (_TEXT, "Zibeline")),
        core_xml=office.core(core),
        app_xml=office.app(about),
        custom_xml=office.custom({"Cacahuete": "zorglub"}),
        namespaces={"z": "http://zorglub.example/Cacahuete", "w14": office.W14},
        more={"word/media/Bidulette Olibrius.png": image.png()},
    )


def _odt() -> bytes:
    meta = odf.META.replace("Jeanne Martin", "Farfelu Berlingot").replace("A. Petit", "Quenneville")
    return odf.odt(f"<text:p>{_TEXT}</text:p>", meta=meta + "<dc:title>Tartempion</dc:title>")


def _mail() -> bytes:
    parts = mail.Multi(
        [
            mail.Body(_TEXT.encode()),
            mail.Body(b"Cacahuete\n", fields=['Content-Disposition: attachment; filename="Bidulette.txt"']),
        ],
        preamble=b"Olibrius says that this is MIME\n",
    )
    return mail.mail(
        parts,
        sender="Farfelu Berlingot <zorglub@quenneville.example>",
        to="Rantanplan <fantasio@b.example>",
        subject="Tartempion",
        client="Microsoft Outlook Express 6.00.2900.5512",
        fields=["Organization: Turlututu", "X-Originating-IP: [192.0.2.77]"],
        received=["Thu, 2 Jan 2014 03:04:05 +0100"],
    )


def _rtf() -> bytes:
    inner = (
        r"{\*\generator Msftedit 5.41.21.2510;}{\info{\title Tartempion}{\author Farfelu Berlingot}"
        r"{\operator Quenneville}{\company Rantanplan}{\doccomm Turlututu}{\creatim\yr2014\mo1\dy2}}"
    )
    return b"{\\rtf1\\ansi\\ansicpg1252 " + inner.encode() + _TEXT.encode() + b"\\par}"


def _jpeg() -> bytes:
    tags = [
        (270, (image.ASCII, "Tartempion")), (271, (image.ASCII, "Canon")), (272, (image.ASCII, "Canon Bidulette")),
        (305, (image.ASCII, "Turlututu 3")), (315, (image.ASCII, "Farfelu Berlingot")),
        (33432, (image.ASCII, "Quenneville")),
    ]  # fmt: skip
    block = image.tiff(dict(tags), exif=image.TAKEN, gps=image.POSITION)
    return image.with_segments(image.jpeg_of(image.scene(1)), image.exif_segment(block))


def _png() -> bytes:
    text = image.chunk(b"tEXt", b"Author\0Farfelu Berlingot"), image.chunk(b"tEXt", b"Cacahuete\0zorglub")
    return image.png(*text, image.chunk(b"tEXt", b"Software\0Adobe ImageReady"))


#: name -> bytes
DOCUMENTS: dict[str, bytes] = {
    "Tartempion accounts.pdf": _pdf(),
    "Zibeline.docx": _docx(),
    "Zibeline.xlsx": office.pack(office.xlsx_parts(("Zibeline", "Quenneville"), {"Fantasio": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'})),
    "Farfelu.odt": _odt(),
    "Berlingot.doc": ole.word(_TEXT + "\r", saves=(("Quenneville", "C:\\Rantanplan\\Turlututu.doc"),), properties={"author": "Farfelu Berlingot"}),
    "Olibrius.xls": ole.workbook(("Zibeline", "1789.40"), user="Quenneville"),
    "Cacahuete.eml": _mail(),
    "zorglub.rtf": _rtf(),
    "Rantanplan.jpg": _jpeg(),
    "Bidulette.png": _png(),
    "Fantasio.csv": b"Zibeline;Quenneville;amount\n" + b"".join(b"Tartempion %d;Olibrius;%d\n" % (n, n * 7) for n in range(30)),
}  # fmt: skip


def read(name: str) -> Extraction:
    """The sample of that name, read in this process."""
    return examine_bytes(DOCUMENTS[name], name).extractions[0]


def told(text: str) -> list[str]:
    """Secrets that occur in a text, however they are written."""
    lower = text.casefold()
    return [secret for secret in SECRETS if secret.casefold() in lower]
