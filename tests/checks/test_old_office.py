"""Checks on old Office, OpenDocument and RTF files, asked of whole files made in code or by the suites."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from functools import cache

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge, registry
from leakverify.checks._base import Facts
from leakverify.checks._releases import office_of_rtf, suite_since, windows_since
from leakverify.evidence import Evidence, Outcome, Question
from leakverify.extractors.ole.warmup import SUMMARY_ID, compound, property_set
from tests.builders import ole
from tests.forge.tools import needs, run, soffice

POINTED = (Outcome.CONTRADICTS, Outcome.UNUSUAL)


def answers(data: bytes, name: str, check: str) -> list[Evidence]:
    return list(registry()[check].run(Facts(examine_bytes(data, name).extractions[0])))


def pointed(data: bytes, name: str) -> set[str]:
    found = judge(Facts(examine_bytes(data, name).extractions[0]))
    return {f"{a.check} {a.message}" for a in found if a.outcome in POINTED}


def messages(data: bytes, name: str, check: str) -> list[str]:
    return [answer.message for answer in answers(data, name, check)]


# old Office


def dossier() -> bytes:
    saves = [
        ("cic22", "C:\\TEMP\\AutoRecovery save of Iraq - security.asd"),
        ("JPratt", "C:\\TEMP\\Iraq - security.doc"),
        ("ablackshaw", "A:\\Iraq - security.doc"),
        ("MKhan", "C:\\WINNT\\Profiles\\mkhan\\Desktop\\Iraq.doc"),
    ]
    return ole.word(saves=saves, properties={"author": "default"})


def test_the_last_saves_are_listed_and_point_at_nobody() -> None:
    (told, *_) = answers(dossier(), "dossier.doc", "LV-OLE-005")
    assert told.outcome is Outcome.NEUTRAL and told.question is Question.HANDLING
    assert told.params["count"] == 4 and "A:\\Iraq - security.doc" in told.text and "MKhan" in told.text


def test_a_document_without_a_log_has_none_to_show() -> None:
    assert [a.outcome for a in answers(ole.word(), "memo.doc", "LV-OLE-005")] == [Outcome.NOT_APPLICABLE]


def test_a_number_replaced_under_a_quick_save_is_quoted_with_what_stands_there_now() -> None:
    data = ole.word(
        "The seller receives 12,000 euros on signing.\r",
        leftover="The seller receives 2,000 euros on signing.",
    )
    (found,) = answers(data, "memo.doc", "LV-OLE-003")
    assert found.outcome is Outcome.UNUSUAL
    assert "2,000 euros" in str(found.params["before"]) and "12,000 euros" in str(found.params["after"])


def test_a_sentence_left_by_a_quick_save_is_only_shown() -> None:
    data = ole.word(
        "The seller receives 12,000 euros.\r", leftover="Ask the notary whether this can be said at all."
    )
    assert [a.outcome for a in answers(data, "memo.doc", "LV-OLE-003")] == [Outcome.NEUTRAL]


def test_a_document_that_kept_nothing_says_so() -> None:
    assert messages(ole.word(), "memo.doc", "LV-OLE-003") == ["nothing"]


@pytest.mark.parametrize(
    ("build", "expected"), [(81110, ["built"]), (11404, ["nothing"]), (121296, ["nothing"])]
)
def test_a_word_built_after_the_dates_is_reported(build: int, expected: list[str]) -> None:
    data = ole.with_program(
        ole.word(
            created="2004-03-14T17:12:00", revised="2004-03-14T17:14:00",
            properties={"created": "2004-03-14T16:12:00", "modified": "2004-03-14T16:14:00"},
        ),
        magic=0x6A62, build=build,
    )  # fmt: skip
    assert messages(data, "memo.doc", "LV-OLE-006") == expected


def workbook(*, last_saved: int, version: int, build: int = 8231, year: int = 1997) -> bytes:
    begin = struct.pack("<4HIBB2x", 0x600, 5, build, year, last_saved << 14 | 1 << 3, 6, last_saved)
    stream = ole.record(0x809, begin) + ole.record(0x0A, b"")
    summary = property_set(
        SUMMARY_ID, {1: (2, 1252), 13: (64, ole.ticks("2012-03-14T16:14:00")), 18: (30, b"Microsoft Excel")}
    )
    document = property_set(
        bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae"), {1: (2, 1252), 23: (3, version << 16)}
    )
    return compound(
        {"\x05SummaryInformation": summary, "\x05DocumentSummaryInformation": document, "Workbook": stream}
    )


@pytest.mark.parametrize(
    ("last", "version"), [(0, 8), (1, 9), (2, 10), (3, 11), (4, 12), (6, 14), (7, 15), (8, 16)]
)
def test_excel_as_it_writes_agrees_with_itself(last: int, version: int) -> None:
    assert messages(workbook(last_saved=last, version=version), "book.xls", "LV-OLE-004") == ["agrees"]


def test_a_workbook_of_another_generation_than_its_properties_is_reported() -> None:
    assert messages(workbook(last_saved=6, version=11), "book.xls", "LV-OLE-004") == ["excel"]


def test_a_last_save_moved_back_by_whole_days_is_reported_and_a_copy_of_later_is_not() -> None:
    moved = ole.word(
        properties={"modified": "2015-03-14T16:14:00"}, modified=ole.ticks("2016-03-14T16:14:03")
    )
    assert messages(moved, "memo.doc", "LV-OLE-002") == ["whole-days"]
    copied = ole.word(
        properties={"modified": "2015-03-14T16:14:00"}, modified=ole.ticks("2016-03-15T11:41:07")
    )
    assert messages(copied, "memo.doc", "LV-OLE-002") == ["nothing"]


# made by the suites


@cache
def by_suite(ending: str) -> bytes:
    return soffice(b"The seller receives 12,000 euros on signing.\n", suffix=".txt", to=ending)


@needs("soffice")
@pytest.mark.parametrize("ending", ["doc", "rtf", "odt"])
def test_an_honest_save_by_libreoffice_points_at_nothing(ending: str) -> None:
    assert not pointed(by_suite(ending), f"letter.{ending}")


@needs("soffice")
def test_a_document_of_libreoffice_labelled_word_is_reported() -> None:
    made = by_suite("doc")
    stated = property_set(SUMMARY_ID, {1: (2, 1252), 18: (30, b"Microsoft Office Word")})
    data = _with_stream(made, "\x05SummaryInformation", stated)
    assert messages(data, "letter.doc", "LV-OLE-004") == ["unlike-word"]


def _with_stream(data: bytes, name: str, content: bytes) -> bytes:
    """One stream exchanged in place for one that is no longer."""
    import olefile

    whole = io.BytesIO(data)
    with olefile.OleFileIO(whole, write_mode=True) as file:
        there = file.get_size(name)
        assert len(content) <= there
        file.write_stream(name, content.ljust(there, b"\0"))
    return whole.getvalue()


# OpenDocument


def _repacked(data: bytes, **changed: tuple[str, str]) -> bytes:
    """Packed again by a script; ``part=(pattern, replacement)`` changes a part on the way."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            pattern = changed.get(entry.filename.partition(".")[0])
            if pattern is not None:
                body = re.sub(pattern[0], pattern[1], body.decode("utf-8")).encode("utf-8")
            stored = zipfile.ZIP_STORED if entry.filename == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(zipfile.ZipInfo(entry.filename, entry.date_time), body, stored)
    return whole.getvalue()


