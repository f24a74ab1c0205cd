"""Text recognised from pictures: asked for by name, marked, confined, and never counted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import leakverify as lv
from leakverify.box import linux
from leakverify.box.inprocess import render_bytes
from leakverify.box.launch import CODE
from leakverify.box.reading import ReadingError, confined, read_page, recogniser
from leakverify.box.wire import Shot
from leakverify.evidence import RECOGNISED, Outcome, Report
from tests.builders import invoices, scans

with_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
with_landlock = pytest.mark.skipif(
    not (linux.supported() and linux.landlock_version()), reason="this kernel has no Landlock"
)
#: read without fault by any trained language
PAGE = (
    "Invoice number 2017-112",
    "Monday 5 May 2017",
    "Subtotal   1000.00",
    "VAT 20 %   200.00",
    "Grand total   9200.00",
    "IBAN : FR76 3000 6000 0112 3456 7890 188",
)
POINTED = (Outcome.UNUSUAL, Outcome.CONTRADICTS, Outcome.SUPPORTS)


def verified(tmp_path: Path, name: str, data: bytes, **options: object) -> Report:
    path = tmp_path / name
    path.write_bytes(data)
    return lv.verify(path, model=None, **options)  # type: ignore[arg-type]


@with_tesseract
@pytest.mark.parametrize(("name", "make"), [("a.pdf", scans.as_scan), ("a.png", scans.as_png)])
def test_a_changed_invoice_is_shown_and_does_not_count(tmp_path: Path, name: str, make) -> None:
    report = verified(tmp_path, name, make(PAGE), ocr=True)
    text = next(o for o in report.observations if o.name == "text.recognised")
    assert (text.where.part, text.where.page) == (RECOGNISED, 1)
    assert (text.raw or "").startswith("tesseract ")
    assert "tesseract" in report.provenance.readers
    drawn = [o for o in report.observations if o.where.part == RECOGNISED]
    assert {"text.weekday.wrong", "invoice.kind", "invoice.relation.break"} <= {o.name for o in drawn}
    said = {e.check: e for e in report.evidence if any(o.where.part == RECOGNISED for o in e.observations)}
    assert {"LV-INV-001", "LV-TXT-001"} <= set(said)
    assert not [e for e in said.values() if e.outcome in POINTED]
    assert report.assessment is lv.Assessment.UNREMARKABLE


def test_nothing_is_recognised_unless_asked(tmp_path: Path) -> None:
    report = verified(tmp_path, "a.pdf", scans.as_scan(PAGE))
    assert not [o for o in report.observations if o.where.part == RECOGNISED]


@with_tesseract
def test_pages_with_text_are_left_alone(tmp_path: Path) -> None:
    data = invoices.invoice(3).pdf()
    assert verified(tmp_path, "a.pdf", data, ocr=True) == verified(tmp_path, "a.pdf", data)


@with_tesseract
def test_the_score_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(scans.as_scan(PAGE))
    assert lv.verify(path, ocr=True).score == lv.verify(path).score


def test_without_tesseract_the_call_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakverify.recognising.recogniser", lambda: None)
    with pytest.raises(lv.UsageError, match="tesseract"):
        verified(tmp_path, "a.pdf", scans.as_scan(PAGE), ocr=True)


@with_tesseract
def test_a_picture_that_cannot_be_drawn_is_a_problem(tmp_path: Path) -> None:
    whole = scans.as_png(PAGE)
    report = verified(tmp_path, "a.png", whole[: len(whole) // 2], ocr=True)
    assert [p.code for p in report.problems if p.where.part == RECOGNISED] == ["malformed"]


@with_tesseract
def test_a_picture_of_no_size_is_refused_by_the_program() -> None:
    found = recogniser()
    assert found is not None
    with pytest.raises(ReadingError) as refused:
        read_page(found, b"", 0, 0, confine=confined())
    assert refused.value.code in ("reader-error", "reader-crash")


def test_a_picture_is_drawn_in_parts_and_within_the_limits() -> None:
    data = scans.as_png(PAGE)
    whole, part, nowhere = render_bytes(
        data,
        [Shot(len(data), 1, 4_000), Shot(len(data), 1, 4_000, (100, 100, 300, 200)), Shot(len(data), 2, 90)],
    )
    assert whole.bitmap is not None and whole.bitmap.width * whole.bitmap.height <= 1_600_000
    assert part.bitmap is not None
    assert (part.bitmap.width, part.bitmap.height, part.bitmap.matrix) == (200, 100, (1, 0, 0, 1, -100, -100))
    assert nowhere.code == "missing-part"


#: what a program of the system is made of; perl opens the null device before anything else
FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/dev/null")


def launched(*program: str, folders: tuple[str, ...] = FOLDERS):
    root = str(Path(__file__).parents[2])
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from leakverify.box.launch import main; main()"
    return subprocess.run(
        [sys.executable, "-P", "-s", "-c", start, root, "3", str(2 << 30), "20", str(len(folders)), *folders,
         *program],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip


@with_landlock
def test_the_program_reads_its_folders_and_nothing_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    cat = shutil.which("cat")
    assert cat is not None
    assert launched(cat, "/usr/share/dict/none").returncode == 1  # it ran, and found no such file
    refused = launched(cat, str(secret))
    assert (refused.stdout, refused.returncode) == (b"", 1)
    assert b"ermission denied" in refused.stderr
    assert (
        launched(cat, str(secret), folders=("/usr", "/lib", "/lib64", "/bin", str(tmp_path))).stdout
        == b"secret"
    )


@with_landlock
def test_the_program_reaches_no_network_and_no_other_process() -> None:
    perl = shutil.which("perl")
    if perl is None:
        pytest.skip("perl, which every system of this kind has, is not installed")
    tried = (
        "use Socket; print socket(S, PF_INET, SOCK_DGRAM, 0) ? 'open' : 'refused';"
        "print kill(0, getppid) ? ' open' : ' refused'"
    )
    assert launched(perl, "-e", tried).stdout == b"refused refused"


def test_a_program_that_is_not_there() -> None:
    assert launched("/nowhere/program").returncode == CODE
