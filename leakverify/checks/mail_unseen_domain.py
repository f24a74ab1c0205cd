"""LV-MAIL-036  The sender's domain among the hosts of the route.

What it looks at: whether the domain of From occurs anywhere the sender does not
write by hand: in the hosts of the Received lines, the Message-ID, the
Return-Path, or the domain of a DKIM signature (which is not verified here).

Why it matters: a mail that was handed in elsewhere, under another's address,
carries that address in From alone.

Innocent ways: very many.  Small houses let a provider carry their mail,
newsletters are sent by services, lists and forwarding put their own
hosts in, and Message-IDs often name the sender's computer.  The check therefore only shows.

Repeat by hand: ``grep -inE -A2 '^(from|received|message-id|return-path|dkim-signature):' FILE``.

Sources: RFC 5321 4.4, RFC 5322 3.6.2.  Measured: true of 285 of 1,521 wanted
and 157 of 834 advertising mails of 2002, and of 55 of 214 phishing mails people received.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.checks._domains import HOSTS, registered, stated
from leakverify.checks._text import domains
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "never": "The sender's domain {domain} occurs neither in the hosts of the route, nor in Message-ID, "
    "Return-Path or a signature.",
    "somewhere": "The sender's domain {domain} occurs in {where} too.",
    "no-route": "The mail states no server.",
}
INNOCENT = {
    "provider": "A provider, a service or a list carries the mail of that domain under names of its own.",
}

_AUTHOR = fact("mail.from.address", "direction@horizon.example", line=7)
_HOP = fact("mail.received.by", "mx.cabinet.example", line=2)
EXAMPLES = (
    Example(
        title="handed in elsewhere",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_AUTHOR, _HOP, fact("mail.received.from", "vps-4711.hoster.example", line=2)),
    ),
    Example(
        title="a provider carries the mail and the Message-ID names the house",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_AUTHOR, _HOP, fact("mail.message_id", "1@horizon.example", line=8)),
    ),
    Example(
        title="a mail from the folder of sent items",
        outcome=Outcome.NOT_APPLICABLE,
        formats=("mail",),
        facts=(_AUTHOR,),
    ),
)


@check(
    "LV-MAIL-036",
    question=Question.HANDLING,
    family=Family.IDENTITY,
    formats=("mail",),
    needs=("mail.from.address",),
    reads=(*HOSTS, "mail.return_path"),
    cost=Cost.HOURS,
    reproduce="grep -inE -A2 '^(from|received|message-id|return-path|dkim-signature):' FILE",
)
def sender_on_the_route(facts: Facts) -> Iterator[Answer]:
    author = facts.first("mail.from.address")
    if facts.first("mail.received.by") is None and facts.first("mail.received.from") is None:
        yield Answer(Outcome.NOT_APPLICABLE, "no-route", (), {})
        return
    if author is None:
        return
    own = next((registered(host) for host in domains(str(author.value)[:1000])), "")
    if not own:
        return
    seen = stated(facts, (*HOSTS, "mail.return_path"))
    if own in seen:
        yield neutral("somewhere", rests_on=(author, seen[own]), domain=own, where=seen[own].name)
    else:
        yield neutral("never", rests_on=(author,), domain=own)
