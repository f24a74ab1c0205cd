"""Amounts written in words, in French and English, and the figures that stand beside them.

Words count only in front of a currency, and only when all of them together make one
number: what could be read in two ways is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leakverify.extractors._prose.amounts import UNIT, Amount, amounts

_FRENCH = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90, "cent": 100, "cents": 100,
    "mille": 1_000, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9,
}  # fmt: skip
_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1_000,
    "million": 10**6, "billion": 10**9,
}  # fmt: skip
_AND = frozenset(("et", "and"))
_CURRENCY = re.compile(
    r"(?P<fr>euros?|francs?(?: suisses| français| CFA)?|dollars?)"
    r"(?:\s(?:et\s)?(?P<cents>[^\W\d_]+(?:[ \u00a0-][^\W\d_]+){0,4}?|\d\d?)\s(?:centimes?|cents?|cts?)\b"
    r"|\s(?:et|and)\s(?P<part>\d\d)/100)?"
    r"|(?P<en>pounds?(?: sterling)?)(?:\s(?:and\s)?(?P<pence>[^\W\d_]+(?:[ -][^\W\d_]+){0,2})\spence\b)?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:euros?|francs?|dollars?|pounds?)\b", re.IGNORECASE)
#: words between a number and its currency: US dollars, cent mille d'euros
_LINK = re.compile(
    r"(?:\s(?:et|and)\s(?P<part>\d\d)/100)?\s(?:US|U\.S\.|Canadian|Australian|d['’]|de)?\s?\Z", re.IGNORECASE
)
_WORDS = re.compile(r"(?:[^\W\d_]+|[^\W\d_]+(?:[ \u00a0\n-]|-\n)+)*\Z")
_WORD = re.compile(r"[^\W\d_]+")
_MONEY = r"(?:€|\$|£|EUR|euros?|USD|US\$|F|FF|francs?|GBP|CHF|H\.?T\.?|T\.?T\.?C\.?|dollars?)"
#: the figures in brackets after the words, or before the bracket the words stand in
_AFTER = re.compile(
    rf"\s{{0,2}}(?:H\.?T\.?|T\.?T\.?C\.?)?\s{{0,2}}[(\[]\s?(?:soit\s|ci\s)?(?:{_MONEY}\s?)?"
    r"(?P<figures>[\d.,'’ \u00a0\u202f]{1,20}\d|\d)(?:[,.]\s?[-—–]{1,2})?"
    rf"\s?(?:{_MONEY}\s?){{0,2}}[)\]]",
)
_BEFORE = re.compile(
    rf"(?:{_MONEY}\s?)?(?<![\d.,])(?P<figures>\d[\d.,'’ \u00a0\u202f]{{0,20}})\s?(?:{_MONEY}\s?){{0,2}}"
    r"[(\[]\s?(?:soit\s|say\s)?\Z"
)
_THOUSANDS = re.compile(r"\A(\d{1,3})[.,](\d{3})\Z")
#: words before the sum that closes an invoice
_CLOSING = re.compile(
    r"arr[êe]t[ée]e?s?\s[^.]{0,60}\ssommes?\b|en\s(?:toutes\s)?lettres|(?:amount|total|sum)\sin\swords",
    re.IGNORECASE,
)
#: characters before a currency that are read, and amounts of one document
_BACK, _MOST = 240, 60


class Worded(NamedTuple):
    """An amount in words: its value in ten-thousandths, where the words begin, they themselves, and figures.

    ``whole``: it names no cents, so that figures with some may say the same.  ``closing``: it stands in the
    sentence that closes an invoice with its sum.
    """

    value: int
    start: int
    words: str
    figures: Amount | None
    whole: bool
    closing: bool

    def says(self, amount: int) -> bool:
        """Whether an amount in ten-thousandths is the one in words."""
        amount = abs(amount)
        return amount == self.value or (self.whole and amount // UNIT == self.value // UNIT)


def number(words: Sequence[str]) -> int | None:
    """The number that lower-case words make in one of the languages, all of them together, or ``None``."""
    for table in (_FRENCH, _ENGLISH):
        if all(word in table or word in _AND for word in words):
            found = _number([table[word] for word in words if word in table])
            if found is not None and words[0] not in _AND and words[-1] not in _AND:
                return found
    return None


def _number(parts: Sequence[int]) -> int | None:
    total = below = 0
    for part in parts:
        if part >= 1_000:
            if total % (part * 1_000) if part < 10**9 else total:
                return None
            if not below and (part != 1_000 or total % part):
                return None
            total += (below or 1) * part
            below = 0
        elif part == 100:
            if below >= 100 or (below and below % 10 == 0 and below > 10):
                return None
            below = (below or 1) * 100
        elif part == 20 and below % 100 == 4:
            below += 76  # quatre-vingts
        else:
            rest = below % 100
            free = (
                rest == 0
                or (part < 10 and rest >= 20 and rest % 10 == 0)
                or (10 <= part < 20 and rest in (60, 80))
                or (7 <= part <= 9 and rest in (10, 70, 90))
            )
            if not free:
                return None
            below += part
    return total + below


def worded(text: str) -> Iterator[Worded]:
    """Amounts in words of a passage, with the figures in brackets beside them."""
    told = 0
    for named in _NAMED.finditer(text):
        found = _before(text, named.start())
        if found is None:
            continue
        value, start, part = found
        currency = _CURRENCY.match(text, named.start())
        if currency is None:
            continue
        cents = _cents(currency)
        end = currency.end() if cents is not None else named.end()
        cents = part if cents is None else cents
        figures = _figures(text, start, end)
        words = " ".join(text[start:end].split())
        closing = _CLOSING.search(text, max(start - 120, 0), start) is not None
        total = value * UNIT + (cents or 0) * UNIT // 100
        yield Worded(total, start, words, figures, cents is None, closing)
        told += 1
        if told >= _MOST:
            return


def _before(text: str, end: int) -> tuple[int, int, int | None] | None:
    """The number whose last word stands right before a place, where it begins, and hundredths after it."""
    begin = max(end - _BACK, 0)
    back = text[begin:end]
    link = _LINK.search(back)
    if link is None:
        return None
    back = back[: link.start()]
    found: list[tuple[str, int]] = []
    edge = len(back)
    for match in reversed(list(_WORD.finditer(back))):
        gap = back[match.end() : edge]
        word = match[0].lower()
        if gap.strip(" \u00a0\n-") or (word not in _FRENCH and word not in _ENGLISH and word not in _AND):
            break
        found.insert(0, (word, match.start()))
        edge = match.start()
    while found and found[0][0] in _AND:
        found.pop(0)
    value = number([word for word, _ in found]) if found else None
    part = int(link["part"]) if link["part"] else None
    return None if value is None else (value, begin + found[0][1], part)


def _cents(currency: re.Match[str]) -> int | None:
    said = currency["cents"] or currency["pence"]
    if currency["part"] or (said and said.isdecimal()):
        return int(currency["part"] or said)
    read = number(_WORD.findall(said.lower())) if said else None
    return read if read is not None and read < 100 else None


def _figures(text: str, start: int, end: int) -> Amount | None:
    after = _AFTER.match(text, end)
    before = _BEFORE.search(text[max(start - 60, 0) : start]) if after is None else None
    match = after or before
    if match is None:
        return None
    figures = match["figures"].strip(" .,\u00a0")
    # money has no third decimal: one mark before three figures parts thousands
    found = list(amounts(_THOUSANDS.sub(r"\1\2", figures)))
    return found[0] if len(found) == 1 else None
