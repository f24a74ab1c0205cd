"""LV-MAIL-034  A sender's name that poses as another address.

What it looks at: the name before the sender's address.  Reported is a name that
holds a whole mail address, or a well-known domain, of another house than the
address behind it; hidden controls and look-alike letters in names are
LV-NAME-001's.

Why it matters: telephones and many programs show the name alone.  Who writes
an address into the name has it read as the sender.

Innocent ways: mailing lists, help desks and services that hide an address write for somebody and name the
address they write for, mostly with "via" or with that address in Reply-To; a
person has two addresses with the same first part: these are only shown.

Repeat by hand: ``grep -iE -A2 '^from:' FILE``; encoded words are decoded with
``python3 -c "import email.header as h,sys;print(h.make_header(h.decode_header(sys.argv[1])))" 'VALUE'``.

Sources: RFC 5322 3.4 and 3.6.2; well-known domains in ``mail_domains``.
Measured: 2 of 2,462 genuine mails are reported, both advertising that poses as
another address; 3 of 232 phishing mails people received; of 100 mails whose name
was exchanged for an address 98, the others being of a service that does so itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._domains import known, label, registered
from leakverify.checks._mail_clients import handling
from leakverify.checks._text import domains
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "address": "The sender's name holds the address {shown}; the mail is from {address}.",
    "domain": "The sender's name holds {shown} ({whose}); the mail is from {address}.",
    "written-for": "The sender's name holds {shown}, and the mail is from {address}, which writes for it as "
    "lists and services do.",
    "two-addresses": "The sender's name holds {shown}, and the mail is from {address}: the same first part "
    "at another house.",
}
INNOCENT = {
    "service": "A list, a form or a help desk writes for the person whose address is the name.",
    "moved": "The person moved to another address, and the address book kept the first one as a name.",
}

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_HOST = re.compile(r"(?<![\w@.-])[A-Za-z0-9-]{2,63}(?:\.[A-Za-z]{2,12}){1,2}(?![\w.-])")
_FOR = re.compile(
    r"\b(?:via|on behalf|im Auftrag|de la part|pour le compte|por|per conto|namens)\b", re.IGNORECASE
)

#: services that hand mail on under an address of their own and put the sender's into the name
_RELAYS = frozenset(
    "sneakemail.com simplelogin.co simplelogin.com addy.io anonaddy.com anonaddy.me duck.com mozmail.com "
    "appleid.com 33mail.com".split()
)

EXAMPLES = (
    Example(
        title="a name that is the address of another house",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.from.name", "direction@horizon-commun.example"),
            fact("mail.from.address", "x7731@offers.example"),
        ),
    ),
    Example(
        title="a well-known domain as a name",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.from.name", "PayPal.com Service"), fact("mail.from.address", "x@offers.example")),
    ),
    Example(
        title="a mailing list that writes for its member",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.name", "anna@horizon.example via Bureau"),
            fact("mail.from.address", "bureau@lists.example"),
        ),
    ),
    Example(
        title="a service that hides the recipient's address and puts the sender's into the name",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.name", "newsletter@horizon.example |extra|"),
            fact("mail.from.address", "ticket_23aj49j1029828689414@sneakemail.com"),
        ),
    ),
    Example(
        title="a form that answers go past",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.name", "anna@horizon.example"),
            fact("mail.from.address", "form@service.example"),
            fact("mail.reply_to.address", "anna@horizon.example"),
        ),
    ),
    Example(
        title="a name that is the address itself",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.name", "anna@horizon.example"),
            fact("mail.from.address", "anna@mail.horizon.example"),
        ),
    ),
    Example(
        title="a house's name with its domain, written from its domain in another country",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.from.name", "Amazon.com"), fact("mail.from.address", "order@amazon.co.jp")),
    ),
)


@check(
    "LV-MAIL-034",
    question=Question.ORIGIN,
    family=Family.IDENTITY,
    formats=("mail",),
    needs=("mail.from.address", "mail.from.name"),
    reads=("mail.reply_to.address", "mail.header.order", "mail.received.from", "mail.received.by"),
    cost=Cost.SECONDS,
    reproduce="grep -iE -A2 '^from:' FILE",
)
def name_as_address(facts: Facts) -> Iterator[Answer]:
    name, author = facts.first("mail.from.name"), facts.first("mail.from.address")
    if name is None or author is None:
        return
    shown, address = str(name.value)[:2000], str(author.value)[:1000].lower()
    own = {registered(host) for host in domains(address)}
    labels = {label(domain) for domain in own}
    answers_to = {str(o.value).lower() for o in facts.all("mail.reply_to.address")}
    written_for = bool(_FOR.search(shown)) or bool(own & _RELAYS) or handling(facts).posted
    for found in _ADDRESS.finditer(shown):
        other = found[0].lower()
        houses = {registered(host) for host in domains(other)}
        if houses & own or {label(house) for house in houses} & labels:
            continue
        said = {"shown": found[0], "address": address}
        if written_for or other in answers_to:
            yield neutral("written-for", rests_on=(name, author), **said)
        elif other.partition("@")[0] == address.partition("@")[0]:
            yield neutral("two-addresses", rests_on=(name, author), **said)
        else:
            yield unusual("address", rests_on=(name, author), **said)
        return
    for found in _HOST.finditer(_ADDRESS.sub(" ", shown)):
        domain = registered(found[0])
        whose = known().get(domain)
        if whose is None or domain in own or any(label(domain) in held for held in labels):
            continue
        said = {"shown": found[0], "address": address}
        if written_for:
            yield neutral("written-for", rests_on=(name, author), **said)
        else:
            yield unusual("domain", rests_on=(name, author), whose=whose, **said)
        return
