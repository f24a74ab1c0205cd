"""Which lines of a text are quoted, from whom, and how deep: the lines of a text to blocks.

A text comes as lines with the depth at which they stand: the number of ``>`` before them, the
quotations of HTML around them, or both.  Above that stand the blocks that programs do not mark at
all, begun by a header as Outlook writes it or by an attribution, and running to the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leakverify.extractors._mail_quote_words import (
    FIELD,
    FIELDS,
    FIRST_FIELDS,
    OPENING,
    SEPARATOR,
    SPOKEN,
    VERB,
    QuotedDate,
    language_of,
    read_quoted_date,
)

#: lines an attribution may be wrapped to, and lines of a quoted header
WRAPPED, HEADER_LINES = 4, 30
#: characters of a line that are looked at for an attribution; blocks of one text; nesting that is told apart
LINE, BLOCKS, DEPTH = 600, 500, 40

#: how an attribution ends: with a colon, an address, a rule, or the verb itself before a marked quotation
_ENDS = frozenset(":>-*_")
_MARKS = re.compile(r"[ \t]{0,3}(?:>[ \t]?){1,60}")
_ADDRESS = re.compile(r"[^\s<>\[\]():;,\"'=]{1,64}@[^\s<>\[\]():;,\"'@=]{1,190}[^\s<>\[\]():;,\"'@=.]")
#: Emacs: five marks, the writer's initials, name and address, "writes"
_SUPERCITE = re.compile(r'[ >]{0,40}>{5} "\w{1,8}" == .{3,200}\b(?:writes|wrote|said|says)\b')


@dataclass(slots=True)
class Attribution:
    """Who is quoted and what the quotation says of the quoted mail. Texts are literal, lines joined."""

    first: int
    last: int
    literal: str
    kind: str = ""
    language: str = ""
    name: str = ""
    address: str = ""
    date: QuotedDate | None = None
    subject: str = ""
    to: str = ""


@dataclass(slots=True)
class Block:
    """One quoted mail. ``depth`` counts quotations around its words, itself included; lines count from 0.

    ``kind``: prefixed (``>``), html (marked up as a quotation), header (begun by a quoted header),
    forwarded, unmarked (begun by an attribution and nothing else).
    """

    kind: str
    depth: int
    base: int
    attribution: Attribution | None = None
    lines: list[tuple[int, str]] = field(default_factory=list)
    marked: bool = True


def unmarked(line: str) -> tuple[int, str]:
    """Depth of the quoting marks before a line, and the line without them.

    >>> unmarked("> > a")
    (2, 'a')
    """
    if line.startswith(">From ") or _SUPERCITE.match(line):
        found = None if line.startswith(">From ") else re.match(r"[ >]*?(?=>{5} \")", line)
        return (0, line[1:]) if found is None else (found[0].count(">"), line[found.end() :])
    marks = _MARKS.match(line)
    if marks is not None and line.rstrip().endswith("<<"):  # an ornament: >>> here <<<
        return 0, line
    return (0, line) if marks is None else (marks[0].count(">"), line[marks.end() :])


def blocks(lines: Sequence[tuple[int, str]], *, html: bool = False) -> tuple[list[Block], bool]:
    """Blocks in the order their first lines stand; the flag says that there were more.

    Time is linear in the lines: each is looked at by a bounded number of patterns.
    """
    return _Reader(lines, html).run()


class _Reader:
    def __init__(self, lines: Sequence[tuple[int, str]], html: bool) -> None:
        self.lines = lines
        self.kind = "html" if html else "prefixed"
        self.found: list[Block] = []
        self.open: list[Block] = []
        #: marked blocks that a line of the answer interrupted, by the depth of their marks
        self.waiting: dict[int, Block] = {}
        self.pending: Attribution | None = None
        self.full = False
        #: lines that may be the last of an attribution
        self.ending = [_may_end(text) for _, text in lines]

    def run(self) -> tuple[list[Block], bool]:
        at = 0
        while at < len(self.lines):
            depth, text = self.lines[at]
            if not text.strip():
                at += 1
                continue
            depth = min(depth, DEPTH)
            self.level(depth)
            said = self.attribution(at)
            if said is None:
                if self.open and not self.full:
                    self.open[-1].lines.append((at, text))
                at += 1
                continue
            self.begin(said, depth)
            at = said.last + 1
        kept = [block for block in self.found if block.lines or block.attribution is not None]
        return kept, self.full

    def level(self, depth: int) -> None:
        """Close and open blocks until the marked depth is that of the line."""
        while self.open and self.open[-1].base > depth:
            gone = self.open.pop()
            if gone.marked:
                self.waiting[gone.base] = gone
        standing = self.open[-1].base if self.open else 0
        if depth > standing:
            again = self.waiting.get(depth) if self.pending is None else None
            if again is not None:
                self.open.append(again)
            else:
                self.push(Block(self.kind, len(self.open) + 1, depth, self.pending))
            for deeper in [d for d in self.waiting if d > depth]:
                del self.waiting[deeper]
        self.pending = None

    def push(self, block: Block) -> None:
        if len(self.open) >= DEPTH:
            self.full = True
            return
        if len(self.found) >= BLOCKS:
            self.full = True
        else:
            self.found.append(block)
        self.open.append(block)

    def begin(self, said: Attribution, depth: int) -> None:
        """Take note of an attribution, or begin the unmarked block it opens."""
        if said.kind == "prefixed":
            self.pending = said
            self.waiting = {d: block for d, block in self.waiting.items() if d <= depth}
            return
        top = self.open[-1] if self.open else None
        if top is not None and top.marked and top.attribution is None and not top.lines:
            top.attribution = said  # a program that writes the attribution inside the quotation
            if said.kind in ("header", "forwarded"):
                top.kind = said.kind
            return
        self.push(Block(said.kind, len(self.open) + 1, depth, said, marked=False))

    def attribution(self, at: int) -> Attribution | None:
        """Read the attribution or quoted header that begins in this line."""
        depth, text = self.lines[at]
        if len(text) > LINE:
            return None
        separated = SEPARATOR.match(text)
        if separated is not None:
            kind = "forwarded" if separated["forwarded"] else "header"
            after = self.following(at + 1, depth)
            header = self.header(after, depth, 2) if after is not None else None
            if header is not None:
                header.first, header.literal, header.kind = at, f"{text.strip()}\n{header.literal}", kind
                return header
            return Attribution(at, at, text.strip(), kind)
        if ":" in text and (header := self.header(at, depth, 3)) is not None:
            return header
        return self.sentence(at, depth)

    def following(self, at: int, depth: int) -> int | None:
        """The next line that says something, when it stands at the same depth and near."""
        for number in range(at, min(at + 3, len(self.lines))):
            if self.lines[number][1].strip():
                return number if self.lines[number][0] == depth else None
        return None

    def header(self, at: int, depth: int, least: int) -> Attribution | None:
        """A quoted header: at least a sender and ``least`` - 1 further fields, line under line."""
        first = FIELD.match(self.lines[at][1])
        if first is None or FIELDS.get(_key(first[1]), ("", ""))[0] not in FIRST_FIELDS:
            return None
        said = Attribution(at, at, "", "header")
        values: dict[str, list[str]] = {}
        spoken: list[str] = []
        current, last, silent = "", at, 0
        for number in range(at, min(at + HEADER_LINES, len(self.lines))):
            level, text = self.lines[number]
            if level != depth or len(text) > 10 * LINE:
                break
            if not text.strip():
                silent += 1
                if silent > 1 or current == "":
                    break
                continue
            found = FIELD.match(text)
            what, language = FIELDS.get(_key(found[1]), ("", "")) if found is not None else ("", "")
            if what in values and what in ("from", "when", "subject"):
                break
            if what and found is not None:
                current = what
                values.setdefault(what, []).append(found[2].strip(" \t*"))
                said.language = said.language or language
            elif current and not silent and len(values) < 5 and _continues(current, values, text):
                values[current].append(text.strip(" \t*"))
            else:
                break
            silent, last = 0, number
            spoken.append(text.strip())
        few = len(values.keys() - {"other"}) < least and "when" not in values
        if few or "from" not in values:
            return None
        joined = {what: " ".join(" ".join(v).split()) for what, v in values.items()}
        said.last, said.literal = last, "\n".join(spoken)
        said.name, said.address = person(joined["from"])
        said.subject, said.to = joined.get("subject", ""), joined.get("to", "")
        said.date = read_quoted_date(joined.get("when", "")[:LINE], said.language)
        if len(values) < least and said.date is None:
            return None
        return said

    def sentence(self, at: int, depth: int) -> Attribution | None:
        """An attribution in words, on one line or wrapped to a few."""
        if not any(self.ending[at : at + WRAPPED]):
            return None
        text = self.lines[at][1].strip()
        opened = OPENING.search(text)
        joined, last = text, at
        for number in range(at, min(at + WRAPPED, len(self.lines))):
            level, more = self.lines[number]
            if number > at:
                # the sign of the mark may be lost where a program wraps a marked line
                if not more.strip() or level not in (depth, 0) or len(joined) + len(more) > LINE:
                    return None
                joined, last = f"{joined} {more.strip()}", number
            if self.ending[number]:
                said = self.ended(joined, at, last, depth, opened is not None)
                if said is not None:
                    return said
            if opened is None and not _ADDRESS.search(text) and "<" not in text:
                return None
        return None

    def ended(self, text: str, first: int, last: int, depth: int, opened: bool) -> Attribution | None:
        """The attribution that these words are, if they end like one."""
        bare = text.rstrip(" \t-_*")
        closing = bare.endswith(":")
        deeper = self.deeper(last, depth)
        verb = _last_verb(bare)
        spoken = verb is not None and verb.end() == len(bare[-LINE:])
        marked = deeper and (spoken or bare.endswith(">"))
        ruled = spoken and text.endswith("--")
        if not (closing or marked or ruled):
            return None
        if verb is None and not (deeper and _ADDRESS.search(bare)):
            return None
        language = "" if verb is None else language_of(verb[0])
        date = read_quoted_date(bare, language)
        if verb is None and date is None:
            return None
        if not deeper and (date is None or not opened or verb is None):
            return None
        if deeper and verb is not None and date is None and len(bare) > 200:
            return None
        text, bare = _without_answer(text, bare, date)
        said = Attribution(first, last, text, "prefixed" if deeper else "unmarked", language)
        said.date = date
        said.name, said.address = person(_speaker(bare, date, verb))
        return said

    def deeper(self, last: int, depth: int) -> bool:
        """Whether a quotation marked as such follows within a few lines."""
        for number in range(last + 1, min(last + 5, len(self.lines))):
            level, text = self.lines[number]
            if level > depth:
                return True
            if text.strip():
                return False
        return False


def _may_end(text: str) -> bool:
    end = text[-80:].rstrip()
    return end[-1:] in _ENDS or end.rpartition(" ")[2].lower() in SPOKEN


def _key(name: str) -> str:
    return " ".join(name.lower().replace("’", "'").split())


def _continues(current: str, values: dict[str, list[str]], text: str) -> bool:
    """Whether a line without a field's name can belong to the field before it."""
    if current in ("to", "cc"):
        return bool(
            _ADDRESS.search(text)
            or values[current][-1].endswith((";", ","))
            or text.rstrip().endswith((";", ","))
        )
    if current == "from":
        # Outlook wraps "On Behalf Of" and what follows
        return len(values[current]) < (3 if _ADDRESS.search(text) else 2) and len(text) < 120
    # a subject is wrapped only where it stands before the sender, in Gmail's forwarded mail
    return current == "subject" and len(values[current]) < 2 and "to" not in values


