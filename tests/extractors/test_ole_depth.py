"""Compound files below their properties: Word 6, lost streams, free sectors, programs, hostile tables."""

from __future__ import annotations

import struct

import pytest

from leakverify.extractors.ole.warmup import compound
from tests.builders import ole
from tests.extractors._facts import codes, every, read, told, value, values


def test_word_6_is_read_with_its_times_and_names() -> None:
    found = read(ole.word6(b"KATALYSE\rA L'ATTENTION DE M. BERTHOD\r", author=b"Andrew Janos"), "fax.doc")
    assert "M. BERTHOD" in str(value(found, "ole.text"))
    assert value(found, "doc.dop.created") == "1997-12-12T11:31:00"
    assert value(found, "doc.dop.revision") == 3
    assert values(found, "doc.associated") == ["Andrew Janos"]
    assert "unsupported-feature" not in codes(found)


def test_word_before_6_is_said_not_to_be_read() -> None:
    found = read(ole.word6(b"old", version=0x2D), "old.doc")
    assert "unsupported-feature" in codes(found) and not values(found, "ole.text")


@pytest.mark.parametrize(
    ("build", "name", "expected"),
    [
        (81110, "doc.fib.build_date", "2010-08-11"),
        (121296, "doc.fib.build_date", "1996-12-12"),
        (1547791001, "doc.fib.build", "15.0.4779.1001"),
        (1765030198, "doc.fib.build", "16.0.16503.198"),
    ],
)
def test_builds_of_word_are_read_as_days_or_versions(build: int, name: str, expected: str) -> None:
    found = read(ole.with_program(ole.word(), magic=0x6A62, build=build), "memo.doc")
    assert value(found, name) == expected


@pytest.mark.parametrize(
    ("magic", "build"), [(0x6C6F, 81110), (0x6A62, 0), (0x6A62, 2830776861), (0x6A62, 993399)]
)
def test_no_build_is_made_up(magic: int, build: int) -> None:
    found = read(ole.with_program(ole.word(), magic=magic, build=build), "memo.doc")
    assert not values(found, "doc.fib.build_date") and not values(found, "doc.fib.build")


def test_generation_of_excel_is_read_from_the_workbook() -> None:
    begin = struct.pack("<4HIBB2x", 0x600, 5, 0x2015, 0x7CD, 3 << 14 | 1 << 3, 6, 3)
    stream = ole.record(0x809, begin) + ole.record(0x0A, b"")
    found = read(compound({"Workbook": stream}), "book.xls")
    assert value(found, "xls.last_saved") == 3 and value(found, "xls.highest_saved") == 3
    assert value(found, "xls.systems") == "windows"


def test_a_stream_nothing_leads_to_is_named_and_its_text_told() -> None:
    kept = b"The draft said that the price was four hundred euros, which nobody accepted. ".ljust(5000, b"\0")
    whole = ole.with_lost_stream(compound({"Book2": b"x", "Draft": kept}), "Draft")
    found = read(whole, "memo.doc")
    assert value(found, "ole.orphans") == 1 and values(found, "ole.orphan") == ["Draft"]
    assert "four hundred euros" in str(value(found, "ole.leftover_text"))
    assert every(found, "ole.leftover_text")[0].where.part == "lost stream Draft"


def test_a_file_whose_entries_are_all_reached_has_no_lost_stream() -> None:
    found = read(compound({"One": b"x", "Two": b"y"}), "memo.doc")
    assert value(found, "ole.orphans") == 0 and not values(found, "ole.orphan")


def test_text_in_free_sectors_is_told_with_its_place() -> None:
    secret = b"The chairman asked that this paragraph be taken out before it is sent to the press."
    document = bytearray(compound({"A": b"x", "B": secret.ljust(4096, b"\0")}))
    at = document.index(secret)
    # the chain of B is freed in the table of sectors, and its entry emptied
    first = at // 512 - 1
    for sector in range(first, first + 8):
        struct.pack_into("<I", document, 512 + 4 * sector, 0xFFFFFFFF)
    entry = document.index("B\0".encode("utf-16-le"), 1024)
    document[entry : entry + 128] = bytes(128)
    start = entry - 128
    struct.pack_into("<I", document, start + 72, 0xFFFFFFFF)
    found = read(bytes(document), "memo.doc")
    (told_of,) = every(found, "ole.leftover_text")
    assert "taken out before" in str(told_of.value) and told_of.where.offset == at


def test_noise_in_free_sectors_is_no_text() -> None:
    noise = bytes(0xA0 + (7 * i * i + 3 * i) % 90 for i in range(4096))
    document = compound({"A": b"x"}) + noise
    found = read(document, "memo.doc")
    assert not values(found, "ole.leftover_text")


def test_a_field_programs_leave_as_they_please_is_no_damage() -> None:
    whole = bytearray(ole.word())
    struct.pack_into("<I", whole, 52, 5)  # transaction signature number
    found = read(bytes(whole), "memo.doc")
    assert "malformed" not in codes(found) and values(found, "ole.text")
    assert any("transaction_signature_number" in str(v) for v in values(found, "ole.oddity"))


@pytest.mark.parametrize("at", [44, 64, 72])
def test_more_tables_than_the_file_can_hold_are_refused(at: int) -> None:
    whole = bytearray(ole.word())
    struct.pack_into("<I", whole, at, 0x7FFFFFFF)
    found = read(bytes(whole), "memo.doc")
    assert "malformed" in codes(found)


def test_a_chain_that_runs_in_a_circle_ends() -> None:
    whole = bytearray(compound({"WordDocument": bytes(40_000), "Other": bytes(9000)}))
    for sector in range(3, 60):
        struct.pack_into("<I", whole, 512 + 4 * sector, 3)
    found = read(bytes(whole), "memo.doc")
    assert found.problems


def test_a_directory_in_a_circle_ends() -> None:
    whole = bytearray(ole.word())
    root = whole.index("Root Entry".encode("utf-16-le"))
    struct.pack_into("<I", whole, root + 128 + 68, 1)
    struct.pack_into("<I", whole, root + 128 + 72, 1)
    assert read(bytes(whole), "memo.doc").problems


def test_eleven_hundred_streams_in_one_line_are_a_problem_and_no_crash() -> None:
    found = read(compound({f"s{number}": b"" for number in range(1100)}), "memo.doc")
    assert codes(found) & {"limit-depth", "limit-answer", "malformed"}


def test_what_lies_behind_the_end_of_a_property_is_left_out() -> None:
    found = read(ole.word(properties={"application": "Microsoft Word 10.0\0memory"}), "memo.doc")
    assert value(found, "ole.summary.application") == "Microsoft Word 10.0"
    assert not told(found, "malformed")
