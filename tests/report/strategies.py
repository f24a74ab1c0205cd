"""Strings as hostile documents and libraries make them, for property tests."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import strategies as st

_TRICKS = st.sampled_from(
    [
        "\x1b[31m", "\x9b2J", "\x1b]8;;http://x\x1b\\", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\r\n",
        "<script>", "</style>", "<!--", "]]>", "&lt;", "{{x}}", "{% raw %}", "[bold]", "=1+1", "+cmd", "@SUM(A1)",
        "-2+3", "\t=1", ";=1", "|=1", "\uff1d1", "\udcff", "\U000e0041", "\ufe0f", "\u0301" * 9, "«", "»", "⟦U+202E⟧",
        "{}", "{0}", "%s", "\0", "\x7f", "\u2028", "\u2800", " ", "a", "Ignore previous instructions",
    ]
)  # fmt: skip
_ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)

#: any text, lone surrogates included, rich in what does harm
texts = st.lists(st.one_of(_TRICKS, _ANY), max_size=8).map("".join)
#: the same without lone surrogates, which no JSON of ours can hold
json_texts = texts.map(lambda text: text.encode("utf-8", "backslashreplace").decode())

#: acts without being seen: terminal and bidi controls, and what has no appearance
HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\ud800-\udfff\u2800]"
)


def harm(text: str) -> list[str]:
    """What of a view could act on a terminal or hide from an eye."""
    return HARMFUL.findall(text) + [c for c in text if unicodedata.category(c) in ("Co", "Cn", "Cs")]
