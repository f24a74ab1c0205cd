"""LV-MAIL-050  Messages that stand out of the order or the habit of their mailbox.

What it looks at: a mailbox file (mbox) is appended to by one program as a rule.
Shown are messages whose separator is dated out of the order in which all others
stand, ends its line otherwise, or is written in another form, and messages whose
Content-Length is not that of their body where that of the others is.

Why it matters: who puts a message into the middle of a mailbox, or changes one
there, does so with another program than the one that wrote the rest.  It points
at places to look, and at nothing else.

Innocent ways: messages moved between folders, marked, or imported from another
program; a mailbox put together from several; a program that was replaced.

Repeat by hand: ``grep -anE '^From ' FILE`` and read the dates in the order of the
lines; ``grep -anE '^(From |Content-Length:)' FILE``.

Sources: RFC 4155 appendix A; mbox(5) of qmail on the four variants.  Shown only:
no strength was measured, and none is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "order": "{which} dated out of the order in which the other messages stand.",
    "line-ending": "{which} set off by a line that ends otherwise than those of the other messages.",
    "separator-form": "{which} set off by a line in another form than those of the other messages.",
    "content-length": "{which} stored with a Content-Length that is not the length of the body; those of the "
    "others are.",
    "unescaped": "{count} lines in texts begin with From and were not escaped: messages may have been cut "
    "there.",
}
INNOCENT = {
    "moved": "Messages were moved between folders, marked or imported.",
    "joined": "The mailbox was put together from several, or its program was replaced.",
}
#: messages named in one answer
_NAMED = 5

EXAMPLES = (
    Example(
        title="one message between two of a later date",
        outcome=Outcome.NEUTRAL,
        formats=("mbox",),
        facts=(
            fact("mbox.messages", 240),
            fact("mbox.odd", "order", part="message 17", offset=9000, length=700),
            fact("mbox.odd", "line-ending", part="message 17", offset=9000, length=700),
        ),
    ),
    Example(
        title="a mailbox in which every message is written alike",
        outcome=Outcome.NEUTRAL,
        formats=("mbox",),
        facts=(fact("mbox.messages", 240), fact("mbox.lines.unescaped", 0)),
    ),
)


@check(
    "LV-MAIL-050",
    question=Question.HANDLING,
    family=Family.STRUCTURE,
    formats=("mbox",),
    needs=("mbox.messages",),
    reads=("mbox.odd", "mbox.lines.unescaped"),
    cost=Cost.SECONDS,
    reproduce="grep -anE '^From ' FILE",
)
def out_of_habit(facts: Facts) -> Iterator[Answer]:
    odd = facts.all("mbox.odd")
    for kind in ("order", "line-ending", "separator-form", "content-length"):
        found = [one for one in odd if one.value == kind]
        if not found:
            continue
        names = ", ".join(one.where.part or "a message" for one in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        which = f"{names}{more} {'is' if len(found) == 1 else 'are'}"
        yield neutral(kind, rests_on=found[:_NAMED], which=which[:1].upper() + which[1:])
    unescaped = facts.first("mbox.lines.unescaped")
    if unescaped is not None and isinstance(unescaped.value, int) and unescaped.value > 0:
        yield neutral("unescaped", rests_on=(unescaped,), count=unescaped.value)
