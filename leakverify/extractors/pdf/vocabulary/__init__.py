"""Every name a PDF observation can have; one module per room, cheap to import anywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from leakverify.extractors._base import Declared
from leakverify.extractors._xmp import XMP_VOCABULARY


def observed() -> Mapping[str, Declared]:
    """The names of all rooms together. Raises when two rooms declare the same."""
    found: dict[str, Declared] = dict(XMP_VOCABULARY)
    for info in pkgutil.iter_modules(__path__):
        declared: Mapping[str, Declared] = importlib.import_module(f"{__name__}.{info.name}").VOCABULARY
        twice = found.keys() & declared.keys()
        if twice:
            raise AssertionError(f"declared twice: {sorted(twice)}")
        found.update(declared)
    return MappingProxyType(found)
