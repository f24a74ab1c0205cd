"""Dates: partial, zoneless, and never surer than the document is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.when import canonical, parse_when

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1))


@given(MOMENTS, ZONES | st.none())
def test_canonical_text_reads_back(moment: datetime, zone: timezone | None) -> None:
    moment = moment.replace(microsecond=0, tzinfo=zone)
    read = parse_when(canonical(moment))
    assert read is not None
    assert read.wall == moment.replace(tzinfo=None)
    assert read.offset == moment.utcoffset()
    if zone is not None:
        assert read.earliest == moment.astimezone(UTC)


@given(MOMENTS, ZONES | st.none(), MOMENTS, ZONES | st.none())
def test_surely_before_is_sure(
    first: datetime, first_zone: timezone | None, second: datetime, second_zone: timezone | None
) -> None:
    """If it says before, then so it is in every zone a missing one could have been."""
    a, b = (
        parse_when(canonical(first.replace(tzinfo=first_zone))),
        parse_when(canonical(second.replace(tzinfo=second_zone))),
    )
    assert a is not None
    assert b is not None
    if a.surely_before(b):
        assert not b.surely_before(a)
        for minutes in (-720, 0, 840):
            shift = timezone(timedelta(minutes=minutes))
            left = first.replace(microsecond=0, tzinfo=first_zone or shift)
            for other in (-720, 0, 840):
                right = second.replace(
                    microsecond=0, tzinfo=second_zone or timezone(timedelta(minutes=other))
                )
                assert left < right


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2017-13",
        "2017-02-30",
        "17-05-05",
        "2017-05-05T25:00",
        "2017-05-05 10:00",
        "0000-01-01",
        "nonsense",
    ],
)
def test_impossible_dates_are_none(text: str) -> None:
    assert parse_when(text) is None


def test_a_month_is_as_long_as_it_is() -> None:
    a, b = parse_when("2017-05"), parse_when("2017-06-03T00:00:00")
    assert a is not None
    assert b is not None
    assert not b.surely_before(a)
    assert a.surely_before(b)
    c = parse_when("2017-05-20T00:00:00Z")
    assert c is not None
    assert not a.surely_before(c)


def test_a_zone_error_of_either_clock_is_no_order() -> None:
    """Earlier in absolute time and later on the wall, or the other way: not sure."""
    a, b = parse_when("2017-05-05T12:00:00+02:00"), parse_when("2017-05-05T11:30:00Z")
    assert a is not None
    assert b is not None
    assert not a.surely_before(b)
    assert not b.surely_before(a)
