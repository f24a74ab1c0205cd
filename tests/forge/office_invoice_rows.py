"""Invoices with changed amounts as a workbook and as plain text, made anew."""

from __future__ import annotations

import io
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


@altered("ooxml", question="content", needs=("openpyxl",))
def invoice_sheet_numbers(data: bytes, *, seed: int = 0) -> Forged:
    """Raise a total that is a number of the sheet, without a formula. An examiner adds; no check does."""
    raised, truth = raise_total(honest(data, seed), seed)
    return Forged(workbook(raised, numbers=True), truth)


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
