"""Addresses, and numbers with check digits that stand beside the words that name them.

A number is read only where the text itself says what it is: figures of the right
length without such a word are something else more often than not.  Whether its
check digits hold is asked when the facts are judged: the tables for it are files,
and inside the box no file can be opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_HOST = re.compile(
    r"(?:https?://(?:[^\s/@<>\"']{1,80}@)?|www\.|[\w.+%-]{1,64}@)"
    r"(?P<host>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24})(?![\w@-])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"IBAN|SIR|TVA|VAT|USt|UID|MwSt|BTW|IVA|BIC|SWIFT|[sS]ir|BCE|KBO|RPM|RPR|[CN]IF|CHE|ntreprise|ndernem"
)
#: a company that uses the VAT number of another, and says so
_REPRESENTED = re.compile(
    r"assujetti unique|repr[ée]sentant fiscal|mandataire fiscal|groupe (?:de )?TVA|VAT group|fiscal"
    r" representative|tax representative|Organschaft|Fiskalvertret",
    re.IGNORECASE,
)
_GAP = r"[ \t\u00a0\u202f.:°ºNno-]{0,12}"
_FIGURES = r"\d(?:[ \u00a0\u202f.]?\d)"
_RULES = (
    # every group but that of the bank holds a figure, so that the next word is not taken for one
    ("iban", re.compile(
        r"IBAN[^\w\n]{0,12}(?P<value>[A-Z]{2}\d{2}(?:[ \u00a0\u202f-]?[A-Z]{4})?"
        r"(?:[ \u00a0\u202f-]?(?=[A-Z]{0,10}\d)[A-Z0-9]{1,24}){1,8})(?![A-Za-z0-9])"
    )),
    ("siret", re.compile(rf"SIRET{_GAP}(?P<value>{_FIGURES}{{13}})(?!\d)", re.IGNORECASE)),
    ("siren", re.compile(rf"SIREN{_GAP}(?P<value>{_FIGURES}{{8}})(?![ \u00a0\u202f.]?\d)", re.IGNORECASE)),
    ("vat", re.compile(
        r"(?:TVA|VAT|USt|UID|MwSt|BTW|IVA)\b[^\n]{0,30}?(?<![A-Za-z0-9])"
        r"(?P<value>(?:FR|BE|DE|ES|IT|LU|NL|AT|PT|GB|IE|PL|SE|DK"
        r"|FI)[ \u00a0\u202f]?[A-Z0-9]{1,2}(?:[ \u00a0\u202f.]?[0-9A-Z]){6,11})"
        r"(?![A-Za-z0-9])"
    )),
    ("bce", re.compile(
        r"(?:\b(?:BCE|KBO|RPM|RPR)|num[ée]ro d['’]entreprise|ondernemingsnummer)[^\d\n]{0,24}?"
        r"(?P<value>(?:BE[ \u00a0]?)?[01]\d{3}[ .\u00a0]?\d{3}[ .\u00a0]?\d{3})(?!\d)", re.IGNORECASE)),
    ("nif", re.compile(r"\b(?:CIF|NIF|C\.I\.F\.|N\.I\.F\.)[ \u00a0:.-]{0,4}"
                       r"(?P<value>[A-HJNP-SUVW]-?\d{7}-?[0-9A-J])(?![A-Za-z0-9])")),
    ("piva", re.compile(r"(?:P(?:artita)?\.? ?IVA)[ \u00a0:.]{0,4}(?P<value>\d{11})(?!\d)", re.IGNORECASE)),
    ("che", re.compile(r"(?P<value>CHE[- ]?\d{3}[. ]?\d{3}[. ]?\d{3})(?!\d)")),
    ("bic", re.compile(r"(?:BIC|SWIFT)(?:[ -]?(?:code|/ "
                       r"?SWIFT))?[^\w\n]{0,6}(?P<value>[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![A-Za-z0-9])")),
)  # fmt: skip


class Identifier(NamedTuple):
    """``kind`` as the vocabulary lists them, the figures as they stand, and where they begin."""

    kind: str
    value: str
    start: int


def hosts(line: str) -> Iterator[tuple[str, str]]:
    """Host of every address, lower case, and whether it is one of the web or of mail."""
    if "@" in line or "www." in line or "://" in line:
        for match in _HOST.finditer(line):
            if match.end() >= len(line.rstrip(" .-\u00ad")):
                continue  # cut by the end of the line, as long addresses are
            mail = match[0][: match.start("host") - match.start()].endswith("@") and "://" not in match[0]
            yield match["host"].lower(), "mail" if mail else "web"


def representative(text: str) -> tuple[int, str] | None:
    """Place and words by which a text says that a VAT number is that of a group or a representative."""
    match = _REPRESENTED.search(text)
    return None if match is None else (match.start(), match[0])


def identifiers(line: str) -> Iterator[Identifier]:
    """Numbers named as IBAN, SIRET, SIREN, VAT number or BIC."""
    if not _NAMED.search(line):
        return
    for kind, pattern in _RULES:
        for match in pattern.finditer(line):
            yield Identifier(kind, match["value"], match.start("value"))
