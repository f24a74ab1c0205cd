"""LV-NAME-001  Look-alike letters and hidden controls in names.

What it looks at: the name of the file, the names and addresses of the mail's
sender, the authors the document states.  Reported are words in which letters
of one script stand for look-alikes of another, mail domains that look like one
another or like a Latin name without being it, controls that reverse what is
shown, and invisible characters between letters.

Why it matters: a name that reads like another is made to be taken for it.

Innocent ways: on keyboards with two layouts a Latin ``c`` slips into a Cyrillic
word; character recognition picks the wrong twin; a copied name brings controls
along.  A name that is wholly in another script is ordinary and never a reason
for suspicion: when the stated authors are of different scripts this is shown
as neutral, since a template, the computer's language, a bulk conversion, a
colleague, and a mark planted on purpose all look the same.

Repeat by hand: ``exiftool -a -G1 -Author -Creator -LastModifiedBy FILE``, then
``printf %s 'NAME' | hexdump -C``: Latin letters are single bytes, look-alikes
of other scripts two (Cyrillic begins with d0 or d1, Greek with ce or cf).

Sources: Unicode UTS 39 (confusables) and UAX 9 (bidirectional controls), see
``confusables``; for the competing readings of a foreign name, AlienVault,
MacronLeaks: a timeline of events, 2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._text import (
    ABSENT,
    INVISIBLE,
    REORDERING,
    absent,
    domains,
    lookalikes,
    reads_as_one,
    script,
    scripts,
    skeleton,
    words,
)
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "mixed-word": "{what} holds the word «{word}», which reads as {reads} and hides {letters}.",
    "reordering": "{what} holds the control {control}, which changes the order in which the name is shown.",
    "invisible": "{what} holds the invisible character {control} between two letters.",
    "domain-alike": "The domains {one} and {other} look alike and differ.",
    "domain-script": "The domain {domain} reads as Latin letters and is written in {scripts}.",
    "scripts-differ": "{creator_what} is in {creator_script}, {saver_what} in {saver_script}. That may be a "
    "colleague, the computer's language, a template, a bulk conversion, or planted.",
    **ABSENT,
}
INNOCENT = {
    "keyboard": "On a keyboard with two layouts a letter of the other one slipped in.",
    "recognition": "Character recognition or a converter chose the look-alike.",
    "copied": "The name was copied from a page or a program that brings controls along.",
    "two-houses": "Two organisations really have such similar domains.",
}

_PEOPLE = (
    "ooxml.core.creator",
    "ooxml.core.last_modified_by",
    "pdf.info.author",
    "xmp.creator",
    "mail.from.name",
)
_ADDRESSES = ("mail.from.address", "mail.sender.address", "mail.reply_to.address")
_NAMES = ("file.name", *_PEOPLE, *_ADDRESSES)
#: answers of one kind are enough to make the point
_MOST = 10

EXAMPLES = (
    Example(
        title="a Latin name with a Cyrillic letter",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(fact("mail.from.name", "Emmanuel M\u0430cron"),),
    ),
    Example(
        title="a domain that looks like the sender's own",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.from.address", "contact@en-marche.fr"),
            fact("mail.reply_to.address", "contact@en-rnarche.fr"),
        ),
    ),
    Example(
        title="an ending hidden by a right-to-left override",
        outcome=Outcome.UNUSUAL,
        formats=("pdf",),
        facts=(fact("file.name", "invoice\u202efdp.exe"),),
    ),
    Example(
        title="a name wholly in Cyrillic as last saver",
        outcome=Outcome.NEUTRAL,
        formats=("ooxml",),
        facts=(
            fact("ooxml.core.creator", "C. Dupont"),
            fact(
                "ooxml.core.last_modified_by",
                "\u0420\u043e\u0448\u043a\u0430 \u0413\u0435\u043e\u0440\u0433\u0438\u0439",
            ),
        ),
    ),
    Example(
        title="two words written together, and a Greek letter as a symbol",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(fact("file.name", "CV\u0418\u0432\u0430\u043d\u043e\u0432\u0430 \u03b2-test.pdf"),),
    ),
    Example(
        title="Persian and Arabic marks where the script needs them",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(fact("mail.from.name", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u200f"),),
    ),
)


@check(
    "LV-NAME-001",
    question=Question.ORIGIN,
    family=Family.IDENTITY,
    reads=_NAMES,
    cost=Cost.SECONDS,
    reproduce="exiftool -a -G1 -Author -Creator -LastModifiedBy FILE",
)
def look_alikes(facts: Facts) -> Iterator[Answer]:
    stated = [o for name in _NAMES for o in facts.all(name) if isinstance(o.value, str) and o.value]
    if not stated:
        yield absent(facts, *_NAMES)
        return
    answers = [answer for o in stated for answer in (*_mixed(o), *_controls(o))]
    answers += _alike_domains(stated)
    yield from answers[:_MOST]
    yield from _scripts_differ(facts)


def _mixed(observation: Observation) -> Iterator[Answer]:
    for word in words(str(observation.value)):
        reads = reads_as_one(word)
        if reads:
            strangers = dict.fromkeys(c for c in word if script(c) != reads)
            letters = ", ".join(f"U+{ord(c):04X} {script(c).capitalize()} «{c}»" for c in strangers)
            yield unusual(
                "mixed-word", rests_on=(observation,), what=observation.name, word=word,
                reads=reads.capitalize(), letters=letters,
            )  # fmt: skip


def _controls(observation: Observation) -> Iterator[Answer]:
    text = str(observation.value)
    for at, c in enumerate(text):
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        # at either end it came along with a copied text; programs of one system put U+202A first
        if not (before and after):
            continue
        said = {"what": observation.name, "control": f"U+{ord(c):04X}"}
        if c in REORDERING:
            yield unusual("reordering", rests_on=(observation,), **said)
            return
        if c in INVISIBLE and scripts(before) and scripts(after):
            yield unusual("invisible", rests_on=(observation,), **said)
            return


def _alike_domains(stated: list[Observation]) -> Iterator[Answer]:
    seen: dict[str, Observation] = {}
    for observation in stated:
        if observation.name in _ADDRESSES or observation.name == "mail.from.name":
            for domain in domains(str(observation.value)):
                seen.setdefault(domain, observation)
    for domain, observation in seen.items():
        labels = domain.split(".")
        for label in labels[:-1]:
            strangers = scripts(label) - {"LATIN"}
            hidden = strangers and all(script(c) in ("", "LATIN") or c in lookalikes() for c in label)
            if hidden and scripts(labels[-1]) == {"LATIN"}:
                yield unusual(
                    "domain-script", rests_on=(observation,), domain=domain,
                    scripts=" and ".join(sorted(s.capitalize() for s in scripts(label))),
                )  # fmt: skip
                break
    by_look: dict[str, list[str]] = {}
    for domain in seen:
        by_look.setdefault(skeleton(domain), []).append(domain)
    for alike in by_look.values():
        for one, other in combinations(alike[:_MOST], 2):
            yield unusual("domain-alike", rests_on=(seen[one], seen[other]), one=one, other=other)


def _scripts_differ(facts: Facts) -> Iterator[Answer]:
    creator, saver = facts.last("ooxml.core.creator"), facts.last("ooxml.core.last_modified_by")
    if creator is None or saver is None:
        return
    first, second = scripts(str(creator.value)), scripts(str(saver.value))
    if first and second and not first & second:
        yield neutral(
            "scripts-differ", rests_on=(creator, saver),
            creator_what=creator.name, creator_script=" and ".join(sorted(s.capitalize() for s in first)),
            saver_what=saver.name, saver_script=" and ".join(sorted(s.capitalize() for s in second)),
        )  # fmt: skip
