"""A scan accounts for every path, in order, once, whatever the input is like."""

from __future__ import annotations

import gzip
import io
import os
import socket
import stat
import tarfile
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.limits import Limits


def mail(number: int, body: str = "Bonjour,\r\nvoici la note.\r\n") -> bytes:
    return (
        f"From: Alice <a{number}@example.org>\r\nTo: b@example.org\r\n"
        f"Date: Fri, 5 May 2017 10:{number % 60:02}:00 +0200\r\nSubject: note {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nMIME-Version: 1.0\r\n\r\n{body}"
    ).encode()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2017, 5, 5, 10, 0, 0)), data, compress_type=method)
    return out.getvalue()


def by_path(root: Path, **options: object) -> dict[str, lv.Report]:
    reports = list(lv.scan(root, **options))  # type: ignore[arg-type]
    found = {report.document.path: report for report in reports}
    assert len(found) == len(reports), "a path was reported twice"
    return found


def codes(report: lv.Report) -> set[str]:
    return {problem.code for problem in report.problems}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "leak"
    (root / "b").mkdir(parents=True)
    (root / "b.txt").write_bytes(b"une liste\n")
    (root / "b" / "one.eml").write_bytes(mail(1))
    (root / "b" / "two.eml").write_bytes(mail(2))
    (root / "copies.zip").write_bytes(zipped({"a/one.eml": mail(1), "new.eml": mail(3)}))
    (root / "stored.zip").write_bytes(zipped({"x.eml": mail(4)}, zipfile.ZIP_STORED))
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        info = tarfile.TarInfo("deep/five.eml")
        info.size = len(mail(5))
        tar.addfile(info, io.BytesIO(mail(5)))
    (root / "all.tar.gz").write_bytes(gzip.compress(inner.getvalue(), mtime=0))
    (root / "nested.zip").write_bytes(zipped({"inner.zip": zipped({"six.eml": mail(6)})}))
    return root


def test_everything_is_reported_in_the_order_of_the_paths(archive: Path) -> None:
    assert [report.document.path for report in lv.scan(archive)] == [
        "all.tar.gz",
        "all.tar.gz » all.tar",
        "all.tar.gz » all.tar » deep/five.eml",
        "b.txt",
        "b/one.eml",
        "b/two.eml",
        "copies.zip",
        "copies.zip » a/one.eml",
        "copies.zip » new.eml",
        "nested.zip",
        "nested.zip » inner.zip",
        "nested.zip » inner.zip » six.eml",
        "stored.zip",
        "stored.zip » x.eml",
    ]


def test_members_are_read_as_what_they_are(archive: Path) -> None:
    found = by_path(archive)
    for path, report in found.items():
        if path.endswith(".eml"):
            assert report.document.formats == ("mail",), path
            assert any(o.name == "mail.subject" for o in report.observations), path


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_number_of_jobs_changes_nothing(archive: Path, jobs: int) -> None:
    first = [report.to_json() for report in lv.scan(archive, jobs=2)]
    assert [report.to_json() for report in lv.scan(archive, jobs=jobs)] == first


def test_an_executor_changes_nothing(archive: Path, tmp_path: Path) -> None:
    plain = [report.to_json() for report in lv.scan(archive)]
    with ProcessPoolExecutor(2) as pool:
        assert [r.to_json() for r in lv.scan(archive, executor=pool, store=tmp_path / "s.lvs")] == plain
    with lv.Scan(tmp_path / "s.lvs") as stored:
        assert [r.to_json() for r in stored.reports()] == plain


