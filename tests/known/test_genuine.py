"""The known-genuine part of a folder with a manifest, as the shipped models learn from it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from leakverify.box.parent import Box
from models import _genuine
from tests.known.samples import DOCUMENTS
from tests.scan.test_scan import mail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "real"
    roles = {
        "alpha/1.eml": "genuine",
        "alpha/2.eml": "tampered",
        "zeta/3.eml": "genuine",
        "zeta/4.pdf": "unknown",
    }
    for number, path in enumerate(roles):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        data = DOCUMENTS["Tartempion accounts.pdf"] if path.endswith("pdf") else mail(number)
        (root / path).write_bytes(data)
    (root / "zeta" / "unlisted.eml").write_bytes(mail(99))
    lines = ["path\trole", *(f"{path}\t{role}" for path, role in roles.items())]
    (root / "MANIFEST.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return root


def test_only_genuine_documents_are_learned_from(shared: Box, folder: Path, tmp_path: Path) -> None:
    corpus = _genuine.genuine_corpus(folder, tmp_path / "g.lvc")
    assert corpus.describe().sources == {"alpha": 1, "zeta": 1}
    assert corpus.describe().formats == {"mail": 2}


def test_sources_are_split_into_seen_and_held_out(shared: Box, folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "g.lvc"
    halves = {half: list(_genuine.genuine_rows(folder, kept, half=half)) for half in ("seen", "held out", "")}
    assert [row.groups["source"] for row in halves["seen"]] == ["alpha"]
    assert [row.groups["source"] for row in halves["held out"]] == ["zeta"]
    assert halves[""] == halves["seen"] + halves["held out"]


def test_the_script_needs_a_folder_with_a_manifest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["_genuine", str(tmp_path / "g.lvc")])
    monkeypatch.setenv("LEAKVERIFY_CORPUS", str(tmp_path))
    assert _genuine.main() == 1
    assert "MANIFEST.tsv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
