"""Small Office files and lists that are expensive to read: far cells, endless formulas, circular chains, deep groups."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

from leakverify.extractors.ole.warmup import compound
from tests.builders import office, ole
from tests.builders.odf import odt
from tests.hostile.builders import docx


def xlsx(rows: bytes) -> bytes:
    """A workbook whose one sheet has these rows."""
    parts = office.xlsx_parts(sheets={"Feuil1": "ROWS"})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            data = part if isinstance(part, bytes) else (office.DECLARATION + part).encode()
            archive.writestr(name, data.replace(b"ROWS", rows))
    return out.getvalue()


def parts_of_package() -> bytes:
    """A package of more parts than anybody writes."""
    return docx(b"<w:p/>", {f"p{n}": b"" for n in range(40_000)})


def formulas_over_everything() -> bytes:
    """Sums over the whole sheet."""
    cells = b"".join(
        b'<row r="%d"><c r="B%d"><f>SUM(A1:XFD1048576)*SUM(A:XFD)</f><v>0</v></c></row>' % (n, n)
        for n in range(1, 8_000)
    )
    return xlsx(cells)


def growing_sums() -> bytes:
    """Row n sums rows 1 to n: quadratic when each is added up by itself."""
    return xlsx(
        b"".join(
            b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><f>SUM(A1:A%d)</f><v>%d</v></c></row>'
            % (n, n, n, n, n)
            for n in range(1, 20_000)
        )
    )


def long_chain() -> bytes:
    """Every cell needs the one before."""
    return xlsx(
        b"".join(
            b'<row r="%d"><c r="A%d"><f>A%d+1</f><v>%d</v></c></row>' % (n, n, n - 1, n)
            for n in range(40_000, 1, -1)
        )
    )


def circle_of_cells() -> bytes:
    """Cells that need each other."""
    return xlsx(
        b'<row r="1"><c r="A1"><f>B1+1</f><v>1</v></c><c r="B1"><f>A1+1</f><v>2</v></c>'
        b'<c r="C1"><f>SUM(A1:D1)</f><v>3</v></c></row>'
    )


def deep_formula() -> bytes:
    """Brackets in brackets, and a product of many factors."""
    return xlsx(
        b'<row r="1"><c r="A1"><f>%s1%s</f><v>1</v></c><c r="B1"><f>1%s</f><v>1</v></c></row>'
        % (b"(" * 200_000, b")" * 200_000, b"^9" * 200_000)
    )


def great_powers() -> bytes:
    """Numbers that have millions of digits when they are not kept as floats, and texts that grow."""
    return xlsx(
        b"".join(
            b'<row r="%d"><c r="A%d"><f>%s</f><v>1</v></c></row>' % (n, n, formula)
            for n, formula in enumerate(
                (
                    b"9^9^9^9",
                    b"10^1000000",
                    b"FACT(1E+9)",
                    b'REPT("a",1E+9)',
                    b"1E+308*10",
                    b"POWER(9,99999999)",
                ),
                1,
            )
        )
    )


def growing_text() -> bytes:
    """Each cell joins the one before with itself."""
    rows = b'<row r="1"><c r="A1" t="str"><f>"aaaaaaaaaa"</f><v>aaaaaaaaaa</v></c></row>'
    for n in range(2, 60):
        rows += b'<row r="%d"><c r="A%d" t="str"><f>A%d&amp;A%d</f><v>a</v></c></row>' % (n, n, n - 1, n - 1)
    return xlsx(rows)


def shared_formula_everywhere() -> bytes:
    """One shared formula whose range is the whole sheet, and many members far apart."""
    rows = b'<row r="1"><c r="A1"><f t="shared" ref="A1:XFD1048576" si="0">B1*2</f><v>0</v></c></row>'
    rows += b"".join(
        b'<row r="%d"><c r="XFD%d"><f t="shared" si="0"/><v>0</v></c></row>' % (n, n)
        for n in range(2, 1_048_577, 40)
    )
    return xlsx(rows)


def sector_loop() -> bytes:
    """A chain of sectors that comes back to its beginning."""
    data = bytearray(ole.word("a" * 60_000 + "\r"))
    start = 512
    table = list(struct.unpack_from("<128I", data, start))
    longest = next(n for n, after in enumerate(table) if after == n + 1 and table[n + 1] == n + 2)
    struct.pack_into("<I", data, start + 4 * (longest + 2), longest)
    return bytes(data)


def directory_circle() -> bytes:
    """Entries of the directory that are each other's siblings and children."""
    data = bytearray(compound({f"s{n}": b"x" for n in range(40)}))
    first = struct.unpack_from("<I", data, 0x30)[0]
    at = 512 + first * 512
    for n in range(41):
        struct.pack_into(
            "<III", data, at + 128 * n + 68, (n * 7 + 3) % 41, (n * 11 + 5) % 41, (n * 13 + 1) % 41
        )
    return bytes(data)


