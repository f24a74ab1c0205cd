"""The small grammar of what a confined child may say, and its validation.

One JSON object per line, a tagged union.  The child is presumed hostile: the
parent decodes each line strictly, accepts only declared names with values of
the declared kind, only documents that were announced in this unit, and only so
much of everything.  What breaks a rule is discarded and becomes a problem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, Union

import msgspec

from leakverify.evidence import NOWHERE, Extraction, Location, Member, Observation, Problem
from leakverify.extractors._base import Declared, Kind
from leakverify.limits import Limits
from leakverify.problems import PROBLEMS
from leakverify.when import parse_when


class Doc(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="doc", omit_defaults=True):
    """A document begins; ``up`` is the index of its carrier."""

    i: int
    up: int | None
    name: str
    role: str
    sha256: str
    size: int
    formats: tuple[str, ...]
    where: Location = NOWHERE


class Obs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="obs", omit_defaults=True):
    i: int
    o: Observation


class Prob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="prob", omit_defaults=True):
    i: int
    p: Problem


class Memb(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="memb", omit_defaults=True):
    i: int
    m: Member


class Deferred(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="deferred"):
    i: int


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="done"):
    """The unit is finished; nothing may follow."""


class Chunk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="chunk"):
    """``n`` raw bytes of member ``k`` follow this line."""

    k: int
    n: int


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end", omit_defaults=True):
    """Member ``k`` is complete, or ended early with a problem code."""

    k: int
    code: str = ""


class Bitmap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="bitmap"):
    """Picture ``k`` is ``width`` by ``height`` pixels; its bytes follow this line, rows from the top.

    ``channels`` is 1 for grey and 3 for red, green, blue, one byte each.
    ``matrix`` (a, b, c, d, e, f) takes a point of the page, in the document's
    own coordinates, to pixels of the picture: ax + cy + e, bx + dy + f.
    """

    k: int
    width: int
    height: int
    channels: int
    matrix: tuple[float, float, float, float, float, float]

    @property
    def length(self) -> int:
        """Bytes that follow the line."""
        return self.width * self.height * self.channels


Message = Union[Doc, Obs, Prob, Memb, Deferred, Done]
UnpackMessage = Union[Chunk, End, Done]
RenderMessage = Union[Bitmap, End, Done]

encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Message)

LINE_LIMIT = 8 * 1024 * 1024
NAME_LIMIT = 4096
TEXT_LIMIT = 4 * 1024 * 1024
_HEX = re.compile(r"[0-9a-f]{2,128}\Z")
_ROLE = re.compile(r"[a-z]{1,20}\Z")


class Slice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member to unpack: its number in the container and where its bytes lie."""

    index: int
    offset: int
    length: int
    transform: str


