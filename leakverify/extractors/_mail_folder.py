"""Separator lines of an mbox, found by streaming over it (RFC 4155 appendix A).

``From `` at the beginning of a line is no proof of a separator: many programs
did not escape it in texts.  A line counts as one when it ends in a plausible
date and the next line is a header field; a blank line before it is usual, and
its absence is counted, not held against it.  A line of two words without a date
(``From -``) counts when it has the blank line and a field of mail after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leakverify.extractors._base import Source
from leakverify.extractors._mail_dates import Envelope, read_envelope
from leakverify.extractors._mail_headers import BOM

_BLOCK = 4 * 1024 * 1024
#: a separator line and the beginning of the field after it
_REACH = 2048
_FIELD_OF_MAIL = re.compile(
    rb"(?:from|to|date|subject|received|return-path|message-id|mime-version|delivered-to|content-type|status"
    rb"|x-[a-z0-9-]{1,60})[ \t]{0,20}:",
    re.IGNORECASE,
)
_FIELD = re.compile(rb">?(?:From |[!-9;-~]{1,200}[ \t]{0,20}:)")
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Separator:
    """``start`` to ``end`` is the line; ``before`` the length of the blank line in front of it."""

    start: int
    end: int
    before: int
    envelope: Envelope


@dataclass(slots=True)
class Tally:
    """Lines met on the way: ``From `` that separates nothing, and escaped ones."""

    unescaped: int = 0
    escaped: int = 0


def separator_at(data: bytes, at: int) -> tuple[int, Envelope] | None:
    """Read the separator line at ``at``: offset after it, and what it says."""
    end_of_line = _LINE_END.search(data, at, at + 1000)
    if end_of_line is None:
        return None
    envelope = read_envelope(data[at : end_of_line.end()])
    if envelope is None or not _FIELD.match(data, end_of_line.end()):
        return None
    if envelope.date is None and not (
        _FIELD_OF_MAIL.match(data, end_of_line.end()) and (at <= len(BOM) or _blank_before(data, at))
    ):
        return None
    return end_of_line.end(), envelope


def separators(source: Source, start: int, tally: Tally) -> Iterator[Separator]:
    """Separators from offset ``start`` on, in order. Memory is one block, time is linear."""
    resume = start
    while resume < source.size:
        front = min(resume, 4)  # enough to see the blank line before a separator
        base = resume - front
        block = source.read_at(base, front + _BLOCK + _REACH)
        last = base + len(block) >= source.size
        stop = len(block) if last else front + _BLOCK
        at = front
        while at < stop:
            here = block.find(b"From ", at, stop + 4)
            if here < 0:
                break
            at = here + 5
            if here and block[here - 1 : here] == b">":
                tally.escaped += _escaped(block, here)
                continue
            if here and block[here - 1 : here] not in (b"\n", b"\r"):
                continue
            read = separator_at(block, here)
            if read is None:
                tally.unescaped += 1
                continue
            yield Separator(base + here, base + read[0], _blank_before(block, here), read[1])
            at = read[0]
        resume = base + max(at, stop)


def _escaped(block: bytes, here: int) -> bool:
    """Whether only ``>`` stands between the line's beginning and ``here`` (mboxrd, mboxo)."""
    line = block[max(here - 20, 0) : here].rstrip(b">")
    return not line or line[-1:] in (b"\n", b"\r")


def _blank_before(block: bytes, here: int) -> int:
    """Length of the empty line in front of the separator, 0 when there is none."""
    if block[max(here - 4, 0) : here] == b"\r\n\r\n":
        return 2
    return 1 if block[max(here - 2, 0) : here] in (b"\n\n", b"\r\r") else 0
