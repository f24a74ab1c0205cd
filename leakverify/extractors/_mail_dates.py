"""Dates of mail: RFC 5322 3.3 with the obsolete forms of 4.3, and the mbox line.

The zone is kept only where it is certain.  ``-0000`` and the letters of the
military say by definition that the zone is unknown (RFC 5322 3.3 and 4.3), and
so does a name outside the list of RFC 822 (``CEST`` or ``BST`` mean different
zones to different people).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from leakverify.extractors._mail_words import without_comments
from leakverify.when import canonical, parse_when

_MONTHS = {
    name: number
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), 1
    )
}  # fmt: skip
_FULL_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: hours east of UTC (RFC 5322 4.3)
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7,
}  # fmt: skip
#: extreme civil offsets, in minutes
_WEST, _EAST = -12 * 60, 14 * 60
#: characters of a date that are looked at
_LENGTH = 400

_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?(?:\s*([ap])\.?m\b\.?)?"
_USUAL = re.compile(
    r"(?:([a-z]{2,9})\.?\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3,9})\.?[\s,-]+(\d{2,4})[\s,]+" + _CLOCK + r"(.*)\Z"
)
#: C's asctime, and the order of Unix date(1) with the zone before the year
_ASCTIME = re.compile(
    r"([a-z]{3})\s+([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s+([a-z]{1,5}|[+-]\d{4}))?"
    r"\s+(\d{4})(?:\s+([a-z]{1,5}|[+-]\d{4}))?(?:\s.*)?\Z"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:z|[+-]\d\d:\d\d)?\Z")
_NUMERIC = re.compile(r"\s*([+-])(\d\d)(\d\d)(?!\d)")
_NAMED = re.compile(r"\s*([a-z]{1,5})(?![a-z0-9+-])")


class MailDate(NamedTuple):
    """A date as read. ``zone`` and ``weekday`` are the literal words, lower case."""

    value: str
    zone: str
    weekday: str


def read_date(text: str) -> MailDate | None:
    """Read a date field; ``None`` when no possible date is stated.

    >>> read_date("Fri, 5 May 2017 20:47:00 +0200 (CEST)").value
    '2017-05-05T20:47:00+02:00'
    >>> read_date("Fri, 5 May 2017 20:47:00 -0000").value
    '2017-05-05T20:47:00'
    """
    bare = " ".join(without_comments(text[:_LENGTH]).split()).lower()
    if _ISO.match(bare):
        value = bare.upper()
        return MailDate(value, "", "") if parse_when(value) else None
    found = _USUAL.match(bare)
    if found is None:
        return _asctime(bare)
    weekday, day, month, year, hour, minute, second, half, rest = found.groups()
    number = _month(month)
    if number is None or (weekday and weekday[:3] not in _DAYS and weekday[:2] not in _SHORT_DAYS):
        return None
    offset, zone = _zone(rest)
    return _build(
        _year(year), number, int(day), _hour(int(hour), half), int(minute), int(second or 0), offset, zone,
        (weekday or "")[:3],
    )  # fmt: skip


_SHORT_DAYS = frozenset(day[:2] for day in _DAYS)


def _asctime(bare: str) -> MailDate | None:
    found = _ASCTIME.match(bare)
    if found is None or found[1] not in _DAYS or found[2] not in _MONTHS:
        return None
    offset, zone = _zone(found[7] or found[9] or "")
    return _build(
        int(found[8]), _MONTHS[found[2]], int(found[3]), int(found[4]), int(found[5]), int(found[6] or 0),
        offset, zone, found[1],
    )  # fmt: skip


#: the address of an envelope line may hold blanks (quoted local parts, or none at all)
_ENVELOPE = re.compile(
    rb"From (.{0,500}?) {0,4}\b((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? "
    rb"[^\r\n]{12,60}?)[ \t]*(?:remote from [^\r\n]{0,100})?\r?\n?\Z"
)


#: Netscape's "From -" and Gmail's "From 1234@xxx" as some exports shorten them
_UNDATED = re.compile(rb"From (\S{1,300})[ \t]{0,10}\r?\n?\Z")


class Envelope(NamedTuple):
    """What an mbox separator states. ``date`` is ``None`` and ``literal`` empty without a date."""

    sender: str
    date: MailDate | None
    literal: str


def read_envelope(line: bytes) -> Envelope | None:
    """Read an mbox separator ``From sender date``; ``None`` if it is not shaped like one."""
    found = _ENVELOPE.match(line[:1000])
    if found is None:
        undated = _UNDATED.match(line[:1000])
        return None if undated is None else Envelope(undated[1].decode("latin-1"), None, "")
    literal = found[2].decode("latin-1")
    date = read_date(literal)
    if date is None:
        return None
    return Envelope(found[1].decode("latin-1").strip(), date, literal)


def _month(word: str) -> int | None:
    number = _MONTHS.get(word[:3])
    if number is None or (len(word) > 3 and word != _FULL_MONTHS[number - 1] and word != "sept"):
        return None
    return number


def _year(digits: str) -> int:
    """RFC 5322 4.3: two digits below 50 are 2000 and later; three are counted from 1900."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _hour(hour: int, half: str | None) -> int:
    if half is None or not 1 <= hour <= 12:
        return hour
    return hour % 12 + (12 if half == "p" else 0)


def _zone(rest: str) -> tuple[timedelta | None, str]:
    """Offset east of UTC, if certain, and the literal zone."""
    numeric = _NUMERIC.match(rest)
    if numeric:
        literal = numeric[0].strip()
        minutes = (int(numeric[2]) * 60 + int(numeric[3])) * (-1 if numeric[1] == "-" else 1)
        if literal == "-0000" or int(numeric[3]) > 59 or not _WEST <= minutes <= _EAST:
            return None, literal
        return timedelta(minutes=minutes), literal
    named = _NAMED.match(rest)
    if named is None:
        return None, ""
    hours = _ZONES.get(named[1])
    # "GMT-4" and "UT +0100" leave open which of the two is meant
    if hours is None or rest[named.end() :].strip():
        return None, rest.strip()[:32]
    return timedelta(hours=hours), named[1]


def _build(
    year: int, month: int, day: int, hour: int, minute: int, second: int,
    offset: timedelta | None, zone: str, weekday: str,
) -> MailDate | None:  # fmt: skip
    leap = second == 60  # RFC 5322 3.3 allows it; datetime does not
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second)
        if offset is not None:
            moment = moment.replace(tzinfo=timezone(offset))
    except ValueError:
        return None
    text = canonical(moment)
    if leap:
        text = text[:17] + "60" + text[19:]
    return MailDate(text, zone, weekday)
