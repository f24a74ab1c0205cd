"""Ordinary workflows saved by appending: each is told as what it is, and no text counts as exchanged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Highlight, Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from leakverify.checks import Facts, registry
from leakverify.evidence import Extraction, Outcome
from tests.builders.pdf import CATALOG, FIRST, Read, document, examine, info, linearised, packet, show, stream
from tests.extractors.test_pdf_workflows import contract, incremental, overlay

EXIFTOOL = shutil.which("exiftool")
QPDF = shutil.which("qpdf")
POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
MINE = ("LV-PDF-002", "LV-PDF-004", "LV-PDF-005", "LV-PDF-006")
LETTER = "Invoice 2017-031\nThe amount due is 1200 euros\npayable within thirty days\nYours faithfully"


def pointed(read: Read) -> list[str]:
    """What the checks on history say that points."""
    facts = Facts(Extraction(index=0, formats=("pdf",), observations=tuple(read.observations)))
    answers = [answer for name in MINE for answer in registry()[name].run(facts)]
    return [f"{a.check} {a.outcome.value} {a.message}" for a in answers if a.outcome in POINTED]


def on_every_page(text: Callable[[int], str], x: float, y: float) -> Callable[[PdfWriter], object]:
    def edit(writer: PdfWriter) -> None:
        for number, page in enumerate(writer.pages):
            page.merge_page(overlay(show(text(number), x, y)).pages[0])

    return edit


def bookmark(writer: PdfWriter) -> None:
    writer.add_outline_item(title="First", page_number=0)


def label(writer: PdfWriter) -> None:
    writer.set_page_label(0, 1, style="/r")


def link(writer: PdfWriter) -> None:
    writer.add_annotation(0, Link(rect=(72, 600, 200, 620), url="https://example.org/"))


def highlight(writer: PdfWriter) -> None:
    corners = ArrayObject(FloatObject(n) for n in (72, 690, 200, 690, 72, 705, 200, 705))
    writer.add_annotation(0, Highlight(rect=(72, 690, 200, 705), quad_points=corners))


def remark(writer: PdfWriter) -> None:
    writer.add_annotation(1, FreeText(text="agreed, 12 May", rect=(300, 780, 500, 800)))


def attach(writer: PdfWriter) -> None:
    writer.add_attachment("annex.txt", b"annex")


def dates(writer: PdfWriter) -> None:
    writer.add_metadata({"/ModDate": "D:20180102030405Z", "/Producer": "Filing 3"})


def tag(writer: PdfWriter) -> None:
    """Accessibility: marks round the text, and a tree of structure."""
    tree = writer._add_object(
        DictionaryObject(
            {NameObject("/Type"): NameObject("/StructTreeRoot"), NameObject("/K"): ArrayObject()}
        )
    )
    writer._root_object[NameObject("/StructTreeRoot")] = tree
    writer._root_object[NameObject("/MarkInfo")] = DictionaryObject(
        {NameObject("/Marked"): NumberObject(1), NameObject("/Lang"): TextStringObject("en")}
    )
    for page in writer.pages:
        contents = page.get_contents()
        assert contents is not None
        marked = DecodedStreamObject()
        marked.set_data(b"/P <</MCID 0>> BDC\n" + contents.get_data() + b"\nEMC")
        page[NameObject("/Contents")] = writer._add_object(marked)


def other_font(writer: PdfWriter) -> None:
    """The same words in another font, as when missing fonts are embedded."""
    for page in writer.pages:
        resources = page["/Resources"].get_object()
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Courier"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
        resources["/Font"][NameObject("/F1")] = writer._add_object(font)  # type: ignore[index]


@pytest.mark.parametrize(
    ("edit", "explained"),
    [
        (on_every_page(lambda n: f"EX-{n:06d}", 470, 20), {"stamp-added"}),
        (on_every_page(lambda n: f"Page {n + 1} of 2", 270, 815), {"stamp-added"}),
        (on_every_page(lambda n: "CONFIDENTIAL", 250, 820), {"stamp-added"}),
        (bookmark, set()),
        (label, set()),
        (link, set()),
        (highlight, set()),
        (remark, {"annotation"}),
        (attach, set()),
        (dates, set()),
        (tag, set()),
        (other_font, set()),
    ],
    ids=[
        "bates", "page-numbers", "header", "bookmark", "page-label", "link", "highlight", "remark", "attachment",
        "dates", "tags", "font",
    ],
)  # fmt: skip
def test_ordinary_work_points_at_nothing(edit: Callable[[PdfWriter], object], explained: set[str]) -> None:
    read = examine(incremental(contract(), edit))
    assert read.value("pdf.revision.count") == 2
    assert {why for _, _, why in read.pairs} == explained
    assert pointed(read) == []


@pytest.mark.skipif(not QPDF, reason="needs qpdf")
def test_work_appended_to_a_linearised_file_is_one_save_more(tmp_path: Path) -> None:
    read = examine(incremental(linearised(contract(), tmp_path), remark))
    assert read.value("pdf.revision.count") == 2
    assert {why for _, _, why in read.pairs} == {"annotation"}
    assert pointed(read) == []


@pytest.mark.skipif(not QPDF, reason="needs qpdf")
@pytest.mark.parametrize(
    "how", [["--object-streams=generate"], ["--optimize-images"], ["--qdf"], ["--linearize"]]
)
def test_a_file_that_was_optimised_whole_holds_one_save(tmp_path: Path, how: list[str]) -> None:
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(incremental(contract(), remark))
    done = subprocess.run([str(QPDF), *how, str(source), str(target)], check=False, capture_output=True)
    assert done.returncode in (0, 3)  # 3: with warnings
    read = examine(target.read_bytes())
    assert read.value("pdf.revision.count") == 1
    assert pointed(read) == []


def test_running_numbers_in_the_middle_of_pages_written_anew_are_a_stamp() -> None:
    """The same text at one place of many pages, but for its figures, is no change of each page."""
    made = document(LETTER, LETTER, LETTER)
    changed = {
        made.content(n): stream(show(LETTER, y=699.5) + b"\n" + show(f"Exhibit {n + 1}", 300, 420))
        for n in range(3)
    }
    read = examine(made.save(changed).data)
    assert {why for _, _, why in read.pairs} == {"stamp-added"}
    made = document(LETTER, LETTER)
    changed = {made.content(0): stream(show(LETTER, y=699.5) + b"\n" + show("and the costs", 300, 420))}
    assert {why for _, _, why in examine(made.save(changed).data).pairs} == {"none"}


def test_a_stamp_that_touches_a_word_replaces_nothing() -> None:
    """Its letters are read as part of the word, which is all there still."""
    made = document(LETTER)
    slanted = b"BT /F1 14 Tf 0.97 0.24 -0.24 0.97 59 700 Tm (PAID) Tj ET"
    read = examine(made.save({FIRST: _page(b"[11 0 R 30 0 R]"), 30: stream(slanted)}).data)
    assert [why for _, _, why in read.pairs] == ["stamp-added"]
    assert pointed(read) == []


def test_letters_put_in_front_of_a_word_on_its_line_are_no_stamp() -> None:
    made = document(b"BT /F1 12 Tf 100 700 Td (paid in full) Tj ET")
    prefix = b"BT /F1 12 Tf %g 700 Td (un) Tj ET" % (100 - 12 * (0.556 * 2))
    read = examine(made.save({FIRST: _page(b"[11 0 R 30 0 R]"), 30: stream(prefix)}).data)
    assert [why for _, _, why in read.pairs] == ["none"]


def test_words_blanked_out_under_a_box_are_a_redaction_and_a_clause_that_is_gone_is_not() -> None:
    line = b"BT /F1 12 Tf 72 700 Td (The witness) Tj ET BT /F1 12 Tf 150 700 Td (Jean Martin) Tj ET"
    rest = b" BT /F1 12 Tf 240 700 Td (said nothing more that day) Tj ET"
    made = document(line + rest)
    kept = b"BT /F1 12 Tf 72 700 Td (The witness) Tj ET" + rest + b" 0 g 148 696 80 16 re f"
    read = examine(made.save({made.content(0): stream(kept)}).data)
    assert [(new, why) for _, new, why in read.pairs] == [("", "redaction")]
    closed = b"BT /F1 12 Tf 72 700 Td (The witness said nothing more that day) Tj ET"
    again = examine(document(line + rest).save({11: stream(closed)}).data)
    assert [(new, why) for _, new, why in again.pairs] == [("", "none")]


def test_exiftool_is_named_and_what_was_there_before_is_read() -> None:
    made = document(LETTER, about=info(Title="Draft", CreationDate="D:20170301090000Z"))
    body = info(Title="Final", CreationDate="D:20150301090000Z")
    grown = made.save({3: body})
    cut = grown.ends[0]
    data = grown.data[:cut] + grown.data[cut:]
    framed = data[:cut] + b"%BeginExifToolUpdate\n" + data[cut:]
    # every offset behind the frame has moved
    shift = len(b"%BeginExifToolUpdate\n")
    place = grown.places[3]
    framed = framed.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % (place + shift))
    framed = framed.replace(b"startxref\n%d\n" % grown.last, b"startxref\n%d\n" % (grown.last + shift))
    read = examine(framed + b"%%EndExifToolUpdate %d\n" % cut)
    assert read.values("pdf.exiftool.update") == [cut]
    told = list(zip(*(read.values(f"pdf.exiftool.{n}") for n in ("field", "before", "after")), strict=True))
    assert told == [
        ("Info CreationDate", "2017-03-01T09:00:00Z", "2015-03-01T09:00:00Z"),
        ("Info Title", "Draft", "Final"),
    ]
    assert pointed(read) == ["LV-PDF-006 contradicts moved-back"]


@pytest.mark.skipif(not EXIFTOOL, reason="needs exiftool")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["-PDF:Title=filed"], []),
        (["-PDF:CreateDate=2010:01:02 03:04:05Z"], ["LV-PDF-006 contradicts moved-back"]),
        (["-PDF:ModifyDate=2031:01:02 03:04:05Z"], []),
    ],
)
def test_exiftool_itself(tmp_path: Path, options: list[str], found: list[str]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(document(LETTER, about=info(Title="t", CreationDate="D:20170301090000Z")).data)
    subprocess.run([str(EXIFTOOL), "-q", "-overwrite_original", *options, str(path)], check=True)
    read = examine(path.read_bytes())
    assert len(read.values("pdf.exiftool.update")) == 1
    assert pointed(read) == found


def test_a_comment_of_exiftool_inside_an_attachment_is_not_an_update_of_this_file() -> None:
    made = document(LETTER, objects={20: stream(b"x\n%BeginExifToolUpdate\ny", b"/Type/EmbeddedFile")})
    made.save({21: b"<<>>"})
    assert not examine(made.data).values("pdf.exiftool.update")


def test_signed_by_a_later_save_and_nothing_else() -> None:
    made = document(LETTER)
    made.save(
        {
            CATALOG: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[30 0 R]/SigFlags 3>>>>",
            FIRST: _page(b"11 0 R", b"/Annots[30 0 R]"),
            30: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 31 0 R/Rect[0 0 0 0]/P 10 0 R>>",
            31: b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
        }
    )
    assert pointed(examine(made.data)) == []


def test_metadata_of_a_conversion_for_archives() -> None:
    made = document(LETTER, xmp=packet(CreateDate="2017-03-01T09:00:00Z"))
    read = examine(made.save({4: stream(packet(CreateDate="2017-03-01T09:00:00Z", Label="PDF/A"),
                                        b"/Type/Metadata/Subtype/XML")}).data)  # fmt: skip
    assert {kind for kind, _, _ in read.kinds} == {"xmp"}
    assert pointed(read) == []


def _page(contents: bytes, more: bytes = b"") -> bytes:
    return (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %s"
        b"/Resources<</Font<</F1 5 0 R>>>>%s>>" % (contents, more)
    )
