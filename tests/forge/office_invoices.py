"""Recipes for invoices whose words and amounts were changed, the file being made anew.

Nothing is left of the earlier state: only what the invoice says can tell.  The
document given chooses the invoice, which is made up.
"""

from __future__ import annotations

import io
import random
import zlib
from datetime import date, datetime, timedelta
from decimal import Decimal

import docx

from tests.builders import invoices
from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply


def honest(
    data: bytes, seed: int, day: date | None = None, rate: str = "", *, head: bytes = b"PK"
) -> invoices.Invoice:
    """The invoice that belongs to a document and a seed; ``head`` is how the bytes of its format begin."""
    if not data.startswith(head):
        raise DoesNotApply("another format")
    return invoices.invoice(zlib.crc32(data) ^ seed, day, rate)


def raise_total(made: invoices.Invoice, seed: int) -> tuple[invoices.Invoice, Truth]:
    """The invoice with a larger total, and what stood there before."""
    raised = invoices.changed(made, stated_total=made.total + random.Random(seed).choice([90, 400, 8_000]))
    return raised, Truth(before=invoices.shown(made.total), after=invoices.shown(raised.total))


def other_account(made: invoices.Invoice, seed: int) -> tuple[invoices.Invoice, Truth]:
    """The invoice with one figure of its account changed."""
    places = [i for i, mark in enumerate(made.iban) if mark.isdigit() and i > 4]
    at = random.Random(seed).choice(places)
    other = made.iban[:at] + str((int(made.iban[at]) + 1 + seed % 8) % 10) + made.iban[at + 1 :]
    return invoices.changed(made, iban=other), Truth(before=made.iban, after=other)


def other_day(made: invoices.Invoice, seed: int) -> tuple[invoices.Invoice, Truth]:
    """The invoice on another day, with the weekday it had."""
    weekday = invoices.WEEKDAYS[made.day.weekday()]
    moved = made.day + timedelta(days=7 * (seed % 40) + 1 + seed % 6)
    return invoices.changed(made, day=moved, weekday=weekday), Truth(after=weekday)


def stated(data: bytes, day: date) -> bytes:
    """The same document, whose file says that it was made and saved on a day."""
    document = docx.Document(io.BytesIO(data))
    moment = datetime(day.year, day.month, day.day, 10)
    document.core_properties.created = document.core_properties.modified = moment
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@altered("ooxml", question="content", expects=("LV-INV-001",))
def invoice_total(data: bytes, *, seed: int = 0) -> Forged:
    """Raise the total of an invoice and leave the rest. An examiner adds net and tax."""
    raised, truth = raise_total(honest(data, seed), seed)
    return Forged(raised.docx(), truth)


@altered("ooxml", question="content", expects=("LV-TXT-003",))
def invoice_account(data: bytes, *, seed: int = 0) -> Forged:
    """Change one figure of the account. An examiner computes its check digits."""
    changed, truth = other_account(honest(data, seed), seed)
    return Forged(changed.docx(), truth)


@altered("ooxml", question="content", expects=("LV-TXT-001",))
def invoice_weekday(data: bytes, *, seed: int = 0) -> Forged:
    """Move the day of an invoice and leave its weekday. An examiner looks at a calendar."""
    moved, truth = other_day(honest(data, seed), seed)
    return Forged(moved.docx(), truth)


@altered("ooxml", question="content", expects=("LV-INV-002",))
def invoice_rate(data: bytes, *, seed: int = 0) -> Forged:
    """Write an invoice of 2011 to 2013 with the rate of 2014. An examiner knows since when 20 % is charged."""
    day = date(2011, 1, 3) + timedelta(days=seed * 37 % 900)
    return Forged(honest(data, seed, day, "20").docx(), Truth(after="20"))


@altered("ooxml", question="content", expects=("LV-TXT-002",))
def invoice_later_term(data: bytes, *, seed: int = 0) -> Forged:
    """Back-date an invoice whose terms name the indemnity of 2012. An examiner knows the law."""
    day = date(2006, 1, 3) + timedelta(days=seed * 37 % 1_500)
    note = "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40 €"
    return Forged(invoices.changed(honest(data, seed, day), notes=(note,)).docx(), Truth(after=note))


