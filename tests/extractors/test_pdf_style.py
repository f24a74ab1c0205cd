"""Habits of a PDF's two hands: said as seen, bounded, the same for the same bytes."""

from __future__ import annotations

import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.evidence import Scalar
from leakverify.extractors.pdf.style_container import shape
from leakverify.extractors.pdf.style_content import read_habits
from leakverify.extractors.pdf.style_page import inflated
from leakverify.extractors.pdf.vocabulary.style import VOCABULARY
from tests.builders.pdf import FIRST, FONT, Read, document, examine, info, stream

WORD = (
    b" /P <</MCID 0>> BDC q\r\n0.000008871 0 595.32 841.92 re\r\nW* n\r\nBT\r\n/F1 11.04 Tf\r\n"
    b"1 0 0 1 72.024 760.56 Tm\r\n0 g\r\n0 G\r\n[(T)-3(he)] TJ\r\nET\r\nQ\r\n EMC "
)
LIBRE = b"0.1 w\nq 0 0.028 595.275 841.861 re\nW* n\nq 0 0 0 rg\nBT\n56.8 773.989 Td /F1 12 Tf[<01>1<02>]TJ\nET\nQ\n"
SKIA = b"1 0 0 -1 0 842 cm\nq\n.75 0 0 .75 0 0 cm\n1 1 1 RG 1 1 1 rg\n/G3 gs\nBT\n/F4 12 Tf\n1 0 0 -1 8 20 Tm\n<0001> Tj\nET\n"
QUARTZ = b"q Q q 0 0 612 792 re W n /Cs1 cs 0 0 0 sc BT 12 0 0 12 72 700 Tm /TT1 1 Tf (text) Tj ET Q\n"
GHOST = b"q 0.1 0 0 0.1 0 0 cm\n/R7 gs\nq\n10 0 0 10 0 0 cm BT\n/R8 12 Tf\n1 0 0 1 72 720 Tm\n[(a)1.5(b)]TJ\nET\nQ\nQ\n"


def of(found: Read, thing: str) -> list[Scalar]:
    return found.values(f"pdf.style.{thing}")


@pytest.mark.parametrize(
    ("content", "opening", "habits"),
    [
        (
            WORD,
            " /P <</MCID #>> BDC q|r 0 r r re|W* n|BT|/F# r Tf|1 0 0 1 r r Tm|0 g|0 G|[] TJ|ET|Q",
            "eol:crlf",
        ),
        (LIBRE, "0.1 w|q 0 r r r re|W* n|q 0 0 0 rg|BT|r r Td /F# i Tf[]TJ|ET|Q", "text:Td+Tf+TJ show:TJ<>"),
        (SKIA, "1 0 0 -1 0 i cm|q|.75 0 0 .75 0 0 cm|1 1 1 RG 1 1 1 rg|/G# gs|BT|/F# i Tf|", "show:Tj<>"),
        (QUARTZ, "q Q q 0 0 i i re W n /Cs# cs 0 0 0 sc BT i 0 0 i i i Tm /TT# 1 Tf () Tj ET", "size:1"),
        (GHOST, "q 0.1 0 0 0.1 0 0 cm|/R# gs|q|10 0 0 10 0 0 cm BT|/R# i Tf|1 0 0 1 i i Tm|[]TJ", "eol:lf"),
    ],
    ids=["word", "libreoffice", "skia", "quartz", "ghostscript"],
)
def test_the_opening_of_each_writer_is_told_as_written(content: bytes, opening: str, habits: str) -> None:
    found = read_habits(content)
    assert found.opening.startswith(opening)
    assert habits in found.token()


def test_texts_of_the_page_are_not_in_its_habits() -> None:
    found = read_habits(
        b"BT /F1 12 Tf (secret \\(words\\) (nested)) Tj <53656372> Tj [(more) 3 (text)] TJ ET"
    )
    assert "secret" not in found.opening + found.token()
    assert found.shown == 3 and "Tf+Tj" in found.token()


def test_pixels_in_the_content_are_stepped_over() -> None:
    found = read_habits(b"q BI /W 1 /H 1 ID \x00((((BT ET\xff EI Q BT (a) Tj ET")
    assert found.opening.endswith("Q BT () Tj ET")


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_the_same_way_twice(content: bytes) -> None:
    one, other = read_habits(content), read_habits(content)
    assert one == other
    assert len(one.opening) <= 220 and one.operators <= 1000


