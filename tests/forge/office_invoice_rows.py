"""Invoices with changed amounts as a workbook and as plain text, made anew."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

from tests.builders import invoices
from tests.forge.office_invoices import honest, other_account, raise_total
from tests.forge.recipe import Forged, altered, benign
from tests.forge.tools import DoesNotApply


def workbook(made: invoices.Invoice, *, numbers: bool = False) -> bytes:
    """A sheet with a cell for each word or amount; amounts as text as exports have them, or as numbers."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in made.lines():
        sheet.append([_number(cell) if numbers else cell for cell in line.split("   ")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(made: invoices.Invoice) -> bytes:
    """A sheet of OpenDocument whose amounts are numbers."""
    from xml.sax.saxutils import escape

    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    rows = []
    for line in made.lines():
        cells = []
        for words in line.split("   "):
            number = _number(words)
            kind = (
                f'office:value-type="float" office:value="{number}"'
                if isinstance(number, float)
                else ('office:value-type="string"')
            )
            said = f"{number:g}" if isinstance(number, float) and number == int(number) else str(number)
            cells.append(f"<table:table-cell {kind}><text:p>{escape(said)}</text:p></table:table-cell>")
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    content = (
        f'<office:document-content xmlns:office="{ns}office:1.0" xmlns:text="{ns}text:1.0" '
        f'xmlns:table="{ns}table:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Facture">{"".join(rows)}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{ns}manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (("mimetype", kind), ("content.xml", content), ("META-INF/manifest.xml", manifest)):
            archive.writestr(zipfile.ZipInfo(name, (2017, 5, 3, 9, 0, 0)), data)
    return out.getvalue()


def _number(cell: str) -> str | float:
    plain = cell.replace("\u00a0", "").removesuffix(" €").replace(",", ".")
    return float(plain) if plain.replace(".", "", 1).replace("-", "", 1).isdigit() else cell


def _of_text(data: bytes, seed: int) -> invoices.Invoice:
    if b"\x00" in data:
        raise DoesNotApply("no text")
    return honest(data, seed, head=b"")


@altered("ooxml", question="content", expects=("LV-INV-001",), needs=("openpyxl",))
def invoice_sheet_total(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total in a sheet whose amounts are text. An examiner adds net and tax."""
    raised, truth = raise_total(honest(data, seed), seed)
    return Forged(workbook(raised), truth)


@altered("ooxml", question="content", expects=("LV-INV-001",), needs=("openpyxl",))
def invoice_sheet_numbers(data: bytes, *, seed: int = 0) -> Forged:
    """Raise a total that is a number of the sheet, without a formula. An examiner adds net and tax."""
    raised, truth = raise_total(honest(data, seed), seed)
    return Forged(workbook(raised, numbers=True), truth)


@altered("odf", question="content", expects=("LV-INV-001",))
def invoice_ods_total(data: bytes, *, seed: int = 0) -> Forged:
    """The same in a sheet of OpenDocument. An examiner adds net and tax."""
    raised, truth = raise_total(honest(data, seed), seed)
    return Forged(ods(raised), truth)


@altered("text", question="content", expects=("LV-INV-001",))
def invoice_text_total(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total in a plain text. An examiner adds net and tax."""
    raised, truth = raise_total(_of_text(data, seed), seed)
    return Forged(raised.text(), truth)


@altered("text", question="content", expects=("LV-TXT-003",))
def invoice_text_account(data: bytes, *, seed: int = 0) -> Forged:
    """Change one figure of the account in a plain text. An examiner computes its check digits."""
    changed, truth = other_account(_of_text(data, seed), seed)
    return Forged(changed.text(), truth)


@benign("ooxml", needs=("openpyxl",))
def invoice_sheet_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice as a sheet, amounts as text or as numbers, sometimes with postage."""
    made = honest(data, seed)
    if seed % 2:
        made = invoices.changed(made, extra=(("Frais de port", Decimal("12.50")),))
    return workbook(made, numbers=seed % 3 == 0)


@benign("text")
def invoice_text_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice as plain text."""
    return _of_text(data, seed).text()


@benign("odf")
def invoice_ods_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice as a sheet of OpenDocument."""
    return ods(honest(data, seed))
