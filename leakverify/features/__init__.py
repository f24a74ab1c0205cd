"""Observations to features: one document becomes one :class:`Row`."""

from __future__ import annotations

from leakverify.features._assemble import FEATURES_VERSION, catalogue, extract, rested_on
from leakverify.features._programs import UNLISTED, declared, kin_of, takes_over_pages
from leakverify.features._row import BLOCKS, FAMILIES, LEVELS, Absence, Feature, FormatFamily, Row

__all__ = [
    "BLOCKS",
    "FAMILIES",
    "FEATURES_VERSION",
    "LEVELS",
    "UNLISTED",
    "Absence",
    "Feature",
    "FormatFamily",
    "Row",
    "catalogue",
    "declared",
    "extract",
    "kin_of",
    "rested_on",
    "takes_over_pages",
]
