"""The words of leakverify as types: facts, what was not seen, and what follows.

Everything here is immutable and travels as JSON.  A :class:`Report` is the
product; terminal, HTML and table views are made from its JSON alone.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import Literal

import msgspec

from leakverify.document import Document
from leakverify.inert import json_text

#: Raised whenever the JSON of a report changes in a way a reader could notice.
SCHEMA_VERSION = 1

Scalar = str | int | float | bool | None


class Location(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where in a document something was seen. Only what applies is set.

    ``part`` names a piece in the format's own words (``docProps/core.xml``,
    ``obj 12 0``, ``1.2`` for a MIME part, ``IFD0``).  ``revision`` and ``page``
    count from 1, oldest and first.  ``box`` is left, bottom, right, top in PDF
    points (1/72 inch), origin at the lower left of the page, or in pixels from
    the upper left for images.  ``offset`` and ``length`` are bytes in the
    document.  ``line`` counts header or text lines from 1.
    """

    part: str = ""
    revision: int | None = None
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    offset: int | None = None
    length: int | None = None
    line: int | None = None
    cell: str = ""

    def __str__(self) -> str:
        bits = [self.part] if self.part else []
        if self.revision is not None:
            bits.append(f"revision {self.revision}")
        if self.page is not None:
            bits.append(f"page {self.page}")
        if self.cell:
            bits.append(f"cell {self.cell}")
        if self.line is not None:
            bits.append(f"line {self.line}")
        if self.box is not None:
            bits.append("box " + " ".join(f"{edge:g}" for edge in self.box))
        if self.offset is not None:
            end = "" if self.length is None else f"+{self.length}"
            bits.append(f"byte {self.offset}{end}")
        return ", ".join(bits)


NOWHERE = Location()
#: ``Location.part`` of what was read in a text that was recognised from a picture: no answer that rests on it
#: counts, since figures are misread
RECOGNISED = "recognised text"


class Observation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fact stated by, or measured on, a document. No opinion.

    ``name`` is declared by the extractor that yields it, with its kind and
    unit.  Dates are text in the form of :mod:`leakverify.when`.  ``raw`` is what
    the file literally says when ``value`` is a reading of it.
    """

    name: str
    value: Scalar
    where: Location = NOWHERE
    raw: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something we could not see, and why.

    ``code`` is one of :data:`leakverify.problems.PROBLEMS`.  ``detail`` may quote
    the document or a library and is never to be trusted or shown unfiltered.
    """

    code: str
    detail: str = ""
    where: Location = NOWHERE


class Outcome(Enum):
    """The answer of a check. These are not grades."""

    CONTRADICTS = "contradicts"
    UNUSUAL = "unusual"
    SUPPORTS = "supports"
    NEUTRAL = "neutral"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"


class Question(Enum):
    """The three questions that are kept apart everywhere."""

    ORIGIN = "origin"
    HANDLING = "handling"
    CONTENT = "content"


class Family(Enum):
    """Which evidence is independent of which: only the strongest of a family counts."""

    HISTORY = "history"
    STRUCTURE = "structure"
    CLOCK = "clock"
    ANACHRONISM = "anachronism"
    SIGNATURE = "signature"
    CONTENT = "content"
    IDENTITY = "identity"
    KINSHIP = "kinship"
    CORPUS = "corpus"
    STYLE = "style"


class Cost(Enum):
    """What it would take to plant or to forge the thing observed."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    INFEASIBLE = "infeasible"


class Strength(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often the check answers like this, as measured; see ``models/``.

    ``genuine_fired`` of ``genuine_files`` known-genuine files gave this answer;
    ``genuine_upper`` is the upper end of the 95 % Wilson interval of that rate.
    ``altered_*`` count seeded alterations of the kind the check looks for.
    ``log10_lr`` is (low, middle, high) and absent until both were measured.
    """

    genuine_fired: int
    genuine_files: int
    genuine_upper: float
    altered_fired: int | None = None
    altered_files: int | None = None
    log10_lr: tuple[float, float, float] | None = None
    measured_on: str = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a check answered, and everything needed to follow and repeat it.

    ``message`` is an id with ``params``; ``text`` is its English wording.
    ``innocent`` are ids of the harmless ways in which this arises, most
    ordinary first.  ``reproduce`` is a command with a public tool that shows the
    same facts, where ``FILE`` stands for the document.
    """

    check: str
    outcome: Outcome
    question: Question
    family: Family
    message: str
    text: str
    params: dict[str, str | int | float] = {}
    observations: tuple[Observation, ...] = ()
    innocent: tuple[str, ...] = ()
    cost: Cost | None = None
    reproduce: str = ""
    strength: Strength | None = None


class Contribution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one feature added to a score."""

    feature: str
    value: float | None
    weight: float
    where: Location = NOWHERE


