"""LV-PDF-041  Features of the format that are younger than every date the document states.

What it looks at: which features of PDF the file uses (object streams, layers,
ciphers and so on) and the version it states in the header and in its root.
Each came with an edition of the specification, so with a year.  They are
compared with the latest of all dates the document states anywhere, and with the
version stated.

Why it matters: a file with features that no program could write at any date it
states was written later than anything it admits to.

Innocent ways: a computer whose clock stood years back; a converter that keeps
every date of its source.  A program that packs, encrypts or files a document
and is not the one it names often leaves its dates alone; where no page shows
anything later, that is only shown.  Dates that are the zero of a clock are only shown.
A version lower than the features need is common and only shown: many programs
state one version for all they write, and readers do not mind.

Repeat by hand: ``qpdf --check FILE; pdfinfo FILE; qpdf --show-object=trailer FILE``.

Sources: PDF Reference, 2nd to 6th edition; ISO 32000-1:2008; ISO 32000-2:2017;
for each feature see ``pdf_versions``.  Of 1,013 public genuine PDFs one is
reported, a test file in which dates were replaced by hand; 88 state a version
lower than they need.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.checks._base import Answer, Example, Facts, check, contradicts, fact, neutral
from leakverify.checks._pdf_dates import CLAIMED, INNER, last_date, unset
from leakverify.checks._pdf_pages import LAST_WRITER, rewritten
from leakverify.checks._time import span_text
from leakverify.evidence import Cost, Family, Observation, Outcome, Question
from leakverify.knowledge import Row, table
from leakverify.when import When

MESSAGES = {
    "younger": "The file uses {feature}, which no program could write before {since}; the latest date it "
    "states anywhere is {latest}, {by} before that.",
    "unset": "The file uses {feature}, which no program could write before {since}; its latest date, "
    "{latest}, is that of a clock that was never set.",
    "wrapped": "The file uses {feature}, which no program could write before {since}; the latest date it "
    "states anywhere is {latest}, {by} before that. Another program than the named one wrote the file last, "
    "and kept its dates; no page shows anything later.",
    "header-lower": "The file states version {version} and uses {features}, which came with {needed}.",
}
INNOCENT = {
    "dates-kept": "A converter kept every date of the source document.",
    "clock": "The computer's clock stood years back.",
}

_HEADER = "PDF "

EXAMPLES = (
    Example(
        title="a letter of 1999 packed into object streams",
        outcome=Outcome.CONTRADICTS,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.5"),
            fact("pdf.feature", "object stream", part="obj 9 0"),
            fact("pdf.info.creation_date", "1999-05-04T10:12:00+02:00"),
            fact("pdf.info.mod_date", "1999-05-04T10:12:00+02:00"),
        ),
    ),
    Example(
        title="a letter of 1999 encrypted by an archive, with its dates kept",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.7"),
            fact("pdf.header.comment", "bff7a2fe"),
            fact("pdf.style.container.object", "# # obj|<< /"),
            fact("pdf.info.producer", "Acrobat Distiller 3.0"),
            fact("pdf.feature", "AES-256 revision 6", part="trailer"),
            fact("pdf.info.creation_date", "1999-05-04T10:12:00+02:00"),
            fact("pdf.info.mod_date", "1999-05-04T10:12:00+02:00"),
        ),
    ),
    Example(
        title="made in 1999 and saved again in 2010",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.5"),
            fact("pdf.feature", "object stream", part="obj 9 0"),
            fact("pdf.info.creation_date", "1999-05-04T10:12:00+02:00"),
            fact("pdf.info.mod_date", "2010-05-04T10:12:00+02:00"),
        ),
    ),
    Example(
        title="a program that states one version for all it writes",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.3"),
            fact("pdf.feature", "transparency", page=1),
            fact("pdf.info.creation_date", "2009-05-04T10:12:00+02:00"),
        ),
    ),
    Example(
        title="a device whose clock was never set",
        outcome=Outcome.NEUTRAL,
        formats=("pdf",),
        facts=(
            fact("pdf.header.version", "1.7"),
            fact("pdf.info.creation_date", "1980-01-01T00:00:00"),
        ),
    ),
)


@check(
    "LV-PDF-041",
    question=Question.ORIGIN,
    family=Family.ANACHRONISM,
    formats=("pdf",),
    needs=("pdf.header.version",),
    reads=("pdf.feature", "pdf.catalog.version", "pdf.info.producer", *LAST_WRITER, *CLAIMED, *INNER),
    cost=Cost.SECONDS,
    reproduce="qpdf --check FILE; pdfinfo FILE",
)
def features_younger(facts: Facts) -> Iterator[Answer]:
    used = _used(facts)
    last = last_date(facts)
    if used and last is not None:
        observation, row = max(used, key=lambda pair: pair[1].when.earliest)
        by = row.when.earliest - last[1].latest
        if by.total_seconds() > 0:
            said = {"feature": _called(row), "since": row["date"], "latest": last[1].text}
            marks = rewritten(facts)
            if unset(last):
                yield neutral("unset", rests_on=(observation, last[0]), **said)
            elif marks and not _drawn_after(used, last[1]):
                yield neutral("wrapped", rests_on=(observation, last[0], *marks), by=span_text(by), **said)
            else:
                yield contradicts("younger", rests_on=(observation, last[0]), by=span_text(by), **said)
    yield from _lower(facts, used)


def _drawn_after(used: list[tuple[Observation, Row]], last: When) -> bool:
    """Whether a page itself shows something that came later, and not only what lies round the pages."""
    return any(row["wraps"] != "yes" and row.when.earliest > last.latest for _, row in used)


def _used(facts: Facts) -> list[tuple[Observation, Row]]:
    """What the file uses and when it came, the versions it states among them."""
    found = []
    for name in ("pdf.header.version", "pdf.catalog.version"):
        for observation in facts.all(name):
            row = _known().get(f"header {observation.value}")
            if row is not None:
                found.append((observation, row))
    for observation in facts.all("pdf.feature"):
        row = _known().get(str(observation.value))
        if row is not None:
            found.append((observation, row))
    return found


def _lower(facts: Facts, used: list[tuple[Observation, Row]]) -> Iterator[Answer]:
    stated = [o for name in ("pdf.header.version", "pdf.catalog.version") for o in facts.all(name)]
    version = max((str(o.value) for o in stated), key=_number, default="")
    above = [(o, row) for o, row in used if _number(row["version"]) > _number(version) > (0, 0)]
    if above:
        needed = max((row["version"] for _, row in above), key=_number)
        yield neutral(
            "header-lower",
            rests_on=(*stated, *(o for o, _ in above)),
            version=version,
            needed=needed,
            features=", ".join(_called(row) for _, row in above),
        )


def _called(row: Row) -> str:
    return row["feature"].replace("header ", _HEADER)


def _number(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


@functools.cache
def _known() -> Mapping[str, Row]:
    return MappingProxyType({row["feature"]: row for row in table("pdf_versions")})
