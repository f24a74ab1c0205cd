"""Texts as sentences of masked words: what is left is how a text is built, not what it is about.

Function words, punctuation and endings are kept; a content word becomes its class,
told by its ending and its capitals.  Nini et al. (arXiv 2403.08462) mask by part of
speech; endings stand in for a tagger here, so that no model has to be shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: languages whose grammar is known here
LANGUAGES = ("en", "fr")

_FUNCTION = {
    "en": "a about above across after again against all almost along already also although always am among "
    "an "
    "and another any anyone anything are around as at away back be because been before behind being below "
    "between both but by can cannot could did do does doing done down during each either else enough even "
    "ever every everyone everything few first for from further had has have having he hence her here hers "
    "herself him himself his how however i if in indeed instead into is it its itself just last least "
    "less like made make many may maybe me might mine more moreover most much must my myself near neither "
    "never nevertheless next no nobody none nor not nothing now of off often on once one only onto or "
    "other others otherwise ought our ours ourselves out over own per perhaps quite rather really same "
    "several shall she should since so some someone something sometimes soon still such than that the "
    "their theirs them themselves then there therefore these they this those though through thus to today "
    "together too toward towards two under unless until up upon us very via was way we well were what "
    "whatever when where whereas whether which while who whole whom whose why will with within without "
    "would yes yet you your yours yourself",
    "fr": "à afin ai aie ainsi alors an après as assez au aucun aucune aujourd'hui auquel auraient aurait "
    "aussi "
    "autant autre autres aux auxquels avaient avait avant avec avez avoir avons ayant beaucoup bien car "
    "ce ceci cela celle celles celui cependant certain certaine certaines certains ces cet cette ceux "
    "chacun chacune chaque chez ci combien comme comment contre d' dans davantage de déjà depuis dernier "
    "derrière des dès desquels deux devant devrait doit doivent donc dont du duquel durant elle elles en "
    "encore enfin ensuite entre envers es est et étaient était étant été êtes être eu eux faire fait faut "
    "fois font fut hors ici il ils j' jamais je jusque jusqu' l' la là laquelle le lequel les lesquelles "
    "lesquels leur leurs lors lorsque lorsqu' lui m' ma mais malgré me même mêmes mes mien moi moins mon "
    "n' ne néanmoins ni non nos notamment notre nous nul on ont or ou où outre par parce parfois parmi "
    "pas pendant personne peu peut peuvent plus plusieurs plutôt pour pourquoi pourrait pourtant presque "
    "puis puisque puisqu' qu' quand quant que quel quelle quelles quelque quelques quelqu' quels qui quoi "
    "quoique rien s' sa sans sauf se selon sera seraient serait ses seul seulement si sien sinon soi "
    "soient soit sommes son sont sous souvent suis sur surtout t' ta tandis tant te tel telle telles tels "
    "tes toi ton toujours tous tout toute toutefois toutes très trop tu un une vers voici voilà vos votre "
    "vous vraiment y",
}  # fmt: skip
_KEPT = {language: frozenset(words.split()) for language, words in _FUNCTION.items()}
#: endings by language, the longest that fits is kept
_ENDINGS = {
    "en": "ation tion sion ment ness ance ence able ible ing ity ful ous ive est ist ism ed ly er or al "
    "ic es s y e",
    "fr": "issement aient ement ation tion sion ment ance ence iste isme ique able ible euse aux eux eur "
    "eront erait era ant ent ait ais ons ité ées ée és ez er ir re if ive elle al é es s e",
}
_SUFFIXES = {
    language: sorted(set(words.split()), key=lambda ending: (-len(ending), ending))
    for language, words in _ENDINGS.items()
}
_WORD = r"[^\W\d_]+"
_TOKENS = {
    "en": re.compile(rf"{_WORD}(?:['’]{_WORD})*|\d[\d.,:/]*|\.\.\.|[^\w\s]"),
    "fr": re.compile(
        r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)['’]|aujourd['’]hui"
        rf"|{_WORD}|\d[\d.,:/]*|\.\.\.|[^\w\s]",
        re.IGNORECASE,
    ),
}
#: which quotes, dashes and apostrophes stand there is decided by programs more than by people
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-"})
_STOPS = frozenset((".", "!", "?", "..."))
#: words of a sentence, after which it is cut
_LONGEST = 120


class Line(NamedTuple):
    """A line of a text: which passage it is from, its number there from 1, its words."""

    passage: int
    number: int
    words: str


class Sentence(NamedTuple):
    """Masked words, the words themselves, and the passage and line of each."""

    masked: tuple[str, ...]
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


def sentences(lines: Iterable[Line], language: str) -> Iterator[Sentence]:
    """The sentences of a text; an empty line and the end of a passage end one as a stop does."""
    masked: list[str] = []
    words: list[str] = []
    places: list[tuple[int, int]] = []
    passage = -1

    def closed() -> Iterator[Sentence]:
        if any(word[0].isalpha() for word in words):
            yield Sentence(tuple(masked), tuple(words), tuple(places))
        masked.clear()
        words.clear()
        places.clear()

    for line in lines:
        if line.passage != passage or not line.words.strip():
            yield from closed()
            passage = line.passage
        for match in _TOKENS[language].finditer(line.words.replace("…", "...")):
            word = match[0]
            masked.append(mask(word, language, opening=not masked))
            words.append(word)
            places.append((line.passage, line.number))
            if word in _STOPS or len(masked) >= _LONGEST:
                yield from closed()
    yield from closed()


def mask(word: str, language: str, *, opening: bool = False) -> str:
    """A word as its class; ``opening``: it opens a sentence, so that its capital says nothing.

    >>> [mask(w, "en") for w in ("because", "Paris", "walking", "12.50", ",", "NATO")]
    ['because', '^', '~ing', '0', ',', '^^']
    """
    if word[0].isdigit():
        return "0"
    if not word[0].isalpha():
        return word.translate(_PLAIN)
    lowered = word.lower().replace("’", "'")
    if lowered in _KEPT[language] or "'" in lowered:
        return lowered
    if len(word) > 1 and word.isupper():
        return "^^"
    if word[0].isupper() and not opening:
        return "^"
    ending = next((e for e in _SUFFIXES[language] if lowered.endswith(e) and len(lowered) > len(e) + 1), "")
    return f"~{ending}"


def count_words(text: Iterable[Sentence]) -> int:
    """Words of a text, figures and punctuation not counted."""
    return sum(1 for sentence in text for word in sentence.words if word[0].isalpha())
