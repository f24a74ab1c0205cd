"""Comparing times and names: what is certain, and what only looks alike."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.checks import _text, _time
from leakverify.checks._base import Facts, fact
from leakverify.checks._versions import released, writer
from leakverify.evidence import Extraction
from leakverify.when import When, canonical, parse_when

zones = st.sampled_from(["", "Z", "+02:00", "-07:00", "+05:45", "+14:00", "-12:00"])
walls = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1))


def when(text: str) -> When:
    read = parse_when(text)
    assert read is not None
    return read


@st.composite
def moments(draw: st.DrawFn) -> When:
    return when(canonical(draw(walls)) + draw(zones))


@given(moments(), moments())
def test_of_two_times_at_most_one_is_certainly_later(one: When, other: When) -> None:
    assert _time.lead(one, other) <= timedelta(0) or _time.lead(other, one) < timedelta(0)
    assert _time.distance(one, other) == _time.distance(other, one) >= timedelta(0)


@given(moments(), st.integers(2, 3000).map(timedelta), zones, zones)
def test_days_apart_is_certain_whatever_the_zones(
    one: When, apart: timedelta, first: str, second: str
) -> None:
    early, late = when(canonical(one.wall) + first), when(canonical(one.wall + apart) + second)
    lead = _time.lead(late, early)
    # never more than the clocks showed, and short of it by no more than the zones of the earth
    assert apart - _time.ZONES - timedelta(seconds=1) <= lead <= apart


@given(walls, st.integers(-56, 56), zones, zones)
def test_a_wrong_zone_alone_is_never_a_difference(
    wall: datetime, quarters: int, one: str, other: str
) -> None:
    first = when(canonical(wall) + one)
    second = when(canonical(wall + quarters * _time.QUARTER) + other)
    assert _time.only_zone(first, second)
    assert _time.distance(first, second) <= _time.DAY


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=200_000)))
def test_a_span_is_told_in_at_most_two_units(span: timedelta) -> None:
    text = _time.span_text(span)
    assert text == "less than a minute" or len(text.split()) in (2, 4)


def test_spans_read_well() -> None:
    spans = {
        timedelta(seconds=59): "less than a minute",
        timedelta(minutes=61): "1 h 1 min",
        timedelta(days=1): "1 day",
        timedelta(days=365, hours=7): "1 year 1 h",
        -timedelta(days=800): "2 years 69 days",
    }
    assert {span: _time.span_text(span) for span in spans} == spans


@pytest.mark.parametrize(
    ("word", "reads"),
    [
        ("Macron", ""),
        ("M\u0430cron", "LATIN"),
        ("\u041c\u0430\u043ar\u043e\u043d", ""),
        ("\u041c\u0430\u043ap\u043e\u043d", "CYRILLIC"),
        ("\u0420\u043e\u0448\u043a\u0430", ""),
        ("CV\u0418\u0432\u0430\u043d\u043e\u0432\u0430", ""),
        ("\u03b1\u03b2\u03b3", ""),
        ("\u00b5Torrent", ""),
        ("\u0391viati\u03bfn", "LATIN"),
        ("\u6771\u4eac\u30bf\u30ef\u30fc", ""),
        ("e\u0301t\u00e9", ""),
    ],
)
def test_only_a_word_that_passes_for_one_script_is_mixed(word: str, reads: str) -> None:
    found = [_text.reads_as_one(part) for part in _text.words(word)]
    assert "".join(found) == reads


@given(st.text(max_size=40))
def test_any_name_can_be_looked_at(name: str) -> None:
    for word in _text.words(name):
        assert _text.reads_as_one(word) in ("", *_text.ALIKE_SCRIPTS)
    for domain in _text.domains(f"x@{name}.example"):
        assert _text.skeleton(domain)


def test_domains_are_shown_as_people_see_them() -> None:
    assert _text.domains("A <a@Example.ORG>, b@xn--pple-43d.com") == ("example.org", "\u0430pple.com")
    assert _text.skeleton("\u0430pple.com") == _text.skeleton("apple.com")
    assert (
        _text.skeleton("en-rnarche.fr") == _text.skeleton("en-marche.fr") != _text.skeleton("en-marche.org")
    )


def test_versions_are_dated_one_sidedly() -> None:
    assert released("16.0000") is not None and released("16.0300") is not None
    assert released("11.0000") is None and released("") is None


def test_an_unknown_packer_is_nobody() -> None:
    """A layout that is merely not Office's must not be taken for somebody else's."""

    def packer(*facts) -> str:
        found = writer(Facts(Extraction(index=0, formats=("ooxml",), observations=facts)))
        return "" if found is None else found.name

    assert packer() == ""
    assert packer(fact("zip.made_by", "7.77")) == ""
    assert packer(fact("zip.made_by", "0.45"), fact("zip.made_by", "0.20")) == ""
    assert (
        packer(fact("zip.made_by", "0.45"), fact("zip.flags.first", "0x8"), fact("zip.times", "real")) == ""
    )
