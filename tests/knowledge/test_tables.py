"""Dated knowledge: every row is dated and sourced, and the tables agree with what they rest on."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest
from leakverify_models import knowledge as builders
from leakverify_models import knowledge_releases as lists

from leakverify import knowledge
from leakverify.checks._text import script
from leakverify.checks._versions import coined
from leakverify.checks.phone_plan import plan_of
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


#: where a reader can look a fact up: a place on the web or in a repository, a standard, a law, an article, a list
CITED = re.compile(
    r"https?://|[\w-]\.(?:com|org|net|date|io|de|fr|gov|eu|info|app|se|global|int|kr)\b|\b[\w.-]+/[\w.-]+\.?\w*"
    r"|RFC ?\d|ISO(?:/\w+)? \d|\bdraft-|ECMA-\d|ETSI |CIPA |JEITA |ITU-R |arXiv|MS-[A-Z]+"
    r"|PDF Reference|Adobe Supplement|OASIS|Unicode|DerivedAge|Public Suffix|endoflife\.date|browser-compat-data"
    r"|Wikipedia|Debian|BetaWiki|EWHC|\b(?:[Ll]oi|[Dd]écret|[Oo]rdonnance|law|Circular|Steuerhilfegesetz)\b"
    r"|tz database|Knowledge Base|announcement on CTAN|Oxford English Dictionary"
)
#: what was counted or read by ourselves, and on what
MEASURED = re.compile(
    r"[Mm]easured|[Rr]ead (?:in|on|from)|[Ll]earned from|stated by|named by|(?:public|genuine) (?:\w+ )*"
    r"(?:file|files|mail|mails|document|documents|picture|pictures|scan|scans|collection|archives?)"
    r"|test collections?|files? at hand|of its source|its own (?:mail|pages)"
)
#: words of one who did not look
UNSURE = re.compile(
    r"(?i)from memory|\bmem\b|\bguess|probably|i think|unknown|to be confirmed|\btodo\b|\?\?|\bn/a\b"
)
#: tables whose dates are held against what a document claims: nothing in them rests on our own files alone
DATED = (
    "cameras", "dated_terms", "exif_versions", "exiftool_releases", "fonts", "image_programs",
    "libreoffice_releases", "mail_client_releases", "mail_firsts", "odf_versions", "office_generations",
    "office_versions", "ooxml_namespaces", "pdf_releases", "pdf_versions", "tlds", "unicode_versions",
    "vat_rates", "windows_builds", "windows_versions",
)  # fmt: skip


@pytest.mark.parametrize("name", DATED)
def test_a_date_that_is_held_against_documents_can_be_looked_up(name: str) -> None:
    loose = {row.source for row in table(name) if not CITED.search(row.source)}
    # what public files state is a bound of its own kind, and says so
    assert not {source for source in loose if not MEASURED.search(source) and "public file" not in source}


@pytest.mark.parametrize("name", names())
def test_no_row_rests_on_memory(name: str) -> None:
    assert not {row.source for row in table(name) if UNSURE.search(row.source) or len(row.source) < 8}


@pytest.mark.parametrize(
    ("source", "cited"),
    [
        ("from memory", False),
        ("general knowledge", False),
        ("I looked it up", False),
        ("announced that day", False),
        ("Wikipedia, Windows 8", True),
        ("https://www.pdfa.org/x", True),
        ("github.com/mozilla/Fira", True),
        ("ISO 32000-2:2017", True),
    ],
)
def test_the_rule_for_sources_tells_a_document_from_a_claim(source: str, cited: bool) -> None:
    assert bool(CITED.search(source)) is cited


def test_what_documents_say_finds_the_row() -> None:
    said = {
        "fonts": {
            "ABCDEE+Calibri,Bold": "Calibri",
            "calibri light": "Calibri Light",
            "CALIBRI-Italic": "Calibri",
        },
        "pdf_releases": {"Skia/PDF m64": "Skia", "Microsoft® Word 2016": "Microsoft Office"},
        "tlds": {".paris": "paris", "bzh": "bzh"},
        "unicode_versions": {"€": "2.1"},
        "mail_client_releases": {"iPhone Mail (14E304)": "iOS"},
        "cameras": {"iphone 13 mini": "iPhone 13 mini"},
    }
    for name, asked in said.items():
        for word, wanted in asked.items():
            found = knowledge.find(name, word)
            assert found and wanted in found[0].values.values(), (name, word)
    assert knowledge.find("fonts", "Arial") == () == knowledge.find("pdf_releases", "Nobody 3.1")
    assert knowledge.find("fonts", " ") == table("fonts")


def test_a_version_between_two_rows_is_that_of_the_row_before() -> None:
    (row,) = knowledge.releases("pdf_releases", "GPL Ghostscript 9.51")
    assert row["version"] == "9.50"
    assert list(knowledge.releases("pdf_releases", "GPL Ghostscript 4.03")) == []


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
        ("+33752123456 abroad", "2008"),
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


def test_characters_of_a_later_version_are_those_it_has_and_the_one_before_has_not() -> None:
    text = "16.0 2024-09\n0041 0042\n0041 0042 0897 1B4E 1B4F\n"
    (line,) = builders.characters_since(text)
    assert line.split("\t")[:4] == ["16.0", "0897 1B4E-1B4F", "2024-09", "month"]
    assert line.split("\t")[4] in {row.source for row in table("unicode_versions")}


def test_no_character_is_assigned_twice() -> None:
    seen: set[int] = set()
    for row in table("unicode_versions"):
        for run in row["assigned"].split():
            first, _, last = run.partition("-")
            points = range(int(first, 16), int(last or first, 16) + 1)
            assert seen.isdisjoint(points), row["version"]
            seen.update(points)


def test_releases_are_read_from_the_lists_of_programs() -> None:
    text = "6.3.0 (2019-09-19)\n\t- x\n\n6.2.26 (2019-04-01)\n6.2.25 (2019-03-25)\n6.2.0 (2014-12-10)\n"
    rows = [line.split("\t") for line in lists.releases("TCPDF", text)]
    assert [(row[2], row[4]) for row in rows] == [
        ("6.2.0", "2014-12-10"),
        ("6.2.25", "2019-03-25"),
        ("6.3.0", "2019-09-19"),
    ]
    assert rows[0][1] and not rows[1][1] and all("github.com" in row[6] for row in rows)


def test_an_older_line_kept_alive_does_not_make_the_next_number_younger() -> None:
    """3.2.9 of 2022 stands below 3.3.0 of 2021: no version from 3.2.9 on may be called younger than 2021."""
    text = "## [3.3.0] - 2021-08-23\n## [3.2.9] - 2022-05-01\n## [3.2.0] - 2020-09-10\n"
    rows = [line.split("\t") for line in lists.releases("pdftk-java", text)]
    assert [(row[2], row[4]) for row in rows] == [("3.2.0", "2020-09-10"), ("3.2.9", "2021-08-23")]


def test_builds_that_bear_the_next_number_at_once_count_from_the_release_before() -> None:
    text = "v0.12.6 (2020-06-11)\nv0.12.5 (2018-06-11)\nv0.12.4 (2016-11-22)\n"
    rows = [line.split("\t") for line in lists.releases("wkhtmltopdf", text)]
    assert [(row[2], row[4]) for row in rows] == [("0.12.5", "2016-11-22"), ("0.12.6", "2018-06-11")]


def test_a_release_that_is_only_planned_is_no_row() -> None:
    listed = {
        "1": ("2008-12-11", "retired"),
        "60": ("2017-07-25", "current"),
        "70": ("2030-01-01", "planned"),
    }
    releases = {v: {"release_date": day, "status": status} for v, (day, status) in listed.items()}
    text = json.dumps({"browsers": {"chrome": {"releases": releases}}})
    assert [line.split("\t")[2] for line in lists.releases("Chrome", text)] == ["1", "60"]
    assert [line.split("\t")[2] for line in lists.releases("Skia", text)] == ["60"]


@pytest.mark.parametrize("program", sorted(lists.SOURCES))
def test_the_shipped_rows_of_a_listed_program_are_those_of_its_list(program: str) -> None:
    """Same pattern, same margin, same source in every row: what the script prints, not what a hand wrote."""
    rows = [row for row in table("pdf_releases") if row["program"] == program]
    source = lists.SOURCES[program]
    assert rows[0]["claims"] == source.claims and re.fullmatch("[0-9a-f]{64}", source.digest)
    assert {row["ahead"] for row in rows} == {str(source.ahead)}
    assert {row.source for row in rows} == {f"{source.named} ({source.url})"}
