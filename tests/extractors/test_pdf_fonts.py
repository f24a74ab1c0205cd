"""Fonts inside a PDF: what their programs say of themselves, what pages show of them, and what is left over."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.extractors.pdf.fonts_codes import unicode_map as read_map
from leakverify.extractors.pdf.fonts_programs import read_program
from leakverify.extractors.pdf.fonts_shown import CONTENT_BYTES
from tests.builders.pdf import document, examine, stream
from tests.builders.pdf_fonts import HELVETICA, at, cff, embedded, page_of, seconds, truetype, unicode_map

TAGGED = "KSWQXA+Example"


def one(content: bytes, program: bytes, **more: object) -> bytes:
    """A page with the font F2 made of that program."""
    font = {k: more.pop(k) for k in ("key", "mapped", "encoding") if k in more}
    objects = {**embedded(30, TAGGED, program, **font), **more.pop("objects", {})}  # type: ignore[arg-type, dict-item]
    return page_of(content, {"F1": HELVETICA, "F2": 30}, objects, **more)  # type: ignore[arg-type]


def test_dates_version_and_notice_of_an_embedded_font_are_read() -> None:
    read = examine(one(at("F2", 72, 700, "Total 12"), truetype("Total 12")))
    assert read.value("pdf.font.created") == "2005-03-04T05:06:07"
    assert read.value("pdf.font.modified") == "2015-09-10T09:12:00"
    assert read.value("pdf.font.version") == "Version 5.01"
    assert read.value("pdf.font.copyright") == "© 2015 Example Foundry"
    assert read.value("pdf.font.vendor") == "EXMP"
    assert read.value("pdf.font.program") == "FontFile2 TrueType"
    (where,) = read.where("pdf.font.modified")
    assert (where.part, where.page) == ("obj 30 0", 1)


@pytest.mark.parametrize("count", [0, 2**33, 2**40, -5, seconds("1985-01-01"), seconds("2150-01-01")])
def test_a_clock_that_no_font_maker_had_is_no_date(count: int) -> None:
    program = bytearray(truetype("A"))
    head = program.find((0x5F0F3CF5).to_bytes(4, "big"))  # its magic number, 8 bytes before the dates
    program[head + 8 : head + 16] = program[head + 16 : head + 24] = count.to_bytes(8, "big", signed=True)
    read = examine(one(at("F2", 72, 700, "A"), bytes(program)))
    assert read.values("pdf.font.created") == read.values("pdf.font.modified") == []
    assert read.value("pdf.font.used") == TAGGED


def test_a_bare_cff_program_states_its_notice_and_glyphs() -> None:
    read = examine(one(at("F2", 72, 700, "abc"), cff("abcd"), key="FontFile3"))
    assert read.value("pdf.font.copyright") == "(c) 2009 Example Foundry"
    assert read.value("pdf.font.program") == "FontFile3 CFF"
    assert read.value("pdf.font.glyphs") == 5
    assert read.value("pdf.font.idle") == "d"


def test_only_fonts_that_show_text_are_listed() -> None:
    read = examine(one(at("F1", 72, 700, "Total 12"), truetype("Total 12")))
    assert read.values("pdf.font.used") == ["Helvetica"]
    assert read.value("pdf.font.characters") == 8


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (rb"BT /F2 9 Tf (a\(b\)c) Tj ET", 5),
        (rb"BT /F2 9 Tf (a(b)c) Tj ET", 5),
        (rb"BT /F2 9 Tf (\141\142) Tj ET", 2),
        (rb"BT /F2 9 Tf <61 62 6> Tj ET", 3),
        (rb"BT /F2 9 Tf [(ab)-20(c)]TJ ET", 3),
        (rb"BT /F2 9 Tf /Span<</ActualText(many words)>>BDC (ab) Tj EMC ET", 2),
        (rb"q BT /F2 9 Tf (ab) Tj ET Q BT (cd) Tj ET", 2),
        (b"BT /F2 9 Tf (ab) Tj ET BI /W 1 /H 1 /BPC 8 /CS /G ID (abcdefg EI", 2),
        (rb"BT /F2 9 Tf (ab) Tj % (cdefg) Tj" + b"\nET", 2),
        (rb"BT /F#32 9 Tf (ab) Tj ET", 2),
    ],
)
def test_characters_are_counted_as_the_operators_show_them(content: bytes, shown: int) -> None:
    read = examine(one(content, truetype("abcdefg()")))
    fonts = dict(zip(read.values("pdf.font.used"), read.values("pdf.font.characters"), strict=True))
    assert fonts[TAGGED] == shown


def test_a_glyph_that_no_page_shows_is_told() -> None:
    read = examine(one(at("F2", 72, 700, "Total 1234"), truetype("Total 12348")))
    assert read.value("pdf.font.idle") == "8"


def test_a_subset_that_is_used_up_has_nothing_idle() -> None:
    read = examine(one(at("F2", 72, 700, "Total 1234"), truetype("Total 1234")))
    assert read.values("pdf.font.idle") == []


def test_the_part_of_a_composite_glyph_is_not_idle() -> None:
    program = truetype("aé", composite={"é": "a"})
    assert examine(one(at("F2", 72, 700, "é"), program)).values("pdf.font.idle") == []


def test_what_forms_and_patterns_show_is_shown() -> None:
    inner = stream(
        b"BT /F2 9 Tf (8) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F2 30 0 R>>>>"
    )
    data = one(
        at("F2", 72, 700, "1234") + b" /X1 Do", truetype("12348"),
        objects={40: inner}, resources=b"/XObject<</X1 40 0 R>>",
    )  # fmt: skip
    assert examine(data).values("pdf.font.idle") == []


def test_a_font_that_fields_or_notes_use_is_not_held_to_be_exact() -> None:
    look = stream(
        b"BT /F2 9 Tf (1) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F2 30 0 R>>>>"
    )
    note = b"<</Type/Annot/Subtype/Stamp/Rect[0 0 9 9]/AP<</N 40 0 R>>>>"
    data = one(
        at("F2", 72, 700, "1234"), truetype("12348"), objects={40: look, 41: note}, leaf=b"/Annots[41 0 R]"
    )
    assert examine(data).values("pdf.font.idle") == []
    kept = one(
        at("F2", 72, 700, "1234"),
        truetype("12348"),
        catalog=b"/AcroForm<</Fields[]/DR<</Font<</F 30 0 R>>>>>>",
    )
    assert examine(kept).values("pdf.font.idle") == []


def test_nothing_is_called_idle_when_a_page_could_not_be_read() -> None:
    read_part = stream(at("F2", 72, 700, "12"))
    whole = {11: b"[13 0 R]", 13: read_part}
    assert examine(one(b"", truetype("123"), objects=whole)).values("pdf.font.idle") == ["3"]
    broken = {
        11: b"[12 0 R 13 0 R]",
        12: stream(b"this is not packed at all", b"/Filter/FlateDecode"),
        13: read_part,
    }
    read = examine(one(b"", truetype("123"), objects=broken))
    assert TAGGED in read.values("pdf.font.used") and read.values("pdf.font.idle") == []


def test_more_content_than_is_looked_through_is_told() -> None:
    data = one(b"", truetype("12"), objects={11: stream(b" " * (CONTENT_BYTES + 10))})
    assert "limit-pages" in examine(data, full=False).codes
    assert "limit-pages" not in examine(one(b" ", truetype("12")), full=False).codes


def test_a_digit_that_shows_as_one_and_copies_as_another_is_told() -> None:
    text = "Total 12348"
    lies = {ord(c): c for c in text} | {ord("8"): "3"}
    read = examine(one(at("F2", 72, 700, text), truetype(text), mapped=lies))
    assert (read.value("pdf.font.glyph_shows"), read.value("pdf.font.map_gives")) == ("8", "3")


def test_an_honest_map_is_not_disputed() -> None:
    text = "Total 12348"
    read = examine(one(at("F2", 72, 700, text), truetype(text), mapped={ord(c): c for c in text}))
    assert read.values("pdf.font.glyph_shows") == []
    assert set(read.values("pdf.font.to_unicode")) == {True}


def test_a_map_that_is_wrong_all_over_is_broken_and_not_held_against_the_document() -> None:
    text = "Total 12348"
    shifted = {ord(c): chr(ord(c) + 1) for c in text if c.isalnum()}
    read = examine(one(at("F2", 72, 700, text), truetype(text), mapped=shifted))
    assert read.values("pdf.font.glyph_shows") == []


def test_two_digits_that_have_changed_places_are_told_without_names_of_glyphs() -> None:
    """Codes that follow the order of the font, in a program that says nothing of its glyphs."""
    text = "Total 1234569"
    honest = {ord(c): c for c in text}
    program = without(truetype(text), b"cmap", b"post")
    symbolic = b"<</Type/Encoding/Differences[]>>"
    fair = examine(one(at("F2", 72, 700, text), program, mapped=honest, encoding=symbolic))
    assert fair.values("pdf.font.glyph_shows") == []
    swapped = honest | {ord("9"): "3", ord("3"): "9"}
    read = examine(one(at("F2", 72, 700, text), program, mapped=swapped, encoding=symbolic))
    shown = zip(read.values("pdf.font.glyph_shows"), read.values("pdf.font.map_gives"), strict=True)
    assert set(shown) == {("3", "9"), ("9", "3")}
    loose = honest | {ord("9"): "8"}
    read = examine(one(at("F2", 72, 700, text), program, mapped=loose, encoding=symbolic))
    assert read.values("pdf.font.glyph_shows") == []


def without(program: bytes, *tables: bytes) -> bytes:
    """The program with the directory entries of some tables renamed, so that they are not there."""
    for table in tables:
        program = program.replace(table, b"zz" + table[2:], 1)
    return program


def test_two_subsets_that_show_the_same_on_a_page_are_told() -> None:
    objects = {
        **embedded(30, "KSWQXA+Example", truetype("Total 12")),
        **embedded(40, "HGYSXI+Example", truetype("28")),
    }
    content = at("F2", 72, 700, "Total 12") + at("F3", 72, 600, "28")
    read = examine(page_of(content, {"F2": 30, "F3": 40}, objects))
    assert read.value("pdf.font.twin") == "2"


def test_two_subsets_with_nothing_in_common_are_not() -> None:
    objects = {
        **embedded(30, "KSWQXA+Example", truetype("Total")),
        **embedded(40, "HGYSXI+Example", truetype("28")),
    }
    content = at("F2", 72, 700, "Total") + at("F3", 72, 600, "28")
    assert examine(page_of(content, {"F2": 30, "F3": 40}, objects)).values("pdf.font.twin") == []


def test_marks_of_the_text_tool_are_told_with_the_text_behind_them() -> None:
    content = at("F1", 72, 720, "first") + b" /TouchUp_TextEdit MP " + at("F1", 72, 700, "EUR 900")
    read = examine(document(content).data)
    assert read.value("pdf.touchup.marks") == 1
    assert read.value("pdf.touchup.text") == "EUR 900"
    assert examine(document("no mark").data).values("pdf.touchup.marks") == []


def test_programs_with_private_data_are_named_once() -> None:
    private = b"/PieceInfo<</Illustrator<</LastModified(D:20150101)/Private 1>>>>"
    read = examine(document("a", "b", page=private).data)
    assert read.value("pdf.residue.program") == "Illustrator"


@pytest.mark.parametrize(
    "program",
    [b"", b"\x00\x01\x00\x00", b"OTTO" + b"\xff" * 40, b"%!PS", b"\x01\x00\x04\x01" + b"\xff" * 30, b"junk"],
)
def test_a_broken_program_hides_nothing_else(program: bytes) -> None:
    read = examine(one(at("F2", 72, 700, "12"), program))
    assert TAGGED in read.values("pdf.font.used")
    assert read.values("pdf.font.created") == []


@given(st.integers(0, 5), st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_program_never_raises(kind: int, data: st.DataObject) -> None:
    whole = bytearray(truetype("Total 12") if kind else cff("Total 12"))
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    program = read_program(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    assert len(program.drawn) <= 20_000


@given(
    st.lists(
        st.sampled_from([b"(", b")", b"\\", b"<", b">", b"<<", b"/F2 9 Tf", b" q ", b" Q ", b" ID ", b"%"])
    )
)
@settings(max_examples=60, deadline=None)
def test_broken_content_never_raises(parts: list[bytes]) -> None:
    read = examine(one(b"".join(parts), truetype("A")))
    assert "reader-error" not in read.codes


@pytest.mark.parametrize("unit", [b"(", b"<", b"/F2 9 Tf (", b"ID ", b"(\\", b"<<", b"q "])
def test_time_grows_with_the_content_and_not_faster(unit: bytes) -> None:
    def spent(amount: int) -> float:
        data = one(unit * amount, truetype("A"))
        start = time.perf_counter()
        examine(data, full=False)
        return time.perf_counter() - start

    spent(1000)
    assert spent(200_000) < 40 * spent(20_000) + 0.5


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (b"1 beginbfchar <41> <0042> endbfchar", {0x41: "B"}),
        (b"1 beginbfrange <41> <43> <0061> endbfrange", {0x41: "a", 0x42: "b", 0x43: "c"}),
        (b"1 beginbfrange <41> <42> [<0078> <00660069>] endbfrange", {0x41: "x", 0x42: "fi"}),
        (b"1 beginbfchar <0041> <D835DC65> endbfchar", {0x41: "𝑥"}),
        (b"1 beginbfrange <0000> <FFFFFFFF> <0000> endbfrange", None),
        (b"1 beginbfchar <41> <zz> endbfchar", {}),
    ],
)
def test_to_unicode_maps_are_read_as_the_standard_has_them(
    rows: bytes, expected: dict[int, str] | None
) -> None:
    found = read_map(rows)
    assert len(found) <= 20_001 if expected is None else found == expected


def test_the_map_of_the_builder_is_read_back() -> None:
    assert read_map(unicode_map({1: "a", 200: "€"})) == {1: "a", 200: "€"}


CORPUS = os.environ.get("LEAKVERIFY_CORPUS")


@pytest.mark.skipif(not CORPUS, reason="needs LEAKVERIFY_CORPUS")
def test_a_document_that_was_edited_is_told_on_a_real_file() -> None:
    """Amounts of a term sheet changed in Acrobat: marks of its tool, and figures in a font of their own."""
    found = sorted(Path(str(CORPUS)).rglob("pr_403@*.pdf"))
    if not found:
        pytest.skip("not in this corpus")
    read = examine(found[0].read_bytes())
    assert set(read.values("pdf.touchup.marks")) == {4, 1}
    assert "1'000.00" in read.values("pdf.figure.text")
