"""Which program a mail says wrote it, who writes in such shapes, and what servers do on the way."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from leakverify.checks._base import Facts
from leakverify.evidence import Observation
from leakverify.knowledge import Row, table

#: fields that only a mailing list writes
_LIST = frozenset(
    """list-id list-post list-unsubscribe list-archive x-mailman-version x-beenthere x-mailing-list
    mailing-list x-loop x-listname x-list-id x-ml-name""".split()
)
#: those of them that newsletters do not write
POSTED = frozenset("list-post x-mailman-version x-beenthere x-mailing-list mailing-list list-archive".split())
#: facts by which :func:`between_people` goes
BETWEEN = (
    "mail.in_reply_to",
    "mail.references",
    "mail.thread_index",
    "mail.header.order",
    "mail.user_agent",
    "mail.message_id",
    "mail.received.by",
    "mail.received.from",
)
#: fields of Exchange and Outlook.com, which write the fields of a mail anew as they pass it on
_EXCHANGE = frozenset("x-ms-has-attach x-ms-tnef-correlator x-originatororg x-originalarrivaltime".split())
#: those of them that Exchange writes when it makes the mail itself
_COMPOSED = frozenset(("x-ms-has-attach", "x-ms-tnef-correlator"))
#: identifiers of Exchange 2013 and later, which others write too
_OF_EXCHANGE = re.compile(r"[0-9a-f]{32}@.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@.+")
#: Gmail takes mail that another program composed through its interface for programs, and puts its own id on
_API = ("gmailapi.google.com",)
#: multiparts that an add-on for encryption, or the server of a failed delivery, packs
_NOT_ITS_OWN = frozenset(("multipart/signed", "multipart/encrypted", "multipart/report"))
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Claim:
    """The program named: its row of ``mail_clients``, and where the mail names it.

    A mail of Gmail names its program only by the identifier (``implied``).
    """

    family: str
    stated: Observation
    row: Row | None

    @property
    def implied(self) -> bool:
        return self.row is None

    @property
    def imitated(self) -> bool:
        return self.row is not None and self.row["imitated"] == "yes"


@dataclass(slots=True)
class Handling:
    """Who may have written parts of the mail anew on its way."""

    mailing_list: bool = False
    posted: bool = False  # by a list whose members write to one another
    exchange: bool = False
    composed: bool = False  # by Exchange, from what a telephone or a program handed it in another form
    interface: bool = False
    delivered: bool = False

    def excuses(self, listed: str) -> bool:
        return (self.mailing_list and "list" in listed) or (self.exchange and "exchange" in listed)


@dataclass(slots=True)
class Fit:
    """How one identifier or the boundaries fit a program. ``by`` names who writes so, if known."""

    verdict: str  # own, server, adder, tool, bulk, other, unknown
    by: str = ""
    seen: tuple[Observation, ...] = field(default=())


def claim(facts: Facts) -> Claim | None:
    """The program the mail names, if its habits are known."""
    agent = facts.first("mail.user_agent")
    if agent is not None:
        stated = " ".join(str(agent.value).split())[:_LONGEST]
        for row in table("mail_clients"):
            if _compiled(row["name"]).fullmatch(stated):
                return Claim(row["family"], agent, row)
        return None
    identity = facts.first("mail.message_id")
    if identity is None:
        return None
    if str(identity.value).lower().endswith("@mail.gmail.com"):
        return Claim("Gmail", identity, None)
    return None


def handling(facts: Facts) -> Handling:
    """What the names of the fields and the hosts of the route say about servers that write mail anew."""
    order = facts.text("mail.header.order").split(":")
    found = Handling(delivered=facts.first("mail.received.by") is not None)
    for name in order:
        if name in _LIST:
            found.mailing_list = True
            found.posted = found.posted or name in POSTED
        elif name in _EXCHANGE or name.startswith(("x-ms-exchange-", "x-microsoft-")):
            found.exchange = True
            found.composed = found.composed or name in _COMPOSED
    named = (*facts.all("mail.received.by"), *facts.all("mail.received.from"))
    hosts = (str(o.value).lower() for o in named)
    found.interface = any(host.endswith(_API) for host in hosts)
    return found


def between_people(facts: Facts) -> tuple[str, Observation] | None:
    """What shows that a person wrote this mail to others, in words and where; ``None`` when nothing does.

    Programs that send in bulk name no earlier mail, are not taken by discussion lists, and wrote the names
    of other programs than those that make their identifiers in a shape of their own.
    """
    for name, words in (
        ("mail.in_reply_to", "it answers a mail"),
        ("mail.references", "it names earlier mails"),
        ("mail.thread_index", "it belongs to a conversation"),
    ):
        found = facts.first(name)
        if found is not None:
            return words, found
    handled = handling(facts)
    order = facts.first("mail.header.order")
    if handled.posted and order is not None:
        return "a discussion list passed it on", order
    stated = claim(facts)
    if stated is not None and not stated.imitated:
        fit = identifier_fit(facts, stated.family, handled)
        if fit is not None and fit.verdict == "own":
            return f"Message-ID is made as {stated.family} makes it", fit.seen[0]
    return None


def identifier_fit(facts: Facts, family: str, handled: Handling) -> Fit | None:
    identity = facts.first("mail.message_id")
    if identity is None:
        return None
    verdict, by = _fit("identifier", str(identity.value), family)
    if verdict == "other" and handled.composed and _OF_EXCHANGE.fullmatch(str(identity.value)):
        verdict, by = "server", "Exchange"
    return Fit(verdict, by, (identity,))


def boundary_fit(facts: Facts, family: str) -> Fit | None:
    """The boundaries against the program: one of its own is enough, since servers wrap what it wrote."""
    kinds = {o.where.part: o.value for o in facts.all("mail.mime.type")}
    found: dict[str, tuple[str, Observation]] = {}
    for boundary in facts.all("mail.mime.boundary")[:50]:
        if kinds.get(boundary.where.part) in _NOT_ITS_OWN:
            return None
        verdict, by = _fit("boundary", str(boundary.value), family)
        found.setdefault(verdict, (by, boundary))
    for verdict in ("own", "server", "tool", "other", "unknown"):
        if verdict in found:
            by, boundary = found[verdict]
            return Fit(verdict, by, (boundary,))
    return None


@functools.lru_cache(maxsize=1024)
def _fit(place: str, text: str, family: str) -> tuple[str, str]:
    text = text[:_LONGEST]
    rows = [row for row in table("mail_shapes") if row["place"] == place]
    for wanted in ("own", "server", "adder", "tool", "bulk", "other"):
        for row in rows:
            own = row["role"] == "own"
            if wanted == "own" and not (own and row["family"] == family):
                continue
            if wanted == "other" and not own:
                continue
            if wanted in ("server", "adder", "tool", "bulk") and row["role"] != wanted:
                continue
            if _compiled(row["shape"]).fullmatch(text):
                known = row["unique"] == "yes"
                if wanted == "tool" and not known:
                    return "other", ""
                return wanted, row["family"] if known else ""
    return "unknown", ""


@dataclass(frozen=True, slots=True)
class Odd:
    """One habit the program named does not have; ``fact`` names the observation, without mail.style."""

    fact: str
    strong: bool
    seen: Observation


def dialect(facts: Facts, family: str, handled: Handling) -> Iterator[Odd]:
    """Habits in the fields that the program does not have, those a server explains left out."""
    told: set[str] = set()
    for row in table("mail_dialects"):
        if row["family"] not in (family, "*") or row["fact"] in told or handled.excuses(row["excused"]):
            continue
        values = facts.all(f"mail.style.{row['fact']}")
        if row["among"]:
            values = [o for o in values if _compiled(row["among"]).search(str(o.value))]
        if row["fits"]:
            if values and not any(_compiled(row["fits"]).search(str(o.value)) for o in values):
                told.add(row["fact"])
                yield Odd(row["fact"], row["weight"] == "strong", values[0])
        else:
            against = [o for o in values if _compiled(row["foreign"]).search(str(o.value))]
            if against and (not row["among"] or len(against) == len(values)):
                told.add(row["fact"])
                yield Odd(row["fact"], row["weight"] == "strong", against[0])


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
