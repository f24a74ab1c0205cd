"""Invoices between whose sums something stands: several rates, discounts, deposits, credit notes, no tax at all.

As a Word document of paragraphs or of tables, and as a PDF.  What is changed no longer follows from the rest.
"""

from __future__ import annotations

from tests.builders import invoice_kinds, invoices
from tests.builders.invoice_kinds import KINDS
from tests.forge.office_invoices import honest
from tests.forge.recipe import Forged, Truth, altered, benign


def _made(data: bytes, seed: int, wrong: str) -> tuple[list[str], Truth]:
    """The lines of an invoice of the kind that belongs to a seed, and what was changed in it."""
    kinds = sorted(kind for kind, (_, bound) in KINDS.items() if not wrong or wrong in bound)
    kind, invoice = kinds[seed % len(kinds)], honest(data, seed)
    before, after = invoice_kinds.lines(invoice, kind), invoice_kinds.lines(invoice, kind, wrong)
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    truth = Truth(before=changed[0][0], after=changed[0][1]) if changed else Truth()
    return after, truth


def _docx(lines: list[str], seed: int) -> bytes:
    return invoices.as_docx(lines, table=seed // len(KINDS) % 2 == 1)


@altered("ooxml", question="content", expects=("LV-INV-001",))
def invoice_kind_total(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total of an invoice of any kind. An examiner adds what is above it."""
    lines, truth = _made(data, seed, "total")
    return Forged(_docx(lines, seed), truth)


@altered("ooxml", question="content", expects=("LV-INV-001",))
def invoice_kind_item(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total of one line. An examiner multiplies quantity and price."""
    lines, truth = _made(data, seed, "item")
    return Forged(_docx(lines, seed), truth)


@altered("ooxml", question="content", expects=("LV-INV-001",))
def invoice_kind_rate(data: bytes, *, seed: int = 0) -> Forged:
    """Write another rate and leave the tax. An examiner applies the rate to its base."""
    lines, truth = _made(data, seed, "rate")
    return Forged(_docx(lines, seed), truth)


@benign("ooxml")
def invoice_kind_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice of any kind as it was written."""
    return _docx(_made(data, seed, "")[0], seed)


@altered("ooxml", question="content", expects=("LV-INV-001",))
def invoice_words(data: bytes, *, seed: int = 0) -> Forged:
    """Raise every figure of the total and leave the sum in words. An examiner reads it."""
    made = honest(data, seed)
    lines = made.lines()
    said = invoices.in_words(int(made.net + made.tax) + 1_000)
    closing = f"Arrêtée la présente facture à la somme de {said} euros"
    return Forged(invoices.as_docx([*lines[:-2], closing, *lines[-2:]]), Truth(after=said))


@altered("ooxml", question="content", expects=("LV-TXT-009",))
def contract_words(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the figures of a price and leave its words. An examiner reads both."""
    price, line = _price(data, seed, 9_000)
    return Forged(invoices.as_docx([line]), Truth(before=str(price), after=str(price + 9_000)))


@altered("ooxml", question="content", expects=("LV-TXT-003",))
def invoice_vat_number(data: bytes, *, seed: int = 0) -> Forged:
    """Give an invoice the VAT number of another company. An examiner looks for the SIREN inside."""
    made, other = honest(data, seed), honest(data, seed + 1)
    lines = [*made.lines()[:-2], made.lines()[-2].partition("   ")[0], *other.lines()[-2].split("   ")[1:]]
    return Forged(invoices.as_docx([*lines, made.lines()[-1]]), Truth(after=lines[-1]))


@benign("ooxml")
def invoice_words_plain(data: bytes, *, seed: int = 0) -> bytes:
    """The sum in words below the total, with or without its cents."""
    made = honest(data, seed)
    total = made.net + made.tax
    whole, cents = int(total), int(total * 100) % 100
    said = invoices.in_words(whole) + " euros"
    if seed % 2 and cents:
        said += f" et {invoices.in_words(cents)} centimes"
    lines = made.lines()
    closing = f"Arrêtée la présente facture à la somme de {said}"
    return invoices.as_docx([*lines[:-2], closing, *lines[-2:]])


@benign("ooxml")
def contract_words_plain(data: bytes, *, seed: int = 0) -> bytes:
    """A price in words and in figures."""
    return invoices.as_docx([_price(data, seed, 0)[1]])


def _price(data: bytes, seed: int, raised: int) -> tuple[int, str]:
    price = int(honest(data, seed).net)
    figures = f"{price + raised:,}".replace(",", "\u00a0")
    line = (
        f"Le prix est fixé à la somme de {invoices.in_words(price)} euros ({figures} €), payable au comptant."
    )
    return price, line
