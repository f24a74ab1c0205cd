"""What the checks answered, as features, so that a document is placed by everything known of it.

A model that sees only how a document is written knows nothing of what its checks found. Here each check
gives one word, its strongest answer: ``contradicts`` or ``unusual`` with the message, ``neutral`` with
the message where it had something to show, and ``nothing`` where it looked and had not. An answer that
supports counts as nothing held against the document, since a key or a table that happens to be at hand
must not make it stand out. Answers with a message the references never gave are new, and as surprising as
there are references.

The block has the prefix ``c.``. How much each answer weighs is learned like that of any other feature;
what is unusual is decided by the references alone, so the error rates of the list hold whatever the
checks are worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from leakverify.evidence import Evidence, Extraction, Outcome, Report
from leakverify.features._assemble import extract
from leakverify.features._row import Row

#: prefix of the block
PREFIX = "c."
#: raised whenever the same answers give other words
ANSWERS_VERSION = 1
_ORDER = (Outcome.CONTRADICTS, Outcome.UNUSUAL, Outcome.NEUTRAL, Outcome.SUPPORTS, Outcome.NOT_CHECKED)
_NOTHING, _NOT_CHECKED = "nothing", "not checked"


_CHECK = re.compile(r"LV-[A-Z]{2,12}-[0-9]{3}")
_WORD = re.compile(r"nothing|not checked|(?:contradicts|unusual|neutral) [A-Za-z0-9][A-Za-z0-9_-]{0,60}")


def with_answers(row: Row, evidence: Iterable[Evidence]) -> Row:
    """The row with one word per check that applied.

    >>> with_answers(Row(family="pdf"), ()).tokens
    {}
    """
    return with_words(row, words_of(evidence))


def row_of(report: Report, source: str = "") -> Row | None:
    """The features of a document and the answers of its checks, from its report."""
    document = report.document
    extraction = Extraction(
        index=0, name=document.name, role=document.role, sha256=document.sha256, size=document.size,
        formats=document.formats, observations=report.observations, problems=report.problems,
    )  # fmt: skip
    row = extract(extraction, source)
    return None if row is None else with_answers(row, report.evidence)


def with_words(row: Row, said: dict[str, tuple[str, ...]]) -> Row:
    """The row with these words in the place of those it had."""
    kept = {name: words for name, words in row.tokens.items() if not name.startswith(PREFIX)}
    return msgspec.structs.replace(row, tokens={**kept, **said})


def words_of(evidence: Iterable[Evidence]) -> dict[str, tuple[str, ...]]:
    """One word per check that applied, by ``c.`` and its id."""
    strongest: dict[str, tuple[int, str]] = {}
    for item in evidence:
        word = _word(item)
        if item.check.startswith("LV-MODEL-"):
            continue  # what a model says is made of these words, and no part of them
        if item.outcome in _ORDER and _CHECK.fullmatch(item.check) and _WORD.fullmatch(word):
            found = (_ORDER.index(item.outcome), word)
            strongest[item.check] = min(found, strongest.get(item.check, found))
    return {f"{PREFIX}{check}": (word,) for check, (_, word) in sorted(strongest.items())}


def answers_of(row: Row) -> dict[str, tuple[str, ...]]:
    """The words of the checks in a row; nothing else passes, wherever the row comes from."""
    return {
        name: words
        for name, words in row.tokens.items()
        if name.startswith(PREFIX)
        and _CHECK.fullmatch(name.removeprefix(PREFIX))
        and len(words) == 1
        and _WORD.fullmatch(words[0])
    }


def _word(item: Evidence) -> str:
    if item.outcome is Outcome.NOT_CHECKED:
        return _NOT_CHECKED
    if item.outcome is Outcome.SUPPORTS or item.message == "nothing":
        return _NOTHING
    return f"{item.outcome.value} {item.message}"
