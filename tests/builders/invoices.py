"""Invoices of made-up companies, with the sums an accounting program would print.

Every amount is computed, so that changing one breaks what hangs on it.  Account and
company numbers have right check digits.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip
_GOODS = (
    "Location de salle", "Impression d'affiches A2", "Sonorisation", "Transport de matériel", "Captation vidéo",
    "Prestation de conseil", "Restauration", "Hébergement web", "Badges imprimés", "Location de véhicule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    what: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        return (self.quantity * self.price).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Invoice:
    """A French invoice; ``extra`` are lines between the sums and the total, with what they add to it."""

    number: str
    day: date
    items: tuple[Item, ...]
    rate: Decimal
    siren: str
    iban: str
    title: str = "Facture"
    weekday: str = ""
    extra: tuple[tuple[str, Decimal], ...] = ()
    notes: tuple[str, ...] = ()
    stated_total: Decimal | None = None

    @property
    def net(self) -> Decimal:
        return sum((item.total for item in self.items), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return (self.net * self.rate / 100).quantize(_CENT, ROUND_HALF_UP)

    @property
    def total(self) -> Decimal:
        added = sum((amount for _, amount in self.extra), Decimal(0))
        return self.net + self.tax + added if self.stated_total is None else self.stated_total

    def lines(self) -> list[str]:
        """The invoice as lines of text."""
        weekday = self.weekday or WEEKDAYS[self.day.weekday()]
        vat = f"FR{(12 + 3 * (int(self.siren) % 97)) % 97:02} {self.siren}"
        return [
            "Société Exemple Services SARL au capital de 10 000,00 €",
            f"{self.title} n° {self.number}",
            f"Paris, le {weekday} {self.day.day} {_MONTHS[self.day.month - 1]} {self.day.year}",
            "Désignation   Quantité   Prix unitaire HT   Total HT",
            *(f"{i.what}   {i.quantity}   {shown(i.price)}   {shown(i.total)}" for i in self.items),
            f"Total HT   {shown(self.net)} €",
            f"TVA {shown(self.rate)} %   {shown(self.tax)} €",
            *(f"{name}   {shown(amount)} €" for name, amount in self.extra),
            f"Total TTC   {shown(self.total)} €",
            *self.notes,
            f"SIREN {self.siren}   N° TVA intracommunautaire {vat}",
            f"IBAN : {self.iban}",
        ]

    def docx(self) -> bytes:
        return as_docx(self.lines())

    def pdf(self) -> bytes:
        return as_pdf(self.lines())

    def text(self) -> bytes:
        return "\n".join([*self.lines(), ""]).encode()


def as_docx(lines: Sequence[str], *, table: bool = False) -> bytes:
    """A document of python-docx, one paragraph a line; ``table``: lines of several cells are rows of a table."""
    import docx

    document = docx.Document()
    for line in lines:
        cells = line.split("   ")
        if table and len(cells) > 1:
            row = document.add_table(1, len(cells)).rows[0]
            for cell, words in zip(row.cells, cells, strict=True):
                cell.text = words
        else:
            document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(lines: Sequence[str]) -> bytes:
    """A page of ReportLab."""
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842), invariant=1)
    for number, line in enumerate(lines):
        page.drawString(60, 780 - 18 * number, line)
    page.save()
    return out.getvalue()


def shown(amount: Decimal) -> str:
    """As written in France: a no-break space between thousands, a comma before the decimals."""
    places = max(2, -int(amount.as_tuple().exponent))
    return f"{amount:,.{places}f}".replace(",", "\u00a0").replace(".", ",")


def iban(dice: random.Random) -> str:
    """A French account number whose check digits hold, in groups of four."""
    account = "".join(str(dice.randrange(10)) for _ in range(21))
    key = 97 - int(account) * 100 % 97
    body = account + f"{key:02}"
    check = 98 - int(body + "152700") % 97
    plain = f"FR{check:02}{body}"
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def siren(dice: random.Random) -> str:
    """Eight figures and the one that makes Luhn's sum a multiple of ten."""
    digits = [dice.randrange(10) for _ in range(8)]
    doubled = sum(d if i % 2 == 0 else (2 * d if d < 5 else 2 * d - 9) for i, d in enumerate(digits))
    return "".join(map(str, digits)) + str(-doubled % 10)


def invoice(seed: int, day: date | None = None, rate: str = "") -> Invoice:
    """An honest invoice with its own numbers; the rate is that of its day unless one is given."""
    dice = random.Random(seed)
    chosen = day or date(2009, 1, 5) + timedelta(days=dice.randrange(3_000))
    if not rate:
        rate = "20" if chosen >= date(2014, 1, 1) else "19.6"
    items = tuple(
        Item(what, dice.randrange(1, 40), Decimal(dice.randrange(500, 90_000)) / 100)
        for what in dice.sample(_GOODS, dice.randrange(1, 6))
    )
    number = f"F-{chosen.year}-{dice.randrange(100, 9_999)}"
    return Invoice(number, chosen, items, Decimal(rate), siren(dice), iban(dice))


def changed(made: Invoice, **fields: object) -> Invoice:
    """A copy with other fields."""
    return replace(made, **fields)  # type: ignore[arg-type]


_ONES = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf"
).split()
_TENS = ("", "", "vingt", "trente", "quarante", "cinquante", "soixante")


def in_words(number: int) -> str:
    """A number below a thousand million as it is spelled in France."""
    if number < 20:
        return _ONES[number]
    if number < 70:
        ten, one = divmod(number, 10)
        return _TENS[ten] + ("" if not one else " et un" if one == 1 else f"-{_ONES[one]}")
    if number < 80:
        return "soixante et onze" if number == 71 else f"soixante-{_ONES[number - 60]}"
    if number < 100:
        return "quatre-vingts" if number == 80 else f"quatre-vingt-{_ONES[number - 80]}"
    for size, name in ((10**6, "million"), (1_000, "mille"), (100, "cent")):
        if number >= size:
            many, rest = divmod(number, size)
            head = name if many == 1 and size < 10**6 else f"{in_words(many)} {name}"
            if many > 1 and (size == 10**6 or (size == 100 and not rest)):
                head += "s"
            return head + (f" {in_words(rest)}" if rest else "")
    raise AssertionError("every number from 100 has a size")
