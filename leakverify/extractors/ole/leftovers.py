"""Text in a compound file that the document as it stands does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import clip
from leakverify.extractors.ole.container import Compound, free_sectors, lost_bytes, lost_entries

#: runs of letters: at least this many characters
_RUN = 24
_STATED = 50
_BYTE_RUN = re.compile(rb"[\t\r\x20-\x7e\x80-\xff]{%d,20000}" % _RUN)
_WIDE_RUN = re.compile(rb"(?:[\t\r\x20-\x7e\xa0-\xff]\x00|[\x10-\x4f]\x04){%d,20000}" % _RUN)
_WORDS = re.compile(r"[^\W\d_]{2,}")
#: words and numbers, with the marks inside them
_SAID = re.compile(r"[^\W_]+(?:[.,:/][^\W_]+)*")
#: bytes of free sectors and lost streams that are searched
_SEARCHED = 16 * 1024 * 1024
#: share of characters that are letters, figures, spaces or marks in text, and not in other bytes
_READABLE = 0.9


def said(text: str) -> set[str]:
    """Words and numbers of a text; single letters are none."""
    return {token for token in _SAID.findall(text) if len(token) > 1 or token.isdigit()}


def readable(text: str) -> str:
    """Paragraph marks as line ends; field codes and marks of objects are left out."""
    text = re.sub(r"\x13[^\x13\x14\x15]{0,4000}\x14", "", text)
    return re.sub(
        r"[\x00-\x08\x0e-\x1f]", "", text.replace("\r", "\n").replace("\x07", "\t").replace("\x0b", "\n")
    )


def runs(gap: bytes, base: int, codec: str = "cp1252") -> Iterator[tuple[int, str]]:
    """(offset, text) of every stretch that is text in two bytes a letter, then in one."""
    for pattern, named in ((_WIDE_RUN, "utf-16-le"), (_BYTE_RUN, codec)):
        for found in pattern.finditer(gap):
            yield base + found.start(), readable(found[0].decode(named, "replace")).strip()


def is_new(text: str, known: set[str]) -> bool:
    """Whether it is a text, and says a word or number that the document as it stands does not."""
    return len(_WORDS.findall(text)) >= 4 and not said(text) <= known and _is_text(text)


def leftover_facts(compound: Compound, shown: str, codec: str) -> Iterator[Observation]:
    """Text in streams that no storage leads to, and in sectors that belong to nothing."""
    known = said(shown)
    left, told = _SEARCHED, 0
    places = [
        (f"lost stream {lost.name}", 0, lost_bytes(compound, lost))
        for lost in lost_entries(compound.file)[:100]
    ]
    for part, base, data in (*places, *(("free sectors", at, block) for at, block in free_sectors(compound))):
        for at, text in runs(data[: max(left, 0)], base, codec):
            if not is_new(text, known):
                continue
            told += 1
            if told > _STATED:
                return
            where = Location(part=clip(part, 200), offset=at, length=len(text))
            yield Observation(name="ole.leftover_text", value=clip(text, 2000), where=where)
        left -= len(data)


def _is_text(text: str) -> bool:
    """Whether it reads as words: bytes of pictures and tables fall into the same ranges."""
    ordinary = sum(c.isascii() or c.isalpha() for c in text)
    lower = sum(c.islower() for c in text)
    return (
        ordinary >= _READABLE * len(text)
        and 2 * lower > len(text)
        and 4 < len(text) / max(text.count(" "), 1) < 15
    )
