"""What an old Office file says beside its properties about the program that saved it."""

from __future__ import annotations

import re

from leakverify.checks._base import Facts
from leakverify.evidence import Observation
from leakverify.knowledge import Row, table

_MAGIC = re.compile(r"magic 0x([0-9a-f]{4}) build (\d{1,10})\Z")
_SYSTEM = re.compile(r"win32 (\d{1,2}\.\d{1,2})\Z")
#: what other programs write where Word writes its number: LibreOffice and OpenOffice
OTHERS = {0x6143: "OpenOffice or LibreOffice", 0x6C6F: "OpenOffice or LibreOffice"}
#: the last number of a workbook that tells Excel 2016 and later
_EXCEL_2016 = 8


def stated_generation(facts: Facts) -> tuple[Observation, int] | None:
    """The generation of Office behind the version in the properties: 8 for 97 to 16."""
    found = facts.last("ole.document.version")
    if found is None:
        return None
    major = str(found.value).partition(".")[0]
    return (found, int(major)) if major.isdecimal() and 8 <= int(major[:4]) <= 16 else None


def claims_office(facts: Facts) -> Observation | None:
    """The name of the program, where it is one of Microsoft Office."""
    found = facts.last("ole.summary.application")
    return found if found is not None and str(found.value).startswith("Microsoft") else None


def excel_generation(number: int) -> int | None:
    """The generation behind verLastXLSaved of a workbook; ``None`` for numbers nobody is known to write."""
    if number == _EXCEL_2016:
        return 16
    return next((int(r["version"]) for r in table("office_generations") if int(r["saved"]) == number), None)


def magic(observation: Observation) -> tuple[int, int] | None:
    """(number of the program, build) as the header of a Word document holds them."""
    found = _MAGIC.match(str(observation.value))
    return (int(found[1], 16), int(found[2])) if found else None


def system_since(facts: Facts) -> tuple[Observation, Row] | None:
    """The version of Windows in the property set, and since when it was there."""
    found = facts.last("ole.summary.system")
    named = _SYSTEM.match(str(found.value)) if found is not None else None
    if found is None or named is None:
        return None
    row = next((row for row in table("windows_versions") if row["version"] == named[1]), None)
    return None if row is None else (found, row)
