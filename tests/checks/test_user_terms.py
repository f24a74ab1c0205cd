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
        (TABLE.replace("official gazette", ""), "without a source"),
        (TABLE.replace("2014-04-02", "2014-14-02"), "not a date"),
        (TABLE.replace("Ministre Dupont", "X"), "three characters"),
        (TABLE.replace("term", "word"), "no column term"),
        ("nothing", "no column"),
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
