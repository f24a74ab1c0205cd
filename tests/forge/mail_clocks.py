"""Recipes for the clocks of a mail: Date, the trace and what programs hid, moved together or apart.

A mail is taken as it is and moved in time the way somebody with a text editor
would: the lines that show a date are typed anew, weekday and all, and what does
not look like a date stays.  Which clocks a mail holds is asked of the reader, so
that a recipe refuses mails in which there is nothing left to disagree.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

from leakverify.box.inprocess import examine_bytes
from leakverify.checks._base import Facts
from leakverify.checks._mail_time import FIRST_YEAR, Clock, clocks, gap
from tests.forge.mail import _eol, _set_header, _split, compose, received, stated, through_gateway
from tests.forge.recipe import altered, benign
from tests.forge.tools import DoesNotApply

#: what a text editor shows as a date, with what follows it up to the end of the line
_DATE = re.compile(
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), +)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d +[+-]\d{4}"
)
_TRACE = re.compile(rb"(?mi)^(?:x-)?received:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_DROPPED = re.compile(
    rb"(?mi)^(?:received|x-received|return-path|delivered-to|x-original-to|arc-[a-z-]+):.*(?:\r?\n[ \t].*)*\r?\n?"
)
_KINDS = ("identifier", "boundary", "answer")
#: clocks of servers and what a mail refers to
_OTHERS = ("mail.clock.hop", "mail.clock.parent", "mail.dkim.time", "mail.arc.time")


def _facts(data: bytes) -> Facts:
    """What the reader says of the mail itself."""
    read = examine_bytes(data, "mail.eml").extractions[0]
    if "mail" not in read.formats:
        raise DoesNotApply("not a mail")
    return Facts(read)


def _held(data: bytes, *, exact: bool = False) -> list[Clock]:
    """Clocks of the sender's programs that agree with the Date as the mail stands."""
    facts = _facts(data)
    date = facts.moment("mail.date")
    if date is None or date[1].offset is None:
        raise DoesNotApply("no Date with a zone")
    found = []
    for kind in _KINDS:
        for clock in clocks(facts, f"mail.clock.{kind}"):
            apart = gap(clock, date[1])
            near = max(apart.after, apart.before) < (timedelta(minutes=10) if exact else timedelta(hours=26))
            if near and (not exact or (clock.exact and clock.maker == "author")):
                found.append(clock)
    return found


def _any_clock(data: bytes) -> None:
    """Refuse a mail in which nothing but Date and Received tells a time."""
    facts = _facts(data)
    if stated(data).year < FIRST_YEAR:
        raise DoesNotApply("a Date whose year is written wrongly")
    if not _held(data) and not any(facts.first(name) for name in _OTHERS[:1] + _OTHERS[2:]):
        raise DoesNotApply("no clock but Date and Received")


def _typed(data: bytes, moment: datetime) -> bytes:
    return _set_header(data, "Date", format_datetime(moment))


def _move_trace(data: bytes, by: timedelta, which: Callable[[int], bool] = lambda _number: True) -> bytes:
    """Every Received line, or those of ``which`` counted from the top, typed anew; offsets and names stay."""
    head, rest = _split(data)
    number = -1

    def line(found: re.Match[bytes]) -> bytes:
        nonlocal number
        number += 1
        dates = list(_DATE.finditer(found[0]))
        if not dates or not which(number):
            return found[0]
        last = dates[-1]
        moved = format_datetime(parsedate_to_datetime(last[0].decode("ascii")) + by).encode("ascii")
        return found[0][: last.start()] + moved + found[0][last.end() :]

    return _TRACE.sub(line, head) + rest


def _odd(seed: int, low: int, high: int) -> timedelta:
    """Some days and an odd time, as nobody types whole ones."""
    draw = random.Random(seed)
    return timedelta(
        days=draw.randrange(low, high), minutes=draw.randrange(60, 600), seconds=draw.randrange(60)
    )


