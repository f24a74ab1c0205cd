"""The words an author wrote in a document, from the texts of its stored report.

Quoted mails, forwarded ones, signatures and the feet of mailing lists are somebody
else's words or nobody's; lines without prose (tables, code, addresses) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leakverify.evidence import Location, Report
from leakverify.style.grammar import Line

#: observations that hold what a document says, and the kind of writing each stands for
_KINDS = {
    "mail.text": "mail",
    "pdf.page.text": "document",
    "ooxml.text": "document",
    "odf.text": "document",
    "ole.text": "document",
    "rtf.text": "document",
    "text.content": "plain",
}
_QUOTED = re.compile(r"\s*(?:[A-Za-z]{0,4}>|[|}]\s)")
_ATTRIBUTION = re.compile(r"\b(?:wrote|writes|said|a écrit)\s*:\s*$")
_AFTER = re.compile(
    r"\s*(?:-- ?$|_{8,}|={20,}|-{3,}\s*(?:original message|message d['’]origine|forwarded|begin forwarded"
    r"|message transféré|message d'origine)|begin forwarded message|(?:from|de)\s?:\s.*(?:@|\[mailto:|<))",
    re.IGNORECASE,
)
#: share of a line's marks that must be letters, and characters of a line that are looked at
_LETTERS, _LINE = 0.6, 4_000
#: lines of a document that are looked at
_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One document: its author as stated, its kind, its language, its lines and where its passages stand."""

    name: str
    author: str
    signature: str
    kind: str
    language: str
    lines: tuple[Line, ...]
    passages: tuple[Location, ...]


def sample(report: Report) -> Sample:
    """What a report holds of the words of its document; a report without text gives no lines."""
    texts = [o for o in report.observations if o.name in _KINDS and isinstance(o.value, str)]
    first = {o.name: str(o.value) for o in reversed(report.observations)}
    kind = _KINDS[texts[0].name] if texts else ""
    lines: list[Line] = []
    for number, text in enumerate(texts):
        if _KINDS[text.name] == kind and len(lines) < _LINES:
            lines.extend(own_lines(str(text.value), number, mail=kind == "mail"))
    return Sample(
        name=report.document.path,
        author=first.get("mail.from.address", "").lower() or f"document {report.document.sha256}",
        signature=first.get("mail.from.name", "").casefold().strip(),
        kind=kind,
        language=first.get("text.language", ""),
        lines=tuple(lines[:_LINES]),
        passages=tuple(text.where for text in texts),
    )


def own_lines(text: str, passage: int, *, mail: bool) -> Iterator[Line]:
    """The lines of a passage that its author wrote; lines left out leave an empty one behind."""
    for number, words in enumerate(text.splitlines(), 1):
        words = words[:_LINE]
        if mail and _AFTER.match(words):
            return
        left_out = mail and (_QUOTED.match(words) or _ATTRIBUTION.search(words))
        yield Line(passage, number, "" if left_out or not _is_prose(words) else words)


def without(lines: Iterable[Line], known: frozenset[str]) -> Iterator[Line]:
    """The lines but for those that stand in ``known`` word for word: quotations, formulas, letterheads."""
    for line in lines:
        yield line._replace(words="") if plain(line.words) in known else line


def plain(words: str) -> str:
    """A line for comparing: lower case, one space between words."""
    return " ".join(words.lower().split())


def _is_prose(words: str) -> bool:
    marks = [c for c in words if not c.isspace()]
    return not marks or sum(c.isalpha() for c in marks) >= _LETTERS * len(marks)
