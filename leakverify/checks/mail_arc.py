"""LV-MAIL-014  What an ARC chain says of a mail on its way.

What it looks at: the signatures that lists and mailbox providers put on a mail
they pass on (ARC): the seals of the chain and the newest signature over the mail,
held against the keys at hand.

Why it matters: when the newest signature holds with a trusted key, the mail is what
that provider had in hands when it took it, and what it noted of the checks it made
(ARC-Authentication-Results) is what it saw.  The keys of large mailbox providers
are the easiest to find.

Innocent ways: it speaks for a mail, and only says what the provider was given.  A
chain that does not hold says nothing: a mailbox that exports, a gateway or a list
changes mail after the seal.

Repeat by hand: ``arcverify < FILE`` (dkimpy), which asks DNS for the keys.

Sources: RFC 8617 4, 5.1, 5.2.  Measured: 101 links of chains in public mail, none
with a key among those at hand; verified with keys of our own and with published vectors.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, supports
from leakverify.checks._mail_signatures import READS, TRUSTED, sample, seen
from leakverify.dkim.verify import STORED, Grade, Graded, graded
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "holds": "The chain of {count} holds with trusted keys; {domain} took the mail with this body and these "
    "fields: "
    "{fields} ({key}).",
    "message-holds": "The newest signature of the chain, {name} of {domain}, holds with a trusted key "
    "({key}); not "
    "every seal of the chain of {count} could be verified.",
    "consistent": "The newest signature of the chain, {name} of {domain}, holds with a key that proves "
    "little "
    "({key}).",
    "changed": "A key of {domain} made {name}, the newest signature of the chain ({key}), and the mail "
    "differs from "
    "what it was put on.",
    "no-key": "A chain of {count} is there; the newest signature names {domain}, and no key of it is at "
    "hand.",
    "incomplete": "Fields of a chain are there, and no signature among them can be read.",
}
INNOCENT = {
    "before": "The mail may have been changed before the provider took it.",
}

_STEMS = ("mail.arc", "mail.arc_seal")
_READ = ("domain", "selector", "algorithm", "value", "digest", "block", "instance", "malformed", "time")


def _chain(body: str = "as-is") -> tuple[Observation, ...]:
    """The signed sample as the first link of a chain."""
    found = []
    for observation in sample(body=body):
        if observation.name.startswith("mail.dkim."):
            name = observation.name.replace("mail.dkim.", "mail.arc.")
            found.append(fact(name, observation.value, part="ARC-Message-Signature[1]", line=3))
    found.append(fact("mail.arc.instance", 1, part="ARC-Message-Signature[1]", line=3))
    return tuple(found)


EXAMPLES = (
    Example(
        title="the newest signature holds",
        outcome=Outcome.SUPPORTS,
        formats=("mail",),
        facts=_chain(),
        references=TRUSTED,
    ),
    Example(
        title="the body changed after the chain",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=_chain("none"),
        references=TRUSTED,
    ),
    Example(title="no key at hand", outcome=Outcome.NEUTRAL, formats=("mail",), facts=_chain()),
)


@check(
    "LV-MAIL-014",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("mail",),
    needs=("mail.arc.domain",),
    reads=(
        *(f"{stem}.{name}" for stem in _STEMS for name in _READ),
        "mail.arc.body", "mail.arc.signed", "mail.arc.others", "mail.arc_seal.chain", *READS,
    ),
    cost=Cost.INFEASIBLE,
    reproduce="arcverify < FILE",
)  # fmt: skip
def chain_of_custody(facts: Facts) -> Iterator[Answer]:
    messages = [one for one in graded(facts) if one.signature.stem == "mail.arc"]
    seals = [one for one in graded(facts) if one.signature.is_seal]
    newest = max(messages, key=lambda one: one.signature.number("instance") or 0, default=None)
    if newest is None:
        yield neutral("incomplete", rests_on=facts.all("mail.arc.domain"))
        return
    count = newest.signature.number("instance") or len(messages)
    said: dict[str, str | int | float] = {"domain": newest.signature.domain}
    rest = (
        *newest.signature.some("domain", "selector", "value", "digest", "body", "signed"),
        *(seen_ for one in seals for seen_ in one.signature.some("value", "digest", "chain")),
    )
    if not newest.opens:
        yield neutral("no-key", rests_on=rest, count=count, **said)
        return
    said |= {"key": seen(newest)}
    if newest.grade is not Grade.VERIFIED or newest.body not in STORED:
        yield neutral("changed", rests_on=rest, name=newest.signature.part, **said)
    elif not newest.trusted:
        yield neutral("consistent", rests_on=rest, name=newest.signature.part, **said)
    elif _sealed(seals, count):
        fields = ", ".join(dict.fromkeys(newest.signature.names("signed")))
        yield supports("holds", rests_on=rest, count=count, fields=fields, **said)
    else:
        yield supports("message-holds", rests_on=rest, name=newest.signature.part, count=count, **said)


def _sealed(seals: list[Graded], count: int) -> bool:
    """Whether every link from the first to the newest has a seal that holds and says the chain was whole."""
    whole = {
        one.signature.number("instance")
        for one in seals
        if one.grade is Grade.VERIFIED
        and one.trusted
        and one.signature.text("chain") == ("none" if one.signature.number("instance") == 1 else "pass")
    }
    return len(seals) == count and whole == set(range(1, count + 1))
