"""Dated knowledge: every row is dated and sourced, and the tables agree with what they rest on."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest

from leakverify import knowledge
from leakverify.checks._text import script
from leakverify.checks._versions import coined
from leakverify.checks.phone_plan import plan_of
from leakverify.knowledge import BadTableError, names, parse_table, table
from leakverify_models import knowledge as builders

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


def test_top_level_domains_are_read_from_the_comments_of_the_list() -> None:
    text = "// aaa : 2015-02-26 An association\naaa\n\n// co.uk : 2015-02-26 no\nco.uk\n// bzh : 2014-02-27 A\nbzh\n"
    rows = list(parse_table("\n".join(builders.tlds(text)), "tlds"))
    assert [(row["tld"], row["date"]) for row in rows] == [("aaa", "2015-02-26"), ("bzh", "2014-02-27")]


def test_characters_are_read_from_the_ages_of_unicode() -> None:
    text = (
        "# DerivedAge-15.0.0.txt\n# Assigned as of Unicode 1.1.0 (June, 1993)\n0041..005A    ; 1.1 #  [26] A..Z\n"
        "# Newly assigned in Unicode 2.1.2 (May, 1998)\n20AC          ; 2.1 #       EURO SIGN\n"
        "20AD..20AE    ; 2.1 #   [2] X..Y\nFFFE..FFFF    ; 2.1 #   [2] <noncharacter-FFFE>..<noncharacter-FFFF>\n"
    )
    (row,) = parse_table("\n".join(builders.unicode_versions(text)), "unicode_versions")
    assert (row["version"], row["assigned"], row["date"]) == ("2.1", "20AC-20AE", "1998-05")


def test_every_version_of_unicode_has_its_characters() -> None:
    shown = {row["version"]: row["assigned"] for row in table("unicode_versions")}
    assert "20AC" in shown["2.1"] and "20BF" in shown["10.0"] and shown["6.2"] == "20BA"
    assert shown["13.0"].split()[-1].endswith("3134A")


def test_rates_of_a_country_follow_one_another_without_a_gap() -> None:
    standard = [row for row in table("vat_rates") if row["kind"] == "standard"]
    for country in {row["country"] for row in standard}:
        rows = [row for row in standard if row["country"] == country]
        for row in rows:
            if row["until"]:
                after = date.fromisoformat(row["until"]) + timedelta(days=1)
                assert any(
                    other["date"] <= after.isoformat()
                    and (not other["until"] or other["until"] >= after.isoformat())
                    for other in rows
                ), (country, row["rate"])


@pytest.mark.parametrize("row", table("dated_terms"), ids=lambda row: row["term"])
def test_a_term_is_looked_for_by_letters_that_its_pattern_holds(row: knowledge.Row) -> None:
    assert re.compile(row["pattern"])
    assert row["anchor"] == row["anchor"].lower()


def test_a_word_is_found_in_a_row_however_it_is_spaced() -> None:
    (row,) = parse_table(HEAD + "Calibri Light\t2012\tyear\tseen\n", "t")
    assert row.mentions("calibrilight") and row.mentions("Calibri_Light") and not row.mentions("Cambria")


def test_number_plans_are_known_before_they_are_in_service_and_listed_once() -> None:
    rows = table("number_plans")
    prefixes = [row["prefix"] for row in rows]
    assert len(set(prefixes)) == len(prefixes)
    for row in rows:
        assert re.fullmatch(r"(?:FR )?\d{2,6}", row["prefix"]) and row["figures"] in ("0", "11", "12"), row[
            "prefix"
        ]
        if row["in_service"]:
            assert row["in_service"] >= row["date"], row["prefix"]


@pytest.mark.parametrize(
    ("number", "since"),
    [
        ("+33142345678 abroad", "1985"),
        ("+33142345678 FR", "1991-06-09"),
        ("+33972123456 FR", "2005"),
        ("+33752123456 abroad", "2008-11"),
        ("+442079460123 abroad", "1995-04-16"),
        ("+16465550134 US", "1999-05-07"),
        ("+12125550134 US", None),
        ("+441711234567 abroad", "1991"),
        ("+4930123456 abroad", None),
        ("+3397212 FR", None),
    ],
)
def test_a_number_finds_the_plan_it_belongs_to(number: str, since: str | None) -> None:
    row = plan_of(number)
    assert (row["date"] if row else None) == since
