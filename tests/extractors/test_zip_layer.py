"""The ZIP layer: what an archive says of its packer, and where it lies."""

from __future__ import annotations

import io
import time
import zipfile
import zlib

import pytest

from leakverify.extractors._base import Budget, Fault, LimitExceeded, Source
from leakverify.extractors._zip import inflate, open_archive
from leakverify.limits import DEFAULT_LIMITS, MIB, Limits
from tests.builders.archive import MAY, Part, build_zip, deflated, extra_field, unix_time_field
from tests.extractors._facts import codes, every, read, told, value, values

A, B = Part(name="a.txt", data=b"alpha " * 20), Part(name="b.txt", data=b"beta " * 30)


def archive_of(data: bytes, limits: Limits = DEFAULT_LIMITS):  # type: ignore[no-untyped-def]
    return open_archive(Source(data), limits)


def contents(data: bytes) -> dict[str, bytes]:
    """What our layer inflates, entry by entry; a fault fails the test."""
    source, budget = Source(data), Budget(64 * MIB, 200, MIB)
    found = {}
    for entry in open_archive(source, DEFAULT_LIMITS).entries:
        found[entry.name], fault = inflate(source, entry, budget, most=16 * MIB)
        assert fault is None
    return found


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("descriptor", ["", "signed", "plain", "wide"])
@pytest.mark.parametrize("zip64", [False, True])
def test_what_we_inflate_is_what_the_standard_library_reads(
    method: int, descriptor: str, zip64: bool
) -> None:
    parts = [
        Part(name=f"{n}.txt", data=bytes([65 + n]) * 500, method=method, descriptor=descriptor)
        for n in range(3)
    ]
    data = build_zip(parts, zip64=zip64)
    with zipfile.ZipFile(io.BytesIO(data)) as reference:
        assert contents(data) == {name: reference.read(name) for name in reference.namelist()}
    archive = archive_of(data)
    assert (archive.gaps, archive.leading, archive.trailing, archive.faults) == (0, 0, 0, [])
    assert [e.end for e in archive.entries[:-1]] == [e.offset for e in archive.entries[1:]]


class Pipe(io.BytesIO):
    """Takes bytes and cannot go back."""

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation("seek")

    def tell(self) -> int:
        raise io.UnsupportedOperation("tell")


def test_archives_of_the_standard_library() -> None:
    for seekable in (True, False):
        out = io.BytesIO() if seekable else Pipe()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("un/deux.txt", "text" * 100)
            archive.writestr("trois.txt", "")
        found = read(out.getvalue())
        assert value(found, "zip.made_by") == "3.20"
        assert value(found, "zip.data_descriptors") is not seekable
        assert value(found, "zip.gap_bytes") == 0
        assert not found.problems


def test_the_marks_of_the_packer() -> None:
    found = read(
        build_zip(
            [
                Part(name="x", data=b"x", flags=0x6, made_by=45, extra=extra_field(0xA220, b"1234")),
                Part(name="y", data=b"y", flags=0x2, system=3, made_by=30, stamp=MAY, attributes=0x81A40000),
            ],
            comment="né".encode(),
        )
    )
    assert values(found, "zip.made_by") == ["0.45", "3.30"]
    assert value(found, "zip.flags.first") == "0x6"
    assert values(found, "zip.flags") == ["0x6", "0x2"]
    assert value(found, "zip.times") == "mixed"
    assert value(found, "zip.time.earliest") == value(found, "zip.time.latest") == "2017-05-05T10:20:30"
    assert values(found, "zip.extra_fields") == ["0xa220"]
    assert values(found, "zip.attributes") == ["0x0", "0x81a40000"]
    assert value(found, "zip.comment") == "né"
    assert every(found, "zip.first_entry")[0].where.offset == 0


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([(0x21, 0), (0x21, 0)], "all-1980"),
        ([(0, 0), (0, 0)], "all-zero"),
        ([MAY, MAY], "real"),
        ([(0x21, 0), MAY], "mixed"),
    ],
)
def test_what_the_times_are(stamps: list[tuple[int, int]], expected: str) -> None:
    found = read(build_zip([Part(name=str(n), stamp=stamp) for n, stamp in enumerate(stamps)]))
    assert value(found, "zip.times") == expected
    assert bool(values(found, "zip.time.latest")) is (MAY in stamps)


