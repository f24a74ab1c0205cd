"""Invoices with changed words and amounts as PDF, made anew in the ways invoices are drawn.

Line by line; words and amounts as two columns, each painted in one go, as templates
do; and converted from a Word document.  Nothing is left of the earlier state.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

from tests.builders import invoices
from tests.builders.invoice_kinds import KINDS
from tests.builders.invoice_kinds import lines as kind_lines
from tests.forge.office_invoices import honest, other_account, other_day, raise_total
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import soffice


def made_for(data: bytes, seed: int, day: date | None = None, rate: str = "") -> invoices.Invoice:
    return honest(data, seed, day, rate, head=b"%PDF")


def columns(made: invoices.Invoice, *, apart: bool = True) -> bytes:
    """A page whose sums are painted words first and amounts after them, or every cell as a string of its own."""
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842), invariant=1)
    cells = [
        (number, column, words)
        for number, line in enumerate(made.lines())
        for column, words in enumerate(line.split("   "))
    ]
    sums = {number for number, column, words in cells if column == 1 and words.endswith("€")}
    if apart:
        first = min(sums)
        cells.sort(key=lambda c: (min(c[0], first), c[1] if c[0] in sums else 9 * (c[0] > first), c[0]))
    for number, column, words in cells:
        page.drawString(60 + 150 * column, 780 - 18 * number, words)
    page.save()
    return out.getvalue()


def converted(made: invoices.Invoice) -> bytes:
    """The Word document as LibreOffice prints it."""
    return soffice(made.docx(), suffix=".docx", to="pdf", how="writer_pdf_Export")


@altered("pdf", question="content", expects=("LV-INV-001",), needs=("reportlab",))
def invoice_total(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total and leave the rest. An examiner adds net and tax."""
    raised, truth = raise_total(made_for(data, seed), seed)
    return Forged(raised.pdf(), truth)


@altered("pdf", question="content", expects=("LV-INV-001",), needs=("reportlab",))
def invoice_total_in_columns(data: bytes, *, seed: int = 0) -> Forged:
    """The same where words and amounts are painted apart. An examiner adds net and tax."""
    raised, truth = raise_total(made_for(data, seed), seed)
    return Forged(columns(raised, apart=seed % 2 == 0), truth)


@altered("pdf", question="content", expects=("LV-INV-001",), needs=("soffice", "docx"))
def invoice_total_converted(data: bytes, *, seed: int = 0) -> Forged:
    """The same, written in a word processor and exported. An examiner adds net and tax."""
    raised, truth = raise_total(made_for(data, seed), seed)
    return Forged(converted(raised), truth)


@altered("pdf", question="content", expects=("LV-TXT-003",), needs=("reportlab",))
def invoice_account(data: bytes, *, seed: int = 0) -> Forged:
    """Change one figure of the account. An examiner computes its check digits."""
    changed, truth = other_account(made_for(data, seed), seed)
    return Forged(columns(changed), truth)


@altered("pdf", question="content", expects=("LV-TXT-001",), needs=("reportlab",))
def invoice_weekday(data: bytes, *, seed: int = 0) -> Forged:
    """Move the day and leave its weekday. An examiner looks at a calendar."""
    moved, truth = other_day(made_for(data, seed), seed)
    return Forged(moved.pdf(), truth)


@benign("pdf", needs=("reportlab",))
def invoice_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice as it was drawn, line by line or in columns."""
    made = made_for(data, seed)
    return made.pdf() if seed % 3 == 0 else columns(made, apart=seed % 3 == 1)


@benign("pdf", needs=("soffice", "docx"))
def invoice_converted(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice written in a word processor and exported."""
    return converted(made_for(data, seed))


@benign("pdf", needs=("reportlab",))
def invoice_deposit(data: bytes, *, seed: int = 0) -> bytes:
    """A deposit and postage between the sums and the total, in columns."""
    extra = (("Acompte versé", -Decimal(100 + seed % 300)), ("Frais de port", Decimal("12.50")))
    return columns(invoices.changed(made_for(data, seed), extra=extra), apart=seed % 2 == 0)


@benign("pdf", needs=("reportlab",))
def invoice_credit(data: bytes, *, seed: int = 0) -> bytes:
    """A credit note, in columns."""
    made = made_for(data, seed)
    items = tuple(invoices.Item(i.what, -i.quantity, i.price) for i in made.items)
    return columns(invoices.changed(made, items=items, title="Avoir"))


@benign("pdf", needs=("reportlab",))
def invoice_old_rate(data: bytes, *, seed: int = 0) -> bytes:
    """The old rate some weeks after the change, for goods delivered before it."""
    return columns(made_for(data, seed, date(2014, 1, 6) + timedelta(days=seed % 60), "19.6"))


@altered("pdf", question="content", expects=("LV-INV-001",), needs=("reportlab",))
def invoice_kind(data: bytes, *, seed: int = 0) -> Forged:
    """Change the total, a line or the rate of an invoice of any kind. An examiner computes."""
    kinds = [(kind, wrong) for kind, (_, bound) in KINDS.items() for wrong in bound]
    kind, wrong = kinds[seed % len(kinds)]
    return Forged(invoices.as_pdf(kind_lines(made_for(data, seed), kind, wrong)), Truth(after=wrong))


@benign("pdf", needs=("reportlab",))
def invoice_kind_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice of any kind as it was drawn."""
    kind = [*KINDS][seed % len(KINDS)]
    return invoices.as_pdf(kind_lines(made_for(data, seed), kind))
