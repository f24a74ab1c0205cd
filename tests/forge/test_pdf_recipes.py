"""Each PDF recipe does what its description says, on documents that real programs made."""

from __future__ import annotations

import functools
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.forge import image, pdf, tools
from tests.forge._pdfbytes import PageText, reading
from tests.forge._pdfpages import one_page
from tests.forge._pdfwriters import pike, saved
from tests.forge._samples import NB, apply, info, leak, shown
from tests.forge.pdf import revisions as pdf_revisions
from tests.forge.recipe import Forged, recipes
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


@functools.cache
def stock() -> tuple[bytes, ...]:
    """Documents of several kinds: every PDF recipe works on one of them at least."""
    invoice = leak("factures/F-2026-0912_delorme.pdf")
    with pike(invoice) as opened:
        for _ in range(3):
            opened.pages.append(opened.pages[0])
        pages = saved(opened)
    return (
        invoice,
        leak("factures/F-2026-1008_lumen.pdf"),
        pages,
        pdf_revisions(leak("factures/note_de_frais_vasseur.pdf"))[0],
        leak("factures/BL-2026-203_scan.pdf"),
        pdf_revisions(leak("factures/F-2026-0302_cormoran.pdf"))[0],
    )


def made_from_stock(name: str) -> tuple[bytes, Forged]:
    """The first document of the stock that the recipe works on, and what it made of it."""
    recipe = recipes()[name]
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    refused = []
    for data in stock():
        try:
            return data, recipe.forge(data, seed=1)
        except DoesNotApply as error:
            refused.append(str(error))
    raise AssertionError(f"{name} works on nothing: {refused}")


QUICK = [
    n
    for n, r in recipes().items()
    if n.startswith("pdf.")
    and "pdf" in r.formats
    and not {"soffice", "gs", "pdftoppm", "chromium", "ocrmypdf"} & {*r.needs}
]


@needs("qpdf", "pikepdf")
@pytest.mark.parametrize("name", QUICK)
def test_what_a_pdf_recipe_writes_is_a_sound_pdf(name: str, tmp_path: Path) -> None:
    place = tmp_path / "made.pdf"
    _, made = made_from_stock(name)
    place.write_bytes(made.data)
    # what somebody does to the bytes of a signed file is not sound by intention
    tools.run("qpdf", "--check", str(place), ok=(0, 3) if "sign" in name else (0,))


def letters(text: str) -> str:
    return "".join(text.split())


@needs("pikepdf")
@pytest.mark.parametrize(
    "name", [n for n in QUICK if n.startswith(("pdf.cover", "pdf.mask", "pdf.redact_with_box"))]
)
def test_what_is_covered_is_still_there_in_the_place_that_is_stated(name: str) -> None:
    """Old and new text overlap, and the new one alone is seen: a forgery that fails to deceive proves nothing."""
    import pypdfium2

    _, made = made_from_stock(name)
    truth = made.truth
    assert truth is not None and truth.box is not None
    document = pypdfium2.PdfDocument(made.data)
    page = document[truth.page - 1]
    assert letters(truth.before) in letters(page.get_textpage().get_text_range())
    inside = page.get_textpage().get_text_bounded(*truth.box)
    assert any(c in inside for c in truth.before)
    assert letters(truth.after) in letters(page.get_textpage().get_text_range()) or "mask" in name
    document.close()


@needs("pikepdf")
@pytest.mark.parametrize(
    "name",
    [
        "pdf.redact_and_replace",
        "pdf.redact_and_replace_awry",
        "pdf.redact_properly",
        "pdf.replace_amount_rewritten_by_pikepdf",
    ],
)
def test_what_is_taken_out_is_gone_and_nothing_else_moves(name: str) -> None:
    import pypdfium2

    data, made = made_from_stock(name)
    before, after = (pypdfium2.PdfDocument(d)[0].get_textpage() for d in (data, made.data))
    first, second = before.get_text_range(), after.get_text_range()
    if made.truth is not None:
        assert letters(made.truth.after) in letters(second)
    gone = Counter(letters(first)) - Counter(letters(second))
    assert 1 <= gone.total() <= 12, gone
    word = max((w for w in first.split() if w in second.split() and len(w) > 6), key=len)
    boxes = [
        [round(edge) for edge in page.get_charbox(text.index(word))]
        for page, text in ((before, first), (after, second))
    ]
    assert boxes[0] == boxes[1], "the rest of the page stays where it was"


