"""Plain ZIP archives as containers: each entry a document, or the reason why not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.box.runner import unpack
from leakverify.evidence import Member
from leakverify.extractors._base import Budget, Context, Fit, Source
from leakverify.extractors.zip import FORMAT, sample
from leakverify.extractors.zip import read as read_zip
from leakverify.identify import candidates, probe
from leakverify.limits import DEFAULT_LIMITS, MIB, Limits
from tests.builders.archive import MAY, Part, build_zip
from tests.builders.office import docx
from tests.extractors._facts import codes, read, told, tree, value, values

PARTS = [
    Part(name="mails/", method=0),
    Part(name="mails/un.txt", data=b"Bonjour\n" * 40, stamp=MAY),
    Part(name="mails/deux.txt", data=b"Bonsoir\n", method=0, stamp=MAY),
]


def formats(data: bytes, name: str = "") -> tuple[str, ...]:
    return candidates(probe(Source(data), name))


def test_members_are_the_entries_and_unpack_to_their_bytes() -> None:
    data = build_zip(PARTS)
    found = read(data, "leak.zip")
    assert found.formats == ("zip",)
    assert [(m.name, m.transform, m.size) for m in found.members] == [
        ("mails/un.txt", "deflate", 320),
        ("mails/deux.txt", "", 8),
    ]
    source = Source(data)
    out = [b"".join(unpack(source, m, Budget(MIB, 200, MIB))) for m in found.members]
    assert out == [PARTS[1].data, PARTS[2].data]
    assert values(found, "zip.entry.name") == ["mails/", "mails/un.txt", "mails/deux.txt"]
    assert not found.problems


def test_an_archive_in_a_document_is_opened_in_the_unit_of_the_document() -> None:
    carried = tree(docx(more={"word/embeddings/inner.zip": build_zip(PARTS)}), "a.docx")
    assert [(e.carrier, e.name, e.role, e.size) for e in carried] == [
        (None, "a.docx", "file", carried[0].size),
        (0, "word/embeddings/inner.zip", "embedded", carried[1].size),
        (1, "mails/un.txt", "member", 320),
        (1, "mails/deux.txt", "member", 8),
    ]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (Part(name="a.txt", data=b"x", flags=1), "encrypted"),
        (Part(name="a.txt", data=b"x", method=14), "unsupported-feature"),
        (Part(name="a.txt", data=b"target", system=3, attributes=0o120777 << 16), "link-not-followed"),
    ],
)
def test_what_is_no_document_says_why_and_where(part: Part, code: str) -> None:
    found = read(build_zip([part]))
    assert not found.members
    (problem,) = (p for p in found.problems if p.code == code)
    assert problem.where.part == "a.txt"


def test_encrypted_entries_are_counted() -> None:
    found = read(build_zip([Part(name=str(n), data=b"x", flags=1) for n in range(300)]))
    assert value(found, "zip.encrypted_entries") == 300
    assert len(told(found, "encrypted")) == 201
    assert told(found, "encrypted")[-1] == "100 more entries"


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ([Part(name="mimetype", data=b"application/epub+zip", method=0)], "EPUB"),
        ([Part(name="Index/Document.iwa")], "Apple iWork document"),
    ],
)
def test_a_document_in_the_dress_of_a_zip_is_said_not_to_be_read(parts: list[Part], title: str) -> None:
    found = read(build_zip(parts))
    assert told(found, "unsupported-format") == [title]
    assert value(found, "zip.entries") == len(parts)


def test_an_archive_of_anything_else_is_not() -> None:
    assert not told(read(build_zip(PARTS)), "unsupported-format")


def test_recognised_behind_other_bytes_and_with_bytes_behind() -> None:
    assert formats(build_zip(PARTS)) == ("zip",)
    assert formats(build_zip(PARTS, trailing=b"\r\n" * 50)) == ("zip",)
    assert formats(build_zip(PARTS, leading=b"#!/bin/sh\nexit\n\x00\x01")) == ("zip",)
    assert formats(build_zip([])) == ("zip",)


def test_an_archive_inside_other_bytes_is_not_one() -> None:
    """A mail or a compound file with an archive somewhere in it is a mail, or unknown."""
    inside = b"\xd0\xcf\x11\xe0" + bytes(508) + build_zip(PARTS) + bytes(512)
    assert FORMAT.sniff(probe(Source(inside))) is Fit.NONE


def test_a_polyglot_is_both() -> None:
    data = build_zip(PARTS, leading=b"\xff\xd8\xff\xe0" + bytes(60) + b"\xff\xd9")
    assert FORMAT.sniff(probe(Source(data))) is Fit.STRONG


def test_the_sample_is_read_without_problems() -> None:
    assert not read(sample()).problems


def test_a_full_directory_is_read_in_time() -> None:
    data = build_zip([Part(name=f"folder/file {n}.txt", data=b"x", method=0) for n in range(20_000)])
    begin = time.process_time()
    found = read(data)
    assert time.process_time() - begin < 6
    assert len(found.members) == 20_000
    assert not found.problems


def test_an_archive_larger_than_memory_is_listed_from_its_headers(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    path.write_bytes(build_zip(PARTS, zip64=True))
    with path.open("rb") as handle:
        source = Source(descriptor=handle.fileno(), size=path.stat().st_size, limit=10)
        context = Context(DEFAULT_LIMITS, Budget(MIB, 200, MIB))
        members = [event for event in read_zip(source, context) if isinstance(event, Member)]
    assert [member.size for member in members] == [320, 8]


def test_more_entries_than_are_listed() -> None:
    data = build_zip([Part(name=str(n), method=0) for n in range(30)])
    found = read(data, limits=Limits(members=20))
    assert len(found.members) == 20
    assert codes(found) == {"limit-members"}
    assert value(found, "zip.entries") == 30


@given(st.data())
def test_no_damage_makes_the_reading_fail(data: st.DataObject) -> None:
    """Flipped, cut and doubled bytes: an answer each time, the same one twice, no reader-error."""
    whole = bytearray(build_zip(PARTS, comment=b"c", zip64=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    begin, end = sorted(data.draw(st.tuples(st.integers(0, len(whole)), st.integers(0, len(whole)))))
    cut = {
        "flip": bytes(whole),
        "cut": bytes(whole[:end]),
        "hole": bytes(whole[:begin] + whole[end:]),
        "double": bytes(whole[:end] + whole[begin:]),
    }[data.draw(st.sampled_from(["flip", "cut", "hole", "double"]))]
    first = examine_bytes(cut, "a.zip")
    assert first == examine_bytes(cut, "a.zip")
    assert not {p.code for e in first.extractions for p in e.problems} & {"reader-error", "box-protocol"}
    for member in first.extractions[0].members:
        assert member.offset + member.length <= len(cut)
