"""A table that no spreadsheet takes for a program."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from leakverify.evidence import Report
from leakverify.report.table import COLUMNS, cell, write_table
from tests.report import samples
from tests.report.strategies import harm, texts

_FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def rows(*reports: Report, lang: str = "en", delimiter: str = ",") -> list[list[str]]:
    file = io.StringIO(newline="")
    write_table(reports, file, lang=lang)
    text = file.getvalue()
    assert text.startswith("\ufeff")
    assert not harm(text[1:].replace("\r\n", "\n"))
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


@given(texts)
def test_no_cell_is_a_formula_whatever_the_separator(text: str) -> None:
    for delimiter in ",;|":
        for line in rows(samples.hostile(text), delimiter=delimiter)[1:]:
            for value in line:
                assert not value.lstrip(' "').startswith(_FORMULA), value


@given(texts)
def test_a_document_is_one_row_of_all_columns(text: str) -> None:
    table = rows(samples.hostile(text), samples.review())
    assert [len(line) for line in table] == [len(COLUMNS)] * 3


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_our_own_numbers_stay_numbers(value: float) -> None:
    assert float(cell(value)) == float(f"{value:.12g}" if isinstance(value, float) else value)


def test_columns_of_a_document() -> None:
    line = dict(zip(COLUMNS, rows(samples.contradicted())[1], strict=True))
    assert line["rank"] == "1"
    assert line["assessment"] == "contradicted"
    assert line["path"] == "boîte d’envoi.mbox » Fwd: facture du cabinet » facture-2016-0417.pdf"
    assert (line["check"], line["outcome"], line["question"]) == ("LV-PDF-002", "contradicts", "content")
    assert line["checks"] == "LV-PDF-002 LV-PDF-001"
    assert line["problems"] == "limit-text reader-warning"
    assert (line["p_value"], line["log10_lr"]) == ("0.0042", "1.2")


def test_only_the_reason_is_translated() -> None:
    english, french = (rows(samples.contradicted(), lang=lang)[1] for lang in ("en", "fr"))
    differing = [COLUMNS[i] for i, (a, b) in enumerate(zip(english, french, strict=True)) if a != b]
    assert differing == ["why"]
