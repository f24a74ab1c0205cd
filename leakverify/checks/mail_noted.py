"""LV-MAIL-037  Author, subject and identifier against what others noted of them.

What it looks at: three things a mail says twice.  Servers that judge a mail note the
domain that stood in From when they had it (header.from in Authentication-Results);
Exchange repeats the Message-ID in X-MS-TNEF-Correlator; Outlook and Exchange give the
first mail of a conversation a Thread-Topic that is its subject.  Reported is a
From of a domain that no server noted and that is akin to none noted, another identifier than the
one repeated, and the subject of a first mail that has nothing of its topic.

Why it matters: who exchanges the author, the subject or the identifier edits the
lines a mail program shows, and not those nobody reads.

Innocent ways: mailing lists write themselves into From, or a tag into the subject;
filters write warnings before it; services on the way replace the Message-ID; a mail is sent again by
somebody else; whoever published a mail made its addresses anonymous.  A subject changed in an answer
keeps the old topic: that is only shown.

Repeat by hand: ``grep -inE -A2
'^(from|subject|message-id|thread-topic|x-ms-tnef-correlator|(arc-)?authentication-results):' FILE``

Sources: RFC 8601 2.3 and 2.7 (header.from); MS-OXCMAIL 2.1.3.2.26 (the correlator is the Message-ID);
MS-OXOMSG 2.2.1.3 and 2.2.1.5 (Thread-Index of 22 bytes in a first mail; the topic is the subject without its
prefix).  Measured: of 247 public mails that note a domain, 2 name another one in From, and in both whoever
published them made the address anonymous; of 31 mails with a topic 5 are first ones, and all agree.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._mail_clients import handling, identifier_fit
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "author": "From says {sender}; the servers that noted whose domain stood there when they had the mail "
    "noted {noted}.",
    "author-written-anew": "From says {sender} and servers noted {noted}, as where a list or a forwarder "
    "writes From anew.",
    "subject": "Subject says {subject}; the mail is the first of its conversation, whose topic is {topic}.",
    "subject-in-answer": "Subject says {subject}, the topic of the conversation is {topic}: it was "
    "changed on the way.",
    "identifier": "Message-ID is {identifier}; Exchange repeats it as {noted}.",
    "identifier-replaced": "Message-ID is {identifier}, Exchange repeats it as {noted}: of a kind that "
    "servers put in the place of another.",
    **ABSENT,
}
INNOCENT = {
    "list": "A mailing list or a forwarder wrote itself into From.",
    "filter": "A filter wrote the subject anew, or whoever keeps the mail gave it a title for filing.",
    "replaced": "A service on the way replaced the Message-ID.",
    "anonymous": "Whoever published the mail made its addresses anonymous.",
}

_FROM = fact("mail.from.address", "paul.delmas@ministere.example", line=9)
_NOTED = fact("mail.noted.author_domain", "horizon.example", line=2)
_FIRST = fact("mail.thread_index", "AdGsKuFQAAAAAAAAAAAAAAAAAAAAAA==", line=12)

EXAMPLES = (
    Example(
        title="another author than the receiving server noted",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_FROM, _NOTED),
    ),
    Example(
        title="another subject over the first mail of a conversation",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.subject", "Compte a Chypre", line=10),
            fact("mail.thread_topic", "Devis pour la salle", line=11),
            _FIRST,
        ),
    ),
    Example(
        title="another identifier than Exchange repeats",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.message_id", "000001d1ac28$4a4ca9c0$dee5fd40$@horizon.example", line=8),
            fact("mail.noted.identifier", "000001d1ac2f$11111111$dee5fd40$@horizon.example", line=11),
        ),
    ),
    Example(
        title="a newsletter from below the domain noted",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.from.address", "lettre@info.horizon.example", line=9), _NOTED),
    ),
    Example(
        title="a list that writes itself into From",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.address", "bureau@listes.example", line=9),
            _NOTED,
            fact("mail.header.order", "list-id:x-original-from:authentication-results:from"),
        ),
    ),
    Example(
        title="an address without an ending, as those who publish mail write it",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.from.address", "phishing@pot", line=9), _NOTED),
    ),
    Example(
        title="a warning that a filter wrote before the subject",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.subject", "[EXTERNE] Devis pour la salle", line=10),
            fact("mail.thread_topic", "Devis pour la salle", line=11),
            _FIRST,
        ),
    ),
    Example(
        title="a subject changed in an answer",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.subject", "Facture de mai", line=10),
            fact("mail.thread_topic", "Devis pour la salle", line=11),
            fact("mail.in_reply_to", "1@horizon.example", line=13),
            _FIRST,
        ),
    ),
    Example(
        title="Amazon's service replaced the identifier",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.message_id", "0102018b1f2c7d5e-3b1f2a5c-0000-4a4c-a9c0-dee5fd400000-0@amazonses.com"),
            fact("mail.noted.identifier", "000001d1ac2f$11111111$dee5fd40$@horizon.example", line=11),
        ),
    ),
)  # fmt: skip

_MOST = 300
#: bytes of the Thread-Index of a first mail
_FIRST_MAIL = 22


@check(
    "LV-MAIL-037",
    question=Question.ORIGIN,
    family=Family.IDENTITY,
    formats=("mail",),
    reads=(
        "mail.from.address",
        "mail.from.other",
        "mail.sender.address",
        "mail.reply_to.address",
        "mail.noted.author_domain",
        "mail.subject",
        "mail.thread_topic",
        "mail.thread_index",
        "mail.in_reply_to",
        "mail.references",
        "mail.message_id",
        "mail.noted.identifier",
        "mail.resent.when",
        "mail.header.order",
        "mail.received.by",
        "mail.received.from",
    ),
    cost=Cost.SECONDS,
    reproduce="grep -inE -A2 '^(from|subject|message-id|thread-topic|x-ms-tnef-correlator|"
    "(arc-)?authentication-results):' FILE",
)
def said_and_noted(facts: Facts) -> Iterator[Answer]:
    notes = ("mail.noted.author_domain", "mail.thread_topic", "mail.noted.identifier")
    if not any(facts.first(name) for name in notes):
        yield absent(facts, *notes)
        return
    yield from _author(facts)
    yield from _subject(facts)
    yield from _identifier(facts)


def _author(facts: Facts) -> Iterator[Answer]:
    noted = facts.all("mail.noted.author_domain")
    stated = facts.first("mail.from.address")
    if not noted or stated is None:
        return
    domains = {str(one.value) for one in noted}
    authors = {_domain(one) for one in (stated, *facts.all("mail.from.other"))}
    if "." not in _domain(stated) or any(_akin(author, one) for author in authors for one in domains):
        return
    said = {"sender": str(stated.value)[:_MOST], "noted": ", ".join(sorted(domains))[:_MOST]}
    rests = (stated, *noted[:5])
    kept = {
        _domain(one) for name in ("mail.reply_to.address", "mail.sender.address") for one in facts.all(name)
    }
    order = facts.text("mail.header.order").split(":")
    passed_on = (
        handling(facts).mailing_list
        or facts.first("mail.resent.when") is not None
        or any(name.startswith(("resent-", "x-original-from", "x-forwarded")) for name in order)
        or any(_akin(author, one) for author in kept for one in domains)
    )
    yield (neutral if passed_on else unusual)(
        "author-written-anew" if passed_on else "author", rests_on=rests, **said
    )


def _domain(address: Observation) -> str:
    return str(address.value).rpartition("@")[2].strip(".").lower()


def _akin(one: str, other: str) -> bool:
    """The same domain, one below the other, or both below what is registered as a rule."""
    if not one or not other:
        return False
    if one == other or one.endswith("." + other) or other.endswith("." + one):
        return True
    return one.split(".")[-2:] == other.split(".")[-2:]


def _subject(facts: Facts) -> Iterator[Answer]:
    subject, topic = facts.first("mail.subject"), facts.first("mail.thread_topic")
    if subject is None or topic is None:
        return
    one, other = _letters(subject), _letters(topic)
    if not one or not other or one in other or other in one:
        return
    said = {"subject": str(subject.value)[:_MOST], "topic": str(topic.value)[:_MOST]}
    answers = any(facts.first(name) for name in ("mail.in_reply_to", "mail.references", "mail.resent.when"))
    if answers or not _first_of_conversation(facts) or handling(facts).mailing_list:
        yield neutral("subject-in-answer", rests_on=(subject, topic), **said)
    else:
        yield unusual("subject", rests_on=(subject, topic), **said)


def _letters(text: Observation) -> str:
    """Letters and digits alone: prefixes and tags of all languages then only stand before."""
    return "".join(char for char in str(text.value).casefold() if char.isalnum())


def _first_of_conversation(facts: Facts) -> bool:
    try:
        data = base64.b64decode(facts.text("mail.thread_index")[:400], validate=False)
    except (binascii.Error, ValueError):
        return False
    return len(data) == _FIRST_MAIL


def _identifier(facts: Facts) -> Iterator[Answer]:
    stated, noted = facts.first("mail.message_id"), facts.first("mail.noted.identifier")
    if stated is None or noted is None or str(stated.value) == str(noted.value):
        return
    said = {"identifier": str(stated.value)[:_MOST], "noted": str(noted.value)[:_MOST]}
    handled = handling(facts)
    fit = identifier_fit(facts, "", handled)
    replaced = handled.mailing_list or (fit is not None and fit.verdict in ("server", "adder", "bulk"))
    if replaced:
        yield neutral("identifier-replaced", rests_on=(stated, noted), **said)
    else:
        yield unusual("identifier", rests_on=(stated, noted), **said)
