"""How the operators of a page are written: a pure reading of the first bytes of its content.

A writer decides once, in its source code, how it opens a page, which operator
places text, how many digits a number gets and where a line ends.  Nothing here
knows any writer; it only says what is seen (ISO 32000-2, 7.8.2, 8.2, 9.4).

All patterns look at bounded text and never go back over what they took, so the
cost is linear in the bytes given.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

#: operators shown in the opening of a page
_OPENING = 14
#: characters of the opening
_SHOWN = 220
#: operators looked at in all
_MOST = 1_000
#: kinds of text objects, clipping and the like that are named
_NAMED = 3

_TOKEN = re.compile(
    rb"(?P<blank>[\x00\t\n\f\r ]+)"
    rb"|(?P<comment>%[^\r\n]*)"
    # a string that is not closed ends with what there is, so that nothing is tried twice
    rb"|(?P<text>\((?:[^()\\]|\\(?:.|\Z)|\((?:[^()\\]|\\(?:.|\Z)|\((?:[^()\\]|\\(?:.|\Z))*(?:\)|\Z))*(?:\)|\Z))*(?:\)|\Z))"
    rb"|(?P<hex><[0-9A-Fa-f\x00\t\n\f\r ]*>)"
    rb"|(?P<dict><<[^<>]{0,200}(?:<[^<>]{0,100}>[^<>]{0,200}|<<[^<>]{0,100}>>[^<>]{0,200}){0,4}>>)"
    rb"|(?P<name>/[^\x00\t\n\f\r /\[\]()<>{}%]*)"
    rb"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))"
    rb"|(?P<operator>[A-Za-z'\"][A-Za-z0-9*]*)"
    rb"|(?P<open>\[)|(?P<close>\])",
    re.DOTALL,
)
_DIGITS = re.compile(r"\d+")
_INNER_TEXT = re.compile(r"\([^()]*\)")
#: numbers that are a habit in themselves: scales and units a writer always uses
_TELLING = frozenset("0 1 -1 0.1 0.12 0.24 .24 0.06 0.75 .75 8.33333 10 100".split())
_FILL = frozenset("g rg k sc scn".split())
_SHOW = frozenset("Tj TJ ' \"".split())
_PLACE = frozenset("Td TD Tm T*".split())


@dataclass(slots=True)
class Habits:
    """What was seen in the first bytes of one page."""

    opening: str = ""
    #: operators read, marks of text shown among them
    operators: int = 0
    shown: int = 0
    habits: dict[str, str] = field(default_factory=dict)

    def token(self) -> str:
        return " ".join(f"{key}:{value}" for key, value in self.habits.items() if value)


def name_shape(raw: bytes) -> str:
    """A name with its numbers set aside: ``/TT1`` is ``/TT#``; long ones are the document's own words."""
    text = raw.decode("latin-1")
    if len(text) > 24 or not text.isascii() or not text.isprintable():
        return "/*"
    return _DIGITS.sub("#", text)


def read_habits(content: bytes) -> Habits:
    """The habits in a piece of page content, in one pass."""
    reader = _Reader()
    at = 0
    while at < len(content) and reader.operators < _MOST:
        found = _TOKEN.match(content, at)
        if found is None:
            at += 1
            reader.odd()
            continue
        at = found.end()
        kind = found.lastgroup or ""
        raw = found[0]
        if kind == "operator" and raw == b"ID":  # pixels in place of operators
            end = content.find(b"EI", at)
            at = len(content) if end < 0 else end
        reader.take(kind, raw)
    return reader.done()


