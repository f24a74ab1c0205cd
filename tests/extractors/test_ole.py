"""Compound files: what Word, Excel and PowerPoint kept beside their properties."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from leakverify.extractors.ole.container import file_time
from leakverify.extractors.ole.warmup import compound
from leakverify.extractors.ole.word import utc_offset
from tests.builders import ole
from tests.builders.image import jpeg_of, scene
from tests.forge.tools import needs, soffice


def read(data: bytes, name: str = "memo.doc") -> Extraction:
    return examine_bytes(data, name).extractions[0]


def values(extraction: Extraction, name: str) -> list[object]:
    return [o.value for o in extraction.observations if o.name == name]


def value(extraction: Extraction, name: str) -> object:
    found = values(extraction, name)
    assert len(found) == 1, found
    return found[0]


def test_properties_are_read_as_stated() -> None:
    found = read(ole.word(properties={"author": "Jeanne Martin", "revision": 7, "minutes": 12}))
    assert value(found, "ole.kind") == "doc"
    assert value(found, "ole.summary.author") == "Jeanne Martin"
    assert value(found, "ole.summary.created") == "2016-03-14T16:12:00Z"
    assert value(found, "ole.summary.revision") == "7"
    assert value(found, "ole.summary.total_time") == 12.0


def test_strings_follow_the_code_page() -> None:
    found = read(ole.word(properties={"author": "Иван", "code_page": 1251}))
    assert value(found, "ole.summary.author") == "Иван"
    assert value(found, "ole.summary.code_page") == 1251


def test_local_and_utc_time_of_one_save_give_the_zone() -> None:
    found = read(ole.word())
    assert value(found, "doc.dop.revised") == "2016-03-14T17:14:00"
    assert value(found, "doc.utc_offset") == "+01:00"


def test_no_zone_is_made_up_where_the_records_disagree() -> None:
    found = read(ole.word(properties={"modified": "2014-03-14T16:14:00"}))
    assert values(found, "doc.utc_offset") == []


@pytest.mark.parametrize(
    ("local", "universal", "zone"),
    [
        ("2016-03-14T17:14:00", "2016-03-14T11:44:40Z", "+05:30"),
        ("2016-03-14T17:14:00", "2016-03-14T22:14:59Z", "-05:00"),
        ("2016-03-14T17:14:00", "2016-03-14T17:14:30Z", "+00:00"),
        ("2016-03-14T17:14:00", "2016-03-14T16:07:00Z", None),
        ("2016-03-14T17:14:00", "2016-03-13T01:14:00Z", None),
    ],
)
def test_zones_are_quarter_hours(local: str, universal: str, zone: str | None) -> None:
    assert utc_offset(local, universal) == zone


def test_last_saves_name_people_and_paths() -> None:
    found = read(ole.word(saves=[("jmartin", "C:\\drafts\\memo.doc"), ("apetit", "\\\\srv\\memo.doc")]))
    assert values(found, "doc.saved_by") == ["jmartin", "apetit"]
    assert values(found, "doc.saved_as") == ["C:\\drafts\\memo.doc", "\\\\srv\\memo.doc"]


def test_text_is_that_of_the_pieces() -> None:
    assert value(read(ole.word("one\rtwo\r")), "ole.text") == "one\ntwo\n"


def test_text_no_piece_leads_to_is_told_with_its_place() -> None:
    found = read(
        ole.word("The amount is 9,200 euros.\r", leftover="The former amount was 1,200 euros only.\r")
    )
    assert value(found, "ole.text") == "The amount is 9,200 euros.\n"
    left = [o for o in found.observations if o.name == "ole.leftover_text"]
    assert [o.value for o in left] == ["The former amount was 1,200 euros only."]
    assert left[0].where.part == "WordDocument"
    assert left[0].where.offset == 0x400


def test_a_mere_copy_of_the_shown_text_is_no_leftover() -> None:
    same = "The amount is due on the day of delivery.\r"
    assert values(read(ole.word(same, leftover=same)), "ole.leftover_text") == []


def test_a_locked_document_is_said_to_be_locked() -> None:
    data = bytearray(ole.word())
    at = data.index(struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x40C, 0, 0x0204))
    struct.pack_into("<H", data, at + 10, 0x0304)
    found = read(bytes(data))
    assert value(found, "ole.encrypted") is True
    assert "encrypted" in {p.code for p in found.problems}
    assert values(found, "ole.text") == []


def test_a_workbook_tells_who_and_what_saved_it() -> None:
    found = read(ole.workbook(user="jmartin"), "ledger.xls")
    assert value(found, "ole.kind") == "xls"
    assert value(found, "xls.bof") == "0x0600 0x0005 build 8111 year 1997"
    assert value(found, "xls.written_by") == "jmartin"
    assert value(found, "xls.country") == "1 33"
    assert values(found, "xls.sheet") == ["Ledger"]
    assert value(found, "xls.hidden_sheets") == 1
    assert value(found, "ole.text") == "paid\n1,200"


def test_a_string_that_no_cell_shows_is_a_leftover() -> None:
    found = read(ole.workbook(("paid", "9,200", "1,200"), shown=(0, 1)), "ledger.xls")
    assert value(found, "xls.unused_strings") == 1
    assert value(found, "ole.leftover_text") == "1,200"


def test_a_string_cut_by_a_record_goes_on_in_the_next() -> None:
    whole = "abcdefghij"
    first = struct.pack("<II", 1, 1) + struct.pack("<HB", len(whole), 0) + whole[:4].encode()
    rest = b"\x01" + whole[4:].encode("utf-16-le")
    stream = ole.record(0x809, struct.pack("<4HII", 0x600, 5, 1, 2, 0, 6))
    stream += ole.record(0xFC, first) + ole.record(0x3C, rest)
    stream += ole.record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0))
    assert value(read(compound({"Workbook": stream}), "a.xls"), "ole.text") == whole


def test_an_earlier_save_of_slides_is_still_there() -> None:
    found = read(ole.slides(["The price is 1,200", "The price is 9,200"]), "talk.ppt")
    assert value(found, "ppt.edits") == 2
    assert value(found, "ppt.user") == "Jeanne"
    assert value(found, "ole.text") == "The price is 9,200"
    assert value(found, "ole.leftover_text") == "The price is 1,200"


def test_pictures_are_documents_of_their_own() -> None:
    picture = jpeg_of(scene())
    blip = struct.pack("<HHI", 0x46A0, 0xF01D, len(picture) + 17) + bytes(17) + picture
    unit = examine_bytes(compound({"Pictures": blip, "PowerPoint Document": b""}), "talk.ppt")
    children = [e for e in unit.extractions if e.role == "image"]
    assert len(children) == 1
    assert children[0].size == len(picture)
    assert children[0].formats == ("image",)


@pytest.mark.parametrize("value_", [0, -1, 2**64, 2_650_467_744_000_000_000])
def test_impossible_times_are_none(value_: int) -> None:
    assert file_time(value_) is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_never_ends_the_reading(data: st.DataObject) -> None:
    base = bytearray(data.draw(st.sampled_from([ole.word(), ole.workbook(), ole.slides(["a", "b"])])))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(8, len(base) - 1))
        base[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(64, len(base)))
    found = read(bytes(base[:cut]))
    assert not [p for p in found.problems if p.code == "reader-error"], found.problems


@needs("soffice", "docx")
def test_what_libreoffice_writes_as_word() -> None:
    import docx

    memo = docx.Document()
    memo.add_paragraph("The amount is 1,200 euros.")
    memo.core_properties.author = "Jeanne Martin"
    stream = io.BytesIO()
    memo.save(stream)
    found = read(soffice(stream.getvalue(), suffix=".docx", to="doc"))
    assert value(found, "ole.kind") == "doc"
    assert value(found, "ole.summary.author") == "Jeanne Martin"
    assert str(value(found, "ole.text")).strip() == "The amount is 1,200 euros."


@needs("soffice", "openpyxl")
def test_what_libreoffice_writes_as_excel() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Ledger"
    book.active.append(["paid", "due"])
    stream = io.BytesIO()
    book.save(stream)
    found = read(soffice(stream.getvalue(), suffix=".xlsx", to="xls"), "ledger.xls")
    assert values(found, "xls.sheet") == ["Ledger"]
    assert value(found, "ole.text") == "paid\ndue"
