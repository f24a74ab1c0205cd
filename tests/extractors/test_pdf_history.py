"""What saves did to pages, and where an earlier amount was hidden: place, both texts, at a bounded cost."""

from __future__ import annotations

import time

import pytest

from leakverify.extractors.pdf.changes import _in_order
from leakverify.extractors.pdf.diff_covered import covered
from leakverify.extractors.pdf.text import Box, Shape, Word
from tests.builders.pdf import FIRST, PAGES, document, examine, show, stream

LETTER = "Invoice 2017-031\nThe amount due is 1200 euros\npayable within thirty days\nYours faithfully"
SIZE = (595.0, 842.0)


def page(contents: bytes, *, resources: bytes = b"<</Font<</F1 5 0 R>>>>", more: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %s/Resources%s%s>>" % (
        contents,
        resources,
        more,
    )


def word(text: str, box: Box, layer: int = 0, *, invisible: bool = False) -> Word:
    return Word(text, box, invisible, layer, False)


def picture(byte: int) -> bytes:
    return stream(
        bytes([byte]),
        b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
    )


# what is hidden


@pytest.mark.parametrize(
    ("old", "area", "new", "hidden"),
    [
        # the whole of a word
        (word("1200", (100, 100, 128, 110)), (98, 98, 130, 112), (100, 100, 128, 110), True),
        # the last digits of one
        (word("CT600(2015)", (100, 100, 170, 110)), (130, 98, 165, 112), (132, 100, 160, 109), True),
        # a word that runs upwards
        (word("936", (100, 100, 110, 130)), (98, 98, 112, 132), (101, 101, 127, 112), True),
        # an area that only grazes it
        (word("1200", (100, 100, 128, 110)), (98, 109, 130, 130), (100, 112, 128, 122), False),
        # an area beside it
        (word("1200", (100, 100, 128, 110)), (140, 98, 190, 112), (142, 100, 170, 110), False),
        # less than a letter of it
        (word("1200", (100, 100, 128, 110)), (126, 98, 160, 112), (130, 100, 150, 110), False),
        # a mark far larger than the words it lies on
        (word("1200", (100, 100, 128, 104)), (0, 0, 300, 200), (20, 20, 280, 180), False),
    ],
)
def test_words_under_a_new_area_with_words_on_it(old: Word, area: Box, new: Box, hidden: bool) -> None:
    top = word("9200", new, 6)
    found = covered([top], [old], [old, top], [Shape(area, 5, "path")], [], SIZE)
    assert found == ((old,) if hidden else ())


def test_what_hides_nothing() -> None:
    old, top = word("1200", (100, 100, 128, 110), 3), word("9200", (100, 100, 128, 110), 6)
    area = Shape((98, 98, 130, 112), 5, "path")
    assert covered([top], [old], [old, top], [area], [], SIZE) == (old,)
    assert not covered([top], [old], [old, top], [area], [area], SIZE)  # was there before
    assert not covered([], [old], [old], [area], [], SIZE)  # nothing on it
    below = Shape(area.box, 2, "path")
    assert not covered([top], [old], [old, top], [below], [], SIZE)  # a highlight behind its words
    whole = Shape((0, 0, 595, 842), 5, "image")
    assert not covered([top], [old], [old, top], [whole], [], SIZE)  # the picture of a scan
    early = word("9200", top.box, 4)
    assert not covered([early], [old], [old, early], [area], [], SIZE)  # under the area itself


def test_a_part_of_a_number_painted_over_is_told_with_the_whole() -> None:
    made = document("Reference SS-2541-03-M is valid")
    cover = b"1 g 145 696 24 14 re f 0 g " + show("8541", x=146)
    read = examine(made.save({FIRST: page(b"[11 0 R 30 0 R]"), 30: stream(cover)}).data)
    ((before, behind, why),) = read.pairs
    assert "SS-2541-03-M" in before
    assert "8541" in behind
    assert why == "none"
    assert read.values("pdf.change.hidden_under") == ["drawing"]


def test_an_opaque_note_on_a_small_page_hides_and_is_told_with_what_it_hides() -> None:
    shape = stream(
        b"1 1 1 rg 0 0 40 18 re f 0 g " + show("9200", 2, 5),
        b"/Type/XObject/Subtype/Form/BBox[0 0 40 18]/Resources<</Font<</F1 5 0 R>>>>",
    )
    note = b"<</Type/Annot/Subtype/FreeText/Rect[170 678 210 696]/Contents(9200)/F 4/AP<</N 31 0 R>>>>"
    made = document(LETTER)
    changed = {FIRST: page(b"11 0 R", more=b"/Annots[30 0 R]"), 30: note, 31: shape}
    read = examine(made.save(changed).data)
    assert [("1200" in old, "9200" in new, why) for old, new, why in read.pairs] == [
        (True, True, "annotation")
    ]
    assert read.values("pdf.change.hidden_under") == ["annotation"]


