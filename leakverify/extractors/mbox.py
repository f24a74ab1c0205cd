"""Mailboxes in the mbox format (RFC 4155): messages one after the other.

A file that begins with a ``From `` line is an mbox when a second such line
follows a blank one in what identification sees of both ends, or when its name
says so.  A single message saved with its ``From `` line is a mail.  When the
middle of a large file was not seen, a name in ``.eml`` or ``.txt`` makes it a
mail, whose reader hands over any further messages; otherwise it is an mbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.evidence import Location, Member, Observation
from leakverify.extractors._base import (
    Context,
    Event,
    Fault,
    Fit,
    Format,
    Probe,
    Source,
    count,
    flag,
    when,
)
from leakverify.extractors._mail_folder import Separator, Tally, separator_at, separators
from leakverify.extractors._mail_headers import skip_mark
from leakverify.extractors._mbox_habits import HABIT_VOCABULARY, Habits
from leakverify.when import When, parse_when

EXTENSIONS = ("mbox", "mbx")
_SINGLE = frozenset({"eml", "txt", "msg", "mail"})


def sniff(ends: Probe) -> Fit:
    at = skip_mark(ends.head)
    first = separator_at(ends.head, at) if ends.head.startswith(b"From ", at) else None
    if first is None:
        return Fit.NONE
    if ends.extension in EXTENSIONS or _second(ends.head, first[0]):
        return Fit.LOOSE
    tail_at = ends.size - len(ends.tail)
    if _second(ends.tail, max(first[0] - tail_at, 0)):
        return Fit.LOOSE
    seen = tail_at <= len(ends.head)
    return Fit.NONE if seen or ends.extension in _SINGLE else Fit.LOOSE


def _second(data: bytes, start: int) -> bool:
    return any(found.before for found in separators(Source(data), start, Tally()))


def read(source: Source, context: Context) -> Iterator[Event]:
    tally = Tally()
    open_at: Separator | None = None
    stated: When | None = None
    messages = empty = abrupt = backward = 0
    full = False
    habits = Habits(source)
    for found in separators(source, 0, tally):
        if open_at is None:
            if found.start:
                yield Observation(
                    name="mbox.leading_bytes", value=found.start, where=Location(offset=0, length=found.start)
                )
        else:
            abrupt += not found.before
            length = found.start - found.before - open_at.end
            empty += length <= 0
            if length > 0 and not full:
                yield _member(messages, open_at, length)
                habits.message(messages, open_at, length)
        open_at = found
        messages += 1
        if messages > context.limits.members and not full:
            full = True
            yield Fault("limit-members", f"more than {context.limits.members} messages")
        date = found.envelope.date
        moment = None if date is None else parse_when(date.value)
        backward += stated is not None and moment is not None and moment.surely_before(stated)
        stated = moment
        if date is not None and not full:
            yield Observation(
                name="mbox.separator.when",
                value=date.value,
                where=Location(offset=found.start, length=found.end - found.start),
                raw=found.envelope.literal,
            )
    if open_at is not None:
        length = source.size - open_at.end - _last_blank(source)
        empty += length <= 0
        if length > 0 and not full:
            yield _member(messages, open_at, length)
            habits.message(messages, open_at, length)
    yield from habits.facts(escaped=tally.escaped, unescaped=tally.unescaped)
    for name, value in (
        ("mbox.messages", messages),
        ("mbox.messages.empty", empty),
        ("mbox.separator.abrupt", abrupt),
        ("mbox.separator.backward", backward),
        ("mbox.lines.escaped", tally.escaped),
        ("mbox.lines.unescaped", tally.unescaped),
    ):
        yield Observation(name=name, value=value)
    yield Observation(
        name="mbox.final_line_break", value=source.read_at(source.size - 1, 1) in (b"\n", b"\r")
    )


def _member(number: int, opened: Separator, length: int) -> Member:
    return Member(name=f"message {number}", offset=opened.end, length=length, size=length)


def _last_blank(source: Source) -> int:
    """Length of the blank line that closes the last message."""
    tail = source.read_at(source.size - 4, 4) if source.size >= 4 else b""
    if tail == b"\r\n\r\n":
        return 2
    return 1 if tail[-2:] in (b"\n\n", b"\r\r") else 0


def sample() -> bytes:
    return (
        b"From - Fri May  5 20:47:00 2017\nSubject: a\nFrom: a@example.org\n\nx\n\n"
        b"From a@example.org Fri May  5 20:48:00 2017\nSubject: b\nFrom: a@example.org\n\n>From y\n\n"
    )


FORMAT = Format(
    name="mbox",
    title="Mailbox (mbox)",
    version=2,
    sniff=sniff,
    observes={
        "mbox.messages": count("messages"),
        "mbox.messages.empty": count("separators without a message after them"),
        "mbox.leading_bytes": count("bytes before the first separator", "bytes"),
        "mbox.separator.when": when(
            "date in a separator line, set when the message was stored", repeats=True
        ),
        "mbox.separator.abrupt": count("separators without a blank line before them"),
        "mbox.separator.backward": count("separators surely dated before the one in front"),
        "mbox.lines.escaped": count("lines of text that begin with From and were escaped"),
        "mbox.lines.unescaped": count("lines of text that begin with From and were not escaped"),
        "mbox.final_line_break": flag("the file ends with a line break"),
        **HABIT_VOCABULARY,
    },
    extensions=EXTENSIONS,
    media_types=("application/mbox",),
    replaces=("mail", "text"),
    sample=sample,
    container=True,
    sources=("RFC 4155 appendix A",),
)