def test_an_impossible_time_is_told_and_not_stated() -> None:
    found = read(build_zip([Part(name="a", stamp=(0x21 | 15 << 5, 0))]))
    assert told(found, "malformed") == ["1 entries with an impossible time"]
    assert not values(found, "zip.time.latest")


def test_the_zone_of_the_packer_shows_when_the_time_is_stated_twice() -> None:
    local = 1493972430 + 5 * 3600 + 2700 - 5 * 3600 - 2700  # 2017-05-05T08:20:30Z
    parts = [
        Part(name="a", stamp=MAY, extra=unix_time_field(local)),
        Part(name="b", stamp=MAY, local_extra=unix_time_field(local - 3600 * 3 - 2700)),
        Part(name="c", stamp=MAY, extra=unix_time_field(local + 100)),
    ]
    # two hours east, and five and three quarters; the third pair is no zone
    assert values(read(build_zip(parts)), "zip.utc_offset") == ["+02:00", "+05:45"]


def test_ntfs_times_are_read() -> None:
    ticks = (1493972430 + 11_644_473_600) * 10_000_000
    extra = extra_field(0x000A, bytes(4) + b"\x01\x00\x18\x00" + ticks.to_bytes(8, "little") * 3)
    assert values(read(build_zip([Part(name="a", stamp=MAY, extra=extra)])), "zip.utc_offset") == ["+02:00"]


def test_bytes_before_between_and_behind() -> None:
    gap = Part(name="b.txt", data=b"beta", before=b"?" * 7)
    for adjusted in (False, True):
        data = build_zip(
            [A, gap], leading=b"MZ" + bytes(98), trailing=b"tail", before_directory=b"!" * 5,
            adjusted=adjusted,
        )  # fmt: skip
        archive = archive_of(data)
        assert (archive.leading, archive.gaps, archive.trailing) == (100, 12, 4)
        assert contents(data)["b.txt"] == b"beta"
        assert not archive.faults


def test_an_entry_in_no_directory_is_counted() -> None:
    """What an earlier state of an archive leaves behind, or what somebody hides."""
    data = build_zip([A, B, Part(name="c", data=b"c")], order=[0, 2])
    found = read(data)
    assert value(found, "zip.unlisted_entries") == 1
    assert value(found, "zip.entries") == 2
    assert isinstance(gap := value(found, "zip.gap_bytes"), int)
    assert gap > 30


def test_the_directory_in_another_order() -> None:
    assert value(read(build_zip([A, B], order=[1, 0])), "zip.order_differs") is True
    assert value(read(build_zip([A, B])), "zip.order_differs") is False
    assert values(read(build_zip([A, B], order=[1, 0])), "zip.entry.name") == ["a.txt", "b.txt"]


def test_of_two_entries_with_one_name_both_are_stated() -> None:
    found = read(build_zip([A, Part(name="a.txt", data=b"other")]))
    assert value(found, "zip.duplicates") == 1
    assert [m.name for m in found.members] == ["a.txt", "a.txt"]


@pytest.mark.parametrize(
    ("lies", "expected"),
    [
        ({"name": b"z.txt"}, "name"),
        ({"flags": 2}, "flags"),
        ({"date": 0x4AA5}, "time"),
        ({"crc": 1}, "crc"),
        ({"size": 1}, "size"),
        ({"packed": 1}, "packed-size"),
        ({"method": 0}, "method"),
    ],
)
def test_a_local_header_that_tells_another_story(lies: dict[str, object], expected: str) -> None:
    found = read(build_zip([Part(name="a.txt", data=b"alpha", lies=lies), B]))
    assert values(found, "zip.header_mismatch") == [expected]


def test_sizes_written_behind_the_data_are_no_mismatch() -> None:
    found = read(build_zip([Part(name="a", data=b"alpha", descriptor="signed")]))
    assert not values(found, "zip.header_mismatch")


def test_a_longer_local_name_is_a_mismatch_too() -> None:
    found = read(build_zip([Part(name="a.txt", data=b"alpha", lies={"name": b"a.txt\x00.exe"})]))
    assert values(found, "zip.header_mismatch") == ["name"]


