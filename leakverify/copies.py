"""What belongs to one mail alone and stands in several: identifiers, servers' numbers, signatures.

One mail makes many honest copies: the sender's and the receiver's, those a list sends out, one sent again or
delivered twice.  They keep Date and author.  What is told here are mails that share what only one
mail can have and differ in what no copy changes.  Nothing here says which of them was altered or made
up: that one is beside the other is the finding.  Made from stored facts alone, like :mod:`conversations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any

import msgspec

from leakverify._letters import Letter, bare_subject
from leakverify.checks._alignment import compare
from leakverify.checks._mail_clients import POSTED
from leakverify.evidence import Observation, Report

#: whatever finds a report again
Place = Any
#: facts that one mail alone can have, and those by which a line of a delivery is known
_SHARED = frozenset(
    """mail.message_id mail.dkim.value mail.received.by mail.received.when mail.received.id
    mail.clock.hop""".split()
)
_HANDLED = ("mail.header.order", "mail.resent.when")
#: letters of the value of a signature that is one
_SIGNATURE = 40
#: mails that share one value before it is a habit of a program and tells nothing of these mails
MOST = 4
#: copies are compared pair by pair; their Date is the same to the second but for zones written otherwise
_SAME = timedelta(minutes=2)
#: share of the shorter text that has to stand in the longer one for the two to be tellings of one text
_SHARE = 0.8
#: words below which a text is none
_LEAST = 12
#: numbers of versions, which Exchange writes where others write the number of the mail
_VERSION = re.compile(r"\d+(\.\d+){2,4}")
#: letters and digits mixed, or long: counters and constants of small programs are neither
_TELLING = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.+/-]{8,}")


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """Mails that share what only one mail can have.

    ``kind``: ``identifier`` (Message-ID), ``delivery`` (the number by which a server took a mail in, with
    the server and the time) or ``signature`` (the value of a DKIM signature).  ``value`` is that, as written.
    ``mails`` are values of ``Document.path``, in their order; ``differ`` says in what two of them differ:
    ``author``, ``date``, ``subject``, ``figure`` (a figure in texts that otherwise agree).  ``figures`` holds
    such a pair, as in the first and in the second text.
    """

    kind: str
    value: str
    mails: tuple[str, ...]
    differ: tuple[str, ...]
    figures: tuple[str, str] | None = None


class _Held(Letter):
    """A mail, and what of it tells a copy from another mail."""

    __slots__ = ("delivered", "listed")

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        names = {o.name: str(o.value) for o in report.observations if o.name in _HANDLED}
        order = set(names.get("mail.header.order", "").split(":"))
        self.delivered = "received" in order
        self.listed = bool(order & POSTED) or "mail.resent.when" in names or "x-original-from" in order


class Copies:
    """Mails as they are met: of each only what it may share is kept until :meth:`found`.

    ``fetch`` hands out a report again by the place it was added with.
    """

    def __init__(self, fetch: Callable[[Place], Report]) -> None:
        self._fetch = fetch
        self._groups: dict[tuple[str, str], dict[str, Place]] = {}

    def add(self, place: Place, report: Report) -> None:
        if "mail" in report.document.formats:
            for key in dict.fromkeys(_keys(report.observations)):
                self._groups.setdefault(key, {}).setdefault(report.document.sha256, place)

    def found(self) -> list[tuple[Copied, tuple[Place, ...]]]:
        """Every finding with the places of its mails, in the order of the mails."""
        found = []
        told: set[tuple[str, ...]] = set()
        for (kind, value), held in self._groups.items():
            if not 2 <= len(held) <= MOST:
                continue
            mails = [_Held(self._fetch(place)) for place in held.values()]
            one = _finding(kind, value, mails)
            # one mail copied whole shares its identifier, its signatures and all its deliveries
            if one is not None and one.mails not in told:
                told.add(one.mails)
                places = {mail.path: place for mail, place in zip(mails, held.values(), strict=True)}
                found.append((one, tuple(places[path] for path in one.mails)))
        return sorted(found, key=lambda pair: (pair[0].mails, pair[0].kind, pair[0].value))


def copied(reports: Iterable[Report]) -> list[Copied]:
    """Every finding among these reports, in the order of the mails."""
    held = [report for report in reports if "mail" in report.document.formats]
    copies = Copies(held.__getitem__)
    for number, report in enumerate(held):
        copies.add(number, report)
    return [one for one, _ in copies.found()]


def _keys(observations: Iterable[Observation]) -> Iterator[tuple[str, str]]:
    by_name: dict[str, list[Observation]] = {}
    for one in observations:
        if one.name in _SHARED:
            by_name.setdefault(one.name, []).append(one)
    for one in by_name.get("mail.message_id", ())[:1]:
        yield "identifier", str(one.value)
    for one in by_name.get("mail.dkim.value", ()):
        if len(str(one.value)) > _SIGNATURE:
            yield "signature", str(one.value)
    hosts = {o.where: str(o.value).lower() for o in by_name.get("mail.received.by", ())}
    times = {o.where: str(o.value) for o in by_name.get("mail.received.when", ())}
    counted = {str(o.raw) for o in by_name.get("mail.clock.hop", ())}
    for one in by_name.get("mail.received.id", ()):
        number, host = str(one.value), hosts.get(one.where, "")
        when = times.get(one.where, "")
        if host and number in counted:
            yield "delivery", f"{host} {number}"  # it holds its time: never given twice, whatever is stated
        elif host and when and _TELLING.fullmatch(number) and not _VERSION.fullmatch(number):
            yield "delivery", f"{host} {number} {when}"


def _finding(kind: str, value: str, mails: list[_Held]) -> Copied | None:
    differ: dict[str, None] = {}
    parties: dict[str, None] = {}
    figures: tuple[str, str] | None = None
    for one, other in combinations(mails, 2):
        ways, pair = _apart(kind, one, other)
        if ways:
            differ |= dict.fromkeys(ways)
            parties |= dict.fromkeys((one.path, other.path))
            figures = figures or pair
    if not differ:
        return None
    return Copied(kind=kind, value=value, mails=tuple(parties), differ=tuple(differ), figures=figures)


def _apart(kind: str, one: _Held, other: _Held) -> tuple[list[str], tuple[str, str] | None]:
    """In what two mails differ that share something and cannot both be as they were."""
    if kind == "delivery" and one.identity == other.identity:
        return [], None  # told by the identifier, or one mail by two ways
    if kind == "identifier" and not (one.delivered and other.delivered):
        return [], None  # a draft keeps its identifier while it is changed
    if kind == "identifier" and one.people - {one.sender} != other.people - {other.sender}:
        return [], None  # a program that writes to each of its customers may give all of them one identifier
    ways = []
    if one.when is not None and other.when is not None:
        apart = abs(one.when.earliest - other.when.earliest)
        if apart > _SAME and one.when.wall != other.when.wall:
            ways.append("date")
    listed = one.listed or other.listed
    if one.sender != other.sender and not listed:
        ways.append("author")
    if bare_subject(one.subject) != bare_subject(other.subject) and not listed:
        ways.append("subject")
    if kind == "delivery":
        # a gateway that gives a mail a new identifier leaves the rest; two mails need two deliveries
        return (ways, None) if len(ways) >= 2 else ([], None)
    pair = None if "date" in ways or "author" in ways else _figures(one, other)
    if pair is not None:
        ways.append("figure")
    # filters and people title a mail anew
    return (ways, pair) if set(ways) - {"subject"} else ([], None)


def _figures(one: _Held, other: _Held) -> tuple[str, str] | None:
    """A figure that differs in two texts that otherwise agree."""
    for mine, theirs in zip(one.texts[:3], other.texts[:3], strict=False):
        longer, shorter = sorted((mine.own, theirs.own), key=len, reverse=True)
        compared = compare(longer, shorter)
        if compared.second < _LEAST or compared.same < _SHARE * compared.second:
            continue
        for change in compared.changes:
            if change.kind == "figure":
                pair = (change.before, change.after)
                return pair if longer == mine.own else (pair[1], pair[0])
    return None


def because(kind: str, other: str) -> str:
    """The reason that a mail is put before a person for, as the ranked list gives it."""
    shared = {"identifier": "Message-ID", "delivery": "delivery", "signature": "signature"}[kind]
    return f"its {shared} is also in another mail that differs from it: {other}"
