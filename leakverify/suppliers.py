"""Invoices of an archive by supplier: the look and order of their numbers, and the accounts they name.

Worked out from stored reports alone.  What is out of line is shown and never counted: a
supplier changes its program or its bank, keeps several series, and numbers drafts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from leakverify.evidence import Report

#: invoices of a supplier before anything is called its habit, and the share that must keep it
HABIT, SHARE = 4, 0.75
#: kinds of documents that are numbered in one series with invoices
_KINDS = frozenset(("invoice", "deposit", "credit"))
#: numbers of companies, in the order in which they are taken to name one
_COMPANY = ("vat", "siren", "siret", "bce", "nif", "piva", "che")
_PLAIN = re.compile(r"[^A-Z0-9]")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[A-Za-z]")


class Bill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One invoice. ``path`` is ``Document.path``; what it does not state is empty.

    ``shape`` is the number with 9 for each figure and A for each letter.  ``date`` is the day the text gives
    as its own.  ``accounts`` are IBANs without spaces.
    """

    path: str
    sha256: str
    kind: str
    number: str = ""
    shape: str = ""
    date: str = ""
    accounts: tuple[str, ...] = ()


class OutOfLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invoice unlike the others of its supplier.

    ``kind``: ``shape`` (the number is built otherwise), ``order`` (the number goes back while the date goes
    on), ``account`` (paid into an account that no other names), ``repeated`` (another document bears the
    same number).  ``value`` is what it states, ``usual`` what the others do, ``beside`` the invoice it
    is held against.
    """

    kind: str
    path: str
    value: str
    usual: str = ""
    beside: str = ""


class Supplier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The invoices of one supplier, oldest first.

    ``key`` is the number of the company (a French one by its SIREN), or its account where it names
    none.  ``shape`` and ``accounts`` are its habits, empty where there are too few invoices for one.
    """

    key: str
    bills: tuple[Bill, ...]
    shape: str = ""
    accounts: tuple[str, ...] = ()
    out_of_line: tuple[OutOfLine, ...] = ()


def suppliers(reports: Iterable[Report]) -> list[Supplier]:
    """Suppliers of two invoices or more, most first. Documents that name no one are left out."""
    read = [found for report in reports if (found := _bill(report)) is not None]
    customers = _customers([companies for _, companies in read])
    groups: dict[str, list[Bill]] = defaultdict(list)
    for bill, companies in read:
        named = [company for company in companies if company not in customers] or companies
        key = named[0] if named else next(iter(bill.accounts), "")
        if key:
            groups[key].append(bill)
    known = [_supplier(key, bills) for key, bills in groups.items() if len(bills) > 1]
    return sorted(known, key=lambda s: (-len(s.bills), s.key))


def shape(number: str) -> str:
    """A number with 9 for each figure and A for each letter: ``F-2015-77`` is ``A-9999-99``."""
    return _LETTERS.sub("A", re.sub(r"\d", "9", number))


def _bill(report: Report) -> tuple[Bill, list[str]] | None:
    """The invoice a report is on, and the companies it names in their order."""
    facts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for o in report.observations:
        if o.name.startswith(("invoice.", "text.identifier", "text.dateline")):
            facts[o.name].append((str(o.value), o.raw or ""))
    kind = next((value for value, _ in facts["invoice.kind"]), "")
    if kind not in _KINDS:
        return None
    number = next((value for value, _ in facts["invoice.number"]), "")
    stated = [(_PLAIN.sub("", value.upper()), raw) for value, raw in facts["text.identifier"]]
    bill = Bill(
        path=report.document.path,
        sha256=report.document.sha256,
        kind=kind,
        number=number,
        shape=shape(number),
        date=max((value for value, _ in facts["text.dateline"]), default=""),
        accounts=tuple(dict.fromkeys(value for value, raw in stated if raw == "iban")),
    )
    named = [_company(value, raw) for wanted in _COMPANY for value, raw in stated if raw == wanted]
    return bill, list(dict.fromkeys(company for company in named if company))


def _company(value: str, raw: str) -> str:
    """One name for a company however it gives its number."""
    if raw == "vat":
        return (
            f"FR {value[4:]}" if value.startswith("FR") and len(value) == 13 else f"{value[:2]} {value[2:]}"
        )
    country = {"siren": "FR", "siret": "FR", "bce": "BE", "nif": "ES", "piva": "IT", "che": "CH"}[raw]
    plain = value[:9] if raw == "siret" else value.removeprefix(country)
    return f"{country} {plain}"


