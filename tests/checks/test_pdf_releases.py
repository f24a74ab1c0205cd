"""Programs and the days they were released: the table is in order, and names are read as programs write them."""

from __future__ import annotations

import re

import pytest

from leakverify.checks import registry
from leakverify.checks._base import Facts, fact
from leakverify.checks.pdf_producer_release import _since
from leakverify.evidence import Extraction, Outcome
from leakverify.knowledge import table


def test_rows_of_a_program_stand_together_in_order_of_version_and_date() -> None:
    seen: list[str] = []
    before: dict[str, tuple[tuple[int, ...], object]] = {}
    for row in table("pdf_releases"):
        if not seen or seen[-1] != row["program"]:
            assert row["program"] not in seen
            seen.append(row["program"])
            assert re.compile(row["claims"]).groups == (0 if row["version"] == "0" else 1)
        else:
            assert not row["claims"]
        now = (tuple(int(part) for part in row["version"].split(".")), row.when.earliest)
        if row["program"] in before:
            assert now[0] > before[row["program"]][0] and now[1] >= before[row["program"]][1]  # type: ignore[operator]
        before[row["program"]] = now
        assert 0 <= int(row["ahead"]) <= 365


@pytest.mark.parametrize(
    ("program", "year"),
    [
        ("GPL Ghostscript 9.26", 2018),
        ("Skia/PDF m64", 2017),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0", 2023),
        ("macOS Version 13.5 (Build 22G74) Quartz PDFContext", 2022),
        ("Mac OS X 10.11.6 Quartz PDFContext", 2015),
        ("Microsoft® Word 2016", 2013),
        ("Microsoft® Office Excel® 2007", 2005),
        ("LibreOffice 7.4", 2022),
        ("pdfTeX-1.40.21", 2019),
        ("Qt 5.15.1", 2019),
        ("cairo 1.16.0 (https://cairographics.org)", 2018),
        ("Acrobat Distiller 9.3.0 (Windows)", 2007),
        ("Adobe Acrobat Pro (64-bit) 23.1.20174", 2021),
        ("Adobe Acrobat Pro 2020 20.5.30539", 2018),
        ("iText® 5.5.13 ©2000-2018 iText Group NV", 2017),
        ("ImageMagick 6.9.4-6 Q16 x86_64 2016-06-02 http://www.imagemagick.org", 2016),
        ("xdvipdfmx (20140317)", 2014),
        ("Skia/PDF m145", 2025),
        ("Mozilla Firefox 102.0", 2021),
        ("TCPDF 6.0.023 (http://www.tcpdf.org)", 2013),
        ("FPDF 1.82", 2019),
        ("py-pdf/fpdf2.7.4", 2022),
        ("fpdf2 v2.4.1", 2020),
        ("WeasyPrint 54.1", 2021),
        ("WeasyPrint 0.31 (http://weasyprint.org/)", 2016),
        ("img2pdf 0.4.1", 2021),
        ("pdftk-java 3.3.2", 2021),
        ("wkhtmltopdf 0.12.4", 2015),
        ("wkhtmltopdf 0.12.6-dev", 2018),
        ("luahbtex-1.15.0", 2021),
        ("LuaTeX-1.0.4", 2016),
        ("Microsoft® Word for Microsoft 365", 2019),
        ("Microsoft® Word pour Microsoft 365", 2019),
        ("Microsoft® Word 适用于 Office 365", 2010),
        ("Microsoft: Print To PDF", 2014),
        ("iText 2.1.7 by 1T3XT", 2007),
        ("Adobe InDesign CS5.5 (7.5)", 2009),
        ("Adobe InDesign 15.1 (Windows)", 2018),
        ("Adobe InDesign CC 2014 (Macintosh)", 2012),
        ("Adobe Illustrator CC 2015 (Windows)", 2013),
        ("Adobe Illustrator CS5.1", 2009),
        ("Adobe PDF Library 15.00", 2014),
        ("Acrobat Distiller 4.05 for Windows", 1998),
        ("Acrobat PDFWriter 3.02 for Windows", 1995),
        ("Acrobat Distiller Command 3.0 for Solaris 2.3 and later (SPARC)", 1995),
        ("macOS Version 13.4.1 (c) (Build 22F770820d) Quartz PDFContext", 2022),
        ("LibreOffice 6.4", 2019),
        ("LibreOffice 5.2", 2012),
        ("OpenOffice 4.1.7", 2012),
        ("OpenOffice.org 3.4 Beta", 2009),
        ("PDF-XChange Viewer [Version: 2.0 (Build 54.0) (Jul  9 2010; 16:47:37)]", 2010),
    ],
)
def test_names_are_read_as_programs_write_them(program: str, year: int) -> None:
    since = _since(program)
    assert since is not None and since.year == year


@pytest.mark.parametrize(
    "program",
    [
        "ESP Ghostscript 815.02",
        "Ghostscript",
        "Microsoft Word 8.0",
        "iText 2.0.8 (by lowagie.com)",
        "Skia/PDF",
        "Adobe Acrobat Pro 2017",
        "PyPDF2",
        "pikepdf 9.5.2",
        "",
    ],
)
def test_names_without_a_known_version_say_nothing(program: str) -> None:
    assert _since(program) is None


def test_the_day_before_is_pointed_out_and_the_day_itself_is_not() -> None:
    since = _since("GPL Ghostscript 9.26")
    assert since is not None
    for date, outcome in (("2018-07-01", Outcome.CONTRADICTS), ("2018-08-01", Outcome.NEUTRAL)):
        facts = (fact("pdf.info.producer", "GPL Ghostscript 9.26"), fact("pdf.info.mod_date", date))
        extraction = Extraction(index=0, formats=("pdf",), observations=facts)
        assert registry()["LV-PDF-040"].run(Facts(extraction))[0].outcome is outcome


def test_an_inner_date_after_the_release_explains_the_program() -> None:
    facts = (
        fact("pdf.info.producer", "GPL Ghostscript 9.26"),
        fact("pdf.info.mod_date", "2012-07-01"),
        fact("xmp.history.when", "2019-01-01T00:00:00Z"),
    )
    extraction = Extraction(index=0, formats=("pdf",), observations=facts)
    assert registry()["LV-PDF-040"].run(Facts(extraction))[0].outcome is Outcome.NEUTRAL
    assert registry()["LV-PDF-043"].run(Facts(extraction))[0].outcome is Outcome.CONTRADICTS


def test_offsets_that_places_kept_are_of_whole_quarters() -> None:
    for row in table("civil_offsets"):
        assert re.fullmatch(r"[+-]\d\d:(00|15|30|45)", row["offset"])
        assert not row["until"] or row["from"] <= row["until"]


def test_names_of_scanners_are_expressions() -> None:
    for row in table("scanner_makers"):
        assert re.compile(row["claims"], re.IGNORECASE).search("laserjet paper") is None
