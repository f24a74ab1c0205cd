"""Which change to the signed fields explains that they no longer fit their signature.

Works on the block of canonical fields a signature covers, never on a mail.  The
digest that was signed is known from opening the signature, so every reading
that fits it is proven to be what was signed, not guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

#: kinds of change; those in INNOCENT change nothing that a reader relies on
AS_IS, TAG, FOLDS, SPELLING = "as-is", "subject-tag", "folds", "spelling"
ADDED, EXCHANGED, RESTORED, NONE = "field-added", "field-exchanged", "field-restored", "none"
#: innocent only where the body was packed anew as well
PACKED = "encoding-named"
INNOCENT = frozenset((AS_IS, TAG, FOLDS, SPELLING))

#: seconds around a known clock within which a Date is looked for, and days around it at the same time of day
_BEFORE, _AFTER, _DAYS = 300, 30, 45
_FIELDS = 200
_TAGS = re.compile(
    rb"^(?P<kept>(?:(?:re|fwd?|aw|tr|sv|wg|rv): ?)*)(?:\[[^\]\r\n]{1,80}\]|\*{2,5}[^*\r\n]{1,60}\*{2,5}) ?",
    re.IGNORECASE,
)
_ANSWER = re.compile(rb"^(?:re|fwd?|aw|tr|sv|wg|rv): ?", re.IGNORECASE)
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_WEEKDAYS = (b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun")
#: names that programs put in brackets behind an offset
_ZONES = {
    b"+0000": (b"UTC", b"GMT"), b"+0100": (b"CET", b"BST"), b"+0200": (b"CEST", b"EET"),
    b"-0400": (b"EDT", b"AST"), b"-0500": (b"EST", b"CDT"), b"-0600": (b"CST", b"MDT"),
    b"-0700": (b"PDT", b"MST"), b"-0800": (b"PST",),
}  # fmt: skip
_DATE = re.compile(
    rb"(?P<week>[A-Z][a-z]{2}, *)?(?P<day>\d{1,2})(?P<gap> +)(?P<month>[A-Z][a-z]{2}) +(?P<year>\d{4}) +"
    rb"(?P<clock>\d{1,2}:\d\d(?::\d\d)?)(?P<after> *(?P<zone>[+-]\d{4}|[A-Z]{2,4})?.*)",
    re.DOTALL,
)
_NAMES = {b"message-id": (b"Message-ID", b"Message-Id"), b"mime-version": (b"MIME-Version", b"Mime-Version")}

Fits = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """What explains it. ``field`` is its lower-case name; ``now`` and ``signed`` are its values, if known."""

    kind: str
    field: str = ""
    now: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Clues:
    """What else the mail says that a signed value may have been.

    ``others`` are further instances of signed fields, canonical.  ``clocks``
    are seconds since 1970; ``values`` are (field, value) pairs.
    """

    others: bytes = b""
    clocks: tuple[int, ...] = ()
    values: tuple[tuple[str, str], ...] = ()


def digest_fits(name: str, digest: str) -> Fits:
    """Whether bytes have that digest."""
    return lambda block: hashlib.new(name, block, usedforsecurity=False).hexdigest() == digest


def explain(block: bytes, fits: Fits, clues: Clues, *, patient: bool) -> Change:
    """The first change that, undone, makes the block fit, innocent ones first.

    ``patient``: also try some thousand readings of a changed Date, which is
    worth it only where opening has shown that the key made the value.
    """
    if fits(block):
        return Change(AS_IS)
    fields = _split(block)
    if not 1 < len(fields) <= _FIELDS:
        return Change(NONE)
    for change, tried in _readings(fields, clues, patient):
        if fits(b"".join(tried)):
            return change
    return Change(NONE)


def _split(block: bytes) -> list[bytes]:
    """Fields of a block, each with its CRLF; the last, the signature, has none."""
    fields: list[bytes] = []
    for line in block.split(b"\r\n"):
        if fields and line[:1] in (b" ", b"\t"):
            fields[-1] += b"\r\n" + line
        else:
            fields.append(line)
    return [field + b"\r\n" for field in fields[:-1]] + fields[-1:]


def _named(field: bytes) -> tuple[str, bytes]:
    name, _, value = field.partition(b":")
    return name.strip().lower().decode("latin-1"), value.strip(b" \t\r\n")


def _replaced(fields: list[bytes], at: int, field: bytes) -> list[bytes]:
    return [*fields[:at], field, *fields[at + 1 :]]


def _valued(field: bytes, value: bytes) -> bytes:
    """The field with another value, spaced as it was."""
    name, _, old = field.partition(b":")
    blank = old[: len(old) - len(old.lstrip(b" \t"))]
    return name + b":" + blank + value + b"\r\n"


def _readings(fields: list[bytes], clues: Clues, patient: bool) -> Iterator[tuple[Change, list[bytes]]]:
    yield from _folds(fields)
    for at, field in enumerate(fields[:-1]):
        name, value = _named(field)
        if name == "subject":
            for stripped in _untagged(value):
                yield (
                    Change(TAG, name, _text(value), _text(stripped)),
                    _replaced(fields, at, _valued(field, stripped)),
                )
        if name == "content-transfer-encoding":
            for encoding in (b"7bit", b"8bit", b"quoted-printable", b"base64"):
                change = Change(PACKED, name, _text(value), _text(encoding))
                yield change, _replaced(fields, at, _valued(field, encoding))
        for spelled in _NAMES.get(name.encode("latin-1"), ()):
            if not field.startswith(spelled) and field[: len(spelled)].lower() != field[: len(spelled)]:
                yield Change(SPELLING, name), _replaced(fields, at, spelled + field[len(spelled) :])
    for at, field in enumerate(fields[:-1]):
        name, value = _named(field)
        yield Change(ADDED, name, _text(value)), fields[:at] + fields[at + 1 :]
    for other in _split(clues.others)[:20]:
        name, value = _named(other)
        for at, field in enumerate(fields[:-1]):
            if value and _named(field)[0] == name:
                now = _text(_named(field)[1])
                yield Change(EXCHANGED, name, now, _text(value)), _replaced(fields, at, _closed(other))
    for at, field in enumerate(fields[:-1]):
        name, value = _named(field)
        candidates: Iterable[bytes] = (v.encode("utf-8") for n, v in clues.values if n == name)
        if name == "date" and patient:
            candidates = [*candidates, *_dates(value, clues.clocks)]
        for candidate in candidates:
            yield (
                Change(RESTORED, name, _text(value), _text(candidate)),
                _replaced(fields, at, _valued(field, candidate)),
            )


def _closed(field: bytes) -> bytes:
    return field if field.endswith(b"\r\n") else field + b"\r\n"


def _text(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").split())[:400]


def _folds(fields: list[bytes]) -> Iterator[tuple[Change, list[bytes]]]:
    """The same fields folded or spaced otherwise, as a gateway or an export leaves them."""
    change = Change(FOLDS)
    yield change, [field.replace(b"\r\n\t", b"\r\n ") for field in fields]
    yield change, [re.sub(rb"\r\n (?=[^ ])", b"\r\n\t", field) for field in fields]
    own = fields[-1]
    for fold in (b" ", b""):
        unfolded = [re.sub(rb"\r\n(?=[ \t])[ \t]*", fold, field) for field in fields[:-1]]
        yield change, [*unfolded, own]
        yield change, [*unfolded, re.sub(rb"\r\n(?=[ \t])[ \t]*", fold, own)]
    # a signer that used the other canonical form than it stated
    relaxed = []
    for field in fields:
        name, _, value = field.partition(b":")
        plain = re.sub(rb"[\t ]+", b" ", value.replace(b"\r\n", b"")).strip()
        relaxed.append(name.strip().lower() + b":" + plain + b"\r\n")
    relaxed[-1] = relaxed[-1].removesuffix(b"\r\n")
    yield change, relaxed


def _untagged(subject: bytes) -> Iterator[bytes]:
    """The subject without what lists and gateways put before it."""
    for _ in range(3):
        found = _TAGS.match(subject)
        if found is None:
            break
        subject = found["kept"] + subject[found.end() :]
        yield subject
    answered = _ANSWER.match(subject)
    if answered:
        yield subject[answered.end() :]


def _dates(value: bytes, clocks: tuple[int, ...]) -> Iterator[bytes]:
    """Values a Date may have had, written as the one that stands there is written.

    Tried are the seconds around each clock that the mail holds, and the same
    time of day on the days around it.
    """
    written = _DATE.fullmatch(value)
    if written is None or (written["zone"] or b"+0000")[:1] not in b"+-":
        return
    zone = written["zone"] or b"+0000"
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone[:1] == b"-" else 1)
    try:
        stated = datetime.strptime(written["clock"].decode(), "%H:%M:%S")
    except ValueError:
        return
    epoch = datetime(1970, 1, 1)
    for clock in clocks[:3]:
        if not 0 <= clock < 4_000_000_000:
            continue
        local = epoch + timedelta(seconds=clock) + offset
        same = local.replace(hour=stated.hour, minute=stated.minute, second=stated.second)
        endings = (written["after"], *(b" %s (%s)" % (zone, name) for name in _ZONES.get(zone, ())))
        for ending in dict.fromkeys(endings):
            for days in range(-_DAYS, _DAYS + 1):
                yield from _written(same + timedelta(days=days), written, ending)
            for seconds in range(_AFTER, -_BEFORE, -1):
                yield from _written(local + timedelta(seconds=seconds), written, ending)


def _written(moment: datetime, like: re.Match[bytes], ending: bytes) -> Iterator[bytes]:
    week = b"" if not like["week"] else _WEEKDAYS[moment.weekday()] + like["week"][3:]
    days = (b"%02d", b"%d") if moment.day < 10 else (b"%d",)
    for form in days:
        yield b"%s%s%s%s %d %02d:%02d:%02d%s" % (
            week, form % moment.day, like["gap"], _MONTHS[moment.month - 1], moment.year,
            moment.hour, moment.minute, moment.second, ending,
        )  # fmt: skip
