"""Times that mail programs write into a mail beside its Date: in separators, identifiers and threads."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from leakverify.checks._base import Facts
from leakverify.checks._time import Stated
from leakverify.evidence import Observation
from leakverify.when import When, parse_when

#: a time outside of these years is digits that mean something else
_YEARS = range(1993, 2100)
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
#: the epoch of Windows file times
_FILETIME = datetime(1601, 1, 1, tzinfo=UTC)
#: answers of a thread that are read
_ANSWERS = 1_000

# twelve zeros, six low and eight high digits of the microseconds, two more (Hopland and Gungor, 2020)
_GMAIL = re.compile(r"0{12}([0-9a-f]{6})([0-9a-f]{8})[0-9a-f]{2}")
_JAVA_BOUNDARY = re.compile(r"----=_Part_-?\d{1,9}_-?\d{1,12}\.(\d{12,13})")
_JAVA_ID = re.compile(r"-?\d{1,12}\.\d{1,12}\.(\d{12,13})\.JavaMail\b")
_MOZILLA_ID = re.compile(r"([3-6][0-9A-F]{7})\.\d{5,8}@")
_WRITTEN_ID = re.compile(r"((?:19|20)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d)\.")


def boundary_times(facts: Facts) -> Iterator[Stated]:
    """When separators of parts were made: those of Gmail (microseconds) and JavaMail (milliseconds)."""
    for observation in facts.all("mail.mime.boundary"):
        text = str(observation.value)
        if found := _GMAIL.fullmatch(text):
            yield from _counted(observation, _UNIX, int(found[2] + found[1], 16))
        elif found := _JAVA_BOUNDARY.fullmatch(text):
            yield from _counted(observation, _UNIX, int(found[1]) * 1000)


def identifier_times(facts: Facts) -> Iterator[Stated]:
    """When the Message-ID was made: JavaMail, older programs of Mozilla, and those that write out a date.

    A date that is written out is the local time of the sender as a rule, so no zone is taken for it.
    """
    observation = facts.first("mail.message_id")
    if observation is None:
        return
    text = str(observation.value)
    if found := _JAVA_ID.match(text):
        yield from _counted(observation, _UNIX, int(found[1]) * 1000)
    elif found := _MOZILLA_ID.match(text):
        yield from _counted(observation, _UNIX, int(found[1], 16) * 1_000_000)
    elif found := _WRITTEN_ID.match(text):
        digits = found[1]
        read = parse_when(
            f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
        )
        if read is not None and read.wall.year in _YEARS:
            yield observation, read


def thread_times(facts: Facts) -> Iterator[Stated]:
    """When the thread of a Thread-Index was begun and its last answer written.

    MS-OXOMSG 2.2.1.3: a time and a GUID in 22 bytes, then 5 bytes for each
    answer.  Outlook keeps the upper 48 bits of a file time, whose first byte
    is 1; newer servers write that byte, and then the upper 40 bits.  An answer
    is the span since the one before, in units of 2^18 or 2^23 times 100 ns;
    that of newer servers was not found to hold and is not read.
    """
    observation = facts.first("mail.thread_index")
    if observation is None:
        return
    try:
        data = base64.b64decode(str(observation.value)[: 40 + 7 * _ANSWERS], validate=True)
    except (binascii.Error, ValueError):
        return
    if len(data) < 22 or data[0] != 1:
        return
    newer = data[1] == 1
    ticks = int.from_bytes(data[1:6], "big") << 24 if newer else int.from_bytes(data[:6], "big") << 16
    yield from _counted(observation, _FILETIME, ticks // 10)
    if newer or len(data) < 27:
        return
    for at in range(22, len(data) - 4, 5):
        span = int.from_bytes(data[at : at + 4], "big")
        ticks += (span & 0x7FFFFFFF) << (23 if span >> 31 else 18)
    yield from _counted(observation, _FILETIME, ticks // 10)


def _counted(observation: Observation, epoch: datetime, microseconds: int) -> Iterator[Stated]:
    """The observation with the time it counts to, when that is a time at all."""
    try:
        moment = epoch + timedelta(microseconds=microseconds)
    except OverflowError:
        return
    read = _when(moment) if moment.year in _YEARS else None
    if read is not None:
        yield observation, read


def _when(moment: datetime) -> When | None:
    return parse_when(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
