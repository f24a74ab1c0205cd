"""Recipes on Outlook messages: one of two copies of a statement altered in place, and what Outlook does itself.

A .msg file keeps a time of sending as a property and the Date among its transport headers, each in a place of
its own.  Everything is overwritten at its place, byte for byte of the same length, as a hex editor would.
"""

from __future__ import annotations

import random
import re
import struct
from datetime import UTC, datetime, timedelta

from tests.forge.recipe import Forged, Truth, altered, benign
from tests.forge.tools import DoesNotApply

_DATE = re.compile(r"(?<=\nDate: )(\w{3}), (\d\d?) (\w{3}) (\d{4})")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
#: rows of the list of properties: type and number of a time (MS-OXMSG 2.4.2.1)
_SUBMITTED, _MODIFIED = struct.pack("<HH", 0x40, 0x39), struct.pack("<HH", 0x40, 0x3008)


def _row(data: bytes, tag: bytes) -> int:
    """Offset of the time in the first row of that tag that holds a time of mail."""
    at = -1
    while (at := data.find(tag, at + 1)) >= 0:
        if at + 16 <= len(data) and 1990 <= _moment(data, at + 8).year <= 2035:
            return at + 8
    raise DoesNotApply("no such time")


def _moment(data: bytes, at: int) -> datetime:
    (ticks,) = struct.unpack_from("<Q", data, at)
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return _EPOCH


def _moved(data: bytes, tag: bytes, span: timedelta) -> Forged:
    at = _row(data, tag)
    before = _moment(data, at)
    ticks = int((before + span - _EPOCH) / timedelta(microseconds=1)) * 10
    made = data[:at] + struct.pack("<Q", ticks) + data[at + 8 :]
    return Forged(made, Truth(before=before.isoformat(), after=(before + span).isoformat()))


def _header_date(data: bytes) -> tuple[int, int, str, str]:
    """Offset, width of a letter, and weekday to year of the first Date in headers as they are stored."""
    for width, coding in ((2, "utf-16-le"), (1, "latin-1")):
        mark = "\nDate: ".encode(coding)
        at = data.find(mark)
        if at >= 0:
            line = data[at : at + 60 * width].decode(coding, "replace")
            found = _DATE.search(line)
            if found:
                return at + found.start() * width, width, coding, found[0]
    raise DoesNotApply("no transport headers with a date")


@altered("msg", question="origin", expects=("LV-MAIL-051",), trace="structure")
def stored_headers_redated(data: bytes, *, seed: int = 0) -> Forged:
    """The Date of the transport headers is moved by one to four years, its weekday set right.

    An examiner compares the stored times with the headers.
    """
    at, width, coding, stated = _header_date(data)
    if not data.find(_SUBMITTED) >= 0:
        raise DoesNotApply("no time of sending to disagree with")
    _row(data, _SUBMITTED)
    day, month, year = stated[5:].split(" ")
    for years in random.Random(seed).sample((-4, -3, -2, -1, 1, 2), 6):
        try:
            moment = datetime.strptime(f"{day} {month} {int(year) + years}", "%d %b %Y")
        except ValueError:
            continue
        written = f"{moment:%a}, {day} {month} {int(year) + years}"
        made = data[:at] + written.encode(coding) + data[at + len(stated) * width :]
        return Forged(made, Truth(before=stated, after=written))
    raise DoesNotApply("no other year has that day")


@altered("msg", question="origin", expects=("LV-MAIL-051",), trace="structure")
def stored_time_of_sending(data: bytes, *, seed: int = 0) -> Forged:
    """The stored time of sending, which Outlook shows, is moved back by weeks; the headers are left.

    An examiner compares the stored times with the headers.
    """
    _header_date(data)
    return _moved(data, _SUBMITTED, -timedelta(days=random.Random(seed).randint(20, 900), hours=3, minutes=7))


@benign("msg")
def stored_saved_again(data: bytes, *, seed: int = 0) -> Forged:
    """Marked or filed months later, which Outlook notes as the time of the last saving."""
    return _moved(data, _MODIFIED, timedelta(days=random.Random(seed).randint(20, 900)))