@needs("soffice")
def test_an_amount_changed_in_the_xml_shows_in_the_packing() -> None:
    data = _repacked(by_suite("odt"), content=("12,000", "92,000"))
    assert "LV-ODF-001 repacked" in pointed(data, "letter.odt")
    assert {a.question for a in answers(data, "letter.odt", "LV-ODF-001")} == {Question.HANDLING}


@needs("soffice")
def test_a_program_younger_than_every_date_is_reported() -> None:
    made = by_suite("odt")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        generator = re.search(rb"<meta:generator>([^<]*)", archive.read("meta.xml"))
    assert generator and suite_since(generator[1].decode())
    old = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as before, zipfile.ZipFile(old, "w") as after:
        for entry in before.infolist():
            body = before.read(entry)
            if entry.filename == "meta.xml":
                body = body.replace(
                    b"<meta:generator>", b"<dc:date>2012-05-02T10:00:00</dc:date><meta:generator>"
                )
            after.writestr(zipfile.ZipInfo(entry.filename, (2012, 5, 2, 9, 0, 0)), body)
    assert messages(old.getvalue(), "letter.odt", "LV-ODF-002") == ["younger"]


@needs("pandoc")
def test_a_file_of_pandoc_under_the_name_of_libreoffice_is_reported_and_its_own_is_not() -> None:
    made = run(
        "pandoc", "-f", "markdown", "-t", "odt", "-o", "-", stdin=b"The seller receives 12,000 euros.\n"
    )
    assert not pointed(made, "letter.odt")
    named = _repacked(
        made,
        meta=(
            r"(<meta:generator>)[^<]*",
            r"\1LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2",
        ),
    )
    assert "LV-ODF-003 lacks" in pointed(named, "letter.odt")


# RTF


def rtf(generator: str = "", *, info: str = "", groups: str = "") -> bytes:
    named = f"{{\\*\\generator {generator};}}" if generator else ""
    return f"{{\\rtf1\\ansi\\ansicpg1252\\deflang1033{named}{groups}{info}\\pard The price\\par}}".encode(
        "ascii"
    )


IN_2007 = (
    r"{\info{\author Dr Wright}{\creatim\yr2007\mo9\dy14\hr11\min6}{\revtim\yr2007\mo9\dy14\hr11\min40}}"
)


def test_a_build_of_windows_of_2020_in_a_text_of_2007_is_reported() -> None:
    found = answers(rtf("Riched20 10.0.19041", info=IN_2007), "paper.rtf", "LV-RTF-001")
    assert [a.message for a in found] == ["younger"] and "Windows 10 version 2004" in found[0].text


def test_the_same_build_without_dates_tells_since_when_the_file_can_exist() -> None:
    assert messages(rtf("Riched20 10.0.19041"), "paper.rtf", "LV-RTF-001") == ["since"]


def test_the_control_of_its_time_is_silent() -> None:
    assert messages(rtf("Riched20 5.40.11.2210", info=IN_2007), "paper.rtf", "LV-RTF-001") == ["nothing"]


def test_groups_of_word_under_the_name_of_the_control_are_reported() -> None:
    groups = r"{\*\rsidtbl \rsid11}{\*\latentstyles\lsdstimax0}"
    assert messages(rtf("Riched20 6.3.9600", groups=groups), "a.rtf", "LV-RTF-002") == ["groups"]
    assert messages(rtf("Riched20 6.3.9600"), "a.rtf", "LV-RTF-002") == ["as-named"]


@pytest.mark.parametrize(
    ("internal", "version"),
    [(16437, 10), (24579, 11), (32771, 12), (49167, 14), (57393, 15), (3400, 0), (0, 0)],
)
def test_builds_of_word_in_rtf(internal: int, version: int) -> None:
    assert office_of_rtf(internal) == version


def test_builds_of_windows_between_two_rows_are_as_young_as_the_earlier() -> None:
    between = windows_since("Riched20 10.0.19044")
    assert between is not None and between[1]["build"] == "19041"
    assert windows_since("Riched20 5.40.11.2210") is None
