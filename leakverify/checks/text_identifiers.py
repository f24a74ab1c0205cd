"""LV-TXT-003  Numbers with check digits, and numbers that must agree with one another.

What it looks at: IBAN, SIREN, SIRET, VAT number and BIC, and the Belgian, Spanish, Italian
and Swiss numbers of companies, where the text itself names them.  Asked are their check
digits, and what ties them together: the SIRET and the French VAT number contain the
SIREN, as the Belgian, Spanish and Italian VAT numbers contain those of their countries,
and the bank of an IBAN lies in the country of the BIC.  Two French numbers count as those
of one company when they are the only ones of the text and stand side by side.  An account
in another country than the supplier's is only shown.

Why it matters: who changes one figure of an account breaks its check digits; who
invents a company rarely makes its three numbers agree.  Right check digits prove
nothing: the numbers of existing companies are public.

Innocent ways: a figure misread by character recognition or by whoever typed the
page; a made-up number in a specimen; the VAT number of a group or of a tax
representative beside the SIREN of the company; a direct debit that hides part of an
account behind letters; an account abroad, or one of a factoring company.

Repeat by hand: ``python -m pip install python-stdnum``, then ``from stdnum import
iban; iban.validate("...")``; the registers are public: annuaire-entreprises.data.gouv.fr,
VIES of the European Commission.

Sources: ISO 13616 and ISO 7064 (IBAN); code de commerce R. 123-221 (SIREN, Luhn, and
the exception of La Poste); CGI annexe II 242 nonies A.  Read with python-stdnum.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports, unusual
from leakverify.checks._claims import recognised_pages
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "iban": "The check digits of the IBAN {number} do not hold; one figure was changed, misread or made up.",
    "number": "The {kind} {number} does not hold by its check digits.",
    "sample": "The {kind} {number} does not hold by its check digits; it is a number such as specimens bear.",
    "recognised": "The {kind} {number} does not hold by its check digits; the text was recognised from a "
    "picture.",
    "vat-siren": "The VAT number {vat} contains the SIREN {inside}; the text names {siren} and no other.",
    "vat-party": "The VAT number {vat} contains the SIREN {inside}; beside it stands the SIREN {siren}.",
    "vat-key": "The VAT number {vat} contains the SIREN of the text, whose key is {key}.",
    "abroad": "The account {iban} is held in {country}; the VAT number {vat} is of {other}.",
    "neighbour": "The VAT number {vat} and the {kind} {number} of the text are of different companies.",
    "siret-siren": "The SIRET {siret} begins with {inside}; the text names the SIREN {siren} and no other.",
    "bank": "The IBAN {iban} is of {country}, the BIC {bic} beside it of {other}.",
    "agree": "SIREN, SIRET and VAT number of the text agree with one another.",
}
INNOCENT = {
    "misread": "A figure was misread or mistyped when the page was made.",
    "specimen": "The number stands in a specimen or a form.",
    "representative": "The numbers belong to a group, a branch or a tax representative.",
}
_MODULES = {
    "iban": "stdnum.iban",
    "bic": "stdnum.bic",
    "siren": "stdnum.fr.siren",
    "siret": "stdnum.fr.siret",
    "vat": "stdnum.eu.vat",
    "bce": "stdnum.be.vat",
    "nif": "stdnum.es.cif",
    "piva": "stdnum.it.iva",
    "che": "stdnum.ch.uid",
}
_SHOWN = {
    "iban": "IBAN", "bic": "BIC", "siren": "SIREN", "siret": "SIRET", "vat": "VAT number",
    "bce": "BCE", "nif": "NIF", "piva": "partita IVA", "che": "UID",
}  # fmt: skip
#: kinds of numbers that are the figures of their country's VAT number
_NEIGHBOURS = {"bce": "BE", "nif": "ES", "piva": "IT"}
#: lines between two numbers of one letterhead
_BESIDE = 2
#: countries whose accounts a company has at home under another prefix
_HOME = {"MC": "FR", "EL": "GR"}
_PLAIN = re.compile(r"[^A-Za-z0-9]")
#: length of an IBAN by country (ISO 13616, SWIFT IBAN registry)
_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19,
    "SK": 24, "TR": 26,
}  # fmt: skip
#: figures that count up or down, or one figure again and again: numbers of specimens
_SPECIMEN = re.compile(
    r"(\d)\1{4}|(\d{2,4})\2{2}|0123456|1234567|2345678|3456789|9876543|8765432|123456(?!\d{2})"
)

EXAMPLES = (
    Example(
        title="an IBAN with one figure changed",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(fact("text.words", 90), fact("text.identifier", "FR1420041010050500013M02607", raw="iban")),
    ),
    Example(
        title="a VAT number of another company than the SIREN",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.identifier", "732 829 320", raw="siren", line=3),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", line=14),
        ),
    ),
    Example(
        title="a VAT number of another company on the line of the SIREN",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.identifier", "732 829 320", raw="siren", line=40),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", line=40),
        ),
    ),
    Example(
        title="the same where the company says that it is a member of a VAT group",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.identifier", "732 829 320", raw="siren", line=40),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", line=40),
            fact("text.representative", "assujetti unique", line=41),
        ),
    ),
    Example(
        title="a VAT number whose key is not that of its SIREN",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.identifier", "732 829 320", raw="siren", line=40),
            fact("text.identifier", "FR 45 732 829 320", raw="vat", line=40),
        ),
    ),
    Example(
        title="an account abroad, as factoring companies have it",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.identifier", "FR 44 732 829 320", raw="vat", line=4),
            fact("text.identifier", "DE89370400440532013000", raw="iban", line=40),
        ),
    ),
    Example(
        title="the number of a specimen",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(fact("text.words", 90), fact("text.identifier", "DE123456789", raw="vat", line=12)),
    ),
    Example(
        title="numbers that agree",
        outcome=Outcome.SUPPORTS,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("text.identifier", "732 829 320", raw="siren", line=3),
            fact("text.identifier", "FR 44 732 829 320", raw="vat", line=4),
        ),
    ),
)  # fmt: skip


@check(
    "LV-TXT-003",
    question=Question.CONTENT,
    family=Family.CONTENT,
    slip=True,
    formats=(),
    needs=("text.words",),
    reads=("text.identifier", "text.representative", "pdf.layer.recognised"),
    cost=Cost.MINUTES,
    reproduce='pdftotext -layout FILE -; python -c "from stdnum import iban; print(iban.is_valid(input()))"',
)
def text_identifiers(facts: Facts) -> Iterator[Answer]:
    found = facts.all("text.identifier")
    pages = recognised_pages(facts)
    for number in found:
        kind = number.raw or ""
        if kind in _MODULES and not _valid(kind, str(number.value)):
            yield _wrong(number, kind, recognised=number.where.page in pages)
    yield from _companies(found, represented=facts.first("text.representative") is not None)
    yield from _neighbours(found)
    yield from _bank(found)


def _plain(number: Observation) -> str:
    return _PLAIN.sub("", str(number.value)).upper()


def _valid(kind: str, value: str) -> bool:
    plain = _PLAIN.sub("", value)
    module = importlib.import_module(_MODULES[kind])
    if kind == "iban":
        return bool(module.is_valid(plain, check_country=False))
    return bool(module.is_valid(plain))


def _long_enough(value: str) -> bool:
    """Whether an IBAN has the length of its country, so that nothing was cut off or joined to it."""
    plain = _PLAIN.sub("", value)
    return len(plain) == _LENGTHS.get(plain[:2].upper(), 0)


def _wrong(number: Observation, kind: str, *, recognised: bool) -> Answer:
    said = {"number": str(number.value)}
    if recognised:
        return neutral("recognised", rests_on=(number,), kind=_SHOWN[kind], **said)
    if _SPECIMEN.search(_plain(number)):
        return neutral("sample", rests_on=(number,), kind=_SHOWN[kind], **said)
    if kind == "iban" and _long_enough(str(number.value)):
        return unusual("iban", rests_on=(number,), **said)
    return neutral("number", rests_on=(number,), kind=_SHOWN[kind], **said)


def _companies(found: Sequence[Observation], *, represented: bool) -> Iterator[Answer]:
    numbers = found
    sirens = [n for n in numbers if n.raw == "siren"]
    if not sirens:
        return
    plain = {_plain(n) for n in sirens}
    tied, loose = 0, 0
    for number in numbers:
        inside = ""
        if number.raw == "vat" and _plain(number).startswith("FR") and len(_plain(number)) == 13:
            inside = _plain(number)[4:]
        elif number.raw == "siret" and len(_plain(number)) == 14:
            inside = _plain(number)[:9]
        if not inside:
            continue
        if inside in plain:
            tied += 1
            if number.raw == "vat" and (key := _other_key(_plain(number))):
                yield unusual("vat-key", rests_on=(number,), vat=str(number.value), key=key)
        elif len(plain) == 1:
            loose += 1
            if number.raw == "vat" and not represented and _same_party(number, sirens[0], found):
                said = {"vat": str(number.value), "inside": inside, "siren": str(sirens[0].value)}
                yield unusual("vat-party", rests_on=(number, sirens[0]), **said)
                continue
            key = "vat-siren" if number.raw == "vat" else "siret-siren"
            said = {number.raw or "": str(number.value), "inside": inside, "siren": str(sirens[0].value)}
            yield neutral(key, rests_on=(number, sirens[0]), **said)
    if tied and not loose:
        yield supports("agree", rests_on=numbers[:10])


def _other_key(vat: str) -> str:
    """The key a French VAT number should have, where it has another one in figures (CGI annexe IV)."""
    key = (
        f"{(12 + 3 * (int(vat[4:]) % 97)) % 97:02}" if vat[2:].isdigit() and not _SPECIMEN.search(vat) else ""
    )
    return key if key and key != vat[2:4] and _valid("siren", vat[4:]) else ""


def _same_party(vat: Observation, siren: Observation, found: Sequence[Observation]) -> bool:
    """Whether the only French VAT number and the only SIREN stand side by side, and both hold.

    A text with several of either speaks of several companies, of a group or of a representative.
    """
    alone = len({_plain(n) for n in found if n.raw in ("vat", "siret") and n is not vat}) == 0
    one, other = vat.where, siren.where
    beside = (one.part, one.page) == (other.part, other.page) and None not in (one.line, other.line)
    return (
        alone
        and beside
        and abs((one.line or 0) - (other.line or 0)) <= _BESIDE
        and _valid("vat", str(vat.value))
        and _valid("siren", str(siren.value))
        and not _SPECIMEN.search(_plain(vat))
        and not _SPECIMEN.search(_plain(siren))
    )


def _neighbours(found: Sequence[Observation]) -> Iterator[Answer]:
    """Belgian, Spanish and Italian numbers are the figures of the VAT number."""
    for kind, country in _NEIGHBOURS.items():
        numbers = [n for n in found if n.raw == kind]
        vats = [n for n in found if n.raw == "vat" and _plain(n).startswith(country)]
        inside = {_plain(n)[2:] for n in vats}
        for number in numbers:
            if len(inside) == 1 and _plain(number).removeprefix(country) not in inside:
                said = {"vat": str(vats[0].value), "kind": _SHOWN[kind], "number": str(number.value)}
                yield neutral("neighbour", rests_on=(vats[0], number), **said)


def _abroad(ibans: Sequence[Observation], vats: Sequence[Observation]) -> Iterator[Answer]:
    """Accounts in another country than that of every VAT number of the text."""
    homes = {_HOME.get(_plain(vat)[:2], _plain(vat)[:2]) for vat in vats}
    for iban in ibans:
        country = _HOME.get(_plain(iban)[:2], _plain(iban)[:2])
        if len(homes) == 1 and country not in homes:
            said = {"iban": str(iban.value), "country": country, "vat": str(vats[0].value)}
            yield neutral("abroad", rests_on=(iban, vats[0]), other=next(iter(homes)), **said)


def _bank(found: Sequence[Observation]) -> Iterator[Answer]:
    numbers = found
    ibans = [n for n in numbers if n.raw == "iban"]
    bics = [n for n in numbers if n.raw == "bic"]
    yield from _abroad(ibans, [n for n in numbers if n.raw == "vat"])
    if (
        len(ibans) == len(bics) == 1
        and _valid("iban", str(ibans[0].value))
        and _valid("bic", str(bics[0].value))
    ):
        country, other = _plain(ibans[0])[:2], _plain(bics[0])[4:6]
        if country != other:
            yield neutral("bank", rests_on=(ibans[0], bics[0]), iban=str(ibans[0].value), country=country,
                          bic=str(bics[0].value), other=other)  # fmt: skip
