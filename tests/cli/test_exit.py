"""How a command ends, and that only an option makes an opinion an exit code."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import leakverify as lv
from leakverify.cli._exit import FAIL_ON, MEANING, Exit
from tests.cli.conftest import Library, Run
from tests.report import samples
from tests.report.strategies import harm


def test_every_code_is_explained_in_the_help(run: Run) -> None:
    result = run("--help")
    assert result.code == Exit.DONE
    assert set(MEANING) == set(Exit)
    for code, meaning in MEANING.items():
        assert f"{code.value:>3}  {meaning}" in result.out


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([samples.review()], Exit.DONE),
        ([samples.review(), samples.unexamined()], Exit.PROBLEMS),
    ],
)
def test_an_opinion_alone_is_no_code(
    reports: list[lv.Report], code: Exit, run: Run, library: Library, memo: Path
) -> None:
    library.reports = reports
    assert run("verify", *[memo] * len(reports)).code == code
    assert run("scan", memo, "--store", memo.with_name("s")).code == code


@pytest.mark.parametrize(
    ("asked", "report", "code"),
    [
        ("review", samples.review(), Exit.OPINION),
        ("review", samples.contradicted(), Exit.OPINION),
        ("contradicted", samples.review(), Exit.DONE),
        ("contradicted", samples.contradicted(), Exit.OPINION),
        ("unexamined", samples.unexamined(), Exit.OPINION),
        ("unexamined", samples.review(), Exit.DONE),
    ],
)
def test_fail_on(asked: str, report: lv.Report, code: Exit, run: Run, library: Library, memo: Path) -> None:
    library.reports = [report]
    assert run("verify", memo, "--fail-on", asked).code == code
    assert run("scan", memo, "--json", "--fail-on", asked).code == code


def test_nobody_can_fail_on_a_clean_document(run: Run, memo: Path) -> None:
    assert "unremarkable" not in FAIL_ON
    assert run("verify", memo, "--fail-on", "unremarkable").code == Exit.USAGE


def test_a_failed_check_is_an_internal_error_before_an_opinion(
    run: Run, library: Library, memo: Path
) -> None:
    failed = lv.Problem(code="check-error", detail="LV-X-001: KeyError")
    library.reports = [msgspec.structs.replace(samples.review(), problems=(failed,))]
    assert run("verify", memo, "--fail-on", "review").code == Exit.INTERNAL


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (lv.UsageError("wrong"), Exit.USAGE),
        (lv.StoreError("in use"), Exit.USAGE),
        (lv.IsolationUnavailable("level 1"), Exit.ISOLATION),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (RuntimeError("ours"), Exit.INTERNAL),
    ],
)
def test_errors_have_codes_and_leave_stdout_alone(
    error: BaseException, code: Exit, run: Run, library: Library, memo: Path
) -> None:
    library.error = error
    result = run("verify", memo)
    assert (result.code, result.out) == (code, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"], ["verify"], ["verify", "missing.pdf"], ["verify", "--nonsense"], ["scan", "missing"],
        ["report", "missing"], ["checks", "explain", "LV-NO-999"], ["formats", "nonsense"], ["scan", "."],
        ["scan", ".", "--json", "--html", "x.html"], ["verify", "."], ["scan", ".", "--jobs", "0", "--json"],
    ],
)  # fmt: skip
def test_wrong_calls(arguments: list[str], run: Run, library: Library) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (Exit.USAGE, "")
    assert result.err.startswith("leakverify: ")
    assert library.calls == []


@pytest.mark.parametrize("stage", ["option", "library"])
def test_a_name_in_a_message_cannot_act_on_the_terminal(
    stage: str, run: Run, library: Library, memo: Path
) -> None:
    name = "\x1b]0;owned\x07\u202e.pdf"
    library.error = lv.UsageError(f"no such file: {name}")
    result = run("verify", name if stage == "option" else memo)
    assert result.code == Exit.USAGE
    assert "owned" in result.err
    assert not harm(result.err)
