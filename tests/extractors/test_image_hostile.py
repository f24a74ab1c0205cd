"""Pictures built to harm: bounded time and memory, a named problem, no exception, the same answer twice."""

from __future__ import annotations

import itertools
import os
import signal
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.extractors import image as extractor
from leakverify.extractors._base import Budget, Context, LimitExceeded, Source
from leakverify.limits import DEFAULT_LIMITS
from tests.builders import image as make
from tests.builders.image import Seen

#: CPU seconds; the slowest case takes a tenth of it on the machine this was written on
ENOUGH = 4.0


def events(data: bytes) -> list[object]:
    """What the extractor yields, without the runner that would catch its exceptions."""
    limits = DEFAULT_LIMITS
    budget = Budget(limits.inflated_bytes, limits.ratio, limits.ratio_after)
    found: list[object] = []
    try:
        for event in extractor.read(Source(data), Context(limits, budget)):
            found.append(event)
    except LimitExceeded as limit:
        found.append(limit.code)
    return found


def in_exif(block: bytes) -> bytes:
    return make.with_segments(make.jpeg_of(make.scene()), make.exif_segment(block))


def entries(*rows: tuple[int, int, int, int], following: bytes = b"") -> bytes:
    body = b"".join(struct.pack("<HHII", *row) for row in rows)
    return b"II*\0" + struct.pack("<IH", 8, len(rows)) + body + bytes(4) + following


def claimed(data: bytes, width: int, height: int) -> bytes:
    """The picture with another size in its frame header."""
    at = data.rindex(b"\xff\xc0\0\x11")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def wide() -> bytes:
    preview = make.thumbnail_of(make.scene())
    block = make.tiff(make.CAMERA, thumbnail=preview)
    return make.with_segments(make.jpeg_of(make.scene(1, (40_000, 2))), make.exif_segment(block))


def scans() -> bytes:
    sample = extractor.sample()
    return sample[:-3] + b"\xff\xda\0\x08\1\1\0\0\x3f\0\x3f" * 5000 + b"\xff\xd9"


def iloc_bomb() -> bytes:
    entry = make.box(b"infe", b"\2\0\0\0\0\1\0\0Exif\0")
    places = struct.pack(">HHHH", 1, 0, 65535, 0) * 20_000
    iinf = make.box(b"iinf", bytes(4) + struct.pack(">H", 65535) + entry * 20_000)
    iloc = make.box(b"iloc", bytes(4) + b"\0\0\xff\xff" + places)
    return make.box(b"ftyp", b"heic\0\0\0\0mif1") + make.box(b"meta", bytes(4) + iinf + iloc)


def ipma_bomb() -> bytes:
    links = make.box(b"ipma", bytes(4) + b"\xff\xff\xff\xff" + (b"\0\2\xff" + bytes(255)) * 5000)
    holder = make.box(b"iprp", make.box(b"ipco", b"") + links * 16)
    inner = bytes(4) + make.box(b"pitm", bytes(4) + b"\0\1") + holder
    return make.box(b"ftyp", b"heic\0\0\0\0mif1") + make.box(b"meta", inner)


