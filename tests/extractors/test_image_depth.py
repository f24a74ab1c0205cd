"""What pictures state beyond EXIF's own tags: private blocks, layout, Photoshop, trailers, manifests."""

from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Location
from leakverify.extractors._image_c2pa import _cbor, c2pa_observations, jumbf_of
from leakverify.extractors._image_photoshop import photoshop_observations
from leakverify.extractors._image_trailer import samsung_observations
from tests.builders.image import (
    ASCII,
    LONG,
    MAKE,
    MAKER_NOTE,
    MODEL,
    ORIGINAL,
    UNDEFINED,
    exif_segment,
    jpeg_of,
    scene,
    segment,
    tiff,
    with_segments,
)


def facts(data: bytes) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for observation in examine_bytes(data, "picture.jpg").extractions[0].observations:
        found.setdefault(observation.name, []).append(observation.value)
    return found


def directory(entries: list[tuple[int, int, int, bytes]], base: int, order: str = "<") -> bytes:
    """A directory whose longer values follow it; offsets count from ``base``."""
    tail = base + 2 + 12 * len(entries) + 4
    head, values = struct.pack(order + "H", len(entries)), b""
    for tag, kind, count, raw in entries:
        inline = raw.ljust(4, b"\0")
        if len(raw) > 4:
            inline = struct.pack(order + "I", tail + len(values))
            values += raw
        head += struct.pack(order + "HHI", tag, kind, count) + inline
    return head + bytes(4) + values


def with_note(note: bytes, make: str = "Maker") -> bytes:
    block = tiff(
        {MAKE: (ASCII, make), MODEL: (ASCII, "Model")},
        exif={ORIGINAL: (ASCII, "2008:03:02 12:01:23"), MAKER_NOTE: (UNDEFINED, note)},
    )
    return with_segments(jpeg_of(scene()), exif_segment(block))


@pytest.mark.parametrize(
    ("start", "family"),
    [
        (b"Apple iOS\0\0\1MM", "Apple"),
        (b"Nikon\0\2\0\0\0", "Nikon"),
        (b"Panasonic\0\0\0", "Panasonic"),
        (b"FUJIFILM\x0c\0\0\0", "Fujifilm"),
        (b"SONY DSC \0\0\0", "Sony"),
        (b"OLYMPUS\0II\3\0", "Olympus"),
        (b"HUAWEI\0\0", "Huawei"),
    ],
)
def test_private_block_is_named_by_its_first_bytes(start: bytes, family: str) -> None:
    assert facts(with_note(start + bytes(60)))["image.maker_note.family"] == [family]


def test_a_block_without_name_says_nothing_of_a_family() -> None:
    found = facts(with_note(b"\xff" * 80))
    assert found["image.maker_note.bytes"] == [80]
    assert "image.maker_note.family" not in found


def test_pentax_keeps_a_date_of_its_own_and_the_day_it_was_made() -> None:
    entries = [
        (6, 7, 4, bytes((0x07, 0xD8, 3, 2))),
        (7, 7, 3, bytes((12, 1, 23))),
        (0x0215, LONG, 5, struct.pack("<5I", 76830, 20070913, 2, 1, 8)),
    ]
    note = b"PENTAX \0II" + directory(entries, 10)
    found = facts(with_note(note, "PENTAX"))
    assert found["image.maker_note.taken"] == ["2008-03-02T12:01:23"]
    assert found["image.maker_note.built"] == ["2007-09-13"]


def test_values_moved_out_of_the_private_block_are_counted_and_not_read() -> None:
    entries = [(6, 7, 4, bytes((0x07, 0xD8, 3, 2))), (7, 7, 3, bytes((12, 1, 23))), (5, 2, 20, b"")]
    raw = bytearray(b"PENTAX \0II" + directory(entries, 10))
    raw[10 + 2 + 24 + 8 : 10 + 2 + 24 + 12] = struct.pack("<I", 60_000)
    found = facts(with_note(bytes(raw), "PENTAX"))
    assert found["image.maker_note.displaced"] == [1]


def test_panasonic_number_holds_the_day_of_making() -> None:
    # offsets of this maker count from the EXIF block, where this one lands at a place found by asking
    def note(base: int) -> bytes:
        return b"Panasonic\0\0\0" + directory([(0x25, 7, 16, b"F020407190102\0\0\0")], base + 12)

    first = with_note(note(0), "Panasonic")
    block = first.index(b"Panasonic\0\0\0") - first.index(b"Exif\0\0") - 6
    found = facts(with_note(note(block), "Panasonic"))
    assert found["image.maker_note.built"] == ["2004-07-19"]


