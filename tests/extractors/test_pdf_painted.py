"""What a page paints, in which order, where, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.extractors.pdf.layers import PaintedPage, common_box, moved, product
from leakverify.extractors.pdf.text import Document, opened
from tests.builders.pdf import document, examine, show, texts
from tests.builders.pdf_pages import FREE, LINES, NEW, PLACE, box, page, typed


@contextmanager
def painted(data: bytes, index: int = 0) -> Iterator[PaintedPage]:
    with opened(data, len(data)) as found:
        assert isinstance(found, Document)
        with found.painted(index) as opened_page:
            assert opened_page is not None
            yield opened_page


def test_objects_come_in_the_order_of_painting_with_their_places() -> None:
    with painted(page(LINES + box(b"1 0 0") + typed())) as found:
        kinds = [item.kind for item in found.items]
        assert kinds == ["text", "text", "text", "path", "text"]
        assert [item.order for item in found.items] == [0, 1, 2, 3, 4]
        shape = found.items[3]
        assert shape.filled and not shape.stroked
        assert shape.fill == (255, 0, 0, 255)
        assert shape.box == pytest.approx(PLACE, abs=0.01)


def test_text_tells_its_characters_font_size_and_mode() -> None:
    with painted(document(show("One\nTwo", mode=3, size=9)).data) as found:
        assert [item.text.strip() for item in found.items] == ["One", "Two"]
        assert {(item.font, round(item.size, 2), item.mode) for item in found.items} == {
            ("Helvetica", 9.0, 3)
        }


def test_a_form_is_opened_where_it_is_drawn_and_its_matrices_count() -> None:
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Matrix[2 0 0 2 0 0]/Length 38>>\nstream\n%s\nendstream"
    data = page(
        b"q 3 0 0 3 10 20 cm /X Do Q " + typed("after"),
        resources=b"/XObject<</X %d 0 R>>" % FREE,
        objects={FREE: form % b"0 0 5 6 re W n 0 1 0 rg 1 2 10 20 re f"},
    )
    with painted(data) as found:
        inner, after = found.items
        assert (inner.kind, inner.form, after.form) == ("path", 1, 0)
        assert inner.box == pytest.approx((16, 32, 76, 152), abs=0.01)
        assert inner.clip == pytest.approx((10, 20, 40, 56), abs=0.01)
        assert after.text.strip() == "after"


def test_clip_size_and_marks_are_read() -> None:
    content = b"/Artifact BMC q 10 10 50 50 re W n 2 0 0 2 0 0 cm BT /F1 10 Tf 5 5 Td (mark) Tj ET Q EMC"
    with painted(page(content)) as found:
        (item,) = found.items
        assert item.size == pytest.approx(20)
        assert item.clip == pytest.approx((10, 10, 60, 60))
        assert item.marks == ("Artifact",)


def test_transparency_is_told_and_a_thick_line_has_its_width() -> None:
    content = b"q /G gs 0 0 10 10 re f Q q 4 0 0 4 0 0 cm 3 w 1 1 m 50 1 l S Q"
    with painted(page(content, resources=b"/ExtGState<</G<</BM/Multiply>>>>")) as found:
        glass, line = found.items
        assert glass.blend and not line.blend
        assert line.stroked and line.width == pytest.approx(12)


def test_annotations_are_placed_by_their_appearance_and_hidden_ones_left_out() -> None:
    look = b"<</Type/XObject/Subtype/Form/BBox[10 10 20 30]/Length 21>>\nstream\n1 0 0 rg 10 10 5 5 re\nf\nendstream"
    note = b"<</Type/Annot/Subtype/Square/Rect[100 100 200 200]/F %d/AP<</N %d 0 R>>>>"
    data = page(
        typed(),
        entries=b"/Annots[%s %s]" % (note % (4, FREE), note % (2, FREE)),
        objects={FREE: look.replace(b"21>>", b"24>>").replace(b"\nf\n", b"\nf \n")},
    )
    with painted(data) as found:
        found.frame = lambda _: (10, 10, 20, 30)
        (one,) = found.annotations
        assert one.subtype == "Square"
        assert one.items[0].box == pytest.approx((100, 100, 150, 125), abs=0.01)
        assert one.items[0].order == len(found.items)


def test_size_rotation_and_the_visible_part() -> None:
    data = page(typed(), media=b"0 0 300 400", entries=b"/Rotate 90/CropBox[10 20 200 390]")
    with painted(data) as found:
        assert found.rotation == 90
        assert found.size == pytest.approx((370, 190))
        assert found.visible == pytest.approx((10, 20, 200, 390))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("abcdefgh ", min_size=1, max_size=30).filter(str.strip), min_size=1, max_size=12))
def test_every_object_has_its_own_characters(lines: list[str]) -> None:
    with painted(document(show("\n".join(lines), size=6, y=800)).data) as found:
        assert [item.text.split() for item in found.items] == [line.split() for line in lines]


def test_pages_beyond_the_bound_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakverify.extractors.pdf.painted.DETAILED", 2)
    read = examine(document("One", "Two", "Three").data)
    assert "limit-pages" in read.codes
    assert len(read.values("pdf.page.text")) == 3


def test_the_text_of_pages_is_still_given() -> None:
    assert [str(text).split() for text in texts(document("One", "Two").data)] == [["One"], ["Two"]]
    assert NEW in str(texts(page(LINES + box() + typed()))[0])


def test_boxes_and_matrices() -> None:
    assert common_box((0, 0, 2, 2), (1, 1, 5, 5)) == (1, 1, 2, 2)
    assert common_box((0, 0, 1, 1), (2, 2, 3, 3)) == (2, 2, 2, 2)
    assert common_box(None, (1, 2, 3, 4)) == (1, 2, 3, 4)
    quarter = (0.0, 1.0, -1.0, 0.0, 0.0, 0.0)
    assert moved((0, 0, 2, 1), quarter) == (-1, 0, 0, 2)
    assert product(quarter, (1, 0, 0, 1, 5, 6)) == (0, 1, -1, 0, 5, 6)
