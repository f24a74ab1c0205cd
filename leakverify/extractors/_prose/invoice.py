"""Amounts of an invoice, and the relations between them.

Lines are believed for what they say of themselves: an amount counts as net, tax
or gross when a word for it stands on its line.  A relation is broken only when
nothing named on the page can stand between the amounts: where the difference is
itself an amount of the page, a discount or a deposit explains it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from leakverify.extractors._prose.amounts import UNIT, Amount, amounts, shown

_CENT = UNIT // 100
_KIND = (
    ("credit", re.compile(r"\b(?:avoir|credit note|gutschrift|nota de cr[ée]dit|nota di credito"
                          r"|creditnota)\b", re.IGNORECASE)),
    ("deposit", re.compile(r"\bfacture d['’]acompte|deposit invoice|prepayment invoice|anzahlungsrechnung"
                           r"|abschlagsrechnung|teilrechnung\b", re.IGNORECASE)),
    ("quote", re.compile(r"\b(?:devis|quotation|angebot|pro ?forma)\b", re.IGNORECASE)),
    ("invoice", re.compile(r"\b(?:facture|invoice|rechnung|factura|fattura|factuur"
                           r"|fatura)\b", re.IGNORECASE)),
)  # fmt: skip
_LABELS = (
    ("gross", re.compile(
        r"total (?:g[ée]n[ée]ral )?t\.?t\.?c|montant (?:total )?t\.?t\.?c|net [àa] payer|total [àa] payer"
        r"|(?:somme|reste|solde) [àa] payer|total (?:amount )?(?:due|payable|incl)|amount due|due payable"
        r"|balance due|grand total|invoice total|total inc|brutto(?:betrag|summe)?\b|gesamtbetrag(?! der)"
        r"|endbetrag|rechnungsbetrag|zahlbetrag|zu zahlen|total factura|totale fattura|te betalen"
        r"|inclusief btw|incl\.? btw|inkl\.? (?:mwst|ust)",
        re.IGNORECASE)),
    ("net", re.compile(
        r"total (?:g[ée]n[ée]ral )?(?:net )?h\.?\s?t\b|montant (?:total )?(?:net )?h\.?t\b|net h\.?t\b"
        r"|sous[- ]total|base h\.?t|total hors taxes?"
        r"|sub-?total|total (?:excl|ex\.? vat|before tax|net)|net (?:amount|total)|netto(?:betrag|summe)?\b"
        r"|zwischensumme|base imponible|imponibile|subtotaal|untaxed amount|exclusief btw|excl\.? btw"
        r"|ohne\s(?:ust|mwst|umsatz|mehrwert)|(?:hors|sans) tva",
        re.IGNORECASE)),
    ("tax", re.compile(r"\btotal taxes\b|\btax total\b|\bsteuerbetrag\b|\bt\.?v\.?a\b|\bvat\b|\bsales tax\b"
                       r"|\btotal tax\b|^\s*tax\s*(?=[:(\d$€£]|$)|\bmwst|\bust\b|umsatzsteuer"
                       r"|mehrwertsteuer|\biva\b|\bbtw\b", re.IGNORECASE)),
)  # fmt: skip
_ADJUSTMENTS = {
    "discount": r"remise|rabais|ristourne|escompte|discount|rebate|rabatt|skonto|nachlass|descuento|sconto"
    r"|korting",
    "deposit": r"acompte|d[ée]j[àa] (?:r[ée]gl[ée]|pay[ée]|vers[ée])|deposit|prepaid|already paid"
    r"|payments? received|anzahlung|vorauszahlung|abschlag|anticip",
    "shipping": r"frais de port|\bport\b|livraison|shipping|delivery|freight|versand|fracht|transport",
    "rounding": r"arrondi|rounding|rundung",
    "levy": r"[ée]co-?(?:participation|contribution|taxe)|DEEE|timbre|d[ée]bours|retenue|p[ée]nalit"
    r"|surcharge|zuschlag|gebühr|\bfee\b|tip\b|service charge|stamp",
    "balance": r"solde ant[ée]rieur|report|previous balance|carried|brought forward|[üu]bertrag",
}
_ADJUSTED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _ADJUSTMENTS.items()}
_RATE = re.compile(
    r"(?:t\.?v\.?a|vat|mwst|ust|iva|btw)\b[^\n%]{0,30}?(?P<rate>\d{1,2}(?:[.,]\d{1,2})?)[ \u00a0\u202f]?%"
    r"|(?P<before>\d{1,2}(?:[.,]\d{1,2})?)[ \u00a0\u202f]?%[^\n\d%]{0,12}(?:t\.?v\.?a|vat|mwst|ust|iva"
    r"|btw)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:facture|invoice|rechnung|fattura|factura)(?:s?nummer|[ \u00a0-]*(?:n[°ºo.]+|num[ée]ro|number|no\.?"
    r"|nr\.?|#))[ \u00a0]*:?[ \u00a0]*(?P<number>[A-Z0-9][A-Z0-9/_.-]{1,29})",
    re.IGNORECASE,
)
_INVOICES = ("factur", "invoice", "rechnung", "fattura")
#: lines in the foot of a page name the tax number and the capital of the company
_COMPANY = re.compile(r"\bcapital\b|SIRE[NT]|\bRCS\b|IBAN|\bAPE\b|Stammkapital|HRB", re.IGNORECASE)
#: a total that says no more; it is the gross one where no other is named
_BARE = re.compile(r"\s*totaa?le?\b(?!\s*:?\s*[^\W\d_]{4})", re.IGNORECASE)
#: what may stand on a line that holds one amount of money and nothing else
_BESIDE = re.compile(r"\b(?:EUR|USD|GBP|CHF)\b|\d|[\W_]")
#: longest words that stand apart from their amount
_APART = 60
#: letters one of which is in every name of an invoice
_ANY = ("factu", "fattur", "fatura", "invoice", "rechnung", "avoir", "credit", "gutschrift", "nota ",
        "crédit", "devis", "quotation", "angebot", "pro forma", "proforma")  # fmt: skip
#: most lines of a document that are looked at, and of amounts in a line
_LINES, _AMOUNTS = 4_000, 12
#: fewest lines of items that keep a relation, and the share of lines of their shape that must
_KEEP, _SHARE = 3, 0.7


def may_be_one(text: str) -> bool:
    """Whether a text names an invoice, so that its lines are worth reading."""
    lowered = text.lower()
    return any(letters in lowered for letters in _ANY)


class Broken(NamedTuple):
    """A line whose amounts do not fit: passage and line, its words, the relation, the two figures."""

    passage: int
    line: int
    words: str
    relation: str
    expected: str
    stated: str


class Labelled(NamedTuple):
    kind: str
    amount: Amount
    passage: int
    line: int
    words: str


@dataclass(slots=True)
class _Row:
    passage: int
    line: int
    words: str
    numbers: tuple[Amount, ...]


@dataclass(slots=True)
class _Apart:
    """Lines of words that wait for their amounts, amounts that came, and what was paired so far."""

    passage: int = -1
    waiting: list[tuple[int, str]] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    paired: list[tuple[tuple[str, int, str], Amount]] = field(default_factory=list)

    def pair(self) -> bool:
        """Give every line of words its amount: the last ones, from the first sum they name; else nothing."""
        words = self.waiting[-len(self.amounts) :] if self.amounts else []
        fits = len(words) == len(self.amounts) and bool(words)
        # above a block of sums stand other lines, or the heads of columns: it begins with the first sum named
        above = self.waiting[: len(self.waiting) - len(words)]
        fits = fits and not (above and (any(_label(w) for _, w in above) or not _label(words[0][1])))
        if fits:
            named = [(_label(w), line, w) for line, w in words]
            self.paired.extend(zip(named, self.amounts, strict=True))
        self.waiting.clear()
        self.amounts.clear()
        return fits


@dataclass(slots=True)
class Invoice:
    """What the lines of a document say of amounts. Feed every line to :meth:`hear`, then ask."""

    kind: str = ""
    numbers: list[tuple[str, int, int]] = field(default_factory=list)
    rates: list[tuple[str, int, int, str]] = field(default_factory=list)
    labelled: list[Labelled] = field(default_factory=list)
    adjustments: dict[str, tuple[int, int]] = field(default_factory=dict)
    _rows: list[_Row] = field(default_factory=list)
    _taxed: list[tuple[_Row, int]] = field(default_factory=list)
    _bare: Labelled | None = None
    _apart: _Apart = field(default_factory=lambda: _Apart())
    _lines: int = 0

    def hear(self, passage: int, line: int, words: str) -> None:
        """One line of text: which passage, its number there, and its words."""
        if self._lines >= _LINES or len(words) > 400:
            return
        self._lines += 1
        if not self.kind:
            self.kind = next((name for name, pattern in _KIND if pattern.search(words)), "")
        figures = any(map(str.isdigit, words))
        found = tuple(amounts(words)) if figures else ()
        money = [a for a in found if not a.percent]
        self._stand_apart(passage, line, words, money)
        if not found and not figures:
            return
        lowered = words.lower()
        named = any(word in lowered for word in _INVOICES)
        for match in _NUMBER.finditer(words) if named else ():
            if any(map(str.isdigit, match["number"])):
                self.numbers.append((match["number"], passage, line))
        for match in _RATE.finditer(words) if "%" in words else ():
            self.rates.append(((match["rate"] or match["before"]).replace(",", "."), passage, line, words))
        if not found or len(found) > _AMOUNTS:
            return
        row = _Row(passage, line, words, found)
        if len(money) == 1 and money[0].value:  # a line of items has more
            for name, pattern in _ADJUSTED.items():
                if pattern.search(words):
                    self.adjustments.setdefault(name, (passage, line))
        label = _label(words)
        if not label and len(money) == 1 and money[0].decimals == 2 and _BARE.match(words):
            self._bare = Labelled("gross", money[0], passage, line, words)
        if label and len(money) == 1 and money[0].decimals == 2:
            self.labelled.append(Labelled(label, money[0], passage, line, words))
        elif (
            label == "tax"
            and len(money) == 2
            and sum(a.percent for a in found) == 1
            and not any(pattern.search(words) for pattern in _ADJUSTED.values())
        ):
            self._taxed.append((row, next(a.value for a in found if a.percent)))
        if len(money) >= 2:
            self._rows.append(row)

    def _stand_apart(self, passage: int, line: int, words: str, money: Sequence[Amount]) -> None:
        """Words and amounts of two columns come as lines of their own: as many of each, or in turn."""
        block = self._apart
        if block.passage != passage:
            self._close_block()
            self._apart = block = _Apart(passage)
        if len(money) == 1 and not _BESIDE.sub("", words):
            block.amounts.append(money[0])
            return
        short = not money and len(words) <= _APART and any(map(str.isalpha, words))
        if block.amounts and not (block.pair() and short):
            self._close_block()
            self._apart = block = _Apart(passage)
        if short:
            block.waiting.append((line, words))
        elif words.strip():
            block.waiting.clear()

    def _close_block(self) -> None:
        """Believe a block of sums that names net and gross; anything less may be the head of a column."""
        block = self._apart
        block.pair()
        if {"net", "gross"} <= {label for (label, _, _), _ in block.paired}:
            for (label, line, words), amount in block.paired:
                if label and amount.decimals == 2:
                    self.labelled.append(Labelled(label, amount, block.passage, line, words))
                for name, pattern in _ADJUSTED.items():
                    if amount.value and pattern.search(words):
                        self.adjustments.setdefault(name, (block.passage, line))

    def end(self) -> None:
        """No more lines will come. To be called before anything is asked."""
        self._close_block()
        self._apart = _Apart()
        if self._bare is not None and not any(found.kind == "gross" for found in self.labelled):
            self.labelled.append(self._bare)
        self._bare = None

    @property
    def is_one(self) -> bool:
        """Whether there is enough to call it an invoice: its name and two labelled amounts."""
        return bool(self.kind) and len({kind for kind, *_ in self.labelled}) >= 2

    def relations(self) -> Iterator[tuple[str, int, int, list[Broken]]]:
        """Relation, lines that keep it, lines it was computed on, and those that break it."""
        yield from self._items()
        yield from self._rated()
        yield from self._total()

    def _items(self) -> Iterator[tuple[str, int, int, list[Broken]]]:
        """Quantity times price on lines of one shape: as many amounts, at the same places percentages."""
        shapes: dict[tuple[bool, ...], list[_Row]] = defaultdict(list)
        for row in self._rows:
            if len(row.numbers) >= 3:
                shapes[tuple(a.percent for a in row.numbers)].append(row)
        for shape, rows in shapes.items():
            places = [i for i, percent in enumerate(shape) if not percent]
            triples = [(a, b, c) for c in places for b in places for a in places if a < b < c]
            best = max(triples, key=lambda t: sum(_product(row, t) for row in rows), default=None)
            if best is None:
                continue
            kept = sum(_product(row, best) for row in rows)
            tried = [row for row in rows if row.numbers[best[2]].decimals == 2 and row.numbers[best[1]].value]
            if kept < _KEEP or kept < _SHARE * len(tried):
                continue
            broken = []
            for row in tried:
                if not _product(row, best):
                    a, b, c = (row.numbers[i] for i in best)
                    if abs(a.value * b.value // UNIT - c.value) < max(5 * _CENT, abs(c.value) // 100):
                        continue  # a charge or a rounding of its own
                    broken.append(Broken(row.passage, row.line, row.words, "quantity*price=total",
                                         shown(a.value * b.value // UNIT), shown(c.value)))  # fmt: skip
            yield "quantity*price=total", kept, len(tried), broken

    def _rated(self) -> Iterator[tuple[str, int, int, list[Broken]]]:
        """Base times rate on lines that state base, rate and tax."""
        kept, broken = 0, []
        for row, rate in self._taxed:
            base, tax = (a for a in row.numbers if not a.percent)
            if any(
                abs(x.value * rate // (100 * UNIT) - y.value) <= 2 * _CENT
                for x, y in ((base, tax), (tax, base))
            ):
                kept += 1
            elif rate and base.decimals == tax.decimals == 2:
                due = base.value * rate // (100 * UNIT)
                broken.append(
                    Broken(row.passage, row.line, row.words, "base*rate=tax", shown(due), shown(tax.value))
                )
        if kept or broken:
            yield "base*rate=tax", kept, kept + len(broken), broken
        else:
            yield from self._single_rate()

    def _single_rate(self) -> Iterator[tuple[str, int, int, list[Broken]]]:
        """The only rate on the only net amount gives the only tax, or more: part may be free of tax."""
        # a charge or discount names the rate it is taxed at, which need not be that of the sums
        rates = {r for r, _, _, words in self.rates if not any(p.search(words) for p in _ADJUSTED.values())}
        nets = {found.amount.value: found for found in self.labelled if found.kind == "net"}
        taxes = {found.amount.value: found for found in self.labelled if found.kind == "tax"}
        if len(rates) != 1 or len(nets) != 1 or len(taxes) != 1:
            return
        (rate,), (net,), (tax,) = rates, nets, taxes.values()
        due = net * round(float(rate) * 100) // 10_000
        if abs(due - tax.amount.value) <= 2 * _CENT:
            yield "net*rate=tax", 1, 1, []
        elif 0 < due < tax.amount.value:
            stated = shown(tax.amount.value)
            yield (
                "net*rate=tax",
                0,
                1,
                [Broken(tax.passage, tax.line, tax.words, "net*rate=tax", shown(due), stated)],
            )

    def _total(self) -> Iterator[tuple[str, int, int, list[Broken]]]:
        """Net and tax make gross, for the amounts that stand beside these words."""
        of: dict[str, dict[int, Labelled]] = defaultdict(dict)
        for found in self.labelled:
            of[found.kind].setdefault(found.amount.value, found)
        nets, taxes, grosses = of["net"], of["tax"], of["gross"]
        if not nets or not grosses or not taxes:
            return
        sums = {n + t for n in nets for t in [*taxes, sum(taxes)]} | {sum(nets) + sum(taxes)}
        if any(abs(s - g) <= 2 * _CENT for s in sums for g in grosses):
            yield "net+tax=gross", 1, 1, []
            return
        if len(nets) > 1 or len(grosses) > 1 or len(taxes) > 3:
            return
        (net,), (gross,) = nets.values(), grosses.values()
        if not gross.amount.value or sum(map(abs, taxes)) > abs(net.amount.value) // 3:
            return  # paid already; or what stands beside the word for tax is something else
        due = net.amount.value + sum(taxes)
        rest = abs(gross.amount.value - due)
        others = {abs(a.value) for row in self._rows for a in row.numbers if not a.percent}
        others |= {abs(found.amount.value) for found in self.labelled} - {0}
        if rest in others or any(rest == x + y for x in _few(others) for y in _few(others)):
            return
        broken = Broken(
            gross.passage, gross.line, gross.words, "net+tax=gross", shown(due), shown(gross.amount.value)
        )
        yield "net+tax=gross", 0, 1, [broken]


def _label(words: str) -> str:
    """Net, tax, gross or nothing; lines of a company's own numbers name none."""
    label = next((name for name, pattern in _LABELS if pattern.search(words)), "")
    return "" if label and _COMPANY.search(words) else label


def _few(values: set[int]) -> Sequence[int]:
    return sorted(values)[:40]


def _product(row: _Row, triple: tuple[int, int, int]) -> bool:
    """Whether the third amount is the product of the first two, to what was left off a price."""
    a, b, c = (row.numbers[i] for i in triple)
    if c.decimals != 2 or not a.value or not b.value:
        return False
    product = a.value * b.value // UNIT
    slack = _CENT + min(abs(a.value), abs(b.value)) // UNIT * (
        _CENT // 2 if max(a.decimals, b.decimals) <= 2 else 1
    )
    exact = a.decimals == 0 or b.decimals == 0
    return abs(product - c.value) <= (_CENT if exact else slack)