def test_layout_of_a_closely_packed_block() -> None:
    block = tiff({MAKE: (ASCII, "Canon")}, exif={ORIGINAL: (ASCII, "2008:03:02 12:01:23")})
    found = facts(with_segments(jpeg_of(scene()), exif_segment(block)))
    assert found["image.exif.byte_order"] == ["II"]
    assert found["image.exif.gaps"] == [0] and found["image.exif.tail"] == [0]
    assert found["image.exif.directories"] == ["IFD0 Exif"]
    padded = facts(with_segments(jpeg_of(scene()), exif_segment(block + bytes(100))))
    assert padded["image.exif.tail"] == [100]


def test_writing_habits_of_the_library() -> None:
    found = facts(jpeg_of(scene(), quality=83))
    assert found["jpeg.table_layout"] == ["DQT 0; DQT 1; DHT 00; DHT 10; DHT 01; DHT 11"]
    assert found["jpeg.huffman_kind"] == ["standard"]
    assert found["jpeg.components"] == ["1 2 3"] and found["jpeg.scans"] == [1]
    assert found["jpeg.jfif"] == ["1.1 0 1 1"]
    assert facts(jpeg_of(scene(), optimize=True))["jpeg.huffman_kind"] == ["made for this picture"]


def resource(number: int, raw: bytes) -> bytes:
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + b"\0\0"
        + struct.pack(">I", len(raw))
        + raw
        + b"\0" * (len(raw) % 2)
    )


def caption(number: int, said: bytes) -> bytes:
    return b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(said)) + said


def test_captions_and_their_digest() -> None:
    iptc = caption(55, b"20090829") + caption(60, b"131808+0200") + caption(80, "Zoë".encode())
    raw = resource(0x0404, iptc) + resource(0x0425, hashlib.md5(iptc).digest())
    found = facts(with_segments(jpeg_of(scene()), segment(0xED, b"Photoshop 3.0\0" + raw)))
    assert found["image.iptc.created"] == ["2009-08-29T13:18:08+02:00"]
    assert found["image.iptc.author"] == ["Zoë"]
    assert found["image.iptc.digest_fits"] == [True]
    changed = resource(0x0404, iptc + caption(120, b"new")) + resource(0x0425, hashlib.md5(iptc).digest())
    found = facts(with_segments(jpeg_of(scene()), segment(0xED, b"Photoshop 3.0\0" + changed)))
    assert found["image.iptc.digest_fits"] == [False]


def samsung_trailer(milliseconds: int) -> bytes:
    name = b"Image_UTC_Data"
    block = struct.pack("<HHI", 0, 0x0A01, len(name)) + name + str(milliseconds).encode()
    listing = b"SEFH" + struct.pack("<II", 107, 1) + struct.pack("<HHII", 0, 0x0A01, len(block), len(block))
    return block + listing + struct.pack("<I", len(listing)) + b"SEFT"


def test_samsung_keeps_a_clock_behind_the_picture() -> None:
    found = facts(with_segments(jpeg_of(scene()), trailing=samsung_trailer(1_475_079_485_000)))
    assert found["image.samsung.taken"] == ["2016-09-28T16:18:05Z"]
    assert found["image.samsung.block"] == ["Image_UTC_Data"]


def box(kind: bytes, raw: bytes) -> bytes:
    return struct.pack(">I", 8 + len(raw)) + kind + raw


def jumb(label: str, *content: bytes) -> bytes:
    return box(b"jumb", box(b"jumd", bytes(16) + b"\x03" + label.encode() + b"\0") + b"".join(content))


def cbor(value: object) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return (bytes([0x60 + len(raw)]) if len(raw) < 24 else bytes([0x78, len(raw)])) + raw
    if isinstance(value, list):
        return bytes([0x80 + len(value)]) + b"".join(map(cbor, value))
    assert isinstance(value, dict)
    return bytes([0xA0 + len(value)]) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def manifest() -> bytes:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    claim = cbor({"claim_generator": "Painter/1.0", "dc:title": "picture.jpg"})
    actions = cbor(
        {"actions": [{"action": "c2pa.created", "digitalSourceType": source, "when": "2024-05-06T10:11:12Z"}]}
    )
    return jumb(
        "c2pa",
        jumb(
            "urn:uuid:1",
            jumb("c2pa.assertions", jumb("c2pa.actions", box(b"cbor", actions))),
            jumb("c2pa.claim", box(b"cbor", claim)),
        ),
    )


