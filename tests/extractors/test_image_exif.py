"""Two readers of EXIF: what both say is a fact, what they see differently is told as such."""

from __future__ import annotations

import struct

import pytest

from leakverify.extractors._image_exif import exif_date
from leakverify.extractors._image_ifd import Directories
from leakverify.when import parse_when
from tests.builders import image as make
from tests.builders.image import Seen


def held(block: bytes) -> bytes:
    return make.with_segments(make.jpeg_of(make.scene()), make.exif_segment(block))


def pairs(seen: Seen) -> dict[str, tuple[object, object]]:
    first, second = seen.all("image.exif.by_exifread"), seen.all("image.exif.by_pillow")
    assert [o.where for o in first] == [o.where for o in second]
    return {a.where.part: (a.value, b.value) for a, b in zip(first, second, strict=True)}


class TestAgreement:
    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize(
        "tags",
        [
            {0x829A: (make.RATIONAL, [(10, 600)])},
            {0x829A: (make.RATIONAL, [(0, 0)])},
            {0x9204: (make.SRATIONAL, [(-1, 3)])},
            {0x9000: (make.UNDEFINED, b"0230")},
            {0x9101: (make.UNDEFINED, b"\1\2\3\0")},
            {0xA432: (make.RATIONAL, [(24, 1), (70, 1), (0, 0), (0, 0)])},
            {0x8827: (make.SHORT, [100, 200])},
            {0xA434: (make.ASCII, "EF24-70mm f/2.8L\0\0\0")},
            {0xA434: (make.ASCII, "EF24-70mm   ")},
            {0xA434: (make.ASCII, b"\0\0\0\0\0\0")},
            {0xA430: (make.ASCII, "Zoë")},
            {0xA430: (make.ASCII, "Zoë".encode("latin-1") + b"\0")},
            {0xA40B: (make.UNDEFINED, bytes(range(200)))},
            {0xA302: (make.BYTE, bytes(range(20)))},
            {0x927C: (make.UNDEFINED, bytes(1000))},
            {0x9286: (make.UNDEFINED, b"ASCII\0\0\0hello")},
            {0xFDE8: (make.SHORT, list(range(300)))},
        ],
        ids=lambda tags: " ".join(f"{tag:04x}" for tag in tags) if isinstance(tags, dict) else tags,
    )
    def test_no_form_of_writing_makes_the_readers_differ(self, tags: make.Tags, order: str) -> None:
        seen = Seen(held(make.tiff(make.CAMERA, exif=tags, interop={1: (make.ASCII, "R98")}, order=order)))
        assert pairs(seen) == {}
        # exifread remarks on text that is not UTF-8, and reads it all the same
        assert seen.codes <= {"reader-warning"}

    def test_tags_in_which_both_agree_are_counted(self) -> None:
        few = Seen(held(make.tiff({make.MAKE: (make.ASCII, "Canon")})))
        more = Seen(held(make.tiff(make.CAMERA)))
        assert (few["image.exif.agreeing"], more["image.exif.agreeing"]) == (1, len(make.CAMERA))

    @pytest.mark.parametrize(
        "named",
        ["image.exif.lens", "image.exif.owner", "image.exif.serial", "image.exif.unique_id"],
    )
    def test_further_texts_are_stated(self, named: str) -> None:
        tag = {"lens": 0xA434, "owner": 0xA430, "serial": 0xA431, "unique_id": 0xA420}[named.split(".")[2]]
        assert Seen(held(make.tiff({}, exif={tag: (make.ASCII, "so it says")})))[named] == "so it says"


