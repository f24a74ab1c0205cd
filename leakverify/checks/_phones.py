"""Telephone numbers against the numbering plans of today, as libphonenumber collects them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _library() -> Any:
    return import_module("phonenumbers")


def plans_version() -> str:
    """Version of the collection of plans."""
    return str(getattr(_library(), "__version__", "?"))


def region(number: str) -> str:
    """Country of a number that begins with plus, as two letters; ``""`` when it has none."""
    library = _library()
    try:
        return str(library.region_code_for_number(library.parse(number, None)) or "")
    except library.NumberParseException:
        return ""


def fits_today(number: str, home: str = "") -> bool:
    """Whether a number fits the plan of its country; one without plus is read as of ``home``."""
    library = _library()
    try:
        parsed = library.parse(number, None if number.startswith("+") else home)
        return bool(library.is_valid_number(parsed))
    except library.NumberParseException:
        return False
