"""Dated knowledge: every row is dated and sourced, and the tables agree with what they rest on."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from leakverify import knowledge
from leakverify.checks._text import script
from leakverify.checks._versions import coined
from leakverify.knowledge import BadTableError, names, parse_table, table

HEAD = "what\tdate\tprecision\tsource\n"


def test_rows_are_read_in_order_with_comments_set_aside() -> None:
    rows = list(parse_table(f"# about\n\n{HEAD}a\t2012\tyear\tseen\nb\t2012-07-16\tday\tread\n", "t"))
    assert [row["what"] for row in rows] == ["a", "b"]
    assert rows[1].when.text == "2012-07-16" and rows[1].source == "read"
    with pytest.raises(KeyError):
        rows[0]["other"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("a\t2012\tyear\t", "without a source"),
        ("a\t2012\tyear\t  ", "without a source"),
        ("a\t2012-13\tmonth\tseen", "not a date"),
        ("a\t\tday\tseen", "not a date"),
        ("a\t2012\tday\tseen", "precision"),
        ("a\t2012-07-16\tcentury\tseen", "precision"),
        ("a\t2012\tyear", "3 cells"),
        ("a\t2012\tyear\tseen\tmore", "5 cells"),
    ],
)
def test_a_row_that_cannot_be_checked_is_refused(row: str, complaint: str) -> None:
    with pytest.raises(BadTableError, match=complaint) as refused:
        list(parse_table(HEAD + row + "\n", "facts.tsv"))
    assert "facts.tsv:2" in str(refused.value)


@pytest.mark.parametrize("missing", ["date", "precision", "source"])
def test_a_table_without_a_required_column_is_refused(missing: str) -> None:
    columns = [c for c in ("what", "date", "precision", "source") if c != missing]
    with pytest.raises(BadTableError, match=missing):
        list(parse_table("\t".join(columns) + "\na\tb\tc\n", "t"))


@pytest.mark.parametrize("name", names())
def test_shipped_table_is_sound(name: str) -> None:
    """Reading it raises on any row without date or source; an explanation and no machine path is in it."""
    text = Path(knowledge.__file__).with_name(f"{name}.tsv").read_text("utf-8")
    assert table(name)
    assert text.startswith("# ")
    assert not re.search(r"(?:/work|/tmp|/home|\\Users)\b", text)


def test_namespaces_are_dated_by_their_uri_and_seen_no_earlier() -> None:
    for row in table("ooxml_namespaces"):
        assert row["date"][:4] in row["uri"]
        if row["first_seen"]:
            assert row["first_seen"] >= row["date"], row["uri"]


def test_a_namespace_that_is_not_listed_is_dated_by_the_same_rule() -> None:
    base = "http://schemas.microsoft.com/office/"
    dates = {
        "word/2031/wordml": "2031",
        "drawing/2029/11/chart": "2029-11",
        "drawing/2029/5/12/chartex": "2029-05-12",
        "drawing/2029/13/99/chartex": "2029",
        "word/2010/wordml": "2010",
    }
    assert {uri: getattr(coined(base + uri), "text", None) for uri in dates} == dates
    for undated in ("urn:schemas-microsoft-com:vml", base + "excel/main", "http://example.org/2031/x"):
        assert coined(undated) is None


def test_confusables_are_letters_of_another_script_with_a_latin_twin() -> None:
    rows = table("confusables")
    assert len({row["letter"] for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch("[A-Za-z]", row["latin"])
        assert unicodedata.name(row["letter"]) == row["name"]
        assert script(row["letter"]) in {"CYRILLIC", "GREEK", "ARMENIAN"}


def test_releases_ascend_by_version_and_day() -> None:
    rows = table("exiftool_releases")
    versions = [tuple(int(n) for n in row["version"].split(".")) for row in rows]
    assert versions == sorted(versions)
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
