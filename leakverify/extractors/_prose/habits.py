"""Habits of typography and the language of a text, counted.

A habit is counted over the places where it could be kept: the space before a
colon in French, the kind of apostrophe, the mark of decimals.  Counts only; what
is usual for an author is learned from texts known to be genuine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

#: frequent function words; those shared by two languages are in neither
_FUNCTION = {
    "fr": "le les des du une est dans pour que qui sur pas avec sont aux cette ces leur nous vous été être "
    "mais ou où ne se sa ses il elle",
    "en": "the and of to is that it was for with are be this which have from or by not had but were they "
    "their would there been has",
    "de": "der die und das ist nicht mit den von sich auf für dem ein eine auch nach werden wird wie einer "
    "oder aus hat zum zur",
    "es": "el los las por con para una su al lo como más pero sus este ya cuando muy sin sobre también "
    "hasta hay desde todo nos",
    "it": "il che di non gli della per una con del sono da nel alla è anche più come dei delle degli "
    "essere questo ha al loro",
    "nl": "het een van en dat niet op te zijn met voor die aan er ook als maar om bij naar dan nog wordt "
    "kan deze door",
    "pt": "o os as que não uma para com por dos das mais como mas foi ao ele se tem seu sua ou quando "
    "muito nos já também",
}
_SEEN = Counter(word for words in _FUNCTION.values() for word in words.split())
_LANGUAGE_OF = {
    word: language for language, words in _FUNCTION.items() for word in words.split() if _SEEN[word] == 1
}
_WORD = re.compile(r"[^\W\d_]+")
_SPACES = (" ", "\u00a0", "\u202f")
#: name, strings that keep the habit, strings where it could be kept; those that keep it are among these
_HABITS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("space-before-colon", tuple(f"{s}: " for s in _SPACES), (": ",)),
    ("nobreak-before-colon", ("\u00a0: ", "\u202f: "), tuple(f"{s}: " for s in _SPACES)),
    ("space-before-question", tuple(s + mark for s in _SPACES for mark in "?!"), ("?", "!")),
    ("space-before-semicolon", tuple(f"{s};" for s in _SPACES), (";",)),
    ("curly-apostrophe", ("\u2019",), ("'", "\u2019")),
    ("guillemets", ("«", "»"), ("«", "»", '"', "“", "”", "„")),
    ("curly-quotes", ("“", "”", "„"), ('"', "“", "”", "„")),
    ("one-ellipsis", ("…",), ("...", "…")),
    ("em-dash", (" — ",), (" - ", " – ", " — ")),
    ("en-dash", (" – ",), (" - ", " – ", " — ")),
    ("two-spaces-after-stop", (".  ",), (". ",)),
    (
        "accented-capital",
        ("État", "Étude", "École", "Église", "Équipe", "Également"),
        tuple(f"{e}{rest}" for e in "EÉ" for rest in ("tat", "tude", "cole", "glise", "quipe", "galement")),
    ),
    ("euro-after", tuple(f"{s}€" for s in _SPACES), ("€",)),
)
#: a decimal comma or point, with one or two figures behind it
_DECIMALS = re.compile(r"(?<![\d.,])\d{1,9}(?P<kept>[.,])\d{1,2}(?![\d.,])")
#: characters that are counted
_READ = 30_000
#: fewest function words that tell a language, and the share of them
_LEAST, _SHARE = 8, 0.6


class Habits:
    """Counts over all passages of a document."""

    def __init__(self) -> None:
        self.words = 0
        self._read = 0
        self._of: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._could: Counter[str] = Counter()

    def hear(self, text: str) -> None:
        """Count a passage; of a long document what comes first, which tells its habits well enough."""
        text = text[: _READ - self._read]
        self._read += len(text)
        found = _WORD.findall(text)
        self.words += len(found)
        for word in found:
            language = _LANGUAGE_OF.get(word.lower())
            if language:
                self._of[language] += 1
        for name, keeping, places in _HABITS:
            could = sum(map(text.count, places))
            if could:
                self._could[name] += could
                self._kept[name] += sum(map(text.count, keeping))
        for match in _DECIMALS.finditer(text):
            self._could["decimal-comma"] += 1
            self._kept["decimal-comma"] += match["kept"] == ","

    def language(self) -> tuple[str, float] | None:
        """The language most function words are of, and their share; ``None`` when too few tell."""
        told = sum(self._of.values())
        if told < _LEAST:
            return None
        name, most = self._of.most_common(1)[0]
        return (name, most / told) if most >= _SHARE * told else None

    def kept(self) -> Iterator[tuple[str, int, int]]:
        """Habit, places that keep it, places that could."""
        for name in (*(habit[0] for habit in _HABITS), "decimal-comma"):
            if self._could[name]:
                yield name, self._kept[name], self._could[name]
