"""Characters out of the order in which a writer handed out codes, and pages packed or spelled anew."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.extractors.pdf.fonts_order import longest_rise
from tests.builders.pdf import PAGES, Read, document, examine, stream
from tests.builders.pdf_fonts import unicode_map

TEXT = "INVOICE no. 7 of May: to be paid 1243 by Friday, see 95 and 860"
FONT = 40


def handed_out(text: str) -> dict[str, int]:
    """A code for each character, in the order of first use, as LibreOffice and Quartz count."""
    return {char: number for number, char in enumerate(dict.fromkeys(text), start=1)}


def shown(*texts: str, written_as: str = TEXT, annotations: bytes = b"") -> Read:
    """A page per text, in the codes that were handed out for another one."""
    codes = handed_out(written_as)
    pages = [
        b"BT /F1 10 Tf 50 700 Td <" + bytes(codes[char] for char in text).hex().encode() + b"> Tj ET"
        for text in texts
    ]
    leaf = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 %d 0 R>>>>%s>>"
    objects = {10 + 2 * n: leaf % (PAGES, 11 + 2 * n, FONT, annotations) for n in range(len(texts))}
    objects[FONT] = (
        b"<</Type/Font/Subtype/TrueType/BaseFont/BAAAAA+Any/FirstChar 0/LastChar 99/Widths[%s]/ToUnicode %d 0 R>>"
        % (b" ".join([b"500"] * 100), FONT + 1)
    )
    objects[FONT + 1] = stream(unicode_map({code: char for char, code in codes.items()}))
    return examine(document(*pages, objects=objects).data, full=False)


def test_a_text_as_it_was_written_is_in_order() -> None:
    assert shown(TEXT).values("pdf.font.order.length") == []


def test_a_figure_that_comes_before_its_turn_is_told_with_its_surroundings() -> None:
    found = shown(TEXT.replace("1243", "1943"))
    assert found.values("pdf.font.order.early") == ["9"]
    (place,) = found.where("pdf.font.order.early")
    assert place.page == 1
    told = [o.raw for o in found.observations if o.name == "pdf.font.order.early"]
    assert "paid 1943 by" in (told[0] or "")


def test_a_figure_that_is_gone_from_its_place_is_told_with_what_stands_there() -> None:
    found = shown(TEXT.replace("1243", "7243"))
    assert found.values("pdf.font.order.gone") == ["1"]
    assert "7" in str(found.value("pdf.font.order.between"))


def test_pages_in_another_order_are_no_order() -> None:
    first, second = TEXT[:30], TEXT[30:]
    assert shown(second, first).values("pdf.font.order.length") == []


def test_a_page_that_was_taken_out_leaves_nothing_to_say() -> None:
    """The first uses on it are gone, and the characters before and after are on different pages."""
    parts = ("INVOICE of May: no. by", "7", "Friday, to be paid 3")
    assert shown(parts[0], parts[2], written_as="".join(parts)).values("pdf.font.order.gone") == []


def test_the_order_of_an_alphabet_says_nothing() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert shown(letters.replace("f", "z"), written_as=letters).values("pdf.font.order.length") == []


@given(st.lists(st.integers(0, 60), unique=True, max_size=40))
def test_the_longest_rise_rises_and_is_a_part_of_the_row(row: list[int]) -> None:
    found = longest_rise(row)
    assert found == sorted(set(found))
    at = -1
    for number in found:
        assert row.index(number) > at
        at = row.index(number)
    assert bool(found) == bool(row)


# packed and spelled

LINES = b"".join(
    b"BT /F1 10 Tf 50 %d Td [(line %d)-20( of text)]TJ ET\n" % (800 - n * 12, n) for n in range(60)
)
ANEW = LINES.replace(b"[(", b"[ (").replace(b")]TJ", b") ] TJ").replace(b" Td [", b" Td\n[").replace(
    b" Tf ", b" Tf\n").replace(b"BT ", b"BT\n").replace(b" ET", b"\nET")  # fmt: skip


def packed(data: bytes, level: int, window: int = 15) -> bytes:
    machine = zlib.compressobj(level, zlib.DEFLATED, window)
    made = machine.compress(data) + machine.flush()
    return b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(made), made)


def pages(*streams: bytes, resources: bytes = b"") -> Read:
    leaf = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 5 0 R>>%s>>>>"
    objects = {11 + 2 * n: one for n, one in enumerate(streams)}
    objects |= {10 + 2 * n: leaf % (PAGES, 11 + 2 * n, resources) for n in range(len(streams))}
    return examine(document(*[b""] * len(streams), objects=objects).data, full=False)


@pytest.mark.parametrize(("level", "said"), [(1, "7801 zlib"), (6, "789c zlib"), (9, "78da zlib")])
def test_the_level_of_zlib_is_told(level: int, said: str) -> None:
    assert pages(packed(LINES, level)).values("pdf.packed.page") == [said]


def test_another_window_and_another_compressor_are_told() -> None:
    assert pages(packed(LINES, 6, 12)).values("pdf.packed.page")[0] in ("4889 zlib", "4889 other")
    stored = b"\x78\x9c" + zlib.compress(LINES, 0)[2:]
    content = b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(stored), stored)
    assert pages(content).values("pdf.packed.page") == ["789c other"]


def test_what_changes_from_page_to_page_is_told_where_it_changes() -> None:
    found = pages(packed(LINES, 9), packed(LINES, 6), packed(LINES, 9), stream(LINES))
    assert found.values("pdf.packed.page") == ["78da zlib", "789c zlib", "78da zlib", "plain"]
    assert [where.page for where in found.where("pdf.packed.page")] == [1, 2, 3, 4]


def test_the_spelling_of_a_library_is_told() -> None:
    found = pages(packed(LINES, 6), packed(ANEW, 6))
    assert found.values("pdf.packed.spelling") == ["joined glued tight", "apart set-off spaced"]


@pytest.mark.parametrize("broken", [b"", b"\x78", b"\x78\x9c", b"\x78\x9c" + b"\xff" * 200, b"\x00" * 300])
def test_broken_streams_say_nothing_and_break_nothing(broken: bytes) -> None:
    content = b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(broken), broken)
    assert pages(content).values("pdf.packed.page") == ["short"]


def test_a_bomb_is_not_compressed_again() -> None:
    """What unpacks to more than is compared says nothing, in little time."""
    assert pages(packed(b" " * 3_000_000, 9)).values("pdf.packed.page") == ["short"]


@pytest.mark.parametrize(
    ("drawn", "black"),
    [
        (b"q 0 g 72.5 640 40 11.25 re f Q", True),
        (b"q\n0 0 0 rg\n72 640 -40 -11 re\nf*\nQ", True),
        (b"q 72 640 40 11 re f Q", True),  # black is the colour that a page begins with
        (b"0 g 72 640 400 .5 re f", False),  # a rule
        (b"0 g 72 640 1 40 re f", False),
        (b"1 g 72 640 40 11 re f", False),  # a white box
        (b"0.9 0.9 0.9 rg 72 640 40 11 re f", False),
        (b"0 g 72 640 40 11 re S", False),
        (b"0 g 0 0 595 842 re f", False),
    ],
)
def test_a_black_box_as_high_as_a_line_is_told_where_another_hand_begins(drawn: bytes, black: bool) -> None:
    found = pages(packed(LINES, 9), packed(LINES + b"\n" + drawn, 6))
    assert found.values("pdf.packed.blackened") == ([True] if black else [])
    same = pages(packed(LINES, 9), packed(LINES + b"\n" + drawn, 9))
    assert same.values("pdf.packed.blackened") == []
