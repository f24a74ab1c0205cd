"""Tells of historic cases in PDFs, re-created as files with the tools at hand, and the innocent twins."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.evidence import Assessment, Evidence, Outcome, Question, Report
from leakverify.judge import judge_unit
from tests.builders import font
from tests.forge import tools
from tests.forge._pdfdrawn import as_html, set_by_writer
from tests.forge._samples import leak
from tests.forge.recipe import Forged, recipes

WRITER = "factures/F-2026-0912_delorme.pdf"  # by LibreOffice
BROWSER = "factures/F-2026-1008_lumen.pdf"  # by Chromium
CALIBRI = "Copyright 2015 Microsoft Corporation. All Rights Reserved."


def report(data: bytes) -> Report:
    return judge_unit(examine_bytes(data, "document.pdf"), "document.pdf")[0]


def pointed(data: bytes) -> dict[str, Evidence]:
    """Answers that point at the file, handling left out, the strongest of each check."""
    found: dict[str, Evidence] = {}
    for answer in report(data).evidence:
        if answer.question is Question.HANDLING:
            continue
        if answer.outcome is Outcome.CONTRADICTS or (
            answer.outcome is Outcome.UNUSUAL and answer.check not in found
        ):
            found[answer.check] = answer
    return found


@functools.cache
def forged(name: str, path: str, seed: int = 0) -> Forged:
    recipe = recipes()[f"pdf.{name}"]
    if tools.missing(*recipe.needs):
        pytest.skip(tools.reason(*recipe.needs))
    return recipe.forge(leak(path), seed=seed)


def typeface(
    family: str, made: date, created: str, modified: str = "", producer: str = "Acrobat Distiller 9.0"
) -> bytes:
    program = font.font(family, "6.12", CALIBRI, made)
    return font.document(program, family, producer=producer, created=created, modified=modified)


# tells (science 11.1): what was done, and the checks one of which must point at it


def copa_family() -> bytes:
    """A file by LibreOffice that names pdfTeX."""
    import pikepdf

    with pikepdf.open(io.BytesIO(leak(WRITER))) as pdf:
        pdf.docinfo["/Producer"], pdf.docinfo["/Creator"] = "pdfTeX-1.40.21", "TeX"
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def copa_clock() -> bytes:
    """A file inside that was made years after everything the document says of its own dates."""
    import pikepdf

    with pikepdf.open(io.BytesIO(leak(BROWSER))) as pdf:
        later = "D:20240506100000Z"
        inner = pikepdf.AttachedFileSpec(pdf, b"a;b", filename="t.csv", creation_date=later, mod_date=later)
        pdf.attachments["t.csv"] = inner
        pdf.docinfo["/Producer"], pdf.docinfo["/Creator"] = "Acrobat Distiller 9.0", "PScript5.dll"
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = "D:20190506100000+02'00'"
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


TELLS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "COPA: the program named is not the family that wrote it": (copa_family, ("LV-PDF-003", "LV-PDF-030")),
    "COPA: digits of a figure in another font than their line": (
        lambda: forged("redact_and_replace", WRITER, 2).data, ("LV-PDF-020",)
    ),
    "COPA: the text that stood there is still inside": (
        lambda: forged("edit_and_leave_old_content", WRITER).data, ("LV-PDF-005",)
    ),
    "COPA: a stamp inside is later than the dates of the file": (
        copa_clock, ("LV-PDF-043",)
    ),
    "COPA: Nirmala UI in a document of 2008": (
        lambda: typeface("Nirmala UI", date(2012, 4, 26), "D:20080911103000+02'00'"), ("LV-FONT-001",)
    ),
    "Tulip Trust: Calibri of 2015 in a document of 2012": (
        lambda: typeface("Calibri", date(2015, 6, 3), "D:20121017110000+02'00'", producer="Acrobat Distiller 10.0"),
        ("LV-FONT-001",),
    ),
    "McGoey: Calibri in a deed of 2004": (
        lambda: typeface("Calibri", date(2007, 1, 12), "D:20040301110000-05'00'", producer="Acrobat Distiller 6.0"),
        ("LV-FONT-001",),
    ),
    "McGoey: Cambria in a deed of 1995": (
        lambda: typeface("Cambria", date(2007, 1, 12), "D:19950115110000-05'00'", producer="Acrobat Distiller 2.0"),
        ("LV-FONT-001",),
    ),
    "Michigan: Calibri in a note of 2000": (
        lambda: typeface("Calibri", date(2007, 1, 12), "D:20000301110000-05'00'", producer="Acrobat Distiller 4.0"),
        ("LV-FONT-001",),
    ),
    "Fontgate: Calibri in a deed of February 2006": (
        lambda: typeface("Calibri", date(2007, 1, 12), "D:20060202110000Z", producer="Acrobat Distiller 7.0"),
        ("LV-FONT-001",),
    ),
    "La Providence: live text on the picture of a letterhead": (
        lambda: forged("type_letter_on_scan", WRITER, 1).data, ("LV-PDF-013",)
    ),
    "Manafort: taken apart, changed, and made a PDF again under its first name": (
        lambda: forged("round_trip_through_draw", BROWSER).data, ("LV-PDF-030", "LV-PDF-003")
    ),
    "Olympic Destroyer: Producer against style": (
        lambda: forged("claim_program_with_exiftool", WRITER, 3).data, ("LV-PDF-003", "LV-PDF-030")
    ),
    "Tainted Leaks: another figure in an appended revision": (
        lambda: forged("replace_amount", WRITER, 1).data, ("LV-PDF-002",)
    ),
    "Ceglia: one page by another program than the others": (lambda: ceglia(), ("LV-PDF-050",)),
}  # fmt: skip


def ceglia() -> bytes:
    """A contract of four pages by LibreOffice, with one of them typed anew."""
    if tools.missing("soffice"):
        pytest.skip(tools.reason("soffice"))
    pages = [
        [f"{page}. Clause {page}.{n}: the parties agree on {n + 3} points." for n in range(30)]
        for page in range(1, 5)
    ]
    contract = set_by_writer(as_html(pages, (595, 842), "Contract"))
    return recipes()["pdf.swap_page_in_embedded_face"](contract, seed=1)


@pytest.mark.parametrize("case", TELLS)
def test_the_tell_is_found_in_the_file(case: str) -> None:
    make, checks = TELLS[case]
    found = pointed(make())
    assert set(checks) & set(found), sorted(found)


def test_the_text_that_stood_there_is_quoted_with_its_page() -> None:
    made = forged("edit_and_leave_old_content", WRITER)
    assert made.truth is not None
    wanted = "".join(made.truth.before.split())
    answer = pointed(made.data)["LV-PDF-005"]
    held = (answer.text, *(str(o.value) for o in answer.observations))
    assert any(wanted in "".join(text.split()) for text in held)
    assert made.truth.page in {o.where.page for o in answer.observations}


# innocent twins (science 11.3): never flagged


def obama() -> bytes:
    """A scan in layers, written anew by a program that names itself."""
    return recipes()["pdf.resave_like_preview"](forged("print_and_scan_in_layers", WRITER, 3).data)


def template_refresh() -> bytes:
    """A face of 2015 in a document made in 2008 that says it was changed in 2016."""
    return typeface("Calibri", date(2015, 6, 3), "D:20080911103000+02'00'", "D:20160312090000+01'00'")


def two_offices() -> bytes:
    """A document changed in another zone than the one it was made in, by a server that runs in UTC."""
    import pikepdf

    with pikepdf.open(io.BytesIO(leak(WRITER))) as pdf:
        start = datetime(2024, 7, 5, 9, 30)
        pdf.docinfo["/CreationDate"] = start.strftime("D:%Y%m%d%H%M%S-07'00'")
        pdf.docinfo["/ModDate"] = (start + timedelta(days=3)).strftime("D:%Y%m%d%H%M%SZ")
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


TWINS: dict[str, Callable[[], bytes]] = {
    "Obama: a scan in layers, re-saved": obama,
    "Mueller: printed, scanned, and read by recognition": lambda: (
        forged("scan_and_recognise", WRITER, 1).data
    ),
    "RICOH: a scan with the recognised words of the copier": lambda: (
        forged("scan_with_recognised_words", WRITER, 2).data
    ),
    "a plain scan": lambda: forged("print_and_scan", BROWSER, 3).data,
    "template refresh: the last change moved along": template_refresh,
    "LibreOffice re-save under its own name": lambda: forged("resave_with_libreoffice", BROWSER).data,
    "macOS Preview: a remark after the signature": lambda: forged("annotate_after_signing", WRITER).data,
    "another zone and a server in UTC": two_offices,
    "an agreed page added at the end": lambda: forged("merge_with_qpdf", WRITER, 1).data,
    "a receipt stamp": lambda: forged("stamp_with_pdftk", WRITER).data,
    "an invoice on printed paper": lambda: forged("put_on_letterhead_with_pdftk", WRITER).data,
}


@pytest.mark.parametrize("case", TWINS)
def test_the_innocent_twin_is_not_flagged(case: str) -> None:
    found = report(TWINS[case]())
    assert found.assessment not in (Assessment.CONTRADICTED, Assessment.REVIEW), found.because


def test_the_genuine_documents_beside_them_are_not_flagged() -> None:
    for path in (WRITER, BROWSER, "factures/BL-2026-203_scan.pdf"):
        assert pointed(leak(path)) == {}, path


def test_figures_of_a_scan_coded_in_patterns_are_never_held_against_it() -> None:
    """Xerox, 2013: JBIG2 may show another digit. Whatever a scan shows, no check does sums on it."""
    from leakverify.checks import judge
    from leakverify.checks._base import Facts, fact
    from leakverify.evidence import Extraction

    facts = (
        fact("pdf.header.version", "1.4"),
        fact("pdf.pages", 1),
        fact("pdf.info.producer", "Xerox WorkCentre 7556"),
        fact("pdf.image.filter", "JBIG2Decode", page=1),
        fact("pdf.page.text", "14.13 + 17.42 = 21.11", page=1),
    )
    answers = judge(Facts(Extraction(index=0, formats=("pdf",), observations=facts)))
    assert not [a for a in answers if a.outcome in (Outcome.CONTRADICTS, Outcome.UNUSUAL)]
