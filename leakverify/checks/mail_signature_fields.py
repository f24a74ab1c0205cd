"""LV-MAIL-012  A second From, Subject or Date beside the signed one.

What it looks at: fields that a signature covers and that occur more often in the
mail than the signature counts.  A signer may count a field once more than it
occurs (oversigning), so that none can be added.  When the key made the signature,
three things can be told: a field was added that the signer had not seen; of two
fields the other one is the signed one; or a further field stands there that the
signature does not cover.

Why it matters: a signature covers the last fields of a name, and many programs
show the first.  A second From or Subject put on top leaves the signature whole
and shows the reader something else.

Innocent ways: a relay that adds a Date or a Message-ID where none was, lists that
add Sender and Reply-To, programs that write the same field twice with the same
value.  Those are shown only.

Repeat by hand: ``grep -inE '^(from|subject|date):' FILE`` and ``dkimverify < FILE``,
which refuses a second From even where the standard does not.

Sources: RFC 6376 5.4.2, 8.15; Breaking DKIM, noxxi.de 2017, on added fields.
Measured: no genuine public mail has a second From, Subject or Date of another value
beside a signature that a key at hand made.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._mail_signatures import (
    BLOCK,
    READS,
    REPRODUCE,
    SHOWN,
    TRUSTED,
    dkim_signatures,
    rests,
    sample,
)
from leakverify.dkim.changes import ADDED, EXCHANGED
from leakverify.dkim.verify import Graded
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "added-second": "{name} of {domain} fits once a field {field} is taken out (“{now}”): the mail was "
    "signed with "
    "another {field} and without this one.",
    "added": "{name} of {domain} fits once the field {field} is taken out (“{now}”): it was added after "
    "signing.",
    "exchanged": "Of several fields {field} the signed one ({name} of {domain}) says “{signed}”; another "
    "says "
    "“{now}”.",
    "second": "Beside the field {field} that {name} of {domain} covers stands another one that it does not "
    "cover: "
    "“{value}”.",
    "second-alike": "The field {field} that {name} of {domain} covers stands there once more with the same "
    "value.",
}
INNOCENT = {
    "program": "A program wrote two fields of that name, or a relay added one of its own.",
}

_EXTRA = fact("mail.dkim.extra", "subject", part="DKIM-Signature[1]", line=3)

EXAMPLES = (
    Example(
        title="a second From below, which the signer had ruled out",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=sample(block="from:Chief <chief@a.example>\r\n" + BLOCK),
        references=TRUSTED,
    ),
    Example(
        title="another Subject on top of the signed one",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=sample(
            _EXTRA, fact("mail.dkim.others", "subject:Invoice 99\r\n", part="DKIM-Signature[1]", line=3)
        ),
        references=TRUSTED,
    ),
    Example(
        title="the same Subject twice",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(
            _EXTRA, fact("mail.dkim.others", "subject:Invoice 17\r\n", part="DKIM-Signature[1]", line=3)
        ),
        references=TRUSTED,
    ),
    Example(
        title="a Cc that a relay added",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(block="cc:list@b.example\r\n" + BLOCK),
        references=TRUSTED,
    ),
    Example(title="no key at hand", outcome=Outcome.NEUTRAL, formats=("mail",), facts=sample(_EXTRA)),
)


@check(
    "LV-MAIL-012",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("mail",),
    needs=("mail.dkim.domain",),
    reads=READS,
    cost=Cost.SECONDS,
    reproduce=REPRODUCE,
)
def fields_beside_signature(facts: Facts) -> Iterator[Answer]:
    for one in dkim_signatures(facts):
        if one.opens:
            yield from _changed(one)
            yield from _beside(one)


def _changed(one: Graded) -> Iterator[Answer]:
    change = one.change
    said = {"name": one.signature.part, "domain": one.signature.domain, "field": change.field}
    rest = rests(one, "block", "others", "extra", "oversigned")
    if change.kind == ADDED:
        left = [value for name, value in _fields(one.signature.text("block")) if name == change.field]
        second = change.field in SHOWN and len(left) > 1 and len(set(left)) > 1
        if second and one.trusted:
            yield contradicts("added-second", rests_on=rest, now=change.now, **said)
        else:
            yield neutral("added", rests_on=rest, now=change.now, **said)
    elif change.kind == EXCHANGED:
        answer = contradicts if change.field in SHOWN and one.trusted else neutral
        yield answer("exchanged", rests_on=rest, now=change.now, signed=change.signed, **said)


def _beside(one: Graded) -> Iterator[Answer]:
    """Further fields that the signature does not cover, next to those that it does and that hold."""
    if one.change.kind in (ADDED, EXCHANGED):
        return
    covered = _fields(one.signature.text("block"))
    signed = {(name, _plain(value)) for name, value in covered}
    for name, value in _fields(one.signature.text("others")):
        if name not in SHOWN:
            continue
        said = {"name": one.signature.part, "domain": one.signature.domain, "field": name}
        rest = rests(one, "extra", "others", "block")
        if (name, _plain(value)) in signed:
            yield neutral("second-alike", rests_on=rest, **said)
        elif one.trusted and one.change.kind == "as-is":
            yield contradicts("second", rests_on=rest, value=value[:400], **said)
        else:
            yield neutral("second", rests_on=rest, value=value[:400], **said)


def _fields(block: str) -> list[tuple[str, str]]:
    """Names and values of canonical fields; folded lines belong to the field before them."""
    found: list[tuple[str, str]] = []
    for line in block.split("\r\n"):
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            found.append((name.strip().lower(), value.strip()))
    return found


def _plain(value: str) -> str:
    return " ".join(value.split())
