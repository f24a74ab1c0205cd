"""``leakverify corpus``: the verbs call the public API, data on stdout, words on stderr."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box.parent import Box
from tests.cli.conftest import Run
from tests.report.strategies import harm
from tests.scan.test_scan import mail

HOSTILE = "press\x1b[31m\u202e<b>"


@pytest.fixture(scope="module")
def corpus(box: Box, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small corpus of two sources, one of a hostile name."""
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(4):
        (folder / f"{number}.eml").write_bytes(mail(number))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leakverify.box.parent.Box", lambda **_: contextlib.nullcontext(box))
        made = lv.Corpus(folder / "c.lvc")
        made.add(folder, source="ministry", period="2017", channel="by post", choose=lambda path: path < "2")
        made.add(folder, source=HOSTILE, period="2010", choose=lambda path: path == "2.eml")
    return made.path


def test_describe_in_words_and_as_json(corpus: Path, run: Run) -> None:
    result = run("corpus", "describe", corpus)
    assert result.code == 0 and "ministry" in result.out and not harm(result.out)
    as_json = run("corpus", "describe", corpus, "--json")
    assert not harm(as_json.out)
    assert json.loads(as_json.out)["sources"] == {"ministry": 2, HOSTILE: 1}


def test_list_is_one_document_a_line(corpus: Path, run: Run) -> None:
    lines = run("corpus", "list", corpus, "--source", "ministry", "--json").out.splitlines()
    assert len(lines) == 2
    assert {json.loads(line)["period"] for line in lines} == {"2017"}
    table = run("corpus", "list", corpus)
    assert table.out.count("unremarkable") == 3 and not harm(table.out)


def test_vet_says_what_to_look_at(corpus: Path, run: Run) -> None:
    result = run("corpus", "vet", corpus)
    assert result.code == 0
    assert "outside-period: Its own dates lie outside" in result.out and not harm(result.out)
    whats = [
        finding["what"] for finding in json.loads(run("corpus", "vet", corpus, "--json").out)["findings"]
    ]
    assert whats == ["outside-period", "few"]


def test_remove_and_merge(corpus: Path, run: Run, tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.lvc", tmp_path / "other.lvc"
    copy.write_bytes(corpus.read_bytes())
    gone = run("corpus", "remove", copy, "--source", "ministry")
    assert (gone.code, gone.out, gone.err) == (0, "", "2 documents removed\n")
    taken = run("corpus", "merge", other, corpus)
    assert (taken.code, taken.err) == (0, "3 documents taken in\n")
    assert lv.Corpus(other).describe() == lv.Corpus(corpus).describe()


def test_add_tells_what_it_did(run: Run, tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "1.eml").write_bytes(mail(1))
    result = run("corpus", "add", tmp_path / "c.lvc", tmp_path / "g", "--source", "office", "--json")
    assert result.code == 0
    said = {"files": 1, "documents": 1, "known": 0, "without_features": 0, "problems": 0}
    assert json.loads(result.out) == said
    assert run("corpus", "list", tmp_path / "c.lvc", "--source", "office", "--json").out.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("describe", "nowhere.lvc"),
        ("vet", "nowhere.lvc"),
        ("add", "c.lvc", "."),
        ("remove", "nowhere.lvc", "--source", "x"),
        ("merge", "c.lvc", "nowhere.lvc"),
    ],
)
def test_a_wrong_call_ends_in_usage(
    words: tuple[str, ...], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("corpus", *words)
    assert result.code == 1 and result.out == "" and result.err
    assert list(tmp_path.iterdir()) == []
