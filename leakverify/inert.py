"""Characters that act or are not seen: what they are, and JSON without them.

What counts as a character of no appearance: General_Category Cc, Cf, Cs, Co,
Cn, Zl and Zp (UAX 44), Default_Ignorable_Code_Point (UAX 44,
DerivedCoreProperties), and U+2800, an empty cell.  The brackets of our own
marks count as well, so that a mark can be told from its imitation.
"""

from __future__ import annotations

import re
import unicodedata

#: default-ignorable characters that are letters or accents by category, and the blank Braille cell
_UNSEEN = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_OURS = "\u27e6\u27e7"
SUSPECT = re.compile(f"[{_UNSEEN}{_OURS}]")
HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def is_hidden(character: str) -> bool:
    """Whether a character is shown as a mark."""
    return unicodedata.category(character) in HIDDEN_CATEGORIES or SUSPECT.fullmatch(character) is not None


def json_text(json: str) -> str:
    r"""The same JSON with every unseen character as ``\uXXXX``, so that printing it does no harm.

    Such characters can only stand inside strings of valid JSON; line feeds and
    spaces of its layout stay.

    >>> json_text('{"a": "\x9b\u202e"}')
    '{"a": "\\u009b\\u202e"}'
    """
    if json.isascii() and "\x7f" not in json:
        return json
    return "".join(c if c in "\n\u27e6\u27e7" or not is_hidden(c) else _json_escape(c) for c in json)


def _json_escape(character: str) -> str:
    point = ord(character)
    if point < 0x10000:
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"
