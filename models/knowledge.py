"""Build the tables of dated knowledge that open data hold in full.

``python models/knowledge.py tlds public_suffix_list.dat`` and
``python models/knowledge.py unicode_versions DerivedAge.txt`` print a table of
``leakverify/knowledge/``; the first comment lines of a table name the file it was
built from.  ``characters_since`` prints the row of a version of Unicode that is later
than that file.  Releases of programs are built by ``models/knowledge_releases.py``.  Tables that no open data hold are kept by hand, each row with its
source.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

_TLD = re.compile(r"// ([a-z0-9-]+) : (\d{4}-\d\d-\d\d) (.*)")
_ENTRY = re.compile(r"[^/\s].*")
_AGE = re.compile(r"# (?:Newly assigned in|Assigned as of) Unicode ([\d.]+) \((\w+), (\d{4})\)")
_RANGE = re.compile(r"([0-9A-F]{4,6})(?:\.\.([0-9A-F]{4,6}))? +; ([\d.]+) #")
_MONTHS = "January February March April May June July August September October November December".split()


def tlds(text: str) -> Iterator[str]:
    """Top-level domains and the day of their contract, before which no name under them can exist.

    The Public Suffix List carried the days of ICANN's contracts in its comments until August 2023.
    """
    version = re.search(r"// VERSION: (\S+)", text)
    source = (
        "Public Suffix List (publicsuffix.org)"
        + (f" {version[1]}" if version else "")
        + ", date of the registry agreement"
    )
    yield "# Generic top-level domains and the day of the registry agreement: no name under one could be used before."
    yield "# A name could be used some months to years later; what is not listed says nothing. Built by models/knowledge.py"
    yield "# from the comments of the Public Suffix List (MPL-2.0), which carried these days until August 2023."
    yield "tld\tdate\tprecision\tsource"
    lines = text.splitlines()
    rows = {}
    for comment, entry in itertools.pairwise(lines):
        dated = _TLD.match(comment)
        if dated and _ENTRY.match(entry) and "." not in entry:
            rows[entry.strip()] = dated[2]
    for name in sorted(rows):
        yield f"{name}\t{rows[name]}\tday\t{source}"


def unicode_versions(text: str) -> Iterator[str]:
    """Versions of Unicode, their month, and the characters each assigned first."""
    head = text.partition("\n")[0].removeprefix("# ")
    yield "# Versions of Unicode and the characters that each assigned first, as code points in hexadecimal; ranges include"
    yield "# both ends. Left out: the first version, controls, private use and what is no character. Built by"
    yield f"# models/knowledge.py from {head} of the Unicode Character Database."
    yield "version\tassigned\tdate\tprecision\tsource"
    months: dict[str, str] = {}
    ranges: dict[str, list[tuple[int, int]]] = {}
    for line in text.splitlines():
        if age := _AGE.match(line):
            version = ".".join(age[1].split(".")[:2])
            months[version] = f"{age[3]}-{_MONTHS.index(age[2]) + 1:02}"
        elif (run := _RANGE.match(line)) and run[3] != "1.1" and "private-use" not in line:
            first, last = int(run[1], 16), int(run[2] or run[1], 16)
            if "noncharacter" in line or "surrogate" in line:
                continue
            known = ranges.setdefault(run[3], [])
            if known and known[-1][1] + 1 == first:
                known[-1] = (known[-1][0], last)
            else:
                known.append((first, last))
    for version, runs in ranges.items():
        shown = " ".join(f"{a:04X}" if a == b else f"{a:04X}-{b:04X}" for a, b in runs)
        yield f"{version}\t{shown}\t{months[version]}\tmonth\t{head}"


def characters_since(text: str) -> Iterator[str]:
    """A row of the characters that a later database assigns and the one before it does not.

    The text has three lines: the version with its month (``16.0 2024-09``), the code points assigned
    before, and those assigned now, in hexadecimal, as ``unicodedata2`` of each version knows them
    (every one whose category is not Cn, Co or Cs).
    """
    first, before, now = text.strip().split("\n")
    version, month = first.split()
    runs: list[tuple[int, int]] = []
    for point in sorted({int(c, 16) for c in now.split()} - {int(c, 16) for c in before.split()}):
        if runs and runs[-1][1] + 1 == point:
            runs[-1] = (runs[-1][0], point)
        else:
            runs.append((point, point))
    shown = " ".join(f"{a:04X}" if a == b else f"{a:04X}-{b:04X}" for a, b in runs)
    source = f"unicode.org/versions/Unicode{version}.0; characters that unicodedata2 {version}.0 knows"
    yield f"{version}\t{shown}\t{month}\tmonth\t{source} and the version before it does not"


_TABLES: dict[str, Callable[[str], Iterator[str]]] = {
    "tlds": tlds,
    "unicode_versions": unicode_versions,
    "characters_since": characters_since,
}


def main(arguments: list[str]) -> int:
    """Print one table; 1 when called wrongly."""
    if len(arguments) != 2 or arguments[0] not in _TABLES:
        print(f"usage: knowledge.py {'|'.join(_TABLES)} FILE", file=sys.stderr)
        return 1
    name, path = arguments
    for line in _TABLES[name](Path(path).read_text("utf-8")):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