def _without_answer(text: str, bare: str, date: QuotedDate | None) -> tuple[str, str]:
    """The same without what the answer says on the same line, in front of the attribution."""
    if date is None:
        return text, bare
    at = bare.find(date.literal)
    before = (found for found in OPENING.finditer(bare) if found.end() <= at)
    opened = max(before, key=lambda found: found.start(), default=None)
    if opened is None or opened.start() == 0 or at - opened.end() > 24:
        return text, bare
    return text[opened.start() :].lstrip(" -"), bare[opened.start() :].lstrip(" -")


def _last_verb(text: str) -> re.Match[str] | None:
    return max(VERB.finditer(text[-LINE:]), key=lambda found: found.end(), default=None)


_OPENER = re.compile(
    r"\A[-*\s]*(?:on|at|in a message dated|le|en date de|am|vom|el(?: día)?|il(?: giorno)?|in data|alle|op|"
    r"em|no dia|den|på|w dniu|dnia|a)\b",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"(?i)(?:\A|\s)(?:uhr|um|heeft|het volgende|użytkownik|hat|ore|alle|kl\.?|às|a las|om|at|on|from|"
    r"the following|пользователь|folgendes|quanto segue|lo siguiente|le)(?=\s|\Z)"
)


def _speaker(text: str, date: QuotedDate | None, verb: re.Match[str] | None) -> str:
    """What is left of an attribution without date, opening word and verb: the writer."""
    rest = text
    if date is not None:
        before, found, after = rest.partition(date.literal)
        rest = f"{before} {after}" if found else rest
    if verb is not None:
        begin, gone, end = rest.rpartition(verb[0])
        rest = f"{begin} {end}" if gone else rest
    rest = _OPENER.sub(" ", rest.strip(), count=1)
    address = _ADDRESS.search(rest)
    keep = len(rest) if address is None else address.end()
    return _FILLERS.sub(" ", rest[:keep].strip(" ,:-()")) + rest[keep:]


_MAILTO = re.compile(r"[\[<(]\s{0,4}(?:mailto:|smtp:)?|\bmailto:", re.IGNORECASE)


def person(text: str) -> tuple[str, str]:
    """Name and address in a quoted sender, either possibly empty.

    >>> person('"Dupont, Anne" [mailto:anne@a.example]')
    ('Dupont, Anne', 'anne@a.example')
    """
    text = " ".join(text.split())[:LINE]
    found = _ADDRESS.search(_MAILTO.sub("<", text))
    if found is None:
        return text.strip(" ,:;\"'*<>()[]")[:200], ""
    address = found[0].removeprefix("mailto:")
    at = text.find(address)
    name = _MAILTO.sub(" ", text[: max(at, 0)]).strip(" ,:;\"'*<>()[]")
    return " ".join(name.split())[:200], address
