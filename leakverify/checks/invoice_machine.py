"""LV-INV-003  What an invoice says for machines against what its page says for people.

What it looks at: a Factur-X or ZUGFeRD invoice is a PDF with the same invoice inside
as XML.  Its number, its total, its net and tax amounts and its account are looked for
on the pages, in whatever way amounts are written there.

Why it matters: who changes the page rarely changes the XML, and the other way round.
The amounts of the XML are what accounting programs book.

Innocent ways: a page that is a picture; a page that shows fewer amounts, or another
currency; a total shown after a deposit; a specimen put together from two sources.
Only what is missing while most of the rest is there is reported.

Repeat by hand: ``pdfdetach -saveall FILE``; open the XML beside the page.

Sources: EN 16931-1; Factur-X 1.0 section 4 (the visible invoice and the XML must hold
the same).  Measured: see ``docs/accuracy.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "amount": "The invoice for machines states {kind} of {amount} {currency}, which no page shows; {found} "
    "of "
    "{asked} of its other values are there.",
    "account": "The invoice for machines names the account {iban}, which no page shows; the pages name "
    "{shown}.",
    "number": "The invoice for machines bears the number {number}, which no page shows; {found} of {asked} "
    "of "
    "its other values are there.",
    "agree": "{found} of {asked} values of the invoice for machines are on its pages.",
    "apart": "Only {found} of {asked} values of the invoice for machines are on its pages.",
    "picture": "The pages hold too little text to compare.",
    "total": "The invoice for machines does not add up: {net} and {tax} against {gross}.",
}
INNOCENT = {
    "shown-otherwise": "The page shows the amount otherwise, in part or in another currency.",
    "specimen": "The file is a specimen put together from two invoices.",
}
_KIND = {"gross": "a total", "net": "a net amount", "tax": "a tax", "due": "an amount due"}
_LEAST_TEXT = 120
#: share of the other values that must be on the pages before one that is missing means anything
_ANCHOR = 0.6

_XML = (
    fact("text.encoding", "utf-8"),
    fact("einvoice.syntax", "CII"),
    fact("einvoice.currency", "EUR"),
    fact("einvoice.number", "F-2017-12", line=12),
    fact("einvoice.amount", "1000.00", raw="net", line=90),
    fact("einvoice.amount", "200.00", raw="tax", line=91),
    fact("einvoice.amount", "1200.00", raw="gross", line=92),
)
_PAGE = (
    "Facture F-2017-12 du 3 mai 2017. Prestation de conseil pour la campagne, mois d'avril 2017, "
    "selon contrat. "
)


def _page(text: Observation) -> Example:
    return Example(title="the page", outcome=Outcome.NOT_APPLICABLE, formats=("pdf",), facts=(text,))


EXAMPLES = (
    Example(
        title="a page whose total was raised",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=_XML,
        carrier=_page(
            fact("pdf.page.text", _PAGE + "Total HT 1 000,00 TVA 200,00 Total TTC 9 200,00", page=1)
        ),
    ),
    Example(
        title="a page that says the same",
        outcome=Outcome.SUPPORTS,
        formats=("text",),
        facts=_XML,
        carrier=_page(
            fact("pdf.page.text", _PAGE + "Total HT 1.000,00 TVA 200,00 Total TTC 1.200,00 €", page=1)
        ),
    ),
    Example(
        title="a page that is a picture",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=_XML,
        carrier=_page(fact("pdf.page.text", "Scan", page=1)),
    ),
)


@check(
    "LV-INV-003",
    question=Question.CONTENT,
    family=Family.CONTENT,
    formats=("text",),
    needs=("text.encoding",),
    reads=(
        "einvoice.syntax",
        "einvoice.amount",
        "einvoice.number",
        "einvoice.iban",
        "einvoice.currency",
        "pdf.page.text",
        "text.identifier",
    ),
    cost=Cost.MINUTES,
    reproduce="pdfdetach -saveall FILE; pdftotext -layout FILE -",
)
def invoice_machine(facts: Facts) -> Iterator[Answer]:
    if facts.first("einvoice.syntax") is None:
        return
    yield from _sum(facts)
    page = facts.carried_by("pdf")
    if page is None:
        return
    shown = [str(o.value) for o in page.all("pdf.page.text")]
    text = " ".join(shown)
    if len(text) < _LEAST_TEXT:
        yield neutral("picture", rests_on=page.all("pdf.page.text")[:1])
        return
    plain = re.sub(r"[\s.,'\u2019\u00a0\u202f-]", "", text).upper()
    amounts = {o.raw or "": o for o in facts.all("einvoice.amount") if o.raw in _KIND and _cents(o)}
    if "gross" in amounts and "due" in amounts and _cents(amounts["gross"]) == _cents(amounts["due"]):
        del amounts["due"]  # one amount, however often it is named
    number = facts.first("einvoice.number")
    there = {kind: _shown(o, plain) for kind, o in amounts.items()}
    if number is not None:
        there["number"] = re.sub(r"[\s.,'-]", "", str(number.value)).upper() in plain
    account = facts.first("einvoice.iban")
    if account is not None:
        there["account"] = re.sub(r"\s", "", str(account.value)).upper() in plain
    missing = [kind for kind, found in there.items() if not found]
    asked, found = len(there), len(there) - len(missing)
    if len(there) < 3:
        return
    if not missing:
        yield supports("agree", rests_on=(*amounts.values(),), found=found, asked=asked)
    elif found < _ANCHOR * asked:
        yield neutral("apart", rests_on=(*amounts.values(),), found=found, asked=asked)
    else:
        yield from _missing(facts, page, missing, found, asked - 1)


def _missing(facts: Facts, page: Facts, missing: list[str], found: int, asked: int) -> Iterator[Answer]:
    currency = facts.text("einvoice.currency")
    for kind in missing:
        if kind == "number":
            number = facts.all("einvoice.number")[0]
            yield neutral("number", rests_on=(number,), number=str(number.value), found=found, asked=asked)
        elif kind == "account":
            account = facts.all("einvoice.iban")[0]
            others = [o for o in page.all("text.identifier") if o.raw == "iban"]
            if others:
                said = {"iban": str(account.value), "shown": str(others[0].value)}
                yield unusual("account", rests_on=(account, others[0]), **said)
        else:
            amount = next(o for o in facts.all("einvoice.amount") if o.raw == kind)
            said = {"kind": _KIND[kind], "amount": str(amount.value), "currency": currency}
            pointed = unusual if kind == "gross" else neutral
            yield pointed("amount", rests_on=(amount,), found=found, asked=asked, **said)


def _sum(facts: Facts) -> Iterator[Answer]:
    of = {o.raw: o for o in facts.all("einvoice.amount")}
    parts = [of.get(kind) for kind in ("net", "tax", "gross")]
    if all(part is not None for part in parts):
        net, tax, gross = (part for part in parts if part is not None)
        if abs(_cents(net) + _cents(tax) - _cents(gross)) > 1:
            said = {"net": str(net.value), "tax": str(tax.value), "gross": str(gross.value)}
            yield unusual("total", rests_on=(net, tax, gross), **said)


def _cents(amount: Observation) -> int:
    return round(float(str(amount.value)) * 100)


def _shown(amount: Observation, plain: str) -> bool:
    """Whether the figures of an amount stand on the page, with or without their decimals."""
    cents = abs(_cents(amount))
    ways = {str(cents)} | ({str(cents // 100)} if cents % 100 == 0 else set())
    ways |= {str(cents // 10)} if cents % 10 == 0 else set()
    return any(way in plain for way in ways)
