"""Pictures in a PDF: taken out, measured where they lie, and told by how they were coded."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.extractors._base import Budget, Context
from leakverify.extractors.pdf.objects import Store
from leakverify.extractors.pdf.pictures_placed import IDENTITY, Placements, covered, resolution, times
from leakverify.limits import DEFAULT_LIMITS
from tests.builders.pdf import document, examine, info
from tests.builders.pdf_images import PICTURE, WHOLE, camera, jpeg, picture, pictured
from tests.extractors._facts import tree


def one(data: bytes, width: int, height: int, matrix: bytes = WHOLE, **options: object) -> bytes:
    return pictured([(PICTURE, matrix)], objects={PICTURE: picture(data, width, height, **options)}).data  # type: ignore[arg-type]


def test_a_jpeg_is_a_document_of_its_own_with_the_bytes_it_had() -> None:
    data = camera()
    read = examine(one(data, 480, 320))
    (child,) = read.children
    assert (child.name, child.role, child.data) == (f"page 1 obj {PICTURE}.jpg", "image", data)
    assert child.where.page == 1 and child.where.part == f"obj {PICTURE} 0"


def test_the_reader_of_pictures_reads_it() -> None:
    whole, inner = tree(one(camera(), 480, 320))
    assert inner.carrier == whole.index and inner.formats == ("image",)
    assert any(o.name == "image.exif.datetime_original" for o in inner.observations)


@pytest.mark.parametrize("name", ["FlateDecode", "ASCII85Decode"])
def test_a_jpeg_inside_another_coding_is_taken_out_whole(name: str) -> None:
    import base64

    data = jpeg()
    coded = zlib.compress(data) if name == "FlateDecode" else base64.a85encode(data) + b"~>"
    read = examine(one(coded, 320, 240, filters=b"[/%s/DCTDecode]" % name.encode()))
    assert [child.data for child in read.children] == [data]


def test_nothing_is_handed_on_before_content_is_asked_for() -> None:
    read = examine(one(jpeg(), 320, 240), full=False)
    assert not read.children and read.deferred
    assert read.values("pdf.picture.size") == ["320x240"]


@pytest.mark.parametrize(("width", "height"), [(320, 40), (40, 320)])
def test_decorations_are_told_and_not_handed_on(width: int, height: int) -> None:
    read = examine(one(jpeg(width, height, quality=100), width, height))
    assert not read.children and read.values("pdf.picture.size") == [f"{width}x{height}"]


def test_one_picture_on_every_page_is_one_document() -> None:
    made = pictured(*[[(PICTURE, WHOLE)]] * 5, objects={PICTURE: picture(jpeg(), 320, 240)})
    read = examine(made.data)
    assert len(read.children) == 1 and read.values("pdf.picture.size") == ["320x240"]
    assert [o.page for o in read.where("pdf.raster.coding")] == [1, 2, 3, 4, 5]


def test_beyond_the_largest_pictures_a_limit_is_told() -> None:
    data = jpeg()
    numbers = range(PICTURE, PICTURE + 66)
    objects = {n: picture(data, 320 + n, 240) for n in numbers}
    read = examine(pictured([(n, WHOLE) for n in numbers], objects=objects).data)
    assert len(read.children) == 64 and "limit-documents" in read.codes
    assert {child.where.part for child in read.children} == {f"obj {n} 0" for n in numbers[2:]}


def test_resolution_and_share_come_from_the_placement() -> None:
    read = examine(one(jpeg(), 320, 240, matrix=b"300 0 0 400 150 200"))
    assert read.values("pdf.picture.dpi") == [76.8]
    assert read.values("pdf.picture.cover") == [0.25]
    assert not read.values("pdf.raster.coding")


def test_a_picture_that_covers_the_page_is_told_as_such() -> None:
    read = examine(one(jpeg(1200, 1600, quality=30), 1200, 1600))
    assert read.values("pdf.raster.dpi") == [144]
    assert read.values("pdf.raster.coding") == ["DCTDecode DeviceRGB 8"]


def test_placement_inside_a_form_counts_its_matrix() -> None:
    from tests.builders.pdf import stream

    form = stream(
        b"q 300 0 0 400 0 0 cm /P Do Q",
        b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Matrix[2 0 0 2 0 0]/Resources<</XObject<</P %d 0 R>>>>"
        % PICTURE,
    )
    objects = {PICTURE: picture(jpeg(), 320, 240), 90: form}
    read = examine(pictured([(90, b"1 0 0 1 0 0")], objects=objects).data)
    assert read.values("pdf.picture.cover") == [1.0]


def test_tables_and_markers_tell_two_coders_apart() -> None:
    objects = {PICTURE: picture(jpeg(quality=60), 320, 240), PICTURE + 1: picture(jpeg(quality=95), 320, 240)}
    read = examine(pictured([(n, WHOLE) for n in objects], objects=objects).data)
    first, second = read.values("pdf.picture.tables")
    assert first != second
    assert all(str(value).startswith("SOI APP0 DQT SOF0") for value in read.values("pdf.picture.markers"))


def test_exif_of_a_picture_is_stated_by_the_document_that_carries_it() -> None:
    read = examine(one(camera(), 480, 320))
    assert "2017-05-05T20:47:00+02:00" in read.values("pdf.picture.taken") or read.values("pdf.picture.taken")
    assert read.values("pdf.picture.device")


def test_a_picture_that_is_no_jpeg_stays_inside() -> None:
    read = examine(one(b"not a picture" * 1000, 320, 240))
    assert not read.children and "reader-error" not in read.codes


def test_strings_and_inline_pictures_place_nothing() -> None:
    store = Store(b"", 0, Context(DEFAULT_LIMITS, Budget(10**6, 200, 10**6)))
    assert list(Placements(store).of(b"(q 1 0 0 1 0 0 cm /Im1 Do Q) Tj BI /W 1 ID /Im1 Do\x00 EI", {})) == []


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_no_content_breaks_the_search_for_placements(content: bytes) -> None:
    store = Store(b"", 0, Context(DEFAULT_LIMITS, Budget(10**6, 200, 10**6)))
    assert list(Placements(store).of(content, {})) == []


@pytest.mark.parametrize(
    "hostile", [b"(" * 400_000, b"(\\" * 200_000, b"BI " * 130_000, b"q " * 200_000, b"/a " * 130_000]
)
def test_placements_are_sought_in_linear_time(hostile: bytes) -> None:
    import time

    store = Store(b"", 0, Context(DEFAULT_LIMITS, Budget(10**6, 200, 10**6)))
    start = time.process_time()
    list(Placements(store).of(hostile, {}))
    assert time.process_time() - start < 2


def test_matrices_multiply_in_the_order_they_apply() -> None:
    assert times((2, 0, 0, 2, 0, 0), (1, 0, 0, 1, 5, 7)) == (2, 0, 0, 2, 5, 7)
    assert times(IDENTITY, (3, 1, 4, 1, 5, 9)) == (3, 1, 4, 1, 5, 9)
    assert covered((600, 0, 0, 400, 0, 0), (0, 0, 600, 800)) == 0.5
    assert resolution((0, 72, -144, 0, 0, 0), 300, 300) == (300, 150)


def test_a_text_document_says_nothing_of_pictures() -> None:
    read = examine(document("a", about=info(Producer="P")).data)
    assert not [o for o in read.observations if o.name.startswith(("pdf.picture.", "pdf.raster."))]


def test_forms_that_paint_forms_do_not_multiply() -> None:
    """A name painted seven hundred times, four deep, would be 10^11 paintings."""
    import time

    from tests.builders.pdf import stream

    named = b"/Resources<</XObject<</P %d 0 R/N %d 0 R>>>>"
    forms = {
        n: stream(
            b"/N Do " * 700,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + named % (PICTURE, n + 1),
            flate=True,
        )
        for n in range(90, 94)
    }
    objects = {PICTURE: picture(jpeg(), 320, 240), **forms, 94: picture(b"", 1, 1)}
    data = pictured([(90, b"1 0 0 1 0 0")] * 3, objects=objects).data
    start = time.process_time()
    read = examine(data, full=False)
    assert time.process_time() - start < 3
    assert "limit-pages" in read.codes and "limit-inflate" not in read.codes
