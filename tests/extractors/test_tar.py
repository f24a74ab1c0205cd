"""Tar archives: a bounded walk over headers of every dialect."""

from __future__ import annotations

import io
import tarfile
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.box.runner import unpack
from leakverify.extractors._base import Budget, Source
from leakverify.extractors.tar import sample
from leakverify.limits import MIB, Limits
from tests.builders.archive import END_OF_TAR, padded, pax_header, tar_header
from tests.extractors._facts import codes, read, told, value, values

LONG = "dossier/" * 20 + "fichier é.txt"


def made(form: int, **members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.uname, info.gname = len(data), 1493972430, "paul", "staff"
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def one(header: bytes, body: bytes = b"") -> bytes:
    return header + padded(body) + END_OF_TAR


@pytest.mark.parametrize(
    ("form", "dialects"),
    [
        (tarfile.USTAR_FORMAT, ["ustar"]),
        (tarfile.GNU_FORMAT, ["gnu"]),
        (tarfile.PAX_FORMAT, ["pax", "ustar"]),
    ],
)
def test_members_are_those_of_the_standard_library(form: int, dialects: list[str]) -> None:
    files = {"court.txt": b"a" * 700, "b/vide": b""}
    if form != tarfile.USTAR_FORMAT:
        files[LONG] = "été".encode()
    data = made(form, **files)
    found = read(data, "leak.tar")
    assert found.formats == ("tar",)
    source = Source(data)
    out = {m.name: b"".join(unpack(source, m, Budget(MIB, 200, MIB))) for m in found.members}
    assert out == files
    assert [m.size for m in found.members] == [len(body) for body in files.values()]
    assert set(values(found, "tar.dialect")) == set(dialects)
    assert values(found, "tar.entry.name") == list(files)
    assert value(found, "tar.entries") == len(files)
    assert values(found, "tar.user") == ["paul"]
    assert values(found, "tar.group") == ["staff"]
    assert value(found, "tar.time.latest") == "2017-05-05T08:20:30Z"
    assert value(found, "tar.trailing_bytes") == 0
    assert not found.problems


def test_a_prefix_belongs_to_the_name() -> None:
    found = read(one(tar_header(b"fichier.txt", prefix=b"un/long/dossier")))
    assert values(found, "tar.entry.name") == ["un/long/dossier/fichier.txt"]


def test_archives_from_before_posix() -> None:
    found = read(one(tar_header(b"a.txt", 3, magic=b""), b"abc"))
    assert found.formats == ("tar",)
    assert values(found, "tar.dialect") == ["v7"]
    assert [m.name for m in found.members] == ["a.txt"]


def test_a_checksum_of_signed_bytes_is_accepted() -> None:
    header = bytearray(tar_header("é".encode()))
    plain = int(header[148:154], 8)
    header[148:156] = b"%06o\x00 " % (plain - 512)
    assert values(read(one(bytes(header))), "tar.entry.name") == ["é"]


def test_a_size_of_more_than_eleven_digits() -> None:
    field = b"\x80" + (5).to_bytes(11, "big")
    found = read(one(tar_header(b"a", size_field=field), b"hello"))
    assert [(m.length, m.size) for m in found.members] == [(5, 5)]


def test_pax_records_go_before_the_header() -> None:
    data = (
        pax_header({"uname": "everyone"}, b"g")
        + pax_header({"path": "vrai/nom é", "size": "4", "mtime": "1500000000.25", "uname": "paul"})
        + one(tar_header(b"short", 0), b"text")
    )
    found = read(data)
    assert [(m.name, m.length) for m in found.members] == [("vrai/nom é", 4)]
    assert value(found, "tar.time.latest") == "2017-07-14T02:40:00Z"
    assert values(found, "tar.user") == ["paul"]


def test_records_of_one_entry_do_not_reach_the_next() -> None:
    data = pax_header({"path": "long"}) + tar_header(b"short") + one(tar_header(b"second"))
    assert values(read(data), "tar.entry.name") == ["long", "second"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (b"1", "link-not-followed"),
        (b"2", "link-not-followed"),
        (b"3", "not-a-file"),
        (b"4", "not-a-file"),
        (b"6", "not-a-file"),
        (b"S", "unsupported-feature"),
        (b"M", "unsupported-feature"),
    ],
)
def test_what_is_no_document_says_why_and_where(kind: bytes, code: str) -> None:
    found = read(tar_header(b"odd", kind=kind) + one(tar_header(b"next.txt")))
    assert [m.name for m in found.members] == ["next.txt"]
    (problem,) = found.problems
    assert (problem.code, problem.where.part, problem.where.offset) == (code, "odd", 0)


