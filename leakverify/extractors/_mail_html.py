"""HTML of a message, reduced to the text its reader saw.

The markup is streamed through libxml2's tolerant HTML parser into a target, so
no tree is built, nothing is fetched and memory stays flat.  Style is not
interpreted: text hidden by CSS is part of the result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from leakverify.extractors._mail_quote_words import VERB

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


#: classes and ids of the elements that mail programs put what they quote into: Gmail, Yahoo, Proton
#: Mail, Zimbra, Outlook for Mac; the attribution may stand inside
_QUOTING = frozenset(
    "gmail_quote yahoo_quoted protonmail_quote zmail_extra_hr olk_src_body_section moz-email-quote".split()
)
#: elements whose nesting is followed
_NESTING = frozenset({"blockquote", "div", "span"})
_LEVELS = 1_000


class _Target:
    """Collects text; a block element begins a line. ``depths`` says how often each line is quoted."""

    def __init__(self, limit: int) -> None:
        self.lines: list[str] = []
        self.depths: list[int] = []
        self.line: list[str] = []
        self.silent = 0
        self.left = limit
        self.depth = 0
        self.nested: list[tuple[str, bool]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BREAKS:
            self.end_line()
        elif tag in ("td", "th"):
            self.line.append(" ")
        if tag in _NESTING and len(self.nested) < _LEVELS:
            quotes = self.quotes(tag, attributes)
            self.depth += quotes
            self.nested.append((tag, quotes))

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in _BREAKS:
            self.end_line()
        if tag in _NESTING and any(tag == opened for opened, _ in self.nested[-3:]):
            while self.nested:
                opened, quotes = self.nested.pop()
                self.depth -= quotes
                if opened == tag:
                    break

    def quotes(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether an element holds what a mail program quotes.

        A bare ``blockquote`` is also how editors indent, so it counts only after a line that ends
        like an attribution.  Gmail's ``div`` holds a ``blockquote``, or a forwarded mail as it is.
        """
        named = {*attributes.get("class", "").lower().split(), attributes.get("id", "").lower()}
        if tag != "blockquote":
            return bool(named & _QUOTING - {"gmail_quote"})
        style = attributes.get("style", "").lower()
        if attributes.get("type", "").lower() == "cite" or named & _QUOTING or "border-left" in style:
            return True
        return bool(self.lines) and self.lines[-1].endswith(":") and VERB.search(self.lines[-1]) is not None

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
                self.depths.append(self.depth)

    def close(self) -> str:
        self.end_line()
        return "\n".join(self.lines)


def html_text(markup: str, limit: int) -> tuple[str, bool]:
    """Text of a page, at most about ``limit`` characters; the flag says that some was left out."""
    text, _, cut = html_lines(markup, limit)
    return text, cut


def html_lines(markup: str, limit: int) -> tuple[str, Sequence[int], bool]:
    """The same, and for every line of the text how many quotations of mail programs stand around it."""
    from lxml import etree

    cut = len(markup) > MARKUP
    target = _Target(limit)
    # the stubs know neither that lxml tells targets str only, nor what close() returns then
    loose: Any = target
    parser: Any = etree.HTMLParser(target=loose, no_network=True, huge_tree=False, remove_comments=True)
    clean = markup[:MARKUP].replace("\0", "")  # U+0000 would end its input early
    if not clean.strip():
        return "", (), cut
    try:
        for at in range(0, len(clean), _FEED):
            parser.feed(clean[at : at + _FEED])
            if target.left <= 0:
                break
        text = parser.close()
    except etree.XMLSyntaxError:  # nothing it could make sense of; what was heard before is kept
        text = target.close()
        cut = True
    return str(text), target.depths, cut or target.left < 0
