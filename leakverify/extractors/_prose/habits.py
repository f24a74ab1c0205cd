"""Habits of typography and the language of a text, counted.

A habit is counted over the places where it could be kept: the space before a
colon in French, the kind of apostrophe, the mark of decimals.  Counts only; what
is usual for an author is learned from texts known to be genuine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from leakverify.extractors._prose.layouts import SLIPS

#: frequent function words; those of two languages are in neither, nor those that stand in English tables and
#: addresses as something else (as, com, come, per, door)
_FUNCTION = {
    "fr": "le les des du une est dans pour que qui sur pas avec sont aux cette ces leur nous vous été être "
    "mais ou où ne se sa ses il elle",
    "en": "the and of to is that it was for with are be this which have from or by not had but were they "
    "their would there been has",
    "de": "der die und das ist nicht mit den von sich auf für dem ein eine auch nach werden wird wie einer "
    "oder aus hat zum zur",
    "es": "el los las por con para una su al lo como más pero sus este ya cuando muy sin sobre también "
    "hasta hay desde todo nos",
    "it": "il che di non gli della una con del sono da nel alla è anche più dei delle degli "
    "essere questo ha al loro",
    "nl": "het een van en dat niet op te zijn met voor die aan er ook als maar om bij naar dan nog wordt "
    "kan deze",
    "pt": "o os que não uma para por dos das mais como mas foi ao ele se tem seu sua ou quando "
    "muito nos já também",
}
_SEEN = Counter(word for words in _FUNCTION.values() for word in words.split())
_LANGUAGE_OF = {
    word: language for language, words in _FUNCTION.items() for word in words.split() if _SEEN[word] == 1
}
#: counted in the same look as the words of languages, so that they cost nothing
_LANGUAGE_OF |= dict.fromkeys(SLIPS, "slip")
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
#: (the look behind comes after the first figure, so that a figure is what is sought first)
_DECIMALS = re.compile(r"\d(?<![\d.,]\d)\d{0,8}(?P<kept>[.,])\d{1,2}(?![\d.,])")
#: a number in groups of three, with or without decimals: the marks say how the writer's country writes it
_GROUPED = re.compile(
    r"\d(?<![\d.,'’/-]\d)\d{0,2}(?P<group>[ \u00a0\u202f.,'’])\d{3}(?:(?P=group)\d{3})*"
    r"(?P<decimals>[.,]\d\d)?(?![\d.,'’/-])"
)
#: letters of scripts other than Latin, by the name of the script
_SCRIPTS = (
    ("Cyrillic", re.compile("[\u0400-\u052f]")),
    ("Greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("Armenian", re.compile("[\u0530-\u058f]")),
    ("Hebrew", re.compile("[\u0590-\u05ff]")),
    ("Arabic", re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")),
    ("Devanagari", re.compile("[\u0900-\u097f]")),
    ("Thai", re.compile("[\u0e00-\u0e7f]")),
    ("Georgian", re.compile("[\u10a0-\u10ff]")),
    ("Hangul", re.compile("[\u1100-\u11ff\uac00-\ud7a3]")),
    ("Kana", re.compile("[\u3040-\u30ff]")),
    ("Han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
)
_OTHERS = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u3040-\ud7a3\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
#: fewest letters of a script that make it the one of a piece of text
_LETTERS = 20
#: characters of a piece of text whose language is told: about a paragraph or two
_PIECE = 1_500
#: characters that are counted
_READ = 30_000
#: fewest function words that tell a language, and the share of them
_LEAST, _SHARE = 8, 0.6
#: share of all words of a piece that function words must be before its language is told
_DENSE = 0.1


class Voice(NamedTuple):
    """What a piece of text is in: a language or script, how sure; the passage, and its line there from 1."""

    name: str
    share: float
    passage: int
    line: int


class Habits:
    """Counts over all passages of a document."""

    def __init__(self) -> None:
        self.words = 0
        self._read = 0
        self._of: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._could: Counter[str] = Counter()
        self._figures: Counter[str] = Counter()
        self._first: dict[str, tuple[int, int, str]] = {}
        self._passages = 0
        self.languages: list[Voice] = []
        self.scripts: list[Voice] = []
        self._slips: list[tuple[int, int, str]] = []

    def hear(self, text: str) -> None:
        """Count a passage; of a long document what comes first, which tells its habits well enough."""
        number, self._passages = self._passages, self._passages + 1
        text = text[: _READ - self._read]
        if not text:
            return
        self._read += len(text)
        for start, piece in _pieces(text):
            self._piece(piece, number, text, start)
        for match in _GROUPED.finditer(text):
            form = _form(match["group"], match["decimals"] or "", match[0])
            if form:
                self._figures[form] += 1
                if form not in self._first:
                    self._first[form] = (number, text.count("\n", 0, match.start()) + 1, match[0])
        for name, keeping, places in _HABITS:
            could = sum(map(text.count, places))
            if could:
                self._could[name] += could
                self._kept[name] += sum(map(text.count, keeping))
        for match in _DECIMALS.finditer(text):
            self._could["decimal-comma"] += 1
            self._kept["decimal-comma"] += match["kept"] == ","

    def _piece(self, piece: str, number: int, text: str, start: int) -> None:
        found = _WORD.findall(piece)
        self.words += len(found)
        of: Counter[str] = Counter()
        for word in found:
            language = _LANGUAGE_OF.get(word.lower())
            if language:
                of[language] += 1
        if of.pop("slip", 0):
            self._slipped(piece, number, text, start)
        self._of.update(of)
        # a list of names holds a few such words (Le, Van, De); running text holds many
        dense = sum(of.values()) >= _DENSE * len(found)
        _follow(self.languages, _told(of) if dense else None, number, text, start)
        _follow(self.scripts, _script(piece, len(found)), number, text, start)

    def _slipped(self, piece: str, number: int, text: str, start: int) -> None:
        for match in _WORD.finditer(piece):
            if match[0].lower() in SLIPS and (match[0].islower() or match[0].istitle()):
                line = text.count("\n", 0, start + match.start()) + 1
                self._slips.append((number, line, match[0]))

    def slips(self) -> Iterator[tuple[int, int, str]]:
        """Passage, line and word; words in Latin letters only where two of one layout agree.

        One such word alone is a misread letter or a name more often than a slip.
        """
        words = {word.lower() for _, _, word in self._slips}
        of = Counter(SLIPS[word][1] for word in words)
        for passage, line, word in self._slips:
            if not word.isascii() or of[SLIPS[word.lower()][1]] > 1:
                yield passage, line, word

    def language(self) -> tuple[str, float] | None:
        """The language most function words are of, and their share; ``None`` when too few tell."""
        return _told(self._of)

    def figures(self) -> Iterator[tuple[str, int, int, tuple[int, int, str]]]:
        """Form of grouped numbers, how many are so, how many there are; passage, line and words of the first.

        The commonest form comes first.
        """
        total = sum(self._figures.values())
        for form, count in sorted(self._figures.items(), key=lambda kept: (-kept[1], kept[0])):
            yield form, count, total, self._first[form]

    def kept(self) -> Iterator[tuple[str, int, int]]:
        """Habit, places that keep it, places that could."""
        for name in (*(habit[0] for habit in _HABITS), "decimal-comma"):
            if self._could[name]:
                yield name, self._kept[name], self._could[name]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of about a paragraph or two, cut at the ends of lines, each with where it begins."""
    start = 0
    while start < len(text):
        most = min(start + 2 * _PIECE, len(text))
        end = text.find("\n", start + _PIECE, most) + 1
        if not end:  # no word is cut in two where a blank is near
            end = most if most == len(text) else text.rfind(" ", start + _PIECE, most) + 1 or most
        yield start, text[start:end]
        start = end


