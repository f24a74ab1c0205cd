"""Shorthand for asking what an extraction says."""

from __future__ import annotations

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction, Observation, Scalar
from leakverify.limits import DEFAULT_LIMITS, Limits


def read(data: bytes, name: str = "", *, full: bool = True, limits: Limits = DEFAULT_LIMITS) -> Extraction:
    """The document itself, without what it carries."""
    return examine_bytes(data, name, full=full, limits=limits).extractions[0]


def tree(data: bytes, name: str = "", *, limits: Limits = DEFAULT_LIMITS) -> tuple[Extraction, ...]:
    """The document and everything examined in its unit."""
    return examine_bytes(data, name, limits=limits).extractions


def every(found: Extraction, name: str) -> list[Observation]:
    return [o for o in found.observations if o.name == name]


def values(found: Extraction, name: str, part: str | None = None) -> list[Scalar]:
    return [o.value for o in every(found, name) if part is None or o.where.part == part]


def value(found: Extraction, name: str) -> Scalar:
    """The one value of that name; fails when there is none or more than one."""
    (one,) = values(found, name)
    return one


def codes(found: Extraction) -> set[str]:
    return {problem.code for problem in found.problems}


def told(found: Extraction, code: str) -> list[str]:
    """Details of the problems with that code."""
    return [problem.detail for problem in found.problems if problem.code == code]
