"""The saves of a file: how many there are, where each ends, and what is no save."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakverify.extractors import pdf
from leakverify.extractors._base import Fit, Probe
from tests.builders.pdf import (
    CATALOG,
    INFO,
    PAGES,
    QPDF,
    Pdf,
    document,
    examine,
    info,
    linearised,
    packet,
    qpdf,
    show,
    stream,
    texts,
)

KINDS = ("table", "stream", "packed", "hybrid")
needs_qpdf = pytest.mark.skipif(not QPDF, reason="needs qpdf")


def saved(kind: str, saves: int) -> Pdf:
    """Save ``n`` shows ``state n``."""
    made = document("state 1", kind=kind, about=info(Title="1"))
    for number in range(2, saves + 1):
        made.save(
            {made.content(0): stream(show(f"state {number}")), INFO: info(Title=str(number))}, kind=kind
        )
    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("saves", [1, 2, 5])
def test_every_save_is_found_and_is_a_document_of_its_own(kind: str, saves: int) -> None:
    made = saved(kind, saves)
    read = examine(made.data)
    assert read.value("pdf.revision.count") == saves
    assert read.values("pdf.revision.end") == made.ends
    assert set(read.values("pdf.revision.xref_kind")) == {"stream" if kind == "packed" else kind}
    assert [where.revision for where in read.where("pdf.revision.end")] == list(range(1, saves + 1))
    assert not read.codes
    for number, end in enumerate(made.ends, 1):
        assert texts(made.data[:end]) == [f"state {number}"]


def test_kinds_of_sections_may_alternate() -> None:
    made = document("state 1")
    for number, kind in enumerate(("stream", "hybrid", "packed", "table"), 2):
        made.save({made.content(0): stream(show(f"state {number}"))}, kind=kind)
    read = examine(made.data)
    assert read.values("pdf.revision.xref_kind") == ["table", "stream", "hybrid", "stream", "table"]
    assert len(read.pairs) == 4


@needs_qpdf
@pytest.mark.parametrize("objects", ["disable", "generate"])
def test_a_linearised_file_is_one_save(tmp_path: Path, objects: str) -> None:
    made = document("one", "two", "three", about=info(Title="t"))
    laid = qpdf(made.data, tmp_path, "--linearize", f"--object-streams={objects}", "--deterministic-id")
    assert laid.count(b"%%EOF") == (2 if objects == "disable" else 1)
    read = examine(laid)
    assert read.value("pdf.linearized") is True
    assert read.value("pdf.revision.count") == 1
    assert read.value("pdf.revision.end") == len(laid)
    assert not read.kinds


@needs_qpdf
def test_a_save_on_a_linearised_file_is_the_second(tmp_path: Path) -> None:
    laid = linearised(document("one", "two", about=info(Title="t")).data, tmp_path)
    first = laid.rfind(b"startxref\n") + len(b"startxref\n")
    prev = int(laid[first:].split()[0])
    pages = laid.find(b"/Type /Pages")
    number = int(laid[:pages].rsplit(b" obj", 1)[0].split()[-2])
    root = laid[laid.find(b"/Root ") :].split()[1]
    place = len(laid)
    body = laid[laid.find(b"<<", pages - 200) : laid.find(b"endobj", pages)]
    section = place + len(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    updated = laid + b"%d 0 obj\n%s\nendobj\nxref\n%d 1\n%010d 00000 n \n" % (number, body, number, place)
    updated += b"trailer\n<</Root %s 0 R/Size 30/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (root, prev, section)
    read = examine(updated)
    assert read.value("pdf.revision.count") == 2
    assert read.values("pdf.revision.end") == [len(laid), len(updated)]


def test_the_empty_second_section_of_word_is_no_save() -> None:
    """Word appends ``xref 0 0`` with /XRefStm for readers of compressed objects."""
    made = document("one", about=info(Title="t"))
    hidden = made.free()
    first = made.last
    body = stream(b"\x00\x00\x00\x00\x00", b"/Type/XRef/W[1 2 2]/Index[%d 1]/Size 30" % hidden)
    data = made.data[:first] + b"20 0 obj\n" + body + b"\nendobj\n"
    moved = len(data)
    data += made.data[first:].replace(b"startxref\n%d" % first, b"startxref\n%d" % moved)
    second = len(data)
    data += b"xref\n0 0\ntrailer\n<</Size 21/Root 1 0 R/Info 3 0 R/Prev %d/XRefStm %d>>\n" % (moved, first)
    data += b"startxref\n%d\n%%%%EOF\n" % second
    assert data.count(b"%%EOF") == 2
    read = examine(data)
    assert read.value("pdf.revision.count") == 1
    assert read.value("pdf.revision.end") == len(data)
    assert read.value("pdf.revision.xref_kind") == "hybrid"
    assert not read.kinds


def test_a_section_that_points_a_number_elsewhere_is_a_save_though_it_writes_no_object() -> None:
    made = document("genuine")
    twin = b"%d 0 obj\n%s\nendobj\n" % (made.content(0), stream(show("replaced")))
    body, section = made.data[: made.last], made.data[made.last :]
    first = len(body) + len(twin)
    data = body + twin + section.replace(b"startxref\n%d" % len(body), b"startxref\n%d" % first)
    assert texts(data) == ["genuine"]
    second = len(data)
    data += b"xref\n%d 1\n%010d 00000 n \n" % (made.content(0), len(body))
    data += b"trailer\n<</Size 20/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (first, second)
    read = examine(data)
    assert read.value("pdf.revision.count") == 2
    assert ("page-content", 2, 1) in read.kinds
    assert read.pairs == [("genuine", "replaced", "none")]


def test_end_marks_in_content_and_attachments_are_no_saves() -> None:
    inner = document("inner").data
    made = document(b"% %%EOF\n%%EOF\n" + show("outer"), objects={8: stream(inner, b"/Type/EmbeddedFile")})
    assert made.data.count(b"%%EOF") == 4
    assert examine(made.data).value("pdf.revision.count") == 1


def test_more_end_marks_at_the_end_are_no_saves() -> None:
    made = document("one")
    read = examine(made.data + b"%%EOF\n%%EOF\n")
    assert read.value("pdf.revision.count") == 1
    assert read.value("pdf.trailing_bytes") == 12


@pytest.mark.parametrize("relative", [True, False])
def test_bytes_before_the_header(relative: bool) -> None:
    made = document("state 1", junk=b"X" * 100 + b"\n", relative=relative)
    made.save({made.content(0): stream(show("state 2"))})
    read = examine(made.data)
    assert read.value("pdf.header.offset") == 101
    assert read.value("pdf.revision.count") == 2
    assert read.values("pdf.revision.end") == made.ends
    assert not read.codes
    assert read.pairs == [("state 1", "state 2", "none")]


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n", b"\n", b""])
def test_line_ends_after_the_last_mark(line_end: bytes) -> None:
    data = document("one").data.rstrip(b"\n") + line_end
    read = examine(data)
    assert read.value("pdf.revision.end") == len(data)
    assert not read.codes


def test_a_save_whose_end_mark_was_dropped_still_counts() -> None:
    made = document("state 1")
    made.data = made.data.removesuffix(b"%%EOF\n")
    made.ends[-1] = len(made.data)
    made.save({made.content(0): stream(show("state 2"))})
    read = examine(made.data)
    assert read.values("pdf.revision.end") == made.ends
    assert read.pairs == [("state 1", "state 2", "none")]


def test_prev_zero_means_none() -> None:
    made = document("one")
    data = made.data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 0")
    read = examine(data)
    assert read.value("pdf.revision.count") == 1
    assert not read.codes


@pytest.mark.parametrize("saves", [1, 2, 3])
def test_a_circle_of_sections_ends_and_the_count_is_not_stated(saves: int) -> None:
    made = saved("table", saves)
    first = made.data.find(b"xref\n0 1")
    head, tail = made.data[:first], made.data[first:]
    data = head + tail.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %010d" % made.last, 1)
    read = examine(data)
    assert "malformed" in read.codes
    assert not read.values("pdf.revision.count")


def test_a_broken_link_leaves_what_is_newer() -> None:
    made = saved("table", 3)
    second = made.data.rfind(b"/Prev ")
    data = made.data[:second] + b"/Prev 7777777" + made.data[second + len(b"/Prev ") :].lstrip(b"0123456789")
    read = examine(data)
    assert "malformed" in read.codes
    assert not read.values("pdf.revision.count")
    assert texts(data) == ["state 3"]


def test_a_file_without_its_cross_reference_is_read_by_looking_for_objects() -> None:
    made = document("one", about=info(Author="Ann"), xmp=packet(CreateDate="2017"))
    data = made.data.replace(b"startxref", b"start ref")
    read = examine(data)
    assert "malformed" in read.codes
    assert not read.values("pdf.revision.count")
    assert read.value("pdf.info.author") == "Ann"
    assert read.value("xmp.create_date") == "2017"
    assert read.value("pdf.pages") == 1


def test_a_file_cut_off_in_its_last_save_is_read_and_told() -> None:
    made = saved("table", 2)
    cut = made.data[: made.ends[1] - 60]
    read = examine(cut)
    assert "truncated" in read.codes
    assert read.values("pdf.info.title")


def test_objects_behind_the_last_save_are_told() -> None:
    """An update without a cross-reference, which readers that look for objects would show."""
    made = document("state 1")
    loose = b"%d 0 obj\n%s\nendobj\n%%%%EOF\n" % (made.content(0), stream(show("state 2")))
    read = examine(made.data + loose)
    (fault,) = [f for f in read.faults if "behind" in f.detail]
    assert (fault.code, fault.where.offset) == ("malformed", made.ends[0])
    assert read.value("pdf.trailing_bytes") == len(loose)


def test_a_wrong_startxref_is_looked_for() -> None:
    made = saved("table", 2)
    data = made.data.replace(b"startxref\n%d" % made.last, b"startxref\n%d" % (made.last + 9))
    read = examine(data)
    assert "malformed" in read.codes
    assert read.value("pdf.revision.count") == 2
    assert read.pairs == [("state 1", "state 2", "none")]


def test_only_text_is_compared_where_no_position_in_the_file_is_right() -> None:
    """Line ends that a transfer changed: every object is elsewhere, in both states."""
    made = saved("table", 2)
    read = examine(made.data.replace(b"\nendobj\n", b"\r\nendobj\r\n"))
    assert "malformed" in read.codes
    assert read.pairs == [("state 1", "state 2", "none")]
    assert not read.values("pdf.change.kind")


def test_nothing_is_told_of_unlike_states_where_no_position_is_right_and_the_text_is_the_same() -> None:
    made = document("the same", "and more")
    made.save({INFO: b"<</Title(a)>>"})
    read = examine(made.data.replace(b"\nendobj\n", b"\r\nendobj\r\n"))
    assert not read.pairs


def test_a_root_that_was_replaced_is_a_save() -> None:
    made = document("one", objects={8: b"<</Type/Catalog/Pages 2 0 R/Lang(fr)>>"})
    section = len(made.data)
    data = made.data + b"xref\n0 0\ntrailer\n<</Size 20/Root 8 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        made.last,
        section,
    )
    read = examine(data)
    assert read.value("pdf.revision.count") == 2
    assert read.value("pdf.language") == "fr"


def test_the_header_is_accepted_within_the_first_kilobyte_and_not_in_an_archive() -> None:
    def sniff(data: bytes) -> Fit:
        return pdf.sniff(Probe(data[:8192], data[-100:], len(data)))

    assert sniff(b"%PDF-1.4\n") is Fit.STRONG
    assert sniff(b"x" * 1000 + b"%PDF-1.4\n") is Fit.STRONG
    assert sniff(b"x" * 1100 + b"%PDF-1.4\n") is Fit.NONE
    assert sniff(b"a text about %PDF-files") is Fit.NONE
    member = b"PK\x03\x04" + b"\x14\x00\x00\x00\x00\x00" + bytes(16) + b"\x05\x00\x00\x00a.pdf"
    assert len(member) == 35
    assert sniff(member + b"%PDF-1.4\n") is Fit.NONE
    assert sniff(b"a.pdf".ljust(257, b"\x00") + b"ustar".ljust(255, b"\x00") + b"%PDF-1.4\n") is Fit.NONE


def test_removing_the_first_page_tree_entry_keeps_the_catalog() -> None:
    made = document("one", "two")
    made.save({PAGES: b"<</Type/Pages/Count 1/Kids[10 0 R]>>", CATALOG: made.objects[CATALOG]})
    assert examine(made.data).value("pdf.pages") == 1


@pytest.mark.corpus
def test_no_genuine_export_of_one_save_counts_more(corpus: Path) -> None:
    """Word, LibreOffice, Chrome and linearising programs write one save, whatever end marks there are."""
    producers = ("Microsoft® Word", "Microsoft: Print To PDF", "LibreOffice", "Skia/PDF", "Microsoft® Excel")
    seen = 0
    for path in sorted(corpus.glob("*/**/*.pdf"))[:2500]:
        data = path.read_bytes()
        if b"/Prev" not in data or data.count(b"%%EOF") != 2 or b"0 0\r\ntrailer" not in data:
            continue
        read = examine(data, full=False)
        made_by = [str(value) for value in read.values("pdf.info.producer")]
        if len(made_by) == 1 and made_by[0].startswith(producers) and not read.codes:
            seen += 1
            assert read.value("pdf.revision.count") == 1, path
    assert seen > 10