BOMB = zlib.compress(bytes(64 << 20), 9)
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "two million empty segments": (lambda: b"\xff\xd8" + b"\xff\xe1\0\2" * 2_000_000, "limit-pages"),
    "fill bytes": (lambda: b"\xff\xd8" + b"\xff" * (16 << 20), "truncated"),
    "stuffed picture data": (lambda: b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * (8 << 20), "truncated"),
    "maker note of a thousand million": (
        lambda: in_exif(
            entries((make.EXIF_POINTER, 4, 1, 26), following=struct.pack("<HHHII", 1, 0x927C, 7, 1006641184, 0))
        ),
        "truncated",
    ),
    "a directory that is its own next": (lambda: b"II*\0" + struct.pack("<IHI", 8, 0, 8), "malformed"),
    "thousands of fractions": (
        lambda: in_exif(entries(*((0x100 + i, 5, 999, 0) for i in range(4900)))),
        "limit-text",
    ),
    "thousands of long texts": (
        lambda: in_exif(entries(*((0x100 + i, 2, 60_000, 0) for i in range(4900)))),
        "limit-text",
    ),
    "a directory of 65535 entries": (
        lambda: b"II*\0" + struct.pack("<IH", 8, 65535) + bytes(65535 * 12),
        "limit-pages",
    ),
    "a thousand pointers": (lambda: in_exif(entries(*[(make.GPS_POINTER, 4, 1, 8)] * 1000)), "malformed"),
    "a chain of directories": (
        lambda: b"II*\0\x08\0\0\0" + b"".join(struct.pack("<HI", 0, 14 + 6 * i) for i in range(500_000)),
        "limit-pages",
    ),
    "texts of the length of the file": (
        lambda: entries(*((0x100 + i, 2, 8 << 20, 0) for i in range(500)), following=bytes(8 << 20)),
        "limit-text",
    ),
    "65,500 pixels square": (lambda: claimed(make.photo(), 65_500, 65_500), "limit-size"),
    "thousands of scans": (scans, "limit-size"),
    "a profile that expands": (lambda: make.png(make.chunk(b"iCCP", b"p\0\0" + BOMB)), "limit-inflate"),
    "a text that expands": (lambda: make.png(make.chunk(b"zTXt", b"k\0\0" + BOMB)), "limit-inflate"),
    "a thousand texts": (lambda: make.png(*[make.chunk(b"tEXt", b"k\0v")] * 1000), "limit-text"),
    "700,000 chunks": (lambda: make.png(*[make.chunk(b"tRNS")] * 700_000), "limit-pages"),
    "hexadecimal that is none": (
        lambda: make.png(make.chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 1\n" + b" \n" * (1 << 20) + b"zz")),
        "malformed",
    ),
    "a thousand comments": (
        lambda: make.with_segments(make.photo(), *[make.segment(0xFE, b"x" * 60_000)] * 1000),
        "limit-text",
    ),
    "a thousand XMP packets": (
        lambda: make.with_segments(make.photo(), *[make.xmp_segment(b"<a>" * 20_000)] * 500),
        "limit-pages",
    ),
    "places of no size": (iloc_bomb, "missing-part"),
    "links without end": (ipma_bomb, "missing-part"),
    "a million boxes": (
        lambda: make.box(b"ftyp", b"heic\0\0\0\0mif1") + make.box(b"free", b"") * 1_000_000,
        "truncated",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_costs_little_and_is_told(name: str) -> None:
    build, code = CASES[name]
    data = build()
    Seen(extractor.sample())
    begun = time.process_time()
    seen = Seen(data)
    spent = time.process_time() - begun
    assert code in seen.codes
    assert "reader-error" not in seen.codes
    assert spent < ENOUGH
    assert len(seen.problems) < 200


def test_a_very_wide_picture_is_compared_within_bounds() -> None:
    begun = time.process_time()
    assert Seen(wide())["image.width"] == 40_000
    assert time.process_time() - begun < ENOUGH


def bases() -> tuple[bytes, ...]:
    block = make.tiff(
        make.CAMERA,
        exif=make.TAKEN,
        gps=make.POSITION,
        interop={1: (make.ASCII, "R98")},
        thumbnail=make.thumbnail_of(make.scene(1, (48, 32)), (24, 16)),
    )
    small = make.jpeg_of(make.scene(1, (48, 32)))
    icc = make.segment(0xE2, b"ICC_PROFILE\0\1\1" + make.icc_profile())
    return (
        make.with_segments(small, make.exif_segment(block), make.xmp_segment(make.xmp_packet()), icc),
        make.with_segments(make.jpeg_of(make.scene(1, (48, 32)), progressive=True), make.exif_segment(block)),
        make.png(
            make.chunk(b"eXIf", block),
            make.chunk(b"tIME", b"\x07\xe1\5\5\x14\x2f\0"),
            make.chunk(b"zTXt", b"k\0\0" + zlib.compress(b"text")),
            make.chunk(b"iCCP", b"p\0\0" + zlib.compress(make.icc_profile())),
        ),
        make.tiff({256: (make.SHORT, 9), 257: (make.SHORT, 9), **make.CAMERA}, exif=make.TAKEN, order=">"),
        make.heic(exif=block, xmp=make.xmp_packet()),
        extractor.sample(),
    )


BASES = bases()
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "drop", "repeat", "ones", "number"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 2**32 - 1),
    ),
    min_size=1,
    max_size=6,
)


