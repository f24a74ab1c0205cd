"""Each PDF recipe does what its description says, on documents that real programs made."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests.forge import image, pdf, tools
from tests.forge._pdfbytes import PageText, reading
from tests.forge._pdfpages import one_page
from tests.forge._samples import NB, apply, info, leak, shown
from tests.forge.recipe import recipes
from tests.forge.tools import DoesNotApply, needs

INVOICES = ("F-2026-0912_delorme.pdf", "F-2026-1008_lumen.pdf", "F-2026-0930_cormoran.pdf")


@pytest.fixture(scope="module", params=INVOICES)
def invoice(request: pytest.FixtureRequest) -> bytes:
    """By LibreOffice, by Chromium, and by LibreOffice linearised by qpdf."""
    return leak(f"factures/{request.param}")


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


@pytest.mark.parametrize("name", ["backdate_info", "backdate_info_with_exiftool"])
def test_backdating_info_leaves_xmp_and_the_earlier_revision(name: str) -> None:
    with_xmp = leak("factures/F-2026-0302_cormoran.pdf")
    original = pdf.revisions(with_xmp)[0]  # as LibreOffice wrote it
    altered = apply(recipes()[f"pdf.{name}"], original, seed=5)
    assert pdf.xmp(altered) == pdf.xmp(original)
    assert info(altered)["/CreationDate"] < info(original)["/CreationDate"]
    assert altered.startswith(original)
    without_xmp = leak("factures/F-2026-0912_delorme.pdf")
    with pytest.raises(DoesNotApply, match="XMP"):
        apply(recipes()[f"pdf.{name}"], without_xmp)


def test_creation_after_modification() -> None:
    altered = pdf.create_after_modify(leak("factures/F-2026-0912_delorme.pdf"), seed=1)
    assert info(altered)["/CreationDate"] > info(altered)["/ModDate"]


@needs("qpdf")
def test_everything_backdated_but_the_toolkit() -> None:
    altered = pdf.claim_older_than_toolkit(leak("factures/F-2026-0912_delorme.pdf"), seed=2)
    packet = pdf.xmp(altered).decode()
    years = {int(year) for year in re.findall(r"Date>(\d{4})-", packet)}
    years |= {int(value[2:6]) for key, value in info(altered).items() if key.endswith("Date")}
    assert years
    assert max(years) < 2016
    assert int(re.search(r'x:xmptk="[^"]*, (\d{4})/', packet)[1]) == 2023  # type: ignore[index]
    assert len(pdf.revisions(altered)) == 1


@needs("qpdf")
def test_claimed_word_changes_two_words_ofinfo() -> None:
    page = leak("factures/F-2026-0912_delorme.pdf")
    altered = pdf.claim_word(page)
    assert info(altered)["/Producer"] == "Microsoft® Word 2010"
    assert info(altered)["/CreationDate"] == info(page)["/CreationDate"]
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