class Shot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture asked for: the document as it was at byte ``end``, a page counted from 1.

    Page 0 stands for the pixels of a document that is a picture itself.

    ``clip`` is the part of the page that is wanted (left, bottom, right, top in
    the document's own coordinates), ``None`` for all of it.  The picture is at
    most ``width`` pixels wide.
    """

    end: int
    page: int
    width: int
    clip: tuple[float, float, float, float] | None = None


class Drawn(NamedTuple):
    """What became of a shot: a picture and its bytes, or the code of a problem."""

    shot: Shot
    code: str
    bitmap: Bitmap | None = None
    pixels: bytes = b""


#: pixels of one picture, and its longest side
PIXELS, SIDE = 1_600_000, 4_000


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the parent asks for. The document itself comes as a descriptor."""

    job: Literal["examine", "unpack", "render"] = "examine"
    name: str = ""
    offset: int = 0
    size: int = 0
    full: bool = True
    limits: Limits = Limits()
    extra: tuple[str, ...] = ()
    #: unpack only: what to stream, in this order
    members: tuple[Slice, ...] = ()
    #: render only: what to draw, in this order
    shots: tuple[Shot, ...] = ()


def decode_request(line: bytes) -> Request:
    """Read what the parent asks; both ends are ours."""
    return msgspec.json.decode(line, type=Request)


def bitmap_fault(bitmap: Bitmap, shot: Shot) -> str:
    """The rule a picture breaks; empty when it is what was asked for."""
    if not (0 < bitmap.width <= min(shot.width, SIDE) and 0 < bitmap.height <= SIDE):
        return "a picture of an impossible size"
    if bitmap.width * bitmap.height > PIXELS or bitmap.channels not in (1, 3):
        return "a picture of an impossible size"
    if not all(abs(number) < 1e9 for number in bitmap.matrix):  # false for what is no number, too
        return "a picture at an impossible place"
    return ""


class Answer:
    """Collects and validates what one child says about one unit."""

    def __init__(
        self, vocabulary: Mapping[str, Declared], formats: frozenset[str], limits: Limits, *, sha256: str
    ) -> None:
        self._vocabulary = vocabulary
        self._formats = formats
        self._limits = limits
        self._sha256 = sha256
        self._docs: list[Doc] = []
        self._observations: list[list[Observation]] = []
        self._problems: list[list[Problem]] = []
        self._members: list[list[Member]] = []
        self._deferred: set[int] = set()
        self._seen: set[tuple[int, str]] = set()
        self._rows = 0
        self.done = False
        self._violation = ""

    def feed(self, line: bytes) -> bool:
        """Take one line. False when nothing more is to be accepted from this child."""
        if self.done:
            self._violate("output after the end")
            return False
        self._rows += 1
        if self._rows > self._limits.answer_rows:
            self.problem("limit-answer", f"more than {self._limits.answer_rows} rows")
            return False
        try:
            message = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._violate("a line that is not of the grammar")
            return False
        fault = self._take(message)
        if fault:
            self._violate(fault)
            return False
        return True

    def _violate(self, what: str) -> None:
        if not self._violation:
            self._violation = what

    def problem(self, code: str, detail: str = "") -> None:
        """Record on the unit's own document what the parent saw happen."""
        if not self._problems:
            self._docs.append(Doc(0, None, "", "file", self._sha256, 0, ()))
            self._observations.append([])
            self._problems.append([])
            self._members.append([])
        entry = Problem(code=code, detail=detail)
        if entry not in self._problems[0]:
            self._problems[0].append(entry)

    def _take(self, message: Message) -> str:
        """Apply a message; a non-empty answer names the rule it breaks."""
        if isinstance(message, Done):
            self.done = True
            return ""
        if isinstance(message, Doc):
            return self._take_doc(message)
        if not 0 <= message.i < len(self._docs):
            return "a line for a document that was not announced"
        if isinstance(message, Deferred):
            self._deferred.add(message.i)
        elif isinstance(message, Prob):
            if message.p.code not in PROBLEMS or len(message.p.detail) > NAME_LIMIT:
                return "an undeclared problem"
            self._problems[message.i].append(message.p)
        elif isinstance(message, Memb):
            member = message.m
            if member.offset < 0 or member.length < 0 or len(member.name) > NAME_LIMIT:
                return "an impossible member"
            self._members[message.i].append(member)
        else:
            fault = self._fault_of(message.i, message.o)
            if fault:
                return fault
            self._observations[message.i].append(message.o)
        return ""

    def _take_doc(self, doc: Doc) -> str:
        if doc.i != len(self._docs) or len(self._docs) >= self._limits.documents:
            return "a document out of turn"
        if (doc.up is None) != (doc.i == 0) or (doc.up is not None and not 0 <= doc.up < doc.i):
            return "a document without its carrier"
        if not _HEX.match(doc.sha256) or len(doc.sha256) != 64 or doc.size < 0:
            return "a document without a digest"
        if doc.i == 0 and doc.sha256 != self._sha256:
            return "another document than the one handed over"
        if not set(doc.formats) <= self._formats or len(doc.name) > NAME_LIMIT or not _ROLE.match(doc.role):
            return "an undeclared format or role"
        self._docs.append(doc)
        self._observations.append([])
        self._problems.append([])
        self._members.append([])
        return ""

    def _fault_of(self, index: int, observation: Observation) -> str:
        declared = self._vocabulary.get(observation.name)
        if declared is None:
            return "an undeclared observation"
        if not fits_kind(declared.kind, observation.value):
            return f"a value that is no {declared.kind.value}"
        if observation.raw is not None and len(observation.raw) > TEXT_LIMIT:
            return "an oversize value"
        if not declared.repeats:
            key = (index, observation.name)
            if key in self._seen:
                return "a second value of a single-valued observation"
            self._seen.add(key)
        return ""

    def extractions(self) -> tuple[Extraction, ...]:
        """What was accepted, one extraction per announced document."""
        if self._violation:
            self.problem("box-protocol", self._violation)
        return tuple(
            Extraction(
                index=doc.i,
                carrier=doc.up,
                name=doc.name,
                role=doc.role,
                sha256=doc.sha256,
                size=doc.size,
                formats=doc.formats,
                where=doc.where,
                observations=tuple(self._observations[doc.i]),
                problems=tuple(dict.fromkeys(self._problems[doc.i])),
                members=tuple(self._members[doc.i]),
                deferred=doc.i in self._deferred,
            )
            for doc in self._docs
        )


def fits_kind(kind: Kind, value: object) -> bool:
    """Whether a JSON scalar is a value of this kind, within bounds."""
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    if kind is Kind.COUNT:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind is Kind.WHEN:
        return parse_when(value) is not None
    if kind is Kind.DIGEST:
        return bool(_HEX.match(value))
    if kind is Kind.CONTENT:
        return len(value) <= TEXT_LIMIT
    return len(value) <= 65536
