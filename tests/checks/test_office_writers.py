"""Who wrote an Office document: whole documents made in code, read and judged."""

from __future__ import annotations

import pytest

from leakverify.checks import Facts, registry
from leakverify.checks._versions import dialect, generation
from leakverify.evidence import Evidence, Extraction, Outcome
from leakverify.knowledge import table
from tests.builders.office import LIBREOFFICE, PYTHON_DOCX, WORD, app, core, docx, docx_parts, pack, paragraph
from tests.extractors._facts import read

_NAMED = {"Application": "Microsoft Office Word", "AppVersion": "16.0000"}
#: prefixes as releases of Word declare them, in their order
_RELEASES = {
    "12": "ve o r m v wp w10 w wne",
    "14": "wpc mc o r m v wp14 wp w10 w w14 wpg wpi wne wps",
    "15": "wpc mc o r m v wp14 wp w10 w w14 w15 wpg wpi wne wps",
    "16": "wpc cx cx1 mc o r m v wp14 wp w10 w w14 w15 w16se wpg wpi wne wps",
}


def answers(found: Extraction, check: str) -> list[Evidence]:
    pointed = (Outcome.CONTRADICTS, Outcome.UNUSUAL)
    return [answer for answer in registry()[check].run(Facts(found)) if answer.outcome in pointed]


def by_word(prefixes: str, version: str) -> Extraction:
    body = "".join(paragraph(f"Article {n}") for n in range(9))
    names = {prefix: f"urn:{prefix}" for prefix in prefixes.split() if prefix != "w"}
    parts = docx_parts(body, namespaces=names, app_xml=app({**_NAMED, "AppVersion": version}))
    return read(pack(parts, WORD))


@pytest.mark.parametrize("release", _RELEASES)
def test_the_namespaces_of_a_release_and_no_other_version_above(release: str) -> None:
    assert generation(_RELEASES[release]) is not None
    for stated in _RELEASES:
        told = [
            answer.message for answer in answers(by_word(_RELEASES[release], f"{stated}.0000"), "LV-OOX-001")
        ]
        assert told == ["version"] * (stated < release), f"{release} stated as {stated}"


def test_a_text_document_that_declares_next_to_nothing_and_names_word() -> None:
    (answer,) = answers(read(docx(app_xml=app(_NAMED), layout=PYTHON_DOCX)), "LV-OOX-001")
    assert (answer.message, answer.params["prefixes"]) == ("no-word", "w")


def test_the_same_that_names_itself_is_not_asked() -> None:
    honest = docx(app_xml=app({"Application": "Apache POI"}), layout=PYTHON_DOCX)
    assert not answers(read(honest), "LV-OOX-001")


@pytest.mark.parametrize(
    ("prefixes", "suite"),
    [
        ("o r v w w10 wp wps wpg mc wp14 w14", "LibreOffice or OpenOffice"),
        ("r wp w w10 w14 wps wpg mc v o m a pic", "Apple Pages"),
        ("mc o r m v wp w10 w wne sl a pic c lc dgm wps wpg", "Google Docs"),
    ],
)
def test_dialects_that_speak_whatever_the_packing(prefixes: str, suite: str) -> None:
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    order = prefixes.split()
    declared = " ".join(f'xmlns:{p}="{main if p == "w" else f"urn:{p}"}"' for p in order)
    parts = docx_parts(app_xml=app(_NAMED))
    parts["word/document.xml"] = f"<w:document {declared}><w:body/></w:document>"
    for layout in (WORD, LIBREOFFICE):
        found = dialect(Facts(read(pack(parts, layout))))
        assert found is not None and found[0] == suite


def test_every_table_names_each_release_once() -> None:
    versions = [row["version"] for row in table("word_generations")]
    assert len(set(versions)) == len(versions)
    assert {generation(prefixes) for prefixes in _RELEASES.values()} == {
        (row["version"], row["product"]) for row in table("word_generations")
    }


def marked(
    date: str, author: str = "Paul Durand", *, modified: str = "2012-05-05T09:30:00Z", more: str = ""
) -> bytes:
    body = f'<w:p><w:ins w:author="{author}" w:date="{date}"><w:r><w:t>x</w:t></w:r></w:ins></w:p>{more}'
    stated = {
        "dc:creator": "Jeanne Martin", "cp:lastModifiedBy": "Paul Durand", "dcterms:created": "2012-05-05T08:00:00Z",
        "dcterms:modified": modified,
    }  # fmt: skip
    return docx(body, core_xml=core(stated))


@pytest.mark.parametrize(
    ("date", "messages"),
    [
        ("2012-05-05T09:00:00Z", []),
        ("2012-05-05T23:29:00Z", []),
        ("2012-05-07T09:29:00Z", ["later"]),
        ("2019-01-01T00:00:00Z", ["later"]),
    ],
)
def test_a_mark_later_than_the_save_by_more_than_zones(date: str, messages: list[str]) -> None:
    assert [answer.message for answer in answers(read(marked(date)), "LV-DOCX-002")] == messages


def test_one_reviewer_who_did_not_save_last_is_only_unusual() -> None:
    (answer,) = answers(read(marked("2019-01-01T00:00:00Z", "Anna Roth")), "LV-DOCX-002")
    assert (answer.outcome, answer.message) == (Outcome.UNUSUAL, "later-one")
    assert answer.params["author"] == "Anna Roth"
