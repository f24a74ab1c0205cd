"""What an electronic invoice says for machines: CII (Factur-X, ZUGFeRD) and UBL.

Such an invoice travels alone or inside a PDF whose pages say the same to people.
Read are the few values that must be equal on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Event, Fault, clip, content, token, when
from leakverify.extractors._xml import XmlError, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

EINVOICE_VOCABULARY: dict[str, Declared] = {
    "einvoice.syntax": token("CII, ZUGFeRD 1 or UBL"),
    "einvoice.profile": token("guideline or customisation the invoice names"),
    "einvoice.type": token("code of the kind of document: 380 invoice, 381 credit note ..."),
    "einvoice.number": content("number of the invoice"),
    "einvoice.date": when("day of issue"),
    "einvoice.currency": token("currency of the invoice"),
    "einvoice.amount": content(
        "amount of the totals, as written; raw is its kind: lines, net, tax, gross, prepaid or due",
        repeats=True,
    ),
    "einvoice.iban": content("account to pay into", repeats=True),
    "einvoice.vat": content("VAT number of seller or buyer; raw says whose", repeats=True),
    "einvoice.seller": content("name of the seller"),
}
_ROOTS = {b"CrossIndustryInvoice": "CII", b"CrossIndustryDocument": "ZUGFeRD 1"}
_UBL = b"urn:oasis:names:specification:ubl:schema:xsd:"
_SIZE, _VALUE = 8 << 20, 200
_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?\Z")


class _Field(NamedTuple):
    name: str
    raw: str
    path: str


_CII = (
    _Field("einvoice.profile", "", ".//{*}GuidelineSpecifiedDocumentContextParameter/{*}ID"),
    _Field(
        "einvoice.type", "", "./{*}ExchangedDocument/{*}TypeCode|./{*}HeaderExchangedDocument/{*}TypeCode"
    ),
    _Field("einvoice.number", "", "./{*}ExchangedDocument/{*}ID|./{*}HeaderExchangedDocument/{*}ID"),
    _Field("einvoice.currency", "", ".//{*}InvoiceCurrencyCode"),
    _Field("einvoice.seller", "", ".//{*}SellerTradeParty/{*}Name"),
    _Field(
        "einvoice.vat", "seller", ".//{*}SellerTradeParty/{*}SpecifiedTaxRegistration/{*}ID[@schemeID='VA']"
    ),
    _Field(
        "einvoice.vat", "buyer", ".//{*}BuyerTradeParty/{*}SpecifiedTaxRegistration/{*}ID[@schemeID='VA']"
    ),
    _Field("einvoice.iban", "", ".//{*}PayeePartyCreditorFinancialAccount/{*}IBANID"),
)
_UBL_FIELDS = (
    _Field("einvoice.profile", "", "./{*}CustomizationID"),
    _Field("einvoice.type", "", "./{*}InvoiceTypeCode|./{*}CreditNoteTypeCode"),
    _Field("einvoice.number", "", "./{*}ID"),
    _Field("einvoice.currency", "", "./{*}DocumentCurrencyCode"),
    _Field(
        "einvoice.seller", "", "./{*}AccountingSupplierParty/{*}Party/{*}PartyLegalEntity/{*}RegistrationName"
    ),
    _Field("einvoice.vat", "seller", "./{*}AccountingSupplierParty/{*}Party/{*}PartyTaxScheme/{*}CompanyID"),
    _Field("einvoice.vat", "buyer", "./{*}AccountingCustomerParty/{*}Party/{*}PartyTaxScheme/{*}CompanyID"),
    _Field("einvoice.iban", "", "./{*}PaymentMeans/{*}PayeeFinancialAccount/{*}ID"),
)
_TOTALS = (
    ("lines", ("LineTotalAmount", "LineExtensionAmount")),
    ("net", ("TaxBasisTotalAmount", "TaxExclusiveAmount")),
    ("tax", ("TaxTotalAmount",)),
    ("gross", ("GrandTotalAmount", "TaxInclusiveAmount")),
    ("prepaid", ("TotalPrepaidAmount", "PrepaidAmount")),
    ("due", ("DuePayableAmount", "PayableAmount")),
)
_SUMS = (
    ".//{*}SpecifiedTradeSettlementHeaderMonetarySummation|.//{*}SpecifiedTradeSettlementMonetarySummation"
    "|./{*}LegalMonetaryTotal"
)


def is_einvoice(head: bytes) -> bool:
    """Whether the first bytes of a file name one of the three roots."""
    return any(root in head for root in _ROOTS) or _UBL in head


def einvoice_facts(data: bytes) -> Iterator[Event]:
    """Facts of an invoice for machines; a Fault where its XML cannot be read."""
    try:
        root = parse_xml(data[:_SIZE], limit=_SIZE).root
    except XmlError as error:
        yield Fault(error.code, f"electronic invoice: {error.detail}")
        return
    name = str(root.tag).rpartition("}")[2]
    syntax = _ROOTS.get(name.encode("utf-8", "replace"), "UBL" if name in ("Invoice", "CreditNote") else "")
    if not syntax:
        return
    yield Observation(name="einvoice.syntax", value=syntax)
    single: set[str] = set()
    for field in _UBL_FIELDS if syntax == "UBL" else _CII:
        for node in _found(root, field.path):
            value = clip((node.text or "").strip(), _VALUE)
            if not value or field.name in single:
                continue
            if not EINVOICE_VOCABULARY[field.name].repeats:
                single.add(field.name)
            yield Observation(name=field.name, value=value, raw=field.raw or None, where=_line(node))
    yield from _date(root, syntax)
    yield from _amounts(root, syntax)


def _found(root: _Element, paths: str) -> list[_Element]:
    return [node for path in paths.split("|") for node in root.iterfind(path)][:20]


def _line(node: _Element) -> Location:
    line: Any = node.sourceline
    return Location(line=line)


def _date(root: _Element, syntax: str) -> Iterator[Observation]:
    path = (
        "./{*}IssueDate"
        if syntax == "UBL"
        else "./{*}ExchangedDocument/{*}IssueDateTime/{*}DateTimeString|"
        "./{*}HeaderExchangedDocument/{*}IssueDateTime/{*}DateTimeString"
    )
    for node in _found(root, path)[:1]:
        plain = (node.text or "").strip().replace("-", "")[:8]
        if re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", plain):
            day = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
            yield Observation(name="einvoice.date", value=day, raw=node.text, where=_line(node))


def _amounts(root: _Element, syntax: str) -> Iterator[Observation]:
    for total in _found(root, _SUMS)[:1]:
        for kind, tags in _TOTALS:
            for tag in tags:
                for node in total.iterfind("./{*}" + tag):
                    yield from _amount(kind, node)
                    break
    if syntax == "UBL":
        for node in _found(root, "./{*}TaxTotal/{*}TaxAmount")[:1]:
            yield from _amount("tax", node)


def _amount(kind: str, node: _Element) -> Iterator[Observation]:
    value = (node.text or "").strip()
    if _AMOUNT.match(value):
        yield Observation(name="einvoice.amount", value=value, raw=kind, where=_line(node))
