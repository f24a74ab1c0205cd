"""Saves made by real programs: ordinary workflows stay explained, seeded alterations do not."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, NameObject

from tests.builders.pdf import document, examine, info, packet, show

EXIFTOOL = shutil.which("exiftool")
BODY = "\n".join(f"Line {n} of the contract says {n * 37} euros" for n in range(1, 20))


def contract() -> bytes:
    return document(
        BODY, BODY, about=info(Title="t", CreationDate="D:2017"), xmp=packet(CreateDate="2017")
    ).data


def incremental(data: bytes, edit: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    edit(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(data)
    return out.getvalue()


def overlay(drawn: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document(drawn).data))


def stamp(writer: PdfWriter) -> None:
    for number, page in enumerate(writer.pages):
        page.merge_page(overlay(show(f"EX-{number:06d}", 450, 20)).pages[0])


def watermark(writer: PdfWriter) -> None:
    for page in writer.pages:
        drawn = overlay(show("DRAFT COPY", 100, 300, 48)).pages[0]
        page.merge_transformed_page(drawn, Transformation().rotate(30))


def turn(writer: PdfWriter) -> None:
    for page in writer.pages:
        page.rotate(90)


def pack(writer: PdfWriter) -> None:
    for page in writer.pages:
        page.compress_content_streams()


def note(writer: PdfWriter) -> None:
    writer.add_annotation(0, FreeText(text="Please check", rect=(300, 750, 500, 800)))


@pytest.mark.parametrize(
    ("edit", "explained"),
    [
        (lambda writer: writer.add_metadata({"/Title": "other"}), set()),
        (turn, set()),
        (pack, set()),
        (note, {"annotation"}),
        (stamp, {"stamp-added"}),
        (watermark, {"stamp-added"}),
        (lambda writer: writer.add_blank_page(300, 300), set()),
    ],
    ids=["metadata", "turn", "pack", "note", "stamp", "watermark", "page"],
)
def test_ordinary_work_with_pypdf_is_explained(
    edit: Callable[[PdfWriter], object], explained: set[str]
) -> None:
    read = examine(incremental(contract(), edit))
    assert read.value("pdf.revision.count") == 2
    assert {why for _, _, why in read.pairs} == explained


def test_one_digit_changed_with_pypdf_is_not_explained() -> None:
    def edit(writer: PdfWriter) -> None:
        page = writer.pages[1]
        contents = page.get_contents()
        assert contents is not None
        changed = DecodedStreamObject()
        changed.set_data(re.sub(rb"says 185 euros", b"says 785 euros", contents.get_data()))
        page[NameObject("/Contents")] = writer._add_object(changed)

    read = examine(incremental(contract(), edit))
    assert [(where.revision, where.page) for where in read.where("pdf.change.explained")] == [(2, 2)]
    ((before, behind, why),) = read.pairs
    assert "185" in before
    assert "785" in behind
    assert why == "none"


def test_an_amount_painted_over_with_pypdf_is_not_explained() -> None:
    def edit(writer: PdfWriter) -> None:
        cover = b"1 g 200 680 60 16 re f 0 g " + show("9999", x=222, y=682)
        writer.pages[0].merge_page(overlay(cover).pages[0])

    assert [why for _, _, why in examine(incremental(contract(), edit)).pairs] == ["none"]


@pytest.mark.skipif(not EXIFTOOL, reason="needs exiftool")
def test_exiftool_changes_metadata_only_and_what_was_there_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(contract())
    subprocess.run([str(EXIFTOOL), "-q", "-overwrite_original", "-Title=other", str(path)], check=True)
    read = examine(path.read_bytes())
    assert read.value("pdf.revision.count") == 2
    assert {kind for kind, _, _ in read.kinds} <= {"metadata", "xmp"}
    assert read.values("pdf.info.title") == ["t", "other"]
    assert not read.pairs


@pytest.mark.corpus
def test_published_attacks_on_signed_files_are_told(corpus: Path) -> None:
    files = sorted(corpus.rglob("hide-and-replace-shadow-file-signed-*.pdf"))
    assert files
    for path in files:
        assert (
            "Sign the document to get a reward!",
            "You are fired! Get out immediately",
            "none",
        ) in examine(path.read_bytes()).pairs
    for path in sorted(corpus.rglob("replace-shadow-file-signed-manipulated.pdf")):
        assert any("Attacker" in behind for _, behind, _ in examine(path.read_bytes()).pairs)


@pytest.mark.corpus
def test_signed_files_of_the_interoperability_tests_hold_no_unexplained_change(corpus: Path) -> None:
    seen = 0
    for path in sorted(corpus.rglob("plugtest/**/*.pdf")):
        read = examine(path.read_bytes())
        seen += 1
        assert not any(why == "none" for _, _, why in read.pairs), path
    assert seen > 10
