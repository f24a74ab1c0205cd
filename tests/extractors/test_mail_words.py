"""Words and dates of header fields."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.extractors._mail_charset import codec_of, decode
from leakverify.extractors._mail_dates import read_date, read_envelope
from leakverify.extractors._mail_words import (
    addresses,
    decode_words,
    hop,
    message_ids,
    tags,
    without_comments,
)
from leakverify.when import parse_when


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Fri, 5 May 2017 20:47:00 +0200", "2017-05-05T20:47:00+02:00"),
        ("Fri, 5 May 2017 20:47:00 +0200 (CEST)", "2017-05-05T20:47:00+02:00"),
        ("5 May 2017 20:47 +0000", "2017-05-05T20:47:00Z"),
        ("Fri,  5  May\t2017 20:47:00 (x (y)) -0330", "2017-05-05T20:47:00-03:30"),
        ("Fri, 5 May 17 20:47:00 GMT", "2017-05-05T20:47:00Z"),
        ("Fri, 5 May 99 20:47:00 EST", "1999-05-05T20:47:00-05:00"),
        ("Fri, 5 May 102 20:47:00 PDT", "2002-05-05T20:47:00-07:00"),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:60Z"),
        ("Friday, 5-May-2017 20:47:00 UT", "2017-05-05T20:47:00Z"),
        ("Fri, 5 May 2017 8:47:00 PM +0200", "2017-05-05T20:47:00+02:00"),
        ("Fri May  5 20:47:00 2017", "2017-05-05T20:47:00"),
        ("Fri May  5 20:47:00 +0200 2017", "2017-05-05T20:47:00+02:00"),
        ("2017-05-05T20:47:00Z", "2017-05-05T20:47:00Z"),
        # the zone is not known
        ("Fri, 5 May 2017 20:47:00 -0000", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00 Z", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00 CEST", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00 GMT-4", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00 UT -0400", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00 -1900", "2017-05-05T20:47:00"),
        ("Fri, 5 May 2017 20:47:00 +0275", "2017-05-05T20:47:00"),
    ],
)  # fmt: skip
def test_dates(text: str, value: str) -> None:
    read = read_date(text)
    assert read is not None
    assert read.value == value
    assert parse_when(read.value) is not None


@pytest.mark.parametrize(
    "text",
    ["", "Whenever", "05/06/2017 20:47", "Fri, 31 Feb 2017 20:47:00 +0200", "Fri, 5 May 2017 25:00:00 +0200",
     "Pn, 29 paX 2007 21:13:00 +0100", "Wed, 15 Dec 2010    59:10 -0500", "Fri, 0 May 2017 20:47:00 +0200",
     "20170505T204700Z", "5 Mayonnaise 2017 10:00:00 +0200"],
)  # fmt: skip
def test_impossible_or_ambiguous_dates_are_none(text: str) -> None:
    assert read_date(text) is None


@given(st.datetimes(min_value=datetime(1970, 1, 1)), st.integers(-720, 840))
def test_usual_dates_agree_with_the_standard_library(moment: datetime, offset: int) -> None:
    sign = "-" if offset < 0 else "+"
    zone = f"{sign}{abs(offset) // 60:02}{abs(offset) % 60:02}"
    text = f"{moment:%a, %d %b} {moment:%Y} {moment:%H:%M:%S} {zone}"
    read, judge = read_date(text), parsedate_to_datetime(text)
    assert read is not None
    stated = parse_when(read.value)
    assert stated is not None
    assert stated.wall == judge.replace(tzinfo=None)
    assert stated.offset == judge.utcoffset()


@given(st.text(max_size=200))
def test_any_text_is_a_possible_date_or_none(text: str) -> None:
    read = read_date(text)
    assert read is None or parse_when(read.value) is not None


@pytest.mark.parametrize(
    ("line", "sender", "date"),
    [
        (b"From a@b.example Fri May  5 20:47:00 2017\n", "a@b.example", "2017-05-05T20:47:00"),
        (b"From a@b.example  Fri, 5 May 2017 20:47:00 +0200\r\n", "a@b.example", "2017-05-05T20:47:00+02:00"),
        (b"From 12@xxx Fri Sep 26 17:18:40 +0000 2025\n", "12@xxx", "2025-09-26T17:18:40Z"),
        (b"From - Fri May  5 20:47:00 2017\n", "-", "2017-05-05T20:47:00"),
    ],
)
def test_envelope_lines(line: bytes, sender: str, date: str) -> None:
    read = read_envelope(line)
    assert read is not None and read.date is not None
    assert (read.sender, read.date.value) == (sender, date)


def test_a_sentence_is_no_envelope_line() -> None:
    assert read_envelope(b"From the beginning of May 2017\n") is None
    assert read_envelope(b"From Friday to Sunday we met at 20:47\n") is None


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("=?utf-8?q?Ren=C3=A9e_M?=", "Renée M"),
        ("a =?utf-8?b?w6k=?= b", "a é b"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?b?w?= =?utf-8?b?6k=?=", "�"),  # each word is whole groups of four, or damaged
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),  # cut inside a letter
        ("=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
        ("=?utf-8*fr?q?=C3=A9?=", "é"),
        ("=?no-such?q?=E9?=", "é"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?", "=?"),
    ],
)
def test_encoded_words(text: str, decoded: str) -> None:
    assert decode_words(text).strip("\ufffd") == decoded.strip("\ufffd")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Doe, Jane <j@a>, b@c (Bob (x))", [("Doe, Jane", "j@a"), ("Bob (x)", "b@c")]),
        ("a, b, c, Nat <n@x>", [("", "a"), ("", "b"), ("", "c"), ("Nat", "n@x")]),
        ('G: a@b, "c, d" <d@e>;, f', [("", "a@b"), ("c, d", "d@e"), ("", "f")]),
        ("undisclosed-recipients:;", []),
        ("<a@b><c@d>", [("", "a@b"), ("", "c@d")]),
        ("=?utf-8?q?Smith,_John?= <a@b>", [("Smith, John", "a@b")]),
        ("shown@bank.example <real@x.example>", [("shown@bank.example", "real@x.example")]),
        ("<@r1,@r2:u@h>", [("", "u@h")]),
        ("a b c", [("a b c", "")]),
        ("", []),
    ],
)
def test_address_lists(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in addresses(text)] == expected


@given(st.text(alphabet='ab@<>",;:()\\ =?.é', max_size=60))
def test_no_address_list_is_refused_and_literals_are_of_the_text(text: str) -> None:
    for one in addresses(text):
        assert one.name or one.address
        assert all(piece.strip() in text for piece in one.raw.split(", "))


def test_comments_nest_and_quotes_protect() -> None:
    assert without_comments('a (b (c) d) "(e)" f', "") == 'a  "(e)" f'
    assert without_comments("a (b", "") == "a "
    assert without_comments("a) b", "") == "a) b"


def test_hop_words() -> None:
    read = hop("from a.example (HELO by) by b.example (Postfix) with ESMTPS id 4X for <x@y>; Fri, 5 May 2017")
    assert read == ("a.example", "b.example", "ESMTPS", "4X", "Fri, 5 May 2017")


def test_ids_and_tags() -> None:
    assert list(message_ids("<a@b> (x) <c\t@d>")) == ["a@b", "c@d"]
    assert list(message_ids("a@b")) == ["a@b"]
    assert tags("v=1; d=a.example;\th=from : to; d=second") == {"v": "1", "d": "a.example", "h": "from:to"}


@given(
    st.binary(max_size=80), st.sampled_from(["", "utf-8", "utf-7", "hz", "iso-2022-jp", "utf-16", "gb18030"])
)
def test_decoding_never_fails_and_can_be_written(data: bytes, charset: str) -> None:
    decode(data, charset).encode("utf-8")


def test_only_listed_codecs_are_used() -> None:
    assert not any(
        map(codec_of, ("zlib", "idna", "punycode", "rot13", "unicode_escape", "../x", "", "x" * 99))
    )
    assert codec_of("ISO_8859-15") == "iso8859_15"
