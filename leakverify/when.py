"""Points in time as documents state them: partial, and often without a zone.

A claimed date is text such as ``2017-05-05T20:47:00+02:00``.  When the zone is
missing the moment is only known to within the zones in use on Earth (UTC-12 to
UTC+14), and when the day is missing, to within the month.  :class:`When` keeps
that as an interval, so that "certainly before" means certainly.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d{1,9})?)?)?)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?\Z"
)
#: extreme civil offsets (tz database: Pacific/Kiritimati, Etc/GMT+12)
_EAST, _WEST = timedelta(hours=14), timedelta(hours=-12)


class When(msgspec.Struct, frozen=True, kw_only=True):
    """A stated time.

    ``wall``/``wall_end``: first instant and first instant after the stated
    span, as read on the clock that made it.  ``offset``: east of UTC, ``None``
    when the document does not say.
    """

    text: str
    wall: datetime
    wall_end: datetime
    offset: timedelta | None

    @property
    def earliest(self) -> datetime:
        """Earliest UTC instant this can mean (aware)."""
        shift = _EAST if self.offset is None else self.offset
        return _shift(self.wall, -shift)

    @property
    def latest(self) -> datetime:
        """First UTC instant after anything this can mean (aware)."""
        shift = _WEST if self.offset is None else self.offset
        return _shift(self.wall_end, -shift)

    def surely_before(self, other: When, tolerance: timedelta = timedelta(0)) -> bool:
        """Earlier by more than ``tolerance`` under every reading of both zones
        *and* as the two clocks showed it.

        Demanding both guards against a zone written wrongly by either program.
        """
        return self.latest + tolerance <= other.earliest and self.wall_end + tolerance <= other.wall


def parse_when(text: str) -> When | None:
    """Read the canonical form; ``None`` if it is not a possible date.

    >>> parse_when("2017-05").wall_end
    datetime.datetime(2017, 6, 1, 0, 0)
    >>> parse_when("2017-02-30") is None
    True
    """
    found = _FORM.match(text)
    if not found:
        return None
    part = found.groupdict()
    try:
        wall = datetime(
            int(part["year"]), int(part["month"] or 1), int(part["day"] or 1),
            int(part["hour"] or 0), int(part["minute"] or 0), min(int(part["second"] or 0), 59),
        )  # fmt: skip
    except ValueError:
        return None
    if not part["month"]:
        end = _bump(wall, year=wall.year + 1)
    elif not part["day"]:
        end = (wall + timedelta(days=32)).replace(day=1) if wall.year < 9999 else wall
    elif not part["hour"]:
        end = _add(wall, timedelta(days=1))
    elif not part["second"]:
        end = _add(wall, timedelta(minutes=1))
    else:
        end = _add(wall, timedelta(seconds=1))
    return When(text=text, wall=wall, wall_end=end, offset=_offset(part["zone"]))


def canonical(moment: datetime) -> str:
    """The canonical text of a datetime, aware or naive, to the second."""
    text = moment.replace(microsecond=0, tzinfo=None).isoformat()
    offset = moment.utcoffset()
    if offset is None:
        return text
    if not offset:
        return text + "Z"
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{text}{sign}{hours:02d}:{rest:02d}"


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone == "Z":
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))


def _bump(moment: datetime, year: int) -> datetime:
    return moment.replace(year=year) if year <= 9999 else moment


def _add(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        return moment


def _shift(wall: datetime, span: timedelta) -> datetime:
    return _add(wall, span).replace(tzinfo=UTC)
