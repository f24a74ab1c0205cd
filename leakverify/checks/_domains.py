"""Domains of a mail: the part somebody registered, and how near two of them are."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.checks._base import Facts
from leakverify.checks._text import domains, skeleton
from leakverify.evidence import Observation
from leakverify.knowledge import table

#: second levels under which names are registered below a country; the public suffix list in small
_SECOND = frozenset(
    "ac asn asso co com edu gob gouv gov govt gv id ltd me mil net nhs nom or org plc sch".split()
)

#: where the mail says who speaks, who is spoken to, and who carried it
SPEAKERS = ("mail.from.address", "mail.reply_to.address", "mail.sender.address", "mail.return_path")
LISTENERS = ("mail.to.address", "mail.cc.address", "mail.delivered_to")
HOSTS = ("mail.received.by", "mail.received.from", "mail.dkim.domain", "mail.message_id")
_MOST = 400


def registered(host: str) -> str:
    """The part of a host name that somebody registered, lower case; ``""`` for an address or a bare name.

    >>> registered("mail2.horizon.co.uk"), registered("a.impots.gouv.fr"), registered("10.0.0.1")
    ('horizon.co.uk', 'impots.gouv.fr', '')
    """
    labels = host.lower().strip(".[]").split(".")
    if len(labels) < 2 or not labels[-1].isalpha() or not all(labels):
        return ""
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    return ".".join(labels[-keep:])


def label(domain: str) -> str:
    """What a registered domain is called: its first label."""
    return domain.partition(".")[0]


def stated(facts: Facts, names: tuple[str, ...]) -> Mapping[str, Observation]:
    """Registered domains of these facts, each with the first observation that states it."""
    found: dict[str, Observation] = {}
    for name in names:
        for observation in facts.all(name)[:_MOST]:
            for host in _hosts(str(observation.value)[:2000]):
                domain = registered(host)
                if domain:
                    found.setdefault(domain, observation)
    return found


def _hosts(value: str) -> Iterator[str]:
    if "@" in value:
        yield from domains("<" + value if value.startswith("@") else value)
    else:
        decoded = domains("x@" + value)
        yield from decoded or (value,)


@functools.cache
def known() -> Mapping[str, str]:
    """Well-known domains, and whose they are."""
    return MappingProxyType({row["domain"]: row["whose"] for row in table("mail_domains")})


@functools.cache
def known_skeletons() -> Mapping[str, str]:
    return MappingProxyType({skeleton(domain): domain for domain in known()})


def one_letter_apart(one: str, other: str) -> str:
    """How two labels differ when one slip makes the one of the other, else ``""``.

    ``letter`` exchanged, ``swapped`` neighbours, ``extra`` letter; ``mark`` when the slip is a digit, a
    hyphen or a final s, which houses with several domains have on purpose.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return ""
    if len(set(one + other)) < 4:  # letters put in place of a name that was taken out
        return ""
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        if one[at:] != other[at + 1 :]:
            return ""
        added = other[at]
        return "mark" if not added.isalpha() or (added == "s" and at == len(one)) else "extra"
    if one[at + 1 :] == other[at + 1 :]:
        return "letter" if one[at].isalpha() and other[at].isalpha() else "mark"
    if one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]:
        return "swapped" if one[at : at + 2].isalpha() else "mark"
    return ""
