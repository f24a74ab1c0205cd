"""Standing tests over a folder of real documents; skipped where LEAKVERIFY_CORPUS names none.

The whole corpus takes minutes, so an ordinary run takes every n-th file;
LEAKVERIFY_WHOLE_CORPUS=1 takes all of it.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leakverify as lv

STEP = 1 if os.environ.get("LEAKVERIFY_WHOLE_CORPUS") else 20
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.xdist_group("corpus"),
    pytest.mark.timeout(3600 if STEP == 1 else 300),
]


@pytest.fixture(scope="module")
def some(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every n-th file of the corpus under its own name, in one folder."""
    folder = tmp_path_factory.mktemp("some")
    files = sorted(path for path in corpus.rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")
    for number, path in enumerate(files[::STEP]):
        if path.stat().st_size < 8 << 20:
            # a copy: a hard link would change the inode of the original while another test reads it
            (folder / f"{number:05}-{path.name}").write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def locked(some: Path) -> dict[str, lv.Report]:
    return {report.document.path: report for report in lv.scan(some, jobs=2)}


def test_every_file_is_accounted_for(some: Path, locked: dict[str, lv.Report]) -> None:
    names = {path.name for path in some.iterdir()}
    assert names == {report.document.name for report in locked.values() if not report.document.lineage}
    for report in locked.values():
        assert report.evidence or report.problems
        codes = {problem.code for problem in report.problems}
        assert not codes & {"box-protocol", "box-lost", "check-error"}, (
            report.document.path,
            report.problems,
        )


def test_same_answers_locked_and_unlocked(some: Path, locked: dict[str, lv.Report]) -> None:
    """Nothing is lost to the lock: every lazy import and table was loaded before."""
    level = next(iter(locked.values())).provenance.isolation.level
    if level < 2:
        pytest.skip("this machine cannot lock")
    different = []
    for report in lv.scan(some, jobs=2, isolation="process"):
        other = locked[report.document.path]
        if (report.observations, report.problems) != (other.observations, other.problems):
            facts = set(map(str, report.observations)) ^ set(map(str, other.observations))
            different.append((report.document.path, report.problems, other.problems, sorted(facts)[:4]))
    assert not different


def test_a_second_run_says_the_same(some: Path, locked: dict[str, lv.Report]) -> None:
    again = {report.document.path: report.to_json() for report in lv.scan(some, jobs=1)}
    assert again == {path: report.to_json() for path, report in locked.items()}


MUTATIONS = st.tuples(
    st.sampled_from(["truncate", "flip", "splice", "append", "repeat"]),
    st.integers(0, 2**32),
    st.integers(1, 64),
)


def mutate(data: bytes, how: str, seed: int, amount: int) -> bytes:
    """One way of damaging a real document."""
    dice = random.Random(seed)
    at = dice.randrange(len(data))
    if how == "truncate":
        return data[:at]
    if how == "flip":
        damaged = bytearray(data)
        for _ in range(amount):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        return bytes(damaged)
    if how == "splice":
        start = dice.randrange(len(data))
        return data[:at] + data[start : start + amount * 64] + data[at:]
    if how == "append":
        return data + data[at:]
    return data[: at + amount] + data[at:]


@given(st.integers(0, 2**32), MUTATIONS)
@settings(max_examples=150)
def test_damaged_real_documents_end_in_a_report(
    some: Path, tmp_path_factory: pytest.TempPathFactory, pick: int, mutation: tuple[str, int, int]
) -> None:
    """Whatever is done to a real file, there is an answer, it is of the grammar, and it repeats."""
    files = sorted(path for path in some.iterdir() if 0 < path.stat().st_size < 300_000)
    original = files[pick % len(files)]
    damaged = tmp_path_factory.mktemp("damaged") / original.name
    damaged.write_bytes(mutate(original.read_bytes(), *mutation))
    limits = lv.Limits(cpu_seconds=5)
    first = lv.verify(damaged, limits=limits)
    codes = {problem.code for problem in first.problems}
    assert not codes & {"box-protocol", "box-lost", "check-error"}, first.problems
    if "limit-cpu" not in codes:
        assert lv.verify(damaged, limits=limits).to_json() == first.to_json()