@altered("mail", question="origin", expects=("LV-MAIL-003",), trace="structure")
def date_back_by_hours(data: bytes, *, seed: int = 0) -> bytes:
    """Date typed some hours earlier, in a mail whose program wrote the time into its identifier.

    Servers hours after a Date are an ordinary wait.  An examiner reads the Message-ID: the program wrote it in
    the same breath as the Date.
    """
    if not _held(data, exact=True):
        raise DoesNotApply("no clock of one breath with Date")
    draw = random.Random(seed)
    return _typed(data, stated(data) - timedelta(seconds=draw.randrange(2 * 3600, 20 * 3600)))


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-003", "LV-MAIL-004"), trace="structure")
def date_ahead_by_hours(data: bytes, *, seed: int = 0) -> bytes:
    """Date typed some hours later than its program and the first server had the mail.

    One clock before a Date is a draft; an identifier and a server that agree before it are not, an examiner
    says.
    """
    hops = received(data)
    if not _held(data, exact=True) or not hops or hops[0] - stated(data) > timedelta(hours=1):
        raise DoesNotApply("no clock of one breath with Date, or the mail was under way for hours")
    draw = random.Random(seed)
    return _typed(data, stated(data) + timedelta(seconds=draw.randrange(3 * 3600, 20 * 3600)))


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-003", "LV-MAIL-004"), trace="structure")
def date_back_by_days(data: bytes, *, seed: int = 0) -> bytes:
    """Date typed two to six days earlier, as long as a queue may hold a mail; every other clock left.

    The servers cannot speak against it.  An examiner decodes what the sender's program wrote.
    """
    if not any(clock.maker == "author" for clock in _held(data)):
        raise DoesNotApply("no clock of the sender's program")
    return _typed(data, stated(data) - _odd(seed, 2, 7))


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-003", "LV-MAIL-004"))
def date_by_months(data: bytes, *, seed: int = 0) -> bytes:
    """Date typed a month to a year away, every other clock left; the mail holds at least one.

    An examiner reads the first server's time, and where there is none the identifiers.
    """
    _any_clock(data)
    return _typed(data, stated(data) + _odd(seed, 30, 360) * random.Random(seed).choice((-1, 1)))


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-003", "LV-MAIL-004"))
def date_back_by_years(data: bytes, *, seed: int = 0) -> bytes:
    """Date typed some years earlier, day and hour kept, which keeps the look of the mail.

    An examiner reads the first server's time, and where there is none the identifiers.
    """
    _any_clock(data)
    moment = stated(data)
    years = random.Random(seed).randrange(1, 9)
    try:
        return _typed(data, moment.replace(year=moment.year - years))
    except ValueError as error:
        raise DoesNotApply("the 29th of February") from error


@altered("mail", question="origin", expects=("LV-MAIL-003", "LV-MAIL-021"), trace="structure")
def date_and_trace_back(data: bytes, *, seed: int = 0) -> bytes:
    """Date and every Received line typed months earlier; identifiers, separators and numbers left.

    An examiner decodes these: they are of months after every time the mail states.
    """
    _any_clock(data)
    by = _odd(seed, 30, 400)
    if not received(data):
        raise DoesNotApply("no Received line")
    return _move_trace(_typed(data, stated(data) - by), -by)


@altered("mail", question="origin", expects=("LV-MAIL-003", "LV-MAIL-021"), trace="structure")
def date_and_trace_ahead(data: bytes, *, seed: int = 0) -> bytes:
    """Date and every Received line typed months later, in a mail with a server's number or a signature.

    A sender's program alone before its Date would be a draft; a server's number or signature is not.  An
    examiner decodes the number, or reads the seconds of the signature.
    """
    facts = _facts(data)
    if not any(facts.first(name) for name in ("mail.clock.hop", "mail.dkim.time", "mail.arc.time")):
        raise DoesNotApply("no hidden clock of a server")
    by = _odd(seed, 30, 400)
    return _move_trace(_typed(data, stated(data) + by), by)


@altered("mail", question="origin", expects=("LV-MAIL-003",), trace="structure")
def date_back_without_trace(data: bytes, *, seed: int = 0) -> bytes:
    """Date typed weeks earlier and the trace taken out, in a mail whose program or a signature tells the time.

    An examiner decodes the identifier, the separator or the thread.
    """
    facts = _facts(data)
    kept = [clock for clock in _held(data) if clock.maker != "server"]
    if not kept and not facts.first("mail.dkim.time"):
        raise DoesNotApply("no clock would be left")
    head, rest = _split(data)
    return _typed(_DROPPED.sub(b"", head) + rest, stated(data) - _odd(seed, 15, 200))


@altered("mail", question="origin", expects=("LV-MAIL-003",))
def weekday_left(data: bytes, *, seed: int = 0) -> bytes:
    """The day of the Date typed over with another of the same month, its weekday left as it was.

    An examiner looks into a calendar.
    """
    found = re.search(rb"(?mi)^date:[ \t]*(?:mon|tue|wed|thu|fri|sat|sun),? +(\d{1,2}) ", data)
    if found is None:
        raise DoesNotApply("no weekday in Date")
    days = [day for day in range(1, 28) if (day - int(found[1])) % 7]
    day = str(random.Random(seed).choice(days)).encode()
    return data[: found.start(1)] + day + data[found.end(1) :]


