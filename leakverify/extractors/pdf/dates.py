"""Dates as PDF programs write them, in the form of :mod:`leakverify.when`.

The grammar is ``D:YYYYMMDDHHmmSSOHH'mm'`` with everything after the year
optional (ISO 32000-2, 7.9.4).  Programs leave out the prefix, the quotes, the
zone or its minutes, and some write another format altogether.  A date whose
order of day and month cannot be known is not read.
"""

from __future__ import annotations

import re

from leakverify.when import parse_when

_STANDARD = re.compile(
    r"(?:D\s?:\s?)?(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?P<second>\d\d)?)?)?)?)?(?:[.,]\d{1,9})?\s?(?P<zone>Z|z|UTC|GMT|[+-])?(?P<off>\d{1,2})?['’:\s]{0,2}(?P<offm>\d\d)?['’\s]{0,2}\Z"
)
_ISO = re.compile(
    r"(?:D\s?:\s?)?(?P<year>\d{4})[-/.:](?P<month>\d\d?)[-/.:](?P<day>\d\d?)"
    r"(?:[T ]\s?(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:[.,]\d{1,9})?)?"
    r"\s?(?P<zone>Z|z|UTC|GMT|[+-])?(?P<off>\d{1,2})?['’:]?(?P<offm>\d\d)?['’]?\Z"
)
#: a program that printed "19" and the years since 1900: ``D:191030805...`` is 2003
_CENTURY = re.compile(r"(?:D\s?:\s?)?191(\d\d)(\d{10})(?!\d)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
#: ``Thu May  5 20:47:00 2017`` as the C library prints it
_ASCTIME = re.compile(
    r"(?:D\s?:\s?)?(?:[A-Za-z]{3,9},?\s+)?(?P<name>[A-Za-z]{3,9})\s+(?P<day>\d\d?),?\s+"
    r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s+(?P<year>\d{4})\Z"
)
#: ``5 May 2017 20:47:00`` and ``Thursday, May 05, 2017 8:47:00 PM``
_WORDED = re.compile(
    r"(?:D\s?:\s?)?(?:[A-Za-z]{3,9},?\s+)?(?:(?P<day>\d\d?)[\s-]+(?P<name>[A-Za-z]{3,9})|"
    r"(?P<name2>[A-Za-z]{3,9})\s+(?P<day2>\d\d?)),?[\s-]+(?P<year>\d{4})"
    r"(?:,?\s+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s?(?P<half>[AaPp][Mm])?)?\Z"
)


def canonical_pdf_date(stated: str) -> str | None:
    """The stated date in canonical form, ``None`` when it is not a possible one.

    >>> canonical_pdf_date("D:20170505204700+02'00'")
    '2017-05-05T20:47:00+02:00'
    >>> canonical_pdf_date("D:20170505")
    '2017-05-05'
    >>> canonical_pdf_date("05/06/2017") is None
    True
    """
    text = stated.strip(" \t\r\n\x00")
    if len(text) > 64:
        return None
    text = _CENTURY.sub(r"20\1\2", text)
    for pattern in (_STANDARD, _ISO):
        found = pattern.match(text)
        if found:
            return _checked(_assemble(found.groupdict()))
    for pattern in (_ASCTIME, _WORDED):
        found = pattern.match(text)
        if found:
            return _checked(_worded(found.groupdict()))
    return None


def _assemble(part: dict[str, str | None]) -> str:
    written = part["year"] or ""
    month, day, hour, minute, second = (part[k] for k in ("month", "day", "hour", "minute", "second"))
    if month is None:
        return written
    written += f"-{int(month):02d}"
    if day is None:
        return written
    written += f"-{int(day):02d}"
    if hour is None:
        return written
    written += f"T{int(hour):02d}:{minute or '00'}"
    if second is not None:
        written += f":{second}"
    return written + _zone(part["zone"], part["off"], part["offm"])


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> str:
    if sign is None:
        return "" if hours is None else "?"
    if sign not in "+-":
        # "Z07'46'": the hour and minute again, where the offset belongs; nobody knows the zone then
        return "Z" if not int(hours or 0) and not int(minutes or 0) else ""
    if hours is None:
        return "?"
    if not int(hours) and not int(minutes or 0):
        return "Z"
    return f"{sign}{int(hours):02d}:{minutes or '00'}"


def _worded(part: dict[str, str | None]) -> str:
    name = (part["name"] or part.get("name2") or "")[:3].lower()
    day = part["day"] or part.get("day2") or ""
    if name not in _MONTHS:
        return "?"
    written = f"{part['year']}-{_MONTHS.index(name) + 1:02d}-{int(day):02d}"
    if part["hour"] is None:
        return written
    hour = int(part["hour"])
    half = (part.get("half") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return "?"
        hour = hour % 12 + (12 if half == "pm" else 0)
    written += f"T{hour:02d}:{part['minute']}"
    return written + (f":{part['second']}" if part["second"] else "")


def _checked(written: str) -> str | None:
    """Only possible dates, with an offset that is in use somewhere on Earth."""
    read = parse_when(written)
    if read is None or read.wall.year < 1000 or int(written[17:19] or 0) > 60:
        return None
    if read.offset is not None and abs(read.offset.total_seconds()) > 14 * 3600:
        return None
    zone = written[-5:]
    if read.offset is not None and zone[2:3] == ":" and int(zone[3:]) > 59:
        return None
    return written
