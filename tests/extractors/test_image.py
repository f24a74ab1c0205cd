"""Structure and statements of pictures: JPEG segments, PNG chunks, TIFF directories, HEIC boxes."""

from __future__ import annotations

import ast
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from leakverify.extractors import image as extractor
from leakverify.extractors._base import Fit, Probe
from tests.builders import image as make
from tests.builders.image import Seen


def test_a_photo_states_size_camera_dates_and_place() -> None:
    seen = Seen(make.photo(), "photo.jpg")
    assert seen["image.format"] == "JPEG"
    assert (seen["image.width"], seen["image.height"], seen["image.mode"]) == (480, 320, "RGB")
    assert (seen["image.exif.make"], seen["image.exif.model"]) == ("Canon", "Canon EOS 40D")
    assert seen["image.exif.datetime_original"] == "2017-05-05T20:47:00+02:00"
    assert seen["image.exif.gps.latitude"] == pytest.approx(48.8582)
    assert seen["image.exif.gps.longitude"] == pytest.approx(-2.2945167)
    assert seen["image.exif.gps.when"] == "2017-05-05T18:47:00Z"
    assert seen.problems == ()


def test_a_fact_points_at_its_bytes() -> None:
    data = make.photo()
    where = Seen(data).all("image.exif.make")[0].where
    assert where.offset is not None
    tag, kind, count = struct.unpack_from("<HHI", data, where.offset)
    assert (tag, kind, count) == (make.MAKE, make.ASCII, 6)


