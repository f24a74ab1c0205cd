"""The model in reports, scans, stores and on the command line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import leakverify as lv
from leakverify.classifier.model import Model
from leakverify.cli import main
from leakverify.evidence import Assessment
from leakverify.features import extract
from leakverify.outliers import because, settle
from leakverify.store import Store
from tests.classifier.rows import genuine


def letters(folder: Path, count: int, *, tool: str = "Alpine 2.21") -> None:
    """Plain mails of one program."""
    folder.mkdir(exist_ok=True)
    for n in range(count):
        (folder / f"{n:03}.eml").write_text(
            f"Date: {1 + n % 27} Jan 2024 10:{n % 60:02}:00 +0100\nFrom: Ann <ann@a.example>\n"
            f"To: Bob <bob@b.example>\nSubject: Note {n}\nMessage-ID: <{n}.{n * 7}@a.example>\n"
            f"User-Agent: {tool}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nNote {n}.\n",
            "utf-8",
        )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("known")
    letters(folder / "mails", 60)
    rows = []
    for report_path in sorted((folder / "mails").iterdir()):
        from leakverify.box.inprocess import examine_bytes

        found = extract(examine_bytes(report_path.read_bytes(), report_path.name).extractions[0], "desk")
        assert found is not None
        rows.append(found)
    return Model.fit(rows, name="desk")


def test_a_report_holds_the_score_and_names_the_model(model: Model, tmp_path: Path) -> None:
    letters(tmp_path / "new", 1)
    path = next((tmp_path / "new").iterdir())
    report = lv.verify(path, model=model, isolation="none")
    assert report.score is not None
    assert report.score.peers == 60
    assert report.provenance.model == model.identity
    assert lv.Report.from_json(report.to_json()) == report
    assert lv.verify(path, model=None, isolation="none").score is None
    model.save(tmp_path / "m.skops")
    assert lv.verify(path, model=tmp_path / "m.skops", isolation="none") == report


def test_another_model_means_judged_again_and_the_same_one_does_not(model: Model, tmp_path: Path) -> None:
    letters(tmp_path / "leak", 6)
    store = tmp_path / "s.lvs"
    first = list(lv.scan(tmp_path / "leak", store=store, model=model, jobs=1))
    assert all(report.score is not None for report in first)
    assert all(r.score is None for r in lv.scan(tmp_path / "leak", store=store, model=None, jobs=1))
    with lv.Scan(store) as scan:
        assert scan.judge_again(model=model) == 6
        assert scan.judge_again(model=model) == 0
        assert [r.score for r in scan.reports()] == [r.score for r in first]


def test_a_score_is_the_same_alone_and_in_a_scan(model: Model, tmp_path: Path) -> None:
    letters(tmp_path / "leak", 4)
    scanned = {r.document.name: r.score for r in lv.scan(tmp_path / "leak", model=model, jobs=1)}
    for path in (tmp_path / "leak").iterdir():
        assert lv.verify(path, model=model).score == scanned[path.name]


def test_outliers_are_put_before_a_person_and_reports_stay_as_they_were(model: Model, tmp_path: Path) -> None:
    letters(tmp_path / "leak", 5)
    store = tmp_path / "s.lvs"
    made = list(lv.scan(tmp_path / "leak", store=store, model=model, jobs=1))
    with Store(store) as writable:
        writable.begin()
        for key, ordinal, report in list(writable.scored_reports()):
            assert report.score is not None
            low = 0.001 if report.document.name == "002.eml" else 0.6
            scored = msgspec.structs.replace(report, score=msgspec.structs.replace(report.score, p_value=low))
            assert ordinal == 0
            writable.put_reports(key, [(1000.0, scored)])
        writable.commit()
        found = settle(writable)
        assert found.paths == ("002.eml",)
        assert settle(writable) == found
    with lv.Scan(store) as scan:
        first = next(scan.ranked())
        assert (first.document.name, first.assessment, first.because) == (
            "002.eml",
            Assessment.REVIEW,
            because(0.1),
        )
        assert scan.report("002.eml").assessment is Assessment.REVIEW
        assert scan.summary().assessments["review"] == 1
        assert scan.outliers() == found
    with Store(store) as writable:
        writable.begin()
        writable.lower_raised()
        writable.commit()
        assert {r.assessment for r in writable.reports()} == {r.assessment for r in made}


def test_a_list_that_cannot_be_supported_says_what_would(model: Model, tmp_path: Path) -> None:
    letters(tmp_path / "leak", 5)
    store = tmp_path / "s.lvs"
    list(lv.scan(tmp_path / "leak", store=store, model=model, false_discoveries=0.001, jobs=1))
    with lv.Scan(store) as scan:
        found = scan.outliers()
    assert found.paths == ()
    assert found.scored == 5
    assert found.needed > 60


def test_the_verbs_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], model: Model) -> None:
    model.save(tmp_path / "m.skops")
    assert main(["model", "show", str(tmp_path / "m.skops")]) == 0
    assert "60 documents of 1 sources" in capsys.readouterr().out
    assert main(["model", "show", "--json", str(tmp_path / "m.skops")]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["identity"] == model.identity
    assert main(["model", "check", str(tmp_path / "m.skops")]) == 0
    capsys.readouterr()
    (tmp_path / "evil.skops").write_bytes(b"\x80\x04cposix\nsystem\n.")
    assert main(["model", "check", str(tmp_path / "evil.skops")]) == 1
    assert "pickle" in capsys.readouterr().err


def test_a_corpus_is_learned_and_evaluated_from_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letters(tmp_path / "known", 64)
    lv.Corpus(tmp_path / "c.lvc").add(tmp_path / "known", source="desk", jobs=1)
    assert main(["model", "fit", str(tmp_path / "c.lvc"), str(tmp_path / "m.skops"), "--name", "desk"]) == 0
    assert main(["model", "evaluate", "--json", str(tmp_path / "c.lvc")]) == 0
    shown = capsys.readouterr().out.splitlines()[-1]
    assert msgspec.json.decode(shown)["measured"] == 32
    letters(tmp_path / "new", 1)
    one = str(next((tmp_path / "new").iterdir()))
    assert main(["verify", one, "--model", str(tmp_path / "m.skops")]) == 0
    assert "peers" in capsys.readouterr().out
    assert main(["verify", one, "--model", "none"]) == 0
    assert "genuine peers" not in capsys.readouterr().out


def test_scoring_loads_no_scikit_learn(tmp_path: Path, model: Model) -> None:
    import subprocess
    import sys

    model.save(tmp_path / "m.skops")
    letters(tmp_path / "new", 1)
    code = (
        "import sys, leakverify as lv\n"
        f"lv.verify({str(tmp_path / 'new' / '000.eml')!r}, model={str(tmp_path / 'm.skops')!r}, isolation='none')\n"
        "print([m for m in ('sklearn', 'scipy', 'skops') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": ":".join(sys.path)})  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_rows_made_in_code_are_those_of_other_tests() -> None:
    assert len({row.sha256 for row in genuine(90)}) == 90


@pytest.mark.parametrize("id", ["LV-MODEL-001", "lv-model-002"])
def test_the_answers_of_a_model_have_pages(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "explain", id]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{id.upper()}  ")
    for part in ("What it looks at", "Innocent ways", "What it can say", "Harmless ways"):
        assert part in out
    assert main(["checks", "explain", "LV-MODEL-003"]) == 1
    assert "LV-MODEL-00" in capsys.readouterr().err


def test_evaluating_too_small_a_corpus_says_what_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letters(tmp_path / "known", 6)
    lv.Corpus(tmp_path / "c.lvc").add(tmp_path / "known", source="desk", jobs=1)
    assert main(["model", "evaluate", str(tmp_path / "c.lvc")]) == 0
    assert "takes 30 genuine" in " ".join(capsys.readouterr().out.split())
    lv.Corpus(tmp_path / "c.lvc").remove(source="desk")
    assert main(["model", "evaluate", str(tmp_path / "c.lvc")]) == 1
    assert "corpus add" in capsys.readouterr().err


def test_a_scan_says_what_would_allow_a_list(model: Model, tmp_path: Path) -> None:
    letters(tmp_path / "leak", 3)
    store = tmp_path / "s.lvs"
    for _ in lv.scan(tmp_path / "leak", store=store, model=model, false_discoveries=0.001, jobs=1):
        pass
    shown = {}
    for lang in ("en", "fr"):
        with lv.Scan(store) as scan:
            scan.to_html(tmp_path / "s.html", lang=lang)
        shown[lang] = (tmp_path / "s.html").read_text("utf-8")
    assert "What stands out within the archive" in shown["en"]
    assert "The references are too few to tell" in shown["en"]
    assert "Les références sont trop peu nombreuses" in shown["fr"]
