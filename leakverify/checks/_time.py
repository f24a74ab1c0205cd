"""Comparing stated times when neither clock nor zone is to be trusted.

Two statements about time conflict only when they conflict under every reading
of their zones *and* as the clocks showed them; see :mod:`leakverify.when`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from leakverify.checks._base import Facts
from leakverify.evidence import Observation
from leakverify.when import When, parse_when

Stated = tuple[Observation, When]

#: two programs of one save write their stamps within this span (measured: most differ by under a minute)
DRIFT = timedelta(minutes=2)
#: widest difference between the clocks of two places: UTC-12 to UTC+14
ZONES = timedelta(hours=26)
#: civil offsets from UTC are whole quarters of an hour (tz database)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
#: days round the turn of a year in which a clock that started over may stand
_RESET = 3


def moments(facts: Facts, names: Iterable[str]) -> list[Stated]:
    """Every observation of these names that is a date, in the order of the names."""
    found: list[Stated] = []
    for name in names:
        for observation in facts.all(name):
            if isinstance(observation.value, str):
                read = parse_when(observation.value)
                if read is not None:
                    found.append((observation, read))
    return found


def lead(later: When, earlier: When) -> timedelta:
    """How much ``later`` certainly comes after ``earlier``: by UTC and by wall clock, the smaller.

    Zero or less means it is not certain that it comes after at all.
    """
    return min(later.earliest - earlier.latest, later.wall - earlier.wall_end)


def distance(one: When, other: When) -> timedelta:
    """How far apart two statements certainly are, whichever comes first; never negative."""
    return max(lead(one, other), lead(other, one), timedelta(0))


def only_zone(one: When, other: When) -> bool:
    """The two clocks show the same time but for a whole number of quarter hours, within a day's zones.

    That is what a zone written wrongly, or left out by one of two programs, looks like.
    """
    apart = abs(one.wall - other.wall)
    if apart > ZONES:
        return False
    rest = apart % QUARTER
    return min(rest, QUARTER - rest) <= DRIFT


def started_over(when: When) -> bool:
    """Whether a time lies where clocks begin that lost their power: within some days of a new year."""
    day = when.wall.timetuple().tm_yday
    return day <= _RESET or day > 365 - _RESET


def newest(stated: Sequence[Stated]) -> Stated | None:
    """The statement that certainly reaches furthest forward in time: the largest ``latest``."""
    return max(stated, key=lambda pair: pair[1].latest, default=None)


def span_text(span: timedelta) -> str:
    """A span for people, in its two largest units.

    >>> span_text(timedelta(days=3, hours=5, minutes=7))
    '3 days 5 h'
    """
    minutes = int(abs(span).total_seconds() // 60)
    years, rest = divmod(minutes, 525_949)
    days, rest = divmod(rest, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [
        f"{count}{unit if count == 1 or not unit.startswith(' ') else unit + 's'}"
        for count, unit in ((years, " year"), (days, " day"))
        if count
    ]
    if hours:
        parts.append(f"{hours} h")
    if minutes:
        parts.append(f"{minutes} min")
    return " ".join(parts[:2]) or "less than a minute"
