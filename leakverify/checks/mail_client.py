"""LV-MAIL-030  The program a mail names against how it is written.

What it looks at: X-Mailer or User-Agent name the writing program; a mail of
Gmail names it by its Message-ID.  Each program gives its Message-ID and the
separators of its parts a shape of its own, and spells fields, charsets and
encoded words its own way.  What the program named never writes is collected.
One thing that is the mark of a programming library (Python, PHPMailer, swaks
and the like) is reported, and so are two independent things whoever wrote
them, and a Message-ID that none of the versions makes where all are known; one
thing alone, and what one gateway may have written anew, is shown.  A mail in
which both Message-ID and separators are those of a library contradicts its name.

Why it matters: whoever makes up a mail with a script writes the name of a
program above it, and seldom rebuilds what that program does unasked.

Innocent ways: servers and services replace the Message-ID (Exchange Online,
QQ, Amazon, gateways in Java); Exchange spells the fields anew; mailing lists
and filters pack the mail into separators of theirs, those of Mailman being
Python's; an archive or an export writes the mail anew with a library.  All of
these are known by their marks and keep the check silent.  Bulk senders of about
2002 wrote Outlook Express, Eudora and others above mail of their own: a strange
shape under these names says nothing about one mail and is only shown, unless a
library made it.

Repeat by hand: ``grep -inE '^(x-mailer|user-agent|message-id|mime-version):|boundary=' FILE``
and compare with mails of that program at hand.

Sources: source code of Mozilla, Mutt, CPython, PHPMailer and swaks and public
mail, row by row in ``mail_clients``, ``mail_shapes`` and ``mail_dialects``.
Measured: 836 of 2,462 genuine mails, most of 2002, name a program of the table,
and none is reported; 1 of 232 phishing mails people received, most of which name
none.
Of 600 mails made up under such names with Python, PHPMailer, swaks, a careful
copy of the header section or a copied one with a new body all are; of 100
completed by sendmail 76, the others under the name of Outlook.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral, unusual
from leakverify.checks._mail_clients import (
    Claim,
    Fit,
    Handling,
    Odd,
    boundary_fit,
    claim,
    dialect,
    handling,
    identifier_fit,
)
from leakverify.checks._text import ABSENT, absent
from leakverify.evidence import Cost, Family, Observation, Outcome, Question

MESSAGES = {
    "made-by-tool": "The mail names {program}; its Message-ID and the separators of its parts are made as "
    "{tool} makes them, and not as {program} does: {identifier}, {boundary}.",
    "identifier-tool": "The mail names {program}; its Message-ID is made as {tool} makes it: {identifier}.",
    "identifier-other": "The mail names {program}; its Message-ID is not made as any version of that program "
    "makes it: {identifier}.",
    "identifier-added": "The mail names {program}, which always writes a Message-ID; the one it has is of "
    "the kind that {server} gives to mail that comes without: {identifier}.",
    "boundary-tool": "The mail names {program}; the separators of its parts are made as {tool} makes them: "
    "{boundary}.",
    "spelling-part": "The mail names {program}; its parts carry a MIME-Version of their own, as the "
    "classes of Python write them: {seen}.",
    "spelling-encoded_word": "The mail names {program}; its encoded words name charset and encoding in small "
    "letters, as Python writes them: {seen}.",
    "several": "The mail names {program} and differs in {count} places from what it writes: {ways}.",
    "few": "The mail names {program} and differs from what it writes in what one server on the way may have "
    "written anew: {ways} ({count}).",
    "imitated": "The mail names {program} and is not written as that program writes ({ways}). Bulk senders "
    "wrote that name above mail of their own making.",
    "packed-anew": "The Message-ID is one of {program}; the parts were packed by {tool}, and no line of a "
    "delivery is left: an archive or an export wrote the mail anew, or somebody made it up.",
    "replaced": "The mail names {program}; its Message-ID is one of {server}, which gives its own to mail on "
    "its way.",
    "replaced-by-one": "The mail names {program}; its Message-ID is of a kind that servers give to mail "
    "on its way.",
    "fits": "Message-ID and separators are made as {program} makes them.",
    "no-program": "The mail names no program whose habits are known.",
    **ABSENT,
}
INNOCENT = {
    "gateway": "A gateway, a filter or an archive wrote the mail anew on its way.",
    "template": "A company's system sends with a library and writes the name of an ordinary program.",
    "plug-in": "An add-on of the program writes parts of the mail its own way.",
}

#: what differs, named by the field it stands in
_IDENTIFIER, _MISSING, _BOUNDARY = "Message-ID", "Message-ID (0)", "boundary"
_NO_VERSION = "MIME-Version (0)"
_STYLES = {
    "version": "MIME-Version",
    "part": "Content-Type",
    "encoded_word": "=?…?=",
    "order": "Content-Type, MIME-Version",
    "date": "Date",
}
#: what one and the same server writes anew when it packs a mail again: together they count once
_PACKING = frozenset((_BOUNDARY, _NO_VERSION, *(_STYLES[name] for name in ("version", "part", "order"))))

_APPLE = fact("mail.user_agent", "Apple Mail (2.3696.100.31)", line=12)
_APPLE_ID = fact("mail.message_id", "C6CAF8E3-0447-465D-9C83-F55910739BE2@horizon.example", line=9)
_PYTHON_ID = fact("mail.message_id", "146304186012.4711.5533917462218347123@horizon.example", line=9)
_PYTHON_BOUNDARY = fact("mail.mime.boundary", "===============3923191587043386475==")
_MULTIPART = fact("mail.mime.type", "multipart/alternative")
_HOP = fact("mail.received.by", "mx.horizon.example", line=2)
_BIRD = fact("mail.user_agent", "Mozilla Thunderbird", line=8)

EXAMPLES = (
    Example(
        title="Apple Mail by name, Python by Message-ID and separators",
        outcome=Outcome.CONTRADICTS,
        formats=("mail",),
        facts=(_APPLE, _PYTHON_ID, _MULTIPART, _PYTHON_BOUNDARY, _HOP),
    ),
    Example(
        title="a careful copy of the header section, separators of Python",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_APPLE, _APPLE_ID, _MULTIPART, _PYTHON_BOUNDARY, _HOP),
    ),
    Example(
        title="Outlook by name, Message-ID of swaks",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "Microsoft Outlook 16.0"),
            fact("mail.message_id", "20160512103100.004711@horizon.example"),
        ),
    ),
    Example(
        title="Thunderbird by name, Message-ID and separators of nobody known",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            _BIRD,
            fact("mail.message_id", "mail-4711-x@horizon.example"),
            fact("mail.mime.boundary", "frontier"),
        ),
    ),
    Example(
        title="Thunderbird through Exchange Online, which replaces the Message-ID",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BIRD,
            fact("mail.message_id", "MA0P287MB1708A4B1@MA0P287MB1708.INDP287.PROD.OUTLOOK.COM"),
            fact("mail.header.order", "received:message-id:date:x-ms-exchange-crosstenant-id"),
        ),
    ),
    Example(
        title="Thunderbird through QQ, which replaces the Message-ID",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(_BIRD, fact("mail.message_id", "tencent_9A3B0C0D1E2F@qq.com")),
    ),
    Example(
        title="Apple Mail on an account of Exchange, which made the mail itself",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _APPLE,
            fact("mail.message_id", "800b106b621e4eb390a34a4009f8d109@mx.horizon.example"),
            fact("mail.header.order", "received:from:message-id:x-ms-has-attach:x-ms-tnef-correlator"),
        ),
    ),
    Example(
        title="a program that takes Thunderbird's name and sends through Gmail's interface",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BIRD,
            fact("mail.message_id", "CAO5cSZBqun9mKZ-fsFSikbdvWF9Z8jPV-tQTbzgcqOXndogHdQ@mail.gmail.com"),
        ),
    ),
    Example(
        title="Apple Mail by name, a Message-ID as other programs write it",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_APPLE, fact("mail.message_id", "c8720a88-fcbd-4a8f-98db-9b982db619f7@horizon.example")),
    ),
    Example(
        title="Thunderbird by name, handed to sendmail without a Message-ID",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_BIRD, fact("mail.message_id", "201605120831.u4C8V0aB017731@mx.horizon.example")),
    ),
    Example(
        title="somebody who gave a Mutt of their own a joke for a name",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "Mutt/1.5.0 [-1214711651]"),
            fact("mail.message_id", "3D3E056D.5050509@horizon.example"),
        ),
    ),
    Example(
        title="Outlook behind a gateway in Java",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "Microsoft Outlook 16.0"),
            fact("mail.message_id", "1288235781.41587455282171.JavaMail.epsvc@gate2"),
        ),
    ),
    Example(
        title="an iPhone on a mailing list of Mailman, which packs with Python",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "iPhone Mail (18F72)"),
            fact("mail.message_id", "C9129E7E-C27B-456F-AB01-1C25F7322316@horizon.example"),
            fact("mail.mime.boundary", "===============6270392873168518371==", part="1"),
            fact("mail.mime.boundary", "Apple-Mail-EFA5B9AC-7A17-43B1-8666-26F8E0E85F9A", part="2"),
            fact("mail.header.order", "received:from:message-id:x-mailer:x-mailman-version:list-id"),
        ),
    ),
    Example(
        title="a mail of Gmail written anew by an archive in Python",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.message_id", "CAKsfaBW4hj0Gek6TwbR3erng4P1y0CZzJ0d=pXtCNnYnbe7PLg@mail.gmail.com"),
            _MULTIPART,
            _PYTHON_BOUNDARY,
        ),
    ),
    Example(
        title="a mail a program handed to Gmail's interface",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.message_id", "CAKsfaBW4hj0Gek6TwbR3erng4P1y0CZzJ0d=pXtCNnYnbe7PLg@mail.gmail.com"),
            fact("mail.received.by", "gmailapi.google.com", line=3),
            _PYTHON_BOUNDARY,
        ),
    ),
    Example(
        title="advertising of 2002 under the name of Eudora",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "QUALCOMM Windows Eudora Version 5.1"),
            fact("mail.message_id", "014d73e75c7b$6247c3e0$8ce81ed4@ywdmjl"),
        ),
    ),
    Example(
        title="Outlook without a Message-ID of its own, given one by Postfix",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "Microsoft Outlook, Build 10.0.3416"),
            fact("mail.message_id", "20020826143010.8D9C12940D@mx.horizon.example"),
        ),
    ),
    Example(
        title="every habit that of Thunderbird",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _BIRD,
            fact("mail.message_id", "8fb2df6b-4708-4eac-aa18-d7825d0410a6@horizon.example"),
            fact("mail.mime.boundary", "------------89rdZlF87ukwoHkrsSI299lb"),
        ),
    ),
)


@check(
    "LV-MAIL-030",
    question=Question.ORIGIN,
    family=Family.STRUCTURE,
    formats=("mail",),
    reads=(
        "mail.user_agent",
        "mail.message_id",
        "mail.mime.boundary",
        "mail.mime.type",
        "mail.header.order",
        "mail.received.from",
        "mail.received.by",
        *(f"mail.style.{name}" for name in (*_STYLES, "agent_field")),
    ),
    cost=Cost.HOURS,
    reproduce="grep -inE '^(x-mailer|user-agent|message-id|mime-version):|boundary=' FILE",
)
def program_named(facts: Facts) -> Iterator[Answer]:
    stated = claim(facts)
    if stated is None:
        if facts.first("mail.user_agent") is None and facts.first("mail.message_id") is None:
            yield absent(facts, "mail.user_agent", "mail.message_id")
            return
        yield Answer(Outcome.NOT_APPLICABLE, "no-program", (), {})
        return
    handled = handling(facts)
    identity = identifier_fit(facts, stated.family, handled)
    boundary = None if handled.interface else boundary_fit(facts, stated.family)
    if handled.mailing_list and boundary is not None and boundary.verdict != "own":
        boundary = None
    odd = [] if handled.interface else list(dialect(facts, stated.family, handled))
    program = _shown(stated)
    tools = [fit for fit in (identity, boundary) if fit is not None and fit.verdict == "tool"]
    ways = dict(_ways(facts, stated, handled, identity, boundary))
    for habit in odd:
        ways.setdefault(_STYLES[habit.fact], habit.seen)
    if not ways:
        yield from _quiet(program, identity, boundary)
        return
    rests = (stated.stated, *ways.values())
    packing = set(ways) <= _PACKING
    if boundary is not None and packing and _only_packed_anew(handled, identity, boundary):
        yield neutral("packed-anew", rests_on=rests, program=program, tool=boundary.by)
    elif tools or any(habit.strong for habit in odd):
        yield _by_tool(program, stated.stated, rests, identity, boundary, odd)
    elif stated.imitated:
        yield neutral("imitated", rests_on=rests, program=program, ways=", ".join(ways))
    elif identity is not None and _against_strict(stated, identity):
        said = {"program": program, "identifier": _short(identity)}
        if identity.verdict == "adder":
            yield unusual("identifier-added", rests_on=rests, server=identity.by, **said)
        else:
            yield unusual("identifier-other", rests_on=rests, **said)
    elif len(set(ways) - _PACKING) + bool(set(ways) & _PACKING) > 1:
        yield unusual("several", rests_on=rests, program=program, count=len(ways), ways=", ".join(ways))
    else:
        yield neutral("few", rests_on=rests, program=program, count=len(ways), ways=", ".join(ways))


def _shown(stated: Claim) -> str:
    return "Gmail" if stated.implied else str(stated.stated.value)[:80]


def _ways(
    facts: Facts, stated: Claim, handled: Handling, identity: Fit | None, boundary: Fit | None
) -> Iterator[tuple[str, Observation]]:
    """What differs, in words, and where; what a server explains is left out."""
    against = ("tool", "bulk", "other", "unknown", *(("adder",) if _strict(stated) else ()))
    if identity is not None and identity.verdict in against:
        yield _IDENTIFIER, identity.seen[0]
    row = stated.row
    if identity is None and row is not None and row["identifier"] and handled.delivered:
        yield _MISSING, stated.stated
    if handled.delivered and not stated.imitated and facts.first("mail.style.version") is None:
        yield _NO_VERSION, stated.stated
    if boundary is not None and boundary.verdict in ("tool", "other", "unknown"):
        yield _BOUNDARY, boundary.seen[0]
    named = facts.first("mail.style.agent_field")
    if row is not None and row["field"] and named is not None and str(named.value).lower() != row["field"]:
        yield str(named.value)[:20], named


def _only_packed_anew(handled: Handling, identity: Fit | None, boundary: Fit) -> bool:
    """Whether all that speaks for a library may come from an archive that wrote a genuine mail anew."""
    return (
        not handled.delivered
        and identity is not None
        and identity.verdict == "own"
        and boundary.verdict == "tool"
    )


def _against_strict(stated: Claim, identity: Fit) -> bool:
    """Whether the Message-ID is none of a program whose shapes are all known, nor a server's."""
    return _strict(stated) and identity.verdict in ("adder", "bulk", "other", "unknown")


