"""Plain text: what it is, how it is written, and what it never is."""

from __future__ import annotations

import gzip
import importlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from leakverify.extractors._base import Source
from leakverify.limits import Limits

# the package re-exports a function of that name
module = importlib.import_module("leakverify.extractors.text")


def read(data: bytes, name: str = "x.txt", *, limits: Limits | None = None, full: bool = True) -> Extraction:
    return examine_bytes(data, name, limits=limits or Limits(), full=full).extractions[0]


def facts(data: bytes, name: str = "x.txt") -> dict[str, object]:
    return {o.name: o.value for o in read(data, name).observations}


@pytest.mark.parametrize(
    ("data", "encoding", "bom", "content"),
    [
        (b"plain", "ascii", False, "plain"),
        ("été".encode(), "utf-8", False, "été"),
        (b"\xef\xbb\xbf" + "été".encode(), "utf-8", True, "été"),
        (b"un \xe9t\xe9", "iso-8859-1", False, "un été"),
        (b"1 \x80 cher", "windows-1252", False, "1 € cher"),
        (b"a long line with \x81 and \x80 in it", "unknown-8bit", False, "a long line with \x81 and € in it"),
        ("été".encode("utf-16"), "utf-16-le", True, "été"),
        (b"\xfe\xff" + "été".encode("utf-16-be"), "utf-16-be", True, "été"),
        ("wide letters".encode("utf-16-le"), "utf-16-le", False, "wide letters"),
        ("wide letters".encode("utf-16-be"), "utf-16-be", False, "wide letters"),
        (b"\xff\xfe\x00\x00" + "été".encode("utf-32-le"), "utf-32-le", True, "été"),
    ],
)
def test_encodings(data: bytes, encoding: str, bom: bool, content: str) -> None:
    found = facts(data)
    assert found["file.format"] == "text"
    assert (found["text.encoding"], found["text.bom"], found["text.content"]) == (encoding, bom, content)


@pytest.mark.parametrize(
    ("data", "ending", "lines", "closed"),
    [
        (b"a\nb\n", "lf", 2, True),
        (b"a\r\nb", "crlf", 2, False),
        (b"a\rb\r", "cr", 2, True),
        (b"a\nb\r\nc", "mixed", 3, False),
        (b"a", "none", 1, False),
        ("a\r\nb\r\n".encode("utf-16"), "crlf", 2, True),
    ],
)
def test_lines(data: bytes, ending: str, lines: int, closed: bool) -> None:
    found = facts(data)
    assert (found["text.line_ending"], found["text.lines"]) == (ending, lines)
    assert found["text.final_line_break"] is closed


@given(st.text(alphabet="a\r\n", min_size=1, max_size=60), st.integers(1, 9))
def test_lines_do_not_depend_on_the_pieces_read(text: str, step: int) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = expected.count("\n") + (not expected.endswith("\n"))
    normal = module._PIECE
    try:
        module._PIECE = step
        assert facts(text.encode())["text.lines"] == lines
    finally:
        module._PIECE = normal


@given(st.text(min_size=1, max_size=40), st.integers(1, 7))
def test_the_encoding_does_not_depend_on_the_pieces_read(text: str, step: int) -> None:
    data = text.encode("utf-8")
    normal = module._PIECE
    try:
        whole = module._narrow(Source(data))
        module._PIECE = step
        assert module._narrow(Source(data)) == whole == ("ascii" if text.isascii() else "utf-8")
    finally:
        module._PIECE = normal


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(3000),
        random.Random(2).randbytes(40),
        gzip.compress(b"text " * 400, mtime=0),
        b"\x00" * 300,
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"{\\rtf1\\ansi text}",
        b"%!PS-Adobe-3.0\n",
        b"\xff\xfe" + b"\x00\xd8" * 50,
    ],
)
def test_other_bytes_are_never_text(data: bytes) -> None:
    assert "text" not in read(data).formats


def test_a_stray_null_does_not_hide_a_text_and_is_counted() -> None:
    found = facts(b"words " * 100 + b"\x00" + b" words" * 100)
    assert found["file.format"] == "text"
    assert found["text.null_bytes"] == 1


def test_short_bytes_that_are_no_utf8_need_the_name_of_a_text() -> None:
    data = "Привет".encode("cp1251")
    assert read(data, "x.txt").formats == ("text",)
    assert read(data, "x.dat").formats == ()


@pytest.mark.parametrize(
    ("data", "name", "delimiter", "columns"),
    [
        (b"a,b,c\n1,2,3\n", "x.csv", "comma", 3),
        (b'"a,x";b\n', "x.csv", "semicolon", 2),
        (b"a\tb\n", "x.TSV", "tab", 2),
        ("a;b\n".encode("utf-16"), "x.csv", "semicolon", 2),
    ],
)
def test_tables(data: bytes, name: str, delimiter: str, columns: int) -> None:
    found = facts(data, name)
    assert (found["text.table.delimiter"], found["text.table.columns"]) == (delimiter, columns)


def test_a_text_with_commas_is_no_table() -> None:
    assert "text.table.columns" not in facts(b"a, b, c\n", "x.txt")


def test_text_beyond_the_limit_is_said_to_be_left_out() -> None:
    found = read("é".encode() * 100, limits=Limits(text_chars=10))
    assert [o.value for o in found.observations if o.name == "text.content"] == ["é" * 10]
    assert {p.code for p in found.problems} == {"limit-text"}


def test_bytes_that_do_not_fit_their_mark_are_a_problem() -> None:
    assert {p.code for p in read(b"\xef\xbb\xbfwords \xe9 words").problems} == {"malformed"}
    assert not read("\ufeffwords \ufffd words".encode()).problems


def test_the_first_pass_reads_the_content_as_well() -> None:
    found = read(b"words", full=False)
    assert not found.deferred
    assert [o.value for o in found.observations if o.name == "text.content"] == ["words"]


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["x.txt", "x.csv", ""]))
def test_any_bytes_give_an_answer_and_the_same_twice(data: bytes, name: str) -> None:
    first = read(data, name)
    if first.formats == ("text",):  # bytes with another format's signature are not ours
        assert not {p.code for p in first.problems} & {"reader-error", "box-protocol"}
    assert read(data, name) == first