@needs("pikepdf")
def test_digits_that_mean_something_else_look_as_before() -> None:
    import pypdfium2

    data, made = made_from_stock("pdf.swap_meaning_of_digits")
    assert made.truth is not None
    pages = [pypdfium2.PdfDocument(d)[made.truth.page - 1] for d in (data, made.data)]
    assert pages[0].render(scale=0.5).to_numpy().tobytes() == pages[1].render(scale=0.5).to_numpy().tobytes()
    assert letters(made.truth.after) in letters(pages[1].get_textpage().get_text_range())


@needs("pypdf")
def test_the_old_content_is_left_as_an_object_nobody_uses() -> None:
    import pikepdf

    _, made = made_from_stock("pdf.edit_and_leave_old_content")
    assert made.truth is not None
    with pikepdf.open(io.BytesIO(made.data)) as opened:
        everything = len(opened.objects)
        out = io.BytesIO()
        opened.save(out)
    assert len(pikepdf.open(io.BytesIO(out.getvalue())).objects) < everything
    assert len(pdf_revisions(made.data)) == 1


@needs("pikepdf")
@pytest.mark.parametrize("name", ["pdf.swap_page", "pdf.insert_page", "pdf.swap_page_in_embedded_face"])
def test_a_foreign_page_stands_where_it_is_stated(name: str) -> None:
    data, made = made_from_stock(name)
    assert made.truth is not None
    pages = pdf.texts(made.data)
    assert letters(made.truth.after) in letters(pages[made.truth.page - 1])
    others = [text for n, text in enumerate(pages) if n != made.truth.page - 1]
    kept = pdf.texts(data)
    assert all(text in kept for text in others)


@needs("pikepdf")
def test_metadata_put_back_are_those_of_the_source() -> None:
    from tests.forge._pdfwriters import put_back

    source, other = leak("factures/F-2026-0912_delorme.pdf"), leak("factures/F-2026-1008_lumen.pdf")
    made = put_back(other, source)
    assert info(made) == info(source)
    assert shown(made) == shown(other)
    ids = [reading(d).trailer["/ID"][0] for d in (made, source)]
    assert ids[0] == ids[1]


@needs("pikepdf")
def test_backdating_everything_moves_every_date() -> None:
    data = pdf_revisions(leak("factures/F-2026-0302_cormoran.pdf"))[0]
    made = recipes()["pdf.backdate_consistently"](data, seed=3)
    years = {int(value[2:6]) for key, value in info(made).items() if key.endswith("Date")}
    years |= {int(year) for year in re.findall(r"Date>(\d{4})-", pdf.xmp(made).decode())}
    assert years and max(years) < 2019


@needs("PIL", "numpy")
def test_layers_of_a_scan_are_stencils_over_a_coarse_picture() -> None:
    _, made = made_from_stock("pdf.print_and_scan_in_layers")
    images = reading(made.data).pages[0]["/Resources"]["/XObject"]
    kinds = [bool(image.get_object().get("/ImageMask", False)) for image in images.values()]
    assert kinds[0] is False and len(kinds) > 1 and all(kinds[1:])


@needs("exiftool")
def test_the_name_of_another_program_is_one_the_document_did_not_state() -> None:
    data = leak("factures/F-2026-0912_delorme.pdf")
    for seed in range(6):
        made = recipes()["pdf.claim_program_with_exiftool"](data, seed=seed)
        assert "LibreOffice" not in info(made)["/Producer"]
        assert made.startswith(data[:1000])


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