def test_one_figure_in_a_font_without_characters_is_told_and_another_coding_is_not() -> None:
    """The same glyphs are read the same way on both sides, so what differs was changed."""
    from tests.builders.pdf import FONT

    coded = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>"
        b"/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>]>>"
    )
    lines = [b"<00410042004300%02x>" % (0x30 + n) for n in range(20)]
    drawn = b"\n".join(
        b"BT /F1 9 Tf 72 %d Td %s Tj ET" % (800 - 20 * n, line) for n, line in enumerate(lines)
    )
    made = document(drawn, objects={FONT: coded})
    other = drawn.replace(b"<0041004200430035>", b"<0041004200430099>")
    read = examine(made.save({made.content(0): stream(other)}).data)
    assert len(read.pairs) <= 1
    assert "unsupported-feature" not in read.codes or not read.pairs


# what happened to pages


def test_a_picture_exchanged_on_a_scanned_page() -> None:
    resources = b"<</XObject<</I 8 0 R>>>>"
    made = document(
        b"q 595 0 0 842 0 0 cm /I Do Q", objects={FIRST: page(b"11 0 R", resources=resources), 8: picture(1)}
    )
    read = examine(made.save({8: picture(2)}).data)
    assert len(read.values("pdf.change.image_before")) == len(read.values("pdf.change.image_after")) == 1
    assert read.values("pdf.change.image_before") != read.values("pdf.change.image_after")
    where = read.where("pdf.change.image_after")[0]
    assert (where.revision, where.page) == (2, 1)


def test_a_font_that_a_changed_page_did_not_use() -> None:
    fonts = b"<</Font<</F1 5 0 R/F2 30 0 R>>>>"
    made = document(LETTER)
    read = examine(
        made.save(
            {
                FIRST: page(b"[11 0 R 31 0 R]", resources=fonts),
                30: b"<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Courier>>",
                31: stream(b"BT /F2 9 Tf 400 30 Td (x) Tj ET"),
            }
        ).data
    )
    assert read.values("pdf.change.font_added") == ["ABCDEF+Courier"]


def test_another_subset_of_a_known_font_is_no_new_font() -> None:
    named = b"<</Type/Font/Subtype/Type1/BaseFont/%s+Arial/Encoding/WinAnsiEncoding>>"
    made = document(LETTER, objects={5: named % b"AAAAAA"})
    read = examine(made.save({5: named % b"BBBBBB"}).data)
    assert read.values("pdf.change.font_added") == []


def test_pages_put_in_another_order_and_one_in_the_place_of_another() -> None:
    made = document("one", "two", "three", "four")
    read = examine(made.save({PAGES: b"<</Type/Pages/Count 4/Kids[16 0 R 10 0 R 12 0 R 14 0 R]>>"}).data)
    told = [(o.value, o.where.page) for o in read.observations if o.name == "pdf.change.page"]
    assert told == [("moved from 4", 1)]
    assert not read.pairs
    made = document("one", "two")
    read = examine(
        made.save(
            {
                PAGES: b"<</Type/Pages/Count 2/Kids[10 0 R 30 0 R]>>",
                30: page(b"31 0 R"),
                31: stream(show("new")),
            }
        ).data
    )
    assert [(o.value, o.where.page) for o in read.observations if o.name == "pdf.change.page"] == [
        ("replaced", 2)
    ]


@pytest.mark.parametrize(
    ("places", "kept"),
    [
        ([1, 2, 3], {1, 2, 3}),
        ([4, 1, 2, 3], {1, 2, 3}),
        ([2, 3, 4, 1], {2, 3, 4}),
        ([], set()),
        ([2, 1], {1}),
    ],
)
def test_the_pages_that_stayed_in_order(places: list[int], kept: set[int]) -> None:
    assert _in_order(places) == kept


# cost


def grown(saves: int) -> bytes:
    made = document(*[f"page {n} of a long paper" for n in range(10)])
    for save in range(saves - 1):
        made.save({made.content(save % 10): stream(show(f"page {save % 10} of a longer paper, {save}"))})
    return made.data


def test_saves_cost_in_proportion() -> None:
    seconds = []
    for saves in (50, 200):
        data = grown(saves)
        started = time.process_time()
        read = examine(data)
        seconds.append(time.process_time() - started)
        assert len(read.pairs) == saves - 1
    assert seconds[1] < 12 * seconds[0] + 1


def test_pages_cost_in_proportion() -> None:
    seconds = []
    for pages in (100, 400):
        made = document(*[f"page {n} of a long paper" for n in range(pages)])
        made.save({made.content(n): stream(show(f"page {n} of a longer paper")) for n in range(pages)})
        started = time.process_time()
        read = examine(made.data)
        seconds.append(time.process_time() - started)
        assert len(read.pairs) == pages
    assert seconds[1] < 12 * seconds[0] + 1
