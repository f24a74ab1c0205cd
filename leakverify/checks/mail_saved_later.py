"""LV-MAIL-052  A stored mail that was saved after its delivery.

What it looks at: the time of the last saving of an item against its delivery, who
saved it, the flag by which a store marks items that were not changed since they
came, and words that only one of the two stored bodies, plain and HTML, has.

Why it matters: it says when the item was last written to, by whom, and where a
change of its text would show: programs write both bodies when they save one, and
tools that edit single properties do not.

Innocent ways: marking as read, flagging, moving, filing in a category, copying
to another store and saving as a file all save the item; programs leave words out
of the plain body (pictures, lists, quotations) or write them otherwise.  This is
shown and never counts by itself.

Repeat by hand: ``oxmsg dump FILE`` (python-oxmsg) for a .msg, ``pffexport`` (libpff)
for a store; the free MFCMAPI for every property beside Outlook.

Sources: MS-OXCMSG 2.2.1.6 (flags), MS-OXPROPS (3007, 3008, 0E06, 3FFA),
MS-OXBBODY 2.1 (bodies made from one another).  Of 29 public messages read from
.msg files and a store 23 state both times, and 11 of them were saved more than an
hour after their delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral
from leakverify.checks._text import ABSENT, absent
from leakverify.checks._time import lead, span_text
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "saved": "The item was last saved {modified}, {by} after its delivery ({delivered}).",
    "saved-by": "The item was last saved {modified}, {by} after its delivery ({delivered}), under the name "
    "{who}.",
    "unmodified": "Its store marks the item as not changed since it came.",
    "bodies": "The plain body and the HTML body share {shared} words and differ in few: {words}.",
    **ABSENT,
}
INNOCENT = {
    "handled": "Marking, flagging, moving, copying and saving as a file all save the item.",
    "program": "The program that made one body from the other left words out.",
}
_LATER = timedelta(hours=1)
#: bodies that differ in more words were made apart
_FEW = 6
_SHARED = 20

_SAVED = (
    fact("mapi.delivered", "2016-05-12T08:31:09Z", part="property 0E06"),
    fact("mapi.modified", "2016-09-03T14:00:00Z", part="property 3008"),
)

EXAMPLES = (
    Example(
        title="saved four months later, one amount only in the plain body",
        outcome=Outcome.NEUTRAL,
        formats=("msg",),
        facts=(
            *_SAVED,
            fact("mapi.modifier", "Jeanne Martin", part="property 3FFA"),
            fact("mapi.body.words", 210),
            fact("mapi.body.only_plain", 1, part="property 1000"),
            fact("mapi.body.only_html", 1, part="property 1013"),
            fact("mapi.body.only_plain_words", "9200", part="property 1000"),
            fact("mapi.body.only_html_words", "1200", part="property 1013"),
        ),
    ),
    Example(
        title="saved on delivery",
        outcome=Outcome.NEUTRAL,
        formats=("tnef",),
        facts=(_SAVED[0], fact("mapi.modified", "2016-05-12T08:31:11Z", part="property 3008")),
    ),
)


@check(
    "LV-MAIL-052",
    question=Question.HANDLING,
    family=Family.HISTORY,
    formats=("msg", "tnef"),
    reads=(
        "mapi.delivered",
        "mapi.modified",
        "mapi.modifier",
        "mapi.flag",
        "mapi.body.words",
        "mapi.body.only_plain",
        "mapi.body.only_html",
        "mapi.body.only_plain_words",
        "mapi.body.only_html_words",
    ),
    cost=Cost.MINUTES,
    reproduce="oxmsg dump FILE",
)
def saved_later(facts: Facts) -> Iterator[Answer]:
    delivered, modified = facts.moment("mapi.delivered"), facts.moment("mapi.modified")
    if delivered is None and modified is None:
        yield absent(facts, "mapi.delivered", "mapi.modified")
        return
    if delivered is not None and modified is not None:
        by = lead(modified[1], delivered[1])
        if by > _LATER:
            rests = [modified[0], delivered[0]]
            said = {"modified": modified[1].text, "delivered": delivered[1].text, "by": span_text(by)}
            who = facts.first("mapi.modifier")
            if who is None:
                yield neutral("saved", rests_on=rests, **said)
            else:
                yield neutral("saved-by", rests_on=(*rests, who), who=str(who.value)[:200], **said)
    flags = [flag for flag in facts.all("mapi.flag") if flag.value == "unmodified"]
    if flags:
        yield neutral("unmodified", rests_on=flags[:1])
    yield from _bodies(facts)


def _bodies(facts: Facts) -> Iterator[Answer]:
    shared = facts.value("mapi.body.words")
    counts = [facts.value(f"mapi.body.only_{name}") for name in ("plain", "html")]
    if not isinstance(shared, int) or shared < _SHARED:
        return
    if not all(isinstance(count, int) and count <= _FEW for count in counts) or not any(counts):
        return
    words = [facts.first(f"mapi.body.only_{name}_words") for name in ("plain", "html")]
    rests = [one for one in words if one is not None]
    if rests:
        yield neutral(
            "bodies", rests_on=rests, shared=shared, words=" | ".join(str(o.value)[:200] for o in rests)
        )
