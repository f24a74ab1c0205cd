"""A document as numbers and words: what the classifier sees, and where each of them comes from.

A row is made from one extraction alone, so that a score never depends on the other files of a batch.  Names
tell the block a feature belongs to: ``s.`` is coding style, what a program writes without being asked; ``m.``
is what the metadata state and how; ``t.`` is what the text is set in.  The first block never holds a stated
program, person or date, so that a model of it can be held against what the document says of itself.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec

from leakverify.evidence import Location

FormatFamily = Literal["pdf", "ooxml", "ole", "odf", "rtf", "mail", "jpeg", "png", "text"]

#: the formats that have features
FAMILIES: tuple[FormatFamily, ...] = ("pdf", "ooxml", "ole", "odf", "rtf", "mail", "jpeg", "png", "text")

#: levels of :attr:`Row.groups`, narrowest first
LEVELS: tuple[str, ...] = ("source", "sender", "template", "program", "format")

#: prefix of a feature's name -> what the block is
BLOCKS = {"s.": "structure", "m.": "metadata", "t.": "text", "c.": "checks"}


class Absence(Enum):
    """Why a feature has no value. Three different things."""

    NOT_IN_FORMAT = "not_in_format"
    NOT_READABLE = "not_readable"
    NOT_STATED = "not_stated"


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One document's features.

    ``groups`` maps a level of :data:`LEVELS` to the document's key on it, narrowest first, without levels
    that are not known.  Every feature of the family (:func:`leakverify.features.catalogue`) is in exactly one
    of ``values`` (numbers, in the unit the catalogue gives), ``tokens`` (one or more words, sorted) and
    ``absent``.  ``places`` says where in the file a feature was seen, for those that have a place.
    ``rests_on`` are the names of the observations that were used.  ``declared`` is the program the document
    claims for itself, as (family, version), the version ``""`` when none is stated.
    """

    family: FormatFamily
    sha256: str = ""
    groups: dict[str, str] = {}
    values: dict[str, float] = {}
    tokens: dict[str, tuple[str, ...]] = {}
    absent: dict[str, Absence] = {}
    places: dict[str, Location] = {}
    rests_on: tuple[str, ...] = ()
    declared: tuple[str, str] | None = None


class Feature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of the catalogue.

    ``kind`` is ``number`` (in ``unit``) or ``words``.  ``observations`` are the names it is made from; one
    that ends in ``*`` stands for all names that begin so.
    """

    name: str
    family: FormatFamily
    kind: Literal["number", "words"]
    unit: str
    meaning: str
    observations: tuple[str, ...]

    @property
    def block(self) -> str:
        """``structure``, ``metadata`` or ``text``."""
        return BLOCKS[self.name[:2]]
