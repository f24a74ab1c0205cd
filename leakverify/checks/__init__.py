"""One file per question. A module here that defines a decorated function is a check.

Checks are pure functions of facts: no files, no clock, no other documents than
the one examined and what carried it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib import metadata, resources
from types import MappingProxyType

from leakverify.checks._base import Check, Facts, load
from leakverify.evidence import Evidence

__all__ = ["Check", "Facts", "checks_version", "judge", "registry"]


@functools.cache
def registry() -> Mapping[str, Check]:
    """Every check by id, in the order of the ids."""
    return MappingProxyType(load(__name__, __path__))


@functools.cache
def checks_version() -> str:
    """Identifies what judging means in this version: a digest over checks, helpers, knowledge and tables."""
    whole = hashlib.sha256()
    dkim = resources.files("leakverify.dkim")
    for tables in ("phonenumberslite", "python-stdnum"):
        whole.update(f"{tables} {metadata.version(tables)}\n".encode())
    for room in (resources.files(__name__), resources.files("leakverify.knowledge"), dkim):
        for file in sorted(room.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith((".py", ".tsv")):
                whole.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()[:16]


def judge(facts: Facts) -> tuple[Evidence, ...]:
    """What every applicable check answers, in the order of the ids."""
    return tuple(
        evidence
        for check in registry().values()
        if check.applies_to(facts.formats)
        for evidence in check.run(facts)
    )
