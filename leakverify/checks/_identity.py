"""Scripts of names, machines and texts, and which of them stand apart in one document."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leakverify.checks._base import Facts
from leakverify.checks._text import script
from leakverify.evidence import Observation
from leakverify.knowledge import Row, table

#: who made the document, as it states
AUTHORS = (
    "ooxml.core.creator",
    "ole.summary.author",
    "odf.initial_creator",
    "rtf.author",
    "pdf.info.author",
    "xmp.creator",
    "image.exif.artist",
)
#: who touched it later
SAVERS = (
    "ooxml.core.last_modified_by",
    "ole.summary.last_author",
    "odf.creator",
    "rtf.operator",
    "xls.written_by",
    "ppt.user",
    "doc.saved_by",
    "odf.printed_by",
)
#: whose document it was made from, or in whose office
ORIGINS = (
    "ooxml.app.company",
    "ooxml.app.manager",
    "ooxml.app.template",
    "ole.document.company",
    "ole.document.manager",
    "ole.summary.template",
    "odf.template",
    "rtf.company",
    "rtf.manager",
    "rtf.template",
)
#: people beside author and last saver
REVIEWERS = (
    "ooxml.person.name", "ooxml.comment.author", "docx.comment.author", "docx.revision.author",
    "odf.comment.author", "odf.revision.author", "rtf.reviewer", "doc.reviewer",
)  # fmt: skip
PEOPLE = (*AUTHORS, *SAVERS, *REVIEWERS)
TEMPLATES = tuple(name for name in ORIGINS if name.endswith(".template"))
#: the program's own record of its user, beside the properties that any program can set
RECORDS = ("xls.written_by", "ppt.user")
#: what the text says
TEXTS = ("ooxml.text", "ole.text", "odf.text", "rtf.text", "pdf.page.text", "image.exif.description")
#: settings that programs take over from the machine without being asked
_NUMBERED = (
    ("ole.summary.code_page", "code-page"),
    ("xls.code_page", "code-page"),
    ("xls.country", "country"),
    ("doc.fib.language", "lcid"),
    ("rtf.language.default", "lcid"),
    ("rtf.code_page", "code-page"),
    ("docx.theme_language", "language"),
    ("docx.default_language", "language"),
    ("odf.language.default", "language"),
    ("pdf.language", "language"),
)
_WORDED = (
    "ole.comp_obj",
    "xls.sheet",
    "xlsx.sheet",
    "xlsx.path",
    "doc.saved_as",
    "odf.setting",
)
#: languages the text is marked as
LANGUAGES = ("docx.run.language", "odf.language", "rtf.language")
MACHINE = (*(name for name, _ in _NUMBERED), *_WORDED)
#: sheets as a program names them: a word and a number
_SHEET = re.compile(r"[^\W\d_]{2,12}\d{1,3}\Z")

#: first word of the Unicode name of a letter -> script as shown; what is not listed speaks for none
_SHOWN = {
    "LATIN": "Latin",
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "CJK": "Han or Kana",
    "HIRAGANA": "Han or Kana",
    "KATAKANA": "Han or Kana",
    "HANGUL": "Hangul",
    "THAI": "Thai",
    "DEVANAGARI": "Devanagari",
    "ARMENIAN": "Armenian",
    "GEORGIAN": "Georgian",
}
#: Han, Kana and Hangul say in one letter what takes several elsewhere
_DENSE = frozenset(("Han or Kana", "Hangul"))
#: what Office writes where nobody gave a name, in the language of the program: a setting and no person
_NOBODY = frozenset(
    ("Автор", "Пользователь", "Пользователь Windows", "Користувач", "作者", "用户", "Windows 用户")
)
#: letters of a text that are counted, and how many must be of a script for it to be one of the text's
_COUNTED = 200_000
_LEAST = 20
_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Mark:
    """A statement that belongs to a script; ``by_machine``: filled in without being asked."""

    observation: Observation
    script: str
    by_machine: bool

    def __str__(self) -> str:
        value = str(self.observation.value)
        return f"{self.observation.name} «{value if len(value) <= 80 else value[:79] + '…'}»"


@dataclass(frozen=True, slots=True)
class Writing:
    """The scripts a text is written in, most used first, and its letters by script."""

    scripts: tuple[str, ...]
    letters: Mapping[str, int]


def letters(text: str) -> Counter[str]:
    """Letters of a text by script, as shown."""
    found: Counter[str] = Counter()
    for letter, times in Counter(text[:_COUNTED]).items():
        shown = _SHOWN.get(script(letter))
        if shown:
            found[shown] += times
    return found


def script_of(name: str) -> str:
    """The script most letters of a name are of; ``""`` when there are too few to say.

    >>> script_of("Рошка Георгий")
    'Cyrillic'
    """
    counted = letters(name)
    if not counted:
        return ""
    shown, times = counted.most_common(1)[0]
    return shown if times >= (1 if shown in _DENSE else 3) and 2 * times > counted.total() else ""


def writing(facts: Facts) -> Writing:
    """What the text is written in; what Office writes where a link is broken is no part of it."""
    counted: Counter[str] = Counter()
    left = _COUNTED
    for name in TEXTS:
        for observation in facts.all(name):
            text = str(observation.value)[:left]
            left -= len(text)
            for row in table("office_error_strings"):
                text = text.replace(row["text"], "")
            counted += letters(text)
    total = counted.total()
    used = [s for s, n in counted.most_common() if n >= _LEAST and n >= _SHARE * total]
    if not used and total:
        used = [counted.most_common(1)[0][0]]
    return Writing(tuple(used), MappingProxyType(dict(counted)))


def error_strings(facts: Facts) -> Iterator[tuple[Observation, Row]]:
    """Where the text holds what Office writes for a broken link, by language; each once."""
    told: set[str] = set()
    for name in TEXTS:
        for observation in facts.all(name):
            for row in table("office_error_strings"):
                if row["language"] not in told and row["text"] in str(observation.value):
                    told.add(row["language"])
                    yield observation, row


def named(facts: Facts, names: tuple[str, ...]) -> list[Mark]:
    """Statements of these names that belong to a script, each value once."""
    found: dict[tuple[str, str], Mark] = {}
    for name in names:
        for observation in facts.all(name):
            shown = script_of(str(observation.value)[:500])
            if shown and observation.value not in _NOBODY:
                found.setdefault((name, str(observation.value)), Mark(observation, shown, False))
    return list(found.values())


def of_machine(facts: Facts) -> list[Mark]:
    """Settings of the machine that saved, and names it gave, that belong to a script; each once."""
    found: dict[tuple[str, str], Mark] = {}
    for name, kind in _NUMBERED:
        for observation in facts.all(name):
            shown = _of_setting(kind, str(observation.value))
            if shown:
                found.setdefault((name, shown), Mark(observation, shown, True))
    for name in _WORDED:
        for observation in facts.all(name):
            value = str(observation.value)[:500]
            if name.endswith(".sheet") and not _SHEET.match(value):
                continue
            counted = letters(value)
            shown = next((s for s, n in counted.most_common() if s != "Latin" and n >= 2), "")
            shown = shown or ("Latin" if name.endswith(".sheet") and counted else "")
            if shown:
                found.setdefault((name, shown), Mark(observation, shown, True))
    for name in PEOPLE:
        for observation in facts.all(name):
            if observation.value in _NOBODY:
                shown = script_of(str(observation.value))
                found.setdefault((name, shown), Mark(observation, shown, True))
    return list(found.values())


def marked_languages(facts: Facts, shown: str) -> list[Mark]:
    """Languages of that script which the text is marked as, each once."""
    found: dict[str, Mark] = {}
    for name in LANGUAGES:
        kind = "lcid" if name == "rtf.language" else "language"
        for observation in facts.all(name):
            if _of_setting(kind, str(observation.value)) == shown:
                found.setdefault(str(observation.value), Mark(observation, shown, False))
    return list(found.values())


def _of_setting(kind: str, value: str) -> str:
    """The script a setting belongs to, ``""`` when it is not listed."""
    if kind == "country":
        codes = [_locales().get((kind, code), "") for code in value.split()[:2]]
        return next((shown for shown in codes if shown), "")
    if kind == "code-page":
        number = re.search(r"(\d{3,5})\Z", value)
        return _locales().get((kind, number[1]), "") if number else ""
    if kind == "lcid":
        number = re.match(r"(0x[0-9a-f]{1,8}|\d{1,9})\Z", value)
        if number is None:
            return ""
        return _locales().get((kind, f"0x{int(number[1], 0) & 0x3FF:02x}"), "")
    tag = re.match(r"(?:val=)?([a-z]{2,3})\b", value)
    return _locales().get((kind, tag[1]), "") if tag else ""


@functools.cache
def _locales() -> Mapping[tuple[str, str], str]:
    return MappingProxyType({(row["kind"], row["value"]): row["script"] for row in table("locales")})
