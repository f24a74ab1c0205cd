"""The clocks of a mail beside its Date, and how far each of them certainly is from it.

What the shapes mean is in the table ``mail_clocks``: who wrote a clock, whether
in the same breath as Date, and in which zone.  A program writes Date and its
own identifiers by one clock, so these agree whatever that clock showed; what
differs between them is a whole number of half hours when a zone was written
wrongly.  Clocks of servers differ from Date by what the sender's clock was off
and by what the mail waited.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from leakverify.checks._base import Facts
from leakverify.checks._time import DAY, ZONES, Stated, distance, lead, moments
from leakverify.evidence import Observation
from leakverify.knowledge import Row, table
from leakverify.when import When, parse_when

#: no mail is older (RFC 822 is of 1982); programs with a fault of the year 2000 wrote 2002 as 102
FIRST_YEAR = 1971
#: lists, greylisting and queues pass a mail on within this time: servers give up after five days (RFC 5321
#: 4.5.4.1), and drafts are dated when they are sent; of 1,539 wanted public mails 1 lay longer than a day
LATE = timedelta(days=7)
#: programs that write Date and an identifier in one breath: on 490 wanted mails 95 of 100 lie between 0 and
#: 11 s apart, the widest 13 minutes, and two by a zone written wrongly
BREATH = timedelta(hours=1)
#: how exactly such clocks repeat a zone written wrongly: the identifier comes up to a minute after Date (98
#: of 100), and before it only by what was cut off
_AFTER, _BEFORE = timedelta(minutes=1), timedelta(seconds=5)
_HALF_HOUR = timedelta(minutes=30)
#: clocks of one kind that are compared
_MOST = 100

#: observations that hold a decoded clock; each has a twin ``.form``
DECODED = (
    "mail.clock.identifier",
    "mail.clock.boundary",
    "mail.clock.answer",
    "mail.clock.thread",
    "mail.clock.content_id",
    "mail.clock.field",
    "mail.clock.hop",
    "mail.clock.parent",
)
FORMS = tuple(name + ".form" for name in DECODED)
#: times at which a server says that it signed
SIGNED = ("mail.dkim.time", "mail.arc.time", "mail.arc_seal.time")
#: who signs
SIGNERS = ("mail.dkim.domain", "mail.arc.domain", "mail.arc_seal.domain")


class Clock(NamedTuple):
    """One decoded clock. ``kind`` is the last part of its name, ``form`` its shape."""

    observation: Observation
    when: When
    kind: str
    form: str

    @property
    def maker(self) -> str:
        """``author``: the program that wrote Date; ``server``; ``either``; ``chance``: perhaps no clock."""
        return _said(self.form, "maker") or "server"

    @property
    def exact(self) -> bool:
        """Written in the same breath as Date, or as the time of the hop it belongs to."""
        return _said(self.form, "exact") == "yes"

    @property
    def zone(self) -> str:
        """``utc``, ``local`` to the sender, or ``either`` when versions differ."""
        return _said(self.form, "zone") or "utc"


@functools.cache
def _rows() -> Mapping[str, Row]:
    return {row["form"]: row for row in table("mail_clocks")}


def _said(form: str, column: str) -> str:
    row = _rows().get(form)
    return "" if row is None else row[column]


def clocks(facts: Facts, name: str) -> list[Clock]:
    """Decoded clocks of one of :data:`DECODED`, in the order of the mail, doubtful ones among them."""
    found = []
    kind = name.rpartition(".")[2]
    twins = facts.all(name + ".form")[:_MOST]
    for observation, form in zip(facts.all(name)[:_MOST], twins, strict=False):
        read = parse_when(str(observation.value))
        if read is not None:
            found.append(Clock(observation, read, kind, str(form.value)))
    return found


def sure(held: list[Clock]) -> list[Clock]:
    """Those that are clocks beyond doubt."""
    return [clock for clock in held if clock.maker != "chance"]


class Gap(NamedTuple):
    """How much a clock comes after Date (``after``) or before it (``before``); one of both is positive.

    Of several readings of the zones the one that is kindest to the Date.
    ``certain``: at least one zone is known on both sides, or known to be that of Date.
    """

    after: timedelta
    before: timedelta
    certain: bool

    def beyond(self, span: timedelta, *, exact: bool) -> bool:
        """The clock is certainly more than ``span`` after Date, and not by a wrong zone."""
        return self._beyond(self.after, self.after, span, exact)

    def behind(self, span: timedelta, *, exact: bool) -> bool:
        """The same for a clock before Date."""
        return self._beyond(self.before, -self.before, span, exact)

    def _beyond(self, far: timedelta, signed: timedelta, span: timedelta, exact: bool) -> bool:
        if far <= span:
            return False
        if far > ZONES + span:
            return True
        return self.certain and exact and not zone_like(signed)


def zone_like(after: timedelta) -> bool:
    """Whether a clock is after Date, or with a negative sign before it, by what a wrong zone makes.

    That is whole half hours, to the seconds that pass between the two.

    >>> zone_like(timedelta(hours=2, seconds=40)), zone_like(timedelta(hours=-3, seconds=2))
    (True, True)
    >>> zone_like(timedelta(hours=2, minutes=4))
    False
    """
    rest = after % _HALF_HOUR
    return rest <= _AFTER or _HALF_HOUR - rest <= _BEFORE


def gap(clock: Clock, date: When) -> Gap:
    """How far a clock is from Date."""
    when = clock.when
    if date.offset is None or (when.offset is None and clock.zone == "utc"):
        return Gap(lead(when, date), lead(date, when), certain=False)
    if when.offset is not None:
        return Gap(when.earliest - date.latest, date.earliest - when.latest, certain=True)
    readings = [timedelta(0)]
    if clock.zone == "either":
        readings.append(date.offset)
    gaps = [
        Gap(when.wall + shift - date.wall_end, date.wall - when.wall_end - shift, certain=True)
        for shift in readings
    ]
    return min(gaps, key=lambda one: max(one.after, one.before))


def told_by_hops(facts: Facts, date: Stated) -> bool:
    """Whether the servers' times alone already point at Date, which LV-MAIL-001 tells."""
    hops = moments(facts, ("mail.received.when",))
    if not hops or date[1].wall.year < FIRST_YEAR:
        return False
    last = max(hops, key=lambda hop: hop[1].latest)
    first = min(hops, key=lambda hop: hop[1].earliest)
    if lead(date[1], last[1]) > DAY:
        return True
    return lead(first[1], date[1]) > LATE and resent(facts, first[1]) is None


def resent(facts: Facts, moment: When) -> Stated | None:
    """The Resent-Date that explains why a server took the mail in at ``moment``."""
    again = moments(facts, ("mail.resent.when",))
    return next((one for one in again if distance(moment, one[1]) <= LATE), None)


def servers(facts: Facts) -> Iterator[tuple[str, Stated]]:
    """(host or field, time) of every server that noted one, Received lines first."""
    hosts = {one.where: str(one.value) for one in facts.all("mail.received.by")}
    for hop in moments(facts, ("mail.received.when",)):
        yield hosts.get(hop[0].where, ""), hop
    for name, signer in zip(SIGNED, SIGNERS, strict=True):
        domains = {one.where: str(one.value) for one in facts.all(signer)}
        for signed in moments(facts, (name,)):
            yield domains.get(signed[0].where, name), signed
    for clock in clocks(facts, "mail.clock.field"):
        yield clock.form, (clock.observation, clock.when)
