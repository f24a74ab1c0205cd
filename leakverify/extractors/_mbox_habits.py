"""How one mailbox was written, message by message, and which messages were written otherwise.

A mailbox file is appended to by one program as a rule, in the order of
delivery.  Every message is held against its neighbours and against most of the
others; only the ones that differ are told, with their place, so that a mailbox
of a hundred thousand messages gives a short answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Source, clip, count, text, token
from leakverify.extractors._mail_folder import Separator
from leakverify.when import When, parse_when

HABIT_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mbox.variant": token(
            "how lines that begin with From are kept apart: escaped, lengths (Content-Length fits), "
            "unescaped, none-needed"
        ),
        "mbox.content_length.fits": count("messages whose Content-Length is that of their body"),
        "mbox.content_length.differs": count("messages with another Content-Length than their body has"),
        "mbox.line_ending.crlf": count("messages whose separator ends in CR LF"),
        "mbox.separator.form": token("form of most separators: dated, dated-zone, dash, undated"),
        "mbox.separator.from": text(
            "a sender named in separators, at the first message that names it", repeats=True
        ),
        "mbox.odd": token(
            "a message that was written otherwise than the mailbox: line-ending, separator-form, order, "
            "content-length; part names it",
            repeats=True,
        ),
        "mbox.odd.count": count("such messages, told or not"),
    }
)

#: senders told of one mailbox; more rows a message would use up what an answer may hold
_SENDERS = 1_000
#: odd messages told of one kind
_TOLD = 50
#: fewer messages than this have no habit
_HABIT = 10
#: share of messages that may differ before it is no habit any more
_SHARE = 0.05
#: bytes of a message in which its Content-Length is looked for
_HEAD = 16 * 1024
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_ZONE = re.compile(r"(?:[+-]\d{4}|\b[A-Z]{3,4})(?: \d{4})?\Z")


class _Seen(NamedTuple):
    number: int
    where: Location
    moment: When | None


class Habits:
    """Collects while the mailbox is walked; memory is one short row a message that may be odd."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._forms: Counter[str] = Counter()
        self._endings: Counter[str] = Counter()
        self._first: dict[tuple[str, str], list[_Seen]] = {}
        self._senders: dict[str, Location] = {}
        self._fits = self._differs = 0
        self._wrong: list[_Seen] = []
        self._window: list[_Seen] = []
        self._order: list[_Seen] = []
        self._turned = 0
        self.messages = 0

    def message(self, number: int, separator: Separator, length: int) -> None:
        """Take the next message, which begins behind its separator."""
        self.messages += 1
        where = Location(part=f"message {number}", offset=separator.end, length=length)
        date = separator.envelope.date
        moment = None if date is None else parse_when(date.value)
        seen = _Seen(number, where, moment)
        ending = "crlf" if self._source.read_at(separator.end - 2, 2) == b"\r\n" else "lf"
        form = _form(separator)
        if len(self._senders) < _SENDERS:
            self._senders.setdefault(separator.envelope.sender, where)
        self._endings[ending] += 1
        self._forms[form] += 1
        for kind, what in (("line-ending", ending), ("separator-form", form)):
            kept = self._first.setdefault((kind, what), [])
            if len(kept) < _TOLD:
                kept.append(seen)
        self._content_length(seen, separator.end, length)
        self._neighbours(seen)

    def _content_length(self, seen: _Seen, at: int, length: int) -> None:
        head = self._source.read_at(at, min(length, _HEAD))
        blank = _BLANK.search(head)
        stated = _LENGTH.search(head, 0, len(head) if blank is None else blank.start())
        if stated is None or blank is None:
            return
        body = length - blank.end()
        if abs(int(stated[1]) - body) <= 2:  # writers count the last line break or not
            self._fits += 1
        else:
            self._differs += 1
            if len(self._wrong) < _TOLD:
                self._wrong.append(seen)

    def _neighbours(self, seen: _Seen) -> None:
        """A message is out of order where the ones around it are in order without it, and not with it."""
        if seen.moment is None:
            return
        self._window = [*self._window[-2:], seen]
        if len(self._window) < 3:
            return
        before, here, after = self._window
        if before.moment is None or here.moment is None or after.moment is None:
            return
        if after.moment.surely_before(before.moment):
            self._turned += 1
        elif here.moment.surely_before(before.moment) or after.moment.surely_before(here.moment):
            self._turned += 1
            if len(self._order) < _TOLD:
                self._order.append(here)

    def facts(self, *, escaped: int, unescaped: int) -> Iterator[Observation]:
        """What most messages have in common, then those that have not."""
        if not self.messages:
            return
        lengths = self._fits > 0 and self._differs <= _SHARE * self._fits
        variant = (
            "escaped" if escaped else "lengths" if lengths else "unescaped" if unescaped else "none-needed"
        )
        yield Observation(name="mbox.variant", value=variant)
        yield Observation(name="mbox.content_length.fits", value=self._fits)
        yield Observation(name="mbox.content_length.differs", value=self._differs)
        yield Observation(name="mbox.line_ending.crlf", value=self._endings["crlf"])
        yield Observation(name="mbox.separator.form", value=_most(self._forms))
        for sender, where in self._senders.items():
            yield Observation(name="mbox.separator.from", value=clip(sender), where=where)
        odd = 0
        for kind, tally in (("line-ending", self._endings), ("separator-form", self._forms)):
            usual = _most(tally)
            others = self.messages - tally[usual]
            if others and self._habit(others):
                odd += others
                rest = [
                    seen
                    for (k, what), kept in self._first.items()
                    if k == kind and what != usual
                    for seen in kept
                ]
                yield from _told(kind, sorted(rest, key=lambda seen: seen.number))
        if self._turned and self._habit(self._turned):
            odd += len(self._order)
            yield from _told("order", self._order)
        if self._differs and self._habit(self._differs) and self._fits >= _HABIT:
            odd += self._differs
            yield from _told("content-length", self._wrong)
        yield Observation(name="mbox.odd.count", value=odd)

    def _habit(self, others: int) -> bool:
        return self.messages >= _HABIT and others <= max(_SHARE * self.messages, 1)


def _told(kind: str, found: list[_Seen]) -> Iterator[Observation]:
    for seen in found[:_TOLD]:
        yield Observation(name="mbox.odd", value=kind, where=seen.where)


def _most(tally: Counter[str]) -> str:
    return min(tally, key=lambda word: (-tally[word], word))


def _form(separator: Separator) -> str:
    if separator.envelope.date is None:
        return "undated"
    if separator.envelope.sender == "-":
        return "dash"
    return (
        "dated-zone" if _ZONE.search(separator.envelope.literal) and separator.envelope.date.zone else "dated"
    )