def _strict(stated: Claim) -> bool:
    return stated.row is None or stated.row["identifier"] == "strict"


def _by_tool(
    program: str,
    stated: Observation,
    rests: tuple[Observation, ...],
    identity: Fit | None,
    boundary: Fit | None,
    odd: list[Odd],
) -> Answer:
    by_identity = identity is not None and identity.verdict == "tool"
    by_boundary = boundary is not None and boundary.verdict == "tool"
    said = {"program": program}
    if identity is not None and by_identity:
        said |= {"tool": identity.by, "identifier": _short(identity)}
    if boundary is not None and by_boundary:
        said |= {"tool": boundary.by, "boundary": _short(boundary)}
    if by_identity and by_boundary:
        return contradicts("made-by-tool", rests_on=rests, **said)
    if by_identity:
        return unusual("identifier-tool", rests_on=rests, **said)
    if by_boundary:
        return unusual("boundary-tool", rests_on=rests, **said)
    habit = next(habit for habit in odd if habit.strong)
    seen = str(habit.seen.value)[:120]
    return unusual(f"spelling-{habit.fact}", rests_on=(stated, habit.seen), program=program, seen=seen)


def _short(fit: Fit) -> str:
    return str(fit.seen[0].value)[:120]


def _quiet(program: str, identity: Fit | None, boundary: Fit | None) -> Iterator[Answer]:
    if identity is None:
        return
    if identity.verdict in ("server", "adder"):
        if identity.by:
            yield neutral("replaced", rests_on=identity.seen, program=program, server=identity.by)
        else:
            yield neutral("replaced-by-one", rests_on=identity.seen, program=program)
    elif boundary is None or boundary.verdict == "own":
        rests = identity.seen + (() if boundary is None else boundary.seen)
        yield neutral("fits", rests_on=rests, program=program)