class TestDisagreement:
    def twice(self) -> Seen:
        first = (make.DATETIME, (make.ASCII, "2012:05:04 10:12:00"))
        second = (make.DATETIME, (make.ASCII, "2016:04:29 17:40:11"))
        return Seen(held(make.tiff([(make.MAKE, (make.ASCII, "Canon")), first, second])))

    def test_a_tag_written_twice_is_seen_differently(self) -> None:
        assert pairs(self.twice()) == {"IFD0 DateTime": ("2016:04:29 17:40:11", "2012:05:04 10:12:00")}

    def test_what_readers_see_differently_is_no_fact(self) -> None:
        seen = self.twice()
        assert seen["image.exif.datetime_modified"] is None
        assert seen["image.exif.make"] == "Canon"
        assert "readers-disagree" in seen.codes

    def test_a_block_cut_short_never_yields_a_date_from_elsewhere(self) -> None:
        """exifread reads the value of a tag that lies outside from another place."""
        block = make.tiff(make.CAMERA, exif=make.TAKEN)
        true = {"2017-05-05T20:47:00+02:00", "2017-05-05T20:47:00", "2017-05-06T09:00:00"}
        for keep in range(8, len(block), 3):
            seen = Seen(held(block[:keep]))
            stated = {
                value
                for name in ("original", "digitized", "modified")
                for value in seen.values(f"image.exif.datetime_{name}")
            }
            assert stated <= true, keep

    def test_values_outside_of_the_block_are_told(self) -> None:
        block = make.tiff(make.CAMERA, exif=make.TAKEN)
        assert "truncated" in Seen(held(block[:-30])).codes

    def test_a_failing_reader_is_a_problem_and_no_fact(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import exifread

        def fail(*args: object, **options: object) -> None:
            raise IndexError("list index out of range")

        monkeypatch.setattr(exifread, "process_file", fail)
        seen = Seen(make.photo())
        assert "reader-error" in seen.codes
        assert seen["image.exif.make"] is None
        assert seen["image.thumbnail.width"] == 160


def test_a_second_block_is_not_passed_over_in_silence() -> None:
    other = make.tiff({make.DATETIME: (make.ASCII, "2001:01:01 00:00:00")})
    data = held(make.tiff(make.CAMERA))
    at = 4 + int.from_bytes(data[4:6], "big")
    twice = data[:at] + make.exif_segment(other) + data[at:]
    for seen in (Seen(twice), Seen(make.png(*[make.chunk(b"eXIf", make.tiff(make.CAMERA))] * 2))):
        assert "unsupported-feature" in seen.codes
        assert seen["image.exif.datetime_modified"] == "2017-05-06T09:00:00"


class TestDates:
    @pytest.mark.parametrize(
        ("said", "zone", "read"),
        [
            ("2017:05:05 20:47:00", "", "2017-05-05T20:47:00"),
            ("2017:05:05 20:47:00", "+02:00", "2017-05-05T20:47:00+02:00"),
            ("2017:05:05 20:47:00", "Z", "2017-05-05T20:47:00Z"),
            ("2017-05-05T20:47:00+0200", "", "2017-05-05T20:47:00+02:00"),
            ("2017/05/05 20:47", "", "2017-05-05T20:47"),
            ("2017:05:05", "+02:00", "2017-05-05"),
            ("2017:05:05 20:47:00.123", "", "2017-05-05T20:47:00"),
            ("0000:00:00 00:00:00", "", ""),
            ("    :  :     :  :  ", "", ""),
            ("", "", ""),
            ("2017:02:30 10:00:00", "", None),
            ("2017:13:01 10:00:00", "", None),
            ("05/05/2017", "", None),
            ("yesterday", "", None),
        ],
    )
    def test_forms_of_a_date(self, said: str, zone: str, read: str | None) -> None:
        assert exif_date(said, zone) == read
        assert not read or parse_when(read)

    def test_a_clock_never_set_states_nothing(self) -> None:
        seen = Seen(held(make.tiff({}, exif={make.ORIGINAL: (make.ASCII, "0000:00:00 00:00:00")})))
        assert seen["image.exif.datetime_original"] is None
        assert seen["image.exif.date_malformed"] is None

    def test_a_date_that_is_none_is_kept_as_written(self) -> None:
        seen = Seen(held(make.tiff({}, exif={make.ORIGINAL: (make.ASCII, "2017:02:30 10:00:00")})))
        found = seen.all("image.exif.date_malformed")
        assert [(o.where.part, o.value) for o in found] == [("DateTimeOriginal", "2017:02:30 10:00:00")]

    def test_the_literal_text_is_kept_beside_the_reading(self) -> None:
        assert Seen(make.photo()).all("image.exif.datetime_original")[0].raw == "2017:05:05 20:47:00"

    @pytest.mark.parametrize("zone", ["+25:00", "   :  ", "summer"])
    def test_a_zone_that_is_none_is_left_out(self, zone: str) -> None:
        tags = {**make.TAKEN, make.OFFSET_ORIGINAL: (make.ASCII, zone)}
        seen = Seen(held(make.tiff({}, exif=tags)))
        assert seen["image.exif.datetime_original"] == "2017-05-05T20:47:00"
        assert seen["image.exif.offset_original"] is None

    def test_raw_files_keep_the_date_in_the_first_directory(self) -> None:
        seen = Seen(make.tiff({make.ORIGINAL: (make.ASCII, "2017:05:05 20:47:00")}), "raw.dng")
        assert seen["image.exif.datetime_original"] == "2017-05-05T20:47:00"


class TestPlace:
    @pytest.mark.parametrize(
        "broken",
        [
            {2: (make.RATIONAL, [(148, 1), (0, 1), (0, 1)])},
            {2: (make.RATIONAL, [(48, 0), (0, 1), (0, 1)])},
            {2: (make.RATIONAL, [(48, 1)])},
            {1: (make.ASCII, "?")},
        ],
    )
    def test_an_impossible_latitude_is_not_stated(self, broken: dict[int, tuple[int, make.Value]]) -> None:
        seen = Seen(held(make.tiff({}, gps={**make.POSITION, **broken})))
        assert seen["image.exif.gps.latitude"] is None
        assert seen["image.exif.gps.longitude"] == pytest.approx(-2.2945167)

    def test_seconds_left_open_are_no_seconds(self) -> None:
        gps = {**make.POSITION, 2: (make.RATIONAL, [(48, 1), (3030, 60), (0, 0)])}
        assert Seen(held(make.tiff({}, gps=gps)))["image.exif.gps.latitude"] == pytest.approx(48.8416667)

    def test_a_full_date_in_the_date_field_is_understood(self) -> None:
        gps = {**make.POSITION, 29: (make.ASCII, "2017:05:05 18:47:00")}
        assert Seen(held(make.tiff({}, gps=gps)))["image.exif.gps.when"] == "2017-05-05T18:47:00Z"


class TestDirectories:
    def test_entries_values_and_links(self) -> None:
        block = make.tiff(make.CAMERA, exif=make.TAKEN, gps=make.POSITION, thumbnail=b"\xff\xd8\xff\xd9")
        walked = Directories(block)
        assert set(walked.named) == {"IFD0", "IFD1", "Exif", "GPS"}
        assert (walked.pages, walked.damage) == (2, [])
        make_entry = walked.named["IFD0"].find(make.MAKE)
        assert walked.raw(make_entry) == b"Canon\0"
        assert walked.first("IFD0", make.ORIENTATION) == 1
        assert walked.first("IFD0", 0x9999) is None

    def test_a_circle_ends(self) -> None:
        walked = Directories(b"II*\0" + struct.pack("<IHI", 8, 0, 8))
        assert [damage.code for damage in walked.damage] == ["malformed"]

    def test_a_long_chain_is_bounded(self) -> None:
        links = b"".join(struct.pack("<HI", 0, 8 + 6 * (i + 1)) for i in range(5000))
        walked = Directories(b"II*\0" + struct.pack("<I", 8) + links, 100)
        assert (walked.pages, [damage.code for damage in walked.damage]) == (100, ["limit-pages"])

    @pytest.mark.parametrize("block", [b"", b"II", b"II*\0", b"XX*\0\x08\0\0\0", b"MM\0*\xff\xff\xff\xff"])
    def test_what_is_no_block_is_damage(self, block: bytes) -> None:
        assert Directories(block).damage
