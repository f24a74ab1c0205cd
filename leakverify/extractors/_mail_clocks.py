"""Times that mail programs and servers leave in a mail beside its Date, as facts with their places.

The other rooms say what stands in the mail; :func:`with_clocks` listens to
them and, behind each separator, identifier and queue number that holds a time,
says which.  :func:`field_clocks` reads the header fields in which servers note
a time.  What a clock means for the Date is left to the checks.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from leakverify.evidence import Observation
from leakverify.extractors._base import Declared, Event, clip, count, number, token, when
from leakverify.extractors._mail_clock_forms import (
    BOUNDARIES,
    HOPS,
    IDENTIFIERS,
    Form,
    decode,
    filetime,
    seconds,
    thread,
)
from leakverify.extractors._mail_dates import read_date
from leakverify.extractors._mail_headers import Field, Headers
from leakverify.extractors._mail_words import header_text, tags
from leakverify.when import When, parse_when

_FORM = "; a row of the table mail_clocks"

CLOCK_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mail.clock.boundary": when("time held by a separator of parts", repeats=True),
        "mail.clock.boundary.form": token("shape of that separator" + _FORM, repeats=True),
        "mail.clock.identifier": when("time held by the Message-ID", repeats=True),
        "mail.clock.identifier.form": token("shape of the Message-ID" + _FORM, repeats=True),
        "mail.clock.content_id": when("time held by a Content-ID", repeats=True),
        "mail.clock.content_id.form": token("shape of that Content-ID" + _FORM, repeats=True),
        "mail.clock.parent": when("time held by the Message-ID of a mail this one refers to", repeats=True),
        "mail.clock.parent.form": token("shape of that Message-ID" + _FORM, repeats=True),
        "mail.clock.hop": when("time held by the number a server gave the mail", repeats=True),
        "mail.clock.hop.form": token("shape of that number" + _FORM, repeats=True),
        "mail.clock.thread": when("beginning of the conversation by Thread-Index"),
        "mail.clock.thread.form": token("variant of Thread-Index" + _FORM),
        "mail.clock.answer": when("an answer within the conversation, by Thread-Index", repeats=True),
        "mail.clock.answer.form": token("variant of Thread-Index" + _FORM, repeats=True),
        "mail.clock.field": when("time noted by a server in a field of its own", repeats=True),
        "mail.clock.field.form": token("name of that field, lower case" + _FORM, repeats=True),
        "mail.clock.offset": number("zone of the Date field, east of UTC", "minutes"),
        "mail.clock.count": count("clocks the mail holds: Date, hops and all that were decoded"),
        "mail.clock.spread_seconds": number(
            "span between the earliest and the latest of Date, Message-ID and separators", "seconds"
        ),
        "mail.clock.transit_seconds": number("from Date to the first server's time", "seconds"),
    }
)

#: clocks of one kind, and answers of a thread, that are told
CLOCKS = 100
_RAW = 400
#: what is listened to, and the kind of clock it may hold
_SOURCES: Mapping[str, tuple[str, tuple[Form, ...]]] = MappingProxyType(
    {
        "mail.mime.boundary": ("boundary", BOUNDARIES),
        "mail.message_id": ("identifier", IDENTIFIERS),
        "mail.mime.content_id": ("content_id", IDENTIFIERS),
        "mail.in_reply_to": ("parent", IDENTIFIERS),
        "mail.references": ("parent", IDENTIFIERS),
        "mail.received.id": ("hop", HOPS),
    }
)
#: made by the sender's program while it made the mail
_MADE = frozenset(("mail.date", "mail.clock.identifier", "mail.clock.boundary"))

#: fields that hold a date as Date does, at their end, behind a semicolon if there is one
_DATED = frozenset(
    """delivery-date x-apparently-to x-original-date original-date posted-date nntp-posting-date
    x-ms-exchange-crosstenant-originalarrivaltime x-ms-exchange-organization-expirationstarttime
    x-received x-mdarrival-date x-list-received-date""".split()
)  # fmt: skip
#: fields that hold a tag ``t=`` as DKIM signatures do
_TAGGED = frozenset(("x-google-dkim-signature",))
#: Exchange and the SMTP service of Windows: low half after high half, in hexadecimal
_ARRIVAL = re.compile(r"FILETIME=\[([0-9A-F]{8}):([0-9A-F]{8})\]")
_FRACTION = re.compile(r"(\d\d:\d\d:\d\d)\.\d{1,7} \(UTC\)")
#: Gmail's own number of a thread: milliseconds since 1970 times 2^20
_GMAIL_THREAD = re.compile(r"\d{18,20}\Z")


def with_clocks(events: Iterable[Event]) -> Iterator[Event]:
    """The same events, each that holds a time followed by that time, and at the end what they sum up to."""
    told: dict[str, int] = {}
    made: list[When] = []
    hops: list[When] = []
    date: When | None = None
    for event in events:
        yield event
        if not isinstance(event, Observation):
            continue
        if event.name == "mail.clock.field":
            told[event.name] = told.get(event.name, 0) + 1
        for clock in _clocks_of(event):
            kind = clock.name
            told[kind] = told.get(kind, 0) + 1
            if told[kind] > CLOCKS:
                continue
            yield clock
            if kind in _MADE and isinstance(clock.value, str):
                made += filter(None, (parse_when(clock.value),))
        if event.name == "mail.date" and isinstance(event.value, str):
            date = parse_when(event.value)
            told["mail.date"] = 1
        elif event.name == "mail.received.when" and isinstance(event.value, str):
            hops += filter(None, (parse_when(event.value),))
    yield from _sums(date, made, hops, told)


def _sums(date: When | None, made: list[When], hops: list[When], told: Mapping[str, int]) -> Iterator[Event]:
    clocks = sum(n for kind, n in told.items() if not kind.endswith(".form")) + len(hops)
    if clocks:
        yield Observation(name="mail.clock.count", value=clocks)
    if date is None:
        return
    if date.offset is not None:
        yield Observation(name="mail.clock.offset", value=date.offset.total_seconds() / 60)
    if made:
        moments = [date.wall, *(_on_clock_of(date, one) for one in made)]
        spread = (max(moments) - min(moments)).total_seconds()
        yield Observation(name="mail.clock.spread_seconds", value=spread)
    first = next((hop for hop in reversed(hops) if hop.offset is not None), None)
    if first is not None and date.offset is not None:
        transit = (first.earliest - date.earliest).total_seconds()
        yield Observation(name="mail.clock.transit_seconds", value=transit)


def _on_clock_of(date: When, other: When) -> datetime:
    """Another time as the clock that made ``date`` would have shown it."""
    if date.offset is None or other.offset is None:
        return other.wall
    try:
        return other.wall - other.offset + date.offset
    except OverflowError:
        return other.wall


def _clocks_of(event: Observation) -> Iterator[Observation]:
    if not isinstance(event.value, str):
        return
    source = _SOURCES.get(event.name)
    if source is not None:
        found = decode(source[1], event.value)
        if found is not None:
            yield from _pair(source[0], found[0], found[1], event, event.value)
    elif event.name == "mail.thread_index":
        for form, value in _thread(event.value):
            yield from _pair(form.partition("-")[0], form, value, event, event.value)


def _pair(kind: str, form: str, value: str, event: Observation, raw: str) -> Iterator[Observation]:
    name = f"mail.clock.{kind}"
    yield Observation(name=name, value=value, where=event.where, raw=clip(raw, _RAW))
    yield Observation(name=name + ".form", value=form, where=event.where)


def _thread(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = base64.b64decode(text[: 40 + 7 * CLOCKS], validate=True)
    except (binascii.Error, ValueError):
        return
    yield from thread(data, CLOCKS)


def field_clocks(data: bytes, headers: Headers) -> Iterator[Event]:
    """Times that servers note in fields of their own."""
    told = 0
    for field in headers.fields:
        key = field.key
        if told >= CLOCKS:
            return
        if key in _DATED or key in _TAGGED or key in ("x-originalarrivaltime", "x-gm-thrid"):
            value, literal = _field(key, header_text(field.value(data)[:4000]))
            if value:
                told += 1
                yield from _noted(field, value, literal)


def _noted(field: Field, value: str, literal: str) -> Iterator[Observation]:
    where = field.where()
    yield Observation(name="mail.clock.field", value=value, where=where, raw=clip(literal, _RAW))
    yield Observation(name="mail.clock.field.form", value=field.key, where=where)


def _field(key: str, text: str) -> tuple[str, str]:
    """(canonical time, literal text of it), both empty when there is none."""
    if key in _TAGGED:
        stamp = tags(text).get("t", "")
        known = stamp.isascii() and stamp.isdigit() and len(stamp) <= 11
        return (seconds(int(stamp)) if known else ""), stamp
    if key == "x-originalarrivaltime":
        found = _ARRIVAL.search(text)
        return ("", "") if found is None else (filetime(int(found[2] + found[1], 16)), found[0])
    if key == "x-gm-thrid":
        found = _GMAIL_THREAD.match(text.strip())
        return ("", "") if found is None else (seconds((int(found[0]) >> 20) // 1000), found[0])
    literal = text.rpartition(";")[2].strip()
    read = read_date(_FRACTION.sub(r"\1 +0000", literal))
    return ("", "") if read is None else (read.value, literal)
