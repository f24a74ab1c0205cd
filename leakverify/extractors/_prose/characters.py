"""Characters that a text could not hold before they were in Unicode, and words of two scripts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: what nearly all texts are made of: everything below is in the first version of Unicode
_EVERYDAY = re.compile(
    "[^\u0000-\u01f5\u0250-\u02a8\u02b0-\u02de\u0300-\u0345\u0374-\u03ce\u0401-\u0481\u0531-\u0556\u05d0-\u05ea"
    "\u0621-\u063a\u0640-\u0652\u0660-\u06b7\u0905-\u0939\u1e00-\u1e9a\u1ea0-\u1ef9\u2000-\u202e\u2030-\u2046"
    "\u20a0-\u20aa\u2100-\u2138\u2150-\u2182\u2190-\u21ea\u2200-\u22f1\u2500-\u2595\u25a0-\u25ef\u2600-\u2613"
    "\u3000-\u3037\u3041-\u3094\u30a1-\u30fe\u4e00-\u9fa5\uac00-\ud7a3\ud800-\uf8ff\uff01-\uff5e]"
)
_WORD = re.compile(r"[^\W\d_]{3,40}")
#: letters of Greek and Cyrillic that look like Latin ones
_ALIKE = {
    "CYRILLIC": set("АВЕКМНОРСТХУасеорхуіјѕԁһ"),
    "GREEK": set("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρ"),
}


def uncommon(text: str) -> Iterator[tuple[int, str]]:
    """Place and character of each that is not in the first version of Unicode, as it comes."""
    for match in _EVERYDAY.finditer(text):
        yield match.start(), match[0]


def disguised(text: str) -> Iterator[tuple[int, str, str]]:
    """Place, word and the few letters in it that belong to another script and look like those around them.

    Formulas and units (``Ωm``) are left out: the letters must look alike in both scripts.
    """
    if text.isascii():
        return
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        latin = [letter for letter in word if _script(letter) == "LATIN"]
        for name, alike in _ALIKE.items():
            other = [letter for letter in word if _script(letter) == name]
            if latin and other:
                rarer, foreign = (other, True) if len(other) <= len(latin) else (latin, False)
                if (all(letter in alike for letter in other) if foreign else True) and len(word) == len(
                    latin
                ) + len(other):
                    yield match.start(), word, "".join(dict.fromkeys(rarer))


def wholly_other(text: str) -> int:
    """Words of a text that are in Cyrillic or Greek letters and no others."""
    return sum(1 for match in _WORD.finditer(text) if not match[0].isascii() and _other(match[0]))


def _other(word: str) -> bool:
    scripts = {_script(letter) for letter in word}
    return len(scripts) == 1 and not scripts.isdisjoint(_ALIKE)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