@altered("mail", question="origin", expects=("LV-MAIL-001", "LV-MAIL-021"), trace="structure")
def hop_retimed(data: bytes, *, seed: int = 0) -> bytes:
    """One Received line in the middle typed days away from its neighbours, its number left.

    An examiner reads the lines from the bottom: each server takes the mail in after the one before.
    """
    hops = received(data)
    if len(hops) < 3 or re.search(rb"(?mi)^x-received:", _split(data)[0]):
        raise DoesNotApply("fewer than three servers")
    chosen = random.Random(seed).randrange(1, len(hops) - 1)
    by = _odd(seed, 3, 30) * random.Random(seed).choice((-1, 1))
    moved = _move_trace(data, by, lambda number: number == chosen)
    if moved == data:
        raise DoesNotApply("no date in the usual form")
    return moved


@altered("mail", question="origin")
def hop_removed(data: bytes, *, seed: int = 0) -> bytes:
    """One server taken out of the middle of the trace.

    The clocks of the others are in order as before; an examiner can only ask who named whom.
    """
    head, rest = _split(data)
    lines = list(_TRACE.finditer(head))
    if len(lines) < 3:
        raise DoesNotApply("fewer than three servers")
    gone = lines[random.Random(seed).randrange(1, len(lines) - 1)]
    return head[: gone.start()] + head[gone.end() :].lstrip(b"\r\n") + rest


@altered("mail", question="origin", expects=("LV-MAIL-022",), trace="structure")
def summer_zone_left(data: bytes, *, seed: int = 0) -> bytes:
    """Date and trace typed from summer into winter, offsets and names of zones left as they stood.

    Who takes care of every number may still leave ``-0700 (PDT)`` in January; an examiner knows that nobody kept
    it.
    """
    head, _ = _split(data)
    named = re.compile(_DATE.pattern + rb"[ \t]+\((?:PDT|MDT|CDT|EDT|CEST|EEST)\)[ \t]*\Z")
    if not any(named.search(line[0]) for line in _TRACE.finditer(head)):
        raise DoesNotApply("no named summer time")
    moment = stated(data)
    if not 5 <= moment.month <= 9:
        raise DoesNotApply("not of summer")
    winter = datetime(moment.year, 1, random.Random(seed).randrange(3, 28), tzinfo=moment.tzinfo)
    by = timedelta(days=(winter.date() - moment.date()).days)
    return _move_trace(_typed(data, moment + by), by)


@altered("mail", question="origin", expects=("LV-MAIL-023", "LV-MAIL-003", "LV-MAIL-021"), trace="structure")
def back_before_its_time(data: bytes, *, seed: int = 0) -> bytes:
    """Date and trace typed back into a year in which the signatures of the mail did not exist.

    An examiner knows when signatures began.
    """
    head, _ = _split(data)
    if not re.search(rb"(?mi)^(?:dkim-signature|arc-seal):", head):
        raise DoesNotApply("no signature")
    moment = stated(data)
    by = timedelta(days=365 * (moment.year - 2001) + random.Random(seed).randrange(1, 200))
    return _move_trace(_typed(data, moment - by), -by)


def _without_date_inside(data: bytes) -> None:
    facts = _facts(data)
    if facts.first("mail.date") is None or facts.moment("mail.date")[1].offset is None:  # type: ignore[index]
        raise DoesNotApply("no Date with a zone")


@benign("mail")
def draft_sent_later(data: bytes) -> bytes:
    """Begun twelve days before it was sent: the program kept the identifier of the draft."""
    _without_date_inside(data)
    begun = stated(data) - timedelta(days=12, minutes=31)
    return _set_header(
        data, "Message-ID", f"<31.{begun:%H%M}.{int(begun.timestamp())}123.JavaMail.poste@hote.example>"
    )


@benign("mail")
def greylisted(data: bytes) -> bytes:
    """The next server asked to come again, and the queue did so five hours later."""
    _without_date_inside(data)
    return through_gateway(data, host="mx.accueil.example", seconds=5 * 3600 + 137)


@benign("mail")
def sender_clock_wrong(data: bytes) -> bytes:
    """The sender's computer ran 3 h 17 min behind, in Date and in the identifier it wrote by the same clock."""
    found = re.search(rb"(?mi)^message-id:[ \t]*<([3-6][0-9A-F]{7})(\.\d{5,8}@)", data)
    if found is None or _held(data, exact=True) == []:
        raise DoesNotApply("no identifier of Mozilla")
    slow = timedelta(hours=3, minutes=17, seconds=11)
    earlier = f"{int(found[1], 16) - int(slow.total_seconds()):08X}".encode()
    changed = data[: found.start(1)] + earlier + data[found.end(1) :]
    if re.search(rb"(?mi)^(?:thread-index|in-reply-to|references|x-original-date):", data):
        raise DoesNotApply("another clock of the sender's")
    return _typed(changed, stated(data) - slow)


