"""Small files that are expensive to read. Each is made in code, none is larger than 12 MB.

What they did to default calls of the libraries is measured in ``docs/confinement.md``.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/{part}" '
    'ContentType="application/vnd.openxmlformats-officedocument.{main}.main+xml"/>'
    "</Types>"
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="{part}"/></Relationships>'
)


def package(part: str, main: str, content: bytes, more: dict[str, bytes] | None = None) -> bytes:
    """A minimal OOXML package."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(part=part, main=main))
        archive.writestr("_rels/.rels", RELATIONS.format(part=part))
        archive.writestr(part, content)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(body: bytes, more: dict[str, bytes] | None = None, prolog: bytes = b"") -> bytes:
    content = prolog + b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (W.encode(), body)
    return package("word/document.xml", "wordprocessingml.document", content, more)


def xlsx(rows: bytes) -> bytes:
    sheet = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (S.encode(), rows)
    book = b'<workbook xmlns="%s"><sheets/></workbook>' % S.encode()
    return package("xl/workbook.xml", "spreadsheetml.sheet", book, {"xl/worksheets/sheet1.xml": sheet})


def pdf(objects: list[bytes], root: int = 1) -> bytes:
    """Objects numbered from 1, a classic table, no Info."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(
        b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    )
    return out.getvalue()


def stream(data: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(data, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(packed), more, packed)


def one_page(content: bytes, resources: bytes = b"<<>>", more: list[bytes] | None = None) -> bytes:
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources %s>>" % resources,
            content,
            *(more or []),
        ]
    )


FONT = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"


def many_operators() -> bytes:
    return one_page(stream(b"BT /F1 9 Tf " + b"(a)Tj " * 10_000_000 + b"ET"), FONT)


def nested_forms() -> bytes:
    """Ten levels of forms that each draw the next one ten times."""
    forms = []
    for level in range(10):
        inner = b"<</XObject<</X %d 0 R>>>>" % (6 + level) if level < 9 else FONT
        work = b"/X Do " * 10 if level < 9 else b"BT /F1 9 Tf (a)Tj ET"
        forms.append(stream(work, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources " + inner))
    return one_page(stream(b"/X Do " * 10), b"<</XObject<</X 5 0 R>>>>", forms)


def deflate_bomb() -> bytes:
    return one_page(stream(b" " * (600 << 20)), FONT)


def page_tree_bomb() -> bytes:
    """2^24 pages out of 25 nodes."""
    nodes = [b"<</Type/Catalog/Pages 2 0 R>>"]
    for level in range(24):
        nodes.append(
            b"<</Type/Pages/Count %d/Kids[%d 0 R %d 0 R]>>" % (1 << (24 - level), 3 + level, 3 + level)
        )
    nodes.append(b"<</Type/Page/MediaBox[0 0 9 9]>>")
    return pdf(nodes)


def endless_dictionary() -> bytes:
    return b"%PDF-1.4\n" + b"1 0 obj<<" * 1_100_000


def prev_loop() -> bytes:
    body = pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"])
    at = body.rindex(b"xref\n0")
    return body.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at)


def huge_size() -> bytes:
    body = pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"])
    return body.replace(b"/Size 3", b"/Size 2147483647").replace(b"0 3\n", b"0 2147483647\n")


def nested_arrays() -> bytes:
    return one_page(b"[" * 500_000 + b"]" * 500_000)


def maker_note_bomb() -> bytes:
    """A Canon maker note that announces a thousand million values."""
    entries = [
        struct.pack("<HHII", 0x010F, 2, 6, 200),
        struct.pack("<HHII", 0x0110, 2, 6, 210),
        struct.pack("<HHII", 0x8769, 4, 1, 100),
    ]
    ifd0 = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", 0)
    note = struct.pack("<H", 1) + struct.pack("<HHII", 1, 3, 1_006_641_184, 300)
    exif_ifd = struct.pack("<H", 1) + struct.pack("<HHII", 0x927C, 7, len(note), 400) + struct.pack("<I", 0)
    tiff = bytearray(b"II*\0" + struct.pack("<I", 8) + ifd0)
    tiff += bytes(1000 - len(tiff))
    tiff[100 : 100 + len(exif_ifd)] = exif_ifd
    tiff[200:206] = b"Canon\0"
    tiff[210:216] = b"Canon\0"
    tiff[400 : 400 + len(note)] = note
    app1 = b"Exif\0\0" + bytes(tiff)
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(app1) + 2) + app1 + b"\xff\xd9"


def many_segments() -> bytes:
    return b"\xff\xd8" + b"\xff\xe5\x00\x02" * 2_000_000 + b"\xff\xd9"


def wide_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + chunk(b"IEND", b"")
    )


def ifd_loop() -> bytes:
    ifd = struct.pack("<H", 1) + struct.pack("<HHII", 0x0100, 4, 1, 9) + struct.pack("<I", 8)
    return b"II*\0" + struct.pack("<I", 8) + ifd


HEAD = b"From: a@example.org\r\nDate: Fri, 5 May 2017 10:00:00 +0200\r\nMessage-ID: <1@example.org>\r\n"


def encoded_words() -> bytes:
    return HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nx\r\n"


def many_addresses() -> bytes:
    return HEAD + b"To: " + b", ".join(b"a%d@example.org" % n for n in range(100_000)) + b"\r\n\r\nx\r\n"


def long_message_id() -> bytes:
    return HEAD.replace(b"<1@", b"<" + b"1" * 200_000 + b"@") + b"Subject: s\r\n\r\nx\r\n"


def many_parts() -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\n" * 1_000_000
        + b"--b--\r\n"
    )


def nested_multiparts() -> bytes:
    body = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5_000)
    )
    return HEAD + body + b"\r\nx\r\n"


def nested_messages() -> bytes:
    return (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * 20_000 + HEAD + b"\r\nx\r\n"


def nested_comments() -> bytes:
    return HEAD + b"To: " + b"(" * 20_000 + b")" * 20_000 + b"\r\n\r\nx\r\n"


def endless_folding() -> bytes:
    return HEAD + b"Subject: a" + b"\r\n b" * 1_000_000 + b"\r\n\r\nx\r\n"


def many_headers() -> bytes:
    return HEAD + b"X-A: b\r\n" * 1_000_000 + b"\r\nx\r\n"


def zip_of_many_entries() -> bytes:
    """A directory of 200,000 entries that all describe the same few bytes."""
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 33, 0, 1, 1, 1, 0) + b"a" + b"x"
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0
    ) + b"a"  # fmt: skip
    count = 200_000
    directory = central * count
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), len(local), 0)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), len(local))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(local) + len(directory), 1)
    return local + directory + end64 + locator + end


def quadratic_attributes() -> bytes:
    return docx(b"<w:p " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>")


def laughs() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(9))
    prolog = b'<!DOCTYPE w [<!ENTITY e0 "ha">' + entities + b"]>"
    return docx(b"<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", prolog=prolog)


def external_entity() -> bytes:
    prolog = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return docx(b"<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", prolog=prolog)


LIMITED = {"limit-cpu", "limit-memory", "limit-inflate", "limit-size", "limit-pages", "limit-text",
           "limit-answer", "limit-depth", "limit-documents", "limit-members", "limit-time"}  # fmt: skip
REFUSED = LIMITED | {
    "malformed",
    "truncated",
    "reader-error",
    "reader-crash",
    "unsupported-feature",
    "reader-warning",
}

#: name of the file -> (maker, problem codes of which at least one must be given; empty: its cost is never paid)
FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "operators.pdf": (many_operators, REFUSED),
    "forms.pdf": (nested_forms, REFUSED),
    "deflate.pdf": (deflate_bomb, REFUSED),
    "tree.pdf": (page_tree_bomb, REFUSED),
    "dictionary.pdf": (endless_dictionary, REFUSED),
    "prev-loop.pdf": (prev_loop, REFUSED),
    "huge-size.pdf": (huge_size, REFUSED),
    "arrays.pdf": (nested_arrays, set()),
    "zeros.docx": (lambda: docx(b"", {"word/media/image1.png": bytes(300 << 20)}), LIMITED),
    "paragraphs.docx": (lambda: docx(b"<w:p/>" * 5_000_000), LIMITED),
    "nested.docx": (lambda: docx(b"<w:p>" * 200_000 + b"</w:p>" * 200_000), REFUSED),
    "attributes.docx": (quadratic_attributes, set()),
    "laughs.docx": (laughs, REFUSED),
    "external.docx": (external_entity, REFUSED),
    "rows.xlsx": (lambda: xlsx(b'<row r="1"><c r="A1"><v>1</v></c></row>' * 1_500_000), set()),
    "far.xlsx": (lambda: xlsx(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), set()),
    "entries.zip": (zip_of_many_entries, REFUSED),
    "maker-note.jpg": (maker_note_bomb, set()),
    "segments.jpg": (many_segments, REFUSED),
    "wide.png": (wide_png, set()),
    "loop.tif": (ifd_loop, REFUSED),
    "words.eml": (encoded_words, LIMITED),
    "addresses.eml": (many_addresses, LIMITED),
    "message-id.eml": (long_message_id, LIMITED),
    "parts.eml": (many_parts, LIMITED),
    "multiparts.eml": (nested_multiparts, LIMITED),
    "messages.eml": (nested_messages, LIMITED),
    "comments.eml": (nested_comments, set()),
    "folding.eml": (endless_folding, LIMITED),
    "headers.eml": (many_headers, LIMITED),
}