def test_overlapping_entries_are_not_inflated() -> None:
    """CVE-2024-0450: one piece of data listed many times."""
    data = build_zip([A, B], order=[0, 0, 0, 1])
    found = read(data)
    assert value(found, "zip.overlaps") == 3
    assert [m.name for m in found.members] == ["b.txt"]
    source = Source(data)
    entry = archive_of(data).entries[0]
    out, fault = inflate(source, entry, Budget(MIB, 200, MIB), most=MIB)
    assert (out, fault and fault.code) == (b"", "malformed")


def test_an_entry_that_reaches_into_the_directory_overlaps() -> None:
    data = build_zip([A, Part(name="b", data=b"beta", method=0, packed=b"beta")])
    longer = bytearray(data)
    at = data.rindex(b"PK\1\2") + 20
    longer[at : at + 4] = (50).to_bytes(4, "little")
    assert archive_of(bytes(longer)).entries[1].overlaps


def test_a_bomb_ends_with_what_it_spent() -> None:
    bomb = Part(name="zeros", data=bytes(30 * MIB))
    data = build_zip([bomb])
    source, budget = Source(data), Budget(512 * MIB, 200, MIB)
    out, fault = inflate(source, archive_of(data).entries[0], budget, most=64 * MIB)
    assert isinstance(fault, Fault)
    assert fault.code == "limit-inflate"
    assert len(out) < 16 * MIB
    assert inflate(source, archive_of(data).entries[0], budget, most=64 * MIB, whole=True)[0] == b""


def test_the_budget_of_the_unit_ends_the_reading() -> None:
    data = build_zip([Part(name="a", data=bytes(range(256)) * 4096)])
    with pytest.raises(LimitExceeded):
        inflate(Source(data), archive_of(data).entries[0], Budget(1000, 200, MIB), most=64 * MIB)


@pytest.mark.parametrize(
    ("part", "code", "kept"),
    [
        (Part(name="a", data=b"alpha", crc=5), "malformed", b"alpha"),
        (Part(name="a", data=b"alpha", size=4), "malformed", b"alpha"),
        (Part(name="a", data=b"alpha", packed=deflated(b"alpha")[:-3]), "truncated", None),
        (Part(name="a", data=b"alpha", packed=b"\xff\xff\xff\xff"), "malformed", b""),
        (Part(name="a", data=b"alpha", method=12), "unsupported-feature", b""),
        (Part(name="a", data=b"alpha", flags=1), "encrypted", b""),
    ],
)
def test_damage_is_told_and_what_could_be_had_is_kept(part: Part, code: str, kept: bytes | None) -> None:
    data = build_zip([part])
    out, fault = inflate(Source(data), archive_of(data).entries[0], Budget(MIB, 200, MIB), most=MIB)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert kept is None or out == kept


def test_a_prefix_costs_no_more_than_itself() -> None:
    data = build_zip([Part(name="a", data=bytes(range(256)) * 8192)])
    budget = Budget(8 * MIB, 200, MIB)
    out, fault = inflate(Source(data), archive_of(data).entries[0], budget, most=1000, prefix=True)
    assert (len(out), fault) == (1000, None)
    assert budget.inflated > 6 * MIB


@pytest.mark.parametrize("descriptor", ["", "signed", "wide"])
def test_without_a_directory_entries_are_found_by_their_headers(descriptor: str) -> None:
    parts = [Part(name=f"{n}.txt", data=f"text {n} ".encode() * 50, descriptor=descriptor) for n in range(4)]
    data = build_zip(parts, directory=False)
    archive = archive_of(data)
    assert archive.recovered
    assert [fault.code for fault in archive.faults] == ["truncated"]
    assert {e.name: e.size for e in archive.entries} == {p.name: len(p.data) for p in parts}
    assert contents(data) == {p.name: p.data for p in parts}


def test_the_last_entry_of_a_torn_archive_is_read_as_far_as_it_goes() -> None:
    text = zlib.compress(bytes(range(256)) * 40)
    data = build_zip([A, Part(name="b", data=text, method=0)], directory=False)[:-100]
    source = Source(data)
    entries = open_archive(source, DEFAULT_LIMITS).entries
    out, fault = inflate(source, entries[1], Budget(MIB, 200, MIB), most=MIB)
    assert text.startswith(out)
    assert len(out) == len(text) - 100
    assert isinstance(fault, Fault)
    assert fault.code == "truncated"


