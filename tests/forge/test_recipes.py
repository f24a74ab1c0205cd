"""Each recipe does what its description says, on documents that real programs made."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.forge import image, mail, office, pdf, tools, word, zipbytes
from tests.forge._pdfbytes import PageText, reading
from tests.forge._pdfpages import one_page
from tests.forge.recipe import Recipe, recipes
from tests.forge.tools import DoesNotApply, needs

LEAK = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leak"
INVOICES = ("F-2026-0912_delorme.pdf", "F-2026-1008_lumen.pdf", "F-2026-0930_cormoran.pdf")
NB = "\u00a0"


def leak(path: str) -> bytes:
    return (LEAK / path).read_bytes()


@pytest.fixture(scope="module", params=INVOICES)
def invoice(request: pytest.FixtureRequest) -> bytes:
    """By LibreOffice, by Chromium, and by LibreOffice linearised by qpdf."""
    return leak(f"factures/{request.param}")


@pytest.fixture(scope="module")
def contract() -> bytes:
    return leak("contrats/contrat_impression_delorme_2026.docx")


@pytest.fixture(scope="module")
def photo() -> bytes:
    return leak("photos/IMG_0412.jpg")


@pytest.fixture(scope="module")
def letter() -> bytes:
    return leak("mailbox/004_contrat_a_signer.eml")


def shown(data: bytes) -> str:
    """All page text with every white space as one plain space."""
    return " ".join("\n".join(pdf.texts(data)).split())


def apply(recipe: Recipe, data: bytes, **options: Any) -> bytes:
    absent = tools.missing(*recipe.needs)
    if absent:
        pytest.skip(tools.reason(*recipe.needs))
    return recipe(data, **options)


# ------------------------------------------------------------------ the register


@pytest.mark.parametrize("recipe", recipes().values(), ids=lambda recipe: recipe.name)
def test_a_recipe_is_described_and_names_known_tools(recipe: Recipe) -> None:
    assert recipe.documentation.split("\n")[0].rstrip(".")
    assert recipe.question in {"origin", "handling", "content"}
    assert all(re.fullmatch(r"LV-[A-Z]+-\d{3}", check) for check in recipe.expects)
    tools.missing(*recipe.needs)  # raises KeyError for a tool nobody can install
    if recipe.altered:
        assert "xaminer" in recipe.documentation, "says what an examiner would find"
    else:
        assert not recipe.expects


def test_the_checks_named_exist() -> None:
    from leakverify import checks

    known = set(checks.registry())
    assert known, "no check is registered"
    assert {check for recipe in recipes().values() for check in recipe.expects} <= known


def test_the_installer_brings_every_program() -> None:
    script = (Path(__file__).parent / "install-tools.sh").read_text()
    for package in tools.PROGRAMS.values():
        assert re.search(rf"(?<![\w-]){package}(?:-writer)?(?![\w-])", script), package


def test_a_missing_tool_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    tools.missing.cache_clear()
    try:
        assert tools.reason("soffice", "qpdf") == "needs soffice (libreoffice), qpdf (qpdf)"
        assert needs("qpdf").args == (True,)
    finally:
        tools.missing.cache_clear()


@pytest.mark.parametrize("recipe", recipes().values(), ids=lambda recipe: recipe.name)
def test_bytes_without_a_place_to_work_on_are_refused_not_mangled(recipe: Recipe) -> None:
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    with pytest.raises(DoesNotApply):
        recipe(b"\x00\x01 nothing that any of them could work on \xff")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pdf.replace_amount", "factures/F-2026-0912_delorme.pdf"),
        ("office.mix_scripts_in_author", "contrats/contrat_impression_delorme_2026.docx"),
        ("mail.edit_date", "mailbox/001_devis_affiches.eml"),
        ("image.retouch_keep_thumbnail", "photos/IMG_0412.jpg"),
    ],
)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(name: str, path: str) -> None:
    recipe, data = recipes()[name], leak(path)
    first = apply(recipe, data, seed=3)
    assert first == apply(recipe, data, seed=3)
    assert any(apply(recipe, data, seed=seed) != first for seed in range(4, 9))


# ------------------------------------------------------------------ PDF


def test_replaced_amount_leaves_the_old_one_in_the_first_revision(invoice: bytes) -> None:
    old = re.search(r"Net à payer : ([\d\s]+,\d\d)", shown(invoice))
    assert old
    altered = pdf.replace_amount(invoice, old=f"Net à payer : {old[1]}", seed=3)
    raised = re.search(r"Net à payer : ([\d\s]+,\d\d)", shown(altered))[1]  # type: ignore[index]
    assert raised != old[1]
    assert altered.startswith(invoice), "an incremental update touches no earlier byte"
    earlier = pdf.revisions(altered)[-2]
    assert f"Net à payer : {old[1]}" in shown(earlier)
    assert f"Net à payer : {raised}" in shown(altered)
    assert f"Net à payer : {old[1]}" not in shown(altered)
    assert len(shown(altered)) == len(shown(invoice)), "nothing else on the page changed"


def test_replaced_amount_may_be_longer_or_shorter_than_the_old_one() -> None:
    page = leak("factures/F-2026-0912_delorme.pdf")
    for new in ("21 590,00", "90,00"):
        altered = pdf.replace_amount(page, old=f"1{NB}590,00", new=new)
        content = "".join(PageText(reading(altered), 0).text().split())
        assert "Netàpayer:" + new.replace(" ", "") + "€" in content


def test_a_character_the_subset_lacks_is_refused() -> None:
    with pytest.raises(DoesNotApply, match="no glyph"):
        pdf.replace_amount(leak("factures/F-2026-0912_delorme.pdf"), old="IBAN", new="ЖБАН")


def test_covered_amount_is_on_the_page_twice_and_once_before(invoice: bytes) -> None:
    old = re.search(r"Total HT : ([\d\s]+,\d\d)", shown(invoice))
    assert old
    altered = pdf.cover_and_write(invoice, old=old[1].replace(" ", NB), new="88 888,00")
    assert "88 888,00" in shown(altered)
    assert old[1] in " ".join(PageText(reading(altered), 0).text().split()), "covered, not removed"
    assert "88 888,00" not in shown(pdf.revisions(altered)[-2])
    assert b"/Helvetica" in altered[len(invoice) :]


@needs("qpdf")
def test_rewritten_amount_leaves_no_earlier_text_anywhere() -> None:
    page = leak("factures/F-2026-0912_delorme.pdf")
    altered = pdf.replace_amount_rewritten(page, old=f"1{NB}590,00", new=f"7{NB}590,00")
    assert len(pdf.revisions(altered)) == 1
    assert "7 590,00" in shown(altered)
    assert "1 590,00" not in shown(altered)


def test_masking_annotation_leaves_the_text_of_the_page_alone() -> None:
    import pypdf

    page = leak("factures/F-2026-0912_delorme.pdf")
    altered = pdf.mask_with_annotation(page, old=f"1{NB}590,00", new="9 999,00")
    last: Any = pypdf.PdfReader(io.BytesIO(altered)).pages[0]
    assert "1 590,00" in " ".join(last.extract_text().split())
    note = last["/Annots"][0].get_object()
    assert note["/Contents"] == "9 999,00"
    assert b"1 1 1 rg" in note["/AP"]["/N"].get_object().get_data(), "opaque"


@needs("pdftoppm", "PIL")
def test_typed_letterhead_is_a_full_page_picture_with_live_text() -> None:
    import pypdf

    altered = pdf.type_on_scanned_letterhead(
        leak("factures/F-2026-0912_delorme.pdf"), lines=("The bearer owns it.",)
    )
    page: Any = pypdf.PdfReader(io.BytesIO(altered)).pages[0]
    assert shown(altered) == "The bearer owns it."
    assert page["/Resources"]["/XObject"]["/Im0"].get_object()["/Width"] > 800


def _info(data: bytes) -> dict[str, str]:
    import pypdf

    return {key: str(value) for key, value in (pypdf.PdfReader(io.BytesIO(data)).metadata or {}).items()}


@pytest.mark.parametrize("name", ["backdate_info", "backdate_info_with_exiftool"])
def test_backdating_info_leaves_xmp_and_the_earlier_revision(name: str) -> None:
    with_xmp = leak("factures/F-2026-0302_cormoran.pdf")
    original = pdf.revisions(with_xmp)[0]  # as LibreOffice wrote it
    altered = apply(recipes()[f"pdf.{name}"], original, seed=5)
    assert pdf.xmp(altered) == pdf.xmp(original)
    assert _info(altered)["/CreationDate"] < _info(original)["/CreationDate"]
    assert altered.startswith(original)
    without_xmp = leak("factures/F-2026-0912_delorme.pdf")
    with pytest.raises(DoesNotApply, match="XMP"):
        apply(recipes()[f"pdf.{name}"], without_xmp)


def test_creation_after_modification() -> None:
    altered = pdf.create_after_modify(leak("factures/F-2026-0912_delorme.pdf"), seed=1)
    assert _info(altered)["/CreationDate"] > _info(altered)["/ModDate"]


@needs("qpdf")
def test_everything_backdated_but_the_toolkit() -> None:
    altered = pdf.claim_older_than_toolkit(leak("factures/F-2026-0912_delorme.pdf"), seed=2)
    packet = pdf.xmp(altered).decode()
    years = {int(year) for year in re.findall(r"Date>(\d{4})-", packet)}
    years |= {int(value[2:6]) for key, value in _info(altered).items() if key.endswith("Date")}
    assert years
    assert max(years) < 2016
    assert int(re.search(r'x:xmptk="[^"]*, (\d{4})/', packet)[1]) == 2023  # type: ignore[index]
    assert len(pdf.revisions(altered)) == 1


@needs("qpdf")
def test_claimed_word_changes_two_words_of_info() -> None:
    page = leak("factures/F-2026-0912_delorme.pdf")
    altered = pdf.claim_word(page)
    assert _info(altered)["/Producer"] == "Microsoft® Word 2010"
    assert _info(altered)["/CreationDate"] == _info(page)["/CreationDate"]
    assert shown(altered) == shown(page)


@pytest.mark.parametrize(
    "name",
    [
        "linearise", "resave_with_qpdf", "update_metadata", "update_metadata_with_exiftool", "annotate", "stamp",
        "append_page", "resave_with_ghostscript",
    ],
)  # fmt: skip
def test_benign_handling_takes_no_word_off_a_page(name: str, invoice: bytes) -> None:
    handled = apply(recipes()[f"pdf.{name}"], invoice)
    # Ghostscript 10.0 maps the sign of the euro to another character when it prints its own output again
    kept = set(shown(invoice).replace("€", "").split()) - {""}
    assert kept <= set(shown(handled).replace("€", "").replace("¬", "").split())


@needs("qpdf")
@pytest.mark.parametrize(
    "name",
    [
        n
        for n, r in recipes().items()
        if n.startswith("pdf.") and not {"soffice", "gs", "pdftoppm"} & {*r.needs}
    ],
)
def test_what_a_pdf_recipe_writes_is_a_sound_pdf(name: str, tmp_path: Path) -> None:
    data = leak("factures/F-2026-0912_delorme.pdf")
    if name == "pdf.fill_form":
        data = pdf.revisions(leak("factures/note_de_frais_vasseur.pdf"))[0]
    elif name == "pdf.add_ocr_layer":
        data = leak("factures/BL-2026-203_scan.pdf")
    elif "backdate_info" in name:
        data = pdf.revisions(leak("factures/F-2026-0302_cormoran.pdf"))[0]
    place = tmp_path / "made.pdf"
    place.write_bytes(apply(recipes()[name], data, seed=1))
    tools.run("qpdf", "--check", str(place))


def test_turned_page_keeps_its_content() -> None:
    page = leak("factures/F-2026-0912_delorme.pdf")
    turned = pdf.rotate_page(page)
    assert reading(turned).pages[0]["/Rotate"] == 90
    assert PageText(reading(turned), 0).text() == PageText(reading(page), 0).text()


def test_filled_form_holds_the_values_and_the_empty_form_before() -> None:
    import pypdf

    form = pdf.revisions(leak("factures/note_de_frais_vasseur.pdf"))[0]
    filled = pdf.fill_form(form, values={"Nom": "Claire Vasseur", "Montant": "12,00"})
    values = {
        k: v for k, v in (pypdf.PdfReader(io.BytesIO(filled)).get_form_text_fields() or {}).items() if v
    }
    assert values == {"Nom": "Claire Vasseur", "Montant": "12,00"}
    assert filled.startswith(form)


def test_ocr_layer_is_invisible_and_only_for_pictures() -> None:
    scan = leak("factures/BL-2026-203_scan.pdf")
    read = pdf.add_ocr_layer(scan, words="Bordereau de livraison")
    assert shown(scan) == ""
    assert shown(read) == "Bordereau de livraison"
    with pytest.raises(DoesNotApply):
        pdf.add_ocr_layer(leak("factures/F-2026-0912_delorme.pdf"))


def test_update_follows_the_kind_of_cross_reference_the_file_uses() -> None:
    plain = leak("factures/F-2026-0912_delorme.pdf")
    assert b"\nxref\n" in pdf.update_metadata(plain)[len(plain) :]
    if not tools.missing("qpdf"):
        packed = pdf.resave_with_qpdf(plain)
        added = pdf.update_metadata(packed)[len(packed) :]
        assert b"/XRef" in added
        assert b"\nxref\n" not in added


def test_one_page_builder_is_readable_without_any_tool() -> None:
    jpeg = image.strip_metadata(leak("photos/IMG_0412.jpg"))
    made = one_page(jpeg, (1200, 800), b"BT /F1 12 Tf 72 700 Td (Bonjour) Tj ET", (595, 842))
    assert shown(made) == "Bonjour"


# ------------------------------------------------------------------ Office


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


# ------------------------------------------------------------------ mail


def lines_changed(before: bytes, after: bytes) -> list[bytes]:
    return sorted(set(before.splitlines()) ^ set(after.splitlines()))


def test_edited_date_is_the_only_line_that_changes(letter: bytes) -> None:
    moment = datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    altered = mail.edit_date(letter, moment=moment)
    changed = lines_changed(letter, altered)
    assert [line[:5] for line in changed] == [b"Date:", b"Date:"]
    assert mail.stated(altered) == moment
    assert mail.received(altered) == mail.received(letter)


def test_a_trace_runs_backwards_in_time_from_the_top(letter: bytes) -> None:
    hops = mail.received(letter)
    assert len(hops) == 3
    assert hops == sorted(hops, reverse=True)
    assert mail.stated(letter) <= hops[-1]


def test_exchanged_attachment_keeps_headers_and_boundaries(letter: bytes) -> None:
    altered = mail.exchange_attachment(letter, seed=2)
    (before,), (after,) = mail.attachments(letter), mail.attachments(altered)
    assert altered[: before.start] == letter[: before.start]
    assert altered[after.end :] == letter[before.end :]
    assert (
        office.properties(after.data)["modified"] > f"{mail.received(letter)[0].astimezone(UTC):%Y-%m-%dT%H}"
    )
    assert office.text(after.data) == office.text(before.data)


def test_exchanged_pdf_attachment_states_a_later_day() -> None:
    carrier = leak("mailbox/001_devis_affiches.eml")
    (after,) = mail.attachments(mail.exchange_attachment(carrier))
    assert _info(after.data)["/CreationDate"][2:10] > f"{mail.received(carrier)[0]:%Y%m%d}"


def test_look_alike_sender_shows_the_same_name(letter: bytes) -> None:
    import email.policy

    altered = mail.look_alike_sender(letter, seed=1)
    message = email.message_from_bytes(altered, policy=email.policy.default)
    sender = message["From"].addresses[0]
    assert sender.addr_spec == "sophie.marchetti@horizon-commun.example"
    assert sender.display_name != "Sophie Marchetti"
    assert len(sender.display_name) == len("Sophie Marchetti")


def test_edited_body_keeps_the_headers(letter: bytes) -> None:
    altered = mail.edit_body(letter, old="1er octobre", new="9 octobre")
    head = letter.partition(b"\r\n\r\n")[0]
    assert altered.startswith(head + b"\r\n\r\n")
    assert b"9 octobre" in altered


def test_answer_from_nowhere_names_its_parent_once(letter: bytes) -> None:
    altered = mail.answer_from_nowhere(leak("mailbox/002_re_devis_affiches.eml"))
    assert mail.headers(altered).get_all("In-Reply-To") == ["<20260914.7731@nulle-part.example>"]
    assert b"4417@imprimerie" not in altered


def test_line_ends_go_both_ways(letter: bytes) -> None:
    unix = mail.to_lf(letter)
    assert b"\r" not in unix
    assert mail.to_crlf(unix) == letter


def test_mbox_quotes_from_and_comes_back_with_the_same_content() -> None:
    message = mail.compose(
        sender=("A", "a@b.example"), to=[("C", "c@d.example")], subject="x", identity="1@b.example",
        date=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), text="un\nFrom here\n",
    )  # fmt: skip
    box = mail.mbox([message, message])
    assert len(re.findall(rb"(?m)^From ", box)) == 2
    assert box.count(b">From here") == 2
    out = mail.through_mbox(message)
    assert mail.headers(out).items() == mail.headers(mail.to_lf(message)).items()


@pytest.mark.parametrize("name", [n for n, r in recipes().items() if n.startswith("mail.") and not r.altered])
def test_benign_mail_handling_keeps_sender_date_and_identity(name: str) -> None:
    data = leak("mailbox/003_train_bruxelles.eml")
    handled = recipes()[name](data)
    inner = mail.headers(handled)
    if name == "mail.forward_as_attachment":
        inner = next(p for p in inner.walk() if p.get_content_type() == "message/rfc822").get_payload()[0]  # type: ignore[assignment, index]
    for header in ("From", "Date", "Message-ID"):
        assert inner[header] == mail.headers(data)[header]


def test_late_delivery_moves_every_server_and_not_the_date() -> None:
    data = leak("mailbox/003_train_bruxelles.eml")
    late = mail.deliver_late(data, hours=9)
    assert mail.stated(late) == mail.stated(data)
    assert mail.received(late) == [hop + timedelta(hours=9) for hop in mail.received(data)]


# ------------------------------------------------------------------ images


def pixels(data: bytes) -> bytes:
    return image._opened(data).tobytes()


@pytest.mark.parametrize(
    "name", ["exchange_picture_keep_thumbnail", "retouch_keep_thumbnail", "crop_keep_thumbnail"]
)
def test_thumbnail_stays_when_the_picture_changes(name: str, photo: bytes) -> None:
    altered = apply(recipes()[f"image.{name}"], photo, seed=1)
    assert image.thumbnail(altered) == image.thumbnail(photo)
    assert image.exif(altered) == image.exif(photo)
    assert pixels(altered) != pixels(photo)


def test_a_picture_without_thumbnail_is_refused(photo: bytes) -> None:
    with pytest.raises(DoesNotApply):
        image.retouch_keep_thumbnail(image.strip_metadata(photo))


@needs("exiftool")
def test_backdated_exif_and_claimed_camera_keep_the_pixels(photo: bytes) -> None:
    back = image.backdate_exif(photo, days=100)
    assert b"2026:10:03" not in image.exif(back)
    assert b"2026:06:25 18:41:27" in image.exif(back)
    assert b"Canon EOS 80D" in image.exif(image.claim_camera(photo))
    assert pixels(back) == pixels(photo)


def test_two_times_are_read_differently_by_two_readers(photo: bytes) -> None:
    altered = image.two_exif_times(photo)
    assert b"2019:03:02 10:11:12" in image.exif(altered)
    assert b"2026:10:03 18:41:27" in image.exif(altered)
    assert pixels(altered) == pixels(photo)


@pytest.mark.parametrize("name", ["set_orientation", "strip_metadata", "caption"])
def test_benign_metadata_changes_keep_the_pixels(name: str, photo: bytes) -> None:
    handled = apply(recipes()[f"image.{name}"], photo)
    assert handled != photo
    assert pixels(handled) == pixels(photo)


@needs("jpegtran")
def test_lossless_turning_is_undone_by_turning_back(photo: bytes) -> None:
    turned = image.turn_losslessly(photo)
    assert image.exif(turned)[:200] == image.exif(photo)[:200]
    assert pixels(image.turn_losslessly(turned, degrees=270)) == pixels(photo)


def test_messenger_makes_it_smaller_and_anonymous(photo: bytes) -> None:
    sent = image.through_messenger(photo)
    assert image.exif(sent) == b""
    assert len(sent) < len(photo)


def test_saving_again_keeps_the_block(photo: bytes) -> None:
    for recipe in (image.compress_again, image.brighten):
        assert image.exif(recipe(photo)) == image.exif(photo)
