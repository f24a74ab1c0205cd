"""How mail programs and servers write the time into identifiers, and how it is read back.

Each form is a shape that one program, or one family of programs, gives to a
separator, an identifier or a queue number, together with the arithmetic that
turns it back into a time.  Where each shape is described, and how many genuine
mails keep to it, stands beside its name in ``knowledge/mail_clocks.tsv``.

Every pattern is bounded, and every reading is refused outside of the years
that mail of that kind can have: random digits rarely survive that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from leakverify.when import canonical

#: a time outside of these years is digits that mean something else
_FIRST, _LAST = 1990, 2060
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
#: the epoch of Windows file times
_FILETIME = datetime(1601, 1, 1, tzinfo=UTC)
#: noon of 1 January 1970 begins Julian day 2440588
_JULIAN = 2_440_588
#: letters of base 62 as Exim uses them, of base 60 as sendmail does, of base 52 as Postfix does
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE60 = _BASE62[:60]
_BASE52 = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
#: 100 ns between the introduction of version 1 UUIDs' calendar and 1970 (RFC 9562 5.1)
_UUID_TICKS = 0x01B21DD213814000

Read = Callable[[re.Match[str]], str]


class Form(NamedTuple):
    """One shape. ``read`` gives the canonical time, ``""`` when the digits are none."""

    name: str
    pattern: re.Pattern[str]
    read: Read


def counted(epoch: datetime, microseconds: int) -> str:
    """A count since ``epoch`` as canonical UTC to the second; ``""`` outside of the years of mail."""
    if not 0 < microseconds < 1 << 56:
        return ""
    moment = epoch + timedelta(microseconds=microseconds)
    return canonical(moment) if _FIRST <= moment.year <= _LAST else ""


def filetime(ticks: int) -> str:
    """100 ns since 1601 as canonical UTC."""
    return counted(_FILETIME, ticks // 10)


def seconds(count: int) -> str:
    """Seconds since 1970 as canonical UTC."""
    return counted(_UNIX, count * 1_000_000)


def _seconds(found: re.Match[str]) -> str:
    return seconds(int(found[1]))


def _hex_seconds(found: re.Match[str]) -> str:
    return seconds(int(found[1], 16))


def _mozilla(found: re.Match[str]) -> str:
    return seconds(int(found[1] or found[2], 16))


def _milliseconds(found: re.Match[str]) -> str:
    return counted(_UNIX, int(found[1]) * 1000)


def _hex_milliseconds(found: re.Match[str]) -> str:
    return counted(_UNIX, int(found[1], 16) * 1000)


def _hundredths(found: re.Match[str]) -> str:
    return counted(_UNIX, int(found[1]) * 10_000)


def _gmail(found: re.Match[str]) -> str:
    """Microseconds since 1970, the low 24 bits written before the high 32."""
    return counted(_UNIX, int(found[2] + found[1], 16))


def _gmail_old(found: re.Match[str]) -> str:
    """Only of the years of that shape: its other digits can be any."""
    value = _gmail(found)
    return value if "2004" <= value[:4] <= "2017" else ""


def _file_time(found: re.Match[str]) -> str:
    return filetime(int(found[1] + found[2], 16))


def _local_file_time(found: re.Match[str]) -> str:
    """A file time that counts the sender's local time, so that its zone is not known."""
    return filetime(int(found[1] + found[2], 16)).removesuffix("Z")


def _digits(text: str, zone: str) -> str:
    """``YYYYMMDDhhmm`` or ``YYYYMMDDhhmmss`` as canonical time."""
    pairs = [int(text[at : at + 2]) for at in range(4, min(len(text), 14), 2)]
    try:
        moment = datetime(int(text[:4]), *pairs)  # type: ignore[arg-type]
    except ValueError:
        return ""
    if not _FIRST <= moment.year <= _LAST:
        return ""
    shown = moment.isoformat()
    return (shown if len(text) >= 14 else shown[:16]) + zone


def _written(found: re.Match[str]) -> str:
    """Digits of a date whose zone is not known."""
    return _digits("".join(found.groups()), "")


def _written_utc(found: re.Match[str]) -> str:
    return _digits("".join(found.groups()), "Z")


