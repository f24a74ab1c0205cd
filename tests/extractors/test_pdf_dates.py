"""PDF dates as they are written in the world."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.extractors.pdf.dates import canonical_pdf_date
from leakverify.when import parse_when


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("D:20170505204700+02'00'", "2017-05-05T20:47:00+02:00"),
        ("D:20170505204700-05'30", "2017-05-05T20:47:00-05:30"),
        ("D:20170505204700+0200", "2017-05-05T20:47:00+02:00"),
        ("D:20170505204700+02", "2017-05-05T20:47:00+02:00"),
        ("D:20170505204700Z", "2017-05-05T20:47:00Z"),
        ("D:20170505204700Z00'00'", "2017-05-05T20:47:00Z"),
        ("D:20170505204700-00'00'", "2017-05-05T20:47:00Z"),
        # the zone is not stated, and is not invented
        ("D:20170505204700", "2017-05-05T20:47:00"),
        # hour and minute where the offset belongs: a known slip, and no zone
        ("D:20230410074654Z07'46'", "2023-04-10T07:46:54"),
        ("D:201705052047", "2017-05-05T20:47"),
        ("D:20170505", "2017-05-05"),
        ("D:201705", "2017-05"),
        ("D:2017", "2017"),
        ("20170505204700", "2017-05-05T20:47:00"),
        # nineteen, and the years since 1900
        ("D:191001004080857", "2000-10-04T08:08:57"),
        ("2017-05-05T20:47:00Z", "2017-05-05T20:47:00Z"),
        ("2017/05/05 20:47:00", "2017-05-05T20:47:00"),
        ("Thu May  5 20:47:00 2017", "2017-05-05T20:47:00"),
        ("Friday, May 05, 2017 8:47:00 PM", "2017-05-05T20:47:00"),
        ("5 May 2017", "2017-05-05"),
        ("D:20170505204700\x00", "2017-05-05T20:47:00"),
    ],
)
def test_possible_dates(stated: str, read: str) -> None:
    assert canonical_pdf_date(stated) == read


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "D:",
        "D:20170230",
        "D:20171305",
        "D:20170505250000",
        "D:20170505204770",
        "D:00000101000000Z",
        "D:20220628213209+19'32'",
        "D:20170505204700+02'75'",
        # which is the month?
        "05/06/2017",
        "9/11/2004 8:52:56",
        "2017-05-05" * 20,
        "unknown",
    ],
)
def test_impossible_and_ambiguous_dates(stated: str) -> None:
    assert canonical_pdf_date(stated) is None


@given(st.text(alphabet="D:0123456789+-Z' /.TMay", max_size=30))
def test_whatever_is_read_is_a_date(stated: str) -> None:
    read = canonical_pdf_date(stated)
    assert read is None or parse_when(read) is not None
