"""Telephone numbers as people write them, with their country where the text leaves no doubt of it.

A number is read when it says its country itself (``+33 1 ...``), or when it is
written as inside France or North America and the language of the document, an
address in it, or a word before the number says so.  Figures in groups that nothing
names as a telephone number are left alone: they are more often something else.
Which plan a number fits, and since when, is asked by the checks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

_GAP = r"[ \u00a0\u202f.\-/]"
#: a line without this holds no number
_MAY = re.compile(r"\d[\d().\-/ \u00a0\u202f]{7}")
_LABEL = re.compile(
    r"(?<![^\W_])(?:t[ée]l(?:[ée]ph?(?:one|onique)?|efono|efon|\.)?|phone|fax|t[ée]l[ée]copie|mobile"
    r"|portable|cell"
    r"|gsm|standard|direct|ligne|handy|whatsapp|sms|call|appeler|ph|m|t|f|p)(?![^\W_])",
    re.IGNORECASE,
)
_ABROAD = re.compile(
    rf"(?<![\w+./-])(?P<sign>\+|00)[ ]?(?P<figures>[1-9]\d{{0,2}}(?:{_GAP}|\(\d{{1,4}}\)|\d){{6,22}}\d)"
    rf"(?![\w+]|[.,/-]\d)"
)
#: five pairs with one kind of mark between them, or none
_PAIRS = re.compile(
    r"(?<![\w+./,-])(?P<lead>0[1-9])(?P<gap>[ \u00a0\u202f.\-/]?)\d\d(?:(?P=gap)\d\d){3}(?![\w/]|[.,-]\d"
    r"|[ \u00a0\u202f.]\d\d(?!\d))"
)
#: area code, exchange and number of the North American plan; the last mark tells them from other groups of
#: figures
_AMERICAN = re.compile(
    r"(?<![\w+./,(-])(?:1[-. ])?(?:\((?P<a>[2-9]\d\d)\)[- ]?|(?P<b>[2-9]\d\d)(?P<mark>[-.]))"
    r"(?P<exchange>[2-9]\d\d)"
    r"(?(mark)(?P=mark)|[-.])(?P<number>\d{4})(?![\w/]|[.,-]\d)"
)
#: country codes of one and two figures (ITU-T E.164); all others have three
_SHORT = frozenset(
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
    "81 82 84 86 90 91 92 93 94 95 98".split()
)
#: the mark of inside calls, which is not dialled behind a country code: +44 (0)20, + 353 (01)
_ZERO = re.compile(r"(?<=\()0")
_NOT_FIGURES = re.compile(r"\D")


class Phone(NamedTuple):
    """``words`` as they stand; ``number`` with plus and country code; ``form``: abroad, FR or US."""

    words: str
    number: str
    form: str
    start: int


def phones(line: str) -> Iterator[Phone]:
    """Numbers of a line. Those of form FR and US hold only where :func:`fits` says so."""
    if not _MAY.search(line):
        return
    if "+" in line or "00" in line:
        for match in _ABROAD.finditer(line):
            number = _abroad(match["figures"])
            if number and (match["sign"] == "+" or _named(line, match.start())):
                yield Phone(match[0].strip(), number, "abroad", match.start())
    if "0" in line:
        for match in _PAIRS.finditer(line):
            # ten figures in one run, or pairs joined by strokes, are a telephone number only where they are
            # named
            if match["gap"] in (" ", "\u00a0", "\u202f", ".") or _named(line, match.start()):
                yield Phone(match[0], "+33" + _NOT_FIGURES.sub("", match[0])[1:], "FR", match.start())
    for match in _AMERICAN.finditer(line):
        area = match["a"] or match["b"]
        if area[1:] != "11" and match["exchange"][1:] != "11":
            number = f"+1{area}{match['exchange']}{match['number']}"
            yield Phone(match[0], number, "US", match.start())


def fits(form: str, language: str | None, countries: Collection[str]) -> bool:
    """Whether a form is that of the document: by its language, and the countries of the addresses in it."""
    if form == "FR":
        # Belgium, Switzerland, Morocco and others write pairs too; in a French text they are rare enough to
        # name
        return language == "fr" and not set(countries) - {"FR"}
    if form == "US":
        return language in ("en", None) and (not countries or "US" in countries)
    return True


def _named(line: str, start: int) -> bool:
    return _LABEL.search(line, max(0, start - 25), start) is not None


def _abroad(figures: str) -> str:
    """Plus, country code and number; empty when too short or too long for one (E.164: 15 figures at most)."""
    plain = _NOT_FIGURES.sub("", _ZERO.sub("", figures))
    code = next((plain[:n] for n in (1, 2) if plain[:n] in _SHORT), plain[:3])
    if not 8 <= len(plain) <= 15 or len(plain) - len(code) < 6 or (plain == figures and len(plain) < 10):
        return ""
    if figures.count("/") > 1 or (code == "1" and plain[1] in "01"):
        return ""  # a sum with a date behind it; no area code begins so
    return "+" + plain