class _Reader:
    """Counts while tokens go by."""

    def __init__(self) -> None:
        self.operators = 0
        self._opening: list[str] = []
        self._length = 0
        self._gap = ""
        self._in_array = 0
        self._array_gap = False
        self._in_text = False
        self._set: list[str] = []
        self._operands: list[str] = []
        self._counts: dict[str, Counter[str]] = {
            key: Counter() for key in ("eol", "text", "show", "array", "clip", "fill", "mark", "size")
        }
        self._decimals: Counter[int] = Counter()
        self._numbers = Counter[str]()
        self._last_string = ""
        self._after_array = ""

    def odd(self) -> None:
        """A byte no token begins with."""
        self._show("?")

    def take(self, kind: str, raw: bytes) -> None:
        if kind == "blank":
            self._blank(raw)
            return
        if kind == "open":
            self._in_array += 1
            if self._in_array == 1:
                self._show("[]")
            return
        if kind == "close":
            self._in_array = max(self._in_array - 1, 0)
            self._after_array, self._gap = "tight", ""
            return
        if self._in_array:
            if kind in ("text", "hex"):
                self._last_string = kind
            elif kind == "number":
                self._number(raw, inside=True)
            return
        if kind == "operator":
            self._operator(raw.decode("latin-1"))
            return
        self._operand(kind, raw)

    def _blank(self, raw: bytes) -> None:
        if self._in_array:
            self._array_gap = True
            return
        ends = b"\n" in raw or b"\r" in raw
        if ends:
            crlf = b"\r\n" in raw
            self._counts["eol"]["crlf" if crlf else "lf" if b"\n" in raw else "cr"] += 1
        self._after_array = "spaced" if self._after_array else ""
        self._gap = "|" if ends else " " * min(len(raw), 2)
        if ends and raw[:1] == b" ":
            self._gap = " |"

    def _operand(self, kind: str, raw: bytes) -> None:
        if kind == "number":
            shown = self._number(raw)
        elif kind == "name":
            shown = name_shape(raw)
        elif kind == "text":
            shown, self._last_string = "()", kind
        elif kind == "hex":
            shown, self._last_string = "<>", kind
        elif kind == "dict":
            shown = _dict_shape(raw)
        else:
            shown = "%"
        if kind == "dict":
            self._counts["mark"][shown] += 1
        self._operands.append(shown)
        self._show(shown)

    def _number(self, raw: bytes, inside: bool = False) -> str:
        text = raw.decode("latin-1")
        whole, point, part = text.partition(".")
        if point:
            self._decimals[min(len(part), 9)] += 1
            if not inside:
                if whole in ("", "-", "+"):
                    self._numbers["bare"] += 1
                elif whole in ("0", "-0"):
                    self._numbers["zero"] += 1
                if part.endswith("0"):
                    self._numbers["padded"] += 1
        if text in _TELLING:
            return text
        if not point:
            return "i"
        return ".r" if whole in ("", "-", "+") else "r"

    def _operator(self, name: str) -> None:
        self.operators += 1
        if name in _SHOW:
            self._shown(name)
        elif name in ("BT", "ET"):
            self._edge(name)
        elif name in ("W", "W*"):
            self._counts["clip"][name] += 1
        elif name in _FILL:
            self._counts["fill"][name] += 1
        if name == "Tf":
            size = self._operands[-1] if self._operands else ""
            self._counts["size"]["1" if size == "1" else "real"] += 1
        if self._in_text and name != "BT":
            self._set.append(name)
        self._show(name)
        self._gap = ""
        self._operands.clear()

    def _shown(self, name: str) -> None:
        style = "TJ_" if name == "TJ" and self._after_array == "spaced" else name
        self._counts["show"][f"{style}{'<>' if self._last_string == 'hex' else '()'}"] += 1
        if name == "TJ":
            self._counts["array"]["spaced" if self._array_gap else "tight"] += 1
        self._array_gap = False
        self._after_array = ""
        if self._in_text:
            self._text_order(name)

    def _edge(self, name: str) -> None:
        self._in_text = name == "BT"
        self._set = []

    def _text_order(self, name: str) -> None:
        """How a piece of text is prepared: the operators since the text object or the last text."""
        order = "+".join(o for o in self._set if o in _PLACE or o in ("Tf", "Tc", "Tw", "Tr", "TL"))
        self._counts["text"][f"{order}+{name}" if order else name] += 1
        self._set = []

    def _show(self, shown: str) -> None:
        if self.operators >= _OPENING or self._length > _SHOWN:
            return
        piece = f"{self._gap}{shown}"
        self._length += len(piece)
        self._opening.append(piece)
        self._gap = ""

    def done(self) -> Habits:
        counts = self._counts
        habits = {
            "eol": _most(counts["eol"], 1),
            "text": _most(counts["text"], _NAMED),
            "show": _most(counts["show"], _NAMED),
            "array": _most(counts["array"], 1),
            "clip": _most(counts["clip"], 2),
            "fill": _most(counts["fill"], _NAMED),
            "size": _most(counts["size"], 1),
            "mark": _most(counts["mark"], 1),
            "numbers": self._digits(),
        }
        return Habits("".join(self._opening)[:_SHOWN], self.operators, sum(counts["show"].values()), habits)

    def _digits(self) -> str:
        """Decimals most numbers have at the end, and whether zeros are left out or filled in."""
        total = self._decimals.total()
        if not total:
            return ""
        most = max(self._decimals)
        (usual, times) = self._decimals.most_common(1)[0]
        kind = f"fixed{usual}" if times == total and total > 3 else f"to{most}"
        bare = self._numbers["bare"] and ("bare" if not self._numbers["zero"] else "both")
        padded = "padded" if self._numbers["padded"] and kind.startswith("to") else ""
        return ",".join(filter(None, (kind, bare or "", padded)))


def _most(counts: Counter[str], most: int) -> str:
    """The most frequent, by falling number and then by name, so that the order never depends on luck."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ",".join(name for name, _ in ranked[:most])


def _dict_shape(raw: bytes) -> str:
    text = raw.decode("latin-1")
    text = _INNER_TEXT.sub("()", text)
    text = re.sub(r"\s+", " ", _DIGITS.sub("#", text))
    return text if len(text) <= 48 and text.isascii() and text.isprintable() else "<<*>>"
