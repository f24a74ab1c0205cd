"""Rich Text Format: information group, session ids, text in every spelling."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Extraction
from tests.builders.image import jpeg_of, scene


def read(body: str | bytes) -> Extraction:
    data = body if isinstance(body, bytes) else b"{\\rtf1\\ansi\\ansicpg1252 " + body.encode("cp1252") + b"}"
    return examine_bytes(data, "memo.rtf").extractions[0]


def values(extraction: Extraction, name: str) -> list[object]:
    return [o.value for o in extraction.observations if o.name == name]


def value(extraction: Extraction, name: str) -> object:
    found = values(extraction, name)
    assert len(found) == 1, found
    return found[0]


def test_the_generator_names_the_build() -> None:
    found = read(r"{\*\generator Riched20 10.0.19041;}text\par")
    assert value(found, "rtf.generator") == "Riched20 10.0.19041"


def test_times_of_the_information_group_are_local() -> None:
    found = read(r"{\info{\creatim\yr2017\mo5\dy5\hr20\min47}{\revtim\yr2017\mo5\dy6}}")
    assert value(found, "rtf.created") == "2017-05-05T20:47:00"
    assert value(found, "rtf.revised") == "2017-05-06T00:00:00"


def test_a_time_that_is_none_is_told() -> None:
    assert (
        value(read(r"{\info{\creatim\yr2017\mo13\dy5}}"), "rtf.date_malformed") == "creatim 2017 13 5 0 0 0"
    )


def test_names_and_counts() -> None:
    found = read(r"{\info{\author Jeanne Martin}{\operator A. Petit}\version7\edmins12\nofwords300}")
    assert value(found, "rtf.author") == "Jeanne Martin"
    assert value(found, "rtf.operator") == "A. Petit"
    assert value(found, "rtf.revision") == 7
    assert value(found, "rtf.edit_time") == 12
    assert value(found, "rtf.words") == 300


@pytest.mark.parametrize(
    ("spelt", "text"),
    [
        (r"\'e9t\'e9", "été"),
        (r"\u233?t\u233?", "été"),
        (r"{\uc2\u8364 EU 5}", "€ 5"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"a\emdash b\tab c", "a—b\tc"),
        (r"one\par two", "one\ntwo"),
        (r"a\{b\}\\", "a{b}\\"),
        (r"{\f1\'ef\'f0\'e8}", "при"),
        (r"{\f2\'93\'fa}", "日"),
    ],
)
def test_text_in_every_spelling(spelt: str, text: str) -> None:
    fonts = r"{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}}"
    assert value(read(fonts + r"\f0 " + spelt), "rtf.text") == text


def test_fonts_are_listed() -> None:
    found = read(r"{\fonttbl{\f0\fswiss Arial;}{\f1\froman{\*\panose 02}Times New Roman{\*\falt Times};}}x")
    assert values(found, "rtf.font") == ["Arial", "Times New Roman"]


def test_headers_and_field_codes_are_no_text() -> None:
    found = read(r"{\header secret}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}} body")
    assert value(found, "rtf.text") == "link body"


def test_hidden_and_deleted_text_stand_apart() -> None:
    found = read(r"shown {\v hidden}{\deleted gone} end")
    assert value(found, "rtf.text") == "shown  end"
    assert value(found, "rtf.hidden_text") == "hidden"
    assert value(found, "rtf.deleted_text") == "gone"


def test_session_ids_of_table_and_text() -> None:
    found = read(r"{\*\rsidtbl \rsid2\rsid1}{\*\rsidroot2}{\insrsid1 a}{\insrsid7 b}")
    assert value(found, "rtf.rsid.declared_values") == "00000002 00000001"
    assert value(found, "rtf.rsid.used_values") == "00000001 00000007"


def test_what_fetches_from_elsewhere_is_told() -> None:
    found = read(r'{\field{\*\fldinst INCLUDETEXT "http://example.org/a"}{\fldrslt x}}')
    assert value(found, "rtf.external") == 'INCLUDETEXT "http://example.org/a"'


def test_a_picture_is_a_document_of_its_own() -> None:
    picture = jpeg_of(scene())
    body = b"{\\rtf1 {\\pict\\jpegblip\\picw1 " + picture.hex().encode() + b"}}"
    unit = examine_bytes(body, "memo.rtf")
    assert [(e.role, e.size) for e in unit.extractions[1:]] == [("image", len(picture))]


def test_what_follows_the_last_group_is_counted() -> None:
    found = read(b"{\\rtf1 a}  \r\nMZ\x90")
    assert value(found, "rtf.trailing_bytes") == 3
    assert value(found, "rtf.complete") is True


def test_a_file_that_breaks_off_says_so() -> None:
    found = read(b"{\\rtf1 {\\b a")
    assert value(found, "rtf.complete") is False
    assert "truncated" in {p.code for p in found.problems}


def test_deep_groups_end_as_a_problem() -> None:
    found = read(b"{\\rtf1 " + b"{" * 50_000)
    assert "limit-depth" in {p.code for p in found.problems}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"{", b"}", b"\\par ", b"\\'e", b"\\'e9", b"\\u-1?", b"\\bin9 ", b"\\*", b"\\info", b"\\f1", b"x",
             b"\\fonttbl", b"\\object", b"\\objdata ", b"0105", b"\\uc99", b"\\ansicpg77777 ", b"\x00", b"\\yr-5"]
        ),
        max_size=60,
    )
)  # fmt: skip
def test_nothing_ends_the_reading(pieces: list[bytes]) -> None:
    found = read(b"{\\rtf1" + b"".join(pieces))
    assert not [p for p in found.problems if p.code == "reader-error"], found.problems


def test_settings_of_the_machine_are_told_apart_from_languages_of_the_text() -> None:
    found = read(rb"{\rtf1\ansi\ansicpg1251\deflang1049\lang1033 text\lang1036 texte\par}")
    assert value(found, "rtf.code_page") == 1251
    assert value(found, "rtf.language.default") == "1049"
    assert values(found, "rtf.language") == ["1049", "1033", "1036"]


def test_groups_that_tell_programs_apart_are_named_once_with_their_place() -> None:
    found = read(
        r"{\stylesheet{\s0 Normal;}}{\*\rsidtbl \rsid11}{\*\rsidtbl \rsid12}{\*\themedata 00}text\par"
    )
    groups = [o for o in found.observations if o.name == "rtf.group"]
    assert [o.value for o in groups] == ["stylesheet", "rsidtbl", "themedata"]
    assert groups[0].where.offset == len(rb"{\rtf1\ansi\ansicpg1252 {")


def test_a_long_run_of_single_bytes_takes_linear_time() -> None:
    found = read(b"{\\rtf1\\ansi " + b"\\'e9" * 400_000 + b"\\par}")
    assert str(value(found, "rtf.text")).startswith("éé")