@pytest.mark.parametrize(
    "piece", [b"(", b"<<", b"[", b"<", b"(\\", b"((a", b"<</A<", b"1 ", b"/", b"%", b"BT "]
)
def test_no_content_takes_more_than_linear_time(piece: bytes) -> None:
    begun = time.process_time()
    read_habits(piece * (16_384 // len(piece)))
    assert time.process_time() - begun < 1.0


def test_pages_are_told_where_they_change() -> None:
    found = examine(document("one", "two", LIBRE, "four").data, full=False)
    assert [where.page for where in found.where("pdf.style.page.opening")] == [1, 3, 4]


def test_names_of_resources_lose_their_numbers() -> None:
    assert of(examine(document("one").data), "page.resources") == ["Font=F#"]


def test_a_compressed_page_tells_its_compressor_and_is_read_all_the_same() -> None:
    packed = zlib.compress(LIBRE * 50, 9)
    content = b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)
    found = examine(document("one", objects={FIRST + 1: content}).data)
    assert of(examine(document("one").data), "page.coding") == ["none"]
    assert of(found, "page.coding") == ["FlateDecode 78da"]
    assert str(of(found, "page.opening")[0]).startswith("0.1 w|")


def test_only_the_beginning_of_a_stream_is_unpacked() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    begun = time.process_time()
    assert len(inflated(bomb, 2048)) == 2048
    assert time.process_time() - begun < 0.5
    assert inflated(b"no stream", 2048) == b""


def test_a_form_and_a_later_stream_are_told_apart_from_the_page() -> None:
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[11 0 R 91 0 R]"
        b"/Resources<</Font<</F1 5 0 R>>/XObject<</Fm0 90 0 R>>>>>>"
    )
    form = stream(LIBRE, b"/Type/XObject/Subtype/Form")
    found = examine(document("one", objects={FIRST: page, 90: form, 91: stream(b"q Q q BT ET Q")}).data)
    assert of(found, "page.part_opening") == ["q Q q BT ET Q"]
    assert str(of(found, "page.form_opening")[0]).startswith("0.1 w|")
    assert of(found, "page.resources") == ["XObject=Fm# Font=F# zero=Fm"]


def test_fonts_and_maps_are_told_by_their_keys_and_layout() -> None:
    objects = {
        FONT: b"<</Type/Font/Subtype/TrueType/BaseFont/BAAAAA+N/ToUnicode 92 0 R/FontDescriptor 93 0 R>>",
        92: stream(b"/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"),
        93: b"<</Type/FontDescriptor/Flags 4/FontFile2 94 0 R>>",
    }
    found = examine(document("one", objects=objects).data)
    assert of(found, "page.font") == [
        "TrueType | tag=counter | BaseFont FontDescriptor Subtype ToUnicode Type"
        " | FontDescriptor: Flags FontFile2 Type"
    ]
    assert of(found, "page.cmap") == ["/CIDInit/ProcSet findresource begin|# dict begin|begincmap|"]


def test_the_container_tells_spacing_strings_and_end() -> None:
    about = info(Producer="x", CreationDate="D:20170505204700+02'00'")
    found = examine(document("one", about=about).data + b"\r\n")
    assert of(found, "container.date") == ["D:99999999999999+99'99'"]
    assert of(found, "container.strings") == ["Producer:literal CreationDate:literal"]
    assert of(found, "container.eof") == ["0a0d0a"]
    assert of(found, "container.endobj") == ["|endobj|"]
    assert of(found, "container.id") == ["equal 4"]


def test_a_shape_of_syntax_keeps_no_text() -> None:
    assert (
        shape(b"trailer\n<</Size 12/ID[<00FF>]/Title(a \\) b)>>\r\n") == "trailer|<</Size #/ID[<>]/Title()>>^"
    )


def test_many_pages_are_read_in_linear_time_and_told_up_to_a_bound() -> None:
    made = document(*(LIBRE if n % 2 else WORD for n in range(300)))
    begun = time.process_time()
    found = examine(made.data, full=False)
    assert max(where.page or 0 for where in found.where("pdf.style.page.opening")) == 200
    assert time.process_time() - begun < 5


def test_every_name_begins_with_the_hand_it_speaks_of() -> None:
    assert all(name.startswith(("pdf.style.page.", "pdf.style.container.")) for name in VOCABULARY)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4))
def test_odd_pages_never_stop_the_reading(contents: list[bytes]) -> None:
    found = examine(document("one", *contents).data, full=False)
    assert "reader-error" not in found.codes
