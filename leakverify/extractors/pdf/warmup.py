"""A tiny PDF of four revisions, one of them signed, that makes every reader load what it needs."""

from __future__ import annotations

import zlib

from leakverify.extractors.pdf.signature_sample import signed

_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="sample">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2017-05-05T20:47:00Z"/></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
)


def sample() -> bytes:
    """Table first, then an update with object stream and cross-reference stream, and other text."""
    first = b"BT /F1 12 Tf 72 720 Td (The amount is 1200) Tj ET"
    second = b"BT /F1 12 Tf 72 720 Td (The amount is 2100) Tj ET"
    xmp = _XMP.encode()
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R/AcroForm<</Fields[7 0 R]>>"
        b"/Names<</EmbeddedFiles<</Names[(note.txt)8 0 R]>>>>>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[7 0 R]"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        4: _stream(b"", first),
        5: b"<</Producer(sample)/Title<FEFF00E9>/CreationDate(D:20170505204700+02'00')>>",
        6: _stream(b"/Type/Metadata/Subtype/XML", xmp),
        7: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(A)/Rect[72 600 200 620]/P 3 0 R>>",
        8: b"<</Type/Filespec/F(note.txt)/EF<</F 9 0 R>>>>",
        9: _stream(b"/Type/EmbeddedFile/Filter/FlateDecode", zlib.compress(b"note")),
    }
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    table = bytearray(b"xref\n0 10\n0000000000 65535 f \n")
    for number, body in objects.items():
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += (
        table + b"trailer\n<</Size 10/Root 1 0 R/Info 5 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n" % start
    )
    places = {4: len(out)}
    out += b"4 0 obj\n%s\nendobj\n" % _stream(b"", second)
    places[10] = len(out)
    inner = b"5 0 <</Producer(sample)/ModDate(D:20170506)>>"
    packed = zlib.compress(inner)
    out += b"10 0 obj\n%s\nendobj\n" % _stream(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", packed)
    places[11] = len(out)
    rows = [(1, places[4], 0), (2, 10, 0), (1, places[10], 0), (1, places[11], 0)]
    raw = b"".join(b"\x02" + bytes([kind]) + at.to_bytes(3, "big") + bytes([more]) for kind, at, more in rows)
    body = zlib.compress(_up(raw, 6))
    out += b"11 0 obj\n%s\nendobj\n" % _stream(
        b"/Type/XRef/W[1 3 1]/Index[4 2 10 2]/Size 12/Root 1 0 R/Info 5 0 R/ID[<00><01>]/Prev %d"
        b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 5>>" % start,
        body,
    )
    whole = bytes(out + b"startxref\n%d\n%%%%EOF\n" % places[11])
    return signed(whole, objects[1].replace(b"[7 0 R]", b"[7 0 R 12 0 R]"), places[11])


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def _up(raw: bytes, row: int) -> bytes:
    """PNG "up" prediction, as nearly all cross-reference streams have it."""
    out = bytearray(raw[:row])
    for at in range(row, len(raw), row):
        out.append(raw[at])
        out += bytes((raw[at + i] - raw[at - row + i]) & 255 for i in range(1, row))
    return bytes(out)
