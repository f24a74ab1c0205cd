"""HTML of a message, reduced to the text its reader saw.

The markup is streamed through libxml2's tolerant HTML parser into a target, so
no tree is built, nothing is fetched and memory stays flat.  Style is not
interpreted: text hidden by CSS is part of the result.
"""

from __future__ import annotations

import re
from typing import Any

#: characters of markup that are read; the reduced text is bounded by the caller
MARKUP = 4 * 1024 * 1024
_SILENT = frozenset({"script", "style", "title", "template", "noframes"})
_BREAKS = frozenset(
    "address article aside blockquote br center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tr ul body head".split()
)
_BLANKS = re.compile(r"[ \t\r\n\f\v\xa0]+")
_FEED = 65536
#: the charset of a page without one in its MIME type
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)


def declared_charset(markup: bytes) -> str:
    """The charset that a page states about itself in its first 2 kB, or ``""``."""
    found = _META.search(markup[:2048])
    return "" if found is None else found[1].decode("ascii")


class _Target:
    """Collects text; a block element begins a line."""

    def __init__(self, limit: int) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.silent = 0
        self.left = limit

    def start(self, tag: str, attributes: object) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BREAKS:
            self.end_line()
        elif tag in ("td", "th"):
            self.line.append(" ")

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in _BREAKS:
            self.end_line()

    def data(self, text: str) -> None:
        if not self.silent and self.left > 0:
            self.line.append(text[: self.left])
            self.left -= len(text)

    def comment(self, text: str) -> None:
        """Comments are no text."""

    def end_line(self) -> None:
        if self.line:
            text = _BLANKS.sub(" ", "".join(self.line)).strip()
            self.line.clear()
            if text:
                self.lines.append(text)

    def close(self) -> str:
        self.end_line()
        return "\n".join(self.lines)


def html_text(markup: str, limit: int) -> tuple[str, bool]:
    """Text of a page, at most about ``limit`` characters; the flag says that some was left out."""
    from lxml import etree

    cut = len(markup) > MARKUP
    target = _Target(limit)
    # the stubs know neither that lxml tells targets str only, nor what close() returns then
    loose: Any = target
    parser: Any = etree.HTMLParser(target=loose, no_network=True, huge_tree=False, remove_comments=True)
    clean = markup[:MARKUP].replace("\0", "")  # U+0000 would end its input early
    if not clean.strip():
        return "", cut
    try:
        for at in range(0, len(clean), _FEED):
            parser.feed(clean[at : at + _FEED])
            if target.left <= 0:
                break
        text = parser.close()
    except etree.XMLSyntaxError:  # nothing it could make sense of; what was heard before is kept
        text = target.close()
        cut = True
    return str(text), cut or target.left < 0