def test_nothing_is_imported_by_the_declaration() -> None:
    """The parent imports every declaration and must never load a parser."""
    code = (
        "import sys; import leakverify.extractors.image as i; i.FORMAT;"
        "print([m for m in ('PIL', 'exifread', 'lxml', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sample_loads_all_that_is_loaded_late() -> None:
    """Inside the box no file can be opened: after the sample no reading may import anything."""
    documents = [make.photo(), make.photo(2, thumbnail=make.barred_thumbnail_of(make.scene(5)))]
    documents += [make.png(make.chunk(b"tEXt", b"Creation Time\0Fri, 05 May 2017 20:47:00 +0200"))]
    documents += [make.tiff(make.CAMERA, exif=make.TAKEN), make.heic(exif=make.tiff(make.CAMERA))]
    code = f"""
import importlib, sys
from leakverify.extractors import image, registry
from leakverify.box.inprocess import examine_bytes
registry()
for name in image.FORMAT.imports: importlib.import_module(name)
examine_bytes(image.sample(), "sample.jpg")
before = set(sys.modules)
for data in {documents!r}: examine_bytes(data, "x")
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout.strip()) == []


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        (make.photo(), True),
        (make.png(), True),
        (make.tiff(make.CAMERA), True),
        (make.tiff(make.CAMERA, order=">"), True),
        (make.heic(), True),
        (make.heic(brand=b"avif"), True),
        (make.box(b"ftyp", b"isom\0\0\0\0mp41"), False),
        (make.box(b"ftyp", b"crx \0\0\0\0isom"), False),
        (b"\xff\xd8", False),
        (b"II*", False),
        (b"%PDF-1.7", False),
    ],
)
def test_pictures_are_known_by_their_bytes(data: bytes, fits: bool) -> None:
    ends = Probe(head=data[:8192], tail=b"", size=len(data), name="x.bin")
    assert extractor.sniff(ends) is (Fit.STRONG if fits else Fit.NONE)


class TestJpeg:
    def test_markers_are_listed_in_order(self) -> None:
        data = make.with_segments(make.jpeg_of(make.scene()), make.segment(0xFE, b"hello"))
        markers = str(Seen(data)["jpeg.markers"]).split()
        assert markers[:3] == ["SOI", "COM", "APP0"]
        assert markers[-2:] == ["SOS", "EOI"]
        assert "SOF0" in markers

    def test_application_segments_are_named_once(self) -> None:
        data = make.with_segments(
            make.photo(), make.segment(0xED, b"Photoshop 3.0\0"), make.segment(0xED, b"Photoshop 3.0\0")
        )
        assert Seen(data).values("jpeg.app") == ["APP13 Photoshop 3.0", "APP1 Exif", "APP0 JFIF"]

    @pytest.mark.parametrize(("choice", "name"), [(0, "4:4:4"), (1, "4:2:2"), (2, "4:2:0")])
    def test_subsampling_is_named_as_usual(self, choice: int, name: str) -> None:
        assert Seen(make.jpeg_of(make.scene(), subsampling=choice))["jpeg.subsampling"] == name

    def test_progressive_pictures_are_told_from_sequential_ones(self) -> None:
        assert Seen(make.jpeg_of(make.scene(), progressive=True))["jpeg.progressive"] is True
        assert Seen(make.jpeg_of(make.scene()))["jpeg.progressive"] is False

    @pytest.mark.parametrize("quality", [1, 35, 49, 50, 75, 92, 100])
    def test_tables_of_the_common_library_tell_their_quality(self, quality: int) -> None:
        assert Seen(make.jpeg_of(make.scene(), quality=quality)).values("jpeg.ijg_quality") == [quality]

    def test_tables_of_another_encoder_have_no_quality(self) -> None:
        tables = [list(range(1, 65)), list(range(2, 66))]
        assert Seen(make.jpeg_of(make.scene(), qtables=tables)).values("jpeg.ijg_quality") == []

    def test_table_digest_depends_on_tables_alone(self) -> None:
        one = Seen(make.jpeg_of(make.scene(1), quality=80)).values("jpeg.quantisation")
        same = Seen(make.jpeg_of(make.scene(2), quality=80)).values("jpeg.quantisation")
        other = Seen(make.jpeg_of(make.scene(1), quality=81)).values("jpeg.quantisation")
        assert one == same != other

    def test_tables_of_picture_and_preview_are_kept_apart(self) -> None:
        parts = [o.where.part for o in Seen(make.photo()).all("jpeg.quantisation")]
        assert parts == ["image", "thumbnail"]

    def test_optimised_huffman_tables_have_another_digest(self) -> None:
        plain = Seen(make.jpeg_of(make.scene())).values("jpeg.huffman")
        assert plain != Seen(make.jpeg_of(make.scene(), optimize=True)).values("jpeg.huffman")

    @pytest.mark.parametrize(
        ("trailing", "kind"),
        [
            (b"\0" * 100, "zeros"),
            (make.jpeg_of(make.scene(2)), "JPEG"),
            (b"PK\x03\x04rest", "ZIP"),
            (b"%PDF-1.4 ", "PDF"),
            (make.box(b"ftyp", b"mp42"), "MP4"),
            (b"something", "other"),
            (b"QDIOBSjunkSEFT", "Samsung"),
        ],
    )
    def test_what_follows_the_end_is_measured_and_named(self, trailing: bytes, kind: str) -> None:
        seen = Seen(make.jpeg_of(make.scene()) + trailing)
        assert seen["jpeg.trailing_bytes"] == len(trailing)
        assert seen["jpeg.trailing_kind"] == kind

    def test_nothing_after_the_end_has_no_kind(self) -> None:
        seen = Seen(make.jpeg_of(make.scene()))
        assert (seen["jpeg.trailing_bytes"], seen["jpeg.trailing_kind"]) == (0, None)

    def test_an_end_marker_inside_a_segment_is_not_the_end(self) -> None:
        data = make.with_segments(make.jpeg_of(make.scene()), make.segment(0xFE, b"\xff\xd9\xff\xda"))
        assert Seen(data)["jpeg.trailing_bytes"] == 0

    def test_comments_are_read_in_either_encoding(self) -> None:
        comments = [make.segment(0xFE, "été".encode()), make.segment(0xFE, "été".encode("latin-1") + b"\0")]
        assert Seen(make.with_segments(make.photo(), *comments)).values("jpeg.comment") == ["été", "été"]

    def test_a_multi_picture_directory_tells_how_many(self) -> None:
        block = make.tiff({0xB000: (make.UNDEFINED, b"0100"), 0xB001: (make.LONG, 2)})
        data = make.with_segments(make.jpeg_of(make.scene()), make.segment(0xE2, b"MPF\0" + block))
        assert Seen(data)["jpeg.mpf.images"] == 2

    def test_a_colour_profile_in_pieces_is_put_together(self) -> None:
        profile = make.icc_profile("Adobe RGB (1998)", 2000)
        pieces = [
            make.segment(0xE2, b"ICC_PROFILE\0\2\2" + profile[60:]),
            make.segment(0xE2, b"ICC_PROFILE\0\1\2" + profile[:60]),
        ]
        seen = Seen(make.with_segments(make.jpeg_of(make.scene()), *pieces))
        assert seen["image.icc.description"] == "Adobe RGB (1998)"
        assert seen["image.icc.created"] == "2000-02-25T11:26:11"

    def test_xmp_is_read_where_it_lies(self) -> None:
        data = make.with_segments(make.jpeg_of(make.scene()), make.xmp_segment(make.xmp_packet()))
        seen = Seen(data)
        assert seen.values("xmp.create_date") == ["2017-05-05T20:47:00+02:00"]
        where = seen.all("xmp.toolkit")[0].where
        assert where.offset is not None
        assert data[where.offset :].startswith(b"<x:xmpmeta")

    def test_a_c2pa_manifest_is_noticed(self) -> None:
        manifest = make.segment(0xEB, b"JP\0\1\0\0\0\1" + make.box(b"jumb", make.box(b"jumd", b"c2pa")))
        assert Seen(make.with_segments(make.photo(), manifest))["image.c2pa"] is True
        assert Seen(make.photo())["image.c2pa"] is False

    @pytest.mark.parametrize("keep", [0.3, 0.9])
    def test_a_picture_cut_short_is_called_so(self, keep: float) -> None:
        data = make.jpeg_of(make.scene())
        seen = Seen(data[: int(len(data) * keep)])
        assert "truncated" in seen.codes
        assert seen["jpeg.trailing_bytes"] is None

    def test_stray_bytes_between_segments_are_told_and_skipped(self) -> None:
        data = make.photo()
        after = 4 + int.from_bytes(data[4:6], "big")
        seen = Seen(data[:after] + b"junk" + data[after:])
        assert [p.where.offset for p in seen.problems if p.code == "malformed"] == [after]
        assert (seen["image.exif.make"], seen["image.width"]) == ("Canon", 480)

    @pytest.mark.parametrize(("mode", "said"), [("L", "L"), ("CMYK", "CMYK")])
    def test_kinds_of_pixels(self, mode: str, said: str) -> None:
        assert Seen(make.jpeg_of(Image.new(mode, (16, 16))))["image.mode"] == said


class TestPng:
    def test_chunks_size_and_kind(self) -> None:
        seen = Seen(make.png(make.chunk(b"gAMA", bytes(4)), make.chunk(b"IDAT", b""), size=(8, 6)))
        assert (seen["image.width"], seen["image.height"], seen["image.mode"]) == (8, 6, "RGB")
        assert seen["png.chunks"] == "IHDR gAMA IDAT IEND"
        assert (seen["png.crc_errors"], seen["png.trailing_bytes"]) == (0, 0)

    @pytest.mark.parametrize(
        ("depth", "colour", "said"),
        [(1, 0, "1"), (8, 0, "L"), (16, 2, "RGB;16"), (4, 3, "P"), (8, 6, "RGBA"), (8, 4, "LA")],
    )
    def test_kinds_of_pixels(self, depth: int, colour: int, said: str) -> None:
        assert Seen(make.png(depth=depth, colour=colour))["image.mode"] == said

    def test_a_wrong_checksum_is_counted(self) -> None:
        assert Seen(make.png(make.chunk(b"tEXt", b"Title\0x", crc=1)))["png.crc_errors"] == 1

    def test_bytes_after_the_end_are_counted(self) -> None:
        assert Seen(make.png() + b"1234567")["png.trailing_bytes"] == 7

    def test_texts_are_named_by_type_and_keyword(self) -> None:
        seen = Seen(
            make.png(
                make.chunk(b"tEXt", b"Software\0GIMP 2.10"),
                make.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"packed")),
                make.chunk(b"iTXt", b"Title\0\1\0fr\0Titre\0" + zlib.compress("été".encode())),
            )
        )
        assert [(o.where.part, o.value) for o in seen.all("png.text")] == [
            ("tEXt Software", "GIMP 2.10"),
            ("zTXt Comment", "packed"),
            ("iTXt Title", "été"),
        ]

    def test_the_time_chunk_is_utc(self) -> None:
        stamp = make.chunk(b"tIME", struct.pack(">HBBBBB", 2017, 5, 5, 20, 47, 0))
        assert Seen(make.png(stamp))["image.png.modified"] == "2017-05-05T20:47:00Z"

    def test_an_impossible_time_is_no_date(self) -> None:
        seen = Seen(make.png(make.chunk(b"tIME", struct.pack(">HBBBBB", 2017, 13, 5, 20, 47, 0))))
        assert seen["image.png.modified"] is None
        assert "malformed" in seen.codes

    @pytest.mark.parametrize(
        ("said", "read"),
        [
            ("Fri, 05 May 2017 20:47:00 +0200", "2017-05-05T20:47:00+02:00"),
            ("2017:05:05 20:47:00", "2017-05-05T20:47:00"),
            ("2017-05-05T20:47:00Z", "2017-05-05T20:47:00Z"),
            ("last summer", None),
        ],
    )
    def test_creation_time_is_read_in_the_forms_programs_write(self, said: str, read: str | None) -> None:
        seen = Seen(make.png(make.chunk(b"tEXt", b"Creation Time\0" + said.encode())))
        assert seen["image.png.created"] == read
        assert seen.values("png.text") == [said]

    def test_exif_xmp_and_profile_are_found(self) -> None:
        seen = Seen(
            make.png(
                make.chunk(b"iCCP", b"p\0\0" + zlib.compress(make.icc_profile("sRGB"))),
                make.chunk(b"eXIf", make.tiff(make.CAMERA, exif=make.TAKEN)),
                make.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + make.xmp_packet()),
            )
        )
        assert seen["image.exif.datetime_original"] == "2017-05-05T20:47:00+02:00"
        assert seen["image.icc.description"] == "sRGB"
        assert seen.values("xmp.toolkit") == ["Adobe XMP Core 5.6"]

    def test_exif_kept_as_hexadecimal_text_is_found(self) -> None:
        raw = b"Exif\0\0" + make.tiff(make.CAMERA)
        said = b"\nexif\n%8d\n%s\n" % (len(raw), raw.hex().encode())
        text = make.chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(said))
        assert Seen(make.png(text))["image.exif.model"] == "Canon EOS 40D"

    def test_no_end_is_called_truncated(self) -> None:
        assert "truncated" in Seen(make.png(end=False)).codes


class TestTiff:
    SHAPE: dict[int, tuple[int, make.Value]] = {
        256: (make.SHORT, 1728),
        257: (make.LONG, 2200),
        258: (make.SHORT, 1),
        259: (make.SHORT, 4),
        262: (make.SHORT, 0),
    }

    @pytest.mark.parametrize("order", ["<", ">"])
    def test_shape_and_statements(self, order: str) -> None:
        seen = Seen(make.tiff({**self.SHAPE, **make.CAMERA}, exif=make.TAKEN, order=order), "scan.tif")
        assert (seen["image.width"], seen["image.height"], seen["image.mode"]) == (1728, 2200, "1")
        assert (seen["tiff.pages"], seen["tiff.compression"]) == (1, "4")
        assert seen["tiff.byte_order"] == ("II" if order == "<" else "MM")
        assert seen["image.exif.software"] == "Firmware 1.1.1"
        assert str(seen["tiff.tags"]).startswith("256 257 258 259 262 271")

    @pytest.mark.parametrize("pages", [1, 2, 3, 40])
    def test_pages_are_counted_and_read_only_as_far_as_needed(self, pages: int, tmp_path: Path) -> None:
        file = tmp_path / "pages.tif"
        sheets = [Image.new("1", (20, 10)) for _ in range(pages)]
        sheets[0].save(file, save_all=True, append_images=sheets[1:], software="Scanner 3.1")
        seen = Seen(file.read_bytes())
        assert seen["tiff.pages"] == pages
        assert seen["image.exif.software"] == "Scanner 3.1"
        assert seen.problems == ()

    def test_xmp_and_profile_in_tags(self) -> None:
        profile = make.icc_profile("Scanner RGB")
        tags = {**self.SHAPE, 700: (make.BYTE, make.xmp_packet()), 34675: (make.UNDEFINED, profile)}
        seen = Seen(make.tiff(tags))
        assert seen.values("xmp.create_date") == ["2017-05-05T20:47:00+02:00"]
        assert seen["image.icc.description"] == "Scanner RGB"

    def test_a_big_tiff_is_measured_and_its_exif_called_unread(self) -> None:
        entries = struct.pack("<HHQQ", 256, 3, 1, 77) + struct.pack("<HHQQ", 257, 3, 1, 55)
        data = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2) + entries + bytes(8)
        seen = Seen(data)
        assert (seen["image.width"], seen["image.height"], seen["tiff.byte_order"]) == (77, 55, "II+")
        assert "unsupported-feature" in seen.codes


class TestHeic:
    def test_size_brand_and_statements(self) -> None:
        block = make.tiff(make.CAMERA, exif=make.TAKEN, gps=make.POSITION)
        data = make.heic(exif=block, xmp=make.xmp_packet())
        seen = Seen(data, "IMG_1.HEIC")
        assert (seen["image.format"], seen["heif.brand"]) == ("HEIC", "heic")
        assert (seen["image.width"], seen["image.height"]) == (4032, 3024)
        assert seen["heif.items"] == "hvc1 Exif mime"
        assert seen["image.exif.datetime_original"] == "2017-05-05T20:47:00+02:00"
        assert seen.values("xmp.toolkit") == ["Adobe XMP Core 5.6"]
        where = seen.all("image.exif.make")[0].where
        assert where.offset is not None
        assert struct.unpack_from("<H", data, where.offset) == (make.MAKE,)

    def test_pixels_not_seen_are_not_called_fine(self) -> None:
        assert "unsupported-feature" in Seen(make.heic()).codes

    @pytest.mark.parametrize("damage", [b"\0\0\0\0meta", b"\0\0\0\1meta" + bytes(8), b"\0\0\0\7meta"])
    def test_a_box_that_leads_nowhere_ends_the_walk(self, damage: bytes) -> None:
        """The search of exifread never ends on the second of these."""
        seen = Seen(make.box(b"ftyp", b"heic\0\0\0\0mif1") + damage * 50)
        assert seen["image.format"] == "HEIC"
        assert "missing-part" in seen.codes