def _pine(found: re.Match[str]) -> str:
    """Two digits of the year, or three counted from 1900 as older versions wrote them after 1999."""
    year = int(found[1])
    full = year + 1900 if year >= 90 else year + 2000
    return _digits(f"{full}{found[2]}", "")


def _gmail_written(found: re.Match[str]) -> str:
    return _digits(f"20{found[1]}", "")


def _based(text: str, letters: str) -> int:
    value = 0
    for letter in text:
        value = value * len(letters) + letters.index(letter)
    return value


def _exim(found: re.Match[str]) -> str:
    return seconds(_based(found[1], _BASE62))


def _postfix(found: re.Match[str]) -> str:
    if _based(found[2], _BASE52) >= 1_000_000:
        return ""
    return seconds(_based(found[1], _BASE52))


def _sendmail(found: re.Match[str]) -> str:
    """One letter each: year (from 1900, modulo 60), month, day, hour, minute, second, in UTC."""
    year, month, day, hour, minute, second = (_BASE60.index(letter) for letter in found[1])
    year += 1960 if year >= 30 else 2020
    try:
        moment = datetime(year, month + 1, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return ""
    return canonical(moment) if _FIRST <= moment.year <= _LAST else ""


def _notes(found: re.Match[str]) -> str:
    """Julian day and hundredths of a second since midnight, both in UTC."""
    day, ticks = int(found["day"], 16), int(found["ticks"], 16)
    if ticks >= 8_640_000:
        return ""
    return counted(_UNIX, (day - _JULIAN) * 86_400_000_000 + ticks * 10_000)


def _uuid(found: re.Match[str]) -> str:
    ticks = int(found[3] + found[2] + found[1], 16) - _UUID_TICKS
    return counted(_UNIX, ticks // 10)


def _form(name: str, pattern: str, read: Read) -> Form:
    return Form(name, re.compile(pattern), read)


_X = "[0-9A-Fa-f]"
_UUID1 = rf"(?<!{_X})({_X}{{8}})-({_X}{{4}})-1({_X}{{3}})-[89ABab]{_X}{{3}}-{_X}{{12}}"
_H8 = "([0-9A-F]{8})"
_NOTES_DAY, _NOTES_TICKS = "[0-9A-F]{2}(?P<day>[0-9A-F]{6})", "(?P<ticks>[0-9A-F]{8})"
_PINE = r"(?i:al)?[Pp]ine\.\w{2,4}\.\d\.\d{1,3}(?:\.\d{1,2})?\."
_SENDMAIL = "[0-9AB][1-9A-V][0-9A-N][0-9A-Za-x]{2}"
_SECONDS = r"(1\d{9}|[6-9]\d{8})"
_STAMP = r"((?:19|20)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-6]\d)"
_MINUTE = r"((?:19|20)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d)"
_EXIM = r"([0-6][0-9A-Za-z]{5})-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})"

#: shapes of a Message-ID or Content-ID, the telling ones first
IDENTIFIERS = (
    _form("javamail-id", r"[-.\w]{0,60}?\.(\d{12,13})\.JavaMail\b", _milliseconds),
    _form("yahoo-id", r"\d{1,12}\.\d{1,12}\.(\d{12,13})@mail\.yahoo\.com", _milliseconds),
    _form("android-id", r"[0-9a-z]{1,40}\.(\d{13})@email\.android\.com", _milliseconds),
    # Netscape wrote hexadecimal digits behind the point, and was gone before the count began with a 4
    _form("mozilla-id", r"(?:([3-6][0-9A-F]{7})\.\d{1,8}|(3[0-9A-F]{7})\.[0-9A-F]{1,8})@", _mozilla),
    _form("outlook-id", r"[0-9a-f]{4}([0-9a-f]{8})\$([0-9a-f]{8})\$[0-9a-f]{8}@", _file_time),
    _form("outlook-picture", r"image\d{3}\.\w{2,5}@([0-9A-F]{8})\.([0-9A-F]{8})", _local_file_time),
    _form("mozilla-part", r"part\d{1,3}\.([2-6][0-9A-F]{7})\.[0-9A-F]{8}@", _hex_seconds),
    _form("evolution-id", _SECONDS + r"\.\d{1,7}\.\d{1,5}\.camel@", _seconds),
    _form("tmda-id", _SECONDS + r"\.\d{1,7}\.TMDA@", _seconds),
    _form("squirrelmail-id", r"[\d.]{3,60}\." + _SECONDS + r"\.squirrel@", _seconds),
    _form("ezmlm-id", _SECONDS + r"\.\d{1,7}\.ezmlm@", _seconds),
    _form("horde-id", _SECONDS + r"\.[0-9a-f]{13}@", _seconds),
    _form("courier-id", r"courier\.([0-9A-F]{8,16})\.[0-9A-F]{8}@", _hex_seconds),
    _form("mh-id", r"\d{1,7}\." + _SECONDS + r"(?:\.\d{1,3})?@", _seconds),
    _form("pine-id", _PINE + r"((?=\d{14}\.)1\d\d|(?=\d{13}\.)\d\d)(\d{10})", _pine),
    _form("qmail-id", _STAMP + r"\.\d{1,7}\.qmail@", _written_utc),
    _form("eudora-id", r"\d{1,2}(?:\.\d{1,3}){3,4}\." + _STAMP + r"\.[0-9a-f]{8}@", _written),
    _form("postfix-id", _STAMP + r"\.[0-9A-F]{6,12}@", _written),
    _form("sendmail-id", _MINUTE + r"\.[0-9A-Za-z]{8}\d{5,6}@", _written_utc),
    _form("sendmail-old-id", _MINUTE + r"\.[A-X]A[A-Z]\d{5}@", _written),
    _form("mutt-id", _STAMP + r"\.G[A-Z]\d{1,7}@", _written_utc),
    _form("the-bat-id", r"\d{1,11}\." + _STAMP + r"@", _written),
    _form("python-id", r"(1\d{11})\.\d{1,7}\.\d{10,20}(?:\.[\w-]{1,60})?@", _hundredths),
    _form("written-id", _STAMP + r"(?!\d)", _written),
    _form("exim-id", "E" + _EXIM + "@", _exim),
    _form("notes-id", rf"OF{_H8}\.{_H8}-ON{_NOTES_DAY}\.{_NOTES_TICKS}-", _notes),
    _form("ses-id", r"01[0-9a-f]{2}(01[0-9a-f]{10})-[0-9a-f-]{36}-\d{6}@", _hex_milliseconds),
    _form("google-id", r"0{12}([0-9a-f]{6})([0-9a-f]{8})[0-9a-f]{2}@google\.com", _gmail),
    _form(
        "gmail-old-id", r"[0-9a-f]{7,9}(\d{10})[a-z][0-9a-f]{7,9}[a-z][0-9a-f]{15,17}@mail\.gmail\.com",
        _gmail_written,
    ),
    _form("uuid-id", r"[^@]{0,40}?" + _UUID1, _uuid),
)  # fmt: skip

#: shapes of the separator of parts
BOUNDARIES = (
    _form("gmail-boundary", r"0{12}([0-9a-f]{6})([0-9a-f]{8})[0-9a-f]{2}\Z", _gmail),
    _form("gmail-old-boundary", r"[0-9a-f]{12}([0-9a-f]{6})(0[0-9a-f]{7})[0-9a-f]{2}\Z", _gmail_old),
    _form("javamail-boundary", r"----=_Part_-?\d{1,12}_-?\d{1,12}\.(\d{12,13})\Z", _milliseconds),
    _form("javamail-other-boundary", r"-?\d{1,12}\.(\d{12,13})\.JavaMail\b", _milliseconds),
    _form("outlook-boundary", rf"----=_NextPart_\d{{3}}_[0-9A-F]{{4,8}}_{_H8}\.{_H8}\Z", _local_file_time),
    _form("pine-boundary", r"-?\d{1,12}-\d{1,12}-" + _SECONDS + r"=:\d{1,9}\Z", _seconds),
    _form("mime-lite-boundary", r"_----------=_" + _SECONDS + r"\d{4,12}\Z", _seconds),
    _form("mime-tools-boundary", r"-{10,12}=_" + _SECONDS + r"-\d{1,7}-\d{1,6}\Z", _seconds),
    _form("swift-boundary", r"_=_swift_(?:v4_)?" + _SECONDS + r"_[0-9a-f]{32}_=_\Z", _seconds),
    _form(
        "python-boundary", r"(?:\d{1,3}\.){4}\d{1,10}\.\d{1,7}\." + _SECONDS + r"\.\d{1,3}\.\d{1,7}\Z",
        _seconds,
    ),
    _form("report-boundary", r"[0-9A-Za-z]{5,20}\." + _SECONDS + r"/[\w.-]{1,200}\Z", _seconds),
    _form("notes-boundary", rf"=_(?:alternative|mixed|related) {_NOTES_TICKS}{_NOTES_DAY}_=\Z", _notes),
    _form("ruby-boundary", r"(?:--==_)?mimepart_([3-7][0-9a-f]{7})[0-9a-f]{3,5}_", _hex_seconds),
    _form("nodemailer-boundary", r"--[\w-]{0,20}\??=_\d{1,3}-(1\d{12})0\.\d{5,20}\Z", _milliseconds),
    _form("squirrelmail-boundary", r"----=_" + _STAMP + r"_\d{1,6}\Z", _written),
    _form("uuid-boundary", r".{0,60}?" + _UUID1, _uuid),
)  # fmt: skip

#: shapes of the number that a server gives a mail in its Received line
HOPS = (
    _form("postfix-hop", f"([{_BASE52}]{{6}})([{_BASE52}]{{4}})z[{_BASE52[:-1]}]{{1,16}}\\Z", _postfix),
    _form("exim-hop", _EXIM + r"\Z", _exim),
    # 2000 to 2019: no other number begins with these letters
    _form("sendmail-hop", rf"([e-x]{_SENDMAIL})[0-9A-Za-x](?:\d{{5}}|[0-9A-Za-x]\d{{6}})\Z", _sendmail),
    # from 2020: only with a letter that hexadecimal numbers of other servers have not
    _form("sendmail-hop", rf"(?=[0-9A-Z]{{0,7}}[a-xG-Z])([0-9]{_SENDMAIL})\w\w\d{{6}}\Z", _sendmail),
    _form("gmail-hop", r"[0-9a-z-]{6,60}\.\d{1,3}\.(\d{4})" + r"\.(\d\d)" * 5 + r"\Z", _written),
    _form("courier-hop", r"[0-9A-F]{8,16}\.([0-9A-F]{8,16})\.[0-9A-F]{8}\Z", _hex_seconds),
)  # fmt: skip

GROUPS: Mapping[str, tuple[Form, ...]] = MappingProxyType(
    {"boundary": BOUNDARIES, "identifier": IDENTIFIERS, "hop": HOPS}
)


def decode(forms: tuple[Form, ...], text: str) -> tuple[str, str] | None:
    """(name of the form, canonical time) of the first form that a text has, or ``None``."""
    for form in forms:
        found = form.pattern.match(text)
        if found is not None:
            value = form.read(found)
            if value:
                return form.name, value
    return None


#: answers of newer servers are counted modulo this many times 100 ns
_SERVER_SPAN = 1 << 54


def thread(data: bytes, answers: int) -> Iterator[tuple[str, str]]:
    """(form, time) of the beginning of a conversation, then of each answer (MS-OXOMSG 2.2.1.3).

    ``data`` is the decoded Thread-Index.  Outlook keeps the upper 48 bits of a
    file time, whose first byte is 1 until the year 2057; newer servers write
    a byte 1 and then the upper 40 bits.  An answer is the span since the entry
    before it, in units of 2^18 or 2^23 times 100 ns.  Programs take the first
    six bytes for the beginning in either variant, so that in the newer one the
    first span begins some two centuries ago and has lost what is above 54 bits.
    """
    if len(data) < 22 or data[0] != 1:
        return
    newer = data[1] == 1
    kind = "server" if newer else "outlook"
    start = int.from_bytes(data[1:6], "big") << 24 if newer else int.from_bytes(data[:6], "big") << 16
    begun = filetime(start)
    if not begun:
        return
    yield f"thread-{kind}", begun
    ticks = int.from_bytes(data[:6], "big") << 16
    for at in range(22, min(len(data) - 4, 22 + 5 * answers), 5):
        span = int.from_bytes(data[at : at + 4], "big")
        ticks += (span & 0x7FFFFFFF) << (23 if span >> 31 else 18)
        if newer and at == 22:
            # the loss of whole spans of 57 years is made good: the answer comes after the beginning
            ticks += -((ticks - start) // _SERVER_SPAN) * _SERVER_SPAN
        read = filetime(ticks)
        if read:
            yield f"answer-{kind}", read
