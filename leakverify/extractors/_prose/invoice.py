"""Amounts of an invoice, as its lines name them.

Lines are believed for what they say of themselves: an amount counts as net, tax,
gross or due when a word for it stands on its line.  What must hold between them is
asked in :mod:`leakverify.extractors._prose.sums`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leakverify.extractors._prose.amounts import Amount, amounts
from leakverify.extractors._prose.sums import Labelled, Row, Sums

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
    ("due", re.compile(
        r"net [àa] payer|total [àa] payer|(?:somme|reste|solde) [àa] payer|total (?:amount )?(?:due|payable)"
        r"|amount due|due payable|balance due|zahlbetrag|zu zahlen|te betalen",
        re.IGNORECASE)),
    ("gross", re.compile(
        r"total (?:g[ée]n[ée]ral )?t\.?t\.?c|montant (?:total )?t\.?t\.?c|total (?:amount )?incl"
        r"|grand total|invoice total|total inc|brutto(?:betrag|summe)?\b|gesamtbetrag(?! der)"
        r"|endbetrag|rechnungsbetrag|total factura|totale fattura"
        r"|inclusief btw|incl\.? btw|inkl\.? (?:mwst|ust)",
        re.IGNORECASE)),
    ("net", re.compile(
        r"total (?:g[ée]n[ée]ral )?(?:net )?h\.?\s?t\b|montant (?:total )?(?:net )?h\.?t\b|net h\.?t\b"
        r"|sous[- ]total|total brut\b|base h\.?t|total hors taxes?"
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
#: why there is no tax on it: small businesses, tax owed by the customer, exemptions
_FREE = re.compile(
    r"293[ -]?B\b|auto-?liquid|reverse[ -]charge|tva non applicable|exon[ée]r[ée]e?s? de (?:la )?tva"
    r"|steuerschuldnerschaft|kleinunternehmer|§ ?19 (?:Abs|UStG)|inversion del sujeto pasivo"
    r"|inversione contabile",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:facture|invoice|rechnung|fattura|factura)(?:s?nummer|[ \u00a0-]*(?:n[°ºo.]+|num[ée]ro|number|no\.?"
    r"|nr\.?|#))[ \u00a0]*:?[ \u00a0]*(?P<number>[A-Z0-9][A-Z0-9/_.-]{1,29})",
    re.IGNORECASE,
)
_INVOICES = ("factur", "invoice", "rechnung", "fattura")
#: lines in the foot of a page name the tax number and the capital of the company
_COMPANY = re.compile(
    r"\bcapital\b|SIRE[NT]|\bRCS\b|IBAN|\bAPE\b|Stammkapital|HRB|\bintracom|\bVAT (?:no|num|reg|id)|USt-?Id"
    r"|\b(?:n[°ºo]|num[ée]ro)\.?[ \u00a0]?(?:de )?TVA",
    re.IGNORECASE,
)
#: a total that says no more; it is the gross one where no other is named
_BARE = re.compile(r"\s*totaa?le?\b(?!\s*:?\s*[^\W\d_]{4})", re.IGNORECASE)
#: what may stand on a line that holds one amount of money and nothing else
_BESIDE = re.compile(r"\b(?:EUR|USD|GBP|CHF)\b|\d|[\W_]")
#: longest words that stand apart from their amount
_APART = 60
#: letters one of which is in every name of an invoice
_ANY = ("factu", "fattur", "fatura", "invoice", "rechnung", "avoir", "credit", "gutschrift", "nota ",
        "crédit", "devis", "quotation", "angebot", "pro forma", "proforma")  # fmt: skip
#: a number that its word was set against: it is not read as an amount, so the row would miss one
_GLUED = re.compile(r"[^\W\d_]{3}\d{1,6}[.,]\d")
#: most lines of a document that are looked at, and of amounts in a line
_LINES, _AMOUNTS = 4_000, 12


def may_be_one(text: str) -> bool:
    """Whether a text names an invoice, so that its lines are worth reading."""
    lowered = text.lower()
    return any(letters in lowered for letters in _ANY)


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
    sums: Sums = field(default_factory=Sums)
    adjustments: dict[str, tuple[int, int]] = field(default_factory=dict)
    _bare: Labelled | None = None
    _apart: _Apart = field(default_factory=lambda: _Apart())
    _lines: int = 0

    def hear(self, passage: int, line: int, words: str, *, cells: bool = False) -> None:
        """One line of text: which passage, its number there, and its words.

        ``cells``: it is a row of a sheet, its cells parted by tabs.  Such a number says nothing of the
        decimals it is shown with, and words stand beside their amounts.
        """
        if self._lines >= _LINES or len(words) > 400:
            return
        self._lines += 1
        if not self.kind:
            self.kind = next((name for name, pattern in _KIND if pattern.search(words)), "")
        self.sums.free = self.sums.free or _FREE.search(words) is not None
        figures = any(map(str.isdigit, words))
        found = tuple(amounts(words)) if figures else ()
        if cells:
            words, found = _of_cells(words)
        money = [a for a in found if not a.percent]
        if not cells:
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
            if not any(pattern.search(words) for pattern in _ADJUSTED.values()):
                # a charge or discount names the rate it is taxed at, which need not be that of the sums
                self.sums.rates.add(self.rates[-1][0])
        if not found or len(found) > _AMOUNTS:
            return
        if not _COMPANY.search(words):  # groups of an account number are no amounts
            self.sums.all.update(a.value for a in money if a.decimals == 2 or len(money) > 1)
        if any(a.decimals == 2 for a in money):
            self.sums.money.append((passage, line))
        row = Row(passage, line, words, found)
        if len(money) == 1 and money[0].value:  # a line of items has more
            for name, pattern in _ADJUSTED.items():
                if pattern.search(words):
                    self.adjustments.setdefault(name, (passage, line))
                    self.sums.between.append(money[0].value)
                    break
        label = _label(words)
        if not label and len(money) == 1 and money[0].decimals == 2 and _BARE.match(words):
            self._bare = Labelled("gross", money[0], passage, line, words)
        if label and len(money) == 1 and money[0].decimals == 2:
            self.sums.labelled.append(Labelled(label, money[0], passage, line, words))
        elif (
            label == "tax"
            and len(money) == 2
            and sum(a.percent for a in found) == 1
            and not any(pattern.search(words) for pattern in _ADJUSTED.values())
        ):
            self.sums.taxed.append((row, next(a.value for a in found if a.percent)))
        if len(money) >= 2 and not _GLUED.search(words):
            self.sums.rows.append(row)

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
        paired = {label for (label, _, _), _ in block.paired}
        if "net" in paired and paired & {"gross", "due"}:
            for (label, line, words), amount in block.paired:
                if label and amount.decimals == 2:
                    self.sums.labelled.append(Labelled(label, amount, block.passage, line, words))
                for name, pattern in _ADJUSTED.items():
                    if amount.value and pattern.search(words):
                        self.adjustments.setdefault(name, (block.passage, line))
                        self.sums.between.append(amount.value)
                        break

    def end(self) -> None:
        """No more lines will come. To be called before anything is asked."""
        self._close_block()
        self._apart = _Apart()
        if self._bare is not None and not any(found.kind in ("gross", "due") for found in self.sums.labelled):
            self.sums.labelled.append(self._bare)
        self._bare = None

    @property
    def is_one(self) -> bool:
        """Whether there is enough to call it an invoice: its name and two labelled amounts.

        One is enough where the text says why there is no tax: then there may be one sum only.
        """
        kinds = {found.kind for found in self.sums.labelled}
        return bool(self.kind) and len(kinds) >= (1 if self.sums.free else 2)


def _of_cells(row: str) -> tuple[str, tuple[Amount, ...]]:
    """What a row of a sheet says: from its last cell that names an amount, or all of it; and its amounts.

    Figures among the words of a row that names none belong to a description.
    """
    cells = row.split("\t")
    named = () if _COMPANY.search(row) else cells
    labels = [at for at, cell in enumerate(named) if _label(cell) or _BARE.match(cell)]
    kept = cells[labels[-1] :] if labels else cells
    numbers = (cell for cell in kept if not _BESIDE.sub("", cell))
    found = [a._replace(decimals=2) for cell in numbers for a in amounts(cell)]
    if labels:
        found = [*amounts(kept[0]), *found]
    return "   ".join(kept), tuple(found)


def _label(words: str) -> str:
    """Net, tax, gross or nothing; lines of a company's own numbers name none."""
    label = next((name for name, pattern in _LABELS if pattern.search(words)), "")
    return "" if label and _COMPANY.search(words) else label