def test_a_manifest_is_read_over_several_segments() -> None:
    store = manifest()
    half = len(store) // 2
    pieces = (
        b"JP\0\1" + struct.pack(">I", 1) + store[:half],
        b"JP\0\1" + struct.pack(">I", 2) + store[:8] + store[half:],
    )
    found = facts(with_segments(jpeg_of(scene()), *(segment(0xEB, piece) for piece in pieces)))
    assert found["image.c2pa"] == [True]
    assert found["c2pa.generator"] == ["Painter/1.0"]
    assert found["c2pa.action"] == ["c2pa.created"]
    assert found["c2pa.source_type"] == ["trainedAlgorithmicMedia"]
    assert found["c2pa.action.when"] == ["2024-05-06T10:11:12Z"]


def test_webp_and_gif_are_pictures() -> None:
    import io

    picture = scene()
    for kind, name in (("WEBP", "WebP"), ("GIF", "GIF")):
        out = io.BytesIO()
        picture.save(out, kind)
        found = facts(out.getvalue())
        assert found["image.format"] == [name]
        assert found["image.width"] == [480] and found["image.height"] == [320]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_to_an_end(raw: bytes) -> None:
    list(photoshop_observations(raw, Location()))
    list(photoshop_observations(resource(0x0404, raw), Location()))
    list(samsung_observations(raw + b"SEFT"))
    list(c2pa_observations(jumbf_of([raw, raw[::-1]]), Location()))
    _cbor(raw)
    examine_bytes(with_note(raw + b"\0"), "picture.jpg")


@given(st.binary(max_size=200), st.sampled_from([b"RIFF\xff\0\0\0WEBP", b"GIF89a"]))
def test_any_webp_or_gif_is_read_to_an_end(raw: bytes, start: bytes) -> None:
    assert examine_bytes(start + raw, "picture.webp").extractions[0].formats == ("image",)


def test_deep_cbor_and_deep_boxes_end() -> None:
    assert _cbor(b"\x81" * 5000) is None
    assert _cbor(b"\xbf" * 5000) is None
    assert _cbor(b"\x9b" + b"\xff" * 8) is None
    nested = b""
    for _ in range(3000):
        nested = jumb("x", nested)
    list(c2pa_observations(nested, Location()))


def test_a_private_block_of_a_thousand_entries_is_left_alone() -> None:
    raw = b"PENTAX \0II" + struct.pack("<H", 0xFFFF) + bytes(12 * 300)
    found = facts(with_note(raw, "PENTAX"))
    assert found["image.maker_note.family"] == ["Pentax"]
    assert "image.maker_note.taken" not in found


def codes(data: bytes) -> set[str]:
    return {problem.code for problem in examine_bytes(data, "picture.jpg").extractions[0].problems}


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF\xff\xff\xff\x7fWEBP" + b"ABCD\0\0\0\0" * 20_000,
        b"GIF89a" + bytes(7) + (b"\x2c" + bytes(9) + b"\x02\0") * 20_000,
        with_segments(jpeg_of(scene()), segment(0xED, b"Photoshop 3.0\0" + resource(0x0400, b"") * 400)),
        with_segments(
            jpeg_of(scene()), segment(0xED, b"Photoshop 3.0\0" + resource(0x0404, caption(1, b"") * 1200))
        ),
        with_segments(
            jpeg_of(scene()),
            trailing=b"SEFH" + struct.pack("<II", 1, 2**31) + struct.pack("<I", 12) + b"SEFT",
        ),
        with_note(b"PENTAX \0II" + struct.pack("<H", 500) + bytes(6100), "PENTAX"),
    ],
    ids=["webp", "gif", "resources", "captions", "samsung", "maker note"],
)
def test_a_limit_is_told(data: bytes) -> None:
    assert "limit-pages" in codes(data)


def test_a_store_in_thousands_of_segments_is_put_together_in_linear_time() -> None:
    import time

    def cost(pieces: int) -> float:
        segments = [
            segment(0xEB, b"JP\0\1" + struct.pack(">I", number) + b"\0\1\0\0jumbc2pa" + bytes(2000))
            for number in range(pieces)
        ]
        data = with_segments(jpeg_of(scene()), *segments)
        started = time.process_time()
        examine_bytes(data, "picture.jpg")
        return time.process_time() - started

    cost(10)
    assert cost(8000) < 40 * max(cost(1000), 0.01)


def test_a_comment_of_the_user_in_its_encodings() -> None:
    for raw in (b"ASCII\0\0\0Screenshot", b"UNICODE\0" + "Screenshot".encode("utf-16-le")):
        block = tiff({MAKE: (ASCII, "Apple")}, exif={0x9286: (UNDEFINED, raw)})
        found = facts(with_segments(jpeg_of(scene()), exif_segment(block)))
        assert found["image.exif.comment"] == ["Screenshot"]
