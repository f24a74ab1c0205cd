"""Amounts of money as people write them, read exactly.

Amounts are whole numbers of ten-thousandths of a unit, so that no sum is rounded
before it is meant to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

UNIT = 10_000
_SPACE = " \u00a0\u202f"
#: an amount: groups of three with one kind of mark between them, then up to four decimals
_AMOUNT = re.compile(
    rf"(?<![\w.,/])(?<!\w[-−])(?P<minus>[-−(]?)[{_SPACE}]?(?P<figures>\d{{1,3}}(?:(?P<group>[{_SPACE}.,'’])\d{{3}}(?:(?P=group)\d{{3}}){{0,3}})(?:[.,]\d{{1,4}})?"
    rf"|\d{{1,12}}(?:[.,]\d{{1,4}})?)(?P<percent>[{_SPACE}]?%)?(?![\w/]|[.,-]\d)"
)


class Amount(NamedTuple):
    """``value`` in ten-thousandths, decimals written, whether it is a percentage, and its place."""

    value: int
    decimals: int
    percent: bool
    start: int
    text: str


def amounts(line: str) -> Iterator[Amount]:
    """Every amount of a line, from left to right. What can be read in two ways is left out."""
    for match in _AMOUNT.finditer(line):
        read = _read(match["figures"], match["group"] or "")
        if read is not None:
            value, decimals = read
            sign = -1 if match["minus"] else 1
            yield Amount(
                sign * value, decimals, bool(match["percent"]), match.start("figures"), match["figures"]
            )


def _read(figures: str, group: str) -> tuple[int, int] | None:
    if group and group in ".,":
        if figures.count(group) == 1 and ("," if group == "." else ".") not in figures:
            return None  # 1.234 is a thousand and some, or a little more than one
        last = max(figures.rfind("."), figures.rfind(","))
        point = "" if figures[last] == group else figures[last]
        whole, _, part = (
            figures.replace(group, "").partition(point) if point else (figures.replace(group, ""), "", "")
        )
    else:
        whole, _, part = (figures.replace(group, "") if group else figures).replace(",", ".").partition(".")
    if not whole.isascii() or len(whole) > 13:
        return None
    return int(whole) * UNIT + int((part + "0000")[:4]), len(part)


def shown(value: int) -> str:
    """In plain figures with two decimals, or four where two do not hold it."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), UNIT)
    return f"{sign}{whole}.{part // 100:02}" if part % 100 == 0 else f"{sign}{whole}.{part:04}"


def apart(amount: Amount) -> tuple[Amount, Amount] | None:
    """The other reading of figures with a plain space in them: two numbers side by side, the first one whole.

    ``24 697,78`` is an amount, or 24 pieces at 697,78; a page whose cells stand close does not say which.
    """
    head, space, rest = amount.text.partition(" ")
    if not space or amount.percent or not head.isdecimal() or rest.startswith("0"):
        return None
    second = next(amounts(rest), None)
    if second is None or second.text != rest:
        return None
    value = int(head) * UNIT * (-1 if amount.value < 0 else 1)
    first = Amount(value, 0, False, amount.start, head)
    return first, second._replace(start=amount.start + len(head) + 1)
