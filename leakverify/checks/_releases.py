"""Since when a program of a stated version can have been there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from leakverify.checks._base import Facts
from leakverify.checks._time import Stated, moments
from leakverify.knowledge import Row, table

_RICHEDIT = re.compile(r"(?:Riched20|Msftedit) (\d+\.\d+)\.(\d{1,6})\b")


def suite_since(generator: str) -> tuple[datetime, Row] | None:
    """The earliest moment of the version of LibreOffice a generator names, and what says so."""
    found: tuple[int, ...] = ()
    best: Row | None = None
    for row in table("libreoffice_releases"):
        if row["claims"]:
            named = re.match(row["claims"], generator)
            found = _numbers(named[1]) if named else ()
        if found and _numbers(row["version"]) <= found:
            best = row
    return None if best is None else (_floor(best), best)


def windows_since(generator: str) -> tuple[datetime, Row] | None:
    """The earliest moment of the Windows whose RichEdit control a generator names, and what says so."""
    named = _RICHEDIT.match(generator)
    if named is None:
        return None
    fitting = [
        row
        for row in table("windows_builds")
        if row["version"] == named[1] and int(row["build"]) <= int(named[2])
    ]
    return (_floor(fitting[-1]), fitting[-1]) if fitting else None


def last_stated(facts: Facts, names: Iterable[str]) -> Stated | None:
    """The statement that reaches furthest forward in time."""
    return max(moments(facts, names), key=lambda pair: pair[1].latest, default=None)


def ends(stated: Stated) -> datetime:
    """The latest moment a statement can mean, in UTC without saying so."""
    return stated[1].latest.replace(tzinfo=None)


def _floor(row: Row) -> datetime:
    return row.when.earliest.replace(tzinfo=None) - timedelta(days=int(row["ahead"]))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part[:9]) for part in version.split("."))


def office_since(version: int) -> tuple[datetime, Row] | None:
    """The earliest moment of a generation of Microsoft Office, 8 to 15, and what says so."""
    for row in table("office_generations"):
        if int(row["version"]) == version:
            return row.when.earliest.replace(tzinfo=None), row
    return None


def office_of_rtf(internal: int) -> int:
    r"""The generation of Word that ``\vern`` of an RTF file counts, 0 when it is none.

    >>> office_of_rtf(49167)
    14
    """
    for row in table("office_generations"):
        if int(row["saved"]) >= 2 and internal >> 13 == int(row["saved"]) and internal < 1 << 16:
            return int(row["version"])
    return 0
