"""The kinds of invoices whose sums have something between them, as an accounting program prints them.

Each kind takes an honest invoice and says its lines; ``wrong`` names what is changed afterwards, so that it no
longer follows from the rest: ``total``, ``item`` (the total of one line) or ``rate``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from tests.builders.invoices import Invoice, Item, shown

_CENT = Decimal("0.01")
Lines = Callable[[Invoice, str], list[str]]


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _items(made: Invoice, wrong: str, rates: tuple[Decimal, ...] = ()) -> list[str]:
    """The lines of items, the first with another total than its product where that is what is wrong."""
    lines = ["Désignation   Quantité   Prix unitaire HT   Total HT"]
    for at, item in enumerate(made.items):
        total = item.total + (900 if wrong == "item" and at == 0 else 0)
        rate = f"   {shown(rates[at % len(rates)])} %" if rates else ""
        lines.append(f"{item.what}   {item.quantity}   {shown(item.price)}{rate}   {shown(total)}")
    return lines


def _raised(amount: Decimal, wrong: str) -> str:
    return shown(amount + (8_000 if wrong == "total" else 0)) + " €"


def two_rates(made: Invoice, wrong: str = "") -> list[str]:
    """Items at two rates, with a base and a tax for each."""
    rates = (made.rate, Decimal("5.5"))
    bases = [sum((i.total for i in made.items[at::2]), Decimal(0)) for at in (0, 1)]
    taxes = [_round(base * rate / 100) for base, rate in zip(bases, rates, strict=True)]
    named = (Decimal(7) if wrong == "rate" else rates[0], rates[1])
    return [
        *_items(made, wrong, rates),
        f"Total HT   {shown(made.net)} €",
        *(
            f"TVA {shown(rate)} %   {shown(base)} €   {shown(tax)} €"
            for rate, base, tax in zip(named, bases, taxes, strict=True)
            if base
        ),
        f"Total TTC   {_raised(made.net + sum(taxes), wrong)}",
    ]


def _closing(net: Decimal, made: Invoice, wrong: str) -> list[str]:
    tax = _round(net * made.rate / 100)
    named = Decimal("5.5") if wrong == "rate" else made.rate
    return [
        f"TVA {shown(named)} %   {shown(tax)} €",
        f"Total TTC   {_raised(net + tax, wrong)}",
    ]


def discount(made: Invoice, wrong: str = "") -> list[str]:
    """A tenth taken off the sum of the items before tax."""
    less = _round(made.net / 10)
    return [
        *_items(made, wrong),
        f"Total brut HT   {shown(made.net)} €",
        f"Remise 10 %   -{shown(less)} €",
        f"Net HT   {shown(made.net - less)} €",
        *_closing(made.net - less, made, wrong),
    ]


def deposit(made: Invoice, wrong: str = "") -> list[str]:
    """What was paid in advance taken off the total."""
    paid = Decimal(137)
    return [
        *_items(made, wrong),
        f"Total HT   {shown(made.net)} €",
        *_closing(made.net, made, wrong),
        f"Acompte versé   -{shown(paid)} €",
        f"Reste à payer   {shown(made.net + made.tax - paid)} €",
    ]


def credit(made: Invoice, wrong: str = "") -> list[str]:
    """A credit note: the same with a minus."""
    turned = tuple(Item(i.what, -i.quantity, i.price) for i in made.items)
    net = -made.net
    lines = _items(Invoice(made.number, made.day, turned, made.rate, made.siren, made.iban), wrong)
    return [*lines, f"Total HT   {shown(net)} €", *_closing(net, made, wrong)]


def by_line(made: Invoice, wrong: str = "") -> list[str]:
    """The tax rounded on each line, so that the sum is some cents from the tax on the whole."""
    tax = sum((_round(i.total * made.rate / 100) for i in made.items), Decimal(0))
    named = Decimal("5.5") if wrong == "rate" else made.rate
    return [
        *_items(made, wrong),
        f"Total HT   {shown(made.net)} €",
        f"TVA {shown(named)} %   {shown(tax)} €",
        f"Total TTC   {_raised(made.net + tax, wrong)}",
    ]


def reverse_charge(made: Invoice, wrong: str = "") -> list[str]:
    """Tax owed by the customer."""
    return [
        *_items(made, wrong),
        f"Total HT   {shown(made.net)} €",
        "Autoliquidation de la TVA, article 283-2 du CGI",
        f"Net à payer   {_raised(made.net, wrong)}",
    ]


def small_business(made: Invoice, wrong: str = "") -> list[str]:
    """No tax at all, as small businesses have it: one total."""
    return [
        *_items(made, wrong),
        f"Total   {_raised(made.net, wrong)}",
        "TVA non applicable, art. 293 B du CGI",
    ]


#: kind -> its lines, and what a change of is bound to be seen
KINDS: dict[str, tuple[Lines, tuple[str, ...]]] = {
    "two_rates": (two_rates, ("total", "item", "rate")),
    "discount": (discount, ("total", "item", "rate")),
    "deposit": (deposit, ("total", "item", "rate")),
    "credit": (credit, ("total", "item")),
    "by_line": (by_line, ("total", "item", "rate")),
    "reverse_charge": (reverse_charge, ("total", "item")),
    "small_business": (small_business, ("total", "item")),
}


def lines(made: Invoice, kind: str, wrong: str = "") -> list[str]:
    """The whole invoice of a kind, as lines of text."""
    plain = made.lines()
    title = "Avoir" if kind == "credit" else made.title
    return [plain[0], f"{title} n° {made.number}", plain[2], *KINDS[kind][0](made, wrong), *plain[-2:]]
