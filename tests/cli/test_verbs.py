"""Every verb calls the public API with what was asked, data on stdout, words to people on stderr."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.cli import VERBS
from leakverify.judge import judge_unit
from leakverify.report.source import JsonReports
from tests.builders import pdf
from tests.cli.conftest import Library, Run
from tests.report import samples
from tests.report.strategies import harm


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, run: Run) -> None:
    result = run(verb, "--help")
    assert result.code == 0
    assert f"Usage: leakverify {verb}" in result.out


def test_verify_prints_the_report(run: Run, library: Library, memo: Path) -> None:
    result = run("verify", memo, "--isolation", "required", "--model", "none")
    assert library.calls == [
        (str(memo), {"isolation": "required", "dkim_keys": (), "tables": (), "model": None, "ocr": False})
    ]
    assert "Contradicted — Page 2" in result.out
    assert "All facts read" not in result.out
    assert result.err == ""


def test_verify_with_facts_in_french(run: Run, library: Library, memo: Path) -> None:
    result = run("verify", memo, "--facts", "--lang", "fr")
    assert "Contredit" in result.out
    assert "Tous les faits lus" in result.out


def test_verify_json_is_one_report_a_line(run: Run, library: Library, memo: Path, tmp_path: Path) -> None:
    result = run("verify", memo, memo, memo, "--json")
    lines = result.out.splitlines()
    assert [lv.Report.from_json(line) for line in lines] == library.reports
    (tmp_path / "kept.json").write_text(result.out, "utf-8")
    with JsonReports(tmp_path / "kept.json") as kept:
        assert list(kept.reports()) == library.reports


def test_json_on_stdout_cannot_act_on_the_terminal(run: Run, library: Library, memo: Path) -> None:
    library.reports = [samples.hostile()]
    result = run("verify", memo, "--json")
    assert not harm(result.out)
    assert lv.Report.from_json(result.out) == samples.hostile()


def test_verify_writes_a_page_for_one_and_for_several(
    run: Run, library: Library, memo: Path, tmp_path: Path
) -> None:
    result = run("verify", memo, "--html", tmp_path / "one.html")
    assert "Report on facture" in (tmp_path / "one.html").read_text("utf-8")
    assert result.err == f"Written: {tmp_path / 'one.html'}\n"
    run("verify", memo, memo, "--html", tmp_path / "two.html", "--lang", "fr")
    page = (tmp_path / "two.html").read_text("utf-8")
    assert "Rapport sur plusieurs documents" in page
    assert 'id="d1"' in page


def test_reading_without_confinement_is_warned_of(run: Run, library: Library, memo: Path) -> None:
    assert "without confinement" in run("verify", memo, "--isolation", "none").err


def test_scan_ranks_on_stdout_and_tells_progress_on_stderr(
    run: Run, library: Library, memo: Path, tmp_path: Path
) -> None:
    result = run("scan", tmp_path, "--store", tmp_path / "leak.lvs", "--jobs", "3")
    ((path, options),) = library.calls
    assert path == str(tmp_path)
    assert (options["store"], options["jobs"], options["isolation"]) == (tmp_path / "leak.lvs", 3, "best")
    assert "3 documents" in result.out
    assert "1  Contradicted" in result.out
    assert "agenda" not in result.out
    assert "Everything: 3 of 3 files, 3 documents, 0 with problems" in result.err


def test_scan_json_streams_every_report(run: Run, library: Library, tmp_path: Path) -> None:
    result = run("scan", tmp_path, "--json")
    assert [json.loads(line)["assessment"] for line in result.out.splitlines()] == [
        "contradicted", "review", "unremarkable",
    ]  # fmt: skip


def test_scan_top_and_page(run: Run, library: Library, tmp_path: Path) -> None:
    result = run(
        "scan", tmp_path, "--store", tmp_path / "leak.lvs", "--top", "1", "--html", tmp_path / "leak.html"
    )
    assert "1 more document is not shown." in result.out
    assert "note de synthèse" not in result.out
    assert "Scan of" in (tmp_path / "leak.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("store", "words"), [(True, "the same command goes on"), (False, "Nothing was kept")]
)
def test_an_interrupted_scan_says_how_to_go_on(
    store: bool, words: str, run: Run, library: Library, tmp_path: Path
) -> None:
    library.error = KeyboardInterrupt()
    result = run("scan", tmp_path, *(["--store", tmp_path / "leak.lvs"] if store else ["--json"]))
    assert result.code == 130
    assert words in result.err


def kept(tmp_path: Path, *reports: lv.Report) -> Path:
    path = tmp_path / "kept.json"
    path.write_text("".join(json.dumps(json.loads(r.to_json())) + "\n" for r in reports), "utf-8")
    return path


def test_report_writes_every_view(run: Run, tmp_path: Path) -> None:
    source = kept(tmp_path, samples.review(), samples.contradicted())
    out = {name: tmp_path / f"out.{name}" for name in ("html", "csv", "sarif")}
    result = run(
        "report", source, "--html", out["html"], "--csv", out["csv"], "--sarif", out["sarif"], "--lang", "fr"
    )
    assert result.out == ""
    assert result.err.count("Écrit\xa0: ") == 3
    assert 'lang="fr"' in out["html"].read_text("utf-8")
    assert out["csv"].read_bytes().count(b"\r\n") == 3
    assert b"\r\r" not in out["csv"].read_bytes()
    assert len(json.loads(out["sarif"].read_text("utf-8"))["runs"][0]["results"]) == 3


def test_report_to_stdout(run: Run, tmp_path: Path) -> None:
    source = kept(tmp_path, samples.review(), samples.contradicted())
    assert run("report", source, "--csv", "-").out.splitlines()[1].startswith('"1","contradicted"')
    assert json.loads(run("report", source, "--sarif", "-").out)["version"] == "2.1.0"


def test_report_shows_one_in_full_and_several_ranked(run: Run, tmp_path: Path) -> None:
    assert "Harmless ways" in run("report", kept(tmp_path, samples.contradicted())).out
    several = run("report", kept(tmp_path, samples.review(), samples.contradicted())).out
    assert "Rank" in several
    assert "Harmless ways" not in several


def test_report_of_a_document_in_a_store(run: Run, library: Library, tmp_path: Path) -> None:
    store = tmp_path / "leak.lvs"
    store.write_bytes(b"SQLite format 3\0")
    path = samples.contradicted().document.path
    assert "Harmless ways" in run("report", store, "--document", path).out
    assert run("report", store, "--document", "elsewhere").code == 1
    run("report", store, "--html", tmp_path / "a.html", "--sections", "1")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert 'id="d1"' in page
    assert 'id="d2"' not in page


def test_checks_list_and_explain(run: Run) -> None:
    listed = run("checks", "list").out
    for check in lv.list_checks().values():
        assert check.id in listed
    page = run("checks", "explain", "lv-pdf-002").out
    assert page.startswith("LV-PDF-002  ")
    for heading in ("Innocent ways:", "Repeat by hand:", "Harmless ways it names:", "Facts it reads:"):
        assert heading in page


def test_a_mistyped_check_is_guessed(run: Run) -> None:
    assert "did you mean LV-PDF-0" in run("checks", "explain", "LV-PDF-009").err


def test_formats(run: Run) -> None:
    listed = run("formats").out
    for name in lv.list_formats():
        assert re.search(rf"^{name} ", listed, re.M)
    assert "pdf.info.creation_date" in run("formats", "pdf").out


def changed(path: Path) -> lv.Report:
    """A PDF whose text was changed, on the disk, and the report on it."""
    made = pdf.document("The amount is 1200 euros")
    made.save({made.content(0): pdf.stream(pdf.show("The amount is 9200 euros"))})
    path.write_bytes(made.data)
    report = judge_unit(examine_bytes(made.data, path.name), path.name)[0]
    return msgspec.structs.replace(report, assessment=lv.Assessment.REVIEW)


def test_pages_show_pictures_unless_told_not_to(
    run: Run, library: Library, memo: Path, tmp_path: Path
) -> None:
    library.reports = [changed(memo)]
    out = tmp_path / "one.html"
    run("verify", memo, "--html", out, "--isolation", "none")
    assert out.read_text("utf-8").count("<svg") == 4
    run("verify", memo, "--html", out, "--no-pictures")
    assert "<svg" not in out.read_text("utf-8")
    run("verify", memo, memo, "--html", out, "--isolation", "none")
    assert out.read_text("utf-8").count("<svg") == 8


def test_stored_reports_show_pictures_of_the_folder_named(
    run: Run, library: Library, memo: Path, tmp_path: Path
) -> None:
    report = changed(memo)
    kept = tmp_path / "kept.json"
    kept.write_text(report.to_json(), "utf-8")
    out = tmp_path / "one.html"
    run("report", kept, "--html", out, "--pictures", tmp_path)
    assert out.read_text("utf-8").count("<svg") == 4
    run("report", kept, "--html", out)
    assert "<svg" not in out.read_text("utf-8")
    assert run("report", kept, "--pictures", tmp_path).code == 1


def test_a_scan_draws_from_what_it_scanned(run: Run, library: Library, tmp_path: Path) -> None:
    store, out = tmp_path / "leak.lvs", tmp_path / "scan.html"
    run("scan", tmp_path, "--store", store, "--html", out, "--isolation", "process")
    assert library.kept.pictured == [(tmp_path, "process")]
    run("scan", tmp_path, "--store", store, "--html", out, "--no-pictures")
    assert library.kept.pictured == [(None, "best")]