@altered("ooxml", question="content", expects=("LV-TXT-005",))
def invoice_later_phone(data: bytes, *, seed: int = 0) -> Forged:
    """Back-date an invoice and its file, with a number of 2005 or later at its head. An examiner knows the plan."""
    day = date(2001, 1, 8) + timedelta(days=seed * 37 % 1_200)
    lead = ("09 72", "07 52")[seed % 2]
    note = f"Tél. {lead} {10 + seed % 80} {34 + seed % 60} {56 + seed % 40}"
    made = invoices.changed(honest(data, seed, day, "19.6"), notes=(note,)).docx()
    return Forged(stated(made, day), Truth(after=note))


@benign("ooxml")
def invoice_printed_again(data: bytes, *, seed: int = 0) -> bytes:
    """An old invoice printed again by a program whose letterhead is that of today, in a file that says so."""
    day = date(2001, 1, 8) + timedelta(days=seed * 37 % 1_200)
    note = f"Tél. 09 72 {10 + seed % 80} 34 56"
    made = invoices.changed(honest(data, seed, day, "19.6"), notes=(note,)).docx()
    return stated(made, date(2017, 3, 1) + timedelta(days=seed % 300))


@altered("ooxml", question="content", expects=("LV-TXT-006",))
def invoice_hidden_letter(data: bytes, *, seed: int = 0) -> Forged:
    """Put a Cyrillic letter into a word of the terms. An examiner looks at the bytes of the letter."""
    word, letter, twin = (
        ("paiement", "a", "\u0430"),
        ("compte", "o", "\u043e"),
        ("virement", "e", "\u0435"),
    )[seed % 3]
    hidden = word.replace(letter, twin, 1)
    note = f"Le {hidden} se fait sur le compte de la banque nommée ici."
    return Forged(
        invoices.changed(honest(data, seed), notes=(note,)).docx(), Truth(before=word, after=hidden)
    )


@benign("ooxml")
def invoice_phone_of_its_day(data: bytes, *, seed: int = 0) -> bytes:
    """A letterhead with numbers that could be had on the day, and one written for calls from abroad."""
    day = date(2001, 1, 8) + timedelta(days=seed * 37 % 1_200)
    notes = (f"Tél. 01 42 {10 + seed % 80} 34 56", f"Tel. +33 1 42 {10 + seed % 80} 34 57")
    return invoices.changed(honest(data, seed, day, "19.6"), notes=notes).docx()


@benign("ooxml")
def invoice_plain(data: bytes, *, seed: int = 0) -> bytes:
    """An invoice as it was written."""
    return honest(data, seed).docx()


@benign("ooxml")
def invoice_deposit(data: bytes, *, seed: int = 0) -> bytes:
    """A deposit taken off the total."""
    paid = -Decimal(100 + seed % 300)
    return invoices.changed(honest(data, seed), extra=(("Acompte versé", paid),)).docx()


@benign("ooxml")
def invoice_postage(data: bytes, *, seed: int = 0) -> bytes:
    """Postage added below the tax."""
    return invoices.changed(honest(data, seed), extra=(("Frais de port", Decimal("12.50")),)).docx()


@benign("ooxml")
def invoice_credit(data: bytes, *, seed: int = 0) -> bytes:
    """A credit note."""
    made = honest(data, seed)
    items = tuple(invoices.Item(i.what, -i.quantity, i.price) for i in made.items)
    return invoices.changed(made, items=items, title="Avoir").docx()


@benign("ooxml")
def invoice_old_rate(data: bytes, *, seed: int = 0) -> bytes:
    """The old rate some weeks after the change, for goods delivered before it."""
    return honest(data, seed, date(2014, 1, 6) + timedelta(days=seed % 60), "19.6").docx()


@benign("ooxml")
def invoice_fine_prices(data: bytes, *, seed: int = 0) -> bytes:
    """Prices with four decimals, each line rounded."""
    made = honest(data, seed)
    items = tuple(invoices.Item(i.what, i.quantity * 100, i.price / 100) for i in made.items)
    return invoices.changed(made, items=items).docx()