def mutated(base: bytes, edits: list[tuple[str, float, int]]) -> bytes:
    """Damage past the signature, so that the bytes are still read as a picture."""
    data = bytearray(base)
    for kind, share, number in edits:
        at = 12 + int(share * max(len(data) - 12, 1))
        length = number % 64 + 1
        if kind == "set":
            data[at : at + 1] = bytes([number % 256])
        elif kind == "cut":
            del data[at:]
        elif kind == "drop":
            del data[at : at + length]
        elif kind == "repeat":
            data[at:at] = data[at : at + length] * (number % 5)
        elif kind == "ones":
            data[at : at + length] = b"\xff" * length
        else:
            data[at : at + 4] = struct.pack(">I", number)
    return bytes(data)


@given(which=st.integers(0, len(BASES) - 1), edits=EDITS)
def test_damage_never_raises(which: int, edits: list[tuple[str, float, int]]) -> None:
    data = mutated(BASES[which], edits)
    found = events(data)
    assert repr(found[0]).find("image.format") > 0


@given(which=st.integers(0, len(BASES) - 1), edits=EDITS)
def test_the_same_bytes_give_the_same_answer(which: int, edits: list[tuple[str, float, int]]) -> None:
    data = mutated(BASES[which], edits)
    once = Seen(data)
    assert once.extraction == Seen(data).extraction
    assert "box-protocol" not in once.codes


def test_a_picture_the_decoder_refuses_is_told_in_the_same_words_every_time() -> None:
    """The decoder's own message holds the address of an object."""
    data = mutated(BASES[0], [("ones", 0.30078125, 32)])
    told = [p.detail for p in Seen(data).problems if p.where.part == "pixels"]
    assert told == ["pixels: the decoder does not take the header"]


@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"\x89PNG\r\n\x1a\n"]),
)
def test_noise_behind_a_signature_never_raises(data: bytes, start: bytes) -> None:
    assert events(start + data)


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pictures(corpus: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(corpus):
        folders.sort()
        for name in sorted(files):
            path = Path(folder, name)
            with path.open("rb") as file:
                head = file.read(256)
            if extractor._kind(head) and path.stat().st_size < 32 << 20:
                yield path


@pytest.mark.corpus
def test_every_picture_of_the_corpus_is_read_soundly(corpus: Path) -> None:
    """No exception, no breach of the protocol, under a second each, and readers that agree on genuine files."""
    rows = (corpus / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()
    columns = rows[0].split("\t")
    roles = {row.split("\t")[0]: row.split("\t")[columns.index("role")] for row in rows[1:]}
    differing = []
    for path in itertools.islice(pictures(corpus), 2000):
        data = path.read_bytes()
        with alarm(20):
            begun = time.process_time()
            seen = Seen(data, path.name)
            spent = time.process_time() - begun
        assert spent < ENOUGH, path
        assert "box-protocol" not in seen.codes, path
        assert not any(p.code == "reader-error" and p.detail.startswith("image:") for p in seen.problems), (
            path
        )
        if seen.all("image.exif.by_exifread") and roles.get(str(path.relative_to(corpus))) == "genuine":
            differing.append(path.name)
    assert differing == []