def test_a_sparse_file_in_pax_form_is_not_taken_for_a_plain_one() -> None:
    data = pax_header({"GNU.sparse.major": "1"}) + one(tar_header(b"sparse", 4), b"data")
    found = read(data)
    assert not found.members
    assert told(found, "unsupported-feature") == ["a sparse file"]


def test_folders_are_stated_and_are_no_members() -> None:
    found = read(tar_header(b"folder/", kind=b"5") + one(tar_header(b"old/", magic=b"")))
    assert value(found, "tar.entries") == 2
    assert not found.members


def test_bytes_behind_the_end_mark() -> None:
    whole = made(tarfile.USTAR_FORMAT, a=b"text")
    found = read(whole + made(tarfile.USTAR_FORMAT, hidden=b"text"))
    assert [m.name for m in found.members] == ["a"]
    assert value(found, "tar.trailing_bytes") == 10240


def test_torn_archives() -> None:
    whole = made(tarfile.USTAR_FORMAT, a=b"x" * 600, b=b"y" * 600)
    inside = read(whole[: 512 + 1024 + 512 + 100])
    assert [(m.name, m.length, m.size) for m in inside.members] == [("a", 600, 600), ("b", 100, 600)]
    assert "truncated" in codes(inside)
    assert codes(read(whole[: 512 + 1024 + 300])) == {"truncated"}
    assert told(read(whole[: 512 + 1024]), "truncated") == ["no end mark"]


def test_a_header_that_is_none_ends_the_walk() -> None:
    found = read(tar_header(b"a") + tar_header(b"b", checksum=1) + END_OF_TAR)
    assert values(found, "tar.entry.name") == ["a"]
    assert codes(found) == {"malformed"}


def test_more_entries_than_are_listed() -> None:
    found = read(b"".join(tar_header(b"%d" % n) for n in range(30)) + END_OF_TAR, limits=Limits(members=20))
    assert len(found.members) == 20
    assert codes(found) == {"limit-members"}


def test_headers_about_headers_come_to_an_end() -> None:
    begin = time.process_time()
    found = read(pax_header({"path": "x"}) * 5_000, limits=Limits(members=100))
    assert codes(found) == {"limit-members"}
    assert time.process_time() - begin < 2


def test_huge_extended_headers_are_not_read() -> None:
    found = read(tar_header(b"x", 2 * MIB, kind=b"x") + bytes(2 * MIB) + one(tar_header(b"a")))
    assert [m.name for m in found.members] == ["a"]
    assert codes(found) == {"limit-size"}


def test_damaged_pax_records_are_told() -> None:
    for body in (b"9 path", b"99 path=x\n", b"x path=y\n", b"8 pathx\n"):
        found = read(tar_header(b"x", len(body), kind=b"x") + padded(body) + one(tar_header(b"a")))
        assert codes(found) == {"malformed"}
        assert values(found, "tar.entry.name") == ["a"]


def test_the_sample_is_read_without_problems() -> None:
    assert not read(sample()).problems


@given(st.data())
def test_no_damage_makes_the_reading_fail(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
    name = LONG if form != tarfile.USTAR_FORMAT else "b"
    whole = bytearray(made(form, a=b"text", **{name: b"more"})[:6000])
    for _ in range(data.draw(st.integers(0, 6))):
        header = 512 * data.draw(st.integers(0, 3))
        whole[min(header + data.draw(st.integers(100, 160)), len(whole) - 1)] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    first = examine_bytes(cut, "a.tar")
    assert first.extractions == examine_bytes(cut, "a.tar").extractions
    assert not codes(first.extractions[0]) & {"reader-error", "box-protocol"}
    assert all(m.offset + m.length <= len(cut) for m in first.extractions[0].members)


@given(st.data())
def test_no_header_makes_the_reading_fail(data: st.DataObject) -> None:
    """Right checksums over wrong fields."""
    blocks = b""
    for _ in range(data.draw(st.integers(1, 4))):
        blocks += tar_header(
            data.draw(st.binary(max_size=100)),
            kind=data.draw(st.sampled_from([bytes([n]) for n in b"\x0001234567xgLKSMVX?"])),
            size_field=data.draw(
                st.one_of(
                    st.binary(min_size=12, max_size=12),
                    st.sampled_from([b"00000000012\x00", b"\x80" + b"\xff" * 11, b"\xff" * 12, b" " * 12]),
                )
            ),
            magic=data.draw(st.sampled_from([b"ustar\x0000", b"ustar  \x00", b""])),
            user=data.draw(st.binary(max_size=32)),
        ) + data.draw(st.sampled_from([b"", padded(b"12 path=abc\n"), bytes(512)]))
    answer = examine_bytes(blocks, "a.tar").extractions[0]
    assert not codes(answer) & {"reader-error", "box-protocol"}
    assert all(m.offset >= 0 and m.offset + m.length <= len(blocks) for m in answer.members)
