"""What ``models/evaluate.py`` counts and prints, on a corpus of a few files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leakverify.evidence import (
    Assessment,
    Evidence,
    Family,
    Location,
    Observation,
    Outcome,
    Question,
)
from models import evaluate, seeded
from models.seeded import Seeded, Tried
from tests.forge._samples import LEAK
from tests.forge.recipe import Truth
from tests.forge.tools import needs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three genuine invoices of a held-out source, one of a seen source, one altered."""
    rows = ["path\trole"]
    for source, role, name in (
        ("zulu", "genuine", "F-2026-0912_delorme.pdf"),
        ("zulu", "genuine", "F-2026-1008_lumen.pdf"),
        ("alpha", "genuine", "F-2026-0930_cormoran.pdf"),
        ("zulu", "tampered", "F-2026-1103_lumen.pdf"),
    ):
        (tmp_path / source).mkdir(exist_ok=True)
        shutil.copy(LEAK / "factures" / name, tmp_path / source / name)
        rows.append(f"{source}/{name}\t{role}")
    (tmp_path / "MANIFEST.tsv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_only_genuine_files_of_the_half_are_taken(folder: Path) -> None:
    def names(half: str) -> list[str]:
        return [path.parent.name for path in evaluate.genuine_paths(folder, half)]

    assert names("p-z") == ["zulu", "zulu"]
    assert names("a-o") == ["alpha"]
    assert len(names("all")) == 3


@needs("pikepdf")
def test_a_recipe_is_counted_with_page_and_text(folder: Path) -> None:
    genuine = evaluate.genuine_paths(folder, "p-z")
    counted = {
        one.recipe: one
        for one in seeded.run(genuine, names=r"pdf\.(replace_amount_undated|split|rotate_page)")
    }
    assert list(counted) == ["pdf.replace_amount_undated", "pdf.rotate_page", "pdf.split"]
    edit = counted["pdf.replace_amount_undated"]
    assert (edit.made, edit.found, edit.failed) == (2, 2, 0)
    assert edit.flagged, "a save that denies itself contradicts"
    assert edit.share("placed") == edit.share("told") == (2, 2)
    assert {tried.family for tried in edit.tried} == {"LibreOffice or OpenOffice", "Skia"}
    assert counted["pdf.rotate_page"].made == 2 and counted["pdf.rotate_page"].flagged == 0
    assert counted["pdf.split"].made == 0, "one page cannot be split: refused, not failed"


def evidence(text: str, page: int | None, value: str = "") -> Evidence:
    return Evidence(
        check="LV-PDF-010",
        outcome=Outcome.UNUSUAL,
        question=Question.CONTENT,
        family=Family.CONTENT,
        message="m",
        text=text,
        observations=(Observation(name="pdf.covered.text", value=value, where=Location(page=page)),),
    )


def test_a_text_is_told_whatever_its_spaces_and_a_page_is_that_of_an_observation() -> None:
    truth = Truth(page=3, before="1\u00a0590,00", after="9\u00a0590,00")
    assert seeded._on_page(evidence("", 3), truth) and not seeded._on_page(evidence("", 2), truth)
    assert seeded._quotes(evidence("it says 1 590,00 here", 3), truth)
    assert seeded._quotes(evidence("", 3, "Total 1590,00"), truth)
    assert not seeded._quotes(evidence("it says 9 590,00 here", 3), truth)


def tried(**said: object) -> Tried:
    facts = {"path": "a.pdf", "family": "TeX", "found": True, "shown": True, "flagged": False,
             "placed": True, "told": None, "answers": ("LV-PDF-010 unusual",), **said}  # fmt: skip
    return Tried(**facts)  # type: ignore[arg-type]


def test_the_section_has_every_recipe_with_its_rate_and_says_what_is_unknown() -> None:
    one = Seeded("pdf.cover", True, ("LV-PDF-010",), "explicit", [tried(), tried(found=False, placed=False)])
    two = Seeded("pdf.stamp", False, (), "faint", [tried(flagged=True), tried()])
    tally = evaluate.Genuine()
    tally.looked.update({"TeX": 3, "Skia": 1})
    tally.review.update({"TeX": 1})
    lines = evaluate.section([one, two], tally, "held out")
    assert any(
        line.startswith("| pdf.cover | explicit | 2 | 1 | 50.00% |") and "| 1 of 2 | - |" in line
        for line in lines
    )
    assert any(
        line.startswith("| pdf.stamp | 2 | 1 | 50.00% |") and "LV-PDF-010 unusual (1)" in line
        for line in lines
    )
    assert any(line.startswith("| TeX | 3 | 0 | 1 | 33.33%") for line in lines)
    assert any(line.startswith("| all | 4 | 0 | 1 | 25.00%") for line in lines)
    assert not any(line.startswith("|") and line.count("|") < 3 for line in lines)
    plain = "\n".join(evaluate._plain(lines))
    assert "pdf.cover" in plain and "|" not in plain


def test_the_command_prints_and_lists_what_was_missed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sys.argv", ["evaluate", "--corpus", str(folder), "--recipes", "pdf.rotate_page", "--jobs", "1"]
    )
    assert evaluate.main() == 0
    printed = capsys.readouterr()
    assert "pdf.rotate_page" in printed.out and "LibreOffice or OpenOffice" in printed.out
    assert "0 not made" in printed.err
    monkeypatch.setattr("sys.argv", ["evaluate", "--corpus", str(folder / "zulu")])
    assert evaluate.main() == 1


def test_genuine_files_are_counted_by_family_and_by_answer() -> None:
    class Document:
        formats = ("pdf",)

    class Report:
        document = Document()
        assessment = Assessment.REVIEW
        because = "LV-PDF-010: covered"
        evidence = (evidence("x", 1),)
        observations = (Observation(name="pdf.info.producer", value="pdfTeX-1.40.21"),)

    tally = evaluate.Genuine()
    tally.add(Report(), "zulu/a.pdf")  # type: ignore[arg-type]
    assert tally.looked == {"TeX": 1} and tally.review["TeX"] == 1 and tally.contradicted["TeX"] == 0
    assert tally.answers == {"LV-PDF-010 unusual": 1}
    assert tally.flagged == ["zulu/a.pdf: LV-PDF-010: covered"]
