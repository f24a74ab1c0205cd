"""Mails as conversations need them: read once from stored reports, and compared by what they state."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from zlib import crc32

from leakverify.checks._alignment import words_of
from leakverify.checks._mail_quotes import Quoted, own_words, quotations, texts
from leakverify.evidence import Assessment, Location, Observation, Report
from leakverify.when import When, parse_when

#: words in a run by which texts are found again, and runs kept of one text
RUN, RUNS = 5, 400
#: attributions state the local time of the one or of the other
_ZONES = timedelta(hours=26)
_MINUTE = timedelta(minutes=2)


class Text(NamedTuple):
    where: Location
    own: str


class Letter:
    """What is needed of one mail, read once from its report."""

    __slots__ = (
        "answered", "authenticated", "date", "identity", "path", "people", "quoted", "references", "sender",
        "sender_name", "sha256", "subject", "texts", "thread", "when",
    )  # fmt: skip

    def __init__(self, report: Report) -> None:
        seen: dict[str, list[Observation]] = {}
        for observation in report.observations:
            seen.setdefault(observation.name, []).append(observation)

        def first(name: str) -> str:
            found = seen.get(name)
            return str(found[0].value) if found else ""

        self.path, self.sha256 = report.document.path, report.document.sha256
        self.identity = first("mail.message_id")
        self.references = [str(o.value) for o in seen.get("mail.references", ())][-100:]
        self.answered = first("mail.in_reply_to")
        self.thread = _thread(first("mail.thread_index"))
        self.subject, self.date = first("mail.subject"), first("mail.date")
        self.when: When | None = parse_when(self.date)
        self.sender, self.sender_name = first("mail.from.address").lower(), first("mail.from.name")
        self.people = {self.sender} | {
            str(o.value).lower()
            for name in ("mail.to.address", "mail.cc.address")
            for o in seen.get(name, ())[:200]
        }
        self.people.discard("")
        self.authenticated = report.assessment is Assessment.AUTHENTICATED
        self.quoted = _once(quotations(report.observations))
        self.texts = [
            Text(text.where, own_words(str(text.value), [q for q in self.quoted if q.where.part == part]))
            for part, text in texts(report.observations).items()
        ]


def _once(found: list[Quoted]) -> list[Quoted]:
    """Quotations without those that the HTML form of the same mail repeats."""
    seen: dict[tuple[str, str, str], str] = {}
    kept = []
    for block in found:
        words = " ".join(word.key for word in words_of(block.text("text"), marks=True)[:200])
        key = (words, block.text("when"), block.text("from.address"))
        part = seen.setdefault(key, block.where.part)
        if part == block.where.part:
            kept.append(block)
    return kept


def _thread(index: str) -> str:
    """The 16 bytes that all mails of a Thread-Index share (MS-OXOMSG 2.2.1.3), as hex."""
    try:
        data = base64.b64decode(index[:40], validate=False)
    except (binascii.Error, ValueError):
        return ""
    return data[6:22].hex() if len(data) >= 22 else ""


PREFIX = re.compile(
    r"\s*(?:\[[^\[\]]{1,40}\]\s*)?(?:re|r|réf|ref|rép|rep|aw|antw|antwort|sv|vs|odp|res|rif|ynt|fw|fwd|fs|tr|wg|rv|"
    r"enc|pd|i|doorst|vb|vl|vidarebefordrat)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*\[[^\[\]]{1,40}\]\s*")


def bare_subject(subject: str) -> str:
    """A subject without what programs in many languages put before it, and without a list's tag.

    >>> bare_subject("TR: RE : [bureau] Fwd: Le budget")
    'le budget'
    """
    text = " ".join(unicodedata.normalize("NFKC", subject).split())
    for _ in range(30):
        found = PREFIX.match(text) or _TAG.match(text)
        if found is None or found.end() >= len(text):
            break
        text = text[found.end() :]
    return text.strip().casefold()


def runs(text: str, *, marks: bool = False) -> set[int]:
    """Digests of some runs of words: those that are smallest, so that both texts choose the same ones."""
    words = [word.key for word in words_of(text, marks=marks)]
    found = {crc32(" ".join(words[at : at + RUN]).encode()) for at in range(len(words) - RUN + 1)}
    return set(sorted(found)[:RUNS])


def same_time(stated: When, sent: When) -> bool:
    """Whether an attribution states the time of a mail, in whatever zone it was written."""
    if stated.offset is not None:
        return stated.earliest - _MINUTE <= sent.latest and sent.earliest <= stated.latest + _MINUTE
    if stated.wall_end - stated.wall >= timedelta(hours=1):  # a day without a time
        return stated.earliest <= sent.latest and sent.earliest <= stated.latest
    apart = abs(stated.wall - sent.earliest.replace(tzinfo=None))
    rest = apart % timedelta(minutes=15)
    return apart <= _ZONES and min(rest, timedelta(minutes=15) - rest) <= _MINUTE


_WORDS = re.compile(r"[^\W\d_]{2,}")


def same_person(block: Quoted, mail: Letter) -> bool:
    address = block.text("from.address").lower()
    if address and address == mail.sender:
        return True
    said = {w.casefold() for w in _WORDS.findall(block.text("from.name"))}
    held = {w.casefold() for w in _WORDS.findall(mail.sender_name)}
    return bool(said) and bool(held) and (said <= held or held <= said)


class Groups:
    """Sets that are joined (union-find)."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def top(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, one: int, other: int) -> bool:
        """Join the sets of two numbers; false when they were one already."""
        first, second = self.top(one), self.top(other)
        if first == second:
            return False
        self._above[max(first, second)] = min(first, second)
        return True

    def all(self) -> Iterator[list[int]]:
        found: dict[int, list[int]] = {}
        for number in range(len(self._above)):
            found.setdefault(self.top(number), []).append(number)
        yield from found.values()