def table_of_tables_loop() -> bytes:
    """The chain of tables of the allocation table leads to itself."""
    data = bytearray(compound({"Workbook": bytes(9_000)}))
    struct.pack_into("<II", data, 0x44, 1, 0xFFFF)
    return bytes(data)


def endless_properties() -> bytes:
    """A property section that claims four thousand million properties."""
    summary = bytearray(ole.summary())
    struct.pack_into("<I", summary, struct.unpack_from("<I", summary, 44)[0] + 4, 0xFFFFFFFF)
    return compound({"\x05SummaryInformation": bytes(summary), "WordDocument": bytes(4096)})


def overlapping_pieces() -> bytes:
    """A Word document whose pieces all are the same long text."""
    data = bytearray(ole.word("a" * 30_000 + "\r"))
    # the piece table ends with one piece; a document may claim that it holds as many as its length allows
    place = data.index(b"\x02" + struct.pack("<I", 16))
    struct.pack_into("<I", data, place + 1, 0x0FFFFFF0)
    return bytes(data)


def workbook_of_records() -> bytes:
    """A stream of nothing but tiny records, and a table of strings that claims more than there are."""
    records = ole.record(0x809, struct.pack("<4HII", 0x600, 5, 0x1FAF, 0x7CD, 0, 6))
    records += ole.record(0xFC, struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF) + b"\x01\0\0a")
    return compound({"Workbook": records + ole.record(0x3C, b"") * 1_500_000})


def deep_groups() -> bytes:
    return b"{\\rtf1" + b"{" * 2_000_000 + b"}" * 2_000_000 + b"}"


def groups_of_many_kinds() -> bytes:
    """Destinations, binary runs and skips that claim more than there is."""
    return (
        b"{\\rtf1{\\fonttbl" + b"".join(b"{\\f%d A;}" % n for n in range(100_000)) + b"}"
        + b"\\uc999999999\\u-1" + b"\\bin4294967295 x" + b"{\\*\\objdata " + b"00" * 2_000_000 + b"}}"
    )  # fmt: skip


def words_without_end() -> bytes:
    return b"{\\rtf1" + b"\\" + b"a" * 3_000_000 + b"\\b" + b"1" * 3_000_000 + b"}"


def repeated_cells() -> bytes:
    """A table whose cells are repeated to the end of the sheet, in every row."""
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    return odt(f"<table:table>{row * 2_000}</table:table>", kind="spreadsheet")


def repeated_spaces() -> bytes:
    """One blank, repeated a thousand million times."""
    return odt('<text:p><text:s text:c="999999999"/></text:p>' * 2_000)


def content_of_zeros() -> bytes:
    """A part that is not there in full: a thousand times its size when unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr("content.xml", b"<a>" + bytes(300 << 20))
        archive.writestr("META-INF/manifest.xml", b"<m/>")
    return out.getvalue()


def one_row() -> bytes:
    return b"a,b,c\n" + b"1," * 4_000_000


def open_quotation_marks() -> bytes:
    return b'"a";"b"\n' + b'"' * 2_000_001 + b";\n" + b'"x";"y"\n' * 100_000


def digits_without_end() -> bytes:
    """Cells that look like a number, a date or a telephone up to their last character."""
    cell = b"1" * 20_000 + b"x"
    return (
        b"a;b;c\n"
        + b";".join((cell, b"+" + b"1 2-" * 5_000 + b"x", b"2020-" * 4_000))
        + b"\n"
        + b"1;2;3\n" * 50
    )


FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "package-of-parts.docx": (parts_of_package, set()),
    "everything.xlsx": (formulas_over_everything, set()),
    "growing-sums.xlsx": (growing_sums, set()),
    "chain.xlsx": (long_chain, set()),
    "circle.xlsx": (circle_of_cells, set()),
    "deep-formula.xlsx": (deep_formula, set()),
    "powers.xlsx": (great_powers, set()),
    "growing-text.xlsx": (growing_text, set()),
    "shared-formula.xlsx": (shared_formula_everywhere, set()),
    "sector-loop.doc": (sector_loop, set()),
    "directory-circle.doc": (directory_circle, {"malformed"}),
    "tables-loop.xls": (table_of_tables_loop, {"malformed"}),
    "properties.doc": (endless_properties, {"malformed"}),
    "pieces.doc": (overlapping_pieces, set()),
    "records.xls": (workbook_of_records, set()),
    "groups.rtf": (deep_groups, {"limit-depth"}),
    "kinds.rtf": (groups_of_many_kinds, set()),
    "words.rtf": (words_without_end, set()),
    "repeated.ods": (repeated_cells, set()),
    "spaces.odt": (repeated_spaces, set()),
    "zeros.odt": (content_of_zeros, {"limit-inflate"}),
    "row.csv": (one_row, set()),
    "quotes.csv": (open_quotation_marks, set()),
    "digits.csv": (digits_without_end, set()),
}
