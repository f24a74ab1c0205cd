"""Foreign names and settings: shown with every competing reading, never as changed content, never scored."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import judge, registry
from leakverify.checks._base import Facts, fact
from leakverify.checks._identity import script_of
from leakverify.evidence import Evidence, Extraction, Outcome, Question
from leakverify.judge import assess
from tests.builders import ole

READINGS = ("planted", "machine", "template", "conversion", "colleague")
CYRILLIC = "Рошка Георгий Петрович"


def answers(*facts: object, formats: tuple[str, ...] = ("ooxml",)) -> tuple[Evidence, ...]:
    extraction = Extraction(index=0, formats=formats, observations=facts)  # type: ignore[arg-type]
    return registry()["LV-ID-001"].run(Facts(extraction))


def messages(found: tuple[Evidence, ...]) -> list[str]:
    return [answer.message for answer in found]


def spreadsheet(*more: object) -> tuple[Evidence, ...]:
    """A French spreadsheet of 2006 that a Cyrillic name saved last."""
    return answers(
        fact("ooxml.text", "Relevé des dépenses de campagne, déplacements et location de salles"),
        fact("ooxml.core.creator", "Cédric O", part="docProps/core.xml"),
        fact("ooxml.core.last_modified_by", CYRILLIC, part="docProps/core.xml"),
        *more,
    )


def test_every_reading_is_given_for_a_cyrillic_last_saver_in_a_french_spreadsheet() -> None:
    found = spreadsheet()
    assert found[0].outcome is Outcome.UNUSUAL and found[0].params["script"] == "Cyrillic"
    assert [message.partition("-")[0] for message in messages(found)[1:]] == list(READINGS)
    assert all(answer.question is Question.HANDLING for answer in found)


def test_no_reading_is_said_to_be_the_true_one() -> None:
    for answer in spreadsheet(fact("xlsx.sheet", "Лист1"), fact("ooxml.app.total_time", 0)):
        assert not re.search(r"\b(Russia|hacker|agent|proves|therefore|shows that)\b", answer.text)
        assert answer.cost is not None and answer.cost.value == "seconds"


def test_a_name_that_stands_alone_and_one_that_the_machine_agrees_with_are_told_apart() -> None:
    alone = messages(spreadsheet())
    assert "planted-alone" in alone and "machine-silent" in alone
    together = messages(spreadsheet(fact("xlsx.sheet", "Лист1"), fact("docx.theme_language", "val=ru-RU")))
    assert "planted-several" in together and "machine-agrees" in together


def test_the_programs_own_record_of_its_user_is_held_against_the_property() -> None:
    found = answers(
        fact("ole.text", "Relevé des dépenses de campagne, location de salles"),
        fact("ole.summary.last_author", CYRILLIC),
        fact("xls.written_by", "Jeanne Martin"),
        formats=("ole",),
    )
    assert "planted-record" in messages(found)


def test_a_package_packed_by_a_script_speaks_for_planting() -> None:
    found = spreadsheet(
        fact("ooxml.app.application", "Microsoft Excel"),
        fact("zip.made_by", "3.20"),
        fact("zip.flags.first", "0x0"),
        fact("zip.times", "real"),
    )
    assert "planted-packed" in messages(found)


def test_an_older_document_of_another_author_speaks_for_a_template() -> None:
    found = spreadsheet(
        fact("ooxml.core.created", "2006-09-16T00:00:00Z"),
        fact("ooxml.core.modified", "2017-03-27T10:29:00Z"),
    )
    assert "template-age" in messages(found)


def test_an_editing_time_of_nothing_speaks_for_a_conversion() -> None:
    assert "conversion-signs" in messages(spreadsheet(fact("ooxml.app.total_time", 0)))


def test_a_remark_in_the_same_script_speaks_for_a_colleague() -> None:
    found = spreadsheet(fact("docx.comment.author", "Иван Петров"))
    assert "colleague-text" in messages(found)


@pytest.mark.parametrize(
    "text",
    [
        "Agreement between the parties / Договор между сторонами настоящего контракта",
        "Договор между сторонами настоящего контракта",
    ],
)
def test_a_text_in_the_same_script_is_nothing_foreign(text: str) -> None:
    found = answers(
        fact("ooxml.text", text),
        fact("ooxml.core.creator", "Jeanne Martin"),
        fact("ooxml.core.last_modified_by", CYRILLIC),
    )
    assert messages(found) == ["nothing"]


def test_an_author_of_the_same_script_who_writes_english_is_nothing_foreign() -> None:
    found = answers(
        fact("ooxml.text", "Function test data for the evaluation of formulas in workbooks"),
        fact("ooxml.core.creator", CYRILLIC),
        fact("ooxml.core.last_modified_by", CYRILLIC),
    )
    assert messages(found) == ["nothing"]


def test_a_latin_name_in_a_cyrillic_document_is_never_shown() -> None:
    found = answers(
        fact("ooxml.text", "Договор между сторонами настоящего контракта"),
        fact("ooxml.core.creator", "Иван Петров"),
        fact("ooxml.core.last_modified_by", "ipetrov"),
        fact("docx.theme_language", "val=en-US"),
    )
    assert messages(found) == ["nothing"]


def test_a_setting_alone_is_shown_and_points_at_nobody() -> None:
    found = answers(
        fact("ole.text", "Function test data for the evaluation of formulas"),
        fact("ole.summary.author", "A. Deshmukh"),
        fact("ole.summary.code_page", 1251),
        fact("xls.country", "7 7"),
        formats=("ole",),
    )
    assert messages(found) == ["setting"] and found[0].outcome is Outcome.NEUTRAL


GUCCIFER = (
    r"{\rtf1\ansi\ansicpg1251\deflang1033{\fonttbl{\f0\fcharset0 Calibri;}{\f1\fcharset204 Calibri;}}"
    r"{\info{\author Warren Flood}{\operator \'d4\'e5\'eb\'e8\'ea\'f1 "
    r"\'dd\'e4\'ec\'f3\'ed\'e4\'ee\'e2\'e8\'f7}"
    r"{\company GSA}{\creatim\yr2016\mo6\dy15\hr13\min38}{\revtim\yr2016\mo6\dy15\hr14\min8}{\edmins30}}"
    r"\f0 The opposition research on the candidate is listed on the site of the committee, \f1 "
    "{}"
    r"\par}"
)
ERROR = "".join(f"\\'{byte:02x}" for byte in "Ошибка! Недопустимый объект гиперссылки.".encode("cp1251"))


def judged(data: bytes, name: str) -> list[Evidence]:
    return list(judge(Facts(examine_bytes(data, name).extractions[0])))


def test_words_of_a_program_in_another_language_are_quoted_and_are_no_text_of_the_author() -> None:
    found = [
        a for a in judged(GUCCIFER.replace("{}", ERROR).encode("ascii"), "1.rtf") if a.check == "LV-ID-001"
    ]
    told = {answer.message: answer for answer in found}
    assert "Феликс" in told["foreign"].text and "machine-agrees" in told
    assert "гиперссылки" in told["error-text"].text and told["error-text"].params["language"] == "Russian"
    assert "colleague-silent" in told  # the error words are no writing of a colleague


def test_the_same_file_in_the_language_of_its_text_is_silent() -> None:
    plain = GUCCIFER.replace("{}", "").replace(r"\ansicpg1251", r"\ansicpg1252")
    plain = re.sub(r"\\operator [^}]*", r"\\operator Jane Doe", plain)
    assert not [
        a for a in judged(plain.encode("ascii"), "1.rtf") if a.check == "LV-ID-001" and a.observations
    ]


def test_a_planted_last_author_never_changes_the_assessment() -> None:
    clean = ole.word("The campaign paid the rent of three halls in March.\r")
    extraction = examine_bytes(clean, "memo.doc").extractions[0]
    planted = Extraction(
        index=0,
        formats=extraction.formats,
        observations=(*extraction.observations, fact("ole.summary.last_author", CYRILLIC)),
    )
    before, after = (assess(tuple(judge(Facts(e))), e)[0] for e in (extraction, planted))
    assert before is after


def test_a_real_package_with_a_planted_name_is_reported_as_handling() -> None:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    rel = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/><Override PartName="/docProps/core.xml" ContentType="application/'
        'vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{rel}"><Relationship Id="a" Type="{kinds}/officeDocument" '
        'Target="word/document.xml"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/package/2006/'
        'relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "word/document.xml": f'{head}<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>Relevé des dépenses de '
        "campagne</w:t></w:r></w:p></w:body></w:document>",
        "docProps/core.xml": f'{head}<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:d="http://purl.org/dc/elements/1.1/"><d:creator>Jeanne Martin</d:creator>'
        f"<c:lastModifiedBy>{CYRILLIC}</c:lastModifiedBy></c:coreProperties>",
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    found = judged(whole.getvalue(), "notes.docx")
    assert next(a.message for a in found if a.check == "LV-ID-001") == "foreign"
    assert not [a for a in found if a.question is Question.CONTENT and a.outcome is Outcome.CONTRADICTS]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (CYRILLIC, "Cyrillic"),
        ("段", "Han or Kana"),
        ("김기정", "Hangul"),
        ("µ-Tec", "Latin"),
        ("12", ""),
        ("Ян", ""),
    ],
)
def test_script_of_a_name(name: str, expected: str) -> None:
    assert script_of(name) == expected


def test_an_author_of_another_script_in_a_pdf_is_shown_and_points_at_nothing() -> None:
    found = answers(
        fact("pdf.page.text", "The committee met in Paris on the third of March and decided", page=1),
        fact("pdf.info.author", CYRILLIC),
        formats=("pdf",),
    )
    assert messages(found) == ["author"] and found[0].outcome is Outcome.NEUTRAL


def test_the_name_office_gives_to_nobody_is_a_setting_and_no_person() -> None:
    found = answers(
        fact("ooxml.text", "Function test data for the evaluation of formulas"),
        fact("ooxml.core.creator", "A. Deshmukh"),
        fact("ooxml.comment.author", "Автор"),
    )
    assert messages(found) == ["setting"]