def _told(of: Counter[str]) -> tuple[str, float] | None:
    told = sum(of.values())
    if told < _LEAST:
        return None
    name, most = of.most_common(1)[0]
    return (name, most / told) if most >= _SHARE * told else None


def _script(piece: str, words: int) -> tuple[str, float] | None:
    """The script most letters are of; of a piece in ASCII and of one with few other letters, it is Latin."""
    if piece.isascii() or len(_OTHERS.findall(piece)) < _LETTERS:
        return ("Latin", 1.0) if words >= _LETTERS else None
    counted = {name: len(letters.findall(piece)) for name, letters in _SCRIPTS}
    counted["Latin"] = len(_LATIN.findall(piece))
    # Japanese is written in both; where Kana stand it is no Chinese
    if counted["Kana"] >= _LETTERS:
        counted["Kana"] += counted.pop("Han")
    name = max(counted, key=lambda one: counted[one])
    total = sum(counted.values())
    return (
        (name, counted[name] / total)
        if counted[name] >= _LETTERS and counted[name] >= _SHARE * total
        else None
    )


def _follow(voices: list[Voice], told: tuple[str, float] | None, number: int, text: str, start: int) -> None:
    """Keep a piece where what it is in differs from the piece before it."""
    if told is not None and (not voices or voices[-1].name != told[0]):
        voices.append(Voice(*told, number, text.count("\n", 0, start) + 1))


def _form(group: str, decimals: str, words: str) -> str:
    """A number as its country writes it, ``1 234,56``; empty where the marks leave two readings."""
    space = " \u00a0\u202f"
    if not decimals and group in ".," and words.count(group) == 1:
        return ""  # 1.234 is a thousand and some, or a little more than one
    if not decimals and group == "." and words.count(".") > 2:
        return ""  # an address of the Internet
    if decimals[:1] == group or (group in space and not decimals):
        return ""  # 12 345 may be two numbers side by side, 1,234,56 is a list
    shown = " " if group in space else "'" if group in "'’" else group
    return f"1{shown}234{decimals[:1]}56" if decimals else f"1{shown}234{shown}567"
