"""Files dated before the program, the camera, system or font they name, made as files; and their innocent twins."""

from __future__ import annotations

from datetime import date

import pytest

from leakverify.box.inprocess import examine_bytes
from leakverify.checks import registry
from leakverify.checks._base import Facts
from leakverify.evidence import Outcome
from tests.builders import font
from tests.builders import image as pictures

POINTED = {Outcome.CONTRADICTS, Outcome.UNUSUAL}
#: what a program states, a day before anybody had it, a day on which it was there
PROGRAMS = [
    ("Skia/PDF m145", "20200114", "20260301"),
    ("Mozilla Firefox 115.0", "20190521", "20230801"),
    ("TCPDF 6.3.2 (http://www.tcpdf.org)", "20160310", "20191112"),
    ("FPDF 1.81", "20110905", "20160402"),
    ("WeasyPrint 54.1", "20180217", "20220302"),
    ("pdftk-java 3.2.2", "20140606", "20210101"),
    ("wkhtmltopdf 0.12.6", "20150120", "20210101"),
    ("luahbtex-1.15.0", "20170601", "20230401"),
    ("pdfTeX-1.40.25", "20190601", "20230901"),
    ("Microsoft® Word pour Microsoft 365", "20170512", "20210512"),
    ("Microsoft: Print To PDF", "20120512", "20160101"),
    ("iText 2.1.7 by 1T3XT", "20050302", "20150302"),
    ("Adobe InDesign 15.1 (Windows)", "20160511", "20200511"),
    ("Adobe InDesign CC 2014 (Macintosh)", "20100511", "20150511"),
    ("Acrobat Distiller 5.0.5 (Windows)", "19990511", "20030511"),
    ("LibreOffice 6.4", "20150203", "20200402"),
]
FACES = [
    ("Segoe UI Historic", "20100302", "20160302"),
    ("Bahnschrift", "20140302", "20190302"),
    ("Cascadia Code", "20160302", "20200302"),
    ("JetBrains Mono", "20170302", "20210302"),
    ("Noto Sans", "20090302", "20150302"),
    ("Ubuntu", "20080302", "20120302"),
    ("PT Sans", "20060302", "20110302"),
]
DEVICES = [
    ("NIKON", "COOLPIX P6000", "2004", "2008"),
    ("NIKON CORPORATION", "NIKON D750", "2010", "2015"),
    ("NIKON CORPORATION", "NIKON Z 9", "2017", "2022"),
    ("SONY", "DSLR-A550", "2006", "2010"),
    ("PENTAX Corporation", "PENTAX K10D", "2003", "2007"),
    ("PENTAX", "PENTAX K-3", "2010", "2014"),
]
SYSTEMS = [
    ("Apple", "15.4.1", "2020:01:14 12:00:00", "2022:06:14 12:00:00"),
    ("Apple", "18.1", "2022:01:14 12:00:00", "2025:06:14 12:00:00"),
    ("Canon", "Mac OS X 10.10.5", "2011:01:14 12:00:00", "2016:06:14 12:00:00"),
]
AGENTS = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.4.1", "2019", "2023"),
    ("Mozilla Thunderbird 140.2", "2022", "2025"),
    ("Mozilla/5.0 Thunderbird/78.10.0", "2016", "2021"),
]


def outcomes(data: bytes, name: str, check: str) -> set[Outcome]:
    facts = Facts(examine_bytes(data, name).extractions[0])
    return {answer.outcome for answer in registry()[check].run(facts)}


def page(family: str, producer: str, day: str) -> bytes:
    program = font.font(family, "1.0", "", date(1999, 1, 1))
    return font.document(program, family, producer=producer, created=f"D:{day}101200+01'00'")


def picture(software: str = "", make: str = "", model: str = "", taken: str = "") -> bytes:
    said = {pictures.MAKE: make, pictures.MODEL: model, pictures.SOFTWARE: software, pictures.DATETIME: taken}
    block = pictures.tiff(
        {tag: (pictures.ASCII, text) for tag, text in said.items() if text},
        exif={pictures.ORIGINAL: (pictures.ASCII, taken)},
    )
    return pictures.with_segments(pictures.jpeg_of(pictures.scene()), pictures.exif_segment(block))


def mail(agent: str, year: str) -> bytes:
    return (
        f"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\nDate: Tue, 12 Dec {year} 10:31:00 +0100\r\n"
        f"User-Agent: {agent}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    ).encode()


@pytest.mark.parametrize(("program", "before", "after"), PROGRAMS, ids=[one[0] for one in PROGRAMS])
def test_a_pdf_older_than_its_program_is_told_and_a_later_one_is_not(
    program: str, before: str, after: str
) -> None:
    assert outcomes(page("Example", program, before), "a.pdf", "LV-PDF-040") == {Outcome.CONTRADICTS}
    assert not outcomes(page("Example", program, after), "a.pdf", "LV-PDF-040") & POINTED


@pytest.mark.parametrize(("family", "before", "after"), FACES, ids=[one[0] for one in FACES])
def test_a_pdf_older_than_its_font_is_told_and_a_later_one_is_not(
    family: str, before: str, after: str
) -> None:
    assert outcomes(page(family, "Example", before), "a.pdf", "LV-FONT-001") == {Outcome.CONTRADICTS}
    assert not outcomes(page(family, "Example", after), "a.pdf", "LV-FONT-001") & POINTED


@pytest.mark.parametrize(("make", "model", "before", "after"), DEVICES, ids=[one[1] for one in DEVICES])
def test_a_picture_older_than_its_camera_is_told_and_a_later_one_is_not(
    make: str, model: str, before: str, after: str
) -> None:
    for year, pointed in ((before, True), (after, False)):
        data = picture(make=make, model=model, taken=f"{year}:06:14 12:00:00")
        assert bool(outcomes(data, "a.jpg", "LV-IMG-004") & POINTED) is pointed


@pytest.mark.parametrize(("make", "software", "before", "after"), SYSTEMS, ids=[one[1] for one in SYSTEMS])
def test_a_picture_older_than_its_system_is_told_once_and_a_later_one_is_not(
    make: str, software: str, before: str, after: str
) -> None:
    data = picture(make=make, software=software, taken=before)
    facts = Facts(examine_bytes(data, "a.jpg").extractions[0])
    assert [a.outcome in POINTED for a in registry()["LV-IMG-005"].run(facts)] == [True]
    assert not outcomes(picture(make=make, software=software, taken=after), "a.jpg", "LV-IMG-005") & POINTED


@pytest.mark.parametrize(("agent", "before", "after"), AGENTS, ids=[one[0] for one in AGENTS])
def test_a_mail_older_than_its_program_is_told_and_a_later_one_is_not(
    agent: str, before: str, after: str
) -> None:
    assert outcomes(mail(agent, before), "a.eml", "LV-MAIL-031") == {Outcome.UNUSUAL}
    assert not outcomes(mail(agent, after), "a.eml", "LV-MAIL-031") & POINTED


def test_an_update_of_a_system_is_held_against_the_day_of_that_update() -> None:
    """iOS 15 of autumn 2021 could be in a picture of that winter, iOS 15.4 of March 2022 could not in 2021."""
    taken = "2021:11:02 12:00:00"
    assert not outcomes(picture(make="Apple", software="15.1", taken=taken), "a.jpg", "LV-IMG-005") & POINTED
    assert outcomes(picture(make="Apple", software="15.4", taken=taken), "a.jpg", "LV-IMG-005") & POINTED
