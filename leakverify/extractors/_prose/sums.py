"""Relations between the amounts of an invoice, and the lines that break them.

A relation is broken only when nothing named on the page can stand between the
amounts: where the difference is itself an amount of the page, or the sum of two, a
discount, a fee or a deposit explains it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from leakverify.extractors._prose.amounts import UNIT, Amount, apart, shown

CENT = UNIT // 100
#: fewest lines of items that keep a relation, and the share of lines of their shape that must
_KEEP, _SHARE = 3, 0.7
#: lines between the first item and the sums, amounts of a page, and net amounts that are compared
_BLOCK, _AMOUNTS, _NETS = 300, 40, 3
#: parts of a net amount that are free of tax often enough to look like another rate: hundredths
_PARTS = frozenset((25, 33, 34, 50, 66, 67, 75))
#: rates of value added tax in hundredths of a per cent that a tax is recognised by
_RATES = (210, 550, 700, 850, 900, 1000, 1200, 1300, 1900, 1960, 2000, 2060, 2100, 2200)


class Broken(NamedTuple):
    """A line whose amounts do not fit: passage and line, its words, the relation, the two figures."""

    passage: int
    line: int
    words: str
    relation: str
    expected: str
    stated: str


class Labelled(NamedTuple):
    """An amount beside a word for it: ``net``, ``tax``, ``gross`` or ``due``."""

    kind: str
    amount: Amount
    passage: int
    line: int
    words: str


Relation = tuple[str, int, int, list[Broken]]
Triple = tuple[int, int, int]
#: kind -> amount -> the first line that names it
Named = dict[str, dict[int, Labelled]]


@dataclass(slots=True)
class Row:
    """A line with its amounts, in order."""

    passage: int
    line: int
    words: str
    numbers: tuple[Amount, ...]


@dataclass(slots=True)
class Sums:
    """What the relations are computed from."""

    rows: list[Row] = field(default_factory=list)
    #: lines with a base, a rate and a tax, and that rate
    taxed: list[tuple[Row, int]] = field(default_factory=list)
    labelled: list[Labelled] = field(default_factory=list)
    #: rates named in the text as it writes them, those of charges and discounts left out
    rates: set[str] = field(default_factory=set)
    #: amounts of lines that hold several, or one with two decimals; and the lines that hold such a one
    all: set[int] = field(default_factory=set)
    money: list[tuple[int, int]] = field(default_factory=list)
    #: discounts, deposits and charges that stand on a line of their own
    between: list[int] = field(default_factory=list)
    #: whether the text says why there is no tax
    free: bool = False

    def relations(self) -> Iterator[Relation]:
        """Relation, lines that keep it, lines it was computed on, and those that break it."""
        of: Named = defaultdict(dict)
        for found in self.labelled:
            of[found.kind].setdefault(found.amount.value, found)
        yield from self._items(of)
        yield from self._rated(of)
        yield from self._total(of)
        yield from self._due(of)

    def explained(self, rest: int) -> bool:
        """Whether an amount of the page, or two, make up a difference."""
        others = sorted({abs(value) for value in self.all} - {0})
        return abs(rest) in others or any(
            abs(rest) == x + y for x in others[:_AMOUNTS] for y in others[:_AMOUNTS]
        )

    # items ------------------------------------------------------------------------------------

    def _items(self, of: Named) -> Iterator[Relation]:
        """Quantity times price on lines of one shape: as many amounts, at the same places percentages."""
        shapes: dict[tuple[bool, ...], list[Row]] = defaultdict(list)
        for row in _read(self.rows):
            shapes[tuple(a.percent for a in row.numbers)].append(row)
        for shape, rows in shapes.items():
            places = [i for i, percent in enumerate(shape) if not percent]
            triples = [(a, b, c) for c in places for b in places for a in places if a < b < c]
            best = max(triples, key=lambda t: sum(product(row, t) for row in rows), default=None)
            if best is None:
                continue
            kept = sum(product(row, best) for row in rows)
            tried = [row for row in rows if row.numbers[best[2]].decimals == 2 and row.numbers[best[1]].value]
            broken = [row for row in tried if not product(row, best) and not _nearly(row, best)]
            if kept >= _KEEP and kept >= _SHARE * len(tried):
                breaks = [_of_item(row, best) for row in broken]
                yield "quantity*price=total", kept, len(tried), breaks
                if not breaks:
                    yield from self._added(tried, best, of)
            else:
                yield from self._added(tried, best, of)

    def _added(self, rows: list[Row], triple: Triple, of: Named) -> Iterator[Relation]:
        """The totals of items make the net amount below them, where nothing else stands in between.

        Few items keep no relation by their number.  Where their sum is not the net amount and the sum of
        their products is, one of the totals was changed.
        """
        sums = of["net"] or (of["gross"] or of["due"] if self.free else {})
        if not rows or len({row.passage for row in rows}) != 1 or len(rows) > _BLOCK:
            return
        first, last = rows[0].line, rows[-1].line
        below = [s for s in sums.values() if s.passage == rows[0].passage and s.line > last]
        if not below:
            return
        net = min(below, key=lambda found: found.line)
        items = {row.line for row in rows}
        if any(p == net.passage and first < at < net.line and at not in items for p, at in self.money):
            return
        total = sum(row.numbers[triple[2]].value for row in rows)
        wanted = net.amount.value
        wrong = [row for row in rows if not product(row, triple)]
        slack = 2 * CENT * len(rows)
        if abs(total - wanted) <= slack:
            yield "lines=net", 1, 1, []
        elif wrong and abs(sum(_times(row, triple) for row in rows) - wanted) <= slack:
            kept = len(rows) - len(wrong)
            yield "quantity*price=total", kept, len(rows), [_of_item(row, triple) for row in wrong]
        elif not wrong and _telling(rows, triple) and not self.between and not self.explained(total - wanted):
            stated = Broken(net.passage, net.line, net.words, "lines=net", shown(total), shown(wanted))
            yield "lines=net", 0, 1, [stated]

    # taxes ------------------------------------------------------------------------------------

    def _rated(self, of: Named) -> Iterator[Relation]:
        """Base times rate on lines that state base, rate and tax."""
        kept, broken = 0, []
        for row, rate in self.taxed:
            base, tax = (a for a in row.numbers if not a.percent)
            if _taxes(row, rate):
                kept += 1
            elif rate and base.decimals == tax.decimals == 2:
                due = base.value * rate // (100 * UNIT)
                broken.append(
                    Broken(row.passage, row.line, row.words, "base*rate=tax", shown(due), shown(tax.value))
                )
        if kept or broken:
            yield "base*rate=tax", kept, kept + len(broken), broken
        else:
            yield from self._single_rate(of)

    def _single_rate(self, of: Named) -> Iterator[Relation]:
        """The only rate on a net amount gives the only tax, or more: part may be free of tax.

        Of several net amounts the last one above the tax is taxed: what was taken off stands between them.
        """
        if len(self.rates) != 1 or not 1 <= len(of["net"]) <= _NETS or len(of["tax"]) != 1:
            return
        (rate,), (tax,) = self.rates, of["tax"].values()
        hundredths, stated = round(float(rate) * 100), tax.amount.value
        dues = [net * hundredths // 10_000 for net in of["net"]]
        if any(abs(due - stated) <= 2 * CENT for due in dues):
            yield "net*rate=tax", 1, 1, []
            return
        above = [n for n in of["net"].values() if (n.passage, n.line) <= (tax.passage, tax.line)] or [
            *of["net"].values()
        ]
        net = max(above, key=lambda found: (found.passage, found.line)).amount.value
        if all(0 < due < stated for due in dues) or _another(net, hundredths, stated):
            due = shown(net * hundredths // 10_000)
            broken = Broken(tax.passage, tax.line, tax.words, "net*rate=tax", due, shown(stated))
            yield "net*rate=tax", 0, 1, [broken]

    # totals -----------------------------------------------------------------------------------

    def _total(self, of: Named) -> Iterator[Relation]:
        """Net and tax make gross, for the amounts that stand beside these words."""
        nets, grosses = of["net"], of["gross"] or of["due"]
        stated = set(of["tax"]) | {tax for row, rate in self.taxed if (tax := _taxes(row, rate))}
        taxes = stated or ({0} if self.free else set())
        if not nets or not grosses or not taxes:
            return
        whole = _whole(taxes)
        sums = {n + t for n in nets for t in (*taxes, whole)} | {sum(nets) + sum(taxes)}
        if any(abs(s - g) <= 2 * CENT for s in sums for g in {**grosses, **of["due"]}):
            yield "net+tax=gross", 1, 1, []
            return
        if len(nets) > _NETS or len(grosses) > 1 or len(taxes) > _NETS:
            return
        (gross,) = grosses.values()
        if len(nets) > 1 and {n.passage for n in nets.values()} != {gross.passage}:
            return
        net = max(nets.values(), key=lambda found: found.line)
        if not gross.amount.value or abs(whole) > abs(net.amount.value) // 3:
            return  # paid already; or what stands beside the word for tax is something else
        if any(self.explained(gross.amount.value - n - whole) for n in nets):
            return
        due = net.amount.value + whole
        relation, value = "net+tax=gross", shown(gross.amount.value)
        yield relation, 0, 1, [Broken(gross.passage, gross.line, gross.words, relation, shown(due), value)]

    def _due(self, of: Named) -> Iterator[Relation]:
        """What was paid already, taken off the total, leaves what is due."""
        if len(of["gross"]) != 1 or len(of["due"]) != 1 or not 1 <= len(self.between) <= 3:
            return
        (gross,), (due,) = of["gross"].values(), of["due"].values()
        rest = gross.amount.value - due.amount.value
        if not rest or not due.amount.value:
            return
        paid = [abs(value) for value in self.between]
        if any(abs(abs(rest) - part) <= 2 * CENT for part in {*paid, sum(paid)}):
            yield "total-paid=due", 1, 1, []


def _read(rows: list[Row]) -> Iterator[Row]:
    """Rows of three numbers and more; where figures can be read in two ways, in the one that computes."""
    others = [_other(row) for row in rows]
    kept = {
        tuple(a.percent for a in one.numbers)
        for pair in zip(rows, others, strict=True)
        for one in pair
        if one is not None and _computes(one)
    }
    for row, other in zip(rows, others, strict=True):
        chosen = row
        if other is not None and not _computes(row):
            shape = tuple(a.percent for a in row.numbers)
            turned = tuple(a.percent for a in other.numbers)
            if _computes(other) or (turned in kept and shape not in kept) or _few(row) < 3 <= _few(other):
                chosen = other
        if len(chosen.numbers) >= 3:
            yield chosen


def _few(row: Row) -> int:
    return sum(not a.percent for a in row.numbers)


def _computes(row: Row) -> bool:
    """Whether two neighbours of the row have a later one for their product, and neither is 1."""
    places = [i for i, a in enumerate(row.numbers) if not a.percent]
    return any(
        product(row, (a, b, c)) and UNIT not in (row.numbers[a].value, row.numbers[b].value)
        for at, (a, b) in enumerate(pairwise(places))
        for c in places[at + 2 :]
    )


def _other(row: Row) -> Row | None:
    """The row with the first figures that hold a plain space read as two numbers."""
    for at, amount in enumerate(row.numbers):
        pair = apart(amount)
        if pair is not None:
            numbers = (*row.numbers[:at], *pair, *row.numbers[at + 1 :])
            return Row(row.passage, row.line, row.words, numbers)
    return None


def _whole(taxes: set[int]) -> int:
    """The tax altogether: the one that is the sum of the others, or their sum."""
    total = sum(taxes)
    return next((t for t in sorted(taxes) if len(taxes) > 2 and abs(2 * t - total) <= 2 * CENT), total)


def _another(net: int, stated: int, tax: int) -> bool:
    """Whether a tax is another, lower rate on the whole net amount, and no ordinary part of it is free."""
    return any(
        abs(net * rate // 10_000 - tax) <= CENT and net > 0 and rate * 100 // stated not in _PARTS
        for rate in _RATES
        if 0 < rate < stated
    )


def _taxes(row: Row, rate: int) -> int:
    """The tax of a line that states base, rate and tax; 0 where they do not fit."""
    base, tax = (a.value for a in row.numbers if not a.percent)
    for one, other in ((base, tax), (tax, base)):
        if abs(one * rate // (100 * UNIT) - other) <= 2 * CENT:
            return other
    return 0


def _of_item(row: Row, triple: Triple) -> Broken:
    relation, total = "quantity*price=total", row.numbers[triple[2]].value
    return Broken(row.passage, row.line, row.words, relation, shown(_times(row, triple)), shown(total))


def _telling(rows: list[Row], triple: Triple) -> bool:
    """Whether products that hold are more than chance: several, or one of two amounts other than 1."""
    return len(rows) > 1 or all(rows[0].numbers[place].value != UNIT for place in triple[:2])


def _times(row: Row, triple: Triple) -> int:
    return row.numbers[triple[0]].value * row.numbers[triple[1]].value // UNIT


def _nearly(row: Row, triple: Triple) -> bool:
    """Whether a charge or a rounding of its own makes the difference."""
    total = row.numbers[triple[2]].value
    return abs(_times(row, triple) - total) < max(5 * CENT, abs(total) // 100)


def product(row: Row, triple: Sequence[int]) -> bool:
    """Whether the third amount is the product of the first two, to what was left off a price."""
    a, b, c = (row.numbers[i] for i in triple)
    if c.decimals != 2 or not a.value or not b.value:
        return False
    slack = CENT + min(abs(a.value), abs(b.value)) // UNIT * (
        CENT // 2 if max(a.decimals, b.decimals) <= 2 else 1
    )
    exact = a.decimals == 0 or b.decimals == 0
    return abs(a.value * b.value // UNIT - c.value) <= (CENT if exact else slack)
