"""``leakverify knowledge``: what the checks rest on can be read by whoever doubts it."""

from __future__ import annotations

from leakverify import knowledge
from tests.cli.conftest import Run


def test_every_table_is_listed_with_its_rows(run: Run) -> None:
    result = run("knowledge", "list")
    assert result.code == 0
    for name in knowledge.names():
        assert name in result.out


def test_a_row_is_shown_with_its_date_and_source(run: Run) -> None:
    result = run("knowledge", "show", "fonts/Calibri")
    assert result.code == 0
    assert "Calibri" in result.out and "2004" in result.out and "source" in result.out
    assert "Cambria" not in result.out.split("\n", 2)[2].replace("as Calibri", "")[:200]


def test_a_whole_table_is_shown(run: Run) -> None:
    result = run("knowledge", "show", "vat_rates")
    assert result.code == 0 and result.out.count("FR") >= 10


def test_a_table_or_row_that_is_not_there_is_a_wrong_call(run: Run) -> None:
    near = run("knowledge", "show", "font/Calibri")
    assert near.code == 1 and "fonts" in near.err
    assert run("knowledge", "show", "fonts/NobodyHasThis").code == 1
