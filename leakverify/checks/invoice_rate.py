"""LV-INV-002  A rate of value added tax that was not in force on the day of the invoice.

What it looks at: the rates that the text names beside the words for value added tax,
the country of the supplier as its VAT number states it, and the day that the text
gives as that of the invoice.  A rate is compared with all rates the country ever had
since the tables begin.

Why it matters: who moves the date of an invoice, or writes one long after its day,
takes the rate of today.  A French invoice of 2012 at 20 per cent was written later.

Innocent ways: deposits, credit notes and services that span the change keep the rate
of their delivery, so a rate that ended is reported only a year after its end; the
rate of another country, of overseas departments or of Corsica; a rate announced
before it began.

Repeat by hand: ``leakverify knowledge show vat_rates``.

Sources: table ``vat_rates`` with a source for each row; Directive 2006/112/EC
articles 63 and 93 (which rate applies).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leakverify.checks._base import Answer, Example, Facts, check, fact, neutral, unusual
from leakverify.checks._claims import own_day, recognised_pages
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table
from leakverify.when import When, parse_when

MESSAGES = {
    "not-yet": "The invoice is dated {own} and names a rate of {rate} %, which {country} has had since "
    "{since} only.",
    "misread": "The invoice is dated {own} and names a rate of {rate} %, which {country} has had since "
    "{since}; the text was recognised from a picture.",
    "no-longer": "The invoice is dated {own} and names a rate of {rate} %, which ended in {country} on "
    "{until}.",
    "unknown": "The invoice names a rate of {rate} %, which is not among the rates of {country} since "
    "{begin}.",
}
INNOCENT = {
    "delivery": "The rate is that of the day of delivery, of a deposit or of a corrected invoice.",
    "place": "The rate is that of another country or of a territory with rates of its own.",
}
#: before a rate begins it is announced; after its end deliveries, deposits and credit notes keep it
_BEFORE, _AFTER = timedelta(days=45), timedelta(days=366)

EXAMPLES = (
    Example(
        title="20 per cent in France in 2012",
        outcome=Outcome.UNUSUAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.rate", "20", page=1, line=20),
            fact("text.dateline", "2012-06-01", page=1, line=2),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", page=1, line=40),
        ),
    ),
    Example(
        title="19.6 per cent some weeks after the change",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.rate", "19.6", page=1, line=20),
            fact("text.dateline", "2014-02-10", page=1, line=2),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", page=1, line=40),
        ),
    ),
    Example(
        title="20 per cent in 2012 on a scan that was recognised",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("pdf.layer.recognised", 900, page=1),
            fact("invoice.rate", "20", page=1, line=20),
            fact("text.dateline", "2012-06-01", page=1, line=2),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", page=1, line=40),
        ),
    ),
    Example(
        title="5.5 per cent, which France has had all along",
        outcome=Outcome.NEUTRAL,
        formats=("text",),
        facts=(
            fact("text.words", 90),
            fact("invoice.kind", "invoice"),
            fact("invoice.rate", "5.5", page=1, line=20),
            fact("text.dateline", "2012-06-01", page=1, line=2),
            fact("text.identifier", "FR 83 404 833 048", raw="vat", page=1, line=40),
        ),
    ),
)


@check(
    "LV-INV-002",
    question=Question.CONTENT,
    family=Family.ANACHRONISM,
    formats=(),
    needs=("text.words",),
    reads=("invoice.kind", "invoice.rate", "text.dateline", "text.identifier", "pdf.layer.recognised"),
    cost=Cost.SECONDS,
    reproduce="pdftotext -layout FILE -; leakverify knowledge show vat_rates",
)
def invoice_rate(facts: Facts) -> Iterator[Answer]:
    own, supplier = own_day(facts), _country(facts)
    if own is None or supplier is None:
        return
    number, country = supplier
    rows = [row for row in table("vat_rates") if row["country"] == country]
    begin = min((row.when.wall for row in rows), default=None)
    if begin is None or own[1].wall < begin:
        return
    misread = recognised_pages(facts)
    for rate in facts.all("invoice.rate"):
        known = [row for row in rows if _same(row["rate"], str(rate.value))]
        said = {"own": own[1].text, "rate": str(rate.value), "country": country}
        rests_on = (rate, own[0], number)
        if not known:
            if float(str(rate.value)) > 10:
                yield neutral(
                    "unknown", rests_on=rests_on, rate=said["rate"], country=country, begin=begin.year
                )
        elif not any(_in_force(row, own[1]) for row in known):
            later = [row for row in known if row.when.wall > own[1].wall]
            if later and rate.where.page in misread:
                yield neutral("misread", rests_on=rests_on, since=min(r.when.text for r in later), **said)
            elif later:
                yield unusual("not-yet", rests_on=rests_on, since=min(r.when.text for r in later), **said)
            else:
                until = max(row["until"] for row in known)
                yield neutral("no-longer", rests_on=rests_on, until=until, **said)


def _country(facts: Facts) -> tuple[Observation, str] | None:
    """The first VAT number of the text and its country, when all of them are of one country."""
    numbers = [o for o in facts.all("text.identifier") if o.raw == "vat"]
    countries = {str(o.value)[:2].upper() for o in numbers}
    return (numbers[0], countries.pop()) if len(countries) == 1 else None


def _same(one: str, other: str) -> bool:
    return abs(float(one) - float(other)) < 0.001


def _in_force(row: Row, day: When) -> bool:
    until = parse_when(row["until"]) if row["until"] else None
    return row.when.wall - _BEFORE <= day.wall and (until is None or day.wall <= until.wall_end + _AFTER)
