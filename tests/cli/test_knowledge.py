"""``leakverify knowledge``: what the checks rest on can be read by whoever doubts it."""

from __future__ import annotations

import json

import pytest

from leakverify import knowledge
from tests.cli.conftest import Run


def test_every_table_is_listed_with_its_rows(run: Run) -> None:
    result = run("knowledge", "list")
    assert result.code == 0
    for name in knowledge.names():
        assert name in result.out


def test_a_row_is_told_in_words_with_date_precision_and_source(run: Run) -> None:
    result = run("knowledge", "show", "fonts/Calibri")
    assert result.code == 0
    assert "date: 2004, known to the year" in result.out and "source: shown and previewed" in result.out
    assert "\nCambria" not in result.out


@pytest.mark.parametrize(
    "asked",
    [
        "fonts/Calibri",
        "Fonts/calibri",
        "fonts/ CALIBRI ",
        "fonts/ABCDEE+Calibri,Bold",
        "fonts/Calibri-Italic",
    ],
)
def test_a_font_is_found_however_it_is_written(run: Run, asked: str) -> None:
    result = run("knowledge", "show", asked)
    assert result.code == 0 and "known to the year" in result.out


@pytest.mark.parametrize(
    ("asked", "near"),
    [("fonts/Calibry", "Calibri"), ("fonts/Candarra", "Candara"), ("cameras/iphone 133", "iPhone 13")],
)
def test_a_name_that_is_misspelt_is_answered_with_those_near_it(run: Run, asked: str, near: str) -> None:
    result = run("knowledge", "show", asked)
    assert result.code == 1 and near in result.err and not result.out


def test_rows_are_printed_as_json(run: Run) -> None:
    result = run("knowledge", "show", "--json", "pdf_releases/Skia/PDF m64")
    told = json.loads(result.out)
    assert result.code == 0 and told["table"] == "pdf_releases"
    (row,) = told["rows"]
    assert row["program"] == "Skia" and row["date"] == "2018-01-23" and row["source"]


def test_a_whole_table_is_shown(run: Run) -> None:
    result = run("knowledge", "show", "vat_rates")
    assert result.code == 0 and result.out.count("FR") >= 10


def test_a_table_or_row_that_is_not_there_is_a_wrong_call(run: Run) -> None:
    near = run("knowledge", "show", "font/Calibri")
    assert near.code == 1 and "fonts" in near.err
    gone = run("knowledge", "show", "fonts/Xyzzy")
    assert gone.code == 1 and "not listed says nothing" in gone.err
