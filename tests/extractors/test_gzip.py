"""Single compressed files: gzip, bzip2 and xz, each with one document inside."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.box.runner import unpack
from leakverify.evidence import Member
from leakverify.extractors import registry
from leakverify.extractors._base import Budget, LimitExceeded, Source
from leakverify.identify import candidates, probe
from leakverify.limits import MIB
from tests.extractors._facts import codes, every, read, told, value, values

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
NOISE = random.Random(5).randbytes(200_000)


def unpacked(data: bytes, member: Member) -> bytes:
    return b"".join(unpack(Source(data), member, Budget(64 * MIB, 200, MIB)))


def whole(data: bytes, transform: str) -> bytes:
    return unpacked(data, Member(name="x", offset=0, length=len(data), transform=transform))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "name", "inner"),
    [
        ("gzip", "mails.mbox.gz", "mails.mbox"),
        ("gzip", "mails.TGZ", "mails.tar"),
        ("bz2", "a.tbz2", "a.tar"),
        ("xz", "liste.csv.xz", "liste.csv"),
        ("xz", "nothing", "nothing"),
        ("gzip", ".gz", ".gz"),
    ],
)
def test_one_member_over_the_whole_stream(kind: str, name: str, inner: str) -> None:
    data = PACKERS[kind](b"Bonjour\n" * 9)
    found = read(data, name)
    assert found.formats == (kind,)
    (member,) = found.members
    assert (member.name, member.offset, member.length, member.transform) == (inner, 0, len(data), kind)
    assert unpacked(data, member) == b"Bonjour\n" * 9
    assert not found.problems


@pytest.mark.parametrize("kind", PACKERS)
def test_files_of_several_streams_are_one_document(kind: str) -> None:
    """What parallel packers and ``cat`` make; with padding between, and a signature torn by a block."""
    pack = PACKERS[kind]
    assert whole(pack(NOISE) + pack(b"second"), kind) == NOISE + b"second"
    assert whole(pack(b"un") + bytes(512) + pack(b"deux"), kind) == b"undeux"
    for length in range(65_400, 65_600):
        first = pack(NOISE[:length])
        if len(first) == 65_535:
            assert whole(first + pack(b"second"), kind) == NOISE[:length] + b"second"
            break
    assert whole(pack(b"un") + b"foreign", kind) == b"un"


@pytest.mark.parametrize("kind", PACKERS)
def test_a_torn_stream_is_no_clean_document(kind: str) -> None:
    data = PACKERS[kind](NOISE)
    with pytest.raises(EOFError):
        whole(data[:-30], kind)
    with pytest.raises(EOFError):
        whole(zlib.compress(NOISE)[2:-30], "deflate")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_damaged_stream_is_told_as_damage(kind: str) -> None:
    data = bytearray(PACKERS[kind](NOISE))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises((ValueError, OSError, zlib.error, EOFError)):
        whole(bytes(data), kind)


def test_an_xz_dictionary_larger_than_memory_is_a_limit() -> None:
    data = lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}])
    with pytest.raises(LimitExceeded) as limit:
        whole(data, "xz")
    assert limit.value.code == "limit-memory"


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_is_a_limit(kind: str) -> None:
    with pytest.raises(LimitExceeded) as limit:
        whole(PACKERS[kind](bytes(40 * MIB)), kind)
    assert limit.value.code == "limit-inflate"


def test_what_a_gzip_header_states() -> None:
    out = io.BytesIO()
    with gzip.GzipFile("Liste été.csv", "wb", 9, out, 1493972430) as packed:
        packed.write(b"a;b\n")
    data = bytearray(out.getvalue())
    found = read(bytes(data), "x.gz")
    assert value(found, "gzip.name") == "Liste été.csv"
    assert value(found, "gzip.time") == "2017-05-05T08:20:30Z"
    assert value(found, "gzip.system") == "unknown"
    assert value(found, "gzip.effort") == "best"
    assert value(found, "gzip.stated_size") == 4
    place = every(found, "gzip.name")[0].where
    assert place.offset is not None
    assert place.length is not None
    assert data[place.offset : place.offset + place.length] == "Liste été.csv".encode("latin-1")


def test_every_optional_field_of_the_header() -> None:
    body = gzip.compress(b"text", mtime=0)[10:]
    fields = b"\x04\x00AAAA" + "né".encode() + b"\x00" + b"comment\x00" + b"\x00\x00"
    data = b"\x1f\x8b\x08\x1e" + bytes(4) + b"\x04\x03" + fields + body
    found = read(data, "x.gz")
    assert value(found, "gzip.name") == "né"
    assert value(found, "gzip.comment") == "comment"
    assert value(found, "gzip.system") == "unix"
    assert value(found, "gzip.effort") == "fastest"
    assert not values(found, "gzip.time")


def test_torn_headers() -> None:
    assert "malformed" in codes(read(b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 40, "x.gz"))
    assert "truncated" in codes(read(b"\x1f\x8b\x08\x00" + bytes(6), "x.gz"))
    assert "truncated" in codes(read(b"\xfd7zXZ\x00\x00", "x.xz"))
    assert told(read(lzma.compress(b"text")[:-4], "x.xz"), "truncated") == ["no stream footer at the end"]


def test_settings_of_bzip2_and_xz() -> None:
    assert value(read(bz2.compress(b"x", 3)), "bz2.block_size") == 300_000
    assert value(read(lzma.compress(b"x", check=lzma.CHECK_SHA256)), "xz.check") == "sha256"
    assert value(read(lzma.compress(b"x")), "xz.check") == "crc64"


def test_bytes_that_only_begin_alike() -> None:
    for data in (b"BZh9 is not bzip2", b"\x1f\x8b\x08\xff" + bytes(40), b"BZhx1AY&SY", b"\x1f\x8b"):
        assert not set(candidates(probe(Source(data), "x"))) & {"gzip", "bz2", "xz"}


@pytest.mark.parametrize("kind", PACKERS)
def test_the_samples_are_read_without_problems(kind: str) -> None:
    sample = registry()[kind].format.sample
    assert sample is not None
    found = read(sample())
    assert found.formats == (kind,)
    assert unpacked(sample(), found.members[0]) == b"text"
    assert not found.problems


@given(st.sampled_from(sorted(PACKERS)), st.data())
def test_no_damage_makes_the_reading_fail(kind: str, data: st.DataObject) -> None:
    packed = bytearray(PACKERS[kind](b"some text to pack" * 5))
    for _ in range(data.draw(st.integers(0, 5))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(packed[: data.draw(st.integers(0, len(packed)))])
    found = examine_bytes(cut, f"a.{kind}").extractions[0]
    assert not codes(found) & {"reader-error", "box-protocol"}
    for member in found.members:
        try:
            unpacked(cut, member)
        except (ValueError, OSError, zlib.error, EOFError, LimitExceeded):
            pass
