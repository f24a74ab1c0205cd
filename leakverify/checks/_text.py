"""Letters, scripts and look-alikes in names, and answers that several checks share."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.checks._base import BLINDING, Answer, Facts
from leakverify.evidence import Outcome
from leakverify.knowledge import table

#: what a check says when none of several possible facts is there; merged into its MESSAGES
ABSENT = {
    "not-stated": "The document states none of: {names}.",
    "not-seen": "None of {names} was seen, and something hid part of the document: {problems}.",
    "seen-in-part": "Nothing was found, but part of the document was not seen: {problems}.",
}

#: scripts whose letters are mistaken for one another; a mix of others is ordinary (Han and Kana)
ALIKE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")

#: controls that reorder what is shown (UAX 9); the marks U+200E, U+200F and U+061C are not among them,
#: since right-to-left writing needs them
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: of width zero; the joiners U+200C and U+200D are only odd between letters of ALIKE_SCRIPTS
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u180e\u034f")

_WORD = re.compile(r"[^\W\d_]+")
_DOMAIN = re.compile(r"@([^\s@<>()\[\],;:\"']{1,253}\.[^\s@<>()\[\],;:\"'.]{2,63})")


def absent(facts: Facts, *names: str) -> Answer:
    """The answer when none of these facts is there: not stated, or hidden by a problem."""
    listed = ", ".join(names)
    blind = blindness(facts)
    if blind:
        return Answer(Outcome.NOT_CHECKED, "not-seen", (), {"names": listed, "problems": blind})
    return Answer(Outcome.NOT_APPLICABLE, "not-stated", (), {"names": listed})


def seen_in_part(facts: Facts) -> Answer | None:
    """The answer when nothing was found in a document that was not wholly seen, else ``None``."""
    blind = blindness(facts)
    if not blind:
        return None
    return Answer(Outcome.NOT_CHECKED, "seen-in-part", (), {"problems": blind})


def blindness(facts: Facts) -> str:
    """Codes of the problems that may hide a fact, sorted and joined; empty when there are none."""
    return ", ".join(sorted({p.code for p in facts.problems if p.code in BLINDING}))


@functools.lru_cache(maxsize=4096)
def script(letter: str) -> str:
    """The script of a letter by its Unicode name: ``LATIN``, ``CYRILLIC`` ...; ``""`` if it has none.

    The first word of the name is the script for every letter of ALIKE_SCRIPTS.  Compatibility
    letters (full-width forms, mathematical alphabets, the micro sign) begin otherwise: they are
    typed by input methods and speak for no script.
    """
    if unicodedata.category(letter)[0] != "L":
        return ""
    return unicodedata.name(letter, "").partition(" ")[0]


def words(name: str) -> Iterator[str]:
    """Runs of letters, with accents composed so that each is one letter."""
    for match in _WORD.finditer(unicodedata.normalize("NFC", name)):
        yield match.group()


def scripts(text: str) -> frozenset[str]:
    """Those of ALIKE_SCRIPTS that the letters of a text belong to."""
    return frozenset(script(letter) for letter in text) & frozenset(ALIKE_SCRIPTS)


@functools.cache
def lookalikes() -> Mapping[str, str]:
    """Letter of another script to the Latin letters it is mistaken for (UTS 39)."""
    return MappingProxyType({row["letter"]: row["latin"] for row in table("confusables")})


def reads_as_one(word: str) -> str:
    """The one script a mixed word passes for, or ``""``.

    The word passes for a script when each of its letters is of that script or
    has a look-alike in it.  ``Mаcron`` with a Cyrillic ``а`` passes for Latin;
    ``CVИванова`` passes for neither and is only two words written together.
    """
    present = scripts(word)
    if len(present) < 2:
        return ""
    alike = lookalikes()
    if "LATIN" in present and all(script(c) == "LATIN" or c in alike for c in word):
        return "LATIN"
    for other in ALIKE_SCRIPTS[1:]:
        passes = _backwards(other)
        if other in present and all(
            script(c) == other or (script(c) == "LATIN" and c in passes) for c in word
        ):
            return other
    return ""


@functools.cache
def _backwards(into: str) -> frozenset[str]:
    """Latin letters that pass for an everyday letter of another script."""
    return frozenset(
        row["latin"]
        for row in table("confusables")
        if row["everyday"] == "yes" and script(row["letter"]) == into
    )


def domains(text: str) -> tuple[str, ...]:
    """Domains of the mail addresses in a text, lower case, punycode decoded, in order, each once."""
    found: dict[str, None] = {}
    for match in _DOMAIN.finditer(text):
        found[".".join(_decoded(label) for label in match.group(1).lower().split("."))] = None
    return tuple(found)


def _decoded(label: str) -> str:
    """A domain label as people see it (RFC 3492); as it is when it cannot be decoded."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def skeleton(domain: str) -> str:
    """What a domain looks like: look-alikes replaced, so that equal skeletons are easily confused.

    Beyond UTS 39 this folds the pairs ``rn``/``m`` and ``vv``/``w`` and the digits ``0`` and ``1``,
    which are the usual ones in look-alike domains.
    """
    alike = lookalikes()
    text = "".join(alike.get(letter, letter) for letter in domain).lower()
    for shown, meant in (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l")):
        text = text.replace(shown, meant)
    return text
