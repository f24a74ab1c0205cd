"""The one filter between the words of a document and an eye, a terminal or a page.

A document may hold characters that are not seen but act: terminal escapes,
controls that turn the order of writing, letters of no width, tags that carry
text for a machine.  They are written out as marks, ``⟦U+202E⟧``.  The brackets
of the marks are marked themselves when a document holds them, so a mark can
always be told from its imitation.

Which characters these are is told in :mod:`leakverify.inert`.
"""

from __future__ import annotations

import re
import unicodedata

from leakverify.inert import HIDDEN_CATEGORIES, SUSPECT, json_text

_LAYOUT = re.compile(r"\n *")
_NAMES = {"\n": "LF", "\r": "CR", "\t": "TAB"}
#: accents above one another that writing needs; Vietnamese has two, pointed Hebrew up to four
_STACK = 4
_MARKS = frozenset(("Mn", "Me"))
#: longest string shown, in characters of the document
LIMIT = 4000


def visible(text: str, *, lines: bool = False, limit: int = LIMIT) -> str:
    r"""The text with everything unseen in it written out, cut after ``limit`` characters.

    ``lines`` keeps line feeds, and reads CR LF as one; otherwise the result is
    a single line.

    >>> visible("invoice\u202efdp.exe")
    'invoice⟦U+202E⟧fdp.exe'
    >>> visible("a\nb"), visible("a\r\nb", lines=True)
    ('a⟦LF⟧b', 'a\nb')
    >>> visible("abcdef", limit=2)
    'ab…⟦+4⟧'
    """
    if len(text) > limit:
        rest = f"…⟦+{len(text) - limit}⟧"
        text = text[:limit]
    else:
        rest = ""
    if lines:
        text = text.replace("\r\n", "\n")
    if not (text.isprintable() and (text.isascii() or not _needs_care(text))):
        text = "".join(_marked(text, lines))
    return text + rest


def json_line(json: str) -> str:
    """A laid-out JSON document as one line that is safe to print, ending in a line feed.

    Line feeds and the spaces after them can only be layout: inside strings they are escaped.
    """
    return _LAYOUT.sub("", json_text(json)) + "\n"


def _needs_care(text: str) -> bool:
    return SUSPECT.search(text) is not None or any(unicodedata.category(c) in _MARKS for c in text)


def _marked(text: str, lines: bool) -> list[str]:
    shown: list[str] = []
    stacked = 0
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if character == "\n" and lines:
            shown.append(character)
            stacked = 0
        elif category in HIDDEN_CATEGORIES or SUSPECT.fullmatch(character):
            shown.append(f"⟦{_NAMES.get(character) or f'U+{ord(character):04X}'}⟧")
            stacked = 0
        elif category in _MARKS:
            stacked += 1
            if stacked > _STACK:
                shown.append(f"⟦U+{ord(character):04X}⟧")
            else:
                # an accent must not sit on what precedes the text or on one of our marks
                alone = index == 0 or shown[-1].endswith(("⟧", "\n"))
                shown.append(f"◌{character}" if alone else character)
        else:
            shown.append(character)
            stacked = 0
    return shown
