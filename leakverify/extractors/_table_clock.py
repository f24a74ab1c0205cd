"""Time stamps of lists against the summer time of the zone they are written in.

Two rules cover most leaked lists: that of the European Union since 1996
(directive 2000/84/EC: last Sundays of March and October, 01:00 UTC) and that of
the United States (Energy Policy Act of 2005: second Sunday of March and first of
November, 02:00 local time; from 1987 to 2006 first Sunday of April and last of
October).  A zone is taken from what the list says: its offsets, or the name of a
zone in a heading or behind the stamps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, clip, content, token
from leakverify.extractors._table_numbers import Line

CLOCK_VOCABULARY: dict[str, Declared] = {
    "table.clock": token(
        "rule of summer time the column's stamps follow: EU or US, and the zone's standard offset in hours",
        repeats=True,
    ),
    "table.clock.break": content(
        "time stamp that this rule does not know; raw says never-shown for a time that was skipped when "
        "clocks went forward, or the offset of that day",
        repeats=True,
    ),
}

_STAMP = re.compile(
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/.](?P<m2>\d{1,2})[-/.](?P<y2>\d{4}))"
    r"[T ](?P<H>\d{1,2}):(?P<M>\d\d)(?::\d\d(?:\.\d{1,9})?)?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[A-Z]{3,4})?\Z"
)
#: name -> (rule, standard offset in hours, hours added by the name itself)
_ZONES = {
    "CET": ("EU", 1, 0), "CEST": ("EU", 1, 1), "MEZ": ("EU", 1, 0), "MESZ": ("EU", 1, 1),
    "WET": ("EU", 0, 0), "WEST": ("EU", 0, 1), "EET": ("EU", 2, 0), "EEST": ("EU", 2, 1),
    "EST": ("US", -5, 0), "EDT": ("US", -5, 1), "CST": ("US", -6, 0), "CDT": ("US", -6, 1),
    "MST": ("US", -7, 0), "MDT": ("US", -7, 1), "PST": ("US", -8, 0), "PDT": ("US", -8, 1),
}  # fmt: skip
_PLACES = {
    "Europe/Paris": ("EU", 1), "Europe/Berlin": ("EU", 1), "Europe/Brussels": ("EU", 1),
    "Europe/Madrid": ("EU", 1), "Europe/Rome": ("EU", 1), "Europe/Zurich": ("EU", 1),
    "Europe/Luxembourg": ("EU", 1), "Europe/Amsterdam": ("EU", 1), "Europe/Vienna": ("EU", 1),
    "Europe/London": ("EU", 0), "Europe/Lisbon": ("EU", 0), "Europe/Athens": ("EU", 2),
    "America/New_York": ("US", -5), "America/Chicago": ("US", -6), "America/Los_Angeles": ("US", -8),
}  # fmt: skip
_LEAST, _SHARE, _TOLD, _ROWS = 20, 0.95, 50, 20_000


class _Stamp(NamedTuple):
    row: Line
    text: str
    wall: datetime
    #: offset in hours as written, and whether a name of a zone wrote it
    offset: float | None
    name: str


def clock_facts(rows: Sequence[Line], index: int, heading: str) -> Iterator[Observation]:
    """The rule one column of time stamps follows, and the stamps that break it."""
    stamps = [s for s in (_read(row, index) for row in rows[:_ROWS]) if s is not None]
    if len(stamps) < _LEAST:
        return
    rule = _stated_rule(stamps, heading) or _rule_of_offsets(stamps)
    if rule is None:
        return
    law, standard = rule
    where = Location(cell=f"column {index + 1}")
    yield Observation(name="table.clock", value=f"{law} {standard:+d}", where=where)
    left = _TOLD
    for stamp in stamps:
        if not _in_force(law, stamp.wall.year):
            continue
        said = ""
        if _skipped(law, standard, stamp.wall) and (stamp.offset is None or stamp.name):
            said = "never-shown"
        elif stamp.offset is not None and stamp.offset not in _offsets(law, standard, stamp.wall):
            said = f"{_offsets(law, standard, stamp.wall)[0]:+d}"
        if said and left > 0:
            left -= 1
            yield Observation(
                name="table.clock.break",
                value=clip(stamp.text, 100),
                where=Location(line=stamp.row.line, cell=f"row {stamp.row.line} column {index + 1}"),
                raw=said,
            )


def _read(row: Line, index: int) -> _Stamp | None:
    cell = row.cells[index].strip() if index < len(row.cells) else ""
    found = _STAMP.match(cell) if len(cell) <= 60 else None
    if found is None:
        return None
    year, month, day = (int(found[key] or found[f"{key}2"]) for key in ("y", "m", "d"))
    try:
        wall = datetime(year, month, day, int(found["H"]), int(found["M"]))
    except ValueError:
        return None
    zone = found["zone"] or ""
    if zone in _ZONES:
        return _Stamp(row, cell, wall, float(sum(_ZONES[zone][1:])), zone)
    if zone[:1] in "+-" and zone:
        hours = int(zone[1:3]) + int(zone[-2:]) / 60
        return _Stamp(row, cell, wall, -hours if zone[0] == "-" else hours, "")
    return None if zone else _Stamp(row, cell, wall, None, "")


def _stated_rule(stamps: Sequence[_Stamp], heading: str) -> tuple[str, int] | None:
    for place, rule in _PLACES.items():
        if place in heading:
            return rule
    named = Counter(_ZONES[stamp.name][:2] for stamp in stamps if stamp.name)
    if named and named.most_common(1)[0][1] >= _SHARE * len(stamps):
        return named.most_common(1)[0][0]
    word = next((word for word in re.findall(r"[A-Z]{3,4}", heading[:200]) if word in ("CET", "MEZ")), None)
    return _ZONES[word][:2] if word else None


def _rule_of_offsets(stamps: Sequence[_Stamp]) -> tuple[str, int] | None:
    """The rule nearly all offsets follow, where both halves of the year are seen."""
    written = [s for s in stamps if s.offset is not None and s.offset == int(s.offset)]
    offsets = sorted({int(s.offset or 0) for s in written})
    if len(written) < max(_LEAST, _SHARE * len(stamps)):
        return None
    for standard in offsets:
        for law in ("EU", "US"):
            kept = [s for s in written if s.offset in _offsets(law, standard, s.wall)]
            both = {s.offset for s in kept}
            if len(kept) >= _SHARE * len(written) and len(both) == 2:
                return law, standard
    return None


def _in_force(law: str, year: int) -> bool:
    return 1996 <= year < 2100 if law == "EU" else 1987 <= year < 2100


def _sunday(year: int, month: int, number: int) -> datetime:
    """The ``number``-th Sunday of a month, the last one for 0."""
    if number:
        first = datetime(year, month, 1)
        return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))
    last = datetime(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _change(law: str, standard: int, year: int) -> tuple[datetime, datetime]:
    """Begin and end of summer time, in the zone's standard time."""
    if law == "EU":
        hour = timedelta(hours=1 + standard)
        return _sunday(year, 3, 0) + hour, _sunday(year, 10, 0) + hour
    if year >= 2007:
        begin, end = _sunday(year, 3, 2), _sunday(year, 11, 1)
    else:
        begin, end = _sunday(year, 4, 1), _sunday(year, 10, 0)
    return begin + timedelta(hours=2), end + timedelta(hours=1)


def _skipped(law: str, standard: int, wall: datetime) -> bool:
    """Whether clocks went from before this time to after it."""
    begin, _ = _change(law, standard, wall.year)
    return begin <= wall < begin + timedelta(hours=1)


def _offsets(law: str, standard: int, wall: datetime) -> tuple[int, ...]:
    """What the offset may be at a time of the clock; two values in the hour that comes twice."""
    begin, end = _change(law, standard, wall.year)
    hour = timedelta(hours=1)
    if begin <= wall < begin + hour or end <= wall < end + hour:
        return standard, standard + 1
    return (standard + 1,) if begin < wall < end + hour else (standard,)
