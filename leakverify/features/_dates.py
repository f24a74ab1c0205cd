"""Habits of dates: how a program states them, never when something was."""

from __future__ import annotations

import math
import re

from leakverify.features._rules import Made, Rule, Seen
from leakverify.when import parse_when

_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")
#: ``raw`` of a date is not read: what is kept in a corpus has none


def zone_words(name: str, meaning: str, *reads: str) -> Rule:
    """The zones that dates are stated in: Z, an offset, or none."""

    def make(seen: Seen) -> Made:
        found = set()
        for read in reads:
            for text in seen.texts(read)[:32]:
                zone = _ZONE.search(text)
                found.add(zone[1] if zone else "none")
        return found

    return Rule(name, meaning, reads, make)


def span(name: str, meaning: str, first: str, second: str) -> Rule:
    """Time from one date to another as clocks showed it: log10 of one and the days, negative backwards."""

    def make(seen: Seen) -> Made:
        start, end = parse_when(seen.text(first)), parse_when(seen.text(second))
        if start is None or end is None:
            return None
        days = (end.wall - start.wall).total_seconds() / 86_400
        return math.copysign(math.log10(1 + abs(days)), days)

    return Rule(name, meaning, (first, second), make, "log10 days")


def same(name: str, meaning: str, first: str, second: str) -> Rule:
    """Whether two dates are equal, the same moment in two zones, near, or different."""

    def make(seen: Seen) -> Made:
        one, two = seen.text(first), seen.text(second)
        if not one or not two:
            return ["only first"] if one else ["only second"] if two else None
        if one == two:
            return ["equal"]
        start, end = parse_when(one), parse_when(two)
        if start is None or end is None:
            return ["unreadable"]
        if start.offset is not None and end.offset is not None and start.earliest == end.earliest:
            return ["same moment"]
        apart = abs((end.wall - start.wall).total_seconds())
        return ["within a minute" if apart <= 60 else "same day" if apart <= 86_400 else "different"]

    return Rule(name, meaning, (first, second), make)
