"""LV-MAIL-011  A key made this signature, and the mail differs from what was signed.

What it looks at: the value of each DKIM signature, raised to the public exponent
of a key at hand (RSA).  If the key made the value, the digest that was signed
comes out, whatever happened to the mail since.  Held against the fields as they
stand, it tells "body changed" (the fields, and with them the body's hash, are the
ones signed), "fields changed" and "both" apart.  Where another value for Date, From
or Subject that the mail itself gives away fits the digest, that value is proven to
be what was signed; a Date of another moment, another author's address or another
subject is then a contradiction.

Why it matters: a broken signature normally says nothing.  Opened, it still
proves that the domain signed something under this name, and what of it is left.

Innocent ways: footers, banners, re-encoded text, rewritten authors and subjects of
lists, exports and converted archives all leave such signatures; collections of
phishing mail blank out addresses.  So a difference alone is shown and never
counted.  A value copied from another mail opens too, with neither fields nor body
that fit; only the other mail would tell.

Repeat by hand: decode b= from base64 into VALUE; ``openssl pkeyutl -verifyrecover
-pubin -inkey KEY.pem -pkeyopt rsa_padding_mode:pkcs1 -in VALUE | xxd`` shows a
DigestInfo whose last bytes are the digest.

Sources: RFC 8017 8.2.2 and 9.2, RFC 6376 3.7.  Measured: of the 87 signatures of
public mails with a usable key at hand, 59 hold, 24 more open, 4 do not.  None of
the 24 is counted against its mail.  With Date moved after signing, 11 of 11 genuine
mails of 2008 and later are contradicted.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr, parsedate_to_datetime

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, neutral
from leakverify.checks._mail_signatures import (
    BLOCK,
    READS,
    REPRODUCE,
    SHOWN,
    TRUSTED,
    covered,
    dkim_signatures,
    rests,
    sample,
    seen,
)
from leakverify.dkim.changes import RESTORED
from leakverify.dkim.verify import Grade, Graded
from leakverify.evidence import Cost, Family, Outcome, Question

MESSAGES = {
    "body": "A key of {domain} made {name} ({key}), and the fields {fields} are the ones it signed, the "
    "body's hash "
    "among them. The body differs from that hash: it changed after it was signed.",
    "fields": "A key of {domain} made {name} ({key}), and the body fits the hash it names. The fields "
    "differ from "
    "those that were signed ({fields}).",
    "both": "A key of {domain} made {name} ({key}), over other fields and another body than those here: the "
    "mail "
    "changed, or the value was taken from another mail.",
    "restored": "A key of {domain} made {name} ({key}), and signed the field {field} as “{signed}”. The "
    "mail says "
    "“{now}”.",
    "restored-alike": "A key of {domain} made {name} ({key}), and signed the field {field} as “{signed}”. "
    "The mail "
    "says the same in other words, “{now}”.",
}
INNOCENT = {
    "relay": "A list or gateway wrote the field anew after it was signed.",
    "clock": "A server corrected a Date that it held to be wrong.",
}

_OTHER_DATE = BLOCK.replace("Thu, 12 May 2016 10:31:00", "Thu, 05 May 2016 10:31:00")

EXAMPLES = (
    Example(
        title="Date set back by a week; the signed one fits",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=sample(block=_OTHER_DATE),
        references=TRUSTED,
    ),
    Example(
        title="the body changed on the way",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(body="none"),
        references=TRUSTED,
    ),
    Example(
        title="a recipient rewritten",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(block=BLOCK.replace("paul@b.example", "archive@b.example")),
        references=TRUSTED,
    ),
    Example(
        title="a tag a list put into the subject",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(block=BLOCK.replace("subject:Invoice", "subject:[team] Invoice")),
        references=TRUSTED,
    ),
    Example(
        title="the same date written otherwise",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=sample(block=BLOCK.replace("10:31:00 +0200", "10:31:00 +0200 (CEST)")),
        references=TRUSTED,
    ),
    Example(title="no key at hand", outcome=Outcome.NEUTRAL, formats=("mail",), facts=sample(body="none")),
)
_OPENED = {
    Grade.BODY_CHANGED: "body",
    Grade.FIELDS_CHANGED: "fields",
    Grade.BOTH_CHANGED: "both",
}


@check(
    "LV-MAIL-011",
    question=Question.CONTENT,
    family=Family.SIGNATURE,
    formats=("mail",),
    needs=("mail.dkim.domain",),
    reads=READS,
    cost=Cost.INFEASIBLE,
    reproduce=REPRODUCE,
)
def signature_opened(facts: Facts) -> Iterator[Answer]:
    for one in dkim_signatures(facts):
        message = _OPENED.get(one.grade)
        if message is None:
            continue
        said = {"name": one.signature.part, "domain": one.signature.domain, "key": seen(one)}
        rest = rests(one, "body", "body_hash", "signed")
        if one.change.kind == RESTORED:
            yield _restored(one, said)
        elif message == "both":
            yield neutral("both", rests_on=rest, **said)
        else:
            yield neutral(message, rests_on=rest, fields=covered(one), **said)


def _restored(one: Graded, said: dict[str, str]) -> Answer:
    change = one.change
    values = {"field": change.field, "now": change.now, "signed": change.signed}
    rest = rests(one, "block")
    if one.trusted and change.field in SHOWN and not _alike(change.field, change.now, change.signed):
        return contradicts("restored", rests_on=rest, **values, **said)
    return neutral("restored-alike" if _alike(change.field, change.now, change.signed) else "restored",
                   rests_on=rest, **values, **said)  # fmt: skip


def _alike(field: str, now: str, signed: str) -> bool:
    """Whether two values of a field say the same to a reader."""
    if field == "date":
        try:
            return parsedate_to_datetime(now) == parsedate_to_datetime(signed)
        except (TypeError, ValueError):
            return False
    if field == "from":  # lists write themselves in and keep the author elsewhere
        return parseaddr(now)[1].lower() == parseaddr(signed)[1].lower() or " via " in now.lower()
    return "".join(now.split()).lower().endswith("".join(signed.split()).lower())
