"""Frequent words as they come out when the keyboard stands in another layout than the writer thinks.

A writer used to AZERTY who types ``avec`` on QWERTY gets ``qvec``; one whose keyboard
still stands on Russian gets ``руддщ`` for ``hello``.  Only frequent words of four letters or
more are known here, and only those that are no word of another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LATIN_ROWS = "qwertyuiopasdfghjklzxcvbnm"
_RUSSIAN_ROWS = "йцукенгшщзфывапролдячсмить"
_TO_RUSSIAN = str.maketrans(_LATIN_ROWS, _RUSSIAN_ROWS)
_FROM_RUSSIAN = str.maketrans(_RUSSIAN_ROWS, _LATIN_ROWS)
_AZERTY = str.maketrans("aqzw", "qawz")
_QWERTZ = str.maketrans("yz", "zy")
#: words of each language; what holds a letter that another layout turns into a mark is left out
_WORDS = {
    "fr": "avec dans pour cette sont nous vous leur plus tout tous sans entre aussi quand depuis facture "
    "bonjour faire après contrat quelque parce avant",
    "en": "with that this have from what which would they your there about their when please hello thanks "
    "regards invoice contract payment want always water",
    "de": "zwischen nicht oder werden auch zeit zahlung zusammen bezahlt bitte danke rechnung vertrag",
    "ru": "привет который если только когда может после сегодня спасибо здравствуйте пожалуйста "
    "документ договор",
}
#: strings that are words or names of their own
_NOT = frozenset("zant zhat zater zhen".split())


def _slips() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    known = {word for words in _WORDS.values() for word in words.split()}

    def add(typed: str, meant: str, layouts: str) -> None:
        if typed != meant and typed not in known and typed not in _NOT:
            found[typed] = (meant, layouts)

    for language, words in _WORDS.items():
        for word in words.split():
            if language == "ru":
                if set(word) <= set(_RUSSIAN_ROWS):
                    add(word.translate(_FROM_RUSSIAN), word, "ЙЦУКЕН/QWERTY")
                continue
            if word.isascii():
                add(word.translate(_TO_RUSSIAN), word, "QWERTY/ЙЦУКЕН")
            if "m" not in word and language in ("fr", "en"):
                add(word.translate(_AZERTY), word, "AZERTY/QWERTY")
            if language in ("de", "en"):
                add(word.translate(_QWERTZ), word, "QWERTZ/QWERTY")
    return found


#: word as it came out, in lower case: the word meant, and the two layouts
SLIPS = _slips()
#: an accent of a dead key that stands alone between letters: the key was struck twice, or its letter had none
_DEAD = re.compile(r"[^\W\d_]{1,30}[´¨][aeiouAEIOU][^\W\d_]{0,30}")


def dead_keys(text: str) -> Iterator[tuple[int, str]]:
    """Place and word of each accent that stands before its letter; not for pages, which TeX draws so."""
    if "´" in text or "¨" in text:
        for match in _DEAD.finditer(text):
            yield match.start(), match[0]
