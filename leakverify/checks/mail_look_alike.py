"""LV-MAIL-033  Domains that look like another of the mail, or like a well-known one.

What it looks at: the domains of who speaks (From, Reply-To, Sender,
Return-Path) against those of the people spoken to, of the servers on the way,
of the Message-ID and the DKIM signatures, and against a list of well-known
domains.  Reported are domains that read alike (rn for m, 1 for l, letters of
another script, also in punycode), and names of seven letters or more under the same
ending that one slip makes of one another.

Why it matters: whoever writes in another's name registers a domain that is
taken for the other's, and a mail that answers goes there.

Innocent ways: two houses whose names differ by a letter; a house with several
domains, which often differ by a hyphen, a digit or a final s: these are only
shown, and so is the same name under another ending.

Repeat by hand: ``grep -iohE '@[a-z0-9.-]+' FILE | sort | uniq -c``.

Sources: Unicode UTS 39; RFC 3492; well-known domains in ``mail_domains``.
Measured: 1 of 2,462 genuine mails is reported, an advertisement from a domain
made to be taken for Hotmail's; of 232 phishing mails people received none, but 37 are shown,
which hold an imitated name whole.  Of 29 mails whose sender's domain was
exchanged for a look-alike all are reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._domains import (
    HOSTS,
    LISTENERS,
    SPEAKERS,
    known,
    known_skeletons,
    label,
    one_letter_apart,
    stated,
)
from leakverify.checks._text import ABSENT, absent, skeleton
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "reads-alike": "The domains {one} and {other} read alike and differ.",
    "reads-known": "The domain {one} reads like {other} ({whose}) and is another.",
    "near": "The domains {one} and {other} differ by one slip of the keyboard.",
    "near-known": "The domain {one} is one slip of the keyboard away from {other} ({whose}).",
    "sibling": "The domains {one} and {other} differ by a hyphen, a digit or a final s.",
    "other-ending": "The name {name} stands under two endings: {one} and {other}.",
    "holds-known": "The domain {one} holds the name of {other} ({whose}) and is another.",
    **ABSENT,
}
INNOCENT = {
    "two-houses": "Two houses really have such similar domains.",
    "own-domains": "One house has both domains, and writes from the one as from the other.",
    "typed": "An address was typed wrongly.",
}

#: shorter names are near one another by chance
_LEAST = 7
#: answers of one kind are enough to make the point
_MOST = 6

EXAMPLES = (
    Example(
        title="answers would go to a domain that reads like the sender's",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.from.address", "contact@en-marche.example"),
            fact("mail.reply_to.address", "contact@en-rnarche.example"),
        ),
    ),
    Example(
        title="the recipient's own domain with two letters swapped",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.from.address", "direction@horizno-commun.example"),
            fact("mail.to.address", "compta@horizon-commun.example"),
        ),
    ),
    Example(
        title="a well-known domain with a digit for a letter",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.from.address", "service@paypa1.com"),),
    ),
    Example(
        title="a well-known domain with a Cyrillic letter, in punycode",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.from.address", "security@xn--pypal-4ve.com"),),
    ),
    Example(
        title="a house with a second domain for its newsletter",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.address", "a@horizoncommun.example"),
            fact("mail.return_path", "bounce@horizon-commun.example"),
        ),
    ),
    Example(
        title="the same name under two endings",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.from.address", "a@amazon.fr"), fact("mail.dkim.domain", "amazon.com")),
    ),
    Example(
        title="numbered servers",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.from.address", "a@mailserver1.example"),
            fact("mail.to.address", "b@mailserver2.example"),
        ),
    ),
    Example(
        title="short names that chance brings together",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.from.address", "a@linux.ie"), fact("mail.to.address", "b@lynux.ie")),
    ),
)


@check(
    "LV-MAIL-033",
    question=Question.ORIGIN,
    family=Family.IDENTITY,
    formats=("mail", "msg", "tnef"),
    reads=(*SPEAKERS, *LISTENERS, *HOSTS),
    cost=Cost.MINUTES,
    reproduce="grep -iohE '@[a-z0-9.-]+' FILE | sort | uniq -c",
)
def look_alike_domains(facts: Facts) -> Iterator[Answer]:
    speakers = stated(facts, SPEAKERS)
    if not speakers:
        yield absent(facts, *SPEAKERS)
        return
    others = {**stated(facts, (*LISTENERS, *HOSTS)), **speakers}
    answers: list[Answer] = []
    told: set[frozenset[str]] = set()
    for one, seen in speakers.items():
        answers.extend(_against_known(one, seen))
        for other, there in others.items():
            pair = frozenset((one, other))
            if one != other and pair not in told:
                told.add(pair)
                answers.extend(_pair(one, other, seen, there))
    yield from answers[:_MOST]


def _pair(one: str, other: str, seen: Observation, there: Observation) -> Iterator[Answer]:
    rests, said = (seen, there), {"one": one, "other": other}
    if skeleton(one) == skeleton(other):
        if _only_digits(one, other):
            yield neutral("sibling", rests_on=rests, **said)
        else:
            yield unusual("reads-alike", rests_on=rests, **said)
        return
    name, name_there = label(one), label(other)
    same_ending = one[len(name) :] == other[len(name_there) :]
    if name == name_there:
        yield neutral("other-ending", rests_on=rests, name=name, **said)
    elif same_ending:
        slip = one_letter_apart(name, name_there)
        if slip == "mark":
            yield neutral("sibling", rests_on=rests, **said)
        elif slip and min(len(name), len(name_there)) >= _LEAST:
            yield unusual("near", rests_on=rests, **said)


def _only_digits(one: str, other: str) -> bool:
    """Whether two domains read alike only because 0 reads like o and 1 like l in numbered names."""
    bare = str.maketrans("", "", "0123456789")
    return one.translate(bare) == other.translate(bare)


def _against_known(one: str, seen: Observation) -> Iterator[Answer]:
    whose = known()
    if one in whose:
        return
    alike = known_skeletons().get(skeleton(one))
    if alike is not None:
        yield unusual("reads-known", rests_on=(seen,), one=one, other=alike, whose=whose[alike])
        return
    name = label(one)
    for domain, house in whose.items():
        brand = label(domain)
        near = one[len(name) :] == domain[len(brand) :] and min(len(brand), len(name)) >= _LEAST
        if near and one_letter_apart(name, brand) not in ("", "mark"):
            yield unusual("near-known", rests_on=(seen,), one=one, other=domain, whose=house)
            return
        if len(brand) >= _LEAST - 1 and brand != name and brand in name.replace("0", "o").replace("1", "l"):
            yield neutral("holds-known", rests_on=(seen,), one=one, other=domain, whose=house)
            return
