"""Earlier revisions as files: the beginnings of the file, byte for byte, and nothing written over."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Report
from leakverify.judge import judge_unit
from leakverify.recovery import Revision
from tests.builders import pdf
from tests.cli.conftest import Library, Run


def saved_twice(junk: bytes = b"") -> pdf.Pdf:
    made = pdf.document(
        "The amount is 1200 euros",
        about=pdf.info(CreationDate="D:20170505204700+02'00'", Producer="Kit"),
        junk=junk,
    )
    return made.save(
        {
            made.content(0): pdf.stream(pdf.show("The amount is 2100 euros")),
            pdf.INFO: pdf.info(ModDate="D:20180101000000Z", Producer="Other kit"),
        },
        kind="stream",
    )


def report_on(data: bytes, name: str = "memo.pdf") -> Report:
    return judge_unit(examine_bytes(data, name), name)[0]


@pytest.mark.parametrize("junk", [b"", b"mail header\r\n\r\n"])
def test_revisions_are_the_beginnings_of_the_file(junk: bytes, tmp_path: Path) -> None:
    made = saved_twice(junk)
    path = tmp_path / "memo.pdf"
    path.write_bytes(made.data + b"\nbehind the end\n")
    report = report_on(path.read_bytes())
    first, second = lv.revisions(path, report=report)
    assert (first.number, second.number) == (1, 2)
    assert (first.end, second.end) == tuple(made.ends)
    assert first.bytes() == made.data[: made.ends[0]]
    assert first.bytes().startswith(junk + b"%PDF")  # what stands before the header is kept
    assert second.bytes() == made.data
    assert (first.kind, second.kind) == ("table", "stream")
    assert ("page-content", 1) in second.changes
    assert first.changes == ()
    assert ("pdf.info.creation_date", "2017-05-05T20:47:00+02:00") in first.stated
    assert ("pdf.info.mod_date", "2018-01-01T00:00:00Z") in second.stated
    again = report_on(first.bytes())
    assert [o.value for o in again.observations if o.name == "pdf.revision.count"] == [1]
    assert any("1200" in str(o.value) for o in again.observations if o.name == "pdf.page.text")


def test_without_a_report_the_file_is_examined(tmp_path: Path) -> None:
    path = tmp_path / "memo.pdf"
    path.write_bytes(saved_twice().data)
    assert lv.revisions(path) == lv.revisions(path, report=report_on(path.read_bytes()))


def test_another_file_and_a_changed_one_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "memo.pdf"
    data = saved_twice().data
    path.write_bytes(data)
    report = report_on(data)
    found = lv.revisions(path, report=report)
    path.write_bytes(b"%" + data[1:100] + b"x" + data[101:])
    with pytest.raises(lv.UsageError, match="not the document"):
        lv.revisions(path, report=report)
    with pytest.raises(lv.UsageError, match="changed since"):
        found[0].bytes()
    path.unlink()
    with pytest.raises(lv.UsageError):
        found[0].bytes()
    with pytest.raises(lv.UsageError):
        lv.revisions(path, report=report)


def test_what_is_no_pdf_or_has_no_chain_has_no_revisions(tmp_path: Path) -> None:
    path = tmp_path / "memo.pdf"
    for data in (b"plain text\n", saved_twice().data[:700], b"%PDF-1.7\nnothing\n%%EOF\n"):
        path.write_bytes(data)
        assert lv.revisions(path, report=report_on(data)) == ()


def test_nothing_is_written_over_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "memo.PDF"
    path.write_bytes(saved_twice().data)
    first, _ = lv.revisions(path, report=report_on(path.read_bytes()))
    out = tmp_path / "a" / "b"
    written = first.write(out)
    assert written == out / "memo.revision-1.pdf"
    assert written.read_bytes() == first.bytes()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    written.write_bytes(b"mine")
    with pytest.raises(lv.UsageError, match="there already"):
        first.write(out)
    assert written.read_bytes() == b"mine"
    first.write(out, force=True)
    assert written.read_bytes() == first.bytes()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    written.unlink()
    written.symlink_to(secret)
    with pytest.raises(lv.UsageError):
        first.write(out)
    first.write(out, force=True)
    assert secret.read_bytes() == b"secret"
    assert not written.is_symlink()
    with pytest.raises(lv.UsageError):
        first.write(secret)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x/memo.pdf", "memo.revision-3.pdf"),
        ("x/MEMO.PDF", "MEMO.revision-3.pdf"),
        ("x/notes", "notes.revision-3.pdf"),
        ("x/..pdf", "document.revision-3.pdf"),
        ("x/a\u202efdp.exe", "a_fdp.exe.revision-3.pdf"),
        ("x/a\nb:c\\d.pdf", "a_b_c_d.revision-3.pdf"),
        ("x/" + "é" * 300 + ".pdf", "é" * 100 + ".revision-3.pdf"),
    ],
)
def test_names_lead_nowhere_and_act_on_nothing(path: str, name: str) -> None:
    assert Revision(path=path, number=3, end=1, sha256="").name == name


def test_the_command_lists_and_writes(run: Run, library: Library, tmp_path: Path) -> None:
    path = tmp_path / "memo.pdf"
    made = saved_twice()
    path.write_bytes(made.data)
    library.reports = [report_on(made.data)]
    shown = run("revisions", path, "--out", tmp_path / "out")
    assert shown.code == 0
    assert "revision 1" in shown.out
    assert f"{made.ends[0]:,} bytes" in shown.out
    assert "page-content page 1" in shown.out
    assert "Other kit" in shown.out
    assert (tmp_path / "out" / "memo.revision-1.pdf").read_bytes() == made.data[: made.ends[0]]
    assert shown.err.count("Written: ") == 2
    assert run("revisions", path, "--out", tmp_path / "out").code == 1
    assert run("revisions", path, "--out", tmp_path / "out", "--force").code == 0
    lines = [json.loads(line) for line in run("revisions", path, "--json").out.splitlines()]
    assert [line["end"] for line in lines] == made.ends


def test_the_command_says_when_there_are_none(run: Run, library: Library, tmp_path: Path) -> None:
    path = tmp_path / "memo.txt"
    path.write_bytes(b"text\n")
    library.reports = [report_on(b"text\n", "memo.txt")]
    shown = run("revisions", path, "--lang", "fr")
    assert (shown.code, shown.out) == (0, "")
    assert "Aucune révision" in shown.err
