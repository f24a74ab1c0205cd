"""What a newsroom should look at before it trusts its known-genuine corpus.

A corpus that is said to be genuine may itself hold forgeries, copies, or one source that drowns the others.
Nothing is removed here: every finding names documents by digest, and a person decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Literal

import msgspec

from leakverify.corpus_store import Kept
from leakverify.evidence import Extraction
from leakverify.features import UNLISTED
from leakverify.when import When, parse_when

#: a source with more than this part of a format's documents decides what is ordinary in it
DOMINATING = 0.5
#: fewest documents of a format for that to be said
_LEAST_FOR_SHARE = 20
#: fewer genuine documents of a source and format than this give no number of their own
FEW = 20
#: documents named in one finding
_NAMED = 50
#: dates of a document that say when it was made
_DATES = (
    "pdf.info.creation_date", "pdf.info.mod_date", "ooxml.core.created", "ooxml.core.modified",
    "ole.summary.created",
    "ole.summary.modified", "odf.created", "odf.modified", "rtf.created", "rtf.revised", "mail.date",
    "image.exif.datetime_original",
)  # fmt: skip

What = Literal[
    "duplicate",
    "same-text",
    "contradicted",
    "review",
    "outside-period",
    "dominating",
    "few",
    "old-reading",
    "texts",
]
#: what each finding means and what to do about it
MEANING: dict[What, str] = {
    "contradicted": "Evidence in the document speaks against it. Look at it with `verify` before it stays.",
    "review": "Something in it is seldom seen in genuine files. Look at it with `verify` before it stays.",
    "outside-period": "Its own dates lie outside the period that was stated for it.",
    "duplicate": "The same bytes come from several sources: they count as independent and are not.",
    "same-text": "The same words in several files: versions of one document are not independent.",
    "dominating": "More than half of a format's documents come from one source, which decides what is usual.",
    "few": "Too few documents of this format from these sources to judge by; wider groups are used.",
    "old-reading": "Read by an earlier version; add the same files again to bring them up to date.",
    "texts": "Names, titles and addresses are kept for these documents: do not share the corpus as it is.",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at.

    ``count`` documents are concerned, of which ``documents`` names the first 50 by SHA-256.  ``share`` is
    their part of the format's documents where that is the point.
    """

    what: What
    count: int
    sources: tuple[str, ...] = ()
    family: str = ""
    documents: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    share: float | None = None


class Vetting(msgspec.Struct, frozen=True, kw_only=True):
    """The report on a corpus; ``findings`` in the order of :data:`MEANING`."""

    documents: int
    sources: int
    findings: tuple[Finding, ...]


def vet(documents: Iterable[Kept], reading: str) -> Vetting:
    """Look through a corpus; ``reading`` is what a document is read with now."""
    by_digest: dict[str, set[str]] = defaultdict(set)
    by_text: dict[str, set[str]] = defaultdict(set)
    sources_of: dict[str, set[str]] = defaultdict(set)
    judged: dict[What, dict[str, list[Kept]]] = {
        "contradicted": defaultdict(list),
        "review": defaultdict(list),
    }
    outside: dict[str, list[str]] = defaultdict(list)
    by_format: dict[str, Counter[str]] = defaultdict(Counter)
    old: list[str] = []
    texts: list[str] = []
    total = 0
    for kept in documents:
        total += 1
        by_digest[kept.sha256].add(kept.source)
        by_format[kept.kind][kept.source] += 1
        if kept.same_text:
            by_text[kept.same_text].add(kept.sha256)
            sources_of[kept.same_text].add(kept.source)
        if kept.assessment == "contradicted":
            judged["contradicted"][kept.source].append(_slim(kept))
        elif kept.assessment == "review":
            judged["review"][kept.source].append(_slim(kept))
        if kept.period and outside_period(kept.extraction(), kept.period):
            outside[kept.source].append(kept.sha256)
        if kept.reading != reading:
            old.append(kept.sha256)
        if kept.keeps_text:
            texts.append(kept.sha256)
    findings: list[Finding] = []
    for what, found in judged.items():
        findings += [_judged(what, source, documents) for source, documents in sorted(found.items())]
    findings += [_named("outside-period", shas, (source,)) for source, shas in sorted(outside.items())]
    findings += [
        _named("duplicate", [sha256], tuple(sorted(sources)))
        for sha256, sources in sorted(by_digest.items())
        if len(sources) > 1
    ]
    findings += [
        _named("same-text", sorted(shas), tuple(sorted(sources_of[text])))
        for text, shas in sorted(by_text.items())
        if len(shas) > 1
    ]
    findings += _balance(by_format)
    findings += [_named("old-reading", old)] if old else []
    findings += [_named("texts", texts)] if texts else []
    sources = {source for counts in by_format.values() for source in counts}
    return Vetting(documents=total, sources=len(sources), findings=tuple(findings))


def _slim(kept: Kept) -> Kept:
    return msgspec.structs.replace(kept, body=b"", row=b"")


def _named(what: What, shas: list[str], sources: tuple[str, ...] = ()) -> Finding:
    return Finding(what=what, count=len(shas), sources=sources, documents=tuple(shas[:_NAMED]))


def _judged(what: What, source: str, documents: list[Kept]) -> Finding:
    checks = Counter(check for kept in documents for check in kept.pointing.split())
    return Finding(
        what=what,
        count=len(documents),
        sources=(source,),
        documents=tuple(kept.sha256 for kept in documents[:_NAMED]),
        checks=tuple(f"{check} {count}" for check, count in checks.most_common(12)),
    )


def _balance(by_format: dict[str, Counter[str]]) -> list[Finding]:
    """Formats in which one source decides, and sources too small to speak for themselves."""
    dominating, few = [], []
    for kind, counts in sorted(by_format.items()):
        total = sum(counts.values())
        for source, count in counts.most_common():
            share = count / total
            if share > DOMINATING and total >= _LEAST_FOR_SHARE and len(counts) > 1:
                dominating.append(
                    Finding(
                        what="dominating", count=count, sources=(source,), family=kind, share=round(share, 4)
                    )
                )
        small = sorted(source for source, count in counts.items() if count < FEW)
        if small:
            covered = sum(counts[source] for source in small)
            few.append(Finding(what="few", count=covered, sources=tuple(small[:_NAMED]), family=kind))
    return dominating + few


def outside_period(extraction: Extraction, period: str) -> bool:
    """Whether a date of the document surely lies outside the stated period."""
    bounds = read_period(period)
    if bounds is None:
        return False
    start, end = bounds
    for observation in extraction.observations:
        if observation.name in _DATES and isinstance(observation.value, str):
            when = parse_when(observation.value)
            if when is not None and (when.surely_before(start) or end.surely_before(when)):
                return True
    return False


def read_period(period: str) -> tuple[When, When] | None:
    """``2014/2016`` or ``2014-03`` as first and last stated time; ``None`` when it is neither."""
    first, _, last = period.partition("/")
    start, end = parse_when(first.strip()), parse_when((last or first).strip())
    return None if start is None or end is None or start.wall >= end.wall_end else (start, end)


def program_name(declared: tuple[str, str] | None) -> str:
    """A program for a list: its family, ``not listed`` or ``not stated``."""
    if declared is None:
        return "not stated"
    return "not listed" if declared[0].startswith(UNLISTED) else declared[0]
