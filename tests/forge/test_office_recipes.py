"""Each Office recipe does what its description says, and the layouts are the ones measured."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timedelta

import pytest

from tests.forge import office, word, zipbytes
from tests.forge._samples import NB, apply, leak
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply, needs


@pytest.fixture(scope="module")
def contract() -> bytes:
    return leak("contrats/contrat_impression_delorme_2026.docx")


def test_word_layout_is_the_one_measured(contract: bytes) -> None:
    entries = zipbytes.read(contract)
    assert entries[0].name == "[Content_Types].xml"
    assert {(e.system, e.made_by, e.needed, e.flags, e.stamp) for e in entries} == {
        (0, 45, 20, 6, zipbytes.EPOCH)
    }
    assert {e.name: len(e.local_extra) for e in entries if e.local_extra} == {
        "[Content_Types].xml": 520,
        "_rels/.rels": 520,
        "word/_rels/document.xml.rels": 264,
        "docProps/core.xml": 264,
        "docProps/app.xml": 264,
    }
    assert all(
        e.data.startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n') for e in entries
    )
    used = set(re.findall(rb'w:rsid\w*="([0-9A-F]{8})"', office.parts(contract)["word/document.xml"]))
    declared = set(re.findall(rb'w:rsid w:val="([0-9A-F]{8})"', office.parts(contract)["word/settings.xml"]))
    assert used
    assert used <= declared


def test_word_layout_opens_in_python_docx(contract: bytes) -> None:
    docx = pytest.importorskip("docx")
    opened = docx.Document(io.BytesIO(contract))
    assert opened.paragraphs[0].text == "Contrat d'impression"
    assert opened.tables[0].cell(1, 2).text == f"0,92{NB}€"


@pytest.mark.parametrize(("year", "newest"), [(2010, 2010), (2013, 2012), (2017, 2016), (2025, 2024)])
def test_namespaces_of_a_word_are_no_younger_than_it(year: int, newest: int) -> None:
    when = datetime(year, 3, 4, 5, 6)
    made = word.docx(["Texte"], word.Properties(author="A B", created=when, modified=when, year=year))
    years = [
        int(y)
        for y in re.findall(rb"microsoft\.com/office/word/(20\d\d)", office.parts(made)["word/document.xml"])
    ]
    assert max(years) == newest


@pytest.mark.parametrize("path", ["contrats/convention_salle_2026.docx", "compta/budget_2026.xlsx"])
def test_exchanging_a_part_keeps_every_field_of_the_package(path: str) -> None:
    data = leak(path)
    again = zipbytes.exchange(data, {"docProps/app.xml": b"<x/>"})
    before, after = zipbytes.read(data), zipbytes.read(again)
    for old, new in zip(before, after, strict=True):
        same = {
            f: getattr(old, f) for f in ("name", "system", "made_by", "needed", "flags", "stamp", "method")
        }
        assert same == {f: getattr(new, f) for f in same}
        assert new.data == (b"<x/>" if old.name == "docProps/app.xml" else old.data)
    assert zipfile.ZipFile(io.BytesIO(again)).testzip() is None


def test_claimed_word_keeps_the_layout_of_the_true_writer(contract: bytes) -> None:
    true = leak("contrats/convention_salle_2026.docx")
    altered = office.claim_word(true)
    stated = office.properties(altered)
    assert (stated["Application"], stated["AppVersion"]) == ("Microsoft Office Word", "14.0000")
    assert [e.flags for e in zipbytes.read(altered)] == [0x808] * len(zipbytes.read(true))
    assert office.text(altered) == office.text(true)
    with pytest.raises(DoesNotApply):
        office.claim_word(contract)


def test_backdated_properties_are_older_than_a_namespace(contract: bytes) -> None:
    altered = office.backdate_properties(contract, seed=3)
    assert int(office.properties(altered)["modified"][:4]) < 2024
    assert b"/2024/wordml" in office.parts(altered)["word/document.xml"]


def test_editing_time_is_impossible(contract: bytes) -> None:
    before = office.properties(contract)
    span = datetime.fromisoformat(before["modified"]) - datetime.fromisoformat(before["created"])
    for seed in range(6):
        minutes = int(office.properties(office.set_editing_time(contract, seed=seed))["TotalTime"])
        assert minutes < 0 or timedelta(minutes=minutes) > span


def test_created_after_modified(contract: bytes) -> None:
    stated = office.properties(office.create_after_modify(contract, seed=1))
    assert stated["created"] > stated["modified"]


def test_mixed_name_reads_the_same_and_is_another(contract: bytes) -> None:
    import unicodedata

    before = office.properties(contract)["lastModifiedBy"]
    after = office.properties(office.mix_scripts_in_author(contract, seed=1))["lastModifiedBy"]
    assert after != before
    assert len(after) == len(before)
    back = {chr(cyrillic): latin for latin, cyrillic in ((chr(k), v) for k, v in office.LOOKALIKES.items())}
    assert "".join(back.get(char, char) for char in after) == before
    assert {unicodedata.name(c).split()[0] for c in after if c.isalpha()} == {"LATIN", "CYRILLIC"}


def test_planted_author_changes_nothing_else(contract: bytes) -> None:
    before, after = office.parts(contract), office.parts(office.plant_last_author(contract, name="Ян Корж"))
    assert [name for name in before if before[name] != after[name]] == ["docProps/core.xml"]


def test_exchanged_text_with_and_without_another_packing(contract: bytes) -> None:
    old, new = f"12{NB}000,00", f"92{NB}000,00"
    zipped = office.exchange_text_and_zip(contract, old=old, new=new)
    in_place = office.exchange_text_in_place(contract, old=old, new=new)
    for altered in (zipped, in_place):
        assert new in office.text(altered)
        assert old not in office.text(altered)
        assert office.properties(altered) == office.properties(contract)
    assert zipbytes.read(zipped)[0].system == 3
    assert zipbytes.read(in_place)[0].made_by == 45


def test_changed_cell_leaves_the_total_it_belongs_to() -> None:
    book = leak("compta/budget_2026.xlsx")
    altered = office.change_cell(book, old="9500", new="39500")
    sheet = office.parts(altered)["xl/worksheets/sheet1.xml"]
    total = re.search(rb"<f[^>]*>SUM\(B2:B7\)</f><v>([\d.]+)</v>", sheet)
    values = [float(v) for v in re.findall(rb'<c r="B[2-7]"[^>]*><v>([\d.]+)</v>', sheet)]
    assert total
    assert sum(values) - float(total[1]) == 30_000


@pytest.mark.parametrize("name", ["zip_again", "zip_again_with_infozip"])
def test_packing_again_changes_no_part(name: str, contract: bytes) -> None:
    again = apply(recipes()[f"office.{name}"], contract)
    assert office.parts(again) == office.parts(contract)
    assert zipbytes.read(again)[0].stamp != zipbytes.EPOCH


@needs("soffice")
def test_libreoffice_keeps_author_and_date_and_names_itself(contract: bytes) -> None:
    again = office.resave_with_libreoffice(contract)
    before, after = office.properties(contract), office.properties(again)
    for kept in ("creator", "created", "lastModifiedBy"):
        assert after[kept] == before[kept]
    assert after["Application"].startswith("LibreOffice/")
    assert "rsid" not in office.parts(again)["word/settings.xml"].decode()


@needs("docx")
def test_python_docx_keeps_text_and_properties(contract: bytes) -> None:
    again = office.resave_with_python_docx(contract)
    assert office.text(again) == office.text(contract)
    assert office.properties(again) == office.properties(contract)


@needs("openpyxl")
def test_openpyxl_names_itself() -> None:
    again = office.resave_with_openpyxl(leak("compta/budget_2026.xlsx"))
    assert "Openpyxl" in office.properties(again)["Application"]