def test_two_passes_end_like_one(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [report.to_json() for report in lv.scan(archive)]
    stages: list[str] = []
    monkeypatch.setattr("leakverify.scanner.TWO_PASSES_FROM", 1)
    twice = lv.scan(archive, progress=lambda now: stages.append(now.stage))
    assert [report.to_json() for report in twice] == plain
    assert set(stages) == {"structure", "everything"}


def test_equal_bytes_are_read_once_and_reported_everywhere(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leakverify.box.parent import Box, Unit

    started: list[str] = []
    real = Box.start

    def count(self: Box, unit: Unit) -> None:
        started.append(unit.sha256)
        real(self, unit)

    monkeypatch.setattr(Box, "start", count)
    found = by_path(archive, store=tmp_path / "s.lvs", jobs=1)
    one, copy = found["b/one.eml"], found["copies.zip » a/one.eml"]
    assert one.document.sha256 == copy.document.sha256
    assert started.count(one.document.sha256) == 1
    assert [o for o in one.observations if o.name != "file.name"] == [
        o for o in copy.observations if o.name != "file.name"
    ]


def test_a_second_scan_reads_only_what_changed(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leakverify.box.parent import Box, Unit

    store = tmp_path / "s.lvs"
    before = by_path(archive, store=store)
    (archive / "b" / "two.eml").write_bytes(mail(22))
    (archive / "b.txt").unlink()
    read: list[str] = []
    real = Box.start

    def count(self: Box, unit: Unit) -> None:
        read.append(unit.tag.name)
        real(self, unit)

    monkeypatch.setattr(Box, "start", count)
    after = by_path(archive, store=store)
    assert read == ["b/two.eml"]
    assert set(before) - set(after) == {"b.txt"}
    assert {p for p in after if before[p].to_json() != after[p].to_json()} == {"b/two.eml"}
    with lv.Scan(store) as stored:
        assert {r.document.path for r in stored.reports()} == set(after)


def test_a_stored_scan_needs_no_files(archive: Path, tmp_path: Path) -> None:
    found = by_path(archive, store=tmp_path / "s.lvs")
    archive.rename(tmp_path / "gone")
    with lv.Scan(tmp_path / "s.lvs") as stored:
        assert {r.document.path: r.to_json() for r in stored.ranked()} == {
            path: report.to_json() for path, report in found.items()
        }
        assert stored.report("b/one.eml").to_json() == found["b/one.eml"].to_json()
        assert stored.summary().documents == len(found)
        assert stored.summary().complete
        with pytest.raises(lv.UsageError):
            stored.report("nowhere")


def test_bad_entries_are_problems(tmp_path: Path) -> None:
    root = tmp_path / "leak"
    root.mkdir()
    (root / "empty.pdf").touch()
    (root / "good.eml").write_bytes(mail(1))
    (root / "noise.bin").write_bytes(bytes(range(256)) * 3)
    (root / "out.lnk").symlink_to("/etc/passwd")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket"))
    Path(os.fsdecode(os.fsencode(root) + b"/facture-\xe9.eml")).write_bytes(mail(2))
    (root / "new\nline.eml").write_bytes(mail(3))
    with (root / "huge.pdf").open("wb") as sparse:
        sparse.truncate(600 << 20)
    found = by_path(root, limits=Limits(document_bytes=64 << 20))
    assert codes(found["empty.pdf"]) == {"empty"}
    assert not codes(found["good.eml"])
    assert codes(found["noise.bin"]) == {"unknown-format"}
    assert codes(found["out.lnk"]) == codes(found["loop"]) == {"link-not-followed"}
    assert codes(found["pipe"]) == codes(found["socket"]) == {"not-a-file"}
    assert found["facture-\\xe9.eml"].document.formats == ("mail",)
    assert found["new\nline.eml"].document.formats == ("mail",)
    assert found["huge.pdf"].assessment is lv.Assessment.UNEXAMINED
    assert codes(found["huge.pdf"])
    for report in found.values():
        if codes(report) & {"empty", "unknown-format", "link-not-followed", "not-a-file"}:
            assert report.assessment is lv.Assessment.UNEXAMINED


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    secret = tmp_path / "secret.eml"
    secret.write_bytes(mail(1))
    secret.chmod(0)
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        found = by_path(tmp_path)
    finally:
        closed.chmod(stat.S_IRWXU)
    assert codes(found["secret.eml"]) == codes(found["closed"]) == {"unreadable"}


def test_a_bomb_costs_its_own_result(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(zipped({"zeros.pdf": bytes(200 << 20), "good.eml": mail(1)}))
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(200 << 20), mtime=0))
    found = by_path(tmp_path)
    assert codes(found["bomb.zip » zeros.pdf"]) == {"limit-inflate"}
    assert codes(found["bomb.gz » bomb"]) == {"limit-inflate"}
    assert not codes(found["bomb.zip » good.eml"])


def test_nesting_has_a_limit(tmp_path: Path) -> None:
    data = mail(1)
    for level in range(14):
        data = zipped({f"{level}.zip" if level else "in.eml": data}, zipfile.ZIP_STORED)
    (tmp_path / "deep.zip").write_bytes(data)
    reports = list(lv.scan(tmp_path))
    assert codes(reports[-1]) == {"limit-depth"}
    assert len(reports) == Limits().depth + 2


def test_one_file_is_a_scan_too(archive: Path) -> None:
    assert [r.document.path for r in lv.scan(archive / "stored.zip")] == ["stored.zip", "stored.zip » x.eml"]


def test_the_store_is_not_part_of_the_leak(archive: Path) -> None:
    store = archive / "scan.lvs"
    first = by_path(archive, store=store)
    assert by_path(archive, store=store).keys() == first.keys()
    assert "scan.lvs" not in first


def test_a_file_that_changes_while_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leakverify.box.parent import Box, Unit

    target = tmp_path / "note.eml"
    target.write_bytes(mail(1))
    real = Box.start

    def meddle(self: Box, unit: Unit) -> None:
        target.write_bytes(mail(2) + b"more")
        real(self, unit)

    monkeypatch.setattr(Box, "start", meddle)
    assert "changed-while-reading" in codes(by_path(tmp_path)["note.eml"])


def test_progress_counts_up_to_the_total(archive: Path) -> None:
    seen: list[lv.Progress] = []
    for _ in lv.scan(archive, progress=seen.append):
        pass
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].done == seen[-1].total == 7
    assert seen[-1].documents == 14


@pytest.mark.parametrize(
    "call",
    [
        lambda path: lv.scan(path / "missing"),
        lambda path: lv.scan(path, jobs=0),
        lambda path: lv.scan(path, isolation="perhaps"),
        lambda path: lv.verify(path / "missing"),
        lambda path: lv.verify(path),
        lambda path: lv.Scan(path / "missing.lvs"),
    ],
)
def test_wrong_calls_raise(call: object, tmp_path: Path) -> None:
    with pytest.raises(lv.LeakverifyError):
        call(tmp_path)  # type: ignore[operator]


def test_verify_says_what_scan_says(archive: Path) -> None:
    scanned = by_path(archive / "b" / "one.eml")["one.eml"]
    assert lv.verify(archive / "b" / "one.eml").to_json() == scanned.to_json()
    assert lv.Report.from_json(scanned.to_json()) == scanned


def test_judging_again_needs_no_files(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "s.lvs"
    monkeypatch.setattr("leakverify.judge.checks.judge", lambda facts: ())
    assert all(not r.evidence for r in lv.scan(archive, store=store, model=None))
    monkeypatch.undo()
    monkeypatch.setattr("leakverify.scanning.judging_version", lambda *given: "another version")
    archive.rename(tmp_path / "gone")
    with lv.Scan(store) as stored:
        assert stored.judge_again() == 14
        assert stored.judge_again() == 0
        again = [r.to_json() for r in stored.reports()]
    (tmp_path / "gone").rename(archive)
    monkeypatch.undo()
    assert again == [r.to_json() for r in lv.scan(archive)]


def test_judging_again_heeds_ones_own_terms(tmp_path: Path) -> None:
    memo, store, table = tmp_path / "memo.eml", tmp_path / "s.lvs", tmp_path / "terms.tsv"
    memo.write_bytes(mail(1, "Le Conseil Zephyr a vote.\r\n"))
    table.write_text(
        "term\tdate\tprecision\tsource\nConseil Zephyr\t2030-01-01\tday\tits statutes\n", "utf-8"
    )
    for _ in lv.scan(memo, store=store, model=None):
        pass
    with lv.Scan(store) as stored:
        assert stored.judge_again(tables=[table], model=None) == 1
        (report,) = stored.reports()
    assert "Conseil Zephyr" in " ".join(one.text for one in report.evidence)
