"""Tables of the user's own: read, refused, and part of what a report was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

import leakverify as lv
from leakverify.references import NO_REFERENCES, References

TABLE = (
    "term\tdate\tprecision\tuntil\tsource\nMinistre Dupont\t2014-04-02\tday\t2016-12-06\tofficial gazette\n"
)
LETTER = "Paris, le 12 mars 2013\nMonsieur le ministre   Dupont,\nje vous prie de ...\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def answers(report: lv.Report) -> list[str]:
    return [e.message for e in report.evidence if e.check == "LV-TXT-004" and e.message != "nothing"]


def test_a_term_before_its_day_is_told_with_its_table(tmp_path: Path) -> None:
    letter, table = write(tmp_path, "letter.txt", LETTER), write(tmp_path, "ministers.tsv", TABLE)
    report = lv.verify(letter, tables=[table])
    assert answers(report) == ["not-yet"]
    (found,) = [e for e in report.evidence if e.check == "LV-TXT-004"]
    assert "ministers.tsv" in found.text and "2013-03-12" in found.text
    assert not answers(lv.verify(letter))


def test_a_report_says_that_it_was_made_with_tables(tmp_path: Path) -> None:
    letter, table = write(tmp_path, "letter.txt", LETTER), write(tmp_path, "ministers.tsv", TABLE)
    with_table, without = lv.verify(letter, tables=[table]), lv.verify(letter)
    assert with_table.provenance != without.provenance
    assert lv.verify(letter, tables=[table]) == with_table


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (TABLE.replace("official gazette", ""), "t.tsv:2: a fact without a source"),
        (TABLE.replace("2014-04-02", "2014-14-02"), "t.tsv:2: '2014-14-02' is not a date"),
        (TABLE.replace("2014-04-02", "02/04/2014"), "write 2014-04-02, 2014-04 or 2014"),
        (TABLE.replace("2016-12-06", "06/12/2016"), "until '06/12/2016' is not a date"),
        (TABLE.replace("source", "origin"), "t.tsv:1: no column source; the line that names the columns is"),
        (TABLE.replace("Ministre Dupont", "Ministre;Dupont").replace("\t", ";"), "t.tsv:2: 6 cells for 5"),
        (TABLE.partition("\n")[0], "no rows"),
        ("", "empty"),
        (TABLE.replace("Ministre", '"Ministre'), "t.tsv:2: a quotation mark without its other"),
        ("\0\1\2", "not a table of text"),
        (TABLE.replace("Ministre Dupont", "X"), "three characters"),
        (TABLE.replace("term", "word"), "no column term"),
        ("nothing", "no column term, date, source"),
    ],
)
def test_a_table_that_cannot_be_checked_is_a_wrong_call(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(lv.UsageError, match=complaint):
        References.read(tables=[write(tmp_path, "t.tsv", text)])


def test_no_table_is_no_reference(tmp_path: Path) -> None:
    assert References.read() is NO_REFERENCES
    assert NO_REFERENCES.identity == ""
    with pytest.raises(lv.UsageError):
        References.read(tables=[tmp_path / "absent.tsv"])


@pytest.mark.parametrize("parted", ["\t", ";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_is_read_as_spreadsheets_save_it(
    parted: str, encoding: str, ending: str, tmp_path: Path
) -> None:
    rows = [
        ["Term", "date", "until", "source"],
        ["Préfet Müller", "2014-04", "", '"Journal officiel; 2 avril 2014, p. 3"'],
        ["Élysée Conseil", "2012", "2016", "registre"],
    ]
    path = tmp_path / "leur table.csv"
    path.write_bytes(ending.join(parted.join(row) for row in rows).encode(encoding))
    terms = References.read(tables=[path]).terms
    assert {(t.term, t.since, t.until, t.source) for t in terms} == {
        ("Préfet Müller", "2014-04", "", "Journal officiel; 2 avril 2014, p. 3"),
        ("Élysée Conseil", "2012", "2016", "registre"),
    }


def test_empty_lines_of_a_spreadsheet_are_no_rows(tmp_path: Path) -> None:
    text = TABLE.replace("\t", ";") + ";;;;\n\n"
    assert len(References.read(tables=[write(tmp_path, "t.csv", text)]).terms) == 1


def test_the_same_table_is_the_same_reference_however_it_was_saved(tmp_path: Path) -> None:
    one = References.read(tables=[write(tmp_path, "t.csv", TABLE)])
    other = References.read(tables=[write(tmp_path, "t.csv", TABLE.replace("\t", ";"))])
    assert one.identity == other.identity


def test_a_table_over_the_limit_is_a_wrong_call(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TABLE.encode() + b"#" * (5 << 20))
    with pytest.raises(lv.UsageError, match="more than"):
        References.read(tables=[path])
