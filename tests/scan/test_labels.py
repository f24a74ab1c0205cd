"""Labels of a reporter: kept with a scan, and the list that is made with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

import leakverify as lv
from leakverify import outliers
from leakverify.classifier.within import WithinArchive
from leakverify.cli import main
from leakverify.labels import settle_within
from leakverify.store import Store
from tests.classifier.test_reports import letters


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a leak, its scan, and a corpus of the same hands; read once."""
    folder = tmp_path_factory.mktemp("labels")
    letters(folder / "leak", 12)
    (folder / "leak" / "odd.eml").write_text(
        "From: Ann <ann@a.example>\nTo: Bob <bob@b.example>\nX-Odd: 1\nX-Mailer: Other 1\n"
        "Date: Mon, 1 Jan 2024 10:00:00 -0800\nMessage-ID: <odd@elsewhere.example>\n"
        "Received: by x.example; Mon, 1 Jan 2024 10:00:00 -0800\n"
        "Subject: =?utf-8?b?w6k=?=\nContent-Type: text/html\n\n<p>Odd</p>\n",
        "utf-8",
    )
    for _ in lv.scan(folder / "leak", store=folder / "s.lvs", model=None, jobs=1):
        pass
    letters(folder / "known", 60)
    lv.Corpus(folder / "c.lvc").add(folder / "known", source="desk", jobs=1)
    return folder


@pytest.fixture
def scan(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made / "s.lvs", tmp_path / "s.lvs"))


@pytest.fixture
def corpus(made: Path) -> Path:
    return made / "c.lvc"


def test_a_label_is_kept_replaced_and_taken_away_and_outlives_a_scan(scan: Path, made: Path) -> None:
    with lv.Scan(scan) as opened:
        before = [report.to_json() for report in opened.reports()]
        opened.label("003.eml", "genuine")
        second = opened.label("003.eml", "altered")
        opened.label("001.eml", "genuine")
        assert [one.path for one in opened.labels()] == ["001.eml", "003.eml"]
        assert opened.labels()[1] == second
        assert [report.to_json() for report in opened.reports()] == before
        with pytest.raises(lv.UsageError, match=r"no nothing\.eml"):
            opened.label("nothing.eml", "genuine")
    for _ in lv.scan(made / "leak", store=scan, model=None, jobs=1):
        pass
    with lv.Scan(scan) as opened:
        assert len(opened.labels()) == 2
        assert opened.unlabel("001.eml")
        assert not opened.unlabel("001.eml")
        assert [one.path for one in opened.labels()] == ["003.eml"]


def test_the_list_holds_what_stands_out_and_a_document_labelled_genuine_is_struck(
    scan: Path, corpus: Path
) -> None:
    with lv.Scan(scan) as opened:
        found = opened.list_within(corpus, rate=0.5)
        assert found.paths == ("odd.eml",)
        assert opened.outliers() == found
        assert opened.report("odd.eml").assessment is lv.Assessment.REVIEW
        opened.label("odd.eml", "genuine")
        struck = opened.list_within(corpus, rate=0.5)
        assert struck.paths == ()
        assert struck.scored == found.scored
        assert opened.report("odd.eml").assessment is not lv.Assessment.REVIEW


def test_a_document_labelled_altered_teaches_and_is_no_longer_asked_about(scan: Path, corpus: Path) -> None:
    with lv.Scan(scan) as opened:
        whole = opened.list_within(corpus, rate=0.5).scored
        opened.label("odd.eml", "altered")
        found = opened.list_within(corpus, rate=0.5)
    assert found.scored == whole - 1
    assert "odd.eml" not in found.paths


def test_a_list_that_too_few_references_cannot_support_says_what_would(scan: Path, corpus: Path) -> None:
    few = list(lv.Corpus(corpus).rows())[:20]
    with Store(scan) as writable:
        found = settle_within(writable, few)
        assert (found.paths, found.scored) == ((), 0)
        assert found.needed >= 40
        assert settle_within(writable, ()) == outliers.Outliers(rate=0.1, scored=0, smallest=1.0, needed=0)


def test_the_share_of_false_discoveries_holds_whatever_is_labelled() -> None:
    """200 seeded archives: somebody labels the tamest documents genuine and the wildest altered ones altered."""
    shares = []
    for run in range(200):
        draw = np.random.default_rng(run)
        known, archive = draw.integers(0, 3, (80, 6)), draw.integers(0, 3, (40, 6))
        planted = np.where(draw.random((6, 6)) < 0.7, 3, draw.integers(0, 3, (6, 6)))
        altered = np.concatenate([np.zeros(40, bool), np.ones(6, bool)])
        taught = np.flatnonzero((planted == 3).sum(axis=1) >= 5)[:2]
        rows = np.vstack([known, archive, planted]).astype(float)
        marks = np.concatenate([np.ones(80, int), np.zeros(46, int)])
        marks[120 + taught] = -1
        prior = (rows == 3).sum(axis=1).astype(float)
        found = WithinArchive(0.2, random_state=run).fit(rows, marks=marks, prior=prior).listed_
        # documents labelled genuine are struck afterwards: the tamest half
        truth = altered[marks[80:] == 0]
        struck = np.zeros(len(truth), bool)
        struck[:20] = True
        listed = found.chosen & ~struck
        shares.append((listed & ~truth).sum() / max(listed.sum(), 1))
    assert np.mean(shares) <= 0.2 + 2 * np.std(shares) / np.sqrt(200)


def test_the_verbs_of_the_command(scan: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "add", str(scan), "odd.eml", "--forged"]) == 0
    assert main(["label", "add", str(scan), "001.eml"]) == 1
    capsys.readouterr()
    assert main(["label", "list", "--json", str(scan)]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["mark"] == "altered"
    assert main(["label", "list", str(scan)]) == 0
    assert "odd.eml" in capsys.readouterr().out
    assert main(["label", "remove", str(scan), "odd.eml"]) == 0
    assert main(["label", "remove", str(scan), "odd.eml"]) == 1
    assert "label list" in capsys.readouterr().err
    assert main(["label", "use", str(scan), str(corpus), "--rate", "0.5"]) == 0
    out = capsys.readouterr().out
    assert "What stands out" in out
    assert "odd.eml" in out
    assert main(["label", "use", str(scan), str(corpus), "--rate", "0.5", "--lang", "fr"]) == 0
    assert "pairs authentiques" in capsys.readouterr().out
    page = scan.parent / "s.html"
    with lv.Scan(scan) as opened:
        opened.to_html(page, lang="fr")
    text = page.read_text("utf-8")
    assert "Ce qui se détache" in text
    assert "Différent de ses pairs authentiques" in text
