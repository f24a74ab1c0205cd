"""LV-MAIL-031  The version of the mail program against the date of the mail.

What it looks at: the version of the program in X-Mailer or User-Agent, or the
build of the iPhone that wrote the mail, and when the first people outside its
maker could have had it, previews and daily builds included.  Reported is a Date
that lies a month or more before that, unless a server took the mail in after
it: then the sender's clock was wrong, which LV-MAIL-001 tells.

Why it matters: who dates a mail back copies the header section of a mail of
today, with the name of the program of today.

Innocent ways: the sender's clock was wrong, and no server's time is stated; a
person at the program's maker wrote the mail; a program of another name that
counts its versions otherwise states a name like this one.

Repeat by hand: ``grep -inE '^(x-mailer|user-agent|date|received):' FILE`` and
the release notes of the program.

Sources: ``mail_client_releases``, each row with its source; dates are lower
bounds.  Measured: none of 331 genuine mails that name a known version is
reported; of 100 mails dated back by ten years all are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._time import lead, moments, span_text
from leakverify.evidence import Cost, Family, Outcome, Question
from leakverify.knowledge import client_release

MESSAGES = {
    "younger": "Date says {date}; the mail was written with {program}, which nobody could have before "
    "{released} ({by} later): {source}.",
    "clock": "Date says {date}, before anybody could have {program} ({released}); a server took the mail in "
    "at {received}: the sender's clock was wrong, or Date was changed.",
    "possible": "{program} could be had from {released} on, before this mail.",
    "no-version": "The mail names no program whose versions are known.",
}
INNOCENT = {
    "clock": "The sender's clock was wrong.",
    "maker": "Somebody at the maker of the program wrote the mail with a version not yet shown.",
    "other-program": "Another program counts its versions under a name like this one.",
}

#: dates of the table are lower bounds; what is nearer than this may be a zone or a loose month
_MARGIN = timedelta(days=31)
#: no mail is older (RFC 822 is of 1982)
_FIRST_YEAR = 1971

_PHONE = fact("mail.user_agent", "iPhone Mail (17A878)", line=12)

EXAMPLES = (
    Example(
        title="an iPhone of 2019 in a mail dated 2016",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(_PHONE, fact("mail.date", "2016-05-12T10:31:00+02:00", line=9)),
    ),
    Example(
        title="Outlook 2013 in a mail dated 2010",
        outcome=Outcome.UNUSUAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "Microsoft Outlook 15.0"),
            fact("mail.date", "2010-03-02T10:31:00+01:00"),
            fact("mail.received.when", "2010-03-02T10:31:09+01:00", line=2),
        ),
    ),
    Example(
        title="an iPhone with a preview of the autumn's system",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "iPhone Mail (17A5831c)"),
            fact("mail.date", "2019-07-12T10:41:37+02:00"),
        ),
    ),
    Example(
        title="a computer set to the wrong year, and a server that took the mail in",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            _PHONE,
            fact("mail.date", "2000-01-01T00:03:00+01:00"),
            fact("mail.received.when", "2019-12-12T10:31:09+01:00", line=2),
        ),
    ),
    Example(
        title="an old program still in use",
        outcome=Outcome.NEUTRAL,
        formats=("mail",),
        facts=(
            fact("mail.user_agent", "Microsoft Outlook Express 6.00.2600.0000"),
            fact("mail.date", "2013-05-12T10:31:00+02:00"),
        ),
    ),
)


@check(
    "LV-MAIL-031",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("mail",),
    needs=("mail.date",),
    reads=("mail.user_agent", "mail.received.when"),
    cost=Cost.MINUTES,
    reproduce="grep -inE '^(x-mailer|user-agent|date|received):' FILE",
)
def program_against_date(facts: Facts) -> Iterator[Answer]:
    agent, date = facts.first("mail.user_agent"), facts.moment("mail.date")
    row = None if agent is None else client_release(" ".join(str(agent.value).split())[:1000])
    if agent is None or row is None or date is None or date[1].wall.year < _FIRST_YEAR:
        yield Answer(Outcome.NOT_APPLICABLE, "no-version", (), {})
        return
    said = {"program": str(agent.value)[:120], "released": row["date"]}
    early = lead(row.when, date[1])
    if early <= _MARGIN:
        yield neutral("possible", rests_on=(agent, date[0]), **said)
        return
    said["date"] = date[1].text
    hops = moments(facts, ("mail.received.when",))
    later = next((hop for hop in hops if lead(row.when, hop[1]) <= _MARGIN), None)
    if later is not None:
        yield neutral("clock", rests_on=(agent, date[0], later[0]), received=later[1].text, **said)
    else:
        yield unusual("younger", rests_on=(agent, date[0]), by=span_text(early), source=row.source, **said)