def _customers(named: Sequence[Sequence[str]]) -> set[str]:
    """Companies named beside several others: whom the archive's invoices are sent to."""
    beside: dict[str, set[str]] = defaultdict(set)
    for companies in named:
        for one in companies:
            beside[one].update(other for other in companies if other != one)
    return {one for one, others in beside.items() if len(others) > 1}


def _supplier(key: str, bills: list[Bill]) -> Supplier:
    bills.sort(key=lambda bill: (bill.date, bill.number, bill.path))
    accounts = Counter(account for bill in bills for account in bill.accounts)
    usual, times = _usual(Counter(_pattern(bill.number) for bill in bills if bill.number))
    habit = _habit(times, sum(1 for bill in bills if bill.number))
    common = next((b.shape for b in reversed(bills) if _pattern(b.number) == usual), "") if habit else ""
    paid, paid_times = _usual(accounts)
    stated = sum(1 for bill in bills if bill.accounts)
    held = (paid,) if _habit(paid_times, stated) else ()
    return Supplier(
        key=key,
        bills=tuple(bills),
        shape=common,
        accounts=held,
        out_of_line=(
            *_shapes(bills, usual if habit else "", common),
            *_order(bills, usual if habit else ""),
            *_accounts(bills, held, accounts),
            *_repeated(bills),
        ),
    )


def _usual(counted: Counter[str]) -> tuple[str, int]:
    return min(counted.items(), key=lambda item: (-item[1], item[0]), default=("", 0))


def _habit(times: int, total: int) -> bool:
    return total >= HABIT and times >= SHARE * total


def _pattern(number: str) -> str:
    """How a number is built; a counter grows by a figure and stays itself."""
    return _DIGITS.sub("9", _LETTERS.sub("A", number))


def _shapes(bills: Sequence[Bill], usual: str, shown: str) -> Iterator[OutOfLine]:
    for bill in bills:
        if usual and bill.number and _pattern(bill.number) != usual:
            yield OutOfLine(kind="shape", path=bill.path, value=bill.number, usual=shown)


def _order(bills: Sequence[Bill], usual: str) -> Iterator[OutOfLine]:
    """Numbers outside the longest run that rises with the date; years and letters begin anew."""
    dated = [bill for bill in bills if usual and bill.date and _pattern(bill.number) == usual]
    series: dict[tuple[str, str], list[tuple[str, int, Bill]]] = defaultdict(list)
    for bill in dated:
        runs = _DIGITS.findall(bill.number)
        if runs and len(runs[-1]) <= 15:
            letters = _DIGITS.sub("9", bill.number)
            series[bill.date[:4], letters].append((bill.date, int(runs[-1]), bill))
    for listed in series.values():
        listed.sort(key=lambda item: item[:2])
        kept = _rising([counter for _, counter, _ in listed])
        if len(listed) < HABIT or len(kept) < SHARE * len(listed):
            continue
        for place, (_, _, bill) in enumerate(listed):
            if place not in kept:
                neighbour = listed[max((k for k in kept if k < place), default=min(kept))][2]
                usually = f"{neighbour.number} {neighbour.date}"
                yield OutOfLine(
                    kind="order", path=bill.path, value=f"{bill.number} {bill.date}", usual=usually,
                    beside=neighbour.path,
                )  # fmt: skip


def _rising(counters: Sequence[int]) -> set[int]:
    """Places of the longest run that never falls."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, counter in enumerate(counters):
        at = bisect_right(tails, counter)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1], ends[at : at + 1] = [counter], [place]
    kept, place = set(), ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return kept


def _accounts(bills: Sequence[Bill], held: Sequence[str], counted: Counter[str]) -> Iterator[OutOfLine]:
    for bill in bills:
        if held and bill.accounts and not set(bill.accounts) & set(held):
            for account in bill.accounts:
                if counted[account] == 1:
                    yield OutOfLine(kind="account", path=bill.path, value=account, usual=held[0])


def _repeated(bills: Sequence[Bill]) -> Iterator[OutOfLine]:
    first: dict[str, Bill] = {}
    for bill in bills:
        other = first.setdefault(bill.number, bill) if bill.number else bill
        if other.sha256 != bill.sha256 and other.kind == bill.kind:
            yield OutOfLine(kind="repeated", path=bill.path, value=bill.number, beside=other.path)
