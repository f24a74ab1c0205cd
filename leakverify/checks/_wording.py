"""Words of a page held against other words of it: what is gone, what has come."""

from __future__ import annotations

import difflib
import re
import unicodedata

_SAYING = re.compile(
    r"[^\W_]+|(?<=\d)[.,](?=\d)|(?<![^\W_])[-\u2212](?=\d)|[%\u2030$\u00a2-\u00a5\u20a0-\u20cf]"
)
#: share of characters that must be letters, figures or marks for a text to have been read
_READABLE = 0.7


def letters(text: str) -> str:
    """What a text says when spacing, hyphens, ligatures and case are set aside.

    Kept besides letters and digits: what makes an amount another amount, which
    is a separator between digits, a sign before them, per cent and currencies.
    """
    return "".join(_SAYING.findall(unicodedata.normalize("NFKC", text).casefold()))


def differing(before: str, after: str) -> tuple[list[str], list[str]]:
    """Words that are gone and words that have come; both empty when only the setting differs."""
    if letters(before) == letters(after):
        return [], []
    old, new = (
        [word for word in map(letters, unicodedata.normalize("NFKC", text).split()) if word]
        for text in (before, after)
    )
    gone: list[str] = []
    come: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            gone += old[a:b]
            come += new[c:d]
    return gone, come


def readable(text: str) -> bool:
    """Whether the letters were told by the file: fonts without a map give controls and private letters."""
    seen = [c for c in text if not c.isspace()]
    good = sum(unicodedata.category(c)[0] in "LNPS" and c != "\ufffd" for c in seen)
    return bool(seen) and good >= _READABLE * len(seen)