@benign("mail")
def travelled(data: bytes) -> bytes:
    """The same moment, told in the zone of another continent."""
    _without_date_inside(data)
    if any(clock.when.offset is None for clock in _held(data)) or b"X-Original-Date" in data:
        raise DoesNotApply("another clock shows the zone of home")
    return _typed(data, stated(data).astimezone(timezone(timedelta(hours=9))))


@benign("mail")
def zone_wrong(data: bytes) -> bytes:
    """A computer whose clock is right and whose zone is not: four hours off in Date, nowhere else."""
    found = re.search(rb"(?mi)^date:[^\r\n]*?\d\d:\d\d:\d\d ([+-]\d{4})", data)
    if found is None or re.search(rb"(?mi)^(?:x-original-date|x-ms-|dkim-)", data):
        raise DoesNotApply("no Date with a zone, or a copy of it")
    offset = stated(data).utcoffset() or timedelta(0)
    other = offset + timedelta(hours=-4 if offset > timedelta(0) else 4)
    return _typed(data, stated(data).replace(tzinfo=timezone(other)))


@benign("mail")
def sent_again(data: bytes) -> bytes:
    """Sent again whole by somebody else after forty days: Resent fields and new servers on top."""
    _without_date_inside(data)
    again = max([stated(data), *received(data)]) + timedelta(days=40, hours=3)
    eol = _eol(data)
    when = format_datetime(again).encode("ascii")
    lines = (
        b"Received: from poste.example (poste.example [192.0.2.7]) by mx.accueil.example with ESMTP id 7f31;",
        b"\t" + when,
        b"Resent-From: claire.vasseur@horizon-commun.example",
        b"Resent-Date: " + when,
        b"Resent-Message-ID: <31@horizon-commun.example>",
    )
    return eol.join(lines) + eol + data


@benign("mail")
def redistributed(data: bytes) -> bytes:
    """By a mailing list that waited three days for its moderator: its fields, a copy of Date, new servers."""
    _without_date_inside(data)
    if re.search(rb"(?mi)^(?:x-original-date|list-id):", data):
        raise DoesNotApply("of a list already")
    date = re.search(rb"(?mi)^date:[ \t]*([^\r\n]*)", data)
    later = through_gateway(data, host="listes.example", seconds=3 * 86400 + 41)
    eol = _eol(data)
    fields = (
        b"List-Id: <bureau.listes.example>",
        b"Precedence: list",
        b"X-Original-Date: " + (date[1] if date else b""),
    )
    return eol.join(fields) + eol + later


@benign("mail")
def exported(data: bytes) -> bytes:
    """Exported from an archive years later, with the archive's own line and marks in front."""
    _split(data)
    line = (
        b"From - " + datetime(2024, 3, 1, 9, 0, tzinfo=UTC).strftime("%a %b %e %H:%M:%S %Y").encode() + b"\n"
    )
    marks = b"X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n"
    return line + marks + data.replace(b"\r\n", b"\n")


@benign("mail")
def in_a_digest(data: bytes) -> bytes:
    """In the digest of a mailing list, of the next day: a part of another mail with its own clocks."""
    sent = max([stated(data), *received(data)]) + timedelta(hours=19)
    outer = compose(
        sender=("bureau", "bureau-request@listes.example"),
        to=[("bureau", "bureau@listes.example")],
        subject="Groupe bureau, Vol 3, Parution 12",
        date=sent,
        text="Messages du jour\n",
        identity=f"mailman.12.{int(sent.timestamp())}.31.bureau@listes.example",
    )
    head, rest = _split(outer)
    head = re.sub(rb"(?im)^Content-[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*", b"", head)
    eol, edge = b"\r\n", b"===============4929378484425182273=="
    inner = re.sub(rb"\r?\n", eol, data)
    return (
        head + b'Content-Type: multipart/mixed; boundary="' + edge + b'"' + eol + eol
        + b"--" + edge + eol + b"Content-Type: text/plain" + eol + rest
        + b"--" + edge + eol + b"Content-Type: multipart/digest; boundary=\"d" + edge + b'"' + eol + eol
        + b"--d" + edge + eol + b"Content-Type: message/rfc822" + eol + eol + inner + eol
        + b"--d" + edge + b"--" + eol + eol + b"--" + edge + b"--" + eol
    )  # fmt: skip
