"""The recipes for edits, properties, old formats, open formats and lists do what their descriptions say."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import ole
from tests.builders.odf import odt
from tests.forge import (
    office,
    office_benign,
    office_edit,
    office_lists,
    office_old,
    office_open,
    office_stated,
    zipbytes,
)
from tests.forge._samples import apply, leak
from tests.forge.recipe import Forged, Recipe, recipes
from tests.forge.tools import DoesNotApply, missing, needs, reason

CONTRACT = "contrats/contrat_impression_delorme_2026.docx"
RTF = (
    b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\*\\generator Msftedit 5.41.21.2510;}{\\info{\\author A}"
    b"{\\creatim\\yr2012\\mo5\\dy4\\hr10\\min3}{\\revtim\\yr2012\\mo6\\dy4\\hr11\\min2}}\r\n\\pard 120 euros\\par\r\n}"
)


@pytest.fixture(scope="module")
def contract() -> bytes:
    return leak(CONTRACT)


@pytest.fixture(scope="module")
def old() -> bytes:
    """A Word document whose summary is written the way Word pads it."""
    return ole.word("The sum of 1200 euros was paid. \r", properties={"author": "Jeanne Martin"})


@pytest.fixture(scope="module")
def open_text() -> bytes:
    return odt(
        "<text:p>Invoice of the second quarter, amount 1200 euros.</text:p><text:p>To be paid within ten days.</text:p>"
    )


def forge(recipe: Recipe, data: bytes, seed: int = 0) -> Forged:
    if missing(*recipe.needs):
        pytest.skip(reason(*recipe.needs))
    return recipe.forge(data, seed=seed)


def layout(data: bytes) -> set[tuple[int, int, int]]:
    return {(e.system, e.made_by, e.flags & 0x806) for e in zipbytes.read(data)}


@needs("zip")
def test_one_part_put_back_by_infozip_is_the_only_one_of_its_kind(contract: bytes) -> None:
    made = forge(office_edit.exchange_text_and_update_with_infozip, contract)
    assert made.truth is not None
    marked = [e.name for e in zipbytes.read(made.data) if e.system == 3]
    assert marked == [made.truth.part]
    assert made.truth.after in office.text(made.data)


@pytest.mark.parametrize("name", ["edit_with_python_docx_and_restore", "exchange_text_and_pack_with_infozip"])
def test_an_edit_changes_one_figure_and_states_nothing_new(name: str, contract: bytes) -> None:
    made = forge(recipes()[f"office.{name}"], contract)
    assert made.truth is not None
    assert office.properties(made.data) == office.properties(contract)
    before, after = office.text(contract), office.text(made.data)
    assert before != after
    assert made.truth.before in before
    assert made.truth.after in after
    assert layout(made.data) != layout(contract)


@pytest.mark.parametrize(
    "name",
    [
        "fabricate_with_pandoc_packed_as_office",
        "fabricate_with_python_docx_packed_as_office",
        "edit_in_libreoffice_packed_as_office",
    ],
)
def test_packed_as_office_is_laid_out_as_office_lays_out(name: str, contract: bytes) -> None:
    made = forge(recipes()[f"office.{name}"], contract).data
    assert layout(made) == {(0, 45, 6)}
    assert zipbytes.read(made)[0].name == "[Content_Types].xml"
    assert office.properties(made) == office.properties(contract)
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None


def test_fabrications_of_documents_keep_the_packing_of_their_program(contract: bytes) -> None:
    made = forge(office_edit.fabricate_with_python_docx, contract).data
    assert layout(made) == {(3, 20, 0)}
    assert office.properties(made)["Application"] == "Microsoft Office Word"


def test_every_way_of_backdating_is_older_than_a_namespace(contract: bytes) -> None:
    year = office_stated.namespace_year(contract)
    for recipe in (office_stated.backdate_core_and_app, office_stated.backdate_with_archive_times):
        made = recipe(contract, seed=2)
        stated = office.properties(made)
        assert stated["created"] < stated["modified"]
        assert int(stated["modified"][:4]) < year
        assert stated["AppVersion"] in {"12.0000", "14.0000"}
    assert {e.stamp for e in zipbytes.read(made)} == {
        zipbytes.dos(datetime.fromisoformat(stated["modified"][:19]))
    }
    stated = office.properties(office_stated.backdate_core(contract, seed=2))
    assert stated["AppVersion"] == office.properties(contract)["AppVersion"]


def test_a_slight_backdating_leaves_no_conflict(contract: bytes) -> None:
    years = office_stated.namespace_year(contract)
    made = office_stated.backdate_within_the_version(contract, seed=1)
    assert office.properties(made)["modified"] < office.properties(contract)["modified"]
    assert int(office.properties(made)["modified"][:4]) >= years


def test_transplanted_properties_are_those_of_the_other(contract: bytes) -> None:
    other = leak("contrats/mandat_lumen.docx")
    assert office.properties(office_stated.transplant_properties(contract, seed=0)) in (
        office.properties(other),
        office.properties(contract),
        office.properties(leak("contrats/lettre_cotisation.docx")),
    )
    assert office.text(office_stated.transplant_properties(contract, seed=3)) == office.text(contract)


@pytest.mark.parametrize("name", ["plant_greek_last_author", "plant_arabic_last_author", "replace_author"])
def test_planting_a_name_touches_the_properties_alone(name: str, contract: bytes) -> None:
    before, after = office.parts(contract), office.parts(recipes()[f"office.{name}"](contract))
    assert {n for n in before if before[n] != after[n]} <= {office.CORE, office.APP}


def test_a_sentence_put_in_has_the_marks_that_its_description_names(contract: bytes) -> None:
    def ids(data: bytes) -> tuple[set[str], set[str]]:
        found = office.parts(data)
        used = set(re.findall(r'w:rsid\w*="([0-9A-F]{8})"', found["word/document.xml"].decode()))
        return used, set(re.findall(r'w:rsid w:val="([0-9A-F]{8})"', found["word/settings.xml"].decode()))

    for recipe, undeclared, more in (
        (office_stated.insert_sentence_undeclared, 1, 1),
        (office_stated.insert_sentence_unmarked, 0, 0),
        (office_stated.insert_sentence_in_word_and_restore, 0, 1),
    ):
        made = recipe.forge(contract, seed=4)
        assert made.truth is not None
        assert made.truth.after in office.text(made.data)
        used, declared = ids(made.data)
        assert len(used - declared) == undeclared, recipe.name
        assert len(used) == len(ids(contract)[0]) + more
        assert office.properties(made.data) == office.properties(contract)


def test_marks_and_dates_are_moved_past_each_other(contract: bytes) -> None:
    tracked = office_benign.track_a_change(contract, seed=1)
    (when,) = {date for dates in office_stated.marks(tracked).values() for date in dates}
    assert when < office.properties(tracked)["modified"]
    assert office.properties(office_stated.backdate_before_the_marks(tracked))["modified"] < when
    later = office_stated.postdate_the_marks(tracked)
    assert (
        min(d for ds in office_stated.marks(later).values() for d in ds)
        > office.properties(later)["modified"]
    )
    with pytest.raises(DoesNotApply):
        office_stated.marks(contract)


@needs("xlsxwriter")
def test_a_changed_cell_is_one_that_a_sum_uses() -> None:
    book = office.statement(3)
    assert book == office.statement(3)
    made = office.change_cell.forge(book, seed=5)
    assert made.truth is not None
    before, after = office.sheets(book), office.sheets(made.data)
    name = made.truth.part
    assert made.truth.cell in office.summed(before[name])
    assert f'r="{made.truth.cell}"' in after[name]
    old, new = (re.findall(r"<f>SUM[^<]*</f><v>([^<]*)</v>", x[name]) for x in (before, after))
    assert old == new


def test_a_stored_total_is_changed_and_nothing_else() -> None:
    book = leak("compta/budget_2026.xlsx")
    made = office.change_stored_total.forge(book)
    assert made.truth is not None
    before, after = office.parts(book), office.parts(made.data)
    assert [n for n in before if before[n] != after[n]] == [made.truth.part]
    assert len(before[made.truth.part]) - len(after[made.truth.part]) == len(made.truth.before) - len(
        made.truth.after
    )


def test_times_of_an_old_document_are_moved_in_place(old: bytes) -> None:
    made = office_old.backdate_document_properties(old, seed=1)
    assert len(made) == len(old)
    for number in (office_old.CREATED, office_old.MODIFIED):
        assert office_old.time_of(made, number) < office_old.time_of(old, number)
    before, after = office_old.streams(old), office_old.streams(made)
    assert [n for n in before if before[n] != after[n]] == [office_old.SUMMARY]


def test_text_of_an_old_document_is_exchanged_byte_for_byte(old: bytes) -> None:
    made = office_old.exchange_old_text.forge(old, seed=1)
    assert made.truth is not None
    assert made.truth.before == "1200"
    assert len(made.data) == len(old)
    assert f"sum of {made.truth.after} euros".encode() in office_old.streams(made.data)["WordDocument"]


def test_a_name_is_written_within_its_length(old: bytes) -> None:
    made = office_old.set_text(old, office_old.AUTHOR, "Vasseur")
    assert office_old.text_of(made, office_old.AUTHOR)[0].rstrip("\0") == "Vasseur"
    assert office_old.text_of(old, office_old.AUTHOR)[0] == "Jeanne Martin"


@needs("soffice")
def test_an_old_document_by_libreoffice_claims_word(old: bytes) -> None:
    made = forge(office_old.resave_old_claiming_office, old).data
    assert office_old.text_of(made, office_old.APPLICATION)[0].startswith("Microsoft Word")
    assert office_old.time_of(made, office_old.CREATED) == office_old.time_of(old, office_old.CREATED)


def test_an_open_document_is_packed_carelessly(open_text: bytes) -> None:
    made = office_open.exchange_open_text_and_zip.forge(open_text)
    assert made.truth is not None
    entries = zipbytes.read(made.data)
    assert next(e.method for e in entries if e.name == "mimetype") == 8
    assert {e.system for e in entries} == {3}
    assert f"amount {made.truth.after} euros".encode() in office_open.odf_parts(made.data)["content.xml"]


@needs("zip")
def test_infozip_does_not_put_the_media_type_first(open_text: bytes) -> None:
    made = forge(office_open.exchange_open_text_and_pack_with_infozip, open_text).data
    assert zipbytes.read(made)[0].name != "mimetype"


def test_packing_an_open_document_again_keeps_the_rule_of_the_format(open_text: bytes) -> None:
    first = zipbytes.read(office_open.pack_open_document_again(open_text))[0]
    assert (first.name, first.method) == ("mimetype", 0)


def test_the_dates_of_an_open_document_are_moved(open_text: bytes) -> None:
    meta = office_open.odf_parts(office_open.create_open_document_after_change(open_text))[
        "meta.xml"
    ].decode()
    created, changed = (
        re.search(rf"<{name}>([^<]*)", meta)[1]  # type: ignore[index]
        for name in ("meta:creation-date", "dc:date")
    )
    assert created > changed


def test_times_and_generator_of_rich_text() -> None:
    source = office_open.backdate_rtf_revision(RTF, seed=1).decode("latin-1")
    assert office_open.rtf_time(source, "revtim")[1] < office_open.rtf_time(source, "creatim")[1]
    source = office_open.backdate_rtf_before_its_generator(RTF, seed=1).decode("latin-1")
    assert "Riched20 10.0.19041" in source
    assert "Msftedit" not in source
    assert office_open.rtf_time(source, "creatim")[1].year == 2007
    assert "120 euros" in source


def test_one_amount_of_a_ledger_no_longer_leads_to_its_balance() -> None:
    for seed in range(5):
        ledger = office_lists.ledger(seed)
        made = office_lists.change_amount_and_leave_balance.forge(ledger, seed=seed)
        assert made.truth is not None
        rows = [line.split(";") for line in made.data.decode("cp1252").splitlines()[1:]]
        values = [(Decimal(r[2].replace(",", ".")), Decimal(r[3].replace(",", "."))) for r in rows]
        broken = [n + 2 for n in range(1, len(values)) if values[n - 1][1] + values[n][0] != values[n][1]]
        assert broken == [made.truth.line]
        lists = [office_lists.cells_of(line, ";") for line in ledger.decode("cp1252").splitlines()[1:]]
        assert office_lists.balance_column(lists) == (2, 3)


def test_rows_put_in_have_habits_of_their_own() -> None:
    made = office_lists.insert_foreign_rows.forge(office_lists.telephones(1), seed=2)
    assert made.truth is not None
    lines = made.data.split(b"\n")
    assert lines[made.truth.line - 1].endswith(b"\r")
    assert sum(line.endswith(b"\r") for line in lines) == 2


def test_a_made_up_number_is_a_digit_short() -> None:
    made = office_lists.make_up_phone_numbers.forge(office_lists.telephones(1), seed=2)
    assert made.truth is not None
    short = [
        n
        for n, line in enumerate(made.data.decode().splitlines(), 1)
        if len(re.sub(r"\D", "", line.split(";")[1])) == 10
    ]
    assert short == [made.truth.line]


@pytest.mark.parametrize(
    "name", ["edit_in_word", "track_a_change", "protect", "save_under_another_name", "refresh_template"]
)
def test_an_honest_save_moves_the_date_along(name: str, contract: bytes) -> None:
    made = recipes()[f"office.{name}"](contract)
    assert office.properties(made)["modified"] > office.properties(contract)["modified"]
    assert layout(made) == layout(contract)


@pytest.mark.parametrize("name", ["label_by_server", "promote_properties_by_server"])
def test_a_server_packs_its_own_parts_alone(name: str, contract: bytes) -> None:
    made = recipes()[f"office.{name}"](contract)
    theirs = {e.name for e in zipbytes.read(made) if e.made_by == 20}
    assert theirs
    assert all(n.startswith(("docProps/", "docMetadata/", "_rels/", "[Content_Types]")) for n in theirs)
    assert office.text(made) == office.text(contract)


def test_a_session_left_open_is_no_longer_than_the_span() -> None:
    from tests.forge import word

    start = datetime(2024, 1, 1, 9)
    data = word.docx(
        ["Text."], word.Properties(author="A B", created=start, modified=start + timedelta(days=90))
    )
    minutes = int(office.properties(office_benign.leave_session_open(data))["TotalTime"])
    assert 0 < minutes < 90 * 1440


@needs("docx")
def test_programs_that_are_open_about_themselves_stay_so(contract: bytes) -> None:
    made = apply(office_benign.write_letter_with_python_docx, contract)
    assert office.properties(made)["creator"] == "python-docx"