class Score(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model's statement on one document; absent when no model was used."""

    p_value: float
    log10_lr: tuple[float, float, float] | None
    peers: int
    group: str
    model: str
    contributions: tuple[Contribution, ...] = ()


class Assessment(Enum):
    """What the evidence amounts to. Never a verdict on truth, never a culprit."""

    AUTHENTICATED = "authenticated"
    CONTRADICTED = "contradicted"
    REVIEW = "review"
    UNREMARKABLE = "unremarkable"
    UNEXAMINED = "unexamined"


class Isolation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the reading of hostile bytes was confined.

    3 Landlock, seccomp and limits; 2 seccomp and limits; 1 separate process and
    limits; 0 in the caller's own process.  ``why`` says what kept it from 3.
    """

    level: Literal[0, 1, 2, 3]
    why: str = ""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is needed to repeat a report. No clock: the same input gives the same bytes."""

    leakverify: str
    isolation: Isolation
    readers: dict[str, str]
    checks: str
    model: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything leakverify has to say about one document."""

    schema: int
    document: Document
    assessment: Assessment
    because: str
    evidence: tuple[Evidence, ...] = ()
    problems: tuple[Problem, ...] = ()
    observations: tuple[Observation, ...] = ()
    score: Score | None = None
    provenance: Provenance

    def to_json(self) -> str:
        """The report as a JSON document, keys in a fixed order, ending in a newline.

        Characters that act or are not seen are escaped, so that it is safe to print.
        """
        return json_text(msgspec.json.format(msgspec.json.encode(self), indent=2).decode()) + "\n"

    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        lang: str = "en",
        document: str | os.PathLike[str] | bytes | None = None,
    ) -> None:
        """Write the report as one self-contained page; ``lang`` is ``en`` or ``fr``.

        With the ``document`` the report is on, as a path or as bytes, pages whose
        content was changed are shown as they were and as they became.

        Raises ``UsageError`` when the file cannot be written, or ``document`` is
        another one than the report's.
        """
        from leakverify.report.html import write_report  # the one view that has a method here

        write_report(self, path, lang=lang, document=document)

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Read a report back. Raises ``UsageError`` if it is not one."""
        from leakverify.errors import UsageError

        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise UsageError(f"not a leakverify report: {error}") from error


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document inside a container, as a byte range that is examined on its own.

    ``transform`` says how the range becomes the document: ``""`` as it is,
    ``deflate`` (raw), ``gzip``, ``bz2`` or ``xz``; ``pst`` is no range but the item
    of an Outlook store with the number ``offset``, rebuilt from its properties.
    ``size`` is what the container states, -1 when it does not.
    """

    name: str
    offset: int
    length: int
    transform: Literal["", "deflate", "gzip", "bz2", "xz", "pst"] = ""
    size: int = -1


class Extraction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that one confined read returned on one document.

    A unit gives a tree of them: ``index`` numbers the documents in the order
    met, ``carrier`` is the index of the document this one came out of.
    """

    index: int
    carrier: int | None = None
    name: str = ""
    role: str = "file"
    sha256: str = ""
    size: int = 0
    formats: tuple[str, ...] = ()
    #: where in its carrier the document was found
    where: Location = NOWHERE
    observations: tuple[Observation, ...] = ()
    problems: tuple[Problem, ...] = ()
    members: tuple[Member, ...] = ()
    deferred: bool = False


class UnitResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one box run returned: the document and whatever was inside it."""

    extractions: tuple[Extraction, ...]
    isolation: Isolation
    readers: dict[str, str]
    #: CPU seconds of the child; measured, so never part of a report
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
