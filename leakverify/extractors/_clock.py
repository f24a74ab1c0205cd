"""Times as files write them, brought to the form of :mod:`leakverify.when`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from leakverify.when import canonical, parse_when

_W3C = re.compile(
    r"(\d{4}(?:-\d\d){0,2})"
    r"(?:(?<=-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?)(?:(?<=:\d\d:\d\d)\.\d{1,40})?"
    r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?)?\Z",
    re.ASCII,
)


def w3c_time(literal: str) -> str | None:
    """A W3CDTF or xs:dateTime literal in canonical form, to the second; ``None`` if it is none.

    Surrounding white space is collapsed, as XML Schema demands of the type.

    >>> w3c_time("2017-05-05T20:47:00.5Z")
    '2017-05-05T20:47:00Z'
    """
    found = _W3C.match(literal.strip(" \t\r\n"))
    if found is None:
        return None
    text = "".join(part or "" for part in found.groups())
    return text if parse_when(text) is not None else None


def unix_time(seconds: int) -> str | None:
    """Seconds since 1970 in canonical form, in UTC; ``None`` outside the years 1 to 9999."""
    try:
        return canonical(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
    except OverflowError:
        return None
