"""A scan as a CSV table, one document a row, safe to open in a spreadsheet.

RFC 4180 with a comma, every cell quoted, UTF-8 with a byte order mark, because
spreadsheets read UTF-8 only with one.  A cell that a spreadsheet could take for
a formula begins with an apostrophe (OWASP, CSV injection); so does the part of
a cell after a semicolon or bar, because a spreadsheet whose separator is
another one splits cells there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import IO

from leakverify.evidence import Report
from leakverify.report._view import POINTED, reason, strongest
from leakverify.report._visible import visible
from leakverify.report._words import Words, plain, words

COLUMNS = (
    "rank", "assessment", "path", "sha256", "size", "formats", "check", "outcome", "question", "family",
    "why", "checks", "problems", "p_value", "log10_lr",
)  # fmt: skip
#: a formula begins with one of these, ASCII or full width; spaces before it are skipped by some programs
_FORMULA = re.compile(r"(?:\A|(?<=[;|]))(?=[\s\"']*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def write_table(reports: Iterable[Report], file: IO[str], *, lang: str = "en") -> None:
    """Write a heading and a row per report, in the order given. ``file`` is open with ``newline=""``.

    The headings and the columns ``assessment``, ``outcome``, ``question`` and
    ``family`` are the words of the JSON in every language, for programs;
    ``why`` is for people.
    """
    said = words(lang)
    file.write("\ufeff")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rank, report in enumerate(reports, 1):
        writer.writerow([cell(value) for value in _row(rank, report, said)])


def cell(value: str | float | None) -> str:
    r"""A value as the text of a cell that is no formula. Our own numbers stay numbers.

    >>> cell('=HYPERLINK("http://x")'), cell(-1.5)
    ('\'=HYPERLINK("http://x")', '-1.5')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    return _FORMULA.sub("'", visible(value))


def _row(rank: int, report: Report, said: Words) -> Iterator[str | float | None]:
    document, decisive, score = report.document, strongest(report), report.score
    yield rank
    yield report.assessment.value
    yield document.path
    yield document.sha256
    yield document.size
    yield " ".join(document.formats)
    yield "" if decisive is None else decisive.check
    yield "" if decisive is None else decisive.outcome.value
    yield "" if decisive is None else decisive.question.value
    yield "" if decisive is None else decisive.family.value
    yield plain(reason(report, said))
    yield " ".join(dict.fromkeys(e.check for e in report.evidence if e.outcome in POINTED))
    yield " ".join(dict.fromkeys(p.code for p in report.problems))
    yield None if score is None else score.p_value
    yield None if score is None or score.log10_lr is None else score.log10_lr[1]
