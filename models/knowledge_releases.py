"""Build the rows of ``pdf_releases`` that programs date themselves, in the lists of changes they come with.

``python models/knowledge_releases.py TCPDF changelog.gz`` prints the rows of a program for ``pdf_releases``:
the day each version was released, as the program's own list of changes gives it.

``SOURCES`` says where each list is published, under which licence, and the SHA-256 of the copy that the
shipped rows were built from; another copy is named on standard error, and its rows may be more.
The day on which a registry of packages took a version in is no source: mirrors give their own.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: rows nearer to the row before than this are left out: a version between two rows counts as the earlier one
_STEP = 45


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list of releases is published. ``entry``: its groups ``v`` and ``d`` are version and day."""

    claims: str
    entry: str
    ahead: int
    named: str
    url: str
    licence: str
    digest: str
    #: whether builds for testers bore the next number from the day a version was out
    at_once: bool = False


SOURCES = {
    "TCPDF": Source(
        claims=r"\btcpdf (\d+\.\d+\.\d+)",
        entry=r"(?m)^(?P<v>\d+\.\d+\.\d+) \((?P<d>\d{4}-\d\d-\d\d)\)",
        ahead=30,
        named="TCPDF, file CHANGELOG.TXT of its source",
        url="https://github.com/tecnickcom/TCPDF",
        licence="LGPL-3.0, dates only",
        digest="52365e57d210afc9fe34f8d5526f4b8049eca4c12248b9ad3bae1af30a4f8640",
    ),
    "FPDF": Source(
        # its versions are decimal numbers: 1.6 comes after 1.53, so only those of two decimals are read
        claims=r"\bfpdf (1\.\d\d)\b",
        entry=r"<strong>v(?P<v>1\.\d\d)</strong> \((?P<d>\d{4}-\d\d-\d\d)\)",
        ahead=30,
        named="FPDF, file changelog.htm of its source",
        url="http://www.fpdf.org",
        licence="permissive, dates only",
        digest="a635a4b09f69c697f7af8d45cd3a5305261f9bf782cd09cb1e7dddadeb20ed12",
    ),
    "fpdf2": Source(
        claims=r"\bfpdf(?:2 v)?(2\.\d+\.\d+)",
        entry=r"(?m)^## \[(?P<v>\d+\.\d+\.\d+)\] - (?P<d>\d{4}-\d\d-\d\d)",
        ahead=180,
        named="fpdf2, file CHANGELOG.md of its source",
        url="https://github.com/py-pdf/fpdf2",
        licence="LGPL-3.0, dates only",
        digest="b85725fe0f4e884e306191ffb38159a8c0043de448dd4c97e64ea38093ffd9fd",
    ),
    "WeasyPrint": Source(
        claims=r"\bweasyprint (\d+\.\d+)",
        entry=r"(?m)^Version (?P<v>\d+(?:\.\d+)+)\n-+\n\nReleased on (?P<d>\d{4}-\d\d-\d\d)",
        ahead=60,
        named="WeasyPrint, file docs/changelog.rst of its source",
        url="https://github.com/Kozea/WeasyPrint",
        licence="BSD-3-Clause",
        digest="4f57b59573cd6772f64905438ce928322f8a85f9764eec30dd70c11cde0c86be",
    ),
    "img2pdf": Source(
        claims=r"\bimg2pdf (\d+\.\d+\.\d+)",
        entry=r"(?m)^(?P<v>\d+\.\d+\.\d+) \((?P<d>\d{4}-\d\d-\d\d)\)",
        ahead=60,
        named="img2pdf, file CHANGES.rst of its source",
        url="https://gitlab.mister-muffin.de/josch/img2pdf",
        licence="LGPL-3.0, dates only",
        digest="32e8742b24774436734205a919a63c155af85b653989625f858e59e7df92bab8",
    ),
    "pdftk-java": Source(
        claims=r"\bpdftk(?:-java)? (3\.\d+\.\d+)",
        entry=r"(?m)^## \[(?P<v>\d+\.\d+\.\d+)\] - (?P<d>\d{4}-\d\d-\d\d)",
        ahead=180,
        named="pdftk-java, file CHANGELOG.md of its source",
        url="https://gitlab.com/pdftk-java/pdftk",
        licence="GPL-2.0, dates only",
        digest="12438b01b15c8a13ab293660b0cf69fb41593091575af0244450c415f7ba5042",
    ),
    "wkhtmltopdf": Source(
        claims=r"\bwkhtmltopdf (0\.12\.\d+)",
        entry=r"(?m)^v(?P<v>\d+(?:\.\d+)+) \((?P<d>\d{4}-\d\d-\d\d)\)",
        ahead=30,
        named="wkhtmltopdf, file CHANGELOG.md of its source: the version before it was out that day, and builds bore the number from then on",
        url="https://github.com/wkhtmltopdf/wkhtmltopdf",
        licence="LGPL-3.0, dates only",
        digest="3c2fc3cf66e48b71eb7fcfd56b493876f67d6c6386811006e0cbb0ba72d5bdc0",
        at_once=True,
    ),
    "Skia": Source(
        claims=r"\bskia/pdf m(\d+)",
        entry="chrome",
        ahead=180,
        named="MDN browser-compat-data, Chrome; Google's own services run ahead of it",
        url="https://github.com/mdn/browser-compat-data",
        licence="CC0-1.0",
        digest="1ba5af938601e572d37f19129b923cb077e7f084899e2d032593f661a5a32ea8",
    ),
    "Chrome": Source(
        claims=r"\bchrome/(\d+)",
        entry="chrome",
        ahead=180,
        named="MDN browser-compat-data, Chrome",
        url="https://github.com/mdn/browser-compat-data",
        licence="CC0-1.0",
        digest="1ba5af938601e572d37f19129b923cb077e7f084899e2d032593f661a5a32ea8",
    ),
    "Firefox": Source(
        claims=r"\bfirefox[ /](\d+)",
        entry="firefox",
        ahead=180,
        named="MDN browser-compat-data, Firefox",
        url="https://github.com/mdn/browser-compat-data",
        licence="CC0-1.0",
        digest="1ba5af938601e572d37f19129b923cb077e7f084899e2d032593f661a5a32ea8",
    ),
}
#: first version of a browser that names itself in a PDF
_FIRST = {"Skia": 50}