def test_a_directory_that_is_not_where_it_should_be() -> None:
    data = bytearray(build_zip([A, B]))
    at = data.rindex(b"PK\5\6")
    data[at + 16 : at + 20] = (1 << 20).to_bytes(4, "little")
    data[at + 12 : at + 16] = (1 << 20).to_bytes(4, "little")
    archive = archive_of(bytes(data))
    assert [e.name for e in archive.entries] == ["a.txt", "b.txt"]
    assert [fault.code for fault in archive.faults] == ["malformed"]


def test_a_byte_lost_in_the_middle_does_not_lose_the_rest() -> None:
    whole = build_zip([Part(name=f"{n}", data=b"x" * 40, method=0) for n in range(5)])
    torn = whole[:100] + whole[101:]
    archive = archive_of(torn)
    assert sum(entry.data >= 0 for entry in archive.entries) == 5


def test_a_wrong_number_of_entries_is_told() -> None:
    assert told(read(build_zip([A, B], stated=3)), "malformed") == ["states 3 entries and lists 2"]


def test_65536_entries_are_one_too_many_to_state() -> None:
    """Without ZIP64 the number is kept modulo 65536, which is no contradiction."""
    found = archive_of(build_zip([A], order=[0] * 65537, stated=1), Limits(members=70_000))
    assert found.stated == 65537
    assert not [f for f in found.faults if "states" in f.detail]


def test_a_comment_that_hides_a_second_end_record() -> None:
    fake = b"PK\5\6" + bytes(18)
    archive = archive_of(build_zip([A, B], comment=b"hello" + fake))
    assert [e.name for e in archive.entries] == ["a.txt", "b.txt"]


def test_names_are_read_as_flagged_or_as_they_can_be() -> None:
    def name_of(raw: bytes, flags: int = 0) -> str:
        return archive_of(build_zip([Part(name=raw, flags=flags)])).entries[0].name

    assert name_of("été".encode(), 0x800) == "été"
    assert name_of("été".encode()) == "été"
    assert name_of(b"\x82t\x82") == "été"
    assert name_of(b"\x82t\x82", 0x800) == "\\x82t\\x82"
    unicode_path = extra_field(0x7075, b"\x01" + zlib.crc32(b"?").to_bytes(4, "little") + "日".encode())
    assert archive_of(build_zip([Part(name=b"?", extra=unicode_path)])).entries[0].name == "日"


def test_an_empty_archive_is_one() -> None:
    found = read(build_zip([]))
    assert found.formats == ("zip",)
    assert value(found, "zip.entries") == 0
    assert not found.problems


def test_a_volume_of_a_split_archive_is_told() -> None:
    data = bytearray(build_zip([A]))
    at = data.rindex(b"PK\5\6")
    data[at + 4] = 2
    assert "one volume of a split archive" in told(read(bytes(data)), "unsupported-feature")


def test_a_million_entries_are_listed_up_to_the_limit_in_linear_time() -> None:
    one = build_zip([Part(name="a", method=0)])
    record = one[one.index(b"PK\1\2") : one.rindex(b"PK\5\6")]
    times = []
    limits = Limits(members=20_000)
    for count in (100_000, 1_000_000):
        local = one[: one.index(b"PK\1\2")]
        body = record * count
        data = local + body + b"PK\5\6" + bytes(4) + b"\xff\xff" * 2
        data += len(body).to_bytes(4, "little") + len(local).to_bytes(4, "little") + bytes(2)
        begin = time.process_time()
        found = archive_of(data, limits)
        times.append(time.process_time() - begin)
        assert len(found.entries) == limits.members
        assert "limit-members" in {fault.code for fault in found.faults}
    assert times[1] < 3 * times[0] + 0.5


def test_header_fields_of_any_length_cost_bounded_time() -> None:
    """Long names and extra fields that overlap: 20,000 headers over the same 128 kB."""
    part = Part(name="n" * 60_000, local_extra=b"\x00" * 60_000, extra=b"\x00" * 60_000)
    data = build_zip([part], order=[0] * 120)
    begin = time.process_time()
    assert codes(read(data)) >= {"malformed"}
    assert time.process_time() - begin < 2