def releases(program: str, text: str) -> Iterator[str]:
    """Rows of ``pdf_releases`` for one program, in ascending order of version; dates never go back."""
    source = SOURCES[program]
    if source.entry in ("chrome", "firefox"):
        found = _browser(source.entry, text, _FIRST.get(program, 1))
    else:
        found = [(entry["v"], entry["d"]) for entry in re.finditer(source.entry, text)]
    ordered = sorted(((_numbers(version), version, day) for version, day in found), key=lambda one: one[0])
    # an older line that is kept alive is released after the number above it: the lower day holds for both
    kept: list[tuple[str, str]] = []
    lowest = "9999"
    for _, version, day in reversed(ordered):
        lowest = min(lowest, day)
        kept.append((version, lowest))
    kept.reverse()
    if source.at_once:
        kept = [(version, day) for (_, day), (version, _) in itertools.pairwise(kept)]
    claims, before = source.claims, ""
    for version, day in kept:
        if before and _days(day) - _days(before) < _STEP and not source.entry.isalpha():
            continue
        if before and day == before:
            continue
        yield f"{program}\t{claims}\t{version}\t{source.ahead}\t{day}\tday\t{source.named} ({source.url})"
        claims, before = "", day


def _browser(name: str, text: str, first: int) -> list[tuple[str, str]]:
    listed = json.loads(text)["browsers"][name]["releases"]
    return [
        (version, one["release_date"])
        for version, one in listed.items()
        if one["status"] in ("current", "retired", "esr") and version.isdigit() and int(version) >= first
    ]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _days(day: str) -> int:
    year, month, of_month = (int(part) for part in day.split("-"))
    return year * 365 + month * 30 + of_month


def main(arguments: list[str]) -> int:
    """Print the rows of one program; 1 when called wrongly."""
    if len(arguments) != 2 or arguments[0] not in SOURCES:
        print(f"usage: knowledge_releases.py {'|'.join(SOURCES)} FILE", file=sys.stderr)
        return 1
    program, path = arguments
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    digest = hashlib.sha256(data).hexdigest()
    if digest != SOURCES[program].digest:
        print(f"{program}: not the copy that was read before, SHA-256 {digest}", file=sys.stderr)
    for line in releases(program, data.decode("utf-8", "replace")):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
